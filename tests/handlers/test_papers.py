"""How a paper is asked for: periods of a notice, forms, and that a button's command is read back."""

import io
from datetime import date

import docx
import pytest
from county import County
from hypothesis import given
from hypothesis import strategies as st
from lived_week import FRIDAY, live

from handlers.papers import read_asked, read_span
from handlers.written import with_forms
from ledger.database import Database
from ledger.errors import Misunderstood
from ledger.messages import Reply
from ledger.reports import notice
from templates.forms import make
from templates.words import Words

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("words", "name", "rest"),
    [
        ("", "2026年11月", ""),
        ("11月", "2026年11月", ""),
        ("12月", "2025年12月", ""),
        ("上月 永安村", "2026年10月", "永安村"),
        ("永安村 十月份", "2026年10月", "永安村"),
        ("永安村2026年3月", "2026年3月", "永安村"),
        ("去年12月", "2025年12月", ""),
        ("2026-03", "2026年3月", ""),
        ("四季度", "2026年第4季度", ""),
        ("本季度", "2026年第4季度", ""),
        ("上季度 永安村", "2026年第3季度", "永安村"),
        ("2025年第1季度", "2025年第1季度", ""),
    ],
)
def test_a_month_or_a_quarter_by_any_name(words: str, name: str, rest: str) -> None:
    span, left = read_span(words, today=TODAY)

    assert (span.name, left) == (name, rest)
    assert span.first.day == 1
    assert (span.last.toordinal() - span.first.toordinal()) // 27 == (3 if "季" in name else 1)


@given(DAYS, DAYS, st.sampled_from(("{}年{}月", "{}年第{}季度")))
def test_the_name_of_a_period_is_read_back_on_any_day(
    day: date, today: date, form: str
) -> None:
    number = day.month if "月" in form else (day.month + 2) // 3
    span, rest = read_span(f"永安村 {form.format(day.year, number)}", today=today)

    assert (span.name, rest) == (form.format(day.year, number), "永安村")
    assert span.first <= day <= span.last


def test_a_month_that_is_none_is_said() -> None:
    with pytest.raises(Misunderstood, match="no_such_month"):
        read_span("13月", today=TODAY)


def test_forms_and_the_records_behind_are_taken_out_of_the_words() -> None:
    asked = read_asked("永安村 11月 Word")
    assert (asked.rest, asked.forms, asked.basis) == ("永安村 11月", ("word",), False)
    asked = read_asked("永安村 11月 依据 3")
    assert (asked.rest, asked.basis, asked.number) == ("永安村 11月", True, 3)
    asked = read_asked("依据")
    assert (asked.rest, asked.basis, asked.number) == ("", True, None)


@pytest.fixture
async def lived(database: Database) -> County:
    return await live(database)


async def test_a_notice_goes_out_without_a_household_in_every_form(
    database: Database, lived: County
) -> None:
    wang = lived["王队长"]
    span, _ = read_span("11月", today=FRIDAY)
    async with database.reading() as db:
        made = await notice.access_notice(db, wang, wang.team_id, span, today=FRIDAY)
    paper = Words().bulletin("notice", report=made)
    reply = with_forms(Reply(""), paper, paper.title, ("card", "word", "pdf"))
    word = docx.Document(io.BytesIO(make("word", reply.drawings[1].facts).data))
    said = "\n".join([str(reply.drawings), *(one.text for one in word.paragraphs)])

    assert [one.form for one in reply.drawings] == ["card", "word", "pdf"]
    assert said.count("张某家") == 4  # in each of the three, and on the page
    for name in ("张大山", "大山", "王桂芳", "刘福来"):
        assert name not in said
