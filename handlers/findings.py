"""待核实: what checks have noticed. The person explains (说明), somebody of the township decides.

「待核实」 the list; 「待核实12」 one with its history; 「待核实12 说明 …」; 「待核实12 查实 理由」,
「待核实12 不成立 理由」; 「说明 …」 of the only one that waits.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from handlers import spotchecks
from handlers.forms import words as plain_words
from handlers.issue_cards import NUMBERED
from handlers.talk import Talk, Topic
from ledger import files, finding_steps, findings, letters, people, switches
from ledger.clock import moment, ms
from ledger.errors import Misunderstood, Refused
from ledger.findings import ABSENCE, Finding, State
from ledger.messages import Option, Paper, Reply
from ledger.people import Person, Role
from ledger.switches import Switch
from ledger.talks import Said

SHOWN, BUTTONS = 10, 4
LEAST_REASON = 4  # characters of a reason that says something
VERDICTS = {State.CONFIRMED: "查实", State.LIFTED: "不成立"}
MARKS = " ，,。：:；;"
SAID = re.compile(  # 「查实不了」 is no verdict
    r"(?P<act>(?:情况)?说明|查实(?=$|[\s，,。：:；;])|不成立(?=$|[\s，,。：:；;]))(?P<rest>.*)",
    re.DOTALL,
)
Act = Callable[[Talk, Finding, str], Awaitable[Reply]]


# looking
async def show(talk: Talk) -> Reply:
    """The list, or one of them with what is to be done about it."""
    numbered = NUMBERED.fullmatch(talk.rest)
    if numbered is None:
        return await show_list(talk)
    finding = await findings.access_finding(talk.db, talk.asker, int(numbered["id"]))
    rest = numbered["rest"].strip()
    if said := SAID.fullmatch(rest):
        return await ACTS[said["act"]](talk, finding, (said["rest"] or "").strip(MARKS))
    if not rest:
        return await show_one(talk, finding)
    if await _may_explain(talk, finding):
        return await explain(talk, finding, rest)
    raise Refused("findings.not_understood", finding=finding)


async def show_list(talk: Talk) -> Reply:
    """Everything the asker may see, the open ones first."""
    found = await findings.access_findings(talk.db, talk.asker)
    waiting = [one for one in found if one.is_open]
    options = [Option(f"看 {one.id}号", f"待核实{one.id}") for one in found[:BUTTONS]]
    missed = await finding_steps.misses(talk.db, talk.asker)
    return talk.reply(
        "findings.list", options, missed=missed, own=talk.asker.role is Role.MEMBER,
        lines=[_line(talk, one) for one in found[:SHOWN]],
        open=len(waiting), decided=len(found) - len(waiting), more=len(found) > SHOWN,
        first=found[0].id if found else 0,
    )  # fmt: skip


async def show_one(talk: Talk, finding: Finding) -> Reply:
    """One with its whole history, the papers of its reply, and the asker's own buttons."""
    steps = [await _step(talk, one) for one in await findings.history(talk.db, finding)]
    card = talk.reply(
        "findings.card", await _buttons(talk, finding), finding=finding, steps=steps,
        about=about(talk, finding), stands=_stands(talk, finding),
    )  # fmt: skip
    return Reply(card.text, card.options, kind="card", files=finding.papers)


def about(talk: Talk, finding: Finding) -> str:
    """Whose it is, which check, what was seen."""
    return talk.say("findings.about", finding=finding)


def _stands(talk: Talk, finding: Finding) -> str:
    days = (talk.today - finding.opened.date()).days
    return talk.say("findings.stands", finding=finding, now=talk.now, days=days)


def _line(talk: Talk, finding: Finding) -> str:
    facts = {"about": about(talk, finding), "stands": _stands(talk, finding)}
    return talk.say("findings.line", finding=finding, **facts)


async def _step(talk: Talk, event: dict[str, object]) -> str:
    actor, kind = int(str(event["actor"])), str(event["kind"]).removeprefix("finding.")
    who = (await people.by_id(talk.db, actor)).name if actor else ""
    at = moment(int(str(event["at"])))
    body = event["body"] if isinstance(event["body"], dict) else {}
    said = moment(int(body["said_at"])) if "said_at" in body else None
    return talk.say(
        "findings.step", at=said or at, who=who, step=kind, body=body, to_check=bool(said)
    )


