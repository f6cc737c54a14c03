"""What goes out in one job: a chat's messages in their order, or one text to many people at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.channels.base import Caps, Channel
from ledger.messages import Outgoing
from ledger.outbox import ANSWER
from ledger.people import Address


@dataclass(frozen=True)
class Job:
    """Messages of one chat, or (`together`) the same words for several chats in one call."""

    outs: tuple[Outgoing, ...]
    together: bool = False

    @property
    def chats(self) -> set[Address]:
        """Whom it is for."""
        return {out.address for out in self.outs}


def chat_of(out: Outgoing) -> str:
    """A chat's name within its channel."""
    return f"{out.address.account}/{out.address.user_key}"


def groupable(out: Outgoing, caps: Caps) -> bool:
    """Whether it may share a call: unasked words alone, in one message, nothing to press or close."""
    more = out.card_id or out.labels or out.files or out.drawings or out.closes
    words_alone = not more and len(out.text.encode()) <= caps.text_limit
    return caps.together > 1 and out.lane > ANSWER and out.kind != "close" and words_alone


def jobs(batch: Iterable[Outgoing], channels: Mapping[str, Channel]) -> list[Job]:
    """The batch in jobs that may run side by side: no chat is in two of them.

    A chat that is to hear more than one message gets them on their own, in order.
    """
    alike: dict[tuple[object, ...], list[Outgoing]] = {}
    single: list[Job] = []
    for outs in _by_chat(batch).values():
        caps = channels[outs[0].address.channel].caps
        if len(outs) == 1 and groupable(outs[0], caps):
            alike.setdefault(_same(outs[0]), []).append(outs[0])
        else:
            single.append(Job(tuple(outs)))
    return single + [job for outs in alike.values() for job in _groups(outs, channels)]


def weight(out: Outgoing, caps: Caps) -> int:
    """How many messages it becomes in the chat: its words in parts, and each file."""
    return parts(len(out.text.encode()), len(out.files), caps)


def parts(size: int, files: int, caps: Caps) -> int:
    """The same, from the bytes of its words and the number of files."""
    return max(1, -(-size // caps.text_limit) + files)


def _same(out: Outgoing) -> tuple[object, ...]:
    """What two rows of one call have in common.

    Those that may be out already keep to themselves: the channel's check for duplicates drops
    a call only when it is the same to the byte, receivers included.
    """
    address = out.address
    return address.channel, address.account, out.lane, out.kind, out.text, out.again


def _groups(outs: list[Outgoing], channels: Mapping[str, Channel]) -> Iterator[Job]:
    most = channels[outs[0].address.channel].caps.together
    for first in range(0, len(outs), most):
        some = tuple(outs[first : first + most])
        yield Job(some, together=len(some) > 1)


def _by_chat(batch: Iterable[Outgoing]) -> dict[Address, list[Outgoing]]:
    chats: dict[Address, list[Outgoing]] = {}
    for out in batch:
        chats.setdefault(out.address, []).append(out)
    return chats
