"""One's own study: how long, what, alone or in exchange. Spans of one day and mode are added."""

import re
from dataclasses import replace
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.said import StudySaid
from ledger.reading.scene import Scene, by_others, negated

LONGEST = 12 * 60  # minutes of study a day that a person can mean
BOOK = re.compile(r"《([^《》]{1,60})》?")
TOPIC_AFTER = re.compile(
    r"(?:内容(?:是|为)?|主题(?:是|为)?|学习打卡|打卡|学习登记|集中学习|交流学习|自学|学习|学系|研读|通读|背诵|温习|讨论|交流|听课|学完|学了|学的(?:是)?|看的(?:是)?|说的(?:是)?|看了|读了|背了|传达|学|看|读|聊)"
)
FILLER = re.compile(
    r"^(?:了|的|是|过|完|一下|一遍|一会儿?|会儿|时长|时间|我|今天|昨天|前天|自己|大概|差不多|左右|约|共|共计|又|再|还|也|都|全是|主要(?:是|讲|学)?|一个|下|到|内容|主题|关于|有关|那个|[:：,，、。\s\"“”《》()（）📖📚~-])+"
    r"|(?:了|的|吧|哈|呢|啦|打卡|那块|这块|方面|左右|一遍|一下|一会儿?|文章|[:：,，、。\s\"“”《》()（）!！~-])+$"
)
NO_TOPIC = re.compile(
    r"^(?:学习|打卡|自学|交流|讨论|补|补上|补录|完了?|考完了?|文件|政策文件|书|一次|两次|强国|学习强国|网课|\d+分?|[A-Z]卷|和.{1,6}|跟.{1,6}|与.{1,6}|.{0,6}(?:讨论|交流|座谈).{0,1}|嗯|好|报一下)?$"
)
WITH = re.compile(r"(?:和|跟|与|同)[^，,。]{1,10}?(?=讨论|交流|座谈|聊|学|研)")


def read_study(scene: Scene) -> list[StudySaid]:
    """Every study of the sender in a message, one for each day and mode."""
    found: list[StudySaid] = []
    current: StudySaid | None = None
    for index, clause in enumerate(scene.clauses):
        if trigger := _trigger(scene, index, clause):
            said = _said(scene, index, clause, trigger)
            current = _put(found, said)
        elif current is not None and _goes_on(clause):
            current = _extend(scene, found, clause)
        else:
            current = None
    return found


def _trigger(scene: Scene, index: int, clause: Clause) -> tuple[int, int] | None:
    """Where this clause says that one has studied."""
    if clause.taken or clause in scene.plans or clause.question or clause.mentions and clause.has("study.other"):
        return None
    barred = clause.hits("study.not") + clause.hits("study.other")
    strong = [one for one in clause.hits("study.words") if not _inside(one, barred)]
    weak = [one for one in clause.hits("study.weak") if not _inside(one, barred)]
    timed = any(one.minutes for one in clause.durations) or (
        index + 1 < len(scene.clauses)
        and any(one.minutes for one in scene.clauses[index + 1].durations)
        and not scene.clauses[index + 1].hits("study.words")
    )
    spots = strong if strong and (timed or not clause.mentions) else weak if timed and not clause.mentions else []
    for start, end in spots:
        if not negated(clause, start, end) and not by_others(clause, start):
            return start, end
    return None


def _inside(one: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < one[1] and one[0] < end for start, end in others)


def _minutes(clause: Clause) -> int | None:
    lengths = [one.minutes for one in clause.durations if one.minutes]
    total = sum(lengths)
    return total if 1 <= total <= LONGEST else None


def _exchange(clause: Clause) -> bool:
    return clause.has("study.exchange")


def _said(scene: Scene, index: int, clause: Clause, trigger: tuple[int, int]) -> StudySaid:
    clause.taken = True
    minutes = _minutes(clause)
    if minutes is None and index and _only_times(scene.clauses[index - 1]):
        minutes = _minutes(scene.clauses[index - 1])
    return StudySaid(
        start=clause.start, text=scene.words(clause), day=scene.days[clause], minutes=minutes,
        topic=_topic(scene, clause, trigger), exchange=_exchange(clause),
    )  # fmt: skip


