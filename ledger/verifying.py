"""Who is asked to verify (核验): the nearest seat above everybody with a hand in an issue.

Where that seat is empty, or whoever sits there has a hand in it himself, the next one up is asked.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from ledger import people
from ledger.custody import Placed
from ledger.database import Session
from ledger.issue_moves import Seen, State, highest
from ledger.people import Person, Role

SEATS = (Role.LEADER, Role.TOWNSHIP, Role.COUNTY)


class HandedIn(Seen, Placed, Protocol):
    """What is looked at of an issue."""


# rules
def seats_above(role: Role) -> tuple[Role, ...]:
    """The seats that may answer for that role, the nearest first; staff answer to the county."""
    first = {Role.MEMBER: 0, Role.LEADER: 1}.get(role, 2)
    return SEATS[first:]


# records
async def verifiers(
    db: Session, issue: HandedIn, day: date, *, submitter: int | None = None
) -> list[Person]:
    """Who is asked for the next word on it; `submitter`: who is just handing it in."""
    worked = {issue.owner_id, submitter or issue.submitted_by or issue.owner_id}
    if issue.state == State.VERIFIED:
        signed = {issue.verified_by or 0}
        return await _nearest(db, issue, SEATS[1:], worked | signed, day)
    hands = [await people.by_id(db, id) for id in sorted(worked)]
    above = seats_above(highest(one.role for one in hands))
    return await _nearest(db, issue, above, worked, day)


async def _nearest(
    db: Session, issue: HandedIn, roles: Iterable[Role], not_these: set[int], day: date
) -> list[Person]:
    for role in roles:
        found = await people.seats_at(db, issue, role, day=day)
        if free := [one for one in found if one.id not in not_these]:
            return free
    return []
