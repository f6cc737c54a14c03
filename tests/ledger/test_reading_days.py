"""Days of presence, returns, leaves and promises, told in many ways."""

from datetime import date

import pytest

from ledger.mentions import Known, Village
from ledger.reading.clauses import Clause
from ledger.reading.leave import read_leave
from ledger.reading.lexicon import load_lexicon
from ledger.reading.presence import read_presence
from ledger.reading.promises import read_promises
from ledger.reading.reader import laid_out
from ledger.reading.returns import read_return
from ledger.reading.said import Who
from ledger.reading.scene import Scene, who

FRIDAY = date(2026, 11, 20)


def scene_of(said: str) -> Scene:
    village = Village([Known(1, "张大山")])
    return laid_out(said, base=FRIDAY, village=village, lexicon=load_lexicon())[0]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("在村，没啥事", [20]),
        ("礼拜三在村，礼拜四也在，今天还在", [18, 19, 20]),
        ("昨天夜班是我", [19]),
        ("昨晚守电话", [19]),
        ("周四上午我替队长值班的", [19]),
        ("今天办公室就我一个人", [20]),
        ("我这两天在岗", [20]),
        ("驻村手册翻了十页", []),
        ("纸箱存放在村部", []),
        ("明晚我替你值夜班", []),
        ("今晚本该我值", []),
        ("今天坐镇村部", [20]),
        ("我这周周一周二都在岗", [16, 17]),
        ("昨天守卡点，今天还在岗", [19, 20]),
        ("这阵子还在村上值班哩", [20]),
        ("今儿个搁村哩", [20]),
        ("昨天一直在村部蹲着，窝村里一天", [19]),
        ("种子搁村部了", []),
        ("礼拜三在村里值的班，大前天也是", [18, 17]),
        ("值班，一宿没合眼，昨夜的事", [19]),
        ("昨天开会。今早没走，一直守到现在", [20]),
        ("坐村部窗口一整天", [20]),
    ],
)
def test_each_day_on_post(said: str, days: list[int]) -> None:
    assert [one.day.day for one in read_presence(scene_of(said))] == days


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("15号晚上才从镇上转来", [15]),
        ("公差销掉", [20]),
        ("昨天傍晚从区里开完会回到村", [19]),
        ("返村。11月19日21时。", [19]),
        ("已经到村，是前天早上", [18]),
        ("明天中午前回岗", []),
        ("莫给我销假", []),
        ("证我今天从镇上拿回来了", []),
        ("学了请销假制度", []),
        ("二姨家的事办完，15号返的岗", [15]),
        ("昨天没赶上车，今天才真回来", [20]),
        ("星期一请的那趟假我星期三就回村销了", [18]),
        ("返村|11-19", [19]),
        ("1119归队", [19]),
        ("水管已经拉到村口", []),
        ("我人归村了，昨个儿擦黑", [19]),
        ("昨天晌午到的村部，销假的话今天才想起来说", [19]),
        ("昨天去县里交表，当天来回，下午六点前我就已经进村了", [19]),
        ("从外地探亲回来了，前天落的脚", [18]),
        ("我已经提前回来了，前天傍晚的事", [18]),
        ("因大巴停运，改到二十三号返村", []),
        ("在岳父家多住了两天，昨天赶的船，中午到村口", [19]),
    ],
)
def test_the_day_of_return(said: str, days: list[int]) -> None:
    assert [one.day.day for one in read_return(scene_of(said))] == days


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("昨夜我家娃高烧，今天请一天事假", [(20, 20)]),
        ("请一周病假，今天算头一天", [(20, 26)]),
        ("明日起轮休两日", [(21, 22)]),
        ("想续一下，原请到20号的病假改到22号", [(21, 22)]),
        ("五个工作日，从下周一算起，事假", [(23, 27)]),
        ("上午发的请假日期错了，不是24号走，是25号走，26号晚上回，事假", [(25, 26)]),
        ("下星期整一周去外省考察，周一走周五归", [(23, 27)]),
        ("请两天轮休，21和22号", [(21, 22)]),
        ("周六日两天加下周一，回市里监考，公差", [(21, 23)]),
        ("轮休歇了两天，今天返岗", []),
        ("探亲假批下来了，23号走，25号归队", [(23, 25)]),
        ("原来请到今天，想从明天再续到下周二，周三早上到村", [(21, 24)]),
        ("原先请到22号，续到26号，从23号算", [(23, 26)]),
        ("病假请今天和明天，后天要是烧退了就上来", [(20, 21)]),
        ("昨天下午我跟队长口头请过，今天一天办房贷，算事假，明天照常", [(20, 20)]),
        ("公休从23号休到27号，正好一个礼拜", [(23, 27)]),
        ("请事假，请到二十四号，二十五号才回得来", [(20, 24)]),
        ("明天后天这两天病假", [(21, 22)]),
        ("21到24不去村里，算病假", [(21, 24)]),
        ("抽我去核查组，25到27在外县，公差", [(25, 27)]),
    ],
)
def test_the_days_of_a_leave(said: str, days: list[tuple[int, int]]) -> None:
    assert [(one.first.day, one.last.day) for one in read_leave(scene_of(said))] == days


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ("后天我带人去给张大山搬，答应了他的", 22),
        ("答应张大山月底二十九号送到", 29),
        ("答应张大山这月二十五以前弄好", 25),
        ("26号之前给张大山家把电闸换了，我当面答应人家的", 26),
        ("跟张大山拍了胸脯，28号前把他家的路硬化了", 28),
    ],
)
def test_by_when_our_word_is_given(said: str, by: int) -> None:
    scene = scene_of(said)
    view: dict[Clause, Who | None] = {
        one: who(named.mentions[0])
        for one in scene.clauses
        for named in scene.clauses
        if named.mentions
    }
    assert [one.by.day if one.by else None for one in read_promises(scene, view)] == [by]
