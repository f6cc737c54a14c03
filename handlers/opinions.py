"""意见: said to the county alone, signed or not; 「答意见3 …」 answers, 「查意见3 K7QMXD」 reads it."""

import re
from dataclasses import dataclass

from handlers.forms import choice, words
from handlers.talk import LONGEST_ANSWER, Talk, Topic, plain
from ledger import opinions
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.opinions import SEALED, Opinion
from ledger.people import Role

COUNTY = frozenset({Role.COUNTY})
SIGNED, UNSIGNED = "署名", "不署名"
HOW = {SIGNED: True, UNSIGNED: False, "匿名": False}
WAY = re.compile(r"(?P<way>不署名|匿名|署名)?(?P<word>意见箱?)(?P<rest>.*)", re.DOTALL)
NUMBERED = re.compile(r"(\d{1,9})\s*号?[\s：:，,]*(.*)", re.DOTALL)
CODE = re.compile(r"(\d{1,9})\s*号?[\s：:，,]+([A-Za-z0-9]{6})")
QUOTED = 60  # characters of an opinion in the list
LISTED = 8


# saying
async def give(talk: Talk) -> Reply:
    """Ask whether to sign, then what it is; an unsigned one leaves nothing behind."""
    way, _, rest = talk.rest.partition("|")
    if talk.asker.role is Role.COUNTY:
        return await show(talk, rest)
    if len(rest) > LONGEST_ANSWER:
        raise Refused("talk.too_long", limit=LONGEST_ANSWER)
    if way:
        signed = HOW[way]
    else:
        signed = await talk.ask("opinions.ask_way", choice(HOW), (SIGNED, UNSIGNED))
    text = rest or await talk.ask("opinions.ask_text", words, signed=signed)
    if not signed:
        return await _unsigned(talk, text)
    id = await opinions.sign(talk.db, talk.asker, text, now=talk.now)
    return talk.reply("opinions.signed", id=id)


async def _unsigned(talk: Talk, text: str) -> Reply:
    code = opinions.code_from(talk.room.vault.lots())
    county = talk.asker.county_id
    id = await opinions.leave_unsigned(talk.db, county, text, talk.today, code)
    files = len(talk.files)
    await _wipe(talk)
    return Reply(talk.say("opinions.unsigned", id=id, code=code, files=files), kind=SEALED)


async def _wipe(talk: Talk) -> None:
    """Everything of this talk, from the message that opened it."""
    said = [talk.state.opening, *(one.said for one in talk.state.answers)]
    since = talk.state.opening.at
    await opinions.wipe(
        talk.db, talk.asker, [one.source for one in said], since=since, now=talk.now
    )


# the county
async def show(talk: Talk, rest: str) -> Reply:
    """What waits for an answer, or one opinion in full."""
    if match := NUMBERED.fullmatch(rest):
        found = await opinions.access_opinion(talk.db, talk.asker, int(match[1]))
        return talk.reply("opinions.one", _answering([found]), opinion=found)
    found_all = await opinions.access_waiting(talk.db, talk.asker)
    lines = [
        talk.say("opinions.line", opinion=one, text=_short(one.text))
        for one in found_all[:LISTED]
    ]
    total = len(found_all)
    return talk.reply("opinions.waiting", _answering(found_all[:3]), lines=lines, total=total)


def _answering(found: list[Opinion]) -> list[Option]:
    return [
        Option(f"答意见{one.id}", f"答意见{one.id}") for one in found if one.answered_at is None
    ]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[:QUOTED] + "……"


async def answer(talk: Talk) -> Reply:
    """答意见3 已转财政局: told to the writer if he has signed."""
    match = NUMBERED.fullmatch(talk.rest)
    if match is None:
        raise Refused("opinions.how_to_answer")
    found = await opinions.access_opinion(talk.db, talk.asker, int(match[1]))
    if found.answered_at is not None:
        raise Refused("opinions.already_answered", id=found.id)
    text = match[2] or await talk.ask("opinions.ask_answer", words, opinion=found)
    await opinions.answer(talk.db, talk.asker, found, plain(text), now=talk.now)
    if found.person_id:
        told = talk.reply("opinions.answer", opinion=found, text=text)
        await talk.tell(found.person_id, told, dedupe=f"opinion:{found.id}")
    return talk.reply("opinions.answered", opinion=found)


# whoever has not signed
async def look_up(talk: Talk) -> Reply:
    """查意见3 K7QMXD: the answer, and again no trace of who asked."""
    match = CODE.fullmatch(talk.rest)
    if match is None:
        raise Refused("opinions.how_to_look")
    county = talk.asker.county_id
    found = await opinions.by_code(talk.db, county, int(match[1]), match[2])
    await _wipe(talk)
    return Reply(talk.say("opinions.looked_up", opinion=found), kind=SEALED)


# topics
@dataclass(frozen=True)
class OpinionTopic(Topic):
    """意见 alone or set off, 不署名意见 with the words: 「意见不大」 is a sentence."""

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """「署名|words」: how it is to be signed, if said, and what follows."""
        match = WAY.fullmatch(text)
        if match is None:
            return None
        rest = match["rest"]
        if rest and not (rest[0] in " ：:，,\n\t" or rest[0].isdigit()):
            return None
        return f"{match['way'] or ''}|{rest.strip(' ：:，,')}"


GIVE = OpinionTopic("opinion", ("意见", "不署名意见", "意见箱"), give)
ANSWER = Topic("opinion_answer", ("答意见",), answer, COUNTY)
LOOK_UP = Topic("opinion_look_up", ("查意见",), look_up)
