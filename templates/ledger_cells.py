"""One cell of a ledger as XML, the way XlsxWriter writes it in rows that go straight to disk.

The library makes the workbook, its styles and everything around the rows; only what stands in a
row is put together here, because a county's ledger has two million cells. That both write the same
bytes is a test. One thing is otherwise: the library takes words that begin with `<r>` and end with
`</r>` for its own XML and writes them as they are, a formula included; here they are words.
"""

import re
from datetime import date
from functools import lru_cache

Value = str | int | float | date
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LOOKS_ESCAPED = re.compile("(_x[0-9a-fA-F]{4}_)")
LONGEST = 32767  # of a cell, in the units a spreadsheet counts (UTF-16)
SHORT = 40  # words as short as that come again and again
DAY_NUMBER_ZERO = date(1899, 12, 30).toordinal()
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def rest_of_cell(value: Value, style: int) -> str:
    """A cell but for its place: what comes after `<c r="A1`."""
    if isinstance(value, str):
        return short_words(value, style) if len(value) <= SHORT else words(value, style)
    if isinstance(value, date):
        value = value.toordinal() - DAY_NUMBER_ZERO
    return f'" s="{style}"><v>{value:.16G}</v></c>'


def words(text: str, style: int) -> str:
    """Text: never a formula, a link or a number, whatever it looks like."""
    if len(text) > LONGEST // 2 or not text.isprintable():
        text = clean(text)
    if not text:
        return f'" s="{style}"/>'
    if "_x" in text:
        text = LOOKS_ESCAPED.sub(r"_x005F\1", text)
    keep = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'" s="{style}" t="inlineStr"><is><t{keep}>{text}</t></is></c>'


short_words = lru_cache(maxsize=4096)(words)


def clean(text: str) -> str:
    """Text as a cell can hold it: no control characters, not longer than a cell is."""
    text = UNSEEN.sub("", text)
    if len(text) <= LONGEST // 2 or len(text.encode("utf-16-le")) <= 2 * LONGEST:
        return text
    short = text.encode("utf-16-le")[: 2 * (LONGEST - 1)]
    return short.decode("utf-16-le", "ignore") + "…"


def letters(column: int) -> str:
    """The name of a column, counted from 0; ledgers have fewer than 702."""
    first, last = divmod(column, len(LETTERS))
    return (LETTERS[first - 1] if first else "") + LETTERS[last]
