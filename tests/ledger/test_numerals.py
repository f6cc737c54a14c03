"""Numerals: the table of language.md §3, and every number up to 99,999,999 back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.numerals import read_number

TABLE = {
    "一百二十三": 123, "两千零五": 2005, "十五": 15, "二十": 20, "两": 2, "二〇二六": 2026,
    "一万二": 12000, "三百五": 350, "三点五": 3.5, "2万": 20000, "1.2万": 12000, "3千": 3000,
    "半": 0.5, "廿": 20, "〇": 0, "壹佰贰拾": 120, "一千六百八十": 1680, "12": 12, "1.5": 1.5,
    "十": 10, "一百零五": 105, "一万零五十": 10050, "两百": 200, "九千九百九十九": 9999,
}  # fmt: skip
NO_NUMBER = (
    "",
    "五六",
    "三五",
    "户",
    "一号",
    "一户一策",
    "王三",
    "1.2.3",
    "x",
    "点",
    "三点",
    "点五",
)


@pytest.mark.parametrize(("text", "value"), TABLE.items())
def test_the_numeral_is_read(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("text", NO_NUMBER)
def test_what_is_no_numeral_or_only_about_one_has_no_value(text: str) -> None:
    assert read_number(text) is None


def spoken(number: int) -> str:
    """A number as it is written out: 10,050 is 一万零五十."""
    if number == 0:
        return "零"
    words = _below_ten_thousand(number % 10000) if number % 10000 else ""
    if number < 10000:
        return words.removeprefix("一") if words.startswith("一十") else words
    gap = "零" if words and number % 10000 < 1000 else ""
    return f"{spoken(number // 10000)}万{gap}{words}"


def _below_ten_thousand(number: int) -> str:
    words, gap = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            words += ("零" if gap and words else "") + "零一二三四五六七八九"[digit] + unit
            gap = False
        else:
            gap = True
    return words


@given(st.integers(0, 99_999_999))
def test_a_number_written_out_is_read_back(number: int) -> None:
    assert read_number(spoken(number)) == number


@given(st.integers(0, 9999), st.integers(0, 9))
def test_digits_are_read_as_they_stand(whole: int, tenth: int) -> None:
    assert read_number(f"{whole}.{tenth}") == pytest.approx(whole + tenth / 10)
    assert read_number(f"{whole}") == whole


@given(st.text(max_size=12) | st.text("零一二三十百千万半两点〇廿0123456789.", max_size=8))
def test_any_text_is_a_number_or_none_and_never_an_error(text: str) -> None:
    value = read_number(text)

    assert value is None or value >= 0
