"""Whether a deed that could be a visit was done, by ourselves, and not by telephone."""

from ledger.reading import visit_words as words
from ledger.reading.clauses import Clause
from ledger.reading.deeds import Tense, by_them
from ledger.reading.scene import Scene, negated


class Judge:
    """Judges the verbs of one message."""

    def __init__(self, scene: Scene, tense: Tense) -> None:
        self.scene = scene
        self.clauses = scene.clauses
        self.tense = tense

    def did(self, index: int, start: int, end: int, doer: int | None = None) -> bool:
        """Whether the verb at start to end is done and ours; who does it stands before `doer`."""
        clause = self.clauses[index]
        return (
            not negated(clause, start, end)
            and not words.FORMERLY.search(clause.text[:start])
            and not by_them(self.scene, index, start if doer is None else doer)
            and self.tense.is_done(index, start, end)
        )


def phoned(clause: Clause) -> bool:
    """Whether it was by telephone or message only."""
    return bool(words.PHONED.search(clause.text))
