"""An empty table as a sheet of a workbook: a heading and a note for each column, two examples."""

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from templates.ledger_sheets import print_ready
from templates.words import Words

ROWS = 2000  # as far down as cells are text, filtered and offered choices
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True)
class Column:
    """One column: its heading, the block with its note, how wide, two examples."""

    heading: str
    note: str
    width: int
    examples: tuple[str, str]


def cell_formats(book: Workbook) -> tuple[Format, Format, Format]:
    """Text, heading, example."""
    return (
        book.add_format({"num_format": "@"}),
        book.add_format({"bold": True, "num_format": "@", "bg_color": "#DDEBF7"}),
        book.add_format({"italic": True, "num_format": "@", "font_color": "#808080"}),
    )


def fill_sheet(
    sheet: Worksheet, columns: Sequence[Column], words: Words, formats: tuple[Format, ...]
) -> Worksheet:
    """Headings with their notes, and the examples below; every cell is text."""
    text, bold, faint = formats
    sheet.freeze_panes(1, 0)
    print_ready(sheet, 0, 0)
    sheet.autofilter(0, 0, ROWS, len(columns) - 1)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, text)
        sheet.write_string(0, place, column.heading, bold)
        sheet.write_comment(0, place, str(words.say(column.note)), {"x_scale": 2})
        for row, example in enumerate(column.examples, 1):
            sheet.write_string(row, place, example, faint)
    return sheet
