"""Half-yearly data cuts (数据截止, S004-25): the roster of 30 June and 31 December, frozen.

A cut holds one line a person of a team as he stood on that day, in one canonical form with one
SHA-256. It is signed by every township and never changed; what turns out wrong is an erratum
beside it. No phone number and nobody to call stands in it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger import audit, people, strength
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import STAFF, Person, Role, Scope, scope_of

sql = queries("data_cuts")
ENDS = ((6, 30), (12, 31))
PLACE = ("township", "village", "role", "title")  # a difference here is a move
LONGEST = 200  # characters of an erratum

Line = dict[str, str]


# facts
@dataclass(frozen=True)
class Cut:
    """One frozen roster; `day` is ISO."""

    id: int
    county_id: int
    day: str
    sha256: str
    made_at: int

    @property
    def short(self) -> str:
        """The first twelve hex digits, as printed."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Frozen:
    """One person's line in a cut."""

    person: int
    township_id: int
    line: Line


@dataclass(frozen=True)
class Difference:
    """One person between two cuts; `before` or `after` is empty where he was not there."""

    kind: str  # come, gone, moved, corrected
    before: Line
    after: Line

    @property
    def fields(self) -> list[str]:
        """The names of what differs, for a correction."""
        keys = sorted({*self.before, *self.after})
        return [key for key in keys if self.before.get(key, "") != self.after.get(key, "")]


@dataclass(frozen=True)
class Erratum:
    """What was found wrong after the cut; `person_id` 0: of no one person."""

    id: int
    person_id: int
    text: str
    by_name: str
    township_id: int
    at: int


# rules
def due_between(after: date, day: date) -> list[date]:
    """Every cut's day after that one and up to this one, oldest first."""
    years = range(after.year, day.year + 1)
    ends = [date(year, *end) for year in years for end in ENDS]
    return [end for end in ends if after < end <= day]


def canonical(county: int, day: date, lines: Iterable[Frozen]) -> str:
    """The whole cut in the one form that is hashed."""
    rows = [[one.person, one.township_id, one.line] for one in lines]
    return audit.canonical({"county": county, "day": day.isoformat(), "lines": rows})


def differences(
    before: Iterable[Frozen], after: Iterable[Frozen], township: int = 0
) -> list[Difference]:
    """What has changed for a township (0: the county): 进, 出, 调动, 更正, in this order.

    Who moves between townships is a move in both.
    """
    old, new = ({one.person: one for one in lines} for lines in (before, after))
    found = []
    for person in sorted({*old, *new}):
        sides = [side[person] for side in (old, new) if person in side]
        if township and all(one.township_id != township for one in sides):
            continue
        if (kind := _kind(old.get(person), new.get(person))) is not None:
            found.append(Difference(kind, _line(old.get(person)), _line(new.get(person))))
    order = ("come", "gone", "moved", "corrected")
    return sorted(found, key=lambda one: order.index(one.kind))


def _kind(before: Frozen | None, after: Frozen | None) -> str | None:
    if before is None or after is None:
        return "come" if before is None else "gone"
    if before.line == after.line:
        return None
    moved = any(before.line.get(key) != after.line.get(key) for key in PLACE)
    return "moved" if moved else "corrected"


def _line(one: Frozen | None) -> Line:
    return one.line if one else {}


# records
async def of_day(connection: Any, county: int, day: str) -> Cut:
    """The cut of that day (ISO); there is one, or nobody asks."""
    return Cut(**dict(await sql.of_day(connection, county=county, day=day)))


async def make(db: Session, county: int, day: date, now: datetime) -> Cut | None:
    """Freeze the county's roster of that day; asked again, it is the first answer.

    None when nobody was on a team that day. Place and role are as of the day, terms and cover
    as they stand when it is made.
    """
    row = await sql.of_day(db.connection, county=county, day=day.isoformat())
    if row is not None:
        return Cut(**dict(row))
    lines = await _standing(db, county, day)
    if not lines:
        return None
    sha256 = hashlib.sha256(canonical(county, day, lines).encode()).hexdigest()
    id = await sql.add(
        db.connection, county=county, day=day.isoformat(), sha256=sha256, now=ms(now)
    )
    rows = [
        {"cut": id, "person": one.person, "township": one.township_id,
         "line": audit.canonical(one.line)}
        for one in lines
    ]  # fmt: skip
    await sql.add_lines(db.connection, rows)
    body = {"day": day.isoformat(), "lines": len(lines), "sha256": sha256}
    subject = f"data_cut:{id}"
    await audit.record(db, audit.SYSTEM, "data_cut.made", subject=subject, body=body, now=now)
    return Cut(int(id), county, day.isoformat(), sha256, ms(now))


async def make_due(db: Session, until: date, now: datetime) -> list[Cut]:
    """Every cut due up to that day and not made, of every county: missed days are made up.

    A county begins with the first event of its log; days before it nobody knows.
    """
    first = await sql.first_event(db.connection)
    if first is None:
        return []
    made = []
    for row in [row async for row in sql.counties(db.connection)]:
        latest_cut = await latest(db, row["id"])
        known = date.fromisoformat(latest_cut.day) if latest_cut else None
        after = known or date.fromordinal(moment(first).date().toordinal() - 1)
        for day in due_between(after, until):
            cut = await make(db, row["id"], day, now)
            made += [cut] if cut else []
    return made


