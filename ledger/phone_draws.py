"""Whom a phone check that somebody asks for may meet, and what the month's cap leaves (S004-20).

A team is rung up at most once a month; beyond that a draw by hand needs a reason, unless the
switch for more checks is on in its township. Those are drawn apart, so that both can be redone.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger import calendar, check_costs, draw_periods, draws, people, phone_checks, switches
from ledger.chance import Lots
from ledger.check_costs import Costs
from ledger.database import Session
from ledger.draw_periods import DrawPeriod
from ledger.draw_plan import PHONE
from ledger.draws import ASKED, Draw, Eligible, Pool, Wish
from ledger.people import Person, Scope
from ledger.rules import Rules
from ledger.switches import Switch


# facts
@dataclass(frozen=True)
class Field:
    """Who may be drawn now: teams within the month's cap, and teams beyond it."""

    within: Eligible
    beyond: Eligible
    costs: Costs
    teams: int = 0  # in which somebody is at work, on today's list or not

    def beyond_cap(self, wanted: int) -> int:
        """How many of so many teams would be rung up once more this month."""
        return max(0, min(wanted - self.within.teams, self.beyond.teams))


# rules
def split(found: Eligible, capped: frozenset[int]) -> tuple[Eligible, Eligible]:
    """The same without those teams, and those teams alone."""
    without, only = (_teams(found.pool, capped, inside) for inside in (False, True))
    return replace(found, pool=without), Eligible(only)


def _teams(pool: Pool, capped: frozenset[int], inside: bool) -> Pool:
    kept = {
        town: {team: ids for team, ids in teams.items() if (team in capped) is inside}
        for town, teams in pool.items()
    }
    return {town: teams for town, teams in kept.items() if teams}


# records
async def field(db: Session, scope: Scope, *, rules: Rules, now: datetime) -> Field:
    """Everybody of a scope who is at work today, and what has been asked of them this month.

    Where the timetable rings every team up by itself, one by hand is beyond the cap, be the
    team's own made or still to come: nothing here tells which.
    """
    costs = await check_costs.month_so_far(db, scope, now.date())
    found = await eligible(db, scope, day=now.date())
    there = await eligible(db, scope, day=now.date(), every=True)
    capped = frozenset(_ids(there.pool)) if rules.phone_checks else costs.phoned
    if capped:
        capped -= await _released(db, scope, capped, now)
    within, beyond = split(found, capped)
    return Field(within, beyond, costs, there.teams)


def _ids(pool: Pool) -> list[int]:
    return [team for teams in pool.values() for team in teams]


async def eligible(db: Session, scope: Scope, *, day: date, every: bool = False) -> Eligible:
    """At work that day and not on its list (`every`: on it, too); with an account here or not."""
    members = await people.members(db, scope, day=day)
    absent = await calendar.absent(db, scope, day)
    return draws.sort_out(
        members,
        away={one for one, why in absent.items() if why is calendar.Off.LEAVE},
        trips={one for one, why in absent.items() if why is calendar.Off.TRIP},
        resting={one for one, why in absent.items() if why is calendar.Off.ROTA},
        busy=set() if every else await phone_checks.listed(db, scope.county, day),
        bound={one.id for one in members},
    )


async def _released(
    db: Session, scope: Scope, teams: frozenset[int], now: datetime
) -> frozenset[int]:
    """Teams whose township may be checked more often, while that switch is on."""
    places = {one.id: one.township_id for one in await people.teams(db, scope)}
    towns = {places[team] for team in teams if team in places}
    free = {
        town
        for town in sorted(towns)
        if await switches.applies(
            db, Switch.MORE_CHECKS, county=scope.county, township=town, now=now
        )
    }
    return frozenset(team for team in teams if places.get(team) in free)


async def make(
    db: Session, by: Person, found: Field, wanted: int, reason: str, *,
    month: tuple[DrawPeriod, Lots], now: datetime,
) -> list[Draw]:  # fmt: skip
    """Draw within the cap first, then with the reason beyond it; the drawn stand on today's list."""
    parts = [(found.within.pool, min(wanted, found.within.teams), "")]
    if reason:
        parts.append((found.beyond.pool, found.beyond_cap(wanted), reason))
    return [
        await _draw(db, by, pool, count, why, month=month, now=now)
        for pool, count, why in parts
        if count
    ]


async def _draw(
    db: Session, by: Person, pool: Pool, count: int, reason: str, *,
    month: tuple[DrawPeriod, Lots], now: datetime,
) -> Draw:  # fmt: skip
    period, lots = month
    name = await draws.next_name(db, by.county_id, now.date(), PHONE)
    secret = draw_periods.secret_of(lots, name)
    wish = Wish(ASKED, name, secret, count, by.id, PHONE, period.id, reason)
    draw = await draws.make(db, by.county_id, wish, pool, now=now)
    await phone_checks.open_all(db, draw, now=now)
    return draw
