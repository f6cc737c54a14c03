"""Promises: our word given to a household. What others promise us is none."""

import re
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.said import PromiseSaid, Who
from ledger.reading.scene import Scene, negated, who

OTHERS = re.compile(
    r"(?:施工队|老板|工头|镇上|镇里|乡里|县里|局里?|水务站?|水管站|供电所|电力公司|公司|厂里?|合作社|学校|医院|村里|村委|家长|户主|村民|群众|老乡|支书|小组长|承包商|包工头|移动|电信|对方|主任|书记|镇长|站长|他|她|儿子|女儿|媳妇|老板娘|老人|老汉|两家|双方|州里|市里|省里|人家)[^，,。我]{0,8}$"
)
TO_US = re.compile(r"(?:我|咱|队里|工作队)[^，,。]{0,6}$")
NO_WORD = re.compile(r"没敢|没有?|不敢|不能|未|别|不")
OBJECT = re.compile(r"[给向对跟和]$|答应(?:了|过|给|帮)?$|承诺$|保证(?:过)?$")


def read_promises(scene: Scene, context: dict[Clause, Who | None]) -> list[PromiseSaid]:
    """Every promise of ours, one for each household and day."""
    found: list[PromiseSaid] = []
    for index, clause in enumerate(scene.clauses):
        if clause.taken or clause.question or not (spot := _ours(clause)):
            continue
        following = _following(scene, index)
        household = _to_whom(clause, following, context)
        by = _by(scene, clause, spot, following)
        found.append(PromiseSaid(start=clause.start, text=scene.words(clause, *following), household=household, by=by))
        for one in (clause, *following):
            one.taken = one.taken or one is not clause or not _tells_before(clause, spot)
    return found


def _ours(clause: Clause) -> tuple[int, int] | None:
    """Where our own promise stands in a clause."""
    for start, end in clause.hits("promise.words"):
        before = clause.text[:start]
        if NO_WORD.search(before[-4:]) or negated(clause, start, end):
            continue
        if OTHERS.search(before) and not TO_US.search(before) and not re.search(r"[跟向对和给与]", before):
            continue
        if clause.mentions and _is_speaker(clause, start):
            continue
        return start, end
    return None


def _is_speaker(clause: Clause, start: int) -> bool:
    """Whether the household itself gives its word: 老周答应拆."""
    before = [one for one in clause.mentions if clause.at(one.end) <= start]
    if not before:
        return False
    head = clause.text[: clause.at(before[-1].start)]
    between = clause.text[clause.at(before[-1].end) : start]
    return not re.search(r"[跟向对和给与同]$", head) and not re.search(r"我|那[儿里边]|这[儿里边]", between)


def _following(scene: Scene, index: int) -> list[Clause]:
    """The next clause, where it says what was promised and till when."""
    taken: list[Clause] = []
    for later in scene.clauses[index + 1 : index + 3]:
        if later.before == "hard" or later.taken or later.has("visit.words", "study.words", "leave.words", "leave.here"):
            break
        if not (later in scene.plans or later.times) or (later.mentions and taken):
            break
        if later.has("need.words") and not later.times:
            break
        taken.append(later)
    return taken


def _tells_before(clause: Clause, spot: tuple[int, int]) -> bool:
    """Whether something else is told in the clause before the promise."""
    return spot[0] > 6


def _to_whom(clause: Clause, following: list[Clause], context: dict[Clause, Who | None]) -> Who | None:
    if clause.mentions:
        return who(clause.mentions[-1] if len(clause.mentions) == 1 else clause.mentions[0])
    for one in following:
        if one.mentions:
            return context.get(clause) or who(one.mentions[0])
    return context.get(clause)


def _by(scene: Scene, clause: Clause, spot: tuple[int, int], following: list[Clause]) -> date | None:
    behind = [one for one in clause.times if clause.at(one.start) >= spot[1]]
    before = [one for one in clause.times if clause.at(one.end) <= spot[0]]
    for phrase in (*behind, *(one for later in following for one in later.times), *before):
        span = scene.span(phrase, "ahead")
        if span and span.kind != "after" and span.last > scene.base:
            return span.last
        if span and span.kind == "by" and span.last >= scene.base:
            return span.last
    return None
