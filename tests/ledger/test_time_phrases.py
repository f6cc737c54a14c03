"""Time phrases as people write them, by the tables of time_tables.py."""

import pytest
from time_tables import AHEAD, BACK, BOTH, LISTED, NO_SUCH, NO_TIMES, SENTENCES, read

from ledger.errors import Misunderstood
from ledger.time_phrases import Looks, find_times


# the tables
@pytest.mark.parametrize(("phrase", "expected"), (LISTED | AHEAD).items())
def test_a_phrase_looks_ahead(phrase: str, expected: str) -> None:
    if expected == "none-such":
        with pytest.raises(Misunderstood):
            read(phrase)
        return
    assert read(phrase) == expected
    assert [one.text for one in find_times(phrase)] == [phrase]


@pytest.mark.parametrize(("phrase", "expected"), BACK.items())
def test_a_phrase_looks_back(phrase: str, expected: str) -> None:
    assert read(phrase, "back") == expected
    assert [one.text for one in find_times(phrase)] == [phrase]


@pytest.mark.parametrize("text", NO_TIMES)
def test_numerals_in_words_are_no_days(text: str) -> None:
    assert find_times(text) == []


@pytest.mark.parametrize("looks", BOTH)
@pytest.mark.parametrize("phrase", NO_SUCH)
def test_a_day_that_is_not_there_is_said_to_be_so(phrase: str, looks: Looks) -> None:
    with pytest.raises(Misunderstood) as found:
        read(phrase, looks)

    assert found.value.block == "days.no_such_day"
    assert found.value.facts["phrase"] == phrase


@pytest.mark.parametrize(("text", "expected"), SENTENCES.items())
def test_phrases_are_found_in_a_sentence(text: str, expected: list[str]) -> None:
    assert [one.text for one in find_times(text)] == expected


NEED_THE_BEGINNING = {"4.15", "4.15-4.20"}


@pytest.mark.parametrize(
    ("before", "after"),
    [("张大山家屋顶漏雨，", "，要修好"), ("断水 ", " 已经联系"), ("", "找张大山")],
)
def test_a_phrase_means_the_same_within_a_sentence(before: str, after: str) -> None:
    for looks, table in (("ahead", LISTED | AHEAD), ("back", BACK)):
        for phrase, expected in table.items():
            if expected != "none-such" and (not before or phrase not in NEED_THE_BEGINNING):
                assert read(f"{before}{phrase}{after}", looks) == expected, phrase  # type: ignore[arg-type]
