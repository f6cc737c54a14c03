"""What every channel has to keep: the same suite over memory, web and telegram (model.md §7).

The real inbox, handlers, ledger and sender stand behind each; in front of it is a screen, which
is what a person sees in that channel.
"""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pytest
import structlog
from aibot_line import AibotLine
from county import MONDAY, County, settle
from fake_aibot import SECRET, FakeAibot, fake_aibot
from fake_bot_api import TOKEN, FakeBotApi, fake_bot_api, message
from fake_bot_api import person as telegram_user
from fake_wecom import AES_KEY, FakeWeCom, fake_wecom
from fake_wecom import SECRET as WECOM_SECRET
from hypothesis import given
from hypothesis import strategies as st
from wecom_line import WeComLine

from bot.channels import CHANNELS, web
from bot.channels.base import Channel, Unreadable
from bot.channels.memory import Memory
from bot.channels.telegram import Telegram
from bot.channels.telegram.hear import hear, raw_of
from bot.channels.text import plain, split, utf16
from bot.inbox import Inbox
from bot.press import Press
from bot.sender import Sender
from bot.serve import quiet_logs
from bot.settings import Settings, TelegramSettings
from ledger import chat_lines, files, inbox, invites, outbox, records
from ledger.clock import SetClock
from ledger.database import Database, open_database
from ledger.inbox import Raw
from ledger.messages import Drawing, Option, Paper, Reply
from ledger.people import Address
from ledger.rules import Rules
from ledger.seed_vault import Vault
from templates.forms import FORMS
from templates.looks import Made
from templates.words import Words, escape

KEY = b"k" * 32
NAMES = ("李队员", "赵队员", "王队长", "陈干事")
PNG = b"\x89PNG\r\n\x1a\n" + b"card" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"roof" * 100
NASTY = "王<b>&amp; ]]> *_[`\\ **粗** 😀"


@dataclass(frozen=True)
class Seen:
    """One message on a screen: the words and the buttons (label -> token)."""

    text: str
    buttons: dict[str, str]


class Line(Protocol):
    """A channel with phones in front of it."""

    channel: Channel

    def address(self, name: str) -> Address: ...
    def text(self, name: str, id: int, text: str) -> Raw: ...
    def press(self, name: str, id: int, token: str) -> Raw: ...
    def photo(self, name: str, id: int, text: str, size: int = ...) -> Raw: ...
    def poison(self, name: str, id: int) -> Raw: ...
    async def screen(self, name: str) -> list[Seen]: ...
    async def papers(self, name: str) -> list[str]: ...


@runtime_checkable
class Editable(Line, Protocol):
    """A channel where people can change what they have said."""

    def edit(self, name: str, id: int, of: int, text: str) -> Raw: ...


class MemoryLine:
    """The list."""

    def __init__(self, database: Database, folder: Path, county: County) -> None:
        self.channel = Memory({"roof.jpg": JPEG})
        self.county = county

    def address(self, name: str) -> Address:
        return Address("memory", "local", name)

    def text(self, name: str, id: int, text: str) -> Raw:
        return self.channel.raw(name, f"{name}-{id}", MONDAY, text=text)

    def edit(self, name: str, id: int, of: int, text: str) -> Raw:
        return self.channel.raw(name, f"{name}-{id}", MONDAY, text=text, edits=f"{name}-{of}")

    def press(self, name: str, id: int, token: str) -> Raw:
        return self.channel.raw(name, f"{name}-{id}", MONDAY, token=token)

    def photo(self, name: str, id: int, text: str, size: int = 0) -> Raw:
        return self.channel.raw(name, f"{name}-{id}", MONDAY, text=text, files=["roof.jpg"])

    def poison(self, name: str, id: int) -> Raw:
        return self.channel.raw(name, f"{name}-{id}", MONDAY, poison=True)

    async def screen(self, name: str) -> list[Seen]:
        shown: dict[str, Seen] = {}
        for out in self.channel.sent:
            if out.address.user_key == name:
                seen = Seen(plain(out.text), dict(zip(out.labels, out.tokens, strict=False)))
                shown[out.closes if out.kind == "close" and out.closes else str(out.id)] = seen
        return list(shown.values())

    async def papers(self, name: str) -> list[str]:
        mine = (out for out in self.channel.sent if out.address.user_key == name)
        return [file.name for out in mine for file in out.files]


