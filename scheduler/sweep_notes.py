"""What a reader's summary says of sweeps (过筛子): no message of its own.

A new sweep stands once in the next summary, then once a week how far it is. When it is over, the
townships and the county hear it in the first summary from its last day on, with the issue list
to take along (S000-43); leaders hear it in the week's.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ledger import campaigns, slots
from ledger.campaigns import Campaign, Kind
from ledger.database import Session
from ledger.messages import Option, Reply
from ledger.people import STAFF, Person, scope_of
from scheduler.desk import Desk

MOST = 3  # sweeps spoken of in one summary
STILL = timedelta(days=30)  # the end of a sweep is news for so long


async def with_sweeps(
    desk: Desk, db: Session, reader: Person, summary: Reply, now: datetime, *, weekly: bool
) -> Reply:
    """The summary with a line for each sweep there is something to say of."""
    await _newcomers(db, now)
    over = await _over(db, reader, now, weekly=weekly)
    begun, running = await _running(db, reader, now, weekly=weekly)
    begun = [one for one in begun if one not in over]
    running = [one for one in running if one not in over]
    lines = [await _line(desk, db, reader, "sweeps.note_over", one) for one in over]
    lines += [await _line(desk, db, reader, "sweeps.note_begun", one) for one in begun]
    lines += [
        await _line(desk, db, reader, "sweeps.note_running", one) for one in running[:MOST]
    ]
    if len(running) > MOST:
        lines.append(desk.words.say("sweeps.note_more", more=len(running) - MOST))
    if not lines:
        return summary
    text = "\n\n".join([summary.text, *lines])
    return replace(summary, text=text, options=(*summary.options, *_options(reader, over)))


def _options(reader: Person, over: list[Campaign]) -> tuple[Option, ...]:
    """To look, and above the team to take the issue list of what is over along."""
    taken = over[:MOST] if reader.role in STAFF else ()
    words = ["过筛子", *(f"导出 {one.name}" for one in taken)]
    return tuple(Option(word, word) for word in words)


async def _line(desk: Desk, db: Session, reader: Person, block: str, campaign: Campaign) -> str:
    done = await campaigns.progress(db, campaign, scope_of(reader))
    return desk.words.say(block, done=done, handed_in=reader.role in STAFF)


async def _newcomers(db: Session, now: datetime) -> None:
    """Once a day, households entered since join the lists."""
    day = now.date()
    if await slots.first_time(db, "sweep_list", day.isoformat(), planned_at=now, now=now):
        await campaigns.take_in_newcomers(db, day)


async def _over(db: Session, reader: Person, now: datetime, *, weekly: bool) -> list[Campaign]:
    """Sweeps that are over and that this reader has not been told of."""
    if not weekly and reader.role not in STAFF:
        return []
    day = now.date()
    found = await campaigns.ended_since(db, scope_of(reader), day - STILL, day)
    return [
        one for one in found
        if one.kind == Kind.SWEEP and await _first(db, "sweep_over", one, reader, now)
    ]  # fmt: skip


async def _running(
    db: Session, reader: Person, now: datetime, *, weekly: bool
) -> tuple[list[Campaign], list[Campaign]]:
    """Those this reader hears of for the first time, and those that only go on."""
    begun, running = list[Campaign](), list[Campaign]()
    for one in await campaigns.running(db, scope_of(reader), now.date(), Kind.SWEEP):
        if await _first(db, "sweep_begun", one, reader, now):
            begun.append(one)
        elif weekly:
            running.append(one)
    return begun, running


async def _first(
    db: Session, job: str, campaign: Campaign, reader: Person, now: datetime
) -> bool:
    """Whether this reader is told that for the first time."""
    slot = f"{campaign.id}:{reader.id}"
    return await slots.first_time(db, job, slot, planned_at=now, now=now)
