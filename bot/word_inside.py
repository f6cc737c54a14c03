"""A county's own Word page inside its limited process: looked at, tried, filled in.

Started by `bot/word_child.py` as a file under `python -I`. On stdin one JSON line and the page's
bytes, on stdout one JSON line: ["made"] with the paper's bytes behind it, or ["refused", reason,
detail]. Limits: documents §8; what breaks them dies here, alone.
"""

import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # -I knows no folder of ours

from bot.table_child import OLE, limit

MIB = 1024 * 1024
MEMORY = 512 * MIB
MOST_BYTES, MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO = 5 * MIB, 200, 30 * MIB, 100
MOST_MADE = 12 * MIB  # of a paper
MAIN = "word/document.xml"
PROGRAMS = re.compile(
    r"vbaproject|vbadata|activex|oleobject|embeddings/|macrosheets|customui|\.(?:bin|exe|js|hta)$",
    re.I,
)
FOREIGN = (b"<!DOCTYPE", b"<!ENTITY")
NAMED = re.compile(r"'([^'\n]{1,60})' is undefined|no attribute '([^'\n]{1,60})'")


class Refusal(Exception):
    """This page is not taken: the reason, and what about it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


# looking before parsing
def look_through(page: bytes) -> None:
    """Refuse what is no plain zip of a Word file: its contents first, then each part, unparsed."""
    if page.startswith(OLE):
        raise Refusal(
            "locked" if "EncryptedPackage".encode("utf-16-le") in page else "old_format"
        )
    if len(page) > MOST_BYTES:
        raise Refusal("too_big")
    if not page.startswith(b"PK"):
        raise Refusal("other_format")
    with zipfile.ZipFile(io.BytesIO(page)) as archive:
        _contents(archive.infolist())
        for name, words in _parts(archive):
            _part(name, words)


def _contents(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(one.file_size for one in entries)
    packed = sum(one.compress_size for one in entries)
    names = [one.filename for one in entries]
    if len(entries) > MOST_ENTRIES or unpacked > min(MOST_UNPACKED, MOST_RATIO * packed):
        raise Refusal("too_heavy")
    if any(one.flag_bits & 1 for one in entries):
        raise Refusal("locked")
    if MAIN not in names:
        raise Refusal("other_format")
    if len({one.lower() for one in names}) < len(names) or any(
        one.startswith(("/", "\\")) or ".." in one for one in names
    ):
        raise Refusal("damaged")
    if any(PROGRAMS.search(one) for one in names):
        raise Refusal("programs")


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Each part unpacked; one that is longer than it says ends as a damaged file."""
    for entry in archive.infolist():
        yield entry.filename, archive.read(entry)


def _part(name: str, words: bytes) -> None:
    if not name.endswith((".xml", ".rels")):
        return
    try:
        words.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("damaged") from None
    if any(one in words for one in FOREIGN):
        raise Refusal("programs")


# trying and filling in
def answer(order: Mapping[str, Any], page: bytes) -> bytes:
    """The paper on that page; `order` holds what to do, the facts and where files lie."""
    look_through(page)
    from templates import word
    from templates.looks import Looks

    _look_inside(page)
    if unknown := word.unknown_names(page):
        raise Refusal("unknown", "、".join(unknown[:5]))
    county, files = (Path(one) if one else None for one in (order["county"], order["files"]))
    made = word.write_on(page, order["facts"], Looks(county, files))
    if len(made) > MOST_MADE:
        raise Refusal("too_heavy")
    _look_inside(made)  # a tag can put a field together
    return made


def _look_inside(paper: bytes) -> None:
    """Refuse what runs, fetches or points outside."""
    from docx import Document

    from bot.word_parts import faults

    if fault := next(faults(Document(io.BytesIO(paper))), ""):
        raise Refusal(fault)


def why(error: Exception) -> Refusal:
    """What stands against a page, told by what a library has stumbled over."""
    if isinstance(error, Refusal):
        return error
    kind, words = type(error).__name__, str(error)
    if isinstance(error, MemoryError | RecursionError) or "out of memory" in words:
        return Refusal("too_heavy")
    if isinstance(error, ValueError) and "not a Word file" in words:
        return Refusal("other_format")
    if kind == "UndefinedError":
        named = NAMED.search(words)
        return Refusal("unknown", (named[1] or named[2]) if named else "")
    if kind in ("SecurityError", "TemplateAssertionError"):
        return Refusal("forbidden")
    if kind == "TemplateSyntaxError":
        return Refusal("tags", words[:80])
    if isinstance(error, zipfile.BadZipFile | zlib.error | EOFError | KeyError):
        return Refusal("damaged")
    return Refusal("tags")


def main() -> None:
    """One order, one answer."""
    limit(MEMORY)
    out = sys.stdout.buffer
    try:
        order = json.loads(sys.stdin.buffer.readline())
        made = answer(order, sys.stdin.buffer.read())
        out.write(b'["made"]\n' + made)
    except Exception as error:
        refusal = why(error)
        out.write(json.dumps(["refused", refusal.reason, refusal.detail]).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
