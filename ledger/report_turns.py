"""Who reports at a meeting (抽签汇报, S002-04): by lot, nobody twice before all have had their turn.

A circle is one meeting's list: a team, a township's leaders, the county's leaders. Each draw has
a name and a secret of the month's key, so that anyone can make it again once the month is shown.
Whoever is away that day is not drawn; whoever was drawn and did not come stays in the pot. When
nobody is left who could be drawn, the next cycle begins; nobody is drawn twice on one day.
"""

import json
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger import audit, calendar, draws, people
from ledger.chance import Lots
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.draw_periods import DrawPeriod, secret_of
from ledger.people import ON_TEAM, Person, Role, Scope, scope_of

sql = queries("report_turns")
REPORT = "report"  # the draw's kind, and the word its tickets begin with


# facts
@dataclass(frozen=True)
class Circle:
    """One meeting's list of people, by what it is called in the draws: team:3."""

    name: str
    scope: Scope
    leaders: bool  # of all on the teams only those who lead one


@dataclass(frozen=True)
class Turn:
    """Somebody drawn to report; not present: he was not there and keeps his lot."""

    draw_id: int
    cycle: int
    person_id: int
    person: str
    village: str
    day: str
    present: int
    number: int = 0  # of its draw, among those of reporters


@dataclass(frozen=True)
class Pot:
    """What is drawn from: the cycle, and who may still be drawn in it today."""

    circle: str
    cycle: int
    of: tuple[int, ...]

    @property
    def canonical(self) -> str:
        """In one form only, whatever order it came in."""
        return audit.canonical(
            {"circle": self.circle, "cycle": self.cycle, "of": sorted(self.of)}
        )


@dataclass(frozen=True)
class Standing:
    """A circle's running cycle: who has been drawn, who may report today, how many are away."""

    circle: Circle
    cycle: int
    turns: tuple[Turn, ...]
    here: tuple[Person, ...]
    away: tuple[Person, ...]
    drawn: frozenset[int] = frozenset()  # today, there or not: nobody twice in one meeting

    @property
    def reported(self) -> set[int]:
        """Who has reported in this cycle."""
        return {one.person_id for one in self.turns if one.present}

    @property
    def waiting(self) -> list[Person]:
        """Who has not, be he here or away today."""
        return [one for one in (*self.here, *self.away) if one.id not in self.reported]


@dataclass(frozen=True)
class Wish:
    """Who asks, how many, out of which month and with whose tickets."""

    by: Person
    wanted: int
    period: DrawPeriod
    lots: Lots


# rules
def circle_of(asker: Person, township: int = 0) -> Circle:
    """Whose meeting it is: the asker's team, his township's leaders, the county's or one township's."""
    scope = scope_of(asker)
    if asker.role in ON_TEAM:
        return Circle(f"team:{asker.team_id}", scope, leaders=False)
    if asker.role is Role.TOWNSHIP:
        return Circle(f"township:{asker.township_id}", scope, leaders=True)
    name = f"county:{asker.county_id}" + f":township:{township}" * bool(township)
    return Circle(name, replace(scope, township=township), leaders=True)


def pick(secret: bytes, name: str, of: Iterable[int], wanted: int) -> list[int]:
    """Whose tickets are the smallest; the same secret and name give the same people."""
    return [
        int(one) for one in Lots(secret).pick(f"{REPORT}|{name}", map(str, sorted(of)), wanted)
    ]


def pots(standing: Standing, drawn: AbstractSet[int], wanted: int) -> list[tuple[Pot, int]]:
    """From which pots so many are drawn: first the running cycle's, then the next one's.

    drawn: who has been drawn today already, there or not: nobody is drawn twice in one meeting.
    """
    here = [one.id for one in standing.here if one.id not in drawn]
    running = [one for one in here if one not in standing.reported]
    again = [one for one in here if one in standing.reported]
    now = min(wanted, len(running))
    rest = min(wanted - now, len(again))
    both = [
        (Pot(standing.circle.name, standing.cycle, tuple(running)), now),
        (Pot(standing.circle.name, standing.cycle + 1, tuple(again)), rest),
    ]
    return [(pot, count) for pot, count in both if count]


def in_pots(standing: Standing, wanted: int) -> list[Person]:
    """Who is in the pots that so many would be drawn from now, in the roster's order."""
    ids = {one for pot, _ in pots(standing, standing.drawn, wanted) for one in pot.of}
    return [one for one in standing.here if one.id in ids]


