"""The days of a leave, from what its clauses say: days, ends, the day of return, a length."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledger.reading import leave_words as words
from ledger.reading.clauses import Clause
from ledger.reading.leave_block import of_other_days
from ledger.reading.leave_told import LEAVES, told_afterwards
from ledger.reading.scene import Scene
from ledger.reading.turns import is_past
from ledger.time_days import workdays_on
from ledger.time_phrases import Span, TimePhrase
from ledger.time_words import count_of

DAY = timedelta(days=1)
LONGEST = 60 * DAY  # of one leave
FAR = 180 * DAY  # ahead: no leave is asked for that early
NEAR = 5  # characters between a day and 回村
MONTH = 28
BEHIND = 14  # characters behind a leave in which its bare days stand: （23、24）
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
    workdays: int = 0  # the length told in working days
    extends: bool = False
    advised: bool = (
        False  # the length is somebody's advice, not the leave's: 大夫让躺一周，请到27号
    )

    def put(self, clause: Clause, phrase: TimePhrase, span: Span) -> None:
        """Sort a time in: 从 or 起 makes a start, 到 an end, 返村 behind it a day of return."""
        before = clause.text[: clause.at(phrase.start)]
        behind = _behind(clause, phrase)
        if span.kind == "range":
            self.ranges.append(span)
        elif _is_back(behind):
            early = words.EARLY_BACK.search(clause.text, clause.at(phrase.start))
            last = self._next(phrase, span.last)
            self.back.append(last - DAY if early else last)
        elif span.kind == "by" or self._is_end(before, behind):
            self.ends.append(self._next(phrase, span.last))
        elif span.kind == "after" or words.FROM.search(before) or words.OFF.match(behind):
            self.starts.append(span.first)
            self.points.append(span.first)
        else:
            self.points.append(self._next(phrase, span.first))

    def _is_end(self, before: str, behind: str) -> bool:
        """Whether the words around a day make it the last: 到25号, 25号为止, 周末两天加下周一."""
        if words.TILL_BEHIND.match(behind) or words.TALKS_ENDED.match(behind):
            return True
        if self.ranges and words.AND_MORE.search(before):
            return True
        return bool((words.UP_TO if self.extends else words.TILL).search(before))

    def _next(self, phrase: TimePhrase, day: date) -> date:
        """周五 behind 下周四 is the Friday of that week."""
        if phrase.hit.form == "day" and self.points and day < self.points[-1]:
            return _in_month_of(self.points[-1], day)
        bare = phrase.hit.form == "week" and "which" not in phrase.hit.parts
        if not bare or not self.points:
            return day
        return self.points[-1] + (day - self.points[-1]).days % WEEK * DAY

    def ends_after(self, day: date) -> list[date]:
        """Ends behind a day; where none is said, days of return."""
        ends = [one for one in self.ends if one > day]
        return ends or [one for one in self.back if one > day]


def days_of(scene: Scene, block: list[Clause], core: Clause) -> tuple[date, date] | None:
    """First and last day of a leave; None when they make no sense."""
    said = _gathered(scene, block, core)
    plain = "，".join(
        one.text
        for one in scene.clauses
        if (one.sentence == core.sentence or one in block) and not words.OPEN.search(one.text)
    )
    more = words.EXTEND.search(plain)
    base = scene.base_at(core.start)
    first, last = _extended(base, said, plain) if more else _plain(base, said)
    if said.workdays:
        last = workdays_on(first - DAY, said.workdays)
    return (first, last) if first <= last <= first + LONGEST else None


def _gathered(scene: Scene, block: list[Clause], core: Clause) -> _Said:
    said = _Said(length=_length(block, core), advised=_is_advised(block))
    told = "，".join(one.text for one in block)
    said.extends = bool(words.EXTEND.search(told))
    if counted := words.WORKDAYS_LONG.search(told):
        said.workdays = int(count_of(counted["count"])[0])
    if is_past(core) and not core.times and words.DUTY.search(core.text):
        said.points.append(scene.base)  # 开了一天会，明天还有半天
        said.length = None
    if core.times and LEAVES.search(core.text) and not any(one.names_day for one in core.times):
        said.points.append(scene.base_at(core.start))  # 下午四点动身
    if not any(_names_days(one) for clause in block for one in clause.times):
        said.points += listed_days(
            scene.base, scene.plain[block[0].start : block[-1].end + BEHIND]
        )
    looks_back = bool(words.OF_PAST.search(told))
    filed_later = bool(words.LATER_FILED.search(told))
    over = told_afterwards(scene, block, core)
    frame = _frame(scene, block, core)
    for clause in _telling(scene, block, core):
        if headed := _head_of_span(scene, clause):
            said.starts.append(headed)
            said.points.append(headed)
            continue
        told_before = is_past(clause) or _why(core, clause)
        passed = clause is not core and told_before and not (looks_back or over)
        for phrase in _day_phrases(clause, extends=said.extends):
            if phrase is frame or _of_reason(clause, phrase):
                continue
            span = _ahead(scene, clause, phrase, filed_later=filed_later, over=over)
            span = _within(scene, frame, phrase, span)
            if span and not (passed and span.last < scene.base):  # 请一天病假，昨天淋了雨
                said.put(clause, phrase, span)
    return said


def _why(core: Clause, clause: Clause) -> bool:
    """Whether it only tells why: 昨夜娃高烧，今天请一天事假."""
    own = any(one.names_day for one in core.times)
    return own and _is_ill(clause)


def _length(block: list[Clause], core: Clause) -> float | None:
    """How many days: said with the extension first, then with the leave."""
    if counted := words.DAYS_LONG.search("，".join(one.text for one in block)):
        return "一二三四五六七八九十".index(counted["count"].replace("两", "二")) + 1
    more = [one for one in block if words.EXTEND.search(one.text)]
    lengths = [
        one.days
        for clause in (*more, core, *block)
        for one in clause.durations
        if not clause.text.endswith("最后", 0, clause.at(one.start))  # 月的最后一天 is a day
    ]
    return next((one for one in lengths if one and one <= LONGEST.days), None)


def _is_advised(block: list[Clause]) -> bool:
    """Whether the only length told is the doctor's."""
    lengths = [one for one in block if any(length.days for length in one.durations)]
    return len(lengths) == 1 and bool(words.DOCTOR.search(lengths[0].text))


