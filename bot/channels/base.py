"""The contract of a channel: it translates, and decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ledger.inbox import Raw
from ledger.messages import Handle, Incoming, Media, Outgoing


class Trouble(StrEnum):
    """Why a message did not go out, in the words `bot.sender` acts on (channels/model §3)."""

    THROTTLED = "throttled"  # too fast: wait, that chat or everybody
    DOWN = "down"  # surely not sent
    UNCERTAIN = "uncertain"  # perhaps sent
    UNREACHABLE = "unreachable"  # blocked, left, deactivated
    GONE = "gone"  # the message to edit is too old or not there
    MOVED = "moved"  # the chat has a new address
    REFUSED = "refused"  # our payload is wrong; repeating it is useless
    MISCONFIGURED = "misconfigured"  # wrong token, second poller: the channel stops


class SendError(Exception):
    """A channel could not deliver. `kind` says what it means, the sender what to do."""

    def __init__(
        self, kind: Trouble, detail: str = "", *, retry_after: float = 0, everybody: bool = False,
        moved_to: str = "",
    ) -> None:  # fmt: skip
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail = kind, detail
        self.retry_after, self.everybody, self.moved_to = retry_after, everybody, moved_to


class Unreadable(ValueError):
    """A payload that cannot be understood; it is parked and its neighbours go on."""


@dataclass(frozen=True)
class Caps:
    """What a channel can do; rates are starts a second, 0 means no limit.

    `windows`: at most so many messages to one chat in so many seconds. `together`: so many
    receivers of one identical text in one call. `eases`: nothing unasked at :00 and :30 sharp.
    """

    edits: bool
    text_limit: int
    rate: float = 0
    chat_rate: float = 0
    chat_burst: int = 1
    windows: tuple[tuple[int, int], ...] = ()
    together: int = 1
    eases: bool = False


@dataclass(frozen=True)
class Cursor:
    """How far a polling channel has fetched; kept in the transaction of the batch."""

    channel: str
    account: str
    last_id: int


class Keep(Protocol):
    """What a channel calls before it tells anybody 'received': the durable inbox."""

    async def __call__(self, raws: Sequence[Raw], cursor: Cursor | None = None) -> None:
        """Commit the raw messages (and the cursor), then wake the workers."""


class Channel(Protocol):
    """One way to reach people. `account` tells two bots of one company apart."""

    name: str
    account: str
    caps: Caps

    def hear(self, payload: dict[str, Any]) -> Incoming:
        """Translate one raw payload; `Unreadable` when it is beyond us."""

    async def deliver(self, out: Outgoing) -> Handle:
        """Send one message (or close an earlier one); `SendError` tells why not."""

    async def deliver_together(
        self, outs: Sequence[Outgoing]
    ) -> Mapping[int, Handle | SendError]:
        """One identical text to several people in one call, where `caps.together` is above 1.

        The outcome of each, by the row's id; `SendError` is raised where none went out.
        """

    async def fetch(self, media: Media) -> bytes:
        """Get the bytes of a photo or file; `SendError` when they cannot be had."""

    async def run(self, keep: Keep) -> None:
        """Listen until cancelled. A channel that is served over HTTP returns at once."""

    async def close(self) -> None:
        """Give back connections."""
