"""The WeCom channel: a self-built app (自建应用), called back over HTTPS, answered over its REST API.

crypto.py and envelope.py open what comes, callback.py is the door, hear.py reads, cards.py draws
cards, send.py says things, allowance.py keeps below WeCom's limits, menu.py is the menu,
client.py makes the calls, numbers.py knows what each refusal means.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from starlette.routing import BaseRoute

from bot.channels.base import Caps, Keep, SendError
from bot.channels.wecom import callback, hear, menu
from bot.channels.wecom.allowance import Allowance
from bot.channels.wecom.client import Client
from bot.channels.wecom.crypto import KEY_LENGTH, Crypt
from bot.channels.wecom.send import Sending
from bot.settings import Settings, WeComSettings
from ledger.clock import Clock, WallClock
from ledger.database import Database
from ledger.errors import ForOperator
from ledger.messages import Handle, Incoming, Media, Outgoing
from templates.words import Words

if TYPE_CHECKING:
    from bot.inbox import Inbox

log = structlog.get_logger()
RATE = 50  # starts a second, far below the 10,000 a minute of a corp
RECEIVERS = 1000  # of one identical text
TEXT = 2000  # bytes
NEEDED = ("corp_id", "agent_id", "secret", "token", "aes_key")
TOKEN = re.compile(r"[A-Za-z0-9]{1,32}")
AES_KEY = re.compile(rf"[A-Za-z0-9]{{{KEY_LENGTH}}}")


def build(settings: Settings, database: Database, clock: Clock | None = None) -> "WeCom":
    """The channel as the environment describes it; `ForOperator` when it cannot work."""
    words = Words(settings.county_dir)
    return WeCom(WeComSettings(), settings.files, database, words, clock or WallClock())


def routes(channel: "WeCom", inbox: "Inbox") -> list[BaseRoute]:
    """The address that WeCom calls back."""
    settings = channel.settings
    crypt = Crypt(
        settings.token.get_secret_value(), settings.aes_key.get_secret_value(),
        settings.corp_id,
    )  # fmt: skip
    door = callback.Callback(
        crypt, channel.account, inbox, channel.database, channel.clock, settings.card_hours
    )
    return list(callback.routes(door, settings.callback_path))


class WeCom:
    """One app of one corp."""

    name = callback.CHANNEL

    def __init__(
        self, settings: WeComSettings, files: Path, database: Database, words: Words, clock: Clock
    ) -> None:  # fmt: skip
        check(settings)
        self.settings, self.database, self.clock = settings, database, clock
        self.client = Client(settings, database, clock)
        self.account = self.client.account
        each = (settings.per_member_per_min, settings.per_member_per_hour)
        self.caps = Caps(
            edits=True, text_limit=TEXT, rate=RATE, windows=((each[0], 60), (each[1], 3600)),
            together=RECEIVERS, eases=True,
        )  # fmt: skip
        self._sending = Sending(
            self.client, files, database, clock, words, Allowance(*each, clock)
        )

    def hear(self, payload: dict[str, Any]) -> Incoming:
        """Translate one kept message; `Unreadable` when it is beyond us."""
        return hear.hear(payload, self.account, self.settings.location_datum)

    async def deliver(self, out: Outgoing) -> Handle:
        """Send one row, or turn an earlier card into its last word."""
        return await self._sending.deliver(out)

    async def deliver_together(
        self, outs: Sequence[Outgoing]
    ) -> Mapping[int, Handle | SendError]:
        """The same words to at most a thousand members in one call."""
        return await self._sending.deliver_together(outs)

    async def fetch(self, media: Media) -> bytes:
        """The bytes of a picture, a voice or a video; WeCom keeps them for three days."""
        data, _ = await self.client.download(media.fetch)
        return data

    async def run(self, keep: Keep) -> None:
        """Set the menu; there is nothing to listen to: bot/web opens the door."""
        await menu.offer(self.client, self.settings.agent_id)

    async def close(self) -> None:
        """Give back connections."""
        await self.client.close()


def check(settings: WeComSettings) -> None:
    """`ForOperator` names what is not filled in, or cannot be right."""
    given = {name: getattr(settings, name) for name in NEEDED}
    values = {
        name: one.get_secret_value() if hasattr(one, "get_secret_value") else one
        for name, one in given.items()
    }
    if missing := [f"WECOM_{name.upper()}" for name, one in values.items() if not one]:
        raise ForOperator(f"企业微信还缺 {'、'.join(missing)}。请按 docs/wecom.md 填写。")
    if not TOKEN.fullmatch(values["token"]):
        raise ForOperator("WECOM_TOKEN 只能是字母和数字，不超过 32 位。请从应用页重新抄。")
    if not AES_KEY.fullmatch(values["aes_key"]):
        raise ForOperator(f"WECOM_AES_KEY 要正好 {KEY_LENGTH} 位字母和数字。请从应用页重新抄。")
