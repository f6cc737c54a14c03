"""Promises (承诺): our word given to a household, and the day by which it is to be kept."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from ledger import periods, records
from ledger.database import Session, queries
from ledger.people import Person
from ledger.records import Record
from ledger.rules import Rules

sql = queries("promises")
KIND = "promise"


# facts
@dataclass(frozen=True)
class Promise:
    """What was promised to whom; `by` is the last day that still counts, if one was named."""

    day: date
    text: str
    household: str = ""
    household_id: int | None = None
    by: date | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """As kept in the log."""
        by = self.by.isoformat() if self.by else None
        return {**asdict(self), "day": self.day.isoformat(), "by": by}


# records
async def record(
    db: Session, by: Person, made: Promise, *, source: str, now: datetime, rules: Rules
) -> int:
    """Enter a promise; returns its record id."""
    id = await records.enter(db, by, KIND, made, source=source, now=now, rules=rules)
    await sql.add(db.connection, id=id, team=by.team_id, **_row(made))
    await periods.add(db, by.team_id, made.day, promised=1)
    return id


async def read(db: Session, record: Record) -> Promise:
    """The facts of a promise record."""
    return _promise(await sql.by_id(db.connection, id=record.id), record.day)


async def near(db: Session, asker: Person, first: date, last: date) -> list[Promise]:
    """The asker's own promises for these days, the nearest first."""
    rows = sql.near(
        db.connection, person=asker.id, team=asker.team_id,
        first=first.isoformat(), last=last.isoformat(),
    )  # fmt: skip
    return [_promise(row, row["day"]) async for row in rows]


async def revise(
    db: Session, record: Record, by: Person, made: Promise, *, now: datetime, rules: Rules
) -> None:
    """Correct it (更正): a new version, the old one stays in the log."""
    before = await read(db, record)
    await records.correct(db, record, by, before=before, after=made, now=now, rules=rules)
    await sql.revise(db.connection, id=record.id, **_row(made))
    if made.day != before.day:
        await periods.add(db, record.team_id, before.day, promised=-1)
        await periods.add(db, record.team_id, made.day, promised=1)


async def counted(db: Session, record: Record, *, sign: int) -> None:
    """Take a struck promise out of the counts, or put it back."""
    await periods.add(db, record.team_id, date.fromisoformat(record.day), promised=sign)


def _promise(row: Any, day: str) -> Promise:
    by = date.fromisoformat(row["by_day"]) if row["by_day"] else None
    return Promise(
        date.fromisoformat(day), row["text"], row["household"], row["household_id"], by
    )


def _row(made: Promise) -> dict[str, Any]:
    return {
        "household_id": made.household_id,
        "household": made.household,
        "text": made.text,
        "by_day": made.by.isoformat() if made.by else None,
    }
