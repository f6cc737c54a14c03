"""Whether a clause says that something is wrong, missing or wanted."""

import re
from collections.abc import Iterable
from typing import Literal

from ledger.heads import led
from ledger.reading.clauses import Clause
from ledger.reading.subjects import nameless
from ledger.reading.tellings import scene_in

Strength = Literal["strong", "weak", "need", ""]
TAGS: tuple[tuple[str, Strength], ...] = (
    ("fault.strong", "strong"),
    ("fault.weak", "weak"),
    ("need.words", "need"),
)
# nobody at home is no fault of the household's
ABSENT = re.compile(
    r"锁门|锁着门|铁将军|[没不]在家|没在屋|没人应|出(?:了)?门(?:了?没见[着到上])?"
    r"|[家屋](?:里|头)?(?:都|也|就)?没(?:得)?人$|没见[着到上](?:人|面|他|她)|没碰[上到着]|没遇[上到着]"
    r"|没找[着到]人|见面|见不着(?!钱)|不回(?:来|家|村)?(?:过年|过节|吃饭|吃)"
)
# a weak word says something alone where it denies or complains; 手术, 独居 only tell of a life
COMPLAINS = re.compile(
    r"[越死没未不无缺莫冇难太坏停断丢破堵烂差慢贵欠拖卡错嫌怕愁挤少旧压负累漏渗裂塌掉歪臭脏占闹骗窄陡暗黑潮借]"
)
CLEAR = led(
    r"[^，。；]{0,4}(?:毛病|现象|异味|噪音)[^，。；]{0,2}(?:没了|没有了|消失|不见了)|热热闹闹|(?:真|挺|好|可)热闹|防[^，。；]{0,2}(?:骗|火|溺水|汛|滑|盗|传销)|(?:[无没]有?|未)新增[^，,]{0,4}|无[^，。；无]{1,6}(?:现象|问题|情况|隐患|反弹|异常)|([一-龥]{1,2})[不没]\1|(?:(?:没有?|未|无)再?(?:发现|发生|出现|听说|遇到)|不存在|杜绝)[^，,]*|干净|不咬人?|不[拆修]不[拆修]|把(?:烂|坏|死|枯|废|垃圾|杂草|淤泥|积水)[^，。；]{0,8}(?:清|扫|埋|烧|扔|铲|倒|挖|排|处理)[^，。；]{0,6}了|[兴乐笑忙累气急吓喜]坏|拖(?:[上下出回走过]来?|拉机)|(?:让|叫|托)我[^，]{0,6}谢[^，]*"
)
# 给没报到的孩子打电话: told of somebody, not told as news
OF_SOMEBODY = re.compile(r"[^，的]{0,4}的(?!$|是|很|问题|事|情况|得|话|时候|厉害|样子|要)")
DEALT = re.compile(
    r"给|找|催|上门|[要讨追]回|结清|联系|打了?电话|帮|对|为|劝|送|走访|看望|陪|摸排|讲|教|代|登记|一律|排查|摸底"
)
RESULT = (
    r"(?:[补修换装清搬拉堵接拆挖移铺盖弄搞处解打砌架疏建治浇][上好掉走通完净决理平牢开起]"
    r"|填[平上好]|[查摸弄搞核]清楚?|查明|到位)(?!了)"
)
DUE = re.compile(rf"[^我咱，,]{{0,14}}{RESULT}")  # 12月1日前把排水沟挖通
ORDERED = re.compile(
    r"(?:请|必须|一定[要得]?|马上|立即|赶紧|赶快|尽快|抓紧|限|务必)[^我咱，,]{0,14}" + RESULT
)
# 林小凤说想开个小卖部: his own business, nothing wanted of us
OWN_WISH = re.compile(r"想(?:再|自己|在[^，]{1,4})?(?:[开养种包搞买卖扩租]|发展|出去|打工)")
ERRAND = re.compile(r"(?:托|让|叫|请)(?:我们?|人)?(?:帮)?[他她]?[捎带买拿转寄领]")
# a complement that is not reached, an act that has not come about, a cost, an end
HARMS = led(  # suffered from somebody
    r"(?:被|让|叫)[^，。；]{1,7}(?:挖|偷|顺|摸|骗|占|冲|压|砸|打|拱|吃|咬|牵|抢|拆|填|堵|砍|毁|淹|烧|骂|笑"
    r"|欺|哄|拐|贷|讹|扣|停|赶|退|撵)(?:走|了|掉|光|坏|回|出)"
    r"|(?:证|本|折|卡|合同|单子|发票)(?:丢|弄丢|遗失)了|[杆片轴梁桩腿]折了|绊了|摔了[^，。；]{0,3}跤|踏空|(?:划|磕|擦)破"
    r"|(?<!了)一(?![半会下直天早边块起共])[一-龥]{1,3}就(?:掉|倒|塌|糊|坏|停|断|跳|漏|堵|淹|灭|黑|卡|散|垮|冻)"
)
DENIES = led(
    r"(?![说讲谈聊舍闲记腾抽脱走])[一-龥]不(?:了(?!解)|动|上(?!学)|下|起|出|到|着|住|完|成(?!绩)"
    r"|过(?!是|去的)|来|赢|通|清|开|够)(?!的是)"
    r"|[\d一两二三四五六七八九十几半好][多来]?(?:年|个?月|天|周|星期)[多了来]*(?:都|也|就|一直)?[没未](?!在|到|回|去|学|走|休|见|下|来|有空)"
    r"|从(?:来|就)?没|哪[来有](?:的)?(?:钱|力气|人|本事)|没(?:地方?|处|人|格|钱|影|门|法|指望|着落|回音"
    r"|下文|个准)"
    r"|光[^，。；]{1,8}就(?:要|得|花)|还不是|(?:腿脚?|身体|身子|眼睛?|耳朵|手)不(?:行|中|得劲|听使唤|灵便)"
    r"|(?:只|才)(?:发|给|结|付|打|到|开|报|赔|退|补)了|(?<![还])没(?:安排|排|轮|报|评|申请|分|抢|摊)上(?:$|[，,])|不要(?:他|她|人)(?:$|了)|(?:才|只|仅|不到"
    r"|不足)[^，。；]{0,4}[\d一二三四五六七八九十两几](?:千|百|块|元|万)|查出[^，。；]{0,6}[病癌瘤炎]"
    r"|(?:搭|赔|陷|贴)进去|挨着[^，。；]{0,6}(?:化|焦|着)|(?:烤|烧|熏|磨|晒)(?:化|焦|黑|穿)|够得上"
    r"|跑回娘家|闹?要离"
    r"|(?:影子|动静|音信|消息|着落|准信)[都也]?没|(?:说|讲|回)[^，。；]{0,3}满了|考[^，。；]{0,3}分$"
)
ASKED = re.compile(
    r"问(?:村[里上]|我们?|队里|工作队|咱们?|政府|你们)?[^，。；]{0,7}(?:[要有能可够算行是][不没]|能否"
    r"|怎么|咋|啥时|什么时候|哪里|哪儿|多少钱能)"
    r"|(?:托|让|叫|请|要)我们?(?:帮忙?)?(?:打听|问)|(?:符合|够)[^，。；]{0,4}(?:条件|线)|该(?:纳入|评|享受|办|给)"
)
NO_MORE = re.compile(r"(?:(?<![得要])不|不再|再[也没]?[没不]|没再)$")
DENIED = re.compile(r"(?<![要得从来一直])(?:没|没有|不)$")
OVER = re.compile(r"[^，。；没不]{0,2}[了过](?:$|[，。])")
ASKING = frozenset(
    {"反映", "提出", "要求", "诉求", "建议", "希望", "求助", "请求", "诉苦", "盼", "想要"}
)
LEAST = 3  # characters that must follow 要求, 反映 for the clause to say what is wanted
HELP = re.compile(r"帮|托|问|愁|差|缺|没|无|贷|申请|办|咋|怎么|能不能|补")


