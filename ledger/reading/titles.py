"""A thing named before the household that has it: 烂在地里的白菜，老张家就有两亩."""

import re
from itertools import pairwise

from ledger.reading.view import Part

THING = re.compile(r"的[^，的了没不]{0,5}$")
HAS = re.compile(
    r"(?:那|他|她|家|户|屋)?(?:里|头|边)?(?:就|还|也|又|都|一家)*(?:有|占|剩|存|压|堆|排|最多|[几两一二三四五六七八九十\d])"
)
IS = re.compile(
    r"^(?:说的|讲的|指的)?(?:就|也|正)?是(?:[一二三四五六七八九十\d]+[组社队]的?)?$"
)


def titled(parts: list[Part]) -> list[Part]:
    """Give a thing, and all told of it in its sentence, to the household named behind it."""
    found = list(parts)
    for place, (part, after) in enumerate(pairwise(parts)):
        if part.people[0] or not after.clause.mentions:
            continue
        if part.clause.sentence != after.clause.sentence:
            continue
        if _is_its(after):
            _give(found, place, after)
        elif THING.search(part.clause.text) and _has_it(after):
            found[place] = Part(part.clause, part.whole, after.people)
    return found


def _give(parts: list[Part], last: int, to: Part) -> None:
    """All of a sentence up to there: 没爹没娘的俩孩子，一天吃两顿，说的是田秀芳家."""
    while last >= 0 and parts[last].clause.sentence == to.clause.sentence:
        if parts[last].people[0]:
            return
        parts[last] = Part(parts[last].clause, parts[last].whole, to.people)
        last -= 1


def _has_it(part: Part) -> bool:
    clause = part.clause
    return bool(HAS.match(clause.text, clause.at(clause.mentions[-1].end)))


def _is_its(part: Part) -> bool:
    clause = part.clause
    return bool(IS.search(clause.text[: clause.at(clause.mentions[0].start)]))
