"""What every card of an issue shares: its buttons by what this person may do, its files."""

import re
from collections.abc import Awaitable, Callable

from handlers import photos
from handlers.talk import Talk
from ledger import closing, files
from ledger.issue_moves import Move, State, refusal
from ledger.issues import Issue
from ledger.messages import Option, Paper, Reply
from ledger.people import Person
from ledger.rules import Rules

Act = Callable[[Talk, Issue, str], Awaitable[Reply]]
# An issue by its number and what is said of it; 12月20日 is no issue 12.
NUMBERED = re.compile(r"(?P<id>\d{1,9}+)(?!月)\s*号?[ ：:，,]*(?P<rest>.*)", re.DOTALL)
# A button is for one request: 「问题12 退回 第2次」 is about the second one and no other.
REQUEST = re.compile(r"第(\d{1,4})次(?:$|[ ，,]+)")
SHOWN_FILES = 4  # pieces of evidence sent along
FIRST = (  # the buttons of the card itself
    (Move.NOTE, "记进展"),
    (Move.SUBMIT, "申请销号"),
    (Move.RECALL, "收回申请"),
    (Move.HAND_OVER, "转办"),
)
FURTHER = (  # what stands behind 更多
    (Move.TAKE_BACK, "收回"),
    (Move.ASK_DUE, "延期"),
    (Move.ASSIGN, "责任人"),
    (Move.DESCRIBE, "措施"),
    (Move.DESCRIBE, "要求"),
    (Move.DESCRIBE, "来源"),
    (Move.DESCRIBE, "长效措施"),
)


def options(talk: Talk, issue: Issue) -> tuple[Option, ...]:
    """The card's buttons: only what this person may do now."""
    found = _allowed(FIRST, issue, talk.asker)
    if _allowed(FURTHER, issue, talk.asker):
        found = (*found, Option("更多", f"问题{issue.id} 更多"))
    return (*found, *decision(issue, talk.asker, talk.rules))


def more(talk: Talk, issue: Issue) -> tuple[Option, ...]:
    """The rest of what this person may do now; what is with nobody else cannot be fetched back."""
    own = (issue.holder_kind, issue.holder_id) == (issue.home.kind, issue.home.id)
    found = _allowed(FURTHER, issue, talk.asker)
    return tuple(one for one in found if not (own and one.label == "收回"))


def _allowed(
    wanted: tuple[tuple[Move, str], ...], issue: Issue, asker: Person
) -> tuple[Option, ...]:
    return tuple(
        Option(word, f"问题{issue.id} {word}")
        for move, word in wanted
        if refusal(issue, asker, move) is None
    )


def decision(
    issue: Issue, asker: Person, rules: Rules, *, shown: bool = True
) -> tuple[Option, ...]:
    """The verifier's buttons, two taps from the card to 销号: how he has asked, or 退回.

    shown: whether something new lies there to be seen; without it he has to ask or go himself.
    """
    if refusal(issue, asker, closing.next_move(issue, asker, rules)) is not None:
        return ()
    by_himself = issue.state == State.SUBMITTED and (
        closing.needs_word(issue, rules) or not (shown or issue.household_word)
    )
    labels = ("电话问过，同意", "入户看过，同意") if by_himself else ("同意销号",)
    says = ("同意销号 电话", "同意销号 入户") if by_himself else ("同意销号",)
    return tuple(
        Option(label, f"问题{issue.id} {numbered(say, issue.requests)}")
        for label, say in zip((*labels, "退回"), (*says, "退回"), strict=True)
    )


def numbered(say: str, request: int) -> str:
    """「同意销号 电话」 of the second request: 「同意销号 第2次 电话」."""
    word, space, rest = say.partition(" ")
    return f"{word} 第{request}次{space}{rest}"


def without_number(rest: str) -> tuple[int | None, str]:
    """Which request a button was about, and the words; None: said by hand, so the one there is."""
    found = REQUEST.match(rest)
    return (int(found[1]), rest[found.end() :]) if found else (None, rest)


def outdated(talk: Talk, issue: Issue) -> Reply:
    """What a button of an earlier request answers: nothing is done, look at the new card."""
    return talk.reply("issues.outdated", (look(issue.id),), issue=issue)


def look(id: int) -> Option:
    """The button that shows an issue."""
    return Option(f"看问题{id}", f"问题{id}")


async def keep_files(talk: Talk, issue: Issue, record: int) -> str:
    """Files sent with words join the team's note, or the issue itself; what is to be said of it."""
    if record:
        return await photos.join_with_note(talk.room, talk.asker, talk.files, record)
    await files.join_issue(talk.db, talk.files, issue.id, person=talk.asker.id)
    return ""


async def papers(talk: Talk, issue: Issue) -> tuple[Paper, ...]:
    """The issue's photos and files as they can be sent, the newest first."""
    found = await files.of_issue(talk.db, issue.id)
    return tuple(Paper(one.sha256, one.name, one.mime) for one in found)
