"""A bulletin as a Word paper: plain facts (`bulletin.as_facts`) into our page or a county's own.

`_rendered` is the only place where a template with tags is filled in, and always in a sandbox
that knows no function, no global and few filters. A county's own page is rendered in a limited
process only (`bot/word_child.py`).
"""

import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from docx.document import Document as Paper
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate, InlineImage, RichText
from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape
from PIL import Image

from templates.layout import Layout, load
from templates.scaled_pictures import scaled
from templates.word_page import built, packed
from templates.word_styles import CENTRE, MM, Look, indent, marked

if TYPE_CHECKING:
    from templates.looks import Looks  # which makes papers with us

BREAKS = re.compile(  # where a title may break
    "(?<=.)(?:(?<=[的、，])|(?=关于|驻村|帮扶|工作|开展|情况|问题|整改|督查|全县|落实))"
)
GONE = "照片不在"
LONGEST_TITLE = 200  # of the file's own title
PLAIN = ("title", "under", "office", "number", "to", "sign", "date", "draft", "seal", "foot")
FILTERS = ("default", "first", "join", "last", "length", "trim")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
BRACED = re.compile(r"(?<=[{}%])_|_(?=[{}%])")  # docxtpl turns {_{ into {{ after rendering
MARK_WIDE = 0.95  # of the type area that a red head may fill
SHORT = 6  # characters of a column that is not broken
TAG, BETWEEN = re.compile(r"\{[{%#]"), re.compile("<[^>]*>")
REFUSED = (
    nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends,
    nodes.EvalContextModifier, nodes.ScopedEvalContextModifier,  # {% autoescape false %}
)  # fmt: skip
LARGEST = 10_000  # of a number that a template multiplies
Facts = Mapping[str, Any]


class _Sandbox(ImmutableSandboxedEnvironment):
    """Puts words in, loops and chooses; calls nothing, and multiplies only small numbers."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        small = all(isinstance(one, int) and abs(one) <= LARGEST for one in (left, right))
        if operator != "*" or not small:
            raise SecurityError(f"{operator} is not for a page")
        return left * right


class _Shown:
    """A picture where its tag stands; a template sees nothing of it but that."""

    def __init__(
        self, page: DocxTemplate, picture: io.BytesIO, size: Mapping[str, Any]
    ) -> None:
        self._image = InlineImage(page, picture, **size)

    def __html__(self) -> str:
        return str(self._image)


def write(facts: Facts, looks: "Looks | None" = None) -> bytes:
    """The paper on our own page. The same facts give the same bytes.

    `BadPaper` where the county's paper.toml cannot be followed.
    """
    layout = load(looks.county if looks else None)
    paper = _rendered(built(layout), facts, looks, layout)
    _settle(paper, layout)
    return packed(paper)


def write_on(page: bytes, facts: Facts, looks: "Looks | None" = None) -> bytes:
    """The same on a county's own page: only in the limited process of bot/word_child.py."""
    return packed(_rendered(page, facts, looks, load(looks.county if looks else None)))


def blank(looks: "Looks | None" = None) -> bytes:
    """Our own page with its tags, for a county to make its own of."""
    return built(load(looks.county if looks else None))


def _rendered(page: bytes, facts: Facts, looks: "Looks | None", layout: Layout) -> Paper:
    """Fill in the tags: attack -> SecurityError, unknown name -> UndefinedError."""
    template = DocxTemplate(io.BytesIO(page))
    template.render(_context(template, facts, looks, layout), jinja_env=sandbox())
    paper: Paper = template.docx  # get_docx() would open the page anew
    paper.core_properties.title = _clean(facts.get("title", ""))[:LONGEST_TITLE]
    return paper


def sandbox() -> ImmutableSandboxedEnvironment:
    """Where tags are read."""
    env = _Sandbox(autoescape=True, undefined=StrictUndefined)
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in FILTERS}
    return env


# names a county's page may use
def names() -> frozenset[str]:
    """What a page may say."""
    return frozenset((*PLAIN, "copies", "blocks"))


def unknown_names(page: bytes) -> list[str]:
    """Names in a page's tags that no paper has, wherever they stand, also where nothing shows.

    `SecurityError`: a tag that brings in another file, or lets users' words be XML.
    """
    env, found = sandbox(), set[str]()
    for words in _tagged(page):
        tree = env.parse(words)
        if any(tree.find_all(REFUSED)):
            raise SecurityError("not for a page")
        found |= find_undeclared_variables(tree)
    return sorted(found - names())


