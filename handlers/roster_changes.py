"""换人, 离任, 调动, 新增: single changes of the roster by township and county, shown before written."""

import re
from dataclasses import replace
from datetime import date

from handlers.forms import choice, short, words
from handlers.roster import alert_lines, find_team
from handlers.roster_news import tell_left, tell_moved
from handlers.talk import Talk, Topic, labelled
from ledger import data_cuts, handover, people, roster_changes
from ledger.errors import Misunderstood, Refused
from ledger.handover import Handed
from ledger.messages import Option, Reply
from ledger.people import STAFF, Person, Role, Scope, Team, scope_of
from ledger.roster_cells import holds_id_number, role_of
from ledger.roster_changes import NEED_APPROVER, Why
from ledger.roster_rows import Entry
from ledger.roster_words import (
    Spoken,
    is_name,
    read_swap,
    read_transfer,
    read_words,
    village_in,
)
from ledger.times import find_day

CONFIRM = {"确认": True}
LEAVING = ("任期满", "轮换", "召回", "单位抽回")
MOVING = ("工作需要", "轮换", "加强力量")
ROLES: dict[str, tuple[Role, str]] = {
    "队员": (Role.MEMBER, ""),
    "队长": (Role.LEADER, "队长"),
    "第一书记": (Role.LEADER, "第一书记"),
}
SOMEBODY_ELSE = "是新来的人"
OTHER = re.compile(
    r"[/看查发]?(?:日报|周报|名册|抽查|开关|职责|负担|帮助|菜单|待销号|问题(?:\d|清单|$)|走访|学习[\s\d了]"
    r"|请假|日历|意见|办完|换人|离任|调动|新增|邀请|报平安)"
    r"|(?:(?:今|昨|前)天|上午|下午|刚才?|早上)[^，,。]{0,10}(?:走访|入户|去|到|开|看|学|报|排查|了)"
)  # what opens another talk or reports a deed


# the four talks
async def swap(talk: Talk) -> Reply:
    """换人 张三 换成 李四: one goes, the other takes his place, role and title."""
    text, day = _dated(talk, talk.rest)
    found = read_swap(text)
    if found is None:
        raise Refused("roster.how_to_swap")
    old, name, said = await _one(talk, found[0]), _name(found[1]), read_words(found[2])
    if name == old.name:
        raise Refused("roster.same_name", name=name)
    new = await _known(talk, name)
    why = await _why(talk, said, LEAVING)
    unit = new.home_unit if new else _unit(said)
    facts = {"old": old, "name": name, "new": new, "unit": unit, "day": day, "why": why}
    facts["handed"] = await _handed(talk, old, (new.id if new else 0, name))
    facts["left_behind"] = await _left_behind(talk, old, new)
    await talk.ask("roster.confirm_swap", choice(CONFIRM), CONFIRM, **facts)
    await _replace(
        talk, old, new or Entry(name, old.role, title=old.title, home_unit=unit), why, day
    )
    alerts = await _alerts(talk, old.team_id, day)
    return talk.reply(
        "roster.swapped",
        **facts,
        alerts=alerts,
        options=_after(old.village, "" if new else name),
    )


async def _replace(talk: Talk, old: Person, new: Person | Entry, why: Why, day: date) -> None:
    """Tell those it concerns, then write: somebody of the roster, or newly come."""
    taken = await _handed(talk, old, (new.id if isinstance(new, Person) else 0, new.name))
    await tell_left(talk, old, day, taken, new.name)
    db, by = talk.db, talk.asker
    if isinstance(new, Person):
        team = Team(old.team_id, old.village, old.township_id, old.township)
        await tell_moved(talk, new, team, day, await _left_behind(talk, old, new))
        await roster_changes.take_over(db, by, old, new, why, day=day, now=talk.now)
        return
    await roster_changes.replace_by(db, by, old, new, why, day=day, now=talk.now)


async def _handed(
    talk: Talk, person: Person, successor: tuple[int, str] | None = None
) -> list[Handed]:
    """Who takes over his unfinished issues."""
    return await handover.foresee(talk.db, person, day=talk.today, successor=successor)


