"""周报 (S000-53 周报告): a week from Monday to Sunday, its issues listed, next week's deadlines."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from ledger.periods import Period, span
from ledger.reports.facts import Item, Place, Report, Window, heading
from ledger.reports.sections import exceptions, fit, listed
from ledger.reports.sheet import Sheet

WEEK = timedelta(days=7)
EXCEPTIONS = ("overdue", "missed", "waiting", "soon")
LISTS = ("opened", "closed", "submitted", "progressed")
LINES = 17  # of exceptions and lists; with title, figures and seal at most 25
TOPICS = 3


def window(day: date, today: date) -> Window:
    """The week of that day; while it runs, things stand as of today."""
    week = span(Period.WEEK, day)
    year, number, _ = week.last.isocalendar()
    as_of = max(week.first, min(week.last, today))
    return Window("weekly", f"{year}-W{number:02}", week, as_of, week.last + WEEK)


def make(sheet: Sheet, place: Place, *, now: datetime, seal: str = "") -> Report:
    """The week's report of one place from a sheet that holds it."""
    part = sheet.of(place)
    above = place.level != "team"
    alarms = exceptions(part, place, _sorts(sheet.window, above=above))
    lists = [] if above else [listed(sort, part.sorted_as(sort)) for sort in LISTS]
    cut = fit([*alarms, *(one for one in lists if one.total)], LINES)
    return Report(
        **heading(sheet.window, place, now), figures=part.figures(),
        alarms=cut[: len(alarms)], lists=cut[len(alarms) :],
        topics=() if above else _topics(part.sorted_as("studied")), seal=seal,
    )  # fmt: skip


def _sorts(window: Window, *, above: bool) -> tuple[str, ...]:
    """A team without a record is an exception only once half the week has passed."""
    half = (window.as_of - window.span.first).days >= 2
    return (*EXCEPTIONS, "silent") if above and half else EXCEPTIONS


def _topics(studied: Iterable[Item]) -> tuple[str, ...]:
    """What was studied, in the order first met; who and how long is the member's own."""
    return tuple(dict.fromkeys(one.text for one in studied if one.text))[:TOPICS]