async def _buttons(talk: Talk, finding: Finding) -> list[Option]:
    """What the asker may do about it now."""
    options = []
    if finding.is_open and await _may_explain(talk, finding):
        options.append(_explain_button(finding))
    for state, verdict in VERDICTS.items():
        if await _may_decide(talk, finding, state):
            options.append(Option(verdict, f"待核实{finding.id} {verdict}"))
    if talk.asker.role is Role.COUNTY and finding.state == State.CONFIRMED:
        options += await _county_buttons(talk, finding)
    return options


async def _county_buttons(talk: Talk, finding: Finding) -> list[Option]:
    on = await switches.is_on(
        talk.db, Switch.STRIKES, county=talk.asker.county_id, day=talk.today
    )
    kinds = ["处理"] if on and finding.person_id and finding.category in ABSENCE else []
    if await _from_above(talk, finding):
        kinds.append("函告")
    return [Option(one, f"{one} {finding.id}") for one in kinds]


async def _from_above(talk: Talk, finding: Finding) -> bool:
    try:
        await letters.access_letter(talk.db, talk.asker, finding.id, talk.today)
    except Refused:
        return False
    return True


def _explain_button(finding: Finding) -> Option:
    return Option("写说明", f"待核实{finding.id} 说明")


async def _may_explain(talk: Talk, finding: Finding) -> bool:
    try:
        await findings.check_explaining(talk.db, talk.asker, finding, now=talk.now)
    except Refused:
        return False
    return True


async def _may_decide(talk: Talk, finding: Finding, state: State) -> bool:
    try:
        await findings.check_deciding(
            talk.db, talk.asker, finding, state, now=talk.now, rules=talk.rules
        )
    except Refused:
        return False
    return True


# the reply
async def explain(talk: Talk, finding: Finding, rest: str) -> Reply:
    """说明: in his own words, with what he sends along; those who decide see it."""
    await findings.check_explaining(talk.db, talk.asker, finding, now=talk.now)
    facts = {"about": about(talk, finding)}
    said = rest or await talk.ask("findings.ask_words", plain_words, **facts)
    kept = await files.by_ids(talk.db, talk.files, talk.asker.id)
    papers = tuple(Paper(one.sha256, one.name, one.mime) for one in kept)
    after = await findings.reply(
        talk.db, talk.asker, finding, said, photos=papers, now=talk.now
    )
    changeable = finding.is_open or finding_steps.may_change(finding, talk.now)
    if finding.asked_at or not finding.is_open:
        await _tell_deciders(talk, after, said, papers)
    return talk.reply(
        "findings.replied", finding=after, words=said, files=len(papers),
        late=talk.now >= after.until, changeable=changeable,
    )  # fmt: skip


async def _tell_deciders(
    talk: Talk, finding: Finding, said: str, papers: tuple[Paper, ...]
) -> None:
    """What comes after their card they hear of by itself."""
    words = talk.say(
        "findings.reply_added", finding=finding, about=about(talk, finding), by=talk.asker,
        words=said,
    )  # fmt: skip
    look = Option("看全过程", f"待核实{finding.id}")
    for one in await finding_steps.reviewers(talk.db, finding, now=talk.now):
        dedupe = f"finding:{finding.id}:added:{talk.source}:{one.id}"
        await talk.tell(one.id, Reply(words, (look,), papers, "card"), dedupe=dedupe)


async def explain_own(talk: Talk) -> Reply:
    """说明 …: of the one that waits; with several he says which."""
    waiting = await finding_steps.open_of(talk.db, talk.asker.id)
    if not waiting:
        return await _to_a_check(talk)
    if len(waiting) == 1:
        return await explain(talk, waiting[0], talk.rest)
    lines = [talk.say("findings.told_line", finding=one) for one in waiting]
    which = {f"{one.id}号": one for one in waiting}
    chosen = await talk.ask(
        "findings.which", partial(_which, which), tuple(which), lines=lines,
        first=waiting[0].id,
    )  # fmt: skip
    return await explain(talk, chosen, talk.rest)


