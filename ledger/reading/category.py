"""The category of an issue by its words alone, for issues that are not told in a sentence."""

from ledger.reading.lexicon import Lexicon
from ledger.reading.normal import normal

OTHER = "其他"


def category_of(text: str, lexicon: Lexicon) -> str:
    """The category with the most words in a text, the earlier in the table at a tie."""
    plain = normal(text)
    scores = {
        name: 2 * len(set(strong.findall(plain))) + len(set(words.findall(plain)))
        for name, (strong, words) in lexicon.categories.items()
    }
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else OTHER
