"""Inspectors (督导员): who may be sent on surprise visits, and why not to a certain team.

Nobody inspects his own township or unit, nor a team he has stepped aside from (回避); two go
together (双随机, S002-03, S000-36).
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ledger import audit, calendar, people
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.findings import ABSENCE
from ledger.people import Person, Scope, Team
from ledger.rules import Rules

sql = queries("inspectors")


# facts
class Blemish(StrEnum):
    """What the county is reminded of before it names an inspector: a hint, and no bar."""

    STRIKE = "strike"
    ABSENCE = "absence"


class Conflict(StrEnum):
    """What stands against sending somebody to a team."""

    OWN_TEAM = "own_team"
    TOWNSHIP = "township"
    UNIT = "unit"
    RECUSED = "recused"
    OFF = "off"  # on leave, on a trip, resting
    UNBOUND = "unbound"
    UNLISTED = "unlisted"


OUT_OF_PLACE = frozenset(  # with which nobody files or signs, whatever he was when he was sent
    {Conflict.OWN_TEAM, Conflict.TOWNSHIP, Conflict.UNIT, Conflict.UNLISTED}
)


@dataclass(frozen=True)
class Inspector:
    """One of the list: township and unit as at his entry, and where he is now."""

    person_id: int
    person: str
    township: str
    unit: str
    since: int
    township_now: str
    unit_now: str
    village_now: str

    @property
    def place(self) -> str:
        """Township and unit at his entry, as said in a list."""
        return "、".join(word for word in (self.township, self.unit) if word)

    @property
    def townships(self) -> frozenset[str]:
        """The townships he belongs or belonged to."""
        return frozenset({self.township, self.township_now} - {""})

    @property
    def units(self) -> frozenset[str]:
        """The units he belongs or belonged to."""
        return frozenset({self.unit, self.unit_now} - {""})


@dataclass(frozen=True)
class Recusal:
    """Somebody does not inspect a team, and why."""

    person_id: int
    person: str
    team_id: int
    village: str
    reason: str


@dataclass(frozen=True)
class Target:
    """The team that is visited, and all that keeps somebody from going there that day."""

    team: int
    township: str
    units: frozenset[str]
    recused: AbstractSet[int]
    off: AbstractSet[int]
    bound: AbstractSet[int]


# rules
def name_of(person: int) -> str:
    """p7: what a person is called in a draw."""
    return f"p{person}"


def number_of(name: str) -> int:
    """7: the person behind p7."""
    return int(name.removeprefix("p"))


def conflicts(one: Inspector, target: Target) -> list[Conflict]:
    """All that stands against sending this inspector there; an empty unit is no conflict."""
    against = {
        Conflict.TOWNSHIP: target.township in one.townships,
        Conflict.UNIT: bool(target.units & one.units),
        Conflict.RECUSED: one.person_id in target.recused,
        Conflict.OFF: one.person_id in target.off,
        Conflict.UNBOUND: one.person_id not in target.bound,
    }
    return [name for name, holds in against.items() if holds]


def eligible(
    listed: Iterable[Inspector], target: Target, given: dict[int, int]
) -> dict[str, int]:
    """Who may be sent there, each with the visits he has been given this month."""
    return {
        name_of(one.person_id): given.get(one.person_id, 0)
        for one in listed
        if not conflicts(one, target)
    }


# records: the list
async def listed(db: Session, county: int, day: date) -> list[Inspector]:
    """A county's inspectors on that day, in the order of their entry."""
    rows = sql.listed(db.connection, county=county, day=day.isoformat())
    return [Inspector(**dict(row)) async for row in rows]


async def is_listed(db: Session, person: Person, day: date) -> bool:
    """Whether this person is an inspector."""
    return any(one.person_id == person.id for one in await listed(db, person.county_id, day))


async def history(db: Session, person: int) -> list[tuple[int, int]]:
    """Since when and until when (0: still) somebody was on the list, in epoch milliseconds."""
    return [
        (row["since"], row["until"]) async for row in sql.history(db.connection, person=person)
    ]


async def add(db: Session, by: Person, person: Person, *, now: datetime) -> None:
    """Put somebody on the list; his township and unit are frozen as they are now."""
    added = await sql.add(
        db.connection, person=person.id, county=by.county_id, township=person.township,
        unit=person.home_unit, by=by.id, now=ms(now),
    )  # fmt: skip
    if added is None:
        raise Refused("inspectors.listed_before", person=person)
    body = {"township": person.township, "unit": person.home_unit}
    await _log(db, by, "inspector.added", f"person:{person.id}", body, now)


