"""转办, 收回: 「12号转县水务局，等配件」 and 「12号水务局回复：配件到了」."""

import re
from collections.abc import Callable

from handlers import issue_cards
from handlers.talk import Talk, plain
from ledger import issue_steps, issues, people, units
from ledger.custody import Holder, Kind
from ledger.errors import Misunderstood
from ledger.issue_moves import WORKED_ON, Move, State
from ledger.issues import Issue, check
from ledger.messages import Option, Reply
from ledger.people import Role

ENDS = "局|办|委|院|站|所|中心|公司|集团|银行|乡|镇|镇里|乡里|县里|乡镇|部|会|队|厂|社|处|科|校|库|专班"
SAYS = "来|打|回|答|反馈|退|交|推|说|告|通知"
AFTER = rf"(?=$|[\s，,。；;：:]|了|办|处理|牵头|已|又|刚|今天|昨天|等|因|请|{SAYS})"
UNIT = rf"(?P<unit>[^\s，,。；;：:（）()]{{0,16}}?(?:{ENDS})){AFTER}"
GAP = r"[，,。；;：: ]*"
HANDED = r"(?:已经?|先|要|请)?(?:转办|转交|移交|转|交由|报送?|交(?=给|到|由|[县市区乡镇]))(?:给|到|由)?\s*"
SOON = r"(?:已经?|又|刚才?|今天|昨天)?(?:打?来?电话|来人|来信)?"
REPLIED = rf"{SOON}(?:回复|答复|回话|回信|反馈|说|称|告知|来电|来函)了?(?:我们?)?(?:说|称)?"
RETURNED = rf"{SOON}(?:退[了回]|办结|办完|办好|推回|交回|收回)[来去了]{{0,3}}"
DONE_BY = r"(?:办理?|处理|牵头)?了?"
TURNED = re.compile(f"{HANDED}{UNIT}{DONE_BY}{GAP}(?P<why>.*)$", re.DOTALL)
CAME_BACK = re.compile(f"{UNIT}(?:{RETURNED}){GAP}(?:他们)?(?:说|称)?(?P<text>.*)$", re.DOTALL)
ANSWERED = re.compile(f"{UNIT}{REPLIED}{GAP}(?:他们)?(?:说|称)?(?P<text>.*)$", re.DOTALL)
NOT_THEIRS = re.compile(
    r"不归[^，,。]{0,8}管|不属于[^，,。]{0,10}(?:职责|管|范围)|不该[^，,。]{0,6}管"
)
FETCHED = re.compile(
    r"(?:收回|交回|拿回|要回|退回|退给|还给)[来去]?了?(?:给|到)?(?P<text>.*)$", re.DOTALL
)
HOMEWARD = re.compile(r"^(?:村里|村上|村委会?|村|工作队|队里|队上)(?:办|去|来)?了?")
NAMED = re.compile(rf"^(?:给|到|由)?{UNIT}{DONE_BY}{GAP}(?P<why>.*)$", re.DOTALL)
NEW = "记下这个单位"
MARKS = " ，,。：:；;"
PLACES = ("乡镇", "镇里", "乡里", "镇上", "县里", "县上", "县整改办", "整改办")
A_UNIT = re.compile(
    rf"(?!退|交回|回给|还给|收回|再|请|等)[\u4e00-\u9fffA-Za-z·]{{1,19}}(?:{ENDS})"
)
NO_UNIT = re.compile(r"[我你他她咱]|自己|回复|退回|[了吗呢吧说]")


def turned(words: str) -> tuple[str, str] | None:
    """「转县水务局，等配件」: to whom and why; None: it is nothing of the kind."""
    found = TURNED.match(words)
    if found is None or not is_unit(found["unit"]):
        return None
    return found["unit"], found["why"]


def heard(issue: Issue, words: str) -> str | None:
    """What words say of one that somebody else has: the rest of the command; None: nothing.

    A bureau that has only answered has it still; it comes back when it is given back, or fetched.
    """
    if State(issue.state) not in WORKED_ON or is_home(issue):
        return None
    if back := CAME_BACK.match(words):
        return f"收回 {back['unit']}：{back['text'] or words}"
    if answered := ANSWERED.match(words):
        back = NOT_THEIRS.search(answered["text"])
        text = f"{answered['unit']}：{answered['text']}".rstrip("：")
        return f"收回 {text}" if back else f"回复 {text if answered['text'] else words}"
    if fetched := FETCHED.match(words):
        text = HOMEWARD.sub("", fetched["text"].strip()).strip(MARKS)
        return f"收回 {text}".strip()
    return f"收回 {words}" if NOT_THEIRS.search(words) else None


def is_home(issue: Issue) -> bool:
    """Whether nobody else has it."""
    home = issue.home
    return not issue.holder_kind or (issue.holder_kind, issue.holder_id) == (home.kind, home.id)


