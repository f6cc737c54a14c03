"""kill -9 under WeCom's callbacks: nothing acknowledged is lost, nothing happens twice.

The real program in its own process (`zhucun run`), called back over real HTTP, answering over a
strict fake API. The caller behaves like WeCom: three tries, then it gives up. Every second
record is taken back by the button of its card.
"""

import asyncio
import random
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crash.test_kill import Program, wait_until_answered
from fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom, Seen, fake_wecom
from wecom_caller import Caller

from ledger import invites, roster
from ledger.clock import WallClock
from ledger.database import open_database
from ledger.database.schema import upgrade
from ledger.people import Address, Role
from ledger.roster import Entry

KILLS = 6
WRITERS = 4
MEMBERS = 160  # so many that nobody gets more than a minute's share
PAUSE = 0.1  # seconds between two tries of a callback
ENOUGH = 40  # acknowledged callbacks, so that the kills fall into something


async def furnish(folder: Path) -> None:
    """A county of teams of four, all of them bound to their userids."""
    upgrade(folder / "zhucun.db")
    now = WallClock().now()
    async with open_database(folder / "zhucun.db") as database:
        async with database.transaction() as db:
            county = await roster.ensure_county(db, "安和县")
            for number in range(MEMBERS):
                entry = Entry(f"队员{number}", Role.MEMBER, "清水镇", f"第{number // 4}村")
                id = await roster.add_person(db, county, entry, now=now)
                to = Address("wecom", f"{CORP}/{AGENT}", userid(number).casefold())
                await invites.bind(db, id, to, by=None, now=now)


def userid(number: int) -> str:
    """As WeCom spells it."""
    return f"Member{number}"


def environment(fake: FakeWeCom) -> dict[str, str]:
    """The settings of an app at the fake server."""
    given = {"MODE": "app", "CORP_ID": CORP, "AGENT_ID": str(AGENT), "SECRET": SECRET,
             "TOKEN": TOKEN, "AES_KEY": AES_KEY, "API_BASE": fake.address}  # fmt: skip
    return {f"WECOM_{name}": value for name, value in given.items()}


@dataclass
class Load:
    """What WeCom has delivered: `kept` and `taken_back` were acknowledged."""

    fake: FakeWeCom
    caller: Caller
    kept: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    tried_back: set[str] = field(default_factory=set)
    stopping: bool = False

    async def write(self, first: int) -> None:
        """One member after the other writes one record, and perhaps takes it back."""
        number = first
        while not self.stopping:
            who, topic = userid(number % MEMBERS), f"压力第{number}次"
            xml = self.caller.text(who, f"学习 60 {topic}")
            if await self._delivered(xml):
                self.kept.append(topic)
                if number % 2:
                    await self._take_back(who, topic)
            number += WRITERS

    async def _take_back(self, who: str, topic: str) -> None:
        """As soon as the card is there; a killed program may need long for it."""
        for _ in range(100):
            if cards := [one for one in self.fake.screen(who) if topic in one.text and one.buttons]:
                self.tried_back.add(topic)
                if await self._delivered(self._pressed(who, cards[-1])):
                    self.taken_back.append(topic)
                return
            if self.stopping:
                return
            await asyncio.sleep(0.02)

    def _pressed(self, who: str, card: Seen) -> str:
        return self.caller.press(who, dict(card.buttons)["撤销"], card)

    async def _delivered(self, xml: str) -> bool:
        """WeCom's three tries."""
        for _ in range(3):
            if (await self.caller.push(xml, tries=1)).taken:
                return True
            await asyncio.sleep(PAUSE)
        return False


@pytest.mark.slow
def test_kills_under_wecom_s_callbacks_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    asyncio.run(furnish(tmp_path))
    with fake_wecom(WallClock()) as fake:
        program = Program(tmp_path, "run", env=environment(fake))
        load = Load(fake, Caller(fake, f"http://127.0.0.1:{program.port}/wecom"))
        program.start()
        asyncio.run(under_load(program, load))
        wait_until_answered(program, tmp_path / "zhucun.db")
        assert program.stop() == 0
        check(tmp_path / "zhucun.db", load)


async def under_load(program: Program, load: Load) -> None:
    """Callbacks all the time, and now and then the program dies."""
    dice = random.Random(20261122)
    writers = [asyncio.create_task(load.write(number)) for number in range(WRITERS)]
    for _ in range(KILLS):
        await asyncio.sleep(dice.uniform(0.3, 1.0))
        await asyncio.to_thread(program.kill)
        await asyncio.to_thread(program.start)
    await asyncio.sleep(1.0)
    load.stopping = True
    await asyncio.gather(*writers)


def check(path: Path, load: Load) -> None:
    """One record and one answer for each; taken back once where that was acknowledged."""
    began = time.perf_counter()
    database = sqlite3.connect(path)
    states: dict[str, list[str]] = {}
    for topic, state in database.execute(
        "SELECT topic, state FROM study JOIN record ON record.id = study.record_id"
    ):
        states.setdefault(topic, []).append(state)
    parked = database.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()[0]
    undone = Counter(
        row[0] for row in database.execute("SELECT subject FROM ev WHERE kind = 'record.undone'")
    )
    (sound,) = database.execute("PRAGMA quick_check").fetchone()
    database.close()
    said = [one.text for one in load.fake.outbox]
    answers = {topic: sum(f"{topic}" in text for text in said) for topic in load.kept}
    print(
        f"kills {KILLS}, acknowledged {len(load.kept)} + {len(load.taken_back)} presses,"
        f" records {len(states)}, answers {Counter(answers.values())}, calls {len(load.fake.calls)},"
        f" gettoken {len(load.fake.asked('gettoken'))}, collapsed {load.fake.collapsed},"
        f" undone {undone.most_common(2)} checked in {time.perf_counter() - began:.1f} s"
    )
    assert len(load.kept) > ENOUGH
    assert [topic for topic in load.kept if topic not in states] == []
    assert [topic for topic, found in states.items() if len(found) > 1] == []
    print(Counter((states[topic][0], topic in load.taken_back) for topic in load.kept))
    print({k:v for k,v in answers.items() if v!=1})
    assert parked == 0
    assert load.fake.dropped == []
    assert sound == "ok"
