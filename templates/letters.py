"""The letter to a unit that sent somebody (函告, S000-51) as a Word draft: facts, his word, a request.

Page, lines and fonts are those of documents.md §2; the number, the issuing office, the seal and
the date stay blank, and every page says that it is a draft. Whoever issues it fills them in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from docx.document import Document as Paper
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle

from templates.filters import noticed_by, short_day
from templates.ledger_sheets import clean
from templates.official_page import (
    CENTRE,
    FANGSONG,
    HEI,
    JUSTIFIED,
    LEFT,
    LINE,
    PLAIN,
    RIGHT,
    SONG,
    add_style,
    blank,
)

RED = RGBColor(0xFF, 0, 0)
DRAFT = "草稿：未编号、未盖章，由人核对后按程序发出"
OFFICE = "（发文机关）"
UNANSWERED, UNCLEAR = "未答复", "待说明"  # what chat and phone checks say themselves


@dataclass(frozen=True)
class Facts:
    """Everything the letter says; the ledger's rows are seen by their attributes."""

    letter: Any  # letters.Letter
    now: datetime
    made_by: str
    seal: str = ""


def write_letter(path: Path, facts: Facts) -> None:
    """Write the draft there; an existing file is replaced."""
    paper = _blank()
    _line(paper, "函告机关", OFFICE)
    _line(paper, "函告字号", f"　　函〔{facts.now.year}〕　　号")
    _line(paper, "函告标题", f"关于反馈{facts.letter.person.name}同志驻村工作有关情况的函")
    _line(paper, "函告主送", f"{facts.letter.unit}：")
    for words, style in _body(facts):
        _line(paper, style, words)
    _line(paper, "函告落款", f"{OFFICE}　　　　")
    _line(paper, "函告落款", "　　年　　月　　日　　　　")
    _margins(paper, facts)
    paper.save(str(path))


def letter_name(facts: Facts) -> str:
    """What the file is called when it is sent."""
    who = "".join(one for one in facts.letter.person.name if one not in '\\/:*?"<>|\n\r\t')
    return f"函告草稿_{who}_{facts.letter.finding.id}号.docx"


# words
def _body(facts: Facts) -> Sequence[tuple[str, str]]:
    """Each paragraph with its style, in the order of a letter."""
    parts = (("事由", _cause), ("核实情况", _confirmed), ("本人说明", _reply),
             ("有关规定和处理", _clause), ("商请事项", _request))  # fmt: skip
    told = [(name, part(facts)) for name, part in parts]
    kept = [(name, words) for name, words in told if words]
    lines = []
    for number, (name, words) in zip("一二三四五", kept, strict=False):
        lines += [(f"{number}、{name}", "函告分题"), (words, "函告正文")]
    return lines


def _cause(facts: Facts) -> str:
    letter, found = facts.letter, facts.letter.finding
    role = letter.person.title or "驻村工作队员"
    return (
        f"{letter.person.name}同志由贵单位选派，现任{letter.person.county}{found.township}"
        f"{found.village}{role}。{_long_day(found.day)}我县开展{noticed_by(found.source)}"
        f"{'（指定）' if letter.picked else ''}，{_noticed(found)}"
    )


def _noticed(found: Any) -> str:
    """What the check saw, as one sentence; the caller's own note stays in its quotes."""
    if found.category == UNANSWERED:
        return "该同志在规定时间内未答复。"
    seen, note = found.noticed
    noted = f"，检查人员备注“{_open(note)}”" if _open(note) else ""
    return f"发现：{_open(seen.replace(UNCLEAR, '需要本人说明情况'))}{noted}。"


def _confirmed(facts: Facts) -> str:
    found = facts.letter.finding
    kind = f"，属于{found.kind}" if found.kind else ""
    return (
        f"{_heard(found)}经核实，{_long_day(found.decided)}认定上述情况属实{kind}。"
        f"认定理由：{_closed(found.reason)}"
    )


def _heard(found: Any) -> str:
    """Only what is so: told, or heard, or neither."""
    if found.reply:
        return "我县已将上述情况告知本人并听取说明。"
    return "我县已将上述情况告知本人。" if found.told_at else ""