def _day_phrases(clause: Clause, *, extends: bool) -> Iterator[TimePhrase]:
    """Its days, without the 四日 of 请四日, which is a length, and without 当天来回."""
    for phrase in clause.times:
        counted = words.DAYS_LONG.search(clause.text, 0, clause.at(phrase.end))
        length = counted and counted.start("count") == clause.at(phrase.start)
        moved = words.MOVED_TO.search(clause.text, clause.at(phrase.end))
        if moved and not extends and any(one.start >= phrase.end for one in clause.times):
            continue  # 原打算周三走的改到下周四
        if words.SUM_OF_DAYS.match(phrase.text) and _named_before(clause, phrase):
            continue
        if phrase.names_day and not length and not phrase.text.startswith("当"):
            yield phrase


def _named_before(clause: Clause, phrase: TimePhrase) -> bool:
    return any(one.names_day and one.end <= phrase.start for one in clause.times)


def _telling(scene: Scene, block: list[Clause], core: Clause) -> list[Clause]:
    """Its clauses without those left open, and without the day of a reason where it has its own.

    我爱人下周二生孩子，从下周一请到下周五: Tuesday is no day of the leave.
    """
    own = any(one.names_day for one in core.times)
    reasons = (words.EVENT, words.AILING)
    return [
        one
        for one in block
        if not words.OPEN.search(one.text)
        and not of_other_days(scene, block, core, one)
        and not (own and one is not core and any(why.search(one.text) for why in reasons))
        and not (one is not core and words.AILING.search(one.text) and _is_ill(one))
    ]


def _is_ill(clause: Clause) -> bool:
    """Whether it tells of an illness and asks for nothing: 我这两天咳血，请五天病假."""
    return bool(words.ILLNESS.search(clause.text)) and not words.ASKED.search(clause.text)


def listed_days(base: date, text: str) -> list[date]:
    """Days told without their signs: 23、24 of this month or the next, 11.25."""
    try:
        if dotted := words.DOTTED.search(text):
            day = base.replace(month=int(dotted["month"]), day=int(dotted["day"]))
            return [day if day >= base - LONGEST else day.replace(year=base.year + 1)]
        match = words.LISTED.search(text) or words.BARE_SPAN.search(text)
        if not match or int(match["a"]) >= int(match["b"]):
            return []
        month = base if int(match["a"]) >= base.day else base.replace(day=1) + 31 * DAY
        return [month.replace(day=int(match[name])) for name in "ab"]
    except ValueError:
        return []


def _head_of_span(scene: Scene, clause: Clause) -> date | None:
    """The first day of 下周头三天 or 下个月前五天."""
    match = words.HEAD_OF.search(clause.text)
    if not match:
        return None
    base = scene.base
    if match["month"]:
        return (base.replace(day=1) + 32 * DAY).replace(day=1)
    return base + (WEEK - base.weekday()) * DAY


def _ahead(
    scene: Scene, clause: Clause, phrase: TimePhrase, *, filed_later: bool, over: bool
) -> Span | None:
    """A leave looks ahead, but not most of a year; 请的, 补 and 到今天 look back."""
    span = scene.span(phrase, "ahead")
    far = span is not None and span.first - scene.base > FAR
    if far and phrase.hit.form == "holiday":
        return None
    past = words.OF_PAST.search(clause.text) or words.TILL_NOW.search(phrase.text)
    more = words.EXTEND.search(clause.text)
    if past and more and clause.at(phrase.start) > more.start():
        return span  # 请到今天的假再续三天，21到23号
    if past or far or over or (filed_later and span is not None and span.first > scene.base):
        return scene.span(phrase, "back")
    return span


def _names_days(phrase: TimePhrase) -> bool:
    """Whether it names days, not a month, a clock or the like."""
    return phrase.names_day and phrase.hit.form != "month"


