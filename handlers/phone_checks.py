"""电话抽查: 「电话抽查」 gives the next person to ring up, one at a time; then what came of it."""

import re
from collections.abc import Awaitable, Callable

from handlers import phone_draws
from handlers.forms import choice
from handlers.talk import ENOUGH, Talk, Topic, plain
from ledger import findings, periods, phone_checks, phone_counts
from ledger.errors import Refused
from ledger.findings import CATEGORIES, UNCLEAR, Source
from ledger.known_facts import About
from ledger.messages import Option, Reply
from ledger.people import STAFF, Role, scope_of
from ledger.periods import Period
from ledger.phone_checks import (
    APART,
    LABELS,
    REACHED,
    UNSURE,
    Given,
    Outcome,
    PhoneCheck,
    Result,
)
from ledger.phone_counts import Counts
from ledger.windows import next_start
from templates.words import unmarked

RESULTS = {label: result for result, label in LABELS.items()}
GIVEN = {"答上了": Given.KNEW, "没答上": Given.UNSURE, "没问": Given.NOT_ASKED}
MEANT = {"记为待核实": True, "不记": False}
NOTHING = "没有"
SORTS = (UNCLEAR, *CATEGORIES)  # the caller's first word on what it may be (S000-91)
QUESTIONS = {
    About.HOUSEHOLDS: "phone_checks.about_households",
    About.GROUPS: "phone_checks.about_groups",
    About.KIND: "phone_checks.about_kind",
    About.ISSUE: "phone_checks.about_issue",
    About.LATE: "phone_checks.about_late",
    About.LAST_VISIT: "phone_checks.about_last_visit",
    About.STUDY: "phone_checks.about_study",
}
ACT = re.compile(
    r"(?P<act>记待核实|记|放回|再打|改结果)\s*(?P<id>\d{1,9})?\s*号?[\s：:，,]*(?P<words>.*)",
    re.DOTALL,
)


async def ring_up(talk: Talk) -> Reply:
    """电话抽查: the next call; with a number of teams, a draw; with a card's words, that step."""
    if not talk.rest:
        return await _next(talk)
    if match := ACT.fullmatch(talk.rest):
        return await ACTS[match["act"]](talk, int(match["id"] or 0), match["words"].strip())
    return await phone_draws.draw(talk, talk.rest)


# one call
async def _next(talk: Talk) -> Reply:
    _in_hours(talk)
    check = await phone_checks.take(talk.db, talk.asker, now=talk.now)
    if check is not None:
        return await _card(talk, check)
    scope = scope_of(talk.asker)
    busy = await phone_checks.being_called(talk.db, scope, now=talk.now)
    return talk.reply("phone_checks.all_taken" if busy else "phone_checks.none_left")


def _in_hours(talk: Talk) -> None:
    """Nobody is rung up at noon, in the evening or on a day of rest."""
    if not phone_checks.in_hours(talk.now, talk.rules):
        raise Refused("phone_checks.not_now", next=next_start(talk.now, talk.rules))


async def _card(talk: Talk, check: PhoneCheck) -> Reply:
    call = await phone_checks.access_call(talk.db, talk.asker, check, talk.rules, now=talk.now)
    lines = [
        talk.say(QUESTIONS[one.about], fact=one, masked=_masked(talk))
        for one in call.check.asked
    ]
    results = sorted(Result, key=lambda one: one is not call.likely)
    options = [Option(LABELS[one], f"电话抽查 记{check.id} {LABELS[one]}") for one in results]
    options.append(Option("放回", f"电话抽查 放回{check.id}"))
    return talk.reply(
        "phone_checks.call", options, check=call.check, call=call, lines=lines,
        likely=LABELS[call.likely] if call.likely else "",
    )  # fmt: skip


def _masked(talk: Talk) -> bool:
    """The county needs no household's name to put a question (security §3)."""
    return talk.asker.role is Role.COUNTY


async def _put_back(talk: Talk, id: int, _words: str) -> Reply:
    check = await _own(talk, id)
    await phone_checks.put_back(talk.db, talk.asker, check, now=talk.now)
    left = await phone_checks.left(talk.db, talk.asker, now=talk.now)
    return talk.reply("phone_checks.put_back", left=left)


async def _own(talk: Talk, id: int) -> PhoneCheck:
    """The call he has in hand, by its number or without one."""
    if id:
        return await phone_checks.access_own_call(talk.db, talk.asker, id)
    check = await phone_checks.own_call(talk.db, talk.asker, now=talk.now)
    if check is None:
        raise Refused("phone_checks.no_call")
    return check


# what came of it
async def _note(talk: Talk, id: int, words: str) -> Reply:
    return await _write_down(talk, await _own(talk, id), words)


async def _put_right(talk: Talk, id: int, words: str) -> Reply:
    """改结果: his own entry of today; taken up and written down again in one step."""
    check = await _taken_again(talk, id)
    return await _write_down(talk, check, words)


async def _ring_again(talk: Talk, id: int, _words: str) -> Reply:
    """再打: whom nobody reached, later the same day."""
    _in_hours(talk)
    check = await phone_checks.access_check(talk.db, talk.asker, id)
    await phone_checks.ring_again(talk.db, talk.asker, check, now=talk.now)
    return await _card(talk, await phone_checks.by_id(talk.db, id))


