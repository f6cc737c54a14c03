"""The one long connection of a smart bot: subscribe, stay, come back (wecom.md §7).

A second connection of the same bot throws out the first, so whoever is thrown out waits before
trying again. An answer is matched by its req_id and by nothing else: one frame of each at a time.
"""

import asyncio
import json
import logging
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidURI, WebSocketException
from websockets.protocol import State

from bot.channels.base import SendError, Trouble
from bot.channels.wecom.numbers import trouble_of

log = structlog.get_logger()
logging.getLogger("websockets").setLevel(logging.WARNING)  # DEBUG prints frames, the secret too

Frame = dict[str, Any]
LARGEST = 4 << 20  # bytes of one frame
MISSES = 2  # pings without an answer until the connection counts as dead
DISPLACED = "智能机器人被别处的连接顶下来了：同一个机器人只能有一处在连"
NOT_SUBSCRIBED, TOO_OFTEN, WRONG_SECRET = 846609, 45009, 853000


@dataclass(frozen=True)
class Waits:
    """Seconds. `ready`: how long a call waits for the connection; `steady`: after so long a
    connection that ends counts as the first failure again."""

    ping: float = 30
    pong: float = 10
    answer: float = 5
    ready: float = 5
    steady: float = 30
    displaced: float = 60
    misconfigured: float = 300
    throttled: float = 60
    back_off: tuple[float, ...] = (1, 2, 4, 8, 15, 30, 60)


class Straight(connect):
    """A connection to this address and no other: whoever sends us on is not told the secret."""

    def process_redirect(self, exc: Exception) -> Exception:
        """What websockets would follow is an error (security §5, 41)."""
        return exc


@dataclass(frozen=True)
class End:
    """Why a connection is over; `wait`: seconds until the next, None: the usual back-off."""

    why: str
    wait: float | None = None


