"""How a draft and a signed paper look in chat: the words of the paper, what may be done with it."""

from datetime import date, datetime

from handlers.bulletin_heads import head_of, number_of, number_of_paper
from handlers.talk import Talk
from handlers.written import button
from ledger import bulletins, people
from ledger.bulletins import Bulletin
from ledger.messages import Option, Reply
from ledger.people import Scope
from ledger.reports import counted
from ledger.reports.facts import Place, Report, may_read
from ledger.reports.supplements import Supplement
from templates.bulletin import Bulletin as Words
from templates.bulletin import read
from templates.figure_names import figure_name
from templates.words import Said

COMMAND = "通报稿"
ASKING = frozenset({"tenday", "monthly"})  # their part four is what the signer asks for
CONFIRM, CHANGE, RETURN, REDO, SUPPLEMENT = "确认", "改", "退回", "重做", "补充"
ADD = "加"  # what a reply to the card does


# words
def name(talk: Talk, bulletin: Bulletin) -> str:
    """Whose paper of what kind: 清水镇周报告."""
    return talk.say("bulletins.name", kind=bulletin.kind, place=bulletin.content.place)


def period(talk: Talk, kind: str, key: str) -> str:
    """2026年11月中旬, 2026年第47周."""
    return talk.say("bulletins.period", **counted.parts_of(kind, key))


def titled(talk: Talk, bulletin: Bulletin) -> dict[str, str]:
    """Name and period, for a sentence about it."""
    return {
        "name": name(talk, bulletin),
        "period": period(talk, bulletin.kind, bulletin.period),
    }


def paper(talk: Talk, bulletin: Bulletin) -> Words:
    """The paper in words; what was signed stays word for word."""
    return read(bulletin.words or written(talk, bulletin, talk.now))


def written(talk: Talk, bulletin: Bulletin, now: datetime) -> str:
    """Its marked lines: head and draft mark, the report's own words, the sentence, the end."""
    signed = bulletin.signed_at is not None
    return talk.room.words.bulletin(
        "sign_off", inner=Said(_inner(talk, bulletin)),
        head=head_of(talk, bulletin, bulletin.year or now.year),
        day=now.date() if signed else None,
    ).marked  # fmt: skip


def _inner(talk: Talk, bulletin: Bulletin) -> str:
    """The report's own words with the sentence in its place; where part four is the signer's, never blank."""
    facts, sentence = bulletin.content, bulletin.sentence
    bulletin_of = talk.room.words.bulletin
    if isinstance(facts, Supplement):
        names = {one.name: figure_name(one.name) for one in facts.changes}
        return bulletin_of(
            "supplement", report=facts, of=title(talk, bulletin), names=names,
            number=number_of_paper(talk, bulletin, facts.year, facts.number),
            title=talk.say(
                "bulletins.supplement_title", version=bulletin.version,
                kind=bulletin.kind, **titled(talk, bulletin),
            ),
            sentence=sentence,
        ).marked  # fmt: skip
    if bulletin.kind in ASKING and not sentence:
        sentence = talk.say("bulletins.usual_sentence")
    kind = facts.paper if isinstance(facts, Report) else facts.kind
    return bulletin_of(
        kind, report=facts, sentence=sentence, signing=True, title=title(talk, bulletin)
    ).marked


def title(talk: Talk, bulletin: Bulletin) -> str:
    """关于2026年11月中旬驻村工作情况的通报."""
    facts = bulletin.content
    return talk.say(
        "bulletins.title", kind=bulletin.kind, place=facts.place, first=facts.first,
        last=facts.last, period=period(talk, bulletin.kind, bulletin.period),
    )  # fmt: skip


def short(talk: Talk, bulletin: Bulletin) -> str:
    """Period and kind, for a button."""
    kind = talk.say("bulletins.name", kind=bulletin.kind, place="")
    return period(talk, bulletin.kind, bulletin.period) + kind


def file_name(talk: Talk, bulletin: Bulletin) -> str:
    """What its files are called."""
    return talk.say(
        "bulletins.file_name", number=number_of(talk, bulletin), version=bulletin.version,
        signed=bulletin.state == "signed", **titled(talk, bulletin),
    )  # fmt: skip


