"""Leave: asked for, announced or extended, the sender's own; trips for work are 公差."""

import re
from collections.abc import Container
from datetime import timedelta

from ledger.reading import leave_words as words
from ledger.reading.clauses import Clause
from ledger.reading.leave_days import days_of, listed_weekdays
from ledger.reading.said import LeaveSaid
from ledger.reading.scene import Scene, by_others, is_future, negated
from ledger.reading.turns import after_others, is_past, is_supposed

SHORT = 8  # characters of a clause that says no more than a day: 明天去
LEAST = 5  # of one that says nothing by itself
SOON = timedelta(days=60)  # ahead: no trip is told of earlier
BRIEF = 16  # of a sentence of its own that still belongs to the leave


def read_leave(scene: Scene, unreal: Container[Clause] = ()) -> list[LeaveSaid]:
    """The sender's leaves; clauses with their days and reasons belong to them.

    unreal: clauses in which no leave is told, but asked about or wished for.
    """
    found: list[LeaveSaid] = []
    for index, clause in enumerate(scene.clauses):
        if clause.taken or clause in unreal or not _begins(scene, clause):
            continue
        block = _block(scene, index)
        said = _said(scene, block, clause)
        if said is None or (said.last < scene.base and _is_over(scene, clause)):
            continue
        for one in block:
            one.taken = True
        _put(found, said)
    return found


def _said(scene: Scene, block: list[Clause], core: Clause) -> LeaveSaid | None:
    days = days_of(scene, block, core)
    if days is None:
        return None
    kind = words.kind_of("，".join(one.text for one in block))
    text = scene.words(*block)
    return LeaveSaid(start=block[0].start, text=text, first=days[0], last=days[1], kind=kind)


def _is_over(scene: Scene, clause: Clause) -> bool:
    """Whether a leave of the past ends here, or was only wished for.

    上周请的假，昨晚到村，销假; 过年想回家.
    """
    wished = words.GO_HOME.search(clause.text) and not clause.has("leave.words")
    return bool(wished) or any("销假" in one.text for one in scene.clauses)


def _put(found: list[LeaveSaid], said: LeaveSaid) -> None:
    """Two mentions of one absence are one leave, the longer."""
    for index, one in enumerate(found):
        if one.first <= said.last and said.first <= one.last:
            found[index] = max(one, said, key=lambda leave: leave.last - leave.first)
            return
    found.append(said)


# beginning
def _begins(scene: Scene, clause: Clause) -> bool:
    """Whether a clause asks for a leave of the sender or announces one."""
    granted = words.GRANT.search(clause.text)
    if words.LATE.search(clause.text):
        return not clause.mentions and not clause.question
    if words.NO_LEAVE.search(clause.text) or _sums_up(scene, clause):
        return False
    if words.PRESSED.search(clause.text) and any(
        words.POSTPONED.search(one.text) for one in _beside(scene, clause)
    ):
        return False
    if (clause.question or is_supposed(clause)) and not granted:
        return False
    if any(_own(scene, clause, start, end) for start, end in _asked(clause)):
        return True
    return _goes_off(scene, clause) or _on_duty(scene, clause)


def _sums_up(scene: Scene, clause: Clause) -> bool:
    """A line of a summary: 本月驻村21天，请假1天."""
    if not clause.durations or any(not words.SUMMARY.search(one.text) for one in clause.times):
        return False
    return any(words.SUMMED.search(one.text) for one in _beside(scene, clause) if one.durations)


def _beside(scene: Scene, clause: Clause) -> list[Clause]:
    """The clauses of its sentence."""
    return [one for one in scene.clauses if one.sentence == clause.sentence]


def _asked(clause: Clause) -> list[tuple[int, int]]:
    """Where a leave is asked for or said."""
    spots = list(clause.hits("leave.words"))
    for pattern in (words.TAKEN, words.MORE, words.AWAY):
        spots += [one.span() for one in pattern.finditer(clause.text)]
    for one in clause.durations:
        before = words.COUNTED.search(clause.text[: clause.at(one.start)])
        if one.days and before:
            spots.append((before.start(), clause.at(one.end)))
    for phrase in clause.times:
        start, end = clause.at(phrase.start), clause.at(phrase.end)
        before = words.STRAIGHT.search(clause.text[:start])
        if (
            before
            and phrase.names_day
            and ("天" in clause.text[end - 1 :] or len(clause.text) - end < 2)
        ):
            spots.append((before.start(), end))
    return spots


def _goes_off(scene: Scene, clause: Clause) -> bool:
    """Whether the sender goes home or takes a rest, with its days said in the sentence."""
    spots = [*words.GO_HOME.finditer(clause.text), *words.REST.finditer(clause.text)]
    if clause in scene.plans and not words.WITH.search(clause.text):
        spots += words.CURE.finditer(clause.text)
    if not (spots or words.OUT.search(clause.text)):
        return False
    if is_past(clause) or not _dated(scene, clause):
        return False
    if any(one.mentions for one in _beside(scene, clause)):
        return False
    if words.OUT.search(clause.text) and clause.times and clause in scene.plans:
        return not by_others(clause, len(clause.text))
    return any(
        _own(scene, clause, *one.span())
        and not words.KIN.search(clause.text[: one.start()])
        and not words.GIVEN.search(clause.text[: one.start()])
        for one in spots
    )


