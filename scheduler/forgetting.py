"""Once a night: what a channel needed for a while only is forgotten."""

from datetime import datetime, timedelta

from ledger import held_files, live_cards, page_passes, press_answers
from ledger.database import Session
from scheduler.desk import Desk

REPEATED = timedelta(days=1)  # no press comes again later


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Tokens, uploads and passes whose time is over, answers nobody asks for again."""
    await live_cards.forget_old(db, now=now)
    await held_files.forget_before(db, now)
    await page_passes.forget_before(db, now)
    await press_answers.forget_before(db, now - REPEATED)
