"""Beacons (抽签数): numbers that nobody knew when a month of draws was promised.

Two officials of different departments type a number each. The first lies sealed until the second
is there: everybody sees its seal, SHA-256("beacon|period|department|number|salt"), nobody the
number. Both together are the beacon, in the order in which they came. Or the county's staff enter
a public number (a lottery's), with its source (fair-draws §2).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from ledger import draw_periods
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY
from ledger.draw_periods import OFFICIALS, PUBLIC, DrawPeriod
from ledger.errors import Refused
from ledger.people import STAFF, Person, Role
from ledger.rules import Rules

sql = queries("beacons")
TYPED = re.compile(r"\d{4,12}")
GIVEN = re.compile(r"(?P<source>\S.{0,39}?)\s+(?P<number>\d[\d ]{0,39})")
SALT = 32  # hex digits


# facts
@dataclass(frozen=True)
class Number:
    """A number somebody has typed; `salt` keeps its seal from being guessed."""

    period_id: int
    person_id: int
    department: str
    number: str
    salt: str
    seal: str
    at: int

    @property
    def opened(self) -> dict[str, str]:
        """What is shown of it once both are in."""
        return {
            "department": self.department, "number": self.number, "salt": self.salt,
            "seal": self.seal,
        }  # fmt: skip


@dataclass(frozen=True)
class Public:
    """A public number and where anyone can look it up."""

    source: str
    number: str

    @property
    def beacon(self) -> str:
        """公开:福彩3D第2026320期:123."""
        return f"公开:{self.source}:{self.number}"


# rules
def seal_of(period: str, department: str, number: str, salt: str) -> str:
    """What is shown of a sealed number, in hex."""
    words = f"beacon|{period}|{department}|{number}|{salt}"
    return hashlib.sha256(words.encode()).hexdigest()


def department_of(by: Person) -> str:
    """His unit, else the place he answers for."""
    return (by.home_unit.strip() or by.place).replace("|", "／")


def read_public(text: str) -> Public | None:
    """「福彩3D第2026320期 123」: source and number; None when it is not that."""
    found = GIVEN.fullmatch(text.strip())
    if found is None or set(found["source"]) & set("|:"):
        return None
    return Public(found["source"], " ".join(found["number"].split()))


def check_public(by: Person, period: DrawPeriod, typed: list[Number]) -> None:
    """Whether a public number may be entered: by the county, and where nobody has typed or it was named."""
    if by.role is not Role.COUNTY:
        raise Refused("beacons.public_by_county")
    if typed and not period.promised["beacon"]:
        raise Refused("beacons.typed_already", month=period.first)


def check_number(by: Person, period: DrawPeriod, typed: list[Number], number: str) -> None:
    """Whether he may report this number; another department's may be there already."""
    if period.promised["beacon"]:
        raise Refused("beacons.public_named", named=period.promised["beacon"])
    if not TYPED.fullmatch(number):
        raise Refused("beacons.bad_number")
    if any(one.person_id == by.id for one in typed):
        raise Refused("beacons.twice", month=period.first)
    if any(one.department == department_of(by) for one in typed):
        raise Refused("beacons.same_department", department=department_of(by))


# records
async def period_for(db: Session, by: Person, rules: Rules, *, now: datetime) -> DrawPeriod:
    """The month a number would be for: the next when it has been opened, else this one."""
    if by.role not in STAFF:
        raise Refused("beacons.not_yours")
    first = now.date().replace(day=1)
    following = draw_periods.last_of(first) + DAY
    for one in (following, first):
        period = await draw_periods.of_month(db, by.county_id, draw_periods.month_of(one))
        if period and not period.lost_at and (not period.beacon or one == following):
            if period.beacon:
                raise Refused("beacons.there_is_one", month=period.first)
            return period
    raise Refused(
        "beacons.not_open", month=following, opens=draw_periods.opens_on(following, rules)
    )


async def enter(
    db: Session, by: Person, period: DrawPeriod, number: str, salt: str, *, now: datetime
) -> Number:
    """Seal a number; with the second one both are opened and become the month's beacon."""
    typed = await of_period(db, period.id)
    check_number(by, period, typed, number)
    one = Number(
        period.id, by.id, department_of(by), number, salt[:SALT],
        seal_of(period.period, department_of(by), number, salt[:SALT]), ms(now),
    )  # fmt: skip
    await sql.add(db.connection, **vars(one))
    body = {"department": one.department, "seal": one.seal}
    await draw_periods.record(db, by.id, "draws.number_sealed", period, body, now=now)
    if typed:
        await _open_both(db, by, period, await of_period(db, period.id), now=now)
    return one


async def _open_both(
    db: Session, by: Person, period: DrawPeriod, both: list[Number], *, now: datetime
) -> None:
    beacon = "+".join(one.number for one in both)
    if not await draw_periods.set_beacon(db, period, beacon, OFFICIALS, actor=by.id, now=now):
        raise Refused("beacons.there_is_one", month=period.first)
    body = {"numbers": [one.opened for one in both]}
    await draw_periods.record(db, by.id, "draws.numbers_opened", period, body, now=now)


async def enter_public(
    db: Session, by: Person, period: DrawPeriod, given: Public, *, now: datetime
) -> None:
    """A public number becomes the month's beacon; its source stands in it and in the log."""
    check_public(by, period, await of_period(db, period.id))
    if not await draw_periods.set_beacon(
        db, period, given.beacon, PUBLIC, actor=by.id, now=now
    ):
        raise Refused("beacons.there_is_one", month=period.first)


# records: looking
async def of_period(db: Session, period: int) -> list[Number]:
    """What has been typed for a month, in the order of entry; sealed ones are not to be shown."""
    return [Number(**dict(row)) async for row in sql.of_period(db.connection, period=period)]
