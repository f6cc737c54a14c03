"""问题清单导入: a table sent in the chat is kept, read outside, shown, then entered or not.

What happens between these messages is done by `bot/table_desk.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from handlers.issue_columns import SOURCES
from handlers.talk import Room, Talk, Topic, hold, one_of
from ledger import catalogue, files, tables_in
from ledger.catalogue_cells import source_in
from ledger.errors import Misunderstood, Refused
from ledger.files import Attachment
from ledger.messages import Reply
from ledger.people import STAFF, Person
from ledger.tables_in import TableIn
from ledger.talks import Said, State

NAMED = re.compile("清单|台账|反馈|问题|考核")  # words beside a table that are its name
TABLES = (".xlsx", ".xls", ".csv", ".et", ".xlsm")


async def take_table(
    room: Room, asker: Person, said: Said, state: State | None
) -> Reply | None:
    """A table that comes without the words for it; None: it is none, or an open talk's."""
    between = state is not None and state.topic != BRING_IN.name
    if asker.role not in STAFF or not said.files or between:
        return None
    if _table(await files.by_ids(room.db, said.files, asker.id)) is None:
        return None
    opening = replace(said, text=said.text if NAMED.search(said.text) else "")
    return await hold(room, asker, BRING_IN, State(BRING_IN.name, opening), opening.text)


def _table(found: Sequence[Attachment]) -> Attachment | None:
    """The last of the files that is called like a table."""
    fit = [one for one in found if one.name.lower().endswith(TABLES)]
    return fit[-1] if fit else None


async def bring_in(talk: Talk) -> Reply:
    """Ask what it is called and where it comes from, where that is not said; then let it be read."""
    table = _table(await files.by_ids(talk.db, talk.files, talk.asker.id))
    if table is None:
        return talk.reply("catalogues.send_table")
    name = _name(talk.rest) if talk.rest else await _asked_name(talk, table)
    source = source_in(name)
    if source is None:
        source = await talk.ask("catalogues.ask_source", one_of(SOURCES), SOURCES)
    await tables_in.send(
        talk.db, talk.asker, table.sha256, name=name, source=source.value, now=talk.now
    )
    return talk.reply("catalogues.looking", name=name)


async def _asked_name(talk: Talk, table: Attachment) -> str:
    """The file's own name is offered."""
    own = PurePath(table.name).stem[: catalogue.LONGEST_NAME]
    return await talk.ask("catalogues.ask_name", _name, (own,))


def _name(text: str) -> str:
    try:
        return catalogue.checked_name(text)
    except Refused as why:
        raise Misunderstood(why.block, **why.facts) from why


async def enter(talk: Talk) -> Reply:
    """The sender has seen the preview and agrees."""
    table = await _meant(talk)
    await tables_in.want(talk.db, table)
    return talk.reply("catalogues.entering", name=table.name)


async def leave(talk: Talk) -> Reply:
    """He does not: nothing is changed."""
    await tables_in.decline(talk.db, await _meant(talk), now=talk.now)
    return talk.reply("tables.declined")


async def _meant(talk: Talk) -> TableIn:
    number = talk.rest if talk.rest.isascii() and talk.rest.isdigit() else "0"
    return await tables_in.access_table(talk.db, talk.asker, int(number[:12]))


BRING_IN = Topic(
    "catalogue", ("导入问题清单", "导入问题台账", "导入台账", "导入问题"), bring_in, STAFF
)
ENTER = Topic("catalogue_enter", ("导入表格",), enter, STAFF)
LEAVE = Topic("catalogue_leave", ("不导入表格",), leave, STAFF)
