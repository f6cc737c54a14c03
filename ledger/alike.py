"""The households that a written word sounds or looks like: slips, pinyin, initials."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.fuzz import ratio

from ledger.naming import LATIN, NOT_LATIN
from ledger.pinyin import initials, readings, sound_keys, spellings
from ledger.surnames import SINGLE, surname_of

NEAR = 55  # rapidfuzz score of two syllables that a hasty thumb confuses: zhe, zhao
LONGEST_LATIN = 40  # characters; what is longer is no name
LONGEST_HAN = 4


@dataclass(frozen=True)
class Known:
    """A household of the team's ledger, as much as is needed to recognise it."""

    id: int
    name: str
    group: str = ""
    kind: str = ""
    aliases: tuple[str, ...] = ()


class Index(dict[str, tuple[Known, ...]]):
    """Words to the households they fit, in the order of the ledger."""

    def put(self, key: str, one: Known) -> None:
        """Add a household; households come one after the other, so its last word tells."""
        have = self.get(key, ())
        if not have or have[-1] is not one:
            self[key] = (*have, one)


class Alike:
    """The sounds of one ledger. Each index is built when it is first asked."""

    def __init__(self, households: Iterable[Known]) -> None:
        self._all = tuple(one for one in households if len(one.name) > 1)

    def sounding(self, word: str) -> tuple[Known, ...]:
        """All that sound like this word without tones (张大三), else its swaps (桂枝彭)."""
        found: dict[Known, None] = {}
        for key in sound_keys(word):
            found.update(dict.fromkeys(self._sounds.get(key, ())))
        same = tuple(one for one in found if _may_be(word[0], one.name[0]))
        if same or len(word) < 3:
            return _best(word, same)
        return self._swaps.get("".join(sorted(word)), ())

    def near_surname(self, word: str) -> tuple[Known, ...]:
        """遮有根 for 赵有根: the given name fits, and what stands before it is no surname.

        A wrong character within a given name is another person (桂兰, 桂莲), never a slip.
        """
        if len(word) != 3 or word[0] in SINGLE or word[1:] not in self._given:
            return ()
        near = [(_nearness(word[0], one.name[0]), one) for one in self._given[word[1:]]]
        best = max(score for score, _ in near)
        return tuple(one for score, one in near if score == best >= NEAR)

    def spelled(self, text: str) -> dict[int, tuple[int, tuple[Known, ...]]]:
        """Where pinyin or initials begin (zds, zhang dashan), where they end and whom they fit."""
        found = {}
        for run in LATIN.finditer(text):
            size, fits = self._longest(run[0])
            if fits:
                found[run.start()] = (run.start() + size, fits)
        return found

    def _longest(self, said: str) -> tuple[int, tuple[Known, ...]]:
        if len(said) > LONGEST_LATIN:
            return 0, ()
        words = said.lower().replace("'", " ").split(" ")
        for count in range(len(words), 0, -1):
            key = "".join(words[:count])
            if len(key) > 1 and key not in NOT_LATIN and key in self._letters:
                return len(" ".join(words[:count])), self._letters[key]
        return 0, ()

    @cached_property
    def _sounds(self) -> Index:
        index = Index()
        for one in self._all:
            if len(one.name) <= LONGEST_HAN:
                for key in sound_keys(one.name):
                    index.put(key, one)
        return index

    @cached_property
    def _swaps(self) -> Index:
        index = Index()
        for one in self._all:
            if 3 <= len(one.name) <= LONGEST_HAN:
                index.put("".join(sorted(one.name)), one)
        return index

    @cached_property
    def _given(self) -> Index:
        index = Index()
        for one in self._all:
            index.put(one.name[len(surname_of(one.name)) :], one)
        return index

    @cached_property
    def _letters(self) -> Index:
        index = Index()
        for one in self._all:
            for key in (*initials(one.name), *spellings(one.name)):
                index.put(key, one)
                index.put(key.replace("v", "u"), one)
        return index


def _may_be(said: str, surname: str) -> bool:
    """程 is not 陈, though many speakers say both alike: another surname is another family."""
    return said not in SINGLE or not set(readings(said)).isdisjoint(readings(surname))


def _best(word: str, fits: tuple[Known, ...]) -> tuple[Known, ...]:
    """Those spelled exactly alike, else those that only sound alike."""
    if len(fits) < 2:
        return fits
    said = set(spellings(word))
    return tuple(one for one in fits if not said.isdisjoint(spellings(one.name))) or fits


def _nearness(one: str, other: str) -> float:
    return max((ratio(a, b) for a in readings(one) for b in readings(other)), default=0.0)
