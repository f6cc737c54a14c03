"""The Word paper against the numbers of GB/T 9704-2012 (documents §2), read back from its XML."""

import ast
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from source import ROOT
from word_pages import DAILY, NUMBERED, facts_of, part_of

from templates.layout import Layout, load
from templates.looks import Looks
from templates.word import UNWRITABLE, blank, write
from templates.word_page import built

LAYOUT = load()


@pytest.fixture(scope="module")
def paper() -> Any:
    return Document(io.BytesIO(write(facts_of(NUMBERED))))


def form(paper: Any, name: str) -> Any:
    return paper.styles[name].element.pPr


def value(element: Any, path: str, name: str = "val") -> str | None:
    found = element.find(path.format(w="{" + element.nsmap["w"] + "}"))
    return None if found is None else found.get(qn(f"w:{name}"))


def styled(paper: Any, name: str) -> list[str]:
    return [one.text for one in paper.paragraphs if one.style.name == name]


# the sheet
def test_the_sheet_is_the_standards(paper: Any) -> None:
    section = paper.sections[0]._sectPr
    size, margins, grid = (section.find(qn(f"w:{one}")) for one in ("pgSz", "pgMar", "docGrid"))
    assert (size.get(qn("w:w")), size.get(qn("w:h"))) == ("11906", "16838")
    told = {one: int(margins.get(qn(f"w:{one}"))) for one in ("top", "bottom", "left", "right")}
    assert told == {"top": 2098, "bottom": 1984, "left": 1587, "right": 1474}
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


def test_no_page_holds_the_grid_that_doubles_characters() -> None:
    assert "linesAndChars" not in part_of(built(LAYOUT), "word/document.xml")


@pytest.mark.parametrize(
    ("name", "font", "half_points", "line"),
    [
        ("公文正文", "仿宋_GB2312", 32, 579),
        ("一级标题", "黑体", 32, 579),
        ("二级标题", "楷体_GB2312", 32, 579),
        ("三级标题", "仿宋_GB2312", 32, 579),
        ("公文标题", "方正小标宋简体", 44, 720),
        ("发文字号", "仿宋_GB2312", 32, 579),
        ("主送机关", "仿宋_GB2312", 32, 579),
        ("版记", "仿宋_GB2312", 28, 480),
        ("页码", "宋体", 28, 360),
        ("表文", "仿宋_GB2312", 24, 360),
    ],
)
def test_a_style_has_its_font_size_and_line(
    paper: Any, name: str, font: str, half_points: int, line: int
) -> None:
    style = paper.styles[name].element
    fonts = style.rPr.rFonts
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        assert fonts.get(qn(f"w:{script}")) == font
    assert value(style.rPr, "{w}sz") == str(half_points)
    assert value(style.rPr, "{w}spacing") == ("-5" if half_points == 32 else None)
    assert (value(style.pPr, "{w}spacing", "line"), value(style.pPr, "{w}spacing", "lineRule")) == (
        str(line), "exact",
    )  # fmt: skip
    assert (
        value(style.pPr, "{w}spacing", "before")
        == value(style.pPr, "{w}spacing", "after")
        == "0"
    )
    assert value(style.pPr, "{w}widowControl") == "0"
    assert value(style.pPr, "{w}autoSpaceDN") == "0"


def test_the_body_begins_two_characters_in_and_is_justified(paper: Any) -> None:
    body = form(paper, "公文正文")
    assert value(body, "{w}ind", "firstLineChars") == "200"
    assert value(body, "{w}ind", "firstLine") == "632"
    assert value(body, "{w}jc") == "both"
    assert value(form(paper, "主送机关"), "{w}ind") is None


def test_the_red_head_and_its_rule(paper: Any) -> None:
    assert value(paper.styles["红头"].element.rPr, "{w}color") == "FF0000"
    rule = form(paper, "发文字号").find(qn("w:pBdr")).find(qn("w:bottom"))
    told = {one: rule.get(qn(f"w:{one}")) for one in ("val", "color", "space", "sz")}
    assert told == {"val": "single", "color": "FF0000", "space": "11", "sz": "12"}
    (head,) = [one for one in paper.paragraphs if one.style.name == "红头"]
    letters = head.runs[0]._r.rPr  # sixteen characters in one line of 156 mm
    assert (value(letters, "{w}sz"), value(letters, "{w}w")) == ("79", "66")


