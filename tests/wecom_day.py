"""A day's script over WeCom's app: callbacks over HTTP into the program's own routes, and faults.

Every callback comes three times at once, and the one before comes once more behind it: out of
order, as after an answer that got lost.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Any

import uvicorn
from day_told import VILLAGE, Line
from fake_wecom import FakeWeCom, Seen
from starlette.applications import Starlette
from wecom_caller import Caller
from wecom_line import PART, settings_of

from bot.app import App
from bot.channels.base import Channel
from bot.channels.wecom import WeCom
from bot.web import build_web
from ledger.messages import Handle, Outgoing
from ledger.people import Address

SEND, UPDATE = "message/send", "message/update_template_card"
WORDS = {"text", "template_card"}
EARLY = 6900  # seconds after which a token is renewed without anything being wrong


class Server(uvicorn.Server):
    """In the program's own loop; signals stay the test run's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listening() -> socket.socket:
    """A port of loopback that keeps whoever knocks until the server is up."""
    door = socket.create_server(("127.0.0.1", 0), backlog=1024)
    return socket.socket(door.family, door.type, socket.IPPROTO_TCP, fileno=door.detach())


def server_of(web: Starlette) -> Server:
    """The server that the program runs, without a log of its own."""
    return Server(uvicorn.Config(web, log_config=None, access_log=False, lifespan="off"))


@dataclass
class OverWeCom(Line):
    """Members with the app. `faults`: what goes wrong before a step, in turn; none: nothing does."""

    fake: FakeWeCom = field(kw_only=True)
    faults: tuple[Callable[[FakeWeCom], Any], ...] = ()
    times: int = 3  # how often each callback comes
    name = "wecom"
    refused: list[int] = field(default_factory=list)  # callbacks that were not taken
    caller: Caller = field(init=False)
    _rows: dict[tuple[str, str], int] = field(default_factory=dict)
    _before: str = ""
    _server: Server | None = None
    _serving: "asyncio.Task[None] | None" = None

    def __post_init__(self) -> None:
        self.caller = Caller(self.fake, "")

    def channel(self, app: App) -> Channel:
        made = WeCom(
            settings_of(self.fake), app.settings.files, app.database, app.words, self.clock
        )
        made.client.rest = 0.001
        made.caps = replace(made.caps, rate=500)  # the fake has no limit for the whole app
        app.channels[self.name] = made  # type: ignore[index]
        door = listening()
        self.caller.url = f"http://127.0.0.1:{door.getsockname()[1]}/wecom"
        self._server = server_of(build_web(app))
        self._serving = asyncio.create_task(self._server.serve(sockets=[door]))
        return self.heard(made)

    def heard(self, channel: Channel) -> Channel:
        noted = super().heard(channel).deliver

        async def named(out: Outgoing) -> Handle:
            handle = await noted(out)
            for ref in handle.refs:  # what closes a card has the card's own name
                self._rows.setdefault((out.address.user_key, ref), out.id)
            return handle

        channel.deliver = named  # type: ignore[method-assign]
        return channel

    async def close(self) -> None:
        if self._server and self._serving:
            self._server.should_exit = True
            await self._serving

    def address(self, name: str) -> Address:
        return Address("wecom", settings_of(self.fake).account, f"id-{name}".casefold())

    def who(self, name: str) -> str:
        """As WeCom spells it; the key is folded."""
        return f"Id-{name}"

    async def _push(self, xml: str) -> None:
        """Three times at once, then the one before it again."""
        got = await self.caller.at_once(*[xml] * self.times)
        if self._before and self.times > 1:
            got += await self.caller.at_once(self._before)
        self._before = xml
        self.refused += [one.statuses[-1] for one in got if not one.taken]

    async def write(self, name: str, text: str) -> None:
        await self._push(self.caller.text(self.who(name), text))

    async def photo(self, name: str, data: bytes, text: str = "") -> None:
        await self._push(self.caller.image(self.who(name), data))

    async def stand(self, name: str) -> None:
        xml = self.caller.location(self.who(name), VILLAGE.lat, VILLAGE.lng)
        await self._push(xml)

    async def press(self, name: str, out: Outgoing, number: int) -> None:
        """Also one that is grey by now: two fingers may be as fast."""
        tasks = {one for one, row in self._rows.items() if row == out.id}
        cards = [one for one in self.fake.screen(self.who(name)) if one.task_id]
        seen = [one for one in cards if (one.member, one.task_id) in tasks]
        await self._push(self.caller.press(self.who(name), out.tokens[number], seen[0]))

    async def trouble(self, step: int) -> None:
        if self.faults:
            self.faults[step % len(self.faults)](self.fake)

    async def rest(self) -> None:
        await asyncio.sleep(0.02)

    def screens(self) -> dict[str, Iterable[str]]:
        mine = sorted(self.fake.outbox, key=lambda one: one.member)
        return {
            member: [said for said in self._said(list(seen)) if said]
            for member, seen in groupby(mine, lambda one: one.member)
        }

    def _said(self, seen: list[Seen]) -> Iterator[str]:
        rows = groupby(
            seen, lambda one: self._rows.get((one.member, one.task_id or one.msgid), one.msgid)
        )
        outs = {out.id: out for out in self.sent}
        for row, messages in rows:
            words = "\n".join(PART.sub("", one.text) for one in messages if one.kind in WORDS)
            yield _without_legend(words, outs.get(row))

    def young_tokens(self) -> int:
        """How often a token was given out though the one before was not near its end."""
        asked = [call.at for call in self.fake.asked("gettoken") if call.errcode == 0]
        young = [
            one for before, one in pairwise(asked)
            if (one - before).total_seconds() < EARLY
        ]  # fmt: skip
        return len(young)


def _without_legend(words: str, out: Outgoing | None) -> str:
    """A label too long for its button stands in the words, too: that is the card's form."""
    legend = [f"{number}. {label}" for number, label in enumerate(out.labels if out else (), 1)]
    return "\n".join(line for line in words.split("\n") if line not in legend)
