"""What leaves for Telegram, against a strict server, and what each of its refusals means."""

import hashlib
import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from fake_bot_api import TOKEN, FakeBotApi, fake_bot_api
from PIL import Image
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

from bot.channels.base import SendError, Trouble
from bot.channels.telegram import Telegram
from bot.channels.telegram.send import to_html
from bot.channels.telegram.troubles import trouble_of
from bot.settings import TelegramSettings
from ledger.clock import WallClock
from ledger.database import Database
from ledger.errors import ForOperator
from ledger.files import keep_bytes
from ledger.messages import Media, Outgoing, Paper
from ledger.people import Address

LI = Address("telegram", "777000", "700101")
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 10


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBotApi]:
    with fake_bot_api() as fake:
        yield fake


@pytest.fixture
def api(server: FakeBotApi) -> FakeBotApi:
    server.forget()
    return server


def opened(settings: TelegramSettings, folder: Path) -> Telegram:
    """Sending and fetching need no ledger."""
    return Telegram(settings, folder, cast(Database, None), WallClock())


@pytest.fixture
async def channel(api: FakeBotApi, tmp_path: Path) -> AsyncIterator[Telegram]:
    settings = TelegramSettings(
        token=TOKEN, base_url=api.base_url, file_url=api.file_url, _env_file=None
    )
    made = opened(settings, tmp_path / "files")
    yield made
    await made.close()


def row(text: str = "您好", **facts: object) -> Outgoing:
    return Outgoing(
        **{"id": 7, "person_id": 1, "address": LI, "kind": "text", "text": text, **facts}
    )


def paper(folder: Path, data: bytes, *, name: str, mime: str) -> Paper:
    kept = keep_bytes(folder, data, mime=mime, name=name, kind="document")
    return Paper(kept.sha256, name, mime)


async def test_words_arrive_as_they_are_whatever_they_contain(
    channel: Telegram, api: FakeBotApi
) -> None:
    name = "王<b>&]]> \\*\\_\\[\\`\\\\ 😀"
    handle = await channel.deliver(row(f"**{name}** 您好"))
    assert api.told(700101) == ["王<b>&]]> *_[`\\ 😀 您好"]
    assert api.made("sendMessage")[0]["text"].startswith("<b>王&lt;b&gt;&amp;]]&gt;")
    assert handle.ref == str(max(id for _, id in api.messages))


async def test_messages_to_a_person_are_protected_and_show_no_link_preview(
    channel: Telegram, api: FakeBotApi
) -> None:
    await channel.deliver(row())
    await channel.deliver(row(address=Address("telegram", "777000", "-100200"), person_id=None))
    private, group = api.made("sendMessage")
    assert (private["protect_content"], group["protect_content"]) == (True, False)
    assert private["link_preview_options"] == {"is_disabled": True}


async def test_buttons_stand_two_in_a_row_and_carry_their_tokens(
    channel: Telegram, api: FakeBotApi
) -> None:
    labels = ("30 分钟", "60 分钟", "张大山（三组，住在村东头）", "返回", "取消")
    tokens = tuple(f"v1-1a-{number}-abcdefghijklmnop" for number in range(5))
    await channel.deliver(row(labels=labels, tokens=tokens))
    rows = api.made("sendMessage")[0]["reply_markup"]["inline_keyboard"]
    assert [[one["text"] for one in line] for line in rows] == [
        ["30 分钟", "60 分钟"],
        ["张大山（三组，住在村东头）"],
        ["返回", "取消"],
    ]
    assert [one["callback_data"] for line in rows for one in line] == list(tokens)


async def test_labels_without_tokens_are_no_buttons(channel: Telegram, api: FakeBotApi) -> None:
    await channel.deliver(row(labels=("今天",)))
    assert "reply_markup" not in api.made("sendMessage")[0]


async def test_a_long_text_goes_in_parts_with_the_buttons_under_the_last(
    channel: Telegram, api: FakeBotApi
) -> None:
    line = "李队员今天走访了张大山家，屋顶漏雨😀，已报问题。\n"
    handle = await channel.deliver(row(line * 400, labels=("知道了",), tokens=("v1-1-0-a",)))
    told = api.told(700101)
    assert len(told) == 3
    assert "\n".join(told) == (line * 400).strip()
    calls = api.made("sendMessage")
    assert ["reply_markup" in call for call in calls] == [False, False, True]
    assert handle.ref == handle.refs[-1]
    assert len(handle.refs) == 3


