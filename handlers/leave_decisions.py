"""批假: a superior's word by one tap; 补假: an emergency leave he enters afterwards."""

import re

from handlers import leave_cards
from handlers.leave import days_by, read_days
from handlers.leave_cover import tell_cover
from handlers.talk import Talk, Topic, plain
from ledger import leave, leave_steps, outbox, people
from ledger.errors import Refused
from ledger.ladder import rank
from ledger.leave import Leave, Request
from ledger.leave_facts import Thin, thin_days
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person, Role

DECISION = re.compile(r"(\d{1,9})\s*(同意|不同意)[\s，,：:。]*(.*)", re.DOTALL)
REFUSALS = ("人手不够", "正值检查", "换个时间再请", "当面说")
LONGEST_REASON = 60  # characters
SUPERIORS = frozenset({Role.LEADER, Role.TOWNSHIP, Role.COUNTY})


# 批假
async def decide(talk: Talk) -> Reply:
    """批假12 同意 / 不同意: the superior's word, told to the asker at once."""
    match = DECISION.fullmatch(talk.rest)
    if match is None:
        raise Refused("leave.how_to_decide")
    asked = await leave.access_leave(talk.db, talk.asker, int(match[1]))
    owner = await people.by_id(talk.db, asked.person_id)
    approve, reason = match[2] == "同意", match[3].strip()[:LONGEST_REASON]
    await leave.take_up(talk.db, asked, owner, now=talk.now, rules=talk.rules)
    step = await leave_steps.current(talk.db, asked.id)
    if why := leave_steps.refusal(talk.asker, owner, step):
        raise Refused(why, leave=await leave.any_leave(talk.db, asked.id))
    if not approve and not reason:
        reason = await talk.ask("leave.ask_refusal", plain, REFUSALS, leave=asked)
        reason = reason[:LONGEST_REASON]
    decided = await leave.decide(
        talk.db, talk.asker, asked, owner, approve=approve, reason=reason, now=talk.now
    )
    return await after(talk, decided, owner, reason)


async def after(talk: Talk, decided: Leave, owner: Person, reason: str) -> Reply:
    """Whoever is concerned hears of it: the next superior, or the asker and his cover."""
    if decided.state == "asked":
        return talk.reply(
            "leave.passed_on", leave=decided,
            approvers=await leave_cards.show(talk.room, decided, owner),
        )  # fmt: skip
    approve = decided.state == "approved"
    if approve and decided.first <= talk.today <= decided.last:
        await outbox.drop_waiting(talk.db, owner.id)
    await _tell_owner(talk, decided, owner, reason)
    if approve:
        await tell_cover(talk, decided)
    thin = await _thin(talk, decided, owner) if approve else []
    return talk.reply(
        "leave.decided", leave=decided, approve=approve, thin=thin, asker=owner,
        least=talk.rules.min_on_post,
    )  # fmt: skip


async def _thin(talk: Talk, decided: Leave, owner: Person) -> list[Thin]:
    """Others may have gone on leave since the card was sent."""
    return await thin_days(talk.db, decided, owner, talk.rules, today=talk.today)


async def _tell_owner(talk: Talk, decided: Leave, owner: Person, reason: str) -> None:
    approve = decided.state == "approved"
    names = await leave_cards.agreed(talk.room, decided)
    open_still = approve and decided.last >= talk.today
    options = (Option("销假", "销假"), Option("续假", "续假")) if open_still else ()
    reply = talk.reply(
        "leave.decided_for_you", options, leave=decided, by=talk.asker, approve=approve,
        names=names, reason=reason, over=decided.last < talk.today,
    )  # fmt: skip
    await talk.tell(owner.id, reply, dedupe=f"leave_decided:{decided.id}")


# 补假
async def enter(talk: Talk) -> Reply:
    """补假 李强 11月20日 看病: what could not be asked for in time, entered by a superior."""
    name, _, rest = talk.rest.partition(" ")
    owner = await _who(talk, name)
    found = read_days(rest.strip(), today=talk.today, looks="back") if rest.strip() else None
    if found is None:
        found = await talk.ask(
            "leave.ask_past_days", days_by(talk.today, "back"), ("今天", "昨天")
        )
    first, last, said = found
    reason = said or "临时有事"
    wanted = Request(first, last, reason, leave.kind_named(reason))
    leave.check(wanted, today=first)
    id = await leave.enter(
        talk.db, talk.asker, owner, wanted, source=talk.source, now=talk.now, rules=talk.rules
    )
    entered = await leave.any_leave(talk.db, id)
    told = await leave_cards.show(talk.room, entered, owner)
    if entered.state == "approved":
        reply = talk.reply("leave.entered_for_you", leave=entered, by=talk.asker)
        await talk.tell(owner.id, reply, dedupe=f"leave_decided:{entered.id}")
    return talk.reply("leave.entered", leave=entered, approvers=told)


async def _who(talk: Talk, name: str) -> Person:
    """Somebody below the asker, by name."""
    found = await people.access_person(talk.db, talk.asker, name) if name else None
    if found is None or found.role not in ON_TEAM or rank(found.role) >= rank(talk.asker.role):
        raise Refused("leave.how_to_enter", said=name)
    return found


ANSWER = Topic("leave_answer", ("批假",), decide)
ENTER = Topic("leave_enter", ("补假",), enter, SUPERIORS)
