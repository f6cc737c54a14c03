"""DUTIES: every cadence of the sources as a row. Who owes what, how often, what settles it,
when one line of the day's merged reminder speaks of it.

Nothing here punishes: a duty is reminded of at most once a period and day, and not at all on
leave, on rest days, in quiet hours, or once it is done. `remind` counts working days before
the period's last working day, below 0 from its first one (-1); () means that nobody is reminded,
it is only shown (职责).
Duties without bearers are compiled by the program from what is recorded: they ask nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ledger.days import DAY, is_workday, week_of
from ledger.roles import ON_TEAM, Role
from ledger.rules import Rules

LOOK = 120  # days from a period's ends within which any reminder lies
LEADER = frozenset({Role.LEADER})
TOWNSHIP = frozenset({Role.TOWNSHIP})
COUNTY = frozenset({Role.COUNTY})
NOBODY: frozenset[Role] = frozenset()


class Every(StrEnum):
    """How often: the period within which a duty is owed."""

    DAY = "日"
    WEEK = "周"
    TEN_DAYS = "旬"
    MONTH = "月"
    QUARTER = "季"
    HALF_YEAR = "半年"
    YEAR = "年"


class Per(StrEnum):
    """Once for whom: the bearer himself, or for each place he answers for."""

    SELF = ""
    TOWNSHIP = "乡镇"
    VILLAGE = "村"


@dataclass(frozen=True)
class Duty:
    """One row. `settled` names the fact that settles it; `told`: a line 「办完 …」 does."""

    key: str
    name: str
    bearers: frozenset[Role]
    every: Every
    settled: str
    sources: tuple[str, ...]
    times: int = 1
    remind: tuple[int, ...] = ()
    per: Per = Per.SELF
    how: str = ""  # what to send, as an example

    @property
    def told(self) -> bool:
        """Whether a person's own line settles it."""
        return self.settled == "told"


def _told(
    key: str, name: str, bearers: frozenset[Role], every: Every, *sources: str,
    times: int = 1, remind: tuple[int, ...] = (), per: Per = Per.SELF,
) -> Duty:  # fmt: skip
    example = f"办完 {name}" + f" {per}名" * bool(per)
    return Duty(key, name, bearers, every, "told", sources, times, remind, per, example)


def _compiled(key: str, name: str, every: Every, *sources: str) -> Duty:
    return Duty(key, name, NOBODY, every, "compiled", sources)


