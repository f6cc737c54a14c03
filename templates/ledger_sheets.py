"""A ledger as a workbook (documents.md §7): title, heading, rows written as they come, footer.

Rows go to disk as they are written, so a workbook of any length takes the same memory. Text is
only ever written as text: what looks like a formula, a link or a number stays what somebody wrote.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from templates.filters import short_day
from templates.ledger_cells import LONGEST as LONGEST
from templates.ledger_cells import Value, letters, rest_of_cell
from templates.ledger_cells import clean as clean

SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
LONGEST_FOOTER = 255
LONGEST_NAME = 31
A4 = 9
PAGES = "&C第 &P 页 共 &N 页"
TITLE_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2
SHOWN_AS = {str: "@", int: "0", float: "0.0%", date: "yyyy-mm-dd"}  # by what a cell holds
WRAPPED = {"text_wrap": True}
SHADES: dict[str, dict[str, Any]] = {
    "": {},
    "late": {"bg_color": "#FFC7CE"},
    "near": {"bg_color": "#FFEB9C"},
    "closed": {"bg_color": "#C6EFCE"},
    "sum": {"bold": True},
}


@dataclass(frozen=True, eq=False)
class Column:
    """One column: heading, width, the row's cell: words, a whole number, a share as float, a day."""

    heading: str
    width: int
    cell: Callable[[Any], Value | None]
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
        """The title row; never what the library takes for its own XML (ledger_cells)."""
        title = self.title if self.title.endswith(sheet) else f"{self.title} · {sheet}"
        words = f"{self.place}{title}    {self.day}    制表：{self.made_by}"
        return clean(words).replace("<r>", "‹r›")

    @property
    def under(self) -> str:
        """The footer: the log's head at the left, the page in the middle."""
        seal = f"&L存证 {_plain(self.seal)}……" if self.seal else ""
        day = f"&R{_plain(self.day)}"
        return f"{seal}{PAGES}{day}"[:LONGEST_FOOTER]


@dataclass
class Sheet:
    """One sheet under way: what columns it has, how far it is written."""

    name: str
    columns: Sequence[Column]
    paper: Worksheet
    next_row: int = FIRST_ROW

    def __post_init__(self) -> None:
        self._letters = [letters(place) for place in range(len(self.columns))]

    def put(self, cells: Iterable[str]) -> None:
        """Write the next row, made by `Book.cells`, behind what the library has still in hand."""
        paper, number = self.paper, self.next_row + 1
        if self.next_row > paper.previous_row:
            paper._write_single_row(self.next_row)
            paper._check_dimensions(self.next_row, len(self._letters) - 1)
        pairs = zip(self._letters, cells, strict=True)
        row = "".join([f'<c r="{letter}{number}{rest}' for letter, rest in pairs])
        paper.row_data_fh.write(f'<row r="{number}">{row}</row>')
        self.next_row = number


@dataclass
class Book:
    """A workbook under way; `close` writes it."""

    path: Path
    head: Head
    sheets: dict[str, Sheet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._file = Workbook(str(self.path), {**SAFE, "tmpdir": str(self.path.parent)})
        self._file.set_properties({"title": clean(f"{self.head.place}{self.head.title}")})
        self._styles = {
            (kind, shade): self._style(kind, shade) for kind in SHOWN_AS for shade in SHADES
        }

    def _style(self, kind: type, shade: str) -> int:
        """The number of a look, as cells name it."""
        look = {"num_format": SHOWN_AS[kind], "valign": "top", "border": 1, **SHADES[shade]}
        if kind is str:
            look |= WRAPPED
        return int(self._file.add_format(look)._get_xf_index())

    def sheet(self, name: str, columns: Sequence[Column]) -> Sheet:
        """Begin a sheet: title, heading, how it prints."""
        paper = self._file.add_worksheet(sheet_name(name, self.sheets))
        one = Sheet(name, columns, paper)
        self.sheets[name] = one
        for place, column in enumerate(columns):
            paper.set_column(place, place, column.width)
        print_ready(paper, TITLE_ROW, HEADER_ROW, self.head.under)
        paper.freeze_panes(FIRST_ROW, 1)
        self._top(paper, one)
        return one

    def cells(self, columns: Iterable[Column], row: Any, shade: str = "") -> list[str]:
        """A row's cells as XML; sheets that show the same column may share them."""
        styles, made = self._styles, []
        for column in columns:
            value = column.cell(row)
            value = "" if value is None else value
            seen = shade if column.shaded or shade == "sum" else ""
            made.append(rest_of_cell(value, styles[type(value), seen]))
        return made

    def write(self, sheet: Sheet, row: Any, shade: str = "") -> None:
        """Write the next row of one sheet."""
        sheet.put(self.cells(sheet.columns, row, shade))

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

    def _top(self, paper: Worksheet, sheet: Sheet) -> None:
        title = self._file.add_format({"bold": True, "font_size": 14, "num_format": "@"})
        header = self._file.add_format(
            {"bold": True, "text_wrap": True, "border": 1, "align": "center",
             "valign": "vcenter", "bg_color": "#DDEBF7", "num_format": "@"}
        )  # fmt: skip
        paper.set_row(TITLE_ROW, 24)
        words = self.head.over(sheet.name)
        if len(sheet.columns) > 1:
            paper.merge_range(TITLE_ROW, 0, TITLE_ROW, len(sheet.columns) - 1, "", title)
        paper.write_string(TITLE_ROW, 0, words, title)
        for place, column in enumerate(sheet.columns):
            paper.write_string(HEADER_ROW, place, column.heading, header)


def print_ready(paper: Worksheet, first: int, last: int, footer: str = PAGES) -> None:
    """Landscape A4, as wide as the page, those rows on top of every page, pages counted below."""
    paper.set_landscape()
    paper.set_paper(A4)
    paper.fit_to_pages(1, 0)
    paper.repeat_rows(first, last)
    paper.set_footer(footer)


def sheet_name(wanted: str, taken: Sequence[str] | dict[str, Sheet] = ()) -> str:
    """A name no program refuses: at most 31 characters, none that is forbidden, not twice."""
    base = FORBIDDEN.sub("", wanted).strip().strip("'")[:LONGEST_NAME] or "表"
    used = {one.lower() for one in taken}
    numbered = (f"{base[: LONGEST_NAME - 3]}{number}" for number in range(2, len(used) + 3))
    return next(one for one in (base, *numbered) if one.lower() not in used)


def file_name(place: str, title: str, day: date) -> str:
    """What the file is called when it is sent."""
    safe = "".join(one for one in f"{place}{title}" if one not in '\\/:*?"<>|\n\r\t')
    return f"{safe}{short_day(day)}.xlsx"


def _plain(text: str) -> str:
    """Words in a footer, where & begins a command."""
    return clean(text).replace("&", "&&")
