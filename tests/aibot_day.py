"""A day's script over WeCom's smart bot: frames over its socket, each three times, and faults."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aibot_line import PART, aibot, buttons
from day_told import Line
from fake_aibot import BOT, FakeAibot, Shown
from websockets.exceptions import ConnectionClosed

from bot.app import App
from bot.channels.base import Channel
from bot.channels.wecom_bot.send import AGAIN
from ledger.messages import Handle, Outgoing
from ledger.people import Address

PATIENCE = 5  # seconds of real time for a frame to be kept


@dataclass
class OverAibot(Line):
    """Members with the smart bot. `faults`: what goes wrong before a step, in turn."""

    fake: FakeAibot = field(kw_only=True)
    faults: tuple[Callable[[FakeAibot], Any], ...] = ()
    times: int = 3  # how often each frame comes
    name = "wecom_bot"
    apart: bool = False
    places: bool = False
    repeats: int = 0  # messages said twice, marked as such
    rounds: int = 0  # how often each fault was there
    _tasks: dict[str, str] = field(default_factory=dict)  # token -> its card
    _rows: dict[str, list[int]] = field(default_factory=dict)  # per member: row of each message
    _before: list[dict[str, Any]] = field(default_factory=list)
    _listening: "asyncio.Task[None] | None" = None
    _photos: int = 0

    def channel(self, app: App) -> Channel:
        made = aibot(self.fake, app.database, app.settings.data, self.clock)
        self._listening = asyncio.create_task(made.run(app.inbox.keep))
        return self.heard(made)

    def heard(self, channel: Channel) -> Channel:
        noted = super().heard(channel).deliver

        async def named(out: Outgoing) -> Handle:
            try:
                return await noted(out)
            finally:
                self._note(out)

        channel.deliver = named  # type: ignore[method-assign]
        return channel

    def _note(self, out: Outgoing) -> None:
        """What has come to stand on the screen belongs to this row; a chat has one at a time."""
        shown, mine = (
            self.fake.told(out.address.user_key),
            self._rows.setdefault(out.address.user_key, []),
        )
        for one in shown[len(mine) :]:
            mine.append(out.id)
            if one.card:
                self._tasks |= dict.fromkeys(buttons(one.card).values(), one.card["task_id"])

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def address(self, name: str) -> Address:
        return Address("wecom_bot", BOT, f"id-{name}")

    async def _push(self, frame: dict[str, Any]) -> None:
        """Three times, then the one before it again; and again when the cable was cut over it.

        Whether WeCom repeats what fell into a cut nobody knows (wecom.md §14).
        """
        frame["body"]["create_time"] = int(self.clock.now().timestamp())
        frames = [frame] * self.times + (self._before if self.times > 1 else [])
        self._before = [frame]
        async with asyncio.timeout(PATIENCE):
            while not await self._kept(frame["body"]["msgid"]):
                with contextlib.suppress(AssertionError, ConnectionClosed):  # it was just cut
                    await asyncio.to_thread(self.fake.push, *frames)
                await asyncio.sleep(0.03)

    async def _kept(self, msgid: str) -> bool:
        async with self.app.database.reading() as db:
            found = await db.connection.execute_fetchall(
                "SELECT 1 FROM inbox WHERE ext_id = ?", (msgid,)
            )
        return bool(list(found))

    async def write(self, name: str, text: str) -> None:
        await self._push(self.fake.message(f"Id-{name}", content=text))

    async def photo(self, name: str, data: bytes, text: str = "") -> None:
        self._photos += 1
        picture = self.fake.file(f"photo{self._photos}", data)
        if not text:
            return await self._push(self.fake.message(f"Id-{name}", "image", **picture))
        items = [
            {"msgtype": "text", "text": {"content": text}},
            {"msgtype": "image", "image": picture},
        ]
        return await self._push(self.fake.message(f"Id-{name}", "mixed", msg_item=items))

    async def stand(self, name: str) -> None:
        raise NotImplementedError("the smart bot is told no places")

    async def press(self, name: str, out: Outgoing, number: int) -> None:
        token = out.tokens[number]
        await self._push(self.fake.click(f"Id-{name}", token, self._tasks[token]))

    async def trouble(self, step: int) -> None:
        if self.faults:
            self.rounds = step // len(self.faults) + 1
            await asyncio.to_thread(self.faults[step % len(self.faults)], self.fake)

    async def moved(self, seconds: float) -> None:
        self.fake.later(seconds)

    async def rest(self) -> None:
        await asyncio.sleep(0.02)

    def screens(self) -> dict[str, Iterable[str]]:
        return {member: list(self._said(member)) for member in self._rows}

    def _said(self, member: str) -> Iterator[str]:
        outs = {out.id: out for out in self.sent}
        messages: dict[int, list[Shown]] = {}
        for row, one in zip(self._rows[member], self.fake.told(member), strict=True):
            messages.setdefault(row, []).append(one)
        for row, shown in messages.items():
            yield self._read(shown, outs[row])

    def _read(self, shown: list[Shown], out: Outgoing) -> str:
        """The words of one row; what was said again because nobody knew is not said twice."""
        words = [PART.sub("", one.text) for one in shown if one.text and not one.card]
        asked = [one.text for one in shown if one.card]
        said = words or asked[:1]
        fresh = [one for one in said if not one.startswith(AGAIN)]
        self.repeats += len(fresh) and len(said) - len(fresh)
        lines = "\n".join(fresh or [one.removeprefix(AGAIN) for one in said]).split("\n")
        legend = [f"{number}. {label}" for number, label in enumerate(out.labels, 1)]
        return "\n".join(line for line in lines if line not in legend)
