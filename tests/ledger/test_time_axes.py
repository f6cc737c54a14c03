"""Time phrases: the products of their axes, and what holds for any of them (language.md §4.2)."""

from contextlib import suppress
from datetime import date, time, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from time_tables import (
    AHEAD,
    BACK,
    BASE,
    BOTH,
    DEADLINES,
    LISTED,
    NO_SUCH,
    NO_TIMES,
    day_of,
    read,
)

from ledger.days import days_between
from ledger.errors import Misunderstood
from ledger.time_phrases import Looks, find_times
from templates.filters import day as echo
from templates.filters import short_day

THREE_YEARS = days_between(date(2026, 1, 1), date(2028, 12, 31))

# products of the axes
DAYS = {
    "大前天": -3, "前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2, "大后天": 3, "昨日": -1,
    "本周五": 2, "下周一": 5, "上周日": -3, "4月15日": 7, "4月15号": 7, "四月十五日": 7,
    "本月10号": 2, "下个月8号": 30, "2026年4月20日": 12, "2026-04-20": 12,
}  # fmt: skip
PARTS_OF_DAY = {
    "": 0, "早上": 0, "上午": 0, "凌晨": 0, "清早": 0, "下午": 12, "晚上": 12, "傍晚": 12, "晚": 12,
}  # fmt: skip
CLOCKS = {
    "7点": (7, 0), "八点": (8, 0), "8点半": (8, 30), "九点一刻": (9, 15), "7:45": (7, 45),
    "十点二十分": (10, 20), "11点05": (11, 5), "8点整": (8, 0), "9：30": (9, 30),
}  # fmt: skip


@pytest.mark.parametrize("space", ["", " "])
@pytest.mark.parametrize("word", DAYS)
def test_a_point_never_moves_when_a_clock_is_added(word: str, space: str) -> None:
    for part, hours in PARTS_OF_DAY.items():
        for clock, (hour, minute) in CLOCKS.items():
            if word[-1] == "0" and not (space or part):
                continue  # 2026-04-207点
            [found] = find_times(f"{word}{space}{part}{space}{clock}")
            span = found.resolve(BASE, "ahead")

            assert span
            assert span.first == span.last == BASE + timedelta(days=DAYS[word])
            assert span.clock == time(hour + hours, minute), f"{word}{part}{clock}"


@pytest.mark.parametrize("word", DAYS)
def test_the_ending_makes_a_deadline_or_a_beginning(word: str) -> None:
    day = BASE + timedelta(days=DAYS[word])
    for ending in ("前", "之前", "以前", " 之前", "下班前"):
        for part in ("", "上午", "晚上八点"):
            [found] = find_times(f"{word}{part}{ending}")
            span = found.resolve(BASE, "ahead")

            assert span
            assert (span.kind, span.last) == ("by", day), f"{word}{part}{ending}"
    for ending in ("后", "之后", "以后"):
        assert read(f"{word}{ending}").rstrip("?") == f"after {day_of(day + timedelta(days=1))}"


COUNTS = {1: ("1", "一"), 2: ("2", "两"), 3: ("3", "三"), 10: ("10", "十"), 15: ("15", "十五")}
UNITS_IN_DAYS = {"天": 1, "周": 7, "个星期": 7, "个礼拜": 7}


@pytest.mark.parametrize("space", ["", " "])
@pytest.mark.parametrize("unit", UNITS_IN_DAYS)
def test_so_many_of_any_unit_are_counted_from_today(unit: str, space: str) -> None:
    for count, written in COUNTS.items():
        days = timedelta(days=count * UNITS_IN_DAYS[unit])
        for number in written:
            for ending in ("内", "之内", "以内"):
                assert read(f"{number}{space}{unit}{ending}") == f"by {day_of(BASE + days)}"
            for ending in ("后", "之后", "以后"):
                assert read(f"{number}{space}{unit}{ending}") == f"after {day_of(BASE + days)}"
            for ending in ("前", "之前", "以前"):
                assert read(f"{number}{space}{unit}{ending}", "back") == day_of(BASE - days)


