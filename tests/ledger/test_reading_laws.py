"""What holds for every message, whatever it says: no error, no invented words, linear time.

Every name and number is invented.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from datetime import date
from functools import cache
from typing import Any

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source import ROOT

from ledger.mentions import Village
from ledger.reading.answer import answer_of, village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.masks import find_secrets, hide
from ledger.reading.normal import clean, normal
from ledger.reading.reader import read
from ledger.reading.said import (
    IssueSaid,
    LeaveSaid,
    PresenceSaid,
    Reading,
    Report,
    ReturnSaid,
    StudySaid,
    VisitSaid,
    Who,
)

BASE = date(2026, 11, 20)  # a Friday
TWO_YEARS = 731  # days
DAYS = ("day", "until", "deadline", "first", "last", "by")
HOUSEHOLDS = (
    ("张大山", "3组", "老张头"), ("张桂兰", "5组", ""), ("王秀英", "2组", ""),
    ("王秀英", "6组", ""), ("李有福", "1组", ""), ("周德贵", "4组", "周老汉"),
    ("欧阳建国", "5组", ""), ("许家旺", "6组", ""), ("何满仓", "1组", ""),
)  # fmt: skip
WORDS = """
今天 明天 昨天 前天 11月20日 3月5号 腊月二十三 下周三 上周 月底前 2031年5月 1999年 1999年3月5日
三天内 尽快 上午 8点到9点半 张大山 张桂兰家 老张 王秀英 他爸 欧阳 周老汉的孙子 3组 一组 队长 老李 县里
自学 集中学习 学习了 学了中央一号文件 《民法典》 1小时 半个钟头 90分钟 走访 入户 去了 看望 请假 事假 两天
销假 在村 值班 住村 答应 承诺 说好 漏雨 没水 自来水断了 路塌了 修好了 已办结 已联系 问题3 3号问题 没 没有
还没 打算 准备 吗 了 和 、 ， 。 ； ： （ ） ？ ！ , . ? ! : ... １２ 學習 訪問 繁體 😀 ① 1、
13812345678 幺三八幺二三四五六七八 6222020200112233445 0851-1234567
"""
IDENTITY = "110101" + "199001011237"  # in pieces: invented, and no such number stands here
PIECES = (*WORDS.split(), IDENTITY, "\n", " ", "\u3000", "\u200b", "\x00")
DAY = st.one_of(
    st.sampled_from(
        ["今天", "上周三", "去年腊月", "明年3月", "2031年5月", "1999年3月5日", "35年1月1日"]
    ),
    st.dates(date(1990, 1, 1), date(2099, 12, 31)).map("{0.year}年{0.month}月{0.day}日".format),
    st.builds("{}月{}日".format, st.integers(0, 14), st.integers(0, 33)),
)
SAID = st.sampled_from(
    [
        "{0}走访张大山", "{0}学习2小时", "{0}至{1}在村值班", "{0}请假2天", "请假，{0}到{1}", "{0}销假",
        "张大山家漏雨，{0}前解决", "答应张桂兰{0}前修好", "从{0}到{1}走访李有福", "请假到{0}",
        "{0}请假500天", "{0}开始请假3年",
    ]
)  # fmt: skip
dated = st.lists(
    st.builds(lambda said, first, second: said.format(first, second), SAID, DAY, DAY),
    max_size=4,
).map("，".join)
messages = st.one_of(
    dated,
    st.text(max_size=2000),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=60).map("".join),
)


@cache
def village() -> Village:
    """A small ledger."""
    return village_of(
        {"name": name, "group": group, "aliases": [alias] if alias else []}
        for name, group, alias in HOUSEHOLDS
    )


def reading(text: str) -> Reading:
    return read(text, base=BASE, village=village(), lexicon=load_lexicon())


def people(report: Report) -> list[Who]:
    """The households of a report."""
    one = getattr(report, "household", None)
    return [*getattr(report, "households", ()), *([one] if one else [])]


# every text
@settings(max_examples=300)
@given(messages)
def test_every_text_is_read(text: str) -> None:
    answer_of("1", reading(text))


@settings(max_examples=300)
@given(messages)
def test_no_date_is_two_years_away(text: str) -> None:
    for one in reading(text).reports:
        for name in DAYS:
            day = getattr(one, name, None)
            assert day is None or abs((day - BASE).days) <= TWO_YEARS, f"{name} {day}"


@settings(max_examples=300)
@given(messages)
def test_reports_look_back_and_spans_go_forward(text: str) -> None:
    for one in reading(text).reports:
        match one:
            case StudySaid() | VisitSaid() | ReturnSaid() | PresenceSaid():
                assert one.day <= BASE
                assert (getattr(one, "until", None) or one.day) >= one.day
            case LeaveSaid():
                assert one.first <= one.last
            case IssueSaid():
                assert one.deadline is None or one.deadline >= BASE


@settings(max_examples=150)
@given(messages)
def test_the_same_text_says_the_same(text: str) -> None:
    assert reading(text) == reading(text)


@settings(max_examples=300)
@given(messages)
def test_words_come_from_the_text(text: str) -> None:
    own, found = clean(text), reading(text)
    for one in found.reports:
        assert 0 <= one.start < len(own)
        assert all(words in own for words in one.text.split("，"))
        assert all(who.said in normal(own) or who.said in own for who in people(one))
    assert all(words in own for said in found.rest for words in said.split("，"))
    assert all(ask.said in normal(own) or ask.said in own for ask in found.asks)


@settings(max_examples=300)
@given(messages)
def test_nobody_is_invented(text: str) -> None:
    names = {name for name, _, _ in HOUSEHOLDS}
    for one in reading(text).reports:
        for who in people(one):
            assert {fit.name for fit in who.fits} <= names
            assert who.name in names or who.name == who.said


@settings(max_examples=300)
@given(messages)
def test_no_number_survives(text: str) -> None:
    own = clean(text)
    secrets = find_secrets(normal(own))
    hidden = hide(own, secrets)
    assert len(hidden) == len(own)
    for start, end in secrets:
        shown = [
            one for one, before in zip(hidden[start:end], own[start:end], strict=True)
            if one == before != "*"
        ]  # fmt: skip
        assert len(shown) <= 7 < end - start
    assert reading(text).mask == tuple(own[start:end] for start, end in secrets)


def test_the_reading_does_not_hang_on_the_order_of_sets() -> None:
    """The same in processes whose hashes differ."""
    assert digest("0") == digest("1")


def digest(seed: str) -> str:
    command = [
        sys.executable, "-m", "bot.cli", "understand", "tests/understanding/tuning_1.jsonl",
        "--ledger", "tests/understanding/households.json", "--now", "2026-11-20T18:30+08:00",
    ]  # fmt: skip
    env = os.environ | {"PYTHONHASHSEED": seed}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, check=True, timeout=60
    )
    assert done.stdout.count(b"\n") > 50
    return hashlib.sha256(done.stdout).hexdigest()


# one message in other shapes
PLAIN = (
    "今天自学2小时，走访了张大山家。",
    "上午集中学习中央一号文件90分钟，下午入户李有福、周德贵两户。",
    "昨天去张桂兰家，她家屋顶漏雨，11月28日前要解决。",
    "明天请事假1天。",
    "今天走访欧阳建国家，自来水断了3天。",
    "3号问题已办结。",
    "我今天在村值班。",
    "答应周德贵12月5日前把低保材料交上去。",
    "已销假，今天到村。",
    "11月18日走访何满仓，他孙子没去上学。",
)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def drafts(text: str) -> list[dict[str, Any]]:
    """What is filed, its free words left out."""
    reports = answer_of("1", reading(text))["reports"]
    return [{key: value for key, value in one.items() if key != "topic"} for one in reports]


SHAPES = {
    "without marks": lambda text: re.sub("[，。]", "", text),
    "spaces for marks": lambda text: re.sub("[，。]", " ", text).strip(),
    "half-width marks": lambda text: text.replace("，", ",").replace("。", "."),
    "lines for marks": lambda text: text.replace("，", "\n"),
    "Traditional": opencc.OpenCC("s2tw").convert,
    "full-width digits": lambda text: text.translate(WIDE),
    "an emoji in the gaps": lambda text: text.replace("，", "，😀").replace("。", "😊"),
    "nothing anybody sees": lambda text: "\u200b".join(text),
    "a polite end": lambda text: f"{text}谢谢！",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("text", PLAIN)
def test_the_shape_changes_nothing(text: str, shape: str) -> None:
    assert drafts(text)
    assert drafts(SHAPES[shape](text)) == drafts(text)


# time
REPEATED = """
了了了 123123 张张张 今天今天 ，，，， 到到到 （（（ 到3月 5日 1, 1、 老张 老李和 没有 没 张大山、 问题3 6222
0 ① 幺 11月20日 从1 家 的 《 8点 修好 漏雨 答应 请假 学习 走访 不 要 快 0851-
"""
NASTY = (*REPEATED.split(), "\n", "1 ", "。")
FACTOR = 25  # ten times the text: ten times the work, and room for a busy machine


def seconds(text: str, runs: int) -> float:
    """The quickest of some runs."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        reading(text)
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.mark.parametrize("piece", NASTY)
def test_ten_times_the_text_takes_about_ten_times_as_long(piece: str) -> None:
    text = piece * 10_000
    short = seconds(text[:1000], 5)
    assert any(seconds(text[:10_000], 1) < max(FACTOR * short, 0.1) for _ in range(3)), (
        f"{piece}: {seconds(text[:10_000], 1) / short:.0f} times"
    )
