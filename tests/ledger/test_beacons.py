"""The beacon: two officials of different departments, sealed until both are there, or a public number."""

import hashlib
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from county import County

from ledger import audit, beacons, draw_periods
from ledger.beacons import Public, read_public
from ledger.chance import Seeds
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.draw_periods import CHAIN, OFFICIALS, PUBLIC, DrawPeriod
from ledger.errors import Refused
from ledger.people import Person
from ledger.rules import Rules
from ledger.seed_vault import Vault

RULES = Rules()
NAMED = replace(RULES, draw_beacon="福彩3D 上月最后一天的开奖号")
EVENING = datetime(2026, 11, 30, 19, tzinfo=SHANGHAI)
SALTS = ("a" * 32, "b" * 32, "c" * 32)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "seeds", Seeds("beacons"))


async def december(
    db: Session, county: County, vault: Vault, rules: Rules = RULES
) -> DrawPeriod:
    first = date(2026, 12, 1)
    return await draw_periods.open_month(db, county.id, first, vault, rules, now=EVENING)


async def type_number(
    db: Session, by: Person, period: DrawPeriod, number: str, salt: str = SALTS[0]
) -> beacons.Number:
    return await beacons.enter(
        db, by, await draw_periods.by_id(db, period.id), number, salt, now=EVENING
    )


def refusal(why: pytest.ExceptionInfo[Refused]) -> str:
    return why.value.block.removeprefix("beacons.")


