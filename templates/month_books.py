"""The ledgers of a month as workbooks (走访、学习、天数、请假、抽查、承诺台账): columns as data.

A ledger is its title, its columns, and what colour a row has by its deadline. What a cell is (words,
a number, a day) follows from what the row holds there; words to choose from make a state.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

from templates.ledger_sheets import Book, Column, Head

LEAVE_STATES = {
    "asked": "待批",
    "approved": "已批准",
    "refused": "未批准",
    "withdrawn": "已撤回",
}
NEAR = timedelta(days=3)
Shade = Callable[[Any, date], str]  # of a row on a day: '', 'late', 'near', 'closed'


@dataclass(frozen=True)
class Ledger:
    """One ledger: its title, its columns, the colour of a row, a line below the last one."""

    title: str
    columns: tuple[Column, ...]
    shade: Shade = lambda _row, _today: ""
    note: str = ""


def _column(
    heading: str, width: int, field: str, offered: tuple[str, ...] = (), *, shaded: bool = False
) -> Column:
    return Column(heading, width, attrgetter(field), offered, shaded)


# colours
def _until(day: date | None, today: date) -> str:
    if day is None or day > today + NEAR:
        return ""
    return "late" if day < today else "near"


def _promise(row: Any, today: date) -> str:
    return _until(row.by_day, today)


def _leave(row: Any, today: date) -> str:
    """Red: over, and not reported back from."""
    if row.state != "approved":
        return ""
    return "closed" if row.back_day else _until(row.to_day, today)


# the ledgers
DAY = _column("日期", 12, "day")
TOWNSHIP = _column("乡镇", 14, "township")
VILLAGE = _column("村", 14, "village")
PERSON = _column("姓名", 12, "person")
HOUSEHOLD = _column("户", 14, "household")
TOPIC = _column("学习内容", 44, "topic")
STATE = Column(
    "状态", 10, lambda row: LEAVE_STATES[row.state], tuple(LEAVE_STATES.values()), shaded=True
)
LEDGERS: dict[str, Ledger] = {
    "visits": Ledger(
        "走访台账",
        (DAY, VILLAGE, _column("组", 10, "group_name"), HOUSEHOLD,
         _column("走访情况", 48, "found"), PERSON),
    ),
    "visit_counts": Ledger(
        "走访台账",
        (DAY, TOWNSHIP, VILLAGE, _column("走访次数", 10, "visits"),
         _column("走访户数", 10, "households")),
        note="走访户数只数名册里的户；户名由工作队掌握，不在这份台账里。",
    ),
    "study": Ledger(
        "学习台账",
        (DAY, PERSON, TOPIC, _column("方式", 10, "way", ("自学", "交流"))),
        note="学习时长只有本人看得到，不在这份台账里。",
    ),
    "study_counts": Ledger(
        "学习台账", (DAY, TOWNSHIP, VILLAGE, TOPIC, _column("人数", 8, "people")),
        note="学习时长只有本人看得到，不在这份台账里。",
    ),
    "days": Ledger(
        "出勤天数台账",
        (TOWNSHIP, VILLAGE, PERSON, _column("驻村天数", 10, "stationed"),
         _column("在村工作天数", 12, "working")),
        note="天数按台账计算，发“天数 姓名”可以看每天的来源；以组织部门核定的为准。",
    ),
    "leave": Ledger(
        "请假台账",
        (PERSON, _column("起", 12, "from_day"), _column("止", 12, "to_day", shaded=True),
         _column("类别", 10, "kind"), _column("事由", 30, "reason"), STATE,
         _column("销假日期", 12, "back_day")),
        _leave, "标红的是假期已满、还没有销假。",
    ),
    "leave_counts": Ledger(
        "请假台账",
        (TOWNSHIP, VILLAGE, _column("请假次数", 10, "asked"), _column("已批准", 9, "approved"),
         _column("待批", 9, "waiting"), _column("未批准", 9, "refused"),
         _column("已销假", 9, "returned")),
    ),
    "checks": Ledger(
        "抽查台账",
        (DAY, TOWNSHIP, VILLAGE, _column("抽到人次", 10, "drawn"),
         _column("已答", 9, "answered"), _column("不计", 9, "void"),
         _column("待核实", 9, "pending"), _column("已查实", 9, "confirmed"),
         _column("不成立", 9, "lifted")),
        note="待核实的还没有人作出决定，不是违规；这份台账不写姓名。",
    ),
    "promises": Ledger(
        "承诺台账",
        (DAY, HOUSEHOLD, _column("承诺", 48, "text"), _column("办成期限", 12, "by_day", shaded=True),
         PERSON),
        _promise, "标红的是已过承诺的日子；台账不记承诺是否办成，请自行核对。",
    ),
    "promise_counts": Ledger(
        "承诺台账",
        (TOWNSHIP, VILLAGE, _column("承诺件数", 10, "promised"),
         _column("定了期限", 10, "dated")),
    ),
}  # fmt: skip


class MonthBook:
    """The workbook under way: pages of rows, then `close`."""

    def __init__(self, path: Path, head: Head, form: str, today: date) -> None:
        self._ledger, self._today = LEDGERS[form], today
        self._book = Book(path, head)
        self._sheet = self._book.sheet(self._ledger.title, self._ledger.columns)

    def add(self, page: Iterable[Any]) -> None:
        """Write a page of rows."""
        for row in page:
            self._book.write(self._sheet, row, self._ledger.shade(row, self._today))

    def close(self) -> None:
        """Put the file together."""
        if self._ledger.note:
            self._book.note(self._sheet, self._ledger.note)
        self._book.close()

    def abandon(self) -> None:
        """Leave it unfinished."""
        self._book.abandon()
