"""The composition root: the only place that chooses implementations and the order of start.

Start: lock, migrate, open -> answer what was kept -> scheduler -> sender -> channels -> web.
Stop: the other way round; what is not finished waits in its table.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

import structlog

from bot.channels import CHANNELS, OUTPUT_ONLY
from bot.channels.base import Channel, SendError
from bot.inbox import Inbox
from bot.press import Press
from bot.sender import Sender
from bot.settings import Settings, TelegramSettings, WeComSettings
from bot.table_desk import TableDesk
from bot.word_desk import WordDesk
from ledger import group_notices
from ledger import settings as kept_settings
from ledger.chance import fresh_seed
from ledger.clock import Clock, SetClock, ShiftedClock, aware
from ledger.database import Database, Session, open_database
from ledger.days import DAY
from ledger.reading.lexicon import load_lexicon
from ledger.rules import Rules, load_rules
from ledger.seed_vault import Vault
from scheduler.desk import Desk
from scheduler.runner import Runner
from templates.words import Words

log = structlog.get_logger()


@dataclass
class App:
    """Everything one running copy consists of."""

    settings: Settings
    clock: Clock
    database: Database
    rules: Rules
    words: Words
    key: bytes = field(repr=False)
    channels: Mapping[str, Channel]
    inbox: Inbox
    sender: Sender
    runner: Runner
    tables: TableDesk
    pages: WordDesk
    demo: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Answer what waited, then send, keep time and listen."""
        await self._keep_groups()
        await self.inbox.replay()
        await self.runner.plan()
        self._tasks = [
            asyncio.create_task(self.sender.run(), name="sender"),
            asyncio.create_task(self.runner.run(), name="scheduler"),
            asyncio.create_task(self.tables.run(), name="tables"),
            asyncio.create_task(self.pages.run(), name="pages"),
            *(
                asyncio.create_task(self._listen(channel), name=channel.name)
                for channel in self.channels.values()
            ),
        ]

    async def _keep_groups(self) -> None:
        """Whom notices to groups may go to: of channels that have groups, all of theirs."""
        groups = [
            one for channel in self.channels.values() for one in getattr(channel, "groups", ())
        ]
        async with self.database.transaction() as db:
            await group_notices.keep_groups(db, groups)

    async def move_clock(self, moment: datetime) -> datetime:
        """Demo and rehearsal: go to that moment, doing all that is due on the way.

        What nobody asked for comes with its pictures on the last day only: drawing those of all
        the days passed over would take longer than anybody waits. `ValueError`: it is past.
        """
        if not isinstance(self.clock, SetClock | ShiftedClock):
            raise ValueError("only the demo's clock can be moved")
        if aware(moment) < self.clock.now():
            raise ValueError("the clock does not go back")
        self.sender.words_until = aware(moment) - DAY
        try:
            await self.runner.live_until(aware(moment), self.clock, self.settle)
        finally:
            self.sender.words_until = None
        async with self.database.transaction() as db:
            await keep_clock(db, self.clock)
        return self.clock.now()

    async def settle(self) -> None:
        """Answer and send everything that waits now."""
        await self.inbox.settle()
        await self.tables.drain()
        await self.pages.drain()
        await self.sender.settle()

    async def stop(self) -> None:
        """Channels and scheduler first, then answers under way, then the sender."""
        listening = [task for task in self._tasks if task.get_name() != "sender"]
        await _cancel(listening)
        await self.inbox.close()
        await _cancel(self._tasks)
        for channel in self.channels.values():
            await channel.close()

    async def _listen(self, channel: Channel) -> None:
        """One channel's trouble stops that channel only."""
        try:
            await channel.run(self.inbox.keep)
        except SendError as trouble:
            self.sender.stopped.add(channel.name)
            log.error("channel_stopped", channel=channel.name, reason=str(trouble))
        except Exception:
            log.exception("channel_defect", channel=channel.name)


CLOCK = "clock_offset_ms"  # the demo's clock survives a restart


async def keep_clock(db: Session, clock: Clock) -> None:
    """Remember how far the demo's clock is from the wall's."""
    if isinstance(clock, ShiftedClock):
        offset = round(clock.offset.total_seconds() * 1000)
        await kept_settings.write(db, CLOCK, str(offset))


async def kept_clock(db: Session) -> ShiftedClock | None:
    """The demo's clock as it was left; None in a fresh ledger."""
    offset = await kept_settings.read(db, CLOCK)
    return ShiftedClock(timedelta(milliseconds=int(offset))) if offset else None


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def open_app(
    settings: Settings, clock: Clock, *, demo: bool = False, durable: bool = True,
    channels: Mapping[str, Channel] | None = None, seeds: Callable[[], bytes] = fresh_seed,
    pictures: bool = True,
) -> AsyncIterator[App]:  # fmt: skip
    """Everything put together over an open database; not yet started.

    Without `pictures` messages go out in words alone: a rehearsal looks at no file.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            open_database(settings.database, durable=durable)
        )
        rules = load_rules(settings.county_dir / "rules.toml" if settings.county_dir else None)
        words = Words(settings.county_dir)
        key = secret_key(settings.data)
        lexicon = load_lexicon(settings.lexicon_file)
        chosen = (
            channels if channels is not None else build_channels(settings, database, demo=demo)
        )
        sender = Sender(database, chosen, key, clock)
        pages = WordDesk(
            database, words, clock, settings.files, settings.county_dir, sender.wake
        )
        if pictures:
            sender.press = Press(settings.files, words, settings.county_dir, pages.write)
        vault = Vault(settings.seeds_folder, seeds)
        inbox = Inbox(
            database, chosen, words, rules, key, clock, settings.files, sender.wake, vault, lexicon,
            settings.public_url.rstrip("/"),
        )  # fmt: skip
        desk = Desk(
            words, rules, settings.data, seeds, key, settings.seeds_folder, settings.county_dir,
            pages.write,
        )  # fmt: skip
        runner = Runner(database, desk, clock, sender.wake)
        tables = TableDesk(
            database, words, rules, clock, settings.files, sender.wake, lexicon
        )  # fmt: skip
        yield App(
            settings, clock, database, rules, words, key, chosen, inbox, sender, runner, tables,
            pages, demo,
        )  # fmt: skip


def build_channels(settings: Settings, database: Database, *, demo: bool) -> dict[str, Channel]:
    """The channels that are switched on; the others are not even imported."""
    names = ["web"] if demo else ["web", *wanted()]
    modules = (import_module((CHANNELS | OUTPUT_ONLY)[name]) for name in names)
    built = (module.build(settings, database) for module in modules)
    return {channel.name: channel for channel in built}


def wanted() -> list[str]:
    """The channels besides the web chat that the settings switch on."""
    wecom = WeComSettings()
    chosen = {
        "telegram": telegram_wanted(), "wecom": wecom.app, "wecom_bot": wecom.aibot,
        "wecom_group": bool(wecom.webhooks.get_secret_value().strip()),
    }  # fmt: skip
    return [name for name, on in chosen.items() if on]


def telegram_wanted() -> bool:
    """Whether a Telegram token is set (the channel itself reads it)."""
    return bool(TelegramSettings().token.get_secret_value())


def secret_key(data: Path) -> bytes:
    """The key that signs buttons and sessions; made once, readable by the owner only."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / "secret.key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_bytes(32))
            out.flush()
            os.fsync(out.fileno())
    return path.read_bytes()
