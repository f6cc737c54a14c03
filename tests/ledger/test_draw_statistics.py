"""Statistics of the plan over fixed seeds, and what a member can guess: nothing flickers here."""

import hashlib
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import draw_periods
from ledger.chance import Lots, commitment, period_key
from ledger.database import Database
from ledger.draw_plan import (
    CHAT,
    EXTRA,
    PHONE,
    QUOTA,
    VISIT,
    Due,
    Facts,
    Member,
    due,
    result_of,
    taking_part,
)
from ledger.seed_vault import Vault

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import hazard

# 400 fixed seeds, the same as in test_chance.py, and the thresholds that go with them
SEEDS = [hashlib.sha256(f"seed {number}".encode()).digest() for number in range(400)]
LEAST = 0.001  # a p-value below it fails
MOST = 0.999  # above it too, where nothing is spread out on purpose (quota days are)
WEAK = 0.03  # a correlation over some ten thousand pairs: three standard errors
NEAR = 0.5  # percentage points between the printed hazards and the recomputed ones

R = hashlib.sha256(b"roster").hexdigest()
TEAMS, TOWNS = 30, 7  # townships and teams of unlike sizes
MEMBERS = tuple(
    Member(f"p{team}{one}t{team}", "member", f"t{team}", f"w{team * team % TOWNS}", "u", "v")
    for team in range(TEAMS)
    for one in range(2 + team % 3)
)
BY_ID = {one.id: one for one in MEMBERS}
DAYS = hazard.DAYS
MOMENT = 10**6  # any: nobody is away


# p-values
def chi_square_p(seen: Iterable[float], expected: Iterable[float], lost: int = 1) -> float:
    """How often chance alone strays as far; `lost`: degrees of freedom the totals take away."""
    pairs = list(zip(seen, expected, strict=True))
    return upper_gamma(
        (len(pairs) - lost) / 2, sum((one - mean) ** 2 / mean for one, mean in pairs) / 2
    )


def upper_gamma(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function: a series, or Lentz's fraction."""
    if x <= 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, 10_000):
            term *= x / (a + n)
            total += term
        return 1 - total * scale
    b, c, d = x + 1 - a, 1e300, 1 / (x + 1 - a)
    value = d
    for n in range(1, 10_000):
        step, b = -n * (n - a), b + 2
        d, c = 1 / (step * d + b), b + step / c
        value *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return value * scale


def kolmogorov_smirnov_p(values: Iterable[float]) -> float:
    """How often numbers evenly spread between 0 and 1 stray as far (Stephens' correction)."""
    line = sorted(values)
    n = len(line)
    gap = max(max((i + 1) / n - one, one - i / n) for i, one in enumerate(line))
    x = gap * (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n))
    if x < 0.2:  # there the series is slow, and the answer 1
        return 1.0
    total = 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return min(1.0, max(0.0, total))


def correlation(pairs: Sequence[tuple[float, float]]) -> float:
    n = len(pairs)
    one, two = (sum(pair[side] for pair in pairs) / n for side in (0, 1))
    both = sum((x - one) * (y - two) for x, y in pairs)
    return both / math.sqrt(
        sum((x - one) ** 2 for x, _ in pairs) * sum((y - two) ** 2 for _, y in pairs)
    )


def even(counts: Mapping[str, int], weights: Mapping[str, float]) -> float:
    """The p-value of counts that should stand in proportion to weights."""
    total = sum(counts.values()) / sum(weights.values())
    return chi_square_p(
        [counts.get(one, 0) for one in weights], [w * total for w in weights.values()]
    )


@pytest.mark.parametrize(
    ("cells", "statistic", "p"),
    [(2, 3.841, 0.05), (18, 40.79, 0.001), (30, 58.30, 0.001), (6, 0.554, 0.99), (2, 10.828, 0.001)],
)  # fmt: skip
def test_the_chi_square_s_p_is_the_printed_tables(
    cells: int, statistic: float, p: float
) -> None:
    assert upper_gamma((cells - 1) / 2, statistic / 2) == pytest.approx(p, rel=0.01)


def test_kolmogorov_and_smirnov_know_even_numbers_from_squeezed_ones() -> None:
    steps = [(n + 0.5) / 1000 for n in range(1000)]
    assert kolmogorov_smirnov_p(steps) > 0.999
    assert kolmogorov_smirnov_p([one**1.2 for one in steps]) < LEAST
    # 1.36 / sqrt(n) is the 5 % point
    shifted = [min(1.0, one + 1.358 / math.sqrt(1000)) for one in steps]
    assert kolmogorov_smirnov_p(shifted) == pytest.approx(0.05, abs=0.01)


