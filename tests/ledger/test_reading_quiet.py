"""Why a message with nothing to file has nothing: what the sender means to do, what he asks."""

import json
from datetime import date

import pytest
from source import ROOT

from ledger.reading.answer import village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import read

HOUSEHOLDS = json.loads(
    (ROOT / "tests" / "understanding" / "households.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("下午要去秦有根家看看", "plan"),
        ("下午要去趟镇上", "plan"),
        ("打算明天去看张大山", "plan"),
        ("今天能不能请假", "question"),
        ("今天是别个队员小孔去走访的张大山家", ""),
        ("明天要下雨", ""),
    ],
)
def test_why_there_is_nothing_to_file(text: str, why: str) -> None:
    found = read(
        text, base=date(2026, 11, 20), village=village_of(HOUSEHOLDS), lexicon=load_lexicon()
    )

    assert (found.reports, found.quiet) == ((), why)


def test_a_family_is_asked_for_by_its_surname_and_home() -> None:
    found = read(
        "今天走访了王家",
        base=date(2026, 11, 20),
        village=village_of(HOUSEHOLDS),
        lexicon=load_lexicon(),
    )

    assert [one.said for one in found.asks] == ["王家"]
