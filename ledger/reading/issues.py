"""Issues, and the steps on them that a message tells without a number.

One issue for each household and subject: what is said of it in several clauses is one, a fault
that is mended in the same message is progress, and a first step taken on it is no report.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.faults import (
    FORMS,
    Strength,
    calmed,
    category_of,
    fault_in,
    no_fault,
    scores_of,
    subject_of,
)
from ledger.reading.progress import Far, asks, how_far, read_numbered
from ledger.reading.said import IssueSaid, ProgressSaid, Who
from ledger.reading.scene import Scene, is_future
from ledger.reading.view import PUBLIC, SAYS, Part, parts_of
from ledger.reading.visits import same

People = tuple[Who | None, ...]
SUBJECT = 2  # weight of category words from which a clause names its own subject
AT_ONCE = re.compile(
    r"立行立改|即知即改|立即|立马|马上(?:要)?(?!(?:要|就要|就|快)?(?:下[雨雪霜]|上冻|冻|过[年节冬]|到[^位]|入冬|开[学春]|天[黑亮冷]|变|冷|收|种|落|来|要|就|放假|结))"
)
REQUIRED = re.compile(r"限|要(?!是)|必须|务必|一定|得|催|请|让|叫|尽量|解决|修|搞|办|弄|清|接|堵|送|整改|补|翻|到位|处理|疏通|抢|换|装|搬|查|完成|拆|拉|报")
SAME_DAY = re.compile(r"当天|当日|今天(?:之内|内|必须|就要|要|得)|不过夜")
GOES = re.compile(r"(?:明天|后天|大后天|下周.?|改天|回头|打算|准备|计划|等会|待会|抽空|过两天|过几天|再)[^，]{0,6}?(?:去|到|看|找|跟|走|联系|跑|问|陪|接着|商量)")
NEXT = re.compile(r"^(?:[一二三四五]是|[一二三四五]来|再一个|再就是|还有|另外|第[二三四]|其次|同时|并且还|此外|另|她?他?家?还有)")
CONTRAST = re.compile(r"^(?:就是|只是|但|不过|可是|可|唯独|就差)")
TALK = re.compile(SAYS)
ALL = re.compile(r"以上|上述|这几[件个条]|都要|全部(?:要|在)")


@dataclass(eq=False)
class Draft:
    """An issue being gathered from clauses about the same people and one subject."""

    people: People
    strength: Strength
    clauses: list[Clause]
    deadline: date | None = None
    at_once: bool = False
    dropped: bool = False

    @property
    def start(self) -> int:
        """Where it begins in the message."""
        return self.clauses[0].start


@dataclass(eq=False)
class Step:
    """How far something has come, in the clauses that tell it."""

    people: People
    far: Far
    clauses: list[Clause]

    @property
    def start(self) -> int:
        """Where it begins in the message."""
        return self.clauses[0].start


@dataclass
class Gathering:
    """What has been found so far while a message is read clause by clause."""

    scene: Scene
    drafts: list[Draft] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    urgent: bool = False  # 立行立改 has been said, of what comes next
    last: Clause | None = None

    def take(self, part: Part) -> None:
        """Read one part."""
        clause = part.clause
        far, spot = how_far(clause)
        strength = self._fault(part)
        if strength and self._weighs_more(clause, strength, far, spot):
            self._add(part, strength)
        elif far and self._counts(part, far):
            self._step(part, far)
        else:
            self._other(part)
        self.last = clause

    # faults
    def _fault(self, part: Part) -> Strength:
        """How surely a part makes an issue here."""
        clause, strength = part.clause, fault_in(part.clause)
        if not strength or asks(clause) or no_fault(clause) or GOES.search(clause.text) and not TALK.search(clause.text):
            return ""
        if strength == "strong":
            return strength if part.people[0] or not _own(self.scene, part) else ""
        if part.whole in self.scene.plans and not TALK.search(clause.text):
            return ""
        return strength if self._grounded(part, strength) else ""

    def _grounded(self, part: Part, strength: Strength) -> bool:
        """Whether a word that alone says little is said of a household or a place."""
        clause = part.clause
        near = [self.last] if self.last and self.last.sentence == clause.sentence else []
        weight = max(scores_of(self.scene.lexicon, clause, *near).values())
        if part.people[0]:
            return weight >= 1
        return bool(PUBLIC.search(clause.text) or (near and PUBLIC.search(near[0].text))) and weight >= SUBJECT

    def _weighs_more(self, clause: Clause, strength: Strength, far: Far, spot: int) -> bool:
        """Whether the fault in a clause counts, not the step."""
        if far == "done":
            return strength == "strong" and any(start > spot for start, _ in clause.hits("fault.strong"))
        if far == "step":
            steps = clause.hits("steps.step")
            own = [one for one in clause.hits("fault.strong") if not any(a < one[1] and one[0] < b for a, b in steps)]
            return strength == "strong" and bool(own)
        return True

    def _add(self, part: Part, strength: Strength) -> None:
        step = self._open_step(part)
        if step and strength != "strong" or step and CONTRAST.search(part.clause.text):
            step.far = "step"
            step.clauses.append(part.clause)
            return
        draft = self._same_issue(part)
        if draft:
            draft.clauses.append(part.clause)
            draft.strength = "strong" if "strong" in (draft.strength, strength) else draft.strength
        else:
            people: People = (None,) if FORMS.search(part.clause.text) and not part.clause.mentions else part.people
            draft = Draft(people, strength, [*self._lead(part), part.clause], at_once=self.urgent)
            self.urgent = False
            self.drafts.append(draft)
        self._limits(part.clause, draft)

    def _open_step(self, part: Part) -> Step | None:
        """The step told just before, in the same sentence, of the same people."""
        step = self.steps[-1] if self.steps else None
        same_place = step and step.clauses[-1].sentence == part.clause.sentence
        return step if step and same_place and alike(step.people, part.people) else None

    def _lead(self, part: Part) -> list[Clause]:
        """The clause before, where the fault's own does not say what it is about."""
        if subject_of(self.scene.lexicon, part.clause) and max(scores_of(self.scene.lexicon, part.clause).values()) >= SUBJECT:
            return []
        near = self.last and not self.last.taken and self.last.sentence == part.clause.sentence
        return [self.last] if near and self.last else []

    def _same_issue(self, part: Part) -> Draft | None:
        """The draft this fault belongs to: of the same people, and no new subject begins."""
        draft = self.drafts[-1] if self.drafts else None
        if draft is None or not alike(draft.people, part.people):
            return None
        mine = scores_of(self.scene.lexicon, part.clause)
        theirs = scores_of(self.scene.lexicon, *draft.clauses)
        best = max(mine, key=lambda name: mine[name])
        if mine[best] < SUBJECT or theirs[best] >= SUBJECT:
            return draft
        apart = part.clause.before == "hard" or bool(NEXT.search(part.clause.text))
        return None if apart else draft

    # steps
    def _counts(self, part: Part, far: Far) -> bool:
        """Whether a step makes a report: it is on something, of somebody, and no plan of ours."""
        clause = part.clause
        if part.whole in self.scene.plans and far != "done" and GOES.search(clause.text):
            return False
        if far == "done" and (is_future(self.scene, clause) or no_fault(clause)):
            return False
        near = [self.last] if self.last and self.last.sentence == clause.sentence else []
        weight = max(scores_of(self.scene.lexicon, clause, *near).values())
        if part.people[0]:
            return weight >= 1
        return far != "first" and bool(PUBLIC.search(clause.text) or self._about_public(part)) and weight >= SUBJECT

    def _about_public(self, part: Part) -> bool:
        return bool(self.drafts) and alike(self.drafts[-1].people, part.people)

    def _step(self, part: Part, far: Far) -> None:
        before = next((one for one in reversed(self.steps) if alike(one.people, part.people)), None)
        if before:
            before.clauses.append(part.clause)
            before.far = far if far == "done" or before.far != "done" or CONTRAST.search(part.clause.text) else before.far
        else:
            self.steps.append(Step(part.people, far, [part.clause]))
        if self.drafts and far != "done":
            self._limits(part.clause, self.drafts[-1])

    # what else belongs to an issue
    def _other(self, part: Part) -> None:
        """A deadline, an 立行立改, or that nothing is wrong after all."""
        clause = part.clause
        if calmed(clause):
            for one in self.drafts:
                one.dropped = one.dropped or (one.strength != "strong" and alike(one.people, part.people))
        if AT_ONCE.search(clause.text) and (not self.drafts or clause.before == "hard"):
            self.urgent = True
        chosen = self.drafts if ALL.search(clause.text) else self.drafts[-1:]
        for draft in chosen:
            if clause.mentions and not alike(draft.people, part.people):
                continue
            self._limits(clause, draft)

    def _limits(self, clause: Clause, draft: Draft) -> None:
        """Take a deadline and an at-once mark for an issue."""
        if AT_ONCE.search(clause.text):
            draft.at_once, self.urgent = True, False
        if clause.has("promise.words") or draft.deadline:
            return
        draft.deadline = self._deadline(clause, clause is draft.clauses[-1])

    def _deadline(self, clause: Clause, own: bool) -> date | None:
        if not REQUIRED.search(clause.text) and not own:
            return None
        for phrase in clause.times:
            span = self.scene.span(phrase, "ahead")
            if span is None or span.last < self.scene.base:
                continue
            if span.kind == "by" or (span.kind == "point" and span.last > self.scene.base and REQUIRED.search(clause.text)):
                return span.last
        return self.scene.base if SAME_DAY.search(clause.text) else None


