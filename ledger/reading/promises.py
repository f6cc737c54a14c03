"""Promises: our word given to a household. What others promise us is none."""

import re
from collections.abc import Mapping

from ledger.reading import promise_words as words
from ledger.reading.clauses import Clause
from ledger.reading.promise_days import day_given
from ledger.reading.said import PromiseSaid, Who
from ledger.reading.scene import Scene, by_others, negated, who
from ledger.reading.turns import is_past
from ledger.reading.visits import same

REACH = 4  # clauses in which what was promised may stand
LEADS = 2  # characters before the word of a promise that begins its clause


def promised(scene: Scene, clause: Clause, context: Mapping[Clause, Who | None]) -> PromiseSaid:
    """What a clause promises in words of its own: to whom and till when."""
    following = _following(scene, scene.place(clause))
    household = _to_whom(scene, clause, following, context) or _last_named(scene, clause)
    by = day_given(scene, clause, (0, 0), following)
    if by is None:
        near = [one for one in scene.clauses if one.sentence == clause.sentence]
        by = next((day for one in near if (day := day_given(scene, one, (0, 0), []))), None)
    text = scene.words(clause, *following)
    return PromiseSaid(start=clause.start, text=text, household=household, by=by)


def read_promises(scene: Scene, context: dict[Clause, Who | None]) -> list[PromiseSaid]:
    """Every promise of ours, one for each household and day."""
    found: list[PromiseSaid] = []
    for index, clause in enumerate(scene.clauses):
        if clause.taken or clause.question or not (spot := _ours(scene, index)):
            continue
        following = _following(scene, index)
        household = _to_whom(scene, clause, following, context)
        if household is None and not _to_a_home(clause, following):
            household = _just_named(scene, clause, spot)
            if household is None:
                continue
        by = day_given(scene, clause, spot, following)
        if found and by in {None, found[-1].by} and _again(found[-1], household):
            continue  # 承诺了就得办
        start = (_our_speech(scene, index) or clause).start
        text = scene.words(clause, *following)
        found += [
            PromiseSaid(start=start, text=text, household=one, by=by)
            for one in [household, *_beside(clause, household)]
        ]
        for one in (clause, *following):
            one.taken = one.taken or one is not clause or not _tells_before(spot)
    return found


def _ours(scene: Scene, index: int) -> tuple[int, int] | None:
    """Where our own promise stands in a clause."""
    clause = scene.clauses[index]
    given = [one.span(one.lastgroup or 0) for one in words.WORD_GIVEN.finditer(clause.text)]
    for start, end in [*clause.hits("promise.words"), *given]:
        before, after = clause.text[:start], clause.text[end:]
        if before.endswith(("低", "医", "社", "参", "环")):
            continue  # 低保证 is a paper
        if _paid(clause, end):
            continue
        if words.MUTUAL.search(clause.text[start:end]) and _we_will(scene, index):
            return start, end
        if (
            words.NO_WORD.search(before)
            or words.ASKED_FOR.search(before)
            or words.NO_PROMISE.search(after)
        ):
            continue
        if (
            words.OFFICIAL.search(before)
            or (
                not clause.mentions
                and (words.TO_OWN.match(after) or words.TO_OWN.search(before))
            )
            or negated(clause, start, end)
            or _said_by_others(scene, index, start, end)
        ):
            continue
        if after.endswith("的") and _came_to_nothing(scene, index):
            continue
        if words.THEIR_WORD.search(before) and not words.OURS.search(before):
            continue
        if words.KEPT_THING.match(after) and _is_kept(scene, index):
            continue
        if words.MUTUAL.search(clause.text[start:end]) and not _with_somebody(
            clause, start, end
        ):
            continue
        return start, end
    return _vow(scene, index)


def _paid(clause: Clause, end: int) -> bool:
    """保证金 is money, unless a household's name begins there."""
    named = any(clause.at(one.start) == end for one in clause.mentions)
    return clause.text.startswith("金", end) and not named


def _we_will(scene: Scene, index: int) -> bool:
    """Whether the next clause says what we do for them and when: 说好了，下周二我帮她交."""
    behind = scene.clauses[index + 1 : index + 2]
    return any(
        one.before != "hard" and _dated(one) and words.WE_DO.search(one.text) for one in behind
    )


def _again(before: PromiseSaid, household: Who | None) -> bool:
    """Whether a word without a day only repeats the one given just before."""
    mine, told = household, before.household
    return before.by is not None and mine is not None and told is not None and same(mine, told)


