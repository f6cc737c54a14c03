"""The minutes of study in a clause: the time of a meeting, points and marks are none."""

import re

from ledger.durations import Duration
from ledger.reading import study_words as words
from ledger.reading.clauses import Clause

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
    return not re.search(rf"(?:{words.OFF.pattern})[^学看读，,]{{0,4}}$", clause.text[:start])


def minutes_of(clause: Clause) -> int | None:
    """All minutes of study of a clause; None without any, or with more than a day can hold."""
    total = sum(lengths(clause))
    return total if 1 <= total <= LONGEST else None


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


def timed(clauses: list[Clause], index: int, clause: Clause) -> bool:
    """Whether a length stands in this clause, or alone beside it."""
    if lengths(clause):
        return True
    after = clauses[index + 1] if index + 1 < len(clauses) else None
    if after and lengths(after) and not words.OFF.search(after.text) and not after.mentions:
        return after.before != "hard" and not words.STRONG.search(after.text)
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
    return bool(lengths(clause)) and len(covered) >= said - 3 and not clause.taken
