"""依据: one record changed, exactly the figures that count it are others; what went out stays."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from county import County
from figures_behind import (
    DAY,
    LATER,
    READERS,
    WINDOWS,
    WORDS,
    expected,
    opened,
    pen_of,
    report_of,
)
from lived_week import FRIDAY, RULES, Pen, live, moment

from ledger import closing, issues, records, study, visits
from ledger import progress as notes
from ledger.closing import Word
from ledger.database import Database, Session
from ledger.people import Person
from ledger.records import Record
from ledger.reports import daily, store
from ledger.reports.basis import access_basis
from ledger.reports.facts import Window, place_of
from ledger.reports.sheet import gather
from ledger.study import Study
from ledger.visits import Visit


@pytest.fixture
async def lived(database: Database) -> County:
    return await live(database)


@pytest.fixture
async def db(database: Database, lived: County) -> AsyncIterator[Session]:
    async with database.transaction() as session:
        yield session


# one record is another: exactly what depends on it is another
async def figures(db: Session, asker: Person, window: Window) -> dict[str, int]:
    place = place_of(asker)
    return expected(await gather(db, place.scope, window, depth=place.depth), place)


async def bases(db: Session, asker: Person, window: Window) -> dict[str, frozenset[object]]:
    """The records behind every figure; of a line what tells which record it is."""
    place = place_of(asker)
    sheet = await gather(db, place.scope, window, depth=place.depth)
    report, found = report_of(sheet, place), {}
    for key, said in expected(sheet, place).items():
        one = await opened(db, asker, report, key, said)
        found[key] = frozenset((line.kind, line.number, line.day) for line in one.lines)
    return found


async def record_of(db: Session, asker: Person, kind: str) -> Record:
    """His record of that kind on Friday."""
    return next(one for one in await records.of_day(db, asker, FRIDAY) if one.kind == kind)


async def strike(pen: Pen, who: str, kind: str) -> None:
    takers = {"study": study.counted, "visit": visits.counted, "issue": issues.counted}
    record = await record_of(pen.db, pen.county[who], kind)
    await records.set_state(pen.db, record, pen.county[who], state="undone", now=moment(20, 20))
    await takers[kind](pen.db, record, sign=-1)


async def more_visits(pen: Pen) -> None:
    await pen.visit("赵队员", moment(20, 20), "张大山", "又去一次")


async def another_household(pen: Pen) -> None:
    await pen.visit("赵队员", moment(20, 20), "刘福来", "第一次去")


async def late_study(pen: Pen) -> None:
    made, now = Study(FRIDAY, "补学", 30), moment(20, 21)
    await study.record(pen.db, pen.county["王队长"], made, source="", now=now, rules=RULES)


async def study_moved(pen: Pen) -> None:
    person = pen.county["李队员"]
    record = await record_of(pen.db, person, "study")
    made, now = Study(FRIDAY - timedelta(days=1), "中央一号文件", 60), moment(20, 21)
    await study.revise(pen.db, record, person, made, now=now, rules=RULES)


async def closed(pen: Pen) -> None:
    issue = await issues.access_issue(pen.db, pen.county["王队长"], pen.numbers["饮水不通"])
    await closing.agree(
        pen.db, pen.county["周总队长"], issue, RULES, word=Word.VISIT, text="看了",
        now=moment(20, 20),
    )  # fmt: skip


async def words_of_a_visit(pen: Pen) -> None:
    person = pen.county["李队员"]
    record = await record_of(pen.db, person, "visit")
    made = replace(await visits.read(pen.db, record), found="送去油布两块")
    await visits.revise(pen.db, record, person, made, now=moment(20, 21), rules=RULES)


async def another_household_meant(pen: Pen) -> None:
    person = pen.county["李队员"]
    record = await record_of(pen.db, person, "visit")
    made = Visit(FRIDAY, "过路的人", "送去油布")
    await visits.revise(pen.db, record, person, made, now=moment(20, 21), rules=RULES)


async def progress_noted(pen: Pen) -> None:
    await pen.progress("王队长", moment(20, 19), "路灯不亮", "已报电力所")


async def progress_corrected(pen: Pen) -> None:
    record = await record_of(pen.db, pen.county["王队长"], "progress")
    await notes.revise(
        pen.db, record, pen.county["王队长"], "已报电力所，下周来修", now=moment(20, 20)
    )


async def progress_struck(pen: Pen) -> None:
    record = await record_of(pen.db, pen.county["王队长"], "progress")
    await records.set_state(
        pen.db, record, pen.county["王队长"], state="undone", now=moment(20, 20)
    )
    await notes.counted(pen.db, record, sign=-1)


async def study_struck(pen: Pen) -> None:
    await strike(pen, "李队员", "study")


async def visit_struck(pen: Pen) -> None:
    await strike(pen, "李队员", "visit")


async def issue_struck(pen: Pen) -> None:
    await strike(pen, "王队长", "issue")


CHANGES: dict[Callable[[Pen], Awaitable[None]], set[str]] = {
    more_visits: {"visits"},
    another_household: {"visits", "households"},
    late_study: {"studied", "owing"},
    study_moved: {"studied", "owing"},
    study_struck: {"studied", "owing"},
    visit_struck: {"visits", "households"},
    issue_struck: {"opened", "standing"},
    closed: {"closed", "standing", "waiting"},
    progress_noted: {"progressed"},
    progress_corrected: set(),
    progress_struck: {"progressed"},
    words_of_a_visit: set(),
    another_household_meant: {"households"},
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
async def test_one_record_changes_exactly_the_figures_that_count_it(
    db: Session, lived: County, change: Callable[[Pen], Awaitable[None]]
) -> None:
    pen = await pen_of(db, lived)
    if change in {progress_corrected, progress_struck}:
        await progress_noted(pen)
    readers = {"王队长": "", "周总队长": "@永安村", "陈干事": "@清水镇"}
    before = {who: await seen(db, lived[who]) for who in readers}
    await change(pen)
    for who, below in readers.items():
        after = await seen(db, lived[who])
        for then, now in zip(before[who], after, strict=True):
            wanted = CHANGES[change] | {
                f"{name}{below}" for name in CHANGES[change] if f"{name}{below}" in now
            }
            assert {key for key in now if now[key] != then[key]} == wanted


async def seen(
    db: Session, asker: Person
) -> tuple[dict[str, int], dict[str, frozenset[object]]]:
    return await figures(db, asker, DAY), await bases(db, asker, DAY)


# a report that went out
async def test_a_late_record_is_told_beside_what_was_said(db: Session, lived: County) -> None:
    asker = lived["王队长"]
    place = place_of(asker)
    sheet = await gather(db, place.scope, DAY, depth=place.depth)
    sent = daily.make(sheet, place, now=moment(20, 18, 40))
    made, now = Visit(FRIDAY, "王桂芳", "一切正常"), moment(20, 21)
    await visits.record(db, lived["赵队员"], made, source="", now=now, rules=RULES)
    await words_of_a_visit(await pen_of(db, lived))

    found = await access_basis(db, asker, sent, "visits", said=sent.figures.visits, rules=RULES)

    assert (found.said, found.now, found.changed) == (1, 2, True)
    assert [(one.person, found.late(one)) for one in found.lines] == [
        ("李队员", "corrected"),
        ("赵队员", "added"),
    ]
    same = await access_basis(db, asker, sent, "roster", said=3, rules=RULES)
    assert not same.changed
    assert [same.late(one) for one in same.lines] == ["", "", ""]


@pytest.mark.parametrize("window", WINDOWS[2:-1], ids=lambda one: f"{one.kind}-{one.as_of}")
async def test_a_past_report_made_again_is_the_same_to_the_byte(
    db: Session, lived: County, window: Window
) -> None:
    first = await texts(db, lived, window)
    assert await texts(db, lived, window) == first

    pen = await pen_of(db, lived)
    await pen.visit("李队员", moment(28, 9), "张大山", "以后的事")
    await pen.study("王队长", moment(28, 9), "以后的事")
    await pen.issue("李队员", moment(28, 9), "", "以后的事", date(2026, 12, 20))

    assert await texts(db, lived, window) == first


async def texts(db: Session, county: County, window: Window) -> dict[str, bytes]:
    """What each reader is told in chat."""
    found = {}
    for who in READERS:
        shown = await store.look(db, county[who], place_of(county[who]), window, now=LATER)
        found[who] = WORDS.bulletin(window.kind, report=shown.report).chat.encode()
    return found
