"""Issue tables (问题清单, 旧台账) brought in: looked at first, then entered in one transaction.

Rows become issues without a record: nobody has reported them here. Each begins its custody with the
unit that leads it, else at its place; one struck off long ago comes in closed, on words only.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger import audit, custody, people, periods, units
from ledger.catalogue_match import (
    COMPARED,
    Change,
    Counted,
    Entered,
    Entry,
    Preview,
    Twin,
    compare,
    placed,
    with_defaults,
)
from ledger.catalogue_places import Known, Place, Trouble, places_of
from ledger.catalogue_rows import Reading, read
from ledger.clock import ms
from ledger.custody import Holder, Kind
from ledger.database import Session, queries
from ledger.days import at
from ledger.errors import Refused
from ledger.people import ON_TEAM, Person, Role, Scope
from ledger.reading.category import category_of
from ledger.reading.lexicon import Lexicon, load_lexicon
from ledger.rules import Rules
from ledger.table_cells import Problem, Row, clean, holds_id_number

sql = queries("catalogue")
LONGEST_NAME = 40
TWINS = 2  # tables like it that are named
NO_BUREAU = ("村", "镇", "乡", "街道", "社区", "工作队", "村委会", "党支部", "人民政府")


@dataclass(frozen=True)
class Order:
    """What is to be brought in: the catalogue's name, its source (a Source), by whom."""

    name: str
    source: str
    by: Person
    actor: int  # who stands in the log: the person, or audit.SYSTEM at the machine


@dataclass(frozen=True)
class _At:
    """A place as custody asks for it."""

    team_id: int
    township_id: int
    county_id: int
    village: str


@dataclass(frozen=True)
class _Posts:
    """Everybody who can be responsible for something."""

    people: Sequence[Person]
    by: Person

    def owner(self, place: Place, responsible: str) -> Person:
        """Who is named, if he is of that place; else who answers for it; else the importer."""
        here = [one for one in self.people if _of(one, place)]
        named = next((one for one in here if one.name in responsible), None)
        first = next((one for one in here if one.role is not Role.MEMBER), None)
        above = [
            one
            for one in self.people
            if one.role is Role.TOWNSHIP and one.township_id == place.township_id != 0
        ]
        return named or first or next(iter([*here, *above]), self.by)


def _of(person: Person, place: Place) -> bool:
    if place.team_id:
        return person.role in ON_TEAM and person.team_id == place.team_id
    if place.township_id:
        return person.role is Role.TOWNSHIP and person.township_id == place.township_id
    return False  # the county's own: the importer answers unless somebody is named


# the name
def checked_name(text: str) -> str:
    """A catalogue's name; `Refused` when it is none."""
    name = clean(text).strip(" ，。：:")
    if not name or len(name) > LONGEST_NAME or holds_id_number(name):
        raise Refused("catalogues.bad_name", most=LONGEST_NAME)
    return name


# looking
async def preview(
    db: Session, rows: Sequence[Row], order: Order, *, sha256: str, now: datetime
) -> Preview:
    """What these rows would change; nothing is written."""
    if not rows:
        raise Refused("tables.empty")
    reading = read(rows, now.date())
    known = await _known(db, order.by)
    known_units = await units.known(db, order.by.county_id)
    households = await _households(db, reading, known)
    entries, problems = placed(reading, known, known_units, households)
    entered = await _entered(db, order)
    new, changed, counts = compare(entries, entered)
    return Preview(
        order.name, order.source, order.by.county_id, sha256, tuple(new), tuple(changed),
        problems=tuple(sorted([*reading.problems, *problems], key=_row)), **_figures(reading, new),
        same=counts["same"], ended=counts["ended"], ours=counts["ours"], absent=counts["absent"],
        twins=await _twins(db, order, new),
    )  # fmt: skip


async def _twins(db: Session, order: Order, new: Sequence[Entry]) -> tuple[Twin, ...]:
    """Tables of another name that have brought the same before: perhaps it is one of them."""
    if not new:
        return ()
    ours = {
        (one.line.text, one.place.township_id, one.place.team_id, one.place.household)
        for one in new
    }
    found = Counter[str]()
    async for row in sql.of_others(db.connection, county=order.by.county_id, name=order.name):
        found[row["name"]] += (
            row["text"], row["township_id"], row["team_id"], row["household"]
        ) in ours  # fmt: skip
    return tuple(Twin(name, count) for name, count in found.most_common(TWINS) if count)


