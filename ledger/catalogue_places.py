"""Which villages and households a cell means: 永安村张大山、柳树村; 清水镇; 全县. Pure.

A village is known by its name on the roster, with its township where two have the same name. What
stands behind a village is a household's head; a household of its own list is linked to it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.people import Team
from ledger.roster_cells import group_name

WIDE = re.compile(
    r"(?:全县|本县|县级|县本级|县直|各乡镇|各镇村|各村|各乡镇村|各部门|县直各?部门|县直各?单位|有关部门"
    r"|全县各乡镇|全县范围|全域)(?:各?[乡镇村]|及?各村|范围|各单位)*"
)
BRACKETS = re.compile(r"([^、,;()]{1,40})[(]([^()]{1,200})[)]")
APART = re.compile(r"[、,;/\s]+")
COMMITTEE = re.compile(r"^(?:村?民?委员?会|村?[“\"]?两委[”\"]?|工作队|驻村工作队)")
COUNTED = re.compile(r"等?\d*[户人家]?$|等?[一二三四五六七八九十]+户$")
GROUP = re.compile(r"^第?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:村民)?小?组")
NAME = re.compile(r"[一-鿿*○×xX]{2,4}|[一-鿿]{1,6}·[一-鿿]{1,8}")


@dataclass(frozen=True)
class Place:
    """Where an issue is: a household, a village, a township, or (all empty) the county."""

    township_id: int = 0
    team_id: int = 0
    name: str = ""  # of the village or the township
    household: str = ""
    group: str = ""


@dataclass(frozen=True)
class Known:
    """The places of a county, and those an importer may bring issues for (0: all)."""

    teams: Sequence[Team]
    townships: Mapping[str, int]
    own_township: int = 0


@dataclass(frozen=True)
class Trouble:
    """Why a place is not known: the block that says so, and the words that were read."""

    reason: str
    column: str
    text: str


def places_of(written: tuple[str, str, str, str], known: Known) -> list[Place] | Trouble:
    """The places of one row: 涉及村/户, 乡镇, 村, 户主 as written; several villages, several places."""
    cell, township, village, household = written
    area = known.townships.get(township, 0) if township else 0
    if township and not area and not WIDE.fullmatch(township):
        return Trouble("catalogues.no_township", "township", township)
    if village:
        cell = "、".join(f"{village}{one}" for one in APART.split(household))
    found = _each(cell, area, known) if cell else [_area(area, known)]
    if isinstance(found, Trouble):
        return Trouble(found.reason, "village" if village else "place", found.text)
    own = known.own_township
    if own and any(one.township_id not in {0, own} for one in found):
        return Trouble("catalogues.not_your_township", "place", cell or township)
    return [_within(one, known) for one in dict.fromkeys(found)]


def _area(township: int, known: Known) -> Place:
    name = next((name for name, id in known.townships.items() if id == township), "")
    return Place(township, name=name)


def _within(place: Place, known: Known) -> Place:
    """What a township brings without a place is its own."""
    return (
        _area(known.own_township, known) if known.own_township and place == Place() else place
    )


def _each(cell: str, area: int, known: Known) -> list[Place] | Trouble:
    """Every village and household named; a name alone is a household of the village before."""
    found: list[Place] = []
    last: Team | None = None
    for word in _words(cell):
        if WIDE.fullmatch(word):
            found.append(_area(area, known))
            continue
        read = _read(word, area, last, known)
        if isinstance(read, Trouble):
            return read
        place, last = read
        found.append(place)
    return found


def _words(cell: str) -> Iterator[str]:
    """永安村(张大山、王桂芳)、柳树村 is 永安村张大山, 王桂芳, 柳树村."""
    opened = BRACKETS.sub(lambda one: f"{one[1]}{one[2]}", cell)
    return (one for one in APART.split(opened) if one)


def _read(
    word: str, area: int, last: Team | None, known: Known
) -> tuple[Place, Team | None] | Trouble:  # fmt: skip
    township, rest = _township(word, known)
    if township and not rest:
        return _area(township, known), None
    teams = _teams(rest, township or area, known)
    if len(teams) > 1:
        return Trouble("catalogues.two_villages", "place", teams[0][0].village)
    if not teams and (last is None or township):
        return Trouble("catalogues.no_place", "place", word)
    team, rest = teams[0] if teams else (last, rest)
    name = _household(rest)
    if team is None or name is None:
        return Trouble("catalogues.no_place", "place", word)
    group = GROUP.match(rest) if name else None
    of_group = group_name(group[0]) if group else ""
    return Place(team.township_id, team.id, team.village, name, of_group), team


def _township(word: str, known: Known) -> tuple[int, str]:
    """The township a word begins with, and what follows; 清水镇人民政府 is 清水镇."""
    for name in sorted(known.townships, key=len, reverse=True):
        if word.startswith(name):
            rest = re.sub("^(?:人民)?政府|^党委政府|^机关", "", word[len(name) :])
            return known.townships[name], rest
    return 0, word


def _teams(word: str, area: int, known: Known) -> list[tuple[Team, str]]:
    """The villages a word begins with, the longest name first, and what follows."""
    fit: list[tuple[int, Team, str]] = []
    for team in known.teams:
        if area and team.township_id != area:
            continue
        short = team.village.removesuffix("村")
        for name in (team.village, short):
            alone = name == team.village or word == short
            if len(name) > 1 and word.startswith(name) and alone:
                fit.append((len(name), team, word[len(name) :]))
                break
    longest = max((one[0] for one in fit), default=0)
    return [(team, rest) for length, team, rest in fit if length == longest]


def _household(rest: str) -> str | None:
    """The head's name in what follows a village; '' for the village itself, None: no name."""
    name = GROUP.sub("", COMMITTEE.sub("", rest))
    name = COUNTED.sub("", name).removesuffix("户").removesuffix("家")
    if not name:
        return ""
    return name if NAME.fullmatch(name) else None
