"""Progress (进展): the notes on an issue, each a record of its own, and the story they tell."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger import people, periods, records
from ledger.clock import moment
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.issue_moves import State, shut
from ledger.messages import Paper
from ledger.people import ON_TEAM, Person
from ledger.records import Record

sql = queries("progress")
KIND = "progress"
# Events of an issue that are no step of its story.
UNTOLD = frozenset({"read", "code_missed", "opened", "told_apart"})


# facts
@dataclass(frozen=True)
class Note:
    """One step on an issue, with who and when."""

    record_id: int
    issue_id: int | None  # None: told before anybody knows of which issue
    step: str
    text: str
    household_id: int | None
    household: str
    person: str
    at: int
    photos: int

    @property
    def label(self) -> str:
        """Household and words, as in a list."""
        return f"{self.household} {self.text}".strip()


@dataclass(frozen=True)
class Step:
    """One line of an issue's story: a note, a request, a decision, with what was said to it."""

    at: int
    person: str
    step: str
    body: dict[str, Any]
    photos: int = 0

    @property
    def text(self) -> str:
        """The words that came with it."""
        return str(self.body.get("text", ""))

    @property
    def day(self) -> date:
        """When it was, as a day."""
        return moment(self.at).date()


@dataclass(frozen=True)
class Story:
    """Everything that happened to an issue, oldest first, and its files, the newest first."""

    steps: list[Step]
    files: list[Paper]


# records
async def write(
    db: Session, by: Person, issue: int, step: str, text: str, *, source: str, now: datetime
) -> int:
    """Enter a note of the team's own hand; returns its record id."""
    if by.role not in ON_TEAM:
        raise Refused("issues.not_by_staff")
    facts = {"issue": issue, "step": step, "text": text}
    record = await records.make(
        db, by, KIND, day=now.date(), source=source, facts=facts, now=now
    )
    await sql.add_note(
        db.connection, record=record, issue=issue, step=step, text=text,
        household="", household_id=None,
    )  # fmt: skip
    return record


async def tell(
    db: Session, by: Person, text: str, *, day: date, source: str, now: datetime,
    household: str = "", household_id: int | None = None,
) -> int:  # fmt: skip
    """Enter a step on no issue we know of; returns its record id. It counts once it is linked."""
    facts = {"issue": None, "step": "note", "text": text, "household": household}
    record = await records.make(db, by, KIND, day=day, source=source, facts=facts, now=now)
    await sql.add_note(
        db.connection, record=record, issue=None, step="note", text=text,
        household=household, household_id=household_id,
    )  # fmt: skip
    return record


async def link(db: Session, record: Record, by: Person, issue: int, *, now: datetime) -> None:
    """Say to which issue a step belongs."""
    before = await read(db, record)
    await records.change(
        db, record, by, before={"issue": before.issue_id}, after={"issue": issue}, now=now
    )
    await sql.link_note(db.connection, record=record.id, issue=issue)
    if before.issue_id is None:
        await periods.add(db, record.team_id, date.fromisoformat(record.day), progressed=1)


async def place(
    db: Session, record: Record, by: Person, household: str, household_id: int | None, *,
    now: datetime,
) -> None:  # fmt: skip
    """Say which household a step on no known issue is about."""
    before = await read(db, record)
    await records.change(
        db, record, by, before={"household": before.household},
        after={"household": household}, now=now,
    )  # fmt: skip
    await sql.place_note(
        db.connection, record=record.id, household=household, household_id=household_id
    )


async def notes(db: Session, id: int) -> list[Note]:
    """Every step on an issue, oldest first."""
    return [Note(**dict(row)) async for row in sql.notes(db.connection, id=id)]


async def story(db: Session, id: int) -> Story:
    """Notes, files and decisions of an issue: one statement, and its events."""
    steps: list[Step] = []
    files: list[Paper] = []
    async for row in sql.story(db.connection, id=id):
        if row["sha256"]:
            files.append(Paper(row["sha256"], row["text"], row["step"]))
        else:
            body = {"text": row["text"]}
            steps.append(Step(row["at"], row["person"], row["step"], body, row["photos"]))
    async for row in sql.events(db.connection, subject=f"issue:{id}"):
        name = str(row["kind"]).removeprefix("issue.")
        if name not in UNTOLD:
            body = json.loads(row["body"] or "{}")
            if name == "escalated":  # its event has numbers, not names
                body["asked"] = await _names(db, body.get("told", ()))
            steps.append(Step(row["at"], row["person"], name, body))
    return Story(sorted(steps, key=lambda one: one.at), files)


async def _names(db: Session, ids: Iterable[int]) -> str:
    return "、".join([(await people.by_id(db, id)).name for id in ids])


async def read(db: Session, record: Record) -> Note:
    """One progress note by its record."""
    return Note(**dict(await sql.note(db.connection, record=record.id)))


async def revise(db: Session, record: Record, by: Person, text: str, *, now: datetime) -> None:
    """Correct the words of a progress note, while its issue is worked on."""
    before = await read(db, record)
    if before.step != "note":
        raise Refused("issues.step_stands")
    about = await sql.issue_of(db.connection, record=record.id)
    if about and (why := shut(State(about["state"]))):
        raise Refused(why, id=about["id"], other=about["merged_into"])
    await records.change(
        db, record, by, before={"text": before.text}, after={"text": text}, now=now
    )
    await sql.revise_note(db.connection, record=record.id, text=text)


async def counted(db: Session, record: Record, *, sign: int) -> None:
    """Take a struck note out of the counts, or put it back; a submission stands."""
    note = await read(db, record)
    if note.step != "note":
        raise Refused("issues.step_stands")
    if note.issue_id is None:
        return
    await periods.add(db, record.team_id, date.fromisoformat(record.day), progressed=sign)
