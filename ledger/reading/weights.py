"""How much words read like a kind of report, or like a category: weights of runs of characters.

Beside the rules: the rules read what is told, the weights say whether a message reads like a
kind of report at all, and settle a category the rules are unsure of. They are learned from the
labelled messages by scripts/weigh_words.py. Names count as `*`, digits as 0, the ends of a
message as `^` and `$`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from ledger.reading.clauses import Clause
from ledger.reading.subjects import nameless

FOLDER = Path(__file__).with_name("weights_of")
REPORTS, CATEGORIES = FOLDER / "reports.tsv", FOLDER / "categories.tsv"
LONGEST = 4
MOST = 600  # characters that are weighed
HUNDREDTHS = 100
WIDTH = 24  # bits: the weights of all runs of a message add up to far less
REMEMBERED = 32  # texts
STARS = re.compile(r"\*+")
DIGIT = re.compile(r"\d")


@dataclass(frozen=True, eq=False)
class Weights:
    """What each run of characters says of each kind, in hundredths; "" of all messages."""

    kinds: tuple[str, ...]
    of: Mapping[str, int]  # those of all kinds in one number, so that they are added at once

    def odds(self, clauses: Iterable[Clause]) -> dict[str, float]:
        """The log odds of each kind: above 0 the words rather tell it, below not."""
        return dict(zip(self.kinds, _summed(self, plain_of(clauses)), strict=True))


def runs_of(text: str) -> set[str]:
    """Every run of one to four characters, once."""
    plain = f"^{text}$"
    return {
        plain[at : at + length]
        for length in range(1, LONGEST + 1)
        for at in range(len(plain) - length + 1)
    }


def plain_of(clauses: Iterable[Clause]) -> str:
    """The words of some clauses as they are weighed."""
    return DIGIT.sub("0", STARS.sub("*", nameless(clauses))[:MOST])


@lru_cache(maxsize=REMEMBERED)
def _summed(weights: Weights, text: str) -> tuple[float, ...]:
    """Asked several times of the same message while it is read."""
    of = weights.of
    told = of[""] + sum(filter(None, map(of.get, runs_of(text))))
    return tuple(one / HUNDREDTHS for one in _unpacked(told, len(weights.kinds)))


def _packed(told: Iterable[int]) -> int:
    """Several numbers in one, that are added when it is: each has WIDTH bits of its own."""
    return sum(one << WIDTH * place for place, one in enumerate(told))


def _unpacked(told: int, count: int) -> Iterator[int]:
    """The numbers in one; each has its sign, which the one above it has lent it."""
    half = 1 << WIDTH - 1
    for _ in range(count):
        one = (told + half) % (2 * half) - half
        yield one
        told = told - one >> WIDTH


@cache
def weights(path: Path) -> Weights:
    """The weights in a file: the kinds in its first line, a run of characters in each other."""
    head, *rows = (
        line.split("\t") for line in path.read_text("utf-8").rstrip("\n").split("\n")
    )
    return Weights(tuple(head[1:]), {run: _packed(map(int, told)) for run, *told in rows})
