"""Progress on issues named by number: which clauses tell of each, whose it is, how far it is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ledger.reading.advances import falls_back, turns
from ledger.reading.clauses import Clause
from ledger.reading.faults import fault_in
from ledger.reading.issue_numbers import LAST_DAY, Name, names_in
from ledger.reading.progress import asks, how_far
from ledger.reading.said import ProgressSaid, Who
from ledger.reading.scene import Scene
from ledger.reading.view import Part

TELEGRAM = 8  # characters of a sentence in telegram style
OPEN_STILL = re.compile("[挂留没别不]")
MOST = 40  # issues named by number in one message
ENDED = re.compile(
    r"(?:[水电路网气]|信号)[已全都]?通(?:了|$|[，。；\s])|灯[已全都]?亮|"
    r"(?:硬化|铺|修|装|换|建|改|拆|清|挖|砌)(?:好|完|通)|"
    r"(?<!打包)(?<!列入)(?<!限期)(?<!需要)(?<!正在)整改(?!中|通知|方案|单|计划|措施|材料|书|要求|责任)|办结|销号|销了|解决了|已解决|修好|通了|换好|换了|完成|搞定|摘帽|闭环|了结|完结|完事|了账|划掉|关掉"
    r"|彻底了了|到位|验完|清零|验收(?![单组员表书申材标时])|握手"
)
# the word that closes the entry, wherever it stands
CLOSED = re.compile(
    r"办结|销号|销了|^销$|闭环|了结|完结|可以(?:销|报完成|了账)|建议销|划掉|关掉"
)
UNENDED = re.compile(
    r"没|未|还(?!清)|快|一半|等|正在|准备|要(?!求)|争取|力争|计划|预计|打算|下周|下个?月|月底|申请销号"
    r"|才能|再|排|差|催|通知|待|不予|不算|不能|[结完]不了|完成0|[1-9]\d?%|[一两三四五六七八九几\d]成$|退回"
)
MEANT = re.compile(
    r"(?:下周|明天|后天|下个?月|争取|打算|准备|计划|尽量|力争|想|接下来|下一?步|梦[见到])[^，。；]{0,8}$"
)
ASKED = re.compile(
    r"办结了没|销了没|怎么样|吗|进展如何|是什么|在哪|谁|哪一?[户家组个天]|什么|多少|[?？]|作废|重复|[能可]不[能可]"
)
# nothing has moved, and nothing more is told
STANDS_STILL = re.compile(
    r"老样子|原样|(?:还是|[都也]|就是|一[点样]|丝毫|半点)[^，。；]{0,2}没[有再]?(?:动|挪|落地|推)|嘴上说|原地踏步|没轮到|没(?:有|得|啥|个)?动静|没反应|没人?[来管过问碰理动]{1,2}$|谁[都也]没来|(?:那个|一个|老)样子|^[，：]*进[展度]，?无|完成0(?!\d)"
)
# the entry in the list is spoken of, not the thing: 56号的问题描述太长了
RECORD = re.compile(
    r"^\s?的?(?:问题)?(?:的?(?:旧?照片|图片?|截图|描述|标题|编号(?!就?是)|名字?|字|报告单)|[^，。；]{0,4}(?:照片|截图|描述|权限))"
    r"|^[^，。；]{0,2}(?:我(?:琢磨|不?想|没|在想|觉得|看)|到期)"
)
NOT_REACHED = re.compile(r"待[通验批审装修建付]|还没|没动|未|还在|在排|还差|没下文")
ON_THE_WAY = re.compile(
    r"吃的?[派中晚早午]?饭|(?:喝|讨)[了口碗杯]|歇[了脚]|去了|走访|看了|(?<![领拿收送等寄运找买办])到了|入户|(?<![给让叫请跟向对喊])我|学习"
)
# what a day is told with: the sender's own doings
OWN_DAY = re.compile(
    r"我(?![们队村])|(?<!过)去了|走访|入户|看望|(?<!人)看了|慰问|串门|请假|轮休|公休|休[息假]|学习|自学|学了|钟头|小时|开会|值班|在岗|在村|回村|住村|培训|体检|出差|会议"
    r"|结婚|过寿|做寿|嫁|手术|生日|出殡|返(?:的|了)?[村程回岗]|回的村|归的?队|就回[来村]|学[^，。；校]{0,3}(?:分钟|小时)|陪|写了?信"
)
OPENS = re.compile(r"^进[展度]$")  # 57号 进展：初审过
TURNS_AWAY = re.compile(r"^(?:对了|另外|还有|顺便|再就是|此外|最后|接下来)")
ONLY_CLOSED = re.compile(r"^(?:已经?|都|也)?(?:办[结好妥]|销[号了]|完[成结]|解决|搞定)了?$")
ONLY_NAMED = re.compile(  # 28号单子，许家旺…: as yet only the name of the issue
    r"^[(（]?(?:的?[那这]?[个条张件桩]?(?:工?单子?|事儿?|任务|清单))?$"
)
ANEW = re.compile(r"^(?:家|屋)?[里头]?的")  # a household's own matter begins
# 12号问题是我写错了: where nothing more is told of it, another number follows
MISNAMED = re.compile(
    r"^[^，。；的]{0,6}(?:写|报|弄|搞|说|打|记|填|标|念|\*)(?:错|串|混|反)了?$"
)
# a number that is only the name of what has been told: ，编号是31; ，8号先别销
LABEL = re.compile(
    r"^[啊呢吧哈的那这个件条桩，]*(?:(?:先|还)?(?:别|不|可以|能|该)*(?:销|关|划|办结)[^，。；]{0,2})?$"
)
# what is said of the number says only how it stands, what it is stands before: 6号就还是没完
ONLY_STANDS = re.compile(
    r"^(?:的编号|的?事|那[个条件桩]|就是这个|可以?|[，就也都算是先还仍别能该彻底接着继续])*+"
    r"(?:挂|留|没完|没[办了]结|[销关划勾](?=$|[了掉号吧])|办结|完事|搞定|了结)[着了掉号不吧，先别销勾]{0,6}$"
)
HAPPENED = re.compile(r"已|正式|终于|今[天日早]|刚刚?(?!到)|到货|完[结工成]|报了|签了")
VOID = re.compile(r"重复|作废|并案")
WAITS = re.compile(r"^(?:只能|就|先|继续)?等")
# how a thing stands, told of a number that must be an issue's
STATUS = re.compile(
    r"还|没|未|等|差|待|已|正|在|列|定|签|盖|批|审|立|换|约|推|办|来人|派|催|公示|延期|验收?|合格|通过|进场|动工|停|销|了(?:$|[，。；])"
)


@dataclass
class Numbered:
    """Steps named by number in one stretch of a message, with the clauses that tell of them."""

    name: Name
    clauses: list[Clause]
    behind: Clause  # as much of its clause as stands behind the number
    people: tuple[Who | None, ...] = (None,)
    words: list[str] = field(default_factory=list)

    @property
    def tail(self) -> str:
        """The words behind the number in its own clause."""
        return self.behind.text

    @property
    def telling(self) -> list[Clause]:
        """Its clauses, of the number's own only what stands behind it."""
        ends = self.behind.end
        return [
            self.behind
            if one.start <= self.name.start < one.end or one.start < ends <= one.end
            else one
            for one in self.clauses
        ]

    @property
    def told(self) -> str:
        """What is said behind the number."""
        return "，".join([self.tail, *self.words])


