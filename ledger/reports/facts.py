"""What a summary consists of. Words are put to it in templates/bulletins."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Literal, NamedTuple

from ledger.clock import aware
from ledger.messages import Option
from ledger.people import Person, Scope, scope_of
from ledger.periods import Span

Kind = Literal["daily", "weekly"]
Level = Literal["team", "township", "county"]


class Depth(IntEnum):
    """How much of what is behind the figures is read (security §3)."""

    COUNTS = 0  # for township and county: no household and no name
    NAMES = 1
    LISTS = 2
    RECORDS = 3


@dataclass(frozen=True)
class Place:
    """Whose summary it is: a village's team, a township, the county."""

    level: Level
    id: int
    name: str
    scope: Scope
    study_names: bool = False  # a switch (学习名单): who owes a study record is named here, too

    @property
    def depth(self) -> Depth:
        """Households and names stay in the village."""
        above = Depth.NAMES if self.study_names else Depth.COUNTS
        return Depth.LISTS if self.level == "team" else above


@dataclass(frozen=True)
class Window:
    """The days a summary is about, and the day as of which things stand."""

    kind: Kind
    period: str  # 2026-11-20, 2026-W47
    span: Span
    as_of: date
    soon: date  # the last deadline that is near
    owing: bool = False  # whether people owe a study record that day

    def until(self, now: datetime) -> str:
        """The minute of writing (ISO) while the period still runs; '' once it is over."""
        running = aware(now).date() <= self.span.last
        return aware(now).isoformat(timespec="minutes") if running else ""


class TeamLine(NamedTuple):
    """One team: the roll-up of the period, roster and leave and open issues as of its end."""

    team_id: int
    village: str
    township_id: int
    township: str
    studied: int
    visits: int
    households: int
    opened: int
    progressed: int
    submitted: int
    closed: int
    checked: int
    answered: int
    unanswered: int
    promised: int
    roster: int
    away: int
    standing: int
    unchecked: int

    @property
    def silent(self) -> bool:
        """Whether the team has recorded nothing at all."""
        return not (
            self.studied or self.visits or self.opened or self.progressed or self.submitted
            or self.promised
        )  # fmt: skip


class Item(NamedTuple):
    """One thing behind a figure: an issue, a step, a check, a visit, a person."""

    sort: str
    team_id: int
    village: str
    number: int
    person_id: int
    person: str
    household: str
    text: str
    day: str
    waiting: int
    late: int = 0  # days past the deadline


class Spot(NamedTuple):
    """How many in one place, and the earliest day among them."""

    place: str
    things: int
    earliest: str


@dataclass(frozen=True)
class Section:
    """One list: how many things, and its first entries (a team's things, above it places)."""

    sort: str
    total: int
    size: int  # entries before the list was cut
    shown: tuple[Item, ...] = ()
    spots: tuple[Spot, ...] = ()

    @property
    def more(self) -> int:
        """How many entries are not shown."""
        return self.size - len(self.shown) - len(self.spots)


@dataclass(frozen=True)
class Figures:
    """The numbers of a report; all are sums over its teams."""

    teams: int = 0
    roster: int = 0
    away: int = 0
    studied: int = 0
    owing: int = 0
    visits: int = 0
    households: int = 0
    opened: int = 0
    progressed: int = 0
    submitted: int = 0
    closed: int = 0
    checked: int = 0
    answered: int = 0
    unanswered: int = 0
    standing: int = 0
    overdue: int = 0
    waiting: int = 0
    soon: int = 0
    promised: int = 0
    unchecked: int = 0  # records read from a sentence that nobody has looked at yet


class Share(NamedTuple):
    """How many of a township's due issues are struck off: only while its switch is on."""

    township: str
    due: int
    closed: int

    @property
    def percent(self) -> int:
        """Rounded to whole per cent."""
        return round(100 * self.closed / self.due) if self.due else 0


@dataclass(frozen=True)
class Report:
    """One summary, complete: what it says follows from this alone."""

    kind: Kind
    period: str
    first: str
    last: str
    as_of: str
    soon: str
    until: str
    level: Level
    place_id: int
    place: str
    figures: Figures
    alarms: tuple[Section, ...] = ()
    lists: tuple[Section, ...] = ()
    topics: tuple[str, ...] = ()
    seal: str = ""
    shares: tuple[Share, ...] = ()

    @property
    def written(self) -> datetime | None:
        """When it was written, if its period was not over then."""
        return datetime.fromisoformat(self.until) if self.until else None

    @property
    def week(self) -> int:
        """The ISO week of its last day."""
        return date.fromisoformat(self.last).isocalendar().week

    @property
    def soon_days(self) -> int:
        """How many days ahead deadlines are listed."""
        return (date.fromisoformat(self.soon) - date.fromisoformat(self.as_of)).days


class Change(NamedTuple):
    """A figure that is no longer what the report said."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Look:
    """A report as asked for, and what has changed since it went out."""

    report: Report
    changes: tuple[Change, ...] = ()


# rules
def place_of(asker: Person) -> Place:
    """Whose summary this person reads; it follows from his scope alone."""
    scope = scope_of(asker)
    if scope.team:
        return Place("team", scope.team, asker.village, scope)
    if scope.township:
        return Place("township", scope.township, asker.township, scope)
    return Place("county", scope.county, asker.county, scope)


def may_read(asker: Person, place: Place) -> bool:
    """Whether a place lies in the asker's scope; a team's own report is for the team alone."""
    own, asked = scope_of(asker), place.scope
    if own.county != asked.county or bool(own.team) != (place.level == "team"):
        return False
    return own.township in {0, asked.township} and own.team in {0, asked.team}


def heading(window: Window, place: Place, now: datetime) -> dict[str, Any]:
    """What stands over every report: its days and its place."""
    return {
        "kind": window.kind,
        "period": window.period,
        "first": window.span.first.isoformat(),
        "last": window.span.last.isoformat(),
        "as_of": window.as_of.isoformat(),
        "soon": window.soon.isoformat(),
        "until": window.until(now),
        "level": place.level,
        "place_id": place.id,
        "place": place.name,
    }


def buttons(report: Report, township: str = "") -> tuple[Option, ...]:
    """What may come next: the records behind it (of one township), the lists it speaks of."""
    word = "日报" if report.kind == "daily" else "周报"
    found = [Option("看明细", f"{word} {report.first} 明细 {township}".strip())]
    if report.figures.waiting:
        found.append(Option("待销号", "待销号"))
    if report.figures.standing:
        found.append(Option("问题清单", "问题清单"))
    return tuple(found)