def _came_to_nothing(scene: Scene, index: int) -> bool:
    """Whether something came between: 说好去看她的，又被叫去开会了."""
    behind = scene.clauses[index + 1 : index + 2]
    return any(one.before != "hard" and words.BETWEEN.match(one.text) for one in behind)


def _is_kept(scene: Scene, index: int) -> bool:
    """Whether what was promised before has come about: 答应他的轮椅，今天推过去了."""
    behind = scene.clauses[index + 1 : index + 2]
    return any(is_past(one) and not one.has("promise.words") for one in behind)


def _vow(scene: Scene, index: int) -> tuple[int, int] | None:
    """Where we are quoted as giving our word."""
    clause = scene.clauses[index]
    match = words.VOW.search(clause.text)
    if match and _our_speech(scene, index):
        return match.span()
    said = words.SAID.search(clause.text)
    offered = said and words.OFFER.search(clause.text, said.end())
    if not said or not offered or re.search("[不没别你吗]", clause.text[said.start() :]):
        return None
    return (
        said.span() if day_given(scene, clause, said.span(), _following(scene, index)) else None
    )


def _our_speech(scene: Scene, index: int) -> Clause | None:
    """The clause just before in which we begin to speak to somebody."""
    near = scene.clauses[max(0, index - 2) : index + 1]
    return next(
        (
            one
            for one in near
            if (one.mentions or "放" in one.text) and words.OUR_SPEECH.search(one.text)
        ),
        None,
    )


def _said_by_others(scene: Scene, index: int, start: int, end: int) -> bool:
    clause = scene.clauses[index]
    before = re.split("[嗯呃]", clause.text[:start])[-1]  # a breath in a spoken message
    if words.OURS.search(before) and not words.TO_ME.search(before):
        return False
    if _is_speaker(clause, start, words.TO_HIS):
        return True
    if words.AT_HOME.search(before) or words.IN_FACE.search(before):
        return False
    if words.TO_ME.search(before):
        return True
    towards = words.TOWARDS.search(before)
    if towards and not words.OTHERS.search(before[: towards.start()]):
        return False
    if words.OTHERS.search(before) or by_others(clause, start) or _is_speaker(clause, start):
        return True
    if before.strip() or words.FETCHES.match(clause.text, end):
        return False
    return _spoken_before(scene, index, end)


