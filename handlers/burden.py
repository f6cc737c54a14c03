"""为什么, 负担: why somebody got a message, and how much was asked of him this month."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from handlers.talk import Room, Talk, Topic
from ledger import burden, outbox, people
from ledger.days import DAY
from ledger.errors import Misunderstood
from ledger.messages import Incoming, Option, Reply, TextIn
from ledger.outbox import Cause
from ledger.people import Person, Role

WHY = frozenset({"为什么", "为什么？", "为什么发这个", "为啥", "为啥？", "why"})
MONTH = re.compile(r"(?P<month>1[0-2]|[1-9])月(?:份)?")
PLAN = "本县安排"
OFFICES = {
    Role.COUNTY: "县里", Role.TOWNSHIP: "乡镇", Role.LEADER: "工作队", Role.MEMBER: "工作队",
}  # fmt: skip
OBJECT = (Option("提意见", "意见"),)


@dataclass(frozen=True)
class OfficeLine:
    """So many messages for one cause, asked for by one office."""

    office: str
    why: str
    messages: int


async def why(room: Room, asker: Person, incoming: Incoming) -> Reply:
    """Rule, source, requester and how to object, for the message replied to or the last unasked."""
    event = incoming.event
    reply_to = event.reply_to if isinstance(event, TextIn) else ""
    ref = reply_to.rpartition("/")[2]
    cause = await outbox.cause_of(room.db, asker.id, incoming.address, ref)
    if cause is None:
        return Reply(room.words.say("burden.nothing_unasked"))
    if not cause.why:
        return Reply(room.words.say("burden.answer"))
    requester = await _requester(room, cause)
    by = _called(requester) if requester else ""
    words = room.words.say("burden.why", cause=cause, by=by, rules=room.rules, person=asker)
    mute = (Option("不提醒", "不提醒"),) if cause.why == "digest" else ()
    return Reply(words, (*mute, *OBJECT), kind="card")


def _called(person: Person) -> str:
    """The office that asked, and who: 县里 陈干事, 清水镇 周总队长."""
    place = OFFICES[Role.COUNTY] if person.role is Role.COUNTY else person.place
    return f"{place} {person.name}"


async def _requester(room: Room, cause: Cause) -> Person | None:
    return await people.by_id(room.db, int(cause.requester)) if cause.requester else None


async def show(talk: Talk) -> Reply:
    """Everybody sees his own month; the county the sum of all, by office, nobody named."""
    day = _last_day(talk)
    if talk.asker.role is Role.COUNTY:
        found = await burden.of_county(talk.db, talk.asker.county_id, day, rules=talk.rules)
        lines = _by_office(found, await _requesters(talk, found))
        return talk.reply("burden.county", OBJECT, found=found, lines=lines)
    own = await burden.of_person(talk.db, talk.asker, day)
    known = await _requesters(talk, own)
    names = {key: _called(one) for key, one in known.items()}
    return talk.reply("burden.own", OBJECT, found=own, names=names, rules=talk.rules)


async def _requesters(talk: Talk, found: burden.Burden) -> dict[str, Person]:
    """Who stands behind each requester's number; what colleagues want is one sum."""
    numbers = sorted({one.requester for one in found.plan if one.requester})
    return {one: await people.by_id(talk.db, int(one)) for one in numbers}


def _by_office(found: burden.Burden, known: dict[str, Person]) -> list[OfficeLine]:
    """What each office asked for, in the order of the offices: by no number, so no ranking."""
    sums: Counter[tuple[str, str]] = Counter()
    for one in found.plan:
        office = OFFICES[known[one.requester].role] if one.requester else PLAN
        sums[office, one.why] += one.messages
    return [
        OfficeLine(office, why, sums[office, why])
        for office in dict.fromkeys((PLAN, *OFFICES.values()))
        for why in sorted(why for place, why in sums if place == office)
    ]


def _last_day(talk: Talk) -> date:
    """A day of the month asked for: 「负担 10月」「负担 上月」; this month when none is named."""
    if not talk.rest or talk.rest in {"本月", "这个月"}:
        return talk.today
    if talk.rest in {"上月", "上个月"}:
        return talk.today.replace(day=1) - DAY
    match = MONTH.fullmatch(talk.rest)
    if match is None:
        raise Misunderstood("burden.not_a_month", said=talk.rest[:40])
    year = talk.today.year - (int(match["month"]) > talk.today.month)
    return _month_end(date(year, int(match["month"]), 1), talk.today)


def _month_end(first: date, today: date) -> date:
    return min((first + 31 * DAY).replace(day=1) - DAY, today)


SHOW = Topic("burden", ("负担",), show, aside=True)
