"""One cell of an issue table as it was typed: its heading, its day, its state, its units. Pure.

The columns are those of an inspection's catalogue (方面 → 具体问题 → 责任单位, S000-11, S000-64) and of
a county's own ledger (五个清单, S000-66), under the names they go by.
"""

import re
from datetime import date, timedelta
from typing import ClassVar

from ledger import table_cells
from ledger.errors import Misunderstood
from ledger.issues import Source
from ledger.reading.hiding import without_secrets
from ledger.roster_care import day_of
from ledger.table_cells import ERROR, HAN_GAP, clean
from ledger.tiers import Tier
from ledger.time_phrases import TimePhrase, find_times

# A field's headings; the first is the one we say.
HEADINGS: dict[str, tuple[str, ...]] = {
    "item_no": ("序号", "编号", "问题编号", "问题序号", "序", "号"),
    "aspect": ("方面", "所属方面", "问题方面", "反馈方面", "涉及方面", "问题大类", "大类"),
    "text": (
        "问题", "问题描述", "具体问题", "存在问题", "存在的问题", "存在的具体问题", "问题表现",
        "具体表现", "反馈问题", "反馈的问题", "反馈意见", "问题内容", "问题清单", "问题具体表现",
    ),
    "source": ("来源", "问题来源", "反馈来源", "来源渠道"),
    "category": ("类别", "问题类别", "问题类型", "问题分类", "类型"),
    "place": ("涉及村/户", "涉及村户", "涉及村", "涉及村组户", "涉及乡镇村", "涉及地点", "涉及范围", "村户"),
    "township": ("乡镇", "所在乡镇", "所属乡镇", "涉及乡镇", "乡镇名称", "乡镇街道"),
    "village": ("村", "村名", "行政村", "所在村", "村名称"),
    "household": ("户主", "户主姓名", "涉及户", "涉及农户", "农户"),
    "measure": ("整改措施", "措施", "具体措施", "整改举措", "具体整改措施", "措施清单"),
    "requirement": (
        "整改要求", "要求", "标准", "整改标准", "整改要求标准", "整改目标", "目标", "要求清单",
    ),
    "lead_unit": ("牵头单位", "牵头部门", "牵头责任单位", "牵头单位部门"),
    "units": ("责任单位", "责任部门", "整改责任单位", "整改单位", "责任单位部门"),
    "co_units": ("配合单位", "配合部门", "协办单位", "协助单位", "配合责任单位"),
    "responsible": ("责任人", "整改责任人", "具体责任人", "责任领导", "直接责任人", "责任清单"),
    "due": (
        "整改时限", "时限", "完成时限", "整改期限", "完成时间", "整改完成时限", "整改完成时间", "限期",
        "时限要求", "时限清单",
    ),
    "found_day": ("发现日期", "发现时间", "反馈日期", "反馈时间", "问题发现时间"),
    "tier": ("档次", "层级", "问题层级", "整改档次", "整改类型", "整改分类", "整改方式"),
    "progress": (
        "整改进展", "进展", "进展情况", "整改情况", "整改进展情况", "整改落实情况", "整改成效", "整改结果",
    ),
    "state": ("状态", "整改状态", "销号状态", "销号情况", "完成情况", "是否完成", "是否销号"),
    "evidence": ("佐证材料", "印证材料", "佐证"),
    "asked_day": ("申请销号日期", "申请销号时间"),
    "closed_day": ("销号日期", "销号时间", "办结日期", "销号日"),
    "verifier": ("核验人", "核验人核验方式", "核验方式", "验收人", "核查人"),
    "look_back": ("回头看", "回头看日期结果", "回头看日期", "回头看结果", "回头看情况"),
}  # fmt: skip
LABELS = {name: names[0] for name, names in HEADINGS.items()}
LONG = {"text": 500, "measure": 1000, "requirement": 500, "progress": 1000, "co_units": 300}
LONG |= {"units": 300, "place": 300, "look_back": 300, "evidence": 300, "verifier": 100}

