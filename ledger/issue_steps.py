"""Steps on an issue while it is worked on: notes, what is still missing of the five lists, whose it is.

A team's note is a record of its own; what a township or the county says is an event of the issue.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from ledger import audit, custody, periods, units
from ledger import progress as notes
from ledger.custody import Holder, Kind
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.issue_moves import Move, State
from ledger.issues import Issue, Source, Tier, check
from ledger.people import ON_TEAM, Person, Role
from ledger.rules import Rules

sql = queries("issue_steps")
KEPT_APART = "、"  # between tags, between units


# facts
class Column(StrEnum):
    """A column of the ledger that can be filled in or changed while it is worked on."""

    MEASURE = "measure"
    REQUIREMENT = "requirement"
    LASTING = "lasting"
    SOURCE = "source"
    RESPONSIBLE = "responsible"
    CO_UNITS = "co_units"
    TAGS = "tags"


# rules
def missing(issue: Issue, rules: Rules) -> tuple[Column, ...]:
    """What of the five lists nobody has said yet; what is solved at once needs no plan (S000-10)."""
    if issue.tier == Tier.AT_ONCE:
        return ()
    wanted = (Column.MEASURE, Column.REQUIREMENT)
    return tuple(one for one in wanted if not getattr(issue, one.value))


# records
async def note(
    db: Session, by: Person, issue: Issue, text: str, *, source: str, now: datetime
) -> int:
    """Note a step; an open issue becomes 'doing'. Returns the note's record id, 0 above the team."""
    check(issue, by, Move.NOTE)
    await sql.start(db.connection, id=issue.id)
    if by.role not in ON_TEAM:
        await step(db, by, issue, "noted", {"text": text}, now=now)
        return 0
    record = await notes.write(db, by, issue.id, "note", text, source=source, now=now)
    if issue.team_id:
        await periods.add(db, issue.team_id, now.date(), progressed=1)
    return record


async def remark(db: Session, by: Person, issue: Issue, text: str, *, now: datetime) -> None:
    """What somebody above the team has seen or been told: an event, and nothing moves."""
    if State(issue.state) in {State.MERGED, State.WITHDRAWN} or by.role in ON_TEAM:
        check(issue, by, Move.NOTE)  # it says why not
    await step(db, by, issue, "seen", {"text": text}, now=now)


async def urge(db: Session, by: Person, issue: Issue, text: str, *, now: datetime) -> None:
    """督办: somebody above asks for more haste. It is noted, and has no consequence of its own."""
    check(issue, by, Move.DESCRIBE)
    await step(db, by, issue, "urged", {"text": text, "of": issue.owner}, now=now)


async def describe(
    db: Session, by: Person, issue: Issue, column: Column, value: str, *, now: datetime
) -> None:
    """Fill in or change one column (措施, 要求, 来源, 长效措施, 标签…); the event keeps what was."""
    check(issue, by, Move.DESCRIBE)
    value = _fitted(column, value)
    before = str(getattr(issue, column.value))
    if value == before:
        return
    filled = {one.value: None for one in Column} | {column.value: value}
    await sql.describe(db.connection, id=issue.id, **filled)
    body = {"column": column.value, "before": before, "after": value}
    await step(db, by, issue, "described", body, now=now)


def _fitted(column: Column, value: str) -> str:
    """Words as they are; a source must be one of those we know; a list without doubles."""
    if column is Column.SOURCE:
        return Source(value).value
    if column in {Column.TAGS, Column.CO_UNITS}:
        return KEPT_APART.join(dict.fromkeys(one for one in value.split(KEPT_APART) if one))
    return value.strip()


async def lead(db: Session, by: Person, issue: Issue, unit: str, *, now: datetime) -> None:
    """Name the leading unit (牵头单位); it is learnt when it is new."""
    check(issue, by, Move.DESCRIBE)
    id = await units.ensure(db, issue.county_id, unit)
    await sql.lead(db.connection, id=issue.id, unit=id)
    body = {"column": "lead_unit", "before": issue.lead_unit, "after": unit}
    await step(db, by, issue, "described", body, now=now)


