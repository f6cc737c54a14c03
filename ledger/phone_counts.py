"""The figures of phone checks (电话抽查): by township, in numbers only; nobody is ranked."""

from dataclasses import dataclass, fields
from datetime import date

from ledger.database import Session, queries
from ledger.people import Scope

sql = queries("phone_counts")


# facts
@dataclass(frozen=True)
class Counts:
    """The figures of some days; nobody's name is in them."""

    township: str
    drawn: int = 0
    on_post: int = 0
    out: int = 0
    on_leave: int = 0
    unreached: int = 0
    to_explain: int = 0
    void: int = 0

    @property
    def done(self) -> int:
        """How many calls something came of."""
        return self.on_post + self.out + self.on_leave + self.unreached + self.to_explain

    @property
    def reached(self) -> int:
        """How many were on their post, in the village or out with notice."""
        return self.on_post + self.out

    def __add__(self, other: "Counts") -> "Counts":
        """Both together."""
        numbers = {
            one.name: getattr(self, one.name) + getattr(other, one.name)
            for one in fields(self)[1:]
        }
        return Counts(self.township, **numbers)


# records
async def counts(db: Session, scope: Scope, first: date, last: date) -> list[Counts]:
    """The figures of these days by township, in the townships' own order."""
    rows = sql.counts(
        db.connection, county=scope.county, township=scope.township,
        first=first.isoformat(), last=last.isoformat(),
    )  # fmt: skip
    return [Counts(**dict(row)) async for row in rows]


async def not_made(db: Session, scope: Scope, day: date) -> int:
    """How many of a day's calls were not made, for the day's summary."""
    found = await counts(db, scope, day, day)
    return sum(one.drawn - one.done for one in found)