# the plans of four hundred months
@dataclass
class Months:
    """What 400 months drew: whom each quota met, and the lottery's winners."""

    quota: list[list[tuple[Due, str]]]
    extra: list[list[Due]]

    @property
    def met(self) -> list[tuple[Due, str]]:
        return [one for month in self.quota for one in month]

    @property
    def won(self) -> list[Due]:
        return [one for month in self.extra for one in month]


def facts_of(seed: bytes, period: str = "2026-12", kind: str = CHAT) -> Facts:
    key = period_key(seed, period, R, "314159")
    return Facts(key, DAYS, 0, MEMBERS, {kind: hazard.KINDS[kind]})


def months_of(make: Callable[[bytes], Facts], seeds: Iterable[bytes] = SEEDS) -> Months:
    found = Months([], [])
    for seed in seeds:
        facts = make(seed)
        plan = list(due(facts, {}))
        found.quota.append(
            [(one, result_of(facts, one, MOMENT)) for one in plan if one.slot.why == QUOTA]
        )
        found.extra.append([one for one in plan if one.slot.why == EXTRA])
    return found


@pytest.fixture(scope="module")
def months() -> Months:
    return months_of(facts_of)


def minutes_in(kind: str) -> list[int]:
    return [n for start, end in hazard.KINDS[kind].windows for n in range(start, end)]


def weekday(day: str) -> str:
    return f"{date.fromisoformat(day):%a}"


def between(p: float) -> bool:
    return LEAST < p < MOST


# even for everybody
def test_every_team_has_its_one_quota_every_month(months: Months) -> None:
    teams = sorted({one.team for one in MEMBERS})
    for month in months.quota:
        assert sorted(one.team for one, _ in month) == teams


def test_each_member_of_a_team_is_met_equally_often(months: Months) -> None:
    counts = Counter(member for _, member in months.met)
    sizes = Counter(one.team for one in MEMBERS)
    seen = [counts[one.id] for one in MEMBERS]
    expected = [len(SEEDS) / sizes[one.team] for one in MEMBERS]
    assert between(chi_square_p(seen, expected, lost=TEAMS))


def test_each_member_wins_the_lottery_equally_often(months: Months) -> None:
    counts = Counter(one.slot.subject for one in months.won)
    assert between(even(counts, dict.fromkeys(BY_ID, 1.0)))
    wanted = len(SEEDS) * len(MEMBERS) * hazard.RULES.chat_lottery / 100
    assert abs(len(months.won) - wanted) < 3.3 * math.sqrt(wanted)


@pytest.mark.parametrize("group", ["team", "township"])
def test_teams_and_townships_win_by_the_number_of_their_members(
    months: Months, group: str
) -> None:
    counts = Counter(getattr(BY_ID[one.slot.subject], group) for one in months.won)
    assert between(even(counts, Counter(getattr(one, group) for one in MEMBERS)))


def test_visits_fall_on_every_team_and_township_equally_often() -> None:
    teams = Counter(
        team for seed in SEEDS for team in taking_part(facts_of(seed, kind=VISIT), VISIT)
    )
    town_of = {one.team: one.township for one in MEMBERS}
    assert sum(teams.values()) == 2 * len(SEEDS)
    assert even(teams, dict.fromkeys(town_of, 1.0)) > LEAST  # two at once are spread: no MOST
    towns = Counter[str]()
    for team, count in teams.items():
        towns[town_of[team]] += count
    assert even(towns, Counter(town_of.values())) > LEAST


# even over time
def test_weekdays_come_equally_often(months: Months) -> None:
    weights = Counter(weekday(day) for day in DAYS)
    won = Counter(weekday(one.slot.day) for one in months.won)
    assert between(even(won, weights))
    quota = Counter(weekday(one.slot.day) for one, _ in months.met)
    assert even(quota, weights) > LEAST  # under-dispersed on purpose: the cap spreads them


def test_days_come_equally_often(months: Months) -> None:
    days = dict.fromkeys(DAYS, 1.0)
    assert between(even(Counter(one.slot.day for one in months.won), days))
    assert even(Counter(one.slot.day for one, _ in months.met), days) > LEAST


