"""What an issue is about: its category by the words of its clauses.

The words stand in categories.toml; where two categories meet, shared/domain/messages_guide.md
says which one counts (a road to school is a road, a fee for insurance is 医疗).
"""

import re
from collections.abc import Iterable
from itertools import islice

from ledger.heads import led
from ledger.reading.clauses import Clause
from ledger.reading.lexicon import Lexicon
from ledger.reading.tellings import scenes_of

OTHER, DRINKING = "其他", "饮水"
PLAIN = 2  # weight of category words from which a clause names its own subject
READ = 6  # clauses of one issue that its category is read from
FORMS = re.compile(
    r"填表|填了|(?<!坑)(?<!坑还)(?<!一直)没填|填不|填得|表太|表格|报表|台账|张表|几张表|系统(?!里|中|升级|显示|提示|查)|打卡太|少发几张|迎检"
)
FIELD = re.compile(
    r"[果茶菜桑竹]园|果树|苗|庄稼|田[里头坝间边]|地里|大棚|鱼塘|麦|稻|玉米|苞谷|菜地|药材地|秧"
)
DRUNK = re.compile(r"[吃喝饮]|做饭|人畜|自来水|水缸|家里|屋里|龙头|口渴")
PERSON = re.compile(r"[老爹娘爸妈爷奶婆公儿女媳娃孩孙他她]|瘫|床|病|人家")
SOLD = re.compile(
    r"(?:家里|连)?卖了?[^，]{0,3}?[牛猪羊粮树](?:[^，]{0,3}也?不够)?(?=.{0,12}(?:病|手术"
    r"|学费|医院))|(?<=手术).{0,12}卖了?[牛猪羊粮]"
)
APPLIED = re.compile(
    r"(?:想|要)(?:申请|办理?|享受|纳入|评)[^，]{1,10}"
)  # the wish tells what for
IDIOM = re.compile(
    r"打了?水漂|水泄不通|门路|路子|出路|活路|路费|顺路|路过"
)  # no water, no road
LEFT_ALONE = re.compile(r"[没无](?:得)?人[管理问看]")

