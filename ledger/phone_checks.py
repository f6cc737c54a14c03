"""Phone checks (电话抽查, S000-87): staff ring up who was drawn; the bot says nothing to him.

States: waiting; taken (somebody is ringing him up); done, with what came of it; void (nobody
rang by the end of the working day; it does not count). Not reached is a reason to ring again and
never a finding; a finding is opened only where the caller says so (domain §9).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from ledger import audit, calendar, findings, known_facts
from ledger.calendar import Off
from ledger.chance import Lots
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import is_workday
from ledger.draws import Draw
from ledger.errors import Refused
from ledger.findings import Finding, Found, Source
from ledger.known_facts import About, Fact
from ledger.people import Person, Role, Scope, scope_of
from ledger.rules import Rules

sql = queries("phone_checks")
LEFT = timedelta(hours=2)  # a call taken and not written down is free again after that
UNSURE = 2  # facts not known, from which the caller is offered 记待核实; never by itself
APART = timedelta(minutes=30)  # from the first 未接通 on; sooner it says nothing


# facts
class Result(StrEnum):
    """What came of a call (domain §9)."""

    ON_POST = "on_post"
    OUT = "out"
    ON_LEAVE = "leave"
    UNREACHED = "unreached"
    TO_EXPLAIN = "to_explain"


LABELS = {
    Result.ON_POST: "接通在岗",
    Result.OUT: "在岗外出已报备",
    Result.ON_LEAVE: "请假",
    Result.UNREACHED: "未接通",
    Result.TO_EXPLAIN: "待说明",
}
REACHED = frozenset({Result.ON_POST, Result.OUT})  # whom one can ask something
EXCUSED = {  # what the ledger knows of the day, as a result
    Off.LEAVE: Result.ON_LEAVE,
    Off.ROTA: Result.ON_LEAVE,
    Off.TRIP: Result.OUT,
}


class Given(StrEnum):
    """How a question was answered; a help to the caller, counted for nobody."""

    KNEW = "knew"
    UNSURE = "unsure"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class PhoneCheck:
    """One person to be rung up, and what came of it."""

    id: int
    draw_id: int
    draw: str
    seed: str
    county_id: int
    township_id: int
    township: str
    team_id: int
    village: str
    person_id: int
    person: str
    role: str
    title: str
    day: str
    state: str
    taken_by: int | None
    taken_at: int | None
    tries: int
    result: str
    facts: str
    remark: str
    done_at: int | None
    callers: int  # the township whose staff ring him up; 0: the county's

    @property
    def asked(self) -> list[Fact]:
        """The questions drawn for this call; none before it was opened."""
        return [Fact(About(one["about"]), one["truth"]) for one in json.loads(self.facts)]

    @property
    def given(self) -> list[Given]:
        """How they were answered, in the same order; none before the call was written down."""
        return [Given(one["given"]) for one in json.loads(self.facts) if "given" in one]

    @property
    def unsure(self) -> int:
        """How many of the questions he could not answer."""
        return self.given.count(Given.UNSURE)

    @property
    def label(self) -> str:
        """What came of it, in words; '' while nothing has."""
        return LABELS[Result(self.result)] if self.result else ""


@dataclass(frozen=True)
class Call:
    """An opened call: the number is seen here and nowhere else, and not of who need not be rung up."""

    check: PhoneCheck
    phone: str
    excused: Off | None  # what the ledger knows of the day: leave, a trip, a day off by rota

    @property
    def likely(self) -> Result | None:
        """The result the ledger already knows."""
        return EXCUSED.get(self.excused) if self.excused else None


@dataclass(frozen=True)
class Outcome:
    """What the caller writes down."""

    result: Result
    given: Sequence[Given] = ()
    remark: str = ""


# rules
def in_hours(now: datetime, rules: Rules) -> bool:
    """Whether it is a time to ring people up: the checks' hours of a working day, not at noon."""
    clock = now.timetz().replace(tzinfo=None)
    hours = rules.check_from <= clock < rules.check_until and not rules.quiet(clock)
    return hours and is_workday(now.date(), rules)


def in_order(free: Sequence[Mapping[str, Any]]) -> list[int]:
    """Ids in the order of their tickets, each from its own draw's secret: nobody chooses it."""

    def ticket(row: Mapping[str, Any]) -> tuple[int, int]:
        return Lots(bytes.fromhex(row["seed"])).ticket("call", row["person_id"]), row["id"]

    return [row["id"] for row in sorted(free, key=ticket)]


def may_call(asker: Person, check: PhoneCheck) -> bool:
    """The county's staff, or those of the township that asked for the draw (security §3)."""
    scope = scope_of(asker)
    staff = asker.role in {Role.COUNTY, Role.TOWNSHIP}
    return staff and (scope.county, scope.township) == (check.county_id, check.callers)