SOURCES = (
    (Source.INSPECTION, re.compile("巡视|巡察|督查|督导|审计|纪委")),
    (Source.APPRAISAL, re.compile("成效考核|考核|考评|评估")),
    (Source.SPOT_CHECK, re.compile("抽查|暗访|明查|核查")),
    (Source.VILLAGER, re.compile("群众|信访|来信|12345|热线|反映")),
    (Source.SELF_CHECK, re.compile("自查|排查|摸排|预警")),
    (Source.VISIT, re.compile("走访|入户|回访")),
)
TIERS = (
    (Tier.AT_ONCE, re.compile("立行立改|即知即改|立整立改|立即整改|立知立改|边查边改")),
    (Tier.COMPLEX, re.compile("复杂|长期|持续|重大|疑难")),
    (Tier.GENERAL, re.compile("一般|限期|阶段|短期|中期")),
)
CLOSED = re.compile("^(?:已销号|销号|已办结|已?完成销号)$")
UNTOUCHED = re.compile("^(?:未启动|未开始|未整改|尚未.*|待整改|未办理|否|没有开始)$")
CLAIMED = re.compile(
    "^(?:已完成|已整改|整改完成|完成整改|已整改到位|整改到位|完成|基本完成|待核验|申请销号|已申请销号|是)$"
)
A_YEAR = timedelta(days=365)
BETWEEN_UNITS = re.compile(r"[、,;/\s]+")
UNIT_LABEL = re.compile(r"(?:牵头|责任|配合|协办|主责)(?:责任)?(?:单位|部门)?:")
NUMBERED = re.compile(
    r"^(?:[(]?[一二三四五六七八九十]{1,3}[)、.]|第[一二三四五六七八九十]{1,3}[、,.]?)\s?"
)
MARKS = frozenset("，。：；（）！？《》、“”\n ")
ENDED = re.compile("([，。：；！？、])；")
COUNT_BEHIND = re.compile(r"[(][^()]{0,30}[)]$")


class Cells(table_cells.Cells):
    """One row of an issue table."""

    labels = LABELS
    unwanted: ClassVar[re.Pattern[str]] = re.compile(f"[=@]|{ERROR}")  # - may begin a list

    carried = ""  # the aspect of this row, written here or further up

    def longest(self, name: str) -> int:
        """Words about an issue are longer than a name."""
        return LONG.get(name, 120)

    def said(self, name: str) -> str:
        """The field's words as they may be stored: as written, telephone and card numbers hidden."""
        return without_secrets(worded(self.raw(name)))[1] if self.text(name) else ""

    def needed_words(self, name: str) -> str:
        """The same; a problem when there are none."""
        return self.said(name) if self.needed(name) else ""


# days
def day_in(text: str, base: date) -> date | None:
    """The last day a cell names (2026.4.30, 2026年4月底前, 4月底前, 年底前); None: no day.

    Without a year it is the nearest one, before or after: old ledgers are overdue.
    """
    whole = day_of(text, last=True)
    if whole:
        return date.fromisoformat(whole)
    days = [
        _resolved(one, base) for one in find_times(text) if one.names_day and not one.at_once
    ]
    return max((one for one in days if one), default=None)


def _resolved(phrase: TimePhrase, base: date) -> date | None:
    bases = (base, base - A_YEAR) if has_no_year(phrase) else (base,)
    days = [day for one in bases if (day := _last_day(phrase, one))]
    return min(days, key=lambda day: abs((day - base).days), default=None)


def _last_day(phrase: TimePhrase, base: date) -> date | None:
    try:
        span = phrase.resolve(base, "ahead")
    except Misunderstood:  # 2026年13月
        return None
    return span.last if span and span.kind != "after" else None


def has_no_year(phrase: TimePhrase) -> bool:
    """Whether it is a month or a day of a month of no year said."""
    parts = phrase.hit.parts
    return bool(parts.get("m")) and not parts.get("y")


def says_at_once(text: str) -> bool:
    """Whether it is to be solved at once (立行立改)."""
    return bool(TIERS[0][1].search(text))


# words
def worded(text: str) -> str:
    """A sentence with its Chinese marks; the lines of a cell are parted by them."""
    shaped = (one if one in MARKS else clean(one) for one in text.replace("\r", "\n"))
    lines = [HAN_GAP.sub("", " ".join(one.split())) for one in "".join(shaped).split("\n")]
    return ENDED.sub(r"\1", "；".join(one for one in lines if one))


def tier_in(text: str) -> Tier | None:
    """The tier a cell names; None where it names none."""
    return next((tier for tier, words in TIERS if words.search(text)), None)


def source_in(text: str) -> Source | None:
    """The source a cell or a catalogue's name tells (省委巡视反馈)."""
    return next((source for source, words in SOURCES if words.search(text)), None)


def units_in(text: str) -> tuple[str, ...]:
    """The units of a cell, each once, in order; labels inside it are left out."""
    found = BETWEEN_UNITS.split(UNIT_LABEL.sub("、", text))
    return tuple(dict.fromkeys(one for one in found if one))


def aspect_of(text: str) -> str:
    """二、责任落实方面（6个问题） is 责任落实方面."""
    return COUNT_BEHIND.sub("", NUMBERED.sub("", text)).strip()
