"""What went out stays as it was: stored facts, told again word for word, with what changed since."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from ledger import people, switches
from ledger.clock import ms
from ledger.database import Session
from ledger.errors import Refused
from ledger.people import Person, Role, Scope
from ledger.reports import daily, monthly, tenday, weekly
from ledger.reports.facts import (
    Change,
    Figures,
    Item,
    Look,
    Part,
    Place,
    Report,
    Section,
    Share,
    Spot,
    Window,
    may_read,
    place_of,
)
from ledger.reports.sections import without_names
from ledger.reports.sheet import gather, sql
from ledger.switches import Switch

MAKERS = {
    "daily": daily.make,
    "weekly": weekly.make,
    "tenday": tenday.make,
    "monthly": monthly.make,
}
COMPARED = (
    "studied", "visits", "households", "opened", "progressed", "submitted", "closed", "checked",
    "unanswered", "overdue",
)  # fmt: skip
RECENT = timedelta(days=7)
OF_COLLEAGUES = frozenset({"owing", "missed"})  # a member sees how many, his leader who


# rules
def changes(sent: Report, now: Report) -> tuple[Change, ...]:
    """Which figures are no longer what the report said: late entries, corrections."""
    before, after = asdict(sent.figures), asdict(now.figures)
    return tuple(
        Change(name, before[name], after[name])
        for name in COMPARED
        if before[name] != after[name]
    )


def for_eyes(report: Report, reader: Person) -> Report:
    """As this person may read it: a member sees no names of those who lack something."""
    if reader.role is not Role.MEMBER:
        return report
    alarms = (without_names(one) if one.sort in OF_COLLEAGUES else one for one in report.alarms)
    return replace(report, alarms=tuple(alarms))


# records
async def keep(db: Session, reports: Iterable[Report], *, now: datetime) -> None:
    """Store reports as they go out; what is stored already stays."""
    await sql.keep(db.connection, [_row(one, now) for one in reports])


async def kept(db: Session, kind: str, period: str, place: Place) -> Report | None:
    """The report as it went out; None when none did."""
    facts = await sql.kept(
        db.connection, kind=kind, period=period, level=place.level, place_id=place.id
    )
    return _read(facts) if facts else None


async def place_for(db: Session, asker: Person, township: str = "") -> Place:
    """The asker's own place; for the county also one of its townships by name."""
    if not township:
        return place_of(asker)
    found = await people.townships(db, asker.county_id) if asker.role is Role.COUNTY else {}
    if township not in found:
        raise Refused("reports.no_place", said=township)
    id = found[township]
    return Place("township", id, township, Scope(asker.county_id, id))


async def look(
    db: Session, asker: Person, place: Place, window: Window, *, now: datetime
) -> Look:
    """The report of a place in the asker's scope: as it went out, else made afresh."""
    if not may_read(asker, place):
        raise Refused("reports.no_place", said=place.name)
    place = await switched(db, place, window.as_of)
    sent = await kept(db, window.kind, window.period, place)
    if sent is None:
        seal = await last_seal(db, window)
        return Look(for_eyes(await _make(db, place, window, now=now, seal=seal), asker))
    then = replace(window, as_of=date.fromisoformat(sent.as_of))
    fresh = await _make(db, place, then, now=now)
    return Look(for_eyes(sent, asker), changes(sent, fresh))


async def last_shown(db: Session, asker: Person, *, now: datetime) -> tuple[str, ...]:
    """What the buttons of the newest summary say that the asker was shown these days."""
    options = await sql.last_shown(db.connection, person=asker.id, since=ms(now - RECENT))
    return tuple(json.loads(options)) if options else ()


async def last_seal(db: Session, window: Window) -> str:
    """The head published last within the window; '' when none was."""
    row = await sql.last_head(
        db.connection, first=window.span.first.isoformat(), last=window.span.last.isoformat()
    )
    return seal_of(date.fromisoformat(row["day"]), row["h"]) if row else ""


def seal_of(day: date, head: str) -> str:
    """A published head as it stands under a summary: date and first twelve hex digits."""
    return f"{day:%Y%m%d}-{head[:12]}"


async def _make(
    db: Session, place: Place, window: Window, *, now: datetime, seal: str = ""
) -> Report:
    sheet = await gather(db, place.scope, window, depth=place.depth)
    return MAKERS[window.kind](sheet, place, now=now, seal=seal)


async def switched(db: Session, place: Place, day: date) -> Place:
    """A place as its switches have it: who owes a record is named or not, tiers are said or not."""
    if place.level == "team":
        return place
    if place.level == "county":
        county = place.scope.county
        tiers = await switches.is_on(db, Switch.TOWNSHIP_RANKING, county=county, day=day)
        return replace(place, tiers=tiers)
    named = await switches.is_on(
        db, Switch.STUDY_NAMES, county=place.scope.county, township=place.id, day=day
    )
    return replace(place, study_names=named)


def _row(report: Report, now: datetime) -> dict[str, Any]:
    return {
        "kind": report.kind,
        "period": report.period,
        "level": report.level,
        "place_id": report.place_id,
        "facts": json.dumps(asdict(report), ensure_ascii=False),
        "now": ms(now),
    }


def _read(text: str) -> Report:
    facts = json.loads(text)
    lists = {name: _sections(facts.get(name, [])) for name in ("alarms", "lists", "whole")}
    shares = {
        name: tuple(Share(*one) for one in facts.get(name, ())) for name in ("shares", "bottom")
    }
    before = facts.get("before")  # an old report has none
    return Report(
        **{
            **facts, **lists, **shares,
            "figures": Figures(**facts["figures"]),
            "topics": tuple(facts["topics"]),
            "before": Figures(**before) if before else None,
            "parts": tuple(
                Part(name, Figures(**figures)) for name, figures in facts.get("parts", ())
            ),
        }
    )  # fmt: skip


def _sections(stored: list[dict[str, Any]]) -> tuple[Section, ...]:
    return tuple(
        Section(
            one["sort"], one["total"], one["size"],
            tuple(Item(*each) for each in one["shown"]),
            tuple(Spot(*each) for each in one["spots"]),
        )
        for one in stored
    )  # fmt: skip
