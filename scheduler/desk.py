"""What timed work has at hand, and the common way of saying something unasked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ledger import chance, leave, outbox
from ledger.database import Session
from ledger.days import at, is_workday
from ledger.messages import Reply
from ledger.outbox import BULK, Timing
from ledger.rules import Rules
from templates.words import Words


@dataclass(frozen=True)
class Desk:
    """Words, rules and the data folder; the moment and the transaction come with each call."""

    words: Words
    rules: Rules
    data: Path
    lots: Callable[[], bytes] = chance.fresh_seed  # the seed of the week's draws

    async def tell(
        self, db: Session, person: int, reply: Reply, *, dedupe: str, now: datetime,
        expires_at: datetime | None = None, collapse_key: str = "",
    ) -> bool:  # fmt: skip
        """Say something unasked, once; False when nobody is bound or it was said before."""
        end = expires_at or at(now.date(), self.rules.quiet_from)
        timing = Timing(BULK, None, max(end, now + timedelta(minutes=5)), collapse_key)
        posted = await outbox.post_to(db, person, reply, dedupe=dedupe, now=now, timing=timing)
        return posted is not None

    async def may_disturb(self, db: Session, person: int, now: datetime) -> bool:
        """Whether somebody may be written to unasked: a working day, no quiet hour, no leave."""
        if self.rules.quiet(now.timetz().replace(tzinfo=None)):
            return False
        if not is_workday(now.date(), self.rules):
            return False
        return not await leave.is_away(db, person, now.date())
