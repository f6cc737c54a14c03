"""Every number a county may change, each with the row of the sources behind it.

A county writes only what differs into `rules.toml`; an unknown name there is an error.
"""

import tomllib
from dataclasses import dataclass, fields, replace
from datetime import time
from pathlib import Path
from typing import Any

from ledger.errors import ForOperator


class BadRules(ForOperator):
    """A county's rules.toml says something we cannot follow."""


LIMITS = {  # what is not named here: any whole number from 0
    "workdays": (1, 7),
    "weekly_day": (1, 7),
    "reminder_window": (1, 600),
    "check_window": (1, 600),
    "check_remind_share": (1, 99),
    "talk_hours": (1, 48),
    "invite_hours": (1, 8760),
    "chat_line_limit": (1, 100_000),
}


@dataclass(frozen=True)
class Rules:
    """One county's numbers. Times are Asia/Shanghai, weekdays ISO (1 = Monday)."""

    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)  # S000-39: a campaign may work six days
    statutory_holidays: bool = True  # 法定节假日与调休 from the calendar library
    quiet_from: time = time(20, 0)  # chat-ux §7: nothing unasked at night
    quiet_until: time = time(8, 0)
    noon_from: time = time(12, 0)  # and nothing unasked over the midday rest
    noon_until: time = time(14, 0)
    study_reminder: bool = True  # S000-83, gentle, only to those who owe
    reminder_at: time = time(17, 40)  # one merged reminder a person a day
    reminder_window: int = 20  # minutes over which reminders are spread
    daily_at: time = time(18, 40)  # S000-88 日调度
    weekly_at: time = time(17, 10)  # S000-53 周报告
    weekly_day: int = 5
    issue_before_days: tuple[int, ...] = (3, 1)  # before the deadline, ours
    at_once_days: int = 3  # S000-13 立行立改
    general_days: int = 30  # S000-13 一般问题
    complex_days: int = 90  # S000-13 复杂问题
    undo_hours: int = 24  # chat-ux §6
    talk_hours: int = 2  # a guided talk left alone is put away
    invite_hours: int = 72  # security §2
    tries_an_hour: int = 5  # invite codes an unknown account may try
    backfill_days: int = 30  # how far back a day may be reported
    check_from: time = time(8, 30)  # spot checks only in working time
    check_until: time = time(17, 30)
    check_window: int = 120  # minutes to answer, domain §9
    check_later: int = 60  # 无信号，稍后 stretches the window
    check_remind_share: int = 80  # per cent of the window before the one reminder
    checks_a_week: int = 2  # drawn by the timetable itself, 0 switches it off (S000-87)
    checks_a_month: int = 1  # cap per team, by the timetable (S004-20)
    household_quiet_days: int = 90  # S000-04: households nobody has visited for so long
    chat_line_limit: int = 4096  # characters taken from one message
    file_limit_mb: int = 10
    files_a_day: int = 20

    def quiet(self, at: time) -> bool:
        """True in the night's and the midday's rest."""
        night = at >= self.quiet_from or at < self.quiet_until
        return night or self.noon_from <= at < self.noon_until


def load_rules(path: Path | None) -> Rules:
    """The defaults, changed by a county's file when there is one."""
    if path is None or not path.exists():
        return Rules()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"{path}: 不是合格的 TOML：{error}") from error
    known = {field.name: field for field in fields(Rules)}
    if unknown := sorted(set(given) - set(known)):
        raise BadRules(
            f"{path}: 不认识的设置 {'、'.join(unknown)}。可用的见 docs/operating.md。"
        )
    defaults = Rules()
    return replace(
        defaults,
        **{name: _fit(name, value, getattr(defaults, name)) for name, value in given.items()},
    )


def _fit(name: str, value: Any, default: Any) -> Any:
    """The value in the default's own kind, or an error that names the setting."""
    if isinstance(default, tuple) and isinstance(value, list):
        value = tuple(value)
    if isinstance(default, time) and isinstance(value, str):
        value = _clock_time(name, value)
    if type(value) is not type(default):
        raise BadRules(f"{name} = {value!r}：要写成 {default!r} 这样的值。")
    if not isinstance(default, bool | time):
        _check_numbers(name, value if isinstance(value, tuple) else (value,))
    return value


def _check_numbers(name: str, numbers: tuple[Any, ...]) -> None:
    """Whole numbers within reason; a week needs at least one working day."""
    low, high = LIMITS.get(name, (0, 100_000))
    sound = all(type(one) is int and low <= one <= high for one in numbers)
    if not sound or (name == "workdays" and not numbers):
        raise BadRules(f"{name} = {list(numbers)}：要写 {low} 到 {high} 之间的整数。")


def _clock_time(name: str, value: str) -> time:
    try:
        return time.fromisoformat(value)
    except ValueError as error:
        raise BadRules(f"{name} = {value!r}：要写成 17:40 这样的时刻。") from error
