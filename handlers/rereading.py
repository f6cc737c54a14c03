"""The same message in other words: its records in a new version, never a second set.

By editing the message, or by a word of retraction in the next one (刚才说错了，……).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from handlers.drafts import buttons, enter, join_files, kept_of, line
from handlers.filing import (
    Desk,
    Filed,
    file,
    found_of,
    promise_of,
    read_message,
    study_of,
    visits_of,
)
from handlers.talk import Room
from ledger import drafts, issues, kinds, presence, progress, promises, records, study, visits
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import Person
from ledger.reading.said import (
    IssueSaid,
    PresenceSaid,
    ProgressSaid,
    PromiseSaid,
    Reading,
    Report,
    StudySaid,
    VisitSaid,
)
from ledger.records import Record
from ledger.talks import Said


@dataclass(frozen=True)
class Wanted:
    """One record as the new words want it: its kind, its facts, the report it comes from."""

    kind: str
    facts: Any
    report: Report


@dataclass(frozen=True)
class Change:
    """A record before and after."""

    before: str
    after: str


@dataclass(frozen=True)
class Outcome:
    """What has become of the old records."""

    changes: list[Change]
    added: list[Record]
    gone: list[Record]


# by editing
async def edited(room: Room, asker: Person, said: Said) -> Reply:
    """An edited message is read again; what it no longer mentions is one tap from being struck."""
    found = await kept_of(room, asker, said.source)
    reading = await read_message(room, asker, said.text)
    if not reading.reports:
        raise Refused("drafts.nothing_left")
    if not found:
        return await enter(room, asker, said, reading)
    _check_young(room, asker, found)
    desk = Desk(room, asker, said, reading)
    outcome = await _apply(desk, found, add=True)
    await drafts.keep(room.db, asker, said.source, said.text, now=room.now)
    await join_files(room, asker, said.files, found)
    return await _tell(room, asker, said.source, outcome)


# by a word of retraction
async def retracted(room: Room, asker: Person, said: Said, reading: Reading) -> Reply | None:
    """刚才说错了，不是40分钟是60分钟: the last message's records of that kind; None: it has none."""
    since = room.now - timedelta(hours=room.rules.undo_hours)
    source = await drafts.latest(room.db, asker, source=said.source, since=since)
    found = await kept_of(room, asker, source) if source else []
    wanted = {one.kind for one in wanted_of(Desk(room, asker, said, reading))}
    of_kind = [one for one in found if one.kind in wanted]
    if not of_kind or len(wanted) != len({type(one) for one in reading.reports}):
        return None
    outcome = await _apply(Desk(room, asker, said, reading), of_kind, add=False)
    await join_files(room, asker, said.files, of_kind)
    return await _tell(room, asker, of_kind[0].source, Outcome(outcome.changes, [], []))


def _check_young(room: Room, asker: Person, found: Sequence[Record]) -> None:
    if not all(records.may_undo(one, asker, now=room.now, rules=room.rules) for one in found):
        raise Refused("corrections.too_late", hours=room.rules.undo_hours)


async def _apply(desk: Desk, found: list[Record], *, add: bool) -> Outcome:
    room, left = desk.room, list(found)
    changes: list[Change] = []
    new: list[Report] = []
    for wanted in wanted_of(desk):
        record = await _match(room, left, wanted)
        if record is None:
            new.append(wanted.report)
            continue
        left.remove(record)
        before = await line(room, record)
        if not add:
            wanted = await _completed(room, record, wanted)
        if await _revise(desk, record, wanted):
            fresh = await records.access_record(room.db, desk.asker, record.id)
            changes.append(Change(before, await line(room, fresh)))
    added = await _add(desk, new) if add else []
    return Outcome(changes, added, left)


