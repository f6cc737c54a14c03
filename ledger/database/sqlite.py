"""SQLite: one writing connection that begins with BEGIN IMMEDIATE, a few that only read."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import aiosqlite

from ledger.database.lock import only_copy
from ledger.database.schema import upgrade
from ledger.errors import ForOperator

T = TypeVar("T")
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA trusted_schema=OFF",
)
WRITER = ("PRAGMA secure_delete=ON", "PRAGMA journal_size_limit=67108864")
READER = ("PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0")
READERS = 2
GRACE = 5.0  # seconds a step may still take when its task has been cancelled
PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


class StoreTrouble(ForOperator):
    """The disk is full or held by somebody: nothing is lost, the same may go through later."""


def _translated(error: sqlite3.OperationalError) -> Exception:
    """Passing trouble by its own name; anything else is a defect of ours and stays what it is."""
    if error.sqlite_errorname.startswith(PASSING):
        return StoreTrouble(f"{error.sqlite_errorname}: {error}")
    return error


async def _surely(step: Awaitable[T]) -> T:
    """Finish a step that must not be left half done, even when we are cancelled meanwhile."""
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    loop, end = asyncio.get_running_loop(), float("inf")
    while not task.done() and loop.time() < end:  # past it the connection is gone for good
        try:
            await asyncio.wait([task], timeout=end - loop.time() if cancelled else None)
        except asyncio.CancelledError as error:
            cancelled, end = error, min(end, loop.time() + GRACE)
    if cancelled:
        task.cancel()
        raise cancelled
    return task.result()


@dataclass
class Session:
    """One open transaction; whoever receives it neither begins nor ends it."""

    connection: aiosqlite.Connection
    depth: int = 0

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can be taken back alone: rolled back when an exception leaves it."""
        self.depth += 1
        name = f"part_{self.depth}"
        await self.connection.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            await self.connection.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            await self.connection.execute(f"RELEASE {name}")
            self.depth -= 1


@dataclass
class Database:
    """An open database file: `transaction()` to write, `reading()` to look."""

    path: Path
    writer: aiosqlite.Connection
    readers: list[aiosqlite.Connection]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _free: asyncio.Queue[aiosqlite.Connection] = field(default_factory=asyncio.Queue)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """All or nothing: committed when the block ends, rolled back when it raises."""
        async with self._turn:
            try:
                await _surely(self.writer.execute("BEGIN IMMEDIATE"))
                yield Session(self.writer)
                await _surely(self.writer.commit())
            except sqlite3.OperationalError as error:
                await _surely(self.writer.rollback())
                raise _translated(error) from error
            except BaseException:
                await _surely(self.writer.rollback())
                raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """One consistent picture that cannot write."""
        connection = await self._free.get()
        try:
            await _surely(connection.execute("BEGIN"))
            yield Session(connection)
        except sqlite3.OperationalError as error:
            raise _translated(error) from error
        finally:
            await _surely(self._give_back(connection))

    async def _give_back(self, connection: aiosqlite.Connection) -> None:
        await connection.rollback()
        self._free.put_nowait(connection)

    async def backup(self, target: Path) -> None:
        """Copy the whole database while it is in use (one step: it never has to restart)."""
        async with aiosqlite.connect(target) as copy:
            await self.writer.backup(copy, pages=-1)

    async def checkpoint(self) -> None:
        """Write the log into the file and empty it: what was wiped is nowhere any more."""
        await self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _connect(
    stack: AsyncExitStack, path: Path, pragmas: tuple[str, ...]
) -> aiosqlite.Connection:
    connection = await stack.enter_async_context(
        aiosqlite.connect(path, isolation_level=None, cached_statements=512)
    )
    connection.row_factory = aiosqlite.Row
    for pragma in PRAGMAS + pragmas:
        await connection.execute(pragma)
    return connection


@asynccontextmanager
async def open_database(path: Path, *, durable: bool = True) -> AsyncIterator[Database]:
    """Lock, migrate, open. A second copy on the same file is refused with a clear sentence.

    `durable=False` skips the disk's own confirmation at each commit; only rehearsals, whose
    data is thrown away, may ask for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_copy(path))
        await asyncio.to_thread(upgrade, path)
        writer = await _connect(stack, path, WRITER)
        if not durable:
            await writer.execute("PRAGMA synchronous=OFF")
        readers = [await _connect(stack, path, READER) for _ in range(READERS)]
        database = Database(path, writer, readers)
        for reader in readers:
            database._free.put_nowait(reader)
        yield database


def engine() -> tuple[str, bool]:
    """The SQLite version in use, and whether it is free of the WAL fault fixed in 3.51.3.

    With an older one we are still safe: one writing connection, which alone checkpoints.
    """
    return sqlite3.sqlite_version, sqlite3.sqlite_version_info >= (3, 51, 3)
