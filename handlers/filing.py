"""Filing: what a sentence was read as goes into the ledger, each thing by its own noun's rules.

What a rule refuses is named on the card and left out; the rest of the message stands.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from handlers import leave as leave_talk
from handlers.days import contradicted
from handlers.leave_cover import offered
from handlers.talk import Room
from ledger import (
    issue_steps,
    issues,
    leave,
    people,
    presence,
    progress,
    promises,
    study,
    visits,
)
from ledger.clock import moment
from ledger.errors import Misunderstood, Refused
from ledger.issues import Found, Tier, due_of, tier_of
from ledger.leave import Request
from ledger.mentions import Known, Village
from ledger.people import Household, Person
from ledger.reading.category import category_of
from ledger.reading.lexicon import Lexicon
from ledger.reading.reader import read
from ledger.reading.said import (
    IssueSaid,
    LeaveSaid,
    PresenceSaid,
    ProgressSaid,
    PromiseSaid,
    Reading,
    Report,
    ReturnSaid,
    StudySaid,
    VisitSaid,
    Who,
)
from ledger.talks import Said

OTHER = "其他"  # the category that no word tells


@dataclass
class Filed:
    """What has become of a message: records by id, lines for the rest."""

    ids: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """What filing one message needs."""

    room: Room
    asker: Person
    said: Said
    reading: Reading

    @property
    def today(self) -> date:
        """The day the message was sent; an edit does not change it."""
        return moment(self.said.at).date() if self.said.at else self.room.now.date()

    @property
    def common(self) -> dict[str, Any]:
        """What every noun wants to know."""
        return {"source": self.said.source, "now": self.room.now, "rules": self.room.rules}


# reading
RETRACTS = re.compile(
    r"(?:^(?:哦|啊|哎|呀)?(?:不对|口误)|"
    r"(?:刚才|刚刚|刚|上面|前面|上一?条|那条)?我?(?:说|打|写|记|报|发|讲|弄|搞|选|点)(?:错|反|岔)了?"
    r"(?:户|人|名字?)?了?)[啊呀哈]?[，,。！!、；;： ]*"
)  # the retraction's own words: they are about a record and never of it


@lru_cache(maxsize=256)
def village_of(known: tuple[Known, ...]) -> Village:
    """The index of a team's households; the same list is indexed once."""
    return Village(known)


def known_of(household: Household) -> Known:
    """A household as the reader wants it."""
    aliases = tuple(one for one in household.aliases.split("、") if one)
    return Known(household.id, household.name, household.group_name, household.kind, aliases)


async def village(room: Room, asker: Person) -> Village:
    """The asker's own households, ready to be found in a text."""
    households = await people.households(room.db, asker)
    return village_of(tuple(sorted(map(known_of, households), key=lambda one: one.id)))


async def read_message(
    room: Room, asker: Person, text: str, *, day: date | None = None
) -> Reading:
    """What a member's words say, by his own team's ledger; `day`: when he said them, if not now."""
    known = await village(room, asker)
    return _read(text, day or room.now.date(), known, room.lexicon)


@lru_cache(maxsize=64)
def _read(text: str, base: date, known: Village, lexicon: Lexicon) -> Reading:
    """One message is asked about from several sides; it is read once."""
    reading = read(text, base=base, village=known, lexicon=lexicon)
    return replace(reading, reports=tuple(map(_without_retraction, reading.reports)))


def _without_retraction(report: Report) -> Report:
    words = RETRACTS.sub("", report.text, count=1).strip(" ，,")
    if words == report.text or not words or not RETRACTS.match(report.text):
        return report
    return replace(report, text=words)


# filing
async def file(desk: Desk) -> Filed:
    """Enter everything that was read, in the member's own order."""
    filed = Filed()
    for report in desk.reading.reports:
        await _file_one(desk, report, filed)
    return filed


async def _file_one(desk: Desk, report: Report, filed: Filed) -> None:
    try:
        async with desk.room.db.savepoint():
            await FILERS[type(report)](desk, report, filed)
    except (Refused, Misunderstood) as why:
        words = desk.room.words.say(why.block, **why.facts)
        line = desk.room.words.say("drafts.refused", said=report.text, why=words)
        filed.notes.append(line)


async def _study(desk: Desk, said: StudySaid, filed: Filed) -> None:
    filed.ids.append(
        await study.record(desk.room.db, desk.asker, study_of(said), **desk.common)
    )


def study_of(said: StudySaid) -> study.Study:
    """A study as read."""
    return study.Study(said.day, said.topic or "", said.minutes, said.exchange)


async def _visit(desk: Desk, said: VisitSaid, filed: Filed) -> None:
    for made in visits_of(said, desk.said.place):
        filed.ids.append(await visits.record(desk.room.db, desk.asker, made, **desk.common))


def visits_of(said: VisitSaid, place: str = "") -> list[visits.Visit]:
    """A visit for each household; without any, one with the member's own words."""
    if not said.households:
        return [visits.Visit(said.day, "", said.text, None, place)]
    told = said.told or ("",) * len(said.households)
    return [
        visits.Visit(said.day, who.name, words, id_of(who), place)
        for who, words in zip(said.households, told, strict=True)
    ]


