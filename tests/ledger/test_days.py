"""Working days: the facts of 2026, years the library does not know, counties with six days."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.clock import SHANGHAI
from ledger.days import (
    at,
    days_between,
    is_workday,
    known_year,
    week_of,
    workday_after,
    workday_on_or_before,
)
from ledger.rules import Rules

RULES = Rules()
SIX_DAYS = Rules(workdays=(1, 2, 3, 4, 5, 6))
NO_HOLIDAYS = Rules(statutory_holidays=False)
MAKE_UP = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
OFF = (
    "01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01",
    "05-04", "05-05", "06-19", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07",
)  # fmt: skip
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def year(number: int) -> list[date]:
    return days_between(date(number, 1, 1), date(number, 12, 31))


@pytest.mark.parametrize("day", MAKE_UP)
def test_a_weekend_day_made_up_for_is_a_workday(day: str) -> None:
    assert is_workday(date.fromisoformat(f"2026-{day}"), RULES)


@pytest.mark.parametrize("day", OFF)
def test_a_weekday_given_off_is_no_workday(day: str) -> None:
    one = date.fromisoformat(f"2026-{day}")

    assert one.isoweekday() <= 5
    assert not is_workday(one, RULES)


def test_2026_differs_from_the_plain_week_on_these_days_only() -> None:
    known = {date.fromisoformat(f"2026-{day}") for day in MAKE_UP + OFF}
    differing = {day for day in year(2026) if is_workday(day, RULES) != (day.isoweekday() < 6)}

    assert differing == known
    assert sum(is_workday(day, RULES) for day in year(2026)) == 248


@pytest.mark.parametrize("number", [2003, 2027, 2040])
def test_a_year_without_a_table_goes_by_the_weekday(number: int) -> None:
    assert not known_year(date(number, 6, 1))
    for day in year(number):
        assert is_workday(day, RULES) == (day.isoweekday() < 6)


def test_the_years_in_between_are_known() -> None:
    assert all(known_year(date(number, 6, 1)) for number in range(2004, 2027))


def test_a_county_may_work_on_saturdays_and_still_has_its_holidays() -> None:
    assert is_workday(date(2026, 11, 21), SIX_DAYS)
    assert not is_workday(date(2026, 11, 22), SIX_DAYS)
    assert not is_workday(date(2026, 10, 3), SIX_DAYS)  # 国庆 on a Saturday
    assert is_workday(date(2026, 10, 10), SIX_DAYS)
    assert sum(is_workday(day, SIX_DAYS) for day in year(2026)) == 289


def test_a_county_may_switch_the_holidays_off() -> None:
    assert is_workday(date(2026, 10, 1), NO_HOLIDAYS)
    assert not is_workday(date(2026, 10, 10), NO_HOLIDAYS)


@given(DAYS)
def test_the_next_workday_is_the_nearest(day: date) -> None:
    following = workday_after(day, RULES)

    assert following > day
    assert is_workday(following, RULES)
    between = days_between(day + timedelta(days=1), following - timedelta(days=1))
    assert not [one for one in between if is_workday(one, RULES)]


@given(DAYS)
def test_the_last_workday_up_to_a_day_is_the_nearest(day: date) -> None:
    last = workday_on_or_before(day, RULES)

    assert last <= day
    assert is_workday(last, RULES)
    between = days_between(last + timedelta(days=1), day)
    assert not [one for one in between if is_workday(one, RULES)]


def test_a_county_without_workdays_is_told_so() -> None:
    with pytest.raises(ValueError, match="no working day"):
        workday_after(date(2030, 1, 1), Rules(workdays=()))


@given(DAYS)
def test_a_week_runs_from_monday_to_sunday_and_holds_its_day(day: date) -> None:
    monday, sunday = week_of(day)

    assert (monday.isoweekday(), sunday.isoweekday()) == (1, 7)
    assert monday <= day <= sunday
    assert len(days_between(monday, sunday)) == 7


def test_a_clock_time_on_a_day_is_of_shanghai() -> None:
    moment = at(date(2026, 11, 23), time(17, 40))

    assert moment.isoformat() == "2026-11-23T17:40:00+08:00"
    assert moment.tzinfo is SHANGHAI
