"""数据截止: the half-yearly frozen roster; townships sign theirs, the county sees who has.

What turns out wrong is said beside it (更正数据 …); the cut itself never changes.
"""

import re
from datetime import date

from handlers import papers
from handlers.forms import choice
from handlers.talk import Talk, Topic
from ledger import data_cuts
from ledger.data_cuts import Cut, Frozen
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import STAFF, Role, scope_of
from ledger.reports import half_year

CONFIRM = {"确认": True}


async def show(talk: Talk) -> Reply:
    """The newest cut or one by its number, as words, as 依据 or as files."""
    asked = papers.read_asked(talk.rest)
    most = half_year.ON_PAPER if asked.forms else half_year.ON_A_CARD
    number = _number(asked.rest)
    cut, made = await half_year.access_half_year(talk.db, talk.asker, number, most=most)
    paper = talk.room.words.bulletin("half_year", report=made, paper=bool(asked.forms))
    waits = talk.asker.role is Role.TOWNSHIP and not made.signer and made.figures.people
    sign = (Option("签认", f"签认数据 {cut.id}"),) if waits else ()
    return await papers.answer(talk, asked, made, paper, f"数据截止 {cut.id}", *sign)


def _number(text: str) -> int | None:
    found = re.fullmatch(r"\d{1,9}", text.strip())
    return int(found[0]) if found else None


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
