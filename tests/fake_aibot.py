"""WeCom's smart bot service on loopback, in a thread of its own: strict about what it is told.

One connection a bot (a new one throws out the old), req_ids with their times, cards by their
numbers (42027-42051), streams of six minutes, 30 messages a minute and chat, uploads in pieces
with md5, files encrypted behind links. Its clock can be put forward; it fails on demand.
"""

import asyncio
import base64
import hashlib
import http
import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

BOT, SECRET = "aib-test", "BotSecretThatMustNeverBeSeenInALog"
MOST = 20_480  # bytes of a message
TASK = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|\*\*(.+?)\*\*", re.DOTALL)
OUT = frozenset(
    {
        "aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_respond_update_msg",
        "aibot_send_msg",
    }
)  # fmt: skip


class Refusal(Exception):
    """The answer is an error."""

    def __init__(self, number: int, said: str = "") -> None:
        super().__init__(number)
        self.number, self.said = number, said


@dataclass
class Ask:
    """An exchange somebody has opened: a message, an entry, a press."""

    kind: str
    user: str
    at: float
    task: str = ""
    closed: bool = False


@dataclass
class Shown:
    """One message on a screen."""

    user: str
    cmd: str
    kind: str
    text: str = ""
    card: dict[str, Any] = field(default_factory=dict)
    media: str = ""


@dataclass
class Upload:
    facts: dict[str, Any]
    pieces: dict[int, bytes] = field(default_factory=dict)


