"""The steps of a leave (批假): whose word it waits for, who has given it, who was passed over.

A step goes from waiting to asked to approved, refused, passed or dropped, and never back.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ledger import people
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import at, days_between, is_workday
from ledger.errors import Refused
from ledger.ladder import next_above, rank
from ledger.people import Person, Role
from ledger.rules import Rules

sql = queries("leave_steps")


# facts
@dataclass(frozen=True)
class Step:
    """One step: the post that is asked, and what became of it."""

    leave_id: int
    step: int
    role: Role
    state: str  # waiting, asked, approved, refused, passed, dropped
    asked_at: int | None
    reminded_at: int | None
    decided_by: int | None
    decided_at: int | None
    reason: str  # a word with the decision; of one passed over: empty, away, not_joined
    name: str  # who decided


# rules
def waited(since: datetime, now: datetime, rules: Rules) -> timedelta:
    """Working time between two moments: the hours of working days that are not quiet ones."""
    total = timedelta()
    for day in days_between(since.date(), now.date()):
        if is_workday(day, rules):
            for first, last in _hours(day, rules):
                total += max(timedelta(), min(last, now) - max(first, since))
    return total


def _hours(day: date, rules: Rules) -> list[tuple[datetime, datetime]]:
    """The morning and the afternoon of a working day."""
    spans: list[tuple[time, time]] = [
        (rules.quiet_until, rules.noon_from),
        (rules.noon_until, rules.quiet_from),
    ]
    return [(at(day, first), at(day, last)) for first, last in spans]


def refusal(by: Person, owner: Person, step: Step | None) -> str | None:
    """Why this person may not decide now; None when he may. A higher post speaks for a lower."""
    if by.id == owner.id or rank(by.role) <= rank(owner.role):
        return "leave.not_by_you"
    if step is None:
        return "leave.already_decided"
    return "leave.waits_above" if rank(by.role) < rank(step.role) else None


# records
async def of(db: Session, leave: int) -> list[Step]:
    """Every step of a leave in order."""
    return [_step(row) async for row in sql.of(db.connection, leave=leave)]


async def current(db: Session, leave: int) -> Step | None:
    """The step that waits for somebody's word; None when nothing waits."""
    return next((one for one in await of(db, leave) if one.state == "asked"), None)


async def plan(
    db: Session, leave: int, owner: Person, roles: tuple[Role, ...], *, now: datetime
) -> None:
    """Write a leave's steps and ask the first post that can answer."""
    rows = [
        {"leave": leave, "step": number, "role": role} for number, role in enumerate(roles, 1)
    ]
    await sql.add(db.connection, rows)
    await go_on(db, leave, owner, now=now)


async def present(db: Session, owner: Person, role: Role, *, day: date) -> list[Person]:
    """Those in that post who can answer: they have joined and are not on leave."""
    seats = await people.seats(db, owner, role, day=day)
    return [one for one in seats if await _absence(db, one, day) is None]


async def asked(db: Session, leave: int, owner: Person, *, day: date) -> list[Person]:
    """Whose word the leave waits for now; nobody: it is decided, or nobody is there at all."""
    step = await current(db, leave)
    return await present(db, owner, step.role, day=day) if step else []


async def go_on(db: Session, leave: int, owner: Person, *, now: datetime) -> Step | None:
    """Ask the next post that can answer, passing over the others; None: every word is given.

    Where the last post cannot answer the next one up is asked, and at last the county.
    """
    while (step := await _next(db, leave)) is not None:
        why = await _why_passed(db, owner, step.role, day=now.date())
        above = next_above(step.role)
        if why is None or (above is None and step == (await of(db, leave))[-1]):
            await sql.open(db.connection, leave=leave, step=step.step, now=ms(now))
            return await current(db, leave)
        await sql.pass_over(db.connection, leave=leave, step=step.step, reason=why)
        await _go_up(db, leave, step)
    return None


async def pass_absent(db: Session, leave: int, owner: Person, *, now: datetime) -> Step | None:
    """Who was asked has gone on leave since: the step passes on; None: it need not."""
    step = await current(db, leave)
    if step is None or step.role is Role.COUNTY:
        return None
    why = await _why_passed(db, owner, step.role, day=now.date())
    if why is None:
        return None
    await sql.pass_over(db.connection, leave=leave, step=step.step, reason=why)
    await _go_up(db, leave, step)
    return await go_on(db, leave, owner, now=now)


