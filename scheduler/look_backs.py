"""Look-backs: the week's draw, on its first working day, or as soon as somebody keeps time again.

In the morning, when the month's beacon is there: what is drawn stands in the evening's summary.
Nobody is written to: what is to be looked back at stands in the summaries (scheduler/issue_notes).
"""

from datetime import datetime

from ledger import draws, look_backs
from ledger.database import Session
from scheduler.desk import Desk


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Plan the week of every county that has none yet; on most days none is left."""
    for county in await draws.counties(db):
        await look_backs.draw_week(db, county, desk.rules, desk.vault, now=now)
