"""Burden (负担): how often people were spoken to unasked, by cause and by who asked for it.

A product figure (S004-19, S004-20, domain §8): shown to each member for himself, to the county
in total. Nobody is named, nobody is compared.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, time
from statistics import median
from typing import Any

from ledger import calendar, people
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, at, days_between
from ledger.duties import Every, Term, term_of
from ledger.outbox import REQUEST
from ledger.people import Person, Scope
from ledger.rules import Rules

sql = queries("burden")


# facts
@dataclass(frozen=True)
class Line:
    """So many messages for one cause, asked for by one requester ('' is the county's plan)."""

    why: str
    requester: str
    urgent: bool
    messages: int


@dataclass(frozen=True)
class Burden:
    """What was asked of one person in a month."""

    term: Term
    lines: tuple[Line, ...]

    @property
    def routine(self) -> int:
        """Messages within the budget."""
        return sum(one.messages for one in self.lines if not one.urgent and one.why != REQUEST)

    @property
    def requests(self) -> int:
        """What colleagues wanted: leave to decide, issues to verify, their answers."""
        return sum(one.messages for one in self.lines if one.why == REQUEST)

    @property
    def plan(self) -> tuple[Line, ...]:
        """What was not a colleague's request: who asks for leave is no burden on others."""
        return tuple(one for one in self.lines if one.why != REQUEST)

    @property
    def urgent(self) -> int:
        """Messages bound to a time: spot checks, safety."""
        return sum(one.messages for one in self.lines if one.urgent)


@dataclass(frozen=True)
class CountyBurden(Burden):
    """What was asked of all members and leaders of a county in a month."""

    people: int
    member_days: int  # days on which somebody worked, over all people
    answer_seconds: int | None  # median time to answer a spot check

    @property
    def answer_minutes(self) -> int | None:
        """The same in whole minutes."""
        return None if self.answer_seconds is None else max(round(self.answer_seconds / 60), 1)

    @property
    def each_day(self) -> float:
        """Routine messages a person and working day."""
        return self.routine / self.member_days if self.member_days else 0.0


# records
async def of_person(db: Session, asker: Person, day: date) -> Burden:
    """The asker's own month, the one that day belongs to."""
    term = term_of(Every.MONTH, day)
    rows = sql.of_person(db.connection, person=asker.id, **_moments(term))
    return Burden(term, await _lines(rows))


async def of_county(db: Session, county: int, day: date, *, rules: Rules) -> CountyBurden:
    """A county's month up to that day."""
    term = term_of(Every.MONTH, day)
    lines = await _lines(sql.of_county(db.connection, county=county, **_moments(term)))
    upto = Term(term.key, term.first, min(term.last, day))
    members = await people.members(db, Scope(county), day=upto.last)
    days = await _member_days(db, Scope(county), {one.id for one in members}, upto, rules)
    took = [
        row["took"]
        async for row in sql.answer_seconds(
            db.connection, county=county, first=str(term.first), last=str(term.last)
        )
    ]
    seconds = int(median(took) // 1000) if took else None
    return CountyBurden(term, lines, len(members), days, seconds)


async def _member_days(
    db: Session, scope: Scope, members: set[int], term: Term, rules: Rules
) -> int:
    """How many days people worked, over all of them."""
    total = 0
    for day in days_between(term.first, term.last):
        resting = await calendar.off(db, scope, day, rules)
        total += len(members - resting.keys())
    return total


async def _lines(rows: AsyncIterator[Any]) -> tuple[Line, ...]:
    found: Counter[tuple[str, str, bool]] = Counter()
    async for row in rows:
        found[row["why"], row["requester"], bool(row["urgent"])] += row["messages"]
    return tuple(Line(*key, messages) for key, messages in found.items())


def _moments(term: Term) -> dict[str, int]:
    return {"since": ms(at(term.first, time())), "until": ms(at(term.last + DAY, time()))}
