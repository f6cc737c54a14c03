"""How many messages one member may get: what is over WeCom's limit vanishes without an error.

The outbox counts its rows, this counts messages: a row may be several. It is forgotten with the
process; a row of many messages then starts with a fresh minute, at most twice WeCom's limit.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channels.base import SendError, Trouble
from ledger.clock import Clock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MANY = 2048  # members remembered before those long at rest are forgotten


@dataclass
class Allowance:
    """So many messages to one member in a minute and in an hour (wecom.md §4: 30 and 1,000)."""

    per_minute: int
    per_hour: int
    clock: Clock
    _sent: dict[str, deque[datetime]] = field(default_factory=dict)

    def take(self, member: str) -> None:
        """Count one more message; `SendError` (surely not sent) says when it may go."""
        now = self.clock.now()
        if wait := self.wait(member, now):
            raise SendError(Trouble.DOWN, "one member's share is used up", retry_after=wait)
        self._sent.setdefault(member, deque()).append(now)
        if len(self._sent) > MANY:
            self._forget(now)

    def wait(self, member: str, now: datetime) -> float:
        """Seconds until one more may go to that member; 0: now."""
        sent = self._sent.get(member, deque())
        while sent and sent[0] <= now - HOUR:
            sent.popleft()
        limits = ((self.per_minute, MINUTE), (self.per_hour, HOUR))
        ends = [sent[-most] + span for most, span in limits if len(sent) >= most]
        return max((end - now).total_seconds() for end in [now, *ends])

    def _forget(self, now: datetime) -> None:
        for member in [one for one, sent in self._sent.items() if sent[-1] <= now - HOUR]:
            del self._sent[member]
