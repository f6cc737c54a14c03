"""Our official page as a Word template, built in code: styles, red head, tables, 版记, footers.

Which parts a paper shows depends on its facts: one without an office has no red head. The tags are
docxtpl's; what they may say is written in docs/word-templates.md.
"""

import io
import zipfile
from functools import cache
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from templates.layout import Layout
from templates.word_styles import MM, add_styles, border, marked

INSET = 80  # twips from a cell's edge to its words
LONGEST_AGO = (1980, 1, 1, 0, 0, 0)  # the only date our files know


@cache
def built(layout: Layout) -> bytes:
    """The template's bytes; the same layout gives the same bytes."""
    paper: Paper = Document()
    _sheet(paper, layout)
    add_styles(paper, layout)
    _margins(paper)
    _head(paper, layout)
    _blocks(paper, layout)
    _end(paper, layout)
    return packed(paper)


def packed(paper: Paper) -> bytes:
    """The document's bytes, without any time of making."""
    draft, out = io.BytesIO(), io.BytesIO()
    paper.save(draft)
    with zipfile.ZipFile(draft) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, LONGEST_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, given.read(name))
    return out.getvalue()


# the sheet
def _sheet(paper: Paper, layout: Layout) -> None:
    """Margins, the grid of lines, no author."""
    sheet, section = layout.paper, paper.sections[0]
    section.page_width, section.page_height = Mm(sheet.width_mm), Mm(sheet.height_mm)
    section.top_margin, section.bottom_margin = Mm(sheet.top_mm), Mm(sheet.bottom_mm)
    section.left_margin, section.right_margin = Mm(sheet.left_mm), Mm(sheet.right_mm)
    section.header_distance = Mm(sheet.header_mm)
    number = layout.page_number
    line_mm = (number.size_pt + 4) / MM
    lowest = sheet.bottom_mm - number.below_mm - line_mm / 2
    section.footer_distance = Mm(max(lowest, 3))
    grid = section._sectPr.find(qn("w:docGrid"))
    grid.set(qn("w:type"), "lines")  # never linesAndChars: LibreOffice doubles every character
    grid.set(qn("w:linePitch"), str(round(layout.body.line_pt * 20)))
    _nobody(paper)


def _nobody(paper: Paper) -> None:
    """No author, no remark of the library; the words are Chinese."""
    facts = paper.core_properties
    facts.author = facts.last_modified_by = facts.comments = facts.title = facts.keywords = ""
    facts.language = "zh-CN"
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    settings = paper.settings.element
    for language in settings.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    for one in settings.iter(qn("w:compatSetting")):
        if one.get(qn("w:name")) == "compatibilityMode":
            one.set(qn("w:val"), "15")  # a table begins where the type area begins
    paper.styles.element.find(qn("w:docDefaults")).find(qn("w:pPrDefault")).clear()


def _margins(paper: Paper) -> None:
    """Above: that it is a draft. Below: page numbers, odd ones right and even ones left."""
    paper.settings.odd_and_even_pages_header_footer = True
    section = paper.sections[0]
    for head, foot, style in (
        (section.header, section.footer, "页码"),
        (section.even_page_header, section.even_page_footer, "双页码"),
    ):
        head.paragraphs[0].style = "草稿"
        head.paragraphs[0].add_run("{{ draft }}")
        foot.paragraphs[0].style = style
        foot.paragraphs[0].add_run("— ")
        foot.paragraphs[0]._p.append(marked("w:fldSimple", instr="PAGE"))
        foot.paragraphs[0].add_run(" —")


# the words
def _say(paper: Any, style: str, words: str = "") -> Any:
    return paper.add_paragraph(words, style=style)


def _when(paper: Any, tag: str) -> None:
    """A line that is only a tag; it leaves nothing on the page."""
    _say(paper, "公文正文", f"{{%p {tag} %}}")


def _gap(paper: Paper, lines: float) -> None:
    for _line in range(round(lines)):
        _say(paper, "空行")


def _head(paper: Paper, layout: Layout) -> None:
    """Red head with number and rule where an office issues it; title; who it is for."""
    _when(paper, "if office")
    _say(paper, "红头上")
    _say(paper, "红头", "{{ office }}")
    _gap(paper, layout.number.above_lines)
    _say(paper, "发文字号", "{{ number }}")
    _gap(paper, layout.title.above_lines)
    _when(paper, "endif")
    _say(paper, "公文标题", "{{ title }}")
    _part(paper, "under", "副标题", "{{ under }}")
    _gap(paper, layout.title.below_lines)
    _part(paper, "to", "主送机关", "{{ to }}")


def _part(paper: Paper, condition: str, style: str, words: str) -> None:
    _when(paper, f"if {condition}")
    _say(paper, style, words)
    _when(paper, "endif")


