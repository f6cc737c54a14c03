"""What can stand against a person's wish; each carries the block of words that says so."""

from typing import Any


class ForOperator(Exception):
    """Something only the operator can mend; its text is plain Chinese and is shown as it is."""


class Refused(Exception):
    """A rule says no. Nothing was written; the block is said."""

    def __init__(self, block: str, /, **facts: Any) -> None:
        super().__init__(block)
        self.block, self.facts = block, facts


class Misunderstood(Exception):
    """An answer does not fit its question. The block is said and the question stays open."""

    def __init__(self, block: str, /, **facts: Any) -> None:
        super().__init__(block)
        self.block, self.facts = block, facts
