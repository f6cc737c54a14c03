"""Phone checks by the clock: put on the day's list, the callers told once, the day closed.

Whoever is to be rung up hears nothing from us, before or after (domain §9).
"""

from dataclasses import replace
from datetime import datetime

from ledger import draws, people, phone_checks, phone_counts
from ledger.database import Session
from ledger.days import at
from ledger.draw_periods import EARLY
from ledger.draws import Draw
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.people import Person, Role, Scope, scope_of
from scheduler.desk import Desk

CALLS = Cause("phone_check", urgent=True)  # bound to the working day


async def start(desk: Desk, db: Session, draw: Draw, now: datetime) -> None:
    """Put everybody a draw has met on today's list; called again, nothing happens twice."""
    await phone_checks.open_all(db, draw, now=now)
    await _tell_callers(desk, db, draw.county_id, now)


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Close what the working day has left over; tell the callers what it has brought."""
    await phone_checks.close_day(db, desk.rules, now=now)
    for county in await draws.counties(db):
        await _tell_callers(desk, db, county, now)


async def with_calls(
    desk: Desk, db: Session, reader: Person, summary: Reply, now: datetime
) -> Reply:
    """The county's summary says how many of the day's calls were not made; nobody is named."""
    count = await phone_counts.not_made(db, scope_of(reader), now.date())
    if not count or reader.role is not Role.COUNTY:
        return summary
    note = desk.words.say("phone_checks.not_made", count=count)
    return replace(summary, text=f"{summary.text}\n\n{note}")


async def _tell_callers(desk: Desk, db: Session, county: int, now: datetime) -> None:
    """One message a day, once all of the day's draws have been made; who asked knows already."""
    drawn = now >= at(now.date(), desk.rules.check_from) + EARLY
    if not (drawn and phone_checks.in_hours(now, desk.rules)):
        return
    waiting = await phone_checks.free(db, Scope(county), now=now)
    if not any(one["by_timetable"] for one in waiting):
        return
    text = desk.words.say(
        "phone_checks.today", count=len(waiting), until=desk.rules.check_until
    )
    reply = Reply(text, (Option("开始打电话", "电话抽查"),), kind="card")
    for caller in await people.staff(db, county, day=now.date()):
        await _tell(desk, db, caller.id, reply, now)


async def _tell(desk: Desk, db: Session, caller: int, reply: Reply, now: datetime) -> None:
    if not await desk.may_disturb(db, caller, now):
        return
    if await phone_checks.claim_telling(db, caller, now=now):
        name = f"phone_checks:{now.date().isoformat()}:{caller}"
        end = at(now.date(), desk.rules.check_until)
        await desk.tell(
            db, caller, reply, dedupe=name, now=now, expires_at=end, cause=CALLS
        )  # fmt: skip
