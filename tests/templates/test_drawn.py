"""Pictures and PDF: Chinese on a machine without fonts, text that stays text, the official page."""

import contextlib
import io
import os
import re
import shutil
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from ledger.charts import (
    Attendance,
    Bar,
    BurnDown,
    Coverage,
    Hands,
    Holders,
    Mark,
    MonthOf,
    Week,
)
from ledger.days import DAY
from templates import drawn as drawing
from templates.bulletin import as_facts, figure, marks, read, tame
from templates.drawn import PAGES, NotSet, UnknownPage, draw, drawn
from templates.layout import BadPaper
from templates.looks import Looks

GOLDEN = Path(__file__).parent.parent / "pictures"
SIGNS = (
    "，。、；：？！“”‘’（）《》〔〕【】—…·①②③④⑤⑥⑦⑧⑨⑩✓✔✗☑☐▲▼●○★☆㎡℃‰0123456789"
    "驻村工作队走访问题销号乡镇县委督查通报"
    "喆堃赟烜玥珺晗旻昇祎翀燚犇淼鑫㛃䶮𬱖𬭎彧芃"
)
MISSING = "\ue123"  # for private use: what is drawn for it is the missing-glyph box
INJECTIONS = (
    "#panic()", '#import "@preview/x:1.0.0"', "$x^2$", "<b>粗</b>", "\\u{41} \\", "*星* _线_ `码`",
    '#read("/etc/passwd")', "= 标题", "- 项", "@张三 <label>", "//注 /* 注 */", "]] }} )", "长" * 10_000,
    "a" * 10_000, "控\x00制\x1b符\u202e倒", "\ud800",
)  # fmt: skip
STARTS = ("# ", "## ", "### ", "· ", "**粗** ", "", "| a | ", "@seal ", "@to ", "@copies ")
BODY = "根据县委部署现将十一月中旬全县驻村工作队走访入户排查问题整改销号情况通报给各乡镇" * 30


def facts(marked: str) -> dict[str, Any]:
    return as_facts(read(marked))


def fig(number: int, key: str) -> object:
    return marks(figure(number, key))


DAILY = f"""**永安村工作队日报** 11月20日 周五（截至 18:40）

**超期问题 {fig(2, "overdue")} 条**
· 问题12 张大山 屋顶漏雨，已超 3 天，李队员
· 问题15 刘福来 自来水管冻裂，等县水务局，已超 23 天，赵队员
**抽查待核实 {fig(1, "missed")} 人次**

走访 {fig(12, "visits")} 户次，{fig(9, "households")} 户

问题新增 {fig(3, "opened")} 条，销号 {fig(0, "closed")} 条
@seal 存证 3f9a12……
"""
SIGNER = "安和县驻村办"
PAPER = f"""@office 安和县驻村工作领导小组办公室文件
@number 安驻办发〔2026〕31号
@to 各乡镇人民政府
# 关于11月中旬驻村工作情况的通报
{BODY}
## 一、总体情况
{BODY}
| 乡镇 | 走访户次 |
| 清水镇 | {fig(80, "visits@清水镇")} |
@sign {SIGNER}
@date 2026年11月21日
@copies 抄送：县委办公室，县政府办公室。
"""


def quietly(name: str, given: dict[str, Any], format: str = "png", looks: Any = None) -> bytes:
    """Drawn, and typst had nothing to say."""
    data, warnings = drawn(name, given, format, looks)  # type: ignore[arg-type]
    assert warnings == []
    return data


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


# charts
def month() -> Attendance:
    first = date(2026, 11, 1)
    works = tuple((first + n * DAY).isoweekday() < 6 for n in range(30))
    states = [Mark.HERE, Mark.TRIP, Mark.LEAVE, Mark.UNSAID, Mark.AWAY]
    one = tuple(states[n % 5] if works[n] else Mark.REST for n in range(20)) + (Mark.NONE,) * 10
    rows = (MonthOf("李队员", one), MonthOf("欧阳队员某", one))
    return Attendance("永安村", first, date(2026, 11, 20), works, rows)


