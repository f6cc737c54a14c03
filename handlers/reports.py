"""日报、周报: 「日报」「日报 昨天」「日报 11月20日 明细」「周报 上周」「周报 第47周」."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.talk import Talk, Topic
from ledger.days import week_of
from ledger.errors import Misunderstood, Refused
from ledger.messages import Reply
from ledger.numerals import NUMERAL, read_number
from ledger.reports import daily, details, store, weekly
from ledger.reports.facts import Place, Window, buttons
from ledger.times import find_day, read_day

DETAILS = "明细"
WEEKS = {"": 0, "本周": 0, "这周": 0, "上周": -1, "上上周": -2, "下周": 1}
NUMBERED = re.compile(rf"(?:(?P<year>\d{{4}})年?)?\s*第?\s*(?P<week>{NUMERAL})\s*周")


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see: which day or week, whose, and whether the records behind."""

    day: date
    details: bool
    township: str = ""


async def show_daily(talk: Talk) -> Reply:
    """One day's summary, today's so far when no day is named."""
    asked = read_daily(talk.rest, today=talk.today)
    if asked.day > talk.today:
        raise Refused("reports.future", day=asked.day, word="日报")
    return await _show(talk, asked, daily.window(asked.day, talk.rules))


async def show_weekly(talk: Talk) -> Reply:
    """One week's summary, this week's so far when none is named."""
    asked = read_weekly(talk.rest, today=talk.today)
    if week_of(asked.day)[0] > talk.today:
        raise Refused("reports.future", day=week_of(asked.day)[0], word="周报")
    return await _show(talk, asked, weekly.window(asked.day, talk.today))


# reading
def read_daily(text: str, *, today: date) -> Asked:
    """「11月20日 明细」: day, 明细 and a township's name in any order, all may be missing."""
    words, wants_details = _without_details(text)
    if not words:
        return Asked(today, wants_details)
    found = find_day(words, today=today, looks="back")
    if found:
        return Asked(found.day, wants_details, found.rest)
    if len(words) > LONGEST_NAME:
        raise Misunderstood("reports.not_a_day", said=words[:40])
    return Asked(today, wants_details, words)


def read_weekly(text: str, *, today: date) -> Asked:
    """「上周」「第47周」「11月16日 明细」: the week of a day, by name or by number."""
    words, wants_details = _without_details(text)
