"""日报、周报: 「日报」「日报 昨天」「日报 11月20日 明细」「周报 上周」「周报 第47周」."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.talk import Talk, Topic
from ledger.days import week_of
from ledger.errors import Misunderstood, Refused
from ledger.messages import Reply
from ledger.numerals import NUMERAL, read_number
from ledger.people import Role
from ledger.reports import daily, details, store, weekly
from ledger.reports.facts import Place, Window, buttons
from ledger.times import find_day

DETAILS = "明细"
WEEKS = {"本周": 0, "这周": 0, "上上周": -2, "上周": -1, "下周": 1}
NUMBERED = re.compile(rf"(?:(?P<year>\d{{4}})年?)?\s*第?\s*(?P<week>{NUMERAL})\s*周")


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see: the day or week, the records behind it, and words left over."""

    day: date
    details: bool = False
    rest: str = ""


async def show_daily(talk: Talk) -> Reply:
    """One day's summary, today's so far when no day is named."""
    asked = read_daily(talk.rest, today=talk.today)
    place = await _place(talk, asked, "reports.not_a_day")
    if asked.day > talk.today:
        raise Refused("reports.future", day=asked.day, word="日报")
    return await _show(talk, asked, place, daily.window(asked.day, talk.rules))


async def show_weekly(talk: Talk) -> Reply:
    """One week's summary, this week's so far when none is named."""
    asked = read_weekly(talk.rest, today=talk.today)
    place = await _place(talk, asked, "reports.not_a_week")
    monday, _ = week_of(asked.day)
    if monday > talk.today:
        raise Refused("reports.future", day=monday, word="周报")
    return await _show(talk, asked, place, weekly.window(asked.day, talk.today))


async def show_details(talk: Talk) -> Reply:
    """「看明细」 in words: what the button of the last summary would show, else today's."""
    says = await store.last_shown(talk.db, talk.asker, now=talk.now)
    said = next((one for one in says if DETAILS in one), f"日报 {DETAILS}")
    kind, _, talk.rest = said.partition(" ")
    return await (show_weekly if kind == "周报" else show_daily)(talk)


# reading
def read_daily(text: str, *, today: date) -> Asked:
    """「11月20日 明细」: a day, today when none is named."""
    words, wanted = _without_details(text)
    found = find_day(words, today=today, looks="back")
    return Asked(found.day, wanted, found.rest) if found else Asked(today, wanted, words)


def read_weekly(text: str, *, today: date) -> Asked:
    """「上周」「第47周」「11月16日 明细」: a week by name, by number or by one of its days."""
    words, wanted = _without_details(text)
    if found := find_day(words, today=today, looks="back"):
        return Asked(found.day, wanted, found.rest)
    if numbered := NUMBERED.match(words):
        return Asked(_monday(numbered, today), wanted, words[numbered.end() :].strip())
    for name, shift in WEEKS.items():
        if words.startswith(name):
            day = today + timedelta(weeks=shift)
            return Asked(day, wanted, words.removeprefix(name).strip())
    return Asked(today, wanted, words)


def _without_details(text: str) -> tuple[str, bool]:
    return text.replace(DETAILS, " ").strip(), DETAILS in text


def _monday(numbered: re.Match[str], today: date) -> date:
    """The Monday of a numbered week; without a year the last one that has begun."""
    week = int(read_number(numbered["week"]) or 0)
    year = int(numbered["year"] or today.isocalendar().year)
    try:
        monday = date.fromisocalendar(year, week, 1)
        if monday > today and not numbered["year"]:
            return date.fromisocalendar(year - 1, week, 1)
    except ValueError as error:
        raise Misunderstood("reports.no_such_week", year=year, week=week) from error
    return monday


# showing
async def _place(talk: Talk, asked: Asked, otherwise: str) -> Place:
    """The asker's own place; words left over may name one of the county's townships."""
    if asked.rest and talk.asker.role is not Role.COUNTY:
        raise Misunderstood(otherwise, said=asked.rest[:40])
    return await store.place_for(talk.db, talk.asker, asked.rest[:40])


async def _show(talk: Talk, asked: Asked, place: Place, window: Window) -> Reply:
    if asked.details:
        return await _show_details(talk, place, window)
    found = await store.look(talk.db, talk.asker, place, window, now=talk.now)
    lines: list[str] = [talk.room.words.bulletin(window.kind, report=found.report).chat]
    if found.changes:
        weekly = window.kind == "weekly"
        lines.append(talk.say("reports.corrected", changes=found.changes, weekly=weekly))
    return Reply("\n".join(lines), buttons(found.report, asked.rest), kind="card")


async def _show_details(talk: Talk, place: Place, window: Window) -> Reply:
    found = await details.look(talk.db, talk.asker, place, window)
    block = "reports.details" if place.level == "team" else "reports.parts"
    return talk.reply(block, details=found)


DAILY = Topic("daily", ("日报", "日调度", "daily"), show_daily, form="loose", aside=True)
WEEKLY = Topic("weekly", ("周报告", "周报", "weekly"), show_weekly, form="loose", aside=True)
DETAIL = Topic("report_details", ("看明细", DETAILS), show_details, form="bare", aside=True)
