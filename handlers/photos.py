"""Photos, voice, files, places that come alone: to the record they belong to, or asked about.

They belong to the record they reply to; else to what the open question is about; else to the
last message's record while it is fresh. Sent first, they join the record made right after.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.filing import read_message
from handlers.replies import about
from handlers.talk import Room, Talk, Topic, hold, labelled, one_of, tell
from ledger import files, issues, kinds, progress, records, talks, verifying, visits
from ledger.clock import ms
from ledger.errors import Refused
from ledger.files import Attachment, Kept
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person
from ledger.records import Record
from ledger.talks import Said, State

FRESH = timedelta(minutes=10)  # a photo this soon after a record belongs to it, or before
BURST = timedelta(minutes=1)  # the parts of an album arrive as messages of their own
FIRST = ("visit", "issue", "progress")  # which record of a message its photos belong to
NOT_NOW = "先放着"
OFFERED = 4  # records shown as buttons
SEEN_OR_HEARD = ("image/", "audio/", "video/")


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


# what comes without a word that opens anything
async def take_at_once(
    room: Room, asker: Person, said: Said, state: State | None, meant: Sequence[Record]
) -> Reply | None:
    """What goes before the open talk: a reply's records (`meant`), more of what is asked about.

    None: nothing of the kind. Words that tell something new make records of their own.
    """
    if asker.role not in ON_TEAM or not (said.files or said.place):
        return None
    if meant and not (await read_message(room, asker, said.text)).reports:
        return await _to_meant(room, asker, said, meant)
    if state is None or said.text:
        return None
    if state.topic == PHOTOS.name:
        return await _one_more(room, asker, said, state)
    found = await records.by_source(room.db, asker, state.opening.source)
    record = await _fitting(room, asker, said, found)
    return await _put(room, asker, said, record) if record else None


async def take(room: Room, asker: Person, said: Said) -> Reply:
    """To the record just made or just sent to, else ask for which; voice wants a sentence."""
    if issue := await _album_of(room, asker, said):
        await files.join_issue(room.db, said.files, issue, person=asker.id)
        return Reply(room.words.say("photos.joined_issue", count=len(said.files), id=issue))
    if asker.role not in ON_TEAM:
        raise Refused("photos.not_for_role")
    wordless = not said.text and await _any_document(room, asker, said.files)
    if not wordless and (record := await _at_hand(room, asker, said)):
        return await _put(room, asker, said, record)
    await talks.drop(room.db, asker.id)
    if said.files:
        await files.leave_waiting(room.db, asker.id, said.source, now=room.now)
    if not (said.text or said.place) and await _only_voice(room, asker, said.files):
        return Reply(room.words.say("photos.voice_alone", minutes=_minutes()))
    return await hold(room, asker, PHOTOS, State(PHOTOS.name, said), said.text)


async def _album_of(room: Room, asker: Person, said: Said) -> int:
    """The issue that a verifier's picture has just joined: the rest of the album comes alone."""
    if not said.files or said.text:
        return 0
    return await files.last_on_issue(room.db, asker.id, since=room.now - BURST)


async def _to_meant(room: Room, asker: Person, said: Said, meant: Sequence[Record]) -> Reply:
    """To the record replied to, never in silence to another one."""
    if record := await _fitting(room, asker, said, meant):
        return await _put(room, asker, said, record)
    reasons = [await _shut(room, asker, one) for one in meant]
    why = next((one for one in reasons if one), "place")
    hours, count = room.rules.undo_hours, len(said.files)
    return Reply(room.words.say("photos.kept_out", why=why, hours=hours, count=count))


async def _one_more(room: Room, asker: Person, said: Said, state: State) -> Reply:
    """More of an album that is being asked about: the question and its buttons stand."""
    together = tuple(dict.fromkeys((*state.opening.files, *said.files)))
    place = said.place or state.opening.place
    state.opening = replace(state.opening, files=together, place=place)
    await talks.save(room.db, asker.id, state, now=room.now, rules=room.rules)
    if said.files:
        await files.leave_waiting(room.db, asker.id, said.source, now=room.now)
    return Reply(room.words.say("photos.one_more", new=len(said.files), count=len(together)))


