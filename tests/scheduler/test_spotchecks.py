"""Timed spot checks: each step once, outages given back, the timetable fair and unforeseen."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import draws, leave, spotchecks
from ledger.chance import Seeds
from ledger.clock import SHANGHAI, moment
from ledger.database import Database, Session, open_database
from ledger.draws import ASKED, TIMETABLE, Draw, Wish
from ledger.people import Scope
from ledger.rules import Rules
from ledger.spotchecks import IN_VILLAGE, NO_SIGNAL, Check, Given
from ledger.windows import window
from scheduler.desk import Desk
from scheduler.spotchecks import planned, tick
from templates.words import Words

SEED = bytes(range(32))
BY_HAND = Rules(checks_a_week=0)
MINUTE = timedelta(minutes=1)


def on(clock: str, day: str = "2026-11-23") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


def desk(rules: Rules = BY_HAND) -> Desk:
    return Desk(Words(), rules, Path(), Seeds("timetable"))


async def ask(database: Database, county: County, *, now: datetime = MONDAY) -> list[Check]:
    """陈干事 draws three teams; the cards are delivered at once."""
    async with database.transaction() as db:
        found = await draws.eligible(db, Scope(county.id), day=now.date())
        name = await draws.next_name(db, county.id, now.date())
        wish = Wish(ASKED, name, SEED, 3, county["陈干事"].id)
        draw = await draws.make(db, county.id, wish, found.pool, now=now)
        span = window(now, BY_HAND)
        assert span is not None
        checks = await spotchecks.send(db, draw, span, Words().say, now=now)
        await deliver(db)
        return checks


async def deliver(db: Session) -> None:
    await db.connection.execute("UPDATE outbox SET state = 'sent' WHERE state = 'ready'")


async def beat(database: Database, now: datetime, at: Desk | None = None) -> None:
    async with database.transaction() as db:
        await tick(at or desk(), db, now)


async def live(database: Database, start: str, end: str, at: Desk | None = None) -> None:
    """Every minute from start to end, as the running program does."""
    now = on(start)
    while now <= on(end):
        await beat(database, now, at)
        now += MINUTE


async def answer(database: Database, check: Check, words: str, now: datetime) -> None:
    async with database.transaction() as db:
        fresh = await spotchecks.by_id(db, check.id)
        await spotchecks.answer(db, fresh, Given(words), rules=BY_HAND, now=now)


async def told(database: Database) -> list[str]:
    """What has been posted besides the cards, by its dedupe key."""
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT dedupe FROM outbox WHERE kind <> 'check' ORDER BY id"
        )
    return [row[0] for row in rows]


async def text_of(database: Database, dedupe: str) -> str:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT body FROM outbox WHERE dedupe = ?", (dedupe,)
        )
    (row,) = rows
    return str(json.loads(row[0])["text"])


async def states(database: Database) -> list[str]:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT state FROM spotcheck ORDER BY id")
    return [row[0] for row in rows]


# reminding, closing, reporting
async def test_one_reminder_at_eighty_per_cent_to_those_who_have_not_answered(
    database: Database, county: County
) -> None:
    one, two, three = await ask(database, county)
    await answer(database, one, IN_VILLAGE, on("09:10"))
    await answer(database, two, NO_SIGNAL, on("09:20"))
    await live(database, "10:33", "10:35")
    before = [key for key in await told(database) if "remind" in key]
    await live(database, "10:36", "10:45")
    after = [key for key in await told(database) if "remind" in key]
    assert (before, after) == ([], [f"check:{three.id}:remind"])


async def test_the_deadline_closes_and_the_last_one_brings_one_report(
    database: Database, county: County
) -> None:
    one, two, three = await ask(database, county)
    await answer(database, one, IN_VILLAGE, on("09:10"))
    await answer(database, two, "在县里培训", on("09:20"))
    await live(database, "10:59", "11:05")
    assert await states(database) == ["answered", "answered", "missed"]
    keys = await told(database)
    assert keys.count(f"check:{three.id}:missed") == 1
    asker = county["陈干事"].id
    report = await text_of(database, f"draw:1:report:{asker}")
    assert "抽 3 人，已答 2，待核实 1" in report
    assert f"{three.village} {three.person}：待核实" in report
    assert sum("report" in key for key in keys) == 1
    kind_line = await text_of(database, f"check:{three.id}:missed")
    assert kind_line.endswith("已记为待核实；方便时回一句说明即可。")


async def test_when_all_have_answered_the_report_comes_at_once(
    database: Database, county: County
) -> None:
    for check in await ask(database, county):
        await answer(database, check, IN_VILLAGE, on("09:10"))
    await live(database, "09:11", "09:13")
    asker = county["陈干事"].id
    assert [key for key in await told(database) if "report" in key] == [
        f"draw:1:report:{asker}"
    ]


async def test_the_same_tick_many_times_over_says_everything_once(
    database: Database, county: County
) -> None:
    await ask(database, county)
    for now in (on("10:36"), on("10:37"), on("10:41"), on("10:45"), on("10:50"), on("10:55")):
        await asyncio.gather(*(beat(database, now) for _ in range(3)))
    for now in (on("11:00"), on("11:01"), on("11:05")):
        await asyncio.gather(*(beat(database, now) for _ in range(3)))
    keys = await told(database)
    assert (
        len(keys) == len(set(keys)) == 3 + 3 + 3 + 1
    )  # reminders, lines, closed cards, report


async def test_a_crash_in_the_middle_of_a_tick_changes_nothing_and_the_next_one_does_it(
    tmp_path: Path, county: County, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(database, county)
    await live(database, "10:58", "10:59")
    count = len(await told(database))

    async def killed(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("scheduler.spotchecks._report", killed)
    with pytest.raises(RuntimeError, match="killed"):
        await beat(database, on("11:00"))
    assert len(await told(database)) == count
    assert await states(database) == ["open"] * 3
    monkeypatch.undo()
    await beat(database, on("11:01"))
    assert await states(database) == ["missed"] * 3


async def test_after_a_restart_nothing_is_said_twice(tmp_path: Path) -> None:
    from county import settle

    path = tmp_path / "again.db"
    async with open_database(path, durable=False) as database:
        county = await settle(database)
        await ask(database, county)
        await live(database, "10:36", "10:37")
        await live(database, "10:41", "10:41")
        first = await told(database)
    async with open_database(path, durable=False) as database:
        await live(database, "10:42", "10:44")
        assert await told(database) == first


async def test_leave_approved_meanwhile_is_noted_and_the_person_left_in_peace(
    database: Database, county: County
) -> None:
    member, *_ = await ask(database, county)
    person = next(one for one in county.people.values() if one.id == member.person_id)
    async with database.transaction() as db:
        today = MONDAY.date()
        id = await leave.ask(db, person, today, today, "看病", source="t:1", now=on("09:30"))
        await db.connection.execute("UPDATE leave SET state = 'approved' WHERE id = ?", (id,))
    await live(database, "10:36", "11:00")
    keys = await told(database)
    assert f"check:{member.id}:remind" not in keys
    assert f"check:{member.id}:missed" not in keys
    async with database.reading() as db:
        assert (await spotchecks.by_id(db, member.id)).note == "期间请假已获批准"


# quiet hours and outages
async def test_nothing_is_said_over_the_midday_rest(database: Database, county: County) -> None:
    await ask(database, county, now=on("11:00"))
    await live(database, "11:50", "14:35")
    assert await told(database) == []
    await live(database, "14:36", "15:00")
    assert await states(database) == ["missed"] * 3


async def test_a_short_pause_is_no_outage(database: Database, county: County) -> None:
    await ask(database, county)
    await beat(database, on("10:56"))
    await beat(database, on("11:01"))
    assert await states(database) == ["missed"] * 3


async def test_downtime_over_the_deadline_stretches_the_window(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county)
    await beat(database, on("10:00"))
    await beat(database, on("11:30"))  # down for 90 minutes, an hour of the window was left
    assert await states(database) == ["open"] * 3
    async with database.reading() as db:
        after = await spotchecks.by_id(db, check.id)
    assert after.closes == on("14:30")
    assert moment(after.remind_at) == on("14:06")
    stretched = [key for key in await told(database) if "until" in key]
    assert len(stretched) == 3
    assert (
        await text_of(database, stretched[0]) == "系统刚才中断过，抽查的答复时间顺延到 14:30。"
    )
    await live(database, "11:31", "11:33")
    assert [key for key in await told(database) if "until" in key] == stretched
    await live(database, "14:25", "14:30")


async def test_a_stretched_window_reminds_and_closes_at_its_new_times(
    database: Database, county: County
) -> None:
    await ask(database, county)
    await beat(database, on("09:30"))
    await beat(database, on("09:50"))
    await live(database, "09:51", "10:55")
    assert not any("remind" in key for key in await told(database))
    await live(database, "10:56", "11:19")
    assert sum("remind" in key for key in await told(database)) == 3
    assert await states(database) == ["open"] * 3
    await beat(database, on("11:20"))
    assert await states(database) == ["missed"] * 3


async def test_downtime_into_the_night_makes_the_check_void_and_both_are_told(
    database: Database, county: County
) -> None:
    check, *_ = await ask(database, county, now=on("16:00"))
    await beat(database, on("16:10"))
    await beat(database, on("21:00"))  # awake again at night: silence until the morning
    await beat(database, on("03:00", "2026-11-24"))
    assert await told(database) == []
    await beat(database, on("08:00", "2026-11-24"))
    assert await states(database) == ["void"] * 3
    said = await text_of(database, f"check:{check.id}:void")
    assert said == "系统中断过，11月23日 周一 16:00 的抽查不计，不用答复。"
    report = await text_of(database, f"draw:1:report:{county['陈干事'].id}")
    assert "已答 0，待核实 0，不计 3" in report
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT sum(checked) FROM team_period")
        assert next(iter(rows))[0] == 0


async def test_downtime_before_the_check_was_asked_stretches_nothing(
    database: Database, county: County
) -> None:
    await beat(database, on("08:00"))
    check, *_ = await ask(database, county)
    await beat(database, on("09:01"))
    async with database.reading() as db:
        assert (await spotchecks.by_id(db, check.id)).closes == on("11:01")


async def test_a_waiting_card_may_go_out_later_after_an_outage(
    database: Database, county: County
) -> None:
    await ask(database, county)
    async with database.transaction() as db:
        await db.connection.execute("UPDATE outbox SET state = 'ready' WHERE kind = 'check'")
    await beat(database, on("09:01"))
    await beat(database, on("09:31"))
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall(
            "SELECT expires_at FROM outbox WHERE kind = 'check'"
        )
    assert {moment(row[0]) for row in rows} == {on("11:30")}


# the timetable
def test_the_weeks_draws_lie_in_working_time_and_never_on_the_half_hour() -> None:
    rules = Rules(checks_a_week=40)
    slots = planned(1, date(2026, 11, 25), SEED, rules)
    assert list(slots)[:2] == ["2026-W48|1|1", "2026-W48|1|2"]
    assert len(slots) == 40
    for start in slots.values():
        assert window(start, rules)
        assert start.minute % 30
        assert date(2026, 11, 23) <= start.date() <= date(2026, 11, 27)


def test_the_plan_is_the_same_whichever_day_of_the_week_asks() -> None:
    rules = Rules()
    plans = [planned(1, date(2026, 11, day), SEED, rules) for day in range(23, 30)]
    assert all(one == plans[0] for one in plans)
    assert planned(2, date(2026, 11, 23), SEED, rules) != plans[0]


def test_a_week_of_holidays_draws_nobody() -> None:
    spring_festival = date(2026, 2, 18)  # 15 to 23 February are off
    assert planned(1, spring_festival, SEED, Rules()) == {}
    assert planned(1, spring_festival, SEED, Rules(statutory_holidays=False))


def test_every_working_day_is_drawn_equally_often() -> None:
    rules = Rules(checks_a_week=1)
    days: Counter[int] = Counter()
    for number in range(400):
        seed = number.to_bytes(32)
        days.update(
            start.weekday() for start in planned(1, MONDAY.date(), seed, rules).values()
        )
    # 400 fixed seeds over five days; 4 degrees of freedom: 18.5 is the 0.1 % point
    assert sum((days[one] - 80) ** 2 / 80 for one in range(5)) < 18.5


async def draws_of(database: Database) -> list[Draw]:
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT * FROM draw ORDER BY id")
    return [Draw(**dict(row)) for row in rows]


async def whole_week(database: Database, clerk: Desk, start: date, days: int = 7) -> None:
    """Working hours of so many days in steps of five minutes; the cards are delivered."""
    for ahead in range(days):
        now = on("08:00", (start + timedelta(days=ahead)).isoformat())
        while now.hour < 20:
            async with database.transaction() as db:
                await tick(clerk, db, now)
                await deliver(db)
            now += timedelta(minutes=5)


async def test_the_timetable_draws_as_often_as_the_county_says_and_can_be_redone(
    database: Database, county: County
) -> None:
    await whole_week(database, desk(Rules()), date(2026, 11, 23))
    made = await draws_of(database)
    assert [one.way for one in made] == [TIMETABLE] * 2
    assert {one.name for one in made} == {f"2026-W48|{county.id}|{number}" for number in (1, 2)}
    assert all(draws.redo(one) == one.picks and len(one.picks) == 1 for one in made)
    assert made[0].seed != made[1].seed
    reports = [key for key in await told(database) if "report" in key]
    assert reports == []  # they stand in the day's summary, nobody gets a message for them


async def test_a_team_is_drawn_by_the_timetable_once_a_month_at_most(
    database: Database, county: County
) -> None:
    await ask(database, county, now=on("09:00", "2026-11-02"))  # by hand: uses up nothing
    await whole_week(database, desk(Rules(checks_a_week=4)), date(2026, 11, 2), days=14)
    made = [one for one in await draws_of(database) if one.way == TIMETABLE]
    teams = [team for one in made for team, _ in one.picks]
    assert len(teams) == len(set(teams)) == 3  # three teams in the county, then nobody is left


async def test_a_void_check_does_not_use_up_the_month(
    database: Database, county: County
) -> None:
    await whole_week(database, desk(Rules(checks_a_week=4)), date(2026, 11, 2), days=7)
    span = (date(2026, 11, 1), date(2026, 11, 30))
    async with database.transaction() as db:
        full = await draws.had_enough(db, county.id, span, 1)
        await db.connection.execute("UPDATE spotcheck SET state = 'void'")
        assert await draws.had_enough(db, county.id, span, 1) == set()
    assert full


async def test_a_minute_missed_by_more_than_half_an_hour_is_not_made_up_for(
    database: Database, county: County
) -> None:
    clerk = desk(Rules(checks_a_week=1))
    async with database.transaction() as db:
        seed = await draws.week_seed(db, "2026-W48", clerk.lots)
    ((slot, start),) = planned(county.id, MONDAY.date(), seed, clerk.rules).items()
    await beat(database, start - timedelta(hours=3), clerk)
    late = start + timedelta(minutes=31)
    await beat(database, late, clerk)
    await beat(database, late + MINUTE, clerk)
    assert await draws_of(database) == []
    async with database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT job, slot FROM schedule_slot")
    assert [tuple(row) for row in rows] == [("spotcheck", slot)]


async def test_a_minute_reached_a_little_late_is_drawn_once(
    database: Database, county: County
) -> None:
    clerk = desk(Rules(checks_a_week=1))
    async with database.transaction() as db:
        seed = await draws.week_seed(db, "2026-W48", clerk.lots)
    (start,) = planned(county.id, MONDAY.date(), seed, clerk.rules).values()
    await beat(database, start - MINUTE, clerk)
    assert await draws_of(database) == []
    for _ in range(3):
        await beat(database, start + timedelta(minutes=4), clerk)
    assert len(await draws_of(database)) == 1


async def test_nothing_drawn_lies_in_the_tables_before_its_minute(
    database: Database, county: County
) -> None:
    clerk = desk(Rules(checks_a_week=1))
    await beat(database, on("08:00"), clerk)
    async with database.reading() as db:
        for table in ("draw", "spotcheck", "schedule_slot", "due", "outbox"):
            (row,) = await db.connection.execute_fetchall(f"SELECT count(*) FROM {table}")
            assert row[0] == 0


async def test_switched_off_the_timetable_draws_nothing(
    database: Database, county: County
) -> None:
    off = replace(desk(), rules=Rules(checks_a_week=0))
    await whole_week(database, off, date(2026, 11, 23), days=5)
    assert await draws_of(database) == []
