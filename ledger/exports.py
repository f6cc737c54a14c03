"""Files out (导出): asked for in the chat, made outside any transaction, delivered exactly once.

A row is the whole memory of it. Killed at any point the row is still open and the file is made
again; closing the row and posting the file are one transaction, so nobody receives it twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ledger import audit, units
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.files import Kept
from ledger.issue_rows import Wanted
from ledger.people import ON_TEAM, Person, scope_of

sql = queries("exports")
AGAIN = timedelta(minutes=5)  # a row taken that long ago and not closed is free again
GIVE_UP = timedelta(hours=24)
AT_ONCE = 3  # files one person may wait for


# facts
class What(StrEnum):
    """What can be asked for; `about` is a number or a name."""

    ISSUES = "issues"
    OVERDUE = "overdue"
    NEAR = "near"
    VILLAGE = "village"  # about: the team
    HOUSEHOLD = "household"  # about: its name
    UNIT = "unit"
    TAG = "tag"
    CATALOGUE = "catalogue"
    CAMPAIGN = "campaign"
    CLOSING_REPORT = "closing_report"  # about: the issue
    HOUSEHOLD_CODES = "household_codes"  # about: the team
    LETTER = "letter"  # about: the finding
    VISITS = "visits"  # about, from here on: the month (2026-11)
    STUDY = "study"
    DAYS = "days"
    LEAVE = "leave"
    CHECKS = "checks"
    PROMISES = "promises"


@dataclass(frozen=True)
class Export:
    """One file asked for."""

    id: int
    person_id: int
    what: str
    about: str
    asked_at: int

    def is_stale(self, now: datetime) -> bool:
        """Nobody waits for it any more, and it has failed all the time."""
        return ms(now) - self.asked_at > GIVE_UP // timedelta(milliseconds=1)


# rules
def wanted(what: What, about: str, *, today: str, until: str) -> Wanted:
    """Which issues go into a workbook; `until`: to what day a deadline is near."""
    match what:
        case What.OVERDUE:
            return Wanted(late_on=today)
        case What.NEAR:
            return Wanted(from_day=today, until_day=until, unfinished=1)
        case What.VILLAGE:
            return Wanted(village=int(about))
        case What.CATALOGUE:
            return Wanted(catalogue=about)
        case What.CAMPAIGN:
            return Wanted(campaign=about)
        case What.HOUSEHOLD:
            return Wanted(household=about)
        case What.UNIT:
            return Wanted(unit=about)
        case What.TAG:
            return Wanted(tag=about)
    return Wanted()


def check_may(asker: Person, what: What) -> None:
    """Codes of households go out by way of those above the team, who did not visit them."""
    if what is What.HOUSEHOLD_CODES and asker.role in ON_TEAM:
        raise Refused("exports.codes_from_above")


# records
async def ask(db: Session, by: Person, what: What, about: str, *, now: datetime) -> int:
    """Ask for a file; the same one asked for twice is one. Returns its number."""
    check_may(by, what)
    same = await sql.asked_already(db.connection, person=by.id, what=what.value, about=about)
    if same:
        return int(same)
    if await sql.waiting_of(db.connection, person=by.id) >= AT_ONCE:
        raise Refused("exports.too_many", most=AT_ONCE)
    id = await sql.ask(db.connection, person=by.id, what=what.value, about=about, now=ms(now))
    return int(id)


async def named(db: Session, asker: Person, name: str) -> tuple[What, str] | None:
    """What goes by that name in the asker's county: a unit, a table handed in, a campaign."""
    scope = scope_of(asker)
    if unit := await units.named(db, scope.county, name):
        return What.UNIT, unit.name
    if await sql.catalogue_named(db.connection, county=scope.county, name=name):
        return What.CATALOGUE, name
    campaign = await sql.campaign_named(
        db.connection, county=scope.county, township=scope.township, name=name
    )
    return (What.CAMPAIGN, name) if campaign else None


async def any_waiting(db: Session, *, now: datetime) -> bool:
    """Whether a look for work would find some."""
    return await sql.next(db.connection, free=ms(now - AGAIN)) is not None


async def take(db: Session, *, now: datetime) -> Export | None:
    """The next file to make; it is left alone for a while, then somebody may try again."""
    row = await sql.next(db.connection, free=ms(now - AGAIN))
    if row is None:
        return None
    await sql.take(db.connection, id=row["id"], now=ms(now))
    return Export(**dict(row))


async def finish(db: Session, export: Export, kept: Kept | None, *, now: datetime) -> bool:
    """Close the row, with the file or without; False: somebody was faster, nothing is sent."""
    sha256 = kept.sha256 if kept else ""
    if await sql.finish(db.connection, id=export.id, sha256=sha256, now=ms(now)) is None:
        return False
    if kept:
        await sql.add_file(
            db.connection, sha256=sha256, size=kept.size, mime=kept.mime, now=ms(now)
        )
    return True


async def note_taken(
    db: Session, by: Person, subject: str, what: str, about: str, count: int, sha256: str, *,
    now: datetime,
) -> None:  # fmt: skip
    """Names have left the ledger in a file: who took them, of what scope, how many (security §3)."""
    body = {"what": what, "about": about, "scope": by.place, "count": count, "sha256": sha256}
    await audit.record(db, by.id, "issue.exported", subject=subject, body=body, now=now)
