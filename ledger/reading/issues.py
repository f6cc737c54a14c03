"""Issues, and the steps on them that a message tells without a number.

One issue for each household and subject: what is said of it in several clauses is one, a fault
that is mended in the same message is progress, and a first step taken on it is no report.
"""

import re
from dataclasses import dataclass, field

from ledger.reading.clauses import Clause
from ledger.reading.drafts import Draft, People, Step, alike
from ledger.reading.faults import Strength, calmed, demand_in, fault_in, no_fault
from ledger.reading.limits import at_once
from ledger.reading.progress import Far, asks, how_far, read_numbered
from ledger.reading.said import IssueSaid, ProgressSaid
from ledger.reading.scene import Scene, is_future
from ledger.reading.subjects import FORMS, PLAIN, scores_of, subject_of, weight_of
from ledger.reading.view import PUBLIC, SAYS, Part, parts_of

TALK = re.compile(SAYS)
HEARD = re.compile(r"都[讲说嫌愁提反]|一致|提到|提出")
NO_ANSWER = re.compile(r"电话[^，]{0,6}，?(?:也|都|还是|一直|老是)?没人接$")
GOES = re.compile(
    r"(?:明天|后天|大后天|下周.?|改天|回头|打算|准备|(?<!雨露)计划|等会|待会|抽空|过两天"
    r"|过几天|再)[^，没未]{0,6}?(?:去|到|看|找|跟|走|联系|跑|问|陪|接着|商量)"
)
MET = re.compile(r"碰[到见上]|遇[到见上]|路上|去了|到了|走访|入户|回来|来到|来找|上门")
NEXT = re.compile(
    r"^(?:[一二三四五]是|[一二三四五]来|再一个|再就是|还有|另外|第[二三四]|其次|同时|此外|另)"
)
ALL = re.compile(r"以上|上述|这几[件个条]|都要|全部(?:要|在)")
LOCKED = re.compile(r"挂[^，]{0,3}锁|锁着|锁门|铁将军|[不没]在家|走亲戚|赶[集场]去|下地去")
UNSEEN = re.compile(r"没见[着到上]$|没人$")
AT_HAND = re.compile(r"^我(?:们)?(?:当场|顺手|已经|就)?(?:给|帮|替|把)[^，]{1,10}了$")
# what tells without any word of a subject how far a household's matter has come
OFFICIAL = re.compile(
    r"审|批|公示|评议|受理|鉴定|立项|申请|材料|手续|排队|排期|进场|动工|开工|施工|在办|办理"
)
IN_EFFECT = re.compile(
    r"办下来|领回|领到|拿到|到手|送到了|补发|取出来|报下来|进厂|[补盖搭焊装砌]好|疏通|已通"
    r"|通了|来水|来电|有水了|有电了|到账|解决|办结|销号|整改"
)
# what is still missing of a thing half done: 批了，钱没到
REST = re.compile(
    r"^(?:就|只)?(?:卡上|账上|手上|钱|款|补助|补贴|卡|证|本本|药|货|东西|料|人|设备|机器"
    r"|结果|通知|文件|师傅|施工队)?(?:就|都|却|也|一直)?还?(?:没|未)"
    r"(?:到|来|下|放|发|送|装|通|修|弄|办|动|完|好|批|打|给|兑|拨|落实|开|拿|领|见|浇|验|签|交"
    r"|盖|换|建|接)|^还差|^就差|^只差"
)
CONTRAST = re.compile(r"^(?:就是|只是|但|不过|可是|可|唯独|就差)[^，]*[没未差等还]")
MAKESHIFT = re.compile(r"先[撑顶用垫盖接凑]|暂时|临时|应急|凑合|将就")
UNFINISHED = re.compile(r"还没|没[^，]{0,4}完|还在|还差|未")
# 上次说的那事: what is told of it is no news, only how far it has come
KNOWN = re.compile(
    r"(?:那个|那件|那桩|这个|这件|上次|上回|之前|前几天|前些天|昨天说|早先)[^，,]{0,12}"
    r"(?:的?事|问题)|[^，,]的(?:那)?(?:件|个)?事(?:儿|情)?$|那事|(?:上次|之前)(?:说|报|反映)"
)
VAGUE = frozenset({"收入", "其他"})  # 家底掏空了: what for stands in the clause before
THINGS = frozenset({"基础设施", "饮水", "人居环境", "住房"})


