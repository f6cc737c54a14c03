"""Presence: on post, said of oneself or of the whole team."""

import re
from datetime import date

from ledger.heads import led
from ledger.reading.clauses import Clause
from ledger.reading.leave_words import HE_SAID, OTHERS
from ledger.reading.moods import counts_asked
from ledger.reading.said import PresenceSaid
from ledger.reading.scene import Scene, by_others, is_future
from ledger.reading.turns import SUBJECT
from ledger.time_phrases import TimePhrase

PLACE = "村(?:[里上]头?|头)|驻地|驻点|点[上里]|队[上里]|岗"
PRESENT = led(
    rf"坐镇(?:村|在村|驻)|轮我(?:看门|看家|守门|坐)|留村|[搁在]村[里部]头?(?:呢|嘞|哩|的哈)|开(?:着)?窗口|(?:我|本人)[^，,。]{{0,4}}[在搁][^，,。]{{0,3}}(?:服务(?:站|台|中心|大厅)|窗口|党群中心)[^，,。]{{0,4}}[坐守忙]|村部[^，,。]{{0,5}}(?:将就|眯|对付|凑合|打盹)|坐了[^，,。]{{1,4}}班|守(?:卡点|卡口|路口|值守点|防火点|检查点)|村[里上]我[住睡守值]的|我[住睡守]的村|守村部"
    rf"|在值班室|值班室(?:守|坐|待|蹲|熬|睡|歇|住|眯|过|凑合|对付)|[晚夜]我?[睡住歇]在?村部[一二三四五\d]楼|[睡歇住守](?:在|的)*(?:村部|队部|村委会?)|没(?:有)?离开(?:过)?村子?|^(?:今[天日]|全天|整天|白天|[上下]午)(?:我)?都在(?:的|呢|哈)?$"
    rf"|^(?:今[天日]|本人|我|[上下]午|已经?|准时|正常|按时)*到岗(?:打卡|上班|签到)?(?:了|✅)?$|(?:[住蹲]点|[在住守]村|在岗)第[^，,。]{{1,4}}天|按在[岗村]算|算(?:我|作|是)?在[岗村]|(?:[在蹲窝守猫住宿]在?|没离开?过?|未离开?)的?(?:{PLACE})(?!(?<=[里上])(?:的|有))"
    r"|没(?:出(?:过)?村|挪窝|回家|下山|离岗|离村)|未离村|(?:夜里|晚上)住(?!的?村)|[住守]的村(?:[部里委小]|$)|[在再驻住守宿蹲]村|夜宿|宿在(?:村|队)|住村|守着村"
    r"|轮(?:到)?我[值守]|(?:我|本人)(?:值|守|当)的?(?:班|夜)|值班(?:的|人)?(?:是|为)?我|值班|值夜|值守|当值|留守|坚守|驻守|(?<=[天晚])也在(?:的|呢)?$|坐班(?!车)|带班|在位"
    r"|值(?:个|了|的)?(?:周末|夜|早|晚|白|节假日|大)班|守(?:了)?(?![他她])[^，,。]{1,8}一(?:通宵|整夜|宿|夜|晚)|值班室|值(?:的|[了着过]?[一半两整个]{0,2}[天晚宿夜]?的?)班|守(?:电话|了?一?(?:天|夜|晚)|点|夜)|村[里头上部委](?:过的?夜|睡|歇|住|打(?:的|了)?地铺|对付|凑合)|(?:一直|全天|整天|始终|哪也|哪儿也)(?:都|就)?没(?:有)?(?:离开|出去|走开|动窝|外出|去)(?:过)?$|[睡歇住](?:的|在)*(?:村[里上]|村部|队部|村委会?|驻地)|住(?:村部|队部)"
    r"|[我咱]们?(?:[仨俩]|[几两三四五]个人?)?都在(?:的|呢)?$|一个(?:都)?不[缺少]|都到(?:齐|岗)"
    r"|[是归由]我(?:的[夜早晚白]?班|[值守])|(?:[夜早晚白]班|巡夜|打更|巡逻)(?:的|也|都|还|又|就|人)*是我(?!们?村)|我(?:们?[几两]个|也|还|又|接着|继续|一个人)?值(?:的|$|到)"
    r"|(?<![相应])当班(?!的?(?:医生|护士|民警|司机|人))|值到|[守值]满|我[^，,。]{0,3}[顶替代](?:[他她]|[老小][一-龥]|队长|书记)[^，,。]{0,2}班|守(?:着|了)?[^，,。]{0,8}电话"
    r"|(?:村[里部上头]|办公室|队[里部])[^，,。]{0,3}[就只](?:剩|有|留)?下?(?:了)?我(?:一个人?|自己|一人|守|在|[们俩])|[搁窝]村[里部]头?(?:猫|待|呆|蹲|守|住|睡|歇|眯)"
    r"|(?:整天|一天|全天|一直|成天|整日|白天|天天)[^，,。]{0,4}[在守]村[部委](?!会)"
    r"|(?:^|(?<=[天日个儿我午早晚都还直]))搁村(?:[里部上]头?|头)?(?:[呢嘞哩咧着待呆猫]|$)|[待呆窝蹲猫]在?村(?:[里部上]头?|头)?(?:[呢嘞哩咧着]|$|了?[一半整两][天日夜晚])"
    r"|守到(?:现在|这会|此刻|天亮)|^今[早天日晨][^，,。]{0,3}没(?:走|挪|动窝|离开)(?:$|过|开)|[昨前][天日晚夜][晚夜]?值的$|坐(?:在|了)?(?:村部|队部|村委会?)的?(?:服务)?窗口"
)
VAGUE = ("当", "这几", "近", "这阵", "这段", "这些", "最近", "前阵")  # names no day of its own
NOW = re.compile("现在|此刻|这会[儿子]?|眼下|目前")
NEAR = 20  # characters before a clause in which one says that he stays
STAYS_ON = re.compile(
    r"(?:这个?|本|下个?)?(?:周末|礼拜天|星期天)[^，,。；]{0,5}不(?:走|回|休)[^，,。；]{0,4}[，,]$"
)
ROLL_CALL = re.compile(
    r"^\s*(?:收到点名|到[!！。]?|有[!！]|(?:我)?在(?:的|呢|在呢|这)*[!！。]?)$"
)
CALLED = re.compile(r"^[^。！!？?\n]{0,20}点名")
SHOUTED = re.compile(r"^\s*[到有在][!！]")
MINE = re.compile(r"我|咱|本人|全队|队里|工作队|队员们?都?|都|全员|[和跟就]|剩我")
WITH_ME = re.compile(r"(?:我|本人)[^，,。]{0,4}?[和跟与同、](?:队员|同事)?[^，,。]{0,6}$")
PEOPLE = re.compile(
    rf"(?:{OTHERS}|家里|人家|谁|家家|年轻人|劳力|干部|施工队|男的|女的|没人|无人|有人|要人)[^，,。我]{{0,8}}$"
)
NOT_BEFORE = re.compile(  # denied, asked for, on the way there
    r"(?:[不没未给谁考学讲]|本该我?|[本应]该我?|(?<![回转返])来|[替帮][你您]|(?:安[置顿]|存|放|摆|堆|停|挂|贴|藏|寄放?|锁|关|拴|晾)(?:到|好|了)?|在(?:家|屋)[^，,。]{0,2}[带陪照休养躺歇][^，,。]{0,6}|不能|没得|要求|[找问]|轮到(?!我)[^，,。我]{0,4}|[跑坐送叫喊请带回]?到|回|[\d一两三四五六七八九十几半多]个?多?[月年]都?|[好很]久|(?:一年|每年|每个?月|常年|长年)[^，,。]{0,3}|[按算]|是否|接到|换|第[^，,。]{1,5}天的?)$"
)
AGAIN = re.compile(  # the post of the day before goes on: 昨儿也在, 今天接着值
    r"(?:[我人咱]|们|也|还|又|都|就|是|接着|继续|照样|同样|照旧)*(?:在|[住值守][班村岗]?|(?<=也)是|一样)(?:的|着|呢)*"
)
STANDS_IN = re.compile(r"我[^，,。]{0,4}[替顶代帮](?![你您])[^，,。]{1,4}$")  # 我替队长值班
WEAK = re.compile(r"^在村[部里上委]?")  # only where one is: no news beside a return
OF_POST = (
    "情况|纪律|名单|补贴|经费|日志|管理|天数|工作队|书记|规定|制度|干部|老人|老乡|人员?|老支书"
    "|同志|手册|应知|须知|守则|补助|工资|要求|时候|劳力|总结|工作|故事|医生|感受|体会|笔记"
)
NOT_AFTER = re.compile(  # a thing of the post, a span without days, somebody who is there
    rf"^(?:[一二三四五\d]楼|整[一两]?[年月]|这[块边个]|[里上]?头?(?:搞|办|转|晒|逛)|(?:换|让|调|交|推)(?:给|成|到|了)|真|太|最|就是|确实|不在|开会|[那这]条|[里上]?(?:怎么|如何|咋)|不容易|让人|锻炼|教会|这[一两几]?年|生活|经历|的?日子|的?(?:{OF_POST})|电话|室|表|点(?!名)|工作队?员?|日记|队员?|算|民|口|头|子|驻|得|第|以来|期间|满|快"
    r"|[一二三四五六七八九十两几多\d]{1,3}个?[年月]|[里上]?(?:找|的(?![哈呢啊哦呀嘛啦]?$)|有)|[里上](?:开|那|转|走|看)"
    r"|[部委](?:会|里)?+(?:的|门|(?![接待值住守夜睡歇打过凑])[^，,。]{1,2})|[^，,。]{0,4}[吗么]$)"
)
TONIGHT = re.compile(r"今[晚夜天日早晨]|今儿|在|正|^晚上|继续")
NOT_HERE = re.compile(r"(?<!在)[没不]在[村岗]|没(?:下成|进|到|去)[^，,。]{0,2}村")
FILED_FOR = re.compile(r"^(?:我|再)?(?:[^，,。]{0,4}日[志记])?补[^，,。]{1,14}(?:的|[日号天])$")
WEEK = 7  # days: a week is only the frame of days told in it, 我这周周一周二都在岗
SHORT = 5  # characters beside days that are told alone: 周一到今天天天在
LONG_AGO = re.compile("国庆|春节|过年|元旦|五一|中秋|端午|清明|去年|前年|那[年天会]")
SPANNED = re.compile(
    r"驻村|在[岗村]|值.{0,2}[班守]|住|守|没[离走出下]|[蹲窝睡宿]|都在|天天|一直"
)