def _frame(scene: Scene, block: list[Clause], core: Clause) -> TimePhrase | None:
    """The week in which the leave's own day lies, told in another clause: 报一下这周，周一开会."""
    if not any(one.names_day for one in core.times):
        return None
    for clause in block:
        for phrase in clause.times:
            span = scene.span(phrase, "ahead")
            week = phrase.hit.form == "week" and "wd" not in phrase.hit.parts
            if clause is not core and week and span and clause.start < core.start:
                return phrase
    return None


def _within(
    scene: Scene, frame: TimePhrase | None, phrase: TimePhrase, span: Span | None
) -> Span | None:
    """The days of a phrase inside the week told before it, where they can lie there."""
    week = scene.span(frame, "ahead") if frame else None
    back = scene.span(phrase, "back")
    inside = week and back and week.first <= back.first <= back.last <= week.last
    return back if inside else span


def _of_reason(clause: Clause, phrase: TimePhrase) -> bool:
    """今天病了明天请一天: the day one fell ill is no day of the leave."""
    later = [clause.at(one.start) for one in clause.times if one.start >= phrase.end]
    between = clause.text[clause.at(phrase.end) : min(later, default=0)]
    return between.endswith("了") and bool(words.ILLNESS.search(between))


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
    """Whether one comes back on the day before these words; 24日回队考核 is a trip."""
    match = words.BACK_DAY.search(behind) or words.BACK_BEHIND.match(behind)
    if not match or match.start() > NEAR:
        return False
    return not words.DUTY.match(behind, match.end())


def _plain(base: date, said: _Said) -> tuple[date, date]:
    """From the first day named, or today, as long as said or up to the end or the return."""
    if said.points:  # 这个月轮休四天：27、28、29、30
        said.ranges = [one for one in said.ranges if (one.last - one.first).days < MONTH - 1]
    if said.ranges:
        exact = [one for one in said.ranges if one.sure]  # 12月初，从2号到11号
        return _ranged(_narrowest(exact or said.ranges), said)
    points = sorted(set(said.points))
    first = said.starts[0] if said.starts else (points[0] if points else base)
    ends = said.ends_after(first)
    if said.starts:  # 昨夜疼得厉害，从今天开始算: nothing before it counts
        points = [one for one in points if one >= first]
    if said.starts and said.length:
        told = [one for one in said.ends if one > first]  # 从30号休到4号，正好一个礼拜
        return first, told[0] if told else _over(first, said.length)
    if len(points) > 1:
        return _pointed(points, said, ends)
    if not points and said.length and ends and not (said.advised and said.ends):
        return (max(base, _begun(ends[0], said.length)) if said.ends else base), ends[0]
    if said.length and not (said.advised and said.ends):
        return first, _over(first, said.length)
    return first, max([first, *ends])


def _narrowest(ranges: list[Span]) -> Span:
    """The first span told, or the days within it that are told after: 这礼拜轮到我，21、22两天."""
    frame = ranges[0]
    inside = [one for one in ranges[1:] if frame.first <= one.first and one.last <= frame.last]
    wide = (frame.last - frame.first).days >= WEEK - 1
    return inside[0] if wide and inside else frame


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
    stays = [one for one in said.starts if span.first <= one <= span.last]
    if wide and stays and (ends := said.ends_after(stays[0])):  # 下周去考察，周一走周五归
        return stays[0], ends[0]
    if said.length and wide:
        return span.first, _over(span.first, said.length)
    if (span.last - span.first).days >= MONTH - 1:
        return span.last, span.first  # 下个月休年假: no days yet
    begun = [one for one in said.points if timedelta() < span.first - one <= 2 * DAY]
    if begun and said.back:
        return min(begun), max(said.back)
    return span.first, max(span.last, *said.ends, span.first)


def _extended(base: date, said: _Said, plain: str) -> tuple[date, date]:
    """续: what was asked for ends today, or the new end is said."""
    if said.ranges:
        return said.ranges[0].first, said.ranges[0].last
    ends = sorted(set(said.ends))
    if len(ends) > 1 and ends[-1] > base and not said.starts:  # 原请到20号，改到22号
        return max(ends[0] + DAY, base), ends[-1]
    later = said.ends_after(base)
    if said.starts and said.starts[0] > base:  # 原定22日返岗，自23日起续两天
        first = said.starts[0]
        return first, max([_over(first, said.length or 1), *said.ends_after(first)[:1], first])
    if later and said.length:
        return _begun(later[0], said.length), later[0]
    points = sorted(one for one in said.points if one > base)
    ended = words.SO_FAR.search(plain) or base in said.ends or (said.length and not later)
    so_far = base + DAY if ended else base
    first = so_far if ended and later else (points[0] if points else so_far)
    return first, later[0] if later else max(_over(first, said.length or 1), *points, first)


def _over(first: date, length: float) -> date:
    """The last day of so many days; half a day takes its whole day."""
    return first + (max(1, math.ceil(length)) - 1) * DAY


def _begun(last: date, length: float) -> date:
    return last - (max(1, math.ceil(length)) - 1) * DAY
