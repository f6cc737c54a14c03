"""WeCom's smart bot (智能机器人) over its long connection: no address of one's own is needed.

socket.py keeps the connection, hear.py reads frames, send.py says things, cards.py draws them,
media.py carries files, press.py turns pressed cards grey.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.channels.base import Caps, Keep, SendError, Trouble
from bot.channels.wecom_bot import hear
from bot.channels.wecom_bot.media import Files
from bot.channels.wecom_bot.press import Pressing
from bot.channels.wecom_bot.send import Sending
from bot.channels.wecom_bot.socket import Frame, Socket, Waits
from bot.settings import Settings, WeComSettings
from ledger import channel_members
from ledger.clock import Clock, WallClock
from ledger.database import Database
from ledger.inbox import Raw
from ledger.messages import Handle, Incoming, Media, Outgoing
from templates.words import Words

log = structlog.get_logger()
BYTES = 20_480  # of one message
KEEP_LAST = 5.0  # seconds a stop waits for that
KEEP_AGAIN = 1.0  # seconds before frames are offered again to a ledger that had no room


def build(settings: Settings, database: Database, clock: Clock | None = None) -> "WeComBot":
    """The channel as the environment describes it."""
    return WeComBot(WeComSettings(), settings, database, clock or WallClock())


class WeComBot:
    """One smart bot. Only one process may run it: a second connection throws out the first."""

    name = hear.CHANNEL

    def __init__(
        self, wecom: WeComSettings, settings: Settings, database: Database, clock: Clock,
        waits: Waits | None = None,
    ) -> None:  # fmt: skip
        self.account, self.database, self.clock = wecom.bot_id, database, clock
        self.caps = Caps(
            edits=False, text_limit=BYTES,
            windows=((wecom.per_member_per_min, 60), (wecom.per_member_per_hour, 3600)),
        )  # fmt: skip
        self.socket = Socket(
            wecom.ws_url, wecom.bot_id, wecom.bot_secret.get_secret_value(), self._hear,
            waits or Waits(displaced=wecom.displaced_wait), wecom.ca_file,
        )  # fmt: skip
        self._spelt: dict[str, str] = {}
        self._files = Files(self.socket, settings.files, database, clock, wecom.ca_file)
        self._sending = Sending(
            self.socket, self._files, database, clock, Words(settings.county_dir), self._spelt
        )
        self._pressing = Pressing(self.socket, database)
        self._frames: asyncio.Queue[Frame] = asyncio.Queue()
        self._passing: set[asyncio.Task[None]] = set()

    def hear(self, payload: dict[str, Any]) -> Incoming:
        """Translate one frame; `Unreadable` when it is beyond us."""
        return hear.hear(payload, self.account)

    async def deliver(self, out: Outgoing) -> Handle:
        """Send one message; what closes an earlier one is a new message here."""
        return await self._sending.deliver(out)

    async def deliver_together(
        self, outs: Sequence[Outgoing]
    ) -> Mapping[int, Handle | SendError]:
        """One after the other: WeCom has no call for several chats of a bot."""
        done: dict[int, Handle | SendError] = {}
        for out in outs:
            try:
                done[out.id] = await self.deliver(out)
            except SendError as trouble:
                done[out.id] = trouble
        return done

    async def fetch(self, media: Media) -> bytes:
        """The bytes of a photo or file, decrypted, at most 20 MB."""
        return await self._files.fetch(media)

    async def run(self, keep: Keep) -> None:
        """Stay connected until cancelled; every frame is committed before anything else."""
        if not (self.account and self.socket.secret):
            raise SendError(Trouble.MISCONFIGURED, "WECOM_BOT_ID 和 WECOM_BOT_SECRET 要一起填")
        await self._remember()
        keeping = asyncio.create_task(self._keep_on(keep))
        try:
            await self.socket.run()
        finally:
            with contextlib.suppress(TimeoutError):  # what has come is kept before we go
                async with asyncio.timeout(KEEP_LAST):
                    await self._frames.join()
            keeping.cancel()

    async def close(self) -> None:
        """Give back connections."""
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)
        await self._files.close()

    def _hear(self, frame: Frame) -> None:
        self._frames.put_nowait(frame)

    async def _keep_on(self, keep: Keep) -> None:
        """Commit what has come, all of it at once, in its order."""
        while True:
            frames = [await self._frames.get()]
            while not self._frames.empty():
                frames.append(self._frames.get_nowait())
            raws = [hear.raw_of(frame, self.account) for frame in frames]
            await self._insist(keep, raws)
            for frame, raw in zip(frames, raws, strict=True):
                self._frames.task_done()
                await self._kept(frame, raw)

    async def _insist(self, keep: Keep, raws: list[Raw]) -> None:
        """Until it is kept: WeCom is not known to send anything twice."""
        while True:
            try:
                return await keep(raws)
            except Exception as trouble:
                log.error("store_trouble", error=f"{type(trouble).__name__}: {trouble}")
                await asyncio.sleep(KEEP_AGAIN)

    async def _kept(self, frame: Frame, raw: Raw) -> None:
        """It is safe in the inbox: note how an odd id is spelt, turn a pressed card grey."""
        try:
            await self._note(hear.sender_of(raw.payload["body"]))
        except Exception:
            log.exception("spelling_not_noted", inbox=raw.ext_id)
        if hear.is_press(raw.payload):
            task = asyncio.create_task(self._pressing.show(frame, raw))
            self._passing.add(task)
            task.add_done_callback(self._passed)

    def _passed(self, task: asyncio.Task[None]) -> None:
        self._passing.discard(task)
        if not task.cancelled() and (defect := task.exception()):
            log.error("card_not_updated", reason=f"{type(defect).__name__}: {defect}")

    async def _note(self, who: str) -> None:
        """An id that is not all lower case, encrypted ones above all, is kept as it is spelt."""
        key = who.casefold()
        if who == key or self._spelt.get(key) == who:
            return
        async with self.database.transaction() as db:
            await channel_members.seen(
                db, self.name, self.account, who, (), now=self.clock.now()
            )
        self._spelt[key] = who

    async def _remember(self) -> None:
        async with self.database.reading() as db:
            known = await channel_members.every(db, self.name, self.account)
        self._spelt.update((one.user_key, one.spelling) for one in known)
