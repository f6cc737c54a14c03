"""zhucun doctor --wecom over the fakes: each fault gives what happened and what to do."""

import asyncio
import json
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from fake_aibot import BOT, FakeAibot, fake_aibot
from fake_aibot import SECRET as BOT_SECRET
from fake_bot_api import running
from fake_wecom import (
    ADDRESS_OF_OURS,
    AES_KEY,
    AGENT,
    CORP,
    SECRET,
    TOKEN,
    FakeWeCom,
    fake_wecom,
)
from source import ROOT
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from bot import doctor_wecom
from bot.channels.wecom import menu, numbers
from bot.channels.wecom.callback import Callback
from bot.channels.wecom.crypto import Crypt
from bot.channels.wecom.exchange import connection
from bot.cli import cli
from bot.doctor import Finding
from bot.doctor_callback import look_at_callback, look_at_crypto
from bot.doctor_wecom import AppCheck, examine_wecom, look_at_bot
from bot.doctor_wecom_form import look_at_settings
from bot.settings import Settings, WeComSettings
from ledger.clock import Clock, ShiftedClock, WallClock
from ledger.database.lock import only_copy

sys.path.insert(0, str(ROOT / "scripts"))

import make_docs

VECTORS = json.loads((ROOT / "tests/payloads/wecom_vectors.json").read_text("utf-8"))
CLOCK = WallClock()  # the fake's answers carry the real time in their headers
APP = {
    "mode": "app", "corp_id": CORP, "agent_id": AGENT, "secret": SECRET, "token": TOKEN,
    "aes_key": AES_KEY,
}  # fmt: skip
BOTH_SECRETS = (SECRET, TOKEN, AES_KEY, BOT_SECRET)


@dataclass
class Door:
    """What stands at our public address; tests change what it answers."""

    address: str = ""
    answer: Callable[[Request], Any] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    async def serve(self, request: Request) -> Response:
        self.asked.append(dict(request.query_params))
        return await self.answer(request) if self.answer else await callback().verify(request)


def callback(**other: str) -> Callback:
    """The program's own door."""
    keys = {"token": TOKEN, "aes_key": AES_KEY, "receiveid": CORP, **other}
    unused: Any = None  # verifying an address touches neither inbox nor ledger
    return Callback(Crypt(**keys), f"{CORP}/{AGENT}", unused, unused, CLOCK)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWeCom]:
    with fake_wecom(CLOCK) as up:
        yield up


@pytest.fixture
def fake(server: FakeWeCom) -> FakeWeCom:
    server.forget(CLOCK)
    server.menu = menu.MENU
    return server


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    opened = Door()
    with running([Route("/wecom", opened.serve)]) as opened.address:
        yield opened


@pytest.fixture(scope="module")
def bot() -> Iterator[FakeAibot]:
    with fake_aibot() as up:
        yield up


@pytest.fixture(autouse=True)
def no_answer_left(door: Door) -> None:
    door.answer, door.asked = None, []


def wecom(base: str = "https://qyapi.weixin.qq.com", **more: Any) -> WeComSettings:
    return WeComSettings(_env_file=None, **{**APP, "api_base": base, **more})


def ours(data: Path, url: str = "https://zhucun.example.gov.cn") -> Settings:
    return Settings(data=data, public_url=url, _env_file=None)


async def examined(
    data: Path, settings: WeComSettings, url: str, *, clock: Clock = CLOCK, send: str = ""
) -> dict[str, Finding]:
    looking = examine_wecom(ours(data, url), settings, clock, send=send)
    return {finding.thing: finding async for finding in looking}


def told(finding: Finding) -> str:
    """The two lines an operator reads; neither is empty, and no secret is among them."""
    assert finding.state
    assert finding.good or finding.remedy
    words = f"{finding.state}\n{finding.remedy}"
    assert not [one for one in BOTH_SECRETS if one in words]
    return words


# settings
def named(found: list[Finding]) -> dict[str, str]:
    return {one.thing: told(one) for one in found if not one.good}


