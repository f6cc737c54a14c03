"""Look-backs: whose day comes when, who is drawn, who may go, and what is kept of it."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import audit, draw_periods, look_backs, people
from ledger.chance import Lots, Seeds
from ledger.clock import ms
from ledger.database import Database, Session, open_database
from ledger.days import at, days_between, is_workday, week_of, workday_after
from ledger.errors import Refused
from ledger.issues import any_issue
from ledger.look_backs import Candidate, Draw, Pool, Urn, Why, due_on, pick, redo, sort_out
from ledger.rules import Rules
from ledger.seed_vault import Vault

DAY = timedelta(days=1)
RULES = Rules()
CLOCK = datetime.min.time().replace(hour=8, minute=40)


async def closed_on(
    db: Session, county: County, day: date, *, tier: str = "general", category: str = "住房",
    rebounds: int = 0, state: str = "closed", owner: str = "李队员", closer: str = "王队长",
) -> int:  # fmt: skip
    """An issue of 永安村 that was struck off that day, put in as it then stands."""
    li = county["李队员"]
    row = {
        "county": county.id, "township": li.township_id, "team": li.team_id, "tier": tier,
        "category": category, "day": day.isoformat(), "state": state, "rebounds": rebounds,
        "owner": county[owner].id, "by": county[closer].id, "at": ms(at(day, CLOCK)),
    }  # fmt: skip
    rows = await db.connection.execute_fetchall(
        "INSERT INTO issue (county_id, township_id, team_id, text, tier, category, found_day,"
        " due, state, owner_id, submitted_by, verified_by, closed_by, closed_day, closed_at,"
        " rebounds) VALUES (:county, :township, :team, '屋顶漏雨', :tier, :category, :day, :day,"
        " :state, :owner, :owner, :by, :by, :day, :at, :rebounds) RETURNING id",
        row,
    )
    return int(next(iter(rows))[0])


async def week(
    db: Session, county: County, day: date, folder: Path, rules: Rules = RULES
) -> Draw | None:
    vault = Vault(folder / "seeds", Seeds(f"x{day}"))
    return await look_backs.draw_week(db, county.id, rules, vault, now=at(day, CLOCK))


async def planned(db: Session) -> list[tuple[int, int, str, str]]:
    rows = await db.connection.execute_fetchall(
        "SELECT issue_id, after_days, due, why FROM look_back ORDER BY due, issue_id, after_days"
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


# the day
@pytest.mark.parametrize(
    ("closed", "after", "due"),
    [
        (date(2026, 11, 23), 30, date(2026, 12, 23)),
        (date(2026, 11, 26), 30, date(2026, 12, 28)),  # a Saturday: the Monday after
        (date(2026, 9, 1), 30, date(2026, 10, 8)),  # within the National Day holidays
        (date(2026, 11, 23), 90, date(2027, 2, 22)),
    ],
)
def test_the_day_is_a_working_day_on_or_after(closed: date, after: int, due: date) -> None:
    assert due_on(closed, after, RULES) == due


@given(st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.integers(1, 200))
def test_no_working_day_is_passed_over(closed: date, after: int) -> None:
    due, meant = due_on(closed, after, RULES), closed + after * DAY

    assert due >= meant
    assert is_workday(due, RULES)
    assert not [one for one in days_between(meant, due - DAY) if is_workday(one, RULES)]


# the draw
def candidates(complex_: int, other: int, always: int = 0) -> list[Candidate]:
    day = MONDAY.date()
    sorts = [("complex", Why.LOT)] * complex_ + [("general", Why.LOT)] * other
    sorts += [("general", Why.REBOUND)] * always
    return [Candidate(id, 30, day, *sort) for id, sort in enumerate(sorts, 1)]


@pytest.mark.parametrize(
    ("complex_", "other", "drawn"),
    [
        (0, 0, 0),
        (0, 1, 1),
        (1, 0, 1),
        (10, 0, 5),
        (0, 40, 4),
        (3, 26, 5),
        (0, 14, 1),
        (0, 15, 2),
    ],
)
def test_so_many_are_drawn(complex_: int, other: int, drawn: int) -> None:
    pool = sort_out(candidates(complex_, other), RULES)

    assert len(pick(b"seed", "2026-W48", pool)) == drawn


def test_a_county_that_draws_none_draws_none() -> None:
    none = Rules(look_back_share=0, look_back_complex=0)

    assert pick(b"seed", "2026-W48", sort_out(candidates(4, 9, 2), none)) == []


@given(st.permutations(range(12)), st.binary(min_size=32, max_size=32))
def test_the_order_of_the_pool_means_nothing(order: list[int], seed: bytes) -> None:
    found = candidates(5, 7)
    shuffled = [found[one] for one in order]

    assert sort_out(found, RULES).canonical == sort_out(shuffled, RULES).canonical
    assert pick(seed, "w", sort_out(found, RULES)) == pick(seed, "w", sort_out(shuffled, RULES))


def test_everybody_s_chance_is_the_same() -> None:
    pool = Pool({"other": Urn(10, tuple(f"{one}-30" for one in range(40)))})
    seeds = Seeds("fair")
    drawn = Counter(key for _ in range(2000) for key in pick(seeds(), "w", pool))

    assert len(drawn) == 40
    assert 150 < min(drawn.values()) <= max(drawn.values()) < 255  # 200 each, 4 sigma


# a week
async def test_always_or_by_lot(database: Database, county: County, tmp_path: Path) -> None:
    day = MONDAY.date()
    async with database.transaction() as db:
        school = await closed_on(db, county, day - 30 * DAY, category="教育")
        back = await closed_on(db, county, day - 90 * DAY, rebounds=1)
        gone = await closed_on(db, county, day - 30 * DAY, state="rebounded")
        plain = [await closed_on(db, county, day - 29 * DAY) for _ in range(20)]
        draw = await week(db, county, day, tmp_path)
        rows = await planned(db)

    assert draw is not None
    assert {(school, 30, "category"), (back, 90, "rebound")} <= {
        (id, after, why) for id, after, _, why in rows
    }
    lots = [id for id, _, _, why in rows if why == "lot"]
    assert len(lots) == 2
    assert set(lots) <= set(plain)
    assert gone not in {id for id, *_ in rows}
    assert {due for id, _, due, _ in rows if id in lots} == {(day + DAY).isoformat()}
    assert redo(draw) == json.loads(draw.drawn)


async def test_once_a_week_and_not_on_a_day_of_rest(
    database: Database, county: County, tmp_path: Path
) -> None:
    day = MONDAY.date()
    async with database.transaction() as db:
        for _ in range(5):
            await closed_on(db, county, day - 30 * DAY)
        assert await week(db, county, day - DAY, tmp_path) is None  # Sunday
        draw = await week(db, county, day, tmp_path)
        assert draw is not None
        assert [await week(db, county, day + n * DAY, tmp_path) for n in range(7)] == [None] * 7
        events = await audit.history(db, f"look_back_draw:{draw.id}")

    assert len(events) == 1
    assert set(events[0]["body"]) == {"week", "drawn", "seed_sha256", "pool_sha256"}


async def test_a_week_nobody_kept_time_is_made_up(
    database: Database, county: County, tmp_path: Path
) -> None:
    day = MONDAY.date()
    async with database.transaction() as db:
        await week(db, county, day, tmp_path)
        missed = await closed_on(db, county, day + 9 * DAY - 30 * DAY, category="教育")
        assert await week(db, county, day + 17 * DAY, tmp_path) is not None
        rows = await planned(db)

    assert [(id, due) for id, _, due, _ in rows] == [(missed, (day + 9 * DAY).isoformat())]


LIVES = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["general", "complex"]), st.booleans()),
    max_size=40,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lives=LIVES, outages=st.sets(st.integers(0, 290), max_size=60))
async def test_each_is_considered_once_and_on_time(
    template: Path,
    tmp_path: Path,
    lives: list[tuple[int, str, bool]],
    outages: set[int],
) -> None:
    """Half a year of issues through the draws of ten months, some days without the program."""
    path = tmp_path / "lived.db"
    for left in tmp_path.glob("lived.db*"):
        left.unlink()
    path.write_bytes(template.read_bytes())
    first = date(2026, 1, 5)
    async with open_database(path, durable=False) as database, database.transaction() as db:
        county = await cast(db)
        waiting = sorted(lives)
        draws = []
        for number in range(300):
            while waiting and waiting[0][0] <= number - 1:
                day, tier, again = waiting.pop(0)
                closed = first + day * DAY
                await closed_on(db, county, closed, tier=tier, rebounds=int(again))
            if number not in outages and (
                draw := await week(db, county, first + number * DAY, tmp_path)
            ):
                draws.append((first + number * DAY, draw))
        rows = await planned(db)
        await check_half_year(db, rows, draws, outages, first)


async def check_half_year(
    db: Session, rows: list[tuple[int, int, str, str]], draws: list[tuple[date, Draw]],
    outages: set[int], first: date,
) -> None:  # fmt: skip
    pooled: Counter[str] = Counter()
    when: dict[str, date] = {}
    for day, draw in draws:
        kept = json.loads(draw.pool)
        keys = [*kept["always"], *(key for urn in kept["urns"].values() for key in urn["of"])]
        pooled.update(keys)
        when.update(dict.fromkeys(keys, day))
        assert is_workday(day, RULES)
        assert redo(draw) == json.loads(draw.drawn)
        assert bool(redo(draw)) == bool(kept["urns"])
    everything = await db.connection.execute_fetchall("SELECT id, closed_day FROM issue")
    meant = {
        f"{row[0]}-{after}": due_on(date.fromisoformat(row[1]), after, RULES)
        for row in everything
        for after in RULES.look_back_days
    }
    assert set(pooled) == set(meant)  # by then every day has come
    assert max(pooled.values(), default=1) == 1
    for key, due in meant.items():
        opening = week_of(due)[0]
        expected = opening if is_workday(opening, RULES) else workday_after(opening, RULES)
        while (expected - first).days in outages:
            expected = workday_after(expected, RULES)
        assert when[key] == expected
    assert len({(id, after) for id, after, *_ in rows}) == len(rows)


# where the secret comes from
async def two_weeks(
    db: Session, county: County, tmp_path: Path, first: date, second: date
) -> tuple[Draw, Draw]:
    """A draw in each of these weeks, with enough to draw from."""
    for day in (first, second):
        for _ in range(12):
            await closed_on(db, county, day - 30 * DAY)
    draws = [await week(db, county, day, tmp_path) for day in (first, second)]
    assert draws[0]
    assert draws[1]
    return draws[0], draws[1]


async def test_the_secret_is_the_month_s(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        draw, _ = await two_weeks(db, county, tmp_path, date(2026, 11, 23), date(2026, 11, 30))
        period = await draw_periods.of_month(db, county.id, "2026-11")
        assert period is not None
        vault = Vault(tmp_path / "seeds", Seeds("other"))
        lots = Lots(await draw_periods.key(db, period, vault, now=MONDAY))

    assert draw.period_id == period.id
    name = f"2026-W48|look_back|{county.id}"
    assert draw.seed == draw_periods.secret_of(lots, name).hex()
    assert redo(draw) == draw.picks


async def test_a_week_belongs_to_the_month_of_its_monday(
    database: Database, county: County, tmp_path: Path
) -> None:
    """On Monday 30 November nobody kept time; the draw is made on Tuesday 1 December."""
    async with database.transaction() as db:
        await two_weeks(db, county, tmp_path, date(2026, 11, 16), date(2026, 11, 23))
        for _ in range(12):
            await closed_on(db, county, date(2026, 12, 1) - 30 * DAY)
        late = await week(db, county, date(2026, 12, 1), tmp_path)
        november = await draw_periods.of_month(db, county.id, "2026-11")

    assert late is not None
    assert november is not None
    assert (late.week, late.period_id) == ("2026-W49", november.id)


async def test_a_month_nobody_opened_has_no_key(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        for _ in range(12):
            await closed_on(db, county, date(2026, 12, 1) - 30 * DAY)
        late = await week(db, county, date(2026, 12, 1), tmp_path)

    assert late is not None
    assert late.period_id is None


async def test_a_lost_seed_does_not_stop_look_backs(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        first, _ = await two_weeks(db, county, tmp_path, date(2026, 11, 16), date(2026, 11, 23))
        for seed in (tmp_path / "seeds").iterdir():
            seed.unlink()
        for _ in range(12):
            await closed_on(db, county, date(2026, 11, 30) - 30 * DAY)
        lost = await week(db, county, date(2026, 11, 30), tmp_path)
        assert lost is not None
        (event,) = await audit.history(db, f"look_back_draw:{lost.id}")
        (before,) = await audit.history(db, f"look_back_draw:{first.id}")

    assert lost.period_id is None
    assert event["body"]["fresh_seed"] is True
    assert "fresh_seed" not in before["body"]
    assert redo(lost) == lost.picks


async def test_before_the_beacon_nothing_is_drawn(
    database: Database, county: County, tmp_path: Path
) -> None:
    """1 June 2026 is a Monday: opened in May, its number comes in the morning."""
    day = date(2026, 6, 1)
    vault = Vault(tmp_path / "seeds", Seeds("june"))
    async with database.transaction() as db:
        await draw_periods.open_month(
            db, county.id, day, vault, RULES, now=at(day - 3 * DAY, CLOCK)
        )
        for _ in range(12):
            await closed_on(db, county, day - 30 * DAY)
        night = at(day, CLOCK.replace(hour=0))
        assert await look_backs.draw_week(db, county.id, RULES, vault, now=night) is None
        assert await week(db, county, day, tmp_path) is not None


# doing it
async def drawn_one(db: Session, county: County, tmp_path: Path, **facts: str) -> int:
    day = MONDAY.date()
    id = await closed_on(db, county, day - 30 * DAY, category="教育", **facts)
    await week(db, county, day, tmp_path)
    return id


async def test_who_is_asked_and_who_may(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        id = await drawn_one(db, county, tmp_path)
        may = [
            name
            for name, one in county.people.items()
            if [each.issue.id for each in await look_backs.waiting_for(db, one)] == [id]
        ]
        asked = [
            name
            for name, one in county.people.items()
            if await look_backs.asked_of(db, one, MONDAY.date())
        ]

    assert set(may) == {"赵队员", "周总队长", "陈干事"}  # not the owner, not who struck it off
    assert asked == ["周总队长"]


@pytest.mark.parametrize(
    ("owner", "closer", "asked"),
    [
        ("李队员", "周总队长", ["王队长"]),
        ("王队长", "周总队长", ["陈干事"]),
        ("赵队员", "陈干事", ["周总队长", "王队长"]),
    ],
)
async def test_the_nearest_seat_without_a_hand_in_it(
    database: Database, county: County, tmp_path: Path, owner: str, closer: str,
    asked: list[str],
) -> None:  # fmt: skip
    async with database.transaction() as db:
        await drawn_one(db, county, tmp_path, owner=owner, closer=closer)
        found = [
            name
            for name, one in county.people.items()
            if await look_backs.asked_of(db, one, MONDAY.date())
        ]

    assert sorted(found) == sorted(asked)


async def test_it_holds_and_twice_is_refused(
    database: Database, county: County, tmp_path: Path
) -> None:
    chief = county["周总队长"]
    async with database.transaction() as db:
        id = await drawn_one(db, county, tmp_path)
        issue = await any_issue(db, id)
        await look_backs.holds(db, chief, issue, "去看了，没再漏", now=MONDAY)
        (done,) = await look_backs.of_issue(db, id)

        assert (done.result, done.by_id, done.text) == ("holds", chief.id, "去看了，没再漏")
        assert await look_backs.waiting_for(db, chief) == []
        with pytest.raises(Refused) as why:
            await look_backs.holds(db, chief, issue, "再看", now=MONDAY)
        assert why.value.block == "look_backs.done_before"
        assert (await any_issue(db, id)).state == "closed"


async def test_it_has_come_back(database: Database, county: County, tmp_path: Path) -> None:
    chief = county["周总队长"]
    facts = {"source": "m:1", "now": MONDAY, "rules": RULES}
    async with database.transaction() as db:
        id = await drawn_one(db, county, tmp_path)
        issue = await any_issue(db, id)
        new = await look_backs.rebounded(db, chief, issue, "又不去上学", **facts)
        (done,) = await look_backs.of_issue(db, id)

        assert (done.result, (await any_issue(db, id)).state) == ("rebounded", "rebounded")
        assert (new.reopens_id, new.rebounds, new.owner) == (id, 1, "李队员")
        with pytest.raises(Refused) as why:
            await look_backs.rebounded(db, chief, await any_issue(db, id), "又", **facts)
        assert why.value.block == "issues.has_rebounded"


async def test_what_nobody_planned(database: Database, county: County) -> None:
    chief = county["周总队长"]
    async with database.transaction() as db:
        issue = await any_issue(db, await closed_on(db, county, MONDAY.date() - DAY))
        with pytest.raises(Refused) as why:
            await look_backs.holds(db, chief, issue, "看了", now=MONDAY)
        assert why.value.block == "look_backs.none_planned"
        new = await look_backs.rebounded(
            db, chief, issue, "又漏了", source="", now=MONDAY, rules=RULES
        )
        assert new.reopens_id == issue.id  # what is seen is taken, planned or not
        assert await look_backs.of_issue(db, issue.id) == []


@pytest.mark.parametrize("who", ["李队员", "王队长"])
async def test_whoever_had_a_hand_in_it_does_not(
    database: Database, county: County, tmp_path: Path, who: str
) -> None:
    async with database.transaction() as db:
        issue = await any_issue(db, await drawn_one(db, county, tmp_path))
        with pytest.raises(Refused) as why:
            await look_backs.holds(db, county[who], issue, "看了", now=MONDAY)

    assert why.value.block == "issues.look_back_by_another"


async def cast(db: Session) -> County:
    everybody = await people.roster(db)
    return County(everybody[0].county_id, {one.name: one for one in everybody})


@pytest.fixture
async def template(tmp_path: Path) -> Path:
    """A ledger with the cast and nothing lived, to copy."""
    path = tmp_path / "template.db"
    async with open_database(path, durable=False) as database:
        await settle(database)
        await database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path