def test_page_numbers_stand_outside(paper: Any) -> None:
    assert paper.settings.odd_and_even_pages_header_footer
    section = paper.sections[0]
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    for foot in (odd, even):
        assert foot.text == "—  —"
        assert foot._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"
    assert value(form(paper, odd.style.name), "{w}jc") == "right"
    assert value(form(paper, odd.style.name), "{w}ind", "rightChars") == "100"
    assert value(form(paper, odd.style.name), "{w}ind", "right") == "280"
    assert value(form(paper, even.style.name), "{w}jc") == "left"
    assert value(form(paper, even.style.name), "{w}ind", "leftChars") == "100"


# the parts
def test_a_numbered_bulletin_has_every_part(paper: Any) -> None:
    assert styled(paper, "红头") == ["安和县驻村工作领导小组办公室文件"]
    assert styled(paper, "发文字号") == ["安驻办发〔2026〕12号"]
    assert styled(paper, "公文标题") == ["关于2026年11月中旬\n驻村帮扶工作情况的通报"]
    assert styled(paper, "主送机关") == ["各乡镇党委，各驻村工作队："]
    assert styled(paper, "一级标题") == ["一、总体情况"]
    assert styled(paper, "二级标题") == ["（一）各乡镇"]
    assert styled(paper, "公文正文")[2:4] == ["1. 饮水管道漏水", "2. 入户路塌方"]
    assert styled(paper, "署名") == ["安和县驻村工作领导小组办公室"]
    assert styled(paper, "日期") == ["2026年11月21日"]


def test_a_figure_in_bold_stays_bold(paper: Any) -> None:
    (line,) = [one for one in paper.paragraphs if one.text == "走访 312 户次。"]
    assert [one.text for one in line.runs if one.bold] == ["312"]


def test_the_date_of_a_sealed_paper_leaves_room_for_the_seal(paper: Any) -> None:
    told = {
        one.style.name: value(one._p.pPr, "{w}ind", "rightChars")
        for one in paper.paragraphs
        if one.style.name in ("署名", "日期")
    }
    assert told == {"署名": "200", "日期": "550"}  # centred above each other


def test_a_short_office_stands_above_the_middle_of_its_date() -> None:
    facts = facts_of("@office 驻村办文件\n@sign 驻村办\n@date 2026年11月21日\n# 通报\n话。")
    paper = Document(io.BytesIO(write(facts)))
    (date,) = [one for one in paper.paragraphs if one.style.name == "日期"]
    assert value(date._p.pPr, "{w}ind", "rightChars") == "400"


def test_the_imprint_lies_on_the_lower_edge_between_its_rules(paper: Any) -> None:
    imprint = paper.tables[-1]
    assert [row.cells[0].text for row in imprint.rows] == [
        "抄送：县委办公室，县政府办公室。",
        "县直各帮扶单位。",
        "安和县驻村工作领导小组办公室\t2026年11月21日印发",
    ]
    place = imprint._tbl.tblPr.find(qn("w:tblpPr"))
    assert (place.get(qn("w:vertAnchor")), place.get(qn("w:tblpYSpec"))) == ("margin", "bottom")
    rules = imprint._tbl.tblPr.find(qn("w:tblBorders"))
    told = {one.tag.rpartition("}")[2]: one.get(qn("w:sz")) for one in rules}
    assert told == {"top": "8", "bottom": "8", "insideH": "6"}
    assert value(imprint._tbl.tblPr, "{w}tblW", "w") == "8844"  # 156 mm


