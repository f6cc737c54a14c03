"""Promises: our word given to a household. What others promise us is none."""

import re
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.said import PromiseSaid, Who
from ledger.reading.scene import Scene, by_others, negated, who
from ledger.reading.turns import is_past
from ledger.reading.visits import same
from ledger.time_phrases import TimePhrase

ORGAN = (
    r"[一-龥]{0,3}(?:局|站|所|联(?!系)|社(?!保)|公司|平台|机构|厂|施工队|银行|学校|幼儿园|医院|卫生院|政府|中心"
    r"|村委会?|民政|水务|水利|供电|电力|移动|电信|联通|广电|住建|交警|畜牧|林业|妇联|保险)"
)
SPEAKERS = (
    r"老板娘?|包?工头|承包商|厂[里长方]|[镇乡县市州省村局所站厂校]里|[镇乡]上|家长|户主|村民|群众|老乡"
    r"|[小组村]长|书记|主任|[他她][们家儿爹妈爸娘]?|男人|婆娘|儿子|女儿|媳妇|老人|老汉|大爷|两家|双方"
    r"|电工|水工|[瓦木泥石]匠|技术员|工人|兽医|专家|客服|销售|人家|对方|邻居|隔壁|司机|师傅|老师|医生|亲戚|兄弟|姊妹|同学|朋友|施工方|甲方|业主|收购商|贩子|客商"
)
OTHERS = re.compile(rf"(?:{ORGAN}|{SPEAKERS})[^，,。我咱]{{0,8}}$")
OURS = re.compile(r"我|咱|队里|工作队|本人")
TOWARDS = re.compile(r"[跟向对给同和与](?:[^，,。]{1,8})?$")
NO_WORD = re.compile(
    r"(?:没敢|不敢|没有|没法|没|不能|不好|不便|未|别|不)(?:再|就|先|轻易|随便|当场|直接|敢)?(?:[给跟向对和与][^，,。]{0,6})?$"
)
ASKED_FOR = re.compile(
    r"(?:要|让|叫|求|逼|催|盼|等着?|希望|指望|想)(?:着)?(?:我|咱|队里|工作队|我们)[^，,。]{0,4}$"
)
OWN_PEOPLE = (  # the sender's own family and colleagues: no household
    r"(?:我?(?:女儿|闺女|儿子|老婆|媳妇|爱人|老公|内人|对象|老[妈爸爹娘])|我[妈爸爹娘岳哥姐弟妹]|[妈爸](?!爸|妈)|自己|队友|同事|大家|大伙|你们"
    r"|领导|[一-龥]?(?:书记|队长|镇长|县长)|记者|朋友|同学|小[一-龥](?!家))"
)
TO_OWN = re.compile(rf"^(?:了|过|下)?{OWN_PEOPLE}|[跟向对给同和与]{OWN_PEOPLE}[^，,。]{{0,6}}$")
NO_PROMISE = re.compile(
    r"^(?:书|一?声|金(?=$|[额，])|质量|安全|供[水电应]|正常|不了|率|人(?!家)|得了|条件)|^[了过]?(?:好几|几|多|了?无数|不止)[^，,。]{0,3}[回次遍]|^(?:了)?(?:的)?(?:价|地方|规矩)|^(?:了)?吗|^了?没有?$|^(?:时间|日子)|^[了过]?(?!了?(?:去|来|帮|问|找|办|跑|替|联系|协调|解决|处理|反映))[^，,。把给]{0,8}的(?:事情?|话|条件|要求)|^[下过]的(?![事话])[^，,。]{1,8}$|^过[^，,。]{1,8}的[^，,。]{1,6}$|^过?[^，,。]{1,8}的[^，,。]{1,10}(?:了$|还没|没[^，,。]{0,3}$|已)"
)
MUTUAL = re.compile(
    r"拉了?钩|击了?过?掌|画了押|[许定]了个?日子|说下|讲下|说好|讲好|说定|讲定|讲妥|说妥|说死|约好|约定|许了|表态|答复他"
)  # ours only with somebody to whom
FOR_THEM = re.compile(r"[给帮替为陪带跟](?:[他她]|老人|人家|大[爷娘]|对方)")
AT_HOME = re.compile(r"[在到][^，,。]{1,8}(?:家|屋|炕|院|门口|那)[^，,。]{0,5}$")
IN_FACE = re.compile(r"当(?:着|到|了|起)?[^，,。]{1,8}(?:面|前)[^，,。]{0,4}$")
TO_HIS = re.compile(
    r"^家?[跟向对给和与同](?:[他她]|自己)?(?:媳妇|老婆|婆娘|男人|老伴|[爸妈爹娘]|儿子|女儿|闺女|娃|孩子|家里|邻居|对方|工头|老板|银行)"
)
HOMES = re.compile(r"[他她]|全[村组寨屯]|乡亲|社员|大伙|老[人乡]|大[爷娘叔婶]|村民|群众|[户家]")
TO_ME = re.compile(r"(?:^|[^，,。我咱])[跟向对给和与](?:我|咱)们?[^，,。]{0,4}$")
CONTENT = re.compile(r"[让要请叫求盼托催](?:着|了)?(?:我|咱|队里|工作队)")
OFFICIAL = re.compile(
    rf"[跟向对给同和与](?:{ORGAN}|[镇乡县市州省村组]里|[镇乡]上|领导|队长|书记|主任|单位|家里|队里|上面|上级|村委|支书)[^，,。]{{0,4}}$"
)
SOMEBODY = re.compile(
    r"^(?:了|过|的|好)?(?:给|帮|替|为|跟|陪|带)?(?:[他她]|老|大[爷娘叔婶妈]|人家|对方|您|你|群众|村民|乡亲)"
)

