"""The roster's import: what a table would change, what it may not, and that nothing else moves."""

import pytest
from county import MONDAY, County
from hypothesis import given
from hypothesis import strategies as st

from ledger import audit, people, roster
from ledger.database import Database
from ledger.errors import Refused
from ledger.people import Role
from ledger.roster_cells import Row, clean, group_name, heading, holds_id_number, role_of
from ledger.roster_match import Preview
from templates.words import Words

AREA = "110101"  # how an identity number begins; none stands whole in this file
HEADS = "姓名 角色 乡镇 村 派出单位 手机号 职务"


def sheet(*lines: str, heads: str = HEADS, name: str = "人员") -> list[Row]:
    """A table as people write it: cells parted by spaces, a dot for an empty one."""
    rows = []
    for number, line in enumerate((heads, *lines), 1):
        cells = tuple("" if cell == "." else cell for cell in line.split(" "))
        rows.append(Row(name, number, cells))
    return rows


async def look(database: Database, rows: list[Row], county: str | None = None) -> Preview:
    async with database.reading() as db:
        return await roster.preview(db, rows, county=county, sha256="ab" * 32, now=MONDAY)


async def bring_in(database: Database, rows: list[Row], county: str | None = None) -> Preview:
    found = await look(database, rows, county)
    async with database.transaction() as db:
        await roster.apply(db, found, by=audit.SYSTEM, now=MONDAY)
    return found


def reasons(found: Preview) -> list[tuple[int, str, str]]:
    """Row, column and words of every problem."""
    return [
        (one.row, one.column, str(Words().say(one.reason, **one.facts)))
        for one in found.problems
    ]


# headings
async def test_headings_are_understood_as_people_write_them(database: Database) -> None:
    rows = [
        Row("花名册", 1, ("安和县驻村工作队员花名册",)),
        Row("花名册", 2, ("填表说明：每行一人", "", "2026年")),
        Row(
            "花名册",
            4,
            ("序号", "姓　名*", "角 色：", "所在乡镇", "所在村", "联系电话（11位）"),
        ),
        Row(
            "花名册",
            5,
            ("1", "李　明", "驻村工作队员", "清水镇", "永安村", "１３８００００００１１"),
        ),
    ]

    found = await look(database, rows, "安和县")

    (line,) = found.new
    assert (line.row, line.county) == (5, "安和县")
    assert line.entry == roster.Entry(
        "李明", Role.MEMBER, "清水镇", "永安村", phone="13800000011"
    )


async def test_missing_columns_are_named_together_with_what_was_found(
    database: Database,
) -> None:
    rows = sheet("李明 永安村", heads="名字 住村 电话")

    with pytest.raises(Refused) as refused:
        await look(database, rows)

    said = Words().say(refused.value.block, **refused.value.facts)
    assert said.splitlines() == [
        "“人员”表缺少“角色”“县”列；找到的是：名字、住村、电话。",
        "请补上再导入；全表同一个县时，也可以在命令后写 --county 县名。",
    ]


async def test_the_county_may_be_left_out_where_only_one_is_meant(
    database: Database, county: County
) -> None:
    line = "何新 队员 清水镇 永安村"

    assert (await look(database, sheet(line))).new[0].county == "安和县"
    assert (await look(database, sheet(line), "平山县")).new[0].county == "平山县"
    async with database.transaction() as db:
        await roster.ensure_county(db, "平山县")
    with pytest.raises(Refused):
        await look(database, sheet(line))


async def test_a_row_of_another_county_than_the_one_given_is_left_out(
    database: Database,
) -> None:
    rows = sheet("何新 县 安和县", "马力 县 平山县", "田野 县", heads="姓名 角色 县")

    found = await look(database, rows, "安和县")

    assert [one.entry.name for one in found.new] == ["何新", "田野"]
    assert reasons(found) == [(3, "县", "“平山县”与指定的“安和县”不同")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("队员", (Role.MEMBER, "")),
        ("驻村工作队员", (Role.MEMBER, "")),
        ("驻村队员", (Role.MEMBER, "")),
        ("队长", (Role.LEADER, "队长")),
        ("驻村工作队队长", (Role.LEADER, "队长")),
        ("驻村第一书记", (Role.LEADER, "第一书记")),
        ("第一书记、工作队队长", (Role.LEADER, "第一书记兼队长")),
        ("第一书记(队长)", (Role.LEADER, "第一书记兼队长")),
        ("乡镇总队长", (Role.TOWNSHIP, "总队长")),
        ("乡镇", (Role.TOWNSHIP, "")),
        ("县", (Role.COUNTY, "")),
        ("副队长", None),
        ("队员、县", None),
        ("", None),
        ("、", None),
    ],
)
def test_roles_are_read_as_written(written: str, meant: object) -> None:
    assert role_of(written) == meant


