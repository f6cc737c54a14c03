"""The minutes of study in a clause: the time of a meeting, points and marks are none."""

import re
from dataclasses import replace

from ledger.durations import SPOKEN, Duration
from ledger.numerals import read_number
from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.corrections import is_correction

LEAST = 5  # minutes that a number without its unit can mean
LONGEST = 12 * 60  # minutes of study a day that a person can mean


def lengths(clause: Clause) -> list[int]:
    """The minutes of study in a clause; scores and the time of a meeting are none."""
    return [one.minutes for one in clause.durations if one.minutes and _counts(clause, one)]


def _counts(clause: Clause, one: Duration) -> bool:
    start, end = clause.at(one.start), clause.at(one.end)
    said = clause.text[start:end]
    if said.endswith("分") and re.search(r"考|得|满|积|强国|题|卷", clause.text[:start]):
        return False
    if re.search(r"还[有剩差]|剩下?$|离|距", clause.text[max(0, start - 4) : start]):
        return False  # 考试还有半小时
    return not re.search(
        rf"(?:{words.OFF.pattern})[^学看读前后，,]{{0,4}}$", clause.text[:start]
    )


def minutes_of(clause: Clause) -> int | None:
    """All minutes of study of a clause; None without any, or with more than a day can hold."""
    total = sum(lengths(clause))
    return total if 1 <= total <= LONGEST else None


def multiply(clauses: list[Clause]) -> None:
    """Lengths told of each of several become their sum: 三节课，每节40分钟; 早晚各半小时."""
    for index, clause in enumerate(clauses):
        clause.durations = [
            replace(
                one,
                minutes=one.minutes * _items(clauses, index, one)
                + _added(clause, one, _text_before(clauses, index)),
            )
            if one.minutes
            else one
            for one in clause.durations
        ]


def _added(clause: Clause, one: Duration, before: str) -> int:
    """The minutes that stand before a plus: 30+20分钟; 上午五十，下午五十分钟."""
    head = clause.text[: max(0, clause.at(one.start))]
    if match := re.search(r"(?<!\d)(\d{1,3})\s?\+\s?$", head):
        return int(match[1])
    match = words.PART_OF_DAY.search(before + head) if one.minutes else None
    return int(read_number(match["n"]) or 0) if match else 0


def _items(clauses: list[Clause], index: int, one: Duration) -> int:
    """How many there were of what took so long; 一回二十分钟，一回半小时 tells of each itself."""
    clause = clauses[index]
    head = clause.text[: max(0, clause.at(one.start))]
    if words.EACH_OF_US.search(head):
        return 2 if words.IN_TURNS.search(_text_before(clauses, index) + head) else 1
    each = words.EACH_ITEM.search(head)
    if each is None:
        return _so_long(clause, one, head) or _times(clauses, index, one)
    near = [*clauses[max(0, index - 1) : index], *clauses[index + 1 : index + 2]]
    if each[0][0] == "一" and (
        any(each[0][:2] in other.text for other in near) or clause.text.count(each[0][:2]) > 1
    ):
        return 1
    before = clauses[index - 1].text if index and clause.before != "hard" else ""
    found = [*words.ITEMS.finditer(before + head[: each.start()])]
    if not found or found[-1]["pair"]:
        return 2 if found else 1
    return int(SPOKEN.get(found[-1]["n"]) or read_number(found[-1]["n"]) or 1)


def _so_long(clause: Clause, one: Duration, head: str) -> int:
    """俩四十分钟, 三个25分钟: how many of that length; 0 where it is told of one."""
    many = words.OF_SO_LONG.search(head)
    if many is None or not words.MINUTES.search(clause.text[: clause.at(one.end)]):
        return 0
    said = many["n"]
    return int(SPOKEN.get(said) or read_number(said[0]) or 1)


def _text_before(clauses: list[Clause], index: int) -> str:
    """The clause before, where it is of the same breath, and the mark between."""
    soft = index and clauses[index].before != "hard"
    return f"{clauses[index - 1].text}，" if soft else ""


