"""What happens to a spot check by the clock: reminded, moved, closed, missed, or void.

Each step is guarded by the check's own row, so it may be tried twice, late, or after a crash.
"""

from datetime import datetime, timedelta

from ledger import findings, outbox, periods
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.findings import Found, Source
from ledger.rules import Rules
from ledger.spotchecks import Check, by_id, event
from ledger.windows import Window, end_of

sql = queries("check_windows")
ON_TIME = timedelta(minutes=5)  # a card that came later moves its window
LAST_WORDS = timedelta(minutes=10)  # an answer sent in time may be heard so much later


# rules
def since_arrival(check: Check, arrived: datetime, rules: Rules) -> Window | None:
    """The whole window from the card's arrival, never shorter than it was; None: it fits no more."""
    length = timedelta(minutes=rules.check_window)
    reminds = end_of(arrived, length * rules.check_remind_share / 100, rules)
    closes = end_of(arrived, length, rules)
    if not (reminds and closes):
        return None
    before = check.window
    return Window(check.opens, max(reminds, before.reminds), max(closes, before.closes))


# records
async def take_reminders(db: Session, *, now: datetime) -> list[Check]:
    """Delivered and unanswered checks to remind of: marked and returned, each once."""
    ids = sorted([row["id"] async for row in sql.remind(db.connection, now=ms(now))])
    return [await by_id(db, id) for id in ids]


async def take_closed(db: Session, *, now: datetime) -> list[Check]:
    """Close what is over and return it: answered 无信号, missed, or void if never delivered."""
    ids = sorted([row["id"] async for row in sql.close_due(db.connection, now=ms(now))])
    closed = [await by_id(db, id) for id in ids]
    for check in closed:
        await _count_closed(db, check, now=now)
    return closed


async def _count_closed(db: Session, check: Check, *, now: datetime) -> None:
    counts = {
        "answered": {"answered": 1},
        "missed": {"unanswered": 1},
        "void": {"checked": -1},
    }[check.state]
    await periods.add(db, check.team_id, check.opens.date(), **counts)
    await event(db, check, check.state, {"answer": check.answer}, now=now, by_system=True)


async def take_missed(db: Session, *, now: datetime) -> list[Check]:
    """Misses that no answer on its way can take back any more: returned, each once."""
    before = ms(now - LAST_WORDS)
    rows = sql.take_missed(db.connection, now=ms(now), before=before)
    ids = sorted([row["id"] async for row in rows])
    return [await by_id(db, id) for id in ids]


async def open_finding(
    db: Session, check: Check, facts: str, *, rules: Rules, now: datetime
) -> None:
    """A miss is 待核实 from now on; what he has said since is his reply."""
    found = Found(
        check.county_id, check.township_id, check.team_id, check.person_id, Source.CHAT,
        check.id, findings.UNANSWERED, facts, check.opens.date(), None,
    )  # fmt: skip
    await findings.open_finding(db, found, now=now, rules=rules)
    if check.note:
        await findings.heard_late(
            db, Source.CHAT, check.id, check.person_id, check.note, now=now
        )


async def excuse(db: Session, check: Check, why: str, *, now: datetime) -> None:
    """He was on leave, on a trip or off after all: the miss does not count; once only."""
    if await sql.excuse(db.connection, id=check.id, why=why) is None:
        return
    await periods.add(db, check.team_id, check.opens.date(), checked=-1, unanswered=-1)
    body = {"why": why, "note": check.note}
    await event(db, check, "void", body, now=now, by_system=True)


async def take_delivered(db: Session, *, now: datetime) -> list[tuple[Check, datetime]]:
    """Open checks whose card has arrived, with that moment: returned, each once."""
    rows = sql.take_delivered(db.connection, now=ms(now))
    arrived = sorted([(row["id"], row["delivered_at"]) async for row in rows])
    return [(await by_id(db, id), moment(at)) for id, at in arrived]


async def open_since(db: Session, since: datetime, *, now: datetime) -> list[Check]:
    """Open checks whose window fell into the silence between these two moments."""
    rows = sql.open_since(db.connection, since=ms(since), now=ms(now))
    return [Check(**dict(row)) async for row in rows]


async def stretch(db: Session, check: Check, span: Window, *, now: datetime) -> None:
    """Give back the time the system took; a card still waiting may also go out later."""
    times = {"reminds": ms(span.reminds), "closes": ms(span.closes)}
    await sql.stretch(db.connection, id=check.id, **times)
    await sql.keep_card(db.connection, dedupe=f"check:{check.id}", closes=ms(span.closes))
    await event(db, check, "stretched", times, now=now, by_system=True)


async def void(db: Session, check: Check, *, now: datetime) -> None:
    """The system was down for too long: it does not count, and a waiting card is withdrawn."""
    if await sql.void(db.connection, id=check.id, now=ms(now)) is None:
        return
    await sql.drop_card(db.connection, dedupe=f"check:{check.id}")
    await _count_closed(db, await by_id(db, check.id), now=now)


async def close_card(db: Session, check: Check, words: str, *, now: datetime) -> None:
    """Turn the delivered card into its last word, without buttons."""
    card = await sql.delivered(db.connection, dedupe=f"check:{check.id}")
    if card:
        await outbox.close(db, int(card), words, now=now)
