"""问题: report one, note progress (「问题12 水管已接通」), ask for 销号, verify or send back."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from handlers import households, photos
from handlers.study import after_saving
from handlers.talk import Talk, Topic, one_of, plain
from ledger import calendar, files, issues, people, progress, records, visits
from ledger.errors import Misunderstood, Refused
from ledger.issues import Found, Issue, Tier, due_of, tier_of
from ledger.messages import Option, Paper, Reply
from ledger.people import ON_TEAM, Household, Person
from ledger.reading.category import category_of
from ledger.reading.lexicon import load_lexicon
from ledger.rules import Rules
from ledger.times import find_day, read_day

AT_ONCE_WORDS = ("立行立改", "马上解决", "立即解决", "当场解决")
TIERS = {"立行立改": Tier.AT_ONCE, "一般问题": Tier.GENERAL, "复杂问题": Tier.COMPLEX}
CATEGORIES = tuple(load_lexicon().categories)
NEW = "报新问题"
NUMBER_DIGITS = 9
SHOWN_FILES = 4  # pieces of evidence sent along
STEPS_SHOWN = 6
DONE = "完成"
NOTE = "记进展"
LISTED = 10  # issues shown at once
NUMBERED = re.compile(r"(?P<id>\d{1,9})\s*号?[ ：:，,]*(?P<rest>.*)", re.DOTALL)


# report
@dataclass(frozen=True)
class Line:
    """What one line says about a new issue."""

    household: Household | None
    text: str
    due: date | None
    tier: Tier | None


def read_line(text: str, known: list[Household], *, today: date) -> Line:
    """「张大山 屋顶漏雨 下周三前」: household first, deadline last, both may be missing."""
    household, text = households.starts_with(text, known)
    found = find_day(text, today=today, looks="ahead")
    due = None
    if found and text.endswith(found.phrase):
        due, text = found.day, found.rest
    tier = Tier.AT_ONCE if any(word in text for word in AT_ONCE_WORDS) else None
    for word in AT_ONCE_WORDS:
        text = text.replace(word, "")
    return Line(household, text.strip(" ，,。"), due, tier)


async def talk_issues(talk: Talk) -> Reply:
    """Everything that begins with 问题."""
    if numbered := NUMBERED.fullmatch(talk.rest):
        return await _on_issue(talk, int(numbered["id"]), numbered["rest"].strip())
    if talk.rest and talk.rest != NEW:
        return await _report_line(talk)
    if talk.asker.role not in ON_TEAM:
        return await list_open(talk)
    if not talk.rest and (known := await issues.open_issues(talk.db, talk.asker, limit=4)):
        choices = {f"{one.id}号 {one.label}"[:20]: one.id for one in known} | {NEW: 0}
        id = await talk.ask("issues.ask_which", _which(choices), choices)
        if id:
            return await _on_issue(talk, id, "")
    return await _report_guided(talk)


def _which(choices: dict[str, int]) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text in choices:
            return choices[text]
        if number := re.fullmatch(r"(\d{1,9})\s*号?", text):
            return int(number[1])
        raise Misunderstood("talk.choose", choices=list(choices))

    return read


async def list_open(talk: Talk) -> Reply:
    """问题清单: the most urgent ones of the asker's scope, and how many there are."""
    found = await issues.open_issues(talk.db, talk.asker, limit=LISTED)
    count = await issues.count_open(talk.db, talk.asker, talk.today)
    waiting = {one.id for one in await issues.waiting_for(talk.db, talk.asker, talk.today)}
    options = tuple(
        Option(f"看问题{one.id}", f"问题{one.id}") for one in found if one.id in waiting
    )
    return talk.reply(
        "issues.list",
        options[:4],
        issues=found,
        count=count,
        waiting=waiting,
        today=talk.today,
        detail=talk.asker.role in ON_TEAM,
    )