async def blemishes(db: Session, person: Person, day: date) -> list[Blemish]:
    """An upheld step that has not expired; an absence this year that is not lifted."""
    year = day.replace(month=1, day=1)
    struck = await sql.struck(db.connection, person=person.id, day=day.isoformat())
    rows = sql.findings_since(db.connection, person=person.id, first=year.isoformat())
    absent = any([row["category"] in ABSENCE async for row in rows])
    there = {Blemish.STRIKE: bool(struck), Blemish.ABSENCE: absent}
    return [name for name, holds in there.items() if holds]


async def remove(db: Session, by: Person, person: Person, *, now: datetime) -> None:
    """Take somebody off the list; what he has been given stays his."""
    gone = await sql.remove(db.connection, person=person.id, county=by.county_id, now=ms(now))
    if gone is None:
        raise Refused("inspectors.not_on_list", person=person)
    await _log(db, by, "inspector.removed", f"person:{person.id}", {}, now)


# records: stepping aside
async def recuse(
    db: Session, by: Person, person: Person, team: Team, reason: str, *, now: datetime
) -> bool:
    """He does not inspect this team from now on; False: it was so before."""
    done = await sql.recuse(
        db.connection, person=person.id, team=team.id, reason=reason, by=by.id, now=ms(now)
    )
    if done is not None:
        body = {"person": person.id, "reason": reason}
        await _log(db, by, "inspector.recused", f"team:{team.id}", body, now)
    return done is not None


async def lift(db: Session, by: Person, person: Person, team: Team, *, now: datetime) -> None:
    """He may inspect this team again."""
    if await sql.lift(db.connection, person=person.id, team=team.id, now=ms(now)) is None:
        raise Refused("inspectors.no_recusal", person=person, village=team.village)
    body = {"person": person.id}
    await _log(db, by, "inspector.recusal_lifted", f"team:{team.id}", body, now)


async def recusals(db: Session, county: int, person: int = 0) -> list[Recusal]:
    """What holds now in a county, of everybody or of one; the caller answers for the right."""
    rows = sql.recusals(db.connection, county=county, person=person)
    return [Recusal(**dict(row)) async for row in rows]


async def _log(
    db: Session, by: Person, kind: str, subject: str, body: dict[str, Any], now: datetime
) -> None:
    await audit.record(db, by.id, kind, subject=subject, body=body, now=now)


# records: who may go
async def target(db: Session, county: int, team: Team, rules: Rules, day: date) -> Target:
    """A team as a visit of that day has to know it."""
    there = await people.members(db, Scope(county, team.township_id, team.id), day=day)
    return Target(
        team.id,
        team.township,
        frozenset({one.home_unit for one in there} - {""}),
        {row["person_id"] async for row in sql.recused(db.connection, team=team.id)},
        frozenset(await calendar.off(db, Scope(county), day, rules)),
        {row["person_id"] async for row in sql.bound(db.connection, county=county)},
    )


async def given(db: Session, period: int) -> dict[int, int]:
    """How many visits of a month each has been given so far."""
    rows = sql.loads(db.connection, period=period)
    return {row["person_id"]: row["visits"] async for row in rows}


async def who_may_go(
    db: Session, county: int, team: Team, period: int | None, rules: Rules, day: date
) -> dict[str, int]:
    """Who may be sent to a team that day, each with what he has been given this month."""
    there = await target(db, county, team, rules, day)
    load = await given(db, period or 0)
    return eligible(await listed(db, county, day), there, load)


async def against(
    db: Session, person: Person, team: Team, rules: Rules, day: date
) -> list[Conflict]:
    """All that stands against naming this person for a team by hand."""
    if person.team_id == team.id:
        return [Conflict.OWN_TEAM]
    found = await listed(db, person.county_id, day)
    there = await target(db, person.county_id, team, rules, day)
    one = next((one for one in found if one.person_id == person.id), None)
    unlisted = [] if one else [Conflict.UNLISTED]
    one = one or Inspector(
        person.id, person.name, person.township, person.home_unit, 0, "", "", ""
    )
    if await people.address_of(db, person.id):
        there = replace(there, bound={*there.bound, person.id})
    return [*conflicts(one, there), *unlisted]
