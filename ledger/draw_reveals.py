"""A month of draws ends: its seed and card are shown to everybody, or it is declared lost.

A seed that cannot be read, or a list that is not the frozen one, stops the draws at once
(`draw_periods.key`). It may come back until noon of the next working day, for a disk may have
been mounted late. After that the month is unverifiable, and said to be so (fair-draws §2).
"""

from datetime import datetime

from ledger import audit, draw_facts
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import at, workday_after
from ledger.draw_periods import (
    DrawPeriod,
    key_of,
    last_of,
    list_is_whole,
    record,
    seed_of,
    with_head,
)
from ledger.rules import Rules
from ledger.seed_vault import Vault

sql = queries("draw_reveals")
CARD_MIME = "application/json"
LOOK = 5  # the first minutes of an hour, in which lists are looked at


# rules
def over_at(period: DrawPeriod, rules: Rules) -> datetime:
    """When the month is shown: the next one's first working morning."""
    return at(workday_after(last_of(period.first), rules), rules.check_from)


def lost_from(missing: datetime, rules: Rules) -> datetime:
    """Until when a seed that cannot be read may come back."""
    return at(workday_after(missing.date(), rules), rules.noon_from)


# records
async def watch(
    db: Session, period: DrawPeriod, vault: Vault, rules: Rules, *, now: datetime
) -> bool:
    """Whether seed and list are those that were promised; else noted, and in time declared lost."""
    fault = await _fault(db, period, vault, now)
    if not fault:
        if period.missing_at:
            await _mark(db, period, None, "draws.back", {}, now=now)
        return True
    if not period.missing_at:
        await _mark(db, period, ms(now), "draws.missing", {"what": fault}, now=now)
    elif now >= lost_from(moment(period.missing_at), rules):
        await sql.lose(db.connection, id=period.id, now=ms(now))
        await record(db, audit.SYSTEM, "draws.lost", period, {"what": fault}, now=now)
    return False


async def _fault(db: Session, period: DrawPeriod, vault: Vault, now: datetime) -> str:
    """What is not as it was promised. The list takes time: it is looked at once an hour only."""
    if not seed_of(period, vault):
        return "seed"
    look = period.missing_at or now.minute < LOOK
    return "list" if look and not await list_is_whole(db, period) else ""


async def _mark(
    db: Session, period: DrawPeriod, missing: int | None, kind: str, body: dict[str, str], *,
    now: datetime,
) -> None:  # fmt: skip
    await sql.mark_missing(db.connection, id=period.id, missing=missing)
    await record(db, audit.SYSTEM, kind, period, body, now=now)


async def settle_all(
    db: Session, period: DrawPeriod, seed: bytes, *, now: datetime
) -> DrawPeriod:
    """A month that is over, with every slot of its plan seen to: what nobody was there for is void.

    A month that never got a beacon (nothing was drawn in it) gets the log's head.
    """
    if not period.beacon:
        period = await with_head(db, period, now=now)
    await draw_facts.void_the_rest(
        db, period.id, period.promised, key_of(period, seed), now=now
    )
    return period


async def reveal(
    db: Session, period: DrawPeriod, seed: bytes, card_sha256: str, size: int, *, now: datetime
) -> bool:
    """Show seed and card; `size`: bytes of the card, kept under its hash. False: shown already."""
    shown = await sql.reveal(
        db.connection, id=period.id, seed=seed.hex(), sha256=card_sha256, now=ms(now)
    )
    if shown is None:
        return False
    await sql.add_file(
        db.connection, sha256=card_sha256, size=size, mime=CARD_MIME, now=ms(now)
    )
    body = {"seed": seed.hex(), "card_sha256": card_sha256}
    await record(db, audit.SYSTEM, "draws.revealed", period, body, now=now)
    return True
