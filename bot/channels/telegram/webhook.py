"""Telegram pushes: secret path, secret header, small body, commit, and only then 200."""

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.base import Keep, SendError, Trouble
from bot.channels.telegram.hear import WANTED, raw_of
from bot.channels.telegram.troubles import insist
from bot.settings import TelegramSettings
from ledger.database import StoreTrouble

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram

log = structlog.get_logger()
HEADER = "x-telegram-bot-api-secret-token"
LONGEST = 1 << 20  # bytes of one update
CONNECTIONS = 8  # Telegram pushes at most so many at once


def secret_of(settings: TelegramSettings) -> str:
    """The word Telegram has to say with each update; from the token when none is set."""
    chosen = settings.webhook_secret.get_secret_value()
    return chosen or _derive(settings.token.get_secret_value(), "telegram webhook secret")


def path_of(settings: TelegramSettings) -> str:
    """A path nobody guesses, the same after every restart."""
    return f"/telegram/{_derive(secret_of(settings), 'telegram webhook path')[:32]}"


async def register(channel: "Telegram") -> None:
    """Tell Telegram where to push; what it has kept for us comes then."""
    settings = channel.settings
    if not settings.webhook_url:
        raise SendError(
            Trouble.MISCONFIGURED,
            "TELEGRAM_WEBHOOK_URL 没有填：请填对外网址，或设 TELEGRAM_MODE=poll",
        )
    await insist(
        lambda: channel.bot.set_webhook(
            settings.webhook_url.rstrip("/") + path_of(settings),
            secret_token=secret_of(settings),
            allowed_updates=WANTED,
            max_connections=CONNECTIONS,
            drop_pending_updates=False,
        )
    )


def routes(channel: "Telegram", keep: Keep) -> list[Route]:
    """The one route Telegram pushes to."""
    secret = secret_of(channel.settings).encode()

    async def pushed(request: Request) -> Response:
        """200 kept, 400 never to be understood, 403 not Telegram, 503 try again."""
        given = request.headers.get(HEADER, "").encode()
        if not hmac.compare_digest(given, secret):
            return Response(status_code=403)
        raw = raw_of(_read(await _body(request)), channel.account)
        if raw is None:
            log.warning("webhook_unreadable")
            return Response(status_code=400)
        try:
            await keep([raw])
        except StoreTrouble as trouble:
            log.error("store_trouble", error=str(trouble))
            return Response(status_code=503)
        channel.kept([raw.payload])
        return Response(status_code=200)

    return [Route(path_of(channel.settings), pushed, methods=["POST"])]


async def _body(request: Request) -> bytes:
    """The body, or nothing when it is larger than any update."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            return b""
    return body


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _derive(secret: str, purpose: str) -> str:
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256).hex()
