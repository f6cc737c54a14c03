"""`zhucun phrases`: which phrases were read otherwise than meant, so that a county adds words.

Only what members have corrected is known; names and numbers were hidden when it was kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ledger.clock import moment
from ledger.drafts import Misreading

NOTHING = "（什么都没有）"


@dataclass(frozen=True)
class Phrase:
    """One phrase read and corrected in one way: how often, and the last day."""

    said: str
    read_as: str
    meant: str
    times: int
    last: str


def counted(found: Iterable[Misreading]) -> list[Phrase]:
    """The same phrase, reading and correction as one; what happens most comes first."""
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for one in found:
        key = (_line(one.said), _line(one.read_as), _line(one.meant))
        groups[key].append(one.at)
    phrases = [
        Phrase(*key, len(ats), moment(max(ats)).date().isoformat())
        for key, ats in groups.items()
    ]
    return sorted(phrases, key=lambda one: (-one.times, one.read_as, one.meant, one.said))


def _line(text: str) -> str:
    return " ".join(text.split())


def as_data(phrases: list[Phrase], days: int) -> dict[str, Any]:
    """For `--json`."""
    total = sum(one.times for one in phrases)
    return {"days": days, "corrected": total, "phrases": [asdict(one) for one in phrases]}


def as_text(phrases: list[Phrase], days: int) -> Iterator[str]:
    """Line by line: a heading for each reading and its correction, its phrases below."""
    if not phrases:
        yield f"最近 {days} 天没有改正过读错的话。"
        return
    total = sum(one.times for one in phrases)
    yield f"最近 {days} 天，读错后改正的有 {total} 处："
    groups: dict[tuple[str, str], list[Phrase]] = defaultdict(list)
    for one in phrases:
        groups[one.read_as, one.meant].append(one)
    for (read_as, meant), ones in sorted(groups.items(), key=lambda item: -_times(item[1])):
        yield f"\n读成 {read_as or NOTHING}，改成 {meant or NOTHING}：{_times(ones)} 次"
        yield from (f"  {one.times} 次  {one.said}" for one in ones)


def _times(phrases: list[Phrase]) -> int:
    return sum(one.times for one in phrases)
