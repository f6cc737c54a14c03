"""日报、周报、旬报、月报: of any day, week, ten days or month, and what stands behind the figures.

「日报」「日报 昨天」「日报 11月20日 明细」「周报 上周」「周报 第47周 依据 3」「旬报 11月中旬 Word」
「月报 上月 清水镇」: a period, for the county one of its townships, then 明细, 依据 or a form.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers import basis, written
from handlers.roster import find_team
from handlers.talk import Talk, Topic
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.numerals import NUMERAL, read_number
from ledger.people import Person, Role
from ledger.reports import details, store, windows
from ledger.reports.facts import WORDS, Place, Report, Window, buttons
from ledger.times import find_day

DETAILS = "明细"
BASIS = re.compile(r"依据\s*(?P<number>\d{1,3})?")
WEEKS = {"本周": 0, "这周": 0, "上上周": -2, "上周": -1, "下周": 1}
NUMBERED = re.compile(rf"(?:(?P<year>\d{{4}})年?)?\s*第?\s*(?P<week>{NUMERAL})\s*周")
MONTHS = {
    "上上个月": -2,
    "上上月": -2,
    "上个月": -1,
    "上月": -1,
    "本月": 0,
    "这个月": 0,
    "下个月": 1,
}
MONTH = re.compile(
    rf"(?:(?P<year>\d{{4}})\s*[年-]\s*)?(?P<month>{NUMERAL})(?:\s*月份?|(?<=-\d\d)(?![\d-]))"
    rf"(?!\s*{NUMERAL})"
)
THIRDS = {"上旬": 1, "中旬": 11, "下旬": 21}
SHIFTED = {"上上旬": -2, "上一旬": -1, "上个旬": -1, "本旬": 0, "这一旬": 0, "下一旬": 1}
YEARS = range(2000, 2100)  # of which there can be a report
BARE_MONTH = re.compile(r"(?P<month>\d{1,2})(?=\s|$)")  # 月报 10
FIRST_THIRD = re.compile(r"[\s，,的]*上旬")
LAST_OF_FIRST = 10  # day of the month until which 上旬 still runs
PLACE = re.compile(r"[一-龥]{1,8}(?:村|镇|乡|街道|社区|队|县)|[队村镇乡县]里")
PERSON = re.compile(r"(?:(?![年月日天周旬季度今昨明前后上下本这])[一-龥]){2,4}")
OF_TEAM = frozenset({"队里", "村里", "全队", "全村"})
OWN = {
    Role.MEMBER: OF_TEAM,
    Role.LEADER: OF_TEAM,
    Role.TOWNSHIP: frozenset({"镇里", "乡里", "全镇", "全乡"}),
    Role.COUNTY: frozenset({"县里", "全县"}),
}
EDGES = " \u3000，,的"


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see: a day of the period, what of it, and the words left over."""

    day: date
    rest: str = ""
    details: bool = False
    basis: bool = False
    number: int | None = None  # of the figure to be opened
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asking:
    """How one kind of report is asked for."""

    kind: str
    read: Callable[[str, date], tuple[date, str] | None]
    otherwise: str  # what is said when the words name no period


# reading
def read(text: str, asking: Asking, *, today: date) -> Asked:
    """「11月20日 清水镇 依据 3」: the period, today's when none is named, and what is wanted of it."""
    words, forms = written.take_forms(text)
    opened = BASIS.search(words)
    wanted = DETAILS in words
    words = BASIS.sub(" ", words).replace(DETAILS, " ").strip(EDGES)
    day, rest = asking.read(words, today) or (today, words)
    number = int(opened["number"]) if opened and opened["number"] else None
    return Asked(day, rest.strip(EDGES), wanted, bool(opened), number, forms)


def read_day(words: str, today: date) -> tuple[date, str] | None:
    """「昨天」「11月20日」."""
    found = find_day(words, today=today, looks="back")
    return (found.day, found.rest) if found else None


def read_week(words: str, today: date) -> tuple[date, str] | None:
    """「上周」「第47周」「11月16日」: a week by name, by number or by one of its days."""
    if found := read_day(words, today):
        return found
    if numbered := NUMBERED.match(words):
        return _monday(numbered, today), words[numbered.end() :]
    for name, shift in WEEKS.items():
        if words.startswith(name):
            return today + timedelta(weeks=shift), words.removeprefix(name)
    return None


