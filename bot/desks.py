"""What both desks (tables, Word pages) share: work off what waits, look again, never give up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from ledger.database import StoreTrouble

log = structlog.get_logger()
IDLE = 1.0  # seconds between looks
T = TypeVar("T")


async def attend(drain: Callable[[], Awaitable[object]], defect: str) -> None:
    """Call `drain` until cancelled; a defect is logged under that name: the row waits."""
    while True:
        try:
            await drain()
        except StoreTrouble as trouble:
            log.error("store_trouble", error=str(trouble))
        except Exception:  # of ours; the others go on
            log.exception(defect)
        await asyncio.sleep(IDLE)


async def work_off(
    take: Callable[[], Awaitable[T | None]],
    do: Callable[[T], Awaitable[None]],
    wake: Callable[[], None],
) -> int:
    """Do what waits, one after the other; returns how many there were."""
    done = 0
    while waiting := await take():
        await do(waiting)
        wake()
        done += 1
    return done
