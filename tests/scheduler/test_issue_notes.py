"""What a summary says of issues: who keeps them waiting, whether they hold, what to look back at."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import look_backs
from ledger.chance import Seeds
from ledger.database import Database, Session
from ledger.days import at
from ledger.messages import Option, Reply
from ledger.rules import Rules
from ledger.seed_vault import Vault
from scheduler import issue_notes, timetable
from scheduler.desk import Desk
from templates.words import Words

DAY = timedelta(days=1)
TODAY = MONDAY.date()
SUMMARY = Reply("**周报**", (Option("看明细", "看明细"),), kind="card")


def desk(folder: Path) -> Desk:
    return Desk(Words(), Rules(), folder, Seeds("x"))


async def issue(
    db: Session, county: County, village: str, *, closed: date | None = None,
    state: str = "closed", days: int = 10, category: str = "住房",
) -> int:  # fmt: skip
    """An issue of that village as it stands after all of it."""
    owner = next(one for one in county.people.values() if one.village == village)
    row = {
        "county": county.id, "township": owner.township_id, "team": owner.team_id,
        "owner": owner.id, "by": county["陈干事"].id, "state": state, "category": category,
        "closed": closed.isoformat() if closed else None,
        "found": ((closed or TODAY) - days * DAY).isoformat(),
    }  # fmt: skip
    rows = await db.connection.execute_fetchall(
        "INSERT INTO issue (county_id, township_id, team_id, text, tier, category, found_day, due,"
        " state, owner_id, submitted_by, verified_by, closed_by, closed_day) VALUES (:county,"
        " :township, :team, '屋顶漏雨', 'general', :category, :found, :found, :state, :owner,"
        " :owner, :by, :by, :closed) RETURNING id",
        row,
    )
    return int(next(iter(rows))[0])


async def with_unit(db: Session, county: County, id: int, unit: str, since: date) -> None:
    await db.connection.execute(
        "INSERT INTO unit (county_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (county.id, unit),
    )
    await db.connection.execute(
        "INSERT INTO custody (issue_id, kind, holder_id, holder, since_day, since_at, by_id)"
        " SELECT ?, 'unit', id, name, ?, 0, 1 FROM unit WHERE name = ?",
        (id, since.isoformat(), unit),
    )


async def lived(db: Session, county: County, folder: Path) -> None:
    """Four struck off in two townships, one come back, three units with work, one look-back."""
    for days, state in ((4, "closed"), (8, "rebounded"), (30, "closed")):
        await issue(db, county, "永安村", closed=TODAY - 100 * DAY, state=state, days=days)
    await issue(db, county, "石桥村", closed=TODAY - 29 * DAY, days=12, category="教育")
    for unit, since, count in (("县水务局", 23, 3), ("县住建局", 9, 1), ("县医保局", 2, 1)):
        for _ in range(count):
            id = await issue(db, county, "永安村", state="doing")
            await with_unit(db, county, id, unit, TODAY - since * DAY)
    vault = Vault(folder, Seeds("x"))
    await look_backs.draw_week(db, county.id, Rules(), vault, now=at(TODAY, MONDAY.time()))


async def told(
    db: Session, folder: Path, county: County, who: str, day: date, *, weekly: bool
) -> Reply:
    return await issue_notes.with_issues(
        desk(folder), db, county[who], SUMMARY, day, weekly=weekly
    )


async def test_the_county_hears_of_every_place(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        await lived(db, county, tmp_path)
        said = await told(db, tmp_path, county, "陈干事", TODAY + 4 * DAY, weekly=True)

    assert said.text.split("\n") == [
        "**周报**",
        "",
        "等县水务局 3 件，最长 27 天",
        "等县住建局 1 件，最长 13 天",
        "另有 1 个单位在办",
        "近一年销号 4 件，反弹 1 件（25%），解决用时中位数 10 天",
        "各地反弹/销号：清水镇 1/3、云山乡 0/1",
    ]
    assert said.options == SUMMARY.options


async def test_the_township_hears_of_its_own(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        await lived(db, county, tmp_path)
        there = await told(db, tmp_path, county, "冯总队长", TODAY + 4 * DAY, weekly=True)
        team = await told(db, tmp_path, county, "孙队长", TODAY + 4 * DAY, weekly=True)

    assert there.text.split("\n")[2:] == [
        "近一年销号 1 件，反弹 0 件（0%）",
        "要回头看 1 件：4号，其中 1 件已过日子",
    ]
    assert [one.label for one in there.options] == ["看明细", "回头看"]
    assert team == SUMMARY  # nothing of its own: nothing said


@pytest.mark.parametrize(("days", "lines"), [(0, []), (1, ["要回头看 1 件：4号"])])
async def test_the_daily_one_speaks_of_what_is_due_only(
    database: Database, county: County, tmp_path: Path, days: int, lines: list[str]
) -> None:
    async with database.transaction() as db:
        await lived(db, county, tmp_path)
        said = await told(db, tmp_path, county, "冯总队长", TODAY + days * DAY, weekly=False)

    assert said.text.split("\n")[2:] == lines


async def test_the_week_is_drawn_at_a_start_after_an_outage(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        id = await issue(db, county, "永安村", closed=TODAY - 30 * DAY, category="教育")
        wednesday = at(TODAY + 2 * DAY, MONDAY.time())
        for _ in range(3):
            await timetable.catch_up(desk(tmp_path), db, wednesday)
        (row,) = await look_backs.of_issue(db, id)

    assert (row.due, row.result) == (TODAY.isoformat(), "")
