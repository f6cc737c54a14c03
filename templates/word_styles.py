"""The paragraph styles of an official page, from the layout's numbers (documents §2, §3)."""

from dataclasses import dataclass, field
from typing import Any

from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle

from templates.layout import Body, Layout

CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
LEFT, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
SCRIPTS = ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")
AFTER_BORDERS = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct",
    "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd",
    "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
    "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap",
    "w:outlineLvl",
)  # fmt: skip
MM = 72 / 25.4  # points
NOTE_PT = 12  # 附注, header of a draft
MARK_INSET = 0.12  # from a letter's upper edge to its ink, measured on paper
MARK_LINE = 1.3  # the red head's line by its letters


@dataclass(frozen=True)
class Look:
    """One style. `line`: exact points, 0: as high as it must be."""

    font: str
    size: float
    line: float
    side: WD_ALIGN_PARAGRAPH
    first: float = 0  # characters the first line is in
    left: float = 0
    right: float = 0
    hanging: float = 0
    color: str = ""
    bold: bool = False
    level: int = 0  # of a heading
    rule: tuple[float, float, str] | None = field(default=None)  # width pt, gap pt, colour


def looks(layout: Layout) -> dict[str, Look]:
    """Every style by its name, as a county's own page may use them too."""
    return {**_head(layout), **_text(layout), **_rest(layout)}


def _head(layout: Layout) -> dict[str, Look]:
    fonts, body, mark = layout.fonts, layout.body, layout.mark
    rule = (layout.rule.width_pt, layout.rule.gap_mm * MM, layout.rule.color)
    high = mark.size_pt * MARK_LINE
    above = max(mark.top_mm * MM - (high - mark.size_pt) / 2 - MARK_INSET * mark.size_pt, 1)
    size, line = body.size_pt, body.line_pt
    return {
        "红头上": Look(fonts.body, 10, above, LEFT),
        "红头": Look(fonts.mark, mark.size_pt, high, CENTRE, color=mark.color),
        "发文字号": Look(fonts.body, size, line, CENTRE, rule=rule),
        "公文标题": Look(fonts.title, layout.title.size_pt, layout.title.line_pt, CENTRE),
        "副标题": Look(fonts.subheading, size, line, CENTRE),
        "主送机关": Look(fonts.body, size, line, LEFT),
    }


def _text(layout: Layout) -> dict[str, Look]:
    fonts, body = layout.fonts, layout.body
    size, line, first = body.size_pt, body.line_pt, body.indent_characters
    return {
        "公文正文": Look(fonts.body, size, line, JUSTIFIED, first),
        "一级标题": Look(fonts.heading, size, line, JUSTIFIED, first, level=1),
        "二级标题": Look(fonts.subheading, size, line, JUSTIFIED, first, level=2),
        "三级标题": Look(fonts.body, size, line, JUSTIFIED, first, level=3),
        "空行": Look(fonts.body, size, line, LEFT),
        "署名": Look(fonts.body, size, line, RIGHT, right=layout.signature.right_characters),
        "日期": Look(fonts.body, size, line, RIGHT, right=layout.signature.right_characters),
    }


def _rest(layout: Layout) -> dict[str, Look]:
    fonts, imprint, table = layout.fonts, layout.imprint, layout.table
    page, small = layout.page_number, layout.picture.caption_pt
    inset, edge = page.inset_characters, imprint.inset_characters
    return {
        "版记": Look(
            fonts.body,
            imprint.size_pt,
            imprint.line_pt,
            JUSTIFIED,
            left=edge + 3,
            right=edge,
            hanging=3,
        ),
        "印发": Look(fonts.body, imprint.size_pt, imprint.line_pt, LEFT, left=edge),
        "页码": Look(fonts.page_number, page.size_pt, page.size_pt + 4, RIGHT, right=inset),
        "双页码": Look(fonts.page_number, page.size_pt, page.size_pt + 4, LEFT, left=inset),
        "表头": Look(fonts.heading, table.size_pt, table.line_pt, CENTRE),
        "表文": Look(fonts.body, table.size_pt, table.line_pt, LEFT),
        "图片": Look(fonts.body, small, 0, CENTRE),
        "图注": Look(fonts.body, small, small * 1.5, CENTRE),
        "附注": Look(fonts.body, NOTE_PT, NOTE_PT * 1.5, LEFT),
        "草稿": Look(fonts.body, NOTE_PT, NOTE_PT * 1.5, CENTRE),
        "文末": Look(fonts.body, 1, 1, LEFT),
    }


