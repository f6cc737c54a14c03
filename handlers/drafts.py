"""One message is enough: a sentence becomes the day's records, shown on one card to look at.

Everything is kept at once and counts, marked 未核对 until its writer has said 正确, or corrected
it. Only what is doubtful is asked, one short question at a time; silence changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from handlers import households, photos, rebounds
from handlers.filing import Desk, Filed, file, village
from handlers.talk import Room, Talk, Topic, hold
from ledger import drafts, issues, kinds, people, placing, progress, records
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Household, Person
from ledger.reading.said import Reading
from ledger.records import Record
from ledger.talks import Said, State
from templates.words import Said as Rendered

FIRST = ("visit", "issue", "progress")  # which record of a message its photos belong to
ALL_TODAY = frozenset({"今天", "全部", "都"})
SHOWN = 8  # records on one card
LATER = "先不选"
NOT_LISTED = "都不是"
SEVERAL = re.compile(r"(?P<id>\d{1,9})(?P<all>等)?")


async def enter(room: Room, asker: Person, said: Said, reading: Reading) -> Reply:
    """New records, unchecked, and their card; doubts are asked on it."""
    desk = Desk(room, asker, said, reading)
    filed = await file(desk)
    await drafts.keep(room.db, asker, said.source, said.text, now=room.now)
    await drafts.leave_unchecked(room.db, filed.ids)
    note = await join_files(room, asker, said.files, await kept_of(room, asker, said.source))
    return await ask_or_show(room, asker, said, filed, note)


async def join_files(
    room: Room, asker: Person, ids: Sequence[int], found: Sequence[Record]
) -> str:
    """Photos of a message belong to its visit, else to its issue, else to what there is."""
    if not found:
        return ""
    order = {kind: place for place, kind in enumerate(FIRST)}
    best = min(found, key=lambda one: order.get(one.kind, len(order)))
    note = await photos.join_with_note(room, asker, ids, best.id)
    kept = [room.words.say("drafts.files", count=len(ids))] if ids else []
    return "\n".join([*kept, note] if note else kept)


async def kept_of(room: Room, asker: Person, source: str) -> list[Record]:
    """The records of one message that stand."""
    found = await records.by_source(room.db, asker, source)
    return [one for one in found if one.state == "kept"]


# the card
async def ask_or_show(
    room: Room, asker: Person, said: Said, filed: Filed, note: str = ""
) -> Reply:
    """The card, with its first doubt as a question where there is one."""
    text = "\n".join([*filed.notes, *([note] if note else [])])
    opening = Said(text, said.source, (), "", said.at)
    return await hold(room, asker, DOUBT, State(DOUBT.name, opening), text)


async def card(
    room: Room, asker: Person, source: str, block: str = "drafts.card", notes: str = ""
) -> Reply:
    """What a message was read as, in the member's own order, with 正确, 改 and 撤销."""
    found = await kept_of(room, asker, source)
    text = await card_text(room, found, block, notes)
    asked, more = await _like_before(room, asker, found)
    text = "\n\n".join([text, asked] if asked else [text])
    return Reply(text, (*await buttons(room, found), *more), kind="card" if found else "text")


async def _like_before(
    room: Room, asker: Person, found: Sequence[Record]
) -> tuple[str, tuple[Option, ...]]:
    """One question at most: whether an issue of this message has been there before."""
    for one in found:
        if one.kind == issues.KIND:
            issue = await issues.of_record(room.db, one.id)
            text, options = await rebounds.offer(room, asker, issue)
            if text:
                return text, options
    return "", ()


async def card_text(room: Room, found: Sequence[Record], block: str, notes: str) -> str:
    """The words of a card."""
    lines = [await line(room, one) for one in found[:SHOWN]]
    unchecked = any(not one.checked for one in found)
    told = [Rendered(one) for one in notes.splitlines()]  # words already, not to be escaped
    return room.words.say(
        block, lines=lines, notes=told, unchecked=unchecked, more=len(found) - len(lines)
    )


