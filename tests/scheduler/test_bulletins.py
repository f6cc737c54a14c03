"""The evening's and the week's summaries go out once, to whom they belong, and are kept."""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from county import County
from lived_week import FRIDAY, RULES, Pen, live, moment

from ledger import audit, outbox, slots
from ledger.clock import ms
from ledger.database import Database, Session
from ledger.reports import daily as daily_report
from ledger.reports import store
from ledger.reports import weekly as weekly_report
from ledger.reports.facts import place_of
from scheduler import bulletins
from scheduler.desk import Desk
from templates.bulletin import as_facts
from templates.words import Words

EVENING = moment(20, 18, 40)
READERS = {"陈干事", "周总队长", "冯总队长", "王队长", "孙队长", "郑队长"}


@pytest.fixture
async def lived(database: Database) -> County:
    return await live(database)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A county whose weekly summary is not on the Friday: the day's goes out on it."""
    return Desk(Words(), replace(RULES, weekly_day=1), tmp_path)


@pytest.fixture
def weekly_desk(tmp_path: Path) -> Desk:
    return Desk(Words(), RULES, tmp_path)


async def posted(db: Session, county: County) -> dict[str, str]:
    """What stands in the outbox, by name."""
    names = {person.id: name for name, person in county.people.items()}
    rows = await db.connection.execute_fetchall(
        "SELECT person_id, body FROM outbox ORDER BY id"
    )
    found = [(names[row["person_id"]], json.loads(row["body"])["text"]) for row in rows]
    assert len(found) == len(dict(found))
    return dict(found)