def add_styles(paper: Paper, layout: Layout) -> None:
    """Give the document every style."""
    for name, look in looks(layout).items():
        _add(paper, name, look, layout.body)


def _add(paper: Paper, name: str, look: Look, body: Body) -> None:
    style = paper.styles.add_style(name, 1)
    assert isinstance(style, ParagraphStyle)
    _letters(style, look, body.tighter_pt if look.size == body.size_pt else 0)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.widow_control, form.alignment = False, look.side
    if look.line:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    if look.level in (1, 2) or name == "图片":
        form.keep_with_next = True
    _place(style.element.get_or_add_pPr(), look, on_grid=look.line == body.line_pt)


def _letters(style: ParagraphStyle, look: Look, tighter: float) -> None:
    """Font for every script, size, colour; tighter by so many points a character."""
    style.font.name, style.font.size = look.font, Pt(look.size)
    style.font.bold = look.bold or None
    if look.color:
        style.font.color.rgb = RGBColor.from_string(look.color.upper())
    letters = style.element.get_or_add_rPr()
    fonts = letters.get_or_add_rFonts()
    for script in SCRIPTS:
        fonts.set(qn(script), look.font)
    if tighter:
        apart = marked("w:spacing", val=-round(tighter * 20))
        letters.insert_element_before(apart, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")


def _place(form: Any, look: Look, *, on_grid: bool) -> None:
    """Indents in characters, no extra space beside digits, the rule below, level of a heading.

    Only lines of the grid's own pitch may snap to it: LibreOffice doubles the others.
    """
    for name in ("w:autoSpaceDE", "w:autoSpaceDN", *(() if on_grid else ("w:snapToGrid",))):
        follows = AFTER_BORDERS[AFTER_BORDERS.index(name) + 1 :]
        form.insert_element_before(marked(name, val=0), *follows)
    indent(form, look)
    if look.rule:
        width, gap, color = look.rule
        borders = marked("w:pBdr")
        borders.append(border("w:bottom", width, color, round(gap)))
        form.insert_element_before(borders, *AFTER_BORDERS)
    if look.level:
        form.append(marked("w:outlineLvl", val=look.level - 1))


def indent(form: Any, look: Look) -> None:
    """Indents counted in characters, so that they hold in any font, and in twips beside."""
    wanted = {"firstLine": look.first, "left": look.left, "right": look.right,
              "hanging": look.hanging}  # fmt: skip
    for name, characters in wanted.items():
        if characters:
            ind = form.get_or_add_ind()
            ind.set(qn(f"w:{name}Chars"), str(round(characters * 100)))
            ind.set(qn(f"w:{name}"), str(round(characters * 20 * _wide(look))))


def _wide(look: Look) -> float:
    """How wide a character stands: 15.8 pt at 3号 (632 twips for two)."""
    return look.size - 0.2 if look.size == 16 else look.size


def border(name: str, width_pt: float, color: str = "000000", space: int = 0) -> Any:
    """One rule; Word counts its width in eighths of a point."""
    return marked(name, val="single", sz=round(width_pt * 8), space=space, color=color)


def marked(name: str, **values: str | int) -> Any:
    """An element of the page's own language, with its w: attributes."""
    element = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), str(value))
    return element
