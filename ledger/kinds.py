"""KINDS: what a record can be, and how each kind is read and counted. One visible list."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ledger import (
    deadlines,
    handover,
    issues,
    people,
    presence,
    progress,
    promises,
    rebounds,
    records,
    study,
    visits,
)
from ledger.database import Session
from ledger.errors import Refused
from ledger.issue_moves import State, shut
from ledger.people import Person
from ledger.records import Record
from ledger.rules import Rules


class Counted(Protocol):
    """Takes a struck record out of the counts (sign -1) or puts it back (sign 1)."""

    def __call__(self, db: Session, record: Record, *, sign: int) -> Awaitable[None]:
        """Change the counts."""


@dataclass(frozen=True)
class Kind:
    """One kind of record: its words' block, its facts, its counts, the fields 改 offers."""

    name: str
    line: str
    read: Callable[[Session, Record], Awaitable[Any]]
    counted: Counted
    fields: tuple[str, ...]


async def _read_issue(db: Session, record: Record) -> issues.Issue:
    return await issues.of_record(db, record.id)


async def _count_note(db: Session, record: Record, *, sign: int) -> None:
    """What an issue is being verified by, or was struck off with, is not taken away."""
    note = await progress.read(db, record)
    if sign < 0 and note.step == "note" and note.issue_id:
        issues.check_correctable(await issues.any_issue(db, note.issue_id))
    await progress.counted(db, record, sign=sign)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "study", "study.line", study.read, study.counted, ("时长", "主题", "方式", "日期")
        ),
        Kind("visit", "visits.line", visits.read, visits.counted, ("户", "情况", "日期")),
        Kind(
            "issue", "issues.line", _read_issue, issues.counted, ("户", "内容", "类别", "期限")
        ),
        Kind("progress", "issues.note_line", progress.read, _count_note, ("内容",)),
        Kind(
            "promise",
            "promises.line",
            promises.read,
            promises.counted,
            ("户", "内容", "哪天前"),
        ),
        Kind("presence", "presence.line", presence.read, presence.counted, ("日期",)),
    )
}


async def line(db: Session, say: Callable[..., str], record: Record) -> str:
    """One record in one line of words."""
    kind = KINDS[record.kind]
    return say(kind.line, made=await kind.read(db, record), record=record)


async def changeable(db: Session, record: Record) -> bool:
    """Whether it may be corrected at all: asking for 销号 stands, and what has been handed in."""
    if record.kind == issues.KIND:
        return shut(State((await issues.of_record(db, record.id)).state)) is None
    if record.kind != progress.KIND:
        return True
    note = await progress.read(db, record)
    if note.step != "note" or note.issue_id is None:
        return note.step == "note"
    return shut(State((await issues.any_issue(db, note.issue_id)).state)) is None


async def undo(
    db: Session, asker: Person, record: Record, *, now: datetime, rules: Rules
) -> None:
    """Strike a record out (撤销): history stays, counts follow."""
    if record.state == "undone":
        raise Refused("records.already_undone")
    if not records.may_undo(record, asker, now=now, rules=rules):
        raise Refused("records.not_undoable", hours=rules.undo_hours)
    await records.set_state(db, record, asker, state="undone", now=now)
    await KINDS[record.kind].counted(db, record, sign=-1)
    if record.kind == issues.KIND:
        await _let_go(db, asker, await issues.of_record(db, record.id), now=now)


async def _let_go(db: Session, asker: Person, issue: issues.Issue, *, now: datetime) -> None:
    """An issue whose report is struck out: a wish for another deadline goes with it."""
    await deadlines.drop(db, issue.id)
    await rebounds.undone(db, asker, issue, now=now)


async def redo(
    db: Session, asker: Person, record: Record, *, now: datetime, rules: Rules
) -> None:
    """Put a struck record back (恢复)."""
    if record.state == "kept":
        raise Refused("records.already_kept")
    if not records.may_undo(record, asker, now=now, rules=rules):
        raise Refused("records.not_undoable", hours=rules.undo_hours)
    await KINDS[record.kind].counted(db, record, sign=1)
    await records.set_state(db, record, asker, state="kept", now=now)
    if record.kind == issues.KIND:
        issue = await issues.of_record(db, record.id)
        owner = await people.by_id(db, issue.owner_id)
        await handover.hand_on(db, asker.id, owner, now=now)  # he may have gone meanwhile
