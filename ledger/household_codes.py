"""The household's own short codes (户码): its word that an issue of its own is solved.

A slip of six-digit codes, handed to the household by the township, new every year; each code is
good for one issue, so that one who has heard it once cannot say it again. They come from the key
of this installation, which nobody on a team can see: a team can neither work them out nor list
them. Guessing is shut off after a few tries a day, counted from the log.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

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
ON_A_SLIP = 8  # codes of one household for one year
TRIES_A_DAY = 5  # wrong ones, of one issue
OLD_SLIPS_UNTIL = 3  # the month in which last year's slips end
MISSED = "issue.code_missed"


# facts
@dataclass(frozen=True)
class Slip:
    """One household's slip of paper."""

    household: str
    group: str
    codes: tuple[str, ...]


class Heard(StrEnum):
    """What became of a code that was said; the value is the block that says so."""

    RIGHT = "household_codes.confirmed"
    USED = "household_codes.used"
    WRONG = "household_codes.wrong"


# rules
def codes_of(key: bytes, household_id: int, year: int) -> tuple[str, ...]:
    """That household's codes of that year, six digits each, in the order of the slip."""
    lots = Lots(key)
    numbers = (
        lots.below(10**DIGITS, "household code", year, household_id, place)
        for place in range(1, ON_A_SLIP + 1)
    )
    return tuple(f"{number:0{DIGITS}d}" for number in numbers)


def place_of(key: bytes, household_id: int, said: str, day: date) -> tuple[int, int] | None:
    """Year and place on the slip of the code that was said; None: it is none of the household's.

    Until the end of March last year's slip still counts. Every code is compared, in constant
    time, so that the time taken tells nothing.
    """
    years = (day.year, day.year - 1) if day.month <= OLD_SLIPS_UNTIL else (day.year,)
    given = said.encode()
    found = [
        (year, place)
        for year in years
        for place, code in enumerate(codes_of(key, household_id, year), 1)
        if hmac.compare_digest(code.encode(), given)
    ]
    return found[0] if found else None


# records
async def tries_left(db: Session, issue: Issue, day: date) -> int:
    """How many wrong tries that day still has for the issue."""
    since = ms(at(day, datetime.min.time()))
    history = await audit.history(db, issue.subject)
    missed = [one for one in history if one["kind"] == MISSED and one["at"] >= since]
    return max(0, TRIES_A_DAY - len(missed))


async def use(
    db: Session, by: Person, issue: Issue, said: str, *, key: bytes, now: datetime
) -> Heard:
    """Take a code of the issue's household, once; a wrong or used one is written down.

    Refused without a household of the roster, and when the day has no tries left: then a right
    one counts no more than a wrong one.
    """
    if issue.household_id is None:
        raise Refused("household_codes.no_household", id=issue.id)
    if not await tries_left(db, issue, now.date()):
        raise Refused("household_codes.shut", id=issue.id, most=TRIES_A_DAY)
    place = place_of(key, issue.household_id, said, now.date())
    if place and await _first_time(db, issue, place, now=now):
        return Heard.RIGHT
    await step(db, by, issue, MISSED.removeprefix("issue."), {}, now=now)
    return Heard.USED if place else Heard.WRONG


async def _first_time(
    db: Session, issue: Issue, place: tuple[int, int], *, now: datetime
) -> bool:
    year, number = place
    done = await sql.use(
        db.connection, household=issue.household_id, year=year, place=number, issue=issue.id,
        now=ms(now),
    )  # fmt: skip
    return done is not None


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
        Slip(row["name"], row["group_name"], codes_of(key, row["id"], year))
        async for row in rows
    ]
