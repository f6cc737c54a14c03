"""Back-checks: how many, spread over townships, asked by somebody else, counted with care."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import County
from hypothesis import given
from hypothesis import strategies as st

from ledger import audit, back_checks, draw_periods, draws
from ledger.back_checks import (
    Answer,
    BackCheck,
    Figures,
    Item,
    counts,
    drawn_on,
    until,
    who_asks,
    wilson,
)
from ledger.chance import Lots, Seeds
from ledger.clock import SHANGHAI, ms
from ledger.database import Database, Session
from ledger.days import is_workday
from ledger.errors import Refused
from ledger.people import Person, Role, Scope, scope_of
from ledger.rules import Rules
from ledger.seed_vault import Vault

DAY = timedelta(days=1)
RULES = Rules()
NOW = datetime(2026, 12, 3, 9, 10, tzinfo=SHANGHAI)
SAME, DIFFERS, NOT_ASKED = Answer.SAME, Answer.DIFFERS, Answer.NOT_ASKED
CHI2_39 = 72.05  # forty visits: chance of more by accident 0.001


# pure
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 10, 0.0179, 0.4042),
        (5, 50, 0.0435, 0.2136),
        (50, 100, 0.4038, 0.5962),
        (3, 1000, 0.0010, 0.0088),
    ],
)
def test_wilson_s_interval(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval(facts: tuple[int, int]) -> None:
    part, whole = facts
    low, high = wilson(part, whole)

    assert 0 <= low <= part / whole <= high <= 1


@pytest.mark.parametrize(
    ("visits", "issues", "drawn"),
    [
        (0, 0, (0, 0)),
        (1, 0, (1, 0)),
        (0, 1, (0, 1)),
        (20, 20, (1, 1)),
        (21, 100, (2, 5)),
        (400, 0, (20, 0)),
        (2000, 3, (19, 1)),
        (2000, 2000, (10, 10)),
        (40, 2000, (2, 18)),
    ],
)
def test_how_many(visits: int, issues: int, drawn: tuple[int, int]) -> None:
    assert counts(visits, issues, RULES) == drawn


def test_a_county_that_asks_nothing_again() -> None:
    assert counts(100, 100, Rules(back_check_share=0)) == (0, 0)
    assert counts(100, 100, Rules(back_checks_a_month=0)) == (0, 0)
    assert counts(100, 100, Rules(back_checks_a_month=1)) == (1, 0)


@given(st.binary(min_size=32, max_size=32), st.dates(date(2026, 1, 1), date(2026, 12, 1)))
def test_the_day_is_one_of_the_first_five_working_days(seed: bytes, day: date) -> None:
    first = day.replace(day=1)
    found = drawn_on(first, Lots(seed), RULES)

    assert is_workday(found, RULES)
    before = [first + n * DAY for n in range((found - first).days)]
    assert sum(is_workday(one, RULES) for one in before) < 5


def test_every_visit_has_the_same_chance_and_towns_their_share() -> None:
    pool = {1: {id: [1] for id in range(30)}, 2: {id: [1] for id in range(30, 40)}}
    seeds = Seeds("back checks")
    drawn, towns = Counter[int](), Counter[int]()
    for _ in range(400):
        picks = [id for id, _ in draws.pick(seeds(), "2026-12-03|back_check|visit", pool, 8)]
        drawn.update(picks)
        towns.update([sum(id >= 30 for id in picks)])

    assert sum((drawn[id] - 80) ** 2 / 80 for id in range(40)) < CHI2_39
    assert set(towns) == {2}  # ten of forty: a quarter of eight


PERSON = Person(0, "", Role.LEADER, "", "", "", 1, "", 1, "", 0, "", None)


def seat(id: int, team: int = 0) -> Person:
    return replace(PERSON, id=id, team_id=team)


def test_who_asks() -> None:
    lots, load = Lots(b"k" * 32), Counter({2: 1})
    item = Item(9, 1, 7, 5, frozenset({5, 6}))

    assert who_asks(item, ([seat(2), seat(3)], [seat(4)]), load, lots) == 3  # fewer so far
    assert (
        who_asks(item, ([seat(3, 7), seat(6)], [seat(4)]), load, lots) == 4
    )  # own team, a hand
    assert who_asks(item, ([seat(6)], [seat(5)]), load, lots) is None
    both = [seat(3), seat(8)]
    assert who_asks(item, (both,), load, lots) == who_asks(item, (both[::-1],), load, lots)


# in a ledger
async def visited(db: Session, county: County, who: str, day: date) -> int:
    one = county[who]
    rows = await db.connection.execute_fetchall(
        "INSERT INTO record (kind, person_id, team_id, day, source, made_at, changed_at)"
        " VALUES ('visit', ?, ?, ?, ?, 0, 0) RETURNING id",
        (one.id, one.team_id, str(day), f"t:{who}{day}"),
    )
    id = int(next(iter(rows))[0])
    await db.connection.execute(
        "INSERT INTO visit (record_id, team_id, day, household, found)"
        " VALUES (?, ?, ?, '张大山', '屋顶修好了')",
        (id, one.team_id, str(day)),
    )
    return id


async def solved(db: Session, county: County, owner: str, closer: str, day: date) -> int:
    one, by = county[owner], county[closer]
    rows = await db.connection.execute_fetchall(
        "INSERT INTO issue (county_id, township_id, team_id, text, tier, found_day, due, state,"
        " owner_id, submitted_by, verified_by, closed_by, closed_day, closed_at)"
        " VALUES (?, ?, ?, '断水', 'general', ?, ?, 'closed', ?, ?, ?, ?, ?, 0) RETURNING id",
        (county.id, one.township_id, one.team_id, *[str(day)] * 2, one.id, one.id, by.id,
         by.id, str(day)),
    )  # fmt: skip
    return int(next(iter(rows))[0])


async def draw(
    db: Session, county: County, folder: Path, now: datetime = NOW, rules: Rules = RULES
) -> list[draws.Draw]:
    vault = Vault(folder, Seeds("back"))
    period, lots = await draw_periods.lots_of(db, county.id, vault, rules, now=now)
    return await back_checks.draw_month(db, county.id, period, lots, rules, now=now)


async def everything(db: Session) -> list[BackCheck]:
    rows = await db.connection.execute_fetchall("SELECT * FROM back_check_line ORDER BY id")
    return [BackCheck(**dict(row)) for row in rows]


async def test_last_month_s_are_drawn_and_somebody_else_asks(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        for day in range(1, 31):
            await visited(db, county, "李队员", date(2026, 11, day))
            await visited(db, county, "吴队员", date(2026, 11, day))
        await visited(db, county, "李队员", date(2026, 10, 31))
        await visited(db, county, "李队员", date(2026, 12, 1))
        issue = await solved(db, county, "李队员", "周总队长", date(2026, 11, 20))
        made = await draw(db, county, tmp_path)
        found = await everything(db)
        events = [await audit.history(db, f"draw:{one.id}") for one in made]

    names = {id: name for name, id in ((name, one.id) for name, one in county.people.items())}
    assert [one.name for one in made] == [
        "2026-12-03|back_check|visit",
        "2026-12-03|back_check|issue",
    ]
    assert [one.kind for one in found] == ["visit"] * 3 + ["issue"]
    assert {one.month for one in found} == {"2026-12"}
    assert all(one.day.startswith("2026-11") for one in found)
    towns = Counter(one.township for one in found if one.kind == "visit")
    assert towns["清水镇"] in {1, 2}
    assert towns["云山乡"] in {1, 2}
    for one in found:
        asks = names[one.person_id or 0]
        if one.township == "云山乡":
            assert asks == "冯总队长"
        else:
            assert asks in {"孙队长", "周总队长"}
    (of_issue,) = [one for one in found if one.kind == "issue"]
    assert (of_issue.issue_id, names[of_issue.person_id or 0]) == (issue, "孙队长")
    assert [draws.redo(one) for one in made] == [one.picks for one in made]
    assert [[event["kind"] for event in one] for one in events] == [
        ["draw.made", "back_check.placed"]
    ] * 2
    assert "anything" not in json.dumps(events)


async def test_nobody_there_goes_up_and_is_said(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        await away(db, county["冯总队长"])
        await visited(db, county, "吴队员", date(2026, 11, 5))
        await draw(db, county, tmp_path)
        (one,) = await everything(db)
        assert one.person_id == county["陈干事"].id

        await away(db, county["陈干事"])
        await visited(db, county, "吴队员", date(2026, 12, 5))
        await draw(db, county, tmp_path, NOW + 32 * DAY)
        assert [each.person_id for each in await everything(db)] == [one.person_id, None]
        (figures,) = [
            each
            for each in await back_checks.figures(db, Scope(county.id), "2027-01")
            if each.drawn
        ]
        assert (figures.township, figures.unplaced) == ("云山乡", 1)
        seen = await back_checks.waiting_for(db, county["陈干事"], date(2027, 1, 5))
        assert [each.person_id for each in seen] == [None]
        assert not await back_checks.waiting_for(db, county["冯总队长"], date(2027, 1, 5))


async def away(db: Session, one: Person) -> None:
    await db.connection.execute(
        "INSERT INTO leave (person_id, team_id, kind, from_day, to_day, reason, state, asked_at)"
        " VALUES (?, ?, '事假', '2026-12-01', '2027-01-31', '', 'approved', ?)",
        (one.id, one.team_id or None, ms(NOW)),
    )


async def test_the_least_loaded_is_asked(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        for day in range(1, 31):
            await visited(db, county, "李队员", date(2026, 11, day))
        await draw(db, county, tmp_path, rules=Rules(back_check_share=40))
        load = Counter(one.person_id for one in await everything(db))

    assert load == {county["孙队长"].id: 6, county["周总队长"].id: 6}


async def one_check(db: Session, county: County, folder: Path) -> tuple[Person, BackCheck]:
    await visited(db, county, "吴队员", date(2026, 11, 5))
    await draw(db, county, folder)
    (check,) = await everything(db)
    return county["冯总队长"], check


async def test_answers_are_kept_and_said_again_they_stand(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        chief, check = await one_check(db, county, tmp_path)
        first = await back_checks.settle(
            db, chief, check, [SAME, DIFFERS, NOT_ASKED], "说没修", now=NOW
        )
        again = await back_checks.settle(db, chief, check, [SAME, SAME, SAME], "", now=NOW)
        events = await audit.history(db, f"back_check:{check.id}")
        places = await back_checks.figures(db, scope_of(chief), "2026-12")

    assert (first.asked, first.differing, first.remark) == (2, 1, "说没修")
    assert (again.asked, again.differing, again.given) == (2, 0, ["same"] * 3)
    assert [one["kind"] for one in events] == ["back_check.settled"] * 2
    assert [(one.township, one.done, one.asked, one.differing) for one in places] == [
        ("云山乡", 1, 2, 0)
    ]
    assert places[0].few


async def test_only_who_is_asked_may_see_it(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        _, check = await one_check(db, county, tmp_path)
        may = []
        for name, one in county.people.items():
            with suppress(Refused):
                await back_checks.access_back_check(db, one, check.id)
                may.append(name)

    assert may == ["冯总队长"]


async def test_not_done_is_void_and_counts_nowhere(
    database: Database, county: County, tmp_path: Path
) -> None:
    last = until(date(2026, 12, 1))
    async with database.transaction() as db:
        chief, check = await one_check(db, county, tmp_path)
        assert await back_checks.void_over(db, now=at_day(last)) == []
        assert await back_checks.void_over(db, now=at_day(last + DAY)) == [check.id]
        assert await back_checks.void_over(db, now=at_day(last + DAY)) == []
        (figures,) = await back_checks.figures(db, scope_of(chief), "2026-12")
        with pytest.raises(Refused) as why:
            await back_checks.settle(db, chief, check, [SAME] * 3, "", now=at_day(last + DAY))

    assert last == date(2026, 12, 21)
    assert why.value.block == "back_checks.over"
    assert figures == Figures(chief.township_id, "云山乡", 1, 0, 1, 0, 0, 0, 0)


def at_day(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 10, tzinfo=SHANGHAI)


async def test_a_visit_struck_out_since_is_not_asked_for(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        chief, check = await one_check(db, county, tmp_path)
        await db.connection.execute("UPDATE visit SET kept = 0")
        assert await back_checks.waiting_for(db, chief, NOW.date()) == []
        assert await back_checks.void_over(db, now=NOW) == [check.id]


async def test_he_is_told_twice_at_most(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        chief, _ = await one_check(db, county, tmp_path)
        told = [
            await back_checks.take_told(db, chief.id, date(2026, 12, day))
            for day in range(3, 23)
        ]

    assert [day for day, count in enumerate(told, 3) if count] == [3, 17]


async def test_whether_the_household_is_content_is_no_fact(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        chief, check = await one_check(db, county, tmp_path)
        said = [NOT_ASKED, NOT_ASKED, DIFFERS]
        done = await back_checks.settle(db, chief, check, said, "", now=NOW)
        (figures,) = await back_checks.figures(db, scope_of(chief), "2026-12")
    assert (done.asked, done.differing) == (0, 0)
    assert (figures.done, figures.unlike) == (0, 0)


async def test_who_has_moved_to_that_team_gives_it_up(
    database: Database, county: County, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        chief, check = await one_check(db, county, tmp_path)
        moved = replace(chief, role=Role.LEADER, team_id=check.team_id)
        assert not back_checks.unfit(check, chief)
        assert back_checks.unfit(check, moved)
        await back_checks.release(db, moved, check, now=NOW)
        with pytest.raises(Refused, match="not_found"):
            await back_checks.access_back_check(db, chief, check.id)
        (one,) = await back_checks.waiting_for(db, county["陈干事"], NOW.date())
    assert one.id == check.id
