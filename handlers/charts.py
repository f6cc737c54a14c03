"""考勤图, 走访图, 问题走势, 经手天数: a picture, and the same in words for who cannot see it."""

import re
from dataclasses import replace
from datetime import date

from handlers.reports import PLACE, own_names
from handlers.roster import find_team
from handlers.talk import Talk, Topic
from ledger import charts, people
from ledger.days import DAY
from ledger.errors import Misunderstood, Refused
from ledger.messages import Drawing, Reply
from ledger.people import ON_TEAM, Person, Role, Team

MONTH = re.compile(
    r"(?:(?P<year>20\d\d)\s*[年-]\s*)?(?P<month>1[0-2]|0?[1-9])(?:月(?:份)?|(?<=-\d\d)(?!\d))"
)
MARKS = " ，,的图"
MONTHS = {"本月": 0, "这个月": 0, "上月": -1, "上个月": -1}


async def attendance(talk: Talk) -> Reply:
    """「考勤图」「考勤图 上月」; the township names the village: 「考勤图 永安村 11月」.

    Not the county; the same people may see it as may see 天数 of somebody: he himself, his
    leader, his township.
    """
    if talk.asker.role is Role.COUNTY:
        raise Refused("charts.days_stay_below")
    first, rest = _asked(talk)
    chart = await charts.access_attendance(
        talk.db, talk.asker, await _team(talk, rest), first, talk.today, talk.rules
    )
    if not chart.people:
        raise Refused("charts.nobody", first=first, today=talk.today)
    year = "" if first.year == talk.today.year else f"{first.year}年"
    name = f"{chart.village}{year}{first.month}月考勤"
    return _drawn(talk, "charts.attendance", name, chart)


async def _team(talk: Talk, village: str) -> Team:
    asker = talk.asker
    if asker.role in ON_TEAM:
        if village and village not in own_names(asker):
            raise Misunderstood("charts.not_a_month", said=village[:20])
        return Team(asker.team_id, asker.village, asker.township_id, asker.township)
    if not village:
        raise Refused("charts.which_village")
    team = await find_team(talk, village)
    if team is None:
        raise Refused("roster.no_village", village=village[:20])
    return team


async def coverage(talk: Talk) -> Reply:
    """「走访图」「走访图 10月 清水镇」: households visited in a month, of those on the ledger."""
    first, rest = _asked(talk)
    asker = await _eyes(talk, rest, "走访图")
    last = min((first + 31 * DAY).replace(day=1) - DAY, talk.today)
    chart = await charts.coverage(talk.db, asker, first, last)
    return _drawn(talk, "charts.coverage", f"{chart.place}{first.month}月走访", chart)


async def burn_down(talk: Talk) -> Reply:
    """「问题走势」「问题走势 清水镇」: open issues week by week against their deadlines."""
    chart = await charts.burn_down(
        talk.db, await _eyes(talk, talk.rest, "问题走势"), talk.today
    )
    return _drawn(talk, "charts.burn_down", f"{chart.place}问题走势", chart)


async def holders(talk: Talk) -> Reply:
    """「经手天数」「经手天数 清水镇」: in whose hands the open issues are and were, and for how long."""
    chart = await charts.holders(talk.db, await _eyes(talk, talk.rest, "经手天数"), talk.today)
    return _drawn(talk, "charts.holders", f"{chart.place}经手天数", chart)


def _asked(talk: Talk) -> tuple[date, str]:
    """The month that is named, and the place; `Refused` for one that has not begun."""
    first, rest = read_month(talk.rest, talk.today)
    if first > talk.today:
        raise Refused("charts.to_come", first=first)
    return first, rest


async def _eyes(talk: Talk, said: str, word: str) -> Person:
    """Whose picture it is: the asker's; where the county names a township, as that would see it."""
    named = said.strip(MARKS)
    if not named or named in own_names(talk.asker):
        return talk.asker
    towns = await people.townships(talk.db, talk.asker.county_id)
    if talk.asker.role is Role.COUNTY and named in towns:
        id = towns[named]
        return replace(talk.asker, role=Role.TOWNSHIP, township_id=id, township=named)
    if not PLACE.fullmatch(named) and word == "走访图":
        raise Misunderstood("charts.not_a_month", said=named[:20])
    raise Refused("charts.no_place", said=named[:20], word=word, person=talk.asker)


def read_month(text: str, today: date) -> tuple[date, str]:
    """The first day of the month that is named, this month's else, and the words left over."""
    if found := MONTH.search(text):
        month = int(found["month"])
        year = int(found["year"] or today.year - (month > today.month))
        rest = text[: found.start()] + text[found.end() :]
        return date(year, month, 1), rest.strip(MARKS)
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


ATTENDANCE = Topic("attendance", ("考勤图",), attendance, aside=True)
COVERAGE = Topic("coverage_chart", ("走访图",), coverage, aside=True)
BURN_DOWN = Topic("burn_down", ("问题走势图", "问题走势"), burn_down, aside=True)
HOLDERS = Topic("holder_days", ("经手天数图", "经手天数"), holders, aside=True)
