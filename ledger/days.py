"""Working days: the county's weekdays, statutory holidays and make-up workdays (调休)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from ledger.clock import SHANGHAI
from ledger.rules import Rules

WEEKDAYS = "一二三四五六日"
DAY = timedelta(days=1)


def is_workday(day: date, rules: Rules) -> bool:
    """Whether people work that day. Years the library does not know go by weekday alone."""
    if not rules.statutory_holidays:
        return day.isoweekday() in rules.workdays
    official = _official(day)
    if official is None:
        return day.isoweekday() in rules.workdays
    holiday, make_up = official
    return make_up or (not holiday and day.isoweekday() in rules.workdays)


def known_year(day: date) -> bool:
    """Whether the State Council's table for that year is in the library."""
    return _official(day) is not None


def _official(day: date) -> tuple[bool, bool] | None:
    """(a holiday by name, a make-up workday) by the State Council's notice; None: unknown."""
    import chinese_calendar

    try:
        is_off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    make_up = not is_off and day.isoweekday() > 5
    return bool(is_off and name), make_up


def workday_on_or_before(day: date, rules: Rules) -> date:
    """That day if people work, else the last working day before it."""
    return next(one for one in _walk(day, -1) if is_workday(one, rules))


def workday_after(day: date, rules: Rules) -> date:
    """The first working day after that day."""
    return next(one for one in _walk(day + DAY, 1) if is_workday(one, rules))


def _walk(day: date, step: int) -> Iterator[date]:
    for count in range(60):  # no rest is longer than a few weeks
        yield day + timedelta(days=count * step)
    raise ValueError(f"no working day within 60 days of {day}")


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
