"""Surprise visits by the clock: sent by the month's plan, void at their end, told to the team after.

Nothing is decided here: where the second inspector keeps silent, the county is asked.
"""

from datetime import datetime

from ledger import people, surprise_forms, surprise_visits
from ledger.database import Session
from ledger.days import is_workday
from ledger.draws import Draw
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.people import Person, Role
from ledger.surprise_visits import Visit
from scheduler.desk import Desk

RESULT = Cause("surprise_result", urgent=True)  # the right of reply depends on its day
LONGEST_WAIT = 7  # days in which a leader or a township on leave is told after his return


async def start(desk: Desk, db: Session, draw: Draw, now: datetime) -> None:
    """Send the pair of every team drawn; they learn of it now, in working time, and nobody else."""
    await surprise_visits.send(db, draw, desk.words.say, rules=desk.rules, now=now)


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """All that is due now; people are written to in working time only."""
    await surprise_forms.take_over(db, now=now)
    if desk.rules.quiet(now.time()) or not is_workday(now.date(), desk.rules):
        return
    for visit in await surprise_forms.unsigned(db, desk.rules, now=now):
        await surprise_forms.ask_county(db, visit, desk.words.say, rules=desk.rules, now=now)
    for visit in await surprise_forms.untold(db):
        await _tell(desk, db, visit, now)


async def _tell(desk: Desk, db: Session, visit: Visit, now: datetime) -> None:
    """The leader and the township hear that somebody came, once each; who is away, after that."""
    readers = await _readers(db, visit, now)
    free = [one for one in readers if await desk.may_disturb(db, one.id, now)]
    for one in free:
        staff = one.role is Role.TOWNSHIP
        text = desk.words.say("surprise_visits.told", visit=visit, staff=staff)
        reply = Reply(text, (Option("看详情", f"暗访情况 {visit.id}"),), kind="card")
        name = f"surprise_visit:{visit.id}:told:{one.id}"
        await desk.tell(db, one.id, reply, dedupe=name, now=now, cause=RESULT)
    late = (now.date() - surprise_forms.filed_on(visit)).days > LONGEST_WAIT
    if late or len(free) == len(readers):
        await surprise_forms.claim_told(db, visit, now=now)


async def _readers(db: Session, visit: Visit, now: datetime) -> list[Person]:
    """Whoever was there knows it already, and whom a finding is about hears of that."""
    leaders = await people.seats_at(db, visit, Role.LEADER, day=now.date())
    township = await people.seats_at(db, visit, Role.TOWNSHIP, day=now.date())
    knows = {*visit.pair, *await surprise_forms.concerned(db, visit, day=now.date())}
    return [one for one in (*leaders, *township) if one.id not in knows]
