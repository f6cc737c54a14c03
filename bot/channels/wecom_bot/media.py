"""Files of a smart bot: encrypted ones come in from a link, ours go out in pieces (wecom.md §7)."""

import asyncio
import base64
import hashlib
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from bot.channels.base import SendError, Trouble
from bot.channels.wecom.crypto import CryptError, media_open
from bot.channels.wecom_bot.hear import CHANNEL
from bot.channels.wecom_bot.socket import Socket
from ledger import held_files
from ledger.clock import Clock
from ledger.database import Database
from ledger.files import path_of
from ledger.held_files import Held
from ledger.messages import Media, Paper

MOST = 20 << 20  # bytes of a file, in and out
IMAGE_MOST, LEAST = 2 << 20, 5  # bytes
PADDING = 32  # bytes a file grows by at most when it is encrypted
PIECE = 512 << 10  # bytes of one piece, before base64
PICTURES = frozenset({"image/jpeg", "image/png"})
HELD_FOR = timedelta(days=3) - timedelta(hours=1)
TIMEOUT = httpx.Timeout(30, connect=5)


@dataclass
class Files:
    """Gets files in, puts files out. What was put out once is not put out again for three days."""

    socket: Socket
    folder: Path
    database: Database
    clock: Clock
    ca_file: str = ""
    _http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        trust = ssl.create_default_context(cafile=self.ca_file) if self.ca_file else True
        self._http = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=trust)

    async def fetch(self, media: Media) -> bytes:
        """The bytes of a file somebody has sent; its link is good for five minutes."""
        door = json.loads(media.fetch)
        data = await self._download(door["url"])
        if not door["aeskey"]:
            return data
        try:
            return await asyncio.to_thread(media_open, data, door["aeskey"])
        except CryptError as error:
            raise SendError(
                Trouble.REFUSED, f"the file does not decrypt: {error.kind}"
            ) from None

    async def media_id(self, paper: Paper) -> tuple[str, str]:
        """How it is sent (`image`, `file`) and WeCom's name for it; uploaded where need be."""
        data = await asyncio.to_thread(_read, path_of(self.folder, paper.sha256))
        held = self._held(paper, data)
        async with self.database.reading() as db:
            found = await held_files.media_id(db, held, now=self.clock.now())
        if found:
            return held.kind, found
        fresh = await self._upload(held.kind, paper.name, data)
        until = self.clock.now() + HELD_FOR
        async with self.database.transaction() as db:
            await held_files.note(db, held, fresh, until=until)
        return held.kind, fresh

    async def forget(self, paper: Paper, kind: str, media_id: str) -> None:
        """WeCom does not know that name any more."""
        held = Held(CHANNEL, self.socket.bot_id, paper.sha256, kind)
        async with self.database.transaction() as db:
            await held_files.forget(db, held, media_id)

    async def close(self) -> None:
        """Give back connections."""
        await self._http.aclose()

    def _held(self, paper: Paper, data: bytes) -> Held:
        shown = paper.mime in PICTURES and len(data) <= IMAGE_MOST
        return Held(CHANNEL, self.socket.bot_id, paper.sha256, "image" if shown else "file")

    async def _upload(self, kind: str, name: str, data: bytes) -> str:
        pieces = list(_pieces(data))
        begun = await self.socket.call(
            "aibot_upload_media_init",
            {
                "type": kind, "filename": _short(name), "total_size": len(data),
                "total_chunks": len(pieces),
                "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
            },
        )  # fmt: skip
        upload = str(begun.get("upload_id", ""))
        for number, piece in enumerate(pieces):
            told = {"upload_id": upload, "chunk_index": number, "base64_data": piece}
            await self.socket.call("aibot_upload_media_chunk", told)
        ended = await self.socket.call("aibot_upload_media_finish", {"upload_id": upload})
        return str(ended.get("media_id", ""))

    async def _download(self, url: str) -> bytes:
        """At most 20 MB, by what is said and by what comes; an old link is a refusal."""
        try:
            async with self._http.stream("GET", url) as response:
                if response.status_code >= 500:
                    raise SendError(Trouble.DOWN, f"HTTP {response.status_code}")
                if response.status_code != 200:
                    raise SendError(Trouble.REFUSED, f"HTTP {response.status_code}")
                return await _body(response)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise SendError(Trouble.REFUSED, type(error).__name__) from None
        except httpx.HTTPError as error:
            raise SendError(Trouble.DOWN, type(error).__name__) from None


async def _body(response: httpx.Response) -> bytes:
    told = response.headers.get("content-length", "0")
    pieces: list[bytes] = []
    size = int(told) if told.isdecimal() else 0
    if size <= MOST + PADDING:
        size = 0
        async for piece in response.aiter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > MOST + PADDING:
                break
    if size > MOST + PADDING:
        raise SendError(Trouble.REFUSED, "the file has more than 20 MB")
    return b"".join(pieces)


def _pieces(data: bytes) -> Iterator[str]:
    for start in range(0, len(data), PIECE):
        yield base64.b64encode(data[start : start + PIECE]).decode()


def _short(name: str) -> str:
    """At most 256 bytes, the ending kept."""
    stem, dot, ending = name.rpartition(".")
    room = 250 - len(f"{dot}{ending}".encode())
    if not dot or room <= 0:
        return name.encode()[:250].decode(errors="ignore")
    return f"{stem.encode()[:room].decode(errors='ignore')}{dot}{ending}"


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SendError(
            Trouble.REFUSED, f"{path.name} cannot be read: {error.strerror}"
        ) from None
    if not LEAST <= len(data) <= MOST:
        raise SendError(Trouble.REFUSED, f"{path.name} has {len(data)} bytes: 5 bytes to 20 MB")
    return data