# What no other word or scene outweighs.
SURELY: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "其他",  # cheated, or at odds with the neighbours, whatever it is about
        re.compile(
            r"骗(?:了|走|去)|被骗|诈骗|评理|打起来|动了(?:锹|手|刀|锄|棍|铁锹)|吵得(?:厉害|凶)"
            r"|两家[^，。；]{0,5}(?:吵|争|打|僵)"
            r"|(?:隔壁|邻居|对门)[^，。；]{0,6}把[^，。；]{1,8}(?:堵|占|垒|填|挖|圈|拦|砌)"
            r"|(?:被|让|叫|给)(?:邻居|隔壁|对门)[^，。；]{0,8}(?:占|堵|填|啃|挖|圈|拦)"
        ),
    ),
    (
        "收入",  # what a year or a month brings in
        re.compile(
            r"(?:年|月|季|头|家)[^，。；]{0,6}(?:拢共|统共|总共|一共|到手|才|只|就|不到|落)[^，。；]{0,10}"
            r"(?:挣|进账|进项|赚|落了|收入|到手)|[没断少][^，。；]{0,3}(?:进账|进项)|(?:进账|进项)[^，。；]{0,4}(?:断|少|不|没)"
            r"|挣(?:不到|不了|不够|不上|不着|了?[一二三四五六七八九十几两\d]{1,3}[百千块])|入不敷出"
            r"|(?:煤|奶粉|油盐|买米|买面|开销)钱[^，。；]{0,5}(?:没|拿不)|(?:油盐|米|油|面)[^，。；]{0,3}[都要得是靠]{1,3}赊"
        ),
    ),
    (
        "教育",  # told at school of whom it hurts
        re.compile(
            r"(?:学校|班上|班里|校门)[^，]{0,9}(?:打|欺负|堵|推|孤立)|(?:同学|高年级|大孩子)[^，]{0,4}(?:打|欺负|堵)"
        ),
    ),
    (
        "住房",  # smoke that comes back into the house
        re.compile(
            r"(?:烟囱|烟道|炕洞|[炉柴土]灶|炕)[^。；]{0,8}(?:倒(?!是|也|还|挺|热|不|没)|呛|堵|冒|漏|熏|松|裂)|没[^，]{0,2}烟囱"
        ),
    ),
    (
        "产业",
        re.compile(
            r"[鸡鸭鹅猪羊牛兔蜂][^，。；]{0,6}(?:狼|鹰|野狗|野猫|狐|獾|豹)|货款|[粮果菜奶]款|收购款|增氧机|鱼塘(?![边旁埂])"
        ),
    ),
    ("兜底", re.compile(r"断粮|断炊")),
    ("其他", re.compile(r"(?:煤气|燃气|液化气)[^，]{0,4}(?:软管|阀|漏)")),
    ("基础设施", re.compile(r"[提抽]水站|提灌站|泵站|塘坝|山塘|坝[体脚]")),
    (
        "教育",
        re.compile(
            r"(?:住校|[镇县]中|寄宿|[高初]中|大学)[^。；]{0,8}(?:伙食|生活费|学费|住宿费)"
        ),
    ),
    ("收入", re.compile(r"外债|[欠背][^，。；]{0,4}一屁股")),
    ("饮水", re.compile(r"水龙头[^。；]{0,14}(?:接|滴|来|出)")),
    ("医疗", re.compile(r"抑郁|脱了?臼|助听器|假牙|斜视|眼药水|化疗|胰岛素")),
    (
        "产业",  # a machine that the household lives by
        re.compile(
            r"(?:磨浆|压面|脱粒|碾米|磨面|粉碎|打米|铡草|榨油|烘干|打捆|收割|旋耕|微耕|打药|喷药|孵化|孵蛋|挤奶|脱皮|炒茶|揉茶|播种|插秧)(?:机|箱)"
            r"|光伏|太阳能板|逆变器|磨盘|磨坊|豆腐坊|烤烟?房"
            r"|[猪牛羊鸡鸭兔][圈棚舍](?!后|边|旁|门口)[^，。；]{0,10}(?:顶|瓦|墙|垮|塌|裂)"
        ),
    ),
    (
        "人居环境",
        re.compile(
            r"公厕|旱厕|茅[房坑厕]|粪坑|马桶|建筑渣|泔水|臭(?=得?[了半满熏]|味|水|气|$|[，。；])"
        ),
    ),
    (
        "基础设施",
        re.compile(r"班车|充电桩|凸镜|广角镜|路灯|井盖|变压器|电表箱|护栏(?<!楼.护栏)|基站"),
    ),
    (
        "教育",
        re.compile(
            r"(?:村小|小学|幼儿园|学校)的?(?:食堂|教室|操场|课桌|消毒柜|老师)|教室|操场|课外书|书桌|校服"
        ),
    ),
)

