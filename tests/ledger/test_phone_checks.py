"""Phone checks: one at a time, each call one caller's, nothing to the checked, nothing by itself."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import (
    audit,
    draw_periods,
    draws,
    finding_steps,
    findings,
    people,
    phone_checks,
    phone_counts,
    phone_draws,
    roster,
)
from ledger.chance import Lots, Seeds
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.draw_plan import PHONE
from ledger.draws import ASKED, TIMETABLE, Draw, Wish
from ledger.errors import Refused
from ledger.findings import Source
from ledger.people import Person, Role, Scope
from ledger.phone_checks import Given, Outcome, PhoneCheck, Result
from ledger.roster import Entry
from ledger.rules import Rules
from ledger.seed_vault import Vault

SECRET = bytes(range(32))
RULES = Rules()
BY_HAND = Rules(phone_checks=0)  # no phone check by the timetable


def on(clock: str, day: str = "2026-11-23") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


async def drawn(
    db: Session, county: County, *, by: str = "", scope: Scope | None = None, wanted: int = 3,
    name: str = "2026-11-23|phone|1", now: datetime = MONDAY,
) -> Draw:  # fmt: skip
    """A draw of phone checks, put on the day's list."""
    asker = county[by].id if by else None
    found = await phone_draws.eligible(db, scope or Scope(county.id), day=now.date())
    wish = Wish(ASKED if by else TIMETABLE, name, SECRET, wanted, asker, PHONE)
    draw = await draws.make(db, county.id, wish, found.pool, now=now)
    await phone_checks.open_all(db, draw, now=now)
    return draw


async def second_clerk(db: Session, county: County) -> Person:
    id = await roster.add_person(db, county.id, Entry("何干事", Role.COUNTY), now=MONDAY)
    return await people.by_id(db, id)


async def rows(db: Session, column: str = "state") -> list[object]:
    query = {
        "state": "SELECT state FROM phone_check ORDER BY id",
        "person_id": "SELECT person_id FROM phone_check ORDER BY id",
        "facts": "SELECT facts FROM phone_check ORDER BY id",
    }[column]
    return [row[0] for row in await db.connection.execute_fetchall(query)]


async def taken(db: Session, who: Person, now: datetime = MONDAY) -> PhoneCheck:
    check = await phone_checks.take(db, who, now=now)
    assert check is not None
    return check


async def rung(
    db: Session, who: Person, result: Result, *given: Given, now: datetime = MONDAY
) -> PhoneCheck:
    """The next one is rung up and written down."""
    check = await taken(db, who, now)
    call = await phone_checks.access_call(db, who, check, RULES, now=now)
    return await phone_checks.finish(db, who, call.check, Outcome(result, given), now=now)


async def events(db: Session, check: PhoneCheck) -> list[str]:
    return [one["kind"] for one in await audit.history(db, f"phone_check:{check.id}")]


# the list
async def test_a_draw_started_twice_is_one_list(database: Database, county: County) -> None:
    async with database.transaction() as db:
        draw = await drawn(db, county)
        assert await phone_checks.open_all(db, draw, now=MONDAY) == 0
        assert await rows(db) == ["waiting"] * 3
        assert sorted(await rows(db, "person_id")) == sorted(one for _, one in draw.picks)


async def test_a_crash_before_the_commit_leaves_nothing(
    database: Database, county: County
) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as db:
            await drawn(db, county)
            raise KeyError
    async with database.transaction() as db:
        assert await rows(db) == []
        await drawn(db, county)
    with pytest.raises(KeyError):
        async with database.transaction() as db:
            await taken(db, county["陈干事"])
            raise KeyError
    async with database.reading() as db:
        assert await rows(db) == ["waiting"] * 3


