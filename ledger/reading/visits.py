"""Visits: somebody was there. Plans, wishes, phone calls, closed doors and others' visits are none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ledger.mentions import Mention
from ledger.numerals import read_number
from ledger.reading import visit_words as words
from ledger.reading.clauses import Clause
from ledger.reading.deeds import ahead, by_them, day_at, is_done
from ledger.reading.said import VisitSaid, Who
from ledger.reading.scene import Scene, negated, who

NEAR = 5  # clauses back in which the household of 去看了 is looked for
LEADING = 5  # characters before the name that heads an item of a list of visits
MANY = 99  # households still to be named where no count is said


@dataclass(frozen=True)
class _Been:
    """What one clause tells: households, the place of the verb, how many more may follow."""

    mentions: tuple[Mention, ...]
    at: int
    more: int = 0
    listed: bool = False  # only bare names may follow


@dataclass
class _Round:
    """A round of visits just told of: its day, and how many households it may still name."""

    day: tuple[date, date | None]
    more: int
    listed: bool = False  # only bare names may follow


def read_visits(scene: Scene) -> list[VisitSaid]:
    """Every visit, one for each day, with all its households in order."""
    return _Reader(scene).read()


class _Reader:
    """One message read for visits, clause by clause."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.clauses = scene.clauses
        self.planned = ahead(scene)
        self.found: dict[tuple[date, date | None], VisitSaid] = {}
        self.round: _Round | None = None
        self.wrong = any(one.has("plan.retract") or words.WRONG.search(one.text) for one in self.clauses)
        self.form = any(words.FORM.search(one.text) for one in self.clauses)

    def read(self) -> list[VisitSaid]:
        """The visits in the order of the message."""
        for index, clause in enumerate(self.clauses):
            if self._ends_round(index, clause):
                self.round = None
            if _asked(clause):
                continue
            if been := self._been(index, clause):
                self._note(index, clause, been)
            elif self.round and (listed := self._listed(index, clause)):
                self._file(clause, listed, self.round.day)
                self.round.more -= len(listed)
            elif self.round and self.round.listed:
                self.round = None
            elif words.ROUND.search(clause.text.strip()) and clause not in self.planned:
                self.round = _Round(day_at(self.scene, index, 0), MANY)
        self._by_form()
        return sorted(self.found.values(), key=lambda one: one.start)

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
            if clause.mentions and _leads(clause.text[: clause.at(clause.mentions[0].start)]) and not self._shut(index):
                self._file(clause, _groups(clause)[0], day)

    def _form_day(self) -> tuple[date, date | None] | None:
        for index, clause in enumerate(self.clauses):
            if not self.form or not words.FORM_DAY.search(clause.text.strip()):
                continue
            for place in (index, index + 1):
                if place < len(self.clauses) and self.clauses[place].times and self.clauses[place] not in self.planned:
                    return day_at(self.scene, place, len(self.clauses[place].text))
        return None

    # what a clause tells
    def _been(self, index: int, clause: Clause) -> _Been | None:
        """Where somebody has been, by this clause; None when it says no such thing."""
        if any(one.start >= clause.end for one in clause.mentions):
            return _Been(tuple(clause.mentions), 0)  # put there by a correction
        if self._claimed(index, clause):
            return None
        if index and self.form and words.LABEL.search(self.clauses[index - 1].text.strip()):
            if clause.mentions and clause.before == "soft":
                return _Been(tuple(clause.mentions), 0, MANY)
        ways = (self._named, self._by_word, self._counted, self._corrected, self._bare, self._alone, self._at_place)
        for way in ways[:1] if clause.taken else ways:
            if been := way(index, clause):
                return been
        return None

    def _named(self, index: int, clause: Clause) -> _Been | None:
        """A name with a verb of going before or behind it, and those listed with it."""
        reached: list[Mention] = []
        at = 0
        for group in _groups(clause):
            verb = self._toward(index, clause, group)
            if verb is None:
                continue
            at = at if reached else verb
            reached += self._listed_before(index, clause, group)
        return _Been(tuple(reached), at, MANY, listed=True) if reached else None

    def _toward(self, index: int, clause: Clause, group: list[Mention]) -> int | None:
        """The place of the verb that brings somebody to these households."""
        first, last = group[0], group[-1]
        head = clause.text[max(0, clause.at(first.start) - words.LONGEST_HEAD) : clause.at(first.start)]
        shift = clause.at(first.start) - len(head)
        tail = _timeless(clause)[clause.at(last.end) :]
        if words.MET.search(head) or words.DENIED.search(head):
            return None
        if self.found and words.NEXT_DOOR.search(head):
            return shift
        if (to := words.TO.search(head)) and not self._barred(clause, to, tail):
            start, end = shift + to.start("verb"), shift + to.end("verb")
            return start if self._did(index, start, clause.at(first.start)) else None
        if self._at_home(clause, head, last, tail):
            return shift if self._did(index, max(0, clause.at(first.start) - 2), clause.at(first.start)) else None
        if (give := words.GIVE.search(head)) and words.BROUGHT.search(tail):
            start = shift + give.start("verb")
            return start if self._did(index, start, clause.at(last.end)) else None
        return self._behind(index, clause, group, tail)

    def _barred(self, clause: Clause, to: re.Match[str], tail: str) -> bool:
        """到他家的路, 看他的材料, 陪他去医院, 电话走访: no visit."""
        if words.NOT_THERE.search(tail) or _phoned(clause):
            return True
        out = words.TAKEN_OUT.search(tail)
        return bool(out) and to["verb"] in {"陪", "送到", "拉到", "背到", "抬到", "看"}

    def _at_home(self, clause: Clause, head: str, last: Mention, tail: str) -> bool:
        """在老李家吃的饭, 从他家出来, 上他家去了: the house itself must be named."""
        if not words.AT_HOME.search(head) or words.NOT_THERE.search(tail):
            return False
        own = clause.text[clause.at(last.start) : clause.at(last.end)]
        return bool(words.HOUSE.search(own) or words.HOUSE_BEHIND.search(tail))

    def _behind(self, index: int, clause: Clause, group: list[Mention], tail: str) -> int | None:
        """老李家昨天去过了, 张大山、李有福都跑了一趟."""
        match = words.BEHIND.search(tail)
        if not match or words.BARE_DEED.search(match["verb"]) and len(group) < 2 and not match["many"]:
            return None
        last = group[-1]
        own = clause.text[clause.at(last.start) : clause.at(last.end)]
        house = words.HOUSE.search(own) or match["home"] or match["many"]
        full = len(group) > 1 or len(self._listed_before(index, clause, group)) > 1
        if not (house or full) and not re.search("访|看过|去过", match["verb"]):
            return None
        if not house and re.match(r"[^，,。]{0,3}[县镇市乡村街医学银]", match["rest"]):
            return None
        start = clause.at(last.end) + match.start("verb")
        end = clause.at(last.end) + match.end("verb")
        return start if self._did(index, start, end, clause.at(group[0].start)) else None

    def _listed_before(self, index: int, clause: Clause, group: list[Mention]) -> list[Mention]:
        """The households of a group, and those of the clauses before it that are but names."""
        found = list(group)
        if group[0] is not clause.mentions[0] or clause.at(group[0].start) > 2:
            return found
        place, how = index - 1, clause.before
        while place >= 0 and how in {"space", "soft"} and _is_names(self.clauses[place]):
            found = [*self.clauses[place].mentions, *found]
            how = self.clauses[place].before
            place -= 1
        return found

    def _by_word(self, index: int, clause: Clause) -> _Been | None:
        """走访, 入户, 院坝会 and the like with the names that follow."""
        if words.GIVE_FOLK.search(clause.text) or words.YARD.search(clause.text):
            match = words.GIVE_FOLK.search(clause.text) or words.YARD.search(clause.text)
            if match and self._did(index, *match.span()):
                return _Been(tuple(clause.mentions), match.start(), MANY)
        for start, end in clause.hits("visit.words"):
            if words.NOUN_BEHIND.search(clause.text[end:]) or clause.text[start - 1 : start] == "、":
                continue
            if _phoned(clause) or not self._did(index, start, end):
                continue
            after = [one for one in clause.mentions if clause.at(one.start) >= end]
            after = after or self._names_after(index) or list(clause.mentions)
            if not after and index + 1 < len(self.clauses) and words.NONE_SAID.search(self.clauses[index + 1].text):
                continue
            if after or self._evident(index, clause, start, end):
                return _Been(tuple(after or self._topic(index, clause)), start, MANY)
        return None

    def _evident(self, index: int, clause: Clause, start: int, end: int) -> bool:
        """Whether 入户 without a name is a deed: a day, a count, 了, or names to come."""
        told = re.search(r"[了过]", clause.text[start : end + 8]) or clause.times
        if len(clause.text.strip()) <= 4 and clause.before != "hard" and self.clauses[index - 1].mentions:
            return True
        placed = words.HAMLET.search(clause.text) or words.COUNT.search(clause.text[start:])
        return bool(told or placed or end >= len(clause.text.rstrip()) and index + 1 < len(self.clauses)
                    and (clause.before == "hard" or self.clauses[index - 1].times))

    def _names_after(self, index: int) -> list[Mention]:
        found: list[Mention] = []
        for later in self.clauses[index + 1 : index + 12]:
            if later.before == "hard" or not _is_names(later):
                break
            found += later.mentions
        return found

    def _counted(self, index: int, clause: Clause) -> _Been | None:
        """走了5户: those named afterwards belong to them."""
        match = words.COUNT.search(clause.text)
        if not match or _phoned(clause):
            return None
        name = "verb" if match["verb"] else "n2"
        if not self._did(index, match.start(name), match.end()):
            return None
        if re.search(r"还有|剩|没|每", clause.text[: match.end()]):
            return None
        names = list(clause.mentions) or self._names_before(index)
        count = int(read_number(match["n"] or match["n2"] or "") or MANY)
        return _Been(tuple(names), match.start(name), max(0, count - len(names)))

    def _names_before(self, index: int) -> list[Mention]:
        before = self.clauses[index - 1] if index and self.clauses[index].before != "hard" else None
        return list(before.mentions) if before and _is_names(before) else []

    def _corrected(self, index: int, clause: Clause) -> _Been | None:
        """应该是张大海, after a claim that has been taken back."""
        if not self.wrong or not clause.mentions or words.DENIED.search(clause.text[: clause.at(clause.mentions[0].start)]):
            return None
        head = clause.text[: clause.at(clause.mentions[0].start)]
        claimed = any(_claims_visit(one) for one in self.clauses[max(0, index - 3) : index])
        if claimed and words.TRULY.search(head):
            return _Been(tuple(clause.mentions), 0)
        return None

    def _bare(self, index: int, clause: Clause) -> _Been | None:
        """上午张桂兰家: a part of the day and a home, and nothing else."""
        if not clause.mentions or not clause.times or clause in self.planned:
            return None
        rest = clause.text[clause.at(clause.times[-1].end) :].strip()
        homes = clause.text[clause.at(clause.mentions[0].start) :].strip()
        return _Been(tuple(clause.mentions), 0) if rest == homes and homes.endswith(("家", "户")) else None

    def _alone(self, index: int, clause: Clause) -> _Been | None:
        """昨天去看过, 去她家坐了坐: of the household named just before."""
        if _phoned(clause) or words.COMES.search(clause.text):
            return None
        pronoun = words.PRONOUN.search(clause.text)
        if pronoun and not words.NOT_THERE.search(clause.text[pronoun.end() :]) and (
            words.HOUSE.search(pronoun[0]) or pronoun["verb"] not in {"去", "到", "上", "在", "进", "往"}
        ) and not re.search(r"^(?:去|到|上)(?:县|镇|市|医|卫)", clause.text[pronoun.end() :]):
            return self._of_topic(index, clause, pronoun.start("verb"), pronoun.end())
        if clause.mentions:
            return None
        match = words.ALONE.search(_timeless(clause))
        if not match or words.BARE_DEED.search(match["verb"]) and not words.ALL_OF_THEM.search(clause.text):
            return None
        rest = match["rest"].strip()
        if re.match(r"[^，]{0,6}(?:[县镇市乡村部组社街]|医院|银行|学校|会|现场)", rest) or words.CLOSED.search(rest):
            return None
        return self._of_topic(index, clause, match.start("verb"), match.end("verb"))

    def _of_topic(self, index: int, clause: Clause, start: int, end: int) -> _Been | None:
        if not self._did(index, start, end):
            return None
        topic = self._topic(index, clause)
        return _Been(tuple(topic), start) if topic else None

    def _topic(self, index: int, clause: Clause) -> list[Mention]:
        """The households spoken of just before."""
        for back, earlier in enumerate(reversed(self.clauses[max(0, index - NEAR) : index])):
            if not earlier.mentions:
                continue
            if _is_names(earlier) and back == 0 and clause.before != "hard":
                return self._listed_before(index - 1, earlier, list(earlier.mentions))
            groups = _groups(earlier)
            return list(groups[-1])
        return []

    def _at_place(self, index: int, clause: Clause) -> _Been | None:
        """把五组转了一圈: a visit to a hamlet, its households named afterwards."""
        match = words.HAMLET.search(clause.text)
        if not match or _phoned(clause):
            return None
        place = match["place"] or match["place2"] or ""
        if place and words.NO_HAMLET.search(place) or match["verb"] == "在" and not re.search("走|访|转|查|摸", match["tail"]):
            return None
        behind = clause.text[match.end("place") :] if match["place"] else ""
        if re.match(r"(?:长|干部|书记|的?路|那段|那截|的?[水电桥渠]|支书|主任|开会|部|委)", behind):
            return None
        if re.search(r"\d$|[一二三四五六七八九十]$", clause.text[: match.start()]) or not self._did(index, *match.span()):
            return None
        return _Been(tuple(clause.mentions), match.start(), MANY)

    # whether it counts
    def _did(self, index: int, start: int, end: int, doer: int | None = None) -> bool:
        """Whether the verb at start to end is done and ours; who does it stands before `doer`."""
        clause = self.clauses[index]
        return (
            not negated(clause, start, end)
            and not by_them(self.scene, index, start if doer is None else doer)
            and is_done(self.scene, index, start, end, self.planned)
        )

    def _claimed(self, index: int, clause: Clause) -> bool:
        """A claim of an earlier message that is taken back: 刚才说走访的是张大山，错了."""
        if not self.wrong or not _claims_visit(clause):
            return False
        near = self.clauses[max(0, index - 1) : index + 4]
        return any(words.WRONG.search(one.text) or one.has("plan.retract") for one in near)

    def _shut(self, index: int) -> bool:
        """Whether the household of a clause was found closed, by it or those behind it."""
        clause = self.clauses[index]
        if clause.mentions and words.CLOSED.search(clause.text[clause.at(clause.mentions[-1].end) :]):
            return True
        for later in self.clauses[index + 1 : index + 3]:
            if later.before == "hard" or later.mentions:
                return False
            if words.CLOSED.search(later.text.strip()):
                return True
        return False

    # the round of visits that goes on
    def _listed(self, index: int, clause: Clause) -> list[Mention]:
        """The households an item of a list begins with: 赵家房顶漏, 一是冯水生户要求…"""
        if not clause.mentions or self.round is None or self.round.more <= 0:
            return []
        first = clause.mentions[0]
        head = clause.text[: clause.at(first.start)]
        if not _leads(head) or _phoned(clause) or words.COMES.search(clause.text) or clause.has("promise.words"):
            return []
        at = clause.at(first.start)
        if not is_done(self.scene, index, at, at, self.planned):
            return []
        if self._shut(index) or words.AWAY.search(clause.text[clause.at(first.end) :]):
            return []
        if self.round.listed and not _is_names(clause):
            return []
        return _groups(clause)[0]

    def _ends_round(self, index: int, clause: Clause) -> bool:
        if self.round is None:
            return False
        if words.DAYTIME.search(clause.text) or clause.has("study.words", "leave.words"):
            return True
        return any(one.names_day for one in clause.times) and clause.before in {"hard", "cue"}

    def _note(self, index: int, clause: Clause, been: _Been) -> None:
        mentions = been.mentions
        if self._shut(index) and mentions:
            mentions = mentions[:-1] if len(mentions) > 1 else ()
            if not mentions:
                return
        day = day_at(self.scene, index, been.at)
        self._file(clause, mentions, day)
        self.round = _Round(day, been.more, been.listed) if been.more else None

    def _file(self, clause: Clause, mentions: Iterable[Mention], day: tuple[date, date | None]) -> None:
        people = [who(one) for one in mentions]
        text = self.scene.words(clause)
        if day not in self.found:
            first, last = day
            self.found[day] = VisitSaid(
                start=clause.start, text=text, day=first, until=last, households=tuple(_distinct(people))
            )
            return
        one = self.found[day]
        people = _distinct([*one.households, *people])
        self.found[day] = replace(one, households=tuple(people), text=f"{one.text}，{text}")


