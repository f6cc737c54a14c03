"""The life of a month of draws: opened before it, given its beacon, shown after it.

Each tick looks at what stands in the rows and does what is due; the same tick may come twice,
late, or after the program was killed between any two lines. What leaders are told of it stands
in their daily summary (`with_draws`).
"""

import asyncio
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog

from ledger import draw_card, draw_periods, draw_reveals, draws
from ledger.clock import ms
from ledger.database import Session
from ledger.days import DAY, at, workday_on_or_before
from ledger.draw_periods import DrawPeriod, NoDraws
from ledger.files import keep_bytes
from ledger.messages import Option, Reply
from ledger.people import Person, Role
from scheduler.desk import Desk

log = structlog.get_logger()
FOLDER = "draws"  # in the data folder: every card that has been shown
MOST = 3  # lines in a summary


async def tick(desk: Desk, db: Session, now: datetime) -> None:
    """Whatever is due for any county's month."""
    for county in await draws.counties(db):
        try:
            await _tick(desk, db, county, now)
        except NoDraws as trouble:
            if trouble.block == draw_periods.NOBODY:
                continue  # the list has not been brought in yet
            log.error("draws_not_opened", county=county, why=trouble.block)


async def _tick(desk: Desk, db: Session, county: int, now: datetime) -> None:
    """Open this month and the next, put in the log's head, look after the seeds, show what is over."""
    vault, rules = desk.vault, desk.rules
    await draw_periods.current(db, county, vault, rules, now=now)
    following = draw_periods.last_of(now.date()) + DAY
    if now >= at(draw_periods.opens_on(following, rules), rules.check_from):
        await draw_periods.open_month(db, county, following, vault, rules, now=now)
    for period in await draw_periods.running(db, county):
        there = await draw_reveals.watch(db, period, vault, rules, now=now)
        if there and now >= draw_reveals.over_at(period, rules):
            await _reveal(desk, db, period, now)


# a month is shown
async def _reveal(desk: Desk, db: Session, period: DrawPeriod, now: datetime) -> None:
    """Build the card, put it where it is read, then say so in the ledger.

    Killed on the way, the month is still unshown: the card is built again over what is there.
    It is some hundred kilobytes once a month, so the writer may wait for it.
    """
    seed = draw_periods.seed_of(period, desk.vault)
    period = await draw_reveals.settle_all(db, period, seed, now=now)
    card = (await draw_card.build(db, period, seed)).encode()
    await asyncio.to_thread(_write, card_file(desk.data, period), card)
    kept = await asyncio.to_thread(_keep, desk.data / "files", card, period)
    await draw_reveals.reveal(db, period, seed, kept, len(card), now=now)


def card_file(data: Path, period: DrawPeriod) -> Path:
    """Where a month's card lies once it has been shown."""
    return data / FOLDER / f"{period.vault_name}.json"


def _write(path: Path, card: bytes) -> None:
    """The whole card or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    with half.open("wb") as out:
        out.write(card)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)


def _keep(files: Path, card: bytes, period: DrawPeriod) -> str:
    """The same among the files that are sent on request; its hash."""
    name = f"{period.vault_name}.json"
    return keep_bytes(
        files, card, mime=draw_reveals.CARD_MIME, name=name, kind="document"
    ).sha256


# what the summary says of it
async def with_draws(
    desk: Desk, db: Session, reader: Person, summary: Reply, now: datetime
) -> Reply:
    """Below the figures: what has befallen the draws since the last summary."""
    since = _last_summary(desk, now)
    found = await draw_periods.news(db, reader.county_id, since)
    lines = [line for period in found for line in _lines(desk, reader, period, ms(since), now)][
        :MOST
    ]
    if not lines:
        return summary
    text = desk.words.say("draw_periods.note", lines=lines)
    options = (*summary.options, Option("抽签公示", "抽签公示"))
    return replace(summary, text=f"{summary.text}\n\n{text}", options=options)


def _last_summary(desk: Desk, now: datetime) -> datetime:
    """When the one before today's went out, at the earliest."""
    rules = desk.rules
    last = workday_on_or_before(now.date() - DAY, rules)
    return at(last, min(rules.daily_at, rules.weekly_at))


def _lines(
    desk: Desk, reader: Person, period: DrawPeriod, since: int, now: datetime
) -> list[str]:
    """At most one line a month, and one more that asks the county's staff for a number."""
    facts = {"period": period, "month": period.first}
    say = desk.words.say
    if period.lost_at:
        return [say("draw_periods.note_lost", **facts)]
    if period.missing_at:
        return [say("draw_periods.note_missing", **facts)]
    if (period.revealed_at or 0) > since:
        return [say("draw_periods.note_revealed", **facts)]
    lines: list[str] = []
    if period.opened_at > since:
        lines.append(say("draw_periods.note_opened", **facts))
        if reader.role is Role.COUNTY and not period.beacon:
            due = draw_periods.beacon_due(period, desk.rules)
            named = period.promised["beacon"]
            lines.append(say("draw_periods.note_number", until=due, named=named, **facts))
    elif (period.beacon_at or 0) > since:
        lines.append(say("draw_periods.note_beacon", **facts))
    return lines
