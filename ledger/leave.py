"""Leave (请假): asked for, approved step by step, extended (续假), ended by reporting back (销假)."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger import audit, leave_steps, people
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, workdays_between
from ledger.errors import Refused
from ledger.ladder import steps_for
from ledger.leave_steps import Step
from ledger.people import Person, Role, Scope, scope_of
from ledger.reading.leave_words import kind_of
from ledger.rules import Rules

sql = queries("leave")
LONGEST = 60  # days in one request
CHAIN = 20  # extensions of one leave that are counted together
OTHER = "事假"  # the kind of what names no other
TRIP = "公差"  # on duty elsewhere: counted as stationed
KINDS = ("病假", OTHER, "公假", "公休", "轮休", TRIP)
HEALTH = re.compile(
    r"病|医|疗|手术|住院|出院|体检|复查|药|疼|痛|伤|孕|产[检假后前妇]|分娩|生孩子|发烧|感冒|癌|牙"
)


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
    state: str  # asked, approved, refused, withdrawn
    decided_by: int | None
    back_day: str | None
    kind: str = ""
    cover_id: int | None = None
    extends_id: int | None = None

    @property
    def first(self) -> date:
        """The first day of leave."""
        return date.fromisoformat(self.from_day)

    @property
    def last(self) -> date:
        """The last day of leave asked for."""
        return date.fromisoformat(self.to_day)

    @property
    def days(self) -> int:
        """Calendar days asked for."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Request:
    """What somebody asks for. `extends` is the leave that this one goes on from."""

    first: date
    last: date
    reason: str
    kind: str = ""
    cover: int | None = None
    extends: Leave | None = None


@dataclass(frozen=True)
class Length:
    """How long a leave is: every day, and those on which people work."""

    calendar: int
    working: int


# rules
def length_of(first: date, last: date, rules: Rules) -> Length:
    """The days from first to last, both included."""
    return Length((last - first).days + 1, workdays_between(first, last, rules))


def counted(length: Length, rules: Rules) -> int:
    """The days the ladder goes by; a leave of rest days alone is one day still."""
    return max(1, length.working) if rules.leave_by_workdays else length.calendar


def kind_named(reason: str, kind: str | None = None) -> str:
    """病假, 事假, 公假, 公休, 轮休 or 公差: as said, else by the reason; nobody is asked for more."""
    return kind or kind_of(reason) or OTHER


def is_private(leave: Leave) -> bool:
    """Whether the reason tells of somebody's health: above the team only kind and dates are shown."""
    return leave.kind == "病假" or bool(HEALTH.search(leave.reason))


def check(wanted: Request, *, today: date) -> None:
    """Refuse days that cannot be a leave; nothing is changed."""
    if wanted.last < wanted.first:
        raise Refused("leave.backwards")
    if (wanted.last - wanted.first).days >= LONGEST:
        raise Refused("leave.too_long", days=LONGEST)
    if wanted.first < today:
        raise Refused("leave.past", first=wanted.first)


# records
async def ask(
    db: Session, by: Person, first: date, last: date, reason: str, *, source: str, now: datetime
) -> int:
    """Ask for a plain leave by the default rules; returns the request's id."""
    wanted = Request(first, last, reason, kind_named(reason))
    return await submit(db, by, wanted, source=source, now=now, rules=Rules())


async def submit(
    db: Session, by: Person, wanted: Request, *, source: str, now: datetime, rules: Rules,
    entered_by: Person | None = None,
) -> int:  # fmt: skip
    """Ask for leave; the first post of the ladder is asked. Returns the request's id.

    entered_by: who enters it afterwards for him; the log names both.
    """
    check(wanted, today=min(now.date(), wanted.first))
    if held := await overlapping(db, by, wanted.first, wanted.last):
        raise Refused("leave.overlaps", held=held)
    id = await _enter(db, by, wanted, source=source, now=now)
    kind, body = "entered" if entered_by else "asked", {"for": by.id, **_body(wanted)}
    await _log(db, entered_by or by, kind, id, body, now)
    roles = await _roles(db, await any_leave(db, id), by, rules)
    await leave_steps.plan(db, id, by, roles, now=now)
    return id


async def _roles(db: Session, leave: Leave, owner: Person, rules: Rules) -> tuple[Role, ...]:
    """Whose word it needs: the ladder goes by all the days in a row."""
    first, last = await in_a_row(db, leave)
    return steps_for(
        counted(length_of(first, last, rules), rules), owner.role, rules.leave_ladder
    )


async def take_up(
    db: Session, leave: Leave, owner: Person, *, now: datetime, rules: Rules
) -> Step | None:
    """Where every seat was empty, somebody has taken one since: he is asked; None: nobody."""
    roles = await _roles(db, leave, owner, rules)
    return await leave_steps.ask_below(db, leave.id, owner, roles, now=now)


