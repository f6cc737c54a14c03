"""What a summary consists of. Words are put to it in templates/bulletins."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any, Literal, NamedTuple

from ledger.clock import aware, moment
from ledger.messages import Option
from ledger.people import Person, Scope, scope_of
from ledger.periods import Span, span

Kind = Literal["daily", "weekly", "tenday", "monthly"]
Level = Literal["team", "township", "county"]
WORDS = {"daily": "日报", "weekly": "周报", "tenday": "旬报", "monthly": "月报"}


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
    tiers: bool = False  # a switch (乡镇排名): its townships' shares are said, in three tiers

    @property
    def depth(self) -> Depth:
        """Households and names stay in the village."""
        above = Depth.NAMES if self.study_names else Depth.COUNTS
        return Depth.LISTS if self.level == "team" else above


@dataclass(frozen=True)
class Window:
    """The days a summary is about, and the day as of which things stand."""

    kind: Kind
    period: str  # 2026-11-20, 2026-W47, 2026-11-T2, 2026-11
    span: Span
    as_of: date
    soon: date  # the last deadline that is near
    owing: bool = False  # whether people owe a study record that day

    @property
    def before(self) -> Span:
        """The period before, with which this one is compared."""
        return span(self.span.kind, self.span.first - timedelta(days=1))

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
    trips: int = 0
    begun: int = 0  # when the ledger began (epoch ms): before that nobody could record anything
    started: str = ""  # day of the county's first record; '' while there is none
    before: tuple[int, ...] = ()  # the roll-up (periods.COUNTED) of the period before

    @property
    def in_use(self) -> date:
        """The day from which the county has used the ledger; before it no figure means anything."""
        began = moment(self.begun).date()
        return max(began, date.fromisoformat(self.started)) if self.started else began

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
    trips: int = 0  # of those away, on duty elsewhere (公差)
    rebounded: int = 0  # found again after they had been struck off (反弹)
    at_once: int = 0  # of those standing, by tier (S000-13)
    general: int = 0
    complex: int = 0
    look_due: int = 0  # 回头看 that fall due in the period, and how many of these are done
    look_done: int = 0
    told: int = 0  # the burden (S004-19): unasked messages to members, those bound to a time

    @property
    def posted(self) -> int:
        """People of the roster who are neither on leave nor on duty elsewhere."""
        return self.roster - self.away

    @property
    def on_leave(self) -> int:
        """Those away who are not on duty elsewhere."""
        return self.away - self.trips


class Part(NamedTuple):
    """The figures of one place below the report's own."""

    name: str
    figures: Figures


class Share(NamedTuple):
    """How many of a township's due issues are struck off: only while its switch is on."""

    township: str
    due: int
    closed: int
    tier: str = ""  # ledger.reports.tiers.Tier
    low: int = 0  # where the true share lies, in whole per cent
    high: int = 100

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
    parts: tuple[Part, ...] = ()  # of a county its townships, of a township its villages
    before: Figures | None = None  # what was counted in the period before
    whole: tuple[Section, ...] = ()  # a team's lists uncut, for paper
    days_open: int | None = None  # median days of what was struck off (S002-09)
    bottom: tuple[Share, ...] = ()  # only where a person has asked for it (S000-54)
    in_use: str = (
        ""  # since when the county has used the ledger, where the period before lacks it
    )

    @property
    def paper(self) -> str:
        """The words of it as Word or PDF: some papers say more than a chat message can."""
        long = self.kind == "weekly" or (self.kind == "daily" and self.level != "team")
        return f"{self.kind}_paper" if long else self.kind

    @property
    def word(self) -> str:
        """What one says to get it: 日报, 周报, 旬报, 月报."""
        return WORDS[self.kind]

    def listed(self, sort: str) -> Section:
        """One of a team's lists uncut; an empty one where there is nothing."""
        return next((one for one in self.whole if one.sort == sort), Section(sort, 0, 0))

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
    """What may come next: the records behind it (of one township), its files, its issues."""
    again = f"{report.word} {report.first} {township}".strip()
    found = [
        Option("看明细", f"{report.word} {report.first} 明细 {township}".strip()),
        Option("依据", f"{again} 依据"),
        Option("图片和文件", f"{again} 文件"),
    ]
    if report.figures.waiting:
        found.append(Option("待销号", "待销号"))
    if report.figures.standing:
        found.append(Option("问题清单", "问题清单"))
    return tuple(found)
