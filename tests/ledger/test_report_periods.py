"""The days of 旬报 and 月报, the three tiers of townships, and laws every report keeps."""

import calendar
from collections.abc import AsyncIterator
from dataclasses import asdict, fields, replace
from datetime import date, timedelta

import pytest
from county import County
from hypothesis import given
from hypothesis import strategies as st
from lived_week import FRIDAY, RULES, Pen, live, moment

from handlers import reports
from ledger.back_checks import wilson
from ledger.database import Database, Session
from ledger.errors import Misunderstood
from ledger.periods import COUNTED
from ledger.reports import daily, monthly, my_month, store, tenday, weekly
from ledger.reports.facts import Depth, Figures, Report, Share, Window, place_of
from ledger.reports.sheet import gather
from ledger.reports.tiers import FEWEST, LOWEST, Tier, lowest, tiered

TODAY = date(2026, 11, 23)
LATER = moment(30, 9) + timedelta(days=10)
WINDOWS = [
    daily.window(FRIDAY, RULES), weekly.window(FRIDAY, FRIDAY), tenday.window(FRIDAY, FRIDAY),
    monthly.window(FRIDAY, FRIDAY),
]  # fmt: skip
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
DUE = st.integers(0, 60).flatmap(lambda due: st.tuples(st.just(due), st.integers(0, due)))
TOWNS = st.dictionaries(st.text("甲乙丙丁戊己庚辛", min_size=1), DUE, max_size=8)
ORDER = [Tier.BELOW, Tier.LIKE, Tier.ABOVE]


@pytest.fixture
async def lived(database: Database) -> County:
    return await live(database)


@pytest.fixture
async def db(database: Database, lived: County) -> AsyncIterator[Session]:
    async with database.transaction() as session:
        yield session


async def see(db: Session, county: County, who: str, window: Window) -> Report:
    asker = county[who]
    return (await store.look(db, asker, place_of(asker), window, now=LATER)).report


# days
@pytest.mark.parametrize(
    ("day", "period", "first", "last"),
    [
        (date(2026, 1, 31), "2026-01-T3", date(2026, 1, 21), date(2026, 1, 31)),
        (date(2027, 2, 28), "2027-02-T3", date(2027, 2, 21), date(2027, 2, 28)),
        (date(2028, 2, 29), "2028-02-T3", date(2028, 2, 21), date(2028, 2, 29)),
        (date(2026, 11, 10), "2026-11-T1", date(2026, 11, 1), date(2026, 11, 10)),
        (date(2026, 12, 31), "2026-12-T3", date(2026, 12, 21), date(2026, 12, 31)),
    ],
)
def test_ten_days_end_where_their_month_ends(
    day: date, period: str, first: date, last: date
) -> None:
    found = tenday.window(day, day)
    assert (found.period, found.span.first, found.span.last) == (period, first, last)
    assert found.as_of == day


def test_what_came_before_may_lie_in_another_year() -> None:
    first = date(2027, 1, 1)
    assert tenday.window(first, first).before.first == date(2026, 12, 21)
    assert monthly.window(first, first).before.key == 202612
    assert daily.window(first, RULES).before.last == date(2026, 12, 31)
    assert weekly.window(first, first).before.last == date(2026, 12, 27)


@given(DAYS)
def test_the_windows_of_all_days_touch_without_a_gap(day: date) -> None:
    for window in (tenday.window(day, day), monthly.window(day, day)):
        assert window.span.first <= day <= window.span.last
        assert window.before.last + timedelta(days=1) == window.span.first
        assert window.span.first <= window.as_of <= window.span.last
    month = monthly.window(day, day).span
    assert month.last.day == calendar.monthrange(day.year, day.month)[1]


@pytest.mark.parametrize(
    ("kind", "said", "day", "rest"),
    [
        ("tenday", "", TODAY, ""),
        ("tenday", "上一旬", date(2026, 11, 11), ""),
        ("tenday", "11月中旬 清水镇", date(2026, 11, 11), "清水镇"),
        ("tenday", "清水镇 上旬", date(2026, 11, 1), "清水镇"),
        ("tenday", "上月下旬", date(2026, 10, 21), ""),
        ("tenday", "12月上旬", date(2025, 12, 1), ""),
        ("tenday", "2026-11-11", date(2026, 11, 11), ""),
        ("monthly", "上月", date(2026, 10, 1), ""),
        ("monthly", "十月份", date(2026, 10, 1), ""),
        ("monthly", "12月", date(2025, 12, 1), ""),
        ("monthly", "2025年12月 清水镇", date(2025, 12, 1), "清水镇"),
        ("monthly", "10月5日", date(2026, 10, 5), ""),
        ("weekly", "上周", date(2026, 11, 16), ""),
        ("daily", "昨天的", date(2026, 11, 22), ""),
    ],
)
def test_how_a_period_is_said(kind: str, said: str, day: date, rest: str) -> None:
    asked = reports.read(said, reports.ASKING[kind], today=TODAY)
    assert (asked.day, asked.rest) == (day, rest)