CHARTS: dict[str, dict[str, Any]] = {
    "attendance": month().facts(),
    "coverage": Coverage(
        "安和县", date(2026, 11, 1), date(2026, 11, 20),
        (Bar("清水镇", 80, 96), Bar("云山乡", 3, 7), Bar("石门镇", 0, 0)),
    ).facts(),
    "burn_down": BurnDown(
        "安和县", tuple(Week(date(2026, 9, 6) + n * 7 * DAY, n * 3, n, n * 4, 3, 1) for n in range(12))
    ).facts(),
    "holders": Holders(
        "安和县", date(2026, 11, 20), 9,
        (Hands("township", "清水镇", 9, 120, 5, 30), Hands("county", "", 1, 9, 0, 0),
         Hands("unit", "县水利局", 3, 45, 2, 23)), merged=True,
    ).facts(),
}  # fmt: skip


# glyphs
@pytest.fixture(scope="module")
def glyph(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One character alone at 40 points, with our fonts and no other."""
    page = tmp_path_factory.mktemp("glyphs") / "glyph.typ"
    shutil.copy(PAGES / "signs.typ", page.parent)
    page.write_text(
        '#import "signs.typ": signs\n#show: signs\n'
        "#set page(width: 60pt, height: 60pt, margin: 5pt)\n"
        f'#set text(font: "{drawing.OURS}", size: 40pt)\n#sys.inputs.sign'
    )
    compiler = drawing.typst.Compiler(page, root=page.parent, font_paths=drawing.fonts())
    return lambda sign: compiler.compile(format="png", ppi=72, sys_inputs={"sign": sign})


def test_every_sign_and_every_rare_name_has_ink_of_its_own(glyph: Any) -> None:
    """Also where the machine has no font: the compiler is given none of the machine's."""
    nothing, box = glyph(" "), glyph(MISSING)
    lacking = [sign for sign in SIGNS if glyph(sign) in {nothing, box}]
    assert lacking == []


def test_the_missing_glyph_is_told_from_a_glyph(glyph: Any) -> None:
    assert glyph("\U0010fffd") == glyph(MISSING) != glyph(" ")
    assert glyph("永") != glyph("安")


def test_bold_is_bolder() -> None:
    told = facts("**永安村** 今天\n\n走访 12 户")
    bold = facts("**永安村** 今天\n\n走访 **12 户**")
    one, other = (
        ImageStat.Stat(picture(quietly("card", each))).sum[0] for each in (told, bold)
    )
    assert other < one


# text stays text
@pytest.mark.parametrize("words", INJECTIONS, ids=range(len(INJECTIONS)))
def test_what_people_write_is_never_read_as_typst(words: str) -> None:
    marked = f"**{tame(words)}日报** {tame(words)}\n\n· {tame(words)}\n| 户 | 事 |\n| {tame(words)} | 无 |"
    told = facts(f"{marked}\n@office {tame(words)}\n@sign {tame(words)}\n@copies {tame(words)}")
    quietly("card", told)
    pdf = pypdfium2.PdfDocument(quietly("paper", told, "pdf"))
    shown = "".join(page.get_textpage().get_text_range() for page in pdf)
    wanted = re.sub(r"[\s\x00-\x1f\u202e\ud800\ufffe]", "", words)[:6]
    assert wanted in re.sub(r"[\s\u200b\ufffe]", "", shown)


def test_the_pages_bring_in_nothing_from_elsewhere() -> None:
    for page in PAGES.glob("*.typ"):
        words = page.read_text(encoding="utf-8")
        assert "@preview" not in words
        assert set(re.findall(r'#import "([^"]+)"', words)) <= {"looks.typ", "signs.typ"}


def test_a_page_reads_no_file_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("秘密")
    page = tmp_path / "in" / "page.typ"
    for path in ("../secret.txt", "/../secret.txt", "/etc/hostname"):
        page.write_text(f'#read("{path}")')
        compiler = drawing.typst.Compiler(
            page, root=tmp_path / "in", font_paths=drawing.fonts()
        )
        with pytest.raises(drawing.typst.TypstError):
            compiler.compile(format="png")


@pytest.mark.parametrize("name", ["nothing", "../typst/card", "looks.typ", ""])
def test_a_page_that_does_not_exist_is_not_drawn(name: str) -> None:
    with pytest.raises(UnknownPage):
        draw(name, {})


def test_what_typst_says_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "drawn", lambda *_: (b"made", ["unknown font family"]))
    with structlog.testing.capture_logs() as logs:
        assert draw("card", {}, "pdf") == b"made"
    assert [(one["event"], one["said"]) for one in logs] == [("typst", "unknown font family")]


