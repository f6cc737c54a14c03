"""What arrives together is committed together, and nobody hears of it before."""

import asyncio

import pytest
from county import MONDAY

from bot.arrivals import Arrivals
from ledger import inbox
from ledger.clock import SetClock
from ledger.database import Database, StoreTrouble
from ledger.inbox import Raw


def raw(number: int) -> Raw:
    return Raw("wecom", "corp/1", f"m:{number}", f"wecom:{number}", {"Content": "在村"})


async def kept(database: Database) -> int:
    async with database.reading() as db:
        return sum((await inbox.counts(db)).values())


async def test_many_callers_share_few_transactions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    real = inbox.keep

    async def counted(*args: object, **more: object) -> None:
        nonlocal written
        written += 1
        await real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(inbox, "keep", counted)
    arrivals = Arrivals(database, SetClock(MONDAY))
    await asyncio.gather(*(arrivals.commit([raw(number)]) for number in range(200)))
    assert await kept(database) == 200
    assert written <= 3


async def test_a_full_store_is_told_to_everybody_and_the_next_ones_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*args: object, **more: object) -> None:
        raise StoreTrouble("disk full")

    arrivals = Arrivals(database, SetClock(MONDAY))
    with monkeypatch.context() as patched:
        patched.setattr(inbox, "keep", full)
        told = await asyncio.gather(
            *(arrivals.commit([raw(number)]) for number in range(5)), return_exceptions=True
        )
    assert {type(one) for one in told} == {StoreTrouble}
    await arrivals.commit([raw(9)])
    assert await kept(database) == 1


async def test_who_hangs_up_takes_nobody_with_him(database: Database) -> None:
    arrivals = Arrivals(database, SetClock(MONDAY))
    first = asyncio.create_task(arrivals.commit([raw(1)]))
    others = [asyncio.create_task(arrivals.commit([raw(number)])) for number in (2, 3)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await asyncio.wait_for(asyncio.gather(*others), 5)
    assert await kept(database) >= 2
