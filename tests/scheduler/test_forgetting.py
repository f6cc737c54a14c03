"""What a channel needed for a while only is forgotten in the night after."""

from datetime import timedelta

from county import MONDAY, settle

from ledger import live_cards, page_passes, press_answers
from ledger.database import Database
from ledger.page_passes import LASTS, PagePass
from ledger.people import Address
from scheduler.forgetting import REPEATED, tick

HOME = Address("wecom", "corp/1", "zhangsan")
TABLES = ("live_card", "page_pass", "press_answer")


async def test_only_what_is_over_is_forgotten(database: Database) -> None:
    county = await settle(database)
    page = PagePass(county["李队员"].id, HOME, "place")
    async with database.transaction() as db:
        for name, at in (("old", MONDAY - 2 * REPEATED), ("new", MONDAY)):
            await live_cards.note(db, HOME, name, "code", until=at + timedelta(hours=1))
            await page_passes.make(db, page, now=at)
            await press_answers.keep(db, "wecom", "corp/1", name, "✓", now=at)
        await tick(None, db, MONDAY + LASTS - timedelta(minutes=1))  # type: ignore[arg-type]
        left = {
            table: await db.connection.execute_fetchall(f"SELECT count(*) AS n FROM {table}")
            for table in TABLES
        }
    assert {table: rows[0]["n"] for table, rows in left.items()} == dict.fromkeys(TABLES, 1)
