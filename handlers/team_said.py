"""Who was not there, in one's own words: a leader of his team, a member of himself.

「马丽娟昨天没来」 and 「昨天没下村，在县里开会」 open the talk of 不在; 「小孔每个星期五休息」
offers 轮休 by one tap. A name is a teammate's, or 小孔 where exactly one Kong is on the team.
"""

import re
from datetime import date

from handlers import days
from handlers.talk import Room, hold
from ledger import people
from ledger.errors import Misunderstood
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person, Role, scope_of
from ledger.reading.said import Reading
from ledger.surnames import surname_of
from ledger.talks import Said, State
from ledger.time_phrases import find_times

LONGEST = 40  # characters: who says more tells something else as well
ENDS = r"(?=[，,。！!、\s了]|$)"
MISSING = re.compile(
    rf"(?:没(?:有)?(?:来|到|在|下|回)(?:村里?|岗|上班)?|没上班|不在(?:村里?|岗)?|缺勤|缺岗){ENDS}"
)
OWN = re.compile(
    rf"[也又都]?(?:没(?:有)?(?:下|去|在|到|进|回)村里?|没(?:有)?(?:在|到)岗|不在(?:村里?|岗)){ENDS}"
)
ELSEWHERE = re.compile(r"[县市省州镇乡局家城]|单位|开会|培训|学习|公差|出差|医院|看病|办事")
MINE = re.compile(r"^(?:我|本人)?(?:们队|队里?|组)?的?")
ASKED = re.compile(r"[吗？?谁]|为什么|怎么|是不是|有没有")
NICK = re.compile(
    r"[小老](?P<surname>[一-龥])(?=同志|队员|昨|今|前|周|上|这|每|星|礼|\d|没|不|缺|休|轮)"
)
WEEKLY = re.compile(
    r"(?:每个?(?:周|星期|礼拜))(?P<day>[一二三四五六日天])[^，,。]{0,4}(?:休|轮休|不上班)"
)
EDGES = " ，,。！!、了的"


async def heard(room: Room, asker: Person, said: Said, reading: Reading) -> Reply | None:
    """不在 or 轮休 by a free sentence; None: it says something else."""
    if reading.reports or len(said.text) > LONGEST or ASKED.search(said.text):
        return None
    if asker.role is Role.LEADER:
        mates = await people.members(room.db, scope_of(asker), day=room.now.date())
        mates = [one for one in mates if one.id != asker.id]
        if found := teammate(said.text, mates):
            return await _of_mate(room, asker, said, *found)
    return await _of_oneself(room, asker, said)


def teammate(text: str, mates: list[Person]) -> tuple[Person, str] | None:
    """The one teammate a sentence begins with, and its words without him."""
    start = MINE.match(text)
    rest = text[start.end() :] if start else text
    named = [one for one in mates if rest.startswith(one.name)]
    if len(named) == 1:
        return named[0], rest.removeprefix(named[0].name)
    if match := NICK.match(rest):
        named = [one for one in mates if surname_of(one.name) == match["surname"]]
        if len(named) == 1:
            return named[0], rest[match.end() :]
    return None


async def _of_mate(
    room: Room, asker: Person, said: Said, mate: Person, rest: str
) -> Reply | None:
    if match := WEEKLY.search(rest):
        weekday = f"每周{match['day']}"
        options = (Option(f"轮休 {weekday}", f"轮休 {mate.name} {weekday}"),)
        text = room.words.say("calendar.may_rota", person=mate, weekday=weekday)
        return Reply(text, options, kind="card")
    found = _day_and_rest(rest, room.now.date())
    if found is None or not MISSING.search(found[1]):
        return None
    why = re.sub(r"[，,。\s]+", "，", MISSING.sub("，", found[1], count=1))
    return await _open(room, asker, said, mate, found[0], why.strip(EDGES))


async def _of_oneself(room: Room, asker: Person, said: Said) -> Reply | None:
    """Only with where one was: 昨天没下村 alone says nothing to record."""
    if asker.role not in ON_TEAM:
        return None
    found = _day_and_rest(re.sub(r"^(?:我|本人)", "", said.text), room.now.date())
    match = OWN.match(found[1].strip(EDGES)) if found else None
    if not (found and match):
        return None
    why = found[1].strip(EDGES)[match.end() :].strip(EDGES)
    return (
        await _open(room, asker, said, asker, found[0], why) if ELSEWHERE.search(why) else None
    )


def _day_and_rest(text: str, today: date) -> tuple[str, str] | None:
    """The day, today where none is said, and the words without it; None: several, or no such day."""
    try:
        phrases = [one for one in find_times(text) if one.names_day]
        spans = [one.resolve(today, "back") for one in phrases]
    except Misunderstood:
        return None
    if not spans:
        return today.isoformat(), text
    if len(spans) > 1 or spans[0] is None or spans[0].kind != "point":
        return None
    rest = text[: phrases[0].start] + text[phrases[0].end :]
    return spans[0].first.isoformat(), rest


async def _open(
    room: Room, asker: Person, said: Said, person: Person, day: str, why: str
) -> Reply:
    rest = f"{person.name} {day} {why}".strip()
    opening = Said(rest, said.source, said.files, said.place, said.at)
    return await hold(room, asker, days.ABSENT, State(days.ABSENT.name, opening), rest)
