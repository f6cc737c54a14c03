"""The roster (花名册) as it is entered: counties, townships, teams, people, households.

Whoever is entered gets his first posting, whoever changes place or role a new one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ledger import audit, handover, invites, people, postings
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Address, Role
from ledger.postings import Held, Post
from ledger.roster_care import hidden
from ledger.roster_cells import Row, clean
from ledger.roster_match import (
    Change,
    HouseholdChange,
    Known,
    KnownHousehold,
    Ledger,
    Place,
    Preview,
    compare,
)
from ledger.roster_rows import Entry as Entry
from ledger.roster_rows import PersonLine, read

sql = queries("roster")
DAYS = ("term_from", "term_to", "insured_until", "checkup_day")
POSTED = {"role", "township", "village", "title", "home_unit"}  # what a posting says


# one at a time
async def ensure_county(db: Session, name: str) -> int:
    """The county's id; entered when it is new."""
    return int(await sql.ensure_county(db.connection, name=name))


async def ensure_township(db: Session, county: int, name: str) -> int:
    """The township's id; entered when it is new."""
    return int(await sql.ensure_township(db.connection, county=county, name=name))


async def ensure_team(
    db: Session, county: int, township: int, village: str, *, kind: str = ""
) -> int:
    """The id of the village's team; entered when it is new."""
    return int(
        await sql.ensure_team(
            db.connection, county=county, township=township, village=village, kind=kind
        )
    )


async def add_person(
    db: Session, county: int, entry: Entry, *, now: datetime, by: int = audit.SYSTEM
) -> int:
    """Enter somebody with his places; returns the person's id."""
    township = await ensure_township(db, county, entry.township) if entry.township else None
    team = None
    if township and entry.village:
        team = await ensure_team(db, county, township, entry.village)
    row = _columns(entry, (county, township, team))
    id = int(await sql.add_person(db.connection, **row))
    held = Held(id, _post(row), postings.first_day(entry.term_from, now.date()))
    await postings.open_first(db, [held], by=by, now=now)
    body = {"name": entry.name, "role": entry.role.value, "village": entry.village}
    subject = f"person:{id}"
    await audit.record(db, by, "person.added", subject=subject, body=body, now=now)
    return id


async def county_name(db: Session) -> str | None:
    """The first county's name; None while the ledger is empty."""
    found: str | None = await sql.county_name(db.connection)
    return found


async def any_county(db: Session) -> int | None:
    """The first county's id; None while the ledger is empty."""
    found: int | None = await sql.any_county(db.connection)
    return found


# many at once, from a table
async def preview(
    db: Session, rows: Sequence[Row], *, county: str | None, sha256: str, now: datetime,
    wecom: str = "",
) -> Preview:  # fmt: skip
    """What these rows would change; nothing is written.

    `county` stands where the table names none; without it, the only county of the ledger.
    `wecom` is the account of the WeCom app whose ids stand in the table. `Refused` when a
    column is missing that cannot be done without, or ids are given and there is no app.
    """
    counties = [row["name"] async for row in sql.counties(db.connection)]
    given = clean(county or "")
    only = counties[0] if len(counties) == 1 else ""
    if not rows:
        raise Refused("tables.empty")
    reading = read(rows, given or only, sure=bool(given))
    if not wecom and any(one.entry.wecom for one in reading.people):
        raise Refused("roster.no_wecom_app")
    return compare(reading, await _ledger(db, wecom, now), sha256=sha256, wecom=wecom)


async def _ledger(db: Session, wecom: str, now: datetime) -> Ledger:
    today = now.date().isoformat()
    rows = sql.people_now(db.connection, day=today, wecom=wecom)
    people = [_known(dict(row)) async for row in rows]
    households = [
        _known_household(dict(row)) async for row in sql.households_now(db.connection)
    ]
    kinds = {tuple(row)[:3]: row["kind"] async for row in sql.places(db.connection)}
    return Ledger(people, households, frozenset(kinds), kinds, today)


def _known(facts: dict[str, Any]) -> Known:
    id, county = facts.pop("id"), facts.pop("county")
    return Known(id, county, Entry(**{**facts, "role": Role(facts["role"])}))


