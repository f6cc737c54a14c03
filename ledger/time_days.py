"""From a form and its parts to days: calendar arithmetic, and what an unsaid year or month means."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ledger.days import is_workday, week_of
from ledger.rules import Rules
from ledger.time_holidays import days_off, feast
from ledger.time_words import HAN, WEEKDAYS, Parts, count_of, number

Looks = Literal["back", "ahead"]
Kind = Literal["point", "range", "by", "after"]
DAY = timedelta(days=1)
LATEST_YEARS = 20  # 35年 is ahead, 98年 is long past
LATE, EARLY = 45, 180  # rule 1: so many days past, so many ahead, and it is another year's
RULES = Rules()
RELATIVE = {
    "大前": -3, "上前": -3, "向前": -3,
    "前": -2, "昨": -1, "今": 0, "当": 0, "刚": 0, "方": 0, "夜": -1, "明": 1, "后": 2, "大后": 3,
}  # fmt: skip
PAIRS = {
    "今明": (0, 1), "昨明": (-1, 1), "昨今": (-1, 0), "明后": (1, 2), "前昨": (-2, -1),
    "前两": (-2, -1),
}  # fmt: skip
THIRDS = {
    "头一天": (1, 1), "第一天": (1, 1),
    "初": (1, 10), "上旬": (1, 10), "中": (11, 20), "中旬": (11, 20), "下旬": (21, 31),
    "上中旬": (1, 20), "中下旬": (11, 31),
}  # fmt: skip
IN_DAYS = {
    "小时": 1 / 24, "钟头": 1 / 24, "h": 1 / 24, "分钟": 0.0, "周": 7, "星期": 7, "礼拜": 7,
    "个星期": 7, "个礼拜": 7, "个月": 30,
}  # fmt: skip


@dataclass(frozen=True)
class Days:
    """What a form names by itself, before 前, 内 or 后 is heard."""

    first: date
    last: date
    kind: Kind = "point"
    sure: bool = True


def _point(day: date, *, sure: bool = True) -> Days:
    return Days(day, day, "point", sure)


def _of(parts: Parts, name: str) -> int:
    value = number(parts[name])
    return -1 if value is None else value


def next_month(day: date, count: int = 1) -> date:
    """The first of the month so many months on."""
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def _last_of_month(first: date) -> date:
    return next_month(first) - DAY


def _year(parts: Parts, base: date) -> int | None:
    said = parts.get("y")
    if said is None:
        return None
    near = {"前": -2, "去": -1, "今": 0, "本": 0, "当": 0, "明": 1, "后": 2}
    if said in near:
        return base.year + near[said]
    year = number(said) if len(said) < 4 else int("".join(str(number(one)) for one in said))
    if len(said) > 2:
        return year
    century = 2000 if (year or 0) <= base.year % 100 + LATEST_YEARS else 1900
    return century + (year or 0)


def _guess_year(near: date, base: date, looks: Looks) -> int:
    """Rule 1: a day without its year."""
    if looks == "ahead" and (base - near).days > LATE:
        return near.year + 1
    if looks == "back" and (near - base).days > EARLY:
        return near.year - 1
    return near.year


def _month(parts: Parts, base: date) -> date | None:
    """The first of a month said by 上个, 下 or 本."""
    word = parts.get("mr")
    if word is None:
        return None
    return next_month(base, _steps(word))


def _steps(word: str) -> int:
    """上 -1, 下下 2, 大上 -2."""
    steps = word.count("下") - word.count("上")
    return 2 * steps if word[0] == "大" else steps


def _date(parts: Parts, base: date, looks: Looks) -> Days:
    day = _of(parts, "d")
    if month := _month(parts, base):
        return _point(month.replace(day=day))
    year, number_of_month = _year(parts, base), _of(parts, "m")
    if year is None:  # 29 February may be of another year
        year = _guess_year(date(base.year, number_of_month, min(day, 28)), base, looks)
    lunar = "sign" not in parts and parts["m"][0] in HAN and parts["d"][0] in HAN  # 三月三
    return _point(date(year, number_of_month, day), sure=not lunar)


def _day(parts: Parts, base: date, looks: Looks) -> Days:
    day, month = _of(parts, "d"), base.replace(day=1)
    if looks == "ahead" and day < base.day:
        month = next_month(base)
    if looks == "back" and day > base.day:
        month = next_month(base, -1)
    return _point(month.replace(day=day))


def _several(parts: Parts, base: date, looks: Looks) -> Days:
    if "m" in parts or "mr" in parts:
        until = _date({**parts, "d": parts["d2"]}, base, looks)
        return Days(_date(parts, base, looks).first, until.last, "range")
    last = _day({"d": parts["d2"]}, base, looks).last
    first = _of(parts, "d")
    month = last if first <= last.day else next_month(last, -1)
    return Days(month.replace(day=first), last, "range")


def _month_part(parts: Parts, base: date, looks: Looks) -> Days:
    part = parts.get("mpart", "")
    first = _month(parts, base)
    if first is None and "m" in parts:
        first = _said_month(parts, base, looks, ended=part in {"底", "末"})
    if first is not None:
        return _third(first, part)
    found = _third(base.replace(day=1), part)
    if looks == "ahead" and found.last < base:
        return _third(next_month(base), part)
    if looks == "back" and found.first > base and found.kind == "range":
        return _third(next_month(base, -1), part)
    return found


def _said_month(parts: Parts, base: date, looks: Looks, *, ended: bool) -> date:
    year, month = _year(parts, base), _of(parts, "m")
    if year is not None:
        return date(year, month, 1)
    last = _last_of_month(date(base.year, month, 1))
    if ended and looks == "ahead" and last < base:  # a deadline that has ended is next year's
        return date(base.year + 1, month, 1)
    near = last if looks == "ahead" else last.replace(day=1)
    return date(_guess_year(near, base, looks), month, 1)


def _third(first: date, part: str) -> Days:
    end = _last_of_month(first)
    if part in {"底", "末"} or part.endswith("最后一天"):
        return Days(end, end, "by")
    if part in THIRDS:
        start, stop = THIRDS[part]
        return Days(
            first.replace(day=start), min(end, first + timedelta(days=stop - 1)), "range"
        )
    return Days(first, end, "range")


def _months(first: date, count: int, part: str) -> Days:
    """So many months from that one on; their end is a deadline."""
    end = next_month(first, count) - DAY
    if part in {"底", "末", "终"}:
        return Days(end, end, "by")
    return Days(first, _last_of_month(first) if part else end, "range")


def _quarter(parts: Parts, base: date, looks: Looks) -> Days:
    part, year = parts.get("qpart", ""), _year(parts, base)
    this = date(base.year, (base.month - 1) // 3 * 3 + 1, 1)
    if "q" not in parts:
        shift = {"上": -3, "下": 3}.get(parts.get("qr", ""), 0)
        return _months(next_month(this, shift), 3, part)
    first = date(year or base.year, _of(parts, "q") * 3 - 2, 1)
    return _in_year(first, 3, part, base, looks, said=year is not None)


def _half(parts: Parts, base: date, looks: Looks) -> Days:
    year = _year(parts, base)
    first = date(year or base.year, 1 if parts["hy"] == "上" else 7, 1)
    return _in_year(first, 6, parts.get("qpart", ""), base, looks, said=year is not None)


def _in_year(
    first: date, count: int, part: str, base: date, looks: Looks, *, said: bool
) -> Days:
    found = _months(first, count, part)
    if not said and looks == "ahead" and found.last < base:
        return _months(next_month(first, 12), count, part)
    if not said and looks == "back" and found.first > base and found.kind == "range":
        return _months(next_month(first, -12), count, part)
    return found


def _whole_year(parts: Parts, base: date, looks: Looks) -> Days:
    part = parts.get("ypart") or parts.get("ypart2") or parts.get("ypart3") or ""
    year = _year(parts, base)
    return _months(date(base.year if year is None else year, 1, 1), 12, part)


def _weekday(parts: Parts, base: date, looks: Looks) -> Days:
    which = parts.get("which")
    monday = week_of(base)[0] + timedelta(days=7 * _steps(which or "本"))
    said = parts.get("wd")
    if said is None:
        return Days(monday, monday + 6 * DAY, "range")
    place = 5 if said == "末" else weekday_number(said)
    first = monday + place * DAY
    until = parts.get("wd2")
    days = weekday_number(until) - place if until else int(said == "末")
    last = first + days * DAY
    if which is None and looks == "ahead" and (first if until else last) < base:
        first, last = first + 7 * DAY, last + 7 * DAY
    if which is None and looks == "back" and (last if until else first) > base:
        first, last = first - 7 * DAY, last - 7 * DAY
    return Days(first, last, "range" if days else "point", which is not None)


def weekday_number(said: str) -> int:
    """0 for Monday, 6 for Sunday: 一, 日, 天, 7."""
    if said in "日天7":
        return 6
    return WEEKDAYS.index(said) if said in WEEKDAYS else int(said) - 1


def _relative(parts: Parts, base: date, looks: Looks) -> Days:
    word = parts["rel"]
    key = word[:2] if word[0] in "大上向" else word[0]
    return _point(base + timedelta(days=RELATIVE[key]))


def _beside(parts: Parts, base: date, looks: Looks) -> Days:
    """次日 and 头天, from the day told of before."""
    return _point(base + (-DAY if parts["rel"][0] in "头前" else DAY), sure=False)


def _pair(parts: Parts, base: date, looks: Looks) -> Days:
    word = parts.get("pair") or parts["pair2"]
    if word == "这两":
        first, last = (-1, 0) if looks == "back" else (0, 1)
    else:
        first, last = PAIRS[word]
    return Days(base + first * DAY, base + last * DAY, "range", word not in {"前两", "这两"})


def _lately(parts: Parts, base: date, looks: Looks) -> Days:
    """近三天 ends today; 这三天 begins today when it looks ahead; 前三天 is over."""
    length = int(count_of(parts["n"])[0] * IN_DAYS.get(parts["unit"], 1))
    when = parts["when"]
    if when == "未来":
        return Days(base + DAY, base + length * DAY, "range")
    if when == "这" and looks == "ahead":
        return Days(base, base + (length - 1) * DAY, "range", False)
    end = base - DAY if when in {"前", "头"} else base
    return Days(end - (length - 1) * DAY, end, "range", when not in {"前", "头", "这"})


def _once(parts: Parts, base: date, looks: Looks) -> Days:
    return Days(base, base, "by")


def _today(parts: Parts, base: date, looks: Looks) -> Days:
    return Days(base, base, "by" if looks == "ahead" else "point")


def _clock_only(parts: Parts, base: date, looks: Looks) -> Days:
    return _point(base)


def holiday(parts: Parts, base: date, looks: Looks, *, after: bool = False) -> Days | None:
    """A holiday's days off: the coming one's, or the last one's looking back.

    后 may mean the one just over: 清明假后, said two days later.
    """
    name = parts.get("holiday", "过年").replace("国际", "")
    name = "五一" if name == "五一劳动节" else name
    said = _year(parts, base)
    over = base - timedelta(days=LATE) if after else base
    for year in (said,) if said else _years(base, looks):
        found = days_off(name, year)
        if found and (said or (found[1] >= over if looks == "ahead" else found[0] <= base)):
            sure = found[2] and name != "过年"
            if parts.get("off") in {"当天", "那天"} and (day := feast(name, year)):
                return _point(day)
            return Days(found[0], found[1], "range", sure)
    return None


def _years(base: date, looks: Looks) -> tuple[int, ...]:
    step = 1 if looks == "ahead" else -1
    return base.year, base.year + step, base.year + 2 * step


Resolver = Callable[[Parts, date, Looks], Days | None]
RESOLVERS: dict[str, Resolver] = {
    "ymd": _date, "date": _date, "md": _date, "compact": _date, "month": _month_part, "quarter": _quarter,
    "half": _half, "year": _whole_year, "days": _several, "day": _day, "week": _weekday,
    "relative": _relative, "beside": _beside, "today": _today, "pair": _pair, "last": _lately,
    "holiday": holiday, "newyear": holiday, "once": _once, "work": _once, "clock": _clock_only,
}  # fmt: skip


def counted(parts: Parts, base: date, *, back: bool) -> tuple[date, bool]:
    """The day so many days, weeks, months or working days from base, and whether it is exact."""
    step, unit = (-1 if back else 1), parts.get("unit", "")
    count, exact = count_of(parts["n"])
    count += 0.5 if "half" in parts else 0
    if unit in {"月", "年"}:
        months = count * (12 if unit == "年" else 1)
        return _months_on(base, months, step), exact and not back
    return base + step * timedelta(days=int(count * IN_DAYS.get(unit, 1) + 1e-9)), exact


def _months_on(base: date, count: float, step: int) -> date:
    whole, half = int(count), count % 1
    first = next_month(base, step * whole)
    day = first.replace(day=min(base.day, _last_of_month(first).day))
    return day + step * timedelta(days=15 if half else 0)


def workdays_on(base: date, count: int) -> date:
    """The day after so many working days, the base day not counted (rule 5)."""
    day, left = base, min(count, 2000)
    while left > 0:
        day += DAY
        left -= is_workday(day, RULES)
    return day
