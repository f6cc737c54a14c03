"""What is kept (留存): how much of each kind of data lies in this ledger."""

from datetime import datetime, timedelta

from ledger.clock import ms
from ledger.database import Session, queries

sql = queries("kept")
RECENT = timedelta(days=30)


async def counts(db: Session, *, now: datetime) -> dict[str, int]:
    """Rows by kind: records, messages, files, people, events; `recent`: records of 30 days."""
    row = await sql.counts(db.connection, since=ms(now - RECENT))
    return {name: int(row[name]) for name in row.keys()}  # noqa: SIM118
