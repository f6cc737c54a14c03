"""The mood of a clause: what is asked, ordered, wished, supposed or passed on reports no act.

Needs and faults may well be told in such words (能不能修一下路); this is about what people did.
"""

import re

from ledger.heads import led
from ledger.reading.clauses import ACT, Clause
from ledger.reading.turns import is_past, is_supposed

REST = "[^，,。！!？?；;]"

# questions
ASKING = re.compile(
    r"^(?:我|咱们?|那个?|哎|喂|诶|麻烦|请|顺便)?(?:请问|问一?下|问一声|问个|问问(?:大家|各位|群里)|想问|想知道"
    r"|(?:[今昨明刚][天晚早夜]?|现在)?(?:谁|哪个)(?!都|也|家|组|村|的)|哪位|有谁|有没有(?:人|谁|哪)|有人(?:去|知道|晓得|看)|帮(?:我|忙)(?:查|看|算)|查一?下|查查"
    r"|几时|什么时候|啥时候|啥时|多会儿|为啥|为什么|怎么(?:样|办|登|报|写|请|销|记|算|填)|咋(?:个|样|办)?(?:登|报|写|请|销|记|算|填|弄)"
    r"|(?:能|可|是|要|用|该|需|算|行)不(?:能|可以|是|要|用|该|需要|算|行)|(?:机器人|小助手)(?!我))"
    r"|^[^，,。]{0,4}想问问?|你们[^，,。]{0,8}(?:咋|怎么|如何)"
)
GRANT = re.compile(  # a leave asked for as a question
    r"(?:能不能|可不可以|能否|可否|能|可以)[^，,。]{0,4}(?:[准批允容让给]|请[^问]|休|续|回)[^，,。]{1,}(?:假|天|趟|号|几)"
)
MAY_I = re.compile(
    r"(?<!不)(?:能|可以)(?!不)[^，,。]{1,12}[吗么]$"
)  # 能请一天假吗: nothing asked for yet
HOW_MUCH = led(
    rf"(?:算|要|得|该|够|能|用|学|走|请|休|值|报){REST}{{0,6}}(?:多少|几[户次回个]|(?<![得想要先]请)几天|多久|多长|哪[里儿个天些]|谁|怎么|咋|啥)"
    r"|该[^，,。]{0,6}还是|不?算[^，,。]{0,6}吧$|算不算|算(?:是)?(?:走访|学习|在岗|公差|请假)?(?:吗|么|不|嘛)$|记得吗|^(?:[今明后]天|周[一二三四五六日末]|下?个?(?:周|月|星期))?能不能(?:回家|歇|走|放假)$|来着$|来的$(?<=什么时候来的)|哪个[走去学值请住]"
)
OR_NOT = re.compile(
    r"(?:[了过完到好成来]没(?:有|得)?|[走学请销去值住访假]不|吗|(?<![什怎这那多])么)$"
)
INQUIRED = re.compile(r"问|看看?|了解|打听|核|查")

# orders
ORDER = led(
    rf"^(?:{REST}{{0,8}}(?:你们?(?!帮我(?:记|登|报|写|销))|大家|各位|各队|全体|所有人|各自|有关人员))(?:也|都|还|就)?"
    r"(?:先|快|赶紧|抓紧|[明今后]天|[上下]午|下周|本周|这周|去|把|要|得|必须|务必|记得|注意|出门|多[穿加备]|小心|当心|别)"
    r"|^(?:记得|别忘|不要忘|千万|务必|必须|一律|严禁|不得|要求|规定|上级|提醒|注意|通知[:：]?$|切记)"
    r"|^(?:要|想)[^，,。]{1,6}(?:趁早|早点|提前)[说报讲打]|(?:没|未)[休学走报填交销][^，,。]{0,2}的[^，,。]{0,4}(?:抓紧|赶紧|赶快|尽快|要|得|请|都)"
    r"|^请(?:各|大家|你|您|按|于|全体|所有|及时|认真|相关|有关|务必|提前)"
    r"|[请休出外离]{1,2}[假差村出](?:都|均|一律|必须|须|要|需|前|的(?:同志|人|队员))"
    r"|(?:必须|务必|一律|须|应当?)(?:提前|趁早|按时|及时|在岗|在村|返岗|归队|销假|报备|请假|住村|驻村)"
)
HEADING = re.compile(r"^(?:【?通知】?|【?提醒】?|温馨提[示醒]|要求)[:：]?$")

