"""The program as its settings build it, called back by a WeCom of our own over HTTP."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from county import County, settle
from fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom, Seen
from wecom_caller import Caller, Delivery

from bot.app import App, open_app
from bot.settings import Settings
from bot.web import build_web
from ledger import invites
from ledger.clock import WallClock
from ledger.people import Address

WHO = "LiDuiYuan"
ACCOUNT = f"{CORP}/{AGENT}"
LI = Address("wecom", ACCOUNT, WHO.casefold())
GIVEN = {"MODE": "app", "CORP_ID": CORP, "AGENT_ID": str(AGENT), "SECRET": SECRET,
         "TOKEN": TOKEN, "AES_KEY": AES_KEY}  # fmt: skip


@dataclass
class Program:
    """One running copy, and a member with the app."""

    app: App
    corp: FakeWeCom
    caller: Caller
    county: County

    async def push(self, xml: str) -> Delivery:
        """WeCom delivers; everything is answered and said."""
        delivery = await self.caller.push(xml)
        await self.app.inbox.settle()
        await self.app.sender.drain()
        return delivery

    async def says(self, words: str, who: str = WHO) -> Seen:
        """Somebody writes; what stands last on his screen then."""
        assert (await self.push(self.caller.text(who, words))).taken
        return self.corp.screen(who)[-1]

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the ledger answers to a question."""
        async with self.app.database.reading() as db:
            return [tuple(row) for row in await db.connection.execute_fetchall(query)]


@asynccontextmanager
async def running(
    corp: FakeWeCom, folder: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Program]:
    """The program over a fresh ledger with the cast; 李队员 is bound to the app."""
    corp.forget(WallClock())
    shutil.copy(migrated, folder / "zhucun.db")
    for name, value in {**GIVEN, "API_BASE": corp.address}.items():
        monkeypatch.setenv(f"WECOM_{name}", value)
    settings = Settings(data=folder, public_url="https://zhucun.example", _env_file=None)
    async with open_app(settings, WallClock(), durable=False, pictures=False) as app:
        county = await settle(app.database, channel="elsewhere", now=WallClock().now())
        async with app.database.transaction() as db:
            await invites.bind(db, county["李队员"].id, LI, by=None, now=WallClock().now())
        door = httpx.ASGITransport(build_web(app))
        caller = Caller(corp, "https://zhucun.example/wecom", transport=door)
        yield Program(app, corp, caller, county)
        for channel in app.channels.values():
            await channel.close()
