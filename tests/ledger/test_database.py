"""The store's promises: one writer, all or nothing, readers that cannot write, one copy."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from ledger.database import AlreadyRunning, Database, StoreTrouble, open_database


async def names(database: Database) -> list[str]:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT name FROM county ORDER BY id")
    return [row["name"] for row in rows]


async def enter(database: Database, name: str) -> None:
    async with database.transaction() as db:
        await db.connection.execute("INSERT INTO county (name) VALUES (?)", (name,))


async def test_what_is_committed_can_be_read(database: Database) -> None:
    await enter(database, "安和县")
    assert await names(database) == ["安和县"]


async def test_an_exception_takes_everything_back(database: Database) -> None:
    with pytest.raises(LookupError):
        async with database.transaction() as db:
            await db.connection.execute("INSERT INTO county (name) VALUES ('安和县')")
            raise LookupError
    assert await names(database) == []


async def test_the_write_lock_is_held_from_the_first_line(database: Database) -> None:
    async with database.transaction():
        other = sqlite3.connect(database.path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


async def test_a_reader_cannot_write(database: Database) -> None:
    async with database.reading() as db:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await db.connection.execute("INSERT INTO county (name) VALUES ('安和县')")


async def test_a_savepoint_takes_back_its_part_only(database: Database) -> None:
    async with database.transaction() as db:
        await db.connection.execute("INSERT INTO county (name) VALUES ('甲县')")
        with pytest.raises(LookupError):
            async with db.savepoint():
                await db.connection.execute("INSERT INTO county (name) VALUES ('乙县')")
                raise LookupError
    assert await names(database) == ["甲县"]


async def test_a_change_of_schema_is_taken_back_too(database: Database) -> None:
    with pytest.raises(LookupError):
        async with database.transaction() as db:
            await db.connection.execute("CREATE TABLE made_by_mistake (id INTEGER)")
            raise LookupError
    async with database.reading() as db:
        found = await db.connection.execute_fetchall(
            "SELECT 1 FROM sqlite_master WHERE name = 'made_by_mistake'"
        )
    assert not list(found)


async def test_twenty_transactions_at_once_wait_for_each_other(database: Database) -> None:
    await asyncio.gather(*(enter(database, f"{number}号县") for number in range(20)))
    assert len(await names(database)) == 20


async def test_readers_do_not_wait_for_the_writer(database: Database) -> None:
    await enter(database, "甲县")
    async with database.transaction() as db:
        await db.connection.execute("INSERT INTO county (name) VALUES ('乙县')")
        assert await names(database) == ["甲县"]


@pytest.mark.parametrize("pause", range(12))
async def test_cancelling_leaves_no_half_transaction_and_no_lost_reader(
    database: Database, pause: int
) -> None:
    """Cancelled after any number of steps: the next one works, all or nothing was written."""
    tasks = [asyncio.create_task(enter(database, "半县")), asyncio.create_task(names(database))]
    for _ in range(pause):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await enter(database, "整县")
    for _ in range(4):
        assert (await names(database))[-1] == "整县"
    assert await names(database) in (["整县"], ["半县", "整县"])


async def test_a_second_copy_is_refused_in_plain_words(database: Database) -> None:
    with pytest.raises(AlreadyRunning, match="正由另一个驻村通使用"):
        async with open_database(database.path):
            pass


async def test_a_defect_in_sql_is_not_taken_for_a_full_disk(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        async with database.transaction() as db:
            await db.connection.execute("SELECT * FROM nowhere")


async def test_a_busy_database_is_passing_trouble(database: Database) -> None:
    await database.writer.execute("PRAGMA busy_timeout=0")
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreTrouble):
        async with database.transaction():
            pass
    other.close()
    await enter(database, "安和县")


async def test_opening_again_keeps_everything_and_migrates_nothing(tmp_path: Path) -> None:
    for name in ("甲县", "乙县"):
        async with open_database(tmp_path / "zhucun.db") as database:
            await enter(database, name)
    async with open_database(tmp_path / "zhucun.db") as database:
        assert await names(database) == ["甲县", "乙县"]
