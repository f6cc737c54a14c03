"""The day a promise is given for, from its own clause and those around it."""

from datetime import date, timedelta

from ledger.reading import promise_words as words
from ledger.reading.clauses import Clause
from ledger.reading.scene import Scene
from ledger.time_phrases import TimePhrase

REACH = 4  # clauses in which what was promised may stand


def day_given(
    scene: Scene, clause: Clause, spot: tuple[int, int], following: list[Clause]
) -> date | None:
    """The day the word is given for: said behind the promise, in the next clause, else before."""
    if any(words.NO_DAY.search(one.text) for one in _sentence(scene, clause)):
        return None
    # 应承下 may have taken the first character of 下周二
    behind = [one for one in clause.times if clause.at(one.end) > spot[1]]
    behind += [one for later in following if later.before == "cue" for one in later.times]
    before = [one for one in clause.times if clause.at(one.end) <= spot[0]]
    content = _content(scene, clause)
    for phrase in (
        *behind,
        *(one for later in following for one in later.times),
        *before,
        *content,
        *_limits_beside(scene, clause),
    ):
        span = scene.span(phrase, "ahead")
        if span is None or span.kind == "after" or not phrase.names_day:
            continue
        today = scene.base_at(phrase.start)
        still = span.kind == "by" or phrase in behind  # 答应他今晚送来
        if span.last == today and words.BARE_WEEKDAY.match(phrase.text):
            if span.kind == "by":
                return today + timedelta(days=7)  # 周五前 on a Friday: the next
            continue
        if span.last > today or (still and span.last >= today):
            return span.last
    return None


def _sentence(scene: Scene, clause: Clause) -> list[Clause]:
    """The clauses behind it in its sentence."""
    place = scene.place(clause)
    near = scene.clauses[place + 1 : place + REACH]
    return [one for one in near if one.sentence == clause.sentence]


def _limits_beside(scene: Scene, clause: Clause) -> list[TimePhrase]:
    """Last days said just beside it: 跟他拍了胸脯，元旦前硬化了; 26号之前换了，我当面答应的."""
    place = scene.place(clause)
    near = scene.clauses[max(0, place - 1) : place + 3]
    near = [one for one in near if one is not clause and one.sentence == clause.sentence]
    return [phrase for one in near for phrase in one.times if phrase.ending == "by"]


def _content(scene: Scene, clause: Clause) -> list[TimePhrase]:
    """Times of what one was asked for just before: 让我周四前帮他写好，我答应了."""
    index = scene.clauses.index(clause)
    if not index:
        return []
    before = scene.clauses[index - 1]
    bare = len(before.text.strip()) - sum(len(one.text) for one in before.times) <= 1
    if bare or words.CONTENT.search(before.text):
        return before.times
    return _pointed_back(scene, clause)


def _pointed_back(scene: Scene, clause: Clause) -> list[TimePhrase]:
    """Days of what was said before a word that only bears it out: 后天我去搬，应承了的."""
    if not words.BEARS_OUT.search(clause.text):
        return []
    index = scene.place(clause)
    near = scene.clauses[max(0, index - REACH + 1) : index]
    near = [one for one in near if one.sentence == clause.sentence]
    return [phrase for one in reversed(near) for phrase in one.times if phrase.names_day]
