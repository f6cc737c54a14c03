"""One message, start to finish. Start reading here.

keep()    a channel hands over raw messages: committed first, acknowledged afterwards
answer()  one row: payload -> Incoming -> conversation -> outbox; effect, answer and tick-off
          are one transaction, or none of it
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

import handlers
from bot.arrivals import Arrivals
from bot.channels.base import Channel, Cursor, SendError, Trouble, Unreadable
from ledger import inbox, outbox, pictures
from ledger.clock import Clock, moment
from ledger.database import Database, StoreTrouble
from ledger.files import Kept, keep_bytes
from ledger.inbox import Raw, Row
from ledger.messages import Incoming, Media, Reply, TextIn
from ledger.reading.lexicon import Lexicon, load_lexicon
from ledger.rules import Rules
from ledger.seed_vault import Vault
from templates.words import Words

log = structlog.get_logger()
FETCH_TRIES = 3
PASSING = frozenset({Trouble.DOWN, Trouble.UNCERTAIN, Trouble.THROTTLED})
TRUST_CHANNEL_TIME = timedelta(hours=26)  # channels keep messages for a day while we are down


@dataclass
class Inbox:
    """The durable inbox and the workers behind it: one conversation, one message at a time."""

    database: Database
    channels: Mapping[str, Channel]
    words: Words
    rules: Rules
    key: bytes = field(repr=False)
    clock: Clock
    files: Path
    wake_sender: Callable[[], None]
    vault: Vault
    lexicon: Lexicon = field(default_factory=load_lexicon, repr=False)
    public_url: str = ""  # where members reach our pages; '' none
    _workers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)
    _closing: bool = False
    _arrivals: Arrivals = field(init=False)

    def __post_init__(self) -> None:
        self._arrivals = Arrivals(self.database, self.clock)

    async def keep(self, raws: Sequence[Raw], cursor: Cursor | None = None) -> None:
        """Commit raw messages, then wake the workers of their conversations."""
        if cursor is None:
            await self._arrivals.commit(raws)
        else:
            await self._keep_fetched(raws, cursor)
        for conv_key in dict.fromkeys(raw.conv_key for raw in raws):
            self._wake(conv_key)

    async def _keep_fetched(self, raws: Sequence[Raw], cursor: Cursor) -> None:
        """What was fetched, and how far, in one transaction."""
        now = self.clock.now()
        async with self.database.transaction() as db:
            await inbox.keep(db, raws, now=now)
            await inbox.move_cursor(db, cursor.channel, cursor.account, cursor.last_id, now=now)

    async def outcome(self, raw: Raw, *, seconds: float) -> str | None:
        """The kind of the answer to a message just kept, waiting for it so long; None: not yet.

        For channels whose platform wants a press answered within seconds.
        """
        worker = self._workers.get(raw.conv_key)
        if worker:
            await asyncio.wait([worker], timeout=seconds)
        async with self.database.reading() as db:
            return await inbox.outcome(db, raw.channel, raw.account, raw.ext_id)

    def wake(self, conv_key: str) -> None:
        """Something was committed into this conversation elsewhere."""
        self._wake(conv_key)

    async def replay(self) -> None:
        """Answer what was kept before a stop or a crash, the longest waiting first."""
        async with self.database.reading() as db:
            waiting = await inbox.conversations(db)
        for conv_key in waiting:
            self._wake(conv_key)

    async def settle(self) -> None:
        """Wait until every conversation is answered."""
        while self._workers:
            await asyncio.gather(*self._workers.values())

    async def close(self) -> None:
        """Let running answers finish; what has not begun waits in the table."""
        self._closing = True
        with contextlib.suppress(TimeoutError):  # a file that does not come: the row waits, too
            async with asyncio.timeout(10):
                await self.settle()

    def _wake(self, conv_key: str) -> None:
        if self._closing:
            return
        if conv_key in self._workers:
            self._again.add(conv_key)
            return
        task = asyncio.create_task(self._work(conv_key))
        self._workers[conv_key] = task

    async def _work(self, conv_key: str) -> None:
        try:
            while not self._closing and (row := await self._next(conv_key)):
                await self._answer_or_park(row)
        except StoreTrouble as trouble:
            log.error("store_trouble", conversation=conv_key, error=str(trouble))
            asyncio.get_running_loop().call_later(5, self._wake, conv_key)
        finally:
            del self._workers[conv_key]
            if conv_key in self._again:
                self._again.discard(conv_key)
                self._wake(conv_key)

    async def _next(self, conv_key: str) -> Row | None:
        async with self.database.reading() as db:
            return await inbox.waiting(db, conv_key)

    async def _answer_or_park(self, row: Row) -> None:
        try:
            await self.answer(row)
        except StoreTrouble:
            raise
        except Exception as defect:
            log.exception("parked", inbox=row.id, kind=type(defect).__name__)
            await self._park(row, defect)

    async def answer(self, row: Row) -> None:
        """Understand one row and answer it, all in one transaction."""
        channel, incoming = self._hear(row)
        kept, lost = await self._fetch(channel, incoming)
        received = moment(row.received_at)
        async with self.database.transaction() as db:
            now = _now(incoming, received)
            room = handlers.Room(
                db, self.words, self.rules, self.key, now, self.vault, self.clock.now(),
                self.lexicon, self.public_url,
            )  # fmt: skip
            person, reply = await handlers.answer(room, incoming, kept, lost)
            if reply:
                await outbox.post(
                    db, incoming.address, person, reply, dedupe=f"in:{row.id}", now=received
                )
            await inbox.done(db, row.id)
        self.wake_sender()

    def _hear(self, row: Row) -> tuple[Channel, Incoming]:
        """Whatever a payload does to its channel, it must not block the ones behind it."""
        try:
            channel = self.channels[row.channel]
            incoming = channel.hear(row.payload)
            return channel, replace(incoming, masked=bool(row.payload.get("masked")))
        except Unreadable:
            raise
        except Exception as defect:
            raise Unreadable(f"{row.channel}: {type(defect).__name__}: {defect}") from defect

    async def _fetch(self, channel: Channel, incoming: Incoming) -> tuple[list[Kept], int]:
        """The files of a message on our disk, and how many could not be had."""
        if not isinstance(incoming.event, TextIn) or incoming.group:  # groups are not heard
            return [], 0
        kept: list[Kept] = []
        for media in incoming.event.media:
            data = await self._fetch_one(channel, media)
            if data is not None:
                kept.append(await asyncio.to_thread(self._keep_bytes, media, data))
        return kept, len(incoming.event.media) - len(kept)

    async def _fetch_one(self, channel: Channel, media: Media) -> bytes | None:
        limit = self.rules.file_limit_mb << 20
        if media.size > limit:
            return None
        for attempt in range(FETCH_TRIES):
            await asyncio.sleep(attempt)
            try:
                data = await channel.fetch(media)
                return data if len(data) <= limit else None  # not every channel tells before
            except SendError as trouble:
                log.warning("fetch_failed", channel=channel.name, kind=trouble.kind)
                if trouble.kind not in PASSING or trouble.retry_after > FETCH_TRIES:
                    return None
        return None

    def _keep_bytes(self, media: Media, data: bytes) -> Kept:
        kept = keep_bytes(self.files, data, mime=media.mime, name=media.name, kind=media.kind)
        seen = pictures.look(data, now=self.clock.now())
        return replace(kept, forwarded=media.forwarded, seen=seen)

    async def _park(self, row: Row, defect: Exception) -> None:
        """Keep the row with its error; the person hears its number, in plain words."""
        async with self.database.transaction() as db:
            await inbox.failed(db, row.id, f"{type(defect).__name__}: {defect}")
            if isinstance(defect, Unreadable):
                return
            address = self._hear(row)[1].address
            reply = Reply(self.words.say("talk.fault", number=row.id))
            await outbox.post(
                db, address, None, reply, dedupe=f"fault:{row.id}", now=self.clock.now()
            )
        self.wake_sender()


def _now(incoming: Incoming, received: datetime) -> datetime:
    """The channel's own time where it is near ours: a message of last night is of last night."""
    if received - TRUST_CHANNEL_TIME < incoming.at <= received:
        return incoming.at
    return received
