"""Whole days over WeCom, under faults, come to what the same days come to in a list.

The app is called back over HTTP and answers over a fake API; the smart bot talks over its socket.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from county import MONDAY
from day_told import Day, InAList, Lived
from fake_wecom import FakeWeCom, fake_wecom
from test_conversations import SCRIPTS
from wecom_day import SEND, UPDATE, OverWeCom

from bot.channels.wecom import client
from ledger.clock import SetClock, WallClock

CHATS = Path(__file__).parent / "conversations"


@pytest.fixture(scope="module")
def corp() -> Iterator[FakeWeCom]:
    with fake_wecom(WallClock()) as fake:
        yield fake


async def in_a_list(folder: Path, name: str) -> Lived:
    async with Day.open(folder, InAList(SetClock(MONDAY))) as day:
        return await day.live(CHATS / f"{name}.chat")


@pytest.mark.parametrize("name", [p.stem for p in SCRIPTS])
async def test_probe(corp, tmp_path, name, monkeypatch):
    import time

    t = time.time()
    a = await in_a_list(tmp_path / "a", name)
    ta = time.time() - t
    clock = SetClock(MONDAY)
    corp.forget(clock)
    line = OverWeCom(clock, fake=corp)
    t = time.time()
    async with Day.open(tmp_path / "b", line) as day:
        b = await day.live(CHATS / f"{name}.chat")
    print(
        name,
        ta,
        time.time() - t,
        a.left_out,
        b.left_out,
        len(corp.dropped),
        len(corp.asked("gettoken")),
        line.tokens_unasked(),
        sum(sum(c.values()) for c in a.told.values()),
    )
    bad = []
    for who in a.told.keys() | b.told.keys():
        x, y = a.told.get(who, {}), b.told.get(who, {})
        if x != y:
            bad.append(who)
            print(who, "MISSING", str(x - y)[:900], "\nEXTRA", str(y - x)[:900])
    for q in a.written:
        if a.written[q] != b.written[q]:
            bad.append(q)
            print(
                q,
                "MISSING",
                str(a.written[q] - b.written[q])[:500],
                "\nEXTRA",
                str(b.written[q] - a.written[q])[:500],
            )
    assert not bad
