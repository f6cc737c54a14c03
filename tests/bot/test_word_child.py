"""A county's own Word page: attacks, bombs and mistakes are refused in plain words, in time."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from docx import Document
from word_pages import PLACES, facts_of, page_with, with_entries

from bot import word_child, word_inside
from bot.word_inside import Refusal
from ledger.errors import Refused
from templates.looks import Looks
from templates.word import blank
from templates.word_sample import SAMPLE
from templates.words import Words

ORDER = {"facts": SAMPLE, "county": "", "files": ""}
ATTACKS = (
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ title.__class__ }}",
    "{{ blocks.__init__.__globals__ }}",
    "{{ blocks[0].words.__html__.__func__ }}",
    "{{ self._TemplateReference__context.cycler }}",
    "{{ title|attr('__class__') }}",
    "{{ blocks|map(attribute='__class__')|list }}",
    "{{ '{0.__class__}'.format(title) }}",
    "{{ '%s' % title }}",
    "{{ title.upper() }}",
    "{{ 'x' * 10**8 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{% from 'os' import popen %}",
    "{% extends 'base' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set x = dict %}{{ x }}",
    "{% if false %}{{ cycler }}{% endif %}",
    "{% autoescape false %}{{ title }}{% endautoescape %}",
)


def refusal(page: bytes) -> str:
    """Why the page is not taken, looked at as the limited process does."""
    with pytest.raises(Exception) as caught:
        word_inside.answer(ORDER, page)
    return word_inside.why(caught.value).reason


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused(attack: str) -> None:
    assert refusal(page_with(attack)) in {"unknown", "forbidden"}


@pytest.mark.parametrize("place", PLACES)
def test_an_attack_is_refused_wherever_it_stands(place: str) -> None:
    """One of each kind: a global, an inner name, a filter, a call, a product, another file."""
    for attack in (*ATTACKS[:1], *ATTACKS[5:6], *ATTACKS[9:10], *ATTACKS[13:15], ATTACKS[17]):
        assert refusal(page_with(attack, place)) in {"unknown", "forbidden"}, attack


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_name_is_named(place: str) -> None:
    with pytest.raises(Refusal) as caught:
        word_inside.answer(ORDER, page_with("{{ 领导 }}{{ chief }}", place))
    assert (caught.value.reason, caught.value.detail) == ("unknown", "chief、领导")


def test_a_wrong_column_of_a_block_is_named() -> None:
    page = page_with("{% for block in blocks %}{{ block.colour }}{% endfor %}")
    with pytest.raises(Refused) as caught:
        word_child.try_out(page)
    assert (
        Words()
        .say(caught.value.block, **caught.value.facts)
        .startswith("模板里的“colour”，程序没有这一项。")
    )


@pytest.mark.parametrize(
    "words", ["{{ title", "{% for block in blocks %}", "{% if %}", "{{ }}"]
)
def test_a_mistake_in_the_tags_is_told(words: str) -> None:
    assert refusal(page_with(words)) == "tags"


# the file
def bomb(entries: int = 1, size: int = 100 * 1024 * 1024) -> bytes:
    """Zeros that unpack to so many bytes."""
    return with_entries(
        page_with(""), {f"word/media/{one}.png": bytes(size) for one in range(entries)}
    )


def lying(page: bytes) -> bytes:
    """The same page, whose table of contents says that a part is shorter than it is."""
    given = bytearray(page)
    at = given.rfind(b"PK\x01\x02", 0, given.rfind(b"word/document.xml"))
    (size,) = struct.unpack_from("<I", given, at + 24)
    struct.pack_into("<I", given, at + 24, size // 2)
    return bytes(given)


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    assert refusal(bomb()) == "too_heavy"
    assert refusal(bomb(220, 10)) == "too_heavy"
    assert refusal(lying(page_with("话"))) == "damaged"
    assert refusal(b"PK" + bytes(100)) == "damaged"
    assert refusal(bytes(6 * 1024 * 1024)) == "too_big"


@pytest.mark.parametrize(
    ("name", "words", "why"),
    [
        ("word/vbaProject.bin", "x", "programs"),
        ("word/activeX/activeX1.xml", "<a/>", "programs"),
        ("word/embeddings/oleObject1.bin", "x", "programs"),
        ("word/a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a/>', "programs"),
        ("../a.xml", "<a/>", "damaged"),
    ],
)
def test_what_is_no_plain_page_is_refused(name: str, words: str, why: str) -> None:
    page = with_entries(page_with("话"), {name: words.encode()})
    assert refusal(page) == why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (b"%PDF-1.7", "other_format"),
        (b"", "other_format"),
        (word_inside.OLE + bytes(600), "old_format"),
        (word_inside.OLE + "EncryptedPackage".encode("utf-16-le"), "locked"),
    ],
)
def test_another_kind_of_file_is_told(given: bytes, why: str) -> None:
    assert refusal(given) == why


def test_a_table_is_no_page() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    assert refusal(out.getvalue()) == "other_format"


# the limited process
LOOP = "{% for a in blocks %}"


def test_what_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_child, "PATIENCE", 2)
    with pytest.raises(Refused, match="too_heavy"):
        word_child.try_out(page_with(LOOP * 12 + "x" + "{% endfor %}" * 12))


def test_what_needs_too_much_memory_is_stopped() -> None:
    page = page_with(LOOP * 3 + "长" * 400_000 + "{% endfor %}" * 3)
    with pytest.raises(Refused, match="too_heavy"):
        word_child.try_out(page)


def test_a_paper_that_was_cut_off_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = tmp_path / "killed.py"
    killed.write_text(
        "import os\nos.write(1, b'[\"made\"]\\nhalf a pap')\nos.kill(os.getpid(), 9)\n"
    )
    monkeypatch.setattr(word_child, "INSIDE", killed)
    with pytest.raises(Refused, match="too_heavy"):
        word_child.try_out(page_with("话"))


def test_our_own_page_and_a_countys_are_filled_in(tmp_path: Path) -> None:
    made = word_child.try_out(blank())
    assert "关于2026年11月中旬驻村工作情况的通报" in texts(made)

    page = page_with(
        "{{ office|default('') }}／{% for b in blocks %}{{ b.text }}；{% endfor %}"
    )
    sha256 = "ab" + "0" * 62
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / sha256).write_bytes(page)
    facts = {**facts_of("# 题 {{7*7}}\n<王家村> & {_{"), "template": sha256}
    assert texts(word_child.render(facts, Looks(files=tmp_path))) == [
        "题 {{7*7}}", "／<王家村> & {_{；",
    ]  # fmt: skip
    with pytest.raises(Refused, match="gone"):
        word_child.render({**facts, "template": "cd" * 32}, Looks(files=tmp_path))


def texts(paper: bytes) -> list[str]:
    return [one.text for one in Document(io.BytesIO(paper)).paragraphs if one.text]


def test_every_refusal_has_its_words() -> None:
    for one in word_child.REFUSALS.values():
        said = Words().say(one, detail="x")
        assert len(said.split("\n")) == 2, one
