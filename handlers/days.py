"""天数, 本周都在, 不在: the days at the village, where each comes from, the leader's one tap.

「天数」 both counters with a forecast; 「天数 11月」 every day with its source; the leader's
「本周都在」 confirms his team's week, 「不在 李强 周三 开会」 says what the records do not.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from handlers.talk import Room, Talk, Topic, labelled, one_of, plain, tell
from ledger import day_counts, people
from ledger.days import DAY, days_between, is_workday
from ledger.errors import Misunderstood, Refused
from ledger.leave import HEALTH
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person, Role, scope_of
from ledger.stationed import Counted, Source, Told, Year, monday_of
from ledger.times import find_day

MONTH = re.compile(r"(?P<month>1[0-2]|[1-9])月(?:份)?")
TRIP = "公差"
WHYS = {TRIP: True, "请假没报": False, "其他原因": False}  # and whether he counts as stationed


@dataclass(frozen=True)
class Stretch:
    """Days in a row that count alike."""

    first: date
    last: date
    counted: Counted


@dataclass(frozen=True)
class Member:
    """A member of the leader's team with his counters."""

    person: Person
    year: Year


@dataclass
class Pace:
    """One place: how many are on its roster, how many will fall short at this pace."""

    name: str
    roster: int = 0
    short: int = 0


# 天数
async def show(talk: Talk) -> Reply:
    """The asker's own counters; a leader's team below them; for staff how many are on pace."""
    asker = talk.asker
    if asker.role not in ON_TEAM:
        return await _for_staff(talk)
    if talk.rest:
        return await _of_rest(talk)
    own = await day_counts.year(talk.db, asker, talk.today, talk.rules)
    if own is None:
        raise Refused("days.none")
    team = await _team_years(talk) if asker.role is Role.LEADER else []
    month = f"{talk.today.month}月"
    options = (Option(f"看{month}每天", f"天数 {month}"),)
    return talk.reply("days.card", options, year=own, team=team, today=talk.today)


async def _team_years(talk: Talk) -> list[Member]:
    """The members' counters, in the roster's order: never by number."""
    scope = scope_of(talk.asker)
    years = await day_counts.years(talk.db, scope, talk.today, talk.rules)
    members = await people.members(talk.db, scope, day=talk.today)
    mates = [one for one in members if one.id in years and one.id != talk.asker.id]
    return [Member(one, years[one.id]) for one in mates]


async def _for_staff(talk: Talk) -> Reply:
    """Counts only: how many will fall short at this pace, by place."""
    if talk.rest:
        return await _of_rest(talk)
    scope = scope_of(talk.asker)
    years = await day_counts.years(talk.db, scope, talk.today, talk.rules)
    members = await people.members(talk.db, scope, day=talk.today)
    places: dict[str, Pace] = {}
    for one in members:
        name = one.village if talk.asker.role is Role.TOWNSHIP else one.township
        pace = places.setdefault(name, Pace(name))
        pace.roster += 1
        pace.short += one.id in years and years[one.id].warns
    return talk.reply(
        "days.staff", places=list(places.values()), total=len(members), place=talk.asker.place
    )


async def _of_rest(talk: Talk) -> Reply:
    """「天数 11月」「天数 李强」「天数 李强 11月」."""
    words = talk.rest.split()
    month = MONTH.fullmatch(words[-1])
    name = " ".join(words[:-1] if month else words)
    person = await _person(talk, name) if name else talk.asker
    if not name and talk.asker.role not in ON_TEAM:
        raise Refused("days.whose")
    first = _first_of(talk, int(month["month"])) if month else talk.today.replace(day=1)
    last = min((first + 31 * DAY).replace(day=1) - DAY, talk.today)
    days = await day_counts.days_of(talk.db, person, first, last, talk.rules)
    year = await day_counts.year(talk.db, person, talk.today, talk.rules)
    if year is None:
        raise Refused("days.none")
    return talk.reply(
        "days.month", stretches=stretches(_shown(talk, days)), month=first.month, person=person, year=year,
        stationed=sum(one.stationed for one in days), working=sum(one.working for one in days),
    )  # fmt: skip


def _shown(talk: Talk, days: list[Counted]) -> list[Counted]:
    """Above the team nothing of anybody's health is shown, as with leave."""
    if talk.asker.role in ON_TEAM:
        return days
    return [
        replace(one, what="") if one.source is Source.TOLD and HEALTH.search(one.what) else one
        for one in days
    ]


def _first_of(talk: Talk, month: int) -> date:
    year = talk.today.year - (month > talk.today.month)
    return date(year, month, 1)


async def _person(talk: Talk, name: str) -> Person:
    """Somebody within the asker's sight: a member sees only himself."""
    found = await people.access_person(talk.db, talk.asker, name)
    own = found is not None and found.id == talk.asker.id
    if found is None or not (own or talk.asker.role is not Role.MEMBER):
        raise Refused("days.not_found", name=name[:20])
    return found


def stretches(days: Iterable[Counted]) -> list[Stretch]:
    """Days in a row with the same to say, put together."""
    found: list[Stretch] = []
    for one in days:
        last = found[-1] if found else None
        if last and last.last == one.day - DAY and _alike(last.counted, one):
            found[-1] = Stretch(last.first, one.day, last.counted)
        else:
            found.append(Stretch(one.day, one.day, one))
    return found


