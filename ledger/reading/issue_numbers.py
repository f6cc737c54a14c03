"""Where a message names issues by number: 5号, 第41号, 编号27, #31, 23号那条, 清单里7那项.

Some ways of naming can mean nothing else and are sure. A bare 5号 may be a day or a house: it is
an open name, and what is told behind it must say that an issue is meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.heads import led
from ledger.numerals import read_number

WRITTEN = "零〇一二三四五六七八九十百廿卅壹贰叁肆伍陆柒捌玖拾佰"
DIGITS = rf"(?:[0-9]{{1,4}}|[{WRITTEN}]{{1,6}})"
FREE = rf"(?<![0-9A-Za-z{WRITTEN}月.第〕\]~至-])(?<!号到)"  # no number, month or span begins before it
ONE = rf"第?\s?{DIGITS}\s?号"
AND = r"\s?[、和跟与及,]\s?"
THING = (
    r"(?:的|那|那个|这个)?(?:路灯|水管|水渠|渠道?|井盖|桥|路|厕所|危房|网络|信号|低保|护栏|垃圾|水塔|水池|水窖|机井|蓄水池|变压器|公厕|堡坎|挡墙|河堤|涵管|电杆|管网"
    r"|污水|自来水|交办|整改)"
)
ENDS = (
    r"(?:这[条个件项]|那[条个件项])?(?:都|全|全部|今天|昨天|可以|能|该|建议|申请|彻底|就|也|算是?)*"
    r"(?:已|办结|完结|了结|了账|整改|销号|销了|销掉|关掉|关了|划掉|解决|验|改完|改好|修好|搞定|摘帽|闭环|完事"
    r"|[结清](?=了|$|[。！!，,；;]))"
)
NOT_YET = (
    r"(?:就|也)?(?:先|接着|继续|还)?[挂留][着起]?(?=$|[，,。；])|"
    r"(?:就|也|可)?还是?(?:没|差|在|未|剩)|快(?:办|修|好|销|完|弄|搞)|没动|没办结|没下文|在办|有进展|可以销"
)
# what behind a bare number says that it is an issue's, not a day: 12号还没动工
STATE = (
    rf"(?:(?:材料|手续|申请|资料|资金|款项?|设备|配件)(?:都|也)?已[一-龥]|[，,][^，,。；]{{1,6}}(?:[家户]的?)?那[个件事条](?=[，,])|(?:今[天早晚]|昨[天晚]|刚[刚才]?)[^，。；]{{0,4}}[通亮好完装修动开批到验]|{THING}|[那这][个条件桩](?=[，,])|[—~-]{{1,2}}(?!\s?\d)|仍|等[着县镇乡批待材]|在[等审批办修走]|那[条盏座桩户家口间段面扇台块处排道]|先?别(?=[销关划报算结])|还得等|都还|还挂|挂着|[还仍]?[卡压]在|还[卡压]|[卡压]着|先挂着|[，,](?:[钱款料货人][也都]?[够到齐定拨批]|就|材料|县里|镇里|资金|项目|还没|已经?|施工)"
    rf"|(?:那个|这个|的)?(?:事|件)?(?:{ENDS}|{NOT_YET}|问题|[那这]件"
    r"|\s(?:水|电|路|灯|桥|渠|厕|料|材料|设备|配件|货|[钱款]|资金|补助|低保|证|网|管|井|墙|工程?|户主|施工|验收|手续|申请)[^，。；\s]{0,3}(?:[通完好到亮验批审动签发停退补订]|进场|返工)了?(?=$|[\s，。；])"
    r"|[，,\s](?:施工队|修路队|工程队|施工方|厂家|师傅|工人|水务|电力|供电所|镇里|县里)[^，。；\s]{0,3}[撤走停来进说答]|的[井路桥渠灯房水厕][^，。]{0,2}[打修建挖铺砌装接]"
    r"|[那这][个桩][^，。]{0,8}(?:事|问题)"
    r"|的[^，。]{1,10}(?:还没|没装|没修|已经|装好|修好|换好|到了)"
    r"|是[^，。]{2,14}(?:路|水|房|厕|灯|桥|渠|家|低保)))"
)
# what the number stands before: 19号工单, 23号那条, 7号的事
KIND = (
    r"(?:(?:那个|这个|的那个)?(?:台[账帐]|清单|事项|交办件?|工单|单子|任务单?)"
    r"|(?:上|里)?的?[那这](?:[件条桩项]|档子)(?!规)|的?[那这]张(?:工?单|条)子?|的编号|的?[那这][件桩个]?事|(?<!是\d号)(?<!是\d\d号)的事(?!假))"
)
# what stands before the number: 编号27, 序号31, 台帐14, 问题编号：16, 单子上第100条
HEADING = r"(?:#|编号|序号|(?:台[账帐]|清单|单子)[上里中]?)[的是为：:·\s]{0,2}第?\s?"
# no issue's number: 编号27页, 台账12户
COUNTED = (
    r"(?![0-9.%]|、(?![\d#])|"
    r"\s?(?:年|月|日|户|天|个(?!问题)|份|张|页|本|遍|次|处|起|类|楼|栋|米|斤|万|元))"
)
# a thing with a number on it, or the day of something
NUMBERED_THING = (
    r"楼|院|门|井|泵|杆|文|线|厂|地块?|棚|栋|幢|仓|塔|窑|窖|组|闸|变(?!压)|病|台区|车|圈"
    r"|机(?!井)"
)
DAY_BEHIND = (
    r"\s?(?:之?前|以[前后来]|后|起|左右|前后|上午|中午|下午|晚|早|凌晨|傍晚|夜|全天|半天|当天|那天|这天|正日|周|星期|礼拜|到|至|去|走|归|回(?!函|复|了函)|来"
    r"|开始|请(?!示)|休|轮休|学|自学|值|在岗|在村|在家|住村|我|咱|给|帮|替|陪|才|要|的(?:会|课|班|票|车|学习|培训|走访|问题|假)|[—~-]\s?\d)"
)
LEAD = (
    r"(?:^|(?<=[\n。；;！!？?，,：:、「\s])|(?<=报告)|(?<=关于)|(?<=对了)|(?<=另外)|(?<=然后)|(?<=至于)|(?<=上[条的])"
    r"|(?<=[上的还这]有)|(?<=公示栏上)|(?<=还是)|(?<=报的))"
)
SURE = re.compile(
    rf"(?P<list>(?:(?<![。；;\n])|(?![一二三四五六七八九十]{{1,2}}、)){FREE}{ONE}?(?:{AND}{ONE}?){{0,9}})(?<=号)\s?的?[那这]?(?:[一二三四五六两几\d]?个)?问题"
    rf"|{FREE}(?P<run>{DIGITS}(?:{AND}{DIGITS}){{1,9}}号)(?={ENDS})"
    rf"|{LEAD}(?P<bundle>{DIGITS}(?:[、和跟与]{DIGITS}){{1,9}})(?=[，,]?[这那]?[两三四五六七八九十几\d][条件项桩](?:问题|都|全|一起|打包|合并|[，,：:]))"
    rf"|{FREE}(?P<many>{ONE}(?:(?:{AND})?{ONE}){{1,9}})(?=[^组楼院路]{{0,4}}{STATE})"
    r"|问题\s?(?:编号|清单)?[：:]?\s?第?\s?(?P<behind>[0-9]{1,4}(?:\s?[、和]\s?[0-9]{1,4}){0,9})\s?号?"
    r"(?![0-9.、)）户个条天项月日])"
    rf"|问题·?(?P<spelt>{DIGITS})(?=[」』”]|——|(?<=[{WRITTEN}]{{2}})[：:])"
    rf"|第(?P<item>{DIGITS})[个条件项](?:问题|这|那|我|[，,：:]|还|已|[镇县乡水电][里务上政])"
    rf"|(?:^|(?<=[。；\n]))(?P<head>{DIGITS})号[:：]"
    r"(?![^。；，]{0,8}(?:去|到(?![，,。；\s]|$)|走访|入户|学|看|在岗|在村|值|请假|开会))"
    rf"|(?:清单|单子上?)[，,]?第?(?P<entry>{DIGITS})[项条号]"
    rf"|清单[上里中]的?第?(?P<listed>{DIGITS})(?=[那这])"
    rf"|{HEADING}(?P<hash>[0-9]{{1,4}}){COUNTED}"
    rf"|(?:#|编号|序号|台[账帐])第?(?P<word>[{WRITTEN}]{{1,6}})(?=[号条项的那这，,：:\s—])"
    rf"|(?:进[展度]|销号|办结|整改)\s?[—|｜:：·→-]{{1,2}}\s?第?(?P<tagged>{DIGITS})号(?!{DAY_BEHIND})"
    rf"|(?:(?<=登记的)|(?<=上报的)|(?<=挂着的))第?(?P<filed>{DIGITS})号(?!{NUMBERED_THING}|{DAY_BEHIND})"
    rf"|(?:(?<=[就这都]是)|(?<=[\s，,。；]就)|^就)第?(?P<told>{DIGITS})号(?:那[个条件桩项]|(?=啊|[，,。；;]?(?:办结|销)))"
    rf"|(?:台[账帐]|清单|[工问题]单|单子)上[^，。；]{{0,4}}(?:是|排在?|列在?)第?(?P<stands>{DIGITS})[号条项]"
    rf"|问题号[是为：:·\s]{{0,2}}(?P<number>{DIGITS})(?![0-9])"
    rf"|{LEAD}(?P<sharp>[0-9]{{1,3}})#(?=[：:，,\s])"
    rf"|{FREE}(?P<kind>{DIGITS})\s?号(?={KIND})"
    rf"|(?P<nth>第\s?{DIGITS}\s?号(?:[、和跟与]?第\s?{DIGITS}\s?号){{0,9}})(?!{NUMBERED_THING}|召)"
    rf"|(?<=[那这][个条件桩项])第?(?P<that>{DIGITS})号(?=[，,：:\s的可能])"
    rf"|(?<=[把将])(?P<taken>{DIGITS})号(?!{NUMBERED_THING}|{DAY_BEHIND})"
    rf"|{FREE}第?\s?(?P<bare>{DIGITS})号[:：]?(?=\s?{STATE})"
)
OPEN = re.compile(
    rf"[(（]第?(?P<aside>{DIGITS})号[)）]"
    rf"|{LEAD}(?![一二三四五六七八九十]{{1,2}}、)(?P<open>(?:第?{DIGITS}号?{AND}){{0,9}}{ONE})(?!{DAY_BEHIND}|\s?(?:{NUMBERED_THING})|召)"
)
ANY = led(rf"{SURE.pattern}|{OPEN.pattern}")
EACH = re.compile(DIGITS)
WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]|[今昨前一]天$")
DAY = re.compile(
    r"\s?(?:之?前|以前|后|上午|下午|晚|早|夜|去|到(?![，,。；\s位货]|$)|的问题|问题在\d)"
)
# 他家那条16号, 他报的9号, 这个3号: of the household in view
OWNED = re.compile(
    r"(?:[他她](?:家|屋)?的?[那这]?[个条件桩]?|[那这][个条件桩]|报的|登记的|挂着的)$"
)
# 头一件…，第二件，…: an order of the message's own
FIRST = re.compile(r"(?:头一|第一|首先)[件个条项桩]?")
LAST_DAY = 31


@dataclass(frozen=True)
class Name:
    """Issues named by number in one place: how sure it is that no day is meant, and whose."""

    start: int
    end: int
    numbers: tuple[int, ...]
    sure: bool
    owned: bool


def names_in(plain: str) -> Iterator[Name]:
    """Every place where issues are named by number, in order."""
    place = 0
    while match := ANY.search(plain, place):
        place = max(match.end(), place + 1)
        kind = match.lastgroup or ""
        numbers = numbers_in(next(one for one in match.groups() if one))
        if not numbers or _is_day(plain, match) or _is_order(plain, match):
            continue
        before = plain[max(0, match.start() - 8) : match.start()]
        sure = kind not in {"open", "aside"}
        start = (
            match.start("tagged") if kind == "tagged" else match.end() - len(match[0].lstrip())
        )
        yield Name(start, match.end(), numbers, sure, bool(OWNED.search(before)))


def names_one(text: str) -> bool:
    """Whether an issue is surely named in some words."""
    return bool(SURE.search(text))


def numbers_in(said: str) -> tuple[int, ...]:
    """The numbers of 四十七、四十八 or 廿一号."""
    values = (
        read_number(one.replace("卅", "三十").replace("廿", "二十"))
        for one in EACH.findall(said)
    )
    return tuple(int(one) for one in values if one)


def _is_order(plain: str, match: re.Match[str]) -> bool:
    """第二件 behind 头一件 counts what the message itself tells."""
    return match.lastgroup == "item" and bool(FIRST.search(plain[: match.start()]))


def _is_day(plain: str, match: re.Match[str]) -> bool:
    """12月5号, 18号下午 and 周五（13号） are days."""
    before = plain[max(0, match.start() - 6) : match.start()]
    if match.lastgroup == "aside" and WEEKDAY.search(before):
        return True
    return match.lastgroup in {"bare", "many"} and bool(DAY.match(plain[match.end() :]))
