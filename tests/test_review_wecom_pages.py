"""Faults a reviewer found in WeCom's pages, its smart bot, and the roster's column of ids."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from aibot_line import QUICK, aibot
from county import MONDAY, County
from fake_aibot import BOT, FakeAibot, fake_aibot
from fake_wecom import FakeWeCom, fake_wecom
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from bot.channels.base import Cursor
from bot.channels.wecom.client import Client
from bot.channels.wecom_bot.hear import raw_of
from bot.channels.wecom_bot.press import Pressing
from bot.channels.wecom_bot.socket import Frame
from bot.doctor_wecom import look_at_bot
from bot.settings import Settings, WeComSettings
from bot.wecom_members import sync
from ledger import cards, channel_members, inbox, invites, outbox
from ledger.clock import SetClock, WallClock
from ledger.database import Database
from ledger.inbox import Raw
from ledger.messages import Incoming, Media, Option, Reply, TextIn
from ledger.people import Address
from tests.bot.test_web_pages import HERE, HTML, PUBLIC, Door, _comes_back, opened
from tests.bot.test_wecom_bot import Kept, running, until
from tests.bot.test_wecom_members import ACCOUNT, brought_in, settings_for

KEY = b"k" * 32
LATER = outbox.Timing(lane=outbox.BULK)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWeCom]:
    with fake_wecom(SetClock(MONDAY)) as running:
        yield running


@pytest.fixture
async def door(tmp_path: Path, migrated: Path, server: FakeWeCom) -> AsyncIterator[Door]:
    """李队员 is LiWei in WeCom."""
    server.forget(SetClock(MONDAY))
    shutil.copy(migrated, tmp_path / "zhucun.db")
    async with opened(tmp_path, server) as made:
        await made.join("李队员", "LiWei")
        yield made


@pytest.fixture(scope="module")
def bots() -> Iterator[FakeAibot]:
    with fake_aibot() as fake:
        yield fake


@pytest.fixture
def fake(bots: FakeAibot) -> FakeAibot:
    bots.forget()
    bots.wrote.add("lidy")
    return bots


# pages
@pytest.mark.parametrize(
    ("name", "userid"), [("赵队员", "LiWei"), ("李队员", "LiWei2")], ids=["his_now", "nobodys"]
)
async def test_a_page_ends_with_the_binding_of_its_chat(
    door: Door, name: str, userid: str
) -> None:
    """Otherwise what 李队员 sends from his old link is 赵队员's, who has his account now."""
    path = await door.asks("位置")
    await door.join(name, userid)
    before = await door.held()
    asked = {"kind": "config", "url": f"{PUBLIC}{path}"}
    answers = [
        await door.http.get(path),
        await door.http.get(f"{path}/signature", params=asked),
        await door.http.post(path, data=HERE),
    ]
    assert [one.status_code for one in answers] == [403, 403, 403]
    assert await door.held() == before


async def test_a_page_that_was_used_keeps_no_more_files(door: Door) -> None:
    """A link that is over must not fill the disk, though its repetition is told the same."""
    path, folder = await door.asks("传文件"), door.web.app.settings.files
    first, more = [[("files", ("a.txt", data, "x/y"))] for data in (b"first", b"another")]
    answers = [(await door.http.post(path, files=one)).status_code for one in (first, first)]
    kept = {one.name for one in folder.rglob("*") if one.is_file()}
    answers.append((await door.http.post(path, files=more)).status_code)
    assert answers == [200, 200, 403]
    assert {one.name for one in folder.rglob("*") if one.is_file()} == kept


async def test_wecoms_script_is_allowed_only_where_it_is_used(door: Door) -> None:
    path = await door.asks("位置")
    used = [
        await door.http.get(await door.asks("传文件")),
        await door.http.post(path, data=HERE),
    ]
    for page in used:
        assert page.status_code == 200
        assert "script-src 'self';" in page.headers["content-security-policy"]