# cards
def place_of(bulletin: Bulletin) -> Place:
    """Whose paper it is."""
    county = bulletin.county_id
    if bulletin.level == "county":
        return Place("county", county, bulletin.content.place, Scope(county))
    id = bulletin.place_id
    return Place("township", id, bulletin.content.place, Scope(county, id))


async def count(talk: Talk, bulletin: Bulletin, *, bottom: bool = True) -> bulletins.Facts:
    """Its facts as they are now; the lowest stay in (`bottom`) where a person has put them in.

    What is signed is counted as of its own day: time that has passed is no correction.
    """
    signed = bulletin.version or bulletin.state == "signed"
    return await counted.count(
        talk.db, place_of(bulletin), bulletin.kind, bulletin.period, now=talk.now,
        rules=talk.rules, bottom=bottom and bulletin.names_lowest,
        as_of=date.fromisoformat(bulletin.latest.as_of) if signed else None,
    )  # fmt: skip


async def card(talk: Talk, bulletin: Bulletin) -> Reply:
    """The paper with what this reader may do about it; a draft is counted again for who signs it."""
    if bulletin.state == "signed":
        return await _signed_card(talk, bulletin)
    signs = bulletins.signs(talk.asker, bulletin)
    if signs:
        facts = await count(talk, bulletin)
        bulletin = await bulletins.refresh(talk.db, bulletin, facts, now=talk.now)
    words = talk.say(
        "bulletins.draft", paper=Said(paper(talk, bulletin).chat), bulletin=bulletin,
        signs=signs, limit=bulletins.LONGEST,
    )  # fmt: skip
    return Reply(words, tuple(_draft_buttons(talk, bulletin, signs=signs)), kind="card")


async def _signed_card(talk: Talk, bulletin: Bulletin) -> Reply:
    every = await bulletins.versions(talk.db, bulletin)
    more = [one for one in every if one.version > bulletin.version and one.state == "signed"]
    signs, differs = bulletins.signs(talk.asker, bulletin), False
    if signs:
        differs = await bulletins.has_news(talk.db, bulletin, await count(talk, bulletin))
    by = await people.by_id(talk.db, bulletin.signed_by or 0)
    words = talk.say(
        "bulletins.signed", paper=Said(paper(talk, bulletin).chat), bulletin=bulletin,
        by=by.name, at=bulletin.signed, more=len(more), differs=differs,
        number=number_of(talk, bulletin),
    )  # fmt: skip
    options = [Option(f"{SUPPLEMENT}{one.version}", command(one)) for one in more]
    options += [Option(SUPPLEMENT, command(bulletin, SUPPLEMENT))] if signs else []
    return Reply(words, (*options, *_common(talk, bulletin)), kind="card")


def _draft_buttons(talk: Talk, bulletin: Bulletin, *, signs: bool) -> list[Option]:
    options = []
    if signs and bulletin.state == "draft":
        options.append(Option(CONFIRM, command(bulletin, f"{CONFIRM} {bulletin.stamp}")))
    if signs:
        options.append(Option(CHANGE, command(bulletin, CHANGE)))
    if signs and bulletin.state == "returned":
        options.append(Option(REDO, command(bulletin, REDO)))
    if bulletin.state == "draft" and bulletins.may_give_back(talk.asker, bulletin):
        options.append(Option(RETURN, command(bulletin, RETURN)))
    return [*options, *_common(talk, bulletin)]


def _common(talk: Talk, bulletin: Bulletin) -> list[Option]:
    """Who reads a paper of more than his own place has no records of the rest."""
    again = command(bulletin)
    opens = may_read(talk.asker, place_of(bulletin))
    return [Option("依据", f"{again} 依据")] * opens + [button(again)]


def command(bulletin: Bulletin, act: str = "") -> str:
    """What one says to see it, or to do something about it."""
    return f"{COMMAND} {bulletin.id} {act}".strip()


def line(talk: Talk, bulletin: Bulletin) -> str:
    """One line of a list."""
    return talk.say(
        "bulletins.line", bulletin=bulletin, at=bulletin.signed,
        number=number_of(talk, bulletin), **titled(talk, bulletin),
    )  # fmt: skip
