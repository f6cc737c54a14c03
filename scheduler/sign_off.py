"""Drafts on time (通报、周报告的草稿): counted and put ready, never signed or sent by itself.

The week's with the week's summary; the ten days' bulletin and 督查通报 on the 1st, 11th and 21st,
the month's on the 1st, or on the next working day. Who signs reads of them in the summary he gets
anyway, once; after three working days without a signature once more, then no more.
"""

from dataclasses import replace
from datetime import date, datetime, time

from ledger import audit, bulletins, people, slots
from ledger.bulletins import Bulletin, Facts
from ledger.clock import moment
from ledger.database import Session
from ledger.days import DAY, at, is_workday
from ledger.messages import Option, Reply
from ledger.people import STAFF, Person, Scope
from ledger.reports import counted, store
from ledger.reports.facts import Place, place_of
from ledger.reports.inspection import KIND as INSPECTION
from ledger.reports.inspection import Inspection
from ledger.reports.sheet import gather
from ledger.rules import Rules
from scheduler.desk import Desk

READY_AT = time(8, 40)
AGAIN_AFTER = 3  # working days
LATEST = 7  # days after which a missed draft is made only when somebody asks for it
KINDS = ("tenday", INSPECTION, "monthly")  # in the order in which they are told of


# making
async def ready(desk: Desk, db: Session, now: datetime) -> None:
    """On the first working day after a period: its drafts."""
    if is_workday(now.date(), desk.rules):
        for kind in KINDS:
            await _period(desk, db, kind, now.date(), now)


async def make_up(desk: Desk, db: Session, now: datetime) -> None:
    """After an outage: the drafts of the days that were missed, while they are of use."""
    for back in range(1, LATEST + 1):
        day = now.date() - back * DAY
        if is_workday(day, desk.rules):
            for kind in KINDS:
                await _period(desk, db, kind, day, now)


async def _period(desk: Desk, db: Session, kind: str, day: date, now: datetime) -> None:
    """The drafts of the period that ended last, if that day is its first working day after."""
    period = counted.ended_before(kind, day)
    if not due_on(kind, period, day, desk.rules):
        return
    planned = at(day, READY_AT)
    if not await slots.first_time(db, f"draft_{kind}", period, planned_at=planned, now=now):
        return
    for place in await _counties(db, now):
        facts = await counted.count(db, place, kind, period, now=now, rules=desk.rules)
        if _worth_it(facts) and not await counted.before_the_ledger(db, facts):
            await bulletins.draft(db, audit.SYSTEM, place.scope, facts, now=now)


def due_on(kind: str, period: str, day: date, rules: Rules) -> bool:
    """Whether that day is the first working day after the period."""
    first = counted.first_of(kind, counted.period_of(kind, day))
    if counted.ended_before(kind, day) != period or not is_workday(day, rules):
        return False
    return not any(is_workday(first + DAY * one, rules) for one in range((day - first).days))


def _worth_it(facts: Facts) -> bool:
    """Nothing found is no 督查通报; no team, no paper."""
    return bool(facts.problems) if isinstance(facts, Inspection) else bool(facts.figures.teams)


async def _counties(db: Session, now: datetime) -> list[Place]:
    """Every county that has somebody who reads."""
    everybody = await people.readers(db, day=now.date())
    names = {one.county_id: one.county for one in everybody}
    return [Place("county", id, name, Scope(id)) for id, name in sorted(names.items())]


async def weekly(desk: Desk, db: Session, day: date, now: datetime) -> None:
    """The week's drafts of the county and its townships, from one sheet, before the summary goes out."""
    window = counted.WINDOWS["weekly"](day, now.date())
    planned = at(day, desk.rules.weekly_at)
    if not await slots.first_time(
        db, "draft_weekly", window.period, planned_at=planned, now=now
    ):
        return
    for county in await _counties(db, now):
        sheet = await gather(db, county.scope, window, depth=county.depth)
        towns = {line.township_id: line.township for line in sheet.lines}
        places = [county, *(_township(county, *one) for one in towns.items())]
        for one in places if sheet.lines else ():
            place = await store.switched(db, one, window.as_of)
            facts = counted.of_sheet(sheet, window, place, now=now)
            await bulletins.draft(db, audit.SYSTEM, place.scope, facts, now=now)


def _township(county: Place, id: int, name: str) -> Place:
    return Place("township", id, name, Scope(county.scope.county, id))


# telling
async def with_drafts(
    desk: Desk, db: Session, reader: Person, summary: Reply, now: datetime
) -> Reply:
    """The summary with what waits for this reader's signature: when it is new, and once more."""
    if reader.role not in STAFF:
        return summary
    found = [
        one
        for one in await bulletins.waiting(db, place_of(reader))
        if bulletins.signs(reader, one) and one.state == "draft" and not one.version
    ]
    fresh = [one for one in found if await _once(db, one, reader, "new", now)]
    again = [one for one in found if one not in fresh and _waited(one, now, desk.rules)]
    again = [one for one in again if await _once(db, one, reader, "again", now)]
    words = []
    if fresh:
        names = [_name(desk, one) for one in fresh]
        words.append(desk.words.say("bulletins.in_summary", names=names))
    if again:
        names = [_name(desk, one) for one in again]
        words.append(desk.words.say("bulletins.still_waiting", names=names, days=AGAIN_AFTER))
    options = [Option(f"看{_name(desk, one)}", f"通报稿 {one.id}") for one in (*fresh, *again)]
    text = "\n\n".join([summary.text, *words])
    return replace(summary, text=text, options=(*summary.options, *options))


def _name(desk: Desk, bulletin: Bulletin) -> str:
    """2026年11月中旬旬通报; whose it is the reader knows."""
    parts = counted.parts_of(bulletin.kind, bulletin.period)
    when = desk.words.say("bulletins.period", **parts)
    return when + desk.words.say("bulletins.name", kind=bulletin.kind, place="")


async def _once(
    db: Session, bulletin: Bulletin, reader: Person, turn: str, now: datetime
) -> bool:
    """Each draft is spoken of twice at most."""
    slot = f"{bulletin.id}:{reader.id}:{turn}"
    return await slots.first_time(db, "bulletin_told", slot, planned_at=now, now=now)


def _waited(bulletin: Bulletin, now: datetime, rules: Rules) -> bool:
    """Whether three working days have passed since it was made."""
    made, today = moment(bulletin.made_at).date(), now.date()
    days = (made + DAY * one for one in range(1, (today - made).days + 1))
    return sum(is_workday(day, rules) for day in days) >= AGAIN_AFTER
