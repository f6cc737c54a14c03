"""Issue tables brought in: counted, placed, entered once, corrected without losing what people did."""

from datetime import date, timedelta

import pytest
from county import MONDAY, County
from issue_tables import HEADS, ID_NUMBER, bad_rows, nine_fifty_two_eighteen, rows

from ledger import audit, catalogue, custody, issue_rows, issue_steps, issues, people, units
from ledger.catalogue import Order
from ledger.catalogue_cells import day_in
from ledger.catalogue_match import Preview
from ledger.catalogue_places import Known, Place, Trouble, places_of
from ledger.catalogue_rows import read
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.issue_rows import Wanted
from ledger.issue_steps import Column
from ledger.people import Team
from ledger.rules import Rules
from ledger.table_cells import Row

TODAY = MONDAY.date()
KNOWN = Known(
    [
        Team(1, "永安村", 1, "清水镇"),
        Team(2, "柳树村", 1, "清水镇"),
        Team(3, "石桥村", 2, "云山乡"),
        Team(4, "永安村", 2, "云山乡"),
    ],
    {"清水镇": 1, "云山乡": 2},
)


def order(county: County, who: str = "陈干事", name: str = "省级巡视反馈") -> Order:
    return Order(name, "inspection", county[who], county[who].id)


async def looked(
    db: Session, county: County, lines: tuple[Row, ...], who: str = "陈干事"
) -> Preview:
    return await catalogue.preview(db, lines, order(county, who), sha256="ab", now=MONDAY)


async def bring(
    database: Database, county: County, lines: tuple[Row, ...], who: str = "陈干事"
) -> Preview:
    async with database.transaction() as db:
        found = await looked(db, county, lines, who)
        await catalogue.apply(db, found, order(county, who), now=MONDAY, rules=Rules())
    return found


# cells
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年4月30日", "2026-04-30"),
        ("2026年4月30日前", "2026-04-30"),
        ("2026年4月底前", "2026-04-30"),
        ("2026年4月", "2026-04-30"),
        ("2026.4.30", "2026-04-30"),
        ("2026.4", "2026-04-30"),
        ("2026/04/30", "2026-04-30"),
        ("20260430", "2026-04-30"),
        ("2026-04-30T00:00:00", "2026-04-30"),
        ("2026年3月—2026年5月", "2026-05-31"),
        ("12月底前", "2026-12-31"),
        ("10月底前", "2026-10-31"),
        ("4月30日前完成", "2027-04-30"),
        ("年底前", "2026-12-31"),
        ("2027年上半年", "2027-06-30"),
        ("2026年4月30日前，并长期坚持", "2026-04-30"),
    ],
)
def test_a_deadline_in_any_of_its_forms(text: str, day: str) -> None:
    assert str(day_in(text, TODAY)) == day


@pytest.mark.parametrize("text", ["长期坚持", "持续推进", "尽快", "46142", "2026年13月"])
def test_what_is_no_deadline(text: str) -> None:
    assert day_in(text, TODAY) is None


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("柳树村、石桥村", [(2, ""), (3, "")]),
        ("清水镇永安村张大山、王桂芳", [(1, "张大山"), (1, "王桂芳")]),
        ("清水镇永安村(张大山、王桂芳)、柳树村", [(1, "张大山"), (1, "王桂芳"), (2, "")]),
        ("柳树", [(2, "")]),
        ("柳树村委会", [(2, "")]),
        ("柳树村何满仓等5户", [(2, "何满仓")]),
        ("清水镇", [(0, "")]),
        ("各乡镇、各村", [(0, "")]),
    ],
)
def test_the_places_of_a_cell(cell: str, found: list[tuple[int, str]]) -> None:
    places = places_of((cell, "", "", ""), KNOWN)

    assert not isinstance(places, Trouble)
    assert [(one.team_id, one.household) for one in places] == found


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("永安村", "catalogues.two_villages"),
        ("杏花村", "catalogues.no_place"),
        ("张大山", "catalogues.no_place"),
        ("柳树村存在的一些情况", "catalogues.no_place"),
    ],
)
def test_a_place_nobody_knows(cell: str, reason: str) -> None:
    places = places_of((cell, "", "", ""), KNOWN)

    assert isinstance(places, Trouble)
    assert places.reason == reason


