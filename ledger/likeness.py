"""How alike two reports of an issue are: what they are about, and how their words agree.

A thing has many names (屋顶, 房顶, 瓦): things.toml gives each one. Two reports about different
things, or of different groups of a village (三组, 五组), are never the same matter; about the same
thing their words still have to agree a little, more where no household ties them together.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.fuzz import partial_ratio, ratio

from ledger.reading.dialect import plain_spoken
from ledger.reading.normal import normal

LONGEST = 200  # characters of a report that are compared
SHORTEST = 2  # a shorter rest has nothing to say
SAME_THING = 55  # of 100, for talking of the same thing only
FEWER = 0.9  # a report contained in a longer one is a little less than equal
GROUP = re.compile(r"([一二三四五六七八九十\d]{1,3})[组社队]")
FILLER = re.compile(
    r"(?:又|再次|再度|再|还是|仍然|仍|依然|已经|现在|目前|最近|今天|昨天|一直|家里|屋里|家的|家|的|了|着"
    r"|有点|有些|老是|总是|没有|没|不|未|[，。、；：！？,.;:!?\s])"
)
UNNAMED = ("", "其他")


@dataclass(frozen=True)
class Told:
    """What is compared of a report: words, category, and whether it names a household."""

    text: str
    category: str = ""
    household: str = ""
    household_id: int | None = None


# rules
def alike(one: Told, other: Told) -> int:
    """0 to 100: how likely both speak of the same matter; compare with `enough`."""
    if not _same_place(one, other):
        return 0
    names = (one.household, other.household)
    first, second = _plain(one.text, names), _plain(other.text, names)
    shared = _shared(things_of(first), things_of(second))
    if shared == 0:
        return 0
    words = _agreement(first, second)
    if shared is None:
        return round(words if _same_kind(one, other) else words * FEWER)
    return round(SAME_THING * shared + words * (100 - SAME_THING) / 100)


def enough(one: Told) -> int:
    """From which figure on two reports are put before a person; a household is half the proof."""
    return 50 if one.household else 72


def things_of(text: str) -> frozenset[str]:
    """The things a plain text names, each by its one name."""
    return frozenset(name for name, form in _things() if form.search(text))


def _same_place(one: Told, other: Told) -> bool:
    """The same household, or both without one and of no two different groups."""
    if one.household_id and other.household_id:
        return one.household_id == other.household_id
    if one.household or other.household:
        return one.household == other.household
    mine, theirs = set(GROUP.findall(one.text)), set(GROUP.findall(other.text))
    return not mine or not theirs or bool(mine & theirs)


def _same_kind(one: Told, other: Told) -> bool:
    return one.category == other.category not in UNNAMED


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> float | None:
    """How many of the things are common to both; None: one of them names no thing we know."""
    if not mine or not theirs:
        return None
    return len(mine & theirs) / len(mine | theirs)


def _agreement(first: str, second: str) -> float:
    """How the bare words agree, from 0 to 100."""
    short, long = sorted((_bare(first), _bare(second)), key=len)
    if len(short) < SHORTEST:
        return 100.0 if short and short in long else 0.0
    return max(ratio(short, long), FEWER * partial_ratio(short, long))


def _plain(text: str, names: Iterable[str]) -> str:
    """In common words, without the household's name."""
    text = plain_spoken(normal(text[:LONGEST]))
    for name in names:
        text = text.replace(name, "") if name else text
    return text


def _bare(text: str) -> str:
    """Without filler, every thing under its one name."""
    for name, form in _things():
        text = form.sub(name, text)
    return FILLER.sub("", GROUP.sub("", text))


@cache
def _things() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The table of things, in its order: 路灯 stands before 路."""
    path = Path(__file__).with_name("things.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple((name, re.compile("|".join(words))) for name, words in table.items())
