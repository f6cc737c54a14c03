"""What somebody can guess of the spot checks, in per cent: plays whole months by the real plan.

    python scripts/hazard.py            writes the tables into docs/fair-draws.md
    python scripts/hazard.py --show     prints them

The seeds are fixed, so the tables come out the same every time; results are fed back to the plan
as the clock does it, minute by minute, with the rest after a chat check. That the page says what
comes out here is held by tests/ledger/test_draw_statistics.py.
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ledger.days import days_between, is_workday  # noqa: E402
from ledger.draw_facts import REST  # noqa: E402
from ledger.draw_periods import kinds_of, last_of  # noqa: E402
from ledger.draw_plan import (  # noqa: E402
    AWAY,
    CHAT,
    MOVED,
    PHONE,
    VISIT,
    VOID,
    Due,
    Facts,
    Kind,
    Member,
    Off,
    Slot,
    due,
    result_of,
)
from ledger.rules import Rules  # noqa: E402

PAGE = ROOT / "docs" / "fair-draws.md"
MARKS = ("<!-- hazard -->", "<!-- /hazard -->")
RULES = Rules()
MONTH = date(2026, 11, 1)  # 21 working days
DAYS = tuple(str(one) for one in days_between(MONTH, last_of(MONTH)) if is_workday(one, RULES))
TEAMS, IN_TEAM, TOWNS = 100, 3, 10
KINDS = kinds_of(RULES, TEAMS, Fraction(1))
RATES = (0, 25, 50)  # chances of one more chat check, per cent
LAST_DAYS = 5
# 100 fixed keys: about 630,000 days of members and 210,000 of teams behind each line
KEYS = tuple(hashlib.sha256(f"hazard {number}".encode()).digest() for number in range(100))
DAY = 24 * 60  # minutes; a played month counts its moments in minutes


# a month, played
def county(teams: int = TEAMS, each: int = IN_TEAM) -> tuple[Member, ...]:
    """Teams of the same size, spread over the townships."""
    return tuple(
        Member(
            f"p{team * each + one}t{team}", "member", f"t{team}", f"w{team % TOWNS}", "u", "v"
        )
        for team in range(teams)
        for one in range(each)
    )


def month(key: bytes, kinds: Mapping[str, Kind], members: Sequence[Member]) -> Facts:
    """The facts of a month in which nobody is away."""
    return Facts(key, DAYS, 0, tuple(members), kinds, {one.id: [] for one in members})


def moment_of(facts: Facts, one: Due) -> int:
    """When a slot is decided, in minutes since the list was frozen."""
    return (facts.days.index(one.slot.day) + 1) * DAY + one.minute


def play(facts: Facts, rest_days: int) -> dict[Slot, str]:
    """Decide every slot at its minute; who was asked by chat rests, and the plan is asked again."""
    off = {member: list(rows) for member, rows in facts.off.items()}
    facts, results = replace(facts, off=off), dict[Slot, str]()
    waiting = _waiting(facts, results)
    while waiting:
        one = waiting.pop()
        at = moment_of(facts, one)
        met = results[one.slot] = result_of(facts, one, at)
        if met == MOVED:
            waiting = _waiting(facts, results)
        elif one.slot.kind == CHAT and met != AWAY:
            off.setdefault(met, []).extend(_rest(facts, one.slot.day, rest_days, at))
    return results


def _waiting(facts: Facts, results: Mapping[Slot, str]) -> list[Due]:
    """What is still to be decided, the next one last."""
    waiting = [one for one in due(facts, results) if one.slot not in results]
    return sorted(
        waiting, key=lambda one: (moment_of(facts, one), repr(one.slot)), reverse=True
    )


def _rest(facts: Facts, day: str, rest_days: int, at: int) -> Iterator[Off]:
    asked = date.fromisoformat(day)
    for one in facts.days:
        if 0 <= (date.fromisoformat(one) - asked).days <= rest_days:
            yield Off(one, at, 0, REST)


def drawn_on(results: Mapping[Slot, str], kind: str) -> dict[str, list[str]]:
    """The members that a kind of check met, by day."""
    found: dict[str, list[str]] = {day: [] for day in DAYS}
    for slot, met in results.items():
        if slot.kind == kind and met not in (MOVED, AWAY, VOID):
            found[slot.day].append(met)
    return found


# what can be guessed
@dataclass
class Chance:
    """How often somebody in one position was drawn that day."""

    drawn: int = 0
    days: int = 0

    @property
    def percent(self) -> float:
        """In per cent; 0 if nobody was ever there."""
        return 100 * self.drawn / self.days if self.days else 0.0


@dataclass
class Guess:
    """What members, or teams, can know: not yet drawn in each third, drawn, the last days."""

    thirds: tuple[Chance, Chance, Chance] = field(
        default_factory=lambda: (Chance(), Chance(), Chance())
    )
    drawn: Chance = field(default_factory=Chance)
    last: Chance = field(default_factory=Chance)

    @property
    def figures(self) -> list[float]:
        """Already drawn; not yet: first, middle, last third."""
        return [self.drawn.percent, *(one.percent for one in self.thirds)]

    def watch(self, by_day: Mapping[str, Sequence[str]], everybody: Sequence[str]) -> None:
        """One month: who was drawn on each day, among everybody."""
        before: set[str] = set()
        for number, day in enumerate(DAYS):
            today, fresh = set(by_day[day]), len(everybody) - len(before)
            positions = [self.thirds[number * 3 // len(DAYS)]]
            positions += [self.last] if number >= len(DAYS) - LAST_DAYS else []
            for one in positions:
                one.drawn, one.days = one.drawn + len(today - before), one.days + fresh
            self.drawn.drawn += len(today & before)
            self.drawn.days += len(before)
            before |= today


@dataclass
class Line:
    """One line of the tables."""

    name: str
    checks: float  # a member and month
    member: Guess
    team: Guess


def line(name: str, kind: str, settings: Kind) -> Line:
    """Play a month by every key and watch what members and teams see of it."""
    members = county()
    team_of = {one.id: one.team for one in members}
    teams, checks = sorted(set(team_of.values())), 0
    found = Line(name, 0, Guess(), Guess())
    for key in KEYS:
        by_day = drawn_on(
            play(month(key, {kind: settings}, members), RULES.chat_rest_days), kind
        )
        found.member.watch(by_day, list(team_of))
        found.team.watch(
            {day: [team_of[one] for one in met] for day, met in by_day.items()}, teams
        )
        checks += sum(map(len, by_day.values()))
    found.checks = checks / len(members) / len(KEYS)
    return found


def lines() -> list[Line]:
    """Chat checks by the chance of one more, phone checks, visits; the county's own settings."""
    chat = [
        line(f"聊天抽查，另抽 {rate}%", CHAT, replace(KINDS[CHAT], extra=rate))
        for rate in RATES
    ]
    return [
        *chat,
        line("电话抽查", PHONE, KINDS[PHONE]),
        line(f"暗访（全县 {KINDS[VISIT].teams} 队）", VISIT, KINDS[VISIT]),
    ]


