"""The calendar of a person: does he work in the village that day, and if not, why.

The one answer for reminders, draws, deadlines and day counts. `ledger.days` knows the county's
days, `ledger.rota` a person's weekdays off, `ledger.leave` leave and trips (公差).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger import leave, people, rota
from ledger.database import Session
from ledger.days import DAY, LONGEST_REST, Nature, Why, covered, nature
from ledger.leave import Leave
from ledger.people import Person, Scope, scope_of
from ledger.rota import Weekdays
from ledger.rules import Rules

AHEAD = 14  # days that 日历 shows


# facts
class Off(StrEnum):
    """Why somebody does not work in the village on a day."""

    HOLIDAY = "法定节假日"
    WEEKEND = "周末"
    COUNTY = "本县放假"
    ROTA = "轮休"
    LEAVE = "请假"
    TRIP = "公差"


@dataclass(frozen=True)
class Day:
    """One day of a person's calendar."""

    day: date
    off: Off | None
    nature: Nature
    market: bool

    @property
    def rests(self) -> bool:
        """Whether it is a day of rest; on leave or on a trip one does not rest."""
        return self.off in {Off.HOLIDAY, Off.WEEKEND, Off.COUNTY, Off.ROTA}


@dataclass(frozen=True)
class Stretch:
    """Days in a row of which the same is to be said."""

    first: date
    last: date
    off: Off | None
    nature: Nature


# rules
def reason(
    day: date, county: Nature, *, away: Off | None = None, by_rota: Weekdays = frozenset()
) -> Off | None:
    """Why somebody does not work that day; None: he works.

    Where he is comes first (leave and trips count through weekends), then holidays and the
    county's rest days, which are off for all; the rota stands in the weekend's place.
    """
    if away:
        return away
    if county.why is Why.HOLIDAY:
        return Off.HOLIDAY
    if county.why is Why.COUNTY_REST:
        return Off.COUNTY
    if by_rota:
        return Off.ROTA if day.isoweekday() in by_rota else None
    return None if county.works else Off.WEEKEND


def stretches(days: Iterable[Day]) -> list[Stretch]:
    """Days in a row with the same to say of them, put together."""
    found: list[Stretch] = []
    for one in days:
        last = found[-1] if found else None
        if last and (last.off, _said(last)) == (one.off, _said(one)):
            found[-1] = Stretch(last.first, one.day, one.off, last.nature)
        else:
            found.append(Stretch(one.day, one.day, one.off, one.nature))
    return found


def _said(one: Day | Stretch) -> Nature | None:
    """What of the county's day matters to this person's."""
    if one.off is None:  # a plain day is a plain day, and to a rota the weekend is one too
        return one.nature if one.nature.works and one.nature.name else None
    return one.nature if one.off in {Off.HOLIDAY, Off.COUNTY} else None


# records
async def off(db: Session, scope: Scope, day: date, rules: Rules) -> dict[int, Off]:
    """Everybody of a scope who does not work in the village that day, and why; absent: works.

    Staff of townships and the county are in it too. County 0 means all counties.
    """
    county = nature(day, rules)
    there = await rota.everybody(db, scope, day)
    away = await _away(db, scope, day, there)
    rotas = await rota.on_day(db, scope, day)
    found = {
        one: reason(day, county, away=away.get(one), by_rota=rotas.get(one, frozenset()))
        for one in there
    }
    return {one: why for one, why in found.items() if why}


async def off_on(db: Session, person: int, day: date, rules: Rules) -> Off | None:
    """Why this person does not work in the village that day; None: he works."""
    by_rota = await rota.of_person(db, person, day)
    away = await _away_one(db, person, day)
    return reason(day, nature(day, rules), away=away, by_rota=by_rota)


async def absent(db: Session, scope: Scope, day: date) -> dict[int, Off]:
    """Who of a scope is on leave, on a trip or off by rota that day, whatever the county does."""
    there = await rota.everybody(db, scope, day)
    found = await _away(db, scope, day, there)
    for person, weekdays in (await rota.on_day(db, scope, day)).items():
        if person in there and day.isoweekday() in weekdays:
            found.setdefault(person, Off.ROTA)
    return found


async def workday_on_or_before(db: Session, person: int, day: date, rules: Rules) -> date:
    """That day if this person works, else his last working day before it; the day itself if none."""
    for count in range(LONGEST_REST):
        one = day - count * DAY
        if await off_on(db, person, one, rules) is None:
            return one
    return day


async def ahead(
    db: Session, person: Person, first: date, rules: Rules, *, days: int = AHEAD
) -> list[Day]:
    """A person's next days; whoever may see him may see them."""
    places = {person.village, person.township} - {""}
    found = []
    for count in range(days):
        day = first + count * DAY
        why = await off_on(db, person.id, day, rules)
        market = rules.calendar.market_on(day, places)
        found.append(Day(day, why, nature(day, rules), market))
    return found


def unknown_years(days: Iterable[Day], rules: Rules) -> list[int]:
    """Years among these days whose holidays nobody has told us yet."""
    return sorted({one.day.year for one in days if not covered(one.day, rules)})


async def _away(
    db: Session, scope: Scope, day: date, there: Mapping[int, int]
) -> dict[int, Off]:
    counties = {scope.county} if scope.county else set(there.values())
    found: dict[int, Off] = {}
    for county in sorted(counties):
        within = Scope(county, scope.township, scope.team)
        for one in await leave.away(db, within, day):
            if one.person_id in there:
                found[one.person_id] = _kind(one)
    return found


async def _away_one(db: Session, person: int, day: date) -> Off | None:
    if not await leave.is_away(db, person, day):
        return None
    scope = scope_of(await people.by_id(db, person))
    found = [one for one in await leave.away(db, scope, day) if one.person_id == person]
    return _kind(found[-1]) if found else None


def _kind(one: Leave) -> Off:
    return Off.TRIP if one.kind == leave.TRIP else Off.LEAVE
