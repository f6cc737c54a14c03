"""Presence: on post, said of oneself or of the whole team."""

import re
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.said import PresenceSaid
from ledger.reading.scene import Scene, by_others, is_future

PRESENT = re.compile(
    r"[在蹲窝守猫](?:在)?(?:点[上里]|村[上里头]{1,2}(?!的|有)|队[上里](?!的|有)|驻地|驻点)|蹲[村守点]|没出(?:过)?村|没挪窝|没(?:回家|下山|离岗|离开(?:过)?(?:村|岗))"
    r"|轮(?:到)?我[值守]|(?:我|本人)(?:值|守|当)(?:的)?(?:班|夜)|值班(?:的|人)?(?:是|为)?我|村[里头上](?:过夜|睡|歇|住)|守(?:电话|点|夜)|带班值守|坚守|[我咱]们?(?:[仨俩]|[几两三四五]个人?)?都在(?:的|呢)?$|一个(?:都)?不[缺少]|都到(?:齐|岗)|在岗|在村|再村|值班|值夜|值守|留守|住村|驻村|守村|坐班|带班|守着村|守村部|住在村|吃住在村|夜宿|宿村|宿在(?:村|队)|(?:整天|一天|全天|一直|成天|整日|白天|天天)[^，,。]{0,4}[在守]村[部委](?!会)|夜里住|宿在村|在村部|守在村|当值|[在住]村[里部上委]|没离村|未离村|在位"
    r"|值(?:的|[了着过]?[一半两整个]{0,2}[天晚宿夜]?的?)班|守(?:了)?(?:一)?(?:天|夜|晚)|守村部"
)
ROLL_CALL = re.compile(r"^\s*(?:收到点名|到[!！。]?|有[!！]|在[!！。]?|在的[!！。]?)$")
CALLED = re.compile(r"^[^。！!？?\n]{0,20}点名")
SHOUTED = re.compile(r"^\s*[到有在][!！]")
MINE = re.compile(r"我|咱|本人|全队|队里|工作队|队员们?都?|都|全员|[和跟]")
PEOPLE = re.compile(
    r"(?:老人|群众|村民|孩子|家里|支书|主任|户主|[他她](?:们)?|人家|谁|家家|年轻人|劳力|儿子|女儿|书记|干部|医生|老师|施工队|男的|女的|没人|无人|有人|要人)[^，,。我]{0,8}$"
)
NOT_BEFORE = re.compile(
    r"(?:[不没未]|不能|没得|要求|[找问给]|轮到(?!我)[^，,。我]{0,4}|跑到|来|坐到|到|送到|回到?|[按算]|是否|谁|接到|换|第[^，,。]{1,5}天的?)$"
)
WEAK = re.compile(r"^在村[部里上委]")  # only where one is, beside a return no news
WEAK = re.compile(r"^在村[部里上委]?")  # only where one is: no news beside a return
BARE_TO = re.compile(r"(?:跑|坐|送|叫|喊|请|带)到$|[找问给来回到按不没未谁]$")
NOT_AFTER = re.compile(
    r"^(?:电话|室|表|干部|工作队员?|工作|经费|补贴|日志|日记|队员?|算|民|口|头|子|人员|的?(?:补贴|经费|日志|管理|天数|工作队|书记|规定|制度|干部|老人|老乡|人|老支书|同志|要求|时候|劳力)"
    r"|驻|得|第|以来|期间|满|快|[一二三四五六七八九十两几多\d]{1,3}个?[年月]|[里上]?(?:找|的(?![哈呢啊哦呀嘛啦]?$)|有)|[里上](?:开|那|转|走|看)|[部委](?:会|里)?(?:的|门|[^，,。值住守待夜]{1,2})|[^，,。]{0,4}[吗么]$)"
)
TONIGHT = re.compile(r"今[晚夜天日]|今儿|在|正")
SPANNED = re.compile(r"驻村|在[岗村]|值[班守]|住村|守")


def read_presence(scene: Scene, *, back: bool = False) -> list[PresenceSaid]:
    """On post, each day once; a span of the past as a span. `back`: a return is told as well."""
    found: dict[date, PresenceSaid] = {}
    for index, clause in enumerate(scene.clauses):
        if clause.question or not (_answers(scene, index) or _is_present(scene, clause, back)):
            continue
        for day, until in _days(scene, clause):
            said = PresenceSaid(
                start=clause.start, text=scene.words(clause), day=day, until=until
            )
            found.setdefault(day, said)
    return list(found.values())


def _answers(scene: Scene, index: int) -> bool:
    """The answer to a roll call, a sentence of its own."""
    clause = scene.clauses[index]
    if (
        SHOUTED.search(scene.plain[clause.start : clause.end + 1])
        and clause.before == "hard"
        and len(clause.text.strip()) <= 2
    ):
        return True
    following = scene.clauses[index + 1 : index + 2]
    closed = not following or following[0].before in {"hard", "soft"}
    called = clause.before == "hard" or CALLED.search(scene.plain[: clause.start])
    return bool(called) and closed and bool(ROLL_CALL.search(clause.text))


def _is_present(scene: Scene, clause: Clause, back: bool) -> bool:
    if is_future(scene, clause) or (clause in scene.plans and not TONIGHT.search(clause.text)):
        return False
    spots = [
        one.span()
        for one in PRESENT.finditer(clause.text)
        if not (back and WEAK.search(one[0]))
    ]
    return any(_own(clause, *one) for one in spots)


def _own(clause: Clause, start: int, end: int) -> bool:
    before, after = clause.text[:start], clause.text[end:]
    if (
        BARE_TO.search(before)
        or NOT_BEFORE.search(before)
        or NOT_AFTER.search(after)
        or by_others(clause, start)
    ):
        return False
    if PEOPLE.search(before) and not MINE.search(before[-8:]):
        return False
    return not (
        clause.mentions
        and clause.at(clause.mentions[0].start) < start
        and not MINE.search(before[-4:])
    )


def _days(scene: Scene, clause: Clause) -> list[tuple[date, date | None]]:
    spans = [
        span
        for one in clause.times
        if one.names_day
        and not one.text.startswith("当")
        and (span := scene.meant(clause, one))
    ]
    ranges = [one for one in spans if one.kind == "range" and one.first <= scene.base]
    if ranges and SPANNED.search(clause.text):
        return [(ranges[0].first, ranges[0].last)]
    points = [one.first for one in spans if one.kind == "point" and one.first <= scene.base]
    return [(one, None) for one in points] or [(scene.days[clause], None)]
