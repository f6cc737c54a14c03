"""Joining: an invite makes an account somebody. Strangers get one polite line, nothing else."""

from handlers.talk import Room, Talk, Topic
from ledger import invites
from ledger.errors import Refused
from ledger.messages import EnterIn, Incoming, LifecycleIn, Option, Reply, TextIn
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
MENUS = {
    Role.MEMBER: ("学习", "走访", "问题", "今天", "请假", "帮助"),
    Role.LEADER: ("今天", "走访", "问题", "待销号", "日报", "帮助"),
    Role.TOWNSHIP: ("日报", "周报", "问题", "待销号", "抽查", "帮助"),
    Role.COUNTY: ("抽查", "日报", "周报", "问题", "抽查情况", "帮助"),
}


async def stranger(room: Room, incoming: Incoming) -> tuple[Person | None, Reply | None]:
    """An invite binds; anything else gets the same line, and after five an hour silence."""
    event = incoming.event
    if isinstance(event, LifecycleIn) or incoming.group:
        return None, None
    if not await invites.try_allowed(room.db, incoming.address, now=room.now, rules=room.rules):
        return None, None
    try:
        person = await _redeem(room, incoming)
    except Refused as why:
        return None, Reply(room.words.say(why.block, **why.facts))
    if person is None:
        return None, Reply(room.words.say("join.stranger"))
    return person, Reply(room.words.say("join.welcome", person=person), menu(person))


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


async def welcome_back(room: Room, asker: Person, payload: str) -> Reply:
    """Somebody we know opens the chat; a second invite changes nothing."""
    block = "join.already" if payload else "join.hello"
    return Reply(room.words.say(block, person=asker), menu(asker))


def small_talk(room: Room, asker: Person, text: str) -> Reply | None:
    """A greeting and a thank-you get a human answer; None for everything else."""
    word = text.rstrip("！!。~～ ").lower()
    if word in GREETINGS:
        return Reply(room.words.say("join.hello", person=asker), menu(asker))
    return Reply(room.words.say("join.thanks")) if word in THANKS else None


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
