"""Files from before pictures were looked at: read one by one, outside any transaction.

Each is written down with the mark up to where it is done, in one transaction: a stop between two
of them loses nothing and does nothing twice. Once all are done, there is nothing to look for.
"""

import asyncio
from datetime import datetime

from ledger import pictures
from ledger.database import Database
from ledger.files import path_of
from scheduler.desk import Desk

AT_ONCE = 40  # files asked for together


async def work(desk: Desk, database: Database, now: datetime) -> None:
    """Look at all of them, the oldest first."""
    while waiting := await _waiting(database):
        for attachment, sha256 in waiting:
            path = path_of(desk.data / "files", sha256)
            seen = await asyncio.to_thread(pictures.look_at_file, path)
            async with database.transaction() as db:
                await pictures.make_up(db, attachment, sha256, seen)


async def _waiting(database: Database) -> list[tuple[int, str]]:
    async with database.reading() as db:
        return await pictures.unseen(db, most=AT_ONCE)
