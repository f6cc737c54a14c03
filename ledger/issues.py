"""Issues (问题): what was found, whose it is, until when; one ledger, five lists (S000-66).

问题、措施、责任、时限、要求 are its columns. What may be done with an issue stands in issue_moves,
in whose hands it is in custody, how it is struck off in closing, its deadlines in deadlines.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from ledger import audit, campaigns, custody, people, periods, records, verifying
from ledger import progress as progress_notes
from ledger.custody import Holder
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.issue_moves import WORKED_ON, Move, State, refusal, shut
from ledger.people import Person, scope_of
from ledger.records import Record
from ledger.rules import Rules
from ledger.standards import standard_of
from ledger.tiers import Tier as Tier

sql = queries("issues")
KIND = "issue"


# facts
class Source(StrEnum):
    """Where an issue comes from (S000-02): 走访, 抽查, 巡视巡察, 成效考核, 自查, 群众反映."""

    VISIT = "visit"
    SPOT_CHECK = "spot_check"
    INSPECTION = "inspection"
    APPRAISAL = "appraisal"
    SELF_CHECK = "self_check"
    VILLAGER = "villager"


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
    # A Source; empty: by whether a household is named. It is no part of what a correction changes.
    source: str = field(default="", compare=False)

    @property
    def facts(self) -> dict[str, Any]:
        """As kept in the log."""
        return {**asdict(self), "day": self.day.isoformat(), "due": self.due.isoformat()}

    @property
    def told_by(self) -> Source:
        """The source, where none was said: somebody was visited, or looked round himself."""
        if self.source:
            return Source(self.source)
        return Source.VISIT if self.household else Source.SELF_CHECK


@dataclass(frozen=True)
class Issue:
    """One line of the issue ledger; `village` is the name of its place, whatever that is."""

    id: int
    record_id: int  # 0: from a table, or come back
    county_id: int
    township_id: int
    township: str
    team_id: int  # 0: of a township or the county itself
    village: str
    household: str
    household_id: int | None
    text: str
    tier: str
    category: str
    source: str
    catalogue_id: int
    aspect: str
    item_no: str
    measure: str
    requirement: str
    lasting: str
    lead_unit: str
    co_units: str
    responsible: str
    tags: str
    found_day: str
    due: str
    state: str
    owner_id: int
    owner: str
    owner_role: str
    effect: str
    submitted_by: int | None
    submitter_role: str | None
    verified_by: int | None
    household_word: str
    text_only: int
    closed_by: int | None
    closed_day: str | None
    reopens_id: int
    rebounds: int
    merged_into: int
    requests: int  # how often it has been handed in for 销号
    version: int
    holder_kind: str
    holder_id: int
    holder: str
    held_since: str

    @property
    def label(self) -> str:
        """Household and trouble in a few words."""
        where = f"{self.household} " if self.household else ""
        return f"{where}{self.text}"

    @property
    def subject(self) -> str:
        """Its name in the log."""
        return f"issue:{self.id}"

    @property
    def due_day(self) -> date:
        """The last day that still counts."""
        return date.fromisoformat(self.due)

    @property
    def home(self) -> Holder:
        """Whose it is when nobody else has it: the team's, the township's, the county's."""
        return custody.home(self)

    @property
    def found(self) -> Found:
        """The facts as reported."""
        return Found(
            date.fromisoformat(self.found_day), self.text, Tier(self.tier), self.due_day,
            self.household, self.household_id, self.category, self.source,
        )  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How many issues of a scope are not struck off, and how many of them are past their day."""

    open: int
    late: int


# rules
def due_of(tier: Tier, found: date, rules: Rules) -> date:
    """The last day that still counts for an issue found that day (S000-13).

    A date the county has set for the tier (4月底, 6月底) as long as it lies ahead, else so many days.
    """
    by = {
        Tier.AT_ONCE: (None, rules.at_once_days),
        Tier.GENERAL: (rules.general_by, rules.general_days),
        Tier.COMPLEX: (rules.complex_by, rules.complex_days),
    }
    fixed, days = by[tier]
    return fixed if fixed and fixed >= found else found + timedelta(days=days)


def tier_of(due: date, found: date, rules: Rules) -> Tier:
    """The tier a deadline given in words belongs to."""
    if due <= due_of(Tier.AT_ONCE, found, rules):
        return Tier.AT_ONCE
    return Tier.GENERAL if due <= due_of(Tier.GENERAL, found, rules) else Tier.COMPLEX


def check(issue: Issue, by: Person, move: Move) -> None:
    """Refuse what the table of moves does not allow."""
    if why := refusal(issue, by, move):
        raise Refused(why, id=issue.id, other=issue.merged_into)


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
    tags = await campaigns.tags_for(db, by.team_id, found.day)
    place = {"county": by.county_id, "township": by.township_id, "team": by.team_id}
    id = await sql.add(
        db.connection, record=record, owner=by.id, day=found.day.isoformat(),
        requirement=standard_of(found.category), source=found.told_by.value, tags=tags, **place,
        **_row(found),
    )  # fmt: skip
    await custody.start(
        db, int(id), custody.of_team(by.team_id, by.village), day=found.day, by=by.id, now=now
    )
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
    if not may_decide(issue, asker):
        return False
    return asker.id in {one.id for one in await verifying.verifiers(db, issue, day)}


def may_decide(issue: Issue, asker: Person) -> bool:
    """Whether it is handed in and this person may verify it or strike it off."""
    moves = (Move.STRIKE_OFF, Move.CLOSE)
    return any(refusal(issue, asker, move) is None for move in moves)


async def note_reading(db: Session, issue: Issue, asker: Person, *, now: datetime) -> None:
    """Above the team, reading what is behind a number leaves a trace (security §3)."""
    if asker.role in people.STAFF:
        subject = f"issue:{issue.id}"
        await audit.record(db, asker.id, "issue.read", subject=subject, body={}, now=now)


async def read(db: Session, record: Record) -> Found:
    """The facts of an issue's report."""
    return (await of_record(db, record.id)).found


