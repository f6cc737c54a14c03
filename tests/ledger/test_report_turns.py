"""Report turns: nobody twice in a cycle, nobody who is away, the same from the same secret."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County
from hypothesis import given
from hypothesis import strategies as st

from ledger import audit, draw_periods, leave, report_turns
from ledger.chance import Lots, Seeds
from ledger.clock import ms
from ledger.database import Database, Session
from ledger.people import Person, Role, Scope
from ledger.report_turns import Circle, Standing, Turn, Wish, circle_of, pick, pots, redo
from ledger.rules import Rules
from ledger.seed_vault import Vault

DAY = timedelta(days=1)
RULES = Rules()
TEAM = Circle("team:1", Scope(1, 1, 1), leaders=False)
CHI2_4 = 18.47  # five members: chance of more by accident 0.001


def member(id: int) -> Person:
    return Person(
        id, f"队员{id}", Role.MEMBER, "", "", "", 1, "", 1, "", 1, "", None
    )  # fmt: skip


def standing_of(ids: list[int], turns: list[Turn], cycle: int = 1) -> Standing:
    return Standing(TEAM, cycle, tuple(turns), tuple(member(id) for id in ids), ())


# the rule, without a ledger
def meetings(seed: bytes, ids: list[int], count: int) -> list[int]:
    """Who reports in so many meetings, one a day."""
    lots, turns, cycle, told = Lots(seed), list[Turn](), 1, []
    for number in range(count):
        ((pot, _),) = pots(standing_of(ids, turns, cycle), set(), 1)
        name = f"{date(2026, 12, 1) + number * DAY}|report|1"
        (one,) = pick(draw_periods.secret_of(lots, name), name, pot.of, 1)
        turns = turns if pot.cycle == cycle else []
        cycle = pot.cycle
        turns.append(Turn(number, cycle, one, "", "", "", 1))
        told.append(one)
    return told


@given(st.binary(min_size=32, max_size=32), st.integers(1, 9), st.integers(1, 40))
def test_nobody_twice_before_all_have_reported(seed: bytes, size: int, count: int) -> None:
    told = meetings(seed, list(range(1, size + 1)), count)

    for start in range(0, count, size):
        cycle = told[start : start + size]
        assert len(set(cycle)) == len(cycle)


def test_over_400_seeds_each_reports_equally_often_and_at_any_place() -> None:
    seeds, ids = Seeds("report turns"), [1, 2, 3, 4, 5]
    runs = [meetings(seeds(), ids, 7) for _ in range(400)]  # a cycle and two of the next
    everything = Counter(one for run in runs for one in run)
    first = Counter(run[0] for run in runs)
    again = Counter(run[5] for run in runs)

    assert sum(everything.values()) == 2800
    for counts in (everything, first, again):
        mean = sum(counts.values()) / 5
        assert sum((counts[id] - mean) ** 2 / mean for id in ids) < CHI2_4


@given(st.permutations(range(1, 8)), st.binary(min_size=32, max_size=32))
def test_the_order_of_the_list_means_nothing(order: list[int], seed: bytes) -> None:
    assert pick(seed, "2026-12-03|report|1", order, 3) == pick(
        seed, "2026-12-03|report|1", sorted(order), 3
    )


def test_what_is_left_over_comes_from_the_next_cycle() -> None:
    turns = [Turn(1, 1, one, "", "", "", 1) for one in (1, 2)]
    found = pots(standing_of([1, 2, 3], turns), set(), 2)

    assert [(pot.cycle, pot.of, count) for pot, count in found] == [
        (1, (3,), 1),
        (2, (1, 2), 1),
    ]


def test_who_was_not_there_keeps_his_lot_but_not_today() -> None:
    turns = [Turn(1, 1, 1, "", "", "", 0), Turn(2, 1, 2, "", "", "", 1)]

    today = pots(standing_of([1, 2, 3], turns), {1, 2}, 5)
    later = pots(standing_of([1, 2, 3], turns), set(), 5)

    assert [(pot.cycle, pot.of) for pot, _ in today] == [(1, (3,))]
    assert [(pot.cycle, pot.of) for pot, _ in later] == [(1, (1, 3)), (2, (2,))]


def test_a_joiner_enters_the_running_cycle() -> None:
    turns = [Turn(1, 4, one, "", "", "", 1) for one in (1, 2)]

    assert pots(standing_of([1, 2, 9], turns, 4), set(), 1)[0][0].of == (9,)


@pytest.mark.parametrize(
    ("who", "township", "name"),
    [
        ("王队长", 0, "team:1"),
        ("周总队长", 0, "township:1"),
        ("陈干事", 0, "county:1"),
        ("陈干事", 2, "county:1:township:2"),
    ],
)
async def test_whose_meeting_it_is(county: County, who: str, township: int, name: str) -> None:
    assert circle_of(county[who], township).name == name


# in a ledger
async def wish(db: Session, by: Person, folder: Path, now: datetime, wanted: int = 1) -> Wish:
    vault = Vault(folder, Seeds("turns"))
    period, lots = await draw_periods.lots_of(db, by.county_id, vault, RULES, now=now)
    return Wish(by, wanted, period, lots)


async def drawn(
    db: Session, by: Person, folder: Path, now: datetime, wanted: int = 1
) -> list[Turn]:
    asked = await wish(db, by, folder, now, wanted)
    _, made = await report_turns.draw(db, circle_of(by), asked, now=now)
    return await report_turns.of_draws(db, made)


async def kept(db: Session) -> list[dict[str, object]]:
    rows = await db.connection.execute_fetchall(
        "SELECT name, seed, wanted, pool, drawn, way, period_id, reported_at FROM draw"
        " WHERE kind = 'report' ORDER BY id"
    )
    return [dict(row) for row in rows]


async def test_all_have_their_turn_then_a_new_cycle(
    database: Database, county: County, tmp_path: Path
) -> None:
    leader = county["王队长"]
    async with database.transaction() as db:
        turns = []
        for number in range(6):
            turns += await drawn(db, leader, tmp_path, MONDAY + number * DAY)
        rows = await kept(db)

    assert [one.cycle for one in turns] == [1, 1, 1, 2, 2, 2]
    assert len({one.person_id for one in turns[:3]}) == 3
    assert {one.person for one in turns[:3]} == {"王队长", "李队员", "赵队员"}
    for row in rows:
        assert redo(row["name"], row["seed"], row["pool"], row["wanted"]) == json.loads(
            str(row["drawn"])
        )
        assert json.loads(str(row["pool"]))["circle"] == f"team:{leader.team_id}"
        assert (row["way"], row["period_id"]) == ("asked", 1)
        assert row["reported_at"]  # nobody is told of its answers: there are none


async def test_leaders_only_and_within_the_place(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        of_town = await drawn(db, county["周总队长"], tmp_path, MONDAY, 9)
        of_county = await drawn(db, county["陈干事"], tmp_path, MONDAY, 9)

    assert {one.person for one in of_town} == {"王队长", "孙队长"}
    assert {one.person for one in of_county} == {"王队长", "孙队长", "郑队长"}


async def test_whoever_is_away_is_not_drawn(
    database: Database, county: County, tmp_path: Path
) -> None:
    day = MONDAY.date()
    async with database.transaction() as db:
        li = county["李队员"]
        await db.connection.execute(
            "INSERT INTO leave (person_id, team_id, kind, from_day, to_day, reason, state, asked_at)"
            " VALUES (?, ?, ?, ?, ?, '', 'approved', ?)",
            (li.id, li.team_id, "事假", str(day), str(day), ms(MONDAY)),
        )
        assert await leave.is_away(db, li.id, day)
        found = await drawn(db, county["王队长"], tmp_path, MONDAY, 9)
        standing = await report_turns.standing(db, circle_of(li), day)

    assert {one.person for one in found} == {"王队长", "赵队员"}
    assert [one.name for one in standing.away] == ["李队员"]
    assert [one.name for one in standing.waiting] == ["李队员"]


async def test_not_there_is_said_once_and_kept(
    database: Database, county: County, tmp_path: Path
) -> None:
    leader = county["王队长"]
    async with database.transaction() as db:
        (turn,) = await drawn(db, leader, tmp_path, MONDAY)
        assert await report_turns.not_there(db, leader, turn, now=MONDAY)
        assert not await report_turns.not_there(db, leader, turn, now=MONDAY)
        (again,) = await drawn(db, leader, tmp_path, MONDAY)
        standing = await report_turns.standing(db, circle_of(leader), MONDAY.date())
        events = await audit.history(db, f"draw:{turn.draw_id}")

    assert again.person_id != turn.person_id
    assert [one.present for one in standing.turns] == [0, 1]
    assert turn.person_id in {one.id for one in standing.waiting}
    assert [one["kind"] for one in events] == ["report_turn.drawn", "report_turn.not_there"]


async def test_somebody_else_s_draw_is_not_there(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        (turn,) = await drawn(db, county["王队长"], tmp_path, MONDAY)
        names = {
            name: await report_turns.access_draw(db, one, turn.draw_id)
            for name, one in county.people.items()
        }

    team = f"team:{county['王队长'].team_id}"
    assert {name for name, circle in names.items() if circle} == {"王队长", "李队员", "赵队员"}
    assert set(names.values()) == {team, None}


async def test_killed_before_the_end_nothing_is_drawn(
    database: Database, county: County, tmp_path: Path
) -> None:
    leader = county["王队长"]
    with pytest.raises(RuntimeError):
        async with database.transaction() as db:
            await drawn(db, leader, tmp_path, MONDAY)
            raise RuntimeError("killed")
    async with database.transaction() as db:
        assert await kept(db) == []
        (first,) = await drawn(db, leader, tmp_path, MONDAY)

    assert first.cycle == 1


async def test_the_event_names_the_draw(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        (turn,) = await drawn(db, county["王队长"], tmp_path, MONDAY)
        (event,) = await audit.history(db, f"draw:{turn.draw_id}")

    assert event["body"] == {
        "name": f"{MONDAY.date()}|report|1", "circle": f"team:{county['王队长'].team_id}",
        "cycle": 1, "drawn": [turn.person_id],
    }  # fmt: skip
    assert replace(turn, present=0).present == 0


async def test_the_pot_is_known_before_the_draw_and_its_moment_after(
    database: Database, county: County, tmp_path: Path
) -> None:
    leader = county["王队长"]
    circle = circle_of(leader)
    async with database.transaction() as db:
        assert await report_turns.last_drawn(db, circle) is None
        before = await report_turns.standing(db, circle, MONDAY.date())
        (turn,) = await drawn(db, leader, tmp_path, MONDAY)
        after = await report_turns.standing(db, circle, MONDAY.date())
        assert await report_turns.last_drawn(db, circle) == MONDAY

    assert len(report_turns.in_pots(before, 1)) == 3
    assert turn.person_id not in {one.id for one in report_turns.in_pots(after, 1)}
