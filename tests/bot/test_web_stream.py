"""Server-sent events over real HTTP: new lines, changed lines, resuming, hanging up."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from web_pages import Web, open_web, serving

from bot.web import stream
from bot.web.stream import feed_of
from ledger import outbox
from ledger.messages import Reply


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    """The demo with the cast in it."""
    async with open_web(tmp_path) as opened:
        yield opened


class Listener:
    """Reads events of one open stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.text = answer.aiter_lines()

    async def next(self) -> tuple[str | None, dict[str, Any]]:
        """The next event: its id, its line."""
        id = None
        async with asyncio.timeout(10):
            async for row in self.text:
                if row.startswith("id: "):
                    id = row[4:]
                if row.startswith("data: "):
                    return id, json.loads(row[6:])
        raise AssertionError("the stream ended")

    async def ping(self) -> None:
        """Wait for a sign of life."""
        async with asyncio.timeout(10):
            async for row in self.text:
                if row == ": ping":
                    return


@asynccontextmanager
async def listening(web: Web, name: str, **headers: str) -> AsyncIterator[Listener]:
    """An open stream of somebody."""
    query = {"person": web.county[name].id}
    async with (
        serving(web) as address,
        httpx.AsyncClient(base_url=address) as client,
        client.stream("GET", "/chat/api/stream", params=query, headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["x-accel-buffering"] == "no"
        yield Listener(answer)


async def test_what_is_said_appears_at_once_with_its_id(web: Web) -> None:
    async with listening(web, "李队员") as listener:
        await web.says("李队员", "今天")
        own, answer = await listener.next(), await listener.next()
        # a line read before its notice came is told again, unchanged
        while answer[1]["id"] == own[1]["id"]:
            answer = await listener.next()
        assert (own[1]["from"], answer[1]["from"]) == ("person", "bot")
        assert (own[0], answer[0]) == (str(own[1]["id"]), str(answer[1]["id"]))


async def test_a_stream_goes_on_after_the_last_event_seen(web: Web) -> None:
    await web.says("李队员", "今天")
    first, second = await web.lines("李队员")
    async with listening(web, "李队员", **{"last-event-id": str(first["id"])}) as listener:
        assert (await listener.next())[1] == second


async def test_nobody_hears_what_others_say(web: Web) -> None:
    async with listening(web, "赵队员") as listener:
        await web.says("李队员", "今天")
        await web.says("赵队员", "帮助")
        assert (await listener.next())[1]["text"] == "帮助"


async def test_a_closed_card_comes_again_without_buttons_and_without_an_id(web: Web) -> None:
    [card] = await web.says("李队员", "学习 60 中央一号文件")
    assert card["buttons"]
    async with listening(web, "李队员") as listener:
        await close_last(web, "李队员", "已截止")
        id, line = await listener.next()
        assert (id, line["id"], line["text"], line["buttons"]) == (
            None,
            card["id"],
            "已截止",
            [],
        )


async def test_a_quiet_stream_shows_signs_of_life(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PING", 0.05)
    async with listening(web, "李队员") as listener:
        await listener.ping()


async def test_browsers_that_hang_up_leave_nothing_behind(web: Web) -> None:
    async with serving(web) as address, httpx.AsyncClient(base_url=address) as client:
        for _ in range(8):
            query = {"person": web.county["李队员"].id}
            async with client.stream("GET", "/chat/api/stream", params=query):
                await web.post("messages", {"person": "李队员", "text": "今天"})
        async with asyncio.timeout(10):
            while feed_of(web.app)._ears:  # noqa: ASYNC110 - nothing tells when it is empty
                await asyncio.sleep(0.01)
    assert web.app.database._free.qsize() == len(web.app.database.readers)


async def test_closing_the_channel_ends_every_stream(web: Web) -> None:
    async with listening(web, "李队员") as listener:
        await web.app.channels["web"].close()
        with pytest.raises(AssertionError, match="ended"):
            await listener.next()


async def close_last(web: Web, name: str, text: str) -> None:
    """Let the program put its last word on its newest message to somebody."""
    app, person = web.app, web.county[name].id
    async with app.database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT max(id) FROM outbox WHERE person_id = ?", (person,)
        )
    [(opened,)] = rows
    async with app.database.transaction() as db:
        await outbox.close(db, opened, text, now=app.clock.now())
    await app.sender.drain()


async def test_a_message_delivered_twice_is_one_line(web: Web) -> None:
    app, person = web.app, web.county["李队员"].id
    async with app.database.transaction() as db:
        await outbox.post_to(db, person, Reply("您好"), dedupe="x", now=app.clock.now())
        [out] = await outbox.claim(db, ["web"], owner="me", limit=1, now=app.clock.now())
    channel = app.channels["web"]
    assert await channel.deliver(out) == await channel.deliver(out)
    assert [line["text"] for line in await web.lines("李队员")] == ["您好"]
