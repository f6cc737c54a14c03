"""Serve: the web side and everything behind it, until somebody stops it."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator

import structlog
import uvicorn
from structlog.typing import EventDict

from bot.app import App
from bot.masks import masked
from bot.web import build_web

GRACE = 3  # seconds open streams get when we stop


async def serve(app: App, *, on_ready: Callable[[], None]) -> None:
    """Start everything, call `on_ready` when the port answers, run until SIGINT or SIGTERM."""
    config = uvicorn.Config(
        build_web(app), host=app.settings.host, port=app.settings.port, log_config=None,
        access_log=False, timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    await app.start()
    try:
        await Server(config, on_ready, app.channels["web"].close).serve()
    finally:
        await app.stop()


class Server(uvicorn.Server):
    """Uvicorn that says when it listens, and ends with exit code 0 when it is asked to stop."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], None],
        end_streams: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        super().__init__(config)
        self._on_ready, self._end_streams = on_ready, end_streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the open pages' streams first: each would hold us for the whole grace."""
        await self._end_streams()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, without raising the signal once more at the end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def quiet_logs(*, as_json: bool) -> None:
    """One line an event; libraries only when something is wrong (their URLs hold tokens)."""
    last = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            mask_secrets,
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    logging.basicConfig(level=logging.WARNING)
    for name in ("httpx", "httpcore", "apscheduler", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)


def mask_secrets(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Tokens, phone numbers and ID numbers never reach a log line."""
    return {
        key: masked(value) if isinstance(value, str) else value for key, value in event.items()
    }
