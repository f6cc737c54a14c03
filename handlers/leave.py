"""请假: 「请假 明天到后天 看病」 or 「明后天回县城给孩子看病」, then 续假, 改请假, 撤回请假, 销假."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers import leave_cards
from handlers.leave_cover import mates_of, offered, team_of, tell_cover
from handlers.talk import Room, Talk, Topic, plain
from ledger import leave, leave_facts
from ledger.durations import find_durations
from ledger.errors import Misunderstood, Refused
from ledger.leave import LONGEST, Leave, Request
from ledger.mentions import Village
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person
from ledger.reading.reader import read
from ledger.reading.said import LeaveSaid
from ledger.time_phrases import find_times
from ledger.times import Looks, find_day

HALF_A_YEAR = timedelta(days=183)
REASONS = ("事假", "病假", "公差", "公休", "轮休", "公假")
LENGTH = re.compile(
    r"^(?:\d{1,4}|[一二两三四五六七八九十半]{1,3})个?(?:天|日|周|星期)半?的?假?"
)
HALF = re.compile(r"(?<!大)半[天日]|[上下]午")
UNTIL = re.compile(r"^(?:续假|再请|延)?(?:到|至)")
NOWHERE = Village(())  # a leave names no household


@dataclass(frozen=True)
class Days:
    """What a line says of a leave: its days, why, and of what kind when that is said."""

    first: date
    last: date
    reason: str
    kind: str | None = None


# reading
def read_days(
    text: str, *, today: date, looks: Looks = "ahead"
) -> tuple[date, date, str] | None:
    """First day, last day and the rest of 「明天到后天 看病」; None when it does not begin with one."""
    phrase = next(iter(find_times(text)), None)
    if phrase is None or phrase.start or not phrase.names_day:
        return None
    span = phrase.resolve(today, looks)
    if span is None:
        return None
    first, last = span.last if span.kind == "by" else span.first, span.last
    if last - first > HALF_A_YEAR:  # 25日到24日: turned round, not a year long
        last = last.replace(year=last.year - 1, day=min(last.day, 28))
    return first, last, text[phrase.end :].strip(" ，,")


def days_by(today: date, looks: Looks = "ahead") -> Callable[[str], tuple[date, date, str]]:
    """Reads an answer that names days; one that names none is asked again."""

    def read_answer(text: str) -> tuple[date, date, str]:
        found = read_days(text, today=today, looks=looks)
        if found is None:
            raise Misunderstood("leave.not_days", said=text)
        return found

    return read_answer


def days_said(text: str, *, today: date, room: Room) -> Days | None:
    """The days of a line, by the reader of sentences or by the plain forms; None: it names none."""
    check_named(text, today)
    named = read_days(text, today=today)
    if named is not None and named[1] < named[0]:
        return Days(*named)
    reading = read(f"请假 {text}", base=today, village=NOWHERE, lexicon=room.lexicon)
    found = [one for one in reading.reports if isinstance(one, LeaveSaid)]
    if len(found) != 1 or not (named or _names_length(text)):
        return Days(*named) if named else None
    reason = LENGTH.sub("", named[2] if named else text).strip(" ，,")
    return Days(found[0].first, found[0].last, reason, found[0].kind)


def _names_length(text: str) -> bool:
    return any(one.days for one in find_durations(text))


def check_named(text: str, today: date) -> None:
    """Refuse a day that does not exist and a length that no leave has (400天)."""
    for one in find_durations(text):
        if one.days and one.days > LONGEST:
            raise Refused("leave.too_long", days=LONGEST)
    for number in re.findall(r"(\d{2,5})\s*天", text):
        if int(number) > LONGEST:
            raise Refused("leave.too_long", days=LONGEST)
    for phrase in find_times(text):
        phrase.resolve(today, "ahead")


@contextmanager
def _asked_again() -> Iterator[None]:
    """What a rule refuses in an answer is asked again; the talk stays open."""
    try:
        yield
    except Refused as why:
        raise Misunderstood(why.block, **why.facts) from why


# 请假
async def ask_leave(talk: Talk) -> Reply:
    """Ask for leave; the superior whose word it needs gets a card with two buttons."""
    said = days_said(talk.rest, today=talk.today, room=talk.room) if talk.rest else None
    if said is None:
        answer = await talk.ask("leave.ask_days", _answer(talk), ("今天", "明天"))
        said = replace(answer, reason=talk.rest or answer.reason)
    if not said.reason:
        said = replace(said, reason=await talk.ask("leave.ask_reason", plain, REASONS))
    kind = leave.kind_named(said.reason, said.kind)
    return await hand_in(talk, Request(said.first, said.last, said.reason, kind))


def _answer(talk: Talk) -> Callable[[str], Days]:
    def read_answer(text: str) -> Days:
        with _asked_again():
            found = days_said(text, today=talk.today, room=talk.room)
        if found is None:
            raise Misunderstood("leave.not_days", said=text)
        return found

    return read_answer


async def hand_in(talk: Talk, wanted: Request) -> Reply:
    """Check it, write it, show it to the superior; who stands in can be said afterwards."""
    leave.check(wanted, today=talk.today)
    if held := await leave.overlapping(talk.db, talk.asker, wanted.first, wanted.last):
        return _instead(talk, held, wanted)
    asked, told = await submit(talk.room, talk.asker, wanted, source=talk.source)
    return await _handed_in(talk, asked, told)


def _instead(talk: Talk, held: Leave, wanted: Request) -> Reply:
    """Overlapping leave changes nothing; what may have been meant is one tap away."""
    options = []
    days = (
        f"{wanted.first.month}月{wanted.first.day}日到{wanted.last.month}月{wanted.last.day}日"
    )
    if held.state == "approved" and wanted.last > held.last:
        end = f"{wanted.last.month}月{wanted.last.day}日"
        options.append(Option(f"续假到{end}", f"续假 到{end}"))
    if held.state == "asked" or held.first > talk.today:
        options.append(Option("改成这几天", f"改请假{held.id} {days}"))
    return talk.reply("leave.overlaps", options, held=held)


async def submit(
    room: Room, asker: Person, wanted: Request, *, source: str, before: Leave | None = None
) -> tuple[Leave, list[Person]]:
    """Write a request and show it to the superiors; returns it and whom it was shown to."""
    leave.check(wanted, today=room.now.date())
    id = await leave.submit(
        room.db, asker, wanted, source=source, now=room.now, rules=room.rules
    )
    asked = await leave.access_leave(room.db, asker, id)
    return asked, await leave_cards.show(room, asked, asker, before)


async def told_asker(room: Room, asked: Leave, told: list[Person], said: str = "") -> str:
    """What the asker reads about his request; `said`: his words, which may ask for half a day."""
    facts = await leave_facts.summary(room.db, asked, room.rules)
    steps = await leave_cards.way(room, asked)
    half = asked.days == 1 and bool(HALF.search(said))
    return room.words.say("leave.asked", approvers=told, half=half, **steps, **facts)


async def _handed_in(talk: Talk, asked: Leave, told: list[Person]) -> Reply:
    options = (
        Option("改日期", f"改请假{asked.id}"),
        Option("撤回", f"撤回请假{asked.id}"),
    )
    said = " ".join([talk.rest, *(one.said.text for one in talk.state.answers)])
    words = await told_asker(talk.room, asked, told, said)
    line, mates = await offered(talk.room, talk.asker, asked)
    return Reply("\n\n".join(filter(None, (words, line))), (*options, *mates), kind="card")


# 续假
async def extend(talk: Talk) -> Reply:
    """续假 两天, 续假 到周五: goes on from the leave that runs; the ladder counts both."""
    check_named(talk.rest, talk.today)
    held = await leave.to_extend(talk.db, talk.asker, day=talk.today)
    last = last_said(talk.rest, held, talk.today)
    if last is None:
        last = await talk.ask(
            "leave.ask_more", _more(talk, held), ("一天", "两天", "三天"), held=held
        )
    return await go_on(talk, held, last)


def _more(talk: Talk, held: Leave) -> Callable[[str], date]:
    def read_answer(text: str) -> date:
        with _asked_again():
            check_named(text, talk.today)
        found = last_said(text, held, talk.today)
        if found is None:
            raise Misunderstood("leave.not_more", said=text)
        return found

    return read_answer


def last_said(text: str, held: Leave, today: date) -> date | None:
    """The new last day: so many days more, or until a day that is named."""
    for one in find_durations(text):
        if one.days and one.days >= 1:
            return held.last + timedelta(days=int(one.days))
    found = find_day(UNTIL.sub("", text), today=today, looks="ahead") if text else None
    return found.day if found else None


async def go_on(talk: Talk, held: Leave, last: date) -> Reply:
    """Ask for the days behind a leave that runs, with its reason, kind and cover."""
    if last <= held.last:
        raise Refused("leave.extend_short", held=held)
    first = held.last + timedelta(days=1)
    if other := await leave.overlapping(talk.db, talk.asker, first, last):
        raise Refused("leave.extend_undecided", held=other)
    wanted = Request(first, last, held.reason, held.kind, held.cover_id, held)
    asked, told = await submit(talk.room, talk.asker, wanted, source=talk.source)
    return await _handed_in(talk, asked, told)


# 改请假, 撤回请假
async def change(talk: Talk) -> Reply:
    """Other days for a request that is not decided or has not begun: it is asked for anew."""
    held, rest = await _meant(talk)
    if held.state == "approved" and held.first <= talk.today:
        raise Refused("leave.already_begun", held=held)
    found = read_days(rest, today=talk.today) if rest else None
    if found is None:
        found = await talk.ask("leave.ask_days", days_by(talk.today), ("今天", "明天"))
    wanted = Request(found[0], found[1], held.reason, held.kind, held.cover_id)
    leave.check(wanted, today=talk.today)
    await leave.withdraw(talk.db, talk.asker, held, now=talk.now)
    asked, told = await submit(talk.room, talk.asker, wanted, source=talk.source, before=held)
    return await _handed_in(talk, asked, told)


async def withdraw(talk: Talk) -> Reply:
    """Take a request back; who had agreed, and who was to stand in, are told."""
    held, _ = await _meant(talk)
    return await take_back(talk, held)


async def take_back(talk: Talk, held: Leave) -> Reply:
    """Withdraw this one and tell whom it concerns."""
    more = await leave.withdraw(talk.db, talk.asker, held, now=talk.now)
    if held.state == "approved":
        for person in {held.decided_by, held.cover_id} - {None}:
            reply = talk.reply("leave.withdrawn_told", leave=held)
            await talk.tell(int(person or 0), reply, dedupe=f"leave_off:{held.id}:{person}")
    return talk.reply("leave.withdrawn", leave=held, more=more)


async def _meant(talk: Talk) -> tuple[Leave, str]:
    """The asker's own request by its number, else the nearest that is not over; and the rest."""
    match = re.match(r"(\d{1,9})(?!\d|月|日|号|到|至|、|\.|/|-)\s*", talk.rest)
    if match:
        held = await leave.access_leave(talk.db, talk.asker, int(match[1]))
        if held.person_id != talk.asker.id:
            raise Refused("leave.not_found", id=held.id)
        if held.state == "approved" and (held.back_day or held.last < talk.today):
            raise Refused("leave.over_already", held=held)
        if held.state not in {"asked", "approved"} or held.last < talk.today:
            raise Refused("leave.already_decided", leave=held)
        return held, talk.rest[match.end() :]
    found = await leave.to_come(talk.db, talk.asker, talk.today)
    if not found:
        raise Refused("leave.none_to_change")
    waiting = [one for one in found if one.state == "asked" or one.first > talk.today]
    return (waiting or found)[0], talk.rest


