"""暗访表: what the two inspectors write down after a surprise visit, and what the second one says."""

from collections.abc import Callable
from datetime import date

from handlers.talk import ENOUGH, Talk, labelled, one_of, plain
from ledger import calendar, files, people, surprise_forms, surprise_visits
from ledger.errors import Misunderstood
from ledger.findings import CATEGORIES
from ledger.messages import Paper, Reply
from ledger.people import Person, Scope
from ledger.surprise_visits import Form, Met, Noticed, Visit
from ledger.times import read_day

PLACES = ("群众家", "村部", "群众家和村部", "工地")
STATES = {"在岗": "there", "请假": "leave", "外出公务": "duty", "没见到": "unseen"}
ALL = "都在岗"
EVERYBODY = "all"
MOODS = ("满意", "一般", "不满意", "没问")
NONE = "没有"
NOTHING = ENOUGH | {"无", "没发现", "没有发现", "没有问题"}
TEAM = "整个队"
MOST = 12  # findings of one visit
FACTS_AT_LEAST = 4  # characters: a sentence, not a word


# filling in
async def fill(talk: Talk, number: int, _rest: str) -> Reply:
    """One of the two fills in the form; it can be stepped back and dropped until it is handed in."""
    visit = await surprise_visits.access_own(talk.db, talk.asker, number)
    surprise_visits.may_be_filed(visit, talk.now.date())
    if why := await _unfit(talk, visit):
        return why
    form = await _form(talk, visit)
    await talk.ask(
        "surprise_visits.confirm_form", one_of({"提交": True}), ("提交",), visit=visit, form=form,
    )  # fmt: skip
    after = await surprise_forms.file(
        talk.db, talk.asker, visit, form, talk.say, rules=talk.rules, now=talk.now
    )
    other = await people.by_id(talk.db, surprise_forms.second_of(after))
    return talk.reply("surprise_visits.filed", visit=after, other=other)


async def _unfit(talk: Talk, visit: Visit) -> Reply | None:
    """Words for whoever has moved or is off the list, and the county is told; None: he may."""
    why = await surprise_forms.unfit(
        talk.db, talk.asker, visit, rules=talk.rules, day=talk.now.date()
    )
    if not why:
        return None
    await surprise_forms.ask_for_another(
        talk.db, talk.asker, visit, talk.say, rules=talk.rules, now=talk.now
    )
    return talk.reply("surprise_visits.unfit", visit=visit, why=why)


async def phone(talk: Talk, number: int, _rest: str) -> Reply:
    """电话: the number of whom he goes with; that he looked is kept."""
    visit = await surprise_visits.access_own(talk.db, talk.asker, number)
    other = await surprise_forms.access_partner(talk.db, talk.asker, visit, now=talk.now)
    return talk.reply("surprise_visits.phone", visit=visit, other=other)


async def _form(talk: Talk, visit: Visit) -> Form:
    day = await _day(talk, visit)
    team = await people.members(talk.db, _scope(visit), day=day)
    places = await talk.ask("surprise_visits.ask_places", plain, PLACES)
    met = await _met(talk, visit, team, day)
    households = await talk.ask("surprise_visits.ask_households", one_of(_same(MOODS)), MOODS)
    good = await talk.ask("surprise_visits.ask_good", plain, (NONE,))
    found = await _found(talk, team)
    remark = await talk.ask("surprise_visits.ask_remark", plain, (NONE,))
    return Form(
        day, places, met, households, _said(good), _said(remark), found, await _papers(talk)
    )


def _scope(visit: Visit) -> Scope:
    return Scope(visit.county_id, visit.township_id, visit.team_id)


def _same(words: tuple[str, ...]) -> dict[str, str]:
    return {one: one for one in words}


def _said(words: str) -> str:
    return "" if words in NOTHING else words


async def _papers(talk: Talk) -> tuple[Paper, ...]:
    found = await files.by_ids(talk.db, talk.files, talk.asker.id)
    return tuple(Paper(one.sha256, one.name, one.mime) for one in found)


