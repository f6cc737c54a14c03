"""Summaries and their 依据: statements and SQLite VM steps, 1 to 300 teams, one year to ten.

    python benchmarks/reports.py            one JSON line

What was moved: the counting, from the reading of a report to the write of each record
(`team_period`). So a report is held against the unmoved floor: reading one ready row a team.
A basis lists records, so it is held against itself: ten years of history, the same records.
Counts are exact and repeatable; wall times are only printed as ratios.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ledger.clock import SHANGHAI, ms
from ledger.database import Database, Session, open_database
from ledger.people import Person, Role, Scope
from ledger.periods import spans
from ledger.reports import daily, monthly, tenday, weekly
from ledger.reports.basis import SOURCES, access_basis
from ledger.reports.facts import Depth, Place, Report, Window
from ledger.reports.sheet import gather
from ledger.reports.store import MAKERS
from ledger.rules import Rules
from templates.words import Words

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 18, 40, tzinfo=SHANGHAI)
MEMBERS, ISSUES_A_YEAR = 3, 40  # of one team
COUNTY = Place("county", 1, "安和县", Scope(1))
FLOOR = "SELECT * FROM team_period WHERE kind = 0 AND period = ? ORDER BY team_id"
ROUNDS = 5
MOST = 1.05  # how much more ten years of history may cost than one
COUNTY_PERSON = Person(
    9999999, "陈干事", Role.COUNTY, "", "", "", 1, "安和县", 0, "", 0, "", None
)  # fmt: skip


def fill(path: Path, teams: int, years: int) -> None:
    """A county with a record a member every fourth day, issues struck off but the last ones."""
    db = sqlite3.connect(path)
    db.execute("INSERT INTO county (id, name) VALUES (1, '安和县')")
    towns = max(teams // 15, 1)
    db.executemany(
        "INSERT INTO township (id, county_id, name) VALUES (?, 1, ?)",
        [(id, f"第{id}乡") for id in range(1, towns + 1)],
    )
    records = count(1)
    for team in range(1, teams + 1):
        town = (team - 1) % towns + 1
        db.execute(
            "INSERT INTO team (id, county_id, township_id, village) VALUES (?, 1, ?, ?)",
            (team, town, f"第{team}村"),
        )
        _people(db, team, town)
        _studies(db, team, years, records)
        _visits(db, team, years, records)
        _issues(db, team, town, years, records)
        _messages(db, team, years)
    db.commit()
    db.execute("ANALYZE")
    db.close()


def _people(db: sqlite3.Connection, team: int, town: int) -> None:
    for number in range(MEMBERS):
        role = "member" if number else "leader"
        db.execute(
            "INSERT INTO person (id, county_id, township_id, team_id, name, role)"
            " VALUES (?, 1, ?, ?, ?, ?)",
            (team * 10 + number, town, team, f"第{team}村{number}号", role),
        )
        db.execute(
            "INSERT INTO posting (person_id, county_id, township_id, team_id, role, from_day, at)"
            " VALUES (?, 1, ?, ?, ?, '2020-01-01', 0)",
            (team * 10 + number, town, team, role),
        )


def _studies(db: sqlite3.Connection, team: int, years: int, records: "count[int]") -> None:
    rows: list[tuple[int, str, int, int, str]] = []
    roll: dict[tuple[int, int, int], int] = {}
    for back in range(0, 365 * years, 4):
        day = TODAY - timedelta(days=back)
        for number in range(MEMBERS):
            person = team * 10 + number
            rows.append((next(records), "study", person, team, day.isoformat()))
        for one in spans(day):
            key = (one.kind.value, one.key, team)
            roll[key] = roll.get(key, 0) + MEMBERS
    _records(db, rows)
    db.executemany(
        "INSERT INTO study VALUES (?, 60, '中央一号文件', 0)", [row[:1] for row in rows]
    )
    db.executemany(
        "INSERT INTO team_period (kind, period, team_id, studied) VALUES (?, ?, ?, ?)",
        [(*key, number) for key, number in roll.items()],
    )


def _visits(db: sqlite3.Connection, team: int, years: int, records: "count[int]") -> None:
    rows, visits = [], []
    db.executemany(
        "INSERT INTO household (id, team_id, name) VALUES (?, ?, ?)",
        [(team * 100 + number, team, f"第{number}户") for number in range(20)],
    )
    for number, back in enumerate(range(0, 365 * years, 4)):
        day, id = (TODAY - timedelta(days=back)).isoformat(), next(records)
        rows.append((id, "visit", team * 10, team, day))
        visits.append((id, team, day, team * 100 + number % 20, f"第{number % 20}户"))
    _records(db, rows)
    db.executemany(
        "INSERT INTO visit (record_id, team_id, day, household_id, household, found)"
        " VALUES (?, ?, ?, ?, ?, '一切正常')",
        visits,
    )


def _issues(
    db: sqlite3.Connection, team: int, town: int, years: int, records: "count[int]"
) -> None:
    rows, steps, looks = [], [], []
    for number in range(ISSUES_A_YEAR * years):
        found = TODAY - timedelta(days=number * 365 // ISSUES_A_YEAR)
        closed = None if number < 5 else (found + timedelta(days=20)).isoformat()
        state = "open" if closed is None else "closed"
        due, id = (found + timedelta(days=25)).isoformat(), next(records)
        rows.append(
            (id, id, town, team, found.isoformat(), due, state, team * 10, closed, team * 10)
        )
        steps.append((next(records), id, found.isoformat()))
        if closed:
            looks.append((id, (found + timedelta(days=50)).isoformat()))
    _records(db, [(row[0], "issue", row[7], team, row[4]) for row in rows])
    db.executemany(
        "INSERT INTO issue (id, record_id, county_id, township_id, team_id, text, tier, found_day,"
        " due, state, owner_id, closed_day, closed_by)"
        " VALUES (?, ?, 1, ?, ?, '屋顶漏雨', 'general', ?, ?, ?, ?, ?, ?)",
        rows,
    )
    _records(db, [(id, "progress", team * 10, team, day) for id, _, day in steps])
    db.executemany(
        "INSERT INTO progress (record_id, issue_id, step, text) VALUES (?, ?, 'note', '')",
        [step[:2] for step in steps],
    )
    db.executemany(
        "INSERT INTO look_back (issue_id, after_days, due, why) VALUES (?, 30, ?, '')", looks
    )


def _messages(db: sqlite3.Connection, team: int, years: int) -> None:
    """One unasked message a month and member."""
    db.executemany(
        "INSERT INTO outbox (dedupe, channel, account, target, person_id, kind, body, lane,"
        " not_before, state, made_at, why)"
        " VALUES (?, 'memory', 'local', '', ?, 'text', '', 1, 0, 'sent', ?, 'digest')",
        [
            (f"{team}:{number}:{back}", team * 10 + number, ms(NOW - timedelta(days=30 * back)))
            for number in range(MEMBERS)
            for back in range(12 * years)
        ],
    )


def _records(db: sqlite3.Connection, rows: list[tuple[int, str, int, int, str]]) -> None:
    db.executemany(
        "INSERT INTO record (id, kind, person_id, team_id, day, source, made_at, changed_at)"
        " VALUES (?, ?, ?, ?, ?, '', 0, 0)",
        rows,
    )


@dataclass
class Cost:
    """What one reading took."""

    statements: int = 0
    steps: int = 0
    seconds: float = 0.0


Reading = Callable[[Session], Awaitable[object]]


async def cost(database: Database, reading: Reading, rounds: int = ROUNDS) -> Cost:
    """Statements, VM steps and the best time of a few readings."""
    found = Cost()

    def step() -> int:
        found.steps += 1
        return 0

    def statement(text: str) -> None:
        found.statements += not text.startswith("--")  # a remark is a trigger's, not ours

    async with database.reading() as db:
        await db.connection.set_progress_handler(step, 1)
        await db.connection.set_trace_callback(statement)
        await reading(db)
        await db.connection.set_progress_handler(None, 0)  # type: ignore[arg-type]
        await db.connection.set_trace_callback(None)  # type: ignore[arg-type]
        times = []
        for _ in range(rounds):
            start = perf_counter()
            await reading(db)
            times.append(perf_counter() - start)
        found.seconds = min(times, default=0.0)
    return found


def sheet_of(window: Window, depth: Depth = Depth.COUNTS) -> Reading:
    """Reading what a report of the county needs."""
    return lambda db: gather(db, Scope(1), window, depth=depth)


async def bases(database: Database, windows: dict[str, Window]) -> dict[str, Cost]:
    """One page of the records behind every figure of the county's reports."""
    found = {}
    for kind, window in windows.items():
        async with database.reading() as db:
            report = MAKERS[kind](await gather(db, Scope(1), window), COUNTY, now=NOW)
        for key in SOURCES[kind]:
            found[f"{kind}:{key}"] = await cost(database, basis_of(report, key), rounds=0)
    return found


