"""Spot checks: a province's plan, one county's plan, and the chat's answer to 抽查 10.

    python benchmarks/draws.py            prints one JSON line

Counts are exact; times are printed as ratios within one run, but for the chat's answer, which is
held against 200 ms. The limit of a plan is reading the ids it is made of, by sqlite3 alone.
"""

import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from handlers import Room, answer  # noqa: E402
from ledger import audit, draw_facts, draw_periods, invites, people, roster  # noqa: E402
from ledger.chance import Seeds, commitment  # noqa: E402
from ledger.clock import SHANGHAI, ms  # noqa: E402
from ledger.database import Database, Session, open_database  # noqa: E402
from ledger.days import days_between, is_workday  # noqa: E402
from ledger.draw_plan import CHAT, EXTRA, Facts, due  # noqa: E402
from ledger.messages import Incoming, Reply, TextIn  # noqa: E402
from ledger.people import Address, Role  # noqa: E402
from ledger.roster import Entry  # noqa: E402
from ledger.rules import Rules  # noqa: E402
from ledger.seed_vault import Vault  # noqa: E402
from templates.words import Words  # noqa: E402

RULES = Rules()
KEY = bytes(range(32))
NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
FIRST = NOW.date().replace(day=1)
DAYS = [
    str(one)
    for one in days_between(FIRST, draw_periods.last_of(FIRST))
    if is_workday(one, RULES)
]
COUNTIES, TEAMS, IN_TEAM, TOWNS = 100, 400, 3, 20  # a province: 40,000 teams, 120,000 members
COUNTY_TEAMS = 150
ROUNDS, ANSWERS, LIMIT_MS = 3, 20, 200
T = TypeVar("T")


# the province
def fill(path: Path) -> None:
    """A frozen list of every county; the persons themselves are not needed for a plan."""
    kinds = draw_periods.kinds_of(RULES, TEAMS, Fraction(1))
    opening = {
        "commitment": commitment(KEY, "2026-11"), "days": DAYS, "frozen_at": ms(NOW),
        "kinds": {name: vars(one) for name, one in kinds.items()}, "roster_sha256": "",
    }  # fmt: skip
    db = sqlite3.connect(path)
    for county in range(1, COUNTIES + 1):
        db.execute("INSERT INTO county (id, name) VALUES (?, ?)", (county, f"县{county}"))
        db.execute(
            "INSERT INTO draw_period (id, county_id, period, opened_at, opening, opening_sha256,"
            " beacon, beacon_source) VALUES (?, ?, '2026-11', 0, ?, '', '1', 'public')",
            (county, county, audit.canonical(opening)),
        )
        db.executemany(
            "INSERT INTO draw_member VALUES (?, ?, ?, ?, 'member', ?, 'u', 'v', 0)",
            ((county, *_member(county, n)) for n in range(TEAMS * IN_TEAM)),
        )
    db.commit()
    db.close()


def _member(county: int, number: int) -> tuple[str, int, int, str]:
    person = (county - 1) * TEAMS * IN_TEAM + number
    team = person // IN_TEAM
    return draw_facts.member_name(person, team), person, team, f"乡{team % TOWNS}"


def read_ids(path: Path) -> int:
    """The limit: the ids of every list, and nothing else."""
    db = sqlite3.connect(path)
    found = db.execute("SELECT member, team_id FROM draw_member").fetchall()
    db.close()
    return len(found)


async def facts_of(database: Database) -> list[Facts]:
    """What every county's plan depends on, as the clock reads it."""
    async with database.reading() as db:
        found = []
        for id in range(1, COUNTIES + 1):
            period = await draw_periods.by_id(db, id)
            found.append(await draw_facts.facts(db, id, period.promised, KEY + bytes([id])))
        return found


