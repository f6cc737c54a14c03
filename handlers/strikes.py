"""处理: a step on a confirmed finding, made by the county's people by hand; appeals and answers.

「处理 12」 on finding 12; 「处理台账」 the list; 「申诉 3 理由」 by the person himself; 「申诉 3 维持
理由」 and 「申诉 3 撤销 理由」 by another person of the county. The program proposes, never decides.
"""

import re
from dataclasses import dataclass

from handlers.forms import choice
from handlers.forms import words as plain_words
from handlers.issue_cards import NUMBERED
from handlers.talk import Talk, Topic, one_of
from ledger import finding_steps, findings, people, strikes, switches
from ledger.errors import Misunderstood, Refused
from ledger.findings import Finding
from ledger.messages import Option, Reply
from ledger.people import Role
from ledger.strikes import Strike
from ledger.switches import Switch

COUNTY = frozenset({Role.COUNTY})
SHOWN, BUTTONS = 10, 4
LEAST_CLAUSE = 4  # characters that name a paper and its article
LEAST_REASON = 4
VERDICTS = {"维持": True, "撤销": False}
ANSWERING = re.compile(r"(?P<verdict>维持|撤销)(?=$|[\s，,。：:；;])(?P<rest>.*)", re.DOTALL)
ALONE = re.compile(r"处理\s*(?:(?P<id>\d{1,9})\s*号?)?")
MARKS = " ，,。：:；;"


# making
async def make(talk: Talk) -> Reply:
    """处理 12: what the ladder has next is said; he chooses, writes the clause, looks, confirms."""
    numbered = NUMBERED.fullmatch(talk.rest)
    if numbered is None:
        raise Refused("strikes.which")
    finding = await strikes.access_basis(talk.db, talk.asker, int(numbered["id"]), now=talk.now)
    step = await _step(talk, finding)
    clause = await talk.ask("strikes.ask_clause", _clause)
    plain_wish = strikes.wish(finding, step, clause, talk.now.date(), talk.rules)
    wish = await strikes.own_wish(talk.db, plain_wish, talk.rules)
    await talk.ask("strikes.preview", choice({"确认": True}), ("确认",), wish=wish,
                   about=talk.say("findings.about", finding=finding), today=talk.today)  # fmt: skip
    strike = await strikes.make(talk.db, talk.asker, wish, now=talk.now)
    told = await _tell(talk, strike, "strikes.made_for_you", "made")
    look = Option("看这件", f"处理台账 {strike.id}")
    return talk.reply("strikes.made", (look,), strike=strike, told=told)


async def _step(talk: Talk, finding: Finding) -> str:
    """The proposed step stands first; every step of the ladder may be chosen."""
    proposed, _ = await strikes.proposal(talk.db, finding, talk.now.date(), talk.rules)
    steps = [name for name, _ in talk.rules.strike_ladder]
    steps.sort(key=lambda name: name != proposed)
    about = talk.say("findings.about", finding=finding)
    return await talk.ask(
        "strikes.ask_step", one_of({one: one for one in steps}), steps, about=about,
        finding=finding, proposed=proposed,
    )  # fmt: skip


def _clause(text: str) -> str:
    said = plain_words(text)
    if len(said) < LEAST_CLAUSE:
        raise Misunderstood("strikes.short_clause")
    return said


async def _tell(talk: Talk, strike: Strike, block: str, step: str, verdict: str = "") -> bool:
    """The person it concerns; False: nobody is bound to him."""
    facts = {"strike": strike, "about": await _about(talk, strike), "verdict": verdict}
    appeal = Option("申诉", f"申诉 {strike.id}")
    note = talk.reply(block, (appeal,) if step == "made" else (), **facts)
    dedupe = f"strike:{strike.id}:{step}:{strike.person_id}"
    return await talk.tell(strike.person_id, note, dedupe=dedupe)


async def _about(talk: Talk, strike: Strike) -> str:
    """What it rests on, in the words of its finding."""
    finding = await findings.by_id(talk.db, strike.finding_id)
    return talk.say("findings.about", finding=finding)


# looking
async def show(talk: Talk) -> Reply:
    """处理台账: the county's, or one's own; with a number one of them."""
    if numbered := NUMBERED.fullmatch(talk.rest):
        strike = await strikes.access_strike(talk.db, talk.asker, int(numbered["id"]))
        return await _card(talk, await _current(talk, strike))
    found = await strikes.access_strikes(talk.db, talk.asker)
    on = await switches.is_on(
        talk.db, Switch.STRIKES, county=talk.asker.county_id, day=talk.today
    )
    options = [Option(f"看 {one.id}号", f"处理台账 {one.id}") for one in found[:BUTTONS]]
    return talk.reply(
        "strikes.list", options, lines=[_line(talk, one) for one in found[:SHOWN]],
        total=len(found), first=found[0].id if found else 0, on=on,
        county=talk.asker.role is Role.COUNTY,
    )  # fmt: skip


def _line(talk: Talk, strike: Strike) -> str:
    return talk.say("strikes.line", strike=strike, stands=_stands(talk, strike))


def _stands(talk: Talk, strike: Strike) -> str:
    return talk.say("strikes.stands", strike=strike, today=talk.today)


async def _current(talk: Talk, strike: Strike) -> Strike:
    return await strikes.prolonged(talk.db, strike, talk.rules, now=talk.now)


