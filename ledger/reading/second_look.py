"""A second look at what the rules have read, by how the message as a whole reads.

The rules miss a fault told in words nobody foresaw, and hear one where there is none. Where the
weights of the words are sure against the rules, a kind of report is taken back, turned into the
other kind, or added from the clause that speaks most for it. What is added is asked for like
everything else: the draft card shows it, the member has the last word.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import inf

from ledger.reading.clauses import Clause
from ledger.reading.deeds import day_at
from ledger.reading.drafts import Draft, Step
from ledger.reading.progress import how_far
from ledger.reading.said import (
    IssueSaid,
    LeaveSaid,
    PresenceSaid,
    ProgressSaid,
    PromiseSaid,
    Report,
    StudySaid,
    VisitSaid,
    Who,
)
from ledger.reading.scene import Scene, who
from ledger.reading.study_lengths import minutes_of
from ledger.reading.subjects import OTHER
from ledger.reading.topics import plain_topic
from ledger.reading.weights import CATEGORIES, REPORTS, weights

SAID: Mapping[str, type[Report]] = {
    "study": StudySaid,
    "visit": VisitSaid,
    "issue": IssueSaid,
    "progress": ProgressSaid,
    "leave": LeaveSaid,
    "presence": PresenceSaid,
    "promise": PromiseSaid,
}
# Log odds below which a kind is taken back, and above which it is added: fitted on messages
# that neither the rules nor the weights had learned from. A leave needs its days to be added.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "study": (-1.5, 0.9),
    "visit": (-2.5, 0.4),
    "issue": (-1.7, 1.5),
    "progress": (-1.6, 0.3),
    "leave": (-2.0, inf),
    "presence": (-inf, 1.0),
    "promise": (-inf, 2.0),
}
TURNED = 2.5  # by so much must the other of issue and progress be likelier
TRUSTED = 1.7  # log odds that the category the rules have found is worth


@dataclass
class SecondLook:
    """One message looked over; `context`: whom each clause is about."""

    scene: Scene
    context: Mapping[Clause, Who | None]

    @cached_property
    def odds(self) -> Mapping[str, float]:
        """How likely the message tells each kind."""
        return weights(REPORTS).odds(self.scene.clauses)

    def over(self, found: list[Report]) -> list[Report]:
        """What was found, as the whole message bears it out."""
        found = self._turned(found)
        told = {kind for kind in SAID for one in found if isinstance(one, SAID[kind])}
        against = tuple(SAID[kind] for kind in told if self.odds[kind] < BOUNDS[kind][0])
        kept = [one for one in found if not isinstance(one, against)]
        missing = [
            kind for kind in SAID if kind not in told and self.odds[kind] > BOUNDS[kind][1]
        ]
        added = [one for kind in missing for one in self._added(kind)]
        return self._sorted_out([*kept, *added])

    def _turned(self, found: list[Report]) -> list[Report]:
        """A need that reads like progress is progress, and the other way round."""
        kinds = {type(one) for one in found}
        rather = self.odds["progress"] - self.odds["issue"]
        if IssueSaid in kinds and ProgressSaid not in kinds and rather > TURNED:
            return [_as_progress(one) if isinstance(one, IssueSaid) else one for one in found]
        if ProgressSaid in kinds and IssueSaid not in kinds and -rather > TURNED:
            return [_as_issue(one) if isinstance(one, ProgressSaid) else one for one in found]
        return found

    def _sorted_out(self, found: list[Report]) -> list[Report]:
        """Each issue in the category its words speak for."""
        alone = sum(isinstance(one, IssueSaid) for one in found) == 1
        return [
            replace(one, category=self._category(one, alone=alone))
            if isinstance(one, IssueSaid)
            else one
            for one in found
        ]

    def _category(self, issue: IssueSaid, *, alone: bool) -> str:
        """By the whole message where it tells no other need; a county's own name stays."""
        end = issue.start + len(issue.text)
        about = [one for one in self.scene.clauses if alone or issue.start <= one.start < end]
        odds = weights(CATEGORIES).odds(about)
        if issue.category not in odds:
            return issue.category
        odds[issue.category] += TRUSTED
        return max(odds, key=lambda name: odds[name])

    # what is added
    def _added(self, kind: str) -> Iterable[Report]:
        clause = self._heart(kind)
        making = {
            "study": self._study,
            "visit": self._visit,
            "issue": self._issue,
            "progress": self._progress,
            "presence": self._presence,
            "promise": self._promise,
        }
        return making[kind](clause)

    def _heart(self, kind: str) -> Clause:
        """The clause without which the message speaks least for the kind."""
        every, said = self.scene.clauses, weights(REPORTS)

        def without(left: Clause) -> float:
            return said.odds(one for one in every if one is not left)[kind]

        return min(every, key=without)

    def _study(self, clause: Clause) -> Iterator[Report]:
        near = [one for one in self.scene.clauses if one.sentence == clause.sentence]
        lengths = (minutes_of(one) for one in [clause, *near])
        yield StudySaid(
            start=clause.start, text=self.scene.words(clause), day=self._day(clause),
            minutes=next(filter(None, lengths), None), topic=plain_topic(self.scene, clause),
        )  # fmt: skip

    def _visit(self, clause: Clause) -> Iterator[Report]:
        people = [who(one) for one in clause.mentions] or [self.context.get(clause)]
        yield VisitSaid(
            start=clause.start, text=self.scene.words(clause), day=self._day(clause),
            households=tuple(one for one in people if one),
        )  # fmt: skip

    def _issue(self, clause: Clause) -> Iterator[Report]:
        draft = Draft((self.context.get(clause),), "strong", [clause])
        before: Clause | None = None
        for one in self.scene.clauses:
            if one.sentence == clause.sentence:
                draft.limit(self.scene, one, before)
            before = one
        return iter(draft.said(self.scene))

    def _progress(self, clause: Clause) -> Iterator[Report]:
        far = how_far(clause)[0] or "step"
        return iter(Step((self.context.get(clause),), far, [clause]).said(self.scene))

    def _presence(self, clause: Clause) -> Iterator[Report]:
        yield PresenceSaid(
            start=clause.start, text=self.scene.words(clause), day=self._day(clause)
        )

    def _promise(self, clause: Clause) -> Iterator[Report]:
        yield PromiseSaid(
            start=clause.start,
            text=self.scene.words(clause),
            household=self.context.get(clause),
        )

    def _day(self, clause: Clause) -> date:
        return day_at(self.scene, self.scene.place(clause), len(clause.text))[0]


def _as_progress(one: IssueSaid) -> ProgressSaid:
    return ProgressSaid(start=one.start, text=one.text, household=one.household)


def _as_issue(one: ProgressSaid) -> Report:
    """A step on a numbered issue stays one: the number says that it is known."""
    if one.issue_no:
        return one
    return IssueSaid(start=one.start, text=one.text, household=one.household, category=OTHER)
