"""Reminders: planned in the morning, looked at again when the hour comes, merged into one.

DUTIES on one page: study (to those who owe), issues n days before and on the day (to the
owner), overdue issues (to the owner's superior). Each step of an issue exactly once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger import due, issues, people, settings, study
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session
from ledger.days import DAY, at, is_workday, workday_after, workday_on_or_before
from ledger.due import Due
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.people import Person, Scope
from ledger.rules import Rules
from scheduler.desk import Desk

STUDY = "study"
ISSUE = "issue"
LATE = "issue_late"
SPREAD = Lots(b"reminders are spread over some minutes")
LOOK_AHEAD = timedelta(days=40)  # deadlines further off need no step today
LOOK_BACK = timedelta(days=120)  # an overdue step that was missed is made up for so long


# planning
def minute_of(person: int, day: date, rules: Rules) -> datetime:
    """When that person's one reminder of the day goes out: spread, never on :00 or :30."""
    shift = SPREAD.below(rules.reminder_window, "minute", person, day.isoformat())
    moment = at(day, rules.reminder_at) + timedelta(minutes=shift)
    return moment + timedelta(minutes=1) if moment.minute % 30 == 0 else moment


def steps_on(issue: Issue, day: date, rules: Rules) -> list[str]:
    """Which steps before or on its deadline an issue has that day.

    A step that falls on a rest day is taken on the last working day before it.
    """
    steps = []
    for before in (*rules.issue_before_days, 0):
        meant = issue.due_day - before * DAY
        if workday_on_or_before(meant, rules) == day:
            steps.append(f"before{before}")
    return steps[-1:]  # the nearest one says it all


async def plan_day(desk: Desk, db: Session, now: datetime) -> None:
    """Write the day's reminders; planning twice adds nothing."""
    day = now.date()
    if not is_workday(day, desk.rules):
        return
    rows = [*await _study_rows(desk, db, day), *await _issue_rows(desk, db, day)]
    end = at(day, desk.rules.quiet_from)
    await due.plan(db, [row for row in rows if row.due_at < ms(end)])


async def _study_rows(desk: Desk, db: Session, day: date) -> list[Due]:
    if not desk.rules.study_reminder:
        return []
    members = await people.members(db, Scope(0), day=day)
    return [_row(desk, STUDY, one.id, day.isoformat(), 0, day) for one in members]


async def _issue_rows(desk: Desk, db: Session, day: date) -> list[Due]:
    rows = []
    for issue in await issues.due_between(db, day - LOOK_BACK, day + LOOK_AHEAD):
        for step in steps_on(issue, day, desk.rules):
            slot = f"{issue.id}|{step}|{issue.due}"
            rows.append(_row(desk, ISSUE, issue.owner_id, slot, issue.id, day))
        if workday_after(issue.due_day, desk.rules) <= day:
            owner = await people.by_id(db, issue.owner_id)
            for one in await people.superiors(db, owner, day=day):
                slot = f"{issue.id}|late|{issue.due}"
                rows.append(_row(desk, LATE, one.id, slot, issue.id, day))
    return rows


def _row(desk: Desk, kind: str, person: int, slot: str, subject: int, day: date) -> Due:
    moment = minute_of(person, day, desk.rules)
    end = at(day, desk.rules.quiet_from)
    return Due(kind, person, slot, subject, ms(moment), ms(end))


# when the hour comes
@dataclass(frozen=True)
class Digest:
    """Everything one person is reminded of, in one message."""

    person: Person
    study: bool
    near: list[Issue]
    late: list[Issue]


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Post what has come due and is still owed. Twice, late or in two places: once."""
    if not await due.any_waiting(db, now=now):
        return
    by_person: dict[int, list[Due]] = {}
    for row in await due.take(db, now=now):
        by_person.setdefault(row.person_id, []).append(row)
    for person, rows in sorted(by_person.items()):
        await due.give_back(db, await _say(desk, db, person, rows, now))


async def _say(
    desk: Desk, db: Session, person: int, rows: list[Due], now: datetime
) -> list[Due]:
    """Remind one person; returns what could not be said, to be planned anew if it has a next day."""
    if not await desk.may_disturb(db, person, now):
        return rows
    digest = await _still(db, person, rows, now)
    if not await _remind(desk, db, digest, now):
        return rows
    said = {one.id for one in (*digest.near, *digest.late)}
    return [row for row in rows if row.subject and row.subject not in said]


async def _still(db: Session, person: int, rows: list[Due], now: datetime) -> Digest:
    """What is still true of the plan at this moment."""
    owes = False
    if any(row.kind == STUDY for row in rows):
        muted = await settings.read(db, f"mute:{person}")
        owes = not muted and bool(await study.still_owing(db, {person}, now.date()))
    return Digest(
        await people.by_id(db, person), owes,
        await _unfinished(db, [row for row in rows if row.kind == ISSUE]),
        await _unfinished(db, [row for row in rows if row.kind == LATE]),
    )  # fmt: skip


async def _unfinished(db: Session, rows: Iterable[Due]) -> list[Issue]:
    """The issues that still wait for work and still have the deadline the rows are about."""
    meant = {(row.subject, row.slot.rpartition("|")[2]) for row in rows}
    found = await issues.unfinished(db, sorted({subject for subject, _ in meant}))
    return [one for one in found if (one.id, one.due) in meant]


async def _remind(desk: Desk, db: Session, digest: Digest, now: datetime) -> bool:
    if not (digest.study or digest.near or digest.late):
        return False
    text = desk.words.say("reminders.digest", digest=digest, today=now.date())
    words = ["学习"] if digest.study else []
    words += [f"问题{one.id}" for one in (*digest.near, *digest.late)[:3]]
    reply = Reply(text, tuple(Option(word, word) for word in words), kind="reminder")
    dedupe = f"digest:{digest.person.id}:{now.date().isoformat()}"
    return await desk.tell(
        db, digest.person.id, reply, dedupe=dedupe, now=now, collapse_key="digest"
    )
