"""What stands before and behind a name in a message: verbs, titles, kin, groups, places.

Pure patterns over the text. How sure a place is for a name is told by a number: the higher the
surer; 0 means that nothing there asks for a name. language.md §8 has the cues.
"""

import re

from ledger.heads import led
from ledger.numerals import read_number

# before a name
VERB, PLACE, START = 3, 2, 1
# behind it
SURE, LIKELY, EDGE, DOING = 3, 2, 1, 0.5

KINDS = "监测户|低保户|脱贫户|特困户|五保户|一般户|困难户|贫困户|搬迁户|重点户|边缘户|户主"
SAME_KIND = {"五保户": "特困户", "贫困户": "脱贫户"}
_VERBS = (
    "走访|回访|家访|遍访|夜访|拜访|探访|访问|访|看望|慰问|探望|走看|帮助|帮|给|问|找|答应|承诺|保证|叫|请|约|陪|劝|应[下承]|许[了过]|"
    f"碰到|碰见|遇到|遇见|联系|通知|告诉|提醒|替|欠|对象|{KINDS}|"
    "(?:困难|特困|脱贫|受灾|贫困|易返贫)群众|(?:困难|独居|孤寡|高龄|空巢|留守|特困|五保|残疾)老人|老党员|困难党员|残疾人|租户|住户|农户|村民"
)
_PLACES = (
    "入户|来到|走到|[去到跑来]了?一?趟|到|去|在|看|进|从|回|村|组|社|队|屯|嘎查|户|那户|"
    "、|和|跟|与|及|同|对|让|向|把|被|是"
)
_STARTS = (
    r"(?:[，,。.；;：:！!？?\s（(「“”\"'）)—\-…~～/])|今天|昨天|明天|前天|后天|上午|下午|中午|晚上|早上|今早|傍晚|刚才|刚刚|时候|"
    r"今晚|昨晚|周[一二三四五六日天]|[日号]|另外|还有|其中|然后|隔壁|对门|的|了|有|独居|残疾|老党员"
)
BEFORE = led(
    rf"(?P<verb>(?:{_VERBS})[了过着]?|[\d一二三四五六七八九十]户[:：])|(?P<place>(?:{_PLACES})[了过]?)|(?P<start>{_STARTS})"
)
VISITED = re.compile(r"(?:走访|回访|家访|访|看望|到|去|户主|[测保贫困般]户)[了过]?$")

