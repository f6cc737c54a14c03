"""Fault or step: which of the two a clause tells, and what a step still lacks."""

from ledger.reading.advances import advances_in, falls_back, turns
from ledger.reading.clauses import Clause
from ledger.reading.faults import Strength
from ledger.reading.issue_words import (
    CONTRAST,
    MAKESHIFT,
    OFFICIAL,
    REST,
    TAKEN_UP,
    TALK,
    UNFINISHED,
)
from ledger.reading.progress import Far


def weighs_more(clause: Clause, strength: Strength, far: Far, spot: int) -> bool:
    """Whether the fault in a clause counts, not the step."""
    if far not in {"done", "step"}:
        return True
    faults = clause.hits("fault.strong") if strength == "strong" else []
    if far == "done":
        return any(start > spot for start, _ in faults)
    if TAKEN_UP.search(clause.text):
        return False
    if strength == "strong" and not faults:
        return not OFFICIAL.search(clause.text)
    steps = clause.hits("steps.step") + advances_in(clause.text)
    return any(not any(a <= one[0] and one[1] <= b for a, b in steps) for one in faults)


def lacks(clause: Clause) -> bool:
    """Whether a clause says that a part of it is still missing."""
    if TALK.search(clause.text):
        return False
    return bool(REST.search(clause.text) or CONTRAST.search(clause.text))


def unsettles(clause: Clause) -> bool:
    """Whether a step takes back the effect told before it."""
    text = clause.text
    if TALK.search(text) and not (falls_back(text) or turns(text)):
        return False
    unsettled = MAKESHIFT.search(text) or UNFINISHED.search(text)
    return lacks(clause) or bool(unsettled) or falls_back(text) or turns(text)
