"""Issues (问题): found in a household, owned by someone, struck off (销号) by someone else.

States: open -> doing -> submitted -> closed; back from submitted to doing with a reason;
withdrawn when the report itself is taken back. 已完成 in a note never closes anything (S000-15).
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from ledger import audit, people, periods, records
from ledger import progress as progress_notes
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Person, may_verify, scope_of
from ledger.records import Record
from ledger.rules import Rules

sql = queries("issues")
KIND = "issue"
EFFECT_AT_LEAST = 4  # characters: "一句成效" is more than 好了


# facts
class Tier(StrEnum):
    """How soon (S000-13): 立行立改, 一般问题, 复杂问题."""

    AT_ONCE = "at_once"
    GENERAL = "general"
    COMPLEX = "complex"


@dataclass(frozen=True)
class Found:
    """What a member reports: the household, the trouble, how soon."""

    day: date
    text: str
    tier: Tier
    due: date
    household: str = ""
    household_id: int | None = None
    category: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """As kept in the log."""
        return {**asdict(self), "day": self.day.isoformat(), "due": self.due.isoformat()}


@dataclass(frozen=True)
class Issue:
    """One line of the issue list (问题清单)."""

    id: int
    record_id: int
    team_id: int
    village: str
    household: str
    household_id: int | None
    text: str
    tier: str
    found_day: str
    due: str
    state: str
    owner_id: int
    owner: str
    effect: str
    submitted_by: int | None
    closed_by: int | None
    closed_day: str | None
    version: int
    category: str

    @property
    def label(self) -> str:
        """Household and trouble in a few words."""
        where = f"{self.household} " if self.household else ""
        return f"{where}{self.text}"

    @property
    def due_day(self) -> date:
        """The last day that still counts."""
        return date.fromisoformat(self.due)

    @property
    def found(self) -> Found:
        """The facts as reported."""
        return Found(
            date.fromisoformat(self.found_day), self.text, Tier(self.tier), self.due_day,
            self.household, self.household_id, self.category,
        )  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How many issues of a scope are not struck off, and how many of them are past their day."""

    open: int
    late: int


# rules
def due_of(tier: Tier, found: date, rules: Rules) -> date:
    """The last day that still counts for an issue found that day (S000-13)."""
    days = {
        Tier.AT_ONCE: rules.at_once_days,
        Tier.GENERAL: rules.general_days,
        Tier.COMPLEX: rules.complex_days,
    }
    return found + timedelta(days=days[tier])


def tier_of(due: date, found: date, rules: Rules) -> Tier:
    """The tier a deadline given in words belongs to."""
    if due <= due_of(Tier.AT_ONCE, found, rules):
        return Tier.AT_ONCE
    return Tier.GENERAL if due <= due_of(Tier.GENERAL, found, rules) else Tier.COMPLEX


def refusal_to_submit(issue: Issue, effect: str) -> str | None:
    """Why it may not be handed in for 销号 now; None when it may."""
    if issue.state == "submitted":
        return "issues.already_submitted"
    if issue.state not in {"open", "doing"}:
        return "issues.already_closed"
    if len(effect.strip()) < EFFECT_AT_LEAST:
        return "issues.needs_effect"  # 绝不能搞纸上整改（S000-15）
    return None


def refusal_to_decide(issue: Issue, asker: Person, submitter: Person) -> str | None:
    """Why this person may not verify it; None when he may."""
    if issue.state != "submitted":
        return "issues.already_closed" if issue.state == "closed" else "issues.not_submitted"
    if asker.id in {issue.owner_id, submitter.id}:
        return "issues.not_by_owner"
    return None if may_verify(asker, owner=submitter) else "issues.not_by_you"


# records
async def report(
    db: Session, by: Person, found: Found, *, source: str, now: datetime, rules: Rules
) -> int:
    """Enter an issue; returns its number. The reporter owns it until someone else takes it."""
    records.check_day(found.day, today=now.date(), rules=rules)
    if found.due < found.day:
        raise Refused("issues.due_before_found", due=found.due)
    record = await records.make(
        db, by, KIND, day=found.day, source=source, facts=found.facts, now=now
    )
    id = await sql.add(
        db.connection, record=record, team=by.team_id, owner=by.id,
        day=found.day.isoformat(), **_row(found),
    )  # fmt: skip
    await periods.add(db, by.team_id, found.day, opened=1)
    return int(id)


