"""Papers that somebody signs (签发): weekly report, ten-day bulletin, monthly figures, 督查通报.

A draft is counted from the ledger, once for each period; a person adds a sentence, gives it back
or signs it. Signing freezes facts and words and gives the number (期号), all in one transaction.
What turns out wrong later is a supplement (补充), signed in its turn. Nothing here signs by itself.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ledger import audit, people
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Person, Role, Scope
from ledger.reports import plain, supplements
from ledger.reports.facts import Place, Report
from ledger.reports.inspection import Inspection
from ledger.reports.supplements import Supplement

sql = queries("bulletins")
LONGEST = 300  # characters of the sentence, and of the reason of a return
RECENT = 20  # of a list
ENDS = ("。", "！", "？", "；", "…")
Facts = Report | Inspection


# facts
@dataclass(frozen=True)
class SignOff:
    """A kind of paper: whose place it is of, who signs it, whether it has a number."""

    kind: str
    level: str
    signs: Role
    numbered: bool = False
    holds: timedelta = timedelta(minutes=10)  # so long figures may be signed as they were read


SIGNED = (
    SignOff("weekly", "township", Role.TOWNSHIP),
    SignOff("weekly", "county", Role.COUNTY),
    SignOff("tenday", "county", Role.COUNTY, numbered=True),
    SignOff("monthly", "county", Role.COUNTY, numbered=True),
    # What somebody has been cleared of is in no paper: always counted again.
    SignOff("inspection", "county", Role.COUNTY, numbered=True, holds=timedelta(0)),
)
EYES = {Role.COUNTY: "county", Role.TOWNSHIP: "township", Role.LEADER: "leader"}


@dataclass(frozen=True)
class Bulletin:
    """One row: a draft, a returned draft, or a signed paper; version 1 and up are supplements."""

    id: int
    county_id: int
    kind: str
    period: str
    level: str
    place_id: int
    version: int
    state: str
    facts: str
    sentence: str
    reason: str
    year: int | None
    number: int | None
    words: str
    made_at: int
    changed_at: int
    changed_by: int | None
    signed_at: int | None
    signed_by: int | None

    @property
    def rule(self) -> SignOff:
        """Who signs it."""
        return next(one for one in SIGNED if (one.kind, one.level) == (self.kind, self.level))

    @property
    def key(self) -> dict[str, Any]:
        """What names the paper among all, whatever its version."""
        return {one: getattr(self, one) for one in ("kind", "period", "level", "place_id")}

    @property
    def content(self) -> Facts | Supplement:
        """What it says, in facts."""
        if self.version:
            return plain.read(Supplement, self.facts)
        return read_facts(self.kind, self.facts)

    @property
    def latest(self) -> Facts:
        """All the paper's facts as of this version."""
        found = self.content
        return read_facts(self.kind, found.facts) if isinstance(found, Supplement) else found

    @property
    def names_lowest(self) -> bool:
        """Whether a person has put the lowest three into it (S000-54)."""
        found = self.latest
        return isinstance(found, Report) and bool(found.bottom)

    @property
    def stamp(self) -> str:
        """What a button must carry to sign this and nothing else."""
        facts = {**json.loads(self.facts), "until": ""}
        words = audit.canonical([facts, self.sentence, self.version])
        return hashlib.sha256(words.encode()).hexdigest()[:8]

    @property
    def made(self) -> datetime:
        """When it was drafted."""
        return moment(self.made_at)

    @property
    def signed(self) -> datetime | None:
        """When it was signed."""
        return moment(self.signed_at) if self.signed_at else None


def read_facts(kind: str, text: str) -> Facts:
    """Facts of a paper from their text."""
    return plain.read(Inspection, text) if kind == "inspection" else plain.read(Report, text)


# rules
def sign_off(kind: str, level: str) -> SignOff | None:
    """Who signs this kind of a place of this level; None: nobody does."""
    return next((one for one in SIGNED if (one.kind, one.level) == (kind, level)), None)


def signs(asker: Person, bulletin: Bulletin) -> bool:
    """Whether this person prepares and signs it: his own place's."""
    own = asker.township_id if bulletin.level == "township" else asker.county_id
    of_county = asker.county_id == bulletin.county_id
    return of_county and asker.role is bulletin.rule.signs and own == bulletin.place_id


def may_give_back(asker: Person, bulletin: Bulletin) -> bool:
    """Who signs it, and the county a township's."""
    of_county = asker.role is Role.COUNTY and asker.county_id == bulletin.county_id
    return of_county or signs(asker, bulletin)


