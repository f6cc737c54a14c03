"""Postings (任职): who held which post when, so that any past roster can be answered.

The open posting of somebody says the same as his row; both change together. History is only
ever changed at its end: a change on a day closes what stood until the day before, a second
change on the same day takes the first one's place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import DAY
from ledger.people import Person, Role, Scope

sql = queries("postings")
UNKNOWN = "1970-01-01"  # from before anybody kept dates


# facts
@dataclass(frozen=True)
class Post:
    """What somebody is and where; `township` and `team` are None where there is none."""

    county: int
    township: int | None
    team: int | None
    role: Role
    title: str = ""
    home_unit: str = ""


@dataclass(frozen=True)
class Posting:
    """One line of somebody's history; days are ISO, `to_day` far ahead: still."""

    township: str
    village: str
    role: Role
    title: str
    home_unit: str
    from_day: str
    to_day: str


@dataclass(frozen=True)
class Held:
    """One person's post from a day on."""

    person: int
    post: Post
    from_day: date


# rules
def post_of(person: Person) -> Post:
    """The post somebody has."""
    return Post(
        person.county_id, person.township_id or None, person.team_id or None, person.role,
        person.title, person.home_unit,
    )  # fmt: skip


def first_day(term_from: str, today: date) -> date:
    """When somebody's first posting opens: with his term, or today if that is not over yet."""
    return min(date.fromisoformat(term_from), today) if term_from else today


# records
async def on_team(db: Session, team: int, day: date) -> list[Person]:
    """Who was on the team that day, the leader first; role and unit as they were then."""
    rows = [row async for row in sql.on_team(db.connection, day=day.isoformat(), team=team)]
    return [_person(row) for row in rows]


async def roster_on(db: Session, scope: Scope, day: date) -> list[Person]:
    """Everybody in a scope on that day, staff first, then by township and team."""
    rows = sql.roster_on(db.connection, day=day.isoformat(), **vars(scope))
    return [_person(row) async for row in rows]


async def of_person(db: Session, person: int) -> list[Posting]:
    """Somebody's posts in order of time."""
    rows = [dict(row) async for row in sql.of_person(db.connection, person=person)]
    return [Posting(**{**row, "role": Role(row["role"])}) for row in rows]


async def since(db: Session, person: int) -> date | None:
    """Since when somebody has the post he has now; None when he has left."""
    found = await sql.since(db.connection, person=person)
    return date.fromisoformat(found) if found else None


async def entered(db: Session, person: int) -> date | None:
    """The day on which the post that somebody has now was written down."""
    at = await sql.entered(db.connection, person=person)
    return moment(int(at)).date() if at else None


async def kept_since(db: Session, county: int) -> date | None:
    """The first day anybody of the county stands on the roster; None before that."""
    found = await sql.first_day(db.connection, county=county)
    return date.fromisoformat(found) if found else None


async def open_first(
    db: Session, held: Iterable[Held], *, by: int, now: datetime, reason: str = ""
) -> None:
    """The first posting of people just entered."""
    rows = [_row(one, reason, by, now) for one in held]
    await sql.open_many(db.connection, rows)


async def change(
    db: Session, held: Iterable[Held], *, by: int, now: datetime, reason: str = ""
) -> None:
    """New posts from a day on, for people who have one; the people's own rows are the caller's."""
    every = list(held)
    for_day = [{"person": one.person, "day": one.from_day.isoformat()} for one in every]
    before = [{"person": one.person, "before": str(one.from_day - DAY)} for one in every]
    await sql.drop_begun(db.connection, for_day)
    await sql.close_many(db.connection, before)
    await open_first(db, every, by=by, now=now, reason=reason)


async def move(db: Session, held: Held, *, by: int, now: datetime, reason: str) -> None:
    """Give somebody another post from that day on, in his row and in his history."""
    post = held.post
    await sql.set_post(
        db.connection, id=held.person, township=post.township, team=post.team,
        role=post.role.value, title=post.title, home_unit=post.home_unit,
    )  # fmt: skip
    await change(db, [held], by=by, now=now, reason=reason)


async def end(db: Session, person: int, day: date) -> None:
    """From that day on somebody holds no post any more; the day before was his last."""
    last = str(day - DAY)
    await sql.drop_begun(db.connection, [{"person": person, "day": day.isoformat()}])
    await sql.close_many(db.connection, [{"person": person, "before": last}])
    await sql.set_left(db.connection, id=person, day=last)


def _row(held: Held, reason: str, by: int, now: datetime) -> dict[str, Any]:
    post = held.post
    return {
        "person": held.person, "county": post.county, "township": post.township,
        "team": post.team, "role": post.role.value, "title": post.title,
        "home_unit": post.home_unit, "from_day": held.from_day.isoformat(), "reason": reason,
        "by": by, "now": ms(now),
    }  # fmt: skip


def _person(row: Any) -> Person:
    facts = dict(row)
    return Person(**{**facts, "role": Role(facts["role"])})
