"""Hand-over (交接): whoever leaves his post leaves his unfinished issues to somebody who is there.

They go to his successor, else to who leads the team, else to the first of those who stay, else to
the township's staff, else to the county's. What he has wished for or handed in stays as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger import closing, issue_steps, people, postings
from ledger.database import Session
from ledger.issue_moves import BEING_VERIFIED
from ledger.issues import Issue, any_issue
from ledger.people import STAFF, Person, Role

WHY = "交接"


# facts
@dataclass(frozen=True)
class Handed:
    """What one person takes over: issues by number; id 0: somebody who is just being entered."""

    id: int
    name: str
    issues: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.issues)


# rules
def grouped(pairs: Iterable[tuple[int, str, int]]) -> list[Handed]:
    """Who takes over what, from heir, his name and one issue each."""
    found: dict[tuple[int, str], list[int]] = {}
    for id, name, issue in pairs:
        found.setdefault((id, name), []).append(issue)
    return [Handed(id, name, tuple(numbers)) for (id, name), numbers in found.items()]


# records
async def foresee(
    db: Session, person: Person, *, day: date, successor: tuple[int, str] | None = None
) -> list[Handed]:
    """Who would take over what if he left his post now; nothing is written.

    successor: id and name of who takes his place, id 0 while he is not entered yet.
    """
    mine = [one for one in await _unfinished(db, person) if issue_steps.belongs(person, one)]
    if successor:
        return grouped((*successor, issue.id) for issue in mine)
    heirs = [(await _heir(db, issue, person, day), issue.id) for issue in mine]
    return grouped((heir.id, heir.name, issue) for heir, issue in heirs if heir)


async def hand_on(
    db: Session, by: int, person: Person, *, now: datetime, to: Person | None = None
) -> list[Handed]:
    """Hand on whatever is no longer at his place, after his post has changed (or it came back).

    person: as he was; by: who answers for the change; to: his successor, already at his place.
    """
    after = await people.by_id(db, person.id)
    pairs = []
    for issue in await _unfinished(db, person):
        if not after.left_day and issue_steps.belongs(after, issue):
            continue
        fits = to is not None and issue_steps.belongs(to, issue)
        heir = to if fits else await _heir(db, issue, person, now.date())
        if heir:
            await _hand(db, replace(person, id=by), issue, heir, now=now)
            pairs.append((heir.id, heir.name, issue.id))
    return grouped(pairs)


async def _unfinished(db: Session, person: Person) -> Sequence[Issue]:
    return [await any_issue(db, id) for id in await issue_steps.of_owner(db, person.id)]


async def _hand(db: Session, by: Person, issue: Issue, heir: Person, *, now: datetime) -> None:
    """A request that waits goes to who may verify it now: the heir himself may not."""
    await issue_steps.hand_to(db, by, issue, heir, now=now, why=WHY)
    if issue.state in BEING_VERIFIED:
        await closing.seat(db, by, await any_issue(db, issue.id), now=now)


async def _heir(db: Session, issue: Issue, gone: Person, day: date) -> Person | None:
    """Who takes it over where nobody has been named; None: nobody is left."""
    seats = [Role.LEADER] if issue.team_id else []
    for role in (*seats, Role.TOWNSHIP, Role.COUNTY):
        found = await people.seats_at(db, issue, role, day=day)
        if heirs := await _staying(db, found, issue, gone):
            return heirs[0]
        if role is Role.LEADER:
            left = await postings.on_team(db, issue.team_id, day)
            if heirs := await _staying(db, left, issue, gone):
                return heirs[0]
    return None


async def _staying(
    db: Session, found: Sequence[Person], issue: Issue, gone: Person
) -> list[Person]:
    """Those that are there by now, too: a clock gone back names who has moved since."""
    rows = [await people.by_id(db, one.id) for one in found if one.id != gone.id]
    return [one for one in rows if one.role in STAFF or issue_steps.belongs(one, issue)]
