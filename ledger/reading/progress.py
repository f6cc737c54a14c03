"""Progress: how far a known thing has come, by its number or by its household."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from ledger.numerals import read_number
from ledger.reading.advances import advances_in, effects_in, falls_back, is_part, turns
from ledger.reading.clauses import Clause
from ledger.reading.faults import fault_in, faults_of, gone_in
from ledger.reading.said import ProgressSaid, Who
from ledger.reading.scene import Scene
from ledger.reading.view import Part
from ledger.time_phrases import TimePhrase

Far = Literal["done", "step", "first", ""]
UNREACHED = re.compile(r"(?<!还)[没未]有?安$")  # 床位没安排上 is no 排上
HABIT = re.compile(
    r"每个?[月年天周]|月月|按[时月]|一直都?(?=[^没不]{0,4}$)|从来"
)  # nothing new
# what every visit leaves behind
VISITING = re.compile(
    r"把表[签填]|明白卡|走访表|入户表|联系卡|签到|告知书|问卷|政策宣传|慰问|春联|对联|[大会]会上"
    r"|[口人]都交了|[电水]费[^，。；停欠没断多]{0,4}交了|今年[^，。；]{0,6}[卖收打割](?!不)"
)
NEAR = 14  # characters before a word of effect in which 还没, 要求, 快 take it back
SURELY = re.compile(r"终于|已经|已|总算|很快|全部|全|都|这才|可算|刚刚?|昨天|今天")
PAPERS = re.compile(
    r"(?:安装|开户|工本|报名|手续|检测)费|[押定订]金|预付|申请|材料|单子|证明|表(?!哥|弟|姐|妹|叔)|手续|资料|报告|申报"
)
ALL_RIGHT = re.compile(
    r"(?:现在|这会儿?|眼下|如今|这下|终于|就|又|总算)*(?:好了|能用了|妥了)$"
)  # 调了调，好了
MATERIAL = re.compile(  # brought to be built in: nothing is there yet
    r"(?:瓦|砖|水泥|沙子?|石子|石料|管子|管材|材料|木料|配件|零件|灯杆|电杆|杆子|变压器|水泵|便器|马桶|蹲便|门窗|钢筋)(?:都|也|今天|昨天|已经?|刚)*(?:送|拉|运|领|买|到)(?:来|到|回|齐|货|了)"
    r"|[拉运送买][来了回][^，。；]{0,3}(?:瓦|砖|水泥|沙|石子|石料|管子|管材|木料|灯杆|电杆|钢筋)"
)
LURED = re.compile(r"[哄骗诱逼坑][^，。；]{0,6}$")
LEFT_OUT = re.compile(  # 厕所改完，盖板没封死; 换新的又卡在担保上
    r"[没未](?:封|装|修|盖|接|铺|弄|做|补|换|给|发|焊|抹|留|配|刷|画|收|清)|卡在|卡住|压在"
)
NOTICE = re.compile(r"(?:通知|告知|决定|受理|责任|承诺)书|回执|受理单|(?:补|盖)章")
HANDED = re.compile(r"^(?:已经?)?[交报办递填补备收]|齐")
ASKS = re.compile(
    r"[吗么]$|[了过]没有?$|(?:下来|[到好完通上])没有$|有没[有得]|(?:谁|哪[个位家天一步])(?!也|都)|啥时候?|什么时候|怎么样|如何"
    r"|(?<![没无有大])进展(?=$|如何|怎|咋|呢|吗|到哪|情况)|[?？]|几户$|多少户"
)
ENDS_ASKING = re.compile(
    r"(?:[修办装弄发补换批搞][好完通上下成]|[到来]|下来)了?没(?:有)?$"
)  # even of a fault
WANTED = re.compile(
    r"[要让叫求]我|要求|希望|盼|想|能不能|能否|可否|需要?|建议|请求|求|必须|该(?!户|村)|什么时候|啥时候?"
    r"|[得要]把|我[得要]|何时|赶紧|尽快|抓紧|马上|立即"
)
TELLS = re.compile(r"说|讲|(?<!^)(?<![请想])问(?!题|一?下)|反映|愁|嫌|急|来问|叫我|让我|托")

WANTED_THING = re.compile(
    r"(?:想?要|想|申请|需要|盼|没|未|不|答应|承诺|保证)[^，。；]{0,3}的(?!话|时候)"
)
DIGITS = r"(?:[0-9]{1,4}|[一二三四五六七八九十百]{1,4})"
THING = (
    r"(?:的|那|那个|这个)?(?:路灯|水管|水渠|渠道?|井盖|桥|路|厕所|危房|网络|信号|低保|护栏|垃圾|水塔|水池|水窖|机井|蓄水池|变压器|公厕|堡坎|挡墙|河堤|涵管|电杆|管网"
    r"|污水|自来水|交办|整改)"
)
ENDS = r"(?:都|全|全部|今天|昨天)?(?:已|办结|整改|销号|销了|销掉|解决|验|改完|改好|修好|搞定|摘帽|闭环|了结)"
NOT_YET = r"还(?:没|差|在|未|剩)|快(?:办|修|好|销|完|弄|搞)|没动|没下文|在办|有进展|可以销"
# what behind a bare number says that it is an issue's, not a day: 12号还没动工
STATE = (
    rf"(?:(?:材料|手续|申请|资料|资金|款项?|设备|配件)(?:都|也)?已[一-龥]|[，,][^，,。；]{{1,6}}(?:[家户]的?)?那[个件事条](?=[，,])|(?:今[天早晚]|昨[天晚]|刚[刚才]?)[^，。；]{{0,4}}[通亮好完装修动开批到验]|{THING}|[那这][个条件桩](?=[，,])|[—~-]{{1,2}}(?!\s?\d)|仍|等[着县镇乡批待材]|在[等审批办修走]|那[条盏座桩户家]|还得等|都还|还挂|挂着|[还仍]?[卡压]在|还[卡压]|[卡压]着|[，,](?:就|材料|县里|镇里|资金|项目|还没|已经?|施工)"
    rf"|(?:那个|这个|的)?(?:事|件)?(?:{ENDS}|{NOT_YET}|问题|[那这]件"
    r"|\s(?:水|电|路|灯|桥|渠|厕|料|材料|设备|配件|货|[钱款]|资金|补助|低保|证|网|管|井|墙|工程?|户主|施工|验收|手续|申请)[^，。；\s]{0,3}(?:[通完好到亮验批审动签发停退补订]|进场|返工)了?(?=$|[\s，。；])"
    r"|[，,\s](?:施工队|修路队|工程队|施工方|厂家|师傅|工人|水务|电力|供电所|镇里|县里)[^，。；\s]{0,3}[撤走停来进说答]|的[井路桥渠灯房水厕][^，。]{0,2}[打修建挖铺砌装接]"
    r"|[那这][个桩][^，。]{0,8}(?:事|问题)"
    r"|的[^，。]{1,10}(?:还没|没装|没修|已经|装好|修好|换好|到了)"
    r"|是[^，。]{2,14}(?:路|水|房|厕|灯|桥|渠|家|低保)))"
)
ONE = rf"第?\s?{DIGITS}\s?号"
AND = r"\s?[、和跟与及,]\s?"
NUMBERED = re.compile(
    rf"(?P<list>(?:(?<![。；;\n])|(?![一二三四五六七八九十]{{1,2}}、)){ONE}?(?:{AND}{ONE}?){{0,9}})(?<=号)\s?的?[那这]?(?:[一二三四五六两几\d]?个)?问题"
    rf"|(?P<run>(?<![\d月.]){DIGITS}(?:{AND}{DIGITS}){{1,9}}号)(?={ENDS})"
    rf"|(?P<many>{ONE}(?:(?:{AND})?{ONE}){{1,9}})(?=[^组楼院路]{{0,4}}{STATE})"
    r"|问题\s?(?:编号|清单)?\s?第?\s?(?P<behind>[0-9]{1,4}(?:\s?[、和]\s?[0-9]{1,4}){0,9})\s?号?"
    r"(?![0-9.、)）户个条天项月日])"
    rf"|第(?P<item>{DIGITS})[个条件](?:问题|这|那|我|[，,]|还|已)"
    rf"|(?:^|(?<=[。；\n]))(?P<head>{DIGITS})号[:：]"
    r"(?![^。；，]{0,8}(?:去|到(?![，,。；\s]|$)|走访|入户|学|看|在岗|在村|值|请假|开会))"
    rf"|清单[，,]?第?(?P<entry>{DIGITS})[项条号]"
    rf"|(?P<listed>{DIGITS})号(?:台账|清单|事项|交办件?|工单|单子)"
    rf"|[(（]第?(?P<aside>{DIGITS})号[)）]"
    r"|(?:#|编号|台账上?|清单上?|序号)第?\s?(?P<hash>[0-9]{1,4})"
    rf"|(?<=[那这]个)(?P<that>{DIGITS})号(?=[，,：:\s的])"
    rf"|(?<![0-9月.第-])第?\s?(?P<bare>{DIGITS})号[:：]?(?=\s?{STATE})"
)
WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]|[今昨前]天$")
MOST = 40  # issues named by number in one message
EACH = re.compile(DIGITS)
ENDED = re.compile(
    r"(?:[水电路网气]|信号)[已全都]?通(?:了|$|[，。；\s])|灯[已全都]?亮|"
    r"(?:硬化|铺|修|装|换|建|改|拆|清|挖|砌)(?:好|完|通)|"
    r"已?整改(?!中|通知|方案|单)|办结|销号|销了|解决了|已解决|修好|通了|换好|换了|完成|搞定|摘帽|闭环|了结"
    r"|到位|验完|清零|验收"
)
UNENDED = re.compile(
    r"没|未|还(?!清)|快|一半|等|正在|准备|要(?!求)|争取|力争|计划|预计|打算|下周|下个?月|月底|申请销号"
    r"|才能|再|排|差|催|通知|待"
)
MEANT = re.compile(
    r"(?:下周|明天|后天|下个?月|争取|打算|准备|计划|尽量|力争|想|接下来|下一?步)[^，。；]{0,8}$"
)
UNFINISHED = re.compile(r"待[通验批审装修建付]|还没|没动|未|还在|在排|还差|没下文")
ON_THE_WAY = re.compile(r"去了|走访|看了|到了|入户|我|学习")


def how_far(clause: Clause) -> tuple[Far, int]:
    """How far a clause says something has come, and where the word stands that says so."""
    if asks(clause) or VISITING.search(clause.text):
        return "", 0
    if clause.before == "soft" and ALL_RIGHT.match(clause.text):
        return "done", 0
    papers = bool(PAPERS.search(clause.text))
    for spot in [*clause.hits("steps.end"), *effects_in(clause.text), *gone_in(clause)]:
        if not _taken_back(clause, spot) and not HABIT.search(clause.text[: spot[0]]):
            handed = papers and bool(HANDED.search(clause.text[spot[0] : spot[1]]))
            lacking = LEFT_OUT.search(clause.text, spot[1])
            handed = (
                handed
                or bool(lacking)
                or any(one.search(clause.text) for one in (NOTICE, MATERIAL))
            )
            return ("step" if handed or is_part(clause.text) else "done"), spot[0]
    for place, far in _steps_in(clause):
        if not WANTED.search(clause.text, max(0, place - NEAR), place):
            return far, place
    return "", 0


def _steps_in(clause: Clause) -> Iterator[tuple[int, Far]]:
    """Where a step is told: the words of a step, its grammar, the words of a first step."""
    told = clause.hits("steps.step")
    for start, end in told:
        if clause.text[end : end + 1] != "机" and not UNREACHED.search(clause.text[:start]):
            yield start, "step"
    for start, _ in advances_in(clause.text)[:1]:
        if not HABIT.search(clause.text):
            yield start, "step"
    yield from ((start, "first") for start, _ in clause.hits("steps.first"))


def asks(clause: Clause) -> bool:
    """Whether the sender asks, which files nothing; what a villager asks is told."""
    if ENDS_ASKING.search(clause.text):
        return True
    if TELLS.search(clause.text):
        return False
    return clause.question or (
        bool(ASKS.search(clause.text)) and not clause.has("fault.strong")
    )


def _taken_back(clause: Clause, spot: tuple[int, int]) -> bool:
    """Whether an effect is wanted, feared, near, but not there."""
    names = [(clause.at(one.start), clause.at(one.end)) for one in clause.mentions]
    for start, end in clause.hits("steps.before"):
        if any(first <= start < last for first, last in names):
            continue  # 韩得宝 wants nothing
        if WANTED_THING.match(clause.text[start : spot[0]]):
            continue  # 要的药送到了
        if clause.text.startswith(("该户", "该村", "该组"), start) or _caused(
            clause.text, start, end
        ):
            continue
        sure = SURELY.search(clause.text, end, spot[0]) or clause.text[:start].endswith(
            ("已", "已经")
        )
        if spot[0] - NEAR <= end <= spot[0] and not sure and not _very(clause.text, start):
            return True
    if any(
        end <= spot[0] and not clause.text.startswith(("的", "过的", "了的", "下的"), end)
        for _, end in clause.hits("promise.words")
    ):
        return True  # 保准把路清干净
    if clause.text[max(0, spot[0] - 1) : spot[0]] in {"膝", "手"}:
        return True  # 膝盖上, 脚手架上
    if LURED.search(clause.text, 0, spot[0]):
        return True  # 哄着交了三千
    if any(start < spot[0] < end for start, end in faults_of(clause)):
        return True  # 断缴了 is no 缴了
    behind = clause.text[spot[1] : spot[1] + 5].lstrip("了")
    if any(phrase_wants(one, clause, spot[0]) for one in clause.times):
        return True
    return any(
        behind.startswith(clause.text[start:end])
        for start, end in clause.hits("steps.after")
        if start >= spot[1]
    )


def _caused(text: str, start: int, end: int) -> bool:
    """我叫了个匠人盘好了 is done; 雨露计划 is no plan."""
    return text.startswith("了", end) or text[:end].endswith("雨露计划")


def phrase_wants(phrase: TimePhrase, clause: Clause, before: int) -> bool:
    """月底前清掉 is a demand, not an effect."""
    return phrase.ending == "by" and clause.at(phrase.end) <= before


def _very(text: str, start: int) -> bool:
    """很快修好了 is done."""
    return text[max(0, start - 1) : start + 1] in {"很快", "刚才", "不要", "主要", "最要"}


# by its number
@dataclass
class Numbered:
    """Steps named by number in one stretch of a message, with the clauses that tell of them."""

    numbers: list[int]
    clauses: list[Clause]
    tail: str
    people: tuple[Who | None, ...] = (None,)
    words: list[str] = field(default_factory=list)


def read_numbered(scene: Scene, parts: list[Part]) -> tuple[list[ProgressSaid], set[Clause]]:
    """Progress on issues named by number, and the clauses that belong to it."""
    found = list(islice(_numbered(scene), MOST))
    used: set[Clause] = set()
    for one in found:
        _gather(one, parts, used)
    told = [one for one in found if not any(asks(clause) for clause in one.clauses)]
    return [said for one in told for said in _reports(scene, one)], used


def _numbered(scene: Scene) -> Iterator[Numbered]:
    spots = [match for match in NUMBERED.finditer(scene.plain) if not _day(scene, match)]
    for place, match in enumerate(spots):
        clauses = [
            one for one in scene.clauses if one.start < match.end() and match.start() < one.end
        ]
        if not clauses:
            continue
        end = spots[place + 1].start() if place + 1 < len(spots) else len(scene.plain)
        if MEANT.search(scene.plain[clauses[0].start : match.start()]):
            continue  # 下周把5号解决掉
        tail = scene.plain[match.end() : max(match.end(), min(end, clauses[-1].end))]
        if not re.search(
            r"办结了没|销了没|怎么样|吗|进展如何|是什么|在哪|谁|哪一?[户家组个天]|什么|多少|[?？]|作废|重复",
            tail,
        ):
            yield Numbered(_values(match), clauses, tail)


def _day(scene: Scene, match: re.Match[str]) -> bool:
    """12月5号, 18号下午 and 周五（13号） are days."""
    if match.lastgroup == "aside" and WEEKDAY.search(
        scene.plain[max(0, match.start() - 6) : match.start()]
    ):
        return True
    return match.lastgroup in {"bare", "many"} and bool(
        re.match(
            r"\s?(?:之?前|以前|后|上午|下午|晚|早|夜|去|到|的问题)", scene.plain[match.end() :]
        )
    )


def _values(match: re.Match[str]) -> list[int]:
    said = next(one for one in match.groups() if one)
    values = [read_number(one) for one in EACH.findall(said)]
    return [int(one) for one in values if one]


def _gather(one: Numbered, parts: list[Part], used: set[Clause]) -> None:
    """Add the clauses of the same sentence that go on about it, and the household they name."""
    places = [place for place, part in enumerate(parts) if part.whole in one.clauses]
    sentence = one.clauses[-1].sentence
    one.people = _first_people(parts[place] for place in places)
    for part in parts[places[-1] + 1 :]:
        clause = part.whole
        if clause.sentence != sentence or clause in used or not _goes_on(one, part):
            break
        one.clauses.append(clause)
        one.words.append(part.clause.text)
        if part.clause.mentions and one.people == (None,):
            one.people = part.people
    if one.people == (None,):
        _look_back(one, parts[: places[0]], sentence)
    used.update(one.clauses)


def _first_people(parts: Iterator[Part]) -> tuple[Who | None, ...]:
    return next((one.people for one in parts if one.clause.mentions), (None,))


def _goes_on(one: Numbered, part: Part) -> bool:
    clause = part.clause
    if part.whole is one.clauses[-1] or (
        one.tail in {"", "(", "（"} and part.clause.before == "soft" and not one.words
    ):
        return not part.whole.taken
    if (
        part.whole.taken
        or NUMBERED.search(clause.text)
        or (ON_THE_WAY.search(clause.text) and clause.mentions)
    ):
        return False
    return (
        not clause.mentions
        or (one.people == (None,) and fault_in(clause) != "strong")
        or bool(how_far(clause)[0])
    )


def _look_back(one: Numbered, parts: list[Part], sentence: int) -> None:
    """有福家橘子拉走了，钱到手了，5号办结: the household stands before the number."""
    for part in reversed(parts):
        if (
            part.whole.sentence != sentence
            or part.whole.taken
            or NUMBERED.search(part.clause.text)
        ):
            return
        text = part.clause.text
        counted = text.strip().isdigit()  # 2 15号问题办结: another item of a list begins
        if (
            counted
            or fault_in(part.clause)
            or part.clause.has("none.words")
            or ON_THE_WAY.search(text)
        ):
            return
        one.clauses.insert(0, part.whole)
        if part.people[0]:
            one.people = part.people
        if part.clause.mentions:
            return


def _reports(scene: Scene, one: Numbered) -> list[ProgressSaid]:
    done = _ended(one)
    start, text = min(part.start for part in one.clauses), scene.words(*_once(one.clauses))
    return [
        ProgressSaid(
            start=start, text=text, issue_no=number, household=one.people[0], done=done
        )
        for number in one.numbers
    ]


def _once(clauses: list[Clause]) -> list[Clause]:
    return sorted(set(clauses), key=lambda one: one.start)


def _ended(one: Numbered) -> bool:
    """Whether the last word on it is that the effect is there."""
    done = bool(ENDED.search(one.tail)) and not UNENDED.search(one.tail)
    done = done or "可以销" in one.tail
    for clause in one.clauses:
        far = how_far(clause)[0]
        if far == "done" and not NUMBERED.search(clause.text):
            done = True
        elif (
            (far == "step" and not done)
            or UNFINISHED.search(clause.text)
            or falls_back(clause.text)
            or turns(clause.text)
        ):
            done = False
    return done
