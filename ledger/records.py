"""Records: the common spine of what members report. One row each, versions in the log.

A record is never overwritten in silence and never deleted: a change bumps its version and its
event holds the facts before and after; taking it back (撤销) only strikes it out.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from ledger import audit
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Person, scope_of
from ledger.rules import Rules

sql = queries("records")


# facts
@dataclass(frozen=True)
class Record:
    """What every report has: whose, when, from which message, in which version."""

    id: int
    kind: str
    person_id: int
    person: str
    team_id: int
    day: str
    source: str
    state: str
    version: int
    made_at: int
    changed_at: int
    checked: int
    photos: int

    @property
    def subject(self) -> str:
        """Its name in the log."""
        return f"record:{self.id}"


class Dated(Protocol):
    """What a noun enters on the spine: its day, and its facts as kept in the log."""

    @property
    def day(self) -> date:
        """The day it is told of."""
        ...

    @property
    def facts(self) -> dict[str, Any]:
        """As kept in the log."""
        ...


# rules
def check_day(day: date, *, today: date, rules: Rules) -> None:
    """Refuse days still to come and days too far back (补录 is welcome, history is not)."""
    if day > today:
        raise Refused("records.future_day", day=day)
    if day < today - timedelta(days=rules.backfill_days):
        raise Refused("records.too_old", day=day, days=rules.backfill_days)


def check_moved(record: Record, day: date, *, now: datetime, rules: Rules) -> None:
    """The same for a corrected day: what was the day itself when it was entered stays allowed."""
    check_day(day, today=max(now.date(), moment(record.made_at).date()), rules=rules)


def is_fresh(record: Record, *, now: datetime, rules: Rules) -> bool:
    """Whether it was entered so short a while ago that a slip is simply put right."""
    return ms(now) - record.made_at <= rules.undo_hours * 3600 * 1000


def may_undo(record: Record, asker: Person, *, now: datetime, rules: Rules) -> bool:
    """The writer within 24 hours, another leader of his team later as well (chat-ux §6).

    A leader's own needs another person, like everybody's (audit-log §4).
    """
    if record.person_id == asker.id:
        return is_fresh(record, now=now, rules=rules)
    return asker.role == "leader" and asker.team_id == record.team_id


# records
async def make(
    db: Session,
    by: Person,
    kind: str,
    *,
    day: date,
    source: str,
    facts: dict[str, Any],
    now: datetime,
) -> int:
    """Enter one record and its event; the noun adds its own row in the same transaction."""
    if not by.team_id:
        raise Refused("records.no_team")
    id = await sql.make(
        db.connection, kind=kind, person=by.id, team=by.team_id, day=day.isoformat(),
        source=source, now=ms(now),
    )  # fmt: skip
    body = {"day": day.isoformat(), "source": source, **facts}
    await audit.record(db, by.id, f"{kind}.made", subject=f"record:{id}", body=body, now=now)
    return int(id)


async def change(
    db: Session, record: Record, by: Person, *, before: dict[str, Any], after: dict[str, Any],
    now: datetime, day: date | None = None,
) -> None:  # fmt: skip
    """Bump the version; the event keeps what was and what is."""
    moved = day.isoformat() if day else record.day
    done = await sql.change(
        db.connection, id=record.id, version=record.version, day=moved, now=ms(now)
    )
    if done is None:
        raise Refused("records.changed_meanwhile")
    body = {"before": before, "after": after, "day": moved}
    await audit.record(
        db, by.id, f"{record.kind}.changed", subject=record.subject, body=body, now=now
    )


async def enter(
    db: Session, by: Person, kind: str, made: Dated, *, source: str, now: datetime, rules: Rules
) -> int:
    """Enter what is told of a day, if the day may be told of; returns its record id."""
    check_day(made.day, today=now.date(), rules=rules)
    return await make(db, by, kind, day=made.day, source=source, facts=made.facts, now=now)


async def correct(
    db: Session, record: Record, by: Person, *, before: Dated, after: Dated, now: datetime,
    rules: Rules,
) -> None:  # fmt: skip
    """Put other facts in the place of what was told (更正), if their day may be told of."""
    check_moved(record, after.day, now=now, rules=rules)
    await change(db, record, by, before=before.facts, after=after.facts, now=now, day=after.day)


async def set_state(
    db: Session, record: Record, by: Person, *, state: str, now: datetime
) -> None:
    """Strike it out (undone) or put it back (kept); twice is once."""
    if await sql.set_state(db.connection, id=record.id, state=state, now=ms(now)) is None:
        raise Refused("records.already_undone" if state == "undone" else "records.already_kept")
    kind = f"{record.kind}.{state}"
    await audit.record(db, by.id, kind, subject=record.subject, body={}, now=now)


async def access_record(db: Session, asker: Person, id: int) -> Record:
    """The only door to a record; 'not there' and 'not yours' sound the same."""
    row = await sql.by_id(db.connection, id=id, **vars(scope_of(asker)))
    if row is None:
        raise Refused("records.not_found")
    return Record(**dict(row))


async def of_day(db: Session, asker: Person, day: date) -> list[Record]:
    """The asker's own records for a day, in the order of entry, struck ones left out."""
    rows = sql.of_day(db.connection, person=asker.id, day=day.isoformat())
    return [Record(**dict(row)) async for row in rows]


async def recent(db: Session, asker: Person, *, since: datetime) -> list[Record]:
    """The asker's own kept records entered since then, the newest first."""
    rows = sql.recent(db.connection, person=asker.id, since=ms(since))
    return [Record(**dict(row)) async for row in rows]


async def by_source(db: Session, asker: Person, source: str) -> list[Record]:
    """The asker's own records that came from one message."""
    rows = sql.by_source(db.connection, person=asker.id, source=source)
    return [Record(**dict(row)) async for row in rows]


async def last_undone(db: Session, asker: Person) -> Record | None:
    """What the asker struck out last, to put it back."""
    row = await sql.last_undone(db.connection, person=asker.id)
    return Record(**dict(row)) if row else None
