"""What one does about a draft: 确认, 改, 退回, 重做; and 补充 of a signed paper. Only people, only here."""

from collections.abc import Awaitable, Callable
from functools import partial

from handlers import bulletin_cards as cards
from handlers.bulletin_cards import titled
from handlers.bulletin_heads import number_of
from handlers.talk import Talk, one_of, plain
from ledger import bulletins, calendar, group_notices, outbox, people, signing
from ledger.bulletins import Bulletin
from ledger.days import DAY, at, is_workday, workday_on_or_before
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import STAFF, Person, Role, Scope
from ledger.reports import counted
from ledger.reports.facts import Report
from ledger.windows import after_night

Act = Callable[[Talk, Bulletin, str], Awaitable[Reply]]
BOTTOM = {"不写": False, "写": True}
REPLACE, BOTH = "换成新的", "两句都留"


async def confirm(talk: Talk, bulletin: Bulletin, seen: str) -> Reply:
    """确认: sign what he has read; without the card's mark he reads it first."""
    if not seen:
        return await cards.card(talk, bulletin)
    _check_over(talk, bulletin)
    facts = await cards.count(talk, bulletin)
    signing.check(talk.asker, bulletin, facts, seen=seen, now=talk.now)
    if lowest := await _lowest(talk, bulletin):
        names = [one.township for one in lowest.bottom]
        if await talk.ask("bulletins.ask_bottom", one_of(BOTTOM), tuple(BOTTOM), places=names):
            with_them = await bulletins.redo(
                talk.db, talk.asker, bulletin, lowest, now=talk.now
            )
            return await cards.card(talk, with_them)
    signed = await signing.sign(
        talk.db, talk.asker, bulletin, facts, seen=seen, now=talk.now,
        write=lambda ready: cards.written(talk, ready, talk.now),
    )  # fmt: skip
    told = await _send(talk, signed)
    await _to_group(talk, signed)
    look = Option("看签发的", cards.command(signed))
    files = Option("图片和文件", cards.command(signed, "文件"))
    return talk.reply(
        "bulletins.done", (look, files), bulletin=signed, told=told,
        number=number_of(talk, signed), **titled(talk, signed),
    )  # fmt: skip


def _check_over(talk: Talk, bulletin: Bulletin) -> None:
    """A week is signed from the county's day for it on; before it there is more to come."""
    if bulletin.kind != "weekly" or bulletin.version:
        return
    monday = counted.first_of(bulletin.kind, bulletin.period)
    closing = monday + DAY * (talk.rules.weekly_day - 1)
    last_workday = workday_on_or_before(closing, talk.rules)
    first_day = last_workday if last_workday >= monday else closing  # a week of holidays
    if talk.now.date() < first_day:
        raise Refused("bulletins.too_early", day=first_day)


async def _lowest(talk: Talk, bulletin: Bulletin) -> Report | None:
    """The month's facts with the lowest townships, where a person may still say so (S000-54)."""
    if bulletin.kind != "monthly" or bulletin.version or bulletin.names_lowest:
        return None
    found = await counted.count(
        talk.db, cards.place_of(bulletin), bulletin.kind, bulletin.period, now=talk.now,
        rules=talk.rules, bottom=True,
    )  # fmt: skip
    return found if isinstance(found, Report) and found.bottom else None


async def change(talk: Talk, bulletin: Bulletin, words: str) -> Reply:
    """改: the place's own sentence; one that stands there gives way only after both were shown."""
    _check_changing(talk, bulletin)
    before = bulletin.sentence
    said = words or await talk.ask(
        "bulletins.ask_sentence", plain, sentence=before, limit=bulletins.LONGEST,
        **titled(talk, bulletin),
    )  # fmt: skip
    new = bulletins.tidy(said)
    if before and new != before:
        choice = await talk.ask(
            "bulletins.ask_replace", one_of({REPLACE: REPLACE, BOTH: BOTH}), (REPLACE, BOTH),
            before=before, after=new,
        )  # fmt: skip
        new = bulletins.joined(before, new) if choice == BOTH else new
    after = await bulletins.write_sentence(talk.db, talk.asker, bulletin, new, now=talk.now)
    return await cards.card(talk, after)


async def add(talk: Talk, bulletin: Bulletin, words: str) -> Reply:
    """加, which is what a reply to the card means: one sentence more."""
    _check_changing(talk, bulletin)
    both = bulletins.joined(bulletin.sentence, words)
    after = await bulletins.write_sentence(talk.db, talk.asker, bulletin, both, now=talk.now)
    return await cards.card(talk, after)


def _check_changing(talk: Talk, bulletin: Bulletin) -> None:
    bulletins.check_signer(talk.asker, bulletin)
    bulletins.check_open(None if bulletin.state == "signed" else bulletin.id)


