"""Leave (请假): asked for, approved by a superior, ended by reporting back (销假)."""

from dataclasses import dataclass
from datetime import date, datetime

from ledger import audit
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Person, Scope, may_verify, scope_of

sql = queries("leave")
LONGEST = 60  # days in one request


# facts
@dataclass(frozen=True)
class Leave:
    """One request for leave; both days are included."""

    id: int
    person_id: int
    person: str
    team_id: int
    from_day: str
    to_day: str
    reason: str
    state: str
    decided_by: int | None
    back_day: str | None

    @property
    def days(self) -> int:
        """Calendar days asked for."""
        return (date.fromisoformat(self.to_day) - date.fromisoformat(self.from_day)).days + 1


# records
async def ask(
    db: Session, by: Person, first: date, last: date, reason: str, *, source: str, now: datetime
) -> int:
    """Ask for leave; returns the request's id."""
    if last < first:
        raise Refused("leave.backwards")
    if (last - first).days >= LONGEST:
        raise Refused("leave.too_long", days=LONGEST)
    held = await sql.overlapping(
        db.connection, person=by.id, first=first.isoformat(), last=last.isoformat()
    )
    if held:
        raise Refused("leave.overlaps", held=dict(held))
    id = await sql.ask(
        db.connection, person=by.id, team=by.team_id or None, first=first.isoformat(),
        last=last.isoformat(), reason=reason, source=source, now=ms(now),
    )  # fmt: skip
    body = {"from": first.isoformat(), "to": last.isoformat(), "reason": reason}
    await audit.record(db, by.id, "leave.asked", subject=f"leave:{id}", body=body, now=now)
    return int(id)


async def access_leave(db: Session, asker: Person, id: int) -> Leave:
    """A request within the asker's scope."""
    row = await sql.by_id(db.connection, id=id, **vars(scope_of(asker)))
    if row is None:
        raise Refused("leave.not_found", id=id)
    return Leave(**dict(row))


async def decide(
    db: Session, by: Person, leave: Leave, owner: Person, *, approve: bool, now: datetime
) -> None:
    """Approve or refuse: the superior does, never the asker himself."""
    if not may_verify(by, owner=owner):
        raise Refused("leave.not_by_you")
    state = "approved" if approve else "refused"
    if await sql.decide(db.connection, id=leave.id, state=state, by=by.id, now=ms(now)) is None:
        raise Refused("leave.already_decided", id=leave.id)
    await audit.record(
        db, by.id, f"leave.{state}", subject=f"leave:{leave.id}", body={}, now=now
    )


async def report_back(
    db: Session, by: Person, *, now: datetime, day: date | None = None
) -> Leave:
    """销假: the leave that runs ends today, or on the day of return that is told afterwards.

    A request not yet begun or decided is withdrawn.
    """
    back = min(day or now.date(), now.date())
    row = await sql.current(db.connection, person=by.id, day=back.isoformat())
    if row is None:
        raise Refused("leave.none_running")
    leave = Leave(**dict(row))
    await sql.back(db.connection, id=leave.id, day=back.isoformat())
    await audit.record(db, by.id, "leave.back", subject=f"leave:{leave.id}", body={}, now=now)
    return leave


async def away(db: Session, scope: Scope, day: date) -> list[Leave]:
    """Approved leave in a scope on that day."""
    rows = sql.away(db.connection, day=day.isoformat(), **vars(scope))
    return [Leave(**dict(row)) async for row in rows]


async def is_away(db: Session, person: int, day: date) -> bool:
    """Whether that person is on approved leave that day."""
    return bool(await sql.is_away(db.connection, person=person, day=day.isoformat()))