def read_tenday(words: str, today: date) -> tuple[date, str] | None:
    """「11月中旬」「上月下旬」「中旬」「上一旬」, or one of its days."""
    for name, shift in SHIFTED.items():
        if words.startswith(name):
            return _tenths(today, shift), words.removeprefix(name)
    for name, first in THIRDS.items():
        before, found, after = words.partition(name)
        if found:
            month = read_month(before, today) if before.strip(EDGES) else None
            if month and not month[1].strip(EDGES):
                return month[0].replace(day=first), after
            if not month and not before.strip(EDGES):
                if runs_still(words, today):
                    return _tenths(today, -1), after
                return _begun(today.replace(day=first), today), after
    return read_day(words, today)


def read_month(words: str, today: date) -> tuple[date, str] | None:
    """「10月」「2025年12月」「上月」, or one of its days; without a year the last one begun."""
    for name, shift in MONTHS.items():
        if words.startswith(name):
            return _month(today, shift), words.removeprefix(name)
    if named := MONTH.match(words):
        month = int(read_number(named["month"]) or 0)
        if not 1 <= month <= 12:
            raise Misunderstood("reports.not_a_month", said=words[:40])
        year = int(named["year"] or today.year)
        if year not in YEARS:
            raise Misunderstood("reports.not_a_month", said=words[:40])
        first = date(year, month, 1)
        if first > today and not named["year"]:
            first = date(year - 1, month, 1)
        return first, words[named.end() :]
    return read_day(words, today)


def runs_still(words: str, today: date) -> bool:
    """Whether 上旬 alone is said in the first ten days: those that are over are meant, as 上周 is."""
    return bool(FIRST_THIRD.match(words)) and today.day <= LAST_OF_FIRST


def read_bare_month(words: str, today: date) -> tuple[date, str] | None:
    """「10」「10 清水镇」 behind 月报, and all that `read_month` knows."""
    if bare := BARE_MONTH.match(words):
        words = f"{bare['month']}月{words[bare.end() :]}"
    return read_month(words, today)