def test_complete_settings_are_all_said_to_be_well(tmp_path: Path) -> None:
    more = {
        "mode": "both",
        "bot_id": BOT,
        "bot_secret": BOT_SECRET,
        "webhooks": "安和县=0123-4567-89ab",
    }
    found = look_at_settings(ours(tmp_path), wecom(**more))

    assert named(found) == {}
    assert [one.thing for one in found] == [
        "WECOM_MODE", "WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET", "WECOM_TOKEN",
        "WECOM_AES_KEY", "ZHUCUN_PUBLIC_URL", "WECOM_API_BASE", "WECOM_BOT_ID",
        "WECOM_BOT_SECRET", "WECOM_WS_URL", "WECOM_WEBHOOKS",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("corp_id", "", "没有填"),
        ("corp_id", "ww 123456", "空格"),
        ("corp_id", "ｗｗ123456", "全角"),
        ("agent_id", 0, "没有填"),
        ("secret", "", "没有填"),
        ("secret", "line\nbreak", "换行"),
        ("token", "", "没有填"),
        ("token", "x" * 33, "有 33 位"),
        ("token", "with-dash", "字母和数字"),
        ("aes_key", "", "没有填"),
        ("aes_key", "a" * 42, "有 42 位，要 43 位"),
        ("aes_key", "a" * 42 + "-", "字母和数字"),
        ("api_base", "http://qyapi.weixin.qq.com", "https://"),
        ("api_base", "https://[qyapi", "域名"),
        ("ca_file", "/nowhere/root.pem", "用不了"),
        ("webhooks", "安和县=0123-4567-89ab,清水镇", "第 2 项（清水镇）"),
    ],
)
def test_each_setting_is_judged_by_its_name(
    tmp_path: Path, setting: str, value: Any, says: str
) -> None:
    found = named(look_at_settings(ours(tmp_path), wecom(**{setting: value})))

    assert list(found) == [f"WECOM_{setting.upper()}"]
    assert says in found[f"WECOM_{setting.upper()}"]


@pytest.mark.parametrize("setting", ["bot_id", "bot_secret", "ws_url"])
def test_the_bot_s_settings_are_judged_too(tmp_path: Path, setting: str) -> None:
    facts = {"mode": "aibot", "bot_id": BOT, "bot_secret": BOT_SECRET}
    bad = {"ws_url": "ws://openws.work.weixin.qq.com"}.get(setting, "")
    found = look_at_settings(ours(tmp_path), wecom(**{**facts, setting: bad}))

    assert list(named(found)) == [f"WECOM_{setting.upper()}"]


@pytest.mark.parametrize(
    "url", ["", "http://zhucun.example.gov.cn", "https://192.168.1.8", "https://", "https://[x"]
)
def test_the_public_address_must_be_public(tmp_path: Path, url: str) -> None:
    settings = Settings.model_construct(data=tmp_path, public_url=url)

    assert list(named(look_at_settings(settings, wecom()))) == ["ZHUCUN_PUBLIC_URL"]


