"""Lists of issues that answer one question: what is late, what is near, whose; and 挂图作战.

Every list asks for the scope of whoever wants it; who may see the names in it is said elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from ledger.database import Session, queries
from ledger.issues import Issue
from ledger.people import Person, Role, scope_of

sql = queries("issue_lists")


# facts
@dataclass(frozen=True)
class Wall:
    """One line of the wall chart (挂图作战): a village, a township, a county in numbers.

    No village: issues of the township itself, or its sum; no township: of the county.
    """

    township: str
    village: str
    total: int
    closed: int
    open: int
    doing: int
    waiting: int  # handed in, not struck off
    near: int  # worked on, the deadline is near
    overdue: int  # not struck off after its day, whoever has it
    rebounded: int  # has come back at least once

    @property
    def share(self) -> float:
        """How much of it is struck off, 0 to 1."""
        return self.closed / self.total if self.total else 0.0


@dataclass(frozen=True)
class Above:
    """Unfinished issues that belong to no village: how many, how many late, how many handed in."""

    open: int
    late: int
    waiting: int


@dataclass(frozen=True)
class Wanted:
    """Which unfinished issues of the scope; what is left empty is not asked for."""

    in_township: int = 0
    in_team: int = 0
    unit: str = ""  # has it in hand
    tier: str = ""
    from_day: str = ""  # of the deadline
    until: str = ""
    worked_on: int = 0  # not handed in


NUMBERS = tuple(one.name for one in fields(Wall) if one.name not in {"township", "village"})


# rules
def total(lines: Iterable[Wall], township: str = "") -> Wall:
    """The sum of lines, under the township's name or none."""
    rows = list(lines)
    sums = {name: sum(getattr(one, name) for one in rows) for name in NUMBERS}
    return Wall(township, "", **sums)


def by_township(lines: Iterable[Wall]) -> list[Wall]:
    """One line a township, in the order of the lines; the county's own issues have no name."""
    found: dict[str, list[Wall]] = {}
    for one in lines:
        found.setdefault(one.township, []).append(one)
    return [total(rows, name) for name, rows in found.items()]


# records
async def standing(
    db: Session, asker: Person, wanted: Wanted, *, limit: int, after: int = 0
) -> list[Issue]:
    """Unfinished issues, the most urgent first; `after`: so many of them are known already."""
    asked = {**vars(wanted), **vars(scope_of(asker))}
    rows = sql.standing(db.connection, limit=limit, after=after, **asked)
    return [Issue(**dict(row)) async for row in rows]


async def count(db: Session, asker: Person, wanted: Wanted) -> int:
    """How many there are."""
    asked = {**vars(wanted), **vars(scope_of(asker))}
    return int(await sql.count(db.connection, **asked))


async def overdue(db: Session, asker: Person, day: date, limit: int) -> list[Issue]:
    """Not struck off although the last day has passed, the longest first (逾期)."""
    rows = sql.overdue(db.connection, day=day.isoformat(), limit=limit, **vars(scope_of(asker)))
    return [Issue(**dict(row)) async for row in rows]


async def near(db: Session, asker: Person, day: date, until: date, limit: int) -> list[Issue]:
    """Still worked on, with a deadline from that day to that one (临期); handed in is not near."""
    rows = sql.near(
        db.connection, day=day.isoformat(), until=until.isoformat(), limit=limit,
        **vars(scope_of(asker)),
    )  # fmt: skip
    return [Issue(**dict(row)) async for row in rows]


async def above_villages(db: Session, asker: Person, day: date) -> Above:
    """What of the asker's scope is a township's or the county's own."""
    scope = scope_of(asker)
    row = await sql.above_villages(
        db.connection, day=day.isoformat(), county=scope.county, township=scope.township
    )
    return Above(**dict(row))


async def of_person(db: Session, person: Person) -> list[Issue]:
    """Unfinished issues this person answers for, or his office has in hand, the most urgent first."""
    office = {Role.TOWNSHIP: person.township_id, Role.COUNTY: person.county_id}
    rows = sql.of_person(
        db.connection, person=person.id, county=person.county_id, kind=person.role.value,
        place=office.get(person.role, 0),
    )  # fmt: skip
    return [Issue(**dict(row)) async for row in rows]


async def wall(
    db: Session, asker: Person, day: date, until: date, *, team: int = 0
) -> list[Wall]:
    """The asker's scope in numbers, one line a village; `until`: to what day a deadline is near.

    team: that one only, where the scope is wider.
    """
    rows = sql.wall(
        db.connection, day=day.isoformat(), until=until.isoformat(), only=team,
        **vars(scope_of(asker)),
    )  # fmt: skip
    return [Wall(**dict(row)) async for row in rows]
