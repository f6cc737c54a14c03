"""The roll-up: five spans of every day, and counts that equal a recount whatever happened."""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import kinds, people, periods, records, study, visits
from ledger.database import Session, open_database
from ledger.days import days_between
from ledger.errors import Refused
from ledger.periods import Period, span, spans
from ledger.rules import Rules
from ledger.study import Study
from ledger.visits import Visit

RULES = Rules()
THIRTY_YEARS = days_between(date(2010, 1, 1), date(2039, 12, 31))


# spans
def test_every_day_of_thirty_years_lies_in_its_five_spans() -> None:
    for day in THIRTY_YEARS:
        found = spans(day)

        assert [one.kind for one in found] == list(Period)
        for one in found:
            assert one.first <= day <= one.last
            assert span(one.kind, day) == one


@pytest.mark.parametrize("kind", list(Period))
def test_spans_follow_each_other_without_gap_or_overlap(kind: Period) -> None:
    last = span(kind, THIRTY_YEARS[0])
    keys = [last.key]
    for day in THIRTY_YEARS:
        one = span(kind, day)
        if one != last:
            assert one.first == last.last + timedelta(days=1)
            keys.append(one.key)
            last = one
        assert span(kind, one.first) == span(kind, one.last) == one

    assert keys == sorted(set(keys))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-23", (202648, 2026113, 202611, 2026)),
        ("2027-01-01", (202653, 2027011, 202701, 2027)),
        ("2028-02-29", (202809, 2028023, 202802, 2028)),
        ("2026-11-10", (202646, 2026111, 202611, 2026)),
        ("2026-11-11", (202646, 2026112, 202611, 2026)),
    ],
)
def test_the_keys_are_those_of_the_page(day: str, expected: tuple[int, ...]) -> None:
    one = date.fromisoformat(day)

    assert tuple(each.key for each in spans(one)) == (one.toordinal(), *expected)


def test_a_third_of_a_month_has_eight_to_eleven_days() -> None:
    lengths = {(one.last - one.first).days + 1 for one in map(_tenday, THIRTY_YEARS)}

    assert lengths == {8, 9, 10, 11}


def _tenday(day: date) -> periods.Span:
    return span(Period.TENDAY, day)


# counts
@dataclass(frozen=True)
class Act:
    """One thing somebody does; `target` chooses an earlier record."""

    what: str
    who: int
    ago: int
    household: int
    target: int


ACTS = st.builds(
    Act,
    st.sampled_from(["visit", "visit", "study", "undo", "redo", "move", "move"]),
    st.integers(0, 3),
    st.integers(0, 29),
    st.integers(0, 3),
    st.integers(0, 30),
)
PEOPLE = ("李队员", "赵队员", "钱队员", "王队长")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the cast in it, to be copied for every example."""
    path = tmp_path_factory.mktemp("settled") / "zhucun.db"
    asyncio.run(_settle(path))
    return path


async def _settle(path: Path) -> County:
    async with open_database(path, durable=False) as database:
        return await settle(database)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=1, max_size=25))
def test_the_counts_equal_a_recount_of_the_records(
    acts: list[Act], settled: Path, tmp_path: Path
) -> None:
    path = tmp_path / "copy.db"
    path.unlink(missing_ok=True)
    shutil.copy(settled, path)

    counted, recounted = asyncio.run(_live(path, acts))

    assert counted == recounted


Counts = dict[tuple[int, int, int], tuple[int, int, int]]


async def _live(path: Path, acts: list[Act]) -> tuple[Counts, Counts]:
    async with open_database(path, durable=False) as database:
        async with database.transaction() as db:
            for number, act in enumerate(acts):
                await _do(db, act, number)
        async with database.reading() as db:
            return await _counted(db), await _recounted(db)


async def _do(db: Session, act: Act, number: int) -> None:
    county = people.Scope(1)
    members = {one.name: one for one in await people.members(db, county, day=MONDAY.date())}
    who = members[PEOPLE[act.who]]
    try:
        async with db.savepoint():
            await _act(db, act, who, f"memory:{number}")
    except Refused:
        return


async def _act(db: Session, act: Act, who: people.Person, source: str) -> None:
    day = MONDAY.date() - timedelta(days=act.ago)
    known = await people.households(db, who)
    household = sorted(known, key=lambda one: one.id)[act.household % 3 : act.household % 3 + 1]
    id = household[0].id if household else None
    visit = Visit(day, household[0].name if household else "外来户", "一切正常", id)
    if act.what == "visit":
        await visits.record(db, who, visit, source=source, now=MONDAY, rules=RULES)
    elif act.what == "study":
        made = Study(day, "中央一号文件", 60)
        await study.record(db, who, made, source=source, now=MONDAY, rules=RULES)
    else:
        await _change(db, act, visit)


async def _change(db: Session, act: Act, visit: Visit) -> None:
    """Undo, put back or move an earlier record, as its own writer."""
    rows = await db.connection.execute_fetchall("SELECT id, person_id FROM record ORDER BY id")
    if not (chosen := list(rows)[act.target :][:1]):
        return
    owner = await people.by_id(db, chosen[0]["person_id"])
    record = await records.access_record(db, owner, chosen[0]["id"])
    if act.what == "undo":
        await kinds.undo(db, owner, record, now=MONDAY, rules=RULES)
    elif act.what == "redo":
        await kinds.redo(db, owner, record, now=MONDAY, rules=RULES)
    elif record.kind == visits.KIND:
        own = {one.id for one in await people.households(db, owner)}
        moved = visit if visit.household_id in own else replace(visit, household_id=None)
        await visits.revise(db, record, owner, moved, now=MONDAY, rules=RULES)
    else:
        old = await study.read(db, record)
        moved_study = replace(old, day=visit.day)
        await study.revise(db, record, owner, moved_study, now=MONDAY, rules=RULES)


async def _counted(db: Session) -> Counts:
    rows = await db.connection.execute_fetchall(
        "SELECT kind, period, team_id, studied, visits, households FROM team_period"
    )
    found = {tuple(row)[:3]: tuple(row)[3:] for row in rows}
    return {key: value for key, value in found.items() if any(value)}


async def _recounted(db: Session) -> Counts:
    """The same numbers from the records alone."""
    studied: dict[tuple[int, int, int], set[object]] = defaultdict(set)
    visited: dict[tuple[int, int, int], set[object]] = defaultdict(set)
    households: dict[tuple[int, int, int], set[object]] = defaultdict(set)
    rows = await db.connection.execute_fetchall(
        "SELECT r.id, r.kind, r.team_id, r.person_id, r.day, v.household_id FROM record r"
        " LEFT JOIN visit v ON v.record_id = r.id WHERE r.state = 'kept'"
    )
    for row in rows:
        for key in _keys(row["team_id"], date.fromisoformat(row["day"])):
            if row["kind"] == study.KIND:
                studied[key].add((row["person_id"], row["day"]))
            else:
                visited[key].add(row["id"])
                households[key] |= {row["household_id"]} - {None}
    keys = {*studied, *visited}
    return {key: (len(studied[key]), len(visited[key]), len(households[key])) for key in keys}


def _keys(team: int, day: date) -> Iterator[tuple[int, int, int]]:
    return ((one.kind.value, one.key, team) for one in spans(day))


async def test_only_what_is_counted_can_be_added(database: object, county: County) -> None:
    async with database.transaction() as db:  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match="applause"):
            await periods.add(db, county["李队员"].team_id, MONDAY.date(), applause=1)