def test_a_group_has_one_form() -> None:
    assert {group_name(one) for one in ("3", "3组", "三组", "第三村民小组", "第3小组")} == {
        "三组"
    }
    assert [group_name(one) for one in ("12", "20", "0", "3.5", "东头", "", "120")] == [
        "十二组", "二十组", "0", "3.5", "东头", "", "120",
    ]  # fmt: skip


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_leaves_nothing_invisible(text: str) -> None:
    once = clean(text)

    assert clean(once) == once
    assert once == once.strip()
    assert once.isprintable()
    heading(text), holds_id_number(text), group_name(once), role_of(once)


# rows
async def test_what_is_wrong_with_a_row_is_said_with_its_number_and_column(
    database: Database, county: County
) -> None:
    rows = sheet(
        "甲一 保洁 清水镇 永安村",
        "乙二 队员 清水镇 .",
        ". 队员 清水镇 永安村",
        "丙三 乡镇",
        "丁四 队员 . 无名村",
        "戊五 队员 清水镇 永安村 . 1380000",
        "己六 . 清水镇 永安村 . 0991-1234567",
        f"{'长' * 61} 县",
        ". . . . .",
    )

    found = await look(database, rows)

    assert reasons(found) == [
        (2, "角色", "“保洁”不认识，可写：队员、队长、第一书记、乡镇、县"),
        (3, "村", "没有写（合并的格子请拆开，每行都写）"),
        (4, "姓名", "没有写（合并的格子请拆开，每行都写）"),
        (5, "乡镇", "没有写（合并的格子请拆开，每行都写）"),
        (6, "乡镇", "没有写（合并的格子请拆开，每行都写）"),
        (7, "手机号", "“1380000”不是 11 位手机号"),
        (8, "角色", "没有写（合并的格子请拆开，每行都写）"),
        (8, "手机号", "“0991-1234567”不是 11 位手机号"),
        (9, "姓名", "超过 60 个字"),
    ]
    assert (found.problem_rows, found.new) == (8, [])


@pytest.mark.parametrize(
    "cell",
    ["=1+1", '=HYPERLINK("x")', "＝1", "+1", "-张三", "@张三", "\t张三", "#N/A", "#REF!"],
)
@pytest.mark.parametrize("place", [0, 3, 5])
async def test_a_formula_is_a_problem_wherever_it_stands(
    database: Database, county: County, cell: str, place: int
) -> None:
    cells = ["何新", "队员", "清水镇", "永安村", "县水利局", "13800000099"]
    cells[place] = cell
    rows = [*sheet(), Row("人员", 2, tuple(cells))]

    found = await look(database, rows)

    assert [one[2] for one in reasons(found)] == ["是公式，不是文字，请改成文字"]
    assert found.new == []


@pytest.mark.parametrize(
    "written",
    ["13800000099", "138 0000 0099", "138-0000-0099", "+86 13800000099", "13800000099.0"],
)
async def test_a_phone_is_read_in_every_usual_form(
    database: Database, county: County, written: str
) -> None:
    cells = ("何新", "队员", "清水镇", "永安村", "-", written, "—")

    found = await look(database, [*sheet(), Row("人员", 2, cells)])

    assert found.new[0].entry.phone == "13800000099"
    assert (found.new[0].entry.home_unit, found.new[0].entry.title) == ("", "")


@pytest.mark.parametrize(
    "cell",
    [
        f"{AREA}19900307451X",
        f"{AREA} 19900307 4514",
        f"{AREA}900307451",
        f"证号{AREA}199003074514",
        f"{AREA}199003074000",  # what a spreadsheet makes of one typed as a number
        "１１０１０１" + "１９９００３０７４５１４",
    ],
)
async def test_an_identity_number_in_any_cell_keeps_the_row_out(
    database: Database, county: County, cell: str
) -> None:
    row = Row("人员", 2, ("何新", "队员", "清水镇", "永安村", "", "", "", "", "", cell))

    found = await look(database, [*sheet(), row])

    assert reasons(found) == [(2, "", "写有身份证号，请删去：身份证号不要放进花名册")]
    assert found.new == []
    assert cell not in str(found)


