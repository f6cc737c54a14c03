"""The half-yearly data cut: frozen on the evening of its day, signed by the townships after it.

Both beats make up what an outage has missed; a township is asked once for each cut.
"""

from datetime import date, datetime, timedelta

from ledger import data_cuts, people
from ledger.database import Session
from ledger.days import DAY
from ledger.messages import Option, Reply
from ledger.outbox import Cause
from ledger.people import Person, Role
from scheduler.desk import Desk

ASKED_FOR = timedelta(days=60)  # an older cut that nobody signed is the county's business
CAUSE = Cause("data_cut")


async def freeze(_desk: Desk, db: Session, now: datetime) -> None:
    """Make every cut that is due; most evenings none is."""
    await data_cuts.make_due(db, now.date(), now)


async def ask_townships(desk: Desk, db: Session, now: datetime) -> None:
    """Ask each township that has not signed, once a cut, on a working morning."""
    await data_cuts.make_due(db, now.date() - DAY, now)
    for row in await data_cuts.unsigned(db, now.date() - ASKED_FOR):
        readers = await people.readers(db, day=now.date())
        for one in readers:
            if one.role is Role.TOWNSHIP and one.township_id == row["township_id"]:
                await _ask(desk, db, one, row["cut_id"], now)


async def _ask(desk: Desk, db: Session, one: Person, id: int, now: datetime) -> None:
    if not await desk.may_disturb(db, one.id, now):
        return
    cut = await data_cuts.access_cut(db, one, id)
    lines = await data_cuts.lines(db, cut, one.township_id)
    day = date.fromisoformat(cut.day)
    words = desk.words.say(
        "data_cuts.please_sign", day=day, place=one.township, people=len(lines)
    )
    reply = Reply(words, (Option("看数据", f"数据截止 {id}"),), kind="card")
    await desk.tell(db, one.id, reply, dedupe=f"data_cut:{id}:{one.id}", now=now, cause=CAUSE)
