"""How much a whole message costs: kept, understood, recorded, logged, answered, sent.

Limit (i): a bare `INSERT; COMMIT` on the same disk with WAL and synchronous=FULL, interleaved.
Prints one JSON line: messages a second, the ratio to the bare loop, statements and commits a
message, and the time until a first answer stands. Nothing is asserted in seconds.

    python benchmarks/ingest.py [MESSAGES]
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median

from bot.app import open_app
from bot.channels.memory import Memory
from bot.demo import bind_everybody
from bot.settings import Settings
from ledger.clock import SHANGHAI, SetClock
from ledger.generator import Generator, Size
from ledger.people import Role

ROUNDS = 3
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)


def bare(folder: Path, count: int) -> float:
    """Commits a second of the same disk, one row each."""
    with sqlite3.connect(folder / "bare.db", isolation_level=None) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, body TEXT)")
        start = time.perf_counter()
        for number in range(count):
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO t (body) VALUES (?)", (f"message {number}",))
            database.execute("COMMIT")
        seconds = time.perf_counter() - start
    database.close()
    return count / seconds


async def whole(folder: Path, count: int) -> dict[str, float]:
    """The real program: one message a commit, answers sent to a list."""
    memory, clock = Memory(), SetClock(MORNING)
    settings = Settings(data=folder)
    async with open_app(settings, clock, channels={"memory": memory}) as app:
        async with app.database.transaction() as db:
            county = await Generator(1, Size(8, 1), app.rules).people(db, now=MORNING)
            await bind_everybody(db, memory.name, now=MORNING)
            rows = await db.connection.execute_fetchall(
                "SELECT id FROM person WHERE county_id = ? AND role = ?",
                (county, Role.MEMBER.value),
            )
        people = [str(row[0]) for row in rows]
        statements: list[str] = []
        await app.database.writer.set_trace_callback(statements.append)
        start = time.perf_counter()
        for number in range(count):
            text = f"学习 60 中央一号文件第{number}讲"
            raw = memory.raw(people[number % len(people)], f"{number}", clock.now(), text=text)
            await app.inbox.keep([raw])
        await app.settle()
        seconds = time.perf_counter() - start
        assert len(memory.sent) == count
        commits = sum(one.startswith("COMMIT") for one in statements)
        return {
            "messages_a_second": count / seconds,
            "statements_a_message": len(statements) / count,
            "commits_a_message": commits / count,
        }


def main() -> None:
    """Rounds in turn, medians."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    bares, wholes = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            bares.append(bare(Path(folder), count))
            wholes.append(asyncio.run(whole(Path(folder), count)))
    found = {name: round(median(one[name] for one in wholes), 2) for name in wholes[0]}
    limit = median(bares)
    found |= {
        "bare_commits_a_second": round(limit),
        "ratio": round(found["messages_a_second"] / limit, 3),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
