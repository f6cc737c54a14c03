"""WeCom's REST API on loopback, in a thread of its own: as strict, and as silent, as the real one.

What it refuses, it refuses with status 200, a number and words with a hint, an address and a
link in them (wecom.md §4). What it drops, it drops without a word: text beyond 2,048 bytes,
messages beyond 30 a minute for a member. Time is the clock's. What calls back: wecom_caller.py.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fake_bot_api import running
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from wecom_cards import card_words, check_card, live_buttons, wordy
from wecom_rejected import Rejected

from ledger.clock import Clock

CORP, AGENT = "ww7a1c0ffee5d1e2f3", 1000002
SECRET = "FakeSecretThatMustNeverBeSeenInALog"
TOKEN, AES_KEY = "ZhuCunBangFu2026", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFw"
ADDRESS_OF_OURS = "203.0.113.7"  # what the real one names in its refusals
TEXT = 2048  # bytes of a text that are shown
MINUTE, HOUR = (30, timedelta(minutes=1)), (1000, timedelta(hours=1))
CODE_LIVES = timedelta(hours=72)
MEDIA_LIVES = timedelta(days=3)
SIZES = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
KINDS = {"text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown",
         "miniprogram_notice", "template_card"}  # fmt: skip
FREE = {"gettoken", "webhook/send", "webhook/upload_media"}  # need no token
PASSIVE = "passive"  # the msgid of an answer to a callback
HIDDEN = {"access_token", "corpsecret", "key"}


@dataclass
class Call:
    """One request as it arrived, without what is secret; `errcode` None: no answer came."""

    path: str
    params: dict[str, str]
    body: dict[str, Any]
    files: dict[str, tuple[str, bytes]]
    at: datetime
    errcode: int | None = None
    token: str = ""


@dataclass
class Fault:
    """What goes wrong with the next calls of one path."""

    path: str
    errcode: int
    message: str
    http: int
    delay: float
    cut: bool
    accepted: bool
    times: int
    skip: int


@dataclass
class Seen:
    """One message on one member's screen (or in a group, by the robot's name)."""

    member: str
    kind: str
    text: str
    body: dict[str, Any]
    at: datetime
    msgid: str
    task_id: str = ""
    replaced: str = ""  # what stands on its dead buttons

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """What can still be pressed: label and key."""
        return [] if self.replaced else live_buttons(self.body)


@dataclass
class Code:
    """A response_code: it changes the card of one call, once."""

    msgid: str
    until: datetime
    used: bool = False


@dataclass
class Held:
    """A file in WeCom's store."""

    name: str
    data: bytes
    mime: str
    until: datetime