async def _card(talk: Talk, strike: Strike) -> Reply:
    return talk.reply(
        "strikes.card", _buttons(talk, strike), strike=strike, about=await _about(talk, strike),
        stands=_stands(talk, strike),
    )  # fmt: skip


def _buttons(talk: Talk, strike: Strike) -> list[Option]:
    if talk.asker.id == strike.person_id:
        late = talk.today.isoformat() > strike.appeal_until
        done = strike.appealed_at is not None or strike.upheld is not None or late
        return [] if done else [Option("申诉", f"申诉 {strike.id}")]
    return _answers(strike) if _may_answer(talk, strike) else []


def _answers(strike: Strike) -> list[Option]:
    words = VERDICTS if strike.waits else ("撤销",)
    return [Option(one, f"申诉 {strike.id} {one}") for one in words]


def _may_answer(talk: Talk, strike: Strike) -> bool:
    try:
        strikes.check_answer(talk.asker, strike, upheld=False)
    except Refused:
        return False
    return True


# the appeal
async def appeal(talk: Talk) -> Reply:
    """申诉 3 理由 by himself; 申诉 3 维持, 申诉 3 撤销 by another person of the county."""
    numbered = NUMBERED.fullmatch(talk.rest)
    if numbered is None:
        raise Refused("strikes.which_appeal")
    strike = await _to_appeal(talk, int(numbered["id"]))
    rest = numbered["rest"].strip()
    answering = ANSWERING.fullmatch(rest)
    if answering and talk.asker.id != strike.person_id:
        said = answering["rest"].strip(MARKS)
        return await _answer(talk, strike, answering["verdict"], said)
    strikes.check_appeal(talk.asker, strike, talk.now.date())
    about = await _about(talk, strike)
    words = rest or await talk.ask(
        "strikes.ask_appeal", plain_words, strike=strike, about=about
    )
    after = await strikes.appeal(talk.db, talk.asker, strike, words, now=talk.now)
    await _tell_county(talk, after)
    return talk.reply("strikes.appealed", strike=after)


async def _to_appeal(talk: Talk, number: int) -> Strike:
    """The step; where there is none and his finding has that number, what he can say there."""
    try:
        return await _current(talk, await strikes.access_strike(talk.db, talk.asker, number))
    except Refused:
        finding = await _own_finding(talk, number)
        if finding is None:
            raise
    raise Refused(
        "strikes.say_it_there", finding=finding,
        changeable=finding.is_open or finding_steps.may_change(finding, talk.now),
    )  # fmt: skip


async def _own_finding(talk: Talk, number: int) -> Finding | None:
    try:
        finding = await findings.access_finding(talk.db, talk.asker, number)
        await findings.check_explaining(talk.db, talk.asker, finding, now=talk.now)
    except Refused:
        return None
    return finding


async def _tell_county(talk: Talk, strike: Strike) -> None:
    """Everybody of the county who may answer: not who made it."""
    staff = await people.staff(talk.db, strike.county_id, day=talk.today)
    card = talk.reply(
        "strikes.appealed_to_you", _answers(strike), strike=strike,
        about=await _about(talk, strike),
    )  # fmt: skip
    for one in staff:
        part = await strikes.had_a_part(talk.db, one, strike)
        if not part and one.id not in {strike.by_id, strike.person_id}:
            await talk.tell(one.id, card, dedupe=f"strike:{strike.id}:appealed:{one.id}")


async def _answer(talk: Talk, strike: Strike, verdict: str, rest: str) -> Reply:
    upheld = VERDICTS[verdict]
    strikes.check_answer(talk.asker, strike, upheld=upheld)
    about = await _about(talk, strike)
    reason = rest if len(rest) >= LEAST_REASON else ""
    reason = reason or await talk.ask(
        "strikes.ask_answer", _reason, strike=strike, about=about, verdict=verdict
    )
    after = await strikes.answer(
        talk.db, talk.asker, strike, reason, upheld=upheld, now=talk.now
    )
    told = await _tell(talk, after, "strikes.answered_for_you", "answered", verdict)
    await _tell_maker(talk, after, verdict)
    return talk.reply("strikes.answered", strike=after, verdict=verdict, told=told)


async def _tell_maker(talk: Talk, strike: Strike, verdict: str) -> None:
    """Who made it hears what has become of it, and where the facts are looked at again."""
    about = await _about(talk, strike)
    note = talk.reply("strikes.answered_for_maker", strike=strike, about=about, verdict=verdict)
    dedupe = f"strike:{strike.id}:answered:maker:{strike.by_id}"
    await talk.tell(strike.by_id, note, dedupe=dedupe)


def _reason(text: str) -> str:
    said = plain_words(text)
    if len(said) < LEAST_REASON:
        raise Misunderstood("findings.short_reason")
    return said


@dataclass(frozen=True)
class NumberedTopic(Topic):
    """处理 with a number and nothing else: 「处理3起纠纷」 is a day's work."""

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """The number, or nothing."""
        found = ALONE.fullmatch(text)
        return found["id"] or "" if found else None


STRIKE = NumberedTopic("strike", ("处理",), make, COUNTY)
LEDGER = Topic("strikes", ("处理台账",), show)
APPEAL = Topic("appeal", ("申诉",), appeal)
