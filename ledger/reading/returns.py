"""Return: back in the village after an absence, said of oneself."""

import re
from datetime import date

from ledger.heads import led
from ledger.reading.clauses import Clause
from ledger.reading.leave_words import OTHERS
from ledger.reading.moods import counts_asked
from ledger.reading.said import ReturnSaid
from ledger.reading.scene import Scene, by_others, is_future
from ledger.reading.turns import SELF, after_others

SURE = led(
    r"(?<![推请])销[^，,。]{0,3}假|(?:返|回|归|复)的(?:岗|队)|^(?:今[天早晚日]|现在|这就)?销(?:一下|了|$)|(?:公差|出差|培训|学习|轮训|休假|轮休|探亲)(?:回来|归来)(?!再|后|就)|(?:假|公差|出差|轮休|公休|年休)[^，,。取]{0,4}[销消](?!售|费|失|息)|[消肖]个?假|归队|归岗|返岗|返村|返队|回岗|复岗"
    r"|(?:[回到返进]的|[回返]了)(?:村|队|屯|寨)(?!委|部|长|员)"
    r"|[休歇]完(?:了|假)?|[假休差训]完毕|抵村|(?:假期|[休病事婚产年]假|轮休|公休|培训|出差|学习|轮训)(?:已经?|都|提前)?(?:结束|完了|期满)|收假|(?<![寒暑放])假(?:也|都|就|算是?|已经?)*完了?$|假[^，,。没不]{0,2}[歇休养](?:好|够)了|假(?:已)?(?:到期|满|期满)"
    r"|(?:又|已经?|正式|恢复|继续)(?:回来)?(?:上班|上岗|到岗)了|[回返]来(?:继续)?(?:上班|上岗|报到|复工)|(?:今[天日早]|现在|即日)(?:起|开始)?(?:正常|恢复|继续|重新|正式)?(?:上班|上岗|到岗|复工)(?!的|时|情况|率|人)|恢复上班$|^正常上班$|报(?:个)?到(?:来)?了|[到回]岗了|[回返]到?回?[^，,。]{0,3}岗位|[回归返]队(?!伍|里|上|长|员)|回来(?:报到|上班|值班|继续)"
)
MAYBE = led(
    r"[回返归]村|(?<![喊叫请派])[回返到进抵](?:到|了)?(?:咱|我们)?村(?![道路口头小东西南北])|(?<![捎带买拿取领接拉送找搬寄抱扶运退追要抢救牵赎讨借收换跑走飞爬救传])(?:[回转返归]|赶回|返回|折回)来(?:了|的)|^(?:[我咱]们?|本人|今[天早]|昨[天晚]|刚刚?|已经?|才|平安)*从[^，,。给捎带买拿取领]{1,10}[回转返折](?:来|到|村)[^，,。]{0,2}$|^我?回了$|(?<=[天日早晚午点])就回了$|[回返]到?回?(?:了)?(?:队[上里]|点[上里]|驻地|驻村?点|岗位|宿舍)"
    r"|(?:到|进|落)(?:了)?(?:队[上里]|点[上里]|驻地|驻村?点)|到岗(?!情况|率|人数|登记|考勤)|(?<=人)到了|已到(?=村|岗|$)|(?:刚|才|已经?|终于|总算)[^，,。拉运送铺修架接通]{0,4}[进到拢]了?村[口头](?=了|$)|才(?:真|真正|算|得以)?[回返]来$|[转回]拢(?:了|来|到)?(?:村|队)|拢(?:了|到)?(?:村|队)(?!干|委)|(?<=[午早晚上点黑夜])到村口(?=了|$)|^(?:[回返到]来?[咯喽啰嘞咧啦]){1,2}$|(?:颠|挪|摸|爬|挤|熬|磨|晃|赶|奔|溜|蹚)(?:回|进|到)(?:了|到)?(?:驻地|驻点|村[里部口头委]?|宿舍|队[上里部]|点上)|进的村|[爬走翻上]上?(?:了)?咱们?村的|^我?(?:已经?|刚|也|平安|安全|顺利)*到(?:了$|达|站)"
)
ABSENCE = re.compile(
    r"请到|请的|渡船|毕业|假(?!如|若|装|的)|丧事|喜事|后事|婚礼|喜酒|事情?办[完妥好]|公差|出差|学习班|轮训|党校|述职|体检|住院|出院|看完?病|高铁|火车|夜路|赶路|连夜|驻村?[点地]|到村|[班客大]车|车票|动车|飞机|下车|行李|进站|(?:老|娘|婆)家|省[城里]|市里|州里|县[城里]|久等|照常|培训|开会|轮休|公休|休息|[不没]在村|离[村岗]|宾馆|开会|人已|平安|报到|忘|从.{1,8}[回返转]|我(?:已经?|刚|也|就|今天|昨天|昨晚)?回来|我已|就(?:回|到)村|已[经]?[回到]村|[回到]村了|返程|复查|出院|开完[^，,。]{0,8}会|领奖|答辩|考试"
)
NOT_YET = re.compile(
    r"(?:[原预]定|本来|本该|该|[要将再想等]|(?<![开完了大散年议例场谈讨练])会|[改推延挪拖]到|推迟|延至|莫|别|甭|打算|准备|争取|预计|估计|计划|没(?!事)|未|不|怎么|什么时候|几时|之前|尽快|赶紧)[^了，]{0,6}$"
)
BEFORE_BACK = re.compile(
    r"^(?:还早|早着|打了?[个一](?:转|照面|头)|了?[我咱]?再(?:吱|说|报|讲|发|跟|给))|^[^了，]{0,3}(?:前$|之前|后再|后补|再说|再补|再去|怎么|[^，,。]{0,3}(?:尚未|还没|未能|没办)|路上|途中|的?(?:半)?路|吗|没有|需要|要(?!紧)|流程|以后|时再)"
)
BY_KIN = re.compile(  # somebody else is back
    rf"(?:{OTHERS}|[一-龥]总|那[个位][^，,。我]{{0,4}}|学生|年轻人|老板|施工队|的人|同志|人员|队员们?|全员|大家)[^，,。我]{{0,8}}$"
)
FORGOT = re.compile(r"忘|没来得及|没顾上|漏")
BARE = re.compile(
    r"^(?:我|本人|刚|又|也|都|已经?|今[天早晚]|昨[天日晚]|[上下]午|昨晚上|[一-十\d]{1,2}点|夜里|中午|平安|安全|顺利|人|终于|总算|报告|打卡|队长|书记)*(?:赶?[回转]来了|回村$|回了|[回返]来的|(?:到|回|返|归|转|进|拢|到达|回到|抵达)村[里上头]?了|到了|到达)$"
)
HOME_AGAIN = re.compile(  # 总算挪回村里头了
    r"^(?:(?!从|[家户组社]|走访|入户|看|送|会)[^，,。]){0,10}(?:[回返](?:到)?村[里上头]{0,2}|[回到](?:驻地|驻点|队[上里]|点[上里]))[了的]$"
)
PAST = re.compile(r"(?:销|[回到返])[的了]")  # 周三下午销的假
OF_LEAVE = re.compile(
    r"销[^，,。]{1,6}的假|[日天号一二三四五六]的[^，,。]{0,2}假|请的[^，,。]{0,2}(?:假|[公轮年]休)"
)
FROM_AWAY = re.compile(r"^[^，,。]{0,4}从[^，,。]{1,10}[回转返]来")  # 从省城学习回来
TIMED = re.compile(  # beside its day or hour: 昨天17:30回到村部, 今儿擦黑才回到村里
    r"^(?:我|本人|人|才|就|刚|已经?|终于|总算|又|自己|[是的从:：]|一个人|一进|[摸赶坐跑]|傍黑|天黑|一[大清]?早|末班车|末班|班车|半夜)*(?:[回返归进抵]|赶回|返回|摸回|回到|返到|赶到|回了|到|拢)(?:到|的|了)?村(?:里头?|部|上|头|口)?(?:了|的|是)?(?:就[^，,。]{0,5})?$"
)
FROM_OUTSIDE = re.compile(  # 从县里头回来, said in one breath with what follows
    r"从(?:县|市|省|州|镇|城|外地|单位|家里|老家|娘家|老丈人|丈母娘|岳[父母]|婆婆|[姑姨舅][姑姨舅妈父]?家|党校|学校)[^，,。]{0,5}?(?<![带捎拉买取接领运送拿搬驮背要借提寄抱扛找换追办叫请喊])(?:[回转返折]来|[回返]村|[转回]拢)"
)
FIRST_THING = re.compile(r"^(?:刚)?[回返]村(?:后|以后|之后)?的?(?:头|第)一?[件天日桩家户]")
FROM_HOME = re.compile(  # of a household: no return to the village
    r"从(?![^，,。]{0,3}(?:老家|自家|家里|我家|娘家))[^，,。]{0,8}(?:家|户|组|地里|屋)(?:里)?[回转返]来"
)
ISSUES = re.compile(r"#\d|编号|\d号|问题|整改|办结|[这那][件条个桩]|登记|[事]?(?:算|可以)")
AT_LAST = re.compile(  # being back is the news: 推开雪才回村, 领完奖回村, 都回村两个钟头了
    r"(?:才|终于|总算|好不容易)[^，,。]{0,4}[回返到进挪颠拢归](?:到|了|的|回)?(?:村|驻地|驻点)|才(?:真|真正|算|得以)?[回返]来$|提前[^，,。]{0,4}[回返]来?了|^(?:[回返到]来?[咯喽啰嘞咧啦]){1,2}$|(?:[^，,。]{2}完|结束|完毕)[^，,。]{0,8}[回返]到?村"
    r"|[回返]村[^，,。]{1,5}(?:小时|钟头|分钟|半天|一会儿?|一阵子?)了$"
)
TOLD_LATE = re.compile(  # 销假的话今天才想起来说: the day of telling
    r"(?:今[天日早晚]|现在|这会)[^，,。]{0,3}才[^，,。]{0,3}(?:[想记]起|补|报|说|登|写|有空)"
)
BARE_CLOSED = re.compile(r"^销(?:了|吧|掉|号|$)")
NOT_BACK = re.compile(r"回村委?(?:会|部)|回村部|到村委|到村部(?!了|报到)")