# records: drawn
async def open_all(db: Session, draw: Draw, *, now: datetime) -> int:
    """Put everybody drawn on the day's list; returns how many are new. Nobody is told."""
    day = now.date().isoformat()
    new = [
        await sql.add(db.connection, draw=draw.id, team=team, person=person, day=day)
        for team, person in draw.picks
    ]
    return sum(one is not None for one in new)


# records: looking
async def by_id(db: Session, id: int) -> PhoneCheck:
    """The check with that id; the caller answers for the right to ask."""
    return PhoneCheck(**dict(await sql.by_id(db.connection, id=id)))


async def access_check(db: Session, asker: Person, id: int) -> PhoneCheck:
    """A check that this person may make; any other is as if it were not there."""
    row = await sql.by_id(db.connection, id=id)
    check = PhoneCheck(**dict(row)) if row else None
    if check is None or not may_call(asker, check):
        raise Refused("phone_checks.not_found", id=id)
    return check


async def access_own_call(db: Session, asker: Person, id: int) -> PhoneCheck:
    """A call that this person has taken and not yet written down."""
    check = await access_check(db, asker, id)
    if check.state != "taken" or check.taken_by != asker.id:
        raise Refused("phone_checks.not_taken", id=id)
    return check


async def free(db: Session, scope: Scope, *, now: datetime) -> list[Mapping[str, Any]]:
    """Whom nobody of these callers is ringing up now: id, person_id, seed, by_timetable."""
    rows = sql.free(
        db.connection, county=scope.county, township=scope.township,
        day=now.date().isoformat(), stale=ms(now - LEFT),
    )  # fmt: skip
    return [dict(row) async for row in rows]


async def being_called(db: Session, scope: Scope, *, now: datetime) -> bool:
    """Whether somebody of today's list is being rung up by one of these callers."""
    found = await sql.being_called(
        db.connection, county=scope.county, township=scope.township,
        day=now.date().isoformat(), stale=ms(now - LEFT),
    )  # fmt: skip
    return bool(found)


async def listed(db: Session, county: int, day: date) -> set[int]:
    """Who is on a day's list already."""
    rows = sql.listed(db.connection, county=county, day=day.isoformat())
    return {row["person_id"] async for row in rows}


async def left(db: Session, asker: Person, *, now: datetime) -> int:
    """How many of today's list are still to be rung up by these callers."""
    return len(await free(db, scope_of(asker), now=now))


async def of_person(db: Session, person: int, *, limit: int) -> list[PhoneCheck]:
    """What came of somebody's last phone checks, the newest first."""
    rows = [row["id"] async for row in sql.of_person(db.connection, person=person, limit=limit)]
    return [await by_id(db, id) for id in rows]


async def unreached_since(db: Session, check: PhoneCheck) -> list[datetime]:
    """When it was noted that nobody could be reached, the first call first."""
    return [
        moment(one["at"])
        for one in await audit.history(db, f"phone_check:{check.id}")
        if one["kind"] == "phone_check.noted"
        and (one["body"] or {}).get("result") == Result.UNREACHED
    ]


async def asks_finding(db: Session, check: PhoneCheck, result: Result, now: datetime) -> bool:
    """Whether the caller may put it down as 待核实: 待说明, or not reached half an hour later."""
    if result is not Result.UNREACHED:
        return result is Result.TO_EXPLAIN
    before = await unreached_since(db, check)
    return bool(before) and now - before[0] >= APART


async def claim_telling(db: Session, person: int, *, now: datetime) -> bool:
    """Claim the day's one message to a caller; True only the first time."""
    slot = f"{now.date().isoformat()}|{person}"
    return await sql.claim_telling(db.connection, slot=slot, now=ms(now)) is not None


# records: calling
async def own_call(db: Session, asker: Person, *, now: datetime) -> PhoneCheck | None:
    """The call this person has taken today and not yet written down."""
    id = await sql.taken_by(
        db.connection, person=asker.id, day=now.date().isoformat(), stale=ms(now - LEFT)
    )
    return await by_id(db, int(id)) if id is not None else None


async def take(db: Session, asker: Person, *, now: datetime) -> PhoneCheck | None:
    """The next to be rung up, one at a time; his own open call first. None: nobody is left."""
    if own := await own_call(db, asker, now=now):
        return own
    day, stale = now.date().isoformat(), ms(now - LEFT)
    for id in in_order(await free(db, scope_of(asker), now=now)):
        if await sql.take(
            db.connection, id=id, person=asker.id, day=day, stale=stale, now=ms(now)
        ):  # fmt: skip
            return await by_id(db, id)
    return None


