"""Every number a county may change, each with the row of the sources behind it.

A county writes only what differs into `rules.toml`; an unknown name there is an error.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Any

from ledger.county_calendar import CountyCalendar, load_calendar
from ledger.errors import ForOperator
from ledger.escalation_steps import DEFAULT as DEFAULT_STEPS
from ledger.escalation_steps import BadSteps, Steps, read_steps
from ledger.ladder import DEFAULT, BadLadder, Ladder, read_ladder
from ledger.strike_ladder import DEFAULT as DEFAULT_STRIKES
from ledger.strike_ladder import BadStrikeLadder, StrikeLadder, read_strike_ladder
from ledger.tiers import NAMES as TIER_NAMES


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
    "messages_a_day": (1, 10),
    "chat_line_limit": (1, 100_000),
    "chat_checks": (0, 1),
    "chat_lottery": (0, 100),
    "chat_rest_days": (1, 31),
    "phone_checks": (0, 1),
    "back_check_share": (0, 100),
    "reply_hours": (1, 400),  # nobody is heard in no time
    "appeal_days": (1, 60),
    "correct_days": (1, 365),
    "look_back_days": (1, 730),
    "look_back_share": (0, 100),
    "look_back_complex": (0, 100),
    "unvisited_days": (1, 3650),
}
FORMS = ("card", "word", "pdf")  # a summary as a picture or as a paper
WORDS = {  # what a list of words may consist of; not named here: any words
    "household_word": tuple(TIER_NAMES.values()),
    "second_look": tuple(TIER_NAMES.values()),
    "daily_forms": FORMS,
    "daily_forms_above": FORMS,
    "weekly_forms": FORMS,
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
    team_least: int = 3  # 一个队至少几人，少了在名册上说一声（S004-10）
    term_warn_days: int = 60  # 任期还有多少天到期时提示（S004-33）
    checkup_months: int = 12  # 体检隔多少个月算该做了（S000-85）
    messages_a_day: int = 1  # 每人每天最多主动发几条例行消息（S004-19，减负）
    daily_at: time = time(18, 40)  # 日报几点发（S000-88）
    weekly_at: time = time(17, 10)  # 周报几点发（S000-53）
    weekly_day: int = 5  # 周报星期几发，5 是周五
    daily_forms: tuple[str, ...] = ("card",)  # 队里的日报附什么：card、word、pdf
    daily_forms_above: tuple[str, ...] = ("card", "pdf")  # 乡镇和县里的日报附什么
    weekly_forms: tuple[str, ...] = ("card", "word")  # 周报附什么
    issue_before_days: tuple[int, ...] = (3, 1)  # 问题到期前几天提醒
    at_once_days: int = 3  # 立行立改：几天内解决（S000-13）
    general_days: int = 30  # 一般问题：几天内解决（S000-13）
    complex_days: int = 90  # 复杂问题：几天内解决（S000-13）
    general_by: date | None = None  # 一般问题统一到哪天，例如 2026-04-30；不写按天数（S000-13）
    complex_by: date | None = None  # 复杂问题统一到哪天，例如 2026-06-30；不写按天数（S000-13）
    household_word: tuple[str, ...] = (
        "一般问题",
        "复杂问题",
    )  # 哪几档销号要户里的话（S000-15）
    second_look: tuple[str, ...] = ("复杂问题",)  # 哪几档队长核验后还要乡镇销号（S000-15）
    escalation: Steps = DEFAULT_STEPS  # 催办：[到期前后几个工作日, 往上几级]（S000-17）
    look_back_days: tuple[int, ...] = (30, 90)  # 销号后多少天回头看（S000-65）
    look_back_share: int = 10  # 一般的回头看抽百分之几
    look_back_complex: int = 50  # 复杂问题的回头看抽百分之几
    look_back_always: tuple[str, ...] = ("教育",)  # 哪几类每件都回头看（S000-26）
    unvisited_days: int = 90  # 多少天没有走访的户算盲区（S000-04）
    stationed_days: int = 220  # 每年驻村多少天以上（S000-78）
    working_days: int = 160  # 其中在村工作多少天以上（S000-78）
    trips_stationed: bool = True  # 公差算不算驻村（S000-78，县里定）
    trips_working: bool = False  # 公差算不算在村工作
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
    chat_checks: int = 1  # 聊天抽查：每队每月抽几次，0 是不自动抽（S000-87）
    chat_lottery: int = 25  # 聊天抽查：每人每月另有百分之几的机会抽到，抽过的人才猜不到
    chat_rest_days: int = 3  # 聊天抽查：抽到一次以后，几天内不再抽他
    phone_checks: int = 1  # 电话抽查：每队每月几次，0 是不抽（S000-87）
    visits: int = 2  # 暗访：全县每月抽几个队，0 是不抽（S000-87、S002-03）
    draw_beacon: str = (
        ""  # 抽签数用哪个公开的号码，如“福彩3D 上月最后一天开奖号”；不写由两名干部报
    )
    picks_a_month: int = 4  # 指定抽查：全县每月最多指定几人次（S004-20）
    minutes_chat: int = 2  # 聊天抽查：估计占被抽的人多少分钟（S004-20，抽之前说给抽的人听）
    minutes_phone: int = 10  # 电话抽查：估计占被抽的人多少分钟
    minutes_visit: int = 60  # 暗访：估计占一个队多少分钟
    minutes_back_check: int = 5  # 回访核验：估计占一个人多少分钟
    back_check_share: int = 5  # 回访核验：上月走访、销号各抽百分之几（S004-31），0 是不抽
    back_checks_a_month: int = 20  # 回访核验：全县每月最多抽几件（S004-20）
    reply_hours: int = 24  # 待核实的事，本人几个工作小时内可以说明（S000-52）
    strike_ladder: StrikeLadder = DEFAULT_STRIKES  # 处理：[哪一步, 几天后到期]（S000-50）
    bulletin_office: str = ""  # 通报落款的单位，要写；不写是县名加“驻村工作领导小组办公室”
    correct_days: int = 20  # 督查通报：收到后几天内整改到位，之后回访（S000-55）
    inspection_to: str = ""  # 督查通报主送，不写是各乡镇人民政府、县直有关部门（S000-55）
    inspection_copies: str = ""  # 督查通报呈送，不写是县委、县政府主要领导（S000-55）
    appeal_days: int = 10  # 处理以后几个工作日内可以申诉（S000-90）
    leave_ladder: Ladder = DEFAULT  # 批假权限：[最多几天, 谁批…]，末级写 0（S000-76）
    leave_by_workdays: bool = False  # 批假权限按工作日算天数；不写是按自然日
    leave_wait_hours: int = 4  # 批假等了几个工作小时提醒一次，再等这么久就告诉上一级
    min_on_post: int = 1  # 一个队至少几人在岗，少了在批假时说一声，不拦（S004-10）
    chat_line_limit: int = 4096  # 一条消息最多多少字，再长的请分开发
    file_limit_mb: int = 10  # 一个文件最大多少 MB
    files_a_day: int = 20  # 每人每天最多发多少个文件
    calendar: CountyCalendar = field(default_factory=CountyCalendar)  # from calendar.toml

    def quiet(self, at: time) -> bool:
        """True in the night's and the midday's rest."""
        night = at >= self.quiet_from or at < self.quiet_until
        return night or self.noon_from <= at < self.noon_until


def load_rules(path: Path | None) -> Rules:
    """The defaults, changed by a county's file when there is one; `calendar.toml` lies beside it."""
    calendar = load_calendar(path.with_stem("calendar") if path else None)
    if path is None or not path.exists():
        return Rules(calendar=calendar)
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"{path}: 不是合格的 TOML：{error}") from error
    known = {one.name for one in fields(Rules)} - {"calendar"}
    if unknown := sorted(set(given) - known):
        raise BadRules(
            f"{path}: 不认识的设置 {'、'.join(unknown)}。可用的见 docs/operating.md。"
        )
    defaults = Rules(calendar=calendar)
    fitted = {name: _fit(name, value, getattr(defaults, name)) for name, value in given.items()}
    found = replace(defaults, **fitted)
    _check_hours(found)
    return found


