"""Older files are looked at once, whatever stops the program; new ones when they come."""

import pytest
from phones import Phones
from photo_scenes import RETAKES, saved, scene

from ledger import files, pictures
from ledger.database import Session
from ledger.files import keep_bytes
from ledger.pictures import Look
from scheduler.pictures import work

ROOF = scene("roof")


async def old_file(phones: Phones, data: bytes, name: str) -> str:
    """A file that came before pictures were looked at."""
    kept = keep_bytes(phones.folder / "files", data, mime="image/jpeg", name=name, kind="photo")
    person = phones.county["李队员"].id
    async with phones.app.database.transaction() as db:
        await files.attach(db, person, [kept], source=f"memory:{name}", now=phones.clock.now())
    return kept.sha256


async def rows(db: Session, table: str) -> int:
    counts = {
        "picture": "SELECT count(*) FROM picture",
        "like": "SELECT count(*) FROM likeness",
    }
    (found,) = await db.connection.execute_fetchall(counts[table])
    return int(found[0])


async def lived(phones: Phones) -> None:
    await work(phones.app.runner.desk, phones.app.database, phones.clock.now())


async def test_older_files_are_looked_at_once(phones: Phones) -> None:
    for name, data in {
        "a": saved(ROOF), "b": RETAKES["10 % off each side"](ROOF), "c": b"no picture",
    }.items():  # fmt: skip
        await old_file(phones, data, name)
    await lived(phones)
    await lived(phones)

    async with phones.app.database.reading() as db:
        assert (await rows(db, "picture"), await rows(db, "like")) == (3, 2)
        assert not await pictures.any_unseen(db, now=phones.clock.now())


async def test_a_stop_in_between_loses_nothing_and_repeats_nothing(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        await old_file(phones, b"file %d" % number, str(number))
    seen: list[str] = []

    def until_it_dies(path: object) -> Look:
        seen.append(str(path))
        if len(seen) == 3:
            raise MemoryError
        return pictures.NOTHING

    monkeypatch.setattr(pictures, "look_at_file", until_it_dies)
    with pytest.raises(MemoryError):
        await lived(phones)
    await lived(phones)

    assert seen[2] == seen[3]
    assert len(set(seen)) == 4
    assert len(seen) == 5
    async with phones.app.database.reading() as db:
        assert await rows(db, "picture") == 4


async def test_a_new_file_is_looked_at_when_it_comes(phones: Phones) -> None:
    phones.memory.blobs["屋顶.jpg"] = saved(ROOF)
    await phones.says("李队员", files=["屋顶.jpg"])

    async with phones.app.database.reading() as db:
        assert await rows(db, "picture") == 1
        assert not await pictures.any_unseen(db, now=phones.clock.now())
