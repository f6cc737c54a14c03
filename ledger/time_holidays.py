"""The days off of a statutory holiday: by the State Council's table, else computed and unsure."""

from datetime import date, timedelta
from functools import cache

NAMES = {
    "元旦": "New Year's Day", "春节": "Spring Festival", "过年": "Spring Festival",
    "清明": "Tomb-sweeping Day", "五一": "Labour Day", "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival", "中秋": "Mid-autumn Festival", "国庆": "National Day",
    "十一": "National Day",
}  # fmt: skip
FIXED = {"New Year's Day": (1, 1, 1), "Labour Day": (5, 1, 2), "National Day": (10, 1, 3)}
# month, day of the lunar festivals after the table ends: 春节, 端午, 中秋
LUNAR = {
    2027: ((2, 6), (6, 9), (9, 15)), 2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)), 2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)), 2032: ((2, 11), (6, 12), (9, 19)),
}  # fmt: skip
LUNAR_NAMES = ("Spring Festival", "Dragon Boat Festival", "Mid-autumn Festival")


def days_off(name: str, year: int) -> tuple[date, date, bool] | None:
    """First and last day off and whether the table says so; None when it cannot be known."""
    english = NAMES[name]
    known = _table().get((english, year))
    if known:
        return *known, True
    if english in LUNAR_NAMES and year not in LUNAR:
        return None
    first, length = _computed(english, year)
    return first, first + timedelta(days=length - 1), False


def feast(name: str, year: int) -> date | None:
    """The feast itself, for those with a fixed date: 五一当天."""
    fixed = FIXED.get(NAMES[name])
    return date(year, fixed[0], fixed[1]) if fixed else None


def _computed(name: str, year: int) -> tuple[date, int]:
    if name in FIXED:
        month, day, length = FIXED[name]
        return date(year, month, day), length
    if name not in LUNAR_NAMES:  # 清明: the sun's, 4 or 5 April in this century
        return date(year, 4, int((year % 100) * 0.2422 + 4.81) - (year % 100) // 4), 1
    place = LUNAR_NAMES.index(name)
    month, day = LUNAR[year][place]
    if place == 0:  # 除夕 is a day off too
        return date(year, month, day) - timedelta(days=1), 4
    return date(year, month, day), 1


@cache
def _table() -> dict[tuple[str, int], tuple[date, date]]:
    """Every holiday of the library: its first and last day off, by English name and year."""
    import chinese_calendar

    found: dict[tuple[str, int], tuple[date, date]] = {}
    for day, name in sorted(chinese_calendar.holidays.items()):
        key = (str(name), day.year + (name == "New Year's Day" and day.month == 12))
        first, _ = found.get(key, (day, day))
        found[key] = (first, day)
    return found
