"""The page for a place and files, over real HTTP: once, as if sent in the chat; who comes from WeCom."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from county import MONDAY
from fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom, fake_wecom
from source import ROOT
from web_pages import PNG, Web, login_link, open_web, serving
from wecom_caller import Caller

from bot.channels.wecom import WeCom
from bot.channels.wecom.js_sdk import signature
from bot.settings import WeComSettings
from ledger import access_tokens, inbox, invites, page_passes
from ledger.access_tokens import Owner
from ledger.clock import SetClock
from ledger.page_passes import FILES, PLACE, PagePass
from ledger.people import Address

PUBLIC = "http://127.0.0.1:8765"
HERE = {"lat": "28.130000", "lng": "106.830000", "accuracy": "12.4"}
HTML = {"accept": "text/html"}


@dataclass
class Door:
    """The program behind real HTTP, with WeCom's fake behind it."""

    web: Web
    fake: FakeWeCom
    chat: WeCom
    caller: Caller
    http: httpx.AsyncClient

    @property
    def clock(self) -> SetClock:
        clock = self.web.app.clock
        assert isinstance(clock, SetClock)
        return clock

    async def join(self, name: str, userid: str) -> Address:
        """Somebody is bound to his WeCom id."""
        address = Address("wecom", self.chat.account, userid.casefold())
        async with self.web.app.database.transaction() as db:
            person = self.web.county[name].id
            await invites.bind(db, person, address, by=None, now=self.clock.now())
        return address

    async def asks(self, words: str, userid: str = "LiWei") -> str:
        """A member writes to the app, and gets the path of a page, or ''."""
        assert (await self.caller.push(self.caller.text(userid, words))).taken
        await self.web.app.settle()
        link = next((one for one in self.told(userid).split() if "/pages/" in one), "")
        return link.removeprefix(PUBLIC)

    def told(self, userid: str = "LiWei") -> str:
        """What a member has last heard in WeCom."""
        return self.fake.told(userid)[-1]

    async def held(self) -> int:
        """How many messages the inbox has kept."""
        async with self.web.app.database.reading() as db:
            return sum((await inbox.counts(db)).values())


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWeCom]:
    with fake_wecom(SetClock(MONDAY)) as running:
        yield running


@asynccontextmanager
async def opened(folder: Path, fake: FakeWeCom, public: str = PUBLIC) -> AsyncIterator[Door]:
    async with open_web(folder, demo=False, public_url=public) as web:
        app, settings = web.app, settings_for(fake.address)
        chat = WeCom(settings, app.settings.files, app.database, app.words, app.clock)
        app.channels["wecom"] = chat  # type: ignore[index]
        async with (
            serving(web) as address,
            httpx.AsyncClient(base_url=address, trust_env=False) as http,
        ):
            yield Door(web, fake, chat, Caller(fake, f"{address}/wecom"), http)
        await chat.close()


def settings_for(address: str) -> WeComSettings:
    """The app of the fake."""
    return WeComSettings(
        _env_file=None, mode="app", corp_id=CORP, agent_id=AGENT, secret=SECRET,
        token=TOKEN, aes_key=AES_KEY, api_base=address,
    )  # fmt: skip


@pytest.fixture
async def door(tmp_path: Path, migrated: Path, server: FakeWeCom) -> AsyncIterator[Door]:
    """李队员 is LiWei in WeCom."""
    server.forget(SetClock(MONDAY))
    shutil.copy(migrated, tmp_path / "zhucun.db")
    async with opened(tmp_path, server) as made:
        await made.join("李队员", "LiWei")
        yield made


# the link
async def test_the_word_brings_a_link_that_looking_does_not_use_up(door: Door) -> None:
    path = await door.asks("位置")
    for _ in range(3):
        page = await door.http.get(path)
        assert (page.status_code, "发送我现在的位置" in page.text) == (200, True)
    assert "传文件" in (await door.http.get(await door.asks("传文件"))).text


