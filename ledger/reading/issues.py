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
    demand_in,
    fault_in,
    no_fault,
    scores_of,
    subject_of,
    weight_of,
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
LIMIT = re.compile(r"[前内止]$|[前内]的?$|截[止至]|最迟|最晚|不迟于|限")
OBLIGED = re.compile(r"限|必须|务必|一定|[^主重需只就还]要(?!是|到期|开会)|^要(?!是)|得(?!了|很)|催|让|叫|请")
OFFICIAL = re.compile(r"审|批|公示|评议|受理|鉴定|立项|申请|材料|手续|排队|排期|进场|动工|开工|施工|在办|办理")
RUNS = re.compile(r"[修换装接补盖搭砌焊铺架]好|已通|通了|来水|来电|有水了|有电了|到账|解决|办结|销号|整改")
SOON = re.compile(r"尽快|赶紧|赶快|抓紧|这几天|这两天|近期|早点|尽早")
AT_HAND = re.compile(r"^我(?:们)?(?:当场|顺手|已经|就)?(?:给|帮|替|把)[^，]{1,10}了$")
SAME_DAY = re.compile(r"当天|当日|今天(?:之内|内|必须|就要|要|得)|不过夜")
UNANSWERED = re.compile(r"^(?:也|都|还是|一直|老是)?没人接$")
MET = re.compile(r"碰[到见上]|遇[到见上]|路上|去了|到了|走访|入户|回来|来到|来找|上门")
GOES = re.compile(r"(?:明天|后天|大后天|下周.?|改天|回头|打算|准备|(?<!雨露)计划|等会|待会|抽空|过两天|过几天|再)[^，没未]{0,6}?(?:去|到|看|找|跟|走|联系|跑|问|陪|接着|商量)")
NEXT = re.compile(r"^(?:[一二三四五]是|[一二三四五]来|再一个|再就是|还有|另外|第[二三四]|其次|同时|并且还|此外|另|她?他?家?还有)")
# what is still missing of a thing half done: 批了，钱没到
REST = re.compile(r"^(?:就|只)?(?:钱|款|补助|补贴|卡|证|本本|药|货|东西|料|人|设备|机器|结果|通知|文件|师傅|施工队)?(?:就|都|却|也|一直)?还?(?:没|未)(?:到|来|下|放|发|送|装|通|修|弄|办|动|完|好|批|打|给|兑|拨|落实|开|拿|领|见|浇|验|签|交|盖|换|建|接)|^还差|^就差|^只差")
MAKESHIFT = re.compile(r"先[撑顶用垫盖接凑]|暂时|临时|应急|凑合|将就")
CONTRAST = re.compile(r"^(?:就是|只是|但|不过|可是|可|唯独|就差)")
THINGS = frozenset({"基础设施", "饮水", "人居环境", "住房"})
# 上次说的那事: what is told of it is no news, only how far it has come
KNOWN = re.compile(r"(?:那个|那件|那桩|这个|这件|上次|上回|之前|前几天|前些天|昨天说|早先)[^，,]{0,12}(?:的?事|问题)|[^，,]的(?:那)?(?:件|个)?事(?:儿|情)?$|那事|上次(?:说|报|反映)|之前(?:说|报|反映)")
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
    mine: int = -1  # the sentence in which the sender tells of himself

    def take(self, part: Part) -> None:
        """Read one part."""
        clause = part.clause
        if clause.mentions:
            self.mine = -1
        elif no_fault(clause):
            self.mine = clause.sentence
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
        clause, strength = part.clause, fault_in(part.clause) or demand_in(part.clause)
        if self.last and "电话" in self.last.text and UNANSWERED.search(clause.text):
            return ""
        mine = self.mine == clause.sentence and not clause.mentions and not PUBLIC.search(clause.text)
        if not strength or asks(clause) or mine or no_fault(clause) or GOES.search(clause.text) and not TALK.search(clause.text):
            return ""
        if not clause.mentions and any(one.minutes for one in clause.durations) and clause.has("study.words", "study.weak"):
            return ""
        if strength == "strong":
            return strength if part.people[0] or not _own(self.scene, part) else ""
        if part.whole in self.scene.plans and not TALK.search(clause.text):
            return ""
        return strength if self._grounded(part, strength) else ""

    def _grounded(self, part: Part, strength: Strength) -> bool:
        """Whether a word that alone says little is said of a household or a place."""
        weight = self._weight(part)
        if part.people[0]:
            return weight >= 1
        return any(PUBLIC.search(one.text) for one in self._near(part)) and weight >= SUBJECT

    def _near(self, part: Part) -> list[Clause]:
        """A clause with the one before it in its sentence."""
        last = self.last
        return [last, part.clause] if last and last.sentence == part.clause.sentence else [part.clause]

    def _weight(self, part: Part) -> int:
        """How clearly it is about a subject that issues are about."""
        told = self.drafts[-1].clauses if self.drafts and alike(self.drafts[-1].people, part.people) else []
        return weight_of(self.scene.lexicon, *told, *self._near(part))

    def _weighs_more(self, clause: Clause, strength: Strength, far: Far, spot: int) -> bool:
        """Whether the fault in a clause counts, not the step."""
        if far == "done":
            return strength == "strong" and any(start > spot for start, _ in clause.hits("fault.strong"))
        if far == "step":
            steps = clause.hits("steps.step")
            own = [one for one in clause.hits("fault.strong") if not any(a <= one[0] and one[1] <= b for a, b in steps)]
            return strength == "strong" and bool(own)
        return True

    def _add(self, part: Part, strength: Strength) -> None:
        step = self._open_step(part)
        draft = self._same_issue(part)
        if step and (_lacks(part.clause) or (strength != "strong" and not draft)):
            step.far = "step"
            step.clauses.append(part.clause)
            return
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
        last = self.last
        near = last and not last.taken and last.sentence == part.clause.sentence and not MET.search(last.text)
        return [last] if near and last else []

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
        apart = apart or (part.people[0] is None and best in THINGS and self._begins(part.clause, best))
        return None if apart else draft

    def _begins(self, clause: Clause, subject: str) -> bool:
        """Whether a clause about the village names a thing of its own before its fault."""
        first = min((start for start, _ in clause.hits("fault.strong")), default=0)
        strong = self.scene.lexicon.categories[subject][0]
        return any(match.start() <= first + 1 and not clause.text.startswith(("没", "无"), match.start()) for match in strong.finditer(clause.text))

    # steps
    def _counts(self, part: Part, far: Far) -> bool:
        """Whether a step makes a report: it is on something, of somebody, and no plan of ours."""
        clause = part.clause
        if part.whole in self.scene.plans and far != "done" and GOES.search(clause.text):
            return False
        if far == "done" and (is_future(self.scene, clause) or no_fault(clause)):
            return False
        weight = self._weight(part)
        if part.people[0]:
            plain = OFFICIAL if far == "step" else RUNS
            return weight >= 1 or bool(clause.mentions and plain.search(clause.text))
        return far != "first" and bool(PUBLIC.search(clause.text) or self._about_public(part)) and weight >= SUBJECT

    def _about_public(self, part: Part) -> bool:
        return bool(self.drafts) and alike(self.drafts[-1].people, part.people)

    def _step(self, part: Part, far: Far) -> None:
        before = next((one for one in reversed(self.steps) if alike(one.people, part.people)), None)
        if before:
            before.clauses.append(part.clause)
            if far == "done" or before.far != "done" or _unsettles(part.clause):
                before.far = far
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
        if AT_HAND.search(clause.text) and self.drafts and self.drafts[-1].strength != "strong":
            self.drafts[-1].dropped = True
        if (step := self._open_step(part)) and (_lacks(clause) or MAKESHIFT.search(clause.text)):
            step.far = "step"
            step.clauses.append(clause)
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
        draft.deadline = self._deadline(clause)

    def _deadline(self, clause: Clause) -> date | None:
        """The last day that counts, where a clause requires something by then."""
        cut = clause.before == "cue" and self.last
        text = f"{self.last.text}{clause.text}" if cut and self.last else clause.text
        for phrase in clause.times:
            span = self.scene.span(phrase, "ahead")
            if span is None or span.last < self.scene.base:
                continue
            limit = bool(LIMIT.search(phrase.text)) and (phrase.ending == "by" or span.kind == "by")
            pressed = OBLIGED.search(text) and not SOON.search(text)
            if (limit and REQUIRED.search(text)) or (span.last > self.scene.base and pressed):
                return span.last
        return self.scene.base if SAME_DAY.search(clause.text) else None


def _own(scene: Scene, part: Part) -> bool:
    """Whether a clause without a household tells of the sender's own day."""
    clause = part.clause
    if PUBLIC.search(clause.text):
        return False
    near = [one for one in scene.clauses if one.sentence == clause.sentence]
    return any(one.taken or one.has("leave.words") for one in near) or clause.has("study.words", "leave.words") or any(one.minutes for one in clause.durations)


def _lacks(clause: Clause) -> bool:
    """Whether a clause says that a part of it is still missing."""
    return bool(REST.search(clause.text)) or (bool(CONTRAST.search(clause.text)) and bool(re.search(r"没|未|差|等|还", clause.text)))


def _unsettles(clause: Clause) -> bool:
    return _lacks(clause) or bool(MAKESHIFT.search(clause.text) or re.search(r"还没|没[^，]{0,4}完|还在|还差|未", clause.text))


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
        known = any(KNOWN.search(clause.text) for clause in draft.clauses)
        if one.far == "done" or known or (one.far == "step" and draft.strength != "strong"):
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