async def test_a_departure_is_good_for_one_return(door: Door) -> None:
    """Security §2: the state is used once, also when nobody was recognised by it."""
    door.fake.logins["code-1"] = "Nobody"
    refused = await _comes_back(door, "code-1")
    state = refused.request.url.params["state"]
    door.fake.logins["code-2"] = "LiWei"
    again = await door.http.get(
        "/pages/enter/back", params={"code": "code-2", "state": state}, headers=HTML
    )
    assert (refused.status_code, again.status_code) == (403, 403)
    assert "重新点" in again.text


# the smart bot hears
def _nested(frame: dict[str, Any]) -> str:
    deep = "[" * 600 + "]" * 600
    words = json.dumps(frame)
    return words.replace('"eventtype"', f'"deep": {deep}, "eventtype"', 1)


async def test_a_frame_that_cannot_be_looked_into_does_not_end_the_hearing(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    kept = Kept()
    async with running(fake, database, tmp_path, kept) as channel:
        await channel.socket._ready.wait()
        fake.raw(_nested(fake.click("LiDY", "v1-1-0-x")))
        await until(lambda: len(kept) == 1)
        fake.push(fake.message("LiDY", content="今天"))
        await until(lambda: len(kept) == 2)


async def test_half_characters_in_a_frames_names_hold_up_nobody(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    """No database takes them: the frame would be offered again for ever, all others behind it."""
    seen: list[str] = []

    async def keep(raws: Sequence[Raw], cursor: Cursor | None = None) -> None:
        async with database.transaction() as db:
            await inbox.keep(db, raws, now=MONDAY)
        seen.extend(raw.ext_id for raw in raws)

    odd, good = fake.message("Li\ud800DY", content="一"), fake.message("LiDY", content="二")
    odd["body"]["msgid"] = "m\udfff"
    async with running(fake, database, tmp_path, keep) as channel:  # type: ignore[arg-type]
        await channel.socket._ready.wait()
        for frame in (odd, good):
            fake.raw(json.dumps(frame))
        await until(lambda: len(seen) == 2)


@pytest.mark.parametrize("name", ["eventtype", "EventType", "event_type"])
async def test_who_is_thrown_out_waits_however_it_is_spelt(
    fake: FakeAibot, database: Database, tmp_path: Path, name: str
) -> None:
    """Else two copies throw each other out every second (wecom.md §7: accept all spellings)."""
    frame = fake.event("LiDY", "disconnected_event")
    frame["body"]["event"] = {name: "disconnected_event"}
    waits = replace(QUICK, displaced=30)
    async with running(fake, database, tmp_path, waits=waits) as channel:
        await channel.socket._ready.wait()
        fake.push(frame)
        await until(lambda: not channel.socket._ready.is_set())
        await asyncio.sleep(0.3)
        assert len(fake.of("aibot_subscribe")) == 1


async def test_files_of_a_group_are_not_fetched(door: Door) -> None:
    """What is said in a group is not heard; its pictures are nobody's business either."""
    photo = Media("photo", "合影.jpg", "image/jpeg", 9, "m1", "m1")
    said = Incoming(
        Address("wecom", ACCOUNT, "liwei"), "x", TextIn("看", (photo,)), MONDAY, group=True
    )
    assert await door.web.app.inbox._fetch(door.chat, said) == ([], 0)
    assert not door.fake.asked("media/get")


# the smart bot answers a press
class Ear:
    """Stands for the socket; notes what a card was turned into."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    async def call(self, cmd: str, body: Frame, req_id: str = "") -> Frame:
        self.said.append(body)
        return {}


async def test_a_forged_press_shows_nobody_elses_words(
    fake: FakeAibot, database: Database, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card's number can be guessed, and the words of 李队员's card are his alone."""
    monkeypatch.setattr("bot.channels.wecom_bot.press.LOOKS", (0.01,))
    li, zhao = county["李队员"].id, county["赵队员"].id
    async with database.transaction() as db:
        for person, user in ((li, "lidy"), (zhao, "zhaody")):
            await invites.bind(db, person, Address("wecom_bot", BOT, user), by=None, now=MONDAY)
        reply = Reply("张大山 低保 屋顶漏雨", (Option("要", "要"),))
        home = Address("wecom_bot", BOT, "lidy")
        await outbox.post(db, home, li, reply, dedupe="x", now=MONDAY)
        rows = await db.connection.execute_fetchall("SELECT max(id) FROM card")
    card = next(iter(rows))[0]
    for user, token, shown in (
        ("ZhaoDY", cards.token(KEY, card, 0, zhao), 0),
        ("LiDY", cards.token(KEY, card, 0, li), 1),
    ):
        ear, frame = Ear(), fake.click(user, token)
        raw = raw_of(frame, BOT)
        await Pressing(ear, database).show(frame, raw)  # type: ignore[arg-type]
        assert len(ear.said) == shown


# the smart bot's address
async def test_the_bots_secret_goes_to_its_own_address_only(
    fake: FakeAibot, database: Database, tmp_path: Path
) -> None:
    """Security §5, 41: outgoing calls follow no redirect."""

    def away(ws: ServerConnection, request: Request) -> Response:
        answer = ws.respond(HTTPStatus.FOUND, "")
        answer.headers["Location"] = fake.url
        return answer

    async def nobody(ws: ServerConnection) -> None:
        return None

    async with serve(nobody, "127.0.0.1", 0, process_request=away) as other:
        port = other.sockets[0].getsockname()[1]
        wecom = WeComSettings(
            mode="aibot", bot_id=BOT, bot_secret="s", ws_url=f"ws://127.0.0.1:{port}",
            _env_file=None,
        )  # fmt: skip
        channel = aibot(fake, database, tmp_path, WallClock())
        channel.socket.url = wecom.ws_url
        task = asyncio.create_task(channel.run(Kept()))
        await asyncio.sleep(0.2)
        found = await look_at_bot(Settings(data=tmp_path / "no", _env_file=None), wecom)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await channel.close()
    assert not found.good
    assert not fake.of("aibot_subscribe")


# the roster's column
async def test_an_id_on_the_roster_takes_no_message_from_another_channel(
    database: Database, county: County, tmp_path: Path
) -> None:
    """A thousand people get their WeCom ids; what waits for them elsewhere goes out all the same."""
    li = county["李队员"].id
    async with database.transaction() as db:
        home = Address("web", "local", str(li))
        await invites.bind(db, li, home, by=None, now=MONDAY)
        await outbox.post(db, home, li, Reply("提醒"), dedupe="r", now=MONDAY, timing=LATER)
    line = ("李队员", "队员", "清水镇", "永安村", "13800000002", "LiWei")
    await brought_in(database, tmp_path, [line])
    assert await _states(database) == ["ready"]
    await brought_in(database, tmp_path, [(*line[:-1], "LiWei2")])
    async with database.transaction() as db:
        await outbox.post(
            db, Address("wecom", ACCOUNT, "liwei2"), li, Reply("提醒"), dedupe="w", now=MONDAY,
            timing=LATER,
        )  # fmt: skip
    await brought_in(database, tmp_path, [line])
    assert await _states(database) == ["ready", "expired"]


async def _states(database: Database) -> list[str]:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT state FROM outbox ORDER BY id")
    return [row[0] for row in rows]


async def test_who_sees_the_app_by_a_tag_is_not_told_as_gone(
    server: FakeWeCom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visible range is made of members, departments and tags."""

    def agent(*_: object) -> dict[str, Any]:
        return {"allow_tags": {"tagid": [7]}}

    server.forget(SetClock(MONDAY))
    server.tags = {7: ("驻村队员", ["LiWei"])}
    monkeypatch.setattr(server, "do_agent_get", agent)
    server.fail("user/list_id", 48002)
    client = Client(settings_for(server), database, SetClock(MONDAY), rest=0.01)
    await sync(client, database, now=MONDAY)
    await client.close()
    async with database.reading() as db:
        every = await channel_members.every(db, "wecom", ACCOUNT)
    assert [(one.spelling, one.here) for one in every] == [("LiWei", True)]
