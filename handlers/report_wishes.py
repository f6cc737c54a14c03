"""Wishes for one of our papers in people's own words: 「发我一份上周的周报」 is 「周报 上周」.

A sentence is cut into pieces: the paper, a time, a place, a form, words of wishing. With nothing
left over it is that command. What tells of work (周报写完了) leaves something over and is none.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from handlers import bulletin_cards as cards
from handlers.talk import Talk, Topic
from ledger import bulletins
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import STAFF
from ledger.reports.facts import place_of

# words
PAPERS = {
    "抽签公示": "抽签公示", "会议议程": "会议议程", "例会议程": "会议议程", "村公示": "公示",
    "公示": "公示", "议程": "会议议程", "督查通报": "督查通报", "旬通报": "旬通报",
    "月度通报": "通报", "通报": "通报", "我的月报": "我的月报", "日调度": "日报",
    "月调度": "月报", "日报": "日报", "周报告": "周报告", "周报": "周报", "旬报告": "旬报",
    "旬报": "旬报", "月报告": "月报", "月报": "月报", "考勤图": "考勤图", "考勤表": "考勤图",
    "走访图": "走访图", "问题走势图": "问题走势", "问题走势": "问题走势",
    "经手天数图": "经手天数", "经手天数": "经手天数", "走访台账": "台账 走访",
    "学习台账": "台账 学习", "天数台账": "台账 天数", "请假台账": "台账 请假",
    "抽查台账": "台账 抽查", "承诺台账": "台账 承诺", "问题台账": "台账", "台账": "台账",
    "问题清单": "问题清单",
    "我的问题": "我的问题", "我的抽查": "我的抽查", "抽查情况": "抽查情况", "名册": "名册",
}  # fmt: skip
LEDGER = "台账"
NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
YEAR = r"(?:20\d\d年)"
SOME_MONTH = rf"(?:{NUMBER}|上上个?|上个?|本|这个?|下个?)月份?"
TIMES = (
    r"20\d\d-\d{1,2}(?:-\d{1,2})?",
    rf"{YEAR}?(?:{SOME_MONTH}的?)?[上中下]旬",
    rf"{YEAR}?{SOME_MONTH}{NUMBER}[日号]",
    rf"{YEAR}?{SOME_MONTH}",
    rf"(?:{YEAR}?第{NUMBER}|\d{{1,2}})周",
    r"(?:上上|[上本这])(?:个?星期|个?礼拜|个?周)(?:[一二三四五六日天](?!份|张|个))?",
    r"(?:周|星期|礼拜)[一二三四五六日天]",
    r"上上旬|上一个?旬|上个旬|本旬|这一?旬",
    r"大前天|前天|昨[天日]|今[天日]",
    r"(?:去年|今年|20\d\d年?)?(?:第?[一二三四1-4]|[本这上]个?)季度",
    rf"{NUMBER}[日号]",
)
TIME = rf"(?:{'|'.join(TIMES)})"
PAPER = "|".join(sorted(PAPERS, key=len, reverse=True))
ASK = (
    r"发给我们?|发我|给我们?|传给?我|我?想要?看看?|我?要看看?|看看|看一下|看一看|看下|帮我|帮忙"
    r"|能不能|能否|可不可以|可以|有没有|有吗|在哪[里儿]?|怎么看|[在从]?哪[里儿]?看|麻烦"
    r"|我需要|我要|我想要?"
    r"|(?:要|出|发|做|来|导出?)(?:一?[份张个期])|导出(?!\s)|生成|打印|调出来?|(?:转|发|做|导)成|查一下|查查|查看|请"
)
VERB = r"看|查|发|出|要|来|找|传"  # wishes only where nobody is said to do it
FILLER = (
    r"[的把一份个张期下到用以吗呢吧啊呀哦哈嘛有那这再\s,，。.？?！!、~～:：]|我们?(?:[队村镇乡县])?|咱们?(?:[队村镇乡县])?"
    r"|本[队村镇乡县]|版本?|格式|形式|谢谢|最新|最近|新|过来|出来|上来"
)
NOT_IN_PLACES = "的看发给我报要把"
NOT_IN_NAMES = "上下本这那把周月年日天旬季度份个今昨前去我你他她版里最新近空写做交报填的"
PIECE = re.compile(
    rf"(?P<paper>{PAPER})|(?P<time>{TIME})|(?P<ask>{ASK})"
    r"|(?P<form>图片|卡片|(?i:word|pdf)|文档|文件|明细|草稿|历史|逾期|临期|依据(?:\s*\d{1,3})?"
    r"|图(?![一-龥])|图(?=版|片|格|给|发|看))"
    r"|(?P<sheet>(?i:excel)|表格|电子表)"
    rf"|(?P<own>[队村镇乡县]里|全[队村镇乡县])"
    rf"|(?P<place>(?:(?![{NOT_IN_PLACES}])[一-龥]){{1,5}}?(?:村|镇|乡|街道|社区)(?![一-龥]*(?:镇|乡)))"
    rf"|(?P<name>(?:(?![{NOT_IN_NAMES}])[一-龥]){{2,4}}?"
    rf"(?=的(?:{TIME}的?)?(?:{PAPER})))"
    rf"|(?P<verb>{VERB})|(?P<filler>{FILLER})"
)
SHORTENED = re.compile(r"((?:上上|[上本这])个?)([周旬月])报(?=$|[^销])")  # 上周报: 上周周报
MINE = re.compile(rf"我的?({TIME})的?月报")
WEEKDAYS = re.compile(r"个?(?:星期|礼拜|周)")
KEPT = frozenset({"time", "form", "own", "place", "name"})
BEHIND = re.compile(
    r"(?:请问|问一?下|我?想知道|[，, ])*(?=[这那上里第数\d])(?:这个?|那个?|上面的?|里面的?)?"
    r"(?:第\s*(?P<number>\d{1,3})\s*个)?"
    r"(?:数字?|数据|\d+)?\s*(?:[个户条人次天]|户次|人次)?(?:数字?|数据)?(?:是|都是)?"
    r"(?:怎么|咋|从?哪[里儿]?|如何)(?:来|得来|算|算出来|得出|得出来|统计|统计出来)的?[呢啊呀吗?？。 ]*"
)
TO_SIGN = re.compile(
    r"(?:有|有没有|有什么|哪些|看看?|我)?(?:等|待|要|需要)?(?:我|县里|镇里)?(?:来)?"
    r"签发(?:的|什么)?(?:通报|文件|周报告?)?(?:有哪些|吗|呢)?[?？。 ]*"
)
LOOKING = re.compile(
    r"(?:请|麻烦|帮我|能不能|可以|，|,|\s)*(?:(?:我?[想要]{1,2}|给我|帮我)看看?|看看|看一下|查一下"
    r"|(?:再)?(?:发|传)给?我|给我(?:[发看来出导传]|一[份张个]))(?P<what>.*)",
    re.DOTALL,
)
OURS = re.compile(
    r"[日周旬月季年][度中]?(?:报|总结|汇总)|通报|台账|公示|议程|考勤|[图表]|数据|数字|名册|清单|记录|汇总|统计|报告"
    r"|天数|排名|进度|材料"
)
TOLD = re.compile(r"[了过]|写|完|交给|报送|填")  # work that is told of


# pieces
@dataclass(frozen=True)
class Wish:
    """The command behind a sentence, and whether it says that somebody wishes it."""

    command: str
    asked: bool


@dataclass(frozen=True)
class Piece:
    """Words of one kind; '' where no kind is known."""

    kind: str
    word: str


def read(text: str) -> Wish | None:
    """The command a sentence is; None where it is one already, or tells or asks something else."""
    if behind := BEHIND.fullmatch(text):
        return Wish(f"依据 {behind['number'] or ''}".strip(), asked=True)
    if TO_SIGN.fullmatch(text):
        return Wish("待签发", asked=True) if text != "待签发" else None
    said = MINE.sub(r"\1我的月报", SHORTENED.sub(r"\1\2\2报", text))
    pieces = cut(said)
    if not _is_wish(pieces):
        return None
    command = _command(pieces)
    return Wish(command, _asks(pieces)) if command != text else None


def looks(text: str) -> bool:
    """Whether somebody only wants to see something of ours that no command was found for."""
    found = LOOKING.fullmatch(text)
    return bool(found and OURS.search(found["what"]) and not TOLD.search(text))


def cut(text: str) -> list[Piece]:
    """The pieces of a sentence in their order; words of no kind stand together."""
    pieces: list[Piece] = []
    at = 0
    while at < len(text):
        found = PIECE.match(text, at)
        word = found[0] if found and found[0] else text[at]
        pieces.append(Piece(found.lastgroup or "" if found else "", word))
        at += len(word)
    return pieces


def _is_wish(pieces: list[Piece]) -> bool:
    """One paper, nothing left over, and either asked for or not glued behind what somebody does."""
    kinds = [one.kind for one in pieces]
    if kinds.count("paper") != 1 or "" in kinds or kinds.count("name") > 1:
        return False
    if "sheet" in kinds and LEDGER not in _paper(pieces):
        return False
    if kinds[0] == "paper" and not {"ask", "verb", "name"} & set(kinds):
        return not any(one.word[0].isspace() for one in pieces[1:2])  # 周报 上周 is a command
    return "ask" in kinds or not _done_by_somebody(pieces)


def _done_by_somebody(pieces: list[Piece]) -> bool:
    """「今天发周报」「我发周报」: a plan rather than a wish."""
    return any(
        two.kind == "verb" and (one.kind in {"time", "name", "place"} or one.word[0] in "我咱")
        for one, two in pairwise(pieces)
    )


def _asks(pieces: list[Piece]) -> bool:
    return any(one.kind == "ask" for one in pieces)


def _paper(pieces: list[Piece]) -> str:
    return next(PAPERS[one.word] for one in pieces if one.kind == "paper")


def _command(pieces: list[Piece]) -> str:
    """The paper first, then the time, then place and form as they were said."""
    kept = sorted(
        (one for one in pieces if one.kind in KEPT), key=lambda one: one.kind != "time"
    )
    return " ".join([_paper(pieces), *map(_plain, kept)])


def _plain(piece: Piece) -> str:
    """A week by the name that reports know: 上个星期 is 上周."""
    if piece.kind == "time" and piece.word[0] in "上本这":
        return WEEKDAYS.sub("周", piece.word, count=1)
    return piece.word


# what waits for a signature
BUTTONS = 4


async def show_waiting(talk: Talk) -> Reply:
    """待签发: the drafts of one's own place, the oldest first; where there are none, what starts one."""
    if talk.asker.role not in STAFF:
        raise Refused("reports.signed_above")
    waiting = await bulletins.waiting(talk.db, place_of(talk.asker))
    own = [one for one in waiting if bulletins.signs(talk.asker, one)]
    if not own:
        return talk.reply("reports.nothing_to_sign", person=talk.asker)
    lines = [cards.line(talk, one) for one in own]
    options = [
        Option(f"看{cards.short(talk, one)}", cards.command(one)) for one in own[:BUTTONS]
    ]
    return talk.reply("reports.to_sign", options, lines=lines)


WAITING = Topic("to_sign", ("待签发",), show_waiting, form="bare", aside=True)
