"""Fault or step: which of the two a clause tells, and what a step still lacks."""

import re
from collections.abc import Iterable

from ledger.reading.advances import advances_in, falls_back, turns
from ledger.reading.clauses import Clause
from ledger.reading.faults import Strength, demand_in
from ledger.reading.issue_words import (
    CONTRAST,
    MAKESHIFT,
    OFFICIAL,
    REST,
    TAKEN_UP,
    TALK,
    UNFINISHED,
)
from ledger.reading.progress import Far, how_far
from ledger.reading.subjects import nameless

RELATIVE = re.compile(
    r"[^，。；的]{0,2}的(?!$|[是很话，])"
)  # 断了的桥, 欠的工钱: what it is known by

ATTRIBUTE = re.compile(r"^[烂破坏断危旧臭漏裂][^，。；]{0,2}[路桥房屋墙灯管渠沟厕门窗井床车]$")

HELD_UP = re.compile(r"卡在|压在")
STUCK = re.compile(r"卡住|卡壳|[办报登]不[了上成]")
REJECTED = re.compile(
    r"[打退]回[来去]?了"
)  # papers that come back; money that comes back is there
MONEY = re.compile(r"[钱金费元块]|(?<!贷)款|押")
NEWS = re.compile(r"录取|考上|通知书")
HALF_WAY = re.compile(  # 公示完了还没发: begun, and not yet at its end
    r"(?:批|审|公示|评|报|交|办|验|量|填|签|递|鉴定|登记)[完好过上下]?了[^，。；]{0,3}还没"
)
TAKEN_THERE = re.compile(
    r"[把将](?:他|她|人|老人家?|娃|孩子)[^，。；]{0,4}送"
)  # to hospital, home
SPENT = re.compile(
    r"(?:押金|[院学药路杂]费|医药费)[^，。；]{0,4}[交花缴垫]了?[一二三两四五六七八九十几\d]"
)
NO_ACCORD = re.compile(
    r"没(?:有)?(?:谈|说|调解?|协?商|商量)(?:拢|成|妥|好)|谈不拢|摇了?摇?头|扭头|没[看瞧相][上中]"
)
QUEUED = re.compile(r"排(?:队|了|长队)[^，。；]{0,5}(?:钟头|小时|分钟|半天|半晌|上午|下午)")
COMFORT = re.compile(
    r"[说讲]清楚|^(?:我们?|当场|先|已|也)*(?:劝|安慰|开导|宽慰|解释)了[^，。；]{0,4}$"
    r"|^(?:但|可|不过)?我(?:就|跟[他她])?[说讲](?![^，。；]{0,4}好)|[给跟]\*+家?打(?:了|个|过)+(?:个|一个)?电话$|量了?[下个]?(?:血压|体温|血糖)"
)
TO_DOCTOR = re.compile(  # 带他去卫生室量了量
    r"[去到上][^，。；]{0,4}(?:医院|卫生[室所院]|诊所)[^，。；]{0,4}(?:量|看|查|打|拍|抽|输)"
)
VERDICT = re.compile(  # what an office says to an application
    r"[没未不](?:有|能|予)?(?:批|通过|过(?=$|审|关|了)|受理|报下来|准)|[退驳打]了?回[来去]?|(?:给|被|叫|让)[^，。；]{0,6}(?:驳|刷)[了回掉下]"
)
APPLICATION = re.compile(
    r"申请|材料|[贷借]款|信贷|贴息|报销|低保|特困|五保|补[贴助]|救助|证(?!明人)|轮椅|慢病|危改|奖补|年审|复核|评残|鉴定|名额|[那这][份笔]"
)
PLEADS = re.compile(
    r"说法|堵[到在]|哭|闹|急|愁|想不通|不服|骂|怨|眼泪|没书读|咋办|怎么办|眼看|断[粮药草炊]|没[钱米]"
)
NOT_COME = re.compile(r"[没未](?:有|见)?人?(?:再)?来(?:过|看|修|管|$)")


def weighs_more(clause: Clause, strength: Strength, far: Far, spot: int) -> bool:
    """Whether the fault in a clause counts, not the step."""
    if far not in {"done", "step"}:
        return True
    if REJECTED.search(clause.text) and not MONEY.search(clause.text):
        return True
    if far == "step" and (STUCK.search(clause.text) or demand_in(clause)):
        return True
    told = clause.hits("fault.strong") if strength == "strong" else []
    faults = [one for one in told if not _attributive(clause.text, *one)]
    if told and not faults:
        return False
    if far == "done":
        return any(start > spot for start, _ in faults)
    if TAKEN_UP.search(clause.text) or HALF_WAY.search(clause.text):
        return False
    if strength == "strong" and not faults:
        return not OFFICIAL.search(clause.text)
    steps = clause.hits("steps.step") + advances_in(clause.text)
    return any(not any(a <= one[0] and one[1] <= b for a, b in steps) for one in faults)


def refused(clause: Clause, before: str, behind: str) -> bool:
    """Whether an application has been turned down and nobody complains of it: a step, no issue.

    before, behind: what is told of the same people around it.
    """
    told = VERDICT.search(clause.text)
    if not told or MONEY.search(clause.text[told.end() :]):
        return False
    if not APPLICATION.search(before + clause.text):
        return False
    pleaded = TALK.search(before) or TALK.search(clause.text[: told.start()])
    return not pleaded and not PLEADS.search(f"{clause.text}，{behind}")


def no_step(clause: Clause) -> bool:
    """Whether what looks like a step is only comfort, or somebody who has not come."""
    text = nameless([clause])
    return any(
        one.search(text)
        for one in (COMFORT, NEWS, NO_ACCORD, NOT_COME, QUEUED, SPENT, TAKEN_THERE, TO_DOCTOR)
    )


def _attributive(text: str, start: int, end: int) -> bool:
    """Whether a fault only says which thing is meant: 断了的桥, 那段烂路."""
    return bool(RELATIVE.match(text, end) or ATTRIBUTE.match(text[start:end]))


def lacks(clause: Clause) -> bool:
    """Whether a clause says that a part of it is still missing."""
    if TALK.search(clause.text):
        return False
    return bool(REST.search(clause.text) or CONTRAST.search(clause.text))


def last_word(clauses: Iterable[Clause]) -> Far:
    """How far something has come by the last of some clauses that says so."""
    last: Far = ""
    for clause in clauses:
        far = how_far(clause)[0]
        if far == "done":
            last = "done"
        elif unsettles(clause) or (far and last != "done"):
            last = "step"
    return last or "step"


def unsettles(clause: Clause) -> bool:
    """Whether a step takes back the effect told before it."""
    text = clause.text
    if TALK.search(text) and not (falls_back(text) or turns(text)):
        return False
    unsettled = MAKESHIFT.search(text) or UNFINISHED.search(text)
    return lacks(clause) or bool(unsettled) or falls_back(text) or turns(text)