async def test_without_a_public_address_it_says_how_to_send_it_in_the_chat(
    tmp_path: Path, server: FakeWeCom
) -> None:
    async with opened(tmp_path, server, public="") as door:
        await door.join("李队员", "LiWei")
        for words in ("位置", "传文件"):
            assert await door.asks(words) == ""
            assert "直接在这个对话里发" in door.told()


async def test_an_open_question_goes_on_after_the_link(door: Door) -> None:
    await door.asks("走访")
    assert "哪一户" in door.told() or "谁家" in door.told()
    path = await door.asks("位置")
    await door.http.post(path, data=HERE)
    await door.web.app.settle()
    assert "已收到位置" in door.told()


# what is posted
async def test_a_place_arrives_in_the_chat_with_its_accuracy_once(door: Door) -> None:
    await door.asks("走访 张大山 屋顶漏雨")
    path = await door.asks("位置")
    before = await door.held()
    answers = [await door.http.post(path, data=HERE) for _ in range(3)]  # an impatient thumb
    await door.web.app.settle()
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert all("已收到" in one.text for one in answers)
    assert await door.held() == before + 1
    assert "位置已记到" in door.told()
    assert await _places(door) == ["28.130000,106.830000 WGS-84 ±13米"]


async def _places(door: Door) -> list[str]:
    async with door.web.app.database.reading() as db:
        rows = await db.connection.execute("SELECT place FROM visit WHERE place <> ''")
        return [row[0] for row in await rows.fetchall()]


async def test_files_arrive_in_the_chat_with_the_words_beside_them(door: Door) -> None:
    path = await door.asks("传文件")
    files = [
        ("files", ("../屋顶.png", PNG, "text/html")),
        ("files", ("册.pdf", b"%PDF-1.7", "x/y")),
    ]
    answer = await door.http.post(path, files=files, data={"text": "走访 张大山 屋顶漏雨"})
    await door.web.app.settle()
    assert (answer.status_code, "已收到" in answer.text) == (200, True)
    assert "已记走访" in door.told()
    async with door.web.app.database.reading() as db:
        rows = await db.connection.execute("SELECT name FROM attachment ORDER BY id")
        assert [row[0] for row in await rows.fetchall()] == ["屋顶.png", "册.pdf"]


async def test_two_posts_at_once_are_one_message(door: Door) -> None:
    path = await door.asks("位置")
    before = await door.held()
    answers = await asyncio.gather(*(door.http.post(path, data=HERE) for _ in range(8)))
    assert {one.status_code for one in answers} == {200}
    assert await door.held() == before + 1


async def test_something_else_after_the_first_post_is_refused_in_two_lines(door: Door) -> None:
    path = await door.asks("位置")
    await door.http.post(path, data=HERE)
    again = await door.http.post(path, data={**HERE, "lat": "26.65"}, headers=HTML)
    assert (again.status_code, "这个页面用过了" in again.text) == (403, True)
    shown = await door.http.get(path, headers=HTML)
    assert (shown.status_code, "要一个新的" in shown.text) == (403, True)


async def test_after_half_an_hour_it_is_over(door: Door) -> None:
    path = await door.asks("位置")
    door.clock.set(door.clock.now() + timedelta(minutes=31))
    before = await door.held()
    assert (await door.http.get(path)).status_code == 403
    assert (await door.http.post(path, data=HERE)).status_code == 403
    assert (await door.http.post("/pages/" + "0" * 64, data=HERE)).status_code == 403
    assert await door.held() == before


@pytest.mark.parametrize(
    "fields",
    [
        {}, {**HERE, "lat": ""}, {**HERE, "lat": "91"}, {**HERE, "lng": "nan"},
        {**HERE, "accuracy": "inf"}, {**HERE, "lat": "28,13"},
    ],
)  # fmt: skip
async def test_no_place_leaves_the_page_open(door: Door, fields: dict[str, str]) -> None:
    path = await door.asks("位置")
    answer = await door.http.post(path, data=fields or {"x": ""})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("没有收到位置")
    assert (await door.http.post(path, data=HERE)).status_code == 200


