"""Spot checks (抽查): one question, a window to answer in, and never a penalty.

States: open; later (无信号, still open); answered; missed, said as 待核实 (a person looks at
it, domain §9) until that person has decided; void (the system failed him, or he was away: it
does not count).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from ledger import (
    audit,
    draw_facts,
    draw_periods,
    draws,
    finding_steps,
    findings,
    outbox,
    periods,
    switches,
)  # fmt: skip
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import DAY
from ledger.draws import Draw
from ledger.errors import Refused
from ledger.findings import Source, State
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.people import Person, scope_of
from ledger.rules import Rules
from ledger.switches import Switch
from ledger.windows import Window, end_of, last_end

sql = queries("spotchecks")

IN_VILLAGE, ON_DUTY, ON_THE_WAY, ON_LEAVE = "在村", "外出公务", "在路上", "请假"
NO_SIGNAL = "无信号，稍后"
SILENT = "无信号"  # what stands as the answer when no other comes
LABELS = (IN_VILLAGE, ON_DUTY, ON_THE_WAY, ON_LEAVE, NO_SIGNAL)
BEAT = timedelta(milliseconds=1)  # whoever was asked is left alone from the next moment on
REPLY_TIME = timedelta(hours=24)  # how long plain words are taken as 说明 (domain §9)
QUESTIONS = (  # light and about the work; which one is drawn, too
    "spotchecks.about_visit",
    "spotchecks.about_issue",
    "spotchecks.about_today",
    "spotchecks.about_plan",
    "spotchecks.about_study",
)

WANTED = {Switch.LOCATION: "位置", Switch.PHOTO: "照片"}  # only while their switches are on
Say = Callable[..., str]  # words.say: the ledger knows the facts, templates the words


# facts
class Heard(StrEnum):
    """What became of an answer; the value is the block that says so."""

    ANSWERED = "spotchecks.answered"
    LATER = "spotchecks.later"
    ALREADY = "spotchecks.already"
    ADDED = "spotchecks.added"
    EXPLAINED = "spotchecks.explained"
    VOID = "spotchecks.was_void"


@dataclass(frozen=True)
class Given:
    """What somebody sends to a check: words, and what he offers with them."""

    words: str
    note: str = ""
    place: str = ""


@dataclass(frozen=True)
class Check:
    """One person's check."""

    id: int
    draw_id: int
    county_id: int
    township_id: int
    team_id: int
    village: str
    person_id: int
    person: str
    day: str
    question: str
    state: str
    opens_at: int
    remind_at: int
    closes_at: int
    reminded_at: int | None
    answer: str
    note: str
    place: str
    answered_at: int | None
    closed_at: int | None
    way: str
    asked_by: int | None
    verdict: str = ""  # of its finding, where that was looked up

    @property
    def picked(self) -> bool:
        """Whether staff have named him (指定); he is told so wherever he sees it."""
        return self.way == draws.PICKED

    @property
    def outcome(self) -> str:
        """Its state; of a miss that a person has decided on: confirmed (查实) or lifted (不成立)."""
        decided = self.state == "missed" and self.verdict in {State.CONFIRMED, State.LIFTED}
        return self.verdict if decided else self.state

    @property
    def cause(self) -> Cause:
        """Why what is said about it is sent: bound to its window, and whether he was named."""
        why = "spotcheck_picked" if self.picked else "spotcheck"
        return Cause(why, str(self.asked_by or ""), urgent=True)

    @property
    def closes(self) -> datetime:
        """Until when it can be answered."""
        return moment(self.closes_at)

    @property
    def opens(self) -> datetime:
        """When it was asked."""
        return moment(self.opens_at)

    @property
    def window(self) -> Window:
        """Its times."""
        return Window(self.opens, moment(self.remind_at), self.closes)

    @property
    def is_open(self) -> bool:
        """Whether an answer still counts."""
        return self.closed_at is None

    @property
    def options(self) -> tuple[Option, ...]:
        """The buttons, each with its text twin."""
        return tuple(Option(label, f"抽查{self.id} {label}") for label in LABELS)


@dataclass(frozen=True)
class Tally:
    """How many checks of a draw stand where."""

    answered: int
    waiting: int
    missed: int
    confirmed: int
    lifted: int
    void: int


# rules
def tally_of(checks: Iterable[Check]) -> Tally:
    """Count the states; 无信号 still waits."""
    states = Counter("waiting" if one.is_open else one.outcome for one in checks)
    return Tally(**{name: states[name] for name in Tally.__dataclass_fields__})


