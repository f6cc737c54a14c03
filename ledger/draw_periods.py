"""A month of verifiable draws: promised before it, mixed with a beacon, run, and shown after it.

Before the month its list, settings and the seed's commitment are frozen into an opening whose
hash leaders read in their daily summary. The seed lies in the vault, outside the database. The
key exists in memory only, once a beacon is there that nobody knew when the opening was published
(docs/decisions/0011-verifiable-draws.md). A seed that cannot be read stops the draws at once; the
month is declared lost when it has not come back in time (`draw_reveals`).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import islice
from math import ceil
from typing import Any

from ledger import audit, draw_facts, people
from ledger.chance import Lots, commitment, period_key, roster_hash
from ledger.clock import moment, ms
from ledger.database import Session, queries
from ledger.days import DAY, at, days_between, is_workday, workday_after, workday_on_or_before
from ledger.draw_plan import CHAT, PHONE, VISIT, Kind, Member
from ledger.errors import Refused
from ledger.people import Scope
from ledger.rules import Rules
from ledger.seed_vault import SeedLost, Vault
from ledger.windows import window

sql = queries("draw_periods")
VERSION = "spotcheck/v1"
NOBODY = "draw_periods.nobody"  # why no month is opened: there is nobody to draw
OFFICIALS, PUBLIC = "officials", "public"  # sources of a beacon
CHAIN = "chain"  # the beacon when no officials have given one: the log's head
MINUTE = timedelta(minutes=1)
EARLY = timedelta(minutes=30)  # phone checks and visits are drawn in the day's first half hour


# facts
@dataclass(frozen=True)
class DrawPeriod:
    """One county's month; beacon '' while none is there, seed '' until it is shown."""

    id: int
    county_id: int
    period: str
    opened_at: int
    opening: str
    opening_sha256: str
    beacon: str
    beacon_source: str
    beacon_at: int | None
    missing_at: int | None
    lost_at: int | None
    revealed_at: int | None
    seed: str
    card_sha256: str

    @property
    def first(self) -> date:
        """The month's first day."""
        return date.fromisoformat(f"{self.period}-01")

    @property
    def promised(self) -> dict[str, Any]:
        """The opening as data: version, county, period, commitment, roster_sha256, days, kinds."""
        return dict(json.loads(self.opening))

    @property
    def vault_name(self) -> str:
        """What its seed is called in the vault."""
        return vault_name(self.county_id, self.period)


class NoDraws(Refused):
    """This month's draws cannot be made now; the block says why."""


# rules
def month_of(day: date) -> str:
    """2026-12."""
    return f"{day:%Y-%m}"


def vault_name(county: int, period: str) -> str:
    """1-2026-12."""
    return f"{county}-{period}"


def last_of(day: date) -> date:
    """The last day of that day's month."""
    return (day.replace(day=1) + 31 * DAY).replace(day=1) - DAY


def opens_on(first: date, rules: Rules) -> date:
    """The working day on whose summary a month's opening is published."""
    return workday_on_or_before(first - DAY, rules)


def beacon_due(period: DrawPeriod, rules: Rules) -> datetime:
    """Until when a beacon is waited for; a month opened late waits for none.

    Two officials may type until the month's first working morning. Where a public number was
    named, the whole first working day is left to type it in: the draws begin on the second.
    """
    clock = rules.quiet_from if period.promised["beacon"] else rules.check_from
    return max(at(workday_after(period.first - DAY, rules), clock), moment(period.opened_at))


def days_of(first: date, rules: Rules, today: date) -> tuple[list[date], Fraction]:
    """The days of a month that are drawn on and still to come, and what share of all they are."""
    whole = [one for one in days_between(first, last_of(first)) if is_workday(one, rules)]
    if rules.draw_beacon:
        whole = whole[1:]
    days = [one for one in whole if one > today]
    return days, Fraction(len(days), max(len(whole), 1))


def kinds_of(rules: Rules, teams: int, share: Fraction) -> dict[str, Kind]:
    """How each kind is drawn, by the county's numbers, in that share of a month.

    In a month opened in its midst a quota falls on that share of the teams, by lot, and the
    lottery has that share of its chance. Where the hours leave no minute, nothing is drawn.
    """
    chats, early = _chat_windows(rules), _early(rules)
    some = 0 if share == 1 else max(1, ceil(teams * share))
    visits, extra = ceil(rules.visits * share), ceil(rules.chat_lottery * share)
    return {
        CHAT: Kind(rules.chat_checks * bool(chats), some, extra * bool(chats), chats),
        PHONE: Kind(rules.phone_checks * bool(early), some, 0, early),
        VISIT: Kind(int(visits > 0 and bool(early)), visits, 0, early),
    }