def read_numbered(scene: Scene, parts: list[Part]) -> tuple[list[ProgressSaid], set[Clause]]:
    """Progress on issues named by number, and the clauses that belong to it."""
    names = _joined(islice(names_in(scene.plain), MOST), scene.plain)
    named = {
        part.whole
        for part in parts
        for one in names
        if part.whole.start <= one.start < part.whole.end
    }
    any_sure = any(one.sure for one in names)
    used: set[Clause] = set()
    found: list[Numbered] = []
    for one in _numbered(scene, names):
        mine = set(used)
        _gather(one, parts, mine, named)
        if one.name.sure or _is_issue(one, any_sure=any_sure):
            used |= mine
            found.append(one)
    told = [one for one in found if _tells(one)]
    return list(_last_said(said for one in told for said in _reports(scene, one))), used


def _joined(names: Iterable[Name], plain: str) -> list[Name]:
    """#7 #8 都完事了: what stands side by side is told of together."""
    joined: list[Name] = []
    for one in names:
        last = joined[-1] if joined else None
        if last and not plain[last.end : one.start].strip(" 、，,和跟与及"):
            joined[-1] = Name(
                last.start,
                one.end,
                (*last.numbers, *one.numbers),
                last.sure or one.sure,
                last.owned,
            )
        else:
            joined.append(one)
    return joined