# which record
async def _at_hand(room: Room, asker: Person, said: Said) -> Record | None:
    """The record the last photo has just joined, else the one of the last message."""
    fresh = await _candidates(room, asker, said.files, since=FRESH)
    last = await files.last_joined(room.db, asker.id, since=room.now - BURST)
    if last and not (fresh and fresh[0].made_at >= last.at):
        before = await records.access_record(room.db, asker, last.record_id)
        if record := await _fitting(room, asker, said, [before]):
            return record
    same = [one for one in fresh if one.source == fresh[0].source]
    return await _fitting(room, asker, said, same)


async def _candidates(
    room: Room, asker: Person, photos: Sequence[int], *, since: timedelta
) -> list[Record]:
    """The asker's records that can take it, the newest first; a place alone is a visit's."""
    wanted = FIRST if photos else (visits.KIND,)
    found = await records.recent(room.db, asker, since=room.now - since)
    return [one for one in found if one.kind in wanted and not await _shut(room, asker, one)]


async def _fitting(
    room: Room, asker: Person, said: Said, found: Sequence[Record]
) -> Record | None:
    """Of one message's records: the visit, else the issue, the progress, what there is."""
    fit = [one for one in found if said.files or one.kind == visits.KIND]
    still = [one for one in fit if not await _shut(room, asker, one)]
    order = {kind: place for place, kind in enumerate(FIRST)}
    return min(still, key=lambda one: (order.get(one.kind, len(FIRST)), one.id), default=None)


async def _shut(room: Room, asker: Person, record: Record) -> str:
    """Why it takes no more evidence: struck, shut (being verified or closed), late; else empty."""
    if record.state != "kept":
        return "struck"
    if issue := await _issue_of(room, record):
        if issue.state in {"open", "doing"} or await _just_handed_in(
            room, asker, record, issue
        ):
            return ""
        return "shut"
    young = records.may_undo(record, asker, now=room.now, rules=room.rules)
    return "" if young else "late"


async def _just_handed_in(room: Room, asker: Person, record: Record, issue: Issue) -> bool:
    """Whether this is his own request for 销号, just made: the rest of its album comes behind."""
    if record.kind != progress.KIND or issue.state != "submitted":
        return False
    fresh = ms(room.now - FRESH) <= record.made_at
    note = await progress.read(room.db, record)
    return fresh and note.step == "submit" and issue.submitted_by == asker.id


async def _issue_of(room: Room, record: Record) -> Issue | None:
    if record.kind == issues.KIND:
        return await issues.of_record(room.db, record.id)
    if record.kind != progress.KIND:
        return None
    note = await progress.read(room.db, record)
    return await issues.any_issue(room.db, note.issue_id) if note.issue_id else None


# joining
async def _put(room: Room, asker: Person, said: Said, record: Record) -> Reply:
    """Let photos and a place belong to a record; words beside them change nothing in it."""
    note = await join_with_note(room, asker, said.files, record.id)
    placed = bool(said.place) and record.kind == visits.KIND
    if placed:
        made = replace(await visits.read(room.db, record), place=said.place)
        await visits.revise(room.db, record, asker, made, now=room.now, rules=room.rules)
    await _tell_verifiers(room, asker, said, record)
    now_with = await records.access_record(room.db, asker, record.id)
    line = await kinds.line(room.db, room.words.say, now_with)
    text = room.words.say(
        "photos.joined", count=len(said.files), placed=placed, line=line, said=said.text[:40],
        voice=await _only_voice(room, asker, said.files),
    )  # fmt: skip
    return with_note(Reply(text, step=about(record)), note)


