"""A ledger as a workbook (documents.md §7): title, heading, rows written as they come, footer.

Rows go to disk as they are written, so a workbook of any length takes the same memory. Text is
only ever written as text: what looks like a formula, a link or a number stays what somebody wrote.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
LONGEST = 32767  # characters of a cell
LONGEST_FOOTER = 255
LONGEST_NAME = 31
A4 = 9
TITLE_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2
Shade = Callable[[Any], str]  # of a row: '', 'late', 'closed', 'sum'


@dataclass(frozen=True)
class Column:
    """One column: heading, width, the row's cell: words, a whole number, or a share as float."""

    heading: str
    width: int
    cell: Callable[[Any], str | int | float]
    offered: tuple[str, ...] = ()  # words to choose from
    shaded: bool = False  # shows the shade of its row


@dataclass(frozen=True)
class Head:
    """What stands over and under every sheet."""

    place: str
    title: str
    day: str
    made_by: str
    seal: str

    def over(self, sheet: str) -> str:
        """The title row."""
        title = self.title if self.title.endswith(sheet) else f"{self.title} · {sheet}"
        return f"{self.place}{title}    {self.day}    制表：{self.made_by}"

    @property
    def under(self) -> str:
        """The footer: the log's head at the left, the page in the middle."""
        seal = f"&L存证 {_plain(self.seal)}……" if self.seal else ""
        day = f"&R{_plain(self.day)}"
        return f"{seal}&C第 &P 页 共 &N 页{day}"[:LONGEST_FOOTER]


@dataclass
class Sheet:
    """One sheet under way: what columns it has, how far it is written."""

    name: str
    columns: Sequence[Column]
    paper: Worksheet
    next_row: int = FIRST_ROW


@dataclass
class Book:
    """A workbook under way; `close` writes it."""

    path: Path
    head: Head
    sheets: dict[str, Sheet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._file = Workbook(str(self.path), {**SAFE, "tmpdir": str(self.path.parent)})
        self._file.set_properties({"title": clean(f"{self.head.place}{self.head.title}")})
        edge = {"num_format": "@", "text_wrap": True, "valign": "top", "border": 1}
        self._formats = {
            "": self._file.add_format(edge),
            "late": self._file.add_format({**edge, "bg_color": "#FFC7CE"}),
            "closed": self._file.add_format({**edge, "bg_color": "#C6EFCE"}),
            "sum": self._file.add_format({**edge, "bold": True}),
        }
        whole = {"border": 1, "valign": "top"}
        self._number = self._file.add_format({**whole, "num_format": "0"})
        self._share = self._file.add_format({**whole, "num_format": "0.0%"})

    def sheet(self, name: str, columns: Sequence[Column]) -> Sheet:
        """Begin a sheet: title, heading, how it prints."""
        paper = self._file.add_worksheet(sheet_name(name, self.sheets))
        one = Sheet(name, columns, paper)
        self.sheets[name] = one
        for place, column in enumerate(columns):
            paper.set_column(place, place, column.width)
        self._page(paper)
        self._top(paper, one)
        return one

    def write(self, sheet: Sheet, row: Any, shade: str = "") -> None:
        """Write the next row."""
        number, plain = sheet.next_row, self._formats[""]
        shaded = self._formats[shade]
        paper = sheet.paper
        for place, column in enumerate(sheet.columns):
            cell = column.cell(row)
            look = shaded if column.shaded or shade == "sum" else plain
            if isinstance(cell, str):
                if len(cell) > LONGEST or not cell.isprintable():
                    cell = clean(cell)
                if cell:
                    paper.write_string(number, place, cell, look)
                else:
                    paper.write_blank(number, place, None, look)
            else:
                self._figure(paper, number, place, cell)
        sheet.next_row += 1

    def note(self, sheet: Sheet, words: str) -> None:
        """A line below the last row, outside what is filtered."""
        sheet.paper.write_string(sheet.next_row + 1, 0, clean(words))

    def close(self) -> None:
        """Filters and choices need the last row; then everything is put together on the disk."""
        for one in self.sheets.values():
            last = max(one.next_row - 1, HEADER_ROW)
            one.paper.autofilter(HEADER_ROW, 0, last, len(one.columns) - 1)
            for place, column in enumerate(one.columns):
                if column.offered and last >= FIRST_ROW:
                    offered = {"validate": "list", "source": list(column.offered)}
                    one.paper.data_validation(FIRST_ROW, place, last, place, offered)
        self._file.close()

    def abandon(self) -> None:
        """Nothing will come of it: let go of the rows on the disk, beside the file itself."""
        for one in self.sheets.values():
            if one.paper.row_data_fh is not None:
                one.paper.row_data_fh.close()
        self._file.fileclosed = True

    def _figure(self, paper: Worksheet, row: int, place: int, cell: float) -> None:
        look: Format = self._share if isinstance(cell, float) else self._number
        paper.write_number(row, place, cell, look)

    def _page(self, paper: Worksheet) -> None:
        paper.set_landscape()
        paper.set_paper(A4)
        paper.fit_to_pages(1, 0)
        paper.repeat_rows(TITLE_ROW, HEADER_ROW)
        paper.freeze_panes(FIRST_ROW, 1)
        paper.set_footer(self.head.under)

    def _top(self, paper: Worksheet, sheet: Sheet) -> None:
        title = self._file.add_format({"bold": True, "font_size": 14, "num_format": "@"})
        header = self._file.add_format(
            {"bold": True, "text_wrap": True, "border": 1, "align": "center",
             "valign": "vcenter", "bg_color": "#DDEBF7", "num_format": "@"}
        )  # fmt: skip
        paper.set_row(TITLE_ROW, 24)
        words = clean(self.head.over(sheet.name))
        if len(sheet.columns) > 1:
            paper.merge_range(TITLE_ROW, 0, TITLE_ROW, len(sheet.columns) - 1, "", title)
        paper.write_string(TITLE_ROW, 0, words, title)
        for place, column in enumerate(sheet.columns):
            paper.write_string(HEADER_ROW, place, column.heading, header)


def clean(text: str) -> str:
    """Text as a cell can hold it: no control characters, not longer than a cell is."""
    text = UNSEEN.sub("", text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def sheet_name(wanted: str, taken: Sequence[str] | dict[str, Sheet] = ()) -> str:
    """A name no program refuses: at most 31 characters, none that is forbidden, not twice."""
    base = FORBIDDEN.sub("", wanted).strip().strip("'")[:LONGEST_NAME] or "表"
    used = {one.lower() for one in taken}
    numbered = (f"{base[: LONGEST_NAME - 3]}{number}" for number in range(2, len(used) + 3))
    return next(one for one in (base, *numbered) if one.lower() not in used)


def _plain(text: str) -> str:
    """Words in a footer, where & begins a command."""
    return clean(text).replace("&", "&&")
