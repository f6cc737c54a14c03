"""Whether what a clause tells has been done, on which day, and whether by ourselves."""

import re
from datetime import date, timedelta

from ledger.heads import led
from ledger.naming import NOT_IN_NAMES
from ledger.reading.clauses import Clause
from ledger.reading.scene import Scene, is_another
from ledger.surnames import FAMILIES, STRONG, WORDS
from ledger.time_phrases import TimePhrase

SHORT = 9  # characters of a clause that is hardly more than a day
TURN = 8  # clauses back in which 先 stands that 再 goes on with
DAYLIGHT = re.compile(  # at the beginning of what is told of it
    r"(?:^|[，,、\s今我就又再还])(?:一?大?清?早[上晨起]|清晨|一大早|一早|[上下]午|中午|晌午|[前后]晌|午后|[早午]饭)"
)
NIGHT = re.compile("昨[天日个儿]{0,2}的?(?:[大后]?半?夜|[晚深]|傍晚|擦黑)")  # last night
FRONT = 3  # characters before a deed named first, and between it and what says when
SOON = timedelta(days=45)  # a month and day this near ahead is meant ahead; else the last one
AHEAD = led(
    r"打算|准备(?![了好])|(?<!雨露)计划(?!生育|书|表|到)|拟(?![态人合订好])|想(?=[去到着再把找上走看学请让叫留接带喊抽])|(?<![不重只需主])要(?=[去到走入学看上回把给再])|要求|将(?=[于要到去对])|会去"
    r"|等(?:会|下|忙|有空|[^，,。]{1,8}再)|待会|待一会|争取|下一?步|改[天日]|过[两几]天|回头(?!看|又|就)|抽(?:个|点)?(?:空|时间|工夫)(?![^，,。]{0,20}[了过])|(?:安排|[定约排改推挪])[在到于](?=[^，,。]{0,2}[下明后月周])|有空|预计|得去|必须|还要|还得|该去|轮到"
    r"|找时间|找个时间|接下来|再(?=[去来补走学跑访看上])|本该|本来|原定|原本|如果|(?<![主只])要是|假如|万一|希望|但愿|最好|差点|(?<![划的纲项])建议|应该去|需要"
    r"|答应|承诺|保证|说好|讲好|讲定|谈妥|说妥|约好|约定|说定|务必|请于|尽快|抓紧|提醒|通知|每(?:[周月天日户队次回]|人(?![说讲谈念读背]))"
)
BY_ORDER = re.compile(  # what was ordered may be done by now
    r"(?:按照?|根据|依据|遵照|依照)[^，,。；]{0,20}?(?:要求|计划|安排|部署|通知|约定)"
)
PLANNED = re.compile(r"(?:打算|准备|计划|想着?|想趁|拟|本来|原定|原本|说好)$")
DONE = re.compile(r"刚刚?|已经?|才(?=[去到走看学从])|又(?=[去到走看学跑转上])|改去了|临时")
ASPECT = re.compile(
    r"^[^，,。]{0,3}?(?:了(?!再|以后|之后|就(?:去|来))|过(?!去|来|年|节)|(?<=[去走看跑访学到])的(?!话|时候|路))"
)
ROLES = (
    r"书记|支书|主任|[镇乡县局队站所科校院组社处厅部市州省区旗]长|委员|组委|干事|干部|村医|医生|老师|师傅|电工|专家"
    r"|技术员|网格员|会计|文书|记者|主播|网红|志愿者|义工|大学生|实习生|选调生|民警|警察|律师|法官|护士|大夫|兽医|教授"
    r"|(?:审计|放映|保洁|护林|信贷|联络|安全|协管|推销|收购|快递|业务)员|[客药菜]商|贩子|姑娘|小伙子?"
    r"|(?:大[姐哥嫂])|(?<![一-龥])(?![大二三几])[一-龥](?:姐|哥|姨|总|工)(?![作程商地资厂钱期段夫])"
)
BODIES = (
    r"督查组|暗访组|检查组|考核组|工作组|调查组|巡察组|残联|民政|水务|水利|供电|电力|畜牧|卫生院|医院|住建|教育局|[镇县乡市区局]里|[镇县乡]上"
    r"|施工队|施工方|[一-龥]{0,2}(?:考察|参观|代表|艺术|慰问|服务|采访|摄制|医疗|志愿|宣传|督导|巡回|调研|核查|验收|普查)[团队组]|剧组|专班|合作社|公司|银行|信用社|保险|移动|电信|联通|派出所|学校|邻居|村民|群众|老乡|亲戚|隔壁"
)
THEM = re.compile(
    rf"(?:(?<![一-龥])|(?<=[的说是有叫让请派替由听，,、\s天早晚夜上午里队员]))(?:那?[老小](?![时早远是半雨雪])[一-龥](?!时|学|组|村|区|子|孩|巧)|[一-龥]{{0,3}}(?:{ROLES})|[一-龥]{{0,4}}(?:{BODIES})|队员[一-龥]{{0,3}}|同事[一-龥]{{0,2}}"
    r"|(?<![一-龥])(?![我咱])[一-龥]{2,10}?的(?:人|同志|领导)"
    r"|他们?|她们?|人家|对方|别人|有人|那谁|村干部|村里|村上|全镇|全县|兄弟村|别的队|儿子|女儿|儿媳|老伴|家属|孩子|亲家)"
    r"(?:的人|人员|同志|派人|来人|那边|他们)?(?:[和跟、][^，,。我咱]{1,4})?[^我咱，,。]{0,10}$"
)
THEY_LEAD = re.compile(  # 老支书陪医生去了; who leads the team is one of us
    r"^(?:[今昨前]天|[上下中]午|·)*(?:(?![和与跟同])[一-龥]){0,2}?(?:支书|主任|村长|组长|会计|网格员|村医|民警|[镇乡县局站所]长)"
    r"(?:[今昨前]天|[上下中]午|·)*(?:陪|带|领|和|跟|同|约|叫)"
)
BOOK = re.compile("《[^《》]*》")
ARRANGED = re.compile(  # 县里组织的测试: we sat it
    r"[^，,。；我咱]{1,8}?(?:组织|安排|布置|举办|开展|下发|印发)的"
)
FRONTED = re.compile("[把将][^，,。]{1,20}$")  # 把县里的办法过了一遍: what, not who
HEARSAY = re.compile(
    r"(?<![跟和与同陪带])(?:隔壁[^，,。]{0,6}[村队]|邻村|别的村|兄弟[村队])|听说|据说|听[^，,。]{1,4}[讲说]"
)
SENT = re.compile(
    r"(?:(?<!申)请|叫|让|派|催|联系|安排|通知|托|喊)(?!上)(?:了|来了?)?[^我咱，,。]{1,14}$"
)
OURS = re.compile(
    rf"我(?!们?(?:这|那)?[一-龥]{{0,1}}(?:{ROLES})|们?镇|们?县|们?队里?的?(?:[老小][一-龥]|队员|书记|队长))|咱|本人|自己|全队|工作队|队里(?!的?[老小][一-龥])|一起|一同|一道|一块|陪|叫上|喊上|带上|领[着上了]|拉[着上]|引着|约[上着]|邀[上着]|[和跟与同带随](?!前|时|意|步|样)|搭"
)

