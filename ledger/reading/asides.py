"""What is no matter of the village's: the sender's own life, far places, talk in general, papers.

A broken printer, a wet shoe, a drought on television and the agenda of a meeting have all the
words of an issue; whose they are tells them apart.
"""

import re

from ledger.heads import led
from ledger.reading.clauses import Clause
from ledger.reading.issue_words import COMMON
from ledger.reading.subjects import FORMS
from ledger.reading.view import PUBLIC

SUPPOSED = led(
    r"(?<!让)(?:别|不要|莫)(?:再|又|给)?[一-龥](?:错|漏|岔|反|混)了?$|(?:走|访|学|去|看)的[^，。；]{0,8}(?:没|忘了?|漏了?)(?:报|登|记|填|录|写)$"
    r"|^(?:要是|如果|假如|万一|倘若|哪怕|即使|就怕|免得|省得|防止|以防|预防|避免|谨防|严防|当心)(?!能)|做(?:了个|了|个)?梦|梦[见到里]|的话$"
    r"|(?:当心|小心|注意|慢点)(?:[点些哈啊]|安全)?$|欠我[^，,。；]{0,3}[顿饭酒烟]|答应我|[没不]收钱|没要钱|^我?怕[他她]|^(?:我们?)?[也都就]?没收下?$|请(?:我们?|咱们?|队里)(?:去|来|过去)?(?:吃|喝)|(?:谈|找|处|说)(?:的|了|个)?对象|[说娶]不上(?:媳妇|老婆)|[吵烦闹熏]得我(?!们|[^，。；]{0,2}家)|[让叫请]我帮[着忙]?(?:拨|打个?电话|念|拿快递|充话费|充电|拍)"
    r"|去学(?!堂|校)[^，,。；]{1,6}了$|发现[^，]{1,12}(?:立即|及时|马上|一律|要)|举一反三"
)
ELSEWHERE = led(
    r"隔壁[村乡镇县队]|邻[县镇乡省市]|(?<![从在去到由])外[县省乡](?![打读念上务干做])|别的[县镇乡]|群里|听说|听人[说讲]|年轻(?:时|那|的时)|工分|[五六七八九]十年代|想当年|路上堵"
    r"|堵车|车[很太特]?多[^，。；]{0,2}堵|堵了(?:一会|半天|好久)|车堵|高速|隧道|朋友圈|邻村|外村|别的村|其他村|[他她]们[村队]|[找跟向问]我借|去年这时|前年这时|我们那届|人家村|全县|全省|全国"
    r"|新闻|视频[里上]|电视[里上](?!没|看不|收不)|报纸上|广播里说|网友|网上说|小时候|那年|那会儿(?!就)|那时候|娘家(?:那|村)|婆家那|不是[咱我本]们?村|[上前]一?任|在的时候|解放前|旧社会|大集体|生产队那|(?<![天日号周期月])以前(?!把|找|给|修|要)"
    r"|从前(?![一二三四五六七八九十\d])|(?<!在)网上|抖音|快手|公众号|刷到|刷着|热搜|^老家$|当年|[我咱]们?老家|老家那|我们那(?:边|儿)|城里"
    r"|(?:他们|人家|你们)[镇县市省乡]|^听(?!群众|老乡|村民|[组队村]长|支书|[他她])[^，。；]{1,6}[讲说]|小说|电影|电视剧|段子"
)
HEARD_OF = re.compile(r"听[^，。；]{2,8}[讲说]")  # 听汪成林说: told to us by himself
HARMED = re.compile(
    r"[把被]|害得|[到在进往][他她](?:家|屋|地|田)|[毒咬占淹冲砸啃吃拱踩][了死翻坏]"
)
MEETING = re.compile(
    r"(?:讲解?|宣讲|宣传|普及)了?[^，。；]{0,6}(?:政策|条例|知识|法律|法规)|^(?:今天|昨天|上午|下午|晚上|刚才?)?(?:去|到)?[^，。；]{0,3}(?:开了?个?会|会上"
    r"|例会)(?![^，。；]*(?:群众|村民|反映))[^，。；]{0,6}(?:说|讲|传达|学|部署|安排|要)"
    r"|讨论(?:提纲|题)|党课|业务学习|学习(?:材料|资料|内容)|案例|议题|议程|会议?(?:主要)?内容|碰头会|例会|研判会|推进会|调度会|部署会|培训[^，。；]{0,3}[讲学说]|课上|讲课|讲座"
    r"|(?:文件|材料|通报|通知|方案|简报)(?:里|上|中)?(?:说|讲|写|要求|提到|指出)"
)
WEATHER = re.compile(
    r"^(?:今[天儿日]|这[鬼破]?|山里|外头|外面|昨[天晚夜]|最近|近来|这两天)?(?:天气?(?:太|真|好|又|也|都)?[冷热阴黑寒凉晴]|风[刮吹]|刮了?一?[天夜]|雨下|雪下|起雾|起风"
    r"|太阳|天干物燥|秋老虎|倒春寒|三伏|数九)"
)
FOLK = frozenset({"群众", "大家", "村民", "乡亲", "老乡", "有人", "村里", "路上"})
TOLD_BY = re.compile(
    r"(?:群众|村民|老乡|乡亲|大家|组长|户主)[^。；，]{0,4}(?:说|讲|反映|提|嫌|问)"
)
BAD_WEATHER = re.compile(
    r"[大狂台北妖]风|寒潮|冷空气|零下|降温|[小中大暴]雪|[大暴雷阵]雨|冰雹|气温|路上(?:全|都|又|还)?是?[冰雪]|老天"
)
# what everybody says of the country as a whole, and of life
GENERAL = led(
    r"(?:全村|还有|还剩|剩下?)[^，。；]{0,4}\d+(?:户|人)[^，。；]{0,4}没(?:交|缴|填|签|报|登记|录)|统计(?:了|下来|一下)|比(?:去年|上年|往年)[^，。；]{0,4}(?:少|多|降|升|下降)了?|(?:县长|镇长|乡长|局长|市长|领导|县里|镇里|上头|上面|公司|老板们?)[^，。；]{0,5}(?:说了|表态|保证|承诺|强调|讲了?话|拍胸脯|放话)|普遍(?:现象|问题)|"
    r"说到底|归根|说白了|说实话|总的来[说看]|一般来[说讲]|众所周知|[很好许]多(?:地方|农村|村子?|人家?)(?=都|是|里|只|不|的|也)"
    r"|有些(?:地方|农村|村子?|干部)|现在的?(?:农村|年轻人|娃|孩子|人|社会)|如今的?(?:农村|年轻人|人)|农村(?:现在|就是|最|的|人|工作)|年轻人(?:都)?不|当下|这年头"
    r"|谁(?:还|都)?愿意|谁(?:会|敢|能|不想)|哪(?:个|有)[^，。；]{1,4}不[^，。；]{0,4}的|我(?:个人)?(?:觉得|认为|感觉)|^(?:感觉|觉得)自己|(?:县里|镇里|乡里|市里|上面|上头|上级)[^，。；]{0,3}(?:说|要求|强调|规定|通知|明确)[^，。；]{0,10}(?:要|必须|不得|一律|不能)|个人(?:觉得|认为)|依我看|是个?老(?:问题|话题|大难)|[的是]通病|老话|俗话|常言|古人|谚语|有句话|人生|这世上|自古|往往|关键[还就]?[是在要]|说明(?!年)"
)
ASKED = re.compile(
    r"[吗么嘛]$|看[^，]{0,3}[谁哪]家|^谁(?:知道|晓得|有|会)|有(?:人|谁)(?:知道|清楚|晓得)|是不是[^，]*(?:事|问题)$|(?:怎么|咋个?|如何)(?:走|办理?|换|弄|恢复|算|申请|操作)$|(?:大家|各位)[^，]{0,3}讨论"
)
GRIPE = re.compile(
    r"^[唉哎诶][^，]{0,3}(?:这|那)|这(?:活儿?|工作|班|差事|日子)(?:干|上|没法|真|太)|没人说[^，]{0,2}好|图个?啥|何苦|不是人干"
    r"|(?:白|天|累|跑|熬)[^，]{0,2}(?:不讨好|通宵)|你们(?:这个?|那个?)?(?:系统|机器人|小程序|平台|软件|后台|app|APP)|吐槽|抱怨两句|发发?牢骚"
)
GROAN = re.compile(
    r"烦死|头[都也]?大|想哭|累死|心累|想吐|崩溃|无语|服了|白干|电脑|抓狂|\U0001F629|\U0001F62D|要命"
)
# what we have put right ourselves
DEED = re.compile(
    r"(?:一起|一块|我们?|咱们?)[^，]{0,4}把[^，]{1,12}(?:扫|收拾|清理|清洗|清|擦|铲|修|换)[^，]{0,2}了"
)
UNREAL = re.compile(
    r"梦[见到里]|开个?玩笑|哈哈|一旦|严禁|禁止|不得|工作(?:计划|安排|打算)|下一?步|核实"
)
# what shows that the sentence is about the sender, wherever it stands in it
MY_OWN = re.compile(
    r"我(?:这|的)?(?:老|双|条)?(?:腰|腿|膝盖|脚|胳膊|嗓子|眼睛|脑壳|心里)|我绕[了一道]|我[^，。；]{0,8}(?:摸黑|手电|走)[^，。；]{0,4}回来|愧|亏欠(?:家|老婆|娃|孩子)"
)
FAMILY = re.compile(
    r"不认得我|[没见][见不](?:着|到|过)?(?:我的?)?(?:娃|孩子|老婆|家人|爹妈|父母|爸妈|闺女|儿子)|没回家|想家|老婆(?!婆)|爱人|丈母娘|岳[父母]|家里那位|孩子他妈|(?<![一-龥])我[妈爸娃]|(?:接|送|辅导)(?:娃|孩子)(?:去|上|放|写|回|$)|老公(?!公)|女朋友|男朋友|(?:同事|同学|朋友|战友|室友|妹夫|姐夫|表[哥弟姐妹]|堂[哥弟姐妹])(?:家|的(?!话))"
)
# the sender's own wish; what a villager wishes has somebody who says it
OWN_WISH = re.compile(
    r"^(?:唉|哎|真|好|多|就|我|也|还|又)*(?:真?想(?:把|有|要|早)|盼着|盼望|但愿|希望|多希望|巴不得|恨不得|要是[^，。；]{1,16}就好|什么时候[^，。；]{0,8}(?:能|才)"
    r"|愿(?:新|明|来)|祝)"
)
ROOM = (
    r"(?:宿舍|寝室|值班室|办公室|会议室|食堂|伙房|(?:村部|村委会?|队部|队里|工作队|驻地)"
    r"(?!门|前|旁|边|后|外|对面|[^，。；]{0,4}(?:路|桥|渠|沟|厕|垃圾|广场|河|来|找|说|反映|讲|问)))"
)
TOOLS = (
    r"报账|跑不动[^，。；]{0,2}系统|打印机|复印机|传真|键盘|鼠标|电脑|投影|墨盒|硒鼓|u盘|U盘|优盘|充电器|充电宝|耳机|笔记本|公文包|被窝|枕头|闹钟|电热毯"
    r"|我的?车|队里的?车|公车|巡逻车|摩托没油|轮胎|爆胎|导航|眼镜腿|假牙|差旅费?|出差补|下乡补|驻村补|油补|话费|伙食补|绩效|年终奖|工龄|考勤"
    r"|打卡|签到|定位|表格?打不开|文档|附件|链接|小程序|软件|系统|账号|密码|验证码|一栏|选项|勾选|截图|照片|视频会|邮箱|微信"
)
OWN_THING = led(f"{ROOM}|{TOOLS}")
OWN_BODY = re.compile(
    r"^(?:唉|哎|今[天儿早晚]|昨[天晚]|早上|晚上|这|两|一|又|也|都|把|累得|搞得|害得|走得|跑得|冻得|笑得)*(?:[手脚腿腰眼脸耳头牙嗓胃肚]|膝盖|肩膀|脖子|鼻子|嘴|耳朵|脑壳|脑袋|鞋|袜|裤|衣服|雨衣|水壶|背包|花呗|信用卡|房贷|车贷|工资|早饭|午饭|中饭|晚饭|饭)"
    r"(?!边|前|后|续|艺|头(?:上|里|紧)|机|里|钱)"
)
SELF = re.compile(
    r"^(?:今天|昨天|今晚|昨晚|这两天|最近|早上|上午|下午|晚上|现在|这会儿?"
    r"|刚才|搞得|害得|光|就|可|但|反正|唉|哎|嗯|说|是)*+"
    r"(?:手[头上]的?(?:事|工作|活|材料|报表|任务)|(?:累|冻|饿|困|晒)得(?:我|够呛|不行|要死|腰|腿|直|散|喘)|我|咱|本人|自己(?!的?(?:房|屋|家|地|田|猪|牛|羊|果|娃|儿))|定位|位置|鞋|裤[脚腿管]|车子|手机没|手机摔|手电|会议?"
    r"|队里|宿舍|村[部委]的?(?:空调|打印机|电脑|水管|网|灯|暖气|炉子|厨房|宿舍|门(?![前口外])))"
    r"(?!们?[村组社寨屯](?![部委])|这[村组]|[去到看见听问]|发现|过去|跟|给|帮|叫|让|说|讲|劝|刚去|刚看"
    r"|们?去|们?到|们?看)"
)
ENDURED = re.compile(r"没睡|睡不着|冻得我|饿得|累得|够呛$|费劲$|头都?大|心累|崩溃|晕|烦")
NOTICE = re.compile(
    r"^【[^，。；】]{0,10}(?:通知|公告|通告|提醒|提示|预警|公示|倡议|转发)[^，。；】]{0,3}】|^[^，。；]{0,12}(?:通知|公告|通告|提醒|提示|温馨提[示醒]|公示|倡议书?|转发|转载|预警|简报)[:：]|^(?:温馨提|友情提|转发|转自|提醒(?:大家|各|一下)|关于[^，。；]{2,30}的(?:通知|函|公告|方案|通报))"
    r"|^(?:请)?(?:各[村队组]|各位(?!领导)|全体)[^，。；]{0,6}(?:注意|请|要|务必|须|排查|开展|上报|报送)|^请各"
)
INQUIRY = re.compile(
    r"^[^，,。；]{0,5}(?:(?<![没])问(?:一|个|大家|各位|你们)?(?:下|事|声|问题)|请教|请问|想问|咨询(?:一|个)?下?)"
)
VOID = led(
    r"误报|作废|撤回|撤销|收回|(?<!算)不算数?|当我?没[说发报]|搞错|弄错|(?<![登标])记错|说错|报错|发错|看错|听错|没(?:有)?(?:这|那)回事|听岔|看岔|有误|谣言|假消息|是假的|真的假的|^假的$|开(?:个)?玩笑(?:的|呢)|(?:不要|别|不用)(?:登|记|报|录)|删[掉除了]|^删|重复了"
)
INSTEAD = re.compile(
    r"应该?是|[，,]是|是[^，。；]{1,12}(?:才对|家)|改成|实际|其实|而是|不是[^，。；]{1,12}是|更正|准确"
)
# why the sender answers late, or not at all
SIGNAL = re.compile(r"信号|没网|断网")
ANSWERS_LATE = re.compile(
    r"[才刚](?:看|收|回|接|连|听)|没(?:看|收|接|听)到|没注意|回(?:得|复)?[晚慢]|晚[回看]|发不[了出]|定位"
)
OUT_THERE = re.compile(
    r"^(?:我|人|刚才?|[今昨]天|[上下中]午|现在|一直|还|正)*在[^，,。；]{0,6}(?:开会|走访|入户|干活|山[上里]|[坡车路]上|外[面头]|[地沟]里|隧道)"
)
OTHERS_TOO = re.compile(r"群众|村民|大家|老乡|老人|乡亲|全[村组]|反映|[户家]")


