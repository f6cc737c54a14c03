"""A day's `.chat` script lived on one channel: what stands on each screen and in the ledger after it.

The script's words need not be said to the letter (tests/test_conversations.py sees to that): the
same day is lived twice, in a list and over WeCom, and must come to the same. Every step has its
own minute and more, so that what was held back for a moment is out before the next one.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from chat_script import Step, moment, read
from county import MONDAY, County, settle
from phones import same_beacon
from planted import plant

from bot.app import App, open_app
from bot.channels.base import Channel
from bot.channels.memory import Memory
from bot.channels.text import plain
from bot.settings import Settings
from ledger import draw_periods
from ledger.chance import Seeds
from ledger.clock import SetClock
from ledger.clock import moment as at_ms
from ledger.messages import Outgoing
from ledger.people import Address
from ledger.places import Place

PACE = timedelta(seconds=100)  # from one step to the next, longer than a closed minute's limit
HALF_HOUR = timedelta(minutes=6)  # what is unasked may set out so much after :00 and :30
HELD = timedelta(minutes=7)  # what waits longer than that waits for its own hour
ROUNDS = 60  # of waiting for one step's messages
VILLAGE = Place(28.126479, 106.833857, "GCJ-02", note="地图选点")
SALTED = re.compile(r"存证\d{8}-[0-9a-f]+……|[0-9a-f]{12,}")
QUIET = (
    "chat_checks = 0\nchat_lottery = 0\nphone_checks = 0\nvisits = 0\nback_checks_a_month = 0\n"
)
WRITTEN = (  # what a day leaves behind, without times and without the channel's own names
    "SELECT kind, actor, iif(subject LIKE 'message:%', 'message', subject) FROM ev",
    "SELECT kind, person_id, team_id, day, state, version, checked FROM record",
    "SELECT minutes, topic, exchange FROM study",
    "SELECT team_id, day, kept, household, found, place FROM visit",
    "SELECT step, text, household FROM progress",
    "SELECT team_id, household, text, by_day FROM promise",
    "SELECT text FROM presence",
    "SELECT person_id, kind, from_day, to_day, reason, state, back_day FROM leave",
    "SELECT leave_id, step, role, state, decided_by FROM leave_step",
    "SELECT team_id, household, text, tier, category, state, due, version FROM issue",
    "SELECT person_id, day, question, state, answer, note, place FROM spotcheck",
    "SELECT sha256, person_id, record_id, kind, issue_id FROM attachment",
    "SELECT kind, person_id, slot, state FROM due",
    "SELECT kind, period, level, place_id, json_remove(facts, '$.seal') FROM report",
    "SELECT person_id, topic, step FROM talk",
)


@dataclass
class Lived:
    """How a day has ended."""

    told: dict[str, Counter[str]]  # the words on each screen, blanks left out
    written: dict[str, Counter[tuple[Any, ...]]]
    left_out: list[int]  # lines whose button nobody had


@dataclass
class Line:
    """One way to reach people; the day is lived over it."""

    clock: SetClock
    app: App = field(init=False)
    sent: list[Outgoing] = field(default_factory=list)
    name = ""
    apart: bool = True  # pictures come without words
    places: bool = True  # a place can be said

    def channel(self, app: App) -> Channel:
        """The channel itself, over the open ledger."""
        raise NotImplementedError

    def address(self, name: str) -> Address:
        """Where a person is reached."""
        raise NotImplementedError

    def name_of(self, user_key: str) -> str:
        """Who that is."""
        return user_key.removeprefix("id-")

    async def write(self, name: str, text: str) -> None:
        """Somebody writes."""
        raise NotImplementedError

    async def photo(self, name: str, data: bytes, text: str = "") -> None:
        """Somebody sends a picture."""
        raise NotImplementedError

    async def stand(self, name: str) -> None:
        """Somebody says where he is."""
        raise NotImplementedError

    async def press(self, name: str, out: Outgoing, number: int) -> None:
        """Somebody presses a button of a message."""
        raise NotImplementedError

    def screens(self) -> dict[str, Iterable[str]]:
        """What stands on each screen now, by user key."""
        raise NotImplementedError

    async def trouble(self, step: int) -> None:
        """Something goes wrong before a step; nothing does in a list."""

    async def moved(self, seconds: float) -> None:
        """The clock was put forward."""

    async def rest(self) -> None:
        """A moment of real time for what cannot be put forward."""

    async def close(self) -> None:
        """The program stops."""

    def heard(self, channel: Channel) -> Channel:
        """The channel, its messages noted on their way."""
        deliver = channel.deliver

        async def noted(out: Outgoing) -> Any:
            handle = await deliver(out)
            self.sent.append(out)
            return handle

        channel.deliver = noted  # type: ignore[method-assign]
        return channel


@dataclass
class InAList(Line):
    """Nothing ever goes wrong here."""

    memory: Memory = field(default_factory=Memory)
    apart: bool = True
    places: bool = True
    edits: bool = True  # whether what closes a card takes its place
    name = "memory"
    _numbers: int = 0

    def channel(self, app: App) -> Channel:
        return self.heard(self.memory)

    def address(self, name: str) -> Address:
        return Address("memory", "local", name)

    async def _says(self, name: str, **facts: Any) -> None:
        self._numbers += 1
        raw = self.memory.raw(name, str(self._numbers), self.clock.now(), **facts)
        await self.app.inbox.keep([raw])

    async def write(self, name: str, text: str) -> None:
        await self._says(name, text=text)

    async def photo(self, name: str, data: bytes, text: str = "") -> None:
        file = f"{self._numbers}.jpg"
        self.memory.blobs[file] = data
        await self._says(name, text=text, files=[file])

    async def stand(self, name: str) -> None:
        await self._says(name, place=str(VILLAGE))

    async def press(self, name: str, out: Outgoing, number: int) -> None:
        await self._says(name, token=out.tokens[number])

    def screens(self) -> dict[str, Iterable[str]]:
        shown: dict[str, dict[str, str]] = {}
        for out in self.memory.sent:
            mine = shown.setdefault(out.address.user_key, {})
            closed = out.closes if self.edits else ""
            mine[closed or str(out.id)] = plain(out.text)
        return {name: mine.values() for name, mine in shown.items()}


@dataclass
class Day:
    """The program over a line, and the cast with their phones."""

    folder: Path
    line: Line
    rules: str = QUIET
    app: App = field(init=False)
    county: County = field(init=False)
    left_out: list[int] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _due: datetime = MONDAY
    _steps: int = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, line: Line, rules: str = QUIET) -> AsyncIterator["Day"]:
        """A fresh day."""
        day = cls(folder, line, rules)
        async with day._stack:
            await day._start()
            clock = line.clock
            day.county = await settle(day.app.database, now=clock.now(), at=line.address)
            await day.app.runner.plan()
            yield day

    async def _start(self) -> None:
        self._stack.enter_context(patch.object(draw_periods, "with_head", same_beacon))
        county = self.folder / "county"
        county.mkdir(exist_ok=True, parents=True)
        (county / "rules.toml").write_text(self.rules, encoding="utf-8")
        settings = Settings(data=self.folder, county_dir=county, _env_file=None)
        channels: dict[str, Channel] = {}
        opened = open_app(
            settings, self.line.clock, channels=channels, durable=False, seeds=Seeds("cast"),
            pictures=False,
        )  # fmt: skip
        self.app = self.line.app = await self._stack.enter_async_context(opened)
        channels[self.line.name] = self.line.channel(self.app)
        self._stack.push_async_callback(self._stop)

    async def _stop(self) -> None:
        await self.line.close()
        await self.app.inbox.close()
        for channel in self.app.channels.values():
            await channel.close()

    async def restart(self) -> None:
        """Stop the program and start it again over the same folder."""
        await self._stack.aclose()
        await self._start()
        await self.app.runner.plan()
        await self.app.inbox.replay()

    async def live(self, path: Path) -> Lived:
        """The whole script, then an hour in which everything left may come."""
        for step in read(path):
            await self.line.trouble(self._steps)
            await self.act(step)
            await self.settled()
            self._steps += 1
            self._due = max(self._due, self.clock.now()) if step.kind == "clock" else self._due
            self._due += PACE
            await self._at(self._due)
        await self._at(self._due + timedelta(hours=1))
        return await self.ended()

    async def ended(self) -> Lived:
        """What the day has left behind."""
        shown = self.line.screens()
        told = {
            self.line.name_of(key): Counter(map(_bare, said)) for key, said in shown.items()
        }
        async with self.app.database.reading() as db:
            written = {
                query: Counter(
                    tuple(row) for row in await db.connection.execute_fetchall(query)
                )
                for query in WRITTEN
            }
        return Lived(told, written, self.left_out)

    @property
    def clock(self) -> SetClock:
        return self.line.clock

    async def act(self, step: Step) -> None:
        """One step of a script."""
        if step.kind == "clock":
            at = moment(step.text, self.clock.now())
            await self._at(max(at, self.clock.now()))
            await self._at(self.clock.now() + HALF_HOUR)
        elif step.kind == "restart":
            await self.restart()
        elif step.kind == "planted":
            async with self.app.database.transaction() as db:
                await plant(db, self.county, step.text, now=self.clock.now())
        elif step.kind == "press":
            await self._presses(step)
        else:
            await self._says(step)

    async def _says(self, step: Step) -> None:
        if "（位置" in step.how and self.line.places:
            await self.line.stand(step.who)
        if "（照片" in step.how:
            data = b"\xff\xd8\xff photo of " + step.how.encode() + str(step.line).encode()
            words = "" if self.line.apart else step.text
            await self.line.photo(step.who, data, words)
            await self.app.inbox.settle()
            if words:
                return
        if step.text:
            await self.line.write(step.who, step.text)

    async def _presses(self, step: Step) -> None:
        """The newest button with that label, as everywhere; who has none does nothing."""
        for out in reversed(self.line.sent):
            if step.text in out.labels and out.person_id == self.county[step.who].id:
                return await self.line.press(step.who, out, out.labels.index(step.text))
        self.left_out.append(step.line)
        return None

    async def _at(self, until: datetime) -> None:
        if until <= self.clock.now():
            return
        await self.line.moved((until - self.clock.now()).total_seconds())
        await self.app.runner.live_until(until, self.clock, self._settled_now)
        await self.settled()

    async def _settled_now(self) -> None:
        await self.app.inbox.settle()
        await self.app.tables.drain()
        await self.app.pages.drain()
        await self.app.sender.drain()

    async def settled(self) -> None:
        """Everything is out that will be in the next minutes; what was held back, too."""
        for _ in range(ROUNDS):
            await self._settled_now()
            until = await self._held()
            if until is None:
                return
            await self.line.rest()
            if until > self.clock.now():
                await self.line.moved((until - self.clock.now()).total_seconds())
                await self.app.runner.live_until(until, self.clock, self._settled_now)
        raise AssertionError("something waits for ever")

    async def _held(self) -> datetime | None:
        """When the first of those goes out that were put off; None: nothing is."""
        async with self.app.database.reading() as db:
            rows = await db.connection.execute_fetchall(
                "SELECT min(not_before) FROM outbox WHERE state = 'ready' AND last_error != ''"
            )
        (found,) = next(iter(rows))
        if found is None or at_ms(found) > self.clock.now() + HELD:
            return None
        return max(at_ms(found), self.clock.now())


def _bare(said: str) -> str:
    """The words without blanks, and without what the log's salt makes new in every run."""
    return SALTED.sub("", "".join(said.split()))