async def access_issue(db: Session, asker: Person, id: int) -> Issue:
    """The only door to an issue; 'not there' and 'not yours' sound the same."""
    row = await sql.by_id(db.connection, id=id, **vars(scope_of(asker)))
    if row is None:
        raise Refused("issues.not_found", id=id)
    return Issue(**dict(row))


async def of_record(db: Session, record: int) -> Issue:
    """The issue a report has opened."""
    return Issue(**dict(await sql.by_record(db.connection, record=record)))


async def any_issue(db: Session, id: int) -> Issue:
    """An issue whose number stands in a record the caller may see."""
    return Issue(**dict(await sql.any_by_id(db.connection, id=id)))


async def open_issues(db: Session, asker: Person, *, limit: int = 20) -> list[Issue]:
    """Issues not struck off in the asker's scope, the most urgent first."""
    rows = sql.open_issues(db.connection, limit=limit, **vars(scope_of(asker)))
    return [Issue(**dict(row)) async for row in rows]


async def of_household(db: Session, asker: Person, household: int) -> list[Issue]:
    """Issues of one household of the asker's team that still wait for work, the oldest first."""
    rows = sql.of_household(db.connection, team=asker.team_id, household=household)
    return [Issue(**dict(row)) async for row in rows]


async def waiting_for(db: Session, asker: Person, day: date) -> list[Issue]:
    """Issues handed in for 销号 that wait for this person."""
    rows = sql.submitted(db.connection, **vars(scope_of(asker)))
    found = [Issue(**dict(row)) async for row in rows]
    return [one for one in found if await _is_asked(db, one, asker, day)]


async def count_open(db: Session, asker: Person, day: date) -> Standing:
    """The numbers of the asker's scope, whatever a list may show of them."""
    row = await sql.count_open(db.connection, day=day.isoformat(), **vars(scope_of(asker)))
    return Standing(row["open"], row["late"])


async def _is_asked(db: Session, issue: Issue, asker: Person, day: date) -> bool:
    """Whether it waits for this very person: not only allowed, but the next in line."""
    if not await may_decide(db, issue, asker):
        return False
    submitter = await people.by_id(db, issue.submitted_by or issue.owner_id)
    return asker.id in {one.id for one in await people.superiors(db, submitter, day=day)}


async def may_decide(db: Session, issue: Issue, asker: Person) -> bool:
    """Whether it is handed in and this person may verify it."""
    submitter = await people.by_id(db, issue.submitted_by or issue.owner_id)
    return refusal_to_decide(issue, asker, submitter) is None


async def note_reading(db: Session, issue: Issue, asker: Person, *, now: datetime) -> None:
    """Above the team, reading what is behind a number leaves a trace (security §3)."""
    if asker.role in people.STAFF:
        subject = f"issue:{issue.id}"
        await audit.record(db, asker.id, "issue.read", subject=subject, body={}, now=now)


async def progress(
    db: Session, by: Person, issue: Issue, text: str, *, source: str, now: datetime
) -> int:
    """Note a step; an open issue becomes 'doing'. Returns the note's record id."""
    if issue.state in {"closed", "withdrawn"}:
        raise Refused("issues.already_closed", id=issue.id)
    record = await progress_notes.write(db, by, issue.id, "note", text, source=source, now=now)
    await sql.start(db.connection, id=issue.id)
    await periods.add(db, issue.team_id, now.date(), progressed=1)
    return record


async def submit(
    db: Session, by: Person, issue: Issue, effect: str, *, source: str, now: datetime
) -> int:
    """Hand it in for 销号 with a line on what the household can do now."""
    if why := refusal_to_submit(issue, effect):
        raise Refused(why, id=issue.id)
    if (
        await sql.submit(db.connection, id=issue.id, by=by.id, effect=effect, now=ms(now))
        is None
    ):
        raise Refused("issues.already_submitted", id=issue.id)
    record = await progress_notes.write(
        db, by, issue.id, "submit", effect, source=source, now=now
    )
    await periods.add(db, issue.team_id, now.date(), submitted=1)
    return record


