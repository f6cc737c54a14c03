"""抽查, answered and looked at: 「在村」 or any sentence answers; 「抽查情况」 shows how far it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers import spotcheck_draws
from handlers.talk import Room, Talk, Topic, plain
from ledger import check_costs, check_windows, draws, findings, spotchecks
from ledger.draws import Draw
from ledger.errors import Misunderstood
from ledger.messages import Option, Reply
from ledger.people import EVERYONE, ON_TEAM, STAFF, Person, scope_of
from ledger.reading.said import IssueSaid, PresenceSaid, Report
from ledger.spotchecks import (
    IN_VILLAGE,
    LABELS,
    NO_SIGNAL,
    ON_DUTY,
    ON_THE_WAY,
    Check,
    Given,
    Heard,
    tally_of,
)
from ledger.talks import Said

OWN = "own"  # asked about the check one has had
SHOWN = 3  # earlier draws offered, own checks listed
BARE = {
    "在村": IN_VILLAGE,
    "在岗": IN_VILLAGE,
    "外出公务": ON_DUTY,
    "公务外出": ON_DUTY,
    "在路上": ON_THE_WAY,
    "在路上了": ON_THE_WAY,
    "正在路上": ON_THE_WAY,
    "路上": ON_THE_WAY,
    "开车": ON_THE_WAY,
    "在开车": ON_THE_WAY,
    "正在开车": ON_THE_WAY,
    "骑车": ON_THE_WAY,
    "骑车赶路": ON_THE_WAY,
    "赶路": ON_THE_WAY,
    "无信号": NO_SIGNAL,
    "无信号稍后": NO_SIGNAL,
    "无信号，稍后": NO_SIGNAL,
    "无信号,稍后": NO_SIGNAL,
    "没信号": NO_SIGNAL,
}
EXCUSES = re.compile(
    r"没有?信号|信号不好|在?开会|[才刚]看[到见]|刚有信号|没看[到见]|没听[到见]|没注意|手机|没电"
)  # words of somebody who says why he has not answered
DRIVES = re.compile(
    r"在?路上|开[着]?车|骑[着]?(?:车|摩托|电动)|赶路|赶往|正往.{1,8}[赶走]"
)  # words of somebody who should not look at his phone now
ASKS_WHY = re.compile(
    r"[为因]啥|为什么|为何|怎么又|咋又|凭什么|凭啥|又抽|[总老]是?抽|烦不烦|有完没完"
)
WHO = r"(?:谁|哪一?个(?:人|队)?|哪个?队)"
WHEN = r"(?:什么时候|啥时候?|几时|哪天|哪一天|何时|几点)"
WHY = r"(?:[为因]啥|为什么|为何|凭什么|凭啥|怎么|咋|干[吗嘛])"
DRAWS = r"(?:抽查|抽|查)"
ASKS_HOW = re.compile(
    r"(?:请问|问一?下|你们|这次|上次|今天|到底|[，, ])*"
    rf"(?:(?P<own>{WHY}(?:又|[总老]是?|[都只偏])?{DRAWS}(?:[到中的]|的是)?我"
    rf"|是?{WHO}[要让叫]?{DRAWS}[到中]?的?(?:是我|我)的?)"
    rf"|{WHEN}[会要再]?{DRAWS}[到]?我|(?:下次|下一次){WHEN}[会要再]?{DRAWS}我?"
    rf"|(?:今天|明天|后天|下周|下个?月|下一?次|下回|下一个)(?:[会要]|该)?{DRAWS}(?:[到中]|的是)?(?:{WHO}|我[吗么不]?))"
    r"[的了呢啊呀吗]*[?？。！!~ ]*"
)  # a question and nothing else: words of a report are none
QUESTION = re.compile(r"[?？][!！。~ ]*$")
EXPLAINING = re.compile(r"说明(?:[\s：:，,]+(.+))?", re.DOTALL)
TWIN = re.compile(r"抽查\s*(?P<id>\d{1,9})\s*号?[\s：:，,]+(?P<words>.+)", re.DOTALL)


# answering
async def answer_check(talk: Talk) -> Reply:
    """在村, or 抽查12 在村: the asker's own check only."""
    number, _, words = talk.rest.partition(" ")
    if number and talk.asker.role in STAFF:
        return await spotcheck_draws.draw_checks(talk)
    if number:
        check: Check | None = await spotchecks.access_own(talk.db, talk.asker, int(number))
    else:
        check = await spotchecks.listening(talk.db, talk.asker.id, now=talk.now)
    if check is None:
        check = await spotchecks.missed_on(talk.db, talk.asker.id, talk.today)
    if check is None:
        return talk.reply("spotchecks.none_open")
    if explaining := EXPLAINING.fullmatch(words):
        words = explaining[1] or await talk.ask("spotchecks.ask_words", plain)
    note = talk.say("spotchecks.photo_note", files=len(talk.files)) if talk.files else ""
    return await _take(talk.room, check, Given(plain(words), note, talk.place))


