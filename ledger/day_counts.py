"""The days of people, gathered from the ledger: evidence, leave, rota, words, confirmations."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from ledger import audit
from ledger.calendar import Off
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import DAY, at, days_between
from ledger.errors import Refused
from ledger.people import Person, Role, Scope, may_verify
from ledger.rules import Rules
from ledger.stationed import (
    MEETING,
    PRESENT,
    Counted,
    DayFacts,
    Told,
    Year,
    count,
    monday_of,
    off_of,
    year_of,
)

sql = queries("stationed")


@dataclass
class Gathered:
    """What the ledger knows of a scope's days in a span, by person."""

    evidence: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    away: dict[int, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    rotas: dict[int, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    told: dict[tuple[int, str], Told] = field(default_factory=dict)
    confirmed: dict[tuple[int, str], date] = field(default_factory=dict)
    posts: dict[int, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def facts(self, person: int, day: date, rules: Rules) -> DayFacts | None:
        """One person's day; None when he was on no team then."""
        iso = day.isoformat()
        team = next((one["team_id"] for one in self.posts[person] if _covers(one, iso)), None)
        if team is None:
            return None
        rota = frozenset(one["weekday"] for one in self.rotas[person] if _covers(one, iso))
        return DayFacts(
            day, off_of(day, rules, self._away(person, iso), rota),
            frozenset(self.evidence.get((person, iso), ())), self.told.get((person, iso)),
            self.confirmed.get((team, monday_of(day).isoformat()), date.min) >= day,
        )  # fmt: skip

    def _away(self, person: int, iso: str) -> Off | None:
        for one in self.away[person]:
            if _covers(one, iso) and (one["back_day"] is None or one["back_day"] > iso):
                return Off.TRIP if one["kind"] == Off.TRIP.value else Off.LEAVE
        return None


def _covers(span: Mapping[str, Any], iso: str) -> bool:
    return bool(span["from_day"] <= iso <= span["to_day"])


# reading
async def gather(
    db: Session, scope: Scope, first: date, last: date, *, person: int = 0
) -> Gathered:
    """Everything that decides how days count, in eight statements; 0: everybody of the scope."""
    ends = {"first": first.isoformat(), "last": last.isoformat()}
    span = {**vars(scope), **ends, "person": person}
    weeks = {**vars(scope), **ends, "first": monday_of(first).isoformat()}
    found = Gathered()
    async for row in sql.evidence(db.connection, **span):
        found.evidence[row["person_id"], row["day"]].add(row["kind"])
    async for row in sql.meetings(db.connection, **span):
        found.evidence[row["person_id"], row["day"]].add(MEETING)
    async for row in sql.spans_present(db.connection, **span):
        until = date.fromisoformat(row["until_day"])
        for day in days_between(date.fromisoformat(row["day"]), min(until, last)):
            found.evidence[row["person_id"], day.isoformat()].add(PRESENT)
    for spans, rows in (
        (found.away, sql.away(db.connection, **span)),
        (found.rotas, sql.rotas(db.connection, **span)),
        (found.posts, sql.posts(db.connection, **span)),
    ):
        async for row in rows:
            spans[row["person_id"]].append(dict(row))
    async for row in sql.told(db.connection, **span):
        words = Told(bool(row["stationed"]), bool(row["working"]), row["note"], row["by_id"])
        found.told[row["person_id"], row["day"]] = words
    async for row in sql.confirmed(db.connection, **weeks):
        found.confirmed[row["team_id"], row["monday"]] = moment(row["at"]).date()
    return found


async def years(
    db: Session, scope: Scope, until: date, rules: Rules, *, person: int = 0
) -> dict[int, Year]:
    """Both counters of everybody who was on a team of the scope this year, up to that day.

    Days before the ledger came into use are unknown: neither counted nor owed.
    """
    start = max(date(until.year, 1, 1), await _begun(db) or until)
    gathered = await gather(db, scope, start, until, person=person)
    found = {}
    for person in sorted(gathered.posts):
        facts = [gathered.facts(person, day, rules) for day in days_between(start, until)]
        days = [count(one, rules) for one in facts if one]
        if days:
            found[person] = year_of(days, days[0].day, until, rules)
    return found


async def _begun(db: Session) -> date | None:
    first = await sql.begun(db.connection)
    return moment(int(first)).date() if first else None


async def year(db: Session, person: Person, until: date, rules: Rules) -> Year | None:
    """One person's counters; None when he has been on no team this year."""
    scope = Scope(person.county_id)
    return (await years(db, scope, until, rules, person=person.id)).get(person.id)


async def days_of(
    db: Session, person: Person, first: date, last: date, rules: Rules
) -> list[Counted]:
    """One person's days as they count, each with its source; none from before the ledger."""
    scope = Scope(person.county_id)
    every = await days_of_all(db, scope, first, last, rules, person=person.id)
    return every.get(person.id, [])


async def days_of_all(
    db: Session, scope: Scope, first: date, last: date, rules: Rules, *, person: int = 0
) -> dict[int, list[Counted]]:
    """The same of everybody who was on a team of the scope then; `person` 0: everybody."""
    first = max(first, await _begun(db) or first)
    gathered = await gather(db, scope, first, last, person=person)
    found = {}
    for one in sorted({person} if person else gathered.posts):
        facts = [gathered.facts(one, day, rules) for day in days_between(first, last)]
        found[one] = [count(day, rules) for day in facts if day]
    return found


# writing
async def confirm_week(db: Session, by: Person, day: date, *, now: datetime) -> bool:
    """The leader's one tap: the team's days of that week are as the records and words say.

    It holds for the days up to the tap; on a later day it may be said again. Returns False when
    it had been said; a week to come is refused.
    """
    monday = monday_of(day)
    if by.role is not Role.LEADER:
        raise Refused("days.not_leader")
    if monday > now.date():
        raise Refused("days.week_to_come")
    iso = monday.isoformat()
    renew = at(min(now.date(), monday + 7 * DAY), time())
    made = await sql.confirm(
        db.connection, team=by.team_id, monday=iso, by=by.id, now=ms(now), renew=ms(renew)
    )
    if made is not None:
        subject = f"team:{by.team_id}"
        await audit.record(
            db, by.id, "week.confirmed", subject=subject, body={"monday": iso}, now=now
        )
    return made is not None


async def tell(
    db: Session, by: Person, person: Person, day: date, words: Told, *, now: datetime
) -> None:
    """Say how one day of somebody counts: himself of his own, his superior of any."""
    await _may_say(db, by, person, day, now)
    await sql.tell(
        db.connection, person=person.id, day=day.isoformat(), stationed=int(words.stationed),
        working=int(words.working), note=words.note, by=by.id, now=ms(now),
    )  # fmt: skip
    body = {"day": day.isoformat(), **vars(words)}
    subject = f"person:{person.id}"
    await audit.record(db, by.id, "day.told", subject=subject, body=body, now=now)


async def _may_say(db: Session, by: Person, person: Person, day: date, now: datetime) -> None:
    """Whether he may say or take back a word about that day; a superior's word is not his."""
    if by.id != person.id and not may_verify(by, owner=person):
        raise Refused("days.not_by_you")
    if day > now.date():
        raise Refused("days.to_come", day=day)
    if (now.date() - day) > 31 * DAY:
        raise Refused("days.too_old", day=day)
    if by.id == person.id and await said_by(db, person, day) not in {None, by.id}:
        raise Refused("days.said_by_superior", day=day)


async def said_by(db: Session, person: Person, day: date) -> int | None:
    """Who has said how that day of his counts; None: nobody."""
    by: int | None = await sql.said_by(db.connection, person=person.id, day=day.isoformat())
    return by


async def takes_back(
    db: Session, by: Person, person: Person, day: date, *, now: datetime
) -> bool:
    """Forget the word about a day; the records speak again. False: there was none."""
    await _may_say(db, by, person, day, now)
    gone = await sql.untell(db.connection, person=person.id, day=day.isoformat())
    if gone is None:
        return False
    subject, body = f"person:{person.id}", {"day": day.isoformat()}
    await audit.record(db, by.id, "day.word_gone", subject=subject, body=body, now=now)
    return True
