"""Study (学习登记): minutes, topic, alone or in exchange. Minutes are the member's own view."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from ledger import periods, records
from ledger.database import Session, queries
from ledger.people import Person, Scope
from ledger.records import Record
from ledger.rules import Rules

sql = queries("study")
KIND = "study"


# facts
@dataclass(frozen=True)
class Study:
    """One study log line; minutes may be left out."""

    day: date
    topic: str
    minutes: int | None = None
    exchange: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        """As kept in the log."""
        return {**asdict(self), "day": self.day.isoformat()}


# records
async def record(
    db: Session, by: Person, made: Study, *, source: str, now: datetime, rules: Rules
) -> int:
    """Enter a study record; returns its record id."""
    records.check_day(made.day, today=now.date(), rules=rules)
    first = not await _studied(db, by.id, made.day)
    id = await records.make(
        db, by, KIND, day=made.day, source=source, facts=made.facts, now=now
    )
    await sql.add(
        db.connection,
        id=id,
        minutes=made.minutes,
        topic=made.topic,
        exchange=int(made.exchange),
    )
    await periods.add(db, by.team_id, made.day, studied=int(first))
    return id


async def read(db: Session, record: Record) -> Study:
    """The facts of a study record."""
    row = await sql.by_id(db.connection, id=record.id)
    return Study(
        date.fromisoformat(record.day), row["topic"], row["minutes"], bool(row["exchange"])
    )


async def revise(
    db: Session, record: Record, by: Person, made: Study, *, now: datetime, rules: Rules
) -> None:
    """Correct it (更正): a new version, the old one stays in the log."""
    records.check_moved(record, made.day, now=now, rules=rules)
    before = await read(db, record)
    await records.change(
        db, record, by, before=before.facts, after=made.facts, now=now, day=made.day
    )
    await sql.revise(
        db.connection, id=record.id, minutes=made.minutes, topic=made.topic,
        exchange=int(made.exchange),
    )  # fmt: skip
    if made.day != before.day:
        await _recount(db, record, replace(before, day=before.day), sign=-1)
        await _recount(db, record, made, sign=1)


async def counted(db: Session, record: Record, *, sign: int) -> None:
    """Take a struck record out of the counts, or put it back; call it after the change."""
    await _recount(db, record, await read(db, record), sign=sign)


async def _recount(db: Session, record: Record, made: Study, *, sign: int) -> None:
    others = await sql.others(
        db.connection, person=record.person_id, day=made.day.isoformat(), id=record.id
    )
    await periods.add(db, record.team_id, made.day, studied=0 if others else sign)


async def _studied(db: Session, person: int, day: date) -> bool:
    return bool(await sql.others(db.connection, person=person, day=day.isoformat(), id=0))


async def owing(db: Session, scope: Scope, day: date) -> list[int]:
    """The ids of those on a team who have recorded nothing that day and are not on leave."""
    rows = sql.owing(db.connection, day=day.isoformat(), **vars(scope))
    return [row["id"] async for row in rows]


async def still_owing(db: Session, people: Collection[int], day: date) -> set[int]:
    """Which of these people have recorded no study that day and are not on leave."""
    return {row["id"] async for row in sql.owing(
        db.connection, day=day.isoformat(), county=0, township=0, team=0
    )} & set(people)  # fmt: skip
