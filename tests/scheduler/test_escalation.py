"""Escalation as time passes: each step once, whatever the ticks, the clock and the program do."""

import asyncio
import contextlib
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from county import County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import audit, escalation, issue_steps, issues, leave, units
from ledger.clock import moment, ms
from ledger.custody import Holder, Kind
from ledger.database import Database, Session, open_database
from ledger.days import DAY, at, days_between, is_workday
from ledger.issues import Found, Tier
from ledger.leave import Request
from ledger.rules import Rules
from scheduler import bulletins, reminders
from scheduler.desk import Desk
from templates.words import Words

RULES = Rules()
FRIDAY = date(2026, 9, 18)  # the week before Mid-autumn, two before National Day
EVENING = time(19, 0)


@pytest.fixture
async def county(database: Database) -> County:
    return await settle(database, now=at(FRIDAY, time(9)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Words(), RULES, tmp_path)


async def report(
    db: Session, county: County, due: date, who: str = "李队员", day: date = FRIDAY
) -> int:
    found = Found(day, "屋顶漏雨", Tier.GENERAL, due, "张大山")
    return await issues.report(
        db, county[who], found, source="t", now=at(day, time(9)), rules=RULES
    )


async def plan(desk: Desk, database: Database, day: date, clock: time = time(0, 5)) -> None:
    async with database.transaction() as db:
        await reminders.plan_day(desk, db, at(day, clock))


async def a_day(desk: Desk, database: Database, day: date) -> None:
    """A whole day's beats: the plan, the summary, the last tick."""
    await plan(desk, database, day)
    await plan(desk, database, day, time(17, 30))
    for clock, work in (
        (time(18, 0), None),
        (RULES.daily_at, bulletins.daily),
        (EVENING, None),
    ):
        async with database.transaction() as db:
            now = at(day, clock)
            await (work(desk, db, day, now) if work else reminders.tick(desk, db, now))


async def live(desk: Desk, database: Database, first: date, last: date) -> None:
    for day in days_between(first, last):
        await a_day(desk, database, day)


async def rows(database: Database, text: str) -> list[tuple[Any, ...]]:
    async with database.reading() as db:
        return [tuple(row) for row in await db.connection.execute_fetchall(text)]


async def taken(database: Database) -> list[tuple[str, int]]:
    """The steps somebody was told of: day and step."""
    return await rows(
        database, "SELECT day, step FROM escalation WHERE told <> '' ORDER BY at, step"
    )


async def events(database: Database, issue: int) -> int:
    async with database.reading() as db:
        found = await audit.history(db, f"issue:{issue}")
    return sum(one["kind"] == "issue.escalated" for one in found)


async def heard(database: Database, county: County, who: str) -> list[tuple[date, str]]:
    """The lines about issues somebody was sent unasked, with their day."""
    found = await rows(
        database,
        "SELECT made_at, body FROM outbox WHERE lane > 0 AND person_id = "
        f"{county[who].id} ORDER BY id",
    )
    return [
        (moment(made).date(), line)
        for made, body in found
        for line in json.loads(body)["text"].split("\n")
        if line.startswith("问题") and "已超期" in line
    ]


# a whole life
async def test_the_steps_go_up_one_by_one(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await report(db, county, date(2026, 9, 23))
    await live(desk, database, FRIDAY, date(2026, 10, 31))
    # 25 to 27 September and 1 to 7 October are off; 20 September and 10 October are worked
    assert await taken(database) == [
        ("2026-09-22", -1), ("2026-09-24", 1), ("2026-10-08", 5), ("2026-10-21", 15),
    ]  # fmt: skip
    leader = await heard(database, county, "王队长")
    township = await heard(database, county, "周总队长")
    office = await heard(database, county, "陈干事")
    assert [day for day, _ in leader] == [date(2026, 9, 24)]
    assert [day for day, _ in township] == [date(2026, 10, 8)]
    assert [day for day, _ in office] == [date(2026, 10, 21)]
    assert "张大山" in leader[0][1]
    for _, line in (*township, *office):
        assert "张大山" not in line
        assert "漏雨" not in line
        assert "永安村" in line
    owner = await heard(database, county, "李队员")
    assert [line.split("：")[1] for _, line in owner] == [
        "已超期 1 个工作日，已请王队长过问，有难处请直接说",
        "已超期 5 个工作日，已请周总队长过问，有难处请直接说",
        "已超期 15 个工作日，已请陈干事过问，有难处请直接说",
    ]


async def test_nothing_is_said_in_a_message_of_its_own(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        for days in range(3, 30):
            await report(db, county, FRIDAY + DAY * days)
    await live(desk, database, FRIDAY, date(2026, 10, 31))
    said = await rows(
        database, "SELECT person_id, made_at, why FROM outbox WHERE lane > 0 AND urgent = 0"
    )
    assert {why for _, _, why in said} <= {"digest", "daily", "weekly"}
    each = Counter((person, moment(made).date()) for person, made, _ in said)
    assert max(each.values()) == 1


async def test_many_at_once_are_a_few_lines_and_a_number(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        for _ in range(9):
            await report(db, county, date(2026, 9, 23))
    await live(desk, database, FRIDAY, date(2026, 10, 8))
    (body,) = [
        body
        for (body,) in await rows(
            database, f"SELECT body FROM outbox WHERE person_id = {county['周总队长'].id}"
        )
        if "请过问" in body
    ]
    assert body.count("已超期") == reminders.SHOWN
    assert "另有 4 条，发“逾期”看" in body


# once
async def test_plans_and_ticks_may_come_twice(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        issue = await report(db, county, date(2026, 9, 23))
    for day in days_between(FRIDAY, date(2026, 10, 9)):
        await a_day(desk, database, day)
        await a_day(desk, database, day)
    assert [step for _, step in await taken(database)] == [-1, 1, 5]
    assert await events(database, issue) == 3
    for who in ("王队长", "周总队长"):
        assert len(await heard(database, county, who)) == 1


@pytest.fixture
async def twin(database: Database) -> AsyncIterator[Database]:
    """Another process at the same file: what the lock forbids on one machine, tried all the same."""
    async with aiosqlite.connect(database.path, isolation_level=None) as writer:
        writer.row_factory = aiosqlite.Row
        await writer.execute("PRAGMA busy_timeout=5000")
        yield Database(database.path, writer, [])


async def test_two_processes_at_the_same_moment(
    database: Database, twin: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        numbers = [await report(db, county, date(2026, 9, 23)) for _ in range(3)]
    for day in days_between(FRIDAY, date(2026, 10, 9)):
        await asyncio.gather(plan(desk, database, day), plan(desk, twin, day))
        await a_day(desk, database, day)
    steps = [(issue, step) for issue in numbers for step in (-1, 1, 5)]
    found = await rows(
        database, "SELECT issue_id, step FROM escalation ORDER BY issue_id, step"
    )
    assert found == steps
    assert [await events(database, issue) for issue in numbers] == [3, 3, 3]
    assert len(await heard(database, county, "王队长")) == len(numbers)


async def test_whoever_has_looked_too_early_writes_nothing(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        issue = await report(db, county, date(2026, 9, 23))
    day = date(2026, 9, 24)
    async with database.reading() as db:
        (seen,) = await escalation.running(db, county.id, RULES.escalation, day, RULES)
    await plan(desk, database, day)
    async with database.transaction() as db:
        steps, other = [(-1, 1), (1, 1)], [county["陈干事"]]
        assert not await escalation.take(db, seen, steps, other, at(day, EVENING))
    assert await taken(database) == [("2026-09-24", 1)]
    assert await events(database, issue) == 1


class Killed(Exception):
    """The program ends here."""


@pytest.mark.parametrize("point", ["enter", "event", "due"])
async def test_a_program_killed_within_a_step_takes_it_afterwards(
    database: Database,
    county: County,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    """Step, event and plan are one transaction: all of it or nothing."""
    async with database.transaction() as db:
        issue = await report(db, county, date(2026, 9, 23))
    for day in days_between(FRIDAY, date(2026, 10, 9)):
        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            _kill_at(patch, point)
            await plan(desk, database, day)
        late = await rows(database, "SELECT count(*) FROM due WHERE kind = 'issue_late'")
        assert late == [(len(await taken(database)),)]
        await a_day(desk, database, day)
    assert [step for _, step in await taken(database)] == [-1, 1, 5]
    assert await events(database, issue) == 3
    assert len(await heard(database, county, "王队长")) == 1


def _kill_at(patch: pytest.MonkeyPatch, point: str) -> None:
    module, name = {
        "enter": (escalation, "_enter"),
        "event": (escalation.audit, "record"),
        "due": (reminders.due, "plan"),
    }[point]
    real = getattr(module, name)

    async def done_and_dead(*args: Any, **more: Any) -> None:
        await real(*args, **more)
        raise Killed

    patch.setattr(module, name, done_and_dead)


# time that jumps
async def test_after_an_outage_only_the_highest_step_is_told(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        issue = await report(db, county, date(2026, 9, 23))
    await a_day(desk, database, date(2026, 9, 21))
    await live(desk, database, date(2026, 10, 11), date(2026, 10, 14))  # back on a Sunday
    found = await rows(database, "SELECT day, step, told FROM escalation ORDER BY step")
    assert found == [
        ("2026-10-12", -1, ""),
        ("2026-10-12", 1, ""),
        ("2026-10-12", 5, str(county["周总队长"].id)),
    ]
    assert await events(database, issue) == 1
    assert not await heard(database, county, "王队长")
    assert [day for day, _ in await heard(database, county, "周总队长")] == [date(2026, 10, 12)]


async def test_a_clock_that_goes_back_repeats_nothing(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        issue = await report(db, county, date(2026, 9, 23))
    await live(desk, database, FRIDAY, date(2026, 9, 24))
    await live(desk, database, date(2026, 9, 21), date(2026, 10, 8))
    assert [step for _, step in await taken(database)] == [-1, 1, 5]
    assert await events(database, issue) == 3
    assert len(await heard(database, county, "王队长")) == 1


async def test_a_start_in_the_evening_is_told_the_next_working_day(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await report(db, county, date(2026, 9, 23))
    await plan(desk, database, date(2026, 9, 24), time(22, 30))
    await live(desk, database, date(2026, 9, 25), date(2026, 9, 30))
    assert [day for day, _ in await heard(database, county, "王队长")] == [date(2026, 9, 28)]


# people
async def on_leave(
    database: Database, county: County, who: str, first: date, last: date, cover: str = ""
) -> None:
    wanted = Request(first, last, "家里有事", "事假", county[cover].id if cover else None)
    async with database.transaction() as db:
        id = await leave.submit(
            db, county[who], wanted, source="", now=at(FRIDAY, time(10)), rules=RULES
        )
        await db.connection.execute("UPDATE leave SET state = 'approved' WHERE id = ?", (id,))


async def test_a_superior_who_is_away_hears_when_he_is_back(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        await report(db, county, date(2026, 9, 23))
    await on_leave(database, county, "王队长", date(2026, 9, 24), date(2026, 9, 29))
    await live(desk, database, FRIDAY, date(2026, 9, 30))
    assert await taken(database) == [("2026-09-22", -1), ("2026-09-24", 1)]
    assert [day for day, _ in await heard(database, county, "王队长")] == [date(2026, 9, 30)]


@pytest.mark.parametrize(("cover", "last"), [("赵队员", "2026-10-12"), ("", "2026-10-08")])
async def test_leave_with_a_cover_puts_the_steps_off(
    database: Database, county: County, desk: Desk, cover: str, last: str
) -> None:
    async with database.transaction() as db:
        await report(db, county, date(2026, 9, 23))
    await on_leave(database, county, "李队员", date(2026, 9, 28), date(2026, 9, 29), cover)
    await live(desk, database, FRIDAY, date(2026, 10, 14))
    expected = "2026-10-10" if cover else "2026-10-08"
    assert await taken(database) == [
        ("2026-09-22", -1), ("2026-09-24", 1), (expected, 5),
    ]  # fmt: skip


async def test_handed_to_a_unit_and_back(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        id = await report(db, county, date(2026, 9, 23))
        holder = Holder(Kind.UNIT, await units.ensure(db, county.id, "县水务局"), "县水务局")
    await live(desk, database, FRIDAY, date(2026, 9, 24))
    async with database.transaction() as db:
        issue = await issues.any_issue(db, id)
        now = at(date(2026, 9, 24), time(20))
        await issue_steps.hand_over(db, county["李队员"], issue, holder, "等配件", now=now)
    await live(desk, database, date(2026, 9, 25), date(2026, 10, 8))
    assert (await heard(database, county, "周总队长")) == [
        (date(2026, 9, 28), "问题1 永安村：已超期 2 个工作日，在县水务局手里 4 天")
    ]
    owner = [line for day, line in await heard(database, county, "李队员") if day.day == 28]
    assert owner == [
        "问题1 张大山 屋顶漏雨：已超期 2 个工作日，在县水务局手里 4 天，已请周总队长帮着催"
    ]
    async with database.transaction() as db:
        issue = await issues.any_issue(db, id)
        now = at(date(2026, 10, 8), time(20))
        await issue_steps.take_back(db, county["李队员"], issue, "换了阀门", now=now)
    await live(desk, database, date(2026, 10, 9), date(2026, 10, 9))
    assert (await heard(database, county, "王队长"))[-1][0] == date(2026, 10, 9)


# waiting for a verifier
async def submit(database: Database, issue: int, day: date) -> None:
    async with database.transaction() as db:
        await db.connection.execute(
            "UPDATE issue SET state = 'submitted', submitted_by = owner_id, submitted_at = ?"
            " WHERE id = ?",
            (ms(at(day, time(17))), issue),
        )


async def lines(database: Database, county: County, who: str) -> list[tuple[str, str]]:
    """Day and what is said of the issue."""
    found = await heard(database, county, who)
    return [(str(day), line.partition("：")[2]) for day, line in found]


async def test_what_waits_past_its_deadline_is_the_verifiers(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        id = await report(db, county, date(2026, 9, 23))
    await submit(database, id, date(2026, 9, 21))
    await live(desk, database, date(2026, 9, 21), date(2026, 10, 9))
    assert await lines(database, county, "王队长") == [
        ("2026-09-24", "已超期 1 个工作日，已申请销号，待核验")
    ]
    assert await lines(database, county, "周总队长") == [
        ("2026-10-08", "已超期 5 个工作日，已申请销号，待核验")
    ]
    assert not await heard(database, county, "李队员")


async def test_handed_in_late_the_verifier_has_days_of_his_own(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        id = await report(db, county, date(2026, 9, 23))
    await live(desk, database, FRIDAY, date(2026, 9, 29))
    await submit(database, id, date(2026, 9, 30))
    await live(desk, database, date(2026, 9, 30), date(2026, 10, 14))
    assert await taken(database) == [
        ("2026-09-22", -1), ("2026-09-24", 1), ("2026-10-13", 5),
    ]  # fmt: skip


async def test_handed_in_on_the_very_day_nobody_above_hears_of_it(
    database: Database, county: County, desk: Desk
) -> None:
    async with database.transaction() as db:
        id = await report(db, county, date(2026, 9, 23))
    await plan(desk, database, date(2026, 9, 24))
    await submit(database, id, date(2026, 9, 24))
    await live(desk, database, date(2026, 9, 24), date(2026, 9, 29))
    for who in ("王队长", "李队员"):
        assert not await heard(database, county, who)


# whatever happens
ACTS = st.lists(
    st.tuples(
        st.sampled_from([
                *("day", "day", "day", "twice", "skip", "back"),
                *("unit", "home", "due", "owner", "submit", "redo"),
            ]),
        st.integers(1, 9),
    ),
    min_size=5, max_size=25,
)  # fmt: skip


@settings(
    deadline=None, max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acts=ACTS)
async def test_each_step_at_most_once_and_in_order(
    acts: list[tuple[str, int]], migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    shutil.copy(migrated, folder / "zhucun.db")
    async with open_database(folder / "zhucun.db", durable=False) as database:
        county = await settle(database, now=at(FRIDAY, time(9)))
        desk = Desk(Words(), RULES, folder)
        async with database.transaction() as db:
            id = await report(db, county, date(2026, 9, 23))
            unit = await units.ensure(db, county.id, "县水务局")
        day = FRIDAY
        for act, number in acts:
            day = await _act(desk, database, county, (act, number), (id, unit), day)
        await _check(database, county)


CHANGED = {
    "due": "due = :due",
    "owner": "owner_id = :other",
    "submit": "state = 'submitted', submitted_by = owner_id, submitted_at = :now",
    "redo": "state = 'doing', submitted_by = NULL, submitted_at = NULL",
}


async def _act(
    desk: Desk, database: Database, county: County, act: tuple[str, int],
    ids: tuple[int, int], day: date,
) -> date:  # fmt: skip
    kind, number = act
    if kind in {"skip", "back"}:
        return max(day + DAY * number * (1 if kind == "skip" else -1), FRIDAY)
    if kind in {"day", "twice"}:
        for _ in range(2 if kind == "twice" else 1):
            await a_day(desk, database, day)
        return day + DAY
    async with database.transaction() as db:
        now, who = at(day, time(12)), county["李队员"]
        issue = await issues.any_issue(db, ids[0])
        holder = Holder(Kind.UNIT, ids[1], "县水务局")
        if kind in CHANGED:
            facts = {"due": str(day + DAY * number), "id": ids[0], "now": ms(now)}
            facts["other"] = county["赵队员"].id
            await db.connection.execute(
                f"UPDATE issue SET {CHANGED[kind]} WHERE id = :id", facts
            )
        elif kind == "unit" and issue.holder_kind == "team" and issue.state == "doing":
            await issue_steps.hand_over(db, who, issue, holder, "等配件", now=now)
        elif kind == "home" and issue.holder_kind == "unit" and issue.state == "doing":
            await issue_steps.take_back(db, who, issue, "换了阀门", now=now)
    return day


async def _check(database: Database, county: County) -> None:
    """Facts once and in order, never on a day off; nobody twice for a step, no day with two."""
    facts = await rows(
        database, "SELECT custody_id, due, step, day, told FROM escalation ORDER BY rowid"
    )
    last: dict[tuple[int, str], int] = {}
    told = [one for one in facts if one[4]]
    for custody, due, step, day, _ in told:
        assert is_workday(date.fromisoformat(day), RULES)
        assert step > last.get((custody, due), -99)
        last[custody, due] = step
    assert len({one[:3] for one in facts}) == len(facts)
    assert await events(database, 1) == len(told)
    lines = await rows(
        database, "SELECT person_id, slot, count(*) FROM due WHERE kind = 'issue_late' "
        "GROUP BY person_id, slot",
    )  # fmt: skip
    assert all(number == 1 for _, _, number in lines)
    for who in ("王队长", "周总队长", "陈干事"):
        days = Counter(day for day, _ in await heard(database, county, who))
        assert max(days.values(), default=1) == 1


# a quarter
@pytest.mark.parametrize(
    "workdays",
    [(1, 2, 3, 4, 5), pytest.param((1, 2, 3, 4, 5, 6), marks=pytest.mark.slow)],
)
async def test_nothing_escalates_on_a_holiday_in_a_whole_quarter(
    database: Database, county: County, tmp_path: Path, workdays: tuple[int, ...]
) -> None:
    """Mid-September to mid-December 2026, day by day, a new issue on each working day."""
    rules = Rules(workdays=workdays)
    desk = Desk(Words(), rules, tmp_path)
    names = ["李队员", "钱队员", "吴队员", "王队长"]
    reported = 0
    for number, day in enumerate(days_between(FRIDAY, FRIDAY + 91 * DAY)):
        if is_workday(day, rules) and reported < 40:
            async with database.transaction() as db:
                due = day + DAY * (1 + number % 9)
                await report(db, county, due, names[number % 4], day)
                reported += 1
        await a_day(desk, database, day)
    facts = await rows(database, "SELECT day, issue_id, step, told FROM escalation")
    assert all(is_workday(date.fromisoformat(day), rules) for day, *_ in facts)
    assert len({(issue, step) for _, issue, step, _ in facts}) == len(facts)
    assert all(told for *_, told in facts), "nothing was missed, so nothing is passed over"
    steps = Counter(step for _, _, step, _ in facts)
    assert steps[1] == steps[5] == steps[15] == reported
    sent = await rows(database, "SELECT made_at FROM outbox WHERE lane > 0 AND urgent = 0")
    assert sent
    assert all(is_workday(moment(made).date(), rules) for (made,) in sent)
