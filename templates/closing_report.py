"""The closing report of one issue (销号报告) as a Word document: what, who, until when, the proof.

Page and fonts are those of documents.md §2; the fonts are named, never shipped. The facts come
ready from the ledger and are only put into words and tables here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from docx.document import Document as Paper
from docx.oxml import OxmlElement
from docx.shared import Mm

from templates.filters import flagged, short_day, source, state, story, tier, word_of
from templates.ledger_sheets import clean
from templates.official_page import (
    CENTRE,
    FANGSONG,
    HEI,
    JUSTIFIED,
    LEFT,
    LINE,
    SONG,
    add_style,
    blank,
)
from templates.scaled_pictures import scaled

MOST_PICTURES = 12
PICTURE_WIDTH = Mm(75)
ASKED = {"asked": "待答复", "granted": "同意", "refused": "未同意", "dropped": "作罢"}
LOOKED = {"": "待看", "holds": "稳定", "rebounded": "反弹"}
CLOSED = frozenset({"closed", "rebounded"})


@dataclass(frozen=True)
class Facts:
    """Everything the report says; rows and steps are the ledger's, seen by their attributes."""

    row: Any  # issue_rows.Row
    steps: Sequence[Any]  # progress.Step
    wishes: Sequence[Any]  # deadlines.Wish
    pieces: Sequence[Any]  # evidence.Piece, the newest first
    days: dict[int, str]  # by piece, when it came
    days_held: dict[str, int]
    now: datetime
    made_by: str
    seal: str = ""
    pictures: dict[str, Path] = field(default_factory=dict)  # by hash, where the bytes lie


def write_closing_report(path: Path, facts: Facts) -> None:
    """Write the document there; an existing file is replaced."""
    paper = _blank()
    row = facts.row
    what = "问题销号报告" if row.state in CLOSED else "问题整改情况（未销号）"
    _line(paper, "报告标题", f"{what}")
    _line(paper, "报告正文", f"第 {row.id} 号 · {_place(row)} · {state(row.state)}")
    for heading, part in PARTS:
        _line(paper, "报告分题", heading)
        part(paper, facts)
    _foot(paper, facts)
    paper.save(str(path))


def report_name(number: int, village: str) -> str:
    """What the file is called when it is sent."""
    safe = "".join(one for one in village if one not in '\\/:*?"<>|\n\r\t')
    return f"{safe}问题{number}号销号报告.docx"


# parts
def _problem(paper: Paper, facts: Facts) -> None:
    row = facts.row
    told = [
        ("问题描述", row.text), ("乡镇/村/户", _place(row)), ("问题来源", source(row.source)),
        ("问题类别", row.category), ("档次", tier(row.tier)), ("发现日期", row.found_day),
        ("来自清单", " ".join(one for one in (row.catalogue, row.aspect, row.item_no) if one)),
        ("标签", row.tags),
        ("来历", f"由 {row.reopens_id} 号反弹" if row.reopens_id else ""),
    ]  # fmt: skip
    _pairs(paper, told)


def _measures(paper: Paper, facts: Facts) -> None:
    row = facts.row
    _pairs(paper, [("整改措施", row.measure or "未填写"), ("长效措施", row.lasting)])


def _responsible(paper: Paper, facts: Facts) -> None:
    row = facts.row
    told = [("牵头单位", row.lead_unit), ("责任单位", row.co_units or row.place),
            ("责任人", row.responsible or row.owner)]  # fmt: skip
    _pairs(paper, told)


def _deadline(paper: Paper, facts: Facts) -> None:
    row = facts.row
    _pairs(paper, [("整改时限", row.due), ("销号日期", row.closed_day or "未销号")])
    lines = [
        (one.before, one.wanted, one.reason, one.asker, ASKED[one.state])
        for one in facts.wishes
    ]
    if lines:
        _table(paper, ("原时限", "申请到", "理由", "申请人", "结果"), lines)


def _standard(paper: Paper, facts: Facts) -> None:
    told = [("整改要求(标准)", facts.row.requirement or "未填写"), ("成效", facts.row.effect)]
    _pairs(paper, told)


def _course(paper: Paper, facts: Facts) -> None:
    """The story, step by step; a step without words is left out."""
    told = [(one, _told(one)) for one in facts.steps]
    lines = [f"{one.day.isoformat()} {one.person}{words}" for one, words in told if words]
    for line in lines or ["没有办理记录。"]:
        _line(paper, "报告正文", line)


def _told(step: Any) -> str:
    photos = f"（附件 {step.photos} 个）" if step.photos else ""
    return f"{story(step)}{photos}"


def _holders(paper: Paper, facts: Facts) -> None:
    days = sum(facts.days_held.values())
    lines = [(who, str(count)) for who, count in facts.days_held.items()]
    _table(paper, ("经手", "天数"), [*lines, ("合计", str(days))])


