"""What was told of each household on a visit, in the member's own words."""

import re
from dataclasses import replace
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.said import VisitSaid, Who
from ledger.reading.scene import Scene
from ledger.reading.visits import same

LONGEST = 300  # characters kept with one visit
ALL = re.compile(
    r"\s*(?:也?都|[两三四五六几]家都|[两三四五六几]户都|家家)"
)  # said of everybody visited
BEHIND_NAME = re.compile(r"^(?:家(?:里)?|屋头|屋里|那[里儿边]|户|的|[：:，,、\s])+")


def with_told(
    scene: Scene, visits: list[VisitSaid], context: dict[Clause, Who | None]
) -> list[VisitSaid]:
    """The visits, each household with the words about it."""
    return [
        replace(
            one, told=tuple(_told(scene, person, one.day, context) for person in one.households)
        )
        for one in visits
    ]


def _told(scene: Scene, person: Who, day: date, context: dict[Clause, Who | None]) -> str:
    words = [
        part
        for clause in scene.clauses
        if not clause.taken
        and scene.days[clause] == day
        and (about := context.get(clause)) is not None
        and (same(about, person) or ALL.match(clause.text))
        and (part := _behind_name(scene, clause))
    ]
    return "，".join(words)[:LONGEST]


def _behind_name(scene: Scene, clause: Clause) -> str:
    """The words of a clause behind the household's name: 张大山家屋顶漏雨 -> 屋顶漏雨."""
    own = scene.own[clause.start : clause.end]
    if clause.mentions:
        own = BEHIND_NAME.sub("", own[clause.at(clause.mentions[-1].end) :])
    return own.strip(" ，,。；;")
