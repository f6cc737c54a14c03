"""我的月报: one's own month, 「我的月报 10月」; nobody can ask for somebody else's."""

from handlers import basis, reports, written
from handlers.talk import Talk, Topic
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.reports import my_month

WORD = "我的月报"


async def show(talk: Talk) -> Reply:
    """The asker's month, this one so far when none is named; then 依据 or a form, as of reports."""
    asked = reports.read(talk.rest, reports.ASKING["monthly"], today=talk.today)
    if asked.rest:
        raise Misunderstood("reports.not_a_month", said=asked.rest[:40])
    first = asked.day.replace(day=1)
    if first > talk.today:
        raise Refused("reports.future", day=first, word=WORD)
    report = await my_month.of_person(
        talk.db, talk.asker, first, now=talk.now, rules=talk.rules
    )
    bulletin = talk.room.words.bulletin(my_month.KIND, report=report)
    again = f"{WORD} {report.first}"
    if asked.basis:
        return await basis.show(talk, report, bulletin, asked.number, again)
    if asked.forms:
        reply = talk.reply(
            "reports.files", report=report, title=bulletin.title, forms=asked.forms
        )
        name = f"{WORD} {report.period}"
        return await written.as_files(
            talk, reply, bulletin, name, asked.forms, kind=my_month.KIND
        )
    buttons = (Option("依据", f"{again} 依据"), written.button(again))
    return Reply(bulletin.chat, buttons, kind="card")


MY_MONTH = Topic("my_month", (WORD,), show, form="loose", aside=True)
