"""The verb in a clause that brings somebody to the households the clause names."""

import re
from dataclasses import dataclass

from ledger.mentions import Mention
from ledger.reading import visit_verbs as verbs
from ledger.reading import visit_words as words
from ledger.reading.clauses import Clause
from ledger.reading.visit_judge import Judge, phoned
from ledger.reading.visit_names import listed_before, timeless


@dataclass(frozen=True)
class _Named:
    """Households named together, with the words before and behind them, days blanked behind."""

    index: int
    clause: Clause
    group: list[Mention]

    @property
    def start(self) -> int:
        """Where the first name begins in its clause."""
        return self.clause.at(self.group[0].start)

    @property
    def end(self) -> int:
        """Where the last name ends."""
        return self.clause.at(self.group[-1].end)

    @property
    def shift(self) -> int:
        """Where the words before begin."""
        return max(0, self.start - verbs.LONGEST_HEAD)

    @property
    def head(self) -> str:
        """The words before the names."""
        return self.clause.text[self.shift : self.start]

    @property
    def tail(self) -> str:
        """The words behind them."""
        return timeless(self.clause)[self.end :]

    @property
    def own(self) -> str:
        """The words of the last name: 老李家."""
        return self.clause.text[self.clause.at(self.group[-1].start) : self.end]


class Toward:
    """One message searched for verbs that lead to a household."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.clauses = judge.clauses

    def verb(self, index: int, group: list[Mention], *, more: bool) -> int | None:
        """Its place in the clause; None without one. `more`: a visit has been told of before."""
        named = _Named(index, self.clauses[index], group)
        found = self._found_there(named)
        if found is not None:
            return found
        if words.MET.search(named.head) or words.DENIED.search(named.head):
            return None
        called = words.CALLED.search(named.tail)
        if called and self._did(named, named.end, named.end + 4, 0):
            return named.end
        if (more and words.NEXT_DOOR.search(named.head)) or words.STATION.search(named.head):
            return named.shift
        to = verbs.TO.search(named.head)
        if to and not _barred(named, to):
            return self._gone(named, named.shift + to.start("verb"))
        return self._with_deed(named)

    def _did(self, named: _Named, start: int, end: int, doer: int | None = None) -> bool:
        return self.judge.did(named.index, start, end, doer)

    def _found_there(self, named: _Named) -> int | None:
        """在地头找到老焦, 和老孙围着火盆谈."""
        if found := verbs.FOUND_AT.search(named.head):
            start = named.shift + found.start("verb")
            return start if self._did(named, start, named.start) else None
        if not verbs.BESIDE.search(named.head):
            return None
        if talk := verbs.TALKED_AT.search(named.tail):
            start, end = (named.end + one for one in talk.span("verb"))
            return start if self._did(named, start, end) else None
        return None

    def _gone(self, named: _Named, start: int) -> int | None:
        if _of_other(named, start) or self._told_of(named.index, start):
            return None
        return start if self._did(named, start, named.start) else None

    def _told_of(self, index: int, start: int) -> bool:
        """老王说他 | 今天去过老张家: the name that the day was cut from."""
        clause = self.clauses[index]
        before = self.clauses[index - 1] if index and clause.before == "cue" else None
        if before is None or not before.mentions or re.search("我|咱", clause.text[:start]):
            return False
        last = before.mentions[-1]
        head, tail = before.text[: before.at(last.start)], before.text[before.at(last.end) :]
        return not head.strip() and bool(words.SAYS.fullmatch(tail.strip()))

    def _with_deed(self, named: _Named) -> int | None:
        """At the house itself, seen home, helped with one's hands, or a verb behind the name."""
        if _at_home(named):
            here = named.start
            return named.shift if self._did(named, max(0, here - 2), here) else None
        if verbs.SENT_HOME.search(named.tail) and verbs.TAKES.search(named.head):
            return named.end if self._did(named, named.end, named.end + 6) else None
        bidden = verbs.BIDDEN.search(named.head) and verbs.BIDDEN_BEHIND.search(named.tail)
        if bidden:
            return named.end if self._did(named, named.end, named.end + 4, 0) else None
        for before, behind in (
            (verbs.FEAST, verbs.FEAST_BEHIND),
            (verbs.DOOR, verbs.DOOR_BEHIND),
        ):
            match = before.search(named.head)
            if match is None or not behind.search(named.tail):
                continue
            start = named.shift + match.start("verb")
            return start if self._did(named, start, named.start) else None
        give = verbs.GIVE.search(named.head)
        if (give and verbs.BROUGHT.search(named.tail)) or (
            give := verbs.GIVEN.search(named.head)
        ):
            start = named.shift + give.start("verb")
            return start if self._did(named, start, named.end) else None
        return self._behind(named)

    def _behind(self, named: _Named) -> int | None:
        """老李家昨天去过了, 张大山、李有福都跑了一趟."""
        tail = named.tail
        ours = verbs.OURS_BEHIND.search(tail) or verbs.THING_SEEN.search(tail)
        if ours and not verbs.NOT_THERE.search(tail):
            start, end = (named.end + one for one in ours.span("verb"))
            return start if self._did(named, start, end) else None
        match = verbs.BEHIND.search(tail)
        if match and verbs.TO_US.search(tail[: match.end("verb")]):
            return None
        if not match or not self._of_house(named, match):
            return None
        start, end = (named.end + one for one in match.span("verb"))
        return start if self._did(named, start, end, named.start) else None

    def _of_house(self, named: _Named, match: re.Match[str]) -> bool:
        """Whether the names are the place of the verb behind them, and not who does it."""
        many = len(named.group) > 1 or bool(match["many"])
        house = bool(verbs.HOUSE.search(named.own) or match["home"] or match["many"])
        if verbs.BARE_DEED.search(match["verb"]):
            fronted = verbs.FRONTED.search(named.clause.text[: named.start])
            alone = not named.tail[match.end("verb") :].strip()  # 马德全家走了
            if not (many or fronted or (house and (alone or match["verb"].endswith("的")))):
                return False
        if house:
            return True
        after = named.end + match.end("verb")
        if any(after == named.clause.at(one.start) for one in named.clause.mentions):
            return False  # 苏建国走访了张大山家
        listed = listed_before(self.clauses, named.index, named.clause, named.group)
        sure = re.search("访|[看去瞧到见望探转跑]过", match["verb"])
        away = re.match(r"[^，,。；]{0,3}[县镇市乡村街医学银]", match["rest"])
        return bool(len(listed) > 1 or sure) and not away


