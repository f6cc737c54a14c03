"""The letter's draft: every part in its order, blanks where a person writes, no author, no number."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ledger.clock import SHANGHAI
from ledger.reports.letter import LetterReport
from templates.bulletin import Bulletin, plainly
from templates.words import Words

NOW = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
WORDS = Words()
STRIKE = SimpleNamespace(
    clause="安和县驻村干部管理办法第十二条", step="通报批评", day="2026-11-26",
    expires_day="2027-11-26", appeal_until="2026-12-10",
)  # fmt: skip


def letter(
    *, strike: Any = None, reply: str = "家里有急事。", picked: bool = False, kind: str = "脱岗走读",
    noticed: tuple[str, str] = ("上午入户三家未见人", ""), name: str = "李队员", **found: Any,
) -> LetterReport:  # fmt: skip
    finding = SimpleNamespace(
        **{
            "id": 12, "township": "清水镇", "village": "永安村", "day": "2026-11-23", "source": "visit",
            "category": "脱岗走读", "reply": reply, "decided": NOW, "reason": "问过三家邻居",
            "told_at": 1, "kind": kind, "noticed": noticed, **found,
        }
    )  # fmt: skip
    person = SimpleNamespace(name=name, title="", county="安和县")
    given: Any = SimpleNamespace(
        finding=finding, person=person, unit="省水利厅", strike=strike, picked=picked
    )
    return LetterReport(given, "2026-11-26", "陈干事", "ab12cd34ef56")


def paper(made: LetterReport) -> Bulletin:
    return WORDS.bulletin("letter", report=made)


def lines(made: LetterReport) -> list[str]:
    return [plainly(one.runs) for one in paper(made).blocks if one.kind != "gap"]


def heads(made: LetterReport) -> list[str]:
    return [plainly(one.runs) for one in paper(made).blocks if one.kind == "heading"]


def test_the_parts_stand_in_the_order_of_a_letter() -> None:
    made = paper(letter(strike=STRIKE))
    whole = "\n".join(lines(letter(strike=STRIKE)))

    assert made.office == made.sign == "（发文机关）"
    assert made.number == "＿＿函〔2026〕＿＿号"
    assert made.title == "关于反馈李队员同志驻村工作有关情况的函"
    assert made.to == "省水利厅"
    assert made.date == "＿＿＿＿年＿＿月＿＿日"
    assert heads(letter(strike=STRIKE)) == [
        "一、事由", "二、核实情况", "三、本人说明", "四、有关规定和处理", "五、商请事项",
    ]  # fmt: skip
    assert (
        "李队员同志由贵单位选派，现任安和县清水镇永安村驻村工作队员。"
        "2026年11月23日我县开展暗访，发现：上午入户三家未见人。"
    ) in whole
    assert (
        "经核实，2026年11月26日认定上述情况属实，属于脱岗走读。认定理由：问过三家邻居。"
    ) in whole
    assert "本人说明：“家里有急事”。" in whole
    assert "依据安和县驻村干部管理办法第十二条，我县于2026年11月26日作出“通报批评”处理" in whole
    assert "2027年11月26日到期，到期不再计算；本人可在2026年12月10日前申诉。" in whole
    assert "请贵单位" in whole


def test_without_a_step_there_is_no_clause_and_without_a_word_it_says_so() -> None:
    made = letter(reply="")

    assert heads(made) == ["一、事由", "二、核实情况", "三、本人说明", "四、商请事项"]
    assert "本人在规定时间内没有提交说明。" in lines(made)
    assert "处理" not in "".join(lines(made)).replace("研究处理", "")


def test_it_says_that_it_is_a_draft_and_whose() -> None:
    made = paper(letter())

    assert made.draft == (
        "草稿：未编号、未盖章，由人核对后按程序发出　2026年11月26日 陈干事生成　存证 ab12cd34ef56……"
    )
    assert not made.seal  # nobody has put one on it
    assert made.draft in made.chat


@pytest.mark.parametrize(
    "odd",
    ["<王家村> & 李村", "{{7*7}}", "一\n二\t三", "=1+1", "## 六、假的", "@number 1", "**x**"],
)
def test_what_people_write_stays_text(odd: str) -> None:
    made = letter(strike=STRIKE, reply=odd, reason=odd, noticed=(odd, odd), name=odd)
    kept = " ".join(odd.split())

    assert len(heads(made)) == 5
    assert f"本人说明：“{kept}”。" in lines(made)
    assert kept in paper(made).title
    assert paper(made).number == "＿＿函〔2026〕＿＿号"


def test_no_number_of_a_letter_is_a_figure_without_a_source() -> None:
    assert paper(letter(strike=STRIKE)).figures == ()


def test_what_was_noticed_is_one_official_sentence() -> None:
    chat = letter(source="chat", category="未答复", kind="", picked=True)
    call = letter(source="phone", category="待说明", kind="", noticed=("待说明", "说在县城。"))
    whole = "".join(lines(chat) + lines(call))

    assert "2026年11月23日我县开展聊天抽查（指定），该同志在规定时间内未答复。" in whole
    assert "开展电话抽查，发现：需要本人说明情况，检查人员备注“说在县城”。" in whole
