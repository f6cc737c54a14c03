"""What was studied, in the member's own words: the words of a clause that are left of its act."""

import re

from ledger.reading import study_words as words
from ledger.reading.clauses import Clause
from ledger.reading.dialect import papers
from ledger.reading.scene import Scene

LONGEST_TOPIC = 40
_READ = (
    r"(?:学|读|念|背|抄|看|瞅|瞄|瞧|啃|捋|抠|刷|听|记|温|消化|领会|琢磨"
    r"|钻研|研究|收看|观看|复习|过|嚼|翻|补|传达|重温|梳理|吃透|弄懂)"
)
_MUCH = (
    r"(?:了|完|过|的|温|看|学|一[遍下阵会些]子?儿?|(?<=了)[下阵会些]子?儿?"
    r"|[一两二三四五六七八九十半\d]+[本篇集节堂期份套个页部])"
)
_WHOLE = (
    r"(?:从头到尾|前前后后|从头|重新|又|都|全|再|给|细细"
    r"|仔细|认真|好好|逐[条句字章]|通篇|反复|来回|一口气)"
)
POINTED = (
    re.compile(
        r"(?:围绕|关于|有关|讲的是?|学的是?|读的是?|看的是?|主要[学讲看](?:的是)?|内容是|主题是)(?P<topic>[^，；：的]{2,24})"
    ),
    re.compile(r"^讲(?![话座课义稿])(?P<topic>[^，；：的了]{2,24})的?$"),
    re.compile(
        rf"[把将](?P<topic>[^，；]{{2,30}}?){_WHOLE}*{_READ}(?:了|完|过|透|下来|一遍|懂|通)"
    ),
    re.compile(rf"{_READ}{_MUCH}{{1,3}}(?P<topic>[^，；了]{{2,30}})"),
    re.compile(
        r"(?P<topic>[^，；了]{2,24}?)的?(?:自主|自我|视频|音频|讲解|辅导|授课|课件|卡片|专题片)"
    ),
)
STEPS = 24  # fillers taken from one end of a piece


def topic_of(scene: Scene, clause: Clause, spot: tuple[int, int]) -> str | None:
    """The topic of a clause of study: in 《》, else the words behind its verb, else before it."""
    if books := _books(scene, clause):
        return books
    text = _bare(scene, clause)
    if pointed := _pointed(text):
        return pointed
    return _best(text[spot[1] :]) or _best(text[: spot[0]])


def is_subject(topic: str) -> bool:
    """Whether words name something that is studied, not only something that was told."""
    return bool(words.SUBJECT.search(topic))


def _pointed(text: str) -> str | None:
    """What the grammar points to: 围绕…, 讲…的, 把…捋了一遍, 消化了一下…, …的音频."""
    for way in POINTED:
        for match in way.finditer(text):
            topic = _tidy(match["topic"])
            if topic and words.SUBJECT.search(topic) and not words.TALKED.search(topic):
                return topic
    return None


def _best(text: str) -> str | None:
    """The longest piece of these words that can be a topic, one with a word of policy first."""
    pieces = [one for one in map(_tidy, re.split(words.MIDDLE, text)) if one]
    named = [one for one in pieces if words.SUBJECT.search(one)]
    chosen = named or [one for one in pieces if not words.TALKED.search(one)]
    return max(chosen, key=len) if chosen else None


def plain_topic(scene: Scene, clause: Clause) -> str | None:
    """The topic a clause names without a verb of study; None where it tells something else."""
    if books := _books(scene, clause):
        return books
    if words.MODE.match(clause.text.strip()):
        return None
    topic = topic_of(scene, clause, (0, 0))
    marked = words.MARKED.search(clause.text) or (topic and words.SUBJECT.search(topic))
    if topic is None or (
        not marked and (words.TALKED.search(topic) or clause.has("visit.away"))
    ):
        return None
    return topic


def _books(scene: Scene, clause: Clause) -> str | None:
    """Titles in 《》; a title may run on over marks of its own."""
    own = scene.own[clause.start : clause.end]
    found = [one["title"].strip() + one["part"] for one in words.BOOK.finditer(own)]
    return "，".join(one for one in found if one) or None


def _bare(scene: Scene, clause: Clause) -> str:
    """The member's own words, days, lengths and companions blanked by marks of the same length."""
    text = papers(scene.own[clause.start : clause.end])
    spans = [(one.start, one.end) for one in clause.durations]
    spans += [(one.start, one.end) for one in clause.times]
    for first, last in spans:
        start, end = max(0, first - clause.start), min(last, clause.end) - clause.start
        text = text[:start] + "，" * (end - start) + text[end:]
    return words.WITH.sub(lambda match: "，" * len(match[0]), text)


def _tidy(text: str) -> str | None:
    """The words without fillers and verbs at both ends; None where no topic is left."""
    text = text.strip()
    text = text.strip("，")
    for _ in range(STEPS):
        shorter = words.TAIL.sub("", words.HEAD.sub("", text, count=1)).strip()
        if shorter == text:
            break
        text = shorter
    if cut := words.CUT.search(text):
        text = text[: cut.start()].strip()
    if twice := re.search(r"(?:看|学|读)(?:了|完|的)", text):
        text = text[: twice.start()].strip()
    return (
        None
        if words.NOT_TOPIC.match(text) or words.LENGTH.search(text) or len(text) > LONGEST_TOPIC
        else text
    )
