"""WeCom's REST API: one token for all, refreshed once a failing call, never in a loop (wecom.md §4).

Measured elsewhere: a package that repeats on a dead token asked for 487 tokens in a second.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog

from bot.channels.base import SendError, Trouble
from bot.channels.wecom import numbers
from bot.channels.wecom.exchange import SETTINGS, Answer, Asked, Got, connection, exchanged
from bot.channels.wecom.tokens import Tokens, lasting
from bot.settings import WeComSettings
from ledger.access_tokens import AccessToken
from ledger.clock import Clock
from ledger.database import Database
from ledger.errors import ForOperator

log = structlog.get_logger()
for noisy in ("httpx", "httpcore"):  # they log every URL, and secret and token are part of it
    logging.getLogger(noisy).setLevel(logging.WARNING)

TRIES = 3  # of a call that WeCom is too busy for, or whose answer got lost
REST = 0.4  # seconds before the second try, doubled before the third
CLOSED = (60.0, 300.0, 900.0, 3600.0)  # seconds a limit holds when WeCom does not say which
LASTS = 7200  # seconds a token is good for


@dataclass(frozen=True)
class Shut:
    """Until when a path takes no calls, and how many times running it was shut."""

    until: datetime
    times: int = 0


@dataclass
class Client:
    """Calls for one app. `rest`: seconds before a repeated call, for tests."""

    settings: WeComSettings
    database: Database
    clock: Clock
    rest: float = REST
    _http: httpx.AsyncClient = field(init=False, repr=False)
    _tokens: Tokens = field(init=False, repr=False)
    _shut: dict[str, Shut] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            self._http = connection(self.settings.api_base, self.settings.ca_file)
        except OSError as error:
            raise ForOperator(f"读不了 WECOM_CA_FILE：{error.strerror or error}") from None
        except httpx.InvalidURL:
            raise ForOperator(SETTINGS) from None
        self._tokens = Tokens(self.database, self.clock, self.account)

    @property
    def account(self) -> str:
        """The app's name in the ledger."""
        return f"{self.settings.corp_id}/{self.settings.agent_id}"

    async def call(
        self, path: str, *, json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None, files: Mapping[str, Any] | None = None,
        method: str = "POST",
    ) -> Answer:  # fmt: skip
        """One call with the app's token; `SendError` says what a refusal means.

        A message with `enable_duplicate_check` is sent again when its answer got lost; one
        without is `UNCERTAIN` then. 45009 is never repeated here.
        """
        asked = Asked(method, path, params or {}, json, files)
        return (await self._with_token(asked)).answer

    async def token(self, instead_of: str = "") -> str:
        """The access token: the kept one, else a fresh one; one caller asks, the others wait."""
        return await self._tokens.kept("access_token", self._fresh_token, instead_of=instead_of)

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """WeCom's name for a file of ours, good for three days. `kind`: image, voice, video, file."""
        answer = await self.call(
            "/cgi-bin/media/upload", params={"type": kind}, files={"media": (name, data)}
        )
        return _field(answer, "media_id")

    async def download(self, media_id: str) -> tuple[bytes, str]:
        """A file a member has sent, and its type; larger than 20 MB is refused."""
        asked = Asked("GET", "/cgi-bin/media/get", {"media_id": media_id})
        got = await self._with_token(asked)
        return got.data, got.mime

    async def ticket(self, path: str, name: str, params: Mapping[str, str]) -> str:
        """A ticket for pages (`jsapi`, `agent_config`), kept and asked for like the token."""

        async def ask() -> AccessToken:
            answer = await self.call(path, params=params, method="GET")
            return self._lasting(answer, "ticket")

        return await self._tokens.kept(name, ask)

    async def close(self) -> None:
        """Give back connections."""
        await self._http.aclose()

    async def _fresh_token(self) -> AccessToken:
        secret = self.settings.secret.get_secret_value()
        params = {"corpid": self.settings.corp_id, "corpsecret": secret}
        asked = Asked("GET", "/cgi-bin/gettoken", params)
        got, _ = await self._patiently(asked, "")
        return self._lasting(self._good(asked, got).answer, "access_token")

    def _lasting(self, answer: Answer, name: str) -> AccessToken:
        seconds = int(answer.get("expires_in") or LASTS)
        return lasting(_field(answer, name), seconds, self.clock)

    async def _with_token(self, asked: Asked) -> Got:
        """With a token that lives: a dead one is renewed once, and the call repeated once."""
        token = await self.token()
        got, unclear = await self._patiently(asked, token)
        if got.number in numbers.REFRESH:
            token = await self.token(instead_of=token)
            got, again = await self._patiently(asked, token)
            unclear = unclear or again
        return self._sure(asked, got) if unclear else self._good(asked, got)

    async def _patiently(self, asked: Asked, token: str) -> tuple[Got, bool]:
        """The same again while WeCom is busy or silent, three times in all.

        With it: whether an earlier try may have done what was asked.
        """
        unclear: SendError | None = None
        for attempt in range(1, TRIES + 1):
            try:
                got = await exchanged(self._http, asked, token)
            except SendError as trouble:
                if trouble.kind is not Trouble.UNCERTAIN and unclear is None:
                    raise
                unclear = unclear or trouble
                if attempt == TRIES or not asked.repeatable:
                    break
            else:
                if got.number not in numbers.BUSY or attempt == TRIES:
                    return got, unclear is not None
            await self._pause(attempt)
        raise _unclear(asked, unclear)

    async def _pause(self, attempt: int) -> None:
        jitter = 0.5 + secrets.randbelow(1000) / 1000
        await asyncio.sleep(self.rest * 2 ** (attempt - 1) * jitter)

    def _good(self, asked: Asked, got: Got) -> Got:
        """The answer, unless it is a refusal; WeCom's own words go into the log and no further."""
        number = got.number
        if not number:
            self._shut.pop(asked.path, None)
            return got
        said = self._masked(got.said)
        log.warning("wecom_number", path=asked.path, number=number, said=said)
        hold = self._hold(asked.path, said) if number == numbers.TOO_OFTEN else 0.0
        raise numbers.trouble_of(number, said, hold=hold)

    def _sure(self, asked: Asked, got: Got) -> Got:
        """The answer to a repeated call, when the first may have been heard."""
        card = (asked.json or {}).get("template_card") or {}
        if got.number == numbers.TASK_USED and card.get("task_id"):
            return Got(b"", "", {"errcode": 0})  # our own card is there; its code is lost
        try:
            return self._good(asked, got)
        except SendError as trouble:
            if trouble.kind not in {Trouble.THROTTLED, Trouble.DOWN}:
                raise
            unclear = trouble
        raise _unclear(asked, unclear)

    def _hold(self, path: str, said: str) -> float:
        """Seconds to wait: as its words tell, else longer each time it happens again.

        Calls that were under way together are one time.
        """
        now = self.clock.now()
        told = numbers.told_hold(said, now)
        if told is not None:
            return told
        shut = self._shut.get(path, Shut(now))
        if shut.until <= now:
            hold = CLOSED[min(shut.times, len(CLOSED) - 1)]
            shut = self._shut[path] = Shut(now + timedelta(seconds=hold), shut.times + 1)
        return (shut.until - now).total_seconds()

    def _masked(self, said: str) -> str:
        return said.replace(self.settings.secret.get_secret_value() or "\0", "***")[:300]


def _unclear(asked: Asked, why: SendError | None) -> SendError:
    """Perhaps done; what nobody sees is as good as not done."""
    kind = Trouble.UNCERTAIN if asked.acts else Trouble.DOWN
    return SendError(kind, why.detail if why else "")


def _field(answer: Answer, name: str) -> str:
    if not answer.get(name):
        raise SendError(Trouble.MISCONFIGURED, f"没有 {name}：{SETTINGS}")
    return str(answer[name])