async def _taken_again(talk: Talk, id: int) -> PhoneCheck:
    check = await phone_checks.access_check(talk.db, talk.asker, id)
    await phone_checks.take_again(talk.db, talk.asker, check, now=talk.now)
    return await phone_checks.by_id(talk.db, id)


async def _write_down(talk: Talk, check: PhoneCheck, words: str) -> Reply:
    """The result, the questions when he was reached, a remark; written at the end, all at once."""
    read = choice(RESULTS)
    result = (
        read(words)
        if words
        else await talk.ask("phone_checks.ask_result", read, RESULTS, check=check)
    )
    given = [
        await talk.ask(
            QUESTIONS[one.about], choice(GIVEN), GIVEN, fact=one, masked=_masked(talk)
        )
        for one in (check.asked if result in REACHED else ())
    ]
    remark = await talk.ask("phone_checks.ask_remark", plain, (NOTHING,))
    outcome = Outcome(result, given, "" if remark in ENOUGH else remark)
    category = ""
    may = await phone_checks.asks_finding(talk.db, check, result, talk.now)
    if may and await talk.ask("phone_checks.ask_finding", choice(MEANT), MEANT, check=check):
        category = await _ask_category(talk, result)
    done = await phone_checks.finish(talk.db, talk.asker, check, outcome, now=talk.now)
    if category:
        await _doubt(talk, done, category)
    return await _noted(talk, done, category)


async def _noted(talk: Talk, check: PhoneCheck, category: str) -> Reply:
    left = await phone_checks.left(talk.db, talk.asker, now=talk.now)
    options = [Option("下一个", "电话抽查")] if left else []
    if not category:
        options += _afterwards(check)
    return talk.reply(
        "phone_checks.noted", options, check=check, category=category, left=left,
        known=check.given.count(Given.KNEW),
    )  # fmt: skip


def _afterwards(check: PhoneCheck) -> list[Option]:
    """What may still be done with a call of today."""
    options = [Option("改结果", f"电话抽查 改结果{check.id}")]
    if check.result == Result.UNREACHED:
        options = [Option("再打一次", f"电话抽查 再打{check.id}")]
    if check.unsure >= UNSURE:
        options.append(Option("记待核实", f"电话抽查 记待核实{check.id}"))
    return options


# 待核实: only where the caller says so
async def _put_down(talk: Talk, id: int, words: str) -> Reply:
    check = await phone_checks.access_check(talk.db, talk.asker, id)
    today = check.day == talk.now.date().isoformat()
    if not (today and await _doubtful(talk, check) and check.taken_by == talk.asker.id):
        raise Refused("phone_checks.not_doubtful", id=id)
    if await findings.of_source(talk.db, Source.PHONE, check.id):
        raise Refused("phone_checks.is_finding", id=id)
    result = Result(check.result)
    read = choice(_sorts(result))
    category = read(words) if words else await _ask_category(talk, result)
    await _doubt(talk, check, category)
    return talk.reply("phone_checks.doubted", check=check, category=category)


async def _doubtful(talk: Talk, check: PhoneCheck) -> bool:
    if check.state != "done" or check.result != Result.UNREACHED:
        answered = check.result == Result.TO_EXPLAIN or check.unsure >= UNSURE
        return check.state == "done" and answered
    calls = await phone_checks.unreached_since(talk.db, check)
    return calls[-1] - calls[0] >= APART


def _sorts(result: Result) -> dict[str, str]:
    """The caller's choices; that nobody could be reached says nothing of where he was."""
    unreached = result is Result.UNREACHED
    return {one: one for one in SORTS if not (unreached and one in findings.ABSENCE)}


async def _ask_category(talk: Talk, result: Result) -> str:
    sorts = _sorts(result)
    return await talk.ask("phone_checks.ask_category", choice(sorts), sorts)


async def _doubt(talk: Talk, check: PhoneCheck, category: str) -> None:
    words = talk.say(
        "phone_checks.found", check=check, label=check.label, unsure=check.unsure,
        asked=len(check.asked), remark=check.remark,
    )  # fmt: skip
    await phone_checks.doubt(
        talk.db, talk.asker, check, category, unmarked(words), rules=talk.rules, now=talk.now
    )


ACTS: dict[str, Callable[[Talk, int, str], Awaitable[Reply]]] = {
    "记": _note,
    "放回": _put_back,
    "再打": _ring_again,
    "改结果": _put_right,
    "记待核实": _put_down,
}


# figures
async def show_counts(talk: Talk) -> Reply:
    """电话抽查情况: the month's figures by township; nobody is named."""
    month = periods.span(Period.MONTH, talk.today)
    scope = scope_of(talk.asker)
    lines = await phone_counts.counts(talk.db, scope, month.first, month.last)
    total = sum(lines, Counts(""))
    waiting = await phone_checks.left(talk.db, talk.asker, now=talk.now)
    options = (Option("下一个", "电话抽查"),) if waiting else ()
    return talk.reply(
        "phone_checks.counts", options, month=talk.today.month, total=total, lines=lines,
        waiting=waiting,
    )  # fmt: skip


COUNTS = Topic("phone_counts", ("电话抽查情况", "电话抽查结果"), show_counts, STAFF, aside=True)
RING_UP = Topic("phone_check", ("电话抽查",), ring_up, STAFF, dropped="phone_checks.dropped")