def _numbered(scene: Scene, names: list[Name]) -> Iterator[Numbered]:
    for place, name in enumerate(names):
        clauses = [
            one for one in scene.clauses if one.start < name.end and name.start < one.end
        ]
        if not clauses or MEANT.search(scene.plain[clauses[0].start : name.start]):
            continue  # 下周把5号解决掉
        end = names[place + 1].start if place + 1 < len(names) else len(scene.plain)
        behind = _cut(clauses[-1], name.end, max(name.end, min(end, clauses[-1].end)))
        if not ASKED.search(behind.text):
            yield Numbered(name, clauses, behind)


def _cut(clause: Clause, start: int, end: int) -> Clause:
    """A stretch of a clause as a clause of its own."""
    part = Clause(
        clause.text[clause.at(start) : clause.at(end)], start, end,
        clause.before, clause.sentence, clause.lexicon, clause.question,
    )  # fmt: skip
    part.times = [one for one in clause.times if start <= one.start < end]
    part.mentions = [one for one in clause.mentions if start <= one.start < end]
    return part


def _gather(one: Numbered, parts: list[Part], used: set[Clause], named: set[Clause]) -> None:
    """Add the clauses of the same sentence that go on about it, and the household they name."""
    places = [place for place, part in enumerate(parts) if part.whole in one.clauses]
    sentence = one.clauses[-1].sentence
    one.people = _first_people(parts[place] for place in places)
    for part in parts[places[-1] + 1 :]:
        clause = part.whole
        if clause.sentence != sentence and _in_telegrams(one, clause):
            sentence = clause.sentence  # 3号。路灯。电池到货了
        if clause.sentence != sentence or clause in used or not _goes_on(one, part, named):
            break
        one.clauses.append(clause)
        one.words.append(part.clause.text)
        if part.clause.mentions and one.people == (None,):
            one.people = part.people
    if one.people == (None,) and one.name.owned:
        one.people = parts[places[0]].people
    if one.people == (None,):
        _look_back(one, parts[: places[0]], sentence, named | used)
    used.update(one.clauses)


def _in_telegrams(one: Numbered, clause: Clause) -> bool:
    """Whether a number is alone in its sentence, and what is told of it in sentences as short."""
    short = len(clause.text.strip()) <= TELEGRAM and not clause.mentions
    return (
        short
        and not one.name.start
        and not one.tail.strip()
        and not OWN_DAY.search(clause.text)
    )


def _first_people(parts: Iterable[Part]) -> tuple[Who | None, ...]:
    return next((one.people for one in parts if one.clause.mentions), (None,))


def _goes_on(one: Numbered, part: Part, named: set[Clause]) -> bool:
    clause = part.clause
    if part.whole in named and part.whole is not one.clauses[-1]:
        return False
    if part.whole is one.clauses[-1] or (
        ONLY_NAMED.search(one.tail) and clause.before == "soft" and not one.words
    ):
        return not part.whole.taken
    if part.whole.taken or (ON_THE_WAY.search(clause.text) and clause.mentions):
        return False
    if clause.mentions and TURNS_AWAY.search(clause.text):
        return False
    if _begins_anew(clause) and _moves(one) and not ONLY_CLOSED.search(one.tail):
        return False
    return (
        not clause.mentions
        or (one.people == (None,) and fault_in(clause) != "strong")
        or bool(how_far(clause)[0])
    )


def _begins_anew(clause: Clause) -> bool:
    """13号问题的井盖没到货，庞立成的慢病材料还缺一张: a matter of its own."""
    if not clause.mentions or clause.at(clause.mentions[0].start) > 0:
        return False
    return bool(ANEW.search(clause.text[clause.at(clause.mentions[0].end) :]))