async def test_files_follow_the_rules_of_the_chat(door: Door) -> None:
    path = await door.asks("传文件")
    empty = await door.http.post(path, files=[("files", ("a.txt", b"", "text/plain"))])
    large = await door.http.post(path, files=[("files", ("a.bin", bytes(21 << 20), "x/y"))])
    many = await door.http.post(
        path, files=[("files", (f"{n}.txt", b"x", "x/y")) for n in range(10)]
    )
    assert [one.status_code for one in (empty, large, many)] == [400, 413, 413]
    good = await door.http.post(path, files=[("files", ("a.txt", b"abc", "x/y"))])
    assert good.status_code == 200


async def test_a_foreign_page_cannot_post_here(door: Door) -> None:
    path = await door.asks("位置")
    answer = await door.http.post(path, data=HERE, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert (await door.http.post(path, data=HERE)).status_code == 200


async def test_a_pass_and_its_message_are_kept_together(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment between spending and keeping: with nothing kept, the pass is still good."""
    path = await door.asks("位置")

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("cut off")

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "keep", broken)
        assert (await door.http.post(path, data=HERE)).status_code == 500
    assert (await door.http.post(path, data=HERE)).status_code == 200


async def test_what_was_kept_before_a_stop_is_answered_in_that_chat(door: Door) -> None:
    path = await door.asks("位置")
    door.web.app.inbox._closing = True
    await door.http.post(path, data=HERE)
    assert "收到一个位置" not in door.told()
    door.web.app.inbox._closing = False
    await door.web.app.inbox.replay()
    await door.web.app.settle()
    assert "收到一个位置" in door.told()


async def test_from_the_web_chat_it_stands_in_the_transcript(tmp_path: Path) -> None:
    async with open_web(tmp_path, public_url=PUBLIC) as web:
        said = await web.says("李队员", "位置")
        path = said[-1]["text"].split(PUBLIC)[1].split()[0]
        assert (await web.client.post(path, data=HERE)).status_code == 200
        await web.app.settle()
        lines = await web.lines("李队员")
        assert [line["text"] for line in lines if line["from"] == "person"][-1] == "位置"
        assert "收到一个位置" in lines[-1]["text"]


# the JS-SDK
async def test_the_page_is_signed_for_its_own_address_only(door: Door) -> None:
    path = await door.asks("位置")
    url = f"{PUBLIC}{path}?from=chat"
    for kind, name in (("config", "jsapi"), ("agent", "agent_config")):
        for _ in range(2):
            answer = await door.http.get(f"{path}/signature", params={"kind": kind, "url": url})
            told = answer.json()
            owner = Owner("wecom", door.chat.account, name)
            async with door.web.app.database.reading() as db:
                ticket = await access_tokens.read(db, owner, now=door.clock.now())
            assert ticket is not None
            assert told["signature"] == signature(
                ticket.value, told["nonceStr"], told["timestamp"], url
            )
    assert len(door.fake.asked("get_jsapi_ticket")) == len(door.fake.asked("ticket/get")) == 1
    for foreign in ("https://evil.example/pages/x", f"{PUBLIC}/chat", f"{PUBLIC}{path}0", ""):
        refused = await door.http.get(
            f"{path}/signature", params={"kind": "config", "url": foreign}
        )
        assert refused.status_code == 400
    nobody = await door.http.get(f"/pages/{'0' * 64}/signature", params={"kind": "config"})
    assert nobody.status_code == 403


def test_the_signature_is_that_of_the_vector() -> None:
    vectors = json.loads((ROOT / "tests/payloads/wecom_vectors.json").read_text("utf-8"))
    for one in vectors["jsapi"]:
        made = signature(one["ticket"], one["nonceStr"], one["timestamp"], one["url"])
        assert made == one["signature"]


async def test_when_wecom_gives_no_ticket_the_page_is_told(door: Door) -> None:
    path = await door.asks("位置")
    door.fake.fail("get_jsapi_ticket", 48002, times=9)
    answer = await door.http.get(
        f"{path}/signature", params={"kind": "config", "url": f"{PUBLIC}{path}"}
    )
    assert (answer.status_code, answer.json()["error"]) == (503, "企业微信的定位暂时用不了。")


async def test_only_a_page_for_wecom_may_load_its_script(door: Door, tmp_path: Path) -> None:
    page = await door.http.get(await door.asks("位置"))
    assert "wecom-jssdk" in page.text
    assert "https://wwcdn.weixin.qq.com;" in page.headers["content-security-policy"]
    async with open_web(tmp_path / "other", public_url=PUBLIC) as web:
        link = (await web.says("李队员", "位置"))[-1]["text"].split(PUBLIC)[1].split()[0]
        plain = await web.client.get(link)
    assert "jssdk" not in plain.text
    assert "weixin" not in plain.headers["content-security-policy"]


# recognising a member
async def _comes_back(door: Door, code: str) -> httpx.Response:
    left = await door.http.get("/pages/enter")
    asked = parse_qs(urlsplit(left.headers["location"]).query)
    assert (asked["appid"], asked["scope"]) == ([CORP], ["snsapi_base"])
    assert asked["redirect_uri"] == [f"{PUBLIC}/pages/enter/back"]
    query = {"code": code, "state": asked["state"][0]}
    return await door.http.get("/pages/enter/back", params=query, headers=HTML)


async def test_a_bound_member_reads_the_reports_without_a_link(door: Door) -> None:
    await door.join("王队长", "WangQiang")
    door.fake.logins["code-1"] = "wangqiang"
    back = await _comes_back(door, "code-1")
    assert (back.status_code, "/reports" in back.text) == (200, True)
    assert "永安村报表" in (await door.http.get("/reports")).text
    assert "邀请链接" in (await door.http.get("/chat")).text  # the web chat he has not joined
    posted = await door.http.post("/chat/api/messages", json={"text": "今天"})
    assert posted.status_code == 403


async def test_the_session_ends_with_the_binding(door: Door) -> None:
    door.fake.logins["code-1"] = "LiWei"
    await _comes_back(door, "code-1")
    await door.join("李队员", "SomebodyElse")
    assert "永安村报表" not in (await door.http.get("/reports")).text


async def test_who_has_joined_the_web_chat_may_also_write(door: Door) -> None:
    await door.web.client.post(await login_link(door.web, "李队员"))
    door.fake.logins["code-1"] = "LiWei"
    await _comes_back(door, "code-1")
    assert (
        await door.http.post("/chat/api/messages", json={"text": "今天"})
    ).status_code == 200


async def test_who_is_not_bound_is_not_let_in_and_not_bound(door: Door) -> None:
    door.fake.logins |= {"code-1": "Nobody", "code-2": "Outside"}
    door.fake.invisible = {"Outside"}
    for code in ("code-1", "code-2"):
        answer = await _comes_back(door, code)
        assert (answer.status_code, "还没有和名册对上" in answer.text) == (403, True)
    assert "报表</h1>" not in (await door.http.get("/reports")).text
    async with door.web.app.database.reading() as db:
        rows = await db.connection.execute(
            "SELECT count(*) FROM address WHERE channel = 'wecom'"
        )
        assert (await rows.fetchone())[0] == 1  # type: ignore[index]


async def test_a_code_is_good_once_and_only_for_the_browser_that_left(door: Door) -> None:
    door.fake.logins["code-1"] = "LiWei"
    query = {"code": "code-1", "state": "0" * 64}
    forged = await door.http.get("/pages/enter/back", params=query, headers=HTML)
    assert (forged.status_code, "重新点" in forged.text) == (403, True)
    assert (await _comes_back(door, "code-1")).status_code == 200
    again = await _comes_back(door, "code-1")
    assert (again.status_code, "没有登录" in again.text) == (503, True)


async def test_a_pass_is_kept_as_a_hash_only(door: Door) -> None:
    address = Address("wecom", door.chat.account, "liwei")
    person = door.web.county["李队员"].id
    async with door.web.app.database.transaction() as db:
        tokens = [
            await page_passes.make(db, PagePass(person, address, one), now=MONDAY)
            for one in (PLACE, FILES)
        ]
        rows = await db.connection.execute("SELECT token_hash FROM page_pass")
        hashes = [row[0] for row in await rows.fetchall()]
    assert not set(tokens) & set(hashes)
    assert len(set(hashes)) == 2
