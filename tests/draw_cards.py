"""Months of draws lived in a few seconds, for the tests of their cards."""

import asyncio
import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from county import County, settle

from ledger import (
    audit,
    beacons,
    draw_card,
    draw_facts,
    draw_periods,
    draw_plan,
    draws,
    invites,
    leave,
    people,
    roster,
    surprise_visits,
)  # fmt: skip
from ledger.chance import Lots, Seeds
from ledger.clock import SHANGHAI, moment, ms
from ledger.database import Database, Session, open_database
from ledger.days import DAY
from ledger.draw_periods import DrawPeriod
from ledger.draw_plan import CHAT, VISIT, VOID, Due, due, pair, result_of
from ledger.people import Address, Role, Scope
from ledger.roster import Entry
from ledger.rules import Rules
from ledger.seed_vault import Vault

RULES = replace(Rules(), chat_lottery=50, visits=3)
EVE = datetime(2026, 11, 30, 18, 0, tzinfo=SHANGHAI)
NIGHT = datetime(2027, 1, 1, 0, 5, tzinfo=SHANGHAI)
OUTAGE = "2026-12-15"  # the program stands still that morning
BEAT = timedelta(milliseconds=1)


@dataclass
class Month:
    """A lived month."""

    database: Database
    county: County
    vault: Vault
    period: DrawPeriod

    async def card(self) -> str:
        """The card as it is published."""
        async with self.database.reading() as db:
            seed = self.vault.read(self.period.vault_name)
            period = await draw_periods.by_id(db, self.period.id)
            return await draw_card.build(db, period, seed)

    async def running(self) -> str:
        """The card while the month runs."""
        async with self.database.reading() as db:
            period = await draw_periods.by_id(db, self.period.id)
            return await draw_card.build(db, period, b"")


@cache
def lived(migrated: Path) -> str:
    """The card of a lived month, made once a process."""

    async def made(folder: Path) -> str:
        shutil.copy(migrated, folder / "zhucun.db")
        async with open_database(folder / "zhucun.db", durable=False) as database:
            month = await live(database, await settle(database), folder / "seeds")
            return await month.card()

    with TemporaryDirectory() as folder:
        return asyncio.run(made(Path(folder)))


async def live(database: Database, county: County, folder: Path) -> Month:
    """December 2026 in a county of fourteen teams, with leave, a newcomer, an outage, draws by hand."""
    vault = Vault(folder, Seeds("december"))
    async with database.transaction() as db:
        await _more_people(db, county)
        period = await draw_periods.open_month(
            db, county.id, (EVE + DAY).date(), vault, RULES, now=EVE
        )
        for hour, (who, number) in enumerate((("陈干事", "271828"), ("周总队长", "3141"))):
            now = EVE + timedelta(hours=1 + hour)
            await beacons.enter(db, county[who], period, number, f"{number}salt", now=now)
        period = await draw_periods.by_id(db, period.id)
    month = Month(database, county, vault, period)
    now = EVE + timedelta(hours=16)
    while now < NIGHT:
        async with database.transaction() as db:
            await _happens(db, month, now)
            await _settle(db, month, now)
        now += timedelta(hours=1) if 8 <= now.hour < 18 else timedelta(hours=14)
        now = now.replace(minute=0)
    async with database.transaction() as db:
        period = await draw_periods.by_id(db, period.id)
        key = await draw_periods.key(db, period, vault, now=NIGHT)
        await draw_facts.void_the_rest(db, period.id, period.promised, key, now=NIGHT)
    return month


async def _more_people(db: Session, county: County) -> None:
    for number in range(11):
        town = ("清水镇", "云山乡", "东岭乡")[number % 3]
        for name, role in ((f"甲{number:02}", Role.LEADER), (f"乙{number:02}", Role.MEMBER)):
            entry = Entry(name, role, town, f"新{number:02}村", "", "", "县直单位")
            await _enter(db, county, entry, EVE)
    await db.connection.execute("UPDATE posting SET from_day = '2026-01-05'")


async def _enter(db: Session, county: County, entry: Entry, now: datetime) -> None:
    id = await roster.add_person(db, county.id, entry, now=now)
    await invites.bind(db, id, Address("memory", "local", entry.name), by=None, now=now)
    county.people[entry.name] = await people.by_id(db, id)


async def _happens(db: Session, month: Month, now: datetime) -> None:
    day, county = str(now.date()), month.county
    if (day, now.hour) == ("2026-12-03", 10):
        await _enter(db, county, Entry("丙新来", Role.MEMBER, "清水镇", "新00村"), now)
    if (day, now.hour) == ("2026-12-04", 9):
        who, owner = county["李队员"], county["王队长"]
        first = now.date() + 3 * DAY
        asked = await leave.ask(db, who, first, first + 4 * DAY, "事假", source="", now=now)
        await leave.decide(
            db, owner, await leave.any_leave(db, asked), who, approve=True, now=now
        )
    if now.hour == 11 and (now.weekday() == 2 or day == "2026-12-17"):
        for count in (3, 1, 2):
            await _ask(db, month, count, now)
    if (day, now.hour) == ("2026-12-09", 15):
        await _pick(db, month, now)


