"""An issue called by its number in plain words, with a picture or without: what becomes of it."""

from datetime import timedelta

import pytest
from county import MONDAY
from phones import Phones, rows, told

from handlers.custody import is_unit
from handlers.issue_numbers import read

HARD = "问题 王桂芳 水管坏了没水吃 12月10日前"


async def photo(phones: Phones, who: str, text: str, name: str = "甲") -> str:
    """Words with a picture, and the answer."""
    phones.memory.blobs[name] = name.encode()
    return told(await phones.says(who, text, files=[name]))


async def say(phones: Phones, who: str, text: str) -> str:
    """Words, and the answer."""
    return told(await phones.says(who, text))


async def state(phones: Phones) -> object:
    """Where issue 1 stands."""
    return (await rows(phones, "SELECT state FROM issue WHERE id = 1"))[0][0]


async def with_bureau(phones: Phones) -> None:
    """Issue 1 lies with 县交通运输局."""
    await phones.says("李队员", HARD)
    await phones.says("李队员", "1号转县交通运输局，等他们勘查")
    await phones.presses("李队员", "记下这个单位")


async def struck_off(phones: Phones) -> None:
    """Issue 1 has been struck off by the leader."""
    await phones.says("李队员", HARD)
    await phones.says("李队员", "问题1 措施 换了新水管")
    await photo(phones, "李队员", "问题1 申请销号 水已经通了", "销号")
    await phones.says("王队长", "问题1 同意销号 电话，说通了")
    assert await state(phones) == "closed"


# the number
@pytest.mark.parametrize(
    ("text", "id", "day"),
    [
        ("44号镇水管站的师傅来看过了", 44, False), ("把12号转给县水务局", 12, False),
        ("#7 修好了", 7, False), ("12号问题修好了", 12, False), ("问题39 延期到1月8号", 39, False),
        ("45 申请销号 水来了", 45, False), ("申请销号45号", 45, False), ("撤销 41号", 41, False),
        ("12月20日前修好", 0, False), ("3号楼漏水", 0, False), ("撤销 41", 0, False),
        ("问题12月20日前修好", 0, False), ("25号那天去了县里", 25, True), ("25号到27号请假", 25, True),
        ("25号到位了", 25, False), ("45 户没水", 0, False),
    ],
)  # fmt: skip
def test_the_number_words_begin_with(text: str, id: int, day: bool) -> None:
    found = read(text, inside=False)
    assert (found.id if found else 0) == id
    assert found is None or found.may_be_a_day == day


def test_the_number_somebody_above_has_gone_to_see() -> None:
    found = read("我去东沟看了35号，人还是不在岗", inside=True)
    assert found is not None
    assert (found.id, found.words) == (35, "我去东沟看了，人还是不在岗")


@pytest.mark.parametrize(
    ("name", "so"),
    [
        ("县交通运输局", True), ("镇水管站", True), ("通局", True), ("回给我们自己办", False),
        ("县交通运输局退回来了，说村道归镇里管", False), ("24号县局", False), ("局", False),
        ("县里", True), ("他们公司", False), ("等他们勘查", False),
    ],
)  # fmt: skip
def test_the_name_of_a_unit(name: str, so: bool) -> None:
    assert is_unit(name) == so


# 1: never lost
@pytest.mark.parametrize(
    "said",
    ["1号镇水管站的师傅来看过了", "1号清干净了", "1号泵修好了，水也来了", "把1号修好了", "#1 师傅来看了"],
)  # fmt: skip
async def test_words_and_picture_join_the_issue(phones: Phones, said: str) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "今天走访张大山家，没什么事")
    assert "问题 1 进展已记" in await photo(phones, "李队员", said)
    found = "SELECT p.issue_id FROM attachment a JOIN progress p ON p.record_id = a.record_id"
    assert await rows(phones, found) == [(1,)]


async def test_what_stands_beside_the_request_is_its_effect(phones: Phones) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "问题1 措施 换了新水管")
    answer = await photo(phones, "李队员", "1号钱已经到账了，她自己查了，申请销号")
    assert "已申请销号" in answer
    assert await rows(phones, "SELECT effect FROM issue") == [("钱已经到账了，她自己查了",)]
    assert await rows(phones, "SELECT count(*) FROM attachment WHERE record_id > 0") == [(1,)]


@pytest.mark.parametrize(
    "said",
    [
        "1号屋顶修好了，床也换了干的，申请销号", "1号申请销号，水来得很足",
        "1 申请销号 水来得很足", "1号垃圾清完了，申请销号", "问题1 再次申请销号 水通了三天了",
    ],
)  # fmt: skip
async def test_a_request_however_it_is_said(phones: Phones, said: str) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "问题1 措施 换了新水管")
    assert "已申请销号" in await say(phones, "李队员", said)