async def test_a_row_that_stopped_half_way_goes_on_where_it_stopped(
    channel: Telegram, api: FakeBotApi
) -> None:
    text = "李队员今天走访了张大山家，屋顶漏雨，已报问题。\n" * 400
    api.fail("sendMessage", 429, "Too Many Requests", skip=2, retry_after=3)
    with pytest.raises(SendError) as trouble:
        await channel.deliver(row(text))
    assert trouble.value.kind is Trouble.THROTTLED
    handle = await channel.deliver(row(text))
    assert "\n".join(api.told(700101)) == text.strip()
    assert len(handle.refs) == len(api.told(700101)) == 3


async def test_a_picture_that_is_there_is_not_sent_again_for_its_words(
    channel: Telegram, api: FakeBotApi, tmp_path: Path
) -> None:
    card = paper(tmp_path / "files", JPEG, name="日报.jpg", mime="image/jpeg")
    out = row("日报", files=(card,), labels=("知道了",), tokens=("v1-1-0-a",))
    api.fail("sendMessage", 429, "Too Many Requests", retry_after=3)
    with pytest.raises(SendError):
        await channel.deliver(out)
    handle = await channel.deliver(out)
    assert api.told(700101) == ["[photo 日报.jpg 74]", "日报"]
    assert handle.ref == handle.refs[1]


async def test_a_repeated_message_says_so(channel: Telegram, api: FakeBotApi) -> None:
    await channel.deliver(row("抽查：您在哪里？", again=True))
    assert api.told(700101) == ["（重发）抽查：您在哪里？"]


async def test_a_card_is_closed_by_an_edit_without_buttons(
    channel: Telegram, api: FakeBotApi
) -> None:
    card = await channel.deliver(row("您在哪里？", labels=("在村",), tokens=("v1-1-0-a",)))
    closed = await channel.deliver(row("**已截止**", kind="close", closes=card.ref))
    assert closed.ref == card.ref
    assert api.told(700101) == ["已截止"]
    assert api.messages["700101", int(card.ref)]["markup"] is None


async def test_closing_twice_is_done(channel: Telegram, api: FakeBotApi) -> None:
    card = await channel.deliver(row("您在哪里？"))
    for _ in range(2):
        handle = await channel.deliver(row("已截止", kind="close", closes=card.ref))
        assert handle.ref == card.ref
    assert api.told(700101) == ["已截止"]


@pytest.mark.parametrize("closes", ["99", "", "not-a-number"])
async def test_what_cannot_be_edited_gets_a_new_message(
    channel: Telegram, api: FakeBotApi, closes: str
) -> None:
    await channel.deliver(row("已截止", kind="close", closes=closes))
    assert api.told(700101) == ["已截止"]


async def test_an_unclear_edit_is_repeated_by_the_sender(
    channel: Telegram, api: FakeBotApi
) -> None:
    card = await channel.deliver(row("您在哪里？"))
    api.fail("editMessageText", 502, "", accepted=True)
    close = row("已截止", kind="close", closes=card.ref)
    with pytest.raises(SendError) as trouble:
        await channel.deliver(close)
    assert trouble.value.kind is Trouble.UNCERTAIN
    await channel.deliver(close)
    assert api.told(700101) == ["已截止"]