def _check_hours(rules: Rules) -> None:
    """A day with hours to write in, and everything that is sent by itself within them."""
    ordered = ("quiet_until", "noon_from", "noon_until", "quiet_from")
    for name, after in pairwise(ordered):
        if getattr(rules, name) > getattr(rules, after):
            raise BadRules(f"{name} 不能晚于 {after}：白天要留出可以发消息的时间。")
    for name in ("reminder_at", "daily_at", "weekly_at"):
        if rules.quiet(getattr(rules, name)):
            raise BadRules(f"{name} 落在不发消息的时段（午休或晚上），会一条也发不出去。")


def _fit(name: str, value: Any, default: Any) -> Any:
    """The value in the default's own kind, or an error that names the setting."""
    if name in READERS:
        return _read(name, value)
    if default is None or isinstance(default, date):
        return _day(name, value)
    if isinstance(default, tuple) and isinstance(value, list):
        value = tuple(value)
    if isinstance(default, time) and isinstance(value, str):
        value = _clock_time(name, value)
    if type(value) is not type(default):
        raise BadRules(f"{name} = {value!r}：要写成 {default!r} 这样的值。")
    if isinstance(default, tuple) and all(isinstance(one, str) for one in default):
        _check_words(name, value)
    elif not isinstance(default, bool | time):
        _check_numbers(name, value if isinstance(value, tuple) else (value,))
    return value


READERS: dict[str, Callable[[Any], Any]] = {
    "leave_ladder": read_ladder,
    "escalation": read_steps,
    "strike_ladder": read_strike_ladder,
}


def _read(name: str, value: Any) -> Any:
    try:
        return READERS[name](value)
    except (BadLadder, BadSteps, BadStrikeLadder) as error:
        raise BadRules(f"{name} = {value!r}：{error}") from error


def _day(name: str, value: Any) -> date:
    """A day as TOML writes it: 2026-06-30."""
    if type(value) is not date:
        raise BadRules(f"{name} = {value!r}：要写成 2026-06-30 这样的日期，不加引号。")
    return value


def _check_words(name: str, words: tuple[Any, ...]) -> None:
    known = WORDS.get(name)
    if any(not isinstance(one, str) or (known and one not in known) for one in words):
        raise BadRules(f"{name} = {list(words)}：可以写 {'、'.join(known or ('几个词',))}。")


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
