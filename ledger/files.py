"""Photos, voice and files (佐证): kept byte for byte under their SHA-256, joined to records."""

import hashlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ledger import audit, pictures
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, at
from ledger.pictures import Look

sql = queries("files")
WAITING = "file.waiting"


@dataclass(frozen=True)
class Kept:
    """A file on our disk, not yet part of a record."""

    sha256: str
    size: int
    mime: str
    name: str
    kind: str
    forwarded: bool = False  # passed on from another chat, as the channel says
    seen: Look | None = None  # what it shows; None: nobody has looked yet


@dataclass(frozen=True)
class Attachment:
    """A file that belongs to a record, or waits to be told to which."""

    id: int
    sha256: str
    name: str
    kind: str
    mime: str
    record_id: int | None


@dataclass(frozen=True)
class Joined:
    """Where a file has gone, and when its message was sent (epoch milliseconds)."""

    record_id: int
    at: int


def path_of(folder: Path, sha256: str) -> Path:
    """Where the bytes with that hash lie."""
    return folder / sha256[:2] / sha256


def keep_bytes(folder: Path, data: bytes, *, mime: str, name: str, kind: str) -> Kept:
    """Write the bytes under their hash, through to the disk; the same bytes are one file."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = path_of(folder, sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{sha256}.{os.getpid()}.{threading.get_ident()}")
        try:
            with draft.open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)  # a full disk is not to be filled with halves
        _sync_folder(target.parent)
    return Kept(sha256, len(data), mime, name, kind)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def attach(
    db: Session,
    person: int,
    kept: list[Kept],
    *,
    source: str,
    now: datetime,
    record: int | None = None,
) -> list[int]:
    """Note the files of one message; they join a record now or later. Returns attachment ids."""
    ids = []
    for one in kept:
        await sql.add_file(
            db.connection, sha256=one.sha256, size=one.size, mime=one.mime, now=ms(now)
        )
        id = await sql.attach(
            db.connection, sha256=one.sha256, person=person, record=record, name=one.name,
            kind=one.kind, source=source, forwarded=int(one.forwarded), now=ms(now),
        )  # fmt: skip
        if one.seen is not None:
            await pictures.enter(db, one.sha256, one.seen)
        ids.append(int(id))
    return ids


async def enter(db: Session, kept: Sequence[Kept], *, now: datetime) -> None:
    """Note files of our own making: they belong to a message, to no record."""
    for one in kept:
        await sql.add_file(
            db.connection, sha256=one.sha256, size=one.size, mime=one.mime, now=ms(now)
        )


async def join(db: Session, ids: Sequence[int], record: int, *, person: int) -> None:
    """Let waiting files of that person belong to a record; the same bytes belong to it once."""
    for id in ids:
        await sql.join_record(db.connection, id=id, record=record, person=person)


async def join_issue(db: Session, ids: Sequence[int], issue: int, *, person: int) -> None:
    """Let waiting files of somebody above the team, who writes no record, belong to an issue."""
    for id in ids:
        await sql.join_issue(db.connection, id=id, issue=issue, person=person)


async def by_ids(db: Session, ids: Sequence[int], person: int) -> list[Attachment]:
    """Those of that person's files, in this order."""
    rows = [await sql.by_id(db.connection, id=id, person=person) for id in ids]
    return [Attachment(**dict(row)) for row in rows if row]


async def last_joined(db: Session, person: int, *, since: datetime) -> Joined | None:
    """Which record the newest of that person's files sent since then has joined."""
    row = await sql.last_joined(db.connection, person=person, since=ms(since))
    return Joined(**dict(row)) if row else None


async def last_on_issue(db: Session, person: int, *, since: datetime) -> int:
    """Which issue the newest of that person's files sent since then has joined; 0: none has.

    A record that one of his files has joined later counts for more.
    """
    row = await sql.last_on_issue(db.connection, person=person, since=ms(since))
    joined = await last_joined(db, person, since=since)
    return row["issue_id"] if row and not (joined and joined.at > row["at"]) else 0


async def records_of(db: Session, person: int, source: str) -> list[int]:
    """The records that the files of one message have joined."""
    rows = sql.records_of(db.connection, person=person, source=source)
    return [row["record_id"] async for row in rows]


async def elsewhere(db: Session, team: int, sha256: str, *, record: int) -> int | None:
    """The first kept record of that team, other than this one, with the same bytes."""
    found = await sql.elsewhere(db.connection, team=team, sha256=sha256, record=record)
    return int(found) if found else None


async def leave_waiting(db: Session, person: int, source: str, *, now: datetime) -> None:
    """Note that the files of one message came alone: the record made next may be theirs."""
    await audit.record(db, person, WAITING, subject=f"message:{source}", body={}, now=now)


async def waiting(db: Session, person: int, *, since: datetime) -> list[int]:
    """That person's files sent alone since then that belong to no record yet."""
    rows = [row async for row in sql.unjoined(db.connection, person=person, since=ms(since))]
    return [row["id"] for row in rows if await _came_alone(db, row["source"])]


async def _came_alone(db: Session, source: str) -> bool:
    told = await audit.history(db, f"message:{source}")
    return any(event["kind"] == WAITING for event in told)


async def of_issue(db: Session, issue: int) -> list[Attachment]:
    """The evidence of an issue, the newest first; the caller answers for the right to see it."""
    return [Attachment(**dict(row)) async for row in sql.of_issue(db.connection, issue=issue)]


async def count_today(db: Session, person: int, day: date) -> int:
    """How many files that person has sent that day."""
    start = at(day, datetime.min.time())
    found = await sql.count_between(
        db.connection, person=person, start=ms(start), end=ms(start + DAY)
    )
    return int(found)