async def _issue(desk: Desk, said: IssueSaid, filed: Filed) -> None:
    found = found_of(desk, said)
    id = await issues.report(desk.room.db, desk.asker, found, **desk.common)
    issue = await issues.access_issue(desk.room.db, desk.asker, id)
    filed.ids.append(issue.record_id)


def found_of(desk: Desk, said: IssueSaid) -> Found:
    """An issue as read: its own deadline, else that of its tier."""
    day = _day_of(desk.reading, said.household) or desk.today
    tier = Tier.AT_ONCE if said.at_once else Tier.GENERAL
    due = said.deadline or due_of(tier, desk.today, desk.room.rules)
    if said.deadline and not said.at_once:
        tier = tier_of(said.deadline, desk.today, desk.room.rules)
    name = said.household.name if said.household else ""
    return Found(day, said.text, tier, due, name, id_of(said.household), said.category)


def _day_of(reading: Reading, household: Who | None) -> date | None:
    """The day of the visit on which it was found."""
    for one in reading.reports:
        if isinstance(one, VisitSaid) and (household is None or household in one.households):
            return one.day
    return None


async def _progress(desk: Desk, said: ProgressSaid, filed: Filed) -> None:
    issue = await _issue_meant(desk, said)
    day = _day_of(desk.reading, said.household) or desk.today
    if issue is None:
        name = said.household.name if said.household else ""
        id = await progress.tell(
            desk.room.db, desk.asker, said.text, day=day, source=desk.said.source,
            now=desk.room.now, household=name, household_id=id_of(said.household),
        )  # fmt: skip
    else:
        id = await issue_steps.note(
            desk.room.db, desk.asker, issue, said.text, source=desk.said.source,
            now=desk.room.now,
        )  # fmt: skip
    filed.ids.append(id)


async def _issue_meant(desk: Desk, said: ProgressSaid) -> issues.Issue | None:
    """By its number, else the only open one of the household; never a guess among several."""
    if said.issue_no is not None:
        return await issues.access_issue(desk.room.db, desk.asker, said.issue_no)
    household = id_of(said.household)
    if household is None:
        return None
    found = await issues.of_household(desk.room.db, desk.asker, household)
    about = category_of(said.text, desk.room.lexicon)
    alike = [one for one in found if not _of_another_kind(one.category, about)]
    return alike[0] if len(alike) == 1 else None


def _of_another_kind(category: str, about: str) -> bool:
    """低保 is no step of a broken tap; 其他 may be anything."""
    return bool(category) and OTHER not in {category, about} and category != about


async def _leave(desk: Desk, said: LeaveSaid, filed: Filed) -> None:
    room, asker = desk.room, desk.asker
    leave_talk.check_named(desk.said.text, desk.today)
    asked, told = await leave_talk.submit(
        room, asker, request_of(said), source=desk.said.source
    )
    filed.notes.append(await leave_talk.told_asker(room, asked, told, said.text))
    line, _ = await offered(room, asker, asked)
    if line:
        filed.notes.append(line)


def request_of(said: LeaveSaid) -> Request:
    """A leave as read; of an illness the superior reads no more than that it is one (health data)."""
    kind = leave.kind_named(said.text, said.kind)
    return Request(said.first, said.last, kind if kind == "病假" else said.text, kind)


async def _return(desk: Desk, said: ReturnSaid, filed: Filed) -> None:
    """销假 ends the leave that runs; without one it says that the member is here."""
    try:
        ended = await leave.report_back(
            desk.room.db, desk.asker, now=desk.room.now, day=said.day
        )
    except Refused:
        made = presence.Presence(said.day, said.text)
        filed.ids.append(await presence.record(desk.room.db, desk.asker, made, **desk.common))
        return
    filed.notes.append(desk.room.words.say("leave.back", leave=ended, today=desk.today))


async def _presence(desk: Desk, said: PresenceSaid, filed: Filed) -> None:
    made = presence.Presence(said.day, said.text, said.until)
    filed.ids.append(await presence.record(desk.room.db, desk.asker, made, **desk.common))
    note = await contradicted(
        desk.room, desk.asker, said.day, said.until, source=desk.said.source
    )
    filed.notes += [note] if note else []


async def _promise(desk: Desk, said: PromiseSaid, filed: Filed) -> None:
    made = promise_of(desk, said)
    filed.ids.append(await promises.record(desk.room.db, desk.asker, made, **desk.common))


def promise_of(desk: Desk, said: PromiseSaid) -> promises.Promise:
    """A promise as read; it is given on the day of the visit, else today."""
    name = said.household.name if said.household else ""
    day = _day_of(desk.reading, said.household) or desk.today
    return promises.Promise(day, said.text, name, id_of(said.household), said.by)


def id_of(who: Who | None) -> int | None:
    """The ledger's household; None when it is unknown or ambiguous."""
    return who.known.id if who and who.known else None


Filer = Callable[[Desk, Any, Filed], Awaitable[None]]
FILERS: dict[type[Report], Filer] = {
    StudySaid: _study,
    VisitSaid: _visit,
    IssueSaid: _issue,
    ProgressSaid: _progress,
    LeaveSaid: _leave,
    ReturnSaid: _return,
    PresenceSaid: _presence,
    PromiseSaid: _promise,
}
