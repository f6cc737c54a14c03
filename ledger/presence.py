"""Presence (在岗, 在村): told by people of themselves, never asked for, never counted against."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from ledger import records
from ledger.database import Session, queries
from ledger.people import Person
from ledger.records import Record
from ledger.rules import Rules

sql = queries("presence")
KIND = "presence"


# facts
@dataclass(frozen=True)
class Presence:
    """On post that day, in the member's own words; `until`: the last day of a span."""

    day: date
    text: str
    until: date | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """As kept in the log."""
        until = self.until.isoformat() if self.until else None
        return {**asdict(self), "day": self.day.isoformat(), "until": until}


# records
async def record(
    db: Session, by: Person, made: Presence, *, source: str, now: datetime, rules: Rules
) -> int:
    """Enter it; returns its record id."""
    id = await records.enter(db, by, KIND, made, source=source, now=now, rules=rules)
    await sql.add(db.connection, id=id, **_row(made))
    return id


async def read(db: Session, record: Record) -> Presence:
    """The facts of a presence record."""
    row = await sql.by_id(db.connection, id=record.id)
    until = date.fromisoformat(row["until_day"]) if row["until_day"] else None
    return Presence(date.fromisoformat(record.day), row["text"], until)


async def revise(
    db: Session, record: Record, by: Person, made: Presence, *, now: datetime, rules: Rules
) -> None:
    """Correct it (更正): a new version, the old one stays in the log."""
    before = await read(db, record)
    await records.correct(db, record, by, before=before, after=made, now=now, rules=rules)
    await sql.revise(db.connection, id=record.id, **_row(made))


async def counted(db: Session, record: Record, *, sign: int) -> None:
    """Nothing counts presence yet: there is nothing to take out."""


def _row(made: Presence) -> dict[str, Any]:
    until = made.until.isoformat() if made.until else None
    return {"until_day": until, "text": made.text}
