"""Coverage (S000-04): the households nobody has visited for N days, in names and not only a share.

The names are the team's own; above the team there are numbers by village, and names only of one
village at a time, with a trace.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger import campaigns
from ledger.database import Session, queries
from ledger.people import Household, Person, scope_of

sql = queries("coverage")


# facts
@dataclass(frozen=True)
class Blind:
    """One village: households on its ledger, and how many of them nobody has visited."""

    team_id: int
    village: str
    township: str
    listed: int
    unvisited: int


# records
async def access_unvisited(
    db: Session, asker: Person, team: int, days: int, *, now: datetime
) -> list[Household]:
    """Households of a village without a visit in the last `days` days, the longest first.

    The team sees its own; above the team the asker's scope decides, and asking leaves a trace.
    """
    scope = vars(scope_of(asker)) | {"team": asker.team_id or team}
    await campaigns.note_names(db, asker, team, f"{days}", now=now)
    before = first_day(days, now.date()).isoformat()
    rows = sql.unvisited(db.connection, before=before, **scope)
    return [Household(**dict(row)) async for row in rows]


async def unvisited(db: Session, asker: Person, days: int, day: date) -> list[Blind]:
    """How many households of each village of the asker's scope had no visit in so many days."""
    before = first_day(days, day).isoformat()
    rows = sql.villages(db.connection, before=before, **vars(scope_of(asker)))
    return [Blind(**dict(row)) async for row in rows]


# rules
def first_day(days: int, day: date) -> date:
    """The first day whose visits still count."""
    return day - timedelta(days=days)
