"""One cell of a roster as it was typed: its heading, its text, what must not stand in it.

Pure: no database. Cells are text and never evaluated.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.numerals import NUMERAL, read_number
from ledger.people import Role

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

LONGEST = 60
FORMULA = re.compile(r"[=+@-]|#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")
NOTHING = re.compile(r"[-—–/\\]*")
MOBILE = re.compile(r"(?:\+86|0086)?(1\d{10})(?:\.0+)?")
YEAR_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
ID_NUMBER = re.compile(
    rf"(?<!\d)[1-9]\d{{5}}(?:(?:18|19|20)\d\d{YEAR_DAY}\d{{3}}[\dXx]|\d\d{YEAR_DAY}\d{{3}})(?![\dXx])"
)
GROUP = re.compile(rf"第?({NUMERAL})(?:村民)?小?组?")
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


def holds_id_number(text: str) -> bool:
    """Whether an identity card's number stands in it (security §1.4: never collected)."""
    return bool(ID_NUMBER.search(re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))))


class Cells:
    """One row's cells by field; what is wrong with them is collected."""

    def __init__(self, row: Row, columns: Mapping[str, int]) -> None:
        self.row, self.columns = row, columns
        self.problems: list[Problem] = []

    def raw(self, name: str) -> str:
        """The cell as it came; empty where the row or the column ends before it."""
        place = self.columns.get(name, len(self.row.cells))
        return self.row.cells[place] if place < len(self.row.cells) else ""

    def bad(self, name: str, reason: str, /, **facts: Any) -> None:
        """Note a problem with this field; the row goes on being read."""
        found = Problem(self.row.sheet, self.row.number, LABELS.get(name, ""), reason, facts)
        self.problems.append(found)

    def text(self, name: str) -> str:
        """The field's text; empty when missing, only a dash, or wrong."""
        raw, text = self.raw(name), clean(self.raw(name))
        if NOTHING.fullmatch(text):
            return ""
        if (raw.startswith("\t") or FORMULA.match(text)) and not self._is_phone(name, text):
            self.bad(name, "roster.formula")
        elif len(text) > LONGEST:
            self.bad(name, "roster.too_long", most=LONGEST)
        else:
            return text
        return ""

    def needed(self, name: str) -> str:
        """The field's text; a problem when there is none."""
        before = len(self.problems)
        text = self.text(name)
        if not text and len(self.problems) == before:
            self.bad(name, "roster.left_empty")
        return text

    def phone(self) -> str:
        """Eleven digits, or nothing."""
        text = self.text("phone")
        found = MOBILE.fullmatch(re.sub(r"[\s-]", "", text))
        if text and not found:
            self.bad("phone", "roster.no_phone", text=text)
        return found[1] if found else ""

    def blank(self) -> bool:
        """Whether none of our columns says anything (a running number alone is nothing)."""
        return not any(clean(self.raw(name)) for name in self.columns)

    def refuse_id_numbers(self) -> None:
        """An identity number in any cell, ours or not, keeps the row out."""
        if any(holds_id_number(cell) for cell in self.row.cells):
            self.bad("", "roster.id_number")

    def _is_phone(self, name: str, text: str) -> bool:
        return name == "phone" and text.startswith("+86")
