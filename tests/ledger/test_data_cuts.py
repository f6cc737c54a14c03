"""Data cuts: frozen as of their day, never changed, made up when missed, signed once a township."""

import sqlite3
from datetime import date, timedelta

import pytest
from county import MONDAY, County
from hypothesis import given
from hypothesis import strategies as st

from ledger import audit, data_cuts, people, roster, roster_changes
from ledger.data_cuts import Cut, Frozen
from ledger.database import Database
from ledger.errors import Refused
from ledger.people import Role
from ledger.roster import Entry
from ledger.roster_changes import Why

DAY = timedelta(days=1)
NEW_YEAR = date(2026, 12, 31)
NIGHT = MONDAY.replace(month=12, day=31, hour=23, minute=50)
JUNE = NIGHT.replace(year=2027, month=6, day=30)


async def made(database: Database, county: County) -> Cut:
    async with database.transaction() as db:
        cut = await data_cuts.make(db, county.id, NEW_YEAR, NIGHT)
    assert cut is not None
    return cut


# when
@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 6, 29), date(2025, 12, 31)),
        (date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 12, 30), date(2026, 6, 30)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_last_cut_s_day(day: date, last: date) -> None:
    assert data_cuts.due_between(day - 200 * DAY, day)[-1] == last


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 2000))
def test_two_cuts_a_year_whatever_the_outage(after: date, days: int) -> None:
    until = after + days * DAY
    due = data_cuts.due_between(after, until)

    assert due == sorted(set(due))
    assert all(after < one <= until for one in due)
    assert {(one.month, one.day) for one in due} <= {(6, 30), (12, 31)}
    assert len(due) >= days // 184  # none of them is left out


async def test_a_missed_cut_is_made_up_from_the_roster_of_its_day(
    database: Database, county: County
) -> None:
    later = NIGHT + 20 * DAY
    async with database.transaction() as db:
        li = county["李队员"]
        await roster_changes.leave(
            db, county["陈干事"], li, Why("任期满"), day=later.date(), now=later
        )
        (cut,) = await data_cuts.make_due(db, later.date(), later)
        names = {one.line["name"] for one in await data_cuts.lines(db, cut)}
        again = await data_cuts.make_due(db, later.date() + DAY, later)

    assert (cut.day, again) == ("2026-12-31", [])
    assert "李队员" in names


async def test_nothing_is_made_for_days_before_the_ledger(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        entry = Entry("何新", Role.MEMBER, "清水镇", "永安村", term_from="2025-05-01")
        await roster.add_person(db, county.id, entry, now=MONDAY)
        assert await data_cuts.make_due(db, MONDAY.date(), MONDAY) == []


# what
async def test_a_cut_holds_the_teams_and_no_number(database: Database, county: County) -> None:
    cut = await made(database, county)

    async with database.reading() as db:
        lines = await data_cuts.lines(db, cut)
        assert await data_cuts.is_sound(db, cut)
    assert len(lines) == 7
    assert lines[0].line["village"] == "永安村"
    assert "13800000001" not in str(lines)
    assert not {"phone", "contact"} & lines[0].line.keys()


async def test_made_again_it_is_the_first_answer(database: Database, county: County) -> None:
    first = await made(database, county)
    async with database.transaction() as db:
        await roster_changes.leave(
            db, county["陈干事"], county["李队员"], Why("轮换"), day=MONDAY.date(), now=NIGHT
        )
        assert await data_cuts.make(db, county.id, NEW_YEAR, NIGHT + DAY) == first
        assert len(await data_cuts.lines(db, first)) == 7
        assert await data_cuts.is_sound(db, first)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE data_cut SET sha256 = 'x'", "DELETE FROM data_cut",
        "UPDATE data_cut_line SET line = '{}'", "DELETE FROM data_cut_line",
        "UPDATE data_cut_sign SET at = 0", "DELETE FROM data_cut_sign",
        "UPDATE data_cut_erratum SET text = ''", "DELETE FROM data_cut_erratum",
    ],
)  # fmt: skip
async def test_the_store_itself_refuses_a_change(
    database: Database, county: County, sql: str
) -> None:
    cut = await made(database, county)
    async with database.transaction() as db:
        await data_cuts.sign(db, county["周总队长"], cut, now=NIGHT)
        await data_cuts.correct(db, county["周总队长"], cut, 0, "有误", now=NIGHT)

    with pytest.raises(Exception, match="a data cut never changes") as failed:
        async with database.transaction() as db:
            await db.connection.execute(sql)
    assert isinstance(failed.value, sqlite3.Error) or failed.value.__cause__ is not None