def _row(problem: Problem) -> int:
    return problem.row


def _figures(reading: Reading, new: Sequence[Entry]) -> dict[str, Any]:
    names: list[str] = []
    for one in reading.units:
        if not any(units.same(one, other) for other in names):
            names.append(one)
    read_now = {"aspects": len(reading.aspects), "items": reading.items, "units": len(names)}
    wrong = tuple(
        Counted(what, reading.told[what], count)
        for what, count in read_now.items()
        if reading.told.get(what, count) != count
    )
    return {
        **read_now,
        "miscounts": wrong,
        "undated": reading.undated,
        "examples": reading.examples,
        "claimed": sum(one.line.claimed for one in new),
        "without_due": sum(not one.line.due for one in new),
    }


async def _known(db: Session, by: Person) -> Known:
    own = by.township_id if by.role is Role.TOWNSHIP else 0
    teams = await people.teams(db, Scope(by.county_id))
    return Known(teams, await people.townships(db, by.county_id), own)


async def _households(
    db: Session, reading: Reading, known: Known
) -> dict[int, list[tuple[int, str, str]]]:
    """The households of the villages in which one is named."""
    found: dict[int, list[tuple[int, str, str]]] = {}
    for line in reading.lines:
        places = places_of(line.places, known)
        for one in [] if isinstance(places, Trouble) else places:
            if one.household and one.team_id not in found:
                rows = sql.households(db.connection, team=one.team_id)
                found[one.team_id] = [
                    (row["id"], row["name"], row["group_name"]) async for row in rows
                ]
    return found


async def _entered(db: Session, order: Order) -> list[Entered]:
    """What the catalogue of that name has brought before, within the importer's reach."""
    row = await sql.named(db.connection, county=order.by.county_id, name=order.name)
    if row is None:
        return []
    own = order.by.township_id if order.by.role is Role.TOWNSHIP else 0
    rows = [dict(one) async for one in sql.entered(db.connection, catalogue=row["id"])]
    return [_as_entered(one) for one in rows if own in {0, one["township_id"]}]


def _as_entered(row: dict[str, Any]) -> Entered:
    body = json.loads(row["said"]) if row["said"] else {}
    first = body.get("text", "")  # by its words it is known even when they have changed since
    key = (row["item_no"] or first or row["text"], row["township_id"], row["team_id"])
    return Entered(
        row["id"], (*key, row["household"]), row["state"],
        {name: row[name] for name in COMPARED}, body.get("facts", {}), row["holder_kind"], row["holder"],
    )  # fmt: skip


# entering
async def apply(
    db: Session, found: Preview, order: Order, *, now: datetime, rules: Rules,
    lexicon: Lexicon | None = None,
) -> int:  # fmt: skip
    """Write all that the preview found good, in the caller's transaction; the catalogue's id."""
    by = order.by
    everybody = [one for one in await people.roster(db) if one.county_id == by.county_id]
    posts = _Posts([one for one in everybody if not one.left_day], by)
    catalogue = await sql.ensure(
        db.connection, county=by.county_id, name=order.name, source=order.source,
        sha256=found.sha256, by=by.id, now=ms(now),
    )  # fmt: skip
    ids = await _units(db, found, by.county_id)
    words = lexicon or load_lexicon()
    for entry in found.new:
        category = category_of(f"{entry.line.category} {entry.line.text}", words)
        facts = with_defaults(entry, now.date(), rules, category)
        await _add(db, entry, facts, order, posts, ids, catalogue, now)
    for change in found.changed:
        await _change(db, change, order, ids, now)
    body = {
        "name": order.name, "sha256": found.sha256, "new": len(found.new),
        "changed": len(found.changed), "same": found.same, "left_out": found.problem_rows,
    }  # fmt: skip
    subject = f"catalogue:{catalogue}"
    await audit.record(
        db, order.actor, "catalogue.imported", subject=subject, body=body, now=now
    )
    return int(catalogue)


async def _units(db: Session, found: Preview, county: int) -> dict[str, int]:
    """Every bureau named, by name with its id; new ones are learnt."""
    entries = [*found.new, *(one.entry for one in found.changed)]
    names: dict[str, None] = {}
    for entry in entries:
        names[entry.facts.get("lead_unit", "")] = None
        names |= dict.fromkeys(entry.facts.get("co_units", "").split("、"))
    known = {one.name: one.id for one in await units.known(db, county)}
    for name in filter(is_bureau, names):
        if name not in known:
            known[name] = await units.ensure(db, county, name)
    return known


