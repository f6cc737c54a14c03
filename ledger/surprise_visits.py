"""Surprise visits (暗访): two drawn inspectors go unannounced; the team hears of it afterwards.

States: waiting; done (its form is in); void (nobody went, it does not count). Team and township
see nothing before the form is in (S002-03). What is said to have been found becomes a finding
only when the second inspector has signed it or the county has said so by hand.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from ledger import audit, calendar, inspectors, outbox, people
from ledger.chance import Lots
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import at, workday_after
from ledger.draw_plan import pair
from ledger.draws import Draw, Pool
from ledger.errors import Refused
from ledger.messages import Option, Paper, Reply
from ledger.outbox import BULK, Cause, Timing
from ledger.people import Person, Scope, Team, scope_of
from ledger.rules import Rules
from ledger.windows import after_night

sql = queries("surprise_visits")
TASK = "surprise_visit"  # why an inspector or the county is written to
EVERY = 1000  # more visits than a county has in a year

Say = Callable[..., str]  # words.say: the ledger knows the facts, templates the words


# facts
@dataclass(frozen=True)
class Met:
    """Whether one of the team was met: there, leave, duty, unseen; what the ledger knows of it."""

    person: int
    name: str
    state: str
    known: str


@dataclass(frozen=True)
class Noticed:
    """What an inspector says he has found; person None: the team as a whole."""

    category: str
    facts: str
    person: int | None
    name: str


@dataclass(frozen=True)
class Form:
    """What one of the two writes down after the visit."""

    day: date
    places: str
    on_post: tuple[Met, ...]
    households: str
    good: str
    remark: str
    found: tuple[Noticed, ...]
    photos: tuple[Paper, ...] = ()


@dataclass(frozen=True)
class Visit:
    """One visit with its pair; people's ids are 0 where there is nobody. Times in epoch ms."""

    id: int
    draw_id: int
    team_id: int
    day: str
    until_day: str
    state: str
    visited_day: str | None
    places: str
    on_post: str
    households: str
    good: str
    remark: str
    found: str
    photos: str
    filed_by: int | None
    filed_at: int | None
    second_by: int | None
    second_agrees: int | None
    second_word: str
    second_at: int | None
    asked_at: int | None
    decided: int | None
    decided_by: int | None
    decided_why: str
    decided_at: int | None
    told_at: int | None
    village: str
    township_id: int
    township: str
    county_id: int
    secret: str
    way: str
    asked_by: int | None
    period_id: int | None
    eligible: str
    first_id: int
    second_id: int
    by_hand: int
    first: str
    second: str

    @property
    def team(self) -> Team:
        """The team that is visited."""
        return Team(self.team_id, self.village, self.township_id, self.township)

    @property
    def pair(self) -> list[int]:
        """Who goes: two, or fewer while the county has to name them."""
        return [one for one in (self.first_id, self.second_id) if one]

    @property
    def names(self) -> list[str]:
        """The same by name."""
        return [one for one in (self.first, self.second) if one]

    @property
    def met(self) -> list[Met]:
        """Who was on post."""
        return [Met(**one) for one in json.loads(self.on_post)]

    @property
    def there(self) -> int:
        """How many were met on post."""
        return sum(one.state == "there" for one in self.met)

    @cached_property
    def noticed(self) -> list[Noticed]:
        """What the form says was found."""
        return [Noticed(**one) for one in json.loads(self.found)]

    @property
    def papers(self) -> list[Paper]:
        """Photos that came with the form."""
        return [Paper(**one) for one in json.loads(self.photos)]

    @property
    def stands(self) -> bool:
        """Whether somebody besides the filer has said that what was found is so."""
        return bool(self.second_agrees or self.decided)

    @property
    def settled(self) -> bool:
        """Whether nothing is waited for any more."""
        return not self.noticed or self.stands or self.decided is not None


# rules
def ticket_name(visit: Visit) -> str:
    """The name of a visit within its draw: t3. Its tickets come from the draw's secret."""
    return f"t{visit.team_id}"


def order(visit: Visit, load: dict[str, int]) -> list[int]:
    """The two who go, of those who may."""
    lots = Lots(bytes.fromhex(visit.secret))
    return [inspectors.number_of(one) for one in pair(lots, ticket_name(visit), load)]


def redo(visit: Visit) -> list[int]:
    """Draw the pair again from what is stored; what was named by hand cannot be."""
    return order(visit, json.loads(visit.eligible))