def same(before: Facts, now: Facts) -> bool:
    """Whether the papers say the same; the minute of counting is no difference."""
    return replace(before, until="") == replace(now, until="")


def tidy(words: str) -> str:
    """Somebody's words as one paragraph; `Refused` when there are none or too many."""
    said = " ".join(words.split())
    if not said:
        raise Refused("bulletins.no_words")
    if len(said) > LONGEST:
        raise Refused("bulletins.too_long", limit=LONGEST, length=len(said))
    return said


def joined(before: str, words: str) -> str:
    """A further sentence behind what stands there already; `Refused` when both are too long."""
    said = tidy(words)
    if not before:
        return said
    both = _ended(before) + _ended(said)
    if len(both) > LONGEST:
        raise Refused("bulletins.too_long_together", limit=LONGEST, before=len(before))
    return both


def _ended(words: str) -> str:
    return words if words.endswith(ENDS) else f"{words}。"


# records: looking
async def access_bulletin(db: Session, asker: Person, id: int) -> Bulletin:
    """One the asker may read: staff their own, townships what the county has signed."""
    eyes = EYES.get(asker.role, "")
    row = await sql.seen(
        db.connection, id=id, county=asker.county_id, eyes=eyes, township=asker.township_id
    )
    if row is None:
        raise Refused("bulletins.not_found")
    return Bulletin(**dict(row))


async def access_listed(
    db: Session,
    asker: Person,
    kind: str = "",
    first: str = "",
    last: str = "9",
    limit: int = RECENT,
) -> list[Bulletin]:
    """What the asker may read, the newest first, of periods between two (as text)."""
    rows = sql.listed(
        db.connection, county=asker.county_id, eyes=EYES.get(asker.role, ""),
        township=asker.township_id, kind=kind, first=first, last=last, limit=limit,
    )  # fmt: skip
    return [Bulletin(**dict(row)) async for row in rows]


async def access_numbered(
    db: Session, asker: Person, kind: str, number: int, *, year: int = 0
) -> Bulletin:
    """The signed paper of that number, the newest where no year is said; kind '': any 发文字号."""
    row = await sql.numbered(
        db.connection, county=asker.county_id, kind=kind, year=year, number=number,
        eyes=EYES.get(asker.role, ""),
    )  # fmt: skip
    if row is None:
        raise Refused("bulletins.not_found")
    return Bulletin(**dict(row))


async def versions(db: Session, bulletin: Bulletin) -> list[Bulletin]:
    """The paper and its supplements, in their order."""
    return [Bulletin(**dict(row)) async for row in sql.versions(db.connection, **bulletin.key)]


async def newest(db: Session, place: Place, kind: str, period: str) -> Bulletin | None:
    """A place's paper of a period, its last version; the caller answers for the right to ask."""
    row = await sql.newest(
        db.connection, kind=kind, period=period, level=place.level, place_id=place.id
    )
    return Bulletin(**dict(row)) if row else None


async def waiting(db: Session, place: Place) -> list[Bulletin]:
    """What nobody has signed of a place, the oldest first."""
    rows = sql.open_ones(
        db.connection, county=place.scope.county, level=place.level, place_id=place.id
    )
    return [Bulletin(**dict(row)) async for row in rows]


async def signers(db: Session, bulletin: Bulletin, now: datetime) -> list[Person]:
    """Who prepares and signs it."""
    county = bulletin.county_id
    if bulletin.level == "county":
        return await people.staff(db, county, day=now.date())
    everybody = await people.readers(db, day=now.date())
    return [one for one in everybody if signs(one, bulletin)]


# records: drafts
async def draft(
    db: Session, actor: int, scope: Scope, facts: Facts, *, now: datetime
) -> Bulletin:
    """The draft of a period, made from its facts; asked again it is the same one, counted again."""
    key = {"kind": facts.kind, "period": facts.period, "level": facts.level}
    made = await sql.add(
        db.connection, county=scope.county, **key, place_id=facts.place_id, version=0,
        facts=plain.written(facts), now=ms(now),
    )  # fmt: skip
    if made is not None:
        return await told(db, actor, int(made), "drafted", {}, now)
    row = await sql.newest(db.connection, **key, place_id=facts.place_id)
    return await refresh(db, Bulletin(**dict(row)), facts, now=now)


