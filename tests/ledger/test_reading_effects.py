"""Whether the effect of a step is there: words of effect, and words weighed beside the rules."""

import json
from datetime import date

import pytest
from source import ROOT

from ledger.reading.advances import effects_in
from ledger.reading.answer import village_of
from ledger.reading.effects import told_of, weighed
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import heard, laid_out
from ledger.reading.said import ProgressSaid
from ledger.reading.second_look import SecondLook

HOUSEHOLDS = ROOT / "tests" / "understanding" / "households.json"
VILLAGE = village_of(json.loads(HOUSEHOLDS.read_text(encoding="utf-8")))
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "烟不往灶房灌了",
        "门不涩了",
        "屏上雪花没了",
        "下水捅开了",
        "大门扶正了",
        "一丝风都透不进来了",
        "母子平安",
        "牛缓过来了",
        "现在能关了",
        "老板转给他了",
        "八百块到了",
        "总算弄好了",
    ],
)
def test_what_is_there(text: str) -> None:
    assert effects_in(text)


@pytest.mark.parametrize("text", ["烟往灶房灌", "还能关不", "要不得了", "钱还没到", "不往外说"])
def test_what_is_not_there(text: str) -> None:
    assert not effects_in(text)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("13号问题，公厕的水箱换了，冲一下哗啦啦的，娃娃都会用", True),
        ("许家旺家水管的事，师傅换了接头，拧开就有水，他喝了一口", True),
        ("许家旺家危改的事，材料改好交了，镇上喊等通知", False),
        ("13号问题，桥墩挖好了坑，就等天晴浇", False),
    ],
)
def test_words_weighed_beside_the_rules(text: str, done: bool) -> None:
    scene, _ = laid_out(text, base=TODAY, village=VILLAGE, lexicon=load_lexicon())
    steps = weighed(scene, SecondLook(*heard(scene)).over())
    assert [one.done for one in steps if isinstance(one, ProgressSaid)] == [done]


def test_only_the_words_up_to_the_next_report_are_weighed() -> None:
    text = "3号问题修好了，水来了，6号问题还在等料。明天开会"
    scene, _ = laid_out(text, base=TODAY, village=VILLAGE, lexicon=load_lexicon())
    found = sorted(SecondLook(*heard(scene)).over(), key=lambda one: one.start)
    assert [[one.text for one in told_of(scene, found, step)] for step in found] == [
        ["3号问题修好了", "水来了"],
        ["6号问题还在等料"],
    ]
