"""日报 (S000-88 日调度): what a day was for a team, a township, the county."""

from datetime import date, datetime, timedelta

from ledger.days import is_workday
from ledger.periods import Period, span
from ledger.reports.facts import Place, Report, Window, heading
from ledger.reports.sections import exceptions, fit, numbers
from ledger.reports.sheet import Sheet
from ledger.rules import Rules

SOON = timedelta(days=3)
EXCEPTIONS = ("overdue", "missed", "waiting", "soon", "owing")
LINES = 17  # of exceptions; with title, figures and seal at most 25


def window(day: date, rules: Rules) -> Window:
    """The day; people owe a study record on working days only."""
    owing = is_workday(day, rules)
    return Window("daily", day.isoformat(), span(Period.DAY, day), day, day + SOON, owing)


def make(sheet: Sheet, place: Place, *, now: datetime, seal: str = "") -> Report:
    """The day's report of one place from a sheet that holds it."""
    part = sheet.of(place)
    alarms = fit(exceptions(part, place, EXCEPTIONS), LINES)
    over = heading(sheet.window, place, now)
    return Report(**over, **numbers(part, place), alarms=alarms, seal=seal)
