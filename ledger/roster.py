"""The roster (花名册) as it is entered: counties, townships, teams, people, households."""

from dataclasses import dataclass
from datetime import datetime

from ledger import audit
from ledger.database import Session, queries
from ledger.people import Role

sql = queries("roster")


@dataclass(frozen=True)
class Entry:
    """One person as written on the roster; places by name, empty where there is none."""

    name: str
    role: Role
    township: str = ""
    village: str = ""
    title: str = ""
    phone: str = ""
    home_unit: str = ""


async def ensure_county(db: Session, name: str) -> int:
    """The county's id; entered when it is new."""
    return int(await sql.ensure_county(db.connection, name=name))


async def ensure_township(db: Session, county: int, name: str) -> int:
    """The township's id; entered when it is new."""
    return int(await sql.ensure_township(db.connection, county=county, name=name))


async def ensure_team(
    db: Session, county: int, township: int, village: str, *, kind: str = ""
) -> int:
    """The id of the village's team; entered when it is new."""
    return int(
        await sql.ensure_team(
            db.connection, county=county, township=township, village=village, kind=kind
        )
    )


async def add_person(db: Session, county: int, entry: Entry, *, now: datetime) -> int:
    """Enter somebody with his places; returns the person's id."""
    township = await ensure_township(db, county, entry.township) if entry.township else None
    team = None
    if township and entry.village:
        team = await ensure_team(db, county, township, entry.village)
    id = await sql.add_person(
        db.connection, county=county, township=township, team=team, name=entry.name,
        role=entry.role.value, title=entry.title, phone=entry.phone, home_unit=entry.home_unit,
    )  # fmt: skip
    body = {"name": entry.name, "role": entry.role.value, "village": entry.village}
    await audit.record(
        db, audit.SYSTEM, "person.added", subject=f"person:{id}", body=body, now=now
    )
    return int(id)


async def any_county(db: Session) -> int | None:
    """The first county's id; None while the ledger is empty."""
    found: int | None = await sql.any_county(db.connection)
    return found
