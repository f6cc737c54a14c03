"""Single changes of the roster (即换即录): moved, left, replaced, newly come; each with its reason.

A change counts from a day on, today or earlier, never before the post it ends. A pull-back by
the unit (S000-80) and a recall (S004-24) name who approved them.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ledger import audit, handover, invites, outbox, people, postings, roster
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.handover import Handed
from ledger.leave import drop_open
from ledger.people import ON_TEAM, STAFF, Address, Person, Scope, Team, scope_of
from ledger.postings import Held, post_of
from ledger.roster_rows import Entry

sql = queries("roster_changes")
PULLED_BACK, RECALLED = "单位抽回", "召回"
NEED_APPROVER = frozenset({PULLED_BACK, RECALLED})
KINDS = {PULLED_BACK: "person.pulled_back", RECALLED: "person.recalled"}


# facts
@dataclass(frozen=True)
class Why:
    """Why somebody goes or moves, and who approved it; empty: whoever wrote it."""

    reason: str
    approver: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """For the log."""
        return {"reason": self.reason, "approver": self.approver}


# rules
def may_change(asker: Person, person: Person) -> bool:
    """The county changes its county, a township its teams; only people of teams, never oneself."""
    scope = scope_of(asker)
    near = not scope.township or scope.township == person.township_id
    own = scope.county == person.county_id and near
    return asker.role in STAFF and person.role in ON_TEAM and own


# records
async def access_people(db: Session, asker: Person, name: str, day: date) -> list[Person]:
    """Everybody of that name on the asker's teams that day; none when he may not change them."""
    if asker.role not in STAFF:
        return []
    every = await people.members(db, scope_of(asker), day=day)
    return [one for one in every if one.name == name and may_change(asker, one)]


async def move(
    db: Session, by: Person, person: Person, team: Team, why: Why, *, day: date, now: datetime
) -> list[Handed]:
    """Put somebody onto another team from that day on; his role stays, his issues do not go along.

    Returns who has taken over what.
    """
    await _check(db, by, person, day, now)
    if team.id == person.team_id:
        raise Refused("roster.there_already", name=person.name, place=team.village)
    post = replace(post_of(person), township=team.township_id, team=team.id)
    held = Held(person.id, post, day)
    await postings.move(db, held, by=by.id, now=now, reason=why.reason)
    body = {
        "from": person.village, "to": team.village, "day": day.isoformat(),
        "role": person.role.value, **why.facts,
    }  # fmt: skip
    await _log(db, by, "person.moved", person.id, body, now)
    return await handover.hand_on(db, by.id, person, now=now)


async def leave(
    db: Session, by: Person, person: Person, why: Why, *, day: date, now: datetime
) -> list[Handed]:
    """End somebody's post: the day before was his last. His account is let go, his records stay.

    Returns who has taken over his unfinished issues.
    """
    await _end(db, by, person, why, day=day, now=now)
    return await handover.hand_on(db, by.id, person, now=now)


async def _end(
    db: Session, by: Person, person: Person, why: Why, *, day: date, now: datetime
) -> None:
    await _check(db, by, person, day, now)
    if why.reason in NEED_APPROVER and not why.approver:
        raise Refused("roster.no_approver", reason=why.reason)
    await postings.end(db, person.id, day)
    await invites.void(db, person.id, now=now)
    await sql.let_go(db.connection, person=person.id, now=ms(now))
    await outbox.drop_waiting(db, person.id)
    await drop_open(db, by, person, now=now)
    kind = KINDS.get(why.reason, "person.left")
    body = {
        "village": person.village, "role": person.role.value, "home_unit": person.home_unit,
        "day": day.isoformat(), **why.facts,
    }  # fmt: skip
    await _log(db, by, kind, person.id, body, now)


async def has_left(db: Session, address: Address, day: date) -> bool:
    """Whether the last person who wrote from there has left his post since."""
    row = await sql.left_of(db.connection, **vars(address))
    return row is not None and bool(row["left_day"]) and row["left_day"] < day.isoformat()


async def come(
    db: Session, by: Person, team: Team, entry: Entry, *, day: date, now: datetime
) -> int:
    """Enter somebody onto a team from that day on; returns his id."""
    scope = scope_of(by)
    inside = scope.county == by.county_id and scope.township in {0, team.township_id}
    if by.role not in STAFF or not inside:
        raise Refused("roster.no_village", village=team.village)
    if entry.role not in ON_TEAM:
        raise Refused("roster.staff_by_file")
    _check_day(day, None, now)
    known = await people.members(db, Scope(by.county_id), day=now.date())
    if entry.phone and any(one.phone == entry.phone for one in known):
        raise Refused("roster.phone_is_taken")
    if any(one.name == entry.name and one.team_id == team.id for one in known):
        raise Refused("roster.there_already", name=entry.name, place=team.village)
    whole = replace(
        entry, township=team.township, village=team.village, term_from=day.isoformat()
    )
    return await roster.add_person(db, by.county_id, whole, now=now, by=by.id)


async def take_over(
    db: Session, by: Person, old: Person, new: Person, why: Why, *, day: date, now: datetime
) -> list[Handed]:
    """Somebody of the roster takes the post of one who goes: his place, role, title and issues.

    Returns who has taken over what, of both.
    """
    await _check(db, by, new, day, now)
    await _end(db, by, old, why, day=day, now=now)
    post = replace(post_of(old), home_unit=new.home_unit)
    await postings.move(db, Held(new.id, post, day), by=by.id, now=now, reason=why.reason)
    body = {
        "from": new.village, "to": old.village, "day": day.isoformat(), "role": old.role.value,
        **why.facts,
    }  # fmt: skip
    await _log(db, by, "person.moved", new.id, body, now)
    heir = await people.by_id(db, new.id)
    mine = await handover.hand_on(db, by.id, old, now=now, to=heir)
    return [*mine, *await handover.hand_on(db, by.id, new, now=now)]


async def replace_by(
    db: Session, by: Person, old: Person, entry: Entry, why: Why, *, day: date, now: datetime
) -> list[Handed]:
    """Somebody newly come takes the post of one who goes, with his issues."""
    team = Team(old.team_id, old.village, old.township_id, old.township)
    await _end(db, by, old, why, day=day, now=now)
    new = await come(db, by, team, entry, day=day, now=now)
    heir = await people.by_id(db, new)
    return await handover.hand_on(db, by.id, old, now=now, to=heir)


async def _check(db: Session, by: Person, person: Person, day: date, now: datetime) -> None:
    """A post is taken back whole only on the day it was entered: later that would be history."""
    if not may_change(by, person):
        raise Refused("roster.nobody", name=person.name)
    since = await postings.since(db, person.id)
    _check_day(day, since, now)
    entered = await postings.entered(db, person.id)
    if since == day and entered and entered < now.date():
        raise Refused("roster.day_too_early", since=str(since))


def _check_day(day: date, since: date | None, now: datetime) -> None:
    """Today or earlier, and not before what it would end."""
    if day > now.date():
        raise Refused("roster.day_to_come")
    if since and day < since:
        raise Refused("roster.day_too_early", since=since.isoformat())


async def _log(
    db: Session, by: Person, kind: str, person: int, body: dict[str, Any], now: datetime
) -> None:
    subject = f"person:{person}"
    await audit.record(db, by.id, kind, subject=subject, body=body, now=now)
