"""转办, 收回: 「12号转县水务局，等配件」 and 「12号水务局回复：配件到了」."""

import re

from handlers import issue_cards
from handlers.talk import Room, Talk, plain
from ledger import issue_steps, issues, people, units
from ledger.custody import Holder, Kind
from ledger.errors import Misunderstood, Refused
from ledger.issue_moves import Move
from ledger.issues import Issue, check
from ledger.messages import Option, Reply
from ledger.people import Person, Role

NUMBER = r"^(?:问题)?\s*(?P<id>\d{1,9})\s*号(?:问题)?[，,]?\s*"
ENDS = "局|办|委|院|站|所|中心|公司|乡|镇|镇里|乡里|县里|乡镇|部|会|队|厂|社"
AFTER = r"(?=$|[\s，,。；;：:]|了|办|处理|牵头|已|回|答复|反馈|退回|说|等|因|请)"
UNIT = rf"(?P<unit>[^\s，,。；;：:（）()]{{0,16}}?(?:{ENDS})){AFTER}"
GAP = r"[，,。；;：: ]*"
HANDED = r"(?:已经?|先)?(?:转办?|转交|转给|移交|交)(?:给|到|由)?"
REPLIED = r"(?:已经?)?(?:回复|答复|回话|回信|反馈|办结|办完|退回来?)了?(?:说|称)?"
DONE_BY = r"(?:办理?|处理|牵头)?了?"
TURNED = re.compile(f"{NUMBER}{HANDED}{UNIT}{DONE_BY}{GAP}(?P<why>.*)$", re.DOTALL)
ANSWERED = re.compile(f"{NUMBER}{UNIT}{REPLIED}{GAP}(?P<text>.*)$", re.DOTALL)
NAMED = re.compile(rf"^(?:给|到|由)?{UNIT}{DONE_BY}{GAP}(?P<why>.*)$", re.DOTALL)
NEW = "记下这个单位"


async def heard(room: Room, asker: Person, text: str) -> str | None:
    """The command behind 「12号转县水务局，等配件」; None: it is nothing of the kind.

    An answer is one only while the issue lies with somebody else; otherwise it is a note.
    """
    if turned := TURNED.match(text):
        return f"问题{turned['id']} 转办 {turned['unit']} {turned['why']}".strip()
    answered = ANSWERED.match(text)
    if answered is None:
        return None
    if not await _is_elsewhere(room, asker, int(answered["id"])):
        return f"问题{answered['id']} {text[answered.start('unit') :]}"
    words = f"{answered['unit']}：{answered['text']}".rstrip("：")
    return f"问题{answered['id']} 收回 {words}"


async def _is_elsewhere(room: Room, asker: Person, id: int) -> bool:
    try:
        issue = await issues.access_issue(room.db, asker, id)
    except Refused:
        return False
    home = issue.home
    return bool(issue.holder_kind) and (issue.holder_kind, issue.holder_id) != (
        home.kind,
        home.id,
    )


async def hand_over(talk: Talk, issue: Issue, rest: str) -> Reply:
    """转办: to whom and why; a unit nobody has named before is asked about once."""
    check(issue, talk.asker, Move.HAND_OVER)
    named = NAMED.match(rest)
    name = named["unit"] if named else rest
    reason = named["why"].strip() if named else ""
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
    owner = await people.by_id(talk.db, issue.owner_id)
    options = (Option(f"看问题{issue.id}", f"问题{issue.id}"),)
    card = talk.reply("custody.yours", options, issue=issue, by=talk.asker, reason=reason)
    for one in await people.seats(talk.db, owner, role, day=talk.today):
        if one.id != talk.asker.id:
            dedupe = f"custody:{issue.id}:{issue.version}:{talk.source}:{one.id}"
            await talk.tell(one.id, card, dedupe=dedupe)


async def _holder(talk: Talk, issue: Issue, name: str) -> Holder:
    """Whom the words name; a new unit only after a look at it."""
    if not name:
        known = [one.name for one in await units.known(talk.db, issue.county_id)]
        name = await talk.ask("custody.ask_whom", plain, (*known[:5], "乡镇", "县里"))
    found = await issue_steps.holder_named(talk.db, issue, name)
    if found:
        return found
    choice = await talk.ask("custody.ask_new", _new_or_name, (NEW,), name=name)
    if choice != NEW:
        return await _holder_again(talk, issue, choice)
    id = await units.ensure(talk.db, issue.county_id, name)
    return Holder(Kind.UNIT, id, name)


async def _holder_again(talk: Talk, issue: Issue, name: str) -> Holder:
    found = await issue_steps.holder_named(talk.db, issue, name)
    if found:
        return found
    return Holder(Kind.UNIT, await units.ensure(talk.db, issue.county_id, name), name)


def _new_or_name(text: str) -> str:
    if len(text) > 30:
        raise Misunderstood("talk.too_long", limit=30)
    return plain(text)


async def take_back(talk: Talk, issue: Issue, rest: str) -> Reply:
    """收回: the unit has answered, or we see to it ourselves again; with what it said."""
    check(issue, talk.asker, Move.TAKE_BACK)
    text = rest or await talk.ask("custody.ask_answer", plain, holder=issue.holder)
    before = issue.holder
    text = _without_name(text, before)
    await issue_steps.take_back(talk.db, talk.asker, issue, text, now=talk.now)
    options = issue_cards.options(talk, await issues.any_issue(talk.db, issue.id))
    return talk.reply("custody.taken_back", options, issue=issue, holder=before, text=text)


def _without_name(text: str, holder: str) -> str:
    """「水务局：配件到了」 from 县水务局 needs the name once only."""
    name, mark, rest = text.partition("：")
    return rest.strip() if mark and rest.strip() and units.same(name, holder) else text


ACTS: dict[str, issue_cards.Act] = {"转办": hand_over, "转": hand_over, "收回": take_back}
