"""What switches want done by the clock: tell those affected, end in time, call the roll; and
what opinions want: the log of unsigned ones, and no trace left.

Every step is claimed by a row of its own, so a beat may run twice, late, or after a crash.
"""

from datetime import date, datetime

from ledger import draws, opinions, people, switches
from ledger.database import Session
from ledger.days import is_workday
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.people import Person, Role
from ledger.switches import ROLL_ANSWERS, SOON, Switch, Turn
from scheduler.desk import Desk

WHY, ROLL = "switch", "roll_call"
ANNOUNCED = "switch_on"
RECENT = 14  # days after its end in which the county still hears of it


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Everything of switches and opinions that is due at this moment."""
    await switches.take_expired(db, now=now)
    await opinions.log_unsigned(db, now=now)
    await opinions.fade(db, now=now)
    if desk.rules.quiet(now.time()) or not is_workday(now.date(), desk.rules):
        return
    for county in await draws.counties(db):
        for turn in await switches.on(db, county, now.date()):
            await _announce(desk, db, turn, now)
            await _ends_soon(desk, db, turn, now)
            await _call_roll(desk, db, turn, now)
        await _tell_ended(desk, db, county, now)


async def _announce(desk: Desk, db: Session, turn: Turn, now: datetime) -> None:
    """Tell those it concerns, each once, at the next time he may be written to."""
    reply = Reply(_announcement(desk, turn), (Option("意见", "意见"),), kind="card")
    whom = await switches.affected(db, turn, now.date())
    if turn.feature.switch is Switch.ROLL_CALL:  # its first card says it to the members
        whom = [one for one in whom if one.role is Role.TOWNSHIP]
    await _tell_each(desk, db, ANNOUNCED, turn, whom, reply, now)


def _announcement(desk: Desk, turn: Turn) -> str:
    does = desk.words.say(turn.feature.does)
    text = desk.words.say("switches.announced", turn=turn, does=does)
    return f"{text}\n{desk.words.say('switches.how_to_object')}"


async def _ends_soon(desk: Desk, db: Session, turn: Turn, now: datetime) -> None:
    """The county hears of the end some days before; a short turn is announced anyway."""
    end = date.fromisoformat(turn.until_day)
    if end - now.date() > SOON or end - date.fromisoformat(turn.from_day) <= SOON:
        return
    staff = await people.staff(db, turn.county_id, day=now.date())
    reply = Reply(desk.words.say("switches.ends_soon", turn=turn))
    await _tell_each(desk, db, "switch_soon", turn, staff, reply, now)


async def _tell_ended(desk: Desk, db: Session, county: int, now: datetime) -> None:
    for turn in await switches.history(db, county):
        ended = now.date() - date.fromisoformat(turn.until_day)
        if turn.expired and ended.days <= RECENT:
            staff = await people.staff(db, county, day=now.date())
            reply = Reply(desk.words.say("switches.ended", turn=turn))
            await _tell_each(desk, db, "switch_ended", turn, staff, reply, now)


async def _call_roll(desk: Desk, db: Session, turn: Turn, now: datetime) -> None:
    """One card a working day to every member of the place, in an emergency only."""
    if turn.feature.switch is not Switch.ROLL_CALL or now.time() < desk.rules.check_from:
        return
    today = now.date()
    text = desk.words.say("switches.roll_call", turn=turn, today=today)
    options = tuple(Option(one, f"报平安 {one}") for one in ROLL_ANSWERS)
    told = await switches.access_roll(db, turn.scope, today)  # before the card went out
    every = await people.members(db, turn.scope, day=today)
    members = [one for one in every if one.id not in told]
    job, known = switches.roll_job(today), await switches.claimed(db, ANNOUNCED, turn.id)
    first = Reply(f"{_announcement(desk, turn)}\n\n{text}", options, kind="check")
    again = Reply(text, options, kind="check")
    heard = [one for one in every if one.id in told]
    notice = Reply(_announcement(desk, turn), (Option("意见", "意见"),), kind="card")
    await _tell_each(
        desk, db, ANNOUNCED, turn, heard, notice, now
    )  # what the card would have said
    old = [one for one in members if str(one.id) in known]
    new = [one for one in members if str(one.id) not in known]
    await _tell_each(desk, db, job, turn, old, again, now, why=ROLL)
    for id in await _tell_each(desk, db, job, turn, new, first, now, why=ROLL):
        await switches.claim(db, ANNOUNCED, turn.id, id, now=now)
    await switches.claim(db, "switch_used", turn.id, today.isoformat(), now=now)


async def _tell_each(
    desk: Desk, db: Session, job: str, turn: Turn, whom: list[Person], reply: Reply,
    now: datetime, *, why: str = WHY,
) -> list[int]:  # fmt: skip
    """Each once: claimed with the message, so neither is there without the other.

    What the law wants said is outside the day's budget, and marked so.
    """
    told = await switches.claimed(db, job, turn.id)
    cause, reached = Cause(why, str(turn.by_id), urgent=True), []
    for one in whom:
        if str(one.id) in told or not await desk.may_disturb(db, one.id, now):
            continue
        name = f"{job}:{turn.id}:{one.id}"
        if await desk.tell(db, one.id, reply, dedupe=name, now=now, cause=cause):
            await switches.claim(db, job, turn.id, one.id, now=now)
            reached.append(one.id)
    return reached
