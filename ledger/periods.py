"""The roll-up behind every summary: counts per team and day, week, 旬, month, year.

Kept in the transaction of each record, so that a report reads one ready row a team.
The keys are those of performance §3.1; a correction writes differences to the record's own rows.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache

from ledger.database import Session, queries

sql = queries("periods")


class Period(IntEnum):
    """How long a roll-up row is."""

    DAY = 0
    WEEK = 1
    TENDAY = 2
    MONTH = 3
    YEAR = 4


@dataclass(frozen=True)
class Span:
    """One period: its kind, its key, its first and last day."""

    kind: Period
    key: int
    first: date
    last: date


COUNTED = (
    "studied",
    "visits",
    "households",
    "opened",
    "progressed",
    "submitted",
    "closed",
    "checked",
    "answered",
    "unanswered",
    "promised",
)


@lru_cache(maxsize=4096)
def spans(day: date) -> tuple[Span, ...]:
    """The five periods a day belongs to."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    year, week, _ = day.isocalendar()
    month_end = _month_end(day)
    third = 1 if day.day <= 10 else 2 if day.day <= 20 else 3
    start = day.replace(day=(third - 1) * 10 + 1)
    end = month_end if third == 3 else start + timedelta(days=9)
    month = day.year * 100 + day.month
    return (
        Span(Period.DAY, day.toordinal(), day, day),
        Span(Period.WEEK, year * 100 + week, monday, monday + timedelta(days=6)),
        Span(Period.TENDAY, month * 10 + third, start, end),
        Span(Period.MONTH, month, day.replace(day=1), month_end),
        Span(Period.YEAR, day.year, date(day.year, 1, 1), date(day.year, 12, 31)),
    )


def span(kind: Period, day: date) -> Span:
    """The one period of that kind the day belongs to."""
    return spans(day)[kind]


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


async def add(db: Session, team: int, day: date, **deltas: int) -> None:
    """Add the differences to the five rows of that team and day, in one statement."""
    if unknown := set(deltas) - set(COUNTED):
        raise ValueError(f"not counted: {unknown}")
    numbers = {name: deltas.get(name, 0) for name in COUNTED}
    keys = {f"key{one.kind.value}": one.key for one in spans(day)}
    await sql.add(db.connection, team=team, **numbers, **keys)


async def add_household(
    db: Session, team: int, day: date, household: int, *, sign: int
) -> None:
    """Count a visit's household where it is the first (sign 1) or was the last (-1) of a period.

    Call it before the visit is inserted and after one is taken away: the nearest other visit
    on either side decides, so late and withdrawn visits change no other row.
    """
    near = await sql.near(db.connection, team=team, household=household, day=day.isoformat())
    before = date.fromisoformat(near["before"]) if near["before"] else None
    after = date.fromisoformat(near["after"]) if near["after"] else None
    for one in spans(day):
        seen = (before is not None and before >= one.first) or (
            after is not None and after <= one.last
        )
        if not seen:
            await sql.add_households(
                db.connection, kind=one.kind.value, period=one.key, team=team, delta=sign
            )