@dataclass
class Gathering:
    """What has been found so far while a message is read clause by clause."""

    scene: Scene
    busy: frozenset[int] = frozenset()  # sentences that tell of one's own study or leave
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
        if strength and _weighs_more(clause, strength, far, spot):
            self._add(part, strength)
        elif far and self._counts(part, far):
            self._step(part, far)
        else:
            self._other(part)
        self.last = clause

    # faults
    def _fault(self, part: Part) -> Strength:
        """How surely a part makes an issue here."""
        clause = part.clause
        strength = fault_in(clause) or demand_in(clause)
        if not strength or asks(clause) or self._aside(clause):
            return ""
        if strength == "strong":
            return strength if part.people[0] or not self._own(clause) else ""
        if part.whole in self.scene.plans and not TALK.search(clause.text):
            return ""
        return strength if self._grounded(part) else ""

    def _aside(self, clause: Clause) -> bool:
        """Whether it tells of the sender, of his plans, of a call nobody took."""
        if no_fault(clause) or (GOES.search(clause.text) and not TALK.search(clause.text)):
            return True
        called = f"{self.last.text}，{clause.text}" if self.last else clause.text
        if NO_ANSWER.search(called):
            return True
        if clause.mentions:
            return False
        timed = any(one.minutes for one in clause.durations)
        mine = self.mine == clause.sentence and not PUBLIC.search(clause.text)
        return mine or (timed and clause.has("study.words", "study.weak"))

    def _own(self, clause: Clause) -> bool:
        """Whether a clause without a household tells of the sender's own day."""
        if PUBLIC.search(clause.text):
            return False
        timed = any(one.minutes for one in clause.durations)
        return timed or clause.sentence in self.busy or clause.has("study.words")

    def _grounded(self, part: Part) -> bool:
        """Whether a word that alone says little is said of a household or a place."""
        weight = self._weight(part)
        if part.people[0]:
            return weight >= 1
        near = [one.text for one in self._near(part.clause)]
        return weight >= PLAIN and any(PUBLIC.search(one) or HEARD.search(one) for one in near)

    def _near(self, clause: Clause) -> list[Clause]:
        """A clause with the one before it in its sentence."""
        last = self.last
        return [last, clause] if last and last.sentence == clause.sentence else [clause]

    def _weight(self, part: Part) -> int:
        """How clearly it is about a subject that issues are about."""
        told = self.drafts[-1].clauses[:3] if self._goes_on(part) else []
        return weight_of(self.scene.lexicon, *told, *self._near(part.clause))

    def _goes_on(self, part: Part) -> bool:
        """Whether the issue told last is of the same people."""
        return bool(self.drafts) and alike(self.drafts[-1].people, part.people)

    def _add(self, part: Part, strength: Strength) -> None:
        clause, step, draft = part.clause, self._open_step(part), self._same_issue(part)
        if step and (_lacks(clause) or (strength != "strong" and not draft)):
            step.undo(clause)
            return
        if draft:
            draft.take(clause, strength)
        else:
            draft = self._begin(part, strength)
        draft.limit(self.scene, clause, self.last)

    def _begin(self, part: Part, strength: Strength) -> Draft:
        """A new issue; the burden of forms is nobody's household."""
        clause = part.clause
        forms = FORMS.search(clause.text) and not clause.mentions
        people: People = (None,) if forms else part.people
        draft = Draft(people, strength, [*self._lead(clause), clause], at_once=self.urgent)
        self.urgent = False
        self.drafts.append(draft)
        return draft

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
        if weight >= PLAIN and subject not in VAGUE:
            return []
        return [
            one for one in self._near(clause)[:-1] if not one.taken and not MET.search(one.text)
        ]

    def _same_issue(self, part: Part) -> Draft | None:
        """The draft this fault belongs to: of the same people, and no new subject begins."""
        if not self._goes_on(part):
            return None
        clause, draft = part.clause, self.drafts[-1]
        mine = scores_of(self.scene.lexicon, clause)
        best = max(mine, key=lambda name: mine[name])
        if mine[best] < PLAIN or scores_of(self.scene.lexicon, *draft.clauses)[best] >= PLAIN:
            return draft
        thing = part.people[0] is None and best in THINGS and self._names(clause, best)
        apart = clause.before == "hard" or thing or NEXT.search(clause.text)
        return None if apart else draft

    def _names(self, clause: Clause, subject: str) -> bool:
        """Whether a clause about the village names a thing of its own before its fault."""
        first = min((start for start, _ in clause.hits("fault.strong")), default=0)
        strong = self.scene.lexicon.categories[subject][0]
        spots = [match.start() for match in strong.finditer(clause.text)]
        return any(at <= first + 1 and clause.text[at] not in "没无" for at in spots)

    # steps
    def _counts(self, part: Part, far: Far) -> bool:
        """Whether a step makes a report: on something, of somebody, and no plan of ours."""
        clause = part.clause
        if part.whole in self.scene.plans and far != "done" and GOES.search(clause.text):
            return False
        own = no_fault(clause) and not self._goes_on(part)
        if far == "done" and (own or is_future(self.scene, clause)):
            return False
        weight = self._weight(part)
        if part.people[0]:
            plain = OFFICIAL if far == "step" else IN_EFFECT
            return weight >= 1 or bool(clause.mentions and plain.search(clause.text))
        ours = PUBLIC.search(clause.text) or clause.has("fault.strong") or self._goes_on(part)
        return far != "first" and bool(ours) and weight >= PLAIN

    def _step(self, part: Part, far: Far) -> None:
        """Add a step to the one of the same people, or as another."""
        alikes = (one for one in reversed(self.steps) if alike(one.people, part.people))
        if before := next(alikes, None):
            before.clauses.append(part.clause)
            if far == "done" or before.far != "done" or _unsettles(part.clause):
                before.far = far
        else:
            self.steps.append(Step(part.people, far, [part.clause]))
        if self.drafts and far != "done":
            self.drafts[-1].limit(self.scene, part.clause, self.last)

    # what else belongs to an issue
    def _other(self, part: Part) -> None:
        """A deadline, an 立行立改, or that nothing is wrong after all."""
        clause = part.clause
        self._calm(part)
        step = self._open_step(part)
        if step and (_lacks(clause) or MAKESHIFT.search(clause.text)):
            step.undo(clause)
        if at_once(clause) and (not self.drafts or clause.before == "hard"):
            self.urgent = True
        for draft in self.drafts if ALL.search(clause.text) else self.drafts[-1:]:
            if clause.mentions and not alike(draft.people, part.people):
                continue
            draft.limit(self.scene, clause, self.last)
            self.urgent = self.urgent and not draft.at_once

    def _calm(self, part: Part) -> None:
        """Drop what was only weakly told where nothing is wrong, or was put right at hand."""
        if calmed(part.clause):
            for one in self.drafts:
                weak = one.strength != "strong" and alike(one.people, part.people)
                one.dropped = one.dropped or weak
        if LOCKED.search(part.clause.text) and self._goes_on(part):
            self.drafts[-1].dropped = bool(UNSEEN.search(self.drafts[-1].clauses[-1].text))
        if AT_HAND.search(part.clause.text) and self.drafts:
            self.drafts[-1].dropped = self.drafts[-1].strength != "strong"


