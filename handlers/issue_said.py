"""An issue named by its number, as people say it: 「12号要延期」「把12号转给住建局」「退回12 没修好」.

Everything is turned into the command behind it (问题12 …). 12号 may be a day as well: where no issue
of that number can be seen, the words are left to whoever reads sentences.
"""

import re

from handlers import custody
from handlers.talk import Room
from ledger import issues
from ledger.errors import Refused
from ledger.issue_moves import Move, refusal
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person

NUMBER = r"(?:问题)?\s*(?P<id>\d{1,9})"
WISH = re.compile(r"(?:想要?|需?要|得|请求?|现在|可以)?")
ASKED = re.compile(r"(?:[?？]|吗|没有|了没)[。！ ]*$")  # a question orders nothing
MARKS = " ，,。：:；;"
LONGEST = 100  # signs that fit behind a button
ACTS = (  # what is said of an issue, and the word of the command
    (re.compile(r"不同意延期"), "不同意延期"),
    (re.compile(r"同意延期"), "同意延期"),
    (re.compile(r"(?:申请)?延(?:长)?(?:期限|时限|期)"), "延期"),
    (re.compile(r"(?:申请|提请|报)销号"), "申请销号"),
    (re.compile(r"同意(?:销号)?"), "同意"),
    (re.compile(r"不(?:同意|予)(?:销号)?"), "不同意"),
    (re.compile(r"(?:退回|打回|驳回)(?:去|来|重办|重做)?"), "退回"),
    (re.compile(r"收回申请"), "收回申请"),
    (re.compile(r"收回来?"), "收回"),
    (re.compile(r"核验"), "核验"),
    (re.compile(r"转办"), "转办"),
    (re.compile(r"又?反弹了?"), "反弹"),
    (re.compile(r"并入"), "并入"),
    (re.compile(r"责任人(?:是|改成|换成|为)?"), "责任人"),
    (re.compile(r"(?:整改)?措施(?:是)?"), "措施"),
)
DONE = re.compile(
    r"(?:已经?|都)?(?:办|解决|处理|整改|整治|弄|搞)(?:好|完|结|定|妥|到位)?[了啦]?[。！!]*"
)
AFTER = re.compile(rf"^{NUMBER}\s*号(?:问题)?[{MARKS}]*(?P<words>.+)$", re.DOTALL)
BEFORE = re.compile(
    rf"^(?P<words>退回|打回|驳回|同意销号|不同意销号|同意延期|不同意延期|申请销号|收回|转办)"
    rf"\s*{NUMBER}(?:号(?:问题)?|(?=[\s，,。：:]|$))[{MARKS}]*(?P<rest>.*)$",
    re.DOTALL,
)
LOOKED = re.compile(r"回头看(?:了|过)?")
STRUCK = re.compile(r"销号[了吧]?")


async def heard(room: Room, asker: Person, text: str) -> str | None:
    """The command behind words that name an issue by its number; None: they name none."""
    if handed := await custody.heard(room, asker, text):
        return handed
    if ASKED.search(text):
        return None
    if before := BEFORE.match(text):
        command = _command(before["id"], before["words"] + " " + before["rest"])
        return command if await _is_there(room, asker, before["id"]) else None
    after = AFTER.match(text)
    command = _command(after["id"], after["words"]) if after else None
    return command if after and command and await _is_there(room, asker, after["id"]) else None


def _command(number: str, words: str) -> str | None:
    """「要延期到12月30日」 of issue 12: 问题12 延期 到12月30日."""
    if looked := LOOKED.match(words):
        return f"回头看{number} {words[looked.end() :].strip(MARKS)}".strip()
    wish = WISH.match(words)
    said = words[wish.end() :] if wish else words
    if struck := STRUCK.match(said):
        return f"销号{number} {said[struck.end() :].strip(MARKS)}".strip()
    if DONE.fullmatch(said):
        return f"问题{number} 记进展 {words}"
    for form, act in ACTS:
        if found := form.match(said):
            return f"问题{number} {act} {said[found.end() :].strip(MARKS)}".strip()
    return None


async def offer(room: Room, asker: Person, text: str) -> Reply | None:
    """「12号漏得更厉害了」, not understood as anything else: is it issue 12 that is meant?"""
    after = AFTER.match(text) if asker.role in ON_TEAM else None
    issue = await _issue(room, asker, after["id"]) if after else None
    if after is None or issue is None or len(after["words"]) > LONGEST:
        return None
    says = ((Move.NOTE, "记进展"), (Move.REBOUND, "反弹"))
    act = next((word for move, word in says if refusal(issue, asker, move) is None), None)
    if act is None:
        return None
    option = Option(f"{act}：问题{issue.id}", f"问题{issue.id} {act} {after['words']}")
    return Reply(room.words.say("issues.meant", issue=issue), (option,), kind="card")


async def _is_there(room: Room, asker: Person, number: str) -> bool:
    return await _issue(room, asker, number) is not None


async def _issue(room: Room, asker: Person, number: str) -> Issue | None:
    try:
        return await issues.access_issue(room.db, asker, int(number))
    except Refused:
        return None
