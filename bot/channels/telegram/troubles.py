"""What Telegram's refusals mean (telegram.md §6.5), and asking until there is an answer."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import httpx
import structlog
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.base import SendError, Trouble

log = structlog.get_logger()
T = TypeVar("T")

PASSING = frozenset({Trouble.DOWN, Trouble.UNCERTAIN, Trouble.THROTTLED})
BACK_OFF = (1, 2, 4, 8, 15, 30)  # seconds
SECRET = re.compile(r"\d+:[A-Za-z0-9_-]{8,}")  # a token, wherever it may have got into a text
SETTINGS = "请检查 TELEGRAM_BASE_URL 和 TELEGRAM_PROXY"

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
NO_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL)
TOO_LARGE = ("entity too large", "content too large", "(413)")
GONE = ("message to edit not found", "message can't be edited", "message to delete not found",
        "message_id_invalid", "there is no text in the message")  # fmt: skip
AWAY = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated",
        "have no rights to send", "not enough rights to send", "chat_write_forbidden",
        "bot is not a member", "group chat was deactivated")  # fmt: skip


async def asked(call: Awaitable[T]) -> T:
    """The answer to one call; any failure comes out as `SendError`, without the token."""
    try:
        return await call
    except Exception as error:
        trouble = trouble_of(error)
    raise trouble


async def insist(call: Callable[[], Awaitable[T]]) -> T:
    """Ask until there is an answer; what waiting cannot mend is a matter of the settings."""
    pause = Pause()
    while True:
        try:
            return await asked(call())
        except SendError as trouble:
            if trouble.kind not in PASSING:
                raise SendError(Trouble.MISCONFIGURED, trouble.detail) from None
            await pause.rest(trouble)


class Pause:
    """Waits a little longer after each failure, up to half a minute, never quite the same."""

    def __init__(self) -> None:
        self.failures = 0

    async def rest(self, why: Exception) -> None:
        """Wait before the next try, at least as long as the channel asks for."""
        wait = BACK_OFF[min(self.failures, len(BACK_OFF) - 1)] * (
            0.5 + secrets.randbelow(500) / 1000
        )
        self.failures += 1
        log.warning(
            "telegram_waits",
            reason=f"{type(why).__name__}: {_text(why)}",
            failures=self.failures,
        )
        await asyncio.sleep(max(wait, getattr(why, "retry_after", 0)))


def trouble_of(error: Exception) -> SendError:
    """What one exception of python-telegram-bot means for the sender."""
    match error:
        case SendError():
            return error
        case RetryAfter():
            return SendError(
                Trouble.THROTTLED, "too fast", retry_after=_seconds(error.retry_after)
            )
        case ChatMigrated():
            return SendError(Trouble.MOVED, "supergroup", moved_to=str(error.new_chat_id))
        case InvalidToken() | EndPointNotFound():
            return _refused_token()
        case Conflict():
            return SendError(
                Trouble.MISCONFIGURED, f"{_text(error)}：另一处也在用这个机器人，请停掉那一个"
            )
        case Forbidden():
            return SendError(Trouble.UNREACHABLE, _text(error))
        case BadRequest():  # before NetworkError, of which it is a subclass
            return SendError(_bad_request(error), _text(error))
        case NetworkError():
            return _network(error)
    return SendError(Trouble.UNCERTAIN, f"{type(error).__name__}: {_text(error)}")


def said(trouble: SendError, *words: str) -> bool:
    """Whether Telegram's own words contain one of these."""
    return any(word in trouble.detail.casefold() for word in words)


def _refused_token() -> SendError:
    detail = "Telegram 不认这个令牌：请从 @BotFather 重新抄一遍 TELEGRAM_TOKEN"
    return SendError(Trouble.MISCONFIGURED, detail)


def _bad_request(error: TelegramError) -> Trouble:
    text = str(error).casefold()
    if any(words in text for words in GONE):
        return Trouble.GONE
    if any(words in text for words in AWAY):
        return Trouble.UNREACHABLE
    return Trouble.REFUSED


def _network(error: NetworkError) -> SendError:
    """`__cause__` tells whether anything was sent; 413 is a refusal in disguise."""
    cause = error.__cause__
    if isinstance(cause, NO_ADDRESS):
        return SendError(Trouble.MISCONFIGURED, f"{type(cause).__name__}: {SETTINGS}")
    if isinstance(cause, NOT_SENT):
        return SendError(Trouble.DOWN, _text(error))
    if any(words in str(error).casefold() for words in TOO_LARGE):
        return SendError(Trouble.REFUSED, "the file is too large for Telegram")
    return SendError(Trouble.UNCERTAIN, _text(error))


def _seconds(wait: int | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _text(error: Exception) -> str:
    return SECRET.sub("<token>", str(error))[:300]
