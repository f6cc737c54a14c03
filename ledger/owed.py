"""What a person owes of the duties' table, and what is done of it: counted from the facts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ledger import audit, day_counts, people, study
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import at
from ledger.duties import DUTIES, Duty, Every, Per, Term, named, term_of
from ledger.errors import Refused
from ledger.people import Person, Role, Scope
from ledger.rules import Rules

sql = queries("owed")
LATE_IN_WEEK = timedelta(days=3)  # Thursday: a Friday may be a holiday


# facts
@dataclass(frozen=True)
class Standing:
    """How one duty stands for one person in one period."""

    duty: Duty
    term: Term
    done: int
    wanted: int

    @property
    def settled(self) -> bool:
        """Whether nothing is owed any more."""
        return self.done >= self.wanted

    @property
    def left(self) -> int:
        """How many are still to be done."""
        return max(self.wanted - self.done, 0)


Count = Callable[[Session, Person, Duty, Term], Awaitable[tuple[int, int]]]


# records
async def standing(
    db: Session, person: Person, duty: Duty, day: date, rules: Rules
) -> Standing:
    """How the duty stands for this person in the period of that day."""
    term = term_of(duty.every, day)
    if duty.settled == "days":
        done, wanted = await _days(db, person, duty, day, rules)
    else:
        done, wanted = await COUNTS[duty.settled](db, person, duty, term)
    return Standing(duty, term, done, wanted)


async def _days(
    db: Session, person: Person, duty: Duty, day: date, rules: Rules
) -> tuple[int, int]:
    """Whose days will fall short at this pace: his own, or for a leader his members'."""
    scope = Scope(person.county_id, person.township_id, person.team_id)
    only = person.id if duty.key == "days" else 0
    years = await day_counts.years(db, scope, day, rules, person=only)
    there = {one.id for one in await people.members(db, scope, day=day)}
    own = [one for id, one in years.items() if id in there]
    return sum(not one.warns for one in own), len(own)


async def all_of(db: Session, person: Person, day: date, rules: Rules) -> list[Standing]:
    """Everything the table asks of this person, day by day first, year by year last."""
    own = [one for one in DUTIES if person.role in one.bearers and one.settled != "issue"]
    order = list(Every)
    return [
        await standing(db, person, one, day, rules)
        for one in sorted(own, key=lambda one: order.index(one.every))
    ]


async def tell(
    db: Session,
    by: Person,
    text: str,
    day: date,
    *,
    place: str,
    source: str,
    now: datetime,
    rules: Rules,
) -> Standing:
    """Enter that a duty has been done; `Refused` when it is not one of this person's."""
    duty = named(text)
    if duty is None or by.role not in duty.bearers:
        raise Refused("duties.unknown", said=text, known=told_names(by.role))
    term = term_of(duty.every, day)
    note = text.removeprefix(duty.name).strip()
    fact = {"duty": duty.key, "person": by.id, "day": day.isoformat(), "place": place}
    if await sql.told_before(db.connection, **fact, text=note):
        return await standing(db, by, duty, day, rules)  # two taps are one word
    await sql.tell(
        db.connection, **fact, period=term.key, text=note, source=source, now=ms(now)
    )
    body = {"duty": duty.key, "day": day.isoformat(), "place": place, "text": note}
    await audit.record(db, by.id, "duty.told", subject=f"duty:{duty.key}", body=body, now=now)
    return await standing(db, by, duty, day, rules)


async def take_back(db: Session, by: Person, *, now: datetime) -> str:
    """Undo what this person told last; returns the duty's key."""
    row = await sql.last_told(db.connection, person=by.id)
    if row is None:
        raise Refused("duties.nothing_told")
    await sql.untell(db.connection, id=row["id"])
    body = {"duty": row["duty"], "day": row["day"], "place": row["place"], "text": row["text"]}
    subject = f"duty:{row['duty']}"
    await audit.record(db, by.id, "duty.taken_back", subject=subject, body=body, now=now)
    return str(row["duty"])


def told_names(role: Role) -> list[str]:
    """The names a person of this role may use after 办完."""
    return [one.name for one in DUTIES if one.told and role in one.bearers]


# how each kind of fact is counted: done, wanted
def _span(term: Term) -> dict[str, str]:
    return {"first": term.first.isoformat(), "last": term.last.isoformat()}


async def _told(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    if duty.per is not Per.SELF:
        return await _told_for_places(db, person, duty, term)
    if person.team_id:
        done = await sql.told_by(db.connection, duty=duty.key, person=person.id, **_span(term))
    else:
        done = await sql.told_in(
            db.connection, duty=duty.key, county=person.county_id,
            township=person.township_id, **_span(term),
        )  # fmt: skip
    return int(done), duty.times


async def _told_for_places(
    db: Session, person: Person, duty: Duty, term: Term
) -> tuple[int, int]:
    done = await sql.places_told(
        db.connection, duty=duty.key, county=person.county_id, **_span(term)
    )
    places = sql.townships if duty.per is Per.TOWNSHIP else sql.villages
    return int(done), int(await places(db.connection, county=person.county_id))


async def _study(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    return int(not await study.still_owing(db, {person.id}, term.first)), 1


async def _exchange(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    done = await sql.exchanged(db.connection, person=person.id, **_span(term))
    return min(int(done), duty.times), duty.times


async def _insured(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    """Owed when it is known to end before the year or within a month; unknown is not owed."""
    row = await sql.dates_of(db.connection, person=person.id)
    until = row["insured_until"]
    return int(not until or until >= term.last.isoformat()), 1


async def _checkup(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    row = await sql.dates_of(db.connection, person=person.id)
    last = row["checkup_day"]
    return int(not last or last >= term.first.isoformat()), 1


async def _visits(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    wanted = int(await sql.households(db.connection, team=person.team_id))
    left = int(await sql.unvisited(db.connection, team=person.team_id, **_span(term)))
    return wanted - left, wanted


async def _week(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    """Said near the week's end: on a Monday it speaks of the Monday alone."""
    found = await sql.week_confirmed(
        db.connection, team=person.team_id, monday=term.first.isoformat(),
        since=ms(at(term.first + LATE_IN_WEEK, time())),
    )  # fmt: skip
    return int(found), 1


async def _signed(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    """The cut of the half-year before: made on its last day, signed in the days after."""
    before = term_of(duty.every, term.first - timedelta(days=1))
    span = _span(before)
    wanted = await sql.cuts(db.connection, county=person.county_id, **span)
    return int(await sql.signed(db.connection, township=person.township_id, **span)), int(
        wanted
    )


async def _draw(db: Session, person: Person, duty: Duty, term: Term) -> tuple[int, int]:
    done = await sql.draws(db.connection, county=person.county_id, **_span(term))
    return min(int(done), duty.times), duty.times


COUNTS: dict[str, Count] = {
    "told": _told,
    "study": _study,
    "exchange": _exchange,
    "insured": _insured,
    "checkup": _checkup,
    "visits": _visits,
    "week": _week,
    "signed": _signed,
    "draw": _draw,
}
