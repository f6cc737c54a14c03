"""The words of 旬报, 月报, the long papers and 我的月报, against golden texts that a clerk can read.

`UPDATE_GOLDEN=1 pytest tests/templates` writes down what is said now; read the difference.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from county import County
from lived_week import FRIDAY, RULES, live, moment

from ledger.database import Database, Session
from ledger.reports import daily, monthly, my_month, store, tenday, weekly
from ledger.reports.facts import Report, Window, place_of
from ledger.reports.tiers import lowest, tiered
from templates.bulletin import UNSOURCED, Bulletin
from templates.words import Words

GOLDEN = Path(__file__).parent / "bulletins"
WORDS = Words()
READERS = {"team": "王队长", "township": "周总队长", "county": "陈干事"}
EVENING = moment(20, 18, 40)
LATER = moment(30, 9).replace(month=12, day=3)
WINDOWS = {
    "daily": daily.window(FRIDAY, RULES),
    "weekly": weekly.window(FRIDAY, FRIDAY),
    "tenday": tenday.window(FRIDAY, FRIDAY),
    "monthly": monthly.window(FRIDAY, date(2026, 12, 3)),
}
TOWNS = {"清水镇": (40, 38), "云山乡": (30, 15), "石门镇": (40, 8), "高岭乡": (3, 3)}


@pytest.fixture
async def lived(database: Database) -> County:
    return await live(database)


@pytest.fixture
async def db(database: Database, lived: County) -> AsyncIterator[Session]:
    async with database.reading() as session:
        yield session


def golden(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text + "\n", encoding="utf-8")
    assert text == path.read_text(encoding="utf-8").rstrip("\n")


async def test_duty_elsewhere_is_no_leave_in_any_form(db: Session, lived: County) -> None:
    for kind, level in (("daily", "team"), ("weekly", "team"), ("daily", "county")):
        found = await report(db, lived, level, WINDOWS[kind])
        made = replace(found, figures=replace(found.figures, trips=found.figures.away))
        for words in (made.kind, made.paper):
            said = WORDS.bulletin(words, report=made).chat
            assert "公差 1 人" in said
            assert "请假 1 人" not in said
            assert "请假 0 人" not in said


async def report(db: Session, county: County, level: str, window: Window) -> Report:
    asker = county[READERS[level]]
    now = EVENING if window.kind in {"daily", "weekly"} else LATER
    return (await store.look(db, asker, place_of(asker), window, now=now)).report


def paper(made: Report, **facts: str) -> Bulletin:
    return WORDS.bulletin(made.paper, report=made, **facts)


@pytest.mark.parametrize("kind", ["tenday", "monthly"])
@pytest.mark.parametrize("level", [*READERS])
async def test_each_level_reads_its_ten_days_and_its_month_word_for_word(
    db: Session, lived: County, level: str, kind: str
) -> None:
    made = await report(db, lived, level, WINDOWS[kind])
    golden(f"{level}_{kind}", paper(made).chat)


@pytest.mark.parametrize("kind", ["daily", "weekly"])
@pytest.mark.parametrize("level", [*READERS])
async def test_on_paper_a_day_and_a_week_say_more(
    db: Session, lived: County, level: str, kind: str
) -> None:
    made = await report(db, lived, level, WINDOWS[kind])
    if made.paper != kind:
        golden(f"{level}_{kind}_paper", paper(made).chat)


async def test_tiers_and_what_the_signer_adds_word_for_word(db: Session, lived: County) -> None:
    made = await report(db, lived, "county", WINDOWS["monthly"])
    shares = tiered(TOWNS)
    signed = replace(made, shares=shares, bottom=lowest(shares))
    words = paper(signed, sentence="请各乡镇于12月10日前办结超期问题。").chat
    golden("county_monthly_tiers", words)
    assert (
        words.index("清水镇 38/40") < words.index("云山乡 15/30") < words.index("石门镇 8/40")
    )
    week = replace(await report(db, lived, "county", WINDOWS["weekly"]), shares=shares)
    golden("county_weekly_tiers", WORDS.bulletin("weekly", report=week).chat)


async def test_one_s_own_month_word_for_word(db: Session, lived: County) -> None:
    made = await my_month.of_person(db, lived["李队员"], FRIDAY, now=LATER, rules=RULES)
    golden("my_month", WORDS.bulletin("my_month", report=made).chat)


@pytest.mark.parametrize("kind", [*WINDOWS])
async def test_no_number_of_a_paper_is_without_a_key(
    db: Session, lived: County, kind: str
) -> None:
    for level in READERS:
        made = await report(db, lived, level, WINDOWS[kind])
        if level == "county" and kind != "daily":
            made = replace(made, shares=tiered(TOWNS))
        keys = [one.figure for one in paper(made).figures]
        assert keys
        assert UNSOURCED not in keys


@pytest.mark.parametrize("kind", [*WINDOWS])
async def test_above_the_village_no_paper_names_a_household_or_a_person(
    db: Session, lived: County, kind: str
) -> None:
    for level in ("township", "county"):
        words = paper(await report(db, lived, level, WINDOWS[kind])).chat
        for private in ("张大山", "王桂芳", "屋顶", "饮水", *lived.people):
            assert private not in words


async def test_what_runs_still_is_compared_with_nothing(db: Session, lived: County) -> None:
    running = await report(db, lived, "county", weekly.window(FRIDAY, FRIDAY))
    assert "较上周" not in paper(running).chat
    over = replace(running, until="")
    assert "走访 3 户次（较上周增加 3）" in paper(over).chat


async def test_what_the_ledger_did_not_see_is_compared_with_nothing(
    db: Session, lived: County
) -> None:
    unseen = await report(db, lived, "county", WINDOWS["tenday"])  # it began on the 2nd
    assert unseen.before is None
    assert "较上旬" not in paper(unseen).chat
