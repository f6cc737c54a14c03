"""What is heard of the same people up to a place, and how surely a clause makes an issue there."""

import re
from dataclasses import dataclass, field
from datetime import date

from ledger.reading.asides import GROAN, no_fault, nobodys, own_signal, tells_of_place
from ledger.reading.clauses import Clause
from ledger.reading.drafts import Draft, alike
from ledger.reading.faults import (
    Strength,
    asked_in,
    demand_in,
    denies,
    fault_in,
    faults_of,
    harms,
    told_in,
)
from ledger.reading.issue_words import (
    COMMON,
    GOES,
    HAMLET,
    HEARD,
    LASTS,
    LONG_PAST,
    NO_ANSWER,
    NOT_GONE,
    PLACED,
    TALK,
    TO_THIS_DAY,
    TRY,
)
from ledger.reading.known import is_name
from ledger.reading.limits import at_once
from ledger.reading.offices import BY_OFFICE
from ledger.reading.progress import asks
from ledger.reading.scene import Scene
from ledger.reading.subjects import FORMS, PLAIN, weight_of
from ledger.reading.view import PUBLIC, Part
from ledger.reading.weighing import refused

WITHOUT = re.compile(
    r"(?<!还)没(?:有(?!新)|得(?!事)|给(?!他添)|[一-龥]过|个|一)|(?:拿|领|牵|扣)走[^，]{0,6}不(?:给|还)"
)
# 柏春华来村部，要开贫困证明: somebody comes to us with a wish
COMES = re.compile(
    r"[来跑找到](?:来|到|了){0,2}(?:村部|村委|队部|队里|办公室|驻地|我(?!家))|来[电访]"
)
COMES_FOR = re.compile(r"^说?[他她]?(?:要|想|求|托|请|盼)(?!是|紧|求|走|回)")
LEAD = 4  # characters in which a clause says whose words it gives