def test_a_third_that_has_not_begun_is_last_month_s() -> None:
    asked = reports.read("下旬", reports.ASKING["tenday"], today=date(2027, 1, 5))
    assert asked.day == date(2026, 12, 21)


def test_what_is_wanted_of_a_report_stands_behind_it() -> None:
    monthly_one = reports.ASKING["monthly"]
    asked = reports.read("10月 清水镇 依据 12", monthly_one, today=TODAY)
    assert (asked.rest, asked.basis, asked.number) == ("清水镇", True, 12)
    assert reports.read("上月 明细", monthly_one, today=TODAY).details
    assert reports.read("上月 Word", monthly_one, today=TODAY).forms == ("word",)
    with pytest.raises(Misunderstood):
        reports.read("13月", monthly_one, today=TODAY)


# laws
@pytest.mark.parametrize("window", WINDOWS, ids=[one.kind for one in WINDOWS])
async def test_the_parts_add_up_to_the_whole(
    db: Session, lived: County, window: Window
) -> None:
    of_all = {one.name for one in fields(Figures)} - {"told"}  # messages: of the county alone
    for who in ("周总队长", "陈干事"):
        found = await see(db, lived, who, window)
        assert found.parts
        for name in of_all:
            parts = sum(getattr(one.figures, name) for one in found.parts)
            assert parts == getattr(found.figures, name), name
    assert not (await see(db, lived, "王队长", window)).parts


@pytest.mark.parametrize("window", WINDOWS, ids=[one.kind for one in WINDOWS])
async def test_the_order_of_rows_makes_no_difference(
    db: Session, lived: County, window: Window
) -> None:
    place = replace(place_of(lived["陈干事"]), tiers=True)
    sheet = await gather(db, place.scope, window, depth=Depth.LISTS)
    turned = replace(sheet, items=tuple(reversed(sheet.items)))
    make = store.MAKERS[window.kind]
    assert make(sheet, place, now=LATER) == make(turned, place, now=LATER)


@pytest.mark.parametrize("window", WINDOWS, ids=[one.kind for one in WINDOWS])
async def test_what_went_out_is_read_back_whole(
    db: Session, lived: County, window: Window
) -> None:
    place = replace(place_of(lived["陈干事"]), tiers=True)
    sheet = await gather(db, place.scope, window, depth=place.depth)
    made = store.MAKERS[window.kind](sheet, place, now=LATER)
    await store.keep(db, [made], now=LATER)
    assert await store.kept(db, window.kind, window.period, place) == made


async def test_the_period_before_is_that_period_s_own_roll_up(
    db: Session, lived: County
) -> None:
    day = daily.window(FRIDAY, RULES)
    thursday = daily.window(FRIDAY - timedelta(days=1), RULES)
    before = (await see(db, lived, "陈干事", day)).before
    own = (await see(db, lived, "陈干事", thursday)).figures
    assert before is not None
    assert {name: getattr(before, name) for name in COUNTED} == {
        name: getattr(own, name) for name in COUNTED
    }
    assert before.closed == 1


async def test_a_month_counts_tiers_days_and_those_on_duty_elsewhere(
    db: Session, lived: County
) -> None:
    found = await see(db, lived, "陈干事", monthly.window(FRIDAY, FRIDAY))
    figures = found.figures
    assert figures.at_once + figures.general + figures.complex == figures.standing == 3
    assert (figures.posted, figures.on_leave, figures.trips) == (6, 1, 0)
    assert found.days_open is None  # one case says nothing
    await db.connection.execute("UPDATE leave SET kind = '公差'")
    again = await see(db, lived, "陈干事", monthly.window(FRIDAY, FRIDAY))
    assert (again.figures.on_leave, again.figures.trips) == (0, 1)


async def test_a_township_s_first_calls_are_told_from_those_made_again(
    db: Session, lived: County
) -> None:
    await Pen(db, lived).visit("李队员", moment(10, 9), "张大山", "看望")
    found = await see(db, lived, "王队长", weekly.window(FRIDAY, FRIDAY))
    called = found.listed("called").shown
    assert [(one.household, one.number, one.waiting) for one in called] == [("张大山", 2, 0)]


async def test_before_the_ledger_began_no_team_has_failed_to_record(
    db: Session, lived: County
) -> None:
    october = await see(db, lived, "陈干事", monthly.window(date(2026, 10, 5), FRIDAY))
    assert not [one for one in october.alarms if one.sort == "silent"]
    november = await see(db, lived, "陈干事", monthly.window(FRIDAY, FRIDAY))
    (silent,) = [one for one in november.alarms if one.sort == "silent"]
    assert [one.place for one in silent.spots] == ["云山乡石桥村"]


