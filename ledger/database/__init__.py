"""The contract between the ledger and its store: transactions, savepoints, reading.

`open_database` is the only way in. A `Session` is one open transaction; the functions of the
ledger receive it as `db`, never begin or end it, and pass `db.connection` to their SQL.
"""

from ledger.database.lock import AlreadyRunning
from ledger.database.queries import queries
from ledger.database.sqlite import Database, Session, StoreTrouble, engine, open_database

__all__ = [
    "AlreadyRunning",
    "Database",
    "Session",
    "StoreTrouble",
    "engine",
    "open_database",
    "queries",
]
