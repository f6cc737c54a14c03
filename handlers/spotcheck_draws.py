"""抽查 5: says first what it will cost and whom it can meet, draws when that is agreed to."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers.talk import Talk, Topic, plain
from ledger import calendar, check_costs, draw_periods, draws, people, spotchecks
from ledger.chance import Lots
from ledger.check_costs import Costs
from ledger.draw_periods import DrawPeriod
from ledger.draws import Draw, Eligible, Wish
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.numerals import NUMERAL, read_number
from ledger.people import ON_TEAM, Person, Role, Scope, scope_of
from ledger.windows import Window, next_start, window

COUNTS = (3, 5, 10)  # offered as buttons
STALE = timedelta(minutes=10)  # a wish to draw that waited longer is asked for again
SHOWN = 6  # members offered to pick from
LONGEST_REASON = 60  # characters
GO, STOP = "抽", "不抽"
YES = re.compile(r"(?:那就)?(?:抽|确认|确定|同意|好的?|行|可以|是的?)[吧了啊。！!]?")
NO = re.compile(r"(?:先|还是|都)?不(?:抽|用|要)?了?[吧了啊。！!]?")
UNIT = r"\s*(?:个队|支队|个|队|人)?"
GLUED = re.compile(rf"抽查(?P<rest>(?:[一-鿿]{{1,8}}[镇乡道])?\s*-?{NUMERAL}{UNIT})")
PICK = re.compile(r"指定[\s：:，,]*(?P<rest>.*)", re.DOTALL)
OTHERS = ("电话", "暗访")  # kinds with words of their own


# drawing
async def draw_checks(talk: Talk) -> Reply:
    """Preview, and once that is agreed to: draw, ask one member of each team, tell the asker whom."""
    span = _in_time(talk)
    if match := PICK.fullmatch(talk.rest):
        return await _pick(talk, match["rest"].strip(), span)
    scope, words = await _where(talk, talk.rest)
    count = await _how_many(talk, scope, words)
    period, lots = await draw_periods.lots_of(
        talk.db, talk.asker.county_id, talk.room.vault, talk.rules, now=talk.now
    )
    found = await draws.eligible(talk.db, scope, day=talk.now.date())
    if not found.pool:
        raise Refused("spotchecks.nobody", found=found)
    if not await _agreed(talk, scope, found, count):
        return talk.reply("spotchecks.not_drawn")
    draw = await _draw(talk, period, lots, found, count)
    checks = await spotchecks.send(talk.db, draw, span, talk.say, now=talk.now)
    return talk.reply(
        "spotchecks.drawn", (Option("看进展", f"抽查情况 {draw.number}"),), draw=draw, checks=checks,
        found=found, closes=span.closes, period=period,
    )  # fmt: skip


def _in_time(talk: Talk) -> Window:
    """The window of a check asked now; `Refused` outside working time or long after it was sent."""
    if (talk.room.present or talk.now) - talk.now > STALE:
        raise Refused("spotchecks.stale", sent=talk.now)
    span = window(talk.now, talk.rules)
    if span is None:
        following = next_start(talk.now, talk.rules)
        raise Refused("spotchecks.not_now", next=following, now=talk.now)
    return span


async def _agreed(talk: Talk, scope: Scope, found: Eligible, count: int) -> bool:
    """The one question before a draw: whom it can meet, and what it takes of them (S004-20)."""
    costs = await check_costs.month_so_far(talk.db, scope, talk.now.date())
    still_open = await draws.still_open(talk.db, scope)
    where = await _name_of(talk, scope)
    return await talk.ask(
        "spotchecks.preview", _go, (GO, STOP), where=where, found=found, count=count,
        still_open=still_open, **_costs(talk, min(count, found.teams), costs),
    )  # fmt: skip


def _go(text: str) -> bool:
    """抽 or 不抽, in a few more words that mean the same."""
    if YES.fullmatch(text):
        return True
    if NO.fullmatch(text):
        return False
    raise Misunderstood("talk.choose", choices=[GO, STOP])


def _costs(talk: Talk, meets: int, costs: Costs) -> dict[str, object]:
    """What so many checks take, and what the month has taken already, in minutes."""
    each = talk.rules.minutes_chat
    return {
        "meets": meets, "each": each, "takes": meets * each, "costs": costs,
        "minutes": costs.minutes(talk.rules),
    }  # fmt: skip


async def _draw(
    talk: Talk, period: DrawPeriod, lots: Lots, found: Eligible, count: int
) -> Draw:
    county = talk.asker.county_id
    name = await draws.next_name(talk.db, county, talk.now.date())
    secret = draw_periods.secret_of(lots, name)
    wish = Wish(draws.ASKED, name, secret, count, talk.asker.id, period_id=period.id)
    return await draws.make(talk.db, county, wish, found.pool, now=talk.now)


# where and how many
async def _name_of(talk: Talk, scope: Scope) -> str:
    known = await people.townships(talk.db, talk.asker.county_id)
    return next((name for name, id in known.items() if id == scope.township), "全县")


async def _where(talk: Talk, text: str) -> tuple[Scope, str]:
    """The scope meant by 「清水镇 3」 or 「3 清水镇」, never wider than the asker's own."""
    own = scope_of(talk.asker)
    text = text.removeprefix("全县").strip()
    known = await people.townships(talk.db, talk.asker.county_id)
    allowed = {name: id for name, id in known.items() if own.township in (0, id)}
    for name, id in allowed.items():
        for form in (name, name.rstrip("镇乡")):
            if len(form) > 1 and (text.startswith(form) or text.endswith(form)):
                return replace(own, township=id), text.replace(form, "", 1).strip(" ，,：:")
    if place := re.search(r"[一-鿿]{1,8}[镇乡道]", text):
        raise Refused("spotchecks.no_township", name=place[0], known=list(allowed))
    return own, text


