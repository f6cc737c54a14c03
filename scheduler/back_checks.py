"""Back-checks by the clock: the month's draw, the end of their time, lines in the summaries.

Nobody is written to apart: who is asked reads one line in his day's summary, and once more in
the last days; the county reads the figures of the month before.
"""

from dataclasses import replace
from datetime import date, datetime

from ledger import back_checks, draw_periods, draws, slots
from ledger.database import Session
from ledger.days import DAY, at, is_workday
from ledger.draw_periods import NoDraws, month_of
from ledger.messages import Option, Reply
from ledger.people import Person, Scope
from scheduler.desk import Desk

JOB = "back_checks"


# by the clock
async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Close what is over; draw this month's where its day has come; twice or late: once."""
    await back_checks.void_over(db, now=now)
    first = now.date().replace(day=1)
    if not is_workday(now.date(), desk.rules) or now.date() >= back_checks.until(first):
        return
    for county in await draws.counties(db):
        await _draw(desk, db, county, first, now)


async def _draw(desk: Desk, db: Session, county: int, first: date, now: datetime) -> None:
    """One county's month; without a key there is none: it could not be verified."""
    try:
        period, lots = await draw_periods.lots_of(db, county, desk.vault, desk.rules, now=now)
    except NoDraws:
        return
    day = back_checks.drawn_on(first, lots, desk.rules)
    slot, planned = f"{county}|{month_of(first)}", at(day, desk.rules.check_from)
    if now.date() < day or not await slots.first_time(
        db, JOB, slot, planned_at=planned, now=now
    ):
        return
    await back_checks.draw_month(db, county, period, lots, desk.rules, now=now)


# in the summaries
async def with_back_checks(
    desk: Desk, db: Session, reader: Person, summary: Reply, day: date
) -> Reply:
    """One line for whom somebody's household is to be asked by; it is said twice at most."""
    count = await back_checks.take_told(db, reader.id, day)
    if not count:
        return summary
    until = back_checks.until(day.replace(day=1))
    text = f"{summary.text}\n\n{desk.words.say('back_checks.note', count=count, until=until)}"
    option = Option("回访核验", "回访核验")
    return replace(summary, text=text, options=(*summary.options, option))


async def with_figures(
    desk: Desk, db: Session, reader: Person, summary: Reply, day: date
) -> Reply:
    """The figures of the month before, on the county's first summary of a month."""
    month = day.replace(day=1) - DAY
    places = await back_checks.figures(db, Scope(reader.county_id), month_of(month))
    all = back_checks.together(places)
    if not all.drawn:
        return summary
    text = f"{summary.text}\n\n{desk.words.say('back_checks.sheet', month=month, all=all)}"
    option = Option("核验情况", "核验情况 上月")
    return replace(summary, text=text, options=(*summary.options, option))
