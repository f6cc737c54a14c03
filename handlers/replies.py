"""Replies: which records a message is about that answers an earlier one, own or ours.

A message is named as in `Incoming.source`; what we sent has its channel's name after the last
slash. Only the asker's own records count, in cards about them or in his own messages.
"""

import re
from collections.abc import Iterable
from contextlib import suppress

from handlers.talk import Room
from ledger import files, issues, outbox, records
from ledger.errors import Refused
from ledger.messages import Incoming, TextIn
from ledger.people import Address, Person
from ledger.records import Record

ABOUT = re.compile(r"(?:正确|改|撤销|恢复|转为问题) (?P<id>\d{1,9})(?P<all>等)?")
ISSUE = re.compile(r"问题(?P<id>\d{1,9})\b")


async def records_meant(room: Room, asker: Person, incoming: Incoming) -> list[Record]:
    """The asker's records, struck ones too, that the message replies to; empty: to none."""
    event = incoming.event
    if not isinstance(event, TextIn) or not event.reply_to:
        return []
    return await _of_own(room, asker, event.reply_to) or await _of_card(
        room, asker, incoming.address, event.reply_to.rpartition("/")[2]
    )


def about(record: Record) -> str:
    """The step of a message without buttons that is about this record."""
    return f"{record.person_id}:about:{record.source}:0"


async def _of_own(room: Room, asker: Person, source: str) -> list[Record]:
    """By the asker's own message: its records, else those its photos have joined."""
    found = await records.by_source(room.db, asker, source)
    return found or await _own(room, asker, await files.records_of(room.db, asker.id, source))


async def _of_card(room: Room, asker: Person, address: Address, ref: str) -> list[Record]:
    """By what stands behind our message: buttons name a record, a step names a message."""
    shown = await outbox.shown(room.db, asker.id, address, ref)
    if shown is None:
        return []
    named = [match for say in shown.says if (match := ABOUT.fullmatch(say))]
    found = await _own(room, asker, dict.fromkeys(int(match["id"]) for match in named))
    if found and any(match["all"] for match in named):
        return await records.by_source(room.db, asker, found[0].source)
    if found or not shown.step:
        return found or await _of_issue(room, asker, shown.says)
    return await records.by_source(room.db, asker, opened_by(shown.step))


async def _of_issue(room: Room, asker: Person, says: Iterable[str]) -> list[Record]:
    """A card about one issue (a reminder, 看问题) means its report, when it is the asker's."""
    numbers = {int(match["id"]) for say in says if (match := ISSUE.match(say))}
    if len(numbers) != 1:
        return []
    with suppress(Refused):
        issue = await issues.access_issue(room.db, asker, numbers.pop())
        return await _own(room, asker, [issue.record_id])
    return []


def opened_by(step: str) -> str:
    """The message named in `about` or `State.step_name`: person:topic:source:number."""
    _, _, rest = step.partition(":")
    return rest.partition(":")[2].rpartition(":")[0]


async def _own(room: Room, asker: Person, ids: Iterable[int]) -> list[Record]:
    found = []
    for id in ids:
        with suppress(Refused):  # made in a team he has left
            found.append(await records.access_record(room.db, asker, id))
    return [one for one in found if one.person_id == asker.id]
