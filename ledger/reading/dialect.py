"""Words of the regions in those of the tables, character for character: 冇 is 没, 呷 is 吃.

Only what means one thing wherever it is said; other words of a dialect stand in the tables.
"""

import re

CHARACTERS = str.maketrans("冇哒呷啦嘞喽咧俺嘅咗", "没了吃了了了了我的了")
WORDS = tuple(
    (re.compile(found), meant)
    for found, meant in (
        (r"[莫冒木么](?=得)", "没"),
        (r"木有", "没有"),
        (r"落(?=雨|雪)", "下"),
        (r"咯(?=[个只次里些样种])", "这"),
        (r"咯(?=[一-龥])", "的"),
        (r"咯", "了"),
    )
)


def plain_spoken(text: str) -> str:
    """The same number of characters, regional ones in common ones."""
    text = text.translate(CHARACTERS)
    for found, meant in WORDS:
        text = found.sub(meant, text)
    return text
