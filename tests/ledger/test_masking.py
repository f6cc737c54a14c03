"""What hangs on a village's wall names nobody, whatever people have written."""

import json
import re
from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.mentions import Known
from ledger.reports import notice
from ledger.reports.masking import Mask, is_private, masked
from ledger.reports.notice import Span
from templates.bulletin import as_facts
from templates.words import Words

NOVEMBER = Span("2026年11月", date(2026, 11, 1), date(2026, 11, 30))
WORDS = Words()
SURNAMES = st.sampled_from("张王李赵马高林欧水路")
GIVEN = st.text(st.sampled_from("大山福来桂芳春生满仓秀英建国喆堃"), min_size=2, max_size=2)
NAMES = st.builds(lambda one, two: one + two, SURNAMES, GIVEN)
COMPOUND = st.builds(lambda two: "欧阳" + two, GIVEN)
WORDINGS = (
    "{}", "{}家屋顶漏雨", "给{}送去油布", "同{}谈过", "找 {} 核对", "（{}）", "{}、{}两户", "路过{}门口",
    "通村路由{}负责", "*{}*", "|{}|", "@{}", "# {}", "\\{}",
)  # fmt: skip
NUMBERS = (
    "13812345678", "138 1234 5678", "１３８１２３４５６７８", "110101199003071234", "电话0791-8612345",
    "一三八一二三四五六七八", "6222 0202 0000 1234 567", "尾号5678",
)  # fmt: skip
AMOUNTS = ("年收入3000元", "补了 1.2万元", "欠五百块钱", "领到三千二百元")


@st.composite
def written(draw: st.DrawFn) -> tuple[list[str], list[str], list[dict[str, Any]]]:
    """Households, other people's names, and entries that name them in every way."""
    homes = draw(st.lists(NAMES | COMPOUND, min_size=1, max_size=4, unique=True))
    others = draw(st.lists(NAMES, max_size=2, unique=True))
    called = st.sampled_from([*homes, *others])
    gaps, numbers = st.sampled_from(("", " ", "·", "\u200b")), st.sampled_from(("", *NUMBERS))

    def words() -> str:
        wording = draw(st.sampled_from(WORDINGS))
        named = wording.replace("{}", draw(gaps).join(draw(called)), 1)
        return f"{named.replace('{}', draw(called))}，{draw(numbers)}{draw(st.sampled_from(('', *AMOUNTS)))}"

    rows = [
        {
            "sort": draw(st.sampled_from(("solved", "under_way", "promised"))), "number": 1,
            "household": draw(called), "category": "住房", "text": words(), "measure": words(),
            "effect": words(), "day": "2026-11-20",
        }
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    for row in rows:
        row["effect"] = "2026-11-30" if row["sort"] == "promised" else row["effect"]
    return homes, others, rows


@settings(deadline=None)  # the first example loads the templates
@given(written())
def test_no_form_of_a_notice_holds_a_name_a_number_or_an_amount(
    given_: tuple[list[str], list[str], list[dict[str, Any]]],
) -> None:
    homes, others, rows = given_
    names: dict[int, list[Any]] = defaultdict(list)
    names[notice.VILLAGE] = [{"id": 1, "name": "永安村", "more": "清水镇"}]
    names[notice.HOUSEHOLD] = [{"id": 1, "name": one, "more": ""} for one in homes]
    names[notice.OTHER] = [{"id": 1, "name": one, "more": ""} for one in others]
    made = notice.make(names, rows, NOVEMBER, NOVEMBER.last)
    paper = WORDS.bulletin("notice", report=made)

    for form in (repr(made), paper.chat, json.dumps(as_facts(paper), ensure_ascii=False)):
        bare = re.sub(r"[\s·\\\u200b]", "", form)
        for name in (*homes, *others):
            assert name not in bare
        assert not re.search(r"[\d０-９]{7}|[一二三四五六七八]{7}|5678", bare)
        assert not re.search(r"3000元|1\.2万元|五百块|三千二百元", bare)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张大山", "张某"), ("欧阳建国", "欧阳某"), ("巴图", "巴某"), ("某甲", "某")],
)
def test_a_name_keeps_its_surname_only(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_what_has_no_name_stays_as_it_was() -> None:
    mask = Mask((Known(1, "张大山", aliases=("张老倌",)),), ("吴队员",))

    for words in (
        "路灯不亮，已换 12 盏",
        "水管 300 米，11月30日前接通",
        "猪圈积水；沟已挖通",
        "2026年新修渠道",
    ):
        assert mask(words) == words
    assert mask("张老倌门口的路灯不亮") == "张某家门口的路灯不亮"
    assert mask("村民李二狗反映路灯不亮") == "村民李某反映路灯不亮"
    assert mask("大山说好了，吴队员也去过") == "张某家说好了，吴某也去过"


@pytest.mark.parametrize(
    "words",
    [
        "高血压没钱买药",
        "低保没有办",
        "住院费报不了",
        "孩子辍学",
        "欠债太多",
        "残疾证过期",
        "年收入不到三千",
    ],
)
def test_what_is_private_hangs_on_no_wall(words: str) -> None:
    assert is_private("其他", (words,))
    assert is_private("兜底", ("灯不亮",))
    assert not is_private("住房", ("屋顶漏雨", "派人去修"))
