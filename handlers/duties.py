"""职责, 办完: what is owed in which period, and one line when something has been done.

「职责」 shows the asker's own; 「办完 例会」「办完 推进会 清水镇 11月20日」 settles what no record
settles; 「办完 撤销」 takes the last one back.
"""

from datetime import date

from handlers.forms import words
from handlers.talk import Talk, Topic
from ledger import duties, owed, people
from ledger.duties import Duty, Per
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import scope_of
from ledger.times import find_day

UNDO = "撤销"


async def show(talk: Talk) -> Reply:
    """Everything the table asks of the asker, and how it stands."""
    found = await owed.all_of(talk.db, talk.asker, talk.today, talk.rules)
    options = [
        Option(f"办完 {one.duty.name}", f"办完 {one.duty.name}")
        for one in found
        if one.duty.told and not one.settled and one.duty.per is Per.SELF
    ]
    return talk.reply("duties.card", options[:4], found=found)


async def tell_done(talk: Talk) -> Reply:
    """Enter that something has been done; asked for what is missing."""
    if talk.rest == UNDO:
        key = await owed.take_back(talk.db, talk.asker, now=talk.now)
        return talk.reply("duties.taken_back", duty=duties.BY_KEY[key])
    names = owed.told_names(talk.asker.role)
    if not names:
        raise Refused("duties.none_to_tell")
    said = talk.rest or await talk.ask("duties.ask_which", words, names)
    duty = duties.named(said)
    if duty is None:
        raise Misunderstood("duties.unknown", said=said[:40], known=names)
    place = await _place(talk, duty, said)
    day = _day(talk, said.removeprefix(duty.name).replace(place, " ", 1))
    made = await owed.tell(
        talk.db,
        talk.asker,
        said,
        day,
        place=place,
        source=talk.source,
        now=talk.now,
        rules=talk.rules,
    )
    undo = (Option("撤销", f"办完 {UNDO}"),)
    return talk.reply("duties.told", undo, standing=made, day=day, place=place)


async def _place(talk: Talk, duty: Duty, said: str) -> str:
    """The township or village it was for, where it is owed for each of them."""
    if duty.per is Per.SELF:
        return ""
    scope = scope_of(talk.asker)
    if duty.per is Per.TOWNSHIP:
        known = list(await people.townships(talk.db, scope.county))
    else:
        known = [one.village for one in await people.teams(talk.db, scope)]
    found = [one for one in known if one in said]
    if found:
        return max(found, key=len)

    def read(text: str) -> str:
        if words(text) not in known:
            raise Misunderstood("duties.no_such_place", said=text[:40])
        return text

    return await talk.ask("duties.ask_place", read, known[:8], duty=duty)


def _day(talk: Talk, words: str) -> date:
    """The day named, today when none is; never one to come."""
    for start in range(len(words)):
        found = find_day(words[start:], today=talk.today, looks="back")
        if found and words[start:].startswith(found.phrase):
            if found.day > talk.today:
                raise Refused("duties.future", day=found.day)
            return found.day
    return talk.today


SHOW = Topic("duties", ("职责", "我的职责"), show, form="bare", aside=True)
DONE = Topic("duty_done", ("办完",), tell_done)
