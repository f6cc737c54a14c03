"""WeCom's error numbers: what each means for us, and for whoever runs the program (wecom.md §4)."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.channels.base import SendError, Trouble

REFRESH = frozenset({40014, 42001, 41001})  # the token is dead, expired, missing
BUSY = frozenset({-1, 45033})  # try again, a few times
TOO_OFTEN, TASK_USED, STRANGE_ADDRESS = 45009, 42014, 60020
MINUTE, HOUR = 60.0, 3600.0  # seconds a limit stays closed
OURS = re.compile(r"from ip: *([0-9a-fA-F.:]+)")


class NumberedError(SendError):
    """A refusal with WeCom's number, for those who can mend that one (40007, 60140)."""

    def __init__(
        self, number: int, kind: Trouble, detail: str, *, retry_after: float = 0
    ) -> None:
        super().__init__(kind, detail, retry_after=retry_after, everybody=bool(retry_after))
        self.number = number


@dataclass(frozen=True)
class Meaning:
    """What a number does to the message, and in plain Chinese what happened and what to do."""

    trouble: Trouble
    what: str
    remedy: str


_CONFIGURED, _REFUSED = Trouble.MISCONFIGURED, Trouble.REFUSED
_AWAY, _GONE = Trouble.UNREACHABLE, Trouble.GONE
MEANINGS: dict[int, Meaning] = {
    -1: Meaning(Trouble.DOWN, "企业微信系统繁忙", "稍后会自动再试"),
    40001: Meaning(_CONFIGURED, "Secret 不对", "从应用页重新抄 WECOM_SECRET"),
    40003: Meaning(_AWAY, "没有这个成员账号", "核对花名册里的企业微信账号"),
    40004: Meaning(_REFUSED, "文件类型不对", "换成图片或文件再发"),
    40006: Meaning(_REFUSED, "文件大小不合规定", "图片 10 MB、文件 20 MB 以内"),
    40007: Meaning(_REFUSED, "文件在企业微信那边已过期", "会自动重新上传"),
    40008: Meaning(_REFUSED, "消息类型不对", "请把日志发给开发者"),
    40009: Meaning(_REFUSED, "图片太大", "压到 10 MB 以内"),
    40013: Meaning(_CONFIGURED, "企业 ID 不对", "核对 WECOM_CORP_ID，ww 开头"),
    40014: Meaning(_CONFIGURED, "访问令牌无效", "会自动换新；一直这样就核对 Secret"),
    40016: Meaning(_REFUSED, "菜单的个数不对", "请把日志发给开发者"),
    40017: Meaning(_REFUSED, "菜单按钮的类型不对", "请把日志发给开发者"),
    40018: Meaning(_REFUSED, "菜单的名字太长", "请把日志发给开发者"),
    40025: Meaning(_REFUSED, "子菜单的名字太长", "请把日志发给开发者"),
    40029: Meaning(_REFUSED, "登录码用过了或过期了", "请重新打开页面"),
    40032: Meaning(_REFUSED, "一次的收信人太多", "请把日志发给开发者"),
    40056: Meaning(_CONFIGURED, "AgentId 不对", "核对 WECOM_AGENT_ID"),
    40058: Meaning(_REFUSED, "参数不对", "请把日志发给开发者"),
    40068: Meaning(_REFUSED, "没有这个标签", "在通讯录的标签里核对"),
    40091: Meaning(_CONFIGURED, "Secret 不合法", "从应用页重新抄 WECOM_SECRET"),
    41001: Meaning(_CONFIGURED, "没有带访问令牌", "请把日志发给开发者"),
    42001: Meaning(_CONFIGURED, "访问令牌过期", "会自动换新"),
    42014: Meaning(_REFUSED, "卡片编号不对或用过了", "请把日志发给开发者"),
    42015: Meaning(_GONE, "这张卡片是别的应用发的", "会改发新消息"),
    42016: Meaning(_GONE, "这张卡片不在了", "会改发新消息"),
    42031: Meaning(_REFUSED, "卡片的类型不对", "请把日志发给开发者"),
    42035: Meaning(_REFUSED, "卡片的二级标题列表不对", "请把日志发给开发者"),
    42037: Meaning(_REFUSED, "卡片的选项不对", "请把日志发给开发者"),
    42038: Meaning(_REFUSED, "卡片按钮的文字不对", "请把日志发给开发者"),
    42039: Meaning(_REFUSED, "卡片按钮的 key 不对", "请把日志发给开发者"),
    42045: Meaning(_REFUSED, "卡片没有点击去处", "请把日志发给开发者"),
    42047: Meaning(_REFUSED, "卡片的下拉列表不对", "请把日志发给开发者"),
    42051: Meaning(_REFUSED, "卡片的 key 重复了", "请把日志发给开发者"),
    44001: Meaning(_REFUSED, "文件是空的", "换一个文件"),
    44004: Meaning(_REFUSED, "消息是空的", "请把日志发给开发者"),
    45002: Meaning(_REFUSED, "内容太长", "请把日志发给开发者"),
    45009: Meaning(Trouble.THROTTLED, "调用太频繁", "到时间会自动再发"),
    45033: Meaning(Trouble.DOWN, "同时调用太多", "稍后会自动再试"),
    46004: Meaning(_AWAY, "没有这个成员", "核对手机号或企业微信账号"),
    48002: Meaning(_CONFIGURED, "应用没有这个接口的权限", "在管理后台给应用开通权限"),
    60011: Meaning(_CONFIGURED, "应用看不到这些成员", "在应用的可见范围里加上他们"),
    60020: Meaning(
        _CONFIGURED, "服务器的 IP 不在企业可信 IP 里", "在应用页“企业可信IP”里加上这个 IP"
    ),
    60111: Meaning(_AWAY, "没有这个成员账号", "核对花名册里的企业微信账号"),
    60140: Meaning(_GONE, "卡片不能再改了", "会改发新消息"),
    81013: Meaning(_AWAY, "收信人都不在应用的可见范围里", "在应用的可见范围里加上他们"),
    93000: Meaning(_CONFIGURED, "群机器人的 key 不对或已移除", "核对 WECOM_WEBHOOKS"),
    93004: Meaning(_CONFIGURED, "群机器人停用了", "在群里重新启用，或换一个"),
    93006: Meaning(_AWAY, "对方还没有和机器人说过话", "请他先给机器人发一句话"),
    301002: Meaning(_CONFIGURED, "这个应用没有权限", "核对 WECOM_AGENT_ID 和 WECOM_SECRET"),
    # the smart bot's own
    846605: Meaning(_GONE, "这句话回得太晚", "会改发新消息"),
    846608: Meaning(_GONE, "这条流式消息已结束", "会改发新消息"),
    846609: Meaning(Trouble.DOWN, "长连接没有订阅上", "会自动重连"),
    853000: Meaning(_CONFIGURED, "智能机器人的 Secret 不对", "核对 WECOM_BOT_ID 和 WECOM_BOT_SECRET"),
}  # fmt: skip
CARD = Meaning(_REFUSED, "卡片的内容不合规定", "请把日志发给开发者")
CARD_NUMBERS = range(42027, 42052)
UNKNOWN = Meaning(_REFUSED, "企业微信拒绝了", "请把日志发给开发者")


