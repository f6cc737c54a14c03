"""通报: 「通报」「通报 11月中旬」「旬通报 草稿」「督查通报 12号」「周报告 草稿」, and 通报稿 12 of a button.

What is signed is shown as it was; drafts only to who signs them, a township's also to the county.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from handlers import basis
from handlers import bulletin_cards as cards
from handlers.bulletin_acts import ACTS
from handlers.reports import read_month, read_tenday, read_week
from handlers.talk import Room, Talk, Topic
from handlers.written import as_files, take_forms
from ledger import bulletins, outbox
from ledger.bulletins import Bulletin
from ledger.errors import Misunderstood, Refused
from ledger.messages import Incoming, Option, Reply, TextIn
from ledger.numerals import NUMERAL, read_number
from ledger.people import STAFF, Person, Role, scope_of
from ledger.reports import counted, store
from ledger.reports.facts import Place
from ledger.reports.inspection import KIND as INSPECTION
from ledger.reports.inspection import Inspection

DRAFT, BASIS, HISTORY = "草稿", "依据", ("历史", "清单", "全部")
TENTH = "旬"
ISSUE = re.compile(rf"(?:(?P<year>20\d\d)年\s*)?第?\s*(?P<number>{NUMERAL})\s*[号期]")
ABOUT = re.compile(rf"{cards.COMMAND} (?P<id>\d{{1,9}})\b.*")
NUMBER = re.compile(r"(?P<id>\d{1,9})\s*号?(?=$|\s)\s*(?P<rest>.*)", re.DOTALL)
OPENED = re.compile(rf"{BASIS}\s*(?P<number>\d{{0,3}})")
BUTTONS = 4


@dataclass(frozen=True)
class Asked:
    """What is wanted: which period ('' : the newest), whether its draft, words left over."""

    kind: str
    period: str = ""
    draft: bool = False
    number: int = 0
    year: int = 0  # of the number
    month: str = ""  # every one of a month
    rest: str = ""


# one of them
async def show_one(talk: Talk) -> Reply:
    """通报稿 12: the card; with 确认, 改, 退回, 重做, 补充 what it says; 依据 and 文件."""
    named = NUMBER.fullmatch(talk.rest)
    if named is None:
        raise Refused("bulletins.not_found")
    bulletin = await bulletins.access_bulletin(talk.db, talk.asker, int(named["id"]))
    rest = named["rest"].strip()
    act, _, words = rest.partition(" ")
    if act in ACTS:
        return await ACTS[act](talk, bulletin, words.strip())
    return await _shown(talk, bulletin, rest)


async def _shown(talk: Talk, bulletin: Bulletin, rest: str) -> Reply:
    """The card, the records behind a figure, or the files."""
    rest, forms = take_forms(rest)
    if opened := OPENED.fullmatch(rest):
        number = int(opened["number"]) if opened["number"] else None
        words, again = cards.paper(talk, bulletin), cards.command(bulletin)
        return await basis.show(talk, bulletin.latest, words, number, again)
    if rest:
        raise Refused("bulletins.not_understood", id=bulletin.id)
    reply = await cards.card(talk, bulletin)
    return await _with_files(talk, reply, bulletin, forms)


# by kind and period
async def show_tenday(talk: Talk) -> Reply:
    """旬通报: the newest, one of a period, its draft."""
    return await _show(talk, read(talk.rest, "tenday", talk.today))


async def show_inspection(talk: Talk) -> Reply:
    """督查通报: by number, by period, all of a month."""
    return await _show(talk, read(talk.rest, INSPECTION, talk.today))


async def show_any(talk: Talk) -> Reply:
    """通报: the newest of any kind; with ten days or a month that period's; 历史 the list."""
    text = talk.rest
    if text in HISTORY:
        return await _list(talk, Asked(""))
    asked = read(text, "tenday", talk.today)
    if asked.month:
        return await _show(talk, replace(asked, kind="monthly", period=asked.month, month=""))
    named = asked.period or asked.number or asked.draft
    return await _show(talk, replace(asked, kind="tenday" if named else ""))


