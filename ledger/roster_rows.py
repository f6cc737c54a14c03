"""A roster as it was typed: rows of a table become people and households, or named problems.

Pure: no database. The sheets are found by name or by heading, the headings within ten rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.people import ON_TEAM, Role
from ledger.roster_care import read_contact, read_day, read_level
from ledger.roster_cells import (
    ALLOWED,
    HEADINGS,
    Cells,
    Problem,
    Row,
    clean,
    group_name,
    heading,
    role_of,
)
from ledger.roster_villages import VillageLine, read_kind
from ledger.table_cells import HEADING_ROWS, Sheet, sheet_of

PEOPLE, HOUSEHOLDS = "人员", "户"
PEOPLE_SHEETS = (PEOPLE, "人员名册", "花名册", "人员花名册", "名册")
HOUSEHOLD_SHEETS = (HOUSEHOLDS, "农户", "户名册", "农户名册", "农户信息")
EXAMPLE = "示例"  # the template's example rows begin their name with it
# What an empty cell leaves as it is.
KEPT = (
    "phone", "home_unit", "sent_by", "term_from", "term_to", "contact", "insured_until",
    "checkup_day", "wecom",
)  # fmt: skip
FOR_PEOPLE = (
    "county", "township", "village", "name", "role", "home_unit", "phone", "title", "sent_by",
    "term_from", "term_to", "contact", "insured_until", "checkup_day", "village_kind",
    "wecom",
)  # fmt: skip
FOR_HOUSEHOLDS = ("county", "township", "village", "household", "group", "kind")


@dataclass(frozen=True)
class Entry:
    """One person as written on the roster; places by name, empty where there is none.

    `sent_by` is the level that sends him (省、市、县); days are ISO, empty when not said.
    `wecom` is his case-folded id there.
    """

    name: str
    role: Role
    township: str = ""
    village: str = ""
    title: str = ""
    phone: str = ""
    home_unit: str = ""
    sent_by: str = ""
    term_from: str = ""
    term_to: str = ""
    contact: str = ""
    insured_until: str = ""
    checkup_day: str = ""
    wecom: str = ""

    @property
    def backwards(self) -> bool:
        """Whether the term would end before it begins."""
        return bool(self.term_to) and self.term_to < self.term_from


@dataclass(frozen=True)
class PersonLine:
    """A readable row of the people's sheet."""

    sheet: str
    row: int
    county: str
    entry: Entry
    village_kind: str = ""


@dataclass(frozen=True)
class HouseholdLine:
    """A readable row of the households' sheet."""

    sheet: str
    row: int
    county: str
    township: str
    village: str
    name: str
    group: str
    kind: str


