"""问题清单, 我的问题, 临期, 逾期: which issues, the most urgent first.

「问题清单 永安村」「问题清单 复杂 三天内到期 第2页」: a place, a unit, a tier, a last day, a page. What
people ask in a sentence (村里现在有哪些问题) is turned into one of these commands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from handlers import household_issues
from handlers.roster import find_team
from handlers.talk import Room, Talk, Topic
from ledger import issue_lists, issues, people, units
from ledger.catalogue_cells import tier_in
from ledger.errors import Refused
from ledger.issue_lists import Wanted
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.numerals import read_number
from ledger.people import ON_TEAM, Person, scope_of

LISTED = 10  # issues shown at once
BUTTONS = 4
LONGEST_NAME = 20
PAGE = re.compile(r"第\s*(\d{1,3})\s*页")
WITHIN = re.compile(
    r"(\d{1,3}|[一二两三四五六七八九十]{1,3})天(?:之|以)?内(?:要|会)?(?:到期)?的?"
)
TIER = re.compile(r"(?:立行立改|一般|复杂)(?:问题|的)?")
LATE, NEAR_WORDS = ("逾期", "超期"), ("快到期", "临期")
OWN_PLACE = frozenset(
    {"村里", "本村", "镇里", "本镇", "乡里", "本乡", "县里", "全县", "我们村"}
)
# What people ask of the lists; the name of a place or a unit must be one we know.
WHICH = r"(?:都?还?有?(?:哪些|什么|几个|几件|多少))?"
OPEN = r"(?:没有?|未)(?:解决|销号|办完|办结|整改)的?"
HERE = r"(?:(?:我们|咱们?)?[村镇乡县]里?|本[村镇乡县])?"
ASKED = (
    (
        rf"{HERE}(?:现在|目前|还|都)*有(?:哪些|什么|几个|多少)(?:{OPEN})?问题(?:{OPEN})?",
        "问题清单",
    ),
    (rf"(?:哪些问题)?(?:快要?|马上|就要)到期的?(?:问题)?{WHICH}", "临期"),
    (rf"(?:已经)?(?:超期|逾期)(?:了)?的(?:问题)?{WHICH}", "逾期"),
    (rf"(?:我的待办|我要办的|我?手[上里]的问题){WHICH}", "我的问题"),
    (
        rf"(?P<say>\S{{1,3}}天(?:之|以)?内(?:要|会)?到期)的?(?:问题)?{WHICH}",
        "问题清单 {say}",
    ),
    (rf"(?P<say>立行立改|一般|复杂)的?问题{WHICH}", "问题清单 {say}"),
)
NAMED = (
    r"(?:还?[等在])(?P<name>[^\s，。,?？]{2,12}?)(?:手[里上]|那里|那儿|那边)?(?:办理?)?的(?:问题)?" + WHICH,
    r"(?P<name>[^\s，。,?？]{2,12}?)(?:现在|目前|还)*(?:有(?:哪些|什么|几个|多少)|的)问题" + WHICH,
)  # fmt: skip
END = r"[?？。呢啊呀]*"
QUESTIONS = tuple((re.compile(form + END), command) for form, command in ASKED)
OF_SOMEBODY = tuple(re.compile(form + END) for form in NAMED)


async def heard(room: Room, asker: Person, text: str) -> str | None:
    """The command behind a question about the lists; None: it is none."""
    for form, command in QUESTIONS:
        if found := form.fullmatch(text):
            return command.format(**found.groupdict())
    for form in OF_SOMEBODY:
        found = form.fullmatch(text)
        if found and await _is_known(room, asker, found["name"]):
            return f"问题清单 {found['name']}"
    return None


async def _is_known(room: Room, asker: Person, name: str) -> bool:
    scope = scope_of(asker)
    teams = await people.teams(room.db, scope)
    places = {one.township for one in teams} | {one.village for one in teams}
    return name in places or await units.named(room.db, scope.county, name) is not None


# 问题清单
@dataclass(frozen=True)
class Asked:
    """What is asked for behind 问题清单: which, the words that say it, from which page."""

    wanted: Wanted = field(default_factory=Wanted)
    title: str = ""
    page: int = 1


async def list_open(talk: Talk) -> Reply:
    """问题清单: the most urgent ones, of a place, a unit, a tier or a time where that is said."""
    if household := await _household(talk):
        return await household_issues.listed(talk, household)
    asked = await _asked(talk)
    first = (asked.page - 1) * LISTED
    found = await issue_lists.standing(
        talk.db, talk.asker, asked.wanted, limit=LISTED, after=first
    )
    count = await issue_lists.count(talk.db, talk.asker, asked.wanted)
    if not found:
        return talk.reply("issue_lists.none_open", title=asked.title, page=asked.page)
    more = count - first - len(found)
    title = talk.say(
        "issue_lists.open", title=asked.title, count=count, page=asked.page, more=more,
        shown=len(found),
    )  # fmt: skip
    following = f"问题清单 {asked.title} 第{asked.page + 1}页".replace("  ", " ")
    options = (Option("更多", following),) if more > 0 else ()
    return await _listed(talk, found, title, more=following if more > 0 else "", also=options)


async def _household(talk: Talk) -> people.Household | None:
    """The one household of the asker's own team that goes by these words."""
    if talk.asker.role not in ON_TEAM or not talk.rest:
        return None
    name = talk.rest.removesuffix("家")
    known = await people.households(talk.db, talk.asker)
    found = [one for one in known if name in {one.name, one.label}]
    return found[0] if len(found) == 1 else None


