"""Whether a clause says that something is wrong, missing or wanted, and of what category."""

import re
from collections.abc import Iterable
from typing import Literal

from ledger.reading.clauses import Clause
from ledger.reading.lexicon import Lexicon

Strength = Literal["strong", "weak", "need", ""]
TAGS: tuple[tuple[str, Strength], ...] = (
    ("fault.strong", "strong"),
    ("fault.weak", "weak"),
    ("need.words", "need"),
)
# nobody at home is no fault of the household's
ABSENT = re.compile(r"锁门|锁着门|铁将军|[没不]在家|没在屋|没人应|出(?:了)?门(?:了?没见[着到上])?|没见[着到上](?:人|面|他|她)|没碰[上到着]|没遇[上到着]|没找[着到]人|见面|见不着(?!钱)")
# a weak word says something alone where it denies or complains; 手术, 独居 only tell of a life
COMPLAINS = re.compile(r"[没未不无缺莫冇难太坏停断丢破堵烂差慢贵欠拖卡错嫌怕愁挤少旧压负累漏渗裂塌掉歪臭脏占闹骗]")
CLEAR = re.compile(r"(?:(?:没有?|未|无)再?(?:发现|发生|出现|听说|遇到)|不存在|杜绝)[^，,]*")
# 给没报到的孩子打电话: told of somebody, not told as news
OF_SOMEBODY = re.compile(r"[^，的]{0,4}的(?!$|是|很|问题|事|情况|得|话|时候|厉害|样子|要)")
DEALT = re.compile(r"给|找|上门|联系|打了?电话|帮|对|为|劝|送|走访|看望|陪|摸排|讲|教|代")
ORDERED = re.compile(
    r"(?:请|必须|一定[要得]?|马上|立即|赶紧|赶快|尽快|抓紧|限|务必)[^我咱，,]{0,14}"
    r"(?:[补修换装清搬拉堵接填拆挖移铺盖弄搞处解][上好掉走通完净决理]|到位)(?!了)"
)
WEATHER = re.compile(r"^(?:今天|今儿|这|山里|外头|外面)?天气?(?:太|真|好|又|也|都)?[冷热阴黑寒凉晴]")
# 林小凤说想开个小卖部: his own business, nothing wanted of us
OWN_WISH = re.compile(r"想(?:再|自己|在[^，]{1,4})?(?:[开养种包搞买卖扩租]|发展|出去|打工)")
HELP = re.compile(r"帮|托|问|愁|差|缺|没|无|贷|申请|办|咋|怎么|能不能|补")
SUPPOSED = re.compile(r"^(?:要是|如果|假如|万一|倘若|哪怕|即使|就怕|免得|省得|防止|以防|预防|避免)(?!能)|的话$")
ELSEWHERE = re.compile(r"隔壁村|没报到的[^，]{0,6}打|群里|听说|朋友圈|邻村|外村|别的村|其他村|全县|全省|全国|新闻|视频里|电视里|网上说|小时候|那年|以前|从前|当年")
SELF = re.compile(
    r"^(?:今天|昨天|今晚|昨晚|这两天|最近|早上|上午|下午|晚上|现在|这会儿?|刚才|累得|搞得|害得|光|就|可|但|反正|唉|哎|嗯|说|是)*"
    r"(?:我|咱|本人|自己|定位|位置|信号不好发|脖子|嗓子|脑壳|眼睛|脚|腿都|鞋|裤脚|车子|手机没|手电|会议?|队里|宿舍|村[部委]的?(?:空调|打印机|电脑|水管|网|灯|暖气|炉子|厨房|宿舍|门))"
    r"(?!们?[村组社寨屯]|这[村组]|[去到看见听问]|发现|过去|跟|给|帮|叫|让|说|讲|劝|刚去|刚看|们?去|们?到|们?看)"
)
FORMS = re.compile(r"填表|填了|没填|填不|填得|表太|表格|报表|台账|张表|几张表|系统|打卡太|少发几张|迎检")

PERSON = re.compile(r"[老爹娘爸妈爷奶婆公儿女媳娃孩孙他她]|瘫|床|病|人家")
LEFT_ALONE = re.compile(r"[没无](?:得)?人[管理问看]")

