"""Leave: how days are counted, who decides, 续假 and 销假, who remains on post; and its laws."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from county import MONDAY, County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import audit, leave, leave_facts, leave_steps, outbox
from ledger.clock import SHANGHAI
from ledger.database import Database, Session, open_database
from ledger.errors import Refused
from ledger.leave import Length, Request
from ledger.messages import Reply
from ledger.people import Role
from ledger.rules import Rules

TODAY = MONDAY.date()
RULES = Rules()


def day(text: str) -> date:
    return date.fromisoformat(text)


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


# counting
@pytest.mark.parametrize(
    ("first", "last", "calendar", "working"),
    [
        ("2026-11-23", "2026-11-23", 1, 1),
        ("2026-11-27", "2026-11-30", 4, 2),  # over a weekend
        ("2026-11-28", "2026-11-29", 2, 0),
        ("2026-09-30", "2026-10-08", 9, 2),  # the National Day week
        ("2026-09-20", "2026-09-20", 1, 1),  # a Sunday made up for
        ("2026-10-09", "2026-10-12", 4, 3),  # with a make-up Saturday
        ("2026-02-14", "2026-02-24", 11, 2),  # Spring Festival with a make-up Saturday
    ],
)
def test_days_are_counted_on_the_calendar(
    first: str, last: str, calendar: int, working: int
) -> None:
    assert leave.length_of(day(first), day(last), RULES) == Length(calendar, working)


@pytest.mark.parametrize(
    ("length", "by_workdays", "counted"),
    [
        (Length(4, 2), False, 4),
        (Length(4, 2), True, 2),
        (Length(2, 0), True, 1),
    ],
)
def test_the_ladder_goes_by_calendar_or_by_working_days(
    length: Length, by_workdays: bool, counted: int
) -> None:
    assert leave.counted(length, replace(RULES, leave_by_workdays=by_workdays)) == counted


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("看病", "病假"),
        ("回县城给孩子看病", "事假"),
        ("家里收玉米", "事假"),
        ("县里开会", "公差"),
        ("公休", "公休"),
        ("轮休", "轮休"),
        ("婚假", "公假"),
    ],
)
def test_the_kind_follows_from_the_reason(reason: str, kind: str) -> None:
    assert leave.kind_named(reason) == kind


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-23T09:00", "2026-11-23T11:00", 2),
        ("2026-11-23T11:00", "2026-11-23T15:00", 2),  # the midday's rest
        ("2026-11-23T19:00", "2026-11-24T09:00", 2),  # the night
        ("2026-11-27T19:00", "2026-11-30T09:00", 2),  # the weekend
        ("2026-09-30T19:00", "2026-10-08T09:00", 2),  # the holidays
        ("2026-11-28T09:00", "2026-11-28T18:00", 0),
    ],
)
def test_only_working_time_counts_as_waiting(since: str, until: str, hours: int) -> None:
    first, last = (
        datetime.fromisoformat(one).replace(tzinfo=SHANGHAI) for one in (since, until)
    )

    assert leave_steps.waited(first, last, RULES) == timedelta(hours=hours)


# asking and deciding
async def ask(
    db: Session, county: County, who: str, first: int, last: int, rules: Rules = RULES
) -> leave.Leave:
    wanted = Request(after(first), after(last), "家里有事", "事假")
    id = await leave.submit(db, county[who], wanted, source="t:1", now=MONDAY, rules=rules)
    return await leave.any_leave(db, id)


async def say(
    db: Session, county: County, by: str, asked: leave.Leave, *, approve: bool = True,
    now: datetime = MONDAY,
) -> leave.Leave:  # fmt: skip
    owner = next(one for one in county.people.values() if one.id == asked.person_id)
    return await leave.decide(db, county[by], asked, owner, approve=approve, now=now)


async def states(db: Session, id: int) -> list[tuple[Role, str]]:
    return [(one.role, one.state) for one in await leave_steps.of(db, id)]


async def test_every_step_gives_its_word(database: Database, county: County) -> None:
    async with database.transaction() as db:
        asked = await ask(db, county, "李队员", 1, 5)
        for by in ("王队长", "周总队长"):
            asked = await say(db, county, by, asked)
            assert asked.state == "asked"
            assert not await leave.is_away(db, asked.person_id, after(1))
        asked = await say(db, county, "陈干事", asked)

        assert asked.state == "approved"
        assert await leave.is_away(db, asked.person_id, after(1))


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("李队员", "leave.not_by_you"),
        ("赵队员", "leave.not_by_you"),
        ("郑队长", None),  # the scope is checked at the door: access_leave
    ],
)
async def test_only_a_superior_decides(
    database: Database, county: County, by: str, why: str | None
) -> None:
    async with database.transaction() as db:
        asked = await ask(db, county, "李队员", 1, 1)
        if why is None:
            with pytest.raises(Refused, match=r"leave\.not_found"):
                await leave.access_leave(db, county[by], asked.id)
            return
        with pytest.raises(Refused, match=why.replace(".", r"\.")):
            await say(db, county, by, asked)


async def test_a_lower_post_does_not_speak_for_a_higher(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        asked = await say(db, county, "王队长", await ask(db, county, "李队员", 1, 3))
        with pytest.raises(Refused, match=r"leave\.waits_above"):
            await say(db, county, "王队长", asked)
        assert (await leave.any_leave(db, asked.id)).state == "asked"


async def test_two_superiors_at_once_decide_once(database: Database, county: County) -> None:
    async with database.transaction() as db:
        asked = await ask(db, county, "李队员", 1, 3)
        await say(db, county, "周总队长", asked)
        for by in ("王队长", "周总队长", "陈干事"):
            with pytest.raises(Refused, match=r"leave\.already_decided"):
                await say(db, county, by, asked, approve=False)
        history = await audit.history(db, f"leave:{asked.id}")

        assert [one["kind"] for one in history] == ["leave.asked", "leave.approved"]


async def test_a_leader_on_leave_is_passed_over(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await say(db, county, "周总队长", await ask(db, county, "王队长", 0, 1))
        asked = await ask(db, county, "李队员", 1, 1)

        assert await states(db, asked.id) == [
            (Role.LEADER, "passed"),
            (Role.TOWNSHIP, "asked"),
        ]
        assert (await say(db, county, "周总队长", asked)).state == "approved"


async def test_nobody_above_is_there_so_the_county_is_asked(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await db.connection.execute(
            "UPDATE address SET unbound_at = 1 WHERE user_key = '王队长'"
        )
        await db.connection.execute(
            "UPDATE address SET unbound_at = 1 WHERE user_key = '周总队长'"
        )
        asked = await ask(db, county, "李队员", 1, 1)

        assert (await states(db, asked.id))[-1] == (Role.COUNTY, "asked")


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [(2, 1, "leave.backwards"), (1, 400, "leave.too_long"), (-1, 1, "leave.past")],
)
def test_impossible_days_are_refused(first: int, last: int, why: str) -> None:
    with pytest.raises(Refused, match=why.replace(".", r"\.")):
        leave.check(Request(after(first), after(last), "事"), today=TODAY)


async def test_overlapping_leave_changes_nothing(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await ask(db, county, "李队员", 1, 3)
        with pytest.raises(Refused, match=r"leave\.overlaps"):
            await ask(db, county, "李队员", 3, 4)
        assert len(await leave.to_come(db, county["李队员"], TODAY)) == 1


# 续假, 销假, 撤回
async def test_extending_counts_the_whole_length(database: Database, county: County) -> None:
    async with database.transaction() as db:
        held = await say(db, county, "王队长", await ask(db, county, "李队员", 0, 0))
        wanted = Request(after(1), after(2), "事", "事假", None, held)
        id = await leave.submit(
            db, county["李队员"], wanted, source="t", now=MONDAY, rules=RULES
        )

        assert [role for role, _ in await states(db, id)] == [Role.LEADER, Role.TOWNSHIP]
        more = await leave.any_leave(db, id)
        for by in ("王队长", "周总队长"):
            more = await say(db, county, by, more)
        again = Request(after(3), after(3), "事", "事假", None, more)
        id = await leave.submit(
            db, county["李队员"], again, source="t", now=MONDAY, rules=RULES
        )
        assert [role for role, _ in await states(db, id)][-1] is Role.COUNTY


async def test_coming_back_ends_what_was_added_too(database: Database, county: County) -> None:
    async with database.transaction() as db:
        li = county["李队员"]
        held = await say(db, county, "王队长", await ask(db, county, "李队员", 0, 0))
        wanted = Request(after(1), after(1), "事", "事假", None, held)
        id = await leave.submit(db, li, wanted, source="t", now=MONDAY, rules=RULES)
        await say(db, county, "周总队长", await leave.any_leave(db, id))
        await leave.report_back(db, li, now=MONDAY)

        assert not await leave.is_away(db, li.id, TODAY)
        assert not await leave.is_away(db, li.id, after(1))


async def test_what_is_over_is_not_extended(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await say(db, county, "王队长", await ask(db, county, "李队员", 0, 0))
        with pytest.raises(Refused, match=r"leave\.extend_over"):
            await leave.to_extend(db, county["李队员"], day=after(1))
        with pytest.raises(Refused, match=r"leave\.over_by_date"):
            await leave.report_back(db, county["李队员"], now=MONDAY + timedelta(days=1))


async def test_leave_to_come_is_withdrawn_and_never_ended_by_a_word_of_return(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        li = county["李队员"]
        held = await say(db, county, "王队长", await ask(db, county, "李队员", 3, 3))
        with pytest.raises(Refused, match=r"leave\.not_begun"):
            await leave.report_back(db, li, now=MONDAY)
        await leave.withdraw(db, li, held, now=MONDAY)

        assert not await leave.is_away(db, li.id, after(3))
        with pytest.raises(Refused, match=r"leave\.already_decided"):
            await leave.withdraw(db, li, held, now=MONDAY)


async def test_a_superior_enters_it_afterwards_and_the_log_names_him(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        wang, li = county["王队长"], county["李队员"]
        wanted = Request(after(-3), after(-3), "看病", "病假")
        id = await leave.enter(db, wang, li, wanted, source="t", now=MONDAY, rules=RULES)
        entry = (await audit.history(db, f"leave:{id}"))[0]

        assert await leave.is_away(db, li.id, after(-3))
        assert (entry["kind"], entry["actor"]) == ("leave.entered", wang.id)
        assert entry["body"]["for"] == li.id


# on post, and what waits
async def test_too_few_on_post_are_named_and_never_in_the_way(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await say(db, county, "陈干事", await ask(db, county, "王队长", 3, 6))
        asked = await ask(db, county, "李队员", 2, 7)
        rules = replace(RULES, min_on_post=2)
        found = await leave_facts.thin_days(db, asked, county["李队员"], rules, today=TODAY)
        none = await leave_facts.thin_days(db, asked, county["李队员"], RULES, today=TODAY)

        assert [(one.first, one.last, one.left) for one in found] == [
            (after(3), after(4), ("赵队员",))
        ]
        assert none == []


async def test_what_waits_for_somebody_on_leave_expires_and_answers_go_out(
    database: Database, county: County
) -> None:
    li = county["李队员"].id
    later = MONDAY + timedelta(days=1)
    async with database.transaction() as db:
        await say(db, county, "王队长", await ask(db, county, "李队员", 1, 1))
        for lane in (outbox.ANSWER, outbox.BULK):
            timing = outbox.Timing(lane, not_before=later)
            await outbox.post_to(
                db, li, Reply(str(lane)), dedupe=f"m{lane}", now=MONDAY, timing=timing
            )
        sent = await outbox.claim(db, ["memory"], owner="t", limit=9, now=later)
        late = await outbox.claim(
            db, ["memory"], owner="t", limit=9, now=later + timedelta(days=1)
        )

        assert [one.text for one in sent] == [str(outbox.ANSWER)]
        assert str(outbox.BULK) not in [one.text for one in late]


# laws
@asynccontextmanager
async def fresh(migrated: Path) -> AsyncIterator[tuple[Session, County]]:
    """A county of its own for each example."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "zhucun.db"
        path.write_bytes(migrated.read_bytes())
        async with open_database(path, durable=False) as opened:
            county = await settle(opened)
            async with opened.transaction() as db:
                yield db, county


