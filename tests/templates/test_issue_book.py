"""The issue workbook: what people wrote reads back as they wrote it, and never as a formula."""

import re
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from ledger.clock import SHANGHAI, ms
from ledger.issue_lists import Wall, by_township, total
from ledger.issue_rows import Held, LookedBack, Row
from templates.issue_book import IssueBook, file_name
from templates.ledger_sheets import LONGEST, Book, Column, Head, clean, sheet_name

TODAY = date(2026, 11, 23)
HEAD = Head("安和县清水镇", "问题台账", "2026-11-23", "周总队长", "20261123-0a1b2c")
ROW = Row(
    id=12, township="清水镇", village="永安村", household="张大山", text="屋顶漏雨", tier="general",
    category="住房", source="visit", catalogue="", aspect="", item_no="", measure="翻修",
    requirement="不漏", lasting="", lead_unit="县住建局", co_units="县水务局", responsible="",
    owner="李队员", tags="", found_day="2026-10-01", due="2026-11-01", state="doing", effect="",
    submitted_at=None, verifier="", household_word="", text_only=0, closed_day=None, reopens_id=0,
    rebounds=0, holder="永安村", moved=1, note="已联系", files=2,
    held=(Held("永安村", "2026-10-01", "2026-10-13"), Held("县水务局", "2026-10-13", None)),
)  # fmt: skip
CLOSED = replace(
    ROW, id=13, due="2026-12-01", state="closed", closed_day="2026-11-20", verifier="王队长",
    household_word="visit", text_only=1, look_backs=(LookedBack(30, "2026-12-20", "", None),),
)  # fmt: skip
NASTY = ("=1+1", "+8613800000001", "-5", "@SUM(A1)", '=HYPERLINK("http://x")', "110101199003070012",
         "{=A1}", "http://x", "a\tb\nc", " 两边 ", "_x0041_", "\x00\x0b\x1f", "<f>1</f>&", "'=1")  # fmt: skip


def written(path: Path, *rows: Row) -> Path:
    book = IssueBook(path, HEAD, TODAY)
    for order in ("number", "due", "unit", "place"):
        book.add(order, rows)
    wall = [Wall("清水镇", "永安村", 2, 1, 0, 1, 0, 0, 1, 0)]
    book.add_wall(wall, [*by_township(wall), total(wall, "合计")])
    book.close()
    return path


def at_midnight(day: date) -> datetime:
    """A day as it is read back from a cell."""
    return datetime.combine(day, time())


def no_formula(path: Path) -> bool:
    with ZipFile(path) as pack:
        sheets = [one for one in pack.namelist() if one.startswith("xl/worksheets/sheet")]
        return bool(sheets) and not any(
            re.search(rb"<f[ >]|<hyperlink", pack.read(one)) for one in sheets
        )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=60) | st.sampled_from(NASTY), min_size=1, max_size=4))
@example(list(NASTY))
@example(["长" * (LONGEST + 5)])
def test_any_text_reads_back_equal_and_is_no_formula(texts: list[str]) -> None:
    columns = [Column("问题", 10, lambda row, n=n: row.texts[n]) for n in range(len(texts))]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        book = Book(path, HEAD)
        book.write(book.sheet("台账", columns), SimpleNamespace(texts=texts))
        book.close()

        cells = next(load_workbook(path)["台账"].iter_rows(min_row=3, values_only=True))
        assert [unescape(str(one or "")) for one in cells] == [clean(one) for one in texts]
        assert no_formula(path)


