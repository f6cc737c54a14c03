"""What makes a clause tell of one's own study: its words, its length, what was read."""

import re

from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.deeds import Tense, by_them
from ledger.reading.scene import Scene, negated
from ledger.reading.study_lengths import lengths, timed
from ledger.reading.study_signs import is_taught, learned
from ledger.reading.turns import after_others
from ledger.reading.visit_names import timeless

Spot = tuple[int, int]
NEXT = 4  # clauses ahead in which what was read may be named
HOME = ("家", "户", "屋", "那")  # behind the name of a household that is a place
FAR = 8  # clauses back in which whom they are about is looked for


class Evidence:
    """One message searched for study; `any` once there is some, `open` while it is told."""

    def __init__(self, scene: Scene, tense: Tense) -> None:
        self.scene = scene
        self.clauses = scene.clauses
        self.tense = tense
        self.planned = self.tense.planned
        self.long = any(
            one.durations or words.UNKNOWN_LENGTH.search(one.text) for one in self.clauses
        )
        self.any = False
        self.open = False

    def spot(self, index: int, clause: Clause) -> Spot | None:
        """Where this clause says that one has studied."""
        barred = [one.span() for one in words.NOT_STUDY.finditer(clause.text)]
        if not timed(self.clauses, index, clause):
            barred += [one.span() for one in words.STUDY_THING.finditer(clause.text)]
        for start, end in [
            *self._sure(index, clause),
            *self._loose(index, clause),
            *self._talk(index, clause),
            *(clause.hits("study.words") if lengths(clause) else []),
        ]:
            if any(first < end and start < last for first, last in barred):
                continue
            if self._did(index, start, end):
                return start, end
        return self._card(index, clause) or self._weighed(index)

    def _weighed(self, index: int) -> Spot | None:
        """啃, 捋, 消化 and whatever else people call it, by its length and subject."""
        spot = None if self.open or not self.long else learned(self.clauses, index)
        return spot if spot and self._did(index, *spot) else None

    def _did(self, index: int, start: int, end: int) -> bool:
        clause = self.clauses[index]
        before = self.clauses[index - 1] if index and clause.before == "cue" else None
        if before and before.mentions and before.mentions[-1].end >= before.end:
            return False  # 老赵 | 昨天学了三个小时
        alone = clause.before == "hard" and words.ALONE.search(clause.text[:end])
        others = not alone and after_others(
            self.clauses[max(0, index - FAR) : index + 1], clause
        )
        if others or self._sent(index) or words.OTHER_LEARNER.search(clause.text[:start]):
            return False
        if self._by_villager(index, start):
            return False
        if re.search(r"(?:是|算)[^我咱，,。]{1,4}的$", clause.text[end:]):
            return False  # 那个90分钟的学习是小何的
        return (
            not negated(clause, start, end)
            and (
                is_taught(clause, start)
                or words.TOGETHER.search(clause.text[:start])
                or not by_them(self.scene, index, start)
            )
            and self.tense.is_done(index, start, end)
        )

    def _by_villager(self, index: int, start: int) -> bool:
        """老何昨天在村部学用手机，学了一个钟头: the household named first has learned."""
        clause = self.clauses[index]
        before = self.clauses[index - 1] if index and clause.before != "hard" else clause
        for one in (clause, before):
            if not one.mentions or words.OWN.search(one.text):
                continue
            name = one.mentions[0]
            head, tail = timeless(one)[: one.at(name.start)], one.text[one.at(name.end) :]
            learns = (
                start > one.at(name.end) if one is clause else words.THEY_LEARN.search(tail)
            )
            if learns and not head.strip("· ") and not tail.startswith(HOME):
                return True
        return False

    def _sent(self, index: int) -> bool:
        """让小张去的，学了半天; 我老婆天天看书: who was sent, or is of the family, has learned."""
        clause = self.clauses[index]
        if words.MY_KIN.search(clause.text):
            return True
        before = self.clauses[index - 1] if index and clause.before != "hard" else None
        sent = before is not None and (
            words.SENT.search(before.text) or words.MY_KIN.search(before.text)
        )
        return bool(sent) and not re.search("我|咱|自己|本人", clause.text)

    def _sure(self, index: int, clause: Clause) -> list[Spot]:
        """学习, 自学, 闭卷: study by itself; beside a household only with its length."""
        if clause.mentions and not timed(self.clauses, index, clause):
            return []
        found = [one.span() for one in words.STRONG.finditer(clause.text)]
        if words.TEST.search(clause.text) and not timed(self.clauses, index, clause):
            return found if re.search(r"了|(?<!不)过|\d分", clause.text) else []
        return found

    def _loose(self, index: int, clause: Clause) -> list[Spot]:
        """学了40分钟, 看了半小时文件, 啃条例: with its length, or with what was read."""
        loose = list(words.LOOSE.finditer(clause.text))
        long = bool(loose) and timed(self.clauses, index, clause)
        if not loose or (clause.mentions and not long) or words.AT_MEETING.search(clause.text):
            return []
        if clause.mentions and words.PAPERS.search(clause.text):
            return []  # 高玉兰家的资料我看了一下午
        near = self._subject_near(index) or words.A_BOOK.search(clause.text)
        named = near or words.SUBJECT.search(clause.text) or words.BOOK.search(clause.text)
        booked = words.BOOK.search(clause.text)
        found = []
        for one in loose:
            learns = one[0].endswith("学")
            read = re.match(r"[了完过]", clause.text[one.end() :]) and words.FILES.search(
                clause.text[one.end() :]
            )
            if (
                (long and (learns or named))
                or booked
                or (one[0] in "看读翻啃" and self._book(index, clause))
                or (read and (learns or one[0] in "读看"))
            ):
                found.append(one.span())
        return found

    def _subject_near(self, index: int) -> bool:
        """Whether the clause before or after names what was read."""
        near = self.clauses[max(0, index - 1) : index] + self.clauses[index + 1 : index + 2]
        near += [
            one
            for one in self.clauses[index + 2 : index + NEXT]
            if words.BACK_ON.search(one.text) and one.sentence == self.clauses[index].sentence
        ]
        return any(_names_subject(one) for one in near)

    def _book(self, index: int, clause: Clause) -> bool:
        """翻了会儿书, and what about is told in its sentence."""
        after = self.clauses[index + 1 : index + NEXT]
        return bool(words.A_BOOK.search(clause.text) and "了" in clause.text) and any(
            _names_subject(one) and one.sentence == clause.sentence for one in after
        )

    def _talk(self, index: int, clause: Clause) -> list[Spot]:
        """讨论, 交流 among ourselves, with its length."""
        if (
            clause.mentions
            or words.FOLK.search(clause.text)
            or not timed(self.clauses, index, clause)
        ):
            return []
        ours = (
            words.TEAM.search(clause.text)
            or words.SUBJECT.search(clause.text)
            or self.any
            or self._subject_near(index)
        )
        if not ours:
            return []
        found = [one.span() for one in words.TALK.finditer(clause.text)]
        return found or self._chat(index, clause)

    def _chat(self, index: int, clause: Clause) -> list[Spot]:
        """和小鲁聊两项补贴咋落实: to chat is study where its subject is one."""
        chat = words.CHAT.search(clause.text)
        named = words.SUBJECT.search(clause.text) or words.BOOK.search(clause.text)
        return [chat.span()] if chat and (named or self._subject_near(index)) else []

    def _card(self, index: int, clause: Clause) -> Spot | None:
        """📚 1h 一号文件 打卡: a length beside a card and a subject, and no word of duty."""
        if self.open or not lengths(clause) or words.OFF.search(clause.text) or clause.mentions:
            return None
        near = [
            one
            for one in self.clauses[max(0, index - 2) : index + 3]
            if one.sentence == clause.sentence
        ]
        text = " ".join(one.text for one in near)
        card = (
            words.CARD.search(text)
            and words.SUBJECT.search(text)
            and not words.DUTY.search(text)
        )
        return (0, 0) if card and clause not in self.planned else None


def _names_subject(clause: Clause) -> bool:
    """Whether it names something that is studied, and no household."""
    named = words.SUBJECT.search(clause.text) or words.BOOK.search(clause.text)
    return bool(named) and not clause.mentions