class WebLine:
    """The local web chat."""

    def __init__(self, database: Database, folder: Path, county: County) -> None:
        self.database, self.county = database, county
        self.channel = web.build(Settings(data=folder, _env_file=None), database)

    def address(self, name: str) -> Address:
        return Address("web", "local", str(self.county[name].id))

    def _raw(self, name: str, id: int, **facts: Any) -> Raw:
        return web.raw(self.county[name].id, f"{name}-{id}", MONDAY, **facts)

    def text(self, name: str, id: int, text: str) -> Raw:
        return self._raw(name, id, text=text)

    def edit(self, name: str, id: int, of: int, text: str) -> Raw:
        return self._raw(name, id, text=text, edits=f"{name}-{of}")

    def press(self, name: str, id: int, token: str) -> Raw:
        return self._raw(name, id, token=token)

    def photo(self, name: str, id: int, text: str, size: int = 0) -> Raw:
        folder = self.channel.settings.files
        kept = files.keep_bytes(folder, JPEG, mime="image/jpeg", name="roof.jpg", kind="photo")
        file = {**vars(kept), "size": size or kept.size}
        return self._raw(name, id, text=text, files=[file])

    def poison(self, name: str, id: int) -> Raw:
        return Raw(
            "web", "local", f"{name}-{id}", f"web:{self.county[name].id}", {"person": "?"}
        )

    async def screen(self, name: str) -> list[Seen]:
        async with self.database.reading() as db:
            lines = await chat_lines.after(db, self.county[name].id, 0)
        return [self._seen(name, line) for line in lines if line.speaker == chat_lines.BOT]

    async def papers(self, name: str) -> list[str]:
        async with self.database.reading() as db:
            lines = await chat_lines.after(db, self.county[name].id, 0)
        return [file.name for line in lines for file in line.files]

    def _seen(self, name: str, line: chat_lines.Line) -> Seen:
        from ledger.cards import token

        card, person = line.card_id or 0, self.county[name].id
        made = {label: token(KEY, card, at, person) for at, label in enumerate(line.labels)}
        return Seen(plain(line.text), made)


class WeComPhones(WeComLine):
    """The WeCom app over HTTP; its screen in this suite's words."""

    async def screen(self, name: str) -> list[Seen]:  # type: ignore[override]
        return [Seen(text, buttons) for text, buttons in await super().screen(name)]


@dataclass
class TelegramLine:
    """Telegram over HTTP, with a strict server of our own."""

    channel: Telegram
    api: FakeBotApi
    people: dict[str, int] = field(
        default_factory=lambda: {name: 700101 + at for at, name in enumerate(NAMES)}
    )

    def address(self, name: str) -> Address:
        return Address("telegram", "777000", str(self.people[name]))

    def _raw(self, update: dict[str, Any]) -> Raw:
        raw = raw_of(update, "777000")
        assert raw
        return raw

    def _id(self, name: str, id: int) -> int:
        return self.people[name] * 100_000 + id

    def _message(self, name: str, id: int, **content: Any) -> dict[str, Any]:
        return {**message(self.people[name], id, **content), "date": int(MONDAY.timestamp())}

    def text(self, name: str, id: int, text: str) -> Raw:
        body = self._message(name, id, text=text)
        return self._raw({"update_id": self._id(name, id), "message": body})

    def edit(self, name: str, id: int, of: int, text: str) -> Raw:
        body = {**self._message(name, of, text=text), "edit_date": int(MONDAY.timestamp())}
        return self._raw({"update_id": self._id(name, id), "edited_message": body})

    def press(self, name: str, id: int, token: str) -> Raw:
        body = {"id": f"q{id}", "from": telegram_user(self.people[name]), "data": token}
        return self._raw({"update_id": self._id(name, id), "callback_query": body})

    def photo(self, name: str, id: int, text: str, size: int = 0) -> Raw:
        self.api.blobs["roof.jpg"] = JPEG
        photo = {"file_id": "roof.jpg", "file_unique_id": "r", "width": 9, "height": 9}
        body = self._message(name, id, caption=text, photo=[{**photo, "file_size": size}])
        return self._raw({"update_id": self._id(name, id), "message": body})

    def poison(self, name: str, id: int) -> Raw:
        body = {**self._message(name, id, text="今天"), "date": 10**15}
        return self._raw({"update_id": self._id(name, id), "message": body})

    async def screen(self, name: str) -> list[Seen]:
        mine = str(self.people[name])
        shown = [one for (chat, _), one in sorted(self.api.messages.items()) if chat == mine]
        return [Seen(one["text"], _buttons(one["markup"])) for one in shown]

    async def papers(self, name: str) -> list[str]:
        told = self.api.told(self.people[name])
        return [one.split(" ")[1] for one in told if one.startswith("[photo ")]


