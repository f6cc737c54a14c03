"""Files that a channel holds for us for some days: what was uploaded once is not uploaded again."""

from dataclasses import dataclass
from datetime import datetime

from ledger.clock import ms
from ledger.database import Session, queries

sql = queries("held_files")


@dataclass(frozen=True)
class Held:
    """Which file, on which channel's account, as what (`image`, `file`)."""

    channel: str
    account: str
    sha256: str
    kind: str


async def media_id(db: Session, held: Held, *, now: datetime) -> str | None:
    """The channel's name for the file, while it holds it."""
    found: str | None = await sql.read(db.connection, **vars(held), now=ms(now))
    return found


async def note(db: Session, held: Held, media_id: str, *, until: datetime) -> None:
    """The channel holds the file under this name until then."""
    await sql.note(db.connection, **vars(held), media_id=media_id, until=ms(until))


async def forget(db: Session, held: Held, media_id: str) -> None:
    """The channel does not know this name any more."""
    await sql.forget(
        db.connection, channel=held.channel, account=held.account, media_id=media_id
    )


async def forget_before(db: Session, before: datetime) -> None:
    """Forget what the channel had dropped by then."""
    await sql.forget_before(db.connection, before=ms(before))
