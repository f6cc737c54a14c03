"""The table of duties: every row sound, periods and reminding days by table."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import duties
from ledger.days import is_workday
from ledger.duties import DUTIES, Every, Per, named, reminded_on, term_of
from ledger.owed import COUNTS
from ledger.people import Role
from ledger.rules import Rules

RULES = Rules()
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def test_every_row_has_its_own_key_a_source_and_something_that_settles_it() -> None:
    assert len({one.key for one in DUTIES}) == len(DUTIES)
    for one in DUTIES:
        assert one.sources, one.key
        assert all(len(source) == 7 and source[0] == "S" for source in one.sources), one.key
        assert one.settled in {*COUNTS, "days", "issue", "compiled"}, one.key
        assert one.how or not one.told, one.key


def test_what_is_compiled_asks_nobody_and_reminds_nobody() -> None:
    for one in DUTIES:
        if one.settled == "compiled":
            assert not one.bearers
            assert not one.remind


def test_members_are_asked_for_little() -> None:
    """Of a member's daily and weekly duties only the study is ever spoken of, and he may mute it."""
    own = [one for one in DUTIES if Role.MEMBER in one.bearers and one.remind]
    often = [one.key for one in own if one.every in {Every.DAY, Every.WEEK}]
    assert often == ["study"]


@pytest.mark.parametrize(
    ("every", "day", "key", "first", "last"),
    [
        (Every.DAY, "2026-11-23", "2026-11-23", "2026-11-23", "2026-11-23"),
        (Every.WEEK, "2026-11-29", "2026-W48", "2026-11-23", "2026-11-29"),
        (Every.WEEK, "2027-01-01", "2026-W53", "2026-12-28", "2027-01-03"),
        (Every.TEN_DAYS, "2026-11-10", "2026-11-1", "2026-11-01", "2026-11-10"),
        (Every.TEN_DAYS, "2026-11-21", "2026-11-3", "2026-11-21", "2026-11-30"),
        (Every.TEN_DAYS, "2024-02-29", "2024-02-3", "2024-02-21", "2024-02-29"),
        (Every.MONTH, "2026-02-28", "2026-02", "2026-02-01", "2026-02-28"),
        (Every.QUARTER, "2026-11-23", "2026-Q4", "2026-10-01", "2026-12-31"),
        (Every.HALF_YEAR, "2026-06-30", "2026-H1", "2026-01-01", "2026-06-30"),
        (Every.HALF_YEAR, "2026-07-01", "2026-H2", "2026-07-01", "2026-12-31"),
        (Every.YEAR, "2026-11-23", "2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period(every: Every, day: str, key: str, first: str, last: str) -> None:
    found = term_of(every, date.fromisoformat(day))
    assert (found.key, str(found.first), str(found.last)) == (key, first, last)


@given(DAYS, st.sampled_from(list(Every)))
def test_every_day_is_in_its_period_and_the_periods_join(day: date, every: Every) -> None:
    found = term_of(every, day)
    assert found.first <= day <= found.last
    after = term_of(every, found.last + timedelta(days=1))
    assert after.first == found.last + timedelta(days=1)
    assert after.key != found.key
    assert term_of(every, found.first) == found


@given(DAYS, st.sampled_from([one for one in DUTIES if one.remind]))
def test_a_duty_is_spoken_of_on_working_days_of_its_period_only(
    day: date, duty: duties.Duty
) -> None:
    term = term_of(duty.every, day)
    found = list(reminded_on(duty, term, RULES))
    assert len(found) <= len(duty.remind)
    assert all(is_workday(one, RULES) and term.first <= one <= term.last for one in found)


def test_a_duty_is_known_by_its_name_and_the_longer_name_wins() -> None:
    for one in DUTIES:
        if one.told:
            assert named(f"{one.name} 11月20日") == one
    assert named("走访") is None
    assert duties.BY_KEY["leaders_meeting"] == named("工作队长例会")
    assert all(one.per is Per.SELF or one.told for one in DUTIES)
