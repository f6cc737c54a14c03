"""Nothing unasked at :00 and :30 sharp, when everybody's programs send (wecom.md §4)."""

import hashlib
from datetime import datetime, timedelta

from ledger.clock import aware
from ledger.messages import Outgoing
from ledger.outbox import ANSWER

HALF_HOUR = 1800  # seconds
BEFORE, AFTER = 30, 60  # seconds around each half hour that are kept free
SPREAD = 240  # seconds over which those who have waited set out again
MARGIN = timedelta(seconds=60)  # before its end a message goes out, whatever the hour


def eased(out: Outgoing, spread_by: str, now: datetime) -> datetime | None:
    """When it may set out instead; None: it need not wait.

    `spread_by`: the same words give the same delay, so that what goes out together stays so.
    """
    if out.lane == ANSWER or out.urgent or out.kind == "close":
        return None
    past = (aware(now).minute * 60 + now.second) % HALF_HOUR
    if AFTER <= past < HALF_HOUR - BEFORE:
        return None
    over = timedelta(seconds=(AFTER - past) % HALF_HOUR + _delay(spread_by))
    until = now.replace(microsecond=0) + over
    too_late = out.expires_at is not None and until > out.expires_at - MARGIN
    return None if too_late else until


def _delay(spread_by: str) -> int:
    digest = hashlib.sha256(spread_by.encode()).digest()
    return int.from_bytes(digest[:4]) % (SPREAD + 1)