async def show_monthly(talk: Talk) -> Reply:
    """月报 草稿: the monthly figures to be signed."""
    asked = read(talk.rest, "monthly", talk.today)
    if asked.period:  # ten days
        raise Misunderstood("bulletins.not_a_period", said=talk.rest[:40])
    return await _show(talk, replace(asked, period=asked.month, month="", draft=True))


async def show_weekly(talk: Talk) -> Reply:
    """周报告 草稿: the place's own; for the county also a township's by its name."""
    return await _show(talk, read_weekly(talk.rest, talk.today))


async def _show(talk: Talk, asked: Asked) -> Reply:
    if asked.month or asked.rest in HISTORY:
        return await _list(talk, asked)
    rest, forms = take_forms(asked.rest)
    if rest and not (asked.kind == "weekly" and talk.asker.role is Role.COUNTY):
        weekly = asked.kind == "weekly"
        block = "reports.not_a_week" if weekly else "bulletins.not_a_period"
        raise Misunderstood(block, said=asked.rest[:40])
    if asked.number:
        found: Bulletin | None = await bulletins.access_numbered(
            talk.db, talk.asker, asked.kind, asked.number, year=asked.year
        )
    elif asked.draft:
        found = await _draft(talk, asked, rest)
    else:
        found = await _newest(talk, asked)
    if found is None and not asked.period:
        return talk.reply("bulletins.list", lines=[])
    if found is None:
        raise Refused("bulletins.not_found")
    reply = await cards.card(talk, found)
    return await _with_files(talk, reply, found, forms)


async def _with_files(
    talk: Talk, reply: Reply, bulletin: Bulletin, forms: tuple[str, ...]
) -> Reply:
    """The card with the whole paper in these forms."""
    paper, name = cards.paper(talk, bulletin), cards.file_name(talk, bulletin)
    return await as_files(talk, reply, paper, name, forms, kind=bulletin.kind)


async def _newest(talk: Talk, asked: Asked) -> Bulletin | None:
    """The newest the asker may read, of a period or of all; signed ones before drafts."""
    first, last = (asked.period, asked.period) if asked.period else ("", "9")
    found = await bulletins.access_listed(talk.db, talk.asker, asked.kind, first, last)
    signed = [one for one in found if one.state == "signed"]
    return next(iter((*signed, *found)), None)


async def _draft(talk: Talk, asked: Asked, township: str) -> Bulletin:
    """The draft of a period, made when it is not there; the county reads a township's."""
    place = await _place(talk, asked, township)
    key = asked.period or counted.ended_before(asked.kind, talk.today)
    found = await bulletins.newest(talk.db, place, asked.kind, key)
    if found is not None:
        return await bulletins.access_bulletin(talk.db, talk.asker, found.id)
    name = talk.say("bulletins.name", kind=asked.kind, place=place.name)
    if scope_of(talk.asker) != place.scope:
        when = cards.period(talk, asked.kind, key)
        again = f"{WORDS[asked.kind]} {when}"
        raise Refused(
            "bulletins.no_draft", name=name, place=place.name, period=when, again=again
        )
    return await _made(talk, place, asked.kind, key)


async def _made(talk: Talk, place: Place, kind: str, key: str) -> Bulletin:
    """A new draft; a period that runs still has none, but a week may be signed on its Friday."""
    when = cards.period(talk, kind, key)
    facts = await counted.count(talk.db, place, kind, key, now=talk.now, rules=talk.rules)
    if counted.first_of(kind, key) > talk.today or (
        kind != "weekly" and date.fromisoformat(facts.last) >= talk.today
    ):
        raise Refused("bulletins.not_over", period=when)
    if isinstance(facts, Inspection) and not facts.problems:
        raise Refused("bulletins.nothing_found", period=when)
    if await counted.before_the_ledger(talk.db, facts):
        raise Refused("bulletins.before_ledger", period=when)
    return await bulletins.draft(talk.db, talk.asker.id, place.scope, facts, now=talk.now)


