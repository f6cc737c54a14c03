"""Lengths of time as people write them (language.md §4.2): minutes of study, days of a state."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.durations import find_durations

# the development list, then more from life
MINUTES = {
    "廿五分钟": 25, "卅分钟": 30, "一小时廿分": 80, "考试用了四十分，不难": 40,
    "七点起来学了《条例》一直到八点": 60, "看了土地法，四十来分": 40,
    "两小时差一刻": 105, "仨钟头差五分": 175, "两个钟头欠十分": 110, "一个半小时少五分": 85,
    "一个时辰": 120, "半个时辰": 60, "一个半时辰": 180, "俩时辰": 240, "一个时辰零一刻": 135,
    "一个钟头带一刻": 75, "一个钟头挂零五分": 65, "一个小时过十分": 70, "半把个小时": 30,
    "1h20m": 80, "1h20'": 80, "学习50m": 50, "学习条例三刻": 45,
    "七点四十五起九点零五止": 80, "20:10起学，21:00毕": 50, "学到十点半，九点一刻开始的": 75,
    "下午四点到四点二十五一截": 25,
    "半个点儿": 30,
    "半点钟": 30, "半拉小时": 30, "个来钟头": 60, "0.75小时": 45, "一个钟头零一刻": 75,
    "九点一刻坐下，十点起身": 45, "看到十一点，从九点半起": 90, "党章学习，四十分": 40,
    "一个半点": 90,
    "一个点零五分": 65,
    "一小时四十": 100,
    "晚上十一点到十二点半": 90,
    "晚上十一点半到凌晨一点": 90,
    "八点零五到八点五十": 45,
    "一点差一刻到一点半": 45,
    "四点到五点差十分": 50,
    "一个半小时": 90, "2个半小时": 150, "1.5小时": 90, "一小时二十分": 80, "两小时四十分钟": 160,
    "一个小时": 60, "学习2小时": 120, "上午学习了1个小时": 60, "两个小时左右": 120, "半小时": 30,
    "90分钟": 90, "40min": 40, "一刻钟": 15, "8:30到10:00": 90,
    "2点到3点": 60, "下午两点到四点半": 150, "14:00-16:30": 150, "上午9:00—11:30": 150,
    "9点到11点": 120, "11点到1点": 120, "晚上7点半到9点": 90, "上午10点至下午2点": 240,
    "8点20到9点05": 45, "八点半到九点一刻": 45, "9：00～10：30": 90, "今天下午2点到4点": 120,
    "半个小时": 30, "半个钟头": 30, "一个钟头": 60, "两个半钟头": 150, "三刻钟": 45, "45 分钟": 45,
    "1小时30分": 90, "1小时30分钟": 90, "1个小时零5分": 65, "一个小时又二十分钟": 80, "2h": 120,
    "1h30min": 90, "1.5h": 90, "一小时一刻钟": 75, "一小时半": 90, "三点五小时": 210,
    "六十分钟": 60, "一百二十分钟": 120, "一个多小时": 60, "学了30分": 30, "2 小时": 120,
    "0.5小时": 30, "每天学习1小时": 60, "2个小时": 120, "10分钟": 10, "120min": 120,
    "晚上8点到12点": 240, "十点到十一点半": 90,
}  # fmt: skip
DAYS = {
    "三天": 3, "3天": 3, "两天半": 2.5, "一天": 1, "一整天": 1, "一周": 7, "两个星期": 14,
    "一个礼拜": 7, "一个月": 30, "三个月": 90, "半个月": 15, "一个半月": 45, "10天": 10,
    "十五天": 15, "断了三天": 3, "停了快半个月": 15, "停水3天了": 3, "断了三天后": 3,
    "请假两天": 2, "住院一个星期": 7, "三周": 21,
    "半年": 182.5, "一年": 365, "两年": 730,
    "一年半": 547.5, "10天左右": 10, "一个多月": 30, "3 天": 3, "病了二十天": 20,
}  # fmt: skip
BOTH = {"半天": (240, 0.5), "大半天": (240, 0.5), "一上午": (180, 0.5), "一个下午": (180, 0.5)}
NONE = (
    "测试，八十七分，", "防汛知识竞赛得了95分，不错", "一个半是自己的",
    "修沟50m", "到山脚九点三刻，", "学到十点半，九点一刻开会",
    "", "三天内", "3天之内", "两周以内", "3天前", "一个月后", "两天之后", "48小时内", "半小时前",
    "半年内", "今天", "三点", "8:30", "3月", "26年3月", "2026年", "十月", "周三", "第三天", "三天前",
    "一户一策", "80分", "考了80分", "百分之五", "三分地", "1.5万元", "下半年", "上周一", "二〇二六年",
    "一九年", "8点到8点", "第2周", "周一上午十点", "三年级", "10天前",
)  # fmt: skip


@pytest.mark.parametrize(("text", "minutes"), MINUTES.items())
def test_minutes(text: str, minutes: int) -> None:
    [found] = find_durations(text)

    assert (found.minutes, found.days) == (minutes, None)


@pytest.mark.parametrize(("text", "days"), DAYS.items())
def test_days(text: str, days: float) -> None:
    [found] = find_durations(text.removesuffix("后"))

    assert (found.minutes, found.days) == (None, days)


@pytest.mark.parametrize(("text", "both"), BOTH.items())
def test_half_a_day_has_both(text: str, both: tuple[int, float]) -> None:
    [found] = find_durations(text)

    assert (found.minutes, found.days) == both


@pytest.mark.parametrize("text", NONE)
def test_no_length(text: str) -> None:
    assert find_durations(text) == []


def test_several_lengths_in_their_order() -> None:
    text = "学了1小时，断水两天，再学45分钟"

    found = [text[one.start : one.end] for one in find_durations(text)]

    assert found == ["1小时", "两天", "45分钟"]


HAN = "零一二三四五六七八九十"


@given(st.integers(1, 10), st.integers(1, 59), st.sampled_from(["", " "]))
def test_hours_and_minutes_add_up(hours: int, minutes: int, space: str) -> None:
    for said in (str(hours), HAN[hours]):
        for hour in ("小时", "个小时", "个钟头"):
            [found] = find_durations(f"学习{said}{space}{hour}{minutes}{space}分钟党的政策")
            assert found.minutes == 60 * hours + minutes
        [found] = find_durations(f"{said}{space}个半小时")
        assert found.minutes == 60 * hours + 30


@given(st.integers(0, 22), st.integers(0, 59), st.integers(1, 59))
def test_two_clocks_a_length(hour: int, minute: int, length: int) -> None:
    until = hour * 60 + minute + length
    text = f"{hour}:{minute:02}到{until // 60}:{until % 60:02}学习"

    assert [one.minutes for one in find_durations(text)] == [length]


PIECES = st.sampled_from([*MINUTES, *DAYS, *BOTH, *NONE, " ", "，", "到", "9" * 99, "一" * 99])


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=2000) | st.lists(PIECES, max_size=12).map("".join))
def test_any_text_gives_lengths_that_lie_inside_and_apart(text: str) -> None:
    last = 0
    for one in find_durations(text):
        assert last <= one.start < one.end <= len(text)
        assert one.minutes is not None or one.days is not None
        assert (one.minutes or 0) >= 0
        last = one.end
