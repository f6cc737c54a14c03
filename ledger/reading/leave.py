"""Leave: asked for, announced or extended, the sender's own; trips for work are 公差."""

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.reading.clauses import Clause
from ledger.reading.said import LeaveSaid
from ledger.reading.scene import Scene, by_others, is_future, negated
from ledger.reading.turns import is_supposed
from ledger.time_phrases import Span, TimePhrase

LONGEST = 60  # days of one leave
DAY = timedelta(days=1)
FAR = 180  # days ahead that no leave is asked for

# kinds, the first that is named
KINDS = (
    ("轮休", re.compile(r"轮休|调休|补休|换休|倒休|串休")),
    ("公休", re.compile(r"公休|年假|年休|休年")),
    ("公假", re.compile(r"公假|[婚产丧]假|探亲假|护理假|陪[护产]假|育儿假|集体体检|(?:单位|组织)[^，]{0,6}体检")),
    ("病假", re.compile(r"病假")),
    ("事假", re.compile(r"事假")),
    ("公差", re.compile(r"公差|出差|公务|因公")),
)
KIN = "父母爸妈爹娘岳爷奶姥姐妹弟哥嫂舅姑叔伯姨婶侄孙娃"
FAMILY = re.compile(
    rf"[{KIN}](?![是说])|老婆|媳妇|爱人|老公|对象|孩子|小孩|儿子|女儿|闺女|丫头|妻子|丈夫|丈人|公公|婆婆|外[公婆]|外孙|老伴|老人|老头"
    r"|家里|家中|家事|老家|老屋|亲戚|结婚|婚礼|喜酒|酒席|吃席|吃酒|喝酒|订婚|定亲|相亲|出嫁|嫁女|过寿|寿|满月|百日|周岁|丧|出殡|下葬|去世|走了人|上坟|扫墓|祭祖|家长会"
    r"|搬家|装修|上梁|交房|收房|私事|个人事|有点?(?:急)?事|急事|过户|办证|接送|银行|换卡|驾照|驾校|年检|审车|修车|房贷|房产|社保卡|签证|护照|开学|毕业典礼|高考|中考|面试|官司|开庭"
)
ILLNESS = re.compile(
    r"因病|生病|病了|有病|发烧|发热|高烧|低烧|感冒|牙|复查|复诊|看病|就医|就诊|手术|住院|输液|挂水|吊水|打针|打点滴|不舒服|难受|崴|扭了|扭到|摔[了伤]|骨折|结石|[腰胃头]疼|[腰胃头肚子]+[疼痛]|腰|胃|肚子|拉肚|咳|医生|医院|犯了|体温|烧到|阳了|中暑|过敏|食物中毒|头晕|血压|眼睛|做检查|没好|好利索|养[几两一]天|静养|卧床|爬不起来"
)
DUTY = re.compile(
    r"培训|开会|会议|参会|列席|对接|述职|考察|学习班|跑项目|报账|汇报|党校|(?:送|交|递|报)[^，,。]{0,4}(?:材料|报表|资料|台账|档案)|观摩|领(?:物资|表|资料)|申报|拿批文|办手续|跑手续|跟班|迎检|协调|调研|争取|轮训|轮岗|答辩|考核会|推进会|座谈会|审计|招商|推介|评审|(?:送|陪|带)(?:村民|群众|老乡|病人)|公事|公务"
)