# differences
async def test_differences_to_the_last_cut_are_listed_by_kind(
    database: Database, county: County
) -> None:
    first, staff = await made(database, county), county["陈干事"]
    async with database.transaction() as db:
        teams = await people.teams(db, people.Scope(county.id))
        stone = next(one for one in teams if one.village == "石桥村")
        when = {"day": JUNE.date(), "now": JUNE}
        await roster_changes.leave(db, staff, county["李队员"], Why("任期满"), **when)
        await roster_changes.move(db, staff, county["钱队员"], stone, Why("轮换"), **when)
        await roster_changes.come(db, staff, stone, Entry("何新", Role.MEMBER), **when)
        await db.connection.execute(
            "UPDATE person SET term_to = '2028-01-01' WHERE name = '赵队员'"
        )
        second = await data_cuts.make(db, county.id, JUNE.date(), JUNE)
        before, after = await data_cuts.lines(db, first), await data_cuts.lines(db, second)
    town, other = county["周总队长"].township_id, county["冯总队长"].township_id

    def said(township: int) -> list[tuple[str, str]]:
        found = data_cuts.differences(before, after, township)
        return [(one.kind, (one.after or one.before)["name"]) for one in found]

    assert said(0) == [
        ("come", "何新"), ("gone", "李队员"), ("moved", "钱队员"), ("corrected", "赵队员"),
    ]  # fmt: skip
    assert said(town) == [("gone", "李队员"), ("moved", "钱队员"), ("corrected", "赵队员")]
    assert said(other) == [("come", "何新"), ("moved", "钱队员")]


LINES = st.dictionaries(
    st.integers(1, 9),
    st.tuples(
        st.integers(1, 2), st.sampled_from(("甲村", "乙村")), st.sampled_from(("", "局"))
    ),
)


def frozen(lines: dict[int, tuple[int, str, str]]) -> list[Frozen]:
    return [
        Frozen(id, town, {"name": str(id), "township": str(town), "village": place,
                          "home_unit": unit, "role": "member", "title": ""})
        for id, (town, place, unit) in lines.items()
    ]  # fmt: skip


@given(LINES, LINES)
def test_what_differs_is_what_turns_one_cut_into_the_other(
    old: dict[int, tuple[int, str, str]], new: dict[int, tuple[int, str, str]]
) -> None:
    before, after = frozen(old), frozen(new)
    found = data_cuts.differences(before, after)

    changed = {one.after["name"]: one.after for one in found if one.after}
    gone = {one.before["name"] for one in found if not one.after}
    turned = {str(one.person): one.line for one in before if str(one.person) not in gone}
    assert turned | changed == {str(one.person): one.line for one in after}
    assert data_cuts.differences(after, after) == []
    split = [data_cuts.differences(before, after, town) for town in (1, 2)]
    assert all(one in split[0] or one in split[1] for one in found)


# signed
async def test_each_township_signs_once_and_nobody_for_another(
    database: Database, county: County
) -> None:
    cut = await made(database, county)
    async with database.transaction() as db:
        await data_cuts.sign(db, county["周总队长"], cut, now=NIGHT)
        for name in ("周总队长", "陈干事", "王队长", "李队员"):
            with pytest.raises(Refused):
                await data_cuts.sign(db, county[name], cut, now=NIGHT)
        rows = await db.connection.execute_fetchall("SELECT township_id FROM data_cut_sign")
        signed = [row["township_id"] for row in rows]
        events = [one["kind"] for one in await audit.history(db, f"data_cut:{cut.id}")]

    assert signed == [county["周总队长"].township_id]
    assert events == ["data_cut.made", "data_cut.signed"]


async def test_an_erratum_stands_beside_the_cut_and_only_where_it_belongs(
    database: Database, county: County
) -> None:
    cut, li = await made(database, county), county["李队员"]
    async with database.transaction() as db:
        await data_cuts.correct(db, county["周总队长"], cut, li.id, "单位有误", now=NIGHT)
        with pytest.raises(Refused):
            await data_cuts.correct(db, county["冯总队长"], cut, li.id, "x", now=NIGHT)
        with pytest.raises(Refused):
            await data_cuts.correct(db, li, cut, li.id, "x", now=NIGHT)
        own = await data_cuts.errata(db, cut, county["周总队长"].township_id)
        other = await data_cuts.errata(db, cut, county["冯总队长"].township_id)
        assert await data_cuts.is_sound(db, cut)

    assert ([one.text for one in own], other) == (["单位有误"], [])
