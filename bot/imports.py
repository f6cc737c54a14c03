"""The roster's import: read, previewed, asked for, entered. What its rows mean: `ledger/roster.py`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot.channels.text import plain
from bot.tables import BadTable, Table, first_lines, problem_lines, read_table
from ledger import audit, roster
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.people import STAFF
from ledger.roster_cells import LABELS
from ledger.roster_match import Change, Preview
from ledger.roster_rows import HOUSEHOLD_SHEETS, PEOPLE_SHEETS
from ledger.roster_villages import VillageChange
from templates.filters import ROLES
from templates.words import Words

SHOWN_PROBLEMS, SHOWN_CHANGES, SHOWN_NAMES = 50, 20, 8


class Pair(NamedTuple):
    """One thing that changes about a person, in words."""

    label: str
    before: str
    after: str


# the roster
async def import_roster(
    database: Database, path: Path, *, county: str | None, words: Words, now: datetime,
    confirm: Callable[[str], bool], wecom: str = "",
) -> str:  # fmt: skip
    """Read, preview, ask, import; returns the closing sentence.

    `county` is for tables without that column, `wecom` the account of the WeCom app ("" none)
    to which the column 企业微信账号 binds. `confirm` gets the preview's text. `BadTable`
    when the file is refused or nothing of it can be used: then nothing has changed.
    """
    try:
        return plain(await _import(database, path, (county, wecom), words, now, confirm))
    except Refused as why:
        raise BadTable(plain(words.say(why.block, **why.facts))) from why


async def _import(
    database: Database, path: Path, of: tuple[str | None, str], words: Words, now: datetime,
    confirm: Callable[[str], bool],
) -> str:  # fmt: skip
    table = await read_table(path, (*PEOPLE_SHEETS, *HOUSEHOLD_SHEETS))
    async with database.reading() as db:
        found = await _preview(db, table, of, now)
    text = describe(found, words)
    if found.changes_nothing:
        return _nothing(found, text, words)
    if not confirm(plain(text)):
        return words.say("tables.declined")
    async with database.transaction() as db:
        if await _preview(db, table, of, now) != found:
            raise Refused("tables.changed_meanwhile")
        await roster.apply(db, found, by=audit.SYSTEM, now=now)
    return words.say("roster.imported", found=found)


async def _preview(
    db: Session, table: Table, of: tuple[str | None, str], now: datetime
) -> Preview:
    county, wecom = of
    return await roster.preview(
        db, table.rows, county=county, sha256=table.sha256, now=now, wecom=wecom
    )


def _nothing(found: Preview, text: str, words: Words) -> str:
    """There is nothing to write: all is there already, or nothing of it can be used."""
    if found.problems:
        raise BadTable(plain(words.say("tables.nothing_left") + "\n" + text))
    if not found.same and not found.same_households and not found.same_villages:
        raise Refused("tables.empty")
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
    parts += first_lines(changes, SHOWN_CHANGES, words)
    parts += first_lines(problem_lines(found.problems, words), SHOWN_PROBLEMS, words)
    if not found.changes_nothing:
        parts.append(words.say("roster.nobody_touched"))
    return "\n".join(parts)


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