async def line(room: Room, record: Record) -> str:
    """One record on a card: dates resolved, 补录 where it is of an earlier day."""
    kind = kinds.KINDS[record.kind]
    made = await kind.read(room.db, record)
    return room.words.say(
        "drafts.line", kind=record.kind, made=made, record=record,
        plain=await kinds.line(room.db, room.words.say, record),
        today=room.now.date(),
    )  # fmt: skip


async def buttons(room: Room, found: Sequence[Record]) -> tuple[Option, ...]:
    """正确 while nobody has looked; 改 and 撤销 always; 申请销号 where it may be done."""
    if not found:
        return ()
    which = f"{found[0].id}等" if len(found) > 1 else str(found[0].id)
    options = [Option("改", f"改 {which}"), Option("撤销", f"撤销 {which}")]
    if any(not one.checked for one in found):
        options.insert(0, Option("正确", f"正确 {which}"))
    return (*options, *await _closing(room, found))


async def _closing(room: Room, found: Sequence[Record]) -> list[Option]:
    """已完成 never closes an issue; the button is one tap away for who thinks it is solved."""
    numbers = []
    for one in found:
        if one.kind == progress.KIND:
            note = await progress.read(room.db, one)
            if note.issue_id and note.issue_id not in numbers:
                numbers.append(note.issue_id)
    return [Option(f"问题{one} 申请销号", f"问题{one} 申请销号") for one in numbers[:2]]


# doubts
async def settle_doubts(talk: Talk) -> Reply:
    """Ask what is doubtful, one question at a time; each answer goes to all records it is about."""
    if taken_up := SEVERAL.fullmatch(talk.rest):
        await _take_up(talk, int(taken_up["id"]))
    found = await kept_of(talk.room, talk.asker, talk.source)
    if not found and not talk.rest:
        raise Refused("drafts.nothing_to_choose")
    first = not talk.state.step
    head = await card_text(talk.room, found, "drafts.card", talk.rest) if first else ""
    for name, meant in (await _names_in_doubt(talk, found)).items():
        await _ask_household(talk, name, meant, head)
    for record in await kept_of(talk.room, talk.asker, talk.source):
        if choices := await _issues_in_doubt(talk, record):
            await _ask_issue(talk, record, choices, head)
    notes = talk.rest if first else ""
    return await card(talk.room, talk.asker, talk.source, "drafts.card", notes)


async def _take_up(talk: Talk, id: int) -> None:
    """「再选 12」: the questions of the message that record was made from, once more."""
    record = await records.access_record(talk.db, talk.asker, id)
    if record.person_id != talk.asker.id:
        raise Refused("records.not_found")
    talk.rest = ""
    talk.state.opening = replace(talk.state.opening, text="", source=record.source)


async def open_doubts(talk: Talk) -> dict[str, int]:
    """What can still be chosen, each with a record of its message: 「王秀英」, a step on no issue."""
    since = talk.now - timedelta(hours=talk.rules.undo_hours)
    recent = await records.recent(talk.db, talk.asker, since=since)
    fresh = [one for one in recent if not one.checked and one.state == "kept"]
    found = {name: of[0].id for name, of in (await _names_in_doubt(talk, fresh)).items()}
    for record in fresh:
        if await _issues_in_doubt(talk, record):
            found.setdefault((await progress.read(talk.db, record)).label, record.id)
    return found


async def _names_in_doubt(talk: Talk, found: Iterable[Record]) -> dict[str, list[Record]]:
    """Names that are on no household yet, each with the records they stand in."""
    doubtful: dict[str, list[Record]] = {}
    for record in found:
        name, id = await placing.household_of(talk.db, record)
        if name and id is None:
            doubtful.setdefault(name, []).append(record)
    return doubtful


