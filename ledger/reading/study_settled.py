"""Lengths that speak of one another, settled: 两点到四点看了俩小时 is one stretch of two hours.

A second length may be the first one told again, its better estimate, the total of those before
it, a break to be taken off, or the part of a long thing that one has really heard.
"""

import re
from dataclasses import dataclass, replace

from ledger.durations import Duration
from ledger.numerals import read_number
from ledger.reading.clauses import Clause
from ledger.reading.study_signs import TAKES_IN

NEAR = 40  # characters between two lengths that may speak of one another
LONG = 12 * 60
CLOCK = re.compile(r"[:：]|[点时].{0,8}?[到至\-~—]|[到至\-~—].{0,8}?[点时]")
GUESS = re.compile(r"半[天日晌]|上午|下午|晚上")  # a length that is only guessed at
MARKS = re.compile("[。！!？?；;\\n]")
ANEW = re.compile(
    r"又|另|再|还(?!没|有点|不)|接着|随后|然后|加上|外加|各|[早中晚][上饭]|[上下]午|中午|自学|集中|讨论了?$|其中"
)
WORD = r"(?:嗯|[啊哈呢，,、…？?。—（( -])*"
DOING = r"(?:[学看听读上讲]了?|有|用了?|花了?|是|大概|约|个|它|作|成|进去|的|[:：])*"
# the total of what was told before
TOTAL = re.compile(
    rf"(?:合着|拢共|统共|加拢|[通共]总|归总|加总|总起来|凑起来|凑一[块起]|捏拢|一共|总共|共计|合计|总计|加起来|加一[块起]儿?|合起来|合一[块起]|满打满算|前前?后后?|=|＝|(?<![产同青])共){DOING}$"
)
# the better estimate of the one before
SETTLED = re.compile(
    rf"(?:算|记|按|净|净时长|确切说?|准确说?|实打实|实际上?|真正|→|->|⇒){DOING}$"
)
HEDGED = re.compile(
    rf"^(?:钟头?|半)?(?:不到|没到|不足|不够|差[一点]{{1,2}}|吧|的样子|多点?|左右|上下)?{WORD}"
    rf"(?:应该|大概|可能|顶多|最多|也?就|那?就是|是|有|约)*$"
)
UNSURE = re.compile(r"^(?:钟头?|半)?(?:不到|没到|不足|不够|差[一点]{1,2})")
# the same once more, for emphasis: 20分钟，真的只有20分钟
STRESSED = re.compile(
    r"^(?:[，,。！!？?…（(—、 -]|[吧呢啊哦哈嗯对]|[你我]?没(?:记|写|看|听|说|数|打)?错|真的?|确实"
    r"|的确|就|只有?|才|也|是|不多不少"
    r"|千真万确|保真|一点不假|[没不]掺[假水]|[没不][注灌]水|整整"
    r"|一分(?:钟)?(?:不|没)[多少]|实打实|有|仅|说的|没多|没少|多一分没有)++$"
)
THAT_IS = re.compile(rf"^吧?{WORD}(?:也|那)?就是?$")
DENIED = re.compile(r"[，,、 ](?:并?不是|而非|而不是)$")  # 半个点，不是一个半点
LEFT = re.compile(rf"(?:就|剩|还有|也是|共|是){DOING}$")  # behind a break
# what is taken off
TAKEN_OFF = re.compile(
    r"(?:除|去|扣|刨|减|拖|跳|撇|抛|剔)(?:去|掉|开|除|过)(?!年)[^，,。；;]{0,12}$|扣了?[^，,。；;]{0,8}$"
)
NOT_COUNTED = re.compile(r"^[^，,。；;一-龥]{0,2}(?:可?不[算计]|不能算|没算|除外|得?扣)")
RESTED = re.compile(
    r"(?:歇|休息)[^，,。；;]{0,6}$"
    r"|(?:中间|中途|期间|其间|当中)[^，,。；;]{0,4}"
    r"(?:[掉断停下]了?[线网电播]|卡[住壳顿]|黑屏|死机|缓冲|[走跑]神|打?[盹瞌]|睡着|接[^，,。；;]{0,3}电话|上[^，,。；;]{0,3}(?:厕所|茅房)|出去|耽[误搁])[^，,。；;]{0,6}$"
)
# about how long, which a length behind tells better: 二十来分钟，二十五分钟吧
ABOUT = re.compile(r"个[把来]|[多几来]|大概|差不多")
NEARLY_SO = re.compile(r"(?:[快近约]|大概|差不多|不到)$")
NEARLY = 0.6  # of a length that a better estimate of it can be
ABOUT_WHAT = re.compile(r"[^，,、。；;]{0,12}[，,]$")  # 快一个小时条例，
CLOSED = re.compile(r"吧?(?:[，,。；;！!]|\s|$)")
EXACT = re.compile(rf"^{WORD}(?:应该|大概|估计|确切|准确)?(?:也|那|就|说)*(?:是|有)?$")
# 一个小时的课，我听了四十五分钟: the length of the thing and one's own
THING = re.compile(
    r"^的[^，,。；;]{0,10}?(?:课|讲座|视频|直播|片子?|讲话|录[播像]|培训|会)[，,、 ]"
)
OWN = re.compile(r"[，,、 ](?:我|咱|俺)(?:们|就|只)*[学听看上跟](?:了|到)$")
OTHERS = re.compile(r"别[的个]|人家|咱们|我们")  # a comparison, no report
DRAWN_OUT = re.compile(r"[聊争吵辩唠侃吹扯嚷议](?:了|论了?)$")  # 争了半天: who knows how long
COMMAS = re.compile("[，,、；;]")
DONE_THEN = re.compile("自学|集中|讨论")  # what a stretch by the clock was spent on
GOES_ON = re.compile(r"又|接着|再|继续")
# of a long thing, only that much
ONLY = re.compile(
    r"(?:只|就|才|光|仅)(?:是)?(?:赶上|跟|完整)?[学看听读上][^，,。；;]{0,4}$|没(?:有)?[学看听读上](?:完|全|到底)[^。；;]{0,8}$"
)
SUM = re.compile(
    r"(?<![\d.])(?P<parts>\d{1,3}(?:\s?\+\s?\d{1,3}){1,4})\s?[=＝]\s?(?P<total>\d{1,3})(?![\d.:])"
)
NOTED = re.compile(
    r"(?:记|算|按|(?:确切|准确|精确)地?[说讲]|实际上?)(?:个|作|成|它|是)?(?P<n>\d{1,3}|[一二三四五六七八九十百]{1,4})(?=吧|算了?|好了|$)"
)

