"""The front desk: who is it, what did he send, which talk does it belong to.

Order of matching: 为什么, 取消 and 返回, then a topic's word, then the open talk, unless a report
or something else plainly comes instead; then the sentence itself: a report, an answer to a spot
check, small talk; last a hint how to say it. Nothing is ever answered with 命令错误.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers import (
    bulletins,
    burden,
    catalogues,
    channel_news,
    corrections,
    drafts,
    issue_lists,
    issue_said,
    issues,
    join,
    leave_back,
    leave_said,
    photos,
    replies,
    report_wishes,
    retracting,
    screens,
    sentences,
    study,
    visits,
)
from handlers.talk import (
    Room,
    Topic,
    answered,
    hold,
    misread,
    normal,
    offers,
    stepped_back,
)
from handlers.topics import BY_NAME, TOPICS
from ledger import cards, people, records, talks
from ledger import drafts as texts
from ledger.clock import ms
from ledger.errors import Misunderstood, Refused
from ledger.files import Kept
from ledger.messages import REFUSED, ActionIn, EnterIn, Incoming, LifecycleIn, Reply, TextIn
from ledger.people import Person, Role
from ledger.talks import Said

CANCEL_WORDS = {"取消", "算了", "cancel"}
LIKE_WORK = re.compile(
    r"[/\d户家村组队]|走访|入户|学习|问题|进展|请假|销[假号]|低保|医|药|房|屋|[水电路桥井灯]|修|补贴|答应|承诺|文件|政策|精神"
)  # of words that could not be read: they look like something to be recorded
FOUND_IN_TODAY = frozenset({"doubt", "undo", "redo", "change"})  # their records stand there
HAN = re.compile("[一-鿿]")
TINY = 6  # characters that are a slip at a question rather than something else to say
QUOTED = 40  # characters of what somebody said that we repeat
BACK_WORDS = {"返回", "上一步", "back"}
RECORDING = (
    study.STUDY,
    visits.VISIT,
    issues.ISSUES,
)  # what an edited message may still become
CHOSEN = frozenset(
    {
        "visits.ask_household",
        "issues.ask_household",
        "issues.ask_which",
        "issues.ask_tier",
        "households.ask_near",
        "households.ask_twins",
        "study.ask_topic",
        "study.ask_minutes",
        "study.ask_way",
        "leave.ask_days",
        "leave.ask_more",
        "leave.ask_withdraw",
    }
)  # questions that a choice, a name, a length or a day answers


async def answer(
    room: Room, incoming: Incoming, kept: Sequence[Kept] = (), lost: int = 0
) -> tuple[int | None, Reply | None]:
    """Who sent it (None: nobody we know) and what to say (None: nothing).

    `kept` are the message's files, already on our disk; `lost` could not be had.
    """
    event = incoming.event
    if isinstance(event, LifecycleIn) and event.kind == channel_news.CHANGED:
        await channel_news.note(room, incoming, event)  # told by the company, not by a person
        return None, None
    try:
        asker = await people.identify(room.db, incoming.address, now=room.now)
    except people.Unknown:
        person, reply = await join.stranger(room, incoming)
        return (person.id if person else None), reply
    try:
        async with room.db.savepoint():
            reply = await _answer(room, asker, incoming, kept)
    except (Refused, Misunderstood) as why:
        reply = Reply(room.words.say(why.block, **why.facts), kind=REFUSED)
    if reply and incoming.masked:
        reply = replace(reply, text=f"{reply.text}\n\n{room.words.say('drafts.masked')}")
    if reply and lost:
        note = room.words.say("photos.lost", lost=lost, limit=room.rules.file_limit_mb)
        reply = replace(reply, text=f"{reply.text}\n{note}")
    return asker.id, reply


async def _answer(
    room: Room, asker: Person, incoming: Incoming, kept: Sequence[Kept]
) -> Reply | None:
    event = incoming.event
    if isinstance(event, ActionIn):
        return await _pressed(room, asker, event.token, incoming.source)
    if isinstance(event, EnterIn):
        return await join.looked_in(room, asker, event)
    if isinstance(event, LifecycleIn):
        await _lifecycle(room, incoming, event.kind)
        return None
    if isinstance(event, TextIn) and not incoming.group:
        return await _heard(room, asker, incoming, event, kept)
    return None


async def _heard(
    room: Room, asker: Person, incoming: Incoming, event: TextIn, kept: Sequence[Kept]
) -> Reply:
    if len(event.text) > room.rules.chat_line_limit:
        raise Refused("talk.message_too_long", limit=room.rules.chat_line_limit)
    text = normal(event.text)
    files = await photos.attach(room, asker, kept, source=incoming.source)
    said = Said(text, incoming.source, files, event.place, ms(room.now))
    if incoming.edited and not await _is_new(room, asker, said):
        return await corrections.edited(room, asker, said)
    if not (text or files or event.place):
        raise Refused("photos.none_kept" if event.media else "talk.empty")
    if text in burden.WHY:
        return await burden.why(room, asker, incoming)
    if text in screens.WORDS:
        return await screens.choose(room, incoming.address, text)
    plain = text not in CANCEL_WORDS | BACK_WORDS
    if plain and (draft := await bulletins.meant(room, asker, incoming, text)):
        return await converse(room, asker, replace(said, text=draft), typed=False)
    meant = await replies.records_meant(room, asker, incoming)
    reply = await converse(room, asker, said, meant=meant)
    return await leave_said.offer_back(room, asker, said, reply)


async def _is_new(room: Room, asker: Person, said: Said) -> bool:
    """An edited message that had become no record and now is one: as if said now.

    A command has been carried out once; editing it, in words or unseen, does not repeat it.
    """
    if await records.by_source(room.db, asker, said.source):
        return False
    if await texts.text_of(room.db, said.source) is not None:
        return False
    text = said.text.removeprefix("/")
    opened = (topic for topic in TOPICS if topic.rest_of(text, strict=False) is not None)
    return next(opened, None) in RECORDING


async def converse(
    room: Room, asker: Person, said: Said, *, typed: bool = True,
    meant: Sequence[records.Record] = (),
) -> Reply:  # fmt: skip
    """Words, photos or a place, in the open talk or as a new one; a press is never its answer."""
    state = await talks.load(room.db, asker.id, now=room.now)
    put_down = state is not None and leave_back.puts_down(state, said.text)
    if put_down or said.text in CANCEL_WORDS | BACK_WORDS:
        return await _cancel_or_back(room, asker, state, said.text)
    if put_right := await retracting.heard(room, asker, said, state):
        return put_right
    if opened := await _opened(room, asker, said, state, typed=typed):
        topic, rest = opened
        _check_role(topic.roles, asker)
        return await _open(room, asker, topic, replace(said, text=rest), state)
    if table := await catalogues.take_table(room, asker, said, state):
        return table
    if taken := await photos.take_at_once(room, asker, said, state, meant):
        return taken
    if state is None:
        return await _unasked(room, asker, said)
    if not await _moves_on(room, asker, said, state):
        return await _go_on(room, asker, answered(state, said))
    return await _meanwhile(room, asker, said, state)


async def _unasked(room: Room, asker: Person, said: Said) -> Reply:
    """Words that answer no question: a report, an answer to a check, talk."""
    if agreed := await issue_said.agreed(room, asker, said):
        return agreed
    if (heard := await sentences.heard_or_filed(room, asker, said)) is not None:
        return heard
    await texts.keep(room.db, asker, said.source, said.text, now=room.now)
    if said.files or said.place:
        return await photos.take(room, asker, said)
    if talk := join.small_talk(room, asker, said.text):
        return talk
    if not_yet := await sentences.why_not(room, asker, said):
        return not_yet
    if asked := await issue_said.offer(room, asker, said.text):
        return asked
    return join.chat(room, asker, said.text) or _hint(room, asker, said.text)


async def _meanwhile(room: Room, asker: Person, said: Said, state: talks.State) -> Reply:
    """What is said beside an open question is heard as if none were open; it is put aside, and said so."""
    await talks.drop(room.db, asker.id)
    reply = await _unasked(room, asker, said)
    in_today = state.topic in FOUND_IN_TODAY
    note = room.words.say("talk.still_asked" if in_today else "talk.put_aside")
    return replace(reply, text=f"{reply.text}\n\n{note}")


async def _opened(
    room: Room, asker: Person, said: Said, state: talks.State | None, *, typed: bool
) -> tuple[Topic, str] | None:
    """The topic a text opens by its word; a sentence that says more than that is no command."""
    text = said.text.removeprefix("/")
    if typed and state is None and (opinion := join.opinion_in(text)) is not None:
        return BY_NAME["opinion"], f"|{opinion}"
    if typed and (wish := report_wishes.read(text)) and (state is None or wish.asked):
        text = wish.command
    elif typed:
        beside = state is not None and state.pending not in issue_said.WANTS_A_UNIT
        text = await issue_said.heard(room, asker, text, beside=beside) or text
    if typed and state is None and text == said.text:
        text = await issue_lists.heard(room, asker, text) or text
    for topic in TOPICS:
        rest = topic.rest_of(text, strict=state is not None and text == said.text)
        if rest is None or (typed and await _is_answer(room, asker, state, said.text)):
            continue
        sentence = typed and state is None and text == said.text
        if sentence and await sentences.says_more(room, asker, topic, text):
            return None
        return topic, rest
    return None


async def _moves_on(room: Room, asker: Person, said: Said, state: talks.State) -> bool:
    """Whether a new report comes instead of a choice, a name or a day: the question can wait.

    Where any words are an answer (情况怎么样), they are the answer.
    """
    if not said.text or await _is_answer(room, asker, state, said.text):
        return False
    waits = state.topic in {drafts.DOUBT.name, photos.PHOTOS.name} or state.pending in CHOSEN
    reports = await sentences.reports_in(room, asker, said.text)
    if reports and waits:
        return True
    if not (reports or (len(said.text) > TINY and HAN.search(said.text))):
        return False  # a slip of the finger is asked again
    turned_down = await misread(room, asker, state, BY_NAME[state.topic], said)
    chooses = turned_down == "talk.choose"
    return bool(turned_down) and bool(chooses or reports or join.chat(room, asker, said.text))


def _hint(room: Room, asker: Person, text: str) -> Reply:
    """How to say it, with examples for this role; the words themselves are kept."""
    said = text if len(text) <= QUOTED else f"{text[:QUOTED]}……"
    if not LIKE_WORK.search(text):
        return Reply(room.words.say("join.how_to", person=asker), join.menu(asker))
    return Reply(
        room.words.say("talk.not_understood", said=said, person=asker), join.menu(asker)
    )


async def _is_answer(room: Room, asker: Person, state: talks.State | None, text: str) -> bool:
    """A word that opens a topic, but stands on a button of the open question: 今天."""
    if state is None:
        return False
    return await offers(room, asker, BY_NAME[state.topic], state, text)


async def _open(
    room: Room, asker: Person, topic: Topic, said: Said, before: talks.State | None
) -> Reply:
    """A new talk; one that gives way to it with answers in it is not dropped in silence."""
    reply = await hold(room, asker, topic, talks.State(topic.name, said), said.text)
    doubt = before is not None and before.topic == drafts.DOUBT.name
    if topic.aside or before is None or (doubt and topic is drafts.DOUBT):
        return reply
    if not (doubt or before.answers or before.opening.text):
        return reply
    note = room.words.say("talk.still_asked" if doubt else "talk.put_aside")
    return replace(reply, text=f"{reply.text}\n\n{note}")


async def _go_on(room: Room, asker: Person, state: talks.State) -> Reply:
    topic = BY_NAME[state.topic]
    _check_role(topic.roles, asker)
    return await hold(room, asker, topic, state, state.opening.text)


async def _cancel_or_back(
    room: Room, asker: Person, state: talks.State | None, word: str
) -> Reply:
    if state is None:
        return Reply(room.words.say("talk.nothing_open"), join.menu(asker))
    if word in BACK_WORDS and state.answers:
        return await _go_on(room, asker, stepped_back(state))
    await talks.drop(room.db, asker.id)
    if state.topic == drafts.DOUBT.name:
        return await drafts.card(room, asker, state.opening.source)
    if word in BACK_WORDS and (draft := bulletins.brought_back(state)):
        return await converse(room, asker, replace(state.opening, text=draft), typed=False)
    return Reply(room.words.say(BY_NAME[state.topic].dropped), join.menu(asker))


async def _pressed(room: Room, asker: Person, token: str, source: str) -> Reply:
    pressed = await cards.press(room.db, room.key, asker.id, token)
    said = Said(pressed.say, source, at=ms(room.now))
    if pressed.step:
        state = await talks.load(room.db, asker.id, now=room.now)
        if state is None or state.step_name(asker.id) != pressed.step:
            return await _pressed_late(room, asker, state, pressed.step, said)
        if pressed.say not in CANCEL_WORDS | BACK_WORDS:
            return await _go_on(room, asker, answered(state, said))
    return await converse(room, asker, said, typed=False)


async def _pressed_late(
    room: Room, asker: Person, state: talks.State | None, step: str, said: Said
) -> Reply:
    """A button of a question that is not open any more: a doubt that was put aside is taken up."""
    if state is not None or not step.startswith(f"{asker.id}:{drafts.DOUBT.name}:"):
        raise Refused("cards.past")
    again = talks.State(
        drafts.DOUBT.name, replace(said, text="", source=replies.opened_by(step))
    )
    reply = await hold(room, asker, drafts.DOUBT, again, "")
    if again.pending and await offers(room, asker, drafts.DOUBT, again, said.text):
        return await _go_on(room, asker, answered(again, said))
    return reply


async def _lifecycle(room: Room, incoming: Incoming, kind: str) -> None:
    if kind == "unreachable":
        await people.mark_unreachable(room.db, incoming.address)


def _check_role(roles: frozenset[Role], asker: Person) -> None:
    if asker.role not in roles:
        raise Refused("talk.not_for_role")