def test_a_file_without_a_certificate_is_no_root(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("not a certificate", encoding="utf-8")
    found = named(look_at_settings(ours(tmp_path), wecom(ca_file=str(tmp_path / "root.pem"))))

    assert "没有证书" in found["WECOM_CA_FILE"]


async def test_switched_off_is_the_only_thing_said(tmp_path: Path) -> None:
    found = await examined(tmp_path, wecom(mode="off"), "")

    assert named(list(found.values())).keys() == {"WECOM_MODE"}
    assert "docs/wecom.md" in told(found["WECOM_MODE"])


# crypto
def test_the_self_test_holds_with_the_published_key() -> None:
    official = VECTORS["official"]
    published = wecom(
        token=official["token"], aes_key=official["encoding_aes_key"],
        corp_id=official["receiveid"],
    )  # fmt: skip
    crypt = Crypt(official["token"], official["encoding_aes_key"], official["receiveid"])

    assert look_at_crypto(published).good
    assert crypt.open(official["ciphertext"]) == official["plaintext"]


def test_a_broken_key_fails_the_self_test() -> None:
    assert not look_at_crypto(wecom(aes_key="a" * 42)).good


# the whole way
async def test_all_is_well_in_the_order_of_setting_up(
    tmp_path: Path, fake: FakeWeCom, door: Door, bot: FakeAibot
) -> None:
    bot.forget()
    more = {"mode": "both", "bot_id": BOT, "bot_secret": BOT_SECRET, "ws_url": bot.url}
    settings = wecom(fake.address, **more)
    found = await examined(tmp_path, settings, door.address, send="ZhangSan")

    bad = named(list(found.values()))
    assert bad.keys() == {"ZHUCUN_PUBLIC_URL"}  # the door of this test is no public one
    assert list(found)[-8:] == [
        "时钟", "加解密", "访问令牌", "接口权限", "回调网址", "应用菜单", "测试卡片", "智能机器人",
    ]  # fmt: skip
    assert fake.screen("zhangsan")[0].buttons
    assert fake.refused() == []
    assert bot.subscribes == 1
    assert not list(tmp_path.glob("*.db"))  # no ledger is made


async def test_no_card_is_sent_unless_asked_for(
    tmp_path: Path, fake: FakeWeCom, door: Door
) -> None:
    found = await examined(tmp_path, wecom(fake.address), door.address)

    assert "测试卡片" not in found
    assert fake.asked("message/send") == []
    assert fake.asked("menu/create") == []


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_clock_that_is_wrong(tmp_path: Path, fake: FakeWeCom, minutes: int) -> None:
    clock = ShiftedClock(timedelta(minutes=minutes))
    found = await examined(tmp_path, wecom(fake.address), "", clock=clock)

    assert not found["时钟"].good
    assert ("快" if minutes > 0 else "慢") in found["时钟"].state


async def test_nobody_at_the_address_of_wecom(tmp_path: Path) -> None:
    found = await examined(tmp_path, wecom(f"http://127.0.0.1:{closed_port()}"), "")

    assert "连不上" in told(found["时钟"])
    assert "连不上" in told(found["访问令牌"])
    assert "接口权限" not in found


# numbers
async def test_every_number_is_two_lines(fake: FakeWeCom) -> None:
    async with connection(fake.address, "") as http:
        check = AppCheck(wecom(fake.address), CLOCK, http)
        for number in sorted({*numbers.MEANINGS, 42030, 99999}):
            fake.fail("getcallbackip", number)
            finding = await check.allowed()
            line = told(finding)
            meaning = numbers.meaning(number)

            assert not finding.good
            assert line.startswith(f"{number} {meaning.what}")
            assert "hint" not in line  # WeCom's own words stay out


@pytest.mark.parametrize(("setting", "number"), [("corp_id", 40013), ("secret", 40001)])
async def test_a_wrong_key_stops_there(
    tmp_path: Path, fake: FakeWeCom, setting: str, number: int
) -> None:
    found = await examined(tmp_path, wecom(fake.address, **{setting: "ww-other"}), "")

    assert str(number) in told(found["访问令牌"])
    assert f"WECOM_{setting.upper()}" in told(found["访问令牌"])
    assert not {"接口权限", "应用菜单"} & found.keys()
    assert len(fake.asked("gettoken")) == 1  # never repeated


async def test_a_strange_address_is_named(tmp_path: Path, fake: FakeWeCom) -> None:
    fake.fail("getcallbackip", 60020, "not allow to access from your ip")
    line = told((await examined(tmp_path, wecom(fake.address), ""))["接口权限"])

    assert line.count(ADDRESS_OF_OURS) == 2
    assert "企业可信IP" in line
    assert "先有回调" in line


async def test_the_other_steps_go_on_after_60020(
    tmp_path: Path, fake: FakeWeCom, door: Door
) -> None:
    fake.fail("getcallbackip", 60020)
    found = await examined(tmp_path, wecom(fake.address), door.address)

    assert found["回调网址"].good  # it is what has to work before the address can be entered


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"http": 502}, "没有好好回答（HTTP 502）"),
        ({"http": 404}, "不像企业微信的接口"),
        ({"http": 429}, "HTTP 429"),
        ({"cut": True}, "没有好好回答"),
    ],
)
async def test_answers_without_a_number(
    tmp_path: Path, fake: FakeWeCom, fault: dict[str, Any], says: str
) -> None:
    fake.fail("gettoken", **fault)
    found = await examined(tmp_path, wecom(fake.address), "")

    assert says in told(found["访问令牌"])


