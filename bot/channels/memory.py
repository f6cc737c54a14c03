"""A channel that is a list: for tests and rehearsals. It behaves like a chat with edits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.channels.base import Caps, Keep, SendError, Unreadable
from ledger.clock import aware
from ledger.inbox import Raw
from ledger.messages import ActionIn, EnterIn, Event, Handle, Incoming, Media, Outgoing, TextIn
from ledger.people import Address

KINDS = {"ogg": ("voice", "audio/ogg"), "pdf": ("document", "application/pdf")}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS |= {"xlsx": ("document", XLSX)}


class Memory:
    """Keeps what was delivered in `sent`, in order."""

    name = "memory"
    account = "local"
    caps = Caps(edits=True, text_limit=4096)

    def __init__(self, blobs: dict[str, bytes] | None = None) -> None:
        self.sent: list[Outgoing] = []
        self.blobs = blobs or {}

    def raw(self, user: str, ext_id: str, at: datetime, **facts: Any) -> Raw:
        """A payload as this channel delivers it: text, token, files, edits, enter, place, reply_to."""
        payload = {"user": user, "id": ext_id, "at": at.isoformat(), **facts}
        return Raw(self.name, self.account, ext_id, f"{self.name}:{user}", payload)

    def hear(self, payload: dict[str, Any]) -> Incoming:
        """Translate; a payload that says `poison` is unreadable on purpose."""
        if "poison" in payload:
            raise Unreadable("poison")
        source = f"{self.name}:{payload.get('edits') or payload['id']}"
        return Incoming(
            Address(self.name, self.account, payload["user"]), source, _event(payload),
            aware(datetime.fromisoformat(payload["at"])), edited="edits" in payload,
        )  # fmt: skip

    async def deliver(self, out: Outgoing) -> Handle:
        """Append it to the list."""
        self.sent.append(out)
        return Handle(str(out.id))

    async def deliver_together(
        self, outs: Sequence[Outgoing]
    ) -> Mapping[int, Handle | SendError]:
        """Append them all."""
        return {out.id: await self.deliver(out) for out in outs}

    async def fetch(self, media: Media) -> bytes:
        """The bytes put there before under that name."""
        return self.blobs[media.fetch]

    async def run(self, keep: Keep) -> None:
        """Nothing to listen to."""

    async def close(self) -> None:
        """Nothing to give back."""


def _event(payload: dict[str, Any]) -> Event:
    if "token" in payload:
        return ActionIn(payload["token"])
    if "enter" in payload:
        return EnterIn(payload["enter"])
    media = tuple(_media(name) for name in payload.get("files", ()))
    return TextIn(
        payload.get("text", ""), media, payload.get("place", ""),
        reply_to=payload.get("reply_to", ""),
    )  # fmt: skip


def _media(name: str) -> Media:
    kind, mime = KINDS.get(name.rpartition(".")[2], ("photo", "image/jpeg"))
    return Media(kind, name, mime, 0, name)
