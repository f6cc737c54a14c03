"""Whose need is told, by when it must be met, and what it is about."""

import json
from datetime import date

import pytest
from source import ROOT

from ledger.reading.answer import village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import heard, laid_out, read
from ledger.reading.said import IssueSaid

HOUSEHOLDS = json.loads(
    (ROOT / "tests" / "understanding" / "households.json").read_text(encoding="utf-8")
)
VILLAGE = village_of(HOUSEHOLDS)
FRIDAY = date(2026, 11, 20)


def needs(text: str) -> list[IssueSaid]:
    found = read(text, base=FRIDAY, village=VILLAGE, lexicon=load_lexicon())
    return [one for one in found.reports if isinstance(one, IssueSaid)]


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        # a surname, or a place in the order, of those named before
        ("今天看了吴桂花、高玉兰两家。吴的自来水一股铁锈味不敢喝；高样样都好", ["吴桂花"]),
        ("上午入户蒋大发、吴桂花。蒋户屋顶漏雨没人修，吴户正常", ["蒋大发"]),
        (
            "龚秀兰、彭桂枝两家都走了，头一家后窗玻璃碎了漏风，第二家孙子辍学在家",
            ["龚秀兰", "彭桂枝"],
        ),
        ("李有福和何满仓都来了：一个的房子漏雨，另一个的井水发黄不能喝", ["李有福", "何满仓"]),
        # who tells it, also where the thing is everybody's
        ("潘石头反映，组里那根电线杆歪了要倒", ["潘石头"]),
        ("杨树林打来电话，村口的路塌了半边，车过不去", ["杨树林"]),
        # where they met is not whose it is
        ("今天在孙长河家院坝开会，来了二十来个人，都说村口那段路全是泥坑", [None]),
        ("一组开了个坝坝会，在郑福来家门口，说的都是路灯不亮", [None]),
        # a shop or school that has none does not turn away from the household
        ("魏长明的降压药吃完了，村里药房没得卖，老人急得很", ["魏长明"]),
        # one among several, told in few words
        (
            "钟秀莲的高龄津贴停了俩月，吴桂花儿子被拖了半年工钱，高玉兰屋里停水",
            ["钟秀莲", "吴桂花", "高玉兰"],
        ),
        ("李友富的老寒腿犯了，要扎的那个针卫生室断货半个月了", ["李友富"]),
        ("侯二勇家门口的井盖碎了，侯大勇倒是没来，你们抓紧给换", ["侯二勇"]),
        # who is named at last, or by the surname alone
        ("阿公讲没人教他用手机缴医保。阿公就是汪成林", ["汪成林"]),
        ("昨访沈月英、温树生。沈缺钱买降糖针。", ["沈月英"]),
    ],
)
def test_whose_need_it_is(text: str, whose: list[str | None]) -> None:
    assert [one.household and one.household.name for one in needs(text)] == whose


@pytest.mark.parametrize(
    ("text", "last"),
    [
        # a day told before the fault
        ("大后天之前，把四组那个没盖的化粪池盖上，臭气熏天", date(2026, 11, 23)),
        ("下月五号前得把2组的公厕通了，粪都漫到墙根了", date(2026, 12, 5)),
        ("48小时内把一组泵房的门锁换掉，水浑得没法喝", date(2026, 11, 22)),
        ("张大山家二小子退学了，学校说下周内不复学就销学籍", date(2026, 11, 29)),
        # what we mean to do, and what we promised, sets none
        ("许家旺说他那片猕猴桃烂根，我叫农技站老师明天来认", None),
        ("柏春华和隔壁打起来了，我劝了一个小时，明天还得去", None),
        ("石老汉屋里炉子倒烟呛得睡不成，明天请人来看", None),
        ("秦有粮说低保这个月少了八十块，不晓得咋回事", None),
    ],
)
def test_by_when_it_must_be_met(text: str, last: date | None) -> None:
    assert [one.deadline for one in needs(text)] == [last]


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("5组输水管爆了，全组没水吃，立即抢修", True),
        ("马上冬至了，耿老汉没人照料，一个人蜷着", False),
        ("金凤说屋里三天没水了，我立马给水厂打电话", False),
    ],
)
def test_what_is_to_be_put_right_at_once(text: str, now: bool) -> None:
    assert [one.at_once for one in needs(text)] == [now]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("卫东家压面机的电机烧了，没法开工", "产业"),
        ("唐有才两口子一年拢共挣了八千来块，日子难过", "收入"),
        ("陈国栋说隔壁把巷子堵死了，三轮车进不去", "其他"),
        ("卖药的骗了高玉兰一千九，要不回来", "其他"),
        ("尹守田的助听器坏了，没钱修", "医疗"),
        ("四组公厕灯不亮，门闩也坏了", "人居环境"),
        ("村小教室的玻璃让冰雹砸了五块，没人来修", "教育"),
    ],
)
def test_what_it_is_about(text: str, category: str) -> None:
    assert [one.category for one in needs(text)] == [category]


def test_news_beside_a_step_on_something_known() -> None:
    text = "路灯换灯头的事干完了，可是2组尾巴上那段今天又发现根本没布线，黑咕隆咚"
    scene, _ = laid_out(text, base=FRIDAY, village=VILLAGE, lexicon=load_lexicon())

    assert any(isinstance(one, IssueSaid) for one in heard(scene)[0].found)


def test_an_order_with_a_day_is_a_need() -> None:
    (one,) = needs("广场那块地砖鼓起来绊倒人，下月5号前铺平")

    assert one.deadline == date(2026, 12, 5)
