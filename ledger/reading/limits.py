"""By when an issue must be dealt with: the last day that still counts, or at once."""

import re
from datetime import date

from ledger.reading.clauses import Clause
from ledger.reading.scene import Scene

AT_ONCE = re.compile(
    r"立行立改|即知即改|立即|立马|马上(?:要)?(?!(?:要|就要|就|快)?"
    r"(?:下[雨雪霜]|上冻|冻|过[年节冬]|到[^位]|入冬|开[学春]|天[黑亮冷]|变|冷|收|种|落|来|要|就"
    r"|放假|结))"
)
LIMIT = re.compile(r"[前内止]的?$|截[止至]|最迟|最晚|不迟于|限")
OBLIGED = re.compile(
    r"限|必须|务必|一定|就要(?:给|把)?(?:解决|修|弄|搞|处理|整改|落实|办|换|通|接|整)|[^主重需只就还又]要(?!是|到期|开会)|^要(?!是)|得(?!了|很)|催|让|叫|请"
)
OURS = re.compile(r"我|咱|出门|回村|回来|回去|到家|开会|学习|睡|吃饭|上山|进村|下村")
BOUND = re.compile(r"^(?:就|是|为)?(?:截止|截至|止|为限|底线)")
SOON = re.compile(r"尽快|赶紧|赶快|抓紧|这几天|这两天|近期|早点|尽早")
FEARED = re.compile(r"[怕恐]|眼看|估计|说不定|搞不好")
PRESSED = r"(?:要|得|就|都|在|于|给|必须|务必|马上|立即|立马|尽快|尽早|赶紧|抓紧|一定)"
TO_MEND = re.compile(  # once its days have been taken out: all of a clause that only wants it mended
    rf"(?P<wanted>(?:(?:队长|领导|上级|[县镇乡村]里)?要求|限|望|盼|请|希望|争取|力争)?{PRESSED}*)"
    r"(?:修好|修复|修理|维修|修|解决|处理|整改|落实|办结|办|弄好|搞好|整好|换好)(?:到位|完毕|完成|完|好|掉)?"
)
SAME_DAY = re.compile(r"当天|当日|今天(?:之内|内|必须|就要|要|得)|不过夜")


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
    pressed = bool(OBLIGED.search(text)) and not (SOON.search(text) or FEARED.search(text))
    for phrase in clause.times:
        span = scene.span(phrase, "ahead")
        if span is None or span.last < scene.base:
            continue
        limit = bool(LIMIT.search(phrase.text)) and "by" in (phrase.ending, span.kind)
        limit = limit or bool(BOUND.search(clause.text[clause.at(phrase.end) :]))
        if (limit and not OURS.search(text)) or (span.last > scene.base and pressed):
            return span.last
    return scene.base if SAME_DAY.search(clause.text) else None
