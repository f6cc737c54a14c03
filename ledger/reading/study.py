"""One's own study: how long, what, alone or in exchange. Spans of one day and mode are added."""

import re
from datetime import date

from ledger.durations import find_durations
from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.deeds import SHORT, Tense, by_them, dated_before, day_at
from ledger.reading.said import StudySaid
from ledger.reading.scene import Scene
from ledger.reading.study_days import days_of, ends_with_day, is_day_alone
from ledger.reading.study_evidence import Evidence, Spot
from ledger.reading.study_lengths import (
    bare_minutes,
    bare_words,
    boxed,
    lengths,
    minutes_of,
    multiply,
    of_it,
    only_lengths,
    only_times,
)
from ledger.reading.study_parts import Part, anew, apart, heads, merged, silence
from ledger.reading.study_refused import refused, taken_back
from ledger.reading.study_settled import GOES_ON, settle
from ledger.reading.study_signs import other_work
from ledger.reading.topics import is_subject, plain_topic, topic_of

NEAR = 4  # clauses back in which a length may be told that 算学习 speaks of
ONLY_LONG = re.compile(r"(?:每.|共|用时)?\W*")  # beside a length
MOST_BEFORE = 6  # lengths told before what was studied


def read_study(scene: Scene, tense: Tense) -> list[StudySaid]:
    """Every study of the sender in a message, one for each day and mode."""
    return _Reader(scene, tense).read()


