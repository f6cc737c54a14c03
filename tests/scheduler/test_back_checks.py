"""Back-checks by the clock: once a month whatever happens, one line in a summary, the figures."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import County

from ledger import back_checks, draw_periods
from ledger.back_checks import Answer
from ledger.chance import Seeds
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.messages import Reply
from ledger.rules import Rules
from scheduler import back_checks as clock
from scheduler import look_backs as week
from scheduler.desk import Desk
from templates.words import Words

DAY = timedelta(days=1)
FIRST = datetime(2026, 12, 1, 8, 40, tzinfo=SHANGHAI)
SUMMARY = Reply("日报")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Words(), Rules(), tmp_path, Seeds("back checks"))


async def visited(db: Session, county: County, who: str = "吴队员", count: int = 1) -> None:
    one = county[who]
    for day in range(1, count + 1):
        rows = await db.connection.execute_fetchall(
            "INSERT INTO record (kind, person_id, team_id, day, source, made_at, changed_at)"
            " VALUES ('visit', ?, ?, ?, '', 0, 0) RETURNING id",
            (one.id, one.team_id, f"2026-11-{day:02}"),
        )
        await db.connection.execute(
            "INSERT INTO visit (record_id, team_id, day, household, found)"
            " VALUES (?, ?, ?, '田秀英', '屋顶修好了')",
            (next(iter(rows))[0], one.team_id, f"2026-11-{day:02}"),
        )


async def drawn(db: Session) -> list[str]:
    rows = await db.connection.execute_fetchall(
        "SELECT name FROM draw WHERE kind = 'back_check' ORDER BY id"
    )
    return [row[0] for row in rows]


async def days(desk: Desk, database: Database, first: datetime, count: int) -> None:
    for number in range(count):
        async with database.transaction() as db:
            await clock.tick(desk, db, first + number * DAY)


async def test_once_a_month_on_its_day(desk: Desk, database: Database, county: County) -> None:
    async with database.transaction() as db:
        await visited(db, county)
    await days(desk, database, FIRST, 20)
    await days(desk, database, FIRST, 20)  # the clock went back: nothing twice

    async with database.transaction() as db:
        (name,) = await drawn(db)
        period, lots = await draw_periods.lots_of(
            db, county.id, desk.vault, desk.rules, now=FIRST
        )
        day = back_checks.drawn_on(FIRST.date(), lots, desk.rules)

    assert period.period == "2026-12"
    assert name == f"{day}|back_check|visit"


async def test_killed_in_the_midst_it_is_drawn_by_the_next_tick(
    desk: Desk, database: Database, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction() as db:
        await visited(db, county)
    late = FIRST + 8 * DAY  # the drawn day is past: it is made up

    async def dies(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(back_checks, "_hand_out", dies)
        with pytest.raises(RuntimeError):
            async with database.transaction() as db:
                await clock.tick(desk, db, late)
    await days(desk, database, late, 2)

    async with database.transaction() as db:
        assert await drawn(db) == ["2026-12-09|back_check|visit"]


async def test_too_late_or_on_a_day_of_rest_nothing_is_drawn(
    desk: Desk, database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await visited(db, county)
    await days(desk, database, FIRST + 20 * DAY, 10)  # from the 21st on
    await days(desk, database, FIRST + 11 * DAY, 2)  # a weekend

    async with database.transaction() as db:
        assert await drawn(db) == []


async def test_without_the_seed_nothing_is_drawn_and_nothing_breaks(
    desk: Desk, database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await visited(db, county)
        await draw_periods.lots_of(db, county.id, desk.vault, desk.rules, now=FIRST)
    for seed in desk.vault.folder.iterdir():
        seed.unlink()
    await days(desk, database, FIRST, 12)

    async with database.transaction() as db:
        assert await drawn(db) == []


async def test_one_line_in_the_summary_of_whom_it_concerns(
    desk: Desk, database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await visited(db, county)
    await days(desk, database, FIRST, 9)
    async with database.transaction() as db:
        said = {
            name: await clock.with_back_checks(desk, db, one, SUMMARY, date(2026, 12, 9))
            for name, one in county.people.items()
        }
        again = await clock.with_back_checks(
            desk, db, county["冯总队长"], SUMMARY, date(2026, 12, 10)
        )

    told = said.pop("冯总队长")
    assert "请回访核验 1 件" in told.text
    assert "12月21日前" in told.text
    assert [one.label for one in told.options] == ["回访核验"]
    assert set(said.values()) == {SUMMARY}
    assert again == SUMMARY


async def test_the_month_after_the_county_reads_the_figures(
    desk: Desk, database: Database, county: County
) -> None:
    chief, clerk = county["冯总队长"], county["陈干事"]
    async with database.transaction() as db:
        await visited(db, county)
    await days(desk, database, FIRST, 9)
    async with database.transaction() as db:
        nothing = await clock.with_figures(desk, db, clerk, SUMMARY, date(2026, 12, 1))
        (check,) = await back_checks.waiting_for(db, chief, date(2026, 12, 9))
        given = [Answer.SAME, Answer.DIFFERS, Answer.NOT_ASKED]
        await back_checks.settle(db, chief, check, given, "", now=FIRST + 8 * DAY)
        said = await clock.with_figures(desk, db, clerk, SUMMARY, date(2027, 1, 4))

    assert nothing == SUMMARY
    assert "12月回访核验" in said.text
    assert "2 项里 1 项不一致，不一致率 50.0%" in said.text
    assert "实际大约在 9.5%～90.5% 之间，样本少，仅供参考" in said.text
    assert "问到 1 件，其中 1 件有不一致" in said.text


async def test_look_backs_wait_for_nobody(
    desk: Desk, database: Database, county: County
) -> None:
    """The week's look-backs are drawn from the same vault; twice in a day is once."""
    async with database.transaction() as db:
        await week.tick(desk, db, FIRST)
        await week.tick(desk, db, FIRST + timedelta(minutes=1))
        rows = await db.connection.execute_fetchall("SELECT week FROM look_back_draw")

    assert [row[0] for row in rows] == ["2026-W49"]