def basis_of(report: Report, key: str) -> Reading:
    """Reading the first page behind one figure."""
    return lambda db: access_basis(db, COUNTY_PERSON, report, key, said=0, rules=Rules())


async def floor(database: Database) -> Cost:
    """Reading the ready rows and nothing else."""
    found = Cost(1)

    def step() -> int:
        found.steps += 1
        return 0

    async with database.reading() as db:
        key = (TODAY.toordinal(),)
        await db.connection.set_progress_handler(step, 1)
        await db.connection.execute_fetchall(FLOOR, key)
        await db.connection.set_progress_handler(None, 0)  # type: ignore[arg-type]
        times = []
        for _ in range(ROUNDS):
            start = perf_counter()
            await db.connection.execute_fetchall(FLOOR, key)
            times.append(perf_counter() - start)
        found.seconds = min(times)
    return found


async def evening(database: Database, teams: int) -> dict[str, float]:
    """All summaries of a county from one sheet, with their words."""
    window, words = daily.window(TODAY, Rules()), Words()
    async with database.reading() as db:
        start = perf_counter()
        sheet = await gather(db, Scope(1), window, depth=Depth.LISTS)
        read = perf_counter() - start
        for line in sheet.lines:
            scope = Scope(1, line.township_id, line.team_id)
            report = daily.make(
                sheet, Place("team", line.team_id, line.village, scope), now=NOW
            )
            said = words.bulletin("daily", report=report).chat
            assert said
        whole = perf_counter() - start
    return {
        "ms_a_team": round(1000 * whole / teams, 3),
        "reading_share": round(read / whole, 2),
    }