def _weighs_more(clause: Clause, strength: Strength, far: Far, spot: int) -> bool:
    """Whether the fault in a clause counts, not the step."""
    if far not in {"done", "step"}:
        return True
    faults = clause.hits("fault.strong") if strength == "strong" else []
    if far == "done":
        return any(start > spot for start, _ in faults)
    steps = clause.hits("steps.step")
    return any(not any(a <= one[0] and one[1] <= b for a, b in steps) for one in faults)


def _lacks(clause: Clause) -> bool:
    """Whether a clause says that a part of it is still missing."""
    if TALK.search(clause.text):
        return False
    return bool(REST.search(clause.text) or CONTRAST.search(clause.text))


def _unsettles(clause: Clause) -> bool:
    """Whether a step takes back the effect told before it."""
    text = clause.text
    return _lacks(clause) or bool(MAKESHIFT.search(text) or UNFINISHED.search(text))


def read_issues(scene: Scene) -> tuple[list[IssueSaid], list[ProgressSaid]]:
    """Both at once: a fault mended in the same message is progress, a first step no report."""
    parts = parts_of(scene)
    numbers, used = read_numbered(scene, parts)
    found = Gathering(scene, _busy(scene))
    for part in parts:
        if part.whole not in used and not part.whole.taken:
            found.take(part)
    drafts = [one for one in found.drafts if not one.dropped and not _overtaken(found, one)]
    steps = [one for one in found.steps if not _part_of(one, drafts)]
    issues = [said for one in drafts for said in one.said(scene)]
    return issues, numbers + [said for one in steps for said in one.said(scene)]


def _busy(scene: Scene) -> frozenset[int]:
    """The sentences in which the sender tells of his study or leave."""
    own = (one for one in scene.clauses if one.taken or one.has("leave.words"))
    return frozenset(one.sentence for one in own)


def _overtaken(found: Gathering, draft: Draft) -> bool:
    """Whether the message itself says that the fault is gone, or that work on it has begun."""
    after = [
        one.far
        for one in found.steps
        if one.clauses[-1].start >= draft.start and alike(one.people, draft.people)
    ]
    known = bool(after) and any(KNOWN.search(clause.text) for clause in draft.clauses)
    return known or "done" in after or ("step" in after and draft.strength != "strong")


def _part_of(step: Step, drafts: list[Draft]) -> bool:
    """Whether a step is told as part of an issue reported with it."""
    if step.far == "done":
        return False
    place = step.clauses[-1].sentence
    near = (one for one in drafts if one.start < step.start or one.clauses[0].sentence == place)
    return any(alike(one.people, step.people) for one in near)
