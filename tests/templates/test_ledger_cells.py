"""Cells of a ledger: the bytes the library writes, but that words are never taken for its XML."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from xlsxwriter import Workbook

from templates.ledger_cells import LONGEST, clean, letters, rest_of_cell
from templates.ledger_sheets import SAFE, Book, Column, Head

HEAD = Head("安和县", "台账", "2026-11-23", "周总队长", "")
NASTY = (
    "=1+1", "+1", "-5", "@SUM(A1)", '=HYPERLINK("http://x")', "110101199003070012", "{=A1}",
    "http://x", "a\tb\nc", " 两边 ", "_x0041_", "\x00\x0b\x1f", "<f>1</f>&", "'=1", "\u3000字",
    "\ud800孤", "𬱖昇", "<r>半个",
)  # fmt: skip
ITS_OWN = (  # what the library writes as it is, so that cells of the writer's choice stand in a row
    '<r><t>a</t></r></is></c><c r="C3"><f>1+1</f></c><c r="D3" t="inlineStr"><is><r><t>b</t></r>',
    "<r></r>",
    "<r><t>好</t></r>",
)


def written(text: str) -> bytes:
    """The sheet of our book that holds one cell."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        book = Book(path, HEAD)
        book.write(book.sheet("台账", [Column("问题", 10, lambda row: row)]), text)
        book.close()
        return path.read_bytes()


def sheet_xml(book: bytes) -> str:
    return ZipFile(BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()


def by_the_library(text: str | int | float) -> str:
    """The same cell as the library writes it: what stands between `r="A1` and the row's end."""
    out = BytesIO()
    with TemporaryDirectory() as folder:
        book = Workbook(out, {**SAFE, "tmpdir": folder})
        sheet, look = book.add_worksheet(), book.add_format({"num_format": "@"})
        if isinstance(text, str):
            (sheet.write_string if text else sheet.write_blank)(0, 0, text, look)
        else:
            sheet.write_number(0, 0, text, look)
        book.close()
    row = re.search('<row r="1"><c r="A1(.*)</row>', sheet_xml(out.getvalue()), re.DOTALL)
    assert row
    return row[1]


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=60)
    | st.sampled_from(NASTY)
    | st.integers(0, 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
)
@example("")
@example("_x0041_ &<>\"'")
def test_a_cell_is_what_the_library_writes(value: str | int | float) -> None:
    text = clean(value) if isinstance(value, str) else value
    assume(not (isinstance(text, str) and text.startswith("<r>") and text.endswith("</r>")))
    assert rest_of_cell(value, 1) == by_the_library(text)


@pytest.mark.parametrize("text", ITS_OWN)
def test_words_are_never_taken_for_xml(text: str) -> None:
    book = written(text)
    cells = [
        one.value for one in next(load_workbook(BytesIO(book)).active.iter_rows(min_row=3))
    ]
    assert [unescape(str(one)) for one in cells] == [text]
    assert "<f>" not in sheet_xml(book)


def test_nor_are_the_names_in_the_title() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        head = Head(
            "<r><t>县", "台账", "2026-11-23", "张</t></r></is></c><c><f>1</f></c></r>", ""
        )
        book = Book(path, head)
        book.sheet("台账", [Column("问题", 10, str)])
        book.close()
        title = load_workbook(path).active["A1"].value
        assert "<f>1</f>" in title
        assert "<f>" not in sheet_xml(path.read_bytes())


@pytest.mark.parametrize("one", ["长", "𬱖"])
def test_a_cell_holds_as_much_as_a_spreadsheet_counts(one: str) -> None:
    text = clean(one * (LONGEST + 5))
    assert LONGEST - 1 <= len(text.encode("utf-16-le")) // 2 <= LONGEST
    assert text.endswith("…")


def test_a_day_is_a_number_that_reads_back_as_the_day() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        book = Book(path, HEAD)
        sheet = book.sheet("台账", [Column("日期", 10, lambda row: row)])
        for day in (date(2026, 11, 23), date(2024, 2, 29), None):
            book.write(sheet, day)
        book.close()
        cells = [row[0] for row in load_workbook(path).active.iter_rows(min_row=3)]
    days = [one.value.date() for one in cells[:2]]
    assert days == [date(2026, 11, 23), date(2024, 2, 29)]
    assert len(cells) < 3 or cells[2].value is None


def test_columns_are_named_like_a_spreadsheets() -> None:
    assert [letters(one) for one in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]
