"""暗访: drawn and sent by the county, made and written down by two inspectors, shown afterwards."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers import inspectors as inspecting
from handlers import surprise_forms
from handlers.talk import Talk, Topic, one_of, plain
from ledger import draw_periods, draws, inspectors, people, surprise_visits, switches
from ledger import surprise_forms as forms
from ledger.chance import Lots
from ledger.check_costs import minutes_of
from ledger.draw_periods import DrawPeriod, NoDraws
from ledger.draw_plan import VISIT as KIND
from ledger.draws import Pool, Wish
from ledger.errors import Misunderstood, Refused
from ledger.inspectors import Conflict
from ledger.messages import Option, Reply
from ledger.numerals import read_number
from ledger.people import EVERYONE, Person, Role, Scope, scope_of
from ledger.surprise_visits import Visit
from ledger.switches import Switch
from ledger.windows import next_start, window

STALE = timedelta(minutes=10)  # a wish to draw that waited longer is asked for again
SHOWN = 10
COUNTS = (1, 2, 3)  # offered as buttons
UNIT = re.compile(r"\s*(?:个队|支队|个村|个|队|村)$")
ABOUT = re.compile(
    r"第?\s*(?P<id>\d{1,9})\s*号?\s*(?P<act>填暗访表|填写|填表|填|我要回避|回避|属实|有?不同意见|不记|记|派|电话)"
    r"(?P<rest>.*)",
    re.DOTALL,
)
NUMBERED = re.compile(r"第?\s*(\d{1,9})\s*[号次]?")
BETWEEN = re.compile(r"[\s、，,和]+")
MARKS = " ，,：:"


@dataclass(frozen=True)
class Against:
    """What stands against sending somebody, by the names of `ledger.inspectors.Conflict`."""

    name: str
    why: tuple[str, ...]


async def talk_about(talk: Talk) -> Reply:
    """「暗访 2」 by the county; 「暗访 12 填」 and the like by whoever it is the turn of."""
    if about := ABOUT.fullmatch(talk.rest):
        act = ACTS[about["act"]]
        return await act(talk, int(about["id"]), about["rest"].strip(MARKS))
    if talk.asker.role is Role.COUNTY:
        return await start(talk)
    if await surprise_visits.tasks_of(talk.db, talk.asker.id, limit=1):
        return await mine(talk)
    raise Refused("talk.not_for_role")


# drawing
async def start(talk: Talk) -> Reply:
    """Draw so many teams after a preview of what it costs them; the pairs are told now."""
    if (talk.room.present or talk.now) - talk.now > STALE:
        raise Refused("surprise_visits.stale", sent=talk.now)
    if window(talk.now, talk.rules) is None:
        following = next_start(talk.now, talk.rules)
        raise Refused("surprise_visits.not_now", next=following)
    scope, words = await _where(talk)
    every = await surprise_visits.pool(talk.db, scope, day=talk.today)
    count = await _how_many(talk, _size(every), words)
    period, lots = await _lots(talk)
    visited = await _visited(talk)
    pool, count, reason = await _within_budget(talk, every, visited, count)
    await _confirmed(talk, count, _size(pool), len(visited))
    name = await draws.next_name(talk.db, talk.asker.county_id, talk.today, KIND)
    wish = Wish(
        draws.ASKED, name, draw_periods.secret_of(lots, name), count, talk.asker.id, KIND,
        period.id, reason,
    )  # fmt: skip
    draw = await draws.make(talk.db, talk.asker.county_id, wish, pool, now=talk.now)
    sent = await surprise_visits.send(talk.db, draw, talk.say, rules=talk.rules, now=talk.now)
    look = (Option("暗访情况", "暗访情况"),)
    return talk.reply("surprise_visits.started", look, visits=sent)


async def _lots(talk: Talk) -> tuple[DrawPeriod, Lots]:
    county = talk.asker.county_id
    try:
        return await draw_periods.lots_of(
            talk.db, county, talk.room.vault, talk.rules, now=talk.now
        )
    except NoDraws:
        raise Refused("surprise_visits.no_draws") from None


async def _where(talk: Talk) -> tuple[Scope, str]:
    """「清水镇 1」 or 「1 清水镇」; the whole county when no township is named."""
    own = scope_of(talk.asker)
    text = talk.rest.removeprefix("全县").strip()
    known = await people.townships(talk.db, talk.asker.county_id)
    for name, id in known.items():
        if text.startswith(name) or text.endswith(name):
            return replace(own, township=id), text.replace(name, "", 1).strip(MARKS)
    if place := re.search(r"[一-鿿]{1,8}[镇乡道]", text):
        raise Refused("surprise_visits.no_township", name=place[0], known=list(known))
    return own, text


async def _how_many(talk: Talk, most: int, words: str) -> int:
    if not most:
        raise Refused("surprise_visits.no_teams")

    def read(text: str) -> int:
        value = read_number(UNIT.sub("", text))
        if value is None or not value.is_integer() or not 1 <= value <= most:
            raise Misunderstood("surprise_visits.not_count", said=text[:20], most=most)
        return int(value)

    offered = [str(one) for one in COUNTS if one <= most]
    return read(words) if words else await talk.ask(
        "surprise_visits.ask_count", read, offered, most=most
    )  # fmt: skip


async def _visited(talk: Talk) -> set[int]:
    """Teams visited this month, as far as they may not be visited again without a reason."""
    county = talk.asker.county_id
    visited = await surprise_visits.teams_visited(
        talk.db, county, talk.today.replace(day=1), talk.today
    )
    teams = {one.id: one.township_id for one in await people.teams(talk.db, Scope(county))}
    open_to_more = {
        town
        for town in sorted({teams[team] for team in visited})
        if await switches.applies(
            talk.db, Switch.MORE_CHECKS, county=county, township=town, now=talk.now
        )
    }
    return {team for team in visited if teams[team] not in open_to_more}


async def _within_budget(
    talk: Talk, every: Pool, visited: set[int], count: int
) -> tuple[Pool, int, str]:
    """One visit a team and month; for more of them a reason, or as many as are left."""
    free = {
        town: {team: found for team, found in teams.items() if team not in visited}
        for town, teams in every.items()
    }
    left = _size(free)
    if count <= left:
        return free, count, ""
    fewer = f"只抽 {left} 个"
    said = await talk.ask(
        "surprise_visits.ask_reason", plain, (fewer,) if left else (), wanted=count, left=left
    )
    return (free, left, "") if left and said == fewer else (every, count, said)


async def _confirmed(talk: Talk, count: int, of: int, visited: int) -> None:
    listed = await inspectors.listed(talk.db, talk.asker.county_id, talk.today)
    minutes = minutes_of(KIND, talk.rules)
    await talk.ask(
        "surprise_visits.confirm", one_of({"确认": True}), ("确认",), count=count, of=of,
        minutes=minutes, all_minutes=minutes * count, visited=visited, listed=len(listed),
    )  # fmt: skip


def _size(pool: Pool) -> int:
    return sum(len(teams) for teams in pool.values())


# the pair, by hand or by stepping aside
async def name_pair(talk: Talk, number: int, rest: str) -> Reply:
    """派 张三 李四: the county names the two, what stands against them is said and confirmed."""
    _county_only(talk)
    visit = await surprise_visits.access_visit(talk.db, talk.asker, number)
    surprise_visits.may_be_filed(visit, talk.now.date())
    chosen = await _two(talk, visit, rest)
    against = [await _against(talk, visit, one) for one in chosen]
    if any(one.why for one in against):
        stands = [one for one in against if one.why]
        await talk.ask(
            "surprise_visits.confirm_pair", one_of({"确认": True}), ("确认",), visit=visit,
            against=stands,
        )  # fmt: skip
    after = await surprise_visits.assign(
        talk.db, talk.asker, visit, chosen, talk.say, rules=talk.rules, now=talk.now
    )
    return talk.reply("surprise_visits.assigned", visit=after)


async def _against(talk: Talk, visit: Visit, person: Person) -> Against:
    found = await inspectors.against(talk.db, person, visit.team, talk.rules, talk.now.date())
    if Conflict.OWN_TEAM in found:
        raise Refused("surprise_visits.own_team", name=person.name, visit=visit)
    return Against(person.name, tuple(why.value for why in found))


async def _two(talk: Talk, visit: Visit, rest: str) -> Sequence[Person]:
    names = list(dict.fromkeys(one for one in BETWEEN.split(rest) if one))
    if len(names) != 2:
        raise Refused("surprise_visits.which_two", visit=visit)
    found = [await people.access_person(talk.db, talk.asker, name) for name in names]
    for name, one in zip(names, found, strict=True):
        if one is None:
            raise Refused("inspectors.no_person", name=name[:20])
    return [one for one in found if one]


async def step_aside(talk: Talk, number: int, rest: str) -> Reply:
    """我要回避: with a reason; the next one by the same order goes."""
    visit = await surprise_visits.access_own(talk.db, talk.asker, number)
    surprise_visits.may_be_filed(visit, talk.now.date())
    reason = rest or await talk.ask("inspectors.ask_reason", plain, inspecting.REASONS)
    return await inspecting.recuse(talk, talk.asker, visit.team, reason)


# the county's word where the two do not agree
async def record(talk: Talk, number: int, _rest: str) -> Reply:
    """记: what was found becomes findings."""
    _county_only(talk)
    visit = await surprise_visits.access_visit(talk.db, talk.asker, number)
    return await surprise_forms.decide(talk, visit, True, "")


async def drop(talk: Talk, number: int, rest: str) -> Reply:
    """不记: with a reason; nothing is opened."""
    _county_only(talk)
    visit = await surprise_visits.access_visit(talk.db, talk.asker, number)
    return await surprise_forms.decide(talk, visit, False, rest)


def _county_only(talk: Talk) -> None:
    if talk.asker.role is not Role.COUNTY:
        raise Refused("talk.not_for_role")


# looking
async def show(talk: Talk) -> Reply:
    """暗访情况: the county's, the township's and the team's own once they are made."""
    if talk.rest:
        return await _one(talk)
    found = await surprise_visits.access_visits(talk.db, talk.asker, limit=SHOWN)
    county = talk.asker.role is Role.COUNTY
    options = [Option(f"第 {one.id} 号", f"暗访情况 {one.id}") for one in found[:3]]
    return talk.reply(
        "surprise_visits.list", options, found=found, county=county, today=talk.today,
        verdicts={one.id: await forms.verdicts(talk.db, one) for one in found},
    )  # fmt: skip


