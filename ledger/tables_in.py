"""Tables of issues sent in the chat: kept as rows, so that each is read, shown and entered once.

sent → (read outside any transaction) → shown → wanted → entered; or declined, or useless. Whoever
moves one on says so in the same transaction; killed in between, it stands where it stood.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Person

sql = queries("tables_in")
AT_ONCE = 3  # tables of one person that may wait to be read


class State(StrEnum):
    """How far a table has come."""

    SENT = "sent"
    SHOWN = "shown"
    WANTED = "wanted"
    ENTERED = "entered"
    DECLINED = "declined"
    USELESS = "useless"  # cannot be read, or nothing in it to enter


@dataclass(frozen=True)
class TableIn:
    """One table; `seen` is the fingerprint of the preview its sender has seen."""

    id: int
    person_id: int
    sha256: str
    name: str
    source: str
    state: str
    seen: str


async def send(
    db: Session, by: Person, sha256: str, *, name: str, source: str, now: datetime
) -> int:
    """Hand in a table to be read; returns its number."""
    if await sql.waiting_of(db.connection, person=by.id) >= AT_ONCE:
        raise Refused("catalogues.too_many", most=AT_ONCE)
    id = await sql.add(
        db.connection, person=by.id, sha256=sha256, name=name, source=source, now=ms(now)
    )
    return int(id)


async def waiting(db: Session) -> TableIn | None:
    """The next table to be read or entered."""
    row = await sql.next(db.connection)
    return TableIn(**dict(row)) if row else None


async def access_table(db: Session, asker: Person, id: int) -> TableIn:
    """A table the asker has sent himself; nobody else's."""
    row = await sql.by_id(db.connection, id=id, person=asker.id)
    if row is None:
        raise Refused("catalogues.no_such_table")
    return TableIn(**dict(row))


async def show(db: Session, table: TableIn, seen: str) -> bool:
    """Its preview goes out now; False: somebody was faster."""
    return bool(await sql.show(db.connection, id=table.id, seen=seen, state=table.state))


async def want(db: Session, table: TableIn, *, source: str = "") -> None:
    """Its sender has agreed: it is to be entered; `source`: where it comes from, said only now."""
    if await sql.want(db.connection, id=table.id, source=source or table.source) is None:
        raise Refused("catalogues.decided_already", name=table.name)


async def rename(db: Session, table: TableIn, name: str, *, now: datetime) -> None:
    """It is called otherwise: it is read and shown again."""
    if await sql.rename(db.connection, id=table.id, name=name, seen=str(ms(now))) is None:
        raise Refused("catalogues.decided_already", name=table.name)


async def decline(db: Session, table: TableIn, *, now: datetime) -> None:
    """Its sender does not want it."""
    if table.state != State.SHOWN or not await end(db, table, State.DECLINED, now=now):
        raise Refused("catalogues.decided_already", name=table.name)


async def end(db: Session, table: TableIn, after: State, *, now: datetime) -> bool:
    """Nothing more happens to it; False: somebody was faster."""
    done = await sql.end(
        db.connection, id=table.id, state=table.state, after=after.value, now=ms(now)
    )
    return bool(done)
