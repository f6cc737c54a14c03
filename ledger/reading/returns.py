"""Return: back in the village after an absence, said of oneself."""

import re
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.said import ReturnSaid
from ledger.reading.scene import Scene, by_others, is_future

SURE = re.compile(
    r"销[^，,。]{0,3}假|假[^，,。]{0,2}销|[消肖]假|归队|返岗|返村|回岗|[回到返进]的村(?!委|部)|休完假?|抵村|假期结束|收假"
)
MAYBE = re.compile(r"回村|回到村|到村|回来了|进村了|到岗|回到岗|(?<=人)到了|已到(?=村|岗|$)")
ABSENCE = re.compile(
    r"假|公差|出差|培训|开会|轮休|公休|休息|人已|平安|报到|忘|从.{1,8}[回返]|我(?:已经?|刚|也|就|今天|昨天|昨晚)?回来|我已|就(?:回|到)村|已[经]?[回到]村|[回到]村了|返程|复查|出院"
)
NOT_YET = re.compile(
    r"(?:[要将才再会想等]|打算|准备|争取|预计|估计|计划|没(?!事)|未|不|怎么|什么时候|几时|之前|尽快|赶紧)[^了，]{0,6}$"
)
BEFORE_BACK = re.compile(
    r"^[^了，]{0,3}(?:前$|之前|后再|后补|再说|再补|再去|怎么|吗|没有|需要|要(?!紧)|流程|以后|时再)"
)
FORGOT = re.compile(r"忘|没来得及|没顾上|漏")
BARE = re.compile(r"^(?:我|刚|已经?|今天|昨天|昨晚|平安|安全|人)*(?:回来了|到村了|回村了)$")
NOT_BACK = re.compile(r"回村委?(?:会|部)|回村部|到村委|到村部(?!了|报到)")


def read_return(scene: Scene) -> list[ReturnSaid]:
    """One return: 销假 and its like, or coming back where that is the news."""
    for clause in scene.clauses:
        spot = _spot(scene, clause)
        if spot:
            clause.taken = True
            return [
                ReturnSaid(
                    start=clause.start, text=scene.words(clause), day=_day(scene, clause)
                )
            ]
    return []


def _spot(scene: Scene, clause: Clause) -> re.Match[str] | None:
    if clause.taken or clause.question or is_future(scene, clause):
        return None
    sure = SURE.search(clause.text)
    match = sure or MAYBE.search(clause.text)
    if match is None or _not_yet(scene, clause, match) or not _own(clause, match):
        return None
    return match if sure or _is_news(scene, clause) else None


def _own(clause: Clause, match: re.Match[str]) -> bool:
    before = [one for one in clause.mentions if clause.at(one.end) <= match.start()]
    return not before and not by_others(clause, match.start())


def _not_yet(scene: Scene, clause: Clause, match: re.Match[str]) -> bool:
    before, after = clause.text[: match.start()], clause.text[match.end() :]
    if FORGOT.search(before[-8:]):
        return False
    return bool(NOT_YET.search(before) or BEFORE_BACK.search(after)) or clause in scene.plans


def _opens(scene: Scene, clause: Clause) -> bool:
    """Whether the message begins with it: 回来了，刚下班车."""
    return clause is scene.clauses[0] and bool(BARE.search(clause.text))


def _is_news(scene: Scene, clause: Clause) -> bool:
    """Whether being back is the news: alone, or after an absence named beside it."""
    if clause.has("visit.words", "study.words") or NOT_BACK.search(clause.text):
        return False
    if _opens(scene, clause):
        return True
    near = (
        one.text
        for one in scene.clauses
        if abs(one.sentence - clause.sentence) <= 1 and not one.mentions
    )
    return bool(ABSENCE.search(" ".join(near)))


def _day(scene: Scene, clause: Clause) -> date:
    """The day said in it or, of the same return, beside it."""
    index = scene.clauses.index(clause)
    near = [one for one in scene.clauses[max(0, index - 2) : index + 3] if _same_act(one)]
    for one in (clause, *near):
        for phrase in one.times:
            span = scene.span(phrase, "back")
            if span and span.kind == "point" and phrase.names_day and span.first <= scene.base:
                return span.first
    return scene.days[clause]


def _same_act(clause: Clause) -> bool:
    """Whether a clause tells how or when one came: 昨晚十点到的."""
    return not clause.mentions and bool(
        re.search(r"[到回返](?:的|了|来|村|$)|归|抵|销", clause.text)
    )