async def test_the_evening_tells_every_reader_his_own_place_and_nobody_else(
    database: Database, lived: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        assert await bulletins.daily(desk, db, FRIDAY, EVENING) == 6
        told = await posted(db, lived)
    assert set(told) == READERS
    assert told["王队长"].startswith("**永安村工作队日报** 11月20日 周五")
    assert told["周总队长"].startswith("**清水镇驻村工作日报**")
    assert told["陈干事"].startswith("**安和县驻村工作日报**")


async def test_the_published_head_stands_in_the_last_line(
    database: Database, lived: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await bulletins.daily(desk, db, FRIDAY, EVENING)
        head = await audit.publish_head(db, FRIDAY, now=EVENING)
        told = await posted(db, lived)
        assert (await audit.verify(db)).faults == ()
    for text in told.values():
        assert text.splitlines()[-1] == f"存证 20261120-{head.short}……"


@pytest.mark.parametrize("later", [0, 1, 15])
async def test_called_again_or_after_a_restart_it_says_nothing_twice(
    database: Database, lived: County, desk: Desk, later: int
) -> None:
    async with database.transaction() as db:
        await bulletins.daily(desk, db, FRIDAY, EVENING)
    async with database.transaction() as db:
        again = EVENING + timedelta(minutes=later)
        assert await bulletins.daily(desk, db, FRIDAY, again) == 0
        assert set(await posted(db, lived)) == READERS


async def test_even_a_lost_slot_posts_nothing_twice(
    database: Database, lived: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await bulletins.daily(desk, db, FRIDAY, EVENING)
        await db.connection.execute("DELETE FROM schedule_slot")
        assert await bulletins.daily(desk, db, FRIDAY, EVENING) == 0
        assert set(await posted(db, lived)) == READERS


async def test_work_that_was_rolled_back_is_done_the_next_time(
    database: Database, lived: County, desk: Desk
) -> None:
    async def until_the_power_fails() -> None:
        async with database.transaction() as db:
            await bulletins.daily(desk, db, FRIDAY, EVENING)
            raise RuntimeError("the power fails before the commit")

    with pytest.raises(RuntimeError):
        await until_the_power_fails()
    async with database.transaction() as db:
        assert await bulletins.daily(desk, db, FRIDAY, EVENING) == 6


async def test_a_summary_waits_no_longer_than_its_evening(
    database: Database, lived: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await bulletins.daily(desk, db, FRIDAY, EVENING)
        rows = await db.connection.execute_fetchall("SELECT DISTINCT expires_at FROM outbox")
    assert [row[0] for row in rows] == [ms(moment(20, 20))]


async def test_after_an_outage_yesterdays_summary_is_kept_but_not_sent(
    database: Database, lived: County, desk: Desk
) -> None:
    morning = moment(21, 9)
    async with database.transaction() as db:
        assert await bulletins.daily(desk, db, FRIDAY, morning) == 0
        assert await posted(db, lived) == {}
        place = place_of(lived["王队长"])
        kept = await store.kept(db, "daily", "2026-11-20", place)
        window = daily_report.window(FRIDAY, RULES)
        found = await store.look(db, lived["王队长"], place, window, now=moment(23, 9))
    assert kept is not None
    assert found.report == kept
    assert found.changes == ()
    assert kept.written is None


async def test_every_place_is_kept_and_told_again_word_for_word(
    database: Database, lived: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await bulletins.daily(desk, db, FRIDAY, EVENING)
        told = await posted(db, lived)
        rows = await db.connection.execute_fetchall(
            "SELECT level, count(*) FROM report GROUP BY level"
        )
        assert {row[0]: row[1] for row in rows} == {"county": 1, "township": 2, "team": 3}
        await Pen(db, lived).visit("李队员", moment(23, 9), "王桂芳", "后来的事")
        for who, text in told.items():
            window = daily_report.window(FRIDAY, RULES)
            asker = lived[who]
            found = await store.look(db, asker, place_of(asker), window, now=moment(24, 9))
            assert desk.words.bulletin("daily", report=found.report).chat == text
            assert found.changes == ()


async def test_nobody_on_leave_is_told(database: Database, lived: County, desk: Desk) -> None:
    async with database.transaction() as db:
        await Pen(db, lived).away("王队长", FRIDAY, FRIDAY, asked=moment(20, 8))
        assert await bulletins.daily(desk, db, FRIDAY, EVENING) == 5
        assert set(await posted(db, lived)) == READERS - {"王队长"}


async def test_who_has_left_or_is_bound_nowhere_is_passed_over(
    database: Database, lived: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await db.connection.execute(
            "UPDATE person SET left_day = '2026-11-19' WHERE name = '孙队长'"
        )
        await db.connection.execute(
            "UPDATE posting SET to_day = '2026-11-19' WHERE person_id = ?",
            (lived["孙队长"].id,),
        )
        await db.connection.execute(
            "UPDATE address SET unbound_at = 1 WHERE person_id = ?", (lived["郑队长"].id,)
        )
        assert await bulletins.daily(desk, db, FRIDAY, EVENING) == 4
        assert set(await posted(db, lived)) == READERS - {"孙队长", "郑队长"}


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 22), date(2026, 10, 1)])
async def test_a_day_off_has_no_summary(
    database: Database, lived: County, desk: Desk, day: date
) -> None:
    at = datetime.combine(day, time(18, 40), EVENING.tzinfo)
    async with database.transaction() as db:
        assert await bulletins.daily(desk, db, day, at) == 0
        assert await slots.first_time(db, "daily", day.isoformat(), planned_at=at, now=at)


async def test_the_week_goes_out_once_on_its_friday(
    database: Database, lived: County, weekly_desk: Desk
) -> None:
    friday = moment(20, 17, 10)
    async with database.transaction() as db:
        for day in (16, 17, 18, 19):
            at = moment(day, 17, 10)
            assert await bulletins.weekly(weekly_desk, db, at.date(), at) == 0
        assert await bulletins.weekly(weekly_desk, db, FRIDAY, friday) == 6
        assert await bulletins.weekly(weekly_desk, db, FRIDAY, friday) == 0
        told = await posted(db, lived)
        rows = await db.connection.execute_fetchall("SELECT DISTINCT expires_at FROM outbox")
        place = place_of(lived["陈干事"])
        assert await store.kept(db, "weekly", "2026-W47", place) is not None
    assert set(told) == READERS
    assert told["陈干事"].startswith("**安和县驻村工作周报** 第 47 周")
    assert [row[0] for row in rows] == [ms(moment(20, 20))]


async def test_the_week_carries_the_last_head_published_in_it(
    database: Database, lived: County, weekly_desk: Desk
) -> None:
    thursday, friday = moment(19, 18, 40), moment(20, 17, 10)
    async with database.transaction() as db:
        await bulletins.daily(weekly_desk, db, thursday.date(), thursday)
        head = await audit.publish_head(db, thursday.date(), now=thursday)
        await bulletins.weekly(weekly_desk, db, FRIDAY, friday)
        place = place_of(lived["王队长"])
        kept = await store.kept(db, "weekly", "2026-W47", place)
    assert kept is not None
    assert kept.seal == f"20261119-{head.short}"


async def test_the_same_evening_gives_the_same_words_for_the_week_asked_later(
    database: Database, lived: County, weekly_desk: Desk
) -> None:
    async with database.transaction() as db:
        await bulletins.weekly(weekly_desk, db, FRIDAY, moment(20, 17, 10))
        told = await posted(db, lived)
        await Pen(db, lived).visit("李队员", moment(21, 10), "王桂芳", "周六走访")
        asker = lived["王队长"]
        window = weekly_report.window(FRIDAY, date(2026, 11, 25))
        found = await store.look(db, asker, place_of(asker), window, now=moment(25, 9))
    assert weekly_desk.words.bulletin("weekly", report=found.report).chat == told["王队长"]
    assert [tuple(one) for one in found.changes] == [("visits", 2, 3), ("households", 1, 2)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 18), date(2026, 11, 20)),
        (date(2026, 11, 22), date(2026, 11, 20)),
        (date(2026, 6, 15), date(2026, 6, 18)),  # Friday 19 June is the Dragon Boat holiday
        (date(2026, 10, 2), date(2026, 9, 30)),
        (date(2026, 2, 18), None),  # the Spring Festival takes the whole week
    ],
)
def test_before_a_holiday_the_week_goes_out_earlier(day: date, expected: date | None) -> None:
    assert bulletins.weekly_on(day, RULES) == expected