async def _left_behind(talk: Talk, old: Person, new: Person | None) -> list[Handed]:
    """Who takes over what the successor has elsewhere; on the same team he keeps it."""
    comes = new is not None and new.team_id != old.team_id
    return await _handed(talk, new) if new and comes else []


async def leave(talk: Talk) -> Reply:
    """离任 张三 任期满: from today on he is on no team."""
    text, day = _dated(talk, talk.rest)
    name, _, rest = text.partition(" ")
    if not name:
        raise Refused("roster.how_to_leave")
    old = await _one(talk, name)
    why = await _why(talk, read_words(rest), LEAVING, free=True)
    handed = await _handed(talk, old)
    facts = {"old": old, "day": day, "why": why, "handed": handed}
    await talk.ask("roster.confirm_leave", choice(CONFIRM), CONFIRM, **facts)
    await tell_left(talk, old, day, handed)
    await roster_changes.leave(talk.db, talk.asker, old, why, day=day, now=talk.now)
    alerts = await _alerts(talk, old.team_id, day)
    return talk.reply("roster.gone", **facts, alerts=alerts, options=_after(old.village))


async def move(talk: Talk) -> Reply:
    """调动 张三 到 石桥村: another team, the same role."""
    text, day = _dated(talk, talk.rest)
    found = read_transfer(text)
    if found is None:
        raise Refused("roster.how_to_move")
    person, team = await _one(talk, found[0]), await _team(talk, found[1])
    if team.id == person.team_id:
        raise Refused("roster.there_already", name=person.name, place=team.village)
    why = await _why(talk, read_words(found[2]), MOVING, free=True)
    leader = await _leader_of(talk, team) if person.role is Role.LEADER else None
    handed = await _handed(talk, person)
    facts = {"old": person, "team": team, "day": day, "why": why, "handed": handed}
    await talk.ask("roster.confirm_move", choice(CONFIRM), CONFIRM, leader=leader, **facts)
    await tell_moved(talk, person, team, day, handed)
    await roster_changes.move(talk.db, talk.asker, person, team, why, day=day, now=talk.now)
    alerts = [*await _alerts(talk, person.team_id, day), *await _alerts(talk, team.id, day)]
    alerts = list(dict.fromkeys(alerts))
    return talk.reply("roster.moved", **facts, alerts=alerts, options=_after(team.village))


async def add(talk: Talk) -> Reply:
    """新增 李四 石桥村 队员 县水利局: somebody newly come."""
    text, day = _dated(talk, talk.rest)
    name, _, rest = text.partition(" ")
    if not name:
        raise Refused("roster.how_to_add")
    name, said = _name(name), read_words(rest)
    villages = [one.village for one in await people.teams(talk.db, scope_of(talk.asker))]
    village = village_in(said.rest, villages) or await _ask_village(talk, said, name)
    team = await _team(talk, village)
    post = said.role
    if post is None:
        post = await talk.ask("roster.ask_role", choice(ROLES), ROLES, name=name)
    role, title = post
    words = {village, village.removesuffix("村")}
    unit = _unit(replace(said, rest=tuple(one for one in said.rest if one not in words)))
    entry = Entry(name, role, title=title, home_unit=unit)
    if role not in people.ON_TEAM:
        raise Refused("roster.staff_by_file")
    twin = await _known(talk, name)
    if twin:
        raise Refused("roster.on_roster", name=name, place=twin.village)
    facts = {"entry": entry, "team": team, "day": day}
    await talk.ask("roster.confirm_add", choice(CONFIRM), CONFIRM, **facts)
    await roster_changes.come(talk.db, talk.asker, team, entry, day=day, now=talk.now)
    alerts = await _alerts(talk, team.id, day)
    return talk.reply(
        "roster.added", **facts, alerts=alerts, options=_after(team.village, name)
    )


# who, where, why, when
def _dated(talk: Talk, text: str) -> tuple[str, date]:
    """The words without the day at their end, and that day; today when none is said."""
    if holds_id_number(text):
        raise Refused("roster.id_number_here")
    found = find_day(text, today=talk.today, looks="back") if text else None
    day = found.day if found else talk.today
    if day > talk.today:
        raise Refused("roster.day_to_come")
    return (found.rest if found else text), day


