"""How much a message reads like progress or like an issue: weights of short runs of characters.

Beside the rules, never instead of them: the weights (`weights.json`, learned from the labelled
messages by scripts/weigh_words.py) only take back a step of nothing known, and tell a step from
an issue where the rules have heard both. Names count as `*`, digits as 0.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from ledger.reading.clauses import Clause
from ledger.reading.subjects import nameless

FILE = Path(__file__).with_name("weights.json")
KINDS = ("progress", "issue")
LONGEST = 4
MOST = 600  # characters that are weighed
UNLIKE = 0.04  # three in a hundred of the labelled messages that tell progress lie below
UNLIKE_ISSUE = 0.2
ENOUGH = 8  # with fewer known runs the weights know nothing of it
RATHER, NOT = 0.4, 0.35  # above and below: 1 in 60 of these is an issue all the same
STARS = re.compile(r"\*+")
DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Likely:
    """How likely a message tells progress, an issue: from 0 to 1."""

    progress: float
    issue: float
    known: int = 0  # runs of it that have a weight

    @property
    def no_progress(self) -> bool:
        """Nothing in its words reads like progress."""
        return self.known >= ENOUGH and self.progress < UNLIKE

    def no_issue(self, *, strong: bool) -> bool:
        """Nothing in its words reads like an issue; a plain fault is believed in any case."""
        return not strong and self.known >= ENOUGH and self.issue < UNLIKE_ISSUE

    @property
    def rather_progress(self) -> bool:
        """It reads like progress, and not like an issue."""
        return self.progress > RATHER and self.issue < NOT


def grams(text: str) -> set[str]:
    """Every run of one to four characters, once."""
    plain = DIGIT.sub("0", text[:MOST])
    return {
        plain[at : at + length]
        for length in range(1, LONGEST + 1)
        for at in range(len(plain) - length + 1)
    }


def likely(text: str) -> Likely:
    """Weigh a message whose names have been replaced by `*`."""
    known = _weights()
    bias = known[""]
    told = [known[one] for one in grams(text) if one in known]
    sums = (bias[place] + sum(one[place] for one in told) for place in range(len(KINDS)))
    progress, issue = (1 / (1 + exp(-min(max(one, -50.0), 50.0))) for one in sums)
    return Likely(progress, issue, len(told))


def likely_of(clauses: Iterable[Clause]) -> Likely:
    """Weigh a message by its clauses."""
    return likely(STARS.sub("*", nameless(clauses)))


@cache
def _weights() -> dict[str, list[float]]:
    found: dict[str, list[float]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
