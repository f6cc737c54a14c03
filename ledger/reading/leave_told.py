"""Leave told of afterwards, and leave told by its ends: what shows that somebody was or will be away."""

import re

from ledger.reading import leave_words as words
from ledger.reading.clauses import Clause
from ledger.reading.scene import Scene, is_future

REACH = 6  # clauses behind a leave in which its end may be told
NOT_HERE = re.compile(  # denied in the past: one was away
    r"没(?:有)?(?:在[村岗]|上山|进(?:过)?村|到村|去村|上班|到岗|下乡)|[昨前]天[^，,。]{0,4}不在[村岗]"
)
FILED_LATE = re.compile(
    r"补(?:报|登|录|记|个|一|上)|(?:没|未|忘)(?:有|了|来得及|顾[得上]{1,2})?(?:先|提前|跟[^，,。]{1,4})?(?:登记|报备|打招呼|吱声|吭声|写假条|请假)"
)
OVER = re.compile(  # the meeting has ended, one is back
    r"(?:刚|已经?|才|终于)散(?:了)?会|散会了|会(?:开完|散)了|(?:回|到|返|进|归)(?:的|了)村|[回返归]来了|归队|写成了"
    r"|(?:就|才|已经?|刚刚?|都|下午|中午|晚上|点半?)[^，,。再要]{0,3}(?:[回返归进到]|回到|返回|赶回)(?:到)?村(?!再|后|开)"
)
REQUEST = re.compile(
    r"想|要(?!紧)|得(?=[请去回])|打算|准备|申请|(?<!补)请(?![的了完过])|将|拟|能不能|可以|恳请|批准|报备"
)
SAME_DAY = re.compile("当[天日晚夜]")
OVER_BY_NOW = re.compile("[了过的]|刚|已|才|昨|前天")
LEAVES = re.compile(  # 明天走, 下周日晚上动身, 我下午四点动身去省里送材料
    r"(?:^|[我就再先得要号日天午晚早上点半末一二三四五六])(?:走|动身|出发|启程|离村|上路|开拔)(?=$|[去到赴回往])"
)
COMES_BACK = re.compile(
    r"(?<!不)[回返归散](?:来|村|程|队|岗|会)?$|[到回返](?:得了|到)?村|销假|回来"
)
HOME = re.compile(r"(?:[回返归进]|回到|返回|赶回|抵)(?:到|的|了)?村")
OUTSIDE = re.compile(
    r"(?:[去到在赴往跑]|抽)(?:了?趟)?[^，,。]{0,10}?(?:开|参加|学|培训|听课|送|领|取|报|办|考察|看|拉|对账)"
)


def told_afterwards(scene: Scene, block: list[Clause], core: Clause) -> bool:
    """Whether a leave that names no tense is over: 周三到周五在省里培训，刚散会; 17号没在村."""
    if any(NOT_HERE.search(one.text) or FILED_LATE.search(one.text) for one in block):
        return True
    place = scene.place(core)
    behind = scene.clauses[place : place + REACH]
    if REQUEST.search(core.text):  # 19号请假一天，当天夜里就返村了
        behind = [one for one in behind[1:] if SAME_DAY.search(one.text)]
    return any(
        OVER.search(one.text) and not is_future(scene, one)
        for one in behind
        if one.sentence <= core.sentence + 1 and not one.mentions
    )


def sets_off(scene: Scene, clause: Clause) -> bool:
    """Whether one leaves and comes back on a later day: 明天中午走，后天下午回."""
    if clause.mentions or not clause.times or not LEAVES.search(clause.text):
        return False
    if OVER_BY_NOW.search(clause.text):
        return False
    place = scene.place(clause)
    return any(
        one.times and _still(scene, one) and COMES_BACK.search(one.text) and not one.mentions
        for one in scene.clauses[place + 1 : place + REACH]
        if one.sentence == clause.sentence
    )


def _still(scene: Scene, clause: Clause) -> bool:
    """Whether its day is to come; a bare weekday is, where nothing says that it is over."""
    if is_future(scene, clause):
        return True
    weekday = any(one.hit.form == "week" and "wd" in one.hit.parts for one in clause.times)
    return weekday and not OVER_BY_NOW.search(clause.text)


def was_away(scene: Scene, clause: Clause) -> bool:
    """Whether a trip for work is told of that took one out of the village for a day or part of it.

    Being away is told, or filed late, or the return, or how many days it took.
    """
    if is_future(scene, clause) or clause in scene.plans or clause.mentions:
        return False
    seat = words.SEATED.search(clause.text)
    if not (seat and OUTSIDE.search(clause.text)) or words.BACK_AGAIN.search(clause.text):
        return False
    place = scene.place(clause)
    near = [
        one
        for one in scene.clauses[place : place + REACH]
        if one.sentence == clause.sentence and not one.mentions
    ]
    return any(
        NOT_HERE.search(one.text)
        or FILED_LATE.search(one.text)
        or HOME.search(one.text)
        or (words.DUTY.search(clause.text) and any(long.days for long in one.durations))
        for one in near
    )
