"""kill -9 under WeCom's callbacks: nothing acknowledged is lost, nothing happens twice.

The real program in its own process (`zhucun run`), called back over real HTTP, answering over a
strict fake API. The caller behaves like WeCom: three tries, then it gives up. Every second
record is taken back by the button of its card. And a thousand at the same moment are all kept;
how fast, benchmarks/callbacks.py prints.
"""

import asyncio
import random
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crash.test_kill import Program, wait_until_answered
from fake_wecom import FakeWeCom, Seen, fake_wecom
from wecom_caller import Caller
from wecom_load import environment, furnish, userid, volley

from ledger.clock import WallClock

KILLS = 6
WRITERS = 4
MEMBERS = 160  # so many that nobody gets more than a minute's share
LEASE = 100  # seconds: what was being sent when it died is tried again after sixty
PAUSE = 0.1  # seconds between two tries of a callback
AT_ONCE = 1000
ENOUGH = 40  # acknowledged callbacks, so that the kills fall into something


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
            if cards := [
                one for one in self.fake.screen(who) if topic in one.text and one.buttons
            ]:
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


@pytest.mark.long
def test_kills_under_wecom_s_callbacks_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    asyncio.run(furnish(tmp_path, MEMBERS))
    with fake_wecom(WallClock()) as fake:
        program = Program(tmp_path, "run", env=environment(fake))
        load = Load(fake, Caller(fake, f"http://127.0.0.1:{program.port}/wecom"))
        program.start()
        asyncio.run(under_load(program, load))
        wait_until_answered(program, tmp_path / "zhucun.db", LEASE)
        assert program.stop() == 0
        check(tmp_path / "zhucun.db", load)


@pytest.mark.slow
def test_a_thousand_callbacks_at_once_are_all_taken_and_kept(tmp_path: Path) -> None:
    with fake_wecom(WallClock()) as fake:
        asyncio.run(furnish(tmp_path, AT_ONCE))
        program, caller = Program(tmp_path, "run", env=environment(fake)), Caller(fake, "")
        program.start()
        xmls = [caller.text(userid(at), f"学习 60 第{at}讲") for at in range(AT_ONCE)]
        answered = asyncio.run(volley(caller, program.port, xmls))
        program.kill()  # acknowledged is kept, whatever comes at once after it
    with closing(sqlite3.connect(tmp_path / "zhucun.db")) as database:
        (kept,) = database.execute("SELECT count(DISTINCT ext_id) FROM inbox").fetchone()
    assert Counter(one.status for one in answered) == {200: AT_ONCE}
    assert kept == AT_ONCE


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
    """One record and one answer for each, one more where it was taken back."""
    states = records(path)
    said = [one.text for one in load.fake.outbox]
    answers = {topic: sum(topic in text for text in said) for topic in load.kept}
    print(
        f"kills {KILLS}, acknowledged {len(load.kept)} messages and {len(load.taken_back)} presses,"
        f" records {len(states)}, calls {len(load.fake.calls)},"
        f" gettoken {len(load.fake.asked('gettoken'))}, repeated {load.fake.collapsed}"
    )
    assert len(load.kept) > ENOUGH
    assert len(load.taken_back) > ENOUGH / 8
    assert [topic for topic in load.kept if topic not in states] == []
    assert [topic for topic, found in states.items() if len(found) > 1] == []
    undone = {topic for topic, found in states.items() if found == ["undone"]}
    assert set(load.taken_back) <= undone <= load.tried_back
    assert answers == {topic: 1 + (topic in undone) for topic in load.kept}
    assert load.fake.dropped == []
    assert len(load.fake.asked("gettoken")) <= 2  # one may have died before it was kept


def records(path: Path) -> dict[str, list[str]]:
    """The states of the records of each topic; every message is done, the file is whole."""
    states: dict[str, list[str]] = {}
    with closing(sqlite3.connect(path)) as database:
        for topic, state in database.execute(
            "SELECT topic, state FROM study JOIN record ON record.id = study.record_id"
        ):
            states.setdefault(topic, []).append(state)
        waiting = dict(database.execute("SELECT state, count(*) FROM inbox GROUP BY state"))
        (sound,) = database.execute("PRAGMA quick_check").fetchone()
    assert set(waiting) == {"done"}
    assert sound == "ok"
    return states
