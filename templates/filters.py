"""How days, weeks and numbers are written in Chinese."""

from datetime import date, datetime
from typing import Any

WEEKDAYS = "一二三四五六日"
CAUSES = {
    "digest": "合并提醒",
    "daily": "日报",
    "weekly": "周报",
    "spotcheck": "抽查",
    "spotcheck_result": "抽查结果",
    "switch": "限制功能的公告",
    "roll_call": "应急报平安",
    "leave": "请假事项",
    "request": "同事请您办的事",
}


def day(value: date | datetime | str) -> str:
    """11月25日 周三."""
    one = _date(value)
    return f"{one.month}月{one.day}日 周{WEEKDAYS[one.weekday()]}"


def short_day(value: date | datetime | str) -> str:
    """11月25日."""
    one = _date(value)
    return f"{one.month}月{one.day}日"


def days(first: date | str, last: date | str) -> str:
    """11月24日 周二至11月25日 周三; one day is said once."""
    return day(first) if _date(first) == _date(last) else f"{day(first)}至{day(last)}"


def clock(value: datetime) -> str:
    """17:40."""
    return f"{value:%H:%M}"


def minutes(value: int | None) -> str:
    """90 分钟; nothing when unknown."""
    return f"{value} 分钟" if value else ""


def round_off(value: float, places: int) -> str:
    """0.37."""
    return f"{value:.{places}f}"


def cause(why: str) -> str:
    """What a message was, by its cause (ledger/outbox.Cause)."""
    return CAUSES.get(why, "通知")


def share(part: int, whole: int) -> str:
    """12/15."""
    return f"{part}/{whole}"


ROLES = {"member": "队员", "leader": "队长", "township": "总队长", "county": "工作人员"}
STATES = {
    "open": "未开始",
    "doing": "办理中",
    "submitted": "待核验",
    "closed": "已销号",
    "withdrawn": "已撤回",
}


def role(person: Any) -> str:
    """The person's title, or the plain word for what he does."""
    return str(person.title or ROLES[person.role])


def state(name: str) -> str:
    """An issue's state in words."""
    return STATES[name]


def _date(value: date | datetime | str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value


FILTERS = {
    "day": day,
    "short_day": short_day,
    "days": days,
    "clock": clock,
    "minutes": minutes,
    "share": share,
    "cause": cause,
    "round_off": round_off,
}
WORDS = {"role": role, "state": state}
