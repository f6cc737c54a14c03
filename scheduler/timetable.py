"""TIMETABLE: the whole year on one page, as data. What is due lives in rows, not here.

Every beat may run late, twice, or be missed: the rows behind it know what has been done.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from ledger import due
from ledger import exports as files_out
from ledger import phone_checks as calls
from ledger import pictures as looks
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.days import DAY, workday_on_or_before
from ledger.rules import Rules
from scheduler import (
    back_checks,
    bulletins,
    data_cuts,
    draw_periods,
    drawing,
    exports,
    findings,
    forgetting,
    leave,
    look_backs,
    phone_checks,
    pictures,
    reminders,
    sign_off,
    spotchecks,
    surprise_visits,
    switches,
)
from scheduler.desk import Desk

Work = Callable[[Desk, Session, datetime], Awaitable[None]]
Apart = Callable[[Desk, Database, datetime], Awaitable[None]]


@dataclass(frozen=True)
class Beat:
    """One fixed beat: when, and what to do then, in one transaction or apart from any."""

    name: str
    trigger: Any
    work: Work | None
    wanted: Callable[..., Awaitable[bool]] | None = None
    apart: Apart | None = None  # what takes long opens its own transactions, short ones


def timetable(rules: Rules) -> tuple[Beat, ...]:
    """The county's beats, in the order in which they run when they fall together."""
    return (
        Beat("plan_day", _daily(time(0, 5)), reminders.plan_day),
        Beat("forgetting", _daily(time(3, 10)), forgetting.tick),
        Beat("plan_again", _daily(_before(rules.reminder_at)), reminders.plan_day),
        Beat("tick", _every(10), reminders.tick, due.any_waiting),
        Beat("draw_periods", _every(60), draw_periods.tick),
        Beat("spotchecks", _every(60), spotchecks.tick),
        Beat("surprise_visits", _every(300), surprise_visits.tick),
        Beat("drawing", _every(60), drawing.tick),
        Beat("phone_checks", _every(60), phone_checks.tick, calls.any_open),
        Beat("findings", _every(60), findings.tick),
        Beat("leave", _every(300), leave.tick),
        Beat("back_checks", _daily(_after(rules.check_from)), back_checks.tick),
        Beat("look_backs", _daily(_after(rules.check_from)), look_backs.tick),
        Beat("bulletin_drafts", _daily(sign_off.READY_AT), sign_off.ready),
        Beat("data_cut_missed", _daily(time(9, 10)), data_cuts.make_up),
        Beat("switches", _every(300), switches.tick),
        Beat("pictures", _every(600), None, looks.any_unseen, pictures.work),
        Beat("exports", _every(10), None, files_out.any_waiting, exports.work),
        Beat("daily", _daily(rules.daily_at), daily),
        Beat("weekly", _daily(rules.weekly_at), weekly),
        Beat("data_cut", _daily(time(23, 50)), data_cuts.freeze),
    )


async def daily(desk: Desk, db: Session, now: datetime) -> None:
    """The day's summary to leaders, townships, county."""
    await bulletins.daily(desk, db, now.date(), now)


async def weekly(desk: Desk, db: Session, now: datetime) -> None:
    """The week's summary, on the county's weekday or the last working day before it."""
    if bulletins.weekly_on(now.date(), desk.rules) == now.date():
        await sign_off.weekly(desk, db, now.date(), now)
    await bulletins.weekly(desk, db, now.date(), now)


async def catch_up(desk: Desk, db: Session, now: datetime) -> None:
    """After an outage: the last working day's and week's summary is stored, though not sent.

    The week's look-backs are drawn, if nobody was there to draw them.
    """
    last = workday_on_or_before(now.date() - DAY, desk.rules)
    await bulletins.daily(desk, db, last, now)
    for day in (now.date() - 7 * DAY, now.date()):
        friday = bulletins.weekly_on(day, desk.rules)
        if friday and friday < now.date():
            await bulletins.weekly(desk, db, friday, now)
    await sign_off.make_up(desk, db, now)
    await look_backs.tick(desk, db, now)


def _before(clock: time) -> time:
    """Shortly before: what was reported today and is due today is planned, too."""
    return (datetime.combine(date.min + DAY, clock) - timedelta(minutes=10)).time()


def _after(clock: time) -> time:
    """Shortly after: by then the month's beacon is there."""
    return (datetime.combine(date.min, clock) + timedelta(minutes=10)).time()


def _every(seconds: int) -> Any:
    return IntervalTrigger(seconds=seconds, timezone=SHANGHAI)


def _daily(clock: time) -> Any:
    return CronTrigger(hour=clock.hour, minute=clock.minute, timezone=SHANGHAI)
