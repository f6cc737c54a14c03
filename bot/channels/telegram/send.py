"""One row of the outbox as Telegram messages: pictures, text in parts with buttons, other files."""

import asyncio
import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
)

from bot.channels.base import SendError, Trouble
from bot.channels.telegram.troubles import PASSING, asked, said
from bot.channels.text import plain, render, split, utf16
from ledger.files import path_of
from ledger.messages import Handle, Outgoing, Paper

log = structlog.get_logger()
PART = 3900  # UTF-16 units, markup counted; Telegram takes 4,096 without it
AGAIN = "（重发）"
PHOTO_LIMIT, FILE_LIMIT = 10 << 20, 50 << 20  # bytes
PICTURES = frozenset({"image/jpeg", "image/png"})
NO_PICTURE = (
    "photo_invalid_dimensions",
    "image_process_failed",
    "photo_ext_invalid",
    "wrong type",
)
WIDE = 10  # characters of a label that wants a row of its own
MOST_BUTTONS = 100
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Step = Callable[[str], Awaitable[int]]  # takes the mark of a repetition, gives the message id


@dataclass
class Sending:
    """Delivers rows. A row of several messages goes on where it stopped."""

    bot: Bot
    files: Path
    _halfway: dict[int, list[int]] = field(default_factory=dict)

    async def deliver(self, out: Outgoing) -> Handle:
        """Send or close; `SendError` says why not. `ref` is the message with the buttons."""
        if out.kind == "close" and out.closes and await self._closed(out):
            return Handle(out.closes, (out.closes,))
        texts = self._texts(out)
        pictures, others = self._papers(out, pictures=True), self._papers(out, pictures=False)
        ids = await self._go_on(out, [*pictures, *texts, *others])
        buttons_at = len(pictures) + len(texts) - 1 if texts else len(ids) - 1
        return Handle(str(ids[buttons_at]), tuple(str(id) for id in ids))

    async def _go_on(self, out: Outgoing, steps: list[Step]) -> list[int]:
        ids = self._halfway.pop(out.id, [])
        mark = AGAIN if out.again else ""
        try:
            for step in steps[len(ids) :]:
                ids.append(await step(mark))
                mark = ""
        except SendError as trouble:
            if ids and trouble.kind in PASSING:
                self._halfway[out.id] = ids
            raise
        return ids

    def _texts(self, out: Outgoing) -> list[Step]:
        parts = [part for part in split(out.text, PART, utf16) if plain(part).strip()]
        if not parts and not out.files:
            raise SendError(Trouble.REFUSED, f"outbox {out.id} has neither words nor files")
        last = len(parts) - 1
        return [
            partial(self._text, out, part, keyboard(out) if number == last else None)
            for number, part in enumerate(parts)
        ]

    def _papers(self, out: Outgoing, *, pictures: bool) -> list[Step]:
        return [
            partial(self._paper, out, paper)
            for paper in out.files
            if self._is_shown(paper) == pictures
        ]

    def _is_shown(self, paper: Paper) -> bool:
        """A picture that is there; one that is gone must not keep back the words."""
        return paper.mime in PICTURES and path_of(self.files, paper.sha256).is_file()

    async def _text(
        self, out: Outgoing, part: str, buttons: InlineKeyboardMarkup | None, mark: str
    ) -> int:
        sent = await _marked(
            mark + part, self.bot.send_message, **_to(out), reply_markup=buttons,
            link_preview_options=NO_PREVIEW,
        )  # fmt: skip
        return int(sent.message_id)

    async def _paper(self, out: Outgoing, paper: Paper, mark: str) -> int:
        data = await asyncio.to_thread(_read, path_of(self.files, paper.sha256))
        to = {**_to(out), "filename": paper.name, "caption": mark or None, "read_timeout": 60}
        if paper.mime in PICTURES and len(data) <= PHOTO_LIMIT:
            try:
                return await _id(self.bot.send_photo(photo=data, **to))
            except SendError as trouble:
                if not said(trouble, *NO_PICTURE):
                    raise
        return await _id(self.bot.send_document(document=data, **to))

    async def _closed(self, out: Outgoing) -> bool:
        """Whether the earlier message says its last word now; False: it needs a new one."""
        if not out.closes.isdigit() or utf16(out.text) > PART:
            return False
        try:
            await _marked(
                out.text, self.bot.edit_message_text, chat_id=out.address.user_key,
                message_id=int(out.closes), link_preview_options=NO_PREVIEW,
            )  # fmt: skip
        except SendError as trouble:
            if said(trouble, "message is not modified"):
                return True
            if trouble.kind is Trouble.GONE:
                return False
            raise
        return True


def keyboard(out: Outgoing) -> InlineKeyboardMarkup | None:
    """Two buttons a row, a wide one alone; without tokens there are none."""
    rows: list[list[InlineKeyboardButton]] = []
    narrow = False
    for label, token in list(zip(out.labels, out.tokens, strict=False))[:MOST_BUTTONS]:
        button = InlineKeyboardButton(label, callback_data=token)
        fits = narrow and len(rows[-1]) == 1 and len(label) <= WIDE
        if fits:
            rows[-1].append(button)
        else:
            rows.append([button])
        narrow = len(label) <= WIDE
    return InlineKeyboardMarkup(rows) if rows else None


def to_html(marked: str) -> str:
    """Neutral markup in Telegram's HTML."""
    return render(marked, partial(html.escape, quote=False), ("<b>", "</b>"))


async def _marked(text: str, call: Callable[..., Awaitable[Any]], **to: Any) -> Any:
    """With markup; when Telegram cannot read it, the same words once without."""
    try:
        return await asked(call(text=to_html(text), parse_mode="HTML", **to))
    except SendError as trouble:
        if not said(trouble, "can't parse entities"):
            raise
        log.error("markup_refused", detail=trouble.detail)
        return await asked(call(text=plain(text), **to))


async def _id(call: Awaitable[Message]) -> int:
    return (await asked(call)).message_id


def _to(out: Outgoing) -> dict[str, Any]:
    """The chat; what goes to a person may not be forwarded, it may name households."""
    chat = out.address.user_key
    return {"chat_id": chat, "protect_content": not chat.startswith("-")}


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise SendError(Trouble.REFUSED, f"{path.name} is larger than 50 MB")
        return path.read_bytes()
    except OSError as error:
        raise SendError(
            Trouble.REFUSED, f"{path.name} cannot be read: {error.strerror}"
        ) from None