INSTEAD = re.compile(r"\*[，, ]{0,2}(?:而|应该?)?是(?P<n>\d{1,3})(?=[，,。；]|$)")  # 不是90是60


@dataclass
class _Told:
    """A length and the clause it stands in."""

    clause: Clause
    one: Duration
    shortened: bool = False  # by a break

    @property
    def minutes(self) -> int:
        return self.one.minutes or 0

    def set(self, minutes: int) -> None:
        """Let it be so many minutes."""
        better = replace(self.one, minutes=minutes)
        found = self.clause.durations
        self.clause.durations = [better if one is self.one else one for one in found]
        self.one = better

    def drop(self) -> None:
        """Let it count no more."""
        self.clause.durations = [one for one in self.clause.durations if one is not self.one]


def settle(clauses: list[Clause], plain: str) -> None:
    """Take what a length says of those before it out of the lengths of each clause."""
    _note_bare(clauses)
    told = [_Told(one, length) for one in clauses for length in one.durations if length.minutes]
    live: list[_Told] = []
    for index, here in enumerate(told):
        if index and here.one.start - told[index - 1].one.end > NEAR:
            live = []
        before = told[index - 1].one.end if index else 0
        gap, tail = plain[before : here.one.start], plain[here.one.end : here.one.end + 8]
        if not live and NOT_COUNTED.match(tail) and index + 1 < len(told):
            here.drop()  # 听念通报两小时不算，自己补了三十分钟
        elif not live or not _speaks_of(here, live, gap, tail, plain):
            live.append(here)


def _note_bare(clauses: list[Clause]) -> None:
    """Numbers that can only be minutes: 30+15=45, 记二十五吧 behind a length nobody can count."""
    vague = any("分钟" in one.text for one in clauses)
    for clause in clauses:
        if clause.durations:
            continue
        match = SUM.search(clause.text)
        said = match["total"] if match else None
        if not said and "时长" in clause.text and (match := INSTEAD.search(clause.text)):
            said = match["n"]
        if not said and vague and (match := NOTED.search(clause.text)):
            said = match["n"]
        minutes = int(read_number(said) or 0) if said else 0
        if match and 1 <= minutes <= LONG:
            start = clause.start + match.start()
            clause.durations = [Duration(start, clause.start + match.end(), minutes, None)]


