"""Townships by the share of their due issues struck off: only while its switch is on (乡镇排名).

The one ranking there can be: never of persons, never by counts of records (domain §9).
"""

from dataclasses import replace
from datetime import timedelta

from ledger import switches
from ledger.database import Session, queries
from ledger.reports.facts import Place, Report, Share, Window
from ledger.switches import Switch

sql = queries("shares")
LOOK_BACK = timedelta(days=90)  # deadlines older than that are another story
FEWEST = 3  # due issues: with fewer a share says nothing


def ordered(shares: list[Share]) -> tuple[Share, ...]:
    """The highest share first; townships with too few issues last, in the roster's order."""
    enough = [one for one in shares if one.due >= FEWEST]
    few = [one for one in shares if one.due < FEWEST]
    return (*sorted(enough, key=lambda one: -one.percent), *few)


async def with_shares(db: Session, report: Report, place: Place, window: Window) -> Report:
    """The county's weekly report with its townships' shares, while the county wants them."""
    if window.kind != "weekly" or place.level != "county":
        return report
    county, day = place.scope.county, window.as_of
    if not await switches.is_on(db, Switch.TOWNSHIP_RANKING, county=county, day=day):
        return report
    first = (day - LOOK_BACK).isoformat()
    rows = sql.by_township(db.connection, county=county, first=first, day=day.isoformat())
    shares = [Share(row["township"], row["due"], row["closed"]) async for row in rows]
    return replace(report, shares=ordered(shares))
