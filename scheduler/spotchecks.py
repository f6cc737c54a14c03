"""Spot checks by the clock: remind once, close, report, and draw what the timetable asks for.

Every step is guarded by its own row, so a tick may run twice, late, or after a crash. Nothing
is planned ahead: each tick computes what is due NOW (fair-draws §1).
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from ledger import draws, leave, people, periods, settings, spotchecks, switches
from ledger.chance import Lots
from ledger.clock import moment, ms
from ledger.database import Session
from ledger.days import at, days_between, is_workday, week_of, workday_after
from ledger.draws import TIMETABLE, Draw, Wish
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.periods import Period
from ledger.rules import Rules
from ledger.spotchecks import Check, tally_of
from ledger.switches import Switch
from ledger.windows import after_outage, window
from scheduler.desk import Desk

CHECK = Cause("spotcheck", urgent=True)  # bound to its window
RESULT = Cause("spotcheck_result", urgent=True)  # of a draw that this reader asked for
HEARTBEAT = "heartbeat"
LONGEST_SILENCE = timedelta(minutes=5)  # a longer one is an outage and is given back
TOO_LATE = timedelta(minutes=30)  # a drawn minute missed by more is not made up for


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
        await _remind(desk, db, now)
        await _close(desk, db, now)
        await _report(desk, db, now)
        await _timetable(desk, db, now)


async def _silence(db: Session, now: datetime) -> datetime | None:
    """Since when nobody kept time; None when it was kept."""
    last = await settings.read(db, HEARTBEAT)
    if last is None or now - moment(int(last)) <= LONGEST_SILENCE:
        return None
    return moment(int(last))


# outages
async def _make_up(desk: Desk, db: Session, since: datetime, now: datetime) -> None:
    """Give the lost time back to every window it fell into, or let the check not count."""
    for check in await spotchecks.open_since(db, since, now=now):
        span = after_outage(check.window, since, now, desk.rules)
        if span:
            await spotchecks.stretch(db, check, span, now=now)
            name = f"check:{check.id}:until:{ms(span.closes)}"
            await _tell(desk, db, check, "spotchecks.stretched", name, now)
        else:
            await spotchecks.void(db, check, now=now)
            await _tell(desk, db, check, "spotchecks.void", f"check:{check.id}:void", now)
            await _close_card(desk, db, check, "spotchecks.card_void", now)


async def _tell(
    desk: Desk, db: Session, check: Check, block: str, dedupe: str, now: datetime
) -> None:
    """One line to the checked person, if he may be written to."""
    if await desk.may_disturb(db, check.person_id, now):
        words = desk.words.say(block, check=await spotchecks.by_id(db, check.id))
        await desk.tell(db, check.person_id, Reply(words), dedupe=dedupe, now=now, cause=CHECK)


async def _close_card(desk: Desk, db: Session, check: Check, block: str, now: datetime) -> None:
    await spotchecks.close_card(db, check, desk.words.say(block, check=check), now=now)


# remind, close, report
async def _remind(desk: Desk, db: Session, now: datetime) -> None:
    for check in await spotchecks.take_reminders(db, now=now):
        if await desk.may_disturb(db, check.person_id, now):
            text = desk.words.say("spotchecks.remind", check=check)
            await desk.tell(
                db, check.person_id, Reply(text, check.options, kind="reminder"),
                dedupe=f"check:{check.id}:remind", now=now, expires_at=check.closes, cause=CHECK,
            )  # fmt: skip


async def _close(desk: Desk, db: Session, now: datetime) -> None:
    for check in await spotchecks.take_closed(db, now=now):
        if check.state == "missed":
            await _missed(desk, db, check, now)
        await _close_card(desk, db, check, "spotchecks.card_closed", now)


async def _missed(desk: Desk, db: Session, check: Check, now: datetime) -> None:
    """One kind line with the way to explain; leave approved meanwhile is noted instead."""
    if await leave.is_away(db, check.person_id, now.date()):
        note = desk.words.say("spotchecks.on_leave")
        await spotchecks.explain(db, check, note, now=now, by_system=True)
        return
    text = desk.words.say("spotchecks.missed", check=check)
    reply = Reply(text, (Option("写说明", f"抽查{check.id} 说明"),), kind="card")
    name = f"check:{check.id}:missed"
    await desk.tell(db, check.person_id, reply, dedupe=name, now=now, cause=CHECK)


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
            reply = Reply(text, (Option("看全部", f"抽查情况 {draw.id}"),), kind="report")
            name = f"draw:{draw.id}:report:{reader.id}"
            await desk.tell(db, reader.id, reply, dedupe=name, now=now, cause=RESULT)


async def _readers(db: Session, draw: Draw) -> list[people.Person]:
    """Who asked; a draw of the timetable stands in the day's summary, without a message."""
    return [await people.by_id(db, draw.asked_by)] if draw.asked_by else []


