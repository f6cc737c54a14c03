"""延期: another deadline is wished for with a reason; a superior agrees or not."""

from collections.abc import Callable
from datetime import date

from handlers import issue_cards
from handlers.talk import Talk, plain
from ledger import deadlines
from ledger.errors import Misunderstood
from ledger.issue_moves import Move
from ledger.issues import Issue, check
from ledger.messages import Option, Reply
from ledger.times import find_day, read_day
from ledger.verifying import verifiers

MARKS = " ，,。：:；;"


async def ask(talk: Talk, issue: Issue, rest: str) -> Reply:
    """「问题12 延期 到12月20日 等材料」: the day and the reason, whichever is missing is asked."""
    check(issue, talk.asker, Move.ASK_DUE)
    day, reason = _read(rest, talk.today)
    if day is None:
        day = await talk.ask("deadlines.ask_day", _day(talk.today), issue=issue)
    reason = reason or await talk.ask("deadlines.ask_why", plain, issue=issue, day=day)
    wish = await deadlines.ask(talk.db, talk.asker, issue, day, reason, now=talk.now)
    told = [
        one
        for one in await verifiers(talk.db, issue, talk.today, submitter=talk.asker.id)
        if await talk.tell(one.id, _card(talk, issue, wish), dedupe=f"due:{wish.id}:{one.id}")
    ]
    return talk.reply("deadlines.asked", issue=issue, wish=wish, told=told)


def _read(text: str, today: date) -> tuple[date | None, str]:
    """「到12月20日 等材料」: the day, and what else is said."""
    words = text.removeprefix("申请").lstrip("到至 ")
    found = find_day(words, today=today, looks="ahead")
    return (found.day if found else None), (found.rest if found else words).strip(MARKS)


def _card(talk: Talk, issue: Issue, wish: deadlines.Wish) -> Reply:
    options = (
        Option("同意延期", f"问题{issue.id} 同意延期"), Option("不同意", f"问题{issue.id} 不同意延期")
    )  # fmt: skip
    return talk.reply("deadlines.decide", options, issue=issue, wish=wish, by=talk.asker)


def _day(today: date) -> Callable[[str], date]:
    def read(text: str) -> date:
        day = read_day(text, today=today, looks="ahead")
        if day is None:
            raise Misunderstood("issues.not_tier", said=text)
        return day

    return read


async def grant(talk: Talk, issue: Issue, rest: str) -> Reply:
    """同意延期."""
    return await _decide(talk, issue, rest, grant=True)


async def refuse(talk: Talk, issue: Issue, rest: str) -> Reply:
    """不同意延期: the deadline stays."""
    return await _decide(talk, issue, rest, grant=False)


async def _decide(talk: Talk, issue: Issue, word: str, *, grant: bool) -> Reply:
    wish = await deadlines.decide(
        talk.db, talk.asker, issue, grant=grant, word=word, now=talk.now
    )
    note = talk.reply("deadlines.decided", issue=issue, wish=wish, by=talk.asker)
    await talk.tell(wish.asked_by, note, dedupe=f"due_decided:{wish.id}")
    return talk.reply("deadlines.done", issue=issue, wish=wish)


ACTS: dict[str, issue_cards.Act] = {
    "延期": ask,
    "同意延期": grant,
    "不同意延期": refuse,
}
