"""申请销号, 收回申请, 核验, 同意销号, 退回: the way from "done" to struck off."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers import issue_cards
from handlers.talk import Talk, Topic, one_of, plain
from ledger import (
    closing,
    deadlines,
    evidence,
    files,
    issue_steps,
    issues,
    people,
    progress,
)
from ledger.closing import EFFECT_AT_LEAST, Word
from ledger.errors import Misunderstood
from ledger.issue_moves import WORKED_ON, Move, State
from ledger.issue_steps import Column
from ledger.issues import Issue, check
from ledger.messages import Option, Paper, Reply
from ledger.people import ON_TEAM, Person
from ledger.verifying import verifiers

WAITING_SHOWN = 6
MEASURE_BUTTON = 20  # signs of a note that is offered as the measure
MARKS = " ，,。：:；;"
QUOTED = 40  # signs of somebody's words that are said again
REASONS = ("照片看不清，请再拍一张", "还没修好", "请到户里再看")  # ready ones for 退回
MEANT = {"同意销号": True, "退回": False}
ASKED = (  # how a verifier says he has asked the household or seen for himself
    (
        Word.CALL,
        re.compile(r"(?:已经?)?(?:(?:打过?|通过?)?电话(?:问过|核实|联系过?)?|致电|问过)了?"),
    ),
    (
        Word.VISIT,
        re.compile(
            r"(?:已经?)?(?:(?:入户|上门|现场|实地)(?:看过?|核实|走访|查看|现场)*"
            r"|(?:去|到)[了过]?[^，,。不没未]{0,8}?(?:看过?|核实|走访|现场))了?"
        ),
    ),
)  # fmt: skip
NO = re.compile(  # it is not agreed to, and the rest is why
    r"(?:我)?(?:不同意|不通过|不予|不认可|不合格|不能销|不行|没通过|未通过|退回|打回|驳回)(?:销号|通过)?了?"
)
DOUBTFUL = re.compile(  # beside an agreement: it may not be one
    r"没(?:有)?(?:修|办|解决|处理|整改|到位|完|改|做|弄|装|接|落实|去|来|打通|人接|联系|见|好)|未|还(?!好|可以|行)"
    r"|仍|又|打不通|不[通了到接好行满同合]|再说|再看|等"
)
FINE = re.compile(
    r"不(?:再)?[漏停断缺堵渗倒塌滴臭脏黑冷]+(?:水|电|雨|了)?|没有?再|没有?问题|没有?意见|不错"
)


async def submit(talk: Talk, issue: Issue, rest: str) -> Reply:
    """申请销号: the effect in a line; the measure, where nobody has said it yet."""
    check(issue, talk.asker, Move.SUBMIT)
    effect = rest
    if len(rest) < EFFECT_AT_LEAST:  # 好了 is none: what was sent along waits with the question
        effect = await talk.ask("issues.ask_effect", _effect, issue=issue)
    issue = await _with_measure(talk, issue)
    record = await closing.submit(
        talk.db, talk.asker, issue, effect, source=talk.source, now=talk.now
    )
    if record:
        await files.join(talk.db, talk.files, record, person=talk.asker.id)
    else:
        await files.join_issue(talk.db, talk.files, issue.id, person=talk.asker.id)
    told = await ask_verifiers(talk, issue, f"verify:{issue.id}:{issue.version}")
    return talk.reply("issues.submitted", issue=issue, verifiers=told)


async def _with_measure(talk: Talk, issue: Issue) -> Issue:
    """What was done about it (措施): asked once, with the last note as a button."""
    if not closing.needs_measure(issue):
        return issue
    every = [one.text for one in await progress.notes(talk.db, issue.id) if one.step == "note"]
    notes = [one for one in every if len(one) >= EFFECT_AT_LEAST]
    offered = {one[:MEASURE_BUTTON]: one for one in notes[-2:]}
    said = await talk.ask("issues.ask_measure", plain, offered, issue=issue)
    measure = offered.get(said, said)
    await issue_steps.describe(
        talk.db, talk.asker, issue, Column.MEASURE, measure, now=talk.now
    )
    return replace(issue, measure=measure)


def _effect(text: str) -> str:
    if len(text) < EFFECT_AT_LEAST:
        raise Misunderstood("issues.needs_effect")
    return plain(text)


async def ask_verifiers(talk: Talk, before: Issue, dedupe: str) -> list[Person]:
    """Tell those whose word it waits for now, each with his own buttons."""
    issue = await issues.any_issue(talk.db, before.id)
    signed = issue.verified_by if issue.state == State.VERIFIED else issue.submitted_by
    by = await people.by_id(talk.db, signed) if signed else talk.asker
    pieces = await evidence.of(talk.db, issue)
    shown = any(one.counts for one in pieces)
    papers = (await issue_cards.papers(talk, issue))[: issue_cards.SHOWN_FILES]
    told = []
    for one in await verifiers(talk.db, issue, talk.today):
        buttons = issue_cards.decision(issue, one, talk.rules, shown=shown)
        card = talk.reply(
            "issues.verify", buttons, issue=issue, submitter=by, pieces=pieces,
            photos=len(pieces), before=_reported_with(papers, pieces),
            asked=closing.needs_word(issue, talk.rules), reader=one,
        )  # fmt: skip
        card = replace(card, files=papers)
        if await talk.tell(one.id, card, dedupe=f"{dedupe}:{one.id}"):
            told.append(one)
    return told


def _reported_with(papers: Sequence[Paper], pieces: Sequence[evidence.Piece]) -> int:
    """How many of the files sent along show how it was when it was reported."""
    after = {one.sha256 for one in pieces if not one.flags & {evidence.Flag.BEFORE}}
    return sum(one.sha256 not in after and one.mime.startswith("image/") for one in papers)


async def recall(talk: Talk, issue: Issue, _rest: str) -> Reply:
    """收回申请: the submitter has thought better of it."""
    await closing.recall(talk.db, talk.asker, issue, now=talk.now)
    return talk.reply(
        "issues.recalled", (Option("记进展", f"问题{issue.id} 记进展"),), issue=issue
    )


async def agree(talk: Talk, issue: Issue, rest: str) -> Reply:
    """同意销号, 核验: with a word on how he has asked or seen, where that is wanted."""
    check(issue, talk.asker, closing.next_move(issue, talk.asker, talk.rules))
    request, rest = issue_cards.without_number(rest)
    if request not in {None, issue.requests}:
        return issue_cards.outdated(talk, issue)
    if no := NO.match(rest):
        return await send_back(talk, issue, rest[no.end() :].strip(MARKS))
    word, text = read_word(rest)
    if sounds_doubtful(rest):
        word, text = None, rest  # it counts for nothing until he says it plainly
        if not await talk.ask(
            "issues.ask_meant", one_of(MEANT), MEANT, issue=issue, said=rest[:QUOTED]
        ):
            return await send_back(talk, issue, rest)
    await files.join_issue(talk.db, talk.files, issue.id, person=talk.asker.id)
    if word is None and await _wants_word(talk, issue):
        said = await talk.ask("issues.ask_word", _word, ("电话问过", "入户看过"), issue=issue)
        word, text = read_word(said)
    state = await closing.agree(
        talk.db, talk.asker, issue, talk.rules, word=word, text=text, now=talk.now
    )
    if state is State.VERIFIED:
        told = await ask_verifiers(talk, issue, f"second:{issue.id}:{issue.version}")
        return talk.reply("issues.verified", issue=issue, verifiers=told)
    return await _struck_off(talk, await issues.any_issue(talk.db, issue.id))


async def _struck_off(talk: Talk, issue: Issue) -> Reply:
    for person in {issue.submitted_by or issue.owner_id, issue.owner_id} - {talk.asker.id}:
        note = talk.reply("issues.closed_for_you", issue=issue, by=talk.asker)
        await talk.tell(person, note, dedupe=f"closed:{issue.id}:{issue.version}:{person}")
    report = Option("销号报告", f"问题{issue.id} 销号报告")
    return talk.reply("issues.closed", (report,), issue=issue)


async def _wants_word(talk: Talk, issue: Issue) -> bool:
    """Whether the verifier himself has to ask or go: by tier, or as nothing new is there to see."""
    if issue.state != State.SUBMITTED:
        return False
    if closing.needs_word(issue, talk.rules):
        return True
    return not (issue.household_word or await evidence.is_new(talk.db, issue))


def read_word(text: str) -> tuple[Word | None, str]:
    """「电话问过，户主说不漏了」: how he has asked, and what he was told."""
    for word, form in ASKED:
        if found := form.match(text):
            return word, text[found.end() :].strip(MARKS)
    return None, text


def sounds_doubtful(text: str) -> bool:
    """Whether words beside an agreement may say the opposite: 「电话打不通」「去看了，还在漏」."""
    return DOUBTFUL.search(FINE.sub("", text)) is not None


def _word(text: str) -> str:
    if NO.match(text) or sounds_doubtful(text):
        raise Misunderstood("issues.not_agreed", said=text[:QUOTED])
    if read_word(text)[0] is None:
        raise Misunderstood("issues.not_a_word")
    return plain(text)


async def send_back(talk: Talk, issue: Issue, rest: str) -> Reply:
    """退回: with a reason, which the submitter and the owner see."""
    check(issue, talk.asker, Move.SEND_BACK)
    request, rest = issue_cards.without_number(rest)
    if request not in {None, issue.requests}:
        return issue_cards.outdated(talk, issue)
    reason = rest or await talk.ask("issues.ask_reason", plain, REASONS, issue=issue)
    await closing.send_back(talk.db, talk.asker, issue, reason, now=talk.now)
    for person in {issue.submitted_by or issue.owner_id, issue.owner_id}:
        note = talk.reply("issues.sent_back_to_you", issue=issue, by=talk.asker, reason=reason)
        await talk.tell(person, note, dedupe=f"sent_back:{issue.id}:{issue.version}:{person}")
    return talk.reply("issues.sent_back", issue=issue, reason=reason)


ACTS: dict[str, issue_cards.Act] = {
    "申请销号": submit,
    "销号": submit,
    "收回申请": recall,
    "同意销号": agree,
    "核验": agree,
    "退回": send_back,
}


async def strike_off(talk: Talk) -> Reply:
    """销号12: handed in by who works on it, agreed to by who verifies it."""
    numbered = issue_cards.NUMBERED.fullmatch(talk.rest)
    if numbered is None:
        return await list_waiting(talk)
    issue = await issues.access_issue(talk.db, talk.asker, int(numbered["id"]))
    act = submit if State(issue.state) in WORKED_ON else agree
    return await act(talk, issue, numbered["rest"].strip())


async def list_waiting(talk: Talk) -> Reply:
    """待核验: what waits for this person's word; with a number, his word on one of them."""
    if numbered := issue_cards.NUMBERED.fullmatch(talk.rest):
        issue = await issues.access_issue(talk.db, talk.asker, int(numbered["id"]))
        return await agree(talk, issue, numbered["rest"].strip())
    waiting = await issues.waiting_for(talk.db, talk.asker, talk.today)
    wishes = await deadlines.waiting_for(talk.db, talk.asker, talk.today)
    options = tuple(issue_cards.look(one.id) for one in (*waiting, *wishes)[:WAITING_SHOWN])
    detail = talk.asker.role in ON_TEAM
    return talk.reply("issues.waiting", options, issues=waiting, wishes=wishes, detail=detail)


CLOSING = Topic("closing", ("待核验", "待销号", "核验"), list_waiting)
STRIKE_OFF = Topic("strike_off", ("销号",), strike_off)
