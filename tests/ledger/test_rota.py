"""The rest rota: the superior sets it, the past stays, a team that is left empty is said."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from county import MONDAY, County

from ledger import rota
from ledger.calendar import reason
from ledger.database import Database
from ledger.days import days_between, nature
from ledger.errors import Refused
from ledger.people import Scope
from ledger.rules import Rules
from templates.words import Words

RULES = Rules()
WORDS = Words()
TODAY = MONDAY.date()
BY_ROTA = frozenset({3})


@pytest.mark.parametrize(
    ("rotas", "wanted"),
    [
        ({}, []),
        ({1: {3}, 2: {3}}, []),
        ({1: {3}, 2: {3}, 3: {3}}, [3]),
        ({1: {3, 5}, 2: {3, 5}, 3: {5, 3}}, [3, 5]),
        ({1: {6}, 2: {6}, 3: {6}}, []),  # the county does not work on Saturdays
    ],
)
def test_a_team_is_short_on_the_weekdays_when_all_of_it_rest(
    rotas: dict[int, set[int]], wanted: list[int]
) -> None:
    assert rota.uncovered([1, 2, 3], rotas, RULES.workdays) == wanted
    assert rota.uncovered([], rotas, RULES.workdays) == []


@pytest.mark.parametrize(
    ("weekdays", "words"),
    [
        ((), ""), ((3,), "每周三"), ((7, 6), "每周六、周日"), ((1, 3), "每周一、周三"),
        (range(1, 7), "每周一至周六"), ((1, 2, 4), "每周一、周二、周四"),
    ],
)  # fmt: skip
def test_weekdays_in_words(weekdays: Iterable[int], words: str) -> None:
    assert rota.in_words(weekdays) == words


async def test_the_superior_sets_the_rota_and_the_past_stays(
    database: Database, county: County
) -> None:
    wang, li = county["王队长"], county["李队员"]
    later = MONDAY + timedelta(days=7)
    async with database.transaction() as db:
        assert await rota.arrange(db, wang, li, BY_ROTA, now=MONDAY) == frozenset()
        assert await rota.arrange(db, wang, li, frozenset({4}), now=later) == BY_ROTA
        assert await rota.arrange(db, wang, li, frozenset({5}), now=later) == {4}
        assert await rota.of_person(db, li.id, TODAY - timedelta(days=1)) == frozenset()
        assert await rota.of_person(db, li.id, TODAY + timedelta(days=6)) == BY_ROTA
        assert await rota.of_person(db, li.id, later.date()) == {5}
        assert await rota.arrange(db, wang, li, frozenset(), now=later) == {5}
        assert await rota.of_person(db, li.id, later.date()) == frozenset()
        assert await rota.of_person(db, li.id, TODAY) == BY_ROTA
        kept = await db.connection.execute_fetchall(
            "SELECT count(*) FROM ev WHERE kind = 'rota.set'"
        )
    assert [tuple(row) for row in kept] == [(4,)]


@pytest.mark.parametrize(
    ("by", "who", "weekdays", "why"),
    [
        ("李队员", "赵队员", {3}, "calendar.rota_not_by_you"),
        ("李队员", "李队员", {3}, "calendar.rota_not_by_you"),
        ("王队长", "王队长", {3}, "calendar.rota_not_by_you"),
        ("陈干事", "周总队长", {3}, "calendar.rota_not_on_team"),
        ("王队长", "李队员", {1, 2, 3}, "calendar.rota_too_many"),
        ("王队长", "李队员", set(), "calendar.rota_same"),
    ],
)
async def test_what_the_rota_refuses_changes_nothing(
    database: Database, county: County, by: str, who: str, weekdays: set[int], why: str
) -> None:
    async with database.transaction() as db:
        with pytest.raises(Refused) as refused:
            await rota.arrange(db, county[by], county[who], frozenset(weekdays), now=MONDAY)
        assert refused.value.block == why
        assert WORDS.say(refused.value.block, **refused.value.facts)
        assert await rota.on_day(db, Scope(county.id), TODAY) == {}


def test_a_rota_of_one_day_rests_as_often_as_it_says() -> None:
    quarter = days_between(date(2026, 6, 22), date(2026, 9, 20))  # no holiday in these 13 weeks
    resting = [one for one in quarter if reason(one, nature(one, RULES), by_rota=BY_ROTA)]

    assert len(resting) == 13
    assert {one.isoweekday() for one in resting} == {3}