async def test_pictures_go_before_the_words_and_other_files_behind(
    channel: Telegram, api: FakeBotApi, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    papers = (
        paper(folder, b"PK\x03\x04", name="台账.xlsx", mime="application/zip"),
        paper(folder, JPEG, name="屋顶.jpg", mime="image/jpeg"),
    )
    handle = await channel.deliver(row("日报", files=papers))
    assert api.told(700101) == ["[photo 屋顶.jpg 74]", "日报", "[document 台账.xlsx 4]"]
    assert handle.ref == handle.refs[1]  # the message with the buttons, which can be edited


async def test_a_picture_telegram_cannot_read_goes_as_a_file(
    channel: Telegram, api: FakeBotApi, tmp_path: Path
) -> None:
    broken = paper(tmp_path / "files", b"not a jpeg", name="屋顶.jpg", mime="image/jpeg")
    await channel.deliver(row("", files=(broken,)))
    assert api.told(700101) == ["[document 屋顶.jpg 10]"]


@pytest.mark.parametrize(
    ("size", "kind"),
    [((720, 3600), "photo"), ((720, 12522), "document"), ((8, 400), "document")],
)
async def test_a_picture_too_long_for_a_photo_goes_as_a_file(
    channel: Telegram, api: FakeBotApi, tmp_path: Path, size: tuple[int, int], kind: str
) -> None:
    """The calendar of forty people is longer than Telegram shows."""
    drawn = io.BytesIO()
    Image.new("L", size).save(drawn, "PNG")
    card = paper(tmp_path / "files", drawn.getvalue(), name="考勤.png", mime="image/png")
    await channel.deliver(row("11月考勤", files=(card,)))
    first, words = api.told(700101)
    assert first.startswith(f"[{kind} 考勤.png")
    assert words == "11月考勤"


async def test_a_file_that_is_not_on_the_disk_is_refused(channel: Telegram) -> None:
    with pytest.raises(SendError) as trouble:
        await channel.deliver(row("日报", files=(Paper("0" * 64, "a.pdf", "application/pdf"),)))
    assert trouble.value.kind is Trouble.REFUSED


async def test_a_picture_that_is_gone_does_not_keep_back_the_words(
    channel: Telegram, api: FakeBotApi
) -> None:
    with pytest.raises(SendError) as trouble:
        await channel.deliver(row("日报", files=(Paper("0" * 64, "日报.png", "image/png"),)))
    assert trouble.value.kind is Trouble.REFUSED
    assert api.told(700101) == ["日报"]


async def test_nothing_to_say_is_refused_before_it_leaves(
    channel: Telegram, api: FakeBotApi
) -> None:
    with pytest.raises(SendError) as trouble:
        await channel.deliver(row(" \n"))
    assert trouble.value.kind is Trouble.REFUSED
    assert api.calls == []


async def test_markup_telegram_cannot_read_goes_once_as_plain_words(
    channel: Telegram, api: FakeBotApi
) -> None:
    api.fail("sendMessage", 400, "Bad Request: can't parse entities: Can't find end tag")
    await channel.deliver(row("**问题 12** 到期"))
    assert api.told(700101) == ["问题 12 到期"]
    assert "parse_mode" not in api.made("sendMessage")[0]
    api.fail("sendMessage", 400, "Bad Request: can't parse entities: again", times=5)
    with pytest.raises(SendError) as trouble:
        await channel.deliver(row("问题 13 到期"))
    assert trouble.value.kind is Trouble.REFUSED
    assert len(api.refused()) == 3  # one, then two: never a loop


REFUSALS = [
    (429, "Too Many Requests: retry after 7", {"retry_after": 7}, Trouble.THROTTLED),
    (403, "Forbidden: bot was blocked by the user", {}, Trouble.UNREACHABLE),
    (403, "Forbidden: user is deactivated", {}, Trouble.UNREACHABLE),
    (403, "Forbidden: bot can't initiate conversation with a user", {}, Trouble.UNREACHABLE),
    (403, "Forbidden: bot is not a member of the supergroup chat", {}, Trouble.UNREACHABLE),
    (400, "Bad Request: chat not found", {}, Trouble.UNREACHABLE),
    (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1009}, Trouble.MOVED),
    (400, "Bad Request: message to edit not found", {}, Trouble.GONE),
    (400, "Bad Request: message can't be edited", {}, Trouble.GONE),
    (400, "Bad Request: BUTTON_DATA_INVALID", {}, Trouble.REFUSED),
    (400, "Bad Request: reply markup is too long", {}, Trouble.REFUSED),
    (400, "Bad Request: something nobody has seen before", {}, Trouble.REFUSED),
    (413, "Request Entity Too Large", {}, Trouble.REFUSED),
    (401, "Unauthorized", {}, Trouble.MISCONFIGURED),
    (404, "Not Found", {}, Trouble.MISCONFIGURED),
    (409, "Conflict: terminated by other getUpdates request", {}, Trouble.MISCONFIGURED),
    (500, "Internal Server Error", {}, Trouble.UNCERTAIN),
    (502, "Bad Gateway", {}, Trouble.UNCERTAIN),
    (504, "Gateway Timeout", {}, Trouble.UNCERTAIN),
    (418, "I'm a teapot", {}, Trouble.UNCERTAIN),
]


