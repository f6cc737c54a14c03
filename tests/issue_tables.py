"""Issue tables as inspections and counties hand them in, with invented content."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from xlsxwriter import Workbook

from ledger.table_cells import Row

HEADS = (
    "序号", "方面", "具体问题", "涉及村/户", "整改措施", "牵头单位", "责任单位", "责任人", "整改时限",
    "状态", "销号日期",
)  # fmt: skip
ASPECTS = (
    "责任落实", "政策落实", "工作落实", "资金使用", "项目管理", "作风建设", "防返贫监测", "基础工作",
    "整改落实",
)  # fmt: skip
UNITS = (
    "县水务局", "县住建局", "县教育局", "县卫健局", "县医保局", "县民政局", "县残联", "县交通局", "县财政局",
    "县人社局", "县林业局", "县农业农村局", "县电力公司", "县审计局", "县文旅局", "县委组织部",
    "县商务局", "县自然资源局",
)  # fmt: skip
ID_NUMBER = "110101" + "19900307" + "1233"  # nobody's
PLACES = ("永安村", "柳树村", "石桥村", "清水镇", "全县", "永安村张大山")


def rows(*lines: Sequence[Any], sheet: str = "问题清单") -> tuple[Row, ...]:
    """Lines as the table's child hands them on: blank rows and trailing blanks left out."""
    found = []
    for number, line in enumerate(lines, 1):
        cells = [str(one) for one in line]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            found.append(Row(sheet, number, tuple(cells)))
    return tuple(found)


def workbook(*lines: Sequence[Any], sheet: str = "问题清单") -> bytes:
    """The same as an .xlsx."""
    out = io.BytesIO()
    with Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        made = book.add_worksheet(sheet)
        for number, line in enumerate(lines):
            made.write_row(number, 0, line)
    return out.getvalue()


def nine_fifty_two_eighteen() -> Iterable[tuple[Any, ...]]:
    """「9个方面52个具体问题，18个责任单位」: an aspect is written once, above its first problem."""
    yield ("安和县巡视反馈问题整改清单（9个方面52个具体问题，18个责任单位）",)
    yield HEADS
    for number in range(52):
        place = number // 6 if number < 48 else 8
        first = number % 6 == 0 if number < 48 else number == 48
        yield (
            number + 1, f"{ASPECTS[place]}方面" if first else "", f"第{number + 1}项工作不到位",
            PLACES[number % len(PLACES)], "逐项整改", UNITS[number % 18], UNITS[(number + 1) % 18],
            "", "2026年12月底前", "", "",
        )  # fmt: skip


def bad_rows() -> Iterable[tuple[Any, ...]]:
    """Good rows among bad ones, as somebody in a hurry fills them in."""
    yield HEADS
    yield (1, "饮水方面", "水泵老化，常停水", "永安村", "换水泵", "县水务局", "清水镇", "李队员",
           "2026年12月31日", "", "")  # fmt: skip
    yield (
        2,
        "",
        "三户房屋漏雨",
        "永安村张大山、柳树村",
        "",
        "县住建局",
        "",
        "",
        "长期坚持",
        "",
        "",
    )
    yield (3, "", "路灯不亮", "杏花村", "", "", "", "", "2026年12月底前", "", "")
    yield (4, "", "", "柳树村", "修路", "", "", "", "2026年12月底前", "", "")
    yield (5, "", "低保没到账", "石桥村", "", "县民政局", "", "", "立行立改", "已销号", "")
    yield (
        6,
        "",
        f"户主 {ID_NUMBER} 未参保",
        "柳树村",
        "",
        "县医保局",
        "",
        "",
        "",
        "",
        "",
    )
    yield (7, "环境方面", "垃圾清运不及时", "清水镇", "增加清运", "清水镇", "", "", "2026年10月底前",
           "已销号", "2026-10-30")  # fmt: skip


def small() -> Iterable[tuple[Any, ...]]:
    """Two good rows."""
    yield HEADS
    yield (
        1,
        "饮水方面",
        "水泵老化，常停水",
        "永安村",
        "换水泵",
        "县水务局",
        "",
        "",
        "2026年12月底前",
    )
    yield (2, "", "路灯不亮", "柳树村", "", "", "", "", "2026年12月底前")


TABLES = {
    "省级巡视反馈": nine_fifty_two_eighteen,
    "半年成效考核": bad_rows,
    "台账": small,
    "不是清单": lambda: [("姓名", "角色"), ("张三", "队员")],
}
