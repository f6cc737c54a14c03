"""请假: 「请假 明天到后天 看病」, approved by one tap of the superior; 销假 ends it."""

import re
from collections.abc import Callable
from datetime import date

from handlers.talk import Room, Talk, Topic, plain, tell
from ledger import leave, outbox, people
from ledger.errors import Misunderstood, Refused
from ledger.leave import Leave
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person
from ledger.times import find_day

BETWEEN = re.compile(r"(?<!\s)\s*+(?:到|至|~|-|—|－)\s*")
LONGEST_DAY = 24  # characters: a 到 farther on joins no two days


def read_days(text: str, *, today: date) -> tuple[date, date, str] | None:
    """First day, last day and the rest of 「明天到后天 看病」; None when no day is named."""
    first = find_day(text, today=today, looks="ahead")
    if first is None or not text.startswith(first.phrase):
        return _span(text, today)
    return _span(text, today) or (first.day, first.day, first.rest)


def _span(text: str, today: date) -> tuple[date, date, str] | None:
    """Two days joined by 到, the second may be followed by the reason."""
    for match in BETWEEN.finditer(text):
        if match.start() > LONGEST_DAY:
            break
        head, tail = text[: match.start()], text[match.end() :]
        first = find_day(head, today=today, looks="ahead")
        last = find_day(tail, today=today, looks="ahead")
        if first and last and not first.rest and tail.startswith(last.phrase):
            return first.day, last.day, last.rest
    return None


def _days_of(today: date) -> Callable[[str], tuple[date, date, str]]:
    def read(text: str) -> tuple[date, date, str]:
        found = read_days(text, today=today)
        if found is None:
            raise Misunderstood("leave.not_days", said=text)
        return found

    return read


async def ask_leave(talk: Talk) -> Reply:
    """Ask for leave; the superiors get a card with two buttons."""
    found = read_days(talk.rest, today=talk.today)
    if found is None:
        days = ("今天", "明天")
        found = await talk.ask("leave.ask_days", _days_of(talk.today), days)
        reason = (
            talk.rest
            or found[2]
            or await talk.ask("leave.ask_reason", plain, ("事假", "病假", "公差"))
        )
    else:
        reason = found[2] or await talk.ask("leave.ask_reason", plain, ("事假", "病假", "公差"))
    if found[0] < talk.today:
        raise Refused("leave.past")
    return Reply(
        await submit(talk.room, talk.asker, found[0], found[1], reason, source=talk.source)
    )


async def submit(
    room: Room, asker: Person, first: date, last: date, reason: str, *, source: str
) -> str:
    """Hand a request in and show it to the superiors; returns what to tell the asker."""
    id = await leave.ask(room.db, asker, first, last, reason, source=source, now=room.now)
    asked = await leave.access_leave(room.db, asker, id)
    approvers = await people.superiors(room.db, asker, day=room.now.date())
    words = room.words.say("leave.card", leave=asked, asker=asker)
    card = Reply(words, decision_options(id), kind="card")
    told = [
        one
        for one in approvers
        if await tell(room, one.id, card, dedupe=f"leave:{id}:{one.id}")
    ]
    return room.words.say("leave.asked", leave=asked, approvers=told)


def decision_options(id: int) -> tuple[Option, ...]:
    """The superior's two buttons."""
    return (Option("同意", f"批假{id} 同意"), Option("不同意", f"批假{id} 不同意"))


async def decide(talk: Talk) -> Reply:
    """批假12 同意 / 不同意: the superior's word, told to the asker at once."""
    match = re.fullmatch(r"(\d{1,9})\s*(同意|不同意).*", talk.rest, re.DOTALL)
    if match is None:
        raise Refused("leave.how_to_decide")
    asked = await leave.access_leave(talk.db, talk.asker, int(match[1]))
    owner = await people.by_id(talk.db, asked.person_id)
    approve = match[2] == "同意"
    await leave.decide(talk.db, talk.asker, asked, owner, approve=approve, now=talk.now)
    if approve and asked.from_day <= talk.today.isoformat():
        await outbox.drop_waiting(talk.db, owner.id)
    await talk.tell(
        owner.id,
        talk.reply("leave.decided_for_you", leave=asked, by=talk.asker, approve=approve),
        dedupe=f"leave_decided:{asked.id}",
    )
    return talk.reply("leave.decided", leave=asked, approve=approve)


async def report_back(talk: Talk) -> Reply:
    """销假: back at work from today."""
    ended: Leave = await leave.report_back(talk.db, talk.asker, now=talk.now)
    return talk.reply("leave.back", leave=ended, today=talk.today)


BACK = Topic("leave_back", ("销假", "我回来了"), report_back, ON_TEAM)
ANSWER = Topic("leave_answer", ("批假",), decide)
LEAVE = Topic("leave", ("请假", "leave"), ask_leave, ON_TEAM, "loose")
