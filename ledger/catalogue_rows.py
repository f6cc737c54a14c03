"""An issue table as it was typed: its rows become issues, or named problems; and it is counted.

Pure: no database. Columns are known by their headings, in any order. A merged cell says 方面 for
all rows it covers; a row across the whole sheet (二、责任落实方面) does the same; a row without a
number and a problem of its own goes on with the measures of the one above.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.catalogue_cells import (
    CLAIMED,
    CLOSED,
    HEADINGS,
    LABELS,
    UNTOUCHED,
    Cells,
    aspect_of,
    day_in,
    has_no_year,
    says_at_once,
    source_in,
    tier_in,
    units_in,
)
from ledger.issue_moves import State
from ledger.numerals import read_number
from ledger.table_cells import Problem, Row, Sheet, clean, columns_of, heading, sheet_of
from ledger.tiers import Tier
from ledger.time_phrases import find_times

SHEETS = ("问题清单", "问题台账", "整改清单", "整改台账", "台账")
EXAMPLE = "示例"
NUMBER = "[0-9]{1,5}|[一二三四五六七八九十百]{1,6}"
TOLD = {
    "aspects": re.compile(rf"({NUMBER})个?大?方面"),
    "items": re.compile(rf"({NUMBER})[个项条](?:具体)?问题"),
    "units": re.compile(rf"({NUMBER})[个家](?:责任|牵头|整改)?单位"),
}
SUM_ROW = re.compile("合计|总计|小计|共计|备注|说明|注[:：]|填表|审核|制表")
GOES_ON = ("measure", "requirement", "lead_unit", "units", "co_units")


@dataclass(frozen=True)
class Line:
    """One readable row: an issue (a 具体问题) of one or several places."""

    sheet: str
    row: int
    item_no: str
    aspect: str
    text: str
    places: tuple[str, str, str, str]  # 涉及村/户, 乡镇, 村, 户主 as written
    source: str = ""  # a Source
    category: str = ""
    measure: str = ""
    requirement: str = ""
    lead_unit: str = ""
    co_units: tuple[str, ...] = ()
    responsible: str = ""
    found: date | None = None
    due: date | None = None
    no_year: bool = False  # the deadline was written without a year
    tier: Tier | None = None
    state: State = State.OPEN
    closed: date | None = None
    claimed: bool = False  # said to be done, not struck off
    progress: str = ""
    verifier: str = ""
    look_back: str = ""
    evidence: str = ""

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit it names."""
        return tuple(one for one in (self.lead_unit, *self.co_units) if one)


@dataclass
class Reading:
    """All that a table says. The counts are of every row, the faulty ones too (S000-64)."""

    lines: list[Line] = field(default_factory=list)
    faulty: list[Line] = field(
        default_factory=list
    )  # left out; their places are looked at, too
    problems: list[Problem] = field(default_factory=list)
    aspects: dict[str, None] = field(default_factory=dict)
    units: dict[str, None] = field(default_factory=dict)
    items: int = 0
    told: dict[str, int] = field(default_factory=dict)  # what the sheet itself counts
    undated: int = 0  # deadlines without a year
    examples: int = 0
    numbered: bool = False


def read(rows: Sequence[Row], today: date) -> Reading:
    """Everything a table says. `Refused` when it has no column of problems."""
    sheet = sheet_of(_chosen(rows), HEADINGS, ("text",), "catalogues.missing_columns")
    reading = Reading(numbered="item_no" in sheet.columns)
    _note_told(reading, sheet.head)
    for cells in _rows(sheet, reading):
        _take(reading, cells, today)
    _number(reading)
    bad = {one.row for one in reading.problems}
    reading.faulty = [line for line in reading.lines if line.row in bad]
    reading.lines = [line for line in reading.lines if line.row not in bad]
    return reading


def _chosen(rows: Sequence[Row]) -> list[Row]:
    """The sheet called 问题清单 or the like; else the first."""
    names = list(dict.fromkeys(row.sheet for row in rows))
    name = next((one for one in SHEETS if one in names), names[0])
    return [row for row in rows if row.sheet == name]


def _note_told(reading: Reading, rows: Sequence[Row]) -> None:
    """「9个方面52个具体问题，18个责任单位」 in a title or a row of sums."""
    text = "，".join(clean(cell) for row in rows for cell in row.cells if cell)
    for name, pattern in TOLD.items():
        found = pattern.search(text)
        number = read_number(found[1]) if found else None
        if number is not None:
            reading.told.setdefault(name, int(number))


# which rows are issues
def _rows(sheet: Sheet, reading: Reading) -> Iterator[Cells]:
    """The rows that say an issue; sums, headings printed again and the template's examples do not."""
    aspect = ""
    for row in sheet.rows:
        cells = Cells(row, sheet.columns)
        texts = [clean(cell) for cell in row.cells if clean(cell)]
        if any(SUM_ROW.match(one) for one in texts[:2]):
            _note_told(reading, [row])
        elif clean(cells.raw("text")).startswith(EXAMPLE):
            reading.examples += 1
        elif across := _across(cells, texts):
            aspect = aspect_of(across)
        elif not cells.blank() and not _printed_again(row):
            aspect = aspect_of(clean(cells.raw("aspect"))) or aspect
            cells.carried = aspect
            yield cells


def _across(cells: Cells, texts: Sequence[str]) -> str:
    """The one cell of a row that goes across the sheet: what follows is of this aspect."""
    if len(texts) != 1 or clean(cells.raw("text")) or texts[0].isdigit():
        return ""
    return "" if any(clean(cells.raw(name)) for name in GOES_ON) else texts[0]


