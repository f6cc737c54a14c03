"""Files: kept byte for byte under their hash, written whole or not at all, never by their name."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from county import MONDAY, County
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import files, visits
from ledger.database import Database, Session
from ledger.files import Kept, keep_bytes, path_of
from ledger.rules import Rules
from ledger.visits import Visit

NAMES = (
    "../../etc/passwd", "/etc/passwd", "..\\..\\x.jpg", "a\0b.jpg", "CON", "", ".", "x" * 5000,
    "照片.jpg", "$(reboot).jpg", "-rf", "a/b/c.png",
)  # fmt: skip


def keep(folder: Path, data: bytes, name: str = "屋顶.jpg") -> Kept:
    return keep_bytes(folder, data, mime="image/jpeg", name=name, kind="photo")


def lying_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_full_disk_is_left_no_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(tmp_path, b"roof")
    assert lying_in(tmp_path) == []


def test_the_bytes_lie_under_their_hash(tmp_path: Path) -> None:
    kept = keep(tmp_path, b"roof")

    assert kept.sha256 == hashlib.sha256(b"roof").hexdigest()
    assert (kept.size, kept.name, kept.kind) == (4, "屋顶.jpg", "photo")
    assert path_of(tmp_path, kept.sha256).read_bytes() == b"roof"


def test_the_same_bytes_are_one_file_whatever_their_name(tmp_path: Path) -> None:
    first, second = keep(tmp_path, b"roof", "a.jpg"), keep(tmp_path, b"roof", "b.png")

    assert first.sha256 == second.sha256
    assert len(lying_in(tmp_path)) == 1


def test_a_file_that_lies_there_is_not_written_again(tmp_path: Path) -> None:
    path = path_of(tmp_path, keep(tmp_path, b"roof").sha256)
    before = path.stat().st_ino
    keep(tmp_path, b"roof")

    assert path.stat().st_ino == before


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:12])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "files"
    kept = keep(folder, b"roof", name)

    assert kept.name == name
    assert lying_in(tmp_path) == [path_of(folder, kept.sha256)]


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=2000), name=st.text(max_size=50))
def test_any_bytes_come_back_as_they_were(data: bytes, name: str, tmp_path: Path) -> None:
    kept = keep(tmp_path, data, name)

    assert path_of(tmp_path, kept.sha256).read_bytes() == data


def test_a_write_that_breaks_off_leaves_no_file_under_the_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(tmp_path, b"roof")
    sha256 = hashlib.sha256(b"roof").hexdigest()

    assert not path_of(tmp_path, sha256).exists()
    monkeypatch.undo()
    assert path_of(tmp_path, keep(tmp_path, b"roof").sha256).read_bytes() == b"roof"
    assert len(lying_in(tmp_path)) == 1


# joined to records
async def visited(database: Database, county: County) -> int:
    async with database.transaction() as db:
        made = Visit(MONDAY.date(), "张大山", "屋顶漏雨")
        return await visits.record(
            db, county["李队员"], made, source="memory:1", now=MONDAY, rules=Rules()
        )


async def attached(database: Database, person: int, sha256: str = "ab" * 32) -> int:
    kept = Kept(sha256, 4, "image/jpeg", "../x.jpg", "photo")
    async with database.transaction() as db:
        found = await files.attach(db, person, [kept], source="memory:1", now=MONDAY)
    return found[0]


async def joined(db: Session, record: int) -> list[int]:
    rows = await db.connection.execute_fetchall(
        "SELECT id FROM attachment WHERE record_id = ? ORDER BY id", (record,)
    )
    return [row["id"] for row in rows]


async def test_a_waiting_file_joins_a_record_once(database: Database, county: County) -> None:
    person = county["李队员"].id
    first, second = await visited(database, county), await visited(database, county)
    id = await attached(database, person)
    async with database.transaction() as db:
        await files.join(db, [id], first, person=person)
        await files.join(db, [id], second, person=person)

        assert await joined(db, first) == [id]
        assert await joined(db, second) == []


async def test_nobody_takes_somebody_elses_file(database: Database, county: County) -> None:
    record = await visited(database, county)
    id = await attached(database, county["赵队员"].id)
    async with database.transaction() as db:
        await files.join(db, [id], record, person=county["李队员"].id)

        assert await joined(db, record) == []


async def test_a_days_files_are_counted_from_midnight_to_midnight(
    database: Database, county: County
) -> None:
    person = county["李队员"].id
    await attached(database, person)
    async with database.reading() as db:
        today = MONDAY.date()
        counts = [
            await files.count_today(db, person, today + timedelta(days=ahead))
            for ahead in (-1, 0, 1)
        ]
        other = await files.count_today(db, county["赵队员"].id, today)

    assert (counts, other) == ([0, 1, 0], 0)


async def test_the_same_bytes_join_one_record_once(database: Database, county: County) -> None:
    person, record = county["李队员"].id, await visited(database, county)
    ids = [await attached(database, person) for _ in range(3)]
    async with database.transaction() as db:
        await files.join(db, ids, record, person=person)

        assert await joined(db, record) == ids[:1]


async def test_only_files_that_came_alone_wait_for_a_record(
    database: Database, county: County
) -> None:
    person = county["李队员"].id
    id = await attached(database, person)
    async with database.transaction() as db:
        assert await files.waiting(db, person, since=MONDAY) == []
        await files.leave_waiting(db, person, "memory:1", now=MONDAY)

        assert await files.waiting(db, person, since=MONDAY) == [id]
        assert await files.waiting(db, county["赵队员"].id, since=MONDAY) == []
        assert await files.waiting(db, person, since=MONDAY + timedelta(seconds=1)) == []


async def test_bytes_are_found_elsewhere_in_the_team_only(
    database: Database, county: County
) -> None:
    li, here, there = (
        county["李队员"],
        await visited(database, county),
        await visited(database, county),
    )
    id = await attached(database, li.id)
    async with database.transaction() as db:
        await files.join(db, [id], there, person=li.id)
        team, other = li.team_id, county["钱队员"].team_id

        assert await files.elsewhere(db, team, "ab" * 32, record=here) == there
        assert await files.elsewhere(db, team, "ab" * 32, record=there) is None
        assert await files.elsewhere(db, other, "ab" * 32, record=here) is None