async def assign(
    db: Session, by: Person, issue: Issue, owner: Person, *, now: datetime
) -> None:
    """Make somebody of its own place responsible (责任人); he answers for it from now on."""
    check(issue, by, Move.ASSIGN)
    if not belongs(owner, issue):
        raise Refused("issues.owner_elsewhere", name=owner.name, place=issue.village)
    await hand_to(db, by, issue, owner, now=now)


async def hand_to(
    db: Session, by: Person, issue: Issue, owner: Person, *, now: datetime, why: str = ""
) -> None:
    """The same without asking the table: somebody has left his post, the roster decides."""
    await sql.assign(db.connection, id=issue.id, owner=owner.id)
    body = {"before": issue.owner_id, "after": owner.id, "why": why}
    await step(db, by, issue, "assigned", body, now=now)


def belongs(person: Person, issue: Issue) -> bool:
    """A person of that very village, township or county office."""
    if issue.team_id:
        return person.team_id == issue.team_id
    if issue.township_id:
        return person.role is Role.TOWNSHIP and person.township_id == issue.township_id
    return person.role is Role.COUNTY and person.county_id == issue.county_id


async def hand_over(
    db: Session, by: Person, issue: Issue, holder: Holder, reason: str, *, now: datetime
) -> None:
    """转办: into other hands, with the reason; time is charged to them from now on."""
    check(issue, by, Move.HAND_OVER)
    if (issue.holder_kind, issue.holder_id) == (holder.kind, holder.id):
        raise Refused("issues.has_it_already", id=issue.id, holder=holder.name)
    await sql.start(db.connection, id=issue.id)
    await custody.pass_on(db, issue.id, holder, by=by.id, now=now, why=reason)
    body = {"to": holder.name, "kind": holder.kind.value, "text": reason}
    await step(db, by, issue, "handed_over", body, now=now)


async def take_back(db: Session, by: Person, issue: Issue, text: str, *, now: datetime) -> None:
    """A unit has answered, or it is asked for again: back to its own place."""
    check(issue, by, Move.TAKE_BACK)
    home = issue.home
    if (issue.holder_kind, issue.holder_id) == (home.kind, home.id):
        raise Refused("issues.nobody_else_has_it", id=issue.id)
    await sql.start(db.connection, id=issue.id)
    await custody.pass_on(db, issue.id, home, by=by.id, now=now, why=text)
    body = {"from": issue.holder, "to": home.name, "text": text}
    name = "given_back" if gives_back(issue, by) else "taken_back"
    await step(db, by, issue, name, body, now=now)


def gives_back(issue: Issue, by: Person) -> bool:
    """Whether the one who has it sends it home (退回), rather than that it is fetched."""
    own = {Role.TOWNSHIP: Kind.TOWNSHIP, Role.COUNTY: Kind.COUNTY}.get(by.role)
    return bool(issue.team_id) and own == issue.holder_kind


async def holder_named(db: Session, issue: Issue, words: str) -> Holder | None:
    """Whom 转 names: 镇里 or 县里 of this issue, or a unit known by that name; None: nobody known."""
    if words in {"乡镇", "镇里", "乡里", "镇上", issue.township} and issue.township_id:
        return Holder(Kind.TOWNSHIP, issue.township_id, issue.township)
    if words in {"县里", "县上", "县整改办", "整改办"}:
        return Holder(Kind.COUNTY, issue.county_id, words if "办" in words else "县里")
    found = await units.named(db, issue.county_id, words)
    return Holder(Kind.UNIT, found.id, found.name) if found else None


async def of_owner(db: Session, person: int) -> list[int]:
    """The unfinished issues somebody is responsible for, by number."""
    return [row["id"] async for row in sql.of_owner(db.connection, person=person)]


async def step(
    db: Session, by: Person, issue: Issue, name: str, body: dict[str, Any], *, now: datetime
) -> None:
    """Something done with an issue is an event of its own."""
    await audit.record(db, by.id, f"issue.{name}", subject=issue.subject, body=body, now=now)