def _barred(named: _Named, to: re.Match[str]) -> bool:
    """到他家的路, 看他的材料, 陪他去医院, 电话走访: no visit."""
    if verbs.NOT_THERE.search(named.tail) or phoned(named.clause):
        return True
    out = verbs.TAKEN_OUT.search(named.tail)
    if to["verb"] == "陪" and verbs.TO_DOCTOR.search(named.tail):
        return False  # with somebody all day
    return bool(out) and to["verb"] in {"陪", "送到", "拉到", "背到", "抬到", "看"}


def _of_other(named: _Named, start: int) -> bool:
    """老王昨天去老张家: whom the clause begins with went there, not we."""
    clause = named.clause
    other = clause.mentions[0]
    if other is named.group[0] or clause.at(other.end) > start:
        return False
    text = timeless(clause)
    between = text[clause.at(other.end) : start]
    if re.fullmatch(r"(?:家|户)?的[^，,。；我咱去]{1,4}", between):
        return True  # 梁家的猪跑到蒋家地里
    return (
        bool(verbs.ACTOR.search(text[: clause.at(other.start)]))
        and not verbs.HOUSE.search(text[clause.at(other.start) : clause.at(other.end)])
        and not re.search("我|咱|[、，,和跟家户了过]", between)
    )


def _at_home(named: _Named) -> bool:
    """在老李家吃的饭, 从他家出来, 上他家去了: the house itself must be named."""
    head = timeless(named.clause)[named.shift : named.start]
    if not verbs.AT_HOME.search(head) or verbs.NOT_THERE.search(named.tail):
        return False
    return bool(verbs.HOUSE.search(named.own) or verbs.HOUSE_BEHIND.search(named.tail))
