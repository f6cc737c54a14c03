"""函告: 「函告 12」 makes a Word draft for the unit that sent somebody; nothing goes there by itself."""

import re

from handlers.talk import Talk, Topic
from ledger import exports, letters, strikes
from ledger.errors import Refused
from ledger.exports import What
from ledger.messages import Reply
from ledger.people import Role

COUNTY = frozenset({Role.COUNTY})
ABOUT = re.compile(r"(?:(?P<strike>处理)|待核实)?\s*(?P<id>\d{1,9})\s*号?")


async def ask_letter(talk: Talk) -> Reply:
    """函告 12 by the finding's number, 函告 处理 3 by the step's."""
    named = ABOUT.fullmatch(talk.rest)
    if named is None:
        raise Refused("letters.which")
    number = int(named["id"])
    if named["strike"]:
        number = (await strikes.access_strike(talk.db, talk.asker, number)).finding_id
    letter = await letters.access_letter(talk.db, talk.asker, number, talk.today)
    await exports.ask(talk.db, talk.asker, What.LETTER, str(number), now=talk.now)
    name = talk.say("letters.paper", finding=letter.finding, unit=letter.unit)
    return talk.reply("exports.under_way", name=name)


LETTER = Topic("letter", ("函告",), ask_letter, COUNTY)
