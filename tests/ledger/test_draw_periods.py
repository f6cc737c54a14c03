"""A month of draws: promised before it, given its beacon, and never drawn from what was changed."""

import hashlib
from dataclasses import replace
from datetime import date, datetime, time
from fractions import Fraction
from pathlib import Path

import pytest
from county import County

from ledger import audit, draw_facts, draw_periods, draw_reveals, roster
from ledger.chance import Seeds, commitment, period_key
from ledger.clock import SHANGHAI, moment, ms
from ledger.county_calendar import CountyCalendar
from ledger.database import Database, Session
from ledger.draw_periods import CHAIN, OFFICIALS, DrawPeriod, NoDraws
from ledger.draw_plan import VOID, due
from ledger.people import Role
from ledger.roster import Entry
from ledger.rules import Rules
from ledger.seed_vault import Vault

RULES = Rules()
DECEMBER = date(2026, 12, 1)
PUBLISHED = datetime(2026, 11, 30, 8, 31, tzinfo=SHANGHAI)
MORNING = datetime(2026, 12, 1, 8, 30, tzinfo=SHANGHAI)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "seeds", Seeds("periods"))


async def december(db: Session, county: County, vault: Vault) -> DrawPeriod:
    return await draw_periods.open_month(db, county.id, DECEMBER, vault, RULES, now=PUBLISHED)


async def with_beacon(db: Session, county: County, vault: Vault) -> DrawPeriod:
    period = await december(db, county, vault)
    await draw_periods.set_beacon(db, period, "1111+2222", OFFICIALS, actor=1, now=MORNING)
    return await draw_periods.by_id(db, period.id)


async def kinds_of_events(db: Session, period: DrawPeriod) -> list[str]:
    told = await audit.history(db, f"draw_period:{period.id}")
    return [event["kind"] for event in told]


# rules
@pytest.mark.parametrize(
    ("first", "opens", "due_on"),
    [
        (date(2026, 12, 1), date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 10, 1), date(2026, 9, 30), date(2026, 10, 8)),  # 1 to 7 October rest
        (date(2026, 5, 1), date(2026, 4, 30), date(2026, 5, 6)),
        (date(2026, 1, 1), date(2025, 12, 31), date(2026, 1, 4)),
        (date(2026, 3, 1), date(2026, 2, 28), date(2026, 3, 2)),  # a Saturday made up for
    ],
)
async def test_months_that_begin_with_holidays(
    database: Database, county: County, vault: Vault, first: date, opens: date, due_on: date
) -> None:
    assert draw_periods.opens_on(first, RULES) == opens
    now = datetime.combine(opens, time(8, 30), SHANGHAI)
    async with database.transaction() as db:
        await db.connection.execute("UPDATE posting SET from_day = '2025-01-05'")
        period = await draw_periods.open_month(db, county.id, first, vault, RULES, now=now)

    assert draw_periods.beacon_due(period, RULES).date() == due_on
    assert draw_periods.beacon_due(period, RULES).time() == RULES.check_from
    assert period.promised["days"][0] == str(due_on)
    following = (first.replace(day=28) + (DECEMBER - date(2026, 11, 26))).replace(day=1)
    over = draw_reveals.over_at(period, RULES)
    assert over.date() >= following
    assert over.time() == RULES.check_from


def test_a_county_with_its_own_days_opens_on_its_own_day() -> None:
    own = CountyCalendar(rest=((date(2026, 11, 30), "县里放假"),))

    assert draw_periods.opens_on(DECEMBER, replace(RULES, calendar=own)) == date(2026, 11, 27)


@pytest.mark.parametrize(("share", "teams", "visits"), [(1, 0, 2), (Fraction(1, 4), 5, 1)])
def test_in_part_of_a_month_a_part_is_drawn(share: Fraction, teams: int, visits: int) -> None:
    kinds = draw_periods.kinds_of(RULES, 17, share)

    assert (kinds["chat"].teams, kinds["phone"].teams) == (teams, teams)
    assert (kinds["visit"].teams, kinds["visit"].quota) == (visits, 1)
    assert kinds["chat"].windows == ((510, 720), (840, 1050))
    assert kinds["phone"].windows == kinds["visit"].windows == ((510, 540),)


