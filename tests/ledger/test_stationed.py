"""Days at the village: how a day counts, by table; the two counters and their forecast."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import Off
from ledger.days import days_between
from ledger.rules import Rules
from ledger.stationed import Counted, DayFacts, Source, Told, Trust, count, year_of

RULES = Rules()
DAY = date(2026, 11, 25)
CASES = [
    # off, evidence, told, confirmed: stationed, working, source
    (None, {"visit"}, None, False, True, True, Source.RECORD),
    (None, {"progress", "visit"}, None, True, True, True, Source.RECORD),
    (None, {"presence"}, None, False, True, True, Source.PRESENT),
    (None, {"meeting"}, None, False, True, True, Source.MEETING),
    (None, (), None, False, True, False, Source.EXCEPTION),
    (None, (), None, True, True, True, Source.WEEK),
    (Off.WEEKEND, (), None, True, False, False, Source.REST),
    (Off.WEEKEND, {"visit"}, None, False, True, True, Source.RECORD),
    (Off.HOLIDAY, {"presence"}, None, False, True, True, Source.PRESENT),
    (Off.HOLIDAY, {"meeting"}, None, False, False, False, Source.REST),
    (Off.ROTA, (), None, True, False, False, Source.REST),
    (Off.LEAVE, (), None, True, False, False, Source.LEAVE),
    (Off.LEAVE, {"visit"}, None, False, False, False, Source.LEAVE),
    (Off.TRIP, (), None, True, True, False, Source.TRIP),
    (None, {"visit"}, Told(False, False, "回家", 1), True, False, False, Source.TOLD),
    (None, (), Told(True, False, "公差", 1), True, True, False, Source.TOLD),
    (Off.LEAVE, (), Told(True, True, "没走成", 1), False, True, True, Source.TOLD),
]


@pytest.mark.parametrize(
    ("off", "evidence", "told", "confirmed", "stationed", "working", "source"), CASES
)
def test_a_day(off, evidence, told, confirmed, stationed, working, source) -> None:
    found = count(DayFacts(DAY, off, frozenset(evidence), told, confirmed), RULES)
    assert (found.stationed, found.working, found.source) == (stationed, working, source)
    assert (found.trust is Trust.NONE) == (not stationed)


def test_the_county_decides_whether_a_trip_counts() -> None:
    trip = DayFacts(DAY, Off.TRIP)
    assert not count(trip, Rules(trips_stationed=False)).stationed
    assert count(trip, Rules(trips_working=True)).working


FACTS = st.builds(
    DayFacts,
    st.just(DAY),
    st.none() | st.sampled_from(list(Off)),
    st.frozensets(
        st.sampled_from(["visit", "issue", "progress", "promise", "presence", "meeting"])
    ),
    st.none() | st.builds(Told, st.just(True), st.booleans(), st.just(""), st.just(1)),
    st.booleans(),
)


@given(FACTS)
def test_who_works_in_the_village_is_stationed(facts: DayFacts) -> None:
    found = count(facts, RULES)
    assert found.stationed or not found.working


@given(FACTS)
def test_confirming_a_week_takes_no_day_away(facts: DayFacts) -> None:
    before = count(DayFacts(facts.day, facts.off, facts.evidence, facts.told, False), RULES)
    after = count(DayFacts(facts.day, facts.off, facts.evidence, facts.told, True), RULES)
    assert (before.stationed, before.working) <= (after.stationed, after.working)
    assert before.stationed == after.stationed


def days(first: date, last: date, *, working: bool = True) -> list[Counted]:
    return [
        Counted(
            one,
            one.isoweekday() < 6,
            working and one.isoweekday() < 6,
            Source.WEEK,
            Trust.CONFIRMED,
        )
        for one in days_between(first, last)
    ]


def test_a_steady_year_reaches_its_goal_and_is_not_warned() -> None:
    first, until = date(2026, 1, 1), date(2026, 6, 30)
    found = year_of(days(first, until), first, until, RULES)
    assert (found.stationed.goal, found.working.goal) == (220, 160)
    assert found.stationed.forecast >= 240
    assert not found.warns


def test_a_shortfall_is_seen_early_and_not_in_the_first_weeks() -> None:
    first = date(2026, 1, 1)
    for until, warned in ((date(2026, 1, 30), False), (date(2026, 3, 31), True)):
        found = year_of(days(first, until, working=False), first, until, RULES)
        assert found.working.forecast == 0
        assert found.warns is warned


def test_half_a_year_owes_half_the_days() -> None:
    first, until = date(2026, 7, 2), date(2026, 10, 30)
    found = year_of(days(first, until), first, until, RULES)
    assert found.stationed.goal == round(220 * 183 / 365)
    assert found.first == first


def test_the_forecast_on_the_last_day_is_what_is_done() -> None:
    first, until = date(2026, 1, 1), date(2026, 12, 31)
    found = year_of(days(first, until), first, until, RULES)
    assert found.stationed.forecast == found.stationed.done
    assert until + timedelta(days=1) == date(2027, 1, 1)