class _Reader:
    """One message read for study, clause by clause."""

    def __init__(self, scene: Scene, tense: Tense) -> None:
        self.scene = scene
        self.clauses = scene.clauses
        multiply(self.clauses)
        settle(self.clauses, scene.plain)
        self.evidence = Evidence(scene, tense)
        self.parts: list[Part] = []
        self.open: Part | None = None
        self.stale = False  # something else was said since
        self.wrong = any(
            one.has("plan.retract") or words.WRONG.search(one.text) for one in self.clauses
        )
        # day of a claim that is taken back
        self.claim: date | None = scene.base if only_lengths(self.clauses) else None

    def read(self) -> list[StudySaid]:
        """The studies in the order of the message."""
        for index, clause in enumerate(self.clauses):
            if refused(self.clauses, index) or taken_back(clause):
                self._drop(clause)
            elif words.LABEL.match(clause.text.strip()):
                self._box(index, clause)
            elif self._mode(clause):
                continue
            elif self._claimed(index, clause):
                self._take_back(index, clause)
            elif self._counts_as(index, clause):
                continue
            elif self.open and of_it(clause, lasting=bool(self.open.minutes)):
                self._go_on(index, clause)
            elif self.open and self._told_again(clause, self.open):
                clause.taken = True
            elif spot := self._found(index, clause):
                self._begin(index, clause, spot)
            elif self.open:
                self._go_on(index, clause)
            elif self.claim and lengths(clause) and words.TRULY.search(clause.text):
                self._correct(index, clause)
        return self._merged()

    def _found(self, index: int, clause: Clause) -> Spot | None:
        """Where study is told, in view of what was told before."""
        self.evidence.any, self.evidence.open = bool(self.parts), self.open is not None
        return self.evidence.spot(index, clause)

    def _box(self, index: int, clause: Clause) -> None:
        """The boxes of a form of study: 学习时长：45分钟；学习内容：…"""
        own = clause.text.strip().startswith(("学习", "自学"))
        if own and not self.parts and clause not in self.evidence.planned:
            day = day_at(self.scene, index, len(clause.text))[0]
            self._add(Part(clause, self.scene.words(clause), day, None, False))
        elif self.parts:
            self.open = self.parts[-1]

    def _told_again(self, clause: Clause, part: Part) -> bool:
        """The same stretch by the clock: 看了五十分钟，从2点10分看到3点整."""
        by_clock = clause.text.strip().startswith(("从", "由", "自"))
        minutes = minutes_of(clause) if by_clock and clause.before != "hard" else None
        if minutes and words.VAGUE.search(part.clause.text):
            part.minutes = minutes
        return bool(minutes) and minutes == part.minutes

    def _mode(self, clause: Clause) -> bool:
        """学习方式：自学 in a form that has been begun."""
        if (
            not self.parts
            or not words.MODE.match(clause.text.strip())
            or clause.before != "soft"
        ):
            return False
        if self._exchange(clause):
            self.parts[-1].exchange = True
        return True

    def _drop(self, clause: Clause) -> None:
        """Leave what is open; 压根没学, 不算学习 behind it takes it back."""
        never = words.NEVER.search(clause.text) or taken_back(clause)
        if self.open is not None and self.open in self.parts and never:
            self.parts.remove(self.open)
        self.open = None

    def _claimed(self, index: int, clause: Clause) -> bool:
        """A length told before that is taken back: 早上报的65分钟是全队加一块的."""
        if not self.wrong or not words.CLAIM.search(clause.text):
            return False
        if not (clause.durations or words.STRONG.search(clause.text)):
            return False
        near = self.clauses[max(0, index - 1) : index + 3]
        return any(words.WRONG.search(one.text) for one in near)

    def _begin(self, index: int, clause: Clause, spot: Spot) -> None:
        """A new stretch, with a length that stands before it and a topic named before it."""
        minutes = minutes_of(clause)
        if minutes is None and words.STRONG.search(clause.text[slice(*spot)]):
            minutes = bare_minutes(self.clauses, index, spot[1])
        before = self.clauses[index - 1] if index and clause.before != "hard" else None
        leading = (before and only_times(before)) or words.MARKED.match(clause.text.strip())
        if minutes is None and index and leading:
            minutes = self._earlier(index - 1, clause)
        topic = topic_of(self.scene, clause, spot)
        if not topic and before and not before.taken and words.SUBJECT.search(before.text):
            topic = plain_topic(self.scene, before)
        test = bool(words.TEST.search(clause.text)) and not words.BOOK.search(clause.text)
        topics = [topic] if topic and not test else []
        clause.taken = True
        text = self.scene.words(clause)
        if minutes == 0:
            return  # 昨天一刻钟，今天三刻钟，看的都是…: each has been noted with its day
        for day in days_of(self.scene, index, clause, spot):
            if both := apart(clause):
                self._add(Part(clause, text, day, both[0], False, list(topics)))
                self._add(Part(clause, text, day, both[1], True))
                continue
            exchange = self._exchange(clause)
            self._add(Part(clause, text, day, minutes, exchange, list(topics), test))

    def _earlier(self, index: int, clause: Clause) -> int | None:
        """The lengths told before what was studied: 昨天25分钟 今天35分钟 都是学土地法.

        Those without days of their own are added up; those with days are noted each for
        itself, and 0 is left for the clause.
        """
        first = index
        all_of_it = words.BACK_ON.search(clause.text)
        while first >= 0 and index - first < MOST_BEFORE:
            one = self.clauses[first]
            told = all_of_it and lengths(one) and not (one.taken or one.mentions)
            if not (only_times(one) or told):
                break
            if first < index and self.clauses[first + 1].before == "hard":
                break
            first -= 1
        found = self.clauses[first + 1 : index + 1]
        if not found:
            return None
        dated = [any(phrase.names_day for phrase in one.times) for one in found]
        for one in found:
            one.taken = True
        if len(found) == 1 or not dated[0]:
            return sum(minutes_of(one) or 0 for one in found) or None
        topic = plain_topic(self.scene, clause)
        for place, one in enumerate(found, first + 1):
            day = day_at(self.scene, place, len(one.text))[0]
            text = self.scene.words(one)
            part = Part(one, text, day, minutes_of(one), self._exchange(clause))
            part.topics = [topic] if topic else []
            self._add(part)
        return 0

    def _counts_as(self, index: int, clause: Clause) -> bool:
        """算昨天的交流学习: says of what was told before in which mode and on which day."""
        if not words.COUNTS_AS.match(clause.text.strip()) or not index:
            return False
        if self.open is None:
            near = self.clauses[max(0, index - NEAR) : index]
            long = [one for one in near if one.sentence == clause.sentence and lengths(one)]
            if not long or long[-1].taken:
                return bool(self.parts)
            day = day_at(self.scene, self.scene.place(long[-1]), len(long[-1].text))[0]
            text = self.scene.words(long[-1], clause)
            self._add(Part(long[-1], text, day, minutes_of(long[-1]), False))
        part = self.parts[-1]
        part.exchange = part.exchange or self._exchange(clause)
        if any(one.names_day for one in clause.times):
            part.day = day_at(self.scene, index, len(clause.text))[0]
        clause.taken = True
        return True

    def _exchange(self, clause: Clause) -> bool:
        before = self.clauses[max(0, self.scene.place(clause) - 1)].text.strip()
        return bool(
            words.EXCHANGE.search(clause.text)
            or words.TALKED_OVER.search(clause.text)
            or words.HEADED_TALK.match(before)
        )

    def _add(self, part: Part) -> None:
        self.parts.append(part)
        self.open, self.stale = part, False

    def _go_on(self, index: int, clause: Clause) -> None:
        """A length, a topic or an exchange that belongs to the study before it."""
        part = self.open
        if part is not None and words.ABSENT.search(clause.text) and clause.before != "hard":
            if part.minutes and words.EXCHANGE.search(clause.text):
                return  # 学了四十分钟，未参加讨论
            self.parts.remove(part)
            part = None
        if part is None or self._ends(clause):
            self.open = None
            return
        if part.test and part.minutes and words.SCORED.search(clause.text):
            return
        short = part.minutes is None and len(clause.text.strip()) <= SHORT
        if clause.times and (
            short or is_day_alone(clause) or ends_with_day(self.clauses, clause)
        ):
            day = day_at(self.scene, index, len(clause.text))[0]
            for one in self.parts if words.BACK_ON.search(clause.text) else (part,):
                one.day = day
        minutes = minutes_of(clause) or boxed(self.clauses, index)
        if not minutes and words.SILENT.search(clause.text):
            silence(part, clause)
        elif words.EXCHANGE.search(clause.text) and not words.FOLK.search(clause.text):
            self._with_exchange(part, clause, minutes)
        elif minutes:
            self._more(index, clause, part, minutes)
        elif not self._topical(clause, part):
            told = len(clause.text.strip()) > 4 and not words.LENGTH.search(clause.text)
            self.stale = self.stale or told

    def _ends(self, clause: Clause) -> bool:
        """Whether the talk has turned to something else."""
        talked = (
            clause.before == "soft"
            and words.WITH.search(clause.text)
            and words.TALK.search(clause.text)
        )
        if words.OTHER_LEARNS.search(clause.text):
            return True
        planned = clause in self.evidence.planned and not ONLY_LONG.fullmatch(
            bare_words(clause)
        )
        if (clause.mentions and not talked) or planned or clause.taken:
            return True
        if clause.before == "hard":
            lengthy = lengths(clause) and not words.OFF.search(clause.text)
            again = (
                clause.times
                and len(clause.text.strip()) < 9
                and re.search("的|也|还有|另", clause.text)
            )
            return (
                not lengthy
                and not again
                and not ends_with_day(self.clauses, clause)
                and not self._headed(clause)
                and not words.MARKED.match(clause.text.strip())
                and not words.MODE.match(clause.text.strip())
            )
        waits = self.open is not None and self.open.minutes is None and clause.before == "soft"
        if clause.has("visit.words") and not _is_shared(clause):
            return True
        return clause.has("leave.words", "leave.back", "promise.words") or bool(
            clause.has("leave.here") and not waits and not words.OF_POST.search(clause.text)
        )

    def _headed(self, clause: Clause) -> bool:
        place = self.scene.place(clause)
        return self.open is not None and heads(self.open, self.clauses[place : place + 2])

    def _with_exchange(self, part: Part, clause: Clause, minutes: int | None) -> None:
        clause.taken = True
        if minutes is None and words.PART.search(clause.text):
            minutes = sum(one.minutes or 0 for one in find_durations(clause.text)) or None
        if minutes is None or (part.minutes is None and clause.before == "soft"):
            part.exchange, part.minutes = True, part.minutes or minutes
            self._topical(clause, part)
            return
        if words.PART.search(clause.text) and part.minutes and part.minutes > minutes:
            part.minutes -= minutes
        self._add(Part(clause, self.scene.words(clause), part.day, minutes, True))

    def _more(self, index: int, clause: Clause, part: Part, minutes: int) -> None:
        """A length behind: of the study told, or of another time."""
        rested = words.BREAK.search(clause.text) and not GOES_ON.search(clause.text)
        if rested and part.minutes and part.minutes > minutes:
            part.minutes -= minutes
            return
        place = clause.at(clause.durations[0].start) if clause.durations else 0
        other = part.minutes and other_work(clause)
        if other or words.OFF.search(clause.text) or by_them(self.scene, index, place):
            self.open = None
            return
        clause.taken = True
        topics = [one for one in [plain_topic(self.scene, clause)] if one]
        if part.minutes is None or words.EXACTLY.search(clause.text):
            each = part.minutes is None and words.EACH.search(clause.text)
            for one in self.parts if each else (part,):
                if one is part or (one.clause is part.clause and one.minutes is None):
                    one.minutes, one.topics = minutes, one.topics or topics
            return
        if re.search(r"^\s*(?:共|合计|总|一共)", clause.text) or not anew(
            self.scene, clause, part, minutes
        ):
            return
        dated = any(one.names_day for one in clause.times) or dated_before(self.scene, index)
        day = day_at(self.scene, index, 0)[0] if dated else part.day
        mode = words.TALKED_OVER.search(clause.text) or part.exchange
        exchange = bool(mode) and not words.ALONE.search(clause.text)
        self._add(Part(clause, self.scene.words(clause), day, minutes, exchange, topics))

    def _topical(self, clause: Clause, part: Part) -> bool:
        """A topic that follows its study; 都是 gives it to all."""
        marked = words.MARKED.search(clause.text) or "《" in clause.text
        topic = plain_topic(self.scene, clause)
        if (
            not topic
            or (self.stale and not marked)
            or (part.exchange and words.TALK.search(topic))
        ):
            return False
        if part.test and not words.SUBJECT.search(topic):
            return False
        clause.taken = True
        twins = [one for one in self.parts if one.clause is part.clause]
        for one in self.parts if words.BACK_ON.search(clause.text) else twins:
            if not any(map(is_subject, one.topics)):
                one.topics = [topic]
        return True

    def _take_back(self, index: int, clause: Clause) -> None:
        """A claim gives way to the length said since, which the scene may have put in its place."""
        day = day_at(self.scene, index, len(clause.text))[0]
        self.open, self.claim = None, day
        moved = [
            one.minutes for one in clause.durations if one.start >= clause.end and one.minutes
        ]
        if moved and not clause.taken:
            clause.taken, self.claim = True, None
            self._add(
                Part(clause, self.scene.words(clause), day, moved[0], self._exchange(clause))
            )

    def _correct(self, index: int, clause: Clause) -> None:
        """The length that is true: 实为60分钟."""
        if self.claim is None or clause in self.evidence.planned:
            return
        clause.taken = True
        topic = plain_topic(self.scene, clause)
        day, self.claim = self.claim, None
        self._add(
            Part(
                clause,
                self.scene.words(clause),
                day,
                minutes_of(clause),
                self._exchange(clause),
                [topic] if topic else [],
            )
        )

    def _merged(self) -> list[StudySaid]:
        """One study for each day and mode, its spans added up."""
        said = merged(self.parts)
        return [
            one for one in said if one.minutes or one.topic or not words.LABEL.match(one.text)
        ]


def _is_shared(clause: Clause) -> bool:
    """跟林业站老高面对面聊的: how it was studied, whatever else its words can mean."""
    told = clause.before == "soft" and words.EXCHANGE.search(clause.text)
    return bool(told) and not (words.FOLK.search(clause.text) or words.OFF.search(clause.text))