DUTIES: tuple[Duty, ...] = (
    # the member's own
    Duty(
        "study",
        "学习登记",
        ON_TEAM,
        Every.DAY,
        "study",
        ("S000-83",),
        remind=(0,),
        how="学习 60 中央一号文件",
    ),
    Duty(
        "exchange",
        "交流学习",
        ON_TEAM,
        Every.DAY,
        "exchange",
        ("S000-83",),
        how="学习 30 交流 防返贫监测",
    ),
    _told("test", "每月测试", ON_TEAM, Every.MONTH, "S000-83", "S004-14"),
    _told("good_deed", "办实事", ON_TEAM, Every.YEAR, "S000-46", "S000-75", remind=(20,)),
    _told("training", "轮训", ON_TEAM, Every.YEAR, "S000-82", "S004-15"),
    Duty(
        "insurance", "意外伤害保险", ON_TEAM, Every.YEAR, "insured", ("S000-85",), remind=(20,)
    ),
    Duty("checkup", "健康体检", ON_TEAM, Every.YEAR, "checkup", ("S000-85",), remind=(20,)),
    Duty(
        "days", "驻村天数", ON_TEAM, Every.MONTH, "days", ("S000-78",), remind=(10,), how="天数"
    ),
    Duty("issue", "问题到期", ON_TEAM, Every.DAY, "issue", ("S000-10", "S000-13", "S000-40")),
    # the leader's
    Duty(
        "coverage",
        "农户走访",
        LEADER,
        Every.QUARTER,
        "visits",
        ("S000-04", "S000-42"),
        remind=(10,),
        how="走访 张大山家 一切正常",
    ),
    Duty(
        "team_days",
        "本队驻村天数",
        LEADER,
        Every.MONTH,
        "days",
        ("S000-49", "S000-78"),
        remind=(5,),
        how="天数",
    ),
    Duty(
        "week",
        "本周在岗确认",
        LEADER,
        Every.WEEK,
        "week",
        ("S000-45", "S000-47"),
        remind=(0,),
        how="本周都在",
    ),
    _told("team_meeting", "周例会", LEADER, Every.WEEK, "S002-02"),
    _told("unit_head", "派出单位负责同志到村", LEADER, Every.YEAR, "S004-05", remind=(40,)),
    Duty(
        "issue_late",
        "问题超期",
        frozenset({Role.LEADER, Role.TOWNSHIP, Role.COUNTY}),
        Every.DAY,
        "issue",
        ("S000-17", "S000-56"),
    ),
    # the township's
    _told("leaders_meeting", "工作队长例会", TOWNSHIP, Every.MONTH, "S000-77", remind=(3,)),
    Duty(
        "data_cut",
        "数据签认",
        TOWNSHIP,
        Every.HALF_YEAR,
        "signed",
        ("S004-25",),
        remind=(-1, -6),
        how="数据截止",
    ),
    # the county's, and what county leaders and units owe, kept by the county's staff
    _told("dispatch", "月调度", COUNTY, Every.MONTH, "S000-88", remind=(3,)),
    _told(
        "county_meeting",
        "推进会",
        COUNTY,
        Every.QUARTER,
        "S000-71",
        remind=(10,),
        per=Per.TOWNSHIP,
    ),
    _told(
        "county_visit",
        "县级领导调研",
        COUNTY,
        Every.MONTH,
        "S000-72",
        remind=(3,),
        per=Per.TOWNSHIP,
    ),
    _told("county_round", "县级领导遍访", COUNTY, Every.YEAR, "S000-72", per=Per.VILLAGE),
    _told("county_night", "县级领导驻村一晚", COUNTY, Every.WEEK, "S001-02", per=Per.TOWNSHIP),
    _told(
        "lead_unit",
        "组长单位协调会",
        COUNTY,
        Every.HALF_YEAR,
        "S000-73",
        remind=(20,),
        per=Per.TOWNSHIP,
    ),
    _told("party_group", "单位研究帮扶工作", COUNTY, Every.YEAR, "S000-74", times=4),
    _told("unit_letter", "驻村天数函", COUNTY, Every.MONTH, "S000-49"),
    Duty(
        "spotcheck", "抽查", COUNTY, Every.MONTH, "draw", ("S000-87", "S004-20"), how="抽查 5"
    ),
    # compiled: nobody is asked
    _compiled("daily", "日报", Every.DAY, "S000-88", "S001-01"),
    _compiled("weekly", "周报", Every.WEEK, "S000-53", "S000-88"),
    _compiled("bulletin", "旬通报", Every.TEN_DAYS, "S000-53"),
    _compiled("monthly", "月度情况", Every.MONTH, "S000-53", "S000-87"),
    _compiled("burden", "负担月报", Every.MONTH, "S004-19", "S004-20"),
    _compiled("year_summary", "个人年度小结", Every.YEAR, "S000-86", "S004-27"),
)
BY_KEY = {one.key: one for one in DUTIES}


@dataclass(frozen=True)
class Term:
    """One period in which a duty is owed: its key, its first and last day."""

    key: str
    first: date
    last: date


def term_of(every: Every, day: date) -> Term:
    """The period the day belongs to."""
    if every is Every.DAY:
        return Term(day.isoformat(), day, day)
    if every is Every.WEEK:
        year, week, _ = day.isocalendar()
        return Term(f"{year}-W{week:02}", *week_of(day))
    if every is Every.TEN_DAYS:
        return _ten_days(day)
    months = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}[every]
    return _months(day, months)


def _ten_days(day: date) -> Term:
    third = min((day.day - 1) // 10, 2)
    first = day.replace(day=third * 10 + 1)
    last = first + 9 * DAY if third < 2 else _months(day, 1).last
    return Term(f"{day:%Y-%m}-{third + 1}", first, last)


def _months(day: date, length: int) -> Term:
    number = (day.month - 1) // length
    first = date(day.year, number * length + 1, 1)
    after = (first + timedelta(days=31 * length)).replace(day=1)
    letter = {1: f"-{day.month:02}", 3: f"-Q{number + 1}", 6: f"-H{number + 1}", 12: ""}[length]
    return Term(f"{day.year}{letter}", first, after - DAY)


def reminded_on(duty: Duty, term: Term, rules: Rules) -> Iterator[date]:
    """The days on which the reminder speaks of it: working days before the period's last one."""
    span = min((term.last - term.first).days, LOOK)
    from_end = (term.last - DAY * count for count in range(span + 1))
    from_start = (term.first + DAY * count for count in range(span + 1))
    last = [one for one in from_end if is_workday(one, rules)]
    first = [one for one in from_start if is_workday(one, rules)]
    for before in duty.remind:
        days, index = (last, before) if before >= 0 else (first, -before - 1)
        if index < len(days):
            yield days[index]


def named(text: str) -> Duty | None:
    """The duty that the words after 办完 begin with; of two names that fit, the longer."""
    found = [one for one in DUTIES if one.told and text.startswith(one.name)]
    return max(found, key=lambda one: len(one.name), default=None)
