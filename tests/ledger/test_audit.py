"""The log: it only grows, every fault is named exactly, erased words are nowhere (audit-log §6)."""

import asyncio
import shutil
import sqlite3
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from county import MONDAY, settle

from ledger import audit, backup
from ledger.audit import Verdict
from ledger.clock import ms
from ledger.database import Database, open_database

WORDS = "屋顶漏雨张大山家"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed ledger with nine events; the fifth speaks of a household."""
    path = tmp_path_factory.mktemp("written") / "zhucun.db"
    asyncio.run(_write_nine(path))
    return path


async def _write_nine(path: Path) -> None:
    async with open_database(path, durable=False) as database:
        await write(database, 9)


@pytest.fixture
def path(written: Path, tmp_path: Path) -> Path:
    """A copy of it that may be spoilt."""
    return Path(shutil.copy(written, tmp_path / "zhucun.db"))


async def write(database: Database, count: int, *, first: int = 1) -> None:
    """So many events, one a minute."""
    async with database.transaction() as db:
        for number in range(first, first + count):
            body = {"found": WORDS if number == 5 else f"第 {number} 件"}
            now = MONDAY + timedelta(minutes=number)
            await audit.record(
                db, 7, "visit.made", subject=f"record:{number}", body=body, now=now
            )


async def verdict(path: Path) -> Verdict:
    async with open_database(path, durable=False) as database, database.reading() as db:
        return await audit.verify(db)


def tamper(path: Path, *statements: str) -> None:
    """What somebody with the file and no guards can do."""
    connection = sqlite3.connect(path, isolation_level=None)
    for name in ("ev_keeps_rows", "ev_loses_nothing", "ev_in_order"):
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys=OFF")
    for one in statements:
        connection.execute(one)
    connection.close()


# the guards
REST = "actor, kind, subject, commitment, prev, h FROM ev WHERE seq = 9"
REFUSED = {
    "change": "UPDATE ev SET actor = 8 WHERE seq = 3",
    "change of nothing": "UPDATE ev SET actor = actor",
    "removal": "DELETE FROM ev WHERE seq = 9",
    "removal of all": "DELETE FROM ev",
    "gap": f"INSERT INTO ev SELECT 11, at, {REST}",
    "a number twice": f"INSERT INTO ev SELECT 9, at, {REST}",
    "a clock put back by a day": f"INSERT INTO ev SELECT 10, at - 86400000, {REST}",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
async def test_the_log_only_grows(path: Path, statement: str) -> None:
    async with open_database(path, durable=False) as database:
        with pytest.raises(sqlite3.IntegrityError, match="log"):
            async with database.transaction() as db:
                await db.connection.execute(statement)

    assert (await verdict(path)).faults == ()


async def test_an_earlier_moment_is_written_as_the_last_one(path: Path) -> None:
    """A message of last night after an event of this morning: order is kept, nothing is refused."""
    async with open_database(path, durable=False) as database:
        async with database.transaction() as db:
            early = MONDAY - timedelta(days=1)
            await audit.record(db, 7, "visit.made", subject="record:10", body={}, now=early)
        async with database.reading() as db:
            rows = await db.connection.execute_fetchall(
                "SELECT at FROM ev ORDER BY seq DESC LIMIT 2"
            )

    assert [row["at"] for row in rows] == [ms(MONDAY + timedelta(minutes=9))] * 2


async def test_the_table_of_bodies_may_only_lose_rows(path: Path) -> None:
    """An edited body is not refused, it is found."""
    async with open_database(path, durable=False) as database, database.transaction() as db:
        await db.connection.execute("UPDATE ev_body SET body = '{}' WHERE seq = 4")

    assert (await verdict(path)).faults == ("事件 4 的内容被改过",)


# the verdict
async def test_an_untouched_log_is_sound(path: Path) -> None:
    found = await verdict(path)

    assert (found.events, found.erased, found.faults) == (9, 0, ())
    assert found.head.seq == 9
    assert found.head.short == found.head.h.hex()[:12]


async def test_an_empty_log_is_sound(database: Database) -> None:
    async with database.reading() as db:
        found = await audit.verify(db)

    assert (found.events, found.erased, found.faults) == (0, 0, ())
    assert found.head.h == audit.GENESIS


EDITED = {
    "actor": "UPDATE ev SET actor = 8 WHERE seq = 3",
    "kind": "UPDATE ev SET kind = 'visit.undone' WHERE seq = 3",
    "subject": "UPDATE ev SET subject = 'record:4' WHERE seq = 3",
    "moment": "UPDATE ev SET at = at + 1 WHERE seq = 3",
    "commitment": "UPDATE ev SET commitment = zeroblob(32) WHERE seq = 3",
}


@pytest.mark.parametrize("column", EDITED)
async def test_an_edited_row_is_named(path: Path, column: str) -> None:
    tamper(path, EDITED[column])
    faults = (await verdict(path)).faults

    assert faults[0] == "事件 3 起断链"
    assert set(faults) <= {"事件 3 起断链", "事件 3 的内容被改过"}


async def test_an_edited_row_with_its_hash_made_anew_breaks_the_next(path: Path) -> None:
    tamper(path, "UPDATE ev SET h = zeroblob(32) WHERE seq = 3")

    assert (await verdict(path)).faults == ("事件 3 起断链", "事件 4 起断链")


async def test_an_edited_body_is_named(path: Path) -> None:
    tamper(path, "UPDATE ev_body SET body = replace(body, '第', '弟') WHERE seq = 6")

    assert (await verdict(path)).faults == ("事件 6 的内容被改过",)


async def test_a_body_with_another_salt_is_named(path: Path) -> None:
    tamper(path, "UPDATE ev_body SET salt = zeroblob(16) WHERE seq = 6")

    assert (await verdict(path)).faults == ("事件 6 的内容被改过",)


async def test_a_missing_row_is_named(path: Path) -> None:
    tamper(
        path, "DELETE FROM ev_body WHERE seq IN (4, 5)", "DELETE FROM ev WHERE seq IN (4, 5)"
    )

    assert (await verdict(path)).faults == ("事件 4 至 5 缺失", "事件 6 起断链")


async def test_swapped_rows_are_named(path: Path) -> None:
    tamper(
        path,
        "UPDATE ev SET seq = 100 WHERE seq = 3",
        "UPDATE ev SET seq = 3 WHERE seq = 6",
        "UPDATE ev SET seq = 6 WHERE seq = 100",
    )
    faults = (await verdict(path)).faults

    assert {"事件 3 起断链", "事件 6 起断链"} <= set(faults)
    assert not {"事件 1 起断链", "事件 2 起断链", "事件 8 起断链"} & set(faults)


async def test_a_cut_tail_is_seen_by_the_published_head_only(path: Path) -> None:
    async with open_database(path, durable=False) as database, database.transaction() as db:
        await audit.publish_head(db, MONDAY.date(), now=MONDAY)
    tamper(path, "DELETE FROM ev_body WHERE seq > 7", "DELETE FROM ev WHERE seq > 7")
    found = await verdict(path)

    assert found.events == 7
    assert found.faults == ("2026-11-23 公布的存证与事件 9 不符",)


async def test_a_chain_written_anew_differs_from_the_published_head(path: Path) -> None:
    async with open_database(path, durable=False) as database, database.transaction() as db:
        before = await audit.publish_head(db, MONDAY.date(), now=MONDAY)
    tamper(path, "DELETE FROM ev_body", "DELETE FROM ev")
    async with open_database(path, durable=False) as database:
        await write(database, 9)
    found = await verdict(path)

    assert found.head.h != before.h
    assert found.faults == ("2026-11-23 公布的存证与事件 9 不符",)


async def test_a_head_is_published_once_a_day(path: Path) -> None:
    async with open_database(path, durable=False) as database:
        async with database.transaction() as db:
            first = await audit.publish_head(db, MONDAY.date(), now=MONDAY)
        await write(database, 3, first=10)
        async with database.transaction() as db:
            again = await audit.publish_head(db, MONDAY.date(), now=MONDAY)
            later = await audit.publish_head(
                db, MONDAY.date() + timedelta(days=1), now=MONDAY + timedelta(days=1)
            )

    assert first == again
    assert (first.seq, later.seq) == (9, 12)
    assert (await verdict(path)).faults == ()


# erasing
async def test_an_erased_body_is_nowhere_and_the_chain_holds(path: Path) -> None:
    assert WORDS.encode() in everything(path)

    async with open_database(path, durable=False) as database:
        async with database.transaction() as db:
            await db.connection.execute("DELETE FROM ev_body WHERE seq = 5")
        await database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        left = everything(path)
    found = await verdict(path)

    assert WORDS.encode() not in left
    assert "第 6 件".encode() in left
    assert (found.events, found.erased, found.faults) == (9, 1, ())


def everything(path: Path) -> bytes:
    """The bytes of the database and of the files beside it."""
    return b"".join(
        one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")) if one.is_file()
    )


async def test_the_history_of_a_subject_says_what_was_erased(path: Path) -> None:
    async with open_database(path, durable=False) as database:
        async with database.transaction() as db:
            await db.connection.execute("DELETE FROM ev_body WHERE seq = 5")
        async with database.reading() as db:
            kept = await audit.history(db, "record:6")
            erased = await audit.history(db, "record:5")

    assert kept[0]["body"] == {"found": "第 6 件"}
    assert erased[0]["body"] is None
    assert erased[0]["kind"] == "visit.made"


async def test_the_same_words_have_two_commitments(path: Path) -> None:
    """Without its salt nobody can try out what an erased body said."""
    async with open_database(path, durable=False) as database:
        async with database.transaction() as db:
            for number in (10, 11):
                await audit.record(
                    db, 7, "a", subject=f"record:{number}", body={"x": WORDS}, now=MONDAY
                )
        async with database.reading() as db:
            rows = await db.connection.execute_fetchall(
                "SELECT commitment FROM ev WHERE seq > 9"
            )

    assert len({bytes(row["commitment"]) for row in rows}) == 2


# together with its fact, and in a backup
async def test_an_event_is_rolled_back_with_its_fact(path: Path) -> None:
    async with open_database(path, durable=False) as database:
        with suppress(ZeroDivisionError):
            async with database.transaction() as db:
                await audit.record(db, 7, "a", subject="record:10", body={}, now=MONDAY)
                raise ZeroDivisionError

    assert (await verdict(path)).events == 9


async def test_a_restored_backup_goes_on_where_it_was(path: Path, tmp_path: Path) -> None:
    async with open_database(path, durable=False) as database:
        async with database.transaction() as db:
            await audit.publish_head(db, MONDAY.date(), now=MONDAY)
        copy = await backup.make(database, tmp_path / "backup", now=MONDAY)
        await write(database, 3, first=10)
    async with open_database(copy.path) as restored:
        await write(restored, 2, first=10)
    found = await verdict(copy.path)

    assert copy.events == 9
    assert (found.events, found.faults) == (11, ())


async def test_two_writers_at_once_make_one_chain(database: Database) -> None:
    await asyncio.gather(*(write(database, 1, first=number) for number in range(1, 21)))
    async with database.reading() as db:
        found = await audit.verify(db)

    assert (found.events, found.faults) == (20, ())


async def test_nothing_personal_stands_outside_the_bodies(database: Database) -> None:
    """Actor and subject are ids; names and phones are in what can be erased."""
    county = await settle(database)
    async with database.reading() as db:
        rows = list(await db.connection.execute_fetchall("SELECT kind, subject FROM ev"))
    text = " ".join(f"{row['kind']} {row['subject']}" for row in rows)

    assert len(rows) > 10
    for person in county.people.values():
        assert person.name not in text
        assert not person.phone or person.phone not in text


@pytest.mark.slow
async def test_twenty_thousand_events_verify(database: Database) -> None:
    for start in range(1, 20_001, 2_000):
        await write(database, 2_000, first=start)
    async with database.reading() as db:
        found = await audit.verify(db)

    assert (found.events, found.faults) == (20_000, ())


CANONICAL: tuple[tuple[object, str], ...] = (
    ({"b": 1, "a": "户"}, '{"a":"户","b":1}'),
    ([1, None, True], "[1,null,true]"),
    ({"x": {"d": 1, "c": [2]}}, '{"x":{"c":[2],"d":1}}'),
)


@pytest.mark.parametrize(("value", "written"), CANONICAL)
def test_canonical_json_has_one_form(value: object, written: str) -> None:
    assert audit.canonical(value) == written


Fields = tuple[int, int, int, str, str]


def test_a_link_depends_on_everything_in_it() -> None:
    base: Fields = (1, 2, 3, "k", "s")
    other: list[Fields] = [
        (9, 2, 3, "k", "s"), (1, 9, 3, "k", "s"), (1, 2, 9, "k", "s"), (1, 2, 3, "x", "s"),
        (1, 2, 3, "k", "x"),
    ]  # fmt: skip
    links = [audit.link(audit.GENESIS, one, b"c" * 32) for one in [base, *other]]
    links.append(audit.link(b"\1" * 32, base, b"c" * 32))
    links.append(audit.link(audit.GENESIS, base, b"d" * 32))

    assert len(set(links)) == 8
