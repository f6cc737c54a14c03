"""Clauses that take study back or only ask after it: none was done, none is to be filed."""

import re

from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.study_lengths import lengths, timed

LEAST_TOPIC = 2  # characters between a length and 怎么报 that say what was studied
LEAST_OBJECT = 3  # characters behind 怎么写
ENDINGS = re.compile(r"[吗么]$")
TAKEN_BACK = re.compile(  # what the sender asks not to be filed
    r"(?:可|就|这|那|都|也|应该|肯定)?不(?:能)?算(?:是)?学习|算不算[^，。]{0,6}学习"
    r"|(?:别|甭|莫|不[用要给])(?:给|替|帮)?(?:我)?(?:记|登|算|报)(?:了|上|进去)?(?:哈|啊|吧|哦|嘛|呀)?$"
    r"|(?:先|就|暂时)不[报登记](?:了|哈|啊|吧)?$|还没到点"
)


def refused(clauses: list[Clause], index: int) -> bool:
    """Whether a clause says that nothing was studied, or asks whether or how."""
    clause = clauses[index]
    text = clause.text
    if clause.question or words.UNDONE.search(text):
        return True
    if ("学" in text and words.UNDO.search(text)) or ENDINGS.search(text):
        return True
    asked = (
        words.ASKED.search(text)
        and not words.UNKNOWN_LENGTH.search(text)
        and "请教" not in text
        and not timed(clauses, index, clause)
    )
    return bool(asked) or _asks_bot(clause)


def _asks_bot(clause: Clause) -> bool:
    """学四十分钟怎么登记 asks; 讨论四十分钟怎么写产业台账 tells what was studied."""
    asks = words.ASKS_BOT.search(clause.text)
    if asks is None or not asks[0].startswith(("怎么", "咋", "如何")) or not lengths(clause):
        return asks is not None
    told = clause.text[clause.at(clause.durations[-1].end) : asks.start()].strip("的，, ")
    return len(told) < LEAST_TOPIC and len(clause.text[asks.end() :]) < LEAST_OBJECT


def taken_back(clause: Clause) -> bool:
    """Whether the study before it is not to be filed: 不算学习哈，别给我记."""
    return bool(TAKEN_BACK.search(clause.text))