def test_phones_and_long_numbers_are_no_identity_numbers() -> None:
    for text in ("13800000001 13800000002", "2026112309000000", "", "6222020200012345678"):
        assert not holds_id_number(text)


async def test_a_township_is_found_by_its_village_when_only_one_has_it(
    database: Database, county: County
) -> None:
    found = await look(database, sheet("何新 队员 . 永安村", "马力 队员 云山乡 永安村"))

    assert reasons(found) == [(2, "乡镇", "没有写（合并的格子请拆开，每行都写）")]
    found = await look(database, sheet("何新 队员 . 永安村"))
    assert found.new[0].entry.township == "清水镇"


async def test_staff_have_no_village_and_county_people_no_township(
    database: Database, county: County
) -> None:
    found = await look(database, sheet("何新 乡镇 清水镇 永安村", "马力 县 清水镇 永安村"))

    assert [(one.entry.township, one.entry.village) for one in found.new] == [
        ("清水镇", ""),
        ("", ""),
    ]


async def test_a_leader_is_called_by_his_role(database: Database, county: County) -> None:
    found = await look(
        database,
        sheet(
            "何新 第一书记 清水镇 永安村 . . 副局长",
            "马力 队长 清水镇 永安村 . . 第一书记兼队长",
            "田野 队员 清水镇 永安村 . . 科员",
        ),
    )

    assert [one.entry.title for one in found.new] == ["第一书记", "第一书记兼队长", "科员"]


# twice the same
async def test_a_phone_that_stands_twice_is_a_problem_with_both_rows(
    database: Database, county: County
) -> None:
    found = await look(
        database,
        sheet("何新 队员 清水镇 永安村 . 13800000099", "马力 队员 清水镇 永安村 . 13800000099"),
    )

    assert [one.entry.name for one in found.new] == ["何新"]
    assert reasons(found) == [(3, "手机号", "与第 2 行（何新）重复")]


async def test_a_phone_of_somebody_else_in_the_ledger_is_a_problem_with_his_name(
    database: Database, county: County
) -> None:
    found = await look(database, sheet("何新 队员 清水镇 柳树村 . 13800000002"))

    assert reasons(found) == [(2, "手机号", "与台账里的 李队员（永安村）重复")]


async def test_a_person_of_another_county_is_not_named(
    database: Database, county: County
) -> None:
    found = await look(database, sheet("何新 县 . . . 13800000002"), "平山县")

    assert reasons(found) == [(2, "手机号", "与别县的一位人员重复")]


async def test_two_people_may_swap_their_phones(database: Database, county: County) -> None:
    found = await bring_in(
        database,
        sheet(
            "李队员 队员 清水镇 永安村 . 13800000003", "赵队员 队员 清水镇 永安村 . 13800000002"
        ),
    )

    assert (len(found.changed), found.problems) == (2, [])
    async with database.reading() as db:
        li = await people.by_id(db, county["李队员"].id)
    assert li.phone == "13800000003"


async def test_a_phone_stays_taken_when_the_row_that_would_free_it_is_left_out(
    database: Database, county: County
) -> None:
    found = await look(
        database,
        sheet(
            "李队员 队员 清水镇 永安村 . 13800000001", "何新 队员 清水镇 永安村 . 13800000002"
        ),
    )

    assert reasons(found) == [
        (2, "手机号", "与台账里的 王队长（永安村）重复"),
        (3, "手机号", "与台账里的 李队员（永安村）重复"),
    ]


async def test_the_same_person_twice_in_a_file_is_entered_once(
    database: Database, county: County
) -> None:
    found = await look(
        database,
        sheet(
            "何新 队员 清水镇 永安村",
            "何 新 队员 清水镇 永安村",
            "何新 队员 清水镇 永安村 . 13800000099",
            "何新 队员 清水镇 柳树村",
        ),
    )

    assert [one.row for one in found.new] == [2, 5]
    assert [one[0] for one in reasons(found)] == [3, 4]


