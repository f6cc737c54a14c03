"""What became of messages: out, to be tried again, or never; each kind of trouble has its meaning."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.channels.base import SendError, Trouble
from bot.pacer import Pacer
from bot.together import chat_of
from ledger import outbox, people
from ledger.clock import Clock
from ledger.database import Database, Session
from ledger.messages import Handle, Outgoing

log = structlog.get_logger()
TRIES = 8
BACK_OFF = (1, 2, 4, 8, 15, 30, 60, 120)  # seconds

Outcome = Handle | SendError


@dataclass(frozen=True)
class Settling:
    """Writes outcomes down for one owner of rows; `stopped`: channels that cannot work."""

    database: Database
    clock: Clock
    owner: str
    stopped: set[str]

    async def settle(
        self, outs: Sequence[Outgoing], outcomes: Mapping[int, Outcome], pacer: Pacer
    ) -> dict[int, datetime]:
        """Each row by its own outcome, all in one transaction; when those not out are tried again."""
        again: dict[int, datetime] = {}
        now, heard = self.clock.now(), set[SendError]()
        async with self.database.transaction() as db:
            for out in outs:
                outcome = outcomes.get(out.id) or SendError(Trouble.UNCERTAIN, "no outcome")
                if isinstance(outcome, Handle):
                    await outbox.sent(db, out.id, owner=self.owner, ref=outcome.ref, now=now)
                    continue
                if outcome not in heard:  # one call is throttled once, whomever it was for
                    heard.add(outcome)
                    self._hear(out, outcome, pacer)
                if until := await self._failed(db, out, outcome, now):
                    again[out.id] = until
        return again

    def _hear(self, out: Outgoing, trouble: SendError, pacer: Pacer) -> None:
        """What a trouble means for whatever else goes out."""
        log.warning("not_sent", outbox=out.id, kind=trouble.kind, detail=trouble.detail[:200])
        if trouble.kind is Trouble.MISCONFIGURED:
            self.stopped.add(out.address.channel)
        if trouble.kind is Trouble.THROTTLED:
            now = asyncio.get_running_loop().time()
            pacer.throttled(
                chat_of(out), trouble.retry_after, everybody=trouble.everybody, now=now
            )

    async def _failed(
        self, db: Session, out: Outgoing, trouble: SendError, now: datetime
    ) -> datetime | None:
        """What each kind of trouble means for this message; when to try it again."""
        if trouble.kind is Trouble.UNREACHABLE:
            await people.mark_unreachable(db, out.address)
        if trouble.kind is Trouble.MOVED:
            await outbox.retarget(db, out.address, trouble.moved_to)
        if self._hopeless(out, trouble):
            await outbox.dead(db, out.id, owner=self.owner, error=str(trouble))
            return None
        wait = trouble.retry_after or BACK_OFF[min(out.attempts, len(BACK_OFF)) - 1]
        if trouble.kind is Trouble.MOVED:
            wait = 0
        until = now + timedelta(seconds=wait)
        await outbox.later(
            db, out.id, owner=self.owner, until=until, error=str(trouble),
            uncertain=trouble.kind is Trouble.UNCERTAIN,
        )  # fmt: skip
        return until

    def _hopeless(self, out: Outgoing, trouble: SendError) -> bool:
        if trouble.kind in {Trouble.UNREACHABLE, Trouble.REFUSED, Trouble.GONE}:
            return True
        lasting = trouble.kind in {Trouble.DOWN, Trouble.THROTTLED, Trouble.MISCONFIGURED}
        return out.attempts >= TRIES and not lasting
