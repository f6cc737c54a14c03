"""Serve: the web side and everything behind it, until somebody stops it."""

import asyncio
import contextlib
import errno
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
from ledger.errors import ForOperator

BACKLOG = 128  # browsers that may knock while we get ready
GRACE = 3  # seconds open streams get when we stop


class NoPort(ForOperator):
    """The web chat cannot listen where it should."""


def open_port(host: str, port: int) -> socket.socket:
    """Take the port, before anything else is begun; `NoPort` when it is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return _prompt(socket.create_server((host, port), family=family, backlog=BACKLOG))
    except PermissionError as error:
        raise NoPort(
            f"没有权限使用端口 {port}。\n请换一个 1024 以上的端口，例如 --port 8765。"
        ) from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise NoPort(
                f"不能在地址 {host} 上监听。\n"
                "请把 ZHUCUN_HOST（或 --host）改成本机的地址，例如 127.0.0.1。"
            ) from error
        other = port + 1 if port < 65535 else 8765
        raise NoPort(
            f"端口 {port} 已被占用：可能驻村通已经在运行，或别的程序在用。\n"
            f"请换一个端口，例如 --port {other}，或先停掉占用它的程序。"
        ) from error


def _prompt(made: socket.socket) -> socket.socket:
    """The same socket, saying that it is TCP: only then asyncio sends small answers at once.

    Measured on loopback: an answer after 2 ms, and after 43 ms without.
    """
    return socket.socket(made.family, made.type, socket.IPPROTO_TCP, fileno=made.detach())


async def serve(app: App, port: socket.socket, *, on_ready: Callable[[], None]) -> None:
    """Start everything, call `on_ready` when the port answers, run until SIGINT or SIGTERM."""
    config = uvicorn.Config(
        build_web(app), log_config=None, access_log=False, timeout_graceful_shutdown=GRACE
    )
    await app.start()
    try:
        await Server(config, on_ready, app.channels["web"].close).serve(sockets=[port])
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
