"""走访: 「走访 张大山 屋顶漏雨」 with photos in one message, or asked step by step."""

import re
from dataclasses import replace
from datetime import date

from handlers import households, photos
from handlers.study import after_saving
from handlers.talk import Talk, Topic, plain
from ledger import people, visits
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Household
from ledger.times import find_day
from ledger.visits import Visit

DONE = "完成"


async def report_visit(talk: Talk) -> Reply:
    """Record a visit; asks only for what the line has not said."""
    known = await people.households(talk.db, talk.asker)
    found_day = find_day(talk.rest, today=talk.today, looks="back")
    day, text = (found_day.day, found_day.rest) if found_day else (talk.today, talk.rest)
    together, found = households.leading(re.sub(r"^[了到]\s*", "", text), known)
    if len(together) > 1 and found:
        return await _save_several(talk, day, together, found)
    id: int | None
    if together:
        id, name = together[0].id, together[0].name
    elif text:
        id, name, found = await _unknown(talk, text, known)
    else:
        id, name = await households.ask(talk, "visits.ask_household", known)
    if not found:
        found = await talk.ask("visits.ask_found", plain, ("一切正常",), household=name)
        found = "；".join([found, *await talk.ask_more("visits.ask_more", DONE)])
    made = Visit(day, name, found, id, talk.place)
    return await _save(talk, made)


async def _unknown(
    talk: Talk, text: str, known: list[Household]
) -> tuple[int | None, str, str]:
    """The line names a household we do not know: its first word is taken for the name."""
    name, *found = re.split(r"[ ，,]", text, maxsplit=1)
    if len(name) > households.LONGEST_NAME:
        id, name = await households.ask(talk, "visits.ask_household", known)
        return id, name, text
    id, name = await households.settle(talk, name.removesuffix("家"), known)
    return id, name, found[0].strip() if found else ""


async def _save(talk: Talk, made: Visit) -> Reply:
    id = await visits.record(
        talk.db, talk.asker, made, source=talk.source, now=talk.now, rules=talk.rules
    )
    note = await photos.join_with_note(talk.room, talk.asker, talk.files, id)
    options = (Option("转为问题", f"转为问题 {id}"), *after_saving(id))
    reply = talk.reply(
        "visits.saved", options, made=made, today=talk.today, files=len(talk.files)
    )
    return photos.with_note(reply, note)


async def _save_several(talk: Talk, day: date, together: list[Household], found: str) -> Reply:
    """One line about several households: a visit each, the photos with the first."""
    ids = []
    for one in together:
        made = Visit(day, one.name, found, one.id, talk.place)
        ids.append(
            await visits.record(
                talk.db, talk.asker, made, source=talk.source, now=talk.now, rules=talk.rules
            )
        )
    note = await photos.join_with_note(talk.room, talk.asker, talk.files, ids[0])
    which = f"{ids[0]}等"
    reply = talk.reply(
        "visits.saved_several", (Option("改", f"改 {which}"), Option("撤销", f"撤销 {which}")),
        together=together, found=found, day=day, today=talk.today, files=len(talk.files),
    )  # fmt: skip
    return photos.with_note(reply, note)


def amended(old: Visit, text: str, known: list[Household], *, today: date) -> Visit:
    """The facts of an edited message; the household stays when the text begins with no other."""
    found_day = find_day(text, today=today, looks="back")
    day, text = (found_day.day, found_day.rest) if found_day else (old.day, text)
    household, found = households.starts_with(text, known)
    if household is None and text.startswith(old.household):
        found = text.removeprefix(old.household).strip(" ，,")
    elif household is None:
        raise Refused("corrections.household_unknown", said=text[:20])
    if not found:
        raise Refused("corrections.incomplete")
    if household is None:
        return replace(old, day=day, found=found)
    return replace(
        old, day=day, found=found, household=household.name, household_id=household.id
    )


def changed(
    old: Visit, field: str, value: str, known: list[Household], *, today: date
) -> Visit:
    """One field corrected (改)."""
    if field == "日期":
        found = find_day(value, today=today, looks="back")
        if found is None or found.rest:
            raise Misunderstood("days.not_a_day", said=value)
        return replace(old, day=found.day)
    if field == "户":
        meant = households.named(value, known)
        return replace(old, household=meant.name, household_id=meant.id)
    return replace(old, found=plain(value))


VISIT = Topic(
    "visit", ("走访登记", "入户走访", "走访", "入户", "visit"), report_visit, ON_TEAM, "loose"
)
