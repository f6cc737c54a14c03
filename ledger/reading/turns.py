"""How a clause is turned: done or not yet, denied, somebody else's, supposed, ordered."""

import re

from ledger.heads import led
from ledger.reading.clauses import Clause

# aspect
PAST_MARK = re.compile(
    r"[了过完](?!几天|两天|一会|会儿|年|节|点|完|成(?!了)|全)|已经?|刚才?|回来(?!就|后|再)|的(?<![一-龥]目的)$|的是|[睡住歇]的(?=村|队|驻|$)|[去到看走访][了过]?的"
)
NOT_PAST = re.compile(r"完了?再|[要快].{0,6}了$|了再|好了再|去不了|不了|的话$|[要得]去的")
DONE_AT_ONCE = re.compile(r"[了过好完]|妥当?了")  # 准备了, 准备好了
AGAIN = re.compile(r"再(?:去|来|走|跑|看|访|学|补|说|报|过去|上门|入户|回)(?![^，]{0,6}[了过])")
SUPPOSED = led(
    r"^(?:我|咱|你|领导|队长)?(?:们)?(?:等(?!着|了|待|级|通知|[批审验回]|不|会儿[^再]*了)|要是|要不是|如果|假如|万一|一旦|只要|除非|早知道|倘若|若是|若(?![干]))|的话$|(?:到)?时候再"
)

# denial
HARMLESS = "但仅光少错远久止停断小管论料过同"  # 不错, 不久, 不但: nothing is denied
NEGATED = re.compile(
    rf"(?:没有?(?![^，,。了]{{1,4}}就|事|想到|多久|几天|问题)|未曾?|(?<![站受遭扛爬下直抬动坐睡吃顶撑熬走起离])不(?![{HARMLESS}]|(?<=能不)能|(?<=要不)要|(?<=可不)可|(?<=是不)是|(?<=行不)行)|(?<![分特级区个识鉴辨性类派])别(?![人的家])|取消|忘了?|忘记|免了?|无法|来不及|暂停|本[来该]|原定|差点)"
    r"[^，,。了]{0,4}$"
)
UNDONE = (
    r"没有?(?:去|做|搞|走|学|成|来得及|弄|顾|完成|时间|空|进)"
    r"|取消|推迟|泡汤|改期|延期|往后推|暂停|免了|不[去搞走]了|去不成"
)
NEGATED_AFTER = re.compile(rf"^[^，,。]{{0,4}}?(?:{UNDONE})")
FELL_THROUGH = re.compile(
    r"^(?:结果|最后|后来|我们?|咱们?|但是?|可是?|不过|又|还是|都|也|就|临时|说)*(?:没(?:有)?(?:去成?|走成|学成|办成|搞成|开成|成)了?$|取消了|泡汤了|推迟了|改期了|白跑|扑(?:了)?个?空)"
)

# persons
TITLE = (
    "书记|主任|队长|镇长|乡长|县长|局长|站长|所长|校长|组长|村医|护林员|委员|组委|干事|医生|老师|会计"
    "|经理|支书|师傅"
)
PERSON = re.compile(
    r"[老小](?![的是了大公婆母父娘爸妈爹丈岳时学组村区孩子人乡伴家路麦事百幺表爷两板头心雨雪吵额型党同战老实])[一-龥]"
    rf"|(?:(?![跟向给对和与同请找问报陪带随])[一-龥]){{0,2}}(?:{TITLE})|队员(?!们|都|[一二两三四五六七八九十几全均各在齐值])(?:[小老][一-龥])?|同事(?:[小老][一-龥])?|第一书记"
    r"|(?<!驻)村干部|镇干部|网格员|[他她](?:们|俩|家)?(?!的话)|对方|人家|隔壁(?:村|队)?(?:那谁)?"
)
LINK = re.compile(r"[和跟与同随、陪]$")
TOWARDS = re.compile(r"[带给向对去到找看访问请叫让被由说往]$")
SELF = re.compile(
    r"我(?!们?[队村组乡镇县局单])|咱(?!们?(?:[村组乡镇县]|队里?的?[老小那]))|本人|自己|全队|一起|一同"
)
NEAR = 10  # characters between a person and what this person does

SUBJECT = re.compile(
    rf"^(?:我们?队?的?|咱们?队?的?|队里的?|工作队的?|隔壁村的?)?(?:{PERSON.pattern})(?![和跟与])"
)

AT_HIS_OWN = re.compile(  # what a household, or one of it, is busy with
    r"(?:家|屋里)?的?(?:男人|儿子|女儿|闺女|媳妇|女婿|老公|老婆|老大|老二|孙[子女]|丈夫|爱人)?(?:们|一直|常年|现在|今年)*"
    r"(?:在[^，。；家村]{1,8}(?:打工|务工|上班|干活|上学|读书|当兵|工作|住院|做事)|[说讲想要]|打电话|托)"
)
HELPER = re.compile("医生|老师|师傅|会计|经理|[他她]")  # no members of a team

