"""What somebody who works in a village would know of it, from his team's own ledger (一问三不知, S000-63).

A help to whoever rings up, and no test: three things are drawn by the draw's secret, each with
the ledger's own answer to compare. Pure from facts and lots; nothing here is counted for anybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from ledger.chance import Lots
from ledger.database import Session, queries
from ledger.people import Household

sql = queries("known_facts")
ASKED = 3  # questions a call
NAMED = 4  # households of a kind that are named; more are only counted
SAID = 40  # characters of an issue that are read out


# facts
class About(StrEnum):
    """What a question is about; the value is kept with the call."""

    HOUSEHOLDS = "households"  # how many stand in the ledger
    GROUPS = "groups"  # how many groups (组) they live in
    KIND = "kind"  # who is of a kind that is recorded (监测户, 独居老人)
    ISSUE = "issue"  # a household with an open issue, and what it is
    LATE = "late"  # until when an issue that is late was to be done
    LAST_VISIT = "last_visit"  # which household was visited last
    STUDY = "study"  # what was studied this month


@dataclass(frozen=True)
class Open:
    """An issue that is not struck off."""

    id: int
    household: str
    text: str
    due: date
    group: str = ""  # of the household, where the ledger knows it


@dataclass(frozen=True)
class Known:
    """What a team's ledger says on a day."""

    day: date
    households: tuple[Household, ...] = ()
    issues: tuple[Open, ...] = ()
    studied: tuple[str, ...] = ()  # this month's topics, the last first


@dataclass(frozen=True)
class Fact:
    """One question with the ledger's answer; `truth` is what the words are made of."""

    about: About
    truth: Mapping[str, Any]


# rules
def draw(known: Known, lots: Lots, name: str) -> list[Fact]:
    """Three of what the ledger has, fewer where it has fewer; the same secret, the same three.

    `name` is the draw's name for this call, with '|' between its words.
    """
    there = {
        about: found
        for about, choose in CHOICES.items()
        if (found := choose(known, lots, f"{name}|{about.value}"))
    }
    picked = lots.pick(f"{name}|about", [one.value for one in there], ASKED)
    return [Fact(about, truth) for about, truth in there.items() if about.value in picked]


def _one(lots: Lots, name: str, ids: Iterable[str]) -> str:
    return next(iter(lots.pick(name, ids, 1)), "")


def _households(known: Known, _lots: Lots, _name: str) -> dict[str, Any]:
    return {"count": len(known.households)} if known.households else {}


def _groups(known: Known, _lots: Lots, _name: str) -> dict[str, Any]:
    groups = sorted({one.group_name for one in known.households} - {""})
    return {"count": len(groups)} if len(groups) > 1 else {}


def _kind(known: Known, lots: Lots, name: str) -> dict[str, Any]:
    kinds = {one.kind for one in known.households} - {""}
    kind = _one(lots, name, kinds)
    names = [one.label for one in known.households if kind and one.kind == kind]
    if not kind:
        return {}
    more = len(names) > NAMED
    return {"kind": kind, "count": len(names), "names": names[:NAMED], "more": more}


def _issue(known: Known, lots: Lots, name: str) -> dict[str, Any]:
    there = [one for one in known.issues if one.household and one.due >= known.day]
    return _told(_which(there, lots, name))


def _late(known: Known, lots: Lots, name: str) -> dict[str, Any]:
    return _told(_which([one for one in known.issues if one.due < known.day], lots, name))


def _which(there: list[Open], lots: Lots, name: str) -> Open | None:
    chosen = _one(lots, name, (str(one.id) for one in there))
    return next((one for one in there if str(one.id) == chosen), None)


def _told(one: Open | None) -> dict[str, Any]:
    if one is None:
        return {}
    text = one.text[:SAID]
    return {
        "id": one.id, "household": one.household, "group": one.group, "text": text,
        "due": str(one.due),
    }  # fmt: skip


def _last_visit(known: Known, _lots: Lots, _name: str) -> dict[str, Any]:
    day = max((one.last_visit or "" for one in known.households), default="")
    names = sorted(one.label for one in known.households if day and one.last_visit == day)
    return {"day": day, "names": names[:NAMED]} if day else {}


def _study(known: Known, _lots: Lots, _name: str) -> dict[str, Any]:
    topics = list(dict.fromkeys(known.studied))[:ASKED]
    return {"topics": topics} if topics else {}


CHOICES = {
    About.HOUSEHOLDS: _households,
    About.GROUPS: _groups,
    About.KIND: _kind,
    About.ISSUE: _issue,
    About.LATE: _late,
    About.LAST_VISIT: _last_visit,
    About.STUDY: _study,
}


# records
async def of_team(db: Session, team: int, day: date) -> Known:
    """What this team's ledger says; the caller answers for the right to ask."""
    households = [
        Household(**dict(row)) async for row in sql.households(db.connection, team=team)
    ]
    issues = [
        Open(
            row["id"],
            row["household"],
            row["text"],
            date.fromisoformat(row["due"]),
            row["group_name"],
        )
        async for row in sql.issues(db.connection, team=team)
    ]
    first = day.replace(day=1)
    rows = sql.studied(db.connection, team=team, first=str(first), last=str(day))
    studied = tuple([row["topic"] async for row in rows])
    return Known(day, tuple(households), tuple(issues), studied)
