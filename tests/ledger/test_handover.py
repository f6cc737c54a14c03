"""Whoever leaves his post leaves his unfinished issues to somebody who is there."""

from datetime import date, datetime, timedelta

from county import MONDAY, County

from ledger import audit, closing, deadlines, handover, issues, people, roster, roster_changes
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.issues import Found, Issue, Tier
from ledger.people import Person
from ledger.roster import Entry
from ledger.roster_cells import Row
from ledger.roster_changes import Why
from ledger.rules import Rules

RULES = Rules()
WHY = Why("轮换")
LATER = datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)


async def reported(db: Session, by: Person, text: str = "屋顶漏雨") -> int:
    found = Found(MONDAY.date(), text, Tier.AT_ONCE, MONDAY.date() + timedelta(days=3))
    return await issues.report(db, by, found, source="", now=MONDAY, rules=RULES)


async def go(db: Session, county: County, who: str) -> list[handover.Handed]:
    by, person = county["陈干事"], county[who]
    return await roster_changes.leave(db, by, person, WHY, day=LATER.date(), now=LATER)


async def owner(db: Session, id: int) -> str:
    return (await issues.any_issue(db, id)).owner


async def test_to_the_leader_then_to_who_is_left_then_upward(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        id = await reported(db, county["李队员"])
        for gone, heir in (
            ("李队员", "王队长"),
            ("王队长", "赵队员"),
            ("赵队员", "周总队长"),
        ):
            foreseen = await handover.foresee(db, county[gone], day=LATER.date())
            handed = await go(db, county, gone)
            assert handed == foreseen
            assert [(one.name, one.issues) for one in handed] == [(heir, (id,))]
            assert await owner(db, id) == heir
        steps = await audit.history(db, f"issue:{id}")
        assert [one["body"]["why"] for one in steps if one["kind"] == "issue.assigned"] == (
            ["交接"] * 3
        )


async def test_what_he_has_asked_for_stays_and_waits_for_who_may_answer(
    database: Database, county: County
) -> None:
    """The leader takes over a request for 销号: he does not verify it, the township does."""
    async with database.transaction() as db:
        wished, handed_in = [await reported(db, county["李队员"], text) for text in "甲乙"]
        by = county["李队员"]
        one = await issues.any_issue(db, wished)
        day = date(2026, 12, 10)
        await deadlines.ask(db, by, one, day, "下雨", now=MONDAY)
        one = await issues.any_issue(db, handed_in)
        await closing.submit(db, by, one, "屋顶不漏了", source="", now=MONDAY)
        assert await waiting(db, county["王队长"]) == [handed_in]
        await go(db, county, "李队员")
        assert (await deadlines.open_wish(db, wished)) is not None
        assert await waiting(db, county["王队长"]) == []
        assert await waiting(db, county["周总队长"]) == [handed_in]
        issue = await issues.any_issue(db, handed_in)
        assert (issue.state, issue.holder_kind) == ("submitted", "township")
        assert issue.submitted_by == by.id


async def waiting(db: Session, who: Person) -> list[int]:
    found: list[Issue] = await issues.waiting_for(db, who, LATER.date())
    return [one.id for one in found]


async def test_a_successor_takes_everything_over(database: Database, county: County) -> None:
    """From the roster or newly come; what the successor had elsewhere stays there."""
    async with database.transaction() as db:
        mine, his = await reported(db, county["李队员"]), await reported(db, county["钱队员"])
        by, day = county["陈干事"], LATER.date()
        handed = await roster_changes.take_over(
            db, by, county["李队员"], county["钱队员"], WHY, day=day, now=LATER
        )
        assert [(one.name, one.issues) for one in handed] == [
            ("钱队员", (mine,)),
            ("孙队长", (his,)),
        ]
        old = await people.by_id(db, county["孙队长"].id)
        handed = await roster_changes.replace_by(
            db, by, old, Entry("何新", old.role), WHY, day=day, now=LATER
        )
        assert [(one.name, one.issues) for one in handed] == [("何新", (his,))]
        assert await owner(db, his) == "何新"


async def test_finished_ones_stay_his(database: Database, county: County) -> None:
    async with database.transaction() as db:
        id = await reported(db, county["李队员"])
        one = await issues.any_issue(db, id)
        await closing.submit(db, county["李队员"], one, "屋顶不漏了", source="", now=MONDAY)
        one = await issues.any_issue(db, id)
        word = closing.Word.VISIT
        await closing.agree(db, county["王队长"], one, RULES, word=word, now=MONDAY)
        assert await go(db, county, "李队员") == []
        assert await owner(db, id) == "李队员"


async def test_a_table_that_moves_somebody_hands_his_issues_on(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        id = await reported(db, county["李队员"])
        rows = [
            Row("人员", 1, ("县", "乡镇", "村", "姓名", "角色", "手机号")),
            Row("人员", 2, ("安和县", "云山乡", "石桥村", "李队员", "队员", "13800000002")),
        ]
        found = await roster.preview(db, rows, county=None, sha256="", now=LATER)
        await roster.apply(db, found, by=audit.SYSTEM, now=LATER)
        assert (await people.by_id(db, county["李队员"].id)).village == "石桥村"
        assert await owner(db, id) == "王队长"
