"""With which characters a pattern can begin: what none of them stands in is not worth a search.

Only for our own patterns: literals, classes, groups, looks aside, and the quantifiers ? * + {}.
"""

import re
from collections.abc import Iterable

ITEM = re.compile(
    r"\[(?P<all>\^)?(?P<set>[^]]+)\]|(?P<open>\((?:\?(?:[:>]|<?[!=]))?)|(?P<one>.)"
)
QUANTITY = re.compile(r"(?P<none>[?*]|\{0?,\d*\})[+?]?|(?:\+|\{\d+(?:,\d*)?\})[+?]?")


def heads_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """A class of the characters with which one of these patterns can begin."""
    heads = set().union(*map(_heads, patterns))
    return re.compile(f"[{''.join(map(re.escape, sorted(heads)))}]")


def _heads(pattern: str) -> set[str]:
    """The first characters of one pattern; ValueError where any character may begin it."""
    heads, empty, end = _branches(pattern, 0)
    if empty or end != len(pattern):
        raise ValueError(f"begins with anything: {pattern}")
    return heads


def _branches(pattern: str, at: int) -> tuple[set[str], bool, int]:
    """Of all branches from a place to the end of their group: heads, whether empty, the end."""
    heads, empty = set[str](), False
    while True:
        found, nothing, at = _branch(pattern, at)
        heads, empty = heads | found, empty or nothing
        if at == len(pattern) or pattern[at] == ")":
            return heads, empty, at
        at += 1


def _branch(pattern: str, at: int) -> tuple[set[str], bool, int]:
    """The same of one branch; what stands behind its first needed piece only is passed over."""
    heads, begun = set[str](), False
    while at < len(pattern) and pattern[at] not in "|)":
        first = at
        found, nothing, at = _piece(pattern, at)
        if quantity := QUANTITY.match(pattern, at):
            at = quantity.end()
            nothing = nothing or bool(quantity["none"])
        elif pattern.startswith("[^", first) and not begun:
            raise ValueError(f"begins with anything: {pattern}")
        if not begun:
            heads |= found
        begun = begun or not nothing
    return heads, not begun, at


def _piece(pattern: str, at: int) -> tuple[set[str], bool, int]:
    """The same of one literal, class, group or look aside."""
    item = ITEM.match(pattern, at)
    assert item is not None  # any character is an item
    if item["open"]:
        heads, empty, end = _branches(pattern, item.end())
        aside = item["open"][-1] in "!="
        return (set(), True, end + 1) if aside else (heads, empty, end + 1)
    if item["set"]:
        return (
            (set(), True, item.end())
            if item["all"]
            else (_listed(item["set"]), False, item.end())
        )
    return {item[0]}, False, item.end()


def _listed(said: str) -> set[str]:
    r"""The characters of a class: 一二\d, 6-9."""
    said = said.replace(r"\d", "0-9")
    spans = [(first, last) for first, last in re.findall(r"(.)-(.)", said)]
    return set(said) | {chr(code) for a, b in spans for code in range(ord(a), ord(b) + 1)}
