"""Backups (备份): copied while in use, opened and checked, the oldest thrown away."""

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ledger.database import Database
from ledger.errors import ForOperator

KEEP_HOURLY = 24
KEEP_DAILY = 14


class BadBackup(ForOperator):
    """A copy that does not open or does not hold what it should."""


@dataclass(frozen=True)
class Backup:
    """A checked copy: its file, the last event in it."""

    path: Path
    events: int


async def make(database: Database, folder: Path, *, now: datetime) -> Backup:
    """Copy the database and check the copy; raises `BadBackup` when it is not sound."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"zhucun-{now:%Y%m%d-%H%M%S}.db"
    await database.backup(target)
    return await asyncio.to_thread(check, target)


async def copy_of(path: Path, folder: Path, *, now: datetime) -> Backup:
    """Copy and check a database file that another process may be using."""
    if not path.exists():
        raise BadBackup(f"{path} 还不存在：请先运行 zhucun init 或 zhucun demo。")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"zhucun-{now:%Y%m%d-%H%M%S}.db"
    return await asyncio.to_thread(_copy, path, target)


def _copy(path: Path, target: Path) -> Backup:
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    return check(target)


async def hourly(database: Database, folder: Path, *, now: datetime) -> Backup:
    """A backup, and room for the next: 24 hourly ones and the last of each of 14 days stay."""
    made = await make(database, folder, now=now)
    for path in to_drop([one.name for one in folder.glob("zhucun-*.db")]):
        (folder / path).unlink(missing_ok=True)
    return made


def to_drop(names: list[str]) -> list[str]:
    """Which backups are no longer needed, by their names."""
    newest_first = sorted(names, reverse=True)
    keep = set(newest_first[:KEEP_HOURLY])
    days: dict[str, str] = {}
    for name in newest_first:
        days.setdefault(name[7:15], name)
    keep |= set(list(days.values())[:KEEP_DAILY])
    return [name for name in names if name not in keep]


def check(path: Path) -> Backup:
    """Open a copy, check its pages and its log."""
    connection = sqlite3.connect(path)
    try:
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        (events,) = connection.execute("SELECT coalesce(max(seq), 0) FROM ev").fetchone()
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"{path}: {error}") from error
    finally:
        connection.close()
    if verdict != "ok":
        raise BadBackup(f"{path}: {verdict}")
    return Backup(path, events)
