"""Tencent's own npm package plays WeCom against the whole program; skipped where it is missing.

`npm ci --prefix scripts/peers` installs it; PEERS_DIR names another folder to look in.
"""

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fake_bot_api import server_of
from fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom, fake_wecom
from source import ROOT

from bot.app import open_app
from bot.channels.base import Channel
from bot.channels.wecom import WeCom
from bot.settings import Settings, WeComSettings
from bot.web import build_web
from ledger.clock import WallClock
from ledger.database import Database

PEERS = Path(os.environ.get("PEERS_DIR") or ROOT / "scripts" / "peers")
NODE = shutil.which("node")
AT_ONCE, WITHIN = 1000, 5000  # callbacks, milliseconds WeCom waits
KINDS, PRESSES = 20, 1

pytestmark = [
    pytest.mark.skipif(not NODE, reason="node is not installed"),
    pytest.mark.skipif(
        not (PEERS / "node_modules" / "@wecom" / "crypto").is_dir(),
        reason="@wecom/crypto is not installed: npm ci --prefix scripts/peers",
    ),
]


@pytest.fixture
def api() -> Iterator[FakeWeCom]:
    """Where the program sends its answers meanwhile."""
    with fake_wecom(WallClock()) as up:
        yield up


@asynccontextmanager
async def served(data: Path, api: FakeWeCom) -> AsyncIterator[tuple[str, Database]]:
    """The whole program behind its real web server, on a free port of loopback."""
    wecom = WeComSettings(
        _env_file=None, mode="app", corp_id=CORP, agent_id=AGENT, secret=SECRET, token=TOKEN,
        aes_key=AES_KEY, api_base=api.address,
    )  # fmt: skip
    settings, clock = Settings(data=data, _env_file=None), WallClock()
    channels: dict[str, Channel] = {}
    async with open_app(settings, clock, channels=channels, pictures=False) as app:
        channels["wecom"] = WeCom(wecom, settings.files, app.database, app.words, clock)
        await app.start()
        server = server_of(build_web(app))
        with socket.create_server(("127.0.0.1", 0), backlog=AT_ONCE) as listening:
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/wecom", app.database
            server.should_exit = True
            await serving
        await app.stop()


async def played(url: str, many: int = AT_ONCE, **other: str) -> tuple[int, dict[str, Any]]:
    """The peer's exit code and what it has counted."""
    facts = {"WECOM_TOKEN": TOKEN, "WECOM_AES_KEY": AES_KEY, "WECOM_CORP_ID": CORP, **other}
    node = await asyncio.create_subprocess_exec(
        str(NODE), str(ROOT / "scripts" / "peers" / "callback_peer.mjs"), str(many),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PEERS_DIR": str(PEERS), "CALLBACK_URL": url, **facts},
    )  # fmt: skip
    out, _ = await node.communicate()
    return node.returncode or 0, json.loads(out)


async def rows(database: Database) -> int:
    async with database.reading() as db:
        ((count,),) = await db.connection.execute_fetchall(
            "SELECT count(*) FROM inbox WHERE channel = 'wecom'"
        )
        return int(count)


async def test_the_official_package_is_answered_as_wecom_wants(
    tmp_path: Path, api: FakeWeCom
) -> None:
    async with served(tmp_path, api) as (url, database):
        code, report = await played(url)
        kept = await rows(database)

    assert (report["faults"], code) == ([], 0)
    assert report["messages"] == KINDS
    assert report["button"] in {"已收到", "已失效"}  # it is nobody's card
    assert report["at_once"]["taken"] == AT_ONCE
    assert report["at_once"]["slowest_ms"] < WITHIN
    assert kept == KINDS + PRESSES + AT_ONCE  # repeats and forgeries have left nothing


async def test_the_peer_notices_a_callback_with_other_keys(
    tmp_path: Path, api: FakeWeCom
) -> None:
    async with served(tmp_path, api) as (url, database):
        code, report = await played(url, 20, WECOM_TOKEN="another")
        kept = await rows(database)

    assert code == 1
    assert "address: 403 instead of 200" in report["faults"]
    assert (report["at_once"]["taken"], kept) == (0, 0)