def _only_times(clause: Clause) -> bool:
    """A clause of nothing but a time and a length: 上午8:30到10:00."""
    covered = sum(one.end - one.start for one in (*clause.durations, *clause.times))
    return bool(clause.durations) and covered >= len(clause.text.strip()) - 3 and not clause.taken


def _goes_on(clause: Clause) -> bool:
    """Whether a clause still belongs to the study before it: a length, a topic, an exchange."""
    if clause.taken or clause.mentions or clause.before == "hard":
        return False
    return not clause.has(
        "visit.words", "leave.words", "leave.back", "leave.here", "promise.words", "plan.words", "done.words",
    ) and not clause.question  # fmt: skip


def _extend(scene: Scene, found: list[StudySaid], clause: Clause) -> StudySaid | None:
    """Minutes or a topic that follow; None when the clause is about something else."""
    last = found[-1]
    minutes, exchange = _minutes(clause), _exchange(clause)
    if exchange and (minutes or not last.exchange):
        clause.taken = True
        if minutes and last.minutes:
            said = replace(last, start=clause.start, minutes=minutes, exchange=True, text=scene.words(clause), topic=_plain_topic(scene, clause))
            return _put(found, said)
        found[-1] = replace(last, exchange=True, minutes=last.minutes or minutes)
        return found[-1]
    if minutes and last.minutes is None:
        clause.taken = True
        found[-1] = replace(last, minutes=minutes, topic=last.topic or _plain_topic(scene, clause))
        return found[-1]
    if minutes:
        clause.taken = True
        day = scene.days[clause]
        return _put(found, replace(last, start=clause.start, minutes=minutes, day=day, text=scene.words(clause)))
    if last.topic is None and (topic := _plain_topic(scene, clause)):
        clause.taken = True
        found[-1] = replace(last, topic=topic, text=f"{last.text}，{scene.words(clause)}")
        return found[-1]
    return last if len(clause.text) <= 4 else None


def _put(found: list[StudySaid], said: StudySaid) -> StudySaid:
    """Add it to what was said of the same day and mode, or as another."""
    for index, one in enumerate(found):
        if (one.day, one.exchange) == (said.day, said.exchange):
            minutes = (one.minutes or 0) + (said.minutes or 0) or None
            topic = one.topic or said.topic
            if one.topic and said.topic and one.topic != said.topic:
                topic = f"{one.topic}，{said.topic}"
            found[index] = replace(one, minutes=minutes, topic=topic, text=f"{one.text}，{said.text}")
            return found[index]
    found.append(said)
    return said


# topic
def _topic(scene: Scene, clause: Clause, trigger: tuple[int, int]) -> str | None:
    """The words of what was studied: in 《》, behind the verb, else before it."""
    own = scene.own[clause.start : clause.end]
    if book := BOOK.search(own):
        return book[1].strip() or None
    text = _without_times(scene, clause)
    if not (match := TOPIC_AFTER.search(text)):
        return None
    behind = text[match.end() :]
    while again := TOPIC_AFTER.match(behind):
        behind = behind[again.end() :]
    return _tidy(behind) or _tidy(WITH.sub("", text[: match.start()]))


def _plain_topic(scene: Scene, clause: Clause) -> str | None:
    own = scene.own[clause.start : clause.end]
    if book := BOOK.search(own):
        return book[1].strip() or None
    text = WITH.sub("", _without_times(scene, clause))
    match = TOPIC_AFTER.search(text)
    return _tidy(text[match.end() :]) if match else _tidy(text)


def _without_times(scene: Scene, clause: Clause) -> str:
    """The member's own words without days and lengths, a mark in their place."""
    text = scene.own[clause.start : clause.end]
    spans = sorted({(one.start, one.end) for one in (*clause.times, *clause.durations)}, reverse=True)
    for start, end in spans:
        text = text[: start - clause.start] + "，" + text[min(end, clause.end) - clause.start :]
    return text


def _tidy(text: str) -> str | None:
    """The words without fillers at both ends; None where no topic is left."""
    before = None
    while before != text:
        before, text = text, FILLER.sub("", text).strip()
    text = max(text.split("，"), key=len).strip() if "，" in text else text
    return None if NO_TOPIC.match(text) or len(text) > 40 else text


def studied_on(found: list[StudySaid]) -> set[date]:
    """The days of these studies."""
    return {one.day for one in found}
