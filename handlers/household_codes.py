"""户码: 「问题12 户码 482913」, the household's own word from its slip of paper."""

import re

from handlers.closing import ask_verifiers
from handlers.talk import Talk
from ledger import closing, household_codes
from ledger.closing import Word
from ledger.errors import Misunderstood, Refused
from ledger.household_codes import Heard
from ledger.issue_moves import BEING_VERIFIED, ENDED, State
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.people import Person

CODE = re.compile(r"(?:是|为)?[ ：:]*(\d(?:[ \-]?\d){5})[ 。.！!]*")


async def enter_code(talk: Talk, issue: Issue, rest: str) -> Reply:
    """Take the code; a wrong one is answered, not refused, so that it stays counted."""
    if why := ENDED.get(State(issue.state)):
        raise Refused(why, id=issue.id, other=issue.merged_into)
    if issue.household_word == Word.CODE:
        return talk.reply("household_codes.already", issue=issue)
    if issue.household_id is None:
        raise Refused("household_codes.no_household", id=issue.id)
    said = read_code(rest) if rest else ""
    said = said or await talk.ask("household_codes.ask", read_code, issue=issue)
    heard = await household_codes.use(
        talk.db, talk.asker, issue, said, key=talk.room.key, now=talk.now
    )
    if heard is not Heard.RIGHT:
        return await _missed(talk, issue, heard)
    await closing.confirm(talk.db, talk.asker, issue, Word.CODE, "", now=talk.now)
    told = await _tell(talk, issue)
    return talk.reply(heard.value, _next(issue), issue=issue, told=told)


async def _tell(talk: Talk, issue: Issue) -> list[Person]:
    """Who is verifying it gets a card that says so; the buttons he needs are other ones now."""
    if issue.state not in BEING_VERIFIED:
        return []
    return await ask_verifiers(talk, issue, f"code:{issue.id}:{issue.version}")


async def _missed(talk: Talk, issue: Issue, heard: Heard) -> Reply:
    left = await household_codes.tries_left(talk.db, issue, talk.now.date())
    options = (Option("再输一次", f"问题{issue.id} 户码"),) if left else ()
    return talk.reply(heard.value, options, issue=issue, left=left)


def _next(issue: Issue) -> tuple[Option, ...]:
    """What is done as a rule when the household has agreed."""
    if issue.state not in {State.OPEN, State.DOING}:
        return ()
    return (Option("申请销号", f"问题{issue.id} 申请销号"),)


def read_code(text: str) -> str:
    """Six digits, with spaces or dashes between them or not."""
    found = CODE.fullmatch(text)
    if found is None:
        raise Misunderstood("household_codes.six_digits")
    return re.sub(r"\D", "", found[1])
