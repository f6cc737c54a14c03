"""Days, weeks and minutes as people write them. Reports look back, deadlines look ahead."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ledger.days import WEEKDAYS, week_of
from ledger.errors import Misunderstood
from ledger.numerals import NUMERAL, read_number

Looks = Literal["back", "ahead"]

RELATIVE = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "今天": 0, "今日": 0,
            "今早": 0, "今晚": 0, "当天": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}  # fmt: skip
DAY_PHRASE = re.compile(
    rf"""
    (?P<relative>大前天|前天|昨天|昨日|昨晚|今天|今日|今早|今晚|当天|明天|明日|大后天|后天)
    | (?:(?P<year>\d{{4}})[年./-])?(?P<month>\d{{1,2}})(?:月|[./-])(?P<day>\d{{1,2}})(?!\d)[日号]?
      (?:\s*周[一二三四五六日](?=$|[\s，,前之以]))?(?!\s*(?:小时|个|元|米|亩|%))
    | (?P<cmonth>[一二三四五六七八九十元]{{1,3}})月(?P<cday>[一二三四五六七八九十廿]{{1,4}})[日号]
    | (?P<which>本|这|上|下)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])
    | (?P<endmonth>\d{{1,2}}|本|这个|下个|下)?月(?:底|末)
    | (?P<within>{NUMERAL})(?:天|日)(?:内|之内|以内)
    | (?P<bare>\d{{1,2}})[日号]
    """,
    re.VERBOSE,
)
LIMIT = re.compile(r"^(?:上午|下午|中午|早上|晚上|傍晚)?(?:之前|以前|前|之内|以内|内)?")


@dataclass(frozen=True)
class Found:
    """A day phrase in a text and what is left without it."""

    day: date
    phrase: str
    rest: str


def find_day(text: str, *, today: date, looks: Looks) -> Found | None:
    """The day phrase a text begins or ends with; one in the middle belongs to the story."""
    for match in DAY_PHRASE.finditer(text):
        after = LIMIT.match(text[match.end() :])
        end = match.end() + (len(after[0]) if after else 0)
        head, tail = text[: match.start()].strip(" ，,"), text[end:].strip(" ，,")
        if (head and tail) or (head and _is_number(match, after)):
            continue
        return Found(_resolve(match, today, looks), text[match.start() : end], head or tail)
    return None


def _is_number(match: re.Match[str], limit: re.Match[str] | None) -> bool:
    """Behind other words 36.5 is a number, 12.1前 and 2026.12.1 are days."""
    bare = re.fullmatch(r"\d{1,2}[./-]\d{1,2}", match[0].strip())
    return bare is not None and not (limit and limit[0])


def read_day(text: str, *, today: date, looks: Looks) -> date | None:
    """The day a text names and nothing else; None when it names none.

    `Misunderstood` when the day does not exist, such as 11月31日.
    """
    found = find_day(text.strip(), today=today, looks=looks)
    return found.day if found and not found.rest else None


def _resolve(match: re.Match[str], today: date, looks: Looks) -> date:
    part = match.groupdict()
    if part["relative"]:
        return today + timedelta(days=RELATIVE[part["relative"]])
    if part["weekday"]:
        return _weekday(part["which"], part["weekday"], today, looks)
    if part["within"]:
        return _within(read_number(part["within"]) or 0, today, match[0])
    if part["bare"]:
        return _bare_day(int(part["bare"]), today, looks, match[0])
    if part["month"] or part["cmonth"]:
        return _month_day(part, today, looks, match[0])
    return _month_end(part["endmonth"], today)


def _weekday(which: str | None, weekday: str, today: date, looks: Looks) -> date:
    monday, _ = week_of(today)
    number = 6 if weekday in "日天" else WEEKDAYS.index(weekday)
    shift = {"上": -7, "下": 7}.get(which or "", 0)
    day = monday + timedelta(days=number + shift)
    if which is None and looks == "ahead" and day < today:
        return day + timedelta(days=7)
    if which is None and looks == "back" and day > today:
        return day - timedelta(days=7)
    return day


def _within(days: float, today: date, phrase: str) -> date:
    try:
        return today + timedelta(days=int(days))
    except OverflowError as error:
        raise Misunderstood("days.no_such_day", phrase=phrase) from error


def _bare_day(number: int, today: date, looks: Looks, phrase: str) -> date:
    month = today
    if looks == "ahead" and number < today.day:
        month = _next_month(today)
    if looks == "back" and number > today.day:
        month = today.replace(day=1) - timedelta(days=1)
    return _make(month.year, month.month, number, phrase)


def _month_day(part: dict[str, str | None], today: date, looks: Looks, phrase: str) -> date:
    month = int(part["month"]) if part["month"] else _chinese(part["cmonth"])
    number = int(part["day"]) if part["day"] else _chinese(part["cday"])
    if part["year"]:
        return _make(int(part["year"]), month, number, phrase)
    near = _make(today.year, month, min(number, 28), phrase)  # 2月29日 may be of another year
    year = today.year
    if looks == "ahead" and (today - near).days > 45:
        year += 1
    if looks == "back" and (near - today).days > 180:
        year -= 1
    return _make(year, month, number, phrase)


def _month_end(which: str | None, today: date) -> date:
    if which and which.isdigit():
        year = today.year + (int(which) < today.month)
        start = _make(year, int(which), 1, f"{which}月底")
    elif which in {"下", "下个"}:
        start = _next_month(today)
    else:
        start = today.replace(day=1)
    return _next_month(start) - timedelta(days=1)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _chinese(text: str | None) -> int:
    return int(read_number((text or "").replace("元", "一").replace("廿", "二十")) or 0)


def _make(year: int, month: int, number: int, phrase: str) -> date:
    try:
        return date(year, month, number)
    except ValueError as error:
        raise Misunderstood("days.no_such_day", phrase=phrase) from error


MINUTES = re.compile(
    rf"""
    (?P<hours>{NUMERAL})\s*个?(?P<half>半)?\s*(?:小时|钟头|h)(?:(?P<tail>半)|(?P<more>{NUMERAL})\s*分钟?)?
    | (?P<minutes>{NUMERAL})\s*(?:分钟|分|min)
    | (?P<quarters>{NUMERAL})刻钟
    """,
    re.VERBOSE | re.IGNORECASE,
)
LONGEST = 12 * 60  # minutes of study a day that a person can mean


def find_minutes(text: str) -> tuple[int, str] | None:
    """The first length of time in a text, in minutes, and the text without it."""
    match = MINUTES.search(text)
    if match is None:
        return _bare_minutes(text)
    rest = (text[: match.start()] + text[match.end() :]).strip(" ，,")
    return _minutes_of(match), rest


def _bare_minutes(text: str) -> tuple[int, str] | None:
    """A number set off at the beginning means minutes: 「60 中央一号文件」「六十 低保政策」."""
    bare = re.match(rf"([+-]?\d+|{NUMERAL})(?=\s|$)", text)
    value = read_number(bare[1].lstrip("+-")) if bare else None
    if bare is None or value is None:
        return None
    sign = -1 if bare[1].startswith("-") else 1
    return sign * int(value), text[bare.end() :].strip()


def read_minutes(text: str) -> int:
    """A length of time and nothing else, in minutes; `Misunderstood` otherwise."""
    found = find_minutes(text.strip())
    if found is None or found[1]:
        raise Misunderstood("study.not_minutes", said=text)
    return sensible(found[0], text)


def sensible(minutes: int, said: str) -> int:
    """One to 720 minutes; anything else is a slip of the finger."""
    if not 1 <= minutes <= LONGEST:
        raise Misunderstood("study.not_minutes", said=said)
    return minutes


def _minutes_of(match: re.Match[str]) -> int:
    if match["minutes"]:
        return round(read_number(match["minutes"]) or 0)
    if match["quarters"]:
        return round(15 * (read_number(match["quarters"]) or 0))
    hours = read_number(match["hours"]) or 0
    half = 0.5 if match["half"] or match["tail"] else 0
    more = read_number(match["more"]) if match["more"] else 0
    return round(60 * (hours + half) + (more or 0))
