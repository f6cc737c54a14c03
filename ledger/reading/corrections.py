"""What a message takes back: the denied half of 不是…是…, and what 刚才报的 said."""

import re
from collections.abc import Iterator

from ledger.heads import led
from ledger.reading.clauses import Clause

REST = r"[^，,。！？!?；;\n]"
NOT_X_BUT = re.compile(
    rf"(?<![是要可岂还又就])(?:并不是|不是|并非|而不是)"
    rf"(?P<x>(?:(?!而?是|应该|不是){REST}){{1,16}}?)[，,；; ]{{0,2}}"
    r"(?=而是|是(?!不是)|应该是|应是|应当是)"
)
BUT_NOT_X = re.compile(
    rf"(?:是|去了?|走访了?){REST}{{1,12}}?[，,； ]{{0,2}}"
    rf"(?<![要是可])(?:并不是|不是|而非|并非)(?P<x>(?:(?!是){REST}){{1,12}})"
)
NOT_THAT_LONG = re.compile(  # 学了一个钟头，不是两个钟头
    r"(?<=[，,； 。])(?:并不是|不是|并非|而非)"
    r"(?P<x>[\d一二两三四五六七八九十半几个来多点]{1,5}(?:分钟?|小时|钟头|刻钟|[号日天户家次]))"
    r"(?=[，,。；！! ]|$)"
)
SLIPPED = re.compile(
    rf"(?:[去到]了?|看了?|走访了?|走了?|那个|是)(?P<x>(?:(?!不对|错了|说错){REST}){{2,6}})家?[，, ]{{0,2}}"
    r"(?:[啊哦哎]?(?:不对|说错了?|错了)[，, ]{0,2}){1,2}(?:应该)?是(?!不是)"
)
INSTEAD = re.compile(
    rf"(?:写|说|报|打|记|填|登|发|错?看)成了?(?P<x>{REST}{{1,12}})(?=[，,。；; ]|$)"
)

WRONG = led(
    r"(?:说|写|打|发|记|报|搞|弄|填|登|讲|输|传)(?:的)?(?:错|岔|重|反|混|多了|少了)了?|更正|勘误|订正|有误|作废|撤回|撤销|重报"
    r"|[上前]一?条|[刚前][才刚面]?(?:报|说|发|写)?的?那条|^(?:哎|哦|啊|呀|唉)?(?:是|都)?(?:错了|不对|搞反了|弄反了)(?:$|[，,是])|[报登说写记填发]的[^，,。]{0,8}(?:不对|有错|错了)|口误|笔误|改一下|改为|应为|实为|说漏"
)
BY_THEM = re.compile(
    r"(?:站|局|所|社|行|院|校|部|厂|司|方|他|她|户|家|镇上|乡里|县里|村里|系统|会计|银行|信用社|民政|名字|本子|表上)[^我，]{0,6}$"
)
MISSED = re.compile(r"[没不莫别]$|不要$|没有$|忘了?$")
FORMER = re.compile(
    r"(?:刚才?|刚刚|前面|之前|[上前]一?条|早上|上午|中午|下午|昨天|昨日|昨晚|前天|今早|方才|先前|上次|那条|原(?=[报登填写记]))[^，,。]{0,4}?(?:说|报|写|发|记|填|登|讲|打|上报|批的?(?=[事病公年]?假))(?!错|告|销)"
)
SLIP = re.compile(r"^(?:哦|啊|哎|呀|唉|噢)?(?:不对|说错了|错了|口误|写错了|打错了)")
VOID = re.compile(
    r"没(?:有)?(?:去|走|学|做|这回?事|那回?事|的事)|作废|不算|取消|删|撤|不去了|不请了|不用了"
)


def denied(plain: str) -> Iterator[tuple[int, int]]:
    """Where the half stands that a correction denies: 不是明天 of 不是明天 是下周二."""
    for match in NOT_X_BUT.finditer(plain):
        yield match.span("x")
    for match in BUT_NOT_X.finditer(plain):
        yield match.span("x")
    for match in SLIPPED.finditer(plain):
        yield match.span("x")
    if WRONG.search(plain) or SLIP.search(plain):
        for match in NOT_THAT_LONG.finditer(plain):
            yield match.span("x")
        for match in INSTEAD.finditer(plain):
            yield match.span("x")


def is_correction(clauses: list[Clause]) -> bool:
    """Whether the message takes back something that was reported before."""
    return any(_wrong(one) for one in clauses)


def _wrong(clause: Clause) -> bool:
    for match in WRONG.finditer(clause.text):
        before = clause.text[: match.start()]
        if (
            not MISSED.search(before)
            and not BY_THEM.search(before)
            and not _of_them(clause, before)
        ):
            return True
    return False


def _of_them(clause: Clause, before: str) -> bool:
    """Whether a household or its papers are wrong, not a report."""
    return bool(clause.mentions) and not re.search(r"[我刚报说写]", before)


def _of_slip(clauses: list[Clause], index: int) -> list[Clause]:
    """The clauses that correct a slip of the tongue: 学了30分钟，不对，是40分钟."""
    clause = clauses[index]
    match = SLIP.search(clause.text)
    if not match or clause.before == "hard" or not index:
        return []
    return clauses[index : index + 2]


def take_back(clauses: list[Clause]) -> None:
    """Let a former report give way to what the same message says now.

    What is void is taken out; its days and lengths take those of the clauses behind it.
    """
    if not is_correction(clauses):
        return
    for index, clause in enumerate(clauses):
        if better := _of_slip(clauses, index):
            _replace(clauses[index - 1], better)
        if not (FORMER.search(clause.text) or (clause.durations and "有误" in clause.text)):
            continue
        later = clauses[index + 1 :]
        if any(VOID.search(one.text) for one in later[:3]):
            clause.taken = True
            continue
        _replace(clause, later)


def _replace(clause: Clause, later: list[Clause]) -> None:
    for name in ("times", "durations"):
        old = getattr(clause, name)
        if name == "times" and not any(one.names_day for one in clause.times):
            continue  # 上午发的: when it was reported, not what
        new = next((one for one in later if getattr(one, name)), None)
        if old and new:
            setattr(clause, name, getattr(new, name))
            setattr(new, name, [])