def fault_in(clause: Clause) -> Strength:
    """How surely a clause says that something is wrong: by its own words alone."""
    if clause.fault is None:
        clause.fault = _fault(clause)
    return clause.fault


def _fault(clause: Clause) -> Strength:
    calm = _calm(clause)
    for tag, strength in TAGS:
        if any(
            _outside(one, calm) and _says(clause, one, strength) for one in clause.hits(tag)
        ):
            return strength
    return ""


def _calm(clause: Clause) -> list[tuple[int, int]]:
    """Where a clause says that nothing is wrong."""
    if clause.calm is None:
        words = (
            clause.hits("none.words") + clause.hits("positive.words") + clause.hits("fault.not")
        )
        found = (*ABSENT.finditer(clause.text), *CLEAR.finditer(clause.text))
        clause.calm = words + [match.span() for match in found]
    return clause.calm


def asked_in(clause: Clause) -> bool:
    """Whether a villager asks the village for something: 他问还要不要护林员."""
    return bool(ASKED.search(clause.text)) and not clause.has("none.words")


def told_in(clause: Clause, before: Clause | None) -> bool:
    """Whether a clause, with the one before it, shows a need without naming it."""
    found = scene_in(nameless([before]) if before else "", nameless([clause]))
    return bool(found) and _outside(found[1:], _calm(clause))  # type: ignore[index]


