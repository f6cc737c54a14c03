"""Papers and pages for the tests of Word: facts, a county's page with words at any place."""

import io
import zipfile
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from templates.bulletin import as_facts, read

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
NUMBERED = """
@office 安和县驻村工作领导小组办公室文件
@number 安驻办发〔2026〕12号
@to 各乡镇党委，各驻村工作队
@sign 安和县驻村工作领导小组办公室
@date 2026年11月21日
@copies 抄送：县委办公室，县政府办公室。
@copies 县直各帮扶单位。
# 关于2026年11月中旬驻村帮扶工作情况的通报
现将有关情况通报如下。
## 一、总体情况
走访 **312** 户次。
### （一）各乡镇
| 乡镇 | 走访 | 备注 |
| 清水镇 | 312 | 有两户的饮水管网还在改造，责任单位是县水务局 |
| 云山乡 | 208 | |
· 饮水管道漏水
· 入户路塌方
**一是登记不及时。**有的三天以后才补记。
"""
DAILY = """
**永安村工作队日报** 11月23日
走访 3 户次。
@seal 存证 20261123-aa……
"""
HERE = "here-it-stands"
PLACES = ("body", "header", "footer", "footnote", "property", "cell")


def facts_of(marked: str) -> dict[str, Any]:
    """Marked lines as the plain facts of a paper."""
    return as_facts(read(marked))


def page_with(words: str, place: str = "body") -> bytes:
    """A county's page that has these words at that place."""
    page = _page(place)
    with zipfile.ZipFile(io.BytesIO(page)) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    (name,) = (one for one, blob in parts.items() if HERE.encode() in blob)
    blob = parts[name].replace(HERE.encode(), escape(words).encode())
    return with_entries(page, {name: blob})


@cache
def _page(place: str) -> bytes:
    words, paper = HERE, Document()
    paper.add_paragraph("{{ title }}")
    section = paper.sections[0]
    if place == "body":
        paper.add_paragraph(words)
    elif place == "header":
        section.header.paragraphs[0].text = words
    elif place == "footer":
        section.footer.paragraphs[0].text = words
    elif place == "cell":
        paper.add_table(1, 1).cell(0, 0).text = words
    elif place == "property":
        paper.core_properties.subject = words
    else:
        _footnote(paper, words)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _footnote(paper: Any, words: str) -> None:
    blob = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2"><w:p><w:r><w:t>{words}</w:t></w:r>'
        "</w:p></w:footnote></w:footnotes>"
    )
    part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES, blob.encode(), paper.part.package)
    paper.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def with_entries(page: bytes, entries: dict[str, bytes]) -> bytes:
    """The same zip with more in it, or something else in its place."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(page)) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            if name not in entries:
                made.writestr(name, given.read(name))
        for name, words in entries.items():
            made.writestr(name, words)
    return out.getvalue()


def part_of(page: bytes, name: str) -> str:
    """One part of a .docx."""
    with zipfile.ZipFile(io.BytesIO(page)) as archive:
        return archive.read(name).decode()