async def test_namesakes_of_one_village_are_told_apart_by_phone(
    database: Database, county: County
) -> None:
    both = sheet(
        "何新 队员 清水镇 永安村 . 13800000098", "何新 队员 清水镇 永安村 . 13800000099"
    )
    assert len((await bring_in(database, both)).new) == 2
    assert (await look(database, both)).same == 2

    found = await look(database, sheet("何新 队员 清水镇 永安村 县水利局"))

    assert reasons(found) == [(2, "姓名", "同村有同名的人，认不准是哪一位，请写上原来的手机号")]


# changes
async def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    rows = [
        *sheet(
            "安和县 何新 第一书记 清水镇 永安村 县水利局 13800000091",
            "安和县 马力 队员 清水镇 永安村 县税务局 13800000092 科员",
            "安和县 田野 乡镇 清水镇",
            "安和县 石磊 县",
            heads=f"县 {HEADS}",
        ),
        *sheet(
            "永安村 张大山 3 脱贫户", "永安村 王桂芳 一组 .", heads="村 户主 组 类型", name="户"
        ),
    ]

    first = await bring_in(database, rows)
    again = await look(database, rows)

    assert (len(first.new), len(first.new_households), first.problems) == (4, 2, [])
    assert first.new_places == ["安和县", "清水镇", "永安村"]
    assert (again.same, again.same_households, again.changes_nothing) == (4, 2, True)
    assert again.new_places == []


async def test_a_changed_row_says_what_changes_and_empty_cells_change_nothing(
    database: Database, county: County
) -> None:
    found = await bring_in(
        database,
        sheet("李队员 第一书记 清水镇 永安村 . 13900000002", "赵队员 队员 清水镇 永安村"),
    )

    (change,) = found.changed
    assert change.differing == {
        "role": ("member", "leader"),
        "title": ("", "第一书记"),
        "phone": ("13800000002", "13900000002"),
    }
    assert found.same == 1
    async with database.reading() as db:
        li = await people.by_id(db, county["李队员"].id)
        assert await people.by_id(db, county["赵队员"].id) == county["赵队员"]
    assert (li.role, li.title, li.phone, li.home_unit) == (
        Role.LEADER, "第一书记", "13900000002", "县水利局",
    )  # fmt: skip


async def test_a_person_known_by_phone_moves_to_another_village(
    database: Database, county: County
) -> None:
    await bring_in(database, sheet("王队长 队员 云山乡 新岭村 . 13800000001"))

    async with database.reading() as db:
        wang = await people.by_id(db, county["王队长"].id)
    assert (wang.village, wang.township, wang.role, wang.title) == (
        "新岭村", "云山乡", Role.MEMBER, "",
    )  # fmt: skip


async def test_who_is_not_in_the_file_stays_as_he_is(
    database: Database, county: County
) -> None:
    async with database.reading() as db:
        before = await people.roster(db)

    await bring_in(database, sheet("何新 队员 清水镇 永安村"))

    async with database.reading() as db:
        after = await people.roster(db)
    assert [one for one in after if one.name != "何新"] == before


async def test_problem_rows_are_left_out_and_the_rest_is_entered(
    database: Database, county: County
) -> None:
    found = await bring_in(
        database,
        sheet("何新 队员 清水镇 永安村", "=1 队员 清水镇 永安村", "马力 队员 清水镇 柳树村"),
    )

    assert found.problem_rows == 1
    async with database.reading() as db:
        names = {one.name for one in await people.roster(db)}
    assert {"何新", "马力"} <= names
    assert not any("=" in name for name in names)


# households
async def test_households_are_new_changed_the_same_or_a_problem(
    database: Database, county: County
) -> None:
    found = await bring_in(
        database,
        sheet(
            "永安村 张大山 3 脱贫户",
            "永安村 王桂芳 . .",
            "永安村 刘福来 . 监测户",
            "永安村 赵新户 六组 一般户",
            "永安村 赵新户 第六组 .",
            "无名村 马家 . .",
            ". 马家 . .",
            heads="村 户主 组 类型",
            name="户",
        ),
    )

    assert [(one.before.name, one.group, one.kind) for one in found.changed_households] == [
        ("张大山", "三组", "脱贫户")
    ]
    assert found.same_households == 1
    assert [(one.name, one.group) for one in found.new_households] == [("赵新户", "六组")]
    assert reasons(found) == [
        (4, "组", "没写清：这个村有几户同名，请写上各户的组"),
        (6, "户主", "与第 5 行重复"),
        (7, "村", "“无名村”还没有工作队，请先在“人员”表写上这个村的队员"),
        (8, "村", "没有写（合并的格子请拆开，每行都写）"),
    ]