# What the guide settles where two categories meet; the first that fits wins.
SETTLED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "就业",
        re.compile(
            r"(?:打工|务工|工地|厂里)[^，]{0,5}(?:摔|砸|轧|压|伤)[^，]{0,2}[断伤坏]"
            r"|[欠拖扣][^，]{0,9}(?:工[资钱]|薪)|讨薪|包工头"
        ),
    ),
    (
        "其他",  # a quarrel, whatever it is about
        re.compile(
            r"噪音|噪得|吵得[^，]{0,3}(?:睡|觉|慌|头)|轰隆|(?:煤气|液化气|燃气)[^，]{0,4}漏|煤气中毒|打(?:了一)?架|[吵骂]架|干仗|家暴|鼻青脸肿|赌钱|赌博|聚赌|吸毒|传销|互不相让|各不相让|互不让|[谁哪]个?都?不让|闹到[村镇派乡]|拍桌|对骂|红了?脸|吵翻|吵起来|打起来|干起来|动起手"
            r"|(?:被|让|叫|给)(?:邻居|隔壁|对门|[堂表]?[哥弟]|[一-龥*]{1,3}家)[^，]{0,8}(?:[占挖砍挡圈填拆堵]了|[毒药打]死)"
        ),
    ),
    (
        "产业",
        re.compile(
            r"[牛羊猪鸡鸭兔蚕](?:圈|棚|舍|栏)[^，]{0,6}(?:塌|垮|倒|裂|断|破|漏|掀|压|坏|旧|进)"
        ),
    ),
    (
        "人居环境",
        re.compile(
            r"厕|茅房|粪|垃圾|污水|臭水|化粪池|人畜"
            r"|[鸡猪牛羊鸭](?:圈|舍)?[^，]{0,8}(?:臭|味|一屋|人住|灶|屋里)"
        ),
    ),
    (
        "基础设施",
        re.compile(
            r"硬化|进户[那路]|渠|灌溉|浇|涵管|涵洞|机耕|井盖|路灯|水库|[大水]坝|坝[上体塌漏]|河堤|标志|标线|斑马线|减速带"
            r"|护栏|凸镜|县道|弯道|网(?:太|慢|络|速|卡|差)|没网|断网|桥(?!头)|变压器|接户线"
            r"|电线|电压|信号|宽带|路(?:面|基|烂|断|窄|陡|滑|难|不|太|没|塌|堵|上的坑)|道路"
            r"|(?<![屋家]里)(?<!地上)(?<!膝盖)(?<!关节)积水|[那条段截米里](?:土|水泥|石子)?路"
            r"|(?:土|水泥|山|村|组|门口|入户|进户|通村|机耕|产业)(?:的|那条|那段|这段)?路"
        ),
    ),
    (
        "其他",
        re.compile(
            r"吵架|吵嘴|打架|家暴|打老婆|离婚|界石|田埂|地界|边界|坟|扯皮|纠纷|户口|诈骗|被骗"
            r"|走丢|走失|野猪|偷|音响|广场舞|噪音|(?:被|让|叫)人[^，]{0,4}(?:挖|牵|砍|摘|捞|偷|拉|顺|摸|捉)走"
        ),
    ),
    (
        "教育",
        re.compile(r"雨露|陪读|助学|学费|学杂费|资助表|上学|念书|读书|辍学|特教|学校|幼儿园"),
    ),
    (
        "产业",
        re.compile(
            r"卖[^，]{1,4}的?[钱款][^，]{0,8}(?:没|欠|差|不给|拖|压)|(?:地力|种粮|棉花?|棉种|稻谷|玉米|大豆|油菜|农机|良种|耕地|草原|养殖|种植|[养种栽][一-龥]{1,3})的?(?:奖?补|奖励)|产业奖?补|奖补"
        ),
    ),
    ("住房", re.compile(r"危改|危房|[建修盖翻]房|房[^，]{0,4}(?:差|补|款|钱)|建房款|搬迁房")),
    (
        "就业",
        re.compile(
            r"(?:矿|工地|厂|车间|架子|脚手架)[里上]?[^，]{0,5}(?:砸|摔|轧|压|跌)|(?:老板|工头|包工的)[^，]{0,5}(?:不给|不管|不认|不赔|躲)"
        ),
    ),
    (
        "医疗",
        re.compile(
            r"医保|合作医疗|医药费|药费|药钱|药太贵|药贵|降压药|大病救助|慢病|慢性病|报销"
            r"|透析|住院费|手术费|医疗救助"
        ),
    ),
    (
        "兜底",
        re.compile(
            r"低保|特困|五保|两项补贴|赡养|没人(?:照|管|伺候|服侍|护理|端|做饭|换|陪|带)|无人照"
            r"|[没不][^，]{0,5}管[他她]|残疾(?:补|金)|评残|残疾[^。]{0,16}补贴|残补|护理补|高龄|养老金"
            r"|津贴|临时救助|推来推去|谁也不(?:接|管|养)|不养老|不孝|孤儿|吃了上顿"
        ),
    ),
    (
        "就业",
        re.compile(
            r"工钱|工资|欠薪|工伤|(?:矿上|工地|厂里|架子上)[^，]{0,4}[砸摔轧压伤]|包工头|工头"
            r"|工地[^。]{0,12}欠|找[^，]{0,8}活|找工作"
            r"|找不[到着](?:活|事|工)|务工|公益岗|岗位|没活"
        ),
    ),
)


# Most words are about nothing that is settled: one search tells, where there are dozens.
ANY_SURE = led("|".join(pattern.pattern for _, pattern in SURELY))
ANY_SETTLED = led("|".join(pattern.pattern for _, pattern in SETTLED))


