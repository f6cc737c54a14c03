"""People: who somebody is, what he may see. Scope is decided here and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.roles import EVERYONE as EVERYONE
from ledger.roles import ON_TEAM as ON_TEAM
from ledger.roles import STAFF as STAFF
from ledger.roles import Role as Role

sql = queries("people")


# facts
@dataclass(frozen=True)
class Person:
    """Somebody on the roster (花名册)."""

    id: int
    name: str
    role: Role
    title: str
    phone: str
    home_unit: str
    county_id: int
    county: str
    township_id: int
    township: str
    team_id: int
    village: str
    left_day: str | None

    @property
    def place(self) -> str:
        """What this person answers for: a village, a township, the county."""
        return self.village or self.township or self.county


@dataclass(frozen=True)
class Scope:
    """What a person may see; 0 means all of it. Every query of other people's facts takes it."""

    county: int
    township: int = 0
    team: int = 0


@dataclass(frozen=True)
class Team:
    """One village's work team (驻村工作队)."""

    id: int
    village: str
    township_id: int
    township: str


@dataclass(frozen=True)
class Household:
    """A household of the team's own ledger."""

    id: int
    team_id: int
    name: str
    group_name: str
    kind: str
    last_visit: str | None
    aliases: str = ""  # other names people use, with 、 between them

    @property
    def label(self) -> str:
        """Name with group, as on a button."""
        return f"{self.name}（{self.group_name}）" if self.group_name else self.name


@dataclass(frozen=True)
class Address:
    """Where a channel reaches somebody."""

    channel: str
    account: str
    user_key: str


class Unknown(LookupError):
    """Nobody on the roster is bound to this address."""


# rules
def scope_of(asker: Person) -> Scope:
    """The one decision about who sees what (security §3): team, township or county."""
    if asker.role is Role.COUNTY:
        return Scope(asker.county_id)
    if asker.role is Role.TOWNSHIP:
        return Scope(asker.county_id, asker.township_id)
    return Scope(asker.county_id, asker.township_id, asker.team_id)


def may_verify(asker: Person, *, owner: Person) -> bool:
    """Whether this person may strike off what that one did: his superior, never himself."""
    if asker.id == owner.id:
        return False
    if owner.role is Role.MEMBER:
        return asker.role in {Role.LEADER, Role.TOWNSHIP}
    return asker.role in STAFF


# records
async def identify(db: Session, address: Address, *, now: datetime) -> Person:
    """The person behind an address; `Unknown` when nobody is bound or he has left."""
    row = await sql.by_address(
        db.connection,
        channel=address.channel,
        account=address.account,
        user_key=address.user_key,
    )
    if row is None:
        raise Unknown(address)
    person = _person(row)
    if person.left_day and person.left_day < now.date().isoformat():
        raise Unknown(address)
    await sql.seen(
        db.connection, channel=address.channel, account=address.account,
        user_key=address.user_key, day=ms(now.replace(hour=0, minute=0, second=0, microsecond=0)),
    )  # fmt: skip
    return person


async def by_id(db: Session, id: int) -> Person:
    """The person with that id; the caller answers for the right to ask."""
    return _person(await sql.by_id(db.connection, id=id))


async def access_person(db: Session, asker: Person, name: str) -> Person | None:
    """Somebody by name within the asker's scope; None also when he has left or may not be seen."""
    rows = [row async for row in sql.by_name(db.connection, name=name, **vars(scope_of(asker)))]
    return _person(rows[0]) if len(rows) == 1 else None


async def members(db: Session, scope: Scope, *, day: date) -> list[Person]:
    """Team members and leaders in a scope on that day, past or present, by team."""
    rows = sql.members(db.connection, day=day.isoformat(), **vars(scope))
    return [_person(row) async for row in rows]


async def superiors(db: Session, person: Person, *, day: date) -> list[Person]:
    """Who answers for this person: his leader, the leader's township, the township's county.

    Where that seat is empty, the next one up answers.
    """
    found: list[Person] = []
    if person.role is Role.MEMBER:
        found = await _seats(sql.leaders_of(db.connection, team=person.team_id, day=str(day)))
    if person.role is Role.LEADER or (person.role is Role.MEMBER and not found):
        rows = sql.townships_of(db.connection, township=person.township_id, day=str(day))
        found = await _seats(rows)
    return [one for one in found if one.id != person.id] or await staff(
        db, person.county_id, day=day
    )


