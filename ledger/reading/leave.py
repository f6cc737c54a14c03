"""Leave: asked for, announced or extended, the sender's own; trips for work are 公差."""

import re
from collections.abc import Container, Iterator
from datetime import timedelta

from ledger.reading import leave_words as words
from ledger.reading.clauses import Clause
from ledger.reading.leave_block import LEAST, SHORT, beside, block_of, is_called, is_span
from ledger.reading.leave_days import days_of
from ledger.reading.leave_told import HOME, sets_off, was_away
from ledger.reading.said import LeaveSaid
from ledger.reading.scene import Scene, by_others, is_future, negated
from ledger.reading.turns import after_others, is_past, is_supposed

SOON = timedelta(days=60)  # ahead: no trip is told of earlier


def read_leave(scene: Scene, unreal: Container[Clause] = ()) -> list[LeaveSaid]:
    """The sender's leaves; clauses with their days and reasons belong to them.

    unreal: clauses in which no leave is told, but asked about or wished for.
    """
    found: list[LeaveSaid] = []
    dayless: list[LeaveSaid] = []
    for index, clause in enumerate(scene.clauses):
        if clause.taken or clause in unreal or not _begins(scene, clause):
            continue
        block = block_of(scene, index)
        said = _said(scene, block, clause, unreal)
        if said is None or _is_over(scene, clause, said):
            continue
        dated = _has_days(block)
        if not dated and not is_called_leave(clause):
            continue
        for one in block:
            one.taken = one is clause or not _ends_it(scene, one, said)
        _put(found if dated else dayless, said)
    return found or dayless


def _ends_it(scene: Scene, clause: Clause, said: LeaveSaid) -> bool:
    """Whether a clause beside a leave tells that one is back: it is a report of its own."""
    if said.first < scene.base and words.IS_BACK.search(clause.text):
        return True
    if is_future(scene, clause) or clause in scene.plans:
        return False
    if not (HOME.search(clause.text) or words.HAS_COME.search(clause.text)):
        return False
    return said.last < scene.base or is_past(clause) or "才" in clause.text


def leave_about(scene: Scene, clause: Clause) -> LeaveSaid | None:
    """The leave told in and around a clause of a message that is sure to tell one, with its days."""
    near = beside(scene, clause)
    if _is_open(scene, clause) or any(words.REFUSED.search(one.text) for one in near):
        return None
    if any(one.search(clause.text) for one in (words.OTHERS_OFF, words.FILED_AS)):
        return None
    if clause.question or _of_another(clause):
        return None
    block = block_of(scene, scene.place(clause))
    said = _said(scene, block, clause) if _has_days(block) else None
    return None if said is None or _is_over(scene, clause, said) else said


def _of_another(clause: Clause) -> bool:
    """Whether each leave named in it is somebody else's: 会计的公休是28号到30号."""
    named = list(clause.hits("leave.words"))
    return bool(named) and all(by_others(clause, start) for start, _ in named)


def _said(
    scene: Scene, block: list[Clause], core: Clause, unreal: Container[Clause] = ()
) -> LeaveSaid | None:
    days = days_of(scene, block, core)
    if days is None:
        return None
    kind = words.kind_of("，".join(one.text for one in block))
    if kind is None and not core.has("leave.words"):
        kind = "公差" if any(words.TRIP.search(one.text) for one in block) else None
    text = scene.words(*block)
    start = next((one.start for one in block if one not in unreal), core.start)
    return LeaveSaid(start=start, text=text, first=days[0], last=days[1], kind=kind)


def _is_over(scene: Scene, clause: Clause, said: LeaveSaid) -> bool:
    """Whether a leave of the past, asked for before, ends here, or was only wished for.

    上周请的假，昨晚到村，销假; 昨天请的假今天回来了; 过年想回家.
    """
    if said.first >= scene.base and _has_ended(scene, clause):
        return True
    asked = said.first < scene.base and words.ASKED_FOR.search(clause.text)
    if not asked and said.last >= scene.base:
        return False
    if words.GO_HOME.search(clause.text) and not clause.has("leave.words"):
        return True
    near = clause.text[asked.end() :] if asked else ""
    ended = words.ENDED_HERE if asked else words.ENDED
    return bool(words.CAME_BACK.search(near)) or any(
        ended.search(one.text) and not is_future(scene, one) for one in scene.clauses
    )


def _has_ended(scene: Scene, clause: Clause) -> bool:
    """Whether a leave without a day of its own is over: 轮休歇了两天，今天返岗; 病假就此销了."""
    if clause in scene.plans or is_future(scene, clause):
        return False
    if words.OVER_HERE.search(clause.text):
        return True
    past = is_past(clause) or words.HAD.search(clause.text)
    if not past or any(one.names_day for one in clause.times):
        return False
    near = beside(scene, clause)
    ahead = any(one in scene.plans or is_future(scene, one) for one in near)
    return not ahead and any(words.ENDED_HERE.search(one.text) for one in near)


