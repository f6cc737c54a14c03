"""Issues, and the steps on them that a message tells without a number.

One issue for each household and subject: what is said of it in several clauses is one, a fault
that is mended in the same message is progress, and a first step taken on it is no report.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.reading import issue_words as words
from ledger.reading.advances import falls_back, turns
from ledger.reading.asides import no_fault, nobodys
from ledger.reading.clauses import Clause
from ledger.reading.drafts import Draft, People, Step, alike
from ledger.reading.faults import Strength, calmed, fault_in, told_in
from ledger.reading.hearing import Hearing
from ledger.reading.known import Topic
from ledger.reading.limits import at_once, set_ahead
from ledger.reading.numbered import read_numbered
from ledger.reading.overlaps import overtaken, part_of
from ledger.reading.progress import Far, asks, how_far
from ledger.reading.said import IssueSaid, ProgressSaid
from ledger.reading.scene import Scene, is_future
from ledger.reading.silences import busy_sentences, says_nothing
from ledger.reading.step_evidence import (
    does_it_himself,
    helps,
    signs_of,
    signs_of_nobody,
    stands,
)
from ledger.reading.subjects import (
    FORMS,
    PLAIN,
    category_in,
    nameless,
    scores_of,
    settled,
    subject_of,
    told_scores,
)
from ledger.reading.titles import titled
from ledger.reading.turns import is_past
from ledger.reading.unheard import believed, hinted, told_as_news, unheard
from ledger.reading.view import PUBLIC, Part
from ledger.reading.weighing import HELD_UP, lacks, no_step, unsettles, weighs_more
from ledger.reading.weights import REPORTS, weights

LIKE, UNLIKE = -0.4, -0.6  # log odds


@dataclass
class Gathering(Hearing):
    """What has been found so far while a message is read clause by clause."""

    steps: list[Step] = field(default_factory=list)
    urgent: bool = False  # 立行立改 has been said, of what comes next
    topic: Topic = field(default_factory=Topic)  # the known thing spoken of

    odds: Mapping[str, float] = field(default_factory=dict)  # how the whole message reads

    def take(self, part: Part) -> None:
        """Read one part."""
        clause = part.clause
        if no_fault(clause) or (not part.people[0] and nobodys(clause)):
            self.mine = clause.sentence
        elif clause.mentions:
            self.mine = -1
        far, spot = how_far(clause)
        strength = self._fault(part)
        known = self.topic.far(part, planned=part.whole in self.scene.plans)
        if known and not no_fault(clause):
            self._step(part, known)
        elif strength == "strong" and far != "done" and self._pleaded(part):
            self._add(part, strength)
        elif strength and (self._still(part) or self._refused(part)):
            if words.STILL_NOT.search(clause.text):
                self.topic = Topic(clause.sentence, part.people, clause)
            self._step(part, "step")
        elif strength and far and self._rather_progress() and self._counts(part, far):
            self._step(part, far)
        elif strength and weighs_more(clause, strength, far, spot):
            self._add(part, strength)
        elif far and self._counts(part, far):
            if words.PENDING.search(clause.text):
                self.topic = Topic(clause.sentence, part.people, clause)
            self._step(part, far)
        elif self._comes_right(part, strength):
            self._step(part, "done")
        else:
            self._other(part)
        self._follow(part)

    def _rather_progress(self) -> bool:
        """Whether the message as a whole reads like progress, and not like an issue."""
        return self.odds["progress"] > LIKE and self.odds["issue"] < UNLIKE

    def _comes_right(self, part: Part, strength: Strength) -> bool:
        """Whether it tells the result of a step told just before: 师傅调了天线，台都出来了."""
        step = self._open_step(part)
        if not step or step.far != "step" or step.clauses[-1] is not self.last:
            return False
        ours = not strength and part.whole not in self.scene.plans
        return ours and bool(words.RESULT.search(part.clause.text)) and not asks(part.clause)

    def _still(self, part: Part) -> bool:
        """Whether a clause tells what is still to come of a thing begun: 批了，钱还没到卡."""
        near = self._near(part.clause)
        if words.STILL_NOT.search(part.clause.text):
            return not self._goes_on(part)
        if len(near) < 2 or part.clause.mentions or not words.STILL.search(part.clause.text):
            return False
        return bool(words.BEGUN.search(near[0].text)) and not fault_in(near[0])

    def _add(self, part: Part, strength: Strength) -> None:
        self._wears_out(part)
        clause, step, draft = part.clause, self._open_step(part), self._same_issue(part)
        if step and step.far == "done" and words.WAS.search(clause.text):
            return  # 炉子接好了，他说昨晚冻得睡不着
        weak = strength != "strong" and not draft
        if step and (weak or self._settles(step, clause)):
            step.undo(clause)
            return
        if draft:
            draft.take(clause, strength)
        else:
            draft = self._begin(part, strength)
        if draft.strength != "strong":
            draft.signs |= self._signs(part)
        draft.limit(self.scene, clause, self.last)
        if words.ALL.search(clause.text):
            self._limit(part)

    def _wears_out(self, part: Part) -> None:
        """What was mended a while ago and is broken again has not been mended."""
        step = self._open_step(part)
        if step and step.far == "done" and words.MENDED_ONCE.search(step.clauses[-1].text):
            self.steps.remove(step)

    def _settles(self, step: Step, clause: Clause) -> bool:
        """Whether a fault only says what a step told before lacks: 水通了，就是水压小."""
        if step.undone or lacks(clause) or falls_back(clause.text):
            return True
        subject = subject_of(self.scene.lexicon, clause)
        about = scores_of(self.scene.lexicon, *step.clauses)
        return turns(clause.text) and (subject is None or about[subject] > 0)

    def _begin(self, part: Part, strength: Strength) -> Draft:
        """A new issue; the burden of forms is nobody's household."""
        clause = part.clause
        forms = None if clause.mentions else FORMS.search(clause.text)
        people: People = (None,) if forms and forms[0] != "系统" else part.people
        lead = self._lead(clause)
        draft = Draft(people, strength, [*lead, clause], at_once=self.urgent)
        draft.around = self._before(part)
        if self.due and clause.sentence - self.due[0] < 2:
            draft.deadline = self.due[1]
        for one in lead:
            draft.limit(self.scene, one, None)
        self.due = None
        self.urgent = False
        self.drafts.append(draft)
        return draft

    def _before(self, part: Part) -> list[Clause]:
        """What was told of the same people in its sentence, up to it."""
        if part.clause.mentions:
            return []
        told = [one for draft in self.drafts for one in draft.clauses]
        here = part.clause.sentence
        before = [one for one in self.since if one.sentence == here and one not in told]
        return [one for one in before if not words.MET.search(one.text)]

    def _open_step(self, part: Part) -> Step | None:
        """The step told just before, in the same sentence, of the same people."""
        step = self.steps[-1] if self.steps else None
        if not step or step.clauses[-1].sentence != part.clause.sentence:
            return None
        return step if alike(step.people, part.people) else None

    def _lead(self, clause: Clause) -> list[Clause]:
        """The clause before, where the fault's own does not say what it is about."""
        subject = subject_of(self.scene.lexicon, clause)
        weight = max(scores_of(self.scene.lexicon, clause).values())
        near = self._near(clause)
        if not weight and len(near) < 2:
            return self.since[-3:]
        apart = told_in(clause, near[0]) and not told_in(clause, None)
        if weight >= PLAIN and subject not in words.VAGUE and not apart:
            return []
        if not any(scores_of(self.scene.lexicon, *near).values()):
            return self.since[-3:]
        if clause.mentions and near[0].mentions:
            return []
        ended = [one for step in self.steps if step.far == "done" for one in step.clauses]
        told = [one for one in near[:-1] if one not in ended and not one.taken]
        return [one for one in told if not words.MET.search(one.text)]

    def _same_issue(self, part: Part) -> Draft | None:
        """The draft this fault belongs to: of the same people, and no new subject begins."""
        if not self._goes_on(part):
            return self._why(part)
        clause, draft = part.clause, self.drafts[-1]
        goes_on = words.REASON.match(clause.text) or words.THEREBY.match(clause.text)
        if goes_on and draft.clauses[-1] is self.last:
            return draft
        mine = told_scores(self.scene.lexicon, clause)
        best = max(mine, key=lambda name: mine[name])
        if best == settled(nameless(draft.clauses)):
            return draft  # 收粪车一个月不来，满院臭气
        if mine[best] < PLAIN or told_scores(self.scene.lexicon, *draft.clauses)[best] >= PLAIN:
            return draft
        thing = part.people[0] is None and best in words.THINGS and self._names(clause, best)
        apart = clause.before == "hard" or thing or words.NEXT.search(clause.text)
        kin = words.KINSMAN.match(clause.text) and mine[best] > PLAIN
        return None if apart or kin else draft

    def _why(self, part: Part) -> Draft | None:
        """The draft told just before, where a place is named as its cause: 药断了，卫生室也没货."""
        draft = self.drafts[-1] if self.drafts else None
        if draft is None or part.people[0] or draft.clauses[-1] is not self.last:
            return None
        near, mine = self._near(part.clause), subject_of(self.scene.lexicon, part.clause)
        told = category_in(self.scene.lexicon, nameless(draft.clauses))
        same = mine is None or mine == told
        return draft if same and len(near) > 1 and mine not in words.THINGS else None

    def _names(self, clause: Clause, subject: str) -> bool:
        """Whether a clause about the village names a thing of its own before its fault."""
        first = min((start for start, _ in clause.hits("fault.strong")), default=0)
        strong = self.scene.lexicon.categories[subject][0]
        spots = [match.start() for match in strong.finditer(clause.text)]
        return any(at <= first + 1 and clause.text[at] not in "没无" for at in spots)

    # steps

    def _counts(self, part: Part, far: Far) -> bool:
        """Whether a step makes a report: the evidence for and against it is weighed."""
        clause, near = part.clause, self._near(part.clause)
        named = bool(clause.mentions) or (clause.before == "cue" and bool(near[0].mentions))
        signs = signs_of(clause, near, far, named=named) | self._against(part, far)
        return stands(
            signs | (self._of_them(part, far) if part.people[0] else self._of_all(part, far))
        )

    def _of_them(self, part: Part, far: Far) -> set[str]:
        """What makes the matter of a household in view a known one."""
        told_before = bool(self.drafts) and self.drafts[-1].clauses[-1] is self.last
        signs = {
            "household": True,
            "subject": self._weight(part) >= 1,
            "just told": far == "done" and told_before,
        }
        return {name for name, heard in signs.items() if heard}

    def _of_all(self, part: Part, far: Far) -> set[str]:
        """What speaks for and against a step of nobody named."""
        clause, near = part.clause, self._near(part.clause)
        ours = any(words.COMMON.search(one.text) or PUBLIC.search(one.text) for one in near)
        signs = {
            "nobody": True,
            "village's": ours or clause.has("fault.strong") or self._goes_on(part),
            "subject": self._weight(part) >= PLAIN,
            "of the sender or of nobody": any(no_fault(one) or nobodys(one) for one in near),
        }
        return signs_of_nobody(clause, far) | {name for name, heard in signs.items() if heard}

    def _against(self, part: Part, far: Far) -> set[str]:
        """What speaks against a step, whoever it is about."""
        clause, done = part.clause, far == "done"
        theirs = (does_it_himself(clause) or no_fault(clause)) and not helps(clause)
        well = self.last is not None and calmed(self.last) and "也" in clause.text
        signs = {
            "only meant": bool(words.IN_CASE.search(clause.text))
            or (part.whole in self.scene.plans and not done and self._meant(clause)),
            "no step": far == "step" and no_step(clause),
            "held up": far == "step"
            and bool(HELD_UP.search(clause.text))
            and self._goes_on(part),
            "nothing changed": done
            and calmed(clause)
            and not words.CHANGED.search(clause.text),
            "own doing": done and (well or (theirs and not self._goes_on(part))),
            "to come": done and self._to_come(clause),
            "only promised": bool(words.PROMISED.search(clause.text))
            and len(self._near(clause)) == 1,
        }
        return {name for name, heard in signs.items() if heard}

    def _to_come(self, clause: Clause) -> bool:
        """Whether an effect is only announced: 礼拜天给她装上, without 了."""
        ahead = [self.scene.span(one, "ahead") for one in clause.times if one.names_day]
        later = any(one and one.first > self.scene.base for one in ahead)
        return is_future(self.scene, clause) or (later and not is_past(clause))

    def _meant(self, clause: Clause) -> bool:
        """Whether we only mean to do it; what somebody has agreed to is a step."""
        return bool(words.GOES.search(clause.text)) and not words.AGREED.search(clause.text)

    def _step(self, part: Part, far: Far) -> None:
        """Add a step to the one of the same people, or as another."""
        alikes = (one for one in reversed(self.steps) if alike(one.people, part.people))
        before = next(alikes, None)
        if before and not self._other_thing(before, part.clause):
            before.clauses.append(part.clause)
            lacking = far != "done" and unsettles(part.clause)
            before.undone = before.undone or lacking
            if far == "done" or before.far != "done" or lacking:
                before.far = far
        else:
            self.steps.append(Step(part.people, far, [part.clause]))
        if far != "done" and self._goes_on(part):
            self.drafts[-1].limit(self.scene, part.clause, self.last)

    def _other_thing(self, step: Step, clause: Clause) -> bool:
        """Whether a new sentence tells of another of their matters: 贷款批了。他家厕所验收了."""
        if clause.before != "hard":
            return False
        mine, told = (scores_of(self.scene.lexicon, *of) for of in ([clause], step.clauses))
        best = max(mine, key=lambda name: mine[name])
        return mine[best] >= PLAIN and not told[best] and max(told.values()) >= PLAIN

    # what else belongs to an issue

    def _other(self, part: Part) -> None:
        """A deadline, an 立行立改, or that nothing is wrong after all."""
        clause = part.clause
        self._calm(part)
        step = self._open_step(part)
        if step and unsettles(clause):
            step.undo(clause)
        if not self.drafts or clause.before == "hard":
            self.urgent = self.urgent or at_once(clause)
            day = set_ahead(self.scene, clause, self.last)
            self.due = (clause.sentence, day) if day else self.due
        self._limit(part)

    def _limit(self, part: Part) -> None:
        """Take a deadline or 立行立改 for the issue told last; for all of them where all are meant."""
        every = bool(words.ALL.search(part.clause.text))
        for draft in self.drafts if every else self.drafts[-1:]:
            if every or not part.people[0] or alike(draft.people, part.people):
                draft.limit(self.scene, part.clause, self.last)
                self.urgent = self.urgent and not draft.at_once

    def _calm(self, part: Part) -> None:
        """Drop what was only weakly told where nothing is wrong, or was put right at hand."""
        text = part.clause.text
        if calmed(part.clause):
            for one in self.drafts:
                weak = one.strength != "strong" or bool(
                    words.FORMERLY.search(one.clauses[0].text)
                )
                one.dropped = one.dropped or (weak and alike(one.people, part.people))
        if words.LONG_AGO.search(text) and how_far(part.clause)[0] == "done":
            for one in self.drafts:
                one.dropped = one.dropped or alike(one.people, part.people)
        ours = self.drafts[-1] if self._goes_on(part) else None
        if ours and words.ANSWERED.search(text):
            ours.dropped = (
                bool(words.INFORMED.search(ours.clauses[0].text)) and not ours.at_once
            )
        if ours and words.OWN_REMEDY.search(text):
            ours.dropped = not words.NEEDY.search(text)
        if words.FOUND.search(text) and self.drafts:
            self.drafts[-1].dropped = bool(words.LOST.search(self.drafts[-1].clauses[-1].text))
        if ours and words.LOCKED.search(text):
            ours.dropped = bool(words.UNSEEN.search(ours.clauses[-1].text))
        if ours and (words.PASSES.search(text) or words.OLD_STORY.search(text)):
            ours.dropped = True
        if words.AT_HAND.search(text) and self.drafts:
            self.drafts[-1].dropped = self.drafts[-1].strength != "strong"


def read_issues(
    scene: Scene, parts: list[Part], odds: Mapping[str, float]
) -> tuple[list[IssueSaid], list[ProgressSaid]]:
    """Both at once: a fault mended in the same message is progress, a first step no report.

    odds: how the whole message reads, by the weights of its words.
    """
    if says_nothing(scene):
        return [], []
    parts = titled(parts)
    numbers, used = read_numbered(scene, parts)
    found = Gathering(scene, busy_sentences(scene), odds=odds)
    for part in parts:
        if part.whole not in used and not part.whole.taken:
            found.take(part)
    heard = [one for one in found.drafts if one.stands and not overtaken(found.steps, one)]
    drafts = believed(heard, odds)
    steps = found.steps
    for draft, over in told_as_news(parts, drafts, steps):
        drafts, steps = [*drafts, draft], [one for one in steps if one not in over]
    if not (drafts or steps or numbers):
        drafts = hinted(scene, parts, odds)
    drafts += unheard(scene, parts, [*found.drafts, *found.steps], weights(REPORTS))
    steps = [one for one in steps if not part_of(one, drafts)]
    issues = [said for one in drafts for said in one.said(scene)]
    return issues, numbers + [said for one in steps for said in one.said(scene)]
