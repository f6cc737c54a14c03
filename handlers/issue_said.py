"""An issue named by its number, as people say it: 「12号要延期」「把12号转给住建局」「22号清干净了」.

Everything is turned into the command behind it (问题12 …): one of its acts, else a note of what is
new. 12号 may be a day as well: where no issue of that number can be seen, or the words go on as
after a day, they are left to whoever reads sentences.
"""

import re

from handlers import closing, custody, issue_numbers
from handlers.filing import read_message
from handlers.issue_numbers import MARKS, Numbered
from handlers.look_backs import read_result
from handlers.talk import Room, Talk, Topic, hold, one_of
from ledger import issues, look_backs, talks
from ledger.errors import Refused
from ledger.issue_moves import BEING_VERIFIED, ENDED, WORKED_ON, Move, State, refusal
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, STAFF, Person
from ledger.reading.said import LeaveSaid, PresenceSaid, ReturnSaid, StudySaid, VisitSaid
from ledger.talks import Said

WISH = re.compile(r"(?:想要?|需?要|得|请求?|现在|可以|再次?)?")
ASKED = re.compile(r"(?:[?？]|吗|没有|了没)[。！ ]*$")  # a question orders nothing
WONDERS = re.compile(
    r"(?:现在|目前|那边?|到底)?(?:是)?(?:个)?(?:什么情况|啥情况|什么进展|啥进展|怎么样|怎样|咋样|怎么回事|咋回事"
    r"|情况如何|进展如何|情况怎么样|进展怎么样|办得怎么样|办到哪[一儿]?步?|到哪一?步|看一?[下看])"
    r"(?:了|啦)?[?？。 ]*"
)
LONGEST = 100  # signs that fit behind a button
QUOTED = 40
ACTS = (  # what is said of an issue, and the word of the command
    (re.compile(r"不同意延期"), "不同意延期"),
    (re.compile(r"同意延期"), "同意延期"),
    (re.compile(r"(?:申请)?延(?:长)?(?:期限|时限|期)"), "延期"),
    (re.compile(r"(?:收回|撤回|撤销)(?:销号)?申请"), "收回申请"),
    (re.compile(r"(?:申请|提请|报)销号[了吧]?(?=$|[ ，,。：:；;!！])"), "申请销号"),
    (re.compile(r"同意(?:销号)?"), "同意"),
    (re.compile(r"不(?:同意|予)(?:销号)?"), "不同意"),
    (re.compile(r"(?:退回|打回|驳回)(?:去|来|重办|重做)?"), "退回"),
    (re.compile(r"收回来?"), "收回"),
    (re.compile(r"核验"), "核验"),
    (re.compile(r"转办"), "转办"),
    (re.compile(r"又?反弹了?"), "反弹"),
    (re.compile(r"并入"), "并入"),
    (re.compile(r"责任人(?:是|改成|换成|为)?"), "责任人"),
    (re.compile(r"(?:整改)?措施(?:是)?"), "措施"),
)
GLUED = frozenset(
    {"延期", "申请销号", "收回申请"}
)  # 问题39 延期到1月8号: without a space behind
DONE = re.compile(
    r"(?:已经?|都)?(?:办|解决|处理|整改|整治|弄|搞)(?:好|完|结|定|妥|到位)?[了啦]?[。！!]*"
)
LOOKED = re.compile(r"回头看(?:了|过)?")
STRUCK = re.compile(r"销号[了吧]?(?=$|[ ，,。：:；;!！])")
CLAUSE = r"(?:^|(?<=[，,。；;！!\s]))"
ENDS = r"(?=$|[，,。；;！!\s])"
SUBMITS = re.compile(
    rf"{CLAUSE}(?:我们?|现在?|今天|特|再次?|请|想|要|可以)?(?:申请|提请|报请|请求)销号[了吧啦]?{ENDS}"
)
DELAYS = re.compile(rf"{CLAUSE}(?:我们?|想|要|再)?(?:申请|请求|要求)延(?:长)?期限?")
AGREES = re.compile(rf"{CLAUSE}(?:我)?(?:同意|可以|准予|予以)销号[了吧啦]?{ENDS}")
REFUSES = re.compile(
    rf"{CLAUSE}(?:我)?(?:退回|打回|驳回|不同意)(?:销号|重办|重做)?[了吧]?{ENDS}"
)
CODE = re.compile(r"户码[^\d]{0,8}(\d(?:[ \-]?\d){5})(?!\d)")
WITHDRAWN = re.compile(r"(?:撤回|撤销|撤消|撤掉|撤了|删掉|删除|删了|作废)[了吧]*" + ENDS)
MISTAKE = re.compile(
    r"(?:报|弄|搞|记|写|填)(?:错|重)|误报|没有?这[回个]?事|没有?的事|不是[我咱]们?村的?"
)
STRIKES = re.compile(r"撤|删|作废|取消|没有?这[回个]?事")
URGED = re.compile(r"(?:督办|催办|催一?[下催])[了吧]?(?=$|[ ，,。：:；;!！])")
URGES = re.compile(
    r"抓紧|尽快|赶紧|赶快|加快|加紧|务必|督办|催办|马上办|立即办|限期|限\d"
    r"|[一二两三四五六七八九十几\d]+个?(?:天|日|周|星期|月)[之以]?内"
)
# 又漏了 alone is answered with how to say it: a new issue is not begun by a guess.
BACK = re.compile(r"(?<![没有未无不])(?:反弹|复发)")
ONLY_BACK = re.compile(r"(?:又|再次?)?(?:反弹|复发)了?[。！!]*")  # what was seen is asked for
WANTS_A_UNIT = frozenset({"custody.ask_whom", "custody.ask_new"})  # no day answers these
OF_A_DAY = (VisitSaid, StudySaid, LeaveSaid, ReturnSaid, PresenceSaid)


