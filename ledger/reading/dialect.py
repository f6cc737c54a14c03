"""Words of the regions in those of the tables, character for character: 冇 is 没, 呷 is 吃.

Only what means one thing wherever it is said; other words of a dialect stand in the tables.
"""

import re

CHARACTERS = str.maketrans("哒啦咧嘞喽咗冇俺喺佢睇嘅呷", "了了了了了了没我在他看的吃")
NO_GRAM = (
    r"(?<![千毫攻巧扑夹坦皮麦马休\d一二三四五六七八九十百两几半])"  # 去 said 克, no weight
)
WORDS = tuple(
    (re.compile(found), meant)
    for found, meant in (
        (r"[莫冒木么](?=得)", "没"),
        (r"木有", "没有"),
        (
            NO_GRAM
            + r"克(?=过|了(?:趟|一|[，。,\s]|$)|看|耍|赶[场街集]|一趟|[他她镇县村组找])",
            "去",
        ),
        (r"落(?=雨|雪)", "下"),
        (r"咯(?=[个只次里些样种])", "这"),
        (r"咯(?=[一-龥])", "的"),
        (r"咯", "了"),
    )
)


PAPER = re.compile(r"(?<=[一1]号)(?:文[见建键间件]|闻件|闻见|温件|稳件)")  # as it was heard


def papers(text: str) -> str:
    """一号文件 where the sound of it was written down."""
    return PAPER.sub("文件", text)


def plain_spoken(text: str) -> str:
    """The same number of characters, regional words in common ones; of a normalised text."""
    text = papers(text)
    for found, meant in WORDS:
        text = found.sub(meant, text)
    return text
