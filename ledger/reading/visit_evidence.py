"""What makes a clause tell of a visit: verbs of going, counts, hamlets, homes, open doors."""

import re
from dataclasses import dataclass

from ledger.mentions import Mention
from ledger.numerals import read_number
from ledger.reading import visit_verbs as verbs
from ledger.reading import visit_words as words
from ledger.reading.clauses import Clause
from ledger.reading.deeds import Tense
from ledger.reading.scene import Scene
from ledger.reading.visit_judge import Judge, phoned
from ledger.reading.visit_names import (
    NEAR,
    groups,
    is_names,
    leads,
    listed_before,
    names_after,
    names_before,
    of_actor,
    only_day,
    timeless,
    topic,
    undated,
)
from ledger.reading.visit_toward import Toward
from ledger.reading.visit_traces import ON_ROAD, trace_of

MANY = 99  # households still to be named where no count is said


@dataclass(frozen=True)
class Been:
    """What one clause tells: households, the place of the verb, how many more may follow."""

    mentions: tuple[Mention, ...]
    at: int
    more: int = 0
    listed: bool = False  # only bare names may follow


class Evidence:
    """One message searched for visits; `any` is set once one has been found."""

    def __init__(self, scene: Scene, tense: Tense) -> None:
        self.scene = scene
        self.clauses = scene.clauses
        self.tense = tense
        self.planned = self.tense.planned
        self.judge = Judge(scene, self.tense)
        self.toward = Toward(self.judge)
        self.any = False
        self.wrong = any(
            one.has("plan.retract") or words.WRONG.search(one.text) for one in self.clauses
        )
        self.form = any(words.FORM.search(one.text) for one in self.clauses)

    def been(self, index: int, clause: Clause) -> Been | None:
        """Where somebody has been, by this clause; None when it says no such thing."""
        if any(one.start >= clause.end for one in clause.mentions):
            return Been(tuple(clause.mentions), 0)  # put there by a correction
        if self._claimed(index, clause):
            return None
        boxed = clause.before == "soft" and self.form and index > 0
        if (
            boxed
            and clause.mentions
            and words.LABEL.search(self.clauses[index - 1].text.strip())
        ):
            return Been(tuple(clause.mentions), 0, MANY)
        ways = (
            self._named,
            self._by_word,
            self._counted,
            self._corrected,
            self._bare,
            self._alone,
            self._at_place,
            self._named_next,
            self._traced,
        )
        for way in ways[:1] if clause.taken else ways:
            if been := way(index, clause):
                return been
        return None

    def _named(self, index: int, clause: Clause) -> Been | None:
        """A name with a verb of going before or behind it, and those listed with it."""
        reached: list[Mention] = []
        at = 0
        for group in groups(clause):
            verb = self.toward.verb(index, group, more=self.any)
            if verb is None:
                continue
            at = at if reached else verb
            reached += listed_before(self.clauses, index, clause, group)
        if (
            reached
            and (pronoun := verbs.PRONOUN.search(clause.text[: clause.at(reached[0].start)]))
            and verbs.HOUSE.search(pronoun[0])
            and not verbs.NOT_THERE.search(clause.text[pronoun.end() :])
        ):
            reached = [*topic(self.clauses, index, clause), *reached]
        return Been(tuple(reached), at, MANY, listed=True) if reached else None

    def _by_word(self, index: int, clause: Clause) -> Been | None:
        """走访, 入户, 院坝会 and the like with the names that follow."""
        if words.GIVE_FOLK.search(clause.text) or words.YARD.search(clause.text):
            match = words.GIVE_FOLK.search(clause.text) or words.YARD.search(clause.text)
            if match and self.judge.did(index, *match.span()):
                return Been(tuple(clause.mentions), match.start(), MANY)
        for start, end in clause.hits("visit.words"):
            if words.NOUN_BEHIND.search(clause.text[end:]) or words.NOUN_BEFORE.search(
                clause.text[:start]
            ):
                continue
            if phoned(clause) or not self.judge.did(index, start, end):
                continue
            if words.COMES.search(clause.text[: end + 3]):
                continue
            after = [one for one in clause.mentions if clause.at(one.start) >= end]
            after = after or names_after(self.clauses, index) or list(clause.mentions)
            if (
                not after
                and index + 1 < len(self.clauses)
                and words.NONE_SAID.search(self.clauses[index + 1].text)
            ):
                continue
            if after or self._evident(index, clause, start, end):
                return Been(tuple(after or topic(self.clauses, index, clause)), start, MANY)
        return None

    def _evident(self, index: int, clause: Clause, start: int, end: int) -> bool:
        """Whether 入户 without a name is a deed: a day, a count, 了, or names to come."""
        told = re.search(r"[了过]", clause.text[start : end + 8]) or clause.times
        if (
            len(clause.text.strip()) <= 4
            and clause.before != "hard"
            and self.clauses[index - 1].mentions
        ):
            return True
        if self.scene.plain[clause.end : clause.end + 1] in (":", "：") and self.heads(index):
            return True
        placed = words.HAMLET.search(clause.text) or words.COUNT.search(clause.text[start:])
        return bool(
            told
            or placed
            or (
                end >= len(clause.text.rstrip())
                and index + 1 < len(self.clauses)
                and (clause.before == "hard" or self.clauses[index - 1].times)
            )
        )

    def heads(self, index: int) -> bool:
        """入户核查收入：何满仓2.1万: a household begins what follows."""
        after = self.clauses[index + 1] if index + 1 < len(self.clauses) else None
        return bool(after and after.mentions and after.mentions[0].start - after.start < 3)

    def _counted(self, index: int, clause: Clause) -> Been | None:
        """走了5户: those named afterwards belong to them."""
        match = words.COUNT.search(clause.text)
        if not match or phoned(clause):
            return None
        name = "verb" if match["verb"] else "n2"
        if not self.judge.did(index, match.start(name), match.end()):
            return None
        if re.search(r"还[有差]|剩|没|每|缺|表|台账|任务|指标", clause.text[: match.end()]):
            return None
        names = names_before(self.clauses, index)
        if clause.mentions:
            first, *others = groups(clause)
            names = listed_before(self.clauses, index, clause, first) + [
                one for group in others for one in group
            ]
        count = int(read_number(match["n"] or match["n2"] or "") or MANY)
        return Been(tuple(names), match.start(name), max(0, count - len(names)))

    def _corrected(self, index: int, clause: Clause) -> Been | None:
        """应该是张大海, after a claim that has been taken back; 去的不是老张家，是老李家."""
        before = self.clauses[index - 1].text if index and clause.before != "hard" else ""
        if clause.mentions and self._denied_visit(index):
            return Been(tuple(clause.mentions), 0)
        if clause.mentions and words.DENIED_HALF.search(before + clause.text):
            return Been(tuple(clause.mentions), 0)
        if clause.mentions and words.SLIPPED.search(
            before + clause.text[: clause.at(clause.mentions[0].start)]
        ):
            return Been(tuple(clause.mentions), 0)
        if (
            not self.wrong
            or not clause.mentions
            or words.DENIED.search(clause.text[: clause.at(clause.mentions[0].start)])
        ):
            return None
        head = clause.text[: clause.at(clause.mentions[0].start)]
        claimed = any(_claims_visit(one) for one in self.clauses[max(0, index - 3) : index])
        if claimed and words.TRULY.search(head):
            return Been(tuple(clause.mentions), 0)
        return None

    def _denied_visit(self, index: int) -> bool:
        """不是去的张大海家，是…: the denied half, unreadable by now, told of a visit."""
        clause = self.clauses[index - 1] if index else None
        if clause is None or not words.DENIED_WHOLE.search(clause.text):
            return False
        head = self.clauses[index].text[:3]
        own = self.scene.own[clause.start : clause.end]
        return head.startswith(("是", "而是")) and bool(words.WENT.search(own))

    def _bare(self, index: int, clause: Clause) -> Been | None:
        """上午张桂兰家: a part of the day and a home, and nothing else."""
        if not clause.mentions or clause in self.planned:
            return None
        first = clause.at(clause.mentions[0].start)
        dated = not first and clause.before == "space" and only_day(self.clauses[index - 1])
        alone = dated or re.fullmatch(r"[·\s]*·\s*", undated(clause)[:first])
        homes = clause.text[first:].strip()
        covered = sum(one.end - one.start for one in clause.mentions)
        names_only = len(homes) <= covered + len(clause.mentions)
        found = bool(alone) and names_only and homes.endswith(("家", "户"))
        return Been(tuple(clause.mentions), 0) if found else None

    def _alone(self, index: int, clause: Clause) -> Been | None:
        """昨天去看过, 去她家坐了坐: of the household named just before."""
        near = self.clauses[max(0, index - NEAR) : index + 2]
        if not any(one.mentions for one in near):
            return None  # nobody it could be about
        if phoned(clause) or words.COMES.search(clause.text):
            return None
        pronoun = verbs.PRONOUN.search(clause.text)
        if (
            pronoun
            and not verbs.NOT_THERE.search(clause.text[pronoun.end() :])
            and (verbs.HOUSE.search(pronoun[0]) or verbs.LOOKED.fullmatch(pronoun["verb"]))
            and not re.search(
                r"^(?:去|到|上)(?:县|镇|市|医|卫|信用|银行|社保|民政|派出|窗口)",
                clause.text[pronoun.end() :],
            )
            and not verbs.SEES.search(clause.text[: pronoun.end()])
        ):
            return self._of_topic(index, clause, pronoun.start("verb"), pronoun.end())
        if clause.mentions:
            return None
        called = words.CALLED.search(clause.text)
        if called and (called["in"] or re.search("[了过]", clause.text[called.end() - 1 :])):
            return self._of_topic(index, clause, called.end(), called.end())
        if words.ERRANDS.search(clause.text):
            return None
        match = verbs.ALONE.search(timeless(clause))
        if not match and (carried := verbs.CARRIED.search(clause.text)):
            return self._of_topic(index, clause, *carried.span("verb"))
        if not match or (
            verbs.BARE_DEED.search(match["verb"]) and not words.ALL_OF_THEM.search(clause.text)
        ):
            return None
        rest = match["rest"].strip()
        rushed = re.match("[赶跑]过去", match["verb"])
        if (words.ELSEWHERE.match(rest) and not rushed) or words.CLOSED.search(rest):
            return None
        return self._of_topic(index, clause, match.start("verb"), match.end("verb"))

    def _of_topic(self, index: int, clause: Clause, start: int, end: int) -> Been | None:
        if not self.judge.did(index, start, end) or of_actor(self.clauses, index, clause, end):
            return None
        own = [one for one in clause.mentions if clause.at(one.end) <= start]
        between = clause.text[clause.at(own[-1].start) : start] if own else ""
        beside = own and re.search(
            "[跟和与同陪找带帮给]$", clause.text[: clause.at(own[-1].start)]
        )
        if own and not beside and not re.search("我|咱|家|屋|户", between):
            return None  # 高玉兰她闺女回来看她
        meant = own[-1:] or topic(self.clauses, index, clause) or self._met_there(index)
        return Been(tuple(meant), start) if meant else None

    def _met_there(self, index: int) -> list[Mention]:
        """上坡去了一趟，焦来顺两口子都在: who was found there is named behind."""
        after = self.clauses[index + 1] if index + 1 < len(self.clauses) else None
        if after is None or after.before == "hard" or not after.mentions:
            return []
        first = after.mentions[0]
        here = words.AT_IN.search(after.text[after.at(first.end) :])
        return [first] if here and leads(after.text[: after.at(first.start)]) else []

    def _at_place(self, index: int, clause: Clause) -> Been | None:
        """把五组转了一圈: a visit to a hamlet, its households named afterwards."""
        match = words.HAMLET.search(clause.text)
        if not match or phoned(clause):
            return None
        place = match["place"] or match["place2"] or ""
        if (place and words.NO_HAMLET.search(place)) or (
            match["verb"] in {"在", "搁"} and not re.search("走|访|转|查|摸", match["tail"])
        ):
            return None
        behind = clause.text[match.end("place") :] if match["place"] else ""
        if re.match(
            r"(?:长|干部|书记|的?路|那段|那截|的?[水电桥渠]|支书|主任|开会|部|委)", behind
        ):
            return None
        if re.search(
            r"\d$|[一二三四五六七八九十]$", clause.text[: match.start()]
        ) or not self.judge.did(index, *match.span()):
            return None
        return Been(tuple(clause.mentions), match.start(), MANY)

    def _named_next(self, index: int, clause: Clause) -> Been | None:
        """爬到最高头那家，蒋大发: the house first, then whose it is."""
        after = self.clauses[index + 1] if index + 1 < len(self.clauses) else None
        if clause.mentions or after is None or after.before != "soft" or not after.mentions:
            return None
        to = verbs.TO_HOUSE.search(clause.text) or words.STATION.search(clause.text)
        head = after.text[: after.at(after.mentions[0].start)]
        if not to or head not in {"", "是", "就是"} or not self.judge.did(index, *to.span()):
            return None
        return Been(tuple(groups(after)[0]), to.start())

    def _traced(self, index: int, clause: Clause) -> Been | None:
        """我尝了一口, 掏出来给我看: a sign of having been with the household spoken of."""
        trace = trace_of(clause)
        if trace is None or phoned(clause) or words.COMES.search(clause.text):
            return None
        before = self.clauses[index - 1] if index and clause.before != "hard" else clause
        if ON_ROAD.search(before.text):
            return None
        start, end, doer = trace
        if not self.judge.did(index, start, end, doer):
            return None
        own = [one for one in clause.mentions if clause.at(one.end) <= end]
        meant = own[-1:] or topic(self.clauses, index, clause) or self._led_behind(index)
        return Been(tuple(meant), start) if meant else None

    def _led_behind(self, index: int) -> list[Mention]:
        """她把床让给我坐。高玉兰的腊八豆…: whom the next clauses name first."""
        for later in self.clauses[index + 1 : index + 3]:
            if later.mentions:
                first = later.mentions[0]
                return [first] if leads(later.text[: later.at(first.start)]) else []
        return []

    def _claimed(self, index: int, clause: Clause) -> bool:
        """A claim of an earlier message that is taken back: 刚才说走访的是张大山，错了."""
        before = self.clauses[index - 1].text if index and clause.before == "cue" else ""
        if not self.wrong or not _claims_visit(clause, before):
            return False
        near = self.clauses[max(0, index - 1) : index + 4]
        return any(words.WRONG.search(one.text) or one.has("plan.retract") for one in near)

    def out(self, index: int, clause: Clause) -> bool:
        """Whether one was about in the village, the houses named in the clause behind."""
        after = self.clauses[index + 1 : index + 2]
        if clause.mentions or not after or not is_names(after[0]):
            return False
        match = words.OUT.search(clause.text)
        return match is not None and self.judge.did(index, *match.span())

    def shut(self, index: int) -> bool:
        """Whether the household of a clause was found closed, by it or those behind it."""
        clause = self.clauses[index]
        if clause.mentions and words.CLOSED.search(
            clause.text[clause.at(clause.mentions[-1].end) :]
        ):
            return True
        for later in self.clauses[index + 1 : index + 3]:
            if later.before == "hard" or later.mentions:
                return False
            if words.CLOSED.search(later.text.strip()):
                return True
        return False


def _claims_visit(clause: Clause, before: str = "") -> bool:
    """刚才报的走访…: what an earlier message said; the claim may stand in the words before."""
    claim = words.CLAIM.search(before + clause.text)
    if claim is None or words.COMES.search(before + clause.text):
        return False
    return bool(
        clause.mentions
        or re.search(rf"{verbs.NAMED}|去|看|到|走", (before + clause.text)[claim.end() :])
    )