# records: asking
async def send(
    db: Session, draw: Draw, span: Window, say: Say, *, now: datetime
) -> list[Check]:
    """Open a check for everybody drawn and post the cards; they are not for after the window.

    Whoever is asked is not drawn again for some days.
    """
    sent = [await _send_one(db, draw, one, span, say, now=now) for one in draw.picks]
    if draw.period_id:
        await _rest(db, draw.period_id, sent, now)
    return sent


async def _rest(db: Session, period: int, asked: list[Check], now: datetime) -> None:
    """Leave them alone for as many days as the month has promised (draw_plan: why `rest`)."""
    days = (await draw_periods.by_id(db, period)).promised["rest_days"]
    for one in asked:
        first = date.fromisoformat(one.day)
        member = draw_facts.member_name(one.person_id, one.team_id)
        spared = [first + DAY * ahead for ahead in range(days + 1)]
        await draw_facts.rest(db, period, member, spared, now=now + BEAT)


async def _send_one(
    db: Session, draw: Draw, picked: draws.Pick, span: Window, say: Say, *, now: datetime
) -> Check:
    team, person = picked
    number = draws.choose(draw, len(QUESTIONS), "question", person)
    id = await sql.add(
        db.connection, draw=draw.id, person=person, team=team,
        day=span.opens.date().isoformat(), question=str(say(QUESTIONS[number])),
        opens=ms(span.opens), reminds=ms(span.reminds), closes=ms(span.closes),
    )  # fmt: skip
    check = await by_id(db, int(id))
    wanted = await wanted_with(db, check, now=now)
    words = say("spotchecks.card", check=check, wanted=wanted)
    card = Reply(words, check.options, kind="check")
    timing = outbox.Timing(outbox.BULK, span.opens, span.closes, check.cause)
    await outbox.post_to(db, person, card, dedupe=f"check:{id}", now=now, timing=timing)
    await periods.add(db, team, span.opens.date(), checked=1)
    actor = draw.asked_by or audit.SYSTEM
    body = {"draw": draw.name, "person": person, "question": check.question}
    await audit.record(db, actor, "check.sent", subject=f"check:{id}", body=body, now=now)
    return check


async def wanted_with(db: Session, check: Check, *, now: datetime) -> list[str]:
    """What the switches of its place ask for with an answer; without it an answer is as good."""
    place = {"county": check.county_id, "township": check.township_id}
    return [
        label
        for switch, label in WANTED.items()
        if await switches.applies(db, switch, **place, now=now)
    ]


# records: looking
async def by_id(db: Session, id: int) -> Check:
    """The check with that id; the caller answers for the right to ask."""
    return Check(**dict(await sql.by_id(db.connection, id=id)))


async def access_own(db: Session, asker: Person, id: int) -> Check:
    """The asker's own check; somebody else's is as if it were not there."""
    row = await sql.own_by_id(db.connection, id=id, person=asker.id)
    if row is None:
        raise Refused("spotchecks.not_found", id=id)
    return Check(**dict(row))


async def of_draw(db: Session, asker: Person, draw: Draw) -> list[Check]:
    """A draw's checks within the asker's scope, in the order drawn."""
    scope = scope_of(asker)
    rows = sql.of_draw(
        db.connection, draw=draw.id, county=scope.county, township=scope.township
    )
    return await _decided(db, [Check(**dict(row)) async for row in rows])


async def of_person(db: Session, person: int, *, limit: int) -> list[Check]:
    """Somebody's last checks, the newest first."""
    rows = sql.of_person(db.connection, person=person, limit=limit)
    return await _decided(db, [Check(**dict(row)) async for row in rows])


async def _decided(db: Session, checks: Sequence[Check]) -> list[Check]:
    """With what was decided on the misses among them."""
    missed = [one.id for one in checks if one.state == "missed"]
    found = await finding_steps.outcomes(db, Source.CHAT, missed) if missed else {}
    return [replace(one, verdict=found.get(one.id, "")) for one in checks]


async def open_for(db: Session, person: int, now: datetime) -> Check | None:
    """The check that waits for this person's answer."""
    row = await sql.open_for(db.connection, person=person, now=ms(now))
    return Check(**dict(row)) if row else None


async def listening(db: Session, person: int, *, now: datetime) -> Check | None:
    """The check that plain words belong to: an open one, one just answered by a button, or one
    missed within the time for a word of explanation; each of these takes one note."""
    row = await sql.listening(
        db.connection, person=person, now=ms(now), since=ms(now - REPLY_TIME)
    )
    check = Check(**dict(row)) if row else None
    said_it_all = check and check.state == "answered" and check.answer not in (*LABELS, SILENT)
    return None if said_it_all else check