def _printed_again(row: Row) -> bool:
    titles = [heading(cell) for cell in row.cells]
    return bool(titles) and len(columns_of(row, HEADINGS)) == sum(map(bool, titles)) > 1


# one row
def _take(reading: Reading, cells: Cells, today: date) -> None:
    if _goes_on(reading, cells):
        return
    reading.items += 1
    line = _line(cells, today, reading)
    reading.aspects |= {line.aspect: None} if line.aspect else {}
    reading.units |= dict.fromkeys(line.units)
    cells.refuse_id_numbers()
    reading.problems += cells.problems
    reading.lines.append(line)


def _goes_on(reading: Reading, cells: Cells) -> bool:
    """Whether the row only adds measures or units to the one above, and lets it have them."""
    own = clean(cells.raw("text")) or clean(cells.raw("item_no"))
    if own or not reading.lines or not any(clean(cells.raw(name)) for name in GOES_ON):
        return False
    above = reading.lines[-1]
    more = (cells.said("measure"), cells.said("requirement"))
    cells.refuse_id_numbers()
    if cells.problems:
        reading.problems += cells.problems
        return True
    units = (*above.units, *_units(cells))
    reading.lines[-1] = replace(
        above, measure="；".join(one for one in (above.measure, more[0]) if one),
        requirement="；".join(one for one in (above.requirement, more[1]) if one),
        lead_unit=units[0] if units else "", co_units=tuple(dict.fromkeys(units[1:])),
    )  # fmt: skip
    reading.units |= dict.fromkeys(units)
    return True


def _line(cells: Cells, today: date, reading: Reading) -> Line:
    found = _day(cells, "found_day", today)
    closed, state, claimed = _state(cells, today)
    due, tier = _due(cells, found or today)
    no_year = due is not None and any(map(has_no_year, find_times(cells.text("due"))))
    reading.undated += no_year
    units = _units(cells)
    if found and due and due < found:
        cells.bad("due", "catalogues.due_before_found", found=found)
    return Line(
        cells.row.sheet, cells.row.number, cells.text("item_no"), cells.carried,
        cells.needed_words("text"),
        (cells.text("place"), cells.text("township"), cells.text("village"), cells.text("household")),
        source=source_in(cells.text("source")) or "",
        category=cells.text("category"), measure=cells.said("measure"),
        requirement=cells.said("requirement"), lead_unit=units[0] if units else "",
        co_units=units[1:], responsible=cells.said("responsible"), found=found, due=due,
        no_year=no_year, tier=tier,
        state=state, closed=closed, claimed=claimed, progress=cells.said("progress"),
        verifier=cells.said("verifier"), look_back=cells.said("look_back"),
        evidence=cells.said("evidence"),
    )  # fmt: skip


def _units(cells: Cells) -> tuple[str, ...]:
    """The leading unit first; without that column, the first of the responsible ones leads."""
    names = [cells.said(name) for name in ("lead_unit", "units", "co_units")]
    return tuple(dict.fromkeys(unit for name in names for unit in units_in(name)))


def _day(cells: Cells, name: str, today: date) -> date | None:
    """A day that has been; a problem when it is none or still to come."""
    text = cells.text(name)
    found = day_in(text, today) if text else None
    if text and (found is None or found > today):
        reason = "tables.no_day" if found is None else "catalogues.day_to_come"
        cells.bad(name, reason, text=text)
        return None
    return found


def _due(cells: Cells, base: date) -> tuple[date | None, Tier | None]:
    """Until when, and the tier where one is said; 立行立改 is both, 长期坚持 is no day."""
    text, written = cells.text("due"), cells.text("tier")
    tier = tier_in(written) or (Tier.AT_ONCE if says_at_once(text) else None)
    found = day_in(text, base) if text else None
    if text and found is None and not says_at_once(text):
        cells.bad("due", "catalogues.no_deadline", text=text)
    return found, tier


def _state(cells: Cells, today: date) -> tuple[date | None, State, bool]:
    """When it was struck off, how it stands, and whether it is only said to be done."""
    text, closed = cells.text("state"), _day(cells, "closed_day", today)
    if closed:
        return closed, State.CLOSED, False
    told = any(one.column == LABELS["closed_day"] for one in cells.problems)
    if CLOSED.match(text) and not told:
        cells.bad("closed_day", "catalogues.no_closed_day", text=text)
    claimed = bool(CLAIMED.match(text) or cells.text("asked_day"))
    begun = bool(text or cells.text("progress")) and not UNTOUCHED.match(text)
    return None, State.DOING if begun or claimed else State.OPEN, claimed


# numbers
def _number(reading: Reading) -> None:
    """Numbers as they stand in the sheet; begun anew in each aspect, they are 2-1, 2-2 (方面-问题).

    The faulty rows count, too: put right, they must not shift the others' numbers.
    """
    aspects = {name: place for place, name in enumerate(reading.aspects, 1)}
    said = [line.item_no for line in reading.lines if line.item_no]
    pairs = {(line.aspect, line.item_no) for line in reading.lines if line.item_no}
    anew = len(set(said)) < len(pairs)
    lines, last, more = [], "", 1
    for line in reading.lines:
        number = line.item_no
        if number:
            number = f"{aspects[line.aspect]}-{number}" if anew and line.aspect else number
            last, more = number, 1
        elif reading.numbered and last:  # one number, several problems: merged
            more += 1
            number = f"{last}-{more}"
        lines.append(replace(line, item_no=number))
    reading.lines = lines