async def test_two_numbers_of_two_departments_are_the_beacon(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        period = await december(db, county, vault)
        first = await type_number(db, county["周总队长"], period, "271828", SALTS[0])
        half_way = await draw_periods.by_id(db, period.id)
        await type_number(db, county["陈干事"], period, "3141", SALTS[1])
        after = await draw_periods.by_id(db, period.id)
        told = await audit.history(db, f"draw_period:{period.id}")

    assert half_way.beacon == ""
    both = [one["body"] for one in told if one["kind"] == "draws.numbers_opened"]
    assert after.beacon == "+".join(one["number"] for one in both[0]["numbers"])
    assert sorted(after.beacon.split("+")) == ["271828", "3141"]
    assert after.beacon_source == OFFICIALS
    words = f"beacon|2026-12|清水镇|271828|{SALTS[0]}"
    assert first.seal == hashlib.sha256(words.encode()).hexdigest()


async def test_the_first_number_stands_in_no_event_until_the_second_is_there(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        period = await december(db, county, vault)
        one = await type_number(db, county["周总队长"], period, "271828")
        told = await audit.history(db, f"draw_period:{period.id}")

    assert told[-1]["body"] == {"period": "2026-12", "department": "清水镇", "seal": one.seal}
    assert "271828" not in str(told)
    assert SALTS[0] not in str(told)


async def test_in_the_order_of_entry(database: Database, county: County, vault: Vault) -> None:
    async with database.transaction() as db:
        period = await december(db, county, vault)
        await type_number(db, county["冯总队长"], period, "9999")
        later = EVENING.replace(minute=1)
        await beacons.enter(db, county["陈干事"], period, "1111", SALTS[1], now=later)
        after = await draw_periods.by_id(db, period.id)

    assert after.beacon == "9999+1111"


@pytest.mark.parametrize(
    "number", ["", "123", "1234567890123", "12 34", "abcd", "-1234", "１２３"]
)
async def test_bad_digits(
    database: Database, county: County, vault: Vault, number: str
) -> None:
    async with database.transaction() as db:
        period = await december(db, county, vault)
        with pytest.raises(Refused) as why:
            await type_number(db, county["陈干事"], period, number)

    assert refusal(why) == "bad_number"


async def test_nobody_types_twice_and_no_department(
    database: Database, county: County, vault: Vault
) -> None:
    chen, zhou = county["陈干事"], county["周总队长"]
    same = replace(zhou, home_unit="县水利局")
    async with database.transaction() as db:
        period = await december(db, county, vault)
        await type_number(db, same, period, "271828")
        with pytest.raises(Refused) as twice:
            await type_number(db, same, period, "314159")
        with pytest.raises(Refused) as again:
            await type_number(db, replace(chen, home_unit=" 县水利局 "), period, "314159")
        numbers = await beacons.of_period(db, period.id)

    assert refusal(twice) == "twice"
    assert refusal(again) == "same_department"
    assert [one.number for one in numbers] == ["271828"]


async def test_members_and_leaders_have_no_number_to_give(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        await december(db, county, vault)
        for name in ("李队员", "王队长"):
            with pytest.raises(Refused) as why:
                await beacons.period_for(db, county[name], RULES, now=EVENING)
            assert refusal(why) == "not_yours"


async def test_which_month_a_number_is_for(
    database: Database, county: County, vault: Vault
) -> None:
    chen = county["陈干事"]
    morning = datetime(2026, 12, 1, 7, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        with pytest.raises(Refused) as early:
            await beacons.period_for(db, chen, RULES, now=EVENING)
        period = await december(db, county, vault)
        assert await beacons.period_for(db, chen, RULES, now=EVENING) == period
        assert await beacons.period_for(db, chen, RULES, now=morning) == period
        await draw_periods.set_beacon(db, period, "x", CHAIN, actor=0, now=EVENING)
        with pytest.raises(Refused) as late:
            await beacons.period_for(db, chen, RULES, now=EVENING)
        with pytest.raises(Refused) as running:
            await beacons.period_for(db, chen, RULES, now=morning)

    assert (refusal(early), early.value.facts["opens"]) == ("not_open", date(2026, 11, 30))
    assert refusal(late) == "there_is_one"
    assert (refusal(running), running.value.facts["opens"]) == ("not_open", date(2026, 12, 31))


# a public number
@pytest.mark.parametrize(
    ("said", "given"),
    [
        (" 福彩3D第2026320期 123", Public("福彩3D第2026320期", "123")),
        ("双色球第 130 期 03 08  12", Public("双色球第 130 期", "03 08 12")),
        ("福彩3D第2026320期", None),
        ("123", None),
        ("福彩|3D 123", None),
        ("福彩:3D 123", None),
        ("福彩 12a", None),
        ("长" * 41 + " 123", None),
    ],
)
def test_reading_a_public_number(said: str, given: Public | None) -> None:
    found = read_public(said)
    if given and "第 130 期" in given.source:
        assert found is not None
        assert found.beacon.replace(":", " ").endswith("130 期 03 08 12")
    else:
        assert found == given


async def test_the_county_may_give_a_public_number_while_nobody_has_typed(
    database: Database, county: County, vault: Vault
) -> None:
    given = Public("福彩3D第2026320期", "123")
    async with database.transaction() as db:
        period = await december(db, county, vault)
        with pytest.raises(Refused) as township:
            await beacons.enter_public(db, county["周总队长"], period, given, now=EVENING)
        await beacons.enter_public(db, county["陈干事"], period, given, now=EVENING)
        after = await draw_periods.by_id(db, period.id)
        with pytest.raises(Refused) as again:
            await beacons.enter_public(db, county["陈干事"], after, given, now=EVENING)
        told = await audit.history(db, f"draw_period:{period.id}")

    assert refusal(township) == "public_by_county"
    assert refusal(again) == "there_is_one"
    assert (after.beacon, after.beacon_source) == ("公开:福彩3D第2026320期:123", PUBLIC)
    assert told[-1]["body"]["beacon"] == after.beacon


async def test_once_somebody_has_typed_a_public_number_must_have_been_named(
    database: Database, county: County, vault: Vault
) -> None:
    given = Public("福彩3D第2026320期", "123")
    async with database.transaction() as db:
        period = await december(db, county, vault)
        await type_number(db, county["周总队长"], period, "271828")
        with pytest.raises(Refused) as why:
            await beacons.enter_public(db, county["陈干事"], period, given, now=EVENING)

    assert refusal(why) == "typed_already"


async def test_what_was_named_at_the_opening_counts_not_what_the_rules_say_later(
    database: Database, county: County, vault: Vault
) -> None:
    async with database.transaction() as db:
        period = await december(db, county, vault, NAMED)
        with pytest.raises(Refused) as why:
            await type_number(db, county["周总队长"], period, "271828")
        found = await beacons.period_for(db, county["陈干事"], RULES, now=EVENING)

    assert refusal(why) == "public_named"
    assert found.promised["beacon"] == NAMED.draw_beacon