async def _day(talk: Talk, visit: Visit) -> date:
    """Which day they went; not asked where there is one day only."""
    first = date.fromisoformat(visit.day)
    if first >= talk.today:
        return talk.today
    return await talk.ask(
        "surprise_visits.ask_day", _between(first, talk.today), ("今天", talk.say(
            "surprise_visits.day", day=first)),
    )  # fmt: skip


def _between(first: date, last: date) -> Callable[[str], date]:
    def read(text: str) -> date:
        day = read_day(text, today=last, looks="back")
        if day is None or not first <= day <= last:
            raise Misunderstood("surprise_visits.not_day", first=first, last=last)
        return day

    return read


async def _met(talk: Talk, visit: Visit, team: list[Person], day: date) -> tuple[Met, ...]:
    """Who was on post, one by one; leave as the ledger knows it stands beside the question."""
    absent = await calendar.absent(talk.db, _scope(visit), day)
    known = {one.id: absent[one.id].value if one.id in absent else "" for one in team}
    met: list[Met] = []
    for one in team:
        choices = STATES | ({ALL: EVERYBODY} if not met and len(team) > 1 else {})
        state = await talk.ask(
            "surprise_visits.ask_met", one_of(choices), choices, person=one,
            known=known[one.id],
        )  # fmt: skip
        if state == EVERYBODY:
            return tuple(_as_known(one, known[one.id]) for one in team)
        met.append(Met(one.id, one.name, state, known[one.id]))
    return tuple(met)


def _as_known(one: Person, known: str) -> Met:
    return Met(one.id, one.name, "leave" if known else "there", known)


async def _found(talk: Talk, team: list[Person]) -> tuple[Noticed, ...]:
    """Nothing, or one finding after the other: category, a sentence, whose it is."""
    found: list[Noticed] = []
    who: dict[str, Person | None] = {TEAM: None, **labelled((one.name, one) for one in team)}
    while len(found) < MOST:
        category = await talk.ask(
            "surprise_visits.ask_category", _category, (NONE, *CATEGORIES), found=len(found)
        )
        if not category:
            break
        facts = await talk.ask("surprise_visits.ask_facts", _facts, category=category)
        one = await talk.ask("surprise_visits.ask_who", one_of(who), who, category=category)
        found.append(Noticed(category, facts, one.id if one else None, one.name if one else ""))
    return surprise_visits.merged(found)


def _category(text: str) -> str:
    if text in NOTHING:
        return ""
    return one_of(_same((NONE, *CATEGORIES)))(text)


def _facts(text: str) -> str:
    if len(text) < FACTS_AT_LEAST:
        raise Misunderstood("surprise_visits.needs_facts")
    return plain(text)


# the second word, and the county's
async def agree(talk: Talk, number: int, _rest: str) -> Reply:
    """属实: the second inspector signs; what was found is recorded now."""
    visit = await surprise_visits.access_own(talk.db, talk.asker, number)
    surprise_forms.may_be_signed(visit, talk.asker)
    return await _unfit(talk, visit) or await _sign(talk, visit, "")


async def doubt(talk: Talk, number: int, rest: str) -> Reply:
    """有不同意见: in his own words; the county decides whether anything is recorded."""
    visit = await surprise_visits.access_own(talk.db, talk.asker, number)
    surprise_forms.may_be_signed(visit, talk.asker)
    if why := await _unfit(talk, visit):
        return why
    return await _sign(talk, visit, rest or await talk.ask("surprise_visits.ask_doubt", plain))


async def _sign(talk: Talk, visit: Visit, words: str) -> Reply:
    after = await surprise_forms.sign(
        talk.db, talk.asker, visit, words, talk.say, rules=talk.rules, now=talk.now
    )
    return talk.reply("surprise_visits.signed", visit=after)


async def decide(talk: Talk, visit: Visit, kept: bool, why: str) -> Reply:
    """记 or 不记: the county's hand, with a reason where nothing is recorded."""
    await surprise_forms.check_decision(talk.db, talk.asker, visit, day=talk.now.date())
    if not kept and not why:
        why = await talk.ask("surprise_visits.ask_why_not", plain)
    after = await surprise_forms.decide(
        talk.db, talk.asker, visit, kept, why, rules=talk.rules, now=talk.now
    )
    return talk.reply("surprise_visits.decided", visit=after)
