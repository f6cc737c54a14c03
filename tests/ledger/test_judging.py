"""What is learned beside the rules: the weights of words, the judge of each kind, the effect."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source import ROOT

from ledger.reading.answer import village_of
from ledger.reading.judging import SAID, Told, judges
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import heard, laid_out
from ledger.reading.weights import ANYTHING, CATEGORIES, REPORTS, signs_of, weights

HOUSEHOLDS = ROOT / "tests" / "understanding" / "households.json"
VILLAGE = village_of(json.loads(HOUSEHOLDS.read_text("utf-8")))
FRIDAY = date(2026, 11, 20)


def told(text: str) -> Told:
    scene, _ = laid_out(text, base=FRIDAY, village=VILLAGE, lexicon=load_lexicon())
    return heard(scene)[0]


def signs(text: str) -> frozenset[str]:
    scene, _ = laid_out(text, base=FRIDAY, village=VILLAGE, lexicon=load_lexicon())
    return signs_of(tuple(scene.clauses))


# the weights
def test_what_is_weighed() -> None:
    found = signs("没咋学，张大山家漏雨")

    assert {"没", "没咋", "没~学", "<没", "学>", "^没", "雨$"} <= found
    assert "学~漏" not in found  # of two clauses
    assert not any("张大山" in one for one in found)
    assert any("fault.strong" in one for one in found)  # its list


def test_a_name_is_no_word_of_a_list() -> None:
    assert "subject.饮水" not in signs("冯水生来过")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("study", "晚上学了一个小时的中央一号文件"),
        ("visit", "走访张大山家，老人都好"),
        ("issue", "张大山家屋顶漏雨没人修"),
        ("progress", "3号问题办结了，灯都亮了"),
        ("leave", "请假三天，家里有事"),
        ("return", "销假，已回到村里"),
        ("presence", "今天在村值班"),
        ("promise", "答应张大山下周三前把材料送来"),
    ],
)
def test_a_plain_report_is_the_likeliest(kind: str, text: str) -> None:
    odds = told(text).odds

    assert odds[kind] == max(odds[one] for one in SAID)


@given(st.text("张没学漏雨，。走访了家1", max_size=80))
def test_the_same_words_weigh_the_same(text: str) -> None:
    assert told(text).odds == told(text).odds


def test_each_kind_and_each_category_has_a_column() -> None:
    assert set(weights(REPORTS).kinds) == {*SAID, ANYTHING}
    assert set(weights(CATEGORIES).kinds) == set(load_lexicon().categories)


# the judge
def test_every_fact_has_its_factor() -> None:
    message = told("走访张大山和李有福，张大山家屋顶漏雨，李有福家断水，学了一小时")

    for kind in SAID:
        assert message.missed(kind).keys() <= judges()[kind, "missed"].factors.keys()
    for one in message.found:
        message.stands(one)


@pytest.mark.parametrize("case", ["heard", "missed"])
@pytest.mark.parametrize("kind", SAID)
def test_words_never_speak_against_what_they_tell(kind: str, case: str) -> None:
    factors = judges()[kind, case].factors

    assert factors["odds"] >= 0
    assert factors["odds"] + factors["below"] >= 0


def test_what_is_hardly_told_is_never_added() -> None:
    message = told("今天天气真好")

    assert not [kind for kind in SAID if message.lacks(kind)]
