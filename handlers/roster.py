"""名册: who is on which team, today or on any past day; for staff also what is to be looked after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.talk import Talk, Topic, labelled, one_of
from ledger import people, postings, strength
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, STAFF, Person, Role, Scope, Team, scope_of
from ledger.strength import Alert, OnPost
from ledger.times import find_day

MOST_ALERTS, MOST_BUTTONS = 8, 8


@dataclass(frozen=True)
class Asked:
    """Whose roster, and as of which day; `name` is the place as it is called."""

    scope: Scope
    name: str
    day: date


@dataclass(frozen=True)
class TownLine:
    """One township on the county's card."""

    name: str
    teams: int
    people: int


async def show(talk: Talk) -> Reply:
    """One card: a team, a township or the county."""
    asked = await _asked(talk)
    if asked.day > talk.today:
        raise Refused("roster.day_to_come")
    known = await postings.kept_since(talk.db, asked.scope.county)
    if known and asked.day < known:
        raise Refused("roster.not_kept_yet", since=known)
    return await (_team_card if asked.scope.team else _wide_card)(talk, asked)


async def _asked(talk: Talk) -> Asked:
    found = find_day(talk.rest, today=talk.today, looks="back") if talk.rest else None
    name = found.rest if found else talk.rest
    day = found.day if found else talk.today
    own, asker = scope_of(talk.asker), talk.asker
    if not name or name in {asker.place, asker.place.removesuffix("村")}:
        return Asked(own, asker.place, day)
    team = await find_team(talk, name) if asker.role in STAFF else None
    if team is not None:
        return Asked(Scope(own.county, team.township_id, team.id), team.village, day)
    towns = await people.townships(talk.db, own.county) if asker.role is Role.COUNTY else {}
    if name not in towns:
        raise Refused("roster.no_village", village=name)
    return Asked(Scope(own.county, towns[name]), name, day)


async def find_team(talk: Talk, village: str) -> Team | None:
    """The team of a village in the asker's scope; of several, the one he chooses."""
    names = {village, f"{village}村"}
    found = [
        one for one in await people.teams(talk.db, scope_of(talk.asker)) if one.village in names
    ]
    if len(found) > 1:
        choices = labelled((f"{one.township}{one.village}", one) for one in found)
        return await talk.ask("roster.ask_village", one_of(choices), choices, village=village)
    return found[0] if found else None


# one team
async def _team_card(talk: Talk, asked: Asked) -> Reply:
    day, scope = asked.day, asked.scope
    team = await postings.on_team(talk.db, scope.team, day)
    facts = {one.id: one for one in await strength.on_post(talk.db, scope, day)}
    village = (await strength.villages(talk.db, scope))[0]
    lines = [
        talk.say("roster.team_line", person=one, term=_term(talk, one, facts.get(one.id)))
        for one in sorted(team, key=lambda one: (one.role is not Role.LEADER, one.id))
    ]
    alerts = await alert_lines(talk, scope) if _looks_after(talk, day) else []
    return talk.reply(
        "roster.team", village=village, day=day, past=day != talk.today, lines=lines,
        alerts=alerts, options=[Option("名册", "名册")] if talk.asker.role in STAFF else [],
    )  # fmt: skip


def _term(talk: Talk, person: Person, facts: OnPost | None) -> date | None:
    """Until when; terms are his own and his superiors' business."""
    near = talk.asker.role is not Role.MEMBER or talk.asker.id == person.id
    return date.fromisoformat(facts.term_to) if near and facts and facts.term_to else None


def _looks_after(talk: Talk, day: date) -> bool:
    return day == talk.today and talk.asker.role is not Role.MEMBER


# a township, the county
async def _wide_card(talk: Talk, asked: Asked) -> Reply:
    everybody = await postings.roster_on(talk.db, asked.scope, asked.day)
    team = [one for one in everybody if one.role in ON_TEAM]
    villages = await strength.villages(talk.db, asked.scope)
    alerts = await alert_lines(talk, asked.scope) if asked.day == talk.today else []
    lines = _town_lines(team) if not asked.scope.township else _village_lines(team)
    without = len(villages) - len({one.team_id for one in team})
    names = [one.name for one in lines]
    return talk.reply(
        "roster.wide", name=asked.name, day=asked.day, past=asked.day != talk.today, lines=lines,
        people=len(team), leaders=sum(one.role is Role.LEADER for one in team),
        teams=len({one.team_id for one in team}), without=without, alerts=alerts[:MOST_ALERTS],
        more=max(0, len(alerts) - MOST_ALERTS), wide=not asked.scope.township,
        options=[Option(one, f"名册 {one}") for one in names[:MOST_BUTTONS]],
    )  # fmt: skip


def _town_lines(team: Sequence[Person]) -> list[TownLine]:
    towns = dict.fromkeys(one.township for one in team)
    return [
        TownLine(
            name, len({one.team_id for one in team if one.township == name}),
            sum(one.township == name for one in team),
        )
        for name in towns
    ]  # fmt: skip


def _village_lines(team: Sequence[Person]) -> list[TownLine]:
    villages = dict.fromkeys(one.village for one in team)
    return [TownLine(name, 1, sum(one.village == name for one in team)) for name in villages]


async def alert_lines(talk: Talk, scope: Scope) -> list[str]:
    """What is to be looked after there today, one line each."""
    found = await strength.alerts(talk.db, scope, talk.today, talk.rules)
    return [_alert_line(talk, one) for one in found]


def _alert_line(talk: Talk, alert: Alert) -> str:
    day = date.fromisoformat(alert.day) if alert.day else None
    return talk.say(
        "roster.alert", alert=alert, day=day, lacking=talk.rules.team_least - alert.count
    )


ROSTER = Topic("roster", ("名册", "花名册"), show)