async def _place(talk: Talk, asked: Asked, township: str) -> Place:
    """Whose draft: his own place's; ten days, months and inspections are the county's."""
    if talk.asker.role not in STAFF:
        raise Refused("bulletins.not_found")
    place = await store.place_for(talk.db, talk.asker, township)
    if bulletins.sign_off(asked.kind, place.level) is None:
        raise Refused("bulletins.not_found")
    return place


async def _list(talk: Talk, asked: Asked) -> Reply:
    """What there is, the newest first."""
    first, last = (asked.month, f"{asked.month}-Z") if asked.month else ("", "9")
    found = await bulletins.access_listed(talk.db, talk.asker, asked.kind, first, last)
    lines = [cards.line(talk, one) for one in found]
    options = [
        Option(f"看{cards.short(talk, one)}", cards.command(one)) for one in found[:BUTTONS]
    ]
    return talk.reply("bulletins.list", options, lines=lines)


# reading
def read(text: str, kind: str, today: date) -> Asked:
    """「11月中旬 草稿」「12号」「11月」「历史」: a period, a number, a month; '' : the newest."""
    words, draft = text.replace(DRAFT, " ").strip(), DRAFT in text
    if numbered := ISSUE.match(words):
        number = int(read_number(numbered["number"]) or 0)
        rest, year = words[numbered.end() :].strip(), int(numbered["year"] or 0)
        return Asked(kind, "", draft, number, year, rest=rest)
    if TENTH in words and (found := read_tenday(words, today)):
        return Asked(kind, counted.period_of("tenday", found[0]), draft, rest=found[1].strip())
    if words and (found := read_month(words, today)):
        return Asked(kind, "", draft, month=f"{found[0]:%Y-%m}", rest=found[1].strip())
    return Asked(kind, "", draft, rest=words)


def read_weekly(text: str, today: date) -> Asked:
    """「上周 草稿」「第47周 草稿」「草稿 清水镇」: a week, this one when none is named."""
    words = text.replace(DRAFT, " ").strip()
    day, rest = read_week(words, today) or (today, words)
    return Asked("weekly", counted.period_of("weekly", day), True, rest=rest.strip())


# replying to a draft's message
async def meant(room: Room, asker: Person, incoming: Incoming, text: str) -> str:
    """What a reply to a draft's card says as a command; '' when it answers no draft of ours.

    The words are the sentence; a button's own word (确认, 重做) is that button.
    """
    event = incoming.event
    if not isinstance(event, TextIn) or not event.reply_to or not text:
        return ""
    ref = event.reply_to.rpartition("/")[2]
    shown = await outbox.shown(room.db, asker.id, incoming.address, ref)
    says = [one for one in (shown.says if shown else ()) if ABOUT.fullmatch(one)]
    change = next((one for one in says if one.endswith(f" {cards.CHANGE}")), "")
    if not change:
        return ""
    act, _, words = text.partition(" ")
    pressed = next((one for one in says if one.split(" ")[2:3] == [act]), "")
    if pressed and (not words or act in {cards.CHANGE, cards.RETURN, BASIS}):
        return f"{pressed} {words}".strip()
    return f"{change} {text}"


WORDS = {"weekly": "周报告", "tenday": "旬通报", "monthly": "月报", INSPECTION: "督查通报"}
ONE = Topic("bulletin", (cards.COMMAND,), show_one, STAFF | {Role.LEADER})
WEEKLY = Topic(
    "weekly_draft", ("周报告", "周报"), show_weekly, form="loose", aside=True, needs=DRAFT
)
MONTHLY = Topic("monthly_draft", ("月报",), show_monthly, form="loose", aside=True, needs=DRAFT)
TENDAY = Topic("tenday_bulletin", ("旬通报",), show_tenday, aside=True)
INSPECT = Topic("inspection_bulletin", ("督查通报",), show_inspection, aside=True)
ANY = Topic("bulletins", ("通报",), show_any, aside=True)