def test_a_month_clips_to_its_last_day() -> None:
    assert read("一个月内", base=date(2026, 1, 31)) == "by 02-28"
    assert read("一个月内", base=date(2028, 1, 31)) == "by 2028-02-29"
    assert read("一个月前", "back", date(2026, 3, 31)) == "02-28?"


def test_working_days_skip_the_holidays_and_count_the_make_up_days() -> None:
    assert read("3个工作日内", base=date(2026, 9, 30)) == "by 10-10"
    assert read("1个工作日内", base=date(2026, 5, 8)) == "by 05-09"
    assert read("一个工作日内", base=date(2027, 5, 7)) == "by 2027-05-10"


def test_a_holiday_that_is_over_is_next_years_and_unsure() -> None:
    assert read("国庆节前", base=date(2026, 9, 1)) == "by 09-30"
    assert read("国庆节前", base=date(2026, 10, 8)) == "by 2027-09-30?"
    assert read("春节前", "back") == "by 02-14"
    assert read("清明节前", base=date(2027, 12, 1)) == "by 2028-04-03?"


# properties
@given(st.sampled_from(THREE_YEARS), st.sampled_from(sorted(DEADLINES | AHEAD)))
def test_a_deadline_is_not_over(base: date, phrase: str) -> None:
    if phrase in OVER_SOMETIMES or (LISTED | AHEAD)[phrase] == "none-such":
        return
    for found in find_times(phrase):
        try:
            span = found.resolve(base, "ahead")
        except Misunderstood:  # 31日 of a short month
            continue
        if span and span.kind == "by":
            assert base - timedelta(days=45) <= span.last
            assert span.first <= span.last


# said with its year, month or week, a deadline may be over
OVER_SOMETIMES = {
    "2026年底", "二〇二六年底前", "11/3前", "本月25日前", "3月2日至5日前", "本月中旬前",
    "上半年内", "4月15日 周三前",
}  # fmt: skip


@given(st.sampled_from(THREE_YEARS), st.integers(-300, 300))
def test_our_own_wording_is_read_back(base: date, days: int) -> None:
    day = base + timedelta(days=days)
    looks: Looks = "back" if -180 <= days < 0 else "ahead"
    if days >= -180:
        for wording in (echo(day), short_day(day)):
            [found] = find_times(f"截止 {wording}")
            span = found.resolve(base, looks)

            assert span
            assert (span.last, found.end) == (day, len(wording) + 3)


@pytest.mark.parametrize("looks", BOTH)
def test_no_phrase_fails_on_any_day_of_three_years(looks: Looks) -> None:
    phrases = [one for text in LISTED | AHEAD | BACK for one in find_times(text)]
    for base in THREE_YEARS:
        for phrase in phrases:
            if phrase.text in SHORT_MONTHS:
                continue
            span = phrase.resolve(base, looks)
            assert span is None or span.first <= span.last, f"{phrase.text} on {base}"


# a month without its 29th, 30th or 31st
SHORT_MONTHS = {"31日"}

PIECES = st.sampled_from(
    [*LISTED, *AHEAD, *BACK, *NO_TIMES, *NO_SUCH, " ", "，", "到", "9" * 99]
)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=2000) | st.lists(PIECES, max_size=12).map("".join), st.dates())
def test_any_text_gives_phrases_that_lie_inside_and_apart(text: str, base: date) -> None:
    last = 0
    for one in find_times(text):
        assert last <= one.start < one.end <= len(text)
        assert one.text == text[one.start : one.end]
        last = one.end
        for looks in BOTH:
            with suppress(Misunderstood):
                one.resolve(base, looks)


REPEATED = (
    "9", "一", "半", "到", " ", "周一", "1月1日", "今天", "三点", "9分钟", "1.", "上", "下周", "年",
    "从明天起", "每", "4.15", "三", "8:30到", "第", "1-", "月底前", "（", "2026年",
)  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_twice_the_text_takes_about_twice_as_long(piece: str) -> None:
    def seconds(size: int) -> float:
        text, best = (piece * size)[:size], 10.0
        for _ in range(3):
            start = perf_counter()
            find_times(text)
            best = min(best, perf_counter() - start)
        return best

    assert seconds(20_000) < 10 * max(seconds(5_000), 0.005)