SURNAME = f"[{''.join(sorted(STRONG | FAMILIES))}]"
NAMED = re.compile(  # 范建国今天去: a name, and nothing but when and how before the verb
    r"^(?:[今昨前]天|[上下中]午|刚才?|听说|·)*(?:是|由)?"
    rf"(?P<name>{SURNAME}[一-龥]{{2}})(?:同志|他们|等人|[两几]个|一行)?"
    r"(?:[今昨前]天|[今昨]晚|[上下中]午|早上|晚上|傍晚|刚才?|已经?|又|也|就|都|还|先|再|一个人|自己"
    r"|独自|单独|[\d一二三四五六七八九十]{1,2}[号日]|·)*"
    r"(?:下村|进村|入户|开车|骑车|专门|专程|顺[路便]|过)?[去到来]?$"
)


class Tense:
    """What in a message is done and what is still to come."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._cues: dict[int, list[tuple[int, bool]]] = {}
        self.planned = self._ahead()

    def _ahead(self) -> set[Clause]:
        """Clauses about what is still to come, each with those that go on with it."""
        found: set[Clause] = set()
        running = pledged = False
        for index, clause in enumerate(self.scene.clauses):
            turned_away = pledged and is_another(clause)
            running = self._turn(index, running and clause.before != "hard" and not turned_away)
            pledged = running and (pledged or clause.has("promise.words"))
            if running:
                found.add(clause)
        return found

    def _turn(self, index: int, running: bool) -> bool:
        """Whether the words at the end of a clause are about what is to come."""
        cues = self.cues(index)
        if cues:
            return cues[-1][1]
        return running and not re.search(
            r"了(?!再|没)|过|刚|已", self.scene.clauses[index].text
        )

    def cues(self, index: int) -> list[tuple[int, bool]]:
        """Places in a clause that turn it: True to what is to come, False to what is done."""
        if index not in self._cues:
            self._cues[index] = _cues(self.scene, index)
        return self._cues[index]

    def is_done(self, index: int, start: int, end: int) -> bool:
        """Whether the verb at start to end has been done: its aspect, else the words before it."""
        clauses = self.scene.clauses
        told = _aspect(clauses[index], start, end)
        cues = self.cues(index)
        before = [comes for at, comes in cues if at < end]
        if not before and not told and cues and start < FRONT and cues[0][0] - end < FRONT:
            return not cues[0][1]  # 走访我下周补
        if before:
            return not before[-1] or (told and not _bound(self.scene, index, start))
        carried = (
            clauses[index].before != "hard" and index and clauses[index - 1] in self.planned
        )
        return told or not carried or clauses[index] not in self.planned


def _cues(scene: Scene, index: int) -> list[tuple[int, bool]]:
    """Places in a clause that turn it: True to what is to come, False to what is done."""
    clause = scene.clauses[index]
    ordered = BY_ORDER.match(clause.text)
    by_order = ordered.end() if ordered else 0
    found = [
        (one.start(), True)
        for one in AHEAD.finditer(clause.text)
        if one.end() > by_order
        and not (one[0] == "再" and _in_turn(scene, index))
        and not (one[0][0] == "每" and _been(scene, clause, one.start()))
    ]
    found += [(one.start(), False) for one in DONE.finditer(clause.text)]
    for phrase in clause.times:
        comes = is_ahead(scene, index, phrase)
        if comes is not None:
            found.append((clause.at(phrase.start), comes))
    return sorted(found)


def _been(scene: Scene, clause: Clause, at: int) -> bool:
    """Whether days that are over stand before 每天: 16号到18号每天半小时."""
    early = [scene.span(one, "back") for one in clause.times if clause.at(one.start) < at]
    return any(one and one.last <= scene.base for one in early)


def _in_turn(scene: Scene, index: int) -> bool:
    """Whether 再去 goes on with what was done first: 先去老李家。再去老张家."""
    near = scene.clauses[max(0, index - TURN) : index]
    return any("先" in one.text and not AHEAD.search(one.text) for one in near)


def is_ahead(scene: Scene, index: int, phrase: TimePhrase) -> bool | None:
    """Whether a day is still to come; None when the phrase does not say."""
    if not phrase.names_day:
        return None
    clause = scene.clauses[index]
    back, forth = scene.span(phrase, "back"), scene.span(phrase, "ahead")
    if back is None or forth is None or forth.kind == "by" or back.kind == "by":
        return None
    base = scene.base_at(phrase.start)
    if back.first > base:
        return True
    if forth.first == base and PLANNED.search(clause.text[: _at(clause, phrase.start)]):
        return None  # 打算今天去
    if forth.first <= base or any(start == phrase.start for start, _ in scene.headed):
        return False
    if AHEAD.search(clause.text[: _at(clause, phrase.start)]):
        return True
    if ASPECT.search(clause.text[_at(clause, phrase.end) :]) or re.search(
        r"[去走看跑访学]的|了", clause.text
    ):
        return False
    return _in_view(base, forth.first, phrase.hit.form)


def _at(clause: Clause, offset: int) -> int:
    return min(len(clause.text), max(0, clause.at(offset)))


def _in_view(base: date, day: date, form: str) -> bool:
    """Whether the coming one of a day that returns is meant: 28号 in this month, 周日 in this week."""
    if form in {"day", "days"}:
        return (day.year, day.month) == (base.year, base.month)
    if form == "week":
        return day.isocalendar()[:2] == base.isocalendar()[:2]
    return day - base <= SOON


def _aspect(clause: Clause, start: int, end: int) -> bool:
    """了, 过 and 的 of a deed done, within the verb or right behind it."""
    return bool(
        re.search(r"[了过](?!再|去)|[去走看跑访]的", clause.text[start:end])
        or ASPECT.search(clause.text[end : end + 6])
    )


def _bound(scene: Scene, index: int, start: int) -> bool:
    """Whether a day to come or a promise stands before it: 了 is then of another deed."""
    clause = scene.clauses[index]
    early = [one for one in clause.times if clause.at(one.start) < start]
    return any(is_ahead(scene, index, one) for one in early) or bool(
        re.search(r"答应|承诺|保证|说好|约好|如果|要是|本该|差点|等", clause.text[:start])
    )


def by_them(scene: Scene, index: int, start: int) -> bool:
    """Whether somebody else is said to do it: 电工去了, 请医院的人上门, 他说他走了."""
    clause = scene.clauses[index]
    before = clause.text[:start]
    if clause.before == "cue" and index and not scene.clauses[index - 1].mentions:
        before = scene.clauses[index - 1].text + before
    elif clause.before == "cue" and index and _led_there(scene.clauses[index - 1]):
        return True
    before = FRONTED.sub("", ARRANGED.sub("", BOOK.sub("", before)))[-24:]
    told = scene.clauses[index - 1].text if clause.before == "cue" and index else ""
    if HEARSAY.search(told + before):
        return True
    if THEY_LEAD.search(clause.text[:start]) and not re.search("我|咱|本人|自己|队", before):
        return True
    if OURS.search(before):
        return False
    return bool(THEM.search(before) or SENT.search(before) or _led_by_name(before))


def _led_by_name(before: str) -> bool:
    """Whether a person is named who does it: 范建国今天去; 马上又去 names nobody."""
    match = NAMED.search(before)
    name = match["name"] if match else ""
    return bool(name) and name[:2] not in WORDS and NOT_IN_NAMES.isdisjoint(name[1:])


def _led_there(clause: Clause) -> bool:
    """Whether somebody else goes to the household a clause names: 副书记到老庞家 | 走访."""
    head = clause.text[: clause.at(clause.mentions[0].start)]
    return bool(THEM.search(head)) and not OURS.search(head)


def day_at(scene: Scene, index: int, at: int) -> tuple[date, date | None]:
    """The day, or the first and last day, that a place in a clause reports on."""
    clause = scene.clauses[index]
    named = [one for one in clause.times if one.names_day and not one.text.startswith("当")]
    early = [one for one in named if clause.at(one.start) <= at]
    found = [day for one in early or named if (day := _reported(scene, one))]
    if found:
        return found[-1]
    if not named and (behind := _day_behind(scene, index)):
        return behind
    if not named and (heading := dated_before(scene, index)):
        return scene.days[heading], None
    before = scene.clauses[index - 1] if named and index else clause
    if not named and is_next_morning(scene, index):
        return scene.base, None
    return scene.days[before], None


def is_next_morning(scene: Scene, index: int) -> bool:
    """Whether a clause is of today, as last night was told of and then a part of the day.

    昨晚八点到的村；早上七点半学了条例: no morning of the day before follows its night.
    """
    if scene.days[scene.clauses[index]] != scene.base - timedelta(days=1):
        return False
    daylight = False
    for clause in reversed(scene.clauses[max(0, index - TURN) : index + 1]):
        told = [one for one in clause.times if one.names_day]
        if told:
            return daylight and _is_last_night(clause, told[-1])
        daylight = daylight or bool(DAYLIGHT.search(clause.text))
    return False


def _is_last_night(clause: Clause, phrase: TimePhrase) -> bool:
    """昨晚, 昨天半夜: the day before, by its night."""
    return bool(NIGHT.search(clause.text[max(0, clause.at(phrase.start)) :]))


def dated_before(scene: Scene, index: int) -> Clause | None:
    """The clause just before that is hardly more than a day: 11月17日, 今天的也有."""
    if is_next_morning(scene, index):
        return None
    for earlier in reversed(scene.clauses[max(0, index - 3) : index]):
        if earlier.sentence != scene.clauses[index].sentence or len(earlier.text) > SHORT:
            return None
        if any(one.names_day for one in earlier.times):
            return earlier
    return None


def _day_behind(scene: Scene, index: int) -> tuple[date, date | None] | None:
    """The day of a deed that follows it alone: 侯家去过了，昨天下午."""
    after = scene.clauses[index + 1] if index + 1 < len(scene.clauses) else None
    if after is None or after.before not in {"soft", "space"} or not after.times:
        return None
    words = sum(one.end - one.start for one in after.times)
    if words < len(after.text.strip()) or (
        index + 2 < len(scene.clauses) and scene.clauses[index + 2].before == "space"
    ):
        return None
    return next(
        (day for one in after.times if one.names_day and (day := _reported(scene, one))), None
    )


def _reported(scene: Scene, phrase: TimePhrase) -> tuple[date, date | None] | None:
    """The day or days back that a phrase names; None for what is still to come."""
    headed = [day for start, day in scene.headed if start == phrase.start]
    if headed:
        return headed[0], None
    span = scene.span(phrase, "back")
    if not span or span.first > scene.base or span.kind not in {"point", "range"}:
        return None
    last = min(span.last, scene.base)  # 这周走了12户: up to today
    return span.first, last if span.kind == "range" and span.sure else None
