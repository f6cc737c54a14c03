"""公文模板: a county's own Word page, for all papers or one kind; sample, list, back to ours.

What happens between sending a page and the answer is done by `bot/word_desk.py`.
"""

from pathlib import PurePath

from handlers.talk import Talk, Topic
from ledger import files, word_templates
from ledger.errors import Refused
from ledger.files import Attachment
from ledger.messages import Drawing, Option, Reply
from ledger.people import Role

COUNTY = frozenset({Role.COUNTY})
KINDS = {
    "日报": "daily", "周报": "weekly", "旬报": "tenday", "旬通报": "tenday", "月报": "monthly",
    "督查通报": "inspection", "半年数据": "half_year", "销号报告": "closing", "函告": "letter",
    "例会议程": "agenda", "公示": "notice",
}  # fmt: skip
EVERY = frozenset({"", "全部", "所有", "通用"})
SAMPLE, DROP = frozenset({"样本", "样本文件", "下载"}), ("停用", "不用", "恢复")
WORD = (".docx", ".dotx", ".doc", ".docm", ".wps")
LONGEST_NAME = 60


async def word_template(talk: Talk) -> Reply:
    """「公文模板」 with a file takes it, alone lists; 「样本」 sends ours, 「停用」 goes back to it."""
    rest = talk.rest.strip(" ：:，,")
    if rest in SAMPLE:
        return _sample(talk)
    for word in DROP:
        if rest.startswith(word) or rest.endswith(word):
            return await _drop(talk, rest.replace(word, "").strip())
    kind = _kind(rest)
    page = _page(await files.by_ids(talk.db, talk.files, talk.asker.id))
    if page is None:
        return await _list(talk)
    await word_templates.send(
        talk.db, talk.asker, page.sha256, kind=kind, name=_called(page), now=talk.now
    )
    return talk.reply("word_templates.looking", name=_called(page))


def _kind(rest: str) -> str:
    """The kind of paper by its name; '' is every paper."""
    if rest in EVERY:
        return ""
    if rest not in KINDS:
        raise Refused("word_templates.no_such_kind", said=rest[:20], known=list(KINDS))
    return KINDS[rest]


def _page(found: list[Attachment]) -> Attachment | None:
    fit = [one for one in found if one.name.lower().endswith(WORD)]
    return fit[-1] if fit else None


def _called(page: Attachment) -> str:
    return PurePath(page.name).name[:LONGEST_NAME]


def _sample(talk: Talk) -> Reply:
    page = Drawing("word_template", "公文模板样本", {})
    return Reply(talk.say("word_templates.sample"), drawings=(page,))


async def _drop(talk: Talk, rest: str) -> Reply:
    kind = _kind(rest)
    await word_templates.drop(talk.db, talk.asker, kind, now=talk.now)
    return talk.reply("word_templates.dropped", kind=rest)


async def _list(talk: Talk) -> Reply:
    """What is in use, and how to bring a page."""
    names = {kind: name for name, kind in reversed(KINDS.items())}
    pages = await word_templates.access_pages(talk.db, talk.asker)
    kinds = [names.get(one.kind, "") for one in pages]
    lines = [
        talk.say("word_templates.line", kind=kind, name=one.name)
        for kind, one in zip(kinds, pages, strict=True)
    ]
    ends = [Option(f"停用{kind}模板", f"公文模板 停用 {kind}".strip()) for kind in kinds[:3]]
    options = (Option("样本", "公文模板 样本"), *ends)
    return talk.reply("word_templates.list", options, lines=lines)


WORD_TEMPLATE = Topic(
    "word_template", ("公文模板", "Word模板", "word模板"), word_template, COUNTY
)