def _reply(facts: Facts) -> str:
    found = facts.letter.finding
    return (
        f"本人说明：“{_open(found.reply)}”。"
        if found.reply
        else "本人在规定时间内没有提交说明。"
    )


def _clause(facts: Facts) -> str:
    """Only where a step has been taken and stands; what it rests on is the county's own words."""
    strike = facts.letter.strike
    if strike is None:
        return ""
    return (
        f"依据{strike.clause}，我县于{_long_day(strike.day)}作出“{strike.step}”处理，"
        f"{_long_day(strike.expires_day)}到期，到期不再计算；本人可在{_long_day(strike.appeal_until)}前申诉。"
    )


def _request(_facts: Facts) -> str:
    return (
        "请贵单位了解以上情况，帮助本人解决驻村工作中的实际困难，并按管理权限研究处理。"
        "如掌握不同情况或新的证明，请函告我县，我县将重新核实。"
    )


def _closed(words: str) -> str:
    """A sentence ends with its mark, once."""
    return f"{_open(words)}。"


def _open(words: str) -> str:
    return words.rstrip("。；;，, ")


def _long_day(value: Any) -> str:
    year = value[:4] if isinstance(value, str) else f"{value:%Y}"
    return f"{year}年{short_day(value)}"


# the page
def _line(paper: Paper, style: str, words: str) -> None:
    paper.add_paragraph(clean(words), style=style)


def _margins(paper: Paper, facts: Facts) -> None:
    """Above: that it is a draft. Below: page number, odd ones right, even ones left; who made it."""
    paper.settings.odd_and_even_pages_header_footer = True
    section = paper.sections[0]
    made = f"{facts.now.year}年{short_day(facts.now)} {facts.made_by}生成"
    seal = f"　存证 {facts.seal}……" if facts.seal else ""
    for head, foot, side in (
        (section.header, section.footer, RIGHT),
        (section.even_page_header, section.even_page_footer, LEFT),
    ):
        head.paragraphs[0].style = "函告草稿"
        head.paragraphs[0].add_run(clean(f"{DRAFT}　{made}{seal}"))
        foot.paragraphs[0].style = "函告页码"
        foot.paragraphs[0].alignment = side
        _number(foot.paragraphs[0])


def _number(paragraph: Any) -> None:
    """— 1 —"""
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    paragraph.add_run(" —")


def _blank() -> Paper:
    """An empty letter with its styles."""
    paper = blank("函告（草稿）")
    _styles(paper)
    return paper


def _styles(paper: Paper) -> None:
    office = add_style(paper, "函告机关", SONG, 30, 60, CENTRE)
    office.font.color.rgb = RED
    number = add_style(paper, "函告字号", FANGSONG, 16, LINE, CENTRE)
    _space(number, before=LINE)
    _rule(number)
    title = add_style(paper, "函告标题", SONG, 22, 36, CENTRE)
    _space(title, before=2 * LINE, after=LINE)
    add_style(paper, "函告主送", FANGSONG, 16, LINE, LEFT)
    _indented(add_style(paper, "函告分题", HEI, 16, LINE, JUSTIFIED)).keep_with_next = True
    _indented(add_style(paper, "函告正文", FANGSONG, 16, LINE, JUSTIFIED))
    add_style(paper, "函告落款", FANGSONG, 16, 2 * LINE, RIGHT)
    add_style(paper, "函告草稿", FANGSONG, 12, 18, CENTRE)
    add_style(paper, "函告页码", PLAIN, 14, 18, RIGHT)


def _space(style: ParagraphStyle, *, before: float, after: float = 0) -> None:
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)


def _indented(style: ParagraphStyle) -> Any:
    """Two characters in, counted in characters, so that it holds in any font."""
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "632")
    return style.paragraph_format


def _rule(style: ParagraphStyle) -> None:
    """The red rule below the number, as wide as the lines."""
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "11"), ("color", "FF0000")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    form = style.element.get_or_add_pPr()
    form.insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")
