"""Words of the issue ledger said alone (户码, 延期, 转办): one line on how to use them."""

from collections.abc import Awaitable, Callable

from handlers.talk import Talk, Topic
from ledger.messages import Reply

WORDS = (
    ("户码", "join.hint_code"),
    ("延期", "join.hint_due"),
    ("转办", "join.hint_hand_over"),
)


def _saying(block: str) -> Callable[[Talk], Awaitable[Reply]]:
    async def say(talk: Talk) -> Reply:
        return talk.reply(block, person=talk.asker)

    return say


STUDY_CHART = Topic(
    "study_chart", ("学习图",), _saying("charts.no_study_chart"), form="bare", aside=True
)
HINTS = tuple(
    Topic(block.partition(".")[2], (word,), _saying(block), form="bare", aside=True)
    for word, block in WORDS
)