async def test_on_the_weeks_day_one_message_goes_out_and_the_days_is_kept(
    database: Database, lived: County, weekly_desk: Desk
) -> None:
    """S000-58: one message a day; 「日报」 still shows the day word for word."""
    async with database.transaction() as db:
        assert await bulletins.weekly(weekly_desk, db, FRIDAY, moment(20, 17, 10)) == 6
        assert await bulletins.daily(weekly_desk, db, FRIDAY, EVENING) == 0
        told = await posted(db, lived)
        kept = await store.kept(db, "daily", "2026-11-20", place_of(lived["王队长"]))
    assert all("周报" in text for text in told.values())
    assert kept is not None


async def test_a_slot_is_taken_once_for_each_job(database: Database) -> None:
    async with database.transaction() as db:
        given = {"planned_at": EVENING, "now": EVENING}
        assert await slots.first_time(db, "daily", "2026-11-20", **given)
        assert not await slots.first_time(db, "daily", "2026-11-20", **given)
        assert await slots.first_time(db, "daily", "2026-11-23", **given)
        assert await slots.first_time(db, "weekly", "2026-11-20", **given)


async def test_what_is_posted_can_be_claimed_in_the_bulk_lane(
    database: Database, lived: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await bulletins.daily(desk, db, FRIDAY, EVENING)
        found = await outbox.claim(db, ["memory"], owner="test", limit=50, now=EVENING)
    assert {one.lane for one in found} == {outbox.BULK}
    assert all(1 <= len(one.labels) <= 6 for one in found)


async def drawn(db: Session, county: County) -> dict[str, list[tuple[str, str]]]:
    """Which files go with what stands in the outbox, by name."""
    names = {person.id: name for name, person in county.people.items()}
    rows = await db.connection.execute_fetchall("SELECT person_id, body FROM outbox")
    return {
        names[row["person_id"]]: [
            (one["form"], one["name"]) for one in json.loads(row["body"]).get("drawings", ())
        ]
        for row in rows
    }


async def test_the_day_brings_a_picture_and_above_the_team_a_paper_too(
    database: Database, lived: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await bulletins.daily(desk, db, FRIDAY, EVENING)
        forms = await drawn(db, lived)
    assert forms["王队长"] == [("card", "永安村日报 2026-11-20")]
    assert [form for form, _ in forms["周总队长"]] == ["card", "pdf"]
    assert [form for form, _ in forms["陈干事"]] == ["card", "pdf"]


async def test_the_week_brings_what_the_county_has_chosen(
    database: Database, lived: County, weekly_desk: Desk
) -> None:
    desk = replace(weekly_desk, rules=replace(weekly_desk.rules, weekly_forms=("word",)))
    async with database.transaction() as db:
        await bulletins.weekly(desk, db, FRIDAY, moment(20, 17, 10))
        forms = await drawn(db, lived)
    assert forms["王队长"] == [("word", "永安村周报 2026-W47")]
    assert {one for each in forms.values() for one, _ in each} == {"word"}


async def test_what_is_drawn_says_what_is_written(
    database: Database, lived: County, desk: Desk
) -> None:
    """The picture of a place has the figures of its message, with nothing of anybody above or beside."""
    async with database.transaction() as db:
        await bulletins.daily(desk, db, FRIDAY, EVENING)
        report = await store.kept(db, "daily", "2026-11-20", place_of(lived["王队长"]))
        rows = await db.connection.execute_fetchall(
            "SELECT body FROM outbox WHERE person_id = ?", (lived["王队长"].id,)
        )
    (drawing,) = json.loads(next(iter(rows))["body"])["drawings"]
    bulletin = Words().bulletin("daily", report=report)
    assert drawing["facts"] == json.loads(json.dumps(as_facts(bulletin)))
