"""Chat checks by the clock: start what is drawn, remind once, close, report, open findings.

Every step is guarded by its own row, so a tick may run twice, late, or after a crash. What is
drawn by the month's plan comes from scheduler/drawing.py.
"""

from datetime import datetime, timedelta

from ledger import calendar, check_windows, draws, people, settings, spotchecks
from ledger.check_windows import ON_TIME
from ledger.clock import moment, ms
from ledger.database import Session
from ledger.days import is_workday
from ledger.draws import Draw
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.spotchecks import Check, tally_of
from ledger.windows import after_outage, window
from scheduler.desk import Desk

RESULT = Cause("spotcheck_result", urgent=True)  # of a draw that this reader asked for
HEARTBEAT = "heartbeat"
LONGEST_SILENCE = timedelta(minutes=5)  # a longer one is an outage and is given back


async def start(desk: Desk, db: Session, draw: Draw, now: datetime) -> None:
    """Ask whom the month's plan has drawn; within working time only, and on a whole second."""
    span = window(now.replace(microsecond=0), desk.rules)
    if span:
        await spotchecks.send(db, draw, span, desk.words.say, now=now)


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Everything about spot checks that is due at this moment; nothing in the quiet hours."""
    silence = await _silence(db, now)
    awake = is_workday(now.date(), desk.rules) and not desk.rules.quiet(now.time())
    if silence and not awake:
        return  # the outage is looked at in the morning, the heartbeat waits for it
    if awake and silence:
        await _make_up(desk, db, silence, now)
    await settings.write(db, HEARTBEAT, str(ms(now)))
    if awake:
        await _late_cards(desk, db, now)
        await _remind(desk, db, now)
        await _close(desk, db, now)
        await _find(desk, db, now)
        await _report(desk, db, now)


async def _silence(db: Session, now: datetime) -> datetime | None:
    """Since when nobody kept time; None when it was kept."""
    last = await settings.read(db, HEARTBEAT)
    if last is None or now - moment(int(last)) <= LONGEST_SILENCE:
        return None
    return moment(int(last))


# outages
async def _make_up(desk: Desk, db: Session, since: datetime, now: datetime) -> None:
    """Give the lost time back to every window it fell into, or let the check not count."""
    for check in await check_windows.open_since(db, since, now=now):
        span = after_outage(check.window, since, now, desk.rules)
        if span:
            await check_windows.stretch(db, check, span, now=now)
            name = f"check:{check.id}:until:{ms(span.closes)}"
            await _tell(desk, db, check, "spotchecks.stretched", name, now)
        else:
            await _let_go(desk, db, check, now)


async def _tell(
    desk: Desk, db: Session, check: Check, block: str, dedupe: str, now: datetime
) -> None:
    """One line to the checked person, if he may be written to."""
    if await desk.may_disturb(db, check.person_id, now):
        words = desk.words.say(block, check=await spotchecks.by_id(db, check.id))
        await desk.tell(
            db, check.person_id, Reply(words), dedupe=dedupe, now=now, cause=check.cause
        )


async def _close_card(desk: Desk, db: Session, check: Check, block: str, now: datetime) -> None:
    await check_windows.close_card(db, check, desk.words.say(block, check=check), now=now)


async def _late_cards(desk: Desk, db: Session, now: datetime) -> None:
    """Whoever got his card late has the whole time from then on, or the check does not count."""
    for check, arrived in await check_windows.take_delivered(db, now=now):
        if arrived - check.opens <= ON_TIME:
            continue
        span = check_windows.since_arrival(check, arrived, desk.rules)
        if span is None:
            await _let_go(desk, db, check, now)
        elif span.closes > check.closes:
            await check_windows.stretch(db, check, span, now=now)
            name = f"check:{check.id}:late:{ms(span.closes)}"
            await _tell(desk, db, check, "spotchecks.came_late", name, now)


async def _let_go(desk: Desk, db: Session, check: Check, now: datetime) -> None:
    """The system failed him: the check does not count, and he is told so."""
    await check_windows.void(db, check, now=now)
    await _tell(desk, db, check, "spotchecks.void", f"check:{check.id}:void", now)
    await _close_card(desk, db, check, "spotchecks.card_void", now)


# remind, close, find, report
async def _remind(desk: Desk, db: Session, now: datetime) -> None:
    for check in await check_windows.take_reminders(db, now=now):
        if await desk.may_disturb(db, check.person_id, now):
            text = desk.words.say("spotchecks.remind", check=check)
            await desk.tell(
                db, check.person_id, Reply(text, check.options, kind="reminder"),
                dedupe=f"check:{check.id}:remind", now=now, expires_at=check.closes,
                cause=check.cause,
            )  # fmt: skip


async def _close(desk: Desk, db: Session, now: datetime) -> None:
    for check in await check_windows.take_closed(db, now=now):
        await _close_card(desk, db, check, "spotchecks.card_closed", now)


async def _find(desk: Desk, db: Session, now: datetime) -> None:
    """A miss becomes 待核实, told by scheduler/findings.py; of who was away after all it is void."""
    for check in await check_windows.take_missed(db, now=now):
        day = check.opens.date()
        if off := await calendar.off_on(db, check.person_id, day, desk.rules):
            await check_windows.excuse(db, check, off.value, now=now)
        else:
            facts = desk.words.say("spotchecks.no_answer", check=check)
            await check_windows.open_finding(db, check, facts, rules=desk.rules, now=now)


async def _report(desk: Desk, db: Session, now: datetime) -> None:
    for draw in await draws.take_finished(db, now=now):
        for reader in await _readers(db, draw):
            checks = await spotchecks.of_draw(db, reader, draw)
            lines = [
                desk.words.say("spotchecks.line", check=one)
                for one in checks
                if one.state in {"missed", "void"}
            ]
            text = desk.words.say(
                "spotchecks.report",
                draw=draw,
                checks=checks,
                lines=lines,
                tally=tally_of(checks),
            )
            reply = Reply(text, (Option("看全部", f"抽查情况 {draw.number}"),), kind="report")
            name = f"draw:{draw.id}:report:{reader.id}"
            await desk.tell(db, reader.id, reply, dedupe=name, now=now, cause=RESULT)


async def _readers(db: Session, draw: Draw) -> list[people.Person]:
    """Who asked; a draw of the timetable stands in the day's summary, without a message."""
    return [await people.by_id(db, draw.asked_by)] if draw.asked_by else []
