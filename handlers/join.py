"""Joining: an invite makes an account somebody. Strangers get one polite line, nothing else."""

import re
from dataclasses import replace

from handlers.talk import Room, Talk, Topic
from ledger import invites, roster_changes, settings
from ledger.errors import Refused
from ledger.messages import (
    REFUSED,
    ActionIn,
    EnterIn,
    Incoming,
    LifecycleIn,
    Option,
    Reply,
    TextIn,
    UnknownIn,
)
from ledger.people import Person, Role

GREETINGS = {
    "你好",
    "您好",
    "在吗",
    "在不在",
    "早上好",
    "上午好",
    "下午好",
    "晚上好",
    "hi",
    "hello",
}
THANKS = {
    "谢谢",
    "谢谢您",
    "谢谢你",
    "多谢",
    "辛苦了",
    "好的",
    "好",
    "收到",
    "知道了",
    "ok",
    "嗯",
}
OPINION = re.compile(
    r"我?想?(?:提|有)(?:一?[个点条些])?小?(?:意见|建议)(?P<rest>(?:[\s，,：:。！!].*)?)",
    re.DOTALL,
)
NOT_GRANTED = re.compile(
    r"(?:[为因]啥|为什么|凭啥|凭什么|怎么|咋)[^，,。]{0,8}(?:不批|没批|不同意|驳回|退回|不给批)"
)
QUESTION = re.compile(
    "|".join(
        (
            r"[?？]|[吗呢么]\W*$|怎么|咋|如何|能不能",
            r"可不可以|有没有|啥时候|什么时候|找谁|谁批|是什么|干啥",
        )
    )
)
MOAN = re.compile(
    r"[累困烦忙热冷饿]死|累坏|[好太真很]累|[好太真]忙|心累|没啥事|没什么事|没事儿?$|歇会|想家|唉"
)
SHORT = 20  # characters of a moan
GREETED = "greeted"  # the day on which somebody who looked in was last greeted
MENUS = {
    Role.MEMBER: ("学习", "走访", "问题", "今天", "请假", "帮助"),
    Role.LEADER: ("今天", "走访", "问题", "待销号", "日报", "帮助"),
    Role.TOWNSHIP: ("日报", "周报", "问题", "待销号", "抽查", "帮助"),
    Role.COUNTY: ("抽查", "日报", "周报", "问题", "抽查情况", "帮助"),
}


async def stranger(room: Room, incoming: Incoming) -> tuple[Person | None, Reply | None]:
    """An invite binds; anything else gets the same line, and after five an hour silence."""
    event = incoming.event
    if isinstance(event, LifecycleIn) or incoming.group or await _only_looks(room, incoming):
        return None, None
    if not await invites.try_allowed(room.db, incoming.address, now=room.now, rules=room.rules):
        return None, None
    try:
        person = await _redeem(room, incoming)
    except Refused as why:
        return None, Reply(room.words.say(why.block, **why.facts))
    if person is None:
        left = await roster_changes.has_left(room.db, incoming.address, room.now.date())
        line = room.words.say("roster.has_left" if left else "join.stranger")
        return None, Reply(line, kind=REFUSED if isinstance(event, ActionIn) else "text")
    return person, Reply(room.words.say("join.welcome", person=person), menu(person))


async def _only_looks(room: Room, incoming: Incoming) -> bool:
    """Somebody unknown opens the chat again, or a thing happens there: no try of an invite."""
    event, to = incoming.event, incoming.address
    if not isinstance(event, EnterIn) or not event.passing:
        return isinstance(event, UnknownIn) and event.unsaid
    return not await _first_today(room, f"{to.channel}/{to.account}/{to.user_key}")


async def _first_today(room: Room, who: str) -> bool:
    """Whether he has not been greeted yet today; from now on he has."""
    day = room.now.date().isoformat()
    if await settings.read(room.db, f"{GREETED}:{who}") == day:
        return False
    await settings.write(room.db, f"{GREETED}:{who}", day)
    return True


async def _redeem(room: Room, incoming: Incoming) -> Person | None:
    event, address = incoming.event, incoming.address
    if isinstance(event, EnterIn) and event.payload:
        return await invites.redeem_link(
            room.db, event.payload, channel=address.channel, account=address.account,
            user_key=address.user_key, now=room.now,
        )  # fmt: skip
    if isinstance(event, TextIn) and (code := invites.read_code(event.text)):
        return await invites.redeem_code(room.db, code, address, key=room.key, now=room.now)
    return None


async def looked_in(room: Room, asker: Person, event: EnterIn) -> Reply | None:
    """Somebody we know opens the chat; who only looks in is greeted once a day."""
    if not event.passing:
        return welcome_back(room, asker, event.payload)
    if not await _first_today(room, str(asker.id)):
        return None
    hello = welcome_back(room, asker, event.payload)
    return replace(hello, text=f"{hello.text}\n{room.words.say('screens.no_buttons')}")


def welcome_back(room: Room, asker: Person, payload: str) -> Reply:
    """A greeting; a second invite changes nothing."""
    block = "join.already" if payload else "join.hello"
    return Reply(room.words.say(block, person=asker), menu(asker))


def small_talk(room: Room, asker: Person, text: str) -> Reply | None:
    """A greeting and a thank-you get a human answer; None for everything else."""
    word = text.rstrip("！!。~～ ").lower()
    if word in GREETINGS:
        return Reply(room.words.say("join.hello", person=asker), menu(asker))
    return Reply(room.words.say("join.thanks")) if word in THANKS else None


def opinion_in(text: str) -> str | None:
    """What follows 提个意见，……; None when the words open no opinion."""
    match = OPINION.fullmatch(text)
    return match["rest"].strip(" ，,：:。！!") if match else None


def chat(room: Room, asker: Person, text: str) -> Reply | None:
    """A moan gets a kind word, a question a hint how to say it; None for everything else."""
    if NOT_GRANTED.search(text):
        return Reply(room.words.say("join.ask_decider"))
    if QUESTION.search(text):
        return Reply(room.words.say("join.how_to", person=asker), menu(asker))
    if len(text) <= SHORT and MOAN.search(text):
        return Reply(room.words.say("join.moan"))
    return None


def menu(person: Person) -> tuple[Option, ...]:
    """The six words this role needs most."""
    return tuple(Option(word, word) for word in MENUS[person.role])


async def show_help(talk: Talk) -> Reply:
    """What can be said here, by role, with examples."""
    return Reply(talk.say("join.help", person=talk.asker), menu(talk.asker), kind="card")


HELP = Topic(
    "help",
    ("帮助", "帮助说明", "菜单", "更多", "怎么用", "help", "start"),
    show_help,
    form="bare",
    aside=True,
)
