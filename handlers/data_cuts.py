"""数据截止: the half-yearly frozen roster; townships sign theirs, the county sees who has.

What turns out wrong is said beside it (更正数据 …); the cut itself never changes.
"""

import re
from collections import Counter
from datetime import date

from handlers.forms import choice
from handlers.talk import Talk, Topic
from ledger import data_cuts, people
from ledger.clock import moment
from ledger.data_cuts import Cut, Difference, Frozen
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import STAFF, Role, scope_of

MOST = 12  # differences listed on a card
CONFIRM = {"确认": True}


async def show(talk: Talk) -> Reply:
    """The newest cut: what has changed since the last, who has signed."""
    cut = await data_cuts.access_cut(talk.db, talk.asker, _number(talk.rest))
    scope = scope_of(talk.asker)
    lines = await data_cuts.lines(talk.db, cut)
    own = [one for one in lines if scope.township in {0, one.township_id}]
    last = await data_cuts.before(talk.db, cut)
    before = await data_cuts.lines(talk.db, last) if last else []
    found = data_cuts.differences(before, lines, scope.township) if last else []
    signed = await data_cuts.signatures(talk.db, cut)
    done = next((one for one in signed if one.township_id == talk.asker.township_id), None)
    waits = talk.asker.role is Role.TOWNSHIP and not done and bool(own)
    return talk.reply(
        "data_cuts.card", cut=cut, day=date.fromisoformat(cut.day), place=talk.asker.place,
        people=len(own), last=date.fromisoformat(last.day) if last else None,
        counts=Counter(one.kind for one in found),
        lines=[_line(talk, one) for one in found[:MOST]], more=max(0, len(found) - MOST),
        done=done, at=moment(done.at) if done else None,
        signed=[one.township for one in signed] if not scope.township else [],
        waiting=await _waiting(talk, lines, {one.township_id for one in signed}),
        errata=await data_cuts.errata(talk.db, cut, scope.township),
        names={one.person: one.line["name"] for one in lines},
        options=[Option("签认", f"签认数据 {cut.id}")] if waits else [],
    )  # fmt: skip


def _number(text: str) -> int | None:
    found = re.fullmatch(r"\d{1,9}", text.strip())
    return int(found[0]) if found else None


def _line(talk: Talk, one: Difference) -> str:
    return talk.say("data_cuts.difference", one=one, who=one.after or one.before)


async def _waiting(talk: Talk, lines: list[Frozen], signed: set[int]) -> list[str]:
    """The townships that have not signed, for the county."""
    if talk.asker.role is not Role.COUNTY:
        return []
    there = {one.township_id for one in lines} - signed
    names = await people.townships(talk.db, talk.asker.county_id)
    return [name for name, id in names.items() if id in there]


async def sign(talk: Talk) -> Reply:
    """签认数据: the township's word that its lines are right."""
    cut = await data_cuts.access_cut(talk.db, talk.asker, _number(talk.rest))
    await data_cuts.sign(talk.db, talk.asker, cut, now=talk.now)
    return talk.reply(
        "data_cuts.signed", cut=cut, day=date.fromisoformat(cut.day), place=talk.asker.place,
        options=[Option("数据截止", "数据截止")],
    )  # fmt: skip


async def correct(talk: Talk) -> Reply:
    """更正数据 李四 任期应到明年五月: an erratum beside the newest cut."""
    cut = await data_cuts.access_cut(talk.db, talk.asker)
    if not talk.rest:
        raise Refused("data_cuts.how_to_correct")
    if len(talk.rest) > data_cuts.LONGEST:
        raise Refused("data_cuts.too_long", most=data_cuts.LONGEST)
    person, text = await _whose(talk, cut, talk.rest)
    facts = {"text": text, "day": date.fromisoformat(cut.day)}
    who = person.line["name"] if person else ""
    await talk.ask("data_cuts.confirm_correct", choice(CONFIRM), CONFIRM, who=who, **facts)
    id = person.person if person else 0
    await data_cuts.correct(talk.db, talk.asker, cut, id, text, now=talk.now)
    return talk.reply(
        "data_cuts.corrected", who=who, **facts, options=[Option("数据截止", "数据截止")]
    )


async def _whose(talk: Talk, cut: Cut, text: str) -> tuple[Frozen | None, str]:
    """Whose line the erratum is about, told by the name it begins with."""
    scope = scope_of(talk.asker)
    lines = await data_cuts.lines(talk.db, cut, scope.township)
    named = [one for one in lines if text.startswith(one.line["name"])]
    if len(named) != 1:
        return None, text
    rest = text.removeprefix(named[0].line["name"]).strip(" ：:，,")
    return (named[0], rest) if rest else (None, text)


SIGN = Topic("data_cut_sign", ("签认数据", "签认"), sign, STAFF)
CORRECT = Topic("data_cut_correct", ("更正数据",), correct, STAFF)
CUT = Topic("data_cut", ("数据截止", "半年数据"), show, STAFF)
