"""日历 shows a person's next days; 轮休 sets and lists weekdays off by rota.

「日历」, 「日历 李强」; 「轮休」, 「轮休 李强 每周三」, 「轮休 李强 取消」. The superior sets it.
"""

import re
from dataclasses import dataclass

from handlers.talk import Talk, Topic
from ledger import calendar, issues, people, rota
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person, Role, scope_of
from ledger.rota import Weekdays

NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
WEEK = r"(?:每?个?(?:周|星期|礼拜))"
WEEKDAY = re.compile(rf"{WEEK}?([一二三四五六日天])(?:[、，,和及\s]|$|(?={WEEK}))")
ENDING = frozenset({"取消", "不轮休", "停", "按周末"})
BUTTONS = tuple(f"每周{one}" for one in "一二三四五六日")
LINES = 20  # people with a rota in one list


@dataclass(frozen=True)
class Line:
    """Somebody on a rota, and its weekdays in words."""

    person: Person
    weekdays: str


# 日历
async def show(talk: Talk) -> Reply:
    """The asker's next days, or those of somebody he answers for."""
    person = await _whose(talk)
    own = person.id == talk.asker.id
    days = await calendar.ahead(talk.db, person, talk.today, talk.rules)
    campaign = next(
        filter(None, (talk.rules.calendar.campaign_on(one.day) for one in days)), None
    )
    return talk.reply(
        "calendar.days", (Option("请假", "请假"),) if own and person.role in ON_TEAM else (),
        person=person, own=own, first=days[0].day, last=days[-1].day,
        works=sum(one.off is None for one in days), rests=sum(one.rests for one in days),
        stretches=calendar.stretches(days), markets=[one.day for one in days if one.market],
        campaign=campaign, campaign_days=rota.in_words(campaign.weekdays) if campaign else "",
        due=await _due(talk, person, days),
        unknown=calendar.unknown_years(days, talk.rules),
    )  # fmt: skip


async def _whose(talk: Talk) -> Person:
    if not talk.rest or talk.rest == talk.asker.name:
        return talk.asker
    found = await people.access_person(talk.db, talk.asker, talk.rest)
    if found is None or (talk.asker.role is Role.MEMBER and found.id != talk.asker.id):
        raise Refused("calendar.nobody", said=talk.rest)
    return found


async def _due(talk: Talk, person: Person, days: list[calendar.Day]) -> list[issues.Issue]:
    """The person's issues that fall due on one of his days of rest: said, not moved."""
    resting = {one.day for one in days if one.rests}
    open_ones = await issues.open_issues(talk.db, person, limit=50)
    return [one for one in open_ones if one.owner_id == person.id and one.due_day in resting]


# 轮休
async def arrange(talk: Talk) -> Reply:
    """Set, end or list rotas. A member is told that his leader sets his."""
    if talk.asker.role is Role.MEMBER:
        raise Refused("calendar.rota_by_leader")
    if not talk.rest:
        return await _list(talk)
    name, _, words = talk.rest.partition(" ")
    person = await people.access_person(talk.db, talk.asker, name)
    if person is None:
        raise Refused("calendar.nobody", said=name)
    if words.strip():
        weekdays = _weekdays(words.strip())
    else:
        ask = "calendar.ask_weekday"
        weekdays = await talk.ask(ask, _weekdays, (*BUTTONS, "按周末"), person=person)
    before = await rota.arrange(talk.db, talk.asker, person, weekdays, now=talk.now)
    await _tell(talk, person, weekdays)
    return talk.reply(
        "calendar.rota_set", _take_back(person, before), person=person, today=talk.today,
        weekdays=rota.in_words(weekdays), weekend=bool({6, 7} & weekdays),
        empty=await _uncovered(talk, person),
    )  # fmt: skip


def _weekdays(text: str) -> Weekdays:
    """每周三、周六; 取消 and 按周末 are no rota at all: the county's week."""
    if text in ENDING:
        return frozenset()
    found = [NUMBERS[one[1]] for one in WEEKDAY.finditer(text)]
    if not found or WEEKDAY.sub("", text).strip(" 、，,和及休息轮") != "":
        raise Misunderstood("calendar.not_weekday", said=text)
    return frozenset(found)


def _take_back(person: Person, before: Weekdays) -> tuple[Option, ...]:
    """One tap to what was before."""
    words = rota.in_words(before) or "取消"
    label = f"改回{words}" if before else "取消轮休"
    return (Option(label, f"轮休 {person.name} {words}"), Option("看全队", "轮休"))


async def _tell(talk: Talk, person: Person, weekdays: Weekdays) -> None:
    words = talk.reply(
        "calendar.rota_for_you", (Option("日历", "日历"),),
        by=talk.asker, weekdays=rota.in_words(weekdays), weekend=bool({6, 7} & weekdays),
        today=talk.today,
    )  # fmt: skip
    await talk.tell(person.id, words, dedupe=f"rota:{person.id}:{talk.source}")


async def _uncovered(talk: Talk, person: Person) -> str:
    """Working weekdays on which nobody of the person's team is on post any more, in words."""
    scope = scope_of(person)
    team = [one.id for one in await people.members(talk.db, scope, day=talk.today)]
    rotas = await rota.on_day(talk.db, scope, talk.today)
    return rota.in_words(rota.uncovered(team, rotas, talk.rules.workdays))


async def _list(talk: Talk) -> Reply:
    rotas = await rota.on_day(talk.db, scope_of(talk.asker), talk.today)
    members = await people.members(talk.db, scope_of(talk.asker), day=talk.today)
    lines = [Line(one, rota.in_words(rotas[one.id])) for one in members if one.id in rotas]
    return talk.reply(
        "calendar.rotas", lines=lines[:LINES], more=len(lines[LINES:]),
        rest=len(members) - len(lines), villages=talk.asker.role not in ON_TEAM,
    )  # fmt: skip


SHOW = Topic("calendar", ("日历", "calendar"), show, aside=True)
ROTA = Topic("rota", ("轮休",), arrange)