async def test_a_household_entered_by_chat_gets_its_group_from_the_file(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        id = await people.add_household(db, county["李队员"].team_id, "何老汉")

    rows = sheet("永安村 何老汉 四组", "永安村 何老汉 .", heads="村 户主 组", name="户")
    await bring_in(database, rows[:2])

    async with database.reading() as db:
        known = {one.id: one for one in await people.households(db, county["李队员"])}
    assert known[id].group_name == "四组"
    found = await bring_in(database, rows)
    assert (found.same_households, len(found.new_households)) == (1, 1)


async def test_households_alone_are_told_by_their_heading(
    database: Database, county: County
) -> None:
    rows = sheet("清水镇 永安村 何老汉", heads="乡镇 所在村 户主姓名", name="Sheet1")

    assert len((await look(database, rows)).new_households) == 1


# evidence
async def test_every_change_is_in_the_log_and_the_import_is_one_event(
    database: Database, county: County
) -> None:
    rows = [
        *sheet(
            "何新 队员 清水镇 永安村 . 13800000099",
            "李队员 队员 清水镇 永安村 县农业局",
            "=1 县",
        ),
        *sheet(
            "永安村 何老汉 四组",
            "永安村 张大山 三组 监测户",
            heads="村 户主 组 类型",
            name="户",
        ),
    ]
    found = await look(database, rows)
    async with database.transaction() as db:
        await roster.apply(db, found, by=county["陈干事"].id, now=MONDAY)

    async with database.reading() as db:
        (added,) = [one for one in await people.roster(db) if one.name == "何新"]
        (new,) = await audit.history(db, f"person:{added.id}")
        changed = (await audit.history(db, f"person:{county['李队员'].id}"))[-1]
        teams = await audit.history(db, f"team:{county['李队员'].team_id}")
        (whole,) = await audit.history(db, "roster")
        verdict = await audit.verify(db)
    assert (new["kind"], new["actor"]) == ("person.added", county["陈干事"].id)
    assert new["body"]["phone"] == "13800000099"
    assert changed["body"] == {
        "before": {"home_unit": "县水利局"},
        "after": {"home_unit": "县农业局"},
    }
    assert [one["kind"] for one in teams][-2:] == ["households.added", "households.changed"]
    assert whole["body"] == {
        "sha256": "ab" * 32, "new": 1, "changed": 1, "same": 0, "new_households": 1,
        "changed_households": 1, "same_households": 0, "left_out": 1,
    }  # fmt: skip
    assert verdict.faults == ()


async def test_a_failed_import_leaves_nothing_behind(
    database: Database, county: County
) -> None:
    found = await look(database, sheet("何新 队员 清水镇 新村"))

    async def fail_at_last() -> None:
        async with database.transaction() as db:
            await roster.apply(db, found, by=audit.SYSTEM, now=MONDAY)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_at_last()

    async with database.reading() as db:
        assert "何新" not in {one.name for one in await people.roster(db)}
        assert await audit.history(db, "roster") == []
    assert "新村" in (await look(database, sheet("何新 队员 清水镇 新村"))).new_places


async def test_two_thousand_people_are_entered_by_one_statement(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"人{n} 队员 镇{n // 400} 村{n // 40} 单位 139{n:08}" for n in range(2000)]
    found = await look(database, sheet(*lines), "安和县")
    calls: list[str] = []
    async with database.transaction() as db:
        for name in ("execute", "executemany", "execute_fetchall"):
            real = getattr(db.connection, name)

            def counted(sql: str, *more: object, real: object = real) -> object:
                calls.append(sql)
                return real(sql, *more)

            monkeypatch.setattr(db.connection, name, counted)
        await roster.apply(db, found, by=audit.SYSTEM, now=MONDAY)

    assert len(found.new) == 2000
    assert sum("INTO person" in one for one in calls) == 1
    monkeypatch.undo()
    assert (await look(database, sheet(*lines), "安和县")).same == 2000
