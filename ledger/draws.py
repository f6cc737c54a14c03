"""Draws (抽签): who is checked, by a named ticket from a stored seed; anyone can draw it again.

The rules of a fair draw are those of docs/decisions/0004-named-draws.md.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger import audit, calendar, people, settings
from ledger.calendar import Off
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Person, Scope, scope_of

sql = queries("draws")
ASKED = "asked"  # by county or township staff, in chat
TIMETABLE = "timetable"  # by the county's timetable

Pick = tuple[int, int]  # a team and the member drawn from it
Pool = dict[int, list[int]]  # each team's eligible members


# facts
@dataclass(frozen=True)
class Eligible:
    """Whom a draw may meet, and how many are left out for which reason."""

    pool: Pool
    away: int = 0
    busy: int = 0
    unbound: int = 0
    trips: int = 0
    resting: int = 0  # by rota

    @property
    def left_out(self) -> int:
        """How many people are not in the pool."""
        return self.away + self.busy + self.unbound + self.trips + self.resting

    def without(self, teams: AbstractSet[int]) -> "Eligible":
        """The same without these teams (checked often enough this month)."""
        pool = {team: found for team, found in self.pool.items() if team not in teams}
        return replace(self, pool=pool)


@dataclass(frozen=True)
class Wish:
    """What is to be drawn: in which way, under which name, from which secret, how many teams."""

    way: str
    name: str
    seed: bytes
    wanted: int
    asked_by: int | None = None


@dataclass(frozen=True)
class Draw:
    """A draw as stored: everything needed to do it again."""

    id: int
    county_id: int
    way: str
    name: str
    seed: str
    asked_by: int | None
    at: int
    wanted: int
    pool: str
    drawn: str
    reported_at: int | None

    @property
    def picks(self) -> list[Pick]:
        """Team and member, in the order drawn."""
        return [(team, person) for team, person in json.loads(self.drawn)]


# rules
def sort_out(
    members: Iterable[Person], *, away: AbstractSet[int], busy: AbstractSet[int],
    bound: AbstractSet[int], trips: AbstractSet[int] = frozenset(),
    resting: AbstractSet[int] = frozenset(),
) -> Eligible:  # fmt: skip
    """Who may be drawn: at work and not checked that day, reachable by chat (domain §9)."""
    pool: Pool = {}
    counts = {"away": 0, "trips": 0, "resting": 0, "busy": 0, "unbound": 0}
    excused = {"away": away, "trips": trips, "resting": resting, "busy": busy}
    for one in members:
        if cause := next((name for name, ids in excused.items() if one.id in ids), ""):
            counts[cause] += 1
        elif one.id not in bound:
            counts["unbound"] += 1
        else:
            pool.setdefault(one.team_id, []).append(one.id)
    return Eligible(pool, **counts)


def pick(seed: bytes, name: str, pool: Pool, wanted: int) -> list[Pick]:
    """The teams with the smallest tickets and one member of each (fair-draws §3)."""
    lots = Lots(seed)
    teams = lots.pick(f"team|{name}", map(str, pool), wanted)
    return [
        (int(team), int(lots.pick(f"member|{name}|{team}", map(str, pool[int(team)]), 1)[0]))
        for team in teams
    ]


def redo(draw: Draw) -> list[Pick]:
    """Draw again from what is stored; it must give what is stored as drawn."""
    pool = {int(team): found for team, found in json.loads(draw.pool).items()}
    return pick(bytes.fromhex(draw.seed), draw.name, pool, draw.wanted)


def choose(draw: Draw, limit: int, *parts: object) -> int:
    """A further ticket of the same draw: a number from 0 to limit - 1."""
    return Lots(bytes.fromhex(draw.seed)).below(limit, *parts)


def canonical(pool: Pool) -> str:
    """The pool in one form only, whatever order it came in."""
    return audit.canonical({str(team): sorted(found) for team, found in pool.items()})


# records
async def eligible(db: Session, scope: Scope, *, day: date) -> Eligible:
    """Everybody of a scope who may be drawn that day.

    The county's own days of rest are not asked: a check begins in its working hours only
    (ledger/windows.py).
    """
    places = {"county": scope.county, "township": scope.township}
    members = await people.members(db, scope, day=day)
    absent = await calendar.absent(db, scope, day)
    return sort_out(
        members,
        away={one for one, why in absent.items() if why is Off.LEAVE},
        trips={one for one, why in absent.items() if why is Off.TRIP},
        resting={one for one, why in absent.items() if why is Off.ROTA},
        busy={
            row["person_id"]
            async for row in sql.busy(db.connection, **places, day=day.isoformat())
        },
        bound={row["person_id"] async for row in sql.bound(db.connection, **places)},
    )


async def next_name(db: Session, county: int, day: date) -> str:
    """The name of the day's next draw by hand: 2026-11-20|asked|2."""
    stem = f"{day.isoformat()}|{ASKED}|"
    made = await sql.count_named(db.connection, county=county, pattern=f"{stem}%")
    return f"{stem}{(made or 0) + 1}"