# what begins a leave
COUNTED = re.compile(r"(?:请|续|歇|准|休息?)(?:上|了|个|我|假|甲|的)?(?:是|不是\*{1,16}而?是|最多|大概|就)?$")  # before a number of days: 请四天
WISH = r"(?:想|要|得|准备|打算|申请|需要?|能不能|可不可以|可以|让我?|准我?|批我?|允许我?|容我)"
TAKEN = re.compile(r"请(?:的|了|过)[^，,。]{0,6}?假(?!日|期)|请[^，,。]{1,4}?(?:小时|钟头)的?假")
GO_HOME = re.compile(
    rf"{WISH}[^，,。]{{0,10}}?回(?:趟|一趟)?(?:去|家|老家|县城|城里?|市里|省城|单位|娘家)(?:里)?(?:一趟|一下|[几两三一]天)?"
    r"|(?:回趟|回一趟)(?:家|老家|县城|城|娘家)"
)
AWAY = re.compile(r"(?:不|没)在(?:村|岗)(?!民|干|委|口|位|的(?:人|同志|队员|请|户))|离村|离岗|外出(?=[一两三四五六七八九十半\d]|$)")
NAMED_TRIP = re.compile(r"公差|出差|因公外出")
SEAT = r"(?:省|市|州|县|旗|区(?!里转)|盟)(?:里|城|上|委|局|厅|[^，,。]{1,6}(?:局|厅|委|部|办|中心|校|院))?|局里|厅里|(?:派出|原)?单位|外地|组织部|党校|[外邻]省|[外邻]县|集团|(?:镇|乡)(?:上|里|政府)"
TRIP = re.compile(rf"(?:去|到|回|赴|上|在|往|参加|出席)了?(?:{SEAT})[^，,。]{{0,12}}|(?:{SEAT})(?:组织的?)?[^，,。]{{0,8}}(?:培训|开会|会议)|参加[^，,。]{{0,12}}(?:培训|学习班|轮训|观摩|会议)")
NO_LEAVE = re.compile(
    r"休完|假销|销[^，,。]{0,3}假|假[^，,。]{0,4}(?:到期|期满|结束|已满|满了)|请问|超过|几天以上|要不要|还是[^，,。]{0,6}批|(?:请假|休假|假)(?:怎么|咋|找谁|要找|需要|流程|条|单|表|制度|手续怎|的(?:人|有|规定|流程|是(?!我)))|谁|[没不未别]请假|没人请假|[没不]用请假|取消|不[请休去]了|不用[请去]了|(?:暑|寒|放|长|节)假|假期|请假[0一二两三四五六七八九十\d]*人|(?:代|替|帮)[^我，,。]{1,6}请假"
)
GRANT = re.compile(r"能不能|可不可以|可以|行不|行吗|准|批|成不|好不好|中不")
SUMMARY = re.compile(r"(?:本|上|这个?|全|当)月|本季度?|全年|累计|今年")
SUMMED = re.compile(r"(?:月|季度?|年|累计|共)[^，,。]{0,6}(?:驻村|在岗|在村|出勤|值班)[^，,。]{0,3}[0-9一二两三四五六七八九十]")
BACK_AGAIN = re.compile(r"回来|回了|已回|刚回|归来|返回了|返了|结束")
ON_THE_WAY = re.compile(r"路上|途中|出发|动身|正在")
MUCH = re.compile(r"报备|备案|报告一下|补报|补假|请示|跟(?:队长|书记)说")

# what belongs to it
BACK_DAY = re.compile(r"回村|回来|返村|归队|返岗|回岗|返回|到岗|销假|(?<!不)回$|返$|来回|到$|赶回")
DETAIL = re.compile(r"动身|出发|就走|手续|报备|备案|交接|有事(?:打|找)|工作已?交|顶班|替班|批准|请批|望批|请准|领导|队长|谢谢|麻烦|来回|一天|就一|连着|算起|车票|机票|高铁|火车")
REASONS = (FAMILY, ILLNESS, DUTY, DETAIL, BACK_DAY)
ON_POST = re.compile(r"销假|(?<!不)(?<!没)在岗|值[班守]|(?<!不)(?<!没)在村")
OTHER_NEWS = re.compile(r"问题|另外?[:：]?|对了|走前交代")
OPEN = re.compile(r"看情况|再说|再看|再定|再请示|视情况")
EXTEND = re.compile(r"续|延长|延(?:到|至|[一两三四五六七八九十\d])|再请|多请|再休")
SO_FAR = re.compile(r"为止|到今天|到今日")


@dataclass
class Days:
    """What the clauses of one leave say of its days."""

    ranges: list[Span]
    points: list[date]
    until: list[date]
    back: list[date]
    length: float | None


def read_leave(scene: Scene) -> list[LeaveSaid]:
    """The sender's leaves; clauses with their days and reasons belong to them."""
    found: list[LeaveSaid] = []
    for index, clause in enumerate(scene.clauses):
        if clause.taken or not _begins(scene, clause):
            continue
        block = _block(scene, index)
        said = _leave(scene, block, clause)
        if said is None or said.last < scene.base and _is_over(scene):
            continue
        for one in block:
            one.taken = True
        _put(found, said)
    return found


def _is_over(scene: Scene) -> bool:
    """Whether the leave spoken of is the one that ends here: 上周请的假，昨晚到村，销假."""
    return any("销假" in one.text for one in scene.clauses)


