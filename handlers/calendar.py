"""日历 shows a person's next days; 轮休 sets and lists weekdays off by rota.

「日历」, 「日历 李强」; 「轮休」, 「轮休 李强 每周三」, 「轮休 李强 取消」. The superior sets it.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.talk import Talk, Topic
from ledger import calendar, issues, people, rota
from ledger.days import DAY
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person, Role, scope_of
from ledger.rota import Weekdays
from ledger.time_phrases import find_times

NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
WEEK = r"(?:每?个?(?:周|星期|礼拜))"
WEEKDAY = re.compile(rf"{WEEK}?([一二三四五六日天])(?:[、，,和及\s]|$|(?={WEEK}))")
ENDING = frozenset({"取消", "不轮休", "停", "按周末"})
START = re.compile(r"(?:从|自)?(?P<day>[^，,、从自每\s]{1,12}?)(?:起|开始)")
BUTTONS = tuple(f"每周{one}" for one in "一二三四五六日")
LINES = 20  # people with a rota in one list


@dataclass(frozen=True)
class Line:
    """Somebody on a rota, and its weekdays in words; what follows it, and from when."""

    person: Person
    weekdays: str
    later: str = ""
    start: date | None = None


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
    start, words = _start(words, talk.today)
    if words:
        weekdays = _weekdays(words)
    else:
        ask = "calendar.ask_weekday"
        weekdays = await talk.ask(ask, _weekdays, (*BUTTONS, "按周末"), person=person)
    before = await rota.arrange(
        talk.db, talk.asker, person, weekdays, now=talk.now, start=start
    )
    facts = _week(talk, weekdays, before, start)
    await _tell(talk, person, facts)
    return talk.reply(
        "calendar.rota_set", _instead(talk, person, weekdays, before, start), person=person,
        empty=await _uncovered(talk, person, start), **facts,
    )  # fmt: skip


def _start(words: str, today: date) -> tuple[date, str]:
    """The first day and the rest: 「每周三 从12月1日起」; the next Monday where none is said."""
    match = START.search(words)
    if match is None:
        return rota.next_monday(today), words.strip()
    rest = f"{words[: match.start()]} {words[match.end() :]}".strip(" ，,")
    named = [one for one in find_times(match["day"]) if one.names_day]
    span = named[0].resolve(today, "ahead") if named else None
    if span is None:
        raise Misunderstood("days.not_a_day", said=match["day"])
    return max(span.first, today) if span.last >= today else span.first, rest


def _week(talk: Talk, weekdays: Weekdays, before: Weekdays, start: date) -> dict[str, Any]:
    """What a week looks like from then on, and how it was."""
    workdays = talk.rules.workdays
    work = rota.made_work(weekdays, workdays)
    return {
        "start": start, "weekdays": rota.in_words(weekdays),
        "work": rota.in_words(work).removeprefix("每"),
        "now": rota.days_off(weekdays, workdays), "was": rota.days_off(before, workdays),
    }  # fmt: skip


def _weekdays(text: str) -> Weekdays:
    """每周三、周六; 取消 and 按周末 are no rota at all: the county's week."""
    if text in ENDING:
        return frozenset()
    found = [NUMBERS[one[1]] for one in WEEKDAY.finditer(text)]
    if not found or WEEKDAY.sub("", text).strip(" 、，,和及休息轮") != "":
        raise Misunderstood("calendar.not_weekday", said=text)
    return frozenset(found)


def _instead(
    talk: Talk, person: Person, weekdays: Weekdays, before: Weekdays, start: date
) -> tuple[Option, ...]:
    """One tap to keep the weekend beside one weekday, and one to what was before."""
    head, tail = f"轮休 {person.name}", f"从{start.isoformat()}起"
    words = rota.named(before) or "取消"
    label = f"改回{rota.in_words(before)}" if before else "取消轮休"
    options = [Option(label, f"{head} {words} {tail}"), Option("看全队", "轮休")]
    both = weekdays | rota.WEEKEND
    if len(weekdays) == 1 and rota.made_work(weekdays, talk.rules.workdays) >= rota.WEEKEND:
        keep = Option("只轮休这天，周末照休", f"{head} {rota.named(both)} {tail}")
        options.insert(0, keep)
    return tuple(options)


async def _tell(talk: Talk, person: Person, facts: dict[str, Any]) -> None:
    words = talk.reply(
        "calendar.rota_for_you", (Option("日历", "日历"),), by=talk.asker, **facts
    )
    await talk.tell(person.id, words, dedupe=f"rota:{person.id}:{talk.source}")


async def _uncovered(talk: Talk, person: Person, start: date) -> str:
    """Working weekdays on which nobody of the person's team is on post any more, in words."""
    scope = scope_of(person)
    team = [one.id for one in await people.members(talk.db, scope, day=start)]
    rotas = await rota.on_day(talk.db, scope, start)
    return rota.in_words(rota.uncovered(team, rotas, talk.rules.workdays))


async def _list(talk: Talk) -> Reply:
    rotas = await rota.on_day(talk.db, scope_of(talk.asker), talk.today)
    horizon = talk.today + (rota.LATEST + 1) * DAY
    later = await rota.on_day(talk.db, scope_of(talk.asker), horizon)
    members = await people.members(talk.db, scope_of(talk.asker), day=talk.today)
    lines = [
        await _line(talk, one, rotas.get(one.id, frozenset()), later.get(one.id, frozenset()))
        for one in members
        if one.id in rotas or one.id in later
    ]
    return talk.reply(
        "calendar.rotas", lines=lines[:LINES], more=len(lines[LINES:]),
        rest=len(members) - len(lines), villages=talk.asker.role not in ON_TEAM,
    )  # fmt: skip


async def _line(talk: Talk, person: Person, weekdays: Weekdays, later: Weekdays) -> Line:
    start = None
    if later != weekdays:
        start = await rota.next_change(talk.db, person.id, talk.today)
    then = (rota.in_words(later) or "按周末") if start else ""
    return Line(person, rota.in_words(weekdays), then, start)


SHOW = Topic("calendar", ("日历", "calendar"), show, aside=True)
ROTA = Topic("rota", ("轮休",), arrange)
