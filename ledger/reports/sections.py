"""The lists of a summary: what needs somebody first, cut to what a phone shows at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ledger.people import Scope
from ledger.reports.facts import Item, Part, Place, Section, Spot, TeamLine, Window
from ledger.reports.sheet import Sheet

MOST = 8  # entries of one list
EXCEPTIONS = ("overdue", "missed", "waiting", "soon")
NAMES_ONLY = frozenset({"owing", "silent"})  # told in one line


def numbers(sheet: Sheet, place: Place) -> dict[str, Any]:
    """The figures of a place, those of the period before, and those of each place below it."""
    return {
        "figures": sheet.figures(),
        "before": sheet.before(),
        "in_use": sheet.in_use,
        "parts": parts(sheet, place),
    }


def parts(sheet: Sheet, place: Place) -> tuple[Part, ...]:
    """A county's townships, a township's villages, in the roster's order: never by a number."""
    if place.level == "team":
        return ()
    below = _places_below(sheet, place)
    return tuple(Part(one.name, sheet.of(one).figures()) for one in below)


def _places_below(sheet: Sheet, place: Place) -> list[Place]:
    scope = place.scope
    if place.level == "township":
        return [
            Place("team", line.team_id, line.village, replace(scope, team=line.team_id))
            for line in sheet.lines
        ]
    towns = {line.township_id: line.township for line in sheet.lines}
    return [Place("township", id, name, Scope(scope.county, id)) for id, name in towns.items()]


def sorts_of(window: Window, place: Place, *, silent_after: int) -> tuple[str, ...]:
    """A team without a record is an exception only once some days of the period have passed."""
    passed = (window.as_of - window.span.first).days >= silent_after
    return (*EXCEPTIONS, "silent") if place.level != "team" and passed else EXCEPTIONS


def exceptions(sheet: Sheet, place: Place, sorts: Sequence[str]) -> list[Section]:
    """What needs somebody, by things for a team and by places above it; empty lists left out.

    Places stand by their earliest deadline, never by their number: this is no ranking.
    """
    found = [_section(sheet, place, sort) for sort in sorts]
    return [one for one in found if one.total]


def _section(sheet: Sheet, place: Place, sort: str) -> Section:
    if sort == "silent":
        return _silent(sheet, place)
    items = sheet.sorted_as(sort)
    if sort == "owing":  # who has said 不提醒 is counted, not named; the text is his word
        items = tuple(one for one in items if not one.text)
    if sort == "missed":  # nobody has confirmed it: a number, and nobody's name (domain §9)
        return Section(sort, len(items), 0)
    if place.level == "team" or (sort == "owing" and place.study_names):
        return listed(sort, items)
    if sort == "owing":
        return Section(sort, 0, 0)  # above the team a figure, never a list (国办函〔2026〕12号)
    spots = _spots(sheet, place, items)
    return Section(sort, len(items), len(spots), spots=spots)


def listed(sort: str, items: Iterable[Item]) -> Section:
    """A list of things."""
    shown = tuple(items)
    return Section(sort, len(shown), len(shown), shown)


def _silent(sheet: Sheet, place: Place) -> Section:
    last = sheet.window.span.last
    quiet = [
        line for line in sheet.lines if line.silent and line.roster and line.in_use <= last
    ]
    spots = tuple(Spot(_name(line, place), 0, "") for line in quiet)
    return Section("silent", len(spots), len(spots), spots=spots)


def _spots(sheet: Sheet, place: Place, items: Iterable[Item]) -> tuple[Spot, ...]:
    lines = {line.team_id: line for line in sheet.lines}
    days: dict[str, list[str]] = defaultdict(list)
    for item in items:
        line = lines[item.team_id]
        days[line.village if place.level == "township" else line.township].append(item.day)
    found = (Spot(name, len(each), min(each)) for name, each in days.items())
    return tuple(sorted(found, key=lambda one: one.earliest))


def _name(line: TeamLine, place: Place) -> str:
    return f"{line.township}{line.village}" if place.level == "county" else line.village


def fit(sections: Iterable[Section], budget: int, *, most: int = MOST) -> tuple[Section, ...]:
    """Cut all lists to the same length, so that together they need no more than `budget` lines."""
    found = list(sections)
    length = next((n for n in range(most, 1, -1) if _height(found, n) <= budget), 1)
    return tuple(_cut(one, MOST if one.sort in NAMES_ONLY else length) for one in found)


def _height(sections: Iterable[Section], length: int) -> int:
    return sum(1 + min(one.size, length) * (one.sort not in NAMES_ONLY) for one in sections)


def _cut(section: Section, length: int) -> Section:
    return replace(section, shown=section.shown[:length], spots=section.spots[:length])


def without_names(section: Section) -> Section:
    """The same count without the persons behind it, for a member's eyes."""
    return replace(section, size=0, shown=(), spots=())
