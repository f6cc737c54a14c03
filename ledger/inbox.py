"""The inbox: every inbound message is committed here before its channel hears 'received'."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.reading.hiding import without_secrets

sql = queries("inbox")
WORDS = frozenset(
    {
        "text",
        "caption",
        "file_name",
        "filename",
        "name",
        "Content",
        "content",
        "Label",
        "Title",
        "Description",
    }
)  # where channels put what people write


@dataclass(frozen=True)
class Raw:
    """A message as the channel delivered it, not yet understood."""

    channel: str
    account: str
    ext_id: str
    conv_key: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A kept message that waits for its answer."""

    id: int
    channel: str
    account: str
    ext_id: str
    conv_key: str
    payload: dict[str, Any]
    received_at: int
    attempts: int


def masked(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload without the numbers that must not be stored; `masked` counts what was hidden.

    Only people's own words and names of files are searched: ids and tokens stay as they are.
    """
    hidden, words = _masked(payload)
    return {**words, "masked": hidden} if hidden else payload


def _masked(value: Any, name: str = "") -> tuple[int, Any]:
    if isinstance(value, dict):
        parts = {key: _masked(one, key) for key, one in value.items()}
        return sum(n for n, _ in parts.values()), {key: one for key, (_, one) in parts.items()}
    if isinstance(value, list):
        found = [_masked(one, name) for one in value]
        return sum(n for n, _ in found), [one for _, one in found]
    if isinstance(value, str) and name in WORDS:
        return without_secrets(value)
    return 0, value


def gone(ext_id: str) -> str:
    """What stays of a wiped message's id: enough to know it again, without the id itself."""
    return f"gone:{hashlib.sha256(ext_id.encode()).hexdigest()}"


async def keep(db: Session, raws: Iterable[Raw], *, now: datetime) -> None:
    """Store a whole batch, numbers masked; what was delivered before is already there."""
    rows = [
        {
            "channel": raw.channel,
            "account": raw.account,
            "ext_id": raw.ext_id,
            "gone": gone(raw.ext_id),
            "conv_key": raw.conv_key,
            "payload": json.dumps(masked(raw.payload), ensure_ascii=False),
            "now": ms(now),
        }
        for raw in raws
    ]
    await sql.keep(db.connection, rows)


async def waiting(db: Session, conv_key: str) -> Row | None:
    """The oldest unanswered message of one conversation."""
    row = await sql.waiting(db.connection, conv_key=conv_key)
    return _row(row) if row else None


async def conversations(db: Session) -> list[str]:
    """Every conversation with an unanswered message, the longest waiting first."""
    return [row["conv_key"] async for row in sql.conversations(db.connection)]


async def by_id(db: Session, id: int) -> Row | None:
    """One kept message, whatever became of it."""
    row = await sql.by_id(db.connection, id=id)
    return _row(row) if row else None


async def state_of(db: Session, id: int) -> str | None:
    """Whether a kept message is new, done or parked (dead); None when there is no such one."""
    found: str | None = await sql.state_of(db.connection, id=id)
    return found


async def asked_by(db: Session, outbox: int) -> Row | None:
    """The message that this row of the outbox answers; None when it answers none."""
    row = await sql.asked_by(db.connection, outbox=outbox)
    return _row(row) if row else None


async def outcome(db: Session, channel: str, account: str, ext_id: str) -> str | None:
    """The kind of the answer to a kept message, '' for none; None while it waits, or is parked."""
    row = await sql.outcome(db.connection, channel=channel, account=account, ext_id=ext_id)
    return (row["kind"] or "") if row and row["state"] == "done" else None


async def is_kept(db: Session, raw: Raw) -> bool:
    """Whether this message has come before."""
    found = await sql.outcome(
        db.connection, channel=raw.channel, account=raw.account, ext_id=raw.ext_id
    )
    return found is not None


async def done(db: Session, id: int) -> None:
    """Ticked off, in the transaction of its effect."""
    await sql.done(db.connection, id=id)


async def failed(db: Session, id: int, error: str) -> None:
    """Park it with its error; its neighbours go on."""
    await sql.failed(db.connection, id=id, error=error[:500])


async def again(db: Session, id: int) -> bool:
    """Put a parked message back, after the defect is mended."""
    return await sql.again(db.connection, id=id) is not None


async def counts(db: Session) -> dict[str, int]:
    """How many messages stand in which state."""
    return {row["state"]: row["n"] async for row in sql.counts(db.connection)}


async def cursor(db: Session, channel: str, account: str) -> tuple[int, int] | None:
    """The last update fetched by polling, and when."""
    row = await sql.cursor(db.connection, channel=channel, account=account)
    return (row["last_id"], row["last_at"]) if row else None


async def move_cursor(
    db: Session, channel: str, account: str, last_id: int, *, now: datetime
) -> None:
    """Remember how far we have fetched, in the transaction that keeps the batch."""
    await sql.move_cursor(
        db.connection, channel=channel, account=account, last_id=last_id, now=ms(now)
    )


def _row(row: Any) -> Row:
    facts = {**dict(row), "payload": json.loads(row["payload"])}
    return Row(**facts)
