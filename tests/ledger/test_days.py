"""Working days: the State Council's schedules of 2024 to 2026, years nobody knows, the county's own."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import doctor
from bot.settings import Settings
from ledger.clock import SHANGHAI
from ledger.days import (
    Nature,
    Why,
    at,
    days_between,
    is_workday,
    known_year,
    nature,
    week_of,
    workday_after,
    workday_on_or_before,
    workdays_between,
)
from ledger.rules import Rules

RULES = Rules()
SIX_DAYS = Rules(workdays=(1, 2, 3, 4, 5, 6))
NO_HOLIDAYS = Rules(statutory_holidays=False)
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))

# The notices of the General Office of the State Council, day by day: 国办发明电〔2023〕7号 (2024),
# 〔2024〕12号 (2025), 〔2025〕7号 (2026). First and last day off; days worked instead.
HOLIDAYS = {
    2024: {
        "元旦": ("01-01", "01-01"), "春节": ("02-10", "02-17"), "清明节": ("04-04", "04-06"),
        "劳动节": ("05-01", "05-05"), "端午节": ("06-10", "06-10"),
        "中秋节": ("09-15", "09-17"), "国庆节": ("10-01", "10-07"),
    },
    2025: {
        "元旦": ("01-01", "01-01"), "春节": ("01-28", "02-04"), "清明节": ("04-04", "04-06"),
        "劳动节": ("05-01", "05-05"), "端午节": ("05-31", "06-02"),
        "国庆节": ("10-01", "10-08"),  # with 中秋节 on the 6th
    },
    2026: {
        "元旦": ("01-01", "01-03"), "春节": ("02-15", "02-23"), "清明节": ("04-04", "04-06"),
        "劳动节": ("05-01", "05-05"), "端午节": ("06-19", "06-21"),
        "中秋节": ("09-25", "09-27"), "国庆节": ("10-01", "10-07"),
    },
}  # fmt: skip
MAKE_UP = {
    2024: ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}
WORKDAYS_IN = {2024: 251, 2025: 248, 2026: 248}  # of 366, 365, 365 days
ALSO = {date(2025, 10, 6): "中秋节"}  # a holiday within another's


def year(number: int) -> list[date]:
    return days_between(date(number, 1, 1), date(number, 12, 31))


def on(number: int, day: str) -> date:
    return date.fromisoformat(f"{number}-{day}")


def scheduled(day: date) -> Nature:
    """What the tables above say of a day of these three years."""
    for name, (first, last) in HOLIDAYS[day.year].items():
        if on(day.year, first) <= day <= on(day.year, last):
            return Nature(Why.HOLIDAY, ALSO.get(day, name))
    if day.isoformat()[5:] in MAKE_UP[day.year]:
        return Nature(Why.MAKE_UP)
    return Nature(Why.WEEKDAY if day.isoweekday() < 6 else Why.WEEKEND)


# the State Council's schedules
@pytest.mark.parametrize("number", HOLIDAYS)
def test_every_day_of_the_year_is_as_the_notice_says(number: int) -> None:
    for day in year(number):
        found, wanted = nature(day, RULES), scheduled(day)

        assert found.why == wanted.why, day
        assert found.works == is_workday(day, RULES)
        if wanted.why is Why.HOLIDAY:
            assert found.name == wanted.name, day


@pytest.mark.parametrize("number", HOLIDAYS)
def test_the_year_has_as_many_working_days_as_the_notice_leaves(number: int) -> None:
    first, last = date(number, 1, 1), date(number, 12, 31)

    assert workdays_between(first, last, RULES) == WORKDAYS_IN[number]
    assert sum(nature(day, RULES).why is Why.MAKE_UP for day in year(number)) == len(
        MAKE_UP[number]
    )


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2026-11-27", "2026-11-30", 2),  # over a weekend
        ("2026-09-28", "2026-10-10", 6),  # over 国庆, with the made-up Saturday
        ("2026-02-13", "2026-02-28", 7),  # over 春节: 13, 14, 24-27, 28
        ("2025-01-26", "2025-02-08", 6),  # the Sunday before, the Saturday after
        ("2026-10-01", "2026-10-07", 0),
        ("2026-10-10", "2026-10-10", 1),
        ("2024-12-31", "2025-01-02", 2),  # over the year's end
        ("2026-12-31", "2027-01-04", 2),  # 2027 is not known: 元旦 is, whatever is made of it
        ("2026-11-24", "2026-11-23", 0),  # backwards
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(
    first: str, last: str, count: int
) -> None:
    found = workdays_between(date.fromisoformat(first), date.fromisoformat(last), RULES)

    assert found == count


@pytest.mark.parametrize("number", [2003, 2027, 2040])
def test_a_year_without_a_table_goes_by_the_weekday(number: int) -> None:
    """But for the holidays whose date is fixed by law."""
    assert not known_year(date(number, 6, 1))
    for day in year(number):
        off = f"{day:%m-%d}" in {"01-01", "05-01", "10-01", "10-02", "10-03"}
        assert is_workday(day, RULES) == (day.isoweekday() < 6 and not off)


def test_a_holiday_of_a_fixed_date_has_its_name_before_the_year_s_notice() -> None:
    assert nature(date(2027, 1, 1), RULES) == Nature(Why.HOLIDAY, "元旦")
    assert nature(date(2027, 1, 1), NO_HOLIDAYS).works
    assert nature(date(2027, 10, 4), RULES).works  # a Monday: nobody has said so yet


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


# what the operator is told
@pytest.mark.parametrize(
    ("today", "text", "good", "said"),
    [
        ("2026-06-01", "", True, "2026 年的节假日和调休已知"),
        ("2026-10-31", "", True, "2026 年的节假日和调休已知"),
        ("2026-11-01", "", False, "还没有 2027 年的节假日表，先按周一至周五算"),
        ("2027-01-01", "", False, "还没有 2027 年的节假日表，先按周一至周五算"),
        ("2026-11-01", "years = [2027]", True, "2026、2027 年的节假日和调休已知"),
        ("2026-06-01", '[rest]\n2026-08-14 = "民族节"', True, "本县另有放假 1 天"),
        ("2026-06-01", '[rest]\n2026-08-14 = ""', False, "第 2 行"),
    ],
)
def test_the_doctor_says_which_year_is_not_known(
    tmp_path: Path, today: str, text: str, good: bool, said: str
) -> None:
    (tmp_path / "calendar.toml").write_text(text, encoding="utf-8")
    settings = Settings(county_dir=tmp_path, _env_file=None)
    found = doctor._calendar(settings, date.fromisoformat(today))

    assert found.good is good
    assert said in found.state
    assert doctor._rules(settings).good
