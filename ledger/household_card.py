"""户卡: one household at a glance, by the five core aspects (S000-23). The team's own only."""

from dataclasses import dataclass
from datetime import date, timedelta

from ledger import place_issues
from ledger.database import Session, queries
from ledger.people import Household, Person
from ledger.place_issues import Line

sql = queries("household_card")
ASPECTS = ("饮水", "住房", "教育", "医疗", "收入")
SINCE = timedelta(days=180)  # promises older than that are no longer spoken of
PAST = timedelta(days=30)  # a promise this late still is


# facts
@dataclass(frozen=True)
class Promised:
    """Our word given to the household, with its last day if one was named."""

    text: str
    by_day: str | None
    day: str


@dataclass(frozen=True)
class Card:
    """The household, its issues, what it was promised."""

    household: Household
    issues: list[Line]
    promised: list[Promised]

    def of_aspect(self, aspect: str) -> list[Line]:
        """Its open issues in one of the five aspects."""
        return [one for one in self.issues if one.unsolved and one.category == aspect]

    @property
    def touched(self) -> list[str]:
        """The aspects with an open issue."""
        return [one for one in ASPECTS if self.of_aspect(one)]

    @property
    def untouched(self) -> list[str]:
        """The aspects without one."""
        return [one for one in ASPECTS if not self.of_aspect(one)]

    @property
    def others(self) -> list[Line]:
        """Its open issues beside the five aspects."""
        return [one for one in self.issues if one.unsolved and one.category not in ASPECTS]

    @property
    def looked_at(self) -> list[Line]:
        """Struck off issues that somebody has looked at again, or is to."""
        return [one for one in self.issues if not one.unsolved and (one.looked or one.look_due)]


# records
async def card(db: Session, asker: Person, household: Household, day: date) -> Card:
    """All of one household of the asker's own team, in two statements."""
    found = await place_issues.access_household(db, asker, household.id)
    rows = sql.promises(
        db.connection, household=household.id, team=asker.team_id,
        since=(day - SINCE).isoformat(), until=(day - PAST).isoformat(),
    )  # fmt: skip
    return Card(household, found, [Promised(**dict(row)) async for row in rows])
