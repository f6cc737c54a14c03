"""The sheet: everything the summaries of one scope need, read in two statements.

A sheet of the county holds the sheets of its townships and teams; `of` narrows it, so that
the evening's 300 summaries cost no more statements than one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from typing import Any

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, at
from ledger.people import Scope
from ledger.periods import COUNTED
from ledger.reports.facts import Depth, Figures, Item, Place, TeamLine, Window
from ledger.tiers import Tier

sql = queries("reports")
LOOK_BACK = timedelta(days=90)  # of shares: deadlines older than that are another story
NO_TEAM = 0  # of items of the county as a whole
TIERS = tuple(one.value for one in Tier)
WORDS = 24  # characters of somebody's words in one line of a summary
SUMMED = (
    "roster", "away", "studied", "visits", "households", "opened", "progressed", "submitted",
    "closed", "checked", "answered", "unanswered", "standing", "promised", "unchecked", "trips",
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """Teams and items of one window, in the order of the roster and of the days."""

    window: Window
    lines: tuple[TeamLine, ...]
    items: tuple[Item, ...]

    @cached_property
    def _by_team(self) -> dict[int, list[Item]]:
        found: dict[int, list[Item]] = defaultdict(list)
        for item in self.items:
            found[item.team_id].append(item)
        return found

    def of(self, place: Place) -> "Sheet":
        """Only that place's part; a place outside the sheet has an empty one."""
        lines = tuple(line for line in self.lines if _lies_in(line, place))
        found = (item for line in lines for item in self._by_team.get(line.team_id, ()))
        own = () if place.level != "county" else self._by_team.get(NO_TEAM, ())
        return Sheet(self.window, lines, _ordered((*found, *own)))

    def sorted_as(self, sort: str) -> tuple[Item, ...]:
        """The items of one sort; overdue, waiting and soon are views of the same issues."""
        if chosen := ISSUES.get(sort):
            return tuple(one for one in self.items if one.sort == "issue" and chosen(one, self))
        return tuple(one for one in self.items if one.sort == sort)

    def figures(self) -> Figures:
        """The sums over all teams of the sheet."""
        sums = {name: sum(getattr(line, name) for line in self.lines) for name in SUMMED}
        counts = {name: len(self.sorted_as(name)) for name in ("owing", "rebounded", *ISSUES)}
        return Figures(teams=len(self.lines), **sums, **counts, **self._counted())

    def _counted(self) -> dict[str, int]:
        """Items that are counts already: standing issues by tier, look-backs, messages."""
        looks = self.sorted_as("look")
        tiers = dict.fromkeys(TIERS, 0)
        for one in self.sorted_as("tier"):
            tiers[one.text] += one.number
        return {
            **tiers,
            "look_due": sum(one.number for one in looks),
            "look_done": sum(one.waiting for one in looks),
            "told": sum(one.number for one in self.sorted_as("told")),
        }

    @property
    def in_use(self) -> str:
        """Since when the county has used the ledger, where the period before is not wholly in it."""
        day = max((line.in_use for line in self.lines), default=date.min)
        return day.isoformat() if day > self.window.before.first else ""

    def before(self) -> Figures | None:
        """What the roll-up of the period before had, over all teams of the sheet.

        None where the ledger does not know all of it: less would look like a fall, nothing
        like a rise.
        """
        if self.in_use:
            return None
        columns = zip(*(line.before for line in self.lines), strict=True)
        return Figures(
            teams=len(self.lines),
            **{name: sum(each) for name, each in zip(COUNTED, columns, strict=False)},
        )


def _overdue(item: Item, sheet: Sheet) -> bool:
    return item.late > 0


def _waiting(item: Item, sheet: Sheet) -> bool:
    return bool(item.waiting)


def _soon(item: Item, sheet: Sheet) -> bool:
    near = item.day <= sheet.window.soon.isoformat()
    return near and not item.late and not item.waiting


def _lies_in(line: TeamLine, place: Place) -> bool:
    within = place.scope
    return within.township in {0, line.township_id} and within.team in {0, line.team_id}


def _ordered(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda one: (one.sort, one.day, one.number, one.person_id)))


ISSUES = {"overdue": _overdue, "waiting": _waiting, "soon": _soon}


async def gather(
    db: Session, scope: Scope, window: Window, *, depth: Depth = Depth.COUNTS
) -> Sheet:
    """Read a scope's sheet: one statement for the teams, one for the items."""
    day, place = window.as_of, vars(scope)
    lines = sql.team_lines(
        db.connection, kind=window.span.kind.value, period=window.span.key,
        before=window.before.key, first=window.span.first.isoformat(), day=day.isoformat(), **place,
    )  # fmt: skip
    teams = tuple([_line(row) async for row in lines])
    items = sql.items(db.connection, **_bounds(window), depth=depth.value, **place)
    found = [_item(row, day) async for row in items]
    return Sheet(window, teams, tuple(found))


def _line(row: Any) -> TeamLine:
    """A team's row; the roll-up of the period before stands at its end."""
    columns = tuple(row)
    return TeamLine(*columns[: -len(COUNTED)])._replace(before=columns[-len(COUNTED) :])


def _bounds(window: Window) -> dict[str, Any]:
    return {
        "owing": int(window.owing),
        "day": window.as_of.isoformat(),
        "weekday": window.as_of.isoweekday(),
        "soon": window.soon.isoformat(),
        "until": _end(window.as_of),
        "first": window.span.first.isoformat(),
        "last": window.span.last.isoformat(),
        "weekly": int(window.kind == "weekly"),
        "monthly": int(window.kind == "monthly"),
        "since": ms(at(window.span.first, time.min)),
        "long_ago": "" if window.kind == "daily" else (window.as_of - LOOK_BACK).isoformat(),
    }


def _end(day: date) -> int:
    """The first moment after a day."""
    return ms(at(day + DAY, time.min))


def _item(row: Any, day: date) -> Item:
    item = Item(*row)
    late = (day - date.fromisoformat(item.day)).days if item.sort == "issue" else 0
    return item._replace(text=short(item.text), late=max(late, 0))


def short(words: str) -> str:
    """Somebody's words on one line, cut to what a summary has room for."""
    line = " ".join(words.split())
    return line if len(line) <= WORDS else line[: WORDS - 1] + "…"
