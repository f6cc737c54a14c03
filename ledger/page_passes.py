"""Passes to a page: one person, one purpose, once, for a while. Only the hash is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.chance import fresh_seed
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Address

sql = queries("page_passes")
LASTS = timedelta(minutes=30)
PLACE, FILES = "place", "file"  # what a page is for


@dataclass(frozen=True)
class PagePass:
    """Who may open a page, from which chat, for what (PLACE, FILES)."""

    person: int
    address: Address
    purpose: str


async def make(db: Session, page: PagePass, *, now: datetime) -> str:
    """A fresh pass, good for half an hour; the token is told once and never kept."""
    token = fresh_seed().hex()
    await sql.make(
        db.connection, token_hash=_hash(token), person=page.person, **vars(page.address),
        purpose=page.purpose, now=ms(now), until=ms(now + LASTS),
    )  # fmt: skip
    return token


async def read(db: Session, token: str, *, now: datetime, spent_too: bool = False) -> PagePass:
    """What a pass is good for; `Refused` when it is unknown, used or over, or the chat not his now.

    `spent_too`: also one that has been used, for a post that is repeated.
    """
    row = await sql.read(db.connection, token_hash=_hash(token))
    if row is None or row["until"] <= ms(now) or (row["used_at"] and not spent_too):
        raise Refused("pages.over")
    address = Address(row["channel"], row["account"], row["user_key"])
    return PagePass(row["person_id"], address, row["purpose"])


async def use(db: Session, token: str, *, now: datetime) -> None:
    """Spend the pass; `Refused` when somebody has been quicker."""
    if await sql.use(db.connection, token_hash=_hash(token), now=ms(now)) is None:
        raise Refused("pages.over")


async def forget_before(db: Session, before: datetime) -> None:
    """Forget passes that were over then."""
    await sql.forget_before(db.connection, before=ms(before))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
