"""Turns of speech by which issues and steps are told apart from all else in a message."""

import re

from ledger.reading.view import SAYS

TALK = re.compile(SAYS)
TRY = re.compile(r"([问说讲提])(?:一?\1|一?下|一声)")  # 问问, 说一下: what we mean to do
LASTS = re.compile(  # 断了一天了
    r"[\d一二两三四五六七八九十几半好][多来]?(?:年|个?月|天|周|个?星期|个?礼拜)[多了来]*(?:$|没|不|了)"
)
HEARD = re.compile(r"都[讲说嫌愁提反]|一致|提到|提出")
LAUGHS = re.compile(r"笑[死坏喷晕]|哈哈|乐[死坏]")
LONG_PAST = re.compile(
    r"^(?:那年|当年|想当年|早年|小时候|年轻时|旧社会|[他她]?年轻的?时候)|那(?:阵子?|会儿?|时候|年)$"
)
OLD_STORY = re.compile(r"(?<!上)(?<!大)(?:年前|早年|当年|老早|以前|那时候|年轻时)的(?:老)?事")
TO_THIS_DAY = re.compile(
    r"现(?!在[^，]{0,2}[说想讲提]起)在?|如今|一直|至今|还|今|眼下|又|到|没好|落下|从此|后来"
)
NO_ANSWER = re.compile(r"电话[^，]{0,6}，?(?:也|都|还是|一直|老是)?没人接$")
# 没去成，过不了河: what follows is why we did not go
NOT_GONE = re.compile(
    r"没(?:去|走|访|看|跑|上|进)成|还?没(?:有)?(?:去|走|顾[上得]|来得及|腾出|抽出)[^，。；]{0,3}$|去不成"
)
INTEND = r"(?:打算|准备(?!好)|(?<!雨露)计划|琢磨|考虑|想着)"
LATER = r"(?:明天|大?后天|下周.?|改天|回头|等会|待会|抽空|过[两几]天|再)"
GOES = re.compile(
    rf"(?:{LATER}|{INTEND})[^，没未]{{0,6}}?(?:去|到|看|找|跟|走|联系|跑|问|陪|接着|商量)"
)
IN_CASE = re.compile(
    r"(?:要是|如果|假如)[^，。；]{0,12}就|一(?:考|批|办|修|拿|领|到|下|发|装|通)[^，。；]{0,5}就(?!是)"
)
MEANS = re.compile(rf"^等[^，。；]+再|^(?:我们?|咱们?)?{INTEND}")
MET = re.compile(r"碰[到见上]|遇[到见上]|路上|去了|到了|走访|入户|回来|来到|来找|上门")
NEXT = re.compile(
    r"^(?:[一二三四五]是|[一二三四五]来|再一个|再就是|还有|另外|第[二三四]|其次|同时|此外|另)"
)
THEREBY = re.compile(
    r"(?:一?[下落]雨|雨天|一到|天一?[冷热黑晴]|一?[变刮]|害得|弄得|搞得|闹得|逼得)"
)  # what comes of it
KINSMAN = re.compile(  # another of the house, with a need of his own
    r"(?:他|她|家里|屋里)?的?(?:儿子|女儿|闺女|老伴|媳妇|婆娘|男人|孙[子女]|老大|老二|幺儿|[他她](?:爹|妈|娘|爸)|老[爹娘])(?![^，。；]{0,8}(?:不[管养回给来]|没[管回寄来]))"
)
REASON = re.compile(r"[说称讲嫌怕](?!要|想|还有|另)|因为|理由是|原因是")
ALL = re.compile(r"以上|上述|这几[件个条]|都要|全部(?:要|在)")
LOCKED = re.compile(r"挂[^，]{0,3}锁|锁着|锁门|铁将军|[不没]在家|走亲戚|赶[集场]去|下地去")
UNSEEN = re.compile(r"没见[着到上]$|没人$")
AT_HAND = re.compile(r"^我(?:们)?(?:当场|顺手|已经|就)?(?:给|帮|替|把)[^，]{1,10}了$")
LOST = re.compile(r"走失|走丢|[跑走丢]了$|不见了|失踪|没了影")
FOUND = re.compile(r"(?:找|寻)(?:着|到|回来?)了?$|[找寻](?:着|到|回)了|自己回来了")
PASSES = re.compile(
    r"^我们?绕|感情[^，。；]{0,2}好|^(?:我们?)?[也都就坚决]{0,2}没收(?:下|$)|检修|例行维护|计划停|被[^，。；]{1,6}(?:撵|赶|抓|带|轰)走了"
)
# what tells without any word of a subject how far a household's matter has come
OFFICIAL = re.compile(
    r"[的那]事|通过|审|批|公示|评议|受理|鉴定|立项|申请|材料|手续|排队|排期|进场|动工|开工|施工|在办|办理"
)
IN_EFFECT = re.compile(
    r"办下来|领回|领到|拿到|到手|送到了|送到[他她]|补发|取出来|报下来|进厂|[补盖搭焊装砌配换修接改]好|[戴装换用穿住]上|疏通|已通"
    r"|通了|来水|来电|有水了|有电了|到账|解决|办结|销号|整改"
)
# what is still missing of a thing half done: 批了，钱没到
REST = re.compile(
    r"^(?:就|只)?(?:卡上|账上|手上|钱|款|补助|补贴|卡|证|本本|药|货|东西|料|人|设备|机器"
    r"|结果|通知|文件|师傅|施工队)?(?:就|都|却|也|一直)?还?(?:没|未)"
    r"(?:到|来|下|放|发|送|装|通|修|弄|办|动|完|好|批|打|给|兑|拨|落实|开|拿|领|见|浇|验|签|交"
    r"|盖|换|建|接)|^还差|^就差|^只差"
)
CONTRAST = re.compile(r"^(?:就是|只是|但|不过|可是|可|唯独|就差)[^，]*[没未差等还]")
MAKESHIFT = re.compile(r"先[撑顶用垫盖接凑]|暂时|临时|应急|凑合|将就")
NOT_YET = r"还(?:没|未|差|欠|剩)"
UNFINISHED = re.compile(rf"{NOT_YET}|还在|没[^，]{{0,4}}完|未")
# 上次说的那事: what is told of it is no news, only how far it has come
KNOWN = re.compile(
    r"(?:那个|那件|那桩|这个|这件|上次|上回|之前|前几天|前些天|昨天说|早先)[^，,]{0,12}"
    r"(?:的?事|问题)|[^，,]的(?:那)?(?:件|个)?事(?:儿|情)?$|(?:反映|投诉|上报)的[^，。；的]{2,10}$|那事|(?:上次|之前)(?:说|报|反映)"
)
RETURNED = re.compile(r"[打退]回")
AGAIN = re.compile(
    r"[又再重补](?:新)?[^，。；没不]{0,3}[递交报送寄](?:上|到|给|了|去)"
)  # papers handed in again
STILL = re.compile(rf"^[^，。；]{{0,4}}{NOT_YET}")
CHANGED = re.compile(
    r"[了通]|已|恢复|不再|终于|总算"
)  # 用电正常 alone is no news of a thing mended
STILL_NOT = re.compile(
    r"还是(?:没|不(?!错|少))|仍(?:没|未|不(?!错|少))|仍然(?:没|未|不)"
)  # told of a known thing alone
BEGUN = re.compile(
    r"[转给发补批评订买付装送运拉办签选考谈盖修建做审到立垫](?:过|好|完|上|下|来|去|出|定"
    r"|通)*了[^，。；]{0,5}$"
)
TAKEN_UP = re.compile(r"立案了|立了案|认定书?[^。；，]{0,3}(?:下来|出来)|[要讨追]回(?:来|了)")
PROMISED = re.compile(r"答应(?![给了]了|下)|许诺")
AGREED = re.compile(r"答应|同意|松了?口")
AT_LAST = re.compile(r"终于|总算|可算|好歹")  # what had been waited for
OWN_DOING = re.compile(  # 她儿子把电视换了: their own doing, nothing we had heard of
    r"(?:儿子|女儿|闺女|媳妇|老伴|男人|亲戚|女婿|孙[子女]|自己|自个儿?|正在)[^，。；]{0,6}[换修买装添调弄]"
)
OWN_REMEDY = re.compile(  # seen to by the household itself: no matter of ours
    r"自己(?!也|都|还|一个)[^，。；不没]{0,4}(?:掏|换|修|补|弄|请|收拾|垒|糊|疏|钉|盖|装|通|买|清|凑)(?!不)[^，。；]{0,8}了?"
    r"|^等[^，。；]{1,8}(?:回来|过年|开春|有钱|秋后|手头)[^，。；]{0,4}(?:换|修|买|弄|盖|补)"
    r"|[他她说](?:等|过|开|明)(?:完年|春|年|天暖|了年)[^，。；]{0,4}(?:自己)?(?:换|修|买|弄|盖|补)"
)
ANSWERED = re.compile(
    r"^(?:我|我们|当场|就)*(?:给|跟|向|为)?[他她]?们?(?:都|也|就|都)?(?:查了|解释|讲了|讲清|说清|说了?政策|告诉|答复|回答|答了)"
)
INFORMED = re.compile(r"问|打听|咨询")
NEEDY = re.compile(r"想|要|没|不|盼|求|帮|能不能|钱")
OWN_GOODS = re.compile(
    r"地?流转给|租给|包给|(?:买|添|换|修)了?[^。；，]{0,3}(?:三轮|摩托|拖拉机|收割机|[微旋]耕机|自行车|电动车|小车|电视|冰箱|手机|沙发|洗衣机|新衣)"
    r"|(?:三轮车?|摩托车?|手机|电视)刚?修好"
)
# what is told of the past, or of everyday life: no step on anything known
LONG_AGO = re.compile(
    r"今年(?:又|还)?(?:把(?!危|[旱旧]?厕|旧房|低保)|收|卖|盖|种|养|买|添|翻[修盖新]|出栏)|[他她](?:[大二]?[哥弟姐妹叔舅姑姨]|[表堂][哥弟姐妹])[^，。；没不]{0,8}(?:交|买|换|修|盖|装)了|去年|前年|早年|前些年|那年|往年|这几年|这些年|感冒|发烧|放假|自己(?:掏钱|花钱)?(?:换|修|补|弄|请人|掏|通|疏|垒|糊|钉|收拾)"
)
FORMERLY = re.compile(
    r"(?<![号日天周月底])(?:之前|以前)|原先|原来|过去(?!了|看)|从前|早先|前[几些两]年|往年|去年|前年|头两年"
)
WAS = re.compile(  # what was wrong until it was mended
    r"昨[晚夜天]|前[几两一些](?:天|晚|阵|日)|之前|以前|原[来先]|先前|头两[天晚]|早先|往常|这些[天年]"
)
MENDED_ONCE = re.compile(
    r"[才刚没][^，。；]{0,12}(?:[天年]|个?月|星期|礼拜|周)$|(?:去年|前年|上个?月|年初|春上|开春)[^，。；]{0,8}[的了过]$"
)
VAGUE = frozenset({"收入", "其他"})  # 家底掏空了: what for stands in the clause before
# handed in long ago and still open: 补贴报上去仨月，问谁谁推
PENDING = re.compile(
    r"[报交递送呈申][^，。；没不]{0,4}(?:上去|进去|了|上|到)[^，。；没不]{0,4}"
    r"[\d一两二三四五六七八九十几半仨俩好][多来]?(?:年|个?月|天|周|个?星期|个?礼拜)"
)
# what comes of work told just before: 台都出来了, 火着了
RESULT = re.compile(
    r"^(?!.*(?:没|不(?!用|漏|堵|停)|未|还|才|得|要|等|快)).*(?:出来|起来|上来|过来|[好通开稳亮上着顺])了$|亮堂|清亮|热乎|热烘|暖烘|暖和|平整|严实|结实|纹丝不动|稳当|顺当|管用$|好使$|利索$"
)
THINGS = frozenset({"基础设施", "饮水", "人居环境", "住房"})
# what belongs to all of a village: a step on it needs no household
COMMON = re.compile(
    r"路灯|[水干支]渠|机耕|便道|便民桥|通村|[石木大小板这那]桥(?!头)|桥(?:栏|面|墩|板)|公厕|水塔|蓄水池|变压器|基站|水泥路|护栏|井盖"
    r"|闸门|水闸|涵[洞管]|活动室|文化室|村小(?!组)|[泵提]站|饮水工程|管网|主管|机井|垃圾[池箱房桶车清公]|收垃圾|文化墙|断头路|产业路|通组|堰塘|河堤"
)
# a hamlet by what such places are called
HAMLET = re.compile(
    r"[屯寨湾坪坝塆沟冲岭庄坡岗]子?[上里]|[一-龥]家(?:沟|湾|坝|坪|渠|河|冲|岭|坡|塘|寨|庄|屯|坳|垭|岩|堰|梁|嘴|洼|咀|畈|圩|岗|川|塬|峁)|[屯寨庄]子?[东西南北][头边]|[东西南北][头边]那|嘎查|苏木"
)
# whose fault it is, where nobody is named: a thing or place of the village, or somebody who tells
PLACED = re.compile(
    r"[一二三四五六七八九十\d]{1,2}[组社队]|初中生|[大中小]学生|暗访|督查|巡查|12345|热线|[路桥渠沟河井塘坝堤弯坡灯厕垃圾]|水管|管道|管子|自来水|电线|电杆|杆子|线路|信号|网络|宽带|学校|幼儿园|村小|卫生[室所]|村医|诊所"
    r"|水池|水塔|水源|栏|公示|名单|反映|来访|群众(?!工作)|老乡|村民|大家|每家|家家|户户|好几[家户]|[几两三四五六七八九十\d]+[家户]|[那这][家户]|村[里上东西南北]|全[村组寨屯]|[寨屯湾冲]"
    r"|老[人汉婆头]|娃|孩子|学生|[他她]|人家|补贴|低保|医保|养老|[牛猪羊鸡鱼]|苗|果|庄稼|地里|田里|狗"
)
