"""Whether a deed that could be a visit was done, by ourselves, and not by telephone."""

from ledger.reading import visit_words as words
from ledger.reading.clauses import Clause
from ledger.reading.deeds import Tense, by_them
from ledger.reading.scene import Scene, negated
from ledger.reading.visit_names import timeless


class Judge:
    """Judges the verbs of one message."""

    def __init__(self, scene: Scene, tense: Tense) -> None:
        self.scene = scene
        self.clauses = scene.clauses
        self.tense = tense
        self.refused: set[int] = set()  # clauses with a verb of a visit that was none

    def did(self, index: int, start: int, end: int, doer: int | None = None) -> bool:
        """Whether the verb at start to end is done and ours; who does it stands before `doer`."""
        clause = self.clauses[index]
        done = (
            not negated(clause, start, end)
            and not words.FORMERLY.search(clause.text[:start])
            and not by_them(self.scene, index, start if doer is None else doer)
            and not self._by_near(clause, start)
            and not clause.text.startswith("的话", start + 1)
            and not self._by_guests(index)
            and not self._declined(index)
            and self.tense.is_done(index, start, end)
        )
        if not done:
            self.refused.add(index)
        return done

    def _by_near(self, clause: Clause, start: int) -> bool:
        """Whether one of the team or of our own family does it alone: 郭队去的老曾家."""
        before = timeless(clause)[:start]
        kin = words.KIN.search(before)
        return kin is not None and not words.WITH_US.search(before[kin.end() :])

    def _declined(self, index: int) -> bool:
        """Whether it was an invitation that was not taken up."""
        behind = self.clauses[index + 1 : index + 2]
        return bool(behind) and bool(words.DECLINED.search(behind[0].text.strip()))

    def _by_guests(self, index: int) -> bool:
        """Whether those told of just before do it: 镇上张姐来收表，顺便去老李家看了看."""
        clause = self.clauses[index]
        before = self.clauses[index - 1]
        if not index or before.sentence != clause.sentence:
            return False
        told = before.text + clause.text
        if words.TEAMMATE.search(before.text) and not words.URGED.search(told):
            return True
        if words.OTHERS_CAME.search(before.text):
            return not words.URGED.search(clause.text)
        if not clause.mentions and words.THEY_WENT.search(before.text):
            return not words.URGED.search(clause.text)
        if any(len(one.fits) == 1 for one in before.mentions):
            there = clause.mentions or words.THEIR_HOME.search(clause.text)
            return bool(words.COMES_IN.search(before.text) and not there)
        came = words.GUESTS.search(words.PART_OF_DAY.sub("", timeless(before)))
        return came is not None and not words.URGED.search(clause.text)


def phoned(clause: Clause) -> bool:
    """Whether it was by telephone or message only."""
    return bool(words.PHONED.search(clause.text))
