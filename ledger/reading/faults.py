"""Whether a clause says that something is wrong, missing or wanted."""

import re
from collections.abc import Iterable
from typing import Literal

from ledger.reading.clauses import Clause
from ledger.reading.subjects import FORMS

Strength = Literal["strong", "weak", "need", ""]
TAGS: tuple[tuple[str, Strength], ...] = (
    ("fault.strong", "strong"),
    ("fault.weak", "weak"),
    ("need.words", "need"),
)
# nobody at home is no fault of the household's
ABSENT = re.compile(
    r"锁门|锁着门|铁将军|[没不]在家|没在屋|没人应|出(?:了)?门(?:了?没见[着到上])?"
    r"|[家屋](?:里|头)?(?:都|也|就)?没(?:得)?人$|没见[着到上](?:人|面|他|她)|没碰[上到着]|没遇[上到着]|没找[着到]人|见面|见不着(?!钱)"
)
# a weak word says something alone where it denies or complains; 手术, 独居 only tell of a life
COMPLAINS = re.compile(
    r"[没未不无缺莫冇难太坏停断丢破堵烂差慢贵欠拖卡错嫌怕愁挤少旧压负累漏渗裂塌掉歪臭脏占闹骗窄陡暗黑潮]"
)
CLEAR = re.compile(
    r"(?:(?:没有?|未|无)再?(?:发现|发生|出现|听说|遇到)|不存在|杜绝)[^，,]*|[兴乐笑忙累气急吓喜]坏"
)
# 给没报到的孩子打电话: told of somebody, not told as news
OF_SOMEBODY = re.compile(r"[^，的]{0,4}的(?!$|是|很|问题|事|情况|得|话|时候|厉害|样子|要)")
DEALT = re.compile(
    r"给|找|上门|联系|打了?电话|帮|对|为|劝|送|走访|看望|陪|摸排|讲|教|代|登记|一律|排查|摸底"
)
ORDERED = re.compile(
    r"(?:请|必须|一定[要得]?|马上|立即|赶紧|赶快|尽快|抓紧|限|务必)[^我咱，,]{0,14}"
    r"(?:[补修换装清搬拉堵接填拆挖移铺盖弄搞处解][上好掉走通完净决理]|到位)(?!了)"
)
WEATHER = re.compile(
    r"^(?:今天|今儿|这|山里|外头|外面)?天气?(?:太|真|好|又|也|都)?[冷热阴黑寒凉晴]"
)
# 林小凤说想开个小卖部: his own business, nothing wanted of us
OWN_WISH = re.compile(r"想(?:再|自己|在[^，]{1,4})?(?:[开养种包搞买卖扩租]|发展|出去|打工)")
ERRAND = re.compile(r"(?:托|让|叫|请)(?:我们?|人)?(?:帮)?[他她]?[捎带买拿转寄领]")
ASKING = frozenset(
    {"反映", "提出", "要求", "诉求", "建议", "希望", "求助", "请求", "诉苦", "盼", "想要"}
)
LEAST = 3  # characters that must follow 要求, 反映 for the clause to say what is wanted
HELP = re.compile(r"帮|托|问|愁|差|缺|没|无|贷|申请|办|咋|怎么|能不能|补")
SUPPOSED = re.compile(
    r"^(?:要是|如果|假如|万一|倘若|哪怕|即使|就怕|免得|省得|防止|以防|预防|避免)(?!能)|的话$|发现[^，]{1,12}(?:立即|及时|马上|一律|要)"
)
ELSEWHERE = re.compile(
    r"隔壁村|群里|听说|听人[说讲]|年轻时|想当年|路上堵|堵车|车堵|高速|隧道|朋友圈|邻村|外村|别的村|其他村|全县|全省|全国"
    r"|新闻|视频里|电视里|网上说|小时候|那年|以前|从前|当年"
)
SELF = re.compile(
    r"^(?:今天|昨天|今晚|昨晚|这两天|最近|早上|上午|下午|晚上|现在|这会儿?"
    r"|刚才|累得|搞得|害得|光|就|可|但|反正|唉|哎|嗯|说|是)*+"
    r"(?:我|咱|本人|自己|定位|位置|脖子|嗓子|脑壳|眼睛|脚|腿都|鞋|裤脚|车子|手机没|手电|会议?"
    r"|队里|宿舍|村[部委]的?(?:空调|打印机|电脑|水管|网|灯|暖气|炉子|厨房|宿舍|门))"
    r"(?!们?[村组社寨屯]|这[村组]|[去到看见听问]|发现|过去|跟|给|帮|叫|让|说|讲|劝|刚去|刚看|们?去|们?到|们?看)"
)


def fault_in(clause: Clause) -> Strength:
    """How surely a clause says that something is wrong: by its own words alone."""
    calm = clause.hits("none.words") + clause.hits("positive.words") + clause.hits("fault.not")
    calm = calm + [
        match.span() for match in (*ABSENT.finditer(clause.text), *CLEAR.finditer(clause.text))
    ]
    for tag, strength in TAGS:
        if any(
            _outside(one, calm) and _says(clause, one, strength) for one in clause.hits(tag)
        ):
            return strength
    return ""


def demand_in(clause: Clause) -> Strength:
    """'need' where something is ordered that is not there: 马上把护栏补上."""
    return "need" if ORDERED.search(clause.text) and not clause.has("promise.words") else ""


def _outside(one: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return not any(start < one[1] and one[0] < end for start, end in others)


def _says(clause: Clause, spot: tuple[int, int], strength: Strength) -> bool:
    """Whether a word is told as news of somebody, not as what he is known by."""
    if OF_SOMEBODY.match(clause.text, spot[1]) and (
        strength == "weak" or DEALT.search(clause.text)
    ):
        return False
    alone = clause.text[spot[0] : spot[1]] in ASKING and len(clause.text) - spot[1] < LEAST
    if strength == "need" and (alone or ERRAND.search(clause.text)):
        return False
    if strength == "need" and OWN_WISH.search(clause.text) and not HELP.search(clause.text):
        return False
    return strength != "weak" or bool(COMPLAINS.search(clause.text, *spot))


def calmed(clause: Clause) -> bool:
    """Whether a clause says that nothing is wrong."""
    return clause.has("none.words") and fault_in(clause) != "strong"


def no_fault(clause: Clause) -> bool:
    """Whether its words are about something supposed, far away or the sender himself."""
    if (
        SUPPOSED.search(clause.text)
        or ELSEWHERE.search(clause.text)
        or WEATHER.search(clause.text)
    ):
        return True
    return (
        not clause.mentions and bool(SELF.search(clause.text)) and not FORMS.search(clause.text)
    )