# What the guide settles where two categories meet; the first that fits wins.
SETTLED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("人居环境", re.compile(r"厕|茅房|粪|垃圾|污水|臭水|化粪池|[鸡猪牛羊鸭](?:圈|舍)?[^，]{0,8}(?:臭|味|一屋|人住|灶|屋里)|人畜")),
    ("基础设施", re.compile(r"渠|灌溉|浇|涵管|涵洞|机耕|井盖|路灯|水库|[大水]坝|坝[上体塌漏]|河堤|标志|标线|护栏|凸镜|县道|弯道|网(?:太|慢|络|速|卡|差)|没网|断网|桥(?!头)|变压器|接户线|电线|电压|信号|宽带|路(?:面|基|烂|断|窄|陡|滑|难|不|太|没|塌|堵|上的坑)|道路|[那条段截米里](?:土|水泥|石子)?路|(?:土|水泥|山|村|组|门口|入户|进户|通村|机耕|产业)(?:的|那条|那段|这段)?路")),
    ("其他", re.compile(r"吵架|吵嘴|打架|家暴|打老婆|离婚|界石|田埂|地界|边界|坟|扯皮|纠纷|户口|诈骗|被骗|走丢|走失|野猪|偷")),
    ("教育", re.compile(r"雨露|助学|学费|学杂费|资助表|上学|念书|读书|辍学|特教|学校|幼儿园")),
    ("产业", re.compile(r"地力补贴|种粮补贴|产业(?:奖)?补|养殖补|奖补")),
    ("住房", re.compile(r"危改|危房|[建修盖翻]房|房[^，]{0,4}(?:差|补|款|钱)|建房款|搬迁房")),
    ("医疗", re.compile(r"医保|合作医疗|医药费|药费|药钱|药太贵|药贵|降压药|大病救助|慢病|慢性病|报销|透析|住院费|手术费|医疗救助")),
    ("兜底", re.compile(r"低保|特困|五保|赡养|没人(?:照|管|伺候|服侍|护理|端|做饭|换)|无人照|[没不][^，]{0,5}管[他她]|残疾补|残疾[^。]{0,16}补贴|残补|护理补|高龄|养老金|津贴|临时救助|推来推去|谁也不(?:接|管|养)|不养老|不孝|孤儿|吃了上顿")),
    ("就业", re.compile(r"工钱|工资|欠薪|包工头|工头|工地[^。]{0,12}欠|找活|找工作|找不[到着](?:活|事|工)|务工|公益岗|岗位|没活")),
)  # fmt: skip


def fault_in(clause: Clause) -> Strength:
    """How surely a clause says that something is wrong: by its own words alone."""
    calm = clause.hits("none.words") + clause.hits("positive.words") + clause.hits("fault.not")
    calm = calm + [match.span() for match in (*ABSENT.finditer(clause.text), *CLEAR.finditer(clause.text))]
    for tag, strength in TAGS:
        if any(_outside(one, calm) and _says(clause, one, strength) for one in clause.hits(tag)):
            return strength
    return ""


def demand_in(clause: Clause) -> Strength:
    """'need' where something is ordered that is not there: 马上把护栏补上."""
    return "need" if ORDERED.search(clause.text) and not clause.has("promise.words") else ""


def _outside(one: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return not any(start < one[1] and one[0] < end for start, end in others)


def _says(clause: Clause, spot: tuple[int, int], strength: Strength) -> bool:
    """Whether a word is told as news of somebody, not as what he is known by."""
    if OF_SOMEBODY.match(clause.text, spot[1]) and (strength == "weak" or DEALT.search(clause.text)):
        return False
    if strength == "need" and OWN_WISH.search(clause.text) and not HELP.search(clause.text):
        return False
    return strength != "weak" or bool(COMPLAINS.search(clause.text, *spot))


def calmed(clause: Clause) -> bool:
    """Whether a clause says that nothing is wrong."""
    return clause.has("none.words") and fault_in(clause) != "strong"


def no_fault(clause: Clause) -> bool:
    """Whether its words are about something supposed, far away or the sender himself."""
    if SUPPOSED.search(clause.text) or ELSEWHERE.search(clause.text) or WEATHER.search(clause.text):
        return True
    return not clause.mentions and bool(SELF.search(clause.text)) and not FORMS.search(clause.text)


# categories
def weight_of(lexicon: Lexicon, *clauses: Clause) -> int:
    """How clearly some clauses are about a subject that issues are about."""
    best = max(scores_of(lexicon, *clauses).values())
    return max(best, 2) if settled(_nameless(clauses)) else best


def settled(text: str) -> str | None:
    """The category the guide settles on by these words; None where it leaves it to the count."""
    return next((name for name, pattern in SETTLED if pattern.search(text)), None)


def scores_of(lexicon: Lexicon, *clauses: Clause) -> dict[str, int]:
    """How much each category's words weigh in some clauses."""
    text = _unpeopled(_nameless(clauses))
    return {
        name: 2 * len(set(strong.findall(text))) + len(set(words.findall(text)))
        for name, (strong, words) in lexicon.categories.items()
    }


def _nameless(clauses: Iterable[Clause]) -> str:
    """The words of some clauses without names: 冯水生 is no matter of water."""
    texts = []
    for clause in clauses:
        text = clause.text
        for one in clause.mentions:
            start, end = clause.at(one.start), clause.at(one.end)
            text = text[:start] + "*" * (end - start) + text[end:]
        texts.append(text)
    return "，".join(texts)


def _unpeopled(text: str) -> str:
    """没人管 is a matter of care only where somebody needs it."""
    return text if PERSON.search(text) else LEFT_ALONE.sub("没解决", text)


def subject_of(lexicon: Lexicon, *clauses: Clause) -> str | None:
    """The category with the most words, the earlier of the table at a tie; None without any."""
    scores = scores_of(lexicon, *clauses)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else None


def category_of(lexicon: Lexicon, clauses: list[Clause], *, public: bool) -> str:
    """The category of an issue by its clauses, settled where the guide settles it."""
    text = _unpeopled(_nameless(clauses))
    if public and FORMS.search(text):
        return "其他"
    scores = scores_of(lexicon, *clauses)
    return settled(text) or (max(scores, key=lambda name: scores[name]) if any(scores.values()) else "其他")
