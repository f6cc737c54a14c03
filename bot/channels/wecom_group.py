"""Group robots of WeCom (群机器人, 消息推送): notices into a group, nothing comes back (wecom.md §8).

A robot is a name and a key; whoever has the key may write into the group, so it is in no log.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.channels.base import Caps, Keep, SendError, Trouble, Unreadable
from bot.channels.text import plain, render, split
from bot.channels.wecom.exchange import Asked, connection, exchanged
from bot.channels.wecom.numbers import trouble_of
from bot.settings import Settings, WeComSettings
from ledger.database import Database
from ledger.errors import ForOperator
from ledger.messages import Handle, Incoming, Media, Outgoing
from ledger.people import Address

CHANNEL = "wecom_group"
GROUP = "group"  # the user key of every robot's one chat; the account is its name
PATH = "/cgi-bin/webhook/send"
LIMIT = 2000  # bytes of a message; WeCom cuts a text at 2,048 without a word
APART = 3.0  # seconds between two messages of one robot: it takes 20 a minute
CLOSED = 60.0  # seconds for which WeCom shuts a robot that was too fast
CAPS = Caps(  # 20 a minute are allowed; a little fewer, because its clock is not ours
    edits=False, text_limit=LIMIT, chat_rate=1 / APART, windows=((18, 60),), eases=True
)  # fmt: skip
PASSING = frozenset({Trouble.DOWN, Trouble.THROTTLED, Trouble.UNCERTAIN})
ENTRIES = re.compile(r"[,，;；\n]+")
KEY = re.compile(r"(?:https?://\S+[?&]key=)?([A-Za-z0-9-]{8,})")
SIGNS = re.compile(r"[\\`*_\[\]<>#~|]")  # markdown_v2 may read these as its own
AGAIN = "（重发）"


class BadWebhooks(ForOperator):
    """WECOM_WEBHOOKS is not a list of names and keys."""


def build(settings: Settings, database: Database) -> "WeComGroups":
    """The robots the environment names; `ForOperator` when an entry has no key."""
    return WeComGroups(WeComSettings())


def robots_of(webhooks: str) -> dict[str, str]:
    """The key of each robot by its name. A robot's whole address may stand for its key."""
    robots: dict[str, str] = {}
    for number, entry in enumerate(filter(str.strip, ENTRIES.split(webhooks)), 1):
        name, _, given = (part.strip() for part in entry.replace("＝", "=").partition("="))
        key = KEY.fullmatch(given)
        if key is None or not name or name in robots:
            what = "名称重复" if name in robots else "没有名称、没有 key，或 key 不完整"
            raise BadWebhooks(
                f"WECOM_WEBHOOKS 第 {number} 项{_called(name)}{what}。\n"
                "写成 县名=key,乡镇名=key；key 在群机器人的 Webhook 地址里，是 key= 后面那一段。"
            )
        robots[name] = key[1]
    return robots


def _called(name: str) -> str:
    """A name is shown only where it cannot be a key that stands alone."""
    return f"（{name}）" if re.search("[一-鿿]", name) else ""


@dataclass
class WeComGroups:
    """All robots; the address of one is its name. `apart`: seconds between parts, for tests."""

    settings: WeComSettings
    apart: float = APART
    name: str = CHANNEL
    account: str = "robots"
    caps: Caps = CAPS
    _keys: dict[str, str] = field(init=False, repr=False)
    _http: httpx.AsyncClient = field(init=False, repr=False)
    _halfway: dict[int, int] = field(default_factory=dict)  # parts that are out

    def __post_init__(self) -> None:
        self._keys = robots_of(self.settings.webhooks.get_secret_value())
        self._http = connection(self.settings.api_base, self.settings.ca_file)

    @property
    def groups(self) -> tuple[Address, ...]:
        """Where notices may go."""
        return tuple(Address(CHANNEL, name, GROUP) for name in self._keys)

    def hear(self, payload: dict[str, Any]) -> Incoming:
        """Nothing comes from a group robot."""
        raise Unreadable("a group robot hears nothing")

    async def deliver(self, out: Outgoing) -> Handle:
        """One notice, in parts when it is long; it goes on where it stopped."""
        key = self._keys.get(out.address.account)
        if key is None:
            raise SendError(Trouble.REFUSED, f"WECOM_WEBHOOKS 里没有 {out.address.account}")
        if out.files or out.labels:
            raise SendError(Trouble.REFUSED, "a group robot says words only")
        parts = [part for part in split(out.text, LIMIT, _bytes) if plain(part).strip()]
        if not parts:
            raise SendError(Trouble.REFUSED, f"outbox {out.id} has no words")
        await self._go_on(out, key, parts)
        return Handle(f"{out.address.account}/{out.id}", ("",) * len(parts))

    async def deliver_together(
        self, outs: Sequence[Outgoing]
    ) -> Mapping[int, Handle | SendError]:
        """Each group has its own robot: one after the other."""
        outcomes: dict[int, Handle | SendError] = {}
        for out in outs:
            try:
                outcomes[out.id] = await self.deliver(out)
            except SendError as trouble:
                outcomes[out.id] = trouble
        return outcomes

    async def fetch(self, media: Media) -> bytes:
        """There is nothing to fetch."""
        raise SendError(Trouble.REFUSED, "a group robot hears nothing")

    async def run(self, keep: Keep) -> None:
        """Nothing to listen to."""

    async def close(self) -> None:
        """Give back connections."""
        await self._http.aclose()

    async def _go_on(self, out: Outgoing, key: str, parts: list[str]) -> None:
        done = first = self._halfway.pop(out.id, 0)
        mark = AGAIN if out.again else ""
        try:
            for part in parts[first:]:
                if done > first:
                    await asyncio.sleep(self.apart)
                await self._say(key, mark + part)
                mark, done = "", done + 1
        except SendError as trouble:
            if done and trouble.kind in PASSING:
                self._halfway[out.id] = done
            raise

    async def _say(self, key: str, words: str) -> None:
        """HTTP is 200 for refusals: the number in the answer counts."""
        asked = Asked("POST", PATH, {"key": key}, message_of(words))
        got = await exchanged(self._http, asked, "")
        if got.number:
            raise _of_this_robot(trouble_of(got.number, got.said.replace(key, "…")))


def message_of(marked: str) -> dict[str, Any]:
    """Bold words as markdown_v2; as text where there are none, or signs it might take for its own."""
    words = plain(marked)
    if SIGNS.search(words) or words == marked:
        return {"msgtype": "text", "text": {"content": words}}
    content = render(marked, str, ("**", "**"))
    return {"msgtype": "markdown_v2", "markdown_v2": {"content": content}}


def _of_this_robot(trouble: SendError) -> SendError:
    """A robot that is gone or too fast is no reason to stop the others."""
    if trouble.kind is Trouble.MISCONFIGURED:
        return SendError(Trouble.UNREACHABLE, trouble.detail)
    hold = CLOSED if trouble.kind is Trouble.THROTTLED else 0.0
    return SendError(trouble.kind, trouble.detail, retry_after=hold)


def _bytes(marked: str) -> int:
    return len(marked.encode()) + len(AGAIN.encode())