def awake(now: datetime, rules: Rules) -> datetime:
    """That moment, or the end of the quiet hours it falls into."""
    if rules.noon_from <= now.time() < rules.noon_until:
        return at(now.date(), rules.noon_until)
    return after_night(now, rules)


def merged(found: Iterable[Noticed]) -> tuple[Noticed, ...]:
    """The same category of the same person said twice is one finding."""
    kept: dict[tuple[str, int | None], Noticed] = {}
    for one in found:
        key = (one.category, one.person)
        before = kept.get(key)
        facts = f"{before.facts}；{one.facts}" if before else one.facts
        kept[key] = Noticed(one.category, facts, one.person, one.name)
    return tuple(kept.values())


def may_be_filed(visit: Visit, today: date) -> None:
    """`Refused` when its form is in, or its time is over."""
    if visit.state == "done":
        raise Refused("surprise_visits.filed_before", visit=visit)
    if visit.state == "void" or visit.until_day < today.isoformat():
        raise Refused("surprise_visits.too_late", visit=visit)


# records: sending
async def send(
    db: Session, draw: Draw, say: Say, *, rules: Rules, now: datetime
) -> list[Visit]:
    """A visit to every team drawn: its pair is drawn and told, or the county asked to name one."""
    until = workday_after(now.date(), rules).isoformat()
    sent = []
    for team, _ in draw.picks:
        id = await sql.add(
            db.connection, draw=draw.id, team=team, day=now.date().isoformat(), until=until
        )
        if id is not None:
            visit = await by_id(db, int(id))
            await log(
                db, visit, "sent", {"draw": draw.name, "until": until}, draw.asked_by, now
            )
            load = await _able(db, visit, rules, now)
            sent.append(await _give(db, visit, load, order(visit, load), say, rules, now))
    return sent


async def _able(db: Session, visit: Visit, rules: Rules, now: datetime) -> dict[str, int]:
    """Who may go; asked on a day of rest, by the next working day."""
    day = workday_after(now.date() - timedelta(days=1), rules)
    return await inspectors.who_may_go(
        db, visit.county_id, visit.team, visit.period_id, rules, day
    )


async def _give(
    db: Session, visit: Visit, load: dict[str, int], chosen: Sequence[int], say: Say,
    rules: Rules, now: datetime, *, by: int | None = None, kept: Sequence[int] = (),
) -> Visit:  # fmt: skip
    """Write the pair down and tell both; of fewer than two the county is told, and nobody else."""
    first, second = (*chosen, None, None)[:2] if len(chosen) > 1 or kept else (None, None)
    await sql.add_pair(
        db.connection, visit=visit.id, now=ms(now), eligible=audit.canonical(load), first=first,
        second=second, by_hand=int(by is not None),
    )  # fmt: skip
    body = {"eligible": load, "pair": list(chosen), "by_hand": by is not None}
    await log(db, visit, "paired", body, by, now)
    after = await by_id(db, visit.id)
    if len(after.pair) < 2:
        await _ask_for_names(db, after, load, say, rules, now)
    else:
        await _tell_pair(db, visit, after, say, rules, now)
    return after


async def _tell_pair(
    db: Session, before: Visit, visit: Visit, say: Say, rules: Rules, now: datetime
) -> None:
    for one in visit.pair:
        other = await people.by_id(db, next(id for id in visit.pair if id != one))
        words = say(
            "surprise_visits.card", visit=visit, other=other, changed=one in before.pair
        )
        buttons = (
            Option("填暗访表", f"暗访 {visit.id} 填"),
            Option("看电话", f"暗访 {visit.id} 电话"),
            Option("我要回避", f"暗访 {visit.id} 回避"),
        )
        await post(db, visit, one, "card", Reply(words, buttons, kind="card"), rules, now)
    for one in before.pair:
        if one not in visit.pair:
            words = say("surprise_visits.not_you", visit=visit)
            await post(db, visit, one, "not_you", Reply(words), rules, now)


async def _ask_for_names(
    db: Session, visit: Visit, load: dict[str, int], say: Say, rules: Rules, now: datetime
) -> None:
    for one in await people.staff(db, visit.county_id, day=now.date()):
        words = say("surprise_visits.short", visit=visit, count=len(load))
        await post(db, visit, one.id, "short", Reply(words), rules, now)