async def access_call(
    db: Session, asker: Person, check: PhoneCheck, rules: Rules, *, now: datetime
) -> Call:
    """Open a taken call: number, questions, what the ledger knows of the day. Each look is an event.

    The questions are drawn at the first look and stay.
    """
    if check.facts == "[]":
        lots = Lots(bytes.fromhex(check.seed))
        known = await known_facts.of_team(db, check.team_id, now.date())
        drawn = known_facts.draw(known, lots, f"facts|{check.team_id}|{check.person_id}")
        kept = [{"about": one.about.value, "truth": dict(one.truth)} for one in drawn]
        await sql.keep_facts(db.connection, id=check.id, facts=audit.canonical(kept))
        check = await by_id(db, check.id)
    off = await calendar.off_on(db, check.person_id, now.date(), rules)
    excused = off if off in EXCUSED else None
    phone = "" if excused else str(await sql.phone(db.connection, id=check.id))
    body = {
        "person": check.person_id, "phone": bool(phone),
        "about": [one.about.value for one in check.asked],
    }  # fmt: skip
    await _event(db, asker.id, check, "opened", body, now=now)
    return Call(check, phone, excused)


async def put_back(db: Session, by: Person, check: PhoneCheck, *, now: datetime) -> None:
    """Give a call back to the list."""
    if await sql.put_back(db.connection, id=check.id, person=by.id) is None:
        raise Refused("phone_checks.not_taken", id=check.id)
    await _event(db, by.id, check, "put_back", {}, now=now)


async def ring_again(db: Session, by: Person, check: PhoneCheck, *, now: datetime) -> None:
    """Ring up once more; nobody has two numbers before him."""
    if other := await own_call(db, by, now=now):
        raise Refused("phone_checks.one_at_a_time", check=other)
    await take_again(db, by, check, now=now)


async def take_again(db: Session, by: Person, check: PhoneCheck, *, now: datetime) -> None:
    """Ring up once more whom nobody reached, or put right one's own entry, on the same day."""
    if await findings.of_source(db, Source.PHONE, check.id):
        raise Refused("phone_checks.is_finding", id=check.id)
    correcting = check.result != Result.UNREACHED
    taken = await sql.take_again(
        db.connection, id=check.id, person=by.id, day=now.date().isoformat(), now=ms(now),
        back=int(correcting),
    )  # fmt: skip
    if taken is None:
        raise Refused("phone_checks.not_again", id=check.id)
    await _event(db, by.id, check, "taken_again", {"correcting": correcting}, now=now)


async def finish(
    db: Session, by: Person, check: PhoneCheck, outcome: Outcome, *, now: datetime
) -> PhoneCheck:
    """Write down what came of a call; after a second call only the last counts."""
    kept = json.loads(check.facts)
    for number, one in enumerate(kept):
        given = outcome.given[number] if number < len(outcome.given) else Given.NOT_ASKED
        one["given"] = given.value
    done = await sql.finish(
        db.connection, id=check.id, person=by.id, result=outcome.result.value,
        facts=audit.canonical(kept), remark=outcome.remark, now=ms(now),
    )  # fmt: skip
    if done is None:
        raise Refused("phone_checks.not_taken", id=check.id)
    body = {
        "result": outcome.result.value, "remark": outcome.remark,
        "facts": [{"about": one["about"], "given": one["given"]} for one in kept],
    }  # fmt: skip
    await _event(db, by.id, check, "noted", body, now=now)
    return await by_id(db, check.id)


async def doubt(
    db: Session, by: Person, check: PhoneCheck, category: str, words: str, *, rules: Rules,
    now: datetime,
) -> Finding:  # fmt: skip
    """Put it down as 待核实, because the caller says so; the township decides (domain §9)."""
    day = date.fromisoformat(check.day)
    if (off := await calendar.off_on(db, check.person_id, day, rules)) in EXCUSED:
        raise Refused("phone_checks.was_off", check=check, off=off.value if off else "")
    found = Found(
        county=check.county_id, township=check.township_id, team=check.team_id,
        person=check.person_id, source=Source.PHONE, source_id=check.id, category=category,
        facts=words, day=day, found_by=by.id,
    )  # fmt: skip
    return await findings.open_finding(db, found, now=now, rules=rules)


# records: the day's end
async def any_open(db: Session, *, now: datetime) -> bool:
    """Whether anybody is still to be rung up, or being rung up."""
    return bool(await sql.any_open(db.connection, day=now.date().isoformat()))


async def close_day(db: Session, rules: Rules, *, now: datetime) -> int:
    """After the working day the calls nobody made are void; returns how many."""
    day, stale = now.date().isoformat(), ms(now - LEFT)
    over = now.timetz().replace(tzinfo=None) >= rules.check_until
    await sql.settle_left(db.connection, day=day, stale=stale)
    rows = [row async for row in sql.void(db.connection, day=day, over=int(over), stale=stale)]
    for row in sorted(rows, key=lambda one: int(one["id"])):
        body = {"person": row["person_id"], "team": row["team_id"]}
        subject = f"phone_check:{row['id']}"
        await audit.record(
            db, audit.SYSTEM, "phone_check.void", subject=subject, body=body, now=now
        )
    return len(rows)


async def _event(
    db: Session, actor: int, check: PhoneCheck, what: str, body: dict[str, Any], *, now: datetime
) -> None:  # fmt: skip
    subject = f"phone_check:{check.id}"
    await audit.record(db, actor, f"phone_check.{what}", subject=subject, body=body, now=now)