async def _report_line(talk: Talk) -> Reply:
    if talk.asker.role not in ON_TEAM:
        raise Refused("issues.reported_by_teams")
    known = await people.households(talk.db, talk.asker)
    line = read_line(talk.rest, known, today=talk.today)
    text = line.text or await talk.ask("issues.ask_text", plain)
    tier = line.tier or Tier.GENERAL
    if line.due:
        tier = tier_of(line.due, talk.today, talk.rules)
    due = line.due or due_of(tier, talk.today, talk.rules)
    id, name = (line.household.id, line.household.name) if line.household else (None, "")
    if line.household is None and (shared := households.twins(text, known)):
        id, name = await households.settle(talk, shared, known)
        text = text.removeprefix(shared).removeprefix("家").strip(" ，,") or text
    return await _save(talk, Found(talk.today, text, tier, due, name, id))


async def _report_guided(talk: Talk) -> Reply:
    known = await people.households(talk.db, talk.asker)
    id, name = await households.ask(talk, "issues.ask_household", known, optional=True)
    text = await talk.ask("issues.ask_text", plain)
    tier, due = await talk.ask(
        "issues.ask_tier", _tier_or_day(talk.today, talk.rules), TIERS, rules=talk.rules
    )
    text = "；".join([text, *await talk.ask_more("issues.ask_more", DONE)])
    return await _save(talk, Found(talk.today, text, tier, due, name, id))


def _tier_or_day(today: date, rules: Rules) -> Callable[[str], tuple[Tier, date]]:
    def read(text: str) -> tuple[Tier, date]:
        if text in TIERS:
            return TIERS[text], due_of(TIERS[text], today, rules)
        day = read_day(text, today=today, looks="ahead")
        if day is None:
            raise Misunderstood("issues.not_tier", said=text)
        if day < today:
            raise Misunderstood("issues.due_past", due=day)
        return tier_of(day, today, rules), day

    return read


async def _save(talk: Talk, found: Found) -> Reply:
    if not found.category:
        found = replace(found, category=category_of(found.text, talk.room.lexicon))
    id = await issues.report(
        talk.db, talk.asker, found, source=talk.source, now=talk.now, rules=talk.rules
    )
    issue = await issues.access_issue(talk.db, talk.asker, id)
    note = await photos.join_with_note(talk.room, talk.asker, talk.files, issue.record_id)
    options = (Option("记进展", f"问题{id} 记进展"), *after_saving(issue.record_id))
    off = await calendar.off_on(talk.db, issue.owner_id, issue.due_day, talk.rules)
    reply = talk.reply("issues.saved", options, issue=issue, files=len(talk.files), off=off)
    return photos.with_note(reply, note)


async def from_visit(talk: Talk) -> Reply:
    """转为问题: a visit becomes an issue, once however often it is pressed."""
    if not talk.rest.isdigit() or len(talk.rest) > NUMBER_DIGITS:
        raise Refused("records.not_found")
    record = await records.access_record(talk.db, talk.asker, int(talk.rest))
    if record.kind != visits.KIND or record.person_id != talk.asker.id:
        raise Refused("records.not_found")
    talk.state.opening = replace(talk.state.opening, source=f"visit:{record.id}")
    for made in await records.by_source(talk.db, talk.asker, talk.source):
        if made.state == "kept":
            issue = await issues.of_record(talk.db, made.id)
            return talk.reply("issues.made_before", issue=issue)
    seen = await visits.read(talk.db, record)
    due = due_of(Tier.GENERAL, talk.today, talk.rules)
    found = Found(talk.today, seen.found, Tier.GENERAL, due, seen.household, seen.household_id)
    return await _save(talk, found)


# what can be done with one issue
async def _on_issue(talk: Talk, id: int, rest: str) -> Reply:
    issue = await issues.access_issue(talk.db, talk.asker, id)
    for word, act in ACTS.items():
        if rest == word or rest.startswith((word + " ", word + "，", word + "：", word + ":")):
            return await act(talk, issue, rest[len(word) :].strip(" ，：:"))
    if rest or talk.files:
        return await _note(talk, issue, rest)
    return await _show(talk, issue)


