"""The log (存证): append-only events in a hash chain, bodies erasable, heads published.

h = SHA-256(prev || canonical JSON [seq, at, actor, kind, subject, commitment]) and
commitment = SHA-256(salt || body), so that a body can be erased and the chain still verifies.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.clock import ms
from ledger.database import Session, queries

sql = queries("audit")

GENESIS = bytes(32)
SYSTEM = 0  # the actor of what nobody asked for


@dataclass(frozen=True)
class Head:
    """The last link of the chain."""

    seq: int
    h: bytes

    @property
    def short(self) -> str:
        """The first twelve hex digits, as printed under a summary."""
        return self.h.hex()[:12]


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many events, how many erased bodies, and every fault by name."""

    events: int
    erased: int
    faults: tuple[str, ...]
    head: Head


def canonical(value: Any) -> str:
    """JSON in one form only: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(prev: bytes, fields: tuple[int, int, int, str, str], commitment: bytes) -> bytes:
    """The hash of one event."""
    return hashlib.sha256(prev + canonical([*fields, commitment.hex()]).encode()).digest()


async def head(db: Session) -> Head:
    """The last link; all zeros before the first event."""
    row = await sql.last(db.connection)
    return Head(row["seq"], bytes(row["h"])) if row else Head(0, GENESIS)


async def record(
    db: Session, actor: int, kind: str, *, subject: str, body: dict[str, Any], now: datetime
) -> Head:
    """Add one event. Anything personal belongs into the body, never into the subject."""
    row = await sql.last(db.connection)
    last, last_at = (
        (Head(row["seq"], bytes(row["h"])), row["at"]) if row else (Head(0, GENESIS), 0)
    )
    salt = secrets.token_bytes(16)
    words = canonical(body)
    commitment = hashlib.sha256(salt + words.encode()).digest()
    seq = last.seq + 1
    at = max(ms(now), last_at)
    h = link(last.h, (seq, at, actor, kind, subject), commitment)
    await sql.add(
        db.connection, seq=seq, at=at, actor=actor, kind=kind, subject=subject,
        commitment=commitment, prev=last.h, h=h,
    )  # fmt: skip
    await sql.add_body(db.connection, seq=seq, salt=salt, body=words)
    return Head(seq, h)


async def history(db: Session, subject: str) -> list[dict[str, Any]]:
    """Every event of one subject, oldest first, with its body where it is not erased."""
    rows = [row async for row in sql.history(db.connection, subject=subject)]
    return [{**dict(row), "body": json.loads(row["body"] or "null")} for row in rows]


async def publish_head(db: Session, day: date, *, now: datetime) -> Head:
    """The head that stands under that day's summaries; asked twice, it is the first answer."""
    last = await head(db)
    await sql.publish(
        db.connection, day=day.isoformat(), seq=last.seq, h=last.h.hex(), at=ms(now)
    )
    row = await sql.published(db.connection, day=day.isoformat())
    return Head(row["seq"], bytes.fromhex(row["h"]))


async def verify(db: Session) -> Verdict:
    """Walk the whole chain and every published head; name each fault exactly."""
    faults: list[str] = []
    last, erased = Head(0, GENESIS), 0
    seen: dict[int, str] = {0: GENESIS.hex()}
    async for row in sql.chain(db.connection):
        seq = row["seq"]
        if seq != last.seq + 1:
            faults.append(f"事件 {last.seq + 1} 至 {seq - 1} 缺失")
        faults += _faults_of(row, last.h)
        erased += row["body"] is None
        last = Head(seq, bytes(row["h"]))
        seen[seq] = last.h.hex()
    async for row in sql.heads(db.connection):
        if seen.get(row["seq"]) != row["h"]:
            faults.append(f"{row['day']} 公布的存证与事件 {row['seq']} 不符")
    return Verdict(last.seq, erased, tuple(faults), last)


def _faults_of(row: Any, prev: bytes) -> list[str]:
    faults = []
    seq, commitment = row["seq"], bytes(row["commitment"])
    fields = (seq, row["at"], row["actor"], row["kind"], row["subject"])
    if bytes(row["prev"]) != prev or link(prev, fields, commitment) != bytes(row["h"]):
        faults.append(f"事件 {seq} 起断链")
    if row["body"] is not None:
        made = hashlib.sha256(bytes(row["salt"]) + row["body"].encode()).digest()
        if made != commitment:
            faults.append(f"事件 {seq} 的内容被改过")
    return faults
