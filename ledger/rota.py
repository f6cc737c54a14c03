"""Rest rota (轮休): a person's own weekdays off, set by his superior, kept by date.

Whoever has a rota rests on its weekdays instead of the county's weekend; statutory holidays
and the county's rest days he has off like everybody. Make-up workdays (调休) and the county's
extra working days change nothing for him: his rota is his week. To keep the weekend beside a
weekday, the rota names all three (周三、周六、周日): nothing is off that it does not name.
It begins on a day, the next Monday where none is said, so that no week is changed under way.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime

from ledger import audit
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, WEEKDAYS, week_of
from ledger.errors import Refused
from ledger.people import ON_TEAM, Person, Scope, may_verify

sql = queries("rota")
MOST = 2  # weekdays off a week, as many as a weekend has; with the whole weekend one more
WEEKEND = frozenset({6, 7})
LATEST = 31  # days ahead that a rota may begin

Weekdays = frozenset[int]  # ISO, 1 is Monday


# rules
def in_words(weekdays: Iterable[int]) -> str:
    """每周三、周六; 每周一至周六 for three and more in a row; '' for none."""
    named = [f"周{WEEKDAYS[one - 1]}" for one in sorted(weekdays)]
    in_a_row = len(named) > 2 and "".join(one[1] for one in named) in WEEKDAYS
    words = f"{named[0]}至{named[-1]}" if in_a_row else "、".join(named)
    return f"每{words}" if words else ""


def named(weekdays: Iterable[int]) -> str:
    """周三、周六、周日: each by its name, as it is written to the program."""
    return "、".join(f"周{WEEKDAYS[one - 1]}" for one in sorted(weekdays))


def next_monday(today: date) -> date:
    """When a rota begins if no day is said."""
    return week_of(today)[1] + DAY


def days_off(weekdays: Weekdays, workdays: Iterable[int]) -> int:
    """Days off in a plain week: those of the rota, without one the county's weekend."""
    return len(weekdays) or 7 - len(set(workdays))


def made_work(weekdays: Weekdays, workdays: Iterable[int]) -> Weekdays:
    """Days of the county's weekend that a rota makes working days."""
    return frozenset(range(1, 8)) - set(workdays) - weekdays if weekdays else frozenset()


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


async def next_change(db: Session, person: int, day: date) -> date | None:
    """The first day after that one on which another rota, or none, begins for him."""
    found = set()
    async for row in sql.changes(db.connection, person=person, day=day.isoformat()):
        found.add(date.fromisoformat(row["from_day"]))
        if row["to_day"]:
            found.add(date.fromisoformat(row["to_day"]) + DAY)
    return min((one for one in found if one > day), default=None)


async def everybody(db: Session, scope: Scope, day: date) -> dict[int, int]:
    """Everybody on the roster of a scope that day, staff too, and his county."""
    rows = sql.everybody(db.connection, day=day.isoformat(), **vars(scope))
    return {row["id"]: row["county_id"] async for row in rows}


async def arrange(
    db: Session, by: Person, person: Person, weekdays: Weekdays, *, now: datetime,
    start: date | None = None,
) -> Weekdays:  # fmt: skip
    """Set somebody's rota (empty: back to the county's week); returns the one it takes the place of.

    start: its first day, today where none is given. His superior does, never he himself. What
    is valid until the day before stays as it was.
    """
    if person.role not in ON_TEAM:
        raise Refused("calendar.rota_not_on_team", person=person)
    if not may_verify(by, owner=person):
        raise Refused("calendar.rota_not_by_you", person=person, own=by.id == person.id)
    if len(weekdays) > MOST + (weekdays >= WEEKEND):
        raise Refused("calendar.rota_too_many", most=MOST)
    day = start or now.date()
    if not 0 <= (day - now.date()).days <= LATEST:
        raise Refused("calendar.rota_start", most=LATEST)
    before = await of_person(db, person.id, day)
    if before == weekdays:
        raise Refused("calendar.rota_same", person=person, weekdays=in_words(weekdays))
    await _write(db, by, person, weekdays, day, now=now)
    body = {
        "person": person.id, "before": sorted(before), "after": sorted(weekdays),
        "from": day.isoformat(),
    }  # fmt: skip
    await audit.record(db, by.id, "rota.set", subject=f"person:{person.id}", body=body, now=now)
    return before


async def _write(
    db: Session, by: Person, person: Person, weekdays: Weekdays, day: date, *, now: datetime
) -> None:
    await sql.drop_from(db.connection, person=person.id, day=day.isoformat())
    await sql.end(db.connection, person=person.id, last=(day - DAY).isoformat())
    rows = [
        {"person": person.id, "weekday": one, "day": day.isoformat(), "by": by.id, "now": ms(now)}
        for one in sorted(weekdays)
    ]  # fmt: skip
    if rows:
        await sql.add(db.connection, rows)
