"""One request to WeCom and its answer: what a lost connection, a status, a number mean (wecom.md §4)."""

import json as text_of
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.channels.base import SendError, Trouble

TIMEOUT = httpx.Timeout(10, connect=5)
MOST = 20 << 20  # bytes of an answer; WeCom keeps no larger files
SAYS = {"application/json", "text/plain"}  # what a refusal comes as, with status 200
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NO_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL)
ACTS = frozenset({"/cgi-bin/message/send", "/cgi-bin/message/update_template_card"})
SETTINGS = "请检查 WECOM_API_BASE"
TOO_FAST = 429
TOO_LARGE = 413
HOLD = 60.0  # seconds

Answer = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A call without its token."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    files: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def acts(self) -> bool:
        """Whether people see something of it; all other calls may be made twice."""
        return self.path in ACTS

    @property
    def repeatable(self) -> bool:
        """Whether the same again does nothing more: WeCom drops an identical message."""
        return not self.acts or bool((self.json or {}).get("enable_duplicate_check"))


@dataclass(frozen=True)
class Got:
    """What came back with a status of 200."""

    data: bytes = field(repr=False)
    mime: str
    answer: Answer = field(repr=False)

    @property
    def number(self) -> int:
        """WeCom's error number; 0 is none."""
        found = self.answer.get("errcode")
        return found if isinstance(found, int) else 0

    @property
    def said(self) -> str:
        """WeCom's own words, for the log."""
        return str(self.answer.get("errmsg", ""))


def connection(api_base: str, ca_file: str) -> httpx.AsyncClient:
    """Towards the corp's WeCom; proxies of the environment are left alone."""
    return httpx.AsyncClient(
        base_url=api_base.rstrip("/"), timeout=TIMEOUT, trust_env=False,
        verify=ssl.create_default_context(cafile=ca_file) if ca_file else True,
        follow_redirects=False,
    )  # fmt: skip


async def exchanged(http: httpx.AsyncClient, asked: Asked, token: str) -> Got:
    """One request, once. No exception of ours carries the address, in which the secrets are."""
    params = {**asked.params, **({"access_token": token} if token else {})}
    try:
        async with http.stream(
            asked.method, asked.path, params=params, json=asked.json, files=asked.files
        ) as response:
            return _read(response, await _capped(response))
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        trouble = _lost(error, asked)
    raise trouble


async def _capped(response: httpx.Response) -> bytes:
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > MOST:
            raise SendError(Trouble.REFUSED, "the file has more than 20 MB")
    return bytes(data)


def _read(response: httpx.Response, data: bytes) -> Got:
    """The answer; whether a 5xx has done it nobody knows."""
    status = response.status_code
    mime = response.headers.get("content-type", "").partition(";")[0].strip()
    answer = _object(data) if mime in SAYS else None
    if status >= 500:
        raise SendError(Trouble.UNCERTAIN, f"HTTP {status}")
    if status == TOO_FAST:
        raise SendError(Trouble.THROTTLED, f"HTTP {status}", retry_after=HOLD, everybody=True)
    if status == TOO_LARGE:
        raise SendError(Trouble.REFUSED, f"HTTP {status}: the file is too large")
    if status != 200 and not (answer or {}).get("errcode"):
        raise SendError(Trouble.MISCONFIGURED, f"HTTP {status}：{SETTINGS}")
    return Got(data, mime, answer or {})


def _object(data: bytes) -> Answer | None:
    try:
        found = text_of.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _lost(error: Exception, asked: Asked) -> SendError:
    name = type(error).__name__
    if isinstance(error, NO_ADDRESS):
        return SendError(Trouble.MISCONFIGURED, f"{name}：{SETTINGS}")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return SendError(Trouble.MISCONFIGURED, f"{name}：请检查 WECOM_CA_FILE")
    if isinstance(error, NOT_SENT):
        return SendError(Trouble.DOWN, name)
    return SendError(Trouble.UNCERTAIN, name)
