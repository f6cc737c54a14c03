"""Photos that come alone: they join the record they belong to, or are asked about."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.talk import Room, Talk, Topic, hold, one_of
from ledger import files, kinds, records, talks
from ledger.errors import Refused
from ledger.files import Kept
from ledger.messages import Reply
from ledger.people import ON_TEAM, Person
from ledger.records import Record
from ledger.talks import Said, State

FRESH = timedelta(minutes=10)  # a photo this soon after a record belongs to it
WITH_PHOTOS = frozenset({"visit", "issue", "progress"})
NOT_NOW = "先放着"


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
    since = room.now - FRESH
    fresh = [
        one
        for one in await records.recent(room.db, asker, since=since)
        if one.kind in WITH_PHOTOS
    ]
    if fresh and said.files:
        await files.join(room.db, list(said.files), fresh[0].id, person=asker.id)
        line = await kinds.line(room.db, room.words.say, fresh[0])
        return Reply(room.words.say("photos.joined", count=len(said.files), line=line))
    state = State(PHOTOS.name, said)
    await talks.drop(room.db, asker.id)
    return await hold(room, asker, PHOTOS, state, "")


async def choose_record(talk: Talk) -> Reply:
    """Ask which record the photos belong to."""
    since = talk.now - timedelta(hours=talk.rules.undo_hours)
    found = await records.recent(talk.db, talk.asker, since=since)
    candidates: dict[str, Record | None] = {}
    for one in [one for one in found if one.kind in WITH_PHOTOS][:4]:
        candidates[(await kinds.line(talk.db, talk.say, one))[:20]] = one
    if not candidates:
        return talk.reply("photos.no_record", count=len(talk.files))
    candidates[NOT_NOW] = None
    record = await talk.ask(
        "photos.ask_record", one_of(candidates), candidates, count=len(talk.files)
    )
    if record is None:
        return talk.reply("photos.put_away")
    await files.join(talk.db, talk.files, record.id, person=talk.asker.id)
    line = await kinds.line(talk.db, talk.say, record)
    return talk.reply("photos.joined", count=len(talk.files), line=line)


PHOTOS = Topic("photos", (), choose_record, ON_TEAM)
