"""The Telegram channel. python-telegram-bot carries the calls; polling and sending are ours.

poll.py and webhook.py take updates in, hear.py reads them, send.py says things, troubles.py
turns Telegram's refusals into the words `bot.sender` acts on, commands.py is the command menu.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog
from starlette.routing import BaseRoute
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.base import Caps, Keep, SendError, Trouble
from bot.channels.telegram import commands, hear, poll, webhook
from bot.channels.telegram.send import Sending
from bot.channels.telegram.troubles import asked, insist
from bot.settings import Settings, TelegramSettings
from ledger.clock import Clock, WallClock
from ledger.database import Database
from ledger.errors import ForOperator
from ledger.messages import Handle, Incoming, Media, Outgoing

if TYPE_CHECKING:
    from bot.inbox import Inbox

log = structlog.get_logger()
os.environ["PTB_TIMEDELTA"] = (
    "1"  # retry_after as a timedelta; without it a deprecation warning
)
for noisy in ("httpx", "httpcore"):  # they log every URL, and the token is part of it
    logging.getLogger(noisy).setLevel(logging.WARNING)

CONNECTIONS = 16  # httpx slows down with many (encode/httpx#3215)
DOWNLOAD_LIMIT = 20 << 20  # bytes; Telegram gives out nothing larger
AT_ONCE = 4  # button answers under way together
DIRECT = dict.fromkeys(("http://", "https://", "all://"))  # no proxy from the environment


def build(settings: Settings, database: Database, clock: Clock | None = None) -> "Telegram":
    """The channel as the environment describes it; `ForOperator` when it cannot work."""
    return Telegram(TelegramSettings(), settings.files, database, clock or WallClock())


def routes(channel: "Telegram", inbox: "Inbox") -> list[BaseRoute]:
    """The address that Telegram pushes to, when it is to push."""
    if channel.settings.mode != "webhook":
        return []
    return list(webhook.routes(channel, inbox.keep))


class Telegram:
    """One bot account on Telegram's servers or on a Bot API server of one's own."""

    name = hear.CHANNEL

    def __init__(
        self, settings: TelegramSettings, files: Path, database: Database, clock: Clock
    ) -> None:
        token = settings.token.get_secret_value()
        self.account = hear.account_of(token)
        self.settings, self.database, self.clock = settings, database, clock
        self.caps = Caps(
            edits=True, text_limit=4096, rate=settings.rate, chat_rate=1, chat_burst=3
        )
        self.me = settings.username.lstrip("@")  # Telegram's own answer follows in `run`
        self.updates = _request(settings.proxy, connections=1)
        self.bot = Bot(
            token,
            base_url=settings.base_url,
            base_file_url=settings.file_url,
            request=_request(settings.proxy, connections=CONNECTIONS),
            get_updates_request=self.updates,
        )
        self._sending = Sending(self.bot, files)
        self._answers: set[asyncio.Task[None]] = set()
        self._few = asyncio.Semaphore(AT_ONCE)

    def hear(self, payload: dict[str, Any]) -> Incoming:
        """Translate one raw update; `Unreadable` when it is beyond us."""
        return hear.hear(payload, self.account, self.me)

    async def deliver(self, out: Outgoing) -> Handle:
        """Send one message, or turn an earlier one into its last word."""
        return await self._sending.deliver(out)

    async def fetch(self, media: Media) -> bytes:
        """The bytes of a photo or file, at most 20 MB."""
        file = await asked(self.bot.get_file(media.fetch))
        path = file.file_path or ""
        if not path.startswith(f"{self.bot.base_file_url}/"):
            raise SendError(Trouble.REFUSED, "自建 Bot API 服务器不要加 --local：文件取不到")
        if (file.file_size or 0) > DOWNLOAD_LIMIT:
            raise SendError(
                Trouble.REFUSED, f"the file has {file.file_size} bytes, more than 20 MB"
            )
        url = (
            f"{self.bot.base_file_url}/{quote(path.removeprefix(self.bot.base_file_url + '/'))}"
        )
        return await asked(self.bot.request.retrieve(url, read_timeout=60))

    async def run(self, keep: Keep) -> None:
        """Listen until cancelled; with a webhook, register it and return."""
        self.me = (await insist(self.bot.get_me)).username or ""
        await commands.offer(self.bot)
        if self.settings.mode == "webhook":
            await webhook.register(self)
            return
        await insist(lambda: self.bot.delete_webhook(drop_pending_updates=False))
        await poll.listen(self, keep)

    def kept(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """These are safe in the inbox: stop the little clocks on their buttons, in passing."""
        for update in updates:
            query = hear.pressed(update)
            if query:
                task = asyncio.create_task(self._answer(query))
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)

    async def _answer(self, query: str) -> None:
        """Purely cosmetic: whether it works ("query is too old") changes nothing."""
        async with self._few:
            with contextlib.suppress(SendError):
                await asked(self.bot.answer_callback_query(query))

    async def close(self) -> None:
        """Give back connections."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self.bot.request.shutdown()
        await self.updates.shutdown()


def _request(proxy: str, *, connections: int) -> HTTPXRequest:
    if proxy.startswith("socks") and find_spec("socksio") is None:
        raise ForOperator(
            "TELEGRAM_PROXY 是 SOCKS 代理，还缺 socksio 这个包。"
            "请运行 pip install socksio，或改填同一代理的 http:// 端口。"
        )
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=10,
        read_timeout=10,
        write_timeout=20,
        pool_timeout=30,
        media_write_timeout=60,
        proxy=proxy or None,
        httpx_kwargs={} if proxy else {"mounts": DIRECT},
    )
