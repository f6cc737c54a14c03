"""例会议程 (S000-77, S002-02, S002-04, S002-12): what a township's or the county's meeting goes through.

The figures take two statements; who reports is what the meeting's newest draw has given. A
township's points stand by village, the county's by township. No household and nobody's words: a
circulated paper names issues by number, kind and deadline.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from ledger import report_turns
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import STAFF, Person, Role, scope_of
from ledger.reports.basis import SOURCES, Source
from ledger.reports.facts import Level

sql = queries("agenda")
TOP = 3  # overdue issues shown of each place (S002-12)
MOST = 10  # deadlines shown
PLACES = 20  # places shown
AHEAD = timedelta(days=7)  # deadlines to that many days after the meeting
RECENT = timedelta(days=6)  # a draw older than that was for another meeting


# facts
@dataclass(frozen=True)
class Figures:
    """The numbers of the whole scope, as of the day of writing."""

    standing: int = 0
    overdue: int = 0
    waiting: int = 0
    soon: int = 0
    leave: int = 0
    extensions: int = 0
    findings: int = 0
    opinions: int = 0  # the county's only


class Point(NamedTuple):
    """One issue as it is put to a meeting: no household, no name, no words."""

    number: int
    village: str
    category: str
    tier: str
    due: str
    holder: str  # the unit that has it
    late: int  # days past the deadline


@dataclass(frozen=True)
class Spot:
    """One place of the meeting: a village, or a township of the county."""

    name: str
    standing: int
    overdue: int
    points: tuple[Point, ...]


class Drawn(NamedTuple):
    """Who has been drawn to report."""

    person: str
    village: str


@dataclass(frozen=True)
class Agenda:
    """One meeting's paper; days are ISO. `drawn_day` '': nobody has been drawn for it."""

    kind: str
    level: Level
    place_id: int
    place: str
    day: str  # of the meeting
    as_of: str
    soon: str  # the last deadline that is near
    drawn: tuple[Drawn, ...]
    drawn_day: str
    figures: Figures
    spots: tuple[Spot, ...]
    more: int  # places with open issues that are not shown
    near: tuple[Point, ...]

    @property
    def first(self) -> str:
        """Its figures are those of the day of writing."""
        return self.as_of

    @property
    def last(self) -> str:
        """The same day."""
        return self.as_of


# rules
def spots(
    places: Iterable[Any], overdue: Sequence[Any], as_of: date, level: Level
) -> list[Spot]:
    """Places with open issues, those with the oldest deadline first; never by their numbers."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in places:
        here = counts[_name(row, level)]
        here[0] += row["standing"]
        here[1] += row["overdue"]
    points: dict[str, list[Point]] = defaultdict(list)
    for row in overdue:
        points[_name(row, level)].append(_point(row, as_of))
    order = {name: place for place, name in enumerate(points)}
    names = sorted(counts, key=lambda name: order.get(name, len(order)))
    return [Spot(name, counts[name][0], counts[name][1], tuple(points[name])) for name in names]


def _name(row: Any, level: Level) -> str:
    """What a place is called in that meeting; what has no village is the office's own."""
    return (row["township"] if level == "county" else row["village"]) or "本级"


def _point(row: Any, as_of: date) -> Point:
    late = (as_of - date.fromisoformat(row["due"])).days
    return Point(
        row["number"], row["village"] or row["township"], row["category"], row["tier"],
        row["due"], row["holder"], max(late, 0),
    )  # fmt: skip


# records
async def access_agenda(db: Session, asker: Person, day: date, *, today: date) -> Agenda:
    """The agenda of the asker's own meeting; only townships and the county hold one."""
    if asker.role not in STAFF:
        raise Refused("talk.not_for_role")
    scope = scope_of(asker)
    level: Level = "township" if asker.role is Role.TOWNSHIP else "county"
    until = max(day, today) + AHEAD
    asked = {"day": str(today), "soon": str(until), "county": scope.county,
             "township": scope.township}  # fmt: skip
    places = [row async for row in sql.places(db.connection, **asked)]
    found: dict[str, list[Any]] = defaultdict(list)
    async for row in sql.points(db.connection, **asked, top=TOP, most=MOST):
        found[row["sort"]].append(row)
    drawn, drawn_day = await _drawn(db, asker, day)
    shown = spots(places, found["overdue"], today, level)
    return Agenda(
        "agenda", level, scope.township or scope.county, asker.place, str(day), str(today),
        str(until), drawn, drawn_day, _figures(places, found), tuple(shown[:PLACES]),
        max(len(shown) - PLACES, 0), tuple(_point(row, today) for row in found["soon"]),
    )  # fmt: skip


def _figures(places: Iterable[Any], found: dict[str, list[Any]]) -> Figures:
    rows = [*places]
    sums = {
        name: sum(row[name] for row in rows)
        for name in ("standing", "overdue", "waiting", "soon")
    }
    counts = {
        name: sum(row["things"] for row in found[sort])
        for name, sort in (("leave", "leave"), ("extensions", "extension"),
                           ("findings", "finding"), ("opinions", "opinion"))
    }  # fmt: skip
    return Figures(**sums, **counts)


async def _drawn(db: Session, asker: Person, day: date) -> tuple[tuple[Drawn, ...], str]:
    """Who was drawn last for this meeting's circle and was there."""
    circle = report_turns.circle_of(asker)
    last = await report_turns.last_draw(db, circle)
    turns = await report_turns.of_draws(db, [last] if last else [])
    there = [one for one in turns if one.present and str(day - RECENT) <= one.day <= str(day)]
    drawn = tuple(Drawn(one.person, one.village) for one in there)
    return drawn, there[0].day if there else ""


SOURCES["agenda"] = {name: Source(sql.behind, name) for name in Figures.__dataclass_fields__}
