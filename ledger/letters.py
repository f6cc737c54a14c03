"""Letters (函告): what a province's, a city's or a central unit is told of somebody it sent (S000-51).

Only the facts; the document is a draft, and nothing goes to any unit by itself.
"""

from dataclasses import dataclass
from datetime import date

from ledger import findings, people, strikes
from ledger.database import Session, queries
from ledger.draws import PICKED
from ledger.errors import Refused
from ledger.findings import Finding, State
from ledger.people import Person, Role
from ledger.strikes import Strike

sql = queries("letters")
FROM_ABOVE = frozenset({"中央", "省", "市"})


@dataclass(frozen=True)
class Letter:
    """Everything a letter says; `strike` None: no step has been taken, or it does not count."""

    finding: Finding
    person: Person
    unit: str
    strike: Strike | None
    picked: bool = False  # 指定: drawn by nobody, picked with a reason


async def access_letter(db: Session, asker: Person, number: int, day: date) -> Letter:
    """The facts of a letter on a confirmed finding; `Refused` says why there is none."""
    if asker.role is not Role.COUNTY:
        raise Refused("talk.not_for_role")
    finding = await findings.access_finding(db, asker, number)
    if finding.state != State.CONFIRMED:
        raise Refused("letters.not_confirmed", finding=finding)
    if finding.category == findings.UNANSWERED:
        raise Refused("letters.only_unanswered", finding=finding)
    if finding.person_id is None:
        raise Refused("letters.of_nobody", finding=finding)
    sender = await sql.sender(db.connection, person=finding.person_id)
    if sender["sent_by"] not in FROM_ABOVE or not sender["home_unit"]:
        raise Refused("letters.not_from_above", finding=finding, **dict(sender))
    strike = await strikes.of_finding(db, finding.id)
    counted = strike if strike and strike.stands(day) else None
    person = await people.by_id(db, finding.person_id)
    way = await sql.way(db.connection, source=finding.source, source_id=finding.source_id)
    return Letter(finding, person, str(sender["home_unit"]), counted, way == PICKED)
