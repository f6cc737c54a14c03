"""A person's calendar: one answer, the same for one as for all, and what it is used for."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from county import MONDAY, County
from hypothesis import given
from hypothesis import strategies as st

from ledger import calendar, draws, rota
from ledger.calendar import Day, Off, Stretch, reason, stretches
from ledger.clock import SHANGHAI
from ledger.county_calendar import Campaign, CountyCalendar, Market
from ledger.database import Database, Session
from ledger.days import Nature, Why, nature
from ledger.errors import Refused
from ledger.people import Person, Scope
from ledger.reports import daily
from ledger.reports.sheet import gather
from ledger.rules import Rules
from scheduler.desk import Desk
from templates.words import Words

RULES = Rules()
WORDS = Words()
TODAY = MONDAY.date()
WEEKDAY, WEEKEND = Nature(Why.WEEKDAY), Nature(Why.WEEKEND)
HOLIDAY, MAKE_UP = Nature(Why.HOLIDAY, "国庆节"), Nature(Why.MAKE_UP, "国庆节")
REST, WORK = Nature(Why.COUNTY_REST, "民族节"), Nature(Why.COUNTY_WORK, "迎检")
WEDNESDAY, SATURDAY = date(2026, 11, 25), date(2026, 11, 28)
BY_ROTA = frozenset({3})


def at(day: date, clock: str = "09:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


# the rule
@pytest.mark.parametrize(
    ("day", "county", "away", "by_rota", "wanted"),
    [
        (WEDNESDAY, WEEKDAY, None, (), None),
        (SATURDAY, WEEKEND, None, (), Off.WEEKEND),
        (WEDNESDAY, HOLIDAY, None, (), Off.HOLIDAY),
        (WEDNESDAY, REST, None, (), Off.COUNTY),
        (SATURDAY, MAKE_UP, None, (), None),
        (SATURDAY, WORK, None, (), None),
        (WEDNESDAY, WEEKDAY, None, (3,), Off.ROTA),
        (SATURDAY, WEEKEND, None, (3,), None),  # the rota stands in the weekend's place
        (SATURDAY, WEEKEND, None, (6, 7), Off.ROTA),
        (SATURDAY, MAKE_UP, None, (6,), Off.ROTA),
        (SATURDAY, WORK, None, (6,), Off.ROTA),
        (WEDNESDAY, HOLIDAY, None, (3,), Off.HOLIDAY),
        (SATURDAY, HOLIDAY, None, (3,), Off.HOLIDAY),
        (SATURDAY, REST, None, (3,), Off.COUNTY),
        (WEDNESDAY, WEEKDAY, Off.LEAVE, (), Off.LEAVE),
        (SATURDAY, WEEKEND, Off.TRIP, (), Off.TRIP),  # on duty elsewhere through the weekend
        (WEDNESDAY, HOLIDAY, Off.LEAVE, (3,), Off.LEAVE),
    ],
)
def test_where_he_is_goes_before_holidays_and_these_before_the_rota(
    day: date, county: Nature, away: Off | None, by_rota: tuple[int, ...], wanted: Off | None
) -> None:
    assert reason(day, county, away=away, by_rota=frozenset(by_rota)) is wanted


def test_days_of_which_the_same_is_said_are_put_together() -> None:
    def day(number: int, off: Off | None, county: Nature) -> Day:
        return Day(date(2026, 11, number), off, county, market=False)

    found = stretches(
        [
            day(27, None, WEEKDAY), day(28, None, WEEKEND), day(29, Off.ROTA, WEEKEND),
            day(30, Off.ROTA, WEEKDAY),
        ]
    )  # fmt: skip
    assert found == [
        Stretch(date(2026, 11, 27), date(2026, 11, 28), None, WEEKDAY),
        Stretch(date(2026, 11, 29), date(2026, 11, 30), Off.ROTA, WEEKEND),
    ]
    assert len(stretches([day(27, None, WEEKDAY), day(28, None, MAKE_UP)])) == 2
    assert len(stretches([day(1, Off.HOLIDAY, HOLIDAY), day(2, Off.COUNTY, REST)])) == 2


# people
async def on_leave(
    db: Session, person: Person, first: date, last: date, kind: str = "事假"
) -> None:
    """Approved leave, straight into the ledger."""
    await db.connection.execute(
        "INSERT INTO leave (person_id, team_id, from_day, to_day, reason, state, source, asked_at,"
        " kind) VALUES (:person, :team, :first, :last, '', 'approved', 'test', 0, :kind)",
        {
            "person": person.id, "team": person.team_id, "first": first.isoformat(),
            "last": last.isoformat(), "kind": kind,
        },
    )  # fmt: skip


async def test_each_reason_is_found_for_whom_it_holds(
    database: Database, county: County
) -> None:
    li, zhao, wang, qian = (
        county[f"{one}"] for one in ("李队员", "赵队员", "王队长", "钱队员")
    )
    async with database.transaction() as db:
        await rota.arrange(db, wang, li, BY_ROTA, now=MONDAY)
        await on_leave(db, zhao, WEDNESDAY, SATURDAY)
        await on_leave(db, qian, TODAY, WEDNESDAY, "公差")

        everywhere = await calendar.off(db, Scope(0), WEDNESDAY, RULES)
        assert everywhere == {li.id: Off.ROTA, zhao.id: Off.LEAVE, qian.id: Off.TRIP}
        assert everywhere == await calendar.off(db, Scope(county.id), WEDNESDAY, RULES)
        own = await calendar.off(
            db, Scope(county.id, li.township_id, li.team_id), WEDNESDAY, RULES
        )
        assert own == {li.id: Off.ROTA, zhao.id: Off.LEAVE}

        saturday = await calendar.off(db, Scope(county.id), SATURDAY, RULES)
        assert li.id not in saturday
        assert saturday[zhao.id] is Off.LEAVE
        assert {saturday[one.id] for one in (wang, qian, county["陈干事"])} == {Off.WEEKEND}


async def test_whoever_has_left_is_in_nobody_s_calendar(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await db.connection.execute(
            "UPDATE person SET left_day = '2026-11-20' WHERE id = :id",
            {"id": county["李队员"].id},
        )
        off = await calendar.off(db, Scope(county.id), SATURDAY, RULES)

    assert county["李队员"].id not in off
    assert county["赵队员"].id in off


CASES = st.fixed_dictionaries(
    {
        "rotas": st.dictionaries(
            st.sampled_from(["李队员", "赵队员", "王队长", "吴队员"]),
            st.frozensets(st.integers(1, 7), min_size=1, max_size=2),
        ),
        "leaves": st.dictionaries(
            st.sampled_from(["李队员", "钱队员", "郑队长"]),
            st.tuples(st.integers(0, 20), st.integers(0, 9), st.sampled_from(["公差", "病假"])),
        ),
        "rest": st.frozensets(st.integers(0, 40), max_size=5),
        "work": st.frozensets(st.integers(0, 40), max_size=5),
        "week": st.frozensets(st.integers(1, 7), min_size=1),
        "holidays": st.booleans(),
        "day": st.integers(0, 45),
    }
)
BEGIN = date(2026, 9, 21)  # the days from here on hold 中秋, 国庆 and two make-up days


def rules_of(case: dict[str, object]) -> Rules:
    """A county with its own rest and work days and a campaign of its own week."""
    rest, work = set(case["rest"]), set(case["work"])  # type: ignore[call-overload]
    days = [BEGIN + timedelta(days=count) for count in range(46)]
    own = CountyCalendar(
        rest=tuple((days[one], "放假") for one in sorted(rest)),
        work=tuple((days[one], "上班") for one in sorted(work - rest)),
        campaigns=(Campaign("攻坚", days[3], days[30], tuple(sorted(case["week"]))),),  # type: ignore[call-overload]
    )
    return Rules(calendar=own, statutory_holidays=bool(case["holidays"]))


async def test_off_of_a_scope_is_off_of_each_and_everybody_works_or_is_off(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await db.connection.execute("UPDATE posting SET from_day = '2026-01-01'")

        async def holds(case: dict[str, object]) -> None:
            async with db.savepoint():
                await check(db, case)
                raise Refused("undone")

        async def check(db: Session, case: dict[str, object]) -> None:
            rules, day = rules_of(case), BEGIN + timedelta(days=int(str(case["day"])))
            for name, weekdays in case["rotas"].items():  # type: ignore[attr-defined]
                by = county["周总队长"]
                await rota.arrange(db, by, county[name], weekdays, now=at(BEGIN))
            for name, (start, more, kind) in case["leaves"].items():  # type: ignore[attr-defined]
                first = BEGIN + timedelta(days=start)
                await on_leave(db, county[name], first, first + timedelta(days=more), kind)
            found = await calendar.off(db, Scope(0), day, rules)
            assert set(found) <= {one.id for one in county.people.values()}
            absent = await calendar.absent(db, Scope(0), day)
            for person in county.people.values():
                one = await calendar.off_on(db, person.id, day, rules)
                assert found.get(person.id) is one
                scope = Scope(person.county_id, person.township_id, person.team_id)
                assert (await calendar.off(db, scope, day, rules)).get(person.id) is one
                days = await calendar.ahead(db, person, day, rules, days=1)
                assert (days[0].off is None) == (one is None)  # works, or off: never both
                if one in {Off.LEAVE, Off.TRIP, Off.ROTA}:
                    assert absent[person.id] is one

        for case in examples():
            with pytest.raises(Refused, match="undone"):
                await holds(case)


def examples() -> list[dict[str, object]]:
    """The cases hypothesis thinks of, gathered first: it knows no awaiting."""
    found: list[dict[str, object]] = []

    @given(CASES)
    def gather_one(case: dict[str, object]) -> None:
        found.append(case)

    gather_one()
    return found


# what it is used for
async def test_nobody_off_is_drawn_reminded_or_owes(
    database: Database, county: County, tmp_path_factory: pytest.TempPathFactory
) -> None:
    li, zhao, qian = county["李队员"], county["赵队员"], county["钱队员"]
    desk = Desk(WORDS, RULES, tmp_path_factory.mktemp("data"))
    async with database.transaction() as db:
        await rota.arrange(db, county["王队长"], li, BY_ROTA, now=MONDAY)
        await on_leave(db, zhao, TODAY, WEDNESDAY)
        await on_leave(db, qian, TODAY, WEDNESDAY, "公差")
        found = await draws.eligible(db, Scope(county.id), day=WEDNESDAY)
        assert (found.away, found.trips, found.resting, found.left_out) == (1, 1, 1, 3)
        drawn = {
            one for teams in found.pool.values() for team in teams.values() for one in team
        }
        assert not drawn & {li.id, zhao.id, qian.id}
        words = str(WORDS.say("spotchecks.nobody", found=replace(found, pool={})))
        assert "请假 1 人" in words
        assert "公差 1 人" in words
        assert "轮休 1 人" in words

        for one in (li, zhao, qian):
            assert not await desk.may_disturb(db, one.id, at(WEDNESDAY))
        assert await desk.may_disturb(db, county["王队长"].id, at(WEDNESDAY))
        assert await desk.may_disturb(db, li.id, at(SATURDAY))
        assert not await desk.may_disturb(db, li.id, at(SATURDAY, "21:00"))
        assert not await desk.may_disturb(db, county["王队长"].id, at(SATURDAY))

        sheet = await gather(db, Scope(county.id), daily.window(WEDNESDAY, RULES))
        owing = {one.person_id for one in sheet.sorted_as("owing")}
        assert li.id not in owing
        assert county["王队长"].id in owing
        sheet = await gather(db, Scope(county.id), daily.window(TODAY, RULES))
        assert li.id in {one.person_id for one in sheet.sorted_as("owing")}


async def test_a_step_is_taken_on_the_person_s_own_last_working_day(
    database: Database, county: County
) -> None:
    li, zhou = county["李队员"], county["周总队长"]

    async def last(db: Session, person: Person, day: date) -> date:
        return await calendar.workday_on_or_before(db, person.id, day, RULES)

    async with database.transaction() as db:
        await rota.arrange(db, zhou, li, frozenset({1, 2}), now=at(date(2026, 9, 28)))
        assert await last(db, li, SATURDAY) == SATURDAY
        assert await last(db, li, date(2026, 12, 1)) == date(2026, 11, 29)
        assert await last(db, county["赵队员"], SATURDAY) == date(2026, 11, 27)
        assert await last(db, county["赵队员"], date(2026, 10, 7)) == date(2026, 9, 30)
        await on_leave(db, county["赵队员"], date(2024, 1, 1), date(2027, 1, 1))
        assert (
            await last(db, county["赵队员"], SATURDAY) == SATURDAY
        )  # he never works: as meant


# the card
async def test_the_card_says_why(database: Database, county: County) -> None:
    own = CountyCalendar(
        rest=((date(2026, 10, 8), "民族节"),),
        work=((date(2026, 10, 3), "迎检"),),
        campaigns=(
            Campaign("百日攻坚", date(2026, 9, 1), date(2026, 11, 30), (1, 2, 3, 4, 5, 6)),
        ),
        markets=(Market(("永安村",), ends_in=(3, 8)), Market(("柳树村",), weekdays=(1,))),
    )
    rules = Rules(calendar=own)
    async with database.transaction() as db:
        days = await calendar.ahead(db, county["李队员"], date(2026, 9, 30), rules)
    card = WORDS.say(
        "calendar.days", person=county["李队员"], own=True, first=days[0].day, last=days[-1].day,
        works=sum(one.off is None for one in days), rests=sum(one.rests for one in days),
        stretches=stretches(days), markets=[one.day for one in days if one.market],
        campaign=own.campaign_on(TODAY), campaign_days="每周一至周六", due=[], unknown=[],
    )  # fmt: skip
    assert card.splitlines() == [
        "**日历** 9月30日 周三至10月13日 周二",
        "上班 6 天，休息 8 天",
        "",
        "9月30日 周三：上班",
        "10月1日 周四至10月2日 周五：放假（国庆节）",
        "10月3日 周六：上班（迎检）",
        "10月4日 周日至10月7日 周三：放假（国庆节）",
        "10月8日 周四：放假（民族节）",
        "10月9日 周五：上班",
        "10月10日 周六：调休上班（国庆节）",
        "10月11日 周日：周末",
        "10月12日 周一至10月13日 周二：上班",
        "百日攻坚：到11月30日为止，每周一至周六上班",
        "赶场：10月3日、10月8日、10月13日",
    ]


async def test_a_year_nobody_knows_is_said(database: Database, county: County) -> None:
    async with database.transaction() as db:
        days = await calendar.ahead(db, county["李队员"], date(2026, 12, 24), RULES)
        told = Rules(calendar=CountyCalendar(years=(2027,)))

    assert calendar.unknown_years(days, RULES) == [2027]
    assert calendar.unknown_years(days, told) == []
    assert calendar.unknown_years(days[:8], RULES) == []


@given(
    st.dates(date(2023, 12, 1), date(2027, 2, 1)), st.frozensets(st.integers(1, 7), max_size=2)
)
def test_a_holiday_is_off_with_and_without_a_rota(day: date, weekdays: frozenset[int]) -> None:
    county = nature(day, RULES)
    found = reason(day, county, by_rota=weekdays)

    assert (found is Off.HOLIDAY) == (county.why is Why.HOLIDAY)
    if weekdays and county.why is not Why.HOLIDAY:
        assert found is (Off.ROTA if day.isoweekday() in weekdays else None)
