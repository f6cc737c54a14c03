"""The mood of a clause: what is asked, ordered, wished, quoted or taken back reports no act.

`unreal` names the clauses that report nothing. Every name is invented.
"""

from datetime import date
from functools import cache

import pytest

from ledger.mentions import Village
from ledger.reading.answer import village_of
from ledger.reading.clauses import Clause
from ledger.reading.lexicon import load_lexicon
from ledger.reading.moods import is_asked, unreal
from ledger.reading.scene import lay_out

BASE = date(2026, 11, 20)
HOUSEHOLDS = (("张大山", "3组"), ("李有福", "1组"), ("何满仓", "1组"))


@cache
def village() -> Village:
    return village_of(
        [
            {"name": name, "group": group, "kind": "脱贫户", "aliases": []}
            for name, group in HOUSEHOLDS
        ]
    )


def clauses_in(text: str) -> list[Clause]:
    return lay_out(text, text, base=BASE, village=village(), lexicon=load_lexicon()).clauses


def unreal_in(text: str) -> list[str]:
    clauses = clauses_in(text)
    found = unreal(clauses)
    return [one.text for one in clauses if one in found]


def all_of(text: str) -> list[str]:
    return [one.text for one in clauses_in(text)]


# told as done
@pytest.mark.parametrize(
    "text",
    [
        "今天去了张大山家",
        "上午学习一小时，下午走访李有福",
        "问他吃药没有，他说吃了",
        "看看张大山的水管修好没有",
        "了解到何满仓家今年收入多少",
        "能不能准我两天假",
        "明天想请半天假，可以吧",
        "昨晚值班，一切正常",
        "张书记和我去了何满仓家",
    ],
)
def test_what_was_done_is_real(text: str) -> None:
    assert unreal_in(text) == []


# asked
@pytest.mark.parametrize(
    "text",
    [
        "谁去过张大山家",
        "今天谁值班",
        "请假怎么写",
        "学习要多少分钟才够",
        "走访算不算学习",
        "上周去张大山家了没",
        "今天学习打卡了吗",
        "帮我查一下这个月走访了几户",
        "什么时候销假",
        "有没有人去李有福家",
    ],
)
def test_a_question_reports_nothing(text: str) -> None:
    assert unreal_in(text) == all_of(text)
    assert any(is_asked(one) for one in clauses_in(text))


@pytest.mark.parametrize(
    "text",
    ["问了他药吃完没有", "打听一下低保批了没有", "核查李有福的医保交了没有", "能不能准两天假"],
)
def test_an_inquiry_told_is_no_question(text: str) -> None:
    assert not any(is_asked(one) for one in clauses_in(text))


# ordered, wished, passed on
@pytest.mark.parametrize(
    "text",
    [
        "大家务必走访到户",
        "各队今天去走访监测户",
        "记得学习打卡",
        "请全体队员按时销假",
        "休假都要提前报备",
        "真想请两天假",
        "要是能休息一天就好了",
        "做梦都在走访",
        "听说李队长请假了",
        "领导说要多走访",
        "文件上说每周学习两小时",
        "学习室的钥匙在我这里",
        "请假的手续怎么办",
        "培训时间改到下周",
        "走访记录本用完了",
    ],
)
def test_an_order_a_wish_or_hearsay_reports_nothing(text: str) -> None:
    assert unreal_in(text) == all_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # an order runs on to the end of its sentence, or to something past
        ("各位注意，今天走访三户。我去了张大山家", ["各位注意", "今天走访三户"]),
        ("记得打卡，我已经学了一小时", ["记得打卡"]),
        # what is supposed runs on; a full stop ends it
        ("如果明天下雨，就去李有福家。今天在村", ["如果明天下雨", "就去李有福家"]),
        # what others do
        ("隔壁村工作队走访了十户，我在村部值班", ["隔壁村工作队", "走访了十户"]),
        # what did not come about
        ("要不是下雨，我就去了张大山家", ["要不是下雨", "我就去了张大山家"]),
        # hearsay about a household is told of that household
        ("听说张大山病了", []),
    ],
)
def test_how_far_a_mood_runs(text: str, expected: list[str]) -> None:
    assert unreal_in(text) == expected


# taken back
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("刚才那条走访作废", ["刚才那条走访作废"]),
        ("上条学习记录，删了吧", ["上条学习记录", "删了吧"]),
        ("刚才那条写错了，应该是李有福家", []),
        ("上一条时长报多了，实际四十分钟", []),
    ],
)
def test_a_former_report_called_void(text: str, expected: list[str]) -> None:
    assert unreal_in(text) == expected
