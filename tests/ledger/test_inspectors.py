"""Inspectors: nobody goes to his own township or unit, nor where he has stepped aside; fair shares."""

from datetime import date, timedelta

import pytest
from county import MONDAY, County

from ledger import inspectors, leave, people, roster
from ledger.chance import Lots, Seeds
from ledger.database import Database, Session
from ledger.draw_plan import pair
from ledger.errors import Refused
from ledger.inspectors import Conflict, Inspector, Target, conflicts, eligible
from ledger.people import Role, Scope, Team
from ledger.roster import Entry
from ledger.rules import Rules

RULES = Rules()
TODAY = MONDAY.date()


def inspector(person: int, township: str = "", unit: str = "", **more: str) -> Inspector:
    now = {"township_now": township, "unit_now": unit, "village_now": ""} | more
    return Inspector(person, f"督导员{person}", township, unit, 0, **now)


def target(**more: object) -> Target:
    facts: dict[str, object] = {
        "team": 1, "township": "清水镇", "units": frozenset({"县水利局", "县税务局"}),
        "recused": set(), "off": set(), "bound": set(range(100)),
    }  # fmt: skip
    return Target(**(facts | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "against"),
    [
        (inspector(1, "云山乡", "县文旅局"), []),
        (inspector(1, "", ""), []),  # county staff: no township, no unit
        (inspector(1, "云山乡", ""), []),
        (inspector(1, "清水镇", "县文旅局"), [Conflict.TOWNSHIP]),
        (inspector(1, "云山乡", "县水利局"), [Conflict.UNIT]),
        (inspector(1, "清水镇", "县税务局"), [Conflict.TOWNSHIP, Conflict.UNIT]),
        (inspector(1, "云山乡", township_now="清水镇"), [Conflict.TOWNSHIP]),  # has moved there
        (inspector(1, "清水镇", township_now="云山乡"), [Conflict.TOWNSHIP]),  # came from there
        (inspector(1, "云山乡", unit_now="县水利局"), [Conflict.UNIT]),
    ],
)
def test_who_belongs_there_does_not_inspect_there(
    one: Inspector, against: list[Conflict]
) -> None:
    assert conflicts(one, target()) == against


def test_an_empty_unit_of_the_team_is_no_conflict() -> None:
    assert conflicts(inspector(1, "云山乡", ""), target(units=frozenset())) == []


def test_stepped_aside_away_or_out_of_reach() -> None:
    one = inspector(1, "云山乡")
    assert conflicts(one, target(recused={1})) == [Conflict.RECUSED]
    assert conflicts(one, target(off={1})) == [Conflict.OFF]
    assert conflicts(one, target(bound={2})) == [Conflict.UNBOUND]


# fair shares
def test_loads_stay_within_one_over_a_long_series_with_equal_chances() -> None:
    given: dict[int, int] = {}
    seeds = Seeds("series")
    listed = [inspector(number, f"乡{number}") for number in range(1, 25)]
    for visit in range(300):
        load = eligible(listed, target(), given)
        chosen = pair(Lots(seeds()), f"t{visit}", load)
        assert len(set(chosen)) == 2
        for name in chosen:
            number = inspectors.number_of(name)
            given[number] = given.get(number, 0) + 1
        if len(given) == len(listed):
            assert max(given.values()) - min(given.values()) <= 1
    assert sum(given.values()) == 600
    assert set(given.values()) == {25}


def test_over_many_visits_nobody_meets_his_own_township_unit_or_recusal() -> None:
    towns = [f"乡{number}" for number in range(6)]
    units = [f"局{number}" for number in range(5)]
    listed = [inspector(n, towns[n % 6], units[n % 5]) for n in range(30)]
    given: dict[int, int] = {}
    seeds = Seeds("own")
    for visit in range(400):
        recused = {visit % 30, (visit * 7) % 30}
        where = target(
            township=towns[visit % 6], units=frozenset({units[visit % 5]}), recused=recused
        )
        chosen = pair(Lots(seeds()), "t1", eligible(listed, where, given))
        assert len(chosen) == 2
        for name in chosen:
            one = listed[inspectors.number_of(name)]
            assert one.township != where.township
            assert one.unit not in where.units
            assert one.person_id not in recused
            given[one.person_id] = given.get(one.person_id, 0) + 1


def test_the_order_of_the_list_changes_nothing() -> None:
    listed = [inspector(number, f"乡{number}") for number in range(1, 40)]
    given = {number: number % 3 for number in range(1, 40)}
    first = eligible(listed, target(), given)
    second = eligible(reversed(listed), target(), given)
    for seed in range(50):
        lots = Lots(seed.to_bytes(32))
        assert pair(lots, "t3", first) == pair(lots, "t3", second)


def test_without_one_of_the_pair_the_other_stays_and_the_next_comes() -> None:
    load = {f"p{number}": number % 2 for number in range(1, 20)}
    lots = Lots(bytes(32))
    one, two = pair(lots, "t3", load)
    rest = {name: count for name, count in load.items() if name != one}
    assert pair(lots, "t3", rest)[0] == two


# records
async def team_of(db: Session, county: County, village: str) -> Team:
    teams = await people.teams(db, Scope(county.id))
    return next(one for one in teams if one.village == village)


async def enter(db: Session, county: County, *names: str) -> None:
    for name in names:
        await inspectors.add(db, county["陈干事"], county[name], now=MONDAY)


async def may_go(db: Session, county: County, village: str, day: date = TODAY) -> set[str]:
    team = await team_of(db, county, village)
    found = await inspectors.who_may_go(db, county.id, team, None, RULES, day)
    ids = {inspectors.number_of(one) for one in found}
    return {name for name, one in county.people.items() if one.id in ids}