async def _asked(talk: Talk) -> Asked:
    """What the words behind 问题清单 say; `Refused` where a name is not known."""
    text, asked = talk.rest, Asked()
    if page := PAGE.search(text):
        asked = replace(asked, page=max(int(page[1]), 1))
        text = PAGE.sub("", text)
    title = " ".join(text.split())
    wanted, text = _times(talk, text)
    if tier := TIER.search(text):
        wanted = replace(wanted, tier=tier_in(tier[0]) or "")
        text = TIER.sub("", text, count=1)
    for word in text.replace("的问题", " ").split():
        wanted = await _of_place(talk, wanted, word)
    return replace(asked, wanted=wanted, title=title)


def _times(talk: Talk, text: str) -> tuple[Wanted, str]:
    """「三天内到期」「快到期」「逾期」, and the text without it."""
    today = talk.today.isoformat()
    if within := WITHIN.search(text):
        until = talk.today + timedelta(days=int(read_number(within[1]) or 0))
        text = WITHIN.sub("", text, count=1)
        return Wanted(from_day=today, until=until.isoformat(), worked_on=1), text
    for word in NEAR_WORDS:
        if word in text:
            wanted = Wanted(from_day=today, until=_near_until(talk).isoformat(), worked_on=1)
            return wanted, text.replace(word, "", 1)
    for word in LATE:
        if word in text:
            return Wanted(until=(talk.today - timedelta(days=1)).isoformat()), text.replace(
                word, "", 1
            )
    return Wanted(), text


async def _of_place(talk: Talk, wanted: Wanted, word: str) -> Wanted:
    """A township, a village, a unit of the asker's reach."""
    own = scope_of(talk.asker)
    if word in OWN_PLACE:
        return wanted
    towns = await people.townships(talk.db, own.county)
    if word in towns and own.township in {0, towns[word]}:
        return replace(wanted, in_township=towns[word])
    if team := await find_team(talk, word):
        return replace(wanted, in_team=team.id)
    if unit := await units.named(talk.db, own.county, word):
        return replace(wanted, unit=unit.name)
    raise Refused("issue_lists.not_known", said=word[:LONGEST_NAME])


# the others
async def list_mine(talk: Talk) -> Reply:
    """我的问题: those this person is responsible for, and in whose hands they are."""
    found = await issue_lists.of_person(talk.db, talk.asker)
    return await _short(talk, found, "issue_lists.mine", "issue_lists.none_mine")


async def list_near(talk: Talk) -> Reply:
    """临期: what is due within the days before a deadline on which we remind."""
    until = _near_until(talk)
    found = await issue_lists.near(talk.db, talk.asker, talk.today, until, LISTED + 1)
    return await _short(talk, found, "issue_lists.near", "issue_lists.none_near", until=until)


def _near_until(talk: Talk) -> date:
    return talk.today + timedelta(days=max(talk.rules.issue_before_days, default=3))


async def list_overdue(talk: Talk) -> Reply:
    """逾期: what is past its day, the longest first."""
    found = await issue_lists.overdue(talk.db, talk.asker, talk.today, LISTED + 1)
    return await _short(talk, found, "issue_lists.overdue", "issue_lists.none_overdue")


async def _short(talk: Talk, found: list[Issue], title: str, none: str, **facts: date) -> Reply:
    """The first ones; 问题清单 goes on where there are more."""
    if not found:
        return talk.reply(none, (), **facts)
    going_on = {"issue_lists.near": "问题清单 快到期", "issue_lists.overdue": "问题清单 逾期"}
    more = f"{going_on.get(title, '问题清单')} 第2页" if len(found) > LISTED else ""
    also = (Option("更多", more),) if more else ()
    return await _listed(talk, found[:LISTED], talk.say(title, **facts), more=more, also=also)


async def _listed(
    talk: Talk, found: Sequence[Issue], title: str, *, more: str, also: tuple[Option, ...]
) -> Reply:
    """Every list says the same of an issue, what waits for the asker first among the buttons."""
    waiting = {one.id for one in await issues.waiting_for(talk.db, talk.asker, talk.today)}
    first = sorted(found, key=lambda one: one.id not in waiting)[: BUTTONS - len(also)]
    options = tuple(Option(f"看问题{one.id}", f"问题{one.id}") for one in first)
    return talk.reply(
        "issue_lists.listed", (*options, *also), title=title, issues=found, more=more,
        waiting=waiting, today=talk.today, detail=talk.asker.role in ON_TEAM,
    )  # fmt: skip


LIST = Topic("issue_list", ("问题清单", "问题台账", "清单"), list_open, aside=True)
MINE = Topic("issues_mine", ("我的问题",), list_mine, aside=True)
NEAR = Topic("issues_near", ("临期", "快到期"), list_near, aside=True)
OVERDUE = Topic("issues_overdue", ("逾期", "超期"), list_overdue, aside=True)
