"""A county's calendar.toml: its word goes before all others, its mistakes are named by line."""

import contextlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.county_calendar import BadCalendar, Campaign, CountyCalendar, Market, load_calendar
from ledger.days import (
    Nature,
    Why,
    covered,
    days_between,
    is_workday,
    nature,
)
from ledger.rules import BadRules, Rules, load_rules

RULES = Rules()
NO_HOLIDAYS = Rules(statutory_holidays=False)


# the county's own file
WHOLE = """
years = [2027]

[rest]
2026-08-14 = "民族节"
"2027-02-05 至 2027-02-12" = "春节"

[work]
2026-10-03 = "迎省级考核"  # in the middle of 国庆
2026-11-22 = "迎省级考核"

[[campaign]]
name = "百日攻坚"
from = 2026-09-01
to = 2026-11-30
weekdays = [1, 2, 3, 4, 5, 6]

[[market]]
place = ["永安村", "清水镇"]
ends_in = [3, 8]

[[market]]
place = "柳树村"
every = 6
from = 2026-01-04
"""


def load(tmp_path: Path, text: str) -> CountyCalendar:
    path = tmp_path / "calendar.toml"
    path.write_text(text, encoding="utf-8")
    return load_calendar(path)


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2026-08-14", Nature(Why.COUNTY_REST, "民族节")),  # a Friday
        ("2026-10-02", Nature(Why.HOLIDAY, "国庆节")),
        ("2026-10-03", Nature(Why.COUNTY_WORK, "迎省级考核")),
        ("2026-10-10", Nature(Why.MAKE_UP, "国庆节")),
        ("2026-08-29", Nature(Why.WEEKEND)),  # the campaign has not begun
        ("2026-09-05", Nature(Why.WEEKDAY, "百日攻坚")),  # a Saturday
        ("2026-09-06", Nature(Why.WEEKEND)),
        ("2026-09-07", Nature(Why.WEEKDAY)),
        ("2026-09-26", Nature(Why.HOLIDAY, "中秋节")),  # a Saturday in the campaign
        ("2026-11-28", Nature(Why.WEEKDAY, "百日攻坚")),
        ("2026-12-05", Nature(Why.WEEKEND)),  # it ends by itself
        ("2026-11-22", Nature(Why.COUNTY_WORK, "迎省级考核")),
        ("2027-02-12", Nature(Why.COUNTY_REST, "春节")),
        ("2027-02-13", Nature(Why.WEEKEND)),
    ],
)
def test_the_county_s_word_goes_before_all_others(
    tmp_path: Path, day: str, wanted: Nature
) -> None:
    rules = Rules(calendar=load(tmp_path, WHOLE))

    assert nature(date.fromisoformat(day), rules) == wanted


@pytest.mark.parametrize(
    ("market", "days"),
    [
        (Market(("永安村",), ends_in=(3, 8)), [3, 8, 13, 18, 23, 28]),
        (Market(("永安村",), ends_in=(0, 5)), [5, 10, 15, 20, 25, 30]),
        (Market(("永安村",), weekdays=(7,)), [1, 8, 15, 22, 29]),
        (Market(("永安村",), every=6, first=date(2026, 11, 4)), [4, 10, 16, 22, 28]),
        (Market(("永安村",), every=6, first=date(2026, 11, 22)), [22, 28]),
        (Market(("永安村",), dates=(date(2026, 11, 12),)), [12]),
    ],
)
def test_a_market_falls_on_its_days(market: Market, days: list[int]) -> None:
    calendar = CountyCalendar(markets=(market,))
    november = days_between(date(2026, 11, 1), date(2026, 11, 30))

    assert [one.day for one in november if calendar.market_on(one, ["永安村"])] == days
    assert not [one for one in november if calendar.market_on(one, ["柳树村", ""])]
    assert all(
        is_workday(one, Rules(calendar=calendar)) == is_workday(one, RULES) for one in november
    )


def test_the_calendar_is_read_with_the_rules_and_without_them(tmp_path: Path) -> None:
    calendar = load(tmp_path, WHOLE)

    assert load_rules(tmp_path / "rules.toml") == Rules(calendar=calendar)
    (tmp_path / "rules.toml").write_text("undo_hours = 48", encoding="utf-8")
    assert load_rules(tmp_path / "rules.toml") == Rules(undo_hours=48, calendar=calendar)
    assert load_calendar(tmp_path / "none.toml") == load_calendar(None) == CountyCalendar()