def _put(found: list[LeaveSaid], said: LeaveSaid) -> None:
    """Two mentions of one absence are one leave, the longer."""
    for index, one in enumerate(found):
        if one.first <= said.last and said.first <= one.last:
            found[index] = max(one, said, key=lambda leave: leave.last - leave.first)
            return
    found.append(said)


# beginning
def _begins(scene: Scene, clause: Clause) -> bool:
    if clause.question and not GRANT.search(clause.text) or NO_LEAVE.search(clause.text):
        return False
    if _sums_up(scene, clause) or is_supposed(clause) and not GRANT.search(clause.text):
        return False
    return any(_own(clause, start, end) for start, end in _asked(clause)) or _on_duty(scene, clause)


def _sums_up(scene: Scene, clause: Clause) -> bool:
    """A line of a summary: 本月驻村21天，请假1天."""
    near = (one for one in scene.clauses if one.sentence == clause.sentence and one.durations)
    dated = any(not SUMMARY.search(one.text) for one in clause.times)
    return bool(clause.durations) and not dated and any(SUMMED.search(one.text) for one in near)


def _asked(clause: Clause) -> list[tuple[int, int]]:
    """Where a leave is asked for or said."""
    spots = list(clause.hits("leave.words")) + [one.span() for one in TAKEN.finditer(clause.text)]
    for one in clause.durations:
        start = clause.at(one.start)
        if one.days and (before := COUNTED.search(clause.text[:start])):
            spots.append((before.start(), clause.at(one.end)))
    spots += [one.span() for one in GO_HOME.finditer(clause.text)]
    return spots + [one.span() for one in AWAY.finditer(clause.text)]


def _own(clause: Clause, start: int, end: int) -> bool:
    if by_others(clause, start) or negated(clause, start, end):
        return False
    before = [one for one in clause.mentions if clause.at(one.end) <= start]
    head = clause.text[:start]
    return not before or bool(re.search(r"我|本人", head[clause.at(before[-1].end) :]))


def _on_duty(scene: Scene, clause: Clause) -> bool:
    """A trip for work: called one, or to a place above the village on a day still to come."""
    named = NAMED_TRIP.search(clause.text)
    if named:
        return _own(clause, *named.span()) and not BACK_AGAIN.search(clause.text)
    trip = TRIP.search(clause.text)
    if not trip or clause.mentions or not DUTY.search(clause.text[trip.start() :]) or not _own(clause, *trip.span()):
        return False
    if BACK_AGAIN.search(clause.text):
        return False
    return _to_come(scene, clause) or bool(ON_THE_WAY.search(clause.text)) or _reported_trip(scene, clause)


def _to_come(scene: Scene, clause: Clause) -> bool:
    """Whether it is planned here or in the clauses of its sentence: 县里叫去开会，明天去."""
    near = [one for one in scene.clauses if one.sentence == clause.sentence and not one.mentions]
    return clause in scene.plans or not clause.times and any(is_future(scene, one) and len(one.text) < 8 for one in near)


def _reported_trip(scene: Scene, clause: Clause) -> bool:
    """A trip of some days, or one that is put on record."""
    spans = [scene.meant(clause, one) for one in clause.times]
    long = any(one and one.kind == "range" and one.first < one.last for one in spans)
    near = [one for one in scene.clauses if abs(scene.clauses.index(one) - scene.clauses.index(clause)) <= 2]
    return long and bool(spans) or bool(spans) and any(MUCH.search(one.text) for one in near)


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
    if clause.taken or clause.mentions or OTHER_NEWS.search(clause.text):
        return False
    if clause.has("visit.words", "study.words", "promise.words") and not DUTY.search(clause.text):
        return False
    reason = clause.has("leave.words") or any(one.search(clause.text) for one in REASONS)
    if ON_POST.search(clause.text) or by_others(clause, len(clause.text)) and not reason:
        return False
    dated = bool(clause.times or any(one.days for one in clause.durations))
    if edge == "hard":
        return dated and len(clause.text) < 16 or bool(BACK_DAY.search(clause.text)) or reason and len(clause.text) < 12
    return reason or dated or len(clause.text) <= 4


# days
def _leave(scene: Scene, block: list[Clause], core: Clause) -> LeaveSaid | None:
    said = _gathered(scene, block, core)
    plain = "，".join(one.text for one in block)
    span = _extended(scene, said, plain) if EXTEND.search(plain) else _span(scene, said)
    if span is None or not span[0] <= span[1] <= span[0] + LONGEST * DAY:
        return None
    return LeaveSaid(start=block[0].start, text=scene.words(*block), first=span[0], last=span[1], kind=_kind(plain))