_TRADES = "属|庭|具|畜|禽|教|政|乡|访|务|业|谱|暴|园|规|风"
_LANDS = (
    "湾|沟|渠|堰|溪|河(?!边|对|里)|潭|塬|岔|坎|岗(?!位)|畔|洲|圪|屋基|磨坊|村|庄|坪|坝|寨|岩|坡|岭|塘|镇|桥|洼|峪|滩|坳|垭|嘴|咀|巷|峡|渡|港|圩|墩|凹|界|畈|垸|崖|川|沱|山|"
    "堡|店|埠|楼村|河村|河坝|大院|新湾|老屋(?!的?[檩房瓦墙梁顶门椽]|[漏塌裂倒垮快里拆都住])|祠堂|长(?!期|年|时)|电(?!线|费|表|路|视|断|没|不|停|灯)|台(?!阶)|"
    "营(?!养)|集(?!中|体)|铺(?!路|地|水|设|了)|口(?!粮|径)|组(?!织)|社(?!保)|屯(?!粮|了)|窑(?!洞|漏|塌|裂|顶)|"
    "冲(?!突|水|垮|毁|走(?!访)|坏|洗|了)|梁(?!断|裂|歪|坏|塌|上|腐)"
)
HOME = rf"家(?!{_TRADES}|{_LANDS}|[^里屋户的都也和]、)"  # 董家才、郝连喜 are names
_HOUSE = r"户(?!口|主|籍|型|均|外|数|表)"
_KIN = (
    "[大二三小]?(?:儿媳妇|儿媳|媳妇|孙子|孙女|孙儿|外孙女|外孙|儿子|女儿|闺女|女婿|老伴儿|老伴|爱人|老婆|老公|丈夫|妻子|"
    "父亲|母亲|父母|爸爸|妈妈|婆娘|堂客|屋里人|公婆|岳母|岳父|侄子|外甥)"
)
_NEAR_KIN = (
    rf"(?:{_KIN}|[大二三小]?(?:爸|妈|爹|娘|爷爷|爷|奶奶|奶|哥|嫂子|嫂|弟弟|弟|姐姐|姐|妹妹|妹|叔|婶|婆婆|公公|娃娃|娃|"
    "孩子|小孩|姑娘|男人|女人|兄弟|姐妹|老人|老[大二三四五六七八幺]|老两口|老头|老太太|老太))"
)
TAIL = re.compile(
    rf"(?P<kin>家(?:里的|里|的|那)?{_NEAR_KIN}|[他她](?:家|们家)?的?{_NEAR_KIN}|(?:的|那)?{_KIN})"
    rf"|(?P<home>{HOME}|{_HOUSE})"
)
HOME_TAIL = re.compile(rf"家(?:里的|里|的|那)?{_NEAR_KIN}|{HOME}|屋[头里](?![上下])")
_TITLES = (
    "嬢嬢|孃孃|大爷|大娘|大妈|大伯|大叔|大婶|大嫂|大哥|大姐|大姨|大姑|大爹|大公|二爷|二叔|二娘|二婶|二嫂|二哥|三爷|三叔|三婶|三嫂|三哥|"
    "奶奶|爷爷|婆婆|嗲嗲|爹爹|娭毑|阿婆|阿公|阿姨|阿爷|老汉|老头|老太太|老太|老爹|老伯|老爷子|老爷爷|老奶奶|老婆婆|老人家|老人|"
    "叔叔|婶婶|婶子|婶娘|嫂子|伯伯|伯母|公公|师傅|大[爷]|老[大二三四五六七八九幺]|"
    "叔|婶|哥|嫂|姐|伯|爷|姨|婆|娘|妈"
)
TITLE = re.compile(_TITLES)
BARE_TITLES = frozenset(_TITLES.split("|")) | {"师傅", "先生", "女士", "氏"}
HEAD = re.compile("头(?![痛疼发里上晕部昏七像顶])")  # 老唐头
COMRADE = re.compile("(?:[仨俩]|一起|一块|一道|一同)?(?:去|到|走访|入户|下村|进村)")  # 跟范哥去
MASKED = re.compile("某某|某|[xX×*＊]{1,2}(?![a-zA-Z0-9*])")
_STOP = (
    r"(?=$|[，,。；;、！!？?：:\s]|说|来|要|让|叫|带|今|明|那|和|的|也|给|在|到|安排|通知|家)"
)
OFFICIAL = re.compile(
    "(?:第一|副|总|老|大)?(?:书记|主任|[镇乡县市区村社组队班科处局部所站校园院厂行馆会股司州厅排连]长|总队长|支书|村支书|会计|文书|"
    "干事|干部|委员|[组宣纪统政武]委|常委|秘书|主席|医生|大夫|护士|医师|老师|教授|专家|律师|法官|警官|民警|辅警|经理|老板|专员|"
    "助理|技术员|网格员|联络员|特派员|辅导员|工程师|指导员|教练|司机|同志|领导|书(?!面|包|本|费|桌|信|籍)|副)"
    rf"|[局处科所站校院总工导镇县队]{_STOP}"
)
COLLEAGUE = led(
    "(?:(?:隔壁|兄弟|邻)[村队]?队?的|队员|[组队村镇乡站所局校社]长|书记|主任|干部|同事|支书|会计|村医|网格员|联络员|专干|领导|医生|老师|司机|秘书|包村|战友|我们|咱们|责任人|联系人|专家|记者|教师)$"
)
_DAY = "(?:今天|今儿个?|昨天|昨儿个?|刚才|刚刚|早上|上午|下午|晚上|又|也|就|还)"
AFTER = led(
    rf"(?P<sure>{HOME}|屋|反映|{_DAY}{{0,2}}[跟对向](?:我|咱)们?(?:说|讲|诉|念|抱怨|提|唠|嘀咕)|[跑赶找]来敲门|来[电访]|[来跑找](?:来|到|了){{0,2}}(?:村部|村委|队部|队里|驻地)|说(?!明|法|服)|讲|[他她](?:家|们家)?的?{_NEAR_KIN}|(?:的)?{_KIN}|{_TITLES})"
    rf"|(?P<likely>{_HOUSE}|孩子|娃(?!娃)|那(?=[，,。；、\s]|$|[袋头台笔个件张份条亩床间口块辆只桩盏])|老两口|夫妻|夫妇|两口|一家|全家|本人|自己|那儿|那里|屋里|[（(]\d)"
    r"|(?P<edge>问|[，,。.；;：:！!？?\s、）)（(/]|和|跟|与|及|等|的|\d{1,4}户|[两三四五六七八九十]户)"
    r"|(?P<doing>[他她]|送|办|收|交|修|买|装|代|申请|申报|打|换|拿|带|挑|搬|拉|充|做|来|去|找|看|在|把|让|要|想|没|不|已|也|还|又|被|叫|遭|病|摔|住|死|是|有|了解|联系|讲|聊|谈|报|喊|嫌|愁|怨|哭|跑来|今|明|昨|周|下周)"
)
NOT_OLD = re.compile(
    "老(?:师|西(?!家|说)|乡|人|年|农|[区房路](?!家|说)|毛病|屋|党员|样|方[法子案]|关系|高的|常客|古[董树]|林[里子区场]|水[管井渠库]|石[桥板头匠磨]|花[眼镜甲]|"
    "国|万一|干|应|街|同|江湖|计|成[员本]|公|支|连队|商|实|管|伴|杨树|柳树|桂树|白[干酒]|黄[牛历瓜]|牛[吃拉犁耕圈]|马路|马识|单位|汤药|于|[和时](?!家|说)|向|有|是|在|"
    "家|少|弱|病|远|早|总|板|鼠|虎|化|龄|井|桥|树|天|土|段子|信|线|原|门|海|旧|朋|友|字|经|安[置全]|区|危|田[里地埂]|井|校|庙|街|城|宅|村|院|寨|"
    "规|套|本|领|二|大|三|四|五|六|七|八|幺|辈|百|是|爱|想|婆|伯|爷|奶|妈|爸|太|头|汉|母|父|兄|表|客|熟|战|上|下|不|没|了|的|得)"
)
WEEKDAYS = frozenset("一二三四五六日天")
PLACE_TAIL = re.compile("自然村|村(?!民|里|委|干)|乡|镇|嘎查|社区|屯|路|小学|大桥|大道|水库")
ARMY = re.compile("医院|部队|叔|战士|官兵|来|进村|演习|学校|大学|报")
NOT_IN_NAMES = frozenset(
    "的了是在不我你他她它们这那个与及把被让也都就还很去说家户里下吗呢吧么哪什谁没要会可为从对因所以但又再已着过给跟将等每各几"
    "些前后点分元块斤亩岁昨周号两人问找帮访看到反映住吃拿买卖修做听见叫送办收交打发坏漏断停干拉用想先刚请带和向来往走进出回上"
    "今名者们组村镇县市区路水电房田地库所站局院校厂店款费额证表卡"
)
SOME_IN_NAMES = frozenset(
    "来水田进先向修村名路家发元前会"
)  # 玉田, 福来; words of their own elsewhere
HOME_ENDS = frozenset(
    "国农自公东店厂商住当大人专老娘婆搬回我你他她咱们全一两三四几各每谁哪那这别邻居离亲儿分户"
)
LAND_INSIDE = re.compile("[林山海河川田江湖水石木][里中边上地]")  # 树林里, 大海边
COMPLETED, COMPLEMENTS = frozenset("去到走看访找问跑"), frozenset("成全齐完过")
SETTLED = frozenset("堡湾沟坪坝寨岩坡岭塘桥洼峪滩坳垭咀巷店铺营台庄院冲梁窑岗崖川")  # 沈家堡
NEVER_A_SLIP = frozenset("您你我他她它们这的了是吗呢吧")
PLACE_ENDS = frozenset(
    "沟渠堰湾村庄镇乡县市区站局所院校路桥山河坡岭塘坪坝寨岩洼滩组社队屯边里上下头子店铺街口"
)

