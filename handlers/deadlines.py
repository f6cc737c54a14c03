"""延期: another deadline is wished for with a reason; a superior agrees or not."""

from collections.abc import Callable
from datetime import date, timedelta

from handlers import issue_cards
from handlers.talk import Talk, plain
from ledger import deadlines
from ledger.errors import Misunderstood
from ledger.issue_moves import Move, refusal
from ledger.issues import Issue, check
from ledger.messages import Option, Reply
from ledger.people import Person
from ledger.times import find_day, read_day
from ledger.verifying import verifiers

MARKS = " ，,。：:；;"
A_WEEK = timedelta(days=7)
REASONS = ("先办起来，到期再说", "材料不够，请补充", "请先和我商量")  # ready ones for 不同意


async def ask(talk: Talk, issue: Issue, rest: str) -> Reply:
    """「问题12 延期 到12月20日 等材料」: the day and the reason, whichever is missing is asked."""
    check(issue, talk.asker, Move.ASK_DUE)
    day, reason = _read(rest, talk.today)
    if day is None:
        day = await talk.ask(
            "deadlines.ask_day", _day(talk.today), issue=issue, such_as=_later(talk, issue)
        )
    reason = reason or await talk.ask("deadlines.ask_why", plain, issue=issue, day=day)
    wish = await deadlines.ask(talk.db, talk.asker, issue, day, reason, now=talk.now)
    card = _card(talk, issue, wish, await deadlines.count(talk.db, issue.id))
    told = [
        one
        for one in await verifiers(talk.db, issue, talk.today, submitter=talk.asker.id)
        if await talk.tell(one.id, card, dedupe=f"due:{wish.id}:{one.id}")
    ]
    return talk.reply("deadlines.asked", issue=issue, wish=wish, told=told)


def _read(text: str, today: date) -> tuple[date | None, str]:
    """「到12月20日 等材料」: the day, and what else is said."""
    words = text.removeprefix("申请").lstrip("到至 ")
    found = find_day(words, today=today, looks="ahead")
    return (found.day if found else None), (found.rest if found else words).strip(MARKS)


def _later(talk: Talk, issue: Issue) -> date:
    """A day to name as an example: a week on."""
    return max(talk.today, issue.due_day) + A_WEEK


def _card(talk: Talk, issue: Issue, wish: deadlines.Wish, which: int) -> Reply:
    options = _buttons(issue, which)
    return talk.reply("deadlines.decide", options, issue=issue, wish=wish, by=talk.asker)


def _buttons(issue: Issue, which: int) -> tuple[Option, ...]:
    """For the wish of that number, and for no later one."""
    says = {"同意延期": "同意延期", "不同意": "不同意延期"}
    return tuple(
        Option(label, f"问题{issue.id} {issue_cards.numbered(say, which)}")
        for label, say in says.items()
    )


async def waiting(talk: Talk, issue: Issue) -> tuple[deadlines.Wish | None, tuple[Option, ...]]:
    """The wish that is open, and the buttons of who decides on it."""
    wish = await deadlines.open_wish(talk.db, issue.id)
    if wish is None or not may_decide(issue, wish, talk.asker):
        return wish, ()
    return wish, _buttons(issue, await deadlines.count(talk.db, issue.id))


def may_decide(issue: Issue, wish: deadlines.Wish, asker: Person) -> bool:
    """Whether this person may say yes or no to it."""
    return wish.asked_by != asker.id and refusal(issue, asker, Move.DECIDE_DUE) is None


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


async def _decide(talk: Talk, issue: Issue, rest: str, *, grant: bool) -> Reply:
    check(issue, talk.asker, Move.DECIDE_DUE)
    which, word = issue_cards.without_number(rest)
    if which not in {None, await deadlines.count(talk.db, issue.id)}:
        return issue_cards.outdated(talk, issue)
    if not (grant or word) and await deadlines.open_wish(talk.db, issue.id):
        word = await talk.ask("deadlines.ask_refusal", plain, REASONS, issue=issue)
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
