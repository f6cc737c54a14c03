"""What becomes of a message's records when its words change: revised, entered, brought back, or left.

Each wanted record finds its old one by its household; photos, place and what has been settled
by an answer stay with it. History is kept: every change is a new version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from handlers.drafts import line
from handlers.filing import Desk, file, found_of, promise_of, study_of, visits_of
from handlers.talk import Room
from ledger import (
    drafts,
    issues,
    kinds,
    placing,
    presence,
    progress,
    promises,
    records,
    study,
    visits,
)
from ledger.reading.said import (
    IssueSaid,
    PresenceSaid,
    ProgressSaid,
    PromiseSaid,
    Report,
    ReturnSaid,
    StudySaid,
    VisitSaid,
)
from ledger.records import Record
from ledger.time_phrases import find_times


@dataclass(frozen=True)
class Wanted:
    """One record as the new words want it: its kind, its facts, the report it comes from."""

    kind: str
    facts: Any
    report: Report


@dataclass(frozen=True)
class Change:
    """A record before and after."""

    before: str
    after: str


@dataclass
class Outcome:
    """What has become of the old records, and what there is to say beside them."""

    changes: list[Change] = field(default_factory=list)
    added: list[Record] = field(default_factory=list)
    gone: list[Record] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# what becomes of the records
async def apply(desk: Desk, found: Sequence[Record], *, retracts: bool) -> Outcome:
    """Bring a message's records in line with its words; `retracts`: they say no more than what was wrong."""
    outcome, new = Outcome(), []
    left = sorted(found, key=lambda one: (one.state != "kept", one.id))
    stands = any(one.state == "kept" for one in found)
    for wanted, record in await _paired(desk.room, left, wanted_of(desk), stands=stands):
        if record is None:
            new.append(wanted.report)
            continue
        facts = await _completed(desk, record, wanted, retracts=retracts)
        await _amend(desk, record, replace(wanted, facts=facts), outcome, stands=stands)
    await add(desk, new, outcome)
    back = any(isinstance(one, ReturnSaid) for one in desk.reading.reports)
    outcome.gone = [
        one for one in left
        if one.state == "kept" and not (back and one.kind == presence.KIND)
    ]  # fmt: skip
    return outcome


async def _paired(
    room: Room, left: list[Record], wanted: Sequence[Wanted], *, stands: bool
) -> list[tuple[Wanted, Record | None]]:
    """Each wanted record with its old one, taken out of `left`: the same household goes first.

    Then the next of its kind; a struck one is taken for another only when none stands.
    """
    pairs: dict[int, Record] = {}
    for exact in (True, False):
        for number, one in enumerate(wanted):
            fits = [
                old for old in left
                if old.kind == one.kind and number not in pairs
                and (await _is_about(room, old, one) if exact else _may_turn(old, one, stands))
            ]  # fmt: skip
            if fits:
                pairs[number] = fits[0]
                left.remove(fits[0])
    return [(one, pairs.get(number)) for number, one in enumerate(wanted)]


def _may_turn(record: Record, wanted: Wanted, stands: bool) -> bool:
    """Whether it may become what is wanted: a step stays on its issue and its household."""
    if isinstance(wanted.report, ProgressSaid) and (
        wanted.report.issue_no is not None or wanted.report.household is not None
    ):
        return False
    return record.state == "kept" or not stands


async def _is_about(room: Room, record: Record, wanted: Wanted) -> bool:
    """Whether old and new speak of the same household (or issue), or both of none."""
    if not isinstance(wanted.report, ProgressSaid):
        household, _ = await placing.household_of(room.db, record)
        return household == getattr(wanted.facts, "household", "")
    note = await progress.read(room.db, record)
    if wanted.report.issue_no is not None:
        return note.issue_id == wanted.report.issue_no
    household = note.household
    if note.issue_id is not None:
        household = (await issues.any_issue(room.db, note.issue_id)).household
    return wanted.report.household is not None and wanted.report.household.name == household


async def _amend(
    desk: Desk, record: Record, wanted: Wanted, outcome: Outcome, *, stands: bool
) -> None:
    """Write the new facts; what its writer has struck comes back only when he says it anew."""
    room = desk.room
    struck = record.state != "kept"
    if struck:
        if stands and await _facts(room, record) == wanted.facts:
            return
        await kinds.redo(room.db, desk.asker, record, now=room.now, rules=room.rules)
        record = await records.access_record(room.db, desk.asker, record.id)
    before = await line(room, record)
    changed = await _revise(desk, record, wanted)
    fresh = await records.access_record(room.db, desk.asker, record.id)
    if struck:
        outcome.added.append(fresh)
    elif changed:
        outcome.changes.append(Change(before, await line(room, fresh)))