SENDS = re.compile(r"[叫请喊带派催][^，,。我]{1,6}上门")  # no visit of ours
# 说好下周把兽医叫来: whoever fetches help is one of us, wherever the talk was
FETCHES = re.compile(
    r"[^，,。；]{0,10}[把帮给][^，,。；]{1,6}(?:叫|请|喊|找|带|联系)(?:来|过来|上门)"
)
# 我跟他说，你放心，一定帮你办好: our own words to somebody are a promise
VOW = re.compile(
    r"(?:一定|肯定|保管|准定|绝对)(?!要|得|是)[^，。；]{0,8}(?:[帮给替为][你您他她]|把)"
)
# 我说下周三之前喊人来看: said to the household in view, with its day, it is our word too
SAID = re.compile(
    r"^(?:我|咱)(?:们|就|也|当场)*(?:[跟给对向和](?:[他她]们?|人家|老人家?))?[说讲]"
)
OFFER = re.compile(
    r"(?:喊|叫|请|找|联系|派|带|安排)[^，,。；你]{0,6}[来去过给帮看修弄]|[帮给替][他她]|来[看修弄换办]|[再过]来"
    r"|[看修弄办送](?:好|来|过来|一下)|解决|答复"
)
BETWEEN = re.compile(
    r"(?:又|结果|可|但|却|偏偏|临时|后来)[^，,。]{0,4}(?:被|没|走不|去不|叫|有事|来事|忘|耽)"
)
THEIR_WORD = re.compile(r"(?:去年|前年|上个?月|年初|当初|当时|原来|早先)$")  # 去年说好六月给的
KEPT_THING = re.compile(r"[了过下]?[^，,。把给帮替去]{1,8}的[^，,。；]{1,6}$")
OUR_SPEECH = re.compile(
    r"(?:我|咱|队里)[^，。；]{0,4}[跟对给和向同][^，。；]{1,8}[说讲]"
    r"|(?:我|咱|队里)[^，。；]{0,4}[让叫劝请](?:[他她]们?|人家|老人家?|大[爷娘叔婶])[^，]{0,3}放宽?心"
)


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
        by = _by(scene, clause, spot, following)
        if found and by is None and _again(found[-1], household):
            continue  # 承诺了就得办
        found.append(
            PromiseSaid(
                start=(_our_speech(scene, index) or clause).start,
                text=scene.words(clause, *following),
                household=household,
                by=by,
            )
        )
        for one in (clause, *following):
            one.taken = one.taken or one is not clause or not _tells_before(spot)
    return found


def _ours(scene: Scene, index: int) -> tuple[int, int] | None:
    """Where our own promise stands in a clause."""
    clause = scene.clauses[index]
    for start, end in clause.hits("promise.words"):
        before, after = clause.text[:start], clause.text[end:]
        if before.endswith(("低", "医", "社", "参", "环")):
            continue  # 低保证 is a paper
        if NO_WORD.search(before) or ASKED_FOR.search(before) or NO_PROMISE.search(after):
            continue
        if (
            OFFICIAL.search(before)
            or (not clause.mentions and (TO_OWN.match(after) or TO_OWN.search(before)))
            or negated(clause, start, end)
            or _said_by_others(scene, index, start, end)
        ):
            continue
        if after.endswith("的") and _came_to_nothing(scene, index):
            continue
        if THEIR_WORD.search(before) and not OURS.search(before):
            continue
        if KEPT_THING.match(after) and _is_kept(scene, index):
            continue
        if MUTUAL.search(clause.text[start:end]) and not _with_somebody(clause, start, end):
            continue
        return start, end
    return _vow(scene, index)


def _again(before: PromiseSaid, household: Who | None) -> bool:
    """Whether a word without a day only repeats the one given just before."""
    mine, told = household, before.household
    return before.by is not None and mine is not None and told is not None and same(mine, told)


def _came_to_nothing(scene: Scene, index: int) -> bool:
    """Whether something came between: 说好去看她的，又被叫去开会了."""
    behind = scene.clauses[index + 1 : index + 2]
    return any(one.before != "hard" and BETWEEN.match(one.text) for one in behind)