async def test_who_may_go_where(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await enter(db, county, "周总队长", "冯总队长", "郑队长", "孙队长", "陈干事")
        assert await may_go(db, county, "永安村") == {"冯总队长", "郑队长", "陈干事"}
        assert await may_go(db, county, "石桥村") == {"周总队长", "孙队长", "陈干事"}


async def test_leave_keeps_him_away_on_its_days_only(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await enter(db, county, "冯总队长", "郑队长")
        await leave.ask(db, county["冯总队长"], TODAY, TODAY, "看病", source="t:1", now=MONDAY)
        await db.connection.execute("UPDATE leave SET state = 'approved'")
        assert await may_go(db, county, "永安村") == {"郑队长"}
        tomorrow = TODAY + timedelta(days=1)
        assert await may_go(db, county, "永安村", tomorrow) == {"冯总队长", "郑队长"}


async def test_the_same_unit_in_another_township(database: Database, county: County) -> None:
    entry = Entry("刘队员", Role.MEMBER, "云山乡", "石桥村", "", "13800000009", "县水利局")
    async with database.transaction() as db:
        id = await roster.add_person(db, county.id, entry, now=MONDAY)
        county.people["刘队员"] = await people.by_id(db, id)
        await enter(db, county, "刘队员", "郑队长")
        assert await may_go(db, county, "永安村") == {"郑队长"}  # also: he is not bound


async def test_the_list_keeps_its_history_and_the_posting_of_the_entry(
    database: Database, county: County
) -> None:
    by, him = county["陈干事"], county["郑队长"]
    async with database.transaction() as db:
        await enter(db, county, "郑队长")
        with pytest.raises(Refused, match="listed_before"):
            await inspectors.add(db, by, him, now=MONDAY)
        await db.connection.execute(
            "UPDATE person SET home_unit = '县教育局' WHERE id = ?", (him.id,)
        )
        (one,) = await inspectors.listed(db, county.id, TODAY)
        assert (one.unit, one.unit_now) == ("县文旅局", "县教育局")
        await inspectors.remove(db, by, him, now=MONDAY + timedelta(hours=1))
        with pytest.raises(Refused, match="not_on_list"):
            await inspectors.remove(db, by, him, now=MONDAY)
        await inspectors.add(db, by, him, now=MONDAY + timedelta(hours=2))
        first, second = await inspectors.history(db, him.id)
    assert first[1] > first[0] > 0
    assert second[1] == 0


async def test_stepping_aside_is_kept_once_and_can_be_lifted(
    database: Database, county: County
) -> None:
    by, him = county["陈干事"], county["郑队长"]
    async with database.transaction() as db:
        await enter(db, county, "郑队长", "冯总队长")
        team = await team_of(db, county, "永安村")
        assert await inspectors.recuse(db, him, him, team, "亲属", now=MONDAY)
        assert not await inspectors.recuse(db, by, him, team, "同乡", now=MONDAY)
        (one,) = await inspectors.recusals(db, county.id)
        assert (one.person, one.village, one.reason) == ("郑队长", "永安村", "亲属")
        assert await may_go(db, county, "永安村") == {"冯总队长"}
        assert await may_go(db, county, "柳树村") == {"冯总队长", "郑队长"}
        await inspectors.lift(db, by, him, team, now=MONDAY)
        assert await may_go(db, county, "永安村") == {"冯总队长", "郑队长"}
        with pytest.raises(Refused, match="no_recusal"):
            await inspectors.lift(db, by, him, team, now=MONDAY)


async def test_what_stands_against_a_name_given_by_hand(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await enter(db, county, "郑队长")
        team = await team_of(db, county, "永安村")

        async def why(name: str) -> list[Conflict]:
            return await inspectors.against(db, county[name], team, RULES, TODAY)

        assert await why("郑队长") == []
        assert await why("冯总队长") == [Conflict.UNLISTED]
        assert await why("周总队长") == [Conflict.TOWNSHIP, Conflict.UNLISTED]
        assert await why("王队长") == [Conflict.OWN_TEAM]


async def test_what_the_county_is_reminded_of_before_it_names_somebody(
    database: Database, county: County
) -> None:
    him = county["郑队长"]
    async with database.transaction() as db:
        team = await team_of(db, county, "石桥村")
        for number, (category, day) in enumerate(
            [
                ("作风不务实", "2026-11-02"),
                ("脱岗走读", "2025-12-31"),
                ("脱岗走读", "2026-01-05"),
            ]
        ):
            assert await inspectors.blemishes(db, him, TODAY) == []
            await db.connection.execute(
                "INSERT INTO finding (county_id, township_id, team_id, person_id, source,"
                " source_id, category, facts, day, opened_at, reply_until)"
                " VALUES (?, ?, ?, ?, 'chat', ?, ?, '不在', ?, 0, 0)",
                (county.id, team.township_id, team.id, him.id, number, category, day),
            )
        assert await inspectors.blemishes(db, him, TODAY) == [inspectors.Blemish.ABSENCE]
        await db.connection.execute(
            "UPDATE finding SET state = 'confirmed', decided_by = ?, decided_at = 1,"
            " first_decided_at = 1, reason = '属实' WHERE day = '2026-01-05'",
            (county["周总队长"].id,),
        )
        await db.connection.execute(
            "INSERT INTO strike (finding_id, person_id, step, clause, by_id, at, day,"
            " expires_day, appeal_until) SELECT max(id), ?, '提醒', '第一条', ?, 0,"
            " '2026-01-06', '2026-12-31', '2026-01-10' FROM finding",
            (him.id, county["陈干事"].id),
        )
        assert inspectors.Blemish.STRIKE in await inspectors.blemishes(db, him, TODAY)
