"""Escalation (催办): takes the steps that fall on a day, and says which reminders they make.

Nothing is a message of its own: superiors find a line in their merged reminder or above their
summary, the owner one in his. Who is away hears of it on his next working day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ledger import escalation, issues, people
from ledger.database import Session
from ledger.days import DAY
from ledger.due import Due
from ledger.escalation import PASSED_ON, Running, Taken
from ledger.issue_moves import BEING_VERIFIED
from ledger.issues import Issue
from ledger.people import Person
from ledger.rules import Rules

LATE = "issue_late"  # to those above
RAISED = "issue_raised"  # to the owner: somebody above has been told
KINDS = frozenset({LATE, RAISED})


@dataclass(frozen=True)
class Told:
    """One person who is to hear of one step."""

    kind: str
    person: int
    slot: str
    issue: int


@dataclass(frozen=True)
class Call:
    """One line: an issue somebody is asked to look after, or (the owner) has been."""

    issue: Issue
    late: int  # working days past its deadline; 0: not past it
    held: int  # days in these hands
    names: tuple[str, ...]  # who has been told

    @property
    def id(self) -> int:
        """The issue's number."""
        return self.issue.id

    @property
    def waits(self) -> bool:
        """Whether it waits for its verifier."""
        return self.issue.state in BEING_VERIFIED


async def told_on(
    db: Session, everybody: Mapping[int, Person], rules: Rules, now: datetime,
    *, made_up: bool = True,
) -> list[Told]:  # fmt: skip
    """Take the steps of the day; returns who of those at work is to hear of which.

    made_up: steps of earlier days that were missed are taken, too, and who was away hears now.
    """
    for county in sorted({one.county_id for one in everybody.values()}):
        for clock in await escalation.running(db, county, rules.escalation, now.date(), rules):
            await _advance(db, clock, rules, now, made_up=made_up)
    since = now.date() - DAY * PASSED_ON * made_up
    found = await escalation.to_tell(db, since, now.date())
    return [told for one in found for told in _listeners(one) if told.person in everybody]


async def _advance(
    db: Session, one: Running, rules: Rules, now: datetime, *, made_up: bool
) -> None:
    """Take what has fallen on this clock, if anything has."""
    today, steps = now.date(), rules.escalation
    if not escalation.fallen(one.clock, steps, one.taken, today, rules):
        return
    issue = await issues.any_issue(db, one.issue_id)
    hands = await escalation.hands(db, issue, today)
    clock = await escalation.paused(db, hands, one.clock, today)
    due = escalation.fallen(clock, steps, one.taken, today, rules)
    on_time = due and escalation.day_of(due[-1][0], clock, rules) == today
    if due and (made_up or on_time):
        above = await escalation.above(db, issue, due[-1][1], today)
        await escalation.take(db, one, due, above, now)


def _listeners(one: Taken) -> Iterator[Told]:
    for person in one.told:
        yield Told(LATE, person, one.slot, one.issue_id)
    if one.for_owner:
        yield Told(RAISED, one.owner_id, one.slot, one.issue_id)


async def calls(
    db: Session, rows: Iterable[Due], kind: str, day: date, rules: Rules
) -> list[Call]:
    """What of the plan is still true that day, the longest overdue first."""
    found = []
    for row in rows:
        step = await escalation.still_told(db, row.slot) if row.kind == kind else None
        if step and (kind == LATE or step.for_owner):
            found.append(await _call(db, step, day, rules))
    return sorted(found, key=lambda one: (-one.late, one.id))


async def _call(db: Session, step: Taken, day: date, rules: Rules) -> Call:
    issue = await issues.any_issue(db, step.issue_id)
    names = [(await people.by_id(db, one)).name for one in step.told]
    held = (day - date.fromisoformat(issue.held_since)).days
    late = escalation.late_days(issue.due_day, day, rules)
    return Call(issue, late, held, tuple(names))