async def missed_on(db: Session, person: int, day: date) -> Check | None:
    """The check of that day that ended 待核实; a word said later that day belongs to it."""
    row = await sql.missed_on(db.connection, person=person, day=day.isoformat())
    return Check(**dict(row)) if row else None


# records: answering
async def answer(
    db: Session, check: Check, given: Given, *, rules: Rules, now: datetime
) -> Heard:
    """Take an answer: the first one counts; after the deadline it is an explanation (说明)."""
    if check.state == "void":
        return Heard.VOID
    if check.state == "answered" and check.answered_at is None:
        return await add_note(db, check, given.words, now=now)
    if check.state == "answered":
        return Heard.ALREADY
    if check.is_open and given.words == NO_SIGNAL:
        return await _later(db, check, rules=rules, now=now)
    if not check.is_open and now > check.closes:
        return await explain(db, check, given.words, now=now)
    return await _answered(db, check, given, now=now)


async def _answered(db: Session, check: Check, given: Given, *, now: datetime) -> Heard:
    settled = await sql.answer(
        db.connection, id=check.id, answer=given.words, note=given.note, place=given.place,
        now=ms(now),
    )  # fmt: skip
    if settled is None:
        return Heard.ALREADY
    # Sent in time but heard late (our own short stop): the miss is taken back, where the
    # township has not done so already.
    found = await finding_steps.outcomes(db, Source.CHAT, [check.id])
    lifted = found.get(check.id) == State.LIFTED
    back = {"unanswered": -1} if check.state == "missed" and not lifted else {}
    await periods.add(db, check.team_id, check.opens.date(), answered=1, **back)
    await event(db, check, "answered", {"answer": given.words, "note": given.note}, now=now)
    if check.state == "missed":
        await findings.heard_late(
            db, Source.CHAT, check.id, check.person_id, given.words, now=now
        )
    return Heard.ANSWERED


async def cover(db: Session, check: Check, given: Given, *, now: datetime) -> list[Check]:
    """Let one answer stand for every other open check of the same day; returns those."""
    rows = sql.open_that_day(db.connection, id=check.id, person=check.person_id, day=check.day)
    others = [Check(**dict(row)) async for row in rows]
    for other in others:
        await _answered(db, other, given, now=now)
    return others


async def _later(db: Session, check: Check, *, rules: Rules, now: datetime) -> Heard:
    more = timedelta(minutes=rules.check_later)
    closes = end_of(check.closes, more, rules) or last_end(check.closes.date(), rules)
    closes = max(closes, check.closes)
    if await sql.later(db.connection, id=check.id, answer=SILENT, closes=ms(closes)) is None:
        return Heard.ALREADY
    await event(db, check, "later", {"closes_at": ms(closes)}, now=now)
    return Heard.LATER


async def keep_place(db: Session, check: Check, place: str, *, now: datetime) -> None:
    """A place offered with an open check; nobody asked for it and it answers nothing."""
    await sql.keep_place(db.connection, id=check.id, place=place)
    await event(db, check, "placed", {"place": place}, now=now)


async def add_note(db: Session, check: Check, words: str, *, now: datetime) -> Heard:
    """A word more to a check answered by a button or closed as 无信号."""
    await sql.add_note(db.connection, id=check.id, note=words)
    await event(db, check, "noted", {"note": words}, now=now)
    return Heard.ADDED


async def explain(db: Session, check: Check, words: str, *, now: datetime) -> Heard:
    """Keep an explanation (说明) on a check whose window is over; a person reads it.

    One said later the same day stands for the former; the log keeps both. It is the reply to
    what the miss has opened, too.
    """
    if check.day == now.date().isoformat():
        await sql.set_note(db.connection, id=check.id, note=words)
    else:
        await sql.add_note(db.connection, id=check.id, note=words)
    await event(db, check, "explained", {"note": words}, now=now)
    await findings.heard_late(db, Source.CHAT, check.id, check.person_id, words, now=now)
    return Heard.EXPLAINED


async def event(
    db: Session, check: Check, step: str, body: dict[str, Any], *, now: datetime,
    by_system: bool = False,
) -> None:  # fmt: skip
    """What happened to a check, by the person or by the system, goes into the log."""
    actor = audit.SYSTEM if by_system else check.person_id
    await audit.record(
        db, actor, f"check.{step}", subject=f"check:{check.id}", body=body, now=now
    )