@pytest.mark.parametrize("said", ["申请销号1号", "问题1 再次申请销号", "1号申请销号，水来了"])
async def test_without_an_effect_it_is_asked(phones: Phones, said: str) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "问题1 措施 换了新水管")
    assert "说一句成效" in await say(phones, "李队员", said)
    assert "已申请销号" in await say(phones, "李队员", "水通了三天了")


async def test_what_staff_have_seen_stays_with_the_issue(phones: Phones) -> None:
    await phones.says("李队员", HARD)
    assert "已记到问题 1" in await photo(phones, "周总队长", "我去东沟看了1号，管子还没换")
    assert await rows(phones, "SELECT issue_id FROM attachment") == [(1,)]
    assert await state(phones) == "open"
    assert "看到：我去东沟看了，管子还没换" in await say(phones, "李队员", "问题1")


async def test_staff_see_it_come_back(phones: Phones) -> None:
    await struck_off(phones)
    await photo(phones, "周总队长", "我去看了1号，水还是不通，又反弹了", "乙")
    assert await state(phones) == "rebounded"
    found = "SELECT count(*) FROM attachment a JOIN issue i ON i.record_id = a.record_id"
    assert await rows(phones, found + " WHERE i.id = 2") == [(1,)] or await rows(
        phones, "SELECT issue_id FROM attachment WHERE record_id IS NULL"
    ) == [(1,)]


@pytest.mark.parametrize(
    "said", ["1号走访了张大山家，没什么事", "1号那天我在县里", "3号楼漏水了"]
)
async def test_a_day_is_a_day(phones: Phones, said: str) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", said)
    assert await rows(phones, "SELECT count(*) FROM progress WHERE issue_id = 1") == [(0,)]


@pytest.mark.parametrize("said", ["1号", "1号什么情况了", "1号怎么样了", "1号修好了没有"])
async def test_who_asks_sees_the_card(phones: Phones, said: str) -> None:
    await phones.says("李队员", HARD)
    assert "责任人 李队员" in await say(phones, "李队员", said)


async def test_what_tells_of_more_is_read_as_a_sentence(phones: Phones) -> None:
    await phones.says("李队员", HARD)
    answer = await say(
        phones, "李队员", "1号问题水管站派人来看了。今天走访了张大山家，一切正常"
    )
    assert "走访 张大山" in answer
    assert "派人来看了" in answer


# 2: a picture changes nothing
@pytest.mark.parametrize("shown", [True, False])
async def test_a_new_trouble_beside_a_question(phones: Phones, shown: bool) -> None:
    assert "哪一户" in await say(phones, "李队员", "问题 刘福来 水管漏水 12月10日前")
    new = "四组桥板断了，娃娃上学绕五里路"
    answer = await (photo(phones, "李队员", new) if shown else say(phones, "李队员", new))
    assert "桥板断了" in answer
    assert await rows(phones, "SELECT count(*) FROM issue") == [(1,)]
    assert await rows(phones, "SELECT count(*) FROM attachment WHERE record_id > 0") == [
        (int(shown),)
    ]


# 3: the newest thing wins
async def test_a_lone_picture_joins_the_request_and_the_verifier_hears(phones: Phones) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "问题1 措施 换了新水管")
    await photo(phones, "李队员", "今天走访张大山家，没什么事", "走访")
    await phones.says("李队员", "问题1 申请销号 水已经通了")
    answer = await photo(phones, "李队员", "", "通水")
    assert "问题1 申请销号" in answer
    assert "补了附件" in answer  # what the leader is told
    assert "补了附件" not in await photo(phones, "李队员", "", "再一张")


# 5, 6: units
async def test_a_bureau_that_answers_has_it_still(phones: Phones) -> None:
    await with_bureau(phones)
    answer = await say(phones, "李队员", "1号交通局回话了，说下周三来填")
    assert "回复已记" in answer or "进展已记" in answer
    assert await rows(phones, "SELECT name FROM unit") == [("县交通运输局",)]
    assert "回复已记" in await say(phones, "李队员", "1号县交通运输局回复，管子年后才到货")
    assert "现在在县交通运输局手里" in await say(phones, "李队员", "问题1")
    assert "已从县交通运输局收回" in told(await phones.presses("李队员", "收回自己办"))


@pytest.mark.parametrize(
    "said",
    [
        "1号县交通运输局退回来了，说村道归镇里管", "1号交回给我们自己办", "1号县交通运输局办结了",
        "1号县交通运输局说不归他们管", "1号收回，我们自己修",
    ],
)  # fmt: skip
async def test_what_brings_it_back(phones: Phones, said: str) -> None:
    await with_bureau(phones)
    assert "已从县交通运输局收回" in await say(phones, "李队员", said)
    assert await rows(phones, "SELECT name FROM unit") == [("县交通运输局",)]


