"""通报: 「通报」「通报 11月中旬」「旬通报 草稿」「督查通报 第2期」「周报告」, and 通报稿 12 of a button.

What is signed is shown as it was; drafts only to who signs them, a township's also to the county.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers import basis, reports
from handlers import bulletin_cards as cards
from handlers.bulletin_acts import ACTS
from handlers.bulletin_heads import number_of
from handlers.reports import read_month, read_tenday, read_week
from handlers.talk import Room, Talk, Topic
from handlers.written import as_files, take_forms
from ledger import bulletins, outbox, talks
from ledger.bulletins import EYES, Bulletin
from ledger.errors import Misunderstood, Refused
from ledger.messages import Incoming, Option, Reply, TextIn
from ledger.numerals import NUMERAL, read_number
from ledger.people import STAFF, Person, Role, scope_of
from ledger.reports import counted, store
from ledger.reports.facts import Place
from ledger.reports.inspection import KIND as INSPECTION
from ledger.reports.inspection import Inspection

DRAFT, BASIS, HISTORY = "草稿", "依据", ("历史", "清单", "全部")
TENTH, WEEK = "旬", "周"
OF_FIGURES = ("依据", "明细")  # of the week's figures, not of its paper
ISSUE = re.compile(rf"(?:(?P<year>20\d\d)年\s*)?第?\s*(?P<number>{NUMERAL})\s*[号期]")
ABOUT = re.compile(rf"{cards.COMMAND} (?P<id>\d{{1,9}})\b.*")
NUMBER = re.compile(r"(?P<id>\d{1,9})\s*号?(?=$|\s)\s*(?P<rest>.*)", re.DOTALL)
OPENED = re.compile(rf"{BASIS}\s*(?P<number>\d{{0,3}})")
BUTTONS = 4
WEEKLY_DAYS = timedelta(days=7)
ANSWERED = {  # a reply to the card while one of its questions is open is the answer
    "bulletins.ask_sentence": cards.CHANGE,
    "bulletins.ask_reason": cards.RETURN,
}


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
    """通报稿 12: the card; with 确认, 改, 退回, 重做, 补充 what it says; 依据 and 文件.

    Nobody has to know the number: the word alone lists what there is.
    """
    if not talk.rest:
        return await _list(talk, Asked(""))
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
    return await _card_or_files(talk, bulletin, forms)


# by kind and period
async def show_tenday(talk: Talk) -> Reply:
    """旬通报: the newest, one of a period, its draft."""
    return await _show(talk, read(talk.rest, "tenday", talk.today))


async def show_inspection(talk: Talk) -> Reply:
    """督查通报: by number, by period, all of a month."""
    return await _show(talk, read(talk.rest, INSPECTION, talk.today))


async def show_any(talk: Talk) -> Reply:
    """通报: what there is of any kind; with a week, ten days or a month that period's."""
    text = talk.rest
    if WEEK in text and (found := read_week(text.replace(DRAFT, " ").strip(), talk.today)):
        key = counted.period_of("weekly", found[0])
        return await _show(talk, Asked("weekly", key, DRAFT in text, rest=found[1].strip()))
    asked = read(text, "tenday", talk.today)
    if text in HISTORY or not text:
        return await _all_or_only(talk, Asked(""))
    if asked.month:
        return await _show(talk, replace(asked, kind="monthly", period=asked.month, month=""))
    named = asked.period or asked.draft
    return await _show(talk, replace(asked, kind="tenday" if named else ""))


async def _all_or_only(talk: Talk, asked: Asked) -> Reply:
    """The list; a single one stands for it."""
    found = await bulletins.access_listed(talk.db, talk.asker, asked.kind)
    if len(found) == 1 and found[0].kind != "weekly" and not talk.rest:
        return await cards.card(talk, found[0])
    return await _list(talk, asked)


async def show_monthly(talk: Talk) -> Reply:
    """月报 草稿: the monthly figures to be signed."""
    asked = read(talk.rest, "monthly", talk.today)
    if asked.period:  # ten days
        raise Misunderstood("bulletins.not_a_period", said=talk.rest[:40])
    return await _show(talk, replace(asked, period=asked.month, month="", draft=True))


async def show_weekly(talk: Talk) -> Reply:
    """周报告 草稿: the place's own; for the county also a township's by its name."""
    return await _show(talk, read_weekly(talk.rest, talk.today))


