"""The inbox: kept before it is acknowledged, once, in order, and nobody waits for a bad one."""

from county import MONDAY

from ledger import inbox
from ledger.database import Database
from ledger.inbox import Raw


def raw(ext_id: str, conv: str = "memory:李队员", **payload: object) -> Raw:
    return Raw("memory", "local", ext_id, conv, {"id": ext_id, **payload})


async def keep(database: Database, *raws: Raw) -> None:
    async with database.transaction() as db:
        await inbox.keep(db, raws, now=MONDAY)


async def counts(database: Database) -> dict[str, int]:
    async with database.reading() as db:
        return await inbox.counts(db)


async def test_a_message_delivered_five_times_is_kept_once(database: Database) -> None:
    for _ in range(4):
        await keep(database, raw("1"), raw("2"))
    await keep(database, raw("1"), raw("1"))

    assert await counts(database) == {"new": 2}


async def test_the_first_text_of_a_number_stays(database: Database) -> None:
    await keep(database, raw("1", text="甲"))
    await keep(database, raw("1", text="乙"))
    async with database.reading() as db:
        row = await inbox.waiting(db, "memory:李队员")

    assert row
    assert row.payload == {"id": "1", "text": "甲"}


async def test_the_same_number_of_another_account_is_another_message(
    database: Database,
) -> None:
    other = Raw("memory", "second", "1", "memory:李队员", {})
    await keep(database, raw("1"), other, Raw("web", "local", "1", "web:1", {}))

    assert await counts(database) == {"new": 3}


async def test_a_conversation_is_answered_in_order(database: Database) -> None:
    await keep(database, raw("1"), raw("2", "memory:赵队员"), raw("3"))
    order = []
    async with database.transaction() as db:
        while row := await inbox.waiting(db, "memory:李队员"):
            order.append(row.ext_id)
            await inbox.done(db, row.id)
        left = await inbox.conversations(db)

    assert order == ["1", "3"]
    assert left == ["memory:赵队员"]


async def test_conversations_come_by_how_long_they_wait(database: Database) -> None:
    await keep(database, raw("1", "c"), raw("2", "a"), raw("3", "b"), raw("4", "a"))
    async with database.reading() as db:
        assert await inbox.conversations(db) == ["c", "a", "b"]


async def test_a_parked_message_lets_its_neighbours_pass(database: Database) -> None:
    await keep(database, raw("1"), raw("2"))
    async with database.transaction() as db:
        first = await inbox.waiting(db, "memory:李队员")
        assert first
        await inbox.failed(db, first.id, "X" * 9_000)
        second = await inbox.waiting(db, "memory:李队员")
        error = await db.connection.execute_fetchall(
            "SELECT error FROM inbox WHERE state = 'dead'"
        )

    assert second
    assert second.ext_id == "2"
    assert [len(row["error"]) for row in error] == [500]
    assert await counts(database) == {"dead": 1, "new": 1}


async def test_a_parked_message_is_tried_again_on_request(database: Database) -> None:
    await keep(database, raw("1"))
    async with database.transaction() as db:
        row = await inbox.waiting(db, "memory:李队员")
        assert row
        assert not await inbox.again(db, row.id)
        await inbox.failed(db, row.id, "a defect")
        assert await inbox.again(db, row.id)
        again = await inbox.waiting(db, "memory:李队员")
        assert not await inbox.again(db, 4711)

    assert again
    assert (again.id, again.attempts) == (row.id, 1)


async def test_an_answered_message_is_not_put_back(database: Database) -> None:
    await keep(database, raw("1"))
    async with database.transaction() as db:
        row = await inbox.waiting(db, "memory:李队员")
        assert row
        await inbox.done(db, row.id)

        assert not await inbox.again(db, row.id)
        assert await inbox.by_id(db, row.id) is not None
        assert await inbox.by_id(db, 4711) is None


async def test_the_cursor_moves_with_its_batch(database: Database) -> None:
    async with database.reading() as db:
        assert await inbox.cursor(db, "telegram", "bot") is None
    for last in (5, 9):
        async with database.transaction() as db:
            await inbox.keep(db, [raw(str(last))], now=MONDAY)
            await inbox.move_cursor(db, "telegram", "bot", last, now=MONDAY)
    async with database.reading() as db:
        found = await inbox.cursor(db, "telegram", "bot")
        assert await inbox.cursor(db, "telegram", "other") is None

    assert found
    assert found[0] == 9
