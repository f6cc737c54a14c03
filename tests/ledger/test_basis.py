"""依据: behind every figure stand exactly its records, and only what the reader may see."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from county import County
from figures_behind import (
    DAY,
    READERS,
    WEEK,
    WINDOWS,
    WORDS,
    expected,
    opened,
    pen_of,
    report_of,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lived_week import RULES, Pen, live, moment
from random_days import ACTS, Act, cast, live_through, settled

from ledger.database import Database, Session, open_database
from ledger.errors import Refused
from ledger.people import Person
from ledger.reports.basis import PAGE, SOURCES, Basis, access_basis
from ledger.reports.facts import Depth, Window, place_of
from ledger.reports.sheet import gather
from templates.bulletin import MARK


@pytest.fixture
async def lived(database: Database) -> County:
    return await live(database)


@pytest.fixture
async def db(database: Database, lived: County) -> AsyncIterator[Session]:
    async with database.transaction() as session:
        yield session


# the law
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=10, max_size=70))
async def test_behind_every_figure_stand_as_many_records(
    template: Path, tmp_path: Path, acts: list[Act]
) -> None:
    path = tmp_path / "lived.db"
    for old in tmp_path.glob("lived.db*"):
        old.unlink()
    path.write_bytes(template.read_bytes())
    async with open_database(path, durable=False) as database, database.transaction() as db:
        county = await cast(db)
        await live_through(Pen(db, county), acts)
        for window in WINDOWS:
            for who in READERS:
                await every_figure_is_proven(db, county[who], window)


async def every_figure_is_proven(db: Session, asker: Person, window: Window) -> None:
    place = place_of(asker)
    sheet = await gather(db, place.scope, window, depth=place.depth)
    report, told = report_of(sheet, place), expected(sheet, place)
    assert set(told) >= set(SOURCES[window.kind]) - {"called", "promise"}
    for key, said in told.items():
        found = await opened(db, asker, report, key, said)
        assert (key, found.now, len(found.lines)) == (key, said, said)
        if key != "told":
            assert len({line[:6] for line in found.lines}) == said, key


@pytest.fixture
async def template(tmp_path: Path) -> Path:
    await settled(tmp_path / "template.db")
    return tmp_path / "template.db"


# who sees what
async def basis_of(
    db: Session, county: County, who: str, key: str, window: Window = WEEK
) -> Basis:
    asker = county[who]
    place = place_of(asker)
    report = report_of(await gather(db, place.scope, window, depth=place.depth), place)
    return await access_basis(db, asker, report, key, said=0, rules=RULES)


async def test_above_the_village_nobody_and_no_household_is_named(
    db: Session, lived: County
) -> None:
    for who in ("周总队长", "陈干事"):
        for window in WINDOWS:
            for key in SOURCES[window.kind]:
                found = await basis_of(db, lived, who, key, window)
                words = {one.person for one in found.lines} | {
                    one.household for one in found.lines
                }
                assert words <= {""}, key
                assert {one.text for one in found.lines} <= TOLD_ABOVE, key
    own = await basis_of(db, lived, "王队长", "visits")
    assert {(one.person, one.household) for one in own.lines} == {("李队员", "张大山")}


TOLD_ABOVE = {"", "leader", "member", "missed", "answered", "open", "later"}


async def test_a_member_opens_his_own_study_and_checks_and_counts_those_of_the_others(
    db: Session, lived: County
) -> None:
    for who, key, mine, others in (
        ("赵队员", "studied", 1, 2),
        ("李队员", "studied", 2, 1),
        ("钱队员", "checked", 1, 0),
        ("李队员", "visits", 2, 0),
    ):
        found = await basis_of(db, lived, who, key)
        assert (len(found.lines), found.hidden) == (mine, others)
        if key != "visits":
            assert {one.person_id for one in found.lines} == {lived[who].id}
    leader = await basis_of(db, lived, "王队长", "studied")
    assert (len(leader.lines), leader.hidden) == (3, 0)


async def test_a_miss_names_nobody_to_anybody(db: Session, lived: County) -> None:
    for who in ("孙队长", "钱队员", "周总队长", "陈干事"):
        for key in ("missed", "unanswered", "checked"):
            found = await basis_of(db, lived, who, key)
            assert [one.person for one in found.lines] == [""]


async def test_somebody_elses_report_opens_nothing(db: Session, lived: County) -> None:
    place = place_of(lived["王队长"])
    team = report_of(await gather(db, place.scope, WEEK, depth=Depth.LISTS), place)
    town = replace(team, level="township", place_id=lived["周总队长"].township_id)
    elsewhere = replace(town, place_id=lived["冯总队长"].township_id)
    county = replace(team, level="county", place_id=lived.id)
    for who, report in (
        ("孙队长", team), ("周总队长", team), ("陈干事", team), ("王队长", town),
        ("冯总队长", town), ("周总队长", elsewhere), ("周总队长", county), ("王队长", county),
    ):  # fmt: skip
        with pytest.raises(Refused, match=r"reports\.no_place"):
            await access_basis(db, lived[who], report, "visits", said=0, rules=RULES)
    with pytest.raises(Refused, match=r"basis\.no_records"):
        await access_basis(db, lived["王队长"], team, "minutes", said=0, rules=RULES)


async def test_more_than_a_page_is_read_on_page_by_page(db: Session, lived: County) -> None:
    pen = await pen_of(db, lived)
    for number in range(PAGE + 4):
        await pen.visit("李队员", moment(20, 20), "张大山", f"第{number}次")
    asker = lived["王队长"]
    place = place_of(asker)
    report = report_of(await gather(db, place.scope, DAY, depth=place.depth), place)
    first = await access_basis(db, asker, report, "visits", said=25, rules=RULES)
    second = await access_basis(db, asker, report, "visits", said=25, rules=RULES, skip=PAGE)
    assert (len(first.lines), first.more) == (PAGE, 5)
    assert (len(second.lines), second.more) == (5, 0)
    assert not {*first.lines} & {*second.lines}
    with pytest.raises(Refused, match=r"basis\.no_page"):
        await access_basis(db, asker, report, "visits", said=25, rules=RULES, skip=2 * PAGE)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda one: f"{one.kind}-{one.as_of}")
async def test_every_number_said_is_the_number_of_its_records(
    db: Session, lived: County, window: Window
) -> None:
    for who in READERS:
        asker = lived[who]
        place = place_of(asker)
        sheet = await gather(db, place.scope, window, depth=place.depth)
        report = report_of(sheet, place)
        for name in {report.kind, report.paper}:
            said = MARK.findall(WORDS.bulletin(name, report=report).marked)
            assert len(said) > 5
            for key, number in said:
                found = await access_basis(
                    db, asker, report, key, said=int(number), rules=RULES
                )
                assert (key, found.now) == (key, int(number))