def _alike(one: Counted, other: Counted) -> bool:
    same = (one.stationed, one.working, one.source, one.what)
    return same == (other.stationed, other.working, other.source, other.what)


# 本周都在
async def confirm(talk: Talk) -> Reply:
    """The leader's one tap a week."""
    return await _confirm(talk, talk.today)


async def _confirm(talk: Talk, day: date) -> Reply:
    fresh = await day_counts.confirm_week(talk.db, talk.asker, day, now=talk.now)
    monday = monday_of(day)
    return talk.reply(
        "days.confirmed", (Option("有人不在", "不在"),), fresh=fresh, first=monday,
        last=monday + 6 * DAY,
    )  # fmt: skip


async def confirm_last(talk: Talk) -> Reply:
    """The week before, when the tap was forgotten."""
    return await _confirm(talk, talk.today - 7 * DAY)


async def contradicted(
    room: Room, asker: Person, day: date, until: date | None, *, source: str
) -> str:
    """What who says that he was there hears where his superior has said otherwise; else ''.

    The superior's word stands until he takes it back himself: he is told, with a button.
    """
    notes = []
    for one in days_between(day, min(until or day, day + 31 * DAY)):
        by = await day_counts.said_by(room.db, asker, one)
        if by is None or by == asker.id:
            continue
        label, words = "撤销不在", f"不在 撤销 {asker.name} {one.isoformat()}"
        text = room.words.say("days.says_present", person=asker, day=one)
        reply = Reply(text, (Option(label, words),), kind="card")
        await tell(room, by, reply, dedupe=f"present:{asker.id}:{one}:{source}", by=asker)
        superior = await people.by_id(room.db, by)
        notes.append(room.words.say("days.word_stands", by=superior, day=one))
    return "\n".join(notes)


# 不在
async def absent(talk: Talk) -> Reply:
    """Say of a member (or of oneself) that he was not in the village on a day."""
    mates = await people.members(talk.db, scope_of(talk.asker), day=talk.today)
    person, rest = await _who(talk, mates)
    day, note = await _which_day(talk, rest)
    if day > talk.today:
        raise Refused("days.to_come", day=day)
    why = note or await talk.ask("days.ask_why", plain, tuple(WHYS), person=person, day=day)
    stationed = WHYS.get(why, TRIP in why or "开会" in why or "培训" in why)
    words = Told(stationed, False, why[:60], talk.asker.id)
    await day_counts.tell(talk.db, talk.asker, person, day, words, now=talk.now)
    if person.id != talk.asker.id:
        told = talk.reply("days.absent_told", day=day, words=words, by=talk.asker)
        await talk.tell(person.id, told, dedupe=f"absent:{person.id}:{day}:{talk.source}")
    undo = (Option("撤销", f"不在 撤销 {person.name} {day.isoformat()}"),)
    return talk.reply("days.absent", undo, person=person, day=day, words=words)


async def back(talk: Talk) -> Reply:
    """「不在 撤销 李强 周三」: the word about that day is taken back."""
    mates = await people.members(talk.db, scope_of(talk.asker), day=talk.today)
    person, rest = await _who(talk, mates)
    day, _ = await _which_day(talk, rest)
    gone = await day_counts.takes_back(talk.db, talk.asker, person, day, now=talk.now)
    return talk.reply("days.word_gone", person=person, day=day, gone=gone)


async def _who(talk: Talk, mates: list[Person]) -> tuple[Person, str]:
    """Whom it is about; a member speaks only of himself."""
    if talk.asker.role is Role.MEMBER:
        return talk.asker, talk.rest.removeprefix(talk.asker.name).strip()
    fitting = [one for one in mates if talk.rest.startswith(one.name)]
    name = max((one.name for one in fitting), key=len, default="")
    named = [one for one in fitting if one.name == name]
    rest = talk.rest.removeprefix(name).strip(" ，,")
    if len(named) == 1:
        return named[0], rest
    known = [one.name for one in mates]
    choices = labelled(
        (one.name if known.count(one.name) == 1 else f"{one.village} {one.name}", one)
        for one in (named or mates)
    )
    return await talk.ask("days.ask_who", one_of(choices), tuple(choices)[:8]), rest


async def _which_day(talk: Talk, words: str) -> tuple[date, str]:
    found = find_day(words, today=talk.today, looks="back")
    if found and words.startswith(found.phrase):
        return found.day, found.rest.strip(" ，,")
    monday = monday_of(talk.today)
    days = [one for one in days_between(monday, talk.today) if is_workday(one, talk.rules)]
    labels = {f"{one.month}月{one.day}日": one for one in days}

    def read(text: str) -> date:
        day = find_day(text, today=talk.today, looks="back")
        if day is None:
            raise Misunderstood("days.not_a_day", said=text[:40])
        return day.day

    return await talk.ask("days.ask_day", read, tuple(labels)), words


LEADERS = frozenset({Role.LEADER})
SUPERIORS_TOO = ON_TEAM | {Role.TOWNSHIP}
SHOW = Topic("days", ("天数", "驻村天数"), show, aside=True)
WEEK = Topic("week_confirmed", ("本周都在", "这周都在"), confirm, LEADERS, "bare")
LAST_WEEK = Topic("last_week_confirmed", ("上周都在",), confirm_last, LEADERS, "bare")
TAKE_BACK = Topic("absent_not", ("不在 撤销", "不在撤销"), back, SUPERIORS_TOO)
ABSENT = Topic("absent", ("不在",), absent, SUPERIORS_TOO)
