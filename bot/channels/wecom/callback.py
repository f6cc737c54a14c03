"""WeCom calls back: verify, decrypt, commit, and only then 200 (wecom.md §2).

Whatever has been decrypted is kept and answered with 200: a refusal would be tried twice more
and then be lost. Only the press of a card is answered with words, within three seconds.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.wecom import envelope
from bot.channels.wecom.crypto import Crypt, CryptError
from bot.channels.wecom.envelope import BadEnvelope, listed
from ledger import cards, inbox, live_cards, outbox, press_answers
from ledger.chance import fresh_seed
from ledger.clock import Clock
from ledger.database import Database, StoreTrouble
from ledger.errors import Refused
from ledger.inbox import Raw
from ledger.messages import REFUSED
from ledger.people import Address

if TYPE_CHECKING:
    from bot.inbox import Inbox

log = structlog.get_logger()
CHANNEL = "wecom"
AGE = 300  # seconds a callback's own time may be away from ours
PATIENCE = 3.0  # seconds a press may take; WeCom hangs up after five
LONGEST_LABEL = 10  # characters on a button
PRESSES = frozenset({"template_card_event", "template_card_menu_event"})
TELLING = (  # what tells two events of one second apart; never the ResponseCode
    "FromUserName", "CreateTime", "Event", "EventKey", "TaskId", "ChangeType", "UserID",
)  # fmt: skip
LOADS = ("SendPicsInfo", "SendLocationInfo", "SelectedItems")


def routes(callback: "Callback", path: str) -> list[Route]:
    """The one address WeCom knows."""
    return [
        Route(path, callback.verify, methods=["GET"]),
        Route(path, callback.receive, methods=["POST"]),
    ]


def raw_of(inner: Mapping[str, Any], account: str) -> Raw:
    """A decrypted message as the inbox keeps it."""
    who = str(inner.get("FromUserName", "")).casefold()
    return Raw(CHANNEL, account, ext_id_of(inner), f"{CHANNEL}:{who or 'nobody'}", dict(inner))


def ext_id_of(inner: Mapping[str, Any]) -> str:
    """What makes a message the same when it comes again; events have no id of their own."""
    if inner.get("MsgId"):
        return f"m:{inner['MsgId']}"
    told = [str(inner.get(name, "")) for name in TELLING]
    told += [json.dumps(inner.get(name), ensure_ascii=False, sort_keys=True) for name in LOADS]
    return f"e:{_digest('|'.join(told))}"


def unread(plaintext: str, account: str) -> Raw:
    """Words that are no XML: kept, to be parked by the worker."""
    return Raw(
        CHANNEL, account, f"x:{_digest(plaintext)}", f"{CHANNEL}:nobody", {"text": plaintext}
    )


def token_of(inner: Mapping[str, Any]) -> str:
    """The button pressed: its key, or the option chosen in a list."""
    items = listed((inner.get("SelectedItems") or {}).get("SelectedItem"))
    chosen = [
        str(id)
        for item in items
        for id in listed((item.get("OptionIds") or {}).get("OptionId"))
    ]
    return chosen[0] if chosen else str(inner.get("EventKey", ""))


@dataclass
class Callback:
    """The door for one app."""

    crypt: Crypt
    account: str
    inbox: "Inbox"
    database: Database
    clock: Clock
    card_hours: int = 72  # a card can be changed by the code that came with its press
    _strange: int = field(default=0)

    async def verify(self, request: Request) -> Response:
        """The address is entered in the console: the echo, decrypted, and nothing else."""
        try:
            timestamp, nonce, signature = self._signed(request)
            echo = request.query_params["echostr"]
            self.crypt.verify(signature, timestamp, nonce, echo)
            return PlainTextResponse(self.crypt.open(echo))
        except KeyError:
            return Response(status_code=400)
        except CryptError as error:
            return self._refused(error.kind)

    async def receive(self, request: Request) -> Response:
        """200 kept; 400, 403, 413 not WeCom's or not ours; 503 try again."""
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        try:
            timestamp, nonce, signature = self._signed(request)
            ciphertext = envelope.read_envelope(body).ciphertext
            self.crypt.verify(signature, timestamp, nonce, ciphertext)
            if abs(self.clock.now().timestamp() - int(timestamp)) > AGE:
                return self._refused("time")
            plaintext = self.crypt.open(ciphertext)
        except (KeyError, BadEnvelope, ValueError) as error:
            kind = error.kind if isinstance(error, CryptError) else ""
            return self._refused(kind) if kind else Response(status_code=400)
        try:
            return await self._taken(plaintext)
        except StoreTrouble as trouble:
            log.error("store_trouble", error=str(trouble))
            return Response(status_code=503)

    def _signed(self, request: Request) -> tuple[str, str, str]:
        query = request.query_params
        return query["timestamp"], query["nonce"], query["msg_signature"]

    def _refused(self, kind: str) -> Response:
        self._strange += 1
        log.warning("wecom_refused", kind=kind, so_far=self._strange)
        return Response(status_code=403)

    async def _taken(self, plaintext: str) -> Response:
        try:
            inner = envelope.read_inner(plaintext)
        except BadEnvelope:
            await self.inbox.keep([unread(plaintext, self.account)])
            return Response()
        raw = raw_of(inner, self.account)
        await self.inbox.keep([raw])
        if str(inner.get("Event")) not in PRESSES:
            return Response()
        await self._note_code(inner, raw)
        return await self._pressed(inner, raw)

    async def _note_code(self, inner: Mapping[str, Any], raw: Raw) -> None:
        """Each press brings a code that changes the card once more; the newest counts.

        Of a press that is wiped already (an unsigned opinion) nothing is noted.
        """
        task, code = str(inner.get("TaskId") or ""), str(inner.get("ResponseCode") or "")
        who = str(inner.get("FromUserName") or "").casefold()
        if not (task and code and who):
            return
        until = self.clock.now() + timedelta(hours=self.card_hours)
        async with self.database.transaction() as db:
            on = Address(CHANNEL, self.account, who)
            if await inbox.is_kept(db, raw):
                await live_cards.note(db, on, task, code, until=until)

    async def _pressed(self, inner: Mapping[str, Any], raw: Raw) -> Response:
        """The card says at once what became of the press; the same when it is pressed again."""
        label = await self._answer_to(inner, raw)
        if not label:
            return Response()
        xml = envelope.update_button(inner, label)
        body = envelope.sealed_reply(
            self.crypt, xml, timestamp=str(int(self.clock.now().timestamp())),
            nonce=fresh_seed().hex()[:10], random=fresh_seed()[:16],
        )  # fmt: skip
        return Response(body, media_type="application/xml")

    async def _answer_to(self, inner: Mapping[str, Any], raw: Raw) -> str:
        async with self.database.reading() as db:
            if told := await press_answers.read(db, CHANNEL, self.account, raw.ext_id):
                return told
        kind = await self.inbox.outcome(raw, seconds=PATIENCE)
        if kind is None:
            return ""
        done = kind not in {REFUSED, ""}  # no answer at all: a stranger's press
        label = await self._chosen(token_of(inner)) if done else "已失效"
        await self._keep_answer(raw, label)
        return label

    async def _keep_answer(self, raw: Raw, label: str) -> None:
        now = self.clock.now()
        async with self.database.transaction() as db:
            if await inbox.is_kept(db, raw):  # not wiped meanwhile
                await press_answers.keep(db, CHANNEL, self.account, raw.ext_id, label, now=now)

    async def _chosen(self, token: str) -> str:
        try:
            card, option = cards.parse(token)
        except Refused:
            return "已收到"
        async with self.database.reading() as db:
            label = await outbox.label_of(db, card, option)
        return f"✓ {label}"[:LONGEST_LABEL] if label else "已收到"


async def _body(request: Request) -> bytes | None:
    """The body; None when it is larger than any message."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > envelope.LONGEST:
            return None
    return body


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()