async def _show(talk: Talk, issue: Issue) -> Reply:
    await issues.note_reading(talk.db, issue, talk.asker, now=talk.now)
    steps = await progress.story(talk.db, issue.id)
    options: list[Option] = []
    if talk.asker.role in ON_TEAM and issue.state in {"open", "doing"}:
        options += [Option("记进展", f"问题{issue.id} 记进展")]
        options += [Option("申请销号", f"问题{issue.id} 申请销号")]
    if await issues.may_decide(talk.db, issue, talk.asker):
        options += decision_options(issue.id)
    reply = talk.reply(
        "issues.show", options, issue=issue, steps=steps[-STEPS_SHOWN:], today=talk.today
    )
    return replace(reply, files=(await _evidence(talk, issue))[:SHOWN_FILES])


async def _ask_note(talk: Talk, issue: Issue, rest: str) -> Reply:
    text = rest or await talk.ask("issues.ask_note", plain, issue=issue)
    return await _note(talk, issue, text)


async def _note(talk: Talk, issue: Issue, text: str) -> Reply:
    if talk.asker.role not in ON_TEAM:
        raise Refused("issues.not_by_staff")
    words = plain(text) if text else talk.say("issues.photo_note")
    record = await issues.progress(
        talk.db, talk.asker, issue, words, source=talk.source, now=talk.now
    )
    note = await photos.join_with_note(talk.room, talk.asker, talk.files, record)
    options = [Option("撤销", f"撤销 {record}")]
    if issue.state in {"open", "doing"}:
        options.insert(0, Option("申请销号", f"问题{issue.id} 申请销号"))
    reply = talk.reply("issues.noted", options, issue=issue, text=words, files=len(talk.files))
    return photos.with_note(reply, note)


async def _submit(talk: Talk, issue: Issue, rest: str) -> Reply:
    if why := issues.refusal_to_submit(issue, "足够长的成效"):
        raise Refused(why, id=issue.id)
    effect = rest or await talk.ask("issues.ask_effect", _effect, issue=issue)
    record = await issues.submit(
        talk.db, talk.asker, issue, _effect(effect), source=talk.source, now=talk.now
    )
    await files.join(talk.db, talk.files, record, person=talk.asker.id)
    papers = await _evidence(talk, issue)
    card = talk.reply(
        "issues.verify", decision_options(issue.id), issue=issue, effect=effect,
        submitter=talk.asker, photos=len(papers),
    )  # fmt: skip
    card = replace(card, files=papers[:SHOWN_FILES])
    told = [
        one
        for one in await _verifiers(talk, issue)
        if await talk.tell(one.id, card, dedupe=f"verify:{issue.id}:{record}:{one.id}")
    ]
    return talk.reply("issues.submitted", issue=issue, verifiers=told)


async def _evidence(talk: Talk, issue: Issue) -> tuple[Paper, ...]:
    """The issue's photos and files as they can be sent, the newest first."""
    found = await files.of_issue(talk.db, issue.id)
    return tuple(Paper(one.sha256, one.name, one.mime) for one in found)


async def _verifiers(talk: Talk, issue: Issue) -> list[Person]:
    """The submitter's superiors; if only the owner himself is among them, the owner's."""
    found = await people.superiors(talk.db, talk.asker, day=talk.today)
    if others := [one for one in found if one.id != issue.owner_id]:
        return others
    owner = await people.by_id(talk.db, issue.owner_id)
    return await people.superiors(talk.db, owner, day=talk.today)


def _effect(text: str) -> str:
    if len(text) < issues.EFFECT_AT_LEAST:
        raise Misunderstood("issues.needs_effect")
    return plain(text)


async def _close(talk: Talk, issue: Issue, _rest: str) -> Reply:
    await issues.close(talk.db, talk.asker, issue, source=talk.source, now=talk.now)
    await talk.tell(
        issue.submitted_by or issue.owner_id,
        talk.reply("issues.closed_for_you", issue=issue, by=talk.asker),
        dedupe=f"closed:{issue.id}:{issue.version}",
    )
    return talk.reply("issues.closed", issue=issue)


