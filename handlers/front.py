"""The front desk: who is it, what did he send, which talk does it belong to.

Order of matching: 取消 and 返回, then a topic's word, then the open talk, then an open spot
check, then a hint how to say it. Nothing is ever answered with 命令错误.
"""

from collections.abc import Sequence
from dataclasses import replace

from handlers import corrections, join, photos, spotchecks
from handlers.talk import Room, answered, hold, normal, stepped_back
from handlers.topics import BY_NAME, TOPICS
from ledger import cards, people, talks
from ledger.errors import Misunderstood, Refused
from ledger.files import Kept
from ledger.messages import ActionIn, EnterIn, Incoming, LifecycleIn, Reply, TextIn
from ledger.people import Person, Role
from ledger.talks import Said

CANCEL_WORDS = {"取消", "算了", "cancel"}
BACK_WORDS = {"返回", "上一步", "back"}


async def answer(
    room: Room, incoming: Incoming, kept: Sequence[Kept] = (), lost: int = 0
) -> tuple[int | None, Reply | None]:
    """Who sent it (None: nobody we know) and what to say (None: nothing).

    `kept` are the message's files, already on our disk; `lost` could not be had.
    """
    try:
        asker = await people.identify(room.db, incoming.address, now=room.now)
    except people.Unknown:
        person, reply = await join.stranger(room, incoming)
        return (person.id if person else None), reply
    try:
        async with room.db.savepoint():
            reply = await _answer(room, asker, incoming, kept)
    except (Refused, Misunderstood) as why:
        reply = Reply(room.words.say(why.block, **why.facts))
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
        return await join.welcome_back(room, asker, event.payload)
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
    said = Said(text, incoming.source, files, event.place)
    if incoming.edited:
        return await corrections.edited(room, asker, said)
    if not (text or event.media or event.place):
        raise Refused("talk.empty")
    return await converse(room, asker, said)


async def converse(room: Room, asker: Person, said: Said) -> Reply:
    """Words, photos or a place, in the open talk or as a new one."""
    state = await talks.load(room.db, asker.id, now=room.now)
    if said.text in CANCEL_WORDS | BACK_WORDS:
        return await _cancel_or_back(room, asker, state, said.text)
    for topic in TOPICS:
        text = said.text.removeprefix("/")
        rest = topic.rest_of(text, strict=state is not None and text == said.text)
        if rest is not None:
            _check_role(topic.roles, asker)
            fresh = talks.State(topic.name, Said(rest, said.source, said.files, said.place))
            return await hold(room, asker, topic, fresh, rest)
    if state is not None:
        return await _go_on(room, asker, answered(state, said))
    if (heard := await spotchecks.overhear(room, asker, said)) is not None:
        return heard
    if said.files or said.place:
        return await photos.take(room, asker, said)
    return Reply(room.words.say("talk.not_understood", said=said.text[:40]), join.menu(asker))


async def _go_on(room: Room, asker: Person, state: talks.State) -> Reply:
    return await hold(room, asker, BY_NAME[state.topic], state, state.opening.text)


async def _cancel_or_back(
    room: Room, asker: Person, state: talks.State | None, word: str
) -> Reply:
    if state is None:
        return Reply(room.words.say("talk.nothing_open"), join.menu(asker))
    if word in BACK_WORDS and state.answers:
        return await _go_on(room, asker, stepped_back(state))
    await talks.drop(room.db, asker.id)
    return Reply(room.words.say("talk.cancelled"), join.menu(asker))


async def _pressed(room: Room, asker: Person, token: str, source: str) -> Reply:
    pressed = await cards.press(room.db, room.key, asker.id, token)
    if pressed.step:
        state = await talks.load(room.db, asker.id, now=room.now)
        if state is None or state.step_name(asker.id) != pressed.step:
            raise Refused("cards.past")
        if pressed.say not in CANCEL_WORDS | BACK_WORDS:
            return await _go_on(room, asker, answered(state, Said(pressed.say, source)))
    return await converse(room, asker, Said(pressed.say, source))


async def _lifecycle(room: Room, incoming: Incoming, kind: str) -> None:
    if kind == "unreachable":
        await people.mark_unreachable(room.db, incoming.address)


def _check_role(roles: frozenset[Role], asker: Person) -> None:
    if asker.role not in roles:
        raise Refused("talk.not_for_role")
