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

    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)  # 每周哪几天上班，1 是周一（S000-39 可六天）
    statutory_holidays: bool = True  # 法定节假日和调休按国务院公布的日历
    quiet_from: time = time(20, 0)  # 晚上从几点起不主动发消息
    quiet_until: time = time(8, 0)  # 早上几点以后才主动发
    noon_from: time = time(12, 0)  # 午休从几点起不主动发
    noon_until: time = time(14, 0)  # 午休到几点
    study_reminder: bool = True  # 还欠学习的人，是否提醒（S000-83）
    reminder_at: time = time(17, 40)  # 每人每天一条合并提醒，几点发
    reminder_window: int = 20  # 提醒分散在多少分钟内发出
    daily_at: time = time(18, 40)  # 日报几点发（S000-88）
    weekly_at: time = time(17, 10)  # 周报几点发（S000-53）
    weekly_day: int = 5  # 周报星期几发，5 是周五
    issue_before_days: tuple[int, ...] = (3, 1)  # 问题到期前几天提醒
    at_once_days: int = 3  # 立行立改：几天内解决（S000-13）
    general_days: int = 30  # 一般问题：几天内解决（S000-13）
    complex_days: int = 90  # 复杂问题：几天内解决（S000-13）
    undo_hours: int = 24  # 记下后多少小时内可以撤销
    talk_hours: int = 2  # 问到一半没有下文，多少小时后作罢
    invite_hours: int = 72  # 邀请多少小时内有效
    tries_an_hour: int = 5  # 生人一小时最多试几次邀请码
    backfill_days: int = 30  # 最多补报多少天以前的事
    check_from: time = time(8, 30)  # 抽查从几点起
    check_until: time = time(17, 30)  # 抽查到几点止
    check_window: int = 120  # 抽查多少分钟内答复
    check_later: int = 60  # 答“无信号，稍后”的，再宽限多少分钟
    check_remind_share: int = 80  # 答复时限过了百分之几，提醒一次
    checks_a_week: int = 2  # 每周自动抽查几次，0 是不自动抽（S000-87）
    checks_a_month: int = 1  # 自动抽查，每队每月最多几次（S004-20）
    chat_line_limit: int = 4096  # 一条消息最多多少字，再长的请分开发
    file_limit_mb: int = 10  # 一个文件最大多少 MB
    files_a_day: int = 20  # 每人每天最多发多少个文件

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
