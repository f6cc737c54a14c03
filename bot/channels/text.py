"""The neutral markup (`**bold**`, backslash escapes), and cutting text to a channel's limit."""

import re
from collections.abc import Callable

PART = re.compile(r"\\(.)|\*\*((?:\\.|[^\\])+?)\*\*", re.DOTALL)
BREAKS = ("\n\n", "\n", "。", "！", "？", "；", "，", " ")


def plain(marked: str) -> str:
    """The words without any markup."""
    return PART.sub(lambda part: part[1] or plain(part[2]), marked)


def render(marked: str, escape: Callable[[str], str], bold: tuple[str, str]) -> str:
    """The markup in a channel's dialect; words are escaped after the markup is read."""
    pieces, position = [], 0
    for part in PART.finditer(marked):
        pieces.append(escape(marked[position : part.start()]))
        inner = escape(part[1]) if part[1] else bold[0] + escape(plain(part[2])) + bold[1]
        pieces.append(inner)
        position = part.end()
    pieces.append(escape(marked[position:]))
    return "".join(pieces)


def utf16(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts: a Han character 1, an emoji 2."""
    return len(text.encode("utf-16-le")) // 2


def split(marked: str, limit: int, measure: Callable[[str], int] = len) -> list[str]:
    """Parts not longer than the limit in the channel's unit, cut where a reader would pause.

    Never inside an escape or a bold span; joined, the parts are the original text.
    """
    parts = []
    while measure(marked) > limit:
        cut = _cut(marked, limit, measure)
        parts.append(marked[:cut])
        marked = marked[cut:]
    return [*parts, marked] if marked or not parts else parts


def _cut(text: str, limit: int, measure: Callable[[str], int]) -> int:
    longest = _longest(text, limit, measure)
    for mark in BREAKS:
        found = text.rfind(mark, 0, longest)
        end = found + len(mark)
        if found > 0 and end <= longest and _outside_markup(text, end):
            return end
    while longest > 1 and not _outside_markup(text, longest):
        longest -= 1
    return longest


def _longest(text: str, limit: int, measure: Callable[[str], int]) -> int:
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return low


def _outside_markup(text: str, cut: int) -> bool:
    return not any(part.start() < cut < part.end() for part in PART.finditer(text))