def own_signal(before: str, text: str, behind: str) -> bool:
    """Whether only the sender's own telephone has no signal: 在山上没信号，才看到."""
    told = f"{before}，{text}，{behind}"
    if not SIGNAL.search(text) or OTHERS_TOO.search(told):
        return False
    return bool(ANSWERS_LATE.search(told) or OUT_THERE.search(before or text))


def is_notice(head: str) -> bool:
    """Whether a message begins as a notice passed on: nobody's need is told in it."""
    return bool(NOTICE.search(head))


def inquires(head: str) -> bool:
    """Whether a message begins as a question to the team: 有个事问下."""
    return bool(INQUIRY.search(head))


def takes_back(text: str) -> bool:
    """Whether a whole message takes back what it speaks of, and puts nothing in its place."""
    return bool(VOID.search(text)) and not INSTEAD.search(text)


def tells_of_place(text: str) -> bool:
    """Whether it is said of a place, or by somebody: 群众不满意 alone is neither."""
    found = PUBLIC.search(text)
    return found is not None and (found[0] not in FOLK or bool(TOLD_BY.search(text)))


def is_own(clause: Clause) -> bool:
    """Whether its sentence is about the sender: 媳妇一个人带娃，我心里愧得慌."""
    return not clause.mentions and bool(MY_OWN.search(clause.text))


