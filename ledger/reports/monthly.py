"""月报 (月调度): what a month was for a team, a township, the county."""

from datetime import date, datetime, timedelta
from statistics import median

from ledger.periods import Period, span
from ledger.rebounds import FEW
from ledger.reports.facts import Place, Report, Window, heading
from ledger.reports.sections import exceptions, fit, numbers, sorts_of
from ledger.reports.sheet import Sheet
from ledger.reports.tiers import lowest, shares

MONTH = timedelta(days=30)
SILENT_AFTER = 14  # days
LINES = 17  # of exceptions


def window(day: date, today: date) -> Window:
    """The month of that day; while it runs, things stand as of today."""
    month = span(Period.MONTH, day)
    as_of = max(month.first, min(month.last, today))
    return Window("monthly", f"{day:%Y-%m}", month, as_of, month.last + MONTH)


def make(
    sheet: Sheet, place: Place, *, now: datetime, seal: str = "", bottom: bool = False
) -> Report:
    """The month's report of one place from a sheet that holds it.

    `bottom`: a person wants the lowest three townships named (S000-54); only where the county's
    switch for tiers is on.
    """
    part = sheet.of(place)
    sorts = sorts_of(sheet.window, place, silent_after=SILENT_AFTER)
    found = shares(part) if place.tiers else ()
    alarms = fit(exceptions(part, place, sorts), LINES)
    over = heading(sheet.window, place, now)
    return Report(
        **over, **numbers(part, place), alarms=alarms, seal=seal, days_open=_days_open(part),
        shares=found, bottom=lowest(found) if bottom else (),
    )  # fmt: skip


def _days_open(part: Sheet) -> int | None:
    """Median days from found to struck off (S002-09); None of a few cases."""
    days = [
        (date.fromisoformat(one.day) - date.fromisoformat(one.text)).days
        for one in part.sorted_as("lasted")
    ]
    return round(median(days)) if len(days) >= FEW else None