async def heard(room: Room, asker: Person, text: str, *, beside: bool = False) -> str | None:
    """The command behind words that begin with an issue's number; None: they name none.

    `beside`: a question is open. A plain order leaves it; what may be its answer does not.
    """
    found = issue_numbers.read(text, inside=asker.role in STAFF)
    if found is None:
        return None
    if turned := custody.turned(found.words):
        return f"问题{found.id} 转办 {' '.join(turned)}".strip()
    issue = await _issue(room, asker, found.id)
    if issue is None:
        return None
    if _only_asks(found):
        return None if beside or found.may_be_a_day else f"问题{issue.id}"
    if act := await _act(room, asker, issue, found):
        return act
    if found.named or not await _is_meant(room, asker, issue, found, beside):
        return None
    return f"问题{issue.id} {'记进展' if asker.role in ON_TEAM else '情况'} {found.words}"


def _only_asks(found: Numbered) -> bool:
    """「47号」「24号什么情况了」: the card is the answer; 问题47 shows it anyway."""
    if found.named:
        return WONDERS.fullmatch(found.words) is not None
    words = found.words
    return not words or bool(WONDERS.fullmatch(words) or ASKED.search(words))


async def _is_meant(
    room: Room, asker: Person, issue: Issue, found: Numbered, beside: bool
) -> bool:
    """Whether it is the issue rather than the day of the month that the words begin with.

    What tells of more than this issue is for whoever reads sentences.
    """
    if not found.sure and (beside or found.may_be_a_day or State(issue.state) in ENDED):
        return False
    if asker.role not in ON_TEAM:
        return True
    sign = "号问题" if found.sure else "号"
    reading = await read_message(room, asker, f"{found.id}{sign}{found.words}")
    others = [one for one in reading.reports if isinstance(one, OF_A_DAY)]
    if found.sure:
        return not others or len(others) == len(reading.reports)
    return not others


# which act
async def _act(room: Room, asker: Person, issue: Issue, found: Numbered) -> str | None:
    """The command of the act the words speak of; None: they only tell something."""
    words, number = found.words, f"问题{issue.id}"
    if code := CODE.search(words):
        return f"{number} 户码 {code[1]}"
    if home := custody.heard(issue, words):
        return f"{number} {home}"
    if begun := _begun(issue.id, words, GLUED if found.named else None):
        return begun
    if withdrawn(words):
        return f"{number} 撤销"
    state = State(issue.state)
    if state in BEING_VERIFIED and (decided := _decided(words)):
        return f"{number} {decided}"
    if asker.role in STAFF and state in WORKED_ON and URGES.search(words):
        urged = URGED.match(words)
        return f"{number} 督办 {words[urged.end() :].strip(MARKS) if urged else words}".strip()
    if asker.role in ON_TEAM and (asked := _asked_for(words)):
        return f"{number} {asked}"
    return await _after_the_end(room, asker, issue, words)


def _begun(number: int, words: str, only: frozenset[str] | None) -> str | None:
    """「要延期到12月30日」 of issue 12: 问题12 延期 到12月30日."""
    if only is None and (looked := LOOKED.match(words)):
        return f"回头看{number} {words[looked.end() :].strip(MARKS)}".strip()
    wish = WISH.match(words)
    said = words[wish.end() :] if wish else words
    if only is None and (struck := STRUCK.match(said)):
        return f"销号{number} {said[struck.end() :].strip(MARKS)}".strip()
    if only is None and DONE.fullmatch(said):
        return f"问题{number} 记进展 {words}"
    for form, act in ACTS:
        if (found := form.match(said)) and (only is None or act in only):
            return f"问题{number} {act} {said[found.end() :].strip(MARKS)}".strip()
    return None