def _buttons(markup: Any) -> dict[str, str]:
    rows = (markup or {}).get("inline_keyboard", [])
    return {button["text"]: button["callback_data"] for row in rows for button in row}


@dataclass
class Rig:
    """A channel with everything behind it."""

    name: str
    line: Line
    database: Database
    county: County
    inbox: Inbox
    sender: Sender
    clock: SetClock

    async def hears(self, *raws: Raw) -> None:
        """These arrive; everything is answered and said."""
        await self.inbox.keep(raws)
        await self.inbox.settle()
        await self.said()

    async def said(self) -> None:
        """Everything that waits is out; a refused chat's hold is over in no time here."""
        while await self.sender.drain():
            self.clock.set(self.clock.now() + timedelta(minutes=3))

    async def last(self, name: str) -> Seen:
        return (await self.line.screen(name))[-1]

    async def post(self, name: str, reply: Reply, dedupe: str) -> int:
        async with self.database.transaction() as db:
            id = await outbox.post(
                db, self.line.address(name), self.county[name].id, reply, dedupe=dedupe,
                now=self.clock.now(),
            )  # fmt: skip
        assert id
        await self.said()
        return id

    async def states(self) -> dict[str, int]:
        async with self.database.reading() as db:
            return await inbox.counts(db)

    async def recorded(self, name: str) -> list[tuple[str, str, int]]:
        """Kind, day and version of what stands in the ledger for one person, oldest first."""
        async with self.database.reading() as db:
            found = await records.recent(
                db, self.county[name], since=MONDAY - timedelta(days=1)
            )
        return [(one.kind, one.day, one.version) for one in reversed(found)]

    async def events(self) -> list[tuple[str, str]]:
        """What the log says, without how anybody was reached."""
        async with self.database.reading() as db:
            rows = await db.connection.execute_fetchall(
                "SELECT kind, subject FROM ev ORDER BY seq"
            )
        return [(row["kind"], row["subject"]) for row in rows if row["kind"] != "address.bound"]


Make = Callable[[Database, Path, County], Line]


def photographed(
    line: Line, name: str, id: int, text: str, size: int = 0, *, apart: bool | None = None
) -> list[Raw]:
    """A photo with words; where pictures come without any, behind them."""
    if apart is None:
        apart = pictures_apart(line)
    if not apart:
        return [line.photo(name, id, text, size)]
    return [line.text(name, id, text), line.photo(name, id + 500, "", size)]


def pictures_apart(line: Line) -> bool:
    return bool(getattr(line, "apart", False))


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBotApi]:
    with fake_bot_api() as fake:
        yield fake


@pytest.fixture(scope="module")
def bots() -> Iterator[FakeAibot]:
    with fake_aibot() as fake:
        yield fake


@pytest.fixture(scope="module")
def corp() -> Iterator[FakeWeCom]:
    with fake_wecom(SetClock(MONDAY)) as fake:
        yield fake


@pytest.fixture
def lines(server: FakeBotApi, bots: FakeAibot, corp: FakeWeCom) -> dict[str, Make]:
    """How to put phones in front of each channel."""

    def telegram(database: Database, folder: Path, county: County) -> Line:
        server.forget()
        settings = TelegramSettings(
            token=TOKEN, base_url=server.base_url, file_url=server.file_url, _env_file=None
        )
        channel = Telegram(settings, folder / "files", database, SetClock(MONDAY))
        channel.caps = type(channel.caps)(**{**vars(channel.caps), "rate": 0, "chat_rate": 0})
        return TelegramLine(channel, server)

    def wecom_bot(database: Database, folder: Path, county: County) -> Line:
        line = AibotLine(bots, database, folder, SetClock(MONDAY), JPEG)
        line.channel.caps = type(line.channel.caps)(
            **{**vars(line.channel.caps), "windows": ()}
        )
        return line

    def wecom(database: Database, folder: Path, county: County) -> Line:
        corp.clock = SetClock(MONDAY)
        corp.forget()
        return WeComPhones(corp, database, folder, corp.clock, JPEG)

    return {
        "memory": MemoryLine, "web": WebLine, "telegram": telegram, "wecom_bot": wecom_bot,
        "wecom": wecom,
    }  # fmt: skip


