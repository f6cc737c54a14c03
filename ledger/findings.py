"""Findings (待核实事项): what a check noticed, what the person says to it, what a person decides.

States: open; confirmed (查实); lifted (不成立). It counts for nothing before somebody of the
township has confirmed it, after the reply (情况说明) or its working hours (S000-50, S000-52,
S004-21). Silence confirms nothing, and nothing here decides by itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from ledger import audit, calendar, people, periods
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.messages import Paper
from ledger.people import Person, Role, Scope, scope_of
from ledger.reply_windows import deadline_of
from ledger.rules import Rules

sql = queries("findings")
CHANGE_DAYS = timedelta(days=30)  # so long another person may change the first decision
EVERY = 1000  # more than a county has
ABSENCE = frozenset({"脱岗走读", "驻村不住村"})  # what a step may rest on (S000-50)
CATEGORIES = (  # of checks on the spot (S000-91)
    "驻村不住村", "脱岗走读", "在岗不作为", "作风不务实", "群众不满意", "成效不明显",
)  # fmt: skip
UNANSWERED, UNCLEAR, DIFFERING = "未答复", "待说明", "与记录不符"  # chat, phone, back-check
TO_THE_CHECK = frozenset(
    {"check.answered", "check.explained"}
)  # his words in the check's history


# facts
class Source(StrEnum):
    """Which check noticed it."""

    CHAT = "chat"
    PHONE = "phone"
    VISIT = "visit"
    BACK_CHECK = "back_check"


class State(StrEnum):
    """What has become of it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"


@dataclass(frozen=True)
class Found:
    """What a check noticed; `person` None: the team's own affair, its leader may explain."""

    county: int
    township: int
    team: int
    person: int | None
    source: Source
    source_id: int
    category: str
    facts: str
    day: date
    found_by: int | None