def _month(day: date, shift: int) -> date:
    """The first day of the month so many months away."""
    months = day.year * 12 + day.month - 1 + shift
    return date(months // 12, months % 12 + 1, 1)


def _tenths(day: date, shift: int) -> date:
    """The first day of the ten days so many times away."""
    thirds = (day.year * 12 + day.month - 1) * 3 + min((day.day - 1) // 10, 2) + shift
    months, third = divmod(thirds, 3)
    return date(months // 12, months % 12 + 1, third * 10 + 1)


def _begun(day: date, today: date) -> date:
    """The same days of the month before, where this month's have not begun."""
    return day if day <= today else _month(day, -1).replace(day=day.day)


def _monday(numbered: re.Match[str], today: date) -> date:
    """The Monday of a numbered week; without a year the last one that has begun."""
    week = int(read_number(numbered["week"]) or 0)
    this = today.isocalendar().year
    years = (int(numbered["year"]),) if numbered["year"] else (this, this - 1)
    mondays = [_week(year, week) for year in years]
    begun = [one for one in mondays if one and (one <= today or numbered["year"])]
    if not begun:
        raise Misunderstood("reports.no_such_week", year=years[0], week=week)
    return begun[0]


def _week(year: int, week: int) -> date | None:
    """Its Monday; None: that year has no such week, or it is no year of ours."""
    try:
        return date.fromisocalendar(year, week, 1) if year in YEARS else None
    except ValueError:
        return None


ASKING = {
    one.kind: one
    for one in (
        Asking("daily", read_day, "reports.not_a_day"),
        Asking("weekly", read_week, "reports.not_a_week"),
        Asking("tenday", read_tenday, "reports.not_a_tenday"),
        Asking("monthly", read_bare_month, "reports.not_a_month"),
    )
}


# showing
async def show_daily(talk: Talk) -> Reply:
    """One day's summary, today's so far when no day is named."""
    return await _show(talk, ASKING["daily"])


async def show_weekly(talk: Talk) -> Reply:
    """One week's summary, this week's so far when none is named."""
    return await _show(talk, ASKING["weekly"])


async def show_tenday(talk: Talk) -> Reply:
    """The figures of ten days, these days' so far when none are named."""
    return await _show(talk, ASKING["tenday"])


async def show_monthly(talk: Talk) -> Reply:
    """One month's figures, this month's so far when none is named."""
    return await _show(talk, ASKING["monthly"])


async def show_details(talk: Talk) -> Reply:
    """「看明细」 in words: what the button of the last summary would show, else today's."""
    says = await store.last_shown(talk.db, talk.asker, now=talk.now)
    said = next((one for one in says if DETAILS in one), f"{WORDS['daily']} {DETAILS}")
    word, _, talk.rest = said.partition(" ")
    kind = next((kind for kind, named in WORDS.items() if named == word), "daily")
    return await _show(talk, ASKING[kind])


async def _show(talk: Talk, asking: Asking) -> Reply:
    asked = read(talk.rest, asking, today=talk.today)
    place = await _place(talk, asked, asking)
    window = windows.of_day(asking.kind, asked.day, today=talk.today, rules=talk.rules)
    first = window.span.first
    if first > talk.today:
        raise Refused("reports.future", day=first, word=WORDS[asking.kind])
    if asked.details:
        return await _show_details(talk, place, window)
    found = await store.look(talk.db, talk.asker, place, window, now=talk.now)
    if asked.forms:
        return await _as_files(talk, found.report, asked.forms)
    bulletin = talk.room.words.bulletin(window.kind, report=found.report)
    if asked.basis:
        again = f"{found.report.word} {found.report.first} {asked.rest}".strip()
        return await basis.show(talk, found.report, bulletin, asked.number, again)
    lines = [bulletin.chat]
    if found.changes:
        weekly = window.kind != "daily"
        lines.append(talk.say("reports.corrected", changes=found.changes, weekly=weekly))
    options = buttons(found.report, asked.rest)
    if asking.kind == "tenday" and runs_still(talk.rest, talk.today):
        lines.append(talk.say("reports.last_tenday", first=window.span.first))
        options = (*options, Option("看本旬", f"旬报 本旬 {asked.rest}".strip()))
    return Reply("\n".join(lines), options, kind="card")


async def _place(talk: Talk, asked: Asked, asking: Asking) -> Place:
    """The asker's own place; words left over may name one of the county's townships."""
    named = asked.rest[:40]
    if named in own_names(talk.asker):
        return await store.place_for(talk.db, talk.asker)
    if talk.asker.role is Role.COUNTY:
        if not PLACE.fullmatch(named) or not (team := await find_team(talk, named)):
            return await store.place_for(talk.db, talk.asker, named)
        word, when = WORDS[asking.kind], talk.rest.partition(named)[0].lstrip()
        raise Refused("reports.of_a_village", word=word, when=when, township=team.township)
    if not named:
        return await store.place_for(talk.db, talk.asker)
    if PLACE.fullmatch(named) or PERSON.fullmatch(named):
        word = WORDS[asking.kind]
        raise Refused("reports.not_yours", said=named, word=word, person=talk.asker)
    raise Misunderstood(asking.otherwise, said=named)


def own_names(asker: Person) -> frozenset[str]:
    """What the asker may call his own place beside leaving it out."""
    return OWN[asker.role] | {asker.place}


async def _as_files(talk: Talk, report: Report, forms: tuple[str, ...]) -> Reply:
    """The picture says what the chat says; Word and PDF say the whole paper."""
    name = f"{report.place}{report.word} {report.period}"
    short = talk.room.words.bulletin(report.kind, report=report)
    paper = talk.room.words.bulletin(report.paper, report=report)
    reply = talk.reply("reports.files", report=report, title=short.title, forms=forms)
    cards = tuple(one for one in forms if one == written.CARD)
    papers = tuple(one for one in forms if one != written.CARD)
    reply = written.with_forms(reply, short, name, cards)
    return await written.as_files(talk, reply, paper, name, papers, kind=report.kind)


async def _show_details(talk: Talk, place: Place, window: Window) -> Reply:
    found = await details.look(talk.db, talk.asker, place, window)
    block = "reports.details" if place.level == "team" else "reports.parts"
    return talk.reply(block, details=found)


DAILY = Topic("daily", ("日报", "日调度", "daily"), show_daily, form="loose", aside=True)
WEEKLY = Topic("weekly", ("周报", "weekly"), show_weekly, form="loose", aside=True)
TENDAY = Topic("tenday", ("旬报告", "旬报"), show_tenday, form="loose", aside=True)
MONTHLY = Topic("monthly", ("月报告", "月报", "月调度"), show_monthly, form="loose", aside=True)
DETAIL = Topic("report_details", ("看明细", DETAILS), show_details, form="bare", aside=True)