# wishes, jokes, dreams
WISH = re.compile(
    r"[真好多]想(?!起|到|法|不|通)|恨不得|巴不得|但愿|我?倒(?:是|也)?(?:真)?想(?=[^，,。]{0,3}(?:歇|休|请|回|躺|睡))|[轮捞]得[到着]我|轮不到我|希望(?:能|早|下|领导|哪天|轮)|盼着|要是[^，,。]{1,14}就好|多好啊|该多好"
    r"|做梦|梦见|梦到|梦里|干脆(?:咱|我们|大家|一起|集体)|集体请假|连[^，,。]{1,6}(?:字|字儿)|(?:俩|两个)字|天天就?(?:知道|催|喊)|催[着我]"
    r"|(?:^|我)(?:倒|也|还)?想[^，,。]{0,8}(?:歇|休|请|回[家去]|躺|睡)[^，,。]{0,6}[啊呀哦唉诶哟]$"
)
TO_YOU = re.compile(
    r"^(?:那个?|哎|诶|喂|哟|老[一-龥]|小[一-龥])?你们?(?!一[言句嘴]|([一-龥])[^，,。]{0,3}我\1|问我答|来我往|追我赶|争我|放心|看|帮我|给我|替我|把我|说我)"
)

FORECAST = re.compile(
    r"(?:肯定|铁定|估计|怕是|恐怕|多半|说不定|指定)[^，,。了过]{0,4}(?:不|没|要|会|得)"
)

# what a sentence begins with that calls up old times, or tells a joke
REMEMBERED = led(
    r"想当年|当年|小时候|那时候|(?<![上午晚间前才地饭头早黑工])那会儿|年轻(?:的?时候|那会|时)|[我咱]们?那(?:届|代|一届|一代|年头)|刚(?:来|到|驻村)(?:的?时候|那(?:年|会|阵|时))"
    r"|[去前]年(?:这|那|此)(?:时候?|会儿?|个?时候|阵)|开(?:个)?玩笑|逗你|闹着玩|说着玩|真的假的|才怪"
)

# what others say, what is passed on
HEARSAY = re.compile(
    r"^(?:我?听(?:说|人[讲说]|[^，,。]{1,4}讲(?!课|座|解|了[一两二三半大\d]))|据说|传说|有人(?:说|讲)|都说|网上(?![答学听考测看上培自])|群里(?:[^，,。]{0,4}[说讲传转问]|的)|领导(?:[^，,。]{0,4}[讲说])"
    r"|(?:[一-龥]{0,2}(?:书记|镇长|主任|队长)|支书|老支书)[^，,。]{0,6}(?:讲话|讲[:：了古得]|说过?[:：得])"
    r"|老话|俗话|常言|古人|书上|通知[上里]|文件[上里]|电视|新闻|朋友圈|短视频|转(?:发|载)?[:：的]|转发|有句话|标语|口号)"
)

# an act as a thing
COUNTS_AS = re.compile(
    rf"算(?:是|不算|作)?{REST}{{0,6}}(?:还是|哪[天个]|几[天次个]|什么|啥|[吗么]$)|算不算|算谁|哪几[天次个][^，,。]{{0,3}}算"
)
MOVED = re.compile(
    r"(?:课|培训|学习|会|活动|走访|入户)(?:时间|地点)?(?:临时|又)?(?:改到|改在|改成|推到|推迟|延期|延到|定在|取消|顺延|挪到)"
)
THEIRS = re.compile(
    r"^(?:他们|她们|人家|别的?|隔壁|邻村|兄弟|其他)[^，,。我]{0,6}[队村组]|(?:代|替)[我咱]们?(?:去|跑|走|看|入|值|到|守|学)"
)
AS_THING = re.compile(
    r"走访走访|学习学习|要说(?:走访|学习|入户|请假)|一(?:学习|看书|走访|入户|请假)就|天天(?:就是|都是)?(?:走访|学习|入户)|学习(?:室(?!$)|园地|专栏|笔记本|记录本|(?:资料|材料|文件)[^，,。]{0,3}(?:发|在|放|领|印))|走访(?:记录本|手册[^，,。]{0,3}[用领发])|(?:学习|请假|休假|销假|值班|在岗|驻村|住村|公差|出差|培训|年假|公休|轮休|调休|走访)的?"
    r"(?:时长(?!$|[^，,。]{0,8}[\d一二两三四五六七八九十半])|记录[^，,。]{0,4}(?:删|撤|交|填|在哪|从哪)|的?(?:表|单子?|条子?)(?:填|写|在|呢)|流程|规矩|门道|手续(?:怎|咋|在哪|找谁)|制度|规定|补贴|补助|天数|次数"
    r"|算(?:不|是|在|几|我们)|是按|按工龄|得(?:鞋|脚|腿|人|我)|计划表|不是(?:走|摆|为了|[^，,。]{1,4}过场))"
)

