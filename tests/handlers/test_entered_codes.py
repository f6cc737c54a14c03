"""「问题12 户码 482913」: asked for, taken, counted when wrong, of use in the talk only."""

from datetime import timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from handlers.household_codes import enter_code, read_code
from handlers.talk import Room, Talk, Waiting
from ledger import audit, issues
from ledger.database import Database, Session
from ledger.errors import Misunderstood, Refused
from ledger.household_codes import TRIES_A_DAY, codes_of
from ledger.issues import Found, Issue, Tier
from ledger.messages import Reply
from ledger.rules import Rules
from ledger.seed_vault import Vault
from ledger.talks import Said, State
from templates.words import Words

KEY = b"k" * 32
RIGHT = codes_of(KEY, 1, 2026)[0]
WRONG = f"{(int(RIGHT) + 1) % 10**6:06d}"
WORDS = Words()


async def leak(db: Session, county: County, household: int | None = 1) -> Issue:
    due = MONDAY.date() + timedelta(days=30)
    found = Found(MONDAY.date(), "屋顶漏雨", Tier.GENERAL, due, "张大山", household)
    id = await issues.report(
        db, county["李队员"], found, source="memory:1", now=MONDAY, rules=Rules()
    )
    return await issues.any_issue(db, id)


async def say(db: Session, county: County, issue: Issue, rest: str) -> Reply:
    room = Room(db, WORDS, Rules(), KEY, MONDAY, Vault(Path()))
    state = State("issues", Said(f"问题{issue.id} 户码 {rest}", "memory:2"))
    now = await issues.any_issue(db, issue.id)
    return await enter_code(Talk(room, county["李队员"], state, rest), now, rest)


async def test_the_right_code_is_the_household_s_word(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        issue = await leak(db, county)
        reply = await say(db, county, issue, RIGHT)
        after = await issues.any_issue(db, issue.id)
        again = await say(db, county, issue, RIGHT)

    assert "张大山家已确认" in reply.text
    assert [one.say for one in reply.options] == [f"问题{issue.id} 申请销号"]
    assert after.household_word == "code"
    assert "不用再输" in again.text


async def test_a_wrong_code_is_answered_and_stays_counted(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        issue = await leak(db, county)
        told = [(await say(db, county, issue, WRONG)) for _ in range(TRIES_A_DAY)]
        with pytest.raises(Refused) as why:
            await say(db, county, issue, RIGHT)
        after = await issues.any_issue(db, issue.id)
        kinds = [one["kind"] for one in await audit.history(db, issue.subject)]

    assert "今天还可以试 4 次" in told[0].text
    assert told[0].options
    assert "今天不能再试了" in told[-1].text
    assert not told[-1].options
    assert why.value.block == "household_codes.shut"
    assert after.household_word == ""
    assert kinds.count("issue.code_missed") == TRIES_A_DAY


async def test_without_the_code_it_is_asked_for(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await leak(db, county)
        with pytest.raises(Waiting) as waiting:
            await say(db, county, issue, "")

    assert "户码是多少" in waiting.value.reply.text


async def test_a_struck_off_issue_takes_none(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await leak(db, county)
        await db.connection.execute("UPDATE issue SET state = 'closed'")
        with pytest.raises(Refused) as why:
            await say(db, county, issue, RIGHT)

    assert why.value.block == "issues.already_closed"


async def test_an_issue_of_no_household_takes_none(database: Database, county: County) -> None:
    async with database.transaction() as db:
        issue = await leak(db, county, None)
        with pytest.raises(Refused) as why:
            await say(db, county, issue, RIGHT)

    assert why.value.block == "household_codes.no_household"


@pytest.mark.parametrize("said", ["482913", "482 913", "482-913", "是482913。", "：482913"])
def test_six_digits_are_read_however_they_are_written(said: str) -> None:
    assert read_code(said) == "482913"


@pytest.mark.parametrize("said", ["", "48291", "4829133", "户码", "482913 谢谢", "1" * 10_000])
def test_anything_else_is_asked_again(said: str) -> None:
    with pytest.raises(Misunderstood):
        read_code(said)