async def close(db: Session, by: Person, issue: Issue, *, source: str, now: datetime) -> None:
    """Strike it off (销号), or say which rule is against it."""
    await _check_decision(db, by, issue)
    today = now.date()
    if await sql.close(
        db.connection, id=issue.id, by=by.id, day=today.isoformat(), now=ms(now)
    ) is None:  # fmt: skip
        raise Refused("issues.already_closed", id=issue.id)
    await _step(db, by, issue, "closed", "", now=now)
    await periods.add(db, issue.team_id, today, closed=1)


async def send_back(
    db: Session, by: Person, issue: Issue, reason: str, *, now: datetime
) -> None:
    """Send it back to work with a reason."""
    await _check_decision(db, by, issue)
    if await sql.send_back(db.connection, id=issue.id) is None:
        raise Refused("issues.not_submitted", id=issue.id)
    await _step(db, by, issue, "sent_back", reason, now=now)


async def _check_decision(db: Session, by: Person, issue: Issue) -> None:
    submitter = await people.by_id(db, issue.submitted_by or issue.owner_id)
    if why := refusal_to_decide(issue, by, submitter):
        raise Refused(why, id=issue.id)


async def read(db: Session, record: Record) -> Found:
    """The facts of an issue's report."""
    return (await of_record(db, record.id)).found


async def revise(
    db: Session, record: Record, by: Person, found: Found, *, now: datetime, rules: Rules
) -> None:
    """Correct the report (更正): not what a verifier is looking at, nor what is struck off."""
    records.check_moved(record, found.day, now=now, rules=rules)
    issue = await of_record(db, record.id)
    if issue.state == "closed":
        raise Refused("issues.already_closed", id=issue.id)
    if issue.state == "submitted":
        raise Refused("issues.being_verified", id=issue.id)
    if found.due < found.day:
        raise Refused("issues.due_before_found", due=found.due)
    await records.change(
        db, record, by, before=issue.found.facts, after=found.facts, now=now, day=found.day
    )
    await sql.revise(db.connection, id=issue.id, day=found.day.isoformat(), **_row(found))
    if found.day != issue.found.day:
        await periods.add(db, record.team_id, issue.found.day, opened=-1)
        await periods.add(db, record.team_id, found.day, opened=1)


async def counted(db: Session, record: Record, *, sign: int) -> None:
    """Withdraw the issue of a struck report, or open it again."""
    issue = await of_record(db, record.id)
    if sign < 0 and issue.state in {"submitted", "closed"}:
        raise Refused("issues.under_way", id=issue.id)
    before = "doing" if await progress_notes.notes(db, issue.id) else "open"
    await sql.set_state(db.connection, id=issue.id, state=before if sign > 0 else "withdrawn")
    await periods.add(db, record.team_id, issue.found.day, opened=sign)


async def due_between(db: Session, first: date, last: date) -> list[Issue]:
    """Unfinished issues of everybody whose deadline lies in these days."""
    rows = sql.due_between(db.connection, first=first.isoformat(), last=last.isoformat())
    return [Issue(**dict(row)) async for row in rows]


async def unfinished(db: Session, ids: list[int]) -> list[Issue]:
    """Which of these issues still wait for work (handed in or struck off ones do not)."""
    found = [await sql.any_by_id(db.connection, id=id) for id in ids]
    return [Issue(**dict(row)) for row in found if row and row["state"] in {"open", "doing"}]


async def _step(
    db: Session, by: Person, issue: Issue, step: str, text: str, *, now: datetime
) -> None:
    """A decision on an issue is an event of its own."""
    await audit.record(
        db, by.id, f"issue.{step}", subject=f"issue:{issue.id}", body={"text": text}, now=now
    )


def _row(found: Found) -> dict[str, Any]:
    return {
        "household_id": found.household_id,
        "household": found.household,
        "text": found.text,
        "tier": found.tier.value,
        "due": found.due.isoformat(),
        "category": found.category,
    }
