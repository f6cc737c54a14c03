"""What is to be said to whom and when: rows, so that a plan survives and nothing fires twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ledger.clock import ms
from ledger.database import Session, queries

sql = queries("due")


@dataclass(frozen=True)
class Due:
    """One planned reminder. `slot` names what it is about, once and for all."""

    kind: str
    person_id: int
    slot: str
    subject: int
    due_at: int
    expires_at: int


async def plan(db: Session, rows: Iterable[Due]) -> None:
    """Write the plan; what stands there already stays, what expired unsaid is planned anew."""
    await sql.plan(db.connection, [vars(row) for row in rows])


async def take(db: Session, *, now: datetime) -> list[Due]:
    """What has come due: marked and returned in one statement; what is too late is closed."""
    await sql.expire(db.connection, now=ms(now))
    return [Due(**dict(row)) async for row in sql.take(db.connection, now=ms(now))]


async def take_of(db: Session, person: int, *, until: datetime) -> list[Due]:
    """What is planned for this person up to that moment, taken early: it goes along with another."""
    rows = sql.take_of(db.connection, person=person, until=ms(until))
    return [Due(**dict(row)) async for row in rows]


async def give_back(db: Session, rows: Iterable[Due]) -> None:
    """It could not be said (on leave, not joined): as if it had expired unsaid."""
    facts = [{"kind": row.kind, "person_id": row.person_id, "slot": row.slot} for row in rows]
    await sql.give_back(db.connection, facts)


async def any_waiting(db: Session, *, now: datetime) -> bool:
    """Whether `take` would find anything to do."""
    return bool(await sql.any_waiting(db.connection, now=ms(now)))
