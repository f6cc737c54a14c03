"""Visits: somebody was there. Plans, wishes, calls, closed doors and others' visits are none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ledger.mentions import Mention
from ledger.numerals import read_number
from ledger.reading import visit_words as words
from ledger.reading.clauses import Clause
from ledger.reading.deeds import Tense, day_at
from ledger.reading.said import VisitSaid, Who
from ledger.reading.scene import Scene, same, who
from ledger.reading.visit_evidence import MANY, Been, Evidence
from ledger.reading.visit_judge import phoned
from ledger.reading.visit_names import (
    groups,
    is_absent,
    is_days_names,
    is_names,
    leads,
    only_day,
    undated,
)

__all__ = ["heads_of", "read_visits", "refuses_visits", "same"]

WHO_CAME = re.compile(
    r"(?:[来到]|到场|到会|参加)的?(?:人)?(?:有|是)$|[来到]的$"
)  # 到的有冯水生


@dataclass
class _Round:
    """A round of visits just told of: its day, and how many households it may still name."""

    day: tuple[date, date | None]
    more: int
    listed: bool = False  # only bare names may follow
    meeting: bool = False  # those who came were met


def read_visits(scene: Scene, tense: Tense) -> list[VisitSaid]:
    """Every visit, one for each day, with all its households in order."""
    return _Reader(scene, tense).read()


def refuses_visits(scene: Scene, heart: Clause) -> bool:
    """Whether it tells of visits that are none: others' ones, plans, 没去, a closed door.

    `heart`: the clause that reads most like a visit.
    """
    if any(
        words.NOT_THERE.search(one.text) or words.FAR.search(one.text) for one in scene.clauses
    ):
        return True
    reader = _Reader(scene, Tense(scene))
    reader.read()
    evidence = reader.evidence
    if heart in evidence.planned or phoned(heart):
        return True
    named = [at for at, one in enumerate(scene.clauses) if one.mentions]
    if len(heads_of(scene)) < 2 and any(evidence.shut(at) for at in named):
        return True
    return any(_asked(scene.clauses[at]) for at in named) or any(
        scene.clauses[at].mentions or words.COUNT.search(scene.clauses[at].text)
        for at in evidence.judge.refused
    )


def heads_of(scene: Scene) -> list[Who]:
    """Each household that heads a clause: 一、谢三娃家：…；二、温树生家：…."""
    evidence = Evidence(scene, Tense(scene))
    heads = [
        who(one.mentions[0])
        for at, one in enumerate(scene.clauses)
        if one.mentions
        and not evidence.shut(at)
        and leads(one.text[: one.at(one.mentions[0].start)])
        and not words.AWAY.search(one.text[one.at(one.mentions[0].end) :])
    ]
    return list(_joined((), heads))


class _Reader:
    """One message read for visits, clause by clause."""

    def __init__(self, scene: Scene, tense: Tense) -> None:
        self.scene = scene
        self.clauses = scene.clauses
        self.evidence = Evidence(scene, tense)
        self.found: dict[tuple[date, date | None], VisitSaid] = {}
        self.round: _Round | None = None

    def read(self) -> list[VisitSaid]:
        """The visits in the order of the message."""
        for index, clause in enumerate(self.clauses):
            if self.round and is_days_names(clause):
                self._file(clause, clause.mentions, day_at(self.scene, index, 0))
                continue
            if self._ends_round(index, clause):
                self.round = None
            if self._summed_up(index, clause):
                continue
            if _asked(clause):
                continue
            self.evidence.any = bool(self.found)
            if been := self.evidence.been(index, clause):
                self._note(index, clause, been)
            elif self.round and (listed := self._listed(index, clause)):
                self._file(clause, listed, self.round.day)
                self.round.more -= len(listed)
            elif self.round and only_day(clause):
                self.round.day = day_at(self.scene, index, len(clause.text))
            elif self.round and self.round.listed:
                self.round = None
            elif clause not in self.evidence.planned and (
                words.ROUND.search(clause.text.strip()) or self._dated_round(index, clause)
            ):
                self.round = _Round(day_at(self.scene, index, 0), MANY)
            elif self.evidence.out(index, clause):
                self.round = _Round(day_at(self.scene, index, 0), MANY, listed=True)
        self._by_form()
        self._by_rows()
        self._without_absent()
        return sorted(self.found.values(), key=lambda one: one.start)

    def _dated_round(self, index: int, clause: Clause) -> bool:
        """上周日去看的，赵明亮屋里…，罗志刚屋里…: a day and a verb, then who was visited."""
        return bool(
            clause.times and words.DATED_ROUND.fullmatch(undated(clause).strip())
        ) and self.evidence.heads(index)

    def _summed_up(self, index: int, clause: Clause) -> bool:
        """16日老李、老张；17日老王。均已入户: each day before has its own households."""
        if words.BOTH.search(undated(clause).strip()):
            return self._both(index)
        if not words.SUMMED_UP.search(clause.text.strip()):
            return False
        place = index
        while place and is_days_names(self.clauses[place - 1]):
            place -= 1
        if place == index:
            return self._all_of_list(index)
        for at in range(place, index):
            one = self.clauses[at]
            self._file(one, one.mentions, day_at(self.scene, at, 0))
        return place < index

    def _both(self, index: int) -> bool:
        """老褚的棚塌了，玉梅的娃没名额，两家都是下午去的: as many as are said, told of before."""
        clause = self.clauses[index]
        match = words.BOTH.search(undated(clause).strip())
        count = int(read_number(match["n"]) or 0) if match and match["n"] else MANY
        if clause.question or not self.evidence.judge.did(index, 0, len(clause.text)):
            return False
        heads: list[tuple[Clause, Mention]] = []
        for one in self.clauses[:index]:
            told = [other for _, other in heads]
            heads += [
                (one, group[0])
                for group in groups(one)
                if leads(one.text[: one.at(group[0].start)])
                and not any(same(who(group[0]), who(other)) for other in told)
            ] + [(one, other) for group in groups(one)[:1] for other in group[1:]]
        if len(heads) < 2 or (count != MANY and len(heads) < count):
            return False
        day = day_at(self.scene, index, len(clause.text))
        for one, mention in heads[-count:]:
            self._file(one, [mention], day)
        return True

    def _all_of_list(self, index: int) -> bool:
        """①高玉兰 正常 ②姜春生 住院 以上均为今日走访: whoever heads an item was seen."""
        if self.found or not re.match("以上|上述|这", self.clauses[index].text.strip()):
            return False
        day = day_at(self.scene, index, len(self.clauses[index].text))
        items = [one for one in self.clauses[:index] if one.mentions]
        for one in items:
            if leads(one.text[: one.at(one.mentions[0].start)]):
                self._file(one, groups(one)[0], day)
        return bool(self.found)

    def _without_absent(self) -> None:
        """去了三家：尹守田、庞立成、刘玉梅，刘玉梅家没人: who was listed, then found away."""
        away = [
            who(one.mentions[0])
            for index, one in enumerate(self.clauses)
            if len(one.mentions) == 1 and self.found and is_absent(self.clauses, index)
        ]
        for day, one in self.found.items():
            left = tuple(
                person for person in one.households if not any(same(person, it) for it in away)
            )
            self.found[day] = replace(one, households=left or one.households)

    def _by_form(self) -> None:
        """A form has its day in a box of its own: 走访时间：11月17日, before or behind the names."""
        day = self._form_day()
        if day is None or len(self.found) > 1:
            return
        if self.found:
            (old,) = self.found
            if old[0] == self.scene.base and old[1] is None:
                self.found = {day: replace(self.found[old], day=day[0], until=day[1])}
            return
        for index, clause in enumerate(self.clauses):
            if (
                clause.mentions
                and leads(clause.text[: clause.at(clause.mentions[0].start)])
                and not self.evidence.shut(index)
            ):
                self._file(clause, groups(clause)[0], day)

    def _by_rows(self) -> None:
        """11/13 陈婆婆 送药, 11/14 田秀芳 填表: rows of a day, a household and what was done."""
        rows = [
            at + 1
            for at, one in enumerate(self.clauses[:-1])
            if only_day(one)
            and one not in self.evidence.planned
            and is_names(self.clauses[at + 1])
            and self.clauses[at + 1].before == "space"
        ]
        if len(rows) < 2:
            return
        self.found = {}
        for at in rows:
            clause, after = self.clauses[at], self.clauses[at + 1 : at + 2]
            if not any(words.AWAY.search(one.text) for one in after) and not self.evidence.shut(
                at
            ):
                self._file(clause, clause.mentions, day_at(self.scene, at, 0))

    def _form_day(self) -> tuple[date, date | None] | None:
        for index, clause in enumerate(self.clauses):
            late = any(
                words.DAY_OF.search(clause.text[clause.at(one.end) :]) for one in clause.times
            )
            late = late and bool(self.found) and not clause.mentions
            if not late and not (
                self.evidence.form and words.FORM_DAY.search(clause.text.strip())
            ):
                continue
            if late:
                return day_at(self.scene, index, clause.at(clause.times[0].start))
            for place in (index, index + 1):
                if (
                    place < len(self.clauses)
                    and self.clauses[place].times
                    and self.clauses[place] not in self.evidence.planned
                ):
                    return day_at(self.scene, place, len(self.clauses[place].text))
        return None

    def _listed(self, index: int, clause: Clause) -> list[Mention]:
        """The households an item of a list begins with: 赵家房顶漏, 一是冯水生户要求…"""
        if not clause.mentions or self.round is None or self.round.more <= 0:
            return []
        first = clause.mentions[0]
        head = clause.text[: clause.at(first.start)]
        if self.round.meeting:
            tail = clause.text[clause.at(clause.mentions[-1].end) :]
            came = words.ATTENDED.search(tail) or WHO_CAME.search(head)
            return list(clause.mentions) if came else []
        if self._names_at_end(clause):
            return groups(clause)[-1]
        if (
            not leads(head)
            or phoned(clause)
            or words.COMES.search(clause.text)
            or clause.has("promise.words")
        ):
            return []
        at = clause.at(first.start)
        if not self.evidence.tense.is_done(index, at, at):
            return []
        if self.evidence.shut(index) or words.AWAY.search(clause.text[clause.at(first.end) :]):
            return []
        if self.round.listed and not is_names(clause):
            return []
        return [] if self._told_elsewhere(first) else groups(clause)[0]

    def _names_at_end(self, clause: Clause) -> bool:
        """跑了三户，都是帮着量地的——田秀芳、杜守义: the names stand last, in one group."""
        many = groups(clause)
        first, last = clause.at(many[0][0].start), clause.at(many[-1][-1].end)
        rest = clause.text[last:].strip("家户 ")
        return len(many) == 1 < len(many[0]) and not rest and clause.text[:first].endswith("-")

    def _told_elsewhere(self, mention: Mention) -> bool:
        """Whether a household belongs to the visit of another day already."""
        told = [
            one
            for day, said in self.found.items()
            if not self.round or day != self.round.day
            for one in said.households
        ]
        return any(same(who(mention), one) for one in told)

    def _ends_round(self, index: int, clause: Clause) -> bool:
        if self.round is None:
            return False
        if clause.before == "hard" and words.DAYTIME.search(clause.text):
            return True
        if clause.has("study.words", "leave.words"):
            return True
        first = min((one.start for one in clause.mentions), default=clause.end)
        early = [one for one in clause.times if one.names_day and one.start < first]
        return bool(early) and clause.before in {"hard", "cue"}

    def _note(self, index: int, clause: Clause, been: Been) -> None:
        mentions = been.mentions
        if (
            self.evidence.shut(index)
            and mentions
            and not (self.found and words.ALSO_WENT.search(clause.text))
        ):
            mentions = mentions[:-1] if len(mentions) > 1 else ()
            if not mentions:
                return
        if not mentions and words.ALL_CLOSED.search(clause.text):
            return
        day = day_at(self.scene, index, been.at)
        later = self.clauses[index + 1 : index + 2]
        if not mentions and later and is_days_names(later[0]):
            self.round = _Round(day, MANY)
            return
        days = self._each_day(clause, been.at) or [day]
        if dated := self._days_between(index, clause, mentions):
            for mention, one in zip(mentions, dated, strict=True):
                self._file(clause, [mention], one)
            return
        apart = len(days) == len(mentions) > 1 and "分别" in clause.text
        for place, one in enumerate(days):
            self._file(clause, mentions[place : place + 1] if apart else mentions, one)
        meeting = bool(words.YARD.search(clause.text))
        listed = been.listed and not meeting
        self.round = _Round(day, been.more, listed, meeting) if been.more else None

    def _days_between(
        self, index: int, clause: Clause, mentions: Iterable[Mention]
    ) -> list[tuple[date, date | None]]:
        """18号去的老曾、19号去的龚奶奶: a day before each household."""
        marks = [(one.start, True) for one in clause.times if one.names_day]
        marks += [(one.start, False) for one in mentions]
        turns = [is_day for _, is_day in sorted(marks)]
        if len(turns) < 4 or turns != [True, False] * (len(turns) // 2):
            return []
        return [day_at(self.scene, index, clause.at(one.start)) for one in mentions]

    def _each_day(self, clause: Clause, at: int) -> list[tuple[date, date | None]]:
        """周一、周三各去一回: several days before the verb, each with its visit."""
        early = [one for one in clause.times if one.names_day and clause.at(one.end) <= at]
        if len(early) < 2 or not words.EACH_DAY.search(
            clause.text[clause.at(early[-1].end) : at + 4]
        ):
            return []
        spans = [self.scene.span(one, "back") for one in early]
        return [
            (one.first, None)
            for one in spans
            if one and one.kind == "point" and one.first <= self.scene.base
        ]

    def _file(
        self, clause: Clause, mentions: Iterable[Mention], day: tuple[date, date | None]
    ) -> None:
        people = [who(one) for one in mentions]
        text = self.scene.words(clause)
        if day not in self.found:
            first, last = day
            self.found[day] = VisitSaid(
                start=clause.start,
                text=text,
                day=first,
                until=last,
                households=_joined((), people),
            )
            return
        one = self.found[day]
        self.found[day] = replace(
            one, households=_joined(one.households, people), text=f"{one.text}，{text}"
        )


def _asked(clause: Clause) -> bool:
    return clause.question or bool(words.QUESTION.search(clause.text))


def _joined(kept: tuple[Who, ...], people: list[Who]) -> tuple[Who, ...]:
    """Each household once, in order; 老张 after 张大山 is the same household."""
    found = list(kept)
    for one in people:
        if not any(same(one, other) for other in found):
            found.append(one)
    return tuple(found)
