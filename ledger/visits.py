"""Visits (走访): which household, what was found, photos, a place when somebody offers one."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from ledger import periods, records
from ledger.database import Session, queries
from ledger.people import Person
from ledger.records import Record
from ledger.rules import Rules

sql = queries("visits")
KIND = "visit"


# facts
@dataclass(frozen=True)
class Visit:
    """One visit; a household that is not on the ledger is kept by name."""

    day: date
    household: str
    found: str
    household_id: int | None = None
    place: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """As kept in the log."""
        return {**asdict(self), "day": self.day.isoformat()}


# records
async def record(
    db: Session, by: Person, made: Visit, *, source: str, now: datetime, rules: Rules
) -> int:
    """Enter a visit; returns its record id."""
    records.check_day(made.day, today=now.date(), rules=rules)
    id = await records.make(
        db, by, KIND, day=made.day, source=source, facts=made.facts, now=now
    )
    if made.household_id:
        await periods.add_household(db, by.team_id, made.day, made.household_id, sign=1)
    await sql.add(db.connection, id=id, team=by.team_id, **_row(made))
    await periods.add(db, by.team_id, made.day, visits=1)
    return id


async def read(db: Session, record: Record) -> Visit:
    """The facts of a visit record."""
    row = await sql.by_id(db.connection, id=record.id)
    return Visit(
        date.fromisoformat(row["day"]),
        row["household"],
        row["found"],
        row["household_id"],
        row["place"],
    )


async def revise(
    db: Session, record: Record, by: Person, made: Visit, *, now: datetime, rules: Rules
) -> None:
    """Correct it (更正): a new version, photos stay where they are."""
    records.check_moved(record, made.day, now=now, rules=rules)
    before = await read(db, record)
    await records.change(
        db, record, by, before=before.facts, after=made.facts, now=now, day=made.day
    )
    await _take_out(db, record, before)
    await sql.revise(db.connection, id=record.id, **_row(made))
    await _put_in(db, record, made)


async def counted(db: Session, record: Record, *, sign: int) -> None:
    """Take a struck visit out of the counts, or put it back."""
    made = await read(db, record)
    await (_put_in(db, record, made) if sign > 0 else _take_out(db, record, made))


async def _take_out(db: Session, record: Record, made: Visit) -> None:
    await sql.keep(db.connection, id=record.id, kept=0)
    if made.household_id:
        await periods.add_household(db, record.team_id, made.day, made.household_id, sign=-1)
    await periods.add(db, record.team_id, made.day, visits=-1)


async def _put_in(db: Session, record: Record, made: Visit) -> None:
    if made.household_id:
        await periods.add_household(db, record.team_id, made.day, made.household_id, sign=1)
    await sql.keep(db.connection, id=record.id, kept=1)
    await periods.add(db, record.team_id, made.day, visits=1)


def _row(made: Visit) -> dict[str, Any]:
    return {
        "day": made.day.isoformat(),
        "household_id": made.household_id,
        "household": made.household,
        "found": made.found,
        "place": made.place,
    }