# the same facts, the same picture
@pytest.mark.parametrize("format", ["png", "pdf", "svg"])
def test_the_same_facts_give_the_same_bytes(format: str) -> None:
    one = quietly("card", facts(DAILY), format)
    drawing._press.cache_clear()
    assert quietly("card", facts(DAILY), format) == one


def test_a_drawing_has_no_text_that_needs_a_font() -> None:
    assert b"<text" not in quietly("card", facts(DAILY), "svg")


@pytest.mark.parametrize("name", ["card", *CHARTS])
def test_the_picture_is_the_one_that_was_looked_at(name: str) -> None:
    """Half the size, a few greys apart; `UPDATE_GOLDEN=1` writes it anew: look at it then."""
    seen = picture(quietly(name, CHARTS.get(name) or facts(DAILY)))
    assert seen.width == 720
    small = seen.resize((180, round(seen.height / 4)), Image.Resampling.BOX)
    path = GOLDEN / f"{name}.png"
    if os.environ.get("UPDATE_GOLDEN"):
        small.quantize(64).save(path, optimize=True)
    wanted = picture(path.read_bytes())
    assert small.size == wanted.size
    difference = ImageStat.Stat(ImageChops.difference(small, wanted)).mean
    assert max(difference) < 4


def test_charts_can_be_read_without_colour() -> None:
    """No state of a day is told by its colour alone: each has its own letter."""
    signs = re.findall(r'sign: "(.)"', (PAGES / "attendance.typ").read_text(encoding="utf-8"))
    assert len(signs) == len(set(signs)) == len([one for one in Mark if one])


def test_nothing_on_a_phone_is_smaller_than_15_points() -> None:
    for page in (one for one in PAGES.glob("*.typ") if one.stem != "paper"):
        words = page.read_text(encoding="utf-8")
        sizes = [float(one) for one in re.findall(r"\bsize: ([0-9.]+)pt", words)]
        assert all(one >= 15 for one in sizes), page.name
    assert "#let small = 15pt" in (PAGES / "looks.typ").read_text(encoding="utf-8")


def test_a_long_report_is_cut_and_says_so() -> None:
    lines = "\n".join(f"· 问题{n} 某户 {'屋顶漏雨' * 20}" for n in range(200))
    card = picture(
        quietly(
            "card", facts(f"**日报** 今天\n\n**超期问题 {fig(200, 'overdue')} 条**\n{lines}")
        )
    )
    assert 2000 < card.height < 3600


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(STARTS),
            st.text(max_size=40),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_any_report_can_be_drawn(lines: list[tuple[str, str]]) -> None:
    marked = "\n".join(start + tame(words) for start, words in lines)
    told = facts(marked)
    quietly("card", told)
    quietly("paper", told, "pdf")


POISON = (  # typst 0.15.2 gives up on this mixture of scripts, with a panic
    "\u0688\U000e006a\u0e26\u06d1 \u0326\u200d\u06ee\u0367\u0338\u0e66\u0e37n\u06fb\u035c\u05d4"
    "\u0e6b\u06b3\u05f6"
)


def test_words_typst_gives_up_on_are_an_error_and_not_the_end_of_the_program() -> None:
    told = facts(f"# 报告\n{POISON}")
    with contextlib.suppress(NotSet):  # a newer one may well draw it
        draw("card", told)
    assert quietly("card", facts(DAILY))


