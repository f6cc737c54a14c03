"""The dry run: last month's reminders once more, under these rules and under others; sends nothing."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from county import County, settle

from bot.dry_run import as_data, as_text, last_month, run
from bot.settings import Settings
from ledger import issue_steps, issues, leave, leave_steps, study, units
from ledger.clock import SHANGHAI
from ledger.custody import Holder, Kind
from ledger.database import Database, open_database
from ledger.issues import Found, Tier
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


async def urged(tmp_path: Path, rules: Rules) -> dict[str, int]:
    """An issue due on the 11th, a Wednesday; on the 16th it goes to a unit."""
    settings = Settings(data=tmp_path)
    async with open_database(settings.database) as database:
        county = await settle(database, now=ENTERED)
        who = county["李队员"]
        async with database.transaction() as db:
            found = Found(
                ENTERED.date(), "屋顶漏雨", Tier.GENERAL, date(2026, 11, 11), "张大山"
            )
            id = await issues.report(db, who, found, source="", now=ENTERED, rules=RULES)
            unit = Holder(Kind.UNIT, await units.ensure(db, county.id, "县水务局"), "县水务局")
            at = datetime(2026, 11, 16, 20, 0, tzinfo=SHANGHAI)
            issue = await issues.any_issue(db, id)
            await issue_steps.hand_over(db, who, issue, unit, "等配件", now=at)
    outcome = await run(settings, rules, TODAY, now=ENTERED)
    urged = [one for one in outcome.messages if "问题催办" in one.about]
    told = {str(one.day): one.role.value for one in urged}
    assert outcome.by_about["告诉责任人已催办"] == sum(day > "2026-11-11" for day in told)
    return told


async def test_steps_of_escalation_fall_as_they_would_have(tmp_path: Path) -> None:
    assert await urged(tmp_path, RULES) == {
        "2026-11-10": "leader", "2026-11-12": "leader",
        "2026-11-17": "township", "2026-11-23": "county",  # counted from the unit's first day
    }  # fmt: skip


async def test_other_steps_show_what_they_would_change(tmp_path: Path) -> None:
    rules = replace(RULES, escalation=((2, 3),))
    assert await urged(tmp_path, rules) == {"2026-11-13": "county", "2026-11-18": "county"}


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