def is_bureau(name: str) -> bool:
    """Whether a unit holds issues by itself; villages and townships hold theirs as places."""
    return bool(name) and not name.endswith(NO_BUREAU)


async def _add(
    db: Session, entry: Entry, facts: dict[str, Any], order: Order, posts: _Posts,
    ids: Mapping[str, int], catalogue: int, now: datetime,
) -> None:  # fmt: skip
    line, place, by = entry.line, entry.place, order.by
    filled = {name: facts[name] for name in ("category", "tier", "due", "requirement")}
    lead = ids.get(facts.pop("lead_unit"))
    closing = _closing(line.closed, by)
    id = await sql.add(
        db.connection, county=by.county_id, township=place.township_id or None,
        team=place.team_id or None, household_id=entry.household_id, household=place.household,
        source=line.source or order.source, catalogue=catalogue, item_no=line.item_no,
        lead_unit=lead, tags=order.name, state=line.state.value,
        owner=posts.owner(place, line.responsible).id, effect=line.progress if line.closed else "",
        **facts, **closing,
    )  # fmt: skip
    await _begin(db, id, entry, facts["found_day"], order, lead, now)
    body = {"catalogue": order.name, "row": line.row, "text": line.text}
    body |= {
        "facts": {**filled, **entry.facts},
        "closed": str(line.closed or ""),
        "verifier": line.verifier,
    }
    body |= {"look_back": line.look_back, "evidence": line.evidence}
    subject = f"issue:{id}"
    await audit.record(db, order.actor, "issue.imported", subject=subject, body=body, now=now)
    if line.progress and not line.closed:
        note = {"text": line.progress}
        await audit.record(db, order.actor, "issue.noted", subject=subject, body=note, now=now)


def _closing(day: date | None, by: Person) -> dict[str, Any]:
    """What was struck off elsewhere: on the importer's word, nobody has seen it here."""
    if day is None:
        return {"text_only": 0, "closed_by": None, "closed_day": None, "closed_at": None}
    noon = at(day, datetime.min.time().replace(hour=12))
    return {
        "text_only": 1, "closed_by": by.id, "closed_day": day.isoformat(), "closed_at": ms(noon),
    }  # fmt: skip


async def _begin(
    db: Session, id: int, entry: Entry, found: str, order: Order, lead: int | None, now: datetime
) -> None:  # fmt: skip
    """In whose hands it is from the day it was found; what is struck off is in nobody's."""
    place, line = entry.place, entry.line
    home = custody.home(
        _At(
            place.team_id, place.township_id, order.by.county_id,
            place.name or order.by.county,
        )
    )  # fmt: skip
    holder = Holder(Kind.UNIT, lead, entry.facts["lead_unit"]) if lead else home
    day = date.fromisoformat(found)
    await custody.start(db, id, holder, day=day, by=order.by.id, now=now, why=order.name)
    if line.closed:
        await custody.end(db, id, day=line.closed, now=now)
        if place.team_id:
            await periods.add(db, place.team_id, line.closed, closed=1)


async def _change(
    db: Session, change: Change, order: Order, ids: Mapping[str, int], now: datetime
) -> None:  # fmt: skip
    """What the table says otherwise; a deadline moved by it stands among the deadlines moved."""
    after = {name: pair[1] for name, pair in change.differing.items()}
    lead = ids.get(after.pop("lead_unit", ""))
    row = {name: after.get(name) for name in COMPARED} | {"lead_unit": lead}
    await sql.change(db.connection, id=change.id, **row)
    if "due" in change.differing:
        before, wanted = change.differing["due"]
        await sql.moved(
            db.connection, id=change.id, before=before, wanted=wanted, reason=order.name,
            by=order.by.id, now=ms(now),
        )  # fmt: skip
    if lead and change.leaves:
        holder = Holder(Kind.UNIT, lead, change.entry.facts["lead_unit"])
        await custody.pass_on(db, change.id, holder, by=order.by.id, now=now, why=order.name)
    line = change.entry.line
    body = {
        "catalogue": order.name, "row": line.row, "text": line.text,
        "facts": {**change.said, **change.entry.facts}, "changed": change.differing,
    }  # fmt: skip
    subject = f"issue:{change.id}"
    await audit.record(db, order.actor, "issue.imported", subject=subject, body=body, now=now)
