"""The days of one's own study: its own, those of each stretch, the one told behind it."""

from datetime import date, timedelta

from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.deeds import dated_before, day_at
from ledger.reading.scene import Scene
from ledger.reading.study_evidence import Spot

MOST_DAYS = 14  # of a span in which each day had its study


def days_of(scene: Scene, index: int, clause: Clause, spot: Spot) -> list[date]:
    """Its day; several where each had its own: 昨天和今天各学了半小时."""
    spans = [scene.span(one, "back") for one in clause.times if one.names_day]
    days = [
        one.first + timedelta(days)
        for one in spans
        if one and one.kind in {"point", "range"} and one.last <= scene.base
        for days in range(min((one.last - one.first).days + 1, MOST_DAYS))
    ]
    if len(days) > 1 and words.EACH.search(clause.text):
        return days
    heading = dated_before(scene, index)
    if heading and (heading in scene.plans or heading.has("promise.words")):
        heading = None  # 答应周三陪他去镇上: no day of what was done
    if heading and not any(one.names_day for one in clause.times):
        back = [scene.span(one, "back") for one in heading.times if one.names_day]
        if back[-1] and back[-1].kind == "point" and back[-1].first <= scene.base:
            return [back[-1].first]  # 星期天闲得慌，学了三个小时
    day, until = day_at(scene, index, spot[1])
    return [scene.base if until else day]


def is_day_alone(clause: Clause) -> bool:
    """昨天的, 是18号的事: nothing but the day of what was told before."""
    text = clause.text
    for one in clause.times:
        start, end = max(0, clause.at(one.start)), clause.at(one.end)
        text = text[:start] + "·" * (end - start) + text[end:]
    named = any(one.names_day for one in clause.times)
    return named and clause.before != "hard" and bool(words.DAY_ALONE.match(text.strip()))


def ends_with_day(clauses: list[Clause], clause: Clause) -> bool:
    """座谈留守儿童心理；一个半小时；昨天: the day of all that, at the very end."""
    if clause is not clauses[-1] or not clause.times:
        return False
    named = any(one.names_day for one in clause.times)
    covered = sum(one.end - one.start for one in clause.times)
    return named and covered >= len(clause.text.strip())
