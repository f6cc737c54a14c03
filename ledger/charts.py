"""What charts show: a team's month, households visited, issues by week, days in each pair of hands.

Each is one frozen chart with `facts()`, plain data that a page sets without computing anything.
Nothing here ranks: persons, villages and units stand in the roster's order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from ledger import custody, day_counts, people
from ledger.back_checks import wilson
from ledger.clock import moment
from ledger.database import Session, queries
from ledger.days import DAY, WEEKDAYS, days_between, is_workday
from ledger.people import Person, Role, Scope, Team, scope_of
from ledger.rules import Rules
from ledger.stationed import Counted, Source, count, monday_of

sql = queries("charts")
WEEKS = 12
MOST_UNITS = 12  # units with a line of their own


# facts
class Mark(StrEnum):
    """How one day of one person stands in the calendar; no reason is ever shown."""

    HERE = "here"  # 在村
    TRIP = "trip"  # 公差
    LEAVE = "leave"  # 请假
    REST = "rest"  # 休息
    AWAY = "away"  # 不在村
    UNSAID = "unsaid"  # 未记: a working day nobody has said anything about
    NONE = ""  # to come, or not on the team


@dataclass(frozen=True)
class MonthOf:
    """One person's month: a mark a day, from the first to the last of the month."""

    name: str
    marks: tuple[Mark, ...]

    def days(self, mark: str) -> int:
        """How many days have that mark."""
        return self.marks.count(Mark(mark))


@dataclass(frozen=True)
class Attendance:
    """A team's month (考勤图)."""

    village: str
    first: date
    until: date
    works: tuple[bool, ...]
    people: tuple[MonthOf, ...]

    def facts(self) -> dict[str, Any]:
        """Plain data for the page, up to today: days to come would be empty rows."""
        shown = self.until.day
        days = [
            {"day": number, "weekday": WEEKDAYS[(self.first + (number - 1) * DAY).weekday()], "works": works}
            for number, works in enumerate(self.works[:shown], 1)
        ]  # fmt: skip
        rows = [
            {"name": one.name, "marks": [*map(str, one.marks[:shown])]} for one in self.people
        ]
        until = {"month": self.until.month, "day": self.until.day}
        return {
            "village": self.village,
            "year": self.first.year,
            "days": days,
            "rows": rows,
            **until,
        }


@dataclass(frozen=True)
class Bar:
    """Households visited of those on the ledger in one place, with the interval of the share."""

    name: str
    visited: int
    listed: int

    @property
    def percent(self) -> int:
        """The share in whole per cent; 0 where nothing is listed."""
        return round(100 * self.visited / self.listed) if self.listed else 0

    def facts(self) -> dict[str, Any]:
        """Plain data, the interval in per cent."""
        low, high = wilson(self.visited, self.listed)
        ends = {"low": round(100 * low), "high": round(100 * high)}
        return {**asdict(self), "percent": self.percent, **ends}


@dataclass(frozen=True)
class Coverage:
    """Households visited in a span, place by place (走访图)."""

    place: str
    first: date
    last: date
    bars: tuple[Bar, ...]

    @property
    def whole(self) -> Bar:
        """All places together."""
        visited = sum(one.visited for one in self.bars)
        return Bar(self.place, visited, sum(one.listed for one in self.bars))

    def facts(self) -> dict[str, Any]:
        """Plain data for the page."""
        return {
            "place": self.place, "first": _day(self.first), "last": _day(self.last),
            "bars": [one.facts() for one in self.bars], "whole": self.whole.facts(),
        }  # fmt: skip


@dataclass(frozen=True)
class Life:
    """When an issue was found, is due, was closed."""

    found: date
    due: date
    closed: date | None

    def stands(self, day: date) -> bool:
        """Whether it is not closed at the end of that day."""
        return self.found <= day and (self.closed is None or self.closed > day)

    def planned(self, day: date) -> bool:
        """Whether by its deadline it may still be open then."""
        return self.found <= day <= self.due


@dataclass(frozen=True)
class Week:
    """Issues at the end of one week: open, overdue, what the deadlines allow; found and closed."""

    last: date
    standing: int
    overdue: int
    planned: int
    opened: int
    closed: int