# records: looking
async def standing(db: Session, circle: Circle, day: date) -> Standing:
    """How far a circle's cycle is and who could be drawn that day; the caller's own circle."""
    county = circle.scope.county
    rows = sql.turns(db.connection, county=county, circle=circle.name)
    turns = tuple([Turn(**dict(row)) async for row in rows])
    there = [
        one for one in await people.members(db, circle.scope, day=day)
        if one.role is Role.LEADER or not circle.leaders
    ]  # fmt: skip
    off = await calendar.absent(db, circle.scope, day)
    today = sql.drawn_on(db.connection, county=county, circle=circle.name, day=str(day))
    return Standing(
        circle, turns[0].cycle if turns else 1, turns,
        tuple(one for one in there if one.id not in off),
        tuple(one for one in there if one.id in off),
        frozenset({row["person_id"] async for row in today}),
    )  # fmt: skip


async def of_draws(db: Session, ids: Sequence[int]) -> list[Turn]:
    """What these draws gave, in the order drawn; the caller answers for the right to see."""
    return [
        Turn(**dict(row)) for id in ids async for row in sql.of_draw(db.connection, draw=id)
    ]


async def last_draw(db: Session, circle: Circle) -> int | None:
    """The circle's newest draw; None: none was made."""
    found = await sql.last_draw(db.connection, county=circle.scope.county, circle=circle.name)
    return int(found) if found else None


async def last_drawn(db: Session, circle: Circle) -> datetime | None:
    """When the circle drew last; None: it never did."""
    found = await sql.last_drawn(db.connection, county=circle.scope.county, circle=circle.name)
    return moment(found) if found else None


async def id_of(db: Session, county: int, number: int) -> int:
    """The draw with that number; 0: there is none."""
    found = await sql.by_number(db.connection, number=number, county=county)
    return int(found or 0)


async def access_draw(db: Session, asker: Person, draw: int) -> str | None:
    """The name of the circle a draw belongs to, if it is one of the asker's own; else None."""
    found = await sql.circle_of(db.connection, draw=draw, county=asker.county_id)
    own = circle_of(asker).name
    return str(found) if found and (found == own or found.startswith(f"{own}:")) else None


# records: drawing
async def draw(
    db: Session, circle: Circle, wish: Wish, *, now: datetime
) -> tuple[Standing, list[int]]:
    """Draw and keep; returns what it was drawn from and the draws made, none if nobody is left."""
    found = await standing(db, circle, now.date())
    made = [
        await _make(db, circle, wish, pot, count, now=now)
        for pot, count in pots(found, found.drawn, wish.wanted)
    ]
    return found, made


async def _make(
    db: Session, circle: Circle, wish: Wish, pot: Pot, count: int, *, now: datetime
) -> int:
    county, day = circle.scope.county, str(now.date())
    name = await draws.next_name(db, county, now.date(), REPORT)
    secret = secret_of(wish.lots, name)
    drawn = pick(secret, name, pot.of, count)
    id = await sql.add_draw(
        db.connection, county=county, way="asked", name=name, seed=secret.hex(),
        asked_by=wish.by.id, now=ms(now), wanted=count, pool=pot.canonical,
        drawn=audit.canonical(drawn), period=wish.period.id,
    )  # fmt: skip
    for place, person in enumerate(drawn):
        await sql.add(
            db.connection, county=county, circle=pot.circle, cycle=pot.cycle, person=person,
            draw=id, place=place, day=day,
        )  # fmt: skip
    body = {"name": name, "circle": pot.circle, "cycle": pot.cycle, "drawn": drawn}
    await audit.record(
        db, wish.by.id, "report_turn.drawn", subject=f"draw:{id}", body=body, now=now
    )
    return int(id)


async def not_there(db: Session, by: Person, turn: Turn, *, now: datetime) -> bool:
    """He was drawn and is not in the meeting: he keeps his lot; False: that was said before."""
    ids = {"draw": turn.draw_id, "person": turn.person_id}
    if await sql.not_there(db.connection, **ids) is None:
        return False
    await audit.record(
        db, by.id, "report_turn.not_there", subject=f"draw:{turn.draw_id}",
        body={"person": turn.person_id}, now=now,
    )  # fmt: skip
    return True


def redo(name: str, secret: str, pool: str, wanted: int) -> list[int]:
    """Draw again from what is stored; it must give what is stored as drawn."""
    return pick(bytes.fromhex(secret), name, json.loads(pool)["of"], wanted)