async def enter(
    db: Session, by: Person, owner: Person, wanted: Request, *, source: str, now: datetime,
    rules: Rules,
) -> int:  # fmt: skip
    """补假: a superior enters an emergency leave afterwards; that is his own word on it, too."""
    today = now.date()
    if wanted.first > today or (today - wanted.first).days > rules.backfill_days:
        raise Refused("leave.not_backfill", days=rules.backfill_days)
    if held := await overlapping(db, owner, wanted.first, wanted.last):
        raise Refused("leave.entered_before", held=held)
    id = await submit(db, owner, wanted, source=source, now=now, rules=rules, entered_by=by)
    if leave_steps.refusal(by, owner, await leave_steps.current(db, id)) is None:
        await decide(db, by, await any_leave(db, id), owner, approve=True, now=now)
    return id


async def overlapping(db: Session, by: Person, first: date, last: date) -> Leave | None:
    """His own leave, asked for or approved, that has a day in common with these."""
    row = await sql.overlapping(db.connection, person=by.id, first=str(first), last=str(last))
    return _leave(row) if row else None


async def access_leave(db: Session, asker: Person, id: int) -> Leave:
    """A request within the asker's scope."""
    row = await sql.by_id(db.connection, id=id, **vars(scope_of(asker)))
    if row is None:
        raise Refused("leave.not_found", id=id)
    return _leave(row)


async def any_leave(db: Session, id: int) -> Leave:
    """A request by its id; the caller answers for the right to ask."""
    return _leave(await sql.any(db.connection, id=id))


async def decide(
    db: Session, by: Person, leave: Leave, owner: Person, *, approve: bool, now: datetime,
    reason: str = "",
) -> Leave:  # fmt: skip
    """A superior's word; returns the leave, approved when every step is. Never the asker's own."""
    step = await leave_steps.current(db, leave.id)
    if why := leave_steps.refusal(by, owner, step):
        raise Refused(why, leave=leave)
    await leave_steps.settle(db, by, leave.id, approve=approve, reason=reason, now=now)
    more = await leave_steps.go_on(db, leave.id, owner, now=now) if approve else None
    if more is None:
        await _conclude(db, by, leave, "approved" if approve else "refused", now)
    kind = "approved" if approve else "refused"
    await _log(db, by, kind, leave.id, {"reason": reason, "last": not more}, now)
    return await any_leave(db, leave.id)


async def _conclude(db: Session, by: Person, leave: Leave, state: str, now: datetime) -> None:
    if await sql.decide(db.connection, id=leave.id, state=state, by=by.id, now=ms(now)) is None:
        raise Refused("leave.already_decided", leave=await any_leave(db, leave.id))


async def to_come(db: Session, person: Person, day: date) -> list[Leave]:
    """His leave that is asked for or approved and not over, the nearest first."""
    rows = sql.to_come(db.connection, person=person.id, day=day.isoformat())
    return [_leave(row) async for row in rows]


async def to_extend(db: Session, by: Person, *, day: date) -> Leave:
    """The approved leave that 续假 goes on from: it runs today or is still to come."""
    found = [one for one in await to_come(db, by, day) if one.state == "approved"]
    if found:
        running = [one for one in found if one.first <= day]
        return (await _chain_end(db, running[0])) if running else found[-1]
    if waiting := await to_come(db, by, day):
        raise Refused("leave.extend_undecided", held=waiting[0])
    row = await sql.last_over(db.connection, person=by.id, day=day.isoformat())
    raise Refused("leave.extend_over", held=_leave(row) if row else None)


async def _chain_end(db: Session, leave: Leave) -> Leave:
    """The last of a leave and its approved extensions."""
    person = await people.by_id(db, leave.person_id)
    for one in await to_come(db, person, leave.first):
        if one.extends_id == leave.id and one.state == "approved":
            leave = one
    return leave


async def running(db: Session, person: int, day: date) -> Leave | None:
    """The approved leave that runs that day and has not been ended."""
    row = await sql.running(db.connection, person=person, day=day.isoformat())
    return _leave(row) if row else None


async def report_back(
    db: Session, by: Person, *, now: datetime, day: date | None = None
) -> Leave:
    """销假: the leave that runs ends today, or on the day of return that is told afterwards."""
    back = min(day or now.date(), now.date())
    leave = await running(db, by.id, back)
    if leave is None:
        raise await _nothing_to_end(db, by, now.date())
    await sql.back(db.connection, id=leave.id, day=back.isoformat())
    for one in await _extensions(db, by, leave):
        await _withdraw(db, by, one, now=now)
    await _log(db, by, "back", leave.id, {"day": back.isoformat()}, now)
    return leave


