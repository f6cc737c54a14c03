"""A report as files: the words 图片, Word, PDF, 文件 of a command, and the drawings they ask for.

The files themselves are made when the message goes out; see `ledger.messages.Drawing`.
"""

import re
from dataclasses import replace
from typing import Any

from handlers.talk import Talk
from ledger import word_templates
from ledger.messages import Drawing, Option, Reply
from templates.bulletin import Bulletin, as_facts

FILES = "文件"
CARD, WORD, PDF = "card", "word", "pdf"
ALL = (CARD, WORD, PDF)
WORDS = {
    "图片": (CARD,),
    "卡片": (CARD,),
    "图": (CARD,),
    "word": (WORD,),
    "文档": (WORD,),
    "pdf": (PDF,),
    FILES: ALL,
}
LONE = r"图(?![\u4e00-\u9fff])"  # 图 also begins names of places
ASKED = re.compile(rf"(?i)(?<![0-9A-Za-z])(图片|{LONE}|卡片|文档|文件|word|pdf)(?![0-9A-Za-z])")
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


def take_forms(text: str) -> tuple[str, tuple[str, ...]]:
    """「上周 Word」 -> 「上周」 and ("word",): a command without the forms it names, and these."""
    found = {form for word in ASKED.findall(text) for form in WORDS[word.lower()]}
    rest = " ".join(ASKED.sub(" ", text).split())
    return rest, tuple(form for form in ALL if form in found)


def with_forms(
    reply: Reply,
    bulletin: Bulletin,
    name: str,
    forms: tuple[str, ...],
    *,
    template: str = "",
) -> Reply:
    """The reply with the bulletin drawn in these forms behind what it has.

    `name`: what the files are called; `template`: hash of the county's own Word page.
    """
    facts: dict[str, Any] = as_facts(bulletin)
    called = NOT_IN_NAMES.sub("", name).strip() or bulletin.title
    own = {**facts, "template": template} if template else facts
    drawn = tuple(Drawing(form, called, own if form == WORD else facts) for form in forms)
    return replace(reply, drawings=(*reply.drawings, *drawn))


async def as_files(
    talk: Talk, reply: Reply, bulletin: Bulletin, name: str, forms: tuple[str, ...], *, kind: str
) -> Reply:  # fmt: skip
    """The same, Word on the county's own page for papers of that kind, where it has one."""
    county = talk.asker.county_id
    page = await word_templates.page_for(talk.db, county, kind) if WORD in forms else ""
    return with_forms(reply, bulletin, name, forms, template=page)


def button(again: str) -> Option:
    """The button that brings all the forms; `again` is the command that brings the report."""
    return Option("图片和文件", f"{again} {FILES}")
