"""Findings step by step: who is to be told, who is to be asked, what a check has led to.

Each step is guarded by the finding's own row, so that it may be tried twice, late, or after a crash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from ledger import findings, people
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import at
from ledger.findings import CHANGE_DAYS, Finding, Source
from ledger.people import Person, Role, Scope, scope_of
from ledger.reply_windows import deadline_of
from ledger.rules import Rules

sql = queries("finding_steps")


@dataclass(frozen=True)
class Count:
    """How many confirmed findings of one sort."""

    source: str
    category: str
    n: int


async def untold(db: Session) -> list[Finding]:
    """Open ones whose person has not been told."""
    return [Finding(**dict(row)) async for row in sql.untold(db.connection)]


async def claim_telling(db: Session, finding: Finding, rules: Rules, *, now: datetime) -> bool:
    """Note that he is told now: his time begins here. True only the first time."""
    until = await deadline_of(db, finding.person_id, now, rules)
    done = await sql.told(
        db.connection, id=finding.id, now=ms(now),
        reply_until=max(ms(until), finding.reply_until),
    )  # fmt: skip
    return done is not None


async def unasked(db: Session, *, now: datetime) -> list[Finding]:
    """What can be decided, and nobody has been asked to."""
    return [Finding(**dict(row)) async for row in sql.unasked(db.connection, now=ms(now))]


async def claim_asking(db: Session, finding: Finding, *, now: datetime) -> bool:
    """Note that its deciders have their card. True only the first time."""
    return await sql.asked(db.connection, id=finding.id, now=ms(now)) is not None


async def asked_today(db: Session, person: int, *, now: datetime) -> bool:
    """Whether he has had that day's one message on what he is to decide."""
    since = ms(at(now.date(), time()))
    return bool(await sql.asked_today(db.connection, person=person, since=since))


async def outcomes(db: Session, source: Source, ids: Sequence[int]) -> dict[int, str]:
    """What checks have led to: open while one finding is, confirmed where one is, else lifted.

    A check without a finding is not there.
    """
    found = {}
    for id in ids:
        rows = sql.states(db.connection, source=source.value, source_id=id)
        states = {row["state"] async for row in rows}
        if states:
            found[id] = next(one for one in ("open", "confirmed", "lifted") if one in states)
    return found


async def counts(db: Session, scope: Scope, first: date, last: date) -> list[Count]:
    """Confirmed findings of these days by check and category: the only figures there are."""
    rows = sql.counts(
        db.connection, first=first.isoformat(), last=last.isoformat(), **vars(scope)
    )
    return [Count(**dict(row)) async for row in rows]


# the person's words, and whom they are for
async def open_of(db: Session, person: int) -> list[Finding]:
    """What this person may explain: his own, and as a leader his team's."""
    return [Finding(**dict(row)) async for row in sql.open_of(db.connection, person=person)]


async def last_decided(db: Session, person: int, *, now: datetime) -> Finding | None:
    """What was decided last of what concerns him, while it may still be changed."""
    row = await sql.last_decided(db.connection, person=person)
    found = Finding(**dict(row)) if row else None
    return found if found and may_change(found, now) else None


def may_change(finding: Finding, now: datetime) -> bool:
    """Whether the decision may still be changed by another person."""
    return now - moment(finding.first_decided_at or ms(now)) <= CHANGE_DAYS


async def misses(db: Session, asker: Person) -> int:
    """Missed chat checks within the asker's sight whose finding is still to be opened."""
    own = int(asker.role is Role.MEMBER)
    sight = {**vars(scope_of(asker)), "asker": asker.id, "own": own}
    return int(await sql.misses(db.connection, **sight))


async def reviewers(db: Session, finding: Finding, *, now: datetime) -> list[Person]:
    """Who may decide on it as it stands: once it is decided, another one of township or county."""
    if finding.is_open:
        return await findings.deciders(db, finding, day=now.date())
    part = await findings.hands(db, finding)
    seats = [
        one
        for role in (Role.TOWNSHIP, Role.COUNTY)
        for one in await people.seats_at(db, finding, role, day=now.date())
    ]
    return [
        one
        for one in seats
        if one.id not in part and findings.refusal(finding, one, now) is None
    ]
