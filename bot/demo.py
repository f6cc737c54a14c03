"""The demo county: made from a seed, everybody reachable in the web chat, its own clock."""

from datetime import datetime, timedelta

from bot.app import keep_clock, kept_clock
from bot.channels.web import NAME as WEB
from bot.settings import Settings
from ledger import invites, people, roster
from ledger.clock import ShiftedClock, WallClock
from ledger.database import Session, open_database
from ledger.days import at, workday_on_or_before
from ledger.errors import ForOperator
from ledger.generator import Generator, Size
from ledger.people import Address
from ledger.rules import Rules

BEFORE = timedelta(days=60)  # the demo's people joined so long before its first morning


class NotADemo(ForOperator):
    """The folder holds a real county; the demo keeps its hands off it."""


def first_morning(now: datetime, rules: Rules) -> datetime:
    """09:00 of the last working day that has begun: a demo starts with a whole day ahead."""
    begun = now if now.hour >= 9 else now - timedelta(days=1)
    return at(workday_on_or_before(begun.date(), rules), datetime.min.time()).replace(hour=9)


async def prepare(settings: Settings, seed: int, rules: Rules) -> ShiftedClock:
    """Make the county when the folder is empty; returns its clock, as it was left."""
    async with open_database(settings.database) as database, database.transaction() as db:
        clock = await kept_clock(db)
        if clock is None and await roster.any_county(db):
            raise NotADemo(f"{settings.data} 里是真实的台账，演示请换一个目录：--data 目录")
        return clock or await _generate(db, seed, rules)


async def _generate(db: Session, seed: int, rules: Rules) -> ShiftedClock:
    wall = WallClock().now()
    start = first_morning(wall, rules)
    maker = Generator(seed, Size(), rules)
    county = await maker.people(db, now=start - BEFORE)
    await bind_everybody(db, WEB, now=start - BEFORE)
    await maker.history(db, county, until=start)
    clock = ShiftedClock(start - wall)
    await keep_clock(db, clock)
    return clock


async def bind_everybody(db: Session, channel: str, *, now: datetime) -> None:
    """Every person of a made-up county can be reached on that channel."""
    for person in await people.roster(db):
        address = Address(channel, "local", str(person.id))
        await invites.bind(db, person.id, address, by=None, now=now)
