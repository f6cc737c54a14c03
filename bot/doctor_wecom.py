"""体检企业微信, in the order in which it is set up: the first fault is the one to mend (wecom.md §11).

Nothing is changed: no menu is set, no ledger is opened. A card is sent only to whom one names.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidURI, WebSocketException

from bot.channels.base import SendError, Trouble
from bot.channels.wecom import numbers
from bot.channels.wecom.exchange import Asked, Got, connection, exchanged
from bot.channels.wecom.menu import MENU
from bot.channels.wecom_bot.socket import Straight, fresh_id, id_of
from bot.doctor import Finding
from bot.doctor_callback import look_at_callback, look_at_crypto
from bot.doctor_wecom_form import look_at_settings
from bot.settings import Settings, WeComSettings
from ledger.clock import Clock
from ledger.database.lock import AlreadyRunning, only_copy

DRIFT = 60  # seconds; beyond 300 our callback refuses WeCom
ANSWER = 5.0  # seconds a smart bot's answer may take
NO_MENU = 46003
CALLS = {  # path -> what it is called in the check-up
    "/cgi-bin/gettoken": "访问令牌",
    "/cgi-bin/getcallbackip": "接口权限",
    "/cgi-bin/menu/get": "应用菜单",
    "/cgi-bin/message/send": "测试卡片",
}
TRUSTED = (
    "在管理后台这个应用的页面最下面“企业可信IP”里加上 {ip}；"
    "填不进去，就先把“接收消息”的回调网址存好（先有回调，才能填 IP）"
)
TRY_CARD = (  # the running program knows no such card, and says so: that is the answer
    "收到这张卡片，发送就是好的。请按一下按钮：变成灰色的“已失效”或“已收到”，回调也是好的。"
)


class Faulty(Exception):
    """A call went wrong; the finding says how."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.state)
        self.finding = finding


async def examine_wecom(
    settings: Settings, wecom: WeComSettings, clock: Clock, *, send: str = ""
) -> AsyncIterator[Finding]:
    """One finding after the other as they come; `send`: the userid who gets a test card."""
    formed = look_at_settings(settings, wecom)
    for finding in formed:
        yield finding
    bad = {finding.thing for finding in formed if not finding.good}
    if wecom.app:
        async for finding in _examine_app(settings, wecom, clock, bad, send):
            yield finding
    if wecom.aibot and not bad & {"WECOM_BOT_ID", "WECOM_BOT_SECRET", "WECOM_CA_FILE"}:
        yield await look_at_bot(settings, wecom)


async def _examine_app(
    settings: Settings, wecom: WeComSettings, clock: Clock, bad: set[str], send: str
) -> AsyncIterator[Finding]:
    """What a bad setting makes pointless is left out: its own finding says what to do."""
    keys = not bad & {"WECOM_CORP_ID", "WECOM_TOKEN", "WECOM_AES_KEY"}
    if bad & {"WECOM_CA_FILE", "WECOM_API_BASE"}:
        return
    async with connection(wecom.api_base, wecom.ca_file) as http:
        app = AppCheck(wecom, clock, http)
        yield await app.drift()
        if keys:
            yield look_at_crypto(wecom)
        if not bad & {"WECOM_CORP_ID", "WECOM_SECRET"}:
            yield await app.token()
        if app.access:
            yield await app.allowed()
        if keys and settings.public_url:
            yield await look_at_callback(settings.public_url, wecom, clock)
        if app.access:
            yield await app.menu()
            if send:
                yield await app.card(send)