async def measure(teams: int, years: int, folder: Path) -> dict[str, Any]:
    """One county's figures."""
    path = folder / f"{teams}x{years}.db"
    async with open_database(path, durable=False):
        pass
    fill(path, teams, years)
    async with open_database(path, durable=False) as database:
        windows = {
            "daily": daily.window(TODAY, Rules()),
            "weekly": weekly.window(TODAY, TODAY),
            "tenday": tenday.window(TODAY, TODAY),
            "monthly": monthly.window(TODAY, TODAY),
        }
        base = await floor(database)
        costs = {name: await cost(database, sheet_of(w)) for name, w in windows.items()}
        past = daily.window(TODAY - timedelta(days=7), Rules())
        costs["past"] = await cost(database, sheet_of(past))
        costs["weekly_lists"] = await cost(database, sheet_of(windows["weekly"], Depth.LISTS))
        opened = await bases(database, windows)
        return {
            "teams": teams,
            "years": years,
            "statements": {name: one.statements for name, one in costs.items()},
            "steps": {name: one.steps for name, one in costs.items()},
            "steps_floor": base.steps,
            "times_floor": {
                name: round(one.seconds / base.seconds, 1) for name, one in costs.items()
            },
            "basis_statements": max(one.statements for one in opened.values()),
            "basis_steps": {name: one.steps for name, one in opened.items()},
            "evening": await evening(database, teams),
        }


def growth(before: dict[str, Any], after: dict[str, Any], of: str) -> dict[str, float]:
    """How many times the steps, name by name."""
    return {name: round(after[of][name] / steps, 3) for name, steps in before[of].items()}


def check(found: list[dict[str, Any]], years: dict[str, dict[str, float]]) -> None:
    """Two statements a report and one a basis; history costs nothing."""
    for one in found:
        assert set(one["statements"].values()) == {2}, one["statements"]
        assert one["basis_statements"] == 1, one["basis_statements"]
    slower = {k: v for each in years.values() for k, v in each.items() if v > MOST}
    assert not slower, slower


async def main() -> None:
    """Measure, check the counts, print one JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        sizes = [(1, 1), (30, 1), (300, 1), (300, 10)]
        found = [await measure(teams, years, Path(folder)) for teams, years in sizes]
    _, small, large, old = found
    years = {of: growth(large, old, of) for of in ("steps", "basis_steps")}
    grown = {"teams_x10": growth(small, large, "steps"), "years_x10": years}
    print(json.dumps({"bench": "reports", "growth": grown, "runs": found}, ensure_ascii=False))
    check(found, years)


if __name__ == "__main__":
    asyncio.run(main())