async def ask_below(
    db: Session, leave: int, owner: Person, roles: tuple[Role, ...], *, now: datetime
) -> Step | None:
    """Nobody at the top can answer, but somebody who was passed over now can: asked anew.

    roles: the posts the ladder names; words given stay given. None: nothing has changed.
    """
    steps, day = await of(db, leave), now.date()
    last = next((one for one in steps if one.state == "asked"), None)
    if last is None or last.role is not Role.COUNTY:
        return None
    given = max((rank(one.role) for one in steps if one.state == "approved"), default=-1)
    passed = {one.role for one in steps if one.state == "passed" and rank(one.role) > given}
    below = [one for role in passed for one in await present(db, owner, role, day=day)]
    if not below or await present(db, owner, Role.COUNTY, day=day):
        return None
    await drop(db, leave)
    still = [role for role in roles if rank(role) > given]
    rows = [
        {"leave": leave, "step": number, "role": role}
        for number, role in enumerate(still, len(steps) + 1)
    ]
    await sql.add(db.connection, rows)
    return await go_on(db, leave, owner, now=now)


async def settle(
    db: Session, by: Person, leave: int, *, approve: bool, reason: str, now: datetime
) -> None:
    """His word on the step that waits, and on those below his post; refusing ends them all."""
    steps = [one for one in await of(db, leave) if one.state in {"asked", "waiting"}]
    for one in steps:
        if rank(one.role) <= rank(by.role):
            state = "approved" if approve else "refused"
            done = await sql.settle(
                db.connection, leave=leave, step=one.step, before=one.state, state=state,
                by=by.id, reason=reason, now=ms(now),
            )  # fmt: skip
            if done is None:
                raise Refused("leave.decided_meanwhile")
            if not approve:
                break
    if not approve:
        await drop(db, leave)


async def drop(db: Session, leave: int) -> None:
    """Nobody's word is needed any more."""
    await sql.drop(db.connection, leave=leave)


async def unanswered(db: Session, rules: Rules, *, now: datetime) -> list[Step]:
    """Steps that may have waited too long; the working hours are counted by the caller."""
    before = ms(now - timedelta(hours=rules.leave_wait_hours))
    rows = sql.unanswered(db.connection, before=before, day=now.date().isoformat())
    return [_step(row) async for row in rows]


async def claim_reminder(db: Session, step: Step, *, now: datetime) -> bool:
    """Take the one reminder of a step; False when it was taken before."""
    done = await sql.remind(db.connection, leave=step.leave_id, step=step.step, now=ms(now))
    return done is not None


def too_long(since: int | None, rules: Rules, *, now: datetime) -> bool:
    """Whether so many working hours have gone by since."""
    return since is not None and waited(moment(since), now, rules) >= timedelta(
        hours=rules.leave_wait_hours
    )


async def _next(db: Session, leave: int) -> Step | None:
    return next((one for one in await of(db, leave) if one.state == "waiting"), None)


async def _go_up(db: Session, leave: int, passed: Step) -> None:
    """After the last post was passed over, one more step: the next one up."""
    steps = await of(db, leave)
    above = next_above(passed.role)
    if above and passed.step == steps[-1].step:
        await sql.add(db.connection, [{"leave": leave, "step": passed.step + 1, "role": above}])


async def _why_passed(db: Session, owner: Person, role: Role, *, day: date) -> str | None:
    """Why nobody in that post can answer; None when somebody can."""
    seats = await people.seats(db, owner, role, day=day)
    reasons = [await _absence(db, one, day) for one in seats]
    if None in reasons:
        return None
    return "away" if "away" in reasons else (reasons[0] if reasons else "empty")


async def _absence(db: Session, person: Person, day: date) -> str | None:
    if await people.address_of(db, person.id) is None:
        return "not_joined"
    return (
        "away" if await sql.is_on_leave(db.connection, person=person.id, day=str(day)) else None
    )


def _step(row: Any) -> Step:
    facts = dict(row)
    return Step(**{**facts, "role": Role(facts["role"])})
