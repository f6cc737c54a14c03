"""Deadlines (时限): moved only with a reason and somebody else's word; every move is kept (S000-13)."""

from dataclasses import dataclass
from datetime import date, datetime

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.issue_moves import Move, refusal
from ledger.issue_steps import step
from ledger.issues import Issue, check
from ledger.people import Person, scope_of
from ledger.verifying import verifiers

sql = queries("deadlines")


# facts
@dataclass(frozen=True)
class Wish:
    """One wish for another deadline (延期), and what became of it."""

    id: int
    issue_id: int
    before: str
    wanted: str
    reason: str
    asked_by: int
    asker: str
    asked_at: int
    state: str  # asked, granted, refused, dropped
    decided_by: int | None
    decided_at: int | None
    word: str

    @property
    def day(self) -> date:
        """The day wished for."""
        return date.fromisoformat(self.wanted)


# records
async def ask(
    db: Session, by: Person, issue: Issue, day: date, reason: str, *, now: datetime
) -> Wish:
    """Wish for another deadline; one wish at a time, the newer one takes the older one's place."""
    check(issue, by, Move.ASK_DUE)
    if day < now.date():
        raise Refused("issues.due_past", due=day)
    if day == issue.due_day:
        raise Refused("issues.due_same", due=day)
    await sql.drop(db.connection, issue=issue.id)
    id = await sql.ask(
        db.connection, issue=issue.id, before=issue.due, wanted=day.isoformat(), reason=reason,
        by=by.id, now=ms(now),
    )  # fmt: skip
    body = {"before": issue.due, "wanted": day.isoformat(), "text": reason}
    await step(db, by, issue, "due_asked", body, now=now)
    return await _wish(db, int(id))


async def decide(
    db: Session, by: Person, issue: Issue, *, grant: bool, word: str = "", now: datetime
) -> Wish:
    """Agree, and the deadline is the new day; or not, and it stays."""
    check(issue, by, Move.DECIDE_DUE)
    wish = await open_wish(db, issue.id)
    if wish is None:
        raise Refused("issues.no_wish", id=issue.id)
    if wish.asked_by == by.id:
        raise Refused("issues.not_by_owner", id=issue.id)
    state = "granted" if grant else "refused"
    await sql.decide(db.connection, id=wish.id, state=state, by=by.id, word=word, now=ms(now))
    if grant:
        await sql.move(db.connection, issue=issue.id, due=wish.wanted)
    body = {"before": wish.before, "wanted": wish.wanted, "text": word}
    await step(db, by, issue, f"due_{state}", body, now=now)
    return await _wish(db, wish.id)


async def open_wish(db: Session, issue: int) -> Wish | None:
    """The wish that waits for a word; None: none does."""
    row = await sql.open_wish(db.connection, issue=issue)
    return Wish(**dict(row)) if row else None


async def count(db: Session, issue: int) -> int:
    """How many wishes there have been for an issue: the number of the newest one."""
    return int(await sql.count_of(db.connection, issue=issue))


async def waiting_for(db: Session, asker: Person, day: date) -> list[Issue]:
    """Issues with a wish that this person, and not only somebody above him, is asked about."""
    rows = [row async for row in sql.with_wish(db.connection, **vars(scope_of(asker)))]
    wishes = [(by, Issue(**row)) for row in map(dict, rows) for by in [row.pop("asked_by")]]
    return [one for by, one in wishes if await _is_asked(db, one, by, asker, day)]


async def _is_asked(db: Session, issue: Issue, by: int, asker: Person, day: date) -> bool:
    if refusal(issue, asker, Move.DECIDE_DUE) is not None:
        return False
    asked = await verifiers(db, issue, day, submitter=by)
    return asker.id in {one.id for one in asked}


async def drop(db: Session, issue: int) -> None:
    """The issue goes its way without the wish (handed in, merged, struck out)."""
    await sql.drop(db.connection, issue=issue)


async def history(db: Session, issue: int) -> list[Wish]:
    """Every wish of an issue, the oldest first."""
    return [Wish(**dict(row)) async for row in sql.history(db.connection, issue=issue)]


async def _wish(db: Session, id: int) -> Wish:
    return Wish(**dict(await sql.by_id(db.connection, id=id)))
