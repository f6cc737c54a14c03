"""批假 that waits: after some working hours one reminder, then the next post up is told, once each.

Whoever was asked and has gone on leave since is passed over.
"""

from datetime import datetime

from ledger import leave, leave_facts, leave_steps, people, slots
from ledger.clock import moment
from ledger.database import Session
from ledger.days import is_workday
from ledger.ladder import next_above
from ledger.leave import Leave
from ledger.leave_steps import Step
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.people import Person
from scheduler.desk import Desk


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Look at every step that waits; asks nobody in quiet hours, on rest days or on leave."""
    if desk.rules.quiet(now.time()) or not is_workday(now.date(), desk.rules):
        return
    for step in await leave_steps.unanswered(db, desk.rules, now=now):
        if leave_steps.too_long(step.asked_at, desk.rules, now=now):
            await _urge(desk, db, step, now)


async def _urge(desk: Desk, db: Session, step: Step, now: datetime) -> None:
    asked = await leave.any_leave(db, step.leave_id)
    owner = await people.by_id(db, asked.person_id)
    moved = await leave_steps.pass_absent(db, asked.id, owner, now=now)
    if moved := moved or await leave.take_up(db, asked, owner, now=now, rules=desk.rules):
        seats = await leave_steps.present(db, owner, moved.role, day=now.date())
        await _tell(desk, db, asked, owner, await _free(desk, db, seats, now), "", now)
    elif step.reminded_at is None:
        await _remind(desk, db, step, asked, owner, now)
    elif leave_steps.too_long(step.reminded_at, desk.rules, now=now):
        await _tell_above(desk, db, step, asked, owner, now)


async def _remind(
    desk: Desk, db: Session, step: Step, asked: Leave, owner: Person, now: datetime
) -> None:
    """One reminder to whom it waits for; it is taken only when somebody may be told."""
    seats = await leave_steps.present(db, owner, step.role, day=now.date())
    free = await _free(desk, db, seats, now)
    if free and await leave_steps.claim_reminder(db, step, now=now):
        await _tell(desk, db, asked, owner, free, "leave.waits_for_you", now)


async def _tell_above(
    desk: Desk, db: Session, step: Step, asked: Leave, owner: Person, now: datetime
) -> None:
    """The next post that somebody can answer in is told, and may decide in his place."""
    role = next_above(step.role)
    while role and not (seats := await leave_steps.present(db, owner, role, day=now.date())):
        role = next_above(role)
    if role is None:
        return
    free = await _free(desk, db, seats, now)
    slot = f"{step.leave_id}:{step.step}"
    planned = moment(step.reminded_at or step.asked_at or 0)
    if free and await slots.first_time(db, "leave_above", slot, planned_at=planned, now=now):
        await _tell(desk, db, asked, owner, free, "leave.told_above", now)


async def _free(desk: Desk, db: Session, seats: list[Person], now: datetime) -> list[Person]:
    """Those of them who may be written to now; the others are reminded when they may."""
    return [one for one in seats if await desk.may_disturb(db, one.id, now)]


async def _tell(
    desk: Desk, db: Session, asked: Leave, owner: Person, seats: list[Person], head: str,
    now: datetime,
) -> None:  # fmt: skip
    """The card again, to each, with a line why. It is bound to the first day of leave: urgent."""
    options = (
        Option("同意", f"批假{asked.id} 同意"),
        Option("不同意", f"批假{asked.id} 不同意"),
    )
    cause = Cause("leave", str(owner.id), urgent=True)
    for one in seats:
        facts = await leave_facts.for_superior(
            db, asked, owner, desk.rules, viewer=one, today=now.date()
        )
        lines = [desk.words.say(head, leave=asked)] if head else []
        lines.append(desk.words.say("leave.card", before=None, **facts))
        reply = Reply("\n".join(lines), options, kind="card")
        dedupe = f"leave:{asked.id}:{head or 'passed'}:{one.id}"
        await desk.tell(db, one.id, reply, dedupe=dedupe, now=now, cause=cause)