async def _completed(room: Room, record: Record, wanted: Wanted) -> Wanted:
    """A word of retraction names what was wrong; what it leaves out stays as it was."""
    if record.kind == study.KIND:
        old = await study.read(room.db, record)
        new: study.Study = wanted.facts
        minutes = new.minutes if new.minutes is not None else old.minutes
        facts = replace(new, topic=new.topic or old.topic, minutes=minutes)
        return replace(wanted, facts=facts)
    if record.kind == visits.KIND:
        seen = await visits.read(room.db, record)
        return replace(
            wanted, facts=replace(wanted.facts, found=wanted.facts.found or seen.found)
        )
    return wanted


async def _add(desk: Desk, reports: list[Report]) -> list[Record]:
    """What the new words say for the first time."""
    distinct = tuple(dict.fromkeys(reports))
    reading = Reading(distinct)
    filed: Filed = await file(Desk(desk.room, desk.asker, desk.said, reading))
    await drafts.leave_unchecked(desk.room.db, filed.ids)
    return [await records.access_record(desk.room.db, desk.asker, id) for id in filed.ids]


def wanted_of(desk: Desk) -> list[Wanted]:
    """The records a reading makes, as facts; leave and return are no records."""
    found: list[Wanted] = []
    for one in desk.reading.reports:
        match one:
            case StudySaid():
                found.append(Wanted(study.KIND, study_of(one), one))
            case VisitSaid():
                found += [Wanted(visits.KIND, made, one) for made in visits_of(one)]
            case IssueSaid():
                found.append(Wanted(issues.KIND, found_of(desk, one), one))
            case PromiseSaid():
                found.append(Wanted(promises.KIND, promise_of(desk, one), one))
            case PresenceSaid():
                made = presence.Presence(one.day, one.text, one.until)
                found.append(Wanted(presence.KIND, made, one))
            case ProgressSaid():
                found.append(Wanted(progress.KIND, one.text, one))
    return found


async def _match(room: Room, left: list[Record], wanted: Wanted) -> Record | None:
    """The old record that is most like it: the same household, else the next of its kind."""
    same = [one for one in left if one.kind == wanted.kind]
    household = getattr(wanted.facts, "household", None)
    for one in same:
        made = await kinds.KINDS[one.kind].read(room.db, one)
        if household and getattr(made, "household", None) == household:
            return one
    return same[0] if same else None


async def _revise(desk: Desk, record: Record, wanted: Wanted) -> bool:
    """Write the new facts; False when they are the old ones."""
    room, asker = desk.room, desk.asker
    if record.kind == progress.KIND:
        note = await progress.read(room.db, record)
        if note.text == wanted.facts:
            return False
        await progress.revise(room.db, record, asker, wanted.facts, now=room.now)
    else:
        old = await REVISED[record.kind][0](room.db, record)
        if old == wanted.facts:
            return False
        await REVISED[record.kind][1](
            room.db, record, asker, wanted.facts, now=room.now, rules=room.rules
        )
    await drafts.leave_unchecked(room.db, [record.id])
    return True


REVISED: dict[str, tuple[Any, Any]] = {
    study.KIND: (study.read, study.revise),
    visits.KIND: (visits.read, visits.revise),
    issues.KIND: (issues.read, issues.revise),
    promises.KIND: (promises.read, promises.revise),
    presence.KIND: (presence.read, presence.revise),
}


async def _tell(room: Room, asker: Person, source: str, outcome: Outcome) -> Reply:
    found = await kept_of(room, asker, source)
    if not (outcome.changes or outcome.added or outcome.gone):
        lines = "；".join([await line(room, one) for one in found])
        return Reply(room.words.say("corrections.same", line=lines))
    text = room.words.say(
        "drafts.corrected",
        changes=outcome.changes,
        added=[await line(room, one) for one in outcome.added],
        gone=[await line(room, one) for one in outcome.gone],
    )
    strike = [Option("撤销没提到的", f"撤销 {one.id}") for one in outcome.gone[:1]]
    return Reply(text, (*await buttons(room, found), *strike), kind="card")
