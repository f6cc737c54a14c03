"""A report's days by the name of its period, as it stands in addresses and file names."""

import re
from datetime import date

from ledger.reports import daily, monthly, tenday, weekly
from ledger.reports.facts import Window
from ledger.rules import Rules

EARLIEST = 2000  # a year; there is no report of the time before
WEEK = re.compile(r"(\d{4})-W(\d{2})")
TENDAY = re.compile(r"(\d{4})-(\d{2})-T([123])")
WINDOWS = {"weekly": weekly.window, "tenday": tenday.window, "monthly": monthly.window}
MONTH = re.compile(r"(\d{4})-(\d{2})")


def named(kind: str, period: str, *, today: date, rules: Rules) -> Window | None:
    """2026-11-20, 2026-W47, 2026-11-T2, 2026-11; None: there is no such report, or not yet."""
    try:
        day = _first_day(kind, period)
    except (ValueError, OverflowError):
        return None
    if day is None or day > today or day.year < EARLIEST:
        return None
    found = of_day(kind, day, today=today, rules=rules)
    return found if found.period == period else None


def of_day(kind: str, day: date, *, today: date, rules: Rules) -> Window:
    """The report's days around a day; an unknown kind is a KeyError."""
    if kind == "daily":
        return daily.window(day, rules)
    return WINDOWS[kind](day, today)


def _first_day(kind: str, period: str) -> date | None:
    """None where the name is not one of that kind's; ValueError for a day that never was."""
    if kind == "daily":
        return date.fromisoformat(period)
    if kind == "weekly" and (week := WEEK.fullmatch(period)):
        return date.fromisocalendar(int(week[1]), int(week[2]), 1)
    if kind == "tenday" and (ten := TENDAY.fullmatch(period)):
        return date(int(ten[1]), int(ten[2]), 10 * int(ten[3]) - 9)
    if kind == "monthly" and (month := MONTH.fullmatch(period)):
        return date(int(month[1]), int(month[2]), 1)
    return None