async def test_the_wrong_app_and_a_missing_menu(tmp_path: Path, fake: FakeWeCom) -> None:
    other = await examined(tmp_path, wecom(fake.address, agent_id=7), "")
    fake.menu = {}
    fake.fail("menu/get", 46003, "menu no exist")
    none = await examined(tmp_path, wecom(fake.address), "")
    another = await examined(tmp_path, wecom(fake.address), "")

    assert "40056" in told(other["应用菜单"])
    assert "zhucun run" in told(none["应用菜单"])
    assert "还不是驻村通的" in told(another["应用菜单"])


async def test_a_card_to_somebody_outside_the_visible_range(
    tmp_path: Path, fake: FakeWeCom
) -> None:
    fake.invisible = {"ZhangSan"}
    found = await examined(tmp_path, wecom(fake.address), "", send="ZhangSan")

    assert "81013" in told(found["测试卡片"])
    assert "可见范围" in told(found["测试卡片"])


# the callback
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def asked(door: Door) -> Finding:
    finding = await look_at_callback(door.address, wecom(), CLOCK)
    assert finding.good == (not finding.remedy)
    told(finding)
    return finding


async def test_the_callback_answers_as_the_console_wants(door: Door) -> None:
    finding = await asked(door)

    assert finding.good
    assert "从本机问" in finding.state
    assert set(door.asked[0]) == {"msg_signature", "timestamp", "nonce", "echostr"}


def answering(status: int, text: str = "") -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        if 300 <= status < 400:
            return RedirectResponse("https://elsewhere.example/", status)
        return PlainTextResponse(text, status)

    return answer


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (answering(200, "<html>欢迎</html>"), "不是驻村通答的"),
        (answering(301), "别的网址"),
        (answering(302), "别的网址"),
        (answering(400), "参数丢了"),
        (answering(401), "登录"),
        (answering(403), "签名对不上"),
        (answering(403, '{"error": "host"}'), "被拦下了"),
        (answering(404, "nothing"), "zhucun run"),
        (answering(405), "不是驻村通"),
        (answering(500), "日志"),
        (answering(502), "没有开"),
        (answering(503), "没有开"),
        (answering(504), "没有开"),
    ],
)
async def test_what_came_back_is_explained(
    door: Door, answer: Callable[[Request], Any], says: str
) -> None:
    door.answer = answer
    finding = await asked(door)

    assert not finding.good
    assert says in told(finding)


@pytest.mark.parametrize("other", [{"token": "Another"}, {"receiveid": "ww-other"}])
async def test_a_program_with_other_keys(door: Door, other: dict[str, str]) -> None:
    door.answer = callback(**other).verify

    assert "停下再启动" in told(await asked(door))


async def test_an_answer_with_more_around_it(door: Door) -> None:
    async def wrapped(request: Request) -> Response:
        echo = bytes((await callback().verify(request)).body)
        return Response(b'\xef\xbb\xbf"' + echo + b'"\n')

    door.answer = wrapped

    assert "前后多了东西" in told(await asked(door))


