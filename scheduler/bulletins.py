"""The summaries that go out by themselves: every working day in the evening, once a week.

One message a reader and day: what he is reminded of stands above the figures, and on the day
of the week's summary the day's is stored, not sent.
The facts are stored as they go out, for every place, whether or not anybody is there to read.
The runner may call twice, late or after a restart: a slot is taken once, and a summary whose
evening has passed is stored but no longer sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger import audit, calendar, group_notices, people, slots, word_templates
from ledger.database import Session
from ledger.days import DAY, at, is_workday, week_of, workday_on_or_before
from ledger.messages import Drawing, Reply
from ledger.outbox import BULK, Cause, Timing
from ledger.people import Person, Scope
from ledger.reports import daily as daily_report
from ledger.reports import store
from ledger.reports import weekly as weekly_report
from ledger.reports.facts import Depth, Place, Report, Window, buttons, place_of
from ledger.reports.sheet import Sheet, gather
from ledger.rules import Rules
from scheduler.desk import Desk
from scheduler.notes import with_notes
from templates.bulletin import as_facts

Key = tuple[str, int]  # level and number of a place
MAKERS = {"daily": daily_report.make, "weekly": weekly_report.make}


@dataclass(frozen=True)
class Edition:
    """One edition: what is reported, under which seal, until when it makes sense to send."""

    window: Window
    seal: str
    expires_at: datetime


async def daily(desk: Desk, db: Session, day: date, now: datetime) -> int:
    """Store and send that day's summaries, once; returns to how many people."""
    if not is_workday(day, desk.rules):
        return 0
    planned = at(day, desk.rules.daily_at)
    if not await slots.first_time(db, "daily", day.isoformat(), planned_at=planned, now=now):
        return 0
    head = await audit.publish_head(db, day, now=now)
    seal = store.seal_of(day, head.h.hex())
    window = daily_report.window(day, desk.rules)
    ends = at(day, desk.rules.quiet_from)
    if weekly_on(day, desk.rules) == day:
        ends = (
            planned  # the week's summary is the message of that day; the day's can be asked for
        )
    return await _publish(desk, db, Edition(window, seal, ends), now)


async def weekly(desk: Desk, db: Session, day: date, now: datetime) -> int:
    """Store and send the summaries of that day's week, once, if it is the week's day for it."""
    if weekly_on(day, desk.rules) != day:
        return 0
    window = weekly_report.window(day, now.date())
    planned = at(day, desk.rules.weekly_at)
    if not await slots.first_time(db, "weekly", window.period, planned_at=planned, now=now):
        return 0
    seal = await store.last_seal(db, window)
    ends = at(day, desk.rules.quiet_from)
    return await _publish(desk, db, Edition(window, seal, ends), now)


def weekly_on(day: date, rules: Rules) -> date | None:
    """The day the week's summary goes out: the county's weekday, or the last working day before.

    None in a week without a working day up to then.
    """
    monday, _ = week_of(day)
    wanted = monday + DAY * (rules.weekly_day - 1)
    found = workday_on_or_before(wanted, rules)
    return found if found >= monday else None


async def _publish(desk: Desk, db: Session, edition: Edition, now: datetime) -> int:
    readers = await people.readers(db, day=now.date())
    told = 0
    for county in sorted({one.county_id for one in readers}):
        there = [one for one in readers if one.county_id == county]
        reports = await _write(db, edition, there, now=now)
        if now < edition.expires_at and is_workday(now.date(), desk.rules):
            told += await _send(
                desk, db, edition, await _present(db, there, now), reports, now=now
            )
            if edition.window.kind == "weekly":
                await _to_groups(desk, db, edition, there[0].county_id, reports, now)
    return told