async def _send_back(talk: Talk, issue: Issue, rest: str) -> Reply:
    reason = rest or await talk.ask("issues.ask_reason", plain, issue=issue)
    await issues.send_back(talk.db, talk.asker, issue, reason, now=talk.now)
    await talk.tell(
        issue.submitted_by or issue.owner_id,
        talk.reply("issues.sent_back_to_you", issue=issue, by=talk.asker, reason=reason),
        dedupe=f"sent_back:{issue.id}:{issue.version}",
    )
    return talk.reply("issues.sent_back", issue=issue, reason=reason)


def decision_options(id: int) -> tuple[Option, ...]:
    """The verifier's two buttons."""
    return (Option("同意销号", f"问题{id} 同意销号"), Option("退回", f"问题{id} 退回"))


ACTS = {
    NOTE: _ask_note,
    "申请销号": _submit,
    "销号": _submit,
    "同意销号": _close,
    "退回": _send_back,
}


async def list_waiting(talk: Talk) -> Reply:
    """销号: what waits for this person's verification, or how to ask for it."""
    if numbered := NUMBERED.fullmatch(talk.rest):
        issue = await issues.access_issue(talk.db, talk.asker, int(numbered["id"]))
        return await _submit(talk, issue, numbered["rest"].strip())
    waiting = await issues.waiting_for(talk.db, talk.asker, talk.today)
    options = tuple(Option(f"看问题{one.id}", f"问题{one.id}") for one in waiting[:6])
    detail = talk.asker.role in ON_TEAM
    return talk.reply("issues.waiting", options, issues=waiting, detail=detail)


# corrections
def amended(
    old: Found, text: str, known: list[Household], *, today: date, rules: Rules
) -> Found:
    """The facts of an edited message; what the text leaves out stays."""
    line = read_line(text, known, today=today)
    words = line.text
    if line.household is None and old.household and words.startswith(old.household):
        words = words.removeprefix(old.household).strip(" ，,")
    if not words:
        raise Refused("corrections.incomplete")
    due = line.due or old.due
    kept = replace(old, text=words, due=due, tier=tier_of(due, old.day, rules))
    if line.household is None:
        return kept
    return replace(kept, household=line.household.name, household_id=line.household.id)


def amended_note(old: progress.Note, text: str) -> str:
    """The words of an edited note; under another issue's number it would be another note."""
    rest = ISSUES.rest_of(text, strict=False)
    numbered = NUMBERED.fullmatch(rest) if rest else None
    if numbered and int(numbered["id"]) != old.issue_id:
        raise Refused("corrections.other_issue", id=old.issue_id)
    words = numbered["rest"] if numbered else text if rest is None else rest
    words = words.strip().removeprefix(NOTE).lstrip(" ，：:")
    if not words:
        raise Refused("corrections.incomplete")
    return plain(words)


def changed(
    old: Found, field: str, value: str, known: list[Household], *, today: date, rules: Rules
) -> Found:
    """One field corrected (改)."""
    if field == "期限":
        tier, due = _tier_or_day(today, rules)(value)
        return replace(old, due=due, tier=tier)
    if field == "类别":
        return replace(old, category=one_of({one: one for one in CATEGORIES})(value))
    if field == "户":
        meant = households.named(value, known)
        return replace(old, household=meant.name, household_id=meant.id)
    return replace(old, text=plain(value))


CLOSING = Topic("closing", ("待销号", "核验", "销号"), list_waiting)
LIST = Topic("issue_list", ("问题清单", "我的问题", "清单"), list_open, aside=True)
ISSUES = Topic("issue", ("报问题", "问题", "issue"), talk_issues, form="loose")
FROM_VISIT = Topic("issue_from_visit", ("转为问题",), from_visit, ON_TEAM)