def _speaks_of(here: _Told, live: list[_Told], gap: str, tail: str, plain: str) -> bool:
    """Whether a length is about those before it; they are settled then and it is dropped."""
    last, sentence = live[-1], not MARKS.search(gap)
    if _off(here, last, gap, tail):
        return True
    if (sentence and DENIED.search(gap)) or (_guessed(here, plain) and DRAWN_OUT.search(gap)):
        here.drop()
        return True
    if here.minutes == last.minutes and gap and _stressed(gap):
        here.drop()
        return True
    if TOTAL.search(gap):
        return _totals(here, live)
    heard = ONLY.search(gap) or (THING.match(gap) and OWN.search(gap))
    part = sentence and heard and here.minutes < last.minutes
    better = _better(here, last, gap) or (sentence and _estimated(here, last, gap, plain))
    if part and here.clause is not last.clause and not OTHERS.search(gap):
        last.drop()  # 说好学一小时，只学了二十分钟
        live.pop()
        return False
    if part or better:
        last.set(here.minutes)
    elif (
        sentence
        and not ANEW.search(gap)
        and _guessed(last, plain)
        and not _guessed(here, plain)
    ):
        if not TAKES_IN.search(last.clause.text):
            last.drop()
            live.pop()
            return False
        last.set(here.minutes)
    elif not (sentence and _again(here, last, gap, plain)):
        return False
    here.drop()
    return True


def _stressed(gap: str) -> bool:
    """Whether a length is only said again: with words that assure, or in brackets."""
    assured = STRESSED.match(gap)
    return bool(assured) and bool(gap.strip("，,、。 "))


def _off(here: _Told, last: _Told, gap: str, tail: str) -> bool:
    """A break, taken off: 两点到四点，除去烧炉子二十分钟; not one between two stretches."""
    rested = RESTED.search(gap)
    if rested and GOES_ON.search(gap[rested.start() :]):
        return False  # 四十分钟，歇口气又三十分钟
    if not (rested or TAKEN_OFF.search(gap) or NOT_COUNTED.match(tail)):
        return False
    if here.minutes >= last.minutes:
        return False
    if not (rested and GOES_ON.search(tail)):
        last.set(last.minutes - here.minutes)
        last.shortened = True
    here.drop()
    return True


def _totals(here: _Told, live: list[_Told]) -> bool:
    """The total of those before: it adds nothing, or is right where they are not all told."""
    if len(live) == 1 and here.minutes != live[0].minutes:
        live[0].set(here.minutes)
    here.drop()
    return True


def _better(here: _Told, last: _Told, gap: str) -> bool:
    """算十分钟吧, 净一个半小时; behind a break 就五十分钟 too."""
    told = SETTLED.search(gap) or (last.shortened and LEFT.search(gap))
    return bool(told) and _likely(here, last)


def _likely(here: _Told, last: _Told) -> bool:
    """Whether one can be the estimate of the other."""
    return here.minutes <= 2 * last.minutes and last.minutes <= 10 * here.minutes


def _estimated(here: _Told, last: _Told, gap: str, plain: str) -> bool:
    """一个钟头不到，四十五分钟吧; 个把小时就是一个小时吧; 二十来分钟，二十五分钟吧."""
    if not _likely(here, last):
        return False
    if UNSURE.match(gap) and HEDGED.match(gap):
        return here.minutes < last.minutes
    vague, exact = (plain[one.one.start : one.one.end] for one in (last, here))
    if (ABOUT.search(vague) or _hedged(last, plain)) and not ABOUT.search(exact):
        behind = ABOUT_WHAT.match(gap) and CLOSED.match(plain, here.one.end)
        if EXACT.match(gap) or (behind and NEARLY * last.minutes <= here.minutes):
            return True
    return bool(THAT_IS.match(gap))


def _hedged(one: _Told, plain: str) -> bool:
    """快一个小时, 将近一个小时: a length with a word before it that leaves it open."""
    return bool(NEARLY_SO.search(plain, max(0, one.one.start - 3), one.one.start))


def _guessed(one: _Told, plain: str) -> bool:
    said = plain[one.one.start : one.one.end]
    return one.one.days is not None and bool(GUESS.search(said))


def _again(here: _Told, last: _Told, gap: str, plain: str) -> bool:
    """The same stretch by the clock and by its length: 三点到五点自学了两个钟头."""
    clocks = [bool(CLOCK.search(plain[one.one.start : one.one.end])) for one in (here, last)]
    close = not COMMAS.search(gap)
    if not any(clocks) or all(clocks) or ANEW.search(DONE_THEN.sub("", gap) if close else gap):
        return False
    if clocks[1] and close and NEARLY * last.minutes <= here.minutes < last.minutes:
        last.set(here.minutes)  # 两点到四点学了一个半小时
    return here.minutes == last.minutes
