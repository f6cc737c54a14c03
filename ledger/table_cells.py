"""One cell of any table as it was typed: its heading, its text, what must not stand in it.

Pure: no database. Cells are text and never evaluated; which columns there are says who reads them.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ledger.errors import Refused

HEADING_ROWS = 10  # a title and a line of explanation may stand above the headings
LONGEST = 60
ERROR = r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)"  # what a formula leaves behind
FORMULA = re.compile(rf"[=+@-]|{ERROR}")
NOTHING = re.compile(r"[-—–/\\]*")
YEAR_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
ID_NUMBER = re.compile(
    rf"(?<!\d)[1-9]\d{{5}}(?:(?:18|19|20)\d\d{YEAR_DAY}\d{{3}}[\dXx]|\d\d{YEAR_DAY}\d{{3}})(?![\dXx])"
)
HAN_GAP = re.compile(r"(?<=[一-鿿·]) (?=[一-鿿·])")
DOTS = str.maketrans("•‧・●⋅∙", "······")


@dataclass(frozen=True)
class Row:
    """One row that holds something, as a table gave it: text, trailing blanks left out."""

    sheet: str
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """Why a row is left out; `reason` is the block of words that says so, `column` a heading."""

    sheet: str
    row: int
    column: str
    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def clean(text: str) -> str:
    """Trimmed, one form of every character, nothing invisible, 李　明 written 李明."""
    text = unicodedata.normalize("NFKC", text).translate(DOTS)
    if text.isalnum():  # nearly every cell
        return text
    seen = (" " if one.isspace() else one for one in text)
    kept = "".join(one for one in seen if unicodedata.category(one)[0] != "C")
    return HAN_GAP.sub("", " ".join(kept.split()))


def heading(text: str) -> str:
    """A heading without spaces, marks and what stands in brackets: 联系电话（11位）* is 联系电话."""
    text = re.sub(r"\(.*?\)|\[.*?\]", "", clean(text))
    return re.sub(r"[\s*:.、,/_-]|必填|选填", "", text)


def holds_id_number(text: str) -> bool:
    """Whether an identity card's number stands in it (security §1.4: never collected)."""
    return bool(ID_NUMBER.search(re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))))


class Cells:
    """One row's cells by field; what is wrong with them is collected."""

    labels: ClassVar[Mapping[str, str]] = {}  # a field's own heading
    left_empty: ClassVar[str] = "tables.left_empty"
    holds_number: ClassVar[str] = "tables.id_number"
    unwanted: ClassVar[re.Pattern[str]] = FORMULA

    def __init__(self, row: Row, columns: Mapping[str, int]) -> None:
        self.row, self.columns = row, columns
        self.problems: list[Problem] = []

    def raw(self, name: str) -> str:
        """The cell as it came; empty where the row or the column ends before it."""
        place = self.columns.get(name, len(self.row.cells))
        return self.row.cells[place] if place < len(self.row.cells) else ""

    def bad(self, name: str, reason: str, /, **facts: Any) -> None:
        """Note a problem with this field; the row goes on being read."""
        found = Problem(
            self.row.sheet, self.row.number, self.labels.get(name, ""), reason, facts
        )
        self.problems.append(found)

    def text(self, name: str) -> str:
        """The field's text; empty when missing, only a dash, or wrong."""
        raw, text = self.raw(name), clean(self.raw(name))
        if NOTHING.fullmatch(text):
            return ""
        if (raw.startswith("\t") or self.unwanted.match(text)) and not self.allowed(name, text):
            self.bad(name, "tables.formula")
        elif len(text) > (most := self.longest(name)):
            self.bad(name, "tables.too_long", most=most)
        else:
            return text
        return ""

    def needed(self, name: str) -> str:
        """The field's text; a problem when there is none."""
        before = len(self.problems)
        text = self.text(name)
        if not text and len(self.problems) == before:
            self.bad(name, self.left_empty)
        return text

    def blank(self) -> bool:
        """Whether none of our columns says anything (a running number alone is nothing)."""
        return not any(clean(self.raw(name)) for name in self.columns)

    def refuse_id_numbers(self) -> None:
        """An identity number in any cell, ours or not, keeps the row out."""
        if any(holds_id_number(cell) for cell in self.row.cells):
            self.bad("", self.holds_number)

    def longest(self, name: str) -> int:
        """How many characters the field may have."""
        return LONGEST

    def allowed(self, name: str, text: str) -> bool:
        """Whether what looks like a formula is none in this field."""
        return False


@dataclass(frozen=True)
class Sheet:
    """The rows below the headings, and which column holds which field."""

    head: tuple[Row, ...]  # what stands above the headings
    rows: Sequence[Row]
    columns: Mapping[str, int]


def sheet_of(
    rows: Sequence[Row], headings: Mapping[str, Sequence[str]], needed: Sequence[str], missing: str
) -> Sheet:  # fmt: skip
    """Find the row of headings; `Refused(missing)` says which lack and what was found instead."""
    heads = [columns_of(row, headings) for row in rows[:HEADING_ROWS]]
    best = max(range(len(heads)), key=lambda place: len(heads[place]))
    lacking = [headings[name][0] for name in needed if name not in heads[best]]
    if lacking:
        found = [clean(cell)[:12] for cell in rows[best].cells if clean(cell)]
        raise Refused(missing, sheet=rows[0].sheet, missing=lacking, found=found[:12])
    return Sheet(tuple(rows[:best]), rows[best + 1 :], heads[best])


def columns_of(row: Row, headings: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Which column holds which field; a heading's own name goes before its synonyms."""
    titles = [heading(cell) for cell in row.cells]
    found = {}
    for name, names in headings.items():
        known = next((one for one in names if one in titles), None)
        if known is not None:
            found[name] = titles.index(known)
    return found