@asynccontextmanager
async def opened(name: str, make: Make, folder: Path) -> AsyncIterator[Rig]:
    folder.mkdir(exist_ok=True)
    async with open_database(folder / "zhucun.db", durable=False) as database:
        county = await settle(database, channel="elsewhere")
        line = make(database, folder, county)
        async with database.transaction() as db:
            for one in NAMES:
                address = line.address(one)
                await invites.bind(db, county[one].id, address, by=None, now=MONDAY)
        clock = getattr(line, "clock", None) or SetClock(MONDAY)
        chosen = {line.channel.name: line.channel}
        sender = Sender(database, chosen, KEY, clock)
        words, files = Words(None), folder / "files"
        box = Inbox(
            database, chosen, words, Rules(), KEY, clock, files, sender.wake, Vault(files)
        )
        yield Rig(name, line, database, county, box, sender, clock)
        await line.channel.close()


@pytest.fixture(params=["memory", *CHANNELS])
async def rig(
    request: pytest.FixtureRequest, lines: dict[str, Make], tmp_path: Path
) -> AsyncIterator[Rig]:
    async with opened(request.param, lines[request.param], tmp_path) as made:
        yield made


def test_every_channel_of_the_program_is_in_this_suite(lines: dict[str, Make]) -> None:
    assert {"memory", *CHANNELS} == set(lines)


async def test_a_channel_says_who_it_is_and_what_it_can(rig: Rig) -> None:
    channel = rig.line.channel
    assert channel.name == rig.name
    assert channel.account
    assert channel.caps.text_limit >= 2000


async def test_the_same_delivery_five_times_has_one_effect_and_one_answer(rig: Rig) -> None:
    raw = rig.line.text("李队员", 1, "学习 60 中央一号文件")
    for _ in range(5):
        await rig.hears(raw)
    assert await rig.states() == {"done": 1}
    assert len(await rig.recorded("李队员")) == 1
    assert len(await rig.line.screen("李队员")) == 1


async def test_order_is_kept_in_each_of_many_conversations(rig: Rig) -> None:
    raws = [
        rig.line.text(name, number, f"学习 {number} 文件{number}")
        for number in range(1, 9)
        for name in NAMES[:3]
    ]
    await rig.hears(*raws)
    for name in NAMES[:3]:
        told = [seen.text for seen in await rig.line.screen(name)]
        assert ["文件" + str(number) in text for number, text in enumerate(told, 1)] == [
            True
        ] * 8


async def test_poison_is_parked_and_its_neighbours_are_answered(rig: Rig) -> None:
    await rig.hears(
        rig.line.text("李队员", 1, "学习 60 中央一号文件"),
        rig.line.poison("李队员", 2),
        rig.line.text("李队员", 3, "学习 30 低保政策"),
    )
    assert await rig.states() == {"dead": 1, "done": 2}
    assert len(await rig.recorded("李队员")) == 2


async def test_an_edit_corrects_and_never_doubles(rig: Rig) -> None:
    if not isinstance(rig.line, Editable):
        pytest.skip("nobody can edit a message there")
    await rig.hears(rig.line.text("李队员", 1, "学习 60 中央一号文件"))
    await rig.hears(rig.line.edit("李队员", 2, 1, "学习 90 中央一号文件"))
    await rig.hears(rig.line.edit("李队员", 2, 1, "学习 90 中央一号文件"))
    assert [version for _, _, version in await rig.recorded("李队员")] == [2]
    assert "90 分钟" in (await rig.last("李队员")).text


async def test_a_talk_goes_by_buttons(rig: Rig) -> None:
    await rig.hears(rig.line.text("李队员", 1, "学习"))
    await rig.hears(rig.line.text("李队员", 2, "中央一号文件"))
    await rig.hears(rig.line.press("李队员", 3, (await rig.last("李队员")).buttons["60 分钟"]))
    await rig.hears(rig.line.press("李队员", 4, (await rig.last("李队员")).buttons["自学"]))
    assert [kind for kind, _, _ in await rig.recorded("李队员")] == ["study"]


async def test_the_same_talk_goes_by_words_alone(rig: Rig) -> None:
    for number, words in enumerate(("学习", "中央一号文件", "60 分钟", "自学"), start=1):
        await rig.hears(rig.line.text("李队员", number, words))
    assert [kind for kind, _, _ in await rig.recorded("李队员")] == ["study"]


