"""One row of the outbox as WeCom messages: pictures, words in parts, cards, other files.

Every call asks WeCom to drop an identical one (wecom.md §4): a row whose answer got lost is
sent again byte for byte. The seconds it is to look back differ from row to row, so that two
rows with the same words are two messages.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bot.channels.base import SendError, Trouble
from bot.channels.text import plain, split
from bot.channels.wecom.allowance import Allowance
from bot.channels.wecom.cards import Card, last_word, look, task_of, tasks_of
from bot.channels.wecom.client import Client
from ledger import cards as ledger_cards
from ledger import held_files, live_cards, outbox
from ledger.clock import Clock
from ledger.database import Database
from ledger.files import path_of
from ledger.held_files import Held
from ledger.messages import Handle, Outgoing, Paper
from templates.words import Words

log = structlog.get_logger()
PART = 1_980  # bytes of words; with its number within WeCom's 2,048, the rest is cut silently
LOOKS_BACK, ROWS = 120, 480  # seconds of the duplicate check: at least, and how they differ
PICTURE_LIMIT, FILE_LIMIT = 10 << 20, 20 << 20  # bytes
PICTURES = frozenset({"image/jpeg", "image/png"})
HELD_FOR = timedelta(days=3) - timedelta(hours=1)  # a media_id lives three days
PASSING = frozenset({Trouble.DOWN, Trouble.UNCERTAIN, Trouble.THROTTLED})
TASK_KNOWN = 42014  # our own fresh task_id: this very card is there already
UPLOAD_GONE = 40007
LINK = re.compile(
    r"<(?=/?a\b)", re.IGNORECASE
)  # WeCom would make a link of what somebody wrote
ALL_AWAY = 81013  # surely each of them
ITS_OWN = frozenset({Trouble.UNREACHABLE, Trouble.REFUSED})  # perhaps because of one of many
NO_PICTURE = frozenset({40004, 40006, 40009})
SEND, UPDATE = "/cgi-bin/message/send", "/cgi-bin/message/update_template_card"

Step = Callable[[], Awaitable[str]]  # gives the name of what was sent


@dataclass
class Sending:
    """Delivers rows. A row of several messages goes on where it stopped."""

    client: Client
    files: Path
    database: Database
    clock: Clock
    words: Words
    allowance: Allowance
    _halfway: dict[int, list[str]] = field(default_factory=dict)

    async def deliver(self, out: Outgoing) -> Handle:
        """Send or close; `SendError` says why not. `ref` is the card's task_id, if there is one."""
        if out.kind == "close" and out.closes and await self._closed(out):
            return Handle(out.closes, (out.closes,))
        pictures, others = self._papers(out, pictures=True), self._papers(out, pictures=False)
        said = await self._said(out)
        steps = [*pictures, *said, *others]
        if not steps:
            raise SendError(Trouble.REFUSED, f"outbox {out.id} has neither words nor files")
        refs = await self._go_on(out, steps)
        named = refs[len(pictures) + len(said) - 1] if said else refs[-1]
        return Handle(task_of(out) if _asks(out) else named, tuple(refs))

    async def deliver_together(
        self, outs: Sequence[Outgoing]
    ) -> Mapping[int, Handle | SendError]:
        """The same words to several members in one call; what is more than words goes singly."""
        (part, *more) = self._parts(plain(outs[0].text)) or [""]
        if more or not part or any(one.files or _asks(one) or one.closes for one in outs):
            return {one.id: await self._outcome(one) for one in outs}
        found: dict[int, Handle | SendError] = {}
        for one in outs:
            try:
                self.allowance.take(one.address.user_key)
            except SendError as trouble:
                found[one.id] = trouble
        ready = [one for one in outs if one.id not in found]
        return {**found, **await self._call_together(ready, part)}

    async def _call_together(
        self, outs: Sequence[Outgoing], part: str
    ) -> Mapping[int, Handle | SendError]:
        if not outs:
            return {}
        to = "|".join(one.address.user_key for one in outs)
        try:
            answer = await self.client.call(SEND, json=self._body(outs[0].id, to, "text", part))
        except SendError as trouble:
            if trouble.kind not in ITS_OWN or _number(trouble) == ALL_AWAY or len(outs) == 1:
                raise
            return {one.id: await self._outcome(one) for one in outs}
        away = _away(answer)
        sent = Handle(str(answer.get("msgid", "")))
        lost = SendError(Trouble.UNREACHABLE, "outside the visible range")
        return {one.id: lost if one.address.user_key in away else sent for one in outs}

    async def _outcome(self, out: Outgoing) -> Handle | SendError:
        try:
            return await self.deliver(out)
        except SendError as trouble:
            return trouble

    async def _go_on(self, out: Outgoing, steps: Sequence[Step]) -> list[str]:
        refs = self._halfway.pop(out.id, [])
        try:
            for step in steps[len(refs) :]:
                refs.append(await step())
        except SendError as trouble:
            if refs and trouble.kind in PASSING:
                self._halfway[out.id] = refs
            raise
        return refs

    # words and cards
    async def _said(self, out: Outgoing) -> list[Step]:
        """Words, then cards; on a screen without buttons the words say what to reply."""
        if not _asks(out):
            return self._texts(out, plain(out.text))
        if out.plain:
            return self._texts(out, await self._twin(out))
        shown = look(out, self.words)
        cards = [partial(self._card, out, card) for card in shown.cards]
        return [*self._texts(out, shown.words), *cards]

    async def _twin(self, out: Outgoing) -> str:
        """The same in words: what to write instead of pressing."""
        says: tuple[str, ...] = ()
        if out.card_id is not None:
            async with self.database.reading() as db:
                says = await ledger_cards.says(db, out.card_id)
        foot = self.words.say("screens.reply_with", says=says or out.labels)
        return plain(f"{out.text}\n\n{foot}")

    def _texts(self, out: Outgoing, words: str) -> list[Step]:
        return [partial(self._text, out, part) for part in self._parts(words)]

    def _parts(self, words: str) -> list[str]:
        shown = LINK.sub("＜", words)
        parts = [part.strip("\n") for part in _cut(shown) if part.strip()]
        count = len(parts)
        if count < 2:
            return parts
        return [
            f"{self.words.say('screens.part', number=number, count=count)}\n{part}"
            for number, part in enumerate(parts, start=1)
        ]

    async def _text(self, out: Outgoing, part: str) -> str:
        answer = await self._send(out, "text", part)
        return str(answer.get("msgid", ""))

    async def _card(self, out: Outgoing, card: Card) -> str:
        """A card; one that WeCom refuses is said in words, once."""
        task = str(card["task_id"])
        try:
            answer = await self._send(out, "template_card", card)
        except SendError as trouble:
            if _number(trouble) == TASK_KNOWN:
                return task
            if trouble.kind is not Trouble.REFUSED:
                raise
            log.error("card_refused", outbox=out.id, detail=trouble.detail)
            for step in self._texts(out, await self._twin(out)):
                await step()
            return task
        if code := answer.get("response_code"):
            await self._note(out, task, str(code))
        return task

    async def _note(self, out: Outgoing, task: str, code: str) -> None:
        until = self.clock.now() + timedelta(hours=self.client.settings.card_hours)
        async with self.database.transaction() as db:
            if not await outbox.is_wiped(db, out.id):
                await live_cards.note(db, out.address, task, code, until=until)

    # closing
    async def _closed(self, out: Outgoing) -> bool:
        """Whether the earlier card says its last word now; False: it needs a new message."""
        said, ended = plain(out.text), self.words.say("screens.ended")
        done = False
        for task in tasks_of(out.closes):
            card = last_word(ended if done else said, ended, task)
            change = {"template_card": card} if card else {"button": {"replace_name": ended}}
            if await self._changed(out, task, change):
                done = card is not None or done
        return done

    async def _changed(self, out: Outgoing, task: str, change: Mapping[str, Any]) -> bool:
        """Change one card by the code that is left; a code is good once."""
        async with self.database.reading() as db:
            code = await live_cards.edit_token(db, out.address, task, now=self.clock.now())
        if code is None:
            return False
        body = {
            "userids": [out.address.user_key], "response_code": code,
            "agentid": self.client.settings.agent_id, **change,
        }  # fmt: skip
        done = await self._granted(body)
        async with self.database.transaction() as db:
            await live_cards.spend(db, out.address, task)
        return done

    async def _granted(self, body: Mapping[str, Any]) -> bool:
        try:
            await self.client.call(UPDATE, json=body)
        except SendError as trouble:
            if trouble.kind not in {Trouble.GONE, Trouble.REFUSED}:
                raise
            return False
        return True

    # files
    def _papers(self, out: Outgoing, *, pictures: bool) -> list[Step]:
        return [
            partial(self._paper, out, paper, "image" if pictures else "file")
            for paper in out.files
            if self._is_shown(paper) == pictures
        ]

    def _is_shown(self, paper: Paper) -> bool:
        """A picture that is there and not too big; one that is gone must not keep back the words."""
        path = path_of(self.files, paper.sha256)
        return (
            paper.mime in PICTURES and path.is_file() and path.stat().st_size <= PICTURE_LIMIT
        )

    async def _paper(self, out: Outgoing, paper: Paper, kind: str) -> str:
        """A picture that WeCom does not take for one goes as a file."""
        try:
            return await self._media(out, paper, kind)
        except SendError as trouble:
            if kind != "image" or _number(trouble) not in NO_PICTURE:
                raise
        return await self._media(out, paper, "file")

    async def _media(self, out: Outgoing, paper: Paper, kind: str) -> str:
        """A file; one whose upload WeCom has forgotten is uploaded once more."""
        held = await self._held(paper, kind)
        try:
            return await self._text_of_media(out, kind, held)
        except SendError as trouble:
            if _number(trouble) != UPLOAD_GONE:
                raise
        async with self.database.transaction() as db:
            await held_files.forget(db, self._name(paper, kind), held)
        return await self._text_of_media(out, kind, await self._held(paper, kind))

    async def _text_of_media(self, out: Outgoing, kind: str, media_id: str) -> str:
        answer = await self._send(out, kind, media_id)
        return str(answer.get("msgid", ""))

    def _name(self, paper: Paper, kind: str) -> Held:
        """The name is part of the upload: the member sees it."""
        return Held("wecom", self.client.account, paper.sha256, f"{kind}/{paper.name}")

    async def _held(self, paper: Paper, kind: str) -> str:
        name = self._name(paper, kind)
        async with self.database.reading() as db:
            if known := await held_files.media_id(db, name, now=self.clock.now()):
                return known
        data = await asyncio.to_thread(_read, path_of(self.files, paper.sha256))
        media_id = await self.client.upload(kind, paper.name, data)
        async with self.database.transaction() as db:
            await held_files.note(db, name, media_id, until=self.clock.now() + HELD_FOR)
        return media_id

    # one call
    async def _send(self, out: Outgoing, kind: str, content: str | Card) -> dict[str, Any]:
        who = out.address.user_key
        self.allowance.take(who)
        answer = await self.client.call(SEND, json=self._body(out.id, who, kind, content))
        if who in _away(answer):
            raise SendError(Trouble.UNREACHABLE, "outside the visible range")
        return answer

    def _body(self, row: int, to: str, kind: str, content: str | Card) -> dict[str, Any]:
        inside = {"text": {"content": content}, "template_card": content}
        return {
            "touser": to, "agentid": self.client.settings.agent_id, "msgtype": kind,
            kind: inside.get(kind, {"media_id": content}),
            "enable_duplicate_check": 1,
            "duplicate_check_interval": LOOKS_BACK + row % ROWS,
        }  # fmt: skip


def _asks(out: Outgoing) -> bool:
    """Whether it has buttons that can be pressed."""
    return bool(out.labels and out.tokens)


def _away(answer: Mapping[str, Any]) -> frozenset[str]:
    """Whom the call has not reached: outside the visible range, or without a licence."""
    told = (str(answer.get(name) or "") for name in ("invaliduser", "unlicenseduser"))
    return frozenset(one.casefold() for names in told for one in names.split("|") if one)


def _number(trouble: SendError) -> int:
    """WeCom's number of a refusal; 0 when it is none of WeCom's."""
    return int(getattr(trouble, "number", 0))


def _cut(words: str) -> list[str]:
    """Parts of so many bytes, cut where a reader would pause."""
    marked = words.replace("\\", "\\\\").replace("*", "\\*")
    return [plain(part) for part in split(marked, PART, lambda part: len(part.encode()))]


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise SendError(Trouble.REFUSED, f"{path.name} is larger than 20 MB")
        return path.read_bytes()
    except OSError as error:
        raise SendError(
            Trouble.REFUSED, f"{path.name} cannot be read: {error.strerror}"
        ) from None