@pytest.mark.parametrize("width", [30, 1])
def test_half_hours_and_minutes_come_equally_often(months: Months, width: int) -> None:
    weights = Counter(str(minute // width) for minute in minutes_in(CHAT))
    drawn = [*months.won, *(one for one, _ in months.met)]
    assert between(even(Counter(str(one.minute // width) for one in drawn), weights))


def test_the_minutes_of_a_phone_check_come_equally_often() -> None:
    months = months_of(lambda seed: facts_of(seed, kind=PHONE))
    counts = Counter(str(one.minute) for one, _ in months.met)
    assert between(even(counts, dict.fromkeys(map(str, minutes_in(PHONE)), 1.0)))


def test_no_member_has_days_of_his_own(months: Months) -> None:
    """Each member's days have a p-value of their own; those must be spread evenly."""
    days: dict[str, Counter[str]] = {one.id: Counter() for one in MEMBERS}
    for one in months.won:
        days[one.slot.subject][one.slot.day] += 1
    values = [even(counts, dict.fromkeys(DAYS, 1.0)) for counts in days.values()]
    assert kolmogorov_smirnov_p(values) > LEAST
    assert min(values) > LEAST / len(values)


# nothing follows from anything
def quota_days(month: Sequence[tuple[Due, str]]) -> dict[str, int]:
    return {one.team: DAYS.index(one.slot.day) for one, _ in month}


def day_pairs(one: Months, two: Months) -> list[tuple[int, int]]:
    """Each team's days in the same month of both."""
    both = zip(map(quota_days, one.quota), map(quota_days, two.quota), strict=True)
    return [(a[team], b[team]) for a, b in both for team in a]


def test_a_team_s_day_says_nothing_of_its_day_next_month(months: Months) -> None:
    pairs = [
        (one[team], two[team])
        for one, two in pairwise(map(quota_days, months.quota))
        for team in one
    ]
    assert abs(correlation(pairs)) < WEAK


def test_not_even_if_the_same_seed_were_taken_for_two_months(months: Months) -> None:
    again = months_of(lambda seed: facts_of(seed, "2027-01"))
    assert abs(correlation(day_pairs(months, again))) < WEAK


def test_winning_says_nothing_of_next_month(months: Months) -> None:
    winners = [{one.slot.subject for one in month} for month in months.extra]
    pairs = [(one in a, one in b) for a, b in pairwise(winners) for one in BY_ID]
    assert abs(correlation(pairs)) < WEAK


def test_a_team_s_quota_day_says_nothing_of_its_members_lottery(months: Months) -> None:
    pairs, same = [], 0
    for quota, extra in zip(months.quota, months.extra, strict=True):
        days = quota_days(quota)
        pairs += [(days[one.team], DAYS.index(one.slot.day)) for one in extra]
        same += sum(DAYS[days[one.team]] == one.slot.day for one in extra)
    assert abs(correlation(pairs)) < WEAK
    assert abs(same - len(pairs) / len(DAYS)) < 3.3 * math.sqrt(len(pairs) / len(DAYS))


# what can be guessed
@pytest.fixture(scope="module")
def guessed() -> list[hazard.Line]:
    return hazard.lines()


def test_the_printed_hazards_are_the_recomputed_ones(guessed: list[hazard.Line]) -> None:
    page = hazard.between_marks(hazard.PAGE.read_text(encoding="utf-8"))
    now = hazard.tables(guessed)
    assert [len(row) for row in hazard.printed(page)] == [5] * 4 + [4] * 5
    for written, recomputed in zip(hazard.printed(page), hazard.printed(now), strict=True):
        assert written == pytest.approx(recomputed, abs=NEAR), "python scripts/hazard.py"


def test_only_what_stands_between_the_marks_is_written() -> None:
    page = f"# 公平抽签\n\n{hazard.MARKS[0]}\n\n{hazard.MARKS[1]}\n\n完\n"
    once = hazard.with_tables(page, "| 甲 | 1.0 |\n")
    assert once == page.replace("\n\n<!-- /", "\n\n| 甲 | 1.0 |\n\n<!-- /")
    assert hazard.with_tables(once, "| 甲 | 1.0 |\n") == once
    assert hazard.printed(hazard.between_marks(once)) == [[1.0]]


def test_whoever_was_checked_can_be_checked_again(guessed: list[hazard.Line]) -> None:
    usual = guessed[1]
    assert f" {hazard.RULES.chat_lottery}%" in usual.name
    assert usual.member.drawn.percent > 1
    figures = usual.member.figures
    assert max(figures) < 5  # and nobody can be sure of it either
    assert usual.team.drawn.percent > 4


def test_without_the_lottery_he_would_be_safe_and_know_it(guessed: list[hazard.Line]) -> None:
    """Negative control: the quota alone."""
    bare = guessed[0]
    assert bare.member.drawn.days > 10_000
    assert bare.member.drawn.percent == bare.team.drawn.percent == 0


def test_a_team_not_drawn_by_the_last_day_is_drawn_on_it() -> None:
    for key in hazard.KEYS[:20]:
        facts = hazard.month(key, {CHAT: hazard.KINDS[CHAT]}, hazard.county())
        by_day = hazard.drawn_on(hazard.play(facts, hazard.RULES.chat_rest_days), CHAT)
        assert {team_of(one) for met in by_day.values() for one in met} == set(facts.teams)


def team_of(member: str) -> str:
    return f"t{member.rsplit('t', 1)[1]}"


# negative controls: what the tests above must catch
class ShortLots(Lots):
    """Ten bits and a modulo where a fair number is thrown."""

    def below(self, limit: int, *parts: object) -> int:
        return self.ticket(*parts, 0) % 1024 % limit


def test_the_chi_square_catches_a_modulo_instead_of_a_second_throw() -> None:
    def short(seed: bytes) -> Facts:
        facts = facts_of(seed)
        vars(facts)["lots"] = ShortLots(facts.key)
        return facts

    weights = Counter(str(minute // 30) for minute in minutes_in(CHAT))
    drawn = [one for one, _ in months_of(short).met]
    assert even(Counter(str(one.minute // 30) for one in drawn), weights) < LEAST


def test_the_correlation_catches_a_key_that_forgets_the_month() -> None:
    one, two = (months_of(lambda seed: facts_of(seed, ""), SEEDS[:50]) for _ in range(2))
    assert correlation(day_pairs(one, two)) > WEAK


def test_the_key_hangs_on_the_list_and_on_the_number_given_later() -> None:
    """Negative control: a key without R would be the same for two lists."""

    def without_list(seed: bytes, period: str, _: str, beacon: str) -> bytes:
        return period_key(seed, period, "", beacon)

    def keys(make: Callable[[bytes, str, str, str], bytes]) -> set[bytes]:
        lists = [hashlib.sha256(f"list {n}".encode()).hexdigest() for n in range(10)]
        return {make(SEEDS[0], "2026-12", one, b) for one in lists for b in ("1", "2", "3")}

    assert len(keys(period_key)) == 30
    assert len(keys(without_list)) < 30


def test_a_seed_chosen_after_the_list_is_not_the_promised_one() -> None:
    """An operator who tries seeds finds one that spares his friend; the promise gives him away."""
    promised, friend = commitment(SEEDS[0], "2026-12"), MEMBERS[0]

    def spares(seed: bytes) -> bool:
        plan = [one for one in due(facts_of(seed), {}) if one.team == friend.team]
        quota = next(one for one in plan if one.slot.why == QUOTA)
        return quota.slot.day == DAYS[-1]

    chosen = [seed for seed in SEEDS[1:100] if spares(seed)]
    assert len(chosen) > 1  # about one in twenty-one: without a promise he has his way
    assert promised not in {commitment(seed, "2026-12") for seed in chosen}
    assert commitment(SEEDS[0], "2027-01") != promised


async def test_another_seed_or_another_list_put_in_its_place_draws_nothing(
    database: Database, county: County, tmp_path: Path
) -> None:
    """The program itself refuses what was not promised."""
    now, vault = MONDAY, Vault(tmp_path / "seeds", lambda: SEEDS[0])
    async with database.transaction() as db:
        period = await draw_periods.current(db, county.id, vault, hazard.RULES, now=now)
        key = await draw_periods.key(db, period, vault, now=now)
        [file] = vault.folder.iterdir()
        file.write_bytes(SEEDS[1])
        with pytest.raises(draw_periods.NoDraws):
            await draw_periods.key(db, period, vault, now=now)
        file.write_bytes(SEEDS[0])
        assert await draw_periods.key(db, period, vault, now=now) == key
        await db.connection.execute("DELETE FROM draw_member WHERE member LIKE '%t1'")
        with pytest.raises(draw_periods.NoDraws):
            await draw_periods.key(db, period, vault, now=now)
