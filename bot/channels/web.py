"""The local web chat as a channel: what arrives by POST, what is delivered becomes a line.

One address a person: user_key is the person's id. The page and its JSON API are in bot/web.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.channels.base import Caps, Keep, SendError, Trouble, Unreadable
from bot.channels.text import split
from bot.settings import Settings
from ledger import chat_lines
from ledger.chat_lines import BOT, Line
from ledger.clock import aware
from ledger.database import Database, StoreTrouble
from ledger.files import path_of
from ledger.inbox import Raw
from ledger.messages import ActionIn, EnterIn, Event, Handle, Incoming, Media, Outgoing, TextIn
from ledger.people import Address
from ledger.places import Place

NAME, ACCOUNT = "web", "local"


@dataclass(eq=False)
class Ear:
    """One open stream: which lines of its person were added or changed since it looked."""

    lines: set[int] = field(default_factory=set)
    closed: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, line: int) -> None:
        """A line is new or different."""
        self.lines.add(line)
        self._wake.set()

    def close(self) -> None:
        """The program stops; the browser will knock again."""
        self.closed = True
        self._wake.set()

    def take(self) -> set[int]:
        """What happened since the last look."""
        taken, self.lines = self.lines, set()
        self._wake.clear()
        return taken

    async def wait(self, seconds: float) -> bool:
        """True when there is something to look at, False after so many quiet seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True


class Feed:
    """Who listens at the moment. Nothing is kept here: the lines are in the table."""

    def __init__(self) -> None:
        self._ears: dict[int, set[Ear]] = {}

    @contextmanager
    def listen(self, person: int) -> Iterator[Ear]:
        """An ear for one person's lines, taken away again when the stream ends."""
        ear = Ear()
        self._ears.setdefault(person, set()).add(ear)
        try:
            yield ear
        finally:
            self._ears[person].discard(ear)
            if not self._ears[person]:
                del self._ears[person]

    def tell(self, person: int, line: int) -> None:
        """Wake every stream of that person."""
        for ear in self._ears.get(person, ()):
            ear.tell(line)

    def close(self) -> None:
        """End every stream."""
        for ears in self._ears.values():
            for ear in ears:
                ear.close()


class WebChat:
    """The channel. It holds no connection; `feed` wakes the open pages."""

    name = NAME
    account = ACCOUNT
    caps = Caps(edits=True, text_limit=20000)

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings, self.database = settings, database
        self.feed = Feed()

    def hear(self, payload: dict[str, Any]) -> Incoming:
        """Translate one posted message; an edited one carries the source of the first."""
        try:
            person, id, at = int(payload["person"]), str(payload["id"]), payload["at"]
            edits = payload.get("edits")
            address = Address(*payload.get("address") or (NAME, ACCOUNT, str(person)))
            return Incoming(
                address, f"web:{edits or id}", _event(payload),
                aware(datetime.fromisoformat(at)), edited=bool(edits),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as why:
            raise Unreadable(f"web chat payload: {type(why).__name__}") from why

    async def deliver(self, out: Outgoing) -> Handle:
        """Put it into the transcript and wake the pages; the same message twice is one line."""
        try:
            ids = await self._write(out)
        except StoreTrouble as trouble:
            raise SendError(Trouble.DOWN, str(trouble)) from trouble
        for id in ids:
            self.feed.tell(int(out.address.user_key), id)
        return Handle(str(ids[-1]), tuple(str(id) for id in ids))

    async def _write(self, out: Outgoing) -> list[int]:
        key = out.address.user_key
        async with self.database.transaction() as db:
            if not key.isdecimal() or await chat_lines.person_with(db, int(key)) is None:
                raise SendError(Trouble.REFUSED, "nobody on the roster has this id")
            if out.kind == "close" and out.closes.isdecimal():
                closed = int(out.closes)
                if await chat_lines.close(db, closed, person=int(key), text=out.text):
                    return [closed]
            return [await chat_lines.add(db, line) for line in self._lines(out)]

    def _lines(self, out: Outgoing) -> list[Line]:
        """One line, or several for a text over the limit; buttons and files under the last."""
        *early, last = split(out.text, self.caps.text_limit)
        whole = Line(
            int(out.address.user_key), BOT, last, out.kind, f"out:{out.id}", out.made_at
        )
        parts = [
            replace(whole, text=part, ref=f"{whole.ref}:{number}")
            for number, part in enumerate(early)
        ]
        labels = out.labels if out.card_id else ()
        return [*parts, replace(whole, labels=labels, files=out.files, card_id=out.card_id)]

    async def fetch(self, media: Media) -> bytes:
        """The uploaded bytes; they were on our disk before the POST was acknowledged."""
        path = path_of(self.settings.files, media.fetch)
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError as why:
            raise SendError(Trouble.GONE, "the uploaded file is not on the disk") from why

    async def run(self, keep: Keep) -> None:
        """Nothing to listen to: bot/web serves it over HTTP."""

    async def close(self) -> None:
        """Let the open streams end, so that the web server can stop."""
        self.feed.close()


def build(settings: Settings, database: Database) -> WebChat:
    """The channel over an open database."""
    return WebChat(settings, database)


def raw(person: int, id: str, at: datetime, **facts: Any) -> Raw:
    """One posted message as the inbox keeps it; `id` is unique over all persons."""
    payload = {"person": person, "id": id, "at": at.isoformat(), **facts}
    return Raw(NAME, ACCOUNT, id, f"web:{person}", payload)


def page_raw(person: int, id: str, at: datetime, address: Address, **facts: Any) -> Raw:
    """What a page was sent: it belongs to that address's conversation, and is answered there."""
    made = raw(
        person, id, at, address=[address.channel, address.account, address.user_key], **facts
    )
    return replace(made, conv_key=f"{address.channel}:{address.user_key}")


def name_of(line: Line) -> str:
    """A line as a reply names it: a person's by its message, ours as `deliver` has called it."""
    if line.speaker == BOT:
        return f"{NAME}:line/{line.id}"
    return f"{NAME}:{line.ref.removeprefix('in:')}"


def _event(payload: dict[str, Any]) -> Event:
    if payload.get("token") is not None:
        return ActionIn(str(payload["token"]))
    if payload.get("enter") is not None:
        return EnterIn(str(payload["enter"]))
    media = tuple(_media(one) for one in payload.get("files", ()))
    return TextIn(
        str(payload.get("text", "")), media, _place(payload.get("place")),
        reply_to=str(payload.get("reply_to") or ""),
    )  # fmt: skip


def _place(found: Any) -> str:
    """A browser's point: WGS-84 degrees, metres of accuracy."""
    if not found:
        return ""
    accuracy = round(float(found.get("accuracy") or 0))
    return str(Place(float(found["lat"]), float(found["lng"]), accuracy=accuracy))


def _media(file: dict[str, Any]) -> Media:
    return Media(file["kind"], file["name"], file["mime"], int(file["size"]), file["sha256"])
