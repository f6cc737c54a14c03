"""Campaigns: sweeps (过筛子, S000-04) over every household, and names that issues are tagged with.

A sweep has a list: the households of its villages as they stood when it began. A household that
is entered while it runs joins the list (`take_in_newcomers`): one that was found late is the very
one a sweep looks for. Only visits between its first and its last day count, each household once.
After its last day a campaign is over by itself; ending it earlier deletes nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from ledger import audit
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import at
from ledger.errors import Refused
from ledger.people import STAFF, Household, Person, Role, Scope, scope_of

sql = queries("campaigns")
APART = "、"  # between tags; no name contains it
NAME = re.compile(r"(?:[^\W_]|[+\-—·“”（）()]){2,20}")  # a name is a tag, too


# facts
class Kind(StrEnum):
    """What is begun: a sweep with a list of households, or only a name for issues."""

    SWEEP = "sweep"
    TAG = "tag"


@dataclass(frozen=True)
class Campaign:
    """Something begun by a township or the county; `township_id` 0: the whole county."""

    id: int
    county_id: int
    township_id: int
    township: str
    name: str
    kind: str
    from_day: date
    to_day: date
    ended_day: date | None

    @property
    def last_day(self) -> date:
        """The last day whose visits count."""
        return min(self.to_day, self.ended_day or self.to_day)

    def runs_on(self, day: date) -> bool:
        """Whether it has begun and is not over on that day."""
        return self.ended_day is None and self.from_day <= day <= self.to_day

    def within(self, scope: Scope) -> Scope:
        """The part of a scope that it covers."""
        return Scope(scope.county, scope.township or self.township_id, scope.team)


@dataclass(frozen=True)
class Village:
    """How far one village is; issues are those found between its first and its last day."""

    team_id: int
    village: str
    township_id: int
    township: str
    listed: int
    visited: int
    unsolved: int
    solved: int

    @property
    def left(self) -> int:
        """Households on the list not yet visited."""
        return self.listed - self.visited


@dataclass(frozen=True)
class Progress:
    """How far a sweep is, village by village."""

    campaign: Campaign
    villages: tuple[Village, ...]

    @property
    def listed(self) -> int:
        """Households on the list."""
        return sum(one.listed for one in self.villages)

    @property
    def visited(self) -> int:
        """Of these, visited since it began."""
        return sum(one.visited for one in self.villages)

    @property
    def left(self) -> int:
        """Of these, not yet."""
        return self.listed - self.visited

    @property
    def unsolved(self) -> int:
        """Issues found since and not struck off."""
        return sum(one.unsolved for one in self.villages)

    @property
    def found(self) -> int:
        """Issues found since."""
        return sum(one.unsolved + one.solved for one in self.villages)


@dataclass(frozen=True)
class Tagged:
    """How many issues carry a campaign's name, and how many of them are struck off."""

    campaign: Campaign
    unsolved: int
    solved: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.unsolved + self.solved


# rules
def check_may_lead(by: Person, campaign: Campaign) -> None:
    """Only the county, or the township whose own it is, ends a campaign."""
    if by.role is Role.COUNTY:
        return
    if by.role is not Role.TOWNSHIP or campaign.township_id != by.township_id:
        raise Refused("sweeps.not_yours", name=campaign.name)


# records
async def start(
    db: Session, by: Person, name: str, kind: Kind, to_day: date, *,
    now: datetime, township: int = 0,
) -> int:  # fmt: skip
    """Begin a campaign today; `township` (0: all of them) is the county's choice only."""
    if by.role not in STAFF:
        raise Refused("sweeps.only_above")
    if to_day < now.date():
        raise Refused("sweeps.ends_before", day=to_day)
    await check_name(db, by, name)
    where = by.township_id if by.role is Role.TOWNSHIP else township
    id = await sql.add(
        db.connection, county=by.county_id, township=where or None, name=name, kind=kind.value,
        from_day=now.date().isoformat(), to_day=to_day.isoformat(), by=by.id, at=ms(now),
    )  # fmt: skip
    if kind is Kind.SWEEP:
        await sql.take_in(db.connection, id=id)
    body = {"name": name, "kind": kind.value, "to": to_day.isoformat(), "township": where}
    await audit.record(
        db, by.id, "campaign.begun", subject=f"campaign:{id}", body=body, now=now
    )
    return int(id)


async def check_name(db: Session, by: Person, name: str) -> None:
    """A name is a tag, too: short, without the mark between tags, and used once in a county."""
    if not NAME.fullmatch(name):
        raise Refused("sweeps.bad_name", name=name[:20])
    if await sql.taken(db.connection, county=by.county_id, name=name):
        raise Refused("sweeps.taken", name=name)


