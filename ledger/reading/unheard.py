"""Needs of one household among several, told in words that no rule knows.

A message about three households has a part for each. Where the rules have heard nothing in a part,
how its own words read decides: 张家啥都好；李家的豆腐机转轴断了.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from ledger.reading.asides import nobodys
from ledger.reading.clauses import Clause
from ledger.reading.drafts import Draft, People, Step, alike
from ledger.reading.faults import calmed, denies, fault_in, told_in
from ledger.reading.limits import at_once, set_ahead
from ledger.reading.scene import Scene
from ledger.reading.view import Part
from ledger.reading.weights import Weights

# Log odds of an issue above which a part of a message tells one: with a word for something
# wrong or lacking in it, and without any.
WORDED, WORDLESS = -0.9, 1.5
RATHER = 0.5  # by how much above those of progress
# The same for a whole message in which the rules have heard neither a need nor a step: where a
# word surely tells a fault, where something is denied or seen, where a word may tell one.
SURE, SEEN, PERHAPS = -1.0, 0.3, 1.0
ORDERED = -3.2  # and where something is to be put right by a day, and nobody has promised it
DOUBTED = 0.0  # what a need told in weak words alone must have
OWN_WORD = re.compile(r"答应|应[承许下]|承诺|保证|拍[了着]?胸|准备|打算|说好|收到|休假|请假")
# 今天发现冰箱不制冷: what follows is no known thing, and neither is what 头回说 stands behind
NEWS = re.compile(
    r"(?:今[天早儿]|昨[晚天]|这[回次])[^，。；没未]{0,4}(?:发现|晓得|知道|报上来|瞅见)|新冒出来?的?|头一?[回次](?:听)?(?:说|听|讲|报)"
    r"|才(?:晓得|知道|报上来)"
)
TELLING = 4  # characters behind it that tell a fault themselves


@dataclass
class _Stretch:
    """What is told of the same people without a break."""

    people: People
    clauses: list[Clause]


def unheard(
    scene: Scene, parts: Iterable[Part], found: Sequence[Draft | Step], said: Weights
) -> Iterator[Draft]:
    """An issue for each household whose part of the message reads like one.

    found: what the rules have heard; said: what the words say of each kind of report.
    """
    stretches = list(_stretches(parts))
    if len(stretches) < 2:
        return
    told = [one.people for one in found]
    for one in stretches:
        if not any(alike(one.people, people) for people in told) and _reads_like_one(one, said):
            draft = Draft(one.people, "strong", one.clauses)
            for clause in one.clauses:
                draft.limit(scene, clause, None)
            told.append(one.people)
            yield draft


def believed(drafts: Iterable[Draft], odds: Mapping[str, float]) -> list[Draft]:
    """Without what only weak words tell in a message that does not read like a need."""
    return [one for one in drafts if one.strength == "strong" or odds["issue"] > DOUBTED]


def hinted(scene: Scene, parts: list[Part], odds: Mapping[str, float]) -> list[Draft]:
    """The issue of a message in which no rule has heard one, if anything hints at it."""
    return list(islice(chain(_worded(scene, parts, odds), _ordered(scene, parts, odds)), 1))


def _worded(scene: Scene, parts: Iterable[Part], odds: Mapping[str, float]) -> Iterator[Draft]:
    """The issue of a message that reads like one and has a word for it, where no rule heard it."""
    ours = [one for one in parts if not one.whole.taken and not calmed(one.clause)]
    ours.sort(key=lambda one: not one.people[0] and nobodys(one.clause))
    grades: tuple[tuple[float, Callable[[Clause], bool]], ...] = (
        (SURE, lambda one: fault_in(one) == "strong"),
        (SEEN, lambda one: denies(one) or told_in(one, None)),
        (PERHAPS, lambda one: bool(fault_in(one))),
    )
    for least, tells in grades:
        part = next((one for one in ours if tells(one.clause)), None)
        if part and odds["issue"] > least and odds["issue"] > odds["progress"]:
            draft = Draft(part.people, "strong", [part.clause])
            for one in ours:
                if one.clause.sentence == part.clause.sentence:
                    draft.limit(scene, one.clause, None)
            yield draft
            return


def _ordered(scene: Scene, parts: Iterable[Part], odds: Mapping[str, float]) -> Iterator[Draft]:
    """What is to be put right by a day or at once, told in words that no rule knows."""
    ours = [one for one in parts if not one.whole.taken]
    own = any(OWN_WORD.search(one.clause.text) or one.clause.has("leave.words") for one in ours)
    if own or len(ours) < 2 or odds["issue"] < ORDERED:
        return
    for part in ours:
        day, now = set_ahead(scene, part.clause, None), at_once(part.clause)
        if day or now:
            here = [one.clause for one in ours if one.clause.sentence == part.clause.sentence]
            yield Draft(part.people, "strong", here, deadline=day, at_once=now)
            return


def told_as_news(
    parts: list[Part], drafts: list[Draft], steps: list[Step]
) -> Iterator[tuple[Draft, list[Step]]]:
    """A fault that is told as news, and the steps that are no steps on a known thing for it."""
    told = [clause for one in drafts for clause in one.clauses]
    for place, part in enumerate(parts):
        match = NEWS.search(part.clause.text)
        if match is None or part.whole.taken or calmed(part.clause):
            continue
        bare = len(part.clause.text) - match.end() < TELLING
        near = parts[max(0, place - 3) : place] if bare else [part]
        about = [one for one in near if one.clause.sentence == part.clause.sentence]
        if not about or any(one.clause in told for one in about):
            continue
        clauses = [one.clause for one in about]
        over = [one for one in steps if any(clause in clauses for clause in one.clauses)]
        yield Draft(about[0].people, "strong", clauses), over if bare else []


def _stretches(parts: Iterable[Part]) -> Iterator[_Stretch]:
    """The parts of a message that are each about one household."""
    last: _Stretch | None = None
    for part in parts:
        if last and alike(last.people, part.people):
            last.clauses.append(part.clause)
            continue
        if last and len(last.people) == 1 and last.people[0]:
            yield last
        last = _Stretch(part.people, [part.clause])
    if last and len(last.people) == 1 and last.people[0]:
        yield last


def _reads_like_one(stretch: _Stretch, said: Weights) -> bool:
    """Whether its words are those of a need, and nothing in it says that all is well."""
    if any(calmed(one) or one.taken for one in stretch.clauses):
        return False
    odds = said.odds(stretch.clauses)
    worded = any(fault_in(one) or denies(one) or told_in(one, None) for one in stretch.clauses)
    likely = odds["issue"] > (WORDED if worded else WORDLESS)
    return likely and odds["issue"] - odds["progress"] > RATHER
