"""GET /chat/api/stream: a person's lines as server-sent events, and how a line looks as JSON."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.app import App
from bot.channels import web
from bot.channels.text import plain
from bot.channels.web import Ear, Feed, WebChat
from bot.web.login import Visitor, visitor
from bot.web.security import app_of
from bot.web.uploads import number
from ledger import cards, chat_lines
from ledger.chat_lines import PERSON, Line
from ledger.clock import moment
from ledger.files import path_of
from ledger.messages import Paper
from templates.words import escape

PNG = b"\x89PNG\r\n\x1a\n"
PING = 15.0  # seconds between signs of life on a quiet stream
STREAM = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


async def listen(request: Request) -> Response:
    """GET /chat/api/stream: server-sent events, resumed after `Last-Event-ID`."""
    app = app_of(request)
    who = await visitor(request, request.query_params.get("person"))
    last = request.headers.get("last-event-id") or request.query_params.get("after")
    if last:
        begin = number(last, "web.no_such_line")
    else:
        async with app.database.reading() as db:
            newest = await chat_lines.latest(db, who.person, 1)
        begin = newest[0].id if newest else 0
    listening = Listening(app, who, begin)
    return StreamingResponse(listening.events(), media_type="text/event-stream", headers=STREAM)


@dataclass
class Listening:
    """One open page: lines after `last`, and earlier ones again when they change."""

    app: App
    who: Visitor
    last: int

    async def events(self) -> AsyncIterator[str]:
        """The stream's text, until the browser leaves, may no longer read, or we stop."""
        with feed_of(self.app).listen(self.who.person) as ear:
            yield "retry: 2000\n\n"
            while not ear.closed:
                # a task of its own: a browser that hangs up must not cut off a database
                # read half way, or its connection would never be given back
                lines = await asyncio.shield(asyncio.create_task(self._look(ear)))
                if lines is None:
                    return
                for line in lines:
                    yield self._event(line)
                if not lines and not await ear.wait(PING):
                    yield ": ping\n\n"

    async def _look(self, ear: Ear) -> list[Line] | None:
        """Changed lines, then new ones; None when this person may no longer read."""
        told = ear.take()
        async with self.app.database.reading() as db:
            if not await self.who.holds(db, self.app):
                return None
            found = [
                await chat_lines.by_id(db, id, person=self.who.person)
                for id in sorted(told)
                if id <= self.last
            ]
            return [
                *filter(None, found),
                *await chat_lines.after(db, self.who.person, self.last),
            ]

    def _event(self, line: Line) -> str:
        """An `id:` only for new lines: after a break the stream goes on from there."""
        data = json.dumps(view(self.app, line), ensure_ascii=False)
        if line.id <= self.last:
            return f"data: {data}\n\n"
        self.last = line.id
        return f"id: {line.id}\ndata: {data}\n\n"


def feed_of(app: App) -> Feed:
    """Where open pages are told of new lines."""
    channel = app.channels[web.NAME]
    assert isinstance(channel, WebChat)
    return channel.feed


def view(app: App, line: Line) -> dict[str, Any]:
    """A line as the API gives it. `md` is the neutral markup, `text` the same without it."""
    own = line.speaker == PERSON
    return {
        "id": line.id,
        "from": line.speaker,
        "text": line.text if own else plain(line.text),
        "md": escape(line.text) if own else line.text,
        "buttons": [
            {
                "label": label,
                "token": cards.token(app.key, line.card_id or 0, n, line.person_id),
            }
            for n, label in enumerate(line.labels)
        ],
        "files": [_file(app, one, line.person_id) for one in line.files],
        "at": moment(line.at).isoformat(timespec="seconds"),
        "kind": line.kind,
        "card": line.card_id,
        "client_id": line.ref.rpartition(".")[2] if own else None,
    }


def _file(app: App, file: Paper, person: int) -> dict[str, Any]:
    """`bytes`: how large, null when the file is gone; of our own pictures also how wide and high."""
    path = path_of(app.settings.files, file.sha256)
    found: dict[str, Any] = {
        "name": file.name,
        "mime": file.mime,
        "url": _url(app, file, person),
    }
    try:
        with path.open("rb") as opened:
            start = opened.read(24)
        found["bytes"] = path.stat().st_size
    except OSError:
        return {**found, "bytes": None}
    if start[:8] == PNG and len(start) == 24:
        found["width"], found["height"] = struct.unpack(">II", start[16:24])
    return found


def _url(app: App, file: Paper, person: int) -> str:
    asked = "?" + urlencode({"person": person}) if app.demo else ""
    return f"/chat/api/files/{file.sha256}{asked}"
