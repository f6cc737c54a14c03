"""How the people of a rehearsal live: who is truly where on which day, told or untold.

The rehearsal plays it through the chat; afterwards the ledger's day counts are held against
this truth. Nobody clocks in: people speak of leave and trips, the leader of the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ledger.chance import Lots
from ledger.days import DAY, days_between, is_workday
from ledger.rules import Rules

LEAVE = "leave"
TRIP = "trip"
UNTOLD = "untold"  # away for a day without leave; the leader says so at the end of the week
PER_MONTH = {LEAVE: (45, 4), TRIP: (60, 2), UNTOLD: (12, 1)}  # percent, days at most
REASONS = {LEAVE: ("家里有事", "看病", "孩子开家长会"), TRIP: ("去县里开会", "到市里培训")}
REST_DAY_VISITS = 3  # percent of rest days on which somebody visits a household all the same
FORGETFUL = 10  # percent of weeks that a leader confirms only in the week after


@dataclass(frozen=True)
class Absence:
    """Some days on which somebody is not in the village."""

    person: int
    kind: str
    first: date
    last: date
    reason: str

    @property
    def said(self) -> str:
        """How he asks for it."""
        span = f"{self.first.month}月{self.first.day}日到{self.last.month}月{self.last.day}日"
        return f"请假 {span} {self.reason}"


@dataclass(frozen=True)
class Lives:
    """The truth of a made-up county; the same lots make the same lives."""

    lots: Lots
    rules: Rules

    def absences(self, person: int, first: date, last: date) -> list[Absence]:
        """Everything that takes somebody away in a span, in order, never two at once."""
        found: list[Absence] = []
        for one in sorted(self._wishes(person, first, last), key=lambda one: one.first):
            if one.last <= last and (not found or one.first > found[-1].last + DAY):
                found.append(one)
        return found

    def _wishes(self, person: int, first: date, last: date) -> Iterator[Absence]:
        month = first.replace(day=1)
        while month <= last:
            for kind, (percent, longest) in PER_MONTH.items():
                key = (kind, person, month.isoformat())
                if self.lots.below(100, "away", *key) < percent:
                    begin = month + DAY * self.lots.below(26, "begin", *key)
                    length = 1 + self.lots.below(longest, "length", *key)
                    if begin >= first + 2 * DAY and is_workday(begin, self.rules):
                        yield self._absence(person, kind, begin, length)
            month = (month + 31 * DAY).replace(day=1)

    def _absence(self, person: int, kind: str, begin: date, length: int) -> Absence:
        reasons = REASONS.get(kind, ("",))
        reason = reasons[self.lots.below(len(reasons), "reason", kind, person, begin)]
        return Absence(person, kind, begin, begin + DAY * (length - 1), reason)

    def visits_on_rest(self, person: int, day: date) -> bool:
        """Whether he visits somebody on a day off."""
        return self.lots.below(100, "rest", person, day.isoformat()) < REST_DAY_VISITS

    def forgets(self, leader: int, monday: date) -> bool:
        """Whether a leader confirms that week only in the next one."""
        return self.lots.below(100, "forgets", leader, monday.isoformat()) < FORGETFUL

    def truth(
        self, absences: list[Absence], person: int, first: date, last: date
    ) -> tuple[int, int]:
        """How many days somebody truly was stationed, and truly worked in the village."""
        away = {day: one for one in absences for day in days_between(one.first, one.last)}
        stationed = working = 0
        for day in days_between(first, last):
            kind = away[day].kind if day in away else ""
            here = not kind and (
                is_workday(day, self.rules) or self.visits_on_rest(person, day)
            )
            working += here
            stationed += here or (kind == TRIP and self.rules.trips_stationed)
        return stationed, working
