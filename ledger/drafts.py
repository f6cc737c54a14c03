"""Drafts (未核对): records read from a sentence, kept at once, until their writer has looked.

They count like any other; summaries say how many of them nobody has checked yet.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ledger import audit
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.people import Person
from ledger.reading.normal import normal
from ledger.records import Record

sql = queries("drafts")
MARKS = re.compile(r"[\s，。、；：！？,.;:!?~…]+")


@dataclass(frozen=True)
class Told:
    """What a member wrote in one message, numbers hidden, and when (epoch milliseconds)."""

    source: str
    text: str
    made_at: int

    @property
    def day(self) -> date:
        """The day it was said: what 今天 means in it, however late it is edited."""
        return moment(self.made_at).date()


@dataclass(frozen=True)
class Misreading:
    """A phrase that was read otherwise than meant, without names."""

    said: str
    read_as: str
    meant: str
    at: int


# records
async def keep(db: Session, by: Person, source: str, text: str, *, now: datetime) -> None:
    """Keep a message's own words (its numbers are masked already); an edit replaces them."""
    await sql.keep_draft(db.connection, source=source, person=by.id, text=text, now=ms(now))


async def told(db: Session, source: str) -> Told | None:
    """A drafted message as it was said; None when it was no draft."""
    row = await sql.told(db.connection, source=source)
    return Told(**dict(row)) if row else None


async def text_of(db: Session, source: str) -> str | None:
    """The words of a drafted message; None when it was no draft."""
    found: str | None = await sql.text_of(db.connection, source=source)
    return found


async def leave_unchecked(db: Session, ids: Iterable[int]) -> None:
    """Mark fresh records as read from a sentence and not looked at."""
    for id in ids:
        await sql.set_unchecked(db.connection, id=id)


async def check(db: Session, by: Person, record: Record, *, now: datetime) -> bool:
    """Its writer says that it is right (正确); False when it was checked before."""
    if await sql.set_checked(db.connection, id=record.id, now=ms(now)) is None:
        return False
    kind = f"{record.kind}.confirmed"
    await audit.record(db, by.id, kind, subject=record.subject, body={}, now=now)
    return True


async def said_before(
    db: Session, by: Person, text: str, *, source: str, since: datetime
) -> Told | None:
    """The message with records in which that person has said the same words since then."""
    rows = sql.said_before(db.connection, person=by.id, since=ms(since), source=source)
    wanted = _bare(text)
    async for row in rows:
        if _bare(row["text"]) == wanted:
            return Told(**dict(row))
    return None


def _bare(text: str) -> str:
    """The words alone: marks and spaces do not make it another message."""
    return MARKS.sub("", normal(text))


# misreadings
async def note_misreading(
    db: Session, said: str, read_as: str, meant: str, *, names: Iterable[str], now: datetime
) -> None:
    """Keep what was read otherwise than meant, its households unnamed."""
    hidden = sorted(set(names), key=len, reverse=True)
    said, read_as, meant = (_unnamed(one, hidden) for one in (said, read_as, meant))
    await sql.misread(db.connection, said=said, read_as=read_as, meant=meant, now=ms(now))


async def misreadings(db: Session, *, since: datetime) -> list[Misreading]:
    """What has been corrected since then, the newest first."""
    rows = sql.misreadings(db.connection, since=ms(since))
    return [Misreading(**dict(row)) async for row in rows]


def _unnamed(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, f"{name[0]}某") if name else text
    return text
