"""Days and lengths as they are spoken and jotted down: dialect, lists of days, clocks apart."""

from datetime import date

import pytest

from ledger.durations import find_durations
from ledger.errors import Misunderstood
from ledger.time_phrases import Looks, find_times
from ledger.times import find_day

BASE = date(2026, 11, 20)  # a Friday

MINUTES = {
    "讨论了俩小时": [120], "仨钟头": [180], "个把小时": [60], "四十来分钟": [40], "一个来小时": [60],
    "五十多分钟": [50], "二十几分钟": [20], "一个半来小时": [90], "差五分钟两小时": [115],
    "差一刻三小时": [165], "差10分钟1小时": [50], "从四点半看到五点一刻": [45],
    "晚上八点学到九点半": [90], "从2点10分看到3点整": [50], "八点二十学到九点": [40],
    "14:00开考15:20交卷": [80], "9点开始10点半结束": [90], "三点进去四点半才出来": [90],
    "2小时，其中自学1小时，集中学习1小时": [120], "2小时。其中一户1小时": [120, 60],
    "1小时，其中半小时讨论；另自学1小时": [60, 60],
    # no lengths
    "2点10分": [], "他俩小时候": [], "9点到张大山家，10点回来": [], "上午9点开会，下午3点走访": [],
    "差五分钟没赶上": [5],
}  # fmt: skip
BACK = {
    "夜儿个去的": "19", "夜来后晌": "19", "夜个": "19", "昨个走访": "19", "昨个儿": "19", "昨儿后晌": "19",
    "今儿后晌": "20", "昨黑": "19", "前儿个": "18", "大前儿": "17", "11.17下午": "17", "时间：11.17": "17",
    "11/17 学一号文件；11/18 学民法典": "17|18", "11.18上午，11.19下午": "18|19", "周一二去了": "16..17",
    "上周三四": "11..12", "周一二三": "16..18", "周六日": "14..15", "周二回的村": "17", "周二回访": "17",
    "上周二回过一次": "10", "大上个礼拜去的": "2..8", "大上周三": "4", "11月17、18两天": "17..18",
    "17、18、19号": "17..19", "11、17号": "11|17", "19日本人值班": "19", "19号本人": "19",
    "周三四点": "18", "周一一早": "16", "头天去的": "19", "18号和19号": "18|19", "11.18回村": "18",
    # none of these is a day
    "血糖5.6": "", "血糖5.6-7.2": "", "血压11.20": "", "涨到5.8块": "", "五、六号楼": "", "3、4号问题": "",
    "老头天天来": "", "半夜来的": "", "每次日常走访": "", "周一三五": "", "一周两回": "",
}  # fmt: skip
AHEAD = {
    "公休批了，11.23到11.27。走之前": "23..27", "11.23—27请假": "23..27", "21、22号请假": "21..22",
    "27、28号": "27..28", "周四五请假": "26..27", "下周一二": "23..24", "下周三回村": "25",
    "周六、日休息": "21..22", "周六一早就走": "21", "11.27回去": "27", "赶明儿": "",
}  # fmt: skip


def told(text: str, looks: Looks) -> str:
    """The days of November a text names: 17|18, 23..27."""
    spans = [one.resolve(BASE, looks) for one in find_times(text) if one.names_day]
    days = [(span.first.day, span.last.day) for span in spans if span]
    return "|".join(str(a) if a == b else f"{a}..{b}" for a, b in days)


@pytest.mark.parametrize(("text", "minutes"), MINUTES.items())
def test_lengths(text: str, minutes: list[int]) -> None:
    assert [one.minutes for one in find_durations(text)] == minutes


@pytest.mark.parametrize(("text", "days"), BACK.items())
def test_days_looking_back(text: str, days: str) -> None:
    assert told(text, "back") == days


@pytest.mark.parametrize(("text", "days"), AHEAD.items())
def test_days_looking_ahead(text: str, days: str) -> None:
    assert told(text, "ahead") == days


@pytest.mark.parametrize("text", ["1、2号走访", "昨天去了。\n2、3号走访"])
def test_the_number_of_a_list_is_no_day(text: str) -> None:
    found = [one.text for one in find_times(text)]
    assert [one for one in found if "、" in one] == []


def test_this_month_and_a_word_of_five_are_no_fifth() -> None:
    [found] = find_times("这个月五保金没发")
    assert found.text == "这个月"


@pytest.mark.parametrize(
    "said", ["1999年3月5日", "99年3月5日", "一九九九年三月五日", "1999.3.5"]
)
def test_a_day_of_long_ago_is_no_day_of_this_year(said: str) -> None:
    [found] = find_times(said)
    span = found.resolve(BASE, "back")
    assert span
    assert span.first == date(1999, 3, 5)
    with pytest.raises(Misunderstood):
        find_day(f"{said} 走访张大山", today=BASE, looks="back")


def test_the_day_beside_counts_from_the_day_told_of() -> None:
    first, second = find_times("11月16日断水，第二天接好")
    assert not first.beside
    assert second.beside
    span = second.resolve(date(2026, 11, 16), "back")
    assert span
    assert span.first == date(2026, 11, 17)
