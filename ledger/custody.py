"""Custody (经手): in whose hands an issue is, and for how many days each has had it.

A day is charged to whoever has it when the day ends; so the holders' days always add up to the
issue's own age. Handing over, an answer that brings it back, a request for 销号 that waits for its
verifier: each begins a new row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ledger import people
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Person, Scope, scope_of

sql = queries("custody")


# facts
class Kind(StrEnum):
    """What holds an issue."""

    TEAM = "team"
    TOWNSHIP = "township"
    COUNTY = "county"
    UNIT = "unit"  # a bureau by name; it has no chat of its own


@dataclass(frozen=True)
class Holder:
    """Who holds it: a team, a township, the county's office, a unit."""

    kind: Kind
    id: int
    name: str


@dataclass(frozen=True)
class Span:
    """One holder's time with an issue; no until_day: he has it still."""

    id: int
    issue_id: int
    kind: str
    holder_id: int
    holder: str
    since_day: str
    since_at: int
    until_day: str | None
    until_at: int | None
    why: str
    by_id: int

    @property
    def by_whom(self) -> Holder:
        """The holder."""
        return Holder(Kind(self.kind), self.holder_id, self.holder)


@dataclass(frozen=True)
class Held:
    """How many days one holder has had an issue in all."""

    holder: Holder
    days: int


@dataclass(frozen=True)
class Waiting:
    """What one unit has in its hands: how many issues, the longest for how many days."""

    holder: str
    issues: int
    days: int


# rules
def days_of(spans: Sequence[Span], today: date) -> list[Held]:
    """Days per holder in the order they first had it; an open span runs to today."""
    days: dict[Holder, int] = {}
    for one in spans:
        last = date.fromisoformat(one.until_day) if one.until_day else today
        length = max((last - date.fromisoformat(one.since_day)).days, 0)
        days[one.by_whom] = days.get(one.by_whom, 0) + length
    return [Held(holder, count) for holder, count in days.items()]


def age(spans: Sequence[Span], today: date) -> int:
    """Days from the first holder's first day to the end, or to today."""
    if not spans:
        return 0
    last = spans[-1].until_day or max(today.isoformat(), spans[-1].since_day)
    return (date.fromisoformat(last) - date.fromisoformat(spans[0].since_day)).days


def of_team(team: int, village: str) -> Holder:
    """The team's own hands."""
    return Holder(Kind.TEAM, team, village)


class Placed(people.Placed, Protocol):
    """Something of a village, else of a township, else of the county; `village` is its name."""

    @property
    def village(self) -> str:
        """The name of its place."""
        ...


def home(issue: Placed) -> Holder:
    """Whose it is when nobody else has it."""
    if issue.team_id:
        return of_team(issue.team_id, issue.village)
    if issue.township_id:
        return Holder(Kind.TOWNSHIP, issue.township_id, issue.village)
    return Holder(Kind.COUNTY, issue.county_id, issue.village)


# records
async def start(
    db: Session, issue: int, holder: Holder, *, day: date, by: int, now: datetime, why: str = ""
) -> None:
    """Put an issue into somebody's hands from that day on; nobody may have it yet."""
    await sql.start(
        db.connection, issue=issue, kind=holder.kind.value, holder_id=holder.id,
        holder=holder.name, day=day.isoformat(), now=ms(now), why=why, by=by,
    )  # fmt: skip


async def pass_on(
    db: Session, issue: int, holder: Holder, *, by: int, now: datetime, why: str = ""
) -> None:
    """From one pair of hands into another; a clock that went back never shortens what was.

    Refused when nobody has it any more: it has been struck off meanwhile.
    """
    if await sql.current(db.connection, issue=issue) is None:
        raise Refused("issues.changed_meanwhile")
    day = await end(db, issue, day=now.date(), now=now)
    await start(db, issue, holder, day=day, by=by, now=now, why=why)


async def end(db: Session, issue: int, *, day: date, now: datetime) -> date:
    """Nobody has to do with it any more from that day on; returns the day it counts to."""
    last = await sql.current(db.connection, issue=issue)
    if last is None:
        return day
    until = max(day.isoformat(), last["since_day"])
    await sql.end(db.connection, id=last["id"], day=until, now=ms(now))
    return date.fromisoformat(until)


async def spans(db: Session, issue: int) -> list[Span]:
    """Everybody who has had it, in order."""
    return [Span(**dict(row)) async for row in sql.spans(db.connection, issue=issue)]


async def suspend(db: Session, issue: int) -> None:
    """The report is struck out: nobody has it, as if it had never been handed to anybody."""
    await sql.suspend(db.connection, issue=issue)


async def resume(db: Session, issue: int) -> None:
    """The report is put back: whoever had it last has it again, as if never struck."""
    await sql.resume(db.connection, issue=issue)


async def shift_start(db: Session, issue: int, day: date) -> None:
    """The day it was found has been corrected: the first holder's time begins then.

    Whoever had handed it on before that day has not had it at all.
    """
    await sql.shift_start(db.connection, issue=issue, day=day.isoformat())


async def waiting_on_units(db: Session, asker: Person, day: date) -> list[Waiting]:
    """Which units have what in their hands, the longest first (「等县水务局 23 天」)."""
    scope: Scope = scope_of(asker)
    rows = sql.on_units(db.connection, **vars(scope))
    return _by_holder([(row["holder"], row["since_day"]) async for row in rows], day)


def _by_holder(rows: Iterable[tuple[str, str]], day: date) -> list[Waiting]:
    found: dict[str, list[int]] = {}
    for holder, since in rows:
        found.setdefault(holder, []).append((day - date.fromisoformat(since)).days)
    lines = [Waiting(name, len(days), max(days)) for name, days in found.items()]
    return sorted(lines, key=lambda one: (-one.days, one.holder))
