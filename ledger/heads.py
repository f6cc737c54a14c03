"""With which characters a pattern can begin: what none of them stands in is not worth a search.

Most of our patterns are a hundred branches for words that are seldom said. The search engine
tries each of them at each character; asked first whether any branch can begin there, it passes
over most of a clause in a tenth of the time. Only for our own patterns: literals, escapes,
classes, groups, looks aside, and the quantifiers ? * + {}; no flags.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

ITEM = re.compile(
    r"\[(?P<all>\^)?(?P<set>(?:\\.|[^]\\])+)\]|(?P<open>\((?:\?(?:[:>]|P<\w+>|<?[!=]))?)"
    r"|(?P<escape>\\.)|(?P<edge>[\^$])|(?P<one>.)",
    re.DOTALL,
)
QUANTITY = re.compile(r"(?P<none>[?*]|\{0?,\d*\})[+?]?|(?:\+|\{\d+(?:,\d*)?\})[+?]?")
INSIDE = re.compile(r"(?P<first>\\.|.)(?:-(?P<last>\\.|.))?", re.DOTALL)
DIGITS = "0123456789"
KINDS = {r"\d", r"\s"}  # of characters, as they stand in a class
ANYTHING = ""  # among the heads: it may begin with any character
WIDE = 300  # characters; a span of more is as good as any character


def led(pattern: str) -> re.Pattern[str]:
    """The pattern compiled, its branches tried only where one of them can begin.

    It finds the same at the same places; the branches keep their order.
    """
    told = [(_branch(one, 0)[:2], one) for one in _branches_of(pattern)]
    runs = groupby(told, key=lambda one: one[0][1] or ANYTHING in one[0][0])
    return re.compile("|".join(_run(list(run), free=free) for free, run in runs))


def characters_of(patterns: Iterable[str]) -> frozenset[str]:
    """The characters with which one of these patterns can begin."""
    heads = set().union(*map(_heads, patterns))
    return frozenset("".join(DIGITS if one == r"\d" else one[-1] for one in heads))


def _run(run: list[tuple[tuple[set[str], bool], str]], *, free: bool) -> str:
    """Branches that follow each other, behind a look at what they can begin with."""
    said = "|".join(one for _, one in run)
    return (
        said
        if free
        else f"(?={_class(set().union(*(heads for (heads, _), _ in run)))})(?:{said})"
    )


def _class(heads: set[str]) -> str:
    return f"[{''.join(sorted(heads))}]"


def _heads(pattern: str) -> set[str]:
    """The first characters of one pattern; ValueError where any character may begin it."""
    heads, empty, end = _branches(pattern, 0)
    if empty or end != len(pattern) or not heads.isdisjoint({ANYTHING, r"\s"}):
        raise ValueError(f"begins with anything: {pattern}")
    return heads


def _branches_of(pattern: str) -> Iterator[str]:
    """The branches of a pattern that stand in no group."""
    at = 0
    while at <= len(pattern):
        end = _branch(pattern, at)[2]
        if pattern[end : end + 1] == ")":
            raise ValueError(f"a group that is not open is closed: {pattern}")
        yield pattern[at:end]
        at = end + 1


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
        found, nothing, at = _piece(pattern, at)
        if quantity := QUANTITY.match(pattern, at):
            at = quantity.end()
            nothing = nothing or bool(quantity["none"])
        if not begun:
            heads |= found
        begun = begun or not nothing
    return heads, not begun, at


def _piece(pattern: str, at: int) -> tuple[set[str], bool, int]:
    """The same of one literal, class, group or look aside."""
    item = ITEM.match(pattern, at)
    assert item is not None  # any character is an item
    if item["open"]:
        if pattern.startswith("?", item.end()):
            raise ValueError(f"a group of a kind not known here: {pattern}")
        heads, empty, end = _branches(pattern, item.end())
        aside = item["open"][-1] in "!="
        return (set(), True, end + 1) if aside else (heads, empty, end + 1)
    if item["edge"]:
        return set(), True, item.end()
    if item["set"]:
        return {ANYTHING} if item["all"] else _listed(item["set"]), False, item.end()
    return {ANYTHING} if item[0] == "." else _one(item[0]), False, item.end()


def _one(said: str) -> set[str]:
    r"""A character as it stands in a class; a letter escaped is a kind, and only \d and \s known."""
    if said[0] != "\\":
        return {re.escape(said)}
    return {said} if said in KINDS or not said[1].isalnum() else {ANYTHING}


def _listed(said: str) -> set[str]:
    r"""The characters of a class: 一二\d, 6-9."""
    found = set[str]()
    for item in INSIDE.finditer(said):
        found |= _one(item["first"])
        if item["last"]:
            first, last = ord(item["first"][-1]), ord(item["last"][-1])
            wide = last - first > WIDE or {item["first"], item["last"]} & KINDS
            found |= (
                {ANYTHING} if wide else {re.escape(chr(one)) for one in range(first, last + 1)}
            )
    return found