async def give_back(talk: Talk, bulletin: Bulletin, words: str) -> Reply:
    """退回, with a reason; who prepares it hears of it."""
    facts = titled(talk, bulletin)
    if not bulletins.may_give_back(talk.asker, bulletin):
        raise Refused("bulletins.not_yours")
    bulletins.check_returning(bulletin)
    reason = words or await talk.ask("bulletins.ask_reason", plain, **facts)
    after = await bulletins.give_back(talk.db, talk.asker, bulletin, reason, now=talk.now)
    note = talk.reply(
        "bulletins.returned_to_you", (Option("看草稿", cards.command(after)),),
        by=talk.asker.name, reason=after.reason, **facts,
    )  # fmt: skip
    told = [
        one.name
        for one in await bulletins.concerned(talk.db, talk.asker, after, talk.now)
        if await talk.tell(
            one.id, note, dedupe=f"bulletin:{after.id}:back:{talk.source}:{one.id}"
        )
    ]
    own = bulletins.signs(talk.asker, after)
    next_act = (
        Option(cards.REDO, cards.command(after, cards.REDO))
        if own
        else Option("看草稿", cards.command(after))
    )
    return talk.reply(
        "bulletins.returned", (next_act,), reason=after.reason, told=told, own=own, **facts
    )


async def redo(talk: Talk, bulletin: Bulletin, words: str) -> Reply:
    """重做: counted again, a draft again; who put the lowest in (写) is asked anew."""
    bulletins.check_open(None if bulletin.state == "signed" else bulletin.id)
    facts = await cards.count(talk, bulletin, bottom=False)
    after = await bulletins.redo(talk.db, talk.asker, bulletin, facts, now=talk.now)
    return await cards.card(talk, after)


async def supplement(talk: Talk, bulletin: Bulletin, words: str) -> Reply:
    """补充: what differs from what was signed, as a draft; a wrong word in a sentence of his own."""
    bulletins.check_signer(talk.asker, bulletin)
    if bulletin.state != "signed":
        return await cards.card(talk, bulletin)
    facts = await cards.count(talk, bulletin)
    if not (words or await bulletins.has_news(talk.db, bulletin, facts)):
        words = await talk.ask(
            "bulletins.ask_supplement", plain, limit=bulletins.LONGEST,
            **titled(talk, bulletin),
        )  # fmt: skip
    made = await signing.supplement(
        talk.db, talk.asker, bulletin, facts, words=words, now=talk.now
    )
    return await cards.card(talk, made)


# sending
async def _send(talk: Talk, signed: Bulletin) -> int:
    """To whom it goes, each one message until the evening: information, nobody has to answer.

    A person sends it: it is not the routine message of the day, and nobody misses the summary
    of the evening for it.
    """
    timing = _timing(talk)
    note = talk.reply(
        "bulletins.news", (Option("看全文", cards.command(signed)),), bulletin=signed,
        by=talk.asker.name, number=number_of(talk, signed), **titled(talk, signed),
    )  # fmt: skip
    post = partial(outbox.post_to, talk.db, now=talk.now, timing=timing)
    told = [
        await post(one.id, note, dedupe=f"bulletin:{signed.id}:signed:{one.id}")
        for one in await _readers(talk, signed)
    ]
    return sum(one is not None for one in told)


async def _to_group(talk: Talk, signed: Bulletin) -> None:
    """That it is signed, without the words in it: its sentence and its lowest three name somebody."""
    if not is_workday(after_night(talk.now, talk.rules).date(), talk.rules):
        return
    text = talk.say(
        "group_notices.signed", version=signed.version, number=number_of(talk, signed),
        **titled(talk, signed),
    )  # fmt: skip
    await group_notices.post(
        talk.db, cards.place_of(signed), text, dedupe=f"bulletin:{signed.id}", now=talk.now,
        timing=_timing(talk),
    )  # fmt: skip


def _timing(talk: Talk) -> outbox.Timing:
    start = after_night(talk.now, talk.rules)
    return outbox.Timing(
        outbox.BULK, start, at(start.date(), talk.rules.quiet_from),
        outbox.Cause(outbox.REQUEST, str(talk.asker.id)),
    )  # fmt: skip


async def _readers(talk: Talk, signed: Bulletin) -> list[Person]:
    """主送 and 呈送 in chat: of the county's papers townships and county, of a township's the county.

    Who rests or is away that day finds it later by 通报.
    """
    day = after_night(talk.now, talk.rules).date()
    if not is_workday(day, talk.rules):
        return []
    absent = await calendar.absent(talk.db, Scope(signed.county_id), day)
    wanted = STAFF if signed.level == "county" else {Role.COUNTY}
    return [
        one
        for one in await people.readers(talk.db, day=day)
        if one.county_id == signed.county_id
        and one.role in wanted
        and one.id not in absent
        and one.id != talk.asker.id
    ]


ACTS: dict[str, Act] = {
    cards.CONFIRM: confirm,
    cards.CHANGE: change,
    cards.ADD: add,
    cards.RETURN: give_back,
    cards.REDO: redo,
    cards.SUPPLEMENT: supplement,
}