async def test_the_checked_are_told_nothing_whatever_comes_of_it(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await drawn(db, county)
        for result in (Result.ON_POST, Result.UNREACHED, Result.TO_EXPLAIN):
            await rung(db, county["陈干事"], result)
        ((posted,),) = await db.connection.execute_fetchall("SELECT count(*) FROM outbox")
        assert posted == 0
        assert [one async for one in finding_steps.sql.untold(db.connection)] == []


async def test_the_order_is_the_lots_and_not_the_lists(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        draw = await drawn(db, county)
        met = []
        for _ in range(3):
            met.append((await rung(db, county["陈干事"], Result.ON_POST)).person_id)
        lots = Lots(bytes.fromhex(draw.seed))
        assert met == sorted(met, key=lambda one: lots.ticket("call", one))
        assert set(met) == {person for _, person in draw.picks}
        assert await phone_checks.take(db, county["陈干事"], now=MONDAY) is None


# one at a time
async def test_one_asked_again_is_the_one_in_hand(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await drawn(db, county)
        first = await taken(db, county["陈干事"])
        assert await taken(db, county["陈干事"]) == first
        assert sorted(await rows(db)) == ["taken", "waiting", "waiting"]


async def test_two_callers_at_the_same_moment_never_get_the_same(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        other = await second_clerk(db, county)
        await drawn(db, county)

    async def next_of(who: Person) -> int:
        async with database.transaction() as db:
            return (await taken(db, who)).id

    both = await asyncio.gather(
        *(next_of(who) for who in (county["陈干事"], other, county["陈干事"], other))
    )
    assert len(set(both)) == 2
    assert both[:2] == both[2:]


async def test_what_one_has_taken_another_can_neither_write_down_nor_put_back(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        other = await second_clerk(db, county)
        await drawn(db, county)
        check = await taken(db, county["陈干事"])
        with pytest.raises(Refused, match="not_taken"):
            await phone_checks.access_own_call(db, other, check.id)
        with pytest.raises(Refused, match="not_taken"):
            await phone_checks.put_back(db, other, check, now=MONDAY)
        with pytest.raises(Refused, match="not_taken"):
            await phone_checks.finish(db, other, check, Outcome(Result.ON_POST), now=MONDAY)


async def test_a_call_left_for_two_hours_is_free_again_and_counts_once(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        other = await second_clerk(db, county)
        await drawn(db, county, wanted=1)
        check = await taken(db, county["陈干事"])
        soon = MONDAY + timedelta(minutes=119)
        assert await phone_checks.take(db, other, now=soon) is None
        later = MONDAY + timedelta(minutes=120)
        assert (await taken(db, other, later)).id == check.id
        with pytest.raises(Refused, match="not_taken"):
            await phone_checks.finish(
                db, county["陈干事"], check, Outcome(Result.UNREACHED), now=later
            )
        await phone_checks.finish(db, other, check, Outcome(Result.ON_POST), now=later)
        assert (await phone_checks.by_id(db, check.id)).tries == 1


async def test_put_back_it_waits_for_anybody(database: Database, county: County) -> None:
    async with database.transaction() as db:
        other = await second_clerk(db, county)
        await drawn(db, county, wanted=1)
        check = await taken(db, county["陈干事"])
        await phone_checks.put_back(db, county["陈干事"], check, now=MONDAY)
        assert (await taken(db, other)).id == check.id


# who may
async def test_a_townships_own_draw_is_its_own_to_ring(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        town = county["周总队长"]
        await drawn(db, county, by="周总队长", scope=people.scope_of(town), wanted=1)
        assert await phone_checks.take(db, county["陈干事"], now=MONDAY) is None
        assert await phone_checks.take(db, county["冯总队长"], now=MONDAY) is None
        check = await taken(db, town)
        for stranger in ("陈干事", "冯总队长", "王队长", "李队员"):
            with pytest.raises(Refused, match="not_found"):
                await phone_checks.access_check(db, county[stranger], check.id)


async def test_the_countys_calls_are_for_the_county_only(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await drawn(db, county)
        check = await taken(db, county["陈干事"])
        for stranger in ("周总队长", "冯总队长", "王队长", "李队员", check.person):
            with pytest.raises(Refused, match="not_found"):
                await phone_checks.access_check(db, county[stranger], check.id)
            assert await phone_checks.take(db, county[stranger], now=MONDAY) is None
        with pytest.raises(Refused, match="not_found"):
            await phone_checks.access_check(db, county["陈干事"], 999)


# the call
async def test_every_look_at_a_number_is_an_event_and_the_questions_stay(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await drawn(db, county, wanted=1)
        check = await taken(db, county["陈干事"])
        first = await phone_checks.access_call(db, county["陈干事"], check, RULES, now=MONDAY)
        assert first.phone == county[check.person].phone
        await people.add_household(db, check.team_id, "新来户")
        again = await phone_checks.access_call(
            db, county["陈干事"], await phone_checks.by_id(db, check.id), RULES, now=MONDAY
        )
        assert again.check.asked == first.check.asked != []
        assert await events(db, check) == ["phone_check.opened"] * 2
        last = (await audit.history(db, f"phone_check:{check.id}"))[-1]
        assert first.phone not in json.dumps(last, default=str)


async def test_who_has_leave_by_now_is_not_rung_up(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await drawn(db, county, wanted=1)
        check = await taken(db, county["陈干事"])
        await db.connection.execute(
            "INSERT INTO leave (person_id, from_day, to_day, state, kind, asked_at)"
            " VALUES (?, '2026-11-23', '2026-11-23', 'approved', '病假', 0)",
            (check.person_id,),
        )
        call = await phone_checks.access_call(db, county["陈干事"], check, RULES, now=MONDAY)
        assert (call.likely, call.phone) == (Result.ON_LEAVE, "")


async def test_only_the_last_call_counts(database: Database, county: County) -> None:
    async with database.transaction() as db:
        clerk = county["陈干事"]
        await drawn(db, county, wanted=1)
        check = await rung(db, clerk, Result.UNREACHED)
        for later, asked in ((29, False), (30, True)):
            then = MONDAY + timedelta(minutes=later)
            assert (
                await phone_checks.asks_finding(db, check, Result.UNREACHED, then) is asked
            ), later
        assert await phone_checks.asks_finding(db, check, Result.TO_EXPLAIN, MONDAY)
        await phone_checks.take_again(db, clerk, check, now=on("10:30"))
        check = await phone_checks.finish(
            db, clerk, check, Outcome(Result.ON_POST, (Given.KNEW, Given.UNSURE), "在村委会"),
            now=on("10:40"),
        )  # fmt: skip
        assert (check.result, check.tries, check.remark) == (Result.ON_POST, 2, "在村委会")
        assert check.given[:2] == [Given.KNEW, Given.UNSURE]
        assert await findings.of_source(db, Source.PHONE, check.id) == []
        kinds = await events(db, check)
        assert kinds.count("phone_check.noted") == 2


async def test_a_second_call_that_is_left_leaves_the_first_ones_result(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        clerk = county["陈干事"]
        await drawn(db, county, wanted=1)
        check = await rung(db, clerk, Result.UNREACHED)
        await phone_checks.take_again(db, clerk, check, now=on("10:30"))
        assert await phone_checks.close_day(db, RULES, now=on("13:00")) == 0
        check = await phone_checks.by_id(db, check.id)
        assert (check.state, check.result) == ("done", Result.UNREACHED)


async def test_another_days_or_anothers_entry_is_not_put_right(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        other = await second_clerk(db, county)
        await drawn(db, county, wanted=1)
        check = await rung(db, county["陈干事"], Result.ON_POST)
        for who, when in ((other, MONDAY), (county["陈干事"], MONDAY + timedelta(days=1))):
            with pytest.raises(Refused, match="not_again"):
                await phone_checks.take_again(db, who, check, now=when)


# 待核实
async def test_a_finding_is_the_callers_word_once_and_ends_the_ringing(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        clerk = county["陈干事"]
        await drawn(db, county, wanted=1)
        check = await rung(db, clerk, Result.TO_EXPLAIN)
        assert await findings.of_source(db, Source.PHONE, check.id) == []
        for _ in range(2):
            await phone_checks.doubt(
                db, clerk, check, "驻村不住村", "待说明", rules=RULES, now=MONDAY
            )
        (found,) = await findings.of_source(db, Source.PHONE, check.id)
        assert (found.person_id, found.state, found.found_by) == (
            check.person_id, "open", clerk.id,
        )  # fmt: skip
        with pytest.raises(Refused, match="is_finding"):
            await phone_checks.take_again(db, clerk, check, now=MONDAY)


# the day's end
async def test_what_nobody_has_rung_by_evening_is_void_and_a_call_begun_is_waited_for(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        clerk = county["陈干事"]
        await drawn(db, county)
        await rung(db, clerk, Result.UNREACHED)
        check = await taken(db, clerk, on("17:20"))
        assert await phone_checks.close_day(db, RULES, now=on("17:29")) == 0
        assert await phone_checks.close_day(db, RULES, now=on("17:30")) == 1
        assert await phone_checks.close_day(db, RULES, now=on("17:31")) == 0
        assert await phone_counts.not_made(db, Scope(county.id), MONDAY.date()) == 2
        await phone_checks.finish(db, clerk, check, Outcome(Result.ON_POST), now=on("17:40"))
        assert sorted(await rows(db)) == ["done", "done", "void"]
        assert await phone_counts.not_made(db, Scope(county.id), MONDAY.date()) == 1


async def test_after_an_outage_yesterdays_are_void(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await drawn(db, county)
        await taken(db, county["陈干事"], on("17:25"))
        assert await phone_checks.close_day(db, RULES, now=on("08:00", "2026-11-24")) == 3
        assert not await phone_checks.any_open(db, now=on("08:01", "2026-11-24"))


@pytest.mark.parametrize(
    ("clock", "day", "fits"),
    [
        ("08:29", "2026-11-23", False), ("08:30", "2026-11-23", True),
        ("11:59", "2026-11-23", True), ("12:30", "2026-11-23", False),
        ("17:29", "2026-11-23", True), ("17:30", "2026-11-23", False),
        ("10:00", "2026-11-22", False),
    ],
)  # fmt: skip
def test_people_are_rung_up_in_working_time_only(clock: str, day: str, fits: bool) -> None:
    assert phone_checks.in_hours(on(clock, day), RULES) is fits


# figures
async def test_the_figures_are_the_rows_by_township(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await drawn(db, county)
        results = [Result.ON_POST, Result.OUT, Result.ON_LEAVE]
        done = [await rung(db, county["陈干事"], one) for one in results]
        month = (on("00:00", "2026-11-01").date(), on("00:00", "2026-11-30").date())
        lines = await phone_counts.counts(db, Scope(county.id), *month)
        assert [one.township for one in lines] == ["清水镇", "云山乡"]
        total = lines[0] + lines[1]
        assert (total.drawn, total.reached, total.on_leave, total.done) == (3, 2, 1, 3)
        town = county["冯总队长"]
        (own,) = await phone_counts.counts(db, people.scope_of(town), *month)
        assert own == lines[1]
        for check in done:
            (mine,) = await phone_checks.of_person(db, check.person_id, limit=3)
            assert mine.id == check.id


async def test_whom_nobody_has_rung_yet_does_not_see_that_he_is_drawn(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        draw = await drawn(db, county)
        await taken(db, county["陈干事"])
        for _, person in draw.picks:
            assert await phone_checks.of_person(db, person, limit=3) == []


# drawn by hand
async def test_the_cap_of_a_month_is_kept_apart(database: Database, county: County) -> None:
    async with database.transaction() as db:
        draw = await drawn(db, county, wanted=2)
        found = await phone_draws.field(db, Scope(county.id), rules=BY_HAND, now=MONDAY)
        assert (found.within.teams, found.beyond.teams) == (1, 2)
        assert found.costs.phoned == {team for team, _ in draw.picks}
        assert [found.beyond_cap(wanted) for wanted in (1, 2, 3, 9)] == [0, 1, 2, 2]
        listed = {person for _, person in draw.picks}
        there = {
            one
            for part in (found.within, found.beyond)
            for teams in part.pool.values()
            for ids in teams.values()
            for one in ids
        }
        assert not there & listed


async def test_beyond_the_cap_it_is_another_draw_with_its_reason_and_both_can_be_redone(
    database: Database, county: County, tmp_path: Path
) -> None:
    clerk, vault = county["陈干事"], Vault(tmp_path, Seeds("phone"))
    async with database.transaction() as db:
        await drawn(db, county, wanted=2)
        found = await phone_draws.field(db, Scope(county.id), rules=BY_HAND, now=MONDAY)
        month = await draw_periods.lots_of(db, county.id, vault, RULES, now=MONDAY)
        made = await phone_draws.make(
            db, clerk, found, 3, "群众来电反映", month=month, now=MONDAY
        )
        assert [(len(one.picks), one.reason) for one in made] == [(1, ""), (2, "群众来电反映")]
        assert [one.name for one in made] == ["2026-11-23|phone|2", "2026-11-23|phone|3"]
        assert all(draws.redo(one) == one.picks and one.period_id for one in made)
        assert await phone_checks.left(db, clerk, now=MONDAY) == 5


async def test_without_a_reason_the_cap_stands(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        await drawn(db, county, wanted=3)
        found = await phone_draws.field(db, Scope(county.id), rules=BY_HAND, now=MONDAY)
        vault = Vault(tmp_path, Seeds("phone"))
        month = await draw_periods.lots_of(db, county.id, vault, RULES, now=MONDAY)
        made = await phone_draws.make(
            db, county["陈干事"], found, 2, "", month=month, now=MONDAY
        )
        assert made == []


async def test_where_the_timetable_rings_everybody_up_one_by_hand_is_beyond_the_cap_and_tells_nothing(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        before = await phone_draws.field(db, Scope(county.id), rules=RULES, now=MONDAY)
        await drawn(db, county, wanted=2)
        after = await phone_draws.field(db, Scope(county.id), rules=RULES, now=MONDAY)
        assert [one.within.teams for one in (before, after)] == [0, 0]
        assert [one.beyond_cap(2) for one in (before, after)] == [2, 2]
        assert before.teams == after.teams == 3
