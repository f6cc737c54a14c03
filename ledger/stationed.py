"""Days at the village (驻村天数) by exception: nobody clocks in, the days follow from the work.

Two counters (S000-78): stationed (驻村) and working in the village (在村工作). A working day
without leave counts as stationed; it counts as worked in the village once a record, the
person's own word or the leader's weekly confirmation says so. Trips (公差) are stationed by the
county's rule, not worked in the village. Every day can show its source. No place, no photo.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from ledger.calendar import Off, reason
from ledger.days import DAY, is_workday, nature, week_of, workdays_between
from ledger.rules import Rules

PACE_AFTER = 40  # days: before that a forecast is not worth a warning
WORK = {"visit": "走访", "issue": "问题", "progress": "问题进展", "promise": "答应群众的事"}
MEETING = "meeting"
PRESENT = "presence"


class Trust(IntEnum):
    """How sure a day is."""

    NONE = 0  # it does not count
    EXCEPTION = 1  # a working day, nothing said to the contrary
    CONFIRMED = 2  # the leader's word of the week
    RECORDED = 3  # work recorded, or told by the person or for him


class Source(StrEnum):
    """What a day is counted by, or why it is not."""

    RECORD = "有工作记录"
    PRESENT = "本人说明在岗"
    MEETING = "有会议或活动"
    TOLD = "已有说明"
    WEEK = "队长确认本周"
    EXCEPTION = "没有请假，按在岗计"
    TRIP = "公差"
    LEAVE = "请假"
    REST = "休息日"


# facts
@dataclass(frozen=True)
class Told:
    """Somebody's word about one day; it outweighs what the records suggest."""

    stationed: bool
    working: bool
    note: str
    by: int


@dataclass(frozen=True)
class DayFacts:
    """Everything known about one person's day."""

    day: date
    off: Off | None
    evidence: frozenset[str] = frozenset()
    told: Told | None = None
    confirmed: bool = False


@dataclass(frozen=True)
class Counted:
    """One day as it counts, with its source."""

    day: date
    stationed: bool
    working: bool
    source: Source
    trust: Trust
    what: str = ""  # 走访、问题; or the words of who told it


# rules
def count(facts: DayFacts, rules: Rules) -> Counted:
    """How one day counts; the surest source names it."""
    if facts.told:
        sure = Trust.RECORDED if facts.told.stationed else Trust.NONE
        return Counted(
            facts.day, facts.told.stationed, facts.told.working, Source.TOLD, sure,
            facts.told.note,
        )  # fmt: skip
    if recorded := _recorded(facts):
        return recorded
    if facts.off is Off.TRIP:
        trust = Trust.CONFIRMED if rules.trips_stationed else Trust.NONE
        return Counted(
            facts.day, rules.trips_stationed, rules.trips_working, Source.TRIP, trust
        )
    if facts.off:
        source = Source.LEAVE if facts.off is Off.LEAVE else Source.REST
        return Counted(facts.day, False, False, source, Trust.NONE, facts.off.value)
    if facts.confirmed:
        return Counted(facts.day, True, True, Source.WEEK, Trust.CONFIRMED)
    return Counted(facts.day, True, False, Source.EXCEPTION, Trust.EXCEPTION)


def _recorded(facts: DayFacts) -> Counted | None:
    """A day with work in it counts twice, a rest day too; on leave the leave stands."""
    if facts.off in {Off.LEAVE, Off.TRIP}:
        return None
    work = "、".join(WORK[one] for one in WORK if one in facts.evidence)
    if work:
        return Counted(facts.day, True, True, Source.RECORD, Trust.RECORDED, work)
    if PRESENT in facts.evidence:
        return Counted(facts.day, True, True, Source.PRESENT, Trust.RECORDED)
    if MEETING in facts.evidence and not facts.off:
        return Counted(facts.day, True, True, Source.MEETING, Trust.RECORDED)
    return None


@dataclass(frozen=True)
class Counter:
    """One of the two counters against its goal of the year."""

    done: int
    forecast: int  # by the year's end at this pace
    goal: int

    @property
    def short(self) -> int:
        """How many days the forecast falls short."""
        return max(self.goal - self.forecast, 0)


@dataclass(frozen=True)
class Year:
    """A person's two counters, from the first day that counts up to a day."""

    first: date
    until: date
    stationed: Counter
    working: Counter
    counted: tuple[Counted, ...]

    @property
    def warns(self) -> bool:
        """Whether one counter will miss its goal at this pace; not before some weeks are known."""
        short = self.stationed.short or self.working.short
        return bool(short and len(self.counted) > PACE_AFTER)


def year_of(counted: Iterable[Counted], first: date, until: date, rules: Rules) -> Year:
    """Counters and forecast: the working days left, at the pace so far; a part of a year is
    measured against its part of the goal."""
    days = tuple(counted)
    end = date(until.year, 12, 31)
    passed = sum(is_workday(one.day, rules) for one in days)
    left = workdays_between(until + DAY, end, rules)
    part = ((end - first).days + 1) / ((end - date(until.year, 1, 1)).days + 1)
    return Year(
        first, until,
        _counter(sum(one.stationed for one in days), passed, left, rules.stationed_days, part),
        _counter(sum(one.working for one in days), passed, left, rules.working_days, part),
        days,
    )  # fmt: skip


def _counter(done: int, passed: int, left: int, goal: int, part: float) -> Counter:
    ahead = round(left * min(done / passed, 1)) if passed else left
    return Counter(done, done + ahead, round(goal * part))


def off_of(day: date, rules: Rules, away: Off | None, rota: frozenset[int]) -> Off | None:
    """Why a person does not work that day, from what is known of him."""
    return reason(day, nature(day, rules), away=away, by_rota=rota)


def monday_of(day: date) -> date:
    """The Monday that names a week."""
    return week_of(day)[0]
