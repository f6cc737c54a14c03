"""Slots: timed work that belongs to a day or a week is done once, whoever calls and however often."""

from datetime import datetime

from ledger.clock import ms
from ledger.database import Session, queries

sql = queries("slots")


async def first_time(
    db: Session, job: str, slot: str, *, planned_at: datetime, now: datetime
) -> bool:
    """Take the slot of a job, such as ("daily", "2026-11-20"); False when it is taken already.

    It is taken in the caller's transaction: work that is rolled back gives it free again.
    """
    done = await sql.take(
        db.connection, job=job, slot=slot, planned_at=ms(planned_at), now=ms(now)
    )
    return done is not None