def _look_back(one: Numbered, parts: list[Part], sentence: int, named: set[Clause]) -> None:
    """有福家橘子拉走了，钱到手了，5号办结: the household stands before the number."""
    label = bool(LABEL.search(one.told)) or _still_open(one.told)
    bare = not one.told.strip() or bool(ONLY_STANDS.search(one.told))
    if bare and not any(part.whole.sentence == sentence for part in parts):
        sentence -= 1  # 推了一百米就停了。问题号22
    mine = [part for part in parts if part.whole.sentence == sentence]
    named_there = any(part.clause.mentions for part in mine)
    for part in reversed(mine):
        if part.whole.taken or part.whole in named or _tells_else(part.clause, label=label):
            return
        one.clauses.insert(0, part.whole)
        if part.people[0] and named_there:
            one.people = part.people
        if part.clause.mentions:
            return


def _still_open(told: str) -> bool:
    """Whether all that is said of a number is that it stays open: 14号接着挂."""
    return bool(ONLY_STANDS.search(told)) and bool(OPEN_STILL.search(told))


def _tells_else(clause: Clause, *, label: bool) -> bool:
    """Whether a clause before the number tells of something else; label: it has only that."""
    if clause.text.strip().isdigit():  # 2 15号问题办结: another item of a list begins
        return True
    if not label and fault_in(clause) and how_far(clause)[0] != "done":
        return True
    return bool(ON_THE_WAY.search(clause.text) or TURNS_AWAY.search(clause.text))


def _is_issue(one: Numbered, *, any_sure: bool) -> bool:
    """Whether what is told of an open number makes it an issue's: 17号合同签了, no day of ours."""
    if OWN_DAY.search(one.told):
        return False
    if any_sure or min(one.name.numbers) > LAST_DAY:
        return bool(STATUS.search(one.told)) or _moves(one)
    if one.behind.mentions:
        return False  # 18号许家旺家装好了灯
    return _moves(one) or bool(HAPPENED.search(one.told))


def _moves(one: Numbered) -> bool:
    """Whether something was done or reached; to wait is no step."""
    return any(
        how_far(clause)[0] in {"done", "step"}
        and not WAITS.search(clause.text)
        and not STANDS_STILL.search(clause.text)
        for clause in one.telling
    )


def _tells(one: Numbered) -> bool:
    """Whether something is told of it, and not only asked or said to stand still."""
    if any(asks(clause) for clause in one.clauses if not OPENS.search(clause.text)):
        return False
    if MISNAMED.search(one.tail) and not one.words:
        return False
    if RECORD.search(one.tail) or VOID.search(one.told):
        return False
    return not STANDS_STILL.search(one.told) or _moves(one)


def _last_said(found: Iterable[ProgressSaid]) -> Iterator[ProgressSaid]:
    """One report for each issue: the last word on it counts."""
    last: dict[int | None, ProgressSaid] = {}
    for one in found:
        last[one.issue_no] = one
    return iter(last.values())


def _reports(scene: Scene, one: Numbered) -> list[ProgressSaid]:
    done = _ended(one)
    start, text = min(part.start for part in one.clauses), scene.words(*_once(one.clauses))
    return [
        ProgressSaid(
            start=start, text=text, issue_no=number, household=one.people[0], done=done
        )
        for number in dict.fromkeys(one.name.numbers)
    ]


def _once(clauses: list[Clause]) -> list[Clause]:
    return sorted(set(clauses), key=lambda one: one.start)


def _ended(one: Numbered) -> bool:
    """Whether the last word on it is that the effect is there."""
    done = False
    for clause in one.telling:
        own = clause is one.behind or (not one.tail and clause.start <= one.behind.end + 1)
        if _is_there(clause, own=own):
            done = True
        elif _sets_back(clause, done=done):
            done = False
    return done


def _is_there(clause: Clause, *, own: bool) -> bool:
    """Whether the effect is told, or the entry called closed; own: of the number's own clause."""
    far, text = how_far(clause)[0], clause.text
    closed = "可以销" in text or (ENDED if own else CLOSED).search(text)
    open_still = (UNENDED.search(text) or falls_back(text)) and "可以销" not in text
    return (far == "done" and not (own and open_still)) or bool(closed and not open_still)


def _sets_back(clause: Clause, *, done: bool) -> bool:
    """Whether something is still missing, or only a step was told so far."""
    text = clause.text
    lacking = NOT_REACHED.search(text) or falls_back(text) or turns(text)
    return bool(lacking) or "申请销号" in text or (how_far(clause)[0] == "step" and not done)
