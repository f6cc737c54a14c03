"""The plan's hand: each slot once, void when missed, nothing of what is to come on disk."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from county import County
from structlog.testing import capture_logs

from ledger import audit, draw_facts, draw_periods, draws, leave
from ledger.chance import Seeds
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.days import at
from ledger.draw_periods import DrawPeriod
from ledger.draw_plan import CHAT, EXTRA, MOVED, QUOTA, VOID, Due, due
from ledger.draws import TIMETABLE, Draw
from ledger.rules import Rules
from scheduler import drawing
from scheduler.desk import Desk
from scheduler.drawing import tick
from templates.words import Words

MINUTE = timedelta(minutes=1)
CHATTY = Rules(phone_checks=0, visits=0)


def on(clock: str, day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


def desk(folder: Path, rules: Rules = CHATTY) -> Desk:
    return Desk(Words(), rules, folder, Seeds("timetable"))


async def begin(database: Database, county: County, clerk: Desk, first: date) -> None:
    """The month is opened the evening before, with a number nobody knew."""
    before = at(first, time()) - timedelta(hours=6)
    async with database.transaction() as db:
        period = await draw_periods.open_month(
            db, county.id, first, clerk.vault, clerk.rules, now=before
        )
        await draw_periods.set_beacon(
            db, period, "314159", "public", actor=audit.SYSTEM, now=before
        )


async def plan(database: Database, county: County, clerk: Desk, month: str) -> list[Due]:
    async with database.transaction() as db:
        period = await draw_periods.of_month(db, county.id, month)
        assert period is not None
        now = on("12:00", f"{month}-15")
        key = await draw_periods.key(db, period, clerk.vault, now=now)
        facts = await draw_facts.facts(db, period.id, period.promised, key)
        done = await draw_facts.results(db, period.id)
    return [one for one in due(facts, done) if one.slot not in done]


def moment(one: Due) -> datetime:
    return at(date.fromisoformat(one.slot.day), time()) + one.minute * MINUTE


async def beat(database: Database, clerk: Desk, now: datetime) -> None:
    async with database.transaction() as db:
        await tick(clerk, db, now)


async def results(database: Database) -> list[tuple[str, ...]]:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT kind, why, subject, day, result FROM drawn ORDER BY at, day, subject"
        )
    return [tuple(row) for row in rows]


async def made(database: Database) -> list[Draw]:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT * FROM draw ORDER BY id")
    return [Draw(**dict(row)) for row in rows]


async def whole_month(database: Database, clerk: Desk, first: date, days: int = 30) -> None:
    """Every quarter of an hour in working time; each check's window passes."""
    for ahead in range(days):
        now = on("08:00", (first + timedelta(days=ahead)).isoformat())
        while now.hour < 18:
            async with database.transaction() as db:
                await tick(clerk, db, now)
                await db.connection.execute(
                    "UPDATE spotcheck SET state = 'answered', closed_at = 1 WHERE closed_at IS NULL"
                )
            now += 15 * MINUTE


async def test_every_team_is_drawn_once_a_month_and_each_draw_can_be_redone(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path, replace(CHATTY, chat_lottery=0))
    await begin(database, county, clerk, date(2026, 9, 1))
    await whole_month(database, clerk, date(2026, 9, 1))
    drawn = await made(database)
    assert sorted(team for one in drawn for team, _ in one.picks) == [1, 2, 3]
    assert {one.way for one in drawn} == {TIMETABLE}
    assert all(draws.redo(one) == one.picks for one in drawn)
    assert {one.name.split("|")[:3] == ["2026-09", CHAT, QUOTA] for one in drawn} == {True}
    assert await plan(database, county, clerk, "2026-09") == []