def no_fault(clause: Clause) -> bool:
    """Whether its words are about something supposed, far away or the sender himself."""
    if clause.aside is None:
        clause.aside = _aside(clause)
    return clause.aside


def _aside(clause: Clause) -> bool:
    text = clause.text
    if any(one.search(text) for one in (SUPPOSED, WEATHER, MEETING)):
        return True
    heard = clause.mentions and (HARMED.search(text) or HEARD_OF.match(text))
    if ELSEWHERE.search(text) and not heard:
        return True
    return not clause.mentions and bool(SELF.search(text)) and not FORMS.search(text)


def nobodys(clause: Clause) -> bool:
    """Whether it is talk in general, a wish or of the sender's things, if no household is in view."""
    if clause.general is None:
        clause.general = _general(clause)
    return clause.general


def _general(clause: Clause) -> bool:
    text = clause.text
    if clause.mentions or TOLD_BY.search(text):
        return False
    if any(
        one.search(text)
        for one in (GENERAL, GRIPE, DEED, MY_OWN, OWN_WISH, ASKED, UNREAL, FAMILY)
    ):
        return True
    if BAD_WEATHER.search(text):
        return not COMMON.search(text) and not PUBLIC.search(text)
    return not FORMS.search(text) and any(
        one.search(text) for one in (OWN_THING, OWN_BODY, ENDURED)
    )
