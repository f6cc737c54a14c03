"""The web chat as a channel: what it hears, what it delivers, what it cannot."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web_pages import PNG, Web, open_web

from bot.channels import web as channel_module
from bot.channels.base import SendError, Trouble, Unreadable
from bot.channels.web import WebChat
from ledger.database import StoreTrouble
from ledger.files import keep_bytes
from ledger.messages import ActionIn, EnterIn, Media, Outgoing, Paper, TextIn
from ledger.people import Address

AT = "2026-11-23T09:00:00+08:00"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    """The demo with the cast in it."""
    async with open_web(tmp_path) as opened:
        yield opened


@pytest.fixture
def channel(web: Web) -> WebChat:
    """Its web channel."""
    built = web.app.channels["web"]
    assert isinstance(built, WebChat)
    return built


def message(web: Web, **facts: Any) -> Outgoing:
    """Something to be delivered to 李队员."""
    id = web.county["李队员"].id
    address = Address("web", "local", str(id))
    return replace(Outgoing(7, id, address, "text", "您好"), **facts)


@pytest.mark.parametrize(
    ("facts", "event"),
    [
        ({"text": "今天"}, TextIn("今天")),
        ({"token": "v1-1-0-x"}, ActionIn("v1-1-0-x")),
        ({"enter": ""}, EnterIn("")),
    ],
)
def test_each_kind_of_payload_is_understood(
    channel: WebChat, facts: dict[str, Any], event: object
) -> None:
    heard = channel.hear({"person": 5, "id": "5.a", "at": AT, **facts})
    assert heard.event == event
    assert heard.address == Address("web", "local", "5")
    assert (heard.source, heard.edited) == ("web:5.a", False)


async def test_a_picture_from_the_bot_is_shown_to_its_reader_alone(
    web: Web, channel: WebChat
) -> None:
    kept = keep_bytes(
        web.app.settings.files, PNG, mime="image/png", name="屋顶.png", kind="photo"
    )
    paper = Paper(kept.sha256, kept.name, kept.mime)
    await channel.deliver(message(web, files=(paper,)))
    [line] = await web.lines("李队员")
    [file] = line["files"]
    assert (file["name"], file["mime"]) == ("屋顶.png", "image/png")
    shown = await web.client.get(file["url"])
    assert shown.content == PNG
    assert shown.headers["content-disposition"].startswith("inline")
    other = file["url"].split("?")[0] + f"?person={web.county['赵队员'].id}"
    assert (await web.client.get(other)).status_code == 404


def test_an_edit_carries_the_source_of_the_first_message(channel: WebChat) -> None:
    heard = channel.hear({"person": 5, "id": "5.b", "edits": "5.a", "at": AT, "text": "x"})
    assert (heard.source, heard.edited) == ("web:5.a", True)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"person": "x", "id": "1", "at": AT},
        {"person": 5, "id": "1", "at": "gestern"},
        {"person": 5, "id": "1", "at": AT, "files": [{"name": "a"}]},
    ],
)
def test_a_broken_payload_is_unreadable(channel: WebChat, payload: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        channel.hear(payload)


async def test_a_text_over_the_limit_becomes_several_lines(web: Web, channel: WebChat) -> None:
    text = "一二三四五六七八九。" * 4500
    handle = await channel.deliver(message(web, text=text))
    lines = await web.lines("李队员")
    assert "".join(line["text"] for line in lines) == text
    assert [str(line["id"]) for line in lines] == list(handle.refs)
    assert handle.ref == handle.refs[-1]


async def test_closing_what_is_not_there_any_more_is_a_new_line(
    web: Web, channel: WebChat
) -> None:
    await channel.deliver(message(web, kind="close", text="已截止", closes="9999"))
    assert [line["text"] for line in await web.lines("李队员")] == ["已截止"]


async def test_nobody_closes_somebody_elses_line(web: Web, channel: WebChat) -> None:
    handle = await channel.deliver(message(web))
    other = Address("web", "local", str(web.county["赵队员"].id))
    close = message(web, id=8, kind="close", text="已截止", closes=handle.ref, address=other)
    await channel.deliver(close)
    assert [line["text"] for line in await web.lines("李队员")] == ["您好"]


@pytest.mark.parametrize("key", ["4711", "x", ""])
async def test_a_message_to_nobody_is_refused(web: Web, channel: WebChat, key: str) -> None:
    with pytest.raises(SendError) as why:
        await channel.deliver(message(web, address=Address("web", "local", key)))
    assert why.value.kind is Trouble.REFUSED


async def test_a_full_disk_is_no_refusal(
    web: Web, channel: WebChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> int:
        raise StoreTrouble("database or disk is full")

    monkeypatch.setattr(channel_module.chat_lines, "add", full)
    with pytest.raises(SendError) as why:
        await channel.deliver(message(web))
    assert why.value.kind is Trouble.DOWN


async def test_a_file_that_is_gone_is_said_to_be_gone(channel: WebChat) -> None:
    with pytest.raises(SendError) as why:
        await channel.fetch(Media("photo", "a.jpg", "image/jpeg", 1, "0" * 64))
    assert why.value.kind is Trouble.GONE