async def _how_many(talk: Talk, scope: Scope, words: str) -> int:
    """How many teams, at most as many as there are; asked for where it was not said."""
    teams = await people.teams(talk.db, scope)
    most = len(teams)
    if not most:
        raise Refused("spotchecks.no_teams")
    await _check_unnamed(talk, words, {one.village for one in teams}, most)
    read = _count_up_to(most)
    if words:
        return read(words)
    offered = [str(one) for one in COUNTS if one <= most] or [str(most)]
    return await talk.ask("spotchecks.ask_count", read, offered, most=most)


async def _check_unnamed(talk: Talk, words: str, villages: set[str], most: int) -> None:
    """Lots are drawn from all: a village or a person named here is told of 指定 and of numbers."""
    short = {one.removesuffix("村"): one for one in villages}
    if village := short.get(words.removesuffix("村")):
        raise Refused("spotchecks.not_by_village", village=village, count=min(most, 5))
    person = await people.access_person(talk.db, talk.asker, words) if words else None
    if person and person.role in ON_TEAM:
        raise Refused("spotchecks.not_by_name", person=person, count=min(most, 5))


def _count_up_to(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = read_number(re.sub(rf"{UNIT}$", "", text))
        if value is None or not value.is_integer() or not 1 <= value <= most:
            raise Misunderstood("spotchecks.not_count", said=text[:20], most=most)
        return int(value)

    return read


# picking by hand
async def _pick(talk: Talk, words: str, span: Window) -> Reply:
    """抽查 指定 张三 事由: nothing is drawn; few a month, with a reason, shown apart (S004-20)."""
    left = await _picks_left(talk)
    name, _, reason = words.replace("，", " ").partition(" ")
    name = name or await talk.ask("spotchecks.ask_whom", plain)
    person = await _whom(talk, name)
    await _may_be_picked(talk, person)
    reason = reason.strip() or await talk.ask("spotchecks.ask_reason", _reason, person=person)
    _reason(reason)
    if not await talk.ask(
        "spotchecks.preview_pick", _go, (GO, STOP), person=person, reason=reason,
        left=left, each=talk.rules.minutes_chat,
    ):  # fmt: skip
        return talk.reply("spotchecks.not_drawn")
    draw = await _store_pick(talk, person, reason)
    checks = await spotchecks.send(talk.db, draw, span, talk.say, now=talk.now)
    return talk.reply(
        "spotchecks.picked", (Option("看进展", f"抽查情况 {draw.number}"),), draw=draw,
        check=checks[0], closes=span.closes, left=left - 1,
    )  # fmt: skip


def _reason(text: str) -> str:
    """Why just him, in a line that others will read."""
    if len(plain(text)) > LONGEST_REASON:
        raise Misunderstood("talk.too_long", limit=LONGEST_REASON)
    return text


async def _picks_left(talk: Talk) -> int:
    first = talk.now.date().replace(day=1)
    made = await draws.picked_since(talk.db, talk.asker.county_id, first)
    left = talk.rules.picks_a_month - len(made)
    if left < 1:
        raise Refused("spotchecks.no_picks_left", most=talk.rules.picks_a_month)
    return left


async def _whom(talk: Talk, name: str) -> Person:
    """A member within the asker's scope; somebody elsewhere is as if he were not there."""
    person = await people.access_person(talk.db, talk.asker, name)
    if person is None or person.role not in ON_TEAM:
        there = await people.members(talk.db, scope_of(talk.asker), day=talk.now.date())
        example = next((one.name for one in there), "")
        raise Refused("spotchecks.no_such_member", name=name[:20], example=example)
    return person


async def _may_be_picked(talk: Talk, person: Person) -> None:
    """`Refused` with the reason: away, not joined, asked today, or picked this month."""
    today = talk.now.date()
    if off := await calendar.off_on(talk.db, person.id, today, talk.rules):
        raise Refused("spotchecks.pick_off", person=person, off=off.value)
    if await people.address_of(talk.db, person.id) is None:
        raise Refused("spotchecks.pick_unbound", person=person)
    if person.id in await draws.picked_since(talk.db, person.county_id, today.replace(day=1)):
        raise Refused("spotchecks.pick_again", person=person)
    last = await spotchecks.of_person(talk.db, person.id, limit=2)
    asked = [one for one in last if one.day == today.isoformat() and one.state != "void"]
    if asked or any(one.is_open for one in last):
        raise Refused("spotchecks.pick_asked", person=person)


async def _store_pick(talk: Talk, person: Person, reason: str) -> Draw:
    """Kept as a draw of one, so that it stands beside the others; its secret draws the question."""
    county = talk.asker.county_id
    period = await draw_periods.current(
        talk.db, county, talk.room.vault, talk.rules, now=talk.now
    )
    name = await draws.next_name(talk.db, county, talk.now.date(), draws.PICKED)
    wish = Wish(
        draws.PICKED, name, talk.room.vault.lots(), 1, talk.asker.id, period_id=period.id,
        reason=reason,
    )  # fmt: skip
    pool = {person.township_id: {person.team_id: [person.id]}}
    return await draws.make(talk.db, county, wish, pool, now=talk.now)


# topic
@dataclass(frozen=True)
class DrawTopic(Topic):
    """抽查 alone, set off, or glued to a number; 「抽查时我在开会」 is no wish to draw."""

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """What follows 抽查; phone checks and visits have words of their own."""
        if match := GLUED.fullmatch(text):
            return match["rest"].strip()
        if text.startswith("抽查指定"):
            return text.removeprefix("抽查")
        rest = super().rest_of(text, strict=strict)
        return None if rest and rest.startswith(OTHERS) else rest


DRAW = DrawTopic(
    "draw", ("抽查", "check"), draw_checks, frozenset({Role.TOWNSHIP, Role.COUNTY})
)