def meaning(number: int) -> Meaning:
    """What a number means; a number nobody knows is a refusal."""
    if number in MEANINGS:
        return MEANINGS[number]
    return CARD if number in CARD_NUMBERS else UNKNOWN


def trouble_of(number: int, said: str, *, hold: float = MINUTE) -> NumberedError:
    """The error a number raises; its words are ours, and WeCom's own are for the log only.

    `hold`: seconds to wait where WeCom has had too many calls. Of `said` only our own address
    goes in, which the operator has to enter (60020).
    """
    told = meaning(number)
    ip = caller_ip(said) if number == STRANGE_ADDRESS else ""
    where = f"（{ip}）" if ip else ""
    wait = hold if told.trouble is Trouble.THROTTLED else 0.0
    detail = f"{number} {told.what}{where}：{told.remedy}"
    return NumberedError(number, told.trouble, detail, retry_after=wait)


def caller_ip(said: str) -> str:
    """The address from which WeCom has seen us call; "" when its words name none."""
    found = OURS.search(said)
    return found.group(1) if found else ""


def told_hold(said: str, now: datetime) -> float | None:
    """Seconds for which a limit is closed, if its words say which limit it was (doc 90312)."""
    words = said.partition("hint:")[0].casefold()
    if "minute" in words:
        return MINUTE
    if "hour" in words:
        return HOUR
    if "day" in words or "daily" in words:
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
        return (tomorrow - now).total_seconds()
    return None
