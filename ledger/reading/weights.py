"""How much words read like a kind of report, or like a category: weights of their characters.

Beside the rules: the rules read what is told, the weights say whether a message reads like a
kind of report at all, and settle a category the rules are unsure of. They are learned from the
labelled messages by scripts/weigh_words.py. What is weighed: runs of one or two characters,
two characters of one clause with others between them (`没~学`), how a clause begins and ends
(`<我`, `了>`), and the lists of words (lexicon.toml and the others, a county's own too) that a
clause has words of, two by two (`plan.not&study.words`). Names count as `*`, digits as 0, the
ends of a message as `^` and `$`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from operator import add
from pathlib import Path

from ledger.reading.clauses import Clause
from ledger.reading.subjects import nameless
from ledger.reading.tellings import scenes_in

FOLDER = Path(__file__).with_name("weights_of")
REPORTS, CATEGORIES = FOLDER / "reports.tsv", FOLDER / "categories.tsv"
ANYTHING = "anything"  # beside the kinds: whether there is any report
FARTHEST = 5  # characters from one of a pair to the other
BETWEEN = "，"  # clauses
CLAUSES, MOST = 100, 600  # clauses and characters that are weighed
HUNDREDTHS = 100
WIDTH = 24  # bits: the weights of all runs of a message add up to far less
REMEMBERED = 64  # clauses
ASKED_AGAIN = 4  # for several tables while one message is read
STARS = re.compile(r"\*+")
DIGIT = re.compile(r"\d")


@dataclass(frozen=True, eq=False)
class Weights:
    """What each run of characters says of each kind, in hundredths; "" of all messages."""

    kinds: tuple[str, ...]
    of: Mapping[str, int]  # those of all kinds in one number, so that they are added at once

    def odds(self, clauses: Iterable[Clause]) -> dict[str, float]:
        """The log odds of each kind: above 0 the words rather tell it, below not."""
        of = self.of
        told = of[""] + sum(filter(None, map(of.get, signs_of(tuple(clauses)))))
        return {
            kind: one / HUNDREDTHS
            for kind, one in zip(self.kinds, _unpacked(told, len(self.kinds)), strict=True)
        }


@lru_cache(maxsize=ASKED_AGAIN)
def signs_of(clauses: tuple[Clause, ...]) -> frozenset[str]:
    """What is weighed of some clauses: runs of characters, and what one clause has together."""
    text = plain_of(clauses)
    signs = _runs(f"^{text}$")
    for clause in text.split(BETWEEN):
        signs += _pairs(clause)
    for one in clauses[:CLAUSES]:
        signs += _lists(one)
    return frozenset(signs)


def _runs(text: str) -> list[str]:
    """Every run of one or two characters."""
    return [*text, *map(add, text, text[1:])]


@lru_cache(maxsize=REMEMBERED)
def _pairs(clause: str) -> list[str]:
    """Two characters of a clause with others between them (没~学), its first and its last ones."""
    first, last = clause[:1], clause[-1:]
    heads = [one + "~" for one in clause]
    pairs = [f"<{first}", f"<{clause[:2]}", f"{last}>", f"{clause[-2:]}>", f"{first}<>{last}"]
    for gap in range(2, FARTHEST + 1):
        pairs += map(add, heads, clause[gap:])
    return pairs


def _lists(clause: Clause) -> tuple[str, ...]:
    """The lists of words that a clause has words of, the scenes it tells, and each two of them."""
    if clause.lists is None:
        said = [tag for tag in clause.tags() if clause.hits(tag)]
        if clause.mentions:
            said = [tag for tag in said if _besides_names(clause, tag)]
        said += {name for name, _, _ in scenes_in(nameless([clause]))}
        said.sort()
        clause.lists = (*said, *map("&".join, combinations(said, 2)))
    return clause.lists


def _besides_names(clause: Clause, tag: str) -> bool:
    """Whether a word of a list stands outside of names: 冯水生 is no matter of water."""
    names = [(clause.at(one.start), clause.at(one.end)) for one in clause.mentions]
    return any(
        not any(first <= start < last for first, last in names) for start, _ in clause.hits(tag)
    )


def plain_of(clauses: Iterable[Clause]) -> str:
    """The words of some clauses as they are weighed."""
    return DIGIT.sub("0", STARS.sub("*", nameless(clauses, CLAUSES))[:MOST])


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