@dataclass(frozen=True)
class BurnDown:
    """The open issues of the last weeks against their deadlines (问题走势)."""

    place: str
    weeks: tuple[Week, ...]

    @property
    def now(self) -> Week:
        """The running week."""
        return self.weeks[-1]

    @property
    def then(self) -> Week:
        """The first of them."""
        return self.weeks[0]

    @property
    def opened(self) -> int:
        """Issues found in all of them."""
        return sum(one.opened for one in self.weeks)

    @property
    def closed(self) -> int:
        """Issues struck off in all of them."""
        return sum(one.closed for one in self.weeks)

    def facts(self) -> dict[str, Any]:
        """Plain data for the page."""
        weeks = [{**asdict(one), "last": _day(one.last)} for one in self.weeks]
        return {"place": self.place, "weeks": weeks}


@dataclass(frozen=True)
class Hands:
    """One holder: issues it has had, days in all, what it has now, the longest of those.

    `name` is '' for an asker's own office. A township of the county stands for its teams, too.
    """

    kind: str
    name: str
    issues: int
    days: int
    now: int
    longest: int


@dataclass(frozen=True)
class Holders:
    """Days in each pair of hands, of the issues open now (经手天数)."""

    place: str
    day: date
    issues: int
    lines: tuple[Hands, ...]
    more: int = 0  # units without a line of their own
    merged: bool = False  # a township stands for its teams, too

    def facts(self) -> dict[str, Any]:
        """Plain data for the page."""
        lines = [asdict(one) for one in self.lines]
        rest = {"issues": self.issues, "lines": lines, "more": self.more, "merged": self.merged}
        return {"place": self.place, "day": _day(self.day), **rest}


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


# rules
def mark_of(counted: Counted | None) -> Mark:
    """The mark of a day as it counts."""
    if counted is None:
        return Mark.NONE
    plain = {Source.TRIP: Mark.TRIP, Source.LEAVE: Mark.LEAVE, Source.REST: Mark.REST}
    if counted.source in plain:
        return plain[counted.source]
    if counted.working:
        return Mark.HERE
    if counted.source is Source.TOLD:
        return Mark.TRIP if counted.stationed else Mark.AWAY
    return Mark.UNSAID


def weeks_of(lives: Sequence[Life], until: date) -> tuple[Week, ...]:
    """The last weeks, each counted on its Sunday; the running one on `until`."""
    monday = monday_of(until)
    starts = [monday - 7 * DAY * back for back in reversed(range(WEEKS))]
    return tuple(_week(lives, one, min(one + 6 * DAY, until)) for one in starts)


def _week(lives: Sequence[Life], first: date, last: date) -> Week:
    standing = [one for one in lives if one.stands(last)]
    return Week(
        last, len(standing), sum(one.due < last for one in standing),
        sum(one.planned(last) for one in lives),
        sum(first <= one.found <= last for one in lives),
        sum(one.closed is not None and first <= one.closed <= last for one in lives),
    )  # fmt: skip


@dataclass(frozen=True)
class Held:
    """One holder's time with one issue."""

    kind: str
    holder: str
    issue: int
    since: date
    until: date | None

    def days(self, today: date) -> int:
        """How long."""
        return max(((self.until or today) - self.since).days, 0)


def lines_of(spans: Iterable[Held], today: date) -> list[Hands]:
    """A line a holder: the teams, the townships, the county, the units, each as they come."""
    found: dict[tuple[str, str], list[Held]] = {}
    for one in spans:
        name = "" if one.kind == custody.Kind.COUNTY.value else one.holder
        found.setdefault((one.kind, name), []).append(one)
    order = [kind.value for kind in custody.Kind]
    ordered = sorted(found, key=lambda key: order.index(key[0]))
    return [_line(kind, name, found[kind, name], today) for kind, name in ordered]


def _line(kind: str, name: str, spans: Sequence[Held], today: date) -> Hands:
    now = [one.days(today) for one in spans if one.until is None]
    issues = len({one.issue for one in spans})
    days = sum(one.days(today) for one in spans)
    return Hands(kind, name, issues, days, len(now), max(now, default=0))


