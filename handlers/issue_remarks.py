"""What is said of an issue and does not move it: a note, what a bureau has answered, 督办, a hint.

A team's words are a progress note. What somebody of the township or the county has seen is an
event of the issue, with his pictures; nothing follows from it by itself.
"""

from collections.abc import Sequence

from handlers import issue_cards, photos
from handlers.talk import Talk, plain
from ledger import files, issue_steps, kinds, people, records
from ledger.errors import Refused
from ledger.issue_moves import Move, State, refusal, shut
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.people import STAFF


async def note(
    talk: Talk, issue: Issue, text: str, more: Sequence[Option] = (), *,
    block: str = "issues.noted",
) -> Reply:  # fmt: skip
    """A step on the way, in words, pictures or both; `more`: buttons that go first."""
    words = plain(text) if text else talk.say("issues.photo_note")
    if talk.asker.role in STAFF and talk.asker.id != issue.owner_id:
        return await _seen(talk, issue, words, more, block)
    record = await issue_steps.note(
        talk.db, talk.asker, issue, words, source=talk.source, now=talk.now
    )
    said = await issue_cards.keep_files(talk, issue, record)
    options = [Option("撤销", f"撤销 {record}")] if record else []
    if not more and refusal(issue, talk.asker, Move.SUBMIT) is None:
        options.insert(0, Option("申请销号", f"问题{issue.id} 申请销号"))
    reply = talk.reply(block, (*more, *options), issue=issue, text=words, files=len(talk.files))
    return photos.with_note(reply, said)


async def _seen(
    talk: Talk, issue: Issue, words: str, more: Sequence[Option], block: str
) -> Reply:
    """The same by somebody above the team, whose work it is not."""
    await issue_steps.remark(talk.db, talk.asker, issue, words, now=talk.now)
    await files.join_issue(talk.db, talk.files, issue.id, person=talk.asker.id)
    options = (*more, issue_cards.look(issue.id))
    name = "issues.seen" if block == "issues.noted" else block
    return talk.reply(name, options, issue=issue, text=words, files=len(talk.files))


async def seen(talk: Talk, issue: Issue, rest: str) -> Reply:
    """情况: what somebody has seen of it, whoever he is."""
    return await note(talk, issue, rest)


async def answered(talk: Talk, issue: Issue, rest: str) -> Reply:
    """回复: the bureau that has it has answered, and has it still."""
    text = rest or await talk.ask("custody.ask_answer", plain, holder=issue.holder)
    home = issue.home
    if (issue.holder_kind, issue.holder_id) == (home.kind, home.id):
        return await note(talk, issue, text)
    back = Option("收回自己办", f"问题{issue.id} 收回 {text}")
    more = (back,) if refusal(issue, talk.asker, Move.TAKE_BACK) is None else ()
    return await note(talk, issue, text, more, block="custody.answered")


async def urge(talk: Talk, issue: Issue, rest: str) -> Reply:
    """督办: somebody above asks who is responsible to hurry; nothing else follows from it."""
    owner = await people.by_id(talk.db, issue.owner_id)
    if talk.asker.role not in STAFF or owner.id == talk.asker.id:
        raise Refused("issues.urged_from_above", id=issue.id, owner=issue.owner)
    text = rest or await talk.ask("issues.ask_urge", plain, issue=issue)
    await issue_steps.urge(talk.db, talk.asker, issue, text, now=talk.now)
    options = (Option("记进展", f"问题{issue.id} 记进展"), issue_cards.look(issue.id))
    card = talk.reply("issues.urged_you", options, issue=issue, by=talk.asker, text=text)
    told = await talk.tell(owner.id, card, dedupe=f"urged:{issue.id}:{talk.source}")
    return talk.reply("issues.urged", issue=issue, told=told, text=text)


async def tier(talk: Talk, issue: Issue, _rest: str) -> Reply:
    """档次: it goes with the deadline, and how that is changed."""
    return talk.reply("columns.tier_by_due", (issue_cards.look(issue.id),), issue=issue)


async def withdraw(talk: Talk, issue: Issue, _rest: str) -> Reply:
    """撤销: the report is struck out by who made it while it is fresh; else how it ends properly."""
    if why := shut(State(issue.state)):
        raise Refused(why, id=issue.id, other=issue.merged_into)
    hours = talk.rules.undo_hours
    if not issue.record_id:
        raise Refused("issues.withdraw_otherwise", id=issue.id, by="", hours=hours)
    record = await records.access_record(talk.db, talk.asker, issue.record_id)
    if not records.may_undo(record, talk.asker, now=talk.now, rules=talk.rules):
        fresh = records.is_fresh(record, now=talk.now, rules=talk.rules)
        by = record.person if fresh else ""
        raise Refused("issues.withdraw_otherwise", id=issue.id, by=by, hours=hours)
    line = await kinds.line(talk.db, talk.say, record)
    await kinds.undo(talk.db, talk.asker, record, now=talk.now, rules=talk.rules)
    return talk.reply("corrections.undone", (Option("恢复", f"恢复 {record.id}"),), line=line)


async def album(talk: Talk, issue: Issue) -> None:
    """Pictures beside words that no record has taken stay with the issue they came with."""
    await files.join_issue(talk.db, talk.files, issue.id, person=talk.asker.id)


ACTS: dict[str, issue_cards.Act] = {
    "情况": seen,
    "回复": answered,
    "督办": urge,
    "催办": urge,
    "档次": tier,
    "难度": tier,
    "撤销": withdraw,
    "撤回": withdraw,
    "撤消": withdraw,
}
