"""Study told in words that no list of verbs knows: its length, weighed with what was learned.

One sign of study alone is nothing: 看了一个钟头的雨. Two in one sentence with a length are study,
where nothing there speaks of other work.
"""

import re

from ledger.heads import led
from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.study_lengths import lengths, only_times

ENOUGH = 2
BACK, AHEAD = (
    1,
    4,
)  # clauses of the sentence around a verb in which its length and subject stand
OURS = r"(?:我(?!的)|咱|大家|全队|队里|队员|大伙)们?"

# ways of taking in; those of one character mean little without a thing that is studied
TAKES_IN = re.compile(
    r"(?<=[机车路炕床]上)学(?=[了过])|(?<![大中小同开上放入失辍复退就厌科化医数转求留文休互])学(?![生校费籍前徒杂位历堂期区会着者科院])|(?<![宣])读|(?<![想思怀观])念(?![叨旧头想])"
    r"|(?<![后脊])背(?![着上包篓后心到])|(?<![好难收偏])看(?![望病牙守护管来样不])|[瞅瞄瞧翻啃捋抠刷挂抄练记温悟]|听(?![说见话]|到(?!尾|底))|(?<![不错通])过(?=了?[一两三]?[遍道轮])|摸透|吃透|嚼"
    r"|消化|领会|领悟|琢磨|钻研|研究|推敲|梳理了?[一两]遍|收看|观看|收听|复习|考(?![虑察核验勤证试古])|默[写背记]|自测|预习|补(?=[^，]{0,8}[课学]|了[^，]{1,5}(?:小时|钟头|分钟|刻钟)$)|弄[懂通明]|整明白|对照"
    r"|答(?=[^，]{0,4}题)|充电|进修|受训|参训|听讲|上(?:了)?[^，]{0,6}(?<!下)[课堂]|参加[^，]{0,10}(?:课|培训|讲座|辅导|授课)|啃"
)
COURSE = led(
    r"(?<!下)(?<![停复缺])(?<![^线网]上)课(?![桌间本])|讲稿|讲义|学时|视频(?!通话|电话|监控)|网院|干部网|直播|讲座|培训|教程|(?:[试套道]|(?<=[刷做答练]))题|手记|纪实|传记|[几一二三四五六七八九十\d半][章节页卷]|试卷|学习[室角园]|(?:专题|纪录|教育|警示|宣传)片|习题|原文|原著|条文|课件|单行本|小册子|书(?![记包店屋法面])|笔记|全文|文集|语录|讲话|辅导|慕课|讲堂|夜校"
    r"|录播|音频|广播|有声|题库|卡片|[一二三四五六七八九十\d][讲课章节期篇]|(?:示范|研修|培训|轮训|专题|网络|进修)班|回放|公众号|推文|社论|评论员"
    r"|(?<!登记)(?<!宣传)册子|[一-龥]{2}(?:分析|防控|防治|管护|识别|诊断|实务|常识|原理|指南|图谱|要领|概论|大纲|导读|入门|普查|救助)(?=$|[，的])"
)
TAUGHT = re.compile(
    rf"给{OURS}[^，]{{0,6}}?(?:上|讲|授|恶?补|辅导|培训|解读|领学|传达)"
    r"|来(?:村里?|队里)?(?:给[^，]{0,4})?(?:讲课?|授课|上课|辅导)(?![价和理究道情])"
    r"|[听请](?!说)[^，。我咱]{1,9}?(?:讲课|授课|解读|传授|[讲谈]了?(?=[一两二三四五六七八九十半大\d]))"
)
LEARNT_OF = re.compile(
    r"取了?[个点]?经|请教|研讨|切磋|互学|取长补短|传帮带|一问一答|(?:互|相)[相互][提问考背抽拷]"
)
TONGUE = re.compile(
    r"(?:[藏彝苗侗壮瑶傣蒙维][语话文]|方言|土话|普通话|拼音|双语)(?!版|说)"
)  # languages one takes in
WORK = re.compile(
    r"宣讲|宣传(?!片)|(?<!的)讲解|讲给|解答|解释|整理|(?<!边)填|录入|打印|复印|核[对实查]|统计|走访|入户|(?<!读书)会(?:议(?!精神)|上|场)|[开散]了?[^，]{0,6}会|发放|张贴|粘贴|[送跑巡](?!法)|办(?:了|完|理|好)|修(?:了|好|路|车)|装(?:了|好)|等(?:了|着|人|车|候)|排[队查]|检查"
    r"|协调|调解了|接待|汇报|布置|备课|准备|坐车|开车|打电话|[写做弄搞赶码](?:了)?[^，]{0,6}(?:表(?!格)|账|材料|资料|档案|方案|报告|总结|简报|稿)|(?<![请领受])教(?![育材程案学])|辅导(?!材料|读本|[我咱])"
    r"|[给跟对和与][^，]{0,6}(?:户|村民|群众|乡亲|老人|大[爷娘]|[他她]们?)[^，]{0,4}[讲说聊唠]|看(?:电视|手机|病|店|门|热闹|电影|球)|打牌|下棋|唱歌|跳舞|小说|电视剧|短视频|抖音|游戏|球赛|春晚|戏(?!曲)"
)