def _gathered(scene: Scene, block: list[Clause], core: Clause) -> Days:
    said = Days([], [], [], [], None)
    said.length = next((one.days for clause in (core, *block) for one in clause.durations if one.days), None)
    for clause in block:
        for phrase in clause.times if not OPEN.search(clause.text) else ():
            if span := _ahead(scene, clause, phrase):
                _sort(said, clause, phrase, span)
    return said


def _ahead(scene: Scene, clause: Clause, phrase: TimePhrase) -> Span | None:
    """A leave looks ahead, but not most of a year."""
    if re.search(r"请的|[请休]了|补[报录假]|当时|现补|已(?:请|休)", clause.text):
        return scene.span(phrase, "back")
    span = scene.span(phrase, "ahead")
    if span and (span.first - scene.base).days > FAR:
        return scene.span(phrase, "back")
    return span


def _sort(said: Days, clause: Clause, phrase: TimePhrase, span: Span) -> None:
    behind = clause.text[clause.at(phrase.end) :]
    before = clause.text[: clause.at(phrase.start)]
    if span.kind == "range":
        said.ranges.append(span)
    elif _is_back(behind):
        said.back.append(span.last)
    elif span.kind == "by" or re.search(r"[到至]$", before):
        said.until.append(span.last)
    else:
        said.points.append(_following(said.points, phrase, span.first))


def _following(points: list[date], phrase: TimePhrase, day: date) -> date:
    """周五 behind 下周四 is the Friday of that week."""
    late = points and phrase.hit.form == "week" and "which" not in phrase.hit.parts and day < points[-1]
    return day + 7 * DAY if late else day


def _is_back(behind: str) -> bool:
    match = BACK_DAY.search(behind + "$") or re.match(r"[^，,。]{0,4}(?:回|返)(?![去家老县城单])", behind)
    return bool(match) and match.start() <= 5  # type: ignore[union-attr]


def _span(scene: Scene, said: Days) -> tuple[date, date] | None:
    if said.ranges:
        first, last = said.ranges[0].first, said.ranges[0].last
        return (first, _after(first, said.length)) if said.length and _vague(said.ranges[0]) else (first, last)
    points = sorted(set(said.points))
    if len(points) > 1 and (said.length is None or math.ceil(said.length) >= len(points)):
        return points[0], max(points[-1], *said.until, *said.back) if said.until or said.back else points[-1]
    ends = [one for one in (*said.until, *said.back) if one > (points[0] if points else scene.base)]
    if not points and said.length and ends:
        start = max(scene.base, ends[0] - (math.ceil(said.length) - 1) * DAY) if said.until else scene.base
        return start, ends[0]
    first = points[0] if points else scene.base
    if said.length:
        return first, _after(first, said.length)
    return first, max([*points, *ends], default=first)


def _vague(span: Span) -> bool:
    """A week or a third of a month in which some days are meant: 下周请两天."""
    return (span.last - span.first).days >= 6


def _after(first: date, length: float) -> date:
    return first + (max(1, math.ceil(length)) - 1) * DAY


def _extended(scene: Scene, said: Days, plain: str) -> tuple[date, date] | None:
    """续: what was asked for ends today, or the new end is said."""
    if said.ranges:
        return said.ranges[0].first, said.ranges[0].last
    start = scene.base + DAY if SO_FAR.search(plain) else scene.base
    later = [one for one in (*said.until, *said.back) if one > scene.base]
    points = [one for one in said.points if one > scene.base]
    if later and said.length:
        return later[0] - (math.ceil(said.length) - 1) * DAY, later[0]
    if later:
        return (points[0] if points else start), later[0]
    first = points[0] if points else start
    return first, _after(first, said.length or 1)


# kind
def _kind(text: str) -> str | None:
    for name, pattern in KINDS:
        if pattern.search(text):
            return name
    if DUTY.search(text) and not re.search(r"家长会|家里", text) and not FAMILY.search(text):
        return "公差"
    if re.search(r"(?:送|陪|带)(?:村民|群众|老乡|病人)", text):
        return "公差"
    if FAMILY.search(text):
        return "事假"
    if ILLNESS.search(text):
        return "病假"
    return None