async def test_a_sentence_is_no_name(phones: Phones) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "1号转县住建局，等鉴定")
    answer = await say(phones, "李队员", "他们说不归那边管呀")
    assert "不像单位名称" in answer
    assert "记进展" not in answer
    await phones.says("李队员", "问题 村道路灯不亮 立行立改")
    await phones.says("李队员", "1号转县住建局，等鉴定")
    await phones.says(
        "李队员", "2号灯泡换过了"
    )  # may be the second of the month: the question stands
    assert "已申请延期" in await say(phones, "李队员", "2号延期到12月20日，灯泡没货")


# 9: other words behind the number
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("问题1 转县交通局，等他们勘查", "县交通局"), ("问题1 转乡镇，钱不够", "已转清水镇"),
        ("1号延期 2027年1月8号 墙没干", "已申请延期"), ("1号延期到2027年1月8号，墙没干", "已申请延期"),
        ("问题1 延期到2027年1月8号 墙等干了再刷", "已申请延期"), ("问题1 档次 复杂问题", "看期限长短"),
        ("1号王桂芳报的户码是 431642", "户码"), ("1号墙没干，申请延期到2027年1月8号", "已申请延期"),
    ],
)  # fmt: skip
async def test_acts_in_peoples_words(phones: Phones, said: str, answer: str) -> None:
    await phones.says("李队员", HARD)
    assert answer in await say(phones, "李队员", said)
    assert await rows(phones, "SELECT count(*) FROM progress WHERE step = 'note'") == [(0,)]


# 12: withdrawn
@pytest.mark.parametrize(
    "said",
    ["问题1 撤回", "问题1 撤销", "1号报错了，没这回事，撤掉吧", "1号是我弄错村了，删了吧", "撤销 1号"],
)  # fmt: skip
async def test_a_report_is_withdrawn_by_its_number(phones: Phones, said: str) -> None:
    await phones.says("李队员", HARD)
    assert "请他本人" in await say(phones, "赵队员", said)
    assert "已撤销" in await say(phones, "李队员", said)
    assert await state(phones) == "withdrawn"


async def test_an_old_report_ends_otherwise(phones: Phones) -> None:
    await phones.says("李队员", HARD)
    await phones.at(MONDAY + timedelta(days=2))
    assert "情况不实" in await say(phones, "李队员", "1号报错了，撤掉吧")
    assert await state(phones) == "open"


# 19: from above
async def test_the_township_hands_on_and_back(phones: Phones) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "问题1 转乡镇，钱不够")
    answer = await say(phones, "周总队长", "1号退回村里，先报预算")
    assert "已退回永安村" in answer
    assert "清水镇周总队长退回问题 1" in answer
    assert "已告诉李队员、王队长" in answer
    answer = await say(phones, "周总队长", "问题1 转县住建局，请尽快鉴定")
    assert "县住建局" in answer


@pytest.mark.parametrize("said", ["1号抓紧办，三天内给我结果", "问题1 督办 三天内给我结果"])
async def test_to_be_urged_is_a_request(phones: Phones, said: str) -> None:
    await phones.says("李队员", HARD)
    answer = await say(phones, "周总队长", said)
    assert "请您抓紧办：问题 1" in answer
    assert "三天内给我结果" in answer
    assert "周总队长" in await say(phones, "李队员", "为什么")
    assert await rows(phones, "SELECT count(*) FROM ev WHERE kind = 'issue.urged'") == [(1,)]
    assert "由乡镇或县里来做" in await say(phones, "王队长", "问题1 督办 快一点")


# 11: a word without a number
async def test_whose_request_is_agreed_to(phones: Phones) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "问题1 措施 换了新水管")
    await phones.says("李队员", "问题1 申请销号 水已经通了")
    assert "等您核验的 1 个" in await say(
        phones, "王队长", "电话打过了，张大山说不漏了，同意销号"
    )
    assert "问题 1" in await say(phones, "王队长", "电话打过了，王桂芳说不漏了，同意销号")
    assert "已销号" in told(await phones.presses("王队长", "是问题1"))


# 14: a question swallows no order
@pytest.mark.parametrize(
    "said", ["1号延期到2027年1月8日，等料", "问题1 延期到2027年1月8日，等料"]
)
async def test_an_order_leaves_the_question(phones: Phones, said: str) -> None:
    await phones.says("李队员", HARD)
    await phones.says("李队员", "问题1 记进展")
    assert "已申请延期" in await say(phones, "李队员", said)


# 30: looked back at
async def test_a_look_back_by_its_number(phones: Phones) -> None:
    await struck_off(phones)
    await phones.at(MONDAY + timedelta(days=40))
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "INSERT OR IGNORE INTO look_back (issue_id, after_days, due, why, result, text)"
            " VALUES (1, 30, '2026-12-24', 'category', '', '')"
        )
    answer = await say(phones, "周总队长", "1号打电话问了，王桂芳说水每天都有，稳定")
    assert "回头看：稳定" in answer