async def revise(
    db: Session, record: Record, by: Person, found: Found, *, now: datetime, rules: Rules
) -> None:
    """Correct the report (更正): not what a verifier is looking at, nor what is struck off."""
    records.check_moved(record, found.day, now=now, rules=rules)
    issue = await of_record(db, record.id)
    check_correctable(issue)
    if found.due < found.day:
        raise Refused("issues.due_before_found", due=found.due)
    if found.due != issue.found.due and not records.is_fresh(record, now=now, rules=rules):
        raise Refused("issues.due_needs_approval", id=issue.id)
    await records.change(
        db, record, by, before=issue.found.facts, after=found.facts, now=now, day=found.day
    )
    await sql.revise(
        db.connection, id=issue.id, day=found.day.isoformat(), requirement=_standard(issue, found),
        **_row(found),
    )  # fmt: skip
    if found.day != issue.found.day:
        await custody.shift_start(db, issue.id, found.day)
        await periods.add(db, record.team_id, issue.found.day, opened=-1)
        await periods.add(db, record.team_id, found.day, opened=1)


def check_correctable(issue: Issue) -> None:
    """What a verifier is looking at, or what has ended, stays as it is."""
    if why := shut(State(issue.state)):
        raise Refused(why, id=issue.id, other=issue.merged_into)


def _standard(issue: Issue, found: Found) -> str:
    """A standard that nobody has put into words goes with the category."""
    own = issue.requirement != standard_of(issue.category)
    return issue.requirement if own else standard_of(found.category)


async def counted(db: Session, record: Record, *, sign: int) -> None:
    """Withdraw the issue of a struck report, or open it again."""
    issue = await of_record(db, record.id)
    if sign < 0 and State(issue.state) not in WORKED_ON:
        raise Refused("issues.under_way", id=issue.id)
    before = State.DOING if await progress_notes.notes(db, issue.id) else State.OPEN
    await sql.set_state(
        db.connection, id=issue.id, state=before if sign > 0 else State.WITHDRAWN
    )
    await custody.suspend(db, issue.id) if sign < 0 else await custody.resume(db, issue.id)
    await periods.add(db, record.team_id, issue.found.day, opened=sign)


async def due_between(db: Session, first: date, last: date) -> list[Issue]:
    """Unfinished issues of everybody whose deadline lies in these days."""
    rows = sql.due_between(db.connection, first=first.isoformat(), last=last.isoformat())
    return [Issue(**dict(row)) async for row in rows]


async def still_worked_on(db: Session, ids: list[int]) -> list[Issue]:
    """Which of these issues still wait for work (handed in or struck off ones do not)."""
    found = [await sql.any_by_id(db.connection, id=id) for id in ids]
    return [Issue(**dict(row)) for row in found if row and row["state"] in WORKED_ON]


def _row(found: Found) -> dict[str, Any]:
    return {
        "household_id": found.household_id,
        "household": found.household,
        "text": found.text,
        "tier": found.tier.value,
        "due": found.due.isoformat(),
        "category": found.category,
    }
