"""Issue tables by way of the command line and of the chat: template and back, twice, killed."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from county import MONDAY, County
from issue_tables import bad_rows, nine_fifty_two_eighteen, small, workbook
from phones import Phones, words

from bot.catalogues import import_issues
from bot.table_desk import TableDesk
from bot.tables import BadTable
from ledger import catalogue, issues
from ledger.clock import SetClock
from ledger.database import Database, StoreTrouble
from ledger.rules import Rules
from templates.issue_sheet import write_issue_template
from templates.words import Words


async def bring_in(
    database: Database, path: Path, *, yes: bool = True, seen: list[str] | None = None,
    source: str = "巡视巡察",
) -> str:  # fmt: skip
    def confirm(text: str) -> bool:
        (seen if seen is not None else []).append(text)
        return yes

    return await import_issues(
        database, path, name="省级巡视反馈", source=source, county=None, rules=Rules(),
        words=Words(), now=MONDAY, confirm=confirm,
    )  # fmt: skip


@pytest.fixture
def save(tmp_path: Path) -> Callable[[bytes], Path]:
    def saved(content: bytes) -> Path:
        path = tmp_path / "清单.xlsx"
        path.write_bytes(content)
        return path

    return saved


async def count(database: Database) -> int:
    async with database.reading() as db:
        row = await (await db.connection.execute("SELECT count(*) FROM issue")).fetchone()
    assert row
    return int(row[0])


# the command line
async def test_the_catalogue_twice_is_the_catalogue_once(
    database: Database, county: County, save: Callable[[bytes], Path]
) -> None:
    path, seen = save(workbook(*nine_fifty_two_eighteen())), list[str]()

    first = await bring_in(database, path, seen=seen)
    again = await bring_in(database, path, seen=seen)

    assert len(seen) == 1
    assert "方面 9 个，具体问题 52 个，责任单位 18 个。" in seen[0]
    assert "请核对" not in seen[0]
    assert first.startswith("已导入“省级巡视反馈”：新增 52 件")
    assert again == "“省级巡视反馈”里的 52 个问题都已在台账，没有要改的。"
    assert await count(database) == 52


async def test_a_count_that_does_not_fit_is_said(
    database: Database, county: County, save: Callable[[bytes], Path]
) -> None:
    lines, seen = list(nine_fifty_two_eighteen()), list[str]()
    await bring_in(database, save(workbook(*lines[:-1])), seen=seen)

    assert "表里写具体问题 52 个，读到 51 个，请核对。" in seen[0]


async def test_every_bad_row_is_named_and_the_good_ones_go_in(
    database: Database, county: County, save: Callable[[bytes], Path]
) -> None:
    seen: list[str] = []
    await bring_in(database, save(workbook(*bad_rows())), seen=seen)

    assert [line for line in seen[0].split("\n") if line.startswith("第 ")] == [
        "第 3 行 整改时限“长期坚持”不是期限，请写能检查的日子，例如 2026-06-30",
        "第 4 行 涉及村/户“杏花村”认不出是哪个村，请写名册上的村名",
        "第 5 行 问题没有写",
        "第 6 行 销号日期没有写（状态是“已销号”），请写哪天销号的",
        "第 7 行 写有身份证号，请删去：身份证号不要放进表格",
    ]
    assert await count(database) == 2


async def test_the_template_filled_in_comes_back(
    database: Database, county: County, tmp_path: Path
) -> None:
    path = tmp_path / "问题清单模板.xlsx"
    write_issue_template(path)
    with pytest.raises(BadTable):  # only its examples
        await bring_in(database, path)
    book = openpyxl.load_workbook(path)
    heads = [cell.value for cell in book.active[1]]
    said = {
        "序号": "7", "方面": "饮水方面", "问题描述*": "水泵老化", "问题来源": "群众反映", "问题类别": "饮水",
        "涉及村/户": "永安村张大山", "整改措施": "换泵", "牵头单位": "县水务局", "责任单位": "清水镇",
        "档次": "复杂问题", "整改时限": "2027年3月底前", "发现日期": "2026-11-02", "状态": "整改中",
        "整改进展": "已采购",
    }  # fmt: skip
    for place, head in enumerate(heads, 1):
        book.active.cell(4, place, said.get(head))
    out = io.BytesIO()
    book.save(out)
    path.write_bytes(out.getvalue())

    await bring_in(database, path)

    async with database.reading() as db:
        (issue,) = await issues.open_issues(db, county["陈干事"])
    assert (issue.item_no, issue.aspect, issue.text) == ("7", "饮水方面", "水泵老化")
    assert (issue.village, issue.household, issue.household_id is not None) == (
        "永安村", "张大山", True,
    )  # fmt: skip
    assert (issue.source, issue.category, issue.tier) == ("villager", "饮水", "complex")
    assert (issue.found_day, issue.due, issue.state) == ("2026-11-02", "2027-03-31", "doing")
    assert (issue.lead_unit, issue.co_units, issue.owner) == ("县水务局", "清水镇", "王队长")


async def test_no_is_no(
    database: Database, county: County, save: Callable[[bytes], Path]
) -> None:
    said = await bring_in(database, save(workbook(*small())), yes=False)

    assert said == "没有导入，什么都没有改。"
    assert await count(database) == 0


async def test_an_unknown_source_is_refused(
    database: Database, county: County, save: Callable[[bytes], Path]
) -> None:
    with pytest.raises(BadTable, match="不认识"):
        await bring_in(database, save(workbook(*small())), source="天气")


# the chat
async def sent(phones: Phones) -> None:
    phones.memory.blobs["台账.xlsx"] = workbook(*small())
    await phones.says("陈干事", "导入问题清单 省级巡视反馈", files=["台账.xlsx"])


async def test_killed_before_the_word_it_is_entered_once(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction of the last step breaks: nothing is entered, nothing is said; then all is."""
    await sent(phones)
    real = TableDesk._say

    async def broken(*_: object) -> None:
        raise StoreTrouble("disk full")

    monkeypatch.setattr(TableDesk, "_say", broken)
    with pytest.raises(StoreTrouble):
        await phones.presses("陈干事", "导入")
    assert await count(phones.app.database) == 0
    monkeypatch.setattr(TableDesk, "_say", real)
    await phones.restart()
    said = await phones.settled()

    assert [words(out).split("\n")[0] for out in said][-1] == (
        "已导入“省级巡视反馈”：新增 2 件，修改 0 件。"
    )
    assert await phones.settled() == []
    assert await count(phones.app.database) == 2


async def test_what_has_changed_since_is_shown_again(phones: Phones) -> None:
    await sent(phones)
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "UPDATE team SET village = '柳树湾村' WHERE village = '柳树村'"
        )
    (asked, shown) = await phones.presses("陈干事", "导入")

    assert "正在导入" in words(asked)
    assert words(shown).startswith("看过以后台账有变动，请再看一遍：")
    assert "第 3 行 涉及村/户“柳树村”认不出" in words(shown)
    assert await count(phones.app.database) == 0
    await phones.presses("陈干事", "导入")
    assert await count(phones.app.database) == 1


async def test_a_large_table_goes_in_whole(
    database: Database, county: County, save: Callable[[bytes], Path], clock: SetClock
) -> None:
    lines = list(small())
    lines += [
        (number, "", f"第{number}件", "永安村", "", "县水务局", "", "", "2026年12月底前")
        for number in range(3, 1003)
    ]
    await bring_in(database, save(workbook(*lines)))

    assert await count(database) == 1002
    assert catalogue.LONGEST_NAME == 40
