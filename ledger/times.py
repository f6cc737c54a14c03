"""The one day and the one length a command's line names. Reports look back, deadlines ahead."""

import re
from dataclasses import dataclass
from datetime import date

from ledger.durations import find_durations
from ledger.errors import Misunderstood
from ledger.numerals import NUMERAL, read_number
from ledger.time_phrases import Looks, Span, TimePhrase, find_times

__all__ = ["Found", "Looks", "find_day", "find_minutes", "read_day", "read_minutes", "sensible"]

FARTHEST = 5 * 366  # days: a command with a day farther away is a slip of the finger
EDGES = " \u3000，,"


@dataclass(frozen=True)
class Found:
    """A day phrase in a text, what is left without it, and every day the phrase means."""

    day: date
    phrase: str
    rest: str
    span: Span


def find_day(text: str, *, today: date, looks: Looks) -> Found | None:
    """The day phrase a text begins or ends with; one in the middle belongs to the story.

    Of several days (下周, 5号到7号) a deadline takes the last, a report the first.
    `Misunderstood` when the day does not exist, such as 11月31日, or is years away.
    """
    for phrase in find_times(text):
        head, tail = text[: phrase.start].strip(EDGES), text[phrase.end :].strip(EDGES)
        if (head and tail) or not phrase.names_day or phrase.at_once:
            continue
        span = phrase.resolve(today, looks)
        if span and (span.kind == "point" or _set_off(text, phrase) or _deadline(span, looks)):
            day = _near(_one_day(span, looks), today, phrase)
            return Found(day, phrase.text, head or tail, span)
    return None


def _near(day: date, today: date, phrase: TimePhrase) -> date:
    if abs((day - today).days) > FARTHEST:
        raise Misunderstood("days.not_a_day", said=phrase.text)
    return day


def _set_off(text: str, phrase: TimePhrase) -> bool:
    """With a space or a comma around it: 上个月 明细; 上个月住过院 belongs to the story."""
    before, after = text[: phrase.start], text[phrase.end :]
    return (not before or before[-1] in EDGES) and (not after or after[0] in EDGES)


def _deadline(span: Span, looks: Looks) -> bool:
    """A deadline may touch the words before it: 屋顶漏雨下周三前."""
    return looks == "ahead" and span.kind == "by"


def _one_day(span: Span, looks: Looks) -> date:
    if span.kind == "by" or (span.kind == "range" and looks == "ahead"):
        return span.last
    return span.first


def read_day(text: str, *, today: date, looks: Looks) -> date | None:
    """The day a text names and nothing else; None when it names none.

    `Misunderstood` when the day does not exist, such as 11月31日.
    """
    found = find_day(text.strip(), today=today, looks=looks)
    return found.day if found and not found.rest else None


LONGEST = 12 * 60  # minutes of study a day that a person can mean
POINTS = re.compile(rf"({NUMERAL})分")  # 90分 alone is a length, 考了90分 is a mark


def find_minutes(text: str) -> tuple[int, str] | None:
    """The first length of time in a text, in minutes, and the text without it."""
    for found in find_durations(text):
        if found.minutes is not None and found.days is None:
            return found.minutes, (text[: found.start] + text[found.end :]).strip(EDGES)
    return _bare_minutes(text)


def _bare_minutes(text: str) -> tuple[int, str] | None:
    """A number set off at the beginning means minutes: 「60 中央一号文件」「六十 低保政策」."""
    bare = POINTS.fullmatch(text) or re.match(rf"([+-]?\d+|{NUMERAL})(?=\s|$)", text)
    value = read_number(bare[1].lstrip("+-")) if bare else None
    if bare is None or value is None:
        return None
    sign = -1 if bare[1].startswith("-") else 1
    return sign * int(value), text[bare.end() :].strip()


def read_minutes(text: str) -> int:
    """A length of time and nothing else, in minutes; `Misunderstood` otherwise."""
    found = find_minutes(text.strip())
    if found is None or found[1]:
        raise Misunderstood("study.not_minutes", said=text)
    return sensible(found[0], text)


def sensible(minutes: int, said: str) -> int:
    """One to 720 minutes; anything else is a slip of the finger."""
    if not 1 <= minutes <= LONGEST:
        raise Misunderstood("study.not_minutes", said=said)
    return minutes
