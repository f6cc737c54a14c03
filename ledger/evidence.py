"""Evidence (佐证): what shows that the world has changed since an issue was found.

A flag asks, it does not accuse: the verifier sees it beside the picture and decides. What was sent
with the report itself or with the visit that told of it, has stood for another issue byte for byte,
or in a visit before the issue was found, is nothing new. What looks
like an earlier picture, was passed on, or was taken too early still counts, and is pointed out.
Only what came before counts against a picture: nobody loses his because it was taken from him.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import at
from ledger.issues import Issue

sql = queries("evidence")


# facts
class Flag(StrEnum):
    """What the verifier is asked to look at."""

    BEFORE = "before"  # the very picture the issue was reported with
    USED = "used"  # has stood for another issue, byte for byte
    KNOWN = "known"  # has stood in a visit before this issue was found, byte for byte
    SHOWN = "shown"  # has stood in a visit since
    ALIKE = "alike"  # looks like one that has, or like the one this issue was reported with
    FORWARDED = "forwarded"  # passed on from another chat
    OLDER = "older"  # taken before the issue was found, by the camera's own word


WORTHLESS = frozenset({Flag.BEFORE, Flag.USED, Flag.KNOWN})


@dataclass(frozen=True)
class Piece:
    """One file that came after the report."""

    id: int
    sha256: str
    name: str
    kind: str
    mime: str
    at: int
    flags: frozenset[Flag] = frozenset()
    other: int = 0  # the issue it has stood for or looks like; 0 with ALIKE: this one's report
    taken_at: int | None = None  # by the camera's own word, epoch milliseconds
    shown_in: str = ""  # the kind of record it has stood in, no issue's: visit, study ...
    shown_day: str = ""  # and of which day

    @property
    def counts(self) -> bool:
        """Whether it is anything new."""
        return not self.flags & WORTHLESS


# records
async def of(db: Session, issue: Issue) -> list[Piece]:
    """Every file that came after the report, the newest first, with what is noteworthy of it."""
    start = ms(at(date.fromisoformat(issue.found_day), datetime.min.time()))
    return [
        _piece(dict(row), start, issue.found_day)
        async for row in sql.of(db.connection, issue=issue.id)
    ]


async def is_new(db: Session, issue: Issue) -> bool:
    """Whether any file shows something new."""
    return any(one.counts for one in await of(db, issue))


def _piece(row: dict[str, Any], found_at: int, found_day: str) -> Piece:
    used, like = row.pop("used"), row.pop("alike")
    before, like_before = row.pop("is_before"), row.pop("like_before")
    taken, shown = row["taken_at"], row["shown_day"]
    flags = {
        Flag.BEFORE: before,
        Flag.USED: used,
        Flag.KNOWN: shown and shown < found_day and not (before or used),
        Flag.SHOWN: shown and shown >= found_day and not (before or used),
        Flag.ALIKE: (like or like_before) and not (before or used),
        Flag.FORWARDED: row.pop("forwarded"),
        Flag.OLDER: taken is not None and taken < found_at,
    }
    found = frozenset(flag for flag, is_so in flags.items() if is_so)
    return Piece(**row, other=used or like or 0, flags=found)
