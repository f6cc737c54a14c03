"""督导员 and 回避: who may be sent on surprise visits, and who steps aside from which team."""

import re
from dataclasses import dataclass

from handlers.forms import choice
from handlers.talk import Talk, Topic, plain
from ledger import inspectors, outbox, people, surprise_visits
from ledger.errors import Misunderstood, Refused
from ledger.messages import Reply
from ledger.outbox import ANSWER, REQUEST, Cause, Timing
from ledger.people import EVERYONE, Person, Role, Scope, Team
from ledger.windows import next_start, window

CHANGE = re.compile(r"(?P<how>加|增加|添加|减|去掉|删)\s*(?P<names>\S.*)", re.DOTALL)
ADDING = {"加", "增加", "添加"}
LIFT = re.compile(r"(?:解除|撤销)\s*(?P<rest>.+)", re.DOTALL)
BETWEEN = re.compile(r"[\s、，,]+")
SURE = {"加": True, "不加": False}
VILLAGE = re.compile(r"\S+(?:村|社区)")
REASONS = ("亲属", "同乡", "原单位")


@dataclass(frozen=True)
class Reminder:
    """What stands against naming somebody, by the names of `ledger.inspectors.Blemish`."""

    name: str
    why: tuple[str, ...]


# the list
async def show(talk: Talk) -> Reply:
    """督导员: the list; 「督导员 加 冯总队长」 and 「督导员 减 冯总队长」 change it."""
    if not talk.rest:
        return await _list(talk)
    change = CHANGE.fullmatch(talk.rest)
    if change is None:
        raise Misunderstood("inspectors.which_change", said=talk.rest[:20])
    named = [await _person(talk, name) for name in BETWEEN.split(change["names"].strip())]
    named = list(dict.fromkeys(named))
    added = change["how"] in ADDING
    if added and not await _meant(talk, named):
        return talk.reply("inspectors.not_added")
    act = inspectors.add if added else inspectors.remove
    for one in named:
        await act(talk.db, talk.asker, one, now=talk.now)
        await _tell(talk, one, added)
    listed = await inspectors.listed(talk.db, talk.asker.county_id, talk.today)
    return talk.reply("inspectors.changed", people=named, added=added, total=len(listed))


async def _meant(talk: Talk, named: list[Person]) -> bool:
    """Asked again where something stands against somebody: a hint, the county's own choice."""
    stands = []
    for one in named:
        if why := await inspectors.blemishes(talk.db, one, talk.today):
            stands.append(Reminder(one.name, tuple(why)))
    return not stands or await talk.ask(
        "inspectors.confirm_added", choice(SURE), SURE, stands=stands
    )


async def _tell(talk: Talk, person: Person, added: bool) -> None:
    """One line to whom it concerns, in working time; who did it himself knows."""
    if person.id == talk.asker.id:
        return
    words = talk.say("inspectors.told", added=added)
    working = window(talk.now, talk.rules) is not None
    cause = Cause(REQUEST, str(talk.asker.id))
    start = talk.now if working else next_start(talk.now, talk.rules)
    await outbox.post_to(
        talk.db, person.id, Reply(words), dedupe=f"inspector:{talk.source}:{person.id}",
        now=talk.now, timing=Timing(ANSWER, start, cause=cause),
    )  # fmt: skip


async def _list(talk: Talk) -> Reply:
    listed = await inspectors.listed(talk.db, talk.asker.county_id, talk.today)
    aside = await inspectors.recusals(talk.db, talk.asker.county_id)
    return talk.reply("inspectors.list", listed=listed, aside=aside)


async def _person(talk: Talk, name: str) -> Person:
    found = await people.access_person(talk.db, talk.asker, name)
    if found is None:
        raise Refused("inspectors.no_person", name=name[:20])
    return found


# stepping aside
async def step_aside(talk: Talk) -> Reply:
    """回避: an inspector for himself, the county for anybody, with a reason."""
    county = talk.asker.role is Role.COUNTY
    listed = await inspectors.is_listed(talk.db, talk.asker, talk.today)
    if not (county or listed):
        raise Refused("inspectors.not_listed")
    if not talk.rest:
        own = 0 if county else talk.asker.id
        found = await inspectors.recusals(talk.db, talk.asker.county_id, own)
        return talk.reply("inspectors.recusals", found=found, county=county)
    if county and (lift := LIFT.fullmatch(talk.rest)):
        return await _lift(talk, lift["rest"])
    person, team, reason = await _whom(talk, talk.rest)
    reason = reason or await talk.ask("inspectors.ask_reason", plain, REASONS)
    return await recuse(talk, person, team, reason)


async def recuse(talk: Talk, person: Person, team: Team, reason: str) -> Reply:
    """Write it down; a visit he is to make there goes to the next one."""
    new = await inspectors.recuse(talk.db, talk.asker, person, team, reason, now=talk.now)
    changed = [
        await surprise_visits.step_aside(
            talk.db, one, person.id, talk.say, rules=talk.rules, now=talk.now
        )
        for one in await surprise_visits.waiting_of(talk.db, person.id, team.id)
        if one.until_day >= talk.now.date().isoformat()
    ]
    return talk.reply(
        "inspectors.recused", person=person, team=team, reason=reason, new=new,
        own=person.id == talk.asker.id, changed=changed,
    )  # fmt: skip


async def _lift(talk: Talk, words: str) -> Reply:
    person, team, _ = await _whom(talk, words)
    await inspectors.lift(talk.db, talk.asker, person, team, now=talk.now)
    return talk.reply("inspectors.lifted", person=person, team=team)


async def _whom(talk: Talk, words: str) -> tuple[Person, Team, str]:
    """「冯总队长 永安村 同乡」, or 「永安村 亲属」 for oneself."""
    parts = BETWEEN.split(words.strip(), maxsplit=2)
    if (own := await _team(talk, parts[0])) is not None:
        if not await inspectors.is_listed(talk.db, talk.asker, talk.today):
            raise Refused("inspectors.name_first", village=own.village)
        return talk.asker, own, " ".join(parts[1:])
    county = talk.asker.role is Role.COUNTY
    if not county or VILLAGE.fullmatch(parts[0]):
        raise Refused("inspectors.no_team", name=parts[0][:20], county=county)
    person = await _person(talk, parts[0])
    team = await _team(talk, parts[1]) if len(parts) > 1 else None
    if team is None:
        name = parts[1][:20] if len(parts) > 1 else ""
        raise Refused("inspectors.no_team", name=name, county=county)
    return person, team, parts[2] if len(parts) > 2 else ""


async def _team(talk: Talk, village: str) -> Team | None:
    """A village of the county; two of that name are told apart by nobody, so none is meant."""
    every = await people.teams(talk.db, Scope(talk.asker.county_id))
    found = [one for one in every if one.village == village]
    return found[0] if len(found) == 1 else None


INSPECTORS = Topic("inspectors", ("督导员",), show, frozenset({Role.COUNTY}))
RECUSAL = Topic("recusal", ("回避",), step_aside, EVERYONE)