def _chat_windows(rules: Rules) -> tuple[tuple[int, int], ...]:
    """The minutes of a working day at which a chat check may begin, as stretches."""
    monday = workday_after(date(2026, 1, 4), rules)  # any working day: all have the same hours
    day = at(monday, rules.quiet_from.min)
    return _stretches(m for m in range(DAY // MINUTE) if window(day + m * MINUTE, rules))


def _early(rules: Rules) -> tuple[tuple[int, int], ...]:
    """The first half hour from `check_from` on in which people may be written to."""
    start = rules.check_from.hour * 60 + rules.check_from.minute
    awake = (m for m in range(start, DAY // MINUTE) if not rules.quiet(time(m // 60, m % 60)))
    return _stretches(islice(awake, EARLY // MINUTE))


def _stretches(minutes: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Minutes in their order as stretches, the end of each not included."""
    found: list[tuple[int, int]] = []
    for minute in minutes:
        start = found.pop()[0] if found and found[-1][1] == minute else minute
        found.append((start, minute + 1))
    return tuple(found)


def roster_of(members: Iterable[Member]) -> list[dict[str, str]]:
    """The list that is hashed, in the order of its ids."""
    return [
        {
            "id": one.id, "role": one.role, "team": one.team, "township": one.township,
            "unit": one.unit, "village": one.village,
        }
        for one in sorted(members, key=lambda member: member.id)
    ]  # fmt: skip


# records: a month begins
async def open_month(
    db: Session, county: int, first: date, vault: Vault, rules: Rules, *, now: datetime
) -> DrawPeriod:
    """Freeze and promise the month that begins on that day; asked again, the one there is.

    A month opened in its midst has the days that are still to come. With nobody on any team it
    waits: a list of nobody, once promised, would leave everybody out for the whole month.
    """
    name = month_of(first)
    if found := await of_month(db, county, name):
        return found
    there = await people.members(db, Scope(county), day=max(first, now.date()))
    if not there:
        raise NoDraws(NOBODY)
    seed = _new_seed(vault, county, name)
    days, share = days_of(first, rules, now.date())
    kinds = kinds_of(rules, len({one.team_id for one in there}), share)
    rows = [draw_facts.row_of(one, 0) for one in there]
    members = [draw_facts.member_of(row) for row in rows]
    opening = audit.canonical(
        {
            "version": VERSION, "county": str(county), "period": name,
            "commitment": commitment(seed, name), "days": [one.isoformat() for one in days],
            "roster_sha256": roster_hash(audit.canonical(roster_of(members))),
            "kinds": {kind: vars(one) for kind, one in kinds.items()},
            "rest_days": rules.chat_rest_days, "beacon": rules.draw_beacon,
            "frozen_at": ms(now),
        }
    )  # fmt: skip
    sha256 = hashlib.sha256(opening.encode()).hexdigest()
    id = await sql.add(
        db.connection, county=county, period=name, now=ms(now), opening=opening, sha256=sha256
    )
    await draw_facts.add_members(db, id, rows)
    body = {"period": name, "opening_sha256": sha256, "members": len(rows)}
    await audit.record(
        db, audit.SYSTEM, "draws.opened", subject=f"draw_period:{id}", body=body, now=now
    )
    period = await by_id(db, int(id))
    for day in days:
        await draw_facts.notice(db, period.id, county, day, now=now)
    return period


def _new_seed(vault: Vault, county: int, name: str) -> bytes:
    try:
        return vault.make(vault_name(county, name))
    except OSError as error:
        raise NoDraws("draw_periods.no_vault") from error


async def current(
    db: Session, county: int, vault: Vault, rules: Rules, *, now: datetime
) -> DrawPeriod:
    """This month, opened and with a beacon: after its hour the log's head stands in for one."""
    first = now.date().replace(day=1)
    period = await open_month(db, county, first, vault, rules, now=now)
    if period.beacon or period.lost_at or now < beacon_due(period, rules):
        return period
    return await with_head(db, period, now=now)


async def with_head(db: Session, period: DrawPeriod, *, now: datetime) -> DrawPeriod:
    """The month with the log's head for a beacon: weaker, whoever runs the program could try."""
    head = await audit.head(db)
    await set_beacon(db, period, head.h.hex(), CHAIN, actor=audit.SYSTEM, now=now)
    return await by_id(db, period.id)


async def set_beacon(
    db: Session, period: DrawPeriod, beacon: str, source: str, *, actor: int, now: datetime
) -> bool:
    """Mix in what nobody knew when the opening was published; False: there is one already."""
    if await sql.set_beacon(
        db.connection, id=period.id, beacon=beacon, source=source, now=ms(now)
    ) is None:  # fmt: skip
        return False
    body = {"beacon": beacon, "source": source}
    await record(db, actor, "draws.beacon", period, body, now=now)
    return True


async def key(db: Session, period: DrawPeriod, vault: Vault, *, now: datetime) -> bytes:
    """The month's key, for this moment only.

    `NoDraws` once the month is shown, without a beacon, without the seed that was promised, or
    when the frozen list has been changed: nothing is drawn that could not be verified afterwards.
    """
    if period.lost_at:
        raise NoDraws("draw_periods.no_draws_lost", month=period.first)
    if period.revealed_at:  # everybody has its seed now
        raise NoDraws("draw_periods.no_draws_over", month=period.first)
    if not period.beacon:
        raise NoDraws("draw_periods.no_beacon", month=period.first)
    seed = seed_of(period, vault)
    if not seed:
        raise NoDraws("draw_periods.no_seed", month=period.first)
    if not await list_is_whole(db, period):
        raise NoDraws("draw_periods.no_list", month=period.first)
    return key_of(period, seed)


def key_of(period: DrawPeriod, seed: bytes) -> bytes:
    """The key from seed, list and beacon."""
    return period_key(seed, period.period, period.promised["roster_sha256"], period.beacon)


def seed_of(period: DrawPeriod, vault: Vault) -> bytes:
    """The seed that was promised; b'' when it is not there, or another one is."""
    try:
        seed = vault.read(period.vault_name)
    except SeedLost:
        return b""
    return seed if commitment(seed, period.period) == period.promised["commitment"] else b""


async def list_is_whole(db: Session, period: DrawPeriod) -> bool:
    """Whether opening and frozen list are still those that were published."""
    frozen = await draw_facts.frozen(db, period.id)
    return (
        roster_hash(audit.canonical(roster_of(frozen))) == period.promised["roster_sha256"]
        and hashlib.sha256(period.opening.encode()).hexdigest() == period.opening_sha256
    )


async def record(
    db: Session, actor: int, kind: str, period: DrawPeriod, body: dict[str, Any], *, now: datetime
) -> None:  # fmt: skip
    """What befell a month, into the log."""
    subject = f"draw_period:{period.id}"
    body = {"period": period.period, **body}
    await audit.record(db, actor, kind, subject=subject, body=body, now=now)


async def lots_of(
    db: Session, county: int, vault: Vault, rules: Rules, *, now: datetime
) -> tuple[DrawPeriod, Lots]:
    """This month and its tickets, for a draw that somebody asks for; `NoDraws` as in `key`."""
    period = await current(db, county, vault, rules, now=now)
    return period, Lots(await key(db, period, vault, now=now))


def secret_of(lots: Lots, name: str) -> bytes:
    """The secret of one named draw: it shows nothing of the month's key."""
    return lots.ticket("draw", *name.split("|")).to_bytes(32)


# records: looking
async def of_month(db: Session, county: int, period: str) -> DrawPeriod | None:
    """A county's month, if it has been opened."""
    row = await sql.of_month(db.connection, county=county, period=period)
    return DrawPeriod(**dict(row)) if row else None


async def by_id(db: Session, id: int) -> DrawPeriod:
    """The month with that id; the caller answers for the right to ask."""
    return DrawPeriod(**dict(await sql.by_id(db.connection, id=id)))


async def recent(db: Session, county: int, *, limit: int) -> list[DrawPeriod]:
    """A county's last months, the newest first."""
    rows = sql.recent(db.connection, county=county, limit=limit)
    return [DrawPeriod(**dict(row)) async for row in rows]


async def running(db: Session, county: int) -> list[DrawPeriod]:
    """A county's months that are neither shown nor lost, the oldest first."""
    rows = sql.running(db.connection, county=county)
    return [DrawPeriod(**dict(row)) async for row in rows]


async def news(db: Session, county: int, since: datetime) -> list[DrawPeriod]:
    """The months something has befallen since then, or whose seed is missed, the oldest first."""
    rows = sql.news(db.connection, county=county, since=ms(since))
    return [DrawPeriod(**dict(row)) async for row in rows]
