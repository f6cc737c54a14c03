"""What was studied, in the member's own words: the words of a clause that are left of its act."""

import re

from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.dialect import papers
from ledger.reading.scene import Scene

LONGEST_TOPIC = 40
STEPS = 24  # fillers taken from one end of a piece


def topic_of(scene: Scene, clause: Clause, spot: tuple[int, int]) -> str | None:
    """The topic of a clause of study: in 《》, else the words behind its verb, else before it."""
    if books := _books(scene, clause):
        return books
    text = _bare(scene, clause)
    return _best(text[spot[1] :]) or _best(text[: spot[0]])


def _best(text: str) -> str | None:
    """The longest piece of these words that can be a topic, one with a word of policy first."""
    pieces = [one for one in map(_tidy, re.split(words.MIDDLE, text)) if one]
    named = [one for one in pieces if words.SUBJECT.search(one)]
    chosen = named or [one for one in pieces if not words.TALKED.search(one)]
    return max(chosen, key=len) if chosen else None


def plain_topic(scene: Scene, clause: Clause) -> str | None:
    """The topic a clause names without a verb of study; None where it tells something else."""
    if books := _books(scene, clause):
        return books
    if words.MODE.match(clause.text.strip()):
        return None
    topic = topic_of(scene, clause, (0, 0))
    marked = words.MARKED.search(clause.text) or (topic and words.SUBJECT.search(topic))
    if topic is None or (
        not marked and (words.TALKED.search(topic) or clause.has("visit.away"))
    ):
        return None
    return topic


def _books(scene: Scene, clause: Clause) -> str | None:
    """Titles in 《》; a title may run on over marks of its own."""
    own = scene.own[clause.start : clause.end]
    found = [one["title"].strip() + one["part"] for one in words.BOOK.finditer(own)]
    return "，".join(one for one in found if one) or None


def _bare(scene: Scene, clause: Clause) -> str:
    """The member's own words, days, lengths and companions blanked by marks of the same length."""
    text = papers(scene.own[clause.start : clause.end])
    spans = [(one.start, one.end) for one in clause.durations]
    spans += [(one.start, one.end) for one in clause.times]
    for first, last in spans:
        start, end = max(0, first - clause.start), min(last, clause.end) - clause.start
        text = text[:start] + "，" * (end - start) + text[end:]
    return words.WITH.sub(lambda match: "，" * len(match[0]), text)


def _tidy(text: str) -> str | None:
    """The words without fillers and verbs at both ends; None where no topic is left."""
    text = text.strip()
    text = text.strip("，")
    for _ in range(STEPS):
        shorter = words.TAIL.sub("", words.HEAD.sub("", text, count=1)).strip()
        if shorter == text:
            break
        text = shorter
    if cut := words.CUT.search(text):
        text = text[: cut.start()].strip()
    if twice := re.search(r"(?:看|学|读)(?:了|完|的)", text):
        text = text[: twice.start()].strip()
    return (
        None
        if words.NOT_TOPIC.match(text) or words.LENGTH.search(text) or len(text) > LONGEST_TOPIC
        else text
    )
