"""The form of a surprise visit (暗访表): filled in by one, signed by the other, then acted on.

Nothing is found on one person's word: findings are opened when the second inspector has signed
(属实), or when the county has decided by hand after his doubt or his silence. Silence decides
nothing (S000-91, S002-03).
"""

from collections import Counter
from dataclasses import asdict
from datetime import date, datetime

from ledger import audit, findings, inspectors, people
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import DAY, at, workday_on_or_before
from ledger.errors import Refused
from ledger.findings import Found, Source, State
from ledger.inspectors import OUT_OF_PLACE, Conflict
from ledger.messages import Option, Reply
from ledger.people import Person, Role
from ledger.rules import Rules
from ledger.surprise_visits import Form, Say, Visit, by_id, log, may_be_filed, merged, post

sql = queries("surprise_forms")


# rules
def second_of(visit: Visit) -> int:
    """The inspector who has not filled in the form."""
    return next((one for one in visit.pair if one != visit.filed_by), 0)


def may_be_signed(visit: Visit, by: Person) -> None:
    """`Refused` when there is no form yet, when it is his own, or when it has been settled."""
    if visit.state != "done":
        raise Refused("surprise_visits.no_form", visit=visit)
    if by.id == visit.filed_by:
        raise Refused("surprise_visits.own_form", visit=visit)
    if visit.second_by or visit.decided is not None:
        raise Refused("surprise_visits.signed_before", visit=visit)


def silent_since(now: datetime, rules: Rules) -> datetime:
    """A form filled in before this moment has waited for one working day."""
    day = workday_on_or_before(now.date() - DAY, rules)
    return at(day, now.time())


# records: who may still file and sign
async def unfit(
    db: Session, by: Person, visit: Visit, *, rules: Rules, day: date
) -> list[Conflict]:
    """Why somebody sent there may not file or sign any more: he has moved, or is off the list.

    Of a pair named by hand the county knew; only his own team bars him then.
    """
    found = await inspectors.against(db, by, visit.team, rules, day)
    bars = {Conflict.OWN_TEAM} if visit.by_hand else OUT_OF_PLACE
    return [one for one in found if one in bars]


async def ask_for_another(
    db: Session, by: Person, visit: Visit, say: Say, *, rules: Rules, now: datetime
) -> None:
    """Tell the county that he may not: to name others, or to decide on what one alone has found."""
    await log(db, visit, "unfit", {"person": by.id}, by.id, now)
    if visit.state == "done" and visit.noticed and not visit.settled:
        await ask_county(db, visit, say, rules=rules, now=now)
    if visit.state != "waiting":
        return
    words = say("surprise_visits.name_another", visit=visit, who=by)
    for one in await people.staff(db, visit.county_id, day=now.date()):
        await post(db, visit, one.id, f"unfit{by.id}", Reply(words), rules, now)


async def access_partner(db: Session, by: Person, visit: Visit, *, now: datetime) -> Person:
    """With whom he goes, with the number; each look is an event."""
    if by.id not in visit.pair or len(visit.pair) < 2:
        raise Refused("surprise_visits.not_found", id=visit.id)
    other = await people.by_id(db, next(one for one in visit.pair if one != by.id))
    await log(db, visit, "phone_seen", {"person": other.id}, by.id, now)
    return other


# records: the form
async def file(
    db: Session, by: Person, visit: Visit, form: Form, say: Say, *, rules: Rules, now: datetime
) -> Visit:
    """Keep what one of the two has written; the other is asked whether it is so."""
    may_be_filed(visit, now.date())
    facts = {
        "day": form.day.isoformat(), "places": form.places, "households": form.households,
        "good": form.good, "remark": form.remark,
        "on_post": audit.canonical([asdict(one) for one in form.on_post]),
        "found": audit.canonical([asdict(one) for one in merged(form.found)]),
        "photos": audit.canonical([asdict(one) for one in form.photos]),
    }  # fmt: skip
    filed = await sql.file(db.connection, id=visit.id, by=by.id, now=ms(now), **facts)
    if filed is None:
        raise Refused("surprise_visits.filed_before", visit=visit)
    await log(db, visit, "filed", facts, by.id, now)
    after = await by_id(db, visit.id)
    words = say("surprise_visits.sign", visit=after, filer=by)
    buttons = (
        Option("属实", f"暗访 {visit.id} 属实"),
        Option("有不同意见", f"暗访 {visit.id} 有不同意见"),
    )
    card = Reply(words, buttons, tuple(form.photos), kind="card")
    await post(db, after, second_of(after), "sign", card, rules, now)
    return after


async def sign(
    db: Session, by: Person, visit: Visit, doubt: str, say: Say, *, rules: Rules, now: datetime
) -> Visit:
    """The second inspector's word: it is so (doubt ''), or what he sees otherwise."""
    may_be_signed(visit, by)
    signed = await sql.sign(
        db.connection, id=visit.id, by=by.id, agrees=int(not doubt), words=doubt, now=ms(now)
    )
    if signed is None:
        raise Refused("surprise_visits.signed_before", visit=visit)
    await log(db, visit, "signed", {"agrees": not doubt, "words": doubt}, by.id, now)
    after = await by_id(db, visit.id)
    if not doubt:
        await _open(db, after, rules, now)
    elif after.noticed:
        await ask_county(db, after, say, rules=rules, now=now)
    return await by_id(db, visit.id)


