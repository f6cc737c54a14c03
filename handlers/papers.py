"""会议议程 and 公示: a meeting's agenda and a village's public notice, from what is recorded.

「会议议程」「议程 12月3日」; 「公示」「公示 11月」「公示 永安村 四季度」; each also as 图片, Word, PDF, 文件.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from handlers import basis, written
from handlers.roster import find_team
from handlers.talk import Talk, Topic
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.numerals import NUMERAL, read_number
from ledger.people import ON_TEAM, STAFF, Role
from ledger.reports import agenda, notice
from ledger.reports.notice import Span
from ledger.times import read_day
from templates.bulletin import Bulletin

BASIS = re.compile(r"依据\s*(?P<number>\d{1,3})?")
BEHIND = "依据"
FARTHEST = timedelta(days=60)  # to a meeting that an agenda is made for
MARKS = " ，,：:的"
YEAR = r"(?:(?P<year>20\d{2}|[今去明])年?\s*)?"
SHIFTED = {"今": 0, "去": -1, "明": 1}
MONTH = re.compile(
    rf"{YEAR}(?:(?P<month>{NUMERAL})月份?|(?P<near>[本这上]个?月)|(?P<iso>20\d{{2}}-\d{{1,2}}))"
)
QUARTER = re.compile(rf"{YEAR}(?:第?(?P<quarter>[一二三四1-4])|(?P<near>[本这上])个?)季度?")


@dataclass(frozen=True)
class Asked:
    """A command without its forms: what is left, which forms, whether the records behind it."""

    rest: str
    forms: tuple[str, ...]
    basis: bool = False
    number: int | None = None


def read_asked(text: str) -> Asked:
    """「11月 依据 3」「永安村 Word」."""
    rest, forms = written.take_forms(text)
    found = BASIS.search(rest)
    if found is None:
        return Asked(rest.strip(MARKS), forms)
    number = int(found["number"]) if found["number"] else None
    rest = f"{rest[: found.start()]} {rest[found.end() :]}".strip(MARKS)
    return Asked(rest, forms, basis=True, number=number)


async def answer(
    talk: Talk, asked: Asked, report: Any, paper: Bulletin, again: str, *more: Option
) -> Reply:
    """A paper in chat with its buttons; with forms as files, with 依据 the records behind it."""
    if asked.basis:
        return await basis.show(talk, report, paper, asked.number, again)
    buttons = (*more, Option(BEHIND, f"{again} {BEHIND}"), written.button(again))
    if asked.forms:
        said = talk.say("papers.under_way", title=paper.title, forms=asked.forms)
        return await written.as_files(
            talk, Reply(said), paper, paper.title, asked.forms, kind=report.kind
        )
    return Reply(paper.chat, buttons, kind="card")


# the agenda
async def show_agenda(talk: Talk) -> Reply:
    """会议议程: of the asker's own meeting, today's unless a day is named."""
    asked = read_asked(talk.rest)
    day = talk.today
    if asked.rest:
        found = read_day(asked.rest, today=talk.today, looks="ahead")
        if found is None:
            raise Misunderstood("papers.not_a_meeting_day", said=asked.rest[:20])
        day = found
    if not talk.today <= day <= talk.today + FARTHEST:
        raise Refused("papers.no_such_meeting", day=day, most=FARTHEST.days)
    made = await agenda.access_agenda(talk.db, talk.asker, day, today=talk.today)
    paper = talk.room.words.bulletin("agenda", report=made)
    draw = () if made.drawn else (Option("抽汇报人", "抽汇报人"),)
    return await answer(talk, asked, made, paper, f"会议议程 {day}", *draw)


# the public notice
async def show_notice(talk: Talk) -> Reply:
    """公示: the own village's, above the team a village's by name; this month unless one is named."""
    asked = read_asked(talk.rest)
    span, name = read_span(asked.rest, today=talk.today)
    if span.first > talk.today:
        raise Refused("papers.future", period=span.name)
    team = await _team(talk, name)
    made = await notice.access_notice(talk.db, talk.asker, team, span, today=talk.today)
    paper = talk.room.words.bulletin("notice", report=made)
    village = "" if talk.asker.role in ON_TEAM else f"{made.village} "
    again = f"公示 {village}{span.name}"
    found = await answer(talk, asked, made, paper, again)
    if asked.basis or asked.forms:
        return found
    own = talk.asker.role in ON_TEAM  # households behind the figures stay in the village
    options = tuple(one for one in found.options if own or one.label != BEHIND)
    return Reply(f"{found.text}\n\n{talk.say('papers.look_first')}", options, kind="card")


async def _team(talk: Talk, name: str) -> int:
    """The village meant; the team's people have one only."""
    if talk.asker.role in ON_TEAM:
        if name and name not in {talk.asker.village, talk.asker.village.removesuffix("村")}:
            raise Refused("papers.own_village_only")
        return talk.asker.team_id
    if not name:
        raise Refused("papers.which_village")
    if team := await find_team(talk, name):
        return team.id
    raise Refused("papers.no_village")


def read_span(text: str, *, today: date) -> tuple[Span, str]:
    """「11月」「上月」「四季度」 and what is left of the words; without one this month."""
    if found := QUARTER.search(text):
        span = _quarter(found, today)
    elif found := MONTH.search(text):
        span = _month(found, today)
    else:
        return _of_month(today.year, today.month), text
    return span, f"{text[: found.start()]} {text[found.end() :]}".strip(MARKS)


def _quarter(found: re.Match[str], today: date) -> Span:
    if found["near"]:
        first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        first = first if found["near"] != "上" else (first - timedelta(days=1)).replace(day=1)
        year, number = first.year, (first.month - 1) // 3 + 1
    else:
        number = int(read_number(found["quarter"]) or 1)
        year = _year(found, today)
        if not found["year"] and date(year, number * 3 - 2, 1) > today:
            year -= 1
    last = number * 3
    return Span(
        f"{year}年第{number}季度", date(year, last - 2, 1),
        date(year, last, monthrange(year, last)[1]),
    )  # fmt: skip


def _month(found: re.Match[str], today: date) -> Span:
    """A month by number or name; without a year the last one that has begun."""
    if found["near"]:
        first = today.replace(day=1)
        day = first - timedelta(days=1) if found["near"].startswith("上") else first
        return _of_month(day.year, day.month)
    if found["iso"]:
        year, number = map(int, found["iso"].split("-"))
    else:
        number = int(read_number(found["month"]) or 0)
        year = _year(found, today) - (not found["year"] and number > today.month)
    if not 1 <= number <= 12:
        raise Misunderstood("papers.no_such_month", said=found[0])
    return _of_month(year, number)


def _year(found: re.Match[str], today: date) -> int:
    said = found["year"] or "今"
    return today.year + SHIFTED[said] if said in SHIFTED else int(said)


def _of_month(year: int, month: int) -> Span:
    last = monthrange(year, month)[1]
    return Span(f"{year}年{month}月", date(year, month, 1), date(year, month, last))


AGENDA = Topic("agenda", ("会议议程", "例会议程", "议程"), show_agenda, STAFF, aside=True)
NOTICE = Topic(
    "notice", ("村公示", "公示"), show_notice,
    frozenset({Role.LEADER, Role.TOWNSHIP, Role.COUNTY}), aside=True,
)  # fmt: skip