def _tagged(page: bytes) -> Iterator[str]:
    """Everything of a page that tags are looked for in: each XML part, and its properties."""
    template = DocxTemplate(io.BytesIO(page))
    template.init_docx()
    for part in template.docx.part.package.iter_parts():
        words = part.blob.decode("utf-8") if part.content_type.endswith("xml") else ""
        if TAG.search(BETWEEN.sub("", words)):
            yield template.patch_xml(words)


# facts
def _context(
    page: DocxTemplate, facts: Facts, looks: "Looks | None", layout: Layout
) -> dict[str, Any]:
    """What the tags say. Users' words are data: nothing in them is a tag, or XML."""
    told: dict[str, Any] = {name: _words(facts.get(name, "")) for name in PLAIN}
    told["under"] = told["under"] and _words(_bracketed(_clean(facts["under"])))
    told["to"] = told["to"] and _words(_clean(facts["to"]).rstrip("：: ") + "：")
    told["copies"] = [_words(one) for one in facts.get("copies", ())]
    shown = _shower(page, looks, layout)
    told["blocks"] = [*_blocks(facts.get("blocks", ()), shown, layout)]
    return told


def _bracketed(days: str) -> str:
    """（11月16日至22日）; what has brackets of its own stays without a second pair."""
    return days if "（" in days else f"（{days}）"


Shower = Callable[[str], _Shown | None]


def _blocks(blocks: Sequence[Facts], shown: Shower, layout: Layout) -> Iterator[dict[str, Any]]:
    """Each block as plain words, as words with their bold, as rows or a picture."""
    number = 0
    for block in blocks:
        kind, runs = block["kind"], block["runs"]
        if kind == "gap":
            continue
        number = number + 1 if kind == "item" else 0
        mark = layout.body.item_form.format(n=number) if number else ""
        made = {
            "kind": kind,
            "text": _plain(runs),
            "words": _rich(runs, mark),
            "number": number,
        }
        if kind == "picture":
            made["picture"] = picture = shown(block["source"])
            made["text"] = made["text"] if picture else _missing(made["text"])
        head, *rows = [*_rows(block)] or [[]]
        yield {"picture": None, "head": head, "rows": [{"cells": row} for row in rows], **made}


def _missing(caption: str) -> str:
    return f"{caption}（{GONE}）" if caption else f"（{GONE}）"


def _rows(block: Facts) -> Iterator[list[dict[str, Any]]]:
    """Rows of equal length, so that the table has a rectangle's grid."""
    rows = block.get("rows", ())
    most = max((len(row) for row in rows), default=0)
    for row in rows:
        cells = [*row, *([()] * (most - len(row)))]
        yield [{"text": _plain(runs), "words": _rich(runs)} for runs in cells]


def _clean(text: object) -> str:
    """Text as XML can hold it: no control characters, no half of a pair, one kind of line end."""
    return UNWRITABLE.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def _words(text: object) -> str:
    """Plain words for `{{ }}`; an underscore beside a brace is written so that it stays one."""
    words = _clean(text)
    return Markup(_kept(str(escape(words)))) if BRACED.search(words) else words


def _kept(xml: str) -> str:
    return BRACED.sub("&#95;", xml)


def _plain(runs: Sequence[Facts]) -> str:
    return _words("".join(one["text"] for one in runs))


def _rich(runs: Sequence[Facts], mark: str = "") -> Markup:
    """Words for `{{r }}`; fonts come from the paragraph's style, for every script."""
    rich = RichText(mark) if mark else RichText()
    for one in runs:
        rich.add(_clean(one["text"]), bold=bool(one.get("bold")))
    return Markup(_kept(rich.xml) or "<w:r/>")


# pictures
def _shower(page: DocxTemplate, looks: "Looks | None", layout: Layout) -> Shower:
    def shown(sha256: str) -> _Shown | None:
        path = looks.kept(sha256) if looks else None
        small = scaled(path) if path else None
        return _Shown(page, small, _size(small, layout)) if small else None

    return shown