def _leads(head: str) -> bool:
    """Whether a clause begins with its name: 赵家…, 一是冯水生户…, 住窑洞的赵有根, 只见着陈阿婆."""
    return len(head) <= 2 or len(head) <= LEADING and (head.endswith(("的", "是", "组", "社")) or bool(words.SEEN.search(head)))


def _timeless(clause: Clause) -> str:
    """The words of a clause with its days blanked, each character where it was."""
    text = clause.text
    for one in clause.times:
        start, end = max(0, clause.at(one.start)), clause.at(one.end)
        text = text[:start] + "·" * (min(end, len(clause.text)) - start) + text[end:]
    return text


def _phoned(clause: Clause) -> bool:
    return bool(words.PHONED.search(clause.text))


def _asked(clause: Clause) -> bool:
    return clause.question or bool(words.QUESTION.search(clause.text))


def _claims_visit(clause: Clause) -> bool:
    claim = words.CLAIM.search(clause.text)
    return bool(claim) and bool(re.search(words.NAMED + "|去|看|到|走", clause.text[claim.end() :]) or clause.mentions)  # type: ignore[union-attr]


def _groups(clause: Clause) -> list[list[Mention]]:
    """The mentions of a clause, those joined by 、 or 和 together."""
    found: list[list[Mention]] = []
    for one in clause.mentions:
        before = found[-1][-1] if found else None
        if before and words.JOIN.fullmatch(clause.text[clause.at(before.end) : clause.at(one.start)]):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _is_names(clause: Clause) -> bool:
    """A clause of nothing but names."""
    if not clause.mentions:
        return False
    covered = sum(one.end - one.start for one in clause.mentions)
    rest = re.sub(r"[家户、和跟与及等都√✓✔\s]|[一二两三四五六七八九十\d]{1,2}[家户]|还有", "", clause.text)
    own = "".join(clause.text[clause.at(one.start) : clause.at(one.end)] for one in clause.mentions)
    return len(rest) <= len(re.sub(r"[家户]", "", own)) + 1 and covered > 0


def _distinct(people: list[Who]) -> list[Who]:
    """Each household once, in order; 老张 after 张大山 is the same household."""
    kept: list[Who] = []
    for one in people:
        if any(same(one, other) for other in kept):
            continue
        kept.append(one)
    return kept


def same(one: Who, other: Who) -> bool:
    """Whether two mentions mean one household."""
    if one.known and other.known:
        return one.known.id == other.known.id
    if one.known or other.known:
        sure, vague = (one, other) if one.known else (other, one)
        return sure.known in vague.fits
    return one.said == other.said