def denies(clause: Clause) -> bool:
    """Whether it tells of something that is not there or cannot be done: 烧不了火, 从没领过."""
    calm = _calm(clause)
    return harms(clause) or any(
        _outside(one.span(), calm) for one in DENIES.finditer(clause.text)
    )


def harms(clause: Clause) -> bool:
    """Whether it tells of something suffered from somebody: 老坟叫人挖了边."""
    calm = _calm(clause)
    return any(_outside(one.span(), calm) for one in HARMS.finditer(clause.text))


def demand_in(clause: Clause) -> Strength:
    """'need' where something is ordered that is not there: 马上把护栏补上."""
    if clause.has("promise.words"):
        return ""
    text = clause.text
    due = [clause.at(one.end) for one in clause.times if one.ending == "by"]
    ordered = ORDERED.search(text) or any(DUE.search(text, end) for end in due)
    return "need" if ordered else ""


def gone_in(clause: Clause) -> list[tuple[int, int]]:
    """Where a fault is said to be no more: 烟不倒灌了, 再也没漏过."""
    spots = (*clause.hits("fault.strong"), *clause.hits("fault.weak"))
    return [(start - 1, end) for start, end in spots if _gone(clause.text, start, end)]


def _gone(text: str, start: int, end: int) -> bool:
    before = text[:start]
    never = before.endswith(("不再", "再不", "再也不", "再没", "再也没"))
    return never or bool(NO_MORE.search(before) and OVER.match(text, end))


def _denied(text: str, start: int) -> bool:
    """Whether 不 or 没 takes it back: 没摔断; 没水 denies nothing."""
    return text[start] not in "没不无未" and bool(DENIED.search(text[:start]))


def _outside(one: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return not any(start < one[1] and one[0] < end for start, end in others)


def _says(clause: Clause, spot: tuple[int, int], strength: Strength) -> bool:
    """Whether a word is told as news of somebody, not as what he is known by."""
    known_by = strength != "need" and OF_SOMEBODY.match(clause.text, spot[1])
    if known_by and (strength == "weak" or DEALT.search(clause.text)):
        return False
    if _gone(clause.text, *spot) or _denied(clause.text, spot[0]):
        return False
    alone = clause.text[spot[0] : spot[1]] in ASKING and len(clause.text) - spot[1] < LEAST
    if strength == "need" and (alone or ERRAND.search(clause.text)):
        return False
    if strength == "need" and OWN_WISH.search(clause.text) and not HELP.search(clause.text):
        return False
    return strength != "weak" or bool(COMPLAINS.search(clause.text, *spot))


def faults_of(clause: Clause) -> list[tuple[int, int]]:
    """Where something is surely wrong: 烧坏 of 没烧坏 is not."""
    calm = _calm(clause)
    return [one for one in clause.hits("fault.strong") if _outside(one, calm)]


def calmed(clause: Clause) -> bool:
    """Whether a clause says that nothing is wrong."""
    return clause.has("none.words") and fault_in(clause) != "strong"