async def post(
    db: Session, visit: Visit, person: int, what: str, reply: Reply, rules: Rules, now: datetime
) -> None:
    """Say it once, and not in the quiet hours; the pair's last change is part of its name."""
    changes = await sql.changes(db.connection, id=visit.id)
    cause = Cause(TASK, str(visit.asked_by or ""), urgent=True)
    timing = Timing(BULK, awake(now, rules), cause=cause)
    name = f"surprise_visit:{visit.id}:{changes}:{what}:{person}"
    await outbox.post_to(db, person, reply, dedupe=name, now=now, timing=timing)


async def log(
    db: Session, visit: Visit, step: str, body: dict[str, Any], by: int | None, now: datetime
) -> None:
    """Keep one step of a visit in the log; by None: the program."""
    subject = f"surprise_visit:{visit.id}"
    kind = f"surprise_visit.{step}"
    await audit.record(db, by or audit.SYSTEM, kind, subject=subject, body=body, now=now)


async def step_aside(
    db: Session, visit: Visit, person: int, say: Say, *, rules: Rules, now: datetime
) -> Visit:
    """Somebody of the pair does not go: the next one by the same order does.

    Of a pair named by hand the county names the next one.
    """
    may_be_filed(visit, now.date())
    stays = [one for one in visit.pair if one != person]
    load: dict[str, int] = json.loads(visit.eligible)
    if visit.by_hand:
        load = {}
    able = await _able(db, visit, rules, now)
    names = {inspectors.name_of(one) for one in stays}
    left = {
        one: given
        for one, given in load.items()
        if one != inspectors.name_of(person) and (one in able or one in names)
    }
    chosen = order(visit, left) if len(left) > 1 else stays
    return await _give(db, visit, left, chosen, say, rules, now, kept=stays)


async def assign(
    db: Session, by: Person, visit: Visit, chosen: Sequence[Person], say: Say, *, rules: Rules,
    now: datetime,
) -> Visit:  # fmt: skip
    """The county names the two by hand (指定); who may not go is its own answer to give."""
    may_be_filed(visit, now.date())
    pair_of = [one.id for one in chosen]
    load: dict[str, int] = json.loads(visit.eligible)
    return await _give(db, visit, load, pair_of, say, rules, now, by=by.id)


# records: looking
async def by_id(db: Session, id: int) -> Visit:
    """The visit with that number; the caller answers for the right to ask."""
    return Visit(**dict(await sql.by_id(db.connection, id=id)))


async def access_own(db: Session, asker: Person, id: int) -> Visit:
    """One the asker was sent on; any other is as if it were not there."""
    row = await sql.own(db.connection, id=id, person=asker.id)
    if row is None:
        raise Refused("surprise_visits.not_found", id=id)
    return Visit(**dict(row))


async def access_visit(db: Session, asker: Person, id: int) -> Visit:
    """One in the asker's scope, for team and township once its form is in; or his own task."""
    row = await sql.seen(db.connection, id=id, **vars(scope_of(asker)))
    return Visit(**dict(row)) if row else await access_own(db, asker, id)


async def access_visits(db: Session, asker: Person, *, limit: int = EVERY) -> list[Visit]:
    """What the asker may know of, the newest first."""
    rows = sql.listed(db.connection, **vars(scope_of(asker)), limit=limit)
    return [Visit(**dict(row)) async for row in rows]


async def tasks_of(db: Session, person: int, *, limit: int = EVERY) -> list[Visit]:
    """What somebody was sent on, the newest first."""
    rows = sql.tasks_of(db.connection, person=person, limit=limit)
    return [Visit(**dict(row)) async for row in rows]


async def waiting_of(db: Session, person: int, team: int) -> list[Visit]:
    """Visits to a team that somebody is to make."""
    rows = sql.waiting_of(db.connection, person=person, team=team)
    return [Visit(**dict(row)) async for row in rows]


async def teams_visited(db: Session, county: int, first: date, last: date) -> set[int]:
    """Teams visited, or to be visited, in these days (S004-20)."""
    rows = sql.teams_visited(
        db.connection, county=county, first=first.isoformat(), last=last.isoformat()
    )
    return {row["team_id"] async for row in rows}


async def pool(db: Session, scope: Scope, *, day: date) -> Pool:
    """The teams of a scope in which somebody works that day, with those who do."""
    absent = await calendar.absent(db, scope, day)
    found: Pool = {}
    for one in await people.members(db, scope, day=day):
        if one.id not in absent:
            found.setdefault(one.township_id, {}).setdefault(one.team_id, []).append(one.id)
    return found