def weight_of(lexicon: Lexicon, *clauses: Clause) -> int:
    """How clearly some clauses are about a subject that issues are about."""
    best = max(scores_of(lexicon, *clauses).values())
    return max(best, PLAIN) if settled(nameless(clauses)) else best


def surely(text: str) -> str | None:
    """The category of words that no other word outweighs."""
    return _first(SURELY, text) if ANY_SURE.search(text) else None


def settled(text: str) -> str | None:
    """The category the guide settles on by these words; None where it leaves it to the count."""
    return surely(text) or _settled(text)


def _settled(text: str) -> str | None:
    return _first(SETTLED, text) if ANY_SETTLED.search(text) else None


def _first(table: Iterable[tuple[str, re.Pattern[str]]], text: str) -> str | None:
    return next((name for name, pattern in table if pattern.search(text)), None)


def scores_of(lexicon: Lexicon, *clauses: Clause) -> dict[str, int]:
    """How much each category's words weigh in some clauses."""
    return _scored(lexicon, _unpeopled(nameless(clauses)))


def _scored(lexicon: Lexicon, text: str) -> dict[str, int]:
    told = lexicon.subjects_in(text)
    if DRINKING in told and FIELD.search(text) and not DRUNK.search(text):
        told.remove(DRINKING)  # 果园缺水 is no matter of drinking
    return {
        name: 0
        if name not in told
        else 2 * len(set(strong.findall(text))) + len(set(words.findall(text)))
        for name, (strong, words) in lexicon.categories.items()
    }


def told_scores(lexicon: Lexicon, *clauses: Clause) -> dict[str, int]:
    """The same, with the scenes they tell: 电鱼 is in no list of words."""
    scores, scenes = scores_of(lexicon, *clauses), scenes_of(nameless(clauses))
    return {name: score + PLAIN * scenes.get(name, 0) for name, score in scores.items()}


def nameless(clauses: Iterable[Clause], most: int = READ) -> str:
    """The words of some clauses, at most so many, without names: 冯水生 is no matter of water."""
    texts = []
    for clause in islice(clauses, most):
        text = clause.text
        for one in clause.mentions:
            start, end = clause.at(one.start), clause.at(one.end)
            text = text[:start] + "*" * (end - start) + text[end:]
        texts.append(text)
    return "，".join(texts)


def _unpeopled(text: str) -> str:
    """没人管 is a matter of care only where somebody needs it; 门路 is no matter of roads."""
    text = IDIOM.sub("", text)
    return text if PERSON.search(text) else LEFT_ALONE.sub("没解决", text)


def subject_of(lexicon: Lexicon, *clauses: Clause) -> str | None:
    """The category with the most words, the earlier of the table at a tie; None without any."""
    scores = scores_of(lexicon, *clauses)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else None


def category_of(
    lexicon: Lexicon, clauses: list[Clause], around: list[Clause], *, public: bool
) -> str:
    """The category of an issue by its clauses, settled where the guide settles it.

    around: what was told of the same people before, for clauses that say little by themselves.
    """
    text = nameless(clauses)
    if public and FORMS.search(text):
        return OTHER
    if sure := surely(nameless([*around, *clauses])):
        return sure
    if max(told_scores(lexicon, *clauses).values()) < PLAIN and not settled(text):
        text = nameless([*around, *clauses])
    return category_in(lexicon, text)


def category_in(lexicon: Lexicon, text: str) -> str:
    """The category of a need told in some words without names; 其他 where no word tells."""
    text = _unpeopled(SOLD.sub("", text))
    if (wish := APPLIED.search(text)) and (wanted := settled(wish[0])):
        return wanted
    if sure := surely(text):
        return sure
    scores, scenes, fixed = _scored(lexicon, text), scenes_of(text), _settled(text)
    if set(scenes) == {DRINKING} and (fixed == "基础设施" or not scores[DRINKING]):
        scenes = {}  # water for the fields
    if scenes and fixed not in scenes:
        return max(scenes, key=lambda name: (scenes[name], scores[name]))
    return fixed or (
        max(scores, key=lambda name: scores[name]) if any(scores.values()) else OTHER
    )