async def test_a_button_is_good_for_its_owner_and_its_question_only(rig: Rig) -> None:
    await rig.hears(rig.line.text("李队员", 1, "学习"))
    await rig.hears(rig.line.text("李队员", 2, "中央一号文件"))
    hour = (await rig.last("李队员")).buttons["60 分钟"]
    await rig.hears(rig.line.press("赵队员", 1, hour))
    assert await rig.recorded("赵队员") == []
    before = len(await rig.line.screen("李队员"))
    await rig.hears(rig.line.press("李队员", 3, hour))
    await rig.hears(rig.line.press("李队员", 4, hour))  # the same button once more
    await rig.hears(rig.line.text("李队员", 5, "自学"))
    assert len(await rig.recorded("李队员")) == 1
    assert len(await rig.line.screen("李队员")) == before + 3  # each press got a sentence
    assert await rig.states() == {"done": 6}


@pytest.mark.parametrize(
    "token", ["", "v1-1-0-aaaaaaaaaaaaaaaa", "x" * 5000, "张大山", "v1-½-٣-a", "\x00"]
)
async def test_a_forged_token_gets_a_sentence_and_has_no_effect(rig: Rig, token: str) -> None:
    await rig.hears(rig.line.press("李队员", 1, token))
    assert await rig.states() == {"done": 1}
    assert (await rig.last("李队员")).text
    assert await rig.recorded("李队员") == []


async def test_words_arrive_as_they_are(rig: Rig) -> None:
    await rig.post("李队员", Reply(str(escape(NASTY))), "nasty")
    assert (await rig.last("李队员")).text == NASTY


async def test_a_long_text_arrives_whole_and_in_order(rig: Rig) -> None:
    text = "".join(f"第{number}户：屋顶漏雨😀，已报问题。\n" for number in range(1200)).strip()
    await rig.post("李队员", Reply(text, (Option("知道了", "知道了"),)), "long")
    shown = await rig.line.screen("李队员")
    assert "".join(seen.text for seen in shown).replace("\n", "") == text.replace("\n", "")
    assert [list(seen.buttons) for seen in shown][-1] == ["知道了"]
    assert not any(seen.buttons for seen in shown[:-1])


@pytest.mark.parametrize("count", [0, 1, 6, 7, 20, 21])
async def test_any_number_of_choices_can_be_made(rig: Rig, count: int) -> None:
    options = tuple(Option(f"第 {number} 项", "帮助") for number in range(count))
    await rig.post("李队员", Reply("请选", options), "choice")
    seen = await rig.last("李队员")
    assert len(seen.buttons) == count
    if count:
        await rig.hears(rig.line.press("李队员", 1, list(seen.buttons.values())[-1]))
        assert len(await rig.line.screen("李队员")) == 2


async def test_a_long_label_is_no_hindrance(rig: Rig) -> None:
    label = "张大山（三组，住在村东头第二排，门口有棵老槐树）" * 2
    await rig.post("李队员", Reply("请选", (Option(label, "帮助"),)), "wide")
    assert list((await rig.last("李队员")).buttons) == [label]


async def test_closing_turns_a_card_into_its_last_word(rig: Rig) -> None:
    card = await rig.post("李队员", Reply("您在哪里？", (Option("在村", "在村"),)), "card")
    async with rig.database.transaction() as db:
        await outbox.close(db, card, "**已截止**", now=rig.clock.now())
    await rig.said()
    *earlier, seen = await rig.line.screen("李队员")
    assert (seen.text, seen.buttons) == ("已截止", {})
    assert len(earlier) == (0 if rig.line.channel.caps.edits else 1)


async def test_a_press_after_the_close_still_gets_an_answer(rig: Rig) -> None:
    card = await rig.post("李队员", Reply("您在哪里？", (Option("在村", "帮助"),)), "card")
    token = (await rig.last("李队员")).buttons["在村"]
    async with rig.database.transaction() as db:
        await outbox.close(db, card, "已截止", now=rig.clock.now())
    await rig.said()
    before = len(await rig.line.screen("李队员"))
    await rig.hears(rig.line.press("李队员", 1, token))
    assert await rig.states() == {"done": 1}
    assert len(await rig.line.screen("李队员")) == before + 1


