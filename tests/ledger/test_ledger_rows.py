"""Ledgers of a month over generated records: who reads which names, and sums that agree.

The cast's three teams live a random month; every ledger is then read by everybody.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from county import CAST, HOUSEHOLDS, MONDAY, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import people
from ledger.database import open_database
from ledger.exports import What
from ledger.ledger_rows import FORMS, Month, Row, access_pages
from ledger.people import ON_TEAM, Person, Role
from ledger.rules import Rules

TEAMS = {one.village: one.township for one in CAST if one.village}
MEMBERS = tuple(one.name for one in CAST if one.village)
HOUSES = {village: tuple(name for name, _ in found) for village, found in HOUSEHOLDS.items()}
NAMES = {one.name for one in CAST} | {name for found in HOUSES.values() for name in found}
NOVEMBER = Month(date(2026, 11, 1))
Ledgers = dict[tuple[str, What], list[Row]]


@dataclass(frozen=True)
class Act:
    """Something somebody has done on a day."""

    kind: str
    who: str
    day: str
    kept: bool


ACTS = st.builds(
    Act,
    st.sampled_from(("visit", "study", "promise", "leave", "spotcheck")),
    st.sampled_from(MEMBERS),
    st.sampled_from(("2026-10-31", "2026-11-01", "2026-11-20", "2026-11-30", "2026-12-01")),
    st.booleans(),
)


@pytest.fixture(scope="module")
def settled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the cast in it."""
    path = tmp_path_factory.mktemp("settled") / "zhucun.db"
    shutil.copy(migrated, path)

    async def fill() -> None:
        async with open_database(path, durable=False) as database:
            await settle(database)

    asyncio.run(fill())
    return path


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=1, max_size=25))
def test_names_stay_in_the_village_and_sums_agree(acts: list[Act], settled: Path) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        shutil.copy(settled, path)
        live(path, acts)
        asker, ledgers = asyncio.run(read_by_everybody(path))

    for (name, what), rows in ledgers.items():
        assert readable(asker[name], what, rows)
        assert total(what, rows) == expected(asker[name], what, acts)


def live(path: Path, acts: list[Act]) -> None:
    """Enter the acts as they would stand in the ledger."""
    db = sqlite3.connect(path)
    who = {
        name: (id, team, village)
        for name, id, team, village in db.execute(
            "SELECT p.name, p.id, t.id, t.village FROM person p JOIN team t ON t.id = p.team_id"
        )
    }
    db.execute(
        "INSERT INTO draw (id, county_id, way, name, seed, at, wanted, pool, drawn)"
        " VALUES (1, 1, 'plan', '1', '', 0, 0, '[]', '[]')"
    )
    for id, act in enumerate(acts, 1):
        person, team, village = who[act.who]
        house = HOUSES[village][0]
        facts = {**vars(act), "id": id, "person": person, "team": team, "house": house}
        for statement in ENTER[act.kind]:
            db.execute(statement, {**facts, **STATES[act.kept], "text": f"{house}家屋顶漏雨"})
    db.commit()
    db.close()


STATES: dict[bool, dict[str, Any]] = {
    True: {"state": "kept", "leave": "approved", "closed": 0, "count": 1},
    False: {"state": "struck", "leave": "withdrawn", "closed": None, "count": 0},
}
RECORD = (
    "INSERT INTO record (id, kind, person_id, team_id, day, source, state, made_at, changed_at)"
    " VALUES (:id, :kind, :person, :team, :day, '', :state, 0, 0)"
)
ENTER = {
    "leave": (
        "INSERT INTO leave (id, person_id, team_id, from_day, to_day, reason, state, asked_at)"
        " VALUES (:id, :person, :team, :day, :day, '事假', :leave, 0)",
    ),
    "spotcheck": (
        "INSERT INTO spotcheck (id, draw_id, person_id, team_id, day, question, state, opens_at,"
        " remind_at, closes_at, closed_at)"
        " VALUES (:id, 1, :person, :team, :day, '', 'missed', 0, 0, 0, :closed)",
    ),
    "study": (RECORD, "INSERT INTO study VALUES (:id, 60, '一号文件', 0)"),
    "promise": (
        RECORD,
        "INSERT INTO promise (record_id, team_id, household, text)"
        " VALUES (:id, :team, :house, :text)",
    ),
    "visit": (
        RECORD,
        "INSERT INTO visit (record_id, team_id, day, kept, household, found)"
        " VALUES (:id, :team, :day, :count, :house, :text)",
    ),
}


async def read_by_everybody(path: Path) -> tuple[dict[str, Person], Ledgers]:
    async with open_database(path, durable=False) as database, database.reading() as db:
        askers = {one.name: one for one in await people.roster(db)}
        return askers, {
            (name, what): [row async for row in rows(db, asker, what)]
            for name, asker in askers.items()
            for what in FORMS
        }


async def rows(db: Any, asker: Person, what: What) -> AsyncIterator[Row]:
    pages = access_pages(db, asker, what, NOVEMBER, Rules(), today=MONDAY.date())
    async for page in pages:
        for row in page:
            yield row


def readable(asker: Person, what: What, found: list[Row]) -> bool:
    """No name but those the asker may read; no place outside his own."""
    said = " ".join(str(one) for row in found for one in row)
    named = {name for name in NAMES if name in said}
    towns = {town for town in TEAMS.values() if town in said}
    villages = {village for village in TEAMS if village in said}
    if asker.role in ON_TEAM:
        mates = {one.name for one in CAST if one.village == asker.village}
        alone = asker.role is Role.MEMBER and what in {What.STUDY, What.LEAVE, What.DAYS}
        allowed = ({asker.name} if alone else mates) | set(HOUSES[asker.village])
    elif what is What.DAYS:
        allowed = {one.name for one in CAST if asker.township in {"", one.township}}
    else:
        allowed = set()
    return (
        named <= allowed and towns <= ({asker.township} if asker.township else towns)
        and villages <= {one for one in TEAMS if asker.township in {"", TEAMS[one]}}
        and (not asker.village or villages <= {asker.village})
    )  # fmt: skip


COUNTED = {
    What.VISITS: "visits", What.STUDY: "people", What.LEAVE: "asked", What.CHECKS: "drawn",
    What.PROMISES: "promised",
}  # fmt: skip
KINDS = {
    What.VISITS: "visit", What.STUDY: "study", What.LEAVE: "leave", What.CHECKS: "spotcheck",
    What.PROMISES: "promise",
}  # fmt: skip


def total(what: What, found: list[Row]) -> int:
    """How many things the rows tell of: one a row, or what stands in the count."""
    name = COUNTED.get(what, "")
    return sum(int(getattr(row, name, 1)) for row in found)


def expected(asker: Person, what: What, acts: list[Act]) -> int:
    """The same from the acts themselves."""
    own = asker.role is Role.MEMBER and what in {What.STUDY, What.LEAVE, What.CHECKS, What.DAYS}
    within = [
        one.name for one in CAST
        if one.village and asker.village in {"", one.village} and asker.township in {"", one.township}
        and (not own or one.name == asker.name)
    ]  # fmt: skip
    if what is What.DAYS:
        return len(within)
    found = [
        one for one in acts
        if one.kind == KINDS[what] and one.who in within and one.day[:7] == "2026-11"
        and (one.kept or (what is What.LEAVE and asker.role in ON_TEAM))
    ]  # fmt: skip
    if what is What.STUDY and asker.role not in ON_TEAM:
        return len({(one.who, one.day) for one in found})
    return len(found)