@dataclass(frozen=True)
class Finding:
    """One finding with its reply and its decision; times in epoch milliseconds."""

    id: int
    county_id: int
    township_id: int
    team_id: int
    person_id: int | None
    source: str
    source_id: int
    category: str
    facts: str
    day: str
    found_by: int | None
    opened_at: int
    told_at: int | None
    reply_until: int
    reply: str
    photos: str
    replied_by: int | None
    replied_at: int | None
    asked_at: int | None
    state: str
    decided_by: int | None
    decided_at: int | None
    first_decided_at: int | None
    reason: str
    village: str
    township: str
    person: str
    decider: str

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided."""
        return self.state == State.OPEN

    @property
    def kind(self) -> str:
        """The category where it is one of S000-91; a call's result or a state is none."""
        return self.category if self.category in CATEGORIES else ""

    @property
    def noticed(self) -> tuple[str, str]:
        """What was noticed, and what the caller of a phone check has noted beside it, or ''."""
        seen, _, note = self.facts.partition("。" if self.source == Source.PHONE else "\0")
        return seen, note

    @property
    def until(self) -> datetime:
        """To when the reply is waited for."""
        return moment(self.reply_until)

    @property
    def opened(self) -> datetime:
        """When it was noticed."""
        return moment(self.opened_at)

    @property
    def decided(self) -> datetime | None:
        """When it was decided last."""
        return moment(self.decided_at) if self.decided_at else None

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Photos and files that came with the reply."""
        return tuple(Paper(**one) for one in json.loads(self.photos))

    def heard(self, now: datetime) -> bool:
        """Whether the reply is there, or its time is over."""
        return bool(self.reply) or now >= self.until


# rules
def refusal(finding: Finding, by: Person, now: datetime) -> str | None:
    """Why this person may not decide on it; None: he may, as far as his own part goes."""
    if by.role not in {Role.TOWNSHIP, Role.COUNTY}:
        return "findings.not_yours_to_decide"
    if by.id == finding.person_id:
        return "findings.own"
    if by.id == finding.found_by:
        return "findings.finder"
    if finding.is_open:
        return None
    if by.id == finding.decided_by:
        return "findings.decided_yourself"
    since = moment(finding.first_decided_at or finding.decided_at or 0)
    return None if now - since <= CHANGE_DAYS else "findings.too_long_ago"


# records: opening
async def open_finding(db: Session, found: Found, *, now: datetime, rules: Rules) -> Finding:
    """Open it, or return it where it stands already; the person is told by the timetable."""
    key = {
        "source": found.source.value, "source_id": found.source_id, "person": found.person,
        "category": found.category,
    }  # fmt: skip
    if same := await sql.same(db.connection, **key):
        return await by_id(db, int(same))
    until = await deadline_of(db, found.person, now, rules)
    id = await sql.open(
        db.connection, **key, county=found.county, township=found.township, team=found.team,
        facts=found.facts, day=found.day.isoformat(), found_by=found.found_by, now=ms(now),
        reply_until=ms(until),
    )  # fmt: skip
    finding = await by_id(db, int(id))
    body = {**key, "facts": found.facts, "day": finding.day}
    await _event(db, found.found_by or audit.SYSTEM, finding, "opened", body, now)
    return finding


async def heard_late(
    db: Session, source: Source, source_id: int, by: int, words: str, *, now: datetime
) -> None:
    """A late answer to a check is the reply to what its miss has opened, while that is open."""
    said = await _said_at(db, source, source_id, by) or now
    for one in await of_source(db, source, source_id):
        if one.is_open and one.person_id == by:
            await _keep_reply(db, one, by, words, (), now, said=said)


async def _said_at(db: Session, source: Source, source_id: int, by: int) -> datetime | None:
    """When he said it to the check, by the log; a finding may be opened only later."""
    if source is not Source.CHAT:
        return None
    events = await audit.history(db, f"check:{source_id}")
    said = [one["at"] for one in events if one["actor"] == by and one["kind"] in TO_THE_CHECK]
    return moment(max(said)) if said else None


# records: looking
async def by_id(db: Session, id: int) -> Finding:
    """The finding with that number; the caller answers for the right to ask."""
    return Finding(**dict(await sql.by_id(db.connection, id=id)))


async def access_finding(db: Session, asker: Person, id: int) -> Finding:
    """One within the asker's scope, a member's own only; else it is as if it were not there."""
    row = await sql.seen(db.connection, id=id, **_sight(asker))
    if row is None:
        raise Refused("findings.not_found", id=id)
    return Finding(**dict(row))


async def access_findings(db: Session, asker: Person, *, limit: int = EVERY) -> list[Finding]:
    """What the asker may see, the open ones first."""
    rows = sql.listed(db.connection, **_sight(asker), limit=limit)
    return [Finding(**dict(row)) async for row in rows]


def _sight(asker: Person) -> dict[str, int]:
    return {
        **vars(scope_of(asker)), "asker": asker.id, "own": int(asker.role is Role.MEMBER),
    }  # fmt: skip


async def of_source(db: Session, source: Source, source_id: int) -> list[Finding]:
    """What one check has opened."""
    rows = sql.of_source(db.connection, source=source.value, source_id=source_id)
    return [Finding(**dict(row)) async for row in rows]


async def open_count(db: Session, scope: Scope) -> int:
    """How many of a scope wait for a decision."""
    return int(await sql.open_count(db.connection, **vars(scope)))


async def history(db: Session, finding: Finding) -> list[dict[str, Any]]:
    """Every event of it, oldest first; whoever may see it may see them."""
    return await audit.history(db, f"finding:{finding.id}")


async def listeners(db: Session, finding: Finding, *, day: date) -> list[Person]:
    """Whom it concerns: the person, or the team's leader."""
    if finding.person_id:
        return [await people.by_id(db, finding.person_id)]
    return await people.seats_at(db, finding, Role.LEADER, day=day)


async def deciders(db: Session, finding: Finding, *, day: date) -> list[Person]:
    """Who may decide: the township's staff without a part in it; where there is none, the county."""
    for role in (Role.TOWNSHIP, Role.COUNTY):
        seats = await people.seats_at(db, finding, role, day=day)
        part = await hands(db, finding)
        free = [one for one in seats if one.id not in part]
        if free:
            return free
    return []


async def hands(db: Session, finding: Finding) -> set[int]:
    """Who has a part in it and does not decide on it: whoever noticed it, and himself."""
    rows = sql.hands(db.connection, source=finding.source, source_id=finding.source_id)
    found = {row["person_id"] async for row in rows}
    return {one for one in (*found, finding.found_by, finding.person_id) if one}


# records: the reply
async def reply(
    db: Session, by: Person, finding: Finding, words: str, *, photos: Sequence[Paper] = (),
    now: datetime,
) -> Finding:  # fmt: skip
    """Keep his 情况说明, in his own words; one said later is added, after the decision too.

    `Refused` for anybody else: nobody explains in another's name.
    """
    await check_explaining(db, by, finding, now=now)
    await _keep_reply(db, finding, by.id, words, photos, now)
    return await by_id(db, finding.id)


async def check_explaining(db: Session, by: Person, finding: Finding, *, now: datetime) -> None:
    """`Refused` for anybody whom it does not concern."""
    listening = await listeners(db, finding, day=now.date())
    if by.id not in {one.id for one in listening}:
        raise Refused("findings.not_yours_to_explain", finding=finding)


