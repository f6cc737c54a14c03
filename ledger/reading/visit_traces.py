"""Signs that somebody was with a household where no verb of going is told.

Hands and senses at work there (我尝了一口, 砖是我码的), what one is given and shown there (给我倒的
茶, 掏出来给我看), and the spots of a home one was at (在他炕上, 她家院子里站着).
"""

import re

from ledger.heads import led
from ledger.reading.clauses import Clause

_ME = r"(?:我|咱|俺)(?:们|俩)?"
# between one's self and the deed: with what and for whom, but no word, no office and no other
_GAP = r"(?:[^，,。；：说讲问听电报联让叫请派喊]|(?<=手)电){0,12}?"
_TOUCH = (
    r"尝|闻|摸|抠|摇|掰|掀|揭|拧|试|踩|趴|蹲|敲|抬|举|扶|抱|拎|担|递|喂|卸|捅|掏|撬|堵|剪|钉|铲|砍|劈"
    r"|扛|拽|牵|捞|捡|搀|揉|捏|捂|抹|糊|绑|铺|垫|刨|浇|码|比划|刷|搓|拨|蹭|撑|剁|剥|择|薅|挪|兜"
    r"|按|磕|拔|割|量|晒|晾|洗|冲|擦|扒|撕|拍着|照|数|栓|拴|拉闸|压"
)
_KEPT = r"(?:着|住|到|上|下|起|开|出|完|好|在|来)?"
HANDS = re.compile(
    rf"{_ME}(?![^，,。；]{{0,3}}[找请托喊叫]人){_GAP}(?P<verb>(?:{_TOUCH}){_KEPT}[^，,。；]{{0,4}}?(?:了|过|着|的|完|在)|(?:喝|吃|接)了[^，,。；]{{0,2}}[口勺碗杯瓢])"
)
BY_ME = re.compile(  # 量地的绳子是我牵的, 奶瓶还是我给冲的
    r"是(?:我|咱|俺)们?(?:[跟和][^，,。；]{1,3})?(?P<verb>[^，,。；说讲问写报打联填发拍记录]{1,7}的)(?:$|[，,。])"
)
HELPED = re.compile(  # 帮着扶起一根, 搭手撬到九点, 在底下给她递瓦
    r"(?:帮着|搭(?:了)?(?:把|个)?手|帮忙)(?![换修接装通安架补疏])(?P<verb>[^，,。；说讲问写报打联填发记录]{1,6}(?:了|到|起|完|的))"
)
SHOWN = led(  # 掏出来给我看, 念了两行给我听, 给我倒的酒, 留我看了一盘棋
    r"(?P<verb>(?:给|指给|掏[^，,。；]{0,3}给|递给|举到|拿给|翻给|念给|伸到|捧到)(?:我|俺|咱)(?:们)?(?:脸前|眼前|面前|跟前|手[里上])?[^，,。；]{0,3}?"
    r"(?:[看瞧尝喝吃](?:了|的|过)?(?![^，,。；]*(?:微信|视频|照片))|[倒盛舀夹剥烤煮端递缝]|散了)"
    r"|(?:留|拉住|拽住|扯住|拉着|拽着|扯着|攥着|追着)(?:我|俺|咱)们?(?!电话|的手)|请(?:我|咱|俺)们?吃的"
    r"|(?:[塞装抓舀]了?[^，,。；]{1,5}给|硬要?[^，,。；]{0,4}给|硬塞|非让?)(?:我|俺|咱)们?)"
)
_SPOT = (
    r"(?:火塘|火盆|灶台|灶[房屋门]?|炕[头沿桌]?|床[头边沿前]?|院[子坝里]?|堂屋|门槛|台阶|屋檐|阁楼|窑[洞顶]?"
    r"|阶沿|饭桌|桌子?|沙发|火炉|炉子|棚|大棚|[猪牛羊鸡驴马]?圈|[猪牛羊鸡驴]棚|田|地[头里边窖]?|果园|菜园|菜地|塘|渠|池|井台|晒坝|晒场|坝子|窖|谷堆|柴[堆垛房]|门口|屋[里头顶]?|房顶|磨坊)"
)
_SIDE = r"(?:里头|里面|上头|旁边|边上|底下|跟前|[里上边前下头口沿])?"
AT_SPOT = re.compile(  # 我在他院里待到天黑, 坐她床边记的这些, 蹲他屋檐下
    rf"(?:{_ME}[^，,。；说讲问听电他她]{{0,6}}?)?(?P<verb>在|搁|坐|蹲|站|趴|靠|守|挨|踩|夹)(?:在|着|到)?(?:他|她|老人家?|人家)(?:们)?(?:家|屋)?的?{_SPOT}{_SIDE}"
)
ON_SPOT = re.compile(  # 他家门槛上蹲着, 地里转了一圈, 火盆边
    rf"^(?:·|[今昨前][天晚]|就|刚刚?|刚才|人|我|正)*(?:在|从)?(?:[他她]家)?{_SPOT}{_SIDE}(?P<verb>(?:蹲|坐|站|守|歇|转|看|待|呆|聊|说|烤|忙)[^，,。；]{{0,3}}?(?:着|了|的|到)|说的话|边?$)"
)
WATCHED = re.compile(  # 我看着他吃完的, 从头看到尾, 陪着他等到天黑
    rf"{_ME}{_GAP}(?P<verb>(?:看|守|陪|站)(?:着|在)?(?:他|她|他们|老人家?)[^，,。；说讲]{{1,6}}(?:了|完|的|看|下)|从头看到尾)"
)
SCENE = re.compile(  # 现场拍了照, 过去拍了照, 我去闻了, 去劝的, 人在现场
    rf"(?P<verb>(?:现场|当场|实地|过去|当面)(?:[^，,。；说讲问打电]{{0,2}}?)(?:拍|照|{_TOUCH}|看|瞧|查|修|帮|教|劝)[^，,。；]{{0,4}}?(?:了|过|的|着)"
    rf"|(?:我|咱|俺)们?(?:[跟和][^，,。；]{{1,5}})?(?:·|[今昨]早|上午|下午)*(?:过?去|下去|上去)(?:地里|现场|屋里|那里)?(?:拍|闻|{_TOUCH}|劝|拉(?=开|了)|关|帮|蹲)[^，,。；]{{0,3}}?(?:了|过|的)"
    r"|人(?:就)?在(?:现场|塘边|跟前|边上|旁边|那儿)|(?:我|咱)们?(?:也|就)?在(?:那|那儿|那里|现场|旁边)(?:守|看|盯|蹲|递|帮)"
    r"|(?:人|屋里|地里|家里)(?:我|咱|俺)们?(?:去|过去|进去)(?:看|瞧|找)(?:了|过|的))"
)
ELSEWHERE = led(
    r"村部|村委|宿舍|队部|办公|驻地|电话|视频|微信|网上|系统|手机上|[镇县市省区乡]里|[镇县市]上|派出所|信用社|银行|学校|教室|会场|单位|窗口|政务|社保|站台|卫生室|医院|梦|路上|赶场|赶集|街上|短信|拍给"
)
ESCORTED = re.compile(  # 我背她去卫生室, 骑摩托送到镇医院, 到卫生院守了他一宿
    rf"{_ME}[^，,。；说讲问听让叫]{{0,8}}?(?P<verb>(?:背|抬|扶|搀|送|拉|陪|接|驮)(?:着|了|上)?(?:他|她|人|老人|老汉|[他她]俩)?[^，,。；说]{{0,4}}?(?:[去到在]|送到|回)[^，,。；]{{0,3}}(?:医院|卫生[院室]|学校|诊所|家|村部)(?!门口|开会)"
    r"|(?:到|在|去)[^，,。；]{0,3}(?:医院|卫生院|病房)(?:守|陪|看)了?[他她人])"
)
NAMED_SPOT = re.compile(  # 秦有粮炕头坐了半晌: behind the name
    rf"^(?:家|屋)?的?{_SPOT}{_SIDE}(?:·|[今昨]晚|下午|上午|里)*(?P<verb>过的?夜|(?:坐|烤|帮|待|呆|蹲|歇|吃|喝|聊|唠|谈|守|转)[^，,。；我]{{0,4}}?(?:了|的|着|会|夜))"
)
ON_ROAD = re.compile(r"路上|赶场|赶集|街上|镇上|村部|宿舍")  # where it was, said just before
FAMILIES = (HANDS, BY_ME, HELPED, SHOWN, AT_SPOT, ON_SPOT, WATCHED, SCENE)


def trace_of(clause: Clause) -> tuple[int, int, int | None] | None:
    """Where in a clause somebody is told to have been with a household; None without a sign.

    The third is where the doer stands before, if not before the verb: 他给我倒的茶.
    """
    if escorted := ESCORTED.search(clause.text):
        return *escorted.span("verb"), None
    if ELSEWHERE.search(clause.text):
        return None
    for one in clause.mentions:
        at = clause.at(one.end)
        if spot := NAMED_SPOT.search(clause.text[at:]):
            return at + spot.start("verb"), at + spot.end("verb"), None
    for family in FAMILIES:
        if match := family.search(clause.text):
            return *match.span("verb"), 0 if family is SHOWN else None
    return None
