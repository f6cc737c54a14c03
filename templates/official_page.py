"""The official page as a Word document (documents.md §2): A4, margins, fonts, exact lines, no author."""

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle

FANGSONG, HEI, SONG, PLAIN = "仿宋_GB2312", "黑体", "方正小标宋简体", "宋体"
LINE = 28.95  # points: 22 lines a page
CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
LEFT, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT


def blank(title: str) -> Paper:
    """An empty document with our page, and no author."""
    paper: Paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(27)
    facts = paper.core_properties
    facts.author = facts.last_modified_by = facts.comments = ""
    facts.title = title
    return paper


def add_style(
    paper: Paper, name: str, font: str, size: float, pitch: float, side: WD_ALIGN_PARAGRAPH
) -> ParagraphStyle:
    """One paragraph style: font for every script, exact lines (0: as high as they must be)."""
    style = paper.styles.add_style(name, 1)
    assert isinstance(style, ParagraphStyle)
    style.font.name, style.font.size = font, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), font)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.widow_control, form.alignment = False, side
    if pitch:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
    return style
