"""From the outbox to the channels: claim with a lease, wait for a turn, send, mark.

The claim we publish: nothing is lost; a message may come twice only where a crash or an
unclear answer of the channel fell between sending and marking.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.channels.base import Channel, SendError, Trouble
from bot.pacer import Pacer
from bot.press import Press
from ledger import cards, files, outbox, people
from ledger.clock import Clock
from ledger.database import Database, StoreTrouble
from ledger.files import Kept
from ledger.messages import Outgoing
from ledger.outbox import ANSWER, BULK
from ledger.people import Address

log = structlog.get_logger()
BATCH = 20
ROOM = 60  # chats of one lane that may be in hand at once
IDLE = 1.0  # seconds between looks when nobody wakes us
TRIES = 8
PATIENCE = 0.5  # seconds one held chat may keep the others of its batch waiting
SLOW = 2.0  # seconds of making files after which somebody who has asked is told so
BACK_OFF = (1, 2, 4, 8, 15, 30, 60, 120)  # seconds


@dataclass
class Sender:
    """Two lanes over one pace: answers never wait behind reminders."""

    database: Database
    channels: Mapping[str, Channel]
    key: bytes = field(repr=False)
    clock: Clock
    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    stopped: set[str] = field(default_factory=set)
    press: Press | None = None  # None: drawings are left out (rehearsals, tests)
    words_until: datetime | None = (
        None  # before that, what nobody asked for goes in words alone
    )
    _pacers: dict[str, Pacer] = field(default_factory=dict)
    _in_hand: set[int] = field(default_factory=set)  # a slow chat may outlast their lease
    _bells: list[asyncio.Event] = field(default_factory=list)
    _claiming: asyncio.Lock = field(default_factory=asyncio.Lock)
    _let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """There may be something to send: every lane looks again."""
        for bell in self._bells:
            bell.set()

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(self._lane(ANSWER, ANSWER))
            lanes.create_task(self._lane(ANSWER + 1, BULK))

    async def drain(self) -> int:
        """Send everything that may go out now; returns how many were tried."""
        tried = 0
        while batch := await self._claim(ANSWER, BULK):
            await self._send_all(batch)
            tried += len(batch)
        return tried

    async def settle(self) -> None:
        """The same, and wait for what the lanes have in hand already, drawings included.

        Before a clock is put forward: what is still being drawn then would have expired.
        """
        while await self.drain() or self._in_hand:
            if self._in_hand:
                self._let_go.clear()
                await self._let_go.wait()

    async def _lane(self, first: int, last: int) -> None:
        """Claim and hand over, without waiting for slow chats; each chat keeps its order."""
        bell = asyncio.Event()
        self._bells.append(bell)
        busy: dict[Address, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                bell.clear()
                free = ROOM - len(busy)
                batch = await self._claim_or_nothing(first, last) if free > 0 else []
                for address, outs in _by_chat(batch).items():
                    task = group.create_task(self._send_after(busy.get(address), outs))
                    busy[address] = task
                    task.add_done_callback(partial(_leave, busy, address, bell))
                if not batch:
                    await _ring_or_rest(bell)

    async def _claim_or_nothing(self, first: int, last: int) -> list[Outgoing]:
        try:
            return await self._claim(first, last)
        except StoreTrouble as trouble:
            log.error("store_trouble", error=str(trouble))
            return []

    async def _send_after(
        self, before: asyncio.Task[None] | None, outs: list[Outgoing]
    ) -> None:
        if before:
            await asyncio.wait([before])
        await self._send_chat(outs)

    async def _claim(self, first: int, last: int) -> list[Outgoing]:
        """What may go out now and nobody has in hand; what is claimed is in hand at once."""
        async with self._claiming:
            return await self._claim_alone(first, last)

    async def _claim_alone(self, first: int, last: int) -> list[Outgoing]:
        names = [name for name in self.channels if name not in self.stopped]
        now = self.clock.now()
        async with self.database.reading() as db:
            if not await outbox.any_ready(db, now=now, lanes=(first, last)):
                return []
        async with self.database.transaction() as db:
            claimed = await outbox.claim(
                db, names, owner=self.owner, limit=BATCH, now=now, lanes=(first, last)
            )
        fresh = [out for out in claimed if out.id not in self._in_hand]
        self._in_hand.update(out.id for out in fresh)
        return fresh

    async def _send_all(self, batch: list[Outgoing]) -> None:
        """Different chats side by side, one chat in order."""
        await asyncio.gather(*(self._send_chat(outs) for outs in _by_chat(batch).values()))

    async def _send_chat(self, outs: list[Outgoing]) -> None:
        try:
            await self._send_in_order(outs)
        finally:
            self._in_hand.difference_update(out.id for out in outs)
            self._let_go.set()

    async def _send_in_order(self, outs: list[Outgoing]) -> None:
        """When one does not go out, those behind it wait as long as it does."""
        for number, out in enumerate(outs):
            try:
                if until := await self._send(out):
                    await self._keep_behind(outs[number + 1 :], until)
                    return
            except StoreTrouble as trouble:
                log.error("store_trouble", outbox=out.id, error=str(trouble))
                return  # the lease runs out, the row is taken again
            except Exception:
                log.exception("sender_defect", outbox=out.id)
                return

    async def _keep_behind(self, outs: list[Outgoing], until: datetime) -> None:
        async with self.database.transaction() as db:
            for out in outs:
                await outbox.later(
                    db, out.id, owner=self.owner, until=until, error="behind", uncertain=False
                )

    async def _send(self, out: Outgoing) -> datetime | None:
        """Send one; returns when it is to be tried again, None when it is settled."""
        channel = self.channels[out.address.channel]
        pacer = self._pacer(channel)
        if until := await self._put_back(out, pacer):
            return until
        ready = await self._drawn(out)
        if ready is None:
            return None
        await pacer.turn(out.address.user_key, answer=out.lane == ANSWER)
        try:
            handle = await channel.deliver(self._with_tokens(ready))
        except SendError as trouble:
            return await self._failed(out, trouble, pacer)
        except Exception as defect:  # of ours: tried a few times, then dead like the others
            log.exception("channel_defect", outbox=out.id)
            unclear = SendError(Trouble.UNCERTAIN, type(defect).__name__)
            return await self._failed(out, unclear, pacer)
        async with self.database.transaction() as db:
            await outbox.sent(
                db, out.id, owner=self.owner, ref=handle.ref, now=self.clock.now()
            )
        return None

    async def _drawn(self, out: Outgoing) -> Outgoing | None:
        """The message with its drawings made, once; None: its time is over meanwhile.

        The files are in the row before anything is sent, so a second try sends the same.
        """
        if not out.drawings or self.press is None:
            return out
        if self._in_words(out):
            ready, kept = replace(out, drawings=()), list[Kept]()
        else:
            ready, kept = await self._made(out, self.press)
        now = self.clock.now()
        async with self.database.transaction() as db:
            await files.enter(db, kept, now=now)
            ours = await outbox.drawn(db, ready, owner=self.owner, now=now)
        return ready if ours else None

    def _in_words(self, out: Outgoing) -> bool:
        """Whether its drawings are left out: the clock is passing over its day."""
        until = self.words_until
        return until is not None and out.lane != ANSWER and self.clock.now() < until

    async def _made(self, out: Outgoing, press: Press) -> tuple[Outgoing, list[Kept]]:
        making = asyncio.create_task(press.run(out))
        try:
            if out.lane == ANSWER:
                await self._bridge(out, making)
            return await making
        finally:
            making.cancel()

    async def _bridge(self, out: Outgoing, making: asyncio.Task[Any]) -> None:
        """Whoever waits longer than a moment is told that it is under way, once."""
        done, _ = await asyncio.wait({making}, timeout=SLOW)
        if done or self.press is None:
            return
        text = self.press.words.say("written.making")
        async with self.database.transaction() as db:
            aside = await outbox.aside(
                db, out, text, owner=self.owner, now=self.clock.now()
            )  # fmt: skip
        if aside:
            await self._send(aside)

    async def _put_back(self, out: Outgoing, pacer: Pacer) -> datetime | None:
        """A chat that the channel holds gives up its place, so that the others go on."""
        held = pacer.held(out.address.user_key, asyncio.get_running_loop().time())
        if held <= PATIENCE:
            return None
        until = self.clock.now() + timedelta(seconds=held)
        async with self.database.transaction() as db:
            await outbox.later(
                db, out.id, owner=self.owner, until=until, error="held", uncertain=False
            )
        return until

    def _with_tokens(self, out: Outgoing) -> Outgoing:
        if out.card_id is None or out.person_id is None:
            return out
        tokens = tuple(
            cards.token(self.key, out.card_id, number, out.person_id)
            for number in range(len(out.labels))
        )
        return replace(out, tokens=tokens)

    async def _failed(self, out: Outgoing, trouble: SendError, pacer: Pacer) -> datetime | None:
        """What each kind of trouble means for this message; when to try it again."""
        log.warning("not_sent", outbox=out.id, kind=trouble.kind, detail=trouble.detail[:200])
        now = self.clock.now()
        if trouble.kind is Trouble.THROTTLED:
            loop_now = asyncio.get_running_loop().time()
            pacer.throttled(
                out.address.user_key,
                trouble.retry_after,
                everybody=trouble.everybody,
                now=loop_now,
            )
        async with self.database.transaction() as db:
            if trouble.kind is Trouble.UNREACHABLE:
                await people.mark_unreachable(db, out.address)
            if trouble.kind is Trouble.MOVED:
                await outbox.retarget(db, out.address, trouble.moved_to)
            if trouble.kind is Trouble.MISCONFIGURED:
                self.stopped.add(out.address.channel)
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

    def _pacer(self, channel: Channel) -> Pacer:
        caps = channel.caps
        return self._pacers.setdefault(
            channel.name, Pacer(caps.rate, caps.chat_rate, caps.chat_burst)
        )


def _by_chat(batch: list[Outgoing]) -> dict[Address, list[Outgoing]]:
    chats: dict[Address, list[Outgoing]] = {}
    for out in batch:
        chats.setdefault(out.address, []).append(out)
    return chats


def _leave(
    busy: dict[Address, asyncio.Task[None]], chat: Address, bell: asyncio.Event,
    done: asyncio.Task[None],
) -> None:  # fmt: skip
    """A chat's messages are out; its place is free unless more of it came meanwhile."""
    if busy.get(chat) is done:
        del busy[chat]
    bell.set()


async def _ring_or_rest(bell: asyncio.Event) -> None:
    """Until somebody rings, or a moment has passed: what was put off may be due."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(IDLE):  # wait_for of Python 3.11 may swallow a cancellation
            await bell.wait()
