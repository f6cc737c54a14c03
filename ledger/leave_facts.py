"""What a superior needs to know of a leave: its length, who stands in, who would remain on post."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger import calendar, leave, leave_steps, people
from ledger.database import Session
from ledger.days import days_between, is_workday
from ledger.leave import Leave
from ledger.leave_steps import Step
from ledger.people import Person, Role, Scope
from ledger.rules import Rules

SHOWN = 3  # spells of too few people, on one card


@dataclass(frozen=True)
class Thin:
    """Working days on which fewer people remain on post than the county wants."""

    first: date
    last: date
    left: tuple[str, ...]


async def summary(db: Session, asked: Leave, rules: Rules) -> dict[str, Any]:
    """The facts of a leave itself: its length, with what it goes on from, who stands in."""
    first, last = await leave.in_a_row(db, asked)
    longer = (first, last) != (asked.first, asked.last)
    cover = await people.by_id(db, asked.cover_id) if asked.cover_id else None
    return {
        "leave": asked,
        "length": leave.length_of(asked.first, asked.last, rules),
        "total": leave.length_of(first, last, rules) if longer else None,
        "cover": cover.name if cover else "",
    }


async def for_superior(
    db: Session, asked: Leave, owner: Person, rules: Rules, *, viewer: Person, today: date
) -> dict[str, Any]:
    """All that stands on the card; above the team nothing of anybody's health."""
    steps = await leave_steps.of(db, asked.id)
    waits = next((one.role for one in steps if one.state == "asked"), Role.COUNTY)
    return {
        **await summary(db, asked, rules),
        "asker": owner,
        "hidden": leave.is_private(asked) and viewer.role is not Role.LEADER,
        "passed": [one for one in steps if one.state == "passed" and one.role is not waits],
        "agreed": agreed(steps),
        "thin": await thin_days(db, asked, owner, rules, today=today),
        "least": rules.min_on_post,
    }


def agreed(steps: list[Step]) -> list[str]:
    """Who has said yes so far, each once, in order."""
    return list(dict.fromkeys(one.name for one in steps if one.state == "approved"))


async def thin_days(
    db: Session, asked: Leave, owner: Person, rules: Rules, *, today: date
) -> list[Thin]:
    """Spells of coming working days on which the team would be below its minimum.

    It is said and never blocks (S004-19).
    """
    scope = Scope(owner.county_id, owner.township_id, owner.team_id)
    found: list[Thin] = []
    for day in days_between(asked.first, asked.last):
        if day < today or not (owner.team_id and is_workday(day, rules)):
            continue
        left = await _left(db, scope, owner, day)
        if len(left) >= rules.min_on_post:
            continue
        if found and found[-1].left == left:
            found[-1] = Thin(found[-1].first, day, left)
        else:
            found.append(Thin(day, day, left))
    return found[:SHOWN]


async def _left(db: Session, scope: Scope, owner: Person, day: date) -> tuple[str, ...]:
    """Who of the team remains on post that day."""
    away = {*await calendar.absent(db, scope, day), owner.id}
    team = await people.members(db, scope, day=day)
    return tuple(one.name for one in team if one.id not in away)
