"""Findings by the clock: who is told when, in one message, once; nothing is ever decided."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import findings
from ledger.database import Database, Session
from ledger.days import is_workday
from ledger.findings import Finding, Found, Source, State
from ledger.messages import Reply
from ledger.rules import Rules
from scheduler.desk import Desk
from scheduler.findings import tick as bare_tick
from scheduler.findings import with_findings
from templates.words import Words

RULES = Rules()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SATURDAY = MONDAY + 5 * DAY


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Words(), RULES, tmp_path)


async def opened(
    db: Session, county: County, who: str | None, number: int, *, now: datetime = MONDAY,
    by: str = "",
) -> Finding:  # fmt: skip
    li = county[who or "李队员"]
    found = Found(
        county.id, li.township_id, li.team_id, li.id if who else None, Source.PHONE, number,
        "待说明", f"第{number}次没有接通", now.date(), county[by].id if by else None,
    )  # fmt: skip
    return await findings.open_finding(db, found, now=now, rules=RULES)


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """A tick after which what was written has arrived."""
    await bare_tick(desk, db, now)
    await db.connection.execute(
        "UPDATE outbox SET state = 'sent', sent_at = made_at WHERE state = 'ready'"
    )


async def told(db: Session, county: County) -> list[tuple[str, str]]:
    """Who was sent what, by name and first line."""
    names = {person.id: name for name, person in county.people.items()}
    rows = await db.connection.execute_fetchall(
        "SELECT person_id, body FROM outbox WHERE why = 'finding' ORDER BY id"
    )
    return [(names[row[0]], str(row[1])) for row in rows]


async def on_leave(db: Session, county: County, who: str, first: date, last: date) -> None:
    await db.connection.execute(
        "INSERT INTO leave (person_id, kind, from_day, to_day, reason, state, asked_at)"
        " VALUES (:id, '事假', :first, :last, '', 'approved', 1)",
        {"id": county[who].id, "first": first.isoformat(), "last": last.isoformat()},
    )


async def test_several_are_one_message_and_a_second_tick_says_nothing(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        for number in (1, 2, 3):
            await opened(db, county, "李队员", number)
        await opened(db, county, None, 4)
        for _ in range(3):
            await tick(desk, db, MONDAY + MINUTE)
        said = await told(db, county)

    assert sorted(name for name, _ in said) == ["李队员", "王队长"]
    mine = next(words for name, words in said if name == "李队员")
    assert all(f"第{number}次没有接通" in mine for number in (1, 2, 3))


@pytest.mark.parametrize(
    "at",
    [
        SATURDAY,
        MONDAY.replace(hour=21),
        MONDAY.replace(hour=7),
        MONDAY.replace(hour=12, minute=30),
    ],
)
async def test_nobody_is_told_out_of_hours(
    database: Database, county: County, desk: Desk, at: datetime
) -> None:
    async with database.transaction() as db:
        await opened(db, county, "李队员", 1, now=at)
        await tick(desk, db, at)
        assert await told(db, county) == []


async def test_his_hours_begin_when_he_is_told(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await on_leave(db, county, "李队员", MONDAY.date(), MONDAY.date() + 2 * DAY)
        one = await opened(db, county, "李队员", 1)
        await tick(desk, db, MONDAY + MINUTE)
        assert await told(db, county) == []
        back = MONDAY + 3 * DAY + HOUR
        await tick(desk, db, back)
        after = await findings.by_id(db, one.id)

    assert after.told_at == int(back.timestamp() * 1000)
    assert after.until == MONDAY.replace(hour=16) + 7 * DAY  # Thu 8 h, Fri 10, Mon 6


async def test_those_who_decide_are_asked_when_it_can_be_decided(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        first = await opened(db, county, "李队员", 1)
        await opened(db, county, "赵队员", 2, by="周总队长")
        await tick(desk, db, MONDAY)
        until = (await findings.by_id(db, first.id)).until
        await tick(desk, db, until - MINUTE)
        assert {name for name, _ in await told(db, county)} == {"李队员", "赵队员"}
        for _ in range(2):
            await tick(desk, db, until)
        asked = [
            name
            for name, words in await told(db, county)
            if "认定" in words and "待核实事项" in words
        ]

    assert sorted(asked) == ["周总队长", "陈干事"]


async def test_leave_that_came_since_is_given_back_before_anybody_is_asked(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        one = await opened(db, county, "李队员", 1)
        await tick(desk, db, MONDAY)
        tuesday = MONDAY.date() + DAY
        await on_leave(db, county, "李队员", tuesday, tuesday)
        until = (await findings.by_id(db, one.id)).until
        await tick(desk, db, until)
        after = await findings.by_id(db, one.id)
        await tick(desk, db, after.until)
        asked = (await findings.by_id(db, one.id)).asked_at

    assert after.asked_at is None
    assert after.until == until + DAY
    assert asked is not None


async def test_nobody_decides_by_waiting(
    database: Database, county: County, desk: Desk
) -> None:
    """A quarter of ticks: the finding is as open as on the first day, and nobody is urged."""
    async with database.transaction() as db:
        one = await opened(db, county, "李队员", 1)
        for days in range(90):
            if is_workday((MONDAY + days * DAY).date(), RULES):
                await tick(desk, db, MONDAY + days * DAY)
        after = await findings.by_id(db, one.id)
        said = await told(db, county)

    assert after.state == State.OPEN
    assert after.decided_by is None
    assert [name for name, _ in said] == ["李队员", "周总队长"]


async def test_the_summary_says_it_once_when_new_and_once_when_it_waits(
    database: Database, county: County, desk: Desk
) -> None:
    lines: dict[str, list[bool]] = {}
    async with database.transaction() as db:
        await opened(db, county, "李队员", 1)
        for days in range(8):
            for name in ("周总队长", "冯总队长", "陈干事", "王队长"):
                at = MONDAY.replace(hour=18, minute=40) + days * DAY
                reply = await with_findings(desk, db, county[name], Reply("日报"), at)
                lines.setdefault(name, []).append("待核实" in reply.text)

    assert sum(lines["周总队长"]) == sum(lines["陈干事"]) == 2
    assert not any(lines["冯总队长"])
    assert not any(lines["王队长"])


async def test_who_has_not_joined_is_not_claimed(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await db.connection.execute(
            "UPDATE address SET unbound_at = 1 WHERE person_id = :id",
            {"id": county["李队员"].id},
        )
        one = await opened(db, county, "李队员", 1)
        await tick(desk, db, MONDAY)
        assert (await findings.by_id(db, one.id)).told_at is None
        await tick(desk, db, one.until)
        assert (await findings.by_id(db, one.id)).asked_at is not None


async def test_who_decides_is_asked_once_a_day_and_the_summary_has_the_rest(
    database: Database, county: County, desk: Desk
) -> None:
    li, zhou = county["李队员"], county["周总队长"]
    async with database.transaction() as db:
        ids = [(await opened(db, county, "李队员", one)).id for one in (1, 2, 3)]
        await tick(desk, db, MONDAY)
        for number, id in enumerate(ids):
            now = MONDAY + (number + 1) * HOUR / 2
            await findings.reply(db, li, await findings.by_id(db, id), "在村", now=now)
            await tick(desk, db, now)
        asked = [(await findings.by_id(db, id)).asked_at is not None for id in ids]
        evening = MONDAY.replace(hour=18, minute=40)
        summary = await with_findings(desk, db, zhou, Reply("日报"), evening)
        for one in range(3):
            await tick(desk, db, MONDAY + DAY + one * HOUR)
        said = [words for name, words in await told(db, county) if name == "周总队长"]

    assert asked == [True, False, False]
    assert "待核实" in summary.text
    assert len(said) == 1


async def test_without_a_summary_the_rest_is_one_message_next_day(
    database: Database, county: County, desk: Desk
) -> None:
    li = county["李队员"]
    async with database.transaction() as db:
        ids = [(await opened(db, county, "李队员", one)).id for one in (1, 2, 3)]
        await tick(desk, db, MONDAY)
        for number, id in enumerate(ids):
            now = MONDAY + (number + 1) * HOUR / 2
            await findings.reply(db, li, await findings.by_id(db, id), "在村", now=now)
            await tick(desk, db, now)
        await tick(desk, db, MONDAY + DAY)
        said = [words for name, words in await told(db, county) if name == "周总队长"]

    assert len(said) == 2
    assert "有 2 件待核实事项请您认定" in said[1]
