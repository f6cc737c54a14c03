"""From the outbox to the channels: claim with a lease, wait for a turn, send, mark.

The claim we publish: nothing is lost; a message may come twice only where a crash or an
unclear answer of the channel fell between sending and marking.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.channels.base import Caps, Channel, SendError, Trouble
from bot.easing import eased
from bot.pacer import Pacer, Windows
from bot.press import Press
from bot.settling import Outcome, Settling
from bot.together import Job, chat_of, groupable, jobs, parts, weight
from ledger import cards, files, outbox
from ledger.clock import Clock
from ledger.database import Database, Session, StoreTrouble
from ledger.files import Kept
from ledger.messages import Outgoing
from ledger.outbox import ANSWER, BULK
from ledger.people import Address

log = structlog.get_logger()
BATCH = 20
ROOM = 60  # jobs of one lane that may be in hand at once
IDLE = 1.0  # seconds between looks when nobody wakes us
PATIENCE = 0.5  # seconds one held chat may keep the others of its batch waiting
SLOW = 2.0  # seconds of making files after which somebody who has asked is told so
TOGETHER = "together"  # whose turn a call for several chats takes

TICK = 0.001  # seconds: the ledger's clock has no finer ones

Wait = tuple[datetime, str]  # until when, and why


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
    _settling: Settling = field(init=False)
    _claiming: asyncio.Lock = field(default_factory=asyncio.Lock)
    _let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._settling = Settling(self.database, self.clock, self.owner, self.stopped)

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
                free = ROOM - len(set(busy.values()))
                batch = await self._claim_or_nothing(first, last) if free > 0 else []
                for job in jobs(batch, self.channels):
                    before = {busy[chat] for chat in job.chats if chat in busy}
                    task = group.create_task(self._send_after(before, job))
                    busy.update(dict.fromkeys(job.chats, task))
                    task.add_done_callback(partial(_leave, busy, job, bell))
                if not batch:
                    await _ring_or_rest(bell)

    async def _claim_or_nothing(self, first: int, last: int) -> list[Outgoing]:
        try:
            return await self._claim(first, last)
        except StoreTrouble as trouble:
            log.error("store_trouble", error=str(trouble))
            return []

    async def _send_after(self, before: set[asyncio.Task[None]], job: Job) -> None:
        if before:
            await asyncio.wait(before)
        await self._do(job)

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
            claimed += await self._alike(db, claimed, now)
        fresh = [out for out in claimed if out.id not in self._in_hand]
        self._in_hand.update(out.id for out in fresh)
        return fresh

    async def _alike(
        self, db: Session, claimed: list[Outgoing], now: datetime
    ) -> list[Outgoing]:
        """What waits besides and may share a call with one of these, where a channel has such."""
        heads = [out for out in claimed if groupable(out, self._caps(out))]
        most = max((self._caps(out).together for out in heads), default=0)
        if most <= len(heads):
            return []
        names = sorted({out.address.channel for out in heads})
        return await outbox.claim_alike(
            db, names, owner=self.owner, limit=most - len(heads), now=now
        )

    async def _send_all(self, batch: list[Outgoing]) -> None:
        """Different chats side by side, one chat in order."""
        await asyncio.gather(*(self._do(job) for job in jobs(batch, self.channels)))

    async def _do(self, job: Job) -> None:
        ids = [out.id for out in job.outs]
        try:
            await (self._send_together if job.together else self._send_in_order)(job.outs)
        except StoreTrouble as trouble:  # the lease runs out, the row is taken again
            log.error("store_trouble", outbox=ids[:BATCH], error=str(trouble))
        except Exception:
            log.exception("sender_defect", outbox=ids[:BATCH])
        finally:
            self._in_hand.difference_update(ids)
            self._let_go.set()

    async def _send_in_order(self, outs: Sequence[Outgoing]) -> None:
        """When one does not go out, those behind it wait as long as it does.

        Where an hour's edges are eased, what is urgent goes before what may have to wait for that.
        """
        eases = self._caps(outs[0]).eases
        ordered = sorted(outs, key=lambda out: eases and out.lane > ANSWER and not out.urgent)
        for number, out in enumerate(ordered):
            if until := await self._send(out):
                await self._wait({one.id: (until, "behind") for one in ordered[number + 1 :]})
                return

    async def _send(self, out: Outgoing) -> datetime | None:
        """Send one; returns when it is to be tried again, None when it is settled."""
        channel = self.channels[out.address.channel]
        pacer = self._pacer(channel)
        if waits := await self._put_back([out], pacer):
            return waits[out.id]
        ready = await self._drawn(out)
        if ready is None:
            return None
        await pacer.turn(chat_of(out), answer=out.lane == ANSWER)
        if waits := await self._begin([ready], pacer):
            return waits[out.id]
        outcomes = await self._deliver(channel, [ready])
        return (await self._settling.settle([ready], outcomes, pacer)).get(out.id)

    async def _send_together(self, outs: Sequence[Outgoing]) -> None:
        """One call for all who may hear it now; each row has its own outcome."""
        channel = self.channels[outs[0].address.channel]
        pacer = self._pacer(channel)
        waits = await self._put_back(outs, pacer)
        if len(waits) == len(outs):
            return
        await pacer.turn(TOGETHER, answer=False)
        waits |= await self._begin([out for out in outs if out.id not in waits], pacer)
        if free := [out for out in outs if out.id not in waits]:
            outcomes = await self._deliver(channel, free, together=True)
            await self._settling.settle(free, outcomes, pacer)

    async def _deliver(
        self, channel: Channel, outs: Sequence[Outgoing], *, together: bool = False
    ) -> Mapping[int, Outcome]:
        """What became of each, by its id; what the channel raises is everybody's."""
        try:
            if together:
                return await channel.deliver_together(outs)
            return {outs[0].id: await channel.deliver(self._with_tokens(outs[0]))}
        except SendError as trouble:
            failed = trouble
        except Exception as defect:  # of ours: tried a few times, then dead like the others
            log.exception("channel_defect", outbox=outs[0].id)
            failed = SendError(Trouble.UNCERTAIN, type(defect).__name__)
        return dict.fromkeys((out.id for out in outs), failed)

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

    async def _put_back(self, outs: Sequence[Outgoing], pacer: Pacer) -> dict[int, datetime]:
        """Who has to wait, and until when: he gives up his place, so that the others go on."""
        await self._recall(outs, pacer.windows)
        return await self._wait(
            {out.id: wait for out in outs if (wait := self._reason(out, pacer))}
        )

    def _reason(self, out: Outgoing, pacer: Pacer) -> Wait | None:
        """The channel wants peace, the hour is a bad one, the chat has got enough of late."""
        caps, now = self._caps(out), self.clock.now()
        if held := self._held(out, pacer):
            return held
        together = out.text if groupable(out, caps) else chat_of(out)
        if caps.eases and (until := eased(out, together, now)):
            return until, "eased"
        return self._full(out, pacer.windows)

    def _held(self, out: Outgoing, pacer: Pacer) -> Wait | None:
        held = pacer.held(chat_of(out), asyncio.get_running_loop().time())
        return (self.clock.now() + timedelta(seconds=held), "held") if held > PATIENCE else None

    def _full(self, out: Outgoing, windows: Windows) -> Wait | None:
        caps, now = self._caps(out), self.clock.now()
        wait = windows.wait(chat_of(out), weight(out, caps), now.timestamp())
        return (now + timedelta(seconds=wait + TICK), "full") if wait > 0 else None

    async def _begin(self, outs: Sequence[Outgoing], pacer: Pacer) -> dict[int, datetime]:
        """They are being sent, and count from now on; who came too late for that has to wait."""
        waits: dict[int, Wait] = {}
        for out in outs:
            if wait := self._held(out, pacer) or self._full(out, pacer.windows):
                waits[out.id] = wait
            else:
                caps = self._caps(out)
                now = self.clock.now().timestamp()
                pacer.windows.note(chat_of(out), weight(out, caps), now)
        return await self._wait(waits)

    async def _recall(self, outs: Sequence[Outgoing], windows: Windows) -> None:
        """What a chat got before we started counts, too."""
        strange = [out for out in outs if not windows.knows(chat_of(out))]
        if not strange:
            return
        since = self.clock.now() - timedelta(seconds=windows.longest)
        async with self.database.reading() as db:
            for out in strange:
                caps = self._caps(out)
                past = await outbox.sent_to(db, out, since=since)
                begun = [(one.at, parts(one.bytes, one.files, caps)) for one in past]
                windows.recall(
                    chat_of(out), [at.timestamp() for at, count in begun for _ in range(count)]
                )

    async def _wait(self, waits: Mapping[int, Wait]) -> dict[int, datetime]:
        """Nothing is wrong with these: they are tried later, and that was no try."""
        if waits:
            async with self.database.transaction() as db:
                for id, (until, why) in waits.items():
                    await outbox.later(
                        db, id, owner=self.owner, until=until, error=why, uncertain=False,
                        tried=False,
                    )  # fmt: skip
        return {id: until for id, (until, _) in waits.items()}

    def _with_tokens(self, out: Outgoing) -> Outgoing:
        if out.card_id is None or out.person_id is None:
            return out
        tokens = tuple(
            cards.token(self.key, out.card_id, number, out.person_id)
            for number in range(len(out.labels))
        )
        return replace(out, tokens=tokens)

    def _caps(self, out: Outgoing) -> Caps:
        return self.channels[out.address.channel].caps

    def _pacer(self, channel: Channel) -> Pacer:
        caps = channel.caps
        return self._pacers.setdefault(
            channel.name,
            Pacer(caps.rate, caps.chat_rate, caps.chat_burst, Windows(caps.windows)),
        )


def _leave(
    busy: dict[Address, asyncio.Task[None]], job: Job, bell: asyncio.Event,
    done: asyncio.Task[None],
) -> None:  # fmt: skip
    """A job is done; the place of its chats is free unless more for them came meanwhile."""
    for chat in job.chats:
        if busy.get(chat) is done:
            del busy[chat]
    bell.set()


async def _ring_or_rest(bell: asyncio.Event) -> None:
    """Until somebody rings, or a moment has passed: what was put off may be due."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(IDLE):  # wait_for of Python 3.11 may swallow a cancellation
            await bell.wait()
