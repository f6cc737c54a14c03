"""Steps after confirmed findings (处理): made by a person of the county, by hand, with a clause.

Only on a confirmed finding of the absence kind, while the switch is on (S000-50, S004-21). Each
says when it expires and how to appeal (S000-90); another person of the county answers the appeal.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from ledger import audit, calendar, findings, people, switches
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import LONGEST_REST, workday_after
from ledger.errors import Refused
from ledger.findings import ABSENCE, Finding, State
from ledger.people import Person, Role
from ledger.rules import Rules
from ledger.strike_ladder import Rung, days_of, propose
from ledger.switches import Switch

sql = queries("strikes")


# facts
@dataclass(frozen=True)
class Wish:
    """A step as a person of the county wants it; the clause in his words."""

    finding: Finding
    step: str
    clause: str
    day: date
    expires: date
    appeal_until: date


@dataclass(frozen=True)
class Strike:
    """One step with its appeal; `upheld` None: nobody has had to answer, or has yet."""

    id: int
    finding_id: int
    person_id: int
    county_id: int
    step: str
    clause: str
    by_id: int
    at: int
    day: str
    expires_day: str
    appeal_until: str
    appeal: str
    appealed_at: int | None
    answer: str
    upheld: int | None
    answered_by: int | None
    answered_at: int | None
    category: str
    facts: str
    found_day: str
    village: str
    township: str
    person: str
    by_name: str
    answerer: str

    @property
    def revoked(self) -> bool:
        """Whether it was taken back."""
        return self.upheld == 0

    @property
    def waits(self) -> bool:
        """Whether its appeal waits for an answer."""
        return self.appealed_at is not None and self.upheld is None

    def expired(self, day: date) -> bool:
        """Whether it is over by that day."""
        return self.expires_day < day.isoformat()

    def stands(self, day: date) -> bool:
        """Whether it counts that day: not revoked, not expired, no appeal open."""
        return not (self.revoked or self.waits or self.expired(day))


# rules
def appeal_until(day: date, rules: Rules) -> date:
    """The last working day on which one may appeal."""
    for _ in range(rules.appeal_days):
        day = workday_after(day, rules)
    return day


def wish(finding: Finding, step: str, clause: str, day: date, rules: Rules) -> Wish:
    """The step with its days; KeyError: the county's ladder has no such step."""
    expires = day + timedelta(days=days_of(step, rules.strike_ladder))
    return Wish(finding, step, clause, day, expires, appeal_until(day, rules))


# records: the days of an appeal
async def own_wish(db: Session, wanted: Wish, rules: Rules) -> Wish:
    """The wish with his own working days for the appeal: leave, trips and rota do not count."""
    person = wanted.finding.person_id
    until = await _own_end(db, person, wanted.day, rules) if person else wanted.appeal_until
    return replace(wanted, appeal_until=max(until, wanted.appeal_until))


async def prolonged(db: Session, strike: Strike, rules: Rules, *, now: datetime) -> Strike:
    """With its last day of appeal as it is now: from when it reached him, leave given back."""
    card = await sql.card(db.connection, dedupe=f"strike:{strike.id}:made:{strike.person_id}")
    told = date.fromisoformat(strike.day)
    if card:
        told = max(told, moment(card["sent_at"]).date() if card["sent_at"] else now.date())
    until = (await _own_end(db, strike.person_id, told, rules)).isoformat()
    return replace(strike, appeal_until=max(until, strike.appeal_until))


async def _own_end(db: Session, person: int, day: date, rules: Rules) -> date:
    left = rules.appeal_days
    for _ in range(2 * LONGEST_REST):
        if left <= 0:
            break
        day = workday_after(day, rules)
        left -= int(await calendar.off_on(db, person, day, rules) is None)
    return day


# records: making
async def access_basis(db: Session, asker: Person, number: int, *, now: datetime) -> Finding:
    """The confirmed finding that a step may rest on; `Refused` says what stands against it."""
    if asker.role is not Role.COUNTY:
        raise Refused("talk.not_for_role")
    if not await switches.applies(db, Switch.STRIKES, county=asker.county_id, now=now):
        raise Refused("strikes.switched_off")
    finding = await findings.access_finding(db, asker, number)
    if finding.state != State.CONFIRMED:
        raise Refused("strikes.not_confirmed", finding=finding)
    if finding.category not in ABSENCE or finding.person_id is None:
        raise Refused("strikes.not_absence", finding=finding, kinds=sorted(ABSENCE))
    if asker.id == finding.person_id:
        raise Refused("findings.own", finding=finding)
    await _check_finder(db, asker, finding, now.date())
    if before := await of_finding(db, finding.id):
        raise Refused("strikes.made_before", strike=before)
    same = await sql.of_the_day(db.connection, person=finding.person_id, found_day=finding.day)
    if same:
        raise Refused("strikes.same_day", strike=await by_id(db, int(same)))
    return finding


async def _check_finder(db: Session, by: Person, finding: Finding, day: date) -> None:
    """Who noticed it does not make the step on it while the county has somebody else."""
    part = await findings.hands(db, finding)
    if by.id not in part:
        return
    others = [
        one for one in await people.staff(db, finding.county_id, day=day) if one.id not in part
    ]
    if others:
        raise Refused("strikes.found_it", finding=finding, others=others)


