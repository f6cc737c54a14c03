"""A county's own Word page: nothing in it runs, fetches or points outside, however it is written."""

import io
import zipfile

import pytest
from word_pages import W, page_with, part_of, with_entries

from bot import word_inside
from templates.word_sample import SAMPLE

MAIN, RELS, SETTINGS = "word/document.xml", "word/_rels/document.xml.rels", "word/settings.xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
INSTR = "<w:p><w:r><w:instrText>{}</w:instrText></w:r></w:p>"
ORDER = {"facts": SAMPLE, "county": "", "files": ""}
FETCH = 'INCLUDETEXT "http://198.51.100.7/a"'


def refusal(page: bytes) -> str:
    """Why the page is not taken, looked at as the limited process does."""
    with pytest.raises(Exception) as caught:
        word_inside.answer(ORDER, page)
    return word_inside.why(caught.value).reason


def put(name: str, before: str, words: str) -> bytes:
    """A page with these words in one of its parts."""
    page = page_with("话")
    told = part_of(page, name).replace(before, words + before, 1)
    return bytes(with_entries(page, {name: told.encode()}))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (INSTR.format(FETCH), "outside"),
        (INSTR.format("&#73;NCLUDETEXT x"), "outside"),
        (INSTR.format("<![CDATA[DDEAUTO c:\\a]]>"), "outside"),
        (INSTR.format("DDE<!-- -->AUTO c:\\a"), "outside"),
        (INSTR.format('PAGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="begin"/>'
                      "<w:instrText>INCLU</w:instrText><w:instrText>DETEXT x"), "outside"),
        (INSTR.format('DATABASE \\d "c:\\a"'), "outside"),
        (INSTR.format('{{ "INCLUDE" ~ "TEXT" }} x'), "outside"),
        (INSTR.format("{{ title }}"), "outside"),
        ("<w:p><w:fldSimple w:instr='INCLUDETEXT x'/></w:p>", "outside"),
        (f'<w:p xmlns:x="{W}"><x:fldSimple x:instr="LINK x"/></w:p>', "outside"),
        (f'<x:altChunk xmlns:x="{W}"/>', "programs"),
        ('<w:p><w:r><w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" '
         'src="http://198.51.100.7/a.png"/></w:pict></w:r></w:p>', "outside"),
    ],
)  # fmt: skip
def test_what_fetches_or_runs_is_refused_however_it_is_written(words: str, why: str) -> None:
    assert refusal(put(MAIN, "<w:sectPr", words)) == why


def test_a_tag_cannot_put_a_field_together() -> None:
    """Nothing of it stands in the page, all of it in the paper."""
    words = INSTR.format('PAGE {{ "x" }}').replace("PAGE", "{% if title %}DDE{% endif %}")
    assert refusal(put(MAIN, "<w:sectPr", words)) == "outside"


@pytest.mark.parametrize(
    ("related", "why"),
    [
        ('Type="x" Target="http://198.51.100.7/a" TargetMode="External"', "outside"),
        ('Type="x" Target="http://198.51.100.7/a" TargetMode="&#69;xternal"', "outside"),
        (f'Type="{OFFICE}/attachedTemplate" Target="styles.xml"', "programs"),
        (f'Type="{OFFICE}/aFChunk" Target="styles.xml"', "programs"),
    ],
)
def test_what_leads_outside_is_refused(related: str, why: str) -> None:
    page = put(RELS, "</Relationships>", f'<Relationship Id="r99" {related}/>')
    assert refusal(page) == why


def test_a_connection_to_data_is_refused() -> None:
    words = '<w:mailMerge><w:connectString w:val="Provider=x"/></w:mailMerge>'
    assert refusal(put(SETTINGS, "<w:zoom", words)) == "programs"


def test_a_part_with_an_odd_name_is_looked_at() -> None:
    """The page is where the table of contents says, not where pages usually are."""
    page, odd = page_with("话"), "word/page.foo"
    words = part_of(put(MAIN, "<w:sectPr", INSTR.format(FETCH)), MAIN)
    moved = {
        odd: words,
        "word/_rels/page.foo.rels": part_of(page, RELS),
        "_rels/.rels": part_of(page, "_rels/.rels").replace(MAIN, odd),
        "[Content_Types].xml": part_of(page, "[Content_Types].xml").replace(MAIN, odd),
    }
    hidden = with_entries(page, {name: words.encode() for name, words in moved.items()})
    assert refusal(hidden) == "outside"


def test_a_part_of_another_kind_is_refused() -> None:
    """Neither words nor a picture nor a font: a web page, a program."""
    page = with_entries(
        put(RELS, "</Relationships>", '<Relationship Id="r99" Type="x" Target="a.htm"/>'),
        {"word/a.htm": b"<script>alert(1)</script>"},
    )
    kinds = part_of(page, "[Content_Types].xml")
    told = kinds.replace(
        "</Types>", '<Default Extension="htm" ContentType="text/html"/></Types>'
    )
    assert refusal(with_entries(page, {"[Content_Types].xml": told.encode()})) == "programs"


def test_a_table_under_a_pages_name_is_told() -> None:
    page = page_with("话")
    kinds = part_of(page, "[Content_Types].xml").replace(
        "document.main+xml", "template.main+xml"
    )
    assert (
        refusal(with_entries(page, {"[Content_Types].xml": kinds.encode()})) == "other_format"
    )


def test_fields_that_count_or_repeat_are_kept() -> None:
    words = INSTR.format(" PAGE \\* MERGEFORMAT ") + "<w:p><w:fldSimple w:instr='= 1+1'/></w:p>"
    made = word_inside.answer(ORDER, put(MAIN, "<w:sectPr", words))
    with zipfile.ZipFile(io.BytesIO(made)) as paper:
        assert b" PAGE \\* MERGEFORMAT " in paper.read(MAIN)
