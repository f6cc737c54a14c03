"""The web chat in front of the real program: the cast, an HTTP client, a server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from county import MONDAY, County, settle

from bot.app import App, open_app
from bot.settings import Settings
from bot.web import build_web
from ledger import invites
from ledger.clock import SetClock
from ledger.people import Address

HERE = "http://127.0.0.1:8765"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass
class Web:
    """A program with its web side, and a browser without a window."""

    app: App
    county: County
    client: httpx.AsyncClient

    async def post(self, path: str, body: object, **more: Any) -> httpx.Response:
        """POST JSON to the API."""
        return await self.client.post(f"/chat/api/{path}", json=body, **more)

    async def says(self, name: str, text: str, **more: Any) -> list[dict[str, Any]]:
        """Post words as somebody, let the answers out, return what the bot says to it."""
        return await self._does("messages", name, text=text, **more)

    async def presses(self, name: str, token: str, **more: Any) -> list[dict[str, Any]]:
        """Press a button as somebody, return what the bot says to it."""
        return await self._does("actions", name, token=token, **more)

    async def lines(self, name: str, after: int = 0) -> list[dict[str, Any]]:
        """The transcript of somebody."""
        query = {"person": self.county[name].id, "after": after}
        answer = await self.client.get("/chat/api/messages", params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    async def _does(self, path: str, name: str, **facts: Any) -> list[dict[str, Any]]:
        before = [line["id"] for line in await self.lines(name)]
        answer = await self.post(path, {"person": self.county[name].id, **facts})
        assert answer.status_code == 200, answer.text
        await self.app.settle()
        new = await self.lines(name, max(before, default=0))
        return [line for line in new if line["from"] == "bot"]


@asynccontextmanager
async def open_web(
    folder: Path, *, demo: bool = True, known: County | None = None, **settings: Any
) -> AsyncIterator[Web]:
    """The program over a fresh ledger; in the demo everybody of the cast is in the web chat.

    `known` is the cast of a folder used before.
    """
    chosen = Settings(data=folder, _env_file=None, **settings)
    async with open_app(chosen, SetClock(MONDAY), demo=demo, durable=False) as app:
        county = known or await settle(app.database)
        if demo and not known:
            await bind_all(app, county)
        transport = httpx.ASGITransport(build_web(app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            yield Web(app, county, client)


async def bind_all(app: App, county: County) -> None:
    """Let everybody of the cast be reached by the web chat."""
    async with app.database.transaction() as db:
        for person in county.people.values():
            address = Address("web", "local", str(person.id))
            await invites.bind(db, person.id, address, by=None, now=app.clock.now())


async def login_link(web: Web, name: str) -> str:
    """A fresh login link for somebody."""
    app = web.app
    async with app.database.transaction() as db:
        invite = await invites.make(
            db, web.county[name].id, by=None, key=app.key, now=app.clock.now(), rules=app.rules
        )
    return f"/chat/join/{invite.link}"


@asynccontextmanager
async def serving(web: Web, port: int = 0) -> AsyncIterator[str]:
    """The same over real HTTP on loopback; gives the address."""
    config = uvicorn.Config(
        build_web(web.app), port=port, log_level="warning", lifespan="off",
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await web.app.channels["web"].close()
        server.should_exit = True
        await task