def _size(picture: io.BytesIO, layout: Layout) -> dict[str, Any]:
    """As wide as the type area, unless it would be too high then."""
    with Image.open(picture) as opened:
        width, height = opened.size
    picture.seek(0)
    most = layout.picture
    if height / width * most.width_mm > most.height_mm:
        return {"height": Mm(most.height_mm)}
    return {"width": Mm(most.width_mm)}


# what a template cannot count
def _settle(paper: Paper, layout: Layout) -> None:
    """The red head in one line, who signs above the middle of the date, columns by their words."""
    named: dict[str, list[Any]] = {name: [] for name in ("红头", "公文标题", "署名", "日期")}
    for one in paper.paragraphs:
        if one.style and one.style.name in named:
            named[one.style.name].append(one)
    for one in named["红头"]:
        _one_line(one, layout)
    for one in named["公文标题"]:
        _two_lines(one, layout)
    _signed([*named["署名"], *named["日期"]], layout, sealed=bool(named["红头"]))
    for table in paper.tables:
        if len(table.columns) > 1:
            _columns(table, layout)


def _one_line(paragraph: Any, layout: Layout) -> None:
    """Letters as large as fit beside each other, made narrow first; too long a name takes two lines."""
    mark = layout.mark
    fits = layout.paper.type_mm * MM * MARK_WIDE / max(_em(paragraph.text), 1)
    if fits >= mark.size_pt:
        return
    least = mark.narrowest_percent / 100
    size = max(min(mark.size_pt, fits / least // 0.5 * 0.5), mark.smallest_pt)
    for run in paragraph.runs:
        run.font.size = Pt(size)
        narrow = marked("w:w", val=round(max(fits / size, least) * 100))
        run._r.get_or_add_rPr().insert_element_before(narrow, "w:kern", "w:position", "w:sz")


def _two_lines(paragraph: Any, layout: Layout) -> None:
    """A title too long for one line breaks near its middle, where a word ends."""
    words, fits = paragraph.text, layout.paper.type_mm * MM / layout.title.size_pt - 1
    whole = _em(words)
    if not fits < whole <= 2 * fits or "\n" in words:
        return
    ends = [one.start() for one in BREAKS.finditer(words)]
    firsts = [one for one in ends if whole - fits <= _em(words[:one]) <= fits]
    if firsts:
        at = min(firsts, key=lambda one: abs(_em(words[:one]) - whole / 2))
        for run in paragraph.runs[1:]:
            run.text = ""
        paragraph.runs[0].text = f"{words[:at]}\n{words[at:]}"


def _signed(lines: Sequence[Any], layout: Layout, *, sealed: bool) -> None:
    """Centred above each other, none nearer to the edge than an unsealed one stands."""
    if not lines:
        return
    near = layout.signature.right_characters
    last = layout.signature.sealed_characters if sealed else near
    wide = [_em(one.text) for one in lines]
    rights = [last + (wide[-1] - one) / 2 for one in wide]
    shift = max(near - min(rights), 0)
    for one, right in zip(lines, rights, strict=True):
        look = Look("", layout.body.size_pt, 0, one.alignment, right=right + shift)
        indent(one._p.get_or_add_pPr(), look)


def _columns(table: Any, layout: Layout) -> None:
    """Short columns as wide as their words and centred; the long ones share the rest."""
    whole = layout.paper.type_mm * MM
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    longest = [max(map(_em, column)) for column in zip(*cells, strict=True)]
    widths = [round(one * 20) for one in _shared(longest, whole, layout.table.size_pt)]
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.set(qn("w:w"), str(width))
    for row in table._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.get_or_add_tcPr().get_or_add_tcW().set(qn("w:w"), str(width))
    for row in table.rows:
        for cell, most in zip(row.cells, longest, strict=True):
            if most <= SHORT:
                cell.paragraphs[0].alignment = CENTRE


def _shared(longest: list[float], whole: float, size: float) -> list[float]:
    """The width of each column in points; together they are the whole."""
    wanted = [(min(max(one, 2), 24) + 1.2) * size for one in longest]
    short = [one if most <= SHORT else 0 for one, most in zip(wanted, longest, strict=True)]
    rest = whole - sum(short)
    long = sum(wanted) - sum(short)
    if not long or rest < long / 4:
        return [one * whole / sum(wanted) for one in wanted]
    return [fixed or one * rest / long for fixed, one in zip(short, wanted, strict=True)]


def _em(text: str) -> float:
    """How many characters wide words are: digits and Latin letters take half."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5 for one in text)
