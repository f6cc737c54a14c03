"""The menu under the input line (wecom.md §6): three entries of at most five, one for everybody.

A key stands for the words that do the same when written; who may not say them is told so.
"""

from typing import Any

import structlog

from bot.channels.base import SendError
from bot.channels.wecom.client import Client

log = structlog.get_logger()

SAYS = {  # key -> the words it stands for
    "say-today": "今天",
    "say-study": "学习",
    "say-visit": "走访",
    "say-issue": "问题",
    "say-issues": "问题清单",
    "say-mine": "我的问题",
    "say-days": "天数",
    "say-leave": "请假",
    "say-place": "位置",
    "say-files": "传文件",
    "say-change": "改",
    "say-unvisited": "未走访",
    "say-help": "帮助",
}


def _says(name: str, key: str) -> dict[str, Any]:
    return {"type": "click", "name": name, "key": key}


MENU = {
    "button": [
        {
            "name": "登记",
            "sub_button": [
                _says("今天", "say-today"),
                _says("学习登记", "say-study"),
                _says("到岗定位", "say-place"),
                {"type": "pic_sysphoto", "name": "拍照上传", "key": "photo"},
                _says("请假", "say-leave"),
            ],
        },
        {
            "name": "走访",
            "sub_button": [
                _says("记一户", "say-visit"),
                _says("还没走访的", "say-unvisited"),
                _says("驻村天数", "say-days"),
                _says("更正记录", "say-change"),
                _says("传文件", "say-files"),
            ],
        },
        {
            "name": "问题",
            "sub_button": [
                _says("上报问题", "say-issue"),
                _says("我的问题", "say-mine"),
                _says("问题清单", "say-issues"),
                _says("怎么用", "say-help"),
            ],
        },
    ]
}


async def offer(client: Client, agent_id: int) -> None:
    """Set the menu; without it everything still works, so a failure is only noted."""
    params = {"agentid": str(agent_id)}
    try:
        await client.call("/cgi-bin/menu/create", json=MENU, params=params)
    except SendError as trouble:
        log.warning("menu_not_set", reason=str(trouble))