def _has_days(block: list[Clause]) -> bool:
    """Whether days are said: without them, it is the leave told of beside it, or begins today."""
    return any(one.times or any(length.days for length in one.durations) for one in block)


def is_called_leave(clause: Clause) -> bool:
    """Whether it says its own name, or that one is on the way: it needs no day."""
    patterns = (words.LATE, words.NAMED_TRIP, words.ON_THE_WAY)
    return bool(_asked(clause)) or any(one.search(clause.text) for one in patterns)


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
    if words.LATE.search(clause.text):
        return not clause.mentions and not clause.question
    told = any(_own(scene, clause, start, end) for start, end in _asked(clause))
    if not (told or _goes_off(scene, clause) or _on_duty(scene, clause)):
        return sets_off(scene, clause) and _own(scene, clause, 0, 0)
    if words.NO_LEAVE.search(clause.text) or _sums_up(scene, clause):
        return False
    if _is_open(scene, clause) or _is_weekend(scene, clause):
        return False
    supposed = is_supposed(clause) or words.SUPPOSED.search(clause.text)
    return not (clause.question or supposed) or bool(words.GRANT.search(clause.text))


def _is_open(scene: Scene, clause: Clause) -> bool:
    """Whether it is not settled yet: 想休个年假，就是走不开; 谁去还没定."""
    wished = words.PRESSED.search(clause.text) or words.WISHED.search(clause.text)
    near = beside(scene, clause)
    ill = any(words.ILLNESS.search(one.text) for one in near)  # 嗓子哑了张不开嘴
    return any(
        words.UNSETTLED.search(one.text)
        or (wished and one.start >= clause.start and words.POSTPONED.search(one.text))
        or (not ill and words.TONGUE_TIED.search(one.text))
        for one in near
    )


def _sums_up(scene: Scene, clause: Clause) -> bool:
    """A line of a summary: 本月驻村21天，请假1天."""
    if not clause.durations or any(not words.SUMMARY.search(one.text) for one in clause.times):
        return False
    return any(words.SUMMED.search(one.text) for one in beside(scene, clause) if one.durations)


def _asked(clause: Clause) -> list[tuple[int, int]]:
    """Where a leave is asked for or said."""
    spots = list(clause.hits("leave.words"))
    for pattern in (words.TAKEN, words.MORE, words.AWAY):
        spots += [one.span() for one in pattern.finditer(clause.text)]
    for one in clause.durations:
        before = words.COUNTED.search(clause.text[: clause.at(one.start)])
        if one.days and before and not words.HIRED.match(clause.text, clause.at(one.end)):
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
    if not _dated(scene, clause):
        return False
    spots = list(_ways_off(scene, clause))
    out = words.OUT.search(clause.text)
    if not (spots or out):
        return False
    if any(one.mentions or words.OPEN.search(one.text) for one in beside(scene, clause)):
        return False
    must = words.MUST_GO.search(clause.text)
    if is_past(clause) and not must and clause not in scene.plans:
        return False
    if out and clause.times and clause in scene.plans:
        return not by_others(clause, len(clause.text))
    return any(
        _own(scene, clause, *one.span())
        and not words.KIN.search(clause.text[: one.start()])
        and (
            words.ADVISED.search(clause.text[: one.start()])
            or not words.GIVEN.search(clause.text[: one.start()])
        )
        for one in spots
    )


def _is_weekend(scene: Scene, clause: Clause) -> bool:
    """周末休息: nobody needs leave for a day off, unless a reason is told."""
    if not words.ONLY_RESTS.search(clause.text):
        return False
    near = beside(scene, clause)
    return any(words.WEEKEND.search(one.text) for one in near) and not _is_private(near)


def _ways_off(scene: Scene, clause: Clause) -> Iterator[re.Match[str]]:
    """Where it says that somebody goes off, with the ways that need a reason or a plan."""
    for pattern in (
        words.GO_HOME,
        words.REST,
        words.CARE,
        words.WARD,
        words.SETS_OFF,
        words.OFF_TURN,
    ):
        yield from pattern.finditer(clause.text)
    must = list(words.MUST_GO.finditer(clause.text))
    if must and _is_private(beside(scene, clause)):
        yield from must
    if clause in scene.plans and (
        words.WITH_KIN.search(clause.text) or not words.WITH.search(clause.text)
    ):
        yield from words.CURE.finditer(clause.text)


def _is_private(clauses: list[Clause]) -> bool:
    """Whether a reason of one's own is told and nothing of the villagers."""
    told = "，".join(one.text for one in clauses)
    private = words.FAMILY.search(told) or words.ILLNESS.search(told)
    return bool(private) and not words.FOR_OTHERS.search(told)


def _dated(scene: Scene, clause: Clause) -> bool:
    """Whether days or a length of days stand in its sentence; 过年 is too far."""
    return any(
        any(one.days for one in near.durations)
        or any(one.names_day and one.hit.form != "holiday" for one in near.times)
        for near in beside(scene, clause)
    )