# one search for all of them: each is rare, and all are asked of every clause
TURNED = led("|".join(one.pattern for one in (WISH, FORECAST, AS_THING, MOVED, THEIRS)))

CONTRARY = re.compile(r"^(?:要不是|早知道|要是[^，,。]{0,8}早|若非)")  # what did not come about

# taken back
FORMER = re.compile(
    r"那[条个次]|[上前刚]一?条|(?:报|登|发|写|填|记|说|交)(?:过|上去)?的|^(?:撤回|撤销|作废|删)"
)
VOID = re.compile(r"作废|不算|取消|删|撤|当我?没[说看讲]|别[记登]|不作数")
NEW = re.compile(r"改|应该?是|实际|其实|更正|不是|而是")
CUT_OFF = re.compile(rf"(?:{ACT})(?![^，,。]{{0,8}}[我咱])")
AHEAD = 2  # clauses behind a former report in which it may be called void


def unreal(clauses: list[Clause]) -> set[Clause]:
    """The clauses that report no act of the sender."""
    found: set[Clause] = set()
    running = False
    for index, clause in enumerate(clauses):
        if clause.before == "hard":
            running = False
        goes_on = not is_past(clause) or bool(CONTRARY.search(clauses[index - 1].text))
        running = (running and goes_on) or _passes_on(clause) or _opens(clause)
        of_it = index > 0 and clauses[index - 1] in found and _same_breath(clause)
        if running or of_it or _turned(clause) or _void(clauses, index):
            found.add(clause)
    return found


def counts_asked(clauses: list[Clause], clause: Clause) -> bool:
    """Whether its sentence ends in a question what it counts as: 晚上住村里，这算公差还是在岗？"""
    return any(
        COUNTS_AS.search(one.text)
        for one in clauses
        if one.sentence == clause.sentence and one.start >= clause.start
    )


def _same_breath(clause: Clause) -> bool:
    """Whether it was only cut off before its verb: 听说李队长|请假了."""
    return clause.before == "cue" and bool(CUT_OFF.match(clause.text))


def _opens(clause: Clause) -> bool:
    """Whether what follows in its sentence is unreal with it: 如果…, 各位…."""
    ordered = bool(ORDER.search(clause.text) or HEADING.search(clause.text))
    return ordered or is_supposed(clause) or bool(REMEMBERED.search(clause.text))


def _passes_on(clause: Clause) -> bool:
    return bool(HEARSAY.search(clause.text)) and not clause.mentions


def _turned(clause: Clause) -> bool:
    text = clause.text
    return bool(TURNED.search(text) or TO_YOU.search(text)) or is_asked(clause)


def is_asked(clause: Clause) -> bool:
    """Whether an act is asked about: 去过没有, 谁值班; 问他吃药没有 only tells of a question."""
    text = clause.text.rstrip("啊呀呢哈嘛哦喔 ")
    if GRANT.search(text):
        return bool(MAY_I.search(text))
    if ASKING.search(text) or HOW_MUCH.search(text):
        return not INQUIRED.search(text) or bool(ASKING.search(text))
    last = OR_NOT.search(text)
    return bool(last) and not INQUIRED.search(text)


def _void(clauses: list[Clause], index: int) -> bool:
    """Whether it names a former report that is void, here or just behind."""
    if not FORMER.search(clauses[index].text):
        return False
    near = clauses[index : index + 1 + AHEAD]
    void = any(VOID.search(one.text) for one in near)
    return void and not any(NEW.search(one.text) for one in near)