def test_a_township_brings_its_own_only() -> None:
    own = Known(KNOWN.teams, KNOWN.townships, own_township=1)

    assert isinstance(places_of(("石桥村", "", "", ""), own), Trouble)
    assert places_of(("全县", "", "", ""), own) == [Place(1, name="清水镇")]


# rows
def test_nine_aspects_fifty_two_items_eighteen_units() -> None:
    found = read(rows(*nine_fifty_two_eighteen()), TODAY)

    assert (len(found.aspects), found.items, len(found.units)) == (9, 52, 18)
    assert found.told == {"aspects": 9, "items": 52, "units": 18}
    assert not found.problems


def test_columns_in_any_order_and_aspects_across_the_sheet() -> None:
    lines = rows(
        ("安和县问题台账",), ("填表说明：如实填写",),
        ("完成时限", "存在问题", "序号", "牵头单位", "整改措施"),
        ("一、责任落实方面（2个问题）",),
        ("2026.12.31", "责任不清", "1", "县委组织部", "1.定责"),
        ("", "", "", "县财政局", "2.问责"),
        ("2026.12.31", "会议少", "2", "", ""),
        ("二、政策落实方面",),
        ("2026.12.31", "漏保", "1", "", ""),
        ("合计", "3个问题"),
    )  # fmt: skip
    found = read(lines, TODAY)

    assert [one.item_no for one in found.lines] == ["1-1", "1-2", "2-1"]
    assert [one.aspect for one in found.lines] == [
        "责任落实方面",
        "责任落实方面",
        "政策落实方面",
    ]
    assert found.lines[0].measure == "1.定责；2.问责"
    assert found.lines[0].units == ("县委组织部", "县财政局")
    assert (found.items, found.told["items"]) == (3, 3)


def test_a_table_without_problems_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read(rows(("姓名", "角色"), ("张三", "队员")), TODAY)

    assert refused.value.block == "catalogues.missing_columns"


def test_bad_rows_are_named_and_numbers_hidden() -> None:
    found = read(rows(*bad_rows()), TODAY)

    assert [(one.row, one.column, one.reason) for one in found.problems] == [
        (3, "整改时限", "catalogues.no_deadline"),
        (5, "问题", "tables.left_empty"),
        (6, "销号日期", "catalogues.no_closed_day"),
        (7, "", "tables.id_number"),
    ]
    phone = read(rows(HEADS, (1, "", "联系 13800000001 无人接", "")), TODAY)
    assert "13800000001" not in phone.lines[0].text
    assert phone.lines[0].text.startswith("联系 13*")


def test_a_faulty_row_does_not_shift_the_numbers_of_the_others() -> None:
    """One number for three problems, merged: 3, 3-2, 3-3, whether the second is faulty or not."""
    for due in ("2026年12月底前", "长期坚持"):
        lines = [(3, "", "甲", "永安村"), ("", "", "乙", "永安村", "", "", "", "", due)]
        found = read(rows(HEADS, *lines, ("", "", "丙", "永安村")), TODAY)

        assert {one.text: one.item_no for one in found.lines}["丙"] == "3-3"


def test_an_identity_number_among_added_measures_is_refused() -> None:
    lines = [(1, "", "甲", "永安村", "一"), ("", "", "", "", f"二，{ID_NUMBER}")]
    found = read(rows(HEADS, *lines), TODAY)

    assert [one.reason for one in found.problems] == ["tables.id_number"]
    assert found.lines[0].measure == "一"