async def test_the_lottery_never_asks_anybody_twice_within_the_rest(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path, replace(CHATTY, chat_lottery=100))
    await begin(database, county, clerk, date(2026, 9, 1))
    await whole_month(database, clerk, date(2026, 9, 1))
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT person_id, day FROM spotcheck ORDER BY person_id, day"
        )
    asked = [(row[0], date.fromisoformat(row[1])) for row in rows]
    assert len(asked) > 5
    for (who, day), (other, later) in pairwise(asked):
        assert who != other or (later - day).days > CHATTY.chat_rest_days


async def one_slot(database: Database, county: County, clerk: Desk) -> tuple[Due, datetime]:
    """The first slot of September."""
    await begin(database, county, clerk, date(2026, 9, 1))
    first = min(await plan(database, county, clerk, "2026-09"), key=moment)
    return first, moment(first)


async def test_twin_ticks_draw_once(database: Database, county: County, tmp_path: Path) -> None:
    clerk = desk(tmp_path)
    slot, start = await one_slot(database, county, clerk)
    await beat(database, clerk, start - MINUTE)
    assert await made(database) == []
    other = desk(tmp_path)  # a second program, without the first one's memory
    await asyncio.gather(*(beat(database, one, start) for one in (clerk, other, clerk)))
    await beat(database, other, start + MINUTE)
    (draw,) = await made(database)
    assert draw.name.endswith(f"{slot.slot.subject}|{slot.slot.day}")
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT draw_id FROM drawn")
        checks = await db.connection.execute_fetchall("SELECT count(*) FROM spotcheck")
    assert [tuple(row) for row in rows] == [(draw.id,)]
    assert next(iter(checks))[0] == 1


class Killed(BaseException):
    """The program ends here; no handler of errors gets it."""


