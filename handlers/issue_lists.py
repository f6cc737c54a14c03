"""问题清单, 我的问题, 临期, 逾期: which issues, the most urgent first."""

from datetime import date, timedelta

from handlers.talk import Talk, Topic
from ledger import issue_lists, issues
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM

LISTED = 10  # issues shown at once
BUTTONS = 4


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
        options[:BUTTONS],
        issues=found,
        count=count,
        waiting=waiting,
        today=talk.today,
        detail=talk.asker.role in ON_TEAM,
    )


async def list_mine(talk: Talk) -> Reply:
    """我的问题: those this person is responsible for, and in whose hands they are."""
    found = await issue_lists.of_person(talk.db, talk.asker)
    return _listed(talk, found, "issue_lists.mine", "issue_lists.none_mine")


async def list_near(talk: Talk) -> Reply:
    """临期: what is due within the days before a deadline on which we remind."""
    until = talk.today + timedelta(days=max(talk.rules.issue_before_days, default=3))
    found = await issue_lists.near(talk.db, talk.asker, talk.today, until, LISTED + 1)
    return _listed(talk, found, "issue_lists.near", "issue_lists.none_near", until=until)


async def list_overdue(talk: Talk) -> Reply:
    """逾期: what is past its day, the longest first."""
    found = await issue_lists.overdue(talk.db, talk.asker, talk.today, LISTED + 1)
    return _listed(talk, found, "issue_lists.overdue", "issue_lists.none_overdue")


def _listed(talk: Talk, found: list[Issue], title: str, none: str, **facts: date) -> Reply:
    if not found:
        return talk.reply(none, (), **facts)
    options = tuple(Option(f"看问题{one.id}", f"问题{one.id}") for one in found[:BUTTONS])
    return talk.reply(
        "issue_lists.listed", options, title=talk.say(title, **facts), issues=found[:LISTED],
        more=len(found) > LISTED, today=talk.today, detail=talk.asker.role in ON_TEAM,
    )  # fmt: skip


LIST = Topic("issue_list", ("问题清单", "清单"), list_open, aside=True)
MINE = Topic("issues_mine", ("我的问题",), list_mine, aside=True)
NEAR = Topic("issues_near", ("临期", "快到期"), list_near, aside=True)
OVERDUE = Topic("issues_overdue", ("逾期", "超期"), list_overdue, aside=True)