def _known_household(facts: dict[str, Any]) -> KnownHousehold:
    place = (facts["county"], facts["township"], facts["village"])
    return KnownHousehold(facts["id"], place, facts["name"], facts["group_name"], facts["kind"])


async def apply(db: Session, found: Preview, *, by: int, now: datetime) -> None:
    """Write all that the preview found good, in the caller's transaction, and log each change.

    `by` is the person who answers for it; `audit.SYSTEM` is the operator at the machine.
    """
    places = await _enter_places(db, found)
    await _set_kinds(db, found, places, by=by, now=now)
    await _add_people(db, found.new, places, found.wecom, by=by, now=now)
    await _change_people(db, found.changed, places, found.wecom, by=by, now=now)
    await _add_households(db, found, places, by=by, now=now)
    await _change_households(db, found.changed_households, places, by=by, now=now)
    body = {
        "sha256": found.sha256, "new": len(found.new), "changed": len(found.changed),
        "same": found.same, "new_households": len(found.new_households),
        "changed_households": len(found.changed_households),
        "same_households": found.same_households, "left_out": found.problem_rows,
    }  # fmt: skip
    if villages := len(found.new_villages) + len(found.changed_villages):
        body["villages"] = villages
    await audit.record(db, by, "roster.imported", subject="roster", body=body, now=now)


async def _enter_places(db: Session, found: Preview) -> dict[Place, tuple[int, Any, Any]]:
    """Every place of the preview with the ids of its county, township and team."""
    people = [*found.new, *(one.line for one in found.changed)]
    wanted = {(one.county, one.entry.township, one.entry.village): None for one in people}
    wanted |= {(one.county, one.township, one.village): None for one in found.new_households}
    wanted |= {one.before.place: None for one in found.changed_households}
    villages = [*found.new_villages, *(one.line for one in found.changed_villages)]
    wanted |= {one.place: None for one in villages}
    places = {}
    for county, township, village in wanted:
        id = await ensure_county(db, county)
        parent = await ensure_township(db, id, township) if township else None
        team = await ensure_team(db, id, parent, village) if parent and village else None
        places[county, township, village] = (id, parent, team)
    return places


async def _set_kinds(
    db: Session, found: Preview, places: dict[Place, Any], *, by: int, now: datetime
) -> None:
    """What kind each village is; a change is an event of its team."""
    kinds = [(one.place, "", one.kind) for one in found.new_villages]
    kinds += [(one.line.place, one.before, one.line.kind) for one in found.changed_villages]
    rows = [{"team": places[place][2], "kind": after} for place, _, after in kinds]
    await sql.set_kinds(db.connection, rows)
    for place, before, after in kinds:
        subject = f"team:{places[place][2]}"
        body = {"village": place[2], "before": before, "after": after}
        await audit.record(db, by, "village.changed", subject=subject, body=body, now=now)


def _line(line: PersonLine, entry: Entry, places: dict[Place, Any]) -> dict[str, Any]:
    return _columns(entry, places[line.county, entry.township, entry.village])


def _columns(entry: Entry, place: tuple[int, int | None, int | None]) -> dict[str, Any]:
    county, township, team = place
    said = {name: getattr(entry, name) for name in ("name", "title", "phone", "home_unit")}
    care = {"sent_by": entry.sent_by, "contact": entry.contact}
    days = {name: getattr(entry, name) or None for name in DAYS}
    role = entry.role.value
    return (
        {"county": county, "township": township, "team": team, "role": role}
        | said
        | care
        | days
    )


def _post(row: dict[str, Any]) -> Post:
    """The post in a row's columns."""
    return Post(
        row["county"], row["township"], row["team"], Role(row["role"]), row["title"],
        row["home_unit"],
    )  # fmt: skip


def _masked(facts: dict[str, Any]) -> dict[str, Any]:
    """What is said of somebody, for the log: no number of whom to call for him."""
    return facts | {"contact": hidden(facts["contact"])} if "contact" in facts else facts


