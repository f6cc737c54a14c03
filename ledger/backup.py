"""Backups (备份): copied while in use, opened and checked, the oldest thrown away.

Hourly ones hold the database alone and lie beside it. One made for another place takes along
the photos and files that are not there yet, and the key.
"""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from ledger.database import Database
from ledger.errors import ForOperator

KEEP_HOURLY = 24
KEEP_DAILY = 14
LAST = "last-backup.json"  # in the data folder: when the last one was made by hand, and where
KEY = "secret.key"


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
    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"zhucun-{now:%Y%m%d-%H%M%S}.db"
        return await asyncio.to_thread(_copy, path, target)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """A full disk or a folder we may not write to is said in words."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise BadBackup(
            f"写不进备份目录 {folder}：{error}\n请换一个目录，或清理那里的磁盘。"
        ) from error


def missing_files(data: Path, folder: Path) -> list[Path]:
    """Which photos and files, relative to the data folder, a backup folder does not have yet.

    They are named by their content, so what is there is never copied again.
    """
    names = (one.relative_to(data) for one in (data / "files").glob("*/*"))
    wanted = [one for one in names if not one.name.startswith(".")]  # . is half written
    return sorted(one for one in wanted if not (folder / one).exists())


def copy_file(data: Path, folder: Path, name: Path) -> None:
    """One file beside the backup, whole or not at all, readable by the owner only."""
    target = folder / name
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with _writable(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out, (data / name).open("rb") as given:
            shutil.copyfileobj(given, out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)


def copy_key(data: Path, folder: Path) -> None:
    """The key beside the backup: without it old buttons and logins are void."""
    if (data / KEY).exists() and folder.resolve() != data.resolve():
        copy_file(data, folder, Path(KEY))


def remember(data: Path, path: Path, *, now: datetime) -> None:
    """Note a backup made by hand, wherever it went."""
    facts = {"at": now.isoformat(timespec="seconds"), "path": str(path.resolve())}
    (data / LAST).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")


def newest(data: Path, zone: tzinfo | None) -> tuple[datetime, Path] | None:
    """When the newest backup was made, and where: an hourly one, or one remembered."""
    hourly_ones = (data / "backup").glob("zhucun-*.db")
    found = [(datetime.fromtimestamp(one.stat().st_mtime, zone), one) for one in hourly_ones]
    try:
        facts = json.loads((data / LAST).read_text(encoding="utf-8"))
        found.append((datetime.fromisoformat(facts["at"]), Path(facts["path"])))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none was made by hand
    return max(found, default=None)


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
    await database.checkpoint()
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
