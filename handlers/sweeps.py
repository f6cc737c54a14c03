"""过筛子, 专项: 「过筛子」 shows how far a sweep is, 「过筛子 开始 大排查 到12月31日」 begins one.

A team sees which households are next, by name; townships and the county see numbers by place,
and the names of one village when they ask for them, which leaves a trace.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.forms import choice, short, words
from handlers.roster import find_team
from handlers.talk import Talk, Topic, labelled, one_of
from handlers.unvisited import PLACES, named, to_visit
from ledger import campaigns, people
from ledger.campaigns import Campaign, Kind, Progress
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, STAFF, Role, Scope, Team, scope_of
from ledger.times import find_day, read_day

BEGIN, END = ("开始", "发起"), ("结束", "停止")
COUNTY_WIDE = frozenset({"全县", "县"})
UNTIL = " ，,到至截止"  # what stands between a name and its last day
ENDS = f"{UNTIL}前为。"  # and around a day alone
BUTTONS = 4
WORDS = {Kind.SWEEP: "过筛子", Kind.TAG: "专项"}


@dataclass(frozen=True)
class Line:
    """One place of a sweep as shown: a township or a village."""

    name: str
    listed: int
    visited: int
    found: int

    @property
    def left(self) -> int:
        """Households not yet visited."""
        return self.listed - self.visited


@dataclass(frozen=True)
class Wish:
    """What is to be begun; `township` 0: the whole county."""

    name: str
    to_day: date
    township: int = 0
    place: str = ""


# looking
async def talk_sweeps(talk: Talk) -> Reply:
    """Everything that begins with 过筛子."""
    if acted := await _acted(talk, Kind.SWEEP):
        return acted
    await campaigns.take_in_newcomers(talk.db, talk.today)
    known = await campaigns.running(talk.db, scope_of(talk.asker), talk.today, Kind.SWEEP)
    if talk.asker.role is Role.COUNTY:
        known.sort(key=lambda one: one.township_id > 0)  # its own before those of the townships
    campaign, place = await _which(talk, known)
    if campaign is None:
        return talk.reply("sweeps.none", _begin_option(talk), staff=talk.asker.role in STAFF)
    others = [one for one in known if one.id != campaign.id][:BUTTONS]
    more = tuple(Option(one.name, f"过筛子 {one.name}") for one in others)
    if talk.asker.role in ON_TEAM:
        return await _for_team(talk, campaign, more)
    return await _for_staff(talk, campaign, place, more)


def _begin_option(talk: Talk) -> tuple[Option, ...]:
    return (Option("开始过筛子", "过筛子 开始"),) if talk.asker.role in STAFF else ()


async def _which(talk: Talk, known: Sequence[Campaign]) -> tuple[Campaign | None, str]:
    """The campaign that is named, and the place behind it; unnamed, the one that ends first."""
    name, _, place = talk.rest.partition(" ")
    for one in known:
        if one.name == name:
            return one, place.strip()
    if not name or (talk.asker.role in STAFF and await _place(talk, talk.rest)):
        return (known[0] if known else None), talk.rest
    over = await campaigns.access_campaign(talk.db, talk.asker, name, Kind.SWEEP)
    return over, place.strip()


async def _for_team(talk: Talk, campaign: Campaign, more: tuple[Option, ...]) -> Reply:
    team = talk.asker.team_id
    done = await campaigns.progress(talk.db, campaign, scope_of(talk.asker))
    found = await campaigns.access_left_over(talk.db, talk.asker, campaign, team, now=talk.now)
    buttons = to_visit(found) if campaign.runs_on(talk.today) else ()
    return talk.reply(
        "sweeps.team", (*buttons, *more), head=_head(talk, campaign), done=done,
        names=named(talk, found),
    )  # fmt: skip


async def _for_staff(
    talk: Talk, campaign: Campaign, place: str, more: tuple[Option, ...]
) -> Reply:
    where = await _place(talk, place) if place else scope_of(talk.asker)
    town = where.township if isinstance(where, Scope) else where.township_id if where else 0
    if where is None or (campaign.township_id and town not in {0, campaign.township_id}):
        raise Refused("sweeps.no_place", name=place[:20])
    if isinstance(where, Team):
        return await _names(talk, campaign, where)
    done = await campaigns.progress(talk.db, campaign, where)
    by_town = not campaign.within(where).township
    lines = _by_town(done) if by_town else _by_village(done)
    open_lines = sorted((one for one in lines if one.left), key=lambda one: -one.left)
    options = tuple(
        Option(one.name, f"过筛子 {campaign.name} {one.name}") for one in open_lines[:BUTTONS]
    )
    return talk.reply(
        "sweeps.places", (*options, *more), head=_head(talk, campaign), done=done, lines=open_lines[:PLACES],
        more=len(open_lines) - PLACES, through=sum(not one.left and one.listed > 0 for one in lines),
        bare=[one.village for one in done.villages if not one.listed],
        unit="乡镇" if by_town else "村", place=place,
    )  # fmt: skip


def _head(talk: Talk, campaign: Campaign) -> str:
    return talk.say("sweeps.head", campaign=campaign, today=talk.today)


async def _place(talk: Talk, name: str) -> Scope | Team | None:
    """A township or a village of the asker's scope."""
    own = scope_of(talk.asker)
    towns = await people.townships(talk.db, own.county)
    if name in towns and own.township in {0, towns[name]}:
        return Scope(own.county, towns[name])
    return await find_team(talk, name)