@dataclass
class Hearing:
    """A message as far as it has been read, clause by clause."""

    scene: Scene
    busy: frozenset[int] = frozenset()  # sentences that tell of one's own study or leave
    drafts: list[Draft] = field(default_factory=list)
    last: Clause | None = None
    thread: list[Clause] = field(default_factory=list)  # of the same people, up to here
    since: list[Clause] = field(default_factory=list)  # told of them since they were named
    due: tuple[int, date] | None = None  # the sentence that set a day for what comes next
    mine: int = -1  # the sentence in which the sender tells of himself

    def _follow(self, part: Part) -> None:
        """Keep what has been told of these people in this sentence."""
        clause = part.clause
        if clause.mentions or (self.last and self.last.sentence != clause.sentence):
            self.thread = []
        self.since = [clause] if clause.mentions else [*self.since, clause]
        self.thread.append(clause)
        self.last = clause

    def _fault(self, part: Part) -> Strength:
        """How surely a part makes an issue here."""
        clause = part.clause
        strength = fault_in(clause) or demand_in(clause)
        harmed = bool(part.people[0]) and harms(clause)
        if strength != "strong" and (harmed or self._shown(part)):
            strength = "strong"
        if not strength and part.people[0]:
            asked = asked_in(clause) or self._comes_for(clause)
            strength = "weak" if denies(clause) else "need" if asked else ""
        quoted = clause.text.startswith("问") and part.people[0] and len(self._near(clause)) > 1
        if (
            not strength
            or (asks(clause) and not quoted)
            or is_name(clause)
            or self._aside(part)
        ):
            return ""
        if strength == "strong":
            grounded = part.people[0] or (not self._own(clause) and self._placed(part))
            return strength if grounded else ""
        told = TALK.search(clause.text) or (
            part.people[0] and fault_in(clause) and denies(clause)
        )
        if part.whole in self.scene.plans and not told:
            return ""
        return strength if self._grounded(part) else ""

    def _signs(self, part: Part) -> set[str]:
        """What kinds of evidence for an issue a part gives."""
        clause, near = part.clause, self._near(part.clause)
        complains = fault_in(clause) == "weak" and not any(
            one.has("positive.words") for one in near
        )
        signs = {
            "complains": complains,
            "denies": denies(clause),
            "wants": clause.has("need.words"),
            "orders": bool(demand_in(clause)),
            "asks": asked_in(clause) or self._comes_for(clause),
            "place": not part.people[0] and self._placed(part),
            "lasts": bool(LASTS.search(clause.text)),
            "speaks": any(TALK.search(one.text) for one in near),
            "lacks": complains and bool(part.people[0]) and self._lacks(part),
            "again": complains and self._goes_on(part) and self.last in self.drafts[-1].clauses,
        }
        return {name for name, heard in signs.items() if heard}

    def _comes_for(self, clause: Clause) -> bool:
        """Whether a household has just come to us, and this is what for."""
        told = self._near(clause)[0]
        came = told is not clause and bool(told.mentions and COMES.search(told.text))
        return came and bool(COMES_FOR.match(clause.text))

    def _lacks(self, part: Part) -> bool:
        """Whether a household is without what issues are about: 家里没有厕所, 款没给贴."""
        return bool(WITHOUT.search(part.clause.text)) and self._weight(part) >= PLAIN

    def _shown(self, part: Part) -> bool:
        """Whether a household or a place is shown in need."""
        near, goes_on = (
            self._near(part.clause),
            self._goes_on(part) and self.drafts[-1].clauses[-1] is self.last,
        )
        if part.whole in self.scene.plans and not (goes_on or TALK.search(part.clause.text)):
            return False
        if no_fault(near[0]) and not TALK.search(near[0].text):
            return False
        about = part.people[0] or any(
            PUBLIC.search(one.text) or HAMLET.search(one.text) or COMMON.search(one.text)
            for one in near
        )
        return bool(about) and told_in(part.clause, near[0] if len(near) > 1 else None)

    def _aside(self, part: Part) -> bool:
        """Whether it tells of the sender, of his plans, of a call nobody took."""
        clause = part.clause
        if not part.people[0] and (nobodys(clause) or self._no_signal(part)):
            return True
        if no_fault(clause) or (
            GOES.search(clause.text) and not TALK.search(TRY.sub("", clause.text))
        ):
            return True
        called = f"{self.last.text}，{clause.text}" if self.last else clause.text
        told = [self.last, *self.thread] if self.last else []
        if NO_ANSWER.search(called) or any(_of_old(one, clause) for one in told):
            return True
        if len(self._near(clause)) > 1 and NOT_GONE.search(self._near(clause)[0].text):
            return not clause.mentions and not TALK.search(clause.text)
        if clause.mentions:
            return False
        timed = any(one.minutes for one in clause.durations)
        mine = self.mine == clause.sentence and not tells_of_place(clause.text)
        return mine or (timed and clause.has("study.words", "study.weak"))

    def _no_signal(self, part: Part) -> bool:
        """Whether it says why the sender answers late."""
        clause = part.clause
        place = self.scene.place(part.whole)
        behind = [one.text for one in self.scene.clauses[place + 1 : place + 2]]
        before = self._near(clause)[0]
        return own_signal(
            before.text if before is not clause else "", clause.text, "".join(behind)
        )

    def _pleaded(self, part: Part) -> bool:
        """Whether a household itself comes with what it waits for: 她来问，钱咋还没下文."""
        clause, *before = reversed(self._near(part.clause))
        first = min((start for start, _ in faults_of(clause)), default=LEAD)
        said = [one.text for one in before if not BY_OFFICE.search(one.text)]
        said += [] if BY_OFFICE.search(clause.text) else [clause.text[:first]]
        return bool(part.people[0]) and any(TALK.search(one) for one in said)

    def _refused(self, part: Part) -> bool:
        """Whether an application of a household has only been turned down."""
        place = self.scene.place(part.whole)
        behind = self.scene.clauses[place + 1 : place + 3]
        own = [one.text for one in behind if not one.mentions]
        before = self._near(part.clause)[0]
        told = before.text if before is not part.clause else ""
        return bool(part.people[0]) and refused(part.clause, told, "，".join(own))

    def _own(self, clause: Clause) -> bool:
        """Whether a clause without a household tells of the sender's own day."""
        if tells_of_place(clause.text) or COMMON.search(clause.text):
            return False
        timed = any(one.minutes for one in clause.durations)
        return timed or clause.sentence in self.busy or clause.has("study.words")

    def _placed(self, part: Part) -> bool:
        """Whether a fault of nobody named is told of a place or of what issues are about."""
        near = self._near(part.clause)
        if at_once(part.clause):
            return True
        if any(FORMS.search(one.text) for one in near):
            return not self._groans(part.clause)
        told = any(PUBLIC.search(one.text) or COMMON.search(one.text) for one in near)
        return told or self._goes_on(part) or any(PLACED.search(one.text) for one in near)

    def _groans(self, clause: Clause) -> bool:
        """Whether its sentence, up to two clauses on, is only the sender's sigh."""
        place = self.scene.place(clause)
        near = self.scene.clauses[max(0, place - 1) : place + 3]
        return any(GROAN.search(one.text) for one in near if one.sentence == clause.sentence)

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
        near = self._near(part.clause)
        thread = self.thread[-3:-1] if len(near) > 1 and not part.clause.mentions else []
        return weight_of(self.scene.lexicon, *told, *thread, *near)

    def _goes_on(self, part: Part) -> bool:
        """Whether the issue told last is of the same people."""
        return bool(self.drafts) and alike(self.drafts[-1].people, part.people)


def _of_old(before: Clause, clause: Clause) -> bool:
    """Whether it goes on about old times: 那年发大水，老何家的房子全冲没了."""
    return (
        before.sentence == clause.sentence
        and bool(LONG_PAST.search(before.text))
        and not TO_THIS_DAY.search(clause.text)
    )
