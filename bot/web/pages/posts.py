"""The page itself: shown while its pass is good, taken once, heard like words in the chat."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.app import App
from bot.channels import web
from bot.settings import WeComSettings
from bot.web.security import HEADERS, Problem, app_of, total_limit_mb
from bot.web.stream import feed_of
from bot.web.uploads import FILES_LIMIT, Upload, keep_uploads, read_message
from ledger import chat_lines, inbox, page_passes
from ledger.chat_lines import PERSON, Line
from ledger.clock import ms
from ledger.database import Session
from ledger.errors import Refused
from ledger.files import Kept
from ledger.inbox import Raw
from ledger.messages import Paper
from ledger.page_passes import PagePass
from ledger.places import Place
from ledger.reading.hiding import without_secrets
from templates.pages import page

FARTHEST = 100_000  # metres of inaccuracy that are still told apart


@dataclass(frozen=True)
class Sent:
    """What was posted: a place, or words and files."""

    place: dict[str, float] | None = None
    text: str = ""
    uploads: tuple[Upload, ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same contents."""
        parts = [repr(self.place).encode(), self.text.encode()]
        parts += [one.name.encode() + b"|" + one.data for one in self.uploads]
        return hashlib.sha256(
            b"".join(hashlib.sha256(part).digest() for part in parts)
        ).hexdigest()


async def show(request: Request) -> Response:
    """GET /pages/<token>: the page; looking at it, as a preview does, uses nothing up."""
    app = app_of(request)
    return _answer(app, await pass_of(request), done=False)


async def take(request: Request) -> Response:
    """POST /pages/<token>: kept and the pass spent together; a repeated post is told the same."""
    app, token = app_of(request), request.path_params["token"]
    found = await pass_of(request, spent_too=True)
    sent = await _read(request, found.purpose)
    if await _is_fresh(request, _raw(app, token, found, sent, ())):
        await _hear(app, token, found, sent)
    return _answer(app, found, done=True)


async def pass_of(request: Request, *, spent_too: bool = False) -> PagePass:
    """Who opens the page, for what; a `Problem` when its time is over."""
    app, token = app_of(request), request.path_params["token"]
    try:
        async with app.database.reading() as db:
            return await page_passes.read(db, token, now=app.clock.now(), spent_too=spent_too)
    except Refused as why:
        raise Problem(403, why.block) from None


async def _read(request: Request, purpose: str) -> Sent:
    if purpose == page_passes.FILES:
        posted = await read_message(request)
        return Sent(text=posted.text, uploads=posted.uploads)
    async with request.form(max_files=0, max_fields=10) as form:
        fields = {name: str(value) for name, value in form.items()}
    try:
        return Sent(place=_place(fields))
    except (KeyError, ValueError, OverflowError):
        raise Problem(400, "pages.no_place") from None


def _place(fields: dict[str, str]) -> dict[str, float]:
    """Degrees in WGS-84: browsers have no other, and of WeCom the page asks for it.

    `ValueError` when there is no such place.
    """
    metres = float(fields.get("accuracy") or 0)
    accuracy = min(FARTHEST, math.ceil(max(0, metres)))
    place = Place(float(fields["lat"]), float(fields["lng"]), "WGS-84", accuracy)
    return {"lat": place.lat, "lng": place.lng, "accuracy": accuracy}


def _raw(app: App, token: str, found: PagePass, sent: Sent, kept: Sequence[Kept]) -> Raw:
    """Named after pass and contents: the browser's repetition is known again."""
    name = hashlib.sha256(f"{token}|{sent.digest}".encode()).hexdigest()
    return web.page_raw(
        found.person, f"page.{name[:40]}", app.clock.now(), found.address, text=sent.text,
        place=sent.place, files=[asdict(one) for one in kept],
    )  # fmt: skip


async def _is_fresh(request: Request, raw: Raw) -> bool:
    """Whether there is something to keep; a pass that was spent on something else fills no disk."""
    try:
        await pass_of(request)
    except Problem:
        async with app_of(request).database.reading() as db:
            if not await inbox.is_kept(db, raw):
                raise
        return False
    return True


async def _hear(app: App, token: str, found: PagePass, sent: Sent) -> None:
    """Files first, then the message with its pass, then its answer."""
    kept = await keep_uploads(
        app.settings.files, sent.uploads, limit_mb=app.rules.file_limit_mb
    )
    raw = _raw(app, token, found, sent, kept)
    if await _keep(app, token, raw):
        await _show_line(app, found, sent, kept, raw.ext_id)
        app.inbox.wake(raw.conv_key)


async def _keep(app: App, token: str, raw: Raw) -> bool:
    """Whether it is new; the pass is spent in the transaction that keeps the message."""
    now = app.clock.now()
    async with app.database.transaction() as db:
        if await inbox.is_kept(db, raw):
            return False
        await _spend(app, db, token)
        await inbox.keep(db, [raw], now=now)
    return True


async def _spend(app: App, db: Session, token: str) -> None:
    try:
        await page_passes.use(db, token, now=app.clock.now())
    except Refused as why:
        raise Problem(403, why.block) from None


async def _show_line(
    app: App, found: PagePass, sent: Sent, kept: Sequence[Kept], id: str
) -> None:
    """In the web chat what a person sends stands in his transcript, too."""
    if found.address.channel != web.NAME:
        return
    text = without_secrets(sent.text)[1] or ("位置" if sent.place else "")
    files = tuple(Paper(one.sha256, one.name, one.mime) for one in kept)
    line = Line(
        found.person, PERSON, text, "page", f"in:{id}", ms(app.clock.now()), files=files
    )
    async with app.database.transaction() as db:
        shown = await chat_lines.add(db, line)
    feed_of(app).tell(found.person, shown)


def _answer(app: App, found: PagePass, *, done: bool) -> Response:
    wecom = None if done else _wecom(app, found)
    limits = {"files": FILES_LIMIT, "file": app.rules.file_limit_mb}
    limits["total"] = total_limit_mb(app.rules)
    said = page("pages", purpose=found.purpose, done=done, wecom=wecom, limits=limits)
    return HTMLResponse(said, headers=_policy(wecom.jssdk if wecom else ""))


def _wecom(app: App, found: PagePass) -> WeComSettings | None:
    """What its channel goes by, for the page that asks it for a place."""
    channel: Any = app.channels.get("wecom")
    asked = found.address.channel == "wecom" and found.purpose == page_passes.PLACE
    return channel.settings if channel and asked else None


def _policy(sdk: str) -> dict[str, str]:
    """This page alone may load WeCom's own script from where the settings say."""
    place = urlsplit(sdk)
    if not place.netloc:
        return {}
    policy = HEADERS["Content-Security-Policy"]
    allowed = f"script-src 'self' {place.scheme}://{place.netloc}"
    return {"Content-Security-Policy": policy.replace("script-src 'self'", allowed)}
