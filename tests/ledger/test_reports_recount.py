"""The figures of reports against a recount of the raw tables, on random lives."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lived_week import FRIDAY, RULES, Pen, moment

from ledger import closing, issue_steps, issues, people, records, study, visits
from ledger.closing import Word
from ledger.database import Session, open_database
from ledger.errors import Refused
from ledger.people import Person, Scope
from ledger.reports import daily, weekly
from ledger.reports.facts import Depth, place_of
from ledger.reports.sheet import gather

WEEK = weekly.window(FRIDAY, FRIDAY)
MEMBERS = ("王队长", "李队员", "赵队员", "孙队长", "钱队员", "郑队长", "吴队员")
ACTS = st.tuples(
    st.sampled_from(
        ["study", "visit", "issue", "undo", "progress", "submit", "close", "back", "recall"]
    ),
    st.sampled_from(MEMBERS),
    st.integers(1, 20),  # day of November
    st.integers(0, 3),  # which household, record or issue
)


async def act(pen: Pen, minute: int, what: str, who: str, day: int, which: int) -> None:
    """One random act; what the rules refuse did not happen."""
    at, person = moment(day, 10) + timedelta(minutes=minute), pen.county[who]
    if what == "study":
        await pen.study(who, at, f"主题{which}")
    elif what == "visit":
        names = ("张大山", "何满仓", "田秀英", "某户")
        await pen.visit(who, at, names[which], "看望")
    elif what == "issue":
        await pen.issue(who, at, "", f"{who}{day}{which}", at.date() + timedelta(days=which))
    elif what == "undo":
        await undo(pen, who, at.date(), which)
    else:
        await step(pen, what, person.name, at, which)


async def undo(pen: Pen, who: str, day: date, which: int) -> None:
    found = await records.of_day(pen.db, pen.county[who], day)
    takers = {"study": study.counted, "visit": visits.counted, "issue": issues.counted}
    kept = [one for one in found if one.kind in takers]
    if kept:
        record = kept[which % len(kept)]
        async with pen.db.savepoint():
            await records.set_state(
                pen.db, record, pen.county[who], state="undone", now=moment(20, 12)
            )
            await takers[record.kind](pen.db, record, sign=-1)


async def step(pen: Pen, what: str, who: str, at: datetime, which: int) -> None:
    asker = pen.county[who]
    known = await issues.open_issues(pen.db, asker)
    if not known or known[which % len(known)].found_day > at.date().isoformat():
        return
    issue = known[which % len(known)]
    async with pen.db.savepoint():
        if what == "progress":
            await issue_steps.note(pen.db, asker, issue, "有进展", source="", now=at)
        elif what == "back":
            await closing.send_back(pen.db, asker, issue, "再看", now=at)
        elif what == "recall":
            await closing.recall(pen.db, asker, issue, now=at)
        else:
            await hand_in(pen, asker, issue, at)
        if what == "close":
            chief = pen.county["周总队长" if asker.township == "清水镇" else "冯总队长"]
            issue = await issues.access_issue(pen.db, chief, issue.id)
            word = Word.VISIT
            await closing.agree(pen.db, chief, issue, RULES, word=word, text="看了", now=at)


async def hand_in(pen: Pen, asker: Person, issue: issues.Issue, at: datetime) -> None:
    column = issue_steps.Column.MEASURE
    await issue_steps.describe(pen.db, asker, issue, column, "找人修", now=at)
    issue = await issues.access_issue(pen.db, asker, issue.id)
    await closing.submit(pen.db, asker, issue, "已经解决了", source="", now=at)


async def recount(db: Session, village: str, first: date, last: date) -> dict[str, int]:
    """The figures of one team from the raw tables alone, the slow and plain way."""
    span = (village, first.isoformat(), last.isoformat())
    kept = "FROM record r JOIN team t ON t.id = r.team_id WHERE t.village = ?"
    kept += " AND r.day BETWEEN ? AND ? AND r.state = 'kept' AND r.kind = "
    steps = kept.replace("WHERE", "JOIN progress g ON g.record_id = r.id WHERE") + "'progress'"
    visit = kept.replace("WHERE", "JOIN visit v ON v.record_id = r.id WHERE") + "'visit'"
    plain = {
        "studied": f"count(DISTINCT r.person_id || r.day) {kept} 'study'",
        "visits": f"count(*) {kept} 'visit'",
        "households": f"count(DISTINCT v.household_id) {visit}",
        "opened": f"count(*) {kept} 'issue'",
        "progressed": f"count(*) {steps} AND g.step = 'note'",
        "submitted": f"count(*) {steps} AND g.step = 'submit'",
        "closed": "count(*) FROM issue i JOIN team t ON t.id = i.team_id"
        " WHERE t.village = ? AND i.closed_day BETWEEN ? AND ?",
    }
    found = {name: await value(db, f"SELECT {query}", span) for name, query in plain.items()}
    standing = (
        "SELECT count(*) FROM issue i JOIN team t ON t.id = i.team_id WHERE t.village = ?"
        " AND i.found_day <= ? AND i.state <> 'withdrawn'"
        " AND (i.closed_day IS NULL OR i.closed_day > ?)"
    )
    end = last.isoformat()
    found["standing"] = await value(db, standing, (village, end, end))
    found["overdue"] = await value(db, f"{standing} AND i.due < ?", (village, end, end, end))
    if last == FRIDAY:  # nothing happens after that: as it stands now
        handed = f"{standing} AND i.state IN ('submitted', 'verified')"
        found["waiting"] = await value(db, handed, (village, end, end))
    return found


async def value(db: Session, query: str, values: tuple[str, ...]) -> int:
    rows = await db.connection.execute_fetchall(query, values)
    return int(next(iter(rows))[0])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=5, max_size=60))
async def test_the_figures_equal_a_recount_of_the_raw_tables(
    template: Path, tmp_path: Path, acts: list[tuple[str, str, int, int]]
) -> None:
    path = tmp_path / "lived.db"
    for old in tmp_path.glob("lived.db*"):
        old.unlink()
    path.write_bytes(template.read_bytes())
    async with open_database(path, durable=False) as database, database.transaction() as db:
        county = await cast(db)
        pen = Pen(db, county)
        for minute, one in enumerate(sorted(acts, key=lambda each: each[2])):
            try:
                await act(pen, minute, *one)
            except Refused:
                continue
        days = [daily.window(date(2026, 11, day), RULES) for day in (5, 10, 13, 20)]
        for window in [*days, weekly.window(date(2026, 11, 11), FRIDAY), WEEK]:
            sheet = await gather(db, Scope(county.id), window, depth=Depth.RECORDS)
            for leader in ("王队长", "孙队长", "郑队长"):
                place = place_of(county[leader])
                told = asdict(sheet.of(place).figures())
                plain = await recount(db, place.name, window.span.first, window.as_of)
                assert {name: told[name] for name in plain} == plain


async def cast(db: Session) -> County:
    """The cast as it stands in a copied ledger."""
    everybody = await people.roster(db)
    return County(everybody[0].county_id, {one.name: one for one in everybody})


@pytest.fixture
async def template(tmp_path: Path) -> Path:
    """A ledger with the cast and nothing lived, to copy."""
    path = tmp_path / "template.db"
    async with open_database(path, durable=False) as database:
        await settle(database, now=moment(1, 0))
        await database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path