async def _nothing_to_end(db: Session, by: Person, today: date) -> Refused:
    if ahead := await to_come(db, by, today):
        return Refused("leave.not_begun", held=ahead[0])
    row = await sql.last_over(db.connection, person=by.id, day=today.isoformat())
    if row and row["back_day"] is None and (today - _leave(row).last).days <= 7:
        return Refused("leave.over_by_date", held=_leave(row))
    return Refused("leave.none_running")


async def withdraw(db: Session, by: Person, leave: Leave, *, now: datetime) -> bool:
    """Take a request back: before it is decided, or before it has begun.

    What goes on from it goes with it; returns whether there was such a thing.
    """
    if leave.person_id != by.id:
        raise Refused("leave.not_found", id=leave.id)
    if leave.state == "approved" and leave.first <= now.date():
        raise Refused("leave.already_begun", held=leave)
    more = await _extensions(db, by, leave)
    for one in (leave, *more):
        await _withdraw(db, by, one, now=now)
    return bool(more)


async def drop_open(db: Session, by: Person, owner: Person, *, now: datetime) -> None:
    """Somebody's post has ended: what he asked for and had not begun is nobody's business now."""
    for one in await to_come(db, owner, now.date()):
        if one.state == "asked" or one.first > now.date():
            await _withdraw(db, by, one, now=now)


async def _withdraw(db: Session, by: Person, leave: Leave, *, now: datetime) -> None:
    await leave_steps.drop(db, leave.id)
    if await sql.withdraw(db.connection, id=leave.id) is None:
        raise Refused("leave.already_decided", leave=await any_leave(db, leave.id))
    await _log(db, by, "withdrawn", leave.id, {}, now)


async def _extensions(db: Session, owner: Person, leave: Leave) -> list[Leave]:
    """What goes on from this leave, and from that again; asked for or approved."""
    chain, found = {leave.id}, []
    for one in await to_come(db, owner, leave.first):
        if one.extends_id in chain:
            chain.add(one.id)
            found.append(one)
    return found


async def set_cover(
    db: Session, by: Person, leave: Leave, cover: Person, *, now: datetime
) -> None:
    """Who sees to his tasks meanwhile: a teammate, chosen by himself."""
    await sql.set_cover(db.connection, id=leave.id, cover=cover.id)
    await _log(db, by, "cover", leave.id, {"cover": cover.id}, now)


async def covered(db: Session, cover: int, day: date) -> list[Leave]:
    """The leave of that day for which this person stands in."""
    rows = sql.covered(db.connection, cover=cover, day=day.isoformat())
    return [_leave(row) async for row in rows]


async def away(db: Session, scope: Scope, day: date) -> list[Leave]:
    """Approved leave in a scope on that day."""
    rows = sql.away(db.connection, day=day.isoformat(), **vars(scope))
    return [_leave(row) async for row in rows]


async def is_away(db: Session, person: int, day: date) -> bool:
    """Whether that person is on approved leave that day."""
    return bool(await sql.is_away(db.connection, person=person, day=day.isoformat()))


async def began(db: Session, leave: Leave) -> date:
    """The first day of all that hangs together with a leave: 续假 counts from there."""
    for _ in range(CHAIN):
        if leave.extends_id is None:
            break
        leave = await any_leave(db, leave.extends_id)
    return leave.first


async def in_a_row(db: Session, leave: Leave) -> tuple[date, date]:
    """First and last day of all his leave that hangs together with this one, day by day.

    Two requests side by side are as long as one; trips on duty are a row of their own.
    """
    first, last = await began(db, leave), leave.last
    person = await people.by_id(db, leave.person_id)
    near = await to_come(db, person, first - LONGEST * CHAIN * DAY)
    alike = [one for one in near if (one.kind == TRIP) == (leave.kind == TRIP)]
    for one in reversed(alike):
        first = one.first if one.last == first - DAY else first
    for one in alike:
        last = one.last if one.first == last + DAY else last
    return first, last


async def _enter(
    db: Session, by: Person, wanted: Request, *, source: str, now: datetime
) -> int:
    id = await sql.ask(
        db.connection, person=by.id, team=by.team_id or None, first=str(wanted.first),
        last=str(wanted.last), reason=wanted.reason, kind=wanted.kind, cover=wanted.cover,
        extends=wanted.extends.id if wanted.extends else None, source=source, now=ms(now),
    )  # fmt: skip
    return int(id)


def _body(wanted: Request) -> dict[str, Any]:
    return {
        "from": str(wanted.first), "to": str(wanted.last), "kind": wanted.kind,
        "reason": wanted.reason, "extends": wanted.extends.id if wanted.extends else None,
    }  # fmt: skip


async def _log(
    db: Session, by: Person, kind: str, id: int, body: dict[str, Any], now: datetime
) -> None:
    await audit.record(db, by.id, f"leave.{kind}", subject=f"leave:{id}", body=body, now=now)


def _leave(row: Any) -> Leave:
    return Leave(**dict(row))
