"""The command menu at the left of Telegram's input line; every command is also a word."""

import structlog
from telegram import Bot

from bot.channels.base import SendError
from bot.channels.telegram.troubles import asked

log = structlog.get_logger()

COMMANDS = (
    ("today", "今天记了什么，还差什么"),
    ("study", "学习登记"),
    ("visit", "走访登记"),
    ("issue", "问题：上报、查看"),
    ("leave", "请假"),
    ("change", "更正记录"),
    ("undo", "撤销记录"),
    ("help", "怎么用"),
)


async def offer(bot: Bot) -> None:
    """Set the menu; without it everything still works, so a failure is only noted."""
    try:
        await asked(bot.set_my_commands(COMMANDS))
    except SendError as trouble:
        log.warning("commands_not_set", reason=str(trouble))
