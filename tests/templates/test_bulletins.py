"""The words of the summaries, against golden texts that a clerk can read.

`UPDATE_GOLDEN=1 pytest tests/templates` writes down what is said now; read the difference.
"""

import os
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from county import County
from lived_week import FRIDAY, RULES, live, moment

from ledger.database import Database, Session
from ledger.reports import daily, details, store, weekly
from ledger.reports.facts import Figures, Item, Report, Section, Spot, Window, place_of
from ledger.reports.sections import fit, listed
from templates.words import Words

GOLDEN = Path(__file__).parent / "bulletins"
WORDS = Words()
READERS = {"team": "王队长", "township": "周总队长", "county": "陈干事"}
WINDOWS = {"daily": daily.window(FRIDAY, RULES), "weekly": weekly.window(FRIDAY, FRIDAY)}
EVENING = moment(20, 18, 40)
DAYS_LATER = moment(25, 9)
WRONG_MARKS = re.compile(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]")


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


async def told(
    db: Session, county: County, who: str, window: Window, now: datetime = EVENING
) -> str:
    asker = county[who]
    found = await store.look(db, asker, place_of(asker), window, now=now)
    return WORDS.bulletin(window.kind, report=found.report).chat


@pytest.mark.parametrize("kind", ["daily", "weekly"])
@pytest.mark.parametrize("level", ["team", "township", "county"])
async def test_each_level_reads_its_summary_word_for_word(
    db: Session, lived: County, level: str, kind: str
) -> None:
    golden(f"{level}_{kind}", await told(db, lived, READERS[level], WINDOWS[kind]))


@pytest.mark.parametrize("level", ["team", "township", "county"])
async def test_the_records_behind_a_summary_are_listed_word_for_word(
    db: Session, lived: County, level: str
) -> None:
    asker = lived[READERS[level]]
    for kind, window in WINDOWS.items():
        found = await details.look(db, asker, place_of(asker), window)
        block = "reports.details" if level == "team" else "reports.parts"
        golden(f"{level}_{kind}_details", WORDS.say(block, details=found))


async def test_a_calm_day_says_so_in_one_line(db: Session, lived: County) -> None:
    window = daily.window(FRIDAY, RULES)
    text = await told(db, lived, "郑队长", replace(window, owing=False))
    assert "今天没有超期和待核实的事项。" in text
    later = await told(db, lived, "郑队长", replace(window, owing=False), now=DAYS_LATER)
    assert "当天没有超期和待核实的事项。" in later
    assert "截至" not in later


@pytest.mark.parametrize("kind", ["daily", "weekly"])
async def test_study_minutes_are_never_said(db: Session, lived: County, kind: str) -> None:
    for who in lived.people:
        assert "分钟" not in await told(db, lived, who, WINDOWS[kind])


async def test_names_without_a_study_record_are_for_the_leader_alone(
    db: Session, lived: County
) -> None:
    assert "还没有学习登记 1 人**：王队长" in await told(db, lived, "王队长", WINDOWS["daily"])
    for who in ("李队员", "周总队长", "陈干事"):
        text = await told(db, lived, who, WINDOWS["daily"])
        assert "王队长" not in text
        assert "未登记" in text


async def test_no_household_and_no_issue_text_goes_above_the_village(
    db: Session, lived: County
) -> None:
    for who in ("周总队长", "陈干事"):
        for window in WINDOWS.values():
            text = await told(db, lived, who, window)
            place = place_of(lived[who])
            behind = await details.look(db, lived[who], place, window)
            text += WORDS.say("reports.parts", details=behind)
            for private in ("张大山", "王桂芳", "何满仓", "屋顶", "饮水", "积水", "李队员"):
                assert private not in text


def crowded(kind: str, level: str) -> Report:
    """A report with far more to say than a phone shows."""
    long = Item("issue", 1, "永安村", 7, 1, "李队员", "张大山", "屋顶漏雨", "2026-11-18", 0, 2)
    spot = Spot("永安村", 3, "2026-11-18")
    sorts = ["overdue", "missed", "waiting", "soon", "owing" if kind == "daily" else "silent"]
    filled = [
        listed(sort, [long] * 30)
        if level == "team" or sort == "owing"
        else Section(sort, 90, 30, spots=(spot,) * 30)
        for sort in sorts
    ]
    lists = [listed(sort, [long] * 30) for sort in weekly.LISTS] if kind == "weekly" else []
    if level != "team":
        lists = []
    budget = daily.LINES if kind == "daily" else weekly.LINES
    cut = fit([*filled, *lists], budget)
    return Report(
        kind, "x", "2026-11-16", "2026-11-20", "2026-11-20", "2026-11-23",  # type: ignore[arg-type]
        EVENING.isoformat(), level, 1, "永安村", Figures(checked=3),  # type: ignore[arg-type]
        cut[: len(filled)], cut[len(filled) :], ("一号文件",), "20261120-7f3a9c001122",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["daily", "weekly"])
@pytest.mark.parametrize("level", ["team", "township", "county"])
def test_even_a_crowded_summary_fits_a_phone(level: str, kind: str) -> None:
    text = WORDS.bulletin(kind, report=crowded(kind, level)).chat
    lines = [line for line in text.splitlines() if line]
    assert len(lines) <= 25
    assert "另有" in text
    assert text.count("**") % 2 == 0


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_marks_are_full_width_and_the_banned_word_is_absent(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not WRONG_MARKS.search(text)
    assert "打卡" not in text


async def test_a_name_with_stars_stays_a_name(database: Database) -> None:
    county = await live(database)
    async with database.transaction() as db:
        await db.connection.execute("UPDATE person SET name = '**王**' WHERE name = '王队长'")
        text = await told(db, county, "王队长", WINDOWS["daily"])
    assert "\\*\\*王\\*\\*" in text
