"""Neutral markup: cut in each channel's unit, never inside markup, and whole when put together."""

import html
import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.text import PART, plain, render, split, utf16
from templates.words import Said, escape

UNITS: dict[str, Callable[[str], int]] = {
    "characters": len,
    "UTF-16 units": utf16,
    "bytes": lambda text: len(text.encode()),
}
PIECES = st.sampled_from(
    ["户", "张大山家屋顶漏雨", "。", "，", "\n", "\n\n", " ", "😀", "👨‍👩‍👧", "**已记走访**", "**", "*",
     "\\", "\\*", "\\\\", "a", "<b>&amp;", "https://example.org/a?b=c", "é", "\u200b", "𠮷"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200)
WHOLE = 16  # the widest piece that cannot be cut: a bold heading of a few words


def spans(text: str) -> list[tuple[int, int]]:
    """Where markup stands."""
    return [found.span() for found in PART.finditer(text)]


def cuts(parts: list[str]) -> list[int]:
    """Where a text was cut."""
    ends, at = [], 0
    for part in parts[:-1]:
        at += len(part)
        ends.append(at)
    return ends


@pytest.mark.parametrize("unit", UNITS)
@given(text=TEXTS, limit=st.integers(4, 60))
@example(text="😀" * 30, limit=4)
@example(text="户" * 2200, limit=160)
def test_the_parts_put_together_are_the_text(unit: str, text: str, limit: int) -> None:
    parts = split(text, limit, UNITS[unit])

    assert "".join(parts) == text
    assert all(parts) or parts == [""]


@pytest.mark.parametrize("unit", UNITS)
@given(text=TEXTS, limit=st.integers(64, 120))
def test_no_part_is_longer_than_the_limit(unit: str, text: str, limit: int) -> None:
    measure = UNITS[unit]
    widest = max((measure(text[a:b]) for a, b in spans(text)), default=0)
    for part in split(text, limit, measure):
        assert measure(part) <= max(limit, widest)


@pytest.mark.parametrize("unit", UNITS)
@given(text=TEXTS, limit=st.integers(64, 120))
def test_no_cut_goes_through_markup(unit: str, text: str, limit: int) -> None:
    measure = UNITS[unit]
    marked = [span for span in spans(text) if measure(text[slice(*span)]) <= limit]
    for cut in cuts(split(text, limit, measure)):
        assert not [span for span in marked if span[0] < cut < span[1]]


@given(TEXTS, st.integers(64, 120))
def test_the_parts_say_what_the_whole_says(text: str, limit: int) -> None:
    longest = max((b - a for a, b in spans(text)), default=0)
    if longest <= limit:
        assert "".join(plain(part) for part in split(text, limit)) == plain(text)


def test_a_text_within_the_limit_stays_one_part() -> None:
    assert split("一二三", 3) == ["一二三"]
    assert split("", 3) == [""]
    assert split("😀😀", 4, utf16) == ["😀😀"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("第一段。\n\n第二段。第三句。", ["第一段。\n\n", "第二段。第三句。"]),
        ("第一行一行\n第二行二行", ["第一行一行\n", "第二行二行"]),
        ("一句话。又一句话。", ["一句话。", "又一句话。"]),
        ("前半句，后半句话多", ["前半句，", "后半句话多"]),
        ("aaa bbb ccc", ["aaa bbb ", "ccc"]),
        ("一" * 20, ["一" * 8, "一" * 8, "一" * 4]),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(text: str, parts: list[str]) -> None:
    assert split(text, 8) == parts


def test_long_chinese_without_any_pause_is_cut_all_the_same() -> None:
    """A splitter that waits for a space sends 6,600 bytes in one part (style §4.8)."""
    text = "户" * 2200
    for limit in (160, 1000, 2048, 4096):
        parts = split(text, limit, UNITS["bytes"])

        assert max(len(part.encode()) for part in parts) <= limit
        assert len(parts) == -(-2200 // (limit // 3))


# rendering
def as_html(text: str) -> str:
    return render(text, lambda words: html.escape(words, quote=False), ("<b>", "</b>"))


@given(TEXTS)
def test_what_is_rendered_reads_as_the_plain_words(text: str) -> None:
    rendered = as_html(text)
    read = html.unescape(re.sub(r"</?b>", "", rendered))

    assert read == plain(text)


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(64, 200))
def test_each_part_has_its_tags_closed_and_its_signs_whole(text: str, limit: int) -> None:
    for part in split(text, limit):
        rendered = as_html(part)

        assert rendered.count("<b>") == rendered.count("</b>")
        assert not re.search(r"&(?!amp;|lt;|gt;)", rendered)
        assert not re.search(r"<(?!/?b>)", rendered)


def test_bold_is_the_only_markup() -> None:
    assert as_html("**好** _a_ `b` [c](d) <i>") == "<b>好</b> _a_ `b` [c](d) &lt;i&gt;"
    assert as_html(r"\*\*不粗\*\* 1 \\ 2") == "**不粗** 1 \\ 2"
    assert as_html("2 * 3 ** 4") == "2 * 3 ** 4"


# facts in words
@given(st.text(max_size=60))
def test_an_escaped_fact_reads_as_it_was_written(fact: str) -> None:
    assert plain(str(escape(fact))) == fact


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_fact_between_bold_words_stays_out_of_the_markup(before: str, fact: str) -> None:
    made = f"**{escape(before)}**{escape(fact)}" if before else str(escape(fact))

    assert plain(made) == before + fact


def test_words_already_said_are_not_escaped_again() -> None:
    said = Said(r"**好** \*")

    assert escape(said) is said
    assert escape(5) == 5
    assert escape(None) is None


@given(st.text(max_size=40))
def test_a_length_in_utf_16_is_that_of_the_encoding(text: str) -> None:
    assert utf16(text) == sum(2 if ord(one) > 0xFFFF else 1 for one in text)