def test_the_book_has_five_lists_and_the_others(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", ROW, CLOSED)
    book = load_workbook(path)

    assert book.sheetnames == [
        "台账", "问题清单", "措施清单", "责任清单", "时限清单", "要求清单", "单位清单", "逾期",
        "各村", "各户", "挂图数据",
    ]  # fmt: skip
    assert [book[name].max_row - 2 for name in book.sheetnames] == [
        2,
        2,
        2,
        2,
        2,
        2,
        1,
        1,
        2,
        2,
        5,
    ]
    assert no_formula(path)


def test_the_ledger_has_the_columns_of_the_form(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path / "a.xlsx", ROW, CLOSED))["台账"]
    heads = [one.value for one in sheet[2]]
    first, second = (
        {head: cell.value for head, cell in zip(heads, sheet[n], strict=False)} for n in (3, 4)
    )

    wanted = ["序号", "问题描述", "问题来源", "问题类别", "涉及村/户", "整改措施", "整改要求(标准)",
              "牵头单位", "责任单位", "责任人", "整改时限"]  # fmt: skip
    assert heads[:11] == wanted
    assert "安和县清水镇问题台账" in sheet["A1"].value
    assert "周总队长" in sheet["A1"].value
    assert first["经手/天数"] == "永安村 12天；县水务局 41天"
    assert (first["整改时限"], first["延期次数"]) == (at_midnight(date(2026, 11, 1)), 1)
    assert second["销号日期"] == at_midnight(date(2026, 11, 20))
    assert (first["销号日期"], first["申请销号日期"]) == (None, None)
    assert second["核验人/核验方式"] == "王队长/入户核实"
    assert second["佐证材料"] == "2 件；只有文字"
    assert second["回头看日期/结果"] == "30天 2026-12-20 待看"


def test_a_sheet_is_ready_to_be_printed_and_filtered(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path / "a.xlsx", ROW, CLOSED))["台账"]

    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B3", "A2:U4")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$1:$2"
    assert "20261123-0a1b2c" in sheet.oddFooter.left.text
    assert "整改中" in sheet.data_validations.dataValidation[0].formula1
    assert sheet["K3"].fill.bgColor.rgb != sheet["A3"].fill.bgColor.rgb  # late
    assert sheet["A3"].data_type == "n"


def test_every_day_is_a_day_and_looks_like_one(tmp_path: Path) -> None:
    """So that it sorts, filters by month and adds up."""
    handed_in = ms(datetime(2026, 11, 18, 12, tzinfo=SHANGHAI))
    book = load_workbook(
        written(tmp_path / "a.xlsx", replace(CLOSED, due="2026-11-19", submitted_at=handed_in))
    )
    days = {"整改时限", "销号日期", "申请销号日期", "发现日期"}
    found = [
        (sheet[2][cell.column - 1].value, cell)
        for sheet in book if sheet.max_row > 2
        for cell in sheet[3] if sheet[2][cell.column - 1].value in days
    ]  # fmt: skip
    assert {name for name, _ in found} == days
    assert all(cell.is_date and cell.number_format == "yyyy-mm-dd" for _, cell in found)


def test_a_book_may_have_a_few_sheets_only(tmp_path: Path) -> None:
    book = IssueBook(tmp_path / "a.xlsx", HEAD, TODAY, sheets=("台账", "逾期"))
    assert book.orders == ("number", "due")
    for order in book.orders:
        book.add(order, (ROW,))
    book.close()
    assert load_workbook(tmp_path / "a.xlsx").sheetnames == ["台账", "逾期"]


def test_a_deadline_has_its_colour(tmp_path: Path) -> None:
    near = replace(ROW, id=14, due="2026-11-25")
    far, done = replace(ROW, id=15, due="2026-11-27"), replace(CLOSED, id=16, due="2026-11-25")
    book = IssueBook(tmp_path / "a.xlsx", HEAD, TODAY, near="2026-11-26")
    book.add("number", (ROW, near, far, done))
    book.close()

    sheet = load_workbook(tmp_path / "a.xlsx")["台账"]
    colours = [sheet[f"K{row}"].fill.fgColor.rgb for row in (3, 4, 5, 6)]
    assert colours == ["FFFFC7CE", "FFFFEB9C", "00000000", "FFC6EFCE"]


def test_an_empty_book_opens(tmp_path: Path) -> None:
    assert load_workbook(written(tmp_path / "a.xlsx"))["台账"].max_row == 2


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("台账", (), "台账"),
        ("a[b]:*?/\\c", (), "abc"),
        ("'", (), "表"),
        ("长" * 40, (), "长" * 31),
        ("台账", ("台账",), "台账2"),
        ("A", ("a", "A2"), "A3"),
    ],
)
def test_a_sheets_name_is_one_no_program_refuses(
    wanted: str, taken: tuple[str, ...], name: str
) -> None:
    assert sheet_name(wanted, taken) == name


def test_the_files_name_holds_no_path() -> None:
    assert file_name("安和县/../", "台账", TODAY) == "安和县..台账11月23日.xlsx"