async def _settle(db: Session, month: Month, now: datetime) -> None:
    """Every slot of the last hour, each at its own minute; none in the morning of the outage."""
    period = month.period
    key = await draw_periods.key(db, period, month.vault, now=now)
    if str(now.date()) == OUTAGE and now.hour < 13:
        return
    while left := await _left(db, month, key, now):
        one = left[0]
        at = _moment(one)
        if now - at > timedelta(hours=1, minutes=1):
            at = now
        at += len(await draw_facts.results(db, period.id)) * 2 * BEAT
        await draw_facts.notice(db, period.id, month.county.id, at.date(), now=at)
        facts = await draw_facts.facts(db, period.id, period.promised, key)
        late = at - _moment(one) > timedelta(minutes=30)
        result = VOID if late else result_of(facts, one, ms(at))
        assert await draw_facts.settle(db, period.id, one.slot, result, now=at)
        if one.slot.kind == CHAT and draw_facts.person_of(result):
            await _rest(db, month, result, at)
        if one.slot.kind == VISIT and draw_facts.person_of(result):
            await _visit(db, month, Lots(key), one, draw_facts.person_of(result), at)


async def _visit(
    db: Session, month: Month, lots: Lots, one: Due, person: int, now: datetime
) -> None:
    """Two of five inspectors go there; a little later the first of them steps aside."""
    period, team, slot = month.period, int(one.team[1:]), one.slot
    name = "|".join((period.period, slot.kind, slot.why, slot.subject, slot.day))
    secret = draw_periods.secret_of(lots, name)
    wish = draws.Wish(
        draws.TIMETABLE, name, secret, 1, kind=slot.kind, period_id=month.period.id
    )
    draw = await draws.make(db, period.county_id, wish, {1: {team: [person]}}, now=now)
    visit = await surprise_visits.sql.add(
        db.connection, draw=draw.id, team=team, day=slot.day, until=slot.day
    )
    load = {f"p{number}": number % 2 for number in range(1, 6)}
    for _ in range(2):
        chosen = pair(Lots(secret), one.team, load)
        await surprise_visits.sql.add_pair(
            db.connection, visit=visit, now=ms(now), eligible=audit.canonical(load),
            first=int(chosen[0][1:]), second=int(chosen[1][1:]), by_hand=0,
        )  # fmt: skip
        load.pop(chosen[0])


async def _left(db: Session, month: Month, key: bytes, now: datetime) -> list[Due]:
    facts = await draw_facts.facts(db, month.period.id, month.period.promised, key)
    done = await draw_facts.results(db, month.period.id)
    every = (one for one in due(facts, done) if one.slot not in done and _moment(one) < now)
    return sorted(every, key=_moment)


async def _rest(db: Session, month: Month, member: str, at: datetime) -> None:
    days = [at.date() + ahead * DAY for ahead in range(RULES.chat_rest_days + 1)]
    await draw_facts.rest(db, month.period.id, member, days, now=at + BEAT)


def _moment(one: Due) -> datetime:
    return moment(draw_plan.start_of(date.fromisoformat(one.slot.day)) + one.minute * 60_000)


async def _ask(db: Session, month: Month, count: int, now: datetime) -> None:
    scope, day = Scope(month.county.id), now.date()
    lots = Lots(await draw_periods.key(db, month.period, month.vault, now=now))
    found = await draws.eligible(db, scope, day=day)
    name = await draws.next_name(db, scope.county, day)
    secret = draw_periods.secret_of(lots, name)
    by = month.county["陈干事"].id
    wish = draws.Wish(draws.ASKED, name, secret, count, by, period_id=month.period.id)
    draw = await draws.make(db, scope.county, wish, found.pool, now=now)
    for team, person in draw.picks:
        await _rest(db, month, draw_facts.member_name(person, team), now)


async def _pick(db: Session, month: Month, now: datetime) -> None:
    county, one = month.county, month.county["赵队员"]
    name = await draws.next_name(db, county.id, now.date(), draws.PICKED)
    wish = draws.Wish(
        draws.PICKED, name, b"", 1, county["陈干事"].id, period_id=month.period.id,
        reason="群众反映赵队员不在村",
    )  # fmt: skip
    pool = draws.canonical({one.township_id: {one.team_id: [one.id]}})
    await draws.store(db, county.id, wish, pool, [(one.team_id, one.id)], now=now)
    await _rest(db, month, draw_facts.member_name(one.id, one.team_id), now)