async def test_the_fault_of_one_county_stays_its_own(
    database: Database, county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = desk(tmp_path)
    _, start = await one_slot(database, county, clerk)
    current = draw_periods.current

    async def counties(_: Session) -> list[int]:
        return [county.id, 98, 99]

    async def broken(db: Session, id: int, *more: Any, **facts: Any) -> DrawPeriod:
        if id == county.id:
            return await current(db, id, *more, **facts)
        await db.connection.execute("UPDATE county SET name = '改了'")
        raise ValueError("broken")

    monkeypatch.setattr(draws, "counties", counties)
    monkeypatch.setattr(draw_periods, "current", broken)
    with capture_logs() as logs:
        await beat(database, clerk, start)
    assert [one["county"] for one in logs if one["event"] == "draws_not_settled"] == [98, 99]
    assert len(await made(database)) == 1
    async with database.reading() as db:
        ((name,),) = await db.connection.execute_fetchall("SELECT name FROM county")
    assert name != "改了"


async def test_killed_between_the_claim_and_the_card_nothing_has_happened(
    database: Database, county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = desk(tmp_path)
    _, start = await one_slot(database, county, clerk)

    async def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setitem(drawing.STARTS, CHAT, killed)
    with pytest.raises(Killed):
        await beat(database, clerk, start)
    assert (await results(database), await made(database)) == ([], [])
    monkeypatch.undo()
    await beat(database, clerk, start + MINUTE)
    assert len(await made(database)) == 1


@pytest.mark.parametrize(("minutes", "count"), [(29, 1), (31, 0)])
async def test_a_minute_missed_by_more_than_half_an_hour_is_void(
    minutes: int, count: int, database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path)
    await begin(database, county, clerk, date(2026, 9, 1))
    every = await plan(database, county, clerk, "2026-09")
    one = min((one for one in every if 840 <= one.minute < 1010), key=moment)  # afternoon
    await beat(database, clerk, moment(one) + minutes * MINUTE)
    assert (
        len([draw for draw in await made(database) if draw.name.endswith(one.slot.day)])
        == count
    )
    mine = [
        row[4]
        for row in await results(database)
        if row[2:4] == (one.slot.subject, one.slot.day)
    ]
    assert (mine == [VOID]) is (count == 0)


async def test_days_nobody_was_there_are_void_and_the_quota_moves_on(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path, replace(CHATTY, chat_lottery=0))
    await begin(database, county, clerk, date(2026, 9, 1))
    before = {one.team: one.slot.day for one in await plan(database, county, clerk, "2026-09")}
    last = max(before.values())
    await beat(database, clerk, on("08:00", last))
    void = [row for row in await results(database) if row[4] == VOID]
    assert {row[3] for row in void} <= {day for day in before.values() if day < last}
    later = await plan(database, county, clerk, "2026-09")
    assert all(one.slot.day > before[one.team] for one in later if before[one.team] < last)


async def test_nobody_on_leave_is_drawn_and_the_team_s_check_moves(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path, replace(CHATTY, chat_lottery=0))
    await begin(database, county, clerk, date(2026, 9, 1))
    first = min(await plan(database, county, clerk, "2026-09"), key=moment)
    day = date.fromisoformat(first.slot.day)
    team = [one for one in county.people.values() if f"t{one.team_id}" == first.team]
    async with database.transaction() as db:
        for one in team:
            id = await leave.ask(
                db, one, day, day, "看病", source=f"t:{one.id}", now=on("08:00", "2026-09-01")
            )
            await db.connection.execute(
                "UPDATE leave SET state = 'approved' WHERE id = ?", (id,)
            )
    await beat(database, clerk, moment(first))
    assert await made(database) == []
    assert await results(database) == [(CHAT, QUOTA, first.team, first.slot.day, MOVED)]


async def test_quiet_hours_rest_days_and_months_without_a_number_draw_nothing(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path, replace(CHATTY, chat_lottery=100))
    await begin(database, county, clerk, date(2026, 9, 1))
    for now in (
        on("12:30", "2026-09-16"),
        on("21:00", "2026-09-16"),
        on("10:00", "2026-09-19"),
    ):
        await beat(database, clerk, now)
    assert await results(database) == []
    async with database.transaction() as db:
        await db.connection.execute("UPDATE draw_period SET beacon = '', beacon_source = ''")
    await beat(database, clerk, on("07:59", "2026-09-01"))
    assert await results(database) == []


async def test_a_lost_seed_stops_the_draws_and_nothing_else(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path)
    _, start = await one_slot(database, county, clerk)
    for path in (tmp_path / "seeds").iterdir():
        path.unlink()
    await beat(database, clerk, start)
    assert await made(database) == []


async def test_the_month_changes_at_midnight(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path, replace(CHATTY, chat_lottery=100))
    await begin(database, county, clerk, date(2026, 9, 1))
    await beat(database, clerk, on("17:59", "2026-09-30"))
    await beat(database, clerk, on("09:00", "2026-10-08"))
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT period FROM draw_period ORDER BY id"
        )
    assert [row[0] for row in rows] == ["2026-09", "2026-10"]
    assert all(row[3] < "2026-10" or row[3] <= "2026-10-08" for row in await results(database))


async def test_nothing_of_what_is_to_come_lies_in_the_database(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path, replace(CHATTY, chat_lottery=100))
    _, start = await one_slot(database, county, clerk)
    await beat(database, clerk, start)
    today = start.date().isoformat()
    assert all(row[3] <= today for row in await results(database))
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT opens_at FROM spotcheck")
    assert len(list(rows)) <= 2


async def test_a_minute_with_nothing_due_asks_little(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk = desk(tmp_path, replace(CHATTY, chat_lottery=0))
    _, start = await one_slot(database, county, clerk)
    await beat(database, clerk, start - 2 * MINUTE)
    seen: list[str] = []
    async with database.transaction() as db:
        await db.connection.set_trace_callback(seen.append)
        await tick(clerk, db, start - MINUTE)
        await db.connection.set_trace_callback(None)
    asked = [one for one in seen if not one.startswith(("SAVEPOINT", "RELEASE", "--"))]
    assert len(asked) <= 4
    assert not any("draw_off" in one for one in asked)


def test_the_kinds_of_the_plan_all_have_a_beginning() -> None:
    assert set(drawing.STARTS) == {"chat", "phone", "visit"}
    assert EXTRA != QUOTA
