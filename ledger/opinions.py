"""Opinions (意见): said to the county alone, signed or not; it cannot be turned off.

An unsigned one leaves nothing that leads back to its writer: no person in its row, no actor in
the log, no moment but the day; and his messages and our answers of that talk are wiped in the
same transaction. He reads the answer by its number and a code that only he was told.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ledger import audit, inbox, people
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import at
from ledger.errors import Refused
from ledger.people import Person, Role

sql = queries("opinions")
SEALED = "sealed"  # the kind of a message that is wiped once it has gone out
SHOWN = timedelta(minutes=10)  # how long the web page keeps such a line
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
CODE_LENGTH = 6
NEUTRAL = "（已隐去）"
NO_WORDS = json.dumps({"text": NEUTRAL}, ensure_ascii=False)
NO_BODY = json.dumps({"text": NEUTRAL, "labels": [], "files": []}, ensure_ascii=False)


# facts
@dataclass(frozen=True)
class Opinion:
    """One opinion; no person: it is unsigned."""

    id: int
    county_id: int
    person_id: int | None
    person: str
    text: str
    day: str
    answer: str
    answered_at: int | None
    code_hash: str


@dataclass(frozen=True)
class Counts:
    """How many opinions of some days came in, were answered, were unsigned."""

    received: int
    answered: int
    unsigned: int


# rules
def code_from(seed: bytes) -> str:
    """A short code to be told to one person, from a fresh secret."""
    number = int.from_bytes(hashlib.sha256(b"opinion" + seed).digest())
    letters = []
    for _ in range(CODE_LENGTH):
        number, last = divmod(number, len(LETTERS))
        letters.append(LETTERS[last])
    return "".join(letters)


def hash_of(id: int, code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(f"{id}|{code.upper()}".encode()).hexdigest()


# records
async def sign(db: Session, by: Person, text: str, *, now: datetime) -> int:
    """Keep a signed opinion; the county alone reads it."""
    id = await sql.add(
        db.connection, county=by.county_id, person=by.id, text=text,
        day=now.date().isoformat(), code_hash="", logged=1,
    )  # fmt: skip
    await audit.record(db, by.id, "opinion.signed", subject=f"opinion:{id}", body={}, now=now)
    return int(id)


async def leave_unsigned(db: Session, county: int, text: str, day: date, code: str) -> int:
    """Keep an opinion of somebody who is not named, and the hash of his code.

    The log hears of it later (`log_unsigned`): an event at this moment would name him.
    """
    id = await sql.add(
        db.connection, county=county, person=None, text=text, day=day.isoformat(),
        code_hash="", logged=0,
    )  # fmt: skip
    await sql.set_code(db.connection, id=id, code_hash=hash_of(id, code))
    return int(id)


async def log_unsigned(db: Session, *, now: datetime) -> list[int]:
    """Put what came in unsigned into the log, by nobody, some time afterwards."""
    ids = sorted([row["id"] async for row in sql.take_unlogged(db.connection)])
    for id in ids:
        await audit.record(
            db, audit.SYSTEM, "opinion.unsigned", subject=f"opinion:{id}", body={}, now=now
        )
    return ids


async def access_waiting(db: Session, asker: Person) -> list[Opinion]:
    """What waits for the county's answer; nobody else reads it."""
    _only_county(asker)
    return await waiting(db, asker.county_id)


async def waiting(db: Session, county: int) -> list[Opinion]:
    """What waits for an answer in a county; only its number may be told on."""
    rows = sql.waiting(db.connection, county=county)
    return [Opinion(**dict(row)) async for row in rows]


async def access_opinion(db: Session, asker: Person, id: int) -> Opinion:
    """One opinion of the asker's county, for the county alone."""
    _only_county(asker)
    row = await sql.by_id(db.connection, id=id, county=asker.county_id)
    if row is None:
        raise Refused("opinions.not_found", id=id)
    return Opinion(**dict(row))


async def answer(
    db: Session, by: Person, opinion: Opinion, text: str, *, now: datetime
) -> None:
    """The county's one answer."""
    _only_county(by)
    done = await sql.answer(
        db.connection, id=opinion.id, county=by.county_id, text=text, by=by.id, now=ms(now)
    )
    if done is None:
        raise Refused("opinions.already_answered", id=opinion.id)
    await audit.record(
        db, by.id, "opinion.answered", subject=f"opinion:{opinion.id}", body={"text": text},
        now=now,
    )  # fmt: skip


async def by_code(db: Session, county: int, id: int, code: str) -> Opinion:
    """An unsigned opinion for whoever knows its code."""
    row = await sql.by_id(db.connection, id=id, county=county)
    if row is None or not row["code_hash"] or row["code_hash"] != hash_of(id, code):
        raise Refused("opinions.wrong_code")
    return Opinion(**dict(row))


async def counts(db: Session, county: int, first: date, last: date) -> Counts:
    """The figures of some days, both included."""
    row = await sql.counts(
        db.connection, county=county, first=first.isoformat(), last=last.isoformat()
    )
    return Counts(**dict(row))


def _only_county(asker: Person) -> None:
    if asker.role is not Role.COUNTY:
        raise Refused("talk.not_for_role")


# records: leaving no trace
async def wipe(
    db: Session, by: Person, sources: Iterable[str], *, since: int, now: datetime
) -> None:
    """Wipe what this person and we have said since that moment (epoch ms), this message included.

    The rows stay, without words, person, chat or moment, so that numbers have no gaps.
    """
    day = ms(at(now.date(), time()))
    ours = [row async for row in sql.answers_since(db.connection, person=by.id, since=since)]
    theirs = [int(row["dedupe"].removeprefix("in:")) for row in ours]
    theirs += await _being_answered(db, by)
    ids = {id: str(await sql.ext_id(db.connection, id=id)) for id in theirs}
    refs = [f"in:{ids[id]}" for id in theirs]
    refs += [f"out:{row['id']}" for row in ours]
    await sql.wipe_line(db.connection, [{"person": by.id, "ref": one} for one in refs])
    await sql.wipe_press_answer(db.connection, [{"id": id} for id in theirs])
    await sql.wipe_live_card(db.connection, person=by.id)
    await sql.wipe_inbox(
        db.connection,
        [
            {"id": id, "ext_id": inbox.gone(ids[id]), "payload": NO_WORDS, "day": day}
            for id in theirs
        ],
    )
    bodies = [{"id": row["id"], "body": NO_BODY, "day": day} for row in ours]
    await sql.wipe_outbox(db.connection, bodies)
    await sql.wipe_card(
        db.connection, [{"id": row["card_id"]} for row in ours if row["card_id"]]
    )
    await _wipe_sources(db, by, list(sources))


async def _wipe_sources(db: Session, by: Person, sources: Sequence[str]) -> None:
    rows = [{"person": by.id, "source": one} for one in sources]
    await sql.wipe_file(db.connection, rows)
    await sql.wipe_draft(db.connection, rows)


async def _being_answered(db: Session, by: Person) -> list[int]:
    """The kept message that this transaction answers: the oldest one that waits in his chat."""
    address = await people.address_of(db, by.id)
    if address is None:
        return []
    row = await inbox.waiting(db, f"{address.channel}:{address.user_key}")
    return [row.id] if row else []


async def fade(db: Session, *, now: datetime) -> None:
    """Wipe what told somebody his number and code, once it has gone out."""
    day = ms(at(now.date(), time()))
    await sql.wipe_sealed(db.connection, body=NO_BODY, day=day)
    await sql.wipe_sealed_lines(db.connection, before=ms(now - SHOWN))
