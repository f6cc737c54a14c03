"""Take a copy of the ledger back to what was known at an earlier moment.

For the dry run only: it must be called on a copy, with moments that go back in time.
"""

from datetime import datetime

from ledger.clock import ms
from ledger.database import Session, queries

sql = queries("rewind")


async def to(db: Session, moment: datetime) -> None:
    """Forget in this copy what was told after that moment."""
    at = ms(moment)
    await sql.records(db.connection, moment=at)
    await sql.visits(db.connection)
    await sql.issues_unknown(db.connection)
    await sql.issues_reopened(db.connection, moment=at)
    await sql.issues_not_submitted(db.connection, moment=at)
    await sql.not_escalated(db.connection)
    await sql.custody_unknown(db.connection, moment=at)
    await sql.custody_not_ended(db.connection, moment=at)
    await sql.issues_without_report_unknown(db.connection)
    await sql.not_merged(db.connection)
    await sql.due_not_moved(db.connection, moment=at)
    await sql.due_not_decided(db.connection, moment=at)
    await sql.leave_not_decided(db.connection, moment=at)
    await sql.leave_not_asked(db.connection, moment=at)
    await sql.leave_steps(db.connection, moment=at)
    await sql.duties(db.connection, moment=at)
    await sql.weeks(db.connection, moment=at)
