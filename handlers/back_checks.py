"""回访核验: what the household says to what the ledger says; 核验情况 shows the month's figures."""

import re
from dataclasses import replace
from datetime import date

from handlers import rebounds as coming_back
from handlers.issue_cards import NUMBERED
from handlers.talk import Talk, Topic, one_of, plain
from ledger import back_checks, findings, issues, look_backs, people
from ledger.back_checks import QUESTIONS, Answer, BackCheck
from ledger.days import DAY
from ledger.draw_periods import month_of
from ledger.errors import Misunderstood, Refused
from ledger.findings import Found, Source
from ledger.messages import Option, Reply
from ledger.people import STAFF, Role, scope_of

ANSWERS = {"一致": Answer.SAME, "不一致": Answer.DIFFERS, "没问到": Answer.NOT_ASKED}
AT_ONCE = {"都一致": Answer.SAME, "都没问到": Answer.NOT_ASKED}
NO_MORE = "不补充"
FINDING, BACK = "待核实", "反弹"
MARKS = " ，,。：:；;、"
MONTH = re.compile(r"(?P<month>1[0-2]|[1-9])月(?:份)?")
SHOWN = 10
BUTTONS = 4


# asking
async def check_back(talk: Talk) -> Reply:
    """The list, or one of them with what the household said."""
    numbered = NUMBERED.fullmatch(talk.rest)
    if numbered is None:
        return await _list(talk)
    check = await back_checks.access_back_check(talk.db, talk.asker, int(numbered["id"]))
    words = numbered["rest"].strip()
    if back_checks.unfit(check, talk.asker):
        return await _given_up(talk, check)
    if words == FINDING:
        return await _open_finding(talk, check)
    if words.startswith(BACK):
        return await _rebound(talk, check, words.removeprefix(BACK).strip(MARKS))
    return await _fill_in(talk, check, words)


async def _list(talk: Talk) -> Reply:
    if talk.rest:
        raise Misunderstood("back_checks.not_number", said=talk.rest[:20])
    found = await back_checks.waiting_for(talk.db, talk.asker, talk.today)
    options = [Option(f"回访核验{one.id}", f"回访核验{one.id}") for one in found[:BUTTONS]]
    return talk.reply("back_checks.list", options, found=found[:SHOWN], total=len(found))


async def _given_up(talk: Talk, check: BackCheck) -> Reply:
    """He has moved: nothing of his is kept, the county asks the household or names somebody."""
    await back_checks.release(talk.db, talk.asker, check, now=talk.now)
    note = Reply(talk.say("back_checks.handed_over", check=check, asker=talk.asker))
    for one in await people.staff(talk.db, check.county_id, day=talk.now.date()):
        await talk.tell(one.id, note, dedupe=f"back_check:{check.id}:released:{one.id}")
    return talk.reply("back_checks.unfit", check=check)


async def _fill_in(talk: Talk, check: BackCheck, words: str) -> Reply:
    """Three answers and, where something differs, a word on it; then what may come of it."""
    if check.state == "void" or not check.kept or check.until_day < str(talk.today):
        raise Refused("back_checks.over", id=check.id)
    answers, remark = _read_all(words) if words else (await _ask(talk, check), "")
    if Answer.DIFFERS in answers and not remark:
        said = await talk.ask("back_checks.ask_remark", plain, (NO_MORE,))
        remark = "" if said == NO_MORE else said
    done = await back_checks.settle(talk.db, talk.asker, check, answers, remark, now=talk.now)
    return talk.reply(
        "back_checks.kept", await _buttons(talk, done), check=done, words=list(ANSWERS),
        answers=[list(ANSWERS.values()).index(one) for one in answers],
    )  # fmt: skip


async def _ask(talk: Talk, check: BackCheck) -> list[Answer]:
    first = await talk.ask(
        "back_checks.ask_first", one_of({**AT_ONCE, **ANSWERS}),
        (*ANSWERS, *AT_ONCE) if check.state == "done" else (*AT_ONCE, *ANSWERS), check=check,
    )  # fmt: skip
    if talk.state.answers[talk.position - 1].said.text in AT_ONCE:
        return [first] * QUESTIONS
    second = await talk.ask("back_checks.ask_second", one_of(ANSWERS), ANSWERS, check=check)
    third = await talk.ask("back_checks.ask_third", one_of(ANSWERS), ANSWERS, check=check)
    return [first, second, third]


