"""抽签数: an official's number, sealed (「抽签数 271828」), or a public one (「抽签数 公开 来源 号码」)."""

from handlers.forms import choice
from handlers.talk import Talk, Topic
from ledger import beacons, draw_periods
from ledger.draw_periods import DrawPeriod
from ledger.errors import Refused
from ledger.messages import Option, Reply

OPEN = "公开"
SHOW = Option("抽签公示", "抽签公示")


async def give(talk: Talk) -> Reply:
    """How far the month's beacon is, or a number for it."""
    period = await beacons.period_for(talk.db, talk.asker, talk.rules, now=talk.now)
    if not talk.rest:
        return await _show(talk, period)
    if talk.rest.startswith(OPEN):
        return await _public(talk, period, talk.rest.removeprefix(OPEN))
    typed = await beacons.of_period(talk.db, period.id)
    beacons.check_number(talk.asker, period, typed, talk.rest)
    sure = choice({"报": True, "不报": False})
    asked = {"number": talk.rest, "month": period.first}
    if not await talk.ask("beacons.sure", sure, ("报", "不报"), **asked):
        return talk.reply("beacons.not_given")
    salt = talk.room.vault.lots().hex()
    one = await beacons.enter(talk.db, talk.asker, period, talk.rest, salt, now=talk.now)
    after = await draw_periods.by_id(talk.db, period.id)
    if not after.beacon:
        return talk.reply("beacons.sealed", (SHOW,), month=period.first, one=one)
    numbers = await beacons.of_period(talk.db, period.id)
    return talk.reply(
        "beacons.both", (SHOW,), month=period.first, beacon=after.beacon, numbers=numbers
    )


async def _show(talk: Talk, period: DrawPeriod) -> Reply:
    typed = await beacons.of_period(talk.db, period.id)
    return talk.reply(
        "beacons.state", (SHOW,), month=period.first, typed=next(iter(typed), None),
        named=period.promised["beacon"], until=draw_periods.beacon_due(period, talk.rules),
    )  # fmt: skip


async def _public(talk: Talk, period: DrawPeriod, text: str) -> Reply:
    typed = await beacons.of_period(talk.db, period.id)
    beacons.check_public(talk.asker, period, typed)
    given = beacons.read_public(text)
    if given is None:
        raise Refused("beacons.bad_public")
    named = period.promised["beacon"]
    facts = {"month": period.first, "given": given, "named": named}
    await talk.ask("beacons.confirm", choice({"确认": True}), ("确认",), **facts)
    await beacons.enter_public(talk.db, talk.asker, period, given, now=talk.now)
    return talk.reply("beacons.public_set", (SHOW,), month=period.first, beacon=given.beacon)


GIVE = Topic("beacon", ("抽签数",), give)