async def _standing(db: Session, county: int, day: date) -> list[Frozen]:
    """Everybody on a team that day, by number."""
    scope = Scope(county)
    places = {one.id: one for one in await strength.villages(db, scope)}
    ids = await people.townships(db, county)
    lines = []
    standing = await strength.on_post(db, scope, day)
    for one in (one for one in standing if one.team_id in places):
        place = places[one.team_id]
        facts = {
            "name": one.name, "role": one.role.value, "title": one.title,
            "township": place.township, "village": place.village, "village_kind": place.kind,
            "home_unit": one.home_unit, "sent_by": one.sent_by,
            "term_from": one.term_from or "", "term_to": one.term_to or "",
            "insured_until": one.insured_until or "", "checkup_day": one.checkup_day or "",
        }  # fmt: skip
        lines.append(Frozen(one.id, ids[place.township], facts))
    return sorted(lines, key=lambda one: one.person)


async def on_day(db: Session, county: int, day: str) -> Cut | None:
    """The cut of that day."""
    row = await sql.of_day(db.connection, county=county, day=day)
    return Cut(**dict(row)) if row else None


async def latest(db: Session, county: int) -> Cut | None:
    """The county's newest cut."""
    row = await sql.latest(db.connection, county=county)
    return Cut(**dict(row)) if row else None


async def access_cut(db: Session, asker: Person, id: int | None = None) -> Cut:
    """A cut of the asker's county, the newest unless named; only staff may see one."""
    if asker.role not in STAFF:
        raise Refused("talk.not_for_role")
    if id is None:
        found = await latest(db, asker.county_id)
    else:
        row = await sql.by_id(db.connection, id=id, county=asker.county_id)
        found = Cut(**dict(row)) if row else None
    if found is None:
        raise Refused("data_cuts.none")
    return found


async def before(db: Session, cut: Cut) -> Cut | None:
    """The cut before this one."""
    row = await sql.before(db.connection, county=cut.county_id, day=cut.day)
    return Cut(**dict(row)) if row else None


async def lines(db: Session, cut: Cut, township: int = 0) -> list[Frozen]:
    """A cut's lines, of one township or all."""
    rows = [row async for row in sql.lines(db.connection, cut=cut.id)]
    every = [
        Frozen(row["person_id"], row["township_id"], json.loads(row["line"])) for row in rows
    ]
    return [one for one in every if township in {0, one.township_id}]


async def is_sound(db: Session, cut: Cut) -> bool:
    """Whether the lines still give the SHA-256 they had."""
    words = canonical(cut.county_id, date.fromisoformat(cut.day), await lines(db, cut))
    return hashlib.sha256(words.encode()).hexdigest() == cut.sha256


async def sign(db: Session, asker: Person, cut: Cut, *, now: datetime) -> None:
    """The township says that its lines are right; once."""
    if asker.role is not Role.TOWNSHIP or cut.county_id != asker.county_id:
        raise Refused("data_cuts.not_by_you")
    own = (asker.township_id, asker.id)
    done = await sql.sign(
        db.connection, cut=cut.id, township=own[0], person=own[1], now=ms(now)
    )
    if done is None:
        raise Refused("data_cuts.signed_already", cut=cut)
    body = {"township": asker.township_id, "sha256": cut.sha256}
    subject = f"data_cut:{cut.id}"
    await audit.record(db, asker.id, "data_cut.signed", subject=subject, body=body, now=now)


async def correct(
    db: Session, asker: Person, cut: Cut, person: int, text: str, *, now: datetime
) -> int:
    """Put an erratum beside the cut; the cut itself stays. `person` 0: of no one person."""
    if asker.role not in STAFF or cut.county_id != asker.county_id:
        raise Refused("data_cuts.not_by_you")
    scope = scope_of(asker)
    inside = {one.person for one in await lines(db, cut, scope.township)}
    if person and person not in inside:
        raise Refused("data_cuts.not_in_it")
    if len(text) > LONGEST:
        raise Refused("data_cuts.too_long", most=LONGEST)
    id = await sql.add_erratum(
        db.connection, cut=cut.id, person=person or None, text=text, by=asker.id, now=ms(now)
    )
    body = {"person": person, "text": text}
    subject = f"data_cut:{cut.id}"
    await audit.record(db, asker.id, "data_cut.corrected", subject=subject, body=body, now=now)
    return int(id)


async def errata(db: Session, cut: Cut, township: int = 0) -> list[Erratum]:
    """What was found wrong after the cut; a township sees its own and what is of its people."""
    every = [Erratum(**dict(row)) async for row in sql.errata(db.connection, cut=cut.id)]
    own = {one.person for one in await lines(db, cut, township)}
    return [
        one
        for one in every
        if not township or one.township_id == township or one.person_id in own
    ]