def _dated(scene: Scene, clause: Clause) -> bool:
    """Whether days or a length of days stand in its sentence; 过年 is too far."""
    return any(
        any(one.days for one in near.durations)
        or any(one.names_day and one.hit.form != "holiday" for one in near.times)
        for near in _beside(scene, clause)
    )


def _own(scene: Scene, clause: Clause, start: int, end: int) -> bool:
    """Whether the sender is the one who is away."""
    told = by_others(clause, start) and not words.ADVISED.search(clause.text[:start])
    if words.TO_ME.search(clause.text[:start]):
        return False
    if told or after_others(scene.clauses, clause):
        return False
    if negated(clause, start, end):
        return False
    before = [one for one in clause.mentions if clause.at(one.end) <= start]
    between = clause.text[clause.at(before[-1].end) : start] if before else ""
    return not before or bool(words.MYSELF.search(between))


# trips
def _on_duty(scene: Scene, clause: Clause) -> bool:
    """A trip for work: called one, or to a place above the village on a day still to come."""
    if words.BACK_AGAIN.search(clause.text):
        return False
    if named := words.NAMED_TRIP.search(clause.text):
        return _own(scene, clause, *named.span())
    trip = words.TRIP.search(clause.text)
    if not trip or clause.mentions or not _for_work(scene, clause, trip):
        return False
    told = _to_come(scene, clause) or words.ON_THE_WAY.search(clause.text)
    return _own(scene, clause, *trip.span()) and bool(told or _on_record(scene, clause))


def _for_work(scene: Scene, clause: Clause, trip: re.Match[str]) -> bool:
    """Whether its purpose is one of work, said in it or just behind: 明早赴县，开调度会."""
    if words.DUTY.search(clause.text, trip.start()):
        return True
    later = scene.clauses[scene.clauses.index(clause) + 1 :][:1]
    ends = trip.end() >= len(clause.text) and not words.FAMILY.search(clause.text)
    return ends and any(
        one.before != "hard" and not one.mentions and words.DUTY.search(one.text)
        for one in later
    )


def _to_come(scene: Scene, clause: Clause) -> bool:
    """Whether it is planned here or in the clauses of its sentence: 县里叫去开会，明天去."""
    if clause.times or listed_weekdays(scene.base, clause.text):
        if not _ahead_soon(scene, clause):
            return False
        return clause in scene.plans or (not is_past(clause) and _called(scene, clause))
    near = [one for one in _beside(scene, clause) if not one.mentions]
    return any(is_future(scene, one) and len(one.text) < SHORT for one in near)


def _called(scene: Scene, clause: Clause) -> bool:
    """Whether it was called for, reported or has a length: such a weekday is still to come."""
    return any(
        words.CALLED.search(one.text) or any(length.days for length in one.durations)
        for one in _beside(scene, clause)
    )


def _ahead_soon(scene: Scene, clause: Clause) -> bool:
    spans = [scene.span(one, "ahead") for one in clause.times]
    listed = listed_weekdays(scene.base, clause.text) is not None
    return listed or any(one and timedelta() <= one.first - scene.base <= SOON for one in spans)


def _on_record(scene: Scene, clause: Clause) -> bool:
    """A trip of some days, or one that is put on record."""
    spans = [scene.meant(clause, one) for one in clause.times]
    if any(one and one.kind == "range" and one.first < one.last for one in spans):
        return True
    index = scene.clauses.index(clause)
    near = scene.clauses[max(0, index - 2) : index + 3]
    return bool(spans) and any(words.ON_RECORD.search(one.text) for one in near)


# block
def _block(scene: Scene, index: int) -> list[Clause]:
    """The leave clause and those around it that give its days and its reason."""
    clauses = scene.clauses
    first = last = index
    while first > 0 and _joins(clauses[first - 1], clauses[first].before):
        first -= 1
    while last + 1 < len(clauses) and _joins(clauses[last + 1], clauses[last + 1].before):
        last += 1
    return clauses[first : last + 1]


def _joins(clause: Clause, edge: str) -> bool:
    """Whether a clause beside a leave belongs to it."""
    if _tells_more(clause):
        return False
    reason = clause.has("leave.words") or any(one.search(clause.text) for one in words.REASONS)
    dated = bool(clause.times) or any(one.days for one in clause.durations)
    if edge != "hard":
        return reason or dated or len(clause.text) <= LEAST
    brief = len(clause.text) < BRIEF
    return bool(words.BACK_DAY.search(clause.text)) or (brief and (reason or dated))


def _tells_more(clause: Clause) -> bool:
    """Whether a clause reports something of its own."""
    if clause.taken or clause.mentions or words.ON_POST.search(clause.text):
        return True
    if words.OTHER_NEWS.search(clause.text) or words.CAME_BACK.search(clause.text):
        return True
    cause = words.FAMILY.search(clause.text) or words.ILLNESS.search(clause.text)
    if not cause and by_others(clause, len(clause.text)):
        return True
    other = clause.has("visit.words", "study.words", "promise.words")
    length = len(clause.text) < SHORT and any(one.days for one in clause.durations)  # 学两周
    return other and not length and not words.DUTY.search(clause.text)
