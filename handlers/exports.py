"""导出: the ledger as a workbook, one issue's closing report; made in a moment, sent when ready.

「导出 问题」「导出 逾期」「导出 临期」「导出 永安村」「导出 县水务局」「导出 张大山」, a table that was
handed in, a campaign or a tag by name; 「导出 户码 永安村」; 「问题12 销号报告」.
"""

import re

from handlers.roster import find_team
from handlers.talk import Talk, Topic, one_of
from ledger import exports, issues, people
from ledger.errors import Refused
from ledger.exports import What
from ledger.issues import Issue
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM

LONGEST_NAME = 30
FIXED = {
    "问题": What.ISSUES, "台账": What.ISSUES, "问题台账": What.ISSUES, "问题清单": What.ISSUES,
    "五张清单": What.ISSUES, "单位清单": What.ISSUES, "时限清单": What.ISSUES,
    "挂图": What.ISSUES, "挂图作战": What.ISSUES, "全部": What.ISSUES,
    "逾期": What.OVERDUE, "逾期清单": What.OVERDUE, "超期": What.OVERDUE,
    "临期": What.NEAR, "临期清单": What.NEAR, "快到期": What.NEAR,
}  # fmt: skip
OFFERED = ("问题", "逾期", "临期")
REPORT = re.compile(r"(?:问题\s*)?(\d{1,9})\s*号?(?:\s*销号报告)?")
CODES = re.compile(r"户码\s*(.*)", re.DOTALL)
TAGGED = re.compile(r"标签\s*(\S.*)", re.DOTALL)


async def export(talk: Talk) -> Reply:
    """导出: what somebody wants as a file; the answer is that it is being made."""
    said = talk.rest or await talk.ask("exports.ask_what", one_of({one: one for one in OFFERED}),
                                       OFFERED)  # fmt: skip
    return await ask_for(talk, said)


async def ask_for(talk: Talk, said: str) -> Reply:
    """What goes by these words: which issues, one issue's report, a village's codes."""
    if said in FIXED:
        return await under_way(talk, FIXED[said], "", said)
    if numbered := REPORT.fullmatch(said):
        issue = await issues.access_issue(talk.db, talk.asker, int(numbered[1]))
        return await closing_report(talk, issue, "")
    if codes := CODES.fullmatch(said):
        return await _codes(talk, codes[1].strip())
    what, about, name = await _by_name(talk, said)
    return await under_way(talk, what, about, name)


async def closing_report(talk: Talk, issue: Issue, _rest: str) -> Reply:
    """问题12 销号报告: one issue with its proof as a document."""
    name = talk.say("exports.closing_report", issue=issue)
    return await under_way(talk, What.CLOSING_REPORT, str(issue.id), name)


async def report_of(talk: Talk) -> Reply:
    """销号报告 12: the same, the number behind."""
    numbered = REPORT.fullmatch(talk.rest)
    if numbered is None:
        raise Refused("exports.which_issue")
    issue = await issues.access_issue(talk.db, talk.asker, int(numbered[1]))
    return await closing_report(talk, issue, "")


async def _codes(talk: Talk, village: str) -> Reply:
    exports.check_may(talk.asker, What.HOUSEHOLD_CODES)
    team = await find_team(talk, village) if village else None
    if team is None:
        raise Refused("exports.codes_of_which_village")
    name = talk.say("exports.household_codes", village=team.village)
    return await under_way(talk, What.HOUSEHOLD_CODES, str(team.id), name)


async def _by_name(talk: Talk, said: str) -> tuple[What, str, str]:
    """A village, a unit, a table, a campaign, a tag, a household of the own team."""
    if team := await find_team(talk, said):
        return What.VILLAGE, str(team.id), team.village
    if tagged := TAGGED.fullmatch(said):
        return What.TAG, tagged[1].strip()[:LONGEST_NAME], said
    if found := await exports.named(talk.db, talk.asker, said):
        return *found, found[1]
    if name := await _household(talk, said):
        return What.HOUSEHOLD, name, name
    raise Refused("exports.not_known", said=said[:LONGEST_NAME])


async def _household(talk: Talk, said: str) -> str:
    """A household by name; only its own team may ask by name."""
    if talk.asker.role not in ON_TEAM:
        return ""
    name = said.removesuffix("家")
    known = await people.households(talk.db, talk.asker)
    return next((one.name for one in known if name in {one.name, one.label}), "")


async def under_way(
    talk: Talk, what: What, about: str, name: str, options: tuple[Option, ...] = ()
) -> Reply:
    """Ask for the file; the answer is there at once, the file comes when it is made."""
    await exports.ask(talk.db, talk.asker, what, about, now=talk.now)
    return talk.reply("exports.under_way", options, name=name)


def button(issue: Issue) -> Option:
    """For the card of an issue that is struck off."""
    return Option("销号报告", f"问题{issue.id} 销号报告")


ACTS = {"销号报告": closing_report}
REPORT_OF = Topic("closing_report", ("销号报告",), report_of)
EXPORT = Topic("export", ("导出",), export)
