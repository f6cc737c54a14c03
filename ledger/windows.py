"""Windows: when a spot check may begin, and until when it can be answered in working time.

The midday rest does not count, and a window never reaches into the night (domain §9).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger.days import DAY, at, is_workday
from ledger.rules import Rules

BEFORE_NIGHT = timedelta(minutes=5)  # room for the closing words before the quiet hours
LOOK_AHEAD = 60  # days in which some working day must lie


@dataclass(frozen=True)
class Window:
    """When a check is asked, when it reminds once, when it closes."""

    opens: datetime
    reminds: datetime
    closes: datetime


def window(start: datetime, rules: Rules) -> Window | None:
    """The time for a check asked at that moment; None outside working time."""
    clock = start.time()
    if not rules.check_from <= clock < rules.check_until or rules.quiet(clock):
        return None
    if not is_workday(start.date(), rules):
        return None
    length = timedelta(minutes=rules.check_window)
    reminds = end_of(start, length * rules.check_remind_share / 100, rules)
    closes = end_of(start, length, rules)
    return Window(start, reminds, closes) if reminds and closes else None


def next_start(now: datetime, rules: Rules) -> datetime | None:
    """The next moment at which a check may begin; None if the county's hours allow none."""
    clocks = sorted({rules.check_from, rules.noon_until, rules.quiet_until})
    days = (now.date() + DAY * ahead for ahead in range(LOOK_AHEAD))
    starts = (at(day, clock) for day in days for clock in clocks)
    return next((one for one in starts if one > now and window(one, rules)), None)


def end_of(start: datetime, length: timedelta, rules: Rules) -> datetime | None:
    """When so much time has passed, the midday rest left out; None if night comes first."""
    noon_from, noon_until = _noon(start.date(), rules)
    end = start + length
    if start < noon_until and end >= noon_from:
        end += noon_until - max(start, noon_from)
    return end if end <= last_end(start.date(), rules) else None


def last_end(day: date, rules: Rules) -> datetime:
    """The last moment at which a window of that day may end."""
    return at(day, rules.quiet_from) - BEFORE_NIGHT


def waking(start: datetime, end: datetime, rules: Rules) -> timedelta:
    """The time between two moments of a day, the midday rest left out."""
    noon_from, noon_until = _noon(start.date(), rules)
    rest = max(min(end, noon_until) - max(start, noon_from), timedelta(0))
    return end - start - rest


def after_outage(span: Window, since: datetime, now: datetime, rules: Rules) -> Window | None:
    """The window moved by the system's own silence; None when it no longer fits the day."""
    if span.opens.date() != now.date():
        return None
    start, reminds = max(since, span.opens), span.reminds
    if reminds > start:
        reminds = end_of(now, waking(start, reminds, rules), rules) or now
    closes = end_of(now, waking(start, span.closes, rules), rules)
    return Window(span.opens, reminds, closes) if closes else None


def after_night(now: datetime, rules: Rules) -> datetime:
    """That moment, or the end of the night's rest it falls into."""
    if rules.quiet_until <= now.time().replace(tzinfo=None) < rules.quiet_from:
        return now
    morning = at(now.date(), rules.quiet_until)
    return morning if morning > now else morning + DAY


def _noon(day: date, rules: Rules) -> tuple[datetime, datetime]:
    return at(day, rules.noon_from), at(day, rules.noon_until)
