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
CLAUSES = re.compile(r"[，,。；;！!？?\n]")
ASKING = re.compile(
    r"^(?:请|麻烦(?:您|你)?|帮(?:我|忙)|给我|替我|把|将|这(?:是|个|份|张|里是)|附件(?:是|里是)?|发来|导入)++"
)
DOING = re.compile(
    r"(?:请|麻烦|帮我|帮忙|给我)?(?:导[入进到]|导一下|录[入进]|[放加收记]进|上传|处理|看一下|看看|收一下).*$",
    re.DOTALL,
)
CALLED = re.compile(r"(?:的(?:问题)?(?:清单|台账|表格?)|\.xlsx?)$")  # 省级巡视反馈的清单
BARE = frozenset(
    {
        "问题清单",
        "问题台账",
        "清单",
        "台账",
        "表格",
        "表",
        "问题",
        "附件",
        "整改清单",
        "谢谢",
        "多谢",
        "辛苦了",
        "您好",
        "你好",
        "收到",
    }
)
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
    """Let it be read at once: what is no issue list is said so before anything is asked of it.

    It goes by the name in the words, else by the file's; where it comes from is asked beside the
    preview, when its name does not tell.
    """
    table = _table(await files.by_ids(talk.db, talk.files, talk.asker.id))
    if table is None:
        return talk.reply("catalogues.send_table")
    name = named_in(talk.rest) or _name_of(table)
    source = source_in(name) or source_in(talk.rest)
    await tables_in.send(
        talk.db, talk.asker, table.sha256, name=name, source=source.value if source else "",
        now=talk.now,
    )  # fmt: skip
    return talk.reply("catalogues.looking", name=name)


def named_in(text: str) -> str:
    """The list's name in what somebody writes beside it; '' where the words are no name.

    「省级巡视反馈的清单，给我导进台账」 is 省级巡视反馈.
    """
    for clause in CLAUSES.split(text):
        words = DOING.sub("", ASKING.sub("", clause.strip()))
        name = CALLED.sub("", words.strip()).strip(" 的：:“”")
        if len(name) > 1 and name not in BARE:
            return _name(name)
    return ""


def _name_of(table: Attachment) -> str:
    """The file's own name, as far as it can be one."""
    try:
        return catalogue.checked_name(PurePath(table.name).stem[: catalogue.LONGEST_NAME])
    except Refused:
        return "问题清单"


def _name(text: str) -> str:
    try:
        return catalogue.checked_name(text)
    except Refused as why:
        raise Misunderstood(why.block, **why.facts) from why


async def enter(talk: Talk) -> Reply:
    """The sender has seen the preview and agrees; 「导入表格 3 走访」 says where it comes from, too."""
    table = await _meant(talk)
    told = SOURCES.get(talk.rest.partition(" ")[2].strip())
    if not (table.source or told):
        told = await talk.ask("catalogues.ask_source", one_of(SOURCES), SOURCES)
    await tables_in.want(talk.db, table, source=told.value if told else "")
    return talk.reply("catalogues.entering", name=table.name)


async def rename(talk: Talk) -> Reply:
    """改清单名称 3: another name for a table that is shown; it is looked at again."""
    table = await _meant(talk)
    name = await talk.ask("catalogues.ask_name", _name, name=table.name)
    await tables_in.rename(talk.db, table, name, now=talk.now)
    return talk.reply("catalogues.looking", name=name)


async def leave(talk: Talk) -> Reply:
    """He does not: nothing is changed."""
    await tables_in.decline(talk.db, await _meant(talk), now=talk.now)
    return talk.reply("tables.declined")


async def _meant(talk: Talk) -> TableIn:
    said = talk.rest.partition(" ")[0]
    number = said if said.isascii() and said.isdigit() else "0"
    return await tables_in.access_table(talk.db, talk.asker, int(number[:12]))


BRING_IN = Topic(
    "catalogue", ("导入问题清单", "导入问题台账", "导入台账", "导入问题"), bring_in, STAFF
)
ENTER = Topic("catalogue_enter", ("导入表格",), enter, STAFF)
RENAME = Topic("catalogue_rename", ("改清单名称",), rename, STAFF)
LEAVE = Topic("catalogue_leave", ("不导入表格",), leave, STAFF)
