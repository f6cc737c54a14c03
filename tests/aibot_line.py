"""Phones in front of the smart bot, for the contract suite: its real socket, a service of ours."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from county import MONDAY
from fake_aibot import BOT, SECRET, FakeAibot, Shown

from bot.channels.base import Cursor
from bot.channels.wecom_bot import WeComBot
from bot.channels.wecom_bot.hear import raw_of
from bot.channels.wecom_bot.socket import Waits
from bot.settings import Settings, WeComSettings
from ledger.clock import Clock
from ledger.database import Database
from ledger.inbox import Raw
from ledger.people import Address

QUICK = Waits(
    ping=0.1, pong=0.1, answer=0.5, ready=2, steady=60, displaced=0.2, misconfigured=0.3,
    throttled=0.2, back_off=(0.02, 0.04),
)  # fmt: skip
USERS = {
    "李队员": "LiDuiYuan",
    "赵队员": "ZhaoDY",
    "王队长": "wang.dz",
    "陈干事": "Chen@County",
}
LEGEND = re.compile(r"^(\d+)\. ")
PART = re.compile(r"^（\d+/\d+）\n")


def aibot(
    fake: FakeAibot, database: Database, folder: Path, clock: Clock, waits: Waits = QUICK
) -> WeComBot:
    """The channel against the fake service."""
    wecom = WeComSettings(
        mode="aibot", bot_id=BOT, bot_secret=SECRET, ws_url=fake.url, _env_file=None
    )
    return WeComBot(wecom, Settings(data=folder, _env_file=None), database, clock, waits)


class AibotLine:
    """The smart bot over its socket. Nobody can edit there what he has said."""

    edits = False

    def __init__(
        self, fake: FakeAibot, database: Database, folder: Path, clock: Clock, jpeg: bytes
    ) -> None:
        fake.forget()
        fake.limit = 0
        fake.wrote.update(user.casefold() for user in USERS.values())
        self.fake, self.jpeg = fake, jpeg
        self.channel = _Listening(aibot(fake, database, folder, clock))

    def address(self, name: str) -> Address:
        return Address("wecom_bot", BOT, USERS[name].casefold())

    def _raw(self, name: str, id: int, frame: dict[str, Any]) -> Raw:
        frame["body"] |= {
            "msgid": f"{USERS[name]}-{id}",
            "create_time": int(MONDAY.timestamp()),
        }
        return raw_of(frame, BOT)

    def text(self, name: str, id: int, text: str) -> Raw:
        return self._raw(name, id, self.fake.message(USERS[name], content=text))

    def press(self, name: str, id: int, token: str) -> Raw:
        return self._raw(name, id, self.fake.click(USERS[name], token))

    def photo(self, name: str, id: int, text: str, size: int = 0) -> Raw:
        data = bytes(size) if size else self.jpeg
        picture = self.fake.file(f"{name}-{id}".encode().hex(), data)
        items = [
            {"msgtype": "text", "text": {"content": text}},
            {"msgtype": "image", "image": picture},
        ]
        return self._raw(name, id, self.fake.message(USERS[name], "mixed", msg_item=items))

    def poison(self, name: str, id: int) -> Raw:
        frame = self.fake.message(USERS[name], content="今天")
        del frame["body"]["text"]
        return self._raw(name, id, frame)

    async def screen(self, name: str) -> list[Any]:
        from test_channel_contract import Seen

        return [Seen(*one) for one in told(self.fake.told(USERS[name]))]

    async def papers(self, name: str) -> list[str]:
        return [one.media for one in self.fake.told(USERS[name]) if one.media]


class _Listening:
    """The channel, its socket open from the first message on."""

    def __new__(cls, channel: WeComBot) -> Any:
        async def nothing(raws: Sequence[Raw], cursor: Cursor | None = None) -> None:
            return None

        task = asyncio.get_running_loop().create_task(channel.run(nothing))
        close = channel.close

        async def closed() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await close()

        channel.close = closed  # type: ignore[method-assign]
        return channel


def told(shown: Sequence[Shown]) -> list[tuple[str, dict[str, str]]]:
    """What a member reads: cards of one message belong together, and to the words above."""
    seen: list[tuple[str, dict[str, str]]] = []
    task = ""
    for one in shown:
        if not one.card:
            seen += [(PART.sub("", one.text), {})] if one.text else []
            continue
        found = buttons(one.card)
        base = one.card["task_id"].rpartition("-")[0]
        if base == task or (seen and _repeats(one, seen[-1])):
            words, before = seen.pop()
            seen.append((words, before | found))
        else:
            seen.append((one.text, found))
        task = base
    return [_whole(*one) for one in seen]


def buttons(card: dict[str, Any]) -> dict[str, str]:
    """What can be pressed on a card, and what it says then."""
    if "button_list" in card:
        return {one["text"]: one["key"] for one in card["button_list"]}
    return {one["text"]: one["id"] for one in card["checkbox"]["option_list"]}


def _repeats(one: Shown, before: tuple[str, dict[str, str]]) -> bool:
    """A card that only asks again what the words above it have asked."""
    words, pressed = before
    if pressed or "sub_title_text" in one.card:
        return False
    return one.text == "请选" or words.rstrip().endswith(f"\n{one.text}")


def _whole(words: str, found: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Labels cut for their buttons stand in full in the words, by their numbers."""
    lines = words.split("\n")
    full: dict[str, str] = {}
    for cut in [label for label in found if label.endswith("…")]:
        number = LEGEND.match(cut)
        line = next((one for one in lines if number and one.startswith(number[0])), "")
        lines = [one for one in lines if one != line]
        full[cut] = LEGEND.sub("", line)
    return "\n".join(lines), {full.get(label, label): key for label, key in found.items()}