async def test_an_answer_that_comes_late(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.doctor_callback.WITHIN", 0.0)

    assert "只等 1 秒" in told(await asked(door))


async def test_an_answer_that_never_comes(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(request: Request) -> Response:
        await asyncio.sleep(1.2)
        return Response()

    door.answer = never
    monkeypatch.setattr("bot.doctor_callback.PATIENCE", 0.6)

    assert "没有回答" in told(await asked(door))


async def test_nobody_behind_the_public_address(door: Door) -> None:
    finding = await look_at_callback(f"http://127.0.0.1:{closed_port()}", wecom(), CLOCK)

    assert "443" in told(finding)


async def test_an_address_that_speaks_no_tls(door: Door) -> None:
    finding = await look_at_callback(door.address.replace("http:", "https:"), wecom(), CLOCK)

    assert "连不上" in told(finding)


# the smart bot
def of_bot(bot: FakeAibot, **more: Any) -> WeComSettings:
    bot.forget()
    facts = {"mode": "aibot", "bot_id": BOT, "bot_secret": BOT_SECRET, "ws_url": bot.url}
    return wecom(**{**facts, **more})


async def test_the_bot_subscribes_once_and_leaves(tmp_path: Path, bot: FakeAibot) -> None:
    assert (await look_at_bot(ours(tmp_path), of_bot(bot))).good
    assert bot.subscribes == 1
    bot.until(lambda: bot.live is None)


async def test_a_running_program_keeps_its_connection(tmp_path: Path, bot: FakeAibot) -> None:
    settings, facts = ours(tmp_path), of_bot(bot)
    with only_copy(settings.database):
        finding = await look_at_bot(settings, facts)

    assert finding.good
    assert "顶下来" in finding.state
    assert bot.subscribes == 0


@pytest.mark.parametrize(
    ("number", "says"), [(853000, "WECOM_BOT_SECRET"), (45009, "太频繁"), (846609, "订阅")]
)
async def test_the_bot_is_refused(
    tmp_path: Path, bot: FakeAibot, number: int, says: str
) -> None:
    facts = of_bot(bot)
    bot.fail("aibot_subscribe", number)
    finding = await look_at_bot(ours(tmp_path), facts)

    assert not finding.good
    assert str(number) in told(finding)
    assert says in told(finding)


async def test_the_bot_s_service_is_silent_or_away(
    tmp_path: Path, bot: FakeAibot, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = of_bot(bot)
    bot.slow = 1
    monkeypatch.setattr(doctor_wecom, "ANSWER", 0.1)
    silent = await look_at_bot(ours(tmp_path), facts)
    bot.slow = 0
    away = await look_at_bot(
        ours(tmp_path), of_bot(bot, ws_url=f"ws://127.0.0.1:{closed_port()}")
    )
    page = await look_at_bot(ours(tmp_path), of_bot(bot, ws_url="ws://[x"))

    assert "没有回答" in told(silent)
    assert "连不上" in told(away)
    assert "WECOM_WS_URL" in told(page)


async def test_the_bot_alone_asks_nothing_of_the_app(tmp_path: Path, bot: FakeAibot) -> None:
    found = await examined(tmp_path, of_bot(bot), "")

    assert set(found) == {
        "WECOM_MODE", "WECOM_BOT_ID", "WECOM_BOT_SECRET", "WECOM_WS_URL", "智能机器人",
    }  # fmt: skip
    assert all(one.good for one in found.values())


# the command
def test_the_command_shows_both_lines_and_fails(
    tmp_path: Path, fake: FakeWeCom, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    facts = {**APP, "api_base": fake.address, "secret": "another-secret"}
    for name, value in facts.items():
        monkeypatch.setenv(f"WECOM_{name.upper()}", str(value))
    monkeypatch.setenv("ZHUCUN_PUBLIC_URL", door.address)
    shown = CliRunner().invoke(cli, ["doctor", "--wecom", "--send", "ZhangSan"])

    assert shown.exit_code == 1
    assert "✗ 访问令牌：40001 Secret 不对\n  办法：从应用页重新抄 WECOM_SECRET" in shown.output
    assert "✓ 回调网址" in shown.output
    assert "another-secret" not in shown.output


def test_the_general_check_up_points_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WECOM_MODE", "app")
    shown = CliRunner().invoke(cli, ["doctor"])

    assert "✓ 企业微信：app；逐项检查用 zhucun doctor --wecom" in shown.output


# the manual
def test_the_manual_explains_every_number_and_setting() -> None:
    manual = (ROOT / "docs" / "wecom.md").read_text(encoding="utf-8")
    table = make_docs.numbers_table()
    unsaid = {"WECOM_DISPLACED_WAIT"}  # in the general table alone
    names = {f"WECOM_{name.upper()}" for name in WeComSettings.model_fields} - unsaid

    assert make_docs.between(manual, "numbers", table) == manual, "请运行 make tables"
    assert [name for name in sorted(names) if name not in manual] == []


def test_the_manual_shows_the_menu_as_it_is() -> None:
    manual = (ROOT / "docs" / "wecom.md").read_text(encoding="utf-8")
    columns = [
        [top["name"], "---", *(one["name"] for one in top["sub_button"])]
        for top in menu.MENU["button"]
    ]
    rows = zip_longest(*columns, fillvalue="")
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)

    assert (
        table.replace("| --- | --- | --- |", "|---|---|---|").replace("|  |", "| |") in manual
    )
