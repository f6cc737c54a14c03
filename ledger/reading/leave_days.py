"""The days of a leave, from what its clauses say: days, ends, the day of return, a length."""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledger.reading import leave_words as words
from ledger.reading.clauses import Clause
from ledger.reading.scene import Scene
from ledger.reading.turns import is_past
from ledger.time_phrases import Span, TimePhrase

DAY = timedelta(days=1)
LONGEST = 60 * DAY  # of one leave
FAR = 180 * DAY  # ahead: no leave is asked for that early
NEAR = 5  # characters between a day and 回村
MONTH = 28
BEHIND = 9  # characters behind a leave in which its bare days stand: （23、24）
WEEK = 7  # days of a span in which only some are meant: 下周请两天


@dataclass
class _Said:
    """What the clauses of one leave say of its days; `length` in days."""

    ranges: list[Span] = field(default_factory=list)
    points: list[date] = field(default_factory=list)
    starts: list[date] = field(default_factory=list)
    ends: list[date] = field(default_factory=list)
    back: list[date] = field(default_factory=list)
    length: float | None = None

    def put(self, clause: Clause, phrase: TimePhrase, span: Span) -> None:
        """Sort a time in: 从 or 起 makes a start, 到 an end, 返村 behind it a day of return."""
        before = clause.text[: clause.at(phrase.start)]
        behind = _behind(clause, phrase)
        if span.kind == "range":
            self.ranges.append(span)
        elif _is_back(behind):
            self.back.append(self._next(phrase, span.last))
        elif span.kind == "by" or words.TILL.search(before):
            self.ends.append(self._next(phrase, span.last))
        elif span.kind == "after" or words.FROM.search(before) or words.OFF.match(behind):
            self.starts.append(span.first)
            self.points.append(span.first)
        else:
            self.points.append(self._next(phrase, span.first))

    def _next(self, phrase: TimePhrase, day: date) -> date:
        """周五 behind 下周四 is the Friday of that week."""
        if phrase.hit.form == "day" and self.points and day < self.points[-1]:
            return _in_month_of(self.points[-1], day)
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
    plain = "，".join(
        one.text for one in scene.clauses if one.sentence == core.sentence or one in block
    )
    more = words.EXTEND.search(plain)
    first, last = _extended(scene.base, said, plain) if more else _plain(scene.base, said)
    return (first, last) if first <= last <= first + LONGEST else None


def _gathered(scene: Scene, block: list[Clause], core: Clause) -> _Said:
    more = [one for one in block if words.EXTEND.search(one.text)]
    lengths = [
        one.days for clause in (*more, core, *block) for one in clause.durations if one.days
    ]
    said = _Said(length=next((one for one in lengths if one <= LONGEST.days), None))
    if is_past(core) and not core.times and words.DUTY.search(core.text):
        said.points.append(scene.base)  # 开了一天会，明天还有半天
        said.length = None
    if counted := words.DAYS_LONG.search("，".join(one.text for one in block)):
        said.length = "一二三四五六七八九十".index(counted["count"]) + 1
    if not any(one.times for one in block):
        said.points += listed_days(
            scene.base, scene.plain[block[0].start : block[-1].end + BEHIND]
        )
    looks_back = any(words.OF_PAST.search(one.text) for one in block)
    for clause in _telling(scene, block, core):
        if listed := listed_weekdays(scene.base, clause.text):
            said.ranges.append(listed)
            continue
        if headed := _head_of_span(scene, clause):
            said.starts.append(headed)
            said.points.append(headed)
            continue
        passed = clause is not core and is_past(clause) and not looks_back
        for phrase in clause.times:
            span = _ahead(scene, clause, phrase)
            counted = words.DAYS_LONG.search(clause.text, 0, clause.at(phrase.end))
            if counted and counted.start("count") == clause.at(phrase.start):
                continue
            if span is None or (passed and span.last < scene.base):
                continue  # 请一天病假，昨天淋了雨
            if not phrase.text.startswith("当"):  # 当天来回
                said.put(clause, phrase, span)
    return said


def _telling(scene: Scene, block: list[Clause], core: Clause) -> list[Clause]:
    """Its clauses without those left open, and without the day of a reason where it has its own.

    我爱人下周二生孩子，从下周一请到下周五: Tuesday is no day of the leave.
    """
    own = any(one.names_day for one in core.times)
    return [
        one
        for one in block
        if not words.OPEN.search(one.text)
        and not (own and one is not core and words.EVENT.search(one.text))
    ]