async def make(db: Session, county: int, wish: Wish, pool: Pool, *, now: datetime) -> Draw:
    """Draw and store; the event holds the hashes, so that neither can be changed afterwards."""
    picks = pick(wish.seed, wish.name, pool, wish.wanted)
    words = canonical(pool)
    id = await sql.add(
        db.connection, county=county, way=wish.way, name=wish.name, seed=wish.seed.hex(),
        asked_by=wish.asked_by, now=ms(now), wanted=wish.wanted, pool=words,
        drawn=audit.canonical(picks),
    )  # fmt: skip
    body = {
        "name": wish.name, "way": wish.way, "wanted": wish.wanted, "drawn": picks,
        "seed_sha256": hashlib.sha256(wish.seed).hexdigest(),
        "pool_sha256": hashlib.sha256(words.encode()).hexdigest(),
    }  # fmt: skip
    actor = wish.asked_by or audit.SYSTEM
    await audit.record(db, actor, "draw.made", subject=f"draw:{id}", body=body, now=now)
    return await by_id(db, int(id))


async def by_id(db: Session, id: int) -> Draw:
    """The draw with that id; the caller answers for the right to ask."""
    return Draw(**dict(await sql.by_id(db.connection, id=id)))


async def access_draw(db: Session, asker: Person, id: int) -> Draw:
    """A draw that met somebody in the asker's scope."""
    scope = scope_of(asker)
    row = await sql.seen_by_id(
        db.connection, id=id, county=scope.county, township=scope.township
    )
    if row is None:
        raise Refused("spotchecks.no_draw", id=id)
    return Draw(**dict(row))


async def recent(db: Session, asker: Person, *, limit: int) -> list[Draw]:
    """The last draws that met somebody in the asker's scope, the newest first."""
    scope = scope_of(asker)
    rows = sql.recent(db.connection, county=scope.county, township=scope.township, limit=limit)
    return [Draw(**dict(row)) async for row in rows]


async def take_finished(db: Session, *, now: datetime) -> list[Draw]:
    """Draws whose last check is closed: marked as reported and returned in one statement."""
    return [Draw(**dict(row)) async for row in sql.take_finished(db.connection, now=ms(now))]


# the timetable's draws
async def counties(db: Session) -> list[int]:
    """Every county in this ledger."""
    return [row["id"] async for row in sql.counties(db.connection)]


async def week_seed(db: Session, week: str, lots: Callable[[], bytes]) -> bytes:
    """The secret of one week's timetable, thrown when it is first needed."""
    kept = await settings.read(db, f"seed:{week}")
    if kept is None:
        kept = lots().hex()
        await settings.write(db, f"seed:{week}", kept)
    return bytes.fromhex(kept)


async def take_slot(db: Session, slot: str, planned: datetime, *, now: datetime) -> bool:
    """Claim one place of the timetable; True only the first time."""
    taken = await sql.take_slot(db.connection, slot=slot, planned=ms(planned), now=ms(now))
    return taken is not None


async def had_enough(db: Session, county: int, span: tuple[date, date], cap: int) -> set[int]:
    """Teams the timetable has checked `cap` times in these days (S004-20)."""
    rows = sql.had_enough(
        db.connection,
        county=county,
        first=span[0].isoformat(),
        last=span[1].isoformat(),
        cap=cap,
    )
    return {row["team_id"] async for row in rows}