# entering
async def test_the_catalogue_is_entered_once(database: Database, county: County) -> None:
    lines = rows(*nine_fifty_two_eighteen())
    found = await bring(database, county, lines)
    async with database.reading() as db:
        again = await looked(db, county, lines)
        listed = await issues.open_issues(db, county["陈干事"], limit=99)
        known = await units.known(db, county.id)

    assert (len(found.new), found.miscounts, found.problem_rows) == (52, (), 0)
    assert (again.changes_nothing, again.same) == (True, 52)
    assert len(listed) == 52
    assert len(known) == 18
    assert {one.holder_kind for one in listed} == {"unit"}


async def test_whose_it_is_and_in_whose_hands(database: Database, county: County) -> None:
    await bring(database, county, rows(*bad_rows()))
    async with database.reading() as db:
        (first,) = await issues.open_issues(db, county["陈干事"])
        closed = await issues.any_issue(db, first.id + 1)
        spans = await custody.spans(db, closed.id)

    assert (first.village, first.owner, first.responsible) == ("永安村", "李队员", "李队员")
    assert (first.holder_kind, first.holder, first.lead_unit) == (
        "unit",
        "县水务局",
        "县水务局",
    )
    assert (first.record_id, first.tags, first.category) == (0, "省级巡视反馈", "饮水")
    assert (closed.village, closed.state, closed.closed_day) == (
        "清水镇",
        "closed",
        "2026-10-30",
    )
    assert (closed.text_only, closed.owner, closed.lead_unit) == (1, "周总队长", "")
    assert custody.age(spans, TODAY) == 0
    assert spans[-1].until_day == "2026-10-30"


async def test_a_township_may_bring_its_own_only(database: Database, county: County) -> None:
    lines = rows(HEADS, (1, "", "甲", "柳树村"), (2, "", "乙", "石桥村"), (3, "", "丙", ""))
    found = await bring(database, county, lines, who="周总队长")

    assert [one.place.name for one in found.new] == ["柳树村", "清水镇"]
    assert [one.reason for one in found.problems] == ["catalogues.not_your_township"]


async def test_a_corrected_table_changes_only_what_differs(
    database: Database, county: County
) -> None:
    first = (
        1,
        "",
        "水泵老化",
        "永安村",
        "换水泵",
        "县水务局",
        "",
        "",
        "2026年12月31日",
        "",
        "",
    )
    second = (2, "", "路灯不亮", "柳树村", "", "", "", "", "2026年12月31日", "", "")
    await bring(database, county, rows(HEADS, first, second))
    async with database.transaction() as db:
        mine = {one.item_no: one for one in await issues.open_issues(db, county["陈干事"])}
        await issue_steps.describe(
            db, county["孙队长"], mine["2"], Column.MEASURE, "已联系供电所", now=MONDAY
        )
        await issue_steps.describe(
            db, county["王队长"], mine["1"], Column.MEASURE, "先修后换", now=MONDAY
        )
    better = (*first[:4], "换新水泵", "县电力公司", "", "", "2027年1月31日", "", "")
    told = (*second[:4], "换灯", *second[5:])
    found = await bring(database, county, rows(HEADS, better, told))
    async with database.reading() as db:
        now = {one.item_no: one for one in await issues.open_issues(db, county["陈干事"])}
        moved = await audit.history(db, mine["1"].subject)

    assert (found.ours, len(found.changed), found.new) == (2, 1, ())
    assert (now["1"].measure, now["2"].measure) == ("先修后换", "已联系供电所")
    assert (now["1"].due, now["1"].lead_unit, now["1"].holder) == (
        "2027-01-31", "县电力公司", "县电力公司",
    )  # fmt: skip
    assert [one["kind"] for one in moved][-1] == "issue.imported"
    async with database.reading() as db:
        again = await looked(db, county, rows(HEADS, better, told))
    assert again.changes_nothing


