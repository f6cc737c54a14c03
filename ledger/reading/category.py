"""The category of an issue that is typed as a command, by the rules for one told in a sentence."""

from ledger.reading import subjects
from ledger.reading.dialect import plain_spoken
from ledger.reading.lexicon import Lexicon
from ledger.reading.normal import normal


def category_of(text: str, lexicon: Lexicon) -> str:
    """One of the categories of `lexicon`; 其他 where no word tells."""
    return subjects.category_in(lexicon, plain_spoken(normal(text)))
