"""Escalation (催办): which step falls on which day, who is told, and that it is told once.

A step stands in rules.escalation: so many working days after the deadline (before it: negative),
so many levels up. Its number is those days; a step is taken once for each clock, and a clock is
one deadline in one pair of hands (a custody row): another holder or another deadline begins anew,
and the day somebody gets it never counts against him.

Days on which everybody who has it in hand is on approved leave with a cover do not count, and
nothing is ever taken on such a day or on a rest day of the county. What is worked on goes to
those above its holder: a team's responsible person; a township's or the county's staff; a unit
has nobody in chat, so those above the issue's own place chase it, and the owner hears of it. What
waits for its verifier past the deadline goes to the verifier's own place first (he has it in
hand, the owner has done his part), from there upward; the days count from the request for 销号.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger import audit, people
from ledger.clock import moment, ms
from ledger.custody import Kind
from ledger.database import Session, queries
from ledger.days import DAY, LONGEST_REST, days_between, is_workday
from ledger.escalation_steps import Step, Steps
from ledger.issue_moves import BEING_VERIFIED, WORKED_ON
from ledger.issues import Issue
from ledger.people import Person, Role
from ledger.rules import Rules

sql = queries("escalation")
UPWARD = (Role.LEADER, Role.TOWNSHIP, Role.COUNTY)
PASSED_ON = 30  # days for which somebody who was away still hears of a step


# facts
@dataclass(frozen=True)
class Clock:
    """What the steps are counted from; `since` itself and the paused days do not count."""

    due: date
    since: date
    paused: frozenset[date] = frozenset()
    waits: bool = False  # for its verifier: nothing before the deadline


@dataclass(frozen=True)
class Running:
    """An unfinished issue whose clock still has steps ahead; `taken` is the last one taken."""

    issue_id: int
    custody_id: int
    kind: str
    holder_id: int
    since_day: str
    since_at: int
    due: str
    state: str
    submitted_at: int | None
    taken: int | None

    @property
    def waits(self) -> bool:
        """Whether it waits for its verifier."""
        return self.state in BEING_VERIFIED

    @property
    def clock(self) -> Clock:
        """Its clock, nobody being on leave; what is entered afterwards counts from its entry."""
        since = max(date.fromisoformat(self.since_day), moment(self.since_at).date())
        if self.waits and self.submitted_at is not None:
            since = max(since, moment(self.submitted_at).date())
        return Clock(date.fromisoformat(self.due), since, waits=self.waits)


@dataclass(frozen=True)
class Taken:
    """A step that has been taken and is still the last word on its clock."""

    issue_id: int
    custody_id: int
    due: str
    step: int
    told: tuple[int, ...]
    owner_id: int
    at: int
    state: str
    submitted_at: int | None

    @property
    def slot(self) -> str:
        """Its name among the planned reminders; ends with the deadline it is about."""
        return f"{self.issue_id}|{self.custody_id}|{self.step}|{self.due}"

    @property
    def stands(self) -> bool:
        """Still true: an issue handed in since then waits for somebody else."""
        return self.state in WORKED_ON or (self.submitted_at or 0) <= self.at

    @property
    def for_owner(self) -> bool:
        """Whether the owner hears of it, too: late, his own work, and he is not told already."""
        mine = self.state in WORKED_ON and self.owner_id not in self.told
        return self.step > 0 and mine


# rules
def day_of(days: int, clock: Clock, rules: Rules) -> date | None:
    """The day on which the step of so many working days falls; None: it has none in these hands."""
    if days > 0:
        return _counted(max(clock.due, clock.since) + DAY, 1, days, clock.paused, rules)
    start = clock.due if days == 0 else clock.due - DAY
    meant = None if clock.waits else _counted(start, -1, max(-days, 1), frozenset(), rules)
    if meant is None or meant <= clock.since:
        return None
    return _counted(meant, 1, 1, clock.paused, rules)  # leave only ever puts it off


def _counted(
    start: date, way: int, days: int, paused: AbstractSet[date], rules: Rules
) -> date | None:
    """The last of so many counting days from that day on, forward or back; None: there is none."""
    furthest = LONGEST_REST + len(paused) + days * 7
    for gone in range(furthest):
        one = start + gone * way * DAY
        days -= is_workday(one, rules) and one not in paused
        if not days:
            return one
    return None


def fallen(
    clock: Clock, steps: Steps, taken: int | None, today: date, rules: Rules
) -> list[Step]:
    """The steps that are to be taken today: those not taken whose day has come, in order."""
    if today in clock.paused or not is_workday(today, rules):
        return []
    ahead = [step for step in steps if taken is None or step[0] > taken]
    days = [(step, day_of(step[0], clock, rules)) for step in ahead]
    return [step for step, day in days if day and day <= today]


def late_days(due: date, today: date, rules: Rules) -> int:
    """Working days of the county since the deadline; before it 0."""
    return sum(is_workday(day, rules) for day in days_between(due + DAY, today))


def horizon(steps: Steps, today: date, rules: Rules) -> date:
    """Deadlines after that day have no step yet."""
    before = max((-days for days, _ in steps), default=0)
    if before < 0:
        return today
    return _counted(today + DAY, 1, before + 1, frozenset(), rules) or today


def chain(place: Role, level: int) -> tuple[Role, ...]:
    """Whose seats are asked in turn, the first one taken answers: place is level 1; top at most."""
    posts = UPWARD[UPWARD.index(place) :]
    return posts[min(level, len(posts)) - 1 :]


# records: who
async def hands(db: Session, issue: Issue, day: date) -> list[Person]:
    """The people who have it in hand; nobody: a unit has it, or its owner has moved away."""
    kind = Kind(issue.holder_kind)
    if kind is Kind.UNIT:
        return []
    if kind is Kind.TEAM and issue.state in WORKED_ON:
        owner = await people.by_id(db, issue.owner_id)
        return [owner] if owner.team_id == issue.holder_id else []
    role = {Kind.TEAM: Role.LEADER, Kind.TOWNSHIP: Role.TOWNSHIP, Kind.COUNTY: Role.COUNTY}
    return await people.seats_at(db, issue, role[kind], day=day)


async def above(db: Session, issue: Issue, level: int, day: date) -> list[Person]:
    """Who is told at that level; an empty seat passes upward, at the top the county hears again."""
    place = await _first_above(db, issue)
    found = await _seats(db, issue, chain(place, level), day)
    return found or await people.staff(db, issue.county_id, day=day)


async def _first_above(db: Session, issue: Issue) -> Role:
    """The post of level 1, by who has it in hand."""
    kind = Kind(issue.holder_kind)
    if issue.state in BEING_VERIFIED and kind is not Kind.UNIT:
        return {Kind.TEAM: Role.LEADER, Kind.TOWNSHIP: Role.TOWNSHIP}.get(kind, Role.COUNTY)
    if kind is Kind.TEAM:
        owner = await people.by_id(db, issue.owner_id)
        leads = owner.role is Role.LEADER and owner.team_id == issue.team_id
        return Role.TOWNSHIP if leads else Role.LEADER
    chased = kind is Kind.UNIT and issue.team_id
    return Role.TOWNSHIP if chased else Role.COUNTY


async def _seats(db: Session, issue: Issue, posts: Iterable[Role], day: date) -> list[Person]:
    """Who sits on the first of these posts that is taken by somebody without a hand in it."""
    worked = {issue.owner_id, issue.submitted_by}
    for post in posts:
        found = await people.seats_at(db, issue, post, day=day)
        if free := [one for one in found if one.id not in worked]:
            return free
    return []


async def paused(db: Session, who: Sequence[Person], clock: Clock, today: date) -> Clock:
    """The clock without the days on which all of them are on leave with a cover."""
    if not who:
        return clock
    last = max(today, clock.due)
    away = [await _covered(db, one.id, clock.since, last) for one in who]
    return replace(clock, paused=frozenset.intersection(*away))


async def _covered(db: Session, person: int, first: date, last: date) -> frozenset[date]:
    """The days between on which somebody is on approved leave and another one stands in."""
    rows = sql.covered(db.connection, person=person, first=str(first), last=str(last))
    days = set()
    async for row in rows:
        until = min(row["to_day"], str(last))
        days |= set(
            days_between(date.fromisoformat(row["from_day"]), date.fromisoformat(until))
        )
        if row["back_day"]:
            days -= {one for one in days if one >= date.fromisoformat(row["back_day"])}
    return frozenset(days)


# records: the steps
async def running(
    db: Session, county: int, steps: Steps, today: date, rules: Rules
) -> list[Running]:
    """The county's clocks that still have steps ahead, those with no deadline near left out."""
    if not steps:
        return []
    until = horizon(steps, today, rules)
    rows = sql.running(db.connection, county=county, until=str(until), last=steps[-1][0])
    return [Running(**dict(row)) async for row in rows]