async def end(db: Session, by: Person, campaign: Campaign, *, now: datetime) -> None:
    """End it before its last day; what was found and visited stays."""
    check_may_lead(by, campaign)
    if not campaign.runs_on(now.date()):
        raise Refused("sweeps.over", name=campaign.name, day=campaign.last_day)
    await sql.end(db.connection, id=campaign.id, at=ms(now))
    subject = f"campaign:{campaign.id}"
    await audit.record(db, by.id, "campaign.ended", subject=subject, body={}, now=now)


async def take_in_newcomers(db: Session, day: date) -> None:
    """Households entered since join the list of every sweep that runs that day."""
    for row in [row async for row in sql.running_sweeps(db.connection, day=day.isoformat())]:
        await sql.take_in(db.connection, id=row["id"])


async def running(
    db: Session, scope: Scope, day: date, kind: Kind | None = None
) -> list[Campaign]:
    """What runs that day in a scope, the one that ends first at the top."""
    rows = sql.running(
        db.connection, day=day.isoformat(), county=scope.county, township=scope.township
    )
    found = [_campaign(row) async for row in rows]
    return [one for one in found if kind in {None, one.kind}]


async def ended_since(db: Session, scope: Scope, first: date, day: date) -> list[Campaign]:
    """What was over between these days, the last day of its own counted in."""
    rows = sql.ended(
        db.connection, first=first.isoformat(), day=day.isoformat(),
        first_at=ms(at(first, time.min)), county=scope.county, township=scope.township,
    )  # fmt: skip
    return [_campaign(row) async for row in rows]


async def access_campaign(db: Session, asker: Person, name: str, kind: Kind) -> Campaign:
    """A campaign by name that covers the asker's place, running or over."""
    scope = scope_of(asker)
    row = await sql.by_name(
        db.connection, name=name, kind=kind.value, county=scope.county, township=scope.township
    )
    if row is None:
        raise Refused("sweeps.not_found", name=name[:20])
    return _campaign(row)


async def found_by_name(db: Session, asker: Person, name: str) -> Campaign | None:
    """The campaign of that name, whatever its kind, that covers the asker's place."""
    for kind in Kind:
        try:
            return await access_campaign(db, asker, name, kind)
        except Refused:
            continue
    return None


async def tags_for(db: Session, team: int, day: date) -> str:
    """The tags of an issue reported in that village that day: every sweep that runs there."""
    rows = sql.of_village(db.connection, team=team, day=day.isoformat())
    return APART.join([row["name"] async for row in rows])


async def progress(db: Session, campaign: Campaign, scope: Scope) -> Progress:
    """How far a sweep is in a scope: numbers and places, no names."""
    rows = sql.villages(
        db.connection,
        id=campaign.id,
        name=campaign.name,
        **_days(campaign),
        **vars(campaign.within(scope)),
    )
    return Progress(campaign, tuple([Village(**dict(row)) async for row in rows]))


async def access_left_over(
    db: Session, asker: Person, campaign: Campaign, team: int, *, now: datetime
) -> list[Household]:
    """The households of a village not yet visited, by name, the longest unvisited first.

    The team sees its own; above the team the asker's scope decides, and asking leaves a trace.
    """
    scope = vars(scope_of(asker)) | {"team": asker.team_id or team}
    await note_names(db, asker, team, campaign.name, now=now)
    rows = sql.left_over(db.connection, id=campaign.id, **_days(campaign), **scope)
    return [Household(**dict(row)) async for row in rows]


async def note_names(
    db: Session, asker: Person, team: int, about: str, *, now: datetime
) -> None:
    """Above the team, asking for the names behind a number leaves a trace (security §3)."""
    if asker.role in STAFF:
        subject, body = f"team:{team}", {"about": about}
        await audit.record(db, asker.id, "households.read", subject=subject, body=body, now=now)


async def tagged(db: Session, campaign: Campaign, asker: Person) -> Tagged:
    """The issues of the asker's scope that carry the campaign's name."""
    row = await sql.tagged(db.connection, name=campaign.name, **vars(scope_of(asker)))
    return Tagged(campaign, **dict(row))


def _days(campaign: Campaign) -> dict[str, str]:
    return {"first": campaign.from_day.isoformat(), "last": campaign.last_day.isoformat()}


def _campaign(row: Any) -> Campaign:
    ended = moment(row["ended_at"]).date() if row["ended_at"] else None
    return Campaign(
        row["id"], row["county_id"], row["township_id"] or 0, row["township"] or "",
        row["name"], row["kind"], date.fromisoformat(row["from_day"]),
        date.fromisoformat(row["to_day"]), ended,
    )  # fmt: skip
