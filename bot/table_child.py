"""Reads one uploaded table in a limited process: its bytes on stdin, rows as JSON lines on stdout.

Started by `bot/tables.py` as a file under `python -I`, so it imports nothing of ours; the
arguments are the sheets wanted besides the first. A line is ["row", sheet, number, cells]; the
last one is ["end"] or ["refused", reason]. Nothing is evaluated: a formula is its own text.
Limits: documents §8, performance §3.8. What breaks them dies here, alone.
"""

import csv
import io
import json
import os
import re
import resource
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

MIB = 1024 * 1024
MEMORY, CPU_SECONDS, OUTPUT = 256 * MIB, 10, 16 * MIB
MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO = 200, 100 * MIB, 100
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 20_000, 40, 1200

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007, and every encrypted file since
UTF16 = (b"\xff\xfe", b"\xfe\xff")
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")
OTHER_TEXT = ("<", "%PDF", "{\\rtf", "{", "[")  # web page or XML, PDF, Word, JSON
DELIMITERS = ",\t;"


class Refusal(Exception):
    """This file is not read; its one argument is the reason."""


def limit(memory: int = MEMORY) -> None:
    """Take away what a file's reader does not need: memory, time, output, new files."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def rows_of(given: bytes, wanted: set[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Sheet, row number and cells; what it is is told by the content, never by the name."""
    if given and not given.strip(b"\0"):  # a damaged disk's idea of a file
        raise Refusal("other_format")
    if not given.strip(b"\xef\xbb\xbf\0\t\r\n ,;"):
        raise Refusal("empty")
    if given.startswith(OLE):
        hidden = "EncryptedPackage".encode("utf-16-le") in given
        raise Refusal("locked" if hidden else "old_format")
    if given.startswith(b"PK"):
        return _sheets(given, wanted)
    return _filled("", _csv(given))


def _filled(sheet: str, rows: Iterable[Iterable[Any]]) -> Iterator[tuple[str, int, list[str]]]:
    """The rows that hold something, numbered as a person counts them."""
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise Refusal("too_many_rows")
        cells = [text(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise Refusal("too_many_columns")
        if cells:
            yield sheet, number, cells


def text(value: Any) -> str:
    """A cell as it is read aloud: 13800000001.0 is 13800000001, a formula begins with =."""
    if value is None:
        return ""
    if isinstance(value, float):
        value = int(value) if value.is_integer() else f"{value:.15g}"
    elif isinstance(value, datetime | date | time):
        value = value.isoformat()
    elif not isinstance(value, str | int):
        value = getattr(value, "text", None) or "="  # an array formula or a data table
    return str(value)[:LONGEST_CELL]


def _csv(given: bytes) -> Iterator[list[str]]:
    words = _decoded(given)
    if NO_TEXT.search(words) or words.lstrip().startswith(OTHER_TEXT):
        raise Refusal("other_format")
    first = next(line for line in words.splitlines() if line.strip())
    delimiter = max(DELIMITERS, key=first.count)
    return csv.reader(io.StringIO(words, newline=""), delimiter=delimiter)


def _decoded(given: bytes) -> str:
    """Excel's "Unicode text", UTF-8, or what a Chinese Windows writes."""
    encodings = ("utf-16",) if given.startswith(UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return given.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("other_format")


def _sheets(given: bytes, wanted: set[str]) -> Iterator[tuple[str, int, list[str]]]:
    _look_before_unpacking(given)
    os.environ["OPENPYXL_LXML"] = "False"  # the parser that defusedxml guards
    for large in ("numpy", "lxml"):  # not needed, and too large for us
        sys.modules[large] = None  # type: ignore[assignment]
    import openpyxl

    book = openpyxl.load_workbook(
        io.BytesIO(given), read_only=True, data_only=False, keep_links=False
    )
    for place, sheet in enumerate(book.worksheets):
        title = plain_title(sheet.title)
        if place == 0 or title in wanted:
            sheet.reset_dimensions()  # a file may lie about its size
            rows = sheet.iter_rows(
                max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1, values_only=True
            )
            yield from _filled(title, rows)


def plain_title(title: str) -> str:
    """A sheet's name without spaces and full-width forms."""
    return "".join(unicodedata.normalize("NFKC", title).split())


def _look_before_unpacking(given: bytes) -> None:
    """Read the table of contents only; a lying size ends later as a damaged file."""
    with zipfile.ZipFile(io.BytesIO(given)) as archive:
        entries = archive.infolist()
    unpacked = sum(one.file_size for one in entries)
    packed = sum(one.compress_size for one in entries)
    if len(entries) > MOST_ENTRIES or unpacked > min(MOST_UNPACKED, MOST_RATIO * packed):
        raise Refusal("too_heavy")
    if any(one.flag_bits & 1 for one in entries):
        raise Refusal("locked")
    if not any(one.filename.endswith("xl/workbook.xml") for one in entries):
        raise Refusal("other_format")


def main() -> None:
    """Write every row, and at last how it ended."""
    limit()
    try:
        for sheet, number, cells in rows_of(sys.stdin.buffer.read(), set(sys.argv[1:])):
            _write(["row", sheet, number, cells])
        last = ["end"]
    except Refusal as why:
        last = ["refused", str(why)]
    except MemoryError:
        last = ["refused", "too_heavy"]
    except Exception as why:  # whatever a library stumbles over is the file's fault
        starved = "out of memory" in str(why)  # the XML parser's own word for MemoryError
        last = ["refused", "too_heavy" if starved else "damaged"]
    _write(last)
    sys.stdout.flush()


def _write(line: list[Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")  # ASCII: no encoding to agree on


if __name__ == "__main__":
    main()
