"""What each figure of a sheet is, by its key, and the records opened behind it: for the tests of 依据."""

from dataclasses import replace
from datetime import date

from county import County
from lived_week import FRIDAY, RULES, Pen, moment

from ledger.database import Session
from ledger.people import Person
from ledger.reports import daily, monthly, tenday, weekly
from ledger.reports.basis import SOURCES, Basis, access_basis
from ledger.reports.facts import Figures, Place, Report, Window
from ledger.reports.sections import numbers
from ledger.reports.sheet import Sheet
from ledger.reports.store import MAKERS
from templates.words import Words

WORDS = Words()
LATER = moment(27, 9)
DAYS = [daily.window(date(2026, 11, day), RULES) for day in (6, 13, 20)]
WINDOWS = [
    *DAYS,
    weekly.window(date(2026, 11, 11), FRIDAY),
    weekly.window(FRIDAY, FRIDAY),
    weekly.window(FRIDAY, date(2026, 11, 18)),  # while it ran
    tenday.window(FRIDAY, FRIDAY),
    monthly.window(FRIDAY, FRIDAY),
]
READERS = ("王队长", "周总队长", "陈干事")
DAY, WEEK = daily.window(FRIDAY, RULES), weekly.window(FRIDAY, FRIDAY)


def expected(sheet: Sheet, place: Place) -> dict[str, int]:
    """Every figure of a place by its key, those of the places below with their names."""
    found = _figures(sheet.of(place), place)
    for part in numbers(sheet.of(place), place)["parts"]:
        own = {name: getattr(part.figures, name) for name in _names(sheet.window)}
        found |= {f"{name}@{part.name}": value for name, value in own.items()}
    return found


def _names(window: Window) -> list[str]:
    return [name for name in SOURCES[window.kind] if hasattr(Figures, name)]


def _figures(part: Sheet, place: Place) -> dict[str, int]:
    kind, figures = part.window.kind, part.figures()
    found = {name: getattr(figures, name) for name in _names(part.window)}
    found["missed"] = len(part.sorted_as("missed"))
    found["silent"] = sum(1 for line in part.lines if line.silent and line.roster)
    if kind == "daily":
        return found
    owed = part.sorted_as("owed")
    found |= {
        "due": sum(one.number for one in owed),
        "due_closed": sum(one.waiting for one in owed),
    }
    if kind == "weekly" and place.level == "team":
        found |= {name: len(part.sorted_as(name)) for name in ("called", "promise")}
    return found


def report_of(sheet: Sheet, place: Place) -> Report:
    """The report of a place on Friday evening."""
    return MAKERS[sheet.window.kind](sheet, place, now=moment(20, 18, 40))


async def opened(db: Session, asker: Person, report: Report, key: str, said: int) -> Basis:
    """The first page; the pages after it have what is missing."""
    first = await access_basis(db, asker, report, key, said=said, rules=RULES)
    lines, more = list(first.lines), first.more
    while more:
        page = await access_basis(
            db, asker, report, key, said=said, rules=RULES, skip=len(lines)
        )
        lines, more = [*lines, *page.lines], page.more
    return replace(first, lines=tuple(lines))


async def pen_of(db: Session, county: County) -> Pen:
    """A pen that knows the numbers of what is there."""
    rows = await db.connection.execute_fetchall("SELECT text, id FROM issue")
    return Pen(db, county, {row[0]: row[1] for row in rows})
