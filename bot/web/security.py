"""What stands before every page and every call: Host, Origin, body size, headers, plain errors.

The chat listens on loopback by default, but any web page a person opens can send requests to
loopback: so Host is checked against DNS rebinding and Origin against foreign pages.
"""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.app import App
from bot.channels.text import plain
from bot.settings import TelegramSettings
from ledger.database import StoreTrouble
from ledger.rules import Rules
from templates.pages import page
from templates.words import Words

log = structlog.get_logger()

JSON_ROOM = 4 / 3  # base64 makes three bytes four
FRAME = 1 << 16  # words, names and boundaries around the files
DRAIN = 4  # a body that is too large is read to its end up to so many limits, then dropped
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: with it browsers send 'Origin: null' on our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Problem(Exception):
    """A request we cannot serve: HTTP status and the block of words that says so."""

    def __init__(self, status: int, block: str, /, **facts: Any) -> None:
        super().__init__(block)
        self.status, self.block, self.facts = status, block, facts


def app_of(request: Request) -> App:
    """The running copy behind a request."""
    app: App = request.app.state.zhucun
    return app


def answer(words: Words, problem: Problem) -> JSONResponse:
    """`{"error", "hint"}`: what happened, what to do."""
    said = plain(words.say(problem.block, **problem.facts))
    error, _, hint = said.partition("\n")
    return JSONResponse({"error": error, "hint": hint}, problem.status)


def refusal(request: Request, problem: Problem) -> Response:
    """The same two lines: a page for a person with a browser, JSON for a program."""
    words, asked = app_of(request).words, request.headers.get("accept", "")
    if "text/html" not in asked or request.url.path.startswith("/chat/api/"):
        return answer(words, problem)
    said = plain(words.say(problem.block, **problem.facts))
    return HTMLResponse(page("problem", said=said), problem.status)


class Guard:
    """ASGI middleware: refuses foreign hosts and origins, caps bodies, sets the headers."""

    def __init__(self, app: ASGIApp, zhucun: App) -> None:
        self.app, self.zhucun = app, zhucun
        self.hosts = allowed_hosts(zhucun)
        self.public = urlsplit(zhucun.settings.public_url).netloc
        self.any_address = zhucun.settings.host not in LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        dressed = _dress(send)
        if problem := self._refusal(scope["method"], Headers(scope=scope)):
            await answer(self.zhucun.words, problem)(scope, receive, dressed)
            return
        await self.app(scope, self._capped(receive, Headers(scope=scope)), dressed)

    def _capped(self, receive: Receive, headers: Headers) -> Receive:
        """As many bytes of content in either form: base64 takes more room on the way."""
        rules = self.zhucun.rules
        room = total_limit_mb(rules) << 20
        if not headers.get("content-type", "").startswith("multipart/form-data"):
            room = int(room * JSON_ROOM)
        facts = {"limit": total_limit_mb(rules), "file": rules.file_limit_mb}
        return _capped(receive, room + FRAME, Problem(413, "web.too_large", **facts))

    def _refusal(self, method: str, headers: Headers) -> Problem | None:
        host = headers.get("host", "")
        if not self._known_host(hostname(host)):
            return Problem(403, "web.foreign_host")
        if method not in SAFE and not self._own_origin(host, headers):
            return Problem(403, "web.foreign_page")
        return None

    def _known_host(self, name: str) -> bool:
        """A bare address cannot be rebound by DNS: fine where the chat is opened to a network."""
        return name in self.hosts or (self.any_address and _is_address(name))

    def _own_origin(self, host: str, headers: Headers) -> bool:
        if headers.get("sec-fetch-site") == "cross-site":
            return False
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc in {host, self.public} - {""}


def total_limit_mb(rules: Rules) -> int:
    """What the files of one message may weigh together: one and a half of a single file's."""
    return max(1, rules.file_limit_mb * 3 // 2)


def allowed_hosts(app: App) -> frozenset[str]:
    """The names under which we may be asked: loopback, our own, the webhook's."""
    named = {app.settings.host, hostname(urlsplit(app.settings.public_url).netloc)}
    if "telegram" in app.channels:
        named.add(hostname(urlsplit(TelegramSettings().webhook_url).netloc))
    return frozenset(LOOPBACK | named) - {""}


def hostname(netloc: str) -> str:
    """The name without the port; '' when it is none."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _dress(send: Send) -> Send:
    """Every answer leaves with the headers, unless its page set a stricter one."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return dressed


def _capped(receive: Receive, limit: int, refusal: Problem) -> Receive:
    """Bodies over the limit are dropped while they come in, also without a stated length."""
    total = 0

    async def capped() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total <= limit:
            return message
        # the browser reads our answer only after it has sent everything
        while message.get("more_body") and total < DRAIN * limit:
            message = await receive()
            total += len(message.get("body", b""))
        raise refusal

    return capped


BLOCKS = {403: "web.forbidden", 404: "web.not_found", 405: "web.not_found"}


async def on_problem(request: Request, why: Exception) -> Response:
    """A `Problem` raised by a page."""
    assert isinstance(why, Problem)
    return refusal(request, why)


async def on_http(request: Request, why: Exception) -> Response:
    """Starlette's own refusals: unknown path, wrong method, broken form."""
    assert isinstance(why, HTTPException)
    block = BLOCKS.get(why.status_code, "web.bad_request")
    return refusal(request, Problem(why.status_code, block))


async def on_store_trouble(request: Request, why: Exception) -> Response:
    """Full disk or lock: nothing was acknowledged, the browser keeps the message."""
    log.error("store_trouble", path=request.url.path, error=str(why))
    return refusal(request, Problem(503, "web.store_trouble"))


async def on_gone(request: Request, why: Exception) -> Response:
    """The browser hung up in the middle of a message; nobody reads this answer."""
    return Response(status_code=400)


async def on_defect(request: Request, why: Exception) -> Response:
    """A defect of ours; the log has the details, the person two plain lines."""
    log.error("web_defect", path=request.url.path, kind=type(why).__name__)
    return refusal(request, Problem(500, "web.fault"))


EXCEPTIONS: dict[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http,
    StoreTrouble: on_store_trouble,
    ClientDisconnect: on_gone,
    Exception: on_defect,
}
