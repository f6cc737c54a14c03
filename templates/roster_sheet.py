"""The empty roster as a workbook (花名册模板.xlsx): two sheets, a note on each column, examples.

What the county fills in here is read back by `ledger/roster_rows.py`, column by column.
"""

from pathlib import Path

from xlsxwriter import Workbook

from templates.blank_sheets import ROWS, SAFE, Column, cell_formats, fill_sheet
from templates.words import Words

ROLES = ("队员", "队长", "第一书记", "乡镇", "县")
LEVELS = ("中央", "省", "市", "县", "乡镇")


PEOPLE = (
    Column("姓名*", "roster.note_name", 14, ("示例一（请删除）", "示例二（请删除）")),
    Column("角色*", "roster.note_role", 12, ("第一书记", "队员")),
    Column("县", "roster.note_county", 12, ("安和县", "安和县")),
    Column("乡镇", "roster.note_township", 14, ("清水镇", "清水镇")),
    Column("村", "roster.note_village", 14, ("永安村", "永安村")),
    Column("派出单位", "roster.note_home_unit", 22, ("县水利局", "县税务局")),
    Column("手机号", "roster.note_phone", 16, ("13800000001", "13800000002")),
    Column("职务", "roster.note_title", 14, ("", "科员")),
    Column("派出层级", "roster.note_sent_by", 12, ("县", "县")),
    Column("任期起", "roster.note_term_from", 14, ("2026-05-01", "2026-05-01")),
    Column("任期止", "roster.note_term_to", 14, ("2028-04-30", "2028-04-30")),
    Column("紧急联系人", "roster.note_contact", 20, ("", "")),
    Column("保险到期", "roster.note_insured_until", 14, ("2026-12-31", "2026-12-31")),
    Column("体检日期", "roster.note_checkup_day", 14, ("2026-03-10", "")),
    Column("企业微信账号", "roster.note_wecom", 18, ("", "")),
    Column("村类型", "roster.note_village_kind", 18, ("脱贫村", "脱贫村")),
)
HOUSEHOLDS = (
    Column("乡镇", "roster.note_township", 14, ("清水镇", "清水镇")),
    Column("村", "roster.note_village", 14, ("永安村", "永安村")),
    Column("户主*", "roster.note_household", 14, ("示例一（请删除）", "示例二（请删除）")),
    Column("组", "roster.note_group", 10, ("三组", "五组")),
    Column("类型", "roster.note_kind", 14, ("脱贫户", "监测户")),
)


def write_template(path: Path, words: Words | None = None) -> None:
    """Write the workbook there; an existing file is replaced."""
    said = words or Words()
    with Workbook(str(path), SAFE) as book:
        formats = cell_formats(book)
        people = fill_sheet(book.add_worksheet("人员"), PEOPLE, said, formats)
        people.data_validation(1, 1, ROWS, 1, {"validate": "list", "source": list(ROLES)})
        level = next(place for place, one in enumerate(PEOPLE) if one.heading == "派出层级")
        offered = {"validate": "list", "source": list(LEVELS)}
        people.data_validation(1, level, ROWS, level, offered)
        fill_sheet(book.add_worksheet("户"), HOUSEHOLDS, said, formats)