async def _ask_household(talk: Talk, name: str, meant: list[Record], head: str) -> None:
    known = await people.households(talk.db, talk.asker)
    fits = await _fits(talk, name, known)
    choices = {one.label: one for one in fits}
    enter = f"新登记 {name}"
    ours = await _by_ledger(talk, name)
    words = [*choices, *([] if len(fits) > 1 and ours else [enter]), LATER]
    block = "drafts.ask_unknown" if enter in words else "drafts.ask_which"
    answer = await talk.ask(
        block, _one_of(words, known), words, name=name, near=fits, head=head
    )
    if answer == LATER:
        return
    if answer == enter:
        id = await people.add_household(talk.db, talk.asker.team_id, name)
        chosen, label = id, name
    else:
        one = next(one for one in known if answer in {one.label, one.name})
        chosen, label = one.id, one.name
        if len(fits) < 2:
            await people.add_alias(talk.db, talk.asker, one.id, name)
    async with talk.db.savepoint():
        for record in meant:
            await placing.place(
                talk.db, record, talk.asker, label, chosen, now=talk.now, rules=talk.rules
            )
    talk.forget()


async def _fits(talk: Talk, name: str, known: list[Household]) -> list[Household]:
    """The households a name can mean by the ledger, else those that look like it."""
    if ids := await _by_ledger(talk, name):
        return [one for one in known if one.id in ids][:6]
    return households.near(name, known)


async def _by_ledger(talk: Talk, name: str) -> set[int]:
    index = await village(talk.room, talk.asker)
    return {fit.id for one in index.mentions(f"走访{name}家") for fit in one.fits}


def _one_of(words: list[str], known: list[Household]) -> Callable[[str], str]:
    labels = {one.label for one in known}
    names = [one.name for one in known]

    def read(text: str) -> str:
        if text in words or text in labels or names.count(text) == 1:
            return text
        raise Misunderstood("talk.choose", choices=words)

    return read


async def _issues_in_doubt(talk: Talk, record: Record) -> dict[str, int]:
    """The open issues of a household, for a step that names none of them."""
    if record.kind != progress.KIND:
        return {}
    note = await progress.read(talk.db, record)
    if note.issue_id is not None or note.household_id is None:
        return {}
    found = await issues.of_household(talk.db, talk.asker, note.household_id)
    return {f"{one.id}号 {one.text}"[:20]: one.id for one in found[:5]}


async def _ask_issue(talk: Talk, record: Record, choices: dict[str, int], head: str) -> None:
    note = await progress.read(talk.db, record)
    words = [*choices, NOT_LISTED]

    def read(text: str) -> str:
        if text not in words:
            raise Misunderstood("talk.choose", choices=words)
        return text

    answer = await talk.ask("drafts.ask_issue", read, words, note=note, head=head)
    if answer in choices:
        await progress.link(talk.db, record, talk.asker, choices[answer], now=talk.now)
        talk.forget()


# 正确
async def confirm(talk: Talk) -> Reply:
    """The writer has looked: the records of that message are no longer 未核对."""
    found = await of_message(talk)
    if not any(one.state == "kept" for one in found):
        raise Refused("records.already_undone")
    done = [one for one in found if await drafts.check(talk.db, talk.asker, one, now=talk.now)]
    if not done:
        raise Refused("drafts.checked_before")
    return talk.reply("drafts.checked", count=len(done))


async def of_message(talk: Talk) -> list[Record]:
    """The records meant by 「正确 12等」: one, or all of its message; without a number the last."""
    if match := SEVERAL.fullmatch(talk.rest):
        record = await records.access_record(talk.db, talk.asker, int(match["id"]))
        if record.person_id != talk.asker.id:
            raise Refused("records.not_found")
        if not match["all"]:
            return [record]
        return await kept_of(talk.room, talk.asker, record.source)
    if talk.rest in ALL_TODAY:
        today = await records.of_day(talk.db, talk.asker, talk.today)
        return [one for one in today if not one.checked]
    since = talk.now - timedelta(hours=talk.rules.undo_hours)
    recent = await records.recent(talk.db, talk.asker, since=since)
    unchecked = [one for one in recent if not one.checked]
    if not unchecked:
        raise Refused("drafts.nothing_to_check")
    return await kept_of(talk.room, talk.asker, unchecked[0].source)


DOUBT = Topic("doubt", ("再选",), settle_doubts, ON_TEAM, exits=False, settles=True)
CONFIRM = Topic("confirm", ("正确", "没错", "核对"), confirm, ON_TEAM)