@dataclass
class Socket:
    """The connection. `heard` is told every frame that is not an answer; it must not block."""

    url: str
    bot_id: str
    secret: str = field(repr=False)
    heard: Callable[[Frame], None]
    waits: Waits = Waits()
    ca_file: str = ""
    _ws: ClientConnection | None = None
    _over: "asyncio.Future[End] | None" = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: "dict[str, asyncio.Future[Frame]]" = field(default_factory=dict)
    _turns: "WeakValueDictionary[str, asyncio.Lock]" = field(
        default_factory=WeakValueDictionary
    )
    _resting: End = End("not connected yet")
    _back_at: float = 0

    async def run(self) -> None:
        """Connect, and again whenever it ends, until cancelled; `SendError`: no such address."""
        failures = 0
        while True:
            began = _time()
            end = await self._session()
            failures = 1 if _time() - began >= self.waits.steady else failures + 1
            wait = end.wait if end.wait is not None else self._pause(failures)
            self._resting, self._back_at = end, _time() + wait
            tell = log.warning if end.wait is None else log.error
            tell("aibot_reconnects", reason=end.why, seconds=round(wait, 1))
            await asyncio.sleep(wait)

    async def call(self, cmd: str, body: Frame, req_id: str = "") -> Frame:
        """One frame and its answer's body; `req_id`: what it answers, '' for a frame of our own.

        `SendError`: DOWN surely not done, UNCERTAIN perhaps, else what the number means.
        """
        answer = await self._in_turn(cmd, body, req_id)
        if _number(answer) == NOT_SUBSCRIBED:  # though the connection looks fine: once again
            self._end(End("846609: not subscribed"))
            answer = await self._in_turn(cmd, body, req_id)
        self._check(answer)
        found = answer.get("body")
        return dict(found) if isinstance(found, dict) else {}

    async def _in_turn(self, cmd: str, body: Frame, req_id: str) -> Frame:
        name = req_id or fresh_id(cmd)
        async with self._turns.setdefault(name, asyncio.Lock()):
            await self._wait_ready()
            return await self._ask(cmd, body, name, self.waits.answer)

    async def _wait_ready(self) -> None:
        rest = self._back_at - _time()
        if not self._ready.is_set() and rest > self.waits.ready:
            raise SendError(Trouble.DOWN, self._resting.why, retry_after=rest)
        try:
            async with asyncio.timeout(self.waits.ready):
                await self._ready.wait()
        except TimeoutError:
            raise SendError(Trouble.DOWN, self._resting.why) from None

    async def _ask(self, cmd: str, body: Frame | None, req_id: str, seconds: float) -> Frame:
        """Send a frame, wait for the answer; a ping has no body, not even an empty one."""
        if self._ws is None or self._ws.state is not State.OPEN:
            raise SendError(Trouble.DOWN, "not connected")
        frame = {"cmd": cmd, "headers": {"req_id": req_id}}
        words = json.dumps(frame if body is None else {**frame, "body": body})
        answered: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked[req_id] = answered
        try:
            async with asyncio.timeout(seconds):
                await self._ws.send(words)
                return await answered
        except (TimeoutError, ConnectionClosed) as error:
            raise SendError(Trouble.UNCERTAIN, f"{cmd}: {type(error).__name__}") from None
        finally:
            self._asked.pop(req_id, None)

    def _check(self, answer: Frame) -> None:
        if not (number := _number(answer)):
            return
        said = str(answer.get("errmsg", ""))
        if number == TOO_OFTEN:  # the limit is the chat's, the others go on
            wait = self.waits.throttled
            raise SendError(Trouble.THROTTLED, f"{number} {said[:160]}", retry_after=wait)
        raise trouble_of(number, said)

    async def _session(self) -> End:
        """One connection, from its beginning to its end."""
        trust: dict[str, Any] = {}
        if self.ca_file:
            trust["ssl"] = ssl.create_default_context(cafile=self.ca_file)
        try:
            async with Straight(
                self.url, ping_interval=None, open_timeout=10, close_timeout=2, proxy=None,
                max_size=LARGEST, **trust,
            ) as ws:  # fmt: skip
                return await self._live(ws)
        except InvalidURI:
            raise SendError(Trouble.MISCONFIGURED, "请检查 WECOM_WS_URL") from None
        except (OSError, TimeoutError, WebSocketException) as error:
            return End(type(error).__name__)
        finally:
            self._leave()

    async def _live(self, ws: ClientConnection) -> End:
        self._ws, self._over = ws, asyncio.get_running_loop().create_future()
        tasks = [asyncio.create_task(self._read(ws)), asyncio.create_task(self._stay())]
        try:
            return await self._over
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _stay(self) -> None:
        """Subscribe, then ping until two in a row find no answer."""
        try:
            refusal = await self._subscribed()
        except SendError as trouble:
            refusal = End(f"subscribe: {trouble.detail}")
        if refusal:
            return self._end(refusal)
        self._ready.set()
        log.info("aibot_subscribed")
        missed = 0
        while missed < MISSES:
            await asyncio.sleep(self.waits.ping)
            missed = 0 if await self._ponged() else missed + 1
        return self._end(End("two pings without an answer"))

    async def _subscribed(self) -> End | None:
        body = {"bot_id": self.bot_id, "secret": self.secret}
        cmd = "aibot_subscribe"
        answer = await self._ask(cmd, body, fresh_id(cmd), self.waits.answer)
        number = _number(answer)
        waits = {WRONG_SECRET: self.waits.misconfigured, TOO_OFTEN: self.waits.throttled}
        why = trouble_of(number, str(answer.get("errmsg", ""))).detail
        return End(why, waits.get(number)) if number else None

    async def _ponged(self) -> bool:
        try:
            answer = await self._ask("ping", None, fresh_id("ping"), self.waits.pong)
        except SendError:
            return False
        if _number(answer) == NOT_SUBSCRIBED:
            self._end(End("846609: not subscribed"))
        return True

    async def _read(self, ws: ClientConnection) -> None:
        try:
            async for words in ws:
                self._take(words)
        except ConnectionClosed:
            pass
        self._end(End(f"closed ({ws.close_code})"))

    def _take(self, words: str | bytes) -> None:
        """An answer goes to whoever waits for it, anything else is news."""
        frame = _frame(words)
        if frame is None:
            log.warning("aibot_unreadable_frame", size=len(words))
        elif "cmd" in frame:
            self.heard(frame)
            if displaced(frame):
                self._end(End(DISPLACED, self.waits.displaced))
        elif (waiting := self._asked.get(id_of(frame))) and not waiting.done():
            waiting.set_result(frame)

    def _end(self, end: End) -> None:
        """This connection is over; calls wait for the next."""
        self._ready.clear()
        if self._over and not self._over.done():
            self._over.set_result(end)

    def _leave(self) -> None:
        """Whoever still waits for an answer will never know."""
        self._ready.clear()
        self._ws = None
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(SendError(Trouble.UNCERTAIN, "the connection broke"))

    def _pause(self, failures: int) -> float:
        longest = self.waits.back_off[min(failures, len(self.waits.back_off)) - 1]
        return longest * (0.5 + secrets.randbelow(1000) / 1000)


def fresh_id(cmd: str) -> str:
    """A req_id nobody has used."""
    return f"{cmd}_{secrets.token_hex(8)}"


def id_of(frame: Frame) -> str:
    """What a frame belongs to; '' when it does not say."""
    headers = frame.get("headers")
    return str(headers.get("req_id") or "") if isinstance(headers, dict) else ""


def displaced(frame: Frame) -> bool:
    """Whether somebody else has connected as this bot; names of fields are spelt in three ways."""
    match frame:
        case {"body": {"event": dict(event)}}:
            named = {name.replace("_", "").lower(): event[name] for name in event}
            return named.get("eventtype") == "disconnected_event"
    return False


def _frame(words: str | bytes) -> Frame | None:
    try:
        found = json.loads(words)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _number(answer: Frame) -> int:
    number = answer.get("errcode")
    return number if isinstance(number, int) else 0


def _time() -> float:
    return asyncio.get_running_loop().time()
