"""The days of a leave, from what its clauses say: days, ends, the day of return, a length."""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledger.reading import leave_words as words
from ledger.reading.clauses import Clause
from ledger.reading.scene import Scene
from ledger.time_phrases import Span, TimePhrase

DAY = timedelta(days=1)
LONGEST = 60 * DAY  # of one leave
FAR = 180 * DAY  # ahead: no leave is asked for that early
NEAR = 5  # characters between a day and 回村
WEEK = 7  # days of a span in which only some are meant: 下周请两天


@dataclass
class _Said:
    """What the clauses of one leave say of its days; `length` in days."""

    ranges: list[Span] = field(default_factory=list)
    points: list[date] = field(default_factory=list)
    ends: list[date] = field(default_factory=list)
    back: list[date] = field(default_factory=list)
    length: float | None = None

    def put(self, clause: Clause, phrase: TimePhrase, span: Span) -> None:
        """Sort a time in: 到 before it makes an end, 返村 behind it a day of return."""
        if span.kind == "range":
            self.ranges.append(span)
        elif _is_back(_behind(clause, phrase)):
            self.back.append(self._next(phrase, span.last))
        elif span.kind == "by" or words.TILL.search(clause.text[: clause.at(phrase.start)]):
            self.ends.append(self._next(phrase, span.last))
        else:
            self.points.append(self._next(phrase, span.first))

    def _next(self, phrase: TimePhrase, day: date) -> date:
        """周五 behind 下周四 is the Friday of that week."""
        bare = phrase.hit.form == "week" and "which" not in phrase.hit.parts
        if not bare or not self.points:
            return day
        return self.points[-1] + (day - self.points[-1]).days % WEEK * DAY

    def ends_after(self, day: date) -> list[date]:
        """Ends and days of return behind a day."""
        return [one for one in (*self.ends, *self.back) if one > day]


def days_of(scene: Scene, block: list[Clause], core: Clause) -> tuple[date, date] | None:
    """First and last day of a leave; None when they make no sense."""
    said = _gathered(scene, block, core)
    plain = "，".join(one.text for one in block)
    more = words.EXTEND.search(plain)
    first, last = _extended(scene.base, said, plain) if more else _plain(scene.base, said)
    return (first, last) if first <= last <= first + LONGEST else None


def _gathered(scene: Scene, block: list[Clause], core: Clause) -> _Said:
    lengths = [one.days for clause in (core, *block) for one in clause.durations if one.days]
    said = _Said(length=lengths[0] if lengths else None)
    for clause in block:
        if words.OPEN.search(clause.text):
            continue
        for phrase in clause.times:
            span = _ahead(scene, clause, phrase)
            if span and not phrase.text.startswith("当"):  # 当天来回
                said.put(clause, phrase, span)
    return said


def _ahead(scene: Scene, clause: Clause, phrase: TimePhrase) -> Span | None:
    """A leave looks ahead, but not most of a year; 请的 and 补 look back."""
    span = scene.span(phrase, "ahead")
    far = span is not None and span.first - scene.base > FAR
    if far and phrase.hit.form == "holiday":
        return None
    if words.OF_PAST.search(clause.text) or far:
        return scene.span(phrase, "back")
    return span


def _behind(clause: Clause, phrase: TimePhrase) -> str:
    """The words between a time and the next one."""
    later = [clause.at(one.start) for one in clause.times if one.start >= phrase.end]
    behind = clause.text[clause.at(phrase.end) : min(later, default=len(clause.text))]
    return behind.rstrip("到至") if later else behind


def _is_back(behind: str) -> bool:
    match = words.BACK_DAY.search(behind) or words.BACK_BEHIND.match(behind)
    return bool(match and match.start() <= NEAR)


def _plain(base: date, said: _Said) -> tuple[date, date]:
    """From the first day named, or today, as long as said or up to the end or the return."""
    if said.ranges:
        return _ranged(said.ranges[0], said.length)
    points = sorted(set(said.points))
    first = points[0] if points else base
    ends = said.ends_after(first)
    if len(points) > 1 and (said.length is None or math.ceil(said.length) >= len(points)):
        return first, max(points[-1], *ends) if ends else points[-1]
    if not points and said.length and ends:
        return (max(base, _begun(ends[0], said.length)) if said.ends else base), ends[0]
    if said.length:
        return first, _over(first, said.length)
    return first, max([first, *ends])


def _ranged(span: Span, length: float | None) -> tuple[date, date]:
    """A span as it is; some days of a week where a length is said."""
    wide = (span.last - span.first).days >= WEEK - 1
    return span.first, _over(span.first, length) if length and wide else span.last


def _extended(base: date, said: _Said, plain: str) -> tuple[date, date]:
    """续: what was asked for ends today, or the new end is said."""
    if said.ranges:
        return said.ranges[0].first, said.ranges[0].last
    later = said.ends_after(base)
    if later and said.length:
        return _begun(later[0], said.length), later[0]
    points = sorted(one for one in said.points if one > base)
    so_far = base + DAY if words.SO_FAR.search(plain) else base
    first = points[0] if points else so_far
    return first, later[0] if later else max(_over(first, said.length or 1), *points, first)


def _over(first: date, length: float) -> date:
    """The last day of so many days; half a day takes its whole day."""
    return first + (max(1, math.ceil(length)) - 1) * DAY


def _begun(last: date, length: float) -> date:
    return last - (max(1, math.ceil(length)) - 1) * DAY
