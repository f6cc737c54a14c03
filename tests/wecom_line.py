"""WeCom phones for the contract suite: the real channel over HTTP, with a strict server of our own."""

import re
from itertools import groupby
from pathlib import Path
from typing import Any

from county import MONDAY
from fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom, Seen
from wecom_caller import Caller

from bot.channels.wecom import WeCom
from bot.channels.wecom.callback import raw_of
from bot.channels.wecom.envelope import read_inner
from bot.settings import WeComSettings
from ledger.clock import SetClock
from ledger.database import Database
from ledger.inbox import Raw
from ledger.messages import Handle, Outgoing
from ledger.people import Address
from templates.words import Words

NAMES = {"李队员": "LiDuiYuan", "赵队员": "zhao", "王队长": "WangDuiZhang", "陈干事": "Chen"}
PART = re.compile(r"^（\d+/\d+）\n")
FULL = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


def settings_of(fake: FakeWeCom, **more: Any) -> WeComSettings:
    """The settings of an app at the fake server; nothing goes for the real one."""
    given = {"mode": "app", "corp_id": CORP, "agent_id": AGENT, "secret": SECRET, "token": TOKEN,
             "aes_key": AES_KEY, "api_base": fake.address, "_env_file": None}  # fmt: skip
    return WeComSettings(**{**given, **more})


class WeComLine:
    """Members with the app; what they see of one row is one thing seen."""

    apart = True  # pictures come without words

    def __init__(
        self, fake: FakeWeCom, database: Database, folder: Path, clock: SetClock, roof: bytes
    ) -> None:
        self.fake, self.clock, self.roof = fake, clock, roof
        self.caller = Caller(fake, "")
        self.channel = WeCom(settings_of(fake), folder / "files", database, Words(None), clock)
        self.rows: dict[str, int] = {}  # WeCom's name of a message -> our row
        self._deliver = self.channel.deliver
        self.channel.deliver = self._noted  # type: ignore[method-assign]

    async def _noted(self, out: Outgoing) -> Handle:
        handle = await self._deliver(out)
        self.rows |= dict.fromkeys(handle.refs, out.id)
        return handle

    def address(self, name: str) -> Address:
        return Address("wecom", self.channel.account, NAMES[name].casefold())

    def _raw(self, name: str, **fields: Any) -> Raw:
        common = {"CreateTime": int(MONDAY.timestamp())}
        xml = self.caller.inner(NAMES[name], **{**common, **fields})
        return raw_of(read_inner(xml), self.channel.account)

    def _id(self, name: str, id: int) -> str:
        return str(7_000_000 + list(NAMES).index(name) * 10_000 + id)

    def text(self, name: str, id: int, text: str) -> Raw:
        return self._raw(name, MsgType="text", Content=text, MsgId=self._id(name, id))

    def press(self, name: str, id: int, token: str) -> Raw:
        card = self._card(token)
        pressed = {"EventKey": token, "TaskId": card.task_id if card else "gone"}
        if card and (asked := card.body.get("checkbox")):
            item = {"QuestionKey": asked["question_key"], "OptionIds": {"OptionId": token}}
            pressed |= {"EventKey": "submit", "SelectedItems": {"SelectedItem": item}}
        at = int(MONDAY.timestamp()) - 100 + id
        return self._raw(
            name, MsgType="event", Event="template_card_event", CreateTime=at,
            ResponseCode=f"press-{id}", **pressed,
        )  # fmt: skip

    def _card(self, token: str) -> Seen | None:
        cards = (
            one for one in reversed(self.fake.outbox) if token in dict(one.buttons).values()
        )
        return next(cards, None)

    def photo(self, name: str, id: int, text: str, size: int = 0) -> Raw:
        assert not text, "in WeCom a picture has no words"
        media_id = self.fake.hold(self.roof.ljust(size, b"."))
        return self._raw(
            name, MsgType="image", PicUrl="http://127.0.0.1/none", MediaId=media_id,
            MsgId=self._id(name, id),
        )  # fmt: skip

    def poison(self, name: str, id: int) -> Raw:
        id_ = self._id(name, id)
        return self._raw(name, MsgType="text", Content="今天", MsgId=id_, CreateTime=10**15)

    async def screen(self, name: str) -> list[tuple[str, dict[str, str]]]:
        mine = self.fake.screen(NAMES[name])
        rows = groupby(mine, lambda one: self.rows.get(one.task_id or one.msgid, one.msgid))
        return [_read(list(messages)) for _, messages in rows]

    async def papers(self, name: str) -> list[str]:
        mine = self.fake.screen(NAMES[name])
        return [one.text.split(" ")[1] for one in mine if one.kind in {"image", "file"}]


def _read(messages: list[Seen]) -> tuple[str, dict[str, str]]:
    """What a person reads: the parts as one text, a cut label in full."""
    said = [one for one in messages if one.kind in {"text", "template_card"}]
    text = "\n".join(PART.sub("", one.text) for one in said)
    full = {f"{number}. ": label for number, label in FULL.findall(text)}
    buttons = {}
    for label, token in (pair for one in said for pair in one.buttons):
        start = re.match(r"\d+\. ", label)
        whole = full[start[0]] if start and label.endswith("…") else label
        buttons[whole] = token
        if whole != label and start:
            text = text.replace(f"\n{start[0]}{whole}", "")
    return text, buttons
