"""An uploaded table becomes plain rows, in a limited child process; and the roster's import.

Reading decides nothing: what the rows mean is the ledger's business (`ledger/roster.py`).
Limits: documents §8, performance §3.8; the child is `bot/table_child.py`.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from bot.channels.text import plain
from ledger import audit, roster
from ledger.database import Database, Session
from ledger.errors import ForOperator, Refused
from ledger.people import STAFF
from ledger.roster_cells import LABELS, Row
from ledger.roster_match import Change, Preview
from ledger.roster_rows import HOUSEHOLD_SHEETS, PEOPLE_SHEETS
from ledger.roster_villages import VillageChange
from templates.filters import ROLES
from templates.words import Words

CHILD = Path(__file__).with_name("table_child.py")
MOST_BYTES = 5 * 1024 * 1024
PATIENCE = 20  # seconds by the wall; the child itself may use ten of processor time
SHOWN_PROBLEMS, SHOWN_CHANGES, SHOWN_NAMES = 50, 20, 8
REFUSALS = {
    "empty": "roster.empty",
    "locked": "roster.locked",
    "old_format": "roster.old_format",
    "other_format": "roster.other_format",
    "damaged": "roster.damaged",
    "too_heavy": "roster.too_heavy",
    "too_many_rows": "roster.too_many_rows",
    "too_many_columns": "roster.too_many_columns",
}


class BadTable(ForOperator):
    """The file is not imported and nothing has changed; its text says why, in plain Chinese."""


@dataclass(frozen=True)
class Table:
    """The rows of a file, and the file's own fingerprint."""

    sha256: str
    rows: tuple[Row, ...]


class Pair(NamedTuple):
    """One thing that changes about a person, in words."""

    label: str
    before: str
    after: str


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
        raise Refused("roster.not_found", name=path.name)
    with path.open("rb") as given:
        content = given.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused("roster.too_big")
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
        raise Refused("roster.too_heavy") from None


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
    raise Refused("roster.too_heavy")


# the roster
async def import_roster(
    database: Database, path: Path, *, county: str | None, words: Words, now: datetime,
    confirm: Callable[[str], bool],
) -> str:  # fmt: skip
    """Read, preview, ask, import; returns the closing sentence.

    `county` is for tables without that column. `confirm` gets the preview's text. `BadTable`
    when the file is refused or nothing of it can be used: then nothing has changed.
    """
    try:
        return plain(await _import(database, path, county, words, now, confirm))
    except Refused as why:
        raise BadTable(plain(words.say(why.block, **why.facts))) from why


async def _import(
    database: Database, path: Path, county: str | None, words: Words, now: datetime,
    confirm: Callable[[str], bool],
) -> str:  # fmt: skip
    table = await read_table(path, (*PEOPLE_SHEETS, *HOUSEHOLD_SHEETS))
    async with database.reading() as db:
        found = await _preview(db, table, county, now)
    text = describe(found, words)
    if found.changes_nothing:
        return _nothing(found, text, words)
    if not confirm(plain(text)):
        return words.say("roster.declined")
    async with database.transaction() as db:
        if await _preview(db, table, county, now) != found:
            raise Refused("roster.changed_meanwhile")
        await roster.apply(db, found, by=audit.SYSTEM, now=now)
    return words.say("roster.imported", found=found)


async def _preview(db: Session, table: Table, county: str | None, now: datetime) -> Preview:
    return await roster.preview(db, table.rows, county=county, sha256=table.sha256, now=now)


def _nothing(found: Preview, text: str, words: Words) -> str:
    """There is nothing to write: all is there already, or nothing of it can be used."""
    if found.problems:
        raise BadTable(plain(words.say("roster.nothing_left") + "\n" + text))
    if not found.same and not found.same_households and not found.same_villages:
        raise Refused("roster.empty")
    return words.say("roster.all_same")


# words
def describe(found: Preview, words: Words) -> str:
    """The preview for people, in the neutral markup: counts, changes, problems by row."""
    parts: list[str] = [words.say("roster.counts", found=found, most=SHOWN_NAMES)]
    staff = [one.entry.name for one in found.new if one.entry.role in STAFF]
    staff += [one.after.name for one in found.changed if one.after.role in STAFF]
    if staff:
        parts.append(words.say("roster.staff", names=staff, most=SHOWN_NAMES))
    changes = [_change(one, words) for one in found.changed]
    changes += [_village(one, words) for one in found.changed_villages]
    parts += _first(changes, SHOWN_CHANGES, words)
    parts += _first(_problems(found, words), SHOWN_PROBLEMS, words)
    if not found.changes_nothing:
        parts.append(words.say("roster.nobody_touched"))
    return "\n".join(parts)


def _first(lines: list[str], most: int, words: Words) -> list[str]:
    rest = len(lines) - most
    return [*lines[:most], words.say("roster.more", count=rest)] if rest > 0 else lines


def _change(one: Change, words: Words) -> str:
    pairs = [
        Pair(LABELS[name], ROLES.get(before, before), ROLES.get(after, after))
        for name, (before, after) in one.differing.items()
    ]
    return words.say("roster.change", row=one.line.row, name=one.after.name, pairs=pairs)


def _village(one: VillageChange, words: Words) -> str:
    line = one.line
    return words.say(
        "roster.village_change", row=line.row, village=line.village, before=one.before,
        after=line.kind,
    )  # fmt: skip


def _problems(found: Preview, words: Words) -> list[str]:
    several = len({one.sheet for one in found.problems}) > 1
    return [
        words.say(
            "roster.problem", sheet=one.sheet if several else "", row=one.row, column=one.column,
            reason=words.say(one.reason, **one.facts),
        )
        for one in found.problems
    ]  # fmt: skip
