"""Signing (签发): facts, words and number (期号) of a paper, frozen in one transaction.

Only a person signs, only what he has read. What turns out wrong afterwards is a supplement (补充):
a draft of its own with the changed figures alone.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ledger import bulletins
from ledger.bulletins import Bulletin, Facts, sql
from ledger.clock import moment, ms
from ledger.database import Session
from ledger.errors import Refused
from ledger.people import Person
from ledger.reports import plain, supplements
from ledger.reports.supplements import Supplement


def check(asker: Person, bulletin: Bulletin, facts: Facts, *, seen: str, now: datetime) -> None:
    """`Refused` unless this person may sign just this now; `facts` are those of now.

    What has changed since he read it is not signed unread.
    """
    bulletins.check_signer(asker, bulletin)
    if bulletin.state == "returned":
        raise Refused("bulletins.is_returned", bulletin=bulletin)
    bulletins.check_open(None if bulletin.state == "signed" else bulletin.id)
    age = now - moment(bulletin.changed_at)
    moved = age >= bulletin.rule.holds and not bulletins.same(bulletin.latest, facts)
    if seen != bulletin.stamp or moved:
        raise Refused("bulletins.changed_meanwhile", id=bulletin.id)
    if bulletin.version and not (bulletin.sentence or differs(bulletin)):
        raise Refused("bulletins.nothing_new")


async def sign(
    db: Session, asker: Person, bulletin: Bulletin, facts: Facts, *, seen: str,
    write: Callable[[Bulletin], str], now: datetime,
) -> Bulletin:  # fmt: skip
    """确认: freeze facts and words and give the number; `seen` is the stamp of what he has read.

    `write` puts the paper, with its number, into words.
    """
    check(asker, bulletin, facts, seen=seen, now=now)
    ready = replace(bulletin, state="signed", signed_at=ms(now), signed_by=asker.id)
    ready = await _numbered(db, ready, now)
    words = write(ready)
    done = await sql.sign(
        db.connection, id=bulletin.id, year=ready.year, number=ready.number, words=words,
        by=asker.id, now=ms(now),
    )  # fmt: skip
    bulletins.check_open(done)
    digest = hashlib.sha256(f"{bulletin.facts}\n{words}".encode()).hexdigest()
    body = {"year": ready.year, "number": ready.number, "sha256": digest}
    kind = "supplemented" if bulletin.version else "signed"
    return await bulletins.told(db, asker.id, bulletin.id, kind, body, now)


async def supplement(
    db: Session, asker: Person, bulletin: Bulletin, facts: Facts, *, words: str = "",
    now: datetime,
) -> Bulletin:  # fmt: skip
    """补充: a draft with the figures that are not what was signed, and with a person's own `words`.

    `Refused` where there is neither; asked again it is the same draft.
    """
    bulletins.check_signer(asker, bulletin)
    every = await bulletins.versions(db, bulletin)
    last = every[-1]
    if last.state == "signed":
        made = await _supplement(db, asker, every, facts, words, now)
    else:
        made = await bulletins.refresh(db, last, facts, now=now)
    if not words:
        return made
    said = bulletins.joined(made.sentence, words)
    return await bulletins.write_sentence(db, asker, made, said, now=now)


async def _supplement(
    db: Session, asker: Person, every: list[Bulletin], facts: Facts, words: str, now: datetime
) -> Bulletin:
    """A new one behind the last."""
    last = every[-1]
    found = bulletins.changed_since(every[0], last, facts)
    if not (words or supplements.differs(found)):
        raise Refused("bulletins.nothing_new")
    made = await sql.add(
        db.connection, county=last.county_id, **last.key, version=last.version + 1,
        facts=plain.written(found), now=ms(now),
    )  # fmt: skip
    body = {"version": last.version + 1}
    return await bulletins.told(db, asker.id, int(made), "drafted", body, now)


async def _numbered(db: Session, ready: Bulletin, now: datetime) -> Bulletin:
    """With the county's next number of the year, where its kind has one."""
    if ready.version or not ready.rule.numbered:
        return replace(ready, year=now.year)
    number = await sql.next_number(
        db.connection, county=ready.county_id, kind=ready.kind, year=now.year
    )
    return replace(ready, year=now.year, number=int(number))


def differs(bulletin: Bulletin) -> bool:
    """Whether a supplement has other figures than what was signed."""
    found = bulletin.content
    return isinstance(found, Supplement) and supplements.differs(found)