def read_presence(scene: Scene, *, back: bool = False) -> list[PresenceSaid]:
    """On post, each day once; a span of the past as a span. `back`: a return is told as well."""
    found: dict[date, PresenceSaid] = {}
    heard: Clause | None = None
    for index, clause in enumerate(scene.clauses):
        if clause.question or not (
            _answers(scene, index)
            or _is_present(scene, clause, back)
            or (heard and _goes_on(scene, heard, clause))
        ):
            continue
        heard = clause
        if counts_asked(scene.clauses, clause):
            continue
        for day, until in _days(scene, clause):
            said = PresenceSaid(
                start=clause.start, text=scene.words(clause), day=day, until=until
            )
            found.setdefault(day, said)
            if until:  # a span holds the days told alone before it
                for one in [one for one in found if day <= one <= until]:
                    del found[one]
                found[day] = said
    return list(found.values())


def presence_about(scene: Scene, clause: Clause) -> list[PresenceSaid]:
    """The days on post told in a clause of a message that is sure to tell some."""
    if clause.question or NOT_HERE.search(clause.text) or counts_asked(scene.clauses, clause):
        return []
    if SUBJECT.search(clause.text) and not MINE.search(clause.text):
        return []  # 隔壁村的小高今天在岗
    return [
        PresenceSaid(start=clause.start, text=scene.words(clause), day=day, until=until)
        for day, until in _days(scene, clause)
    ]


