"""Plain short sentences are believed: the weights of words never speak against what is plain."""

import json
from datetime import date

import pytest
from source import ROOT

from ledger.reading.answer import village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import read
from ledger.reading.said import (
    IssueSaid,
    LeaveSaid,
    PresenceSaid,
    ProgressSaid,
    StudySaid,
    VisitSaid,
)

HOUSEHOLDS = ROOT / "tests" / "understanding" / "households.json"
VILLAGE = village_of(json.loads(HOUSEHOLDS.read_text("utf-8")))
LEXICON = load_lexicon()
FAULTS = (
    "屋顶漏雨", "水管坏了", "猪圈倒了", "窗户破了", "断水三天", "没钱看病", "路灯不亮", "化粪池堵了",
    "孩子辍学在家", "低保停了", "药吃完了没人买", "玉米卖不出去", "厕所没人修", "羊丢了两只",
    "墙裂了", "助学金没到账", "工钱没结",
)  # fmt: skip
MENDED = ("水管修好了", "低保批下来了", "路灯装好了", "厕所改完了")
FORMS = (
    "张大山家{}",
    "走访张大山，{}",
    "在村。去了张大山家，{}",
    "今天走访3组张大山家，{}，答应周三带人来看",
)


def kinds(text: str) -> set[type]:
    found = read(text, base=date(2026, 11, 20), village=VILLAGE, lexicon=LEXICON)
    return {type(one) for one in found.reports}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_plain_fault_is_an_issue(form: str, fault: str) -> None:
    assert IssueSaid in kinds(form.format(fault))


@pytest.mark.parametrize("fault", FAULTS[:3])
def test_a_household_s_fault_is_no_reason_of_a_leave(fault: str) -> None:
    assert kinds(f"走访张大山，{fault}，明天请一天假回家") >= {IssueSaid, LeaveSaid, VisitSaid}


@pytest.mark.parametrize("form", FORMS[:2])
@pytest.mark.parametrize("mended", MENDED)
def test_what_is_plainly_mended_is_progress(form: str, mended: str) -> None:
    assert ProgressSaid in kinds(form.format(mended))


@pytest.mark.parametrize("form", FORMS[1:])
@pytest.mark.parametrize("fault", FAULTS[:5])
def test_the_visit_stands_beside_it(form: str, fault: str) -> None:
    assert VisitSaid in kinds(form.format(fault))


@pytest.mark.parametrize("day", [20, 21, 23, 24])
@pytest.mark.parametrize(
    "text",
    [
        "今天走访张大山家，答应周三陪他去镇上，另外学习一小时一号文件",
        "今天走访张大山家，答应周五陪他去镇上，晚上学习一小时一号文件",
    ],
)
def test_a_promise_lends_its_day_to_nothing_else(text: str, day: int) -> None:
    base = date(2026, 11, day)
    (study,) = (
        one
        for one in read(text, base=base, village=VILLAGE, lexicon=LEXICON).reports
        if isinstance(one, StudySaid)
    )
    assert (study.day, study.minutes) == (base, 60)


def test_a_list_of_the_day_is_told_whole() -> None:
    assert kinds("今天学习一小时，走访3户，在村") == {StudySaid, VisitSaid, PresenceSaid}


@pytest.mark.parametrize("text", ["路灯修好了", "问题3已完成", "3号办结"])
def test_the_end_of_a_fault_in_few_words_is_progress(text: str) -> None:
    assert kinds(text) == {ProgressSaid}


@pytest.mark.parametrize(
    ("text", "kind"),
    [("请假三天，回家看病", "病假"), ("请假一天回家看孩子", "事假"), ("请假三天", None)],
)
def test_the_kind_of_a_plain_leave(text: str, kind: str | None) -> None:
    found = read(text, base=date(2026, 11, 20), village=VILLAGE, lexicon=LEXICON)
    assert [one.kind for one in found.reports if isinstance(one, LeaveSaid)] == [kind]
