"""One row of the outbox as messages of a smart bot: pictures, words, cards, other files.

An answer goes back along the exchange it belongs to while that is open, all else is pushed.
A row does not say what it answers; the ledger knows it by the row's own number
(`inbox.asked_by`), and the req_id stands in the frame kept there: it survives a restart.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot.channels.base import SendError, Trouble
from bot.channels.text import plain, split
from bot.channels.wecom.numbers import TASK_USED, NumberedError
from bot.channels.wecom_bot.cards import Card, look, to_markdown, twin
from bot.channels.wecom_bot.hear import EVENT, MESSAGE, event_of
from bot.channels.wecom_bot.media import PICTURES, Files
from bot.channels.wecom_bot.socket import Socket, fresh_id, id_of
from ledger import cards as ledger_cards
from ledger import inbox
from ledger.clock import Clock, moment
from ledger.database import Database
from ledger.files import path_of
from ledger.messages import Handle, Outgoing, Paper
from templates.words import Words

log = structlog.get_logger()
PART = 20_000  # bytes of rendered text; WeCom takes 20,480
SHORT = 2_048  # bytes; above, an answer is one finished stream: a long report (wecom.md §7)
WELCOME = 2_000  # bytes of a welcome in words
AGAIN = "（重发）"
OPEN, WELCOMING = timedelta(hours=24), timedelta(seconds=5)  # how long an exchange is open
PASSING = frozenset({Trouble.DOWN, Trouble.UNCERTAIN, Trouble.THROTTLED})
RESPOND, WELCOME_CMD = "aibot_respond_msg", "aibot_respond_welcome_msg"
UPLOAD_GONE = 40007

Step = Callable[[str], Awaitable[str]]  # takes the mark of a repetition, gives the ref or ''


@dataclass
class Way:
    """Where a row goes: its chat; `cmd` and `req_id` while it can be an answer."""

    chat: str
    cmd: str = ""
    req_id: str = ""


@dataclass
class Sending:
    """Delivers rows. A row of several messages goes on where it stopped."""

    socket: Socket
    files: Files
    database: Database
    clock: Clock
    words: Words
    spelt: dict[str, str]  # ids whose spelling is not all lower case
    _halfway: dict[int, list[str]] = field(default_factory=dict)

    async def deliver(self, out: Outgoing) -> Handle:
        """Send it; `SendError` says why not. `ref` is the card's task_id where there is one.

        A card cannot be changed any more once some seconds have passed since its press: what
        closes one is a new message.
        """
        out = await self._worded(out)
        way = await self._way(out)
        if way.cmd == WELCOME_CMD:
            if ref := await self._welcomed(out, way):
                return Handle(ref, (ref,))
            way.cmd = ""
        shown = look(out, self.words)
        pictures, others = self._papers(out, way, pictures=True), self._papers(out, way)
        texts = self._texts(out, way, shown.text)
        cards = [partial(self._card, out, way, card) for card in shown.cards]
        steps: list[Step] = [*pictures, *texts, *cards, *others]
        if not steps:
            raise SendError(Trouble.REFUSED, f"outbox {out.id} has neither words nor files")
        refs = await self._go_on(out, steps)
        return Handle(next((ref for ref in refs if ref), _name(out)), tuple(refs))

    async def _worded(self, out: Outgoing) -> Outgoing:
        """On a screen without buttons what is to be written stands for what would be pressed."""
        if not out.plain or out.card_id is None:
            return out
        async with self.database.reading() as db:
            says = await ledger_cards.says(db, out.card_id)
        return replace(out, labels=says or out.labels)

    async def _way(self, out: Outgoing) -> Way:
        """The exchange it answers, while that is open.

        Not for a repetition: an answer of the first try that comes late would be taken for one
        of this try, nothing else tells them apart.
        """
        way = Way(self.spelt.get(out.address.user_key, out.address.user_key))
        async with self.database.reading() as db:
            asked = None if out.again else await inbox.asked_by(db, out.id)
        if asked is None or asked.channel != out.address.channel:
            return way
        age = self.clock.now() - moment(asked.received_at)
        way.req_id, cmd = id_of(asked.payload), asked.payload.get("cmd")
        if cmd == MESSAGE and age < OPEN:
            way.cmd = RESPOND
        elif cmd == EVENT and age < WELCOMING and _enters(asked.payload):
            way.cmd = WELCOME_CMD
        return way if way.cmd and way.req_id else Way(way.chat)

    async def _welcomed(self, out: Outgoing, way: Way) -> str:
        """One message, words or a card, within five seconds; it may be the only one allowed.

        Gives its ref; '': it does not go this way.
        """
        shown, words = look(out, self.words), plain(twin(out, self.words))
        ref, body = _name(out), dict[str, Any](msgtype="text", text={"content": words})
        if len(shown.cards) == 1 and not shown.text:
            ref, (card,) = str(shown.cards[0]["task_id"]), shown.cards
            body = {"msgtype": "template_card", "template_card": card}
        if out.files or len(words.encode()) > WELCOME:
            return ""
        try:
            await self.socket.call(way.cmd, body, way.req_id)
        except SendError as trouble:
            if trouble.kind is not Trouble.GONE:
                raise
            return ""
        return ref

    async def _go_on(self, out: Outgoing, steps: list[Step]) -> list[str]:
        refs = self._halfway.pop(out.id, [])
        mark = AGAIN if out.again else ""
        try:
            for step in steps[len(refs) :]:
                refs.append(await step(mark))
                mark = ""
        except SendError as trouble:
            if refs and trouble.kind in PASSING:
                self._halfway[out.id] = refs
            raise
        return refs

    def _texts(self, out: Outgoing, way: Way, text: str) -> list[Step]:
        parts = [part for part in split(text, PART, _bytes) if plain(part).strip()]
        count = len(parts)
        if count == 1:
            return [partial(self._text, out, way, parts[0])]
        said = partial(self.words.say, "screens.part", count=count)
        numbered = (f"{said(number=at)}\n{part}" for at, part in enumerate(parts, start=1))
        return [partial(self._text, out, way, part) for part in numbered]

    def _papers(self, out: Outgoing, way: Way, *, pictures: bool = False) -> list[Step]:
        return [
            partial(self._paper, way, paper)
            for paper in out.files
            if self._is_shown(paper) == pictures
        ]

    def _is_shown(self, paper: Paper) -> bool:
        """A picture that is there; one that is gone must not keep back the words."""
        return paper.mime in PICTURES and path_of(self.files.folder, paper.sha256).is_file()

    async def _text(self, out: Outgoing, way: Way, part: str, mark: str) -> str:
        words = to_markdown(mark + part)
        body: dict[str, Any] = {"msgtype": "markdown", "markdown": {"content": words}}
        if len(words.encode()) <= SHORT:
            return await self._say(way, body, body)
        stream = {"id": fresh_id(f"s{out.id}"), "finish": True, "content": words}
        return await self._say(way, body, {"msgtype": "stream", "stream": stream})

    async def _card(self, out: Outgoing, way: Way, card: Card, mark: str) -> str:
        """A card that WeCom refuses is said in words, once; one it knows is there already."""
        title = {"title": f"{mark}{card['main_title']['title']}"}
        body = {"msgtype": "template_card", "template_card": {**card, "main_title": title}}
        try:
            await self._say(way, body, body)
        except SendError as trouble:
            if _number(trouble) == TASK_USED and out.attempts > 1:
                return str(card["task_id"])
            if trouble.kind is not Trouble.REFUSED:
                raise
            log.error("card_refused", outbox=out.id, detail=trouble.detail)
            told = await self._worded(replace(out, plain=True))
            return await self._text(out, way, twin(told, self.words), mark)
        return str(card["task_id"])

    async def _paper(self, way: Way, paper: Paper, mark: str) -> str:
        """A file; one whose upload WeCom has forgotten is uploaded once more."""
        kind, held = await self.files.media_id(paper)
        try:
            return await self._media(way, kind, held)
        except SendError as trouble:
            if _number(trouble) != UPLOAD_GONE:
                raise
        await self.files.forget(paper, kind, held)
        return await self._media(way, *await self.files.media_id(paper))

    async def _media(self, way: Way, kind: str, media_id: str) -> str:
        body = {"msgtype": kind, kind: {"media_id": media_id}}
        return await self._say(way, body, body)

    async def _say(self, way: Way, pushed: dict[str, Any], replied: dict[str, Any]) -> str:
        """As an answer while the exchange is open, else as a message of our own."""
        if way.cmd:
            try:
                await self.socket.call(way.cmd, replied, way.req_id)
                return ""
            except SendError as trouble:
                if trouble.kind is not Trouble.GONE:
                    raise
                way.cmd = ""
        to = {"chatid": way.chat, "chat_type": 1}
        await self.socket.call("aibot_send_msg", {**to, **pushed})
        return ""


def _enters(payload: dict[str, Any]) -> bool:
    body = payload.get("body") or {}
    try:
        return event_of(body).get("eventtype") == "enter_chat"
    except ValueError:
        return False


def _number(trouble: SendError) -> int:
    return trouble.number if isinstance(trouble, NumberedError) else 0


def _bytes(marked: str) -> int:
    return len(to_markdown(marked).encode())


def _name(out: Outgoing) -> str:
    """Messages have no name of WeCom's; this is ours."""
    return f"m{out.id}"
