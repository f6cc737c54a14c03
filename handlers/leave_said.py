"""A leave told in a sentence of its own; and 销假 offered to who reports work while on leave."""

import re
from dataclasses import replace

from handlers import leave as leave_talk
from handlers.filing import read_message, request_of
from handlers.talk import Room, Talk, Topic, hold
from ledger import drafts, leave, presence, records, visits
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person
from ledger.reading.said import LeaveSaid, Reading
from ledger.talks import Said, State

EXTENDS = re.compile(
    "|".join((r"续.{0,4}假", r"再多?[请休歇]", "多请", "续请", "延长", r"延.{0,3}假"))
)
IN_THE_VILLAGE = frozenset({visits.KIND, presence.KIND})


async def taken(room: Room, asker: Person, said: Said, reading: Reading) -> Reply | None:
    """A message that says no more than a leave opens the talk of it; None: it says more."""
    if len(reading.reports) != 1 or not isinstance(reading.reports[0], LeaveSaid):
        return None
    await drafts.keep(room.db, asker, said.source, said.text, now=room.now)
    return await hold(room, asker, SAID, State(SAID.name, said), said.text)


async def ask_said(talk: Talk) -> Reply:
    """明后天回县城给孩子看病; 再请两天 goes on from the leave that runs."""
    leave_talk.check_named(talk.rest, talk.today)
    if EXTENDS.search(talk.rest) and (reply := await _extended(talk)):
        return reply
    reading = await read_message(talk.room, talk.asker, talk.rest, day=talk.today)
    found = [one for one in reading.reports if isinstance(one, LeaveSaid)]
    if not found:
        raise Refused("leave.not_days", said=talk.rest[:40])
    return await leave_talk.hand_in(talk, request_of(found[0]))


async def _extended(talk: Talk) -> Reply | None:
    """续假 where a leave runs; 再请 without one asks for a new leave."""
    try:
        held = await leave.to_extend(talk.db, talk.asker, day=talk.today)
    except Refused:
        if "续" in talk.rest:
            raise
        return None
    last = leave_talk.last_said(talk.rest, held, talk.today)
    return await leave_talk.go_on(talk, held, last) if last else None


async def offer_back(room: Room, asker: Person, said: Said, reply: Reply) -> Reply:
    """Who reports today's work in the village while his leave runs may end it by one tap."""
    if asker.role not in ON_TEAM or reply.kind == "question":
        return reply
    if await leave.running(room.db, asker.id, room.now.date()) is None:
        return reply
    today = room.now.date().isoformat()
    found = await records.by_source(room.db, asker, said.source)
    if not any(
        one.kind in IN_THE_VILLAGE and one.day == today and one.state == "kept" for one in found
    ):
        return reply
    return replace(reply, options=(*reply.options, Option("销假", "销假")), kind="card")


SAID = Topic("leave_said", (), ask_said, ON_TEAM)