async def test_a_photo_is_kept_byte_for_byte(rig: Rig) -> None:
    await rig.hears(*photographed(rig.line, "李队员", 1, "走访 张大山 屋顶漏雨"))
    kept = [path for path in rig.inbox.files.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [JPEG]
    async with rig.database.reading() as db:
        (record,) = await records.recent(db, rig.county["李队员"], since=MONDAY - timedelta(1))
    assert record.photos == 1


async def test_a_file_that_is_too_big_is_left_and_said_so(rig: Rig) -> None:
    if rig.name == "memory":
        pytest.skip("memory knows no sizes")
    huge = (Rules().file_limit_mb << 20) + 1
    await rig.hears(*photographed(rig.line, "李队员", 1, "走访 张大山 屋顶漏雨", huge))
    assert [kind for kind, _, _ in await rig.recorded("李队员")] == ["visit"]
    assert str(Rules().file_limit_mb) in (await rig.last("李队员")).text


async def test_a_file_that_cannot_be_had_does_not_take_the_words_with_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.channels.base import SendError, Trouble

    async def gone(media: object) -> bytes:
        raise SendError(Trouble.REFUSED, "the link has expired")

    monkeypatch.setattr("bot.inbox.FETCH_TRIES", 1)
    monkeypatch.setattr(rig.line.channel, "fetch", gone)
    await rig.hears(*photographed(rig.line, "李队员", 1, "走访 张大山 屋顶漏雨"))
    assert [kind for kind, _, _ in await rig.recorded("李队员")] == ["visit"]


async def test_a_file_we_send_arrives(rig: Rig) -> None:
    kept = files.keep_bytes(
        rig.inbox.files,
        b"PK\x03\x04 sheet",
        mime="application/zip",
        name="台账.xlsx",
        kind="document",
    )
    paper = Paper(kept.sha256, "台账.xlsx", kept.mime)
    id = await rig.post("李队员", Reply("周报", files=(paper,)), "paper")
    async with rig.database.reading() as db:
        assert await outbox.counts(db) == {"sent": 1}
    assert id
    assert (await rig.line.screen("李队员"))[0].text == "周报"


async def test_a_drawing_is_a_file_by_the_time_it_arrives_and_its_buttons_work(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card is the message that can be answered and closed, whatever picture came with it."""
    monkeypatch.setitem(FORMS, "plate", lambda facts, looks: Made(PNG, "image/png", ".png"))
    rig.sender.press = Press(rig.inbox.files, Words(None))
    drawing = Drawing("plate", "日报", {"title": "永安村"})
    reply = Reply("日报", (Option("知道了", "帮助"),), kind="card", drawings=(drawing,))
    card = await rig.post("李队员", reply, "drawn")
    assert await rig.line.papers("李队员") == ["日报.png"]
    pressed = (await rig.last("李队员")).buttons["知道了"]
    await rig.hears(rig.line.press("李队员", 1, pressed))
    assert await rig.states() == {"done": 1}
    async with rig.database.transaction() as db:
        await outbox.close(db, card, "已截止", now=rig.clock.now())
    await rig.said()
    shown = [seen for seen in await rig.line.screen("李队员") if seen.text == "已截止"]
    assert [seen.buttons for seen in shown] == [{}]
    if rig.line.channel.caps.edits:
        assert "日报" not in [seen.text for seen in await rig.line.screen("李队员")]


async def test_who_is_not_on_the_roster_changes_nothing(rig: Rig) -> None:
    async with rig.database.transaction() as db:
        address = rig.line.address("赵队员")
        await invites.bind(
            db, rig.county["赵队员"].id, Address(address.channel, address.account, "0"), by=None,
            now=MONDAY,
        )  # fmt: skip
    await rig.hears(rig.line.text("赵队员", 1, "学习 60 中央一号文件"))
    assert await rig.recorded("赵队员") == []
    assert len(await rig.line.screen("赵队员")) == 1


async def test_nothing_secret_is_printed(rig: Rig) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
        quiet_logs(as_json=False)  # the program's own settings, as `zhucun run` makes them
        try:
            await rig.hears(
                rig.line.text("李队员", 1, "学习 60 中央一号文件"), rig.line.poison("李队员", 2)
            )
        finally:
            structlog.reset_defaults()
    assert "parked" in printed.getvalue()
    for secret in (TOKEN, SECRET, WECOM_SECRET, AES_KEY, KEY.decode()):
        assert secret not in printed.getvalue()


async def test_one_scripted_day_gives_the_same_ledger_everywhere(
    lines: dict[str, Make], tmp_path: Path
) -> None:
    expected: dict[tuple[bool, bool], Any] = {}
    for name, make in lines.items():
        async with opened(name, make, tmp_path / name) as rig:
            habits = (isinstance(rig.line, Editable), pictures_apart(rig.line))
            lived = await lived_a_day(rig, *habits)
        if habits not in expected:
            async with opened("memory", MemoryLine, tmp_path / f"memory {habits}") as rig:
                expected[habits] = await lived_a_day(rig, *habits)
        assert lived == expected[habits], name
    assert len({str(one) for one in expected.values()}) == len(expected) > 1
    assert len(expected[True, False][0]) > 5


async def lived_a_day(rig: Rig, edits: bool, apart: bool) -> tuple[Any, ...]:
    """What the ledger and the screens show of it; where lines end is a channel's own."""
    await live_a_day(rig, edits=edits, apart=apart)
    screens = [await rig.line.screen(one) for one in NAMES]
    return (
        await rig.events(),
        [await rig.recorded(one) for one in NAMES],
        [["".join(seen.text.split()) for seen in screen] for screen in screens],
    )


async def live_a_day(rig: Rig, *, edits: bool, apart: bool) -> None:
    """Study, visit with a photo, an issue, a leave, a correction, the leader's view."""
    await rig.hears(rig.line.text("李队员", 1, "学习"))
    await rig.hears(rig.line.text("李队员", 2, "中央一号文件"))
    await rig.hears(rig.line.press("李队员", 3, (await rig.last("李队员")).buttons["60 分钟"]))
    await rig.hears(rig.line.press("李队员", 4, (await rig.last("李队员")).buttons["自学"]))
    await rig.hears(*photographed(rig.line, "李队员", 5, "走访 张大山 屋顶漏雨", apart=apart))
    await rig.hears(rig.line.text("李队员", 6, "问题 张大山 断水 下周三前"))
    await rig.hears(rig.line.text("赵队员", 1, "学习 40 低保政策"))
    if edits and isinstance(rig.line, Editable):
        await rig.hears(rig.line.edit("赵队员", 2, 1, "学习 45 低保政策"))
    await rig.hears(rig.line.text("赵队员", 3, "请假 明天 看病"))
    await rig.hears(rig.line.text("李队员", 7, "今天"))
    await rig.hears(rig.line.text("王队长", 1, "今天"))


@pytest.mark.parametrize("limit", [1, 2, 160, 3900])
@given(
    st.text(
        st.sampled_from("张大山\n。，；*\\😀a ") | st.characters(codec="utf-8"), max_size=400
    )
)
def test_cutting_never_loses_and_never_exceeds(limit: int, text: str) -> None:
    parts = split(text, max(limit, 2), utf16)
    assert "".join(parts) == text
    assert all(utf16(part) <= max(limit, 2) for part in parts)


@given(
    st.lists(
        st.sampled_from(["张大山", "**粗**", "\\*", "\\\\", "😀", "。", "\n"]), max_size=60
    )
)
def test_cutting_never_breaks_markup(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert "".join(plain(part) for part in split(text, 12, utf16)) == plain(text)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["person", "id", "at", "text", "files", "token", "message", "chat", "from"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["person", "id", "at", "files", "message", "callback_query"]), JUNK
    )
)
def test_whatever_is_heard_is_understood_or_unreadable(payload: dict[str, Any]) -> None:
    with contextlib.suppress(Unreadable):
        hear(payload, "777000", "")
    chat = web.WebChat(Settings(_env_file=None), None)  # type: ignore[arg-type]
    with contextlib.suppress(Unreadable):
        chat.hear(payload)


async def test_a_thousand_waiting_reminders_do_not_delay_an_answer(rig: Rig) -> None:
    async with rig.database.transaction() as db:
        bulk = outbox.Timing(lane=outbox.BULK)
        to, person = rig.line.address("赵队员"), rig.county["赵队员"].id
        for number in range(300):
            await outbox.post(
                db, to, person, Reply("提醒"), dedupe=f"r{number}", now=MONDAY, timing=bulk
            )
    sending = asyncio.create_task(rig.sender.run())
    try:
        await rig.inbox.keep([rig.line.text("李队员", 1, "帮助")])
        async with asyncio.timeout(20):
            while not await rig.line.screen("李队员"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert len(await rig.line.screen("赵队员")) < 300
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
