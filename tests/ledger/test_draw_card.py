"""A month's card as it is put together from the ledger."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from county import County
from draw_cards import EVE, RULES, Month, live

from ledger import audit, beacons, draw_card, draw_periods, draw_plan
from ledger.chance import Seeds
from ledger.database import Database
from ledger.days import DAY
from ledger.draw_card import PENDING, verify
from ledger.draw_periods import DrawPeriod
from ledger.seed_vault import Vault


@pytest.fixture
async def period(database: Database, county: County, tmp_path: Path) -> DrawPeriod:
    """December, promised on its eve and without a beacon."""
    vault = Vault(tmp_path / "seeds", Seeds("card"))
    first = (EVE + DAY).date()
    async with database.transaction() as db:
        return await draw_periods.open_month(db, county.id, first, vault, RULES, now=EVE)


async def test_a_month_that_has_just_been_promised(
    database: Database, period: DrawPeriod
) -> None:
    async with database.reading() as db:
        text = await draw_card.build(db, period, b"")
    card = json.loads(text)
    assert text == audit.canonical(card) + "\n"
    assert verify(text, [period.opening_sha256]) == [PENDING]
    assert card["opening"] == period.promised
    assert [one["id"] for one in card["roster"]] == sorted(one["id"] for one in card["roster"])
    assert (card["joined"], card["drawn"], card["asked"]) == ([], [], [])
    assert card["until"] <= draw_plan.start_of(date(2026, 12, 1))


async def test_a_sealed_number_is_not_shown(
    database: Database, county: County, period: DrawPeriod
) -> None:
    async with database.transaction() as db:
        now = EVE + timedelta(hours=1)
        await beacons.enter(db, county["陈干事"], period, "271828", "salt", now=now)
        text = await draw_card.build(db, await draw_periods.by_id(db, period.id), b"")
    assert "271828" not in text
    assert json.loads(text)["beacon"] == {"numbers": [], "source": "", "value": ""}


async def test_the_same_month_gives_the_same_card(
    database: Database, county: County, tmp_path: Path
) -> None:
    month: Month = await live(database, county, tmp_path / "seeds")
    card = await month.card()
    assert card == await month.card()
    assert verify(card) == []
    assert verify(await month.running()) == [PENDING]
    async with database.reading() as db:
        log = await audit.verify(db)
    assert json.loads(card)["chain"]["last"] == log.head.h.hex()
    other = replace(month.period, seed="", revealed_at=None)
    assert verify(card, [other.opening_sha256]) == []


@pytest.mark.parametrize(
    ("day", "start"),
    [("1970-01-01", -28_800_000), ("2026-12-01", 1_796_054_400_000)],
)
def test_a_day_begins_at_midnight_in_the_county(day: str, start: int) -> None:
    assert draw_plan.start_of(date.fromisoformat(day)) == start