def _is_kept(scene: Scene, index: int) -> bool:
    """Whether what was promised before has come about: 答应他的轮椅，今天推过去了."""
    behind = scene.clauses[index + 1 : index + 2]
    return any(is_past(one) and not one.has("promise.words") for one in behind)


def _vow(scene: Scene, index: int) -> tuple[int, int] | None:
    """Where we are quoted as giving our word."""
    clause = scene.clauses[index]
    match = VOW.search(clause.text)
    if match and _our_speech(scene, index):
        return match.span()
    said = SAID.match(clause.text)
    offered = said and OFFER.search(clause.text, said.end())
    if not said or not offered or re.search("[不没别你吗]", clause.text):
        return None
    return said.span() if _by(scene, clause, said.span(), []) else None


def _our_speech(scene: Scene, index: int) -> Clause | None:
    """The clause just before in which we begin to speak to somebody."""
    near = scene.clauses[max(0, index - 2) : index + 1]
    return next(
        (
            one
            for one in near
            if (one.mentions or "放" in one.text) and OUR_SPEECH.search(one.text)
        ),
        None,
    )


def _said_by_others(scene: Scene, index: int, start: int, end: int) -> bool:
    clause = scene.clauses[index]
    before = clause.text[:start]
    if OURS.search(before) and not TO_ME.search(before):
        return False
    if _is_speaker(clause, start, TO_HIS):
        return True
    if AT_HOME.search(before) or IN_FACE.search(before):
        return False
    if TO_ME.search(before):
        return True
    if TOWARDS.search(before) and not OTHERS.search(before[: TOWARDS.search(before).start()]):  # type: ignore[union-attr]
        return False
    if OTHERS.search(before) or by_others(clause, start) or _is_speaker(clause, start):
        return True
    if before.strip() or FETCHES.match(clause.text, end):
        return False
    return _spoken_before(scene, index, end)


def _spoken_before(scene: Scene, index: int, end: int) -> bool:
    """Whether the clause before has somebody else as its subject: 施工队停工，答应返工."""
    clause = scene.clauses[index]
    if clause.before == "hard" or not index or clause.mentions or _to_them(clause.text[end:]):
        return False
    before = scene.clauses[index - 1]
    subject = before.text[: max(12, len(before.text) // 2)]
    return (
        not OURS.search(before.text)
        and not before.mentions
        and bool(re.search(rf"^[^，,。]{{0,6}}?(?:{ORGAN}|{SPEAKERS})", subject))
    )


def _to_them(behind: str) -> bool:
    return bool(SOMEBODY.search(behind) or FOR_THEM.search(behind))


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
        bool(OURS.search(before) or TOWARDS.search(before) or _to_them(after))
        or named
        or _dated(clause)
    )


def _to_a_home(clause: Clause, following: list[Clause]) -> bool:
    """Whether a promise without a name is one to somebody in the village: 答应给他送药."""
    return any(_to_them(one.text) or HOMES.search(one.text) for one in (clause, *following))


def _just_named(scene: Scene, clause: Clause, spot: tuple[int, int]) -> Who | None:
    """The household told of just before 我答应…, this sentence or the one before."""
    if not OURS.search(clause.text[: spot[0]]):
        return None
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
    for later in scene.clauses[index + 1 : index + 3]:
        if (
            later.before == "hard"
            or later.taken
            or later.has("leave.words", "leave.here")
            or (later.has("visit.words") and not SENDS.search(later.text))
            or (later.has("study.words") and later not in scene.plans)
        ):
            break
        if not (later in scene.plans or later.times) or (later.mentions and taken):
            break
        if later.has("need.words") and not later.times:
            break
        taken.append(later)
    return taken


def _tells_before(spot: tuple[int, int]) -> bool:
    """Whether something else is told in the clause before the promise."""
    return spot[0] > 6


def _to_whom(
    scene: Scene, clause: Clause, following: list[Clause], context: dict[Clause, Who | None]
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


def _by(
    scene: Scene, clause: Clause, spot: tuple[int, int], following: list[Clause]
) -> date | None:
    """The day the word is given for: said behind the promise, in the next clause, else before."""
    behind = [one for one in clause.times if clause.at(one.start) >= spot[1]]
    before = [one for one in clause.times if clause.at(one.end) <= spot[0]]
    content = _content(scene, clause)
    for phrase in (
        *behind,
        *(one for later in following for one in later.times),
        *before,
        *content,
    ):
        span = scene.span(phrase, "ahead")
        if span is None or span.kind == "after" or not phrase.names_day:
            continue
        today = scene.base_at(phrase.start)
        if span.last > today or (span.kind == "by" and span.last >= today):
            return span.last
    return None


def _content(scene: Scene, clause: Clause) -> list[TimePhrase]:
    """Times of what one was asked for just before: 让我周四前帮他写好，我答应了."""
    index = scene.clauses.index(clause)
    if not index:
        return []
    before = scene.clauses[index - 1]
    return before.times if CONTENT.search(before.text) else []
