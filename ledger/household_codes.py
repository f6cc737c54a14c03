"""The household's own short code (户码): its word that an issue of its own is solved.

Six digits on a slip the township hands to the household, new every year. They come from the key
of this installation, which nobody on a team can see: a team can neither work them out nor list
them. Guessing is shut off after a few tries a day, counted from the log.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from ledger import audit, people
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import at
from ledger.errors import Refused
from ledger.issue_steps import step
from ledger.issues import Issue
from ledger.people import STAFF, Person, scope_of

sql = queries("household_codes")
DIGITS = 6
TRIES_A_DAY = 5  # wrong ones, of one issue
OLD_SLIPS_UNTIL = 3  # the month in which last year's slips end
MISSED = "issue.code_missed"


# facts
@dataclass(frozen=True)
class Slip:
    """One household's slip of paper."""

    household: str
    group: str
    code: str


# rules
def code_of(key: bytes, household_id: int, year: int) -> str:
    """That household's code of that year, six digits."""
    number = Lots(key).below(10**DIGITS, "household code", year, household_id)
    return f"{number:0{DIGITS}d}"


def matches(key: bytes, household_id: int, said: str, day: date) -> bool:
    """Whether this is the household's code; until the end of March last year's slip still counts.

    Every year's code is compared, in constant time, so that the time taken tells nothing.
    """
    years = (day.year, day.year - 1) if day.month <= OLD_SLIPS_UNTIL else (day.year,)
    given = said.encode()
    found = [
        hmac.compare_digest(code_of(key, household_id, one).encode(), given) for one in years
    ]
    return any(found)


# records
async def tries_left(db: Session, issue: Issue, day: date) -> int:
    """How many wrong tries that day still has for the issue."""
    since = ms(at(day, datetime.min.time()))
    history = await audit.history(db, issue.subject)
    missed = [one for one in history if one["kind"] == MISSED and one["at"] >= since]
    return max(0, TRIES_A_DAY - len(missed))


async def is_right(
    db: Session, by: Person, issue: Issue, said: str, *, key: bytes, now: datetime
) -> bool:
    """Whether what was said is the code of the issue's household; a wrong one is written down.

    Refused without a household of the roster, and when the day has no tries left: then a right
    one counts no more than a wrong one.
    """
    if issue.household_id is None:
        raise Refused("household_codes.no_household", id=issue.id)
    if not await tries_left(db, issue, now.date()):
        raise Refused("household_codes.shut", id=issue.id, most=TRIES_A_DAY)
    if matches(key, issue.household_id, said, now.date()):
        return True
    await step(db, by, issue, MISSED.removeprefix("issue."), {}, now=now)
    return False


async def sheet(
    db: Session, asker: Person, team: int, key: bytes, year: int, *, now: datetime
) -> list[Slip]:
    """The slips of one village, by group and name: for a township, never for a team.

    Who has had them printed stands in the log.
    """
    if asker.role not in STAFF:
        raise Refused("household_codes.not_for_teams")
    if team not in {one.id for one in await people.teams(db, scope_of(asker))}:
        raise Refused("household_codes.not_your_village")
    body = {"year": year}
    await audit.record(
        db, asker.id, "household.codes_listed", subject=f"team:{team}", body=body, now=now
    )
    rows = sql.households(db.connection, team=team)
    return [
        Slip(row["name"], row["group_name"], code_of(key, row["id"], year))
        async for row in rows
    ]
