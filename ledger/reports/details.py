"""明细: the records behind a summary's figures, for the team itself; above it, places in figures."""

from dataclasses import dataclass, replace
from datetime import date

from ledger.database import Session
from ledger.errors import Refused
from ledger.people import Person, Role
from ledger.reports.facts import Depth, Part, Place, Section, Window, may_read
from ledger.reports.sections import fit, listed, parts
from ledger.reports.sheet import Sheet, gather

SORTS = (
    "studied", "visited", "opened", "progressed", "submitted", "closed", "issue", "checked",
)  # fmt: skip
OWN_ONLY = frozenset({"studied", "checked"})  # for a member: his own
LINES = 70
MOST = 40


@dataclass(frozen=True)
class Details:
    """What stands behind one summary."""

    window: Window
    place: Place
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]


async def look(db: Session, asker: Person, place: Place, window: Window) -> Details:
    """The records of the asker's team, or the figures of each place below the asker's."""
    if not may_read(asker, place):
        raise Refused("reports.no_place", said=place.name)
    if place.level != "team":
        sheet = await gather(db, place.scope, window)
        return Details(window, place, (), parts(sheet, place))
    whole = replace(
        window, soon=date.max
    )  # every issue not struck off, however far its deadline
    sheet = await gather(db, place.scope, whole, depth=Depth.RECORDS)
    lists = (_list(sheet, sort, asker) for sort in SORTS)
    found = fit((one for one in lists if one.total), LINES, most=MOST)
    return Details(window, place, found, ())


def _list(sheet: Sheet, sort: str, asker: Person) -> Section:
    items = sheet.sorted_as(sort)
    if asker.role is Role.MEMBER and sort in OWN_ONLY:
        own = listed(sort, (one for one in items if one.person_id == asker.id))
        return replace(own, total=len(items))
    return listed(sort, items)
