"""How days, weeks and numbers are written in Chinese."""

from datetime import date, datetime
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

WEEKDAYS = "一二三四五六日"
CAUSES = {
    "digest": "合并提醒",
    "daily": "日报",
    "weekly": "周报",
    "spotcheck": "抽查",
    "spotcheck_picked": "指定抽查",
    "spotcheck_result": "抽查结果",
    "surprise_visit": "暗访任务",
    "surprise_result": "暗访结果",
    "phone_check": "电话抽查",
    "switch": "限制功能的公告",
    "roll_call": "应急报平安",
    "leave": "请假事项",
    "request": "同事请您办的事",
    "finding": "待核实事项",
}


def day(value: date | datetime | str) -> str:
    """11月25日 周三."""
    one = _date(value)
    return f"{one.month}月{one.day}日 周{WEEKDAYS[one.weekday()]}"


def short_day(value: date | datetime | str) -> str:
    """11月25日."""
    one = _date(value)
    return f"{one.month}月{one.day}日"


def year_of(value: date | datetime | str, today: date | datetime | str) -> str:
    """2027年, to be put before a day; nothing where it is this year."""
    one = _date(value)
    return "" if one.year == _date(today).year else f"{one.year}年"


@pass_context
def dated(context: Context, value: date | datetime | str) -> str:
    """The same with its year, where the words know what day it is and it is another year's."""
    today = context.get("today")
    return f"{year_of(value, today) if today else ''}{day(value)}"


@pass_context
def short_dated(context: Context, value: date | datetime | str) -> str:
    """2027年2月17日, or 11月25日 of this year."""
    today = context.get("today")
    return f"{year_of(value, today) if today else ''}{short_day(value)}"


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
    "open": "未启动",
    "doing": "整改中",
    "submitted": "待核验",
    "verified": "已核验，待销号",
    "closed": "已销号",
    "rebounded": "已反弹",
    "merged": "已合并",
    "withdrawn": "已撤回",
}
TIERS = {"at_once": "立行立改", "general": "一般问题", "complex": "复杂问题"}
SOURCES = {
    "visit": "走访",
    "spot_check": "抽查",
    "inspection": "巡视巡察",
    "appraisal": "成效考核",
    "self_check": "自查",
    "villager": "群众反映",
}
NOTICED_BY = {
    "chat": "聊天抽查",
    "phone": "电话抽查",
    "visit": "暗访",
    "back_check": "回访核验",
}
WORD_OF = {"code": "户码核对", "call": "电话核实", "visit": "入户核实", "": ""}


def role(person: Any) -> str:
    """The person's title, or the plain word for what he does."""
    return str(person.title or ROLES[person.role])


def state(name: str) -> str:
    """An issue's state in words."""
    return STATES[name]


def tier(name: str) -> str:
    """How soon, in words."""
    return TIERS[name]


def source(name: str) -> str:
    """Where an issue comes from, in words."""
    return SOURCES.get(name, name)


def noticed_by(name: str) -> str:
    """Which check has noticed a finding, in words."""
    return NOTICED_BY.get(name, name)


def word_of(name: str) -> str:
    """How the household or the verifier has confirmed it."""
    return WORD_OF.get(name, name)


def in_hands(holder: str) -> str:
    """Who has it: 在县水务局手里; 县里 is a place already."""
    return f"在{holder}" if holder.endswith("里") else f"在{holder}手里"


STORY = {
    "note": "：{text}",
    "noted": "：{text}",
    "submit": "申请销号：{text}",
    "submitted": "申请销号：{text}",
    "recalled": "收回销号申请",
    "verified": "核验",
    "closed": "核验销号",
    "sent_back": "退回：{text}",
    "handed_over": "转{to}：{text}",
    "taken_back": "从{from}收回：{text}",
    "given_back": "退回{to}：{text}",
    "seen": "看到：{text}",
    "urged": "请{of}抓紧：{text}",
    "due_asked": "申请延期到{wanted}：{text}",
    "due_granted": "同意延期到{wanted}",
    "due_refused": "没有同意延期",
    "looked_back": "回头看，稳定：{text}",
    "rebounded": "说又出现了，转为{as}号办理",
    "reopens": "记为{old}号的反弹",
    "not_rebounded": "说不算反弹",
    "joined": "并入{from}号：{text}",
    "imported": "从“{catalogue}”导入",
    "merged": "并入{into}号",
    "escalated": "催办，已请{asked}过问",
    "described": "写{column}：{after}",
    "assigned": "改定责任人",
    "confirmed": "{by}：{text}",
}
COLUMNS = {
    "measure": "措施", "requirement": "要求", "lasting": "长效措施", "source": "来源",
    "responsible": "责任人", "co_units": "配合单位", "tags": "标签", "lead_unit": "牵头单位",
}  # fmt: skip
OTHERWISE = {  # the same step, another outcome
    ("closed", "close"): "销号",
    ("looked_back", "rebounded"): "回头看，反弹：{text}",
}
RECORDS = {"visit": "走访", "study": "学习", "progress": "进展", "presence": "在村登记"}
FLAGS = {
    "before": "就是报问题时的那张",
    "used": "在{other}号问题里用过",
    "known": "在{day}的{where}里用过",
    "shown": "在{day}的{where}里用过",
    "alike": "和{other}号问题的照片很像",
    "forwarded": "是转发来的",
    "older": "拍摄时间早于发现问题",
}


def story(step: Any) -> str:
    """One step of an issue's story, after the name of who did it."""
    how = step.body.get("move") or step.body.get("result")
    if step.step == "escalated" and not step.body.get("asked"):
        return "催办"
    form = OTHERWISE.get((step.step, how)) or STORY.get(step.step, "：{text}")
    facts = {str(name): str(step.body[name]) for name in step.body}
    if "wanted" in facts:
        facts["wanted"] = short_day(facts["wanted"])
    if step.step == "described":
        after = facts.get("after", "")
        facts["after"] = source(after) if facts.get("column") == "source" else after
        facts["column"] = COLUMNS.get(facts.get("column", ""), "")
    if step.step == "confirmed":
        facts["by"] = word_of(facts.get("by", ""))
    return form.format_map(_Blank(facts)).rstrip("：")


class _Blank(dict[str, str]):
    """A fact the event does not have is left blank: older events know less."""

    def __missing__(self, key: str) -> str:
        return ""


def flagged(piece: Any) -> str:
    """What a verifier is asked to look at in a file."""
    where = RECORDS.get(piece.shown_in, "记录")
    day = short_day(piece.shown_day) if piece.shown_day else ""
    facts = {"other": piece.other, "where": where, "day": day}
    words = [FLAGS[name].format_map(facts) for name in FLAGS if name in piece.flags]
    return "，".join(words)


def _date(value: date | datetime | str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value


FILTERS = {
    "day": day,
    "dated": dated,
    "short_dated": short_dated,
    "short_day": short_day,
    "days": days,
    "clock": clock,
    "minutes": minutes,
    "share": share,
    "cause": cause,
    "round_off": round_off,
}
WORDS = {"role": role, "state": state, "tier": tier, "source": source, "word_of": word_of,
         "story": story, "flagged": flagged, "in_hands": in_hands, "noticed_by": noticed_by}  # fmt: skip
