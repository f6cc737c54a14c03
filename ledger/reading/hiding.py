"""People's words as they may be stored: the numbers that must not be kept made unreadable."""

from ledger.reading.masks import find_secrets, hide
from ledger.reading.normal import normal


def without_secrets(text: str) -> tuple[int, str]:
    """How many such numbers stand in somebody's words, and the words without them."""
    secrets = find_secrets(normal(text))
    return len(secrets), hide(text, secrets)