def test_the_calendar_is_no_setting_of_rules_toml(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('calendar = "x"', encoding="utf-8")

    with pytest.raises(BadRules, match="calendar"):
        load_rules(tmp_path / "rules.toml")


def test_a_year_told_in_full_needs_no_table(tmp_path: Path) -> None:
    told = Rules(calendar=load(tmp_path, WHOLE))
    feast = Rules(calendar=load(tmp_path, '[rest]\n2027-08-14 = "民族节"'))

    assert covered(date(2026, 6, 1), RULES)
    assert not covered(date(2027, 6, 1), RULES)
    assert not covered(date(2027, 6, 1), feast)  # a feast of one's own is no schedule
    assert covered(date(2027, 6, 1), told)
    assert covered(date(2027, 6, 1), NO_HOLIDAYS)


def test_a_file_from_windows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "calendar.toml"
    path.write_bytes(
        '\ufeff[rest]\r\n2026-8-14 = "民族节"\r\n'.replace(
            "2026-8", '"2026年8月14日" = "x"\r\n2026-9'
        ).encode()
    )

    assert load_calendar(path).rest == ((date(2026, 8, 14), "x"), (date(2026, 9, 14), "民族节"))


CAMPAIGN = (
    '[[campaign]]\nname = "攻坚"\nfrom = 2026-09-01\nto = 2026-11-30\nweekdays = [1, 6]\n'
)
MARKET = '[[market]]\nplace = "永安村"\n'
WRONG = {
    "a date twice": ('[rest]\n2026-08-15 = "a"\n2026-08-16 = "b"\n2026-08-15 = "c"', 4, "第 2 行"),
    "a date twice, written otherwise": (
        '[rest]\n2026-08-15 = "a"\n"2026年8月15日" = "b"', 3, "第 2 行",
    ),
    "a date of rest and of work": ('[rest]\n2026-08-15 = "a"\n[work]\n2026-08-15 = "b"', 4, "两遍"),
    "a date within a span": ('[rest]\n"2026-08-14 至 2026-08-16" = "a"\n2026-08-15 = "b"', 3, "两遍"),
    "a date that is not there": ('[rest]\n2026-08-14 = "b"\n2026-02-30 = "a"', 3, "2026-02-30"),
    "a word for a date": ('[work]\n"中秋" = "a"', 2, "中秋"),
    "a year far away": ('[rest]\n3026-08-15 = "a"', 2, "3026"),
    "a span backwards": ('[rest]\n"2026-08-16 至 2026-08-14" = "a"', 2, "早于"),
    "a span of months": ('[rest]\n"2026-06-01 至 2026-08-30" = "a"', 2, "最多 31 天"),
    "a span of three": ('[rest]\n"2026-08-01 至 2026-08-02 至 2026-08-03" = "a"', 2, "几段"),
    "no name": ('[rest]\n2026-08-15 = ""', 2, "名称"),
    "a number for a name": ("[rest]\n2026-08-15 = 1", 2, "名称"),
    "a very long name": (f'[rest]\n2026-08-15 = "{"长" * 21}"', 2, "最多 20 个字"),
    "an unknown table": ('[rest]\n2026-08-15 = "a"\n[holiday]\n2026-08-16 = "b"', 3, "holiday"),
    "an unknown setting": ("workdays = [1]", 1, "workdays"),
    "a table in place of days": ("rest = 5", 1, "[rest]"),
    "years that are none": ('years = "2027"', 1, "years"),
    "no end": ('\n[[campaign]]\nname = "攻坚"\nfrom = 2026-09-01\nweekdays = [1]', 2, "结束"),
    "no beginning": ('[[campaign]]\nname = "攻坚"\nto = 2026-09-01\nweekdays = [1]', 1, "开始"),
    "an end before the beginning": (
        '[[campaign]]\nname = "攻坚"\nfrom = 2026-09-02\nto = 2026-09-01\nweekdays = [1]', 4, "早于",
    ),
    "a campaign of years": (CAMPAIGN.replace("2026-11-30", "2028-11-30"), 4, "超过一年"),
    "two campaigns at once": (CAMPAIGN + CAMPAIGN.replace("09-01", "11-30"), 8, "重叠"),
    "a campaign without weekdays": (CAMPAIGN.replace("weekdays = [1, 6]", ""), 1, "weekdays"),
    "a weekday that is none": (CAMPAIGN.replace("6]", "8]"), 5, "weekdays"),
    "a weekday twice": (CAMPAIGN.replace("6]", "1]"), 5, "不重复"),
    "an unknown key": (CAMPAIGN + "week = 1", 6, "week"),
    "a campaign with one bracket": (CAMPAIGN.replace("[[campaign]]", "[campaign]"), 1, "两层方括号"),
    "the second campaign": (CAMPAIGN + '[[campaign]]\nname = "二"\n', 6, "“二”没有写开始"),
    "a market on no day": (MARKET, 1, "哪天赶场"),
    "a market nowhere": ("[[market]]\nends_in = [3]", 1, "名称"),
    "a market on the 13th digit": (MARKET + "ends_in = [13]", 3, "ends_in"),
    "a market every day": (MARKET + "every = 1\nfrom = 2026-01-01", 3, "every"),
    "a market counted from nowhere": (MARKET + "every = 6", 3, "from"),
    "a market on a day that is none": (MARKET + 'dates = ["2026-02-30"]', 3, "2026-02-30"),
    "a Chinese quotation mark": ("[rest]\n2026-08-15 = “a”", 2, "英文"),
    "no TOML at all": ("今年放假三天", 1, "今年放假三天"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "named"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_by_its_line(
    tmp_path: Path, text: str, line: int, named: str
) -> None:
    with pytest.raises(BadCalendar) as why:
        load(tmp_path, text)

    assert f"第 {line} 行" in str(why.value)
    assert named in str(why.value)
    assert "\n" not in str(why.value)


def test_what_is_no_text_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "calendar.toml"
    path.write_bytes('[rest]\n2026-08-15 = "民族节"'.encode("gb18030"))
    with pytest.raises(BadCalendar, match="另存为 UTF-8"):
        load_calendar(path)
    with pytest.raises(BadCalendar, match="打不开"):
        load_calendar(tmp_path)


@given(st.text(max_size=200) | st.lists(st.sampled_from(WHOLE.splitlines())).map("\n".join))
def test_any_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("county") / "calendar.toml"
    path.write_text(text, encoding="utf-8", newline="")
    with contextlib.suppress(BadCalendar):
        found = load_calendar(path)
        assert not set(found.rest_names) & set(found.work_names)


@st.composite
def calendars(draw: st.DrawFn) -> CountyCalendar:
    """Any county's own days around November 2026."""
    days = draw(
        st.lists(st.dates(date(2026, 9, 1), date(2027, 2, 28)), unique=True, max_size=20)
    )
    cut = draw(st.integers(0, len(days)))
    campaign = Campaign(
        "攻坚", date(2026, 10, 1), draw(st.dates(date(2026, 10, 1), date(2027, 1, 31))),
        tuple(draw(st.lists(st.integers(1, 7), min_size=1, unique=True))),
    )  # fmt: skip
    return CountyCalendar(
        tuple((one, "放假") for one in days[:cut]), tuple((one, "上班") for one in days[cut:]),
        (campaign,) if draw(st.booleans()) else (),
    )  # fmt: skip


@given(calendars(), st.dates(date(2026, 9, 1), date(2027, 2, 28)))
def test_a_county_s_day_is_what_its_first_speaker_says(own: CountyCalendar, day: date) -> None:
    found = nature(day, Rules(calendar=own))

    assert is_workday(day, Rules(calendar=own)) == found.works
    if day in own.rest_names or day in own.work_names:
        assert found.works == (day in own.work_names)
    elif (official := nature(day, RULES)).why in {Why.HOLIDAY, Why.MAKE_UP}:
        assert found == official
    else:
        campaign = own.campaign_on(day)
        assert found.works == (
            day.isoweekday() in (campaign.weekdays if campaign else RULES.workdays)
        )
