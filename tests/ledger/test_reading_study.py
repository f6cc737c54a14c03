"""Minutes that speak of one another, study with others, and the days of promises."""

from datetime import date
from typing import Any

import pytest

from ledger.reading.answer import village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import read
from ledger.reading.said import PromiseSaid, StudySaid

BASE = date(2026, 11, 20)  # a Friday
VILLAGE = village_of([{"name": "谢来福", "group": "1组"}, {"name": "金满囤", "group": "2组"}])

MINUTES = {
    "学土地法，三个番茄钟每个二十五分钟": 75,
    "俩四十分钟，中间隔了个晌午，学的都是驻村干部管理办法": 80,
    "学土地法两次，都是30分钟": 60,
    "早饭前看《民法典》25分钟，睡前又补了35分钟": 60,
    "《民法典》早上25分钟，晚上接上35分钟": 60,
    "学习没落下：早起三十五分钟，夜里二十五分钟，都是昨天的": 60,
    "党史？翻了，20分钟，真的只有20分钟": 20,
    "学了个把小时——六十分钟整，土地管理法": 60,
    "和老队员轮流讲课，每人三十分钟，讲的土地法": 60,
    "今天学习一个钟头不到，四十五分钟吧，内容是防汛预案": 45,
    "九点到十一点看了俩小时防汛预案": 120,
    "昨晚八点学到十点，中间停电坐了半小时不算，看的是防汛手册": 90,
    "看党课直播两小时，去掉主持人的半小时，净一个半小时": 90,
    "学习防汛条例，5分钟、8分钟、12分钟，合着25分钟": 25,
    "两个钟头的党课我就听了后五十分钟": 50,
    "学习：粮食安全保障法。30+15=45": 45,
    "听党课，27分17秒，就算27分钟": 27,
    "自学40分钟条例，又学了20分钟": 60,
    "学了防汛条例，先四十分钟，歇口气又三十分钟": 70,
    "早上学了个把小时，一个钟头整，防汛条例": 60,
    "一个小时的党课，我听了四十五分钟，讲防汛条例": 45,
    "本来要学一个小时，只学了二十分钟防汛条例": 20,
    "听了六讲防汛条例，二十分钟一讲": 120,
    "学防汛条例，上午30下午50分钟": 80,
    "自学防汛条例五十分钟×2": 100,
    "学了两次防汛条例，一次二十分钟一次四十分钟": 60,
    "学习打卡！防汛条例 25min": 25,
    "学习防汛条例五十五分钟，又整理台账两个小时": 55,
    "看防汛条例四十分钟，看完还跟老孟争了半天": 40,
    "早上六点半起来学了《农村工作条例》一直到七点一刻": 45,
    "八点开始看防汛预案，一直看到九点二十": 80,
    "昨天下午三点到五点在屋里自学了两个钟头的《行政处罚法》": 120,
    "上午九点到十一点集中学习了一个半小时防汛条例": 90,
    "学了一个小时《湿地保护法》，还考了个小测试，二十分钟，八十七分。": 80,
    "学防汛条例四十分钟，线上测试得了九十二分，": 40,
    "参加防汛知识闭卷考试，用了四十分，题不难": 40,
    "自学防汛条例，廿五分钟": 25,
    "自学防汛条例，卅五分钟": 35,
    "抄了一章动植物检疫法，四十来分": 40,
    "看了森林防火手册，二十多分": 20,
}
DAYS = {
    "昨晚八点多到的村，先销个假；早上七点半学完了《信访工作条例》，学了35分钟": 20,
    "昨天夜里十一点到的村，早上补觉。下午学了二十五分钟防汛条例": 20,
    "昨晚开会。会后学了二十五分钟防汛条例": 19,
    "昨天上午去了谢来福家，下午学了四十分钟防汛条例": 19,
    "昨晚在村部学了四十分钟防汛条例": 19,
}
EXCHANGE = (
    "与书记夜话《土地承包法》，彼此辩难，凡四十分。",
    "和小高她们坐一搭聊了一个钟头，主要是耕地保护政策",
    "跟邻村的小何讨论防汛条例，聊了半小时",
    "昨天小组讨论了五十分钟防汛条例",
    "跟小莫讨论四十分钟怎么写防汛条例",
    "一边学一边唠防汛条例，俩钟头",
    "和队友唠了半个钟头防汛条例，算交流学习",
    "学了一小时碳汇林政策，跟林业站老高面对面聊的，还互相提问",
    "学了半小时防汛条例，跟小高聊的",
)
NOBODYS = (
    "统计下上月咱队的学习分钟数发给我",
    "学习四十分钟要不要写心得？",
    "司机小吴学法语呢，一天俩小时",
    "从宿舍走到村部走了二十分钟",
    "学习40分钟的计划又泡汤了",
    "看了俩小时电视剧乡村爱情，这算不算乡村振兴学习，哈哈哈",
    "小覃昨天自己学了两个钟头条例",
)
PROMISES = {
    "我向谢来福保证：他那批干辣椒，元旦前一定帮他找到买主": date(2026, 12, 31),
    "当面答应谢来福今晚给他捎一盒药": date(2026, 11, 20),
    "跟谢来福说好了，下周五前把户口本给他送过去": date(2026, 11, 27),
    "说好了哈，下周二我帮谢来福交医保": date(2026, 11, 24),
}
NO_PROMISES = (
    "侄儿向谢来福承诺接他去城里过冬",
    "答应不答应谢来福这个要求，队长你定",
    "谢来福问我保证金啥时候退",
    "打算和谢来福说好明天见面",
)


def said(text: str, kind: type[Any]) -> list[Any]:
    reports = read(text, base=BASE, village=VILLAGE, lexicon=load_lexicon()).reports
    return [one for one in reports if isinstance(one, kind)]


@pytest.mark.parametrize(("text", "minutes"), MINUTES.items())
def test_minutes_are_settled(text: str, minutes: int) -> None:
    [found] = said(text, StudySaid)

    assert found.minutes == minutes


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_the_day_of_study(text: str, day: int) -> None:
    [found] = said(text, StudySaid)

    assert found.day.day == day


@pytest.mark.parametrize("text", EXCHANGE)
def test_study_with_others(text: str) -> None:
    [found] = said(text, StudySaid)

    assert found.exchange


def test_a_total_told_before_its_parts() -> None:
    found = said(
        "学了两个半小时，一个半是自己看河道管理条例，一个小时是跟农技站老师交流水稻直播",
        StudySaid,
    )

    assert [(one.minutes, one.exchange) for one in found] == [(90, False), (60, True)]


@pytest.mark.parametrize("text", NOBODYS)
def test_no_study_of_ones_own(text: str) -> None:
    assert said(text, StudySaid) == []


@pytest.mark.parametrize(("text", "by"), PROMISES.items())
def test_the_day_of_a_promise(text: str, by: date) -> None:
    [found] = said(text, PromiseSaid)

    assert (found.household and found.household.name, found.by) == ("谢来福", by)


@pytest.mark.parametrize("text", NO_PROMISES)
def test_no_promise_of_ours(text: str) -> None:
    assert said(text, PromiseSaid) == []


def test_together_in_silence_is_no_exchange() -> None:
    [found] = said("小组一块儿学了75min消防知识，没发言", StudySaid)

    assert (found.minutes, found.exchange) == (75, False)