def _answers(scene: Scene, index: int) -> bool:
    """The answer to a roll call, a sentence of its own."""
    clause = scene.clauses[index]
    if (
        SHOUTED.search(scene.plain[clause.start : clause.end + 1])
        and clause.before == "hard"
        and len(clause.text.strip()) <= 2
    ):
        return True
    following = scene.clauses[index + 1 : index + 2]
    closed = not following or following[0].before in {"hard", "soft"}
    called = clause.before == "hard" or CALLED.search(scene.plain[: clause.start])
    return bool(called) and closed and bool(ROLL_CALL.search(clause.text))


def _is_present(scene: Scene, clause: Clause, back: bool) -> bool:
    if is_future(scene, clause) or (clause in scene.plans and not TONIGHT.search(clause.text)):
        return False
    if STAYS_ON.search(scene.plain[max(0, clause.start - NEAR) : clause.start]):
        return False
    if _told_of(scene, clause) or (LONG_AGO.search(clause.text) and not clause.times):
        return False
    spots = [
        one.span()
        for one in PRESENT.finditer(clause.text)
        if not (
            WEAK.search(one[0])
            and ((back and not clause.times) or (not one.start() and _of_thing(scene, clause)))
        )
    ]
    return any(_own(clause, *one) for one in spots)


def _goes_on(scene: Scene, heard: Clause, clause: Clause) -> bool:
    """Whether another day is told of the post just heard: 礼拜四在村，礼拜五也在."""
    if clause.sentence != heard.sentence or not clause.times or is_future(scene, clause):
        return False
    rest = clause.text
    for one in reversed(clause.times):
        rest = rest[: clause.at(one.start)] + rest[clause.at(one.end) :]
    return AGAIN.fullmatch(rest.strip()) is not None


def _of_thing(scene: Scene, clause: Clause) -> bool:
    """Whether it only says where the thing told of before is: 快递到了，在村部."""
    before = _leading(scene, clause)
    if before is None:
        return False
    if before.has("visit.words", "study.words"):
        return False  # 走访三户，在村: of the sender, too
    timed = any(one.times or one.durations for one in (before, clause))
    return not timed and not MINE.search(before.text + clause.text)


