"""Findings by the clock: the person is told, then those who decide are asked; nothing is decided.

Both only in working time, several at once as one message, each guarded by the row itself. Who
decides is asked once a day at most: what comes later that day stands in his summary. What nobody
decides is only listed: a line in the summaries, once when it is new and once when it waits.
"""

from dataclasses import replace
from datetime import datetime

from ledger import finding_steps, findings, people, slots
from ledger.database import Session
from ledger.days import is_workday
from ledger.findings import Finding
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.people import STAFF, Person
from scheduler.desk import Desk

FINDING = Cause("finding", urgent=True)  # bound to the hours in which he may explain
BUTTONS = 4
Groups = dict[int, list[Finding]]


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Tell and ask what is due; nobody in quiet hours, on rest days or on leave."""
    if desk.rules.quiet(now.time()) or not is_workday(now.date(), desk.rules):
        return
    await _tell(desk, db, now)
    await _ask(desk, db, now)


# the person
async def _tell(desk: Desk, db: Session, now: datetime) -> None:
    """Everybody whom something concerns, each in one message; his hours begin now."""
    groups: Groups = {}
    for one in await finding_steps.untold(db):
        there = await _free(desk, db, await findings.listeners(db, one, day=now.date()), now)
        if there and await finding_steps.claim_telling(db, one, desk.rules, now=now):
            for person in there:
                groups.setdefault(person.id, []).append(await findings.by_id(db, one.id))
    for person_id, found in groups.items():
        await _tell_one(desk, db, person_id, found, now)


async def _tell_one(
    desk: Desk, db: Session, person: int, found: list[Finding], now: datetime
) -> None:
    lines = [desk.words.say("findings.told_line", finding=one) for one in found]
    until = min(one.until for one in found)
    text = desk.words.say("findings.told", lines=lines, until=until, today=now.date())
    single = len(found) == 1
    options = tuple(
        Option("写说明" if single else f"说明 {one.id}号", f"待核实{one.id} 说明")
        for one in found[:BUTTONS]
    )
    reply = Reply(text, options, kind="card")
    await desk.tell(db, person, reply, dedupe=_name("told", found, person), now=now,
                    expires_at=now + findings.CHANGE_DAYS, cause=FINDING)  # fmt: skip


# those who decide
async def _ask(desk: Desk, db: Session, now: datetime) -> None:
    """Who may decide gets what can be decided: the reply is there, or its time is over.

    One message a day: further ones wait for the summary of that day, else for tomorrow's message.
    """
    groups: Groups = {}
    asked: dict[int, bool] = {}
    for one in await finding_steps.unasked(db, now=now):
        current = await findings.prolonged(db, one, desk.rules, now=now)
        if not current.heard(now):
            continue  # leave that came since is given back
        seats = await findings.deciders(db, one, day=now.date())
        there = await _free(desk, db, seats, now)
        there = [who for who in there if not await _asked_today(db, who, asked, now)]
        if there and await finding_steps.claim_asking(db, one, now=now):
            for person in there:
                groups.setdefault(person.id, []).append(current)
    for person_id, found in groups.items():
        await _ask_one(desk, db, person_id, found, now)


async def _asked_today(
    db: Session, person: Person, known: dict[int, bool], now: datetime
) -> bool:
    if person.id not in known:
        known[person.id] = await finding_steps.asked_today(db, person.id, now=now)
    return known[person.id]


async def _ask_one(
    desk: Desk, db: Session, person: int, found: list[Finding], now: datetime
) -> None:
    lines = [_to_decide(desk, one) for one in found]
    text = desk.words.say("findings.to_decide", lines=lines)
    reply = Reply(text, _decisions(found), kind="card")
    if len(found) == 1:
        reply = replace(reply, files=found[0].papers)
    await desk.tell(db, person, reply, dedupe=_name("asked", found, person), now=now,
                    cause=FINDING)  # fmt: skip


def _to_decide(desk: Desk, finding: Finding) -> str:
    about = desk.words.say("findings.about", finding=finding)
    return desk.words.say("findings.to_decide_line", finding=finding, about=about)


def _decisions(found: list[Finding]) -> tuple[Option, ...]:
    """Verdicts for a single one; of several, each is looked at first."""
    if len(found) == 1:
        id = found[0].id
        said = {"查实": f"待核实{id} 查实", "不成立": f"待核实{id} 不成立"}
        return (*(Option(*one) for one in said.items()), Option("看全过程", f"待核实{id}"))
    return tuple(Option(f"看 {one.id}号", f"待核实{one.id}") for one in found[:BUTTONS])


async def _free(desk: Desk, db: Session, seats: list[Person], now: datetime) -> list[Person]:
    """Those of them who may be written to now, and whom a channel reaches."""
    return [
        one
        for one in seats
        if await people.address_of(db, one.id) and await desk.may_disturb(db, one.id, now)
    ]


def _name(what: str, found: list[Finding], person: int) -> str:
    return f"finding:{'-'.join(str(one.id) for one in found)}:{what}:{person}"


# the summaries
async def with_findings(
    desk: Desk, db: Session, reader: Person, summary: Reply, now: datetime
) -> Reply:
    """The summary with a line on what waits, when something in it has not been said before."""
    if reader.role not in STAFF:
        return summary
    every = await findings.access_findings(db, reader)
    waiting = [one for one in every if one.is_open]
    said = [await _first_said(db, reader, one, now) for one in waiting]
    if not any(said):
        return summary
    ready = [one for one in waiting if one.heard(now)]
    await _asked_by_summary(db, reader, ready, now)
    days = max(((now.date() - one.opened.date()).days for one in ready), default=0)
    line = desk.words.say(
        "findings.in_summary", total=len(waiting), ready=len(ready), days=days
    )
    options = (*summary.options, Option("待核实", "待核实"))
    return replace(summary, text=f"{summary.text}\n\n{line}", options=options)


async def _asked_by_summary(
    db: Session, reader: Person, ready: list[Finding], now: datetime
) -> None:
    """What his summary carries he is not written to about as well."""
    for one in ready:
        seats = await findings.deciders(db, one, day=now.date())
        if one.asked_at is None and reader.id in {seat.id for seat in seats}:
            await finding_steps.claim_asking(db, one, now=now)


async def _first_said(db: Session, reader: Person, one: Finding, now: datetime) -> bool:
    """Once when it is new, once when it can be decided."""
    phase = "ready" if one.heard(now) else "new"
    slot = f"{one.id}|{phase}|{reader.id}"
    return await slots.first_time(db, "finding_line", slot, planned_at=now, now=now)
