"""The county's own days (本县的日历): rest and work days, campaigns, market days.

Read from COUNTY_DIR/calendar.toml. Anything doubtful is an error that names the line; nothing
of a file with an error counts.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from ledger.errors import ForOperator

DATE = re.compile(r"(\d{4})[-年/](\d{1,2})[-月/](\d{1,2})日?")
BETWEEN = re.compile(r"\s*(?:至|到|~|—|－)\s*")
HEAD = re.compile(r"\s*(\[\[?)\s*[\"']?([^\"'\]\s]+)")
KEY = re.compile(r"\s*[\"']?([^\"'=\[\]]+?)[\"']?\s*=")
YEARS = range(2000, 2101)
LONGEST_REST = 31  # days in one line
LONGEST_CAMPAIGN = 366  # days; a longer one is no campaign but the county's week
LONGEST_NAME = 20
TABLES = ("rest", "work", "campaign", "market")
CAMPAIGN = ("name", "from", "to", "weekdays")
MARKET = ("place", "ends_in", "weekdays", "every", "from", "dates")

Named = tuple[tuple[date, str], ...]
Where = tuple[
    str, int, str
]  # the table, the how-manieth of its name, the key ('' for its head)


class BadCalendar(ForOperator):
    """A county's calendar.toml says something we cannot follow."""


@dataclass(frozen=True)
class Campaign:
    """A period with a working week of its own (S000-39); both days included, ISO weekdays."""

    name: str
    first: date
    last: date
    weekdays: tuple[int, ...]


@dataclass(frozen=True)
class Market:
    """Market days (赶场日) of some villages or townships; nobody rests because of them."""

    places: tuple[str, ...]
    ends_in: tuple[int, ...] = ()  # last digits of the solar day: 逢三逢八
    weekdays: tuple[int, ...] = ()
    every: int = 0  # days from one market to the next, counted from `first`
    first: date | None = None
    dates: tuple[date, ...] = ()  # where nothing else fits: by the lunar month

    def falls_on(self, day: date) -> bool:
        """Whether there is a market that day."""
        if day.day % 10 in self.ends_in or day.isoweekday() in self.weekdays:
            return True
        if self.first and self.every and day >= self.first:
            return (day - self.first).days % self.every == 0
        return day in self.dates


@dataclass(frozen=True)
class CountyCalendar:
    """What a county's file says; an empty one changes nothing."""

    rest: Named = ()
    work: Named = ()
    campaigns: tuple[Campaign, ...] = ()
    markets: tuple[Market, ...] = ()
    years: tuple[int, ...] = ()  # years whose holidays and make-up days all stand in the file

    @cached_property
    def rest_names(self) -> dict[date, str]:
        """The county's rest days by date."""
        return dict(self.rest)

    @cached_property
    def work_names(self) -> dict[date, str]:
        """The county's extra working days by date."""
        return dict(self.work)

    def campaign_on(self, day: date) -> Campaign | None:
        """The campaign that runs that day; there is at most one."""
        return next((one for one in self.campaigns if one.first <= day <= one.last), None)

    def market_on(self, day: date, places: Iterable[str]) -> bool:
        """Whether one of these places has its market that day."""
        known = set(places)
        return any(known & set(one.places) and one.falls_on(day) for one in self.markets)


def load_calendar(path: Path | None) -> CountyCalendar:
    """The county's calendar; empty without a file, `BadCalendar` names what is wrong and where."""
    if path is None or not path.exists():
        return CountyCalendar()
    text = _text(path)
    return _Reader(path, text, _tables(path, text)).read()