def _own(scene: Scene, part: Part) -> bool:
    """Whether a clause without a household tells of the sender's own day."""
    clause = part.clause
    return clause.has("study.words", "leave.words", "leave.here") and not PUBLIC.search(clause.text)


def alike(one: People, other: People) -> bool:
    """Whether the same people are meant."""
    if not one[0] or not other[0]:
        return one[0] is other[0]
    return any(same(a, b) for a in one for b in other if a and b)


def read_issues(scene: Scene) -> tuple[list[IssueSaid], list[ProgressSaid]]:
    """Both at once: a fault mended in the same message is progress, a first step no report."""
    parts = parts_of(scene)
    numbers, used = read_numbered(scene, parts)
    found = Gathering(scene)
    for part in parts:
        if part.whole not in used and not part.whole.taken:
            found.take(part)
    drafts = [one for one in found.drafts if not one.dropped and not _overtaken(found, one)]
    steps = [one for one in found.steps if not _part_of(found, one, drafts)]
    issues = [said for one in drafts for said in _issues(scene, one)]
    return issues, numbers + [said for one in steps for said in _progress(scene, one)]


def _overtaken(found: Gathering, draft: Draft) -> bool:
    """Whether the message itself says that the fault is gone, or that work on it has begun."""
    for one in found.steps:
        if not alike(one.people, draft.people) or one.clauses[-1].start < draft.start:
            continue
        if one.far == "done" or (one.far == "step" and draft.strength != "strong"):
            return True
    return False


def _part_of(found: Gathering, step: Step, drafts: list[Draft]) -> bool:
    """Whether a step is told as part of an issue reported with it."""
    if step.far == "done":
        return False
    return any(alike(one.people, step.people) for one in drafts if one.start < step.start or one.clauses[0].sentence == step.clauses[-1].sentence)


def _issues(scene: Scene, draft: Draft) -> list[IssueSaid]:
    category = category_of(scene.lexicon, draft.clauses, public=draft.people[0] is None)
    return [
        IssueSaid(
            start=draft.start, text=scene.words(*draft.clauses), category=category,
            household=one, deadline=draft.deadline, at_once=draft.at_once,
        )
        for one in draft.people
    ]  # fmt: skip


def _progress(scene: Scene, step: Step) -> list[ProgressSaid]:
    return [
        ProgressSaid(start=step.start, text=scene.words(*step.clauses), household=one, done=step.far == "done")
        for one in step.people
    ]
