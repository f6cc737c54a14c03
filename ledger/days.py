"""Working days: the county's weekdays and its own calendar, statutory holidays and 调休."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from ledger.clock import SHANGHAI
from ledger.rules import Rules

WEEKDAYS = "一二三四五六日"
DAY = timedelta(days=1)
LONGEST_REST = 370  # days: what a county's own rest days may add up to
HOLIDAYS = {  # as the library calls them
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节", "Dragon Boat Festival": "端午节", "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节", "Anti-Fascist 70th Day": "抗战胜利纪念日",
}  # fmt: skip
FIXED = {  # 全国年节及纪念日放假办法: the same date every year, known before the year's notice
    (1, 1): "元旦", (5, 1): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节",
}  # fmt: skip


# facts
class Why(StrEnum):
    """Why the people of a county work or rest on a day."""

    WEEKDAY = "weekday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    COUNTY_REST = "county_rest"
    COUNTY_WORK = "county_work"


WORKING = frozenset({Why.WEEKDAY, Why.MAKE_UP, Why.COUNTY_WORK})


@dataclass(frozen=True)
class Nature:
    """What a day is in a county, and the name people know it by ('' for a plain one)."""

    why: Why
    name: str = ""

    @property
    def works(self) -> bool:
        """Whether people work."""
        return self.why in WORKING


# rules
def nature(day: date, rules: Rules) -> Nature:
    """What a day is: the county's own word, then the State Council's, then the weekday.

    While a campaign runs, its weekdays stand for the county's (S000-39). Years the library does
    not know go by the county's file, the holidays of a fixed date, then the weekday.
    """
    own = rules.calendar
    if name := own.rest_names.get(day):
        return Nature(Why.COUNTY_REST, name)
    if name := own.work_names.get(day):
        return Nature(Why.COUNTY_WORK, name)
    official = _official(day) if rules.statutory_holidays else None
    return official or _by_weekday(day, rules)


def _by_weekday(day: date, rules: Rules) -> Nature:
    campaign = rules.calendar.campaign_on(day)
    weekdays = campaign.weekdays if campaign else rules.workdays
    if day.isoweekday() not in weekdays:
        return Nature(Why.WEEKEND)
    more = campaign is not None and day.isoweekday() not in rules.workdays
    return Nature(Why.WEEKDAY, campaign.name if campaign and more else "")


def is_workday(day: date, rules: Rules) -> bool:
    """Whether the county works that day; of a person ask `ledger.calendar`."""
    return nature(day, rules).works


def known_year(day: date) -> bool:
    """Whether the State Council's table for that year is in the library."""
    return _detail(day) is not None


def covered(day: date, rules: Rules) -> bool:
    """Whether that year's holidays are known: from the library, or told by the county's file."""
    told = day.year in rules.calendar.years
    return told or not rules.statutory_holidays or known_year(day)


def _official(day: date) -> Nature | None:
    """A holiday or make-up workday by the State Council's notice; None: a plain day."""
    found = _detail(day)
    if found is None:
        fixed = FIXED.get((day.month, day.day))
        return Nature(Why.HOLIDAY, fixed) if fixed else None
    is_off, name = found
    if is_off and name:
        return Nature(Why.HOLIDAY, HOLIDAYS.get(name, "法定节假日"))
    if name and day.isoweekday() > 5:
        return Nature(Why.MAKE_UP, HOLIDAYS.get(name, ""))
    return None


@lru_cache(maxsize=8192)
def _detail(day: date) -> tuple[bool, str] | None:
    """Off or not, and the holiday it is because of; None: not in the library."""
    import chinese_calendar

    try:
        is_off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return bool(is_off), str(name or "")


def workday_on_or_before(day: date, rules: Rules) -> date:
    """That day if people work, else the last working day before it."""
    return next(one for one in _walk(day, -1) if is_workday(one, rules))


def workday_after(day: date, rules: Rules) -> date:
    """The first working day after that day."""
    return next(one for one in _walk(day + DAY, 1) if is_workday(one, rules))


def workdays_between(first: date, last: date, rules: Rules) -> int:
    """How many working days of the county from first to last, both included."""
    return sum(is_workday(day, rules) for day in days_between(first, last))


def _walk(day: date, step: int) -> Iterator[date]:
    for count in range(LONGEST_REST):
        yield day + timedelta(days=count * step)
    raise ValueError(f"no working day within {LONGEST_REST} days of {day}")


def at(day: date, clock: time) -> datetime:
    """That clock time on that day, in Asia/Shanghai."""
    return datetime.combine(day, clock, SHANGHAI)


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the day's week."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    return monday, monday + timedelta(days=6)


def days_between(first: date, last: date) -> list[date]:
    """Every day from first to last, both included."""
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]