def test_a_table_repeats_its_header_and_is_as_wide_as_the_type_area(paper: Any) -> None:
    table = paper.tables[0]
    assert [one.text for one in table.rows[0].cells] == ["乡镇", "走访", "备注"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    widths = [int(one.get(qn("w:w"))) for one in table._tbl.tblGrid]
    assert abs(sum(widths) - 8844) <= 3
    assert widths[2] > 4 * widths[1]


def test_a_teams_daily_is_title_words_and_seal() -> None:
    paper = Document(io.BytesIO(write(facts_of(DAILY))))
    told = [(one.style.name, one.text) for one in paper.paragraphs if one.text]
    assert told == [
        ("公文标题", "永安村工作队日报"), ("副标题", "（11月23日）"), ("公文正文", "走访 3 户次。"),
        ("附注", "存证 20261123-aa……"),
    ]  # fmt: skip
    assert not paper.tables


def test_a_draft_says_so_on_every_page() -> None:
    paper = Document(io.BytesIO(write(facts_of("@draft 草稿\n# 通报\n话。"))))
    section = paper.sections[0]
    heads = (section.header, section.even_page_header)
    assert [one.paragraphs[0].text for one in heads] == ["草稿", "草稿"]


# bytes
def test_the_same_facts_are_the_same_bytes_and_name_nobody() -> None:
    first, again = write(facts_of(NUMBERED)), write(facts_of(NUMBERED))
    assert first == again
    facts = Document(io.BytesIO(first)).core_properties
    assert (facts.author, facts.last_modified_by, facts.comments) == ("", "", "")
    assert facts.title == "关于2026年11月中旬驻村帮扶工作情况的通报"


NASTY = (
    "{{7*7}}", "{% for x in y %}", "<王家村>", "李村 & 赵村", "=1+1", "{_{ x }_} {_% %_}", "a\tb",
    "一\n二", "\ue123", "{#注#}", "\"'", "]]>", "{{r x}}", "_{", "}_", "  两边  ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(NASTY) | st.text(max_size=40), min_size=10, max_size=10)
FIELDS = ("title", "office", "number", "sign", "date", "seal")
STYLES = ("公文标题", "红头", "发文字号", "署名", "日期", "附注")


@settings(max_examples=25, deadline=None)
@given(TEXTS)
def test_any_text_comes_back_as_text(texts: list[str]) -> None:
    texts = [f"字{one}字" for one in texts]
    facts = {
        **facts_of("# 题"),
        **dict(zip(FIELDS, texts, strict=False)),
        "copies": (texts[6],),
    }
    run = [{"text": texts[7], "bold": True, "figure": ""}]
    facts["blocks"] = [
        {"kind": "text", "runs": run, "rows": (), "source": ""},
        {
            "kind": "table",
            "runs": (),
            "rows": [[run, run], [[{"text": texts[8]}]]],
            "source": "",
        },
    ]
    paper = Document(io.BytesIO(write(facts)))
    wanted = [UNWRITABLE.sub("", re.sub("\r\n?", "\n", one)) for one in texts]
    for style, text in zip(STYLES, wanted, strict=False):
        (told,) = styled(paper, style)
        same = told if style != "公文标题" else told.replace("\n", "")
        assert same == (text if style != "公文标题" else text.replace("\n", ""))
    assert styled(paper, "公文正文") == [wanted[7]]
    table, imprint = paper.tables
    assert [table.cell(0, 1).text, table.cell(1, 0).text] == [wanted[7], wanted[8]]
    assert imprint.cell(0, 0).text == wanted[6]


def test_half_a_pair_and_control_characters_are_left_out() -> None:
    paper = Document(
        io.BytesIO(write({**facts_of("# 题"), "sign": "王\ud83d\x00\x1b\ufffe队"}))
    )
    assert styled(paper, "署名") == ["王队"]


# pictures
def kept(folder: Path, picture: Image.Image, **more: Any) -> str:
    out = io.BytesIO()
    picture.save(out, "JPEG", **more)
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    (folder / sha256[:2]).mkdir(exist_ok=True)
    (folder / sha256[:2] / sha256).write_bytes(out.getvalue())
    return sha256


def test_a_photo_stands_upright_no_wider_than_the_words(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    lying = kept(tmp_path, Image.new("RGB", (400, 300), "red"), exif=exif)
    wide = kept(tmp_path, Image.new("RGB", (800, 100), "blue"))
    facts = facts_of(f"# 题\n@picture {lying} 路\n@picture {wide} 渠\n@picture {'0' * 64} 桥")
    paper = Document(io.BytesIO(write(facts, Looks(files=tmp_path))))
    sizes = [(round(one.width.mm), round(one.height.mm)) for one in paper.inline_shapes]
    assert sizes == [(82, 110), (156, 20)]
    assert styled(paper, "图注") == ["路", "渠", "桥（照片不在）"]


# the county's own numbers
def test_the_countys_numbers_are_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "paper.toml").write_text(
        '[body]\nline_pt = 28\n[paper]\nleft_mm = 27\nright_mm = 27\n[fonts]\nbody = "仿宋"',
        encoding="utf-8",
    )
    paper = Document(io.BytesIO(write(facts_of(NUMBERED), Looks(county=tmp_path))))
    body = paper.styles["公文正文"].element
    assert body.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"
    assert value(body.pPr, "{w}spacing", "line") == "560"
    assert paper.sections[0].left_margin.mm == pytest.approx(27, abs=0.05)
    assert "{{ title }}" in part_of(blank(Looks(county=tmp_path)), "word/document.xml")


# the house
def test_docxtpl_renders_in_one_place() -> None:
    places = []
    for folder in ("bot", "handlers", "ledger", "scheduler", "templates"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "docxtpl" in text:
                calls = [one for one in ast.walk(ast.parse(text)) if _renders(one)]
                places += [path.name] * len(calls)
    assert places == ["word.py"]


def _renders(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "render"


def test_the_layout_is_frozen() -> None:
    assert hash(LAYOUT) == hash(load())
    assert isinstance(LAYOUT, Layout)