async def proposal(db: Session, finding: Finding, day: date, rules: Rules) -> Rung:
    """What the county's ladder has next for this person; nothing is done by it."""
    standing = await sql.standing(db.connection, person=finding.person_id, day=day.isoformat())
    return propose(int(standing), rules.strike_ladder)


async def make(db: Session, by: Person, wanted: Wish, *, now: datetime) -> Strike:
    """Write the step down: only a person of the county does, with a clause."""
    finding = await access_basis(db, by, wanted.finding.id, now=now)
    if not wanted.clause.strip():
        raise Refused("strikes.needs_clause")
    days = {
        "day": wanted.day.isoformat(), "expires": wanted.expires.isoformat(),
        "appeal_until": wanted.appeal_until.isoformat(),
    }  # fmt: skip
    id = await sql.add(
        db.connection, finding=finding.id, person=finding.person_id, step=wanted.step,
        clause=wanted.clause.strip(), by=by.id, now=ms(now), **days,
    )  # fmt: skip
    strike = await by_id(db, int(id))
    body = {"finding": finding.id, "step": wanted.step, "clause": strike.clause, **days}
    await _event(db, by, strike, "made", body, now)
    return strike


# records: looking
async def by_id(db: Session, id: int) -> Strike:
    """The step with that number; the caller answers for the right to ask."""
    return Strike(**dict(await sql.by_id(db.connection, id=id)))


async def of_finding(db: Session, finding: int) -> Strike | None:
    """The step that rests on a finding; the caller answers for the right to ask."""
    row = await sql.of_finding(db.connection, finding=finding)
    return Strike(**dict(row)) if row else None


async def access_strike(db: Session, asker: Person, id: int) -> Strike:
    """One of the asker's county, or his own; anybody else's is as if it were not there."""
    row = await sql.seen(db.connection, id=id, **_sight(asker))
    if row is None:
        raise Refused("strikes.not_found", id=id)
    return Strike(**dict(row))


async def access_strikes(db: Session, asker: Person) -> list[Strike]:
    """The county's steps, the newest first; for anybody else his own."""
    return [Strike(**dict(row)) async for row in sql.listed(db.connection, **_sight(asker))]


def _sight(asker: Person) -> dict[str, int]:
    county = asker.county_id if asker.role is Role.COUNTY else 0
    return {"county": county, "person": asker.id}


# records: the appeal
async def appeal(
    db: Session, by: Person, strike: Strike, words: str, *, now: datetime
) -> Strike:
    """Keep his appeal (申诉); until it is answered the step does not count."""
    check_appeal(by, strike, now.date())
    if await sql.appeal(db.connection, id=strike.id, words=words, now=ms(now)) is None:
        raise Refused("findings.changed_meanwhile", id=strike.finding_id)
    await _event(db, by, strike, "appealed", {"words": words}, now)
    return await by_id(db, strike.id)


def check_appeal(by: Person, strike: Strike, day: date) -> None:
    """`Refused` where this person may not appeal, not again, or not any more."""
    if by.id != strike.person_id:
        raise Refused("strikes.not_yours_to_appeal", strike=strike)
    if strike.upheld is not None or strike.appealed_at is not None:
        raise Refused("strikes.appealed_before", strike=strike)
    if day.isoformat() > strike.appeal_until:
        raise Refused("strikes.appeal_too_late", strike=strike)


def check_answer(by: Person, strike: Strike, *, upheld: bool) -> None:
    """`Refused` where this person may not answer: another one of the county does, once."""
    if by.role is not Role.COUNTY:
        raise Refused("talk.not_for_role")
    if by.id in {strike.by_id, strike.person_id}:
        raise Refused("strikes.answered_by_another", strike=strike)
    if strike.upheld is not None:
        raise Refused("strikes.answered_before", strike=strike)
    if upheld and strike.appealed_at is None:
        raise Refused("strikes.no_appeal", strike=strike)


async def had_a_part(db: Session, by: Person, strike: Strike) -> bool:
    """Whether he noticed what it rests on, or confirmed it: his own word is appealed against."""
    finding = await findings.by_id(db, strike.finding_id)
    return by.id == finding.decided_by or by.id in await findings.hands(db, finding)


async def answer(
    db: Session, by: Person, strike: Strike, reason: str, *, upheld: bool, now: datetime
) -> Strike:
    """维持 or 撤销 with a reason; a step may be revoked without an appeal, too."""
    check_answer(by, strike, upheld=upheld)
    if await had_a_part(db, by, strike):
        raise Refused("strikes.answered_by_another", strike=strike)
    if not reason.strip():
        raise Refused("findings.needs_reason", id=strike.finding_id)
    done = await sql.answer(
        db.connection, id=strike.id, upheld=int(upheld), by=by.id, reason=reason.strip(),
        now=ms(now),
    )  # fmt: skip
    if done is None:
        raise Refused("strikes.answered_before", strike=await by_id(db, strike.id))
    await _event(db, by, strike, "upheld" if upheld else "revoked", {"reason": reason}, now)
    return await by_id(db, strike.id)


async def _event(
    db: Session, by: Person, strike: Strike, step: str, body: dict[str, Any], now: datetime
) -> None:
    subject = f"strike:{strike.id}"
    await audit.record(db, by.id, f"strike.{step}", subject=subject, body=body, now=now)
