"""Ledgers of a month, row by row as they go into files: visits, study, leave, checks, promises, days.

A ledger is a statement and the shape of its rows. Inside the team rows carry names; above it they
are counts by place, but for the days, which are what allowances are paid by (S004-28). What a
member sees of study, leave, checks and days is his own.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from ledger import day_counts
from ledger.database import Session, queries
from ledger.exports import What
from ledger.issue_rows import PAGE, plain_words
from ledger.people import ON_TEAM, Person, Role, scope_of
from ledger.rules import Rules

sql = queries("ledger_rows")
Day = date | None


# facts
class Visited(NamedTuple):
    """A visit of the own team."""

    day: date
    village: str
    group_name: str
    household: str
    found: str
    person: str


class VisitCount(NamedTuple):
    """A village's visits of a day; households are those on its list."""

    day: date
    township: str
    village: str
    visits: int
    households: int


class Studied(NamedTuple):
    """What somebody of the own team has studied; never for how long."""

    day: date
    person: str
    topic: str
    way: str


class StudyCount(NamedTuple):
    """How many of a village have studied a topic on a day."""

    day: date
    township: str
    village: str
    topic: str
    people: int


class Left(NamedTuple):
    """A leave within the own team."""

    person: str
    from_day: date
    to_day: date
    kind: str
    reason: str
    state: str
    back_day: Day


class LeaveCount(NamedTuple):
    """A village's leaves: how many, what became of them."""

    township: str
    village: str
    asked: int
    approved: int
    waiting: int
    refused: int
    returned: int


class CheckCount(NamedTuple):
    """A village's spot checks of a day that have ended; `pending`: nobody has decided yet."""

    day: date
    township: str
    village: str
    drawn: int
    answered: int
    void: int
    pending: int
    confirmed: int
    lifted: int


class Promised(NamedTuple):
    """A promise of the own team."""

    day: date
    household: str
    text: str
    by_day: Day
    person: str


class PromiseCount(NamedTuple):
    """A village's promises, and how many have a day."""

    township: str
    village: str
    promised: int
    dated: int


class DaysCounted(NamedTuple):
    """One person's days of the month, as both counters count them."""

    township: str
    village: str
    person: str
    stationed: int
    working: int


Row = (
    Visited | VisitCount | Studied | StudyCount | Left | LeaveCount | CheckCount | Promised
    | PromiseCount | DaysCounted
)  # fmt: skip


@dataclass(frozen=True)
class Month:
    """Which month a ledger is of; `about` as an export keeps it (2026-11)."""

    first: date

    @classmethod
    def of(cls, about: str) -> "Month":
        """The month an export has been asked for."""
        return cls(date.fromisoformat(f"{about}-01"))

    @property
    def about(self) -> str:
        """As an export keeps it."""
        return self.first.isoformat()[:7]

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


# rules
SHAPES: dict[str, type[Row]] = {
    "visits": Visited, "visit_counts": VisitCount, "study": Studied, "study_counts": StudyCount,
    "leave": Left, "leave_counts": LeaveCount, "checks": CheckCount, "promises": Promised,
    "promise_counts": PromiseCount, "days": DaysCounted,
}  # fmt: skip
STATEMENTS = {
    "visits": sql.visits, "visit_counts": sql.visit_counts, "study": sql.study,
    "study_counts": sql.study_counts, "leave": sql.leave, "leave_counts": sql.leave_counts,
    "checks": sql.checks, "promises": sql.promises, "promise_counts": sql.promise_counts,
}  # fmt: skip
FORMS = {  # for the team, above it
    What.VISITS: ("visits", "visit_counts"),
    What.STUDY: ("study", "study_counts"),
    What.LEAVE: ("leave", "leave_counts"),
    What.CHECKS: ("checks", "checks"),
    What.PROMISES: ("promises", "promise_counts"),
    What.DAYS: ("days", "days"),
}
OWN_ONLY = frozenset({"study", "leave", "checks", "days"})  # for a member
READ: dict[Any, Callable[[Any], Any]] = {
    date: date.fromisoformat,
    Day: lambda text: date.fromisoformat(text) if text else None,
    int: int,
    str: plain_words,
}


def form_of(asker: Person, what: What) -> str:
    """Which ledger this asker gets: his team's with names, or the counts."""
    team, above = FORMS[what]
    return team if asker.role in ON_TEAM else above


def _span(asker: Person, form: str, month: Month) -> dict[str, Any]:
    own = asker.role is Role.MEMBER and form in OWN_ONLY
    ends = {"first": month.first.isoformat(), "last": month.last.isoformat()}
    return {**ends, **vars(scope_of(asker)), "person": asker.id if own else 0}


# records
async def access_pages(
    db: Session, asker: Person, what: What, month: Month, rules: Rules, *, today: date
) -> AsyncIterator[list[Row]]:
    """The rows of the asker's scope, a page at a time; no more than a page is in memory."""
    form = form_of(asker, what)
    asked = _span(asker, form, month)
    if what is What.DAYS:
        yield await _days(db, asker, asked, min(month.last, today), rules)
        return
    make = SHAPES[form]
    read = [(name, READ[kind]) for name, kind in make.__annotations__.items()]
    async with db.connection.execute(STATEMENTS[form].sql, asked) as cursor:
        while page := await cursor.fetchmany(PAGE):
            yield [make(*[take(row[name]) for name, take in read]) for row in page]


async def _days(
    db: Session, asker: Person, asked: dict[str, Any], last: date, rules: Rules
) -> list[Row]:
    """Everybody's days once, at the place where he was first that month."""
    first = date.fromisoformat(asked["first"])
    counted = await day_counts.days_of_all(
        db, scope_of(asker), first, last, rules, person=asked["person"]
    )
    found: dict[int, Row] = {}
    async for row in sql.posted(db.connection, **asked):
        days = counted.get(row["person_id"], [])
        stationed, working = (
            sum(one.stationed for one in days),
            sum(one.working for one in days),
        )
        place = row["township"], row["village"], row["person"]
        found.setdefault(row["person_id"], DaysCounted(*place, stationed, working))
    return list(found.values())
