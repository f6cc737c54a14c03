"""Findings by the clock: who is to be told, who is to be asked; each step is claimed once.

Each is guarded by the finding's own row, so that it may be tried twice, late, or after a crash.
"""

from datetime import datetime

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.findings import Finding
from ledger.reply_windows import deadline_of
from ledger.rules import Rules

sql = queries("finding_steps")


async def untold(db: Session) -> list[Finding]:
    """Open ones whose person has not been told."""
    return [Finding(**dict(row)) async for row in sql.untold(db.connection)]


async def claim_telling(db: Session, finding: Finding, rules: Rules, *, now: datetime) -> bool:
    """Note that he is told now: his time begins here. True only the first time."""
    until = await deadline_of(db, finding.person_id, now, rules)
    done = await sql.told(
        db.connection, id=finding.id, now=ms(now),
        reply_until=max(ms(until), finding.reply_until),
    )  # fmt: skip
    return done is not None


async def unasked(db: Session, *, now: datetime) -> list[Finding]:
    """What can be decided, and nobody has been asked to."""
    return [Finding(**dict(row)) async for row in sql.unasked(db.connection, now=ms(now))]


async def claim_asking(db: Session, finding: Finding, *, now: datetime) -> bool:
    """Note that its deciders have their card. True only the first time."""
    return await sql.asked(db.connection, id=finding.id, now=ms(now)) is not None
