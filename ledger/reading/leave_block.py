"""Which clauses of a message belong to one leave: its days, its reason, its return."""

import re

from ledger.reading import leave_words as words
from ledger.reading.clauses import Clause
from ledger.reading.scene import Scene, by_others, is_future
from ledger.reading.turns import is_past

SHORT = 8  # characters of a clause that says no more than a length: 学两周
LEAST = 5  # of one that says nothing by itself
REACH = 8  # clauses of a long sentence that belong together
BRIEF = 16  # of a sentence of its own that still belongs to the leave
ALONE = 7  # of it besides its days, where it gives no reason


def beside(scene: Scene, clause: Clause) -> list[Clause]:
    """The clauses of its sentence, as far as they belong together."""
    place = scene.place(clause)
    near = scene.clauses[max(0, place - REACH) : place + REACH + 1]
    return [one for one in near if one.sentence == clause.sentence]


def is_called(scene: Scene, clause: Clause) -> bool:
    """Whether a meeting or a course outside is told for a day to come: 下周一县里开会，我去."""
    outside = words.SEATED.search(clause.text) and words.DUTY.search(clause.text)
    return bool(outside and not clause.mentions and is_future(scene, clause))


def is_span(scene: Scene, clause: Clause) -> bool:
    """Whether it tells of several days on end."""
    spans = [scene.meant(clause, one) for one in clause.times]
    return any(one and one.kind == "range" and one.first < one.last for one in spans)


def block_of(scene: Scene, index: int) -> list[Clause]:
    """The leave clause and those around it that give its days and its reason."""
    clauses = scene.clauses
    first = last = index
    if words.I_GO.search(clauses[index].text):
        called = [
            one for one in beside(scene, clauses[index]) if one.start < clauses[index].start
        ]
        first -= len(called) if any(is_called(scene, one) for one in called) else 0
    while first > 0 and (back := _joined(scene, first)):
        first -= back
    while last + 1 < len(clauses) and _joins(
        scene, clauses[last + 1], clauses[last + 1].before
    ):
        last += 1
    return clauses[first : last + 1]


def _joined(scene: Scene, first: int) -> int:
    """How many clauses before it belong to it too: one, or two where the nearer says nothing."""
    near, *far = reversed(scene.clauses[max(0, first - 2) : first])
    edge = scene.clauses[first].before
    if _joins(scene, near, edge):
        return 1
    idle = edge != "hard" and near.before != "hard" and not _tells_more(scene, near)
    return 2 if idle and far and _joins(scene, far[0], near.before) else 0


MY_OWN = re.compile("我|家里|媳妇|爱人|老婆|老公|孩子|娃|爸|妈|父|母")


def _joins(scene: Scene, clause: Clause, edge: str) -> bool:
    """Whether a clause beside a leave belongs to it."""
    if _tells_more(scene, clause):
        return False
    reasons = words.REASONS if edge == "hard" else (*words.REASONS, words.FARM)
    reason = clause.has("leave.words") or any(one.search(clause.text) for one in reasons)
    reason = reason or bool(words.TAKES_ME.search(clause.text))
    dated = bool(clause.times) or any(one.days for one in clause.durations)
    dated = dated or bool(words.BARE_SPAN.search(clause.text))  # 25到27在外县
    if edge != "hard":
        return reason or dated or len(clause.text) <= LEAST
    if words.BACK_DAY.search(clause.text):
        return True
    return len(clause.text) < BRIEF and (reason or (dated and _rest(clause) <= ALONE))


def _tells_of_a_household(scene: Scene, clause: Clause) -> bool:
    """走访张大山，屋顶漏雨，明天请假: the roof is his, and no reason of a leave."""
    told = clause.has("fault.strong", "steps.end")
    if not told or MY_OWN.search(clause.text):
        return False
    before = scene.clauses[max(0, scene.place(clause) - 2) : scene.place(clause)]
    return any(one.mentions and one.sentence == clause.sentence for one in before)


def _rest(clause: Clause) -> int:
    """How many characters of a clause are no days; what is over is news of its own."""
    told = sum(one.end - one.start for one in clause.times)
    told += sum(one.end - one.start for one in clause.durations)
    return BRIEF if is_past(clause) else len(clause.text) - told


def _tells_more(scene: Scene, clause: Clause) -> bool:
    """Whether a clause reports something of its own."""
    if clause.taken or clause.mentions or words.ON_POST.search(clause.text):
        return True
    if words.FOR_THEM.search(clause.text) or _tells_of_a_household(scene, clause):
        return True
    if words.CALLED_OFF.search(clause.text) or clause.has("promise.words"):
        return True
    if words.OTHER_NEWS.search(clause.text) or words.CAME_BACK.search(clause.text):
        return True
    if any(one.days is None for one in clause.durations) and words.MINUTES.search(clause.text):
        return True  # 今天先自学四十分钟
    cause = words.FAMILY.search(clause.text) or words.ILLNESS.search(clause.text)
    cause = cause or words.TAKES_ME.search(clause.text)
    if not cause and by_others(clause, len(clause.text)):
        return True
    other = clause.has("visit.words", "study.words", "promise.words")
    length = len(clause.text) < SHORT and any(one.days for one in clause.durations)  # 学两周
    planned = length or is_future(scene, clause) or is_span(scene, clause)  # no report of a day
    return other and not planned and not words.DUTY.search(clause.text)


def of_other_days(scene: Scene, block: list[Clause], core: Clause, clause: Clause) -> bool:
    """Whether its days are those of asking, or of being back again, where others are said."""
    if not clause.times or not any(one.times for one in block if one is not clause):
        return False
    if words.ASKED_THEN.search(clause.text):
        return True
    if clause is core:
        return False
    if words.AS_USUAL.search(clause.text):
        return True
    behind = scene.clauses[scene.place(clause) : scene.place(clause) + 3]
    back = next((one for one in behind if not _only_days(one)), None)
    hoped = back is not None and words.IF_BACK.search(back.text)
    return bool(hoped) and core.sentence == clause.sentence and bool(core.times)


def _only_days(clause: Clause) -> bool:
    return len(clause.times) == 1 and clause.times[0].text == clause.text.strip()
