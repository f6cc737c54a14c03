"""依据: the records behind each figure of a summary, within the reader's scope.

A kind of report opens its figures by a table of its own, one line where its figures are made:
`SOURCES["inspection"] = {"confirmed": Source(confirmed)}`. A statement has the columns of
`Line`, then `total` and `open`; it takes what it names of `bounds`, the scope, `at`, `named`,
`own`, `skip`, `most` (ledger/basis.sql). A key may name a place below the report's: `visits@永安村`.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple, Protocol

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, at, is_workday
from ledger.errors import Refused
from ledger.people import Person, Role, Scope, scope_of
from ledger.reports.facts import Level, Place, may_read
from ledger.reports.sheet import LOOK_BACK
from ledger.rules import Rules

sql = queries("basis")
PAGE = 20  # lines shown at once
OFFERED = re.compile(r"(?P<again>\S.*?) (?:依据|明细)(?: \d+)?(?P<rest>(?: .*)?)")
MINUTE = timedelta(minutes=1)  # a report knows the minute of its writing


class Reported(Protocol):
    """What a report must know so that its figures can be opened."""

    @property
    def kind(self) -> str:
        """Which table of SOURCES is its own."""

    @property
    def first(self) -> str:
        """Its first day."""

    @property
    def last(self) -> str:
        """Its last day."""

    @property
    def as_of(self) -> str:
        """The day as of which things stand."""

    @property
    def level(self) -> Level:
        """Of a team, a township or the county."""

    @property
    def place_id(self) -> int:
        """Of which one."""

    @property
    def place(self) -> str:
        """Its name."""


@dataclass(frozen=True)
class Source:
    """The statement that lists what a figure counts."""

    lines: Callable[..., AsyncIterator[Any]]
    figure: str = ""  # which of the figures the statement knows
    own_only: bool = False  # a member opens his own lines; his colleagues' are counted


Table = Mapping[str, Source]


class Line(NamedTuple):
    """One record behind a figure; person, household and words only within the team."""

    day: str
    township: str
    village: str
    kind: str
    number: int
    person_id: int
    person: str
    household: str
    text: str
    made_at: int
    changed_at: int


@dataclass(frozen=True)
class Basis:
    """One figure as it was said, as it is now, and a page of the records behind it."""

    key: str
    said: int
    now: int
    lines: tuple[Line, ...]
    size: int  # records this reader may open
    skip: int
    since: datetime | None  # when it was said, where that is known

    @property
    def more(self) -> int:
        """How many records come after this page."""
        return self.size - self.skip - len(self.lines)

    @property
    def hidden(self) -> int:
        """Colleagues' records: counted, not shown."""
        return self.now - self.size

    @property
    def changed(self) -> bool:
        """Whether the figure is no longer what was said."""
        return self.said != self.now

    def late(self, line: Line) -> Literal["", "added", "corrected"]:
        """Whether a record was entered or corrected after the report was written."""
        if self.since is None:
            return ""
        written = ms(self.since + MINUTE)
        if line.made_at >= written:
            return "added"
        return "corrected" if line.changed_at >= written else ""


def _of(lines: Callable[..., AsyncIterator[Any]], *names: str, own_only: bool = False) -> Table:
    return {name: Source(lines, name, own_only) for name in names}


EVERY: Table = {
    **_of(sql.teams, "teams", "silent"),
    **_of(sql.posts, "roster", "posted", "away", "on_leave", "trips"),
    **_of(sql.records, "visits", "promised"),
    **_of(sql.records, "studied", "unchecked", own_only=True),
    **_of(sql.households, "households"),
    **_of(sql.issue_steps, "opened", "submitted", "progressed", "closed", "rebounded"),
    **_of(sql.standing, "standing", "overdue", "waiting", "soon"),
    **_of(sql.checks, "checked", "answered", "unanswered", "missed", own_only=True),
}
PERIOD: Table = {
    **EVERY,
    **_of(sql.due, "due", "due_closed"),
}
SOURCES: dict[str, Table] = {
    "daily": {**EVERY, **_of(sql.posts, "owing", own_only=True)},
    "weekly": {**PERIOD, **_of(sql.households, "called"), **_of(sql.promises, "promise")},
    "tenday": PERIOD,
    "monthly": {
        **PERIOD,
        **_of(sql.standing, "at_once", "general", "complex"),
        **_of(sql.looks, "look_due", "look_done"),
        **_of(sql.told, "told"),
    },
}


# rules
def source_of(kind: str, key: str) -> Source | None:
    """Where the records of a figure are found; None: nobody has said."""
    return SOURCES.get(kind, {}).get(key.partition("@")[0])


def place_of_report(asker: Person, report: Reported) -> Place:
    """The report's place with its scope; `Refused` where it is not the asker's to read."""
    own = scope_of(asker)
    scopes = {
        "team": Scope(own.county, own.township, report.place_id),
        "township": Scope(own.county, report.place_id),
        "county": Scope(report.place_id),
    }
    place = Place(report.level, report.place_id, report.place, scopes[report.level])
    if not may_read(asker, place):
        raise Refused("reports.no_place", said=report.place)
    return place


def bounds(report: Reported, rules: Rules) -> dict[str, Any]:
    """The days of a report as the statements take them; a study record is owed on working days."""
    day = date.fromisoformat(report.as_of)
    return {
        "first": report.first,
        "last": report.last,
        "day": report.as_of,
        "soon": getattr(report, "soon", report.as_of),
        "long_ago": (day - LOOK_BACK).isoformat(),
        "since": ms(at(date.fromisoformat(report.first), time.min)),
        "until": ms(at(day + DAY, time.min)),
        "weekday": day.isoweekday(),
        "workday": int(is_workday(day, rules)),
    }


# records
async def access_basis(
    db: Session, asker: Person, report: Reported, key: str, *, said: int, rules: Rules,
    skip: int = 0,
) -> Basis:  # fmt: skip
    """A page of the records behind one figure of a report, in one statement.

    `said`: the number in the words; the asker's scope decides, names stay in the village.
    """
    source = source_of(report.kind, key)
    if source is None:
        raise Refused("basis.no_records")
    place = place_of_report(asker, report)
    own = asker.id if source.own_only and asker.role is Role.MEMBER else 0
    rows = source.lines(
        db.connection, figure=source.figure, at=key.partition("@")[2], own=own,
        named=int(place.level == "team"), person=asker.id, skip=skip, most=PAGE,
        **bounds(report, rules),
        **vars(place.scope),
    )  # fmt: skip
    found = [row async for row in rows]
    if skip and not found:
        raise Refused("basis.no_page")
    return _basis(key, said, found, own, skip, getattr(report, "written", None))


def _basis(
    key: str, said: int, rows: list[Any], own: int, skip: int, since: datetime | None
) -> Basis:
    """Lines the reader may not open stand last; they are counted and left here."""
    lines = [Line(*tuple(row)[: len(Line._fields)]) for row in rows]
    mine = tuple(one for one in lines if own in {0, one.person_id})
    total, size = (rows[0]["total"], rows[0]["open"]) if rows else (0, 0)
    return Basis(key, said, total, mine, size, skip, since)


async def last_offered(db: Session, asker: Person, *, since: datetime) -> str:
    """The command of the report this person was shown last with its 依据; '' where there is none."""
    options = await sql.last_offered(db.connection, person=asker.id, since=ms(since))
    says = json.loads(options) if options else ()
    found = (OFFERED.fullmatch(one) for one in says)
    return next((f"{one['again']}{one['rest']}" for one in found if one), "")
