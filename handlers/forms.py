"""How the forms of county and township read an answer: words that stop the whole talk, plain words."""

import re
from collections.abc import Callable
from typing import TypeVar

from handlers.talk import one_of, plain
from ledger.errors import Misunderstood, Refused

T = TypeVar("T")
STOP = re.compile(
    r"(?:那就|那|还是|就)?(?:算了|(?:先|都)?不(?:想)?[开办换改调加弄搞写提说](?:开)?了|先不[开办换改调加弄])"
    r"[吧啊。！!]?"
)
SHORT = 60  # characters of a reason, a name, a post


def stops(text: str) -> bool:
    """「不开了」「不办了」「算了吧」: the wish itself is taken back."""
    return bool(STOP.fullmatch(text))


def words(text: str) -> str:
    """Any words of sensible length; words that stop end the talk, nothing is written."""
    if stops(text):
        raise Refused("talk.cancelled")
    return plain(text)


def short(text: str) -> str:
    """The same in one line."""
    said = words(text)
    if len(said) > SHORT:
        raise Misunderstood("talk.too_long", limit=SHORT)
    return said


def choice(choices: dict[str, T]) -> Callable[[str], T]:
    """Read one of these words, or words that stop."""
    read = one_of(choices)
    return lambda text: read(words(text))