async def show_weekly_paper(talk: Talk) -> Reply:
    """周报告: the newest paper of the place, draft or signed; where none is, the week's figures."""
    if talk.asker.role in STAFF and (found := await _weekly_there(talk)):
        return await _card_or_files(talk, found, take_forms(talk.rest)[1])
    return await reports.show_weekly(talk)


async def _weekly_there(talk: Talk) -> Bulletin | None:
    """Of the week that was said, of his own place or, for the county, of a township."""
    words = take_forms(talk.rest)[0]
    if any(one in words for one in OF_FIGURES):
        return None
    named = read_week(words, talk.today)
    town = (named[1] if named else words).strip()
    if town and talk.asker.role is not Role.COUNTY:
        return None
    place = await store.place_for(talk.db, talk.asker, town)
    days = (named[0],) if named else (talk.today, talk.today - WEEKLY_DAYS)
    for day in days:
        key = counted.period_of("weekly", day)
        if found := await bulletins.newest(talk.db, place, "weekly", key):
            paper = (await bulletins.versions(talk.db, found))[0]
            return await bulletins.access_bulletin(talk.db, talk.asker, paper.id)
    return None


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
        return talk.reply("bulletins.list", lines=[], kind=asked.kind)
    if found is None:
        raise Refused("bulletins.not_found")
    return await _card_or_files(talk, found, forms)


async def _card_or_files(talk: Talk, bulletin: Bulletin, forms: tuple[str, ...]) -> Reply:
    """The card, or one line and the whole paper in these forms: who asks for them has read it."""
    if not forms:
        return await cards.card(talk, bulletin)
    paper, name = cards.paper(talk, bulletin), cards.file_name(talk, bulletin)
    reply = talk.reply(
        "bulletins.files", title=paper.title, number=number_of(talk, bulletin), forms=forms,
        draft=bulletin.state != "signed",
    )  # fmt: skip
    return await as_files(talk, reply, paper, name, forms, kind=bulletin.kind)


async def _newest(talk: Talk, asked: Asked) -> Bulletin | None:
    """The newest the asker may read, of a period or of all; signed ones before drafts."""
    first, last = (asked.period, asked.period) if asked.period else ("", "9")
    found = await bulletins.access_listed(talk.db, talk.asker, asked.kind, first, last)
    own = EYES.get(talk.asker.role, "")
    ranked = sorted(found, key=lambda one: (one.level != own, one.state != "signed"))
    return next(iter(ranked), None)


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
    return talk.reply("bulletins.list", options, lines=lines, kind=asked.kind)


# reading
def read(text: str, kind: str, today: date) -> Asked:
    """「11月中旬 草稿」「第2期」「11月」「历史」: a period, a number, a month; '' : the newest."""
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

    The words are a further sentence, or the answer to what the card has just asked; a button's
    own word (确认, 重做) is that button.
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
    card = change.removesuffix(f" {cards.CHANGE}")
    return f"{card} {await _asked_by(room, asker, card) or cards.ADD} {text}"


async def _asked_by(room: Room, asker: Person, card: str) -> str:
    """The act of that card whose question these words answer; it is not open any more then."""
    state = await talks.load(room.db, asker.id, now=room.now)
    if state is None or state.topic != ONE.name or state.pending not in ANSWERED:
        return ""
    if brought_back(state) != card:
        return ""
    await talks.drop(room.db, asker.id)
    return ANSWERED[state.pending]


def brought_back(state: talks.State) -> str:
    """返回 out of a question about a draft: what brings the draft; '' of any other talk."""
    named = NUMBER.fullmatch(state.opening.text) if state.topic == ONE.name else None
    return f"{cards.COMMAND} {named['id']}" if named else ""


WORDS = {"weekly": "周报告", "tenday": "旬通报", "monthly": "月报", INSPECTION: "督查通报"}
ONE = Topic("bulletin", (cards.COMMAND,), show_one, STAFF | {Role.LEADER})
WEEKLY = Topic(
    "weekly_draft", ("周报告", "周报"), show_weekly, form="loose", aside=True, needs=DRAFT
)
WEEKLY_PAPER = Topic("weekly_paper", ("周报告",), show_weekly_paper, form="loose", aside=True)
MONTHLY = Topic("monthly_draft", ("月报",), show_monthly, form="loose", aside=True, needs=DRAFT)
TENDAY = Topic("tenday_bulletin", ("旬通报",), show_tenday, aside=True)
INSPECT = Topic("inspection_bulletin", ("督查通报",), show_inspection, aside=True)
ANY = Topic("bulletins", ("通报",), show_any, aside=True)
