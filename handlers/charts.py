"""考勤图, 走访图, 问题走势, 经手天数: a picture, and the same in words for who cannot see it."""

import re
from datetime import date

from handlers.roster import find_team
from handlers.talk import Talk, Topic
from ledger import charts
from ledger.days import DAY
from ledger.errors import Misunderstood, Refused
from ledger.messages import Drawing, Reply
from ledger.people import ON_TEAM, Role, Team

MONTH = re.compile(r"(?P<month>1[0-2]|[1-9])月(?:份)?")
MONTHS = {"本月": 0, "这个月": 0, "上月": -1, "上个月": -1}


async def attendance(talk: Talk) -> Reply:
    """「考勤图」「考勤图 上月」; the township names the village: 「考勤图 永安村 11月」.

    The same people may see it as may see 天数 of somebody: he himself, his leader, his township.
    """
    first, rest = read_month(talk.rest, talk.today)
    chart = await charts.access_attendance(
        talk.db, talk.asker, await _team(talk, rest), first, talk.today, talk.rules
    )
    if not chart.people:
        raise Refused("charts.nobody", month=first.month)
    name = f"{chart.village}{first.month}月考勤"
    return _drawn(talk, "charts.attendance", name, chart)


async def _team(talk: Talk, village: str) -> Team:
    asker = talk.asker
    if asker.role in ON_TEAM:
        if village:
            raise Misunderstood("charts.not_a_month", said=village[:20])
        return Team(asker.team_id, asker.village, asker.township_id, asker.township)
    if not village:
        raise Refused("charts.which_village")
    team = await find_team(talk, village)
    if team is None:
        raise Refused("roster.no_village", village=village[:20])
    return team


async def coverage(talk: Talk) -> Reply:
    """「走访图」「走访图 10月」: households visited in a month, of those on the ledger."""
    first, rest = read_month(talk.rest, talk.today)
    if rest:
        raise Misunderstood("charts.not_a_month", said=rest[:20])
    last = min((first + 31 * DAY).replace(day=1) - DAY, talk.today)
    chart = await charts.coverage(talk.db, talk.asker, first, last)
    return _drawn(talk, "charts.coverage", f"{chart.place}{first.month}月走访", chart)


async def burn_down(talk: Talk) -> Reply:
    """「问题走势」: open issues week by week against their deadlines."""
    chart = await charts.burn_down(talk.db, talk.asker, talk.today)
    return _drawn(talk, "charts.burn_down", f"{chart.place}问题走势", chart)


async def holders(talk: Talk) -> Reply:
    """「经手天数」: in whose hands the open issues are and were, and for how long."""
    chart = await charts.holders(talk.db, talk.asker, talk.today)
    return _drawn(talk, "charts.holders", f"{chart.place}经手天数", chart)


def read_month(text: str, today: date) -> tuple[date, str]:
    """The first day of the month that is named, this month's else, and the words left over."""
    if found := MONTH.search(text):
        month = int(found["month"])
        rest = text[: found.start()] + text[found.end() :]
        return date(today.year - (month > today.month), month, 1), rest.strip()
    for name, back in MONTHS.items():
        if name in text:
            first = today.replace(day=1)
            return (first - DAY).replace(day=1) if back else first, text.replace(
                name, ""
            ).strip()
    return today.replace(day=1), text.strip()


Chart = charts.Attendance | charts.Coverage | charts.BurnDown | charts.Holders


def _drawn(talk: Talk, block: str, name: str, chart: Chart) -> Reply:
    """The words, and the picture of the same name to be made when they go out."""
    form = block.removeprefix("charts.")
    return Reply(talk.say(block, chart=chart), drawings=(Drawing(form, name, chart.facts()),))


MAY_SEE_DAYS = ON_TEAM | {Role.TOWNSHIP}
ATTENDANCE = Topic("attendance", ("考勤图",), attendance, MAY_SEE_DAYS, aside=True)
COVERAGE = Topic("coverage_chart", ("走访图",), coverage, aside=True)
BURN_DOWN = Topic("burn_down", ("问题走势图", "问题走势"), burn_down, aside=True)
HOLDERS = Topic("holder_days", ("经手天数图", "经手天数"), holders, aside=True)