async def hand_over(talk: Talk, issue: Issue, rest: str) -> Reply:
    """转办: to whom and why; a unit nobody has named before is asked about once."""
    check(issue, talk.asker, Move.HAND_OVER)
    name, reason = await _name_and_reason(talk, issue, rest)
    holder = await _holder(talk, issue, name)
    reason = reason or await talk.ask("custody.ask_why", plain, holder=holder.name)
    await issue_steps.hand_over(talk.db, talk.asker, issue, holder, reason, now=talk.now)
    await _tell_holder(talk, issue, holder, reason)
    back = Option("收回", f"问题{issue.id} 收回")
    return talk.reply("custody.handed_over", (back,), issue=issue, holder=holder, reason=reason)


async def _tell_holder(talk: Talk, issue: Issue, holder: Holder, reason: str) -> None:
    """A township or the county hears what has come to it; a unit has no chat."""
    role = {Kind.TOWNSHIP: Role.TOWNSHIP, Kind.COUNTY: Role.COUNTY}.get(holder.kind)
    if role is None:
        return
    options = (Option(f"看问题{issue.id}", f"问题{issue.id}"),)
    card = talk.reply("custody.yours", options, issue=issue, by=talk.asker, reason=reason)
    for one in await people.seats_at(talk.db, issue, role, day=talk.today):
        if one.id != talk.asker.id:
            dedupe = f"custody:{issue.id}:{issue.version}:{talk.source}:{one.id}"
            await talk.tell(one.id, card, dedupe=dedupe)


async def _name_and_reason(talk: Talk, issue: Issue, rest: str) -> tuple[str, str]:
    """「县水务局 等配件」; where no office is named, all of it is the reason."""
    first, _, more = rest.partition(" ")
    if await issue_steps.holder_named(talk.db, issue, first):
        return first, more.strip()
    named = NAMED.match(rest)
    if named and is_unit(named["unit"]):
        return named["unit"], named["why"].strip()
    return "", rest


def is_unit(name: str) -> bool:
    """Whether these words can be the name of an office: no sentence, no number, no marks."""
    if name in PLACES:
        return True
    return bool(A_UNIT.fullmatch(name)) and NO_UNIT.search(name) is None


async def _holder(talk: Talk, issue: Issue, name: str) -> Holder:
    """Whom the words name; a new unit only after a look at it."""
    known = [one.name for one in await units.known(talk.db, issue.county_id)]
    read = _unit_name({*known, NEW, *PLACES, issue.township})
    if not name:
        name = await talk.ask("custody.ask_whom", read, (*known[:5], "乡镇", "县里"))
    while (found := await issue_steps.holder_named(talk.db, issue, name)) is None:
        choice = await talk.ask("custody.ask_new", read, (NEW,), name=name)
        if choice == NEW:
            id = await units.ensure(talk.db, issue.county_id, name)
            return Holder(Kind.UNIT, id, name)
        name = choice
    return found


def _unit_name(known: set[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known and not is_unit(text):
            raise Misunderstood("custody.not_a_unit", said=text)
        return text

    return read


async def take_back(talk: Talk, issue: Issue, rest: str) -> Reply:
    """收回: the unit has answered, or we see to it ourselves again; with what it said."""
    check(issue, talk.asker, Move.TAKE_BACK)
    text = rest or await talk.ask("custody.ask_answer", plain, holder=issue.holder)
    before = issue.holder
    text = _without_name(text, before)
    await issue_steps.take_back(talk.db, talk.asker, issue, text, now=talk.now)
    if issue_steps.gives_back(issue, talk.asker):
        return await _given_back(talk, issue, text)
    options = issue_cards.options(talk, await issues.any_issue(talk.db, issue.id))
    return talk.reply("custody.taken_back", options, issue=issue, holder=before, text=text)


async def _given_back(talk: Talk, issue: Issue, text: str) -> Reply:
    """Whoever has it sends it home: the owner and the leader there hear it."""
    owner = await people.by_id(talk.db, issue.owner_id)
    leaders = await people.seats_at(talk.db, issue, Role.LEADER, day=talk.today)
    buttons = (Option("记进展", f"问题{issue.id} 记进展"), issue_cards.look(issue.id))
    told = []
    for one in {person.id: person for person in (owner, *leaders)}.values():
        facts = {"issue": issue, "by": talk.asker, "text": text}
        card = talk.reply("custody.given_back_to_you", buttons, **facts)
        dedupe = f"given_back:{issue.id}:{talk.source}:{one.id}"
        told += [one] if await talk.tell(one.id, card, dedupe=dedupe) else []
    see = (issue_cards.look(issue.id),)
    home = issue.home.name
    return talk.reply("custody.given_back", see, issue=issue, home=home, text=text, told=told)


def _without_name(text: str, holder: str) -> str:
    """「水务局：配件到了」 from 县水务局 needs the name once only."""
    name, mark, rest = text.partition("：")
    return rest.strip() if mark and rest.strip() and units.same(name, holder) else text


ACTS: dict[str, issue_cards.Act] = {"转办": hand_over, "转": hand_over, "收回": take_back}
