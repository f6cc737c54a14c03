"""What a message speaks of as known: 路灯的事, 低保那个, 上次报的水管.

Nobody tells news that way: what follows in the sentence is how far the thing has come, be it
mended, in review or as bad as before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.heads import led
from ledger.reading.advances import effects_in
from ledger.reading.clauses import Clause
from ledger.reading.drafts import People, alike
from ledger.reading.faults import calmed, fault_in, faults_of
from ledger.reading.offices import acts_of_others
from ledger.reading.progress import Far, asks, how_far
from ledger.reading.subjects import PLAIN, scores_of
from ledger.reading.view import APPOSED, PUBLIC, Part

TROUBLE = r"(?:裂[缝口]|缺口|塌方|窟窿|漏点|积水|外债|欠款|矛盾|纠纷|官司|隐患|险情|病害)"
MATTER = led(
    r"[那这][一二三四五六七八九十\d]+[百千万][一二三四五六七八九\d]?[块元]?(?=$|[，,])|"
    r"[那这][笔份][^，。；]{0,6}?(?:补[贴助]|津贴|贷款|[款钱金证]|申请|材料)|"
    rf"(?:的|[那这][个条处道口些])[^，。；的]{{0,3}}{TROUBLE}(?=$|[，,：:])|"
    r"(?:的|[那这]|一)[件个桩码档]?子?事(?:儿|情)?(?![故业实假务先后迹发就啊呀哈])"
    r"|(?<=[^，。；]{4})事[宜项](?=$|[，,：: 已现目经])"
    r"|(?<!存在)(?<!反映)(?<!这个)(?<!个)问题(?=$|[，,：: 已现目经])"
    r"|[那这](?:[个件桩条笔份处盏项回块段截面片口座根扇头只]|档子)"
    r"(?=$|[，,：: 今昨前现已还都也又终总可没批办])"
)
# 住院报销的钱，医保局说: the name of a matter alone tells nothing yet
BARE = re.compile(
    r"^[^，。；没不未有想要问欠差少靠领拿交愁说讲到去来为跟和就只才仅]{0,9}"
    r"(?:赔偿|赔款|理赔|报销|补[贴助]|津贴|贷款|工[钱资]|救助金?|手术)(?:的[钱款事])?$"
)
# 漏雨的瓦，我跟泥瓦匠上去捡了: the same, by what was the matter with it
BY_ITS_FAULT = re.compile(
    r"^(?:家|屋)?[^，。；有是说讲映想要看的]{1,7}的(?:[那这][一-龥])?[^，。；的没不未有是很了]{1,5}$"
)
# whose matter it is that is only being spoken of: 为低保的事来, 问低保的事
GOVERNED = re.compile(
    r"(?:为|因|问|提|谈|聊|反映|诉|愁|担心|操心|惦记|商量|讨论|了解|听|学|忙|解决|处理|关心|打听"
    r"|记录|有|出|找|跑|发现|存在|是)[^，。；的]{0,12}$|[没冇无][什么啥别的]{0,3}$"
)
SPOKEN = re.compile(r"[说讲][^，。；的]{0,12}$")
OPENING = re.compile(r"^(?:哈|嘿|呵|唉|哎|嗯|哦|但是?|可是?|不过|所以|就)+")
UNKNOWN = re.compile(
    r"我[^，。；]{0,3}(?:心里?有[数底]|知道|晓得|记着|记得|惦记|盯着|清楚)|不(?:知道|晓得|清楚|记得|了解)|没(?:听说|印象)|^(?:找|问|来)我"
)
BEFORE = (
    r"(?:上(?:次|回|个?(?:月|周|礼拜|星期))|之前|前[些几]天"
    r"|前(?:阵子?|段时间|一阵)|早先|先前|早前|月初|年初|去年|年前|[\d一二三四五六七八九十]月份?)"
)
TOLD_BEFORE = led(
    r"说[要好是]?([修装建换铺挖通办补发])\1?[^，。；]{0,3}(?=到现在|到今天|至今|一直)|"
    r"(?:大?前[天儿日]|昨[天儿日晚]个?|那天|(?:周|星期|礼拜)[一二三四五六日天])(?:我)?(?:说|报|登记?|提|反映)(?:起|到|过|了)?的|"
    rf"{BEFORE}[^，。；]{{0,6}}(?:说|讲|提|报|反映|申请|登记|记|交办|答应|定|填|摸排|排查)(?:起|到|过|了|下)?的"
    rf"|{BEFORE}(?:说|讲|提|报|反映)(?:起|到|过)?[^，。；]{{2,14}}(?:的|那[个件])事?"
    r"|(?:要|申请|订|盼)的那[个台张件辆床副袋批条笔]|(?:申请|申报|上报)的[^，。；的没不]{2,6}$"
    r"|(?:给|帮|替)[^，。；]{1,6}(?:联系|申请|争取|跑|订|上报|登记|答应)(?:了|下|好)?的"
)
OWED = re.compile(
    r"[欠拖][着下]?的(?:工钱|工资|薪水|钱|款|账|租金)"
    r"|还(?:没|未)[^，。；]{0,3}(?:[批报评审办发放]下来|到$|批$|发$|来$|到位)"
)
PLEA = re.compile(  # 断水的事老百姓意见很大: told as news
    r"^(?:群众|老百姓|村民|大家|大伙|乡亲|[他她])?(?:们)?(?:都|很|也|就|最|还)*(?:有?意见|怨|骂|嫌|想[让请]|希望|建议|盼|要求|要[村队镇政我]|能不能|能否)"
)
STATE = re.compile(r"[了过]|没|未|还|在|等|要|让|得|已|定|有|差|缺|正|快|能|不|批|送|到")
AWAY = re.compile(
    r"^(?:另|还有|再一个|再就是|此外|同时|对了|顺便|我(?:们)?(?:去|到|在)|今天我)"
)


COMFORTS = re.compile(  # our own words move nothing, nor does a talk that failed
    r"没(?:有)?(?:谈|说|调解?|商量)(?:拢|成|妥|好)|谈不拢|^我(?:就|跟[他她])?[说讲]"
)
OURS = re.compile(  # our word, or a colleague's
    r"^你们?(?!帮)|(?:我|咱|你|队里)[^，。；]{0,6}(?:答应|承诺|保证|保票|包票|应[承下了]|许[诺下]|说好|讲好|拍[了着]?胸)"
)


@dataclass
class Topic:
    """The known thing a sentence speaks of, if it speaks of one."""

    sentence: int = -1
    people: People = ()
    said: Clause | None = None

    def far(self, part: Part, *, planned: bool) -> Far:
        """How far the known thing has come by this part; '' where it tells of something else."""
        clause = part.clause
        rest = self._open(part)
        if (
            rest is None
            or asks(clause)
            or not rest.strip()
            or UNKNOWN.search(rest)
            or COMFORTS.search(clause.text)
            or PLEA.search(rest)
            or OURS.search(clause.text)
        ):
            return ""
        far = how_far(clause)[0]
        if not far and calmed(clause) and self.said and fault_in(self.said):
            return "done"  # 上次报的水浑，接一杯清亮亮的
        if planned and far != "done" and not (acts_of_others(rest) or fault_in(clause)):
            return ""
        if far == "done" and not _done_in(clause, rest):
            far = "step"
        return "done" if far == "done" else "step" if far or self._tells(clause, rest) else ""

    def _open(self, part: Part) -> str | None:
        """The words that tell of the thing: those behind its name, or all of a later clause."""
        clause = part.clause
        if (end := named_in(clause)) and (
            part.people[0] or PUBLIC.search(clause.text) or _weighs(clause)
        ):
            self.sentence, self.people, self.said = clause.sentence, part.people, clause
            return clause.text[end:]
        same = clause.sentence == self.sentence and alike(part.people, self.people)
        if not same or AWAY.search(clause.text) or self._other_matter(clause):
            self.sentence = -1
            return None
        return clause.text

    def _other_matter(self, clause: Clause) -> bool:
        """Whether a fault of another subject begins: 低保那个批了，屋顶又漏."""
        if not self.said or fault_in(clause) != "strong":
            return False
        mine, told = scores_of(clause.lexicon, clause), scores_of(clause.lexicon, self.said)
        best = max(mine, key=lambda name: mine[name])
        return mine[best] >= PLAIN and not told[best]

    def _tells(self, clause: Clause, rest: str) -> bool:
        return bool(STATE.search(rest) or fault_in(clause))


def named_in(clause: Clause) -> int:
    """Where the name of a known thing ends in a clause; 0 where none stands."""
    if match := TOLD_BEFORE.search(clause.text):
        later = MATTER.search(clause.text, match.start())
        return max(match.end(), later.end() if later else 0)
    match = MATTER.search(clause.text)
    if (
        match
        and match.end() == len(clause.text)
        and SPOKEN.search(clause.text[: match.start()])
    ):
        return 0
    if (
        not match
        or APPOSED.search(clause.text)
        or not OPENING.sub("", _undated(clause, match.start()))
        or GOVERNED.search(clause.text[: match.start()])
    ):
        return 0  # 这事 alone points back into the message
    return match.end()


def _undated(clause: Clause, end: int) -> str:
    """Its words up to there without days: 周二的事 names no thing."""
    text = clause.text[:end]
    for one in reversed(clause.times):
        if clause.at(one.end) <= end:
            text = text[: clause.at(one.start)] + text[clause.at(one.end) :]
    return text


def is_name(clause: Clause) -> bool:
    """Whether a clause only names a household's matter, whatever bad word is in it."""
    if not clause.mentions:
        return False
    text = clause.text[clause.at(clause.mentions[-1].end) :]
    last = max((start for start, _ in faults_of(clause)), default=0)
    by_fault = BY_ITS_FAULT.search(text) and last <= clause.text.rfind("的")
    return bool(BARE.search(text) or by_fault)


def spoken_of(clauses: Iterable[Clause]) -> bool:
    """Whether some clauses speak of a thing as known."""
    return any(named_in(one) or OWED.search(one.text) for one in clauses)


def _done_in(clause: Clause, rest: str) -> bool:
    """Whether the effect is told behind the thing's name, not within it."""
    return how_far(clause)[1] >= len(clause.text) - len(rest) or bool(effects_in(rest))


def _weighs(clause: Clause) -> bool:
    return max(scores_of(clause.lexicon, clause).values()) >= PLAIN