def _text(path: Path) -> str:
    """The file, with or without the mark that Windows puts before a text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadCalendar(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8。") from error
    except OSError as error:
        raise BadCalendar(
            f"{path}: 打不开，请看这是不是一个文件、有没有读它的权限。"
        ) from error


def _tables(path: Path, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadCalendar(f"{path}: {_wrong_line(text, str(error))}") from error


def _wrong_line(text: str, error: str) -> str:
    """Which line cannot be read: the second of two with the same key, or where reading stopped."""
    seen: dict[Where, int] = {}
    for where, number in _places(text):
        if where in seen and where[2]:
            return (
                f"第 {number} 行：{where[2]} 写了两遍（第 {seen[where]} 行已经有），请留一行。"
            )
        seen[where] = number
    lines = text.splitlines() or [""]
    place = re.search(r"line (\d+)", error)
    number = min(int(place[1]), len(lines)) if place else len(lines)
    return f"第 {number} 行写得不对：{lines[number - 1].strip()}（引号、方括号要用英文的）"


def _places(text: str) -> Iterator[tuple[Where, int]]:
    """Where each table and each key of the file stands."""
    counts: dict[str, int] = {}
    table, index = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if head := HEAD.match(line):
            table = head[2]
            index = counts.get(table, 0) if head[1] == "[[" else 0
            counts[table] = index + 1
            yield (table, index, ""), number
        elif key := KEY.match(line):
            yield (table, index, key[1].strip()), number


@dataclass
class _Reader:
    """Reads one file; every refusal carries its line."""

    path: Path
    text: str
    tables: Mapping[str, object]
    taken: dict[date, int] = field(default_factory=dict)

    def read(self) -> CountyCalendar:
        """All of it, or nothing."""
        for name in self.tables:
            if name not in (*TABLES, "years"):
                at = ("", 0, name) if not self._is_table(name) else (name, 0, "")
                raise self._wrong(
                    at, f"不认识的一项 {name}，可用的有 {'、'.join(TABLES)}、years。"
                )
        return CountyCalendar(
            self._days("rest"), self._days("work"), self._campaigns(),
            tuple(self._market(*one) for one in self._rows("market", MARKET)), self._years(),
        )  # fmt: skip

    def _is_table(self, name: str) -> bool:
        return isinstance(self.tables[name], dict | list)

    @cached_property
    def _lines(self) -> dict[Where, int]:
        return dict(reversed(list(_places(self.text))))

    def _line(self, at: Where) -> int:
        return self._lines.get(at) or self._lines.get((at[0], at[1], ""), 1)

    def _wrong(self, at: Where, what: str) -> BadCalendar:
        return BadCalendar(f"{self.path}: 第 {self._line(at)} 行：{what}")

    # days
    def _days(self, table: str) -> Named:
        given = self.tables.get(table, {})
        if not isinstance(given, dict):
            raise self._wrong(
                (table, 0, ""), f'[{table}] 下面要写成 2026-08-15 = "名称" 的样子。'
            )
            return ()
        return tuple(
            one for key, name in given.items() for one in self._line_of(table, key, name)
        )

    def _line_of(self, table: str, key: str, name: object) -> list[tuple[date, str]]:
        """One line's days with their name; a day that was named before is refused."""
        at = (table, 0, key)
        parts = BETWEEN.split(key)
        first, last = self._date(at, parts[0]), self._date(at, parts[-1])
        if len(parts) > 2 or last < first:
            raise self._wrong(at, f"{key}：结束的日子早于开始的日子，或写了几段。一行写一段。")
        if (last - first).days >= LONGEST_REST:
            raise self._wrong(at, f"{key}：一行最多 {LONGEST_REST} 天。")
        words = self._name(at, name)
        found = [first + timedelta(days=count) for count in range((last - first).days + 1)]
        for day in found:
            self._take(at, day)
        return [(day, words) for day in found]

    def _take(self, at: Where, day: date) -> None:
        if day in self.taken:
            raise self._wrong(
                at, f"{day} 写了两遍（第 {self.taken[day]} 行已经有），请留一行。"
            )
        self.taken[day] = self._line(at)

    def _years(self) -> tuple[int, ...]:
        given = self.tables.get("years", [])
        sound = isinstance(given, list) and all(
            type(one) is int and one in YEARS for one in given
        )
        if not sound:
            raise self._wrong(("", 0, "years"), "years 要写成 [2027] 的样子。")
        return tuple(given) if isinstance(given, list) else ()

    # campaigns and markets
    def _rows(
        self, table: str, known: tuple[str, ...]
    ) -> list[tuple[tuple[str, int], dict[str, object]]]:
        given = self.tables.get(table, [])
        found = [one for one in _list(given) if isinstance(one, dict)]
        if not isinstance(given, list) or len(found) < len(given):
            raise self._wrong((table, 0, ""), f"每一项上面要写 [[{table}]]（两层方括号）。")
        rows = [((table, index), one) for index, one in enumerate(found)]
        for (name, index), row in rows:
            for key in row:
                if key not in known:
                    words = "、".join(known)
                    raise self._wrong(
                        (name, index, key), f"不认识的一项 {key}，可用的有 {words}。"
                    )
        return rows

    def _campaigns(self) -> tuple[Campaign, ...]:
        found: list[Campaign] = []
        for at, row in self._rows("campaign", CAMPAIGN):
            made = self._campaign(at, row)
            for other in found:
                if made.first <= other.last and made.last >= other.first:
                    raise self._wrong(
                        (*at, "from"), f"和“{other.name}”的日子重叠，同一天只能有一项。"
                    )
            found.append(made)
        return tuple(found)

    def _campaign(self, at: tuple[str, int], row: dict[str, object]) -> Campaign:
        name = self._name((*at, "name"), row.get("name"))
        for key in ("from", "to"):
            if key not in row:
                word = "开始" if key == "from" else "结束"
                raise self._wrong(
                    (*at, ""), f"“{name}”没有写{word}的日子（{key} = 2026-11-30）。"
                )
        first = self._date((*at, "from"), row["from"])
        last = self._date((*at, "to"), row["to"])
        if last < first:
            raise self._wrong((*at, "to"), f"“{name}”结束的日子早于开始的日子。")
        if (last - first).days >= LONGEST_CAMPAIGN:
            raise self._wrong((*at, "to"), f"“{name}”超过一年。到期还要办的，到时再写一项。")
        return Campaign(name, first, last, self._numbers((*at, "weekdays"), row, 1, 7))

    def _market(self, at: tuple[str, int], row: dict[str, object]) -> Market:
        given = row.get("place")
        places = given if isinstance(given, list) and given else [given]
        names = tuple(self._name((*at, "place"), one) for one in places)
        if not {"ends_in", "weekdays", "every", "dates"} & set(row):
            raise self._wrong(
                (*at, ""), "没有写哪天赶场：ends_in、weekdays、every、dates 写一样。"
            )
        digits = self._numbers((*at, "ends_in"), row, 0, 10) if "ends_in" in row else ()
        weekdays = self._numbers((*at, "weekdays"), row, 1, 7) if "weekdays" in row else ()
        every, first = self._cycle(at, row)
        dates = tuple(self._date((*at, "dates"), one) for one in _list(row.get("dates", [])))
        return Market(names, tuple(one % 10 for one in digits), weekdays, every, first, dates)

    def _cycle(
        self, at: tuple[str, int], row: dict[str, object]
    ) -> tuple[int, date | None]:  # fmt: skip
        """Every so many days from a day on (六天一场，逢子逢午)."""
        if "every" not in row and "from" not in row:
            return 0, None
        every = row.get("every")
        if type(every) is not int or not 2 <= every <= 60:
            raise self._wrong((*at, "every"), "every 是几天一场，要写 2 到 60 之间的整数。")
        if "from" not in row:
            raise self._wrong(
                (*at, "every"), "写了 every，还要写从哪一场数起（from = 2026-01-04）。"
            )
        return int(str(every)), self._date((*at, "from"), row["from"])

    # values
    def _date(self, at: Where, value: object) -> date:
        if type(value) is date and value.year in YEARS:
            return value
        match = DATE.fullmatch(value) if isinstance(value, str) else None
        try:
            found = date(*(int(one) for one in match.groups())) if match else None
        except ValueError:
            found = None
        if found is None or found.year not in YEARS:
            shown = value.isoformat() if isinstance(value, date | datetime) else value
            raise self._wrong(at, f"日历上没有“{shown}”这一天，要写成 2026-08-15 的样子。")
        return found or date.min

    def _name(self, at: Where, value: object) -> str:
        words = " ".join(value.split()) if isinstance(value, str) else ""
        if not words or len(words) > LONGEST_NAME:
            raise self._wrong(
                at, f"{at[2] or at[0]} 要写一个名称，加英文引号，最多 {LONGEST_NAME} 个字。"
            )
        return words

    def _numbers(
        self, at: Where, row: dict[str, object], low: int, high: int
    ) -> tuple[int, ...]:
        given = _list(row.get(at[2]))
        sound = all(type(one) is int and low <= one <= high for one in given)
        if not given or not sound or len(set(given)) < len(given):
            raise self._wrong(
                at, f"{at[2]} 要写成 [1, 2, 3] 的样子，每个数在 {low} 到 {high} 之间，不重复。"
            )
        return tuple(int(str(one)) for one in given)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
