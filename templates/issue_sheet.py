"""The empty issue table as a workbook (问题清单模板.xlsx): a note on each column, two examples.

What is filled in here is read back by `ledger/catalogue_rows.py`, column by column.
"""

from pathlib import Path

from xlsxwriter import Workbook

from templates.blank_sheets import ROWS, SAFE, Column, cell_formats, fill_sheet
from templates.words import Words

STATES = ("未启动", "整改中", "已销号")
TIERS = ("立行立改", "一般问题", "复杂问题")
COLUMNS = (
    Column("序号", "catalogues.note_item_no", 8, ("1", "2")),
    Column("方面", "catalogues.note_aspect", 18, ("责任落实方面", "")),
    Column("问题描述*", "catalogues.note_text", 40, ("示例一（请删除）", "示例二（请删除）")),
    Column("问题来源", "catalogues.note_source", 14, ("巡视巡察", "巡视巡察")),
    Column("问题类别", "catalogues.note_category", 12, ("饮水", "住房")),
    Column("乡镇", "catalogues.note_township", 12, ("清水镇", "清水镇")),
    Column("涉及村/户", "catalogues.note_place", 20, ("永安村", "永安村张大山、柳树村")),
    Column("整改措施", "catalogues.note_measure", 36, ("更换水泵，每周巡查", "")),
    Column("整改要求", "catalogues.note_requirement", 24, ("能正常用水", "")),
    Column("牵头单位", "catalogues.note_lead_unit", 16, ("县水务局", "县住建局")),
    Column("责任单位", "catalogues.note_units", 22, ("清水镇", "清水镇、县财政局")),
    Column("责任人", "catalogues.note_responsible", 12, ("", "")),
    Column("档次", "catalogues.note_tier", 12, ("一般问题", "复杂问题")),
    Column("整改时限", "catalogues.note_due", 16, ("2026年4月30日", "2026年6月底前")),
    Column("发现日期", "catalogues.note_found_day", 14, ("2026-01-10", "")),
    Column("状态", "catalogues.note_state", 10, ("整改中", "已销号")),
    Column("整改进展", "catalogues.note_progress", 30, ("", "")),
    Column("销号日期", "catalogues.note_closed_day", 14, ("", "2026-03-20")),
    Column("核验人", "catalogues.note_verifier", 12, ("", "")),
    Column("回头看", "catalogues.note_look_back", 16, ("", "")),
)


def write_issue_template(path: Path, words: Words | None = None) -> None:
    """Write the workbook there; an existing file is replaced."""
    with Workbook(str(path), SAFE) as book:
        formats = cell_formats(book)
        sheet = fill_sheet(book.add_worksheet("问题清单"), COLUMNS, words or Words(), formats)
        for heading, choices in (("档次", TIERS), ("状态", STATES)):
            place = next(at for at, one in enumerate(COLUMNS) if one.heading == heading)
            offered = {"validate": "list", "source": list(choices), "error_type": "warning"}
            sheet.data_validation(1, place, ROWS, place, offered)
