"""Issue tables from the command line, and their preview in words; the chat's side is `bot/tables_in.py`.

What the rows mean: `ledger/catalogue.py`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot.channels.text import plain
from bot.tables import BadTable, Table, first_lines, problem_lines, read_table
from ledger import audit, catalogue, people, roster
from ledger.catalogue import Order
from ledger.catalogue_cells import LABELS, source_in
from ledger.catalogue_match import Change, Preview
from ledger.catalogue_rows import SHEETS
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.issues import Source
from ledger.rules import Rules
from templates.words import Words

SHOWN_CHANGES = 20
ALL = 1_000_000  # problem lines on the command line


class Pair(NamedTuple):
    """One thing that changes about an issue, in words."""

    label: str
    before: str
    after: str


async def import_issues(
    database: Database, path: Path, *, name: str, source: str, county: str | None, rules: Rules,
    words: Words, now: datetime, confirm: Callable[[str], bool],
) -> str:  # fmt: skip
    """Read, preview, ask, import; returns the closing sentence. `BadTable` when nothing is."""
    try:
        table = await read_table(path, SHEETS)
        async with database.reading() as db:
            order = await _order(db, name, source, county, now)
            found = await preview(db, table, order, now)
        text = describe(found, words, ALL)
        if found.changes_nothing:
            return plain(nothing(found, text, words))
        if not confirm(plain(text)):
            return plain(words.say("tables.declined"))
        async with database.transaction() as db:
            if await preview(db, table, order, now) != found:
                raise Refused("tables.changed_meanwhile")
            await catalogue.apply(db, found, order, now=now, rules=rules)
        return plain(words.say("catalogues.imported", found=found))
    except Refused as why:
        raise BadTable(plain(words.say(why.block, **why.facts))) from why


async def _order(
    db: Session, name: str, source: str, county: str | None, now: datetime
) -> Order:
    """At the machine nobody is known: the county's first person answers for it."""
    told = source_in(source) if source else source_in(name)
    if source and told is None:
        raise Refused("catalogues.no_source", text=source)
    everybody = await people.roster(db)
    by = next(
        (one for one in everybody if one.role == "county" and county in {None, one.county}),
        None,
    )
    if by is None:
        raise Refused(
            "catalogues.no_county", county=county or await roster.county_name(db) or ""
        )
    return Order(catalogue.checked_name(name), told or Source.SELF_CHECK, by, audit.SYSTEM)


async def preview(db: Session, table: Table, order: Order, now: datetime) -> Preview:
    """What the table would change, nothing written."""
    return await catalogue.preview(db, table.rows, order, sha256=table.sha256, now=now)


def nothing(found: Preview, text: str, words: Words) -> str:
    """There is nothing to write: all is there already, or nothing of it can be used."""
    if found.problems:
        raise BadTable(plain(words.say("tables.nothing_left") + "\n" + text))
    if not found.items:
        raise Refused("tables.empty")
    return words.say("catalogues.all_same", found=found)


# words
def describe(found: Preview, words: Words, most: int) -> str:
    """The preview for people, in the neutral markup: counts, changes, problems by row."""
    parts: list[str] = [words.say("catalogues.counts", found=found)]
    parts += first_lines(_changes(found.changed, words), min(SHOWN_CHANGES, most), words)
    parts += first_lines(problem_lines(found.problems, words), most, words)
    return "\n".join(parts)


def _changes(changes: Sequence[Change], words: Words) -> list[str]:
    """Row, number, and each field before and after."""
    lines: list[str] = []
    for one in changes:
        pairs = [
            Pair(LABELS.get(name, LABELS["units"]), _short(before), _short(after))
            for name, (before, after) in one.differing.items()
        ]
        line = one.entry.line
        lines.append(words.say("catalogues.change", row=line.row, id=one.id, pairs=pairs))
    return lines


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}……"
