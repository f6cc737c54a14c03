"""Files of one report: how long a card, a PDF, a Word paper and each chart take, warm.

    python benchmarks/papers.py [rounds]     a table, then one JSON line

Least and median of the rounds, each with other figures, so that nothing is taken from a cache. The
floor of a ratio is the empty page through the same door: what is above it is our layout. `stall` is
the longest pause of the main thread while the file was made in a thread, as the sender makes it.
"""

import asyncio
import json
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ledger.charts import (
    Attendance,
    Bar,
    BurnDown,
    Coverage,
    Hands,
    Holders,
    Mark,
    MonthOf,
    Week,
)
from ledger.days import DAY
from templates.bulletin import as_facts, figure, marks, read
from templates.forms import make

ROUNDS = 20
CAP = {"card": 150, "word": 300}  # milliseconds, the issue's
TICK = 0.001  # seconds between two looks at the clock
Facts = dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """Milliseconds of one form."""

    least: float
    median: float
    stall: float
    first: float
    size: int


# reports
def daily(number: int) -> Facts:
    """A township's day with as much to say as a card ever has."""
    lines = [f"**清水镇驻村工作日报** 11月20日 周五（截至 18:{number % 60:02}）", ""]
    for sort, words in (("overdue", "超期问题"), ("waiting", "待核验"), ("soon", "3 天内到期")):
        lines.append(f"**{words} {_figure(number, sort)} 条**")
        lines += [
            f"· 第{n}村 {_figure(number + n, f'{sort}@{n}')} 条，最早 11月{n + 1}日 到期"
            for n in range(5)
        ]
    for n, words in enumerate(("走访", "学习登记", "问题新增", "申请销号", "未销号")):
        lines += [
            "",
            f"{words} {_figure(number * n, f'f{n}')} 条，其中本周 {_figure(n, f'g{n}')} 条",
        ]
    return as_facts(read("\n".join(lines)))


def paper(number: int) -> Facts:
    """A ten-day bulletin of about three pages with a table of twenty townships."""
    body = f"全县驻村工作队走访 {_figure(558 + number, 'visits')} 户次，排查问题 37 条。" * 8
    rows = [f"| 第{n}乡 | {_figure(n + number, f'v@{n}')} | 4 | 2 | 27 |" for n in range(20)]
    lines = [
        "@office 安和县驻村工作领导小组办公室文件", "@number 安驻办发〔2026〕31号",
        "# 关于11月中旬驻村工作情况的通报", body, "## 一、总体情况", body,
        "| 乡镇 | 走访 | 新增 | 销号 | 未销号 |", *rows, "## 二、存在的问题", body, body,
        "@sign 安和县驻村工作领导小组办公室", "@date 2026年11月21日", "@copies 抄送：县委办公室。",
    ]  # fmt: skip
    return as_facts(read("\n".join(lines)))


def _figure(number: int, key: str) -> object:
    return marks(figure(number, key))


# charts
def attendance(number: int) -> Facts:
    """Five people, a whole month."""
    first, states = date(2026, 10, 1), [one for one in Mark if one]
    rows = tuple(
        MonthOf(
            f"队员{n}", tuple(states[(day * n + number) % len(states)] for day in range(31))
        )
        for n in range(5)
    )
    return Attendance("永安村", first, date(2026, 10, 31), (True,) * 31, rows).facts()


def coverage(number: int) -> Facts:
    """Twenty townships."""
    bars = tuple(Bar(f"第{n}乡", (n * 37 + number) % 800, 800) for n in range(20))
    return Coverage("安和县", date(2026, 11, 1), date(2026, 11, 20), bars).facts()


def burn_down(number: int) -> Facts:
    """Twelve weeks."""
    sunday = date(2026, 9, 6)
    weeks = [
        Week(sunday + 7 * n * DAY, 90 + n * number, 9 + n, 80 + n, 30, 20) for n in range(12)
    ]
    return BurnDown("安和县", tuple(weeks)).facts()


def holders(number: int) -> Facts:
    """Three kinds and a dozen bureaus."""
    units = [Hands("unit", f"第{n}局", 9, 40 + n * number, 3, 20) for n in range(12)]
    own = [Hands(kind, "", 90, 900, 60, 41) for kind in ("team", "township", "county")]
    return Holders("安和县", date(2026, 11, 20), 138, (*own, *units)).facts()


MAKERS: dict[str, Callable[[int], Facts]] = {
    "card": daily, "pdf": paper, "word": paper, "attendance": attendance, "coverage": coverage,
    "burn_down": burn_down, "holders": holders,
}  # fmt: skip


# measuring
async def stalled(work: Callable[[], object]) -> float:
    """The longest pause of the main thread, in seconds, while the work is done in a thread."""
    done = asyncio.create_task(asyncio.to_thread(work))
    longest, last = 0.0, perf_counter()
    while not done.done():
        await asyncio.sleep(TICK)
        now = perf_counter()
        longest, last = max(longest, now - last - TICK), now
    await done
    return longest


def measure(form: str, rounds: int) -> Taken:
    """One form: cold once, then warm."""
    maker, took = MAKERS[form], []
    start = perf_counter()
    size = len(make(form, maker(0)).data)
    first = perf_counter() - start
    for number in range(1, rounds + 1):
        facts = maker(number)
        start = perf_counter()
        make(form, facts)
        took.append(perf_counter() - start)
    stalls = [asyncio.run(stalled(lambda n=n: make(form, maker(-n)))) for n in range(1, 6)]  # type: ignore[misc]
    parts = (min(took), statistics.median(took), max(stalls), first)
    return Taken(*(round(1000 * one, 1) for one in parts), size)


def empty(rounds: int) -> float:
    """Milliseconds of a page with a title and nothing else."""
    took = []
    for number in range(rounds):
        facts = as_facts(read(f"# 第{number}号"))
        start = perf_counter()
        make("card", facts)
        took.append(perf_counter() - start)
    return 1000 * statistics.median(took[1:])


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    floor = empty(rounds)
    found = {form: measure(form, rounds) for form in MAKERS}
    print(
        f"{'':12}{'least':>8}{'median':>8}{'stall':>8}{'first':>8}{'KB':>6}{'floors':>8}  cap"
    )
    for form, one in found.items():
        over = one.median / floor
        cap = f"{100 * one.median / CAP[form]:.0f} % of {CAP[form]} ms" if form in CAP else ""
        print(
            f"{form:12}{one.least:8}{one.median:8}{one.stall:8}{one.first:8}"
            f"{one.size >> 10:6}{over:8.1f}  {cap}"
        )
    figures = {form: vars(one) for form, one in found.items()}
    print(json.dumps({"floor_ms": round(floor, 1), "milliseconds": figures}))


if __name__ == "__main__":
    main()
