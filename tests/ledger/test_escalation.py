"""Escalation: on which day a step falls, who is told, and that a step is one fact."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from county import MONDAY, County, settle
from hypothesis import given
from hypothesis import strategies as st

from ledger import audit, deadlines, escalation, issue_steps, issues, leave, units
from ledger.clock import SHANGHAI, ms
from ledger.custody import Holder, Kind
from ledger.database import Database, Session
from ledger.days import is_workday
from ledger.escalation import Clock, Running, chain, day_of, fallen
from ledger.escalation_steps import DEFAULT, Step
from ledger.issues import Found, Issue, Tier
from ledger.leave import Request
from ledger.people import Role
from ledger.rules import Rules

RULES = Rules()
LONG_AGO = date(2026, 1, 5)


def days(text: str) -> frozenset[date]:
    """`11-24 11-26..27`: days of 2026."""
    found = set()
    for part in text.split():
        first, _, last = part.partition("..")
        month, number = map(int, first.split("-"))
        for one in range(number, int(last or number) + 1):
            found.add(date(2026, month, one))
    return frozenset(found)


def on(text: str) -> date:
    (found,) = days(text)
    return found


# on which day
@pytest.mark.parametrize(
    ("due", "step", "falls"),
    [
        # plain weeks: 27 November 2026 is a Friday
        ("11-25", -1, "11-24"),
        ("11-25", 0, "11-25"),
        ("11-25", 1, "11-26"),
        ("11-25", 5, "12-2"),
        ("11-25", 15, "12-16"),
        # over a weekend
        ("11-27", 1, "11-30"),
        ("11-30", -1, "11-27"),
        ("11-28", -1, "11-27"),
        ("11-28", 0, "11-27"),
        ("11-28", 1, "11-30"),
        ("11-29", -3, "11-25"),
        # National Day 2026: 1 to 7 October off, 20 September and 10 October worked
        ("9-30", 1, "10-8"),
        ("9-30", 2, "10-9"),
        ("9-30", 3, "10-10"),
        ("9-30", 5, "10-13"),
        ("10-3", -1, "9-30"),
        ("10-3", 0, "9-30"),
        ("10-8", -1, "9-30"),
        ("10-9", 1, "10-10"),
        ("10-10", 1, "10-12"),
        ("9-18", 1, "9-20"),  # Mid-autumn is 25 September: the Sunday before is worked
    ],
)
def test_a_step_falls_on_a_working_day(due: str, step: int, falls: str) -> None:
    assert day_of(step, Clock(on(due), LONG_AGO), RULES) == on(falls)


@pytest.mark.parametrize(
    ("due", "since", "step", "falls"),
    [
        # who gets it after the deadline has his own days from then on
        ("11-25", "12-1", 1, "12-2"),
        ("11-25", "12-1", 5, "12-8"),
        ("11-25", "12-1", -1, None),
        ("11-25", "12-1", 0, None),
        # who gets it on the very day is not urged on it
        ("11-25", "11-24", -1, None),
        ("11-25", "11-25", 0, None),
        ("11-25", "11-23", -1, "11-24"),
        ("11-25", "11-25", 1, "11-26"),
    ],
)
def test_the_clock_begins_with_the_holder(
    due: str, since: str, step: int, falls: str | None
) -> None:
    found = day_of(step, Clock(on(due), on(since)), RULES)
    assert found == (on(falls) if falls else None)


@pytest.mark.parametrize(
    ("due", "away", "step", "falls"),
    [
        ("11-25", "11-26", 1, "11-27"),
        ("11-25", "11-26..30", 1, "12-1"),
        ("11-25", "11-30", 1, "11-26"),
        ("11-25", "11-30", 5, "12-3"),
        ("11-25", "11-28..29", 5, "12-2"),  # rest days do not count anyway
        ("11-25", "11-24", -1, "11-25"),  # put off, never brought forward
        ("11-25", "11-23..25", -1, "11-26"),
        ("9-30", "10-8..10", 1, "10-12"),
    ],
)
def test_days_on_leave_with_a_cover_do_not_count(
    due: str, away: str, step: int, falls: str
) -> None:
    assert day_of(step, Clock(on(due), LONG_AGO, days(away)), RULES) == on(falls)


@pytest.mark.parametrize(
    ("taken", "today", "due"),
    [
        (None, "11-23", []),
        (None, "11-24", [-1]),
        (-1, "11-24", []),
        (-1, "11-25", []),
        (-1, "11-26", [1]),
        (None, "11-26", [-1, 1]),  # the first was missed
        (1, "12-1", []),
        (1, "12-2", [5]),
        (-1, "12-20", []),  # a Sunday
        (-1, "12-21", [1, 5, 15]),
        (15, "12-31", []),
    ],
)
def test_what_is_to_be_taken_today(taken: int | None, today: str, due: list[int]) -> None:
    clock = Clock(on("11-25"), LONG_AGO)
    found = fallen(clock, DEFAULT, taken, on(today), RULES)
    assert [step for step, _ in found] == due


def test_nothing_is_taken_while_he_is_away_even_if_it_was_missed() -> None:
    clock = Clock(on("11-25"), LONG_AGO, days("11-27 11-30"))
    assert fallen(clock, DEFAULT, None, on("11-27"), RULES) == []
    assert [one for one, _ in fallen(clock, DEFAULT, None, on("12-1"), RULES)] == [-1, 1]


def test_what_waits_for_its_verifier_is_not_urged_before_the_deadline() -> None:
    clock = Clock(on("11-25"), LONG_AGO, waits=True)
    assert day_of(-1, clock, RULES) is None
    assert day_of(0, clock, RULES) is None
    assert day_of(1, clock, RULES) == on("11-26")


STEPS = st.lists(st.integers(-20, 60), min_size=1, max_size=6, unique=True).map(sorted)
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 1))


@given(due=DAYS, held=st.integers(-60, 60), steps=STEPS, away=st.sets(st.integers(-30, 90)))
def test_steps_come_in_order_on_working_days_never_while_away(
    due: date, held: int, steps: list[int], away: set[int]
) -> None:
    paused = frozenset(due + timedelta(days=one) for one in away)
    clock = Clock(due, due + timedelta(days=held), paused)
    found = [one for step in steps if (one := day_of(step, clock, RULES))]
    assert found == sorted(found)
    for one in found:
        assert is_workday(one, RULES)
        assert one not in paused
        assert one > clock.since


@given(due=DAYS, steps=STEPS, today=DAYS)
def test_no_deadline_with_a_step_lies_beyond_the_horizon(
    due: date, steps: list[int], today: date
) -> None:
    wanted = tuple((step, 1) for step in steps)
    if fallen(Clock(due, LONG_AGO - timedelta(days=900)), wanted, None, today, RULES):
        assert due <= escalation.horizon(wanted, today, RULES)


# how far up
@pytest.mark.parametrize(
    ("place", "level", "asked"),
    [
        (Role.LEADER, 1, "leader township county"),
        (Role.LEADER, 2, "township county"),
        (Role.LEADER, 3, "county"),
        (Role.TOWNSHIP, 1, "township county"),
        (Role.TOWNSHIP, 2, "county"),
        (Role.TOWNSHIP, 3, "county"),
        (Role.COUNTY, 1, "county"),
        (Role.COUNTY, 3, "county"),
    ],
)
def test_an_empty_seat_passes_upward_and_the_top_stays(
    place: Role, level: int, asked: str
) -> None:
    assert " ".join(chain(place, level)) == asked


@pytest.fixture
async def county(database: Database) -> County:
    return await settle(database)


async def an_issue(
    db: Session, county: County, who: str = "李队员", due: str = "11-25"
) -> Issue:
    found = Found(MONDAY.date(), "屋顶漏雨", Tier.GENERAL, on(due), "张大山")
    id = await issues.report(db, county[who], found, source="t", now=MONDAY, rules=RULES)
    return await issues.any_issue(db, id)


async def told(db: Session, issue: Issue) -> list[str]:
    """Whom each level reaches."""
    now = await issues.any_issue(db, issue.id)
    names = []
    for level in (1, 2, 3):
        found = await escalation.above(db, now, level, MONDAY.date())
        names.append("".join(one.name for one in found))
    return names


async def test_the_team_has_it(database: Database, county: County) -> None:
    async with database.transaction() as db:
        assert await told(db, await an_issue(db, county)) == ["王队长", "周总队长", "陈干事"]
        own = await an_issue(db, county, "王队长")
        assert await told(db, own) == ["周总队长", "陈干事", "陈干事"]


async def test_an_empty_seat_is_passed_over(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        await db.connection.execute(
            "DELETE FROM posting WHERE person_id = ?", (county["王队长"].id,)
        )
        assert await told(db, issue) == ["周总队长", "周总队长", "陈干事"]


async def hand_to(db: Session, county: County, issue: Issue, to: str) -> None:
    now = await issues.any_issue(db, issue.id)
    holder = await issue_steps.holder_named(db, now, to)
    if holder is None:
        id = await units.ensure(db, county.id, to)
        holder = Holder(Kind.UNIT, id, to)
    await issue_steps.hand_over(db, county["李队员"], now, holder, "等配件", now=MONDAY)


async def test_a_township_a_county_or_a_unit_has_it(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        for holder, wanted in {
            "县水务局": ["周总队长", "陈干事", "陈干事"],
            "镇里": ["陈干事", "陈干事", "陈干事"],
            "县里": ["陈干事", "陈干事", "陈干事"],
        }.items():
            await hand_to(db, county, issue, holder)
            assert await told(db, issue) == wanted, holder


async def test_what_waits_is_the_verifiers(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        await db.connection.execute(
            "UPDATE issue SET state = 'submitted', submitted_by = owner_id, submitted_at = ?",
            (ms(MONDAY + timedelta(days=10)),),
        )
        assert await told(db, issue) == ["王队长", "周总队长", "陈干事"]
        (one,) = await running(db, county, date(2026, 12, 3))
        assert one.clock.since == date(2026, 12, 3)
        assert day_of(1, one.clock, RULES) == date(2026, 12, 4)
        waiting = await issues.any_issue(db, issue.id)
        hands = await escalation.hands(db, waiting, MONDAY.date())
        assert [one.name for one in hands] == ["王队长"]


async def test_an_owner_who_has_moved_away_is_not_the_holder(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        await db.connection.execute(
            "UPDATE person SET team_id = ? WHERE id = ?",
            (county["吴队员"].team_id, county["李队员"].id),
        )
        assert await told(db, issue) == ["王队长", "周总队长", "陈干事"]
        assert await escalation.hands(db, issue, MONDAY.date()) == []


# leave
async def away(
    db: Session, county: County, who: str, first: str, last: str, cover: str = ""
) -> int:
    wanted = Request(
        on(first), on(last), "家里有事", "事假", county[cover].id if cover else None
    )
    id = await leave.submit(db, county[who], wanted, source="", now=MONDAY, rules=RULES)
    await db.connection.execute("UPDATE leave SET state = 'approved' WHERE id = ?", (id,))
    return id


async def clock_of(db: Session, county: County, today: date) -> Clock:
    (one,) = await running(db, county, today)
    issue = await issues.any_issue(db, one.issue_id)
    hands = await escalation.hands(db, issue, today)
    return await escalation.paused(db, hands, one.clock, today)


async def running(db: Session, county: County, today: date) -> list[Running]:
    return await escalation.running(db, county.id, DEFAULT, today, RULES)


@pytest.mark.parametrize(
    ("cover", "back", "paused"),
    [("赵队员", "", "11-26..30"), ("", "", ""), ("赵队员", "11-28", "11-26..27")],
)
async def test_only_leave_with_a_cover_pauses_until_he_is_back(
    database: Database, county: County, cover: str, back: str, paused: str
) -> None:
    async with database.transaction() as db:
        await an_issue(db, county)
        id = await away(db, county, "李队员", "11-26", "11-30", cover)
        if back:
            await db.connection.execute(
                "UPDATE leave SET back_day = ? WHERE id = ?", (str(on(back)), id)
            )
        clock = await clock_of(db, county, on("12-4"))
    assert clock.paused == days(paused)


async def test_leave_nobody_has_approved_pauses_nothing(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await an_issue(db, county)
        id = await away(db, county, "李队员", "11-26", "11-30", "赵队员")
        await db.connection.execute("UPDATE leave SET state = 'asked' WHERE id = ?", (id,))
        assert not (await clock_of(db, county, on("12-4"))).paused


async def test_an_office_is_away_only_when_all_of_it_is(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        await hand_to(db, county, issue, "镇里")
        for who, wanted in (("冯总队长", ""), ("周总队长", "11-26..30")):
            await away(db, county, who, "11-26", "11-30", "陈干事")
            assert (await clock_of(db, county, on("12-4"))).paused == days(wanted)


async def test_leave_of_the_owner_matters_only_while_he_has_it(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        await away(db, county, "李队员", "11-26", "11-30", "赵队员")
        await hand_to(db, county, issue, "县水务局")
        assert not (await clock_of(db, county, on("12-4"))).paused


# a step is one fact
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=SHANGHAI)


async def take(db: Session, one: Running, county: County, *steps: Step) -> bool:
    return await escalation.take(db, one, steps, [county["王队长"]], NOON)


def test_what_is_entered_afterwards_counts_from_its_entry() -> None:
    one = Running(
        1, 1, "team", 1, "2026-06-01", ms(NOON), "2026-07-01", "doing", None, taken=None
    )  # fmt: skip
    assert one.clock.since == NOON.date()


async def test_a_step_is_taken_once(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        (one,) = await running(db, county, NOON.date())
        assert await take(db, one, county, (-1, 1), (1, 1))
        assert not await take(db, one, county, (1, 1))
        (again,) = await running(db, county, NOON.date())
        assert again.taken == 1
        rows = await db.connection.execute_fetchall(
            "SELECT step, told FROM escalation ORDER BY step"
        )
        assert [tuple(row) for row in rows] == [(-1, ""), (1, str(county["王队长"].id))]
        events = await audit.history(db, issue.subject)
        (event,) = [one for one in events if one["kind"] == "issue.escalated"]
        assert event["body"]["passed_over"] == [-1]
        assert event["body"]["told"] == [county["王队长"].id]


async def test_a_clock_with_nothing_ahead_is_not_looked_at(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await an_issue(db, county)
        (one,) = await running(db, county, NOON.date())
        await take(db, one, county, (15, 3))
        assert await running(db, county, NOON.date()) == []
        assert await escalation.running(db, county.id, (), NOON.date(), RULES) == []


async def test_a_new_deadline_begins_anew(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        (one,) = await running(db, county, NOON.date())
        await take(db, one, county, (1, 1))
        slot = (await escalation.to_tell(db, LONG_AGO, NOON.date()))[0].slot
        assert await escalation.still_told(db, slot)
        await deadlines.ask(db, county["李队员"], issue, on("12-10"), "等雨停", now=NOON)
        issue = await issues.any_issue(db, issue.id)
        await deadlines.decide(db, county["王队长"], issue, grant=True, now=NOON)
        assert await escalation.still_told(db, slot) is None
        assert await escalation.to_tell(db, LONG_AGO, NOON.date()) == []
        (anew,) = await running(db, county, on("12-9"))
        assert (anew.due, anew.taken) == (str(on("12-10")), None)


async def test_to_a_unit_and_back_each_begin_anew(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await an_issue(db, county)
        (one,) = await running(db, county, NOON.date())
        await take(db, one, county, (1, 1))
        holder = Holder(Kind.UNIT, await units.ensure(db, county.id, "县水务局"), "县水务局")
        issue = await issues.any_issue(db, issue.id)
        await issue_steps.hand_over(db, county["李队员"], issue, holder, "等配件", now=NOON)
        (there,) = await running(db, county, NOON.date())
        assert there.taken is None
        assert fallen(there.clock, DEFAULT, None, NOON.date(), RULES) == []
        assert fallen(there.clock, DEFAULT, None, on("11-27"), RULES) == [(1, 1)]
        later = NOON + timedelta(days=7)
        issue = await issues.any_issue(db, issue.id)
        await issue_steps.take_back(db, county["李队员"], issue, "修好了阀门", now=later)
        (back,) = await running(db, county, later.date())
        assert back.taken is None
        assert day_of(1, back.clock, RULES) == on("12-4")
        assert len({one.custody_id, there.custody_id, back.custody_id}) == 3


async def test_what_has_been_handed_in_since_is_not_told(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await an_issue(db, county)
        (one,) = await running(db, county, NOON.date())
        await take(db, one, county, (1, 1))
        await db.connection.execute(
            "UPDATE issue SET state = 'submitted', submitted_by = owner_id, submitted_at = ?",
            (ms(NOON) + 1,),
        )
        assert await escalation.to_tell(db, LONG_AGO, NOON.date()) == []


async def test_a_plan_of_an_earlier_version_is_no_longer_true(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        assert await escalation.still_told(db, "1|late|2026-11-25") is None


def test_the_owner_hears_only_of_his_own_late_work() -> None:
    one = escalation.Taken(1, 1, "2026-11-25", 1, (5,), 7, 0, "doing", None)
    assert one.for_owner
    assert not replace(one, step=-1).for_owner
    assert not replace(one, owner_id=5).for_owner
    assert not replace(one, state="submitted").for_owner