_NUMBER = "[0-9]{1,3}|[一二三四五六七八九十]{1,3}"
_GROUPS = "(?:村民小组|村民组|小组|组|社|小队|队)"
_GROUP = rf"第?(?P<number>{_NUMBER}){_GROUPS}"
_GAP = (
    r"(?:里|的|\s)?(?P<far>[，,]?(?:走访|回访|看望|慰问|入户|看|找|访|到|去|问|帮|给)了?)?"
    rf"(?:那个|那户|的|独居|老人)?(?:{KINDS})?"
)
GROUP_BEFORE = re.compile(rf"(?<![0-9一二三四五六七八九十]){_GROUP}{_GAP}$")
COUNTED = re.compile("[两三四五]家")
SEVERAL = re.compile(r"(?:[、和跟与及]?[\u4e00-\u9fff]){1,4}?[两三四五]家")  # 张 of 张李两家
KIND_BEFORE = re.compile(rf"(?:{KINDS})$")
GROUP_BEHIND = re.compile(  # 王秀英(6组), 王秀英啊六组的不是二组的
    rf"[（(]\s?(?P<number>{_NUMBER}){_GROUPS}(?:的|那)?[个位户家]?[)）]|[啊呀哈嘛]?第?(?P<after>{_NUMBER}){_GROUPS}的(?=[，,。；;不]|$)"
)
# 老孙…，就是二组卖豆腐的孙长河: who was meant before
MEANT = re.compile(r"(?:^|[，,：:。；;\s])(?:我?说的|也)?就?(?:是|指的?是?)[^，,。；;]{0,8}$")
LONGEST_GROUP = 20  # characters looked back for a group
LATIN = re.compile(r"(?<![A-Za-z0-9@._/:])[A-Za-z]++(?:[ '][A-Za-z]++){0,3}+(?![A-Za-z0-9@_])")
_ABBREVIATIONS = """
km kg cm mm ml mg app ok okay wifi ppt min mins hour pm am gps pdf vip ktv wx qq id usb
pos atm ic led tv dvd hiv ct dna bp wps word excel xls xlsx doc docx jpg png mp http https
www com cn net html apk sim sos etc pvc pe pp ph pk bug hi hello bye yes no the and for
you day dx lng lpg ups cpu http gb mb kb kv kw kwh mw ha mu ab abc abcd xx xxx yy zz wc nb
db dj ai it ip api url sms msg pc vr xyz bmi icu er by is of to on in at we me my so do go
or
"""
NOT_LATIN = frozenset(_ABBREVIATIONS.split())


def group_key(group: str) -> str:
    """A group as one spelling: 3 of 3组, 三组, 三社, 第三村民小组; the words where it has a name."""
    short = re.sub(r"(村民小组|村民组|小组|组|社|小队|队)$", "", group.strip()).removeprefix(
        "第"
    )
    number = read_number(short)
    if number is None and len(short) == 2 and short[0] == "十":
        return short
    return short if number is None else str(int(number))


def cues_before(text: str) -> dict[int, int]:
    """Where a name may begin, and how surely: behind 走访 (VERB), 到 or 、 (PLACE), a comma."""
    weight = {"verb": VERB, "place": PLACE, "start": START}
    found = {one.end(): weight[one.lastgroup or "start"] for one in BEFORE.finditer(text)}
    found.setdefault(0, START)
    return found


def cues_behind(text: str) -> dict[int, float]:
    """Where a name may end, and how surely: before 家, 说, 他爸 (SURE), 户 (LIKELY), a comma."""
    weight = {"sure": SURE, "likely": LIKELY, "edge": EDGE, "doing": DOING}
    found = {one.start(): weight[one.lastgroup or "edge"] for one in AFTER.finditer(text)}
    found.setdefault(len(text), EDGE)
    return found
