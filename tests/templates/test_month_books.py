"""Ledgers of a month: each is ready to be filtered and printed, and red where a day has passed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ledger.ledger_rows import SHAPES, Left, Promised
from templates.issue_sheet import write_issue_template
from templates.ledger_sheets import SHADES, Head
from templates.month_books import LEDGERS, MonthBook
from templates.roster_sheet import write_template

TODAY = date(2026, 11, 23)
HEAD = Head("安和县清水镇永安村", "2026年11月台账", "2026-11-23", "王队长", "20261123-0a1b2c")
EXAMPLES: dict[Any, Any] = {int: 3, str: "=1+1", date: TODAY, date | None: None}
LEAVE = Left(
    "李队员", date(2026, 11, 1), date(2026, 11, 3), "事假", "家里有事", "approved", None
)


def example(form: str) -> Any:
    """A row of that shape; its state is a real one."""
    shape = SHAPES[form]
    row = shape(*[EXAMPLES[kind] for kind in shape.__annotations__.values()])
    return row._replace(state="approved") if isinstance(row, Left) else row


def written(path: Path, form: str, *rows: Any) -> Worksheet:
    book = MonthBook(path, HEAD, form, TODAY)
    book.add(rows)
    book.close()
    return load_workbook(path).active


def red(sheet: Worksheet, cell: str) -> bool:
    return bool(sheet[cell].fill.fgColor.rgb == f"FF{SHADES['late']['bg_color'][1:]}")


def test_every_shape_of_rows_has_its_ledger() -> None:
    assert set(LEDGERS) == set(SHAPES)


@pytest.mark.parametrize("form", list(LEDGERS))
def test_every_ledger_is_ready_to_be_filtered_and_printed(tmp_path: Path, form: str) -> None:
    ledger = LEDGERS[form]
    sheet = written(tmp_path / "a.xlsx", form, example(form), example(form))
    last = chr(ord("A") + len(ledger.columns) - 1)

    assert [one.value for one in sheet[2]] == [one.heading for one in ledger.columns]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B3", f"A2:{last}4")
    assert sheet.print_title_rows == "$1:$2"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (
        0,
        True,
    )
    assert "&P" in sheet.oddFooter.center.text
    offered = [one.formula1 for one in sheet.data_validations.dataValidation]
    assert len(offered) == sum(bool(one.offered) for one in ledger.columns)
    for cell in sheet[3]:
        assert cell.data_type in {"n", "d"} or cell.number_format == "@"
        assert cell.data_type != "f"
    assert bool(ledger.note) == (sheet.max_row == 6)


def test_a_leave_that_is_over_is_red_until_he_reports_back(tmp_path: Path) -> None:
    back = LEAVE._replace(back_day=date(2026, 11, 4))
    to_come = LEAVE._replace(to_day=date(2026, 12, 24))
    refused = LEAVE._replace(state="refused")
    sheet = written(tmp_path / "a.xlsx", "leave", LEAVE, back, to_come, refused)

    assert [red(sheet, f"C{row}") for row in (3, 4, 5, 6)] == [True, False, False, False]
    assert [sheet[f"F{row}"].value for row in (3, 6)] == ["已批准", "未批准"]


def test_a_promise_whose_day_has_passed_is_red(tmp_path: Path) -> None:
    made = Promised(date(2026, 11, 1), "张大山", "办低保", date(2026, 11, 22), "李队员")
    today, none = made._replace(by_day=TODAY), made._replace(by_day=None)
    sheet = written(tmp_path / "a.xlsx", "promises", made, today, none)

    assert [red(sheet, f"D{row}") for row in (3, 4, 5)] == [True, False, False]
    assert sheet["D4"].value.date() == TODAY


@pytest.mark.parametrize("write", [write_template, write_issue_template])
def test_an_empty_table_is_ready_too(tmp_path: Path, write: Callable[[Path], None]) -> None:
    write(tmp_path / "a.xlsx")
    for sheet in load_workbook(tmp_path / "a.xlsx"):
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
        assert sheet.auto_filter.ref.startswith("A1:")
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet["A2"].number_format == "@"