async def test_a_county_that_waited_to_use_the_ledger_compares_with_nothing_before(
    db: Session, lived: County
) -> None:
    """The roster was there in October, the first record came on 9 November."""
    await db.connection.execute("DROP TRIGGER ev_keeps_rows")
    await db.connection.execute("UPDATE ev SET at = at - 5184000000")  # sixty days
    october = await see(db, lived, "陈干事", monthly.window(date(2026, 10, 5), FRIDAY))
    november = await see(db, lived, "陈干事", monthly.window(FRIDAY, FRIDAY))

    assert not [one for one in october.alarms if one.sort == "silent"]
    assert (november.before, november.in_use) == (None, "2026-11-09")
    assert (await see(db, lived, "陈干事", daily.window(FRIDAY, RULES))).in_use == ""


# tiers
@given(TOWNS)
def test_a_tier_is_an_interval_wholly_on_one_side(towns: dict[str, tuple[int, int]]) -> None:
    due, closed = (sum(each[n] for each in towns.values()) for n in (0, 1))
    found = tiered(towns)
    assert [one.township for one in found] == [*towns]
    for one in found:
        low, high = wilson(one.closed, one.due)
        if one.due < FEWEST:
            assert one.tier == Tier.FEW
        else:
            assert (one.tier == Tier.ABOVE) == (low > closed / due)
            assert (one.tier == Tier.BELOW) == (high < closed / due)


@given(TOWNS)
def test_the_order_of_townships_moves_nobody_s_tier(towns: dict[str, tuple[int, int]]) -> None:
    turned = dict(reversed(towns.items()))
    assert set(tiered(towns)) == set(tiered(turned))


@given(st.integers(FEWEST, 60), st.integers(0, 59), st.integers(30, 200), st.integers(0, 200))
def test_who_strikes_off_more_of_as_many_never_stands_lower(
    due: int, closed: int, others: int, others_closed: int
) -> None:
    closed, others_closed = min(closed, due - 1), min(others_closed, others)
    pair = {"甲镇": (due, closed), "乙镇": (due, closed + 1), "丙乡": (others, others_closed)}
    less, more, _ = (ORDER.index(Tier(one.tier)) for one in tiered(pair))
    assert less <= more


def test_the_lowest_are_of_those_below_alone_and_in_the_roster_s_order() -> None:
    towns = {
        "甲镇": (100, 95),
        "乙镇": (40, 10),
        "丙乡": (40, 2),
        "丁乡": (40, 8),
        "戊乡": (40, 4),
    }
    assert [one.township for one in lowest(tiered(towns))] == ["丙乡", "丁乡", "戊乡"]
    assert lowest(tiered({"甲镇": (9, 0), "乙镇": (100, 99)})) == ()
    assert lowest(tiered({"甲镇": (30, 15), "乙镇": (30, 16)})) == ()


@given(TOWNS)
def test_never_more_than_three_are_named(towns: dict[str, tuple[int, int]]) -> None:
    named = lowest(tiered(towns))
    assert len(named) <= LOWEST
    assert all(one.tier == Tier.BELOW and one.due >= FEWEST for one in named)


async def test_nobody_is_named_unless_the_switch_is_on_and_a_person_wants_it(
    db: Session, lived: County
) -> None:
    place = place_of(lived["陈干事"])
    window = monthly.window(FRIDAY, FRIDAY)
    sheet = await gather(db, place.scope, window)
    off = monthly.make(sheet, place, now=LATER, bottom=True)
    assert (off.shares, off.bottom) == ((), ())
    on = monthly.make(sheet, replace(place, tiers=True), now=LATER)
    assert [one.township for one in on.shares] == ["清水镇"]
    assert on.bottom == ()


# one's own month
async def test_a_month_of_one_s_own_counts_one_s_own_records_alone(
    db: Session, lived: County
) -> None:
    async def month(who: str) -> my_month.MyMonth:
        return await my_month.of_person(db, lived[who], FRIDAY, now=LATER, rules=RULES)

    assert asdict((await month("李队员")).figures) == {
        "visits": 2, "households": 1, "opened": 1, "closed": 0, "promised": 0, "studied": 2,
    }  # fmt: skip
    assert (await month("李队员")).topics == ("中央一号文件",)
    assert (await month("钱队员")).figures.closed == 1
    assert (await month("吴队员")).figures == my_month.Figures()


@pytest.mark.parametrize("figure", [one.name for one in fields(my_month.Figures)])
async def test_each_figure_of_one_s_month_is_as_long_as_its_list(
    db: Session, lived: County, figure: str
) -> None:
    for who in ("李队员", "王队长", "钱队员"):
        person = lived[who]
        found = await my_month.of_person(db, person, FRIDAY, now=LATER, rules=RULES)
        rows = my_month.sql.lines(
            db.connection, figure=figure, first=found.first, last=found.last, person=person.id,
            skip=0, most=99, team=person.team_id,
        )  # fmt: skip
        assert len([row async for row in rows]) == getattr(found.figures, figure)


def test_a_share_of_before_has_neither_tier_nor_interval() -> None:
    assert Share("清水镇", 3, 1).percent == 33
