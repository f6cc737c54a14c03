"""Corrections (更正): edit the message, 改 a field, 撤销 within 24 hours, 恢复 what was struck."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from handlers import drafts as cards
from handlers import households, rereading
from handlers import issues as issue_talk
from handlers import study as study_talk
from handlers import visits as visit_talk
from handlers.drafts import SEVERAL, of_message
from handlers.study import past_day
from handlers.talk import Room, Talk, Topic, labelled, normal, one_of, plain
from ledger import (
    drafts,
    files,
    issues,
    kinds,
    people,
    placing,
    presence,
    progress,
    promises,
    records,
    study,
    visits,
)
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person
from ledger.records import Record
from ledger.talks import Said
from ledger.times import read_day
from templates.words import unmarked

OPENING = {"study": "学习", "visit": "走访", "issue": "问题"}
NO_DAY = "不定"
OFFERED = 5  # records shown as buttons
CHOICES = {
    "时长": ("30 分钟", "60 分钟", "90 分钟", study_talk.NO_MINUTES),
    "方式": study_talk.OFFERED_WAYS,
    "日期": ("今天", "昨天"),
    "期限": tuple(issue_talk.TIERS),
    "类别": issue_talk.CATEGORIES,
    "哪天前": (NO_DAY,),
}


# by editing the message
async def edited(room: Room, asker: Person, said: Said) -> Reply:
    """The same message in other words: a new version of its record, never a second one."""
    if await drafts.text_of(room.db, said.source) is not None:
        return await rereading.edited(room, asker, said)
    found = await records.by_source(room.db, asker, said.source)
    if not found:
        raise Refused("corrections.not_a_record")
    if len(found) > 1:
        raise Refused("corrections.several")
    record = found[0]
    if record.state != "kept":
        raise Refused("records.already_undone")
    _check_young(room, asker, record)
    before = await _lines(room, record)
    if not await _rewrite(room, asker, record, said.text) and not said.files:
        return Reply(room.words.say("corrections.same", line=before[0]))
    await files.join(room.db, list(said.files), record.id, person=asker.id)
    return await _changed(room, record, before)


def _check_young(room: Room, asker: Person, record: Record) -> None:
    if not records.may_undo(record, asker, now=room.now, rules=room.rules):
        raise Refused("corrections.too_late", hours=room.rules.undo_hours)


async def _rewrite(room: Room, asker: Person, record: Record, text: str) -> bool:
    """Read the new words as the old kind; False when nothing has changed."""
    if record.kind == progress.KIND:
        note = await progress.read(room.db, record)
        words = issue_talk.amended_note(note, normal(text).removeprefix("/"))
        if note.text == words:
            return False
        await progress.revise(room.db, record, asker, words, now=room.now)
        return True
    old, new = await _amended(room, asker, record, text)
    if old == new:
        return False
    await _revise(room, asker, record, new)
    return True


async def _amended(room: Room, asker: Person, record: Record, text: str) -> tuple[Any, Any]:
    today = room.now.date()
    if record.kind == study.KIND:
        old_study = await study.read(room.db, record)
        rest = _without_word(study_talk.STUDY, text)
        return old_study, study_talk.amended(old_study, rest, today=today)
    known = await people.households(room.db, asker)
    if record.kind == visits.KIND:
        old_visit = await visits.read(room.db, record)
        rest = _without_word(visit_talk.VISIT, text)
        return old_visit, visit_talk.amended(old_visit, rest, known, today=today)
    old = await issues.read(room.db, record)
    rest = _without_word(issue_talk.ISSUES, text)
    return old, issue_talk.amended(old, rest, known, today=today, rules=room.rules)


def _without_word(topic: Topic, text: str) -> str:
    """The line without its opening word; one that begins otherwise is another kind of record."""
    rest = topic.rest_of(normal(text).removeprefix("/"), strict=False)
    if rest is None:
        raise Refused("corrections.other_kind", word=OPENING[topic.name])
    return rest


async def _revise(room: Room, asker: Person, record: Record, new: Any) -> None:
    revise = {study.KIND: study.revise, visits.KIND: visits.revise, issues.KIND: issues.revise,
              promises.KIND: promises.revise, presence.KIND: presence.revise}  # fmt: skip
    await revise[record.kind](room.db, record, asker, new, now=room.now, rules=room.rules)  # type: ignore[operator]


async def _changed(room: Room, record: Record, before: tuple[str, str]) -> Reply:
    old, new = _differing(before, await _lines(room, record))
    text = room.words.say("corrections.changed", before=old, after=new)
    return Reply(text, (Option("撤销", f"撤销 {record.id}"),), kind="card")


# 改
async def change(talk: Talk) -> Reply:
    """Choose a record, choose a field, give the new value."""
    record = await _pick(talk, "corrections.ask_record")
    if record.state != "kept":
        raise Refused("records.already_undone")
    _check_young(talk.room, talk.asker, record)
    before, names = await _lines(talk.room, record), await _names(talk, record)
    field, *more = kinds.KINDS[record.kind].fields
    if more:
        fields = {one: one for one in (field, *more)}
        field = await talk.ask("corrections.ask_field", one_of(fields), fields, line=before[0])
    new = await _ask_value(talk, record, field)
    if record.kind == progress.KIND:
        await progress.revise(talk.db, record, talk.asker, new, now=talk.now)
    else:
        await _revise(talk.room, talk.asker, record, new)
    changed = await _fresh(talk, record)
    told = _differing(before, await _lines(talk.room, changed))
    await _learn(talk, record, *told, names)
    await drafts.check(talk.db, talk.asker, changed, now=talk.now)
    return await _changed(talk.room, changed, before)


async def _lines(room: Room, record: Record) -> tuple[str, str]:
    """A record in a line as in a list, and as on its card, with all that may be corrected."""
    return await kinds.line(room.db, room.words.say, record), await cards.line(room, record)


def _differing(before: tuple[str, str], after: tuple[str, str]) -> tuple[str, str]:
    """Both short, unless only the long ones show what has been corrected."""
    return (before[0], after[0]) if before[0] != after[0] else (before[1], after[1])


async def _names(talk: Talk, record: Record) -> list[str]:
    """All that people here call the households and one another: none of it is learnt."""
    known = await people.households(talk.db, talk.asker)
    aliases = [alias for one in known for alias in one.aliases.split("、")]
    same = await records.by_source(talk.db, talk.asker, record.source)
    said = [(await placing.household_of(talk.db, one))[0] for one in same]
    return [record.person, *(one.name for one in known), *aliases, *said]


async def _learn(talk: Talk, record: Record, before: str, after: str, names: list[str]) -> None:
    """A draft read otherwise than meant is kept, its households unnamed, for `zhucun phrases`."""
    said = await drafts.text_of(talk.db, record.source)
    if record.checked or said is None or before == after:
        return
    read_as, meant = unmarked(before), unmarked(after)
    await drafts.note_misreading(talk.db, said, read_as, meant, names=names, now=talk.now)


async def _ask_value(talk: Talk, record: Record, field: str) -> Any:
    read = await _reader(talk, record, field)
    options = CHOICES.get(field, ())
    return await talk.ask("corrections.ask_value", read, options, field=field)


async def _reader(talk: Talk, record: Record, field: str) -> Any:
    """How the new value of that field is read: into the whole new facts."""
    today = talk.today
    if record.kind in {promises.KIND, presence.KIND}:
        return await _spoken_reader(talk, record, field)
    if record.kind == study.KIND:
        old_study = await study.read(talk.db, record)
        return lambda said: study_talk.changed(old_study, field, said, today=today)
    if record.kind == progress.KIND:
        return plain
    known = await people.households(talk.db, talk.asker)
    if record.kind == visits.KIND:
        old_visit = await visits.read(talk.db, record)
        return lambda said: visit_talk.changed(old_visit, field, said, known, today=today)
    old = await issues.read(talk.db, record)
    return lambda said: issue_talk.changed(
        old, field, said, known, today=today, rules=talk.rules
    )


async def _spoken_reader(talk: Talk, record: Record, field: str) -> Any:
    """The same for what only sentences make: promises and presence."""
    if record.kind == presence.KIND:
        there = await presence.read(talk.db, record)
        return lambda said: replace(there, day=past_day(said, talk.today), until=None)
    promise = await promises.read(talk.db, record)
    known = await people.households(talk.db, talk.asker)
    return lambda said: _promise_changed(promise, field, said, known, talk.today)


def _promise_changed(
    old: promises.Promise, field: str, value: str, known: list[people.Household], today: date
) -> promises.Promise:
    if field == "哪天前":
        return replace(old, by=None if value == NO_DAY else _coming_day(value, today))
    if field == "户":
        meant = households.named(value, known)
        return replace(old, household=meant.name, household_id=meant.id)
    return replace(old, text=plain(value))


def _coming_day(value: str, today: date) -> date:
    day = read_day(value, today=today, looks="ahead")
    if day is None or day < today:
        raise Misunderstood("promises.not_day", said=value)
    return day


async def _fresh(talk: Talk, record: Record) -> Record:
    return await records.access_record(talk.db, talk.asker, record.id)


async def _pick(talk: Talk, question: str, *, obvious: bool = False) -> Record:
    """The record named by number, or chosen among the latest or those of one message."""
    named = SEVERAL.fullmatch(talk.rest)
    if named and not named["all"]:
        return await records.access_record(talk.db, talk.asker, int(named["id"]))
    if named:
        recent = await of_message(talk)
    else:
        since = talk.now - timedelta(hours=talk.rules.undo_hours)
        recent = await records.recent(talk.db, talk.asker, since=since)
    found = [one for one in recent if await kinds.changeable(talk.db, one)]
    found = found if named else found[:OFFERED]
    if not found:
        raise Refused("corrections.nothing", hours=talk.rules.undo_hours)
    if len(found) == 1 and obvious and not talk.rest:
        return found[0]
    lines = labelled([(await kinds.line(talk.db, talk.say, one), one) for one in found])
    return await talk.ask(question, one_of(lines), lines)


# 撤销, 恢复
async def undo(talk: Talk) -> Reply:
    """Strike out a record, or all of one message (撤销 12等), as its card offers."""
    if (named := SEVERAL.fullmatch(talk.rest)) and named["all"]:
        return await _undo_message(talk, named["id"])
    record = await _pick(talk, "corrections.ask_undo", obvious=True)
    line = await _strike(talk, record)
    return talk.reply("corrections.undone", (Option("恢复", f"恢复 {record.id}"),), line=line)


async def _undo_message(talk: Talk, first: str) -> Reply:
    found = await of_message(talk)
    if not found:
        raise Refused("records.already_undone")
    lines = [await _strike(talk, one) for one in found]
    options = (Option("恢复", f"恢复 {first}等"),)
    return talk.reply("corrections.undone_all", options, lines=lines)


async def _strike(talk: Talk, record: Record) -> str:
    line = await kinds.line(talk.db, talk.say, record)
    await kinds.undo(talk.db, talk.asker, record, now=talk.now, rules=talk.rules)
    names = await _names(talk, record)
    await _learn(talk, record, line, talk.say("corrections.struck"), names)
    return line


async def redo(talk: Talk) -> Reply:
    """Put back what was struck out: by number, with all of its message, or the last one."""
    if (named := SEVERAL.fullmatch(talk.rest)) and named["all"]:
        return await _redo_message(talk, int(named["id"]))
    if number := re.fullmatch(r"(\d{1,9})", talk.rest):
        record = await records.access_record(talk.db, talk.asker, int(number[1]))
    else:
        last = await records.last_undone(talk.db, talk.asker)
        if last is None:
            raise Refused("corrections.nothing_undone")
        record = last
    await kinds.redo(talk.db, talk.asker, record, now=talk.now, rules=talk.rules)
    line = await kinds.line(talk.db, talk.say, record)
    return talk.reply("corrections.redone", (Option("撤销", f"撤销 {record.id}"),), line=line)


async def _redo_message(talk: Talk, first: int) -> Reply:
    record = await records.access_record(talk.db, talk.asker, first)
    struck = await records.by_source(talk.db, talk.asker, record.source)
    lines = []
    for one in struck:
        if one.state == "undone":
            await kinds.redo(talk.db, talk.asker, one, now=talk.now, rules=talk.rules)
            lines.append(await kinds.line(talk.db, talk.say, one))
    if not lines:
        raise Refused("records.already_kept")
    options = (Option("撤销", f"撤销 {first}等"),)
    return talk.reply("corrections.redone_all", options, lines=lines)


UNDO = Topic("undo", ("撤销", "撤消", "撤回", "undo"), undo, ON_TEAM)
REDO = Topic("redo", ("恢复", "redo"), redo, ON_TEAM)
CHANGE = Topic("change", ("更正", "修改", "改", "change"), change, ON_TEAM)