async def _open(db: Session, visit: Visit, rules: Rules, now: datetime) -> None:
    for one in visit.noticed:
        found = Found(
            visit.county_id, visit.township_id, visit.team_id, one.person, Source.VISIT,
            visit.id, one.category, one.facts, date.fromisoformat(visit.visited_day or visit.day),
            visit.filed_by,
        )  # fmt: skip
        await findings.open_finding(db, found, now=now, rules=rules)


# records: the county decides where the two do not agree
async def deciders(db: Session, visit: Visit, *, day: date) -> list[Person]:
    """County staff who were not there; where there are no others, whoever did not fill it in."""
    staff = await people.staff(db, visit.county_id, day=day)
    return [one for one in staff if one.id not in visit.pair] or [
        one for one in staff if one.id != visit.filed_by
    ]


async def ask_county(
    db: Session, visit: Visit, say: Say, *, rules: Rules, now: datetime
) -> bool:
    """Ask county staff whether to record it; False: they have been asked before."""
    if await sql.claim_ask(db.connection, id=visit.id, now=ms(now)) is None:
        return False
    await log(db, visit, "county_asked", {}, None, now)
    for one in await deciders(db, visit, day=now.date()):
        words = say("surprise_visits.decide", visit=visit)
        buttons = (
            Option("记", f"暗访 {visit.id} 记"),
            Option("不记", f"暗访 {visit.id} 不记"),
        )
        await post(db, visit, one.id, "decide", Reply(words, buttons, kind="card"), rules, now)
    return True


async def check_decision(db: Session, by: Person, visit: Visit, *, day: date) -> None:
    """`Refused` unless it waits for the county and this person was not there himself."""
    if by.role is not Role.COUNTY:
        raise Refused("talk.not_for_role")
    if by.id not in {one.id for one in await deciders(db, visit, day=day)}:
        raise Refused("surprise_visits.were_there", visit=visit)
    if visit.state != "done" or visit.settled or not visit.asked_at:
        raise Refused("surprise_visits.nothing_to_decide", visit=visit)


async def decide(
    db: Session, by: Person, visit: Visit, kept: bool, why: str, *, rules: Rules, now: datetime
) -> Visit:
    """County staff say whether what one inspector alone has found is recorded (记, 不记)."""
    await check_decision(db, by, visit, day=now.date())
    done = await sql.decide(
        db.connection, id=visit.id, by=by.id, decided=int(kept), why=why, now=ms(now)
    )
    if done is None:
        raise Refused("surprise_visits.nothing_to_decide", visit=visit)
    await log(db, visit, "decided", {"kept": kept, "why": why}, by.id, now)
    after = await by_id(db, visit.id)
    if kept:
        await _open(db, after, rules, now)
    return after


# records: timed steps, each guarded by the row itself
async def unsigned(db: Session, rules: Rules, *, now: datetime) -> list[Visit]:
    """Forms with something found that the second inspector has left alone for a working day."""
    rows = sql.unsigned(db.connection, before=ms(silent_since(now, rules)))
    return [Visit(**dict(row)) async for row in rows]


async def verdicts(db: Session, visit: Visit) -> dict[str, int]:
    """What has become of what it opened: how many findings confirmed, lifted, open."""
    found = Counter(one.state for one in await findings.of_source(db, Source.VISIT, visit.id))
    return {one.value: found[one] for one in (State.CONFIRMED, State.LIFTED, State.OPEN)}


async def concerned(db: Session, visit: Visit, *, day: date) -> set[int]:
    """Who gets the findings' own message, and needs no second one."""
    return {
        person.id
        for one in await findings.of_source(db, Source.VISIT, visit.id)
        for person in await findings.listeners(db, one, day=day)
    }


async def untold(db: Session) -> list[Visit]:
    """Visits whose form is in and whose team does not know yet."""
    return [Visit(**dict(row)) async for row in sql.untold(db.connection)]


async def claim_told(db: Session, visit: Visit, *, now: datetime) -> bool:
    """Mark that the team has been told; True only the first time."""
    return await sql.claim_told(db.connection, id=visit.id, now=ms(now)) is not None


async def take_over(db: Session, *, now: datetime) -> list[Visit]:
    """Visits that nobody has made by the end of their last day: void, each once."""
    rows = sql.over(db.connection, today=now.date().isoformat())
    ids = sorted([row["id"] async for row in rows])
    found = [await by_id(db, id) for id in ids]
    for visit in found:
        await log(db, visit, "void", {"until": visit.until_day}, None, now)
    return found


def filed_on(visit: Visit) -> date:
    """The day on which its form came in."""
    return moment(visit.filed_at or 0).date()
