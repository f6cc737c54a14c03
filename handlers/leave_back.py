"""Giving leave up in one's own words: 「算了不请了」「取消周三的假」, and 「我提前回来了」 for 销假.

Nothing is taken back on the strength of a free sentence: one tap is asked for, with the days.
Where no request and no leave is there to give up, the words mean what they always mean.
"""

import re

from handlers import leave as leave_talk
from handlers.talk import Room, Talk, Topic, hold, one_of
from ledger import leave
from ledger.errors import Misunderstood
from ledger.leave import Leave
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person
from ledger.reading.leave_words import OTHERS
from ledger.reading.said import LeaveSaid, Reading, ReturnSaid
from ledger.talks import Said, State
from ledger.time_phrases import find_times

LONGEST = 40  # characters: who says more tells something else as well
GIVEN_UP = re.compile(
    r"不(?:想|用|必|需要|能|打算|准备)?再?[请休](?:[^，,。客教问示]{0,8}假)?了"
    r"|(?:取消|撤回|撤销|撤掉?了?|收回|不要)[^，,。]{0,10}假(?!如|若|装|的|条|冒|牌)"
    r"|假[^，,。]{0,4}(?:不要了|不[请休]了|取消|撤了|撤回|撤销|作废|算了|不用了)"
)
EARLY = re.compile(
    r"(?:我|本人|今天|现在|刚|已经?|人)*+(?:提前|提早)(?:从[^，,。]{1,8})?[回返到](?:来|村|岗|队)(?:里|上班|上岗)?了?[，,。！!]?.{0,8}"
)
PUT_DOWN = re.compile(
    r"(?:算了|那|我|就|先|还是|[，,])*不(?:想|用|打算)?再?[请休]假?了?[。！!]?"
)
YES, NO = "撤回", "不撤"


def puts_down(state: State, text: str) -> bool:
    """不请了, said to a question of 请假 that is open: the same as 取消."""
    asking = {one.name for one in (leave_talk.LEAVE, leave_talk.EXTEND, leave_talk.CHANGE)}
    return state.topic in asking and len(text) <= LONGEST and bool(PUT_DOWN.fullmatch(text))


async def heard(room: Room, asker: Person, said: Said, reading: Reading) -> Reply | None:
    """The talk that a sentence about ending or giving up leave opens; None: it is about other things."""
    text = said.text
    if len(text) > LONGEST or any(
        not isinstance(one, LeaveSaid | ReturnSaid) for one in reading.reports
    ):
        return None
    if EARLY.fullmatch(text) and await leave.running(room.db, asker.id, room.now.date()):
        return await hold(room, asker, leave_talk.BACK, State(leave_talk.BACK.name, said), "")
    if not _gives_up(text) or await _meant(room, asker, text) is None:
        return None
    return await hold(room, asker, GIVE_UP, State(GIVE_UP.name, said), text)


def _gives_up(text: str) -> bool:
    """Whether the sender gives up leave of his own."""
    found = GIVEN_UP.search(text)
    return bool(found) and not re.search(OTHERS, text[: found.end() if found else 0])


async def _meant(room: Room, asker: Person, text: str) -> Leave | None:
    """The leave that holds the day named, else the nearest that is not over."""
    held = await leave.to_come(room.db, asker, room.now.date())
    try:
        spans = [one.resolve(room.now.date(), "ahead") for one in find_times(text)]
    except Misunderstood:
        return None
    days = [span.first for span in spans if span]
    if days:
        held = [one for one in held if one.first <= days[0] <= one.last]
    waiting = [one for one in held if not _begun(one, room)]
    return next(iter(waiting or held), None)


def _begun(held: Leave, room: Room) -> bool:
    return held.state == "approved" and held.first <= room.now.date()


async def give_up(talk: Talk) -> Reply:
    """Ask once, then take it back; of a leave that has begun only the rest can be given up."""
    held = await _meant(talk.room, talk.asker, talk.rest)
    if held is None:
        return talk.reply("leave.nothing_left")
    if _begun(held, talk.room):
        return talk.reply("leave.may_end", (Option("销假", "销假"),), held=held)
    if not await talk.ask("leave.ask_withdraw", _yes_or_no, (YES, NO), held=held):
        return talk.reply("leave.stands")
    return await leave_talk.take_back(talk, held)


def _yes_or_no(text: str) -> bool:
    """The two buttons; giving it up once more, without another day, is a yes."""
    if PUT_DOWN.fullmatch(text):
        return True
    return one_of({YES: True, NO: False})(text)


GIVE_UP = Topic("leave_give_up", (), give_up, ON_TEAM, exits=False, dropped="leave.stands")