def _own(scene: Scene, clause: Clause, start: int, end: int) -> bool:
    """Whether the sender is the one who is away."""
    told = by_others(clause, start) and not words.ADVISED.search(clause.text[:start])
    if words.TO_ME.search(clause.text[:start]) or words.OTHERS_OFF.search(clause.text[:end]):
        return False
    near = beside(scene, clause)  # 队长好 tells of nobody
    heard = [one for one in near if one is clause or not words.GREETING.search(one.text)]
    if told or after_others(heard, clause) or _goes_on(scene, clause):
        return False
    if negated(clause, start, end):
        return False
    before = [one for one in clause.mentions if clause.at(one.end) <= start]
    between = clause.text[clause.at(before[-1].end) : start] if before else ""
    return not before or bool(words.MYSELF.search(between))


def _goes_on(scene: Scene, clause: Clause) -> bool:
    """Whether it goes on after somebody else is named: 老乡说他|明天请假带孙子打针."""
    before = scene.clauses[scene.place(clause) - 1]
    told_of = before.mentions and not words.MYSELF.search(before.text)
    return clause.before == "cue" and bool(words.HE_SAID.search(before.text) or told_of)


# trips
def _on_duty(scene: Scene, clause: Clause) -> bool:
    """A trip for work: called one, or to a place above the village on a day still to come."""
    if words.BACK_AGAIN.search(clause.text):
        return False
    kin = words.KIN_AWAY.search(clause.text)
    named = words.NAMED_TRIP.search(clause.text, kin.end() if kin else 0)
    if named:
        return _own(scene, clause, *named.span())
    if clause.mentions:
        return False
    trip = words.TRIP.search(clause.text) if words.MAY_TRIP.search(clause.text) else None
    if not trip and words.I_GO.search(clause.text):
        return any(is_called(scene, one) for one in beside(scene, clause))
    if not trip or not _has_purpose(scene, clause, trip):
        return False
    told = _to_come(scene, clause) or bool(words.ON_THE_WAY.search(clause.text))
    told = told or _on_record(scene, clause) or was_away(scene, clause)
    sets_out = words.GOES.search(clause.text, trip.start())
    start = sets_out.start() if sets_out else trip.start()  # 小刘去党校: not of 刘去党校
    return _own(scene, clause, start, trip.end()) and bool(told)


def _has_purpose(scene: Scene, clause: Clause, trip: re.Match[str]) -> bool:
    """Whether it has a purpose, said in it or just behind: 明早赴县，开调度会; 回单位办工资关系."""
    near = beside(scene, clause)
    if any(words.ON_RECORD.search(one.text) or _names_return(one) for one in near):
        return True
    if clause in scene.plans and _is_private(near) and not any(one.mentions for one in near):
        return True
    if words.DUTY.search(clause.text, trip.start()) or words.ESCORT.search(clause.text):
        return True
    later = scene.clauses[scene.place(clause) + 1 :][:1]
    ends = trip.end() >= len(clause.text) and not words.FAMILY.search(clause.text)
    return ends and any(
        one.before != "hard" and not one.mentions and words.DUTY.search(one.text)
        for one in later
    )


def _names_return(clause: Clause) -> bool:
    """Whether the day of return is announced: 明儿去市里送样品，后天回."""
    return bool(clause.times) and bool(words.BACK_DAY.search(clause.text))


def _to_come(scene: Scene, clause: Clause) -> bool:
    """Whether it is planned here or in the clauses of its sentence: 县里叫去开会，明天去."""
    if clause.times:
        if not _ahead_soon(scene, clause):
            return False
        return clause in scene.plans or (not is_past(clause) and _called(scene, clause))
    near = [one for one in beside(scene, clause) if not one.mentions]
    return any(is_future(scene, one) and _says_day_only(one) for one in near)


def _says_day_only(clause: Clause) -> bool:
    named = sum(one.end - one.start for one in clause.times)
    return len(clause.text) < max(SHORT, named + LEAST)


def _called(scene: Scene, clause: Clause) -> bool:
    """Whether it was called for, reported or has a length: such a weekday is still to come."""
    return any(
        words.CALLED.search(one.text) or any(length.days for length in one.durations)
        for one in beside(scene, clause)
    )


def _ahead_soon(scene: Scene, clause: Clause) -> bool:
    spans = [scene.span(one, "ahead") for one in clause.times]
    return any(one and timedelta() <= one.first - scene.base <= SOON for one in spans)


def _on_record(scene: Scene, clause: Clause) -> bool:
    """A trip of some days, or one that is put on record."""
    if is_span(scene, clause):
        return True
    index = scene.place(clause)
    near = scene.clauses[max(0, index - 2) : index + 3]
    return bool(clause.times) and any(words.ON_RECORD.search(one.text) for one in near)