# 代办
async def choose_cover(talk: Talk) -> Reply:
    """代办 赵队员: who stands in, for the request that is nearest; 代办6 赵队员: for that one."""
    number = re.match(r"(\d{1,9})\s+", talk.rest)
    found = await leave.to_come(talk.db, talk.asker, talk.today)
    held = next((one for one in found if not number or one.id == int(number[1])), None)
    if held is None:
        raise Refused("leave.none_to_change")
    cover = await _cover(talk, held, talk.rest[number.end() :] if number else talk.rest)
    await leave.set_cover(talk.db, talk.asker, held, cover, now=talk.now)
    if held.state == "approved":
        await tell_cover(talk, await leave.any_leave(talk.db, held.id))
    return talk.reply("leave.cover_set", leave=held, cover=cover.name)


async def _cover(talk: Talk, held: Leave, name: str) -> Person:
    """The teammate of that name, by the rule of the buttons: there on the leave's first day."""
    day = max(held.first, talk.today)
    mates = await mates_of(talk.room, talk.asker, day)
    names = [one.name for one in mates]
    if cover := next((one for one in mates if one.name == name), None):
        return cover
    if name in [one.name for one in await team_of(talk.room, talk.asker, day)]:
        raise Refused("leave.cover_away", said=name, day=day, names=names)
    raise Refused("leave.no_such_cover", said=name, names=names)


# 销假
async def report_back(talk: Talk) -> Reply:
    """销假: back at work from today."""
    ended: Leave = await leave.report_back(talk.db, talk.asker, now=talk.now)
    return talk.reply("leave.back", leave=ended, today=talk.today)


BACK = Topic("leave_back", ("销假", "我回来了"), report_back, ON_TEAM)
EXTEND = Topic("leave_extend", ("续假", "延假"), extend, ON_TEAM, "loose")
CHANGE = Topic(
    "leave_change", ("改请假", "请假改"), change, ON_TEAM, "loose", dropped="leave.stands"
)
WITHDRAW = Topic("leave_withdraw", ("撤回请假", "取消请假", "不请假了"), withdraw, ON_TEAM)
COVER = Topic("leave_cover", ("代办",), choose_cover, ON_TEAM)
LEAVE = Topic("leave", ("请假", "leave"), ask_leave, ON_TEAM, "loose")