async def refresh(db: Session, bulletin: Bulletin, facts: Facts, *, now: datetime) -> Bulletin:
    """The figures again, while nobody has signed; a supplement's against what was signed."""
    if bulletin.state == "signed":
        return bulletin
    text = plain.written(facts)
    if bulletin.version:
        text = plain.written(changed_since(*await _before(db, bulletin), facts))
    await sql.change(db.connection, id=bulletin.id, facts=text, now=ms(now))
    return await _by_id(db, bulletin.id)


async def write_sentence(
    db: Session, asker: Person, bulletin: Bulletin, words: str, *, now: datetime
) -> Bulletin:
    """改: the place's own sentence under the figures; a returned draft is a draft again."""
    check_signer(asker, bulletin)
    sentence = tidy(words)
    done = await sql.say(
        db.connection, id=bulletin.id, sentence=sentence, by=asker.id, now=ms(now)
    )
    check_open(done)
    return await told(db, asker.id, bulletin.id, "changed", {"sentence": sentence}, now)


async def redo(
    db: Session, asker: Person, bulletin: Bulletin, facts: Facts, *, now: datetime
) -> Bulletin:
    """重做: counted again, and a draft again."""
    check_signer(asker, bulletin)
    counted = await refresh(db, bulletin, facts, now=now)
    done = await sql.take_up(
        db.connection, id=bulletin.id, facts=counted.facts, by=asker.id, now=ms(now)
    )
    check_open(done)
    return await told(db, asker.id, bulletin.id, "changed", {}, now)


async def give_back(
    db: Session, asker: Person, bulletin: Bulletin, reason: str, *, now: datetime
) -> Bulletin:
    """退回, with a reason: it cannot be signed before somebody has changed it."""
    if not may_give_back(asker, bulletin):
        raise Refused("bulletins.not_yours")
    said = tidy(reason)
    check_returning(bulletin)
    check_open(await sql.give_back(db.connection, id=bulletin.id, reason=said, now=ms(now)))
    return await told(db, asker.id, bulletin.id, "returned", {"reason": said}, now)


async def concerned(
    db: Session, asker: Person, bulletin: Bulletin, now: datetime
) -> list[Person]:
    """Who is told of a return: who signs it and who changed it last, but not the asker."""
    found = {one.id: one for one in await signers(db, bulletin, now)}
    if bulletin.changed_by and bulletin.changed_by not in found:
        found[bulletin.changed_by] = await people.by_id(db, bulletin.changed_by)
    return [one for one in found.values() if one.id != asker.id]


async def _before(db: Session, bulletin: Bulletin) -> tuple[Bulletin, Bulletin]:
    """The paper a supplement belongs to, and what was signed last before it."""
    every = await versions(db, bulletin)
    return every[0], next(one for one in every if one.version == bulletin.version - 1)


def changed_since(paper: Bulletin, last: Bulletin, facts: Facts) -> Supplement:
    """What a supplement to that paper says now: `last` was signed last."""
    found = supplements.between(paper.id, last.latest, facts, plain.written(facts))
    return replace(found, year=paper.year or 0, number=paper.number or 0)


async def has_news(db: Session, bulletin: Bulletin, facts: Facts) -> bool:
    """Whether figures are not what was signed last, or a supplement waits for its signature."""
    every = await versions(db, bulletin)
    waits = every[-1].state != "signed"
    return waits or supplements.differs(changed_since(every[0], every[-1], facts))


def check_signer(asker: Person, bulletin: Bulletin) -> None:
    """`Refused` unless it is his own place's and he signs there."""
    if not signs(asker, bulletin):
        raise Refused("bulletins.not_yours")


def check_open(done: object) -> None:
    """`Refused` when the row was signed before we came to it."""
    if done is None:
        raise Refused("bulletins.signed_already")


def check_returning(bulletin: Bulletin) -> None:
    """`Refused` where there is nothing to give back: signed, or given back before."""
    check_open(None if bulletin.state == "signed" else bulletin.id)
    if bulletin.state == "returned":
        raise Refused("bulletins.returned_already")


async def _by_id(db: Session, id: int) -> Bulletin:
    return Bulletin(**dict(await sql.by_id(db.connection, id=id)))


async def told(
    db: Session, actor: int, id: int, event: str, body: dict[str, Any], now: datetime
) -> Bulletin:
    """Written into the log; the row as it is now."""
    found = await _by_id(db, id)
    about = {**found.key, "version": found.version, **body}
    subject = f"bulletin:{id}"
    await audit.record(db, actor, f"bulletin.{event}", subject=subject, body=about, now=now)
    return found
