"""措施, 要求, 来源, 长效措施, 标签, 责任人, 牵头单位: the columns of the five lists, said when wanted."""

import re

from handlers import issue_cards
from handlers.talk import Talk, labelled, one_of, plain
from ledger import issue_steps, people
from ledger.errors import Refused
from ledger.issue_moves import Move
from ledger.issue_steps import Column
from ledger.issues import Issue, Source, check
from ledger.messages import Option, Reply
from ledger.people import Person, Scope
from ledger.roles import Role

SOURCES = {
    "走访": Source.VISIT, "抽查": Source.SPOT_CHECK, "巡视巡察": Source.INSPECTION,
    "成效考核": Source.APPRAISAL, "自查": Source.SELF_CHECK, "群众反映": Source.VILLAGER,
}  # fmt: skip
NAMES = {
    Column.MEASURE: "措施", Column.REQUIREMENT: "要求", Column.LASTING: "长效措施",
    Column.SOURCE: "来源", Column.CO_UNITS: "配合单位", Column.TAGS: "标签",
}  # fmt: skip


BETWEEN = re.compile(r"[、，,\s]+")  # tags said in one go
QUESTIONS = {
    Column.MEASURE: "columns.ask_measure", Column.REQUIREMENT: "columns.ask_requirement",
    Column.LASTING: "columns.ask_lasting", Column.CO_UNITS: "columns.ask_co_units",
    Column.TAGS: "columns.ask_tags",
}  # fmt: skip


def _plainly(column: Column) -> issue_cards.Act:
    async def act(talk: Talk, issue: Issue, rest: str) -> Reply:
        check(issue, talk.asker, Move.DESCRIBE)
        value = rest or await talk.ask(QUESTIONS[column], plain, issue=issue)
        if column is Column.TAGS:  # a further one: those of a sweep or a table stay
            value = issue_steps.KEPT_APART.join([issue.tags, *BETWEEN.split(value)])
        return await _described(talk, issue, column, value)

    return act


async def _source(talk: Talk, issue: Issue, rest: str) -> Reply:
    check(issue, talk.asker, Move.DESCRIBE)
    said = rest if rest in SOURCES else ""
    value = said or await talk.ask("columns.ask_source", _known_source, SOURCES, issue=issue)
    await issue_steps.describe(
        talk.db, talk.asker, issue, Column.SOURCE, SOURCES[value].value, now=talk.now
    )
    return _saved(talk, issue, "来源", value)


def _known_source(text: str) -> str:
    return one_of({one: one for one in SOURCES})(text)


async def _described(talk: Talk, issue: Issue, column: Column, value: str) -> Reply:
    await issue_steps.describe(talk.db, talk.asker, issue, column, value, now=talk.now)
    return _saved(talk, issue, NAMES[column], value)


def _saved(talk: Talk, issue: Issue, name: str, value: str) -> Reply:
    see = Option(f"看问题{issue.id}", f"问题{issue.id}")
    return talk.reply("columns.saved", (see,), issue=issue, name=name, value=value)


async def _lead(talk: Talk, issue: Issue, rest: str) -> Reply:
    check(issue, talk.asker, Move.DESCRIBE)
    unit = rest or await talk.ask("columns.ask_lead", plain, issue=issue)
    await issue_steps.lead(talk.db, talk.asker, issue, unit, now=talk.now)
    return _saved(talk, issue, "牵头单位", unit)


async def assign(talk: Talk, issue: Issue, rest: str) -> Reply:
    """责任人: somebody of the issue's own place."""
    check(issue, talk.asker, Move.ASSIGN)
    every = await _candidates(talk, issue)
    by_name = labelled((one.name, one) for one in every if one.id != issue.owner_id)
    if rest == issue.owner:
        raise Refused("issues.owner_already", id=issue.id, name=rest)
    if rest and rest not in by_name:
        raise Refused("issues.owner_elsewhere", name=rest, place=issue.village)
    owner = by_name[rest] if rest else await talk.ask(
        "columns.ask_owner", one_of(by_name), by_name, issue=issue
    )  # fmt: skip
    await issue_steps.assign(talk.db, talk.asker, issue, owner, now=talk.now)
    if owner.id != talk.asker.id:
        note = talk.reply("columns.yours_now", issue=issue, by=talk.asker)
        await talk.tell(owner.id, note, dedupe=f"assigned:{issue.id}:{issue.version}")
    return _saved(talk, issue, "责任人", owner.name)


async def _candidates(talk: Talk, issue: Issue) -> list[Person]:
    if issue.team_id:
        scope = Scope(issue.county_id, issue.township_id, issue.team_id)
        return await people.members(talk.db, scope, day=talk.today)
    if issue.township_id:
        return await people.seats_at(talk.db, issue, Role.TOWNSHIP, day=talk.today)
    return await people.staff(talk.db, issue.county_id, day=talk.today)


ACTS: dict[str, issue_cards.Act] = {
    "措施": _plainly(Column.MEASURE),
    "整改措施": _plainly(Column.MEASURE),
    "要求": _plainly(Column.REQUIREMENT),
    "整改要求": _plainly(Column.REQUIREMENT),
    "长效措施": _plainly(Column.LASTING),
    "标签": _plainly(Column.TAGS),
    "配合单位": _plainly(Column.CO_UNITS),
    "来源": _source,
    "牵头单位": _lead,
    "责任人": assign,
}
