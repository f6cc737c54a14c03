"""How surely a clause tells a step on something known: signs for and against, weighed in one table.

For it speak that the thing can be recognised and that something was done or reached; against it,
that it is only meant, supposed, wished, everyday life, or of the sender himself.
"""

import re

from ledger.reading.clauses import Clause
from ledger.reading.issue_words import (
    AT_LAST,
    IN_EFFECT,
    LONG_AGO,
    MEANS,
    OFFICIAL,
    OWN_DOING,
    OWN_GOODS,
)
from ledger.reading.offices import acts_of_others
from ledger.reading.progress import Far
from ledger.reading.subjects import FORMS

ENOUGH = 3  # from here on a step stands
NEVER = -9  # what no other sign outweighs
WEIGHTS: dict[str, int] = {
    # that the thing is known
    "household": 1,  # a household is in view
    "subject": 2,  # words of what issues are about, there or just before
    "its thing": 1,  # 老焦家的烟囱, 冯家那口井
    "this matter": 1,  # 这事, 那个
    "village's": 3,  # a road, a lamp, a whole group
    "facility": 4,  # the loudspeaker, the school's boiler, the rice mill: nobody's household
    "just told": 2,  # a need of the same people stands in the clause before
    # that something was done
    "effect": 1,  # it is there
    "official": 2,  # 审批, 公示, 进场; of an effect 领到, 修好, 到账
    "somebody who can help": 1,  # 师傅来看了, 民政说等公示
    "at last": 2,  # 终于, 总算
    "by us": 1,  # 我们给, 我叫了匠人
    # against it
    "nobody": -2,  # no household in view: it must be the village's, and of a subject
    "only meant": NEVER,
    "of the sender or of nobody": NEVER,
    "forms": NEVER,
    "own goods": NEVER,
    "no step": NEVER,
    "held up": NEVER,
    "nothing changed": NEVER,
    "long ago": NEVER,
    "own doing": NEVER,
    "to come": NEVER,
    "only promised": -2,  # 供销社答应明天送到他家: told alone, of nothing known
    "first step on nothing": NEVER,
}
FACILITY = re.compile(
    r"路灯|太阳能灯|感应灯|喇叭|广播|公厕|学校|小学|幼儿园|教室|食堂|卫生室|活动室|文化广场|晒坝|戏台|凉亭|校车|班车|客车"
    r"|泵[站房]|机井|水塔|水池|水厂|堰塘|渡槽|水渠|主渠|干渠|闸[门阀]|跳磴|桥|涵洞|护栏|挡墙|河堤|机耕路|产业路|通组路|主路|村道|路面|塌方|标线|减速带|减速坎"
    r"|碾米机|打米机|粉碎机|烘干|冷库|大棚基地|合作社|车间|电商|快递|基站|信号|宽带|断[了网][^，。；]{0,4}的网|变压器|台区|电杆|线路|垃圾[池桶箱房]|化粪池|污水|消防|安置房|敬老院|养老院|助餐|老年食堂"
)
KIN = r"孙|儿|女|娃|媳|老伴|爹|妈|娘|爸|爷|奶|婆|公公|男人|哥|嫂|姐|弟|妹|叔|侄|舅|人"
GOODS = r"苞谷|玉米|稻|麦|猪|牛|羊|鸡|鸭|狗|菜|果|茶|电视|手机|车|衣|年货|饭"
ITS_THING = re.compile(
    rf"^(?:屋[头里]|院[子里])?(?:的那?|那)[个口头台间条盏笔张扇面道]?(?!{KIN}|{GOODS})[^，。；的了没不未]"
)
THIS = re.compile(r"^(?:这|那)(?:件|个|桩|档子)?(?:事|问题)")
ALONE = re.compile(r"自(?:己|个儿?)(?:[请找雇喊叫]了|[掏出花]钱)")
FOR_THEM = re.compile(r"(?:给|帮|替)(?:[他她]|老[人汉爹娘]|大[爷娘]|奶奶)")
# 冯水生家灶上的软管: a clause that only names a thing of theirs
THING_ONLY = re.compile(
    rf"^(?:家|屋[头里])?[^，。；了没不未是有说讲要想去来]{{0,5}}的(?!{KIN}|{GOODS})[^，。；了没不未是有说讲要想去到来的]{{1,6}}$"
)
BY_US = re.compile(
    r"(?:我们?|咱们?|队里|全队)(?:几个|大家|今天|昨天|下午|上午|一起|就|也|已经?|当场|专门|去|来)*"
    r"(?:给|帮|替|用|叫|请|托|找|喊|联系|协调|组织|动手|把|拉|送|买|出钱|凑钱)"
)


def signs_of(clause: Clause, near: list[Clause], far: Far, *, named: bool) -> set[str]:
    """What the words of a clause, or the one before it, say for and against a step.

    named: whether a household is named there itself, not only in view.
    """
    text = clause.text
    plain = OFFICIAL if far == "step" else IN_EFFECT
    signs = {
        "effect": far == "done",
        "official": named and bool(plain.search(text)),
        "somebody who can help": acts_of_others(text),
        "at last": bool(AT_LAST.search(text)),
        "by us": bool(BY_US.search(text)),
        "its thing": _of_household(near),
        "this matter": bool(THIS.search(text)),
        "own doing": any(ALONE.search(one.text) for one in near),
        "own goods": bool(OWN_GOODS.search(text)),
        "long ago": any(LONG_AGO.search(one.text) for one in near),
    }
    return {name for name, heard in signs.items() if heard}


def _of_household(near: list[Clause]) -> bool:
    """Whether a thing of the household is spoken of, in it or just before."""
    told = [(one, one.text[one.at(one.mentions[-1].end) :]) for one in near if one.mentions]
    return any(
        ITS_THING.search(text) or (one is not near[-1] and THING_ONLY.search(text))
        for one, text in told
    )


def signs_of_nobody(clause: Clause, far: Far) -> set[str]:
    """What speaks against a step where no household is in view."""
    signs = {
        "forms": bool(FORMS.search(clause.text)),
        "facility": far == "done" and bool(FACILITY.search(clause.text)),
        "only meant": far != "done" and bool(MEANS.search(clause.text)),
        "first step on nothing": far == "first",
    }
    return {name for name, heard in signs.items() if heard}


def does_it_himself(clause: Clause) -> bool:
    """Whether it is the household's own everyday doing."""
    return bool(OWN_DOING.search(clause.text))


def helps(clause: Clause) -> bool:
    """Whether we did it for them: 我从药房给她捎回来两盒."""
    return bool(BY_US.search(clause.text) or FOR_THEM.search(clause.text))


def stands(signs: set[str]) -> bool:
    """Whether the signs make a step."""
    return sum(WEIGHTS[one] for one in signs) >= ENOUGH
