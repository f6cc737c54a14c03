"""The issue ledger as a workbook (问题台账.xlsx): the ledger, five lists, units, places, the wall.

Rows come from ledger/issue_rows.py in one of four orders; each sheet takes the rows of its own.
The columns of the ledger are those of the county's form: 问题、措施、责任、时限、要求 and what
became of it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from templates.filters import STATES, source, state, tier, word_of
from templates.ledger_sheets import Book, Column, Head, Sheet
from templates.ledger_sheets import file_name as file_name

Line = Any  # a row of the ledger, seen from here by its attributes
OFFERED = tuple(STATES.values())
LOOKED = {"": "待看", "holds": "稳定", "rebounded": "反弹"}
ORDERS = ("number", "due", "unit", "place")
KEEP_APART = "；"


@dataclass(frozen=True)
class Plan:
    """One sheet: in what order its rows come, which of them it takes."""

    name: str
    order: str
    columns: tuple[Column, ...]
    takes: Callable[[Line, date], bool]


def _every(_line: Line, _today: date) -> bool:
    return True


def _late(line: Line, today: date) -> bool:
    return bool(line.is_late(today))


def _with_unit(line: Line, _today: date) -> bool:
    return line.closed_day is None and bool(line.lead_unit or line.co_units or line.holder)


def _of_household(line: Line, _today: date) -> bool:
    return bool(line.household)


# cells
def _whole_place(line: Line) -> str:
    return " ".join(one for one in (line.place, line.household) if one)


def _owner(line: Line) -> str:
    return str(line.responsible or line.owner)


def _category(line: Line) -> str:
    return str(line.category or "未分类")


@lru_cache(maxsize=4096)
def _day(text: str | None) -> date | None:
    """An ISO day as the day it is, so that it sorts and filters; a ledger has a few hundred."""
    return date.fromisoformat(text) if text else None


def _progress(line: Line) -> str:
    return str(line.effect or line.note)


def _state_and_progress(line: Line) -> str:
    """For a sheet that has no column of states."""
    return "：".join(one for one in (state(line.state), _progress(line)) if one)


def _evidence(line: Line) -> str:
    files = f"{line.files} 件" if line.files else ""
    return KEEP_APART.join(one for one in (files, "只有文字" if line.text_only else "") if one)


def _verified(line: Line) -> str:
    return "/".join(one for one in (line.verifier, word_of(line.household_word)) if one)


def _looks(line: Line) -> str:
    """「30天 2026-12-20 稳定」, one look-back after the other."""
    told = [
        f"{one.after_days}天 {one.day or one.due} {LOOKED[one.result]}"
        for one in line.look_backs
    ]
    return KEEP_APART.join(told)


def _came_back(line: Line) -> str:
    return f"由 {line.reopens_id} 号反弹" if line.reopens_id else ""


def _days_held(line: Line, today: date) -> str:
    """「永安村 12天；县水务局 23天」."""
    return KEEP_APART.join(f"{who} {days}天" for who, days in line.days_held(today).items())


NUMBER = Column("序号", 7, lambda line: line.id)
TEXT = Column("问题描述", 36, lambda line: line.text)
WHERE = Column("涉及村/户", 18, _whole_place)
TOWNSHIP = Column("乡镇", 12, lambda line: line.township)
VILLAGE = Column("村", 12, lambda line: line.village)
HOUSEHOLD = Column("户", 12, lambda line: line.household)
STATE = Column("状态", 10, lambda line: state(line.state), OFFERED, shaded=True)
DUE = Column("整改时限", 13, lambda line: _day(line.due), shaded=True)
MOVED = Column("延期次数", 8, lambda line: line.moved)
OWNER = Column("责任人", 10, _owner)
SOURCE = Column("问题来源", 10, lambda line: source(line.source))
CATEGORY = Column("问题类别", 10, _category)
MEASURE = Column("整改措施", 28, lambda line: line.measure)
STANDARD = Column("整改要求(标准)", 24, lambda line: line.requirement)
LEAD = Column("牵头单位", 14, lambda line: line.lead_unit)
UNITS = Column("责任单位", 14, lambda line: line.co_units or line.place)
HOLDER = Column("现在由谁经手", 14, lambda line: line.holder)
PROGRESS = Column("整改进展", 28, _progress)
EVIDENCE = Column("佐证材料", 12, _evidence)
CLOSED = Column("销号日期", 11, lambda line: _day(line.closed_day))
LOOKS = Column("回头看日期/结果", 24, _looks)
REBOUNDS = Column("反弹次数", 8, lambda line: line.rebounds)


def _plans(today: date) -> tuple[Plan, ...]:
    """Every sheet of rows, in the order in which they stand in the book."""
    held = Column("经手/天数", 24, lambda line: _days_held(line, today))
    left = Column("剩余天数", 9, lambda line: _left(line, today))
    due = (NUMBER, WHERE, TEXT, DUE, MOVED, left, STATE)
    ledger = (
        NUMBER, TEXT, SOURCE, CATEGORY, WHERE, MEASURE, STANDARD, LEAD, UNITS, OWNER, DUE, MOVED,
        STATE, PROGRESS, EVIDENCE, Column("申请销号日期", 11, lambda line: line.submitted_day),
        Column("核验人/核验方式", 16, _verified), CLOSED, LOOKS, held, REBOUNDS,
    )  # fmt: skip
    return (
        Plan("台账", "number", ledger, _every),
        Plan("问题清单", "number", _PROBLEMS, _every),
        Plan("措施清单", "number", _MEASURES, _every),
        Plan("责任清单", "number", _DUTIES, _every),
        Plan("时限清单", "due", (*due, OWNER, CLOSED), _every),
        Plan("要求清单", "number", _STANDARDS, _every),
        Plan("单位清单", "unit", _OF_UNITS, _with_unit),
        Plan("逾期", "due", (*due, HOLDER, OWNER), _late),
        Plan("各村", "place", _OF_VILLAGES, _every),
        Plan("各户", "place", _OF_HOUSEHOLDS, _of_household),
    )


def _left(line: Line, today: date) -> int | str:
    """Days to the deadline, below 0 when it has passed; nothing once it is struck off."""
    due = _day(line.due)
    return "" if line.closed_day or due is None else (due - today).days


_PROBLEMS = (
    NUMBER, TOWNSHIP, VILLAGE, HOUSEHOLD, TEXT, SOURCE, CATEGORY,
    Column("清单", 14, lambda line: line.catalogue), Column("方面", 12, lambda line: line.aspect),
    Column("项号", 8, lambda line: line.item_no), Column("档次", 10, lambda line: tier(line.tier)),
    Column("发现日期", 11, lambda line: _day(line.found_day)), Column("标签", 12, lambda line: line.tags),
    Column("来历", 14, _came_back),
)  # fmt: skip
_MEASURES = (
    NUMBER, WHERE, TEXT, MEASURE, Column("长效措施", 24, lambda line: line.lasting),
    Column("整改进展", 28, _state_and_progress),
)  # fmt: skip
_DUTIES = (NUMBER, WHERE, TEXT, LEAD, UNITS, OWNER, HOLDER)
_STANDARDS = (
    NUMBER,
    WHERE,
    TEXT,
    STANDARD,
    Column("成效", 28, lambda line: line.effect),
    EVIDENCE,
)
_OF_UNITS = (HOLDER, LEAD, UNITS, NUMBER, WHERE, TEXT, DUE, STATE)
_OF_VILLAGES = (TOWNSHIP, VILLAGE, NUMBER, HOUSEHOLD, TEXT, CATEGORY, DUE, STATE, OWNER)
_OF_HOUSEHOLDS = (
    TOWNSHIP,
    VILLAGE,
    HOUSEHOLD,
    NUMBER,
    TEXT,
    MEASURE,
    PROGRESS,
    DUE,
    STATE,
    CLOSED,
)
WALL_NOTE = "总数不含已反弹的：反弹以后按新的编号计一次。"
WHOLE_NOTE = "这一页数的是全部问题，不只是这本里列出的。"
WALL = (
    Column("乡镇", 14, lambda one: one.township),
    Column("村", 14, lambda one: one.village),
    Column("总数", 9, lambda one: one.total),
    Column("已销号", 9, lambda one: one.closed),
    Column("未启动", 9, lambda one: one.open),
    Column("整改中", 9, lambda one: one.doing),
    Column("待核验", 9, lambda one: one.waiting),
    Column("临期", 9, lambda one: one.near),
    Column("逾期", 9, lambda one: one.overdue),
    Column("反弹过", 9, lambda one: one.rebounded),
    Column("销号率", 9, lambda one: float(one.share)),
)


@dataclass(frozen=True)
class Shown:
    """A sheet under way, and where its cells stand among those made for its order."""

    plan: Plan
    sheet: Sheet
    places: tuple[int, ...]


class IssueBook:
    """The workbook under way: pages of rows in any order, then the wall's numbers, then `close`.

    A deadline from today to `near` (ISO) is near; '' when that is not to be seen. `sheets`: those
    of them only; none named is all.
    """

    def __init__(
        self, path: Path, head: Head, today: date, near: str = "", sheets: Sequence[str] = ()
    ) -> None:
        self._book, self._today, self._near = Book(path, head), today, near
        plans = [one for one in _plans(today) if not sheets or one.name in sheets]
        self._columns = {order: _columns(plans, order) for order in ORDERS}
        self._shown = [self._begin(plan) for plan in plans]

    def _begin(self, plan: Plan) -> Shown:
        made = self._columns[plan.order]
        places = tuple(made.index(column) for column in plan.columns)
        return Shown(plan, self._book.sheet(plan.name, plan.columns), places)

    def add(self, order: str, page: Iterable[Line]) -> None:
        """Write a page of rows into every sheet of that order; a cell is made once for all."""
        shown = [one for one in self._shown if one.plan.order == order]
        for line in page:
            takers = [one for one in shown if one.plan.takes(line, self._today)]
            cells = self._book.cells(self._columns[order], line, self._shade(line))
            for one in takers:
                one.sheet.put([cells[place] for place in one.places])

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders in which its sheets take rows."""
        return tuple(one for one in ORDERS if self._columns[one])

    def add_wall(
        self, lines: Iterable[Any], sums: Iterable[Any], *, whole: bool = False
    ) -> None:
        """The wall chart: the places, then the sums; `whole`: of more than the rows of the book."""
        sheet = self._book.sheet("挂图数据", WALL)
        for one in lines:
            self._book.write(sheet, one)
        for one in sums:
            self._book.write(sheet, one, "sum")
        self._book.note(sheet, f"{WALL_NOTE}{WHOLE_NOTE if whole else ''}")

    def close(self) -> None:
        """Put the file together."""
        self._book.close()

    def abandon(self) -> None:
        """Leave it unfinished."""
        self._book.abandon()

    def _shade(self, line: Line) -> str:
        if line.state == "closed":
            return "closed"
        if line.is_late(self._today):
            return "late"
        return "near" if line.closed_day is None and line.due <= self._near else ""


def _columns(plans: Iterable[Plan], order: str) -> list[Column]:
    """Every column of the sheets of that order, once."""
    return list(
        dict.fromkeys(column for one in plans if one.order == order for column in one.columns)
    )