async def _add_people(
    db: Session,
    lines: Sequence[PersonLine],
    places: dict[Place, Any],
    wecom: str,
    *,
    by: int,
    now: datetime,
) -> None:
    last = await sql.last_person(db.connection)
    rows = [_line(one, one.entry, places) for one in lines]
    await sql.add_people(db.connection, rows)
    added = [row["id"] async for row in sql.people_after(db.connection, id=last)]
    days = [postings.first_day(one.entry.term_from, now.date()) for one in lines]
    held = [Held(id, _post(row), day) for id, row, day in zip(added, rows, days, strict=True)]
    await postings.open_first(db, held, by=by, now=now)
    await _bind(db, dict(zip(added, lines, strict=True)), wecom, by=by, now=now)
    for id, line in zip(added, lines, strict=True):
        body = {**_masked(asdict(line.entry)), "county": line.county}
        subject = f"person:{id}"
        await audit.record(db, by, "person.added", subject=subject, body=body, now=now)


async def _bind(
    db: Session, lines: Mapping[int, PersonLine], wecom: str, *, by: int, now: datetime
) -> None:
    """Whose WeCom id the table says is reached there from now on, without an invite."""
    for person, line in lines.items():
        if line.entry.wecom:
            address = Address("wecom", wecom, line.entry.wecom)
            await invites.bind(db, person, address, by=by, now=now)


async def _change_people(
    db: Session, changes: Sequence[Change], places: dict[Place, Any], wecom: str, *, by: int,
    now: datetime,
) -> None:  # fmt: skip
    rows = [{"id": one.id, **_line(one.line, one.after, places)} for one in changes]
    unchanged = ("county", "name")  # a person is known by them: they never differ
    kept = [{key: row[key] for key in row if key not in unchanged} for row in rows]
    elsewhere = {"village", "township", "role"}  # what may take somebody away from his issues
    gone = [
        await people.by_id(db, one.id) for one in changes if elsewhere & one.differing.keys()
    ]
    await sql.change_people(db.connection, kept)
    fresh = {one.id: one.line for one in changes if "wecom" in one.differing}
    await _bind(db, fresh, wecom, by=by, now=now)
    moved = [
        Held(one.id, _post(row), now.date())
        for one, row in zip(changes, rows, strict=True)
        if POSTED & one.differing.keys()
    ]
    await postings.change(db, moved, by=by, now=now)
    for before in gone:
        await handover.hand_on(db, by, before, now=now)
    for one in changes:
        body = {
            "before": _masked({name: pair[0] for name, pair in one.differing.items()}),
            "after": _masked({name: pair[1] for name, pair in one.differing.items()}),
        }
        subject = f"person:{one.id}"
        await audit.record(db, by, "person.changed", subject=subject, body=body, now=now)


async def _add_households(
    db: Session, found: Preview, places: dict[Place, Any], *, by: int, now: datetime
) -> None:
    """A village's new households are one event: a county has tens of thousands."""
    teams: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in found.new_households:
        team = places[one.county, one.township, one.village][2]
        teams[team].append({"name": one.name, "group_name": one.group, "kind": one.kind})
    rows = [{"team": team, **one} for team, every in teams.items() for one in every]
    await sql.add_households(db.connection, rows)
    for team, every in teams.items():
        body = {"households": every}
        subject = f"team:{team}"
        await audit.record(db, by, "households.added", subject=subject, body=body, now=now)


async def _change_households(
    db: Session, changes: Sequence[HouseholdChange], places: dict[Place, Any], *, by: int,
    now: datetime,
) -> None:  # fmt: skip
    rows = [{"id": one.before.id, "group_name": one.group, "kind": one.kind} for one in changes]
    await sql.change_households(db.connection, rows)
    teams: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in changes:
        before = {"group_name": one.before.group, "kind": one.before.kind}
        after = {"group_name": one.group, "kind": one.kind}
        body = {"id": one.before.id, "name": one.before.name, "before": before, "after": after}
        teams[places[one.before.place][2]].append(body)
    for team, every in teams.items():
        body = {"households": every}
        subject = f"team:{team}"
        await audit.record(db, by, "households.changed", subject=subject, body=body, now=now)
