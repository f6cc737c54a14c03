"""The day of phone checks by the clock: callers told once, the checked never, the rest is void."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import draws, people, phone_checks, phone_draws, roster
from ledger.chance import Seeds
from ledger.clock import SHANGHAI
from ledger.database import Database
from ledger.draw_plan import PHONE
from ledger.draws import ASKED, TIMETABLE, Wish
from ledger.messages import Reply
from ledger.people import Address, Role, Scope
from ledger.phone_checks import Outcome, Result
from ledger.roster import Entry
from ledger.rules import Rules
from scheduler.desk import Desk
from scheduler.phone_checks import start, tick, with_calls
from templates.words import Words

SECRET = bytes(range(32))


def on(clock: str, day: str = "2026-11-23") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


def desk(rules: Rules | None = None) -> Desk:
    return Desk(Words(), rules or Rules(), Path(), Seeds("phone"))


async def begin(
    database: Database, county: County, now: datetime, *, number: int = 1, wanted: int = 1,
    by: str = "",
) -> None:  # fmt: skip
    """One draw of the timetable, or of somebody, and its start."""
    async with database.transaction() as db:
        found = await phone_draws.eligible(db, Scope(county.id), day=now.date())
        asker = county[by].id if by else None
        name = f"{now.date()}|phone|{number}"
        wish = Wish(ASKED if by else TIMETABLE, name, SECRET, wanted, asker, PHONE)
        draw = await draws.make(db, county.id, wish, found.pool, now=now)
        await start(desk(), db, draw, now)


async def beat(database: Database, now: datetime) -> None:
    async with database.transaction() as db:
        await tick(desk(), db, now)


async def told(database: Database) -> list[tuple[int, str]]:
    """Who was written to, and what."""
    async with database.reading() as db:
        found = await db.connection.execute_fetchall(
            "SELECT person_id, body, why, urgent FROM outbox ORDER BY id"
        )
    assert {(row[2], row[3]) for row in found} <= {("phone_check", 1)}
    return [(row[0], str(json.loads(row[1])["text"])) for row in found]


async def states(database: Database) -> list[str]:
    async with database.reading() as db:
        found = await db.connection.execute_fetchall(
            "SELECT state FROM phone_check ORDER BY id"
        )
    return [row[0] for row in found]


async def test_the_callers_have_one_message_a_day_and_the_checked_none(
    database: Database, county: County
) -> None:
    for number, clock in enumerate(("08:35", "08:47", "08:59"), 1):
        await begin(database, county, on(clock), number=number)
        await beat(database, on(clock))
    assert await told(database) == []  # the day's draws are not all made yet
    for clock in ("09:00", "09:00", "09:01", "11:00", "15:00"):
        await beat(database, on(clock))
    await begin(database, county, on("15:10"), number=4)
    await beat(database, on("15:11"))
    ((person, text),) = await told(database)
    assert person == county["陈干事"].id
    assert text.startswith("今天有 3 个电话抽查")
    assert await states(database) == ["waiting"] * 4


async def test_started_after_the_draws_hour_they_are_told_at_once(
    database: Database, county: County
) -> None:
    await begin(database, county, on("09:10"))
    assert len(await told(database)) == 1


async def test_who_asked_for_the_draw_knows_it_already(
    database: Database, county: County
) -> None:
    await begin(database, county, on("09:10"), by="陈干事")
    await beat(database, on("09:11"))
    assert await told(database) == []


@pytest.mark.parametrize(
    ("clock", "day"),
    [("12:30", "2026-11-23"), ("17:31", "2026-11-23"), ("20:30", "2026-11-23"),
     ("10:00", "2026-11-22")],
)  # fmt: skip
async def test_nobody_is_told_at_noon_after_work_or_on_a_day_of_rest(
    database: Database, county: County, clock: str, day: str
) -> None:
    await begin(database, county, on(clock, day))
    await beat(database, on(clock, day))
    assert await told(database) == []


async def test_a_caller_on_leave_is_left_alone_and_his_colleague_is_told(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        id = await roster.add_person(db, county.id, Entry("何干事", Role.COUNTY), now=MONDAY)
        await db.connection.execute(
            "INSERT INTO address (person_id, channel, account, user_key, bound_at, last_seen)"
            " VALUES (?, 'memory', 'local', '何干事', 0, 0)",
            (id,),
        )
        assert await people.address_of(db, id) == Address("memory", "local", "何干事")
        await db.connection.execute(
            "INSERT INTO leave (person_id, from_day, to_day, state, kind, asked_at)"
            " VALUES (?, '2026-11-23', '2026-11-23', 'approved', '病假', 0)",
            (county["陈干事"].id,),
        )
    await begin(database, county, on("09:10"))
    assert [person for person, _ in await told(database)] == [id]


async def test_at_the_days_end_the_rest_is_void_and_stands_in_the_countys_summary(
    database: Database, county: County
) -> None:
    clerk = county["陈干事"]
    await begin(database, county, on("09:10"), wanted=3)
    async with database.transaction() as db:
        check = await phone_checks.take(db, clerk, now=on("09:30"))
        assert check is not None
        await phone_checks.finish(db, clerk, check, Outcome(Result.ON_POST), now=on("09:40"))
    for clock in ("17:30", "17:30", "17:31"):
        await beat(database, on(clock))
    assert sorted(await states(database)) == ["done", "void", "void"]
    assert len(await told(database)) == 1
    async with database.reading() as db:
        said = {
            name: await with_calls(desk(), db, county[name], Reply("日报"), on("18:40"))
            for name in ("陈干事", "周总队长", "王队长")
        }
        next_day = await with_calls(desk(), db, clerk, Reply("日报"), on("18:40", "2026-11-24"))
    assert "今天有 2 个电话抽查没有打" in said["陈干事"].text
    assert said["周总队长"].text == said["王队长"].text == next_day.text == "日报"


async def test_a_tick_late_by_days_closes_what_was_left(
    database: Database, county: County
) -> None:
    await begin(database, county, on("09:10"), wanted=3)
    await beat(database, on("09:00", "2026-11-23") + timedelta(days=3))
    assert await states(database) == ["void"] * 3
    assert len(await told(database)) == 1