# orders
DIRECTIVE = re.compile(
    r"请|务必|须|注意|报送|上报|报(?:至|到|镇|县|乡|来)|不得|一律|抓紧|要求|严禁|通知|提[示醒]|议定|整改|[^，,。]{0,8}前"
)
SELF_DAY = re.compile(r"^(?:今天|昨天|今日|昨日|刚才?|上午|下午|昨晚)")
SUMMED = re.compile(r"(?:共|累计|今日|本日|当日)[^，,。]{0,4}(?:走访|入户|遍访|学习|自学)")
HEARD = re.compile(
    r"(?:群众|村民|老乡|乡亲|大家|[户家人])(?:都|又|也|来|还)*(?:反映|说|讲|提出|诉苦|嫌|抱怨)"
)  # a need, no order
SELF_REPORT = led(r"(?<![对给向跟和])[我咱](?!县|镇|乡|市|省|州|村)|本人|[现特]申请")


def is_past(clause: Clause) -> bool:
    """Whether it tells of something that has happened."""
    if clause.past is None:
        clause.past = bool(PAST_MARK.search(clause.text)) and not NOT_PAST.search(clause.text)
    return clause.past


def is_supposed(clause: Clause) -> bool:
    """Whether it only supposes: 等他回来, 要是下雨."""
    return bool(SUPPOSED.search(clause.text))


def is_planned(clause: Clause) -> bool:
    """Whether words of planning stand in it and nothing behind them has happened."""
    spots = [end for _, end in clause.hits("plan.words")]
    spots += [one.end() for one in AGAIN.finditer(clause.text)]
    return bool(spots) and not _happened(clause.text[min(spots) :])


def _happened(text: str) -> bool:
    """Whether what is behind a word of planning is past; 打算把它学了 is not."""
    if text.endswith("了") and not DONE_AT_ONCE.match(text):
        text = text[:-1]
    return bool(PAST_MARK.search(text)) and not NOT_PAST.search(text)


def fell_through(clause: Clause) -> bool:
    """Whether it says that what was told just before did not come about."""
    return bool(FELL_THROUGH.search(clause.text))


def negated(clause: Clause, start: int, end: int) -> bool:
    """Whether what stands there has not been done."""
    return clause.undone or bool(
        NEGATED.search(clause.text, max(0, start - 10), start)
        or NEGATED_AFTER.search(clause.text[end : end + 12])
    )


def by_others(clause: Clause, start: int) -> bool:
    """Whether somebody else is said to do what begins there."""
    before = clause.text[:start]
    people = list(PERSON.finditer(before))
    while people and LINK.search(before[: people[-1].start()]) and len(people) > 1:
        people.pop()
    if not people:
        return False
    last = people[-1]
    head, tail = before[: last.start()], before[people[-1].end() :]
    told_of = last[0][0] in "他她" and head.endswith(("说", "讲"))
    if LINK.search(head) or (TOWARDS.search(head) and not told_of) or SELF.search(tail):
        return False
    return len(tail) <= NEAR and not SELF.search(head[-3:])


def after_others(clauses: list[Clause], clause: Clause) -> bool:
    """Whether it goes on about somebody else: 小周昨晚学到十二点，今早又请假."""
    if SELF.search(clause.text):
        return False
    for one in reversed(clauses[: clauses.index(clause)]):
        if one.sentence != clause.sentence or SELF.search(one.text):
            return False
        if _tells_of_home(one):
            return True
        match = SUBJECT.search(one.text)
        called = match is not None and match.end() == len(one.text)  # 队长，明天我…
        if match and not called and not HELPER.search(match[0]):
            return True
    return False


def _tells_of_home(clause: Clause) -> bool:
    """Whether it begins with a household's own doing: 老柏家男人在浙江打工; 老柏家去过了 is ours."""
    if not clause.mentions or clause.at(clause.mentions[0].start) > 1:
        return False
    behind = clause.text[clause.at(clause.mentions[0].end) :]
    return bool(AT_HIS_OWN.match(behind)) and not clause.has("visit.words")


def is_order(clauses: list[Clause]) -> bool:
    """Whether a message is an order or a notice passed on, not a report of one's own.

    It addresses others and tells them to do something, or tells it to nobody and reports nothing.
    """
    head = clauses[:3]
    if any(_reports_self(one) for one in clauses):
        return False
    if any(one.mentions and one.has("fault.strong") for one in clauses):
        return False  # no notice names a household
    if any(one.has("plan.order") for one in head):
        return any(DIRECTIVE.search(one.text) for one in clauses)
    if not any(one.has("plan.must") for one in clauses):
        return False
    return not any(
        is_past(one)
        or one.mentions
        or any(told.search(one.text) for told in (SELF_DAY, SUMMED, HEARD))
        for one in clauses
    )


def _reports_self(clause: Clause) -> bool:
    """Whether the sender tells of something done: 我今天在岗; 我原样贴这儿 is none."""
    if not SELF_REPORT.search(clause.text):
        return False
    return bool(clause.times or clause.mentions) or clause.has(
        "visit.words", "study.words", "leave.words", "leave.here"
    )
