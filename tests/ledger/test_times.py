"""Days and lengths of time as people write them, from Wednesday 8 April 2026 (language.md §4.2)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.leave import read_days
from handlers.study import read_line
from ledger.days import days_between
from ledger.errors import Misunderstood
from ledger.times import (
    LONGEST,
    Looks,
    find_day,
    find_minutes,
    read_day,
    read_minutes,
    sensible,
)
from templates.filters import day as echo
from templates.filters import short_day

BASE = date(2026, 4, 8)
THREE_YEARS = days_between(date(2026, 1, 1), date(2028, 12, 31))

BACK = {
    "今天": "04-08", "昨天": "04-07", "前天": "04-06", "大前天": "04-05", "昨晚": "04-07",
    "今早": "04-08", "本周五": "04-10", "上周五": "04-03", "周三": "04-08", "周四": "04-02",
    "周日": "04-05", "星期一": "04-06", "礼拜天": "04-05", "4月15日": "04-15", "4.15": "04-15",
    "4/15": "04-15", "4-15": "04-15", "3月28号": "03-28", "三月二十八日": "03-28",
    "三月廿八日": "03-28", "2026年6月30日": "06-30", "六月三十日": "06-30", "2026-03-28": "03-28",
    "3号": "04-03", "28号": "03-28", "31号": "03-31", "8号": "04-08",
}  # fmt: skip
AHEAD = {
    "明天": "04-09", "后天": "04-10", "大后天": "04-11", "周日": "04-12", "周一": "04-13",
    "周三": "04-08", "本周一": "04-06", "下周三前": "04-15", "下周三之前": "04-15",
    "4月底前": "04-30", "月底前": "04-30", "月末": "04-30", "6月底": "06-30", "本月底": "04-30",
    "下个月底": "05-31", "15号前": "04-15", "3号前": "05-03", "三天内": "04-11", "十日内": "04-18",
    "3天之内": "04-11", "当天": "04-08", "12月10日前": "12-10", "3月1日": "03-01",
}  # fmt: skip
OTHER_YEARS = {
    ("12月20日", "back"): date(2025, 12, 20),
    ("1月5日", "ahead"): date(2027, 1, 5),
    ("2月底", "ahead"): date(2027, 2, 28),
    ("2024年2月29日", "back"): date(2024, 2, 29),
}
NO_DAY = (
    "",
    "王三",
    "一号文件",
    "1.5小时",
    "4.15元",
    "3.5亩",
    "三号线",
    "节前",
    "60",
    "断了三天",
)
NOT_THERE = ("11月31日", "2月30日", "13月1日", "0月5日", "0号", "2026年2月29日", "99999999天内")

MINUTES = {
    "一个半小时": 90, "2个半小时": 150, "1.5小时": 90, "一小时二十分": 80, "两小时四十分钟": 160,
    "一个小时": 60, "半小时": 30, "半个小时": 30, "90分钟": 90, "40min": 40, "一刻钟": 15,
    "三刻钟": 45, "1小时30分": 90, "一个钟头": 60, "三点五小时": 210, "2 小时": 120, "60": 60,
}  # fmt: skip
IN_A_SENTENCE = {
    "学习2小时": (120, "学习"),
    "上午学习了1个小时": (60, "上午学习了"),
    "两个小时左右": (120, "左右"),
    "60 中央一号文件": (60, "中央一号文件"),
    "中央一号文件 一个半小时": (90, "中央一号文件"),
    "8点到8点40分钟": (40, "8点到8点"),
}
NO_MINUTES = ("中央一号文件", "半天", "一户一策", "60元", "第3组", "")


def of_2026(day: str) -> date:
    return date.fromisoformat(f"2026-{day}")


# days
@pytest.mark.parametrize(("phrase", "day"), BACK.items())
def test_a_report_looks_back(phrase: str, day: str) -> None:
    assert read_day(phrase, today=BASE, looks="back") == of_2026(day)


@pytest.mark.parametrize(("phrase", "day"), AHEAD.items())
def test_a_deadline_looks_ahead(phrase: str, day: str) -> None:
    assert read_day(phrase, today=BASE, looks="ahead") == of_2026(day)


@pytest.mark.parametrize(("said", "day"), OTHER_YEARS.items())
def test_a_day_far_from_today_is_of_another_year(said: tuple[str, Looks], day: date) -> None:
    assert read_day(said[0], today=BASE, looks=said[1]) == day


@pytest.mark.parametrize("looks", ["back", "ahead"])
@pytest.mark.parametrize("phrase", NO_DAY)
def test_what_names_no_day_gives_none(phrase: str, looks: Looks) -> None:
    assert read_day(phrase, today=BASE, looks=looks) is None


@pytest.mark.parametrize("looks", ["back", "ahead"])
@pytest.mark.parametrize("phrase", NOT_THERE)
def test_a_day_that_is_not_there_is_said_to_be_so(phrase: str, looks: Looks) -> None:
    with pytest.raises(Misunderstood) as found:
        read_day(phrase, today=BASE, looks=looks)

    assert found.value.block == "days.no_such_day"
    assert str(found.value.facts["phrase"]) in phrase


@pytest.mark.parametrize("phrase", ["昨天", "上周五", "4月15日", "3号", "4月底", "三天内"])
def test_a_day_stands_at_the_beginning_or_at_the_end(phrase: str) -> None:
    alone = read_day(phrase, today=BASE, looks="back")
    for text in (
        f"{phrase} 屋顶漏雨",
        f"屋顶漏雨 {phrase}",
        f"{phrase}，屋顶漏雨",
        f"屋顶漏雨，{phrase}",
    ):
        found = find_day(text, today=BASE, looks="back")

        assert found
        assert (found.day, found.rest) == (alone, "屋顶漏雨")


def test_a_day_in_the_middle_belongs_to_the_story() -> None:
    assert find_day("断水 昨天 来人看过", today=BASE, looks="back") is None


def test_29_february_is_found_in_the_year_that_has_it() -> None:
    assert read_day("2月29日", today=date(2027, 12, 1), looks="ahead") == date(2028, 2, 29)
    assert read_day("2月29日", today=date(2028, 3, 9), looks="back") == date(2028, 2, 29)


@pytest.mark.parametrize("looks", ["back", "ahead"])
def test_no_phrase_fails_on_any_day_of_three_years(looks: Looks) -> None:
    phrases = sorted({*BACK, *AHEAD} - {"31号", "28号"})
    for today in THREE_YEARS:
        for phrase in phrases:
            found = read_day(phrase, today=today, looks=looks)

            assert found is not None, f"{phrase} on {today}"
            if (
                looks == "ahead"
                and phrase not in PAST
                and not phrase.startswith(("本周", "2026"))
            ):
                assert found >= today - timedelta(days=45), f"{phrase} on {today}"


PAST = {"昨天", "前天", "大前天", "昨晚", "上周五"}


@given(st.sampled_from(THREE_YEARS), st.integers(0, 180))
def test_our_own_wording_of_a_past_day_is_read_back(today: date, ago: int) -> None:
    day = today - timedelta(days=ago)

    assert read_day(echo(day), today=today, looks="back") == day
    assert read_day(short_day(day), today=today, looks="back") == day


@given(st.sampled_from(THREE_YEARS), st.integers(0, 300))
def test_our_own_wording_of_a_deadline_is_read_back(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)

    assert read_day(f"{echo(day)}前", today=today, looks="ahead") == day
    assert read_day(f"{short_day(day)}前", today=today, looks="ahead") == day


@given(st.sampled_from(THREE_YEARS), st.integers(0, 60))
def test_so_many_days_from_now_are_counted_from_today(today: date, days: int) -> None:
    assert read_day(f"{days}天内", today=today, looks="ahead") == today + timedelta(days=days)


PIECES = st.sampled_from(
    [*BACK, *AHEAD, *NO_DAY, *MINUTES, "下", "周", "月", "日", "内", "前", "9" * 400]
)


@settings(max_examples=300)
@given(
    st.text(max_size=40) | st.lists(PIECES, max_size=5).map("".join),
    st.sampled_from(["back", "ahead"]),
)
def test_any_text_names_a_day_or_none_or_one_that_is_not_there(text: str, looks: Looks) -> None:
    found = None
    with suppress(Misunderstood):
        found = find_day(text, today=BASE, looks=looks)

    assert found is None or found.phrase in text


# lengths of time
@pytest.mark.parametrize(("phrase", "minutes"), MINUTES.items())
def test_a_length_of_time_is_read_in_minutes(phrase: str, minutes: int) -> None:
    assert read_minutes(phrase) == minutes


@pytest.mark.parametrize(("text", "found"), IN_A_SENTENCE.items())
def test_a_length_of_time_in_a_sentence_leaves_the_rest(
    text: str, found: tuple[int, str]
) -> None:
    assert find_minutes(text) == found


@pytest.mark.parametrize("text", NO_MINUTES)
def test_what_names_no_length_is_not_taken_for_one(text: str) -> None:
    assert find_minutes(text) is None
    with pytest.raises(Misunderstood):
        read_minutes(text)


@pytest.mark.parametrize("minutes", [0, -1, LONGEST + 1, 10**30])
def test_a_slip_of_the_finger_is_asked_again(minutes: int) -> None:
    with pytest.raises(Misunderstood):
        sensible(minutes, str(minutes))


@pytest.mark.parametrize("text", ["0分钟", "721分钟", "100小时", "0", f"{'9' * 400}小时"])
def test_a_length_nobody_can_mean_is_asked_again(text: str) -> None:
    with pytest.raises(Misunderstood):
        read_minutes(text)


@given(st.integers(1, 11), st.integers(1, 59), st.sampled_from(["", " "]))
def test_hours_and_minutes_add_up(hours: int, minutes: int, space: str) -> None:
    assert read_minutes(f"{hours}{space}小时{minutes}分钟") == hours * 60 + minutes
    assert read_minutes(f"{hours}个小时{minutes}分") == hours * 60 + minutes
    assert read_minutes(f"{hours * 60 + minutes}{space}分钟") == hours * 60 + minutes


@settings(max_examples=300)
@given(st.text(max_size=40) | st.lists(PIECES, max_size=5).map("".join))
def test_any_text_names_minutes_or_none(text: str) -> None:
    try:
        found = find_minutes(text)
    except Misunderstood:
        return
    assert found is None or found[0] >= 0


# long messages
NASTY = (
    "9",
    "一",
    "半",
    "到",
    " ",
    "，",
    "周一",
    "1月1日",
    "今天",
    "三点",
    "9分钟",
    "到 ",
    "1.",
    "学习",
)


def seconds(work: Callable[[str], object], text: str) -> float:
    """The best of five runs."""
    best = 10.0
    for _ in range(5):
        start = perf_counter()
        with suppress(Misunderstood):
            work(text)
        best = min(best, perf_counter() - start)
    return best


@pytest.mark.parametrize("piece", NASTY)
def test_four_times_the_text_takes_no_more_than_about_four_times_as_long(piece: str) -> None:
    def work(text: str) -> None:
        with suppress(Misunderstood):
            find_day(text, today=BASE, looks="back")
        find_minutes(text)
        read_days(text, today=BASE)
        read_line(text, today=BASE)

    short, long = ((piece * size)[:size] for size in (4_000, 16_000))

    assert seconds(work, long) < 10 * max(seconds(work, short), 0.005)
