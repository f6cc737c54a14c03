"""Reminders: planned in the morning, looked at again when the hour comes, merged into one.

What may be spoken of is the table in ledger/duties.py: study, deadlines of issues, issues that
somebody above is asked to look after (scheduler/escalation.py), what is owed near the end of its
period. Members get one message; who reads the day's summary finds the lines in it
(`with_summary`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ledger import (
    calendar,
    due,
    duties,
    escalation,
    issues,
    owed,
    people,
    rota,
    settings,
    study,
)
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session
from ledger.days import DAY, LONGEST_REST, at, is_workday, nature
from ledger.due import Due
from ledger.duties import Duty
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.owed import Standing
from ledger.people import STAFF, Person, Role, Scope
from ledger.rota import Weekdays
from ledger.rules import Rules
from scheduler.desk import Desk
from scheduler.escalation import KINDS, LATE, RAISED, Call, calls, told_on

STUDY = "study"
ISSUE = "issue"
DIGEST = Cause("digest")
SPREAD = Lots(b"reminders are spread over some minutes")
LOOK_AHEAD = timedelta(days=40)  # deadlines further off need no step today
AFTER_SUMMARY = timedelta(minutes=10)  # a reader's lines go alone when no summary took them
ONE_TAP = frozenset({"week", "days", "signed"})  # kinds of duty whose example is a button
BUTTONS = 3  # of the issues spoken of
SHOWN = 5  # issues of one sort in one message; the rest is a number


# planning
def minute_of(person: int, day: date, rules: Rules) -> datetime:
    """When that person's one reminder of the day goes out: spread, never on :00 or :30."""
    shift = SPREAD.below(rules.reminder_window, "minute", person, day.isoformat())
    moment = at(day, rules.reminder_at) + timedelta(minutes=shift)
    return moment + timedelta(minutes=1) if moment.minute % 30 == 0 else moment


def steps_on(
    issue: Issue, day: date, rules: Rules, by_rota: Weekdays = frozenset()
) -> list[str]:
    """Which steps before or on its deadline an issue has that day.

    A step that falls on a rest day of its owner is taken on his last working day before it.
    """
    steps = []
    for before in (*rules.issue_before_days, 0):
        meant = issue.due_day - before * DAY
        if _at_work_by(meant, rules, by_rota) == day:
            steps.append(f"before{before}")
    return steps[-1:]  # the nearest one says it all


def _at_work_by(day: date, rules: Rules, by_rota: Weekdays) -> date:
    """That day if somebody with this rota works, else his last working day before it."""
    for count in range(LONGEST_REST):
        one = day - count * DAY
        if calendar.reason(one, nature(one, rules), by_rota=by_rota) is None:
            return one
    return day


async def plan_day(desk: Desk, db: Session, now: datetime) -> None:
    """Write the day's reminders; planning twice adds nothing."""
    await due.plan(db, await planned(desk, db, now))


async def planned(desk: Desk, db: Session, now: datetime, *, made_up: bool = True) -> list[Due]:
    """The day's reminders; on a rest day there are none. Steps that fall on it are taken.

    made_up: steps missed on earlier days are taken, too.
    """
    day = now.date()
    if not is_workday(day, desk.rules):
        return []
    everybody = await _everybody(desk, db, day)
    told = await told_on(db, everybody, desk.rules, now, made_up=made_up)
    rows = [
        *_duty_rows(desk, everybody, day),
        *await _issue_rows(desk, db, everybody, day),
        *(
            _row(desk, one.kind, everybody[one.person], one.slot, one.issue, day)
            for one in told
        ),
    ]
    end = at(day, desk.rules.quiet_from)
    return [row for row in rows if row.due_at < ms(end)]


async def _everybody(desk: Desk, db: Session, day: date) -> dict[int, Person]:
    """Who works that day, by id."""
    members = await people.members(db, Scope(0), day=day)
    found = {one.id: one for one in (*members, *await people.readers(db, day=day))}
    for county in {one.county_id for one in found.values()}:
        for person in await calendar.off(db, Scope(county), day, desk.rules):
            found.pop(person, None)
    return found


def _duty_rows(desk: Desk, everybody: dict[int, Person], day: date) -> list[Due]:
    rows = []
    for duty in duties.DUTIES:
        if _speaks(desk, duty, day):
            slot = f"{duties.term_of(duty.every, day).key}|{day.isoformat()}"
            bearers = (one for one in everybody.values() if one.role in duty.bearers)
            rows += [_row(desk, duty.key, one, slot, 0, day) for one in bearers]
    return rows


def _speaks(desk: Desk, duty: Duty, day: date) -> bool:
    """Whether that day's reminders speak of the duty."""
    if duty.key == STUDY and not desk.rules.study_reminder:
        return False
    term = duties.term_of(duty.every, day)
    return day in duties.reminded_on(duty, term, desk.rules)


async def _issue_rows(
    desk: Desk, db: Session, everybody: dict[int, Person], day: date
) -> list[Due]:
    rows = []
    rotas = await rota.on_day(db, Scope(0), day)
    for issue in await issues.due_between(db, day, day + LOOK_AHEAD):
        for owner in await _bearers(db, everybody, issue, day):
            for step in steps_on(issue, day, desk.rules, rotas.get(owner.id, frozenset())):
                slot = f"{issue.id}|{step}|{issue.due}"
                rows.append(_row(desk, ISSUE, owner, slot, issue.id, day))
    return rows


