"""问题: report one, note progress (「问题12 水管已接通」), see its card; its other acts lie beside."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from handlers import (
    closing,
    custody,
    deadlines,
    exports,
    household_codes,
    households,
    issue_cards,
    issue_columns,
    issue_lists,
    issue_remarks,
    photos,
    rebounds,
)
from handlers.study import after_saving
from handlers.talk import Talk, Topic, one_of, plain
from ledger import calendar, issues, people, progress, records, visits
from ledger.deadlines import open_wish
from ledger.errors import Misunderstood, Refused
from ledger.issues import Found, Issue, Tier, due_of, tier_of
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Household
from ledger.reading.category import category_of
from ledger.reading.lexicon import load_lexicon
from ledger.rules import Rules
from ledger.times import find_day, read_day

AT_ONCE_WORDS = ("立行立改", "马上解决", "立即解决", "当场解决")
TIERS = {"立行立改": Tier.AT_ONCE, "一般问题": Tier.GENERAL, "复杂问题": Tier.COMPLEX}
TIER_WORDS = {**dict.fromkeys(AT_ONCE_WORDS, Tier.AT_ONCE), **TIERS}  # as said in one line
CATEGORIES = tuple(load_lexicon().categories)
NEW = "报新问题"
NUMBER_DIGITS = 9
STEPS_SHOWN = 6
BESIDES = frozenset(
    {"described", "assigned", "confirmed", "exported"}
)  # shown as what they change
DONE = "完成"
NOTE = "记进展"


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
    tier = next((tier for word, tier in TIER_WORDS.items() if word in text), None)
    for word in TIER_WORDS:
        text = text.replace(word, "")
    return Line(household, text.strip(" ，,。"), due, tier)


async def talk_issues(talk: Talk) -> Reply:
    """Everything that begins with 问题."""
    if numbered := issue_cards.NUMBERED.fullmatch(talk.rest):
        return await _on_issue(talk, int(numbered["id"]), numbered["rest"].strip())
    if talk.rest and talk.rest != NEW:
        return await _report_line(talk)
    if talk.asker.role not in ON_TEAM:
        return await issue_lists.list_open(talk)
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
    offered, choices = await rebounds.offer(talk.room, talk.asker, issue)
    off = await calendar.off_on(talk.db, issue.owner_id, issue.due_day, talk.rules)
    reply = talk.reply(
        "issues.saved", (*choices, *options), issue=issue, files=len(talk.files), off=off
    )
    note = "\n\n".join(one for one in (note, offered) if one)
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
        if rest == word or rest.startswith(tuple(word + mark for mark in " ，：:")):
            reply = await act(talk, issue, rest[len(word) :].strip(" ，：:"))
            await issue_remarks.album(talk, issue)
            return reply
    if rest or talk.files:
        return await issue_remarks.note(talk, issue, rest)
    return await _show(talk, issue)


async def _show(talk: Talk, issue: Issue) -> Reply:
    await issues.note_reading(talk.db, issue, talk.asker, now=talk.now)
    story = await progress.story(talk.db, issue.id)
    held = (talk.today - date.fromisoformat(issue.held_since)).days
    steps = [one for one in story.steps if one.step not in BESIDES]
    wish, deciding = await deadlines.waiting(talk, issue)
    options = (*issue_cards.options(talk, issue), *deciding)
    if issue.closed_day:
        options = (*options, exports.button(issue))
    reply = talk.reply(
        "issues.show", options, issue=issue, today=talk.today, wish=wish,
        steps=steps[-STEPS_SHOWN:], held=held, home=issue.home.name,
    )  # fmt: skip
    return replace(reply, files=tuple(story.files[: issue_cards.SHOWN_FILES]))


async def _more(talk: Talk, issue: Issue, _rest: str) -> Reply:
    """更多: what else can be said of it, as far as the table of moves lets this person."""
    options = issue_cards.more(talk, issue)
    return talk.reply("issues.more", options, issue=issue)


async def _ask_note(talk: Talk, issue: Issue, rest: str) -> Reply:
    text = rest or await talk.ask("issues.ask_note", plain, issue=issue)
    return await issue_remarks.note(talk, issue, text)


async def _yes(talk: Talk, issue: Issue, rest: str) -> Reply:
    """同意: what there is to agree to, a wish for another deadline or a request for 销号."""
    act = deadlines.grant if await _wished(talk, issue) else closing.agree
    return await act(talk, issue, rest)


async def _no(talk: Talk, issue: Issue, rest: str) -> Reply:
    """不同意: the same."""
    act = deadlines.refuse if await _wished(talk, issue) else closing.send_back
    return await act(talk, issue, rest)


async def _wished(talk: Talk, issue: Issue) -> bool:
    return await open_wish(talk.db, issue.id) is not None


ACTS: dict[str, issue_cards.Act] = {
    NOTE: _ask_note,
    "同意": _yes,
    "不同意": _no,
    "更多": _more,
    **closing.ACTS,
    **custody.ACTS,
    **deadlines.ACTS,
    **issue_columns.ACTS,
    **rebounds.ACTS,
    **exports.ACTS,
    **issue_remarks.ACTS,
    "户码": household_codes.enter_code,
}


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
    numbered = issue_cards.NUMBERED.fullmatch(rest) if rest else None
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


ISSUES = Topic("issue", ("报问题", "问题", "issue"), talk_issues, form="loose")
FROM_VISIT = Topic("issue_from_visit", ("转为问题",), from_visit, ON_TEAM)