def _blocks(paper: Paper, layout: Layout) -> None:
    """Headings, words, items, tables and pictures in their order."""
    _when(paper, "for block in blocks")
    for kind, style in (
        ("heading", "一级标题"),
        ("subheading", "二级标题"),
        ("label", "三级标题"),
    ):
        _part(paper, f'block.kind == "{kind}"', style, "{{r block.words }}")
    _part(paper, 'block.kind in ["text", "item"]', "公文正文", "{{r block.words }}")
    _when(paper, 'if block.kind == "table"')
    _table(paper, layout)
    _say(paper, "文末")
    _when(paper, "endif")
    _when(paper, 'if block.kind == "picture"')
    _part(paper, "block.picture", "图片", "{{ block.picture }}")
    _say(paper, "图注", "{{ block.text }}")
    _when(paper, "endif")
    _when(paper, "endfor")


def _table(paper: Paper, layout: Layout) -> None:
    """As many columns and rows as the facts have; the header stands on every page."""
    table = paper.add_table(4, 3)
    _width(table, layout)
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    _ruled(table, dict.fromkeys(sides, 0.5))
    head, opens, row, closes = table.rows
    _cells(head, "表头", "block.head")
    opens.cells[0].paragraphs[0].add_run("{%tr for row in block.rows %}")
    _cells(row, "表文", "row.cells")
    closes.cells[0].paragraphs[0].add_run("{%tr endfor %}")
    for one in (head, row):
        one._tr.get_or_add_trPr().append(marked("w:cantSplit"))
    head._tr.trPr.append(marked("w:tblHeader"))


def _cells(row: Any, style: str, cells: str) -> None:
    tags = (f"{{%tc for cell in {cells} %}}", "{{r cell.words }}", "{%tc endfor %}")
    for cell, words in zip(row.cells, tags, strict=True):
        cell.paragraphs[0].style = style
        cell.paragraphs[0].add_run(words)
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER


def _width(table: Any, layout: Layout, inset: int = INSET) -> None:
    """As wide as the type area, words so far from the cells' edges."""
    form = table._tbl.tblPr
    twips = round(layout.paper.type_mm * MM * 20)
    table.autofit = False
    for name in ("w:tblStyle", "w:tblW"):
        for old in form.findall(qn(name)):
            form.remove(old)
    form.insert(0, marked("w:tblW", w=twips, type="dxa"))
    margins = marked("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(marked(f"w:{side}", w=inset, type="dxa"))
    form.insert_element_before(margins, "w:tblLook")
    columns = table._tbl.tblGrid.findall(qn("w:gridCol"))
    for column in columns:
        column.set(qn("w:w"), str(twips // len(columns)))
    for cell in table._tbl.iter(qn("w:tcW")):
        cell.set(qn("w:w"), str(twips // len(columns)))


def _ruled(table: Any, widths: dict[str, float]) -> None:
    """Rules of so many points at those sides; tblInd keeps them on the type area's edge."""
    borders = marked("w:tblBorders")
    for side, width in widths.items():
        borders.append(border(f"w:{side}", width))
    form = table._tbl.tblPr
    form.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    form.insert_element_before(marked("w:tblInd", w=0, type="dxa"), "w:tblBorders")


def _end(paper: Paper, layout: Layout) -> None:
    """Who signs and when; what proves it; 版记 at the foot of the last page."""
    _when(paper, "if sign or date")
    _gap(paper, layout.signature.above_lines)
    _when(paper, "endif")
    for name, style in (("sign", "署名"), ("date", "日期"), ("seal", "附注"), ("foot", "附注")):
        _part(paper, name, style, f"{{{{ {name} }}}}")
    _when(paper, "if copies")
    _imprint(paper, layout)
    _when(paper, "endif")
    _say(paper, "文末")


def _imprint(paper: Paper, layout: Layout) -> None:
    """A table that stands on the lower edge of the type area, wherever the words end.

    Word and WPS put it there; LibreOffice 7 leaves a table of full width below the words.
    """
    look = layout.imprint
    table = paper.add_table(4, 1)
    _width(table, layout, inset=0)
    _ruled(table, {"top": look.thick_pt, "bottom": look.thick_pt, "insideH": look.thin_pt})
    place = marked(
        "w:tblpPr", leftFromText=0, rightFromText=0, vertAnchor="margin", horzAnchor="margin",
        tblpXSpec="left", tblpYSpec="bottom",
    )  # fmt: skip
    table._tbl.tblPr.insert(0, place)
    opens, line, closes, last = (row.cells[0].paragraphs[0] for row in table.rows)
    opens.add_run("{%tr for line in copies %}")
    line.style, last.style = "版记", "印发"
    line.add_run("{{ line }}")
    closes.add_run("{%tr endfor %}")
    last.add_run("{{ sign }}\t{{ date }}印发")
    inner = layout.paper.type_mm * MM - look.size_pt * look.inset_characters
    last.paragraph_format.tab_stops.add_tab_stop(Pt(inner), WD_TAB_ALIGNMENT.RIGHT)