async def take(
    db: Session, one: Running, steps: Sequence[Step], told: Iterable[Person], now: datetime
) -> bool:
    """Take these steps at once: only the highest is told, the lower ones are passed over.

    False: another process has taken it before; nothing is written.
    """
    ids = list(dict.fromkeys(person.id for person in told))
    *lower, (days, level) = steps
    if not await _enter(db, one, (days, level), ids, now):
        return False
    for step in lower:
        await _enter(db, one, step, [], now)
    body = {
        "days": days, "level": level, "told": ids, "due": one.due, "holder": one.kind,
        "passed_over": [step[0] for step in lower],
    }  # fmt: skip
    subject = f"issue:{one.issue_id}"
    await audit.record(db, audit.SYSTEM, "issue.escalated", subject=subject, body=body, now=now)
    return True


async def _enter(
    db: Session, one: Running, step: Step, told: Sequence[int], now: datetime
) -> bool:
    """The fact of one step; told nobody: passed over."""
    entered = await sql.enter(
        db.connection, issue=one.issue_id, custody=one.custody_id, due=one.due, step=step[0],
        day=str(now.date()), level=step[1], told=",".join(map(str, told)), now=ms(now),
    )  # fmt: skip
    return entered is not None


async def to_tell(db: Session, first: date, last: date) -> list[Taken]:
    """The last step of each clock that is still true, of those taken in these days."""
    rows = sql.to_tell(db.connection, first=str(first), last=str(last))
    found = [_taken(row) async for row in rows]
    return [one for one in found if one.stands]


async def still_told(db: Session, slot: str) -> Taken | None:
    """The step behind a planned reminder; None: done with, in other hands, another deadline."""
    parts = slot.split("|")
    if len(parts) != 4:
        return None  # planned by an earlier version
    issue, custody, step, due = parts
    row = await sql.one(
        db.connection, issue=int(issue), custody=int(custody), step=int(step), due=due
    )
    found = _taken(row) if row else None
    return found if found and found.stands else None


def _taken(row: object) -> Taken:
    facts = dict(row)  # type: ignore[call-overload]
    told = tuple(int(one) for one in facts.pop("told").split(",") if one)
    return Taken(**facts, told=told)
