"""The dry run: last month's reminders once more, under these rules and under others; sends nothing."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from county import County, settle

from bot.dry_run import as_data, as_text, last_month, run
from bot.settings import Settings
from ledger import leave, leave_steps, study
from ledger.clock import SHANGHAI
from ledger.database import Database, open_database
from ledger.leave import Request
from ledger.rules import Rules
from ledger.study import Study

RULES = Rules()
TODAY = date(2026, 12, 3)
ENTERED = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)
WORKDAYS = 21  # of November 2026


async def november(database: Database) -> County:
    """李队员 studies on the 23rd in time and on the 24th in the night; 赵队员 is on leave 25–26."""
    county = await settle(database, now=ENTERED)
    async with database.transaction() as db:
        for day, hour in ((23, 10), (24, 22)):
            at = datetime(2026, 11, day, hour, tzinfo=SHANGHAI)
            made = Study(at.date(), "中央一号文件")
            await study.record(db, county["李队员"], made, source="", now=at, rules=RULES)
        wanted = Request(date(2026, 11, 25), date(2026, 11, 26), "看病", "病假")
        at = datetime(2026, 11, 24, 22, 30, tzinfo=SHANGHAI)
        id = await leave.submit(db, county["赵队员"], wanted, source="", now=at, rules=RULES)
        asked = await leave.any_leave(db, id)
        while seats := await leave_steps.asked(db, id, county["赵队员"], day=at.date()):
            await leave.decide(
                db,
                seats[0],
                asked,
                county["赵队员"],
                approve=True,
                now=at + timedelta(minutes=1),
            )
    return county


async def tried(tmp_path: Path, rules: Rules) -> tuple[dict[str, int], int]:
    settings = Settings(data=tmp_path)
    async with open_database(settings.database) as database:
        await november(database)
    outcome = await run(settings, rules, TODAY, now=ENTERED)
    return dict(outcome.by_about), outcome.members


async def test_what_was_done_in_time_or_on_leave_would_not_have_been_reminded(
    tmp_path: Path,
) -> None:
    about, members = await tried(tmp_path, RULES)
    # seven people, each working day; less one study in time and two days of leave
    assert about["学习登记"] == 7 * WORKDAYS - 1 - 2
    assert members == 4 * WORKDAYS - 1 - 2


async def test_a_changed_rule_shows_its_effect(tmp_path: Path) -> None:
    about, members = await tried(tmp_path, replace(RULES, study_reminder=False))
    assert "学习登记" not in about
    assert members == 0


async def test_the_ledger_itself_is_not_touched(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    async with open_database(settings.database) as database:
        await november(database)
    before = settings.database.read_bytes()
    outcome = await run(settings, RULES, TODAY, now=ENTERED)
    assert settings.database.read_bytes() == before
    said = "\n".join(as_text(outcome, outcome))
    assert "2026年11月试算，没有发出任何消息" in said
    assert as_data(outcome, None)["changed"] is None


def test_the_month_before() -> None:
    assert last_month(date(2026, 1, 5)) == (date(2025, 12, 1), date(2025, 12, 31))
