"""How names sound: toneless syllables, initials, and one key for all slips of a pinyin keyboard.

The package pypinyin (MIT) is read on first use only, without its table of phrases: 4 MB less to
install nothing, 40 MB less to hold. Surnames come from our own table first, because it reads 单
as dan and 解 as jie.
"""

import os
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product

from ledger.surnames import READINGS, surname_of

MOST = 24  # spellings kept of one name: 3 × 3 × 2 readings and some
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))


@lru_cache(maxsize=8192)
def readings(one: str) -> tuple[str, ...]:
    """All toneless readings of one character, the most usual first; none of what is not Han."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin(one, style=Style.NORMAL, heteronym=True, errors="ignore")
    plain = [said.replace("ü", "v") for said in found[0]] if found else []
    first = READINGS.get(one)
    return tuple(dict.fromkeys([first, *plain] if first else plain))


@lru_cache(maxsize=1024)
def fold(syllable: str) -> str:
    """One syllable without what many speakers do not tell apart: zh/z, ch/c, sh/s, l/n, n/ng."""
    for heard, kept in _FOLDS:
        if syllable.startswith(heard):
            syllable = kept + syllable[len(heard) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


@lru_cache(maxsize=8192)
def sounds(one: str) -> tuple[str, ...]:
    """The folded readings of one character."""
    return tuple(dict.fromkeys(fold(said) for said in readings(one)))


def sound_keys(text: str) -> list[str]:
    """All folded spellings of a few characters; none when one of them has no reading."""
    return _spelled([sounds(one) for one in text], " ")


def spellings(name: str) -> list[str]:
    """All full pinyin of a name, joined: zhangdashan; a compound surname as the table has it."""
    surname = surname_of(name)
    return _spelled(_parts(surname) + [readings(one) for one in name[len(surname) :]])


def initials(name: str) -> list[str]:
    """All initials of a name: zds; of a surname with two readings both (单桂芬: sgf, dgf)."""
    parts = [[said[:1] for said in readings(one)] for one in name]
    surname = surname_of(name)
    if surname in READINGS and len(surname) > 1:
        parts[0] = [READINGS[surname][:1], *parts[0]]
    return _spelled(parts)


def _parts(surname: str) -> list[tuple[str, ...]]:
    if len(surname) > 1 and surname in READINGS:
        return [(READINGS[surname], *_spelled([readings(one) for one in surname]))]
    return [readings(one) for one in surname]


def _spelled(parts: Iterable[Iterable[str]], between: str = "") -> list[str]:
    return list(dict.fromkeys(between.join(one) for one in islice(product(*parts), MOST)))
