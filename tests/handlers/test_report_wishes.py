"""Wishes for a paper in people's words, and what only looks like one: told work is never a wish."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from phones import Phones, rows
from source import ROOT

from handlers import charts, report_wishes, reports
from ledger.clock import SetClock
from ledger.errors import Misunderstood

TODAY = date(2026, 11, 23)
EARLY = date(2026, 12, 5)
LABELLED = sorted((ROOT / "tests" / "understanding").glob("*.jsonl"))
WISHES = {
    "发我一份周报": "周报",
    "给我发周报": "周报",
    "要一份上周周报的word版": "周报 上周 word",
    "把上周的周报发成Word": "周报 上周 Word",
    "上个月月报给我看看": "月报 上个月",
    "看看上个月的月报": "月报 上个月",
    "上月月报": "月报 上月",
    "上旬旬报": "旬报 上旬",
    "发个日报图": "日报 图",
    "昨天的日报发我": "日报 昨天",
    "这个42是怎么来的": "依据",
    "第3个数怎么来的": "依据 3",
    "出一份督查通报": "督查通报",
    "签发": "待签发",
    "有什么要签发的": "待签发",
    "周报发我": "周报",
    "周报发一份图片给我": "周报 图片",
    "我要看罗红霞的月报": "月报 罗红霞",
    "石桥村上周的周报": "周报 上周 石桥村",
    "看看清水镇的周报": "周报 清水镇",
    "县里的周报发我": "周报 县里",
    "上个星期的周报": "周报 上周",
    "上周报": "周报 上周",
    "我上个月的月报": "我的月报 上个月",
    "2025年12月的月报给我": "月报 2025年12月",
    "11月中旬的旬报": "旬报 11月中旬",
    "第47周的周报": "周报 第47周",
    "给我一份走访台账Excel": "台账 走访",
    "导出问题台账": "台账",
    "四季度的公示": "公示 四季度",
    "发我考勤图": "考勤图",
    "永安村的考勤图给我看看": "考勤图 永安村",
    "考勤图上月": "考勤图 上月",
    "能不能看一下昨天的日报": "日报 昨天",
    "有没有上周的周报": "周报 上周",
    "请把上周周报打印一份": "周报 上周",
    "帮我看看问题走势": "问题走势",
    "给我会议议程": "会议议程",
    "周报怎么看": "周报",
}
NO_WISHES = (
    "今天把周报写完了", "周报交了", "今天发周报", "我发周报", "今天做周报", "在写周报",
    "周报发了", "周报已经发给镇里了", "把周报发给清水镇", "明天交月报", "填月报表",
    "学习督查通报一小时", "今天学习了督查通报", "传达通报精神", "下午看了月报",
    "开会通报情况", "给我通报一下情况", "今天做台账", "整理台账", "台账整理完了",
    "更新了走访台账", "做好了公示", "公示栏更新了", "村务公示栏坏了", "周报写不完",
    "上周的周报还没写", "月报数据不对", "会议议程安排走访", "走访张大山家，看看屋顶",
    "看看张大山家", "给我妈看病去了", "我要看病", "看看孩子去了", "请假三天", "问题走势不好",
    "抽签是怎么来的", "天数怎么算的",
)  # fmt: skip
COMMANDS = (
    "周报 上周", "周报 上周 石桥村", "月报 10", "旬报 上旬", "台账 逾期", "台账 走访 11月",
    "通报 历史", "周报告 草稿 清水镇", "会议议程 12月3日", "公示 永安村 四季度", "待签发",
)  # fmt: skip


@pytest.mark.parametrize(("text", "command"), WISHES.items())
def test_a_wish_is_the_command_it_means(text: str, command: str) -> None:
    wish = report_wishes.read(text)

    assert wish is not None
    assert wish.command == command


@pytest.mark.parametrize("text", NO_WISHES)
def test_work_that_is_told_is_no_wish(text: str) -> None:
    assert report_wishes.read(text) is None
    assert not report_wishes.looks(text)


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_stays_as_it_is(text: str) -> None:
    assert report_wishes.read(text) is None


@pytest.mark.parametrize("text", ["我要看他的记录", "给我看看全村的数据", "发我一份汇总表"])
def test_who_wants_to_see_something_else_is_known_to_want_it(text: str) -> None:
    assert report_wishes.looks(text)


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.stem)
def test_no_labelled_report_becomes_a_wish(path: Path) -> None:
    """By their ids: the words of some are kept out of sight."""
    lines = path.read_text(encoding="utf-8").splitlines()
    every = [json.loads(one) for one in lines]
    taken = [
        str(one.get("id"))
        for one in every
        if isinstance(one, dict) and one.get("reports")
        and (report_wishes.read(one["text"]) or report_wishes.looks(one["text"]))
    ]  # fmt: skip
    assert not taken


# periods
def test_the_first_ten_days_mean_those_that_are_over_while_they_run() -> None:
    assert reports.read_tenday("上旬", EARLY) == (date(2026, 11, 21), "")
    assert reports.read_tenday("上旬", TODAY) == (date(2026, 11, 1), "")
    assert reports.read_tenday("12月上旬", EARLY) == (date(2026, 12, 1), "")
    assert reports.read_tenday("本旬", EARLY) == (date(2026, 12, 1), "")


def test_a_bare_number_behind_the_month_report_is_a_month() -> None:
    assert reports.read_bare_month("10", TODAY) == (date(2026, 10, 1), "")
    assert reports.read_bare_month("12 清水镇", TODAY) == (date(2025, 12, 1), " 清水镇")
    assert reports.read_bare_month("11月20日", TODAY) == reports.read_month("11月20日", TODAY)
    with pytest.raises(Misunderstood):
        reports.read_bare_month("13", TODAY)


def test_a_chart_keeps_the_year_that_is_said() -> None:
    assert charts.read_month("2025年11月", TODAY) == (date(2025, 11, 1), "")
    assert charts.read_month("永安村 2025-11", TODAY) == (date(2025, 11, 1), "永安村")
    assert charts.read_month("12月", TODAY) == (date(2025, 12, 1), "")
    assert charts.read_month("11月 永安村", TODAY) == (date(2026, 11, 1), "永安村")


# never a record
WANTS = ("我要看罗红霞的月报", "我要看他的记录", "发我一份周报", "这个42是怎么来的", "学习图")
RECORDS = (
    "SELECT (SELECT count(*) FROM study), (SELECT count(*) FROM visit),"
    " (SELECT count(*) FROM issue)"
)
DRAWN = "SELECT p.name FROM spotcheck s JOIN person p ON p.id = s.person_id ORDER BY s.id"
CHECKS = "SELECT * FROM spotcheck ORDER BY id"


@pytest.mark.parametrize("hours", [0, 3], ids=["waiting", "missed"])
async def test_a_wish_answers_no_check_and_becomes_no_record(
    tmp_path: Path, clock: SetClock, hours: int
) -> None:
    """The very same check then takes a real answer: it did listen."""
    async with Phones.open(tmp_path, clock) as phones:
        await phones.says("陈干事", "抽查 3")
        await phones.presses("陈干事", "抽")
        await phones.at(clock.now() + timedelta(hours=hours))
        who = str((await rows(phones, DRAWN))[0][0])
        before = await rows(phones, CHECKS)
        for text in WANTS:
            await phones.says(who, text)
            assert await rows(phones, CHECKS) == before, text
        assert await rows(phones, RECORDS) == [(0, 0, 0)]

        await phones.says(who, "手机没电了，没看到")
        assert await rows(phones, CHECKS) != before
