"""Draws (抽签): who is checked, by a named ticket from a stored secret; anyone can draw it again.

The secret of a draw comes from its month's key (ledger/draw_periods.py) and shows nothing of it.
What the timetable draws is chosen by the month's plan (ledger/draw_plan.py); its row repeats it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from ledger import audit, calendar, people
from ledger.calendar import Off
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.draw_plan import CHAT
from ledger.errors import Refused
from ledger.people import Person, Scope, scope_of

sql = queries("draws")
ASKED = "asked"  # by county or township staff, in chat
TIMETABLE = "timetable"  # by the month's plan
PICKED = "picked"  # 指定: by hand, with a reason; nothing is drawn

Pick = tuple[int, int]  # a team and the member drawn from it
Pool = dict[int, dict[int, list[int]]]  # by township: each team's eligible members


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
    spared: int = 0  # asked a few days ago

    @property
    def left_out(self) -> int:
        """How many people are not in the pool."""
        return self.away + self.busy + self.unbound + self.trips + self.resting + self.spared

    @property
    def teams(self) -> int:
        """How many teams can be met."""
        return sum(len(teams) for teams in self.pool.values())

    @property
    def people(self) -> int:
        """How many people can be met."""
        return sum(len(found) for teams in self.pool.values() for found in teams.values())


@dataclass(frozen=True)
class Wish:
    """What is to be drawn: which kind in which way, under which name, from which secret."""

    way: str
    name: str
    secret: bytes
    wanted: int
    asked_by: int | None = None
    kind: str = CHAT
    period_id: int | None = None
    reason: str = ""


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
    kind: str
    period_id: int | None
    reason: str
    number: int = 0  # among the county's draws of its kind, where it is shown

    @property
    def picks(self) -> list[Pick]:
        """Team and member, in the order drawn."""
        return [(team, person) for team, person in json.loads(self.drawn)]


# rules
def sort_out(
    members: Iterable[Person], *, away: AbstractSet[int], busy: AbstractSet[int],
    bound: AbstractSet[int], trips: AbstractSet[int] = frozenset(),
    resting: AbstractSet[int] = frozenset(), spared: AbstractSet[int] = frozenset(),
) -> Eligible:  # fmt: skip
    """Who may be drawn: at work, not checked that day nor just before, reachable (domain §9)."""
    pool: Pool = {}
    excused = {
        "away": away, "trips": trips, "resting": resting, "busy": busy, "spared": spared,
    }  # fmt: skip
    counts = dict.fromkeys((*excused, "unbound"), 0)
    for one in members:
        if cause := next((name for name, ids in excused.items() if one.id in ids), ""):
            counts[cause] += 1
        elif one.id not in bound:
            counts["unbound"] += 1
        else:
            pool.setdefault(one.township_id, {}).setdefault(one.team_id, []).append(one.id)
    return Eligible(pool, **counts)


def pick(secret: bytes, name: str, pool: Pool, wanted: int) -> list[Pick]:
    """Teams spread over the townships, each with the same chance, and one member of each."""
    lots = Lots(secret)
    strata = {str(team): str(town) for town, teams in pool.items() for team in teams}
    members = {str(team): found for teams in pool.values() for team, found in teams.items()}
    return [
        (int(team), int(lots.pick(f"member|{name}|{team}", map(str, members[team]), 1)[0]))
        for team in lots.spread(f"team|{name}", strata, wanted)
    ]


def redo(draw: Draw) -> list[Pick]:
    """Draw again from what is stored; it must give what is stored as drawn.

    Of a pick nothing was drawn; it stays what it is.
    """
    if draw.way == PICKED:
        return draw.picks
    secret, stored = bytes.fromhex(draw.seed), json.loads(draw.pool)
    if any(isinstance(teams, list) for teams in stored.values()):
        return _pick_flat(secret, draw.name, stored, draw.wanted)
    pool = {
        int(town): {int(team): found for team, found in teams.items()}
        for town, teams in stored.items()
    }
    return pick(secret, draw.name, pool, draw.wanted)


def _pick_flat(secret: bytes, name: str, pool: dict[str, list[int]], wanted: int) -> list[Pick]:
    """As it was drawn before there were months with a promise (docs/decisions/0004-named-draws.md)."""
    lots = Lots(secret)
    return [
        (int(team), int(lots.pick(f"member|{name}|{team}", map(str, pool[team]), 1)[0]))
        for team in lots.pick(f"team|{name}", pool, wanted)
    ]


def choose(draw: Draw, limit: int, *parts: object) -> int:
    """A further ticket of the same draw: a number from 0 to limit - 1."""
    return Lots(bytes.fromhex(draw.seed)).below(limit, *parts)


def canonical(pool: Pool) -> str:
    """The pool in one form only, whatever order it came in."""
    return audit.canonical(
        {
            str(town): {str(team): sorted(found) for team, found in teams.items()}
            for town, teams in pool.items()
        }
    )


# records
async def eligible(db: Session, scope: Scope, *, day: date) -> Eligible:
    """Everybody of a scope who may be asked by chat that day.

    The county's own days of rest are not asked: a check begins in its working hours only
    (ledger/windows.py).
    """
    places = {"county": scope.county, "township": scope.township}
    members = await people.members(db, scope, day=day)
    absent = await calendar.absent(db, scope, day)
    busy = sql.busy(db.connection, **places, day=day.isoformat())
    spared = sql.spared(db.connection, county=scope.county, day=day.isoformat())
    bound = sql.bound(db.connection, **places)
    return sort_out(
        members,
        away={one for one, why in absent.items() if why is Off.LEAVE},
        trips={one for one, why in absent.items() if why is Off.TRIP},
        resting={one for one, why in absent.items() if why is Off.ROTA},
        busy={row["person_id"] async for row in busy},
        spared={row["person_id"] async for row in spared},
        bound={row["person_id"] async for row in bound},
    )


async def next_name(db: Session, county: int, day: date, word: str = ASKED) -> str:
    """The name of the day's next draw by hand: 2026-11-20|asked|2, 2026-11-20|phone|1."""
    stem = f"{day.isoformat()}|{word}|"
    made = await sql.count_named(db.connection, county=county, pattern=f"{stem}%")
    return f"{stem}{(made or 0) + 1}"


