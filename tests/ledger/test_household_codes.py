"""The household's short code: nobody on a team works it out, lists it or guesses it."""

from collections import Counter
from datetime import date, timedelta

import pytest
from county import MONDAY, County

from ledger import audit, household_codes, issues
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.household_codes import (
    ON_A_SLIP,
    TRIES_A_DAY,
    Heard,
    codes_of,
    place_of,
    sheet,
    tries_left,
    use,
)
from ledger.issues import Found, Issue, Tier
from ledger.rules import Rules

KEY, OTHER = b"k" * 32, b"o" * 32
DAY = MONDAY.date()


async def leak(db: Session, county: County, household: int | None = 1) -> Issue:
    found = Found(DAY, "屋顶漏雨", Tier.GENERAL, DAY + timedelta(days=30), "张大山", household)
    id = await issues.report(
        db, county["李队员"], found, source="memory:1", now=MONDAY, rules=Rules()
    )
    return await issues.any_issue(db, id)


# the code
def test_a_code_is_six_digits_of_its_household_and_year() -> None:
    assert codes_of(KEY, 7, 2026)[0] == codes_of(KEY, 7, 2026)[0]
    assert codes_of(KEY, 7, 2026)[0].isdigit()
    assert len({len(codes_of(KEY, id, 2026)[0]) for id in range(300)}) == 1
    apart = {codes_of(KEY, 7, 2026)[0], codes_of(KEY, 7, 2027)[0], codes_of(KEY, 8, 2026)[0]}
    assert len(apart | {codes_of(OTHER, 7, 2026)[0]}) == 4


def test_codes_are_spread_evenly() -> None:
    firsts = Counter(codes_of(KEY, id, 2026)[0][0] for id in range(5000))

    assert len(firsts) == 10
    assert max(firsts.values()) < 620


def test_a_code_of_the_year_matches_and_last_year_s_until_march() -> None:
    old, new = codes_of(KEY, 7, 2026)[0], codes_of(KEY, 7, 2027)[0]

    assert place_of(KEY, 7, old, date(2026, 12, 31))
    assert place_of(KEY, 7, old, date(2027, 3, 31))
    assert place_of(KEY, 7, new, date(2027, 3, 31))
    assert place_of(KEY, 7, old, date(2027, 4, 1)) is None
    assert place_of(KEY, 7, new, date(2026, 12, 31)) is None
    assert place_of(KEY, 8, old, date(2026, 12, 31)) is None


@pytest.mark.parametrize("said", ["", "1", "户码", "１２３４５６", "9" * 5000, "\x00"])
def test_anything_else_is_simply_wrong(said: str) -> None:
    assert place_of(KEY, 7, said, DAY) is None


# tries
async def test_wrong_tries_are_counted_and_shut_the_day(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        issue, by = await leak(db, county), county["李队员"]
        right = codes_of(KEY, 1, 2026)[0]
        wrong = f"{(int(right) + 1) % 10**6:06d}"
        for left in range(TRIES_A_DAY, 0, -1):
            assert await tries_left(db, issue, DAY) == left
            assert await use(db, by, issue, wrong, key=KEY, now=MONDAY) is Heard.WRONG
        with pytest.raises(Refused) as why:
            await use(db, by, issue, right, key=KEY, now=MONDAY)
        assert why.value.block == "household_codes.shut"

        tomorrow = MONDAY + timedelta(days=1)
        assert await tries_left(db, issue, tomorrow.date()) == TRIES_A_DAY
        assert await use(db, by, issue, right, key=KEY, now=tomorrow) is Heard.RIGHT


async def test_a_right_code_costs_no_try(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await leak(db, county)
        code = codes_of(KEY, 1, 2026)[0]

        assert await use(db, county["李队员"], issue, code, key=KEY, now=MONDAY) is Heard.RIGHT
        assert await tries_left(db, issue, DAY) == TRIES_A_DAY


async def test_what_was_tried_does_not_stand_in_the_log(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        issue = await leak(db, county)
        await use(db, county["李队员"], issue, "000001", key=KEY, now=MONDAY)
        last = (await audit.history(db, issue.subject))[-1]

    assert (last["kind"], last["body"]) == (household_codes.MISSED, {})


async def test_without_a_household_there_is_no_code(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await leak(db, county, None)
        with pytest.raises(Refused) as why:
            await use(db, county["李队员"], issue, "000001", key=KEY, now=MONDAY)

    assert why.value.block == "household_codes.no_household"


# slips
@pytest.mark.parametrize("who", ["周总队长", "陈干事"])
async def test_who_is_above_the_team_gets_the_slips(
    database: Database, county: County, who: str
) -> None:
    team = county["李队员"].team_id
    async with database.transaction() as db:
        slips = await sheet(db, county[who], team, KEY, 2026, now=MONDAY)
        told = await audit.history(db, f"team:{team}")

    assert [(one.household, one.group) for one in slips][:2] == [
        ("王桂芳", "一组"), ("张大山", "三组"),
    ]  # fmt: skip
    assert (
        len({code for one in slips for code in one.codes})
        == ON_A_SLIP * len(slips)
        == ON_A_SLIP * 5
    )
    assert told[-1]["actor"] == county[who].id


@pytest.mark.parametrize(
    ("who", "block"),
    [
        ("李队员", "household_codes.not_for_teams"),
        ("王队长", "household_codes.not_for_teams"),
        ("冯总队长", "household_codes.not_your_village"),
    ],
)
async def test_nobody_else_does(
    database: Database, county: County, who: str, block: str
) -> None:
    async with database.transaction() as db:
        with pytest.raises(Refused) as why:
            await sheet(db, county[who], county["李队员"].team_id, KEY, 2026, now=MONDAY)

    assert why.value.block == block


async def test_a_code_is_good_for_one_issue_only(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue, again = await leak(db, county), await leak(db, county)
        by, codes = county["李队员"], codes_of(KEY, 1, 2026)

        assert await use(db, by, issue, codes[2], key=KEY, now=MONDAY) is Heard.RIGHT
        assert await use(db, by, again, codes[2], key=KEY, now=MONDAY) is Heard.USED
        assert await use(db, by, again, codes[0], key=KEY, now=MONDAY) is Heard.RIGHT
