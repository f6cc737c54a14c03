"""Tokens and tickets kept in the ledger: one caller asks for a new one, all others wait for it.

WeCom blocks whoever asks too often (wecom.md §4). Within this process a lock keeps the others
waiting; between processes it is a row of the ledger that says who is asking just now.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.channels.base import SendError
from ledger import access_tokens
from ledger.access_tokens import AccessToken, Owner
from ledger.clock import Clock
from ledger.database import Database

ASKING = timedelta(seconds=15)  # another process that asks for longer has died
LOOK = 0.1  # seconds between two looks at what the other process has brought
LOOKS = 150  # as many, whatever the clock says
EARLY = timedelta(seconds=300)  # before its end a token is renewed

Ask = Callable[[], Awaitable[AccessToken]]


@dataclass
class Tokens:
    """The tokens of one app."""

    database: Database
    clock: Clock
    account: str
    _locks: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )
    _ended: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _failure: dict[str, SendError] = field(default_factory=dict)

    async def kept(self, name: str, ask: Ask, *, instead_of: str = "") -> str:
        """The kept token, unless it is the dead one; else what `ask` brings, kept first.

        Who waited while another asked takes what that one got, be it a refusal.
        """
        owner, seen = Owner("wecom", self.account, name), self._ended[name]
        async with self._locks[name]:
            if self._ended[name] != seen:
                instead_of = ""
                if failure := self._failure.get(name):
                    raise failure
            return await self._good(owner, instead_of) or await self._fresh(
                owner, ask, instead_of
            )

    async def _good(self, owner: Owner, instead_of: str) -> str:
        async with self.database.reading() as db:
            kept = await access_tokens.read(db, owner, now=self.clock.now())
        return kept.value if kept and kept.value != instead_of else ""

    async def _fresh(self, owner: Owner, ask: Ask, instead_of: str) -> str:
        turn = secrets.token_hex(8)
        for _ in range(LOOKS):
            if await self._my_turn(owner, turn):
                break
            await asyncio.sleep(LOOK)
        try:
            # another process may have brought one before it was our turn
            return await self._good(owner, instead_of) or await self._asked(owner, ask)
        finally:
            async with self.database.transaction() as db:
                await access_tokens.forget(db, _turns(owner), turn)

    async def _my_turn(self, owner: Owner, turn: str) -> bool:
        now = self.clock.now()
        async with self.database.transaction() as db:
            if await access_tokens.read(db, _turns(owner), now=now):
                return False
            await access_tokens.write(db, _turns(owner), AccessToken(turn, now + ASKING))
        return True

    async def _asked(self, owner: Owner, ask: Ask) -> str:
        try:
            fresh = await ask()
            self._failure.pop(owner.name, None)
        except SendError as failure:
            self._failure[owner.name] = failure
            raise
        finally:
            self._ended[owner.name] += 1
        async with self.database.transaction() as db:
            await access_tokens.write(db, owner, fresh)
        return fresh.value


def lasting(value: str, seconds: int, clock: Clock) -> AccessToken:
    """A token that WeCom gives for so many seconds: ours ends a little earlier.

    One that is near its end is what WeCom gives while it lives: it is kept until then, asking
    earlier would bring the same again.
    """
    lasts = timedelta(seconds=seconds)
    early = EARLY if lasts > 2 * EARLY else timedelta()
    return AccessToken(value, clock.now() + lasts - early)


def _turns(owner: Owner) -> Owner:
    """The row that says who asks."""
    return Owner(owner.channel, owner.account, f"{owner.name}.asking")
