"""Who can be reached on a company's channel, by id alone; who he is says the roster.

A change here proposes, it never changes the roster.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.clock import ms
from ledger.database import Session, queries

sql = queries("channel_members")


@dataclass(frozen=True)
class ChannelMember:
    """One id on a channel; `person` is who is bound to it, by the roster."""

    user_key: str
    spelling: str
    tags: tuple[str, ...] = ()
    here: bool = True
    person: int | None = None
    person_name: str = ""


async def every(db: Session, channel: str, account: str) -> list[ChannelMember]:
    """All ids ever seen, by id."""
    return [
        ChannelMember(
            row["user_key"], row["spelling"], tuple(json.loads(row["tags"])),
            row["state"] == "here", row["person_id"], row["person_name"] or "",
        )
        async for row in sql.all(db.connection, channel=channel, account=account)
    ]  # fmt: skip


@dataclass(frozen=True)
class Rostered:
    """Somebody on the roster, and the id bound to him on a channel; '' none. `here`: it is seen there."""

    id: int
    name: str
    place: str
    user_key: str = ""
    here: bool = False


async def rostered(db: Session, channel: str, account: str, *, day: date) -> list[Rostered]:
    """Everybody who has not left, by place."""
    rows = sql.rostered(db.connection, channel=channel, account=account, day=day.isoformat())
    return [
        Rostered(
            row["id"], row["name"], row["village"] or row["township"] or row["county"],
            row["user_key"] or "", row["state"] == "here",
        )
        async for row in rows
    ]  # fmt: skip


async def seen(
    db: Session,
    channel: str,
    account: str,
    spelling: str,
    tags: Sequence[str],
    *,
    now: datetime,
) -> None:
    """This id can be reached; ids differ by more than their case."""
    await sql.seen(
        db.connection, channel=channel, account=account, user_key=spelling.casefold(),
        spelling=spelling, tags=json.dumps(sorted(tags), ensure_ascii=False), now=ms(now),
    )  # fmt: skip


async def came(
    db: Session, channel: str, account: str, spelling: str, *, now: datetime
) -> None:
    """This id is there; of its tags nothing was said."""
    await sql.came(
        db.connection, channel=channel, account=account, user_key=spelling.casefold(),
        spelling=spelling, now=ms(now),
    )  # fmt: skip


async def gone(
    db: Session, channel: str, account: str, spelling: str, *, now: datetime
) -> None:
    """This id cannot be reached any more."""
    await sql.gone(
        db.connection, channel=channel, account=account, user_key=spelling.casefold(),
        now=ms(now),
    )  # fmt: skip
