"""20,000 issues with 80,000 events: the workbook, the overdue list, one issue's card.

Counts are exact (statements, SQLite VM steps); times are printed as ratios within one run. The
floor of a workbook is zlib alone, over the XML that stands in it, at the level it was packed with;
beside it XlsxWriter bare, with the same cells in the same looks. All three run in turns in one
process, and both workbooks hold the same XML in their rows before anything is timed.
What was moved: rows never stand in memory together, a cell is made once for all sheets that show
it, and who has had an issue is fetched a page at a time.
"""

import argparse
import asyncio
import json
import math
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ledger import issue_lists, issues, people, progress  # noqa: E402
from ledger.chance import Lots  # noqa: E402
from ledger.clock import SHANGHAI, ms  # noqa: E402
from ledger.database import Database, Session, open_database  # noqa: E402
from ledger.issue_rows import Order, Row, Wanted, pages  # noqa: E402
from ledger.people import Person, Role  # noqa: E402

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
ISSUES, TOWNSHIPS, VILLAGES = 20_000, 20, 300
DUE = {"at_once": 7, "general": 30, "complex": 90}
WORDS = ("屋顶漏雨", "水管坏了", "路灯不亮", "低保没有到账", "孩子没有上学", "圈舍要修")
ROUNDS = 3
PIECE = 1 << 16
Cell = str | int | date | None


# the county
def fill(path: Path, count: int = ISSUES) -> None:
    """Townships, villages, people, issues; four events each: two notes, a hand-over, a look-back."""
    dice = Lots(b"issue_ledger")
    db = sqlite3.connect(path)
    db.execute("INSERT INTO county (id, name) VALUES (1, '安和县')")
    for one in range(1, TOWNSHIPS + 1):
        db.execute(
            "INSERT INTO township (id, county_id, name) VALUES (?, 1, ?)", (one, f"乡{one}")
        )
    for one in range(1, VILLAGES + 1):
        township = one % TOWNSHIPS + 1
        db.execute(
            "INSERT INTO team (id, county_id, township_id, village) VALUES (?, 1, ?, ?)",
            (one, township, f"村{one}"),
        )
        db.execute(
            "INSERT INTO person (id, county_id, township_id, team_id, name, role)"
            " VALUES (?, 1, ?, ?, ?, 'leader')",
            (one, township, one, f"队长{one}"),
        )
    db.execute(
        "INSERT INTO person (id, county_id, name, role) VALUES (9999, 1, '陈干事', 'county')"
    )
    db.execute("INSERT INTO unit (id, county_id, name) VALUES (1, 1, '县水务局')")
    for id in range(1, count + 1):
        _issue(db, id, dice)
    db.commit()
    db.execute("ANALYZE")
    db.close()


