"""The hand of the month's plan: each minute of working time it settles the slots that have come.

Nothing is planned ahead on disk: what is still to come today is computed when it is needed and
lies in this program's memory only (fair-draws §1). A slot is claimed together with what follows
from it, in one transaction, so it happens once however often a minute is looked at. One missed by
more than half an hour is void: listed, and never made up for at a time nobody has drawn.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from ledger import draw_facts, draw_periods, draws, people
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session
from ledger.days import at, is_workday
from ledger.draw_periods import DrawPeriod, NoDraws
from ledger.draw_plan import CHAT, PHONE, VISIT, VOID, Due, Facts, due, result_of
from ledger.draws import TIMETABLE, Draw, Wish
from ledger.people import Scope
from ledger.windows import window
from scheduler import phone_checks, spotchecks, surprise_visits
from scheduler.desk import Desk

log = structlog.get_logger()
BEAT = timedelta(milliseconds=1)
TOO_LATE = timedelta(minutes=30)  # a drawn minute missed by more is not made up for
APART = timedelta(milliseconds=2)  # between slots settled together: each sees what the last did
STARTS: dict[str, Callable[[Desk, Session, Draw, datetime], Awaitable[None]]] = {
    CHAT: spotchecks.start,
    PHONE: phone_checks.start,
    VISIT: surprise_visits.start,
}


@dataclass(frozen=True)
class Plan:
    """What of a month is still to be settled up to the end of today."""

    seen: tuple[str, int, int]  # the day, how long the list, how many slots settled
    left: tuple[Due, ...]


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Settle what has come due in every county; nothing in the quiet hours or on rest days."""
    if not is_workday(now.date(), desk.rules) or desk.rules.quiet(now.time()):
        return
    for county in await draws.counties(db):
        try:
            async with db.savepoint():
                await _county(desk, db, county, now)
        except Exception:  # the other counties' minute does not come back
            log.exception("draws_not_settled", county=county)
            desk.plans.clear()  # they may know what has just been rolled back


async def _county(desk: Desk, db: Session, county: int, now: datetime) -> None:
    with suppress(NoDraws):
        period = await draw_periods.current(db, county, desk.vault, desk.rules, now=now)
        await _settle(desk, db, period, now)


async def _settle(desk: Desk, db: Session, period: DrawPeriod, now: datetime) -> None:
    if not period.beacon or period.lost_at:
        return
    reached = [one for one in await _left(desk, db, period, now) if _moment(one) <= now]
    if not reached:
        return
    key = await draw_periods.key(db, period, desk.vault, now=now)
    await draw_facts.notice(db, period.id, period.county_id, now.date(), now=now)
    for number, one in enumerate(reached, 1):
        await _settle_one(desk, db, period, key, one, now + number * APART)


async def _left(desk: Desk, db: Session, period: DrawPeriod, now: datetime) -> tuple[Due, ...]:
    """The day's open slots, computed anew only when the list or what was settled has changed."""
    today = now.date().isoformat()
    seen = (today, *await draws.mark(db, period.id))
    plan = desk.plans.get(period.id)
    if plan is None or plan.seen != seen:
        plan = desk.plans[period.id] = Plan(seen, await _compute(desk, db, period, today, now))
    return plan.left


async def _compute(
    desk: Desk, db: Session, period: DrawPeriod, today: str, now: datetime
) -> tuple[Due, ...]:
    key = await draw_periods.key(db, period, desk.vault, now=now)
    facts = await draw_facts.facts(db, period.id, period.promised, key)
    results = await draw_facts.results(db, period.id)
    every = due(facts, results)
    left = [one for one in every if one.slot.day <= today and one.slot not in results]
    return tuple(sorted(left, key=lambda one: (_moment(one), repr(one.slot))))


async def _settle_one(
    desk: Desk, db: Session, period: DrawPeriod, key: bytes, one: Due, now: datetime
) -> None:
    facts = await draw_facts.facts(db, period.id, period.promised, key)
    result = _result(desk, facts, one, now)
    if result is None or not await draw_facts.settle(db, period.id, one.slot, result, now=now):
        return
    if met := draw_facts.person_of(result):
        draw = await _draw(db, period, Lots(key), one, met, now)
        await STARTS[one.slot.kind](desk, db, draw, now)


def _result(desk: Desk, facts: Facts, one: Due, now: datetime) -> str | None:
    """Whom the slot meets; void when its minute is long past; None: nobody can be asked just now."""
    if ms(now) - ms(_moment(one)) > TOO_LATE // BEAT:  # as its card counts
        return VOID
    if one.slot.kind == CHAT and window(now, desk.rules) is None:
        return None
    return result_of(facts, one, ms(now))


async def _draw(
    db: Session, period: DrawPeriod, lots: Lots, one: Due, person: int, now: datetime
) -> Draw:
    """The row of what the plan has chosen; that the choice was right is seen from the plan."""
    slot, team = one.slot, int(one.team.removeprefix("t"))
    name = "|".join((period.period, slot.kind, slot.why, slot.subject, slot.day))
    found = await people.teams(db, Scope(period.county_id))
    town = next(each.township_id for each in found if each.id == team)
    secret = draw_periods.secret_of(lots, name)
    wish = Wish(TIMETABLE, name, secret, 1, kind=slot.kind, period_id=period.id)
    pool = {town: {team: [person]}}
    draw = await draws.make(db, period.county_id, wish, pool, now=now)
    await draw_facts.attach(db, period.id, slot, draw.id)
    return draw


def _moment(one: Due) -> datetime:
    day = at(date.fromisoformat(one.slot.day), time())
    return day + timedelta(minutes=one.minute)
