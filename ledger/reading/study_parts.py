"""Stretches of study put together: one study for each day and mode, its spans added up."""

import re
from dataclasses import dataclass, field
from datetime import date

from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.said import StudySaid
from ledger.reading.scene import Scene
from ledger.reading.study_lengths import bare_words, lengths

LONELY = re.compile(
    r".{0,5}(?:学习|打卡|自学|补学|学了)(?:打卡|的事|任务|情况|来了|了|哈)?"
)  # a head


@dataclass
class Part:
    """One stretch of study as told."""

    clause: Clause
    text: str
    day: date
    minutes: int | None
    exchange: bool
    topics: list[str] = field(default_factory=list)
    test: bool = False


def merged(parts: list[Part]) -> list[StudySaid]:
    """One study for each day and mode."""
    found: dict[tuple[date, bool], list[Part]] = {}
    parts = _shared_out(_joined(parts))
    bare = [one for one in parts if not (one.minutes or one.topics or one.exchange)]
    if any(one.minutes for one in parts):  # 本周的学习：周一学了四十分钟
        parts = [one for one in parts if one not in bare]
    for part in parts:
        found.setdefault((part.day, part.exchange), []).append(part)
    return [_said(one) for one in found.values()]


def _joined(parts: list[Part]) -> list[Part]:
    """念了一篇讲话，各说各的看法，五十分钟: what has no length goes with the next in its breath."""
    found: list[Part] = []
    for part in parts:
        before = found[-1] if found else None
        if before is None or not _of_one_breath(before, part):
            found.append(part)
            continue
        before.minutes = before.minutes or part.minutes
        before.exchange = before.exchange or part.exchange
        before.topics = before.topics or part.topics
    return found


def _of_one_breath(first: Part, second: Part) -> bool:
    """Whether the second only tells the length of the first, in the same sentence and mode or not."""
    one, other = first.clause, second.clause
    again = words.AGAIN.search(other.text) or other.times or one.sentence != other.sentence
    alike = first.exchange == second.exchange or first.day != second.day
    if alike or again:
        return False
    # 晚上八点到九点，大家围着学了…: when, and then what
    headed = second.minutes is None and not (first.topics or bare_words(one).strip())
    return first.minutes is None or headed


def _shared_out(parts: list[Part]) -> list[Part]:
    """学了两小时，一小时自己看，一小时交流: the whole gives way to its parts."""
    if len(parts) < 3 or parts[0].minutes is None:
        return parts
    first, *rest = parts
    same = all(one.day == first.day for one in rest)
    if not same or first.minutes != sum(one.minutes or 0 for one in rest):
        return parts
    rest[0].topics = rest[0].topics or first.topics
    return rest


def apart(clause: Clause) -> tuple[int, int] | None:
    """The minutes alone and those in exchange, where one clause has both: 自学30分钟交流20分钟."""
    talk = words.EXCHANGE.search(clause.text)
    if talk is None or len(clause.durations) < 2:
        return None
    alone = [one.minutes or 0 for one in clause.durations if clause.at(one.end) <= talk.start()]
    shared = [
        one.minutes or 0 for one in clause.durations if clause.at(one.start) >= talk.end()
    ]
    return (sum(alone), sum(shared)) if sum(alone) and sum(shared) else None


def _said(parts: list[Part]) -> StudySaid:
    topics = list(dict.fromkeys(topic for one in parts for topic in one.topics))
    return StudySaid(
        start=parts[0].clause.start,
        text="，".join(one.text for one in parts),
        day=parts[0].day,
        minutes=sum(one.minutes or 0 for one in parts) or None,
        topic="，".join(topics) or None,
        exchange=parts[0].exchange,
    )


def heads(part: Part, near: list[Clause]) -> bool:
    """学习打卡！防汛条例 25min: what has neither length nor topic heads the clauses behind it."""
    if part.minutes or part.topics or not LONELY.fullmatch(part.clause.text):
        return False
    busy = any(
        one.mentions
        or one.has("visit.words", "leave.words", "promise.words")
        or words.OFF.search(one.text)
        for one in near
    )
    return not busy and any(map(lengths, near))


def anew(scene: Scene, clause: Clause, part: Part, minutes: int) -> bool:
    """Whether a second length is another stretch, not the first one told again by the clock."""
    text = clause.text.strip()
    if (
        re.search("又|另|再|还|各|也|随后|然后", text)
        or scene.plain[clause.start - 1 : clause.start] == "+"
        or clause.before == "hard"
        or clause.times
    ):
        return not text.startswith("从")
    clocks = "从" in clause.text[:1] or bool(re.search(r"[点:：]|(?<!小)时(?!间|长)", text))
    return not clocks or part.minutes != minutes


def silence(part: Part, clause: Clause) -> None:
    """一块儿学了一个钟头，没人发言: they sat together, and it was no exchange."""
    told = part.clause.text
    talked = words.EXCHANGE.search(words.ONLY_TOGETHER.sub("", told))
    if not talked and not words.TALKED_OVER.search(told):
        part.exchange = False
    clause.taken = True
