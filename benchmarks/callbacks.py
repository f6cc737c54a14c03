"""A thousand WeCom callbacks at the same moment, against the real program in its own process.

WeCom hangs up after five seconds and tries twice more (wecom.md §2). Every callback has its own
connection and its own member, is signed and encrypted like WeCom's, and is committed durably
before it is answered. Prints one JSON line: milliseconds until the answer (median, p99, slowest),
statuses, how many are kept, and the milliseconds of a single callback for comparison.

    python benchmarks/callbacks.py [CALLBACKS]
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from crash.test_kill import Program
from fake_wecom import fake_wecom
from wecom_caller import Caller
from wecom_load import Answered, environment, furnish, userid, volley

from ledger.clock import WallClock

ONE_BY_ONE = 50


async def measure(
    caller: Caller, port: int, count: int
) -> tuple[list[Answered], list[Answered]]:
    """One after the other first, which also warms up; then all at once."""
    single: list[Answered] = []
    for number in range(ONE_BY_ONE):
        single += await volley(caller, port, [caller.text(userid(number), "今天")])
    xmls = [caller.text(userid(number), f"学习 60 第{number}讲") for number in range(count)]
    return single, await volley(caller, port, xmls)


def main() -> None:
    """One volley."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name, fake_wecom(WallClock()) as fake:
        folder = Path(name)
        asyncio.run(furnish(folder, count))
        program = Program(folder, "run", env=environment(fake))
        program.start()
        single, found = asyncio.run(measure(Caller(fake, ""), program.port, count))
        program.kill()
        with closing(sqlite3.connect(folder / "zhucun.db")) as database:
            (kept,) = database.execute("SELECT count(*) FROM inbox").fetchone()
    took = sorted(one.ms for one in found)
    told = {
        "callbacks": count,
        "median_ms": round(median(took)),
        "p99_ms": round(took[int(len(took) * 0.99) - 1]),
        "slowest_ms": round(took[-1]),
        "statuses": dict(Counter(one.status for one in found)),
        "kept": kept - ONE_BY_ONE,
        "single_median_ms": round(median(one.ms for one in single), 1),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
