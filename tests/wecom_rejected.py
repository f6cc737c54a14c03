"""A refusal of the fake WeCom: a number, words, and what else stands in the answer."""

from typing import Any


class Rejected(Exception):
    """The answer is not ok."""

    def __init__(self, number: int, words: str, **more: Any) -> None:
        super().__init__(words)
        self.number, self.words, self.more = number, words, more