@dataclass
class Reading:
    """All that a file says."""

    people: list[PersonLine] = field(default_factory=list)
    villages: list[VillageLine] = field(default_factory=list)
    households: list[HouseholdLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    examples: int = 0


def read(rows: Sequence[Row], county: str, *, sure: bool) -> Reading:
    """Everything a file says. `Refused` when a sheet lacks a column it cannot do without.

    `county` stands for rows that name none; when `sure`, rows that name another are wrong.
    Households may leave it out when all people of the file are of one county.
    """
    reading = Reading()
    people, households = _sheets(rows)
    if people:
        needed = ("name", "role") if county else ("name", "role", "county")
        for cells in _rows(_sheet(people, FOR_PEOPLE, needed), reading, "name"):
            of = _county(cells, county, sure)
            if _is_village(cells):
                _take(reading, reading.villages, cells, _village(cells, of))
            else:
                _take(reading, reading.people, cells, _person(cells, of))
    if households:
        spoken = {line.county for line in reading.people}
        only = next(iter(spoken)) if len(spoken) == 1 else ""
        needed = (
            ("household", "village") if county or people else ("household", "village", "county")
        )
        sheet = _sheet(households, FOR_HOUSEHOLDS, needed)
        for cells in _rows(sheet, reading, "household"):
            line = _household(cells, _county(cells, county or only, sure))
            _take(reading, reading.households, cells, line)
    return reading


def _sheets(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows about people and those about households: by the sheets' names, else by heading."""
    people, households = _named(rows, PEOPLE_SHEETS), _named(rows, HOUSEHOLD_SHEETS)
    first = _named(rows, [rows[0].sheet]) if rows else []
    if people or first == households:
        return people, households
    heads = {heading(cell) for row in first[:HEADING_ROWS] for cell in row.cells}
    if heads.isdisjoint(HEADINGS["name"]) and not heads.isdisjoint(HEADINGS["household"]):
        return [], households or first
    return first, households


def _named(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """The rows of the first sheet there is with one of these names."""
    sheets = {row.sheet for row in rows}
    name = next((one for one in names if one in sheets), None)
    return [row for row in rows if row.sheet == name]


def _sheet(rows: Sequence[Row], names: Sequence[str], needed: Sequence[str]) -> Sheet:
    """The rows below the headings; said which column is missing and what was found instead."""
    headings = {name: HEADINGS[name] for name in names}
    return sheet_of(rows, headings, needed, "roster.missing_columns")


def _rows(sheet: Sheet, reading: Reading, name: str) -> list[Cells]:
    """The rows to be read: no blank ones, none of the template's examples."""
    every = [Cells(row, sheet.columns) for row in sheet.rows]
    filled = [cells for cells in every if not cells.blank()]
    kept = [cells for cells in filled if not clean(cells.raw(name)).startswith(EXAMPLE)]
    reading.examples += len(filled) - len(kept)
    return kept


def _take(reading: Reading, lines: list[Any], cells: Cells, line: Any) -> None:
    cells.refuse_id_numbers()
    if cells.problems:
        reading.problems += cells.problems
    else:
        lines.append(line)


def _county(cells: Cells, county: str, sure: bool) -> str:
    name = cells.text("county") if county else cells.needed("county")
    if sure and name and name != county:
        cells.bad("county", "roster.other_county", text=name, county=county)
    return name or county


def _is_village(cells: Cells) -> bool:
    """A row with a village's kind and nobody in it: a village that has no team (yet)."""
    nobody = not any(clean(cells.raw(one)) for one in ("name", "role", "phone"))
    return nobody and bool(clean(cells.raw("village_kind")))


def _village(cells: Cells, county: str) -> VillageLine:
    return VillageLine(
        cells.row.sheet, cells.row.number, county, cells.text("township"),
        cells.needed("village"), read_kind(cells),
    )  # fmt: skip


def _person(cells: Cells, county: str) -> PersonLine:
    name, (role, title) = cells.needed("name"), _role(cells)
    on_team = role in ON_TEAM
    township = cells.needed("township") if role is Role.TOWNSHIP else cells.text("township")
    village = cells.needed("village") if on_team else cells.text("village")
    entry = Entry(
        name, role,
        township="" if role is Role.COUNTY else township,
        village=village if on_team else "",
        title=_title(title, cells.text("title")),
        phone=cells.phone(),
        home_unit=cells.text("home_unit"),
        wecom=cells.userid(),
        **_care(cells),
    )  # fmt: skip
    kind = read_kind(cells) if on_team else ""
    return PersonLine(cells.row.sheet, cells.row.number, county, entry, kind)


def _care(cells: Cells) -> dict[str, str]:
    """Term, insurance, check-up, whom to call, and the level that sends him."""
    return {
        "sent_by": read_level(cells),
        "term_from": read_day(cells, "term_from"),
        "term_to": read_day(cells, "term_to", last=True),
        "contact": read_contact(cells),
        "insured_until": read_day(cells, "insured_until", last=True),
        "checkup_day": read_day(cells, "checkup_day"),
    }


def _role(cells: Cells) -> tuple[Role, str]:
    text = cells.needed("role")
    found = role_of(text)
    if text and found is None:
        cells.bad("role", "roster.no_role", text=text, allowed=ALLOWED)
    return found or (Role.COUNTY, "")  # asks for no places: one problem is enough


def _title(by_role: str, written: str) -> str:
    """A leader is called by his role; 职务 may say more (第一书记兼队长), but not something else."""
    return written if by_role in written else by_role


def _household(cells: Cells, county: str) -> HouseholdLine:
    return HouseholdLine(
        cells.row.sheet, cells.row.number, county,
        township=cells.text("township"),
        village=cells.needed("village"),
        name=cells.needed("household"),
        group=group_name(cells.text("group")),
        kind=cells.text("kind"),
    )  # fmt: skip