def _read_all(words: str) -> tuple[list[Answer], str]:
    """「一致 一致 不一致 他说没来」, 「都一致」: the answers, and what is added."""
    parts = re.split(rf"[{MARKS}]+", words.strip(MARKS))
    if parts[0] in AT_ONCE:
        return [AT_ONCE[parts[0]]] * QUESTIONS, words.strip(MARKS)[len(parts[0]) :].strip(MARKS)
    said = parts[:QUESTIONS]
    if len(said) < QUESTIONS or any(one not in ANSWERS for one in said):
        raise Misunderstood("back_checks.not_answers", said=words[:20])
    return [ANSWERS[one] for one in said], " ".join(parts[QUESTIONS:])


async def _buttons(talk: Talk, check: BackCheck) -> list[Option]:
    """What a person may make of it, and the next one."""
    found = []
    if check.not_solved:
        found.append(Option(BACK, f"回访核验{check.id} {BACK}"))
    if check.differing:
        found.append(Option("记为待核实", f"回访核验{check.id} {FINDING}"))
    left = await back_checks.waiting_for(talk.db, talk.asker, talk.today)
    return [*found, *(Option("下一件", f"回访核验{one.id}") for one in left[:1])]


# what comes of it, only when somebody asks for it
async def _open_finding(talk: Talk, check: BackCheck) -> Reply:
    """待核实: the person hears of it and explains, before anybody decides."""
    if not check.differing:
        raise Refused("back_checks.nothing_differs", id=check.id)
    facts = talk.say("back_checks.facts", check=check, words=_in_words(check))
    found = Found(
        check.county_id, check.township_id, check.team_id, check.who_id, Source.BACK_CHECK,
        check.id, findings.DIFFERING, facts, talk.today, talk.asker.id,
    )  # fmt: skip
    finding = await findings.open_finding(talk.db, found, now=talk.now, rules=talk.rules)
    return talk.reply("back_checks.finding", check=check, finding=finding)


def _in_words(check: BackCheck) -> list[str]:
    named = {one.value: label for label, one in ANSWERS.items()}
    return [named[one] for one in check.given]


async def _rebound(talk: Talk, check: BackCheck, text: str) -> Reply:
    """反弹: the issue begins again under a new number, as after a look-back."""
    if not check.not_solved:
        raise Refused("back_checks.nothing_back", id=check.id)
    issue = await issues.any_issue(talk.db, check.issue_id)
    text = text or check.remark or await talk.ask("rebounds.ask_text", plain, old=issue)
    new = await look_backs.rebounded(
        talk.db, talk.asker, issue, text, source=talk.source, photos=talk.files, now=talk.now,
        rules=talk.rules,
    )  # fmt: skip
    reply = await coming_back.brought_back(talk, issue, new, text)
    own = scope_of(talk.asker)
    if own.team not in (0, new.team_id):
        reply = replace(reply, options=())  # another team's: he may not look at it afterwards
    return reply


# figures
async def show_figures(talk: Talk) -> Reply:
    """核验情况: how many facts were asked again, how many differ; no order but the roster's."""
    first = _month(talk)
    places = await back_checks.figures(talk.db, scope_of(talk.asker), month_of(first))
    before = Option("上月", f"核验情况 {(first - DAY).month}月")
    return talk.reply(
        "back_checks.figures", (before,), month=first, places=places,
        all=back_checks.together(places), county=talk.asker.role is Role.COUNTY,
    )  # fmt: skip


def _month(talk: Talk) -> date:
    """The first day of the month asked for; this month when none is named."""
    first = talk.today.replace(day=1)
    if not talk.rest or talk.rest in {"本月", "这个月"}:
        return first
    if talk.rest in {"上月", "上个月"}:
        return (first - DAY).replace(day=1)
    named = MONTH.fullmatch(talk.rest)
    if named is None:
        raise Misunderstood("back_checks.not_month", said=talk.rest[:20])
    month = int(named["month"])
    return date(first.year - (month > first.month), month, 1)


CHECK = Topic("back_check", ("回访核验", "核验回访"), check_back, STAFF | {Role.LEADER})
FIGURES = Topic("back_check_figures", ("核验情况",), show_figures, STAFF, aside=True)
