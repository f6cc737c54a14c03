"""One routine message a day: the budget, its exceptions, and why somebody was written to."""

from datetime import timedelta
from pathlib import Path

import pytest
from county import MONDAY, County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import outbox
from ledger.database import Database, Session, open_database
from ledger.messages import Reply
from ledger.outbox import Cause
from ledger.people import Address
from ledger.rules import Rules
from scheduler.desk import Desk
from templates.words import Words

NOON = MONDAY.replace(hour=15)


@pytest.fixture
async def county(database: Database) -> County:
    return await settle(database)


def desk(path: Path, **rules: int) -> Desk:
    return Desk(Words(), Rules(**rules), path)


async def say(
    one: Desk, db: Session, person: int, name: str, cause: Cause, hour: int = 15
) -> bool:
    at = MONDAY.replace(hour=hour)
    return await one.tell(db, person, Reply(name), dedupe=name, now=at, cause=cause)


async def test_the_second_routine_message_of_a_day_waits(
    database: Database, county: County, tmp_path: Path
) -> None:
    one, who = desk(tmp_path), county["李队员"].id
    async with database.transaction() as db:
        assert await say(one, db, who, "a", Cause("digest"))
        assert not await say(one, db, who, "b", Cause("daily"))
        assert await say(one, db, county["赵队员"].id, "c", Cause("digest"))
        next_day = NOON + timedelta(days=1)
        assert await one.tell(
            db, who, Reply("d"), dedupe="d", now=next_day, cause=Cause("daily")
        )


async def test_urgent_ones_are_counted_apart(
    database: Database, county: County, tmp_path: Path
) -> None:
    one, who = desk(tmp_path), county["李队员"].id
    async with database.transaction() as db:
        for name in ("a", "b", "c"):
            assert await say(one, db, who, name, Cause("spotcheck", urgent=True))
        assert await say(one, db, who, "d", Cause("digest"))
        assert await outbox.routine_on(db, who, MONDAY.date()) == 1


async def test_what_never_went_out_does_not_use_up_the_day(
    database: Database, county: County, tmp_path: Path
) -> None:
    one, who = desk(tmp_path), county["李队员"].id
    async with database.transaction() as db:
        assert await say(one, db, who, "a", Cause("digest"))
        await db.connection.execute("UPDATE outbox SET state = 'expired'")
        assert await say(one, db, who, "b", Cause("digest"))


async def test_the_county_may_allow_more(
    database: Database, county: County, tmp_path: Path
) -> None:
    one, who = desk(tmp_path, messages_a_day=2), county["李队员"].id
    async with database.transaction() as db:
        said = [await say(one, db, who, name, Cause("digest")) for name in "abc"]
    assert said == [True, True, False]


async def test_why_is_known_of_the_last_one_and_of_one_replied_to(
    database: Database, county: County, tmp_path: Path
) -> None:
    one, person = desk(tmp_path), county["李队员"]
    address = Address("memory", "local", "李队员")
    async with database.transaction() as db:
        await say(one, db, person.id, "a", Cause("digest"))
        await say(one, db, person.id, "b", Cause("spotcheck", "7", urgent=True), hour=16)
        for number, out in enumerate(
            await outbox.claim(db, ["memory"], owner="t", limit=9, now=NOON.replace(hour=17))
        ):
            await outbox.sent(db, out.id, owner="t", ref=f"r{number}", now=NOON)
        assert await outbox.cause_of(db, person.id, address, "r0") == Cause("digest")
        assert await outbox.cause_of(db, person.id, address, "") == Cause(
            "spotcheck", "7", True
        )
        assert await outbox.cause_of(db, county["赵队员"].id, address, "r0") is None


MESSAGES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(8, 19), st.booleans(), st.integers(0, 2)),
    max_size=25,
)


@settings(
    deadline=None, max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(messages=MESSAGES, budget=st.integers(1, 3))
async def test_nobody_is_over_budget_whatever_is_said(
    messages: list[tuple[int, int, bool, int]],
    budget: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("budget")
    async with open_database(folder / "zhucun.db") as database:
        county = await settle(database)
        everybody = sorted(one.id for one in county.people.values())
        one = desk(folder, messages_a_day=budget)
        async with database.transaction() as db:
            for number, (who, hour, urgent, later) in enumerate(messages):
                at = MONDAY.replace(hour=hour) + timedelta(days=later)
                await one.tell(
                    db, everybody[who], Reply("x"), dedupe=str(number), now=at,
                    cause=Cause("digest", urgent=urgent),
                )  # fmt: skip
            for person in everybody:
                for later in range(3):
                    day = MONDAY.date() + timedelta(days=later)
                    assert await outbox.routine_on(db, person, day) <= budget