async def seats(db: Session, person: Person, role: Role, *, day: date) -> list[Person]:
    """Who holds that post above this person, himself left out; nobody: the seat is empty."""
    return [one for one in await seats_at(db, person, role, day=day) if one.id != person.id]


class Placed(Protocol):
    """Somebody or something of a village, a township or a county."""

    @property
    def team_id(self) -> int:
        """Its team; 0: none."""
        ...

    @property
    def township_id(self) -> int:
        """Its township; 0: none."""
        ...

    @property
    def county_id(self) -> int:
        """Its county."""
        ...


async def seats_at(db: Session, place: Placed, role: Role, *, day: date) -> list[Person]:
    """Who holds that post above this place; nobody: the seat is empty."""
    if role is Role.LEADER:
        rows = sql.leaders_of(db.connection, team=place.team_id, day=str(day))
    elif role is Role.TOWNSHIP:
        rows = sql.townships_of(db.connection, township=place.township_id, day=str(day))
    else:
        rows = sql.counties_of(db.connection, county=place.county_id, day=str(day))
    return await _seats(rows)


async def _seats(rows: AsyncIterator[object]) -> list[Person]:
    return [_person(row) async for row in rows]


async def readers(db: Session, *, day: date) -> list[Person]:
    """Everybody who receives summaries: leaders, townships, county."""
    return [_person(row) async for row in sql.readers(db.connection, day=day.isoformat())]


async def staff(db: Session, county: int, *, day: date) -> list[Person]:
    """The county's own staff."""
    rows = sql.counties_of(db.connection, county=county, day=day.isoformat())
    return [_person(row) async for row in rows]


async def roster(db: Session) -> list[Person]:
    """Everybody, in order of place and role: for the demo's list and the operator."""
    return [_person(row) async for row in sql.roster(db.connection)]


async def teams(db: Session, scope: Scope) -> list[Team]:
    """The teams in a scope, by township and village."""
    return [Team(**dict(row)) async for row in sql.teams(db.connection, **vars(scope))]


async def townships(db: Session, county: int) -> dict[str, int]:
    """The county's townships by name."""
    return {row["name"]: row["id"] async for row in sql.townships(db.connection, county=county)}


async def households(db: Session, asker: Person) -> list[Household]:
    """The households of the asker's own team, the longest unvisited first; nobody else's."""
    rows = sql.households(db.connection, team=asker.team_id)
    return [Household(**dict(row)) async for row in rows]


async def add_household(
    db: Session, team: int, name: str, *, group_name: str = "", kind: str = ""
) -> int:
    """Enter a household into the team's ledger; the same name and group is the same household."""
    await sql.add_household(
        db.connection, team=team, name=name, group_name=group_name, kind=kind
    )
    id = await sql.household_id(db.connection, team=team, name=name, group_name=group_name)
    return int(id)


async def add_alias(db: Session, asker: Person, id: int, alias: str) -> None:
    """Remember what people here call a household of the asker's own team."""
    household = next((one for one in await households(db, asker) if one.id == id), None)
    if household is None or alias in {household.name, *household.aliases.split("、")}:
        return
    aliases = "、".join(one for one in (household.aliases, alias) if one)
    await sql.set_aliases(db.connection, id=id, team=asker.team_id, aliases=aliases)


async def address_of(db: Session, person: int) -> Address | None:
    """Where to write to somebody unasked: the reachable address used last."""
    row = await sql.address_of(db.connection, person=person)
    return Address(**dict(row)) if row else None


async def binding_of(db: Session, address: Address) -> int | None:
    """The id of the present binding of an address; a session hangs on it."""
    found: int | None = await sql.binding_of(db.connection, **vars(address))
    return found


async def set_plain(db: Session, address: Address, *, plain: bool) -> None:
    """Whether buttons are told in words there: a screen that shows none."""
    await sql.set_plain(db.connection, **vars(address), plain=int(plain))


async def mark_unreachable(db: Session, address: Address) -> None:
    """The channel says this address cannot be written to any more."""
    await sql.unreachable(db.connection, **vars(address))


def _person(row: object) -> Person:
    facts = dict(row)  # type: ignore[call-overload]
    return Person(**{**facts, "role": Role(facts["role"])})