async def _names(talk: Talk, campaign: Campaign, team: Team) -> Reply:
    found = await campaigns.access_left_over(
        talk.db, talk.asker, campaign, team.id, now=talk.now
    )
    return talk.reply(
        "sweeps.names", campaign=campaign, village=team.village, names=named(talk, found),
        total=len(found),
    )  # fmt: skip


def _by_village(done: Progress) -> list[Line]:
    return [
        Line(one.village, one.listed, one.visited, one.unsolved + one.solved)
        for one in done.villages
    ]


def _by_town(done: Progress) -> list[Line]:
    towns: dict[str, Line] = {}
    for one in done.villages:
        so_far = towns.get(one.township, Line(one.township, 0, 0, 0))
        towns[one.township] = Line(
            one.township, so_far.listed + one.listed, so_far.visited + one.visited,
            so_far.found + one.unsolved + one.solved,
        )  # fmt: skip
    return list(towns.values())


# names for issues
async def talk_tags(talk: Talk) -> Reply:
    """Everything that begins with 专项: the names issues can be tagged with."""
    if acted := await _acted(talk, Kind.TAG):
        return acted
    known = await campaigns.running(talk.db, scope_of(talk.asker), talk.today, Kind.TAG)
    lines = [await campaigns.tagged(talk.db, one, talk.asker) for one in known[:PLACES]]
    staff = talk.asker.role in STAFF
    begin = (Option("开始专项", "专项 开始"),) if staff else ()
    return talk.reply("sweeps.tags", begin, lines=lines, staff=staff)


# beginning and ending
async def _acted(talk: Talk, kind: Kind) -> Reply | None:
    """「开始 …」「结束 …」; None where only looking is asked for."""
    word, _, rest = talk.rest.partition(" ")
    if word not in (*BEGIN, *END):
        return None
    if talk.asker.role not in STAFF:
        raise Refused("sweeps.only_above")
    return await (_begin if word in BEGIN else _end)(talk, kind, rest.strip())


