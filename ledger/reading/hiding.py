"""People's words as they may be stored: the numbers that must not be kept made unreadable."""

import unicodedata

from ledger.reading.masks import find_secrets, hide
from ledger.reading.normal import normal


def without_secrets(text: str) -> tuple[int, str]:
    """How many such numbers stand in somebody's words, and the words without them.

    Numbers that show only when spaces of no width and ① are made plain are hidden, too: the
    words are plain then, for such a number must not come out of them later.
    """
    hidden, text = _hidden(text)
    plain = "".join(
        one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf"
    )
    more, plain = _hidden(plain)
    return (hidden + more, plain) if more else (hidden, text)


def _hidden(text: str) -> tuple[int, str]:
    secrets = find_secrets(normal(text))
    return len(secrets), hide(text, secrets)
