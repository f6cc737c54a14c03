"""One shape for every message: half-width, Simplified, character for character in place.

The result is as long as the text, so that a place in it is the same place in the member's own
words. The original is what is stored and shown.
"""

import functools
import re
import unicodedata
from itertools import chain

import opencc

from ledger.reading.dialect import CHARACTERS

KEPT = frozenset("，。：；（）！？《》、“”‘’…①②③④⑤⑥⑦⑧⑨⑩")
ODD = re.compile("[^\n -~\u4e00-\u9fff，。：；（）！？《》、“”‘’…]")  # may have a plainer form
DASHES = str.maketrans("～〜－–—﹣", "~~----")
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200d\u2060\ufe0f\ufeff\u202a-\u202e\u2066-\u2069]"
)
HAN = (range(0x3400, 0xA000), range(0x20000, 0x30000))  # what may have a Simplified form
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: no converter takes it
ALONE = {"著手": "着手", "臺": "台"}  # what the converter leaves as it is
IN_WORDS = "瞭"  # Traditional in a word only: 瞭解, 瞭望


@functools.cache
def _converters() -> tuple[opencc.OpenCC, opencc.OpenCC]:
    return opencc.OpenCC("t2s"), opencc.OpenCC("tw2s")


@functools.cache
def _traditional() -> frozenset[str]:
    """The characters that are not Simplified: a text without them needs no conversion.

    And gets none: the converter's phrases make 打坯 of 打坏.
    """
    every = list(map(chr, chain.from_iterable(HAN)))
    alone = _converters()[0].convert("\n".join(every)).split("\n")
    changed = (old for old, new in zip(every, alone, strict=True) if old != new)
    return frozenset(changed) | frozenset("".join(ALONE)) | frozenset(IN_WORDS)


def normal(text: str) -> str:
    """The same number of characters, each in its plain form."""
    half = ODD.sub(lambda one: _half(one[0]), text)
    plain = simplified(half.translate(DASHES))
    return plain.translate(CHARACTERS)


def clean(text: str) -> str:
    """The member's own words without what nobody sees (controls, direction marks)."""
    return UNSEEN.sub("", text).strip()


def _half(one: str) -> str:
    """The half-width form of one character, if it is one character too."""
    if one.isascii() or one in KEPT:
        return one
    shaped = unicodedata.normalize("NFKC", one)
    return shaped if len(shaped) == 1 else one


def simplified(text: str) -> str:
    """Traditional characters in Simplified ones; a Simplified text stays untouched.

    他著书 is Simplified already: only a text with Traditional characters is converted.
    """
    if SURROGATE.search(text):
        whole = simplified(SURROGATE.sub("\ufffd", text))
        return "".join(
            old if SURROGATE.match(old) else new for old, new in zip(text, whole, strict=True)
        )
    if _traditional().isdisjoint(text):
        return text
    plain, taiwan = _converters()
    found = text if plain.convert(text) == text else taiwan.convert(text)
    for old, new in ALONE.items():
        found = found.replace(old, new)
    return found if len(found) == len(text) else text
