"""Progress: how far a known thing has come, or only a first step."""

import re
from collections.abc import Iterator
from typing import Literal

from ledger.heads import led
from ledger.reading.advances import advances_in, effects_in, is_part
from ledger.reading.clauses import Clause
from ledger.reading.faults import faults_of, gone_in
from ledger.time_phrases import TimePhrase

Far = Literal["done", "step", "first", ""]
UNREACHED = re.compile(r"(?<!还)[没未]有?安$")  # 床位没安排上 is no 排上
HABIT = re.compile(
    r"每个?[月年天周]|月月|按[时月]|一直都?(?=[^没不]{0,4}$)|从来"
)  # nothing new
# what every visit leaves behind
VISITING = led(
    r"把表[签填]|明白卡|走访表|入户表|联系卡|签到|告知书|问卷|政策宣传|慰问|春联|对联|[大会]会上"
    r"|[口人]都交了|[电水]费[^，。；停欠没断多]{0,4}交了|今年[^，。；]{0,6}[卖收打割](?!不)"
)
NEAR = 14  # characters before a word of effect in which 还没, 要求, 快 take it back
SURELY = re.compile(r"终于|已经|已|总算|很快|全部|全|都|这才|可算|刚刚?|昨天|今天")
PAPERS = led(
    r"(?:安装|开户|工本|报名|手续|检测)费|[押定订]金|预付|申请|材料|单子|证明|(?:验收|通知|整改|告知|责任)单|表(?!哥|弟|姐|妹|叔)|手续|资料|报告|申报"
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
ASKS = led(
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
TELLS = led(r"说|讲|(?<!^)(?<![请想])问(?!题|一?下)|反映|愁|嫌|急|来问|叫我|让我|托")

WANTED_THING = re.compile(
    r"(?:想?要|想|申请|需要|盼|没|未|不|答应|承诺|保证)[^，。；]{0,3}的(?!话|时候)"
)


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
    if clause.text.startswith(("膝盖", "手架"), max(0, spot[0] - 1)):
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