def _times(clauses: list[Clause], index: int, one: Duration) -> int:
    """五十分钟×2; 二十分钟一讲，听了六讲: how many there were, told behind the length of one."""
    clause = clauses[index]
    rest = clause.text[clause.at(one.end) :]
    if not rest:
        return 1
    if found := words.TIMES.match(rest):
        return int(read_number(found["n"] or found["again"]) or 1)
    unit = words.ONE_ITEM.match(rest)
    if unit is None:
        return 1
    after = clauses[index + 1] if index + 1 < len(clauses) else None
    far = after.text if after and after.before != "hard" else ""
    back = _text_before(clauses, index)
    counted = [
        many
        for many in words.ITEMS.finditer(f"{rest[unit.end() :]}，{far}，{back}")
        if many["n"] and many[0].endswith(unit["unit"])
    ]
    return (
        int(SPOKEN.get(counted[0]["n"]) or read_number(counted[0]["n"]) or 1) if counted else 1
    )


def bare_words(clause: Clause) -> str:
    """What a clause says beside its lengths and days."""
    text = clause.text
    spans = [(one.start, one.end) for one in clause.durations]
    spans += [(one.start, one.end) for one in clause.times]
    for first, last in spans:
        start, end = max(0, clause.at(first)), clause.at(last)
        text = text[:start] + "·" * (end - start) + text[end:]
    return text.replace("·", "")


def only_lengths(clauses: list[Clause]) -> bool:
    """说错了，不是40分钟是60分钟: a slip and a length; only study is told in minutes."""
    long = [one for one in clauses if lengths(one)]
    alone = all(words.TRUE_LENGTH.fullmatch(bare_words(one)) for one in long)
    others = any(
        one.mentions or words.OFF.search(one.text) or one.has("visit.words", "leave.words")
        for one in clauses
    )
    return bool(long) and alone and not others and is_correction(clauses)


def bare_minutes(clauses: list[Clause], index: int, end: int) -> int | None:
    """学习 60 一号文件: a number alone right behind the word of study means minutes."""
    clause = clauses[index]
    rest = clause.text[end:]
    after = clauses[index + 1] if index + 1 < len(clauses) else None
    if (
        words.UNIT_NEXT.match(rest)
        and after
        and after.before in {"space", "soft"}
        and not after.times
    ):
        rest = after.text
    match = words.BARE.match(rest)
    minutes = int(match["n"]) if match else 0
    return minutes if LEAST <= minutes <= LONGEST else None


def boxed(clauses: list[Clause], index: int) -> int | None:
    """时长 60: the number in the box of a form."""
    for place in (index - 1, index):
        if found := words.HOW_LONG.match(clauses[place].text):
            return bare_minutes(clauses, place, found.end())
    return None


def timed(clauses: list[Clause], index: int, clause: Clause) -> bool:
    """Whether a length stands in this clause, or alone beside it."""
    if lengths(clause):
        return True
    after = clauses[index + 1] if index + 1 < len(clauses) else None
    if after and lengths(after) and not words.OFF.search(after.text) and not after.mentions:
        told = after.before != "hard" or only_times(after)  # 学了。四十分钟。
        return told and not words.STRONG.search(after.text)
    if (
        after
        and after.before != "hard"
        and words.SUBJECT.search(after.text)
        and index + 2 < len(clauses)
    ):
        return only_times(clauses[index + 2]) and clauses[index + 2].before != "hard"
    return index > 0 and only_times(clauses[index - 1])


def only_times(clause: Clause) -> bool:
    """A clause of nothing but a time and a length: 上午8:30到10:00."""
    spans = [(one.start, one.end) for one in clause.durations]
    spans += [(one.start, one.end) for one in clause.times]
    covered = {place for start, end in spans for place in range(start, end)}
    said = len(clause.text.strip())
    if clause.taken or not lengths(clause):
        return False
    return len(covered) >= said - 3 or is_corrected(clause)


def is_corrected(clause: Clause) -> bool:
    """不是二十分钟是七十分钟: nothing but a length that is taken back and the true one."""
    return "*" in clause.text and bool(words.TRUE_LENGTH.fullmatch(bare_words(clause)))


def of_it(clause: Clause, *, lasting: bool) -> bool:
    """Whether a clause only tells how long a part of the study before it was, or all of it.

    lasting: its length is known. 学促进法，讨论了50分钟 is one study.
    """
    told = not lasting and clause.before == "soft" and words.EXCHANGE.search(clause.text)
    own = told and not clause.times and "学" not in clause.text
    return bool(lengths(clause)) and bool(own or words.PART.search(clause.text))