# the page
HEADS = "| 已抽过 | 没抽过：前三分之一 | 中 | 后三分之一 |"
WORDS = """\
以下由 `python scripts/hazard.py` 算出：{teams} 个队，每队 {each} 人，{days} 个工作日，无人请假，\
{keys} 个固定的种子，按真的抽签程序把整月走一遍。数字是“今天会不会抽到”的机会，百分之几；\
“已抽过”里含歇着的几天。

一个人能猜到多少：

{members}

一个队能猜到多少：

{team_lines}

照直说两句：

- 整月还没抽到的队，到了最后一周自己是知道的：最后 {last_days} 个工作日里，每天有 {last:.0f}% \
的机会聊天抽查抽到它，到最后一天还没抽到的，必定抽到；抽到队里的哪一个人，仍然不知道。\
这是“每队每月至少一次”的代价。
- 聊天抽查抽到以后 {rest} 天之内不再抽同一个人，这几天他是知道的；过了这几天，另抽的机会一直都在，\
所以抽过了也不等于这个月没事了。电话抽查和暗访没有另抽，一个队抽过一次，这个月就不再抽。
"""


def tables(found: Sequence[Line]) -> str:
    """Both tables and what must be said honestly about them."""
    usual = next(one for one in found if one.name.endswith(f" {RULES.chat_lottery}%"))
    return WORDS.format(
        teams=TEAMS, each=IN_TEAM, days=len(DAYS), keys=len(KEYS), last_days=LAST_DAYS,
        last=usual.team.last.percent, rest=RULES.chat_rest_days,
        members="\n".join(_member_lines(found)), team_lines="\n".join(_team_lines(found)),
    )  # fmt: skip


def _member_lines(found: Sequence[Line]) -> Iterator[str]:
    yield f"| 怎么抽 | 每人每月几次 {HEADS}"
    yield "|---" * 6 + "|"
    for one in found:
        if not one.name.startswith("暗访"):  # a visit is to a team
            yield f"| {one.name} | {one.checks:.2f} | {_cells(one.member)} |"


def _team_lines(found: Sequence[Line]) -> Iterator[str]:
    yield f"| 怎么抽 {HEADS}"
    yield "|---" * 5 + "|"
    for one in found:
        yield f"| {one.name} | {_cells(one.team)} |"


def _cells(guess: Guess) -> str:
    return " | ".join(f"{one:.1f}" for one in guess.figures)


def printed(text: str) -> list[list[float]]:
    """The figures of each line of the tables, as they stand on a page."""
    rows = [row.split("|")[2:-1] for row in text.splitlines() if row.startswith("| ")]
    return [[float(cell) for cell in row] for row in rows if "已抽过" not in "".join(row)]


def between_marks(page: str) -> str:
    """What stands on the page between the marks."""
    return page.split(MARKS[0], 1)[1].split(MARKS[1], 1)[0]


def with_tables(page: str, text: str) -> str:
    """The page with what stands between the marks replaced."""
    head, rest = page.split(MARKS[0], 1)
    return f"{head}{MARKS[0]}\n\n{text}\n{MARKS[1]}{rest.split(MARKS[1], 1)[1]}"


def main() -> None:
    """Write the tables into the page, or show them."""
    text = tables(lines())
    if "--show" in sys.argv[1:]:
        print(text)
        return
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
