"""反弹, 同, 不同: a new issue beside those that were there before; how often things come back.

「问题12 反弹 8」 links it to the one that was struck off, 「问题12 同 9」 merges it into an open
one, 「问题12 不同 8」 says they have nothing to do with each other. 「问题8 反弹 又漏了」 on one that
is struck off begins a new one.
"""

import re

from handlers.issue_cards import Act
from handlers.talk import Room, Talk, Topic, plain
from ledger import files, issues, rebounds
from ledger.errors import Misunderstood
from ledger.issue_moves import WORKED_ON, Move, State, refusal
from ledger.issues import Issue, check
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, STAFF, Person, Role, scope_of

NUMBER = re.compile(r"问?题?\s*(\d{1,9})\s*号?")
SHOWN = 10  # issues in one list
BUTTONS = 4


# beside a new one
async def offer(room: Room, asker: Person, issue: Issue) -> tuple[str, tuple[Option, ...]]:
    """One question and its buttons to put under a new issue's card; empty: nothing is like it."""
    if refusal(issue, asker, Move.MERGE):
        return "", ()
    found = await rebounds.similar(room.db, issue, limit=1)
    if not found:
        return "", ()
    other = found[0].issue.id
    same = Option(f"就是{other}号", f"问题{issue.id} 同 {other}")
    if found[0].came_back:
        same = Option(f"是{other}号反弹", f"问题{issue.id} 反弹 {other}")
    options = (same, Option("不是一回事", f"问题{issue.id} 不同 {other}"))
    return room.words.say("rebounds.offer", alike=found[0]), options


async def link_act(talk: Talk, issue: Issue, rest: str) -> Reply:
    """反弹: with a number, that one has come back as this one; with words, this one has."""
    if numbered := NUMBER.fullmatch(rest):
        other = await issues.access_issue(talk.db, talk.asker, int(numbered[1]))
        if issue.state == State.CLOSED and other.state in WORKED_ON:
            issue, other = other, issue  # said the other way round
        return await _link(talk, issue, other)
    check(issue, talk.asker, Move.REBOUND)
    text = plain(rest) if rest else await talk.ask("rebounds.ask_text", plain, old=issue)
    new = await rebounds.reopen(
        talk.db, talk.asker, issue, text, source=talk.source, now=talk.now, rules=talk.rules
    )
    if new.record_id:
        await files.join(talk.db, talk.files, new.record_id, person=talk.asker.id)
    return await brought_back(talk, issue, new, text)


async def _link(talk: Talk, new: Issue, old: Issue) -> Reply:
    times = await rebounds.link(talk.db, talk.asker, new, old, now=talk.now)
    chain = await rebounds.chain(talk.db, new)
    options = (Option("记进展", f"问题{new.id} 记进展"),)
    return talk.reply("rebounds.linked", options, issue=new, old=old, times=times, chain=chain)


async def brought_back(talk: Talk, old: Issue, new: Issue, text: str) -> Reply:
    """What is answered when somebody has seen it is back; its owner is asked to take it up."""
    if new.owner_id != talk.asker.id:
        buttons = (Option("记进展", f"问题{new.id} 记进展"),)
        note = talk.reply(
            "rebounds.yours_again", buttons, old=old, issue=new, by=talk.asker, text=text
        )
        await talk.tell(new.owner_id, note, dedupe=f"rebound:{new.id}")
    options = (Option(f"看问题{new.id}", f"问题{new.id}"),)
    return talk.reply("rebounds.brought_back", options, old=old, issue=new)


async def merge_act(talk: Talk, issue: Issue, rest: str) -> Reply:
    """同: the same as another open one."""
    check(issue, talk.asker, Move.MERGE)
    number = _number(rest) if rest else await talk.ask("rebounds.ask_other", _number)
    other = await issues.access_issue(talk.db, talk.asker, number)
    await rebounds.merge(talk.db, talk.asker, issue, other, now=talk.now)
    options = (Option(f"看问题{other.id}", f"问题{other.id}"),)
    return talk.reply("rebounds.merged", options, issue=issue, other=other)


async def apart_act(talk: Talk, issue: Issue, rest: str) -> Reply:
    """不同: nothing to do with that one; the next one that looks like it is offered then."""
    number = _number(rest) if rest else await talk.ask("rebounds.ask_apart", _number)
    other = await issues.access_issue(talk.db, talk.asker, number)
    await rebounds.apart(talk.db, talk.asker, issue, other, now=talk.now)
    said = talk.say("rebounds.told_apart", issue=issue, other=other)
    now_is = await issues.any_issue(talk.db, issue.id)
    text, options = await offer(talk.room, talk.asker, now_is)
    return Reply("\n\n".join([said, text] if text else [said]), options)


def _number(text: str) -> int:
    if found := NUMBER.fullmatch(text.strip()):
        return int(found[1])
    raise Misunderstood("rebounds.not_number")


ACTS: dict[str, Act] = {
    "反弹": link_act,
    "同": merge_act,
    "并入": merge_act,
    "不同": apart_act,
}


# figures
async def show(talk: Talk) -> Reply:
    """反弹: how many have come back in a year, and those not solved again yet."""
    span = rebounds.last_year(talk.today)
    places = await rebounds.rates(talk.db, scope_of(talk.asker), *span)
    found = await rebounds.unfinished(talk.db, talk.asker)
    options = [Option(f"看问题{one.id}", f"问题{one.id}") for one in found[:BUTTONS]]
    return talk.reply(
        "rebounds.card", options, all=rebounds.headline(places), places=places,
        issues=found[:SHOWN], total=len(found), detail=talk.asker.role in ON_TEAM,
    )  # fmt: skip


SHOW = Topic(
    "rebounds", ("反弹", "反弹情况"), show, STAFF | {Role.LEADER}, form="bare", aside=True
)
