"""What offices, workmen and buyers do about a household's matter, and how a matter moves there.

A step, never an effect: 民政来人看过, 合作社说这两天发, 低保退回补章.
"""

import re

from ledger.heads import led

BUREAU = (
    r"(?:民政|残联|公安|医保|社保|人社|水务|水利|供水|供电|电力|电网|移动|联通|电信|广电|住建|教育局|卫健"
    r"|交通局|林业|畜牧|农业农村|信用社|农商行|银行|法院|环保|环卫|市监|应急|消防|自然资源|妇联|交警队?|司法所|派出所|劳动监察(?:大队)?|仲裁|工会|合作社|村委会?"
    r"|保险公司|学校|医院|敬老院|[镇县乡市区][里上]|[局站所办]里|[供水电粮林政保产建业]?[局站所]|公司|部门"
    r"|施工(?:队|方|单位)|厂家|厂里|上面|上级|园长|校长|窗口)"
)
WORKER = (
    r"(?:师傅|[工瓦木泥石]匠|[泥管瓦焊电水]工|工人|[维检]修工|(?:技术|防疫|信贷|管理|业务|客户|快递)员|兽医|校长|工程队|抢修队|专家|工作人员|老板|工头"
    r"|收购商|客商|辅导员|班主任|客服|律师|贩子|买主|买家|医生|大夫|(?:测绘|评估|勘测|设计|施工|安装|维修|供电|送货|修[路桥]|打井)的)"
)
WHEN = r"(?:(?:今|昨|前)[天日儿晚早]?个?|[上下]午|早上|刚刚?|已经?|于|又|也|就|终于|总算|现)"
SUM = r"(?:[一二三两四五六七八九十百千万\d]+|头一|第一|一部分|一半)"
ACT = (
    r"(?:(?:派|叫|来)了?[^，。；没不]{0,3}人|来[^，。；没不说讲问]{1,6}了"
    r"|(?:过|上门)?来(?:了|过|砌|修|装|看|量|测|拉|挖|换|查|接|检|铺|做|施工|干|打|核|验|拍)"
    r"|(?:来|打)了?个?电话来?(?:说|让|叫|通知|要)"
    rf"|(?:微信|现金|支付宝)?(?:转|打|给|付|结|发|赔|退|补|拨)(?:过来|下来|来|到)?了?[^，。；]{{0,3}}{SUM}"
    r"|(?:给)?(?:拉|运|送|装|换|寄|发|捎)来了|回了?(?:[话信复电]|微信)|答复|反馈|回复|答应|同意|立[项案]|受理|开庭|判[了下]"
    r"|出(?:了|具)|收(?:了|下|到)[^，。；]{0,4}(?:材料|申请|表|资料)|打[了过]针|打回来|退[转回]|驳回"
    r"|开始[修砌挖铺装施查弄]|进场|上门[修装看量测查换]|登记了|约了|安排[了上好]|[看查验测量评审核][过了])"
)
SAYING = (
    r"(?:说|讲|让|叫|要(?!统计|求|开会|检查|考核|搞)|要求|通知|电话|回)[^，。；]{0,6}(?:等|排|补|重|先|下[周个月礼星]|[这过][几两]天|批|派|差|缺|名单|资金|预算"
    r"|满了|材料|照片|证明|名额|指标|月底|年[前底后]|明年|[走过]程序|研究|组织|安排|见面|调解|本周)"
)
BY_OFFICE = led(BUREAU)
# any work of theirs: 水务站小刘下午把水表拆回去校了
WORKED = (
    r"(?:[老小][一-龥])?[^，。；没不未要想说讲问欠拖被叫让]{0,16}"
    r"[修补换装接焊砌铺搭改刷挖疏通清盘整弄拧校调磨抬拍签盖填录登试捅掏捡打针验测量算](?:了(?!解)|好|完|过|出来)"
)
WENT_TO = re.compile(r"[去到上进往](?:了|趟)?(?:[省市县州乡镇区]|中心|人民)?$")
OTHERS_ACT = led(
    rf"(?:{BUREAU}|{WORKER})(?:的|那边|那头)?(?:人员?|同志|领导|小哥|师傅)?{WHEN}{{0,3}}(?:{ACT}|{WORKED})"
    rf"|{BUREAU}(?:的|那边|那头)?(?:人|同志)?{WHEN}{{0,3}}{SAYING}"
)
# what an office grants or a village builds, and the acts by which it moves there
MATTER = (
    r"(?:低保(?!户)|五保|救助|补[贴助偿]|津贴|抚恤|养老[金钱]|残疾证|残补|慢病|大病|医保|合疗|报销|社保"
    r"|贷款|贴息|危改|危房|鉴定|改厕|宅基地|安置房|户口|身份证|一卡通|公益(?:性)?岗|转学|学籍|助学|雨露|资助"
    r"|轮椅|助听器|护理床|假肢|眼镜|手术|床位|工伤|赔偿|赔款|理赔|仲裁|申请|手续|设备|资金|水表|水窖|水泵"
    r"|变压器|路灯|机井|公厕|化粪池|护栏|宽带|基站)"
)
MOVE = (
    r"(?:[批审报交递寄退拨发领取排转录登签换装修砌挖铺拆运评选验量勘核判调赔付补缴激配接受通定]|恢复|公示|立项|解冻|下达|拨付|划拨|批复|发放|办理|审批)"
    r"(?:[下出回过进起]来|[到上好完下给在成回])?"
)
MOVED = led(
    rf"{MATTER}(?:[^，。；没不未想要问讲说停能可会漏少错误断拖欠扣]{{0,8}}){MOVE}(?:了(?!解)|的?(?=$|[，。]))"
    rf"|{MATTER}[^，。；没不未想要问讲说停能可会]{{0,6}}(?:排[到在]|定在|为[A-Da-d甲乙丙丁一二三四][级类])"
    rf"|^(?:批|审|公示|受理|立项|待[批审验复]|退回|补章|返工)[^，。；]{{0,3}}$"
)
# telling people about it moves nothing
TALK = re.compile(
    r"政策|宣传|讲解|讲了|介绍|了解|核对|核查|情况|问了|学了|学习|登记|摸排|排查|填"
)


def offices_in(text: str) -> list[tuple[int, int]]:
    """Where somebody who can help acts or answers, or a matter moves in an office."""
    spots = [match.span() for match in OTHERS_ACT.finditer(text) if not _is_place(text, match)]
    if not TALK.search(text):
        spots += [match.span() for match in MOVED.finditer(text)]
    return spots


def _is_place(text: str, match: re.Match[str]) -> bool:
    """Whether the office is only where somebody went: 陪她上县医院拍了片子."""
    return bool(WENT_TO.search(text[: match.start()]))


def acts_of_others(text: str) -> bool:
    """Whether somebody who can help is said to do something about it, or to answer."""
    return any(not _is_place(text, one) for one in OTHERS_ACT.finditer(text))
