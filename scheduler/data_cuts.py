"""The half-yearly data cut: frozen on the evening of its day; an outage's days are made up.

The townships hear of it in their summary (the duty `data_cut`), not by a message of its own.
"""

from datetime import datetime

from ledger import data_cuts
from ledger.database import Session
from ledger.days import DAY
from scheduler.desk import Desk


async def freeze(_desk: Desk, db: Session, now: datetime) -> None:
    """Make every cut that is due; most evenings none is."""
    await data_cuts.make_due(db, now.date(), now)


async def make_up(_desk: Desk, db: Session, now: datetime) -> None:
    """In the morning: the cut of an evening that was missed, from the roster of that day."""
    await data_cuts.make_due(db, now.date() - DAY, now)