@dataclass
class FakeAibot:
    """The service; tests change it from outside its thread."""

    url: str = ""
    limit: int = 30  # messages a minute and chat; 0: none
    drop_pongs: int = 0
    drop_acks: int = 0
    slow: float = 0  # seconds until an answer
    wrong_secret: bool = False
    frames: list[dict[str, Any]] = field(default_factory=list)
    screen: list[Shown] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    subscribes: int = 0
    wrote: set[str] = field(default_factory=set)
    asks: dict[str, Ask] = field(default_factory=dict)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    blobs: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)
    live: ServerConnection | None = None
    ahead: float = 0
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _faults: list[list[Any]] = field(default_factory=list)
    _uploads: dict[str, Upload] = field(default_factory=dict)
    _times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _open: Counter[str] = field(default_factory=Counter)
    _count: int = 0
    _subscribed: bool = False

    # what tests do
    def forget(self) -> None:
        """As new, on the same address."""
        url, loop = self.url, self.loop
        self.__init__(url=url, loop=loop)  # type: ignore[misc]

    def fail(self, cmd: str, number: int, times: int = 1) -> None:
        """The next frames of that kind are refused."""
        self._faults.append([cmd, number, times])

    def later(self, seconds: float) -> None:
        """Its clock goes forward."""
        self.ahead += seconds

    def unsubscribe(self) -> None:
        """It forgets the subscription and says nothing (846609 from now on)."""
        self._subscribed = False

    def do(self, what: Any) -> Any:
        """Run a coroutine in its thread."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(5)

    def close(self, code: int = 1000) -> None:
        """A clean end."""
        if self.live:
            self.do(self.live.close(code))

    def abort(self) -> None:
        """The cable is cut."""
        self.loop.call_soon_threadsafe(self._abort)

    def cut_mid_frame(self) -> None:
        """Half a frame, then nothing."""
        self.loop.call_soon_threadsafe(self._half)

    def displace(self) -> None:
        """Somebody else connects as this bot."""
        self.push(self.event("", "disconnected_event"))
        self.close()

    def push(self, *frames: dict[str, Any]) -> None:
        """Send frames to whoever is connected."""
        for frame in frames:
            self.raw(json.dumps(frame, ensure_ascii=False))

    def raw(self, words: str) -> None:
        """Send anything at all."""
        assert self.live
        self.do(self.live.send(words))

    def message(self, user: str, kind: str = "text", **content: Any) -> dict[str, Any]:
        """A member's message; its exchange is open from now on."""
        req_id = self._number("req")
        self.wrote.add(user.casefold())
        self.asks[req_id] = Ask("message", user.casefold(), self.now())
        body = {
            "msgid": self._number("msg"), "aibotid": BOT, "chattype": "single",
            "from": {"userid": user}, "response_url": f"{self.http}/door?response_code=RC",
            "msgtype": kind, kind: content,
        }  # fmt: skip
        return {"cmd": "aibot_msg_callback", "headers": {"req_id": req_id}, "body": body}

    def event(self, user: str, kind: str, task: str = "", **details: Any) -> dict[str, Any]:
        """An event, its details as given: nested, flat, in CamelCase."""
        req_id = self._number("req")
        self.asks[req_id] = Ask(kind, user.casefold(), self.now(), task)
        body = {
            "msgid": self._number("msg"), "aibotid": BOT, "chattype": "single",
            "from": {"userid": user}, "msgtype": "event", "create_time": int(self.now()),
            "event": {"eventtype": kind, **details},
        }  # fmt: skip
        return {"cmd": "aibot_event_callback", "headers": {"req_id": req_id}, "body": body}

    def click(self, user: str, token: str, task: str = "t1") -> dict[str, Any]:
        """A press, nested as on WeCom's page."""
        facts = {"event_key": token, "task_id": task, "card_type": "button_interaction"}
        return self.event(user, "template_card_event", task, template_card_event=facts)

    def file(self, name: str, data: bytes, *, size: int = 0) -> dict[str, str]:
        """A file behind a link, encrypted; `size`: what its length is said to be."""
        key = hashlib.sha256(name.encode()).digest()
        pad = 32 - len(data) % 32
        cipher = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
        sealed = cipher.update(data + bytes([pad]) * pad) + cipher.finalize()
        self.blobs[name] = (sealed, size or len(sealed))
        return {
            "url": f"{self.http}/media/{name}",
            "aeskey": base64.b64encode(key).decode().rstrip("="),
        }

    def told(self, user: str) -> list[Shown]:
        """What stands on a member's screen."""
        return [one for one in self.screen if one.user == user.casefold()]

    def of(self, cmd: str) -> list[dict[str, Any]]:
        """The frames of one kind that came in."""
        return [one for one in self.frames if one["cmd"] == cmd]

    def until(self, true: Callable[[], bool], seconds: float = 5) -> None:
        """Wait until something is so."""
        ends = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < ends, "it never came to pass"
            time.sleep(0.005)

    @property
    def http(self) -> str:
        return self.url.replace("ws://", "http://")

    def now(self) -> float:
        return time.time() + self.ahead

    # the service
    def _number(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{id(self):x}-{self._count}"

    def _abort(self) -> None:
        if self.live:
            self.live.transport.abort()

    def _half(self) -> None:
        if self.live:
            self.live.transport.write(b'\x81\x7e\x01\x00{"cmd": "aibot_msg_call')
            self.live.transport.close()

    async def serve(self, ws: ServerConnection) -> None:
        """One connection from its beginning to its end."""
        try:
            async for words in ws:
                frame = json.loads(words)
                self.frames.append(frame)
                asyncio.get_running_loop().create_task(self._answer(ws, frame))
        except ConnectionClosed:
            pass
        finally:
            if self.live is ws:
                self.live, self._subscribed = None, False

    async def _answer(self, ws: ServerConnection, frame: dict[str, Any]) -> None:
        req_id = frame["headers"]["req_id"]
        self._open[req_id] += 1
        if self._open[req_id] > 1:
            self.violations.append(f"two frames of {req_id} at once")
        try:
            body = await self._outcome(ws, frame)
            answer = {"errcode": 0, "errmsg": "ok", **({"body": body} if body else {})}
        except Refusal as why:
            said = why.said or f"refused, hint: [{req_id}], from ip: 127.0.0.1"
            answer = {"errcode": why.number, "errmsg": said}
        await asyncio.sleep(self.slow)
        self._open[req_id] -= 1
        if self._swallowed(frame["cmd"]):
            return
        try:
            await ws.send(json.dumps({"headers": {"req_id": req_id}, **answer}))
        except ConnectionClosed:
            return

    def _swallowed(self, cmd: str) -> bool:
        if cmd == "ping" and self.drop_pongs > 0:
            self.drop_pongs -= 1
            return True
        if cmd in OUT and self.drop_acks > 0:
            self.drop_acks -= 1
            return True
        return False

    async def _outcome(self, ws: ServerConnection, frame: dict[str, Any]) -> dict[str, Any]:
        cmd, body = frame["cmd"], frame.get("body", {})
        if cmd == "ping" and "body" in frame:
            self.violations.append("a ping with a body")
        for fault in self._faults:
            if fault[0] == cmd and fault[2] > 0:
                fault[2] -= 1
                raise Refusal(fault[1])
        if cmd == "aibot_subscribe":
            return await self._subscribe(ws, body)
        if not self._subscribed or self.live is not ws:
            if cmd == "ping":
                return {}  # pings look fine while nothing is subscribed (wecom.md §7)
            raise Refusal(846609, "aibot websocket not subscribed")
        doors: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
            "ping": lambda body, req_id: {},
            "aibot_respond_msg": self._respond,
            "aibot_respond_welcome_msg": self._welcome,
            "aibot_respond_update_msg": self._update,
            "aibot_send_msg": self._send,
            "aibot_upload_media_init": self._init,
            "aibot_upload_media_chunk": self._chunk,
            "aibot_upload_media_finish": self._finish,
        }
        if cmd not in doors:
            raise Refusal(40058)
        return doors[cmd](body, frame["headers"]["req_id"])

    async def _subscribe(self, ws: ServerConnection, body: dict[str, Any]) -> dict[str, Any]:
        self.subscribes += 1
        if self.wrong_secret or body != {"bot_id": BOT, "secret": SECRET}:
            raise Refusal(853000, "invalid bot_id or secret")
        before, self.live, self._subscribed = self.live, ws, True
        if before and before is not ws:
            event = self.event("", "disconnected_event")
            await before.send(json.dumps(event))
            await before.close()
        return {}

    def _exchange(self, req_id: str, kind: str, seconds: float) -> Ask:
        ask = self.asks.get(req_id)
        late = ask is not None and self.now() - ask.at > seconds
        if ask is None or ask.kind != kind or late or ask.closed:
            raise Refusal(846605, "invalid req_id")
        return ask

    def _respond(self, body: dict[str, Any], req_id: str) -> dict[str, Any]:
        ask = self._exchange(req_id, "message", 86_400)
        self._show(ask.user, "respond", body)
        return {}

    def _welcome(self, body: dict[str, Any], req_id: str) -> dict[str, Any]:
        ask = self._exchange(req_id, "enter_chat", 5)
        if body.get("msgtype") not in {"text", "template_card"}:
            raise Refusal(40008)
        self._show(ask.user, "welcome", body)
        ask.closed = True
        return {}

    def _update(self, body: dict[str, Any], req_id: str) -> dict[str, Any]:
        ask = self._exchange(req_id, "template_card_event", 5)
        card = body.get("template_card", {})
        if body.get("response_type") != "update_template_card":
            raise Refusal(40058)
        if card.get("task_id") != ask.task:
            raise Refusal(42014)
        check_card(card)
        ask.closed = True
        for one in self.told(ask.user):
            if one.card.get("task_id") == ask.task:
                one.card = card
        return {}

    def _send(self, body: dict[str, Any], _: str) -> dict[str, Any]:
        if body.get("chat_type") not in {1, 2}:
            self.violations.append("a push without chat_type")
        user = str(body.get("chatid", "")).casefold()
        if user not in self.wrote:
            raise Refusal(93006)
        if body.get("msgtype") not in {"markdown", "template_card", "image", "file"}:
            raise Refusal(40008)
        if body["msgtype"] == "template_card" and body["chat_type"] == 2:
            raise Refusal(40008)
        self._show(user, "push", body)
        return {}

    def _show(self, user: str, cmd: str, body: dict[str, Any]) -> None:
        self._count_chat(user)
        kind = body["msgtype"]
        facts = body[kind]
        if kind == "template_card":
            self._new_task(facts.get("task_id", ""))
            check_card(facts)
            self.screen.append(Shown(user, cmd, kind, card_text(facts), facts))
        elif kind in {"image", "file"}:
            if facts["media_id"] not in self.media:
                raise Refusal(40007)
            name = self.media[facts["media_id"]][0]
            self.screen.append(Shown(user, cmd, kind, media=name))
        else:
            self._words(user, cmd, kind, facts)

    def _words(self, user: str, cmd: str, kind: str, facts: dict[str, Any]) -> None:
        content = facts["content"]
        if kind == "stream" and not facts.get("finish"):
            self.violations.append("a stream left open")
        if not 0 < len(content.encode()) <= MOST:
            raise Refusal(45002)
        text = content if kind == "text" else rendered(content)
        self.screen.append(Shown(user, cmd, kind, text))

    def _count_chat(self, user: str) -> None:
        times = [one for one in self._times[user] if one > self.now() - 60]
        if self.limit and len(times) >= self.limit:
            raise Refusal(45009, "api minute-quota reach limit")
        self._times[user] = [*times, self.now()]

    def _new_task(self, task: str) -> None:
        if not TASK.fullmatch(task) or task in self.tasks:
            raise Refusal(42014)
        self.tasks.add(task)

    def _init(self, body: dict[str, Any], _: str) -> dict[str, Any]:
        most = {"image": 2 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
        if body["type"] not in most or len(body["filename"].encode()) > 256:
            raise Refusal(40004)
        if not 5 <= body["total_size"] <= most[body["type"]] or body["total_chunks"] > 100:
            raise Refusal(40006)
        name = self._number("upload")
        self._uploads[name] = Upload(body)
        return {"upload_id": name}

    def _chunk(self, body: dict[str, Any], _: str) -> dict[str, Any]:
        upload, index = self._uploads[body["upload_id"]], body["chunk_index"]
        piece = base64.b64decode(body["base64_data"], validate=True)
        if not 0 <= index < upload.facts["total_chunks"] or len(piece) > 512 << 10:
            raise Refusal(40058)
        upload.pieces[index] = piece
        return {}

    def _finish(self, body: dict[str, Any], _: str) -> dict[str, Any]:
        upload = self._uploads[body["upload_id"]]
        data = b"".join(upload.pieces[at] for at in sorted(upload.pieces))
        if hashlib.md5(data).hexdigest() != upload.facts["md5"]:
            raise Refusal(40058, "md5")
        if len(data) != upload.facts["total_size"]:
            raise Refusal(40006)
        name = self._number("media")
        self.media[name] = (upload.facts["filename"], data)
        return {"media_id": name, "type": upload.facts["type"]}

    def serve_file(self, _: ServerConnection, request: Request) -> Response | None:
        """Files lie behind plain HTTP on the same address."""
        if not request.path.startswith("/media/"):
            return None
        data, size = self.blobs.get(request.path.removeprefix("/media/"), (b"", -1))
        status = http.HTTPStatus.OK if size >= 0 else http.HTTPStatus.NOT_FOUND
        headers = Headers({"Content-Length": str(max(size, 0)), "Connection": "close"})
        return Response(status.value, status.phrase, headers, data)


def rendered(markdown: str) -> str:
    """What a member reads: escapes and bold are gone."""
    return ESCAPED.sub(lambda found: found[1] or rendered(found[2]), markdown)


def card_text(card: dict[str, Any]) -> str:
    """The words of a card, title first."""
    parts = (card["main_title"]["title"], card.get("sub_title_text", ""))
    return "\n".join(part for part in parts if part)


def check_card(card: dict[str, Any]) -> None:
    """Refuse what WeCom refuses (wecom.md §5)."""
    kind = card.get("card_type")
    if kind not in {"button_interaction", "vote_interaction", "multiple_interaction"}:
        raise Refusal(42045 if kind in {"text_notice", "news_notice"} else 42031)
    if not card.get("main_title", {}).get("title"):
        raise Refusal(42027)
    keys = (
        _button_keys(card["button_list"]) if kind == "button_interaction" else _vote_keys(card)
    )
    if len(keys) != len(set(keys)):
        raise Refusal(42051)


def _button_keys(buttons: list[dict[str, Any]]) -> list[str]:
    if not 1 <= len(buttons) <= 6:
        raise Refusal(42039)
    for one in buttons:
        if not 0 < len(one["text"]) <= 10:
            raise Refusal(42038)
        if not 0 < len(one["key"].encode()) <= 1024 or one["style"] not in {1, 2, 4}:
            raise Refusal(42039)
    return [one["key"] for one in buttons]


def _vote_keys(card: dict[str, Any]) -> list[str]:
    options = card["checkbox"]["option_list"]
    if not 1 <= len(options) <= 20 or not card["submit_button"]["text"]:
        raise Refusal(42037)
    if any(not 0 < len(one["id"].encode()) <= 128 or len(one["text"]) > 11 for one in options):
        raise Refusal(42037)
    return [one["id"] for one in options]


@contextmanager
def fake_aibot() -> Iterator[FakeAibot]:
    """The service, running on a free port of loopback."""
    fake = FakeAibot()
    up = threading.Event()
    thread = threading.Thread(target=_run, args=(fake, up), daemon=True)
    thread.start()
    assert up.wait(5)
    try:
        yield fake
    finally:
        fake.loop.call_soon_threadsafe(fake.loop.stop)
        thread.join(timeout=5)


def _run(fake: FakeAibot, up: threading.Event) -> None:
    asyncio.set_event_loop(fake.loop)
    server = fake.loop.run_until_complete(_served(fake))
    fake.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    up.set()
    fake.loop.run_forever()
    fake.loop.run_until_complete(_stopped(server))
    fake.loop.close()


async def _served(fake: FakeAibot) -> Server:
    return await serve(
        fake.serve, "127.0.0.1", 0, process_request=fake.serve_file, ping_interval=None,
        max_size=4 << 20, close_timeout=0.2,
    )  # fmt: skip


async def _stopped(server: Server) -> None:
    server.close()
    await server.wait_closed()
    tasks = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
