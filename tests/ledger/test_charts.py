"""What charts show: counted right, in the roster's order, nobody else's, no reason and no ranking."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from county import County
from hypothesis import given
from hypothesis import strategies as st
from lived_week import FRIDAY, RULES, Pen, live, moment

from ledger import charts, custody, day_counts
from ledger.charts import Held, Life, Mark, lines_of, mark_of, weeks_of
from ledger.custody import Holder, Kind
from ledger.database import Database
from ledger.people import Person, Team
from ledger.stationed import Counted, Source, Told, Trust

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
async def lived(database: Database) -> County:
    return await live(database)


def team_of(person: Person) -> Team:
    return Team(person.team_id, person.village, person.township_id, person.township)


def counted(source: Source, *, stationed: bool = True, working: bool = False) -> Counted:
    return Counted(FRIDAY, stationed, working, source, Trust.RECORDED, "病假，住院")


# the month
@pytest.mark.parametrize(
    ("day", "mark"),
    [
        (None, Mark.NONE),
        (counted(Source.RECORD, working=True), Mark.HERE),
        (counted(Source.WEEK, working=True), Mark.HERE),
        (counted(Source.TRIP), Mark.TRIP),
        (counted(Source.TRIP, working=True), Mark.TRIP),
        (counted(Source.LEAVE, stationed=False), Mark.LEAVE),
        (counted(Source.REST, stationed=False), Mark.REST),
        (counted(Source.TOLD), Mark.TRIP),
        (counted(Source.TOLD, stationed=False), Mark.AWAY),
        (counted(Source.TOLD, working=True), Mark.HERE),
        (counted(Source.EXCEPTION), Mark.UNSAID),
    ],
)
def test_each_day_has_one_mark(day: Counted | None, mark: Mark) -> None:
    assert mark_of(day) is mark


async def test_a_month_follows_the_days_as_they_count(
    database: Database, lived: County
) -> None:
    async with database.transaction() as db:
        leader, away = lived["王队长"], lived["赵队员"]
        told = Told(True, False, "病假，住院", leader.id)
        day = date(2026, 11, 17)
        await day_counts.tell(db, leader, lived["李队员"], day, told, now=moment(20, 18))
        chart = await charts.access_attendance(
            db, leader, team_of(leader), NOVEMBER, FRIDAY, RULES
        )
    rows = {one.name: one.marks for one in chart.people}
    assert [*rows] == ["王队长", "李队员", "赵队员"]
    assert rows["李队员"][15] is Mark.HERE  # 16 November: a visit
    assert rows["李队员"][16] is Mark.TRIP
    assert rows[away.name][19] is Mark.LEAVE
    assert rows["李队员"][14] is Mark.REST  # a Sunday
    assert rows["李队员"][18] is Mark.UNSAID
    assert {row[20] for row in rows.values()} == {Mark.NONE}  # not yet
    assert rows["李队员"][0] is Mark.NONE  # before the ledger
    assert "病" not in str(chart.facts())


async def test_a_member_sees_his_own_month_only(database: Database, lived: County) -> None:
    async with database.reading() as db:
        member = lived["李队员"]
        team = team_of(member)
        chart = await charts.access_attendance(db, member, team, NOVEMBER, FRIDAY, RULES)
    assert [one.name for one in chart.people] == ["李队员"]


@pytest.mark.parametrize(
    ("who", "whose", "seen"),
    [("冯总队长", "王队长", 0), ("周总队长", "王队长", 3), ("孙队长", "王队长", 2)],
)
async def test_another_township_s_month_is_empty_and_a_leader_s_is_his_own(
    database: Database, lived: County, who: str, whose: str, seen: int
) -> None:
    async with database.reading() as db:
        team = team_of(lived[whose])
        chart = await charts.access_attendance(db, lived[who], team, NOVEMBER, FRIDAY, RULES)
    assert len(chart.people) == seen
    assert who != "孙队长" or {one.name for one in chart.people} == {"孙队长", "钱队员"}


# households
@pytest.mark.parametrize(
    ("who", "bars"),
    [
        ("陈干事", [("清水镇", 2, 7), ("云山乡", 0, 1)]),
        ("周总队长", [("永安村", 1, 5), ("柳树村", 1, 2)]),
        ("李队员", [("永安村", 1, 5)]),
    ],
)
async def test_households_are_counted_once_by_the_places_of_the_asker(
    database: Database, lived: County, who: str, bars: list[tuple[str, int, int]]
) -> None:
    async with database.reading() as db:
        chart = await charts.coverage(db, lived[who], NOVEMBER, FRIDAY)
        before = await charts.coverage(db, lived[who], NOVEMBER, date(2026, 11, 10))
    assert [(one.name, one.visited, one.listed) for one in chart.bars] == bars
    assert chart.whole.visited == sum(visited for _, visited, _ in bars)
    assert before.whole.visited == 0


def test_a_share_comes_with_its_interval() -> None:
    few, many = charts.Bar("少", 3, 6).facts(), charts.Bar("多", 300, 600).facts()
    assert few["percent"] == many["percent"] == 50
    assert few["high"] - few["low"] > 3 * (many["high"] - many["low"])
    assert charts.Bar("无", 0, 0).facts()["percent"] == 0


# issues by week
DAYS = st.dates(date(2026, 8, 1), date(2026, 12, 31))
LIVES = st.lists(
    st.builds(
        lambda found, due, closed: Life(
            found, found + timedelta(due), None if closed is None else found + timedelta(closed)
        ),
        DAYS,
        st.integers(0, 90),
        st.none() | st.integers(0, 90),
    )
)


@given(LIVES, DAYS)
def test_what_was_open_and_found_less_what_was_closed_is_open_now(
    lives: Sequence[Life], until: date
) -> None:
    weeks = weeks_of(lives, until)
    assert len(weeks) == 12
    assert weeks[-1].last == until
    for one, two in pairwise(weeks):
        assert two.standing == one.standing + two.opened - two.closed
    assert all(0 <= one.overdue <= one.standing for one in weeks)


@given(LIVES, DAYS)
def test_who_closes_each_issue_on_its_day_is_on_the_line(
    lives: Sequence[Life], until: date
) -> None:
    kept = [Life(one.found, one.due, one.due + timedelta(1)) for one in lives]
    assert all(one.standing == one.planned and not one.overdue for one in weeks_of(kept, until))


async def test_the_last_week_is_what_the_summary_says(
    database: Database, lived: County
) -> None:
    async with database.reading() as db:
        county = await charts.burn_down(db, lived["陈干事"], FRIDAY)
        village = await charts.burn_down(db, lived["李队员"], FRIDAY)
        other = await charts.burn_down(db, lived["郑队长"], FRIDAY)
    now = county.weeks[-1]
    assert (now.standing, now.overdue, now.opened, now.closed) == (3, 1, 2, 1)
    assert village.weeks[-1].closed == 0
    assert other.weeks[-1].standing == 0


# hands
async def test_days_in_hands_add_up_and_units_stand_alone(
    database: Database, lived: County
) -> None:
    async with database.transaction() as db:
        number = await Pen(db, lived).issue("李队员", moment(2, 9), "张大山", "路断了", FRIDAY)
        unit = Holder(Kind.UNIT, 1, "县水利局")
        await custody.pass_on(db, number, unit, by=lived["王队长"].id, now=moment(12, 9))
        chart = await charts.holders(db, lived["李队员"], FRIDAY)
        spans = await custody.spans(db, number)
        others = await charts.holders(db, lived["郑队长"], FRIDAY)
    assert [(one.kind, one.name) for one in chart.lines] == [
        ("team", "永安村"),
        ("unit", "县水利局"),
    ]
    unit_line = chart.lines[1]
    assert (unit_line.days, unit_line.now, unit_line.longest) == (8, 1, 8)
    assert custody.age(spans, FRIDAY) == 18
    assert others.lines == ()


def test_units_keep_the_order_they_come_in_whatever_their_days() -> None:
    spans = [
        Held("unit", "县水利局", 1, date(2026, 11, 19), None),
        Held("unit", "县教育局", 2, date(2026, 11, 1), None),
        Held("team", "永安村", 1, date(2026, 11, 10), date(2026, 11, 19)),
    ]
    assert [one.name for one in lines_of(spans, FRIDAY)] == [
        "永安村",
        "县水利局",
        "县教育局",
    ]


@pytest.mark.parametrize(
    ("who", "lines"),
    [
        ("陈干事", [("township", "清水镇", 4), ("township", "云山乡", 1)]),
        ("周总队长", [("team", "永安村", 3), ("team", "柳树村", 1)]),
        ("冯总队长", [("team", "石桥村", 1)]),
    ],
)
async def test_a_township_sees_its_villages_and_the_county_its_townships(
    database: Database, lived: County, who: str, lines: list[tuple[str, str, int]]
) -> None:
    async with database.transaction() as db:
        await Pen(db, lived).issue("孙队长", moment(2, 9), "", "路断了", FRIDAY)
        await Pen(db, lived).issue("吴队员", moment(2, 9), "", "桥断了", FRIDAY)
        chart = await charts.holders(db, lived[who], FRIDAY)
    assert [(one.kind, one.name, one.issues) for one in chart.lines] == lines
    assert chart.merged == (who == "陈干事")


async def test_a_month_is_drawn_up_to_today(database: Database, lived: County) -> None:
    async with database.reading() as db:
        leader = lived["王队长"]
        chart = await charts.access_attendance(
            db, leader, team_of(leader), NOVEMBER, FRIDAY, RULES
        )
    facts = chart.facts()
    assert [one["day"] for one in facts["days"]] == [*range(1, FRIDAY.day + 1)]
    assert {len(row["marks"]) for row in facts["rows"]} == {FRIDAY.day}
