"""抽签公示: what has been promised of a month's draws, how far it is, and how to verify it.

For everybody. Of a month that is not over nothing is shown from which a draw to come, or what
has been drawn so far, could be told: whoever knew that no visit is left would be warned.
"""

import re
from datetime import date, datetime

from handlers.talk import Talk, Topic
from ledger import beacons, draw_facts, draw_periods, draw_reveals, draws
from ledger.clock import moment
from ledger.days import DAY
from ledger.draw_periods import DrawPeriod
from ledger.errors import Refused
from ledger.messages import Option, Paper, Reply
from ledger.people import STAFF

MONTH = re.compile(r"(?:(?P<year>\d{4})[年.\-/])?\s*(?P<month>\d{1,2})\s*月?(?:份)?")
WORDS = {"上月": -1, "上个月": -1, "本月": 0, "这个月": 0, "这月": 0, "下月": 1, "下个月": 1}
ALL = "全部"  # the long codes, too
SHOWN = 12  # months listed
BUTTONS = 4


async def show(talk: Talk) -> Reply:
    """This month, or the one that is named; the others as a list."""
    recent = await draw_periods.recent(talk.db, talk.asker.county_id, limit=SHOWN)
    if not recent:
        raise Refused("draw_periods.none_yet")
    whole, named = _wanted(talk)
    period = await _named(talk, named) if named else _this(recent, talk.today)
    others = [one for one in recent if one.id != period.id]
    text = await (_month if whole else _short)(talk, period)
    if others and not named:
        lines = [_other(talk, one) for one in others]
        text += "\n\n" + talk.say("draw_periods.others", others=lines)
    options = [Option(one.period, f"抽签公示 {one.period}") for one in others[:BUTTONS]]
    if not whole:
        options.insert(0, Option("全部", f"抽签公示 {period.period} 全部"))
    files = _files(talk, period) if named else ()
    return Reply(text, tuple(options), files, kind="card")


def _wanted(talk: Talk) -> tuple[bool, str]:
    """Whether the long codes are wanted, which staff always get, and the month that is named."""
    named = talk.rest.replace(ALL, " ").strip()
    return ALL in talk.rest or talk.asker.role in STAFF, named


def _this(recent: list[DrawPeriod], today: date) -> DrawPeriod:
    begun = [one for one in recent if one.first <= today]
    return begun[0] if begun else recent[-1]


async def _named(talk: Talk, said: str) -> DrawPeriod:
    name = read_month(said, talk.today)
    found = await draw_periods.of_month(talk.db, talk.asker.county_id, name) if name else None
    if found is None:
        raise Refused("draw_periods.no_such", said=f"“{said[:20]}”")
    return found


def read_month(text: str, today: date) -> str:
    """2026-11 from 2026-11, 2026年11月, 11月, 上月; a month alone is the last one so called."""
    if text in WORDS:
        first = today.replace(day=1)
        steps = {-1: first - DAY, 0: first, 1: draw_periods.last_of(first) + DAY}
        return draw_periods.month_of(steps[WORDS[text]])
    found = MONTH.fullmatch(text)
    if found is None or not 1 <= int(found["month"]) <= 12:
        return ""
    month = int(found["month"])
    ahead = (month - today.month) % 12 == 1  # the next one, which may be open already
    past = today.year - (month > today.month) if not ahead else today.year + (month == 1)
    return f"{int(found['year'] or past):04}-{month:02}"


async def _month(talk: Talk, period: DrawPeriod) -> str:
    promised = period.promised
    teams, members = await draw_facts.size(talk.db, period.id)
    return talk.say(
        "draw_periods.month", period=period, promised=promised, county=talk.asker.county,
        state=_state(talk, period), teams=teams, members=members,
        days=promised["days"], quotas=_quotas(talk, promised["kinds"]),
        beacon=await _beacon(talk, period), late=moment(period.opened_at).date() >= period.first,
        counts=await _counts(talk, period),
    )  # fmt: skip


async def _short(talk: Talk, period: DrawPeriod) -> str:
    """What a member needs: sealed, when, how often, how to check; the long codes on demand."""
    promised = period.promised
    return talk.say(
        "draw_periods.short", period=period, county=talk.asker.county,
        state=_state(talk, period), sealed=moment(period.opened_at), days=promised["days"],
        quotas=_quotas(talk, promised["kinds"]), counts=await _counts(talk, period),
    )  # fmt: skip


async def _counts(talk: Talk, period: DrawPeriod) -> list[str]:
    """Figures by kind, of a month that is published only."""
    if not period.revealed_at:
        return []
    void = await draws.void_by_kind(talk.db, period.id)
    return [
        talk.say(
            "draw_periods.counts", name=_kind(talk, one.kind), one=one,
            unmade=void.get(one.kind, 0),
        )
        for one in await draw_facts.counts(talk.db, period.id)
    ]  # fmt: skip


def _kind(talk: Talk, kind: str) -> str:
    return talk.say("draw_periods.kind", kind=kind)


def _quotas(talk: Talk, kinds: dict[str, dict[str, object]]) -> list[str]:
    return [
        talk.say(
            "draw_periods.quota", name=_kind(talk, kind), one=one,
            windows=[_span(*span) for span in one["windows"]],  # type: ignore[attr-defined]
        )
        for kind, one in kinds.items()
    ]  # fmt: skip


def _span(start: int, end: int) -> str:
    """8:30 至 9:00."""
    return f"{start // 60}:{start % 60:02}至{end // 60}:{end % 60:02}"


async def _beacon(talk: Talk, period: DrawPeriod) -> str:
    """Its numbers are shown once both are in; before, a seal only."""
    due: datetime = draw_periods.beacon_due(period, talk.rules)
    return talk.say(
        "draw_periods.beacon", period=period, named=period.promised["beacon"], until=due,
        numbers=await beacons.of_period(talk.db, period.id),
    )  # fmt: skip


def _other(talk: Talk, period: DrawPeriod) -> str:
    return talk.say("draw_periods.other", period=period, state=_state(talk, period))


def _state(talk: Talk, period: DrawPeriod) -> str:
    return talk.say("draw_periods.state", period=period, begun=period.first <= talk.today)


def _files(talk: Talk, period: DrawPeriod) -> tuple[Paper, ...]:
    if not period.revealed_at:
        return ()
    name = talk.say("draw_periods.file_name", county=talk.asker.county, period=period)
    return (Paper(period.card_sha256, name, draw_reveals.CARD_MIME),)


SHOW = Topic("draw_periods", ("抽签公示",), show, aside=True)