def _issue(db: sqlite3.Connection, id: int, dice: Lots) -> None:
    """One issue of the year, tiers 50 / 30 / 20 %, the time taken Gamma(3, 0.28) of the deadline."""
    team, share = dice.below(VILLAGES, "team", id) + 1, dice.below(100, "tier", id)
    tier = "at_once" if share < 50 else "general" if share < 80 else "complex"
    found = TODAY - timedelta(days=dice.below(365, "day", id))
    waits = [-math.log((dice.below(10**6, "wait", id, n) + 1) / 10**6) for n in range(3)]
    done = found + timedelta(days=max(1, round(DUE[tier] * 0.28 * sum(waits))))
    house = f"户{dice.below(150, 'household', id) + 1}"
    closed = done.isoformat() if done < TODAY else None
    place = (team % TOWNSHIPS + 1, team)
    at = ms(NOW) - (TODAY - found).days * 86_400_000
    _record(db, 3 * id, "issue", team, found, at)
    db.execute(
        "INSERT INTO issue (id, record_id, county_id, township_id, team_id, household, text, tier,"
        " category, source, measure, requirement, lead_unit_id, found_day, due, state, owner_id,"
        " effect, submitted_by, submitted_at, verified_by, closed_by, closed_day)"
        " VALUES (?, ?, 1, ?, ?, ?, ?, ?, '住房', 'visit', '请施工队翻修并验收', '不漏不裂', 1, ?, ?, ?,"
        " ?, ?, ?, ?, ?, ?, ?)",
        (id, 3 * id, *place, house, f"{WORDS[id % 6]}（{id}）", tier,
         found.isoformat(), (found + timedelta(days=DUE[tier])).isoformat(),
         "closed" if closed else "doing", team, "能正常用了" if closed else "",
         *((team, at, 9999, 9999) if closed else (None, None, None, None)), closed),
    )  # fmt: skip
    for number in (1, 2):
        _record(db, 3 * id + number, "progress", team, found, at)
        db.execute(
            "INSERT INTO progress (record_id, issue_id, step, text) VALUES (?, ?, 'note', ?)",
            (3 * id + number, id, f"第{number}步，已联系施工队"),
        )
    middle = (found + (done - found) // 2).isoformat() if closed else found.isoformat()
    for kind, holder, since, until in (
        ("team", f"村{team}", found.isoformat(), middle), ("unit", "县水务局", middle, closed),
    ):  # fmt: skip
        db.execute(
            "INSERT INTO custody (issue_id, kind, holder_id, holder, since_day, since_at,"
            " until_day, until_at, by_id) VALUES (?, ?, 1, ?, ?, ?, ?, ?, 1)",
            (id, kind, holder, since, at, until, at if until else None),
        )
    if closed:
        db.execute(
            "INSERT INTO look_back (issue_id, after_days, due, why) VALUES (?, 30, ?, '')",
            (id, (done + timedelta(days=30)).isoformat()),
        )


def _record(db: sqlite3.Connection, id: int, kind: str, team: int, day: date, at: int) -> None:
    db.execute(
        "INSERT INTO record (id, kind, person_id, team_id, day, source, made_at, changed_at)"
        " VALUES (?, ?, ?, ?, ?, '', ?, ?)",
        (id, kind, team, team, day.isoformat(), at, at),
    )


# the workbook
def floor(path: Path) -> float:
    """CPU seconds of packing what is in a workbook again, piece by piece, and nothing else."""
    with zipfile.ZipFile(path) as pack:
        parts = [pack.read(one) for one in pack.namelist()]
    start = process_time()
    for part in parts:
        packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
        for at in range(0, len(part), PIECE):
            packer.compress(part[at : at + PIECE])
        packer.flush()
    return process_time() - start


def bare_writer(path: Path, lines: Iterable[list[Cell]]) -> None:
    """The same cells through the library alone, as its own documentation tells."""
    from xlsxwriter import Workbook

    from templates.ledger_sheets import SAFE

    with Workbook(str(path), {**SAFE, "tmpdir": str(path.parent)}) as book:
        edge = {"valign": "top", "border": 1}
        words = book.add_format({**edge, "num_format": "@", "text_wrap": True})
        whole = book.add_format({**edge, "num_format": "0"})
        days = book.add_format({**edge, "num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                if isinstance(cell, int):
                    sheet.write_number(number, place, cell, whole)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, days)
                elif cell:
                    sheet.write_string(number, place, cell, words)
                else:
                    sheet.write_blank(number, place, None, words)


def cells(rows: Iterable[Row]) -> list[list[Cell]]:
    """The cells of the ledger's own sheet."""
    from templates.issue_book import _plans

    columns = _plans(TODAY)[0].columns
    return [[column.cell(row) for column in columns] for row in rows]  # type: ignore[misc]


def our_writer(path: Path, lines: Iterable[list[Cell]], width: int) -> None:
    """The same cells through our workbook."""
    from templates.ledger_sheets import Book, Column, Head

    columns = [Column(str(n), 12, itemgetter(n)) for n in range(width)]
    book = Book(path, Head("安和县", "问题台账", TODAY.isoformat(), "陈干事", "0a1b2c"))
    sheet = book.sheet("台账", columns)
    for line in lines:
        book.write(sheet, line)
    book.close()


def said(path: Path) -> list[list[str]]:
    """What stands in the first rows, whatever row they begin in and whatever they look like."""
    with zipfile.ZipFile(path) as pack:
        xml = pack.read("xl/worksheets/sheet1.xml").decode()
    rows = xml.split("<row ")[-ISSUES:][:200]
    return [re.findall(r"<t[^>]*>(.*?)</t>|<v>(.*?)</v>|/>", row) for row in rows]


def ratio(lines: list[list[Cell]], folder: Path) -> dict[str, float]:
    """Our writer, the library bare, and packing alone, in turns."""
    a, b = folder / "a.xlsx", folder / "b.xlsx"
    times: list[tuple[float, float, float]] = []
    for turn in range(ROUNDS + 1):
        start = process_time()
        our_writer(a, lines, len(lines[0]))
        middle = process_time()
        bare_writer(b, lines)
        end = process_time()
        if turn:
            times.append((middle - start, end - middle, floor(a)))
        else:
            assert said(a) == said(b)
    ours, library, least = (statistics.median(one) for one in zip(*times, strict=True))
    return {
        "cells": len(lines) * len(lines[0]), "cpu_seconds": round(ours, 2),
        "times_floor": round(ours / least, 2), "library_times_floor": round(library / least, 2),
        "of_library": round(ours / library, 2), "mb": round(a.stat().st_size / 2**20, 1),
    }  # fmt: skip


CHILD = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
sys.path.insert(0, {root!r})
from templates.ledger_sheets import Book, Column, Head
columns = [Column(str(n), 12, lambda row, n=n: row.cells[n]) for n in range(16)]
with TemporaryDirectory() as folder:
    book = Book(Path(folder) / "a.xlsx", Head("安和县", "问题台账", "", "", ""))
    sheet = book.sheet("台账", columns)
    for id in range({count}):
        book.write(sheet, SimpleNamespace(cells=[id, *(f"屋顶漏雨{{id}}-{{n}}" for n in range(15))]))
    book.close()
told = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in told.splitlines() if line.startswith("VmHWM")))
"""


def peak(count: int) -> float:
    """The peak of memory of a process that writes so many rows and does nothing else, in MB."""
    code = CHILD.format(root=str(ROOT), count=count)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return round(int(done.stdout) / 1024, 1)


async def whole_book(database: Database, asker: Person, folder: Path) -> dict[str, float]:
    """All eleven sheets from the database, as somebody who asks for them gets them."""
    from scheduler.papers import Cover, write_book

    cover = Cover("问题台账", "安和县", NOW, TODAY.isoformat())
    start = process_time()
    async with database.reading() as db:
        count = await write_book(db, asker, Wanted(), folder / "c.xlsx", cover)
    took, path = process_time() - start, folder / "c.xlsx"
    return {
        "issues": count, "cpu_seconds": round(took, 1), "times_floor": round(took / floor(path), 2),
        "mb": round(path.stat().st_size / 2**20, 1),
    }  # fmt: skip


async def reading(database: Database, asker: Person) -> float:
    """CPU seconds of reading the rows in all orders, of which a book is made."""
    start = process_time()
    async with database.reading() as db:
        for order in Order:
            async for _ in pages(db, asker, Wanted(), order):
                pass
    return round(process_time() - start, 1)


# lists and cards
async def cost(db: Session, work: object) -> dict[str, float]:
    """Statements, VM steps and milliseconds of one reading."""
    steps, statements = 0, 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def statement(_: str) -> None:
        nonlocal statements
        statements += 1

    await db.connection.set_progress_handler(step, 1)
    await db.connection.set_trace_callback(statement)
    await work()  # type: ignore[operator]
    await db.connection.set_progress_handler(None, 0)  # type: ignore[arg-type]
    await db.connection.set_trace_callback(None)  # type: ignore[arg-type]
    start = perf_counter()
    await work()  # type: ignore[operator]
    took = 1000 * (perf_counter() - start)
    return {"statements": statements, "steps": steps, "ms": round(took, 2)}


async def lists(database: Database, asker: Person) -> dict[str, object]:
    """The overdue list, the wall, one card; beside them counting the rows."""

    async def overdue() -> None:
        await issue_lists.overdue(db, asker, TODAY, 20)

    async def counted() -> None:
        await issues.count_open(db, asker, TODAY)

    async def wall() -> None:
        await issue_lists.wall(db, asker, TODAY, TODAY)

    async def card() -> None:
        one = await issues.access_issue(db, asker, ISSUES // 2)
        await progress.story(db, one.id)

    async with database.reading() as db:
        works = {"overdue_20": overdue, "count_open": counted, "wall": wall, "card": card}
        return {name: await cost(db, work) for name, work in works.items()}


async def main(rss: bool) -> None:
    """Measure, check the counts, print one JSON line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "zhucun.db"
        async with open_database(path, durable=False):
            pass
        fill(path)
        async with open_database(path, durable=False) as database:
            async with database.reading() as db:
                asker = next(one for one in await people.roster(db) if one.role is Role.COUNTY)
            found: dict[str, object] = {"lists": await lists(database, asker)}
            found["whole_book"] = await whole_book(database, asker, folder)
            found["reading_cpu_seconds"] = await reading(database, asker)
            async with database.reading() as db:
                walked = pages(db, asker, Wanted(), Order.NUMBER)
                rows = [row async for page in walked for row in page]
        found["ledger_sheet"] = ratio(cells(rows), folder)
    if rss:
        found["writer_rss_mb"] = {n: peak(n) for n in (1_000, 20_000, 100_000)}
    card = found["lists"]["card"]  # type: ignore[index]
    assert card["statements"] <= 3, card  # two, and its events
    print(json.dumps({"bench": "issue_ledger", "issues": ISSUES, **found}, ensure_ascii=False))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--no-rss", action="store_true", help="without the writer's own processes"
    )
    asyncio.run(main(not parser.parse_args().no_rss))
