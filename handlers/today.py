"""今天: what is recorded and what is still open, in one card."""

from dataclasses import dataclass
from datetime import timedelta

from handlers import drafts
from handlers.leave_cover import standing_in
from handlers.talk import Talk, Topic
from ledger import calendar, issues, kinds, promises, records, spotchecks, study, talks
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, scope_of

DOUBTS_SHOWN = 3
LABEL = 12  # signs on a button
PAST = timedelta(days=3)  # a promise this late is still shown


@dataclass(frozen=True)
class Shown:
    """One record of the day, and whether its writer has looked at it."""

    line: str
    checked: bool


async def show_today(talk: Talk) -> Reply:
    """A member's day, or what waits for a superior."""
    if talk.asker.role not in ON_TEAM:
        return await _for_staff(talk)
    found = await records.of_day(talk.db, talk.asker, talk.today)
    lines = [
        Shown(await kinds.line(talk.db, talk.say, one), await _looked_at(talk, one))
        for one in found
    ]
    ahead = talk.today + timedelta(days=max(talk.rules.issue_before_days))
    promised = await promises.near(talk.db, talk.asker, talk.today - PAST, ahead)
    unchecked = any(not one.checked for one in lines)
    off = await calendar.off_on(talk.db, talk.asker.id, talk.today, talk.rules)
    own = await issues.open_issues(talk.db, talk.asker, limit=50)
    near = [one for one in own if one.owner_id == talk.asker.id and _is_near(talk, one)]
    waiting = await issues.waiting_for(talk.db, talk.asker, talk.today)
    check = await spotchecks.open_for(talk.db, talk.asker.id, talk.now)
    doubts = await drafts.open_doubts(talk)
    owing = off is None and not any(one.kind == study.KIND for one in found)
    return talk.reply(
        "today.card",
        (*_again(doubts), *_options(owing, bool(found), len(waiting), unchecked=unchecked)),
        lines=lines, off=off, promised=promised[:5], near=near[:5], waiting=len(waiting),
        check=check, owing=owing, doubts=list(doubts)[:DOUBTS_SHOWN], today=talk.today,
        covered=await standing_in(talk),
        halfway=await _is_halfway(talk),
    )  # fmt: skip


async def _is_halfway(talk: Talk) -> bool:
    """Whether something else is open than a doubt, which has its own line and button."""
    state = await talks.load(talk.db, talk.asker.id, now=talk.now)
    return state is not None and state.topic != drafts.DOUBT.name


async def _looked_at(talk: Talk, record: records.Record) -> bool:
    """Checked, or past correcting: what was merged or handed in waits for nobody's look."""
    return bool(record.checked) or not await kinds.changeable(talk.db, record)


def _again(doubts: dict[str, int]) -> tuple[Option, ...]:
    """A button for each question that was left open."""
    shown = list(doubts.items())[:DOUBTS_SHOWN]
    return tuple(Option(f"选：{name}"[:LABEL], f"再选 {id}") for name, id in shown)


def _is_near(talk: Talk, issue: issues.Issue) -> bool:
    days = (issue.due_day - talk.today).days
    return issue.state in {"open", "doing"} and days <= max(talk.rules.issue_before_days)


def _options(
    owing: bool, any_record: bool, waiting: int, *, unchecked: bool
) -> tuple[Option, ...]:
    words = ["学习"] if owing else []
    words += ["走访", "问题"]
    words += ["改", "撤销"] if any_record else []
    words += ["待销号"] if waiting else []
    checking = (Option("都正确", "正确 今天"),) if unchecked else ()
    return (*checking, *(Option(word, word) for word in words))


async def _for_staff(talk: Talk) -> Reply:
    waiting = await issues.waiting_for(talk.db, talk.asker, talk.today)
    count = await issues.count_open(talk.db, talk.asker, talk.today)
    away = await calendar.absent(talk.db, scope_of(talk.asker), talk.today)
    words = ("日报", "待销号", "问题", "抽查")
    return talk.reply(
        "today.staff", tuple(Option(word, word) for word in words), waiting=len(waiting),
        open=count.open, late=count.late, away=len(away), today=talk.today,
    )  # fmt: skip


TODAY = Topic("today", ("今天", "今日", "待办", "today"), show_today, form="bare", aside=True)
