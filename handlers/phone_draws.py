"""「电话抽查 3」「电话抽查 清水镇 2」: whom to ring up, drawn by hand, its cost shown before."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from handlers.forms import choice, short
from handlers.spotcheck_draws import GO, NO, STOP, YES
from handlers.talk import Talk
from ledger import check_costs, draw_periods, people, phone_checks, phone_draws
from ledger.draw_periods import NoDraws
from ledger.draw_plan import PHONE
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.numerals import read_number
from ledger.people import Scope, scope_of
from ledger.phone_draws import Field
from ledger.windows import next_start

STALE = timedelta(minutes=10)  # a wish to draw that waited longer is asked for again
WHOLE = "全县"
UNIT = re.compile(r"\s*(?:个队|支队|个|队|人)$")
LIKE_PLACE = re.compile(r"[一-鿿]{1,8}[镇乡道]")
QUOTED = 20


async def draw(talk: Talk, text: str) -> Reply:
    """Draw so many teams and put one of each on today's list; the list itself is shown to nobody."""
    if (talk.room.present or talk.now) - talk.now > STALE:
        raise Refused("phone_checks.stale", sent=talk.now)
    if not phone_checks.in_hours(talk.now, talk.rules):
        raise Refused("phone_checks.not_now", next=next_start(talk.now, talk.rules))
    scope, words = await _where(talk, text)
    found = await phone_draws.field(talk.db, scope, rules=talk.rules, now=talk.now)
    if not found.within.teams + found.beyond.teams:
        raise Refused("phone_checks.nobody")
    wanted = _count_up_to(found.teams)(words)
    reason = await _reason(talk, found, wanted)
    if not await _agreed(talk, scope, found, wanted, reason):
        return talk.reply("phone_checks.not_drawn")
    return await _drawn(talk, found, wanted, reason)


async def _where(talk: Talk, text: str) -> tuple[Scope, str]:
    """The township that is named and the words left over; never wider than the asker's own."""
    own = scope_of(talk.asker)
    known = await people.townships(talk.db, talk.asker.county_id)
    allowed = {name: id for name, id in known.items() if own.township in (0, id)}
    for name, id in allowed.items():
        if text.startswith(name) or text.endswith(name):
            return replace(own, township=id), text.replace(name, "", 1).strip(" ，,：:")
    if place := LIKE_PLACE.search(text):
        raise Refused("phone_checks.no_township", name=place[0], known=list(allowed))
    return own, text.removeprefix(WHOLE).strip()


def _count_up_to(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = read_number(UNIT.sub("", text))
        if value is None:
            raise Misunderstood("phone_checks.not_understood", said=text[:QUOTED])
        if not value.is_integer() or not 1 <= value <= most:
            raise Misunderstood("phone_checks.not_count", said=text[:QUOTED], most=most)
        return int(value)

    return read


async def _reason(talk: Talk, found: Field, wanted: int) -> str:
    """Why teams are to be rung up once more this month; '' where none would be (S004-20)."""
    again = found.beyond_cap(wanted)
    if not again:
        return ""
    return await talk.ask(
        "phone_checks.ask_reason", short, again=again, fresh=found.within,
        scheduled=talk.rules.phone_checks,
    )  # fmt: skip


async def _agreed(talk: Talk, scope: Scope, found: Field, wanted: int, reason: str) -> bool:
    """The one question before a draw, as the chat checks ask it: where, how many, the cost."""
    each = check_costs.minutes_of(PHONE, talk.rules)
    return await talk.ask(
        "phone_checks.ask_draw", _go, (GO, STOP), wanted=wanted, found=found, reason=reason,
        place=await _place(talk, scope), each=each, takes=wanted * each,
        again=found.beyond_cap(wanted), so_far=found.costs.minutes(talk.rules),
        scheduled=talk.rules.phone_checks,
    )  # fmt: skip


def _go(text: str) -> bool:
    """抽 or 不抽, in a few more words that mean the same."""
    if YES.fullmatch(text) or NO.fullmatch(text):
        return bool(YES.fullmatch(text))
    return choice({GO: True, STOP: False})(text)


async def _place(talk: Talk, scope: Scope) -> str:
    """The township that is drawn from; the whole county."""
    known = await people.townships(talk.db, talk.asker.county_id)
    return next((name for name, id in known.items() if id == scope.township), WHOLE)


async def _drawn(talk: Talk, found: Field, wanted: int, reason: str) -> Reply:
    try:
        month = await draw_periods.lots_of(
            talk.db, talk.asker.county_id, talk.room.vault, talk.rules, now=talk.now
        )
    except NoDraws as why:
        raise Refused("phone_checks.no_draws") from why
    made = await phone_draws.make(
        talk.db, talk.asker, found, wanted, reason, month=month, now=talk.now
    )
    count = sum(len(one.picks) for one in made)
    left = await phone_checks.left(talk.db, talk.asker, now=talk.now)
    options = (Option("开始打电话", "电话抽查"),)
    return talk.reply("phone_checks.drawn", options, count=count, left=left)
