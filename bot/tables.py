"""An uploaded table becomes plain rows, in a limited child process; and a preview's problem lines.

Reading decides nothing: what the rows mean is the ledger's business (`ledger/roster.py`,
`ledger/catalogue.py`). Limits: documents §8, performance §3.8; the child is `bot/table_child.py`.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from ledger.errors import ForOperator, Refused
from ledger.table_cells import Problem, Row
from templates.words import Words

CHILD = Path(__file__).with_name("table_child.py")
MOST_BYTES = 5 * 1024 * 1024
PATIENCE = 20  # seconds by the wall; the child itself may use ten of processor time
REFUSALS = {
    "empty": "tables.empty",
    "locked": "tables.locked",
    "old_format": "tables.old_format",
    "other_format": "tables.other_format",
    "damaged": "tables.damaged",
    "too_heavy": "tables.too_heavy",
    "too_many_rows": "tables.too_many_rows",
    "too_many_columns": "tables.too_many_columns",
}


class BadTable(ForOperator):
    """The file is not imported and nothing has changed; its text says why, in plain Chinese."""


@dataclass(frozen=True)
class Table:
    """The rows of a file, and the file's own fingerprint."""

    sha256: str
    rows: tuple[Row, ...]


# reading
async def read_table(path: Path, sheets: Sequence[str] = ()) -> Table:
    """The first sheet and those named, as text. `Refused` when the file cannot be read.

    Reads .xlsx and .csv (UTF-8, UTF-16, GB18030) of at most 5 MB, told by content.
    """
    return await asyncio.to_thread(_read, path, sheets)


def _read(path: Path, sheets: Sequence[str]) -> Table:
    given = _bytes(path)
    with TemporaryFile() as handed, TemporaryFile() as rows:
        handed.write(given)
        handed.seek(0)
        _run(handed, rows, sheets)
        rows.seek(0)
        return Table(hashlib.sha256(given).hexdigest(), _rows(rows))


def _bytes(path: Path) -> bytes:
    if not path.is_file():  # no folder, no pipe, no device
        raise Refused("tables.not_found", name=path.name)
    with path.open("rb") as given:
        content = given.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused("tables.too_big")
    return content


def _run(handed: IO[bytes], rows: IO[bytes], sheets: Sequence[str]) -> None:
    """Let the child read; what it may use up it limits itself, its time is limited here."""
    command = [sys.executable, "-I", str(CHILD), *sheets]
    try:
        subprocess.run(
            command, stdin=handed, stdout=rows, stderr=subprocess.DEVNULL, timeout=PATIENCE,
            check=False, env={"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused("tables.too_heavy") from None


def _rows(lines: IO[bytes]) -> tuple[Row, ...]:
    """All rows, if the child came to its end; one that was stopped says nothing."""
    rows: list[Row] = []
    for line in lines:
        if not line.endswith(b"\n"):  # stopped in the middle of a word
            break
        kind, *rest = json.loads(line)
        if kind == "end":
            return tuple(rows)
        if kind == "refused":
            raise Refused(REFUSALS[rest[0]])
        sheet, number, cells = rest
        rows.append(Row(sheet, number, tuple(cells)))
    raise Refused("tables.too_heavy")


# words
def problem_lines(problems: Sequence[Problem], words: Words) -> list[str]:
    """One line a problem: sheet (where there are several), row, column, why and what to do."""
    several = len({one.sheet for one in problems}) > 1
    return [
        words.say(
            "tables.problem", sheet=one.sheet if several else "", row=one.row, column=one.column,
            reason=words.say(one.reason, **one.facts),
        )
        for one in problems
    ]  # fmt: skip


def first_lines(lines: list[str], most: int, words: Words) -> list[str]:
    """The first so many lines, and how many more there are."""
    rest = len(lines) - most
    return [*lines[:most], words.say("tables.more", count=rest)] if rest > 0 else lines
