"""Rebounds (反弹) and duplicates: a new issue beside those that were there before.

What was struck off and comes back is the heaviest fault of the sources (S000-20): it gets a new
number that names the old one, so that every round has its own owner, deadline and proof, and the
chain tells how often. What is likely the same is put before a person, who alone decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from ledger import audit, custody, deadlines, issues, people, periods
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.issue_moves import UNFINISHED, WORKED_ON, Move, State
from ledger.issue_steps import hand_to, step
from ledger.issues import Found, Issue, Source, Tier, any_issue, check, due_of
from ledger.likeness import Told, alike, enough
from ledger.people import ON_TEAM, STAFF, Person, Role, Scope
from ledger.rules import Rules
from ledger.standards import standard_of

sql = queries("rebounds")
WATCHED = timedelta(days=400)  # a year and some days after it was struck off
OFFERED = 3
YEAR = timedelta(days=365)
FEW = 3  # cases of which a median says something
REOPENS = "issue.reopens"  # the event that says so
AGAIN = "；反弹："  # between what it was and what is seen now


# facts
@dataclass(frozen=True)
class Alike:
    """An issue that may be the same matter: score 0 to 100; why: 'household' or 'words'."""

    issue: Issue
    score: int
    why: str

    @property
    def came_back(self) -> bool:
        """Whether it was struck off: then the new one would be its rebound, else its double."""
        return self.issue.state == State.CLOSED


@dataclass(frozen=True)
class Rate:
    """Of so many struck off in a place, so many have come back."""

    place: str
    closed: int
    back: int

    @property
    def share(self) -> int | None:
        """In whole per cent; None where nothing was struck off."""
        return round(100 * self.back / self.closed) if self.closed else None


# rules
def told_by(issue: Issue) -> Told:
    """What is compared of an issue."""
    return Told(issue.text, issue.category, issue.household, issue.household_id)


def nearest(issue: Issue, others: Iterable[Issue]) -> list[Alike]:
    """Those that are enough alike, the likeliest first; of equals, what was struck off first."""
    mine = told_by(issue)
    why = "household" if issue.household else "words"
    found = [Alike(one, alike(mine, told_by(one)), why) for one in others]
    fit = [one for one in found if one.score >= enough(mine)]
    return sorted(fit, key=lambda one: (-one.score, not one.came_back, -one.issue.id))


def headline(rates: Sequence[Rate]) -> Rate:
    """All places together."""
    return Rate("", sum(one.closed for one in rates), sum(one.back for one in rates))


def last_year(day: date) -> tuple[date, date]:
    """The twelve months up to a day."""
    return day - YEAR, day


# looking for it
async def similar(db: Session, issue: Issue, *, limit: int = OFFERED) -> list[Alike]:
    """Issues of the same team that may be the same matter; none once it has been settled."""
    if State(issue.state) not in WORKED_ON or issue.reopens_id or not issue.team_id:
        return []
    place = {"issue": issue.id, "team": issue.team_id}
    since = date.fromisoformat(issue.found_day) - WATCHED
    rows = [row async for row in sql.open_beside(db.connection, **place)]
    rows += [
        row async for row in sql.closed_before(db.connection, **place, since=since.isoformat())
    ]
    return nearest(issue, (Issue(**dict(row)) for row in rows))[:limit]


async def apart(db: Session, by: Person, issue: Issue, other: Issue, *, now: datetime) -> None:
    """They are not the same: never offered again; a rebound that was noted by mistake is undone."""
    check(issue, by, Move.MERGE)
    _same_place(issue, other)
    if issue.reopens_id == other.id:
        await _unlink(db, by, issue, other, now=now)
    await sql.tell_apart(db.connection, issue=issue.id, other=other.id)
    await step(db, by, issue, "told_apart", {"other": other.id}, now=now)


async def _unlink(db: Session, by: Person, issue: Issue, old: Issue, *, now: datetime) -> None:
    """As if nobody had said it had come back; what a look-back has found stands."""
    if await sql.looked_back(db.connection, id=old.id):
        raise Refused("rebounds.looked_back", id=issue.id, other=old.id)
    if not (by.role in STAFF or await _said_on_the_team(db, issue)):
        raise Refused("rebounds.said_above", id=issue.id, other=old.id)
    await sql.no_rebound(db.connection, id=issue.id)
    await sql.closed_again(db.connection, id=old.id)
    await step(db, by, old, "not_rebounded", {"by": issue.id}, now=now)


async def _said_on_the_team(db: Session, issue: Issue) -> bool:
    """Whether it was somebody of a team who last said it had come back."""
    said = [one for one in await audit.history(db, issue.subject) if one["kind"] == REOPENS]
    return (await people.by_id(db, said[-1]["actor"])).role in ON_TEAM if said else True


async def undone(db: Session, by: Person, issue: Issue, *, now: datetime) -> None:
    """Its report is struck out, so nothing has come back; refused once others are joined to it."""
    joined = await sql.joined(db.connection, id=issue.id, team=issue.team_id)
    if joined:
        raise Refused("rebounds.others_joined", id=issue.id, other=joined)
    if issue.reopens_id:
        old = await any_issue(db, issue.reopens_id)
        await _unlink(db, by, issue, old, now=now)


# the old one come back
async def link(db: Session, by: Person, new: Issue, old: Issue, *, now: datetime) -> int:
    """The new issue is the old one come back; returns which time it is."""
    check(old, by, Move.REBOUND)
    check(new, by, Move.MERGE)  # who may say of a report what it is
    _same_place(new, old)
    if new.reopens_id:
        raise Refused("rebounds.linked_before", id=new.id, other=new.reopens_id)
    if new.found_day < (old.closed_day or ""):
        raise Refused("rebounds.found_before", id=new.id, other=old.id)
    return await _linked(db, by, new, old, "", now=now)


async def _linked(
    db: Session, by: Person, new: Issue, old: Issue, text: str, *, now: datetime
) -> int:
    rebounds = old.rebounds + 1
    done = await sql.come_back(db.connection, id=old.id)
    linked = await sql.reopens(db.connection, id=new.id, old=old.id, rebounds=rebounds)
    if done is None or linked is None:
        raise Refused("issues.changed_meanwhile")
    await step(db, by, old, "rebounded", {"as": new.id, "text": text}, now=now)
    await step(
        db,
        by,
        new,
        REOPENS.removeprefix("issue."),
        {"old": old.id, "rebounds": rebounds},
        now=now,
    )
    return rebounds


async def reopen(
    db: Session, by: Person, old: Issue, text: str, *, source: str, now: datetime, rules: Rules
) -> Issue:
    """Somebody has seen that it is back: a new issue at the same place, linked to the old one."""
    check(old, by, Move.REBOUND)
    found = _found_again(old, text, by, now, rules)
    owner = await _owner(db, old, now.date())
    own = by.role in ON_TEAM and by.team_id == old.team_id != 0
    make = _report if own else _bring_back
    new = await any_issue(db, await make(db, by, old, found, owner, source, now, rules))
    await sql.take_after(db.connection, id=new.id, old=old.id)
    await _linked(db, by, new, old, text, now=now)
    return await any_issue(db, new.id)


def _found_again(old: Issue, text: str, by: Person, now: datetime, rules: Rules) -> Found:
    """What came back is never a trifle: at least a general issue."""
    tier = Tier.GENERAL if old.tier == Tier.AT_ONCE else Tier(old.tier)
    words = f"{old.text.partition(AGAIN)[0]}{AGAIN}{text}"
    source = "" if by.role in ON_TEAM else Source.SPOT_CHECK.value
    day = now.date()
    return Found(
        day, words, tier, due_of(tier, day, rules), old.household, old.household_id,
        old.category, source,
    )  # fmt: skip


async def _report(
    db: Session, by: Person, old: Issue, found: Found, owner: Person, source: str,
    now: datetime, rules: Rules,
) -> int:  # fmt: skip
    """A colleague of the team reports it like anything else he finds."""
    id = await issues.report(db, by, found, source=source, now=now, rules=rules)
    if owner.id != by.id:
        await hand_to(db, by, await any_issue(db, id), owner, now=now, why=f"issue:{old.id}")
    return id


async def _bring_back(
    db: Session, by: Person, old: Issue, found: Found, owner: Person, source: str,
    now: datetime, _rules: Rules,
) -> int:  # fmt: skip
    """Somebody above the team writes no record: the issue itself is what he leaves."""
    id = await sql.bring_back(
        db.connection, old=old.id, text=found.text, tier=found.tier.value,
        due=found.due.isoformat(), day=found.day.isoformat(), source=found.told_by.value,
        requirement=old.requirement or standard_of(old.category), owner=owner.id,
    )  # fmt: skip
    await custody.start(db, int(id), old.home, day=found.day, by=by.id, now=now)
    new = await any_issue(db, int(id))
    await step(db, by, new, "opened", {**found.facts, "source_id": source}, now=now)
    return new.id


async def _owner(db: Session, old: Issue, day: date) -> Person:
    """Who had it, if he is still there; else who leads the team; else who answers for the place."""
    before = await people.by_id(db, old.owner_id)
    gone = before.left_day is not None and before.left_day < day.isoformat()
    if not gone and (before.team_id, before.township_id) == (old.team_id, old.township_id):
        return before
    for role in (Role.LEADER, Role.TOWNSHIP, Role.COUNTY):
        if seated := await people.seats_at(db, old, role, day=day):
            return seated[0]
    return before


async def chain(db: Session, issue: Issue) -> list[int]:
    """The numbers of all its rounds, the first one first."""
    return [row["id"] async for row in sql.chain(db.connection, id=issue.id)]


# the same as another one
async def merge(db: Session, by: Person, new: Issue, other: Issue, *, now: datetime) -> None:
    """The same as another one that is open: its words and files go there, it counts no more."""
    check(new, by, Move.MERGE)
    _same_place(new, other)
    if new.id < other.id:
        raise Refused("rebounds.later_into_earlier", id=new.id, other=other.id)
    if new.household_id and other.household_id and new.household_id != other.household_id:
        raise Refused("rebounds.other_household", id=new.id, other=other.id)
    if State(other.state) not in UNFINISHED:
        raise Refused("rebounds.not_open", id=other.id, now_is=other.state)
    if new.reopens_id:
        raise Refused("rebounds.linked_before", id=new.id, other=new.reopens_id)
    if await sql.merge(db.connection, id=new.id, into=other.id) is None:
        raise Refused("issues.changed_meanwhile")
    await deadlines.drop(db, new.id)
    await custody.end(db, new.id, day=now.date(), now=now)
    await sql.hand_files(db.connection, id=new.id, into=other.id)
    if new.record_id:  # its report is no issue of its own any more
        await periods.add(db, new.team_id, new.found.day, opened=-1)
    await step(db, by, new, "merged", {"into": other.id}, now=now)
    await step(db, by, other, "joined", {"from": new.id, "text": new.label}, now=now)


def _same_place(one: Issue, other: Issue) -> None:
    if one.id == other.id:
        raise Refused("rebounds.itself", id=one.id)
    places = {(each.county_id, each.township_id, each.team_id) for each in (one, other)}
    if len(places) > 1:
        raise Refused("rebounds.elsewhere", id=one.id, other=other.id)


# figures
async def rates(db: Session, scope: Scope, first: date, last: date) -> list[Rate]:
    """What was struck off in these days and has come back, township by township."""
    span = {"first": first.isoformat(), "last": last.isoformat()}
    rows = sql.rates(db.connection, **vars(scope), **span)
    return [Rate(**dict(row)) async for row in rows]


async def days_to_solve(db: Session, scope: Scope, first: date, last: date) -> int | None:
    """Median days from found to struck off, of what was struck off in these days (S002-09).

    None of a few cases: a median of them says nothing.
    """
    span = {"first": first.isoformat(), "last": last.isoformat()}
    days = [
        (date.fromisoformat(row["closed_day"]) - date.fromisoformat(row["found_day"])).days
        async for row in sql.lasted(db.connection, **vars(scope), **span)
    ]
    return round(median(days)) if len(days) >= FEW else None


async def unfinished(db: Session, asker: Person) -> list[Issue]:
    """What has come back in the asker's scope and is not solved again yet."""
    rows = sql.unfinished(db.connection, **vars(people.scope_of(asker)))
    return [Issue(**dict(row)) async for row in rows]