async def _tell_verifiers(room: Room, asker: Person, said: Said, record: Record) -> None:
    """Whoever has the request on his card already hears, once, that there is more to look at."""
    issue = await _issue_of(room, record) if said.files else None
    if issue is None or issue.state != "submitted":
        return
    words = room.words.say("photos.request_more", by=asker, issue=issue)
    card = Reply(words, (Option(f"看问题{issue.id}", f"问题{issue.id}"),), kind="card")
    for one in await verifying.verifiers(room.db, issue, room.now.date()):
        dedupe = f"request_more:{issue.id}:{issue.requests}:{one.id}"
        await tell(room, one.id, card, dedupe=dedupe, by=asker)


def with_note(reply: Reply, note: str) -> Reply:
    """The reply with what `join_with_note` has to say under it."""
    return replace(reply, text=f"{reply.text}\n\n{note}") if note else reply


async def join_with_note(room: Room, asker: Person, ids: Sequence[int], record: int) -> str:
    """Join files to a record, and those sent alone right before it was made.

    Returns what is to be said about it, a line or two: the earlier ones, bytes used before.
    """
    made = await records.access_record(room.db, asker, record)
    earlier = [id for id in await _sent_before(room, asker, made) if id not in ids]
    found = await files.by_ids(room.db, [*ids, *earlier], asker.id)
    used = await used_before(room, asker, found, made)
    await files.join(room.db, [one.id for one in found], record, person=asker.id)
    lines = [room.words.say("photos.earlier", count=len(earlier))] if earlier else []
    return "\n".join([*lines, used] if used else lines)


async def _sent_before(room: Room, asker: Person, made: Record) -> list[int]:
    """Files waiting for a record, when this one is entered at this very moment."""
    if made.kind not in FIRST or made.made_at != ms(room.now):
        return []
    return await files.waiting(room.db, asker.id, since=room.now - FRESH)


async def used_before(
    room: Room, asker: Person, found: Sequence[Attachment], record: Record
) -> str:
    """A polite line when the same bytes stand in another record of the asker's team; else ''."""
    used: dict[str, tuple[Attachment, int]] = {}
    for one in found:
        if id := await files.elsewhere(room.db, record.team_id, one.sha256, record=record.id):
            used.setdefault(one.sha256, (one, id))
    if not used:
        return ""
    first, id = next(iter(used.values()))
    before = await records.access_record(room.db, asker, id)
    made = await kinds.KINDS[before.kind].read(room.db, before)
    return room.words.say(
        "photos.used_before", count=len(used), kind=first.kind, record=before, made=made,
        by="" if before.person_id == asker.id else before.person,
        this_year=date.fromisoformat(before.day).year == room.now.year,
    )  # fmt: skip


async def _any_document(room: Room, asker: Person, ids: Sequence[int]) -> bool:
    """A table or a paper is no picture of what was just told: which record it is for is asked."""
    found = await files.by_ids(room.db, ids, asker.id)
    return any(not one.mime.startswith(SEEN_OR_HEARD) for one in found)


async def _only_voice(room: Room, asker: Person, ids: Sequence[int]) -> bool:
    found = await files.by_ids(room.db, ids, asker.id)
    return bool(found) and all(one.kind == "voice" for one in found)


def _minutes() -> int:
    return int(FRESH.total_seconds()) // 60


# the question
async def choose_record(talk: Talk) -> Reply:
    """Ask which record the photos belong to."""
    since = timedelta(hours=talk.rules.undo_hours)
    found = (await _candidates(talk.room, talk.asker, talk.files, since=since))[:OFFERED]
    count = len(talk.files)
    if not found:
        return talk.reply("photos.no_record", count=count, minutes=_minutes())
    lines = [(await kinds.line(talk.db, talk.say, one), one) for one in found]
    candidates: dict[str, Record | None] = {**labelled(lines), NOT_NOW: None}
    record = await talk.ask("photos.ask_record", one_of(candidates), candidates, count=count)
    if record is None:
        return talk.reply("photos.put_away", count=count, minutes=_minutes())
    opening = talk.state.opening
    said = Said(opening.text, opening.source, tuple(talk.files), talk.place)
    return await _put(talk.room, talk.asker, said, record)


PHOTOS = Topic("photos", (), choose_record, ON_TEAM)
