"""Small facts the program keeps for itself: a mute, a heartbeat, the demo's clock."""

from ledger.database import Session, queries

sql = queries("settings")


async def read(db: Session, name: str) -> str | None:
    """The value kept under that name."""
    found: str | None = await sql.read(db.connection, name=name)
    return found


async def write(db: Session, name: str, value: str) -> None:
    """Keep a value under that name; the earlier one is gone."""
    await sql.write(db.connection, name=name, value=value)


async def forget(db: Session, name: str) -> None:
    """Keep nothing under that name."""
    await sql.forget(db.connection, name=name)