@pytest.mark.parametrize(("status", "words", "parameters", "kind"), REFUSALS)
async def test_a_refusal_over_http_means(
    channel: Telegram,
    api: FakeBotApi,
    status: int,
    words: str,
    parameters: dict[str, int],
    kind: Trouble,
) -> None:
    api.fail("sendMessage", status, words, **parameters)
    with pytest.raises(SendError) as trouble:
        await channel.deliver(row())
    assert trouble.value.kind is kind
    assert trouble.value.retry_after == parameters.get("retry_after", 0)
    assert trouble.value.moved_to == str(parameters.get("migrate_to_chat_id", ""))
    assert TOKEN not in str(trouble.value)


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (caused(NetworkError("x"), httpx.ConnectError("x")), Trouble.DOWN),
        (caused(TimedOut(), httpx.ConnectTimeout("x")), Trouble.DOWN),
        (caused(TimedOut(), httpx.PoolTimeout("x")), Trouble.DOWN),
        (caused(NetworkError("x"), httpx.ProxyError("x")), Trouble.DOWN),
        (caused(TimedOut(), httpx.ReadTimeout("x")), Trouble.UNCERTAIN),
        (caused(TimedOut(), httpx.WriteTimeout("x")), Trouble.UNCERTAIN),
        (caused(NetworkError("x"), httpx.ReadError("x")), Trouble.UNCERTAIN),
        (caused(NetworkError("x"), httpx.WriteError("x")), Trouble.UNCERTAIN),
        (caused(NetworkError("x"), httpx.RemoteProtocolError("x")), Trouble.UNCERTAIN),
        (caused(NetworkError("x"), httpx.UnsupportedProtocol("x")), Trouble.MISCONFIGURED),
        (BadRequest("Chat not found"), Trouble.UNREACHABLE),
        (TelegramError("Invalid server response"), Trouble.UNCERTAIN),
        (KeyError("result"), Trouble.UNCERTAIN),
    ],
)
def test_what_happened_on_the_way_decides(error: Exception, kind: Trouble) -> None:
    assert trouble_of(error).kind is kind


async def test_nobody_listening_is_down_and_not_uncertain(tmp_path: Path) -> None:
    settings = TelegramSettings(token=TOKEN, base_url="http://127.0.0.1:9/bot", _env_file=None)
    channel = opened(settings, tmp_path)
    with pytest.raises(SendError) as trouble:
        await channel.deliver(row())
    assert trouble.value.kind is Trouble.DOWN
    await channel.close()


async def test_a_dropped_answer_is_uncertain(channel: Telegram, api: FakeBotApi) -> None:
    api.fail("sendMessage", 502, "", accepted=True)
    with pytest.raises(SendError) as trouble:
        await channel.deliver(row())
    assert trouble.value.kind is Trouble.UNCERTAIN
    assert api.told(700101) == ["您好"]


async def test_a_file_is_fetched_whole(channel: Telegram, api: FakeBotApi) -> None:
    api.blobs["photos/file 1.jpg"] = JPEG
    media = Media("photo", "a.jpg", "image/jpeg", len(JPEG), "photos/file 1.jpg")
    assert hashlib.sha256(await channel.fetch(media)).digest() == hashlib.sha256(JPEG).digest()


async def test_a_file_that_is_gone_or_too_big_is_refused(
    channel: Telegram, api: FakeBotApi
) -> None:
    api.blobs["big"] = bytes((20 << 20) + 1)
    for fetch in ("nothing", "big"):
        with pytest.raises(SendError) as trouble:
            await channel.fetch(Media("document", "a", "x/y", 0, fetch))
        assert trouble.value.kind is Trouble.REFUSED


async def test_the_token_is_never_logged(
    channel: Telegram,
    api: FakeBotApi,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    await channel.deliver(row())
    for status in (401, 403, 404, 502):
        api.fail("sendMessage", status, "refused")
        with pytest.raises(SendError) as trouble:
            await channel.deliver(row())
        assert trouble.value.__cause__ is None  # a printed traceback shows no request either
        assert trouble.value.__context__ is None
    printed = capsys.readouterr()
    assert TOKEN not in caplog.text + printed.out + printed.err


def test_a_socks_proxy_without_its_package_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.find_spec", lambda name: None)
    settings = TelegramSettings(token=TOKEN, proxy="socks5://127.0.0.1:1080", _env_file=None)
    with pytest.raises(ForOperator, match="socksio"):
        opened(settings, tmp_path)


@pytest.mark.parametrize(
    ("marked", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("**粗** 细", "<b>粗</b> 细"),
        (r"\*\*不粗\*\*", "**不粗**"),
    ],
)
def test_neutral_markup_becomes_html(marked: str, html: str) -> None:
    assert to_html(marked) == html
