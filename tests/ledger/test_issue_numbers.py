"""Issues named by number: which numbers are meant, how far each has come, and what is a day."""

import json
from datetime import date

import pytest
from source import ROOT

from ledger.reading.answer import village_of
from ledger.reading.issue_numbers import names_in, names_one, numbers_in
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import read
from ledger.reading.said import ProgressSaid

VILLAGE = village_of(
    json.loads(
        (ROOT / "tests" / "understanding" / "households.json").read_text(encoding="utf-8")
    )
)
TODAY = date(2026, 11, 20)


def told(text: str) -> dict[int, bool]:
    """Each issue a message tells a step on, and whether it is done."""
    reading = read(text, base=TODAY, village=VILLAGE, lexicon=load_lexicon())
    steps = [one for one in reading.reports if isinstance(one, ProgressSaid)]
    return {one.issue_no: one.done for one in steps if one.issue_no}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("编号27 化肥到了", (27,)),
        ("#31那件事", (31,)),
        ("序号二十六：垃圾拉走了", (26,)),
        ("台帐14 已验收", (14,)),
        ("清单里7那项装好了", (7,)),
        ("第四十一号，派人来看了", (41,)),
        ("23号那条不同意过线", (23,)),
        ("#7 #8 都完事了", (7, 8)),
        ("6号、8号都销号了", (6, 8)),
        ("听说11号那口井出水了", (11,)),
        ("量完了，这是15号那个啊", (15,)),
        ("修好又跳闸，8号先别销", (8,)),
        ("五号那张单，田埂垒了两户", (5,)),
        ("推了一百来米停了。问题号22", (22,)),
        ("这一条在问题单上是29号，办结吧", (29,)),
        ("销号——22号——低压线已换", (22,)),
        ("就15号那个 设计院量过了", (15,)),
        ("原先登记的11号先挂着", (11,)),
        ("6号就还是没完", (6,)),
        ("13号就先留着", (13,)),
        ("9号算彻底完事", (9,)),
        ("31号，钱够了，人也定了", (31,)),
    ],
)
def test_ways_of_naming(text: str, numbers: tuple[int, ...]) -> None:
    found = [number for one in names_in(text) for number in one.numbers]
    assert tuple(found) == numbers
    assert names_one(text)


@pytest.mark.parametrize(
    "text",
    [
        "12月5号已修好",
        "18号下午去了许家旺家",
        "10号到13号我守村",
        "2号井房电机烧了",
        "三号楼的灯",
        "台账12户",
        "学了一号文件",
        "二姨家的事办完，15号返的岗",
        "头一件，路灯修好了；第二件，马德泉家的宅基证领到手了，办结",
        "20号今天又学十分钟森林病虫害",
        "八号那个垃圾池问题，拖了这么久还是没人碰",
    ],
)
def test_days_houses_and_counts_are_no_issues(text: str) -> None:
    assert told(text) == {}


def test_written_numbers() -> None:
    assert numbers_in("廿一号、第卅号、壹佰条") == (21, 30, 100)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("5号，物料到了一半", {5: False}),
        ("15号，整改完了，镇上验收也过了，销号", {15: True}),
        ("第41号，跟水务站磨了半天，松口派人来看现场", {41: False}),
        ("7号已整改 8号还差一截", {7: True, 8: False}),
        ("6号、8号都销号了，11号监理说差一段护栏", {6: True, 8: True, 11: False}),
        ("#61路还剩两百米没浇；#62公厕能用了", {61: False, 62: True}),
        ("一号问题那台抽水泵修好装回去了一通电又跳闸，白忙", {1: False}),
        ("9号今天挖机进场了", {9: False}),
        ("15号问题老样子，打过电话，没人接", {}),
        ("8号问题没动静，催也催了", {}),
        ("13号问题的照片我晚点传", {}),
        ("12号问题是我写错了，应该是21号问题，沟清完了", {21: True}),
        ("水泵换上新的了，可还没通电试水，编号是31", {31: False}),
    ],
)
def test_how_far_each_has_come(text: str, steps: dict[int, bool]) -> None:
    assert told(text) == steps


@pytest.mark.parametrize(
    ("text", "number", "whose"),
    [
        # what stands before a number of which only its standing is told, in its sentence or the one before
        ("罗志刚家的沼气灶通气了，他堂客炒了碗辣椒给我们看，3号问题可以销了", 3, "罗志刚"),
        ("二喜子家的旱厕挖坑挖出石头，挖机没挖动，后天再来。6号就还是没完", 6, "孙二喜"),
        ("28号单子，许家旺塌方清理，推土机来了，才推了一半", 28, "许家旺"),
        ("3号。路灯。电池到货了。", 3, None),
    ],
)
def test_whose_issue_it_is(text: str, number: int, whose: str | None) -> None:
    reading = read(text, base=TODAY, village=VILLAGE, lexicon=load_lexicon())
    (step,) = [one for one in reading.reports if isinstance(one, ProgressSaid)]
    assert step.issue_no == number
    assert (step.household and step.household.name) == whose
