"""Summaries: statements and SQLite VM steps, 1 to 300 teams, one year of history to three.

    python benchmarks/reports.py            one JSON line

What was moved: the counting, from the reading of a report to the write of each record
(`team_period`). So a report is held against the unmoved floor: reading one ready row a team.
Counts are exact and repeatable; wall times are only printed as ratios.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ledger.clock import SHANGHAI
from ledger.database import Database, open_database
from ledger.people import Scope
from ledger.periods import spans
from ledger.reports import daily, weekly
from ledger.reports.facts import Depth, Place, Window
from ledger.reports.sheet import gather
from ledger.rules import Rules
from templates.words import Words

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 18, 40, tzinfo=SHANGHAI)
MEMBERS, ISSUES_A_YEAR = 3, 40  # of one team
COUNTY = Place("county", 1, "安和县", Scope(1))
FLOOR = "SELECT * FROM team_period WHERE kind = 0 AND period = ? ORDER BY team_id"
ROUNDS = 5


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
        db.execute("INSERT INTO team VALUES (?, 1, ?, ?, '')", (team, town, f"第{team}村"))
        _people(db, team, town)
        _studies(db, team, years, records)
        _issues(db, team, years, records)
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


def _issues(db: sqlite3.Connection, team: int, years: int, records: "count[int]") -> None:
    rows = []
    for number in range(ISSUES_A_YEAR * years):
        found = TODAY - timedelta(days=number * 365 // ISSUES_A_YEAR)
        closed = None if number < 5 else (found + timedelta(days=20)).isoformat()
        state = "open" if closed is None else "closed"
        due = (found + timedelta(days=25)).isoformat()
        rows.append((next(records), team, found.isoformat(), due, state, team * 10, closed))
    _records(db, [(row[0], "issue", row[5], team, row[2]) for row in rows])
    db.executemany(
        "INSERT INTO issue (record_id, team_id, text, tier, found_day, due, state, owner_id,"
        " closed_day) VALUES (?, ?, '屋顶漏雨', 'general', ?, ?, ?, ?, ?)",
        rows,
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


async def cost(database: Database, window: Window, depth: Depth) -> Cost:
    """Statements, VM steps and the best time of a few readings."""
    found = Cost()

    def step() -> int:
        found.steps += 1
        return 0

    def statement(_: str) -> None:
        found.statements += 1

    async with database.reading() as db:
        await db.connection.set_progress_handler(step, 1)
        await db.connection.set_trace_callback(statement)
        await gather(db, Scope(1), window, depth=depth)
        await db.connection.set_progress_handler(None, 0)  # type: ignore[arg-type]
        await db.connection.set_trace_callback(None)  # type: ignore[arg-type]
        found.seconds = min([await _timed(db, window, depth) for _ in range(ROUNDS)])
    return found


async def _timed(db: object, window: Window, depth: Depth) -> float:
    start = perf_counter()
    await gather(db, Scope(1), window, depth=depth)  # type: ignore[arg-type]
    return perf_counter() - start


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


async def measure(teams: int, years: int, folder: Path) -> dict[str, object]:
    """One county's figures."""
    path = folder / f"{teams}x{years}.db"
    async with open_database(path, durable=False):
        pass
    fill(path, teams, years)
    async with open_database(path, durable=False) as database:
        windows = {
            "daily": daily.window(TODAY, Rules()),
            "past": daily.window(TODAY - timedelta(days=7), Rules()),
            "weekly": weekly.window(TODAY, TODAY),
        }
        base = await floor(database)
        costs = {name: await cost(database, w, Depth.COUNTS) for name, w in windows.items()}
        costs["weekly_lists"] = await cost(database, windows["weekly"], Depth.LISTS)
        return {
            "teams": teams,
            "years": years,
            "statements": {name: one.statements for name, one in costs.items()},
            "steps": {name: one.steps for name, one in costs.items()},
            "steps_floor": base.steps,
            "times_floor": {
                name: round(one.seconds / base.seconds, 1) for name, one in costs.items()
            },
            "evening": await evening(database, teams),
        }


async def main() -> None:
    """Measure, check the counts, print one JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        sizes = [(1, 1), (30, 1), (300, 1), (300, 3)]
        found = [await measure(teams, years, Path(folder)) for teams, years in sizes]
    for one in found:
        assert set(one["statements"].values()) == {2}, one  # type: ignore[attr-defined]
    small, large, old = found[1]["steps"], found[2]["steps"], found[3]["steps"]
    growth = {
        "teams_x10": {k: round(large[k] / small[k], 2) for k in small},  # type: ignore[index, attr-defined]
        "years_x3": {k: round(old[k] / large[k], 3) for k in large},  # type: ignore[index, attr-defined]
    }
    print(json.dumps({"bench": "reports", "growth": growth, "runs": found}, ensure_ascii=False))


if __name__ == "__main__":
    asyncio.run(main())
