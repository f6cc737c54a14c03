"""Rest rota (轮休): a person's own weekdays off, set by his superior, kept by date.

Whoever has a rota rests on its weekdays instead of the county's weekend; statutory holidays
and the county's rest days he has off like everybody. Make-up workdays (调休) and the county's
extra working days change nothing for him: his rota is his week.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime

from ledger import audit
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, WEEKDAYS
from ledger.errors import Refused
from ledger.people import ON_TEAM, Person, Scope, may_verify

sql = queries("rota")
MOST = 2  # weekdays off a week, as many as a weekend has

Weekdays = frozenset[int]  # ISO, 1 is Monday


# rules
def in_words(weekdays: Iterable[int]) -> str:
    """每周三、周六; 每周一至周六 for three and more in a row; '' for none."""
    named = [f"周{WEEKDAYS[one - 1]}" for one in sorted(weekdays)]
    in_a_row = len(named) > 2 and "".join(one[1] for one in named) in WEEKDAYS
    words = f"{named[0]}至{named[-1]}" if in_a_row else "、".join(named)
    return f"每{words}" if words else ""


def uncovered(
    team: Iterable[int], rotas: Mapping[int, AbstractSet[int]], workdays: Iterable[int]
) -> list[int]:
    """The county's working weekdays on which the whole team rests by rota (四人在岗)."""
    members = list(team)
    return [
        weekday
        for weekday in workdays
        if members and all(weekday in rotas.get(one, ()) for one in members)
    ]


# records
async def on_day(db: Session, scope: Scope, day: date) -> dict[int, Weekdays]:
    """Who of a scope has a rota that day, and its weekdays."""
    found: dict[int, set[int]] = defaultdict(set)
    async for row in sql.on_day(db.connection, day=day.isoformat(), **vars(scope)):
        found[row["person_id"]].add(row["weekday"])
    return {person: frozenset(weekdays) for person, weekdays in found.items()}


async def of_person(db: Session, person: int, day: date) -> Weekdays:
    """One person's weekdays off by rota as of a day; empty: the county's week is his."""
    rows = sql.of_person(db.connection, person=person, day=day.isoformat())
    return frozenset([row["weekday"] async for row in rows])


async def everybody(db: Session, scope: Scope, day: date) -> dict[int, int]:
    """Everybody on the roster of a scope that day, staff too, and his county."""
    rows = sql.everybody(db.connection, day=day.isoformat(), **vars(scope))
    return {row["id"]: row["county_id"] async for row in rows}


async def arrange(
    db: Session, by: Person, person: Person, weekdays: Weekdays, *, now: datetime
) -> Weekdays:
    """Set somebody's rota from today on (empty: back to the county's week); returns the old one.

    His superior does, never he himself. What was valid until yesterday stays as it was.
    """
    if person.role not in ON_TEAM:
        raise Refused("calendar.rota_not_on_team", person=person)
    if not may_verify(by, owner=person):
        raise Refused("calendar.rota_not_by_you", person=person, own=by.id == person.id)
    if len(weekdays) > MOST:
        raise Refused("calendar.rota_too_many", most=MOST)
    day = now.date()
    before = await of_person(db, person.id, day)
    if before == weekdays:
        raise Refused("calendar.rota_same", person=person, weekdays=in_words(weekdays))
    await _write(db, by, person, weekdays, now=now)
    body = {"person": person.id, "before": sorted(before), "after": sorted(weekdays)}
    await audit.record(db, by.id, "rota.set", subject=f"person:{person.id}", body=body, now=now)
    return before


async def _write(
    db: Session, by: Person, person: Person, weekdays: Weekdays, *, now: datetime
) -> None:
    day = now.date()
    await sql.drop_from(db.connection, person=person.id, day=day.isoformat())
    await sql.end(db.connection, person=person.id, last=(day - DAY).isoformat())
    rows = [
        {"person": person.id, "weekday": one, "day": day.isoformat(), "by": by.id, "now": ms(now)}
        for one in sorted(weekdays)
    ]  # fmt: skip
    if rows:
        await sql.add(db.connection, rows)
