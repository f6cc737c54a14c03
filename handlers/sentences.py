"""A free sentence: is it a report, an answer to a spot check, a retraction, a plan?"""

from collections.abc import Sequence
from dataclasses import replace

from handlers import (
    issues,
    join,
    leave,
    leave_back,
    leave_said,
    report_wishes,
    rereading,
    spotchecks,
    study,
    team_said,
    visits,
)
from handlers.drafts import enter
from handlers.filing import read_message
from handlers.talk import Room, Topic
from ledger.messages import Reply
from ledger.people import ON_TEAM, Person
from ledger.reading.said import (
    IssueSaid,
    LeaveSaid,
    PresenceSaid,
    ProgressSaid,
    Reading,
    Report,
    ReturnSaid,
    StudySaid,
    VisitSaid,
)
from ledger.talks import Said

SPOKEN: dict[Topic, set[type[Report]]] = {
    study.STUDY: {StudySaid},
    visits.VISIT: {VisitSaid, IssueSaid},
    issues.ISSUES: {IssueSaid, ProgressSaid},
    leave.LEAVE: {LeaveSaid},
    leave.BACK: {ReturnSaid},
}  # topics whose word may begin a sentence, and what their one line says anyway
BLOCKS: dict[str | None, str] = {"plan": "drafts.plan", "not_done": "drafts.not_done"}


async def says_more(room: Room, asker: Person, topic: Topic, text: str) -> bool:
    """Whether words glued to a topic's word, or further facts behind it, make it a sentence."""
    if topic not in SPOKEN or asker.role not in ON_TEAM:
        return False
    if topic.rest_of(text, strict=True) is None:
        return True
    found = {type(one) for one in await reports_in(room, asker, text)}
    return bool(found - SPOKEN[topic])


async def heard_or_filed(room: Room, asker: Person, said: Said) -> Reply | None:
    """Words may answer a check that waits and be a report at once; neither swallows the other.

    Who only wants to see something has neither answered nor explained anything.
    """
    if not said.files and report_wishes.looks(said.text):
        return Reply(room.words.say("reports.wish_unknown", person=asker, said=said.text[:20]))
    if (meant := await _of_people(room, asker, said)) is not None:
        return await _heard_too(room, asker, said, meant)
    reports = await reports_in(room, asker, said.text)
    if excused := await _excused(room, asker, said, reports):
        return excused
    if any(not isinstance(one, PresenceSaid) for one in reports):
        filed = await _drafted(room, asker, said)
        return await _heard_too(room, asker, said, filed) if filed else None
    if (heard := await spotchecks.overhear(room, asker, said)) is not None:
        return heard
    return await _drafted(room, asker, said)


async def _heard_too(room: Room, asker: Person, said: Said, reply: Reply) -> Reply:
    """The same words, heard as the answer to a check that waits."""
    if not await spotchecks.waits(room, asker):
        return reply
    heard = await spotchecks.overhear(room, asker, said)
    return replace(reply, text=f"{heard.text}\n\n{reply.text}") if heard else reply


async def _of_people(room: Room, asker: Person, said: Said) -> Reply | None:
    """Leave given up, a teammate or oneself not there: no report, but understood."""
    reading = await _read(room, asker, said.text)
    if reading is None or said.files:
        return None
    given_up = await leave_back.heard(room, asker, said, reading)
    return given_up or await team_said.heard(room, asker, said, reading)


async def _excused(
    room: Room, asker: Person, said: Said, reports: Sequence[Report]
) -> Reply | None:
    """Why a check was missed, or a grumble about it; a visit told in the same words is filed too."""
    if asker.role not in ON_TEAM:
        return None
    if not any(map(spotchecks.is_clear, reports)):
        if wondered := await spotchecks.wonders(room, asker, said):
            return wondered
        if join.small_talk(room, asker, said.text):
            return None
    heard = await spotchecks.explained(room, asker, said, reports)
    if heard is None or not (kept := spotchecks.without_excuses(reports)):
        return heard
    reading = await read_message(room, asker, said.text)
    filed = await enter(room, asker, said, replace(reading, reports=kept))
    return replace(filed, text=f"{heard.text}\n\n{filed.text}")


async def reports_in(room: Room, asker: Person, text: str) -> Sequence[Report]:
    """What a sentence reports; nothing when the sender is on no team."""
    reading = await _read(room, asker, text)
    return reading.reports if reading else ()


async def why_not(room: Room, asker: Person, said: Said) -> Reply | None:
    """A plan and what was not done are understood, and not recorded."""
    reading = await _read(room, asker, said.text)
    block = BLOCKS.get(reading.quiet) if reading else None
    return Reply(room.words.say(block)) if block else None


async def _drafted(room: Room, asker: Person, said: Said) -> Reply | None:
    """What a free sentence says, filed; a word of retraction corrects what was said last."""
    reading = await _read(room, asker, said.text)
    if reading is None:
        return None
    if reading.corrects:
        corrected = await rereading.retracted(room, asker, said, reading)
        if corrected is not None:
            return corrected
    if (asked := await leave_said.taken(room, asker, said, reading)) is not None:
        return asked
    return await rereading.draft(room, asker, said)


async def _read(room: Room, asker: Person, text: str) -> Reading | None:
    """The sentence read; None where it cannot be a report: no words, or not on a team."""
    if asker.role not in ON_TEAM or not text:
        return None
    return await read_message(room, asker, text)
