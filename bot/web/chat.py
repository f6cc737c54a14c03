"""The chat's page and its API (docs/web-chat-api.md): post, press, list, files."""

import asyncio
import re

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from bot.app import App
from bot.channels import web
from bot.web.login import door, signed_in, visitor
from bot.web.security import Problem, app_of, total_limit_mb
from bot.web.stream import feed_of, view
from bot.web.uploads import (
    FILES_LIMIT,
    Posted,
    keep_uploads,
    number,
    read_client_id,
    read_json,
    read_message,
)
from handlers.join import MENUS
from ledger import cards, chat_lines, people
from ledger.chat_lines import EDITABLE, PERSON, Line
from ledger.clock import ms
from ledger.errors import Refused
from ledger.files import Kept, path_of
from ledger.inbox import Raw
from ledger.messages import Paper
from ledger.people import Person
from ledger.reading.hiding import without_secrets
from templates.filters import ROLES
from templates.pages import page

SHA256 = re.compile("[0-9a-f]{64}")
FIRST = 200  # lines a page gets when it opens


async def show(request: Request) -> Response:
    """GET /chat: the page; without a session a word about login links."""
    app = app_of(request)
    if app.demo:
        return HTMLResponse(_chat_page(app, None))
    who = await signed_in(request)
    if who is None or who.reader:
        return HTMLResponse(door(app))
    async with app.database.reading() as db:
        person = await people.by_id(db, who.person)
    return HTMLResponse(_chat_page(app, person))


def _chat_page(app: App, person: Person | None) -> str:
    limits = {
        "file_mb": app.rules.file_limit_mb,
        "total_mb": total_limit_mb(app.rules),
        "files": FILES_LIMIT,
    }
    role = ROLES[person.role] if person else ""
    return page("chat", demo=app.demo, person=person, role=role, menus=MENUS, limits=limits)


async def post_message(request: Request) -> Response:
    """POST /chat/api/messages: acknowledged only after it is committed."""
    app = app_of(request)
    posted = await read_message(request)
    who = await visitor(request, posted.person)
    kept = await keep_uploads(
        app.settings.files, posted.uploads, limit_mb=app.rules.file_limit_mb
    )
    id = f"{who.person}.{posted.client_id}"
    reply_to = await _replied(app, who.person, posted.reply_to)
    shown, edits = await _show_message(app, who.person, id, posted, kept)
    raw = web.raw(
        who.person, id, app.clock.now(), text=posted.text, files=[vars(one) for one in kept],
        edits=edits, reply_to=reply_to,
    )  # fmt: skip
    return await _keep(app, raw, who.person, shown)


async def _replied(app: App, person: int, line: int | None) -> str:
    """The name of the line of that person's chat that is answered; empty: none is."""
    if line is None:
        return ""
    async with app.database.reading() as db:
        found = await chat_lines.by_id(db, line, person=person)
    if found is None:
        raise Problem(404, "web.no_such_line")
    return web.name_of(found)


async def _show_message(
    app: App, person: int, id: str, posted: Posted, kept: list[Kept]
) -> tuple[int, str | None]:
    """The person's own line, new or rewritten; with it the message id an edit belongs to.

    Its own transaction, before the inbox: after a crash between the two the browser posts
    again, and neither does anything twice.
    """
    _, text = without_secrets(posted.text)
    files = tuple(Paper(one.sha256, one.name, one.mime) for one in kept)
    now = ms(app.clock.now())
    async with app.database.transaction() as db:
        if posted.edits is None:
            line = Line(person, PERSON, text, "text", f"in:{id}", now, files=files)
            return await chat_lines.add(db, line), None
        old = await chat_lines.by_id(db, posted.edits, person=person)
        if old is None or old.speaker != PERSON or old.kind not in EDITABLE:
            raise Problem(404, "web.no_such_line")
        await chat_lines.rewrite(db, old, text)
        return old.id, old.ref.removeprefix("in:")


async def post_action(request: Request) -> Response:
    """POST /chat/api/actions: a pressed button. Whether it counts, the conversation decides."""
    app = app_of(request)
    body = await read_json(request)
    who = await visitor(request, body.get("person"))
    token = body.get("token")
    if not isinstance(token, str) or not token or len(token) > 200:
        raise Problem(400, "web.bad_token")
    id = f"{who.person}.{read_client_id(body.get('client_id'))}"
    shown = await _show_press(app, who.person, id, token)
    raw = web.raw(who.person, id, app.clock.now(), token=token)
    return await _keep(app, raw, who.person, shown)


async def _show_press(app: App, person: int, id: str, token: str) -> int | None:
    """What stands on the button, as the person's own line; None for a button not his."""
    try:
        card, option = cards.parse(token)
    except Refused:
        return None
    now = ms(app.clock.now())
    async with app.database.transaction() as db:
        label = await chat_lines.label_of(db, person, card, option)
        if label is None:
            return None
        line = Line(person, PERSON, label, "press", f"in:{id}", now, card_id=card)
        return await chat_lines.add(db, line)


async def post_enter(request: Request) -> Response:
    """POST /chat/api/enter: an empty chat was opened; the bot says hello, once for ever."""
    app = app_of(request)
    body = await read_json(request)
    who = await visitor(request, body.get("person"))
    raw = web.raw(who.person, f"{who.person}.enter.0", app.clock.now(), enter="")
    return await _keep(app, raw, who.person, None)


async def _keep(app: App, raw: Raw, person: int, shown: int | None) -> Response:
    await app.inbox.keep([raw])
    if shown is not None:
        feed_of(app).tell(person, shown)
    return JSONResponse({"id": shown, "state": "stored"})


async def list_messages(request: Request) -> Response:
    """GET /chat/api/messages: the newest lines, or those after one; oldest first."""
    app = app_of(request)
    who = await visitor(request, request.query_params.get("person"))
    last = request.query_params.get("after")
    async with app.database.reading() as db:
        if last in (None, ""):
            lines = await chat_lines.latest(db, who.person, FIRST)
        else:
            lines = await chat_lines.after(db, who.person, number(last, "web.no_such_line"))
    return JSONResponse([view(app, line) for line in lines])


async def get_file(request: Request) -> Response:
    """GET /chat/api/files/<sha256>: pictures shown, all else saved; only one's own."""
    app = app_of(request)
    who = await visitor(request, request.query_params.get("person"))
    sha256 = request.path_params["sha256"]
    if not SHA256.fullmatch(sha256):  # it becomes part of a path
        raise Problem(404, "web.no_such_file")
    async with app.database.reading() as db:
        paper = await chat_lines.file_for(db, who.person, sha256)
    path = path_of(app.settings.files, sha256)
    if paper is None or not await asyncio.to_thread(path.is_file):
        raise Problem(404, "web.no_such_file")
    way = "inline" if paper.mime.startswith("image/") else "attachment"
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    return FileResponse(
        path, media_type=paper.mime, filename=paper.name, content_disposition_type=way,
        headers=headers,
    )  # fmt: skip
