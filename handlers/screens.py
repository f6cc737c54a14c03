"""文字版, 卡片版: everybody decides for his own screen whether buttons are told in words.

Some screens show neither buttons nor cards (WeCom seen through the WeChat plugin).
"""

from handlers.talk import Room
from ledger import people
from ledger.messages import Reply
from ledger.people import Address

PLAIN = frozenset({"文字版", "文字版本", "看不到按钮", "看不见按钮"})
WORDS = PLAIN | {"卡片版", "卡片版本", "按钮版"}


async def choose(room: Room, address: Address, text: str) -> Reply:
    """From now on, at the address that has said it; an open question stays open."""
    plain = text in PLAIN
    await people.set_plain(room.db, address, plain=plain)
    return Reply(room.words.say("screens.chosen", plain=plain))
