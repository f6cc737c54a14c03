"""Invites: how an account becomes somebody. Single use, hashed, expiring (security §2, §5).

A link carries 192 bits; a code typed by hand has 10 characters of base32 (50 bits) and an
unknown account may try five an hour.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger import audit, outbox, people
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.people import Address, Person, Role
from ledger.rules import Rules

sql = queries("invites")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LOOKS_LIKE = str.maketrans("ILOU", "1100")
CODE_LENGTH = 10


# facts
@dataclass(frozen=True)
class Invite:
    """A fresh invite; only now are code and link known, the ledger keeps hashes."""

    code: str
    link: str
    expires_at: datetime


# rules
def may_invite(asker: Person, person: Person) -> bool:
    """Leaders invite their own team, townships and county those below them (security §3)."""
    if asker.role is Role.COUNTY:
        return asker.county_id == person.county_id
    if asker.role is Role.TOWNSHIP:
        return asker.township_id == person.township_id and person.role is not Role.TOWNSHIP
    own = asker.role is Role.LEADER and asker.team_id == person.team_id
    return own and person.role is Role.MEMBER


def read_code(text: str) -> str | None:
    """The code in a message as people type it, or None when it has none."""
    word = (
        unicodedata.normalize("NFKC", text)
        .upper()
        .replace("-", "")
        .replace(" ", "")
        .removeprefix("邀请码")
        .strip("：:")
    )
    word = word.translate(LOOKS_LIKE)
    fits = len(word) == CODE_LENGTH and all(one in ALPHABET for one in word)
    return word if fits else None


# records
async def make(
    db: Session, person: int, *, by: int | None, key: bytes, now: datetime, rules: Rules
) -> Invite:
    """A fresh invite for one roster row; the earlier ones of that person lose their force."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    link = secrets.token_urlsafe(24)
    expires_at = now + timedelta(hours=rules.invite_hours)
    await sql.void(db.connection, person=person, now=ms(now))
    await sql.make(
        db.connection, person=person, code_hash=_code_hash(key, code), link_hash=_link_hash(link),
        by=by, now=ms(now), expires=ms(expires_at),
    )  # fmt: skip
    body = {"expires_at": ms(expires_at)}
    subject = f"person:{person}"
    await audit.record(
        db, by or audit.SYSTEM, "invite.made", subject=subject, body=body, now=now
    )
    return Invite(f"{code[:5]}-{code[5:]}", link, expires_at)


async def void(db: Session, person: int, *, now: datetime) -> None:
    """Take the force from every invite that waits for somebody (he has left)."""
    await sql.void(db.connection, person=person, now=ms(now))


async def still_good(db: Session, token: str, *, now: datetime) -> bool:
    """Whether a link could be redeemed now; looking uses nothing up."""
    row = await sql.by_link(db.connection, link_hash=_link_hash(token), now=ms(now))
    return row is not None


async def redeem_link(
    db: Session, token: str, *, channel: str, account: str, user_key: str | None, now: datetime
) -> Person:
    """Bind an address by a link's token; `user_key=None` means the person's own id (web)."""
    row = await sql.by_link(db.connection, link_hash=_link_hash(token), now=ms(now))
    return await _redeem(db, row, channel, account, user_key, now)


async def redeem_code(
    db: Session, code: str, address: Address, *, key: bytes, now: datetime
) -> Person:
    """Bind an address by a typed code."""
    row = await sql.by_code(db.connection, code_hash=_code_hash(key, code), now=ms(now))
    return await _redeem(db, row, address.channel, address.account, address.user_key, now)


async def try_allowed(db: Session, address: Address, *, now: datetime, rules: Rules) -> bool:
    """Count one message of an unknown account; False from the sixth in an hour on."""
    tries = await sql.count_try(db.connection, **vars(address), hour=ms(now) // 3_600_000)
    return int(tries) <= rules.tries_an_hour


async def bind(
    db: Session, person: int, address: Address, *, by: int | None, now: datetime
) -> None:
    """Make this address the person's; the same channel's earlier one is let go.

    So is the account's own earlier person: only somebody who has left comes here again.
    """
    await sql.unbind(db.connection, channel=address.channel, person=person, now=ms(now))
    # nothing goes out to an address that was let go
    await outbox.drop_waiting(db, person, channel=address.channel)
    await sql.let_go(db.connection, **vars(address), now=ms(now))
    await sql.bind(db.connection, **vars(address), person=person, now=ms(now))
    body = {"channel": address.channel, "account": address.account}
    subject = f"person:{person}"
    who = person if by is None else by
    await audit.record(db, who, "address.bound", subject=subject, body=body, now=now)


async def _redeem(
    db: Session, row: object, channel: str, account: str, user_key: str | None, now: datetime
) -> Person:
    if row is None:
        raise Refused("join.bad_invite")
    facts = dict(row)  # type: ignore[call-overload]
    if await sql.use(db.connection, id=facts["id"], now=ms(now)) is None:
        raise Refused("join.bad_invite")
    person = await people.by_id(db, facts["person_id"])
    await bind(
        db, person.id, Address(channel, account, user_key or str(person.id)), by=None, now=now
    )
    return person


def _code_hash(key: bytes, code: str) -> str:
    """Keyed: 50 bits must not be searchable by whoever has only the database (security §2)."""
    return hmac.digest(key, f"invite|{code.replace('-', '')}".encode(), "sha256").hex()


def _link_hash(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()
