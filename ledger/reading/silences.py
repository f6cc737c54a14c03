"""What keeps a message, or a sentence of it, from telling of issues at all."""

from ledger.reading import issue_words as words
from ledger.reading.asides import inquires, is_notice, is_own, takes_back
from ledger.reading.scene import Scene

HEAD = 60  # characters in which a notice says that it is one
SHORT = 3  # clauses of a message that only takes back another


def says_nothing(scene: Scene) -> bool:
    """Whether the whole message is a notice passed on, or takes back what was said before."""
    head = scene.plain[:HEAD]
    if not any(one.mentions for one in scene.clauses) and (is_notice(head) or inquires(head)):
        return True
    return len(scene.clauses) <= SHORT and takes_back(scene.plain)


def busy_sentences(scene: Scene) -> frozenset[int]:
    """The sentences in which the sender tells of his study or leave."""
    own = (
        one
        for one in scene.clauses
        if one.taken or one.has("leave.words") or is_own(one) or words.LAUGHS.search(one.text)
    )
    return frozenset(one.sentence for one in own)