def read_return(scene: Scene) -> list[ReturnSaid]:
    """One return: 销假 and its like, or coming back where that is the news."""
    for clause in scene.clauses:
        spot = _spot(scene, clause)
        if spot:
            clause.taken = True
            return [
                ReturnSaid(
                    start=clause.start,
                    text=scene.words(clause),
                    day=_day(scene, clause, spot.start()),
                )
            ]
    return []


def _spot(scene: Scene, clause: Clause) -> re.Match[str] | None:
    told = PAST.search(clause.text) or OF_LEAVE.search(clause.text)
    ahead = (is_future(scene, clause) or _due(scene, clause)) and not told
    if clause.taken or clause.question or ahead:
        return None
    if BARE_CLOSED.search(clause.text) and _of_issue(scene, clause):
        return None
    sure = SURE.search(clause.text)
    match = sure or MAYBE.search(clause.text) or FROM_OUTSIDE.search(clause.text)
    if match is None or _not_yet(scene, clause, match) or not _own(scene, clause, match):
        return None
    if counts_asked(scene.clauses, clause):
        return None
    return match if sure or _is_news(scene, clause) else None


def _due(scene: Scene, clause: Clause) -> bool:
    """Whether it says by when one will be back: 明天中午前回岗."""
    spans = (scene.span(one, "ahead") for one in clause.times if one.names_day)
    return any(one and one.kind == "by" and one.last > scene.base for one in spans)


