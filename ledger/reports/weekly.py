"""周报 (S000-53 周报告): a week from Monday to Sunday, its issues listed, next week's deadlines."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from ledger.periods import Period, span
from ledger.reports.facts import Item, Place, Report, Section, Window, heading
from ledger.reports.sections import exceptions, fit, listed, numbers, sorts_of
from ledger.reports.sheet import Sheet
from ledger.reports.tiers import shares

WEEK = timedelta(days=7)
LISTS = ("opened", "closed", "submitted", "progressed")
LINES = 17  # of exceptions and lists; with title, figures and seal at most 25
WHOLE = (*LISTS, "overdue", "soon", "rebounded", "called", "promise")
MOST = 60  # entries of one list on paper
TOPICS = 20


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
    alarms = exceptions(part, place, sorts_of(sheet.window, place, silent_after=2))
    lists = [] if above else [listed(sort, part.sorted_as(sort)) for sort in LISTS]
    cut = fit([*alarms, *(one for one in lists if one.total)], LINES)
    return Report(
        **heading(sheet.window, place, now), **numbers(part, place),
        alarms=cut[: len(alarms)], lists=cut[len(alarms) :],
        topics=() if above else _topics(part.sorted_as("studied")), seal=seal,
        whole=() if above else _whole(part), shares=shares(part) if place.tiers else (),
    )  # fmt: skip


def _whole(part: Sheet) -> tuple[Section, ...]:
    """A team's lists as paper has them: not cut to a phone."""
    found = (listed(sort, part.sorted_as(sort)) for sort in WHOLE)
    return tuple(replace(one, shown=one.shown[:MOST]) for one in found if one.total)


def _topics(studied: Iterable[Item]) -> tuple[str, ...]:
    """What was studied, in the order first met; who and how long is the member's own."""
    return tuple(dict.fromkeys(one.text for one in studied if one.text))[:TOPICS]