async def _keep_reply(
    db: Session, finding: Finding, by: int, words: str, photos: Sequence[Paper], now: datetime,
    *, said: datetime | None = None,
) -> None:  # fmt: skip
    kept = [vars(one) for one in dict.fromkeys((*finding.papers, *photos))]
    await sql.reply(
        db.connection, id=finding.id, words=words, photos=audit.canonical(kept), by=by,
        now=ms(said or now),
    )  # fmt: skip
    body: dict[str, Any] = {"words": words, "photos": [one.sha256 for one in photos]}
    body |= {"said_at": ms(said)} if said and said < now else {}
    await _event(db, by, finding, "replied", body, now)


# records: the decision
async def decide(
    db: Session, by: Person, finding: Finding, state: State, reason: str, *, now: datetime,
    rules: Rules,
) -> Finding:  # fmt: skip
    """Confirm or lift it, or change what another person has decided; with a reason in words."""
    await check_deciding(db, by, finding, state, now=now, rules=rules)
    if not reason.strip():
        raise Refused("findings.needs_reason", id=finding.id)
    done = await sql.decide(
        db.connection, id=finding.id, before=finding.state, state=state.value, by=by.id,
        now=ms(now), reason=reason.strip(),
    )  # fmt: skip
    if done is None:
        raise Refused("findings.changed_meanwhile", id=finding.id)
    if finding.source == Source.CHAT and State.LIFTED in {state, finding.state}:
        await _recount(db, finding, -1 if state is State.LIFTED else 1)
    step = "decided" if finding.is_open else "changed"
    await _event(db, by.id, finding, step, {"state": state.value, "reason": reason}, now)
    return await by_id(db, finding.id)


async def _recount(db: Session, finding: Finding, change: int) -> None:
    """A miss that is none is in no figure; one answered in time after all has left it already."""
    if not await sql.no_miss(db.connection, id=finding.source_id):
        day = date.fromisoformat(finding.day)
        await periods.add(db, finding.team_id, day, unanswered=change)


async def check_deciding(
    db: Session, by: Person, finding: Finding, state: State, *, now: datetime, rules: Rules
) -> None:
    """`Refused` where this person may not, or not yet, decide on it in that way."""
    if block := refusal(finding, by, now):
        raise Refused(block, finding=finding)
    if by.id in await hands(db, finding):
        raise Refused("findings.finder", finding=finding)
    if finding.is_open:
        allowed = await deciders(db, finding, day=now.date())  # the first decision is theirs
        if by.id not in {one.id for one in allowed}:
            raise Refused("findings.township_first", finding=finding, deciders=allowed)
    elif finding.state == state:
        raise Refused("findings.decided_so", finding=finding)
    elif await sql.has_strike(db.connection, id=finding.id):
        raise Refused("findings.has_strike", finding=finding)
    if state is State.CONFIRMED:
        await _check_confirming(db, finding, rules, now)


async def _check_confirming(db: Session, finding: Finding, rules: Rules, now: datetime) -> None:
    """`Refused` before he was heard, and where the ledger itself says why he was not there."""
    current = await prolonged(db, finding, rules, now=now)
    if not current.heard(now):
        raise Refused("findings.not_heard", finding=current)
    if finding.person_id and finding.category in {*ABSENCE, UNANSWERED}:
        day = date.fromisoformat(finding.day)
        if off := await calendar.off_on(db, finding.person_id, day, rules):
            raise Refused("findings.was_off", finding=finding, off=off.value)


async def prolonged(db: Session, finding: Finding, rules: Rules, *, now: datetime) -> Finding:
    """With its time as it is now: from when he has it before him, leave given back."""
    if finding.reply or not finding.is_open:
        return finding
    start = await _told_since(db, finding, now)
    until = await deadline_of(db, finding.person_id, start, rules)
    if ms(until) <= finding.reply_until:
        return finding
    await sql.prolong(db.connection, id=finding.id, reply_until=ms(until))
    return await by_id(db, finding.id)


async def _told_since(db: Session, finding: Finding, now: datetime) -> datetime:
    """When his hours began: as his card arrived; not before now while one may still arrive."""
    card = await sql.card(db.connection, id=finding.id)
    told = moment(finding.told_at or finding.opened_at)
    if card["arrived"]:
        return max(told, moment(card["arrived"]))
    if finding.told_at and not card["cards"]:
        return told
    there = await listeners(db, finding, day=now.date())
    reached = any([await people.address_of(db, one.id) for one in there])
    return now if reached else told


async def _event(
    db: Session, actor: int, finding: Finding, step: str, body: dict[str, Any], now: datetime
) -> None:
    subject = f"finding:{finding.id}"
    await audit.record(db, actor, f"finding.{step}", subject=subject, body=body, now=now)
