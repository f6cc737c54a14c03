"""What an issue and a step told of the same people in one message take from each other."""

from ledger.reading.drafts import Draft, Step, alike
from ledger.reading.issue_words import AGAIN, KNOWN, RETURNED
from ledger.reading.known import spoken_of
from ledger.reading.subjects import PLAIN, scores_of


def overtaken(found: list[Step], draft: Draft) -> bool:
    """Whether the message itself says that the fault is gone, or that work on it has begun."""
    steps = [
        one
        for one in found
        if one.clauses[-1].start >= draft.start and alike(one.people, draft.people)
    ]
    after = {one.far for one in steps}
    told = [*draft.clauses[:2], *(part for one in steps for part in one.clauses)]
    returned = any(RETURNED.search(one.text) for one in draft.clauses)
    again = returned and any(AGAIN.search(one.text) for one in told)
    known = bool(after) and (
        bool(again or KNOWN.search(draft.clauses[0].text)) or spoken_of(told)
    )
    return known or "done" in after or ("step" in after and draft.strength != "strong")


def part_of(step: Step, drafts: list[Draft]) -> bool:
    """Whether a step is told as part of an issue reported with it."""
    if step.far == "done":
        return False
    place = step.clauses[-1].sentence
    near = (one for one in drafts if one.start < step.start or one.clauses[0].sentence == place)
    return any(alike(one.people, step.people) and not _apart(step, one) for one in near)


def _apart(step: Step, draft: Draft) -> bool:
    """Whether a step and an issue of one household are plainly of two subjects."""
    lexicon = step.clauses[0].lexicon
    mine, told = scores_of(lexicon, *step.clauses), scores_of(lexicon, *draft.clauses)
    best = max(mine, key=lambda name: mine[name])
    return mine[best] >= PLAIN and not told[best] and max(told.values()) >= PLAIN
