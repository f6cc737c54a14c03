"""旬报: the figures of ten days (上旬, 中旬, 下旬) by places; the ten-day bulletin starts from them."""

from datetime import date, datetime, timedelta

from ledger.periods import Period, span
from ledger.reports.facts import Place, Report, Window, heading
from ledger.reports.sections import exceptions, fit, numbers, sorts_of
from ledger.reports.sheet import Sheet
from ledger.reports.tiers import shares

NEXT = timedelta(days=10)
SILENT_AFTER = 4  # days
LINES = 17  # of exceptions


def window(day: date, today: date) -> Window:
    """The ten days of that day; while they run, things stand as of today."""
    days = span(Period.TENDAY, day)
    as_of = max(days.first, min(days.last, today))
    period = f"{day:%Y-%m}-T{days.key % 10}"
    return Window("tenday", period, days, as_of, days.last + NEXT)


def make(sheet: Sheet, place: Place, *, now: datetime, seal: str = "") -> Report:
    """The ten days' report of one place from a sheet that holds it."""
    part = sheet.of(place)
    sorts = sorts_of(sheet.window, place, silent_after=SILENT_AFTER)
    alarms = fit(exceptions(part, place, sorts), LINES)
    over = heading(sheet.window, place, now)
    return Report(
        **over, **numbers(part, place), alarms=alarms, seal=seal,
        shares=shares(part) if place.tiers else (),
    )  # fmt: skip