async def province(folder: Path) -> dict[str, object]:
    """The month's plan of every county, and today's slots alone."""
    path = folder / "province.db"
    async with open_database(path, durable=False) as database:
        fill(path)
        limit, ids = _timed(lambda: read_ids(path))
        start = process_time()
        every = await facts_of(database)
        read = process_time() - start
    whole, slots = _timed(lambda: sum(len(list(due(one, {}))) for one in every))
    today, of_today = _timed(
        lambda: [slot for one in every for slot in due(one, {}, day=DAYS[-1])]
    )
    return {
        "members": ids, "teams": sum(len(one.teams) for one in every), "slots": slots,
        "slots_today": len(of_today),
        "lottery_today": sum(one.slot.why == EXTRA for one in of_today),
        "ids_seconds": round(limit, 2), "facts_times_ids": round(read / limit, 1),
        "plan_times_ids": round(whole / limit, 1), "today_times_ids": round(today / limit, 1),
        "plan_seconds": round(whole, 2), "today_seconds": round(today, 2),
        "plan_ms_a_county": round(1000 * whole / COUNTIES, 1),
        "today_ms_a_county": round(1000 * today / COUNTIES, 1),
    }  # fmt: skip


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds, the median of some rounds, and what came of it."""
    took = []
    for _ in range(ROUNDS):
        start = process_time()
        found = work()
        took.append(process_time() - start)
    return statistics.median(took), found


# one county
async def settle(database: Database) -> None:
    """150 teams of three in 20 townships, and a clerk of the county, all bound to a channel."""
    async with database.transaction() as db:
        county = await roster.ensure_county(db, "安和县")
        clerk = Entry("陈干事", Role.COUNTY)
        team = [
            Entry(f"队员{n}", Role.MEMBER, f"乡{n // IN_TEAM % TOWNS}", f"村{n // IN_TEAM}")
            for n in range(COUNTY_TEAMS * IN_TEAM)
        ]
        for entry in (clerk, *team):
            id = await roster.add_person(db, county, entry, now=NOW)
            await invites.bind(db, id, _address(entry.name), by=None, now=NOW)
        await db.connection.execute("UPDATE posting SET from_day = '2026-01-05'")


def _address(name: str) -> Address:
    return Address("memory", "local", name)


class NotKept(Exception):
    """Takes a transaction back, so that every answer finds the same ledger."""


@asynccontextmanager
async def taken_back(database: Database) -> AsyncIterator[Session]:
    """A transaction that leaves nothing."""
    try:
        async with database.transaction() as db:
            yield db
            raise NotKept
    except NotKept:
        pass


async def chat(database: Database, vault: Vault) -> dict[str, object]:
    """抽查 10 and its confirmation, as the inbox has them answered; the drafts stay undone."""
    words, found = Words(), dict[str, list[tuple[float, int, str]]]()
    for number in range(ANSWERS):
        async with taken_back(database) as db:
            room = Room(db, words, RULES, KEY, NOW, vault, NOW)
            for what in ("抽查 10", "抽"):
                incoming = Incoming(_address("陈干事"), f"{what}{number}", TextIn(what), NOW)
                found.setdefault(what, []).append(await _one(room, incoming))
    return {
        what: {
            "ms": round(statistics.median(took for took, _, _ in each), 1),
            "statements": max(count for _, count, _ in each),
            "said": each[-1][2],
        }
        for what, each in found.items()
    }


async def _one(room: Room, incoming: Incoming) -> tuple[float, int, str]:
    statements = 0

    def count(_: str) -> None:
        nonlocal statements
        statements += 1

    await room.db.connection.set_trace_callback(count)
    start = perf_counter()
    _, reply = await answer(room, incoming, [], 0)
    took = 1000 * (perf_counter() - start)
    await room.db.connection.set_trace_callback(None)  # type: ignore[arg-type]
    return took, statements, _heard(reply)


def _heard(reply: Reply | None) -> str:
    return reply.text.split("\n")[0] if reply else ""


async def county(folder: Path) -> dict[str, object]:
    """One county's month: opened, planned, and its clerk's draw by chat."""
    vault = Vault(folder / "seeds", Seeds("benchmark"))
    async with open_database(folder / "county.db", durable=False) as database:
        await settle(database)
        async with database.transaction() as db:
            members = await people.members(db, people.Scope(1), day=NOW.date())
            period = await draw_periods.current(db, 1, vault, RULES, now=NOW)
            kinds = draw_periods.kinds_of(RULES, COUNTY_TEAMS, Fraction(1))
            whole = {"days": DAYS, "kinds": {name: vars(one) for name, one in kinds.items()}}
            promised = period.promised | whole  # a whole month, not the rest of one
            facts = await draw_facts.facts(db, period.id, promised, KEY)
        plan, slots = _timed(lambda: list(due(facts, {})))
        today, _ = _timed(lambda: list(due(facts, {}, day=DAYS[-1])))
        said = await chat(database, vault)
    return {
        "teams": len(facts.teams), "members": len(members), "slots": len(slots),
        "chat_slots": sum(one.slot.kind == CHAT for one in slots),
        "plan_ms": round(1000 * plan, 1), "today_ms": round(1000 * today, 1), "chat": said,
    }  # fmt: skip


async def main() -> None:
    """Measure, check the counts, print one JSON line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many = await county(folder), await province(folder)
    assert many["members"] == COUNTIES * TEAMS * IN_TEAM
    print(json.dumps({"bench": "draws", "county": one, "province": many}, ensure_ascii=False))
    for what, took in one["chat"].items():  # type: ignore[attr-defined]
        assert took["ms"] < LIMIT_MS, what


if __name__ == "__main__":
    asyncio.run(main())
