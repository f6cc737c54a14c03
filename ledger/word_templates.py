"""Counties' own Word pages (公文模板): sent, tried outside any transaction, in use, dropped.

A page is kept under its hash and is looked at before it is put in use; each change is an event.
Kind '' is the page of every paper; a kind is the name of its bulletin (weekly, inspection, …).
"""

from dataclasses import dataclass
from datetime import datetime

from ledger import audit
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Person
from ledger.roles import Role

sql = queries("word_templates")
IN_USE, DROPPED = "word_template.in_use", "word_template.dropped"


@dataclass(frozen=True)
class Page:
    """A page in use."""

    id: int
    county_id: int
    kind: str
    name: str
    sha256: str
    added_by: int


@dataclass(frozen=True)
class WaitingPage:
    """A page that was sent and waits to be tried."""

    id: int
    person_id: int
    kind: str
    name: str
    sha256: str


async def send(
    db: Session, by: Person, sha256: str, *, kind: str, name: str, now: datetime
) -> int:
    """Hand in a page to be tried; one at a time."""
    if await sql.waiting_of(db.connection, person=by.id):
        raise Refused("word_templates.one_at_a_time")
    id = await sql.send(
        db.connection, person=by.id, kind=kind, name=name, sha256=sha256, now=ms(now)
    )
    return int(id)


async def waiting(db: Session) -> WaitingPage | None:
    """The next page to be tried."""
    row = await sql.next(db.connection)
    return WaitingPage(**dict(row)) if row else None


async def end(db: Session, page: WaitingPage, *, now: datetime) -> bool:
    """It has been tried; False: somebody was faster."""
    return bool(await sql.end(db.connection, id=page.id, now=ms(now)))


async def use(db: Session, by: Person, page: WaitingPage, *, now: datetime) -> None:
    """Put it in use for that kind of paper; the one before is dropped. `Refused` below the county."""
    if by.role != Role.COUNTY:  # another post since
        raise Refused("talk.not_for_role")
    county = by.county_id
    await sql.drop(db.connection, county=county, kind=page.kind, person=by.id, now=ms(now))
    id = await sql.add(
        db.connection, county=county, kind=page.kind, name=page.name, sha256=page.sha256,
        person=by.id, now=ms(now),
    )  # fmt: skip
    body = {"kind": page.kind, "name": page.name, "sha256": page.sha256}
    await audit.record(db, by.id, IN_USE, subject=f"word_template:{id}", body=body, now=now)


async def drop(db: Session, by: Person, kind: str, *, now: datetime) -> None:
    """Go back to our own page; `Refused` when there is nothing to drop."""
    id = await sql.drop(
        db.connection, county=by.county_id, kind=kind, person=by.id, now=ms(now)
    )
    if id is None:
        raise Refused("word_templates.none_in_use")
    body = {"kind": kind}
    await audit.record(db, by.id, DROPPED, subject=f"word_template:{id}", body=body, now=now)


async def access_pages(db: Session, asker: Person) -> list[Page]:
    """The pages the asker's county has in use."""
    return [
        Page(**dict(row)) async for row in sql.of_county(db.connection, county=asker.county_id)
    ]


async def page_for(db: Session, county: int, kind: str) -> str:
    """The hash of the page a paper of that kind is written on; '' is our own page."""
    found = await sql.for_kind(db.connection, county=county, kind=kind)
    return str(found or "")


async def with_hash(db: Session, sha256: str) -> list[Page]:
    """The pages in use that have these bytes."""
    return [Page(**dict(row)) async for row in sql.by_hash(db.connection, sha256=sha256)]