def learned(clauses: list[Clause], index: int) -> tuple[int, int] | None:
    """Where a clause with others of its sentence tells of study of some length; None without."""
    clause = clauses[index]
    if not (near := _around(clauses, index)):
        return None
    match = (
        TAUGHT.search(clause.text)
        or TAKES_IN.search(clause.text)
        or LEARNT_OF.search(clause.text)
    )
    thing = COURSE.search(clause.text) or _subject(clause.text)
    spot = match or thing or only_times(clause)
    if not spot:
        return None
    text = "，".join(one.text for one in near)
    last = next(one for one in near if _lasts(one))
    own = "，".join(one.text for one in near if clause.start <= one.start <= last.start)
    own = own if isinstance(spot, re.Match) else text
    if _works(own) or _barred(text) or _about_homes(clause, near):
        return None
    signs: list[object] = [
        one.search(text) for one in (TAKES_IN, TAUGHT, COURSE, LEARNT_OF, TONGUE, words.ALONE)
    ]
    signs += [_subject(text), words.BOOK.search(text)] + [
        len(set(one.findall(text))) > 1 for one in (COURSE, LEARNT_OF)
    ]
    where = spot.span() if isinstance(spot, re.Match) else (0, 0)
    return where if sum(map(bool, signs)) >= ENOUGH else None


def _about_homes(clause: Clause, near: list[Clause]) -> bool:
    """Whether a household is named there; before a day of its own it is of another matter."""
    dated = any(one.names_day for one in clause.times)
    return any(one.mentions for one in near if not dated or one.start >= clause.start)


def tells_study(clauses: list[Clause], index: int) -> bool:
    """Whether a message that reads like study can tell of one's own in and around a clause."""
    clause = clauses[index]
    here = "，".join(
        one.text for one in clauses[index : index + 2] if one.sentence == clause.sentence
    )
    if (
        clause.question
        or words.UNDONE.search(here)
        or any(one.search(clause.text) for one in (words.ASKS_BOT, words.OTHER_LEARNS))
    ):
        return False
    near = clauses[max(0, index - AHEAD) : index + AHEAD]
    text = "，".join(one.text for one in near)
    signs = (TAKES_IN, TAUGHT, LEARNT_OF, words.STRONG, words.EXCHANGE, words.TALKED_OVER)
    if any(one.search(text) for one in signs):
        return True
    return bool(COURSE.search(text) or _subject(text)) and not WORK.search(text)


def other_work(clause: Clause) -> bool:
    """Whether it tells of work that is no study: 又整理台账两个小时."""
    studied = TAKES_IN.search(clause.text) or words.STRONG.search(clause.text)
    return not studied and bool(WORK.search(clause.text))


def is_taught(clause: Clause, start: int) -> bool:
    """Whether somebody else teaches us there: 领导给我们上了一堂党课 is our study."""
    return any(one.start() <= start < one.end() for one in TAUGHT.finditer(clause.text))


def _subject(text: str) -> re.Match[str] | None:
    return words.SUBJECT.search(text) or words.BOOK.search(text)


def _barred(text: str) -> bool:
    return bool(words.NOT_STUDY.search(text) or words.OTHER_LEARNS.search(text))


def _works(text: str) -> bool:
    """Whether it tells of other work, of villagers, of schools."""
    other = (WORK, words.OFF, words.FOLK, words.NOT_STUDY, words.UNDONE)
    return any(one.search(text) for one in other)


def _lasts(clause: Clause) -> bool:
    """Whether it says how long, or that nobody knows how long."""
    return bool(lengths(clause) or words.UNKNOWN_LENGTH.search(clause.text))


def _around(clauses: list[Clause], index: int) -> list[Clause]:
    """The clause with the one before, and those behind up to the first with a length."""
    sentence = clauses[index].sentence
    near = [one for one in clauses[max(0, index - BACK) : index] if one.sentence == sentence]
    long = bool(near) and only_times(near[-1])
    for one in clauses[index : index + AHEAD]:
        if one.sentence != sentence:
            break
        near.append(one)
        if long:
            break  # what it was about may stand behind its length
        long = _lasts(one)
    return near if long else []