async def _one(talk: Talk) -> Reply:
    number = NUMBERED.fullmatch(talk.rest)
    if number is None:
        raise Misunderstood("surprise_visits.which_visit", said=talk.rest[:20])
    visit = await surprise_visits.access_visit(talk.db, talk.asker, int(number[1]))
    inside = talk.asker.role is Role.COUNTY or talk.asker.id in visit.pair
    whole = inside or talk.asker.role is not Role.MEMBER  # who was met is not for colleagues
    words = talk.reply(
        "surprise_visits.details", visit=visit, inside=inside, whole=whole, today=talk.today,
        verdicts={visit.id: await forms.verdicts(talk.db, visit)},
    )  # fmt: skip
    return replace(words, files=tuple(visit.papers) if inside else ())


async def mine(talk: Talk) -> Reply:
    """我的暗访: where the asker is sent, and where he was."""
    found = await surprise_visits.tasks_of(talk.db, talk.asker.id, limit=SHOWN)
    waiting = [one for one in found if one.state == "waiting"]
    options = [Option(f"填第 {one.id} 号", f"暗访 {one.id} 填") for one in waiting[:3]]
    return talk.reply("surprise_visits.mine", options, found=found, today=talk.today)


Act = Callable[[Talk, int, str], Awaitable[Reply]]
ACTS: dict[str, Act] = {
    **dict.fromkeys(("填暗访表", "填写", "填表", "填"), surprise_forms.fill),
    **dict.fromkeys(("我要回避", "回避"), step_aside),
    "电话": surprise_forms.phone,
    "属实": surprise_forms.agree,
    **dict.fromkeys(("有不同意见", "不同意见"), surprise_forms.doubt),
    "记": record,
    "不记": drop,
    "派": name_pair,
}
RESULTS = Topic("surprise_results", ("暗访情况", "暗访结果"), show, aside=True)
TASKS = Topic("surprise_tasks", ("我的暗访",), mine, aside=True)
VISIT = Topic("surprise_visit", ("暗访",), talk_about, EVERYONE)