async def _begin(talk: Talk, kind: Kind, rest: str) -> Reply:
    wish = await _wish(talk, kind, rest)
    scope = Scope(talk.asker.county_id, wish.township)
    teams = len(await people.teams(talk.db, scope))
    facts = {"wish": wish, "teams": teams, "kind": kind.value, "word": WORDS[kind]}
    await talk.ask("sweeps.preview", choice({"开始": True}), ("开始",), **facts)
    id = await campaigns.start(
        talk.db, talk.asker, wish.name, kind, wish.to_day, now=talk.now, township=wish.township
    )
    campaign = await campaigns.access_campaign(talk.db, talk.asker, wish.name, kind)
    done = await campaigns.progress(talk.db, campaign, scope_of(talk.asker))
    look = Option("看进展", f"{WORDS[kind]} {wish.name}" if kind is Kind.SWEEP else WORDS[kind])
    return talk.reply("sweeps.begun", (look,), id=id, done=done, kind=kind.value)


async def _wish(talk: Talk, kind: Kind, text: str) -> Wish:
    """Name, place and last day; asked for where the line does not say them."""
    day, text = _last_day_in(talk, text)
    township, place, name = await _town(talk, text)
    while not name:  # 「到12月25号」 is the day; the name is still wanted
        said = await talk.ask("sweeps.ask_name", short, word=WORDS[kind], day=day)
        told, name = _last_day_in(talk, said)
        day = told or day
    await campaigns.check_name(talk.db, talk.asker, name)
    if day is None:
        day = await talk.ask("sweeps.ask_day", _last_day(talk.today), name=name)
    return Wish(name, day, township, place)


def _last_day_in(talk: Talk, text: str) -> tuple[date | None, str]:
    """The day at the end of a line, and the line without it."""
    found = find_day(text, today=talk.today, looks="ahead")
    if found is None or found.day < talk.today or not text.rstrip(ENDS).endswith(found.phrase):
        return None, text
    return found.day, found.rest.rstrip(ENDS).strip(UNTIL)


async def _town(talk: Talk, text: str) -> tuple[int, str, str]:
    """The township a line names (the county's choice only), and the line without it."""
    if talk.asker.role is Role.TOWNSHIP:
        return talk.asker.township_id, talk.asker.township, text.strip()
    towns = await people.townships(talk.db, talk.asker.county_id)
    parts = text.split()
    there = [one for one in parts if one in towns]
    name = "".join(one for one in parts if one not in towns and one not in COUNTY_WIDE)
    return (towns[there[0]], there[0], name) if there else (0, "全县", name)


def _last_day(today: date) -> Callable[[str], date]:
    def read(text: str) -> date:
        day = read_day(words(text).strip(ENDS), today=today, looks="ahead")
        if day is None or day < today:
            raise Misunderstood("sweeps.not_day", said=text[:20])
        return day

    return read


async def _end(talk: Talk, kind: Kind, name: str) -> Reply:
    campaign = await _named(talk, kind, name)
    campaigns.check_may_lead(talk.asker, campaign)
    done = await campaigns.progress(talk.db, campaign, scope_of(talk.asker))
    facts = {"campaign": campaign, "done": done, "kind": kind.value}
    if campaign.runs_on(talk.today):
        await talk.ask("sweeps.confirm_end", choice({"结束": True}), ("结束",), **facts)
    await campaigns.end(talk.db, talk.asker, campaign, now=talk.now)
    return talk.reply("sweeps.ended", campaign=campaign, done=done, kind=kind.value)


async def _named(talk: Talk, kind: Kind, name: str) -> Campaign:
    if name:
        return await campaigns.access_campaign(talk.db, talk.asker, name, kind)
    known = await campaigns.running(talk.db, scope_of(talk.asker), talk.today, kind)
    if not known:
        raise Refused("sweeps.nothing_runs", word=WORDS[kind])
    choices = labelled((one.name, one) for one in known)
    return await talk.ask("sweeps.ask_which", one_of(choices), choices, word=WORDS[kind])


SWEEP = Topic("sweep", ("过筛子",), talk_sweeps)
TAGS = Topic("campaign_tags", ("专项行动", "专项"), talk_tags)
