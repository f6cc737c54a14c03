"""To which household a record belongs: the one field that visits, issues, steps and promises share."""

from dataclasses import replace
from datetime import datetime

from ledger import issues, progress, promises, visits
from ledger.database import Session
from ledger.people import Person
from ledger.records import Record
from ledger.rules import Rules


async def household_of(db: Session, record: Record) -> tuple[str, int | None]:
    """The household of a record as kept: its words, and the ledger's row if it is known."""
    match record.kind:
        case visits.KIND:
            visit = await visits.read(db, record)
            return visit.household, visit.household_id
        case issues.KIND:
            issue = await issues.read(db, record)
            return issue.household, issue.household_id
        case promises.KIND:
            promise = await promises.read(db, record)
            return promise.household, promise.household_id
        case progress.KIND:
            note = await progress.read(db, record)
            return ("", None) if note.issue_id else (note.household, note.household_id)
    return "", None


async def place(
    db: Session, record: Record, by: Person, household: str, id: int, *,
    now: datetime, rules: Rules,
) -> None:  # fmt: skip
    """Put a record on a household: a new version, like every correction."""
    match record.kind:
        case visits.KIND:
            visit = await visits.read(db, record)
            visit = replace(visit, household=household, household_id=id)
            await visits.revise(db, record, by, visit, now=now, rules=rules)
        case issues.KIND:
            issue = await issues.read(db, record)
            issue = replace(issue, household=household, household_id=id)
            await issues.revise(db, record, by, issue, now=now, rules=rules)
        case promises.KIND:
            promise = await promises.read(db, record)
            promise = replace(promise, household=household, household_id=id)
            await promises.revise(db, record, by, promise, now=now, rules=rules)
        case progress.KIND:
            await progress.place(db, record, by, household, id, now=now)
