"""Days and times as people write them, found by words alone and dated later (language.md §4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

from ledger.errors import Misunderstood
from ledger.time_days import (
    RESOLVERS,
    Days,
    Kind,
    Looks,
    counted,
    holiday,
    next_month,
    weekday_number,
    workdays_on,
)
from ledger.time_forms import BY_FIRST, PART_FIRST, Hit, form_at, joined_day
from ledger.time_words import (
    JOIN,
    LONG_PARTS,
    SHORT_PARTS,
    SUFFIX,
    clock_pattern,
    count_of,
    number,
    read_clock,
)

__all__ = ["Kind", "Looks", "Span", "TimePhrase", "find_times"]

DAY = timedelta(days=1)
Ending = Literal["", "by", "after", "start"]
ABOUT = r"(?P<about>[ \u3000]?(?:左右|前后|上下))?"
CLOCKS = (
    rf"{clock_pattern('a')}(?:[多许]|来钟)?"
    rf"(?P<range>{JOIN}(?P<part2>{LONG_PARTS})?{clock_pattern('b')})?"
)
TAIL = re.compile(
    r"(?:(?:的|[ \u3000]){0,2}"
    rf"(?:(?P<part>{LONG_PARTS}|{SHORT_PARTS})|(?=[0-9一二两三四五六七八九十])))?"
    rf"(?:[ \u3000]?{CLOCKS})?{ABOUT}(?:{SUFFIX})?"
)
ALONE = re.compile(
    rf"(?:(?P<part>{LONG_PARTS}|早|晚)[ \u3000]?{CLOCKS}"
    rf"|(?P<only>{LONG_PARTS})(?![好饭餐茶班])){ABOUT}(?:{SUFFIX})?"
)
BARE_CLOCK = re.compile(rf"(?<![0-9.有比例]){CLOCKS}{ABOUT}(?:{SUFFIX})?")
NO_CLOCK = re.compile("意见|建议|要求|问题|体会|感想|[0-9]|、|水|钱|原因|措施|想法|内容")
LEAD = re.compile(
    r"(?:(?P<by>截止|截至|最迟|最晚|不迟于|不晚于|限期?)(?:日期|时间)?(?:到|至|于|在)?[：: ]?"
    r"|(?P<start>从|自))"
)
LEADS = "截最不限从自"  # their first characters
JOINED = re.compile(JOIN)
JOINABLE = {"ymd", "date", "md", "day", "week", "relative", "month"}
COUNT_BEHIND = re.compile(
    "[，,]?(?P<n>[0-9]{1,3}|[一二两三四五六七八九十]{1,3}|半)个?(?P<unit>天|周|星期|月)"
)
TRIGGER = re.compile(f"[{re.escape(''.join(sorted({*BY_FIRST, *PART_FIRST, *LEADS})))}]")


@dataclass(frozen=True)
class Span:
    """The days a phrase means, both included, and its clock.

    point: first == last; by: last is the last day that counts, first the base; after: first is
    the first day that counts. Unsure ones are best guesses, to be shown resolved.
    """

    kind: Kind
    first: date
    last: date
    clock: time | None
    sure: bool


@dataclass(frozen=True)
class TimePhrase:
    """A time phrase in a text: its characters, and what it needs to be dated."""

    start: int
    end: int
    text: str
    hit: Hit
    until: Hit | None = None
    ending: Ending = ""
    clock: time | None = None
    clock_sure: bool = True
    length: Mapping[str, str] | None = field(default=None)

    @property
    def names_day(self) -> bool:
        """Whether it names a day; 晚上八点 names a clock only."""
        return self.hit.form != "clock"

    @property
    def beside(self) -> bool:
        """Whether it counts from the day told of before: 次日, 头天."""
        return self.hit.form == "beside"

    @property
    def at_once(self) -> bool:
        """Whether it is 立行立改, 马上 and their like."""
        return self.hit.form == "once"

    def resolve(self, base: date, looks: Looks) -> Span | None:
        """Its days from that base; None when it cannot be dated alone (节前, 过几天).

        `Misunderstood` (days.no_such_day) when such a day does not exist: 11月31日.
        """
        try:
            return self._resolve(base, looks)
        except (ValueError, OverflowError) as error:
            raise Misunderstood("days.no_such_day", phrase=self.text) from error

    def _resolve(self, base: date, looks: Looks) -> Span | None:
        if self.hit.form in {"counted", "workdays"}:
            return self._counted(base)
        found = self._days(base, looks)
        if found is None:
            return None
        sure = found.sure and self.clock_sure
        if self.length:
            last = counted(self.length, found.first, back=False)[0] - DAY
            return Span("range", found.first, max(found.first, last), self.clock, sure)
        if self.ending in {"by", "after", "start"} or found.kind == "by":
            return self._ended(found, base, sure)
        return Span(found.kind, found.first, found.last, self.clock, sure)

    def _days(self, base: date, looks: Looks) -> Days | None:
        if self.hit.form in {"holiday", "newyear"}:
            return holiday(self.hit.parts, base, looks, after=self.ending == "after")
        resolver = RESOLVERS.get(self.hit.form)
        found = resolver(self.hit.parts, base, looks) if resolver else None
        if found is None or self.until is None:
            return found
        last = _until(self.until, found.first, base, looks)
        if last is None:
            return None
        ordered = last >= found.first
        first, last = (found.first, last) if ordered else (last, found.first)
        return Days(first, last, "range", found.sure and ordered)

    def _ended(self, found: Days, base: date, sure: bool) -> Span:
        """Rule 3: 前 and 内 make a deadline, 后 a beginning."""
        if self.ending == "start":
            return Span("after", found.first, found.first, self.clock, sure)
        if self.ending == "after":
            first = found.last if self.clock else found.last + DAY
            return Span("after", first, first, self.clock, sure)
        last = found.last
        if found.kind == "range" and self.until is None and self._ends_before(found, base):
            last = found.first - DAY
            sure = sure and self.hit.form == "holiday"
        return Span("by", min(base, last), last, self.clock, sure)

    def _ends_before(self, found: Days, base: date) -> bool:
        """春节前 and 下周前 end before it begins; 本周内 and 本周前 end with it."""
        festive = self.hit.form in {"holiday", "newyear"}
        return self.text.endswith(("前", "前夕")) and (festive or found.first > base)

    def _counted(self, base: date) -> Span:
        """三天内, 3天前, 两周后."""
        if self.hit.form == "workdays":
            count, exact = count_of(self.hit.parts["n"])
            day = workdays_on(base, int(count))
        else:
            day, exact = counted(self.hit.parts, base, back=self.text.endswith("前"))
        if self.text.endswith("前"):
            return Span("point", day, day, self.clock, exact)
        if self.ending == "after":
            return Span("after", day, day, self.clock, exact)
        return Span("by", base, day, self.clock, exact)


def _until(hit: Hit, first: date, base: date, looks: Looks) -> date | None:
    """The last day of X到Y: what Y leaves out it takes from X."""
    if hit.form == "day":
        day = number(hit.parts["d"]) or 0
        return (first if day >= first.day else next_month(first)).replace(day=day)
    if hit.form == "week" and "which" not in hit.parts and hit.parts.get("wd", "末") != "末":
        return first + (weekday_number(hit.parts["wd"]) - first.weekday()) % 7 * DAY
    if hit.form in {"date", "md"} and not {"y", "mr"} & set(hit.parts):
        month, day = number(hit.parts["m"]) or 0, number(hit.parts["d"]) or 0
        return date(first.year + ((month, day) < (first.month, first.day)), month, day)
    resolver = RESOLVERS.get(hit.form)
    found = resolver(hit.parts, base, looks) if resolver else None
    return found.last if found else None


def find_times(text: str) -> list[TimePhrase]:
    """Every time phrase of a text, in order, never overlapping."""
    found: list[TimePhrase] = []
    done = 0
    for trigger in TRIGGER.finditer(text):
        start = trigger.start()
        if start < done:
            continue
        one = _phrase_at(text, start)
        if one:
            done = one.end
            if one.hit.form != "skip":
                found.append(one)
    return found


def _phrase_at(text: str, start: int) -> TimePhrase | None:
    lead = LEAD.match(text, start) if text[start] in LEADS else None
    at = lead.end() if lead else start
    hit = form_at(text, at)
    if hit is None:
        return None if lead else _clock_alone(text, start)
    if hit.form in {"skip", "none"}:
        return TimePhrase(start, hit.end, text[start : hit.end], hit)
    return _with_tail(text, start, hit, lead)


def _with_tail(
    text: str, start: int, hit: Hit, lead: re.Match[str] | None
) -> TimePhrase | None:
    until = _joined(text, hit, hit.end)
    tail = TAIL.match(text, until.end if until else hit.end)
    if tail is None:
        return None
    end, ending = _ending(tail, until or hit)
    clock, sure = _clock(tail.groupdict(default=""))
    if until is None and not ending and (until := _joined(text, hit, end)):
        tail = TAIL.match(text, until.end) or tail  # 25日下午到26日上午
        end, ending = _ending(tail, until)
    length, end = _length(text, end, ending)
    if lead and lead["by"]:
        ending = "by"
    if lead and lead["start"] and not (until or ending):
        start = lead.end()
    sure = sure and not tail["about"]
    return TimePhrase(start, end, text[start:end], hit, until, ending, clock, sure, length)


def _joined(text: str, hit: Hit, end: int) -> Hit | None:
    """The second half of 3月2日至5日."""
    join = JOINED.match(text, end) if hit.form in JOINABLE else None
    until = form_at(text, join.end(), joined=True) if join else None
    if join and until is None and hit.form in {"md", "date"}:
        until = joined_day(text, join.end())
    return until if until and until.form in JOINABLE else None


def _ending(tail: re.Match[str], hit: Hit) -> tuple[int, Ending]:
    """Where the phrase ends, a space behind it left out, and its 前, 后 or 起."""
    said = _said(tail.groupdict(default=""))
    taken = said or tail["part"] or tail["ah"] or tail["about"]
    return (tail.end() if taken else hit.end), said


def _said(groups: Mapping[str, str]) -> Ending:
    if groups["by"]:
        return "by"
    if groups["after"]:
        return "after"
    return "start" if groups["start"] else ""


def _length(text: str, end: int, ending: Ending) -> tuple[Mapping[str, str] | None, int]:
    """从明天起三天."""
    found = COUNT_BEHIND.match(text, end) if ending == "start" else None
    return (found.groupdict(), found.end()) if found else (None, end)


def _clock(groups: Mapping[str, str]) -> tuple[time | None, bool]:
    if not groups["ah"]:
        return None, True
    return read_clock(groups, "a", groups["part"]) or (None, False)


def _clock_alone(text: str, start: int) -> TimePhrase | None:
    """A time of day without its day: 晚上八点, 8:30到10:00."""
    match = ALONE.match(text, start)
    if match is None:
        match = BARE_CLOCK.match(text, start)
        if match is None or not _is_clock(match, text):
            return None
    groups = {"part": "", **match.groupdict(default="")}
    clock, sure = _clock(groups)
    hit = Hit("clock", match.end(), {})
    return TimePhrase(start, match.end(), match[0], hit, None, _said(groups), clock, sure)


def _is_clock(match: re.Match[str], text: str) -> bool:
    """8:30, 10点, 三点半; but 三点意见 and 一点 are no clocks."""
    groups = match.groupdict(default="")
    if read_clock(groups, "a", "") is None:
        return False
    if any(groups[name] for name in ("ac", "ahalf", "aq", "am", "an", "range", "about", "by")):
        return True
    if NO_CLOCK.match(text, match.end()):
        return False
    return groups["ah"].isascii() or (number(groups["ah"]) or 0) > 5 or "点钟" in match[0]
