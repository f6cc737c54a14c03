"""By when an issue must be dealt with: the last day that still counts, or at once."""

import re
from datetime import date

from ledger.heads import led
from ledger.reading.clauses import Clause
from ledger.reading.scene import Scene

AT_ONCE = led(
    r"立行立改|即知即改|(?<!我)立即(?!发生|断|被|没)|(?<!我)立马|(?<!我)马上(?!山)(?:要)?(?!(?:要|就要|就|快)?"
    r"(?:下[雨雪霜]|上冻|冻|过[年节冬]|到[^位]|入冬|开[学春]|天[黑亮冷]|变|冷|收|种|落|来(?:水|电|人|了)|要|就"
    r"|放假|结|满|零下|[一二三四五六七八九十\d]{2}|[立冬春夏秋大小]?(?:冬|至|寒|雪|年关|三九|腊月|汛期)|付款|[^，。；]{0,3}[岁龄]))"
)
FARTHEST = 731  # days: two years, beyond which nobody sets a day
LIMIT = re.compile(r"[前内止]的?$|截[止至]|最迟|最晚|不迟于|限")
OBLIGED = re.compile(
    r"限|必须|务必|一定|就要(?:给|把)?(?:解决|修|弄|搞|处理|整改|落实|办|换|通|接|整)|[^主重需只就还又想]要(?!是|到期|开会|了|等)|^要(?!是|了|等)"
    r"|(?<![晓觉记懂值认舍怪懒显获懂取省等免])得(?!了|很|到|起|不|空|闲)|催|让|叫|请(?!人|师傅|假)"
    r"|不[^，。；]{1,6}就|否则|不然|作废|过期|逾期"
)
# what we mean to do ourselves: 我叫农技员明天来认, 明天还得去
OWN_STEP = re.compile(
    r"(?:^|[今明后][天日儿]|[日号前后早晚午一二三四五六])(?:我们?|咱们?)(?!可?得[^，。；]{1,6}前|村|组|这|那|寨|屯)|(?:得|要)(?:再|接着|继续)?(?:去|来|跑|陪|看看?)(?!水|电|修|收|拉|清)"
)
REPLY = re.compile(r"^[^要给请限须必，。；]{0,8}(?:回话|回信|回复|答复)")
OURS = re.compile(r"我|咱|出门|回村|回来|回去|到家|开会|学习|睡|吃饭|上山|进村|下村")
BOUND = re.compile(r"^(?:就|是|为)?(?:截止|截至|止|为限|底线)")
SET_FOR = re.compile(r"(?:时间|期限|日子|工期)[^，。；]{0,3}定[到在于]$")
NO_LIMIT = re.compile(r"才|的?时候|[那当]时")  # 明天才有人来, 三月份的时候
OUR_WORD = re.compile(  # 我跟奶奶讲，礼拜天前给她送米来
    r"(?:我|咱|[跟向对同])[^，。；]{0,10}(?:讲|说|拍了?板|军令状|保证|答应|约法三章|许|允)[了的好下定]{0,2}$"
)
SOON = re.compile(r"尽快|赶紧|赶快|抓紧|这几天|这两天|近期|早点|尽早")
FEARED = re.compile(r"[怕恐]|眼看|估计|说不定|搞不好")
PRESSED = r"(?:要|得|就|都|在|于|给|必须|务必|马上|立即|立马|尽快|尽早|赶紧|抓紧|一定)"
TO_MEND = re.compile(  # once its days have been taken out: all of a clause that only wants it mended
    rf"(?P<wanted>(?:(?:队长|领导|上级|[县镇乡村]里)?要求|限|望|盼|请|希望|争取|力争)?{PRESSED}*)"
    r"(?:修好|修复|修理|维修|修|解决|处理|整改|落实|办结|办|弄好|搞好|整好|换好)(?:到位|完毕|完成|完|好|掉)?"
)
SAME_DAY = re.compile(
    r"(?:当[天日](?!已|就|下午|先)|今天(?:之内|内|必须|就要|要|得)|不过夜|(?:天黑|下班|落黑|太阳落山|今晚[^，。；前]{0,4}|晚饭|天亮)之?前)"
    r"(?![^，。；]{0,10}(?:了|已)$)"
)


def at_once(clause: Clause) -> bool:
    """Whether it is to be put right on the spot: 立行立改; 马上要下雪 is only weather."""
    return bool(AT_ONCE.search(clause.text))


def only_limits(clause: Clause) -> bool:
    """Whether a clause says nothing but that, and by when, it must be put right: 下周三前修好."""
    rest = clause.text
    for phrase in reversed(clause.times):
        rest = rest[: clause.at(phrase.start)] + rest[clause.at(phrase.end) :]
    found = TO_MEND.fullmatch(rest.strip())
    return found is not None and bool(found["wanted"] or clause.times)


def deadline_in(scene: Scene, clause: Clause, before: Clause | None) -> date | None:
    """The last day that counts, where a clause requires something by then.

    before: the clause it was cut from, which may hold the words of duty. 尽快 names no day.
    """
    cut = before is not None and clause.before == "cue"
    text = f"{before.text}{clause.text}" if before and cut else clause.text
    if REPLY.search(clause.text):
        return None  # that is what we promised
    for phrase in clause.times:
        span = scene.span(phrase, "ahead")
        if span is None or not 0 <= (span.last - scene.base).days <= FARTHEST:
            continue
        behind = clause.text[clause.at(phrase.end) :]
        if NO_LIMIT.match(behind) or (_is_our_word(before) and not _pressed(text)):
            continue
        limit = bool(LIMIT.search(phrase.text)) and "by" in (phrase.ending, span.kind)
        limit = (
            limit
            or bool(BOUND.search(behind))
            or bool(SET_FOR.search(clause.text[: clause.at(phrase.start)]))
        )
        if (limit and not OURS.search(text)) or (span.last > scene.base and _pressed(text)):
            return span.last
    return scene.base if SAME_DAY.search(clause.text) else None


def _is_our_word(before: Clause | None) -> bool:
    """Whether the clause before begins what we say ourselves."""
    return before is not None and bool(OUR_WORD.search(before.text))


def _pressed(text: str) -> bool:
    """Whether somebody else is bound to it, and not just soon."""
    loose = any(one.search(text) for one in (SOON, FEARED, OWN_STEP))
    return not loose and bool(OBLIGED.search(text))


def set_ahead(scene: Scene, clause: Clause, before: Clause | None) -> date | None:
    """The last day a clause sets for what is told only after it: 下礼拜一之前，那窝马蜂必须摘掉."""
    if OURS.search(clause.text) or clause.has("promise.words", "leave.words", "study.words"):
        return None
    return deadline_in(scene, clause, before)
