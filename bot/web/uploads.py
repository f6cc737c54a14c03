"""A posted message, read and checked: JSON with base64 files, or a form with real ones."""

import asyncio
import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.web.security import Problem
from ledger.files import Kept, keep_bytes

TEXT_LIMIT = 20000
FILES_LIMIT = 9
CLIENT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
WHOLE = re.compile(r"[0-9]{1,15}")
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]')
FIRST_BYTES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
}


@dataclass(frozen=True)
class Upload:
    """A file as sent; what it says about itself is not believed."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Posted:
    """A message as sent; `person` is not yet checked."""

    person: object
    text: str
    client_id: str
    edits: int | None
    uploads: tuple[Upload, ...] = ()
    reply_to: int | None = None


async def read_message(request: Request) -> Posted:
    """The message in the body of a POST, or a `Problem`."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=FILES_LIMIT + 1, max_fields=20) as form:
            files = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
            uploads = [Upload(one.filename or "", await one.read()) for one in files]
            return _posted({name: form.get(name) for name in form}, uploads)
    body = await read_json(request)
    files = body.get("files") or []
    if not isinstance(files, list):
        raise Problem(400, "web.bad_files")
    return _posted(body, [_from_base64(one) for one in files[: FILES_LIMIT + 1]])


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object in the body of a POST, or a `Problem`."""
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Problem(400, "web.bad_json") from None
    if not isinstance(body, dict):
        raise Problem(400, "web.bad_json")
    return body


def _posted(fields: Mapping[str, Any], uploads: list[Upload]) -> Posted:
    text = fields.get("text") or ""
    if not isinstance(text, str):
        raise Problem(400, "web.bad_text")
    text = sound(text)
    if len(text) > TEXT_LIMIT:
        raise Problem(413, "web.text_too_long", limit=TEXT_LIMIT)
    uploads = [one for one in uploads if one.data]
    if not text.strip() and not uploads:
        raise Problem(400, "web.empty")
    if len(uploads) > FILES_LIMIT:
        raise Problem(413, "web.too_many_files", limit=FILES_LIMIT)
    client_id = read_client_id(fields.get("client_id"))
    edits, reply_to = _line(fields.get("edits")), _line(fields.get("reply_to"))
    return Posted(fields.get("person"), text, client_id, edits, tuple(uploads), reply_to)


def _line(value: object) -> int | None:
    return number(value, "web.no_such_line") if value else None


def _from_base64(file: Any) -> Upload:
    try:
        data = base64.b64decode(file["data"], validate=True)
        return Upload(str(file.get("name") or ""), data)
    except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
        raise Problem(400, "web.bad_files") from None


def sound(text: str) -> str:
    """The text without what no database takes: half characters and zero bytes."""
    return text.encode(errors="replace").decode().replace("\x00", "")


def number(value: object, block: str) -> int:
    """A whole number of sensible size, as number or digits; else a `Problem` in these words."""
    digits = str(value)
    if isinstance(value, bool) or not WHOLE.fullmatch(digits):
        raise Problem(400, block)
    return int(digits)


def read_client_id(value: object) -> str:
    """The sender's own name for this message, or one of ours; repeating it repeats nothing."""
    if value in (None, ""):
        return secrets.token_hex(12)
    if not isinstance(value, str) or not CLIENT_ID.fullmatch(value):
        raise Problem(400, "web.bad_client_id")
    return value


async def keep_uploads(
    folder: Path, uploads: tuple[Upload, ...], *, limit_mb: int
) -> list[Kept]:
    """The files on our disk, typed by their first bytes, before anything is acknowledged."""
    if any(len(one.data) > limit_mb << 20 for one in uploads):
        raise Problem(413, "web.file_too_large", limit=limit_mb)
    return [await asyncio.to_thread(_keep, folder, one) for one in uploads]


def _keep(folder: Path, upload: Upload) -> Kept:
    mime = type_of(upload.data)
    kind = "photo" if mime.startswith("image/") else "file"
    name = clean_name(upload.name) or kind + ENDINGS.get(mime, "")
    return keep_bytes(folder, upload.data, mime=mime, name=name, kind=kind)


def type_of(data: bytes) -> str:
    """What the content is; neither name nor stated type is believed (security §5, 25)."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    found = (mime for start, mime in FIRST_BYTES if data.startswith(start))
    return next(found, "application/octet-stream")


def clean_name(name: str) -> str:
    """A name to show and to save under: no folders, no control or turning characters."""
    last = sound(name).replace("\\", "/").rsplit("/", 1)[-1]
    return NOT_IN_NAMES.sub("", last).strip(" .")[-100:]
