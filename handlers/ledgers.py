"""台账: a ledger as a workbook. 「台账」 the issues; 「台账 逾期」「台账 永安村」 some of them;
「台账 走访 11月」「台账 学习」「台账 天数 上月」「台账 请假」「台账 抽查」「台账 承诺」 those of a month.
"""

import re
from datetime import date, timedelta

from handlers import exports
from handlers.talk import Talk, Topic
from ledger.errors import Refused
from ledger.exports import What
from ledger.ledger_rows import Month
from ledger.messages import Option, Reply

OF_A_MONTH = {
    "走访": What.VISITS, "学习": What.STUDY, "天数": What.DAYS, "出勤": What.DAYS,
    "出勤天数": What.DAYS, "驻村天数": What.DAYS, "请假": What.LEAVE, "抽查": What.CHECKS,
    "承诺": What.PROMISES,
}  # fmt: skip
NAMED = re.compile(
    rf"(?P<name>{'|'.join(sorted(OF_A_MONTH, key=len, reverse=True))})(?:台账)?(?P<rest>.*)",
    re.S,
)
MONTH = re.compile(r"(?:(?P<year>20\d\d)年)?(?P<month>1[0-2]|0?[1-9])月(?:份)?")
THIS, LAST = ("", "本月", "这个月"), ("上月", "上个月")
SEE = Option("看清单", "问题清单")


async def show(talk: Talk) -> Reply:
    """Say at once that the file is being made; it comes by itself."""
    said = talk.rest.strip()
    if named := NAMED.fullmatch(said):
        return await _of_month(talk, named["name"], named["rest"].strip())
    if said:
        return await exports.ask_for(talk, said)
    return await exports.under_way(talk, What.ISSUES, "", talk.say("exports.issues"), (SEE,))


async def _of_month(talk: Talk, name: str, said: str) -> Reply:
    month = Month(_first_day(talk.today, said))
    what = talk.say("exports.of_month", month=month.first, name=name)
    return await exports.under_way(talk, OF_A_MONTH[name], month.about, what)


def _first_day(today: date, said: str) -> date:
    """The first day of the month that is said; without a year the last one of that name."""
    first = today.replace(day=1)
    if said in THIS:
        return first
    if said in LAST:
        return (first - timedelta(days=1)).replace(day=1)
    named = MONTH.fullmatch(said)
    if named is None:
        raise Refused("exports.which_month")
    month = int(named["month"])
    year = int(named["year"] or today.year - (month > today.month))
    if (year, month) > (today.year, today.month):
        raise Refused("exports.month_to_come")
    return date(year, month, 1)


LEDGER = Topic("ledger", ("台账",), show, aside=True)