async def waits(room: Room, asker: Person) -> bool:
    """Whether a check of this person is still to be answered."""
    check = await spotchecks.listening(room.db, asker.id, now=room.now)
    return check is not None and check.is_open


async def wonders(room: Room, asker: Person, said: Said) -> Reply | None:
    """A grumble about a check is answered kindly; it is no statement, and the check waits on."""
    check = await spotchecks.listening(room.db, asker.id, now=room.now)
    if check is None or not ASKS_WHY.search(said.text):
        return None
    return _why_drawn(room, check)


def _why_drawn(room: Room, check: Check) -> Reply:
    missed = check.state == "missed"
    words = room.words.say("spotchecks.why_drawn", check=check, missed=missed)
    return Reply(words, check.options if check.is_open else (), kind="card")


async def tell_how(talk: Talk) -> Reply:
    """为什么查我, 明天抽谁: by lot, and nobody knows; of his own last check, whether he was named."""
    check = await spotchecks.listening(talk.db, talk.asker.id, now=talk.now)
    last = check or next(
        iter(await spotchecks.of_person(talk.db, talk.asker.id, limit=1)), None
    )
    if talk.rest == OWN and last and (check or last.picked):
        return _why_drawn(talk.room, last)
    waiting = check if check and check.is_open else None
    options = waiting.options if waiting else (Option("抽签公示", "抽签公示"),)
    return talk.reply("spotchecks.how_drawn", options, check=waiting)


async def explained(
    room: Room, asker: Person, said: Said, reports: Sequence[Report]
) -> Reply | None:
    """The first words after a miss say why, unless they report something else or ask.

    An excuse does in any case, and one said later the same day stands for the former.
    """
    excuse = EXCUSES.search(said.text) is not None
    clear = any(is_clear(one) for one in reports)
    if not said.text or QUESTION.search(said.text) or (clear and not excuse):
        return None
    check = await spotchecks.listening(room.db, asker.id, now=room.now)
    if check is None and excuse:
        check = await spotchecks.missed_on(room.db, asker.id, room.now.date())
    if check is None or check.state != "missed":
        return None
    note = room.words.say("spotchecks.photo_note", files=len(said.files)) if said.files else ""
    return await _take(room, check, Given(plain(said.text), note, said.place))


def is_clear(report: Report) -> bool:
    """Whether it tells of more than the member himself: a fault of no household may be his phone."""
    own = isinstance(report, PresenceSaid)
    return not own and not (isinstance(report, IssueSaid) and report.household is None)


def without_excuses(reports: Sequence[Report]) -> tuple[Report, ...]:
    """What there is to file beside an excuse: no issue made of it."""
    return tuple(
        one for one in reports
        if is_clear(one) and not (isinstance(one, IssueSaid) and EXCUSES.search(one.text))
    )  # fmt: skip


async def overhear(room: Room, asker: Person, said: Said) -> Reply | None:
    """Words that open no topic and answer no question: perhaps a check waits for them."""
    if asker.role not in ON_TEAM or not (said.text or said.place):
        return None
    check = await spotchecks.listening(room.db, asker.id, now=room.now)
    if check is None or check.state == "missed" or QUESTION.search(said.text):
        return None  # what follows a miss: `explained`
    if not said.text:
        return await _keep_place(room, check, said.place)
    note = room.words.say("spotchecks.photo_note", files=len(said.files)) if said.files else ""
    given = Given(plain(said.text), note, said.place)
    if check.state == "answered":
        heard = await spotchecks.add_note(room.db, check, given.words, now=room.now)
        return await _say(room, check, heard)
    return await _take(room, check, given)


async def _take(room: Room, check: Check, given: Given) -> Reply:
    heard = await spotchecks.answer(room.db, check, given, rules=room.rules, now=room.now)
    reply = await _say(room, check, heard)
    if heard is Heard.ANSWERED:
        reply = _safely(room, given, await _without(room, check, given, reply))
        covered = await spotchecks.cover(room.db, check, given, now=room.now)
        for one in (check, *covered):
            after = await spotchecks.by_id(room.db, one.id)
            words = room.words.say("spotchecks.card_answered", check=after)
            await check_windows.close_card(room.db, one, words, now=room.now)
    return reply