def withdrawn(words: str) -> bool:
    """「报错了，撤掉吧」「撤销」: the report is to be struck out; 路障撤掉了 is no such word."""
    return bool(WITHDRAWN.match(words) or (MISTAKE.search(words) and STRIKES.search(words)))


def _decided(words: str) -> str | None:
    """「去看过了，同意销号」「还在漏，退回」: the verifier's word, wherever it stands."""
    if refused := REFUSES.search(words):
        return f"退回 {_without(words, refused)}".strip()
    agreed = AGREES.search(words)
    return f"同意 {_without(words, agreed)}".strip() if agreed else None


def _asked_for(words: str) -> str | None:
    """「床也换了，申请销号」「墙没干，申请延期到1月8号」: what stands beside it is the reason."""
    if submits := SUBMITS.search(words):
        return f"申请销号 {_without(words, submits)}".strip()
    if delays := DELAYS.search(words):
        before, after = words[: delays.start()], words[delays.end() :]
        return f"延期 {after.strip(MARKS)} {before.strip(MARKS)}".strip()
    return None


def _without(words: str, found: re.Match[str]) -> str:
    rest = (words[: found.start()].strip(MARKS), words[found.end() :].strip(MARKS))
    return "，".join(one for one in rest if one)


async def _after_the_end(room: Room, asker: Person, issue: Issue, words: str) -> str | None:
    """Of one that is struck off: a look-back that waits for him, or that it has come back."""
    if issue.state != State.CLOSED:
        return None
    waiting = await look_backs.waiting_for(room.db, asker)
    if any(one.issue.id == issue.id for one in waiting):
        return f"回头看{issue.id} {_result_first(words)}"
    if not BACK.search(words):
        return None
    seen = "" if ONLY_BACK.fullmatch(words) else words
    return f"问题{issue.id} 反弹 {seen}".strip()


def _result_first(words: str) -> str:
    """「打电话问了，钱每月都到，稳定」: 稳定，打电话问了，钱每月都到."""
    if read_result(words)[0]:
        return words
    for clause in re.finditer(r"[^，,。；;！!\s]+", words):
        if result := read_result(clause[0])[0]:
            kept = _without(words, clause) if clause[0].startswith(result) else words
            return f"{result}，{kept}"
    return words


# where nobody understands it
async def offer(room: Room, asker: Person, text: str) -> Reply | None:
    """「12号漏得更厉害了」, not understood as anything else: is it issue 12 that is meant?"""
    found = issue_numbers.read(text, inside=False) if asker.role in ON_TEAM else None
    issue = await _issue(room, asker, found.id) if found else None
    if found is None or issue is None or not 0 < len(found.words) <= LONGEST:
        return None
    says = ((Move.NOTE, "记进展"), (Move.REBOUND, "反弹"))
    act = next((word for move, word in says if refusal(issue, asker, move) is None), None)
    if act is None:
        return None
    option = Option(f"{act}：问题{issue.id}", f"问题{issue.id} {act} {found.words}")
    return Reply(room.words.say("issues.meant", issue=issue), (option,), kind="card")


async def _issue(room: Room, asker: Person, number: int) -> Issue | None:
    try:
        return await issues.access_issue(room.db, asker, number)
    except Refused:
        return None


# a verifier's word without a number
async def agreed(room: Room, asker: Person, said: Said) -> Reply | None:
    """「秦有根说不漏了，同意销号」: of which one, of those that wait for him; None: none does."""
    if AGREES.search(said.text) is None:
        return None
    if not await issues.waiting_for(room.db, asker, room.now.date()):
        return None
    return await hold(room, asker, AGREED, talks.State(AGREED.name, said), said.text)


async def which_is_agreed(talk: Talk) -> Reply:
    """Ask whether it is the one whose household he names; else show what waits for him."""
    waiting = await issues.waiting_for(talk.db, talk.asker, talk.today)
    found = [one for one in waiting if one.household and one.household in talk.rest]
    if len(found) != 1:
        return await closing.list_waiting(talk)
    yes = f"是问题{found[0].id}"
    said = talk.rest[:QUOTED]
    await talk.ask("issues.is_it", one_of({yes: yes}), (yes,), issue=found[0], said=said)
    agreement = AGREES.search(talk.rest)
    rest = _without(talk.rest, agreement) if agreement else talk.rest
    return await closing.agree(talk, found[0], rest)


AGREED = Topic("agreed", (), which_is_agreed)