# the timetable's own draws
def planned(county: int, day: date, seed: bytes, rules: Rules) -> dict[str, datetime]:
    """The week's draws of one county by slot: day and minute by ticket, never on :00 or :30."""
    working = [one for one in days_between(*week_of(day)) if is_workday(one, rules)]
    clocks = _clocks(rules)
    if not (working and clocks):
        return {}
    lots, slots = Lots(seed), {}
    for number in range(1, rules.checks_a_week + 1):
        lot = lots.below(len(working) * len(clocks), "minute", county, number)
        number_of_day, minute = divmod(lot, len(clocks))
        slots[f"{_week(day)}|{county}|{number}"] = at(working[number_of_day], clocks[minute])
    return slots


@lru_cache(maxsize=4)
def _clocks(rules: Rules) -> tuple[time, ...]:
    """Every minute of a working day at which a check may begin."""
    monday = workday_after(date(2026, 1, 4), rules)  # any working day: all have the same hours
    starts = (at(monday, time(hour, minute)) for hour in range(24) for minute in range(60))
    return tuple(one.time() for one in starts if one.minute % 30 and window(one, rules))


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


async def _timetable(desk: Desk, db: Session, now: datetime) -> None:
    if desk.rules.checks_a_week < 1:
        return
    seed = await draws.week_seed(db, _week(now.date()), desk.lots)
    for county in await draws.counties(db):
        for slot, start in planned(county, now.date(), seed, desk.rules).items():
            reached = start <= now and start.date() == now.date()
            if reached and await draws.take_slot(db, slot, start, now=now):
                await _draw_one(desk, db, county, slot, seed, start, now)


async def _more_checks(db: Session, county: int, enough: set[int], now: datetime) -> set[int]:
    """Teams that may be checked beyond the cap, while that switch is on in their place."""
    found = await people.teams(db, people.Scope(county))
    teams = {one.id: one.township_id for one in found if one.id in enough}
    towns = {
        town
        for town in set(teams.values())
        if await switches.applies(db, Switch.MORE_CHECKS, county=county, township=town, now=now)
    }
    return {team for team, town in teams.items() if town in towns}


async def _draw_one(
    desk: Desk, db: Session, county: int, slot: str, seed: bytes, start: datetime, now: datetime
) -> None:
    """One team by the timetable, unless its minute is long past or nobody is left to draw."""
    span = window(now, desk.rules)
    if span is None or now - start > TOO_LATE:
        return
    month = periods.span(Period.MONTH, now.date())
    found = await draws.eligible(db, people.Scope(county), day=now.date())
    enough = await draws.had_enough(
        db, county, (month.first, month.last), desk.rules.checks_a_month
    )
    pool = found.without(enough - await _more_checks(db, county, enough, now)).pool
    if pool:
        secret = Lots(seed).ticket("draw", *slot.split("|")).to_bytes(32)
        wish = Wish(TIMETABLE, slot, secret, 1)
        draw = await draws.make(db, county, wish, pool, now=now)
        await spotchecks.send(db, draw, span, desk.words.say, now=now)