def _evidence(paper: Paper, facts: Facts) -> None:
    """Every file with its hash, then the pictures themselves."""
    before = _pieces(facts, after=False)
    if facts.row.text_only:
        _line(paper, "报告正文", "只有文字：没有新的照片或文件，凭核验人电话或入户核实销号。")
    elif not before:
        _line(paper, "报告正文", "没有照片或文件。")
    _files(paper, facts, before)


def _files(paper: Paper, facts: Facts, pieces: Sequence[Any]) -> None:
    lines = [
        (one.name or one.kind, facts.days[one.id], flagged(one), one.sha256) for one in pieces
    ]
    if lines:
        _table(paper, ("材料", "日期", "提示", "校验码（SHA-256）"), lines)
        _pictures(paper, facts, pieces)


def _pieces(facts: Facts, *, after: bool) -> list[Any]:
    """What had come when it was struck off, or what has come since: that is no proof of it."""
    struck = max((one.at for one in facts.steps if one.step == "closed"), default=None)
    return [one for one in facts.pieces if (struck is not None and one.at > struck) is after]


def _verified(paper: Paper, facts: Facts) -> None:
    row = facts.row
    day = row.submitted_day.isoformat() if row.submitted_day else "未申请"
    told = [("申请销号日期", day), ("核验人", row.verifier or "未核验"),
            ("户里的话", word_of(row.household_word) or "没有"),
            ("销号日期", row.closed_day or "未销号")]  # fmt: skip
    _pairs(paper, told)


def _afterwards(paper: Paper, facts: Facts) -> None:
    lines = [
        (f"{one.after_days} 天", one.due, one.day or "", LOOKED[one.result])
        for one in facts.row.look_backs
    ]
    if lines:
        _table(paper, ("销号后", "应看日期", "实看日期", "结果"), lines)
    else:
        _line(paper, "报告正文", "还没有安排回头看。")
    if since := _pieces(facts, after=True):
        _line(paper, "报告正文", "销号以后的材料：")
        _files(paper, facts, since)
    _line(paper, "报告正文", f"反弹次数：{facts.row.rebounds}")


PARTS = (
    ("一、问题", _problem),
    ("二、措施", _measures),
    ("三、责任", _responsible),
    ("四、时限", _deadline),
    ("五、要求", _standard),
    ("六、办理经过", _course),
    ("七、经手天数", _holders),
    ("八、佐证材料", _evidence),
    ("九、核验销号", _verified),
    ("十、回头看和反弹", _afterwards),
)


def _pictures(paper: Paper, facts: Facts, pieces: Sequence[Any]) -> None:
    """At most a dozen, each as wide as half a page, with its name and the head of its hash."""
    shown = 0
    known = [one for one in pieces if one.sha256 in facts.pictures]
    for one in known:
        data = scaled(facts.pictures[one.sha256]) if shown < MOST_PICTURES else None
        if data is None:
            continue
        shown += 1
        paper.add_paragraph(style="报告图").add_run().add_picture(data, width=PICTURE_WIDTH)
        _line(paper, "报告图", f"图 {shown} {one.name} {one.sha256[:12]}")
    if left := len(known) - shown:
        _line(paper, "报告正文", f"另有 {left} 张照片没有放进来，校验码见上表。")


# words and tables
def _place(row: Any) -> str:
    return " ".join(one for one in (row.township, row.village, row.household) if one)


def _line(paper: Paper, style: str, words: str) -> None:
    paper.add_paragraph(clean(words), style=style)


def _pairs(paper: Paper, told: Sequence[tuple[str, str]]) -> None:
    """Two columns; what nobody has said is left out."""
    kept = [(name, words) for name, words in told if words]
    table = paper.add_table(rows=0, cols=2, style="Table Grid")
    for name, words in kept:
        cells = table.add_row().cells
        for cell, said, width in zip(cells, (name, words), (Mm(38), Mm(118)), strict=True):
            cell.width = width
            _put(cell, said)


def _table(paper: Paper, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """A table whose heading is repeated on every page."""
    table = paper.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        _put(cell, words)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for line in lines:
        for cell, words in zip(table.add_row().cells, line, strict=True):
            _put(cell, words)


def _put(cell: Any, words: str) -> None:
    cell.paragraphs[0].style = "报告表文"
    cell.paragraphs[0].add_run(clean(words))


def _foot(paper: Paper, facts: Facts) -> None:
    made = f"{short_day(facts.now)} {facts.made_by}制"
    seal = f"  存证 {facts.seal}……" if facts.seal else ""
    footer = paper.sections[0].footer.paragraphs[0]
    footer.style = "报告表文"
    footer.add_run(clean(f"{made}{seal}"))


# the page
def _blank() -> Paper:
    """An empty report with its styles."""
    paper = blank("问题销号报告")
    add_style(paper, "报告标题", SONG, 22, 36, CENTRE)
    add_style(paper, "报告分题", HEI, 16, LINE, JUSTIFIED)
    add_style(paper, "报告正文", FANGSONG, 16, LINE, JUSTIFIED)
    add_style(paper, "报告表文", FANGSONG, 12, 18, LEFT)
    add_style(paper, "报告图", FANGSONG, 12, 0, CENTRE)
    return paper