async def test_what_is_struck_off_or_left_out_is_left_alone(
    database: Database, county: County
) -> None:
    closed = (1, "", "水泵老化", "永安村", "", "", "", "", "2026-10-31", "已销号", "2026-10-30")
    other = (2, "", "路灯不亮", "柳树村", "", "", "", "", "2026年12月31日", "", "")
    await bring(database, county, rows(HEADS, closed, other))
    again = (*closed[:2], "水泵又坏了", *closed[3:9], "整改中", "")
    found = await bring(database, county, rows(HEADS, again))

    assert (found.ended, found.absent, found.changes_nothing) == (1, 1, True)


async def test_two_rows_of_one_number_and_place_are_a_problem(
    database: Database, county: County
) -> None:
    line = (1, "", "水泵老化", "永安村")
    async with database.reading() as db:
        found = await looked(db, county, rows(HEADS, line, line))

    assert [(one.row, one.reason) for one in found.problems] == [(3, "catalogues.same_issue")]


async def test_a_deadline_without_a_year_stays_the_same_half_a_year_later(
    database: Database, county: County
) -> None:
    lines = rows(HEADS, (1, "", "水泵老化", "永安村", "", "", "", "", "4月30日前"))
    await bring(database, county, lines)
    async with database.reading() as db:
        later = MONDAY + timedelta(days=300)
        found = await catalogue.preview(db, lines, order(county), sha256="ab", now=later)

    assert found.changes_nothing
    assert found.undated == 1


async def test_the_days_of_an_old_ledger_add_up(database: Database, county: County) -> None:
    heads = (*HEADS, "发现日期")
    line = (
        1,
        "",
        "水泵老化",
        "永安村",
        "",
        "县水务局",
        "",
        "",
        "2026-10-31",
        "",
        "",
        "2026-10-01",
    )
    await bring(database, county, rows(heads, line))
    async with database.reading() as db:
        (issue,) = await issues.open_issues(db, county["陈干事"])
        spans = await custody.spans(db, issue.id)

    assert issue.found_day == "2026-10-01"
    assert custody.age(spans, TODAY) == (TODAY - date(2026, 10, 1)).days
    assert await _verified(database)


async def _verified(database: Database) -> bool:
    async with database.reading() as db:
        verdict = await audit.verify(db)
        assert len(await people.roster(db)) == 10
    return not verdict.faults


async def test_a_row_with_three_faults_names_all_three(
    database: Database, county: County
) -> None:
    line = ("1", "责任落实", "水泵老化", "杏花村", "", "", "", "", "长期坚持", "已销号", "")
    async with database.reading() as db:
        found = await looked(db, county, rows(HEADS, line))

    assert {one.column for one in found.problems} == {"涉及村/户", "整改时限", "销号日期"}
    assert found.problem_rows == 1


async def test_a_table_of_another_name_with_the_same_issues_is_pointed_out(
    database: Database, county: County
) -> None:
    line = ("1", "责任落实", "水泵老化", "永安村", "", "", "", "", "2026-12-31", "", "")
    await bring(database, county, rows(HEADS, line))
    async with database.reading() as db:
        other = order(county, name="巡视整改")
        found = await catalogue.preview(db, rows(HEADS, line), other, sha256="ab", now=MONDAY)
        again = await looked(db, county, rows(HEADS, line))

    assert [(one.name, one.count) for one in found.twins] == [("省级巡视反馈", 1)]
    assert again.twins == ()


async def test_what_came_in_struck_off_shows_the_verifier_of_the_table(
    database: Database, county: County
) -> None:
    heads = (*HEADS, "核验人")
    told = (
        "1",
        "责任落实",
        "水泵老化",
        "永安村",
        "",
        "",
        "",
        "",
        "",
        "已销号",
        "2026-03-20",
        "马镇长",
    )
    bare = (
        "2",
        "责任落实",
        "路灯坏了",
        "永安村",
        "",
        "",
        "",
        "",
        "",
        "已销号",
        "2026-03-20",
        "",
    )
    await bring(database, county, rows(heads, told, bare))
    async with database.reading() as db:
        pages = issue_rows.pages(db, county["陈干事"], Wanted())
        found = [row async for page in pages for row in page]

    assert [one.verifier for one in found] == ["马镇长", ""]
