"""WeCom's REST API: one token for all, refreshed once a failing call, never in a loop (wecom.md §4).

Measured elsewhere: a package that repeats on a dead token asked for 487 tokens in a second.
"""

import asyncio
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import structlog

from bot.channels.base import SendError, Trouble
from bot.channels.wecom.numbers import BUSY, REFRESH, trouble_of
from bot.settings import WeComSettings
from ledger import access_tokens
from ledger.access_tokens import AccessToken, Owner
from ledger.clock import Clock
from ledger.database import Database

log = structlog.get_logger()
EARLY = timedelta(seconds=300)  # before its end a token is renewed
TRIES = 3  # of a call that WeCom is too busy for
REST = 0.4  # seconds before the second try, doubled before each further one
TIMEOUT = httpx.Timeout(10, connect=5)
MOST = 20 << 20  # bytes of a file
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NO_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL)

Answer = dict[str, Any]


@dataclass
class Client:
    """Calls for one app. `rest`: seconds before a repeated call, for tests."""

    settings: WeComSettings
    database: Database
    clock: Clock
    rest: float = REST
    _http: httpx.AsyncClient = field(init=False)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._http = httpx.AsyncClient(
            base_url=self.settings.api_base.rstrip("/"), timeout=TIMEOUT, trust_env=False,
            verify=_trust(self.settings.ca_file), follow_redirects=False,
        )  # fmt: skip

    @property
    def account(self) -> str:
        """The app's name in the ledger."""
        return f"{self.settings.corp_id}/{self.settings.agent_id}"

    async def call(
        self, path: str, *, json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None, files: Mapping[str, Any] | None = None,
        method: str = "POST",
    ) -> Answer:  # fmt: skip
        """One call with the app's token; `SendError` says what a refusal means."""
        request = {"json": json, "params": dict(params or {}), "files": files, "method": method}
        token = await self.token()
        answer = await self._patiently(path, request, token)
        if _number(answer) in REFRESH:
            token = await self.token(instead_of=token)
            answer = await self._patiently(path, request, token)
        return _good(answer)

    async def token(self, instead_of: str = "") -> str:
        """The access token: the kept one, else a fresh one; one caller asks, the others wait."""
        owner = Owner("wecom", self.account, "access_token")
        async with self._one:
            async with self.database.reading() as db:
                kept = await access_tokens.read(db, owner, now=self.clock.now())
            if kept and kept.value != instead_of:
                return kept.value
            fresh = await self._fresh_token()
            async with self.database.transaction() as db:
                await access_tokens.write(db, owner, fresh)
            return fresh.value

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """WeCom's name for a file of ours, good for three days. `kind`: image, voice, video, file."""
        answer = await self.call(
            "/cgi-bin/media/upload", params={"type": kind}, files={"media": (name, data)}
        )
        return str(answer["media_id"])

    async def download(self, media_id: str) -> tuple[bytes, str]:
        """A file a member has sent, and its type; a refusal comes as JSON with status 200."""
        token = await self.token()
        try:
            return await self._download(media_id, token)
        except _TokenDead:
            token = await self.token(instead_of=token)
        try:
            return await self._download(media_id, token)
        except _TokenDead as dead:
            raise trouble_of(dead.number, "media/get") from None

    async def ticket(self, path: str, name: str, params: Mapping[str, str]) -> str:
        """A ticket for pages (`jsapi`, `agent_config`), cached like the token."""
        owner = Owner("wecom", self.account, name)
        async with self._one, self.database.reading() as db:
            kept = await access_tokens.read(db, owner, now=self.clock.now())
        if kept:
            return kept.value
        answer = await self.call(path, params=params, method="GET")
        fresh = self._kept_for(str(answer["ticket"]), answer)
        async with self.database.transaction() as db:
            await access_tokens.write(db, owner, fresh)
        return fresh.value

    async def close(self) -> None:
        """Give back connections."""
        await self._http.aclose()

    async def _fresh_token(self) -> AccessToken:
        request = {
            "method": "GET", "json": None, "files": None,
            "params": {
                "corpid": self.settings.corp_id,
                "corpsecret": self.settings.secret.get_secret_value(),
            },
        }  # fmt: skip
        answer = _good(await self._patiently("/cgi-bin/gettoken", request, ""))
        return self._kept_for(str(answer["access_token"]), answer)

    def _kept_for(self, value: str, answer: Answer) -> AccessToken:
        lasts = timedelta(seconds=int(answer.get("expires_in", 7200)))
        return AccessToken(value, self.clock.now() + max(lasts - EARLY, timedelta()))

    async def _patiently(self, path: str, request: dict[str, Any], token: str) -> Answer:
        """The same call again while WeCom is busy, three times in all."""
        for attempt in range(TRIES):
            answer = await self._once(path, request, token)
            if _number(answer) not in BUSY or attempt == TRIES - 1:
                return answer
            await asyncio.sleep(self.rest * 2**attempt * (0.5 + secrets.randbelow(1000) / 1000))
        raise AssertionError("unreachable")

    async def _once(self, path: str, request: dict[str, Any], token: str) -> Answer:
        asked = {**request, "params": {**request["params"], **_with(token)}}
        method = asked.pop("method")
        try:
            response = await self._http.request(method, path, **asked)
        except NO_ADDRESS as error:
            raise SendError(
                Trouble.MISCONFIGURED, f"请检查 WECOM_API_BASE：{type(error).__name__}"
            ) from None
        except NOT_SENT as error:
            raise SendError(Trouble.DOWN, type(error).__name__) from None
        except httpx.HTTPError as error:
            raise SendError(Trouble.UNCERTAIN, type(error).__name__) from None
        return _read(response)

    async def _download(self, media_id: str, token: str) -> tuple[bytes, str]:
        params = {"media_id": media_id, **_with(token)}
        try:
            async with self._http.stream(
                "GET", "/cgi-bin/media/get", params=params
            ) as response:
                return await _file(response)
        except httpx.HTTPError as error:
            raise SendError(Trouble.DOWN, type(error).__name__) from None


class _TokenDead(Exception):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


async def _file(response: httpx.Response) -> tuple[bytes, str]:
    mime = response.headers.get("content-type", "").partition(";")[0]
    if response.status_code >= 500:
        raise SendError(Trouble.DOWN, f"HTTP {response.status_code}")
    if mime in {"application/json", "text/plain"}:
        await response.aread()
        answer = _read(response)
        if (number := _number(answer)) in REFRESH:
            raise _TokenDead(number)
        _good(answer)
    data = b""
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > MOST:
            raise SendError(Trouble.REFUSED, "the file has more than 20 MB")
    return data, mime


def _read(response: httpx.Response) -> Answer:
    """The answer's JSON; whether a 5xx has done it nobody knows."""
    if response.status_code >= 500:
        raise SendError(Trouble.UNCERTAIN, f"HTTP {response.status_code}")
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise SendError(
            Trouble.MISCONFIGURED, f"HTTP {response.status_code}，请检查 WECOM_API_BASE"
        )
    return answer


def _number(answer: Answer) -> int:
    return int(answer.get("errcode") or 0)


def _good(answer: Answer) -> Answer:
    if number := _number(answer):
        raise trouble_of(number, str(answer.get("errmsg", "")))
    return answer


def _with(token: str) -> dict[str, str]:
    return {"access_token": token} if token else {}


def _trust(ca_file: str) -> ssl.SSLContext | bool:
    return ssl.create_default_context(cafile=ca_file) if ca_file else True