def test_a_panic_is_an_error_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As the library names it."""

    class Panics:
        def compile_with_warnings(self, **_: Any) -> None:
            raise PanicException("end byte index 3 is out of bounds")

    press = drawing.Press(Panics(), frozenset())  # type: ignore[arg-type]
    monkeypatch.setattr(drawing, "_press", lambda *_: press)
    with pytest.raises(NotSet, match="out of bounds"):
        draw("card", facts(DAILY))
    assert not press.lock.locked()


# a county's own
def test_a_photo_is_shown_and_a_lost_one_named(tmp_path: Path) -> None:
    sha256 = "ab" * 32
    told = facts(f"# 报告\n@picture {sha256} 修好的屋顶")
    without = quietly("paper", told, "png", Looks(files=tmp_path))
    (tmp_path / "ab").mkdir()
    Image.new("RGB", (400, 300), (200, 30, 30)).save(tmp_path / "ab" / sha256, "JPEG")
    shown = picture(quietly("paper", told, "png", Looks(files=tmp_path)))
    reds = Counter(shown.get_flattened_data()).most_common(2)[1][0]
    assert reds[0] > 150 > reds[1]
    assert picture(without).getcolors(2) is None


def test_a_county_says_otherwise_in_its_paper_toml(tmp_path: Path) -> None:
    (tmp_path / "paper.toml").write_text("[paper]\nheight_mm = 300\n", encoding="utf-8")
    page = pypdfium2.PdfDocument(quietly("paper", facts(PAPER), "pdf", Looks(county=tmp_path)))[
        0
    ]
    assert page.get_height() == pytest.approx(300 / 25.4 * 72, abs=0.1)


def test_a_wrong_paper_toml_stops_papers_and_no_card(tmp_path: Path) -> None:
    (tmp_path / "paper.toml").write_text("[paper]\nheight_mm = 1\n", encoding="utf-8")
    assert quietly("card", facts(DAILY), "png", Looks(county=tmp_path))
    with pytest.raises(BadPaper):
        draw("paper", facts(PAPER), "pdf", Looks(county=tmp_path))


def test_a_county_s_own_fonts_come_first(tmp_path: Path) -> None:
    """Shown with our font under the name of a licensed one."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 800), (800, 800), (800, 0)):
        pen.lineTo(corner)
    pen.closePath()
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder([".notdef", "square"])
    made.setupCharacterMap(dict.fromkeys(map(ord, "驻村工作"), "square"))
    made.setupGlyf(dict.fromkeys((".notdef", "square"), pen.glyph()))
    made.setupHorizontalMetrics(dict.fromkeys((".notdef", "square"), (1000, 0)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    names = {"familyName": "FangSong_GB2312", "styleName": "Regular", "psName": "FangSong"}
    made.setupNameTable(names)
    made.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    made.setupPost()
    (tmp_path / "fonts").mkdir()
    made.save(tmp_path / "fonts" / "own.ttf")
    told = facts("# 通报\n驻村工作")
    ours, own = (quietly("paper", told, looks=Looks(one)) for one in (None, tmp_path))
    ink = [255 - ImageStat.Stat(picture(one)).mean[0] for one in (ours, own)]
    assert ink[1] > 1.5 * ink[0]  # squares instead of strokes


# the official page
@pytest.fixture(scope="module")
def paper() -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(quietly("paper", facts(PAPER), "pdf"))


def lines_of(page: pypdfium2.PdfPage) -> list[tuple[float, float, str]]:
    """Each line: its foot, its left edge, its characters; from the top."""
    text = page.get_textpage()
    found: dict[float, list[tuple[float, str]]] = {}
    for n in range(text.count_chars()):
        sign = text.get_text_range(n, 1)
        if sign.strip():
            left, bottom, _, _ = text.get_charbox(n, loose=True)
            found.setdefault(round(bottom, 0), []).append((left, sign))
    return [
        (foot, min(signs)[0], "".join(one for _, one in sorted(signs)))
        for foot, signs in sorted(found.items(), reverse=True)
    ]


def test_a_full_line_has_28_characters_and_a_page_22_lines(paper: Any) -> None:
    lines = [line for page in paper for line in lines_of(page)]
    full = [words for _, left, words in lines if left < 80 and set(words) <= set(BODY)]
    assert Counter(map(len, full)).most_common(1)[0][0] == 28
    second = [line for line in lines_of(paper[1]) if "—" not in line[2]]
    feet = [foot for foot, _, _ in second][:20]
    assert {round(one - two) for one, two in pairwise(feet)} <= {28, 29}
    assert (feet[0] - feet[-1]) / (len(feet) - 1) == pytest.approx(28.95, abs=0.06)
    assert len(second) == 22


def test_a_page_has_its_number_outside(paper: Any) -> None:
    for index, page in enumerate(paper, 1):
        foot, left, words = lines_of(page)[-1]
        assert words == f"—{index}—"
        assert foot < 99.2  # below the type area: 35 mm
        assert (left > 400) == (index % 2 == 1)


def test_the_red_head_and_its_rule_stand_where_the_standard_says() -> None:
    page = pypdfium2.PdfDocument(quietly("paper", facts(PAPER), "pdf"))[0]
    seen = page.render(scale=300 / 72).to_pil().convert("RGB")
    red, green, _ = seen.split()
    ink = ImageChops.subtract(red, green).point(lambda one: 255 if one > 120 else 0)
    left, top, right, _ = ink.getbbox() or (0, 0, 0, 0)
    dot = 25.4 / 300
    assert top * dot == pytest.approx(37 + 35, abs=1)
    assert (left * dot, right * dot) == pytest.approx((28, 184), abs=0.3)


def test_a_long_red_head_is_made_narrow_and_stays_on_one_line() -> None:
    heights = []
    for words in ("安和县文件", "安和县驻村工作领导小组办公室文件"):
        told = facts(f"@office {words}\n@number 安驻办发〔2026〕1号\n# 通报")
        page = pypdfium2.PdfDocument(quietly("paper", told, "pdf"))[0]
        _, (number, *_), *_ = lines_of(page)
        heights.append(number)
    assert heights[1] - heights[0] == pytest.approx(0, abs=8)  # no second line pushes it down


def test_a_paper_without_an_office_has_no_red() -> None:
    page = pypdfium2.PdfDocument(quietly("paper", facts("# 公示\n正文"), "pdf"))[0]
    red, green, _ = page.render().to_pil().convert("RGB").split()
    assert ImageChops.subtract(red, green).getbbox() is None


def test_who_signs_stands_above_the_middle_of_the_date_four_characters_in(paper: Any) -> None:
    lines = [line for page in paper for line in lines_of(page)]
    (_, left, words), (_, date_left, _) = (
        next(one for one in lines if one[2] == words) for words in (SIGNER, "2026年11月21日")
    )
    right = 595.3 - 26 / 25.4 * 72
    date_right = right - 4 * 15.75
    assert date_left > 300
    assert left + len(words) * 15.75 <= right
    middle, date_middle = left + len(words) * 15.75 / 2, (date_left + date_right) / 2
    assert middle == pytest.approx(date_middle, abs=3)


def test_the_last_rule_of_the_copies_lies_on_the_lower_edge_of_the_type_area(
    paper: Any,
) -> None:
    page = paper[len(paper) - 1]
    rules = [one.get_bounds() for one in page.get_objects() if one.type == 2]
    lowest = min(bottom for _, bottom, _, _ in rules)
    assert lowest == pytest.approx(35 / 25.4 * 72, abs=1.2)


def test_the_head_of_a_table_is_on_every_page() -> None:
    rows = "\n".join(f"| 第{n}村 | {n} |" for n in range(60))
    pdf = pypdfium2.PdfDocument(
        quietly("paper", facts(f"# 表\n| 村名头 | 户数头 |\n{rows}"), "pdf")
    )
    assert len(pdf) > 1
    for page in pdf:
        assert "村名头" in page.get_textpage().get_text_range()
