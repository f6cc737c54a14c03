"""A Bot API server on loopback, in a thread of its own: strict about what it is told.

It keeps updates until they are confirmed, answers long polls, checks every call that comes in
(lengths in UTF-16 units, HTML, keyboards, file sizes), serves files, pushes to a webhook, and
fails on demand: before or after it has accepted a message. What it says is what Telegram's own
server says (telegram.md §6.5), so the error mapping is proved against real sentences.
"""

import asyncio
import json
import re
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "777000:AAFakeTokenThatMustNeverBeSeenInALog"
NAME = "zhucun_test_bot"
TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a"}


class Rejected(Exception):
    """The answer is not ok: status, words, parameters."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    facts: dict[str, Any]
    files: dict[str, tuple[str, bytes]]
    at: float
    ok: bool = False
    refusal: str = ""


@dataclass
class Fault:
    """What goes wrong with the next calls of one method."""

    method: str
    status: int
    description: str
    parameters: dict[str, int]
    accepted: bool
    chat: str | None
    times: int
    skip: int


@dataclass
class FakeBotApi:
    """The state of the server; the tests change it from outside."""

    address: str = ""
    pending: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    messages: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    moved: dict[str, int] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    rate: int = 0  # messages a second it puts up with; 0: any number
    longest_poll: float = 0.3  # seconds a poll without updates really takes here
    _message_id: int = 100
    _update_id: int = 5000
    _polls: int = 0

    # what the test does
    def forget(self) -> None:
        """As freshly started, at the same address."""
        vars(self).update(vars(FakeBotApi(self.address)))

    @property
    def base_url(self) -> str:
        return f"{self.address}/bot"

    @property
    def file_url(self) -> str:
        return f"{self.address}/file/bot"

    def update(self, kind: str, body: Any, update_id: int | None = None) -> dict[str, Any]:
        """Something happened on somebody's phone."""
        self._update_id = update_id if update_id is not None else self._update_id + 1
        made = {"update_id": self._update_id, kind: body}
        self.pending.append(made)
        return made

    def text(self, who: int, text: str, **more: Any) -> dict[str, Any]:
        """A person writes to the bot."""
        self._message_id += 1
        return self.update("message", message(who, self._message_id, text=text, **more))

    def press(self, who: int, token: str) -> dict[str, Any]:
        """A person presses a button."""
        self._message_id += 1
        body = {
            "id": f"q{self._message_id}", "from": person(who), "data": token,
            "chat_instance": "1", "message": message(who, 1, text="…"),
        }  # fmt: skip
        return self.update("callback_query", body)

    def fail(
        self, method: str, status: int, description: str = "", *, accepted: bool = False,
        chat: int | None = None, times: int = 1, skip: int = 0, **parameters: int,
    ) -> None:  # fmt: skip
        """Let the next calls of that method fail, after letting some of them pass.

        `accepted`: only the answer fails, after all was done that was asked.
        """
        who = None if chat is None else str(chat)
        fault = Fault(method, status, description, parameters, accepted, who, times, skip)
        self.faults.append(fault)

    def made(self, method: str) -> list[dict[str, Any]]:
        """What was asked of that method and granted."""
        return [call.facts for call in self.calls if call.method == method and call.ok]

    def told(self, who: int) -> list[str]:
        """The words one person has on the screen, in order; edits applied."""
        found = [one for (chat, _), one in sorted(self.messages.items()) if chat == str(who)]
        return [one["text"] for one in found]

    def offsets(self) -> list[Any]:
        """From where each poll wanted to go on; None: from whatever is there."""
        return [one.facts.get("offset") for one in self.calls if one.method == "getUpdates"]

    def refused(self) -> list[Call]:
        """Calls that this server, or a fault, has refused."""
        return [call for call in self.calls if call.refusal]

    # what the server does
    async def serve(self, request: Request) -> Response:
        facts, files = await _read(request)
        method = request.path_params["method"]
        call = Call(method, facts, files, time.monotonic())
        self.calls.append(call)
        try:
            if request.path_params["token"] != TOKEN:
                raise Rejected(401, "Unauthorized")
            fault = self._fault(method, str(facts.get("chat_id", "")))
            if fault and not fault.accepted:
                raise Rejected(fault.status, fault.description, **fault.parameters)
            action: Callable[[Call], Any] | None = getattr(self, f"do_{method}", None)
            if action is None:
                raise Rejected(404, "Not Found")
            result = action(call)
            if asyncio.iscoroutine(result):
                result = await result
            call.ok = True
            if fault:
                return _failed(Rejected(fault.status, fault.description, **fault.parameters))
        except Rejected as why:
            call.refusal = f"{why.status} {why.description}"
            return _failed(why)
        return JSONResponse({"ok": True, "result": result})

    async def download(self, request: Request) -> Response:
        path = request.path_params["path"]
        if request.path_params["token"] != TOKEN or path not in self.blobs:
            return JSONResponse({"ok": False, "description": "Not Found"}, 404)
        return Response(self.blobs[path])

    def _fault(self, method: str, chat: str) -> Fault | None:
        for fault in self.faults:
            if fault.method != method or not fault.times or fault.chat not in {None, chat}:
                continue
            if fault.skip:
                fault.skip -= 1
                return None
            fault.times -= 1
            return fault
        return None

    def do_getMe(self, call: Call) -> dict[str, Any]:
        return {"id": 777000, "is_bot": True, "first_name": "驻村通", "username": NAME}

    async def do_getUpdates(self, call: Call) -> list[dict[str, Any]]:
        if self.webhook:
            raise Rejected(409, "Conflict: can't use getUpdates method while webhook is active")
        self._polls += 1
        mine = self._polls
        offset, limit = int(call.facts.get("offset", 0)), int(call.facts.get("limit", 100))
        if offset:
            self.pending[:] = [one for one in self.pending if one["update_id"] >= offset]
        until = time.monotonic() + min(float(call.facts.get("timeout", 0)), self.longest_poll)
        while not self.pending and time.monotonic() < until:
            await asyncio.sleep(0.01)
            if self._polls != mine:
                raise Rejected(409, "Conflict: terminated by other getUpdates request")
        return self.pending[: max(1, min(limit, 100))]

    def do_deleteWebhook(self, call: Call) -> bool:
        if call.facts.get("drop_pending_updates"):
            self.pending.clear()
        self.webhook = {}
        return True

    def do_setWebhook(self, call: Call) -> bool:
        facts = call.facts
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", facts.get("secret_token", "")):
            raise Rejected(400, "Bad Request: secret token contains unallowed characters")
        if not facts["url"].startswith(("https://", "http://127.0.0.1")):
            raise Rejected(
                400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
            )
        self.webhook = facts
        return True

    def do_setMyCommands(self, call: Call) -> bool:
        for one in call.facts["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]):
                raise Rejected(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(one["description"]) <= 256:
                raise Rejected(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        return True

    def do_answerCallbackQuery(self, call: Call) -> bool:
        if not str(call.facts.get("callback_query_id", "")).startswith("q"):
            raise Rejected(400, "Bad Request: query is too old and response timeout expired")
        return True

    def do_sendMessage(self, call: Call) -> dict[str, Any]:
        chat = self._chat(call.facts)
        text = _visible(call.facts)
        _length(text, 4096, "Bad Request: message is too long")
        _keyboard(call.facts)
        return self._new(chat, text=text, markup=call.facts.get("reply_markup"))

    def do_editMessageText(self, call: Call) -> dict[str, Any]:
        chat = self._chat(call.facts)
        found = self.messages.get((chat, int(call.facts["message_id"])))
        if found is None:
            raise Rejected(400, "Bad Request: message to edit not found")
        if found["file"]:
            raise Rejected(400, "Bad Request: there is no text in the message to edit")
        text = _visible(call.facts)
        _length(text, 4096, "Bad Request: message is too long")
        _keyboard(call.facts)
        markup = call.facts.get("reply_markup")
        if (text, markup) == (found["text"], found["markup"]):
            raise Rejected(
                400,
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message",
            )
        found.update(text=text, markup=markup)
        return _sent(chat, int(call.facts["message_id"]), text)

    def do_sendPhoto(self, call: Call) -> dict[str, Any]:
        return self._file(call, "photo", 10 << 20)

    def do_sendDocument(self, call: Call) -> dict[str, Any]:
        return self._file(call, "document", 50 << 20)

    def do_getFile(self, call: Call) -> dict[str, Any]:
        path = str(call.facts["file_id"])
        if path not in self.blobs:
            raise Rejected(400, "Bad Request: invalid file_id")
        size = len(self.blobs[path])
        if size > 20 << 20:
            raise Rejected(400, "Bad Request: file is too big")
        return {
            "file_id": path,
            "file_unique_id": f"u{path}",
            "file_size": size,
            "file_path": path,
        }

    def _file(self, call: Call, kind: str, limit: int) -> dict[str, Any]:
        chat = self._chat(call.facts)
        if kind not in call.files:
            raise Rejected(400, f"Bad Request: there is no {kind} in the request")
        name, data = call.files[kind]
        if len(data) > limit:
            raise Rejected(413, "Request Entity Too Large")
        if kind == "photo" and not data.startswith((b"\xff\xd8", b"\x89PNG")):
            raise Rejected(400, "Bad Request: IMAGE_PROCESS_FAILED")
        if kind == "photo" and data[12:16] == b"IHDR":
            wide, high = struct.unpack(">II", data[16:24])
            if wide + high > 10_000 or max(wide, high) > 20 * min(wide, high):
                raise Rejected(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        caption = call.facts.get("caption", "")
        if caption:
            _length(caption, 1024, "Bad Request: message caption is too long")
        return self._new(chat, text=f"{caption}[{kind} {name} {len(data)}]", file=kind)

    def _chat(self, facts: dict[str, Any]) -> str:
        chat = str(facts.get("chat_id", ""))
        if not re.fullmatch(r"-?\d+", chat) or chat in self.gone:
            raise Rejected(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise Rejected(403, "Forbidden: bot was blocked by the user")
        if chat in self.moved:
            raise Rejected(
                400, "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved[chat],
            )  # fmt: skip
        if self.rate and self._lately() > self.rate:
            raise Rejected(429, "Too Many Requests: retry after 1", retry_after=1)
        return chat

    def _lately(self) -> int:
        return sum(
            call.method.startswith("send") and call.at > time.monotonic() - 1
            for call in self.calls
        )

    def _new(
        self, chat: str, *, text: str, markup: Any = None, file: str = ""
    ) -> dict[str, Any]:
        self._message_id += 1
        self.messages[chat, self._message_id] = {"text": text, "markup": markup, "file": file}
        return _sent(chat, self._message_id, text)

    def push(self, update: dict[str, Any], secret: str | None = None) -> int:
        """Deliver one update to the webhook, once; returns the status of the answer."""
        given = self.webhook["secret_token"] if secret is None else secret
        request = urllib.request.Request(
            self.webhook["url"],
            json.dumps(update).encode(),
            {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": given},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


def person(who: int) -> dict[str, Any]:
    return {"id": who, "is_bot": False, "first_name": "某", "language_code": "zh-hans"}


def message(who: int, message_id: int, **content: Any) -> dict[str, Any]:
    chat = {"id": who, "type": "private", "first_name": "某"}
    return {
        "message_id": message_id,
        "from": person(who),
        "chat": chat,
        "date": int(time.time()),
        **content,
    }


class _Html(HTMLParser):
    """Telegram's HTML: few tags, all of them closed, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in TAGS:
            raise Rejected(
                400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"'
            )
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Rejected(400, "Bad Request: can't parse entities: Unexpected end tag")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _visible(facts: dict[str, Any]) -> str:
    """The words of a message as they appear."""
    text = str(facts.get("text", ""))
    if facts.get("parse_mode") != "HTML":
        return text.strip()
    if re.search(r"<(?![/a-z])|&(?!(?:lt|gt|amp|quot|#\d+);)", text):
        raise Rejected(
            400, "Bad Request: can't parse entities: Unsupported or unescaped character"
        )
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise Rejected(400, "Bad Request: can't parse entities: Can't find end tag")
    return "".join(parser.words).strip()


def _length(text: str, limit: int, words: str) -> None:
    if not text:
        raise Rejected(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > limit:
        raise Rejected(400, words)


def _keyboard(facts: dict[str, Any]) -> None:
    rows = (facts.get("reply_markup") or {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in rows):
        raise Rejected(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if not button.get("text"):
            raise Rejected(400, "Bad Request: inline keyboard button text must be non-empty")
        if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise Rejected(400, "Bad Request: BUTTON_DATA_INVALID")


def _sent(chat: str, message_id: int, text: str) -> dict[str, Any]:
    kind = "supergroup" if chat.startswith("-") else "private"
    return {
        "message_id": message_id, "date": int(time.time()), "text": text,
        "chat": {"id": int(chat), "type": kind}, "from": {**person(777000), "is_bot": True},
    }  # fmt: skip


def _failed(why: Rejected) -> Response:
    if why.status == 502:  # a proxy before the real server answers in its own way
        return Response("<html>Bad Gateway</html>", 502, media_type="text/html")
    facts = {"ok": False, "error_code": why.status, "description": why.description}
    if why.parameters:
        facts["parameters"] = why.parameters
    return JSONResponse(facts, why.status)


async def _read(request: Request) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    facts: dict[str, Any] = {key: _value(value) for key, value in request.query_params.items()}
    files = {}
    async with request.form() as form:
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[key] = (value.filename or "", await value.read())
            else:
                facts[key] = _value(value)
    return facts, files


def _value(text: str) -> Any:
    """Objects, lists and truths come as JSON; numbers stay text, ids may be long."""
    if text[:1] in {"{", "["} or text in {"true", "false"}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


@contextmanager
def fake_bot_api() -> Iterator[FakeBotApi]:
    """The server, running on a free port of loopback."""
    fake = FakeBotApi()
    with running(
        [
            Route("/bot{token}/{method}", fake.serve, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", fake.download),
        ]
    ) as fake.address:
        yield fake


@contextmanager
def running(routes: list[Route]) -> Iterator[str]:
    """Serve these routes on loopback in a thread; gives the address."""
    tcp = (
        socket.AF_INET,
        socket.SOCK_STREAM,
        socket.IPPROTO_TCP,
    )  # answers at once, not in 40 ms
    with socket.socket(*tcp) as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = server_of(Starlette(routes=routes))
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, daemon=True
        )
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=5)


def server_of(app: Starlette) -> uvicorn.Server:
    """A quiet web server; not yet started."""
    return uvicorn.Server(
        uvicorn.Config(
            app, log_level="error", lifespan="off", ws="none",
            timeout_graceful_shutdown=1,
        )
    )  # fmt: skip