def _spoken_before(scene: Scene, index: int, end: int) -> bool:
    """Whether the clause before has somebody else as its subject: 施工队停工，答应返工."""
    clause = scene.clauses[index]
    told = clause.text[end:]
    if clause.before == "hard" or not index or clause.mentions or _to_them(told):
        return False
    if words.OURS.search(told):
        return False
    before = scene.clauses[index - 1]
    subject = before.text[: max(12, len(before.text) // 2)]
    return (
        not words.OURS.search(before.text)
        and not before.mentions
        and bool(
            re.search(
                rf"^[^，,。在到去帮给]{{0,6}}?(?:{words.ORGAN}|{words.SPEAKERS})", subject
            )
        )
    )


def _to_them(behind: str) -> bool:
    return bool(words.SOMEBODY.search(behind) or words.FOR_THEM.search(behind))


def _is_speaker(clause: Clause, start: int, only: re.Pattern[str] | None = None) -> bool:
    """Whether the household itself gives its word: 老周答应拆."""
    before = [one for one in clause.mentions if clause.at(one.end) <= start]
    if not before:
        return False
    head = clause.text[: clause.at(before[-1].start)]
    if re.search(r"[在到去]$", head):
        return False
    between = clause.text[clause.at(before[-1].end) : start]
    if only:
        return bool(only.match(between))  # 许家旺跟他媳妇保证
    return not re.search(r"[跟向对和给与同]$", head) and not re.search(
        r"我|那[儿里边]|这[儿里边]|^[，,：: ]", between
    )


def _with_somebody(clause: Clause, start: int, end: int) -> bool:
    """说好 and 约好 are ours where it is said to whom, or by whom."""
    before, after = clause.text[:start], clause.text[end:]
    named = any(clause.at(one.start) >= end for one in clause.mentions)
    return (
        bool(words.OURS.search(before) or words.TOWARDS.search(before) or _to_them(after))
        or named
        or _dated(clause)
    )


def _to_a_home(clause: Clause, following: list[Clause]) -> bool:
    """Whether a promise without a name is one to somebody in the village: 答应给他送药."""
    return any(
        _to_them(one.text) or words.HOMES.search(one.text) for one in (clause, *following)
    )


def _just_named(scene: Scene, clause: Clause, spot: tuple[int, int]) -> Who | None:
    """The household told of just before 我答应… or 答应…, this sentence or the one before."""
    ours = words.OURS.search(clause.text[: spot[0]])
    if not ours and (spot[0] > LEADS or _they_lead(scene, clause)):
        return None
    return _last_named(scene, clause)


def _they_lead(scene: Scene, clause: Clause) -> bool:
    """Whether somebody of a household leads the clause before: 彭家儿子接了电话，答应寄钱."""
    place = scene.place(clause)
    before = scene.clauses[place - 1] if place and clause.before != "hard" else None
    if before is None or not before.mentions:
        return False
    one = before.mentions[0]
    behind = before.text[before.at(one.end) :]
    return before.at(one.start) <= LEADS and not behind.startswith(words.PLACES)


def _last_named(scene: Scene, clause: Clause) -> Who | None:
    """The last household named before, in this sentence or the one before."""
    near = [
        one
        for one in scene.clauses
        if one.start < clause.start and clause.sentence - one.sentence <= 1 and one.mentions
    ]
    return who(near[-1].mentions[-1]) if near else None


def _dated(clause: Clause) -> bool:
    """Whether a day is said: 说好下周三; 改天 is none."""
    return any(one.names_day and one.hit.form != "none" for one in clause.times)


def _following(scene: Scene, index: int) -> list[Clause]:
    """The next clause, where it says what was promised and till when."""
    taken: list[Clause] = []
    clause = scene.clauses[index]
    first = scene.clauses[index + 1] if index + 1 < len(scene.clauses) else None
    for later in scene.clauses[index + 1 : index + 3]:
        if (
            (later.before == "hard" and not (later is first and _goes_on(clause, later)))
            or later.taken
            or later.has("leave.words", "leave.here")
            or (later.has("visit.words") and not _brings(later))
            or (later.has("study.words") and later not in scene.plans and not _limited(later))
        ):
            break
        if later.mentions and taken:
            break
        if not (later in scene.plans or later.times):
            if later is first and _dated_next(scene, index + 1):
                continue  # 保证：他那批干辣椒，元旦前一定帮他找到买主
            break
        if later.has("need.words") and not later.times:
            break
        taken.append(later)
    return taken


def _limited(clause: Clause) -> bool:
    """Whether a last day is said in it: 12月3号以前开出来."""
    return any(one.ending == "by" for one in clause.times)


def _goes_on(clause: Clause, later: Clause) -> bool:
    """Whether the next sentence says what was promised: 讲好的。周二前。帮他背化肥."""
    opens = bool(later.times) and later.text.strip().startswith(later.times[0].text)
    return _only_vows(clause) or (opens and _limited(later) and not clause.times)


def _only_vows(clause: Clause) -> bool:
    """Whether it is nothing but the word given: 保证！下周日以前送到."""
    return len(clause.text.strip()) <= LEADS and clause.has("promise.words")


def _brings(clause: Clause) -> bool:
    """Whether it says what is brought or who is sent, no visit told of by itself."""
    return bool(words.SENDS.search(clause.text)) or (
        bool(words.FOR_THEM.search(clause.text) or "送" in clause.text) and _dated(clause)
    )


def _dated_next(scene: Scene, index: int) -> bool:
    """Whether the clause behind one says till when, and the one itself tells nothing done."""
    here, behind = scene.clauses[index], scene.clauses[index + 1 : index + 2]
    plain = not is_past(here) and not here.mentions
    return plain and any(one.before != "hard" and _dated(one) for one in behind)


def _tells_before(spot: tuple[int, int]) -> bool:
    """Whether something else is told in the clause before the promise."""
    return spot[0] > 6


def _to_whom(
    scene: Scene, clause: Clause, following: list[Clause], context: Mapping[Clause, Who | None]
) -> Who | None:
    """The household named with it, else the one in view, else the last one where 他 is promised to."""
    if clause.mentions:
        return who(clause.mentions[-1] if len(clause.mentions) == 1 else clause.mentions[0])
    if context.get(clause):
        return context[clause]
    for one in following:
        if one.mentions:
            return who(one.mentions[0])
    if not any(
        _to_them(one.text) or re.search(r"[他她]", one.text) for one in (clause, *following)
    ):
        return None
    before = [one for one in scene.clauses if one.start < clause.start and one.mentions]
    return who(before[-1].mentions[-1]) if before else None


def _beside(clause: Clause, household: Who | None) -> list[Who]:
    """The second of two who were promised the same: 给赵明亮和唐有才都许了."""
    if len(clause.mentions) != 2 or household is None:
        return []
    first, second = clause.mentions
    between = clause.text[clause.at(first.end) : clause.at(second.start)]
    both = between.removeprefix("家") in {"和", "跟", "、", "与"}
    return [who(second)] if both and not same(household, who(second)) else []
