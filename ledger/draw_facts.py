"""What a month's draws depend on, as it was noticed: who is on the list, who was away, what was drawn.

What is noticed is never changed, only ended, so that anyone can see afterwards what was known at
the minute of a draw (docs/decisions/0011-verifiable-draws.md).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger import calendar, people
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.draw_plan import AWAY, EVERY_DAY, VOID, Facts, Kind, Member, Off, Slot, due
from ledger.people import Person, Scope

sql = queries("draw_facts")
REST, UNBOUND = "rest", "unbound"
MEMBER = re.compile(r"p(\d+)t\d+")


# rules
def member_name(person: int, team: int) -> str:
    """p12t3: this person in this team."""
    return f"p{person}t{team}"


def person_of(result: str) -> int:
    """The person of p12t3; 0: the result is nobody."""
    found = MEMBER.fullmatch(result)
    return int(found[1]) if found else 0


def row_of(one: Person, since: int) -> dict[str, Any]:
    """A person as a row of the list."""
    return {
        "member": member_name(one.id, one.team_id), "person": one.id, "team": one.team_id,
        "role": one.role.value, "township": one.township, "unit": one.home_unit,
        "village": one.village, "since": since,
    }  # fmt: skip


def member_of(row: Mapping[str, Any]) -> Member:
    """A row of the list as a member."""
    return Member(
        row["member"], row["role"], f"t{row['team']}", row["township"], row["unit"],
        row["village"], row["since"],
    )  # fmt: skip


# records: looking
async def facts(db: Session, period: int, promised: Mapping[str, Any], secret: bytes) -> Facts:
    """All that the month's plan depends on, as it is known now; `promised`: its opening."""
    members = await _members(db, period)
    off: dict[str, list[Off]] = {}
    async for row in sql.off(db.connection, period=period):
        one = Off(row["day"], row["since"], row["until"], row["why"])
        off.setdefault(row["member"], []).append(one)
    kinds = {name: _kind(one) for name, one in promised["kinds"].items()}
    return Facts(
        secret, tuple(promised["days"]), promised["frozen_at"], tuple(members), kinds, off
    )


async def _members(db: Session, period: int) -> list[Member]:
    return [
        Member(
            row["member"], row["role"], f"t{row['team_id']}", row["township"], row["unit"],
            row["village"], row["since"],
        )
        async for row in sql.members(db.connection, period=period)
    ]  # fmt: skip


async def frozen(db: Session, period: int) -> list[Member]:
    """The list as it was frozen with the opening, without those who came later."""
    return [one for one in await _members(db, period) if not one.since]


def _kind(one: dict[str, Any]) -> Kind:
    windows = tuple((start, end) for start, end in one["windows"])
    return Kind(one["quota"], one["teams"], one["extra"], windows)


async def results(db: Session, period: int) -> dict[Slot, str]:
    """What became of each slot so far."""
    rows = sql.drawn(db.connection, period=period)
    return {
        Slot(row["kind"], row["why"], row["subject"], row["day"]): row["result"]
        async for row in rows
    }


@dataclass(frozen=True)
class Counts:
    """What became of one kind's slots in a month; `asked`, `picked`: draws, not persons."""

    kind: str
    quota: int = 0
    extra: int = 0
    asked: int = 0
    picked: int = 0
    moved: int = 0
    away: int = 0
    void: int = 0


async def counts(db: Session, period: int) -> list[Counts]:
    """A month's figures by kind; of a running month they are nobody's to see."""
    found: dict[str, dict[str, int]] = {}
    async for row in sql.counts(db.connection, period=period):
        name = row["why"] if row["what"] == "drawn" else row["what"]
        of_kind = found.setdefault(row["kind"], {})
        of_kind[name] = of_kind.get(name, 0) + row["times"]
    async for row in sql.by_hand(db.connection, period=period):
        found.setdefault(row["kind"], {})[row["way"]] = row["times"]
    return [Counts(kind, **of_kind) for kind, of_kind in found.items()]


async def size(db: Session, period: int) -> tuple[int, int]:
    """How many teams and members the frozen list has."""
    row = await sql.size(db.connection, period=period)
    return row["teams"], row["members"]


# records: what is noticed, and what was decided
async def settle(db: Session, period: int, slot: Slot, result: str, *, now: datetime) -> bool:
    """Claim a slot with what became of it; True only the first time."""
    claimed = await sql.settle(
        db.connection, period=period, kind=slot.kind, why=slot.why, subject=slot.subject,
        day=slot.day, result=result, now=ms(now), draw=None,
    )  # fmt: skip
    return claimed is not None


async def void_the_rest(
    db: Session, period: int, promised: Mapping[str, Any], secret: bytes, *, now: datetime
) -> None:
    """Every slot of a month that is over and that nobody was there to decide: it is void.

    A quota that is void moves on to the team's next day, so there may be another round.
    """
    known, done = await facts(db, period, promised, secret), await results(db, period)
    while left := [one.slot for one in due(known, done) if one.slot not in done]:
        for slot in left:
            await settle(db, period, slot, VOID, now=now)
            done[slot] = VOID


async def attach(db: Session, period: int, slot: Slot, draw: int) -> None:
    """Name the draw that a slot led to."""
    await sql.attach(
        db.connection, period=period, kind=slot.kind, why=slot.why, subject=slot.subject,
        day=slot.day, draw=draw,
    )  # fmt: skip


async def rest(
    db: Session, period: int, member: str, days: Iterable[date], *, now: datetime
) -> None:
    """Who was asked just now is left alone on these days (chat checks only)."""
    rows = [
        {"period": period, "member": member, "day": str(one), "why": REST, "since": ms(now)}
        for one in days
    ]
    await sql.add_off(db.connection, rows)


async def notice(db: Session, period: int, county: int, day: date, *, now: datetime) -> None:
    """Write down who has come, and who cannot be drawn on that day, as it is known now.

    Only what has changed since it was last noticed; what was written is ended, never changed.
    """
    scope = Scope(county)
    rows = [row_of(one, ms(now)) for one in await people.members(db, scope, day=day)]
    known = {
        row["member"]: int(row["person_id"])
        async for row in sql.members(db.connection, period=period)
    }
    new = [row for row in rows if row["member"] not in known]
    await add_members(db, period, new)
    known |= {row["member"]: row["person"] for row in new}
    on_post = {row["member"] for row in rows}
    absent = await calendar.absent(db, scope, day)
    bound = {row["person_id"] async for row in sql.bound(db.connection, county=county)}
    keeps = {
        *(
            (one, str(day), AWAY)
            for one, person in known.items()
            if one not in on_post or person in absent
        ),
        *((one, EVERY_DAY, UNBOUND) for one, person in known.items() if person not in bound),
    }
    await _write_off(db, period, str(day), keeps, now)


async def add_members(db: Session, period: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put people on the list."""
    await sql.add_member(db.connection, [{"period": period, **row} for row in rows])


async def _write_off(
    db: Session, period: int, day: str, keeps: set[tuple[str, str, str]], now: datetime
) -> None:
    standing = {
        (row["member"], row["day"], row["why"])
        async for row in sql.off_open(db.connection, period=period, day=day)
        if row["why"] != REST
    }
    added = [_off_row(period, one) | {"since": ms(now)} for one in sorted(keeps - standing)]
    ended = [_off_row(period, one) | {"now": ms(now)} for one in sorted(standing - keeps)]
    await sql.add_off(db.connection, added)
    await sql.end_off(db.connection, ended)


def _off_row(period: int, key: tuple[str, str, str]) -> dict[str, Any]:
    member, day, why = key
    return {"period": period, "member": member, "day": day, "why": why}