def _of_issue(scene: Scene, clause: Clause) -> bool:
    """Whether an issue is struck off, not a leave: #23 装好了，销了吧."""
    near = (one for one in scene.clauses if one.sentence == clause.sentence)
    return any(one.mentions or ISSUES.search(one.text) for one in near)


def _own(scene: Scene, clause: Clause, match: re.Match[str]) -> bool:
    if FROM_HOME.search(clause.text) or (
        _after_household(scene, clause) and not _is_timed(clause)
    ):
        return False
    before = [one for one in clause.mentions if clause.at(one.end) <= match.start()]
    if before or after_others(scene.clauses, clause):
        return False
    return not by_others(clause, match.start()) and not BY_KIN.search(
        clause.text[: match.start()]
    )


def _after_household(scene: Scene, clause: Clause) -> bool:
    """Whether its sentence tells of a household before it, and not of the sender: 人已经回来了."""
    before = [
        one
        for one in scene.clauses
        if one.sentence == clause.sentence and one.start < clause.start
    ]
    named = [one for one in before if one.mentions and one.at(one.mentions[0].start) <= 1]
    own = any(SELF.search(one.text) for one in (*before, clause))
    return bool(named) and not own and not any(one.has("visit.words") for one in before)


def _is_timed(clause: Clause) -> bool:
    """Whether it tells nothing but when one came back to the village."""
    timed = clause.times or (clause.text.startswith("刚") and "村部" not in clause.text)
    return bool(timed and TIMED.search(_undated(clause)))


def _not_yet(scene: Scene, clause: Clause, match: re.Match[str]) -> bool:
    before, after = clause.text[: match.start()], clause.text[match.end() :]
    if FORGOT.search(before[-8:]):
        return False
    if before.endswith("才") and not clause.times:
        return True
    return bool(NOT_YET.search(before) or BEFORE_BACK.search(after)) or _is_planned(
        scene, clause
    )


def _is_planned(scene: Scene, clause: Clause) -> bool:
    return clause in scene.plans and not (
        (PAST.search(clause.text) or OF_LEAVE.search(clause.text))
        and is_future(scene, clause)  # its weekday was taken as ahead
    )