async def _bearers(
    db: Session, everybody: dict[int, Person], issue: Issue, day: date
) -> list[Person]:
    """Who hears of a deadline: the owner; where he has moved away, those who answer for it."""
    owner = everybody.get(issue.owner_id)
    if owner is None or owner.team_id == issue.team_id:
        return [owner] if owner else []
    above = await escalation.above(db, issue, 1, day)
    return [everybody[one.id] for one in above if one.id in everybody]


def _row(desk: Desk, kind: str, person: Person, slot: str, subject: int, day: date) -> Due:
    moment = minute_of(person.id, day, desk.rules)
    if person.role is not Role.MEMBER:
        moment = max(moment, at(day, desk.rules.daily_at) + AFTER_SUMMARY)
    end = at(day, desk.rules.quiet_from)
    return Due(kind, person.id, slot, subject, ms(moment), ms(end))


# when the hour comes
@dataclass(frozen=True)
class Digest:
    """Everything one person is reminded of, in one message; `left` is no longer true."""

    person: Person
    study: bool
    near: list[Issue]
    late: list[Call]
    raised: list[Call]
    duties: list[Standing]
    left: list[Due]

    def __bool__(self) -> bool:
        return bool(self.study or self.near or self.late or self.raised or self.duties)

    @property
    def numbers(self) -> list[int]:
        """The issues it speaks of."""
        return [one.id for one in self.near] + [one.id for one in (*self.late, *self.raised)]

    @property
    def at_home(self) -> bool:
        """Whether this person may read names of households unasked: not above the team."""
        return self.person.role not in STAFF

    @property
    def whole_county(self) -> bool:
        """Whether the name of a village alone says too little."""
        return self.person.role is Role.COUNTY

    @property
    def most(self) -> int:
        """How many issues of one sort are named; the rest is a number."""
        return SHOWN

    def more(self, calls: list[Call]) -> int:
        """That number; 0: all are named."""
        return max(len(calls) - SHOWN, 0)

    @property
    def options(self) -> tuple[Option, ...]:
        """A button for what one tap can begin."""
        words = ["学习"] if self.study else []
        words += [one.duty.how for one in self.duties if one.duty.settled in ONE_TAP]
        words += [f"问题{id}" for id in self.numbers[:BUTTONS]]
        return tuple(Option(word, word) for word in words)


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
    digest = await still(desk, db, person, rows, now)
    if not digest:
        return digest.left
    text = desk.words.say("reminders.digest", digest=digest, today=now.date())
    reply = Reply(text, digest.options, kind="reminder")
    dedupe = f"digest:{person}:{now.date().isoformat()}"
    told = await desk.tell(db, person, reply, dedupe=dedupe, now=now, cause=DIGEST)
    return digest.left if told else rows


async def with_summary(desk: Desk, db: Session, person: int, now: datetime) -> Digest | None:
    """What a reader's summary of this hour says beside its figures; taken, so not said twice."""
    end = at(now.date(), desk.rules.quiet_from)
    rows = await due.take_of(db, person, until=end)
    digest = await still(desk, db, person, rows, now) if rows else None
    await due.give_back(db, digest.left if digest else [])
    return digest or None


async def still(desk: Desk, db: Session, person: int, rows: list[Due], now: datetime) -> Digest:
    """What is still true of the plan at this moment."""
    near = await _unfinished(db, [row for row in rows if row.kind == ISSUE])
    late = await calls(db, rows, LATE, now.date(), desk.rules)
    raised = await calls(db, rows, RAISED, now.date(), desk.rules)
    found = Digest(
        await people.by_id(db, person), await _owes_study(db, person, rows, now), near, late,
        raised, await _unsettled(desk, db, person, rows, now.date()), left=[],
    )  # fmt: skip
    told = set(found.numbers)
    return replace(found, left=[row for row in rows if row.subject and row.subject not in told])


async def _owes_study(db: Session, person: int, rows: list[Due], now: datetime) -> bool:
    if all(row.kind != STUDY for row in rows) or await settings.read(db, f"mute:{person}"):
        return False
    return bool(await study.still_owing(db, {person}, now.date()))


async def _unsettled(
    desk: Desk, db: Session, person: int, rows: Iterable[Due], day: date
) -> list[Standing]:
    """The duties spoken of today that are still owed."""
    kinds = [row.kind for row in rows if row.kind not in {STUDY, ISSUE, *KINDS}]
    who = await people.by_id(db, person)
    found = [
        await owed.standing(db, who, duties.BY_KEY[kind], day, desk.rules) for kind in kinds
    ]
    return [one for one in found if not one.settled]


async def _unfinished(db: Session, rows: Iterable[Due]) -> list[Issue]:
    """The issues that still wait for work and still have the deadline the rows are about."""
    meant = {(row.subject, row.slot.rpartition("|")[2]) for row in rows}
    found = await issues.still_worked_on(db, sorted({subject for subject, _ in meant}))
    return [one for one in found if (one.id, one.due) in meant]