def _name(text: str) -> str:
    if not is_name(text) or role_of(text):
        raise Refused("roster.not_a_name", said=text[:20])
    return text


async def _one(talk: Talk, name: str) -> Person:
    """Somebody on a team of the asker's scope; of namesakes, the one he chooses."""
    found = await roster_changes.access_people(talk.db, talk.asker, name, talk.today)
    if not found:
        raise Refused("roster.nobody", name=name[:20])
    if len(found) == 1:
        return found[0]
    choices = labelled((f"{one.village} {one.name} {one.home_unit}", one) for one in found)
    return await talk.ask("roster.ask_who", choice(choices), choices, name=name)


async def _known(talk: Talk, name: str) -> Person | None:
    """Somebody of that name who is on the roster already, if he is meant; None: a new person."""
    found = await roster_changes.access_people(talk.db, talk.asker, name, talk.today)
    if not found:
        return None
    lines = [(f"{one.village} {one.name} {one.home_unit}", one) for one in found]
    choices: dict[str, Person | None] = {**labelled(lines), SOMEBODY_ELSE: None}
    return await talk.ask("roster.ask_same", choice(choices), choices, name=name)


async def _team(talk: Talk, village: str) -> Team:
    team = await find_team(talk, village)
    if team is None:
        raise Refused("roster.no_village", village=village[:20])
    return team


async def _ask_village(talk: Talk, said: Spoken, name: str) -> str:
    """The village when none was named that we know; one that was is said to be unknown."""
    unknown = next((one for one in said.rest if one.endswith("村")), "")
    if unknown:
        raise Refused("roster.no_village", village=unknown)
    return await talk.ask("roster.ask_where", words, name=name)


async def _leader_of(talk: Talk, team: Team) -> Person | None:
    scope = Scope(talk.asker.county_id, team.township_id, team.id)
    every = await people.members(talk.db, scope, day=talk.today)
    return next((one for one in every if one.role is Role.LEADER), None)


async def _why(
    talk: Talk, said: Spoken, choices: tuple[str, ...], *, free: bool = False
) -> Why:
    """The reason, in our words where it is one of ours; who approved, where it takes that."""
    reason = said.reason or ("，".join(said.rest) if free else "")
    reason = reason or await talk.ask("roster.ask_reason", _reason, choices)
    spoken = read_words(reason)
    reason = spoken.reason or reason
    approver = said.approver or spoken.approver
    if reason in NEED_APPROVER and not approver:
        approver = await talk.ask("roster.ask_approver", short, reason=reason)
    return Why(reason, approver)


def _reason(text: str) -> str:
    """A reason in few words; a report or a command is none, and the question stays open."""
    if OTHER.match(text):
        raise Misunderstood("roster.not_a_reason", said=text[:20])
    return short(text)


def _unit(said: Spoken) -> str:
    return "".join(said.rest)[:60]


async def _alerts(talk: Talk, team: int, day: date) -> list[str]:
    """What the change leaves to be looked after in a village, if it is the asker's.

    A change of a day before the last data cut leaves the cut as it was signed.
    """
    found = await alert_lines(talk, replace(scope_of(talk.asker), team=team))
    cut = await data_cuts.latest(talk.db, talk.asker.county_id)
    if cut and day.isoformat() <= cut.day:
        found.append(talk.say("roster.behind_cut", cut=cut))
    return found


def _after(village: str, invited: str = "") -> list[Option]:
    invite = [Option(f"邀请 {invited}", f"邀请 {invited}")] if invited else []
    return [*invite, Option(f"名册 {village}", f"名册 {village}")]


SWAP = Topic("roster_swap", ("换人",), swap, STAFF)
LEAVE = Topic("roster_leave", ("离任",), leave, STAFF)
MOVE = Topic("roster_move", ("调动",), move, STAFF)
ADD = Topic("roster_add", ("新增",), add, STAFF)