async def add(desk: Desk, reports: Sequence[Report], outcome: Outcome) -> None:
    """What the new words say for the first time."""
    reading = replace(desk.reading, reports=tuple(dict.fromkeys(reports)))
    filed = await file(Desk(desk.room, desk.asker, desk.said, reading))
    await drafts.leave_unchecked(desk.room.db, filed.ids)
    outcome.notes += filed.notes
    for id in filed.ids:
        outcome.added.append(await records.access_record(desk.room.db, desk.asker, id))


# what the words leave out
async def _completed(desk: Desk, record: Record, wanted: Wanted, *, retracts: bool) -> Any:
    """The wanted facts with what the words cannot know; a retraction leaves out still more."""
    facts, old = wanted.facts, await _facts(desk.room, record)
    if isinstance(facts, visits.Visit):
        facts = replace(facts, place=old.place)
    if getattr(facts, "household", "") and facts.household == old.household:
        facts = replace(facts, household_id=facts.household_id or old.household_id)
    if not retracts:
        return facts
    if hasattr(facts, "day") and not _names_day(desk.said.text):
        facts = replace(facts, day=old.day)
    return _filled(facts, old, wanted.report)


def _names_day(text: str) -> bool:
    """Whether the words name a day: 刚才 is when he misspoke, not when it was."""
    named = (phrase.text for phrase in find_times(text) if phrase.names_day)
    return any(not one.startswith("刚") for one in named)


def _filled(facts: Any, old: Any, report: Report) -> Any:
    """A word of retraction names what was wrong; what it leaves out stays as it was."""
    if isinstance(facts, study.Study):
        minutes = old.minutes if facts.minutes is None else facts.minutes
        return replace(facts, topic=facts.topic or old.topic, minutes=minutes)
    if isinstance(facts, visits.Visit):
        if not facts.household:
            return replace(old, day=facts.day)
        return replace(facts, found=facts.found or old.found)
    if isinstance(report, IssueSaid) and report.deadline is None and not report.at_once:
        return replace(facts, due=old.due, tier=old.tier)
    if isinstance(facts, promises.Promise):
        return replace(facts, by=facts.by or old.by)
    return facts


def wanted_of(desk: Desk) -> list[Wanted]:
    """The records a reading makes, as facts; leave and return are no records."""
    found: list[Wanted] = []
    for one in desk.reading.reports:
        match one:
            case StudySaid():
                found.append(Wanted(study.KIND, study_of(one), one))
            case VisitSaid():
                found += [Wanted(visits.KIND, visits_of(each)[0], each) for each in _each(one)]
            case IssueSaid():
                found.append(Wanted(issues.KIND, found_of(desk, one), one))
            case PromiseSaid():
                found.append(Wanted(promises.KIND, promise_of(desk, one), one))
            case PresenceSaid():
                made = presence.Presence(one.day, one.text, one.until)
                found.append(Wanted(presence.KIND, made, one))
            case ProgressSaid():
                found.append(Wanted(progress.KIND, one.text, one))
    return found


def _each(said: VisitSaid) -> list[VisitSaid]:
    """A visit to several households as one to each: only what is new is entered anew."""
    told = said.told or ("",) * len(said.households)
    return [
        replace(said, households=(who,), told=(words,))
        for who, words in zip(said.households, told, strict=True)
    ] or [said]


async def _facts(room: Room, record: Record) -> Any:
    if record.kind == progress.KIND:
        return (await progress.read(room.db, record)).text
    return await REVISED[record.kind][0](room.db, record)


async def _revise(desk: Desk, record: Record, wanted: Wanted) -> bool:
    """Write the new facts; False when they are the old ones."""
    room, asker = desk.room, desk.asker
    if await _facts(room, record) == wanted.facts:
        return False
    if record.kind == progress.KIND:
        await progress.revise(room.db, record, asker, wanted.facts, now=room.now)
    else:
        await REVISED[record.kind][1](
            room.db, record, asker, wanted.facts, now=room.now, rules=room.rules
        )
    await drafts.leave_unchecked(room.db, [record.id])
    return True


REVISED: dict[str, tuple[Any, Any]] = {
    study.KIND: (study.read, study.revise),
    visits.KIND: (visits.read, visits.revise),
    issues.KIND: (issues.read, issues.revise),
    promises.KIND: (promises.read, promises.revise),
    presence.KIND: (presence.read, presence.revise),
}
