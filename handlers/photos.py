"""Photos that come alone: they join the record they belong to, or are asked about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.talk import Room, Talk, Topic, hold, labelled, one_of
from ledger import files, issues, kinds, progress, records, talks, visits
from ledger.errors import Refused
from ledger.files import Kept
from ledger.messages import Reply
from ledger.people import ON_TEAM, Person
from ledger.records import Record
from ledger.talks import Said, State

FRESH = timedelta(minutes=10)  # a photo this soon after a record belongs to it
WITH_PHOTOS = frozenset({"visit", "issue", "progress"})
NOT_NOW = "先放着"
OFFERED = 4  # records shown as buttons


async def attach(
    room: Room, asker: Person, kept: Sequence[Kept], *, source: str
) -> tuple[int, ...]:
    """Note the files of one message, within the day's limit."""
    if not kept:
        return ()
    today = await files.count_today(room.db, asker.id, room.now.date())
    if today + len(kept) > room.rules.files_a_day:
        raise Refused("photos.too_many", limit=room.rules.files_a_day)
    return tuple(await files.attach(room.db, asker.id, list(kept), source=source, now=room.now))


async def take(room: Room, asker: Person, said: Said) -> Reply:
    """Photos or a place without words: to the record just made, else ask for which."""
    if asker.role not in ON_TEAM:
        raise Refused("photos.not_for_role")
    fresh = await _candidates(room, asker, said.files, since=room.now - FRESH)
    if fresh:
        return await _put(room, asker, said, fresh[0])
    state = State(PHOTOS.name, said)
    await talks.drop(room.db, asker.id)
    return await hold(room, asker, PHOTOS, state, said.text)


async def _candidates(
    room: Room, asker: Person, photos: Sequence[int], *, since: datetime
) -> list[Record]:
    """The asker's records that can take it, the newest first; a place alone is a visit's."""
    wanted = WITH_PHOTOS if photos else {visits.KIND}
    found = await records.recent(room.db, asker, since=since)
    return [one for one in found if one.kind in wanted and await _open_still(room, one)]


async def _open_still(room: Room, record: Record) -> bool:
    """Evidence of what is being verified or struck off does not change any more."""
    if record.kind == progress.KIND:
        note = await progress.read(room.db, record)
        return (await issues.any_issue(room.db, note.issue_id)).state in {"open", "doing"}
    if record.kind == issues.KIND:
        return (await issues.of_record(room.db, record.id)).state in {"open", "doing"}
    return True


async def _put(room: Room, asker: Person, said: Said, record: Record) -> Reply:
    """Let photos and a place belong to a record; words beside them change nothing in it."""
    await files.join(room.db, list(said.files), record.id, person=asker.id)
    placed = bool(said.place) and record.kind == visits.KIND
    if placed:
        made = replace(await visits.read(room.db, record), place=said.place)
        await visits.revise(room.db, record, asker, made, now=room.now, rules=room.rules)
    line = await kinds.line(room.db, room.words.say, record)
    count = len(said.files)
    text = room.words.say(
        "photos.joined", count=count, placed=placed, line=line, said=said.text[:40]
    )
    return Reply(text)


async def choose_record(talk: Talk) -> Reply:
    """Ask which record the photos belong to."""
    since = talk.now - timedelta(hours=talk.rules.undo_hours)
    found = (await _candidates(talk.room, talk.asker, talk.files, since=since))[:OFFERED]
    if not found:
        return talk.reply("photos.no_record", count=len(talk.files))
    lines = [(await kinds.line(talk.db, talk.say, one), one) for one in found]
    candidates: dict[str, Record | None] = {**labelled(lines), NOT_NOW: None}
    record = await talk.ask(
        "photos.ask_record", one_of(candidates), candidates, count=len(talk.files)
    )
    if record is None:
        return talk.reply("photos.put_away")
    opening = talk.state.opening
    said = Said(opening.text, opening.source, tuple(talk.files), talk.place)
    return await _put(talk.room, talk.asker, said, record)


PHOTOS = Topic("photos", (), choose_record, ON_TEAM)