def _opens(scene: Scene, clause: Clause) -> bool:
    """Whether the message begins with it: 回来了，刚下班车."""
    return clause is scene.clauses[0] and bool(
        BARE.search(_undated(clause)) or HOME_AGAIN.search(_undated(clause))
    )


def _undated(clause: Clause) -> str:
    """Its words without its times."""
    text = clause.text
    for one in reversed(clause.times):
        text = text[: clause.at(one.start)] + text[clause.at(one.end) :]
    return text


def _is_news(scene: Scene, clause: Clause) -> bool:
    """Whether being back is the news: alone, or after an absence named beside it."""
    if FROM_OUTSIDE.search(clause.text) and not clause.text.endswith(("路上", "途中")):
        return True
    if _is_timed(clause) or FIRST_THING.search(clause.text):
        return True
    other = clause.has("visit.words", "study.words") and not FROM_AWAY.search(clause.text)
    if other or NOT_BACK.search(clause.text):
        return False
    if _opens(scene, clause) or AT_LAST.search(clause.text):
        return True
    near = (
        one.text
        for one in scene.clauses
        if abs(one.sentence - clause.sentence) <= 1 and not one.mentions
    )
    return bool(ABSENCE.search(" ".join(near)))


def _day(scene: Scene, clause: Clause, spot: int) -> date:
    """The day said in it, the nearest before the return first, or beside it.

    销昨天的假 names the day of the leave.
    """
    if of_leave := OF_LEAVE.search(clause.text):
        return _behind_leave(scene, clause, of_leave.end())
    index = scene.place(clause)
    further = scene.clauses[index + 3 : index + 4]
    near = scene.clauses[max(0, index - 2) : index + 3]
    near += [one for one in further if one.sentence == clause.sentence]
    near = [one for one in near if _same_act(one)] + [one for one in near if _only_days(one)]
    near = [one for one in near if not OF_LEAVE.search(one.text)]
    before = [one for one in clause.times if clause.at(one.start) < spot]
    own = [before[::-1], clause.times]
    told = [one.times for one in near if one is not clause]
    late = TOLD_LATE.search(clause.text)
    for times in (*told, *own) if late else (*own, *told):
        for phrase in times:
            if phrase.text.startswith("当") and (same := _same_day(scene, clause)):
                return same
            if phrase.text.startswith("当") or (phrase.beside and _moved_up(clause)):
                continue
            span = scene.span(phrase, "back")
            if (
                span
                and span.kind in {"point", "after"}
                and phrase.names_day
                and span.first <= scene.base
            ):
                return span.first
    was_off = any(OF_LEAVE.search(one.text) for one in scene.clauses[max(0, index - 2) : index])
    return scene.base if was_off or _moved_up(clause) else scene.days[clause]


def _behind_leave(scene: Scene, clause: Clause, at: int) -> date:
    """The day said behind the leave that ends: 星期一请的假我星期三就销了; else today."""
    later = [one for one in clause.times if one.names_day and clause.at(one.start) >= at]
    spans = [scene.span(one, "back") for one in later]
    told = [one.first for one in spans if one and one.kind == "point"]
    return min(told[-1], scene.base) if told else scene.base


def _same_day(scene: Scene, clause: Clause) -> date | None:
    """The day told of just before: 19号请假一天，当天夜里就返村了."""
    place = scene.place(clause)
    before = scene.clauses[max(0, place - 2) : place]
    named = [
        phrase
        for one in reversed(before)
        if one.sentence == clause.sentence
        for phrase in one.times
        if phrase.names_day and not phrase.text.startswith("当")
    ]
    spans = [scene.span(one, "back") for one in named]
    return next((one.first for one in spans if one and one.kind == "point"), None)


def _moved_up(clause: Clause) -> bool:
    """提前一天 is no day."""
    return "提前" in clause.text and not any(
        one.names_day and not one.beside for one in clause.times
    )


def _same_act(clause: Clause) -> bool:
    """Whether a clause tells how or when one came: 昨晚十点到的."""
    return not clause.mentions and bool(
        re.search(
            r"[到回返转](?:的|了|来|拢|村|岗|队|驻|点|站|宿|$)|[进上]的?[村门岗班]|在岗|归|抵|销|[班客大火]车(?:的)?$|落的?脚|就在[村岗][里上]?了",
            clause.text,
        )
    )


def _only_days(clause: Clause) -> bool:
    """Whether it says nothing but when: 返村。11月19日21时; 回村了，是前天早上."""
    return bool(clause.times) and _undated(clause).strip() in {
        "",
        "是",
        "就是",
        "时间",
        "的事",
        "的事儿",
    }
