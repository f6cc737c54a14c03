"""What the smart bot says: answers along their exchange, cards, files, and what follows a press."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aibot_line import QUICK, aibot, told
from county import County, settle
from fake_aibot import BOT, FakeAibot, fake_aibot
from source import ROOT

from bot.channels.base import SendError, Trouble
from bot.channels.wecom_bot import WeComBot
from bot.channels.wecom_bot.cards import look, pressed, to_markdown
from bot.channels.wecom_bot.hear import raw_of
from bot.inbox import Inbox
from bot.sender import Sender
from ledger import cards, files, inbox, invites, outbox, people
from ledger.clock import ShiftedClock
from ledger.database import Database
from ledger.messages import Media, Option, Outgoing, Paper, Reply
from ledger.people import Address
from ledger.rules import Rules
from ledger.seed_vault import Vault
from templates.words import Words

KEY = b"k" * 32
LI = Address("wecom_bot", BOT, "lidy")
MEDIA = json.loads((ROOT / "tests/payloads/wecom_vectors.json").read_text("utf-8"))[
    "aibot_media"
]
PNG = b"\x89PNG\r\n\x1a\n" + b"roof" * 100


@pytest.fixture(scope="module")
def server() -> Iterator[FakeAibot]:
    with fake_aibot() as fake:
        yield fake


@pytest.fixture
def fake(server: FakeAibot) -> FakeAibot:
    server.forget()
    return server


@dataclass
class Copy:
    """A running copy, as far as the smart bot is concerned."""

    fake: FakeAibot
    channel: WeComBot
    database: Database
    inbox: Inbox
    sender: Sender
    clock: ShiftedClock
    county: County
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def hears(self, frame: dict[str, Any]) -> None:
        """A frame arrives; it is answered, and the answer is out."""
        id = frame["body"]["msgid"]
        await asyncio.to_thread(self.fake.push, frame)
        async with asyncio.timeout(5):
            while not await self._answered(id):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await self.sender.settle()

    async def _answered(self, id: str) -> bool:
        async with self.database.reading() as db:
            return await inbox.outcome(db, "wecom_bot", BOT, id) is not None

    async def post(self, reply: Reply, dedupe: str = "p") -> None:
        now = self.clock.now()
        person = self.county["李队员"].id
        async with self.database.transaction() as db:
            await outbox.post(db, LI, person, reply, dedupe=dedupe, now=now)
        await self.sender.settle()

    async def answers(self, text: str) -> None:
        """A message that has come is answered with these words, and they are out."""
        raw = raw_of(self.fake.message("LiDY", content="日报"), BOT)
        now = self.clock.now()
        async with self.database.transaction() as db:
            await inbox.keep(db, [raw], now=now)
            row = await inbox.waiting(db, raw.conv_key)
            assert row
            await outbox.post(db, LI, None, Reply(text), dedupe=f"in:{row.id}", now=now)
        await self.sender.settle()

    def told(self) -> list[tuple[str, dict[str, str]]]:
        return told(self.fake.told("lidy"))


@pytest.fixture
async def copy(fake: FakeAibot, database: Database, tmp_path: Path) -> AsyncIterator[Copy]:
    async with started(fake, database, tmp_path) as made:
        yield made


@asynccontextmanager
async def started(fake: FakeAibot, database: Database, folder: Path) -> AsyncIterator[Copy]:
    clock = ShiftedClock(timedelta())
    county = await settle(database, channel="elsewhere", now=clock.now())
    async with database.transaction() as db:
        await invites.bind(db, county["李队员"].id, LI, by=None, now=clock.now())
    channel = aibot(fake, database, folder, clock, replace(QUICK, ping=5))
    channels = {channel.name: channel}
    sender = Sender(database, channels, KEY, clock)
    box = Inbox(
        database, channels, Words(None), Rules(), KEY, clock, folder / "files", sender.wake,
        Vault(folder / "files"),
    )  # fmt: skip
    task = asyncio.create_task(channel.run(box.keep))
    await until(fake)
    try:
        yield Copy(fake, channel, database, box, sender, clock, county)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await box.close()
        await channel.close()


async def until(fake: FakeAibot) -> None:
    async with asyncio.timeout(3):
        while not fake.live:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def out(text: str, labels: tuple[str, ...] = (), *, id: int = 37, **more: Any) -> Outgoing:
    tokens = tuple(f"v1-1-{number}-aaaa" for number in range(len(labels)))
    return Outgoing(id, 1, LI, "text", text, labels, tokens, **more)


# answers
async def test_an_answer_goes_back_along_its_exchange(copy: Copy) -> None:
    await copy.hears(copy.fake.message("LiDY", content="学习 60 中央一号文件"))
    assert [one.cmd for one in copy.fake.told("lidy")] == ["respond"]


async def test_an_exchange_that_has_closed_is_answered_by_a_push(copy: Copy) -> None:
    frame = copy.fake.message("LiDY", content="学习 60 中央一号文件")
    copy.fake.asks[frame["headers"]["req_id"]].closed = True  # 846605
    await copy.hears(frame)
    assert [one.cmd for one in copy.fake.told("lidy")] == ["push"]


async def test_an_exchange_of_yesterday_is_not_tried(copy: Copy) -> None:
    async with copy.database.transaction() as db:
        frame = copy.fake.message("LiDY", content="今天")
        raw = raw_of(frame, BOT)
        await inbox.keep(db, [raw], now=copy.clock.now() - timedelta(hours=25))
    await copy.inbox.replay()
    await copy.inbox.settle()
    await copy.sender.settle()
    assert copy.fake.of("aibot_respond_msg") == []
    assert {one.cmd for one in copy.fake.told("lidy")} == {"push"}


async def test_an_answer_after_a_restart_still_uses_its_exchange(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    async with started(fake, database, tmp_path) as first:
        frame = fake.message("LiDY", content="学习 60 中央一号文件")
        await asyncio.to_thread(fake.push, frame)
        async with asyncio.timeout(5):
            while not await first._answered(frame["body"]["msgid"]):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    clock = ShiftedClock(timedelta())
    channel = aibot(fake, database, tmp_path, clock)
    task = asyncio.create_task(channel.run(first.inbox.keep))
    await Sender(database, {channel.name: channel}, KEY, clock).settle()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await channel.close()
    assert [one.cmd for one in fake.told("lidy")] == ["respond"]


async def test_a_repetition_is_a_push_and_says_so(copy: Copy) -> None:
    """A late answer of the first try would be taken for one of the second."""
    copy.fake.drop_acks = 1
    copy.channel.socket.waits = replace(QUICK, answer=0.1)
    await copy.answers("好")
    copy.clock.offset += timedelta(minutes=1)
    await copy.sender.settle()
    shown = [(one.cmd, one.text) for one in copy.fake.told("lidy")]
    assert shown == [("respond", "好"), ("push", "（重发）好")]


async def test_a_welcome_goes_out_within_its_five_seconds(copy: Copy) -> None:
    await copy.hears(copy.fake.event("LiDY", "enter_chat"))
    (shown,) = copy.fake.told("lidy")
    assert shown.cmd == "welcome"


async def test_a_welcome_that_comes_too_late_is_dropped_without_a_loop(copy: Copy) -> None:
    """The chat has never written, so nothing else may be sent; the address waits for a word."""
    frame = copy.fake.event("LiDY", "enter_chat")
    copy.fake.later(6)
    await copy.hears(frame)
    assert copy.fake.told("lidy") == []
    async with copy.database.reading() as db:
        assert await outbox.counts(db) == {"dead": 1}
        assert await people.address_of(db, copy.county["李队员"].id) != LI
    await copy.hears(copy.fake.message("LiDY", content="今天"))
    async with copy.database.reading() as db:
        assert await people.address_of(db, copy.county["李队员"].id) == LI


async def test_an_id_is_written_to_as_it_is_spelt(copy: Copy) -> None:
    await copy.hears(copy.fake.message("LiDY", content="今天"))
    await copy.post(Reply("提醒"))
    assert copy.fake.of("aibot_send_msg")[-1]["body"]["chatid"] == "LiDY"
    again = aibot(copy.fake, copy.database, Path(), copy.clock)
    await again._remember()
    assert again._spelt == {"lidy": "LiDY"}
    await again.close()


# words
async def test_a_long_report_is_one_finished_stream(copy: Copy) -> None:
    text = "".join(f"第{number}户：屋顶漏雨。\n" for number in range(400)).strip()
    await copy.answers(text)
    (frame,) = copy.fake.of("aibot_respond_msg")
    assert frame["body"]["msgtype"] == "stream"
    assert frame["body"]["stream"]["finish"] is True
    assert [one.text for one in copy.fake.told("lidy")] == [text]


@pytest.mark.parametrize("number", [846605, 846608])
async def test_what_the_exchange_does_not_take_goes_as_a_message(
    copy: Copy, number: int
) -> None:
    copy.fake.fail("aibot_respond_msg", number)
    await copy.answers("第1户：屋顶漏雨。\n" * 200)
    (shown,) = copy.fake.told("lidy")
    assert (shown.cmd, shown.kind) == ("push", "markdown")


async def test_more_than_one_message_holds_goes_in_numbered_parts(copy: Copy) -> None:
    copy.fake.wrote.add("lidy")
    text = "".join(f"第{number}户：屋顶漏雨😀。\n" for number in range(1500)).strip()
    await copy.post(Reply(text))
    shown = [one.text for one in copy.fake.told("lidy")]
    assert len(shown) == 3
    assert [one.split("\n")[0] for one in shown] == ["（1/3）", "（2/3）", "（3/3）"]
    assert "".join(one.split("\n", 1)[1] for one in shown) == text
    sizes = [
        len(one["body"]["markdown"]["content"].encode())
        for one in copy.fake.of("aibot_send_msg")
    ]
    assert max(sizes) <= 20_480


def test_what_looks_like_markup_is_escaped_and_bold_stays() -> None:
    assert to_markdown("**粗** a_b _c_ [x](y) `<") == "**粗** a_b \\_c\\_ \\[x](y) \\`\\<"
    assert to_markdown("# 一\n> 二") == "\\# 一\n\\> 二"


# cards
@pytest.mark.parametrize(
    ("count", "kinds"),
    [
        (0, []),
        (1, ["button_interaction"]),
        (6, ["button_interaction"]),
        (7, ["vote_interaction"]),
        (20, ["vote_interaction"]),
        (21, ["vote_interaction", "vote_interaction"]),
    ],
)
def test_the_number_of_options_chooses_the_card(count: int, kinds: list[str]) -> None:
    shown = look(out("请选", tuple(f"第{number}项" for number in range(count))), Words())
    assert [one["card_type"] for one in shown.cards] == kinds
    assert len({one["task_id"] for one in shown.cards}) == len(kinds)


def test_a_short_text_stands_on_its_card_and_a_long_one_above_it() -> None:
    short = look(out("您在哪里？\n10:25 前答复", ("在村",)), Words())
    assert (short.text, short.cards[0]["sub_title_text"]) == ("", "10:25 前答复")
    long = look(out("长" * 200 + "\n对吗？", ("对",)), Words())
    assert long.text.endswith("对吗？")
    assert long.cards[0]["main_title"] == {"title": "对吗？"}


def test_who_sees_no_buttons_is_told_what_to_write() -> None:
    shown = look(out("对吗？", ("正确", "改"), plain=True), Words())
    assert (shown.text, shown.cards) == ("对吗？\n\n可直接回复：正确、改", ())


async def test_a_card_that_is_refused_is_said_in_words_once(copy: Copy) -> None:
    copy.fake.wrote.add("lidy")
    copy.fake.fail("aibot_send_msg", 42038)
    await copy.post(Reply("对吗？", (Option("正确", "正确"), Option("改", "改"))))
    assert [one.text for one in copy.fake.told("lidy")] == ["对吗？\n\n可直接回复：正确、改"]
    assert len(copy.fake.of("aibot_send_msg")) == 2


async def test_a_card_that_was_there_after_all_is_not_sent_again(copy: Copy) -> None:
    copy.fake.wrote.add("lidy")
    copy.fake.drop_acks = 1
    copy.channel.socket.waits = replace(QUICK, answer=0.1)
    await copy.post(Reply("对吗？", (Option("正确", "正确"),)))
    copy.clock.offset += timedelta(minutes=1)
    await copy.sender.settle()
    assert len(copy.told()) == 1
    async with copy.database.reading() as db:
        assert await outbox.counts(db) == {"sent": 1}


# presses
async def press(copy: Copy, label: str, at: int = -1) -> dict[str, Any]:
    card = copy.fake.told("lidy")[at].card
    token = told(copy.fake.told("lidy"))[at][1][label]
    frame = copy.fake.click("LiDY", token, card["task_id"])
    await copy.hears(frame)
    async with asyncio.timeout(3):
        while copy.channel._passing:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return card


async def test_a_pressed_card_turns_grey_and_its_grey_button_does_nothing(copy: Copy) -> None:
    copy.fake.wrote.add("lidy")
    await copy.post(Reply("要不要帮助？\n就一句", (Option("要", "帮助"), Option("不", "取消"))))
    task = (await press(copy, "要"))["task_id"]
    changed, *answers = copy.fake.told("lidy")
    assert changed.card["button_list"] == [{"text": "✓ 要", "style": 4, "key": "noop"}]
    assert changed.card["main_title"]["title"] == "要不要帮助？"
    assert {one.cmd for one in answers} == {"push"}  # a press is no message: it takes no answer
    noop = copy.fake.click("LiDY", "noop", task)
    await copy.hears(noop)
    assert len(copy.fake.told("lidy")) == 1 + len(answers)
    assert len(copy.fake.of("aibot_respond_update_msg")) == 1


async def test_a_press_of_a_dead_question_says_so_on_the_card(copy: Copy) -> None:
    await copy.hears(copy.fake.message("LiDY", content="学习"))
    await copy.hears(copy.fake.message("LiDY", content="中央一号文件"))
    await copy.hears(copy.fake.message("LiDY", content="取消"))
    await press(copy, "60 分钟", 1)
    assert copy.fake.told("lidy")[1].card["button_list"][0]["text"] == "已失效"


async def test_a_press_whose_answer_takes_long_is_confirmed_all_the_same(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wecom_bot.press.LOOKS", (0.01,))
    copy.fake.wrote.add("lidy")
    await copy.post(Reply("要不要帮助？", (Option("要", "帮助"),)))
    shown = copy.fake.told("lidy")[0]
    token = told(copy.fake.told("lidy"))[0][1]["要"]
    frame = copy.fake.click("LiDY", token, shown.card["task_id"])
    raw = raw_of(frame, BOT)
    await copy.channel._pressing.show(frame, raw)  # nobody has answered it
    assert shown.card["button_list"][0]["text"] == "已收到"


async def test_a_late_update_and_a_forged_token_change_nothing(copy: Copy) -> None:
    copy.fake.wrote.add("lidy")
    await copy.post(Reply("要不要帮助？", (Option("要", "帮助"),)))
    card = copy.fake.told("lidy")[0].card
    await copy.hears(copy.fake.click("LiDY", "forged", card["task_id"]))
    copy.fake.fail("aibot_respond_update_msg", 846605)
    await press(copy, "要", 0)
    assert copy.fake.told("lidy")[0].card == card
    assert len(copy.told()) == 3  # both were answered


async def test_a_list_is_shut_by_what_was_chosen(copy: Copy) -> None:
    card = look(out("请选", tuple(f"第{number}项" for number in range(9))), Words()).cards[0]
    shut = pressed(card, "请选", "✓ 第3项")
    assert shut["checkbox"]["disable"] is True
    assert [one["id"] for one in shut["checkbox"]["option_list"]] == ["noop"]


# files
@pytest.mark.parametrize("one", MEDIA, ids=[one["name"] for one in MEDIA])
@pytest.mark.parametrize("key", ["aeskey", "aeskey_unpadded"])
async def test_a_file_is_decrypted(copy: Copy, one: dict[str, Any], key: str) -> None:
    sealed = base64.b64decode(one["ciphertext_b64"])
    copy.fake.blobs["v"] = (sealed, len(sealed))
    door = json.dumps({"url": f"{copy.fake.http}/media/v", "aeskey": one[key]})
    data = await copy.channel.fetch(Media("photo", "", "", 0, door))
    assert data == base64.b64decode(one["plaintext_b64"])


@pytest.mark.parametrize("name", ["gone", "huge", "torn", "elsewhere"])
async def test_a_file_that_cannot_be_had_is_a_refusal(copy: Copy, name: str) -> None:
    copy.fake.file("huge", b"x" * 40, size=(20 << 20) + 33)
    copy.fake.blobs["torn"] = (b"x" * 33, 33)
    url = "ftp://x/y" if name == "elsewhere" else f"{copy.fake.http}/media/{name}"
    door = json.dumps({"url": url, "aeskey": base64.b64encode(b"k" * 32).decode()})
    with pytest.raises(SendError) as trouble:
        await copy.channel.fetch(Media("photo", "", "", 0, door))
    assert trouble.value.kind is Trouble.REFUSED


def paper(folder: Path, data: bytes, name: str, mime: str) -> Paper:
    kept = files.keep_bytes(folder / "files", data, mime=mime, name=name, kind="document")
    return Paper(kept.sha256, name, mime)


async def test_a_file_goes_up_in_pieces_once_for_three_days(copy: Copy, tmp_path: Path) -> None:
    copy.fake.wrote.add("lidy")
    data = hashlib.sha256(b"x").digest() * 40_000  # 1.28 MB: three pieces
    sheet = paper(tmp_path, data, "日报.xlsx", "application/zip")
    for number in range(2):
        await copy.post(Reply("日报", files=(sheet,)), f"p{number}")
    pieces = copy.fake.of("aibot_upload_media_chunk")
    assert [one["body"]["chunk_index"] for one in pieces] == [0, 1, 2]
    assert [data for _, data in copy.fake.media.values()] == [data]
    kinds = [one.kind for one in copy.fake.told("lidy")]
    assert kinds == ["markdown", "file"] * 2
    copy.clock.offset += timedelta(days=3)
    await copy.post(Reply("日报", files=(sheet,)), "p3")
    assert len(copy.fake.of("aibot_upload_media_init")) == 2


async def test_a_file_whose_upload_was_forgotten_goes_up_once_more(
    copy: Copy, tmp_path: Path
) -> None:
    copy.fake.wrote.add("lidy")
    picture = paper(tmp_path, PNG, "屋顶.png", "image/png")
    await copy.post(Reply("看", files=(picture,)), "p1")
    copy.fake.media.clear()  # 40007
    await copy.post(Reply("看", files=(picture,)), "p2")
    shown = [(one.kind, one.media) for one in copy.fake.told("lidy") if one.media]
    assert shown == [("image", "屋顶.png")] * 2
    async with copy.database.reading() as db:
        assert await outbox.counts(db) == {"sent": 2}


async def test_a_row_goes_on_where_it_stopped(copy: Copy, tmp_path: Path) -> None:
    copy.fake.wrote.add("lidy")
    sheet = paper(tmp_path, b"PK\x03\x04 sheet", "日报.xlsx", "application/zip")
    copy.fake.fail("aibot_upload_media_init", 45009)
    await copy.post(Reply("日报", files=(sheet,)))
    assert [one.kind for one in copy.fake.told("lidy")] == ["markdown"]
    copy.channel.caps = replace(copy.channel.caps)
    await asyncio.sleep(QUICK.throttled)
    copy.clock.offset += timedelta(minutes=2)
    await copy.sender.settle()
    assert [one.kind for one in copy.fake.told("lidy")] == ["markdown", "file"]


# limits
async def test_the_services_own_limit_holds_that_chat_and_loses_nothing(copy: Copy) -> None:
    copy.fake.wrote.update(("lidy", "other"))
    copy.fake.limit = 2
    for number in range(3):
        await copy.post(Reply(f"第{number}条"), f"p{number}")
    assert len(copy.told()) == 2
    other = Outgoing(9000, None, Address("wecom_bot", BOT, "other"), "text", "好")
    await copy.channel.deliver(other)
    copy.fake.later(61)
    await asyncio.sleep(QUICK.throttled)
    copy.clock.offset += timedelta(minutes=2)
    await copy.sender.settle()
    assert [text for text, _ in copy.told()] == ["第0条", "第1条", "第2条"]


def test_our_own_limits_stay_below_the_services(copy: Copy) -> None:
    assert copy.channel.caps.windows == ((25, 60), (900, 3600))


async def test_a_token_is_legal_as_a_key(copy: Copy) -> None:
    longest = cards.token(KEY, 36**12 - 1, 20, 36**6)
    assert len(longest.encode()) <= 128  # an option's id may have no more