@dataclass
class FakeWeCom:
    """The state of the server; the tests change it from outside."""

    clock: Clock
    address: str = ""
    lives: int = 7200  # seconds a token is good for
    calls: list[Call] = field(default_factory=list)
    outbox: list[Seen] = field(default_factory=list)
    dropped: list[Seen] = field(default_factory=list)
    collapsed: int = 0  # sends the duplicate check has swallowed
    expired: int = 0  # how often the test has let the tokens die
    groups: list[Seen] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)  # lengths WeCom advises against
    invisible: set[str] = field(default_factory=set)  # userids outside the visible range
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[int, tuple[str, list[str]]] = field(default_factory=dict)
    webhooks: dict[str, str] = field(default_factory=dict)  # key -> name
    media: dict[str, Held] = field(default_factory=dict)
    menu: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    task_first: bool = False  # the task_id is looked at before the duplicate check
    codes: dict[str, Code] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)  # OAuth code -> userid
    _tokens: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _tasks: set[str] = field(default_factory=set)
    _same: dict[str, tuple[datetime, dict[str, Any]]] = field(default_factory=dict)
    _closed: dict[str, datetime] = field(default_factory=dict)
    _made: int = 0

    # what the test does
    def forget(self, clock: Clock | None = None) -> None:
        """As freshly started, at the same address, with a clock of its own if one is given."""
        vars(self).update(vars(FakeWeCom(clock or self.clock, self.address)))

    def fail(
        self, path: str, errcode: int = 0, message: str = "", *, http: int = 0,
        delay: float = 0, cut: bool = False, accepted: bool = False, times: int = 1,
        skip: int = 0,
    ) -> None:  # fmt: skip
        """Let the next calls of that path fail, after letting some of them pass.

        By a number, an HTTP status, an answer that breaks off (`cut`), or slowness (`delay`
        seconds). `accepted`: only the answer fails, after all was done that was asked.
        """
        self.faults.append(
            Fault(path, errcode, message, http, delay, cut, accepted, times, skip)
        )

    def expire_tokens(self, code: int = 42001) -> None:
        """Every token given out so far is refused with that number from now on."""
        self.expired += 1
        self._tokens = {token: (until, code) for token, (until, _) in self._tokens.items()}

    def asked(self, path: str) -> list[Call]:
        """The calls of that path, granted or not."""
        return [call for call in self.calls if call.path == path]

    def made(self, path: str) -> list[dict[str, Any]]:
        """What was asked of that path and granted."""
        return [call.body for call in self.asked(path) if call.errcode == 0]

    def refused(self) -> list[Call]:
        """Calls that this server, or a fault, has refused."""
        return [call for call in self.calls if call.errcode]

    def screen(self, member: str) -> list[Seen]:
        """What one member sees, in order."""
        return [one for one in self.outbox if one.member == member.casefold()]

    def told(self, member: str) -> list[str]:
        """The words one member sees, in order."""
        return [one.text for one in self.screen(member)]

    def member(self, userid: str, name: str = "", **more: Any) -> None:
        """Somebody of the corp; the user key is case-folded, the id keeps its spelling."""
        known = {"userid": userid, "name": name or userid, "department": [1], "order": [0]}
        self.members[userid.casefold()] = {**known, **more}

    def hold(self, data: bytes, mime: str = "image/jpeg", name: str = "photo.jpg") -> str:
        """A file a member has sent: its media_id."""
        return self._hold(Held(name, data, mime, self.clock.now() + MEDIA_LIVES))

    def press_code(self, seen: Seen) -> str:
        """A new response_code, as every press of a card brings one."""
        return self._code(seen.msgid)

    # what the server does
    async def serve(self, request: Request) -> Response:
        params, body, files = await _read(request)
        path = request.path_params["path"]
        shown = {key: value for key, value in params.items() if key not in HIDDEN}
        token = params.get("access_token", "")
        call = Call(path, shown, body, files, self.clock.now(), token=token)
        self.calls.append(call)
        fault = self._fault(path)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and not fault.accepted and (fault.http or fault.cut or fault.errcode):
            return _failing(call, fault)
        answer = self._answered(call, params)
        if fault and fault.accepted:
            return _failing(call, fault)
        return answer

    def _answered(self, call: Call, params: dict[str, str]) -> Response:
        action: Callable[[Call, dict[str, str]], Any] | None
        action = getattr(self, "do_" + call.path.replace("/", "_"), None)
        if action is None:
            call.errcode = 404
            return Response("<html>404 Not Found</html>", 404, media_type="text/html")
        try:
            if call.path not in FREE:
                self._authorized(params)
            found = action(call, params)
        except Rejected as why:
            call.errcode = why.number
            return JSONResponse({**_refusal(why.number, why.words), **why.more})
        call.errcode = 0
        if isinstance(found, Response):
            return found
        return JSONResponse({"errcode": 0, "errmsg": "ok", **found})

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.path != path or not fault.times:
                continue
            if fault.skip:
                fault.skip -= 1
                return None
            fault.times -= 1
            return fault
        return None

    def _authorized(self, params: dict[str, str]) -> None:
        token = params.get("access_token", "")
        if not token:
            raise Rejected(41001, "access_token missing")
        if token not in self._tokens:
            raise Rejected(40014, "invalid access_token")
        until, dead = self._tokens[token]
        if dead or until <= self.clock.now():
            raise Rejected(dead or 42001, "access_token expired")

    def _number(self, kind: str) -> str:
        self._made += 1
        return f"{kind}{self._made:06d}"

    def _code(self, msgid: str) -> str:
        code = self._number("code-")
        self.codes[code] = Code(msgid, self.clock.now() + CODE_LIVES)
        return code

    def _hold(self, held: Held) -> str:
        media_id = self._number("media-")
        self.media[media_id] = held
        return media_id

    def do_gettoken(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        if params.get("corpid") != CORP:
            raise Rejected(40013, "invalid corpid")
        if params.get("corpsecret") != SECRET:
            raise Rejected(40001, "invalid credential")
        now = self.clock.now()
        good = [one for one, (until, dead) in self._tokens.items() if until > now and not dead]
        token = good[0] if good else self._number("token-").ljust(512, "x")
        self._tokens.setdefault(token, (now + timedelta(seconds=self.lives), 0))
        left = int((self._tokens[token][0] - now).total_seconds())
        return {"access_token": token, "expires_in": left}

    def do_getcallbackip(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        return {"ip_list": ["203.0.113.20", "203.0.113.21"]}

    def do_agent_get(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        _agent(params)
        seen = [{"userid": one["userid"]} for one in self.members.values()]
        return {"agentid": AGENT, "name": "驻村通", "close": 0,
                "allow_userinfos": {"user": seen}}  # fmt: skip

    # messages
    def do_message_send(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        body = call.body
        _agent(body)
        if body.get("msgtype") not in KINDS or body["msgtype"] not in body:
            raise Rejected(40008, "invalid message type")
        reached, wrong = self._receivers(body)
        self._checked(body)
        if same := self._seen_before(body):
            return same
        answer = self._delivered(body, reached)
        answer["invaliduser"] = "|".join(wrong)
        self._remember(body, answer)
        return answer

    def _receivers(self, body: dict[str, Any]) -> tuple[list[str], list[str]]:
        named = [one for one in str(body.get("touser", "")).split("|") if one]
        if named == ["@all"]:
            named = list(self.members)
        if len(named) > 1000:
            raise Rejected(40032, "invalid userid list size")
        folded = list(dict.fromkeys(one.casefold() for one in named))
        wrong = [one for one in folded if not self._visible(one)]
        if len(wrong) == len(folded):
            raise Rejected(81013, "user & party & tag all invalid")
        return [one for one in folded if one not in wrong], wrong

    def _visible(self, member: str) -> bool:
        hidden = {one.casefold() for one in self.invisible}
        return member not in hidden and (not self.members or member in self.members)

    def _checked(self, body: dict[str, Any]) -> None:
        kind, content = body["msgtype"], body[body["msgtype"]]
        if kind == "text" and not str(content.get("content", "")):
            raise Rejected(44004, "empty content")
        if kind == "markdown" and len(str(content["content"]).encode()) > TEXT:
            raise Rejected(45002, "content size out of limit")
        if kind in SIZES and not self._good_media(content.get("media_id")):
            raise Rejected(40007, "invalid media_id")
        if kind == "template_card":
            check_card(content)
            self.advice += wordy(content)
            if self.task_first:
                self._fresh_task(content)

    def _good_media(self, media_id: Any) -> bool:
        held = self.media.get(str(media_id))
        return held is not None and held.until > self.clock.now()

    def _fresh_task(self, card: dict[str, Any]) -> None:
        if card.get("task_id") in self._tasks:
            raise Rejected(42014, "invalid task_id, it has been used")

    def _seen_before(self, body: dict[str, Any]) -> dict[str, Any] | None:
        until, answer = self._same.get(_canonical(body), (self.clock.now(), {}))
        if not body.get("enable_duplicate_check") or until <= self.clock.now():
            return None
        self.collapsed += 1
        return dict(answer)

    def _remember(self, body: dict[str, Any], answer: dict[str, Any]) -> None:
        seconds = min(int(body.get("duplicate_check_interval", 1800)), 4 * 3600)
        if body.get("enable_duplicate_check"):
            until = self.clock.now() + timedelta(seconds=seconds)
            self._same[_canonical(body)] = until, dict(answer)

    def _delivered(self, body: dict[str, Any], reached: list[str]) -> dict[str, Any]:
        kind, msgid = body["msgtype"], self._number("msg-")
        answer = {"msgid": msgid}
        content = json.loads(json.dumps(body[kind]))
        task = str(content.get("task_id", "")) if kind == "template_card" else ""
        if task:
            self._fresh_task(content)
            self._tasks.add(task)
        if kind == "template_card" and content["card_type"] not in {
            "text_notice",
            "news_notice",
        }:
            answer["response_code"] = self._code(msgid)
        for member in reached:
            words = self._words(kind, content)
            seen = Seen(member, kind, words, content, self.clock.now(), msgid, task)
            (self.dropped if self._too_many(member) else self.outbox).append(seen)
        return answer

    def _words(self, kind: str, content: dict[str, Any]) -> str:
        if kind in SIZES:
            held = self.media[content["media_id"]]
            return f"[{kind} {held.name} {len(held.data)}]"
        if kind == "template_card":
            return card_words(content)
        words = str(content.get("content") or content.get("title") or "")
        return words.encode()[:TEXT].decode(errors="ignore")

    def _too_many(self, member: str) -> bool:
        """The excess vanishes, and the sender is told that all is well."""
        now = self.clock.now()
        mine = [one.at for one in self.outbox if one.member == member and one.msgid != PASSIVE]
        return any(sum(at > now - span for at in mine) >= most for most, span in (MINUTE, HOUR))

    def do_message_update_template_card(
        self, call: Call, params: dict[str, str]
    ) -> dict[str, Any]:
        body = call.body
        _agent(body)
        code = self.codes.get(str(body.get("response_code")))
        if code is None or code.used or code.until <= self.clock.now():
            raise Rejected(60140, "invalid response_code")
        label = _new_label(body)
        members = {str(one).casefold() for one in body.get("userids", [])}
        changed = [
            one for one in self.outbox if one.msgid == code.msgid and one.member in members
        ]
        code.used = True
        for seen in changed:
            _replace(seen, body, label)
        absent = sorted(members - {one.member for one in changed})
        return {"invaliduser": absent}

    def do_message_recall(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        self.outbox[:] = [one for one in self.outbox if one.msgid != call.body.get("msgid")]
        return {}

    # files
    def do_media_upload(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        kind = params.get("type", "")
        if kind not in SIZES:
            raise Rejected(40004, "invalid media type")
        name, data = call.files.get("media", ("", b""))
        if not name or not data:
            raise Rejected(44001, "empty media data")
        if not 5 < len(data) <= SIZES[kind]:
            raise Rejected(40009 if kind == "image" else 40006, "invalid media size")
        if kind == "image" and not data.startswith((b"\xff\xd8", b"\x89PNG")):
            raise Rejected(40004, "invalid media type")
        mime = "image/jpeg" if kind == "image" else "application/octet-stream"
        media_id = self._hold(Held(name, data, mime, self.clock.now() + MEDIA_LIVES))
        return {"type": kind, "media_id": media_id,
                "created_at": str(int(self.clock.now().timestamp()))}  # fmt: skip

    def do_media_get(self, call: Call, params: dict[str, str]) -> Response:
        if not self._good_media(params.get("media_id")):
            raise Rejected(40007, "invalid media_id")
        held = self.media[params["media_id"]]
        named = {"Content-Disposition": f'attachment; filename="{len(held.data)}.bin"'}
        return Response(held.data, media_type=held.mime, headers=named)

    # menu, members, pages
    def do_menu_create(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        _agent(params)
        top = call.body.get("button", [])
        if not 1 <= len(top) <= 3 or any(len(one.get("sub_button", [])) > 5 for one in top):
            raise Rejected(40016, "invalid button size")
        for one in top:
            _menu_entry(one, 16)
            for below in one.get("sub_button", []):
                _menu_entry(below, 40)
        self.menu = call.body
        return {}

    def do_menu_get(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        _agent(params)
        return self.menu

    def do_user_list_id(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        rows = [
            {"userid": one["userid"], "department": department}
            for one in self.members.values()
            for department in one["department"]
        ]
        start, size = int(call.body.get("cursor") or 0), int(call.body.get("limit") or 10000)
        end = start + size
        return {"dept_user": rows[start:end],
                "next_cursor": str(end) if end < len(rows) else ""}  # fmt: skip

    def do_user_get(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        found = self.members.get(params.get("userid", "").casefold())
        if found is None:
            raise Rejected(60111, "userid not found")
        return {**found, "order": [0] * len(found["department"])}

    def do_user_getuserid(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        for one in self.members.values():
            if one.get("mobile") and one["mobile"] == call.body.get("mobile"):
                return {"userid": one["userid"]}
        raise Rejected(46004, "user not exist")

    def do_tag_list(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        return {
            "taglist": [{"tagid": id, "tagname": name} for id, (name, _) in self.tags.items()]
        }

    def do_tag_get(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        if int(params.get("tagid", 0)) not in self.tags:
            raise Rejected(40068, "invalid tagid")
        name, userids = self.tags[int(params["tagid"])]
        return {"tagname": name, "userlist": [{"userid": one, "name": one} for one in userids],
                "partylist": []}  # fmt: skip

    def do_auth_getuserinfo(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        """Good once; a stranger has an openid instead of a userid."""
        who = self.logins.pop(params.get("code", ""), None)
        if who is None:
            raise Rejected(40029, "invalid code")
        return {"userid": who} if self._visible(who.casefold()) else {"openid": f"o-{who}"}

    def do_batch_openuserid_to_userid(
        self, call: Call, params: dict[str, str]
    ) -> dict[str, Any]:
        """A smart bot's member ids, `open-` and the id here."""
        pairs = [
            {"open_userid": one, "userid": one.removeprefix("open-")}
            for one in call.body.get("open_userid_list", [])
            if one.startswith("open-") and self._visible(one.removeprefix("open-").casefold())
        ]
        good = {one["open_userid"] for one in pairs}
        wrong = [one for one in call.body.get("open_userid_list", []) if one not in good]
        return {"userid_list": pairs, "invalid_open_userid_list": wrong}

    def do_get_jsapi_ticket(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        return {"ticket": self._number("jsapi-"), "expires_in": self.lives}

    def do_ticket_get(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        if params.get("type") != "agent_config":
            raise Rejected(40058, "invalid type")
        return {"ticket": self._number("agent-"), "expires_in": self.lives}

    # group robots
    def do_webhook_send(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        key, now = params.get("key", ""), self.clock.now()
        if key not in self.webhooks:
            raise Rejected(93000, "invalid webhook url")
        mine = [one for one in self.groups if one.member == self.webhooks[key]]
        if sum(one.at > now - MINUTE[1] for one in mine) >= 20:
            self._closed[key] = now + MINUTE[1]
        if self._closed.get(key, now) > now:
            raise Rejected(45009, "api freq out of limit")
        self._posted(call.body, self.webhooks[key])
        return {}

    def do_webhook_upload_media(self, call: Call, params: dict[str, str]) -> dict[str, Any]:
        if params.get("key") not in self.webhooks:
            raise Rejected(93000, "invalid webhook url")
        return self.do_media_upload(call, params)

    def _posted(self, body: dict[str, Any], name: str) -> None:
        kind = body.get("msgtype", "")
        if kind not in {
            "text",
            "markdown",
            "markdown_v2",
            "image",
            "news",
            "file",
            "template_card",
        }:
            raise Rejected(40008, "invalid message type")
        words = str(body.get(kind, {}).get("content", ""))
        if kind.startswith("markdown") and len(words.encode()) > 4096:
            raise Rejected(40058, "markdown.content exceed max length 4096")
        if kind == "text":
            words = words.encode()[:TEXT].decode(errors="ignore")
        seen = Seen(name, kind, words, body[kind], self.clock.now(), self._number("msg-"))
        self.groups.append(seen)


def _agent(facts: dict[str, Any]) -> None:
    if str(facts.get("agentid", "")) != str(AGENT):
        raise Rejected(40056, "invalid agentid")


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)


def _new_label(body: dict[str, Any]) -> str:
    """What the card says from now on instead of its buttons; '' when it has new ones."""
    if label := (body.get("button") or {}).get("replace_name"):
        return str(label)
    card = body.get("template_card")
    if not card:
        raise Rejected(40058, "button or template_card is missing")
    check_card(card, update=True)
    return str(card.get("replace_text", ""))


def _replace(seen: Seen, body: dict[str, Any], label: str) -> None:
    if card := body.get("template_card"):
        seen.body, seen.text = card, card_words(card)
    seen.replaced = label


def _menu_entry(entry: dict[str, Any], longest: int) -> None:
    if not 1 <= len(entry.get("name", "").encode()) <= longest:
        raise Rejected(40018 if longest == 16 else 40025, "invalid button name size")
    if entry.get("sub_button"):
        return
    if len(entry.get("key", "").encode()) > 128 or len(entry.get("url", "").encode()) > 1024:
        raise Rejected(40019, "invalid button key size")
    if "type" not in entry or not (entry.get("key") or entry.get("url")):
        raise Rejected(40017, "invalid button type")


def _refusal(number: int, words: str) -> dict[str, Any]:
    """A refusal as the real one words it."""
    hint = f"hint: [1790000000000000{abs(number) % 1000:03d}]"
    more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={number}"
    said = f"{words}, {hint}, from ip: {ADDRESS_OF_OURS}, {more}"
    return {"errcode": number, "errmsg": said}


def _failing(call: Call, fault: Fault) -> Response:
    if fault.cut:  # more is promised than comes
        return _Broken(iter([b'{"errcode":']), headers={"Content-Length": "100"})
    if fault.http:
        away = {"Location": "/cgi-bin/getcallbackip"} if 300 <= fault.http < 400 else {}
        words = "<html>Bad Gateway</html>"
        return Response(words, fault.http, headers=away, media_type="text/html")
    call.errcode = fault.errcode
    return JSONResponse(_refusal(fault.errcode, fault.message or "fault"))


class _Broken(StreamingResponse):
    """An answer that stops in the middle: the connection is closed."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        await send({"type": "http.response.body", "body": b'{"errcode":', "more_body": True})


async def _read(
    request: Request,
) -> tuple[dict[str, str], dict[str, Any], dict[str, tuple[str, bytes]]]:
    params, files = dict(request.query_params), {}
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            for key, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[key] = (value.filename or "", await value.read())
        return params, {}, files
    raw = await request.body()
    return params, json.loads(raw) if raw else {}, files


@contextmanager
def fake_wecom(clock: Clock) -> Iterator[FakeWeCom]:
    """The server, running on a free port of loopback."""
    fake = FakeWeCom(clock)
    route = Route("/cgi-bin/{path:path}", fake.serve, methods=["GET", "POST"])
    with running([route]) as fake.address:
        yield fake
