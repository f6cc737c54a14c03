"""A phone for everybody of the cast, in front of the real program: inbox, handlers, outbox."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from county import County, settle
from planted import plant

from bot.app import App, open_app
from bot.channels.memory import Memory
from bot.channels.text import plain
from bot.settings import Settings
from ledger import audit, draw_periods
from ledger.chance import Seeds
from ledger.clock import SetClock
from ledger.database import Session
from ledger.draw_periods import DrawPeriod
from ledger.messages import Outgoing


@dataclass
class Phones:
    """Says and presses for people, and remembers what each of them was told."""

    folder: Path
    clock: SetClock
    rules: str = ""  # the county's rules.toml
    pictures: bool = False  # whether messages go out with their files made
    memory: Memory = field(default_factory=Memory)
    app: App = field(init=False)
    county: County = field(init=False)
    said: list[tuple[str, str, str]] = field(default_factory=list)
    _numbers: int = 0
    _read: int = 0
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, folder: Path, clock: SetClock, rules: str = "", *, pictures: bool = False
    ) -> AsyncIterator["Phones"]:
        """The program over a fresh ledger with the cast in it."""
        phones = cls(folder, clock, rules, pictures)
        async with phones._stack:
            await phones._start()
            phones.county = await settle(phones.app.database, now=clock.now())
            await phones.app.runner.plan()
            yield phones

    async def _start(self) -> None:
        self._stack.enter_context(patch.object(draw_periods, "with_head", same_beacon))
        county = self.folder / "county"
        county.mkdir(exist_ok=True)
        (county / "rules.toml").write_text(self.rules, encoding="utf-8")
        settings = Settings(data=self.folder, county_dir=county, _env_file=None)
        opened = open_app(
            settings, self.clock, channels={"memory": self.memory}, durable=False,
            seeds=Seeds("cast"), pictures=self.pictures,
        )  # fmt: skip
        self.app = await self._stack.enter_async_context(opened)

    async def restart(self) -> None:
        """Stop the program and start it again over the same folder."""
        await self._stack.aclose()
        await self._start()
        await self.app.runner.plan()
        await self.app.inbox.replay()

    async def says(self, name: str, text: str = "", **more: object) -> list[Outgoing]:
        """Send words (or files=, place=, edits=, token=, enter=, reply_to=) and return all that is new."""
        self._numbers += 1
        ext_id = str(self._numbers)
        self.said.append((name, text, ext_id))
        more = {key: value for key, value in more.items() if value is not None}
        raw = self.memory.raw(name, ext_id, self.clock.now(), text=text, **more)
        await self.app.inbox.keep([raw])
        return await self.settled()

    async def presses(self, name: str, label: str) -> list[Outgoing]:
        """Press the newest button with that label that this person has."""
        for out in reversed(self.memory.sent):
            if label in out.labels and out.person_id == self.county[name].id:
                token = out.tokens[out.labels.index(label)]
                return await self.says(name, token=token)
        raise LookupError(f"{name} 没有收到过按钮 [{label}]")

    async def finds_there(self, words: str) -> list[Outgoing]:
        """Put something into the ledger by itself (tests/planted.py)."""
        async with self.app.database.transaction() as db:
            await plant(db, self.county, words, now=self.clock.now())
        return await self.settled()

    async def settled(self) -> list[Outgoing]:
        """Let every answer out and return what is new."""
        await self.app.inbox.settle()
        await self.app.tables.drain()
        await self.app.pages.drain()
        await self.app.sender.drain()
        new = self.memory.sent[self._read :]
        self._read = len(self.memory.sent)
        return new

    async def at(self, moment: datetime) -> list[Outgoing]:
        """Move the clock; everything due in between happens at its own time."""
        await self.app.runner.live_until(moment, self.clock, self.app.sender.drain)
        return await self.settled()

    def last_id(self) -> str:
        """The id of the message sent last, to edit it."""
        return str(self._numbers)

    def own(self, name: str, part: str) -> str:
        """How to name the newest message this person wrote with these words, to reply to it."""
        found = [id for who, text, id in self.said if who == name and part in text]
        return f"memory:{found[-1]}"

    def told(self, name: str, part: str) -> str:
        """How to name the newest message this person was sent with these words, to reply to it."""
        sent = [out for out in self.memory.sent if out.address.user_key == name]
        return f"memory:out/{[out.id for out in sent if part in words(out)][-1]}"

    def name_of(self, out: Outgoing) -> str:
        """Who received it; the address when nobody is known."""
        for name, person in self.county.people.items():
            if person.id == out.person_id:
                return name
        return out.address.user_key


async def same_beacon(db: Session, period: DrawPeriod, *, now: datetime) -> DrawPeriod:
    """The log's head is salted, so new in every run; a script wants the same draws every time."""
    who = {"actor": audit.SYSTEM, "now": now}
    await draw_periods.set_beacon(db, period, "0" * 64, draw_periods.CHAIN, **who)
    return await draw_periods.by_id(db, period.id)


def words(out: Outgoing) -> str:
    """What a person reads."""
    return plain(out.text)


def told(outs: Iterable[Outgoing]) -> str:
    """All words of some messages."""
    return "\n".join(words(out) for out in outs)


async def rows(phones: Phones, query: str) -> list[tuple[object, ...]]:
    """What stands in the ledger."""
    async with phones.app.database.reading() as db:
        return [tuple(one) for one in await db.connection.execute_fetchall(query)]
