"""A card after a press: within five seconds it says what became of it (wecom.md §7).

Purely cosmetic: the answer itself goes through the outbox, whether this works or not.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.base import SendError
from bot.channels.text import plain
from bot.channels.wecom_bot.cards import LABEL, Card, pressed
from bot.channels.wecom_bot.hear import event_of, sender_of, token_of
from bot.channels.wecom_bot.socket import Frame, Socket, id_of
from ledger import cards, inbox, outbox
from ledger.database import Database
from ledger.errors import Refused
from ledger.inbox import Raw
from ledger.messages import REFUSED
from ledger.people import Address

log = structlog.get_logger()
LOOKS = (0.05, 0.1, 0.2, 0.4, 0.75, 1.5)  # seconds between looks: three of the five we have
TAKEN, PAST = "已收到", "已失效"


@dataclass
class Pressing:
    """Turns pressed cards grey."""

    socket: Socket
    database: Database

    async def show(self, frame: Frame, raw: Raw) -> None:
        """Wait a moment for what became of the press, then say it on the card."""
        event = event_of(frame["body"])
        try:
            card, option = cards.parse(token_of(event))
        except Refused:
            return  # none of ours: nothing is known of it to show
        kind = await self._outcome(raw)
        async with self.database.reading() as db:
            words = plain(await outbox.words_of(db, card, _presser(raw)))
            chosen = await outbox.label_of(db, card, option)
        if words and event.get("taskid"):
            shown = pressed(_as_sent(event), words, _label(kind, chosen))
            await self._update(frame, shown)

    async def _outcome(self, raw: Raw) -> str | None:
        for seconds in LOOKS:
            await asyncio.sleep(seconds)
            async with self.database.reading() as db:
                kind = await inbox.outcome(db, raw.channel, raw.account, raw.ext_id)
            if kind is not None:
                return kind
        return None

    async def _update(self, frame: Frame, card: Card) -> None:
        body: dict[str, Any] = {"response_type": "update_template_card", "template_card": card}
        if frame["body"].get("chattype") == "group":
            body["userids"] = [frame["body"]["from"]["userid"]]
        try:
            await self.socket.call("aibot_respond_update_msg", body, id_of(frame))
        except SendError as trouble:
            log.info("card_not_updated", reason=trouble.detail)


def _presser(raw: Raw) -> Address:
    """Words are shown to whom they were sent: what comes with a press may be made up."""
    return Address(raw.channel, raw.account, sender_of(raw.payload["body"]).casefold())


def _as_sent(event: dict[str, Any]) -> Card:
    kind = str(event.get("cardtype") or "button_interaction")
    return {"card_type": kind, "task_id": str(event["taskid"])}


def _label(kind: str | None, chosen: str) -> str:
    if kind == REFUSED:
        return PAST
    return f"✓ {chosen}"[:LABEL] if kind is not None and chosen else TAKEN
