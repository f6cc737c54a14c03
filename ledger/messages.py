"""What every channel hands in and what we hand out, in words no chat company owns."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ledger.people import Address


# in
@dataclass(frozen=True)
class Media:
    """A photo or file a channel offers; `fetch` is what the channel needs to get the bytes."""

    kind: str
    name: str
    mime: str
    size: int
    fetch: str
    origin: str = ""
    forwarded: bool = False


@dataclass(frozen=True)
class TextIn:
    """Words, with photos, a place, or both; empty words when only those came."""

    text: str = ""
    media: tuple[Media, ...] = ()
    place: str = ""
    album: str = ""
    reply_to: str = ""


@dataclass(frozen=True)
class ActionIn:
    """A pressed button: a token, never authority."""

    token: str


@dataclass(frozen=True)
class EnterIn:
    """Somebody opened the chat, with an invite's payload or without.

    `passing`: the channel says so at every look, so he is greeted once a day.
    """

    payload: str = ""
    passing: bool = False


@dataclass(frozen=True)
class LifecycleIn:
    """The channel tells that a person became reachable or unreachable.

    `came` and `went`: ids, as they are spelt, that the company has entered or taken away.
    """

    kind: str
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnknownIn:
    """Something this channel has never sent before: stored, counted, left alone.

    `unsaid`: nobody has said it; it happened (a place told by the phone on entering).
    """

    kind: str
    unsaid: bool = False


Event = TextIn | ActionIn | EnterIn | LifecycleIn | UnknownIn


@dataclass(frozen=True)
class Incoming:
    """One message as heard. `source` names the message; an edited one carries the same."""

    address: Address
    source: str
    event: Event
    at: datetime
    edited: bool = False
    group: bool = False
    masked: bool = False  # numbers in it were hidden before it was stored


# out
REFUSED = "refused"  # the kind of a reply that says why something was not done


@dataclass(frozen=True)
class Option:
    """A button: its label, and the words that do the same when written."""

    label: str
    say: str


@dataclass(frozen=True)
class Paper:
    """A file to send, kept under its hash."""

    sha256: str
    name: str
    mime: str


@dataclass(frozen=True)
class Drawing:
    """A file to make when its message goes out; it follows from these facts alone.

    `form` is a key of templates/forms.py (card, word, pdf, a chart); `facts` is plain data.
    """

    form: str
    name: str  # what the file is called, without its ending
    facts: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """Something to say: neutral markup, buttons, files. `step` ties its buttons to one question."""

    text: str
    options: tuple[Option, ...] = ()
    files: tuple[Paper, ...] = ()
    kind: str = "text"
    step: str = ""
    drawings: tuple[Drawing, ...] = ()


@dataclass(frozen=True)
class Outgoing:
    """One row of the outbox as a channel receives it; `tokens` belong to `labels` one by one."""

    id: int
    person_id: int | None
    address: Address
    kind: str
    text: str
    labels: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    files: tuple[Paper, ...] = ()
    card_id: int | None = None
    closes: str = ""
    again: bool = False
    made_at: int = 0
    lane: int = 0
    attempts: int = 1
    drawings: tuple[Drawing, ...] = ()  # not made yet; the sender has them made
    plain: bool = False  # this screen shows no buttons: they are told in words
    urgent: bool = False  # bound to a time or to safety
    expires_at: datetime | None = None  # it makes no sense any more then


@dataclass(frozen=True)
class Handle:
    """How a channel names a message it has sent."""

    ref: str = ""
    refs: tuple[str, ...] = field(default=())