@dataclass
class AppCheck:
    """The app's calls, one at a time, each once; nothing is kept in the ledger."""

    wecom: WeComSettings
    clock: Clock
    http: httpx.AsyncClient
    access: str = field(default="", repr=False)

    async def drift(self) -> Finding:
        """Our clock beside WeCom's: a callback older than five minutes is refused."""
        base = self.wecom.api_base
        try:
            answer = await self.http.head("/")
            theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _not_reached("时钟", base, type(error).__name__, str(error))
        except ValueError:
            return Finding("时钟", True, f"{base} 没有说现在几点，没法对")
        seconds = round((self.clock.now() - theirs).total_seconds())
        way = "快" if seconds > 0 else "慢"
        state = f"本机比企业微信{way} {abs(seconds)} 秒" if seconds else "和企业微信一致"
        return Finding(
            "时钟", abs(seconds) <= DRIFT, state, "打开自动对时：timedatectl set-ntp true"
        )

    async def token(self) -> Finding:
        """Whether corp id and secret are right; WeCom gives the one it gave before."""
        secret = self.wecom.secret.get_secret_value()
        params = {"corpid": self.wecom.corp_id, "corpsecret": secret}
        try:
            got = await self._called(Asked("GET", "/cgi-bin/gettoken", params))
        except Faulty as fault:
            return fault.finding
        self.access = str(got.answer.get("access_token") or "")
        state = "拿到了" if self.access else "回答里没有访问令牌"
        return Finding("访问令牌", bool(self.access), state, "核对 WECOM_API_BASE")

    async def allowed(self) -> Finding:
        """The first call that asks who is calling from where: 60020 shows here."""
        try:
            got = await self._called(Asked("GET", "/cgi-bin/getcallbackip"))
        except Faulty as fault:
            return fault.finding
        count = len(got.answer.get("ip_list") or [])
        return Finding(
            "接口权限", True, f"可以调用；企业微信从 {count} 个地址回调，防火墙不要拦"
        )

    async def menu(self) -> Finding:
        """Whether the running program has set our menu."""
        thing, agent = "应用菜单", str(self.wecom.agent_id)
        try:
            got = await self._called(
                Asked("GET", "/cgi-bin/menu/get", {"agentid": agent}), passes=NO_MENU
            )
        except Faulty as fault:
            return fault.finding
        ours = _names(got.answer) == _names(MENU)
        state = "、".join(_names(got.answer)) if ours else "还不是驻村通的"
        return Finding(
            thing, ours, state, "用 zhucun run 启动，菜单会自动设好；手机上隔一会儿才变"
        )

    async def card(self, who: str) -> Finding:
        """A card with a button, to the operator."""
        try:
            got = await self._called(
                Asked("POST", "/cgi-bin/message/send", {}, self._card(who))
            )
        except Faulty as fault:
            return fault.finding
        if got.answer.get("invaliduser"):
            told = numbers.meaning(81013)
            return Finding("测试卡片", False, f"{who} 不在应用的可见范围里", told.remedy)
        return Finding("测试卡片", True, f"已发给 {who}，请在手机上看，并按一下按钮")

    def _card(self, who: str) -> dict[str, object]:
        name = f"doctor-{int(self.clock.now().timestamp() * 1000)}"
        return {
            "touser": who, "agentid": self.wecom.agent_id, "msgtype": "template_card",
            "template_card": {
                "card_type": "button_interaction", "task_id": name,
                "main_title": {"title": "驻村通体检"}, "sub_title_text": TRY_CARD,
                "button_list": [{"text": "收到了", "style": 1, "key": name}],
            },
        }  # fmt: skip

    async def _called(self, asked: Asked, *, passes: int = 0) -> Got:
        """The answer; `Faulty` with the finding otherwise. `passes`: a number that is no fault."""
        thing = CALLS[asked.path]
        try:
            got = await exchanged(self.http, asked, self.access)
        except SendError as trouble:
            raise Faulty(_lost(thing, self.wecom.api_base, trouble)) from None
        if got.number not in {0, passes}:
            raise Faulty(_refused(thing, got.number, got.said))
        return got


