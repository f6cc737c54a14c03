"""A second look at what the rules have read, by how the message as a whole reads.

The rules miss a fault told in words nobody foresaw, and hear one where there is none. Where the
weights of the words are sure against the rules, a kind of report is taken back, turned into the
other kind, or added from the clause that speaks most for it. What is added is asked for like
everything else: the draft card shows it, the member has the last word.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledger.reading.clauses import Clause
from ledger.reading.deeds import day_at
from ledger.reading.drafts import Draft, Step
from ledger.reading.issue_numbers import names_one
from ledger.reading.judging import SAID, Told
from ledger.reading.leave import leave_about
from ledger.reading.presence import presence_about
from ledger.reading.promises import promised
from ledger.reading.said import (
    IssueSaid,
    LeaveSaid,
    PresenceSaid,
    ProgressSaid,
    Report,
    ReturnSaid,
    StudySaid,
    VisitSaid,
    Who,
)
from ledger.reading.scene import Scene, is_future, who
from ledger.reading.study_lengths import minutes_of
from ledger.reading.study_signs import tells_study
from ledger.reading.study_words import EXCHANGE, TALKED_OVER
from ledger.reading.subjects import nameless, surely
from ledger.reading.topics import plain_topic
from ledger.reading.visits import heads_of, refuses_visits
from ledger.reading.weighing import last_word
from ledger.reading.weights import CATEGORIES, REPORTS, weights

# Log odds that the category the rules have found is worth, where it is easily mistaken, and else.
SURE, TRUSTED, MISTAKEN = 5.0, 3.0, {"其他": 1.4, "基础设施": 2.2}


LATE = timedelta(days=14)  # after which nobody tells a return in passing


@dataclass
class SecondLook:
    """One message looked over; `context`: whom each clause is about."""

    told: Told
    context: Mapping[Clause, Who | None]

    @property
    def scene(self) -> Scene:
        """The message."""
        return self.told.scene

    def over(self) -> list[Report]:
        """What was heard, as the whole message bears it out."""
        found = self.told.found
        kept = [one for one in found if self.told.stands(one)]
        dropped = [one for one in found if one not in kept]
        missing = [kind for kind in SAID if self.told.lacks(kind)]
        added = [
            one for kind in missing for one in self._turned(kind, dropped) or self._added(kind)
        ]
        return self._sorted_out([*kept, *added])

    def _turned(self, kind: str, dropped: list[Report]) -> list[Report]:
        """A need that reads like progress is progress, and the other way round."""
        if kind == "progress":
            return [self._as_progress(one) for one in dropped if isinstance(one, IssueSaid)]
        if kind == "issue":
            return [
                said
                for one in dropped
                if isinstance(one, ProgressSaid)
                for said in self._as_issue(one)
            ]
        return []

    def _as_progress(self, one: IssueSaid) -> ProgressSaid:
        """What was heard as a fault is the step's thing; the words behind it say how far it is."""
        at = (clause.sentence for clause in self.scene.clauses if clause.end > one.start)
        done = last_word(self._onwards(next(at, 0), one.start)) == "done"
        return ProgressSaid(start=one.start, text=one.text, household=one.household, done=done)

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
        about = self._not_of_others(issue) if alone else self._within(issue)
        odds = weights(CATEGORIES).odds(about)
        if issue.category not in odds:
            return issue.category
        sure = surely(nameless(self._within(issue))) == issue.category
        odds[issue.category] += SURE if sure else MISTAKEN.get(issue.category, TRUSTED)
        return max(odds, key=lambda name: odds[name])

    def _not_of_others(self, issue: IssueSaid) -> list[Clause]:
        """The clauses of the message that are not about another household."""
        others = (one for one in set(self.context.values()) if one and one != issue.household)
        away = set(others) if issue.household else set()
        within = set(self._within(issue))
        return [
            one
            for one in self.scene.clauses
            if one in within or self.context.get(one) not in away
        ]

    # what is added
    def _added(self, kind: str) -> Iterable[Report]:
        clause = self._heart(kind)
        making = {
            "study": self._study,
            "visit": self._visit,
            "issue": self._issue,
            "progress": self._progress,
            "leave": self._leave,
            "return": self._return,
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
        text = "，".join(one.text for one in near)
        ahead = any(is_future(self.scene, one) for one in near)
        if ahead or not tells_study(self.scene.clauses, self.scene.place(clause)):
            return
        lengths = (minutes_of(one) for one in [clause, *near])
        yield StudySaid(
            start=clause.start, text=self.scene.words(clause), day=self._day(clause),
            minutes=next(filter(None, lengths), None), topic=plain_topic(self.scene, clause),
            exchange=bool(EXCHANGE.search(text) or TALKED_OVER.search(text)),
        )  # fmt: skip

    def _visit(self, clause: Clause) -> Iterator[Report]:
        if refuses_visits(self.scene, clause):
            return
        view = self.context.get(clause)
        people = [who(one) for one in clause.mentions] or (
            [view] if view else heads_of(self.scene)
        )
        yield VisitSaid(
            start=clause.start, text=self.scene.words(clause), day=self._day(clause),
            households=tuple(people),
        )  # fmt: skip

    def _issue(self, clause: Clause) -> Iterator[Report]:
        return self._need(self.context.get(clause), [clause])

    def _need(self, household: Who | None, clauses: list[Clause]) -> Iterator[Report]:
        """An issue told in some clauses, with the day that their sentences set."""
        draft = Draft((household,), "strong", clauses)
        sentences = {one.sentence for one in clauses}
        before: Clause | None = None
        for one in self.scene.clauses:
            if one.sentence in sentences and not one.taken:
                draft.limit(self.scene, one, before)
            before = one
        return iter(draft.said(self.scene))

    def _as_issue(self, one: ProgressSaid) -> Iterable[Report]:
        """A step on a numbered issue stays one: the number says that it is known."""
        about = self._within(one)
        return self._need(one.household, about) if about and not one.issue_no else []

    def _within(self, report: Report) -> list[Clause]:
        """The clauses a report was read from."""
        end = report.start + max(1, len(report.text))
        return [one for one in self.scene.clauses if report.start <= one.start < end]

    def _progress(self, clause: Clause) -> Iterator[Report]:
        if names_one(clause.text):
            return iter(())  # of a numbered issue the rules have heard all that is told
        far = last_word(self._onwards(clause.sentence, 0))
        return iter(Step((self.context.get(clause),), far, [clause]).said(self.scene))

    def _onwards(self, sentence: int, start: int) -> Iterator[Clause]:
        """The clauses of a sentence from some place on."""
        every = self.scene.clauses
        return (one for one in every if one.sentence == sentence and one.end > start)

    def _leave(self, clause: Clause) -> Iterator[LeaveSaid]:
        said = leave_about(self.scene, clause)
        if said:
            yield said

    def _return(self, clause: Clause) -> Iterator[Report]:
        day, text = self._day(clause), self.scene.words(clause)
        late = self.scene.base - day
        if not is_future(self.scene, clause) and late <= LATE:
            yield ReturnSaid(start=clause.start, text=text, day=day)

    def _presence(self, clause: Clause) -> Iterable[PresenceSaid]:
        return presence_about(self.scene, clause)

    def _promise(self, clause: Clause) -> Iterator[Report]:
        yield promised(self.scene, clause, self.context)

    def _day(self, clause: Clause) -> date:
        return day_at(self.scene, self.scene.place(clause), len(clause.text))[0]