async def make(db: Session, county: int, wish: Wish, pool: Pool, *, now: datetime) -> Draw:
    """Draw members of teams and store it; its kind's own file starts the checks."""
    picks = pick(wish.secret, wish.name, pool, wish.wanted)
    return await store(db, county, wish, canonical(pool), picks, now=now)


async def store(
    db: Session, county: int, wish: Wish, pool: str, picks: Sequence[Sequence[int]], *,
    now: datetime,
) -> Draw:  # fmt: skip
    """Keep a draw; the event holds the hashes, so that neither can be changed afterwards."""
    id = await sql.add(
        db.connection, county=county, kind=wish.kind, way=wish.way, name=wish.name,
        seed=wish.secret.hex(), asked_by=wish.asked_by, now=ms(now), wanted=wish.wanted,
        pool=pool, drawn=audit.canonical(picks), period=wish.period_id, reason=wish.reason,
    )  # fmt: skip
    body = {
        "name": wish.name, "kind": wish.kind, "way": wish.way, "reason": wish.reason,
        "wanted": wish.wanted, "drawn": picks,
        "seed_sha256": hashlib.sha256(wish.secret).hexdigest(),
        "pool_sha256": hashlib.sha256(pool.encode()).hexdigest(),
    }  # fmt: skip
    actor = wish.asked_by or audit.SYSTEM
    await audit.record(db, actor, "draw.made", subject=f"draw:{id}", body=body, now=now)
    return await (by_id if wish.way == TIMETABLE else numbered)(db, int(id))


async def numbered(db: Session, id: int) -> Draw:
    """The same with the number it is called by; the caller answers for the right to ask."""
    return Draw(**dict(await sql.numbered(db.connection, id=id)))


async def by_id(db: Session, id: int) -> Draw:
    """The draw with that id; the caller answers for the right to ask."""
    return Draw(**dict(await sql.by_id(db.connection, id=id)))


async def access_draw(db: Session, asker: Person, number: int) -> Draw:
    """A draw of chat checks by its number, if it met somebody in the asker's scope."""
    scope = scope_of(asker)
    id = await sql.seen_by_number(
        db.connection, number=number, county=scope.county, township=scope.township
    )
    if id is None:
        raise Refused("spotchecks.no_draw", id=number)
    return await numbered(db, int(id))


async def recent(db: Session, asker: Person, *, limit: int) -> list[Draw]:
    """The last draws of chat checks that met somebody in the asker's scope, the newest first."""
    scope = scope_of(asker)
    rows = sql.recent(db.connection, county=scope.county, township=scope.township, limit=limit)
    ids = [row["id"] async for row in rows]
    return [await numbered(db, id) for id in ids]


async def still_open(db: Session, scope: Scope) -> list[int]:
    """Numbers of draws asked for by hand in a scope whose chat checks still wait for answers."""
    rows = sql.still_open(db.connection, county=scope.county, township=scope.township)
    ids = [row["draw_id"] async for row in rows]
    return [(await numbered(db, id)).number for id in ids]


async def take_finished(db: Session, *, now: datetime) -> list[Draw]:
    """Draws whose last chat check is closed: marked as reported and returned in one statement."""
    ids = sorted([row["id"] async for row in sql.take_finished(db.connection, now=ms(now))])
    return [await numbered(db, id) for id in ids]


async def picked_since(db: Session, county: int, first: date) -> list[int]:
    """Whom staff picked (指定) since that day, one entry for each time; void ones do not count."""
    rows = sql.picked_since(db.connection, county=county, first=first.isoformat())
    return [row["person_id"] async for row in rows]


async def void_by_kind(db: Session, period: int) -> dict[str, int]:
    """How many checks that a month's draws have started do not count: not delivered, called, gone."""
    rows = sql.void_by_kind(db.connection, period=period)
    return {row["kind"]: row["times"] async for row in rows}


# the timetable's draws
async def counties(db: Session) -> list[int]:
    """Every county in this ledger."""
    return [row["id"] async for row in sql.counties(db.connection)]


async def mark(db: Session, period: int) -> tuple[int, int]:
    """How many members and settled slots a month has: while both stay, so does its plan."""
    row = await sql.mark(db.connection, period=period)
    return row["members"], row["settled"]