LAW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@LAW
@given(first=st.integers(0, 5), length=st.integers(1, 6), back=st.integers(0, 12))
async def test_a_day_is_away_exactly_within_the_leave_and_before_the_return(
    migrated: Path, first: int, length: int, back: int
) -> None:
    last = first + length - 1
    async with fresh(migrated) as (db, county):
        li = county["李队员"]
        await say(db, county, "陈干事", await ask(db, county, "李队员", first, last))
        came = first <= back <= last
        if came:
            await leave.report_back(db, li, now=MONDAY + timedelta(days=back))
        end = back if came else last + 1
        away = [n for n in range(14) if await leave.is_away(db, li.id, after(n))]

        assert away == list(range(first, end))


ORDER = ("waiting", "asked", "approved")
ACTS = st.lists(
    st.tuples(st.sampled_from(("王队长", "周总队长", "陈干事", "李队员")), st.booleans()),
    max_size=6,
)


@LAW
@given(days=st.integers(1, 6), acts=ACTS)
async def test_steps_never_go_back_and_a_word_once_given_stands(
    migrated: Path, days: int, acts: list[tuple[str, bool]]
) -> None:
    async with fresh(migrated) as (db, county):
        asked = await ask(db, county, "李队员", 1, days)
        before = await leave_steps.of(db, asked.id)
        for by, approve in acts:
            try:
                await say(db, county, by, asked, approve=approve)
            except Refused:
                assert await leave_steps.of(db, asked.id) == before
            now = await leave_steps.of(db, asked.id)
            for old, new in zip(before, now, strict=False):
                settled = old.state in {"approved", "refused", "passed", "dropped"}
                assert new == old if settled else _forward(old.state, new.state)
            assert sum(one.state == "asked" for one in now) <= 1
            before = now


def _forward(old: str, new: str) -> bool:
    return new not in ORDER or ORDER.index(new) >= ORDER.index(old)
