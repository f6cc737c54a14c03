"""The same message in other words: its records in a new version, never a second set.

By editing the message, by sending it again, or by a word of retraction in the next one
(刚才说错了，……). What becomes of each record: rewriting.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.drafts import DOUBT, ask_or_show, buttons, card, enter, join_files, kept_of, line
from handlers.filing import Desk, Filed, read_message
from handlers.rewriting import Outcome, add, apply, wanted_of
from handlers.talk import LONGEST_LABEL, Room
from ledger import drafts, kinds, records, talks
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person
from ledger.reading.said import LeaveSaid, Reading, Report, ReturnSaid
from ledger.records import Record
from ledger.talks import Said
from templates.words import unmarked

STRIKES = 3  # buttons for what an edited message no longer mentions


# sent again
async def draft(room: Room, asker: Person, said: Said) -> Reply | None:
    """File what a sentence says and show it; None when there is nothing to file in it."""
    if asker.role not in ON_TEAM or not said.text:
        return None
    reading = await read_message(room, asker, said.text)
    if not reading.reports:
        return None
    before = await _said_before(room, asker, said, reading)
    if before is None:
        return await enter(room, asker, said, reading)
    if found := await kept_of(room, asker, before.source):
        await join_files(room, asker, said.files, found)
        return await card(room, asker, before.source, "drafts.said_before")
    first = replace(said, source=before.source, at=before.made_at)
    return await _reread(Desk(room, asker, first, reading))


async def _said_before(
    room: Room, asker: Person, said: Said, reading: Reading
) -> drafts.Told | None:
    """The message that said the same; 今天 of another day is not the same."""
    since = room.now - timedelta(hours=room.rules.undo_hours)
    before = await drafts.said_before(
        room.db, asker, said.text, source=said.source, since=since
    )
    if before is None or before.day == room.now.date():
        return before
    then = await read_message(room, asker, said.text, day=before.day)
    return before if then.reports == reading.reports else None


# by editing
async def edited(room: Room, asker: Person, said: Said) -> Reply:
    """An edited message is read again; what it no longer mentions is one tap from being struck."""
    told = await drafts.told(room.db, said.source)
    if told is None or asker.role not in ON_TEAM:
        raise Refused("corrections.not_a_record")
    if told.text == said.text:  # channels tell of edits that changed nothing one can see
        return await _unchanged(room, asker, said)
    said = replace(said, at=told.made_at)
    reading = await read_message(room, asker, said.text, day=told.day)
    found = await records.by_source(room.db, asker, said.source)
    if not reading.reports:
        raise Refused("drafts.nothing_left" if found else "corrections.not_a_record")
    before = await read_message(room, asker, told.text, day=told.day)
    if not found and not before.reports:
        return await enter(room, asker, said, reading)
    return await _reread(Desk(room, asker, said, reading), before)


async def _unchanged(room: Room, asker: Person, said: Said) -> Reply:
    found = await kept_of(room, asker, said.source)
    if not found:
        raise Refused("corrections.not_a_record")
    await join_files(room, asker, said.files, found)
    return await _same(room, found)


async def _same(room: Room, found: Sequence[Record]) -> Reply:
    lines = "；".join([await line(room, one) for one in found])
    return Reply(room.words.say("corrections.same", line=lines))


async def _reread(desk: Desk, before: Reading | None = None) -> Reply:
    """All records of a message, struck ones too, by its words as they are now."""
    room, asker, said = desk.room, desk.asker, desk.said
    found = await records.by_source(room.db, asker, said.source)
    _check_young(room, asker, found)
    outcome = await apply(desk, found, retracts=False)
    if before is not None:
        await _absences(desk, before, outcome)
    await drafts.keep(room.db, asker, said.source, said.text, now=room.now)
    await join_files(room, asker, said.files, await kept_of(room, asker, said.source))
    return await _tell(desk, outcome)


async def _absences(desk: Desk, before: Reading, outcome: Outcome) -> None:
    """A leave or return told for the first time is entered; one handed in is not changed."""
    told, now = _leaves(before), _leaves(desk.reading)
    if told == now:
        return
    if told:
        outcome.notes.append(desk.room.words.say("drafts.leave_stands"))
        return
    kept = [one for one in desk.reading.reports if isinstance(one, LeaveSaid | ReturnSaid)]
    await add(desk, kept, outcome)


def _leaves(reading: Reading) -> list[Report]:
    return [
        replace(one, start=0, text="")
        for one in reading.reports
        if isinstance(one, LeaveSaid | ReturnSaid)
    ]


# by a word of retraction
async def retracted(room: Room, asker: Person, said: Said, reading: Reading) -> Reply | None:
    """刚才说错了，不是40分钟是60分钟: the last records of that kind; None: there are none."""
    desk = Desk(room, asker, said, reading)
    wanted = {one.kind for one in wanted_of(desk)}
    since = room.now - timedelta(hours=room.rules.undo_hours)
    recent = await records.recent(room.db, asker, since=since)
    last = [
        one for one in recent if one.kind in wanted and await kinds.changeable(room.db, one)
    ]
    if not last or len(wanted) != len({type(one) for one in reading.reports}):
        return None
    found = await kept_of(room, asker, last[0].source)
    of_kind = [one for one in found if one.kind in wanted]
    desk = Desk(room, asker, replace(said, source=last[0].source), reading)
    outcome = await apply(desk, of_kind, retracts=True)
    await join_files(room, asker, said.files, of_kind)
    return await _tell(desk, replace(outcome, gone=[]))


def _check_young(room: Room, asker: Person, found: Sequence[Record]) -> None:
    if not all(records.may_undo(one, asker, now=room.now, rules=room.rules) for one in found):
        raise Refused("corrections.too_late", hours=room.rules.undo_hours)


# the answer
async def _tell(desk: Desk, outcome: Outcome) -> Reply:
    room = desk.room
    found = await kept_of(room, desk.asker, desk.said.source)
    if not (outcome.changes or outcome.added or outcome.gone or outcome.notes):
        return await _same(room, found)
    gone = [await line(room, one) for one in outcome.gone]
    text = room.words.say(
        "drafts.corrected",
        changes=outcome.changes,
        added=[await line(room, one) for one in outcome.added],
        gone=gone,
        notes=outcome.notes,
    )
    if doubt := await _doubt(desk):
        return replace(doubt, text=f"{text}\n\n{doubt.text}")
    strikes = [
        Option(_strike_label(told, len(gone)), f"撤销 {one.id}")
        for one, told in zip(outcome.gone, gone, strict=True)
    ]
    return Reply(text, (*await buttons(room, found), *strikes[:STRIKES]), kind="card")


def _strike_label(told: str, count: int) -> str:
    return "撤销没提到的" if count == 1 else f"撤销 {unmarked(told)}"[:LONGEST_LABEL]


async def _doubt(desk: Desk) -> Reply | None:
    """What is doubtful in the new words is asked, unless another talk is open."""
    room, asker = desk.room, desk.asker
    state = await talks.load(room.db, asker.id, now=room.now)
    if state is not None:
        if (state.topic, state.opening.source) != (DOUBT.name, desk.said.source):
            return None
        await talks.drop(room.db, asker.id)
    opening = Said("", desk.said.source, at=desk.said.at)
    reply = await ask_or_show(room, asker, opening, Filed())
    return reply if reply.kind == "question" else None
