"""What a press was answered at once; its repetition is answered alike."""

from datetime import datetime

from ledger.clock import ms
from ledger.database import Session, queries

sql = queries("press_answers")


async def read(db: Session, channel: str, account: str, ext_id: str) -> str | None:
    """The answer given; None when there was none."""
    found: str | None = await sql.read(
        db.connection, channel=channel, account=account, ext_id=ext_id
    )
    return found


async def keep(
    db: Session, channel: str, account: str, ext_id: str, body: str, *, now: datetime
) -> None:
    """Keep the first answer; a second does not replace it."""
    await sql.keep(
        db.connection, channel=channel, account=account, ext_id=ext_id, body=body, now=ms(now)
    )


async def forget_before(db: Session, before: datetime) -> None:
    """No repetition comes so late."""
    await sql.forget_before(db.connection, before=ms(before))
