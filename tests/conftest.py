"""Fixtures: a database in a folder, the cast, a phone for each of them. Offline by construction."""

import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from county import MONDAY, County, settle
from phones import Phones

from ledger.clock import SetClock
from ledger.database import Database, open_database
from ledger.database.schema import upgrade

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address but this machine's own is refused."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test must not leave this machine: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """A test that sets up the program's log (the commands do) leaves nothing of it behind."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger's file, made once: each test copies it instead of migrating its own."""
    path = tmp_path_factory.mktemp("migrated") / "zhucun.db"
    upgrade(path)
    return path


@pytest.fixture
async def database(tmp_path: Path, migrated: Path) -> AsyncIterator[Database]:
    """An empty ledger."""
    shutil.copy(migrated, tmp_path / "zhucun.db")
    async with open_database(tmp_path / "zhucun.db", durable=False) as opened:
        yield opened


@pytest.fixture
async def county(database: Database) -> County:
    """The cast, entered and bound."""
    return await settle(database)


@pytest.fixture
def clock() -> SetClock:
    """Monday 23 November 2026, 09:00."""
    return SetClock(MONDAY)


@pytest.fixture
async def phones(tmp_path: Path, clock: SetClock, migrated: Path) -> AsyncIterator[Phones]:
    """The whole program behind a memory channel: everybody of the cast has a phone."""
    shutil.copy(migrated, tmp_path / "zhucun.db")
    async with Phones.open(tmp_path, clock) as opened:
        yield opened