def test_nothing_is_drawn_of_what_the_county_has_switched_off() -> None:
    rules = replace(RULES, chat_checks=0, chat_lottery=0, phone_checks=0, visits=0)

    assert {one.quota for one in draw_periods.kinds_of(rules, 9, Fraction(1)).values()} == {0}


# opening
async def test_the_opening_promises_seed_list_and_settings(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        period = await december(db, county, vault)
        frozen = await draw_facts.frozen(db, period.id)
        size = await draw_facts.size(db, period.id)

    promised, seed = period.promised, vault.read(period.vault_name)
    assert promised["commitment"] == commitment(seed, "2026-12")
    canonical = audit.canonical(draw_periods.roster_of(frozen))
    assert promised["roster_sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert period.opening_sha256 == hashlib.sha256(period.opening.encode()).hexdigest()
    assert size == (3, 7)
    assert len(promised["days"]) == 23
    assert seed.hex() not in period.opening


async def test_opened_twice_it_is_the_same_one(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        once = await december(db, county, vault)
    async with database.transaction() as db:
        later = datetime(2026, 11, 30, 12, tzinfo=SHANGHAI)
        again = await draw_periods.open_month(db, county.id, DECEMBER, vault, RULES, now=later)
        told = await kinds_of_events(db, once)

    assert again == once
    assert told == ["draws.opened"]


async def test_killed_between_seed_and_commit_the_same_seed_is_promised(
    database: Database, county: County, vault: Vault
) -> None:
    with pytest.raises(KeyboardInterrupt):
        async with database.transaction() as db:
            lost = await december(db, county, vault)
            raise KeyboardInterrupt
    async with database.transaction() as db:
        period = await december(db, county, vault)

    assert period.promised == lost.promised
    assert [one.name for one in vault.folder.iterdir()] == [f"{county.id}-2026-12.seed"]


async def test_a_month_begun_in_its_midst_has_the_days_to_come(
    database: Database, county: County, vault: Vault
) -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        period = await draw_periods.current(db, county.id, vault, RULES, now=now)

    assert period.promised["days"][0] == "2026-11-24"
    assert len(period.promised["days"]) == 5
    assert period.beacon_source == CHAIN  # nobody can be waited for


async def test_a_month_begun_on_its_last_day_has_none(
    database: Database, county: County, vault: Vault
) -> None:
    now = datetime(2026, 11, 30, 17, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        period = await draw_periods.current(db, county.id, vault, RULES, now=now)
        key = await draw_periods.key(db, period, vault, now=now)
        facts = await draw_facts.facts(db, period.id, period.promised, key)

    assert facts.days == ()
    assert not list(due(facts, {}))


async def test_a_vault_that_cannot_be_written_is_said_in_words(
    database: Database, county: County, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    vault = Vault(tmp_path / "file")
    async with database.transaction() as db:
        with pytest.raises(NoDraws) as why:
            await december(db, county, vault)

    assert why.value.block == "draw_periods.no_vault"


# the beacon
async def test_until_the_first_working_morning_there_is_no_key(
    database: Database, county: County, vault: Vault
) -> None:
    early = datetime(2026, 12, 1, 8, 29, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        await december(db, county, vault)
        with pytest.raises(NoDraws) as why:
            await draw_periods.lots_of(db, county.id, vault, RULES, now=early)
        head = (await audit.head(db)).h.hex()
        period, _ = await draw_periods.lots_of(db, county.id, vault, RULES, now=MORNING)

    assert why.value.block == "draw_periods.no_beacon"
    assert (period.beacon, period.beacon_source) == (head, CHAIN)


async def test_a_beacon_is_never_changed(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        period = await with_beacon(db, county, vault)
        assert not await draw_periods.set_beacon(db, period, "999", CHAIN, actor=0, now=MORNING)
        after = await draw_periods.current(db, county.id, vault, RULES, now=MORNING)
        key = await draw_periods.key(db, after, vault, now=MORNING)

    seed, promised = vault.read(after.vault_name), after.promised
    assert after.beacon == "1111+2222"
    assert key == period_key(seed, "2026-12", promised["roster_sha256"], "1111+2222")


async def test_a_public_number_is_waited_for_through_the_first_day(
    database: Database, county: County, vault: Vault
) -> None:
    rules = replace(RULES, draw_beacon="福彩3D 上月最后一天的开奖号")
    async with database.transaction() as db:
        period = await draw_periods.open_month(
            db, county.id, DECEMBER, vault, rules, now=PUBLISHED
        )
        waiting = await draw_periods.current(db, county.id, vault, rules, now=MORNING)

    assert draw_periods.beacon_due(period, rules) == MORNING.replace(hour=20, minute=0)
    assert period.promised["days"][0] == "2026-12-02"
    assert period.promised["kinds"]["chat"]["teams"] == 0  # a whole month all the same
    assert waiting.beacon == ""


# what was changed
CHANGES = {
    "UPDATE draw_member SET township = '别处' WHERE member = (SELECT min(member) FROM draw_member)",
    "DELETE FROM draw_member WHERE member = (SELECT min(member) FROM draw_member)",
    "UPDATE draw_member SET since = 1 WHERE member = (SELECT max(member) FROM draw_member)",
    """UPDATE draw_period SET opening = replace(opening, '"extra":25', '"extra":99')""",
    """UPDATE draw_period SET opening = replace(opening, '2026-12-31', '2026-12-30')""",
}


@pytest.mark.parametrize("change", sorted(CHANGES))
async def test_a_change_after_freezing_stops_the_draws(
    database: Database, county: County, vault: Vault, change: str
) -> None:
    async with database.transaction() as db:
        period = await with_beacon(db, county, vault)
        assert await draw_periods.list_is_whole(db, period)
        await db.connection.execute(change)
        period = await draw_periods.by_id(db, period.id)
        assert not await draw_periods.list_is_whole(db, period)
        with pytest.raises(NoDraws) as why:
            await draw_periods.key(db, period, vault, now=MORNING)

    assert why.value.block == "draw_periods.no_list"


async def test_who_joins_later_does_not_change_what_was_promised(
    database: Database, county: County, vault: Vault
) -> None:
    day = MORNING.date()
    async with database.transaction() as db:
        period = await with_beacon(db, county, vault)
        entry = Entry("新队员", Role.MEMBER, "清水镇", "永安村", "", "13800000009", "县林业局")
        await roster.add_person(db, county.id, entry, now=MORNING)
        await draw_facts.notice(db, period.id, county.id, day, now=MORNING)
        key = await draw_periods.key(db, period, vault, now=MORNING)
        facts = await draw_facts.facts(db, period.id, period.promised, key)

    assert [one.since for one in facts.members if one.since] == [ms(MORNING)]
    assert len(facts.members) == 8


@pytest.mark.parametrize("spoil", ["gone", "other", "short"])
async def test_a_seed_that_is_not_the_promised_one_stops_the_draws(
    database: Database, county: County, vault: Vault, spoil: str
) -> None:
    async with database.transaction() as db:
        period = await with_beacon(db, county, vault)
        path = vault.folder / f"{period.vault_name}.seed"
        given = {"gone": None, "other": bytes(32), "short": b"x"}[spoil]
        path.write_bytes(given) if given else path.unlink()
        with pytest.raises(NoDraws) as why:
            await draw_periods.lots_of(db, county.id, vault, RULES, now=MORNING)

    assert why.value.block == "draw_periods.no_seed"


async def test_a_seed_may_come_back_until_noon_of_the_next_working_day(
    database: Database, county: County, vault: Vault
) -> None:
    friday = datetime(2026, 12, 4, 16, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        period = await with_beacon(db, county, vault)
        path = vault.folder / f"{period.vault_name}.seed"
        seed = path.read_bytes()
        path.unlink()
        assert not await watch(db, period, vault, friday)
        sunday, monday = (friday.replace(day=6), friday.replace(day=7, hour=11))
        assert not await watch(db, period, vault, sunday)
        assert not await watch(db, period, vault, monday)
        path.write_bytes(seed)
        assert await watch(db, period, vault, monday)
        after = await draw_periods.by_id(db, period.id)
        told = await kinds_of_events(db, period)

    assert (after.missing_at, after.lost_at) == (None, None)
    assert told[-2:] == ["draws.missing", "draws.back"]


async def test_a_seed_that_stays_away_is_lost_and_stays_so(
    database: Database, county: County, vault: Vault
) -> None:
    friday = datetime(2026, 12, 4, 16, tzinfo=SHANGHAI)
    monday = friday.replace(day=7, hour=12)
    async with database.transaction() as db:
        period = await with_beacon(db, county, vault)
        path = vault.folder / f"{period.vault_name}.seed"
        seed = path.read_bytes()
        path.unlink()
        for now in (friday, monday, monday):
            await watch(db, period, vault, now)
        path.write_bytes(seed)
        after = await draw_periods.by_id(db, period.id)
        with pytest.raises(NoDraws) as why:
            await draw_periods.lots_of(db, county.id, vault, RULES, now=monday)
        shown = await draw_reveals.reveal(db, after, seed, "0" * 64, 1, now=monday)
        told = await kinds_of_events(db, period)
        running = await draw_periods.running(db, county.id)

    assert after.lost_at == ms(monday)
    assert why.value.block == "draw_periods.no_draws_lost"
    assert told.count("draws.lost") == 1
    assert not shown
    assert running == []


async def test_a_changed_list_is_noticed_within_the_hour(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        period = await with_beacon(db, county, vault)
        await db.connection.execute(min(CHANGES))
        assert await watch(db, period, vault, MORNING)  # half past: not looked at
        assert not await watch(db, period, vault, MORNING.replace(hour=9, minute=1))
        after = await draw_periods.by_id(db, period.id)

    assert after.missing_at


async def watch(db: Session, period: DrawPeriod, vault: Vault, now: datetime) -> bool:
    period = await draw_periods.by_id(db, period.id)
    return not period.lost_at and await draw_reveals.watch(db, period, vault, RULES, now=now)


# the end
async def test_what_nobody_was_there_for_is_void_to_the_last_day(
    database: Database, county: County, vault: Vault
) -> None:
    january = datetime(2027, 1, 4, 8, 30, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        period = await december(db, county, vault)
        seed = vault.read(period.vault_name)
        period = await draw_reveals.settle_all(db, period, seed, now=january)
        key = draw_periods.key_of(period, seed)
        facts = await draw_facts.facts(db, period.id, period.promised, key)
        done = await draw_facts.results(db, period.id)
        counts = {one.kind: one for one in await draw_facts.counts(db, period.id)}

    assert period.beacon_source == CHAIN  # it never had one while it ran
    assert set(done.values()) == {VOID}
    assert {one.slot for one in due(facts, done)} == set(done)
    assert counts["phone"].void >= 3
    assert counts["phone"].quota == counts["phone"].asked == 0


async def test_it_is_shown_once(database: Database, county: County, vault: Vault) -> None:
    january = datetime(2027, 1, 4, 8, 30, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        period = await with_beacon(db, county, vault)
        seed = vault.read(period.vault_name)
        assert await draw_reveals.reveal(db, period, seed, "a" * 64, 9, now=january)
        assert not await draw_reveals.reveal(db, period, seed, "b" * 64, 9, now=january)
        after = await draw_periods.by_id(db, period.id)

    assert (after.seed, after.card_sha256) == (seed.hex(), "a" * 64)
    assert moment(after.revealed_at or 0) == january


# cost
async def test_asked_every_minute_the_month_costs_one_statement(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        await with_beacon(db, county, vault)
        told: list[str] = []
        await database.writer.set_trace_callback(told.append)
        for _ in range(3):
            await draw_periods.current(db, county.id, vault, RULES, now=MORNING)
        await database.writer.set_trace_callback(None)  # type: ignore[arg-type]

    assert len([one for one in told if not one.startswith("--")]) == 3
