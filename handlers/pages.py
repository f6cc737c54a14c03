"""位置, 传文件: a link to a page that takes what this chat's own buttons do not."""

from handlers.talk import Talk, Topic
from ledger import page_passes, people
from ledger.messages import Reply
from ledger.page_passes import PagePass


async def ask_place(talk: Talk) -> Reply:
    """A page that sends the place where he stands, with its accuracy."""
    link = await _link(talk, page_passes.PLACE)
    return talk.reply("pages.place", link=link) if link else talk.reply("pages.place_here")


async def ask_files(talk: Talk) -> Reply:
    """A page that takes documents and original photos."""
    link = await _link(talk, page_passes.FILES)
    return talk.reply("pages.files", link=link) if link else talk.reply("pages.files_here")


async def _link(talk: Talk, purpose: str) -> str:
    """A fresh address, good once; '' where no page can be reached from outside.

    The address written from is the one used last: he has just been identified by it.
    """
    address = await people.address_of(talk.db, talk.asker.id)
    if not talk.room.public_url or address is None:
        return ""
    page = PagePass(talk.asker.id, address, purpose)
    token = await page_passes.make(talk.db, page, now=talk.room.present or talk.now)
    return f"{talk.room.public_url}/pages/{token}"


PLACE = Topic("send_place", ("位置", "发位置"), ask_place, form="bare", aside=True)
FILES = Topic(
    "send_files", ("传文件", "上传文件", "发文件"), ask_files, form="bare", aside=True
)
