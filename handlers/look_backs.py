"""回头看: what is to be looked back at, and what was seen (「回头看12 稳定，去看了，没再漏」)."""

import re

from handlers import rebounds as coming_back
from handlers.issue_cards import NUMBERED
from handlers.talk import Talk, Topic, plain
from ledger import issues, look_backs
from ledger.errors import Misunderstood
from ledger.issue_moves import Move
from ledger.issues import Issue, check
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM

HOLDS, BACK = "稳定", "反弹"
WENT = "又(?!去|到|来|上门|看|走|问|打)"  # 又去看了 says who went, 又漏了 what is there
SAID = (
    (
        HOLDS,
        re.compile(
            r"(?:很|已经?|还是?|都|一切)?(?:稳定(?!不)|没有?反弹|未反弹|没有?问题|正常|挺好|很好|良好"
            r"|保持得好|保持住)了?"
        ),
    ),
    (HOLDS, re.compile(r"(?=没有?再)")),  # 没再漏: the words themselves are what was seen
    (BACK, re.compile(r"(?:已经?|又)?(?:反弹|复发)了?")),
)
AGAIN = re.compile(
    rf"{WENT}|还在|还是老样子"
)  # 又漏了: it has come back, and these are the words
BUT = re.compile(rf"但|不过|可是|{WENT}|还在|还有")  # it holds, and yet: that is asked
MARKS = " ，,。：:；;"
SHOWN = 10
BUTTONS = 4


async def look_back(talk: Talk) -> Reply:
    """The list, or one of them with what was seen."""
    if numbered := NUMBERED.fullmatch(talk.rest):
        issue = await issues.access_issue(talk.db, talk.asker, int(numbered["id"]))
        return await _seen(talk, issue, numbered["rest"].strip())
    found = await look_backs.waiting_for(talk.db, talk.asker)
    options = [
        Option(f"回头看{one.issue.id}", f"回头看{one.issue.id}") for one in found[:BUTTONS]
    ]
    return talk.reply(
        "look_backs.list", options, found=found[:SHOWN], total=len(found), today=talk.today,
        detail=talk.asker.role in ON_TEAM,
    )  # fmt: skip


async def _seen(talk: Talk, issue: Issue, rest: str) -> Reply:
    check(issue, talk.asker, Move.LOOK_BACK)
    result, text = read_result(rest)
    if not result:
        detail = talk.asker.role in ON_TEAM
        said = await talk.ask(
            "look_backs.ask_result", _result, (HOLDS, BACK), issue=issue, detail=detail
        )
        result, more = said
        text = more or text
    text = plain(text) if text else await talk.ask("look_backs.ask_text", plain)
    if result == BACK:
        return await _back(talk, issue, text)
    await look_backs.holds(talk.db, talk.asker, issue, text, photos=talk.files, now=talk.now)
    return talk.reply("look_backs.holds", issue=issue, text=text, files=len(talk.files))


async def _back(talk: Talk, issue: Issue, text: str) -> Reply:
    new = await look_backs.rebounded(
        talk.db, talk.asker, issue, text, source=talk.source, photos=talk.files, now=talk.now,
        rules=talk.rules,
    )  # fmt: skip
    return await coming_back.brought_back(talk, issue, new, text)


def read_result(text: str) -> tuple[str, str]:
    """「稳定，没再漏」: the result and the rest; ('', text) where no result is said."""
    for result, form in SAID:
        if found := form.match(text):
            rest = text[found.end() :].strip(MARKS)
            return ("", text) if result == HOLDS and BUT.search(rest) else (result, rest)
    return (BACK, text) if AGAIN.match(text) else ("", text)


def _result(text: str) -> tuple[str, str]:
    result, rest = read_result(text)
    if not result:
        raise Misunderstood("look_backs.not_result")
    return result, rest


LOOK_BACK = Topic("look_back", ("回头看",), look_back)
