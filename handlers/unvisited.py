"""未走访 (盲区): households without a visit in N days (S000-04), named for the team, counted above it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.roster import find_team
from handlers.talk import Talk, Topic
from ledger import coverage
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Household

NAMED = 15  # households shown by name
PLACES = 20  # villages shown at once
BUTTONS = 3
LONGEST = 3650
DAYS = re.compile(r"(?:^|\s)(?P<days>\d{1,5})\s*[天日]?(?:\s|$)")


@dataclass(frozen=True)
class Group:
    """Some households of one villagers' group (村民小组)."""

    name: str
    households: list[Household]


def by_group(found: Sequence[Household]) -> list[Group]:
    """The first of them by group, the group of the longest unvisited first."""
    groups: dict[str, list[Household]] = {}
    for one in found[:NAMED]:
        groups.setdefault(one.group_name, []).append(one)
    return [Group(name, some) for name, some in groups.items()]


def named(talk: Talk, found: Sequence[Household]) -> str:
    """The first of them in words, group by group; nothing when there is nobody."""
    return talk.say("sweeps.groups", groups=by_group(found), more=len(found) - NAMED)


def to_visit(found: Sequence[Household]) -> tuple[Option, ...]:
    """A button for each of the first households; two of one name are told apart by their group."""
    names = [one.name for one in found]
    words = [one.name if names.count(one.name) == 1 else one.label for one in found[:BUTTONS]]
    return tuple(Option(f"走访 {word}", f"走访 {word}") for word in words)


async def show(talk: Talk) -> Reply:
    """「未走访」「未走访 60」, above the team also 「未走访 永安村」."""
    days, place = _read(talk.rest, talk.rules.unvisited_days)
    if talk.asker.role in ON_TEAM:
        if place:
            raise Misunderstood("sweeps.not_days", said=place[:20])
        return await _names(talk, talk.asker.team_id, talk.asker.village, days)
    if not place:
        return await _places(talk, days)
    team = await find_team(talk, place)
    if team is None:
        raise Refused("roster.no_village", village=place[:20])
    return await _names(talk, team.id, team.village, days)


def _read(text: str, usual: int) -> tuple[int, str]:
    """How many days, and the words left over."""
    found = DAYS.search(text)
    days = int(found["days"]) if found else usual
    if not 1 <= days <= LONGEST:
        raise Misunderstood("sweeps.not_days", said=text[:20])
    rest = text[: found.start()] + text[found.end() :] if found else text
    return days, rest.strip()


async def _names(talk: Talk, team: int, village: str, days: int) -> Reply:
    found = await coverage.access_unvisited(talk.db, talk.asker, team, days, now=talk.now)
    own = talk.asker.role in ON_TEAM
    return talk.reply(
        "sweeps.unvisited", to_visit(found) if own else (), names=named(talk, found),
        total=len(found), days=days, village="" if own else village,
    )  # fmt: skip


async def _places(talk: Talk, days: int) -> Reply:
    found = await coverage.unvisited(talk.db, talk.asker, days, talk.today)
    places = [one for one in found if one.unvisited]
    return talk.reply(
        "sweeps.unvisited_places", places=places[:PLACES], more=len(places) - PLACES, days=days,
        total=sum(one.unvisited for one in found), listed=sum(one.listed for one in found),
    )  # fmt: skip


UNVISITED = Topic("unvisited", ("未走访", "没走访的户", "盲区"), show, aside=True)