def _leading(scene: Scene, clause: Clause) -> Clause | None:
    """The clause before it in its sentence."""
    before = _just_before(scene, clause)
    return before if before and before.sentence == clause.sentence else None


def _just_before(scene: Scene, clause: Clause) -> Clause | None:
    """The clause before it; the first has none."""
    place = scene.place(clause)
    return scene.clauses[place - 1] if place else None


def _told_of(scene: Scene, clause: Clause) -> bool:
    """Whether it goes on after somebody else is named: 她说她 | 今天值班."""
    before = _leading(scene, clause)
    return clause.before == "cue" and bool(before and HE_SAID.search(before.text))


def _own(clause: Clause, start: int, end: int) -> bool:
    before, after = clause.text[:start], clause.text[end:]
    if NOT_BEFORE.search(before) or NOT_AFTER.search(after):
        return False
    if STANDS_IN.search(before):
        return True
    if by_others(clause, start):
        return False
    if PEOPLE.search(before) and not MINE.search(before[-8:]):
        return False
    if not clause.mentions or clause.at(clause.mentions[0].start) >= start:
        return True
    return bool(MINE.search(before[-4:]) or WITH_ME.search(before))


def _days(scene: Scene, clause: Clause) -> list[tuple[date, date | None]]:
    times = _spelt_out(scene, clause) or clause.times or _headed(scene, clause)
    times = times or _added(scene, clause)
    vague = VAGUE if "一直" in clause.text else (*VAGUE, "这两")
    named = [one for one in times if one.names_day and not one.text.startswith(vague)]
    spans = [span for one in named if (span := scene.meant(clause, one))]
    if named and not any(one.first <= scene.base for one in spans):
        return []  # 国庆七天: a day that cannot be told
    ranges = [one for one in spans if one.kind == "range" and one.first <= scene.base]
    if ranges and SPANNED.search(clause.text):
        framed = [one for one in spans if one is not ranges[0] and one.kind == "point"]
        if not framed or (ranges[0].last - ranges[0].first).days < WEEK - 1:
            return [(ranges[0].first, min(ranges[0].last, scene.base))]
    told = {"point", "after"}  # 昨天起在岗
    points = [one.first for one in spans if one.kind in told and one.first <= scene.base]
    return [(one, None) for one in points] or [(_told_day(scene, clause), None)]


def _told_day(scene: Scene, clause: Clause) -> date:
    """The day it is told under: of a diary's heading, where nothing nearer is said."""
    if NOW.search(clause.text):
        return scene.base_at(clause.start)
    day = scene.days[clause]
    before = _leading(scene, clause)
    if before and any(one.text.startswith("当") for one in clause.times):
        return scene.days[before]  # 周一销的假，当天就在岗了
    return scene.base_at(clause.start) if day == scene.base else day


def _spelt_out(scene: Scene, clause: Clause) -> list[TimePhrase]:
    """The days told alone behind it: 这周我在岗五天，周一到周五."""
    behind = scene.clauses[scene.place(clause) + 1 :][:1]
    if (
        not behind
        or not SPANNED.search(clause.text)
        or behind[0].before not in {"soft", "hard"}
    ):
        return []
    if any(
        one.hit.form not in {"none", "week"} or "wd" in one.hit.parts for one in clause.times
    ):
        return []
    words = behind[0].text.strip()
    alone = [
        one
        for one in behind[0].times
        if words.startswith(one.text) and len(words) - len(one.text) <= SHORT
    ]
    spans = [scene.span(one, "back") for one in alone]
    return alone if any(one and one.kind == "range" for one in spans) else []


def _added(scene: Scene, clause: Clause) -> list[TimePhrase]:
    """The day added at the end of its sentence: 值班，一宿没睡，昨夜的事; 回村里住的，昨天晚上."""
    place = scene.place(clause)
    near = scene.clauses[place + 1 : place + 5]
    rest = [one for one in near if one.sentence == clause.sentence]
    if not rest or len(rest[-1].times) != 1:
        return []
    words, phrase = rest[-1].text.strip(), rest[-1].times[0]
    bare = words == phrase.text and len(rest) == 1
    return rest[-1].times if bare or words in {f"{phrase.text}的事", f"{phrase.text}的"} else []


def _headed(scene: Scene, clause: Clause) -> list[TimePhrase]:
    """The days told alone before it: 11月17日至19日，本人驻村在岗."""
    head = scene.clauses[0]
    if (
        len(head.times) == 1
        and head.sentence == clause.sentence
        and FILED_FOR.search(head.text)
    ):
        return head.times
    before = _just_before(scene, clause)
    if before is None:
        return []
    alone = len(before.times) == 1 and before.times[0].text == before.text.strip()
    return before.times if alone and before.sentence == clause.sentence else []
