"""Reply windows (情况说明的时限): how long somebody may explain, in his own working hours (S000-52).

Quiet hours, days of rest and his leave, trips and rota do not count.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from ledger import calendar
from ledger.database import Session
from ledger.days import DAY, LONGEST_REST, at, is_workday
from ledger.rules import Rules


def deadline(
    start: datetime, hours: int, rules: Rules, works: Callable[[date], bool] | None = None
) -> datetime:
    """When so many working hours have gone by: quiet hours and days of rest do not count.

    works: whether the person works that day; without it the county's days alone.
    """
    on = works or (lambda day: is_workday(day, rules))
    left, day = timedelta(hours=hours), start.date()
    for _ in range(2 * LONGEST_REST):
        for first, last in _awake(day, rules) if on(day) else ():
            begin = max(first, start)
            if begin < last and begin + left <= last:
                return begin + left
            left -= max(last - begin, timedelta(0))
        day += DAY
    return at(day, time())  # a county without any working day


def _awake(day: date, rules: Rules) -> tuple[tuple[datetime, datetime], ...]:
    """The two halves of a day in which people may be written to."""
    return (
        (at(day, rules.quiet_until), at(day, rules.noon_from)),
        (at(day, rules.noon_until), at(day, rules.quiet_from)),
    )


async def deadline_of(
    db: Session, person: int | None, start: datetime, rules: Rules
) -> datetime:
    """The deadline with this person's leave, trips and rota as they are known now."""
    if person is None:
        return deadline(start, rules.reply_hours, rules)
    off: dict[date, bool] = {}
    while True:
        until = deadline(start, rules.reply_hours, rules, lambda day: not off.get(day, False))
        days = [start.date() + count * DAY for count in range((until - start).days + 2)]
        if all(day in off for day in days):
            return until
        for day in days:
            off[day] = await calendar.off_on(db, person, day, rules) is not None