def listed_days(base: date, text: str) -> list[date]:
    """Two days of a month told as bare numbers, 23、24, this month or the next."""
    match = words.LISTED.search(text)
    if not match or int(match["a"]) >= int(match["b"]):
        return []
    month = base if int(match["a"]) >= base.day else base.replace(day=1) + 31 * DAY
    try:
        return [month.replace(day=int(match[name])) for name in "ab"]
    except ValueError:
        return []


def listed_weekdays(base: date, text: str) -> Span | None:
    """Weekdays told in one word, 礼拜四五 or 下周二三四, as a span; None where there are none."""
    match = words.WEEKDAYS.search(text)
    if not match:
        return None
    days = [
        "一二三四五六日".index(one.replace("天", "日"))
        for one in match["days"]
        if one in "一二三四五六日天"
    ]
    monday = base - base.weekday() * DAY + len(match["which"] or "") * WEEK * DAY
    if not match["which"] and monday + days[0] * DAY < base:
        monday += WEEK * DAY
    if days != sorted(days):
        return None
    return Span("range", monday + days[0] * DAY, monday + days[-1] * DAY, clock=None, sure=True)


def _head_of_span(scene: Scene, clause: Clause) -> date | None:
    """The first day of 下周头三天 or 下个月前五天."""
    match = words.HEAD_OF.search(clause.text)
    if not match:
        return None
    base = scene.base
    if match["month"]:
        return (base.replace(day=1) + 32 * DAY).replace(day=1)
    return base + (WEEK - base.weekday()) * DAY


def _ahead(scene: Scene, clause: Clause, phrase: TimePhrase) -> Span | None:
    """A leave looks ahead, but not most of a year; 请的 and 补 look back."""
    span = scene.span(phrase, "ahead")
    far = span is not None and span.first - scene.base > FAR
    if far and phrase.hit.form == "holiday":
        return None
    if words.OF_PAST.search(clause.text) or far:
        return scene.span(phrase, "back")
    return span


def _in_month_of(first: date, day: date) -> date:
    """20号 behind 12月5号 is the 20th of December; the day itself where that month has none."""
    try:
        return day.replace(year=first.year, month=first.month)
    except ValueError:
        return day


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
        return _ranged(said.ranges[0], said)
    points = sorted(set(said.points))
    first = said.starts[0] if said.starts else (points[0] if points else base)
    ends = said.ends_after(first)
    if said.starts and said.length:
        return first, _over(first, said.length)
    if len(points) > 1:
        return _pointed(points, said, ends)
    if not points and said.length and ends:
        return (max(base, _begun(ends[0], said.length)) if said.ends else base), ends[0]
    if said.length:
        return first, _over(first, said.length)
    return first, max([first, *ends])


def _pointed(points: list[date], said: _Said, ends: list[date]) -> tuple[date, date]:
    """Several days named: from the first to the last, unless a length says that fewer count."""
    first, last = points[0], max([points[-1], *ends])
    long_enough = said.length is None or math.ceil(said.length) >= len(points)
    if long_enough or (ends and said.length is not None and said.length > 1):
        return first, last
    return first, _over(first, said.length or 1)


def _ranged(span: Span, said: _Said) -> tuple[date, date]:
    """A span as it is, up to a later end; some days of a week where a length is said."""
    wide = (span.last - span.first).days >= WEEK - 1
    if said.length and wide:
        return span.first, _over(span.first, said.length)
    if (span.last - span.first).days >= MONTH - 1:
        return span.last, span.first  # 下个月休年假: no days yet
    begun = [one for one in said.points if timedelta() < span.first - one <= 2 * DAY]
    if begun and said.back:
        return min(begun), max(said.back)
    return span.first, span.last


def _extended(base: date, said: _Said, plain: str) -> tuple[date, date]:
    """续: what was asked for ends today, or the new end is said."""
    if said.ranges:
        return said.ranges[0].first, said.ranges[0].last
    later = said.ends_after(base)
    if later and said.length:
        return _begun(later[0], said.length), later[0]
    points = sorted(one for one in said.points if one > base)
    so_far = base + DAY if words.SO_FAR.search(plain) or base in said.ends else base
    first = points[0] if points else so_far
    return first, later[0] if later else max(_over(first, said.length or 1), *points, first)


def _over(first: date, length: float) -> date:
    """The last day of so many days; half a day takes its whole day."""
    return first + (max(1, math.ceil(length)) - 1) * DAY


def _begun(last: date, length: float) -> date:
    return last - (max(1, math.ceil(length)) - 1) * DAY
