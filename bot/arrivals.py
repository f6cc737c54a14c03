"""What arrives at the same time is committed together: one transaction for many callers.

WeCom waits five seconds for each of a thousand callbacks, and a commit each takes them one by
one. Nobody hears 'received' before his own message is committed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger import inbox
from ledger.clock import Clock
from ledger.database import Database, StoreTrouble
from ledger.inbox import Raw

Waiting = tuple[Sequence[Raw], asyncio.Future[None]]


@dataclass
class Arrivals:
    """Whoever comes first writes for all who wait meanwhile."""

    database: Database
    clock: Clock
    _waiting: list[Waiting] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def commit(self, raws: Sequence[Raw]) -> None:
        """Returns when these are committed; raises what the store raised."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((raws, mine))
        async with self._turn:
            if not mine.done():
                batch, self._waiting = self._waiting, []
                await self._write(batch, mine)
        mine.result()

    async def _write(self, batch: list[Waiting], mine: asyncio.Future[None]) -> None:
        try:
            await self._settle(batch)
        except asyncio.CancelledError:  # whoever writes has hung up; the others go on
            left = [one for one in batch if one[1] is not mine and not one[1].done()]
            self._waiting = left + self._waiting
            raise

    async def _settle(self, batch: list[Waiting]) -> None:
        """All together; where one cannot be kept, each on its own, so that it fails alone."""
        try:
            async with self.database.transaction() as db:
                every = [raw for raws, _ in batch for raw in raws]
                await inbox.keep(db, every, now=self.clock.now())
        except Exception as trouble:
            if len(batch) > 1 and not isinstance(trouble, StoreTrouble):
                for one in batch:
                    await self._settle([one])
                return
            _tell(batch, trouble)
        else:
            _tell(batch, None)


def _tell(batch: list[Waiting], trouble: Exception | None) -> None:
    for _, waiting in batch:
        if waiting.done():
            continue
        if trouble is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(trouble)
