"""An issue's words and its deadline: what only says by when is no part of what is wrong."""

from datetime import date

import pytest

from ledger.mentions import Known, Village
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import read
from ledger.reading.said import IssueSaid

MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("张大山家屋顶漏雨，下周三前修好", "屋顶漏雨"),
        ("张大山家屋顶漏雨，后天前修好", "屋顶漏雨"),
        ("张大山家屋顶漏雨，马上处理", "屋顶漏雨"),
        ("张大山家屋顶漏雨，镇里要求月底前解决", "屋顶漏雨"),
        ("张大山家屋顶漏雨，下周三前修好，墙也裂了", "屋顶漏雨，墙也裂了"),
        ("张大山家屋顶漏雨，想把屋顶修好", "屋顶漏雨，想把屋顶修好"),
        ("张大山家屋顶漏雨，还没修好", "屋顶漏雨"),
        ("张大山家没钱交医保，要求村里本周内解决", "没钱交医保，要求村里本周内解决"),
    ],
)
def test_a_deadline_is_no_part_of_what_is_wrong(said: str, text: str) -> None:
    village = Village([Known(1, "张大山")])
    found = read(said, base=MONDAY, village=village, lexicon=load_lexicon()).reports

    assert [one.text for one in found if isinstance(one, IssueSaid)] == [text]