async def _without(room: Room, check: Check, given: Given, reply: Reply) -> Reply:
    """A place or photo that a switch asks for and that is not there is never a finding."""
    there = {"位置": given.place or check.place, "照片": given.note}
    wanted = await spotchecks.wanted_with(room.db, check, now=room.now)
    lacking = [one for one in wanted if not there[one]]
    if not lacking:
        return reply
    note = room.words.say("switches.without", wanted=lacking)
    return replace(reply, text=f"{reply.text}\n\n{note}")


def _safely(room: Room, given: Given, reply: Reply) -> Reply:
    """Whoever is on the road has answered; the rest can wait until he stands."""
    if not DRIVES.search(given.words):
        return reply
    return replace(reply, text=f"{reply.text}\n\n{room.words.say('spotchecks.drive_safely')}")


async def _keep_place(room: Room, check: Check, place: str) -> Reply | None:
    """A place sent alone is kept with an open check; it is no answer and was not asked for."""
    if not check.is_open:
        return None
    await spotchecks.keep_place(room.db, check, place, now=room.now)
    words = room.words.say("spotchecks.place_kept", check=check)
    return Reply(words, check.options, kind="card")


async def _say(room: Room, before: Check, heard: Heard) -> Reply:
    check = await spotchecks.by_id(room.db, before.id)
    words = room.words.say(heard, check=check, labels=LABELS, today=room.now.date())
    if heard is not Heard.EXPLAINED:
        return Reply(words)
    return Reply(words, (Option("改说明", f"抽查{check.id} 说明"),), kind="card")


# looking
async def show_results(talk: Talk) -> Reply:
    """抽查情况 for staff: how far a draw is; for a team member his own checks."""
    if talk.asker.role in ON_TEAM:
        return await show_mine(talk)
    recent = await draws.recent(talk.db, talk.asker, limit=SHOWN + 1)
    if not talk.rest and not recent:
        return talk.reply("spotchecks.no_draws")
    draw = recent[0] if not talk.rest else await _which(talk)
    checks = await spotchecks.of_draw(talk.db, talk.asker, draw)
    others = [one for one in recent if one.id != draw.id][:SHOWN]
    options = [Option(f"第 {one.number} 次", f"抽查情况 {one.number}") for one in others]
    lines = [talk.say("spotchecks.line", check=one) for one in checks]
    scope = scope_of(talk.asker)
    ways = await check_costs.month_by_way(talk.db, scope, talk.now.date())
    pending = await findings.open_count(talk.db, scope)
    return talk.reply(
        "spotchecks.progress", options, draw=draw, checks=checks, lines=lines,
        tally=tally_of(checks), ways=ways, pending=pending,
    )  # fmt: skip


async def _which(talk: Talk) -> Draw:
    number = re.fullmatch(r"第?\s*(\d{1,9})\s*[次号]?", talk.rest)
    if number is None:
        raise Misunderstood("spotchecks.which_draw", said=talk.rest[:20])
    return await draws.access_draw(talk.db, talk.asker, int(number[1]))


async def show_mine(talk: Talk) -> Reply:
    """我的抽查: the asker's own last checks."""
    checks = await spotchecks.of_person(talk.db, talk.asker.id, limit=SHOWN)
    lines = [talk.say("spotchecks.my_line", check=one) for one in checks]
    waiting = next((one for one in checks if one.is_open), None)
    return talk.reply("spotchecks.mine", waiting.options if waiting else (), lines=lines)


# topics
@dataclass(frozen=True)
class AnswerTopic(Topic):
    """Answers are known by their shape: a bare label, or 抽查 with a number and words."""

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """「12 在村」 with the check's number, 「 在村」 without."""
        if text in BARE:
            return f" {BARE[text]}"
        match = TWIN.fullmatch(text)
        if match is None:
            return None
        words = match["words"].strip()
        return f"{match['id']} {BARE.get(words, words)}"


@dataclass(frozen=True)
class HowTopic(Topic):
    """Questions about being checked, known by their shape."""

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """Whether it asks about his own check or the next ones; None where it says more."""
        match = ASKS_HOW.fullmatch(text)
        return match and (OWN if match["own"] else "next")


ANSWER = AnswerTopic("check_answer", (), answer_check, EVERYONE, aside=True)
RESULTS = Topic("check_results", ("抽查情况", "抽查结果", "我的抽查"), show_results, aside=True)
HOW = HowTopic("check_how", (), tell_how, aside=True)
