"""Cards on screens that can be changed once more, each with the word that allows it."""

from datetime import datetime

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.people import Address

sql = queries("live_cards")


async def note(db: Session, on: Address, ref: str, edit_token: str, *, until: datetime) -> None:
    """This card can be changed with that token until then; an earlier token gives way."""
    await sql.note(db.connection, **vars(on), ref=ref, edit_token=edit_token, until=ms(until))


async def edit_token(db: Session, on: Address, ref: str, *, now: datetime) -> str | None:
    """The token that changes the card; None when there is none any more."""
    found: str | None = await sql.read(db.connection, **vars(on), ref=ref, now=ms(now))
    return found


async def spend(db: Session, on: Address, ref: str) -> None:
    """The token has been used, or refused: it is good once."""
    await sql.spend(db.connection, **vars(on), ref=ref)


async def forget_old(db: Session, *, now: datetime) -> None:
    """Forget tokens whose time is over."""
    await sql.forget_before(db.connection, now=ms(now))
