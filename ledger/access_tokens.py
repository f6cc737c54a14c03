"""Access tokens and tickets of channels, kept in the ledger so that a restart asks for none."""

from dataclasses import dataclass
from datetime import datetime

from ledger.clock import moment, ms
from ledger.database import Session, queries

sql = queries("access_tokens")


@dataclass(frozen=True)
class Owner:
    """Whose token it is: a channel's account, and what it is for (`access_token`, `jsapi`)."""

    channel: str
    account: str
    name: str


@dataclass(frozen=True)
class AccessToken:
    """A token and the moment until which it is good."""

    value: str
    until: datetime


async def read(db: Session, owner: Owner, *, now: datetime) -> AccessToken | None:
    """The token, while it is good."""
    row = await sql.read(db.connection, **vars(owner))
    if row is None or row["until"] <= ms(now):
        return None
    return AccessToken(row["value"], moment(row["until"]))


async def write(db: Session, owner: Owner, token: AccessToken) -> None:
    """Keep a token; the earlier one is gone."""
    await sql.write(db.connection, **vars(owner), value=token.value, until=ms(token.until))


async def forget(db: Session, owner: Owner, value: str) -> None:
    """That token is dead; one that somebody has written since stays."""
    await sql.forget(db.connection, **vars(owner), value=value)
