"""One cell of a roster as it was typed: its heading, its text, what must not stand in it.

Pure: no database. Cells are text and never evaluated.
"""

import re

from ledger import table_cells
from ledger.numerals import NUMERAL, read_number
from ledger.people import Role
from ledger.table_cells import FORMULA as FORMULA
from ledger.table_cells import Problem as Problem
from ledger.table_cells import Row as Row
from ledger.table_cells import clean as clean
from ledger.table_cells import heading as heading
from ledger.table_cells import holds_id_number as holds_id_number

# A field's headings; the first is the one we say.
HEADINGS: dict[str, tuple[str, ...]] = {
    "county": ("县", "所在县", "所属县", "县名", "县区", "区县"),
    "township": ("乡镇", "所在乡镇", "所属乡镇", "乡镇名", "乡镇名称", "乡镇街道", "镇", "乡"),
    "village": (
        "村", "所在村", "所属村", "驻村", "驻点村", "派驻村", "帮扶村", "行政村", "村名", "村名称",
    ),
    "name": ("姓名", "名字", "人员姓名", "队员姓名", "驻村干部姓名"),
    "role": ("角色", "身份", "队内角色", "队内职务", "人员角色"),
    "home_unit": ("派出单位", "选派单位", "派驻单位", "所属单位", "工作单位", "单位"),
    "phone": (
        "手机号", "手机号码", "手机", "联系电话", "电话", "电话号码", "联系方式", "移动电话",
    ),
    "title": ("职务", "职位", "职务职级"),
    "sent_by": ("派出层级", "派出级别", "选派层级", "选派级别", "派出单位层级"),
    "term_from": (
        "任期起", "任期开始", "任期起始", "到任日期", "到村日期", "驻村开始时间", "任职起始",
    ),
    "term_to": ("任期止", "任期结束", "任期截止", "任期届满", "任期至", "任期到期"),
    "contact": ("紧急联系人", "紧急联系方式", "紧急联系电话", "紧急联系人及电话", "紧急联系人电话"),
    "insured_until": ("保险到期", "保险到期日", "保险有效期", "保险有效期至", "意外险到期", "保险截止"),
    "checkup_day": ("体检日期", "上次体检", "最近体检", "体检时间", "最近体检日期"),
    "wecom": (
        "企业微信账号", "企业微信", "企业微信号", "企业微信ID", "企微账号", "企业微信帐号",
    ),
    "village_kind": ("村类型", "村类别", "村的类型", "行政村类型", "帮扶村类型"),
    "household": ("户主", "户主姓名", "户主名", "户主名字"),
    "group": ("组", "村民小组", "小组", "组别", "所在组", "所属组"),
    "kind": ("类型", "户类型", "农户类型", "类别", "户类别", "农户类别"),
}  # fmt: skip
LABELS = {name: headings[0] for name, headings in HEADINGS.items()}

# What may stand under 角色, and the title that goes with it.
ROLE_WORDS: dict[str, tuple[Role, str]] = {
    "队员": (Role.MEMBER, ""),
    "工作队员": (Role.MEMBER, ""),
    "队长": (Role.LEADER, "队长"),
    "工作队长": (Role.LEADER, "队长"),
    "第一书记": (Role.LEADER, "第一书记"),
    "第一书记兼队长": (Role.LEADER, "第一书记兼队长"),
    "乡镇": (Role.TOWNSHIP, ""),
    "总队长": (Role.TOWNSHIP, "总队长"),
    "县": (Role.COUNTY, ""),
    "县级": (Role.COUNTY, ""),
}
ALLOWED = ("队员", "队长", "第一书记", "乡镇", "县")
BEFORE_ROLE = re.compile("^(?:驻村)?(?:工作队(?=队)|乡镇(?=总队长))?")
BETWEEN_ROLES = re.compile("[、,和及兼/()]+")

MOBILE = re.compile(r"(?:\+86|0086)?(1\d{10})(?:\.0+)?")
USERID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")  # WeCom's own rule
GROUP = re.compile(rf"第?({NUMERAL})(?:村民)?小?组?")


def group_name(text: str) -> str:
    """3, 3组, 第三村民小组 are all 三组; anything else stays as it is."""
    found = GROUP.fullmatch(text)
    number = read_number(found[1]) if found else None
    if number is None or not 1 <= number <= 99 or number % 1:
        return text
    tens, ones = divmod(int(number), 10)
    digits = " 一二三四五六七八九"
    ten = ("" if tens == 1 else digits[tens]) + "十" if tens else ""
    return f"{ten}{digits[ones].strip()}组"


def role_of(text: str) -> tuple[Role, str] | None:
    """Role and title of what stands under 角色; None when it is no role of ours."""
    words = [BEFORE_ROLE.sub("", one) for one in BETWEEN_ROLES.split(text) if one]
    if set(words) == {"第一书记", "队长"}:
        words = ["第一书记兼队长"]
    return ROLE_WORDS.get(words[0]) if len(words) == 1 else None


class Cells(table_cells.Cells):
    """One row of a roster."""

    labels = LABELS
    left_empty = "roster.left_empty"
    holds_number = "roster.id_number"

    def phone(self) -> str:
        """Eleven digits, or nothing."""
        text = self.text("phone")
        found = MOBILE.fullmatch(re.sub(r"[\s-]", "", text))
        if text and not found:
            self.bad("phone", "roster.no_phone", text=text)
        return found[1] if found else ""

    def userid(self) -> str:
        """A WeCom id, or nothing; ids differ by more than their case."""
        text = self.text("wecom")
        if text and not USERID.fullmatch(text):
            self.bad("wecom", "roster.no_userid", text=text)
        return text.casefold()

    def allowed(self, name: str, text: str) -> bool:
        """A number with the country before it is no formula."""
        return name == "phone" and text.startswith("+86")