async def look_at_bot(settings: Settings, wecom: WeComSettings) -> Finding:
    """Subscribe once, and leave. While our own program runs we must not: it would be thrown out."""
    thing = "智能机器人"
    if _running(settings):
        state = "驻村通正在运行，不另外去连（一连就会把它顶下来）；它的日志里有 aibot_subscribed 就是连着"
        return Finding(thing, True, state)
    try:
        answer = await _subscribed(wecom)
    except TimeoutError:
        return Finding(thing, False, f"{wecom.ws_url} 连上了，但没有回答", "等几分钟再试")
    except InvalidURI:
        return Finding(thing, False, f"{wecom.ws_url} 不是网址", "核对 WECOM_WS_URL")
    except (OSError, WebSocketException) as error:
        return _not_reached(thing, wecom.ws_url, type(error).__name__, str(error))
    except (ValueError, AttributeError):
        return Finding(thing, False, f"{wecom.ws_url} 的回答看不懂", "核对 WECOM_WS_URL")
    number = answer.get("errcode")
    if number:
        return _refused(thing, int(str(number)), str(answer.get("errmsg", "")))
    return Finding(
        thing, True, "订阅成功；在别处运行着的同一个机器人会被顶下来，过一会儿自己连回来"
    )


async def _subscribed(wecom: WeComSettings) -> dict[str, object]:
    trust = ssl.create_default_context(cafile=wecom.ca_file) if wecom.ca_file else None
    more = {"ssl": trust} if trust else {}
    async with asyncio.timeout(2 * ANSWER):
        async with Straight(
            wecom.ws_url, ping_interval=None, open_timeout=ANSWER, close_timeout=1, proxy=None,
            **more,  # type: ignore[arg-type]
        ) as ws:  # fmt: skip
            return await _asked_once(ws, wecom)


async def _asked_once(ws: ClientConnection, wecom: WeComSettings) -> dict[str, object]:
    req_id = fresh_id("aibot_subscribe")
    body = {"bot_id": wecom.bot_id, "secret": wecom.bot_secret.get_secret_value()}
    frame = {"cmd": "aibot_subscribe", "headers": {"req_id": req_id}, "body": body}
    await ws.send(json.dumps(frame))
    async with asyncio.timeout(ANSWER):
        while True:
            answer = json.loads(await ws.recv())
            if id_of(answer) == req_id:
                return dict(answer)


def _running(settings: Settings) -> bool:
    if not settings.data.is_dir():
        return False
    try:
        with only_copy(settings.database):
            return False
    except AlreadyRunning:
        return True


def _refused(thing: str, number: int, said: str) -> Finding:
    """What a number means and what to do; of WeCom's own words only the address is shown."""
    told = numbers.meaning(number)
    ip = numbers.caller_ip(said) if number == numbers.STRANGE_ADDRESS else ""
    if ip:
        return Finding(thing, False, f"{number} {told.what}：{ip}", TRUSTED.format(ip=ip))
    return Finding(thing, False, f"{number} {told.what}", told.remedy)


def _lost(thing: str, base: str, trouble: SendError) -> Finding:
    """No number came: the network, a proxy, or the wrong address."""
    if trouble.kind is Trouble.DOWN:
        return _not_reached(thing, base, trouble.detail, "")
    if trouble.kind is Trouble.MISCONFIGURED:
        what, _, remedy = trouble.detail.partition("：")
        return Finding(thing, False, f"{base} 不像企业微信的接口（{what}）", remedy)
    return Finding(thing, False, f"{base} 没有好好回答（{trouble.detail}）", "等几分钟再试")


def _not_reached(thing: str, address: str, name: str, said: str) -> Finding:
    if "CERTIFICATE_VERIFY_FAILED" in said:
        remedy = "私有化部署把根证书填在 WECOM_CA_FILE；公有云查本机的 ca-certificates"
        return Finding(thing, False, f"{address} 的证书不被信任", remedy)
    remedy = "查本机能不能上外网、域名能不能解析；私有化部署核对网址"
    return Finding(thing, False, f"连不上 {address}（{name}）", remedy)


def _names(menu: Mapping[str, object]) -> list[str]:
    entries = menu.get("button")
    return [str(one.get("name")) for one in entries] if isinstance(entries, list) else []