async def _to_a_check(talk: Talk) -> Reply:
    """Nothing waits here: the words may be meant for a spot check."""
    said = Said(talk.rest, talk.source, tuple(talk.files), talk.place, ms(talk.now))
    heard = await spotchecks.overhear(talk.room, talk.asker, said) if talk.rest else None
    if heard is None and talk.rest and await finding_steps.misses(talk.db, talk.asker):
        heard = await spotchecks.explained(talk.room, talk.asker, said, ())
    if heard is not None:
        return heard
    if decided := await finding_steps.last_decided(talk.db, talk.asker.id, now=talk.now):
        raise Refused("findings.decided_already", finding=decided)
    raise Refused("findings.nothing_to_explain")


def _which(choices: dict[str, Finding], text: str) -> Finding:
    name = f"{text.removesuffix('号').strip()}号"
    if name not in choices:
        raise Misunderstood("talk.choose", choices=list(choices))
    return choices[name]


# the decision
async def decide(talk: Talk, finding: Finding, rest: str, *, state: State) -> Reply:
    """查实 or 不成立, with a reason in words; the person is told both."""
    await findings.check_deciding(
        talk.db, talk.asker, finding, state, now=talk.now, rules=talk.rules
    )
    facts = {"about": about(talk, finding), "verdict": VERDICTS[state]}
    reason = rest if len(rest) >= LEAST_REASON else ""
    reason = reason or await talk.ask("findings.ask_reason", _reason, finding=finding, **facts)
    after = await findings.decide(
        talk.db, talk.asker, finding, state, reason, now=talk.now, rules=talk.rules
    )
    told = await _tell_decided(talk, after, changed=not finding.is_open)
    await _tell_former(talk, finding, after)
    return talk.reply("findings.decided", finding=after, verdict=VERDICTS[state], told=told)


def _reason(text: str) -> str:
    said = plain_words(text)
    if len(said) < LEAST_REASON:
        raise Misunderstood("findings.short_reason")
    return said


async def _tell_decided(talk: Talk, finding: Finding, *, changed: bool) -> list[Person]:
    """Whom it concerns hears the verdict, who gave it and why."""
    told = []
    for one in await findings.listeners(talk.db, finding, day=talk.today):
        note = talk.reply(
            "findings.decided_for_you", finding=finding, about=about(talk, finding),
            by=talk.asker, verdict=VERDICTS[State(finding.state)], changed=changed,
        )  # fmt: skip
        dedupe = f"finding:{finding.id}:decided:{talk.source}:{one.id}"
        told += [one] if await talk.tell(one.id, note, dedupe=dedupe) else []
    return told


async def _tell_former(talk: Talk, before: Finding, after: Finding) -> None:
    """Who had decided hears that somebody else has changed it, and why."""
    if before.decided_by in {None, talk.asker.id}:
        return
    note = talk.reply(
        "findings.changed_for_you", finding=after, about=about(talk, after), by=talk.asker,
        verdict=VERDICTS[State(after.state)], before=VERDICTS[State(before.state)],
    )  # fmt: skip
    dedupe = f"finding:{after.id}:changed:{talk.source}:{before.decided_by}"
    await talk.tell(int(before.decided_by or 0), note, dedupe=dedupe)


ACTS: dict[str, Act] = {
    "说明": explain,
    "情况说明": explain,
    "查实": partial(decide, state=State.CONFIRMED),
    "不成立": partial(decide, state=State.LIFTED),
}


@dataclass(frozen=True)
class OwnTopic(Topic):
    """说明 set off by a mark, too: 「说明：在镇里开会」."""

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """What follows 说明."""
        for word in self.words:
            if text.startswith((f"{word}：", f"{word}:")):
                return text[len(word) + 1 :].strip()
        return super().rest_of(text, strict=strict)


FINDINGS = Topic("findings", ("待核实事项", "待核实"), show)
EXPLAIN = OwnTopic("explain", ("情况说明", "说明"), explain_own)