# records
async def access_attendance(
    db: Session, asker: Person, team: Team, first: date, today: date, rules: Rules
) -> Attendance:
    """The month of a team in the asker's scope, up to today; a member sees his own line only."""
    last = (first + 31 * DAY).replace(day=1) - DAY
    until = min(last, today)
    scope = Scope(asker.county_id, scope_of(asker).township, asker.team_id or team.id)
    own = asker.id if asker.role is Role.MEMBER else 0
    gathered = await day_counts.gather(db, scope, first, until, person=own)
    start = max(first, await _begun(db) or first)
    months = []
    for person in await _named(db, scope, gathered.posts, until):
        facts = {
            day: gathered.facts(person.id, day, rules) for day in days_between(start, until)
        }
        counted = {day: count(one, rules) for day, one in facts.items() if one}
        days = days_between(first, last)
        months.append(MonthOf(person.name, tuple(mark_of(counted.get(day)) for day in days)))
    works = tuple(is_workday(day, rules) for day in days_between(first, last))
    return Attendance(team.village, first, until, works, tuple(months))


async def _begun(db: Session) -> date | None:
    first = await sql.begun(db.connection)
    return moment(int(first)).date() if first else None


async def _named(db: Session, scope: Scope, posted: Iterable[int], day: date) -> list[Person]:
    """Those who were on the team, in the roster's order; who has left comes last."""
    mates = {one.id: one for one in await people.members(db, scope, day=day)}
    gone = [await people.by_id(db, id) for id in sorted(posted) if id not in mates]
    return [one for id, one in mates.items() if id in set(posted)] + gone


async def coverage(db: Session, asker: Person, first: date, last: date) -> Coverage:
    """Households visited: the county by township, a township by village, a team its own."""
    ends = {"first": first.isoformat(), "last": last.isoformat()}
    rows = [row async for row in sql.visited(db.connection, **ends, **vars(scope_of(asker)))]
    by = "township" if asker.role is Role.COUNTY else "village"
    bars: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for row in rows:
        bars.setdefault((row["township_id"], row[by]), []).append(
            (row["visited"], row["listed"])
        )
    made = (
        Bar(name, sum(one for one, _ in parts), sum(one for _, one in parts))
        for (_, name), parts in bars.items()
    )
    return Coverage(asker.place, first, last, tuple(made))


async def burn_down(db: Session, asker: Person, today: date) -> BurnDown:
    """The open issues of the asker's scope at the end of each of the last weeks."""
    first = monday_of(today) - 7 * DAY * (WEEKS - 1)
    rows = sql.lives(db.connection, first=first.isoformat(), **vars(scope_of(asker)))
    lives = [
        Life(_date(row["found_day"]), _date(row["due"]), _date_or_none(row["closed_day"]))
        async for row in rows
    ]
    return BurnDown(asker.place, weeks_of(lives, today))


async def holders(db: Session, asker: Person, today: date) -> Holders:
    """Whose hands the open issues of the asker's scope are and were in, and for how long.

    To the county a team's time is its township's: three hundred villages fit on no picture.
    """
    rows = sql.hands(db.connection, **vars(scope_of(asker)))
    merged = asker.role is Role.COUNTY
    spans = [_held(row, merged=merged) async for row in rows]
    lines = lines_of(spans, today)
    most = MOST_UNITS + sum(one.kind != custody.Kind.UNIT.value for one in lines)
    issues = len({one.issue for one in spans})
    return Holders(asker.place, today, issues, tuple(lines[:most]), len(lines[most:]), merged)


def _held(row: Any, *, merged: bool) -> Held:
    kind, holder = row["kind"], row["holder"]
    if merged and kind == custody.Kind.TEAM.value:
        kind, holder = custody.Kind.TOWNSHIP.value, row["township"]
    ends = _date(row["since_day"]), _date_or_none(row["until_day"])
    return Held(kind, holder, row["issue_id"], *ends)


def _date(day: str) -> date:
    return date.fromisoformat(day)


def _date_or_none(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