async def _write(
    db: Session, edition: Edition, readers: list[Person], *, now: datetime
) -> dict[Key, Report]:
    """One county's reports, all from the same two statements, stored as they go out."""
    county = Scope(readers[0].county_id)
    sheet = await gather(db, county, edition.window, depth=Depth.LISTS)
    make = MAKERS[edition.window.kind]
    places = {_key(one): one for one in [*_places(sheet, county), *map(place_of, readers)]}
    day = edition.window.as_of
    made: dict[Key, Report] = {}
    for key, one in places.items():
        place = await store.switched(db, one, day)
        made[key] = make(sheet, place, now=now, seal=edition.seal)
    await store.keep(db, made.values(), now=now)
    return made


async def _send(
    desk: Desk, db: Session, edition: Edition, readers: list[Person],
    reports: dict[Key, Report], *, now: datetime,
) -> int:  # fmt: skip
    """Each reader one message, in the words of his own place, his reminders above it."""
    summaries: dict[Key, Reply] = {}
    told = 0
    page = (
        await word_templates.page_for(db, readers[0].county_id, edition.window.kind)
        if readers
        else ""
    )
    for reader in readers:
        if not await desk.has_room(db, reader.id, now):
            continue
        key = _key(place_of(reader))
        if key not in summaries:
            summaries[key] = _reply(desk, reports[key], page)
        reply = await with_notes(
            desk, db, reader, summaries[key], now, weekly=edition.window.kind == "weekly"
        )
        told += await desk.tell(
            db, reader.id, reply, now=now, expires_at=edition.expires_at,
            dedupe=f"{edition.window.kind}:{edition.window.period}:{reader.id}",
            cause=Cause(edition.window.kind),
        )  # fmt: skip
    return told


async def _to_groups(
    desk: Desk, db: Session, edition: Edition, county: int, reports: dict[Key, Report],
    now: datetime,
) -> None:  # fmt: skip
    """The week's own figures into the group of each place that has one: nobody's name or rank."""
    timing = Timing(BULK, None, edition.expires_at)
    for report in reports.values():
        scope = Scope(county, report.place_id if report.level == "township" else 0)
        place = Place(report.level, report.place_id, report.place, scope)
        text = desk.words.say("group_notices.weekly", report=report)
        dedupe = f"weekly:{edition.window.period}:{report.level}:{report.place_id}"
        await group_notices.post(db, place, text, dedupe=dedupe, now=now, timing=timing)


def _reply(desk: Desk, report: Report, page: str) -> Reply:
    bulletin = desk.words.bulletin(report.kind, report=report)
    drawings = (_drawing(desk, report, form, page) for form in forms_of(report, desk.rules))
    return Reply(bulletin.chat, buttons(report), kind="card", drawings=tuple(drawings))


def _drawing(desk: Desk, report: Report, form: str, page: str) -> Drawing:
    """A summary as a file; on paper some say more than in chat. `page`: the county's own, in Word."""
    words = report.kind if form == "card" else report.paper
    bulletin = desk.words.bulletin(words, report=report)
    name = f"{report.place}{report.word} {report.period}"
    own = {"template": page} if page and form == "word" else {}
    return Drawing(form, name, {**as_facts(bulletin), **own})


def forms_of(report: Report, rules: Rules) -> tuple[str, ...]:
    """What a summary that goes out by itself brings along, besides its words."""
    if report.kind == "weekly":
        return rules.weekly_forms
    return rules.daily_forms if report.level == "team" else rules.daily_forms_above


async def _present(db: Session, readers: list[Person], now: datetime) -> list[Person]:
    """Those who are at work that day: not on leave, not resting by rota."""
    absent = await calendar.absent(db, Scope(readers[0].county_id), now.date())
    return [one for one in readers if one.id not in absent]


def _places(sheet: Sheet, county: Scope) -> Iterator[Place]:
    """Every township and team on a county's sheet."""
    for line in sheet.lines:
        town = Scope(county.county, line.township_id)
        yield Place("township", line.township_id, line.township, town)
        yield Place("team", line.team_id, line.village, replace(town, team=line.team_id))


def _key(place: Place) -> Key:
    return place.level, place.id
