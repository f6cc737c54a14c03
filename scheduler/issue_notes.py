"""What a summary says of issues beside its figures: who keeps them waiting, do they hold, what to do.

Once a week: units that have issues in their hands, how many have come back in twelve months, how
long solving takes. Every day: look-backs that are due. At most six lines, one button.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledger import custody, issue_lists, look_backs, rebounds
from ledger.database import Session
from ledger.days import week_of
from ledger.messages import Option, Reply
from ledger.people import STAFF, Person, Role, scope_of
from ledger.rebounds import Rate
from scheduler.desk import Desk

UNITS_SHOWN = 2
NUMBERS_SHOWN = 6


@dataclass(frozen=True)
class Outcome:
    """What became of what was struck off in twelve months, and how long it had taken."""

    all: Rate
    places: Sequence[Rate]
    days: int | None  # median


async def with_issues(
    desk: Desk, db: Session, reader: Person, summary: Reply, day: date, *, weekly: bool
) -> Reply:
    """The summary with these lines under it; unchanged where there is nothing to say."""
    lines = await _above_lines(desk, db, reader, day, weekly=weekly)
    lines += await _week_lines(desk, db, reader, day) if weekly else []
    until = week_of(day)[1] if weekly else day
    found = await look_backs.asked_of(db, reader, day)
    numbers = [one.issue.id for one in found if one.due <= until]
    late = sum(one.due < day for one in found)
    options = summary.options
    if numbers:
        facts = {"numbers": numbers[:NUMBERS_SHOWN], "total": len(numbers), "late": late}
        lines.append(desk.words.say("issue_notes.look_backs", **facts))
        options = (*options, Option("回头看", "回头看"))
    text = "\n".join([f"{summary.text}\n", *lines]) if lines else summary.text
    return replace(summary, text=text, options=options)


async def _above_lines(
    desk: Desk, db: Session, reader: Person, day: date, *, weekly: bool
) -> list[str]:
    """What is a township's or the county's own stands in no village's figures."""
    if reader.role not in STAFF:
        return []
    found = await issue_lists.above_villages(db, reader, day)
    if not (found.late or found.waiting or (weekly and found.open)):
        return []
    return [desk.words.say("issue_notes.above", found=found, county=reader.role is Role.COUNTY)]


async def _week_lines(desk: Desk, db: Session, reader: Person, day: date) -> list[str]:
    waiting = await custody.waiting_on_units(db, reader, day)
    more = max(len(waiting) - UNITS_SHOWN, 0)
    lines: list[str] = [
        desk.words.say("issue_notes.unit", one=one) for one in waiting[:UNITS_SHOWN]
    ]
    if more:
        lines.append(desk.words.say("issue_notes.more_units", more=more))
    found = await outcome(db, reader, day)
    if found.all.closed:
        lines.append(desk.words.say("issue_notes.outcome", found=found))
    return lines


async def outcome(db: Session, reader: Person, day: date) -> Outcome:
    """Of the reader's scope; place by place for the county only, in the roster's order."""
    scope, span = scope_of(reader), rebounds.last_year(day)
    rates = await rebounds.rates(db, scope, *span)
    places = rates if reader.role is Role.COUNTY and len(rates) > 1 else []
    days = await rebounds.days_to_solve(db, scope, *span)
    return Outcome(rebounds.headline(rates), places, days)
