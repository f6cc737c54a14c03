"""The letter's draft: every part in its order, blanks where a person writes, no author, no number."""

import re
import zipfile
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from ledger.clock import SHANGHAI
from templates.letters import DRAFT, Facts, letter_name, write_letter

NOW = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
STRIKE = SimpleNamespace(
    clause="安和县驻村干部管理办法第十二条", step="通报批评", day="2026-11-26",
    expires_day="2027-11-26", appeal_until="2026-12-10",
)  # fmt: skip


def facts(*, strike: Any = None, reply: str = "家里有急事。", **found: Any) -> Facts:
    finding = SimpleNamespace(
        **{
            "id": 12, "township": "清水镇", "village": "永安村", "day": "2026-11-23", "source": "visit",
            "category": "脱岗走读", "facts": "上午入户三家未见人", "reply": reply, "decided": NOW,
            "reason": "问过三家邻居", "told_at": 1, **found,
        }
    )  # fmt: skip
    person = SimpleNamespace(name="李队员", title="", county="安和县")
    finding.kind, finding.noticed = finding.category, (finding.facts, "")
    letter = SimpleNamespace(
        finding=finding, person=person, unit="省水利厅", strike=strike, picked=False
    )
    return Facts(letter, NOW, "陈干事", "ab12cd34ef56")


def written(path: Path, given: Facts) -> list[str]:
    write_letter(path, given)
    return [one.text for one in docx.Document(str(path)).paragraphs]


def test_the_parts_stand_in_the_order_of_a_letter(tmp_path: Path) -> None:
    lines = written(tmp_path / "a.docx", facts(strike=STRIKE))
    whole = "\n".join(lines)

    assert lines[:4] == [
        "（发文机关）",
        "　　函〔2026〕　　号",
        "关于反馈李队员同志驻村工作有关情况的函",
        "省水利厅：",
    ]
    heads = [one for one in lines if re.match("[一二三四五]、", one)]
    assert heads == [
        "一、事由", "二、核实情况", "三、本人说明", "四、有关规定和处理", "五、商请事项",
    ]  # fmt: skip
    assert "2026年11月23日我县开展暗访，发现：上午入户三家未见人。" in whole
    assert (
        "经核实，2026年11月26日认定上述情况属实，属于脱岗走读。认定理由：问过三家邻居。"
    ) in whole
    assert "本人说明：“家里有急事”。" in whole
    assert "依据安和县驻村干部管理办法第十二条，我县于2026年11月26日作出“通报批评”处理" in whole
    assert "请贵单位" in whole
    assert lines[-2:] == ["（发文机关）　　　　", "　　年　　月　　日　　　　"]


def test_without_a_step_there_is_no_clause_and_without_a_word_it_says_so(
    tmp_path: Path,
) -> None:
    lines = written(tmp_path / "a.docx", facts(reply=""))

    assert [one for one in lines if re.match("[一二三四五]、", one)] == [
        "一、事由", "二、核实情况", "三、本人说明", "四、商请事项",
    ]  # fmt: skip
    assert "本人在规定时间内没有提交说明。" in lines
    assert "处理" not in "".join(lines).replace("研究处理", "")


def test_every_page_says_that_it_is_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    write_letter(path, facts())
    section = docx.Document(str(path)).sections[0]

    for head in (section.header, section.even_page_header):
        assert head.paragraphs[0].text.startswith(DRAFT)
        assert "ab12cd34ef56" in head.paragraphs[0].text
    for foot in (section.footer, section.even_page_footer):
        field = foot.paragraphs[0]._p.find(qn("w:fldSimple"))
        assert field.get(qn("w:instr")) == "PAGE"


def test_page_and_lines_are_the_official_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    write_letter(path, facts())
    paper = docx.Document(str(path))
    section, styles = paper.sections[0], paper.styles

    sides = (
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    assert [round(one / Mm(1)) for one in sides] == [37, 35, 28, 26]
    for name, font, size in (
        ("函告标题", "方正小标宋简体", 22), ("函告正文", "仿宋_GB2312", 16), ("函告分题", "黑体", 16),
    ):  # fmt: skip
        style = styles[name]
        fonts = style.element.rPr.rFonts
        assert {fonts.get(qn(f"w:{one}")) for one in ("ascii", "hAnsi", "eastAsia", "cs")} == {
            font
        }
        assert style.font.size == Pt(size)
        assert not style.paragraph_format.widow_control
    assert styles["函告正文"].element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert paper.core_properties.author == ""
    parts = zipfile.ZipFile(path)
    whole = "".join(parts.read(one).decode("utf-8", "replace") for one in parts.namelist())
    assert "linesAndChars" not in whole


@pytest.mark.parametrize(
    "odd", ["<王家村> & 李村", "{{7*7}}", "一\n二\t三", "\x00\x0b坏", "=1+1"]
)
def test_what_people_write_stays_text(tmp_path: Path, odd: str) -> None:
    lines = written(tmp_path / "a.docx", facts(strike=STRIKE, reply=odd, facts=odd))

    kept = odd.replace("\x00", "").replace("\x0b", "")
    assert any(kept.split("\n")[0] in one for one in lines)


def test_the_file_s_name_holds_nothing_a_disk_refuses() -> None:
    given = facts()
    given.letter.person.name = '李/\\:*?"<>|队员\n'

    assert letter_name(given) == "函告草稿_李队员_12号.docx"


def test_what_was_noticed_is_one_official_sentence(tmp_path: Path) -> None:
    chat = facts(source="chat", category="未答复", facts="14:31 发的，到 16:31 没有收到答复")
    chat.letter.picked = True
    call = facts(source="phone")
    call.letter.finding.kind, call.letter.finding.noticed = "", ("待说明", "说在县城。")
    whole = "".join(written(tmp_path / "a.docx", chat) + written(tmp_path / "b.docx", call))

    assert "2026年11月23日我县开展聊天抽查（指定），该同志在规定时间内未答复。" in whole
    assert "开展电话抽查，发现：需要本人说明情况，检查人员备注“说在县城”。" in whole
